//! AWS Regions and their partitions.

use serde::Deserialize;
use std::sync::LazyLock;

/// One row of `data/regions.toml`.
#[derive(Debug, Deserialize)]
pub struct AwsRegion {
    /// `us-east-1`
    pub code: String,
    /// `aws`, `aws-cn`, `aws-us-gov` ...
    pub partition: String,
}

#[derive(Deserialize)]
struct File {
    region: Vec<AwsRegion>,
}

static TABLE: LazyLock<Vec<AwsRegion>> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("data/regions.toml"));
    file.map(|file| file.region).unwrap_or_default()
});

/// The Region with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static AwsRegion> {
    TABLE.iter().find(|region| region.code == code)
}

/// All codes.
pub fn codes() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|region| region.code.as_str())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        let file: super::File = toml::from_str(include_str!("data/regions.toml")).unwrap();
        assert!(file.region.len() > 30);
    }
}
