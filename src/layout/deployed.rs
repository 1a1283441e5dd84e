//! What a running platform forbids.

use super::Layout;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::{Deployed, Model};

/// What holds data and is deployed in one stack cannot be declared into another one: CloudFormation would make a second one there,
/// and give the first one up.
pub(super) fn moved(model: &Model, layout: &Layout, deployed: &Deployed, diagnostics: &mut Diagnostics) {
    if deployed.platform != model.platform.name {
        diagnostics.push(
            Diagnostic::error(codes::BAD_MANIFEST, format!("`{}` is the manifest of another platform: `{}`", deployed.path, deployed.platform))
                .label(model.platform.span, format!("this is `{}`", model.platform.name))
                .help("name the manifest from which this platform was deployed"),
        );
        return;
    }
    let mut told = Vec::new();
    for stack in &layout.stacks {
        let region = &model.regions.get(stack.region).code;
        for resource in &stack.resources {
            let family = model.families.get(resource.family);
            let elsewhere = deployed.stacks.iter().find(|(id, old)| {
                **id != stack.id
                    && id.split_once('/').is_some_and(|(there, _)| there == region.as_str())
                    && old.resources.get(family.logical_id.as_str()) == Some(&true)
            });
            let here = deployed.stacks.get(&stack.id).is_some_and(|old| old.resources.contains_key(family.logical_id.as_str()));
            let Some((old, _)) = elsewhere.filter(|_| !here && !told.contains(&family.origin)) else { continue };
            // What a component is made of moves as a whole.
            told.push(family.origin);
            let name = family.path.join(".");
            diagnostics.push(
                Diagnostic::error(codes::STATEFUL_MOVE, format!("`{name}` holds data and would move from the stack {old} to {}", stack.id))
                    .label(family.origin, format!("now in {}", stack.id))
                    .note(format!(
                        "`{}` says that it is deployed in {old}; CloudFormation moves nothing: it would make a second, empty one",
                        deployed.path
                    ))
                    .help("leave it where it is: take it out of the group, or put it back into the one that it was in"),
            );
        }
    }
}
