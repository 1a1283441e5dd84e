//! What a call says of the resources that it is about: the values at its members, and the ARNs that they make.

use super::arn::{self, Form, Part};
use crate::aws::permissions::{self as rows, Binding};
use crate::aws::{api, iam, spelling};
use crate::model::computed::computed;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Run, TextPart, Value};
use crate::model::{Model, Region};
use crate::workflow::Call;
use std::rc::Rc;

/// A call in its place.
#[derive(Clone, Copy)]
pub(super) struct Request<'m> {
    pub call: &'m Call,
    pub model: &'m Model,
    /// Where it is made.
    pub region: Id<Region>,
}

/// An ARN, and why a part of it is a wildcard, if one is.
#[derive(Debug, Clone)]
pub(super) struct Arn {
    pub value: Value,
    pub wild: Option<&'static str>,
}

/// What a call says of one type of resource.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// Nothing, and nobody knows which member would say it.
    Unknown,
    /// Nothing, though there is a member for it: whatever there is of them.
    Open(Arn),
    /// These.
    These(Vec<Arn>),
}

/// Why a name is a wildcard.
pub(super) const RUN: &str = "the name is known only when the machine runs";
const OPEN: &str = "the call names none";
const PARTLY: &str = "the call does not say all of the name";

impl<'m> Request<'m> {
    /// `rds.failoverGlobalCluster`
    pub fn operation(&self) -> String {
        format!("{}.{}", self.call.service, self.call.operation)
    }

