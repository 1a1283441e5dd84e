//! Plans that nobody rehearses, and plans whose failure nobody hears of.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::{Instance, Model};
use crate::workflow::{Plan, PlanKind, StepKind};

/// Reports failovers of which a part is in no drill, drills that nobody starts, and plans that tell nobody when they fail.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    // One finding of a kind for a plan, not for each of its machines.
    let mut told: Vec<(&str, &str)> = Vec::new();
    for plan in &model.plans {
        let unrehearsed = match plan.kind {
            PlanKind::Failover => unrehearsed(model, plan),
            PlanKind::Drill => plan.every.is_none().then(|| unscheduled(plan)),
            PlanKind::Failback => None,
        };
        let unheard = plan.on_failure.is_empty().then(|| unheard(plan));
        for (kind, finding) in [("rehearsed", unrehearsed), ("heard", unheard)] {
            if let Some(finding) = finding.filter(|_| !told.contains(&(kind, plan.name.as_str()))) {
                told.push((kind, &plan.name));
                diagnostics.push(finding);
            }
        }
    }
}

/// What a plan works with, apart from whom it tells and asks.
fn works_with(plan: &Plan) -> impl Iterator<Item = Id<Instance>> {
    plan.single_steps().filter(|step| matches!(step.kind, StepKind::Action | StepKind::Function)).filter_map(|step| step.instance)
}

fn unrehearsed(model: &Model, plan: &Plan) -> Option<Diagnostic> {
    let drills: Vec<&Plan> = model.plans.iter().filter(|drill| drill.kind == PlanKind::Drill && drill.machine == plan.machine).collect();
    let seen = |id: Id<Instance>| drills.iter().any(|drill| works_with(drill).any(|other| other == id));
    // What has nothing to be asked cannot be rehearsed.
    let probed = |id: &Id<Instance>| model.instances.get(*id).recovery.probe.is_some();
    let mut missing: Vec<Id<Instance>> = works_with(plan).filter(|id| !seen(*id) && probed(id)).collect();
    missing.dedup();
    let first = *missing.first()?;
    let mut names: Vec<String> = Vec::new();
    for id in missing {
        let name = format!("`{}`", model.instances.get(id).shown);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let place = model.region_text(plan.machine);
    let finding = if drills.is_empty() {
        Diagnostic::warning(codes::NO_DRILL, format!("no drill rehearses `{}`", plan.name)).label(plan.span, format!("nothing is tried in {place}"))
    } else {
        Diagnostic::warning(codes::NO_DRILL, format!("no drill looks at {}, which `{}` needs", names.join(", "), plan.name))
            .label(plan.span, format!("not tried in {place}"))
    };
    let first = model.instances.get(first);
    let shown = format!("{}.{}", first.shown, first.recovery.probe.clone().unwrap_or_default());
    let example = if drills.is_empty() {
        format!("add `drill readiness in both every 1h {{ step answers = {shown}() }}`, with an action of each that is `read_only`")
    } else {
        format!("add a step to a drill: `step answers = {shown}()`, or another action that is `read_only`")
    };
    Some(finding.note("what has changed since somebody last looked is found on the day of the outage, by the plan").help(example))
}

fn unscheduled(plan: &Plan) -> Diagnostic {
    Diagnostic::warning(codes::NO_DRILL, format!("nobody starts the drill `{}`", plan.name))
        .label(plan.span, "no `every`")
        .note("a rehearsal that somebody has to remember is not held")
        .help("write how often: `every 1h`")
}

fn unheard(plan: &Plan) -> Diagnostic {
    Diagnostic::warning(codes::NOBODY_TOLD, format!("nobody is told when the {} `{}` fails", plan.kind.word(), plan.name))
        .label(plan.span, "no `on failure`")
        .note(match plan.kind {
            PlanKind::Drill => "a rehearsal that fails unseen says nothing about the day of the outage",
            PlanKind::Failover | PlanKind::Failback => "it stops half-way, and everybody believes that it goes on",
        })
        .help("add `on failure { notify alerts }`")
}
