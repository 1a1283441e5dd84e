//! How a stack comes by a value of a resource: directly, from another stack's output, or computed from its name.

use super::{Layout, Part, StackId, of_region};
use crate::aws::types::{self, ResourceType};
use crate::diag::{Diagnostic, codes};
use crate::model::Model;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::source::Span;
use smol_str::SmolStr;
use std::rc::Rc;

/// The way by which a value is had.
#[derive(Debug, Clone)]
pub enum Resolved {
    /// `Ref` in the same template.
    Ref,
    /// `Fn::GetAtt` in the same template.
    Attribute(SmolStr),
    /// A parameter fed by an output of another stack.
    Import {
        /// The stack that has the output.
        stack: StackId,
        /// The name of the output.
        output: SmolStr,
        /// The name of the parameter: with the Region's name, if the other stack is in another one.
        name: SmolStr,
        /// Which value.
        part: Part,
    },
    /// A value made of the resource's name.
    Computed(Value),
    /// There is none.
    Unknown,
}

/// Finds the way for a reference that stands in `stack`.
#[must_use]
pub fn resolve(model: &Model, layout: &Layout, stack: StackId, deploy: &Deploy) -> Resolved {
    let (target, part) = match deploy {
        Deploy::Ref(target) => (*target, Part::Ref),
        Deploy::Attribute(target, name) if is_reference(model, *target, name) => (*target, Part::Ref),
        Deploy::Attribute(target, name) => (*target, Part::Attribute(name.clone())),
        Deploy::Arn(target) => match arn_part(model, *target) {
            Some(part) => (*target, part),
            None => return computed_arn(model, *target).map_or(Resolved::Unknown, Resolved::Computed),
        },
        _ => return Resolved::Unknown,
    };
    let here = layout.stacks.get(stack).map(|stack| stack.region);
    match layout.stack_of(target) {
        Some(own) if own == stack => match part {
            Part::Ref => Resolved::Ref,
            Part::Attribute(name) => Resolved::Attribute(name),
        },
        Some(other) => {
            let local = Some(target.region) == here;
            match computed(model, target, &part).filter(|_| !local) {
                Some(value) => Resolved::Computed(value),
                None => import(model, other, target, part, local),
            }
        }
        None => computed(model, target, &part).map_or(Resolved::Unknown, Resolved::Computed),
    }
}

/// The value as an output of its stack, which is handed over.
fn import(model: &Model, stack: StackId, target: ResourceRef, part: Part, local: bool) -> Resolved {
    let id = &model.families.get(target.family).logical_id;
    let output = match &part {
        Part::Ref => id.clone(),
        Part::Attribute(name) => SmolStr::new(format!("{id}{}", name.replace('.', ""))),
    };
    let name = if local { output.clone() } else { of_region(model, &output, target.region) };
    Resolved::Import { stack, output, name, part }
}

/// Whether a name is that of the property which `Ref` gives: most types have no attribute of that name.
fn is_reference(model: &Model, target: ResourceRef, name: &str) -> bool {
    types::find(&model.families.get(target.family).resource_type)
        .is_some_and(|row| row.reference == "name" && row.name_property.as_deref() == Some(name))
}

/// By which attribute a resource tells its ARN; `None` if only its name does.
fn arn_part(model: &Model, target: ResourceRef) -> Option<Part> {
    let family = model.families.get(target.family);
    match types::find(&family.resource_type) {
        Some(row) => match row.arn_attribute.as_deref() {
            Some("Ref") => Some(Part::Ref),
            Some(attribute) => Some(Part::Attribute(SmolStr::new(attribute))),
            None => None,
        },
        None => Some(Part::Attribute(SmolStr::new_static("Arn"))),
    }
}

/// A value that the name of a resource decides.
fn computed(model: &Model, target: ResourceRef, part: &Part) -> Option<Value> {
    let row = types::find(&model.families.get(target.family).resource_type)?;
    match part {
        Part::Ref => match row.reference.as_str() {
            "name" => name_of(model, target, row),
            "arn" => fill(model, target, row, row.arn.as_deref()?),
            "url" => fill(model, target, row, row.url.as_deref()?),
            _ => None,
        },
        Part::Attribute(name) if row.arn_attribute.as_deref() == Some(name) => fill(model, target, row, row.arn.as_deref()?),
        Part::Attribute(name) if row.name_property.as_deref() == Some(name) => name_of(model, target, row),
        Part::Attribute(_) => None,
    }
}

