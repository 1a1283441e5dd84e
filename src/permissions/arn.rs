//! ARNs: which form one has, how one is made of a form, and what one says as far as it is known.

use crate::aws::{permissions, schema, types};
use crate::model::Model;
use crate::model::computed::{computed, part_of};
use crate::model::value::{Deploy, ResourceRef, TextPart, Value, number_text};
use std::rc::Rc;

/// The set of texts that a form or a pattern stands for.
#[derive(Debug, Clone)]
pub(super) struct Form(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    Char(char),
    /// Any text without `/` and `:`.
    Plain,
    /// Any text.
    Any,
}

impl Form {
    /// Of an ARN with variables in `${...}`, as the service authorization reference has it.
    pub fn of_template(template: &str) -> Self {
        let mut pieces = Vec::new();
        for part in parts_of(template) {
            match part {
                Part::Literal(text) => pieces.extend(text.chars().map(piece)),
                Part::Variable(name) => {
                    let plain = matches!(name, "Partition" | "Region" | "Account") || permissions::is_plain(name);
                    pieces.push(if plain { Piece::Plain } else { Piece::Any });
                }
            }
        }
        Self(pieces)
    }

    /// Of a text in which `*` and `?` stand for others.
    pub fn of_pattern(pattern: &str) -> Self {
        Self(pattern.chars().map(piece).collect())
    }

