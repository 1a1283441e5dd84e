//! Metrics against what is known of them: name, unit, dimensions, Region. An alarm on a metric that there is not looks deployed, has
//! no data, and never goes off.

use super::problem::Step;
use super::say::{Subject, list};
use crate::aws::metrics::{self, Metric as Row};
use crate::aws::regions;
use crate::aws::schema::{self, Literal};
use crate::diag::{Diagnostic, Diagnostics, codes, suggest};
use crate::model::value::{Metric, Silence, Value};
use crate::model::{Model, Region};
use crate::source::{SourceMap, Span};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// The type whose properties name metrics.
pub(super) const ALARM: &str = "AWS::CloudWatch::Alarm";
/// The component behind `alarm`: its metrics are looked at where they are declared.
const MADE_FROM_ALARM: &str = "core.threshold_alarm";

const NEVER: &str = "an alarm on it has no data: it waits in INSUFFICIENT_DATA, looks deployed, and never goes off";
const APART: &str = "each set of dimensions is a metric of its own; an alarm on another set has no data and never goes off";

/// A part of what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Namespace,
    Name,
    Unit,
    Dimensions,
    Dimension(usize),
    Published,
}

/// A metric that somebody asks for.
struct Asked<'q> {
    namespace: &'q str,
    name: &'q str,
    unit: Option<&'q str>,
    /// The names of the dimensions, if all of them are known now.
    dimensions: Option<Vec<&'q str>>,
    /// Whether it is asked for as one that always has data; nobody asks so of an alarm's properties.
    always: Option<bool>,
    region: &'q Region,
    /// How messages call the Region.
    here: String,
    /// Whether thresholds are converted by the unit.
    converts: bool,
}

/// A finding, the part that it is about, what is said there, and what should stand there instead.
struct Fault {
    finding: Diagnostic,
    part: Part,
    label: String,
    instead: Option<String>,
}

/// Checks the metrics of components.
pub(super) fn declared(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for metric in &model.metrics {
        let (Value::Text(namespace), Value::Text(name)) = (&metric.namespace, &metric.name) else { continue };
        let dimensions = match &metric.dimensions {
            Value::Map(map) => Some(map.keys().map(SmolStr::as_str).collect()),
            _ => None,
        };
        let asked = Asked {
            namespace,
            name,
            unit: metric.unit.as_deref(),
            dimensions,
            always: Some(metric.silence != Silence::NotBreaching),
            region: model.regions.get(metric.region),
            here: model.region_text(metric.region),
            converts: true,
        };
        for fault in faults(&asked) {
            let place = written(metric, &asked, fault.part);
            let finding = if sources.in_library(place) && !sources.in_library(metric.places.origin) {
                fault.finding.label(metric.places.origin, format!("{}, at {}", fault.label, sources.place(place)))
            } else {
                with_fix(fault.finding.label(place, fault.label), fault.instead, place, sources)
            };
            diagnostics.push(finding);
        }
    }
}

/// Where a part of a declared metric is written.
fn written(metric: &Metric, asked: &Asked<'_>, part: Part) -> Span {
    let places = &metric.places;
    match part {
        Part::Namespace => places.namespace,
        Part::Name => places.name,
        Part::Unit => places.unit.unwrap_or(places.name),
        Part::Dimensions => places.dimensions.unwrap_or(places.name),
        Part::Dimension(at) => {
            let key = asked.dimensions.as_ref().and_then(|names| names.get(at));
            let found = places.keys.iter().find(|(name, _)| key.is_some_and(|key| name == key));
            found.map(|(_, span)| *span).or(places.dimensions).unwrap_or(places.name)
        }
        Part::Published => places.published.unwrap_or(metric.span),
    }
}

/// Adds what should stand at a place, if what stands there is a plain text or a key.
fn with_fix(finding: Diagnostic, instead: Option<String>, place: Span, sources: &SourceMap) -> Diagnostic {
    let Some(instead) = instead else { return finding };
    let written = sources.slice(place);
    if written.starts_with('"') && !written.contains("${") {
        return finding.fix(format!("write \"{instead}\""), place, format!("\"{instead}\""));
    }
    let is_key = !written.is_empty() && written.chars().all(|letter| letter.is_ascii_alphanumeric());
    if is_key { finding.fix(format!("write `{instead}`"), place, instead) } else { finding }
}

