//! What a plan needs at run time when a Region is lost: its machine, what its calls name, and all that those need in turn.

use super::graph::{Edge, Graph, POLICIES, What, leaves};
use super::{chain, plane};
use crate::aws::needs::{self, Use};
use crate::diag::Diagnostics;
use crate::model::ids::Id;
use crate::model::recovery::Alarm;
use crate::model::value::ResourceRef;
use crate::model::{Family, Instance, Model, Region};
use crate::source::{SourceMap, Span};
use crate::workflow::{Call, Operation, Plan, PlanKind, SingleStep};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::VecDeque;

/// What one plan needs, for the report.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// The plan's number in the model.
    pub plan: usize,
    /// The calls that it makes, and who answers them.
    pub calls: Vec<Answered>,
    /// The resources that it needs while it runs, each with the way to it.
    pub resources: Vec<Needed>,
    /// What names the Region that is lost, and why that is no need.
    pub apart: Vec<Apart>,
}

/// A call and who answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The step; `on failure` for notices.
    pub step: SmolStr,
    /// `rds.failoverGlobalCluster`
    pub operation: String,
    /// The code of the Region whose endpoint is called.
    pub endpoint: SmolStr,
    /// The code of the Region of the one control plane that answers, if it is not each Region's own.
    pub control_plane: Option<String>,
}

/// A resource that a plan needs.
#[derive(Debug, Clone)]
pub struct Needed {
    /// The resource.
    pub resource: ResourceRef,
    /// How it is come to: a step and its call, then each property. Empty for what belongs to the machine.
    pub way: Vec<String>,
}

/// What names the lost Region without being needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// Who names it.
    pub resource: ResourceRef,
    /// The property, dotted.
    pub property: String,
    /// Why it is no need.
    pub why: &'static str,
}

/// How operations begin that make something: under a name that it may have from what is lost.
const MAKING: &[&str] = &["copy", "create", "import", "restore", "startRestore"];

/// By what a plan comes to something.
#[derive(Clone, Copy)]
pub(super) enum Root<'m> {
    /// It belongs to the machine.
    Machine,
    /// An argument of a call.
    Call(Option<&'m SingleStep>, &'m Call),
    /// The alarm that starts the plan or wakes its operator, and what makes its metric.
    Alarm(&'m Alarm),
}

/// How a resource was come to.
#[derive(Clone)]
pub(super) enum Came<'m> {
    /// At once; the member of a call that names it.
    Root(Root<'m>, SmolStr),
    /// By a property of another resource.
    Edge(ResourceRef, Edge),
    /// As a part of another resource.
    Part(ResourceRef, Span),
}

/// A need that is lost, and the way to it.
pub(super) struct Lost<'m> {
    pub plan: &'m Plan,
    pub from: Id<Region>,
    pub to: Id<Region>,
    pub what: What,
    /// The last step of the way.
    pub came: Came<'m>,
}

/// What is kept while the plans are walked.
pub(super) struct Walker<'m> {
    pub graph: Graph<'m>,
    pub sources: &'m SourceMap,
    /// Causes that were told already, with the Region that is lost.
    told: FxHashSet<(Id<Region>, String)>,
    /// Pairs of Regions of which it was looked at what works in the second.
    pairs: FxHashSet<(Id<Region>, Id<Region>)>,
    /// The families of machines and of what starts them, by instance.
    families: FxHashMap<Id<Instance>, Vec<Id<Family>>>,
    /// What was found to need a lost Region: the families that are lost.
    pub lost: FxHashSet<Id<Family>>,
}

/// Reports what a failover needs and loses; gives what each needs, and what was walked for what comes next.
pub(super) fn walk<'m>(model: &'m Model, sources: &'m SourceMap, diagnostics: &mut Diagnostics) -> (Vec<Needs>, Walker<'m>) {
    let mut walker = Walker {
        graph: Graph::new(model),
        sources,
        told: FxHashSet::default(),
        pairs: FxHashSet::default(),
        families: families_of_plans(model),
        lost: FxHashSet::default(),
    };
    let mut found = Vec::new();
    for (number, plan) in model.plans.iter().enumerate() {
        if let (PlanKind::Failover, Some(from), Some(to)) = (plan.kind, plan.from, plan.to) {
            found.push(walker.plan(number, plan, from, to, diagnostics));
        }
    }
    // What works by itself is told behind what the plans need: the way from a plan says more.
    for plan in &model.plans {
        if let (PlanKind::Failover, Some(from), Some(to)) = (plan.kind, plan.from, plan.to)
            && walker.pairs.insert((from, to))
        {
            walker.serving(plan, from, to, diagnostics);
        }
    }
    (found, walker)
}

