//! One action of a call: on which resources it has to be allowed.

use super::arn::{self, Form};
use super::request::{Arn, Named, RUN, Request};
use crate::aws::{iam, permissions as rows, types};
use crate::model::value::{Deploy, ResourceRef, Value};
use std::rc::Rc;

/// A resource of which no ARN can be made.
#[derive(Debug, Clone)]
pub(super) struct Lacking {
    /// Its name in the service authorization reference.
    pub name: &'static str,
    /// The form of its ARN.
    pub arn: &'static str,
    /// Whether those of other Regions are needed too, to which only what is the platform's own leads.
    pub everywhere: bool,
}

/// What the author says of permissions, and what is made of it.
pub(super) struct Said<'v> {
    entries: Vec<Entry<'v>>,
}

struct Entry<'v> {
    value: &'v Value,
    form: Option<Form>,
    /// Whether an action takes it.
    used: bool,
    /// Whether an action takes it that needs less.
    wide: bool,
}

impl<'v> Said<'v> {
    /// Reads the list of `on`; nothing, if there is none.
    pub fn new(on: Option<&'v Value>, request: &Request) -> Self {
        let values: Vec<&Value> = match on {
            Some(Value::List(items)) => items.iter().collect(),
            Some(Value::Map(_) | Value::Error | Value::None) | None => Vec::new(),
            Some(value) => vec![value],
        };
        let entry = |value: &'v Value| Entry { value, form: Form::of_value(value, request.model), used: false, wide: false };
        Self { entries: values.into_iter().filter(|value| !matches!(value, Value::Error)).map(entry).collect() }
    }

    fn star(&mut self) -> Option<&mut Entry<'v>> {
        self.entries.iter_mut().find(|entry| matches!(entry.value, Value::Text(text) if text == "*"))
    }

    /// The entries of a form, and whether what is needed is known and these are more.
    fn of_form(&mut self, form: &Form, needed: Option<&[Arn]>, request: &Request) -> Vec<Arn> {
        let needed: Option<Vec<String>> = needed.map(|needed| needed.iter().map(|arn| arn::said(&arn.value, request.model)).collect());
        let mut found = Vec::new();
        for entry in &mut self.entries {
            if matches!(entry.value, Value::Text(text) if text == "*") || entry.form.as_ref().is_some_and(|known| !known.meets(form)) {
                continue;
            }
            let wide = needed.as_ref().is_some_and(|needed| !needed.contains(&arn::said(entry.value, request.model)));
            // What one action needs may be too much for another one.
            entry.wide = wide && (entry.wide || !entry.used);
            entry.used = true;
            found.push(Arn { value: entry.value.clone(), wild: None });
        }
        found
    }

    /// What no action of the call takes, and what allows more than they need.
    pub fn superfluous(&self) -> (Vec<&'v Value>, Vec<&'v Value>) {
        let of = |wanted: &dyn Fn(&Entry) -> bool| self.entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.value).collect();
        (of(&|entry| !entry.used), of(&|entry| entry.used && entry.wide))
    }
}

/// Finds on what an action of a call has to be allowed; on `*`, if IAM knows no resource for it or the author says so.
pub(super) fn allowed(action: iam::Action, request: &Request, said: &mut Said) -> Result<Option<Vec<Arn>>, Lacking> {
    let name = action.name();
    let resources: Vec<iam::Resource> = action.resources().collect();
    if resources.is_empty() {
        if let Some(entry) = said.star() {
            entry.used = true;
        }
        return Ok(None);
    }
    let mut named: Vec<(iam::Resource, Named)> = resources.iter().map(|resource| (*resource, of_all_members(request, &name, resource))).collect();
    // What grows with the Regions stands last, so that one more Region changes nothing before it.
    named.sort_by_key(|(resource, _)| rows::takes_all_members(&name, resource.name));
    lonely(&mut named, request);
    if let Some(entry) = said.star() {
        entry.used = true;
        entry.wide |= needed(&named, action.prefix()).is_ok_and(|found| found.iter().all(|arn| arn.wild.is_none()));
        return Ok(None);
    }
    for (resource, named) in &mut named {
        let needed = match named {
            Named::These(found) if found.iter().all(|arn| arn.wild.is_none()) => Some(found.as_slice()),
            _ => None,
        };
        let template = rows::binding(&name, &request.operation(), resource.name).and_then(|row| row.arn.as_deref()).unwrap_or(resource.arn);
        let own = said.of_form(&Form::of_template(template), needed, request);
        if !own.is_empty() {
            *named = Named::These(own);
        }
    }
    needed(&named, action.prefix()).map(Some).map_err(|lacking| Lacking { everywhere: rows::takes_all_members(&name, lacking.name), ..lacking })
}

