//! Types of which an account has one in a Region.

use super::rows::Rows;
use serde::Deserialize;
use std::sync::LazyLock;

/// One row of `data/sole.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sole {
    /// `AWS::Config::ConfigurationRecorder`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What people call it.
    pub noun: String,
    /// What becomes of it when a second one is made.
    pub whose: String,
    /// Where AWS says so.
    pub source: String,
    /// When it was read there.
    pub read: String,
}

static TABLE: LazyLock<Rows<Sole>> = LazyLock::new(|| Rows::new(include_str!("data/sole.toml"), "sole", "type"));

/// The row of a type, if an account has one of it in a Region.
#[must_use]
pub fn find(resource_type: &str) -> Option<&'static Sole> {
    TABLE.find(resource_type)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        #[derive(serde::Deserialize)]
        struct File {
            sole: Vec<super::Sole>,
        }
        let file: File = toml::from_str(include_str!("data/sole.toml")).unwrap();
        assert!(file.sole.iter().all(|row| super::find(&row.resource_type).is_some()));
    }
}