/// What the compiler makes of `alarm`: the metric was checked where it is declared.
pub(super) fn made(model: &Model) -> FxHashSet<&[SmolStr]> {
    let made = model.instances.iter().filter(|(_, instance)| instance.component == MADE_FROM_ALARM);
    made.map(|(_, instance)| instance.path.as_slice()).collect()
}

/// Checks the metrics that an alarm's own properties name.
pub(super) fn alarm(subject: &Subject<'_, '_>, region: &Region, here: &str, diagnostics: &mut Diagnostics) {
    let root: Vec<(&str, &Value)> = subject.member.properties.iter().map(|property| (property.name.as_str(), &property.value)).collect();
    one(&root, &[], subject, region, here, diagnostics);
    let Some((_, Value::List(queries))) = root.iter().find(|(name, _)| *name == "Metrics") else { return };
    for (at, query) in queries.iter().enumerate() {
        let way = [Step::Key("Metrics".into()), Step::Index(at), Step::Key("MetricStat".into())];
        let Some(stat) = entry(query, "MetricStat") else { continue };
        let mut found = entries(stat);
        found.extend(entry(stat, "Metric").map(entries).unwrap_or_default());
        one(&found, &way, subject, region, here, diagnostics);
    }
}

fn entry<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    if let Value::Map(map) = value { map.get(name) } else { None }
}

fn entries(value: &Value) -> Vec<(&str, &Value)> {
    if let Value::Map(map) = value { map.iter().map(|(name, value)| (name.as_str(), value)).collect() } else { Vec::new() }
}

/// One metric of an alarm; `way` leads to what holds its unit.
fn one(found: &[(&str, &Value)], way: &[Step], subject: &Subject<'_, '_>, region: &Region, here: &str, diagnostics: &mut Diagnostics) {
    let value = |wanted: &str| found.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let text = |wanted: &str| match value(wanted) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let (Some(namespace), Some(name)) = (text("Namespace"), text("MetricName")) else { return };
    let dimensions = match value("Dimensions") {
        None => Some(Vec::new()),
        Some(Value::List(items)) => {
            items.iter().map(|item| if let Some(Value::Text(name)) = entry(item, "Name") { Some(name.as_str()) } else { None }).collect()
        }
        Some(_) => None,
    };
    // What is no unit at all is said by the schema.
    let unit = text("Unit").filter(|unit| is_unit(unit));
    let asked = Asked { namespace, name, unit, dimensions, always: None, region, here: here.to_string(), converts: false };
    let step = |steps: &[&str], at: Option<usize>| {
        let mut path = way.to_vec();
        // In a query the metric's parts stand one step deeper than the unit.
        if !way.is_empty() && steps != ["Unit"] {
            path.push(Step::Key("Metric".into()));
        }
        path.extend(steps.iter().map(|name| Step::Key(SmolStr::new(name))));
        if let Some(at) = at {
            path.extend([Step::Index(at), Step::Key("Name".into())]);
        }
        path
    };
    for fault in faults(&asked) {
        let path = match fault.part {
            Part::Namespace => step(&["Namespace"], None),
            Part::Name | Part::Published => step(&["MetricName"], None),
            Part::Unit => step(&["Unit"], None),
            Part::Dimensions if value("Dimensions").is_none() => step(&["MetricName"], None),
            Part::Dimensions => step(&["Dimensions"], None),
            Part::Dimension(at) => step(&["Dimensions"], Some(at)),
        };
        let place = subject.place(&path);
        let finding = subject.put(fault.finding, place, fault.label);
        let own = finding.primary().is_some_and(|label| label.span == place.span);
        diagnostics.push(if own && place.exact { with_fix(finding, fault.instead, place.span, subject.sources) } else { finding });
    }
}

/// Whether CloudWatch has a unit of this name.
fn is_unit(name: &str) -> bool {
    let property = schema::find(ALARM).and_then(|alarm| alarm.root().property("Unit"));
    property.and_then(schema::Node::enumeration).is_none_or(|mut units| units.any(|unit| matches!(unit, Literal::Text(unit) if unit == name)))
}

/// What is wrong with what is asked for.
fn faults(asked: &Asked<'_>) -> Vec<Fault> {
    let Some(row) = metrics::find(asked.namespace, asked.name) else {
        return unknown(asked).into_iter().collect();
    };
    against(asked, row)
}

