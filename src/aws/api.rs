//! What Step Functions can call, and what each call takes, gives and fails with: reads `data/api.bin`, whose form `xtask/src/api` describes.
//!
//! Sources: botocore 1.44.5 (17 November 2026, Apache-2.0) for the APIs; `data/step_functions.toml` for what Step Functions has of them. How
//! Step Functions spells a name: `spelling.rs`.

use super::spelling::{is_reserved, spelled, spelled_member};
use super::table::{Table, Words};
use std::cmp::Ordering;

static BYTES: &[u8] = include_bytes!("data/api.bin");

fn table() -> Table {
    Table::new(BYTES)
}

/// The errors that Step Functions itself reports, whatever is called. Source: developer guide, "Handling errors in Step Functions workflows"
/// (read on 28 November 2026).
pub const STATES_ERRORS: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

/// Whether Step Functions has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It has.
    Supported,
    /// It has not, for this reason.
    Unsupported(&'static str),
    /// It is newer than the list of services that was read.
    Unknown,
}

/// A service.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    row: Words,
}

/// The service that Step Functions knows by this name: `rds`.
#[must_use]
pub fn service(name: &str) -> Option<Service> {
    table().search(table().root(0), 8, name).map(|row| Service { row })
}

/// The service that something else knows by this name: botocore (`events`) or IAM (`elasticfilesystem`).
#[must_use]
pub fn service_called(name: &str) -> Option<Service> {
    let named = |service: &Service| service.api_name() == name || service.iam_prefix() == Some(name);
    services().find(|service| service.api_name() == name).or_else(|| services().find(named))
}

/// All services, sorted by name.
pub fn services() -> impl Iterator<Item = Service> {
    table().list(table().root(0), 8).map(|row| Service { row })
}

/// The date of the API models: `2026-11-17`.
#[must_use]
pub fn date() -> &'static str {
    table().text(table().root(2))
}

/// The month of the list of services that Step Functions has: `2025-03`.
#[must_use]
pub fn list_date() -> &'static str {
    table().text(table().root(3))
}

impl Service {
    fn text(self, at: usize) -> &'static str {
        table().text(self.row.get(at))
    }

    /// Step Functions' name: `eventbridge`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.text(0)
    }

    /// The name of the API's model in botocore: `events`.
    #[must_use]
    pub fn api_name(self) -> &'static str {
        self.text(1)
    }

    /// The prefix of its IAM actions, if it is known: `events`.
    #[must_use]
    pub fn iam_prefix(self) -> Option<&'static str> {
        Some(self.text(2)).filter(|prefix| !prefix.is_empty())
    }

    /// The beginning of its errors' names: `EventBridge`.
    #[must_use]
    pub fn error_prefix(self) -> &'static str {
        self.text(3)
    }

    /// Whether Step Functions has it.
    #[must_use]
    pub fn support(self) -> Support {
        match self.row.get(4) {
            0 => Support::Supported,
            1 => Support::Unsupported(self.text(5)),
            _ => Support::Unknown,
        }
    }

    /// Whether the table has what its operations take, give and fail with; else it has their names only.
    #[must_use]
    pub fn details(self) -> bool {
        self.row.get(7) & 1 == 1
    }

    fn width(self) -> usize {
        if self.details() { 4 } else { 1 }
    }

    /// The operation that Step Functions knows by this name: `failoverGlobalCluster`.
    #[must_use]
    pub fn operation(self, name: &str) -> Option<Operation> {
        let list = table().list(self.row.get(6), self.width());
        let (mut low, mut high) = (0, list.count_items());
        while low < high {
            let middle = low.midpoint(high);
            let row = list.item(middle);
            match spelled(table().text(row.get(0)), false).cmp(name.bytes()) {
                Ordering::Equal => return Some(Operation { service: self, row }),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All its operations, sorted by Step Functions' name.
    pub fn operations(self) -> impl Iterator<Item = Operation> {
        table().list(self.row.get(6), self.width()).map(move |row| Operation { service: self, row })
    }

    /// All errors that its operations declare, as Step Functions spells them, sorted.
    #[must_use]
    pub fn errors(self) -> Vec<String> {
        let mut errors: Vec<String> = self.operations().flat_map(Operation::errors).collect();
        errors.sort();
        errors.dedup();
        errors
    }

    /// The names of all its operations, as Step Functions spells them.
    pub fn operation_names(self) -> impl Iterator<Item = String> {
        self.operations().map(Operation::name)
    }
}

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    service: Service,
    row: Words,
}

impl Operation {
    /// The service that has it.
    #[must_use]
    pub fn service(self) -> Service {
        self.service
    }

    /// As a `call` names it: `describeDBClusters`.
    #[must_use]
    pub fn name(self) -> String {
        spelled(self.api_name(), false).map(char::from).collect()
    }

    /// As the API names it: `DescribeDBClusters`.
    #[must_use]
    pub fn api_name(self) -> &'static str {
        table().text(self.row.get(0))
    }

    fn shape(self, at: usize) -> Shape {
        Shape { position: if self.service.details() { self.row.get(at) } else { 0 } }
    }

    /// What it takes; anything, if the table has no details of the service.
    #[must_use]
    pub fn input(self) -> Shape {
        self.shape(1)
    }

    /// What it gives; anything, if the table has no details of the service.
    #[must_use]
    pub fn output(self) -> Shape {
        self.shape(2)
    }

    /// The errors that its API declares, as Step Functions spells them: `Rds.GlobalClusterNotFoundException`. Every operation can fail with
    /// others too, of which no API says anything.
    pub fn errors(self) -> impl Iterator<Item = String> {
        let list = if self.service.details() { self.row.get(3) } else { 0 };
        table().list(list, 1).map(move |error| format!("{}.{}", self.service.error_prefix(), table().text(error.get(0))))
    }

    fn special(self) -> Option<Words> {
        let key = format!("{}.{}", self.service.name(), self.name());
        table().search(table().root(1), 3, &key)
    }

    /// Whether Step Functions has it, if it has the service.
    #[must_use]
    pub fn support(self) -> Support {
        match self.special().map(|row| table().text(row.get(1))) {
            Some(reason) if !reason.is_empty() => Support::Unsupported(reason),
            _ => Support::Supported,
        }
    }

    /// The actions that a call needs where they are not the one of its own name.
    pub(super) fn other_actions(self) -> Vec<&'static str> {
        let list = self.special().map_or(0, |row| row.get(2));
        table().list(list, 1).map(|action| table().text(action.get(0))).collect()
    }
}

