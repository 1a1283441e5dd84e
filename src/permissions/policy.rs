//! Statements of a policy: each once, each with an id that says why it is there.

use super::arn::{self, Part};
use super::request::{Arn, Request};
use crate::model::Model;
use crate::model::value::{Deploy, ResourceRef, Value};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
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
    /// By id, actions and condition.
    rows: IndexMap<String, Row, FxBuildHasher>,
    /// What is allowed by actions and condition, whichever step needs it.
    allowed: IndexMap<String, Allowed, FxBuildHasher>,
    /// About how many characters the statements have.
    length: usize,
}

#[derive(Debug)]
struct Row {
    sid: String,
    actions: Vec<String>,
    on: Option<Vec<Value>>,
    condition: Option<Value>,
}

#[derive(Debug, Default)]
struct Allowed {
    anything: bool,
    arns: FxHashSet<String>,
    /// The first statement of these actions.
    first: String,
}

impl Policy {
    /// Adds what is not allowed yet: what one step does to several things is one statement.
    pub fn add(&mut self, reason: &Reason, statement: Statement, model: &Model) {
        let sid = format!("{}{}", pascal(reason.step), reason.what);
        let sid: String = sid.chars().filter(char::is_ascii_alphanumeric).collect();
        let condition = statement.condition.as_ref().map(|value| condition_text(value, model)).unwrap_or_default();
        let kind = format!("{}|{condition}", statement.actions.join(","));
        let key = format!("{sid}|{kind}|{}", statement.on.is_none());
        let allowed = self.allowed.entry(kind).or_insert_with(|| Allowed { first: key.clone(), ..Allowed::default() });
        if allowed.anything {
            return;
        }
        let fresh = statement.on.map(|on| {
            let mut fresh = Vec::new();
            for value in on {
                let text = arn::said(&value, model);
                let length = text.len() + 16;
                if allowed.arns.insert(text) {
                    self.length += length;
                    fresh.push(value);
                }
            }
            fresh
        });
        match fresh {
            Some(fresh) if fresh.is_empty() => return,
            None => allowed.anything = true,
            Some(_) => {}
        }
        let row = self.rows.entry(key).or_insert_with(|| {
            self.length += sid.len() + statement.actions.iter().map(|action| action.len() + 3).sum::<usize>() + condition.len() + 100;
            Row { sid, actions: statement.actions, on: fresh.as_ref().map(|_| Vec::new()), condition: statement.condition }
        });
        if let (Some(on), Some(fresh)) = (&mut row.on, fresh) {
            on.extend(fresh);
        }
    }

    /// The statements as a policy has them. A role has room for so much: beyond that one for each action, whichever steps need it.
    pub fn into_values(mut self) -> Vec<Value> {
        if self.length > MOST {
            let firsts: Vec<String> = self.allowed.values().map(|allowed| allowed.first.clone()).collect();
            self.join(&firsts);
        }
        let mut known: FxHashSet<String> = FxHashSet::default();
        let rows = self.rows.into_values().map(|row| {
            let (mut sid, mut number) = (row.sid.clone(), 2);
            while !known.insert(sid.clone()) {
                sid = format!("{}{number}", row.sid);
                number += 1;
            }
            value(sid, row)
        });
        rows.collect()
    }

    /// Puts the statements of the same actions together, into the first of them.
    fn join(&mut self, firsts: &[String]) {
        let kind = |key: &str| key.split_once('|').map(|(_, kind)| kind.to_string()).unwrap_or_default();
        let targets: FxHashMap<String, String> = firsts.iter().map(|key| (kind(key), key.clone())).collect();
        for (key, row) in std::mem::take(&mut self.rows) {
            match targets.get(&kind(&key)).and_then(|target| self.rows.get_mut(target)) {
                Some(first) => first.on.get_or_insert_default().extend(row.on.into_iter().flatten()),
                None => {
                    self.rows.insert(key, row);
                }
            }
        }
    }
}

fn condition_text(value: &Value, model: &Model) -> String {
    match value {
        Value::Map(map) => map.iter().map(|(key, value)| format!("{key}={};", condition_text(value, model))).collect(),
        other => arn::said(other, model),
    }
}

fn value(sid: String, row: Row) -> Value {
    let mut pairs: Vec<(SmolStr, Value)> = vec![
        ("Sid".into(), Value::text(sid)),
        ("Effect".into(), Value::text("Allow")),
        ("Action".into(), Value::list(row.actions.iter().map(Value::text).collect())),
        ("Resource".into(), row.on.map_or_else(|| Value::text("*"), Value::list)),
    ];
    pairs.extend(row.condition.map(|condition| ("Condition".into(), condition)));
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
