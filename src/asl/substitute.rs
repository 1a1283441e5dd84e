//! Placeholders: deployment values get a key in the definition and a value in the template.

use crate::model::Model;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

/// Collects placeholders and the values that they stand for.
pub struct Substitutions<'m> {
    model: &'m Model,
    machine: crate::model::ids::Id<crate::model::Region>,
    entries: Vec<(SmolStr, Value)>,
    known: FxHashMap<String, SmolStr>,
}

impl<'m> Substitutions<'m> {
    pub fn new(model: &'m Model, machine: crate::model::ids::Id<crate::model::Region>) -> Self {
        Self { model, machine, entries: Vec::new(), known: FxHashMap::default() }
    }

    /// The entries, sorted by key.
    pub fn into_entries(mut self) -> Vec<(SmolStr, Value)> {
        self.entries.sort_by(|a, b| a.0.cmp(&b.0));
        self.entries
    }

    /// A deployment value as parts: characters and placeholders' keys.
    pub fn parts(&mut self, deploy: &Rc<Deploy>) -> Vec<Part> {
        match deploy.as_ref() {
            Deploy::Text(parts) => parts
                .iter()
                .flat_map(|part| match part {
                    TextPart::Literal(text) => vec![Part::Literal(text.clone())],
                    TextPart::Value(value) => self.parts(value),
                })
                .collect(),
            _ => vec![Part::Key(self.key(deploy))],
        }
    }

    fn key(&mut self, deploy: &Rc<Deploy>) -> SmolStr {
        let identity = format!("{deploy:?}");
        if let Some(key) = self.known.get(&identity) {
            return key.clone();
        }
        let wanted = match deploy.as_ref() {
            Deploy::Parameter(id, region) => {
                let name = self.model.parameters.get(*id).logical_id.to_string();
                match region.filter(|region| *region != self.machine) {
                    Some(region) => format!("{name}{}", pascal(&self.model.regions.get(region).alias)),
                    None => name,
                }
            }
            Deploy::Account(_) => "AccountId".into(),
            Deploy::Partition => "Partition".into(),
            Deploy::DnsSuffix => "DnsSuffix".into(),
            Deploy::Ref(resource) => self.resource_key(*resource),
            Deploy::Attribute(resource, name) => format!("{}{}", self.resource_key(*resource), name.replace('.', "")),
            Deploy::Arn(resource) => format!("{}Arn", self.resource_key(*resource)),
            Deploy::Json(_) => "Json".into(),
            Deploy::Text(_) => "Text".into(),
            Deploy::StackOutput(_) => "Output".into(),
        };
        let mut key = wanted.clone();
        let mut number = 2;
        while self.entries.iter().any(|(known, _)| *known == key) {
            key = format!("{wanted}{number}");
            number += 1;
        }
        let key = SmolStr::new(key);
        self.entries.push((key.clone(), Value::Deploy(deploy.clone())));
        self.known.insert(identity, key.clone());
        key
    }

    fn resource_key(&self, resource: ResourceRef) -> String {
        let family = self.model.families.get(resource.family);
        if resource.region == self.machine {
            family.logical_id.to_string()
        } else {
            format!("{}{}", family.logical_id, pascal(&self.model.regions.get(resource.region).alias))
        }
    }
}

fn pascal(name: &str) -> String {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let mut characters = word.chars();
            characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect::<String>()
        })
        .collect()
}

/// A piece of a text with placeholders.
#[derive(Debug, Clone)]
pub enum Part {
    /// Characters.
    Literal(String),
    /// The key of a placeholder.
    Key(SmolStr),
}
