//! Pictures inside of the page. Places along the width are parts of it, so that texts keep their size on a narrow window.

use super::html::escape;
use super::{Budget, Plan, Step, Topology, time};
use std::fmt::Write as _;

/// The height of one row of the timeline, and of its bar.
const ROW: usize = 34;
const BAR: usize = 12;
/// The height of one row of the topology.
const PLACE: usize = 46;

/// A bar of the timeline.
struct Bar {
    label: String,
    /// What a wide window has room for.
    about: String,
    kind: &'static str,
    start: f64,
    worst: f64,
    expected: f64,
    assumed: bool,
}

/// From the loss to the recovery: what passes before the machine, its steps, and what passes after them.
pub fn timeline(plan: &Plan, budget: Option<&Budget>, id: &str) -> String {
    let mut bars = Vec::new();
    let mut after = Vec::new();
    let (mut at, mut start, mut stepped) = (0.0, 0.0, false);
    for stage in budget.map(|budget| budget.stages.iter()).into_iter().flatten() {
        let list = if stepped { &mut after } else { &mut bars };
        if stage.part == "orchestration" {
            stepped = true;
        } else {
            list.push(Bar {
                label: stage.part.replace('_', "-"),
                about: stage.what.replace('`', ""),
                kind: "wait",
                start: at,
                worst: stage.worst_seconds,
                expected: stage.expected_seconds,
                assumed: stage.assumed,
            });
        }
        at += stage.worst_seconds;
        // The machine begins when everything has passed that stands before its first step.
        start = if stepped { start } else { at };
    }
    let mut end = if stepped { start } else { 0.0 };
    for group in &plan.steps {
        bars.extend(group.iter().map(|step| bar(end, step, budget)));
        end += group.iter().map(|step| step.within_seconds).fold(0.0, f64::max);
    }
    bars.extend(after);
    let objective = budget.and_then(|budget| budget.objective_seconds);
    draw(&bars, end.max(at), objective, &format!("Timeline of {}", plan.name), id)
}

fn bar(at: f64, step: &Step, budget: Option<&Budget>) -> Bar {
    let kind = if step.effects.iter().any(|effect| effect == "read_only") { "look" } else { "act" };
    let stage = budget.and_then(|budget| budget.stages.iter().find(|stage| stage.what == format!("step `{}`", step.name)));
    let expected = step.usually_seconds.or(stage.map(|stage| stage.expected_seconds)).unwrap_or(step.within_seconds);
    Bar {
        label: format!("{} = {}", step.name, step.action),
        about: String::new(),
        kind,
        start: at,
        worst: step.within_seconds,
        expected,
        assumed: false,
    }
}

