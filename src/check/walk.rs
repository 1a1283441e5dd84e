//! Holds a value against a node of a schema.

use super::problem::{Bound, Kind, Problem, Step};
use super::values::{Seen, deploy_types, is_literal, is_of, key_of, literal_text, see, shown};
use super::{formats, forms, nominal};
use crate::aws::growing;
use crate::aws::schema::{self, Literal, Node, Relation};
use crate::diag::suggest;
use crate::model::Model;
use crate::model::value::{Deploy, TextPart, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Deeper values are not looked at: no schema is as deep, and free structures say nothing of their depth.
const DEEPEST: usize = 100;

/// Longer texts are not held against patterns: the engine needs time for each character and each state.
const LONGEST: usize = 20_000;

/// Patterns that were compiled; `None` for those that cannot be.
pub(super) type Patterns = FxHashMap<&'static str, Option<regex_lite::Regex>>;

/// Walks the properties of one resource.
pub(super) struct Walker<'m> {
    /// The model that deployment values point into.
    pub model: &'m Model,
    /// What was found.
    pub problems: Vec<Problem>,
    /// The texts of JSON that were given as structures.
    pub structures: Vec<Vec<Step>>,
    /// Compiled patterns, kept from resource to resource.
    pub patterns: &'m mut Patterns,
    path: Vec<Step>,
    /// Only whether it fits is asked: how many such questions are open.
    probing: usize,
    failed: bool,
    unknown: bool,
}

/// Whether a value fits a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Nobody can say before it is deployed.
    Unknown,
}

/// The entries of a map, or the properties of a resource.
pub(super) type Entries<'v> = Vec<(&'v SmolStr, &'v Value)>;

impl<'m> Walker<'m> {
    /// A walker for one resource.
    pub fn new(model: &'m Model, patterns: &'m mut Patterns) -> Self {
        Self { model, problems: Vec::new(), structures: Vec::new(), patterns, path: Vec::new(), probing: 0, failed: false, unknown: false }
    }

    pub(super) fn problem(&mut self, kind: Kind) {
        self.failed = true;
        if self.probing == 0 {
            self.problems.push(Problem { path: self.path.clone(), kind });
        }
    }

    pub(super) fn problem_at(&mut self, key: &str, kind: Kind) {
        self.failed = true;
        if self.probing == 0 {
            let mut path = self.path.clone();
            path.push(Step::Key(key.into()));
            self.problems.push(Problem { path, kind });
        }
    }

    /// Whether entries or a value fit a node, without a word.
    pub(super) fn fits(&mut self, ask: impl FnOnce(&mut Self)) -> Fit {
        let (failed, unknown) = (std::mem::take(&mut self.failed), std::mem::take(&mut self.unknown));
        self.probing += 1;
        ask(self);
        self.probing -= 1;
        let fit = match (self.failed, self.unknown) {
            (true, _) => Fit::No,
            (false, true) => Fit::Unknown,
            (false, false) => Fit::Yes,
        };
        self.failed = failed;
        self.unknown = unknown;
        fit
    }

    /// What is wrong with entries or a value, kept aside.
    pub(super) fn aside(&mut self, ask: impl FnOnce(&mut Self)) -> Vec<Problem> {
        let (failed, unknown) = (self.failed, self.unknown);
        let (before, probing) = (std::mem::take(&mut self.problems), std::mem::take(&mut self.probing));
        let structures = self.structures.len();
        ask(self);
        self.structures.truncate(structures);
        self.failed = failed;
        self.unknown = unknown;
        self.probing = probing;
        std::mem::replace(&mut self.problems, before)
    }

    /// Notes that whatever encloses this cannot be decided.
    pub(super) fn cannot_say(&mut self) {
        self.unknown = true;
    }

    /// Takes problems that were kept aside.
    pub(super) fn repeat(&mut self, problems: Vec<Problem>) {
        self.failed = true;
        if self.probing == 0 {
            self.problems.extend(problems);
        }
    }

    /// How deep the walk is, for the way to a problem.
    pub(super) fn depth(&self) -> usize {
        self.path.len()
    }

