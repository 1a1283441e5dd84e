//! Physical names: their lengths, their characters, and where they are unique.

use super::rows::Rows;
use serde::Deserialize;
use std::sync::LazyLock;

/// Where a name can be there once only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unique {
    /// In the account's Region.
    Region,
    /// In the account, over all Regions.
    Account,
    /// Among all accounts of the partition.
    Global,
    /// In what the property `within` names.
    Parent,
    /// Nowhere: several may have it.
    None,
}

/// One row of `data/names.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRule {
    /// `AWS::S3::Bucket`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// `BucketName`
    pub property: String,
    /// `bucket`
    pub noun: String,
    /// Least number of characters.
    pub minimum: usize,
    /// Most characters.
    pub maximum: Option<usize>,
    /// A pattern for the whole name.
    pub pattern: Option<String>,
    /// Where the name is unique.
    pub unique: Unique,
    /// The property that names what the name belongs to.
    pub within: Option<String>,
    /// Types with the same word share their names.
    pub space: Option<String>,
    /// Whether names that differ in case only are the same.
    #[serde(default)]
    pub folded: bool,
    /// Beginnings that AWS keeps for itself.
    #[serde(default)]
    pub forbidden: Vec<String>,
    /// Where AWS says so.
    pub source: String,
}

static TABLE: LazyLock<Rows<NameRule>> = LazyLock::new(|| Rows::new(include_str!("data/names.toml"), "name", "type"));

/// All rows.
pub fn all() -> impl Iterator<Item = &'static NameRule> {
    TABLE.names().filter_map(|name| TABLE.find(name))
}

/// The row with a number.
#[must_use]
pub fn row(at: usize) -> Option<&'static NameRule> {
    TABLE.row(at)
}

/// The number of the row of a type, if its names are known.
#[must_use]
pub fn find(resource_type: &str) -> Option<usize> {
    TABLE.number(resource_type)
}

/// The row of stacks.
#[must_use]
pub fn stacks() -> Option<usize> {
    find("AWS::CloudFormation::Stack")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        #[derive(serde::Deserialize)]
        struct File {
            #[serde(rename = "name")]
            rows: Vec<super::NameRule>,
        }
        let file: File = toml::from_str(include_str!("data/names.toml")).unwrap();
        assert!(file.rows.len() > 60);
        let mut types: Vec<&str> = file.rows.iter().map(|row| row.resource_type.as_str()).collect();
        let sorted = {
            let mut sorted = types.clone();
            sorted.sort_by_key(|name| name.to_lowercase());
            sorted
        };
        assert_eq!(types, sorted, "the rows are sorted by type");
        types.dedup();
        assert_eq!(types.len(), file.rows.len(), "a type stands in the table twice");
        for row in &file.rows {
            assert!(row.maximum.is_none_or(|most| most >= row.minimum), "{}", row.resource_type);
            assert!(row.unique != super::Unique::Parent || row.within.is_some(), "{}", row.resource_type);
            assert!(!row.source.is_empty() && !row.noun.is_empty(), "{}", row.resource_type);
        }
        assert!(super::stacks().is_some());
    }

    #[test]
    fn every_name_property_has_a_row() {
        let types = include_str!("data/types.toml");
        for row in types.split("[[type]]").filter(|row| row.contains("name_property")) {
            let value = |key: &str| row.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix("= ")).map(|text| text.trim_matches('"'));
            let name = value("name ").unwrap();
            let rule = super::find(name).and_then(super::row);
            assert_eq!(rule.map(|rule| rule.property.as_str()), value("name_property "), "{name}");
        }
    }
}
