//! The report as one page: no script, nothing that is loaded, readable when nothing else answers.

use super::text::{OUTPUTS, about, about_costs, calls, capitalised, ends, facts, failure, titled, verdict, way, whereabouts};
use super::{Budget, Line, Plan, Report, Row, Step, svg, time};
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// A text as content or as a value in quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What a page may not hold, and what turns the direction of a line around.
            letter if letter.is_control() && letter != '\n' && letter != '\t' => out.push('\u{FFFD}'),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => out.push('\u{FFFD}'),
            letter => out.push(letter),
        }
    }
    out
}

/// The same with what stands in backticks as code.
fn marked(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        // A backtick that nothing closes is one.
        let closed = code && parts.peek().is_some();
        let part = escape(part);
        out.push_str(&match (code, closed) {
            (true, true) => format!("<code>{part}</code>"),
            (true, false) => format!("`{part}"),
            _ => part,
        });
        code = !code;
    }
    out
}

/// The page.
pub fn html(report: &Report) -> String {
    let name = escape(&report.platform.name);
    let mut out = String::with_capacity(64 * 1024);
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    // The style is for this page; no other origin has any part in it.
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    let _ = write!(out, "<title>{name}: recovery report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n");
    let _ = write!(out, "<header>\n<h1>{name}: recovery report</h1>\n<p>{}</p>\n", escape(&about(report)));
    if !report.platform.description.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", escape(&report.platform.description));
    }
    contents(report, &mut out);
    out.push_str("</header>\n<main>\n");
    objectives(report, &mut out);
    topology(report, &mut out);
    outputs(report, &mut out);
    for (number, plan) in report.plans.iter().enumerate() {
        self::plan(number, plan, report, &mut out);
    }
    held(report, &mut out);
    accepted(report, &mut out);
    costs(report, &mut out);
    let _ = write!(
        out,
        "</main>\n<footer>\n<p class=\"faint\">Written by drc from the source of the platform; AWS data of {}, prices of {}.</p>\n</footer>\n</body>\n</html>\n",
        report.data, report.costs.read
    );
    out
}

fn contents(report: &Report, out: &mut String) {
    out.push_str(
        "<nav aria-label=\"Contents\">\n<ul>\n<li><a href=\"#objectives\">Time and data</a></li>\n<li><a href=\"#topology\">What is where</a></li>\n",
    );
    for (number, plan) in report.plans.iter().enumerate() {
        let _ =
            writeln!(out, "<li><a href=\"#plan-{number}\">{} {} in {}</a></li>", capitalised(plan.kind), escape(&plan.name), escape(&plan.region));
    }
    out.push_str("<li><a href=\"#accepted\">Accepted</a></li>\n<li><a href=\"#cost\">Cost</a></li>\n</ul>\n</nav>\n");
}

fn objectives(report: &Report, out: &mut String) {
    out.push_str("<section id=\"objectives\">\n<h2>Time and data</h2>\n");
    for budget in &report.budgets {
        self::budget(budget, out);
    }
    if report.budgets.is_empty() {
        out.push_str("<p>No failover is planned.</p>\n");
    }
    if !report.losses.is_empty() {
        head("What can be lost", &["replica"], &["at most"], out);
        for loss in &report.losses {
            let bound = loss.bound_seconds.map_or_else(|| "unbounded".into(), time);
            let alarm = loss.alarm.as_ref().map_or_else(|| "no alarm".into(), |alarm| format!("alarm `{alarm}`"));
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{} <span>{}, {}. {} <span class=\"{}\">{}</span></span></th><td class=\"n\">{}</td></tr>",
                escape(&loss.instance),
                loss.mechanism,
                marked(&alarm),
                marked(&capitalised(&loss.because)),
                class(loss.meets),
                escape(&verdict(loss.bound_seconds, loss.objective_seconds)),
                escape(&bound)
            );
        }
        out.push_str("</tbody>\n</table>\n");
    }
    out.push_str("</section>\n");
}

