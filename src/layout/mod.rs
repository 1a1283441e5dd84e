//! Stacks: one per layer (or group) and Region, what each takes from others, the phases in which they grow, and the order
//! between them.

mod check;
mod cut;
mod cycle;
mod deployed;
mod export;
mod limits;
mod outputs;
mod phases;
mod resolve;
mod wire;

use crate::diag::Diagnostics;
use crate::model::ids::Id;
use crate::model::value::ResourceRef;
use crate::model::{Deployed, Family, Model, Parameter, Region};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::model::computed::Part;
pub use check::local_needs;
pub(crate) use cut::advice as cut_advice;
pub use resolve::{Resolved, resolve};

/// The name of a group that is only tried; no declared name has a blank.
const APART: &str = "a group of its own";

/// Which families are tried in another group than theirs.
type Apart<'a> = &'a dyn Fn(&Family) -> Option<SmolStr>;

/// The layer that comes before all others.
const KEYS: &str = "keys";

/// The number of a stack in its [`Layout`].
pub type StackId = usize;

/// All stacks in the order in which they can be made from nothing, and the phases of a deployment.
#[derive(Debug, Default)]
pub struct Layout {
    /// The stacks; what a stack needs stands before it.
    pub stacks: Vec<Stack>,
    /// What is applied one after the other; one phase, unless something is declared in `later`.
    pub phases: Vec<Phase>,
    by_resource: FxHashMap<ResourceRef, StackId>,
    /// Resources of which the manifest of the running platform tells that they are there already.
    deployed: FxHashSet<ResourceRef>,
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
    /// Parameters: name in the template, where the value comes from, and the first phase that takes it.
    pub parameters: BTreeMap<SmolStr, (Source, u32)>,
    /// Outputs that other stacks take.
    pub outputs: BTreeMap<SmolStr, Output>,
    /// Outputs that people read: which one of the model's, and the first phase that has it.
    pub told: BTreeMap<SmolStr, (usize, u32)>,
    /// What it takes from other stacks: from which one, by which way, in which phase, which resource.
    pub edges: BTreeMap<(StackId, Way, u32, ResourceRef), Edge>,
    /// The number of the phase that it has reached when all is deployed.
    pub phase: u32,
    /// The number of the phase that the running platform has reached, by its manifest.
    pub deployed_phase: Option<u32>,
}

/// What is applied before the next phase begins.
#[derive(Debug, Default)]
pub struct Phase {
    /// How many `later` stand around what is added now.
    pub depth: u32,
    /// Stacks that can be applied side by side, one list after the other.
    pub waves: Vec<Vec<StackId>>,
    /// What is applied: one entry for each stack that takes part.
    pub steps: BTreeMap<StackId, Step>,
}

/// A stack in a phase.
#[derive(Debug)]
pub struct Step {
    /// The number of the phase that the stack has reached then. It never falls from one deployment to the next.
    pub number: u32,
    /// Whether it is the whole stack.
    pub last: bool,
}

/// Where the value of a stack's parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// How a stack comes by what it needs of another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// An output of the other stack, handed over as a parameter by whoever deploys.
    Output(SmolStr),
    /// `Fn::GetStackOutput`: CloudFormation reads the output whenever the stack is made or updated.
    Read(SmolStr),
    /// A name or ARN that is computed.
    Name,
    /// Nothing is read: the other one has to be there.
    Order,
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
    /// The phase in which the property is set.
    pub phase: u32,
    /// The phase in which the other resource is made.
    pub made: u32,
    /// Whether the running platform has all that is needed.
    pub settled: bool,
}

impl Layout {
    /// The stack of a resource; none for what exists already.
    #[must_use]
    pub fn stack_of(&self, resource: ResourceRef) -> Option<StackId> {
        self.by_resource.get(&resource).copied()
    }

    /// The stacks that a stack needs directly, in whichever phase.
    #[must_use]
    pub fn direct_needs(&self, stack: StackId) -> BTreeSet<StackId> {
        self.stacks.get(stack).map(|stack| stack.edges.keys().map(|(other, ..)| *other).collect()).unwrap_or_default()
    }

    /// Whether a resource is there already, by the manifest of the running platform.
    #[must_use]
    pub fn is_deployed(&self, resource: ResourceRef) -> bool {
        self.deployed.contains(&resource)
    }

