//! A sentence of the table, held against what was compiled.

use crate::output::{Output, Thing};
use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A row. The head of `points.toml` says what may stand in it.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    pub point: String,
    pub says: String,
    /// Other points of which it speaks too.
    #[serde(default)]
    pub with: Vec<String>,
    /// The Regions in which it is looked for; all of them if none is named.
    #[serde(default, rename = "in")]
    pub regions: Vec<String>,
    /// Declarations, each of which has one resource; or files.
    #[serde(default)]
    pub of: Vec<String>,
    /// Types, all of whose resources are looked at.
    #[serde(default)]
    pub every: Vec<String>,
    /// Declarations that `every` does not speak of, with the reason.
    #[serde(default)]
    pub but: Vec<(String, String)>,
    /// What holds of each: a path, how it is compared, a value.
    #[serde(default)]
    pub is: String,
    /// Types of which there is nothing.
    #[serde(default)]
    pub none: Vec<String>,
    /// What the resources of `every` have at `path`, all together.
    pub path: Option<String>,
    #[serde(default)]
    pub exactly: Vec<String>,
}

/// How what stands at a path is compared.
pub enum Expected {
    Equal(Value),
    Matching(String),
    Holding(Value),
    OneOf(Vec<Value>),
    Absent,
}

/// A line of `is`.
pub struct Line {
    pub path: Vec<String>,
    pub expected: Expected,
}

/// A place in a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// By which member the elements of a list are told apart.
const NAMED_BY: &[&str] = &["Sid", "Id", "id", "Region", "AttributeName", "Name", "Key", "name"];

impl Sentence {
    pub fn regions<'o>(&'o self, output: &'o Output) -> Vec<&'o String> {
        output.names.keys().filter(|code| self.regions.is_empty() || self.regions.contains(code)).collect()
    }

    /// A text of the row as it reads in a Region.
    fn told(text: &str, region: &str, output: &Output) -> String {
        let (other, other_name) = output.names.iter().find(|(code, _)| *code != region).expect("two Regions");
        let own = &output.names[region];
        text.replace("{here}", region).replace("{other}", other).replace("{here.name}", own).replace("{other.name}", other_name)
    }

    pub fn lines(&self, region: &str, output: &Output) -> Vec<Line> {
        let told = Self::told(&self.is, region, output);
        told.lines().filter(|line| !line.trim().is_empty()).map(|line| Line::new(line).unwrap_or_else(|| panic!("{}: {line}", self.says))).collect()
    }

    /// Which of the things the sentence speaks of, by their position; and what is not there.
    pub fn subjects(&self, region: &str, output: &Output, things: &[Rc<Thing>]) -> (Vec<usize>, Vec<String>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for name in &self.of {
            let name = Self::told(name, region, output);
            match things.iter().position(|thing| thing.declared == name) {
                Some(position) => found.push(position),
                None => missing.push(format!("there is no {name}")),
            }
        }
        if !self.every.is_empty() {
            let left_out = |thing: &Thing| self.but.iter().any(|(name, _)| Self::told(name, region, output) == thing.declared);
            let all = things.iter().enumerate().filter(|(_, thing)| self.every.contains(&thing.ty) && !left_out(thing));
            found.extend(all.map(|(position, _)| position));
            if found.is_empty() {
                missing.push(format!("there is no {}", self.every.join(" or ")));
            }
        }
        (found, missing)
    }

    /// What does not hold in a Region that has these things.
    pub fn broken(&self, region: &str, output: &Output, things: &[Rc<Thing>]) -> Vec<String> {
        let (subjects, mut broken) = self.subjects(region, output, things);
        let lines = self.lines(region, output);
        for thing in subjects.iter().map(|at| &things[*at]) {
            broken.extend(lines.iter().flat_map(|line| line.broken(thing)));
        }
        broken.extend(things.iter().filter(|thing| self.none.contains(&thing.ty)).map(|thing| format!("there is {}", thing.declared)));
        if let Some(path) = &self.path {
            let path: Vec<String> = path.split('.').map(String::from).collect();
            let all = subjects.iter().flat_map(|at| places(subject(&things[*at], &path), &path));
            let values: Vec<Option<String>> = all.map(|(_, value)| value.as_ref().map(text_of)).collect();
            let expected: BTreeSet<Option<String>> = self.exactly.iter().map(|text| Some(Self::told(text, region, output))).collect();
            if values.iter().cloned().collect::<BTreeSet<_>>() != expected {
                broken.push(format!("{values:?} are not exactly {expected:?}"));
            }
        }
        broken
    }

