//! The actions of calls, for the derivation of roles.

use super::{api, iam};

pub use super::iam::takes_resources;

/// The IAM actions that a call needs; prefix and operation, if nobody says which.
#[must_use]
pub fn actions(service: &str, operation: &str) -> Vec<String> {
    iam::actions_of(service, operation).unwrap_or_else(|| {
        let prefix = api::service(service).and_then(api::Service::iam_prefix).unwrap_or(service);
        let mut characters = operation.chars();
        let name: String = characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect();
        vec![format!("{prefix}:{name}")]
    })
}
