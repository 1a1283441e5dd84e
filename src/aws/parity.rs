//! In what a thing of the standby has to be like its counterpart.

use super::rows::Rows;
use serde::Deserialize;
use std::sync::LazyLock;

const DATA: &str = include_str!("data/parity.toml");

/// A row of `data/parity.toml`: properties of a type, dotted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parity {
    /// `AWS::Lambda::Function`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// As much as it can do.
    #[serde(default)]
    pub ceiling: Vec<String>,
    /// As much as is there at once.
    #[serde(default)]
    pub floor: Vec<String>,
    /// What has to be equal.
    #[serde(default)]
    pub same: Vec<String>,
    /// What both have, or neither.
    #[serde(default)]
    pub present: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Single {
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "rows are found by it")]
    resource_type: String,
}

static TABLE: LazyLock<Rows<Parity>> = LazyLock::new(|| Rows::new(DATA, "parity", "type"));
static SINGLE: LazyLock<Rows<Single>> = LazyLock::new(|| Rows::new(DATA, "single", "type"));

/// The row of a type, if it has one.
#[must_use]
pub fn find(resource_type: &str) -> Option<&'static Parity> {
    TABLE.find(resource_type)
}

/// Whether one Region does for all what a resource of this type does.
#[must_use]
pub fn is_single(resource_type: &str) -> bool {
    SINGLE.number(resource_type).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::schema;

    #[derive(Deserialize)]
    struct File {
        parity: Vec<Parity>,
        single: Vec<Single>,
    }

    #[test]
    fn every_row_names_what_exists() {
        let file: File = toml::from_str(DATA).unwrap();
        assert_eq!((TABLE.names().count(), SINGLE.names().count()), (file.parity.len(), file.single.len()));
        for row in &file.parity {
            let schema = schema::find(&row.resource_type).unwrap_or_else(|| panic!("there is no {}", row.resource_type));
            for path in row.ceiling.iter().chain(&row.floor).chain(&row.same).chain(&row.present) {
                let found = path.split('.').try_fold(schema.root(), |node, part| node.items().unwrap_or(node).property(part));
                assert!(found.is_some(), "{} has no {path}", row.resource_type);
            }
            assert!(find(&row.resource_type).is_some_and(|found| found.same == row.same), "{} stands in the table twice", row.resource_type);
        }
        assert!(SINGLE.names().all(|name| schema::find(name).is_some()));
    }
}
