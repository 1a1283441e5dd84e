//! What an account has once in a Region: two resources of a platform, two environments, or two platforms that would both own it.

use crate::aws::sole::{self, Sole};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::ids::Id;
use crate::model::{Family, Model, Region};
use crate::source::Span;
use std::collections::BTreeMap;

/// A resource that an account has once, in one of its Regions.
struct Owned<'m> {
    row: &'static Sole,
    code: &'m str,
    family: &'m Family,
}

/// All of them, member by member, in the order in which they are declared.
fn owned(model: &Model) -> impl Iterator<Item = Owned<'_>> {
    let families = model.families.iter().filter(|(_, family)| !family.external);
    families.filter_map(|(_, family)| Some((sole::find(&family.resource_type)?, family))).flat_map(move |(row, family)| {
        let code = |region: &Id<Region>| model.regions.get(*region).code.as_str();
        family.regions.iter().map(move |region| Owned { row, code: code(region), family })
    })
}

/// Two in one platform, and one that each environment of the platform would make.
pub(super) fn check(model: &Model, parameters: bool, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    let mut told: Vec<Span> = Vec::new();
    for one in owned(model) {
        let place = one.family.origin;
        match first.get(&(one.row.resource_type.as_str(), one.code)) {
            Some(other) if !told.contains(&place) => {
                told.push(place);
                diagnostics.push(
                    Diagnostic::error(codes::NAME_COLLISION, format!("`{}` is a second {} in {}", one.family.declared, one.row.noun, one.code))
                        .label(place, "owns it too")
                        .secondary(*other, "owns it already")
                        .note(format!("an account has one {} in a Region: {}", one.row.noun, one.row.whose))
                        .help("let one of them own it, and the others rely on it"),
                );
            }
            Some(_) => {}
            None => {
                first.insert((one.row.resource_type.as_str(), one.code), place);
                if parameters && !told.contains(&place) {
                    told.push(place);
                    diagnostics.push(
                        Diagnostic::warning(
                            codes::NAME_ENVIRONMENT,
                            format!("every environment in an account would own the {} of {}", one.row.noun, one.code),
                        )
                        .label(place, "owns it")
                        .note(format!("an account has one {} in a Region: {}", one.row.noun, one.row.whose))
                        .help("let somebody else own it; or say why there is one environment in an account: `allow DR0510 \"reason\"`")
                        .acceptable(),
                    );
                }
            }
        }
    }
}

/// What more than one of some platforms would own, if they are deployed in one account.
#[must_use]
pub fn shared(models: &[&Model]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<(&str, &str), (&Model, Span)> = BTreeMap::new();
    let mut found: Vec<(Span, Diagnostic)> = Vec::new();
    for model in models {
        for one in owned(model) {
            let key = (one.row.resource_type.as_str(), one.code);
            let (other, span) = *first.entry(key).or_insert((model, one.family.origin));
            let place = one.family.origin;
            if std::ptr::eq(other, *model) || found.iter().any(|(told, _)| *told == place) {
                continue;
            }
            let finding = Diagnostic::warning(
                codes::NAME_COLLISION,
                format!("`{}` and `{}` would both own the {} of {}", other.platform.name, model.platform.name, one.row.noun, one.code),
            )
            .label(place, format!("`{}` owns it", model.platform.name))
            .secondary(span, format!("`{}` owns it", other.platform.name))
            .note(format!("an account has one {} in a Region: {}", one.row.noun, one.row.whose))
            .help("let one platform own it and the other rely on it, unless they have an account each");
            found.push((place, finding));
        }
    }
    found.into_iter().map(|(_, finding)| finding).collect()
}
