//! Reading the manifest of an earlier compilation.

use super::manifest::VERSION;
use crate::model::{Deployed, DeployedStack};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    generator: String,
    #[serde(default)]
    version: u32,
}

#[derive(Deserialize)]
struct Manifest {
    platform: Platform,
    stacks: Vec<Stack>,
}

#[derive(Deserialize)]
struct Platform {
    name: String,
}

#[derive(Deserialize)]
struct Stack {
    id: String,
    phase: u32,
    resources: BTreeMap<String, Resource>,
    #[serde(default)]
    outputs: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    stateful: bool,
}

/// What a manifest says about the platform that was deployed from it. `path` is for messages.
///
/// # Errors
/// Why the text is not the manifest of a compilation.
pub fn read_manifest(path: &str, text: &[u8]) -> Result<Deployed, String> {
    let head: Head = serde_json::from_slice(text).map_err(|error| format!("it is not JSON as `drc` writes it: {error}"))?;
    if head.generator != "drc" {
        return Err("`drc` did not write it".into());
    }
    if head.version != VERSION {
        return Err(format!("it has version {}, this compiler reads version {VERSION}", head.version));
    }
    let manifest: Manifest = serde_json::from_slice(text).map_err(|error| format!("a part of it is missing: {error}"))?;
    let stack = |stack: Stack| {
        let resources = stack.resources.into_iter().map(|(id, resource)| (id, resource.stateful)).collect();
        (stack.id, DeployedStack { phase: stack.phase, resources, outputs: stack.outputs })
    };
    Ok(Deployed { path: path.to_string(), platform: manifest.platform.name, stacks: manifest.stacks.into_iter().map(stack).collect() })
}