/// The families that belong to machines, alarms that start them, and what makes the metrics of those.
fn families_of_plans(model: &Model) -> FxHashMap<Id<Instance>, Vec<Id<Family>>> {
    let alarms =
        model.plans.iter().filter_map(|plan| model.alarms.get(plan.detection()?)).flat_map(|alarm| [Some(alarm.instance), alarm.metric.owner]);
    let wanted = model.plans.iter().map(|plan| plan.instance).chain(alarms).flatten();
    let by_path: FxHashMap<&[SmolStr], Id<Instance>> = wanted.map(|id| (model.instances.get(id).path.as_slice(), id)).collect();
    let mut found: FxHashMap<Id<Instance>, Vec<Id<Family>>> = FxHashMap::default();
    for (id, family) in model.families.iter() {
        for length in 1..family.path.len() {
            if let Some(instance) = family.path.get(..length).and_then(|above| by_path.get(above)) {
                found.entry(*instance).or_default().push(id);
            }
        }
    }
    found
}

/// The calls of a plan, each with its step; none for a notice of failure.
pub(super) fn calls(plan: &Plan) -> Vec<(Option<&SingleStep>, &Call)> {
    let mut found = Vec::new();
    plan.all_steps().for_each(|step| collect(step, &step.body, &mut found));
    found.extend(plan.on_failure.iter().map(|call| (None, call)));
    found
}

fn collect<'p>(step: &'p SingleStep, body: &'p [Operation], found: &mut Vec<(Option<&'p SingleStep>, &'p Call)>) {
    for operation in body {
        match operation {
            Operation::Call(call) => found.push((Some(step), call)),
            Operation::DoneWhen { ask, body, .. } => {
                found.extend(ask.iter().map(|call| (Some(step), call)));
                collect(step, body, found);
            }
            _ => {}
        }
    }
}

