//! Kinds of ids and texts that a parameter may have.

use serde::Deserialize;
use std::sync::LazyLock;

/// One row of `data/kinds.toml`.
#[derive(Debug, Deserialize)]
pub struct ValueKind {
    /// `HostedZoneId`
    pub name: String,
    /// CloudFormation's parameter type.
    pub parameter_type: String,
    /// A pattern for the whole value.
    pub pattern: Option<String>,
}

#[derive(Deserialize)]
struct File {
    kind: Vec<ValueKind>,
}

static TABLE: LazyLock<Vec<ValueKind>> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("data/kinds.toml"));
    file.map(|file| file.kind).unwrap_or_default()
});

/// The kind of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ValueKind> {
    TABLE.iter().find(|kind| kind.name == name)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|kind| kind.name.as_str())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        let file: super::File = toml::from_str(include_str!("data/kinds.toml")).unwrap();
        assert!(file.kind.len() > 10);
    }
}
