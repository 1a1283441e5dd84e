//! Characters: what a constraint admits against what AWS takes, as a walk through both automata. A text that leads out of AWS's
//! is shown as the example.

use super::name::{Name, Part};
use super::{Checker, a, length};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Parameter;
use crate::model::ids::Id;
use crate::pattern::{self, Language, State};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// A number of an account, for examples.
const ACCOUNT: &str = "123456789012";
/// The state that nothing leads out of.
const DEAD: usize = 0;
const START: usize = 1;

/// Values of parameters.
type Values = Vec<(Id<Parameter>, String)>;
/// A name with what is wrong with it, and all that have the same fault.
type Example<'n> = (&'n Name<'n>, Fault, Vec<&'n str>);

pub fn check(checker: &Checker<'_>, names: &[Name<'_>], diagnostics: &mut Diagnostics) {
    let mut walker = Walker { checker, targets: FxHashMap::default(), ways: FxHashMap::default() };
    // What a constraint admits by mistake is one mistake, however many names it is part of.
    let mut faults: BTreeMap<(Culprit, Option<char>), Example<'_>> = BTreeMap::new();
    for name in names {
        let Some(fault) = Some(name).filter(|name| checker.bounded(name)).and_then(|name| walker.fault(name)) else { continue };
        let culprit = fault.parameter.map_or(Culprit::Text(name.span), Culprit::Parameter);
        let (.., all) = faults.entry((culprit, fault.character)).or_insert((name, fault, Vec::new()));
        if !all.contains(&name.shown.as_str()) {
            all.push(&name.shown);
        }
    }
    for (name, fault, all) in faults.into_values() {
        diagnostics.push(finding(checker, name, &fault, &all, names));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Culprit {
    Parameter(Id<Parameter>),
    Text(crate::source::Span),
}

/// What is wrong with a name.
struct Fault {
    /// The whole name.
    example: String,
    /// The values that make it.
    values: Values,
    /// The character that AWS does not take; none if the name is too empty for that.
    character: Option<char>,
    /// Where it stands among AWS's rules.
    place: Fit,
    /// The parameter that it comes from, if it comes from one.
    parameter: Option<Id<Parameter>>,
}

enum Fit {
    Nowhere,
    NotFirst,
    NotLast,
    NotBehind(char),
    Reserved(String),
}

/// What AWS takes, as a table: for each state and class of characters the next state.
struct Target {
    /// The first character of each class.
    classes: Vec<char>,
    next: Vec<Vec<usize>>,
    accepting: Vec<bool>,
    language: Language,
}

impl Target {
    fn new(language: Language) -> Self {
        let mut classes = vec!['\0'];
        for state in &language.states {
            let State::Take(ranges, _) = state else { continue };
            for (from, to) in ranges {
                classes.push(*from);
                classes.extend(char::from_u32(*to as u32 + 1));
            }
        }
        classes.sort_unstable();
        classes.dedup();
        let mut sets: Vec<Vec<usize>> = vec![Vec::new(), language.closure(language.start)];
        let mut next = Vec::new();
        let mut at = 0;
        while let Some(set) = sets.get(at).cloned() {
            let mut row = Vec::with_capacity(classes.len());
            for class in &classes {
                let mut reached = Vec::new();
                for state in &set {
                    if let Some(State::Take(ranges, to)) = language.states.get(*state)
                        && ranges.iter().any(|(from, end)| from <= class && class <= end)
                    {
                        reached.extend(language.closure(*to));
                    }
                }
                reached.sort_unstable();
                reached.dedup();
                let number = sets.iter().position(|known| *known == reached).unwrap_or_else(|| {
                    sets.push(reached);
                    sets.len() - 1
                });
                row.push(number);
            }
            next.push(row);
            at += 1;
        }
        let ends = |set: &Vec<usize>| set.iter().any(|state| matches!(language.states.get(*state), Some(State::End)));
        Self { accepting: sets.iter().map(ends).collect(), classes, next, language }
    }

    fn step(&self, state: usize, character: char) -> usize {
        let class = self.classes.partition_point(|first| *first <= character).saturating_sub(1);
        self.next.get(state).and_then(|row| row.get(class)).copied().unwrap_or(DEAD)
    }

    fn accepts(&self, state: usize) -> bool {
        self.accepting.get(state).copied().unwrap_or(false)
    }

    fn walk(&self, state: usize, text: &str) -> usize {
        text.chars().fold(state, |state, character| self.step(state, character))
    }

    /// Whether a character may stand anywhere in a name.
    fn knows(&self, character: char) -> bool {
        self.language.states.iter().any(|state| match state {
            State::Take(ranges, _) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)),
            _ => false,
        })
    }
}

/// Where the values of a parameter lead to, each with the shortest one.
type Ways = Rc<Vec<(usize, String)>>;