    /// The values at a path of members, through lists.
    pub fn at(&self, path: &str) -> Vec<&'m Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let Some((_, value)) = self.call.arguments.iter().find(|(name, _)| name == first) else { return Vec::new() };
        let mut found = Vec::new();
        below(value, rest, &mut found);
        found
    }

    /// The keys of the map at a path that ends with `{}`.
    fn keys(&self, path: &str) -> Vec<Value> {
        let Some(name) = path.strip_suffix("{}") else { return Vec::new() };
        match self.call.arguments.iter().find(|(known, _)| known == name) {
            Some((_, Value::Map(map))) => map.keys().map(Value::text).collect(),
            _ => Vec::new(),
        }
    }

    /// Every value of the arguments that is no list and no map.
    pub fn leaves(&self) -> Vec<&'m Value> {
        let mut found = Vec::new();
        self.call.arguments.iter().for_each(|(_, value)| every(value, &mut found));
        found
    }

    /// Whether the operation has a member where this path begins.
    fn takes(&self, path: &str) -> bool {
        let first = path.split(['.', '{']).next().unwrap_or(path);
        let operation = api::service(&self.call.service).and_then(|service| service.operation(&self.call.operation));
        operation.is_some_and(|operation| operation.input().member(first).is_some())
    }

    /// What the call says of a type of resource that an action can be allowed on.
    pub fn named(&self, action: &str, resource: &iam::Resource) -> Named {
        let row = rows::binding(action, &self.operation(), resource.name);
        let template = row.and_then(|row| row.arn.as_deref()).unwrap_or(resource.arn);
        let form = Form::of_template(template);
        let prefix = action.split(':').next().unwrap_or(action);
        let of_type = |found: ResourceRef| {
            let kind = &self.model.families.get(found.family).resource_type;
            rows::is_of_type(prefix, resource.name, kind)
                || Form::of_value(&Value::Deploy(Rc::new(Deploy::Arn(found))), self.model).is_some_and(|known| form.meets(&known))
        };
        let mut these: Vec<Arn> = Vec::new();
        let bound = self.bound(row, template, &of_type, &form);
        // Where a member says which one it is, the others speak of something else. A form of our own says little: only its row counts.
        let said = matches!(&bound, Some(Named::These(found)) if found.iter().all(|arn| arn.wild.is_none()));
        let leaves = if said || row.is_some_and(|row| row.arn.is_some()) { Vec::new() } else { self.leaves() };
        for value in leaves {
            let whole = self.whole(value, template, &of_type);
            let is_one = Form::of_value(value, self.model).is_some_and(|known| form.meets(&known));
            if let Some(found) = whole.or_else(|| is_one.then(|| value.clone())) {
                these.push(Arn { value: found, wild: None });
            }
        }
        match bound {
            Some(Named::These(found)) => these.extend(found),
            Some(Named::Open(open)) if these.is_empty() => return Named::Open(open),
            _ => {}
        }
        if these.is_empty() { Named::Unknown } else { Named::These(self.once(these)) }
    }

    /// The ARN of a resource of the platform that a value speaks of, if it is the one that the service sees where the call is made.
    fn whole(&self, value: &Value, template: &str, of_type: &dyn Fn(ResourceRef) -> bool) -> Option<Value> {
        let found = arn::resource_of(value).filter(|found| of_type(*found))?;
        let here = found.region == self.region || !template.contains("${Region}") || arn::is_arn(value, self.model);
        (here && arn::has_arn(found, self.model)).then(|| Value::Deploy(Rc::new(Deploy::Arn(found))))
    }

    /// What the members of a row say, or those that are called as the variables are.
    fn bound(&self, row: Option<&Binding>, template: &str, of_type: &dyn Fn(ResourceRef) -> bool, form: &Form) -> Option<Named> {
        let variables = arn::variables(template);
        if variables.is_empty() || row.and_then(|row| row.unless.as_deref()).is_some_and(|member| !self.at(member).is_empty()) {
            return None;
        }
        let mut given: Vec<Vec<Value>> = Vec::new();
        let (mut known, mut takes) = (false, false);
        for (at, variable) in variables.iter().enumerate() {
            let listed = row.and_then(|row| row.variables.get(*variable)).map(Vec::as_slice).unwrap_or_default();
            if listed.iter().any(|member| member == "*") {
                given.push(vec![Value::text("*")]);
                continue;
            }
            let own = own_members(variable);
            let members = || listed.iter().map(String::as_str).chain(own.iter().map(String::as_str));
            let mut values: Vec<Value> = members().flat_map(|member| self.at(member).into_iter().cloned().chain(self.keys(member))).collect();
            values.retain(|value| !matches!(value, Value::None | Value::Error));
            takes |= members().any(|member| self.takes(member));
            known |= !values.is_empty();
            if values.is_empty()
                && at == 0
                && let Some(default) = row.and_then(|row| row.default.as_deref())
            {
                values.push(Value::text(default));
                known |= takes;
            }
            given.push(values);
        }
        if !known {
            let open = self.fill(template, &variables, &vec![Value::text("*"); variables.len()], row, Some(OPEN));
            return takes.then_some(Named::Open(open));
        }
        let partly = given.iter().any(Vec::is_empty).then_some(PARTLY);
        let count = given.iter().map(Vec::len).max().unwrap_or(0);
        let mut found = Vec::new();
        for at in 0..count {
            let values: Vec<Value> =
                given.iter().map(|values| values.get(at).or_else(|| values.last()).cloned().unwrap_or_else(|| Value::text("*"))).collect();
            let last = values.last().cloned().unwrap_or(Value::None);
            let is_one = || match Form::of_value(&last, self.model) {
                Some(known) => form.meets(&known),
                None => arn::is_arn(&last, self.model) && variables.len() == 1 && arn::resource_of(&last).is_none_or(of_type),
            };
            let is_whole = arn::is_arn(&last, self.model) && is_one();
            match self.whole(&last, template, of_type).or_else(|| is_whole.then(|| last.clone())) {
                Some(value) => found.push(Arn { value, wild: None }),
                None => found.push(self.fill(template, &variables, &values, row, partly)),
            }
        }
        Some(Named::These(found))
    }

    /// An ARN made of a form and the values of its variables, for the Region of the call.
    pub fn fill(&self, template: &str, variables: &[&str], values: &[Value], row: Option<&Binding>, wild: Option<&'static str>) -> Arn {
        let mut parts = Vec::new();
        let mut wild = wild;
        for part in arn::parts_of(template) {
            match part {
                Part::Literal(text) => parts.push(TextPart::Literal(text.to_string())),
                Part::Variable("Partition") => parts.push(TextPart::Value(Rc::new(Deploy::Partition))),
                Part::Variable("Region") => parts.push(TextPart::Literal(self.model.regions.get(self.region).code.to_string())),
                Part::Variable("Account") => parts.push(TextPart::Value(Rc::new(Deploy::Account(self.region)))),
                Part::Variable(name) => {
                    let value = variables.iter().position(|known| *known == name).and_then(|at| values.get(at));
                    let (found, open) = value.map_or_else(|| (star(), false), |value| self.name(value, row));
                    parts.extend(found);
                    wild = wild.or(open.then_some(RUN));
                }
            }
        }
        Arn { value: arn::text(parts), wild }
    }

    /// A value as a part of an ARN, and whether some of it is known at run time only.
    fn name(&self, value: &Value, row: Option<&Binding>) -> (Vec<TextPart>, bool) {
        if matches!(value, Value::Text(text) if text == "*") {
            return (star(), false);
        }
        let (mut parts, wild) = self.text(value);
        let Some(row) = row else { return (parts, wild) };
        if let Some(after) = row.after.as_deref() {
            parts = behind(&parts, after).unwrap_or(parts);
        }
        if let Some(strip) = row.strip.as_deref() {
            match parts.first_mut() {
                Some(TextPart::Literal(text)) => *text = text.strip_prefix(strip).unwrap_or(text).to_string(),
                // Whether the text begins so is not known.
                _ if !wild => return (star(), true),
                _ => {}
            }
        }
        parts.extend(row.suffix.iter().map(|suffix| TextPart::Literal(suffix.clone())));
        (parts, wild)
    }

    /// A value as text: what only the run knows is `*`.
    fn text(&self, value: &Value) -> (Vec<TextPart>, bool) {
        match value {
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Text(parts) => (parts.iter().flat_map(|part| self.expanded(part)).collect(), false),
                Deploy::Json(_) => (star(), true),
                _ => {
                    // The name of a resource, where its ARN is given.
                    let named = arn::resource_of(value).filter(|_| arn::is_arn(value, self.model)).map(Deploy::Ref);
                    let part = TextPart::Value(named.map_or_else(|| deploy.clone(), Rc::new));
                    (self.expanded(&part), false)
                }
            },
            Value::Run(run) => self.run(run),
            Value::List(_) | Value::Map(_) => (star(), true),
            other => (vec![TextPart::Literal(arn::said(other, self.model))], false),
        }
    }

    /// A part with what is computed of it.
    fn expanded(&self, part: &TextPart) -> Vec<TextPart> {
        let TextPart::Value(value) = part else { return vec![part.clone()] };
        match computed(self.model, value) {
            Some(Value::Text(text)) => vec![TextPart::Literal(text.to_string())],
            Some(Value::Deploy(deploy)) => match deploy.as_ref() {
                Deploy::Text(parts) => parts.clone(),
                _ => vec![TextPart::Value(deploy)],
            },
            _ => vec![part.clone()],
        }
    }

    fn run(&self, run: &Run) -> (Vec<TextPart>, bool) {
        match run {
            Run::Known(value) => self.text(value),
            Run::Text(parts) => {
                let mut wild = false;
                let parts = parts.iter().flat_map(|part| {
                    let (found, open) = self.run(part);
                    wild |= open;
                    found
                });
                let parts = parts.collect();
                (parts, wild)
            }
            _ => (star(), true),
        }
    }

    /// Without those that say the same.
    fn once(&self, found: Vec<Arn>) -> Vec<Arn> {
        let mut known: Vec<String> = Vec::new();
        let mut once = Vec::new();
        for arn in found {
            let said = arn::said(&arn.value, self.model);
            if !known.contains(&said) {
                known.push(said);
                once.push(arn);
            }
        }
        once
    }
}