impl<'m> Walker<'m> {
    fn model(&self) -> &'m Model {
        self.graph.model
    }

    /// Walks one plan.
    fn plan(&mut self, number: usize, plan: &'m Plan, from: Id<Region>, to: Id<Region>, diagnostics: &mut Diagnostics) -> Needs {
        let mut needs = Needs { plan: number, ..Needs::default() };
        plane::check(self.model(), self.sources, plan, from, &mut needs.calls, diagnostics);
        if plan.machine == from {
            // Nothing of it can run: what its calls name is not asked.
            diagnostics.push(chain::machine(self.model(), self.sources, plan, from));
            return needs;
        }
        let mut reached: FxHashMap<ResourceRef, Came<'m>> = FxHashMap::default();
        let mut queue: VecDeque<ResourceRef> = VecDeque::new();
        let mut order: Vec<ResourceRef> = Vec::new();
        for (what, came) in self.roots(plan) {
            self.meet(plan, (from, to), what, came, (&mut reached, &mut queue), diagnostics);
        }
        let own = plan.instance.and_then(|id| self.families.get(&id)).cloned().unwrap_or_default();
        while let Some(resource) = queue.pop_front() {
            order.push(resource);
            let own = own.contains(&resource.family);
            // What lies in no Region names all of them: the record of the lost one, too.
            if self.graph.is_global(resource) {
                continue;
            }
            for edge in self.graph.edges(resource).iter() {
                // The definition of the plan's own machine is its calls, which are looked at one by one, and so is what its role allows.
                if own && (edge.path.starts_with("Definition") || edge.path.ends_with(POLICIES)) {
                    continue;
                }
                let why = match edge.how {
                    Use::Always | Use::Optional => {
                        self.meet(plan, (from, to), edge.what.clone(), Came::Edge(resource, edge.clone()), (&mut reached, &mut queue), diagnostics);
                        continue;
                    }
                    Use::Deployment => "read when it is made or changed",
                    Use::OtherSide | Use::Never => "the other end of what lies in two Regions",
                };
                let named = Apart { resource, property: edge.path.clone(), why };
                if self.is_lost(&edge.what, from, to) && !needs.apart.contains(&named) {
                    needs.apart.push(named);
                }
            }
            for (part, span) in self.graph.parts(resource).to_vec() {
                let what = What::Resource(part, false);
                self.meet(plan, (from, to), what, Came::Part(resource, span), (&mut reached, &mut queue), diagnostics);
            }
        }
        needs.resources = order.into_iter().map(|resource| Needed { resource, way: chain::way(self.model(), &reached, resource) }).collect();
        needs
    }

    /// Takes note of something that is needed: it is walked on if it survives, else told.
    fn meet(
        &mut self,
        plan: &'m Plan,
        (from, to): (Id<Region>, Id<Region>),
        what: What,
        came: Came<'m>,
        (reached, queue): (&mut FxHashMap<ResourceRef, Came<'m>>, &mut VecDeque<ResourceRef>),
        diagnostics: &mut Diagnostics,
    ) {
        if self.is_lost(&what, from, to) {
            let ways = &*reached;
            self.report(Lost { plan, from, to, what, came }, ways, diagnostics);
            return;
        }
        let next = match &what {
            What::Resource(target, _) => Some(*target),
            What::Named(known) => known.iter().find(|known| known.region == to).or(known.first()).copied(),
            What::Text(..) | What::Parameter(..) => None,
        };
        if let Some(next) = next.filter(|next| next.region != from)
            && !reached.contains_key(&next)
        {
            reached.insert(next, came);
            queue.push_back(next);
        }
    }

    /// Whether something is gone with the Region that is lost.
    pub fn is_lost(&self, what: &What, from: Id<Region>, to: Id<Region>) -> bool {
        match what {
            What::Resource(target, portable) => !self.graph.survives(*target, *portable, from, to),
            What::Named(known) => !known.iter().any(|target| self.graph.survives(*target, true, from, to)),
            What::Text(region, _) | What::Parameter(_, region) => *region == from,
        }
    }

    /// What a plan comes to at once.
    fn roots(&self, plan: &'m Plan) -> Vec<(What, Came<'m>)> {
        let mut found: Vec<(What, Came<'m>)> = Vec::new();
        let calls = calls(plan);
        // What the plan itself makes in the Region that takes over may have the name of what is lost.
        let mut made: FxHashSet<String> = FxHashSet::default();
        for (_, call) in calls.iter().filter(|(_, call)| MAKING.iter().any(|verb| call.operation.starts_with(verb))) {
            for (member, value) in &call.arguments {
                leaves(value, member, &mut |_, leaf| made.extend(leaf.words(self.model())));
            }
        }
        for (step, call) in calls {
            let operation = format!("{}.{}", call.service, call.operation);
            for (member, value) in &call.arguments {
                if needs::takes_leave(&operation, member) {
                    continue;
                }
                leaves(value, member, &mut |path, leaf| {
                    let path = SmolStr::new(path);
                    let names = !leaf.words(self.model()).is_some_and(|text| made.contains(&text));
                    let all = self.graph.named(leaf, names).into_iter();
                    found.extend(all.map(|what| (what, Came::Root(Root::Call(step, call), path.clone()))));
                });
            }
        }
        let mut belongs = |instance: Option<Id<Instance>>, region: Id<Region>, root: Root<'m>| {
            for family in instance.and_then(|id| self.families.get(&id)).into_iter().flatten() {
                let resource = ResourceRef { family: *family, region };
                if self.model().member(resource).is_some() {
                    found.push((What::Resource(resource, false), Came::Root(root, SmolStr::default())));
                }
            }
        };
        belongs(plan.instance, plan.machine, Root::Machine);
        if let Some(alarm) = plan.detection().and_then(|number| self.model().alarms.get(number)) {
            belongs(Some(alarm.instance), alarm.region, Root::Alarm(alarm));
            belongs(alarm.metric.owner, alarm.region, Root::Alarm(alarm));
        }
        found
    }

    /// What works in the Region that takes over, though no plan asks it.
    fn serving(&mut self, plan: &'m Plan, from: Id<Region>, to: Id<Region>, diagnostics: &mut Diagnostics) {
        let none = FxHashMap::default();
        let machines = self.model().plans.iter().filter_map(|plan| self.families.get(&plan.instance?)).flatten();
        let machines: FxHashSet<Id<Family>> = machines.copied().collect();
        for (id, family) in self.model().families.iter() {
            let serves = needs::find(&family.resource_type).is_some_and(|row| row.serves);
            let resource = ResourceRef { family: id, region: to };
            if !serves || family.external || machines.contains(&id) || !family.members.contains_key(&to) || self.graph.is_global(resource) {
                continue;
            }
            for edge in self.graph.edges(resource).iter() {
                if matches!(edge.how, Use::Always | Use::Optional) && self.is_lost(&edge.what, from, to) {
                    let came = Came::Edge(resource, edge.clone());
                    self.report(Lost { plan, from, to, what: edge.what.clone(), came }, &none, diagnostics);
                }
            }
        }
    }

    /// Tells a cause once.
    fn report(&mut self, lost: Lost<'m>, reached: &FxHashMap<ResourceRef, Came<'m>>, diagnostics: &mut Diagnostics) {
        let key = chain::key(self.model(), &lost);
        if self.told.insert((lost.from, key)) {
            if let What::Resource(target, _) = &lost.what {
                self.lost.insert(target.family);
            }
            if let What::Named(known) = &lost.what {
                self.lost.extend(known.iter().map(|known| known.family));
            }
            diagnostics.push(chain::say(self, &lost, reached));
        }
    }
}
