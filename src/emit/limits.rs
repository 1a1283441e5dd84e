//! The limits that only the written text can tell: its size, and what CloudFormation looks up in it.

use super::{Output, TemplateFile, template};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::layout::cut_advice;
use crate::model::value::ResourceRef;
use std::collections::BTreeSet;

/// Bytes of a template that is read from a bucket: 1 MB. Source: CloudFormation user guide, "Understand CloudFormation quotas"
/// (read 2026-11-24); AWS counts its other sizes in multiples of 1,024.
const MAXIMUM_TEMPLATE: usize = 1_048_576;
/// What a template is cut to: the rest is for parameters and outputs, which a cut makes more of.
const WANTED_TEMPLATE: usize = 900_000;
/// Dynamic references in one template. Same source.
const MAXIMUM_REFERENCES: usize = 60;
/// How a dynamic reference begins. Source: CloudFormation user guide, "Get values stored in other services using dynamic references"
/// (read 2026-11-24).
const REFERENCE: &str = "{{resolve:";
/// Bytes of a machine's definition: 1 MB. Source: Step Functions API reference, `CreateStateMachine`, `definition` (read 2026-11-24).
const MAXIMUM_DEFINITION: usize = 1_048_576;
/// By how much a resource is indented in its template.
const INDENTATION: usize = 4;

/// Reports templates and definitions that AWS would not take.
pub(crate) fn check(output: &Output, diagnostics: &mut Diagnostics) {
    // An earlier phase has less in it; one layer or group in several Regions is one mistake.
    let mut told = BTreeSet::new();
    for file in output.templates.iter().rev() {
        let Some(stack) = output.layout.stacks.get(file.stack) else { continue };
        let size = file.text.len();
        if size > MAXIMUM_TEMPLATE && told.insert((&stack.unit, "size")) {
            let message = format!("the template of {} has {size} bytes; CloudFormation takes {MAXIMUM_TEMPLATE}", stack.id);
            let weigh = |resource| written(output, file, resource).map_or(0, |text| text.len() + INDENTATION * (1 + text.matches('\n').count()));
            diagnostics.push(cut_advice(&output.model, &output.layout, stack, &message, &weigh, WANTED_TEMPLATE));
        }
        let references = std::str::from_utf8(&file.text).map_or(0, in_text);
        if references > MAXIMUM_REFERENCES && told.insert((&stack.unit, "references")) {
            let message = format!("the template of {} has {references} dynamic references; CloudFormation takes {MAXIMUM_REFERENCES}", stack.id);
            let weigh = |resource| written(output, file, resource).map_or(0, |text| in_text(&text));
            let finding = cut_advice(&output.model, &output.layout, stack, &message, &weigh, MAXIMUM_REFERENCES);
            diagnostics
                .push(finding.note(format!("a text that begins with `{REFERENCE}` is looked up by CloudFormation when the stack is deployed")));
        }
    }
    for (plan, machine) in output.machines_of_plans().filter(|(_, machine)| machine.text.len() > MAXIMUM_DEFINITION) {
        diagnostics.push(
            Diagnostic::error(
                codes::PLAN_LIMIT,
                format!("the definition of `{}` has {} bytes; Step Functions takes {MAXIMUM_DEFINITION}", plan.name, machine.text.len()),
            )
            .label(plan.span, "too much for one machine")
            .help("make two plans of it, each with some of the steps"),
        );
    }
}

fn in_text(text: &str) -> usize {
    text.matches(REFERENCE).count()
}

/// A resource as it stands in a template.
fn written(output: &Output, file: &TemplateFile, resource: ResourceRef) -> Option<String> {
    let depth = output.layout.phases.get(file.phase)?.depth;
    let stack = output.layout.stack_of(resource)?;
    serde_json::to_string_pretty(&template::resource(output, template::Part { stack, depth }, resource)).ok()
}
