//! Whether the alarm that tells of a loss can: one that looks at its own Region only says nothing of another one.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::recovery::Alarm;
use crate::model::value::{Deploy, TextPart, Value};
use crate::model::{Instance, Member, Model, Region};
use crate::source::Span;
use crate::workflow::{Detect, Plan, PlanKind, Start};

/// Reports alarms that are to tell of the loss of a Region, and whose figures come from another one alone.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut told: Vec<Span> = Vec::new();
    for plan in model.plans.iter().filter(|plan| plan.kind == PlanKind::Failover) {
        let (Some(lost), Some((number, span))) = (plan.from, named(plan)) else { continue };
        let Some(alarm) = model.alarms.get(number) else { continue };
        if !told.contains(&span) && !told.contains(&plan.span) && alarm.region != lost && of_itself(model, alarm, lost) {
            told.extend([span, plan.span]);
            diagnostics.push(finding(model, plan, alarm, lost, span));
        }
    }
}

/// The alarm that tells of the loss, and where the plan names it.
fn named(plan: &Plan) -> Option<(usize, Span)> {
    match (plan.start, plan.detect) {
        (Some(Start::Alarm(wake)), _) | (_, Some(Detect::Alarm(wake))) => Some((wake.alarm, wake.span)),
        _ => None,
    }
}

/// Whether nothing of what publishes the metric has to do with the lost Region. A replica's figures are about both ends; of what has no
/// resources here, or exists already, nothing is known.
fn of_itself(model: &Model, alarm: &Alarm, lost: Id<Region>) -> bool {
    let Some(owner) = alarm.metric.owner.map(|owner| model.instances.get(owner)).filter(|owner| owner.word != "replica") else { return false };
    let inside = |owner: &Instance| {
        let families = model.families.iter().map(|(_, family)| family).filter(|family| family.path.starts_with(&owner.path));
        families.filter_map(|family| Some((family.external, family.members.get(&alarm.region)?))).collect::<Vec<(bool, &Member)>>()
    };
    let members = inside(owner);
    let code = model.regions.get(lost).code.as_str();
    let looks = |member: &Member| !member.watches.is_empty() || member.properties.iter().any(|property| about(&property.value, lost, code));
    !members.is_empty() && !members.iter().any(|(external, member)| *external || looks(member))
}

/// Whether a value has something of a Region in it.
fn about(value: &Value, lost: Id<Region>, code: &str) -> bool {
    match value {
        Value::Text(text) => text.contains(code),
        Value::Region(region) => *region == lost,
        Value::List(items) => items.iter().any(|item| about(item, lost, code)),
        Value::Map(map) => map.values().any(|item| about(item, lost, code)),
        Value::Deploy(deploy) => deployed(deploy, lost, code),
        _ => false,
    }
}

fn deployed(deploy: &Deploy, lost: Id<Region>, code: &str) -> bool {
    match deploy {
        Deploy::Parameter(_, region) => *region == Some(lost),
        Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => target.region == lost,
        Deploy::Text(parts) => parts.iter().any(|part| match part {
            TextPart::Literal(text) => text.contains(code),
            TextPart::Value(value) => deployed(value, lost, code),
        }),
        Deploy::Json(value) => about(value, lost, code),
        Deploy::StackOutput(inner) => deployed(inner, lost, code),
        Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => false,
    }
}

fn finding(model: &Model, plan: &Plan, alarm: &Alarm, lost: Id<Region>, span: Span) -> Diagnostic {
    let (lost, own) = (model.region_text(lost), model.region_text(alarm.region));
    Diagnostic::warning(codes::NOT_NOTICED, format!("`{}` tells of {own}, and not of the loss of {lost}", alarm.shown))
        .label(span, format!("is to tell of {lost}"))
        .secondary(alarm.span, format!("counts in {own} what happens in {own}"))
        .secondary(plan.span, format!("leaves {lost}"))
        .note("each Region sees its own figures: on the day of the loss this alarm is silent, and when it goes off it leads customers into the Region that is ill")
        .help("let something here look at the other Region, such as a `health.prober`, and name its alarm: `detect = watcher.unanswered`")
        .acceptable()
}
