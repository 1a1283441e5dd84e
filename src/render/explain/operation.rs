//! The page of an operation that a plan can call, and the list of a service's operations.

use super::{Page, Paper, Row, bounds, counted, outline, values};
use crate::aws::api::{self, Member, Operation, Service, Shape, ShapeKind, Support};
use crate::aws::control_planes;
use crate::aws::iam::{self, Level};
use crate::units::number_text;

/// How deep results are shown.
const LEVELS: usize = 2;

/// The page of an operation.
#[must_use]
pub fn operation(operation: Operation, paper: Paper) -> String {
    let service = operation.service();
    let mut page = Page::new(paper, &format!("{}.{}", service.name(), operation.name()));
    page.line(&format!("`{}` of the API.", operation.api_name()));
    for support in [service.support(), operation.support()] {
        match support {
            Support::Supported => {}
            Support::Unsupported(reason) => page.line(&format!("Step Functions cannot call it: {reason}.")),
            Support::Unknown => page.line(&format!("Whether Step Functions can call it is not known: its list was read as of {}.", api::list_date())),
        }
    }
    control_plane(operation, &mut page);
    parameters(operation, &mut page);
    result(operation, &mut page);
    errors(operation, &mut page);
    permissions(operation, &mut page);
    page.headline("In a plan");
    for line in call(operation).lines() {
        page.text.push_str(&format!("  {line}\n"));
    }
    page.text.push('\n');
    if operation.input().members().any(|member| member.required()) {
        page.line("* has to be set");
    }
    page.line(&format!("AWS's API models of {}; IAM's actions of {}", api::date(), iam::date()));
    page.text
}

/// The operations of a service.
#[must_use]
pub fn service(service: Service, paper: Paper) -> String {
    let mut page = Page::new(paper, service.name());
    let names: Vec<String> = service.operation_names().collect();
    page.line(&format!("{} operations; `drc explain {}.{}` explains one.", names.len(), service.name(), names.first().map_or("", String::as_str)));
    match service.support() {
        Support::Supported => {}
        Support::Unsupported(reason) => page.line(&format!("Step Functions cannot call it: {reason}.")),
        Support::Unknown => page.line(&format!("Whether Step Functions can call it is not known: its list was read as of {}.", api::list_date())),
    }
    page.text.push('\n');
    for name in names {
        page.text.push_str(&format!("  {name}\n"));
    }
    page.text
}

fn control_plane(operation: Operation, page: &mut Page) {
    let Some(plane) = control_planes::of_operation(operation.service().name(), &operation.name()) else {
        page.line("It is not known to need another Region than the one in which it is called.");
        return;
    };
    let places: Vec<String> = plane.regions.iter().map(|(partition, region)| format!("{region} ({partition})")).collect();
    let when = plane.when.map_or_else(String::new, |when| format!(", {when}"));
    page.line(&format!("Wherever it is called{when}, it needs {}: while that Region is impaired, it may fail.", places.join(", ")));
    if let Some(keeps) = plane.keeps {
        page.line(&format!("What goes on without it: {keeps}."));
    }
    page.line(&format!("{} (read {})", plane.source, plane.read));
}

fn parameters(operation: Operation, page: &mut Page) {
    page.headline("Parameters, as Step Functions spells them");
    if !operation.service().details() {
        page.line("Only the names of this service's operations are known here.");
        return;
    }
    let mut rows = rows(operation.input(), 1, 0);
    rows.sort_by_key(|row| !row.required);
    if rows.is_empty() {
        page.line("None.");
    }
    page.rows(&rows);
    if operation.input().one_member() {
        page.line("Exactly one of them is set.");
    }
}

fn result(operation: Operation, page: &mut Page) {
    page.headline("Result");
    if !operation.service().details() {
        page.line("Not known here.");
        return;
    }
    let rows: Vec<Row> = rows(operation.output(), LEVELS, 0).into_iter().map(|row| Row { required: false, ..row }).collect();
    if rows.is_empty() {
        page.line("Nothing.");
    }
    page.rows(&rows);
}

fn errors(operation: Operation, page: &mut Page) {
    page.headline("Errors");
    let mut names: Vec<String> = operation.errors().collect();
    names.sort();
    for name in &names {
        page.text.push_str(&format!("  {name}\n"));
    }
    page.line(if names.is_empty() { "The API names none." } else { "Others are possible, of which the API says nothing." });
}

fn permissions(operation: Operation, page: &mut Page) {
    page.headline("Permissions");
    let Some(names) = iam::actions_of(operation.service().name(), &operation.name()) else {
        page.line("No action is known that allows it.");
        return;
    };
    for name in names {
        let Some(action) = iam::action(&name) else {
            page.line(&name);
            continue;
        };
        page.line(&format!("{} ({})", action.name(), level(action.level())));
        let rows: Vec<Row> = action
            .resources()
            .map(|resource| Row {
                name: resource.name.to_string(),
                text: resource.arn.to_string(),
                marks: Vec::new(),
                required: resource.required,
                depth: 1,
            })
            .collect();
        if rows.is_empty() {
            page.line("  on `*`: it takes no resources");
        }
        page.rows(&rows);
        let others: Vec<&str> = action.dependent_actions().collect();
        if !others.is_empty() {
            page.line(&format!("  and with it {}", others.join(", ")));
        }
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::List => "lists",
        Level::Read => "reads",
        Level::Write => "writes",
        Level::Tagging => "changes tags",
        Level::Permissions => "changes permissions",
    }
}

