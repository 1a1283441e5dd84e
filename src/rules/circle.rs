//! Events that go round in a circle: each of several buses hands on to the next what the one before handed to it.
//!
//! A circle is only reported if one event surely passes all filters of it. What a filter compares with is held against what the
//! others compare with, entry by entry; a comparison that is not known here lets nothing pass.

use super::Reader;
use super::condition::Subject;
use super::refer::canonical;
use super::walk::{Node, Walker};
use crate::aws::rules::{self, Forwarding};
use crate::check::problem::Step as Part;
use crate::check::say;
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::model::{Member, Model};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How many hands an event goes through at most until it is back.
const LONGEST: usize = 6;
/// How many ways are tried in all; nobody builds as many by hand.
const MOST_TRIED: usize = 50_000;

/// One hand: a resource that takes events at one place and gives them to another.
struct Edge {
    of: ResourceRef,
    row: &'static Forwarding,
    from: String,
    to: String,
    /// The number of the target among those of the resource.
    target: usize,
    filter: Rc<Filter>,
}

/// What has to stand in each entry of an event.
type Filter = Vec<(String, Vec<Test>)>;

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Is(String),
    Begins(String),
    Not(Vec<String>),
    Exists,
    Unknown,
}

/// Reports circles.
pub(super) fn check(reader: &mut Reader<'_>) {
    let edges = edges(reader);
    if edges.is_empty() {
        return;
    }
    let mut leaving: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, edge) in edges.iter().enumerate() {
        leaving.entry(&edge.from).or_default().push(at);
    }
    let mut search = Search { edges: &edges, leaving, tried: 0, found: Vec::new() };
    for at in 0..edges.len() {
        search.from(at, &mut vec![at]);
    }
    let mut circles: Vec<Vec<usize>> = search.found;
    // The members of a family have one source: a circle among them is told once.
    let mut told: Vec<Vec<usize>> = Vec::new();
    circles.retain(|circle| {
        let mut families: Vec<usize> = circle.iter().filter_map(|at| edges.get(*at)).map(|edge| edge.of.family.index()).collect();
        families.sort_unstable();
        families.dedup();
        let new = !told.contains(&families);
        told.push(families);
        new
    });
    for circle in circles {
        let hands: Vec<&Edge> = circle.iter().filter_map(|at| edges.get(*at)).collect();
        if let Some(finding) = say_circle(reader, &hands) {
            reader.push(finding);
        }
    }
}

struct Search<'e> {
    edges: &'e [Edge],
    leaving: FxHashMap<&'e str, Vec<usize>>,
    tried: usize,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Goes on from the last edge of a way; circles are told from their first edge only.
    fn from(&mut self, first: usize, way: &mut Vec<usize>) {
        self.tried += 1;
        let (Some(start), Some(last)) = (self.edges.get(first), way.last().and_then(|at| self.edges.get(*at))) else { return };
        if self.tried > MOST_TRIED || !passes(&way.iter().filter_map(|at| self.edges.get(*at)).map(|edge| edge.filter.as_ref()).collect::<Vec<_>>()) {
            return;
        }
        if last.to == start.from {
            self.found.push(way.clone());
            return;
        }
        if way.len() >= LONGEST {
            return;
        }
        for next in self.leaving.get(last.to.as_str()).cloned().unwrap_or_default() {
            if next > first && !way.contains(&next) {
                way.push(next);
                self.from(first, way);
                way.pop();
            }
        }
    }
}

fn edges(reader: &Reader<'_>) -> Vec<Edge> {
    let model = reader.model;
    let mut edges = Vec::new();
    for (id, family) in model.families.iter() {
        let Some(row) = rules::forwarding(&family.resource_type).filter(|_| !family.external) else { continue };
        for (region, member) in &family.members {
            let at = ResourceRef { family: id, region: *region };
            let subject = Subject { node: Node::Properties(&member.properties), at: Some((at, Vec::new())), plan: None };
            if reader.judge().holds(&row.off, &subject) {
                continue;
            }
            let walker = Walker::new(model, &reader.references);
            let identity = |value: &Value| identity(reader, value, row, at);
            let from = walker.of_resource(at, &row.from.0);
            let from = match from.spots.first() {
                Some(spot) => spot.value.and_then(identity),
                None => (!from.unknown).then(|| default(model, row, at)),
            };
            let filter = walker.of_resource(at, &row.filter.0);
            let filter = filter.spots.first().and_then(|spot| spot.value).map(|value| Rc::new(filter_of(model, value)));
            let (Some(from), Some(filter)) = (from, filter) else { continue };
            for (target, spot) in walker.of_resource(at, &row.to.0).spots.iter().enumerate() {
                if let Some(to) = spot.value.and_then(identity) {
                    edges.push(Edge { of: at, row, from: from.clone(), to, target, filter: filter.clone() });
                }
            }
        }
    }
    edges
}

/// The ARN of what a value names.
fn identity(reader: &Reader<'_>, value: &Value, row: &Forwarding, at: ResourceRef) -> Option<String> {
    let targets = reader.references.targets(value, Some(at.region), Some(&row.between));
    if let Some(target) = targets.list.first() {
        return canonical(reader.model, &Value::Deploy(Rc::new(Deploy::Arn(*target))));
    }
    let text = canonical(reader.model, value)?;
    // Whatever has no resource here is known by its ARN; a name alone could be anything, but for the default one.
    let default = default(reader.model, row, at);
    if text.starts_with("arn:") {
        return Some(text);
    }
    default.ends_with(&format!("/{text}")).then_some(default)
}