    /// Of an ARN that a value is; none if nothing says which one that is.
    pub fn of_value(value: &Value, model: &Model) -> Option<Self> {
        match value {
            Value::Text(text) if text.starts_with("arn:") || text == "*" => Some(Self::of_pattern(text)),
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Text(parts) => {
                    let starts = matches!(parts.first(), Some(TextPart::Literal(text)) if text.starts_with("arn:"));
                    starts.then(|| Self(parts.iter().flat_map(|part| part_pieces(part, model)).collect()))
                }
                Deploy::StackOutput(inner) => Self::of_value(&Value::Deploy(inner.clone()), model),
                Deploy::Ref(resource) | Deploy::Attribute(resource, _) | Deploy::Arn(resource) if is_arn(value, model) => {
                    if let Some(known) = computed(model, deploy) {
                        return Self::of_value(&known, model);
                    }
                    let form = schema::find(&model.families.get(resource.family).resource_type)?.arn_form();
                    (!form.is_empty()).then(|| Self::of_template(&form.replace("${Region}", &model.regions.get(resource.region).code)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether some text is of both.
    pub fn meets(&self, other: &Self) -> bool {
        let (first, second) = (&self.0, &other.0);
        // Whether the rests of both have a text in common, for all rests of the second; from the last rest of the first to its first.
        let mut below: Vec<bool> = Vec::new();
        for at in (0..=first.len()).rev() {
            let mut row = vec![false; second.len() + 1];
            for other in (0..=second.len()).rev() {
                let ok = |rows: &[bool], place: usize| rows.get(place).copied().unwrap_or(false);
                let (mine, theirs) = (first.get(at), second.get(other));
                let found = match (mine, theirs) {
                    (None, None) => true,
                    (Some(Piece::Char(one)), Some(Piece::Char(two))) => one == two && ok(&below, other + 1),
                    _ => {
                        let skips = |hole: Option<&Piece>| matches!(hole, Some(Piece::Plain | Piece::Any));
                        (skips(mine) && (ok(&below, other) || (takes(mine, theirs) && ok(&row, other + 1))))
                            || (skips(theirs) && (ok(&row, other + 1) || (takes(theirs, mine) && ok(&below, other))))
                    }
                };
                if let Some(cell) = row.get_mut(other) {
                    *cell = found;
                }
            }
            below = row;
        }
        below.first().copied().unwrap_or(false)
    }
}

fn piece(character: char) -> Piece {
    if matches!(character, '*' | '?') { Piece::Any } else { Piece::Char(character) }
}

fn takes(hole: Option<&Piece>, piece: Option<&Piece>) -> bool {
    match (hole, piece) {
        (Some(Piece::Any), Some(_)) => true,
        (Some(Piece::Plain), Some(piece)) => !matches!(piece, Piece::Char('/' | ':')),
        _ => false,
    }
}

fn part_pieces(part: &TextPart, model: &Model) -> Vec<Piece> {
    match part {
        TextPart::Literal(text) => text.chars().map(piece).collect(),
        TextPart::Value(value) => match value.as_ref() {
            Deploy::Partition | Deploy::Account(_) => vec![Piece::Plain],
            other => match computed(model, other) {
                Some(Value::Text(text)) => text.chars().map(piece).collect(),
                Some(Value::Deploy(deploy)) => match deploy.as_ref() {
                    Deploy::Text(parts) => parts.iter().flat_map(|part| part_pieces(part, model)).collect(),
                    _ => vec![Piece::Any],
                },
                _ => vec![Piece::Any],
            },
        },
    }
}

/// A part of an ARN with variables.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'t> {
    Literal(&'t str),
    Variable(&'t str),
}

/// An ARN with variables, part by part.
pub(super) fn parts_of(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("${") {
        parts.push(Part::Literal(before));
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        parts.push(Part::Variable(name));
        rest = after;
    }
    parts.push(Part::Literal(rest));
    parts
}

/// The variables of an ARN but for partition, Region and account.
pub(super) fn variables(template: &str) -> Vec<&str> {
    let names = parts_of(template).into_iter().filter_map(|part| match part {
        Part::Variable(name) if !matches!(name, "Partition" | "Region" | "Account") => Some(name),
        _ => None,
    });
    names.collect()
}

/// The resource that a value speaks of.
pub(super) fn resource_of(value: &Value) -> Option<ResourceRef> {
    let Value::Deploy(deploy) = value else { return None };
    match deploy.as_ref() {
        Deploy::Ref(resource) | Deploy::Attribute(resource, _) | Deploy::Arn(resource) => Some(*resource),
        Deploy::StackOutput(inner) => resource_of(&Value::Deploy(inner.clone())),
        _ => None,
    }
}

/// Whether a value is an ARN, whichever one.
pub(super) fn is_arn(value: &Value, model: &Model) -> bool {
    match value {
        Value::Text(text) => text.starts_with("arn:"),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Arn(_) => true,
            Deploy::Text(parts) => matches!(parts.first(), Some(TextPart::Literal(text)) if text.starts_with("arn:")),
            Deploy::StackOutput(inner) => is_arn(&Value::Deploy(inner.clone()), model),
            Deploy::Attribute(resource, name) => {
                let row = types::find(&model.families.get(resource.family).resource_type);
                row.is_some_and(|row| row.arn_attribute.as_deref() == Some(name.as_str())) || name.to_ascii_lowercase().ends_with("arn")
            }
            Deploy::Ref(resource) => types::find(&model.families.get(resource.family).resource_type).is_some_and(|row| row.reference == "arn"),
            Deploy::Parameter(id, _) => {
                let parameter = model.parameters.get(*id);
                parameter.kind.ends_with("Arn")
                    || parameter.pattern.as_deref().is_some_and(|pattern| pattern.trim_start_matches('^').starts_with("arn:"))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether the ARN of a resource can be had, by an attribute or by its name.
pub(super) fn has_arn(resource: ResourceRef, model: &Model) -> bool {
    let deploy = Deploy::Arn(resource);
    let family = model.families.get(resource.family);
    if family.external {
        return computed(model, &deploy).is_some();
    }
    let kind = &family.resource_type;
    let told = || schema::find(kind).is_some_and(|schema| schema.attribute("Arn").is_some());
    (types::find(kind).is_some() || told()) && (matches!(part_of(model, &deploy), Some((_, Some(_)))) || computed(model, &deploy).is_some())
}

/// A text of parts, with what is known of it put together.
pub(super) fn text(parts: Vec<TextPart>) -> Value {
    let mut joined: Vec<TextPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(TextPart::Literal(before)), TextPart::Literal(text)) => before.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    joined.retain(|part| !matches!(part, TextPart::Literal(text) if text.is_empty()));
    match joined.as_slice() {
        [] => Value::text(""),
        [TextPart::Literal(text)] => Value::text(text),
        _ => Value::Deploy(Rc::new(Deploy::Text(joined))),
    }
}

/// What a value says, for messages and for comparing: values that only the deployment knows stand in it by their names.
pub(crate) fn said(value: &Value, model: &Model) -> String {
    match value {
        Value::Text(text) | Value::Cidr(text) => text.to_string(),
        Value::Number(number) => number_text(*number),
        Value::Bool(value) => value.to_string(),
        Value::Deploy(deploy) => deploy_said(deploy, model),
        _ => "*".into(),
    }
}

fn deploy_said(deploy: &Deploy, model: &Model) -> String {
    match deploy {
        Deploy::Parameter(id, region) => {
            let name = &model.parameters.get(*id).name;
            region.map_or_else(|| format!("${{{name}}}"), |region| format!("${{{name}[{}]}}", model.regions.get(region).alias))
        }
        Deploy::Account(_) => "ACCOUNT".into(),
        Deploy::Partition => model.regions.iter().next().map_or("aws".into(), |(_, region)| region.partition.to_string()),
        Deploy::DnsSuffix => "DNS_SUFFIX".into(),
        Deploy::Text(parts) => parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => text.clone(),
                TextPart::Value(value) => deploy_said(value, model),
            })
            .collect(),
        Deploy::Json(_) => "*".into(),
        Deploy::StackOutput(inner) => deploy_said(inner, model),
        Deploy::Ref(resource) | Deploy::Attribute(resource, _) | Deploy::Arn(resource) => match computed(model, deploy) {
            Some(value) => said(&value, model),
            None => {
                let place = &model.regions.get(resource.region).alias;
                let what = match deploy {
                    Deploy::Attribute(_, name) => name.as_str(),
                    Deploy::Arn(_) => "arn",
                    _ => "ref",
                };
                format!("${{{}[{place}].{what}}}", model.family_text(resource.family))
            }
        },
    }
}
