//! What a plan forgets: a replica that is written in the lost Region, a route that leads there, and which no step moves; and customers who are
//! sent back to where the data is not written any more.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::{Instance, Model, Region};
use crate::source::Span;
use crate::workflow::{Plan, PlanKind, SingleStep};

/// Reports what no failover moves, and returns that leave the data behind.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut told: Vec<Span> = Vec::new();
    for (plan, from, to) in plans(model, PlanKind::Failover) {
        if told.contains(&plan.span) {
            continue;
        }
        let together: Vec<&Plan> = plans(model, PlanKind::Failover).filter(|(_, left, _)| *left == from).map(|(plan, ..)| plan).collect();
        // What is born elsewhere, and what no plan brings here, is not written here.
        // What came for good is another matter: whoever does that writes the plans anew (DR0417 says so).
        let came = |step: &SingleStep| !is(step, "irreversible");
        let comes = |id| plans(model, PlanKind::Failover).any(|(plan, _, end)| end == from && moved(model, plan, id).is_some_and(came));
        let here = |id: Id<Instance>| model.instances.get(id).recovery.born_in.is_none_or(|born| born == from) || comes(id);
        let spans = |instance: &Instance| instance.regions.contains(&from) && instance.regions.contains(&to);
        let forgotten: Vec<Id<Instance>> = movable(model)
            .filter(|id| spans(model.instances.get(*id)) && here(*id) && !together.iter().any(|plan| moved(model, plan, *id).is_some()))
            .collect();
        if !forgotten.is_empty() {
            told.extend(together.iter().map(|plan| plan.span));
            diagnostics.push(left_behind(model, plan, from, &forgotten));
        }
    }
    for (plan, from, to) in plans(model, PlanKind::Failback) {
        let Some(traffic) = plan.single_steps().find(|step| is(step, "traffic")) else { continue };
        let went =
            |id: Id<Instance>| plans(model, PlanKind::Failover).find(|(plan, a, b)| (*a, *b) == (to, from) && moved(model, plan, id).is_some());
        let returns = |id| plans(model, PlanKind::Failback).any(|(plan, a, b)| (a, b) == (from, to) && moved(model, plan, id).is_some());
        let stays = movable(model).filter(|id| model.instances.get(*id).word == "replica" && !returns(*id));
        for (id, (failover, ..)) in stays.filter_map(|id| Some((id, went(id)?))) {
            diagnostics.push(return_without(model, (plan, traffic, to), id, failover));
        }
    }
}

/// The plans of a kind with both of their ends.
fn plans(model: &Model, kind: PlanKind) -> impl Iterator<Item = (&Plan, Id<Region>, Id<Region>)> {
    model.plans.iter().filter(move |plan| plan.kind == kind).filter_map(|plan| Some((plan, plan.from?, plan.to?)))
}

/// What has an action that moves it.
fn movable(model: &Model) -> impl Iterator<Item = Id<Instance>> {
    model.instances.iter().filter(|(_, instance)| instance.recovery.moving.is_some()).map(|(id, _)| id)
}

fn is(step: &SingleStep, word: &str) -> bool {
    step.effects.iter().any(|effect| effect == word)
}

/// The step of a plan that moves an instance, or what the instance is a part of.
fn moved<'p>(model: &Model, plan: &'p Plan, id: Id<Instance>) -> Option<&'p SingleStep> {
    let instance = model.instances.get(id);
    let inside = |other: Id<Instance>| instance.path.starts_with(&model.instances.get(other).path);
    let moves = |step: &SingleStep| if instance.word == "route" { is(step, "traffic") } else { !is(step, "read_only") };
    plan.single_steps().find(|step| step.instance.is_some_and(inside) && moves(step))
}

fn left_behind(model: &Model, plan: &Plan, from: Id<Region>, forgotten: &[Id<Instance>]) -> Diagnostic {
    let place = model.region_text(from);
    let named = |word: &str| {
        let of = forgotten.iter().map(|id| model.instances.get(*id)).filter(|instance| (instance.word == "route") == (word == "route"));
        of.map(|instance| format!("`{}`", instance.shown)).collect::<Vec<_>>().join(" and ")
    };
    let (data, traffic) = (named("replica"), named("route"));
    let message = match (data.is_empty(), traffic.is_empty()) {
        (false, true) => format!("no step of `{}` moves {data}: it stays written in {place}", plan.name),
        (true, _) => format!("no step of `{}` moves {traffic}: its traffic still goes to {place}", plan.name),
        (false, false) => format!("no step of `{}` moves {data}, nor the traffic of {traffic}", plan.name),
    };
    let mut finding = Diagnostic::error(codes::LEFT_BEHIND, message).label(plan.span, format!("leaves {place}, which is lost"));
    let mut steps = Vec::new();
    for instance in forgotten.iter().map(|id| model.instances.get(*id)) {
        let action = instance.recovery.moving.clone().unwrap_or_default();
        let what = if instance.word == "route" { format!("moved by `{action}`") } else { format!("written in another Region by `{action}` only") };
        finding = finding.secondary(instance.span, what);
        steps.push(format!("`step {action} = {}.{action}() {{ within = 8min }}`", instance.shown));
    }
    finding
        .note("the plan ends well, and the platform does not: what it left is where nobody answers")
        .help(format!("add {}; or say why not: `allow DR0433 \"reason\"`", steps.join(" and ")))
        .acceptable()
}

fn return_without(model: &Model, (plan, traffic, home): (&Plan, &SingleStep, Id<Region>), id: Id<Instance>, failover: &Plan) -> Diagnostic {
    let instance = model.instances.get(id);
    let place = model.region_text(home);
    let step = moved(model, failover, id);
    let last = step.is_some_and(|step| is(step, "irreversible"));
    let finding = Diagnostic::error(
        codes::RETURN_WITHOUT_DATA,
        format!("`{}` sends customers back to {place}, where `{}` is not written", plan.name, instance.shown),
    )
    .label(traffic.span, "moves the traffic")
    .secondary(plan.span, format!("no step moves `{}` back", instance.shown))
    .secondary(step.map_or(failover.span, |step| step.span), if last { "moved it for good" } else { "moved it" })
    .note(format!("what was written since the loss is not in {place}: customers would see old data, and could not write, or would write beside it"));
    let help = if last {
        "make a new copy there first, and promote that; leave the traffic where the data is until then".to_string()
    } else {
        format!("move `{}` back first, by its planned action; or say who does it: `allow DR0434 \"reason\"`", instance.shown)
    };
    finding.help(help).acceptable()
}
