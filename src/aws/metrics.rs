//! CloudWatch metrics: which there are, in which unit, under which dimensions, and where AWS publishes them.

use super::rows::{self, Row, Rows};
use super::schema::TABLE;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("data/metrics.toml");

/// The rows of the metrics, by namespace and name.
static METRICS: LazyLock<BTreeMap<&str, BTreeMap<&str, Row<Metric>>>> = LazyLock::new(|| {
    let mut metrics: BTreeMap<&str, BTreeMap<&str, Row<Metric>>> = BTreeMap::new();
    for section in rows::sections(DATA, "metric") {
        if let (Some(namespace), Some(name)) = (rows::text(section, "namespace"), rows::text(section, "name")) {
            metrics.entry(namespace).or_default().insert(name, Row::new(section));
        }
    }
    metrics
});

/// The rows of the namespaces.
static NAMESPACES: LazyLock<Rows<Namespace>> = LazyLock::new(|| Rows::new(DATA, "namespace", "name"));

/// The metrics of aws-service-spec, by namespace.
static LISTED: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut listed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in TABLE.list(TABLE.root(2), 4) {
        listed.entry(TABLE.text(item.get(1))).or_default().push(TABLE.text(item.get(2)));
    }
    listed
});

/// One row of `data/metrics.toml`: a metric.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// `AWS/RDS`
    pub namespace: String,
    /// `AuroraGlobalDBRPOLag`
    pub name: String,
    /// CloudWatch's name of the unit, if AWS says it.
    pub unit: Option<String>,
    /// The sets of dimensions under which it is published, if AWS says them.
    pub dimensions: Option<Vec<Vec<String>>>,
    /// `own`, `source`, `destination`, or the code of the one Region that has it; if AWS says it.
    pub region: Option<String>,
    /// `always`, `while_reading`, `while_writing`, `if_enabled` or `if_any`.
    pub published: String,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// A namespace: what is known of all its metrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Namespace {
    /// `AWS/RDS`
    pub name: String,
    /// The code of the one Region that has its metrics.
    pub region: Option<String>,
    /// Whether all metrics are listed.
    pub complete: bool,
    /// The names of metrics that have no row.
    #[serde(default)]
    pub others: Vec<String>,
    /// Where AWS lists them.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// The row of a metric.
#[must_use]
pub fn find(namespace: &str, name: &str) -> Option<&'static Metric> {
    METRICS.get(namespace)?.get(name)?.get()
}

/// What is known of a namespace.
#[must_use]
pub fn namespace(name: &str) -> Option<&'static Namespace> {
    NAMESPACES.find(name)
}

/// The namespaces that have rows or listed metrics.
pub fn namespaces() -> impl Iterator<Item = &'static str> + Clone {
    NAMESPACES.names().chain(LISTED.keys().copied().filter(|name| NAMESPACES.number(name).is_none()))
}

/// The metrics that AWS's own list has of a namespace, sorted. The list is aws-service-spec's: long, and far from complete.
#[must_use]
pub fn listed(namespace: &str) -> &'static [&'static str] {
    LISTED.get(namespace).map_or(&[], Vec::as_slice)
}