fn class(meets: Option<bool>) -> &'static str {
    match meets {
        Some(true) => "good",
        Some(false) => "bad",
        None => "faint",
    }
}

/// The beginning of a table: its title, the columns of texts and those of numbers.
fn head(caption: &str, texts: &[&str], numbers: &[&str], out: &mut String) {
    let _ = write!(out, "<table>\n<caption>{}</caption>\n<thead><tr>", escape(caption));
    texts.iter().for_each(|text| _ = write!(out, "<th scope=\"col\">{text}</th>"));
    numbers.iter().for_each(|text| _ = write!(out, "<th scope=\"col\" class=\"n\">{text}</th>"));
    out.push_str("</tr></thead>\n<tbody>\n");
}

fn budget(budget: &Budget, out: &mut String) {
    let ends = ends(budget.from.as_ref(), budget.to.as_ref(), "");
    head(&format!("{} {ends}", budget.plan), &["part"], &["worst", "expected"], out);
    for stage in &budget.stages {
        let assumed = if stage.assumed { " <em>(assumed)</em>" } else { "" };
        let place = stage.place.as_ref().map_or_else(String::new, |place| format!(" <span class=\"faint\">{}</span>", escape(place)));
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{} <span>{}{assumed}{place}</span></th><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            stage.part.replace('_', "-"),
            marked(&stage.what),
            escape(&time(stage.worst_seconds)),
            escape(&time(stage.expected_seconds))
        );
    }
    let _ = write!(
        out,
        "</tbody>\n<tfoot><tr><th scope=\"row\">sum <span class=\"{}\">{}</span></th><td class=\"n\">{}</td><td class=\"n\">{}</td></tr></tfoot>\n</table>\n",
        class(budget.meets),
        escape(&verdict(Some(budget.worst_seconds), budget.objective_seconds)),
        escape(&time(budget.worst_seconds)),
        escape(&time(budget.expected_seconds))
    );
}

fn topology(report: &Report, out: &mut String) {
    out.push_str("<section id=\"topology\">\n<h2>What is where</h2>\n");
    if report.topology.rows.is_empty() {
        out.push_str("<p>No replica, service or route is declared.</p>\n</section>\n");
        return;
    }
    out.push_str(&svg::topology(&report.topology, "picture-of-places"));
    let key = |class: &str, text: &str| {
        let line = format!("<line class=\"{class}\" x1=\"0\" x2=\"24\" y1=\"4\" y2=\"4\"/>");
        format!("<span><svg width=\"24\" height=\"8\" aria-hidden=\"true\">{line}</svg>{text}</span>")
    };
    let _ = writeln!(out, "\n<p class=\"key faint\">{}{}</p>\n<dl>", key("flow", "data"), key("move", "what a plan moves"));
    let (plain, told): (Vec<&Row>, Vec<&Row>) = report.topology.rows.iter().partition(|row| row.moves.is_empty() && row.replication.is_none());
    for row in told {
        let about = format!("<span class=\"faint\">{} {}</span>", row.word, escape(&row.component));
        let _ = writeln!(out, "<dt>{} {about}</dt>\n<dd>{}</dd>", escape(&row.name), escape(&whereabouts(row)));
    }
    // What is only there is told by where.
    let mut places: Vec<(String, Vec<&str>)> = Vec::new();
    for row in plain {
        let place = row.regions.join(", ");
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, names)) => names.push(&row.name),
            None => places.push((place, vec![&row.name])),
        }
    }
    for (place, names) in places {
        let _ = writeln!(out, "<dt>{}</dt>\n<dd>{}</dd>", escape(&names.join(", ")), escape(&place));
    }
    out.push_str("</dl>\n</section>\n");
}

