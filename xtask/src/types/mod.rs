//! `types.bin`: resource types with their properties, Regions and attributes; metrics.
//!
//! Root 0 is the list of types, 18 words each: name, root node, low and high half of the mask of Regions, pointers that are read-only,
//! create-only, conditionally create-only, write-only, deprecated, primary identifier, what `Ref` gives if that is something else,
//! attributes (name, node), form of the ARN, flags, status and date of its lifecycle, property that holds its tags, how CloudFormation
//! replaces it. Root 1 is the Region of each bit, root 2 the metrics, root 3 the date of the schemas.

mod index;
mod node;
mod pattern;
mod pointer;
mod spec;

use crate::packages::{CFN_LINT, Packages, SERVICE_SPEC};
use crate::sources::Report;
use crate::table::Writer;
use anyhow::{Context, Result, bail};
use node::{Nodes, Skipped};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SCHEMAS: &str = "cfnlint/data/schemas";
/// The words of a type's row.
const WIDTH: usize = 18;
/// The Region whose list stands in for those that cfn-lint does not know.
const COPIED: &str = "us-east-1";

/// That deleting it deletes data.
const STATEFUL: u32 = 1;
/// That its tags are a list of `Key` and `Value`.
const TAG_LIST: u32 = 2;
/// That its tags are an object.
const TAG_MAP: u32 = 4;

/// Writes `types.bin` and `types.txt`.
///
/// # Errors
/// If a package has another form than is known here.
pub fn convert(packages: &Packages, report: &mut Report, root: &Path) -> Result<()> {
    let mut skipped = Skipped::default();
    let regions = regions(packages, &mut skipped)?;
    let schemas = schemas(packages, &regions, &mut skipped)?;
    let database = packages.json(SERVICE_SPEC, "package/db.json.gz")?;
    let resources = spec::resources(&database)?;
    let source = std::str::from_utf8(packages.read(CFN_LINT, "cfnlint/schema/_getatts.py")?)?;
    let exceptions = pointer::Exceptions::read(source)?;

    let mut table = Writer::new();
    let mut rows = Vec::new();
    for (name, schema) in &schemas {
        let resource = resources.get(name);
        let row = row(&mut table, &mut skipped, name, schema, resource, &exceptions, &regions).with_context(|| name.clone())?;
        rows.extend(row);
    }
    for name in resources.keys().filter(|name| !schemas.contains_key(*name)) {
        skipped.count(if name.starts_with("AWS::Serverless::") { "type of SAM" } else { "type that service-spec has and the schemas have not" });
    }
    let types = table.list(WIDTH, &rows);
    let codes = table.texts(regions.keys().map(String::as_str));
    let (metrics, metric_count) = spec::metrics(&database, &mut table)?;
    let version = packages.json(CFN_LINT, &format!("{SCHEMAS}/version.json"))?;
    let date = version.get("schema_date").and_then(Value::as_str).and_then(|date| date.get(..10)).context("the schemas have no date")?;
    if date != CFN_LINT.date {
        bail!("the schemas are of {date}, and the package is pinned with the date {}", CFN_LINT.date);
    }
    let date = table.text(date);
    let bytes = table.finish(&[types, codes, metrics, date]);
    let text = index::write(crate::reader::Table::new(bytes.clone().leak()));
    let data = root.join("src/aws/data");
    fs::write(data.join("types.txt"), text)?;
    report.counts.extend([
        ("types".to_string(), schemas.len()),
        ("Regions with types".to_string(), regions.len()),
        ("metrics".to_string(), metric_count),
        ("bytes of types.bin".to_string(), bytes.len()),
    ]);
    fs::write(data.join("types.bin"), bytes)?;
    report.skipped.extend(skipped.lines().map(|line| format!("types: {line}")));
    Ok(())
}

/// The types that each Region has, with the files of their schemas. A list that is a copy of another Region's says nothing.
fn regions(packages: &Packages, skipped: &mut Skipped) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let folder = format!("{SCHEMAS}/providers/");
    let mut regions: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for path in packages.below(CFN_LINT, &folder).filter(|path| path.ends_with(".json")) {
        let code = path.trim_start_matches(&folder).trim_end_matches(".json");
        if code != "sam" {
            regions.insert(code.to_string(), serde_json::from_value(packages.json(CFN_LINT, path)?)?);
        }
    }
    let copied = regions.get(COPIED).with_context(|| format!("there is no list for {COPIED}"))?.clone();
    regions.retain(|code, types| {
        let copy = code != COPIED && *types == copied;
        if copy {
            skipped.count(format!("list of a Region's types that is a copy of {COPIED}'s: {code}"));
        }
        !copy
    });
    if regions.len() > 64 {
        bail!("{} Regions have no room in a mask of 64 bits", regions.len());
    }
    Ok(regions)
}

