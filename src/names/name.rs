//! The names of a platform, taken apart.

use crate::aws::names::{self, NameRule, Unique};
use crate::aws::types;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value, number_text};
use crate::model::{Family, Model, Parameter, Region};
use crate::pattern::{self, Language};
use crate::source::Span;

/// How far a name that is made of another resource's name is followed.
const MAXIMUM_DEPTH: usize = 8;

/// A part of a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Characters.
    Literal(String),
    /// The value of a parameter.
    Parameter(Id<Parameter>),
    /// The number of the account.
    Account,
    /// What AWS makes: nobody knows it now.
    Open,
}

/// A physical name that the source sets.
#[derive(Debug)]
pub struct Name<'m> {
    /// What AWS says of it, and the number of that row.
    pub rule: &'static NameRule,
    /// The number of the rule in its table.
    pub row: usize,
    /// The parts, never two literals in a row.
    pub parts: Vec<Part>,
    /// Where the thing is; `None` for a stack, which is in each Region.
    pub region: Option<Id<Region>>,
    /// The resource's family; `None` for a stack.
    pub family: Option<Id<Family>>,
    /// What messages call it: `orders.cluster`, `the stack of data`.
    pub shown: String,
    /// The property, or the platform's naming.
    pub span: Span,
    /// The declaration that led to it.
    pub origin: Span,
    /// What it is unique in, if that is something else than the account.
    pub parent: Option<String>,
    model: &'m Model,
}

impl Name<'_> {
    /// The parameters in it, each once.
    pub fn parameters(&self) -> Vec<Id<Parameter>> {
        let mut found = Vec::new();
        for part in &self.parts {
            if let Part::Parameter(id) = part
                && !found.contains(id)
            {
                found.push(*id);
            }
        }
        found
    }

    /// Whether all of it is known but for parameters and the account.
    pub fn closed(&self) -> bool {
        !self.parts.contains(&Part::Open)
    }

    /// Whether the environments of an account share the space of this name, so that its parameters bind an environment.
    pub fn binds(&self) -> bool {
        self.parent.is_none() && matches!(self.rule.unique, Unique::Region | Unique::Account | Unique::Global)
    }

    /// The name as its author would write it: `orders-${suffix}`.
    pub fn written(&self) -> String {
        self.parts.iter().map(|part| self.part_written(part)).collect()
    }

    fn part_written(&self, part: &Part) -> String {
        match part {
            Part::Literal(text) => text.clone(),
            Part::Parameter(id) => format!("${{{}}}", self.model.parameters.get(*id).name),
            Part::Account => "${here.account}".into(),
            Part::Open => "...".into(),
        }
    }
}

/// All names that the source sets, those of stacks first.
pub fn all(model: &Model) -> Vec<Name<'_>> {
    let mut found = Vec::new();
    if let Some((row, rule)) = names::stacks().and_then(|row| names::row(row).map(|rule| (row, rule))) {
        let naming = model.platform.naming.unwrap_or(model.platform.span);
        found.extend(model.stack_names.iter().map(|(unit, value)| Name {
            rule,
            row,
            parts: parts(model, value, 0),
            region: None,
            family: None,
            shown: format!("the stack of {unit}"),
            span: naming,
            origin: naming,
            parent: None,
            model,
        }));
    }
    for (id, family) in model.families.iter().filter(|(_, family)| !family.external) {
        let Some((row, rule)) = names::find(&family.resource_type).and_then(|row| names::row(row).map(|rule| (row, rule))) else { continue };
        for (region, member) in &family.members {
            let Some(property) = member.properties.iter().find(|property| property.name == rule.property) else { continue };
            let parts = parts(model, &property.value, 0);
            if parts.is_empty() {
                continue;
            }
            let within = rule.within.as_deref().and_then(|key| member.properties.iter().find(|property| property.name == key));
            found.push(Name {
                rule,
                row,
                parts,
                region: Some(*region),
                family: Some(id),
                shown: family.path.join("."),
                span: property.span,
                origin: family.origin,
                parent: within.map(|property| format!("{:?}", property.value)),
                model,
            });
        }
    }
    found
}

/// The parts of a value.
fn parts(model: &Model, value: &Value, depth: usize) -> Vec<Part> {
    let mut found = Vec::new();
    match value {
        Value::Text(text) => push(&mut found, Part::Literal(text.to_string())),
        Value::Number(number) => push(&mut found, Part::Literal(number_text(*number))),
        Value::Deploy(deploy) => deployed(model, deploy, depth, &mut found),
        _ => {}
    }
    found
}

fn deployed(model: &Model, deploy: &Deploy, depth: usize, found: &mut Vec<Part>) {
    match deploy {
        Deploy::Parameter(id, _) => push(found, Part::Parameter(*id)),
        Deploy::Account(_) => push(found, Part::Account),
        Deploy::Partition => {
            let partition = model.regions.iter().next().map(|(_, region)| region.partition.to_string());
            push(found, partition.map_or(Part::Open, Part::Literal));
        }
        Deploy::Text(texts) => {
            for text in texts {
                match text {
                    TextPart::Literal(text) => push(found, Part::Literal(text.clone())),
                    TextPart::Value(value) => deployed(model, value, depth, found),
                }
            }
        }
        Deploy::Ref(target) => match own_name(model, *target) {
            Some(value) if depth < MAXIMUM_DEPTH => parts(model, value, depth + 1).into_iter().for_each(|part| push(found, part)),
            _ => push(found, Part::Open),
        },
        Deploy::DnsSuffix | Deploy::Attribute(..) | Deploy::Arn(_) | Deploy::Json(_) | Deploy::StackOutput(_) => push(found, Part::Open),
    }
}

/// The name that `Ref` gives, if the source sets it.
fn own_name(model: &Model, target: ResourceRef) -> Option<&Value> {
    let row = types::find(&model.families.get(target.family).resource_type)?;
    if row.reference != "name" {
        return None;
    }
    model.property(target, row.name_property.as_deref()?)
}

fn push(found: &mut Vec<Part>, part: Part) {
    match (found.last_mut(), part) {
        (_, Part::Literal(text)) if text.is_empty() => {}
        (Some(Part::Literal(last)), Part::Literal(text)) => last.push_str(&text),
        (_, part) => found.push(part),
    }
}

/// The values that a parameter admits.
pub fn language(parameter: &Parameter) -> Language {
    if !parameter.allowed.is_empty() {
        return Language::one_of(&parameter.allowed);
    }
    let language = parameter.pattern.as_deref().and_then(|pattern| pattern::read(pattern).ok()).unwrap_or_else(Language::anything);
    match parameter.length {
        Some((least, most)) => {
            let count = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
            language.limited(count(least), count(most))
        }
        None => language,
    }
}

/// What a parameter admits, in words.
pub fn admits(parameter: &Parameter) -> String {
    if !parameter.allowed.is_empty() {
        return format!("one of {}", parameter.allowed.join(", "));
    }
    if let Some((least, most)) = parameter.range {
        return format!("a number from {} to {}", number_text(least), number_text(most));
    }
    if parameter.parameter_type == "Number" {
        return "a number".into();
    }
    let language = language(parameter);
    let characters = match (language.minimum, language.maximum) {
        (least, Some(most)) if least == most => format!("{most} characters"),
        (least, Some(most)) => format!("{least} to {most} characters"),
        (0, None) => "any number of characters".into(),
        (1, None) => "at least 1 character".into(),
        (least, None) => format!("at least {least} characters"),
    };
    match &parameter.pattern {
        Some(pattern) => format!("{characters} that match {pattern}"),
        None => characters,
    }
}
