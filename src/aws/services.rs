//! Names of services in Step Functions, in IAM and in error names.

use serde::Deserialize;
use std::sync::LazyLock;

/// One row of `data/services.toml`.
#[derive(Debug, Deserialize)]
pub struct Service {
    /// Step Functions' name: `eventbridge`
    pub name: String,
    /// The prefix of IAM actions: `events`
    pub iam: Option<String>,
    /// The prefix of error names: `EventBridge`
    pub errors: Option<String>,
}

/// An operation whose permission has another name.
#[derive(Debug, Deserialize)]
pub struct OperationActions {
    /// `lambda.invoke`
    pub operation: String,
    /// `["lambda:InvokeFunction"]`
    pub actions: Vec<String>,
}

#[derive(Default, Deserialize)]
struct File {
    #[serde(default)]
    service: Vec<Service>,
    #[serde(default)]
    operation: Vec<OperationActions>,
}

static TABLE: LazyLock<File> = LazyLock::new(|| toml::from_str(include_str!("data/services.toml")).unwrap_or_default());

/// Actions of one service that IAM knows no resources for: a row of `data/unscoped.toml`.
#[derive(Deserialize)]
struct Unscoped {
    prefix: String,
    actions: Vec<String>,
}

#[derive(Default, Deserialize)]
struct UnscopedFile {
    service: Vec<Unscoped>,
}

static UNSCOPED: LazyLock<UnscopedFile> = LazyLock::new(|| toml::from_str(include_str!("data/unscoped.toml")).unwrap_or_default());

/// Whether a statement for this action (`rds:DescribeDBClusters`) can name resources; otherwise it has to say `*`.
#[must_use]
pub fn takes_resources(action: &str) -> bool {
    let Some((prefix, name)) = action.split_once(':') else { return true };
    let row = UNSCOPED.service.iter().find(|row| row.prefix == prefix);
    !row.is_some_and(|row| row.actions.iter().any(|known| known == name))
}

/// How Step Functions spells a member of a request or a result that is written otherwise: with a capital letter, and an
/// abbreviation at its beginning as a word (`Uuid`, `DbClusterIdentifier`).
#[must_use]
pub fn respelled_member(name: &str) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    let capitals = letters.iter().take_while(|letter| letter.is_ascii_uppercase()).count();
    let small = letters.first().is_some_and(char::is_ascii_lowercase);
    if capitals < 3 && !small {
        return None;
    }
    let next_word = letters.get(capitals).is_some_and(char::is_ascii_lowercase);
    let run = if next_word { capitals.saturating_sub(1) } else { capitals };
    let spell = |(at, letter): (usize, &char)| match at {
        0 => letter.to_ascii_uppercase(),
        _ if at < run => letter.to_ascii_lowercase(),
        _ => *letter,
    };
    Some(letters.iter().enumerate().map(spell).collect())
}

/// The row of a service, if the table has it.
#[must_use]
pub fn find(name: &str) -> Option<&'static Service> {
    TABLE.service.iter().find(|service| service.name == name)
}

/// The IAM actions that a call needs: those of the table, else prefix and operation.
#[must_use]
pub fn actions(service: &str, operation: &str) -> Vec<String> {
    let key = format!("{service}.{operation}");
    if let Some(row) = TABLE.operation.iter().find(|row| row.operation == key) {
        return row.actions.clone();
    }
    let prefix = find(service).and_then(|service| service.iam.clone()).unwrap_or_else(|| service.to_string());
    let mut characters = operation.chars();
    let name: String = characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect();
    vec![format!("{prefix}:{name}")]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        let file: super::File = toml::from_str(include_str!("data/services.toml")).unwrap();
        assert!(file.service.len() > 5);
        assert_eq!(super::actions("rds", "failoverGlobalCluster"), ["rds:FailoverGlobalCluster"]);
        assert_eq!(super::actions("lambda", "invoke"), ["lambda:InvokeFunction"]);
        assert!(!super::takes_resources("elasticloadbalancing:DescribeTargetHealth"));
        assert!(super::takes_resources("rds:DescribeDBClusters"));
        let respelled = |name| super::respelled_member(name);
        assert_eq!(respelled("UUID").as_deref(), Some("Uuid"));
        assert_eq!(respelled("DBClusterIdentifier").as_deref(), Some("DbClusterIdentifier"));
        assert_eq!(respelled("desiredCount").as_deref(), Some("DesiredCount"));
        assert_eq!(respelled("SSES3").as_deref(), Some("Sses3"));
        assert!(["ETag", "XRayNodeName", "TargetGroupARNs", "VCpuCount", "X"].iter().all(|name| respelled(name).is_none()));
    }
}
