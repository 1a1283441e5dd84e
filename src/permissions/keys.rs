//! Keys of what a call is about: who reads or writes something encrypted uses the key in its own name.

use super::arn;
use super::policy;
use super::request::{RUN, Request};
use crate::aws::permissions as rows;
use crate::model::computed::computed;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use std::rc::Rc;

/// The use of a key.
pub(super) struct Need {
    pub actions: Vec<String>,
    pub on: Value,
    pub condition: Value,
    /// Why the key is not named, if it is not.
    pub wild: Option<&'static str>,
}

const BY_ALIAS: &str = "the key is known by its alias only, which a condition names";

/// Which keys the actions of a call use.
pub(super) fn needed(request: &Request, actions: &[String]) -> Vec<Need> {
    let mut found: Vec<Need> = Vec::new();
    for action in actions {
        for target in targets(request, action) {
            let kind = &request.model.families.get(target.family).resource_type;
            let Some((row, uses)) = rows::key_use(action, kind) else { continue };
            let path = row.elsewhere.as_deref().filter(|_| target.region != request.region).unwrap_or(&row.property);
            let Some(value) = key_of(request, target, path) else { continue };
            let service = format!("{}.{}.", row.prefix, request.model.regions.get(request.region).code);
            let via = arn::text(vec![TextPart::Literal(service), TextPart::Value(Rc::new(Deploy::DnsSuffix))]);
            let condition = policy::equals(&rows::keys().via, via);
            let Some((on, condition, wild)) = key(request, &value, condition) else { continue };
            let actions = uses.to_vec();
            if !found.iter().any(|known| known.actions == actions && arn::said(&known.on, request.model) == arn::said(&on, request.model)) {
                found.push(Need { actions, on, condition, wild });
            }
        }
    }
    found
}

/// The resources of the platform that a call is about and that may be encrypted.
fn targets(request: &Request, action: &str) -> Vec<ResourceRef> {
    let mut found: Vec<ResourceRef> = Vec::new();
    if !rows::uses_key(action) {
        return found;
    }
    let has_key = |target: &ResourceRef| rows::key_use(action, &request.model.families.get(target.family).resource_type).is_some();
    let mut texts: Vec<String> = Vec::new();
    for value in request.leaves() {
        match arn::resource_of(value) {
            Some(target) if has_key(&target) && !found.contains(&target) => found.push(target),
            None if matches!(value, Value::Text(_) | Value::Deploy(_)) => texts.push(arn::said(value, request.model)),
            _ => {}
        }
    }
    // By name: the resource may be the platform's own though the call does not refer to it.
    for (id, family) in request.model.families.iter() {
        for region in &family.regions {
            let target = ResourceRef { family: id, region: *region };
            if !has_key(&target) || found.contains(&target) {
                continue;
            }
            let name = computed(request.model, &Deploy::Ref(target)).map(|name| arn::said(&name, request.model));
            if name.is_some_and(|name| texts.contains(&name)) && (*region == request.region || family.regions.len() == 1) {
                found.push(target);
            }
        }
    }
    found
}

/// What a property says of the key, where the call is made.
fn key_of(request: &Request, target: ResourceRef, path: &str) -> Option<Value> {
    let mut segments = path.split('.');
    let first = segments.next()?;
    let name = first.split('[').next().unwrap_or(first);
    let mut value = request.model.property(target, name)?.clone();
    if let Some(selector) = first.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']')) {
        let code = &request.model.regions.get(request.region).code;
        value = match &value {
            Value::List(items) => items
                .iter()
                .find(|item| matches!(item, Value::Map(map) if map.get(selector).is_some_and(|found| arn::said(found, request.model) == *code)))?
                .clone(),
            _ => return None,
        };
    }
    for segment in segments {
        while let Value::List(items) = &value {
            value = items.first()?.clone();
        }
        let Value::Map(map) = &value else { return None };
        value = map.get(segment)?.clone();
    }
    Some(value)
}

/// The ARN of the key that a value names, with the condition on its use.
fn key(request: &Request, value: &Value, condition: Value) -> Option<(Value, Value, Option<&'static str>)> {
    let keys = rows::keys();
    let mut value = value.clone();
    if let Some(alias) = arn::resource_of(&value)
        && request.model.families.get(alias.family).resource_type == keys.alias.resource_type
        && let Some(target) = request.model.property(alias, &keys.alias.target)
    {
        value = target.clone();
    }
    if let Some(key) = arn::resource_of(&value) {
        let known = keys.types.iter().any(|kind| *kind == request.model.families.get(key.family).resource_type);
        return known.then(|| (policy::arn_of(key), condition, None));
    }
    let said = arn::said(&value, request.model);
    if said.contains("alias/aws/") {
        // Of AWS's own keys everybody may make use who may use the service.
        return None;
    }
    if arn::is_arn(&value, request.model) && !said.contains(":alias/") {
        return Some((value, condition, None));
    }
    if said.contains("alias/") {
        let name = said.split_once("alias/").map(|(_, name)| format!("alias/{name}"))?;
        let condition = by_alias(condition, name);
        return Some((fill(request, &Value::text("*")), condition, Some(BY_ALIAS)));
    }
    let wild = matches!(value, Value::Run(_)).then_some(RUN);
    Some((fill(request, &value), condition, wild))
}

fn by_alias(condition: Value, alias: String) -> Value {
    let Value::Map(map) = &condition else { return condition };
    let mut map = map.as_ref().clone();
    let names = Value::map(vec![(rows::keys().aliases.as_str().into(), Value::text(alias))]);
    map.insert("ForAnyValue:StringEquals".into(), names);
    Value::Map(Rc::new(map))
}

fn fill(request: &Request, id: &Value) -> Value {
    let template = &rows::keys().arn;
    let variables = arn::variables(template);
    let values = vec![id.clone(); variables.len()];
    request.fill(template, &variables, &values, None, None).value
}
