//! A stack that is too large: its parts, and which of them could go into a group so that all stacks fit.

use super::limits::Counted;
use super::{KEYS, Layout, Stack, trial};
use crate::diag::{Diagnostic, codes};
use crate::model::value::ResourceRef;
use crate::model::{Family, Model};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// How many parts a sentence names.
const NAMED: usize = 6;

/// A declaration of which something is in a stack.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// What it is called.
    pub name: SmolStr,
    /// The declaration.
    pub span: Span,
    /// How much of the stack it is.
    pub here: usize,
    /// How much of a stack it would be in a group: what it has in other layers comes along.
    pub apart: usize,
}

/// The parts of the stacks of a layer or group, by what is counted.
pub(super) fn counted(model: &Model, layout: &Layout, unit: &str, counted: Counted) -> Vec<Part> {
    if counted == Counted::Resources {
        return parts(model, layout, unit, &|_| 1);
    }
    // What each of them takes and gives is known when each of them is alone.
    let mut parts = parts(model, layout, unit, &|_| 0);
    let group = |span: Span| SmolStr::new(format!("part {} {}", span.file.0, span.start));
    let spans: Vec<Span> = parts.iter().map(|part| part.span).collect();
    let alone = trial(model, &|family| spans.contains(&family.origin).then(|| group(family.origin)));
    for part in &mut parts {
        let stacks = alone.stacks.iter().filter(|stack| stack.unit == unit_of(&group(part.span), unit));
        part.here = stacks.map(|stack| counted.count(stack)).max().unwrap_or(0);
        part.apart = part.here;
    }
    parts
}

/// The resources of a declaration, and how much they weigh in each Region.
#[derive(Default)]
struct Weighed<'m> {
    families: Vec<&'m Family>,
    here: BTreeMap<usize, usize>,
    apart: BTreeMap<usize, usize>,
}

/// The parts of the stacks of a layer or group, in the order of the source. The heaviest Region counts.
fn parts(model: &Model, layout: &Layout, unit: &str, weigh: &dyn Fn(ResourceRef) -> usize) -> Vec<Part> {
    let mut found: BTreeMap<Span, Weighed<'_>> = BTreeMap::new();
    let keys = is_keys(unit);
    for stack in layout.stacks.iter().filter(|stack| stack.unit == unit) {
        for resource in &stack.resources {
            let family = model.families.get(resource.family);
            let entry = found.entry(family.origin).or_default();
            entry.families.push(family);
            *entry.here.entry(resource.region.index()).or_default() += weigh(*resource);
        }
    }
    for stack in &layout.stacks {
        for resource in &stack.resources {
            let family = model.families.get(resource.family);
            if let Some(entry) = found.get_mut(&family.origin).filter(|_| (family.layer == KEYS) == keys) {
                *entry.apart.entry(resource.region.index()).or_default() += weigh(*resource);
            }
        }
    }
    let heaviest = |weights: &BTreeMap<usize, usize>| weights.values().copied().max().unwrap_or(0);
    let part = |(span, entry): (Span, Weighed<'_>)| Part {
        name: common_name(&entry.families),
        span,
        here: heaviest(&entry.here),
        apart: heaviest(&entry.apart),
    };
    found.into_iter().map(part).collect()
}

