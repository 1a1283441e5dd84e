//! What is lost and needed, in words: every link of the way to it.

use super::graph::{POLICIES, What};
use super::reach::{Came, Lost, Root, Walker};
use crate::aws::homes;
use crate::aws::needs::Use;
use crate::diag::{Diagnostic, Severity, codes};
use crate::model::ids::Id;
use crate::model::value::ResourceRef;
use crate::model::{Model, Region};
use crate::source::{SourceMap, Span};
use crate::workflow::Plan;
use rustc_hash::FxHashMap;

/// How much of a text is shown.
const SHOWN: usize = 80;
/// The most links of a way that are followed; a circle of parts and properties ends where it was first come to.
const LINKS: usize = 64;

/// A machine that stands in the Region which its plan leaves.
pub(super) fn machine(model: &Model, sources: &SourceMap, plan: &Plan, from: Id<Region>) -> Diagnostic {
    let (name, there) = (plan.name.as_str(), model.region_text(from));
    let place = model.region_text(plan.to.unwrap_or(from));
    let mut finding = Diagnostic::error(codes::LOST_NEED, format!("the machine of `{name}` stands in {there}, the Region that it leaves"))
        .label(site(sources, plan.span, || origin_of_plan(model, plan)), format!("lost with {there}"));
    for step in plan.steps.iter().flat_map(crate::workflow::Step::branches) {
        if step.place == Some(from) {
            finding = finding.secondary(step.span, format!("called `in from`: in {there}"));
        }
    }
    finding.note("on that day nobody can start the machine there, and none of its calls is answered").help(format!(
        "use actions that are called `in to`: then the machine stands in {place}; what is asked of today's writer belongs into a `failback`"
    ))
}

/// By which words a cause is known: it is told once.
pub(super) fn key(model: &Model, lost: &Lost) -> String {
    match &lost.what {
        What::Resource(target, _) => format!("resource {}", model.families.get(target.family).logical_id),
        What::Named(known) => match known.first() {
            Some(target) => format!("resource {}", model.families.get(target.family).logical_id),
            None => String::new(),
        },
        What::Text(_, text) => format!("text {text}"),
        What::Parameter(id, _) => format!("parameter {}", model.parameters.get(*id).name),
    }
}

/// The links from the plan to a resource, the plan's end first.
pub(super) fn way(model: &Model, reached: &FxHashMap<ResourceRef, Came<'_>>, resource: ResourceRef) -> Vec<String> {
    let mut links = Vec::new();
    let mut at = resource;
    while let Some(came) = reached.get(&at).filter(|_| links.len() < LINKS) {
        match came {
            Came::Root(root, member) => {
                links.extend(root_text(root, member));
                break;
            }
            Came::Edge(holder, edge) => {
                links.push(format!("{} ({})", name(model, *holder), edge.path));
                at = *holder;
            }
            Came::Part(whole, _) => {
                links.push(name(model, *whole));
                at = *whole;
            }
        }
    }
    links.reverse();
    links
}

fn root_text(root: &Root<'_>, member: &str) -> Option<String> {
    match root {
        Root::Call(step, call) => {
            let step = step.map_or("on failure", |step| step.name.as_str());
            Some(format!("{step}: {}.{} ({member})", call.service, call.operation))
        }
        Root::Alarm(alarm) => Some(alarm.shown.clone()),
        Root::Machine => None,
    }
}