fn computed_arn(model: &Model, target: ResourceRef) -> Option<Value> {
    let row = types::find(&model.families.get(target.family).resource_type)?;
    fill(model, target, row, row.arn.as_deref()?)
}

/// The physical name, if the source sets it to something that every stack can know.
fn name_of(model: &Model, target: ResourceRef, row: &ResourceType) -> Option<Value> {
    let value = model.property(target, row.name_property.as_deref()?)?;
    if !is_portable(model, value) {
        return None;
    }
    Some(if row.lowercase_name { lower(value) } else { value.clone() })
}

/// Whether a value means the same in every stack.
fn is_portable(model: &Model, value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Number(_) => true,
        Value::Deploy(deploy) => portable_deploy(model, deploy),
        _ => false,
    }
}

fn portable_deploy(model: &Model, deploy: &Deploy) -> bool {
    match deploy {
        Deploy::Parameter(id, _) => !model.parameters.get(*id).secret,
        Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => true,
        Deploy::Text(parts) => parts.iter().all(|part| match part {
            TextPart::Literal(_) => true,
            TextPart::Value(value) => portable_deploy(model, value),
        }),
        _ => false,
    }
}

fn lower(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::text(text.to_lowercase()),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Text(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| match part {
                        TextPart::Literal(text) => TextPart::Literal(text.to_lowercase()),
                        TextPart::Value(value) => TextPart::Value(value.clone()),
                    })
                    .collect();
                Value::Deploy(Rc::new(Deploy::Text(parts)))
            }
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

/// Fills `{partition}`, `{region}`, `{account}`, `{dns_suffix}` and `{name}` of a row's form.
fn fill(model: &Model, target: ResourceRef, row: &ResourceType, form: &str) -> Option<Value> {
    let mut parts: Vec<TextPart> = Vec::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, behind) = after.split_once('}')?;
        parts.push(TextPart::Literal(before.to_string()));
        match key {
            "partition" => parts.push(TextPart::Value(Rc::new(Deploy::Partition))),
            "region" => parts.push(TextPart::Literal(model.regions.get(target.region).code.to_string())),
            "account" => parts.push(TextPart::Value(Rc::new(Deploy::Account(Some(target.region))))),
            "dns_suffix" => parts.push(TextPart::Value(Rc::new(Deploy::DnsSuffix))),
            "name" => match name_of(model, target, row)? {
                Value::Text(text) => parts.push(TextPart::Literal(text.to_string())),
                Value::Deploy(deploy) => match deploy.as_ref() {
                    Deploy::Text(inner) => parts.extend(inner.iter().cloned()),
                    _ => parts.push(TextPart::Value(deploy)),
                },
                _ => return None,
            },
            _ => return None,
        }
        rest = behind;
    }
    parts.push(TextPart::Literal(rest.to_string()));
    Some(Value::Deploy(Rc::new(Deploy::Text(parts))))
}

/// The finding for a value that cannot be had.
pub(super) fn unknown(model: &Model, deploy: &Deploy, target: ResourceRef, span: Span) -> Diagnostic {
    let family = model.families.get(target.family);
    let what = match deploy {
        Deploy::Attribute(_, name) => format!("{}.{name}", family.path.join(".")),
        Deploy::Arn(_) => format!("{}.arn", family.path.join(".")),
        _ => format!("{}.ref", family.path.join(".")),
    };
    let row = types::find(&family.resource_type);
    let finding = Diagnostic::error(codes::NO_COMPUTED_NAME, format!("`{what}` cannot be had"))
        .label(span, "nobody tells this value")
        .secondary(family.span, format!("an {}", family.resource_type));
    match row.and_then(|row| row.name_property.as_deref()) {
        Some(property) if model.property(target, property).is_none() => finding
            .note("CloudFormation does not tell it; the name of the resource would decide it, if the source set it")
            .help(format!("give the resource a name of its own: `{property} = \"${{self.name}}\"`")),
        _ => finding
            .note("CloudFormation does not tell it, and no name decides it")
            .help("make it of what is told, for example `\"arn:${here.partition}:SERVICE:${here}:${here.account}:KIND/${NAME.ref}\"`"),
    }
}