/// What is wrong with what is asked for of a metric that is known.
fn against(asked: &Asked<'_>, row: &Row) -> Vec<Fault> {
    let mut found = Vec::new();
    found.extend(unit(asked, row));
    found.extend(dimensions(asked, row));
    found.extend(elsewhere(asked, row.region.as_deref()));
    found.extend(published(asked, row));
    found
}

/// A metric without a row: one that is known by its name, or none.
fn unknown(asked: &Asked<'_>) -> Option<Fault> {
    let (namespace, name) = (asked.namespace, asked.name);
    let Some(known) = metrics::namespace(namespace) else { return unknown_namespace(asked) };
    if known.others.iter().any(|other| other == name) || metrics::listed(namespace).contains(&name) {
        return elsewhere(asked, known.region.as_deref());
    }
    let names = metrics::names(namespace);
    let near = nearest(name, names.iter().chain(metrics::listed(namespace)).copied());
    let finding = if known.complete {
        Diagnostic::error(codes::METRIC, format!("`{namespace}` has no metric `{name}`")).acceptable()
    } else {
        Diagnostic::warning(codes::METRIC, format!("`{namespace}` may have no metric `{name}`"))
    };
    let finding =
        finding.note(NEVER).note(format!("it is not on AWS's page of {}; if AWS has it since, `allow DR0538 \"reason\"` lets it pass", known.read));
    Some(Fault { finding: help_near(finding, near.as_deref(), &known.source), part: Part::Name, label: "no such metric".into(), instead: near })
}

/// A namespace without rows: AWS's own list may have it, and somebody's own metrics have any.
fn unknown_namespace(asked: &Asked<'_>) -> Option<Fault> {
    let (namespace, name) = (asked.namespace, asked.name);
    let listed = metrics::listed(namespace);
    if !listed.is_empty() {
        // A short list does not say what there is not; only what was probably meant.
        let near = nearest(name, listed.iter().copied()).filter(|_| !listed.contains(&name))?;
        let finding = Diagnostic::warning(codes::METRIC, format!("`{namespace}` may have no metric `{name}`")).note(NEVER);
        let finding = help_near(finding, Some(&near), "");
        return Some(Fault { finding, part: Part::Name, label: "no such metric is known".into(), instead: Some(near) });
    }
    let near = if namespace.starts_with("AWS/") {
        nearest(namespace, metrics::namespaces())
    } else {
        metrics::namespaces().find(|of| of.eq_ignore_ascii_case(namespace)).map(String::from)
    }?;
    let finding = if near.eq_ignore_ascii_case(namespace) {
        Diagnostic::error(codes::METRIC, format!("there is no namespace `{namespace}`"))
    } else {
        Diagnostic::warning(codes::METRIC, format!("there may be no namespace `{namespace}`"))
    };
    let finding = help_near(finding.note(NEVER), Some(&near), "");
    Some(Fault { finding, part: Part::Namespace, label: "no such namespace".into(), instead: Some(near) })
}

/// What was probably meant: case decides nothing for people, and everything for CloudWatch.
fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<String> {
    let same = names.clone().find(|name| name.eq_ignore_ascii_case(wrong));
    same.or_else(|| suggest::nearest(wrong, names)).map(String::from)
}

fn help_near(finding: Diagnostic, near: Option<&str>, source: &str) -> Diagnostic {
    match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("look it up: {source}")),
    }
}

fn unit(asked: &Asked<'_>, row: &Row) -> Option<Fault> {
    let (asked_unit, unit) = (asked.unit?, row.unit.as_deref()?);
    if asked_unit == unit {
        return None;
    }
    let name = asked.name;
    let why = if asked.converts {
        "thresholds are converted by the unit: this alarm would go off at another value than the one that is written"
    } else {
        "an alarm with a unit ignores data in any other, so it has none, and never goes off"
    };
    let finding = Diagnostic::error(codes::METRIC, format!("`{name}` is published in {unit}, not in {asked_unit}"))
        .note(why)
        .note(format!("{} (read {})", row.source, row.read))
        .help(format!("write \"{unit}\""));
    Some(Fault { finding, part: Part::Unit, label: format!("AWS counts in {unit}"), instead: Some(unit.to_string()) })
}