fn star() -> Vec<TextPart> {
    vec![TextPart::Literal("*".into())]
}

/// Members that are called as a variable is (`TableName`), one of them or several, however its first word is spelled.
fn own_members(variable: &str) -> Vec<String> {
    let spelled = spelling::spelled_member(variable);
    vec![format!("{spelled}s"), spelled]
}

/// What stands behind the last `text`; none if it is nowhere.
fn behind(parts: &[TextPart], text: &str) -> Option<Vec<TextPart>> {
    for (at, part) in parts.iter().enumerate().rev() {
        if let TextPart::Literal(literal) = part
            && let Some((_, rest)) = literal.rsplit_once(text)
        {
            let mut found = vec![TextPart::Literal(rest.to_string())];
            found.extend(parts.iter().skip(at + 1).cloned());
            return Some(found);
        }
    }
    None
}

fn below<'v>(value: &'v Value, path: Option<&str>, found: &mut Vec<&'v Value>) {
    match (value, path) {
        (Value::List(items), _) => items.iter().for_each(|item| below(item, path, found)),
        (Value::Map(map), Some(path)) => {
            let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
            if let Some(value) = map.get(first) {
                below(value, rest, found);
            }
        }
        (value, None) => found.push(value),
        _ => {}
    }
}

fn every<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| every(item, found)),
        Value::Map(map) => map.values().for_each(|item| every(item, found)),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Json(inner) => every(inner, found),
            _ => found.push(value),
        },
        value => found.push(value),
    }
}
