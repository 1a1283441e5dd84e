//! Where the writer of each replica, and the traffic of each route, can be after the plans have run; and whether a plan leaves from there.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::{Instance, Model, Region};
use crate::workflow::{Plan, PlanKind};

/// A plan moves something from one Region to another.
struct Move<'m> {
    plan: &'m Plan,
    instance: Id<Instance>,
    from: Id<Region>,
    to: Id<Region>,
}

/// Reports writers and traffic that move to where no plan leaves from, or from where nothing leads back.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let moves = moves(model);
    let mut told: Vec<(&str, Id<Region>)> = Vec::new();
    for step in moves.iter().filter(|step| step.plan.kind == PlanKind::Failover) {
        let stuck = !moves.iter().any(|next| next.plan.kind == PlanKind::Failover && next.instance == step.instance && next.from == step.to);
        // One finding for a plan: what it moves together, it leaves behind together.
        if told.contains(&(step.plan.name.as_str(), step.to)) {
            continue;
        }
        let together: Vec<&Move<'_>> = moves.iter().filter(|other| std::ptr::eq(other.plan, step.plan)).collect();
        if stuck {
            told.push((&step.plan.name, step.to));
            diagnostics.push(no_plan_leaves(model, step, &names(model, &together)));
        }
    }
    let mut told: Vec<&str> = Vec::new();
    for step in moves.iter().filter(|step| step.plan.kind == PlanKind::Failover) {
        let back = moves.iter().any(|next| next.plan.kind == PlanKind::Failback && next.instance == step.instance);
        if back || told.contains(&step.plan.name.as_str()) {
            continue;
        }
        told.push(&step.plan.name);
        let without = |other: &&Move<'_>| {
            std::ptr::eq(other.plan, step.plan) && !moves.iter().any(|next| next.plan.kind == PlanKind::Failback && next.instance == other.instance)
        };
        let together: Vec<&Move<'_>> = moves.iter().filter(without).collect();
        diagnostics.push(nothing_leads_back(model, step, &names(model, &together)));
    }
}

/// What each plan moves: replicas and routes of which it does an action that changes something.
fn moves(model: &Model) -> Vec<Move<'_>> {
    let mut moves: Vec<Move<'_>> = Vec::new();
    for plan in &model.plans {
        let (Some(from), Some(to)) = (plan.from, plan.to) else { continue };
        for step in plan.single_steps() {
            let Some(instance) = step.instance else { continue };
            let movable = matches!(model.instances.get(instance).word, "replica" | "route");
            let changes = !step.effects.iter().any(|effect| effect == "read_only");
            let known = moves.iter().any(|other| std::ptr::eq(other.plan, plan) && other.instance == instance);
            if movable && changes && !known {
                moves.push(Move { plan, instance, from, to });
            }
        }
    }
    moves
}

fn names(model: &Model, moves: &[&Move<'_>]) -> String {
    let names: Vec<String> = moves.iter().map(|step| format!("`{}`", model.instances.get(step.instance).shown)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn no_plan_leaves(model: &Model, step: &Move<'_>, what: &str) -> Diagnostic {
    let (from, to) = (model.region_text(step.from), model.region_text(step.to));
    let alias = |region| model.regions.get(region).alias.clone();
    Diagnostic::error(codes::NO_PLAN_LEAVES, format!("after `{}` the platform lives in {to}, and no failover leaves from there", step.plan.name))
        .label(step.plan.span, format!("moves {what} to {to}"))
        .note(format!("if {to} is lost before the return, nobody has a plan for it, though {from} may be back"))
        .help(format!("write `among [{}, {}]`: one plan for the loss of either", alias(step.from), alias(step.to)))
        .acceptable()
}

fn nothing_leads_back(model: &Model, step: &Move<'_>, what: &str) -> Diagnostic {
    let alias = |region| model.regions.get(region).alias.clone();
    let (from, to) = (alias(step.from), alias(step.to));
    Diagnostic::error(codes::NO_FAILBACK, format!("nothing leads back after `{}`", step.plan.name))
        .label(step.plan.span, format!("moves {what}; no failback moves it again"))
        .note("the return is made under pressure too: people want their Region back, with the data that was written since")
        .help(format!("add `failback home from {to} to {from} {{ ... }}` with the planned action of each"))
        .acceptable()
}
