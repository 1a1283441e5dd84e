//! Where the schemas are not the last word: sets of values that AWS extends all the time, and lengths that are measured elsewhere.

use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Default, Deserialize)]
struct File {
    properties: Vec<String>,
    measured: Vec<String>,
}

static TABLE: LazyLock<File> = LazyLock::new(|| toml::from_str(include_str!("data/growing.toml")).unwrap_or_default());

/// Whether the values of a property with this name are such a set.
#[must_use]
pub fn is_growing(property: &str) -> bool {
    TABLE.properties.iter().any(|known| known == property)
}

/// Whether the length of a property with this name is measured elsewhere.
#[must_use]
pub fn is_measured(property: &str) -> bool {
    TABLE.measured.iter().any(|known| known == property)
}