/// The declared name: keys of loops differ from one resource to the next, the first name that does not is meant.
fn common_name(families: &[&Family]) -> SmolStr {
    let Some((first, rest)) = families.split_first() else { return SmolStr::default() };
    let same = first.path.iter().enumerate().find(|(at, name)| rest.iter().all(|family| family.path.get(*at) == Some(*name)));
    same.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// The finding with the largest parts.
pub(super) fn finding(message: &str, parts: &[Part]) -> Diagnostic {
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by(|a, b| b.here.cmp(&a.here).then_with(|| a.name.cmp(&b.name)));
    let largest: Vec<String> = sorted.iter().take(3).map(|part| format!("`{}` ({})", part.name, part.here)).collect();
    Diagnostic::error(codes::STACK_LIMIT, message)
        .label(sorted.first().map(|part| part.span).unwrap_or_default(), "the largest part of it")
        .note(format!("its largest parts: {}", largest.join(", ")))
}

/// The finding for a stack whose parts weigh too much, by whatever is weighed, with a cut.
pub(crate) fn advice(model: &Model, layout: &Layout, stack: &Stack, message: &str, weigh: &dyn Fn(ResourceRef) -> usize, most: usize) -> Diagnostic {
    let parts = parts(model, layout, &stack.unit, weigh);
    finding(message, &parts).help(help(model, layout, &stack.unit, parts, most))
}

/// Which declarations to put into which group, if there is a cut that was tried.
pub(super) fn help(model: &Model, layout: &Layout, unit: &str, parts: Vec<Part>, most: usize) -> String {
    let names = free_names(layout, unit);
    if let Some(part) = parts.iter().find(|part| part.here > most || part.apart > most) {
        let group = names.first().map_or("", SmolStr::as_str);
        return format!(
            "`{}` alone is too much for a stack: cut the list of its `for` in two, and put one of the loops into `group {group} {{ ... }}`; if it is one component or plan, make two of it",
            part.name
        );
    }
    let mut stays = 0;
    let mut groups: Vec<(usize, Vec<Part>)> = Vec::new();
    for part in parts {
        if stays + part.here <= most {
            stays += part.here;
        } else if let Some((weight, group)) = groups.iter_mut().find(|(weight, _)| weight + part.apart <= most) {
            *weight += part.apart;
            group.push(part);
        } else {
            groups.push((part.apart, vec![part]));
        }
    }
    let groups: Vec<(SmolStr, Vec<Part>)> = names.into_iter().zip(groups).map(|(name, (_, parts))| (name, parts)).collect();
    if !fits(model, unit, &groups) {
        return "spread its declarations over stacks of their own: `group NAME { ... }` around those that belong together".into();
    }
    let put = |(name, parts): &(SmolStr, Vec<Part>)| format!("put {} into `group {name} {{ ... }}`", listed(parts));
    format!("{}; the rest may stay", groups.iter().map(put).collect::<Vec<_>>().join(", and "))
}

fn listed(parts: &[Part]) -> String {
    let mut names: Vec<String> = parts.iter().take(NAMED).map(|part| format!("`{}`", part.name)).collect();
    if let Some(last) = parts.last().filter(|_| parts.len() > NAMED) {
        names.push(format!("{} more up to `{}`", parts.len() - NAMED, last.name));
    }
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.join(""),
    }
}

/// Names for groups that no stack has: `app_2`, `app_3` ...
fn free_names(layout: &Layout, unit: &str) -> Vec<SmolStr> {
    let base = unit.strip_suffix(KEYS).and_then(|group| group.strip_suffix('-')).unwrap_or(unit);
    let free = |name: &SmolStr| !layout.stacks.iter().any(|stack| stack.unit == *name);
    // Every stack more takes at least one declaration.
    let wanted = layout.stacks.iter().map(|stack| stack.resources.len()).sum::<usize>() + 1;
    (2..).map(|number: usize| SmolStr::new(format!("{base}_{number}"))).filter(free).take(wanted.min(1_000)).collect()
}

/// Whether every stack that the groups touch is within all limits, and all stacks still have an order.
fn fits(model: &Model, unit: &str, groups: &[(SmolStr, Vec<Part>)]) -> bool {
    let moved: BTreeMap<Span, &SmolStr> = groups.iter().flat_map(|(name, parts)| parts.iter().map(move |part| (part.span, name))).collect();
    let trial = trial(model, &|family| moved.get(&family.origin).map(|name| (*name).clone()));
    let touched = |stack: &&Stack| stack.unit == unit || groups.iter().any(|(name, _)| stack.unit == *name || stack.unit == unit_of(name, KEYS));
    let within = |stack: &Stack| Counted::ALL.iter().all(|counted| counted.count(stack) <= counted.most());
    !groups.is_empty() && trial.stacks.iter().filter(touched).all(within) && super::phases::arrange(model, &trial).is_ok()
}

/// The unit of a group's stack that takes the place of a unit.
fn unit_of(group: &SmolStr, unit: &str) -> SmolStr {
    if is_keys(unit) { SmolStr::new(format!("{group}-{KEYS}")) } else { group.clone() }
}

/// Whether the stacks of a unit hold keys: no other name has a hyphen.
fn is_keys(unit: &str) -> bool {
    unit == KEYS || unit.strip_suffix(KEYS).is_some_and(|group| group.ends_with('-'))
}
