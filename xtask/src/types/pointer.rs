//! The pointers of a type's schema, and the attributes that `GetAtt` gives.

use super::node::{Nodes, Skipped};
use super::spec::Resource;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A type's pointers under a name, as `A/B/*/C`, sorted; those that lead nowhere are left out.
pub fn list(schema: &Value, name: &str, skipped: &mut Skipped) -> Result<Vec<String>> {
    let mut found = BTreeSet::new();
    for pointer in schema.get(name).and_then(Value::as_array).into_iter().flatten() {
        let pointer = pointer.as_str().context("a pointer is no text")?;
        match resolve(schema, pointer) {
            Some((path, _)) => {
                found.insert(path);
            }
            None => skipped.count(format!("{name}: a pointer that leads nowhere")),
        }
    }
    Ok(found.into_iter().collect())
}

/// The path of a pointer, with `*` for items, and the schema that it leads to.
pub fn resolve<'a>(schema: &'a Value, pointer: &str) -> Option<(String, &'a Value)> {
    let rest = pointer.strip_prefix("/properties/")?;
    let segments: Vec<&str> = rest.split('/').collect();
    let mut path = Vec::new();
    let target = step(schema, schema, &segments, &mut path, 0)?;
    Some((path.join("/"), target))
}

/// The most references and branches that are followed on the way.
const MAXIMUM_STEPS: usize = 32;

fn step<'a>(root: &'a Value, at: &'a Value, segments: &[&str], path: &mut Vec<String>, depth: usize) -> Option<&'a Value> {
    if depth > MAXIMUM_STEPS {
        return None;
    }
    if let Some(reference) = at.get("$ref").and_then(Value::as_str) {
        return step(root, root.pointer(reference.strip_prefix('#')?)?, segments, path, depth + 1);
    }
    let Some((segment, rest)) = segments.split_first() else { return Some(at) };
    let known = path.len();
    let mut attempt = |next: &'a Value, name: &str, rest: &[&str]| {
        path.push(name.to_string());
        let found = step(root, next, rest, path, depth + 1);
        if found.is_none() {
            path.truncate(known);
        }
        found
    };
    if let Some(found) = at.pointer("/properties").and_then(|properties| properties.get(*segment)).and_then(|next| attempt(next, segment, rest)) {
        return Some(found);
    }
    if let Some(items) = at.get("items") {
        // Some pointers do not say that they go into the items.
        let rest = if *segment == "*" { rest } else { segments };
        if let Some(found) = attempt(items, "*", rest) {
            return Some(found);
        }
    }
    if *segment == "*" {
        let named = at.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(|patterns| patterns.values());
        for next in named.chain(at.get("additionalProperties").filter(|next| next.is_object())) {
            if let Some(found) = attempt(next, "*", rest) {
                return Some(found);
            }
        }
    }
    for branches in ["allOf", "anyOf", "oneOf"] {
        for branch in at.get(branches).and_then(Value::as_array).into_iter().flatten() {
            if let Some(found) = step(root, branch, segments, path, depth + 1) {
                return Some(found);
            }
        }
    }
    None
}

/// What cfn-lint knows about attributes beside the schemas.
pub struct Exceptions {
    /// Types that give each of their properties.
    pub whole: BTreeSet<String>,
    /// Properties that single types give.
    pub named: BTreeMap<String, Vec<String>>,
}

impl Exceptions {
    /// Reads the two lists out of cfn-lint's Python source, where they are the only place that has them.
    ///
    /// # Errors
    /// If the source has changed its form.
    pub fn read(source: &str) -> Result<Self> {
        let whole: BTreeSet<String> = serde_json::from_value(literal(source, "_all_property_types = [", "\n]", '[', ']')?)?;
        let named: BTreeMap<String, Vec<String>> = serde_json::from_value(literal(source, "_exceptions = {", "\n}", '{', '}')?)?;
        Ok(Self { whole, named })
    }
}

/// A list or dictionary of texts in Python source.
fn literal(source: &str, start: &str, end: &str, open: char, close: char) -> Result<Value> {
    let (_, rest) = source.split_once(start).with_context(|| format!("cfn-lint's source has no {start}"))?;
    let (inner, _) = rest.split_once(end).with_context(|| format!("{start} has no end"))?;
    let mut text = format!("{open}{inner}{close}");
    text.retain(|character| !character.is_whitespace());
    for bracket in [']', '}'] {
        text = text.replace(&format!(",{bracket}"), &bracket.to_string());
    }
    serde_json::from_str(&text).with_context(|| format!("{start} holds more than texts"))
}

/// Attributes that the user guide of CloudFormation lists and no package has (archived guide of 19 September 2023).
const DOCUMENTED: &[(&str, &str)] =
    &[("AWS::ElastiCache::ReplicationGroup", "ReadEndPoint.Addresses.List"), ("AWS::ElastiCache::ReplicationGroup", "ReadEndPoint.Ports.List")];

