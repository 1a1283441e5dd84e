//! Where the writer of each replica, and the traffic of each route, can be after the plans have run; and whether a plan leaves from there.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::{Instance, Model, Region};
use crate::workflow::{Plan, PlanKind, SingleStep};

/// A plan moves something from one Region to another.
struct Move<'m> {
    plan: &'m Plan,
    instance: Id<Instance>,
    from: Id<Region>,
    to: Id<Region>,
    /// The step that cannot be undone: what was moved does not follow again.
    last: Option<&'m SingleStep>,
}

/// Reports writers and traffic that move to where no plan leaves from, or from where nothing leads back. What a step has moved for good can
/// do neither: that is one finding, about the way back.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let moves = moves(model);
    let failovers = || moves.iter().filter(|step| step.plan.kind == PlanKind::Failover);
    let left = |step: &Move<'_>| failovers().any(|next| next.instance == step.instance && next.from == step.to);
    // A return goes the other way than one of the failovers did.
    let returns = |next: &Move<'_>| failovers().any(|one| one.instance == next.instance && (one.from, one.to) == (next.to, next.from));
    let failbacks = || moves.iter().filter(|next| next.plan.kind == PlanKind::Failback);
    let back = |step: &Move<'_>| failbacks().any(|next| next.instance == step.instance && returns(next));
    let mut told: Vec<(&str, Id<Region>)> = Vec::new();
    for step in failovers().filter(|step| !left(step) && (step.last.is_none() || back(step))) {
        // One finding for a plan: what it moves together, it leaves behind together.
        if told.contains(&(step.plan.name.as_str(), step.to)) {
            continue;
        }
        told.push((&step.plan.name, step.to));
        let together = || moves.iter().filter(|other| std::ptr::eq(other.plan, step.plan));
        let follows: Vec<&Move<'_>> = together().filter(|other| other.last.is_none()).collect();
        let what = if follows.is_empty() { names(model, &together().collect::<Vec<_>>()) } else { names(model, &follows) };
        diagnostics.push(no_plan_leaves(model, step, &what, together().any(|other| other.last.is_some())));
    }
    let mut told: Vec<&str> = Vec::new();
    for step in failovers().filter(|step| !back(step)) {
        if told.contains(&step.plan.name.as_str()) {
            continue;
        }
        told.push(&step.plan.name);
        let together: Vec<&Move<'_>> = moves.iter().filter(|other| std::ptr::eq(other.plan, step.plan) && !back(other)).collect();
        diagnostics.push(nothing_leads_back(model, step, &together));
    }
}

/// What each plan moves: replicas and routes of which it does an action that changes something.
fn moves(model: &Model) -> Vec<Move<'_>> {
    let mut moves: Vec<Move<'_>> = Vec::new();
    for plan in &model.plans {
        let (Some(from), Some(to)) = (plan.from, plan.to) else { continue };
        for step in plan.single_steps() {
            let Some(instance) = step.instance else { continue };
            let is = |word: &str| step.effects.iter().any(|effect| effect == word);
            // A switch may be put in order without anybody being moved.
            let movable = match model.instances.get(instance).word {
                "replica" => true,
                word => word == "route" && is("traffic"),
            };
            let known = moves.iter_mut().find(|other| std::ptr::eq(other.plan, plan) && other.instance == instance);
            match known {
                _ if !movable || is("read_only") => {}
                Some(known) => known.last = known.last.or(Some(step).filter(|_| is("irreversible"))),
                None => moves.push(Move { plan, instance, from, to, last: Some(step).filter(|_| is("irreversible")) }),
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

fn no_plan_leaves(model: &Model, step: &Move<'_>, what: &str, one_way: bool) -> Diagnostic {
    let (from, to) = (model.region_text(step.from), model.region_text(step.to));
    let alias = |region| model.regions.get(region).alias.clone();
    // What cannot be undone cannot be done in the other direction either.
    let help = if one_way {
        format!("write a failover that leaves {to} as far as that is possible; or say what is left then: `allow DR0420 \"reason\"`")
    } else {
        format!("write `among [{}, {}]`: one plan for the loss of either", alias(step.from), alias(step.to))
    };
    Diagnostic::error(codes::NO_PLAN_LEAVES, format!("after `{}` the platform lives in {to}, and no failover leaves from there", step.plan.name))
        .label(step.plan.span, format!("moves {what} to {to}"))
        .note(format!("if {to} is lost before the return, nobody has a plan for it, though {from} may be back"))
        .help(help)
        .acceptable()
}

fn nothing_leads_back(model: &Model, step: &Move<'_>, together: &[&Move<'_>]) -> Diagnostic {
    let what = names(model, together);
    let alias = |region| model.regions.get(region).alias.clone();
    let (from, to) = (alias(step.from), alias(step.to));
    let finding = Diagnostic::error(codes::NO_FAILBACK, format!("nothing leads back after `{}`", step.plan.name))
        .label(step.plan.span, format!("moves {what}; no failback moves it again"))
        .acceptable();
    match together.iter().find_map(|step| Some((model.instances.get(step.instance), step.last?))) {
        Some((instance, done)) => finding
            .secondary(done.span, format!("`{}` cannot be undone", done.action))
            .note(format!("no plan could move `{}` again: what was left in {from} does not follow, and is old from that moment on", instance.shown))
            .note(format!("until there is a new copy, nothing could leave {to} either: backups are what is left"))
            .help(format!(
                "the return is a new copy in {from} of what was promoted in {to}: say who makes it, and when, with `allow DR0417 \"reason\"` in the plan"
            )),
        None => finding
            .note("the return is made under pressure too: people want their Region back, with the data that was written since")
            .help(format!("add `failback home from {to} to {from} {{ ... }}` with the planned action of each")),
    }
}
