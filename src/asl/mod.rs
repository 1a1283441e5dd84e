//! A plan written down as a state machine of Step Functions (JSONata).

mod build;
mod jsonata;
mod states;
mod substitute;

use crate::model::Model;
use crate::model::value::Value;
use crate::source::Span;
use crate::workflow::Plan;
use smol_str::SmolStr;

pub use jsonata::json_number;
pub use states::{State, StateMachine};

/// A definition and what its placeholders stand for.
#[derive(Debug)]
pub struct Machine {
    /// The JSON text with `${Key}` placeholders: what the file holds and what the template holds.
    pub text: String,
    /// Placeholder and value.
    pub substitutions: Vec<(SmolStr, Value)>,
    /// Where each state comes from, those of branches included.
    pub origins: Vec<StateOrigin>,
}

/// Where a state comes from.
#[derive(Debug, Clone)]
pub struct StateOrigin {
    /// The state's name.
    pub name: String,
    /// The step, or the part of the plan, that it belongs to.
    pub step: Span,
    /// What is done in it: a line of the action, mostly in a component.
    pub part: Option<Span>,
}

/// Writes a plan as a state machine. `description` says to people what it is for.
#[must_use]
pub fn write(plan: &Plan, description: &str, model: &Model) -> Machine {
    let (mut machine, substitutions, origins) = build::build(plan, model);
    // CloudFormation would look for a placeholder in it.
    machine.comment = description.replace("${", "$ {");
    let mut text = serde_json::to_string_pretty(&machine).unwrap_or_default();
    text.push('\n');
    Machine { text, substitutions, origins }
}