/// The finding for something that is needed and lost.
pub(super) fn say(walker: &Walker<'_>, lost: &Lost<'_>, reached: &FxHashMap<ResourceRef, Came<'_>>) -> Diagnostic {
    let (model, sources, plan) = (walker.graph.model, walker.sources, lost.plan);
    let (there, here) = (model.region_text(lost.from), model.region_text(lost.to));
    let what = what_text(model, &lost.what);
    let mut links =
        Links { labels: Vec::new(), accepted: Vec::new(), way: vec![what.trim_matches('`').to_string()], soft: is_soft(lost), best_effort: false };
    links.follow(walker, &lost.came, reached, plan);
    let serving = links.way.len() == 2 && !matches!(lost.came, Came::Root(..)) && !reached_from_plan(&lost.came, reached);
    let who = match &lost.came {
        Came::Edge(holder, _) if serving => format!("`{}` of {here}", name(model, *holder)),
        _ => format!("`{}`", plan.name),
    };
    let mut finding = Diagnostic::error(codes::LOST_NEED, format!("{who} needs {what}, which is lost with {there}"));
    if links.best_effort {
        finding.severity = Severity::Warning;
    }
    for (at, (span, text)) in links.labels.iter().enumerate() {
        finding = if at == 0 { finding.label(*span, text.clone()) } else { finding.secondary(*span, text.clone()) };
    }
    if let Some((span, text)) = declared(walker, lost)
        && !finding.labels.iter().any(|label| label.span == span)
    {
        finding = finding.secondary(span, text);
    }
    if serving {
        let place = site(sources, plan.span, || origin_of_plan(model, plan));
        finding = finding.secondary(place, format!("`{}` leaves {there} for {here}", plan.name));
    }
    links.way.reverse();
    if links.way.len() > 2 {
        finding = finding.note(format!("the way to it: {}", links.way.join(" -> ")));
    }
    let then = match (serving, &lost.came) {
        (true, _) => "and what takes over does not work without it",
        _ if links.best_effort => "and the plan goes on without this step",
        (false, Came::Root(..)) => "and the plan ends in the middle",
        _ => "and what the plan relies on does not work",
    };
    finding = finding.note(format!("`{}` leaves {there}: on that day nobody answers there, {then}", plan.name));
    let mut help = help(walker, lost);
    if links.soft {
        finding = finding.acceptable();
        help.push_str(&format!("; if it can be done without, `allow {} \"reason\"` says so", codes::LOST_NEED.id));
    }
    finding.accepted_at = links.accepted;
    finding.help(help)
}

/// Whether the way begins with the plan.
fn reached_from_plan(came: &Came<'_>, reached: &FxHashMap<ResourceRef, Came<'_>>) -> bool {
    match came {
        Came::Root(..) => true,
        Came::Edge(holder, _) | Came::Part(holder, _) => reached.contains_key(holder),
    }
}

/// Whether the last link is one that code may do without, or a guess.
fn is_soft(lost: &Lost<'_>) -> bool {
    !matches!(lost.what, What::Resource(..)) || matches!(&lost.came, Came::Edge(_, edge) if edge.how == Use::Optional)
}

/// The links of a way, the lost end first.
struct Links {
    labels: Vec<(Span, String)>,
    /// Where an `allow` accepts the finding, besides the labels.
    accepted: Vec<Span>,
    way: Vec<String>,
    soft: bool,
    best_effort: bool,
}

impl Links {
    fn label(&mut self, span: Span, text: String) {
        match self.labels.iter_mut().find(|(known, _)| *known == span) {
            Some((_, known)) if !known.contains(&text) => known.push_str(&format!("; {text}")),
            Some(_) => {}
            None => self.labels.push((span, text)),
        }
    }

    fn follow(&mut self, walker: &Walker<'_>, came: &Came<'_>, reached: &FxHashMap<ResourceRef, Came<'_>>, plan: &Plan) {
        let (model, sources) = (walker.graph.model, walker.sources);
        let mut came = Some(came.clone());
        while let Some(link) = came.take().filter(|_| self.way.len() < LINKS) {
            match link {
                Came::Root(Root::Call(step, call), member) => {
                    let operation = format!("{}.{}", call.service, call.operation);
                    let (who, place) = match step {
                        Some(step) => (format!("`{}`", step.name), step.span),
                        None => ("a failure".to_string(), plan.failure_span),
                    };
                    self.best_effort = step.is_some_and(|step| step.best_effort);
                    self.accepted.push(call.span);
                    self.label(site(sources, place, || origin_of_plan(model, plan)), format!("{who} gives it to `{operation}` as `{member}`"));
                    self.way.push(operation);
                    self.way.push(step.map_or_else(|| "on failure".to_string(), |step| step.name.to_string()));
                }
                Came::Root(Root::Alarm(alarm), _) => {
                    self.label(site(sources, alarm.span, || model.instances.get(alarm.instance).span), format!("tells `{}` of the loss", plan.name));
                    self.way.push(alarm.shown.clone());
                }
                Came::Root(Root::Machine, _) => {
                    self.label(site(sources, plan.span, || origin_of_plan(model, plan)), "a part of its machine".into());
                    self.way.push(plan.machine_name());
                }
                Came::Edge(holder, edge) => {
                    let family = model.families.get(holder.family);
                    let who = name(model, holder);
                    self.soft |= edge.how == Use::Optional;
                    self.accepted.extend([edge.span, family.span]);
                    let text = match edge.path.strip_suffix(POLICIES).and_then(|path| path.strip_suffix('.')) {
                        Some(role) => format!("the `{role}` of `{who}` lets it use this, and nothing like it elsewhere"),
                        None => format!("`{who}` names it in `{}`", edge.path),
                    };
                    self.label(site(sources, edge.span, || family.origin), text);
                    self.way.push(who);
                    came = reached.get(&holder).cloned();
                }
                Came::Part(whole, span) => {
                    let family = model.families.get(whole.family);
                    self.accepted.push(family.span);
                    self.label(site(sources, span, || family.origin), format!("a part of `{}`", name(model, whole)));
                    self.way.push(name(model, whole));
                    came = reached.get(&whole).cloned();
                }
            }
        }
    }
}

