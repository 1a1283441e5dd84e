//! What no package says: which services and operations Step Functions has, and which actions an operation needs.

use crate::iam::Actions;
use crate::names;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The models by Step Functions' name: folder, prefix of errors, model.
type Models = BTreeMap<String, (String, String, Json)>;

/// More about one operation.
#[derive(Debug, Default)]
pub struct Special {
    /// Why Step Functions has it not.
    pub reason: Option<String>,
    /// The actions that it needs, if it is not the one of its own name.
    pub actions: Vec<String>,
}

/// `step_functions.toml` and `actions.toml`.
pub struct Curated {
    /// The date of the list of services.
    pub listed: String,
    services: StepFunctions,
    actions: ActionRows,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFunctions {
    listed: String,
    services: Vec<String>,
    unsupported: Vec<UnsupportedService>,
    operations: Vec<UnsupportedOperations>,
    errors: BTreeMap<String, BTreeMap<String, String>>,
    members: Vec<Members>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnsupportedService {
    service: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnsupportedOperations {
    service: String,
    names: Vec<String>,
    reason: Option<String>,
}

/// What the SDK for Java has otherwise than the API, in one structure.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    service: String,
    shape: String,
    /// Members with another name there.
    #[serde(default)]
    spelled: BTreeMap<String, String>,
    /// Further members, by the name of their shape.
    #[serde(default)]
    added: BTreeMap<String, String>,
    /// Members that need not be there.
    #[serde(default)]
    optional: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionRows {
    prefix: BTreeMap<String, String>,
    operation: BTreeMap<String, Vec<String>>,
}

impl Curated {
    /// Reads both files.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn read(root: &Path) -> Result<Self> {
        let read = |name: &str| fs::read_to_string(root.join("src/aws/data").join(name)).with_context(|| name.to_string());
        let services: StepFunctions = toml::from_str(&read("step_functions.toml")?)?;
        let actions = toml::from_str(&read("actions.toml")?)?;
        Ok(Self { listed: services.listed.clone(), services, actions })
    }

    /// Whether Step Functions has a service (0 yes, 1 no, 2 not known), and why not.
    #[must_use]
    pub fn support(&self, service: &str) -> (u32, &str) {
        if self.services.services.iter().any(|listed| listed == service) {
            return (0, "");
        }
        match self.services.unsupported.iter().find(|row| row.service == service) {
            Some(row) => (1, &row.reason),
            None => (2, ""),
        }
    }

    /// The prefix of a service's actions: the curated one, else that of the API's names which has most of its operations; empty if none.
    #[must_use]
    pub fn prefix(&self, service: &str, folder: &str, model: &Json, actions: &Actions) -> String {
        if let Some(prefix) = self.actions.prefix.get(service) {
            return prefix.clone();
        }
        let metadata = &model["metadata"];
        let mut best: Option<(usize, &str)> = None;
        for candidate in [Some(folder), metadata["signingName"].as_str(), metadata["endpointPrefix"].as_str()].into_iter().flatten() {
            let operations = model["operations"].as_object().into_iter().flat_map(|all| all.keys()).map(String::as_str);
            let Some(hits) = actions.hits(candidate, operations) else { continue };
            if best.is_none_or(|(most, _)| hits > most) {
                best = Some((hits, candidate));
            }
        }
        best.map(|(_, prefix)| prefix.to_string()).unwrap_or_default()
    }

    /// Changes a model to what the SDK for Java makes of it. A member with another name is written `API=SDK`.
    ///
    /// # Errors
    /// If a row speaks of something that the model has not.
    pub fn adapt(&self, service: &str, model: &mut Json) -> Result<()> {
        for row in self.services.members.iter().filter(|row| row.service == service) {
            let what = || format!("step_functions.toml: {service} has nothing like {}", row.shape);
            if row.added.values().any(|shape| model["shapes"].get(shape).is_none()) {
                bail!(what());
            }
            let shape = model["shapes"].get_mut(&row.shape).with_context(what)?;
            if let Some(required) = shape["required"].as_array_mut() {
                let before = required.len();
                required.retain(|name| !row.optional.iter().any(|optional| name.as_str() == Some(optional)));
                if before - required.len() != row.optional.len() {
                    bail!(what());
                }
            }
            let members = shape["members"].as_object_mut().with_context(what)?;
            let mut renamed = serde_json::Map::new();
            for (name, target) in std::mem::take(members) {
                let written = row.spelled.get(&name).map_or_else(|| name.clone(), |spelled| format!("{name}={spelled}"));
                renamed.insert(written, target);
            }
            if renamed.keys().filter(|name| name.contains('=')).count() != row.spelled.len() {
                bail!(what());
            }
            for (name, target) in &row.added {
                renamed.insert(name.clone(), serde_json::json!({ "shape": target }));
            }
            *members = renamed;
        }
        Ok(())
    }

    /// The name of an error without that of its service.
    #[must_use]
    pub fn error(&self, service: &str, prefix: &str, shape: &str) -> String {
        let renamed = self.services.errors.get(service).and_then(|errors| errors.get(shape));
        let name = names::error(renamed.map_or(shape, String::as_str));
        // The error of which the API says nothing has this name.
        if name == format!("{prefix}Exception") { format!("Default{name}") } else { name }
    }

    /// Operations of which more is to be said.
    ///
    /// # Errors
    /// If a row speaks of a service, operation or action that does not exist.
    pub fn specials(&self, models: &Models, actions: &Actions) -> Result<BTreeMap<String, Special>> {
        let known = |key: &str| {
            let (service, operation) = key.split_once('.').unwrap_or((key, ""));
            let operations = models.get(service).and_then(|(_, _, model)| model["operations"].as_object());
            operations.is_some_and(|all| all.keys().any(|name| names::operation(name) == operation))
        };
        let mut specials: BTreeMap<String, Special> = BTreeMap::new();
        // The actions of API Gateway are the verbs of HTTP.
        for service in ["apigateway", "apigatewayv2"] {
            let operations = models.get(service).and_then(|(_, _, model)| model["operations"].as_object()).context("no API Gateway")?;
            for (name, operation) in operations {
                let verb = operation["http"]["method"].as_str().context("no method")?;
                let key = format!("{service}.{}", names::operation(name));
                specials.entry(key).or_default().actions = vec![format!("apigateway:{verb}")];
            }
        }
        for (operation, needed) in &self.actions.operation {
            if !known(operation) {
                bail!("actions.toml: there is no operation {operation}");
            }
            if let Some(unknown) = needed.iter().find(|action| !actions.has(action)) {
                bail!("actions.toml: there is no action {unknown}");
            }
            specials.entry(operation.clone()).or_default().actions.clone_from(needed);
        }
        for service in &self.services.services {
            if !models.contains_key(service) {
                bail!("step_functions.toml: no model is called {service}");
            }
        }
        for row in &self.services.unsupported {
            if !models.contains_key(&row.service) {
                bail!("step_functions.toml: no model is called {}", row.service);
            }
        }
        for row in &self.services.operations {
            for name in &row.names {
                let key = format!("{}.{name}", row.service);
                if !known(&key) {
                    bail!("step_functions.toml: there is no operation {key}");
                }
                let reason = row.reason.as_deref().unwrap_or("the developer guide lists it as unsupported");
                specials.entry(key).or_default().reason = Some(reason.to_string());
            }
        }
        for (service, prefix) in &self.actions.prefix {
            if !models.contains_key(service) || !actions.names.contains_key(prefix) {
                bail!("actions.toml: no model is called {service}, or IAM has no prefix {prefix}");
            }
        }
        Ok(specials)
    }
}
