//! What each replica may lose when the Region that writes is lost.
//!
//! Copies that follow a moment later are as far behind as the alarm on their lag lets them be: its threshold, and the time until it goes
//! off (writes are held when it does). A mechanism that promises more is taken at its word.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::recovery::{Alarm, Replication};
use crate::model::{Instance, Model, Region};
use crate::source::Span;
use crate::units::time_text;
use crate::workflow::PlanKind;

/// The metric of a replica that says how far its copies are behind.
pub(super) const LAG: &str = "lag";

/// What one replica may lose.
#[derive(Debug, Clone)]
pub struct DataLoss {
    /// The replica.
    pub instance: Id<Instance>,
    /// How its data gets to its other Regions.
    pub mechanism: Replication,
    /// The most that can be lost, as time before the loss of the Region, milliseconds; none if nothing bounds it.
    pub bound: Option<f64>,
    /// How the bound comes about, for people.
    pub because: String,
    /// The alarm that bounds it, by its number in the model.
    pub alarm: Option<usize>,
    /// An alarm that looks at the lag, whether it bounds the loss or not, by its number in the model.
    pub watched: Option<usize>,
    /// The platform's recovery point objective, milliseconds.
    pub objective: Option<f64>,
    /// Its declaration.
    pub span: Span,
}

/// What each replica may lose; what exceeds the objective, or is not watched, is reported.
pub fn losses(model: &Model, diagnostics: &mut Diagnostics) -> Vec<DataLoss> {
    let mut losses = Vec::new();
    for (id, instance) in model.instances.iter() {
        let Some(mechanism) = instance.recovery.replication else { continue };
        let loss = loss(model, id, instance, mechanism);
        watched(model, id, instance, &loss, diagnostics);
        losses.push(loss);
    }
    objective(model, &losses, diagnostics);
    losses
}

/// The alarms on the lag of a replica, with their numbers.
fn lag_alarms(model: &Model, id: Id<Instance>) -> impl Iterator<Item = (usize, &Alarm)> {
    let on_lag = move |alarm: &Alarm| alarm.metric.owner == Some(id) && alarm.metric.declared == LAG && alarm.comparison.starts_with("Greater");
    model.alarms.iter().enumerate().filter(move |(_, alarm)| on_lag(alarm))
}

fn loss(model: &Model, id: Id<Instance>, instance: &Instance, mechanism: Replication) -> DataLoss {
    let promised = instance.recovery.behind;
    let bound_of = |alarm: &Alarm| alarm.threshold + alarm.delay();
    // Of several alarms in one Region the first to go off counts; of several Regions the one that is watched least.
    let mut worst: Option<(usize, f64)> = None;
    for region in &instance.regions {
        let here = lag_alarms(model, id).filter(|(_, alarm)| alarm.region == *region).map(|(number, alarm)| (number, bound_of(alarm)));
        let first = here.reduce(|first, next| if next.1 < first.1 { next } else { first });
        worst = match (worst, first) {
            (Some(worst), Some(first)) if first.1 <= worst.1 => Some(worst),
            (worst, first) => first.or(worst),
        };
    }
    let (bound, because, alarm) = match (mechanism, promised, worst) {
        (Replication::None, ..) => (None, "no copy leaves the Region".to_string(), None),
        (Replication::Synchronous, ..) => (Some(0.0), "a write is in the other Regions before it is done".to_string(), None),
        (_, Some(promised), watched) if watched.is_none_or(|(_, bound)| promised <= bound) => {
            (Some(promised), format!("the mechanism keeps copies at most {} behind", time_text(promised)), None)
        }
        (_, _, Some((number, bound))) => (Some(bound), model.alarms.get(number).map(because_of).unwrap_or_default(), Some(number)),
        _ => (None, "no alarm looks at how far its copies are behind".to_string(), None),
    };
    let watched = lag_alarms(model, id).next().map(|(number, _)| number);
    DataLoss { instance: id, mechanism, bound, because, alarm, watched, objective: model.platform.rpo, span: instance.span }
}

fn because_of(alarm: &Alarm) -> String {
    format!(
        "`{}` goes off {} after the copies are more than {} behind ({} of {}, one that had begun, and until they are looked at)",
        alarm.shown,
        time_text(alarm.delay()),
        time_text(alarm.threshold),
        if alarm.needed == 1 { "a period".to_string() } else { format!("{} periods", alarm.needed) },
        time_text(alarm.period)
    )
}

