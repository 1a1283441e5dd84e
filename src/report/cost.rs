//! What a platform costs before anybody uses it: each resource by the rows of its type in the table of prices.

use crate::aws::prices::{self, HOURS, PARTITION, Price};
use crate::emit::Output;
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::model::{Model, Region, ids::Id};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a platform costs.
#[derive(Debug, Serialize)]
pub struct Costs {
    /// The day on which the prices were read.
    pub read: &'static str,
    /// `USD`
    pub currency: &'static str,
    /// The sum of what is known.
    pub month: f64,
    /// How many resources have no known price.
    pub unknown: usize,
    /// The Regions.
    pub regions: Vec<RegionCost>,
}

/// What it costs in one Region.
#[derive(Debug, Serialize)]
pub struct RegionCost {
    /// The code of the Region.
    pub region: String,
    /// The sum of what is known.
    pub month: f64,
    /// What has a price, the dearest first.
    pub lines: Vec<Line>,
    /// What is paid by its use.
    pub by_use: Vec<Line>,
    /// What has no known price.
    pub unknown: Vec<Line>,
    /// What costs nothing.
    pub free: Vec<Line>,
}

/// Resources of one kind.
#[derive(Debug, Serialize)]
pub struct Line {
    /// What is paid for.
    pub what: String,
    /// CloudFormation's type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The resources: `ledger.cluster`.
    pub resources: Vec<String>,
    /// How many units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<f64>,
    /// The list price of one, USD, and what it is for: `hour` or `month`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// `hour` or `month`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<&'static str>,
    /// All of them for a month, USD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<f64>,
    /// What it is paid by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_use: Option<&'static str>,
    /// What else is to be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
    /// The page that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
}

/// A line is of one row and one Region; without a row the price is unknown.
type Key = (usize, Option<usize>, String);

/// What a platform costs.
pub fn costs(output: &Output) -> Costs {
    let model = &output.model;
    let mut lines: BTreeMap<Key, (Option<&'static Price>, f64, Vec<String>)> = BTreeMap::new();
    let mut add = |region: Id<Region>, number: Option<usize>, row: Option<&'static Price>, units: f64, resource: ResourceRef| {
        let family = model.families.get(resource.family);
        let entry = lines.entry((region.index(), number, family.resource_type.to_string())).or_insert((row, 0.0, Vec::new()));
        entry.1 += units;
        if !entry.2.contains(&family.declared) {
            entry.2.push(family.declared.clone());
        }
    };
    for resource in output.layout.stacks.iter().flat_map(|stack| &stack.resources).copied() {
        let mut known = false;
        for (number, row) in prices::rows(&model.families.get(resource.family).resource_type).enumerate() {
            for (region, units) in charges(model, resource, row) {
                add(region, Some(number), Some(row), units, resource);
                known = true;
            }
        }
        if !known {
            add(resource.region, None, None, 1.0, resource);
        }
    }
    let regions = model.regions.iter().map(|(id, region)| {
        let mut cost =
            RegionCost { region: region.code.to_string(), month: 0.0, lines: Vec::new(), by_use: Vec::new(), unknown: Vec::new(), free: Vec::new() };
        for ((_, _, resource_type), (row, units, resources)) in lines.iter().filter(|((place, ..), _)| *place == id.index()) {
            let line = line(*row, resource_type, *units, resources.clone());
            match (row.is_some(), line.month, line.by_use) {
                (false, ..) => cost.unknown.push(line),
                (_, Some(_), _) => cost.lines.push(line),
                (_, _, Some(_)) => cost.by_use.push(line),
                _ => cost.free.push(line),
            }
        }
        cost.lines.sort_by(|a, b| b.month.partial_cmp(&a.month).unwrap_or(std::cmp::Ordering::Equal));
        cost.month = cents(cost.lines.iter().filter_map(|line| line.month).sum());
        cost
    });
    let regions: Vec<RegionCost> = regions.collect();
    Costs {
        read: prices::date(),
        currency: "USD",
        month: cents(regions.iter().map(|region| region.month).sum()),
        unknown: regions.iter().flat_map(|region| &region.unknown).map(|line| line.resources.len()).sum(),
        regions,
    }
}

