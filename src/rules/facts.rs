//! What the plans make of each Region.

use crate::aws::rules::Role;
use crate::model::ids::Id;
use crate::model::{Family, Model, Region};
use crate::workflow::{Plan, PlanKind, SingleStep, Start};
use smol_str::SmolStr;

/// A failover, and the step by which it changes who writes.
#[derive(Clone, Copy)]
pub(super) struct Move<'m> {
    pub plan: &'m Plan,
    pub step: &'m SingleStep,
}

/// What the plans make of each Region.
pub(super) struct Facts<'m> {
    failovers: Vec<&'m Plan>,
    failbacks: Vec<&'m Plan>,
    moves: Vec<Move<'m>>,
    /// The alarms that start a plan, by the path of what they became.
    starters: Vec<&'m [SmolStr]>,
}

impl<'m> Facts<'m> {
    pub fn new(model: &'m Model) -> Self {
        let of = |kind: PlanKind| model.plans.iter().filter(move |plan| plan.kind == kind).collect::<Vec<_>>();
        let failovers = of(PlanKind::Failover);
        let moves = failovers.iter().filter_map(|plan| Some(Move { plan, step: plan.single_steps().find(|step| moves_writer(step, model))? }));
        let starters = model.plans.iter().filter_map(|plan| match plan.start {
            Some(Start::Alarm(wake)) => model.alarms.get(wake.alarm).map(|alarm| model.instances.get(alarm.instance).path.as_slice()),
            _ => None,
        });
        Self { moves: moves.collect(), failbacks: of(PlanKind::Failback), starters: starters.collect(), failovers }
    }

    /// Whether anything is planned for the loss of a Region.
    pub fn any(&self) -> bool {
        !self.failovers.is_empty() || !self.failbacks.is_empty()
    }

    /// Whether a resource is the alarm that starts a plan.
    pub fn starts(&self, family: &Family) -> bool {
        self.starters.iter().any(|path| family.path.starts_with(path))
    }

    /// The failover that leaves a Region.
    pub fn leaves(&self, region: Id<Region>) -> Option<&'m Plan> {
        self.failovers.iter().find(|plan| plan.from == Some(region)).copied()
    }

    /// The failover that leads to a Region.
    pub fn leads_to(&self, region: Id<Region>) -> Option<&'m Plan> {
        self.failovers.iter().find(|plan| plan.to == Some(region)).copied()
    }

    /// The failover that changes who writes.
    pub fn writer_moves(&self) -> Option<Move<'m>> {
        self.moves.first().copied()
    }

    /// The plan that gives a Region of a family a role.
    pub fn role(&self, role: Role, region: Id<Region>, family: &Family) -> Option<&'m Plan> {
        let member = |end: Option<Id<Region>>| end.is_some_and(|end| family.members.contains_key(&end));
        match role {
            Role::Left => self.leaves(region),
            Role::TakesOver => self.leads_to(region),
            Role::Both => self
                .failovers
                .iter()
                .find(|plan| member(plan.from) && member(plan.to) && (plan.from == Some(region) || plan.to == Some(region)))
                .copied(),
            Role::Planned => self.leaves(region).or_else(|| self.leads_to(region)),
            Role::WriterMoves => self.writer_moves().map(|change| change.plan),
            Role::Returns => self.failbacks.iter().find(|plan| plan.from == Some(region) || plan.to == Some(region)).copied(),
            Role::Several => None,
        }
    }
}

/// Whether a step has an effect.
pub(super) fn has(step: &SingleStep, effect: &str) -> bool {
    step.effects.iter().any(|known| known == effect)
}

/// Whether a step changes which Region writes: it gives up data, or changes a replica.
pub(super) fn moves_writer(step: &SingleStep, model: &Model) -> bool {
    let replica = || step.instance.is_some_and(|id| model.instances.get(id).word == "replica");
    has(step, "lossy") || (!has(step, "read_only") && replica() && !step.body.is_empty())
}
