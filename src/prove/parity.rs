//! Whether the Region that takes over has what the other one has: each thing has a counterpart there, and they are alike in what matters.

use super::chain::{name, site};
use super::graph::{Graph, What, at};
use crate::aws::{iam, parity};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::value::{ResourceRef, Value, number_text};
use crate::model::{Family, Model, Region};
use crate::source::{SourceMap, Span};
use crate::workflow::PlanKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Recovery strategies that keep less capacity in the standby.
const LESS: &[&str] = &["backup_and_restore", "pilot_light", "warm_standby"];
/// The strategy by which things are made in the other Region when the first is lost.
const RESTORED: &str = "backup_and_restore";
/// How many things one finding names.
const NAMED: usize = 4;

/// What a pair of Regions is compared with.
struct Pair {
    from: Id<Region>,
    to: Id<Region>,
    /// Resources that a plan of the pair changes: it makes them alike itself.
    changed: FxHashSet<ResourceRef>,
}

/// A thing of one Region, in words.
struct Single {
    what: String,
    family: Option<Id<Family>>,
    /// Whether a part of the declaration is in both Regions.
    part: bool,
    span: Span,
}

/// Reports what is in one Region of a failover's pair only, and what is not alike. `lost`: families of which it was told already that a
/// plan needs them.
pub(super) fn check(model: &Model, sources: &SourceMap, graph: &mut Graph<'_>, lost: &FxHashSet<Id<Family>>, diagnostics: &mut Diagnostics) {
    let core: FxHashSet<Id<Family>> = of_core(model);
    for pair in pairs(model) {
        let single = single(model, sources, graph, &pair, &core, lost);
        for group in together(graph, &pair, single) {
            diagnostics.push(alone(model, &pair, &group));
        }
        different(model, sources, &pair, &core, diagnostics);
    }
}

/// The pairs of the failovers, each once.
fn pairs(model: &Model) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    for plan in model.plans.iter().filter(|plan| plan.kind == PlanKind::Failover) {
        let (Some(from), Some(to)) = (plan.from, plan.to) else { continue };
        let at = found.iter().position(|pair| (pair.from, pair.to) == (from, to)).unwrap_or_else(|| {
            found.push(Pair { from, to, changed: FxHashSet::default() });
            found.len() - 1
        });
        let Some(pair) = found.get_mut(at) else { continue };
        for (_, call) in super::reach::calls(plan) {
            if iam::changing(&call.service, &call.operation).is_none() {
                continue;
            }
            for (member, value) in &call.arguments {
                super::graph::leaves(value, member, &mut |_, leaf| {
                    if let super::graph::Leaf::Deploy(deploy) = leaf {
                        pair.changed.extend(super::graph::resource_of(deploy));
                    }
                });
            }
        }
    }
    found
}

/// The families of what the compiler itself makes: alarms are compared by what they watch, machines stand where they are called for.
fn of_core(model: &Model) -> FxHashSet<Id<Family>> {
    let core: FxHashSet<&[smol_str::SmolStr]> = model
        .instances
        .iter()
        .filter(|(_, instance)| instance.component.starts_with("core."))
        .map(|(_, instance)| instance.path.as_slice())
        .collect();
    let inside = |family: &Family| (1..family.path.len()).any(|length| family.path.get(..length).is_some_and(|above| core.contains(above)));
    model.families.iter().filter(|(_, family)| inside(family)).map(|(id, _)| id).collect()
}

/// What is in the Region that is left, and not in the one that takes over.
fn single(
    model: &Model,
    sources: &SourceMap,
    graph: &Graph<'_>,
    pair: &Pair,
    core: &FxHashSet<Id<Family>>,
    lost: &FxHashSet<Id<Family>>,
) -> Vec<Single> {
    let mut found = Vec::new();
    let mut named: FxHashSet<String> = FxHashSet::default();
    // Things of this strategy are made when they are needed.
    if model.platform.strategy.as_deref() != Some(RESTORED) {
        let declared = by_declaration(model, core);
        for (span, families) in &declared {
            let there = families.iter().any(|id| model.families.get(*id).regions.contains(&pair.to));
            for id in families {
                let family = model.families.get(*id);
                let target = ResourceRef { family: *id, region: pair.from };
                // What a component of the library places in one Region only has a reason.
                let meant = there && sources.in_library(family.span);
                if meant || !is_single(graph, family, target, pair) || lost.contains(id) {
                    continue;
                }
                let what = if there { format!("`{}`", family.declared) } else { format!("`{}`", outermost(family)) };
                if named.insert(what.clone()) {
                    found.push(Single { what, family: Some(*id), part: there, span: *span });
                }
            }
        }
    }
    found.extend(alarms(model, pair));
    found
}

