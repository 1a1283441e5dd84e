//! What an operator has in hand when a Region is lost: budgets, plans with the commands that start them and do the same by hand, what is
//! where, what was accepted, what it costs to keep. Made of the model, the layout and the proof; written as text, JSON or one page.

mod actions;
mod budget;
mod commands;
mod cost;
mod html;
mod needs;
mod plans;
mod say;
mod shell;
mod svg;
mod text;
mod topology;
mod values;

use crate::aws::schema;
use crate::diag::codes;
use crate::emit::{self, Output};
use crate::source::SourceMap;
use crate::units::time_text;
use serde::Serialize;

pub use budget::{Budget, Loss, Stage};
pub use cost::{Costs, Line, RegionCost};
pub use needs::{Held, Need};
pub use plans::{Command, Plan, Step, Told};
pub use text::Paper;
pub use topology::{Move, Row, Topology};
pub use values::Variable;

/// The version of the form; docs/report.schema.json describes it.
pub const VERSION: u32 = 1;

/// The report of a platform.
#[derive(Debug, Serialize)]
pub struct Report {
    /// `drc`
    pub generator: &'static str,
    /// The version of the form.
    pub version: u32,
    /// The day of the AWS data that it was made with.
    pub data: &'static str,
    /// The platform.
    pub platform: Platform,
    /// One for each machine of a failover: the time from the loss to the recovery.
    pub budgets: Vec<Budget>,
    /// One for each replica: how much can be lost.
    pub losses: Vec<Loss>,
    /// What is where, and what moves.
    pub topology: Topology,
    /// What stacks tell to people: addresses and names.
    pub outputs: Vec<Address>,
    /// The plans, one entry for each machine.
    pub plans: Vec<Plan>,
    /// What of the surviving stacks waits for a Region that is lost.
    pub held: Vec<Held>,
    /// Findings that the source accepts.
    pub accepted: Vec<Accepted>,
    /// Properties that the source sets in a component's resources.
    pub adjusted: Vec<Adjusted>,
    /// What it costs to have it, before anybody uses it.
    pub costs: Costs,
}

/// The whole.
#[derive(Debug, Serialize)]
pub struct Platform {
    /// Its name.
    pub name: String,
    /// What it is, in the author's words.
    pub description: String,
    /// The recovery strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Recovery time objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto_seconds: Option<f64>,
    /// Recovery point objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpo_seconds: Option<f64>,
    /// The Regions in the order of their declaration.
    pub regions: Vec<Place>,
}

/// A Region.
#[derive(Debug, Serialize)]
pub struct Place {
    /// `primary`
    pub alias: String,
    /// `us-east-1`
    pub code: String,
}

/// An output of the platform in one Region.
#[derive(Debug, Serialize)]
pub struct Address {
    /// Its name.
    pub name: String,
    /// The code of the Region.
    pub region: String,
    /// The stack that tells it: `us-east-1/app`.
    pub stack: String,
    /// Its name in the stack.
    pub output: String,
    /// What it is, in the author's words.
    pub description: String,
    /// Where: file and line.
    pub place: String,
}

/// A finding that the source accepts.
#[derive(Debug, Serialize)]
pub struct Accepted {
    /// Its code or slug.
    pub code: String,
    /// What the code means; empty for one of a module.
    pub means: String,
    /// Why it is accepted.
    pub reason: String,
    /// Where: file and line.
    pub place: String,
}

/// A property that the source sets in a component's resource.
#[derive(Debug, Serialize)]
pub struct Adjusted {
    /// The resource: `ledger.cluster`.
    pub resource: String,
    /// The property.
    pub property: String,
    /// In which Regions.
    pub regions: Vec<String>,
    /// Where: file and line.
    pub place: String,
}

/// The report of what was compiled.
#[must_use]
pub fn report(output: &Output, sources: &SourceMap) -> Report {
    let model = &output.model;
    let accepted = output.accepted.iter().map(|allow| Accepted {
        code: allow.code.to_string(),
        means: codes::find(&allow.code).map_or_else(String::new, |code| code.title.to_string()),
        reason: allow.reason.clone(),
        place: sources.line_place(allow.span),
    });
    Report {
        generator: "drc",
        version: VERSION,
        data: schema::date(),
        platform: Platform {
            name: model.platform.name.to_string(),
            description: model.platform.description.clone(),
            strategy: model.platform.strategy.as_ref().map(ToString::to_string),
            rto_seconds: model.platform.rto.map(in_seconds),
            rpo_seconds: model.platform.rpo.map(in_seconds),
            regions: model.regions.iter().map(|(_, region)| Place { alias: region.alias.to_string(), code: region.code.to_string() }).collect(),
        },
        budgets: budget::budgets(output, sources),
        losses: budget::losses(output, sources),
        topology: topology::topology(model),
        outputs: outputs(output, sources),
        plans: plans::plans(output),
        held: needs::held(output),
        accepted: accepted.collect(),
        adjusted: adjusted(output, sources),
        costs: cost::costs(output),
    }
}

impl Report {
    /// The report as JSON, with a line end.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The report for a terminal.
    #[must_use]
    pub fn text(&self, paper: Paper) -> String {
        text::text(self, paper)
    }

    /// The report as one page that needs nothing else.
    #[must_use]
    pub fn html(&self) -> String {
        html::html(self)
    }
}

/// What people read after a deployment, and where.
fn outputs(output: &Output, sources: &SourceMap) -> Vec<Address> {
    let address = |told: emit::Told<'_>| Address {
        name: told.output.name.clone(),
        region: output.model.regions.get(told.output.region).code.to_string(),
        stack: output.layout.stacks.get(told.stack).map_or_else(String::new, |stack| stack.id.clone()),
        output: told.output.logical_id.to_string(),
        description: told.output.description.clone(),
        place: sources.line_place(told.output.span),
    };
    output.told().map(address).collect()
}

/// One entry for each property that an `adjust` sets, with its Regions.
fn adjusted(output: &Output, sources: &SourceMap) -> Vec<Adjusted> {
    let mut found: Vec<Adjusted> = Vec::new();
    for adjustment in &output.model.adjustments {
        let family = output.model.families.get(adjustment.resource.family);
        let (resource, property) = (family.declared.clone(), adjustment.property.to_string());
        let place = sources.line_place(adjustment.span);
        let region = output.model.regions.get(adjustment.resource.region).code.to_string();
        match found.iter_mut().find(|known| known.resource == resource && known.property == property && known.place == place) {
            Some(known) => known.regions.push(region),
            None => found.push(Adjusted { resource, property, regions: vec![region], place }),
        }
    }
    found
}

/// Milliseconds as seconds.
fn in_seconds(milliseconds: f64) -> f64 {
    milliseconds / 1000.0
}

/// Milliseconds as whole seconds, rounded up.
fn seconds(milliseconds: f64) -> u64 {
    (milliseconds / 1000.0).ceil().max(0.0) as u64
}

/// An amount of seconds for people: `7min 30s`, `1h 5min`, `250ms`.
fn time(amount: f64) -> String {
    if amount == 0.0 { "0s".into() } else { time_text(amount * 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_for_people() {
        for (amount, shown) in [(0.0, "0s"), (0.25, "250ms"), (45.0, "45s"), (450.0, "7min 30s"), (3900.0, "1h 5min"), (90_061.0, "1d 1h 1min 1s")] {
            assert_eq!(time(amount), shown);
        }
    }
}