/// Where what is lost is declared.
fn declared(walker: &Walker<'_>, lost: &Lost<'_>) -> Option<(Span, String)> {
    let model = walker.graph.model;
    let target = match &lost.what {
        What::Resource(target, _) => *target,
        What::Named(known) => *known.first()?,
        What::Text(..) => return None,
        What::Parameter(id, _) => return Some((model.parameters.get(*id).span, "has a value for each Region".into())),
    };
    let family = model.families.get(target.family);
    let there = model.region_text(lost.from);
    let text = if family.regions.contains(&lost.to) {
        format!("the one of {there} is meant")
    } else if homes::find(&family.resource_type).is_some_and(|row| row.home == homes::Kind::Listed) {
        match walker.graph.lists(target, lost.to) {
            true => format!("its copy in {} has another ARN", model.region_text(lost.to)),
            false => format!("in {there}, without a copy in {}", model.region_text(lost.to)),
        }
    } else {
        format!("in {there} only")
    };
    Some((site(walker.sources, family.span, || family.origin), text))
}

fn help(walker: &Walker<'_>, lost: &Lost<'_>) -> String {
    let model = walker.graph.model;
    let (here, alias) = (model.region_text(lost.to), &model.regions.get(lost.to).alias);
    let target = match &lost.what {
        What::Resource(target, _) => Some(*target),
        What::Named(known) => known.first().copied(),
        What::Text(..) | What::Parameter(..) => None,
    };
    match target {
        Some(target) => {
            let family = model.families.get(target.family);
            let what = &family.declared;
            if family.regions.contains(&lost.to) {
                format!("use the one of {here}: leave the Region out, or write `[{alias}]`")
            } else if homes::find(&family.resource_type).is_some_and(|row| row.home == homes::Kind::Listed) {
                match walker.graph.lists(target, lost.to) {
                    true => "name it by its name, which its copy has too".into(),
                    false => format!("let `{what}` have a copy in {here}"),
                }
            } else {
                format!("place `{what}` in {here} too, so that each Region has its own")
            }
        }
        None => match &lost.what {
            What::Parameter(id, _) => {
                format!("use the value of {here}: leave the Region out, or write `{}[{alias}]`", model.parameters.get(*id).name)
            }
            _ => format!("name what is in {here}: `here` is the Region of each member"),
        },
    }
}

fn what_text(model: &Model, what: &What) -> String {
    match what {
        What::Resource(target, _) => format!("`{}`", name(model, *target)),
        What::Named(known) => known.first().map_or_else(String::new, |target| format!("`{}`", name(model, *target))),
        What::Text(_, text) if text.chars().count() > SHOWN => format!("`{}...`", text.chars().take(SHOWN).collect::<String>()),
        What::Text(_, text) => format!("`{text}`"),
        What::Parameter(id, region) => format!("`{}[{}]`", model.parameters.get(*id).name, model.regions.get(*region).alias),
    }
}

/// What people call a resource.
pub(super) fn name(model: &Model, resource: ResourceRef) -> String {
    model.families.get(resource.family).declared.clone()
}

/// A place that the user can edit: the one in the library's text leads to the declaration that uses it.
pub(super) fn site(sources: &SourceMap, span: Span, origin: impl FnOnce() -> Span) -> Span {
    if sources.in_library(span) { origin() } else { span }
}

/// The declaration in the user's file that led to a plan.
pub(super) fn origin_of_plan(model: &Model, plan: &Plan) -> Span {
    plan.instance.map_or(plan.span, |id| model.instances.get(id).span)
}
