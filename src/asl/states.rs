//! The typed state machine: what Amazon States Language can say and this compiler uses.
//! Source: <https://states-language.net/spec.html> and the Step Functions developer guide ("Transforming data with JSONata").

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value as Json;

/// A state machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StateMachine {
    /// What it is for.
    pub comment: String,
    /// `JSONata`
    pub query_language: &'static str,
    /// The first state.
    pub start_at: String,
    /// The bound on the whole execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
    /// The states in the order in which they are reached.
    pub states: IndexMap<String, State>,
}

/// A branch of a parallel state.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Branch {
    /// The first state.
    pub start_at: String,
    /// Its states.
    pub states: IndexMap<String, State>,
}

/// One state.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct State {
    /// `Task`, `Choice`, `Wait`, `Pass`, `Parallel`, `Succeed`, `Fail`
    #[serde(rename = "Type")]
    pub kind: &'static str,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The call of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Its arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Json>,
    /// The bound on one attempt: a number, or an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<Json>,
    /// The pause of a wait: a number, or an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Json>,
    /// The branches of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Where a choice goes if nothing holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The branches of a parallel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<Branch>,
    /// Variables that it sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assign: Option<Json>,
    /// What it hands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Json>,
    /// What is tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<Retry>,
    /// What is caught.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catch: Vec<Catch>,
    /// The error of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The next state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The last state of a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}

/// One branch of a choice.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Choice {
    /// A JSONata expression that is true or false.
    pub condition: String,
    /// Where it leads.
    pub next: String,
}

/// What is tried again, and how.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Retry {
    /// Names of errors.
    pub error_equals: Vec<String>,
    /// The first pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_seconds: Option<u32>,
    /// How often it is tried again.
    pub max_attempts: u32,
    /// How the pauses grow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_rate: Option<f64>,
}

/// What is caught, and where it leads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Catch {
    /// Names of errors.
    pub error_equals: Vec<String>,
    /// Variables that are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assign: Option<Json>,
    /// Where it leads.
    pub next: String,
}
