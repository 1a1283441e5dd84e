//! What `adjust` makes of alarms: times are computed from what is deployed, not from what was declared.

use super::Expander;
use super::metric::metric_unit;
use super::scope::CellKind;
use crate::model::ids::Id;
use crate::model::recovery::{Alarm, Unproved};
use crate::model::value::{ResourceRef, Value};
use crate::model::{Family, Instance};

/// The resource of the library's alarm.
const WATCH: &str = "watch";
/// Properties of an alarm by which it goes off neither earlier nor later. Whether it tells anybody is checked with the resources.
const HARMLESS: &[&str] = &["ActionsEnabled", "AlarmActions", "AlarmDescription", "InsufficientDataActions", "OKActions", "Tags"];
/// The data points that have to be beyond the bound; without it, those of all periods. Source: CloudWatch API reference,
/// `PutMetricAlarm` (read 2026-11-29).
const DATAPOINTS: &str = "DatapointsToAlarm";
/// CloudWatch's names of the comparisons.
const COMPARISONS: [&str; 4] = ["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];

impl Expander<'_> {
    /// Reads what was adjusted of alarms, after all `adjust`.
    pub(super) fn read_adjusted_alarms(&mut self) {
        if self.model.adjustments.is_empty() {
            return;
        }
        for number in 0..self.model.alarms.len() {
            let Some(mut alarm) = self.model.alarms.get(number).cloned() else { continue };
            let Some(family) = self.watch_of(alarm.instance) else { continue };
            let resource = ResourceRef { family, region: alarm.region };
            self.read_adjusted(&mut alarm, resource);
            if let Some(known) = self.model.alarms.get_mut(number) {
                *known = alarm;
            }
        }
    }

    /// The family that an alarm became.
    fn watch_of(&self, instance: Id<Instance>) -> Option<Id<Family>> {
        let scope = self.scopes.get(self.instance_body(instance)?.scope)?;
        match &self.cells.get(*scope.names.get(WATCH)?)?.kind {
            CellKind::Ready(Value::Family(family)) => Some(*family),
            _ => None,
        }
    }

    fn read_adjusted(&self, alarm: &mut Alarm, resource: ResourceRef) {
        let adjusted = self.model.adjustments.iter().filter(|adjustment| adjustment.resource == resource);
        let mut removed = false;
        for adjustment in adjusted {
            let property = adjustment.property.as_str();
            let value = self.model.property(resource, property);
            removed |= property == DATAPOINTS && value.is_none();
            let read = HARMLESS.contains(&property)
                || (property == DATAPOINTS && value.is_none())
                || value.is_some_and(|value| take(alarm, property, value));
            if !read {
                alarm.unproved.push(Unproved { property: adjustment.property.clone(), span: adjustment.span });
            }
        }
        if removed {
            alarm.needed = alarm.evaluated;
        }
    }
}

/// Takes over one adjusted property, if a time can be computed from it.
fn take(alarm: &mut Alarm, property: &str, value: &Value) -> bool {
    match (property, value) {
        ("Period", Value::Number(seconds)) => alarm.period = seconds * 1000.0,
        ("EvaluationPeriods", Value::Number(periods)) => alarm.evaluated = *periods as u32,
        (DATAPOINTS, Value::Number(points)) => alarm.needed = *points as u32,
        ("Threshold", Value::Number(bound)) => alarm.threshold = bound * factor(alarm),
        ("ComparisonOperator", Value::Text(text)) => match COMPARISONS.iter().find(|known| *known == text) {
            Some(known) => alarm.comparison = known,
            None => return false,
        },
        _ => return false,
    }
    true
}

/// How many base units the unit of the alarm's metric is.
fn factor(alarm: &Alarm) -> f64 {
    let unit = alarm.metric.dimension.and(alarm.metric.unit.as_ref());
    unit.and_then(|unit| metric_unit(unit)).map_or(1.0, |(_, factor)| factor)
}
