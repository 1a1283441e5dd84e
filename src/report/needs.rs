//! What a plan needs while it runs, and what of the surviving stacks waits for a Region that is lost.

use crate::emit::Output;
use crate::model::value::ResourceRef;
use crate::prove;
use crate::prove::deploy::Waits;
use serde::Serialize;

/// Something that a plan needs.
#[derive(Debug, Serialize)]
pub struct Need {
    /// `ledger.cluster in us-east-2`
    pub resource: String,
    /// How the plan comes to it: a step and its call, then each property. Empty for what belongs to the machine.
    pub way: Vec<String>,
}

/// Something of a surviving stack that waits for a lost Region when the stack is updated.
#[derive(Debug, Serialize)]
pub struct Held {
    /// The code of the Region that is lost.
    pub lost: String,
    /// The stack: `us-east-2/app`.
    pub stack: String,
    /// What waits, in a sentence.
    pub what: String,
}

fn named(output: &Output, resource: ResourceRef) -> String {
    format!("{} in {}", output.model.families.get(resource.family).declared, output.model.regions.get(resource.region).code)
}

/// What a plan needs.
pub fn needs(output: &Output, proof: &prove::Needs) -> Vec<Need> {
    proof.resources.iter().map(|need| Need { resource: named(output, need.resource), way: need.way.clone() }).collect()
}

/// What names the Region that is lost without being needed.
pub fn apart(output: &Output, proof: &prove::Needs) -> Vec<String> {
    proof.apart.iter().map(|apart| format!("`{}` of {}: {}", apart.property, named(output, apart.resource), apart.why)).collect()
}

/// What waits for a lost Region.
pub fn held(output: &Output) -> Vec<Held> {
    let held = |held: &prove::Held| Held {
        lost: output.model.regions.get(held.lost).code.to_string(),
        stack: held.stack.clone(),
        what: match &held.what {
            Waits::Value { of, output } => format!("a parameter is the output `{output}` of {of}: it keeps the value that it has"),
            Waits::Change { resource, plane } => {
                format!("{} cannot be made, changed or deleted: the control plane of `{plane}` is lost", named(output, *resource))
            }
        },
    };
    output.proof.held.iter().map(held).collect()
}
