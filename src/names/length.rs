//! Lengths: every name at the longest and the shortest value that its parameters admit.

use super::name::{Name, Part};
use super::{Checker, a};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Parameter;
use crate::model::ids::Id;
use std::collections::BTreeMap;

/// How long a value is that a constraint is proposed for, if there is room.
const PROPOSED: usize = 10;

/// The longest name of a kind, its length, and all that are too long.
type Longest<'n> = (&'n Name<'n>, usize, Vec<&'n str>);

pub fn check(checker: &Checker<'_>, names: &[Name<'_>], diagnostics: &mut Diagnostics) {
    let mut unbounded: BTreeMap<Id<Parameter>, &Name<'_>> = BTreeMap::new();
    // One finding for each kind of thing and each row of parts: what is too long in one Region is so in the other.
    let mut long: BTreeMap<(usize, Vec<Id<Parameter>>), Longest<'_>> = BTreeMap::new();
    for name in names {
        for part in &name.parts {
            if let Part::Parameter(id) = part
                && name.rule.maximum.is_some()
                && checker.lengths(part).1.is_none()
            {
                unbounded.entry(*id).or_insert(name);
            }
        }
        let least: usize = name.parts.iter().map(|part| checker.lengths(part).0).sum();
        let most = name.parts.iter().try_fold(0usize, |sum, part| checker.lengths(part).1.map(|most| sum + most));
        if let (Some(limit), Some(most)) = (name.rule.maximum, most)
            && most > limit
        {
            let (worst, length, all) = long.entry((name.row, name.parameters())).or_insert((name, 0, Vec::new()));
            if !all.contains(&name.shown.as_str()) {
                all.push(&name.shown);
            }
            if most > *length {
                (*worst, *length) = (name, most);
            }
        } else if least < name.rule.minimum && name.closed() {
            diagnostics.push(short(checker, name, least));
        }
    }
    for (id, name) in unbounded {
        diagnostics.push(without_bound(checker, id, name, names));
    }
    for (name, length, all) in long.into_values() {
        diagnostics.push(too_long(checker, name, length, &all));
    }
}

/// `orders-ledger-` 14 + `suffix` up to 30 = 44
fn sum(checker: &Checker<'_>, name: &Name<'_>, longest: bool) -> String {
    let terms: Vec<String> = name
        .parts
        .iter()
        .map(|part| {
            let (least, most) = checker.lengths(part);
            let length = if longest { most.unwrap_or(least) } else { least };
            match part {
                Part::Literal(text) => format!("`{text}` {length}"),
                Part::Parameter(id) if least == length && most == Some(length) => format!("`{}` {length}", checker.parameter(*id).name),
                Part::Parameter(id) => format!("`{}` {} {length}", checker.parameter(*id).name, if longest { "up to" } else { "at least" }),
                Part::Account => format!("the account {length}"),
                Part::Open => "what AWS adds".into(),
            }
        })
        .collect();
    terms.join(" + ")
}

fn too_long(checker: &Checker<'_>, name: &Name<'_>, length: usize, all: &[&str]) -> Diagnostic {
    let limit = name.rule.maximum.unwrap_or(usize::MAX);
    let parameters = name.parameters();
    let noun = &name.rule.noun;
    let message = if parameters.is_empty() {
        format!("the name of {} has {length} characters; the name of {} has at most {limit}", name.shown, a(noun))
    } else {
        format!("the name of {} may have {length} characters; the name of {} has at most {limit}", name.shown, a(noun))
    };
    let excess = length - limit;
    let mut finding = checker.at(Diagnostic::error(codes::NAME_LENGTH, message), name, format!("`{}`", name.written()), &parameters);
    if name.parts.len() > 1 {
        finding = finding.note(format!("{} = {length}", sum(checker, name, true)));
    }
    if all.len() > 1 {
        let others: Vec<String> = all.iter().filter(|other| **other != name.shown).map(|other| format!("`{other}`")).collect();
        let shown: Vec<String> = others.iter().take(4).cloned().collect();
        let more = if others.len() > shown.len() { format!(" and {} more", others.len() - shown.len()) } else { String::new() };
        finding = finding.note(format!("the same is true of {}{more}", shown.join(", ")));
    }
    if !parameters.is_empty() {
        finding = finding.note("a value that is too long would be found when the stack is made, perhaps in the middle of an outage");
    }
    // Whose share is the largest can give the most.
    let share = |id: &Id<Parameter>| {
        let times = name.parts.iter().filter(|part| **part == Part::Parameter(*id)).count();
        checker.lengths(&Part::Parameter(*id)).1.unwrap_or(0) * times
    };
    let widest = parameters.iter().max_by_key(|id| share(id)).filter(|id| share(id) > excess);
    finding.help(match widest {
        Some(id) => {
            let times = name.parts.iter().filter(|part| **part == Part::Parameter(*id)).count().max(1);
            let most = checker.lengths(&Part::Parameter(*id)).1.unwrap_or(0);
            let parameter = &checker.parameter(*id).name;
            let fits = most.saturating_sub(excess.div_ceil(times));
            format!("let `{parameter}` have at most {fits} characters, or shorten the names that this one is made of")
        }
        None => format!("shorten the names that it is made of by {excess} characters"),
    })
}