/// What kind of value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeKind {
    /// Anything: a free document, or nothing is known.
    Document,
    /// Members with names.
    Structure,
    /// Elements of one shape.
    List,
    /// Values of one shape by keys of the author's choice.
    Map,
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Bytes; Step Functions takes and gives them as text or as JSON.
    Blob,
    /// A point in time, as text.
    Timestamp,
}

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    position: u32,
}

impl Shape {
    fn words(self) -> Words {
        table().at(self.position)
    }

    /// The form of anything.
    #[must_use]
    pub fn anything() -> Self {
        Self { position: 0 }
    }

    /// What kind of value it is.
    #[must_use]
    pub fn kind(self) -> ShapeKind {
        match self.words().get(0) & 15 {
            1 => ShapeKind::Structure,
            2 => ShapeKind::List,
            3 => ShapeKind::Map,
            4 => ShapeKind::String,
            5 => ShapeKind::Integer,
            6 => ShapeKind::Number,
            7 => ShapeKind::Boolean,
            8 => ShapeKind::Blob,
            9 => ShapeKind::Timestamp,
            _ => ShapeKind::Document,
        }
    }

    /// Whether exactly one of its members has to be there.
    #[must_use]
    pub fn one_member(self) -> bool {
        self.words().get(0) & 1 << 7 != 0
    }

    /// The members of a structure, in the order of the API.
    pub fn members(self) -> impl Iterator<Item = Member> {
        let list = if self.kind() == ShapeKind::Structure { self.words().get(1) } else { 0 };
        table().list(list, 2).map(|row| Member { row })
    }