    /// Holds a value against a node.
    pub fn value(&mut self, node: Node, value: &Value) {
        if node.takes_anything() || self.path.len() > DEEPEST {
            return;
        }
        let seen = see(value);
        match seen {
            Seen::Unknown => {
                self.unknown = true;
                return;
            }
            Seen::Deploy(deploy) => {
                self.deploy(node, deploy);
                return;
            }
            _ => {}
        }
        if let Some(types) = node.types()
            && !is_of(seen, types)
        {
            let json = types & (Node::STRING | Node::OBJECT | Node::ARRAY) == Node::STRING && node.format() == Some("json");
            if json && matches!(seen, Seen::List(_) | Seen::Map(_)) {
                if self.probing == 0 {
                    self.structures.push(self.path.clone());
                }
                return;
            }
            self.problem(Kind::Type { wanted: types, found: shown(value), json });
            return;
        }
        self.enumerations(node, seen, value);
        match seen {
            Seen::Text(text) => self.text(node, text),
            Seen::Number(number) => self.number(node, number),
            Seen::List(items) => self.list(node, items),
            Seen::Map(map) => {
                let entries: Entries<'_> = map.iter().collect();
                self.object(node, &entries);
            }
            _ => {}
        }
        forms::value(self, node, value);
    }

    fn deploy(&mut self, node: Node, deploy: &Deploy) {
        if let (Some(wanted), Some(given)) = (node.types(), deploy_types(self.model, deploy))
            && wanted & given == 0
        {
            let found = if given & Node::ARRAY != 0 { "a list known at deployment" } else { "a text known at deployment" };
            self.problem(Kind::Type { wanted, found: found.into(), json: false });
            return;
        }
        if let Deploy::Parameter(id, _) = deploy {
            let parameter = self.model.parameters.get(*id);
            for allowed in &parameter.allowed {
                if let Some(literals) = node.enumeration()
                    && !literals.clone().any(|literal| is_literal(Seen::Text(allowed), literal, false))
                {
                    self.problem(Kind::Enumeration { found: format!("\"{allowed}\""), allowed: literals.map(literal_text).collect(), text: true });
                    return;
                }
            }
        }
        if let Some(kind) = self.incomplete(deploy) {
            self.problem(kind);
            return;
        }
        if let Some(kind) = nominal::conflict(self.model, node, deploy) {
            self.problem(kind);
            return;
        }
        if let Some(pattern) = node.pattern()
            && let Some(kind) = nominal::against_pattern(self.model, pattern, deploy, || self.matches(pattern, "a-name-1"))
        {
            self.problem(kind);
            return;
        }
        self.unknown = true;
    }

    /// An attribute that is none by itself: only what lies in it can be had.
    fn incomplete(&self, deploy: &Deploy) -> Option<Kind> {
        match deploy {
            Deploy::Attribute(target, name) => {
                let family = self.model.families.get(target.family);
                let schema = schema::find(&family.resource_type)?;
                let inner = |other: &str| other.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
                (schema.attribute(name).is_none()
                    && !family.external
                    && !schema.attributes().any(|(other, _)| other.ends_with('*'))
                    && schema.attributes().any(|(other, _)| inner(other)))
                .then(|| Kind::Attribute { name: name.clone(), of: family.resource_type.clone() })
            }
            Deploy::Text(parts) => parts.iter().find_map(|part| match part {
                TextPart::Value(value) => self.incomplete(value),
                TextPart::Literal(_) => None,
            }),
            _ => None,
        }
    }

    fn enumerations(&mut self, node: Node, seen: Seen<'_>, value: &Value) {
        let text = matches!(seen, Seen::Text(_));
        if let Some(wanted) = node.constant()
            && !is_literal(seen, wanted, false)
        {
            self.problem(Kind::Enumeration { found: shown(value), allowed: vec![literal_text(wanted)], text });
        }
        if let Some(literals) = node.enumeration()
            && !literals.clone().any(|literal| is_literal(seen, literal, false))
        {
            self.refused(literals, value, text);
        }
        if let Some(literals) = node.folded_enumeration()
            && !literals.clone().any(|literal| is_literal(seen, literal, true))
        {
            self.refused(literals, value, text);
        }
    }

