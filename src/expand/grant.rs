//! Grants of components: what an instance lets others do, as a record for whoever takes it.

use super::{Context, Expander, pascal_case};
use crate::diag::codes;
use crate::model::value::{Deploy, Value, ValueMap};
use crate::permissions;
use crate::source::Span;
use crate::syntax::ast::{self, Statement};
use smol_str::SmolStr;
use std::rc::Rc;

/// What a grant says, and whether it has to.
const PARTS: &[(&str, bool)] = &[("actions", true), ("on", true), ("reach", false), ("keys", false), ("endpoints", false)];

impl<'a> Expander<'a> {
    /// `grant write in regions { actions = [...], on = [...], ... }`. The record has all parts, `none` where nothing is said, and `name`:
    /// instance and grant in PascalCase, which names the statement of whoever takes it. A `reach` has a name too, so that one way
    /// is opened once however many grants lead there.
    pub(super) fn evaluate_grant(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Value {
        let known: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        let mut map = ValueMap::default();
        let mut places: Vec<(&str, Span)> = Vec::new();
        for statement in declaration.statements() {
            let Statement::Assign(assign) = statement else { continue };
            if !known.contains(&assign.key.text.as_str()) {
                self.unknown_key(&assign.key, &known, "a grant", context);
                continue;
            }
            let value = self.evaluate(&assign.value, context);
            let value = self.settle(value, assign.value.span, context);
            map.insert(assign.key.text.clone(), value);
            places.push((&assign.key.text, assign.value.span));
        }
        for (key, _) in PARTS.iter().filter(|(key, required)| *required && !map.contains_key(*key)) {
            self.fail(
                codes::MISSING_INPUT,
                format!("the grant `{}` has no `{key}`", declaration.name.text),
                declaration.name.span,
                if *key == "on" { "on which resources? name their ARNs" } else { "which actions does it allow?" },
                if *key == "on" { "add `on = [resource.arn]`" } else { "add `actions = [\"service:Operation\"]`" },
                context,
            );
        }
        self.check_permissions(&map, &places, context);
        for (key, _) in PARTS {
            map.entry(SmolStr::new_static(key)).or_insert(Value::None);
        }
        let instance = context.instance.map(|id| pascal_case(&self.model.instances.get(id).path.join("-"))).unwrap_or_default();
        if let Some(Value::Map(reach)) = map.get("reach") {
            let mut named = reach.as_ref().clone();
            let (to, port) = (named.get("to").cloned(), named.get("port").cloned());
            let target = self.target_name(to.as_ref()).unwrap_or_else(|| instance.clone());
            let port = port.map_or(Value::None, |port| self.text_of(port, declaration.name.span, context));
            let port = if let Value::Text(port) = port { port } else { SmolStr::default() };
            named.insert(SmolStr::new_static("name"), Value::text(format!("{target}{port}")));
            map.insert(SmolStr::new_static("reach"), Value::Map(Rc::new(named)));
        }
        map.insert(SmolStr::new_static("name"), Value::text(format!("{instance}{}", pascal_case(&declaration.name.text))));
        Value::Map(Rc::new(map))
    }

    /// Whether IAM has the actions of a grant and of the use of its key, each on something that it takes.
    fn check_permissions(&mut self, parts: &ValueMap, places: &[(&str, Span)], context: &Context) {
        let place = |key: &str| places.iter().find(|(known, _)| *known == key).map(|(_, span)| *span).unwrap_or_default();
        let mut found = Vec::new();
        if let (Some(actions), Some(on)) = (parts.get("actions"), parts.get("on")) {
            found = permissions::check_grant((actions, place("actions")), (on, place("on")), &self.model);
        }
        if let Some(Value::Map(keys)) = parts.get("keys")
            && let (Some(actions), Some(on)) = (keys.get("actions"), keys.get("on"))
        {
            found.extend(permissions::check_grant((actions, place("keys")), (on, place("keys")), &self.model));
        }
        for finding in found {
            self.report_once(finding, context);
        }
    }

    /// What a reference is called in templates, if it is one.
    fn target_name(&self, target: Option<&Value>) -> Option<String> {
        let Some(Value::Deploy(deploy)) = target else { return None };
        match deploy.as_ref() {
            Deploy::Ref(resource) | Deploy::Attribute(resource, _) | Deploy::Arn(resource) => {
                Some(self.model.families.get(resource.family).logical_id.to_string())
            }
            Deploy::Parameter(id, _) => Some(self.model.parameters.get(*id).logical_id.to_string()),
            _ => None,
        }
    }
}
