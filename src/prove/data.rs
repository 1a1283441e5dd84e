//! What each replica may lose when the Region that writes is lost.

use crate::diag::Diagnostics;
use crate::model::ids::Id;
use crate::model::recovery::Replication;
use crate::model::{Instance, Model};
use crate::source::Span;

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
    /// The platform's recovery point objective, milliseconds.
    pub objective: Option<f64>,
    /// Its declaration.
    pub span: Span,
}

/// What each replica may lose; what exceeds the objective, or is not watched, is reported.
pub fn losses(_model: &Model, _diagnostics: &mut Diagnostics) -> Vec<DataLoss> {
    Vec::new()
}
