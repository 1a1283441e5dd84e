//! What service-spec knows about types and metrics.

use crate::table::Writer;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One type.
pub struct Resource {
    /// What `Ref` gives if it is not the primary identifier.
    pub reference: Vec<String>,
    /// The ARN with `${Placeholders}`.
    pub arn: String,
    /// Whether deleting it deletes data.
    pub stateful: bool,
    /// The property that holds the tags.
    pub tag_property: Option<String>,
    /// The attributes with their types, as service-spec writes them.
    pub attributes: BTreeMap<String, Value>,
}

fn entities<'a>(database: &'a Value, name: &str) -> Result<&'a Vec<Value>> {
    database.pointer(&format!("/schema/{name}/entities")).and_then(Value::as_array).with_context(|| format!("service-spec has no {name}"))
}

fn text<'a>(entity: &'a Value, name: &str) -> Option<&'a str> {
    entity.get(name).and_then(Value::as_str)
}

/// All types by name.
///
/// # Errors
/// If the database has another form.
pub fn resources(database: &Value) -> Result<BTreeMap<String, Resource>> {
    let mut resources = BTreeMap::new();
    for entity in entities(database, "resource")? {
        let name = text(entity, "cloudFormationType").context("a resource has no type")?;
        let reference = entity.get("cfnRefIdentifier").and_then(Value::as_array).into_iter().flatten();
        let attributes = entity.get("attributes").and_then(Value::as_object).into_iter().flatten();
        resources.insert(
            name.to_string(),
            Resource {
                reference: reference.filter_map(Value::as_str).map(str::to_string).collect(),
                arn: text(entity, "arnTemplate").unwrap_or_default().to_string(),
                stateful: entity.get("isStateful") == Some(&Value::Bool(true)),
                tag_property: entity.pointer("/tagInformation/tagPropertyName").and_then(Value::as_str).map(str::to_string),
                attributes: attributes.map(|(name, attribute)| (name.clone(), attribute.get("type").cloned().unwrap_or_default())).collect(),
            },
        );
    }
    Ok(resources)
}

/// The metrics: a list of key, namespace, name, dimension sets; and how many there are.
///
/// # Errors
/// If the database has another form.
pub fn metrics(database: &Value, table: &mut Writer) -> Result<(u32, usize)> {
    let mut sets: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for entity in entities(database, "dimensionSet")? {
        let dimensions = entity.get("dimensions").and_then(Value::as_array).context("a dimension set has no dimensions")?;
        let names = dimensions.iter().filter_map(|dimension| {
            let name = text(dimension, "name")?;
            Some(text(dimension, "value").map_or_else(|| name.to_string(), |value| format!("{name}={value}")))
        });
        sets.insert(text(entity, "$id").context("a dimension set has no id")?, names.collect());
    }
    let uses = database.pointer("/schema/usesDimensionSet/forward").context("service-spec has no usesDimensionSet")?;
    let mut metrics: BTreeMap<(String, &str, &str), BTreeSet<&BTreeSet<String>>> = BTreeMap::new();
    for entity in entities(database, "metric")? {
        let (namespace, name) =
            (text(entity, "namespace").context("a metric has no namespace")?, text(entity, "name").context("a metric has no name")?);
        let used = text(entity, "$id").and_then(|id| uses.get(id)).and_then(Value::as_array).into_iter().flatten();
        let used = used.filter_map(|set| text(set, "$id")).filter_map(|id| sets.get(id));
        metrics.entry((format!("{namespace} {name}"), namespace, name)).or_default().extend(used);
    }
    let mut words = Vec::new();
    for ((key, namespace, name), sets) in &metrics {
        let sets: Vec<u32> = sets.iter().map(|set| table.texts(set.iter().map(String::as_str))).collect();
        words.extend([table.text(key), table.text(namespace), table.text(name), table.list(1, &sets)]);
    }
    Ok((table.list(4, &words), metrics.len()))
}