fn short(checker: &Checker<'_>, name: &Name<'_>, length: usize) -> Diagnostic {
    let minimum = name.rule.minimum;
    let (noun, parameters) = (a(&name.rule.noun), name.parameters());
    let characters = match (length, parameters.is_empty()) {
        (0, true) => "is empty".to_string(),
        (0, false) => "may be empty".to_string(),
        (1, true) => "has only 1 character".to_string(),
        (1, false) => "may have only 1 character".to_string(),
        (_, true) => format!("has only {length} characters"),
        (_, false) => format!("may have only {length} characters"),
    };
    let message = format!("the name of {} {characters}; the name of {noun} has at least {minimum}", name.shown);
    let finding = checker.at(Diagnostic::error(codes::NAME_LENGTH, message), name, format!("`{}`", name.written()), &parameters);
    if parameters.is_empty() {
        return finding.help("write a longer name");
    }
    finding
        .note(format!("{} = {length}", sum(checker, name, false)))
        .help("put a word into it, or let the constraint of the parameter ask for more characters")
}

/// The finding for a parameter in a name that may be as long as it likes, with a constraint that fits all names it is part of.
fn without_bound(checker: &Checker<'_>, id: Id<Parameter>, name: &Name<'_>, names: &[Name<'_>]) -> Diagnostic {
    let parameter = checker.parameter(id);
    let noun = a(&name.rule.noun);
    let limit = name.rule.maximum.unwrap_or(usize::MAX);
    let finding = Diagnostic::error(codes::NAME_UNBOUNDED, format!("`{}` is part of names, and may have any length", parameter.name))
        .label(parameter.type_span, format!("no longest value: {}", super::name::admits(parameter)))
        .secondary(checker.place(name), format!("part of the name of {}: `{}`", name.shown, name.written()))
        .note(format!("the name of {noun} has at most {limit} characters; a longer value would be found when the stack is made"));
    match proposal(checker, id, names) {
        Some(constraint) => {
            finding.help(format!("declare it as `{constraint}`")).fix(format!("write `{constraint}`"), parameter.type_span, constraint)
        }
        None => finding.help(format!("give it a bound: `param {}: String(\"[a-z][a-z0-9-]{{1,9}}\")`", parameter.name)),
    }
}

/// A type for a parameter that fits all names which it is part of, and its own default.
pub fn proposal(checker: &Checker<'_>, id: Id<Parameter>, names: &[Name<'_>]) -> Option<String> {
    let part = Part::Parameter(id);
    let mut room = PROPOSED;
    for name in names.iter().filter(|name| name.parts.contains(&part)) {
        let Some(limit) = name.rule.maximum else { continue };
        let times = name.parts.iter().filter(|other| **other == part).count();
        let others = name.parts.iter().filter(|other| **other != part).map(|other| checker.lengths(other).1.unwrap_or(PROPOSED));
        room = room.min(limit.saturating_sub(others.sum()) / times.max(1));
    }
    if room < 2 {
        return None;
    }
    let plain = format!("[a-z][a-z0-9]{{1,{}}}", room - 1);
    let hyphens = format!("[a-z]([a-z0-9-]{{0,{}}}[a-z0-9])?", room - 2);
    let default = checker.parameter(id).default.as_deref();
    let fits = |pattern: &String| {
        let matches = |text| regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text));
        default.is_none_or(matches)
    };
    [plain, hyphens].into_iter().find(fits).map(|pattern| format!("String(\"{pattern}\")"))
}