fn outputs(report: &Report, out: &mut String) {
    if report.outputs.is_empty() {
        return;
    }
    let _ = write!(out, "<section id=\"outputs\">\n<h2>Addresses and names</h2>\n<p>{}</p>\n<dl>\n", marked(OUTPUTS));
    for address in &report.outputs {
        let whose = format!("{} of {}", address.output, address.stack);
        let _ = writeln!(
            out,
            "<dt>{} <span class=\"faint\">{}</span></dt>\n<dd>{}</dd>",
            escape(&address.name),
            escape(&whose),
            escape(&address.description)
        );
    }
    out.push_str("</dl>\n</section>\n");
}

fn plan(number: usize, plan: &Plan, report: &Report, out: &mut String) {
    let ends = ends(plan.from.as_ref(), plan.to.as_ref(), &plan.region);
    let _ = write!(out, "<section id=\"plan-{number}\">\n<h2>{} {} {}</h2>\n", capitalised(plan.kind), escape(&plan.name), escape(&ends));
    if !plan.description.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", escape(&plan.description));
    }
    let _ = writeln!(
        out,
        "<p>{} Its machine stands in <b>{}</b>; its steps take <b>{}</b> at most. {}</p>",
        marked(&plan.starts),
        escape(&plan.region),
        escape(&time(plan.bound_seconds)),
        escape(&failure(plan))
    );
    let budget = report.budgets.iter().find(|budget| budget.plan == plan.name && plan.kind == "failover");
    out.push_str(&svg::timeline(plan, budget, &format!("timeline-{number}")));
    if !plan.variables.is_empty() {
        out.push_str("\n<h3>Set this first (bash)</h3>\n<pre>");
        for variable in &plan.variables {
            let _ = writeln!(out, "<span class=\"faint\"># {}</span>\n{}", escape(&variable.what), escape(&variable.line));
        }
        out.push_str("</pre>\n");
    }
    out.push_str("<h3>Start and watch it</h3>\n");
    for command in &plan.commands {
        let _ = writeln!(out, "<p>{}</p>\n<pre>{}</pre>", escape(&titled(&command.what)), escape(&command.command));
    }
    out.push_str("<h3>Its steps, and the same by hand</h3>\n");
    let mut counter = 0;
    for group in &plan.steps {
        if group.len() > 1 {
            let _ = writeln!(out, "<p>{} steps side by side:</p>\n<div class=\"beside\">", group.len());
        }
        for step in group {
            counter += 1;
            self::step(counter, step, out);
        }
        if group.len() > 1 {
            out.push_str("</div>\n");
        }
    }
    if !plan.on_failure.is_empty() {
        out.push_str("<h4>If a step fails</h4>\n");
        actions(&plan.on_failure, out);
    }
    if !plan.needs.is_empty() {
        out.push_str("<h3>What it needs while it runs</h3>\n<dl>\n");
        for need in &plan.needs {
            let _ = writeln!(out, "<dt>{}</dt>\n<dd>{}</dd>", escape(&need.resource), marked(&way(need)));
        }
        out.push_str("</dl>\n");
    }
    if !plan.apart.is_empty() {
        out.push_str("<h4>What names the lost Region and is not needed</h4>\n");
        list(&plan.apart, out);
    }
    out.push_str("</section>\n");
}

/// A list of sentences.
fn list(items: &[String], out: &mut String) {
    out.push_str("<ul>\n");
    for item in items {
        let _ = writeln!(out, "<li>{}</li>", marked(item));
    }
    out.push_str("</ul>\n");
}

fn step(number: usize, step: &Step, out: &mut String) {
    let acts = !step.effects.iter().any(|effect| effect == "read_only");
    let _ = write!(
        out,
        "<section class=\"step{}\">\n<h4>{number}. {} <span class=\"faint\">= {}</span></h4>\n<p>{}</p>\n",
        if acts { " act" } else { "" },
        escape(&step.name),
        escape(&step.action),
        escape(&capitalised(&facts(step, false)))
    );
    actions(&step.actions, out);
    out.push_str("</section>\n");
}