struct Walker<'c> {
    checker: &'c Checker<'c>,
    targets: FxHashMap<usize, Option<Rc<Target>>>,
    ways: FxHashMap<(usize, Id<Parameter>, usize), Ways>,
}

impl Walker<'_> {
    fn target(&mut self, name: &Name<'_>) -> Option<Rc<Target>> {
        self.targets
            .entry(name.row)
            .or_insert_with(|| {
                let language = pattern::read(name.rule.pattern.as_deref()?).ok()?;
                Some(Rc::new(Target::new(language)))
            })
            .clone()
    }

    /// What AWS refuses of a name, if there is something.
    fn fault(&mut self, name: &Name<'_>) -> Option<Fault> {
        if let Some(Part::Literal(text)) = name.parts.first()
            && let Some(reserved) = name.rule.forbidden.iter().find(|start| text.starts_with(start.as_str()))
        {
            let place = Fit::Reserved(reserved.clone());
            return Some(Fault { example: text.clone(), values: Vec::new(), character: text.chars().next(), place, parameter: None });
        }
        let target = self.target(name)?;
        let mut reached: Vec<(usize, Values)> = vec![(START, Vec::new())];
        for part in &name.parts {
            match part {
                Part::Literal(text) => reached.iter_mut().for_each(|(state, _)| *state = target.walk(*state, text)),
                Part::Account => reached.iter_mut().for_each(|(state, _)| *state = target.walk(*state, ACCOUNT)),
                Part::Parameter(id) => {
                    let mut after: Vec<(usize, Values)> = Vec::new();
                    for (state, values) in reached {
                        for (next, value) in self.ways(name.row, &target, *id, state).iter() {
                            if !after.iter().any(|(known, _)| known == next) {
                                let mut values = values.clone();
                                if !values.iter().any(|(known, _)| known == id) {
                                    values.push((*id, value.clone()));
                                }
                                after.push((*next, values));
                            }
                        }
                    }
                    reached = after;
                }
                // What follows is not known.
                Part::Open => {
                    reached.retain(|(state, _)| *state == DEAD);
                    break;
                }
            }
        }
        reached.sort_by_key(|(state, _)| *state);
        let wrong = reached.into_iter().filter(|(state, _)| !target.accepts(*state));
        wrong.map(|(_, values)| values).find_map(|values| explain(name, &target, values))
    }

    /// Where a parameter leads from a state, and with which value.
    fn ways(&mut self, row: usize, target: &Target, id: Id<Parameter>, from: usize) -> Ways {
        if let Some(known) = self.ways.get(&(row, id, from)) {
            return known.clone();
        }
        let found = Rc::new(self.checker.language(id).map(|language| ways(language, target, from)).unwrap_or_default());
        self.ways.insert((row, id, from), found.clone());
        found
    }
}

/// All states that a language leads to from a state, each with one of its shortest texts.
fn ways(language: &Language, target: &Target, from: usize) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut seen: rustc_hash::FxHashSet<(usize, usize)> = rustc_hash::FxHashSet::default();
    let mut open: VecDeque<(usize, usize, String)> = VecDeque::new();
    for state in language.closure(language.start) {
        seen.insert((state, from));
        open.push_back((state, from, String::new()));
    }
    while let Some((state, at, text)) = open.pop_front() {
        match language.states.get(state) {
            Some(State::Take(ranges, next)) => {
                for character in representatives(ranges, &target.classes) {
                    let to = target.step(at, character);
                    for state in language.closure(*next) {
                        if seen.insert((state, to)) {
                            open.push_back((state, to, format!("{text}{character}")));
                        }
                    }
                }
            }
            Some(State::End) if !found.iter().any(|(known, _)| *known == at) => found.push((at, text)),
            _ => {}
        }
    }
    found
}

/// A character of each class that the ranges touch, a readable one where there is one.
fn representatives(ranges: &[(char, char)], classes: &[char]) -> Vec<char> {
    let mut found = Vec::new();
    for (from, to) in ranges {
        let first = classes.partition_point(|start| start <= from).saturating_sub(1);
        for (at, start) in classes.iter().enumerate().skip(first).take_while(|(_, start)| *start <= to) {
            let low = (*start).max(*from);
            let end = classes.get(at + 1).and_then(|next| char::from_u32((*next as u32).wrapping_sub(1))).unwrap_or(char::MAX);
            let high = end.min(*to);
            let readable = ['a', 'A', '0', '-', '_', '.', ' '].into_iter().find(|character| (low..=high).contains(character));
            found.push(readable.or_else(|| (low..=high).find(char::is_ascii_graphic)).unwrap_or(low));
        }
    }
    found
}

