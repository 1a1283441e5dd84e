//! A plan written down as a state machine of Step Functions (JSONata).

mod build;
mod jsonata;
mod states;
mod substitute;

use crate::model::Model;
use crate::model::value::Value;
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
}

/// Writes a plan as a state machine. `description` says to people what it is for.
#[must_use]
pub fn write(plan: &Plan, description: &str, model: &Model) -> Machine {
    let (mut machine, substitutions) = build::build(plan, model);
    // CloudFormation would look for a placeholder in it.
    machine.comment = description.replace("${", "$ {");
    let mut text = serde_json::to_string_pretty(&machine).unwrap_or_default();
    text.push('\n');
    Machine { text, substitutions }
}
