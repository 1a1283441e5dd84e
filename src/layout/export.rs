//! Outputs that no stack takes: what whoever deploys has to know.

use super::{Layout, Output, Part};
use crate::model::Model;

/// Gives the stack of each export an output with its logical id.
pub(super) fn export(model: &Model, layout: &mut Layout) {
    for resource in &model.exports {
        let name = model.families.get(resource.family).logical_id.clone();
        if let Some(stack) = layout.stack_of(*resource).and_then(|number| layout.stacks.get_mut(number)) {
            stack.outputs.insert(name, Output { resource: *resource, part: Part::Ref });
        }
    }
}