fn actions(actions: &[super::actions::Action], out: &mut String) {
    out.push_str("<ol class=\"actions\">\n");
    for action in actions {
        let calls = calls(action).map_or_else(String::new, |calls| format!("<code>{}</code>: ", escape(&calls)));
        let command = action.command.as_ref().map_or_else(String::new, |command| format!("<pre>{}</pre>", escape(command)));
        let _ = writeln!(out, "<li>{calls}{}{command}</li>", escape(&action.text));
    }
    out.push_str("</ol>\n");
}

fn held(report: &Report, out: &mut String) {
    if report.held.is_empty() {
        return;
    }
    out.push_str("<section id=\"held\">\n<h2>What waits for a lost Region when a stack is updated</h2>\n");
    let held: Vec<String> = report.held.iter().map(|held| format!("{} lost, {}: {}", held.lost, held.stack, held.what)).collect();
    list(&held, out);
    out.push_str("</section>\n");
}

fn accepted(report: &Report, out: &mut String) {
    out.push_str("<section id=\"accepted\">\n<h2>Accepted findings</h2>\n");
    if report.accepted.is_empty() {
        out.push_str("<p>None.</p>\n");
    } else {
        out.push_str("<ul>\n");
        for known in &report.accepted {
            let _ = writeln!(
                out,
                "<li><b>{}</b> {}: {} <span class=\"faint\">{}</span></li>",
                escape(&known.code),
                escape(&known.means),
                escape(&known.reason),
                escape(&known.place)
            );
        }
        out.push_str("</ul>\n");
    }
    if !report.adjusted.is_empty() {
        out.push_str("<h3>Adjusted properties</h3>\n<ul>\n");
        for known in &report.adjusted {
            let _ = writeln!(
                out,
                "<li><code>{}</code> of {} in {} <span class=\"faint\">{}</span></li>",
                escape(&known.property),
                escape(&known.resource),
                escape(&known.regions.join(", ")),
                escape(&known.place)
            );
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</section>\n");
}

fn costs(report: &Report, out: &mut String) {
    let costs = &report.costs;
    let _ = write!(
        out,
        "<section id=\"cost\">\n<h2>Monthly floor of cost: {} {:.2}</h2>\n<p>{}</p>\n",
        costs.currency,
        costs.month,
        escape(&about_costs(costs))
    );
    for region in &costs.regions {
        let title = format!("{}: {} {:.2}", region.region, costs.currency, region.month);
        head(&title, &["what"], &["units x price", "a month"], out);
        for line in &region.lines {
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{} <span>{}{}{}</span></th><td class=\"n\">{} x {}/{}</td><td class=\"n\">{:.2}</td></tr>",
                escape(&line.what),
                escape(&line.resources.join(", ")),
                line.note.map_or_else(String::new, |note| format!("; {}", escape(note))),
                source(line),
                crate::units::number_text(line.units.unwrap_or(0.0)),
                crate::units::number_text(line.price.unwrap_or(0.0)),
                line.per.unwrap_or(""),
                line.month.unwrap_or(0.0)
            );
        }
        for (title, lines) in [("price unknown", &region.unknown), ("paid by use", &region.by_use), ("free", &region.free)] {
            if lines.is_empty() {
                continue;
            }
            let named = lines
                .iter()
                .map(|line| format!("{} <span class=\"faint\">{}</span>", escape(&line.resources.join(", ")), escape(&line.resource_type)));
            let _ = writeln!(out, "<tr><td colspan=\"3\"><b>{title}:</b> {}</td></tr>", named.collect::<Vec<_>>().join("; "));
        }
        out.push_str("</tbody>\n</table>\n");
    }
    out.push_str("</section>\n");
}

/// Where a price stands; told, not loaded.
fn source(line: &Line) -> String {
    line.source.map_or_else(String::new, |source| format!(" <a href=\"{}\">source</a>", escape(source)))
}
