//! Plans held against the day they are for: what they need, how long they take, what may be lost.

mod adjusted;
mod advice;
mod awaited;
mod chain;
pub mod data;
pub mod deploy;
mod graph;
mod heard;
mod left;
mod parity;
mod plane;
pub mod reach;
mod rehearsed;
mod text;
pub mod time;
mod writers;

use crate::diag::Diagnostics;
use crate::model::Model;
use crate::source::SourceMap;
use crate::workflow::PlanKind;
pub use data::DataLoss;
pub use deploy::Held;
pub use reach::Needs;
pub use time::{Budget, Lever, Stage};

/// What was found of the plans of a platform; a report reads it.
#[derive(Debug, Default)]
pub struct Proof {
    /// What each failover needs on the day, in the order of the plans.
    pub needs: Vec<Needs>,
    /// What of the surviving stacks waits for a lost Region when they are updated.
    pub held: Vec<Held>,
    /// How long each failover takes, in the order of the plans.
    pub budgets: Vec<Budget>,
    /// What each replica may lose, in the order of the instances.
    pub losses: Vec<DataLoss>,
}

/// Proves the plans of a model; what cannot work is reported.
pub fn prove(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Proof {
    let mut needs = Vec::new();
    if model.plans.iter().any(|plan| plan.kind == PlanKind::Failover) {
        let (found, mut walker) = reach::walk(model, sources, diagnostics);
        needs = found;
        parity::check(model, sources, &mut walker.graph, &walker.lost, diagnostics);
    }
    writers::check(model, diagnostics);
    left::check(model, diagnostics);
    heard::check(model, diagnostics);
    awaited::check(model, diagnostics);
    rehearsed::check(model, diagnostics);
    adjusted::check(model, diagnostics);
    Proof { needs, held: Vec::new(), budgets: time::budgets(model, diagnostics), losses: data::losses(model, diagnostics) }
}