fn dimensions(asked: &Asked<'_>, row: &Row) -> Option<Fault> {
    let (names, sets) = (asked.dimensions.as_ref()?, row.dimensions.as_ref()?);
    let is = |set: &Vec<String>| set.len() == names.len() && set.iter().all(|name| names.contains(&name.as_str()));
    if sets.iter().any(is) {
        return None;
    }
    let ways: Vec<String> = sets.iter().map(|set| by(&set.iter().map(String::as_str).collect::<Vec<_>>())).collect();
    let published = format!("AWS publishes it {}", ways.join(", or "));
    let all: Vec<&str> = sets.iter().flatten().map(String::as_str).collect();
    let name = asked.name;
    let source = format!("{} (read {})", row.source, row.read);
    if let Some((at, wrong)) = names.iter().enumerate().find(|(_, name)| !all.contains(name)) {
        let near = nearest(wrong, all.iter().copied());
        // Where there is one dimension, and one that it can be, that one is meant.
        let only = || match (names.as_slice(), sets.as_slice()) {
            ([_], [set]) => {
                if let [only] = set.as_slice() {
                    Some(only.clone())
                } else {
                    None
                }
            }
            _ => None,
        };
        let instead = near.or_else(only);
        let help = instead.as_ref().map_or(published.clone(), |near| format!("write `{near}`: {published}"));
        let finding = Diagnostic::error(codes::METRIC, format!("`{name}` has no dimension `{wrong}`")).note(APART).note(source).help(help);
        return Some(Fault { finding, part: Part::Dimension(at), label: "no such dimension".into(), instead });
    }
    let finding = Diagnostic::error(codes::METRIC, format!("`{name}` is not published {}", by(names))).note(APART).note(source).help(published);
    Some(Fault { finding, part: Part::Dimensions, label: "no data for this set of dimensions".into(), instead: None })
}

/// A set of dimensions in words: ``by `TableName` and `Operation` ``.
fn by(names: &[&str]) -> String {
    if names.is_empty() { "without dimensions".into() } else { format!("by {}", list(names)) }
}

/// A metric that one Region of the partition has, asked for in another.
fn elsewhere(asked: &Asked<'_>, region: Option<&str>) -> Option<Fault> {
    let only = regions::find(region?)?;
    if only.partition != asked.region.partition || asked.region.code == only.code {
        return None;
    }
    let finding = Diagnostic::error(codes::METRIC, format!("`{}` is published in {} only, not in {}", asked.name, only.code, asked.here))
        .note(NEVER)
        .help(format!("place what watches it in {}, or watch something that {} itself publishes", only.code, asked.here));
    Some(Fault { finding, part: Part::Name, label: format!("no data in {}", asked.region.code), instead: None })
}

