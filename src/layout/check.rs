//! What CloudFormation forbids: ids that collide, circles inside a stack.

use super::{Layout, Resolved, resolve};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Characters of a logical id. Source: CloudFormation user guide, "Understand CloudFormation quotas".
pub(super) const MAXIMUM_ID: usize = 255;

/// Whether CloudFormation takes a logical id.
pub(super) fn is_identity(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAXIMUM_ID && id.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Logical ids: valid, and each only once in a stack.
pub(super) fn identities(model: &Model, layout: &Layout, diagnostics: &mut Diagnostics) {
    let mut reported: FxHashSet<(usize, usize)> = FxHashSet::default();
    for (_, family) in model.families.iter() {
        let id = &family.logical_id;
        if !is_identity(id) {
            let path = family.path.join(".");
            // A path that is too long would fill the screen.
            let shown: String = path.chars().take(60).collect();
            let (label, help) = if id.len() > MAXIMUM_ID {
                (format!("an id of {} characters", id.len()), "use shorter names, or fewer components inside each other")
            } else {
                ("no letters and digits to make an id of".to_string(), "use a name of letters and digits")
            };
            diagnostics.push(
                Diagnostic::error(codes::BAD_LOGICAL_ID, format!("`{shown}{}` makes no logical id", if shown == path { "" } else { "..." }))
                    .label(family.origin, label)
                    .note(format!("CloudFormation takes 1 to {MAXIMUM_ID} letters and digits"))
                    .help(help),
            );
        }
    }
    for stack in &layout.stacks {
        let mut seen: FxHashMap<SmolStr, ResourceRef> = FxHashMap::default();
        for parameter in model.parameters.iter().map(|(_, parameter)| parameter) {
            if let Some(resource) = stack.resources.iter().find(|resource| model.families.get(resource.family).logical_id == parameter.logical_id) {
                let family = model.families.get(resource.family);
                diagnostics.push(
                    Diagnostic::error(codes::ID_COLLISION, format!("a parameter and a resource are both `{}` in the template", parameter.logical_id))
                        .label(family.origin, "the resource")
                        .secondary(parameter.span, "the parameter")
                        .help("rename one of them"),
                );
            }
        }
        for resource in &stack.resources {
            let family = model.families.get(resource.family);
            if let Some(first) = seen.insert(family.logical_id.clone(), *resource) {
                let other = model.families.get(first.family);
                if reported.insert((first.family.index(), resource.family.index())) {
                    diagnostics.push(
                        Diagnostic::error(
                            codes::ID_COLLISION,
                            format!("`{}` and `{}` have one logical id: `{}`", other.path.join("."), family.path.join("."), family.logical_id),
                        )
                        .label(family.origin, format!("`{}` again", family.logical_id))
                        .secondary(other.origin, "first one")
                        .note("a logical id is made of the declared names; with the same id CloudFormation would take one resource for the other")
                        .help("rename the newer one; what is deployed already keeps its name, or CloudFormation replaces it"),
                    );
                }
            }
        }
    }
}

/// Resources of one stack that need each other first.
pub(super) fn resource_cycles(model: &Model, layout: &Layout, diagnostics: &mut Diagnostics) {
    for (number, stack) in layout.stacks.iter().enumerate() {
        let mut finder = Finder { state: FxHashMap::default(), path: Vec::new(), circle: None };
        let edges: FxHashMap<ResourceRef, Vec<ResourceRef>> =
            stack.resources.iter().map(|resource| (*resource, local_needs(model, layout, number, *resource))).collect();
        for resource in &stack.resources {
            finder.visit(*resource, &edges);
            if finder.circle.is_some() {
                break;
            }
        }
        let Some(circle) = finder.circle else { continue };
        let names: Vec<String> = circle.iter().chain(circle.first()).map(|resource| model.family_text(resource.family)).collect();
        let mut finding = Diagnostic::error(codes::RESOURCE_CYCLE, format!("these resources need each other first: {}", names.join(" -> ")));
        for (at, resource) in circle.iter().enumerate() {
            let family = model.families.get(resource.family);
            let text = format!("`{}`", family.path.join("."));
            finding = if at == 0 { finding.label(family.origin, text) } else { finding.secondary(family.origin, text) };
        }
        diagnostics.push(
            finding
                .note("CloudFormation makes one resource after the other")
                .help("use a name that is computed instead of a reference, or a resource of its own for what connects them"),
        );
    }
}

struct Finder {
    state: FxHashMap<ResourceRef, bool>,
    path: Vec<ResourceRef>,
    circle: Option<Vec<ResourceRef>>,
}

impl Finder {
    /// Walks depth first without recursion: a chain of references may be as long as a stack.
    fn visit(&mut self, start: ResourceRef, edges: &FxHashMap<ResourceRef, Vec<ResourceRef>>) {
        if self.state.contains_key(&start) {
            return;
        }
        let mut open: Vec<(ResourceRef, usize)> = vec![(start, 0)];
        self.state.insert(start, false);
        self.path.push(start);
        while let Some((at, next)) = open.pop() {
            let target = edges.get(&at).and_then(|targets| targets.get(next)).copied();
            let Some(target) = target else {
                self.state.insert(at, true);
                self.path.pop();
                continue;
            };
            open.push((at, next + 1));
            match self.state.get(&target) {
                Some(true) => {}
                Some(false) => {
                    let from = self.path.iter().position(|known| *known == target).unwrap_or(0);
                    self.circle = Some(self.path.split_off(from));
                    return;
                }
                None => {
                    self.state.insert(target, false);
                    self.path.push(target);
                    open.push((target, 0));
                }
            }
        }
    }
}

/// The resources of the same stack that a resource refers to.
/// What a resource refers to in its own stack.
pub fn local_needs(model: &Model, layout: &Layout, stack: usize, resource: ResourceRef) -> Vec<ResourceRef> {
    let mut found = Vec::new();
    let Some(member) = model.member(resource) else { return found };
    for property in &member.properties {
        collect(model, layout, stack, &property.value, &mut found);
    }
    found.extend(member.depends_on.iter().map(|needed| needed.on).filter(|needed| layout.stack_of(*needed) == Some(stack)));
    found
}

fn collect(model: &Model, layout: &Layout, stack: usize, value: &Value, found: &mut Vec<ResourceRef>) {
    match value {
        Value::Deploy(deploy) => collect_deploy(model, layout, stack, deploy, found),
        Value::List(items) => items.iter().for_each(|item| collect(model, layout, stack, item, found)),
        Value::Map(map) => map.values().for_each(|item| collect(model, layout, stack, item, found)),
        _ => {}
    }
}

fn collect_deploy(model: &Model, layout: &Layout, stack: usize, deploy: &Deploy, found: &mut Vec<ResourceRef>) {
    match deploy {
        Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => {
            if matches!(resolve(model, layout, stack, deploy), Resolved::Ref | Resolved::Attribute(_)) {
                found.push(*target);
            }
        }
        Deploy::Text(parts) => {
            for part in parts {
                if let TextPart::Value(value) = part {
                    collect_deploy(model, layout, stack, value, found);
                }
            }
        }
        Deploy::Json(value) => collect(model, layout, stack, value, found),
        Deploy::StackOutput(inner) => collect_deploy(model, layout, stack, inner, found),
        Deploy::Parameter(..) | Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => {}
    }
}
