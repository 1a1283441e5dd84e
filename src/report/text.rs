//! The report for a terminal: the same sections as the page, wrapped to its width; commands stay as they are.

use super::{Address, Budget, Costs, Line, Plan, Report, Row, Step, time};
use owo_colors::{OwoColorize, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

/// How a report is written.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// The columns.
    pub width: usize,
    /// Whether terminal colours are written.
    pub color: bool,
}

/// Where the values of outputs are.
pub const OUTPUTS: &str = "Outputs of the stacks: `deploy.sh` says their values at its end, and each Region tells its own.";

/// The columns of a table: what stands in a cell, and whether it is a number.
type Cells = Vec<(String, bool)>;

struct Page {
    paper: Paper,
    text: String,
}

/// The report as text.
pub fn text(report: &Report, paper: Paper) -> String {
    let mut page = Page { paper, text: String::new() };
    let title = format!("{}: recovery report", report.platform.name);
    page.text = format!("{}\n", page.paint(&title, Style::new().bold()));
    page.wrapped(&about(report), "");
    if !report.platform.description.is_empty() {
        page.wrapped(&report.platform.description, "");
    }
    budgets(report, &mut page);
    losses(report, &mut page);
    topology(report, &mut page);
    outputs(report, &mut page);
    for plan in &report.plans {
        self::plan(plan, &mut page);
    }
    held(report, &mut page);
    accepted(report, &mut page);
    costs(&report.costs, &mut page);
    page.text
}

/// Strategy, objectives and Regions in one line.
pub fn about(report: &Report) -> String {
    let platform = &report.platform;
    let mut parts: Vec<String> = platform.strategy.iter().map(|strategy| strategy.replace('_', " ")).collect();
    parts.extend(platform.rto_seconds.map(|rto| format!("RTO {}", time(rto))));
    parts.extend(platform.rpo_seconds.map(|rpo| format!("RPO {}", time(rpo))));
    parts.extend(
        platform
            .regions
            .iter()
            .map(|region| if region.alias == region.code { region.code.clone() } else { format!("{} = {}", region.alias, region.code) }),
    );
    parts.join(" · ")
}

/// From where to where, or only where.
pub fn ends(from: Option<&String>, to: Option<&String>, region: &str) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        _ => format!("in {region}"),
    }
}

/// What the worst case means for the objective.
pub fn verdict(worst: Option<f64>, objective: Option<f64>) -> String {
    match (worst, objective) {
        (Some(worst), Some(objective)) if worst <= objective => format!("within {}, {} to spare", time(objective), time(objective - worst)),
        (Some(worst), Some(objective)) => format!("{} OVER {}", time(worst - objective), time(objective)),
        (None, Some(objective)) => format!("nothing bounds it; {} is promised", time(objective)),
        _ => "no objective".into(),
    }
}

impl Page {
    fn paint(&self, text: &str, style: Style) -> String {
        if self.paper.color { text.style(style).to_string() } else { text.to_string() }
    }

    fn headline(&mut self, text: &str) {
        let text = self.paint(text, Style::new().bold());
        self.text.push_str(&format!("\n{text}\n"));
    }

    fn wrapped(&mut self, text: &str, indent: &str) {
        self.hanging(text, indent, indent);
    }

