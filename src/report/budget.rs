//! Time and data: what the proof found, held against the objectives.

use super::in_seconds;
use crate::emit::Output;
use crate::source::SourceMap;
use serde::Serialize;

/// The time from the loss of a Region to the recovery.
#[derive(Debug, Serialize)]
pub struct Budget {
    /// The machine: `evacuate`.
    pub plan: String,
    /// The Region that is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The Region that takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What it is a sum of, in the order in which it passes.
    pub stages: Vec<Stage>,
    /// In the worst case.
    pub worst_seconds: f64,
    /// On most days.
    pub expected_seconds: f64,
    /// The recovery time objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective_seconds: Option<f64>,
    /// Whether the worst case is within the objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meets: Option<bool>,
}

/// A stage of that time.
#[derive(Debug, Serialize)]
pub struct Stage {
    /// `detection`, `decision`, `orchestration`, `steering`, `dns`, `warm_up`.
    pub part: &'static str,
    /// What passes.
    pub what: String,
    /// At most.
    pub worst_seconds: f64,
    /// On most days.
    pub expected_seconds: f64,
    /// Whether nobody publishes the figure.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
    /// Where it comes from: file and line; none for what a component of the library says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// How much of a replica can be lost.
#[derive(Debug, Serialize)]
pub struct Loss {
    /// The replica.
    pub instance: String,
    /// `synchronous`, `asynchronous`, `backup`, `none`.
    pub mechanism: &'static str,
    /// The most that can be lost, as time before the loss; none if nothing bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_seconds: Option<f64>,
    /// How the bound comes about.
    pub because: String,
    /// The alarm that bounds it, or that looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
    /// The recovery point objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective_seconds: Option<f64>,
    /// Whether the bound is within the objective; without a bound it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meets: Option<bool>,
    /// Its declaration: file and line.
    pub place: String,
}

/// The budgets of the proof.
pub fn budgets(output: &Output, sources: &SourceMap) -> Vec<Budget> {
    let model = &output.model;
    let budget = |known: &crate::prove::Budget| {
        let plan = model.plans.get(known.plan)?;
        let stage = |stage: &crate::prove::Stage| Stage {
            part: stage.part.word(),
            what: stage.what.clone(),
            worst_seconds: in_seconds(stage.worst),
            expected_seconds: in_seconds(stage.expected),
            assumed: stage.assumed,
            place: (!sources.in_library(stage.span)).then(|| sources.line_place(stage.span)),
        };
        let code = |region| model.regions.get(region).code.to_string();
        Some(Budget {
            plan: plan.machine_name(),
            from: plan.from.map(code),
            to: plan.to.map(code),
            stages: known.stages.iter().map(stage).collect(),
            worst_seconds: in_seconds(known.worst),
            expected_seconds: in_seconds(known.expected),
            objective_seconds: known.objective.map(in_seconds),
            meets: known.objective.map(|objective| known.worst <= objective),
        })
    };
    output.proof.budgets.iter().filter_map(budget).collect()
}

/// The losses of the proof.
pub fn losses(output: &Output, sources: &SourceMap) -> Vec<Loss> {
    let model = &output.model;
    let loss = |known: &crate::prove::DataLoss| Loss {
        instance: model.instances.get(known.instance).shown.clone(),
        mechanism: known.mechanism.word(),
        bound_seconds: known.bound.map(in_seconds),
        because: known.because.clone(),
        alarm: known.alarm.or(known.watched).and_then(|number| model.alarms.get(number)).map(|alarm| alarm.shown.clone()),
        objective_seconds: known.objective.map(in_seconds),
        meets: known.objective.map(|objective| known.bound.is_some_and(|bound| bound <= objective)),
        place: sources.line_place(known.span),
    };
    output.proof.losses.iter().map(loss).collect()
}
