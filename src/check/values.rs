//! Values as the schemas see them.

use crate::aws::schema::{Literal, Node, Types};
use crate::model::Model;
use crate::model::value::{Deploy, Value, number_text};

/// How a value looks to a schema.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'v> {
    /// A text.
    Text(&'v str),
    /// A number.
    Number(f64),
    /// `true` or `false`
    Bool(bool),
    /// A list.
    List(&'v [Value]),
    /// A map.
    Map(&'v crate::model::value::ValueMap),
    /// What CloudFormation knows at deployment.
    Deploy(&'v Deploy),
    /// What nobody can say now: an intrinsic function, a text that CloudFormation resolves, or an error that was reported.
    Unknown,
}

/// Looks at a value.
pub(super) fn see(value: &Value) -> Seen<'_> {
    match value {
        Value::Text(text) if text.contains("{{resolve:") => Seen::Unknown,
        Value::Text(text) | Value::Cidr(text) => Seen::Text(text),
        Value::Number(number) => Seen::Number(*number),
        Value::Bool(value) => Seen::Bool(*value),
        Value::List(items) => Seen::List(items),
        Value::Map(map) => match map.keys().next() {
            Some(key) if map.len() == 1 && (key.starts_with("Fn::") || key == "Ref") => Seen::Unknown,
            _ => Seen::Map(map),
        },
        Value::Deploy(deploy) => Seen::Deploy(deploy),
        _ => Seen::Unknown,
    }
}

/// Whether a value that is known now is of one of the types. CloudFormation turns numbers and conditions into texts and back, so
/// `"5"` is a number and `5` a text.
pub(super) fn is_of(seen: Seen<'_>, types: Types) -> bool {
    let scalar = |has: bool| types & Node::STRING != 0 || has;
    match seen {
        Seen::Text(text) => scalar(
            types & Node::NUMBER != 0 && text.trim().parse::<f64>().is_ok()
                || types & Node::INTEGER != 0 && text.trim().parse::<i64>().is_ok()
                || types & Node::BOOLEAN != 0 && matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE"),
        ),
        Seen::Number(number) => scalar(types & Node::NUMBER != 0 || types & Node::INTEGER != 0 && number.fract() == 0.0),
        Seen::Bool(_) => scalar(types & Node::BOOLEAN != 0),
        Seen::List(_) => types & Node::ARRAY != 0,
        Seen::Map(_) => types & Node::OBJECT != 0,
        Seen::Deploy(_) | Seen::Unknown => true,
    }
}

/// What a value of deployment is: a text, a list of texts, or not known.
pub(super) fn deploy_types(model: &Model, deploy: &Deploy) -> Option<Types> {
    let scalar = Node::STRING | Node::NUMBER | Node::INTEGER | Node::BOOLEAN;
    match deploy {
        Deploy::Text(_) | Deploy::Json(_) | Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix | Deploy::Arn(_) | Deploy::Ref(_) => {
            Some(scalar)
        }
        Deploy::Parameter(id, _) => {
            let kind = &model.parameters.get(*id).parameter_type;
            Some(if kind.starts_with("List<") || kind == "CommaDelimitedList" { Node::ARRAY } else { scalar })
        }
        Deploy::Attribute(target, name) => {
            let schema = crate::aws::schema::find(&model.families.get(target.family).resource_type)?;
            let types = schema.attribute(name)?.types()?;
            Some(if types & scalar != 0 { types | scalar } else { types })
        }
        Deploy::StackOutput(inner) => deploy_types(model, inner),
    }
}

/// Whether a value is the one that a schema names.
pub(super) fn is_literal(seen: Seen<'_>, literal: Literal, fold: bool) -> bool {
    match (seen, literal) {
        (Seen::Text(text), Literal::Text(wanted)) => text == wanted || fold && text.eq_ignore_ascii_case(wanted),
        (Seen::Number(number), Literal::Number(wanted)) => number == wanted,
        (Seen::Bool(value), Literal::Bool(wanted)) => value == wanted,
        // CloudFormation turns one into the other.
        (Seen::Text(text), Literal::Number(wanted)) => text.parse::<f64>().is_ok_and(|number| number == wanted),
        (Seen::Number(number), Literal::Text(wanted)) => number_text(number) == wanted,
        (Seen::Text(text), Literal::Bool(wanted)) => text.eq_ignore_ascii_case(if wanted { "true" } else { "false" }),
        (Seen::Bool(value), Literal::Text(wanted)) => wanted.eq_ignore_ascii_case(if value { "true" } else { "false" }),
        _ => false,
    }
}

/// The literal as it is written in the language.
pub(super) fn literal_text(literal: Literal) -> String {
    match literal {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Number(number) => number_text(number),
        Literal::Bool(value) => value.to_string(),
    }
}

/// A short text of a value for messages.
pub(super) fn shown(value: &Value) -> String {
    match see(value) {
        Seen::Text(text) if text.chars().count() > 60 => format!("\"{}...\"", text.chars().take(57).collect::<String>()),
        Seen::Text(text) => format!("\"{text}\""),
        Seen::Number(number) => number_text(number),
        Seen::Bool(value) => value.to_string(),
        Seen::List(_) => "a list".into(),
        Seen::Map(_) => "a map".into(),
        Seen::Deploy(_) | Seen::Unknown => "a value known at deployment".into(),
    }
}

/// A text that is the same for equal values and for no others; `None` if a part of it is not known now.
pub(super) fn key_of(value: &Value) -> Option<String> {
    let mut text = String::new();
    write_key(value, &mut text).then_some(text)
}

fn write_key(value: &Value, out: &mut String) -> bool {
    match value {
        Value::Text(text) | Value::Cidr(text) => {
            out.push('"');
            out.push_str(&text.replace('"', "\\\""));
            out.push('"');
            true
        }
        Value::Number(number) => {
            out.push_str(&number_text(*number));
            true
        }
        Value::Bool(value) => {
            out.push_str(if *value { "true" } else { "false" });
            true
        }
        Value::List(items) => {
            out.push('[');
            let known = items.iter().all(|item| {
                let known = write_key(item, out);
                out.push(',');
                known
            });
            out.push(']');
            known
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            let known = entries.into_iter().all(|(key, item)| {
                out.push_str(key);
                out.push(':');
                let known = write_key(item, out);
                out.push(',');
                known
            });
            out.push('}');
            known
        }
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Ref(target) | Deploy::Arn(target) => {
                out.push_str(&format!("{target:?}"));
                out.push_str(if matches!(deploy.as_ref(), Deploy::Ref(_)) { ".ref" } else { ".arn" });
                true
            }
            Deploy::Attribute(target, name) => {
                out.push_str(&format!("{target:?}.{name}"));
                true
            }
            Deploy::Parameter(id, region) => {
                out.push_str(&format!("parameter {id:?} {region:?}"));
                true
            }
            _ => false,
        },
        _ => false,
    }
}