/// What a call says of a resource; of some, those in all Regions.
fn of_all_members(request: &Request, action: &str, resource: &iam::Resource) -> Named {
    let named = request.named(action, resource);
    if !rows::takes_all_members(action, resource.name) {
        return named;
    }
    let Named::These(found) = named else { return Named::Unknown };
    let mut all = Vec::new();
    for arn in found {
        // Only of the platform's own resources it is known which ones are the others.
        let Some(target) = arn::resource_of(&arn.value) else { return Named::Unknown };
        all.push(arn);
        for region in request.model.families.get(target.family).regions.iter().filter(|region| **region != target.region) {
            let other = ResourceRef { region: *region, ..target };
            if !arn::has_arn(other, request.model) {
                return Named::Unknown;
            }
            all.push(Arn { value: Value::Deploy(Rc::new(Deploy::Arn(other))), wild: None });
        }
    }
    Named::These(all)
}

/// If one resource is wanted and the call gives one ARN of which nobody knows the form, it is that one.
fn lonely(named: &mut [(iam::Resource, Named)], request: &Request) {
    let [(_, only)] = named else { return };
    if !matches!(only, Named::Unknown) {
        return;
    }
    let is_role = |value: &Value| {
        let family = arn::resource_of(value).map(|found| request.model.families.get(found.family));
        family.and_then(|family| types::find(&family.resource_type)).is_some_and(|row| row.pass.is_some())
    };
    let mut arns = request.leaves();
    arns.retain(|value| arn::is_arn(value, request.model) && Form::of_value(value, request.model).is_none() && !is_role(value));
    if let [one] = arns.as_slice() {
        *only = Named::These(vec![Arn { value: (*one).clone(), wild: None }]);
    }
}

/// Puts together what each resource type gives: all that are required (one of those that stand for each other), and of the others
/// those that the call names.
fn needed(named: &[(iam::Resource, Named)], prefix: &str) -> Result<Vec<Arn>, Lacking> {
    let complete = |named: &Named| matches!(named, Named::These(found) if found.iter().all(|arn| arn.wild.is_none_or(|why| why == RUN)));
    let mut all: Vec<Arn> = Vec::new();
    let mut lacking = None;
    let mut least: Option<Vec<Arn>> = None;
    for (resource, found) in named {
        let others = rows::alternatives(prefix, resource.name);
        let stands_for = |other: &iam::Resource| {
            other.name != resource.name
                && if others.is_empty() { !resource.required && !other.required } else { others.iter().any(|known| known == other.name) }
        };
        let replaced = |by: &dyn Fn(&Named) -> bool| named.iter().any(|(other, named)| stands_for(other) && by(named));
        match found {
            Named::These(found) if complete(&Named::These(found.clone())) => all.extend(found.iter().cloned()),
            Named::These(found) if !replaced(&complete) => all.extend(found.iter().cloned()),
            Named::Open(open) if resource.required && !replaced(&|named| matches!(named, Named::These(_))) => all.push(open.clone()),
            Named::Open(open) => least = least.or_else(|| Some(vec![open.clone()])),
            Named::Unknown if resource.required && !replaced(&|named| !matches!(named, Named::Unknown)) => {
                lacking = lacking.or(Some(Lacking { name: resource.name, arn: resource.arn, everywhere: false }));
            }
            _ => {}
        }
    }
    if let Some(lacking) = lacking {
        return Err(lacking);
    }
    if all.is_empty() {
        all = least.unwrap_or_default();
    }
    match (all.is_empty(), named.first()) {
        (true, Some((resource, _))) => Err(Lacking { name: resource.name, arn: resource.arn, everywhere: false }),
        _ => Ok(all),
    }
}