    fn refused(&mut self, literals: impl Iterator<Item = Literal>, value: &Value, text: bool) {
        if self.probing > 0 {
            self.failed = true;
            return;
        }
        self.problem(Kind::Enumeration { found: shown(value), allowed: literals.map(literal_text).collect(), text });
    }

    fn text(&mut self, node: Node, text: &str) {
        let (least, most) = node.length();
        if (least.is_some() || most.is_some()) && !self.is_measured() {
            let count = text.chars().count();
            self.bounds(Bound::Characters, count as f64, least.map(f64::from), most.map(f64::from));
        }
        let (least, most) = node.range();
        if (least.is_some() || most.is_some())
            && let Ok(number) = text.trim().parse::<f64>()
        {
            self.bounds(Bound::Amount, number, least, most);
        }
        if let Some(pattern) = node.pattern()
            && text.len() <= LONGEST
            && !self.matches(pattern, text)
        {
            self.problem(Kind::Pattern { found: text.into(), pattern });
        }
        if let Some(format) = node.format()
            && !formats::has(format, text)
        {
            self.problem(Kind::Format { found: text.into(), format });
        }
    }

    fn is_measured(&self) -> bool {
        matches!(self.path.last(), Some(Step::Key(key)) if growing::is_measured(key))
    }

    /// Whether a text matches; a pattern that cannot be compiled matches everything.
    fn matches(&mut self, pattern: &'static str, text: &str) -> bool {
        let compiled = self.patterns.entry(pattern).or_insert_with(|| regex_lite::Regex::new(pattern).ok());
        // AWS's engines let `$` stand before a last line end.
        let line = text.strip_suffix('\n').unwrap_or(text);
        compiled.as_ref().is_none_or(|pattern| pattern.is_match(text) || line.len() < text.len() && pattern.is_match(line))
    }

    fn number(&mut self, node: Node, number: f64) {
        let (least, most) = node.range();
        self.bounds(Bound::Amount, number, least, most);
        let (above, below) = node.exclusive_range();
        if above.is_some_and(|bound| number <= bound) || below.is_some_and(|bound| number >= bound) {
            self.problem(Kind::Bounds { bound: Bound::Amount, found: number, least: above, most: below, exclusive: true });
        }
        if let Some(of) = node.multiple_of()
            && of != 0.0
            && !is_multiple(number, of)
        {
            self.problem(Kind::Multiple { found: number, of });
        }
        if let Some(pattern) = node.pattern()
            && !self.matches(pattern, &crate::model::value::number_text(number))
        {
            self.problem(Kind::Pattern { found: crate::model::value::number_text(number), pattern });
        }
    }

    fn bounds(&mut self, bound: Bound, found: f64, least: Option<f64>, most: Option<f64>) {
        if least.is_some_and(|least| found < least) || most.is_some_and(|most| found > most) {
            self.problem(Kind::Bounds { bound, found, least, most, exclusive: false });
        }
    }

    fn list(&mut self, node: Node, items: &[Value]) {
        let (least, most) = node.item_count();
        self.bounds(Bound::Elements, items.len() as f64, least.map(f64::from), most.map(f64::from));
        let mut first = 0;
        if let Some(nodes) = node.first_items() {
            for (at, (node, item)) in nodes.zip(items).enumerate() {
                self.inside(Step::Index(at), node, item);
                first = at + 1;
            }
        }
        if let Some(inner) = node.items() {
            for (at, item) in items.iter().enumerate().skip(first) {
                self.inside(Step::Index(at), inner, item);
            }
        }
        if node.has_unique_items() && items.len() > 1 {
            self.unique(items.iter().map(key_of));
        }
        for (relation, names) in node.relations() {
            if matches!(relation, Relation::DistinctKeys) {
                let keys: Vec<Option<String>> = items.iter().map(|item| key_by(item, &names)).collect();
                self.unique(keys.into_iter());
            }
        }
    }