fn line(row: Option<&'static Price>, resource_type: &str, units: f64, resources: Vec<String>) -> Line {
    let month = |row: &Price| row.usd.map(|usd| cents(usd * units * if row.per.as_deref() == Some("hour") { HOURS } else { 1.0 }));
    Line {
        what: row.map_or_else(|| "price unknown".into(), |row| row.what.clone()),
        resource_type: resource_type.to_string(),
        resources,
        units: row.filter(|row| row.usd.is_some()).map(|_| units),
        price: row.and_then(|row| row.usd),
        per: row.and_then(|row| row.per.as_deref()),
        month: row.and_then(month),
        by_use: row.and_then(|row| row.by_use.as_deref()),
        note: row.and_then(|row| row.note.as_deref()),
        source: row.map(|row| row.source.as_str()),
    }
}

/// Rounded to cents; the sum of nothing is not less than nothing.
fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0 + 0.0
}

/// The Regions in which a row asks for something because of a resource, and how many units; none if the row does not hold.
fn charges(model: &Model, resource: ResourceRef, row: &Price) -> Vec<(Id<Region>, f64)> {
    let confirmed = |region: Id<Region>| {
        let place = model.regions.get(region);
        place.partition == PARTITION && (row.regions.is_empty() || row.regions.iter().any(|code| *code == place.code))
    };
    let set = |path: &String| property(model, resource, path).is_some();
    let has = |(path, values): (&String, &Vec<toml::Value>)| {
        property(model, resource, path).is_some_and(|value| values.iter().any(|wanted| equals(&value, wanted)))
    };
    if !row.when.iter().all(has) || row.unless.iter().any(has) || !row.with.iter().all(set) || row.without.iter().any(set) {
        return Vec::new();
    }
    let about = match &row.of {
        Some(path) => match property(model, resource, path).as_ref().and_then(target) {
            Some(other) => other,
            None => return Vec::new(),
        },
        None => resource,
    };
    if row.without_there.iter().any(|path| property(model, about, path).is_some()) {
        return Vec::new();
    }
    if let Some(copies) = &row.copies {
        let Some(Value::List(items)) = property(model, resource, &copies.list) else { return Vec::new() };
        let code = |item: &Value| match item {
            Value::Map(map) => {
                map.get(copies.region.as_str()).and_then(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None })
            }
            _ => None,
        };
        let place = |code: smol_str::SmolStr| model.regions.iter().find(|(_, region)| region.code == code).map(|(id, _)| id);
        return items.iter().filter_map(|item| place(code(item)?)).filter(|region| confirmed(*region)).map(|region| (region, 1.0)).collect();
    }
    let units = match (&row.number, &row.count) {
        (Some(path), _) => property(model, about, path).and_then(|value| if let Value::Number(number) = value { Some(number) } else { None }),
        (_, Some(path)) => {
            property(model, about, path).and_then(|value| if let Value::List(items) = value { Some(items.len() as f64) } else { None })
        }
        _ => Some(1.0),
    };
    units.filter(|_| confirmed(resource.region)).map(|units| (resource.region, units)).into_iter().collect()
}

/// The value that a path of names leads to.
fn property(model: &Model, resource: ResourceRef, path: &str) -> Option<Value> {
    let mut names = path.split('.');
    let first = model.property(resource, names.next()?)?.clone();
    let found = names.try_fold(first, |value, name| match value {
        Value::Map(map) => map.get(name).cloned(),
        _ => None,
    })?;
    (!matches!(found, Value::None)).then_some(found)
}

fn equals(value: &Value, wanted: &toml::Value) -> bool {
    match (value, wanted) {
        (Value::Text(text), toml::Value::String(wanted)) => text.as_str() == wanted,
        (Value::Number(number), toml::Value::Integer(wanted)) => *number == *wanted as f64,
        (Value::Bool(value), toml::Value::Boolean(wanted)) => value == wanted,
        _ => false,
    }
}

/// The resource that a value names.
fn target(value: &Value) -> Option<ResourceRef> {
    match value {
        Value::Resource(resource) => Some(*resource),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => Some(*target),
            _ => None,
        },
        _ => None,
    }
}
