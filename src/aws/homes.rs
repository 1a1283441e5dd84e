//! Where things are that a template makes: of the Region of their stack, in several Regions, or of none.

use super::rows;
use super::schema::{self, Schema};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::sync::LazyLock;

const DATA: &str = include_str!("data/homes.toml");

/// A row of `data/homes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// The types, or whole services (`AWS::IAM::`).
    pub types: Vec<String>,
    /// What is lost with a Region.
    pub home: Kind,
    /// The property that lists further Regions.
    pub list: Option<String>,
    /// What names the Region in an element of that list.
    pub key: Option<String>,
    /// Only if a property has a value.
    #[serde(rename = "where")]
    pub only: Option<Setting>,
    /// Only if a resource of these types refers to it.
    #[serde(default)]
    pub with: Vec<String>,
    /// The service of `control_planes.toml` that makes and changes it.
    pub plane: Option<String>,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// Where a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In no Region in particular.
    Global,
    /// In the Region of its stack and in those that it lists.
    Listed,
    /// In the Region of its stack.
    Region,
}

/// A property and its value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The property, dotted.
    pub property: String,
    /// The value.
    pub value: String,
}

struct Table {
    rows: Vec<Home>,
    types: FxHashMap<String, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<Home> = rows::sections(DATA, "home").filter_map(rows::parse).collect();
    let named = rows.iter().enumerate().flat_map(|(at, row)| row.types.iter().map(move |name| (name.clone(), at)));
    let types = named.collect();
    Table { rows, types }
});

/// The row of a type, or that of its service.
#[must_use]
pub fn find(resource_type: &str) -> Option<&'static Home> {
    let service = || resource_type.rsplit_once("::").map(|(service, _)| format!("{service}::"));
    let at = TABLE.types.get(resource_type).copied().or_else(|| TABLE.types.get(&service()?).copied())?;
    TABLE.rows.get(at)
}

/// The schemas of the types of a row.
#[must_use]
pub fn schemas(row: &Home) -> Vec<Schema> {
    let of = |name: &String| match name.strip_suffix("::") {
        Some(_) => schema::names().filter(|known| known.starts_with(name.as_str())).filter_map(schema::find).collect(),
        None => schema::find(name).into_iter().collect::<Vec<_>>(),
    };
    row.types.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::control_planes;

    #[test]
    fn every_row_names_what_exists() {
        #[derive(Deserialize)]
        struct File {
            home: Vec<Home>,
        }
        let file: File = toml::from_str(DATA).unwrap();
        assert_eq!(file.home.len(), TABLE.rows.len());
        assert_eq!(TABLE.types.len(), file.home.iter().map(|row| row.types.len()).sum::<usize>(), "a type stands in the table twice");
        for row in &file.home {
            assert!(row.types.iter().all(|name| name.ends_with("::") || schema::find(name).is_some()), "{:?}", row.types);
            assert!(!schemas(row).is_empty(), "{:?}", row.types);
            assert!(row.source.starts_with("https://") && row.read.len() == 10, "{:?}", row.types);
            assert_eq!(row.list.is_some() && row.key.is_some(), row.home == Kind::Listed, "{:?}", row.types);
            for schema in schemas(row) {
                let root = schema.root();
                if let (Some(list), Some(key)) = (&row.list, &row.key) {
                    let element = root.property(list).and_then(|node| node.items()).unwrap();
                    assert!(element.property(key).is_some(), "{}: {list}.{key}", schema.name());
                }
                assert!(row.only.as_ref().is_none_or(|only| root.property(&only.property).is_some()), "{}", schema.name());
            }
            assert!(row.with.iter().all(|name| schema::find(name).is_some()), "{:?}", row.with);
            assert!(row.plane.as_ref().is_none_or(|plane| control_planes::of_service(plane).is_some()), "{:?}", row.plane);
        }
    }

    #[test]
    fn a_type_is_of_its_service() {
        let kind = |name: &str| find(name).map(|row| row.home);
        assert_eq!(kind("AWS::IAM::Role"), Some(Kind::Global));
        assert_eq!(kind("AWS::DynamoDB::GlobalTable"), Some(Kind::Listed));
        assert_eq!(kind("AWS::DynamoDB::Table"), None);
        assert_eq!(kind("AWS::Route53Resolver::ResolverRule"), None);
    }
}