    /// The member of a structure that Step Functions spells so.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Member> {
        self.members().find(|member| member.is_called(name))
    }

    /// The form of what a structure or map has under this name; of anything, if that is not known.
    #[must_use]
    pub fn inside(self, name: &str) -> Self {
        match self.kind() {
            ShapeKind::Structure => self.member(name).map_or(Self::anything(), Member::shape),
            ShapeKind::Map => self.element(),
            _ => Self::anything(),
        }
    }

    /// The form of a list's elements or a map's values; else of anything.
    #[must_use]
    pub fn element(self) -> Self {
        let position = match self.kind() {
            ShapeKind::List => self.words().get(1),
            ShapeKind::Map => self.words().get(2),
            _ => 0,
        };
        Self { position }
    }

    /// The form of a map's keys; else of anything.
    #[must_use]
    pub fn key(self) -> Self {
        Self { position: if self.kind() == ShapeKind::Map { self.words().get(1) } else { 0 } }
    }

    /// The word that stands for a property of which this is the bit; 0 if it has none.
    fn property(self, bit: u32) -> u32 {
        let words = self.words();
        let first = words.get(0);
        if first & 1 << bit == 0 {
            return 0;
        }
        let held = match self.kind() {
            ShapeKind::Structure | ShapeKind::List => 1,
            ShapeKind::Map => 2,
            _ => 0,
        };
        let before = (4..bit).filter(|other| first & 1 << other != 0).count();
        words.get(1 + held + before)
    }

    /// The values that a text can have; none if it can have any.
    pub fn enumeration(self) -> impl Iterator<Item = &'static str> {
        table().list(self.property(4), 1).map(|value| table().text(value.get(0)))
    }

    /// The least number, length or count.
    #[must_use]
    pub fn minimum(self) -> Option<f64> {
        table().text(self.property(5)).parse().ok()
    }

    /// The greatest number, length or count.
    #[must_use]
    pub fn maximum(self) -> Option<f64> {
        table().text(self.property(6)).parse().ok()
    }

    /// Where it stands in the table: equal shapes stand in one place.
    #[must_use]
    pub fn position(self) -> u32 {
        self.position
    }
}

/// A member of a structure.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    row: Words,
}

impl Member {
    /// The API's name, and another one of the SDK's.
    fn names(self) -> (&'static str, Option<&'static str>) {
        let text = table().text(self.row.get(0) >> 1);
        text.split_once('=').map_or((text, None), |(api_name, name)| (api_name, Some(name)))
    }

    /// As Step Functions spells it: `DbClusterIdentifier`.
    #[must_use]
    pub fn name(self) -> String {
        let (api_name, other) = self.names();
        other.map_or_else(|| spelled_member(api_name), str::to_string)
    }

    /// As the API spells it: `DBClusterIdentifier`.
    #[must_use]
    pub fn api_name(self) -> &'static str {
        self.names().0
    }

    /// Whether a call without it is refused.
    #[must_use]
    pub fn required(self) -> bool {
        self.row.get(0) & 1 == 1
    }

    /// What it holds.
    #[must_use]
    pub fn shape(self) -> Shape {
        Shape { position: self.row.get(1) }
    }

    /// Whether Step Functions spells it so. Where nobody knows whether it follows the SDK, what the API has passes too.
    fn is_called(self, name: &str) -> bool {
        let (api_name, other) = self.names();
        if other.is_some() {
            return other == Some(name) || api_name == name || spelled(api_name, true).eq(name.bytes());
        }
        if api_name.eq_ignore_ascii_case("equals") {
            return name == "EqualsValue";
        }
        let plain = if is_reserved(api_name) { name.strip_suffix("Value").unwrap_or(name) } else { name };
        spelled(api_name, true).eq(plain.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_with_all_that_belongs_to_it() {
        let rds = service("rds").unwrap();
        assert_eq!((rds.iam_prefix(), rds.error_prefix(), rds.support(), rds.details()), (Some("rds"), "Rds", Support::Supported, true));
        let failover = rds.operation("failoverGlobalCluster").unwrap();
        assert_eq!(failover.api_name(), "FailoverGlobalCluster");
        let members: Vec<(String, bool)> = failover.input().members().map(|member| (member.name(), member.required())).collect();
        let wanted = [("GlobalClusterIdentifier", true), ("TargetDbClusterIdentifier", true), ("AllowDataLoss", false), ("Switchover", false)];
        assert_eq!(members, wanted.map(|(name, required)| (name.to_string(), required)));
        assert!(failover.errors().any(|error| error == "Rds.InvalidGlobalClusterStateException"));
        assert_eq!(rds.operation("describeDBClusters").unwrap().name(), "describeDBClusters");
        assert!(rds.operation("describeDbClusters").is_none());
        assert!(matches!(service("globalaccelerator").unwrap().support(), Support::Unsupported(_)));
        assert_eq!(service("arcregionswitch").unwrap().support(), Support::Unknown);
        let invoke = service("lambda").unwrap().operation("invokeWithResponseStream").unwrap();
        assert!(matches!(invoke.support(), Support::Unsupported(_)));
    }
}
