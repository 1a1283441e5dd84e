//! Calls that only one Region of AWS answers, wherever they come from.

use super::chain::{origin_of_plan, site};
use super::reach::{Answered, calls};
use crate::aws::control_planes::{self, ControlPlane};
use crate::diag::Diagnostics;
use crate::diag::{Diagnostic, Severity, codes};
use crate::model::ids::Id;
use crate::model::{Model, Region};
use crate::source::{SourceMap, Span};
use crate::workflow::{Call, Plan, SingleStep};
use smol_str::SmolStr;

/// What a call needs of the one Region that answers.
struct Needed {
    plane: ControlPlane,
    /// What needs it: `calls route53:ChangeResourceRecordSets`.
    what: String,
    /// Whether it depends on what the call is about, which nobody knows here.
    when: Option<String>,
    /// What to do instead, if that is known.
    instead: Option<String>,
}

/// Reports the calls of a plan whose control plane is lost with the Region that it leaves, or stands in one Region elsewhere. Notes
/// who answers each call.
pub(super) fn check(model: &Model, sources: &SourceMap, plan: &Plan, from: Id<Region>, answered: &mut Vec<Answered>, diagnostics: &mut Diagnostics) {
    let (partition, endpoint) = (&model.regions.get(plan.machine).partition, &model.regions.get(plan.machine).code);
    let mut told: Vec<(Span, String)> = Vec::new();
    for (step, call) in calls(plan) {
        let needed = needed(call);
        let region = needed.as_ref().and_then(|needed| needed.plane.regions.get(partition.as_str()).cloned());
        let row = Answered {
            step: step.map_or_else(|| SmolStr::new_static("on failure"), |step| step.name.clone()),
            operation: format!("{}.{}", call.service, call.operation),
            endpoint: endpoint.clone(),
            control_plane: region.clone(),
        };
        if !answered.contains(&row) {
            answered.push(row);
        }
        // The Region that takes over may be the one that answers.
        let elsewhere = |region: &String| region != endpoint || *region == model.regions.get(from).code;
        let (Some(needed), Some(region)) = (needed, region.filter(elsewhere)) else { continue };
        let place = site(sources, step.map_or(plan.failure_span, |step| step.span), || origin_of_plan(model, plan));
        let key = (place, needed.plane.service.clone());
        if !told.contains(&key) {
            told.push(key);
            diagnostics.push(say(model, sources, (plan, step, call), from, (&needed, &region), place));
        }
    }
}

/// The control plane that a call needs: its own service's, or that of the service which what it creates needs.
fn needed(call: &Call) -> Option<Needed> {
    let action = format!("{}:{}", call.service, upper(&call.operation));
    if let Some(plane) = control_planes::of_operation(&call.service, &call.operation) {
        let matches = plane.argument.as_ref().map(|argument| {
            call.arguments
                .iter()
                .find(|(name, _)| *name == argument.member)
                .is_some_and(|(_, value)| matches!(value, crate::model::value::Value::Text(text) if text == argument.value.as_str()))
        });
        return match matches {
            Some(false) => None,
            Some(true) => Some(Needed { instead: plane.instead.clone(), plane, what: format!("calls {action}"), when: None }),
            None => Some(Needed { when: plane.when.clone(), instead: plane.instead.clone(), plane, what: format!("calls {action}") }),
        };
    }
    let (need, plane) = control_planes::creates(&call.service, &call.operation)?;
    let what = format!("calls {action}, which needs the control plane of {}", plane.service);
    Some(Needed { when: need.when, what, plane, instead: None })
}

fn say(
    model: &Model,
    sources: &SourceMap,
    (plan, step, call): (&Plan, Option<&SingleStep>, &Call),
    from: Id<Region>,
    (needed, region): (&Needed, &str),
    place: Span,
) -> Diagnostic {
    let who = step.map_or_else(|| "a failure's notice".to_string(), |step| format!("`{}`", step.name));
    let lost = model.regions.get(from);
    let is_lost = lost.code == region;
    let sure = needed.when.is_none() && !step.is_some_and(|step| step.best_effort);
    let finding = if is_lost {
        let message = format!("{who} needs a control plane that is lost with `{}`", lost.alias);
        if sure { Diagnostic::error(codes::LOST_NEED, message) } else { Diagnostic::warning(codes::LOST_NEED, message) }
    } else {
        let message = format!("{who} needs a control plane that stands in {region} alone");
        let mut finding = Diagnostic::warning(codes::ONE_CONTROL_PLANE, message);
        if model.platform.strict && needed.when.is_none() {
            finding.severity = Severity::Error;
        }
        finding
    };
    let mut finding = finding.label(place, format!("{}, which AWS runs in {region} only", needed.what));
    let inside = place.file == call.span.file && place.start <= call.span.start && call.span.end <= place.end;
    if !inside && !sources.in_library(call.span) {
        finding = finding.secondary(call.span, "called here");
    }
    if let Some(when) = &needed.when {
        finding = finding.note(format!("so it is {when}"));
    }
    finding = if is_lost {
        finding.note(format!("`{}` leaves {}: on that day this call has nobody to answer it", plan.name, lost.code))
    } else {
        finding.note(format!("`{}` then waits for a Region that has nothing to do with it, and that may have trouble at the same time", plan.name))
    };
    if let Some(keeps) = &needed.plane.keeps {
        finding = finding.note(format!("what goes on without it: {keeps}"));
    }
    finding.accepted_at.push(call.span);
    if step.is_some_and(|step| step.best_effort) {
        finding = finding.note("the step may fail: the plan then goes on without it");
    }
    let help = needed.instead.clone().unwrap_or_else(|| "prepare it when the platform is deployed, so that the plan only uses what is there".into());
    finding.note(format!("by AWS's pages of {}", needed.plane.read)).help(help).acceptable()
}

/// `ChangeResourceRecordSets`
fn upper(operation: &str) -> String {
    let mut letters = operation.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
