//! A text that two names admit: a walk through both automata at once, the shortest text first.

use super::Checker;
use super::name::{Name, Part};
use crate::model::Parameter;
use crate::model::ids::Id;
use crate::pattern::{State, closure};
use rustc_hash::FxHashSet;

/// A name as an automaton.
pub struct Automaton {
    states: Vec<State>,
    start: usize,
    /// The part of the name that each state belongs to.
    part: Vec<usize>,
}

/// A text that two names admit.
pub struct Meeting {
    /// The text.
    pub text: String,
    /// The values that make it of the first name.
    pub first: Vec<(Id<Parameter>, String)>,
    /// The values that make it of the second name.
    pub second: Vec<(Id<Parameter>, String)>,
}

impl Automaton {
    /// The automaton of a name; `folded` takes capital letters for small ones.
    pub fn of(checker: &Checker<'_>, name: &Name<'_>, folded: bool) -> Self {
        let mut automaton = Self { states: vec![State::End], start: 0, part: vec![name.parts.len()] };
        let mut next = 0;
        for (number, part) in name.parts.iter().enumerate().rev() {
            match part {
                Part::Literal(text) => {
                    for character in text.chars().rev() {
                        let character = if folded { character.to_ascii_lowercase() } else { character };
                        next = automaton.push(State::Take(vec![(character, character)], next), number);
                    }
                }
                Part::Account => {
                    for _ in 0..12 {
                        next = automaton.push(State::Take(vec![('0', '9')], next), number);
                    }
                }
                Part::Parameter(id) => {
                    let Some(language) = checker.language(*id) else { continue };
                    let base = automaton.states.len();
                    for state in &language.states {
                        let state = match state {
                            State::Take(ranges, to) => State::Take(if folded { fold(ranges) } else { ranges.clone() }, base + to),
                            State::Split(choices) => State::Split(choices.iter().map(|to| base + to).collect()),
                            State::End => State::Split(vec![next]),
                        };
                        automaton.push(state, number);
                    }
                    next = base + language.start;
                }
                Part::Open => {}
            }
        }
        automaton.start = next;
        automaton
    }

    fn push(&mut self, state: State, part: usize) -> usize {
        self.states.push(state);
        self.part.push(part);
        self.states.len() - 1
    }

    fn part_of(&self, state: usize) -> usize {
        self.part.get(state).copied().unwrap_or_default()
    }
}

/// Ranges with their capital letters as small ones.
fn fold(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut found = Vec::new();
    for (from, to) in ranges {
        let (low, high) = ((*from).max('A'), (*to).min('Z'));
        if low <= high {
            found.push((low.to_ascii_lowercase(), high.to_ascii_lowercase()));
        }
        if *from < 'A' {
            found.push((*from, (*to).min('@')));
        }
        if *to > 'Z' {
            found.push(((*from).max('['), *to));
        }
    }
    found
}

/// A step of the search: the step before it, the character, and where both automata stand.
struct Step {
    before: Option<usize>,
    character: char,
    at: (usize, usize),
    /// The parts that took the character.
    parts: (usize, usize),
    apart: bool,
}

/// The shortest text that both admit. With `apart`, one whose characters belong to different parts of the two: for a name and
/// itself, a text that can be read in two ways.
pub fn meeting(first: (&Name<'_>, &Automaton), second: (&Name<'_>, &Automaton), apart: bool) -> Option<Meeting> {
    let (a, b) = (first.1, second.1);
    let mut steps: Vec<Step> = Vec::new();
    let mut seen: FxHashSet<(usize, usize, bool)> = FxHashSet::default();
    for x in closure(&a.states, a.start) {
        for y in closure(&b.states, b.start) {
            if seen.insert((x, y, false)) {
                steps.push(Step { before: None, character: '\0', at: (x, y), parts: (0, 0), apart: false });
            }
        }
    }
    let mut open = 0;
    while let Some(step) = steps.get(open) {
        let ((x, y), so_far) = (step.at, step.apart);
        match (a.states.get(x), b.states.get(y)) {
            (Some(State::End), Some(State::End)) if so_far || !apart => return Some(trace(&steps, open, first.0, second.0)),
            (Some(State::Take(ours, next)), Some(State::Take(theirs, other))) => {
                let parts = (a.part_of(x), b.part_of(y));
                let now = so_far || parts.0 != parts.1;
                if let Some(character) = shared(ours, theirs) {
                    for x in closure(&a.states, *next) {
                        for y in closure(&b.states, *other) {
                            if seen.insert((x, y, now)) {
                                steps.push(Step { before: Some(open), character, at: (x, y), parts, apart: now });
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        open += 1;
    }
    None
}

/// A character of both, a letter if there is one.
fn shared(first: &[(char, char)], second: &[(char, char)]) -> Option<char> {
    let mut found: Option<char> = None;
    for (a, b) in first {
        for (c, d) in second {
            let (low, high) = ((*a).max(*c), (*b).min(*d));
            if low > high {
                continue;
            }
            let readable = ['x', 'a', '1'].into_iter().find(|character| (low..=high).contains(character)).unwrap_or(low);
            if found.is_none_or(|known| !known.is_ascii_alphabetic() && readable.is_ascii_alphabetic()) {
                found = Some(readable);
            }
        }
    }
    found
}

fn trace(steps: &[Step], end: usize, first: &Name<'_>, second: &Name<'_>) -> Meeting {
    let mut taken: Vec<(char, usize, usize)> = Vec::new();
    let mut at = Some(end);
    while let Some(step) = at.and_then(|at| steps.get(at)) {
        if step.before.is_some() {
            taken.push((step.character, step.parts.0, step.parts.1));
        }
        at = step.before;
    }
    taken.reverse();
    let values = |name: &Name<'_>, part_of: fn(&(char, usize, usize)) -> usize| {
        let mut found: Vec<(Id<Parameter>, String)> = Vec::new();
        for (number, part) in name.parts.iter().enumerate() {
            if let Part::Parameter(id) = part {
                let text = taken.iter().filter(|one| part_of(one) == number).map(|(character, ..)| *character).collect();
                found.push((*id, text));
            }
        }
        found
    };
    Meeting {
        text: taken.iter().map(|(character, ..)| *character).collect(),
        first: values(first, |taken| taken.1),
        second: values(second, |taken| taken.2),
    }
}
