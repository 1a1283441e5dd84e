//! Changes that have only begun when the next step begins.

use crate::aws::effects::{self, Begins};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use crate::workflow::{Call, Operation, Plan, SingleStep};

/// Reports steps that begin a change and do not wait for its end.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    for plan in &model.plans {
        let places = plan.steps.len();
        for (at, step) in plan.steps.iter().enumerate() {
            // What is said to change nothing is held against that where it is called.
            for branch in step.branches().iter().filter(|branch| !branch.effects.iter().any(|effect| effect == "read_only")) {
                if let Some((call, row)) = begun(&branch.body) {
                    diagnostics.push(finding(model, plan, branch, (call, row), at + 1 == places));
                }
            }
        }
    }
}

/// The first call of a body that answers before its change is over, if nothing behind or around it asks until it is.
fn begun(body: &[Operation]) -> Option<(&Call, &'static Begins)> {
    let mut open = None;
    for operation in body {
        match operation {
            Operation::Call(call) => open = open.or_else(|| effects::begins(&call.service, &call.operation).map(|row| (call, row))),
            Operation::DoneWhen { .. } => open = None,
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
    open
}

fn finding(model: &Model, plan: &Plan, step: &SingleStep, (call, row): (&Call, &Begins), last: bool) -> Diagnostic {
    let message = format!("the step `{}` does not wait until its change is over", step.name);
    let finding = if last { Diagnostic::warning(codes::NOT_AWAITED, message) } else { Diagnostic::error(codes::NOT_AWAITED, message) };
    let finding = finding.label(step.span, if last { "the plan is done when it has begun" } else { "the next step begins when it has begun" });
    let finding = if model.file_of(call.span) == model.file_of(step.span) { finding.secondary(call.span, "answers at once") } else { finding };
    let why = if last {
        format!("`{}` would be reported as done, though it may still fail", plan.name)
    } else {
        "what follows is done to a platform that has not changed yet: it is checked too early, and customers are sent where nobody can serve them"
            .into()
    };
    finding
        .note(format!("`{}.{}` answers when the change has begun: {}", call.service, call.operation, row.why))
        .note(why)
        .help(format!(
            "in the action, ask before the call and until it is done: `done when CONDITION every 15s within 8min`, with a condition that calls `{}.{}`",
            call.service, row.ask
        ))
        .acceptable()
}