/// A metric of a replication that is said to have data all the time.
fn published(asked: &Asked<'_>, row: &Row) -> Option<Fault> {
    if asked.always != Some(true) || !matches!(row.region.as_deref(), Some("source" | "destination")) {
        return None;
    }
    let when = match row.published.as_str() {
        "while_reading" => "where the data is read, not where it is written",
        "while_writing" => "while something is written",
        _ => return None,
    };
    let word = &row.published;
    let finding = Diagnostic::warning(codes::METRIC, format!("`{}` is published only {when}", asked.name))
        .note("without data an alarm on it changes to INSUFFICIENT_DATA, and back, with each failover")
        .help(format!("write `published = \"{word}\"`: no data then means that there is nothing to watch"));
    Some(Fault { finding, part: Part::Published, label: "not always".into(), instead: Some(word.clone()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Severity;

    /// What is asked for, in this Region.
    fn asking<T>(question: (&str, &str, Option<&str>, Option<&[&str]>), code: &str, look: impl Fn(&Asked<'_>) -> T) -> T {
        let (namespace, name, unit, dimensions) = question;
        let partition = regions::find(code).unwrap().partition.as_str().into();
        let region = Region { alias: "here".into(), code: code.into(), partition, span: Span::default() };
        let dimensions = dimensions.map(<[&str]>::to_vec);
        look(&Asked { namespace, name, unit, dimensions, always: Some(false), region: &region, here: code.into(), converts: true })
    }

    fn told(faults: &[Fault]) -> Vec<String> {
        let weight = |finding: &Diagnostic| if finding.severity == Severity::Error { "error" } else { "warning" };
        faults.iter().map(|fault| format!("{}: {}", weight(&fault.finding), fault.finding.message)).collect()
    }

    fn said(namespace: &str, name: &str) -> Vec<String> {
        asking((namespace, name, None, None), "us-east-1", |asked| told(&faults(asked)))
    }

    /// A metric that there is not, held against what is asked for.
    fn of_rain(unit: Option<&str>, dimensions: &[&str], code: &str, only: Option<&str>) -> Vec<String> {
        let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let row = Row {
            namespace: "AWS/Weather".into(),
            name: "Rain".into(),
            unit: Some("Seconds".into()),
            dimensions: Some(vec![set(&["Station"]), set(&["Station", "Valley"])]),
            region: only.map(String::from),
            published: "always".into(),
            source: "a page of AWS".into(),
            read: "2026-11-28".into(),
        };
        asking(("AWS/Weather", "Rain", unit, Some(dimensions)), code, |asked| told(&against(asked, &row)))
    }

    #[test]
    fn every_metric_of_the_tables_is_left_alone() {
        let mut asked = 0;
        for namespace in metrics::namespaces() {
            let home = metrics::namespace(namespace).and_then(|row| row.region.as_deref()).unwrap_or("us-east-1");
            for name in metrics::names(namespace).into_iter().chain(metrics::listed(namespace).iter().copied()) {
                let row = metrics::find(namespace, name);
                let unit = row.and_then(|row| row.unit.as_deref());
                let sets = row.and_then(|row| row.dimensions.clone()).unwrap_or_else(|| vec![vec!["Anything".into()]]);
                for set in sets {
                    // In whatever order they are given.
                    let set: Vec<&str> = set.iter().rev().map(String::as_str).collect();
                    let found = asking((namespace, name, unit, Some(&set)), home, |asked| told(&faults(asked)));
                    assert!(found.is_empty(), "{namespace} {name}: {found:?}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 1000, "{asked}");
        // Somebody's own; a service that nothing is known of.
        assert!(said("Shop/Orders", "Placed").is_empty() && said("AWS/SomethingNew", "Lag").is_empty());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let none: &[&str] = &[];
        let one = |found: Vec<String>, wanted: &[&str]| assert_eq!(found, wanted);
        one(of_rain(Some("Seconds"), &["Station"], "us-west-2", None), none);
        one(of_rain(None, &["Valley", "Station"], "us-west-2", None), none);
        one(of_rain(Some("Percent"), &["Station"], "us-west-2", None), &["error: `Rain` is published in Seconds, not in Percent"]);
        one(of_rain(None, &["Village"], "us-west-2", None), &["error: `Rain` has no dimension `Village`"]);
        one(of_rain(None, &["Valley"], "us-west-2", None), &["error: `Rain` is not published by `Valley`"]);
        one(of_rain(None, &[], "us-west-2", None), &["error: `Rain` is not published without dimensions"]);
        one(of_rain(None, &["Station"], "us-west-2", Some("us-east-1")), &["error: `Rain` is published in us-east-1 only, not in us-west-2"]);
        one(of_rain(None, &["Station"], "us-east-1", Some("us-east-1")), none);
        // Other partitions may keep it elsewhere.
        one(of_rain(None, &["Station"], "cn-north-1", Some("us-east-1")), none);
    }

    /// A slip in a name: an error where AWS's page lists every name, else a warning.
    #[test]
    fn a_name_that_there_is_not_is_said() {
        let (mut all, mut some) = (0, 0);
        for namespace in metrics::namespaces() {
            let Some(row) = metrics::namespace(namespace) else { continue };
            let Some(name) = metrics::names(namespace).first().map(|name| format!("{name}Qq")) else { continue };
            let wanted = if row.complete { "error: `NS` has no metric `NAME`" } else { "warning: `NS` may have no metric `NAME`" };
            assert_eq!(said(namespace, &name), [wanted.replace("NS", namespace).replace("NAME", &name)]);
            let small = namespace.to_ascii_lowercase();
            assert_eq!(said(&small, &name), [format!("error: there is no namespace `{small}`")]);
            if row.complete {
                all += 1
            } else {
                some += 1
            }
            // Of a namespace in one Region, names without a row too.
            if let (Some(home), Some(other)) = (row.region.as_deref(), row.others.first()) {
                let found = asking((namespace, other, None, None), "us-east-2", |asked| told(&faults(asked)));
                assert_eq!(found, [format!("error: `{other}` is published in {home} only, not in us-east-2")]);
            }
        }
        assert!(all > 5 && some > 0, "{all} {some}");
    }
}