/// Reports a replica whose lag nobody watches, or in some of its Regions only.
fn watched(model: &Model, id: Id<Instance>, instance: &Instance, loss: &DataLoss, diagnostics: &mut Diagnostics) {
    // Where nothing is ever promoted, copies are read only, and whoever reads them decides how old they may be.
    let promoted = model.plans.iter().any(|plan| plan.kind == PlanKind::Failover);
    if !promoted || loss.mechanism != Replication::Asynchronous || instance.recovery.lag_in.is_empty() || instance.regions.len() < 2 {
        return;
    }
    let has = |region: &Id<Region>| lag_alarms(model, id).any(|(_, alarm)| alarm.region == *region);
    let without: Vec<Id<Region>> = instance.recovery.lag_in.iter().copied().filter(|region| !has(region)).collect();
    if without.is_empty() {
        return;
    }
    let place: Vec<String> = without.iter().map(|region| model.region_text(*region)).collect();
    let place = place.join(" and ");
    let first = lag_alarms(model, id).next();
    let finding = match first {
        None => Diagnostic::warning(codes::LAG_UNWATCHED, format!("nobody watches how far the copies of `{}` are behind", instance.shown))
            .label(instance.span, "no alarm on its `lag`")
            .note("a replica that has stopped following looks like one that follows, until the day on which it is needed")
            .help(format!(
                "add `alarm {}_lag in ... {{ when max({}.lag) over 1min > ..., notify ... }}`",
                instance.shown.replace('.', "_"),
                instance.shown
            )),
        Some((_, alarm)) => {
            Diagnostic::warning(codes::LAG_UNWATCHED, format!("nobody watches in {place} how far the copies of `{}` are behind", instance.shown))
                .label(alarm.span, format!("not in {place}"))
                .secondary(instance.span, "its `lag` is published there too")
                .note("who writes changes with each failover, and with it where the copies are: where nobody looks, they fall behind unseen")
                .help("place the alarm in each Region of the replica")
        }
    };
    diagnostics.push(finding);
}

/// Reports replicas that may lose more than the objective allows. If none can keep it, the objective is what has to change.
fn objective(model: &Model, losses: &[DataLoss], diagnostics: &mut Diagnostics) {
    let Some(objective) = model.platform.rpo else { return };
    let copied = |loss: &&DataLoss| model.instances.get(loss.instance).regions.len() >= 2;
    let beyond: Vec<(&DataLoss, f64)> =
        losses.iter().filter(copied).filter_map(|loss| Some((loss, loss.bound.filter(|bound| *bound > objective)?))).collect();
    if beyond.len() == losses.iter().filter(copied).count() && !beyond.is_empty() {
        diagnostics.push(unreachable(model, &beyond, objective));
    } else {
        for (loss, bound) in beyond {
            diagnostics.push(exceeded(model, loss, bound, objective));
        }
    }
    for loss in losses.iter().filter(copied).filter(|loss| loss.bound.is_none()) {
        let instance = model.instances.get(loss.instance);
        // Nobody watches: that is said already where the metric exists.
        if loss.mechanism == Replication::Asynchronous && !instance.recovery.lag_in.is_empty() {
            continue;
        }
        diagnostics.push(
            Diagnostic::error(codes::RPO_EXCEEDED, format!("nothing shows that `{}` loses no more than {}", instance.shown, time_text(objective)))
                .label(instance.span, format!("`replication = \"{}\"`", loss.mechanism.word()))
                .secondary(model.platform.rpo_span, "the objective")
                .note(loss.because.clone())
                .help("let its component say how far copies may be behind (`behind = 1h`), or take a mechanism that follows")
                .acceptable(),
        );
    }
}

/// An objective that no replica keeps.
fn unreachable(model: &Model, beyond: &[(&DataLoss, f64)], objective: f64) -> Diagnostic {
    let shown = |loss: &DataLoss| format!("`{}`", model.instances.get(loss.instance).shown);
    let wanted = time_text(objective);
    let message = match beyond {
        [(loss, bound)] => format!("{} may lose {}, the objective is {wanted}", shown(loss), time_text(*bound)),
        _ => format!("every replica may lose more than {wanted}, the objective"),
    };
    let mut finding = Diagnostic::error(codes::RPO_EXCEEDED, message).label(model.platform.rpo_span, "nothing here keeps that").acceptable();
    for (loss, bound) in beyond {
        finding = finding.secondary(loss.span, format!("may lose {}", time_text(*bound))).note(format!("{}: {}", shown(loss), loss.because));
    }
    let worst = beyond.iter().max_by(|one, other| one.1.total_cmp(&other.1));
    finding.help(worst.map(|(loss, bound)| better(model, loss, *bound, objective)).unwrap_or_default())
}

/// A replica that does not keep an objective that others keep.
fn exceeded(model: &Model, loss: &DataLoss, bound: f64, objective: f64) -> Diagnostic {
    let instance = model.instances.get(loss.instance);
    let mut finding = Diagnostic::error(
        codes::RPO_EXCEEDED,
        format!("`{}` may lose {}, the objective is {}", instance.shown, time_text(bound), time_text(objective)),
    )
    .label(instance.span, format!("{} copies", loss.mechanism.word()))
    .secondary(model.platform.rpo_span, "the objective")
    .note(loss.because.clone());
    if let Some(alarm) = loss.alarm.and_then(|number| model.alarms.get(number)) {
        finding = finding.secondary(alarm.when, format!("{} + {}", time_text(alarm.threshold), time_text(alarm.delay())));
    }
    finding.help(better(model, loss, bound, objective)).acceptable()
}

fn better(model: &Model, loss: &DataLoss, bound: f64, objective: f64) -> String {
    let honest = format!("say what holds: `rpo = {}min`", (bound / 60_000.0).ceil());
    let Some(alarm) = loss.alarm.and_then(|number| model.alarms.get(number)) else { return honest };
    let fastest = Alarm { needed: 1, ..alarm.clone() };
    let left = objective - alarm.delay();
    if left >= 1000.0 {
        format!("let the alarm go off at {}; or {honest}", time_text((left / 1000.0).floor() * 1000.0))
    } else if objective - fastest.delay() >= alarm.threshold {
        format!("let the alarm go off after one period; or {honest}")
    } else {
        format!("{honest}; an alarm with periods of {} cannot show less than {}", time_text(alarm.period), time_text(fastest.delay()))
    }
}
