//! What was compiled, as the table of the ten points reads it: one list of things for each Region.

use crate::project::Compiled;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A resource of a template, or a file.
#[derive(Clone)]
pub struct Thing {
    /// The declaration that it comes from; the name of a file.
    pub declared: String,
    /// Its type; `file` for a file.
    pub ty: String,
    /// As it was emitted.
    pub emitted: Value,
    /// The same in readable form.
    pub readable: Value,
}

impl Thing {
    pub fn new(declared: &str, ty: &str, emitted: Value) -> Rc<Thing> {
        Rc::new(Thing { declared: declared.into(), ty: ty.into(), readable: readable(&emitted), emitted })
    }

    /// The same thing, emitted otherwise.
    pub fn with(&self, emitted: Value) -> Rc<Thing> {
        Thing::new(&self.declared, &self.ty, emitted)
    }
}

/// The Regions, and what each one's templates have.
pub struct Output {
    /// What the platform calls each Region, by its code.
    pub names: BTreeMap<String, String>,
    pub things: BTreeMap<String, Vec<Rc<Thing>>>,
}

impl Output {
    pub fn new(compiled: &Compiled) -> Self {
        let files = compiled.files.as_ref().unwrap_or_else(|| panic!("the platform does not compile:\n{}", compiled.shown));
        let json = |path: &str| -> Value { serde_json::from_str(&files[path]).unwrap() };
        let manifest = json("manifest.json");
        let regions = manifest["platform"]["regions"].as_object().unwrap().iter();
        let names: BTreeMap<String, String> = regions.map(|(name, code)| (code.as_str().unwrap().into(), name.clone())).collect();
        let things = names.keys().map(|region| {
            let mut things = vec![Thing::new("manifest.json", "file", manifest.clone())];
            let own = files.keys().filter(|path| path.starts_with(&format!("{region}/")));
            // A stack of an earlier phase has less of the same.
            for path in own.filter(|path| path.ends_with(".template.json") && !path.contains(".phase-")) {
                let template = json(path);
                for (id, resource) in template["Resources"].as_object().unwrap() {
                    let declared = resource["Metadata"]["drc"]["declared"].as_str().unwrap_or(id);
                    things.push(Thing::new(declared, resource["Type"].as_str().unwrap(), resource.clone()));
                }
            }
            (region.clone(), things)
        });
        Self { things: things.collect(), names }
    }
}

/// The text of a deployment value: `${Queue}` for `Ref`, `${Queue.Arn}` for `Fn::GetAtt`, the text of `Fn::Sub`.
pub fn told_at_deployment(map: &Map<String, Value>) -> Option<String> {
    let (function, argument) = (map.len() == 1).then(|| map.iter().next())??;
    match (function.as_str(), argument) {
        ("Ref", Value::String(name)) => Some(format!("${{{name}}}")),
        ("Fn::GetAtt", Value::Array(parts)) => Some(format!("${{{}}}", parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("."))),
        ("Fn::Sub", Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The JSON that a text holds, if it holds an object or a list.
pub fn inside(text: &str) -> Option<Value> {
    if !text.starts_with(['{', '[']) || text.starts_with("{{") {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// A value with texts for what CloudFormation works out, and with the structure of texts that hold JSON.
pub fn readable(value: &Value) -> Value {
    let text = |text: &str| inside(text).map_or_else(|| Value::from(text), |value| readable(&value));
    match value {
        Value::Object(map) => match told_at_deployment(map) {
            Some(told) => text(&told),
            None => map.iter().map(|(key, value)| (key.clone(), readable(value))).collect(),
        },
        Value::Array(list) => list.iter().map(readable).collect(),
        Value::String(told) => text(told),
        other => other.clone(),
    }
}
