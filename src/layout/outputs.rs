//! Outputs that people read. Each is told by a stack of its Region that owns what it is about; it orders no stacks, and takes nothing from
//! another Region.

use super::check;
use super::phases::layer_rank;
use super::wire::Wirer;
use super::{Layout, Output, Resolved, Stack, StackId, resolve};
use crate::aws::types;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::computed::part_of;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::model::{ARTIFACTS, Deployed, Model, PlatformOutput, Region};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Gives each output of the platform to a stack, which takes the parameters that it needs for it.
pub(super) fn place(model: &Model, deployed: Option<&Deployed>, layout: &mut Layout, diagnostics: &mut Diagnostics) {
    // One declaration is an output in each of its Regions: what is wrong with it is said once.
    let mut refused: BTreeSet<Span> = BTreeSet::new();
    let mut names: Option<Names> = None;
    for (number, output) in model.outputs.iter().enumerate() {
        let mut needs = Vec::new();
        collect(&output.value, &mut needs);
        let home =
            if check::is_identity(&output.logical_id) { home(model, layout, output, &needs, &mut names) } else { Err(Box::new(no_identity(output))) };
        let (stack, own) = match home {
            Ok(Some(home)) => home,
            Ok(None) => continue,
            Err(finding) => {
                if refused.insert(output.span) {
                    diagnostics.push(*finding);
                }
                continue;
            }
        };
        let phases = needs.iter().map(|(_, target)| layout.phase_of(*target, model.families.get(target.family).phase));
        let phase = phases.chain([output.phase]).max().unwrap_or(0);
        let Some(entry) = layout.stacks.get_mut(stack) else { continue };
        let other = entry.told.insert(output.logical_id.clone(), (number, phase)).and_then(|(other, _)| model.outputs.get(other));
        if let Some(other) = other {
            let (first, second) = (other.span.min(output.span), other.span.max(output.span));
            if refused.insert(second) {
                diagnostics.push(
                    Diagnostic::error(codes::ID_COLLISION, format!("two outputs are both `{}` in the template of {}", output.logical_id, entry.id))
                        .label(second, format!("`{}` again", output.logical_id))
                        .secondary(first, "first one")
                        .note("the name in a template is made of the declared one, without `_`: a template has each only once")
                        .help("rename one of them"),
                );
            }
            continue;
        }
        Wirer::of_output(model, deployed, layout, diagnostics, (stack, own), (output.value_span, phase)).value(&output.value);
    }
    // What a stack hands to others is known when all are wired.
    for stack in &layout.stacks {
        for (name, (number, _)) in &stack.told {
            let Some(output) = model.outputs.get(*number) else { continue };
            let Some(handed) = stack.outputs.get(name).filter(|handed| !is_same(model, output, handed) && refused.insert(output.span)) else {
                continue;
            };
            let family = model.families.get(handed.resource.family);
            diagnostics.push(
                Diagnostic::error(codes::ID_COLLISION, format!("`{}` is the name of another output of {}", output.logical_id, stack.id))
                    .label(output.span, format!("`{name}` in the template"))
                    .secondary(family.origin, format!("`{}` is handed to other stacks under this name", family.declared))
                    .note("a template has each output only once: other stacks would be given one value for the other")
                    .help("rename the output; it may be called like the value, for example with `_name` or `_url` behind it"),
            );
        }
    }
}

fn no_identity(output: &PlatformOutput) -> Diagnostic {
    Diagnostic::error(codes::BAD_LOGICAL_ID, "this name makes no name in a template")
        .label(output.span, format!("`{}`", output.logical_id.chars().take(60).collect::<String>()))
        .note(format!("CloudFormation takes 1 to {} letters and digits", check::MAXIMUM_ID))
        .help("choose a shorter name of letters and digits")
}

/// Whether people are told what is handed to other stacks anyway: then it is one output.
fn is_same(model: &Model, output: &PlatformOutput, handed: &Output) -> bool {
    match &output.value {
        Value::Deploy(deploy) => {
            part_of(model, deploy).is_some_and(|(target, part)| target == handed.resource && part.as_ref() == Some(&handed.part))
        }
        _ => false,
    }
}

/// The resources of each Region by the names that the source gives them.
type Names = FxHashMap<String, (StackId, ResourceRef)>;

fn names_of(model: &Model, layout: &Layout) -> Names {
    let mut names = Names::default();
    for (number, stack) in layout.stacks.iter().enumerate() {
        for resource in &stack.resources {
            let row = types::find(&model.families.get(resource.family).resource_type);
            let property = row.and_then(|row| row.name_property.as_deref()).and_then(|property| model.property(*resource, property));
            if let Some(value) = property {
                names.entry(name(stack.region, value)).or_insert((number, *resource));
            }
        }
    }
    names
}

/// A name in a Region, as something that can be looked up.
fn name(region: Id<Region>, value: &Value) -> String {
    format!("{} {value:?}", region.index())
}

