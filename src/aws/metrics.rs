//! CloudWatch metrics: which there are, in which unit, under which dimensions, and where AWS publishes them.

use super::rows;
use super::schema::TABLE;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

const DATA: &str = include_str!("data/metrics.toml");

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
pub fn find(namespace: &str, name: &str) -> Option<Rc<Metric>> {
    let is = |section: &&'static str| rows::text(section, "namespace") == Some(namespace) && rows::text(section, "name") == Some(name);
    let look = || rows::sections(DATA, "metric").find(is).and_then(rows::parse).map(Rc::new);
    METRICS.with_borrow_mut(|known| known.entry(format!("{namespace} {name}")).or_insert_with(look).clone())
}

/// What is known of a namespace.
#[must_use]
pub fn namespace(name: &str) -> Option<Rc<Namespace>> {
    let look = || rows::sections(DATA, "namespace").find(|section| rows::text(section, "name") == Some(name)).and_then(rows::parse).map(Rc::new);
    NAMESPACES.with_borrow_mut(|known| known.entry(name.to_string()).or_insert_with(look).clone())
}

thread_local! {
    // Many alarms watch the same few metrics, and a row is found by reading the table.
    static METRICS: RefCell<FxHashMap<String, Option<Rc<Metric>>>> = RefCell::default();
    static NAMESPACES: RefCell<FxHashMap<String, Option<Rc<Namespace>>>> = RefCell::default();
}

/// The names of the namespaces that have rows.
pub fn namespaces() -> impl Iterator<Item = &'static str> {
    rows::sections(DATA, "namespace").filter_map(|section| rows::text(section, "name"))
}

/// Whether AWS's own list of metrics has this one. The list is aws-service-spec's: long, and far from complete.
#[must_use]
pub fn is_listed(namespace: &str, name: &str) -> bool {
    TABLE.search(TABLE.root(2), 4, &format!("{namespace} {name}")).is_some()
}

/// The metrics of that list: namespace and name.
pub fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.list(TABLE.root(2), 4).map(|item| (TABLE.text(item.get(1)), TABLE.text(item.get(2))))
}

/// The names of the metrics of a namespace that have a row or are named beside the rows, sorted.
#[must_use]
pub fn names(of: &str) -> Vec<Cow<'static, str>> {
    let listed = rows::sections(DATA, "metric").filter(|section| rows::text(section, "namespace") == Some(of));
    let mut names: Vec<Cow<'static, str>> = listed.filter_map(|section| rows::text(section, "name")).map(Cow::Borrowed).collect();
    names.extend(namespace(of).into_iter().flat_map(|row| row.others.clone()).map(Cow::Owned));
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
        assert!(names("AWS/SQS").iter().any(|name| name == "NumberOfMessagesSent"));
        assert!(names("AWS/SQS").iter().any(|name| name == "ApproximateAgeOfOldestMessage"));
        assert!(namespace("AWS/Sqs").is_none() && find("AWS/SQS", "Age").is_none());
    }

    /// Nothing that a page says may contradict AWS's own list: what stands there is known here, with its dimensions.
    #[test]
    fn the_rows_hold_what_is_listed() {
        assert!(listed().count() > 900 && is_listed("AWS/SQS", "SentMessageSize") && !is_listed("AWS/SQS", "Size"));
        let file: File = toml::from_str(DATA).unwrap();
        for row in file.namespace.iter().filter(|row| row.complete) {
            let names = names(&row.name);
            for (_, name) in listed().filter(|(namespace, _)| *namespace == row.name) {
                assert!(names.iter().any(|known| known == name), "{} {name} is listed, but not among all of them", row.name);
            }
        }
        let mut compared = 0;
        for item in TABLE.list(TABLE.root(2), 4) {
            let (namespace, name) = (TABLE.text(item.get(1)), TABLE.text(item.get(2)));
            let Some(sets) = find(namespace, name).and_then(|row| row.dimensions.clone()) else { continue };
            let sorted = |mut set: Vec<String>| {
                set.sort();
                set
            };
            let sets: Vec<Vec<String>> = sets.into_iter().map(sorted).collect();
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
