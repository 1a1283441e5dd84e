//! What operations do that their names in IAM do not tell: changes that go on after the answer, and what they do to data.

use super::rows::Rows;
use serde::Deserialize;
use std::sync::LazyLock;

const DATA: &str = include_str!("data/effects.toml");

/// One row `[[begins]]` of `data/effects.toml`: an operation that answers before its change is over.
#[derive(Debug, Deserialize)]
pub struct Begins {
    /// The operation as Step Functions names it: `rds.failoverGlobalCluster`.
    pub name: String,
    /// What it is like when the answer comes.
    pub why: String,
    /// The operation of the same service that tells when it is over.
    pub ask: String,
}

/// One row `[[effect]]`: what an operation does to data.
#[derive(Debug, Deserialize)]
pub struct Effect {
    /// The operation as Step Functions names it.
    pub name: String,
    /// The words of the language: `lossy`, `irreversible`.
    words: Vec<String>,
    /// The member without which it does not.
    pub given: Option<String>,
    /// Why, for people.
    pub why: String,
}

impl Effect {
    /// The words of the language.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

static BEGINS: LazyLock<Rows<Begins>> = LazyLock::new(|| Rows::new(DATA, "begins", "name"));
static EFFECTS: LazyLock<Rows<Effect>> = LazyLock::new(|| Rows::new(DATA, "effect", "name"));

/// What is known of an operation that answers before its change is over; `None` for all others.
#[must_use]
pub fn begins(service: &str, operation: &str) -> Option<&'static Begins> {
    BEGINS.find(&format!("{service}.{operation}"))
}

/// What an operation does to data.
#[must_use]
pub fn effects_of(service: &str, operation: &str) -> Option<&'static Effect> {
    EFFECTS.find(&format!("{service}.{operation}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{api, iam};

    fn known(name: &str) -> Option<api::Operation> {
        let (service, operation) = name.split_once('.')?;
        api::service(service)?.operation(operation)
    }

    #[test]
    fn every_row_is_an_operation_that_changes_something() {
        for name in BEGINS.names().chain(EFFECTS.names()) {
            assert!(known(name).is_some(), "{name}");
            let (service, operation) = name.split_once('.').unwrap();
            let actions = iam::actions_of(service, operation).unwrap_or_default();
            assert!(actions.iter().any(|name| iam::action(name).is_some_and(iam::Action::changes)), "{name}: {actions:?}");
        }
        assert!(BEGINS.names().count() > 50 && EFFECTS.names().count() > 20);
    }

    #[test]
    fn what_tells_the_end_is_an_operation_of_the_service() {
        for name in BEGINS.names() {
            let row = BEGINS.find(name).unwrap();
            let service = name.split('.').next().unwrap();
            assert!(known(&format!("{service}.{}", row.ask)).is_some(), "{name}: {}", row.ask);
        }
    }

    #[test]
    fn an_effect_is_a_word_and_its_member_exists() {
        for name in EFFECTS.names() {
            let row = EFFECTS.find(name).unwrap();
            assert!(row.words().all(|word| ["lossy", "irreversible"].contains(&word)) && row.words().next().is_some(), "{name}");
            if let Some(given) = &row.given {
                assert!(known(name).unwrap().input().member(given).is_some(), "{name} has no {given}");
            }
        }
    }
}
