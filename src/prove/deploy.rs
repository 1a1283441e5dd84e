//! Whether the stacks of the survivors can still be updated when a Region is lost, and what of them waits for it.

use super::chain::{name, site};
use super::graph::{Graph, Leaf, What, leaves, resource_of};
use crate::aws::control_planes::{self, ControlPlane};
use crate::aws::needs::{self, Use};
use crate::aws::{homes, schema};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::layout::{Layout, Stack, Way};
use crate::model::ids::Id;
use crate::model::value::Deploy;
use crate::model::value::{ResourceRef, TextPart};
use crate::model::{Family, Model, Property, Region};
use crate::source::{SourceMap, Span};
use crate::workflow::{Plan, PlanKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Something of a surviving stack that waits for a lost Region when the stack is updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The Region that is lost.
    pub lost: Id<Region>,
    /// The stack: `us-east-2/app`.
    pub stack: String,
    /// What waits.
    pub what: Waits,
}

/// What waits for a lost Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// A parameter is the output of a lost stack. The stack keeps the value that it has; one that never had it cannot be made.
    Value {
        /// The lost stack.
        of: String,
        /// The output.
        output: String,
    },
    /// A resource cannot be made, changed or deleted while its control plane is lost; an update that leaves it alone goes through.
    Change {
        /// The resource.
        resource: ResourceRef,
        /// The service whose control plane it is: `iam`.
        plane: String,
    },
}

/// Reports what keeps the stacks of a failover's survivors from being updated; gives what waits, by the Region that is lost and by stack.
pub fn check(model: &Model, layout: &Layout, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Vec<Held> {
    let mut held = Vec::new();
    let mut lost: Vec<(Id<Region>, &Plan)> = Vec::new();
    for plan in model.plans.iter().filter(|plan| plan.kind == PlanKind::Failover) {
        if let Some(from) = plan.from.filter(|from| !lost.iter().any(|(known, _)| known == from)) {
            lost.push((from, plan));
        }
    }
    if lost.is_empty() {
        return held;
    }
    let mut checker = Checker {
        model,
        layout,
        sources,
        graph: Graph::new(model),
        told: FxHashSet::default(),
        planes: FxHashMap::default(),
        kept: FxHashSet::default(),
    };
    for (from, plan) in lost {
        for stack in layout.stacks.iter().filter(|stack| stack.region != from) {
            checker.stack(stack, from, plan, &mut held, diagnostics);
        }
    }
    held
}

/// The control planes of a type.
struct Planes {
    /// That of its own service.
    of_home: Option<ControlPlane>,
    /// Whether it makes all resources of the type, not only those that lie in no Region.
    always: bool,
    /// That of another service which each of them needs. Of a type that needs one in some cases only, nobody knows here which these are.
    of_type: Option<ControlPlane>,
}

impl Planes {
    fn of(resource_type: &str) -> Self {
        let row = homes::find(resource_type);
        let of_type = control_planes::of_type(resource_type).filter(|(need, _)| need.when.is_none());
        Self {
            of_home: row.and_then(|row| control_planes::of_service(row.plane.as_deref()?)),
            always: row.is_some_and(|row| row.home == homes::Kind::Region),
            of_type: of_type.map(|(_, plane)| plane),
        }
    }
}

struct Checker<'m> {
    model: &'m Model,
    layout: &'m Layout,
    sources: &'m SourceMap,
    graph: Graph<'m>,
    told: FxHashSet<(Span, Id<Region>)>,
    /// The control planes of the types that were met.
    planes: FxHashMap<SmolStr, Planes>,
    /// Values that a stack keeps, each noted once: lost Region, stack, lost stack, output.
    kept: FxHashSet<(Id<Region>, String, String, String)>,
}

