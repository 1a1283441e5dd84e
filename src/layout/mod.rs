//! Stacks: one per layer (or group) and Region, what each takes from others, and the order between them.

mod check;
mod export;
mod order;
mod resolve;

use crate::diag::{Diagnostic, Diagnostics};
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::model::{Model, Parameter, Region};
use crate::source::Span;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub use resolve::{Resolved, resolve};

/// The name of a group that is only tried; no declared name has a blank.
const APART: &str = "a group of its own";

/// The number of a stack in its [`Layout`].
pub type StackId = usize;

/// All stacks in the order of deployment.
#[derive(Debug, Default)]
pub struct Layout {
    /// The stacks; what a stack needs stands before it.
    pub stacks: Vec<Stack>,
    by_resource: FxHashMap<ResourceRef, StackId>,
}

/// One stack.
#[derive(Debug)]
pub struct Stack {
    /// `us-east-1/data`
    pub id: String,
    /// The layer's or group's name.
    pub unit: SmolStr,
    /// Whether the name is a group's.
    pub grouped: bool,
    /// Where it is deployed.
    pub region: Id<Region>,
    /// Its resources, sorted by logical id.
    pub resources: Vec<ResourceRef>,
    /// Parameters: name in the template and where the value comes from.
    pub parameters: BTreeMap<SmolStr, Source>,
    /// Outputs that other stacks take.
    pub outputs: BTreeMap<SmolStr, Output>,
    /// Stacks that must exist before, each with one reference that says why.
    pub needs: BTreeMap<StackId, Edge>,
}

/// Where the value of a stack's parameter comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A parameter of the platform.
    Platform(Id<Parameter>, Option<Id<Region>>),
    /// An output of a stack in the same Region.
    Output(StackId, SmolStr),
}

/// A value that a stack hands on.
#[derive(Debug, Clone)]
pub struct Output {
    /// Whose value it is.
    pub resource: ResourceRef,
    /// Which value.
    pub part: Part,
}

/// Which value of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What `Ref` gives.
    Ref,
    /// An attribute.
    Attribute(SmolStr),
}

/// Why one stack needs another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The property that refers.
    pub span: Span,
    /// The resource that refers.
    pub from: ResourceRef,
    /// The resource that is referred to.
    pub to: ResourceRef,
}

impl Layout {
    /// The stack of a resource; none for what exists already.
    #[must_use]
    pub fn stack_of(&self, resource: ResourceRef) -> Option<StackId> {
        self.by_resource.get(&resource).copied()
    }

    /// Everything that a stack needs, directly or not.
    #[must_use]
    pub fn direct_needs(&self, stack: StackId) -> BTreeSet<StackId> {
        self.stacks.get(stack).map(|stack| stack.needs.keys().copied().collect()).unwrap_or_default()
    }
}

/// Divides the model into stacks and wires them.
pub fn layout(model: &Model, diagnostics: &mut Diagnostics) -> Layout {
    let mut layout = assign(model, None);
    check::identities(model, &layout, diagnostics);
    if diagnostics.has_errors() {
        return layout;
    }
    wire(model, &mut layout, diagnostics);
    export::export(model, &mut layout);
    if diagnostics.has_errors() {
        return layout;
    }
    check::resource_cycles(model, &layout, diagnostics);
    check::limits(model, &layout, diagnostics);
    order::sort(model, &mut layout, diagnostics);
    layout
}

/// Whether the stacks have an order if a declaration gets stacks of its own.
fn ordered_without(model: &Model, name: &str) -> bool {
    let mut trial = assign(model, Some(name));
    wire(model, &mut trial, &mut Diagnostics::new());
    order::arrange(&trial).is_ok()
}

/// One stack per group or layer and Region; resources sorted by their ids, so that the order of the source is not seen.
/// `apart` is a declaration that is tried in a group of its own.
fn assign(model: &Model, apart: Option<&str>) -> Layout {
    let mut units: BTreeMap<(usize, SmolStr, bool), Vec<ResourceRef>> = BTreeMap::new();
    for (id, family) in model.families.iter() {
        if family.external {
            continue;
        }
        let (unit, grouped) = match &family.group {
            // Keys and what is owned once keep their layer: a group splits what is beside it.
            Some(group) if family.layer != "keys" => (group.clone(), true),
            None if family.layer != "keys" && apart.is_some() && family.path.first().map(SmolStr::as_str) == apart => {
                (SmolStr::new_static(APART), true)
            }
            _ => (family.layer.clone(), false),
        };
        for region in &family.regions {
            units.entry((region.index(), unit.clone(), grouped)).or_default().push(ResourceRef { family: id, region: *region });
        }
    }
    let mut layout = Layout::default();
    for ((_, unit, grouped), mut resources) in units {
        resources.sort_by(|a, b| model.families.get(a.family).logical_id.cmp(&model.families.get(b.family).logical_id));
        let Some(region) = resources.first().map(|resource| resource.region) else { continue };
        let number = layout.stacks.len();
        for resource in &resources {
            layout.by_resource.insert(*resource, number);
        }
        layout.stacks.push(Stack {
            id: format!("{}/{unit}", model.regions.get(region).code),
            unit,
            grouped,
            region,
            resources,
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            needs: BTreeMap::new(),
        });
    }
    layout
}

