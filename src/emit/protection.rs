//! What keeps data from being lost by a deployment: what CloudFormation does with a resource that it takes away, which changes a
//! stack refuses, and which stacks cannot be deleted by one command.

use crate::aws;
use crate::layout::Stack;
use crate::model::Model;
use crate::model::value::ResourceRef;
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Whether deleting a resource would lose data that somebody wants: its type holds data and its source does not say `delete`, or its
/// source asks to keep it.
#[must_use]
pub fn is_stateful(model: &Model, resource: ResourceRef) -> bool {
    let said = model.member(resource).and_then(|member| member.deletion.as_deref());
    match said {
        Some(word) => word != "delete",
        None => aws::types::find(&model.families.get(resource.family).resource_type).is_some_and(|row| row.stateful),
    }
}

/// `DeletionPolicy` and `UpdateReplacePolicy` of a resource; none if CloudFormation's defaults do.
///
/// What is kept is kept but for the operation that makes it: a first deployment that fails leaves nothing behind, and can be run again
/// under the same names. A replacement has no such exception; CloudFormation knows `RetainExceptOnCreate` for `DeletionPolicy` only.
/// Source: CloudFormation template reference, "`DeletionPolicy` attribute" and "`UpdateReplacePolicy` attribute" (read 2026-11-24).
#[must_use]
pub fn policies(model: &Model, resource: ResourceRef) -> Option<(&'static str, &'static str)> {
    let said = model.member(resource).and_then(|member| member.deletion.as_deref());
    match said {
        Some("snapshot") => Some(("Snapshot", "Snapshot")),
        Some("delete") => Some(("Delete", "Delete")),
        _ => is_stateful(model, resource).then_some(("RetainExceptOnCreate", "Retain")),
    }
}

/// A stack policy: which updates of which resources are allowed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackPolicy {
    statement: Vec<Statement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    action: Vec<&'static str>,
    principal: &'static str,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    string_equals: ResourceTypes,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceTypes {
    resource_type: Vec<SmolStr>,
}

/// The most bytes of a stack policy. Source: CloudFormation API reference, `SetStackPolicy`, `StackPolicyBody` (read 2026-11-24).
const MAXIMUM_POLICY: usize = 16_384;
/// What a policy has beside its list of resources, in bytes, with some to spare.
const FRAME: usize = 512;

/// The policy of a stack: everything may be updated, but what is stateful may neither be replaced nor deleted; none if nothing is.
///
/// A list of resources that does not fit into a policy becomes one of their types: then everything of these types is protected.
#[must_use]
pub fn stack_policy(model: &Model, stack: &Stack) -> Option<StackPolicy> {
    let kept = stack.resources.iter().filter(|resource| is_stateful(model, **resource));
    let kept: Vec<_> = kept.map(|resource| model.families.get(resource.family)).collect();
    if kept.is_empty() {
        return None;
    }
    let named: Vec<String> = kept.iter().map(|family| format!("LogicalResourceId/{}", family.logical_id)).collect();
    // Each name stands in quotes, with a comma behind it.
    let fits = named.iter().map(|name| name.len() + 3).sum::<usize>() + FRAME <= MAXIMUM_POLICY;
    let (resource, condition) = if fits {
        (named, None)
    } else {
        let types: BTreeSet<SmolStr> = kept.iter().map(|family| family.resource_type.clone()).collect();
        (vec!["*".into()], Some(Condition { string_equals: ResourceTypes { resource_type: types.into_iter().collect() } }))
    };
    let statement = vec![
        Statement { effect: "Allow", action: vec!["Update:*"], principal: "*", resource: vec!["*".into()], condition: None },
        Statement { effect: "Deny", action: vec!["Update:Replace", "Update:Delete"], principal: "*", resource, condition },
    ];
    Some(StackPolicy { statement })
}

/// Whether a stack refuses to be deleted until somebody takes the protection away: it holds what is stateful.
#[must_use]
pub fn termination_protection(model: &Model, stack: &Stack) -> bool {
    stack.resources.iter().any(|resource| is_stateful(model, *resource))
}
