//! Rules about properties of resources and arguments of calls: rows of `data/rules.toml`, which a few generic readers hold against a
//! platform. What a service does on the day of an outage stands in the rows; the readers know no service.

use super::rows::{self, Row};
use serde::Deserialize;
use std::sync::OnceLock;

// The rows, and which of them are about what: `build.rs` writes it from `data/rules.toml`.
include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// A row under `[[rule]]`: something that is surely wrong, or questionable, if all conditions hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What findings of it are called: a slug (`rds/managed-password`), or a code of the compiler that several rows share.
    pub code: String,
    /// What it is called in one line.
    pub title: String,
    /// `error` or `warning`.
    pub severity: Weight,
    /// The types that it is about: `AWS::Route53::RecordSet`, or `AWS::Route53::RecordSetGroup:RecordSets/*` for each part of one.
    #[serde(default)]
    pub types: Vec<String>,
    /// The calls that it is about: `rds.failoverGlobalCluster`.
    #[serde(default)]
    pub calls: Vec<String>,
    /// The kinds of plans in which calls are looked at: `failover`, `failback`, `drill`; all if there are none.
    #[serde(default)]
    pub plans: Vec<String>,
    /// A property without which the row says nothing. It is read before the row is.
    pub has: Option<String>,
    /// The slug by which a module of the library says the same of its inputs: its resources are left to it.
    pub library: Option<String>,
    /// What has to hold, all of it.
    #[serde(default, rename = "when")]
    pub conditions: Vec<Condition>,
    /// The way to the part that is underlined; the type, if there is none.
    #[serde(default)]
    pub at: Path,
    /// What should stand there instead, as it is written, where a plain value stands there.
    pub instead: Option<String>,
    /// A part that explains it, and what is said there.
    pub also: Option<Also>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What is said at the underlined part.
    pub label: String,
    /// What it means on the day of the outage.
    pub why: String,
    /// What to do.
    pub help: String,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
    /// The number of the check in the list that was drawn up first.
    #[serde(default)]
    pub number: Vec<String>,
}

/// How much a finding of a row weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// What is refused, if `allow` does not accept it: it follows from data.
    Error,
    /// What somebody should look at.
    Warning,
}

impl Weight {
    /// The word of the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A second place of a finding.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The way to it.
    pub path: Path,
    /// What is said there.
    pub label: String,
}

/// One condition. All tests in it have to hold; a value that nobody knows before deployment never makes one hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// What is looked at.
    pub path: Path,
    /// Something there is one of these.
    pub is: Option<Literals>,
    /// Nothing there is one of these, or nothing is there.
    pub not: Option<Literals>,
    /// Whether something is there.
    pub set: Option<bool>,
    /// A number there is less.
    pub below: Option<f64>,
    /// A number there is greater.
    pub above: Option<f64>,
    /// A number there is less than the one at another place.
    pub less_than: Option<Path>,
    /// By what the other number is multiplied.
    pub times: Option<f64>,
    /// The number that counts where none is set.
    pub default: Option<f64>,
    /// The same for the other number.
    pub other_default: Option<f64>,
    /// Another number of things than this is there.
    pub count_not: Option<usize>,
    /// Fewer things than this are there.
    pub fewer: Option<usize>,
    /// More things than this are there.
    pub more: Option<usize>,
    /// Whether one of the texts there is the code of the resource's own Region.
    pub names_here: Option<bool>,
    /// A text there matches this pattern, whole.
    pub like: Option<String>,
    /// No set holds all that is there.
    pub no_set: Option<Vec<Vec<String>>>,
    /// What is there is the same as at another place, deployment values included.
    pub equals: Option<Path>,
    /// What is there is surely not the same as at another place.
    pub differs: Option<Path>,
    /// The resource there is of one of these types.
    pub resource: Option<Literals>,
    /// What is there lies in another Region, or names one.
    pub elsewhere: Option<bool>,
    /// What is there lies in another Region of the same partition than this one, or names one.
    pub outside: Option<String>,
    /// The members of the family in other Regions have the same there, or another value.
    pub others: Option<Others>,
    /// What the plans make of the Region.
    pub region: Option<Role>,
    /// Whether it is the alarm that starts a plan.
    pub starts: Option<bool>,
    /// The plan's machine does not stand in this end of the plan: `from` or `to`.
    pub machine_not: Option<String>,
}