impl<'m> Checker<'m> {
    fn stack(&mut self, stack: &'m Stack, from: Id<Region>, plan: &Plan, held: &mut Vec<Held>, diagnostics: &mut Diagnostics) {
        for ((producer, way, ..), edge) in &stack.edges {
            let Some(other) = self.layout.stacks.get(*producer).filter(|other| other.region == from) else { continue };
            match way {
                // The Region that takes over has a finding of its own (`layout::wire`).
                Way::Read(_) if !takes_over(self.model, from, stack.region) => {
                    let origin = self.model.families.get(edge.from.family).origin;
                    self.tell(self.read(edge.span, origin, stack.region, from, plan), edge.span, from, diagnostics);
                }
                Way::Output(output) => {
                    let value = Waits::Value { of: other.id.clone(), output: output.to_string() };
                    let kept = Held { lost: from, stack: stack.id.clone(), what: value };
                    if self.kept.insert((from, stack.id.clone(), other.id.clone(), output.to_string())) {
                        held.push(kept);
                    }
                }
                _ => {}
            }
        }
        let partition = &self.model.regions.get(stack.region).partition;
        let code = self.model.regions.get(from).code.as_str();
        for resource in stack.resources.iter().copied() {
            self.reads(resource, from, plan, diagnostics);
            let Some(plane) = self.plane(resource, partition).filter(|(_, region)| region == code).map(|(plane, _)| plane) else { continue };
            held.push(Held { lost: from, stack: stack.id.clone(), what: Waits::Change { resource, plane: plane.clone() } });
            self.renewed(resource, &plane, from, plan, diagnostics);
        }
    }

    /// The service whose control plane makes a resource, if that stands in one Region, and that Region.
    fn plane(&mut self, resource: ResourceRef, partition: &str) -> Option<(String, String)> {
        let family = self.model.families.get(resource.family);
        let global = self.graph.is_global(resource);
        let planes = self.planes.entry(family.resource_type.clone()).or_insert_with(|| Planes::of(&family.resource_type));
        let plane = planes.of_home.as_ref().filter(|_| planes.always || global).or(planes.of_type.as_ref())?;
        let region = plane.regions.get(partition)?.clone();
        Some((plane.service.clone(), region))
    }

    /// Reports what CloudFormation, or the service, reads of the lost Region whenever a resource is changed.
    fn reads(&mut self, resource: ResourceRef, from: Id<Region>, plan: &Plan, diagnostics: &mut Diagnostics) {
        let model = self.model;
        let family = model.families.get(resource.family);
        let Some(member) = model.member(resource) else { return };
        for property in &member.properties {
            let what = self.deployment(resource, property, from).or_else(|| self.resolved(property, from));
            if let Some(what) = what {
                self.tell(self.read_by(resource, family, property, &what, from, plan), property.span, from, diagnostics);
            }
        }
    }

    /// What a property that is read at deployment names of the lost Region. What is read when the resource is made, and never again,
    /// keeps nothing from being updated.
    fn deployment(&mut self, resource: ResourceRef, property: &Property, from: Id<Region>) -> Option<String> {
        let family = self.model.families.get(resource.family);
        let row = needs::find(&family.resource_type).filter(|row| !row.deployment.is_empty())?;
        let once = schema::find(&family.resource_type).is_some_and(|schema| schema.create_only().any(|path| path == property.name));
        if once || !row.deployment.iter().any(|path| path.split('.').next() == Some(property.name.as_str())) {
            return None;
        }
        let edges = self.graph.edges(resource);
        let mut own = edges.iter().filter(|edge| edge.span == property.span && edge.how == Use::Deployment);
        own.find(|edge| self.is_lost(&edge.what, from)).map(|edge| self.text(&edge.what))
    }

    /// What a text that CloudFormation resolves names of the lost Region.
    fn resolved(&self, property: &Property, from: Id<Region>) -> Option<String> {
        let mut found = None;
        leaves(&property.value, "", &mut |_, leaf| {
            if leaf.is_resolved() && found.is_none() {
                let named = self.graph.named(leaf, false);
                found = named.iter().find(|what| self.is_lost(what, from)).map(|what| self.text(what));
            }
        });
        found
    }

    fn is_lost(&self, what: &What, from: Id<Region>) -> bool {
        match what {
            What::Resource(target, _) => target.region == from && !self.graph.is_global(*target),
            What::Text(region, _) => *region == from,
            What::Named(_) | What::Parameter(..) => false,
        }
    }

    fn text(&self, what: &What) -> String {
        match what {
            What::Resource(target, _) => format!("`{}`", name(self.model, *target)),
            What::Text(_, text) => format!("`{text}`"),
            What::Named(_) | What::Parameter(..) => String::new(),
        }
    }

