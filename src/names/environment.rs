//! Environments side by side in one account: what tells them apart has to be part of every name, those of the stacks first.

use super::name::{Name, Part};
use super::{Checker, a};
use crate::aws::names::Unique;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Parameter;
use crate::model::ids::Id;
use std::collections::{BTreeMap, BTreeSet};

pub fn check(checker: &Checker<'_>, names: &[Name<'_>], diagnostics: &mut Diagnostics) {
    let bound: BTreeSet<Id<Parameter>> = names.iter().filter(|name| name.family.is_none()).flat_map(Name::parameters).collect();
    let mut outside: BTreeMap<Id<Parameter>, &Name<'_>> = BTreeMap::new();
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for name in names.iter().filter(|name| name.binds()) {
        let parameters = name.parameters();
        for id in parameters.iter().filter(|id| !bound.contains(id)) {
            outside.entry(*id).or_insert(name);
        }
        let Some(family) = name.family.filter(|_| name.closed()) else { continue };
        let missing: Vec<Id<Parameter>> = bound.iter().copied().filter(|id| !parameters.contains(id)).collect();
        if !missing.is_empty() && seen.insert((family.index(), 0)) {
            diagnostics.push(everywhere_the_same(checker, name, &missing));
        }
        if name.rule.unique == Unique::Global && !name.parts.contains(&Part::Account) && seen.insert((family.index(), 1)) {
            diagnostics.push(taken(checker, name));
        }
    }
    for (id, name) in outside {
        diagnostics.push(not_in_naming(checker, id, name));
    }
}

/// The finding for a parameter that is part of a name, but not of the names of stacks.
fn not_in_naming(checker: &Checker<'_>, id: Id<Parameter>, name: &Name<'_>) -> Diagnostic {
    let parameter = checker.parameter(id);
    let message = format!("`{}` is part of the name of `{}`, but not of `naming`", parameter.name, name.shown);
    let label = format!("`{}`", name.written());
    let finding = Diagnostic::error(codes::NAME_ENVIRONMENT, message)
        .label(checker.place(name), label)
        .secondary(parameter.span, format!("`{}` is declared here", parameter.name));
    let finding = match checker.model.platform.naming {
        Some(naming) => finding.secondary(naming, format!("stacks are named without `{}`", parameter.name)),
        None => finding.secondary(checker.model.platform.span, "the platform has no `naming`"),
    };
    let finding = finding.note(format!(
        "two environments with different values of `{}` would have the same stacks: the second deployment would replace the first one's `{}`",
        parameter.name, name.shown
    ));
    if !parameter.regions.is_empty() {
        return finding.help(format!("leave it out of the name: `{}` has a value for each Region, and an environment has one name", parameter.name));
    }
    match checker.model.platform.naming {
        Some(naming) => {
            let written = checker.sources.slice(naming);
            match written.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                Some(text) if !text.starts_with('"') => {
                    let better = format!("\"{text}-${{{}}}\"", parameter.name);
                    finding.help(format!("write `naming = {better}`")).fix(format!("write `{better}`"), naming, better)
                }
                _ => finding.help(format!("write `${{{}}}` into `naming`", parameter.name)),
            }
        }
        None => finding.help(format!("write `naming = \"${{platform}}-${{path}}-${{{}}}\"` into the platform's block", parameter.name)),
    }
}

/// The finding for a name that each environment of an account would have.
fn everywhere_the_same(checker: &Checker<'_>, name: &Name<'_>, missing: &[Id<Parameter>]) -> Diagnostic {
    let parameters: Vec<String> = missing.iter().map(|id| checker.parameter(*id).name.to_string()).collect();
    let shown = parameters.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let message = format!("`{}` has the same name in every environment: {shown} is not part of it", name.shown);
    let longer: String = parameters.iter().map(|name| format!("-${{{name}}}")).collect();
    let written = name.written();
    let mut finding = checker.at(Diagnostic::error(codes::NAME_ENVIRONMENT, message), name, format!("`{written}`"), &[]);
    if let Some(naming) = checker.model.platform.naming {
        finding = finding.secondary(naming, format!("environments are told apart by {shown}"));
    }
    finding
        .note(format!(
            "two environments in one account would both make {} `{written}`: the second one fails, or takes over the first one's",
            a(&name.rule.noun)
        ))
        .help(format!("write `{written}{longer}`, or make the name of `self.name`, which `naming` makes"))
}

/// The finding for a name that all accounts share, without the account in it.
fn taken(checker: &Checker<'_>, name: &Name<'_>) -> Diagnostic {
    let noun = a(&name.rule.noun);
    let message = format!("another account may have the name of `{}` already", name.shown);
    let written = name.written();
    checker
        .at(Diagnostic::warning(codes::NAME_TAKEN, message), name, format!("`{written}`"), &[])
        .note(format!("the name of {noun} is unique among all accounts; who has it first keeps it, and the stack cannot be made"))
        .help(format!("write the account into it: `{written}-${{here.account}}`"))
}
