//! The cheapest change with which a failover meets its objective.

use super::time::{Budget, Lever, Stage};
use crate::model::Model;
use crate::units::time_text;
use crate::workflow::Plan;

/// How the keys of the library's files begin.
const LIBRARY: &str = "std@";
/// What a step may be shortened to at most: below that a promotion has no time to be seen.
const LEAST_STEP: f64 = 30_000.0;
/// What a decision may be shortened to at most: below that nobody has read the alarm.
const LEAST_DECISION: f64 = 60_000.0;

/// One change that brings the worst case below the objective; what to do if no single one does.
pub fn cheapest(model: &Model, plan: &Plan, budget: &Budget, objective: f64) -> String {
    let excess = budget.worst - objective;
    // An alarm that looks at fewer periods costs a false alarm now and then; a shorter bound costs a run that is given up too soon;
    // a shorter decision costs the judgement of whoever is woken.
    let alarm = budget.stages.iter().find_map(|stage| fewer_periods(model, stage, excess));
    let step = || {
        let steps = budget.stages.iter().filter(|stage| matches!(stage.lever, Lever::Step(_)));
        let longest = steps.reduce(|longest, stage| if stage.worst > longest.worst { stage } else { longest })?;
        let left = longest.worst - excess;
        let Lever::Step(name) = &longest.lever else { return None };
        (left >= LEAST_STEP.max(longest.expected * 2.0)).then(|| format!("let the step `{name}` take less: `within = {}`", whole(left)))
    };
    let decision = || {
        let stage = budget.stages.iter().find(|stage| stage.lever == Lever::Decision)?;
        let left = stage.worst - excess;
        (left >= LEAST_DECISION).then(|| format!("decide in {}", whole(left)))
    };
    let single = alarm.or_else(step).or_else(decision);
    let honest = format!("say what it takes: `rto = {}`", minutes(budget.worst));
    match single {
        Some(change) => format!("{change}; or {honest}"),
        None => format!("no single change of `{}` meets it; {honest}, or take several of its parts down", plan.name),
    }
}

fn fewer_periods(model: &Model, stage: &Stage, excess: f64) -> Option<String> {
    let Lever::Alarm(number) = stage.lever else { return None };
    let alarm = model.alarms.get(number)?;
    let fewer = (excess / alarm.period).ceil();
    let left = f64::from(alarm.needed) - fewer;
    (left >= 1.0).then(|| {
        let declared = format!("let the alarm `{}` go off after {left} of {} periods", alarm.shown, alarm.evaluated);
        // What the library declares can only be adjusted.
        if !model.file_of(alarm.span).starts_with(LIBRARY) {
            return declared;
        }
        let looked_at = if alarm.needed == alarm.evaluated { left } else { f64::from(alarm.evaluated) };
        let periods = match (left == looked_at, left == 1.0) {
            (false, _) => format!("{left} of {looked_at} periods"),
            (true, true) => "one period".to_string(),
            (true, false) => format!("{left} periods in a row"),
        };
        let change = format!("adjust {}.watch {{ EvaluationPeriods = {looked_at}, DatapointsToAlarm = {left} }}", alarm.shown);
        format!("let the alarm `{}` go off after {periods}: `{change}`", alarm.shown)
    })
}

/// A time in whole seconds, not above it.
fn whole(time: f64) -> String {
    time_text((time / 1000.0).floor() * 1000.0)
}

/// A time in whole minutes, not below it, as the language writes it.
fn minutes(time: f64) -> String {
    format!("{}min", (time / 60_000.0).ceil())
}