/// The schemas by type.
fn schemas(packages: &Packages, regions: &BTreeMap<String, BTreeMap<String, String>>, skipped: &mut Skipped) -> Result<BTreeMap<String, Value>> {
    let mut files: BTreeMap<&String, &String> = BTreeMap::new();
    for (code, types) in regions {
        for (name, file) in types {
            // One schema for all Regions, as the packages have had it; if that ends, the table needs another form.
            if files.insert(name, file).is_some_and(|other| other != file) {
                bail!("{name} has another schema in {code}");
            }
        }
    }
    let mut schemas = BTreeMap::new();
    for (name, file) in files {
        if name.starts_with("AWS::Serverless::") {
            skipped.count("type of SAM");
            continue;
        }
        let schema = packages.json(CFN_LINT, &format!("{SCHEMAS}/resources/{file}.json"))?;
        if schema.get("typeName").and_then(Value::as_str) != Some(name) {
            bail!("{file}.json is not the schema of {name}");
        }
        schemas.insert(name.clone(), schema);
    }
    Ok(schemas)
}

fn row(
    table: &mut Writer,
    skipped: &mut Skipped,
    name: &str,
    schema: &Value,
    resource: Option<&spec::Resource>,
    exceptions: &pointer::Exceptions,
    regions: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<[u32; WIDTH]> {
    let mut nodes = Nodes::new(table, skipped, schema);
    let root = nodes.root()?;
    let (attributes, in_items) = pointer::attributes(schema, name, resource, exceptions, &mut nodes)?;
    skipped.add("read-only property inside of items: no attribute", in_items);
    for keyword in ["additionalIdentifiers", "handlers", "propertyTransform", "resourceLink", "typeConfiguration"] {
        if schema.get(keyword).is_some() {
            skipped.count(format!("{keyword} of a type"));
        }
    }

    let mut mask = 0u64;
    for (bit, types) in regions.values().enumerate() {
        if types.contains_key(name) {
            mask |= 1 << bit;
        }
    }
    let mut words = vec![table.text(name), root, mask as u32, (mask >> 32) as u32];
    for list in ["readOnlyProperties", "createOnlyProperties", "conditionalCreateOnlyProperties", "writeOnlyProperties", "deprecatedProperties"] {
        let pointers = pointer::list(schema, list, skipped)?;
        words.push(table.texts(pointers.iter().map(String::as_str)));
    }
    let identifier = schema.get("primaryIdentifier").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let identifier: Vec<&str> = identifier.map(|pointer| pointer.trim_start_matches("/properties/")).collect();
    words.push(table.texts(identifier));
    words.push(table.texts(resource.into_iter().flat_map(|resource| &resource.reference).map(String::as_str)));
    let attributes: Vec<u32> = attributes.iter().flat_map(|(name, node)| [table.text(name), *node]).collect();
    words.push(table.list(2, &attributes));
    words.push(table.text(resource.map(|resource| resource.arn.as_str()).unwrap_or_default()));

    let (tag_property, form) = tags(schema, resource);
    words.push(if resource.is_some_and(|resource| resource.stateful) { STATEFUL | form } else { form });
    for pointer in ["/lifecycle/status", "/lifecycle/date"] {
        words.push(table.text(schema.pointer(pointer).and_then(Value::as_str).unwrap_or_default()));
    }
    words.push(table.text(&tag_property));
    words.push(table.text(schema.get("replacementStrategy").and_then(Value::as_str).unwrap_or_default()));
    words.try_into().map_err(|words: Vec<u32>| anyhow::anyhow!("a row has {} words", words.len()))
}

/// The property that holds a type's tags, and their form, if one can write them.
fn tags(schema: &Value, resource: Option<&spec::Resource>) -> (String, u32) {
    let none = (String::new(), 0);
    let tagging = schema.get("tagging");
    if [tagging.and_then(|tagging| tagging.get("taggable")), schema.get("taggable")].contains(&Some(&Value::Bool(false))) {
        return none;
    }
    let said = tagging.and_then(|tagging| tagging.get("tagProperty")).and_then(Value::as_str).map(str::to_string);
    let known = || resource.and_then(|resource| resource.tag_property.as_ref()).map(|name| format!("/properties/{name}"));
    let Some(pointer) = said.or_else(known) else { return none };
    let read_only = schema.get("readOnlyProperties").and_then(Value::as_array).into_iter().flatten();
    let Some((path, target)) = pointer::resolve(schema, &pointer) else { return none };
    if path.contains('/') || read_only.filter_map(Value::as_str).any(|other| other == pointer) {
        return none;
    }
    let form = match target.get("items") {
        Some(items) => {
            let item = items.get("$ref").and_then(Value::as_str).and_then(|reference| schema.pointer(reference.strip_prefix('#')?)).unwrap_or(items);
            let has = |name: &str| item.get("properties").is_some_and(|properties| properties.get(name).is_some());
            let needed = item.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let plain = has("Key") && has("Value") && needed.into_iter().all(|name| name == "Key" || name == "Value");
            if plain { TAG_LIST } else { 0 }
        }
        None if target.get("type").and_then(Value::as_str) == Some("object") => TAG_MAP,
        None => 0,
    };
    (path, form)
}
