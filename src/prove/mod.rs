//! Plans held against the day they are for: what they need, how long they take, what may be lost.

mod advice;
pub mod data;
pub mod time;
mod writers;

use crate::diag::Diagnostics;
use crate::model::Model;
pub use data::DataLoss;
pub use time::{Budget, Lever, Stage};

/// What was found of the plans of a platform; a report reads it.
#[derive(Debug, Default)]
pub struct Proof {
    /// How long each failover takes, in the order of the plans.
    pub budgets: Vec<Budget>,
    /// What each replica may lose, in the order of the instances.
    pub losses: Vec<DataLoss>,
}

/// Proves the plans of a model; what cannot work is reported.
pub fn prove(model: &Model, diagnostics: &mut Diagnostics) -> Proof {
    writers::check(model, diagnostics);
    Proof { budgets: time::budgets(model, diagnostics), losses: data::losses(model, diagnostics) }
}
