//! How the `aws` command spells services, operations and members. Reads `data/cli.toml`, whose head names the sources.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::api::{Operation, Service};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    joined: Vec<String>,
    options: Vec<String>,
    file: Vec<String>,
    commands: BTreeMap<String, String>,
    renamed: BTreeMap<String, String>,
}

static TABLE: LazyLock<File> = LazyLock::new(|| toml::from_str(include_str!("data/cli.toml")).unwrap_or_default());

/// The command of a service: `rds`, `s3api`.
#[must_use]
pub fn command(service: Service) -> &'static str {
    TABLE.commands.get(service.api_name()).map_or_else(|| service.api_name(), String::as_str)
}

/// The sub-command of an operation: `failover-global-cluster`.
#[must_use]
pub fn subcommand(operation: Operation) -> String {
    let mut name = operation.api_name().to_string();
    for word in &TABLE.joined {
        if let Some((at, letters)) = name.find(word.as_str()).map(|at| (at, word.len())) {
            let lower = word.to_lowercase();
            let mut letters_of = lower.chars();
            let one: String = letters_of.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters_of).collect();
            name.replace_range(at..at + letters, &one);
        }
    }
    hyphenated(&name)
}

/// The option of a member of a request by its name in the API, without the hyphens before it; none if `aws` means something else by an
/// option of this name: such a member is handed over as JSON.
#[must_use]
pub fn option(service: Service, member: &str) -> Option<String> {
    if let Some(name) = TABLE.renamed.get(&format!("{}.{member}", service.api_name())) {
        return Some(name.clone());
    }
    Some(hyphenated(member)).filter(|name| !name.starts_with('-') && !TABLE.options.contains(name))
}

/// Whether the command writes the answer into a file, whose name stands behind the options.
#[must_use]
pub fn writes_file(operation: Operation) -> bool {
    let key = format!("{}.{}", operation.service().name(), operation.name());
    TABLE.file.contains(&key)
}

/// A name in small letters, its words with hyphens between them: `DBClusterARNs` gives `db-cluster-arns`.
fn hyphenated(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is = |at: usize, what: fn(&char) -> bool| letters.get(at).is_some_and(what);
    // An abbreviation in the plural at the end is one word.
    let plural = letters.len().checked_sub(1).filter(|last| letters.get(*last) == Some(&'s'));
    let mut abbreviation = plural.unwrap_or(letters.len());
    while abbreviation > 0 && is(abbreviation - 1, char::is_ascii_uppercase) {
        abbreviation -= 1;
    }
    let abbreviation = plural.filter(|last| last - abbreviation >= 2).map(|_| abbreviation);
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let inside = abbreviation.is_some_and(|start| at > start);
        let starts = letter.is_ascii_uppercase() && !inside && at > 0;
        let after_small = starts && is(at - 1, |c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let before_small = starts && is(at + 1, char::is_ascii_lowercase) && abbreviation != Some(at);
        if (after_small || before_small || abbreviation == Some(at)) && !out.ends_with('-') {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::api;

    #[test]
    fn the_table_can_be_read() {
        let file: File = toml::from_str(include_str!("data/cli.toml")).unwrap();
        for name in file.commands.keys() {
            assert!(api::services().any(|service| service.api_name() == name), "{name}");
        }
        for name in &file.file {
            let (service, operation) = name.split_once('.').unwrap();
            assert!(api::service(service).is_some_and(|service| service.operation(operation).is_some()), "{name}");
        }
        for name in file.renamed.keys() {
            let service = api::services().find(|service| Some(service.api_name()) == name.split('.').next());
            assert!(service.is_some(), "{name}");
        }
    }

    #[test]
    fn names_are_spelled_as_the_command_does() {
        // Given by botocore's `xform_name`.
        for (name, spelled) in [
            ("TargetDBClusterIdentifier", "target-db-cluster-identifier"),
            ("DBClusterARNs", "db-cluster-arns"),
            ("GatewayARNs", "gateway-arns"),
            ("ListWebACLs", "list-web-acls"),
            ("KMSKeyId", "kms-key-id"),
            ("SSEKMSKeyId", "ssekms-key-id"),
            ("EnableIAMDatabaseAuthentication", "enable-iam-database-authentication"),
            ("HTTPSPort", "https-port"),
            ("S3Bucket", "s3-bucket"),
            ("Sha256Hash", "sha256-hash"),
            ("VPCs", "-vpcs"),
            ("desiredCount", "desired-count"),
            ("TTL", "ttl"),
            ("IPv6CidrBlock", "i-pv6-cidr-block"),
        ] {
            assert_eq!(hyphenated(name), spelled, "{name}");
        }
        let operation = |service, name| api::service(service).unwrap().operation(name).unwrap();
        assert_eq!(subcommand(operation("rds", "failoverGlobalCluster")), "failover-global-cluster");
        assert_eq!(subcommand(operation("rds", "describeDBClusters")), "describe-db-clusters");
        assert_eq!(subcommand(operation("dynamodb", "batchExecuteStatement")), "batch-execute-statement");
        assert_eq!(command(api::service("s3").unwrap()), "s3api");
        assert_eq!(command(api::service("sfn").unwrap()), "stepfunctions");
        assert!(writes_file(operation("lambda", "invoke")) && !writes_file(operation("rds", "describeDBClusters")));
        let sns = api::service("sns").unwrap();
        assert_eq!(option(sns, "TopicArn").as_deref(), Some("topic-arn"));
        assert_eq!(option(sns, "Endpoint").as_deref(), Some("notification-endpoint"));
        assert_eq!(option(api::service("eks").unwrap(), "version"), None);
    }
}