fn is_single(graph: &Graph<'_>, family: &Family, target: ResourceRef, pair: &Pair) -> bool {
    let here = family.regions.contains(&pair.from) && !family.regions.contains(&pair.to);
    here && !parity::is_single(&family.resource_type) && !graph.is_global(target) && !graph.lists(target, pair.to)
}

/// The families of each declaration of the user.
fn by_declaration(model: &Model, core: &FxHashSet<Id<Family>>) -> BTreeMap<Span, Vec<Id<Family>>> {
    let mut found: BTreeMap<Span, Vec<Id<Family>>> = BTreeMap::new();
    for (id, family) in model.families.iter().filter(|(id, _)| !core.contains(id)) {
        found.entry(family.origin).or_default().push(id);
    }
    found
}

/// The declared name of what a family belongs to.
fn outermost(family: &Family) -> &str {
    family.declared.split('.').next().unwrap_or(&family.declared)
}

/// Alarms in one Region on a metric that both have. That of a lag is proved with the data.
fn alarms(model: &Model, pair: &Pair) -> Vec<Single> {
    let mut places: BTreeMap<Span, Vec<Id<Region>>> = BTreeMap::new();
    for alarm in &model.alarms {
        places.entry(alarm.span).or_default().push(alarm.region);
    }
    let mut found: Vec<Single> = Vec::new();
    let mut told: FxHashSet<Span> = FxHashSet::default();
    for alarm in model.alarms.iter().filter(|alarm| alarm.region == pair.from && alarm.metric.declared != "lag") {
        let both = alarm.metric.regions.contains(&pair.to);
        let alone = places.get(&alarm.span).is_some_and(|places| !places.contains(&pair.to));
        let what = format!("the alarm `{}`", alarm.shown);
        if both && alone && told.insert(alarm.span) {
            found.push(Single { what, family: None, part: false, span: alarm.span });
        }
    }
    found
}

