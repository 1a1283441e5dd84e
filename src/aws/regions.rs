//! AWS Regions and their partitions.

use serde::Deserialize;
use std::sync::LazyLock;

/// One row of `data/regions.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsRegion {
    /// `us-east-1`
    pub code: String,
    /// `aws`, `aws-cn`, `aws-us-gov` ...
    pub partition: String,
    /// Whether an account has to enable it first.
    #[serde(default)]
    pub opt_in: bool,
    /// Whether AWS has only said that it will come.
    #[serde(default)]
    pub announced: bool,
}

/// A partition of AWS: accounts and names in one know nothing of another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// `aws`
    pub name: String,
    /// What `AWS::URLSuffix` is: `amazonaws.com`
    pub dns_suffix: String,
}

#[derive(Default, Deserialize)]
struct File {
    partition: Vec<Partition>,
    region: Vec<AwsRegion>,
}

static TABLE: LazyLock<File> = LazyLock::new(|| toml::from_str(include_str!("data/regions.toml")).unwrap_or_default());

/// The Region with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static AwsRegion> {
    TABLE.region.iter().find(|region| region.code == code)
}

/// All codes.
pub fn codes() -> impl Iterator<Item = &'static str> {
    TABLE.region.iter().map(|region| region.code.as_str())
}

/// What `AWS::URLSuffix` is in a partition.
#[must_use]
pub fn dns_suffix(partition: &str) -> &'static str {
    TABLE.partition.iter().find(|row| row.name == partition).map_or("amazonaws.com", |row| &row.dns_suffix)
}

/// What `AWS::URLSuffix` is in any of the partitions.
pub fn suffixes() -> impl Iterator<Item = &'static str> {
    TABLE.partition.iter().map(|row| row.dns_suffix.as_str())
}

#[cfg(test)]
mod tests {
    use super::{File, TABLE, dns_suffix, find};
    use std::collections::BTreeSet;

    #[test]
    fn the_table_can_be_read() {
        let file: File = toml::from_str(include_str!("data/regions.toml")).unwrap();
        assert_eq!((file.partition.len(), file.region.len()), (8, 48));
        let partitions: BTreeSet<&str> = file.partition.iter().map(|partition| partition.name.as_str()).collect();
        assert!(file.region.iter().all(|region| partitions.contains(region.partition.as_str())));
        let codes: BTreeSet<&str> = super::codes().collect();
        assert_eq!(codes.len(), TABLE.region.len(), "a Region has two rows");
    }

    #[test]
    fn regions_are_what_aws_says() {
        for (code, partition, opt_in) in [
            ("us-east-1", "aws", false),
            ("ap-northeast-3", "aws", false),
            ("eu-north-1", "aws", false),
            ("me-south-1", "aws", true),
            ("mx-central-1", "aws", true),
            ("cn-north-1", "aws-cn", false),
            ("us-gov-east-1", "aws-us-gov", false),
            ("us-isob-west-1", "aws-iso-b", false),
            ("eusc-de-east-1", "aws-eusc", false),
        ] {
            let row = find(code).unwrap();
            assert_eq!((row.partition.as_str(), row.opt_in, row.announced), (partition, opt_in, false), "{code}");
        }
        assert!(find("sa-west-1").unwrap().announced && find("me-west-1").unwrap().announced);
        assert_eq!(TABLE.region.iter().filter(|row| row.partition == "aws" && !row.opt_in && !row.announced).count(), 17);
        assert_eq!(
            ["aws", "aws-cn", "aws-us-gov", "aws-eusc"].map(dns_suffix),
            ["amazonaws.com", "amazonaws.com.cn", "amazonaws.com", "amazonaws.eu"]
        );
    }
}
