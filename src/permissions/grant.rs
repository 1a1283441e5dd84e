//! Permissions that an author writes down: what a call's `on` names by action, and the grants of components.

use super::arn::{self, Form};
use crate::aws::{iam, permissions as rows};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Model;
use crate::model::value::{Value, ValueMap};
use crate::source::Span;
use crate::workflow::Call;

/// An action and what it is allowed on; on `*` if there is nothing.
pub(super) type Pair = (String, Option<Vec<Value>>);

/// The name of an action without its prefix.
pub(super) fn short(action: &str) -> String {
    action.rsplit(':').next().unwrap_or(action).to_string()
}

/// Reads `on { "service:Action": [arn, ...] }`. `known` are the actions that the operation needs as far as that is known.
pub(super) fn explicit(said: &ValueMap, known: &[String], call: &Call, model: &Model) -> (Vec<Pair>, Vec<Diagnostic>) {
    let span = call.on_span.unwrap_or(call.span);
    let (mut pairs, mut findings): (Vec<Pair>, Vec<Diagnostic>) = (Vec::new(), Vec::new());
    for (name, on) in said {
        let Some(action) = iam::action(name) else {
            findings.push(unknown(name, span));
            continue;
        };
        let values = listed(on);
        for value in &values {
            if let Some(why) = unfit(value, &[action], model) {
                findings.push(superfluous(&arn::said(value, model), &why, span));
            }
        }
        let any = action.resources().next().is_none() || values.is_empty();
        pairs.push((action.name(), (!any).then_some(values)));
    }
    if !findings.is_empty() {
        return (pairs, findings);
    }
    for name in known.iter().filter(|name| !said.keys().any(|key| key.eq_ignore_ascii_case(name))) {
        findings.push(
            Diagnostic::warning(codes::SUPERFLUOUS, format!("`on` does not allow `{name}`, which the call needs"))
                .label(span, "not among these actions")
                .note("what `on` names by action stands for all that would be derived: AWS would refuse the call on the day of the outage")
                .help(format!("add `\"{name}\": [resource.arn]`, or leave `on` out")),
        );
    }
    (pairs, findings)
}

/// Checks a grant: that IAM has its actions, and that each of them is allowed on something that it takes.
#[must_use]
pub fn check((actions, actions_span): (&Value, Span), (on, on_span): (&Value, Span), model: &Model) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let entries = listed(on);
    let mut all: Vec<iam::Action> = Vec::new();
    let mut complete = true;
    for value in listed(actions) {
        let Value::Text(name) = &value else {
            complete = false;
            continue;
        };
        let found = matching(name);
        if found.is_empty() {
            findings.push(unknown(name, actions_span));
            complete = false;
            continue;
        }
        let fits = |action: &iam::Action| entries.iter().any(|value| unfit(value, &[*action], model).is_none());
        if !entries.is_empty() && !found.iter().any(fits) {
            let (message, help) = match found.first().and_then(|action| action.resources().next()) {
                None => (
                    format!("`{name}` is allowed on `*` only: IAM knows no resource for it"),
                    "give it a grant of its own with `on = [\"*\"]`".into(),
                ),
                Some(_) => (format!("`{name}` is allowed on nothing that it takes, so it allows nothing"), forms(&found)),
            };
            complete = false;
            findings.push(
                Diagnostic::warning(codes::SUPERFLUOUS, message)
                    .label(actions_span, "this action")
                    .secondary(on_span, "takes none of these")
                    .note("whoever is given the grant would be refused")
                    .help(help),
            );
        }
        all.extend(found);
    }
    for value in entries.iter().filter(|_| complete && !all.is_empty()) {
        if let Some(why) = unfit(value, &all, model) {
            findings.push(superfluous(&arn::said(value, model), &why, on_span));
        }
    }
    let star = entries.iter().any(is_star);
    if let Some(narrow) = all.iter().find(|action| star && action.resources().next().is_some()) {
        findings.push(
            Diagnostic::warning(codes::SUPERFLUOUS, format!("`{}` is allowed on everything", narrow.name()))
                .label(on_span, "`*`")
                .note("a permission that no request needs is one that a mistake can use")
                .help("name the resources: `on = [resource.arn]`"),
        );
    }
    findings
}

/// The ARNs that actions are allowed on, for people.
fn forms(actions: &[iam::Action]) -> String {
    let mut forms: Vec<&str> = actions.iter().flat_map(|action| action.resources()).map(|resource| resource.arn).collect();
    forms.dedup();
    let forms: Vec<String> = forms.into_iter().map(|form| format!("`{form}`")).collect();
    format!("name what it is done to: {}", forms.join(" or "))
}

/// The actions that a name or a pattern stands for.
fn matching(name: &str) -> Vec<iam::Action> {
    if !name.contains(['*', '?']) {
        return iam::action(name).into_iter().collect();
    }
    let prefix = name.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let pattern = Form::of_pattern(&name.to_ascii_lowercase());
    iam::actions(&prefix).filter(|action| pattern.meets(&Form::of_pattern(&action.name().to_ascii_lowercase()))).collect()
}

/// Why none of the actions takes an ARN; nothing, if one may.
fn unfit(value: &Value, actions: &[iam::Action], model: &Model) -> Option<String> {
    let none = |action: &iam::Action| action.resources().next().is_none();
    if is_star(value) {
        return None;
    }
    if actions.iter().all(none) {
        return Some("IAM knows no resource for it, only `*`".into());
    }
    let form = Form::of_value(value, model)?;
    let takes = |action: &iam::Action| {
        let name = action.name();
        action.resources().any(|resource| {
            let row = rows::binding(&name, "", resource.name).and_then(|row| row.arn.as_deref());
            Form::of_template(resource.arn).meets(&form) || row.is_some_and(|arn| Form::of_template(arn).meets(&form))
        })
    };
    if actions.iter().any(takes) {
        return None;
    }
    let mut kinds: Vec<&str> = actions.iter().flat_map(|action| action.resources()).map(|resource| resource.name).collect();
    kinds.sort_unstable();
    kinds.dedup();
    Some(format!("the actions are allowed on: {}", kinds.join(", ")))
}

fn is_star(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text == "*")
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.iter().filter(|item| !matches!(item, Value::Error | Value::None)).cloned().collect(),
        Value::Error | Value::None => Vec::new(),
        value => vec![value.clone()],
    }
}

fn superfluous(arn: &str, why: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(codes::SUPERFLUOUS, format!("`{arn}` allows nothing here"))
        .label(span, why.to_string())
        .note("a permission that no request needs is one that a mistake can use")
        .help("leave it out, or name the action that needs it")
}

fn unknown(name: &str, span: Span) -> Diagnostic {
    let finding = Diagnostic::error(codes::UNMAPPED_CALL, format!("IAM has no action `{name}`"))
        .label(span, "no such action")
        .note("AWS takes a policy with an unknown action and allows nothing by it: the call is refused on the day of the outage");
    let prefix = name.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let names: Vec<String> = iam::actions(&prefix).map(iam::Action::name).collect();
    if names.is_empty() {
        let near = suggest::nearest(&prefix, iam::prefixes()).map(|near| format!("did you mean `{near}:`?"));
        return finding.help(near.unwrap_or_else(|| "write it as the service authorization reference does: `service:Action`".into()));
    }
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("the actions of `{prefix}` are listed in the service authorization reference")),
    }
}