    fn unique(&mut self, keys: impl Iterator<Item = Option<String>>) {
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        for (again, key) in keys.enumerate() {
            let Some(key) = key else {
                self.unknown = true;
                continue;
            };
            if let Some(first) = known.insert(key, again) {
                self.problem(Kind::Repeated { first, again });
                return;
            }
        }
    }

    fn inside(&mut self, step: Step, node: Node, value: &Value) {
        if node.takes_anything() {
            return;
        }
        self.path.push(step);
        self.value(node, value);
        self.path.pop();
    }

    /// Holds the entries of a map against a node.
    pub fn object(&mut self, node: Node, entries: &Entries<'_>) {
        let (least, most) = node.property_count();
        if least.is_some() || most.is_some() {
            self.bounds(Bound::Entries, entries.len() as f64, least.map(f64::from), most.map(f64::from));
        }
        let mut meant: Vec<&str> = Vec::new();
        if node.has_properties() || node.is_closed() || node.additional().is_some() {
            for (key, value) in entries {
                match self.property(node, key) {
                    Found::Node(inner) => self.inside(Step::Key((*key).clone()), inner, value),
                    Found::Anything => {}
                    Found::Nothing => {
                        if self.probing == 0 {
                            meant.extend(suggest::nearest(key, node.properties().map(|(name, _)| name)));
                        }
                        self.problem_at(key, Kind::Unknown(node));
                    }
                }
            }
        }
        for name in node.required() {
            // What is misspelt is said where it stands.
            if !has(entries, name) && !meant.contains(&name) {
                self.problem(Kind::Missing { name });
            } else if !has(entries, name) {
                self.failed = true;
            }
        }
        for (relation, names) in node.relations() {
            self.relation(relation, names, entries);
        }
    }

    fn property(&mut self, node: Node, key: &str) -> Found {
        if let Some(inner) = node.property(key) {
            return Found::Node(inner);
        }
        for (pattern, inner) in node.pattern_properties() {
            if self.matches(pattern, key) {
                return Found::Node(inner);
            }
        }
        match node.additional() {
            Some(inner) => Found::Node(inner),
            None if node.is_closed() => Found::Nothing,
            None => Found::Anything,
        }
    }

    fn relation(&mut self, relation: Relation, names: Vec<&'static str>, entries: &Entries<'_>) {
        match relation {
            Relation::ExactlyOne => {
                let set: Vec<SmolStr> = names.iter().filter(|name| has(entries, name)).map(SmolStr::new).collect();
                if set.len() != 1 {
                    self.problem(Kind::ExactlyOne { names, set });
                }
            }
            Relation::AtLeastOne => {
                if !names.iter().any(|name| has(entries, name)) {
                    self.problem(Kind::AtLeastOne(names));
                }
            }
            Relation::Needs(name) => {
                if has(entries, name)
                    && let Some(lacks) = names.into_iter().find(|other| !has(entries, other))
                {
                    self.problem_at(name, Kind::Needs { name, lacks });
                }
            }
            Relation::Excludes(name) => {
                if has(entries, name)
                    && let Some(other) = names.into_iter().find(|other| has(entries, other))
                {
                    self.problem_at(other, Kind::Excludes { name, other });
                }
            }
            Relation::DistinctKeys => {}
        }
    }
}

enum Found {
    Node(Node),
    Anything,
    Nothing,
}

/// Whether a property is set.
pub(super) fn has(entries: &Entries<'_>, name: &str) -> bool {
    entries.iter().any(|(key, _)| key.as_str() == name)
}

fn key_by(item: &Value, names: &[&str]) -> Option<String> {
    let Seen::Map(map) = see(item) else { return None };
    let parts: Option<Vec<String>> = names.iter().map(|name| map.get(*name).map_or_else(|| Some(String::new()), key_of)).collect();
    parts.map(|parts| parts.join("\n"))
}

/// Whether a number is a multiple of another one; 0.3 is one of 0.1, although their quotient in binary is none.
fn is_multiple(number: f64, of: f64) -> bool {
    let quotient = number / of;
    (quotient - quotient.round()).abs() < 1e-9 * quotient.abs().max(1.0)
}