    fn hanging(&mut self, text: &str, first: &str, rest: &str) {
        let options = Options::new(self.paper.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// A command as it is typed: never broken.
    fn command(&mut self, text: &str, indent: &str) {
        for line in text.lines() {
            let line = self.paint(line, Style::new().cyan());
            self.text.push_str(&format!("{indent}{line}\n"));
        }
    }

    /// Columns below each other; the last one is wrapped into what is left.
    fn table(&mut self, rows: &[Cells]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|(text, _)| display_width(text)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let mut line = String::from("  ");
            let mut last = "";
            for (column, (text, number)) in row.iter().enumerate() {
                if column + 1 == row.len() && !*number {
                    last = text;
                    continue;
                }
                let space = " ".repeat(widths.get(column).copied().unwrap_or(0).saturating_sub(display_width(text)));
                line.push_str(&if *number { format!("{space}{text}  ") } else { format!("{text}{space}  ") });
            }
            let rest = " ".repeat(display_width(&line));
            if last.is_empty() {
                self.text.push_str(line.trim_end());
                self.text.push('\n');
            } else {
                self.hanging(last, &line, &rest);
            }
        }
    }
}

fn cell(text: impl Into<String>) -> (String, bool) {
    (text.into(), false)
}

fn number(text: impl Into<String>) -> (String, bool) {
    (text.into(), true)
}

fn budgets(report: &Report, page: &mut Page) {
    for budget in &report.budgets {
        let ends = ends(budget.from.as_ref(), budget.to.as_ref(), "");
        page.headline(&format!("Time: {} {ends}", budget.plan));
        let mut rows = vec![vec![cell("part"), number("worst"), number("expected"), cell("")]];
        rows.extend(budget.stages.iter().map(|stage| {
            let what = if stage.assumed { format!("(assumed) {}", stage.what) } else { stage.what.clone() };
            vec![cell(stage.part.replace('_', "-")), number(time(stage.worst_seconds)), number(time(stage.expected_seconds)), cell(what)]
        }));
        rows.push(sum(budget));
        page.table(&rows);
    }
}

fn sum(budget: &Budget) -> Cells {
    let verdict = verdict(Some(budget.worst_seconds), budget.objective_seconds);
    vec![cell("sum"), number(time(budget.worst_seconds)), number(time(budget.expected_seconds)), cell(verdict)]
}

fn losses(report: &Report, page: &mut Page) {
    if report.losses.is_empty() {
        return;
    }
    page.headline("Data: what can be lost");
    let mut rows = vec![vec![cell("replica"), number("at most"), cell("mechanism"), cell("")]];
    rows.extend(report.losses.iter().map(|loss| {
        let bound = loss.bound_seconds.map_or_else(|| "unbounded".into(), time);
        let alarm = loss.alarm.as_ref().map_or_else(|| "no alarm".into(), |alarm| format!("alarm {alarm}"));
        let about = format!("{}. {}; {alarm}", verdict(loss.bound_seconds, loss.objective_seconds), capitalised(&loss.because));
        vec![cell(&loss.instance), number(bound), cell(loss.mechanism), cell(about)]
    }));
    page.table(&rows);
}

fn topology(report: &Report, page: &mut Page) {
    if report.topology.rows.is_empty() {
        return;
    }
    page.headline("What is where");
    let rows: Vec<Cells> =
        report.topology.rows.iter().map(|row| vec![cell(row.word), cell(&row.name), cell(&row.component), cell(whereabouts(row))]).collect();
    page.table(&rows);
}

fn outputs(report: &Report, page: &mut Page) {
    if report.outputs.is_empty() {
        return;
    }
    page.headline("Addresses and names");
    page.wrapped(OUTPUTS, "  ");
    let row = |address: &Address| vec![cell(&address.name), cell(&address.stack), cell(&address.output), cell(&address.description)];
    page.table(&report.outputs.iter().map(row).collect::<Vec<Cells>>());
}

/// Where something is, how it gets there, and what moves it.
pub fn whereabouts(row: &Row) -> String {
    let mut text = row.regions.join(", ");
    if let Some(replication) = row.replication {
        text.push_str(&format!("; {replication}"));
    }
    if let Some(behind) = row.behind_seconds {
        text.push_str(&format!(", at most {} behind", time(behind)));
    }
    for moved in &row.moves {
        let effects = if moved.effects.is_empty() { String::new() } else { format!(" ({})", moved.effects.join(", ")) };
        text.push_str(&format!("; {}/{} moves it from {} to {}{effects}", moved.plan, moved.step, moved.from, moved.to));
    }
    text
}

fn plan(plan: &Plan, page: &mut Page) {
    page.headline(&format!("{} {} {}", capitalised(plan.kind), plan.name, ends(plan.from.as_ref(), plan.to.as_ref(), &plan.region)));
    page.wrapped(&plan.description, "  ");
    page.wrapped(&format!("{} Its machine stands in {}; its steps take {} at most.", plan.starts, plan.region, time(plan.bound_seconds)), "  ");
    page.wrapped(&failure(plan), "  ");
    if !plan.variables.is_empty() {
        page.text.push_str("\n  Set this first (bash):\n");
        for variable in &plan.variables {
            // Each of its lines is a comment: whoever copies them must not run one.
            page.hanging(&variable.what, "    # ", "    # ");
            page.command(&variable.line, "    ");
        }
    }
    for command in &plan.commands {
        page.text.push_str(&format!("\n  {}\n", titled(&command.what)));
        page.command(&command.command, "    ");
    }
    let mut counter = 0;
    for group in &plan.steps {
        for step in group {
            counter += 1;
            self::step(counter, step, group.len() > 1, page);
        }
    }
    if !plan.needs.is_empty() {
        page.text.push_str("\n  Needs while it runs:\n");
        for need in &plan.needs {
            page.hanging(&format!("{}: {}", need.resource, way(need)), "    ", "      ");
        }
    }
    for apart in &plan.apart {
        page.hanging(&format!("Not needed: {apart}"), "    ", "      ");
    }
}

/// Who hears of a failure.
pub fn failure(plan: &Plan) -> String {
    if plan.told.is_empty() {
        return "Nobody is told of a failure.".into();
    }
    let told: Vec<String> = plan
        .told
        .iter()
        .map(|told| if told.listeners.is_empty() { told.service.clone() } else { format!("{} ({})", told.service, told.listeners.join(", ")) })
        .collect();
    format!("Told of a failure: {}.", told.join(", "))
}

/// How a plan comes to something that it needs.
pub fn way(need: &super::Need) -> String {
    if need.way.is_empty() { "the machine itself".into() } else { need.way.join(" -> ") }
}

/// What stands before a command: what is called, and who answers.
pub fn calls(action: &super::actions::Action) -> Option<String> {
    let place = action.control_plane.as_ref().map_or_else(String::new, |region| format!(" (answered in {region} only)"));
    action.calls.as_ref().map(|calls| format!("{calls}{place}"))
}

fn step(number: usize, step: &Step, beside: bool, page: &mut Page) {
    page.text.push('\n');
    let title = page.paint(&format!("{number}. {} = {}", step.name, step.action), Style::new().bold());
    page.text.push_str(&format!("  {title}\n"));
    page.wrapped(&facts(step, beside), "     ");
    for action in &step.actions {
        let calls = calls(action).map_or_else(String::new, |calls| format!("{calls}: "));
        page.hanging(&format!("{calls}{}", action.text), "     - ", "       ");
        if let Some(command) = &action.command {
            page.command(command, "         ");
        }
    }
}

/// What is to be known of a step, in one sentence.
pub fn facts(step: &Step, beside: bool) -> String {
    let mut facts = vec![format!("in {}", step.region), format!("at most {}", time(step.within_seconds))];
    facts.extend(step.usually_seconds.map(|usually| format!("usually {}", time(usually))));
    if !step.effects.is_empty() {
        facts.push(step.effects.join(", ").replace('_', "-"));
    }
    if beside {
        facts.push("side by side with its neighbours".into());
    }
    facts.push(if step.best_effort { "may fail: the plan goes on".into() } else { "if it fails, the plan ends".to_string() });
    if !step.resources.is_empty() {
        facts.push(format!("names {}", step.resources.join(", ")));
    }
    facts.join("; ")
}

fn held(report: &Report, page: &mut Page) {
    if report.held.is_empty() {
        return;
    }
    page.headline("What waits for a lost Region");
    for held in &report.held {
        page.hanging(&format!("{} lost: {}: {}", held.lost, held.stack, held.what), "  ", "    ");
    }
}

fn accepted(report: &Report, page: &mut Page) {
    page.headline("Accepted findings");
    if report.accepted.is_empty() {
        page.wrapped("None.", "  ");
    }
    for known in &report.accepted {
        page.hanging(&format!("{} {} {}: {}", known.place, known.code, known.means, known.reason), "  ", "    ");
    }
    if report.adjusted.is_empty() {
        return;
    }
    page.headline("Adjusted properties");
    for known in &report.adjusted {
        page.hanging(&format!("{} {} of {} in {}", known.place, known.property, known.resource, known.regions.join(", ")), "  ", "    ");
    }
}

fn costs(costs: &Costs, page: &mut Page) {
    page.headline(&format!("Monthly floor of cost: {} {:.2}", costs.currency, costs.month));
    page.wrapped(&about_costs(costs), "  ");
    for region in &costs.regions {
        page.text.push_str(&format!("\n  {}: {} {:.2}\n", region.region, costs.currency, region.month));
        let rows: Vec<Cells> =
            region.lines.iter().map(|line| vec![number(format!("{:.2}", line.month.unwrap_or(0.0))), cell(priced(line))]).collect();
        page.table(&rows);
        for (title, lines) in [("price unknown", &region.unknown), ("by use", &region.by_use), ("free", &region.free)] {
            if !lines.is_empty() {
                page.hanging(&format!("{title}: {}", named(lines)), "  ", "    ");
            }
        }
    }
}

/// What the sum is, and what it is not.
pub fn about_costs(costs: &Costs) -> String {
    let unknown = match costs.unknown {
        0 => String::new(),
        1 => " One resource has no known price and is not in the sum.".into(),
        several => format!(" {several} resources have no known price and are not in the sum."),
    };
    format!("List prices of {}, without free tiers, discounts and everything that is paid by use.{unknown}", costs.read)
}

/// `2 keys at 1 a month: ledger.key, carts.master`
pub fn priced(line: &Line) -> String {
    let units = crate::units::number_text(line.units.unwrap_or(0.0));
    let price = crate::units::number_text(line.price.unwrap_or(0.0));
    let note = line.note.map_or_else(String::new, |note| format!(" ({note})"));
    format!("{units} x {price} a {}: {}: {}{note}", line.per.unwrap_or(""), line.what, line.resources.join(", "))
}

/// The types of some lines, with their resources.
fn named(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{} ({})", line.resource_type, line.resources.join(", "))).collect::<Vec<_>>().join("; ")
}

/// A text that leads to what stands below it.
pub fn titled(text: &str) -> String {
    if text.ends_with('?') { text.to_string() } else { format!("{text}:") }
}

/// A word with a capital letter.
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
