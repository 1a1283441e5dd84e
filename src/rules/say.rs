//! Findings of the table's rows, at the place that the author would edit.

use super::Reader;
use super::condition::Subject;
use super::table::kind_text;
use super::walk::{Spot, literal};
use crate::aws::rules::{Path, Role, Rule, Weight};
use crate::check::say;
use crate::diag::{Diagnostic, Severity};
use crate::model::Member;
use crate::model::value::ResourceRef;
use crate::workflow::{Call, Plan, SingleStep};

/// A finding without a place.
fn finding(rule: &'static Rule, message: String) -> Diagnostic {
    let severity = match rule.severity {
        Weight::Error => Severity::Error,
        Weight::Warning => Severity::Warning,
    };
    Diagnostic::new(rule.code.as_str(), severity, message).acceptable()
}

/// What a rule has to say about a resource.
pub(super) fn resource<'m>(reader: &Reader<'m>, rule: &'static Rule, at: ResourceRef, subject: &Subject<'m>) -> Diagnostic {
    let (spot, exact) = place(reader, &rule.at, at, subject);
    let value = if exact { spot.value.and_then(literal).unwrap_or_default() } else { String::new() };
    let model = reader.model;
    let region = model.region_text(at.region);
    let fill = |text: &str| text.replace("{name}", &model.families.get(at.family).declared).replace("{region}", &region).replace("{value}", &value);
    let found = finding(rule, fill(&rule.message));
    let mut found = put(reader, found, &spot, at, fill(&rule.label));
    if let Some(instead) = rule.instead.as_ref().filter(|_| exact) {
        found = with_fix(reader, found, instead);
    }
    if let Some(also) = &rule.also
        && let (spot, true) = place(reader, &also.path, at, subject)
    {
        let explained = put(reader, Diagnostic::new(String::new(), Severity::Advice, ""), &spot, at, fill(&also.label));
        if let Some(label) = explained.labels.into_iter().next().filter(|label| found.primary().is_none_or(|primary| primary.span != label.span)) {
            found = found.secondary(label.span, label.message);
        }
    }
    let family = model.families.get(at.family);
    for role in rule.conditions.iter().filter_map(|condition| condition.region) {
        let Some(plan) = reader.facts.role(role, at.region, family) else { continue };
        found = with_plan(reader, found, plan, role);
    }
    close(found, rule, &fill(&rule.why), &fill(&rule.help))
}

/// Labels the plan that makes it matter.
fn with_plan(reader: &Reader<'_>, found: Diagnostic, plan: &Plan, role: Role) -> Diagnostic {
    let model = reader.model;
    if role == Role::WriterMoves
        && let Some(change) = reader.facts.writer_moves()
    {
        return found
            .secondary(change.step.span, format!("`{}` changes which Region writes, when somebody runs `{}`", change.step.action, plan.name));
    }
    let end = |end: Option<_>| end.map_or_else(String::new, |end| model.region_text(end));
    let text = match role {
        Role::Left => format!("leaves {}", end(plan.from)),
        Role::TakesOver => format!("leads to {}", end(plan.to)),
        _ => format!("leads from {} to {}", end(plan.from), end(plan.to)),
    };
    found.secondary(plan.span, text)
}

/// Where a way of a rule ends, or where what it lacks would stand; and whether it ends there.
fn place<'m>(reader: &Reader<'m>, way: &Path, at: ResourceRef, subject: &Subject<'m>) -> (Spot<'m>, bool) {
    for length in (0..=way.0.len()).rev() {
        let part = Path(way.0.get(..length).unwrap_or_default().to_vec());
        if let Some(spot) = reader.judge().seen(subject, &part).spots.into_iter().next() {
            return (spot, length == way.0.len());
        }
    }
    (Spot { at: Some(at), value: None, path: Vec::new() }, false)
}

/// Puts a finding at a spot; one in the library at the declaration of the user that led there.
fn put(reader: &Reader<'_>, found: Diagnostic, spot: &Spot<'_>, at: ResourceRef, label: String) -> Diagnostic {
    let at = spot.at.unwrap_or(at);
    let empty = Member::default();
    let member = reader.model.member(at).unwrap_or(&empty);
    let subject = say::Subject { family: reader.model.families.get(at.family), member, index: reader.index, sources: reader.sources };
    subject.put(found, subject.place(&spot.path), label)
}

/// Writes another value, where the author wrote a plain one.
fn with_fix(reader: &Reader<'_>, found: Diagnostic, instead: &str) -> Diagnostic {
    let Some(span) = found.primary().map(|label| label.span) else { return found };
    let written = reader.sources.slice(span);
    let word = !written.is_empty() && written.chars().all(|letter| letter.is_ascii_alphanumeric());
    let text = written.len() > 1 && written.starts_with('"') && written.ends_with('"') && !written.contains("${");
    // A name stands for something else, and a declaration in whose component the value is written is none.
    let literal = word && (written == "true" || written == "false" || written.starts_with(|first: char| first.is_ascii_digit()));
    if literal || text { found.fix(format!("write `{instead}`"), span, instead) } else { found }
}

/// What a rule has to say about a call.
pub(super) fn call(reader: &Reader<'_>, rule: &'static Rule, plan: &Plan, step: &SingleStep, call: &Call) -> Diagnostic {
    let model = reader.model;
    let end = |end: Option<_>| end.map_or_else(String::new, |end| model.region_text(end));
    let fill = |text: &str| {
        text.replace("{call}", &format!("{}.{}", call.service, call.operation))
            .replace("{step}", &step.name)
            .replace("{plan}", &plan.name)
            .replace("{from}", &end(plan.from))
            .replace("{to}", &end(plan.to))
            .replace("{region}", &model.region_text(plan.machine))
    };
    let found = finding(rule, fill(&rule.message));
    let library = reader.sources.in_library(call.span);
    let found = if library {
        found.label(step.span, format!("{}, at {}", fill(&rule.label), reader.sources.place(call.span)))
    } else {
        found.label(call.span, fill(&rule.label)).secondary(step.span, format!("called by the step `{}`", step.name))
    };
    let found = found.secondary(plan.span, format!("{} from {} to {}", kind_text(plan.kind), end(plan.from), end(plan.to)));
    close(found, rule, &fill(&rule.why), &fill(&rule.help))
}

fn close(found: Diagnostic, rule: &Rule, why: &str, help: &str) -> Diagnostic {
    found
        .note(why)
        .note(format!("{} (read {})", rule.source, rule.read))
        .help(format!("{help}; or accept it where it stands: `allow {} \"reason\"`", rule.code))
}