/// Puts together what refers to each other: what belongs together is missed together.
fn together(graph: &mut Graph<'_>, pair: &Pair, single: Vec<Single>) -> Vec<Vec<Single>> {
    let numbers: FxHashMap<Id<Family>, usize> = single.iter().enumerate().filter_map(|(at, one)| Some((one.family?, at))).collect();
    let mut leader: Vec<usize> = (0..single.len()).collect();
    for (at, one) in single.iter().enumerate() {
        let Some(family) = one.family else { continue };
        for edge in graph.edges(ResourceRef { family, region: pair.from }).iter() {
            if let What::Resource(target, _) = &edge.what
                && let Some(other) = numbers.get(&target.family)
            {
                let (first, second) = (head(&mut leader, at), head(&mut leader, *other));
                if let Some(place) = leader.get_mut(first.max(second)) {
                    *place = first.min(second);
                }
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<Single>> = BTreeMap::new();
    for (at, one) in single.into_iter().enumerate() {
        groups.entry(head(&mut leader, at)).or_default().push(one);
    }
    groups.into_values().collect()
}

/// The first of those that belong together; the way to it is cut short for the next time.
fn head(leader: &mut [usize], at: usize) -> usize {
    let mut at = at;
    while let Some(next) = leader.get(at).copied().filter(|next| *next != at) {
        let further = leader.get(next).copied().unwrap_or(next);
        if let Some(place) = leader.get_mut(at) {
            *place = further;
        }
        at = further;
    }
    at
}

/// The finding for things without counterpart.
fn alone(model: &Model, pair: &Pair, group: &[Single]) -> Diagnostic {
    let (there, here) = (model.region_text(pair.from), model.region_text(pair.to));
    let names: Vec<&str> = group.iter().map(|one| one.what.as_str()).collect();
    let more = names.len().saturating_sub(NAMED);
    let mut listed = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if more > 0 {
        listed.push_str(&format!(" and {more} more"));
    }
    let verb = if names.len() == 1 { "has" } else { "have" };
    let mut finding = Diagnostic::warning(codes::NO_COUNTERPART, format!("{listed} {verb} no counterpart in {here}"));
    for (at, one) in group.iter().take(NAMED).enumerate() {
        let text = if one.part { format!("{} is in {there} only", one.what) } else { format!("in {there} only") };
        if at > 0 && finding.labels.iter().any(|label| label.span == one.span) {
            continue;
        }
        finding = if at == 0 { finding.label(one.span, text) } else { finding.secondary(one.span, text) };
    }
    finding.accepted_at = group.iter().filter_map(|one| one.family).map(|id| model.families.get(id).span).collect();
    finding
        .note(format!("when {there} is lost, {here} has to do without: that is found out on the day it is needed"))
        .help(format!("place it in {here} too, or say why not: `allow {} \"reason\"`", codes::NO_COUNTERPART.id))
}

/// Reports what is in both Regions and is not alike, one finding for each declaration.
fn different(model: &Model, sources: &SourceMap, pair: &Pair, core: &FxHashSet<Id<Family>>, diagnostics: &mut Diagnostics) {
    let less = model.platform.strategy.as_deref().is_some_and(|strategy| LESS.contains(&strategy));
    let instances: FxHashSet<Span> = model.instances.iter().map(|(_, instance)| instance.span).collect();
    let mut found: BTreeMap<Span, (Vec<String>, Vec<Span>, String)> = BTreeMap::new();
    for (id, family) in model.families.iter() {
        let (one, other) = (ResourceRef { family: id, region: pair.from }, ResourceRef { family: id, region: pair.to });
        let both = family.members.contains_key(&pair.from) && family.members.contains_key(&pair.to);
        let Some(row) = parity::find(&family.resource_type).filter(|_| both && !family.external && !core.contains(&id)) else { continue };
        if pair.changed.contains(&other) {
            continue;
        }
        let mut said = Vec::new();
        for path in row.ceiling.iter().chain(row.floor.iter().filter(|_| !less)) {
            said.extend(lower(model, one, other, path).map(|said| (path, said)));
        }
        for path in &row.same {
            said.extend(unequal(model, one, other, path).map(|said| (path, said)));
        }
        for path in &row.present {
            let here = at(model, other, path).is_none();
            said.extend(at(model, one, path).filter(|_| here).map(|_| (path, ("set".to_string(), "not".to_string()))));
        }
        let (there, here) = (&model.regions.get(pair.from).alias, &model.regions.get(pair.to).alias);
        for (path, (first_text, second_text)) in said {
            let first = path.split('.').next().unwrap_or(path);
            let member = family.members.get(&pair.to).or_else(|| family.members.get(&pair.from));
            let place = member.and_then(|member| member.properties.iter().find(|known| known.name == first)).map_or(family.span, |known| known.span);
            let entry = found.entry(family.origin).or_insert_with(|| (Vec::new(), Vec::new(), outermost(family).to_string()));
            entry.0.push(format!("`{path}` of `{}`: {first_text} in {there}, {second_text} in {here}", name(model, one)));
            entry.1.extend([place, family.span]);
        }
    }
    for (origin, (said, places, what)) in found {
        let (there, here) = (model.region_text(pair.from), model.region_text(pair.to));
        let place = places.first().map_or(origin, |place| site(sources, *place, || origin));
        let mut finding = Diagnostic::warning(codes::NO_COUNTERPART, format!("`{what}` of {here} cannot do what that of {there} does"));
        finding = finding.label(place, said.first().cloned().unwrap_or_default());
        for more in said.iter().skip(1) {
            finding = finding.note(more.clone());
        }
        // A part of a component stands elsewhere than the declaration that uses it.
        if place != origin && instances.contains(&origin) {
            finding = finding.secondary(origin, "declared here");
        }
        finding.accepted_at = places.into_iter().chain([origin]).collect();
        diagnostics.push(
            finding
                .note(format!("{here} takes over with what it has: what is missing there is found out under load"))
                .help(format!("make them alike, let a step of the plan do it, or say why not: `allow {} \"reason\"`", codes::NO_COUNTERPART.id)),
        );
    }
}

/// How much a value is: a number, the number in a text, yes as one, a list as the count of its elements.
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Text(text) => text.parse().ok(),
        Value::List(items) => u32::try_from(items.len()).ok().map(f64::from),
        _ => None,
    }
}

/// How much a property is in one and in the other, if it is less in the other.
fn lower(model: &Model, one: ResourceRef, other: ResourceRef, path: &str) -> Option<(String, String)> {
    let first = at(model, one, path).and_then(amount)?;
    let Some(value) = at(model, other, path) else { return Some((number_text(first), "none".into())) };
    let second = amount(value)?;
    (second < first).then(|| (number_text(first), number_text(second)))
}

/// What a property is in one and in the other, if that differs and is known now.
fn unequal(model: &Model, one: ResourceRef, other: ResourceRef, path: &str) -> Option<(String, String)> {
    let text = |resource: ResourceRef| match at(model, resource, path) {
        None => Some("none".to_string()),
        Some(Value::Text(text)) => Some(text.to_string()),
        Some(Value::Number(number)) => Some(number_text(*number)),
        Some(Value::Bool(value)) => Some(value.to_string()),
        Some(_) => None,
    };
    let (first, second) = (text(one)?, text(other)?);
    (first != second).then_some((first, second))
}
