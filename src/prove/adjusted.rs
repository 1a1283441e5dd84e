//! Alarms that a proof rests on, and that were adjusted to what no time can be computed from.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use crate::model::recovery::{Alarm, Unproved};
use crate::source::Span;

/// Why it matters, in a finding.
const WHY: &str = "the numbers of the alarm's declaration are not those that are deployed, so what is computed from them holds for no day";

/// Reports each such property once.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut told: Vec<Span> = Vec::new();
    for (number, alarm) in model.alarms.iter().enumerate() {
        for unproved in &alarm.unproved {
            if told.contains(&unproved.span) {
                continue;
            }
            if let Some(finding) = finding(model, number, alarm, unproved) {
                told.push(unproved.span);
                diagnostics.push(finding);
            }
        }
    }
}

fn finding(model: &Model, number: usize, alarm: &Alarm, unproved: &Unproved) -> Option<Diagnostic> {
    let plan = model.plans.iter().find(|plan| plan.detection() == Some(number));
    let replica = alarm.metric.owner.map(|owner| model.instances.get(owner)).filter(|owner| owner.recovery.replication.is_some());
    let (code, what) = match (plan, replica) {
        (Some(plan), _) => (codes::NOT_NOTICED, format!("how soon `{}` is known to be needed", plan.name)),
        (None, Some(replica)) if alarm.metric.declared == super::data::LAG => (codes::RPO_EXCEEDED, format!("what `{}` may lose", replica.shown)),
        _ => return None,
    };
    Some(
        Diagnostic::error(code, format!("`{}` of the alarm `{}` is adjusted, and {what} depends on it", unproved.property, alarm.shown))
            .label(unproved.span, "no time can be computed from it")
            .note(WHY)
            .help("adjust periods, data points and threshold to numbers that are known now; what the alarm looks at belongs into its `when`")
            .acceptable(),
    )
}