/// How deep the parts of an attribute are attributes themselves.
const MAXIMUM_DEPTH: usize = 5;

/// The attributes of a type: dotted name and node, sorted by name. `*` stands for any name, `Outputs.*` for any behind the dot.
pub fn attributes(
    schema: &Value,
    name: &str,
    resource: Option<&Resource>,
    exceptions: &Exceptions,
    nodes: &mut Nodes<'_>,
) -> Result<(Vec<(String, u32)>, usize)> {
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    let mut in_items = 0;
    if exceptions.whole.contains(name) {
        for (property, schema_of) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            leaves(schema, schema_of, property, nodes, &mut found, 0)?;
        }
    }
    for property in exceptions.named.get(name).into_iter().flatten() {
        if let Some((_, target)) = resolve(schema, &format!("/properties/{property}")) {
            found.insert(property.clone(), nodes.node(target)?.position);
        }
    }
    for pointer in schema.get("readOnlyProperties").and_then(Value::as_array).into_iter().flatten() {
        let Some((path, target)) = pointer.as_str().and_then(|pointer| resolve(schema, pointer)) else { continue };
        if path.split('/').any(|segment| segment == "*") {
            in_items += 1;
            continue;
        }
        let dotted = path.replace('/', ".");
        found.insert(dotted.clone(), nodes.node(target)?.position);
        parts(schema, target, &dotted, nodes, &mut found, 0)?;
    }
    for (attribute, kind) in resource.into_iter().flat_map(|resource| &resource.attributes) {
        if !found.contains_key(attribute) {
            let pointer = format!("/properties/{}", attribute.replace('.', "/"));
            let node = match resolve(schema, &pointer) {
                Some((path, target)) if !path.contains('*') => nodes.node(target)?.position,
                _ => nodes.node(&schema_of(kind))?.position,
            };
            found.insert(attribute.clone(), node);
        }
    }
    for (_, attribute) in DOCUMENTED.iter().filter(|(owner, _)| *owner == name) {
        found.insert((*attribute).to_string(), nodes.node(&json!({"type": "array", "items": {"type": "string"}}))?.position);
    }
    // What these give is decided by the stack or the function behind them.
    let text = json!({"type": "string"});
    match name {
        "AWS::CloudFormation::CustomResource" => {
            found.insert("*".to_string(), 0);
        }
        "AWS::CloudFormation::Stack" | "AWS::ServiceCatalog::CloudFormationProvisionedProduct" => {
            found.insert("Outputs.*".to_string(), nodes.node(&text)?.position);
        }
        _ => {}
    }
    Ok((found.into_iter().collect(), in_items))
}

/// The properties inside of an object that is an attribute.
fn parts(root: &Value, schema: &Value, prefix: &str, nodes: &mut Nodes<'_>, found: &mut BTreeMap<String, u32>, depth: usize) -> Result<()> {
    let schema = followed(root, schema);
    for (name, part) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if depth < MAXIMUM_DEPTH {
            let dotted = format!("{prefix}.{name}");
            if !found.contains_key(&dotted) {
                found.insert(dotted.clone(), nodes.node(part)?.position);
                parts(root, part, &dotted, nodes, found, depth + 1)?;
            }
        }
    }
    Ok(())
}

/// The properties of a type that gives all: no objects, but what is in them; no lists of objects.
fn leaves(root: &Value, schema: &Value, name: &str, nodes: &mut Nodes<'_>, found: &mut BTreeMap<String, u32>, depth: usize) -> Result<()> {
    let schema = followed(root, schema);
    if depth > MAXIMUM_DEPTH {
        return Ok(());
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (part, schema) in properties {
            leaves(root, schema, &format!("{name}.{part}"), nodes, found, depth + 1)?;
        }
        return Ok(());
    }
    if let Some(items) = schema.get("items") {
        let kind = followed(root, items).get("type").and_then(Value::as_str);
        if matches!(kind, Some("object" | "array")) {
            return Ok(());
        }
    }
    found.insert(name.to_string(), nodes.node(schema)?.position);
    Ok(())
}

fn followed<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    for _ in 0..MAXIMUM_STEPS {
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        match reference.and_then(|pointer| root.pointer(pointer)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// A type of service-spec as a schema.
fn schema_of(kind: &Value) -> Value {
    match kind.get("type").and_then(Value::as_str) {
        Some("string") => json!({"type": "string"}),
        Some("date-time") => json!({"type": "string", "format": "date-time"}),
        Some("integer") => json!({"type": "integer"}),
        Some("number") => json!({"type": "number"}),
        Some("boolean") => json!({"type": "boolean"}),
        Some("array") => json!({"type": "array", "items": schema_of(kind.get("element").unwrap_or(&Value::Null))}),
        Some("map" | "ref" | "tag") => json!({"type": "object"}),
        _ => json!({}),
    }
}
