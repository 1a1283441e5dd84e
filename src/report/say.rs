//! What a machine asks and checks, for people: as the source would say it, with the values of the deployment filled in.

use super::shell::shown;
use super::values::Values;
use crate::model::value::{Run, Value};
use crate::units::time_text;

/// An expression.
pub fn say(run: &Run, values: &mut Values<'_>) -> String {
    let text = expression(run, values);
    // The outermost brackets group nothing.
    match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) if matches!(run, Run::Binary(..) | Run::Not(_)) => inner.to_string(),
        _ => text,
    }
}

/// A text of which parts are learned: `the cluster of us-east-2 is not available`.
pub fn say_text(run: &Run, values: &mut Values<'_>) -> String {
    match run {
        Run::Text(parts) => parts.iter().map(|part| say_text(part, values)).collect(),
        Run::Known(value) => shown(&values.word(value)),
        other => format!("<{}>", say(other, values)),
    }
}

fn expression(run: &Run, values: &mut Values<'_>) -> String {
    match run {
        Run::Variable(name, _) => {
            let own = name.strip_prefix(values.step.as_str()).and_then(|rest| rest.strip_prefix('_'));
            own.unwrap_or(name).to_string()
        }
        Run::Element(name, _) => name.to_string(),
        Run::Known(value) => constant(value, values),
        Run::Member(base, name) => format!("{}.{name}", expression(base, values)),
        Run::Index(base, at) => format!("{}[{}]", expression(base, values), expression(at, values)),
        Run::Binary(operator, left, right) => format!("({} {} {})", expression(left, values), operator.symbol(), expression(right, values)),
        Run::Not(inner) => format!("(not {})", expression(inner, values)),
        Run::Any(list, name, body) => format!("{}.any({name} => {})", expression(list, values), say(body, values)),
        Run::All(list, name, body) => format!("{}.all({name} => {})", expression(list, values), say(body, values)),
        Run::Length(list) => format!("{}.length", expression(list, values)),
        Run::Number(inner) => expression(inner, values),
        Run::Ago(time) => format!("{} ago", time_text(*time)),
        Run::Text(parts) => parts.iter().map(|part| expression(part, values)).collect::<Vec<_>>().join(" + "),
    }
}

fn constant(value: &Value, values: &mut Values<'_>) -> String {
    match value {
        Value::Number(_) | Value::Bool(_) => shown(&values.word(value)),
        Value::None => "none".into(),
        Value::List(items) => format!("[{}]", items.iter().map(|item| constant(item, values)).collect::<Vec<_>>().join(", ")),
        _ => format!("\"{}\"", shown(&values.word(value))),
    }
}
