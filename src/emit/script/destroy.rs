//! `destroy.sh`

use super::definitions::{Case, Definitions};
use super::quote::{quote, words};
use crate::aws::scripts::{function_name, removal};
use crate::aws::types;
use crate::emit::Output;
use crate::emit::protection::is_stateful;
use crate::layout::{Stack, StackId, local_needs};
use crate::model::ARTIFACTS;
use crate::model::value::ResourceRef;
use std::collections::{BTreeMap, BTreeSet};

const FIXED: &str = include_str!("destroy.sh");

/// The script.
pub fn script(output: &Output) -> String {
    let mut definitions = Definitions::new(output);
    let deleted: Vec<Vec<ResourceRef>> = output.layout.stacks.iter().enumerate().map(|(number, stack)| deleted(output, number, stack)).collect();
    definitions.line("\ndefine() {");
    definitions.parameters();
    for ((number, stack), deleted) in output.layout.stacks.iter().enumerate().zip(&deleted) {
        definitions.stack(number, stack);
        let mut needs = output.layout.direct_needs(number);
        if stack.unit == ARTIFACTS {
            definitions.line("    holds_artifacts");
        } else {
            // What stays may be updated: its template lies there.
            let artifacts = output.layout.stacks.iter().position(|other| other.unit == ARTIFACTS && other.region == stack.region);
            needs.extend(artifacts);
        }
        let needs: String = needs.into_iter().map(|needed| format!(" {needed}")).collect();
        let id = |resource: &&ResourceRef| output.model.families.get(resource.family).logical_id.as_str();
        let all: Vec<&str> = deleted.iter().map(|resource| id(&resource)).collect();
        let kept: Vec<&str> = deleted.iter().filter(|resource| is_stateful(&output.model, **resource)).map(|resource| id(&resource)).collect();
        for (call, arguments) in [("needs", needs), ("deletes", words(all)), ("keeps", words(kept))] {
            if !arguments.is_empty() {
                definitions.line(&format!("    {call}{arguments}"));
            }
        }
    }
    definitions.line("}");
    definitions.names();

    definitions.line("\n# What needs others comes before them; the artifacts come last.\nbackwards() {");
    let (artifacts, rest): (Vec<StackId>, Vec<StackId>) =
        (0..output.layout.stacks.len()).rev().partition(|number| output.layout.stacks.get(*number).is_some_and(|stack| stack.unit == ARTIFACTS));
    for number in rest.into_iter().chain(artifacts) {
        definitions.line(&format!("    \"$1\" {number}"));
    }
    definitions.line("}");

    let mut of_stacks: Vec<Case> = Vec::new();
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    for (number, deleted) in deleted.iter().enumerate() {
        for resource in deleted {
            let family = output.model.families.get(resource.family);
            kinds.insert(&family.resource_type);
            of_stacks.push((format!("{number}/{}", family.logical_id), vec![format!("type={}", quote(&family.resource_type))]));
        }
    }
    of_stacks.push(("*".into(), vec!["type=''".into()]));
    definitions.cases("type_of", "$1/$2", &of_stacks);
    removals(&mut definitions, &kinds);
    super::assemble("Destroys a platform: run it with --help.", &[super::COMMON, FIXED], &definitions.text)
}

/// The functions that delete resources of these types, and `can_remove TYPE`, `prepare_resource` and `remove_resource REGION TYPE ID`.
fn removals(definitions: &mut Definitions, kinds: &BTreeSet<&str>) {
    let known: Vec<_> = kinds.iter().filter_map(|kind| Some((*kind, removal(kind)?))).collect();
    let shared: BTreeMap<&str, &str> = known.iter().filter_map(|(_, removal)| removal.shared).collect();
    for text in shared.into_values().chain(known.iter().map(|(_, removal)| removal.text)) {
        definitions.line("");
        definitions.line(text.trim_end());
    }
    let call = |verb: &str, kind: &str| vec![format!("{verb}_{} \"$1\" \"$3\"", function_name(kind))];
    let mut can: Vec<Case> = known.iter().map(|(kind, _)| ((*kind).to_string(), vec!["return 0".to_string()])).collect();
    can.push(("*".into(), vec!["return 1".into()]));
    definitions.cases("can_remove", "$1", &can);
    let prepared = known.iter().filter(|(_, removal)| removal.prepares);
    let prepare: Vec<Case> = prepared.map(|(kind, _)| ((*kind).to_string(), call("prepare", kind))).collect();
    definitions.cases("prepare_resource", "$2", &prepare);
    let remove: Vec<Case> = known.iter().map(|(kind, _)| ((*kind).to_string(), call("remove", kind))).collect();
    definitions.cases("remove_resource", "$2", &remove);
}

/// What the script deletes before it deletes the stack: first what nothing else of the stack refers to.
fn deleted(output: &Output, number: StackId, stack: &Stack) -> Vec<ResourceRef> {
    let mut referred: BTreeMap<ResourceRef, usize> = stack.resources.iter().map(|resource| (*resource, 0)).collect();
    let needs: BTreeMap<ResourceRef, BTreeSet<ResourceRef>> = stack
        .resources
        .iter()
        .map(|resource| {
            (*resource, local_needs(&output.model, &output.layout, number, *resource).into_iter().filter(|need| need != resource).collect())
        })
        .collect();
    for need in needs.values().flatten() {
        *referred.entry(*need).or_default() += 1;
    }
    let mut order: Vec<ResourceRef> = Vec::new();
    let mut open = stack.resources.clone();
    while let Some(at) = open.iter().position(|resource| referred.get(resource).is_none_or(|count| *count == 0)) {
        let resource = open.remove(at);
        for need in needs.get(&resource).into_iter().flatten() {
            if let Some(count) = referred.get_mut(need) {
                *count = count.saturating_sub(1);
            }
        }
        order.push(resource);
    }
    // What refers to itself in a circle was refused before.
    order.extend(open);
    order.retain(|resource| is_deleted(output, *resource));
    order
}

/// Whether the script deletes it: what CloudFormation would leave behind, and what it cannot delete while something is in it.
fn is_deleted(output: &Output, resource: ResourceRef) -> bool {
    let row = types::find(&output.model.families.get(resource.family).resource_type);
    is_stateful(&output.model, resource) || row.is_some_and(|row| row.stateful)
}
