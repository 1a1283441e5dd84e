//! What is wrong with the order of a plan's steps, and with drills that find nothing out.

use super::Reader;
use super::facts::has;
use crate::aws::iam;
use crate::diag::{Diagnostic, codes};
use crate::model::recovery::Steering;
use crate::workflow::{Operation, Plan, PlanKind, SingleStep, Start, Step};

/// Looks at every plan, and at the routes that move by themselves.
pub(super) fn check(reader: &mut Reader<'_>) {
    let model = reader.model;
    for plan in &model.plans {
        if plan.kind == PlanKind::Drill {
            drill(reader, plan);
        } else {
            traffic_first(reader, plan);
            unasked(reader, plan);
            best_effort(reader, plan);
        }
    }
    routes(reader);
}

/// A drill that no state of the platform can make fail.
fn drill(reader: &mut Reader<'_>, plan: &Plan) {
    if plan.single_steps().any(|step| step.body.iter().any(finds_out)) {
        return;
    }
    reader.push(
        Diagnostic::warning(codes::NOTHING_CHECKED, format!("`{}` checks nothing: it succeeds whatever state the standby is in", plan.name))
            .label(plan.span, "no step of it can find anything wrong")
            .note("a rehearsal that always succeeds is the reason why nobody looks before the day of the outage")
            .help("do an action with a `check` in it, such as the `probe` of what has to be there")
            .acceptable(),
    );
}

/// Whether an operation says something of the platform's state: it compares, or has something done that can fail.
fn finds_out(operation: &Operation) -> bool {
    match operation {
        Operation::Check { .. } | Operation::DoneWhen { .. } => true,
        Operation::Wait { .. } => false,
        // A question about one thing fails if that is not there; a list of all things never does.
        Operation::Call(call) if !call.arguments.is_empty() => true,
        Operation::Call(call) => iam::changing(&call.service, &call.operation).is_some(),
    }
}

/// The traffic is moved while the data still stands where it was.
fn traffic_first(reader: &mut Reader<'_>, plan: &Plan) {
    let mut moved: Option<(usize, &SingleStep)> = None;
    for (at, group) in plan.steps.iter().enumerate() {
        let group = match group {
            Step::One(step) => std::slice::from_ref(step.as_ref()),
            Step::Parallel(branches) => branches.as_slice(),
        };
        if let Some(step) = group.iter().find(|step| has(step, "traffic")) {
            moved.get_or_insert((at, step));
        }
        let Some((first, traffic)) = moved else { continue };
        let Some(writer) = group.iter().find(|step| reader.moves(step) && step.name != traffic.name) else { continue };
        let message = if first == at {
            format!("`{}` moves the traffic while `{}` is still under way", traffic.name, writer.name)
        } else {
            format!("`{}` moves the traffic before `{}` has changed which Region writes", traffic.name, writer.name)
        };
        reader.push(
            Diagnostic::error(codes::TRAFFIC_FIRST, message)
                .label(traffic.span, "moves the traffic")
                .secondary(writer.span, if first == at { "side by side with it" } else { "only then changes who writes" })
                .secondary(plan.span, "in this plan")
                .note("customers reach a Region that cannot write yet: every order is refused, or is kept where nobody looks for it, until the change is over")
                .help(format!("put `{}` behind `{}`", traffic.name, writer.name))
                .acceptable(),
        );
        return;
    }
}

/// An alarm starts the plan, which gives up data, and nobody is asked.
fn unasked(reader: &mut Reader<'_>, plan: &Plan) {
    let (Some(Start::Alarm(wake)), None) = (&plan.start, &plan.approve) else { return };
    let Some(step) = plan.single_steps().find(|step| has(step, "lossy")) else { return };
    reader.push(
        Diagnostic::warning(codes::LOSS_UNASKED, format!("an alarm starts `{}`, which gives up data, and nobody is asked", plan.name))
            .label(wake.span, "starts it by itself")
            .secondary(step.span, format!("`{}` gives up what had not been replicated", step.action))
            .note("a metric that is late, or a deployment that fails, then costs data and moves everybody, though nothing was lost")
            .help("ask somebody first: `approve WHOM within 5min`; or accept it: `allow DR0431 \"reason\"`")
            .acceptable(),
    );
}

/// A step on which the plan rests, and which may fail without anybody stopping.
fn best_effort(reader: &mut Reader<'_>, plan: &Plan) {
    for step in plan.single_steps().filter(|step| step.best_effort) {
        let what = if reader.moves(step) {
            "changes which Region writes"
        } else if has(step, "traffic") {
            "moves the traffic"
        } else {
            continue;
        };
        let finding = Diagnostic::error(codes::DECIDING_BEST_EFFORT, format!("`{}` {what}, and the plan goes on if it fails", step.name))
            .label(step.span, "`best_effort`: its failure is passed over")
            .secondary(plan.span, "in this plan")
            .note("the plan ends as if the platform had recovered, and nobody is told that it has not")
            .help("leave `best_effort` out; it is for what may be missing afterwards, such as a notice")
            .acceptable();
        reader.push(finding);
    }
}

/// Routes of components whose traffic is moved by health checks, where a plan has to change who writes first.
fn routes(reader: &mut Reader<'_>) {
    let model = reader.model;
    for (_, instance) in model.instances.iter().filter(|(_, instance)| instance.recovery.steering == Some(Steering::Automatic)) {
        let Some(change) = reader.facts.writer_moves() else { continue };
        // Its record was told, which is what its author would mend.
        if reader.moving.iter().any(|id| model.families.get(*id).path.starts_with(&instance.path)) {
            continue;
        }
        let end = |end: Option<_>| end.map_or_else(String::new, |end| model.region_text(end));
        let finding = Diagnostic::error(
            codes::AUTOMATIC_STEERING,
            format!(
                "`{}` sends customers to {} by itself, before `{}` has changed which Region writes",
                instance.shown,
                end(change.plan.to),
                change.step.name
            ),
        )
        .label(instance.span, "health checks move its traffic, after a minute or two")
        .secondary(change.step.span, format!("`{}` changes which Region writes, when somebody runs `{}`", change.step.action, change.plan.name))
        .note("until then the Region that is asked cannot write; and a check that fails for a moment moves everybody, though nothing was lost")
        .help("steer by a switch that the plan flips, behind the step that changes who writes; keep health checks for telling people")
        .acceptable();
        reader.push(finding);
    }
}
