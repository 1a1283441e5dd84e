//! What resources cost to have. Reads `data/prices.toml`, whose head explains each row and names the sources.

use super::rows::{parse, sections, text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A price, or what it is instead of one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// CloudFormation's type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What is paid for, in a few words.
    pub what: String,
    /// The list price, USD.
    pub usd: Option<f64>,
    /// What the price is for: `hour` or `month`.
    pub per: Option<String>,
    /// What it is paid by, if that depends on its use.
    #[serde(rename = "use")]
    pub by_use: Option<String>,
    /// Whether AWS asks nothing for it.
    #[serde(default)]
    pub free: bool,
    /// Properties and the values that one of them has to have.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<toml::Value>>,
    /// Properties and the values that none of them may have.
    #[serde(default)]
    pub unless: BTreeMap<String, Vec<toml::Value>>,
    /// Properties that have to be set.
    #[serde(default)]
    pub with: Vec<String>,
    /// Properties that must not be set.
    #[serde(default)]
    pub without: Vec<String>,
    /// The property that names the resource which `number`, `count` and `without_there` are about.
    pub of: Option<String>,
    /// The property that says how many.
    pub number: Option<String>,
    /// The list whose elements are counted.
    pub count: Option<String>,
    /// Properties that must not be set on the resource that `of` names.
    #[serde(default)]
    pub without_there: Vec<String>,
    /// Copies in other Regions: each costs the same there.
    pub copies: Option<Copies>,
    /// Where the price was confirmed; everywhere, if there is none.
    #[serde(default)]
    pub regions: Vec<String>,
    /// What else is to be known.
    pub note: Option<String>,
    /// The page.
    pub source: String,
    /// Where the number stands, if the page shows it to browsers only.
    pub via: Option<String>,
    /// When it was read.
    pub read: String,
}

/// A list of copies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// The list.
    pub list: String,
    /// The key of an element that says its Region.
    pub region: String,
}

const DATA: &str = include_str!("data/prices.toml");

static TABLE: LazyLock<Vec<Price>> = LazyLock::new(|| sections(DATA, "price").filter_map(parse).collect());

/// The hours of a month, by which AWS's own calculator counts.
pub const HOURS: f64 = 730.0;

/// The partition whose prices these are.
pub const PARTITION: &str = "aws";

/// The rows of a type.
pub fn rows(resource_type: &str) -> impl Iterator<Item = &'static Price> {
    TABLE.iter().filter(move |row| row.resource_type == resource_type)
}

/// The day on which the table was read.
#[must_use]
pub fn date() -> &'static str {
    sections(DATA, "price").next().and_then(|section| text(section, "read")).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::schema::{self, Schema};

    #[derive(Deserialize)]
    struct File {
        price: Vec<Price>,
    }

    /// Whether a path leads to a property of a type.
    fn leads(schema: Schema, path: &str) -> bool {
        path.split('.').try_fold(schema.root(), |node, name| node.property(name)).is_some()
    }

    #[test]
    fn every_row_is_about_something_that_exists() {
        let file: File = toml::from_str(DATA).unwrap();
        assert_eq!(TABLE.len(), file.price.len());
        assert!(TABLE.len() > 60, "{}", TABLE.len());
        for row in TABLE.iter() {
            let name = format!("{}: {}", row.resource_type, row.what);
            let schema = schema::find(&row.resource_type).unwrap_or_else(|| panic!("{name}: no such type"));
            let own = row.when.keys().chain(row.unless.keys()).chain(&row.with).chain(&row.without).chain(&row.of);
            let own = own.chain(row.copies.as_ref().map(|copies| &copies.list));
            let about: Vec<&String> = row.number.iter().chain(&row.count).chain(&row.without_there).collect();
            let (here, there) = if row.of.is_some() { (Vec::new(), about) } else { (about, Vec::new()) };
            for path in own.chain(here) {
                assert!(leads(schema, path), "{name}: no property {path}");
            }
            // What `of` names is of some type that has the properties.
            for path in there {
                assert!(schema::names().filter_map(schema::find).any(|schema| leads(schema, path)), "{name}: no property {path}");
            }
            let kinds = [row.usd.is_some(), row.by_use.is_some(), row.free].iter().filter(|kind| **kind).count();
            assert_eq!(kinds, 1, "{name}: a price, what it is paid by, or free");
            assert_eq!(row.usd.is_some(), row.per.is_some(), "{name}");
            assert!(row.per.as_deref().is_none_or(|per| ["hour", "month"].contains(&per)), "{name}");
            assert!(row.source.starts_with("https://") && row.read.len() == 10, "{name}: no source");
            for region in &row.regions {
                assert!(crate::aws::regions::find(region).is_some_and(|known| known.partition == PARTITION), "{name}: {region}");
            }
        }
    }
}
