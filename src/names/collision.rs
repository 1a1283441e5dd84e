//! Collisions: two things that can have one name, in one environment or in two that stand side by side.
//!
//! Names are sorted by the characters that they begin with (or end with, where that tells more of them apart), and compared where those
//! of one begin those of the other: few pairs are left, and the work grows little faster than the number of names. At most
//! [`MAXIMUM_PAIRS`] pairs are looked at and [`MAXIMUM_SEARCHES`] searched; beyond that the platform is told that its names are too
//! much alike.

use super::name::{Name, Part};
use super::search::{Automaton, Meeting, meeting};
use super::{Checker, a};
use crate::aws::names::Unique;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Parameter;
use crate::model::ids::Id;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The most pairs of names whose first and last characters are compared.
const MAXIMUM_PAIRS: usize = 5_000_000;
/// The most pairs of names that are searched for a common text.
const MAXIMUM_SEARCHES: usize = 20_000;

pub fn check(checker: &Checker<'_>, names: &[Name<'_>], diagnostics: &mut Diagnostics) {
    let mut spaces: BTreeMap<&str, Vec<&Name<'_>>> = BTreeMap::new();
    for name in names.iter().filter(|name| name.closed() && name.rule.unique != Unique::None) {
        let space = name.rule.space.as_deref().unwrap_or(&name.rule.resource_type);
        spaces.entry(space).or_default().push(name);
    }
    let mut comparer = Comparer {
        checker,
        diagnostics,
        automata: FxHashMap::default(),
        reported: FxHashSet::default(),
        shapes: FxHashSet::default(),
        pairs: 0,
        searches: 0,
    };
    for names in spaces.into_values() {
        comparer.same(&names);
        comparer.alike(&names);
        comparer.read_twice(&names);
    }
}

/// The parts as AWS compares them.
fn folded(name: &Name<'_>) -> Vec<Part> {
    let fold = |part: &Part| match part {
        Part::Literal(text) if name.rule.folded => Part::Literal(text.to_ascii_lowercase()),
        other => other.clone(),
    };
    name.parts.iter().map(fold).collect()
}

/// Whether two names must differ.
fn meet(first: &Name<'_>, second: &Name<'_>) -> bool {
    let regional = |name: &Name<'_>| matches!(name.rule.unique, Unique::Region | Unique::Parent);
    let apart = regional(first) && regional(second) && first.region != second.region;
    !apart && first.parent == second.parent
}

fn first_text(parts: &[Part]) -> &str {
    if let Some(Part::Literal(text)) = parts.first() { text } else { "" }
}

fn last_text(parts: &[Part]) -> &str {
    if let Some(Part::Literal(text)) = parts.last() { text } else { "" }
}