    /// Warns where a lost control plane is asked at each change of something else: the resource refers to what gets a new id each time.
    fn renewed(&mut self, resource: ResourceRef, plane: &str, from: Id<Region>, plan: &Plan, diagnostics: &mut Diagnostics) {
        let model = self.model;
        let Some(member) = model.member(resource) else { return };
        for property in &member.properties {
            let mut source = None;
            leaves(&property.value, "", &mut |_, leaf| {
                if let Leaf::Deploy(deploy) = leaf {
                    source = source.or_else(|| renewing(model, deploy));
                }
            });
            let Some(source) = source else { continue };
            let family = model.families.get(resource.family);
            let (who, what) = (name(model, resource), name(model, source));
            let place = site(self.sources, property.span, || family.origin);
            let lost = model.region_text(from);
            let mut finding =
                Diagnostic::warning(codes::UPDATE_NEEDS_LOST, format!("each change of `{what}` changes `{who}`, which waits for {lost}"))
                    .label(place, format!("refers to `{what}`, which gets a new id with each change"))
                    .secondary(site(self.sources, plan.span, || plan.span), format!("`{}` leaves {lost}", plan.name))
                    .note(format!(
                        "AWS runs the control plane of {plane} in {} only: on that day `{what}` could not be changed in the survivor either",
                        model.regions.get(from).code
                    ))
                    .help(format!("refer to it in `{who}` by a name that stays, with `*` for what changes"));
            finding.accepted_at = vec![property.span, family.span];
            self.tell(finding, property.span, from, diagnostics);
        }
    }

    fn read(&self, span: Span, origin: Span, here: Id<Region>, from: Id<Region>, plan: &Plan) -> Diagnostic {
        let (here, there) = (self.model.region_text(here), self.model.region_text(from));
        Diagnostic::error(codes::UPDATE_NEEDS_LOST, format!("the stack in {here} would read {there} whenever it is updated"))
            .label(site(self.sources, span, || origin), format!("read from {there}"))
            .secondary(site(self.sources, plan.span, || plan.span), format!("`{}` leaves {there}", plan.name))
            .note(format!("{here} survives as well: on that day its stack could not be changed until the lost Region is back"))
            .help("leave `stack_output` out: then the deployer hands the value over as a parameter, and the stack keeps it")
    }

    fn read_by(&self, resource: ResourceRef, family: &Family, property: &Property, what: &str, from: Id<Region>, plan: &Plan) -> Diagnostic {
        let (there, here) = (self.model.region_text(from), self.model.region_text(resource.region));
        let who = name(self.model, resource);
        let mut finding = Diagnostic::error(codes::UPDATE_NEEDS_LOST, format!("each change of `{who}` in {here} reads {what} of {there}"))
            .label(site(self.sources, property.span, || family.origin), format!("`{}` is read when `{who}` is changed", property.name))
            .secondary(site(self.sources, plan.span, || plan.span), format!("`{}` leaves {there}", plan.name))
            .note(format!("on that day nobody answers there: `{who}` could not be changed until the lost Region is back"))
            .help(format!("read it from what is in {here}"))
            .acceptable();
        finding.accepted_at = vec![property.span, family.span];
        finding
    }

    fn tell(&mut self, finding: Diagnostic, place: Span, from: Id<Region>, diagnostics: &mut Diagnostics) {
        if self.told.insert((place, from)) {
            diagnostics.push(finding);
        }
    }
}

/// Whether a failover leaves one Region for another.
fn takes_over(model: &Model, from: Id<Region>, to: Id<Region>) -> bool {
    model.plans.iter().any(|plan| plan.kind == PlanKind::Failover && plan.from == Some(from) && plan.to == Some(to))
}

/// The resource whose reference in a value changes with each change of it.
fn renewing(model: &Model, deploy: &Deploy) -> Option<ResourceRef> {
    match deploy {
        Deploy::Text(parts) => parts.iter().find_map(|part| match part {
            TextPart::Value(inner) => renewing(model, inner),
            TextPart::Literal(_) => None,
        }),
        other => resource_of(other).filter(|target| needs::is_renewed(&model.families.get(target.family).resource_type)),
    }
}
