//! What a step does, in order, each with the command that does the same by hand.

use super::commands::{Line, command};
use super::say::{say, say_text};
use super::seconds;
use super::shell::shown;
use super::values::{Read, Values};
use crate::model::value::{Dimension, quantity_text};
use crate::workflow::bounds::RETRY_INTERVAL;
use crate::workflow::{Call, Operation};
use serde::Serialize;

/// One thing that a step does.
#[derive(Debug, Serialize)]
pub struct Action {
    /// `ask`, `call`, `check`, `until` or `wait`.
    pub does: &'static str,
    /// The operation that is called: `rds.failoverGlobalCluster`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<String>,
    /// The code of the Region of the one control plane that answers, if it is not each Region's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_plane: Option<String>,
    /// What it means, in a sentence.
    pub text: String,
    /// What does the same by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The command, and the machine's variable that holds its answer.
    #[serde(skip)]
    answer: Option<(String, Line)>,
}

/// The actions of a step's body. What a command needs of an earlier answer is read by the command that gets the answer: a call is made
/// once.
pub fn actions(body: &[Operation], values: &mut Values<'_>) -> Vec<Action> {
    let mut found = plain(body, values);
    let reads = values.take_reads();
    for action in &mut found {
        let Some((variable, line)) = action.answer.take() else { continue };
        let own: Vec<&Read> = reads.iter().filter(|read| read.variable == variable).collect();
        let names: Vec<&str> = own.iter().map(|read| read.name.as_str()).collect();
        let queries: Vec<&str> = own.iter().map(|read| read.query.as_str()).collect();
        action.command = match (names.as_slice(), queries.as_slice()) {
            ([], _) => continue,
            ([name], [query]) => Some(format!("{name}=$({})\necho \"${name}\"", line.query(query).long())),
            _ => Some(format!("IFS=$'\\t' read -r {} <<<\"$({})\"", names.join(" "), line.query(&format!("[{}]", queries.join(", "))).long())),
        };
    }
    found
}

fn plain(body: &[Operation], values: &mut Values<'_>) -> Vec<Action> {
    let mut found = Vec::new();
    for operation in body {
        match operation {
            Operation::Call(node) => found.push(call(node, "call", patience(node), values)),
            Operation::Check { condition, message, .. } => {
                let (condition, message) = (say(condition, values), say_text(message, values));
                found.push(Action {
                    does: "check",
                    calls: None,
                    control_plane: None,
                    text: format!("goes on only if {condition}; else it fails: {message}"),
                    command: None,
                    answer: None,
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
                found.extend(plain(body, values));
                let (every, within) = (duration(*every), duration(*within));
                found.push(Action {
                    does: "until",
                    calls: None,
                    control_plane: None,
                    text: format!("asks again every {every}, for {within} at most, until {condition}"),
                    command: None,
                    answer: None,
                });
            }
            Operation::Wait { duration: amount, reason } => found.push(Action {
                does: "wait",
                calls: None,
                control_plane: None,
                text: format!("waits {}: {reason}", duration(*amount)),
                command: Some(format!("sleep {}", seconds(*amount))),
                answer: None,
            }),
        }
    }
    found
}

/// A call with its command.
pub fn call(node: &Call, does: &'static str, text: String, values: &mut Values<'_>) -> Action {
    let calls = Some(format!("{}.{}", node.service, node.operation));
    if node.waits {
        // By hand nobody has to be asked by a machine.
        let texts = node.arguments.iter().map(|(_, value)| shown(&values.word(value)));
        let longest = texts.reduce(|longest, text| if text.len() > longest.len() { text } else { longest }).unwrap_or_default();
        // Behind the question stands how it is answered.
        let question = longest.split("\n\n").next().unwrap_or_default().trim();
        let text = format!("asks \"{question}\" and waits {} for the answer at most", super::time(f64::from(node.timeout)));
        return Action { does: "ask", calls, control_plane: None, text, command: None, answer: None };
    }
    let line = command(node, values);
    values.answer(node);
    let command = line.as_ref().map(Line::long);
    let answer = node.result.as_ref().map(ToString::to_string).zip(line);
    Action { does, calls, control_plane: None, text, command, answer }
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