/// How the members of a family compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Others {
    /// Another one has the same value.
    Same,
    /// Another one surely has another value.
    Differ,
}

/// What the plans make of the Region of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A failover leaves it.
    Left,
    /// A failover leads to it.
    TakesOver,
    /// A failover leaves it or leads to it.
    Planned,
    /// A failover leads from one member of the family to another one.
    Both,
    /// Some failover changes who writes, whichever the Region.
    WriterMoves,
    /// A failback leads back to it, or away from it.
    Returns,
    /// The family has members in several Regions.
    Several,
}

/// One value or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Literals {
    /// One.
    One(Literal),
    /// Any of these.
    Any(Vec<Literal>),
}

impl Literals {
    /// Whether a text is one of them.
    #[must_use]
    pub fn contain(&self, text: &str) -> bool {
        match self {
            Self::One(one) => one.is(text),
            Self::Any(several) => several.iter().any(|one| one.is(text)),
        }
    }
}

/// A value as CloudFormation takes it: what is a number or a condition may be a text as well.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true`
    Bool(bool),
    /// `100`
    Number(i64),
    /// `PRIMARY`
    Text(String),
}

impl Literal {
    fn is(&self, text: &str) -> bool {
        match self {
            Self::Bool(value) => text == if *value { "true" } else { "false" },
            Self::Number(value) => text.parse::<f64>().is_ok_and(|number| (number - *value as f64).abs() < f64::EPSILON),
            Self::Text(value) => text == value,
        }
    }
}

/// A way through properties and from resource to resource: steps apart by blanks, `HealthCheckId > HealthCheckConfig/Type`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Path(pub Vec<Step>);

/// A step of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `Name`: an entry.
    Key(String),
    /// `*`: each element of a list.
    Each,
    /// `>`: the resource that a value refers to; `>AWS::RDS::DBCluster`: if it is of this type.
    To(Option<String>),
    /// `<AWS::RDS::DBInstance:DBClusterIdentifier`: the resources of a type that refer to the resource there.
    By(String, Vec<Step>),
    /// `^`: the resource whose part it is about.
    Whole,
    /// `=AWS::RDS::DBCluster`: all resources of a type in the platform.
    All(String),
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        path(&text)
    }
}

/// A way from its text.
///
/// # Errors
/// What cannot be read.
pub fn path(text: &str) -> Result<Path, String> {
    let mut steps = Vec::new();
    for word in text.split_whitespace() {
        if word == "^" {
            steps.push(Step::Whole);
        } else if let Some(of) = word.strip_prefix('>') {
            steps.push(Step::To((!of.is_empty()).then(|| of.to_string())));
        } else if let Some(by) = word.strip_prefix('<') {
            let (of, inner) = typed(by);
            if inner.is_empty() {
                return Err(format!("by which property? `{word}`"));
            }
            steps.push(Step::By(of.to_string(), keys(inner)));
        } else if let Some(of) = word.strip_prefix('=') {
            steps.push(Step::All(of.to_string()));
        } else {
            steps.extend(keys(word));
        }
    }
    Ok(Path(steps))
}

fn keys(text: &str) -> Vec<Step> {
    text.split('/').map(|key| if key == "*" { Step::Each } else { Step::Key(key.to_string()) }).collect()
}

/// `AWS::Route53::RecordSetGroup:RecordSets/*` is a type, and the way to what is looked at in it.
fn typed(text: &str) -> (&str, &str) {
    // The colon that stands alone.
    let alone =
        |at: &usize| !text.get(..*at).is_some_and(|before| before.ends_with(':')) && !text.get(at + 1..).is_some_and(|rest| rest.starts_with(':'));
    let at = text.match_indices(':').map(|(at, _)| at).find(alone);
    at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))).unwrap_or((text, ""))
}

