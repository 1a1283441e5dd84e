//! What a step does, in order, each with the command that does the same by hand.

use super::commands::command;
use super::say::{say, say_text};
use super::seconds;
use super::values::Values;
use crate::model::value::{Dimension, quantity_text};
use crate::workflow::{Call, Operation, RETRY_INTERVAL};
use serde::Serialize;

/// One thing that a step does.
#[derive(Debug, Serialize)]
pub struct Action {
    /// `ask`, `call`, `check`, `until` or `wait`.
    pub does: &'static str,
    /// The operation that is called: `rds.failoverGlobalCluster`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<String>,
    /// What it means, in a sentence.
    pub text: String,
    /// What does the same by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// The actions of a step's body.
pub fn actions(body: &[Operation], values: &mut Values<'_>) -> Vec<Action> {
    let mut found = Vec::new();
    for operation in body {
        match operation {
            Operation::Call(node) => found.push(call(node, "call", patience(node), values)),
            Operation::Check { condition, message, .. } => {
                let (condition, message) = (say(condition, values), say_text(message, values));
                found.push(Action {
                    does: "check",
                    calls: None,
                    text: format!("goes on only if {condition}; else it fails: {message}"),
                    command: None,
                });
            }
            Operation::DoneWhen { ask, holds, every, within, body, .. } => {
                ask.iter().for_each(|call| values.answer(call));
                let condition = say(holds, values);
                for (at, node) in ask.iter().enumerate() {
                    let last = at + 1 == ask.len();
                    let then = if last { format!(": it is done if {condition}") } else { String::new() };
                    found.push(call(node, "ask", format!("asks first{then}"), values));
                }
                found.extend(actions(body, values));
                let (every, within) = (duration(*every), duration(*within));
                found.push(Action {
                    does: "until",
                    calls: None,
                    text: format!("asks again every {every}, for {within} at most, until {condition}"),
                    command: None,
                });
            }
            Operation::Wait { duration: amount, reason } => found.push(Action {
                does: "wait",
                calls: None,
                text: format!("waits {}: {reason}", duration(*amount)),
                command: Some(format!("sleep {}", seconds(*amount))),
            }),
        }
    }
    found
}

/// A call with its command.
pub fn call(node: &Call, does: &'static str, text: String, values: &mut Values<'_>) -> Action {
    let line = command(node, values).map(|line| line.long());
    let mut lines = values.take_reads();
    lines.extend(line);
    values.answer(node);
    let command = (!lines.is_empty()).then(|| lines.join("\n"));
    Action { does, calls: Some(format!("{}.{}", node.service, node.operation)), text, command }
}

/// How long a call is waited for, and what does not stop it.
fn patience(node: &Call) -> String {
    let mut text = match node.retries {
        0 => format!("{} s, tried once", node.timeout),
        retries => format!("{} s each time, tried {} times, {RETRY_INTERVAL} s and more between", node.timeout, retries + 1),
    };
    if !node.tolerates.is_empty() {
        text.push_str(&format!("; done already: {}", node.tolerates.join(", ")));
    }
    text
}

fn duration(amount: f64) -> String {
    quantity_text(amount, Dimension::Duration)
}