/// The names of the metrics of a namespace that have a row or are named beside the rows, sorted.
#[must_use]
pub fn names(of: &str) -> Vec<&'static str> {
    let rows = METRICS.get(of).into_iter().flat_map(BTreeMap::keys).copied();
    let mut names: Vec<&'static str> = rows.chain(namespace(of).into_iter().flat_map(|row| &row.others).map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        namespace: Vec<Namespace>,
        metric: Vec<Metric>,
    }

    const UNITS: &[&str] = &["Seconds", "Milliseconds", "Bytes", "Percent", "Count", "Count/Second", "None"];

    #[test]
    fn every_row_can_be_read_and_is_found() {
        let file: File = toml::from_str(DATA).unwrap();
        assert!(file.metric.len() > 100 && file.namespace.len() > 20);
        for row in &file.namespace {
            assert!(row.source.starts_with("https://docs.aws.amazon.com/") && row.read.len() == 10, "{}", row.name);
            let found = namespace(&row.name).unwrap();
            assert_eq!((found.complete, found.others.len()), (row.complete, row.others.len()), "{}", row.name);
            assert!(row.region.as_deref().is_none_or(|code| super::super::regions::find(code).is_some()), "{}", row.name);
        }
        for row in &file.metric {
            let shown = format!("{} {}", row.namespace, row.name);
            let found = find(&row.namespace, &row.name).unwrap();
            assert_eq!((&found.unit, &found.dimensions, &found.region), (&row.unit, &row.dimensions, &row.region), "{shown}");
            let namespace = file.namespace.iter().find(|namespace| namespace.name == row.namespace);
            assert!(namespace.is_some_and(|namespace| !namespace.others.contains(&row.name)), "{shown}");
            assert!(row.unit.as_deref().is_none_or(|unit| UNITS.contains(&unit)), "{shown}");
            assert!(["always", "while_reading", "while_writing", "if_enabled", "if_any"].contains(&row.published.as_str()), "{shown}");
            assert!(row.source.starts_with("https://docs.aws.amazon.com/") && row.read.len() == 10, "{shown}");
            let region = row.region.as_deref();
            let fixed = region.is_some_and(|code| super::super::regions::find(code).is_some());
            assert!(fixed || region.is_none_or(|word| ["own", "source", "destination"].contains(&word)), "{shown}");
            assert_eq!(fixed.then_some(region).flatten(), namespace.and_then(|namespace| namespace.region.as_deref()), "{shown}");
        }
        let mut keys: Vec<_> = file.metric.iter().map(|row| (&row.namespace, &row.name)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), file.metric.len(), "a metric stands in the table twice");
        assert!(names("AWS/SQS").contains(&"NumberOfMessagesSent"));
        assert!(names("AWS/SQS").contains(&"ApproximateAgeOfOldestMessage"));
        assert!(namespace("AWS/Sqs").is_none() && find("AWS/SQS", "Age").is_none());
    }

    /// Nothing that a page says may contradict AWS's own list: what stands there is known here, with its dimensions.
    #[test]
    fn the_rows_hold_what_is_listed() {
        assert!(LISTED.values().map(Vec::len).sum::<usize>() > 900);
        assert!(listed("AWS/SQS").contains(&"SentMessageSize") && !listed("AWS/SQS").contains(&"Size") && listed("Shop").is_empty());
        assert!(LISTED.values().all(|names| names.is_sorted()));
        let file: File = toml::from_str(DATA).unwrap();
        for row in file.namespace.iter().filter(|row| row.complete) {
            let names = names(&row.name);
            for name in listed(&row.name) {
                assert!(names.iter().any(|known| known == name), "{} {name} is listed, but not among all of them", row.name);
            }
        }
        let mut compared = 0;
        for item in TABLE.list(TABLE.root(2), 4) {
            let (namespace, name) = (TABLE.text(item.get(1)), TABLE.text(item.get(2)));
            let Some(sets) = find(namespace, name).and_then(|row| row.dimensions.as_ref()) else { continue };
            let sorted = |mut set: Vec<String>| {
                set.sort();
                set
            };
            let sets: Vec<Vec<String>> = sets.iter().cloned().map(sorted).collect();
            for set in TABLE.list(item.get(3), 1) {
                // A dimension with one value is written `Region=Global`.
                let bare = |text: &str| text.split('=').next().unwrap().to_string();
                let set = TABLE.list(set.get(0), 1).map(|word| bare(TABLE.text(word.get(0)))).collect();
                assert!(sets.contains(&sorted(set)), "{namespace} {name}");
                compared += 1;
            }
        }
        assert!(compared > 80, "{compared}");
    }
}