/// A row under `[[forwarding]]`: a resource that hands events on, by a pattern, from one thing to others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forwarding {
    /// `AWS::Events::Rule`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Where it takes them.
    pub from: Path,
    /// The ARN of where it takes them, if nothing is said; with `{partition}`, `{region}`, `{account}`.
    pub default: String,
    /// Where it hands them.
    pub to: Path,
    /// The type of both.
    pub between: String,
    /// What it hands on.
    pub filter: Path,
    /// Whether it does.
    pub off: Condition,
    /// The entry of an event that says where it was born, and keeps saying so.
    pub born: String,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// A row under `[[holding]]`: a type that keeps what was accepted and not worked on, in its Region only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// `AWS::SQS::Queue`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What it holds: `messages`.
    pub holds: String,
    /// What feeds it or takes from it: it is in the path of the work if one of these holds.
    pub used: Vec<Condition>,
    /// What shows that it is not.
    #[serde(default)]
    pub spared: Vec<Condition>,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// A rule whose row is read when its type or call occurs.
pub struct Entry {
    /// The property without which it says nothing.
    pub has: Option<&'static str>,
    /// Whether it says something only where a failover or failback is planned.
    pub planned: bool,
    when: &'static str,
    conditions: OnceLock<Vec<Condition>>,
    row: Row<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Conditions {
    when: Vec<Condition>,
}

impl Entry {
    const fn new(has: Option<&'static str>, planned: bool, when: &'static str, row: &'static str) -> Self {
        Self { has, planned, when, conditions: OnceLock::new(), row: Row::new(row) }
    }

    /// What has to hold, without the rest of the row.
    pub fn conditions(&self) -> &[Condition] {
        self.conditions.get_or_init(|| rows::parse::<Conditions>(self.when).unwrap_or_default().when)
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> Option<&Rule> {
        self.row.get()
    }
}

/// The name of a type or call, and the numbers of the rows about it, each with the way to the part that it is about.
type About = (&'static str, &'static [(usize, &'static str)]);

/// The rules about something, in the order of the table.
fn about(index: &'static [About], name: &str) -> impl Iterator<Item = (&'static Entry, &'static str)> + use<> {
    let at = index.binary_search_by(|(known, _)| (*known).cmp(name)).ok();
    let rows = at.and_then(|at| index.get(at)).map_or(&[][..], |(_, rows)| rows);
    rows.iter().filter_map(|(number, way)| Some((ENTRIES.get(*number)?, *way)))
}

/// The rules about a type, in the order of the table, with the way to the part that each looks at: none for the whole resource.
pub fn of_type(resource_type: &str) -> impl Iterator<Item = (&'static Entry, Vec<Step>)> + use<> {
    about(TYPES, resource_type).map(|(entry, way)| (entry, if way.is_empty() { Vec::new() } else { keys(way) }))
}

/// The rules about a call, in the order of the table: `rds`, `failoverGlobalCluster`.
pub fn of_call(service: &str, operation: &str) -> impl Iterator<Item = &'static Entry> + use<> {
    about(CALLS, &format!("{service}.{operation}")).map(|(entry, _)| entry)
}

/// All rules, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    ENTRIES.iter().filter_map(Entry::rule)
}

/// The rules with a slug or code.
pub fn coded(code: &str) -> impl Iterator<Item = &'static Rule> {
    all().filter(move |rule| rule.code.eq_ignore_ascii_case(code))
}

/// The slug of a rule, if the table has it; no row is read for that.
#[must_use]
pub fn known(code: &str) -> Option<&'static str> {
    ENTRIES.iter().filter_map(|entry| rows::text(entry.row.text(), "code")).find(|known| *known == code)
}

/// How a type hands events on, if it does.
#[must_use]
pub fn forwarding(resource_type: &str) -> Option<&'static Forwarding> {
    FORWARDING.iter().find(|(name, _)| *name == resource_type).and_then(|(_, row)| row.get())
}

/// What a type keeps in its Region only, if it does.
#[must_use]
pub fn holding(resource_type: &str) -> Option<&'static Holding> {
    HOLDING.iter().find(|(name, _)| *name == resource_type).and_then(|(_, row)| row.get())
}

#[cfg(test)]
mod tests;
