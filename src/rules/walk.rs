//! Follows the ways of rules through properties and from resource to resource.

use super::refer::References;
use crate::aws::rules::Step;
use crate::check::problem::Step as Part;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::model::{Model, Property, Region};
use smol_str::SmolStr;

/// How many places one way leads to at most: what grows beyond that is no configuration that anybody wrote.
const MOST: usize = 1_000;

/// A place that a way leads to.
#[derive(Debug, Clone)]
pub(super) struct Spot<'m> {
    /// The resource that has it; none for arguments of a call.
    pub at: Option<ResourceRef>,
    /// The value; none for the resource itself.
    pub value: Option<&'m Value>,
    /// The way to it in its resource.
    pub path: Vec<Part>,
}

/// Where a way leads.
#[derive(Debug, Default)]
pub(super) struct Seen<'m> {
    pub spots: Vec<Spot<'m>>,
    /// Whether there may be more, which nobody knows before deployment.
    pub unknown: bool,
    /// Whether the way ends before it leads to another resource: then nothing is said of what that one lacks.
    pub lost: bool,
}

/// What a way starts from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'m> {
    Properties(&'m [Property]),
    Arguments(&'m [(SmolStr, Value)]),
    Value(&'m Value),
}

/// Follows ways.
pub(super) struct Walker<'m, 'r> {
    model: &'m Model,
    references: &'r References<'m>,
}

impl<'m, 'r> Walker<'m, 'r> {
    pub fn new(model: &'m Model, references: &'r References<'m>) -> Self {
        Self { model, references }
    }

    /// Where a way leads from a resource.
    pub fn of_resource(&self, resource: ResourceRef, way: &[Step]) -> Seen<'m> {
        let mut seen = Seen::default();
        self.resource(resource, way, &mut seen);
        seen
    }

    /// Where a way leads from a part of a resource, or from the arguments of a call.
    pub fn of_node(&self, node: Node<'m>, at: Option<ResourceRef>, path: &[Part], way: &[Step]) -> Seen<'m> {
        let mut seen = Seen::default();
        self.step(node, at, way, &mut path.to_vec(), &mut seen);
        seen
    }

    fn resource(&self, resource: ResourceRef, way: &[Step], seen: &mut Seen<'m>) {
        match self.model.member(resource) {
            Some(member) => self.step(Node::Properties(&member.properties), Some(resource), way, &mut Vec::new(), seen),
            None => seen.unknown = true,
        }
    }

    fn step(&self, node: Node<'m>, at: Option<ResourceRef>, way: &[Step], path: &mut Vec<Part>, seen: &mut Seen<'m>) {
        if seen.spots.len() >= MOST {
            seen.unknown = true;
            return;
        }
        let Some((first, rest)) = way.split_first() else {
            let value = if let Node::Value(value) = node { Some(value) } else { None };
            seen.spots.push(Spot { at, value, path: path.clone() });
            return;
        };
        // What ends here would have led to another resource.
        let ends = || rest.iter().any(|step| matches!(step, Step::To(_)));
        match first {
            Step::Key(key) => {
                let found = match node {
                    Node::Properties(properties) => {
                        properties.iter().find(|property| property.name == key.as_str()).map(|property| (&property.name, &property.value))
                    }
                    Node::Arguments(arguments) => arguments.iter().find(|(name, _)| name == key).map(|(name, value)| (name, value)),
                    Node::Value(Value::Map(map)) if !is_function(map.keys().next()) => map.get_key_value(key.as_str()),
                    Node::Value(value) => return self.other(value, at, way, path, seen),
                };
                match found {
                    Some((name, value)) => self.inside(value, Part::Key(name.clone()), at, rest, path, seen),
                    None => {
                        seen.lost |= ends();
                        // Of what exists already nobody says everything.
                        seen.unknown |= at.is_some_and(|at| self.model.families.get(at.family).external);
                    }
                }
            }
            Step::Each => match node {
                Node::Value(Value::List(items)) => {
                    seen.lost |= items.is_empty() && ends();
                    for (number, item) in items.iter().enumerate() {
                        self.inside(item, Part::Index(number), at, rest, path, seen);
                    }
                }
                Node::Value(value) => self.other(value, at, way, path, seen),
                _ => {}
            },
            Step::To(of) => {
                let Node::Value(value) = node else { return };
                let targets = self.references.targets(value, at.map(|at| at.region), of.as_deref());
                seen.unknown |= targets.unknown;
                seen.lost |= targets.list.is_empty();
                for target in targets.list {
                    self.resource(target, rest, seen);
                }
            }
            Step::By(of, inner) => {
                let Some(target) = at else { return };
                let speakers = self.references.speakers(of, inner);
                seen.unknown |= speakers.may_be(target.region);
                for speaker in speakers.of(target) {
                    self.resource(*speaker, rest, seen);
                }
            }
            Step::Whole => {
                if let Some(resource) = at {
                    self.resource(resource, rest, seen);
                }
            }
            Step::All(of) => {
                for resource in self.references.of_type(of) {
                    self.resource(*resource, rest, seen);
                }
            }
        }
    }

    fn inside(&self, value: &'m Value, part: Part, at: Option<ResourceRef>, rest: &[Step], path: &mut Vec<Part>, seen: &mut Seen<'m>) {
        path.push(part);
        self.step(Node::Value(value), at, rest, path, seen);
        path.pop();
    }

    /// A value that has no parts here: JSON is looked into, what AWS decides is not known, and everything else has none.
    fn other(&self, value: &'m Value, at: Option<ResourceRef>, way: &[Step], path: &mut Vec<Part>, seen: &mut Seen<'m>) {
        match value {
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Json(inner) => self.step(Node::Value(inner), at, way, path, seen),
                _ => seen.unknown = true,
            },
            // A text may be that of a structure.
            Value::Error | Value::Run(_) | Value::Map(_) | Value::Text(_) => seen.unknown = true,
            _ => {}
        }
    }
}

/// Whether a map with this first key is a function of CloudFormation.
pub(super) fn is_function(key: Option<&SmolStr>) -> bool {
    key.is_some_and(|key| key.starts_with("Fn::") || key == "Ref")
}

/// A value as the text that rules compare: none for structures, and for what is known at deployment only.
pub(super) fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Number(number) => Some(crate::model::value::number_text(*number)),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// The Region that a spot lies in.
pub(super) fn region_of(spot: &Spot<'_>) -> Option<Id<Region>> {
    spot.at.map(|at| at.region)
}