    /// The phase, counted from 0, in which something of a resource is applied: at once, if the resource is deployed already, for a
    /// phase never takes away what is there.
    #[must_use]
    pub fn phase_of(&self, resource: ResourceRef, declared: u32) -> u32 {
        if self.is_deployed(resource) { 0 } else { declared }
    }
}

/// Divides the model into stacks and wires them. `deployed` is what runs already.
pub fn layout(model: &Model, deployed: Option<&Deployed>, diagnostics: &mut Diagnostics) -> Layout {
    let mut layout = assign(model, deployed, &|_| None);
    check::identities(model, &layout, diagnostics);
    if let Some(deployed) = deployed {
        deployed::moved(model, &layout, deployed, diagnostics);
    }
    if diagnostics.has_errors() {
        return layout;
    }
    wire::wire(model, deployed, &mut layout, diagnostics);
    export::export(model, &mut layout);
    outputs::place(model, deployed, &mut layout, diagnostics);
    if diagnostics.has_errors() {
        return layout;
    }
    check::resource_cycles(model, &layout, diagnostics);
    limits::check(model, &layout, diagnostics);
    match phases::arrange(model, &layout) {
        Ok(order) => phases::apply(&mut layout, order),
        Err(stuck) => cycle::report(model, &layout, &stuck, diagnostics),
    }
    layout
}

/// Whether the stacks have an order if a declaration gets stacks of its own.
fn ordered_without(model: &Model, name: &str) -> bool {
    let alone = |family: &Family| family.group.is_none() && family.path.first().is_some_and(|first| first == name);
    phases::arrange(model, &trial(model, &|family| alone(family).then(|| SmolStr::new_static(APART)))).is_ok()
}

/// The stacks as they would be with some families in other groups.
fn trial(model: &Model, apart: Apart<'_>) -> Layout {
    let mut trial = assign(model, None, apart);
    wire::wire(model, None, &mut trial, &mut Diagnostics::new());
    outputs::place(model, None, &mut trial, &mut Diagnostics::new());
    trial
}

/// One stack per group or layer and Region; resources sorted by their ids, so that the order of the source is not seen.
/// `apart` says what is tried in another group.
fn assign(model: &Model, deployed: Option<&Deployed>, apart: Apart<'_>) -> Layout {
    let mut units: BTreeMap<(usize, SmolStr, bool), Vec<ResourceRef>> = BTreeMap::new();
    for (id, family) in model.families.iter() {
        if family.external {
            continue;
        }
        let (unit, grouped) = match apart(family).or_else(|| family.group.clone()) {
            // Keys come first everywhere, so those of a group have a stack of their own. A declared name has no hyphen.
            Some(group) if family.layer == KEYS => (SmolStr::new(format!("{group}-{KEYS}")), true),
            Some(group) => (group, true),
            None => (family.layer.clone(), false),
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
        let id = format!("{}/{unit}", model.regions.get(region).code);
        let old = deployed.and_then(|deployed| deployed.stacks.get(&id));
        for resource in &resources {
            layout.by_resource.insert(*resource, number);
            if old.is_some_and(|old| old.resources.contains_key(model.families.get(resource.family).logical_id.as_str())) {
                layout.deployed.insert(*resource);
            }
        }
        layout.stacks.push(Stack {
            id,
            unit,
            grouped,
            region,
            resources,
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            told: BTreeMap::new(),
            edges: BTreeMap::new(),
            phase: 1,
            deployed_phase: old.map(|old| old.phase),
        });
    }
    layout
}

/// The name of a platform's parameter in a stack: one for another Region than the stack's carries that Region's name.
#[must_use]
pub fn parameter_name(model: &Model, id: Id<Parameter>, region: Option<Id<Region>>, stack: Option<Id<Region>>) -> SmolStr {
    let name = &model.parameters.get(id).logical_id;
    match region {
        Some(region) if Some(region) != stack => of_region(model, name, region),
        _ => name.clone(),
    }
}

/// The name of a parameter that takes a value of another Region.
fn of_region(model: &Model, name: &str, region: Id<Region>) -> SmolStr {
    let capital: String = model.regions.get(region).alias.split('_').flat_map(capitalised).collect();
    SmolStr::new(format!("{name}{capital}"))
}

fn capitalised(word: &str) -> Vec<char> {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