fn draw(bars: &[Bar], end: f64, objective: Option<f64>, title: &str, id: &str) -> String {
    let whole = objective.map_or(end, |objective| objective.max(end)).max(1.0);
    // The last few per cent are for the line of the objective.
    let part = |amount: f64| amount / whole * 98.0;
    let height = bars.len() * ROW + 40;
    let mut out = format!("<svg class=\"timeline\" role=\"img\" aria-labelledby=\"{id}\" width=\"100%\" height=\"{height}\">");
    let _ = write!(out, "<title id=\"{id}\">{}: {} at most. The table has the same figures.</title>", escape(title), escape(&time(end)));
    out.push_str("<defs><pattern id=\"");
    let _ = write!(out, "{id}-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">");
    out.push_str("<rect class=\"hatch\" width=\"3\" height=\"6\"/></pattern></defs>");
    for (number, bar) in bars.iter().enumerate() {
        let top = number * ROW;
        let label = format!("{} <tspan class=\"faint\">{}</tspan>", escape(&bar.label), escape(&span(bar)));
        let about = if bar.about.is_empty() { String::new() } else { format!(" <tspan class=\"long\">{}</tspan>", escape(&bar.about)) };
        let _ = write!(out, "<text x=\"0\" y=\"{}\">{label}{about}</text>", top + 13);
        let (start, width, expected) = (part(bar.start), part(bar.worst).max(0.4), part(bar.expected).max(0.4));
        let rect = |class: &str, width: f64, fill: &str| {
            format!("<rect class=\"{class}\" x=\"{start:.2}%\" y=\"{}\" width=\"{width:.2}%\" height=\"{BAR}\"{fill}/>", top + 18)
        };
        out.push_str(&rect(&format!("worst {}", bar.kind), width, ""));
        if bar.expected < bar.worst {
            out.push_str(&rect(bar.kind, expected, ""));
        } else {
            out.push_str(&rect(bar.kind, width, ""));
        }
        if bar.assumed {
            out.push_str(&rect("", width, &format!(" fill=\"url(#{id}-hatch)\"")));
        }
    }
    let bottom = bars.len() * ROW + 4;
    let _ = write!(out, "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"{bottom}\" y2=\"{bottom}\"/>");
    let step = tick(whole);
    let mut at = 0.0;
    while at <= whole {
        let x = part(at);
        let anchor = if at == 0.0 {
            "start"
        } else if x > 92.0 {
            "end"
        } else {
            "middle"
        };
        let _ = write!(out, "<line class=\"axis\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{bottom}\" y2=\"{}\"/>", bottom + 4);
        let _ = write!(out, "<text class=\"faint\" x=\"{x:.2}%\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>", bottom + 17, escape(&time(at)));
        at += step;
    }
    if let Some(objective) = objective {
        let x = part(objective);
        let _ = write!(out, "<line class=\"objective\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"{}\"/>", bottom + 4);
        let _ = write!(out, "<text class=\"goal\" x=\"{x:.2}%\" y=\"{}\" text-anchor=\"end\">RTO {}</text>", bottom + 32, escape(&time(objective)));
    }
    out.push_str("</svg>");
    out
}

/// The figures of a bar.
fn span(bar: &Bar) -> String {
    let assumed = if bar.assumed { ", assumed" } else { "" };
    if bar.expected < bar.worst {
        format!("{}, at most {}{assumed}", time(bar.expected), time(bar.worst))
    } else {
        format!("at most {}{assumed}", time(bar.worst))
    }
}

/// The distance of the marks below a timeline: not more than five of them.
fn tick(whole: f64) -> f64 {
    let steps = [1.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0, 86_400.0];
    steps.into_iter().find(|step| whole / step <= 5.0).unwrap_or_else(|| (whole / 5.0 / 86_400.0).ceil() * 86_400.0)
}

/// The Regions side by side; what is in several stands in one row, with arrows for what goes from one to the other.
pub fn topology(topology: &Topology, id: &str) -> String {
    let count = topology.regions.len().max(1);
    let height = topology.rows.len() * PLACE + 34;
    let column = 100.0 / count as f64;
    let gap = if count > 2 { 6.0 } else { 9.0 };
    let mut out = format!("<svg class=\"topology\" role=\"img\" aria-labelledby=\"{id}\" width=\"100%\" height=\"{height}\">");
    let _ = write!(out, "<title id=\"{id}\">What is in which Region, what is replicated, what moves. The table has the same.</title>");
    let _ = write!(
        out,
        "<defs><marker id=\"{id}-tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">\
         <path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker><marker id=\"{id}-move\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
         markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"moves\" d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    );
    let left = |number: usize| number as f64 * column + if number == 0 { 0.0 } else { gap / 2.0 };
    let width = |number: usize| column - if number == 0 || number + 1 == count { gap / 2.0 } else { gap };
    for (number, region) in topology.regions.iter().enumerate() {
        let (x, width) = (left(number), width(number));
        let _ = write!(out, "<rect class=\"region\" x=\"{x:.2}%\" y=\"0.5\" width=\"{width:.2}%\" height=\"{}\"/>", height - 1);
        let name = if region.alias == region.code { region.code.clone() } else { format!("{} {}", region.alias, region.code) };
        let _ = write!(
            out,
            "<svg x=\"{x:.2}%\" y=\"0\" width=\"{width:.2}%\" height=\"24\"><text class=\"strong\" x=\"8\" y=\"17\">{}</text></svg>",
            escape(&name)
        );
    }
    for (line, row) in topology.rows.iter().enumerate() {
        let top = line * PLACE + 26;
        let mut before: Option<usize> = None;
        for (number, region) in topology.regions.iter().enumerate().filter(|(_, region)| row.regions.contains(&region.code)) {
            let (x, width) = (left(number), width(number));
            let leaves = row.moves.iter().any(|moved| moved.from == region.code);
            let class = if leaves { "thing leaves" } else { "thing" };
            let _ = write!(out, "<svg x=\"{x:.2}%\" y=\"{top}\" width=\"{width:.2}%\" height=\"{}\">", PLACE - 6);
            let _ =
                write!(out, "<rect class=\"{class}\" x=\"6\" y=\"0.5\" width=\"100%\" height=\"{}\" style=\"width:calc(100% - 12px)\"/>", PLACE - 7);
            let _ = write!(out, "<text x=\"12\" y=\"16\">{}</text>", escape(&row.name));
            let _ = write!(out, "<text class=\"faint\" x=\"12\" y=\"32\">{}</text></svg>", escape(&role(row, &region.code)));
            if let Some(other) = before.filter(|_| row.replication.is_some_and(|word| word != "none")) {
                let (from, to) = (left(other) + self::width_of(column, gap, other, count), x);
                let both = if one_way(row) { String::new() } else { format!(" marker-start=\"url(#{id}-tip)\"") };
                let _ = write!(
                    out,
                    "<line class=\"flow {}\" x1=\"{from:.2}%\" x2=\"{to:.2}%\" y1=\"{mid}\" y2=\"{mid}\" marker-end=\"url(#{id}-tip)\"{both}/>",
                    row.replication.unwrap_or_default(),
                    mid = top + 18
                );
            }
            before = Some(number);
        }
        out.push_str(&arrow_of_move(topology, row, top + 29, &|number| (left(number), left(number) + width(number)), id));
    }
    out.push_str("</svg>");
    out
}

/// The arrow for what a plan moves, below that of its data.
fn arrow_of_move(topology: &Topology, row: &super::Row, y: usize, sides: &dyn Fn(usize) -> (f64, f64), id: &str) -> String {
    let Some(moved) = row.moves.first() else { return String::new() };
    let place = |code: &str| topology.regions.iter().position(|region| region.code == code).map(sides);
    let (Some(from), Some(to)) = (place(&moved.from), place(&moved.to)) else { return String::new() };
    let (start, end) = if from.0 < to.0 { (from.1, to.0) } else { (from.0, to.1) };
    let back = row.moves.iter().any(|other| other.from == moved.to && other.to == moved.from);
    let both = if back { format!(" marker-start=\"url(#{id}-move)\"") } else { String::new() };
    format!("<line class=\"move\" x1=\"{start:.2}%\" x2=\"{end:.2}%\" y1=\"{y}\" y2=\"{y}\" marker-end=\"url(#{id}-move)\"{both}/>")
}

fn width_of(column: f64, gap: f64, number: usize, count: usize) -> f64 {
    column - if number == 0 || number + 1 == count { gap / 2.0 } else { gap }
}

/// Whether data goes one way at a time: a plan has to move what writes.
fn one_way(row: &super::Row) -> bool {
    !row.moves.is_empty() && row.word == "replica"
}

/// What something is in a Region, or what moves it from there and to there.
fn role(row: &super::Row, region: &str) -> String {
    let mut plans: Vec<&str> = Vec::new();
    for moved in row.moves.iter().filter(|moved| moved.to == region || moved.from == region) {
        if !plans.contains(&moved.plan.as_str()) {
            plans.push(&moved.plan);
        }
    }
    match plans.as_slice() {
        [] => row.component.clone(),
        [plan] => format!("moved by {plan}"),
        several => format!("moved by {} plans", several.len()),
    }
}