/// The members of a structure, and of what they hold.
fn rows(shape: Shape, levels: usize, depth: usize) -> Vec<Row> {
    let mut found = Vec::new();
    for member in shape.members() {
        let inside = within(member.shape());
        let nested = if levels > 1 { rows(inside, levels - 1, depth + 1) } else { Vec::new() };
        let text = if nested.is_empty() {
            describe(member.shape(), 2)
        } else if member.shape().kind() == ShapeKind::List {
            "list of".into()
        } else {
            String::new()
        };
        found.push(Row { name: member.name(), text, marks: Vec::new(), required: member.required(), depth });
        found.extend(nested);
    }
    found
}

/// The structure that a shape is, or that its elements are.
fn within(shape: Shape) -> Shape {
    if shape.kind() == ShapeKind::List { shape.element() } else { shape }
}

fn describe(shape: Shape, depth: usize) -> String {
    let all: Vec<String> = shape.enumeration().map(|value| format!("\"{value}\"")).collect();
    if !all.is_empty() {
        return values(&all, false);
    }
    let counted = |noun: &str| bounds(shape.minimum(), shape.maximum()).map_or_else(String::new, |bounds| format!(", {}", counted(&bounds, noun)));
    match shape.kind() {
        ShapeKind::Structure => {
            let names: Vec<(String, bool)> = shape.members().map(|member| (member.name(), member.required())).collect();
            outline(&names)
        }
        ShapeKind::List if depth > 0 => format!("list of {}{}", describe(shape.element(), depth - 1), counted("element")),
        ShapeKind::Map if depth > 0 => format!("map of {}", describe(shape.element(), depth - 1)),
        ShapeKind::List => "list".into(),
        ShapeKind::Map => "map".into(),
        ShapeKind::String => format!("text{}", counted("character")),
        ShapeKind::Integer => format!("whole number{}", counted("")),
        ShapeKind::Number => format!("number{}", counted("")),
        ShapeKind::Boolean => "true or false".into(),
        ShapeKind::Blob => "bytes, as text".into(),
        ShapeKind::Timestamp => "point in time, as text".into(),
        ShapeKind::Document => "anything".into(),
    }
}

/// How deep values are made up.
const MADE_UP: usize = 4;
/// The columns that a call may take.
const CALL: usize = 76;

/// A call with the members that have to be set, as it stands in an action.
fn call(operation: Operation) -> String {
    let required: Vec<Member> = operation.input().members().filter(|member| member.required()).collect();
    let head = format!("call {}.{}", operation.service().name(), operation.name());
    if required.is_empty() {
        return format!("{head} {{}}");
    }
    let longest = required.iter().map(|member| member.name().len()).max().unwrap_or_default();
    let line = |member: &Member| format!("  {:longest$} = {}\n", member.name(), stand_in(member.shape(), MADE_UP, 2, longest + 3));
    let lines: String = required.iter().map(line).collect();
    format!("{head} {{\n{lines}}}")
}

/// A value of a shape, to be written over: in one line where that fits behind `before` columns, else over lines that begin at `indent`.
fn stand_in(shape: Shape, depth: usize, indent: usize, before: usize) -> String {
    if let Some(first) = shape.enumeration().next() {
        return format!("\"{first}\"");
    }
    match shape.kind() {
        ShapeKind::Integer | ShapeKind::Number => number_text(shape.minimum().unwrap_or(1.0)),
        ShapeKind::Boolean => "true".into(),
        ShapeKind::List if depth > 0 => format!("[{}]", stand_in(shape.element(), depth - 1, indent, before + 1)),
        ShapeKind::Structure if depth > 0 => {
            let required: Vec<Member> = shape.members().filter(|member| member.required()).collect();
            let entries = |indent: usize| -> Vec<String> {
                let entry = |member: &Member| {
                    let name = member.name();
                    let value = stand_in(member.shape(), depth - 1, indent, name.len() + 2);
                    format!("{name}: {value}")
                };
                required.iter().map(entry).collect()
            };
            let short = entries(indent).join(", ");
            if short.is_empty() {
                "{}".into()
            } else if !short.contains('\n') && indent + before + short.len() + 4 <= CALL {
                format!("{{ {short} }}")
            } else {
                let inner = indent + 2;
                let lines: String = entries(inner).iter().map(|entry| format!("{:inner$}{entry}\n", "")).collect();
                format!("{{\n{lines}{:indent$}}}", "")
            }
        }
        ShapeKind::Structure | ShapeKind::Map => "{}".into(),
        ShapeKind::List => "[]".into(),
        ShapeKind::Timestamp => "\"2026-01-31T12:00:00Z\"".into(),
        ShapeKind::String | ShapeKind::Blob | ShapeKind::Document => "\"...\"".into(),
    }
}
