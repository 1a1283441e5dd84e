//! Run-time expressions as JSONata, and arguments as JSON with JSONata in it.

use super::substitute::{Part, Substitutions};
use crate::model::value::{Run, Value};
use crate::syntax::ast::BinaryOperator;
use serde_json::{Map, Number, Value as Json};

/// A value as an argument: plain JSON where it is known, `{% ... %}` where it is not.
pub fn argument(value: &Value, substitutions: &mut Substitutions<'_>) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => json_number(*number),
        Value::Text(text) => plain_text(&[Part::Literal(text.to_string())]),
        Value::Cidr(text) => Json::String(text.to_string()),
        Value::Deploy(deploy) => {
            let parts = substitutions.parts(deploy);
            plain_text(&parts)
        }
        Value::List(items) => Json::Array(items.iter().map(|item| argument(item, substitutions)).collect()),
        Value::Map(map) => {
            let entries: Map<String, Json> = map.iter().map(|(key, value)| (key.to_string(), argument(value, substitutions))).collect();
            Json::Object(entries)
        }
        Value::Run(run) => Json::String(wrap(&expression(run, substitutions))),
        _ => Json::Null,
    }
}

/// A number without a fraction where it has none.
pub fn json_number(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Json::Number(Number::from(number as i64))
    } else {
        Number::from_f64(number).map_or(Json::Null, Json::Number)
    }
}

/// `{% expression %}`
pub fn wrap(expression: &str) -> String {
    format!("{{% {expression} %}}")
}

/// A text as a JSON string with placeholders. A text that AWS would read as an expression or a placeholder of its own
/// is written as a JSONata string.
fn plain_text(parts: &[Part]) -> Json {
    let whole: String = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Key(key) => format!("${{{key}}}"),
        })
        .collect();
    let harmless = parts.iter().all(|part| matches!(part, Part::Key(_)) || matches!(part, Part::Literal(text) if !text.contains("${")));
    if harmless && !whole.starts_with("{%") {
        return Json::String(whole);
    }
    Json::String(wrap(&text_expression(parts)))
}

fn text_expression(parts: &[Part]) -> String {
    let pieces: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => literal(text),
            Part::Key(key) => format!("'${{{key}}}'"),
        })
        .collect();
    pieces.join(" & ")
}

/// A JSONata string. `${` is taken apart, since it would be read as a placeholder.
pub fn literal(text: &str) -> String {
    if text.contains("${") {
        let pieces: Vec<String> = text.split("${").map(literal).collect();
        return format!("({})", pieces.join(" & '$' & '{' & "));
    }
    let simple = !text.chars().any(|c| c == '\'' || c == '\\' || c.is_control());
    if simple { format!("'{text}'") } else { serde_json::to_string(text).unwrap_or_default() }
}

/// A condition that is true or false whatever is missing in the result it looks at.
pub fn condition(run: &Run, substitutions: &mut Substitutions<'_>) -> String {
    wrap(&format!("({}) = true", expression(run, substitutions)))
}

/// An expression.
pub fn expression(run: &Run, substitutions: &mut Substitutions<'_>) -> String {
    match run {
        Run::Variable(name, _) | Run::Element(name, _) => format!("${name}"),
        Run::Known(value) => known(value, substitutions),
        Run::Member(base, name) => format!("{}.{}", expression(base, substitutions), field(name)),
        Run::Index(base, at) => format!("{}[{}]", expression(base, substitutions), expression(at, substitutions)),
        Run::Not(inner) => format!("$not({})", expression(inner, substitutions)),
        Run::Number(inner) => format!("$number({})", expression(inner, substitutions)),
        Run::Ago(time) => format!("$fromMillis($millis() - {})", crate::model::value::number_text(*time)),
        Run::Length(inner) => format!("$count({})", expression(inner, substitutions)),
        Run::Any(base, name, body) => {
            let (base, body) = (expression(base, substitutions), expression(body, substitutions));
            format!("($count($filter({base}, function(${name}) {{ {body} }})) > 0)")
        }
        Run::All(base, name, body) => {
            let (base, body) = (expression(base, substitutions), expression(body, substitutions));
            format!("($count($filter({base}, function(${name}) {{ $not({body}) }})) = 0)")
        }
        Run::Text(parts) => {
            let pieces: Vec<String> = parts.iter().map(|part| expression(part, substitutions)).collect();
            format!("({})", pieces.join(" & "))
        }
        Run::Binary(operator, left, right) => {
            let (left, right) = (expression(left, substitutions), expression(right, substitutions));
            format!("({left} {} {right})", symbol(*operator))
        }
    }
}

fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Equal => "=",
        other => other.symbol(),
    }
}

fn field(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_string() } else { format!("`{name}`") }
}

fn known(value: &Value, substitutions: &mut Substitutions<'_>) -> String {
    match value {
        Value::Text(text) => literal(text),
        Value::Number(number) => crate::model::value::number_text(*number),
        Value::Bool(value) => value.to_string(),
        Value::Deploy(deploy) => {
            let parts = substitutions.parts(deploy);
            let text = text_expression(&parts);
            if parts.len() > 1 { format!("({text})") } else { text }
        }
        Value::List(items) => {
            let pieces: Vec<String> = items.iter().map(|item| known(item, substitutions)).collect();
            format!("[{}]", pieces.join(", "))
        }
        Value::Run(run) => expression(run, substitutions),
        _ => "null".into(),
    }
}