/// Walks all values and notes what each stack takes from parameters and from other stacks.
fn wire(model: &Model, layout: &mut Layout, diagnostics: &mut Diagnostics) {
    for number in 0..layout.stacks.len() {
        let resources = layout.stacks.get(number).map(|stack| stack.resources.clone()).unwrap_or_default();
        for resource in resources {
            let Some(member) = model.member(resource) else { continue };
            for property in &member.properties {
                let mut wirer = Wirer { model, layout, diagnostics, stack: number, resource, span: property.span };
                wirer.value(&property.value);
            }
            for needed in &member.depends_on {
                if let Some(other) = layout.stack_of(*needed)
                    && other != number
                    && let Some(stack) = layout.stacks.get_mut(number)
                {
                    let span = model.families.get(resource.family).span;
                    stack.needs.entry(other).or_insert(Edge { span, from: resource, to: *needed });
                }
            }
        }
    }
}

struct Wirer<'l> {
    model: &'l Model,
    layout: &'l mut Layout,
    diagnostics: &'l mut Diagnostics,
    stack: StackId,
    resource: ResourceRef,
    span: Span,
}

impl Wirer<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Deploy(deploy) => self.deploy(deploy),
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Map(map) => map.values().for_each(|item| self.value(item)),
            _ => {}
        }
    }

    fn deploy(&mut self, deploy: &Deploy) {
        match deploy {
            Deploy::Text(parts) => {
                for part in parts {
                    if let TextPart::Value(value) = part {
                        self.deploy(value);
                    }
                }
            }
            Deploy::Json(value) => self.value(value),
            Deploy::Parameter(id, region) => {
                let name = parameter_name(self.model, *id, *region, self.layout.stacks.get(self.stack).map(|stack| stack.region));
                if let Some(stack) = self.layout.stacks.get_mut(self.stack) {
                    stack.parameters.insert(name, Source::Platform(*id, *region));
                }
            }
            Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => {}
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => self.reference(deploy, *target),
        }
    }

    fn reference(&mut self, deploy: &Deploy, target: ResourceRef) {
        match resolve(self.model, self.layout, self.stack, deploy) {
            Resolved::Import { stack: producer, name, part } => {
                self.edge(producer, target);
                if let Some(stack) = self.layout.stacks.get_mut(producer) {
                    stack.outputs.insert(name.clone(), Output { resource: target, part });
                }
                if let Some(stack) = self.layout.stacks.get_mut(self.stack) {
                    stack.parameters.insert(name.clone(), Source::Output(producer, name));
                }
            }
            Resolved::Computed(value) => {
                if let Some(other) = self.layout.stack_of(target)
                    && other != self.stack
                {
                    self.edge(other, target);
                }
                self.value(&value);
            }
            Resolved::Unknown => {
                let finding = resolve::unknown(self.model, deploy, target, self.resource, self.span);
                // One line that asks for the values of several Regions is one mistake.
                let place = |finding: &Diagnostic| finding.labels.iter().map(|label| label.span).collect::<Vec<_>>();
                let known = self.diagnostics.as_slice().iter().any(|other| other.code == finding.code && place(other) == place(&finding));
                if !known {
                    self.diagnostics.push(finding);
                }
            }
            Resolved::Ref | Resolved::Attribute(_) => {}
        }
    }

    fn edge(&mut self, producer: StackId, target: ResourceRef) {
        let edge = Edge { span: self.span, from: self.resource, to: target };
        if let Some(stack) = self.layout.stacks.get_mut(self.stack) {
            stack.needs.entry(producer).or_insert(edge);
        }
    }
}

/// The name of a platform's parameter in a stack: one for another Region than the stack's carries that Region's name.
#[must_use]
pub fn parameter_name(model: &Model, id: Id<Parameter>, region: Option<Id<Region>>, stack: Option<Id<Region>>) -> SmolStr {
    let name = &model.parameters.get(id).logical_id;
    match region {
        Some(region) if Some(region) != stack => {
            let alias = &model.regions.get(region).alias;
            let capital: String = alias.split('_').flat_map(capitalised).collect();
            SmolStr::new(format!("{name}{capital}"))
        }
        _ => name.clone(),
    }
}

fn capitalised(word: &str) -> Vec<char> {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