/// Shows what is wrong with the name that these values make; none if nothing is (a parameter that stands in it twice).
fn explain(name: &Name<'_>, target: &Target, values: Values) -> Option<Fault> {
    let mut state = START;
    let mut example = String::new();
    let mut last = None;
    for part in &name.parts {
        let text = match part {
            Part::Literal(text) => text.as_str(),
            Part::Account => ACCOUNT,
            Part::Parameter(id) => values.iter().find(|(known, _)| known == id).map_or("", |(_, value)| value),
            Part::Open => break,
        };
        let parameter = if let Part::Parameter(id) = part { Some(*id) } else { None };
        for character in text.chars() {
            let next = target.step(state, character);
            if next == DEAD {
                let place = match example.chars().next_back() {
                    _ if !target.knows(character) => Fit::Nowhere,
                    None => Fit::NotFirst,
                    Some(before) => Fit::NotBehind(before),
                };
                let whole = full(name, &values);
                return Some(Fault { example: whole, values, character: Some(character), place, parameter });
            }
            state = next;
            example.push(character);
            last = Some((character, parameter));
        }
    }
    // That a name is too short is said elsewhere.
    if target.accepts(state) || !name.closed() || example.chars().count() < name.rule.minimum {
        return None;
    }
    let (character, parameter) = last.map_or((None, None), |(character, parameter)| (Some(character), parameter));
    Some(Fault { example, values, character, place: Fit::NotLast, parameter })
}

fn full(name: &Name<'_>, values: &[(Id<Parameter>, String)]) -> String {
    let text = |part: &Part| match part {
        Part::Literal(text) => text.clone(),
        Part::Account => ACCOUNT.to_string(),
        Part::Parameter(id) => values.iter().find(|(known, _)| known == id).map(|(_, value)| value.clone()).unwrap_or_default(),
        Part::Open => "...".into(),
    };
    name.parts.iter().map(text).collect()
}

/// A character as a message shows it.
fn shown(character: char) -> String {
    if character.is_ascii_graphic() || character.is_alphanumeric() { character.to_string() } else { character.escape_default().to_string() }
}

fn finding(checker: &Checker<'_>, name: &Name<'_>, fault: &Fault, all: &[&str], names: &[Name<'_>]) -> Diagnostic {
    let noun = a(&name.rule.noun);
    let character = fault.character.map(shown).unwrap_or_default();
    let cannot = match &fault.place {
        Fit::Nowhere => format!("cannot have `{character}`"),
        Fit::NotFirst => format!("cannot begin with `{character}`"),
        Fit::NotLast if fault.character.is_none() => "cannot be empty".into(),
        Fit::NotLast => format!("cannot end with `{character}`"),
        Fit::NotBehind(before) => format!("cannot have `{character}` behind `{}`", shown(*before)),
        Fit::Reserved(start) => format!("cannot begin with `{start}`"),
    };
    let message = match fault.parameter {
        Some(id) => format!("the name of {noun} {cannot}, and `{}` admits it", checker.parameter(id).name),
        None => format!("the name of {noun} {cannot}"),
    };
    let parameters: Vec<Id<Parameter>> = fault.parameter.into_iter().collect();
    let label = format!("the name of {}: `{}`", name.shown, name.written());
    let mut finding = checker.at(Diagnostic::error(codes::NAME_CHARACTERS, message), name, label, &parameters);
    let values: Vec<String> =
        fault.values.iter().map(|(id, value)| format!("`{} = \"{}\"`", checker.parameter(*id).name, value.escape_default())).collect();
    if fault.parameter.is_some() {
        finding = finding.note(format!("{} makes `{}`", values.join(", "), fault.example.escape_default()));
    }
    if let Fit::Reserved(_) = fault.place {
        return finding.note("AWS keeps this beginning for names of its own").help("begin with another word");
    }
    if let Some(pattern) = &name.rule.pattern {
        finding = finding.note(format!("AWS takes `{pattern}`"));
    }
    if all.len() > 1 {
        let others: Vec<String> = all.iter().filter(|other| **other != name.shown).take(4).map(|other| format!("`{other}`")).collect();
        finding = finding.note(format!("the same is true of {}", others.join(", ")));
    }
    let Some(id) = fault.parameter else {
        let upper = fault.character.is_some_and(|character| character.is_ascii_uppercase());
        return finding.help(match fault.place {
            Fit::Nowhere if upper => "write it in small letters: AWS tells them from capital ones here",
            Fit::Nowhere if fault.character == Some('_') => "write `-` for it, or leave it out",
            Fit::NotFirst => "begin with a letter",
            Fit::NotLast => "end with a letter or a digit",
            Fit::NotBehind(_) => "leave one of the two out",
            _ => "leave it out",
        });
    };
    match length::proposal(checker, id, names) {
        Some(constraint) => {
            let span = checker.parameter(id).type_span;
            finding.help(format!("declare it as `{constraint}`")).fix(format!("write `{constraint}`"), span, constraint)
        }
        None => finding.help(format!("let the constraint of `{}` leave it out", checker.parameter(id).name)),
    }
}