fn default(model: &Model, row: &Forwarding, at: ResourceRef) -> String {
    let region = model.regions.get(at.region);
    row.default.replace("{partition}", &region.partition).replace("{region}", &region.code)
}

/// The comparisons of a filter.
fn filter_of(model: &Model, value: &Value) -> Filter {
    let mut found = Vec::new();
    gather(model, value, String::new(), &mut found);
    found
}

fn gather(model: &Model, value: &Value, path: String, found: &mut Filter) {
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                gather(model, value, path, found);
            }
        }
        Value::List(items) if !path.starts_with('$') => found.push((path, items.iter().map(|item| test(model, item)).collect())),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Json(inner) => gather(model, inner, path, found),
            _ => found.push((path, vec![Test::Unknown])),
        },
        // A text of JSON, or a choice between filters: not read here, so nothing is said of it.
        _ => found.push((path, vec![Test::Unknown])),
    }
}

fn test(model: &Model, item: &Value) -> Test {
    let Value::Map(map) = item else { return canonical(model, item).map_or(Test::Unknown, Test::Is) };
    let text = |value: &Value| canonical(model, value);
    match map.iter().next() {
        Some((key, value)) if key == "prefix" => text(value).map_or(Test::Unknown, Test::Begins),
        Some((key, Value::Bool(true))) if key == "exists" => Test::Exists,
        Some((key, Value::List(items))) if key == "anything-but" => {
            let list: Option<Vec<String>> = items.iter().map(text).collect();
            list.map_or(Test::Unknown, Test::Not)
        }
        Some((key, value)) if key == "anything-but" => text(value).map_or(Test::Unknown, |text| Test::Not(vec![text])),
        _ => Test::Unknown,
    }
}

/// Whether some event surely passes all filters.
fn passes(filters: &[&Filter]) -> bool {
    let mut entries: FxHashMap<&str, Vec<&[Test]>> = FxHashMap::default();
    for (path, tests) in filters.iter().flat_map(|filter| filter.iter()) {
        entries.entry(path).or_default().push(tests);
    }
    entries.values().all(|lists| {
        let candidates = lists.iter().flat_map(|tests| tests.iter()).filter_map(|test| match test {
            Test::Is(text) => Some(text.clone()),
            Test::Begins(text) => Some(format!("{text}~")),
            _ => None,
        });
        // Where nothing says what it is, it may be anything else.
        candidates.chain(["~".to_string()]).any(|candidate| lists.iter().all(|tests| tests.iter().any(|test| allows(test, &candidate))))
    })
}

fn allows(test: &Test, candidate: &str) -> bool {
    match test {
        Test::Is(text) => candidate == text,
        Test::Begins(text) => candidate.starts_with(text.as_str()),
        Test::Not(texts) => !texts.iter().any(|text| text == candidate),
        Test::Exists => true,
        Test::Unknown => false,
    }
}

fn say_circle(reader: &Reader<'_>, hands: &[&Edge]) -> Option<Diagnostic> {
    let model = reader.model;
    let first = hands.first()?;
    let name = |edge: &Edge| model.families.get(edge.of.family).declared.clone();
    let region = |edge: &Edge| model.region_text(edge.of.region);
    let message = if hands.len() == 1 {
        format!("`{}` hands events to where it takes them from", name(first))
    } else {
        let names: Vec<String> = hands.iter().map(|edge| format!("`{}` in {}", name(edge), region(edge))).collect();
        format!("events go round in a circle: {}, and back", names.join(", then "))
    };
    let mut finding = Diagnostic::error(codes::EVENT_CIRCLE, message).acceptable();
    for (number, edge) in hands.iter().enumerate() {
        let family = model.families.get(edge.of.family);
        let empty = Member::default();
        let member = model.member(edge.of).unwrap_or(&empty);
        let subject = say::Subject { family, member, index: reader.index, sources: reader.sources };
        let spots = |way: &rules::Path| Walker::new(model, &reader.references).of_resource(edge.of, &way.0).spots;
        let path = spots(&edge.row.filter).first().map(|spot| spot.path.clone()).unwrap_or_default();
        let text = if number == 0 { "lets pass what was handed here before" } else { "and so does this one" };
        finding = also(finding, &subject, &path, text);
        if let Some(spot) = spots(&edge.row.to).get(edge.target) {
            finding = also(finding, &subject, &spot.path, "handed on");
        }
    }
    let born = &first.row.born;
    Some(
        finding
            .note(
                "one event is worked on again and again, in every Region, and paid for each time; on the day of the outage the buses are full of it",
            )
            .note(format!("{} (read {})", first.row.source, first.row.read))
            .help(format!("let each hand on only what was born in its own Region: an entry `{born}` in the filter, `{born}: [here.code]`")),
    )
}

/// Adds a label, the first of a finding as its place, where there is none yet: the members of a family have one source.
fn also(finding: Diagnostic, subject: &say::Subject<'_, '_>, path: &[Part], text: &str) -> Diagnostic {
    if finding.labels.is_empty() {
        return subject.put(finding, subject.place(path), text);
    }
    let other = subject.put(Diagnostic::error(codes::EVENT_CIRCLE, ""), subject.place(path), text);
    match other.labels.into_iter().next() {
        Some(label) if finding.labels.iter().all(|known| known.span != label.span) => finding.secondary(label.span, label.message),
        _ => finding,
    }
}