/// A name with its parts and what it is sorted by.
type Keyed<'n, 'm> = (String, &'n [Part], &'n Name<'m>);

struct Comparer<'c, 'd> {
    checker: &'c Checker<'c>,
    diagnostics: &'d mut Diagnostics,
    automata: FxHashMap<Vec<Part>, Automaton>,
    /// Pairs that were reported, by what messages call them.
    reported: FxHashSet<(String, String)>,
    /// Names that were looked at for two readings.
    shapes: FxHashSet<Vec<Part>>,
    pairs: usize,
    searches: usize,
}

impl Comparer<'_, '_> {
    /// Names that are written alike.
    fn same(&mut self, names: &[&Name<'_>]) {
        let mut known: FxHashMap<Vec<Part>, Vec<&Name<'_>>> = FxHashMap::default();
        for name in names {
            let group = known.entry(folded(name)).or_default();
            if let Some(first) = group.iter().find(|first| meet(first, name)) {
                self.report_same(first, name);
            }
            group.push(name);
        }
    }

    /// Names that are written differently, and become the same for some values.
    fn alike(&mut self, names: &[&Name<'_>]) {
        let each: Vec<(Vec<Part>, &Name<'_>)> = names.iter().map(|name| (folded(name), *name)).collect();
        let forward = |parts: &[Part]| first_text(parts).to_string();
        let backward = |parts: &[Part]| last_text(parts).chars().rev().collect::<String>();
        let distinct = |key: &dyn Fn(&[Part]) -> String| each.iter().map(|(parts, _)| key(parts)).collect::<FxHashSet<_>>().len();
        let by_start = distinct(&forward) >= distinct(&backward);
        let mut sorted: Vec<Keyed<'_, '_>> =
            each.iter().map(|(parts, name)| (if by_start { forward(parts) } else { backward(parts) }, parts.as_slice(), *name)).collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        for (at, (key, parts, name)) in sorted.iter().enumerate() {
            // Whatever begins with this key stands directly behind it.
            for (_, other_parts, other) in sorted.iter().skip(at + 1).take_while(|(other, ..)| other.starts_with(key.as_str())) {
                self.pairs += 1;
                if self.pairs > MAXIMUM_PAIRS {
                    return self.give_up(name);
                }
                let (start, other_start) = (first_text(parts), first_text(other_parts));
                let (end, other_end) = (last_text(parts), last_text(other_parts));
                let starts_alike = start.starts_with(other_start) || other_start.starts_with(start);
                let ends_alike = end.ends_with(other_end) || other_end.ends_with(end);
                let fixed = name.parameters().is_empty() && other.parameters().is_empty();
                if parts == other_parts || fixed || !starts_alike || !ends_alike || !meet(name, other) {
                    continue;
                }
                self.searches += 1;
                if self.searches > MAXIMUM_SEARCHES {
                    return self.give_up(name);
                }
                self.compare(name, parts, other, other_parts);
            }
        }
    }

    fn compare(&mut self, name: &Name<'_>, parts: &[Part], other: &Name<'_>, other_parts: &[Part]) {
        if self.reported.contains(&(name.shown.clone(), other.shown.clone())) {
            return;
        }
        for (key, name) in [(parts, name), (other_parts, other)] {
            if !self.automata.contains_key(key) {
                self.automata.insert(key.to_vec(), Automaton::of(self.checker, name, name.rule.folded));
            }
        }
        let (Some(one), Some(two)) = (self.automata.get(parts), self.automata.get(other_parts)) else { return };
        let Some(found) = meeting((name, one), (other, two), false) else { return };
        if consistent(&found.first) && consistent(&found.second) {
            self.report_alike(name, other, &found);
        }
    }

    /// Names of several parameters whose texts can be read in two ways: two environments would own one thing.
    fn read_twice(&mut self, names: &[&Name<'_>]) {
        for name in names.iter().filter(|name| name.parameters().len() > 1) {
            let from = name.parts.iter().position(|part| matches!(part, Part::Parameter(_))).unwrap_or(0);
            let to = name.parts.iter().rposition(|part| matches!(part, Part::Parameter(_))).unwrap_or(0);
            let shape: Vec<Part> = name.parts.iter().take(to + 1).skip(from).cloned().collect();
            if !self.shapes.insert(shape) {
                continue;
            }
            let automaton = Automaton::of(self.checker, name, name.rule.folded);
            let Some(found) = meeting((name, &automaton), (name, &automaton), true) else { continue };
            if consistent(&found.first) && consistent(&found.second) && found.first != found.second {
                self.report_twice(name, &found);
            }
        }
    }

    fn values(&self, values: &[(Id<Parameter>, String)]) -> String {
        let mut shown: Vec<String> = Vec::new();
        for (id, value) in values {
            let text = format!("`{} = \"{}\"`", self.checker.parameter(*id).name, value.escape_default());
            if !shown.contains(&text) {
                shown.push(text);
            }
        }
        shown.join(", ")
    }

    fn report_same(&mut self, first: &Name<'_>, second: &Name<'_>) {
        if !self.reported.insert((first.shown.clone(), second.shown.clone())) {
            return;
        }
        let checker = self.checker;
        let noun = a(&first.rule.noun);
        let written = first.written();
        if first.family.is_some() && first.family == second.family {
            let place = |name: &Name<'_>| name.region.map(|region| checker.model.region_text(region)).unwrap_or_default();
            let everywhere =
                if first.rule.unique == Unique::Global { "among all accounts, over all Regions" } else { "in the account, over all Regions" };
            let message = format!("`{}` has one name in {} and {}", first.shown, place(first), place(second));
            let finding = checker.at(Diagnostic::error(codes::NAME_COLLISION, message), first, format!("`{written}` in both"), &[]);
            self.diagnostics.push(
                finding
                    .note(format!("the name of {noun} is unique {everywhere}: the second stack could not be made"))
                    .help(format!("write the Region into it: `{written}-${{here}}`")),
            );
            return;
        }
        let message = format!("`{}` and `{}` have one name: `{written}`", first.shown, second.shown);
        let finding = checker.at(Diagnostic::error(codes::NAME_COLLISION, message), second, format!("`{written}` again"), &[]);
        self.diagnostics.push(
            finding
                .secondary(checker.place(first), format!("the name of `{}`", first.shown))
                .note("AWS takes the second one for the first, or refuses it when its stack is made")
                .help("give one of them another name"),
        );
    }

    fn report_alike(&mut self, first: &Name<'_>, second: &Name<'_>, found: &Meeting) {
        self.reported.insert((first.shown.clone(), second.shown.clone()));
        let checker = self.checker;
        let shared = |id: &Id<Parameter>, value: &String| found.second.iter().all(|(other, theirs)| other != id || theirs == value);
        let together = found.first.iter().all(|(id, value)| shared(id, value));
        let both: Vec<(Id<Parameter>, String)> = found.first.iter().chain(&found.second).cloned().collect();
        let text = found.text.escape_default();
        let example = if together {
            format!("{} makes `{text}` of both", self.values(&both))
        } else {
            let one = if found.first.is_empty() {
                format!("`{}` is `{text}`", first.shown)
            } else {
                format!("{} makes `{text}` of `{}`", self.values(&found.first), first.shown)
            };
            let two = if found.second.is_empty() {
                format!("`{}` has that name always", second.shown)
            } else {
                format!("in another environment {} makes it of `{}`", self.values(&found.second), second.shown)
            };
            format!("{one}; {two}")
        };
        let mut parameters = first.parameters();
        parameters.extend(second.parameters().into_iter().filter(|id| !first.parameters().contains(id)));
        let message = format!("`{}` and `{}` can have one name", first.shown, second.shown);
        let finding = checker.at(Diagnostic::error(codes::NAME_COLLISION, message), second, format!("`{}`", second.written()), &parameters);
        let place = checker.place(first);
        let finding = if place == checker.place(second) { finding } else { finding.secondary(place, format!("`{}`", first.written())) };
        self.diagnostics.push(finding.note(example).help(separate(checker, &both)));
    }

    fn report_twice(&mut self, name: &Name<'_>, found: &Meeting) {
        let checker = self.checker;
        let message = format!(
            "two environments can have one name for {}",
            if name.family.is_some() { format!("`{}`", name.shown) } else { name.shown.clone() }
        );
        let finding = checker.at(Diagnostic::error(codes::NAME_COLLISION, message), name, format!("`{}`", name.written()), &name.parameters());
        let both: Vec<(Id<Parameter>, String)> = found.first.iter().chain(&found.second).cloned().collect();
        self.diagnostics.push(
            finding
                .note(format!("{} makes `{}`, and so does {}", self.values(&found.first), found.text.escape_default(), self.values(&found.second)))
                .help(separate(checker, &both)),
        );
    }

    fn give_up(&mut self, name: &Name<'_>) {
        let finding = Diagnostic::warning(codes::NAME_COLLISION, "too many names are alike to compare them all");
        let label = format!("`{}` is one of them", name.written());
        self.diagnostics.push(
            self.checker
                .at(finding, name, label, &[])
                .note(format!("{MAXIMUM_SEARCHES} pairs of names begin and end alike; whether the others can collide was not looked at"))
                .help("begin names with what tells the things apart: `naming = \"${platform}-${path}-${suffix}\"`"),
        );
    }
}

/// Whether a parameter has one value wherever it stands.
fn consistent(values: &[(Id<Parameter>, String)]) -> bool {
    values.iter().all(|(id, value)| values.iter().all(|(other, theirs)| other != id || theirs == value))
}

/// What keeps the names apart.
fn separate(checker: &Checker<'_>, values: &[(Id<Parameter>, String)]) -> String {
    let separator = values.iter().find_map(|(id, value)| value.chars().find(|c| !c.is_ascii_alphanumeric()).map(|c| (id, c)));
    match separator {
        Some((id, character)) => {
            format!("leave `{character}` out of the constraint of `{}`: it stands between the parts of names", checker.parameter(*id).name)
        }
        None => "let the names differ in a word, with a separator that no parameter admits".into(),
    }
}