    /// What does not hold anywhere.
    pub fn broken_anywhere(&self, output: &Output) -> Vec<String> {
        let regions = self.regions(output).into_iter();
        regions
            .flat_map(|region| self.broken(region, output, &output.things[region]).into_iter().map(move |what| format!("{region}: {what}")))
            .collect()
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}

/// Where a path of a thing begins: at the properties; with `@` at the resource.
pub fn subject<'t>(thing: &'t Thing, path: &[String]) -> &'t Value {
    if starts_outside(thing, path) { &thing.readable } else { &thing.readable["Properties"] }
}

/// Whether a path does not begin at the properties.
pub fn starts_outside(thing: &Thing, path: &[String]) -> bool {
    thing.ty == "file" || path.first().is_some_and(|first| first.starts_with('@'))
}

/// All places that a path leads to, and what stands there.
pub fn places(value: &Value, path: &[String]) -> Vec<(Vec<Step>, Option<Value>)> {
    let Some((first, rest)) = path.split_first() else { return vec![(Vec::new(), Some(value.clone()))] };
    let first = first.strip_prefix('@').unwrap_or(first);
    let steps: Vec<(Step, &Value)> = match value {
        Value::Object(map) if first == "*" => map.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect(),
        Value::Object(map) => map.get(first).map(|value| (Step::Key(first.into()), value)).into_iter().collect(),
        Value::Array(list) => {
            let named = |element: &Value| NAMED_BY.iter().any(|key| element[*key] == *first);
            let wanted = |(at, element): &(usize, &Value)| first == "*" || first.parse() == Ok(*at) || named(element);
            list.iter().enumerate().filter(wanted).map(|(at, element)| (Step::Index(at), element)).collect()
        }
        _ => Vec::new(),
    };
    if steps.is_empty() {
        // Where it would have to be put.
        return vec![(path.iter().map(|part| Step::Key(part.trim_start_matches('@').into())).collect(), None)];
    }
    let deeper = |(step, value): (Step, &Value)| -> Vec<(Vec<Step>, Option<Value>)> {
        let found = places(value, rest).into_iter();
        found.map(|(steps, value)| ([vec![step.clone()], steps].concat(), value)).collect()
    };
    steps.into_iter().flat_map(deeper).collect()
}

impl Line {
    fn new(line: &str) -> Option<Self> {
        let line = line.trim();
        let path = |text: &str| text.trim().split('.').map(String::from).collect();
        if let Some(start) = line.strip_suffix(" absent") {
            return Some(Self { path: path(start), expected: Expected::Absent });
        }
        let operators = [" = ", " ~ ", " has ", " in "].iter().filter_map(|operator| line.find(operator).map(|at| (at, *operator)));
        let (at, operator) = operators.min()?;
        let value: Value = serde_json::from_str(&line[at + operator.len()..]).ok()?;
        let expected = match operator {
            " = " => Expected::Equal(value),
            " has " => Expected::Holding(value),
            " in " => Expected::OneOf(value.as_array()?.clone()),
            _ => Expected::Matching(value.as_str()?.into()),
        };
        Some(Self { path: path(&line[..at]), expected })
    }

    pub fn broken(&self, thing: &Thing) -> Vec<String> {
        let found = places(subject(thing, &self.path), &self.path);
        let wrong = found.into_iter().filter(|(_, value)| !self.expected.holds(value.as_ref()));
        wrong.map(|(_, value)| format!("{}: {} is {}", thing.declared, self.path.join("."), value.unwrap_or_default())).collect()
    }
}

impl Expected {
    fn holds(&self, found: Option<&Value>) -> bool {
        let Some(found) = found else { return matches!(self, Expected::Absent) };
        match self {
            Expected::Absent => false,
            Expected::Equal(value) => same(found, value),
            Expected::OneOf(values) => values.iter().any(|value| same(found, value)),
            Expected::Matching(pattern) => found.as_str().is_some_and(|text| Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(text)),
            Expected::Holding(value) => match found {
                Value::Array(list) => list.iter().any(|element| same(element, value)),
                Value::String(text) => value.as_str().is_some_and(|part| text.contains(part)),
                _ => false,
            },
        }
    }
}

/// The same value: a number is the same however it is written.
fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => found.as_f64() == expected.as_f64(),
        _ => found == expected,
    }
}
