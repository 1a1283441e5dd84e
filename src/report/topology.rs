//! What is where, how data gets from one Region to another, and what a plan moves.

use super::in_seconds;
use crate::model::{Instance, Model, ids::Id};
use crate::workflow::SingleStep;
use serde::Serialize;

/// What is where.
#[derive(Debug, Serialize)]
pub struct Topology {
    /// The Regions, side by side.
    pub regions: Vec<super::Place>,
    /// What the source declares, in its order.
    pub rows: Vec<Row>,
}

/// One declaration and its Regions.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The declared name.
    pub name: String,
    /// `replica`, `service` or `route`.
    pub word: &'static str,
    /// Its component: `aurora.postgres`.
    pub component: String,
    /// The codes of its Regions.
    pub regions: Vec<String>,
    /// How its data gets to its other Regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication: Option<&'static str>,
    /// How far the copies may be behind by the mechanism's own promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_seconds: Option<f64>,
    /// What plans do to it.
    pub moves: Vec<Move>,
}

/// A step that moves something.
#[derive(Debug, Serialize)]
pub struct Move {
    /// The machine.
    pub plan: String,
    /// The step.
    pub step: String,
    /// `lossy`, `irreversible`, `traffic`.
    pub effects: Vec<String>,
    /// The Region that is left.
    pub from: String,
    /// The Region that takes over.
    pub to: String,
}

/// The topology of a model.
pub fn topology(model: &Model) -> Topology {
    let code = |region| model.regions.get(region).code.to_string();
    // What stands inside of something else is that one's own affair.
    let declared = model.instances.iter().filter(|(_, instance)| !instance.word.is_empty() && instance.path.len() == 1);
    let row = |(id, instance): (Id<Instance>, &Instance)| Row {
        name: instance.shown.clone(),
        word: instance.word,
        component: instance.component.clone(),
        regions: instance.regions.iter().copied().map(code).collect(),
        replication: instance.recovery.replication.map(crate::model::recovery::Replication::word),
        behind_seconds: instance.recovery.behind.map(in_seconds),
        moves: moves(model, id, instance),
    };
    Topology {
        regions: model.regions.iter().map(|(_, region)| super::Place { alias: region.alias.to_string(), code: region.code.to_string() }).collect(),
        rows: declared.map(row).collect(),
    }
}

/// What plans change of a replica or a route; a service has no place of its own.
fn moves(model: &Model, id: Id<Instance>, instance: &Instance) -> Vec<Move> {
    let mut found = Vec::new();
    for plan in model.plans.iter().filter(|_| instance.word != "service") {
        let (Some(from), Some(to)) = (plan.from, plan.to) else { continue };
        let changes = |step: &&SingleStep| step.instance == Some(id) && !step.effects.iter().any(|effect| effect == "read_only");
        found.extend(plan.single_steps().filter(changes).map(|step| Move {
            plan: plan.machine_name(),
            step: step.name.to_string(),
            effects: step.effects.iter().map(ToString::to_string).collect(),
            from: model.regions.get(from).code.to_string(),
            to: model.regions.get(to).code.to_string(),
        }));
    }
    found
}
