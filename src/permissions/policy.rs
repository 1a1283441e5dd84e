//! Statements of a policy: each once, each with an id that says why it is there.

use super::arn::{self, Part};
use super::request::{Arn, Request};
use crate::model::Model;
use crate::model::value::{Deploy, ResourceRef, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// The most characters of a policy that stands in a role, blanks left out.
/// Source: IAM user guide, "IAM and AWS STS quotas" (10,240 for all of a role), read on 28 November 2026; the rest is for what every
/// machine has.
const MOST: usize = 9_000;

/// What is allowed.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub actions: Vec<String>,
    /// The ARNs; `*` if there are none.
    pub on: Option<Vec<Value>>,
    pub condition: Option<Value>,
}

/// Why a statement is there.
pub(super) struct Reason<'r> {
    /// The step.
    pub step: &'r str,
    /// What is done: an operation or an action.
    pub what: &'r str,
}

/// The statements so far.
#[derive(Debug, Default)]
pub(super) struct Policy {
    rows: Vec<(String, Statement)>,
}

impl Policy {
    /// Adds what is not allowed yet.
    pub fn add(&mut self, reason: &Reason, statement: Statement) {
        let sid = format!("{}{}", pascal(reason.step), reason.what);
        let sid: String = sid.chars().filter(char::is_ascii_alphanumeric).collect();
        self.rows.push((sid, statement));
    }

    /// The statements as a policy has them: what is allowed already is left out, and what one step does to several things is one statement.
    pub fn into_values(self, model: &Model) -> Vec<Value> {
        let mut rows = Vec::new();
        for (sid, statement) in self.rows {
            join(&mut rows, sid, statement, false, model);
        }
        // A role has room for so much: then one statement for each action, whichever steps need it.
        if rows.iter().map(|row| length(row, model)).sum::<usize>() > MOST {
            let all = std::mem::take(&mut rows);
            for (sid, statement) in all {
                join(&mut rows, sid, statement, true, model);
            }
        }
        let mut known: Vec<String> = Vec::new();
        let values = rows.into_iter().map(|(sid, statement)| {
            let mut own = sid.clone();
            let mut number = 2;
            while known.contains(&own) {
                own = format!("{sid}{number}");
                number += 1;
            }
            known.push(own.clone());
            value(own, statement)
        });
        values.collect()
    }
}

fn join(rows: &mut Vec<(String, Statement)>, sid: String, statement: Statement, any_step: bool, model: &Model) {
    let alike = |known: &Statement| known.actions == statement.actions && same_condition(known, &statement, model);
    let covered = |known: &Statement| match (&known.on, &statement.on) {
        (None, _) => true,
        (Some(known), Some(wanted)) => wanted.iter().all(|one| has(known, one, model)),
        (Some(_), None) => false,
    };
    if rows.iter().any(|(_, known)| alike(known) && covered(known)) {
        return;
    }
    match rows.iter_mut().find(|(known, row)| alike(row) && (any_step || *known == sid) && row.on.is_some() && statement.on.is_some()) {
        Some((_, row)) => {
            let known = row.on.get_or_insert_default();
            for one in statement.on.into_iter().flatten() {
                if !has(known, &one, model) {
                    known.push(one);
                }
            }
        }
        None => rows.push((sid, statement)),
    }
}

fn has(known: &[Value], one: &Value, model: &Model) -> bool {
    let said = arn::said(one, model);
    known.iter().any(|known| arn::said(known, model) == said)
}

fn same_condition(first: &Statement, second: &Statement, model: &Model) -> bool {
    let text = |statement: &Statement| statement.condition.as_ref().map(|value| condition_text(value, model));
    text(first) == text(second)
}

fn condition_text(value: &Value, model: &Model) -> String {
    match value {
        Value::Map(map) => map.iter().map(|(key, value)| format!("{key}={};", condition_text(value, model))).collect(),
        other => arn::said(other, model),
    }
}

/// About how many characters a statement has.
fn length((sid, statement): &(String, Statement), model: &Model) -> usize {
    let on: usize = statement.on.iter().flatten().map(|value| arn::said(value, model).len() + 16).sum();
    let condition = statement.condition.as_ref().map_or(0, |value| condition_text(value, model).len() + 40);
    sid.len() + statement.actions.iter().map(|action| action.len() + 3).sum::<usize>() + on + condition + 60
}

fn value(sid: String, statement: Statement) -> Value {
    let mut pairs: Vec<(SmolStr, Value)> = vec![
        ("Sid".into(), Value::text(sid)),
        ("Effect".into(), Value::text("Allow")),
        ("Action".into(), Value::list(statement.actions.iter().map(Value::text).collect())),
        ("Resource".into(), statement.on.map_or_else(|| Value::text("*"), Value::list)),
    ];
    pairs.extend(statement.condition.map(|condition| ("Condition".into(), condition)));
    Value::map(pairs)
}

/// A condition that a key has one value.
pub(super) fn equals(key: &str, value: Value) -> Value {
    Value::map(vec![("StringEquals".into(), Value::map(vec![(SmolStr::new(key), value)]))])
}

/// The ARN of a resource of the platform.
pub(super) fn arn_of(resource: ResourceRef) -> Value {
    Value::Deploy(Rc::new(Deploy::Arn(resource)))
}

/// Whether two lists of ARNs say the same.
pub(super) fn same(first: Option<&[Arn]>, second: Option<&[Arn]>, model: &Model) -> bool {
    let texts = |list: Option<&[Arn]>| list.map(|list| list.iter().map(|arn| arn::said(&arn.value, model)).collect::<Vec<_>>());
    texts(first) == texts(second)
}

/// A name with its words together, each with a capital letter: `promote_orders` as `PromoteOrders`.
pub(super) fn pascal(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .map(|word| {
            let mut characters = word.chars();
            let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
            first + characters.as_str()
        })
        .collect()
}

/// The form of an ARN for people: partition and Region of the call, the rest to be filled in.
pub(super) fn form_text(template: &str, request: &Request) -> String {
    let region = request.model.regions.get(request.region);
    let texts = arn::parts_of(template).into_iter().map(|part| match part {
        Part::Literal(text) => text.to_string(),
        Part::Variable("Partition") => region.partition.to_string(),
        Part::Variable("Region") => region.code.to_string(),
        Part::Variable("Account") => "${here.account}".into(),
        Part::Variable(_) => "NAME".into(),
    });
    texts.collect()
}