/// The stack that tells an output, and the resource for which it does.
fn home(
    model: &Model,
    layout: &Layout,
    output: &PlatformOutput,
    needs: &[(&Deploy, ResourceRef)],
    names: &mut Option<Names>,
) -> Result<Option<(StackId, ResourceRef)>, Box<Diagnostic>> {
    let here = |stack: StackId| layout.stacks.get(stack).is_some_and(|stack| stack.region == output.region);
    let mut owners: BTreeMap<StackId, ResourceRef> = BTreeMap::new();
    for (_, target) in needs {
        if let Some(stack) = layout.stack_of(*target).filter(|stack| here(*stack)) {
            owners.entry(stack).or_insert(*target);
        }
    }
    let found = if owners.is_empty() {
        // A name stands with what bears it; all else with what is there last.
        let names = names.get_or_insert_with(|| names_of(model, layout));
        let bearer = names.get(&name(output.region, &output.value)).copied();
        let stacks = layout.stacks.iter().enumerate().filter(|(number, _)| here(*number));
        let last = stacks.max_by_key(|(_, stack)| (stack.unit != ARTIFACTS, layer_rank(&stack.unit), stack.unit.clone()));
        bearer.or_else(|| last.and_then(|(number, stack)| Some((number, *stack.resources.first()?))))
    } else {
        // The last of them is the one that needs the others anyway.
        owners.iter().map(|(stack, own)| (*stack, *own)).find(|(stack, _)| {
            let before = if owners.len() > 1 { needed_by(layout, *stack) } else { BTreeSet::new() };
            owners.keys().all(|other| other == stack || before.contains(other))
        })
    };
    let Some((stack, own)) = found else {
        if !owners.is_empty() {
            return Err(Box::new(several(output, owners.keys().filter_map(|stack| layout.stacks.get(*stack)).collect())));
        }
        // Every Region has a stack: that of what is uploaded there.
        return Ok(None);
    };
    let foreign = needs.iter().find(|(deploy, target)| {
        let elsewhere = layout.stack_of(*target).is_some_and(|owner| !here(owner));
        elsewhere && matches!(resolve(model, layout, stack, deploy), Resolved::Import { .. })
    });
    if let Some((_, target)) = foreign {
        let family = model.families.get(target.family);
        let there = model.regions.get(target.region);
        let message = format!("a stack in {} would tell a value of {}", model.region_text(output.region), model.region_text(target.region));
        let finding = Diagnostic::error(codes::OUTPUT_HOME, message)
            .label(output.value_span, format!("`{}` of {}", family.declared, there.code))
            .secondary(output.span, format!("told in {}", model.regions.get(output.region).code))
            .note("on the day of the outage it would say what was, and nobody could bring it up to date: each Region tells its own")
            .help(format!("write `output {} in {} = ...`", output.name.rsplit('.').next().unwrap_or_default(), there.alias));
        return Err(Box::new(finding));
    }
    Ok(Some((stack, own)))
}

fn several(output: &PlatformOutput, mut stacks: Vec<&Stack>) -> Diagnostic {
    stacks.sort_by_key(|stack| (layer_rank(&stack.unit), stack.unit.clone()));
    let names: Vec<&str> = stacks.iter().map(|stack| stack.id.as_str()).collect();
    let (last, rest) = names.split_last().map_or(("", &[][..]), |(last, rest)| (*last, rest));
    Diagnostic::error(codes::OUTPUT_HOME, format!("`{}` is made of values of {} and {last}", output.name, rest.join(", ")))
        .label(output.value_span, "values of several stacks")
        .note("none of these stacks needs the others: one would have to wait for the other only to tell this")
        .help("make two outputs of it, one for each stack")
}

/// The stacks that a stack needs, directly or through others.
fn needed_by(layout: &Layout, stack: StackId) -> BTreeSet<StackId> {
    let mut found = BTreeSet::new();
    let mut open = vec![stack];
    while let Some(at) = open.pop() {
        open.extend(layout.direct_needs(at).into_iter().filter(|need| found.insert(*need)));
    }
    found
}

/// The resources that a value is made of.
fn collect<'v>(value: &'v Value, found: &mut Vec<(&'v Deploy, ResourceRef)>) {
    match value {
        Value::Deploy(deploy) => collect_deploy(deploy, found),
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Map(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn collect_deploy<'v>(deploy: &'v Deploy, found: &mut Vec<(&'v Deploy, ResourceRef)>) {
    match deploy {
        Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => found.push((deploy, *target)),
        Deploy::Text(parts) => {
            for part in parts {
                if let TextPart::Value(value) = part {
                    collect_deploy(value, found);
                }
            }
        }
        Deploy::Json(value) => collect(value, found),
        Deploy::StackOutput(inner) => collect_deploy(inner, found),
        Deploy::Parameter(..) | Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => {}
    }
}
