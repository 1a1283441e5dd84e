//! Physical names, over all values that the parameters admit: whether AWS takes them, and whether two things can have the same one,
//! also where two environments stand side by side in one account.
//!
//! A name is a row of parts: characters, parameters, the account. What a parameter admits is an automaton made of its constraint
//! (`pattern`), and so is what AWS takes. Lengths are sums; characters are a walk through both automata at once; a collision is a
//! text that both names admit.

mod characters;
mod collision;
mod environment;
mod length;
mod name;
mod search;
mod sole;

use crate::diag::{Diagnostic, Diagnostics};
use crate::model::ids::Id;
use crate::model::{Model, Parameter};
use crate::pattern::Language;
use crate::source::{SourceMap, Span};
use name::{Name, Part};

pub use name::admits;
pub use sole::shared;
use std::collections::BTreeSet;

/// Checks the names of all resources and stacks.
pub fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let names = name::all(model);
    let mut found = Diagnostics::new();
    let checker = Checker { model, sources, languages: model.parameters.iter().map(|(_, parameter)| name::language(parameter)).collect() };
    length::check(&checker, &names, &mut found);
    characters::check(&checker, &names, &mut found);
    // What a constraint lets pass by mistake collides with everything: the mistake is said alone.
    if !found.has_errors() {
        collision::check(&checker, &names, &mut found);
    }
    environment::check(&checker, &names, &mut found);
    let apart = names.iter().any(|name| name.family.is_none() && !name.parameters().is_empty());
    sole::check(model, apart, &mut found);
    diagnostics.as_mut_vec().append(found.as_mut_vec());
}

/// The parameters that are part of physical names: one value of each binds a whole environment.
#[must_use]
pub fn in_names(model: &Model) -> BTreeSet<Id<Parameter>> {
    name::all(model).iter().filter(|name| name.binds()).flat_map(Name::parameters).collect()
}

/// What all checks read.
struct Checker<'m> {
    model: &'m Model,
    sources: &'m SourceMap,
    languages: Vec<Language>,
}

impl Checker<'_> {
    fn parameter(&self, id: Id<Parameter>) -> &Parameter {
        self.model.parameters.get(id)
    }

    fn language(&self, id: Id<Parameter>) -> Option<&Language> {
        self.languages.get(id.index())
    }

    /// The lengths that a part may have.
    fn lengths(&self, part: &Part) -> (usize, Option<usize>) {
        match part {
            Part::Literal(text) => {
                let length = text.chars().count();
                (length, Some(length))
            }
            Part::Parameter(id) => self.language(*id).map_or((0, None), |language| (language.minimum, language.maximum)),
            Part::Account => (12, Some(12)),
            Part::Open => (0, None),
        }
    }

    /// Whether all parameters of a name have a longest value; if not, that is said, and nothing else about them.
    fn bounded(&self, name: &Name<'_>) -> bool {
        name.parts.iter().all(|part| !matches!(part, Part::Parameter(_)) || self.lengths(part).1.is_some())
    }

    /// Starts a finding at the place of a name that the author can change, and shows the parameters behind it.
    fn at(&self, finding: Diagnostic, name: &Name<'_>, label: String, parameters: &[Id<Parameter>]) -> Diagnostic {
        let place = self.place(name);
        let mut finding = finding.label(place, label);
        for id in parameters {
            let parameter = self.parameter(*id);
            if parameter.span != place {
                finding = finding.secondary(parameter.span, format!("`{}`: {}", parameter.name, name::admits(parameter)));
            }
        }
        finding
    }

    /// Where a name is made: the property, or, where the library makes it, the declaration that led there.
    fn place(&self, name: &Name<'_>) -> Span {
        if self.sources.in_library(name.span) { name.origin } else { name.span }
    }
}

/// A noun with its article.
fn a(noun: &str) -> String {
    let vowel = noun.starts_with(|first: char| matches!(first.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o'));
    format!("{} {noun}", if vowel { "an" } else { "a" })
}
