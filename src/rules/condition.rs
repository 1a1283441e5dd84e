//! Whether the conditions of a rule hold. What nobody knows before deployment never makes one hold: a rule is silent rather than wrong.

use super::facts::Facts;
use super::refer::{References, canonical};
use super::walk::{Node, Seen, Spot, Walker, is_function, literal, region_of};
use crate::aws::regions;
use crate::aws::rules::{Condition, Others, Path, Role};
use crate::check::problem::Step as Part;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::model::{Family, Model, Region};
use crate::workflow::Plan;

/// What a rule is held against: a part of a resource, or a call in a plan.
#[derive(Clone)]
pub(super) struct Subject<'m> {
    pub node: Node<'m>,
    /// The resource, with the way to the part.
    pub at: Option<(ResourceRef, Vec<Part>)>,
    /// The plan of a call.
    pub plan: Option<&'m Plan>,
}

/// Judges conditions.
pub(super) struct Judge<'m, 'r> {
    pub model: &'m Model,
    pub references: &'r References<'m>,
    pub facts: &'r Facts<'m>,
}

impl<'m> Judge<'m, '_> {
    /// Where a way leads from a subject.
    pub fn seen(&self, subject: &Subject<'m>, way: &Path) -> Seen<'m> {
        let (at, path) = subject.at.as_ref().map_or((None, &[][..]), |(at, path)| (Some(*at), path.as_slice()));
        Walker::new(self.model, self.references).of_node(subject.node, at, path, &way.0)
    }

    /// Whether a condition holds.
    pub fn holds(&self, condition: &Condition, subject: &Subject<'m>) -> bool {
        let role = condition.region.is_none_or(|role| self.role(role, subject));
        let starter = |at: &ResourceRef| self.facts.starts(self.model.families.get(at.family));
        let starts = condition.starts.is_none_or(|wanted| subject.at.as_ref().is_some_and(|(at, _)| starter(at) == wanted));
        role && starts && self.stands_elsewhere(condition, subject) && {
            let seen = self.seen(subject, &condition.path);
            self.texts(condition, &seen)
                && self.counts(condition, &seen)
                && self.numbers(condition, &seen, subject)
                && self.compared(condition, &seen, subject)
                && self.places(condition, &seen, subject)
                && condition.others.is_none_or(|others| self.family(others, &condition.path, &seen, subject))
        }
    }

    fn role(&self, role: Role, subject: &Subject<'m>) -> bool {
        let Some((at, _)) = &subject.at else { return false };
        let family = self.model.families.get(at.family);
        if role == Role::Several { family.members.len() > 1 } else { self.facts.role(role, at.region, family).is_some() }
    }

    fn stands_elsewhere(&self, condition: &Condition, subject: &Subject<'m>) -> bool {
        let Some(end) = &condition.machine_not else { return true };
        let Some(plan) = subject.plan else { return false };
        let region = match end.as_str() {
            "from" => plan.from,
            _ => plan.to,
        };
        region.is_some_and(|region| region != plan.machine)
    }

    fn texts(&self, condition: &Condition, seen: &Seen<'m>) -> bool {
        let known: Vec<Option<String>> = seen.spots.iter().map(|spot| spot.value.and_then(literal)).collect();
        let is = condition.is.as_ref().is_none_or(|wanted| known.iter().flatten().any(|text| wanted.contain(text)));
        let not = condition
            .not
            .as_ref()
            .is_none_or(|wanted| sure(seen) && known.iter().all(|text| text.as_ref().is_some_and(|text| !wanted.contain(text))));
        let like = condition.like.as_ref().is_none_or(|pattern| {
            // A pattern that cannot be read matches nothing; the tests of the table rule it out.
            regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| known.iter().flatten().any(|text| pattern.is_match(text)))
        });
        let in_no_set = condition.no_set.as_ref().is_none_or(|sets| {
            let known: Option<Vec<&String>> = known.iter().map(Option::as_ref).collect();
            sure(seen) && known.is_some_and(|known| !known.is_empty() && !sets.iter().any(|set| known.iter().all(|text| set.contains(text))))
        });
        let resource = condition.resource.as_ref().is_none_or(|wanted| {
            seen.spots
                .iter()
                .filter(|spot| spot.value.is_none())
                .filter_map(|spot| spot.at)
                .any(|at| wanted.contain(&self.model.families.get(at.family).resource_type))
        });
        is && not && like && in_no_set && resource
    }

    fn counts(&self, condition: &Condition, seen: &Seen<'m>) -> bool {
        let count = seen.spots.len();
        let set = condition.set.is_none_or(|set| if set { count > 0 } else { count == 0 && sure(seen) });
        let fewer = condition.fewer.is_none_or(|most| count < most && sure(seen));
        let more = condition.more.is_none_or(|least| count > least);
        set && fewer && more && condition.count_not.is_none_or(|wanted| count != wanted && sure(seen))
    }

    fn numbers(&self, condition: &Condition, seen: &Seen<'m>, subject: &Subject<'m>) -> bool {
        let wanted = condition.below.is_some() || condition.above.is_some() || condition.less_than.is_some();
        if !wanted {
            return true;
        }
        let known = numbers(seen, condition.default);
        let below = condition.below.is_none_or(|bound| known.iter().any(|number| *number < bound));
        let above = condition.above.is_none_or(|bound| known.iter().any(|number| *number > bound));
        let less = condition.less_than.as_ref().is_none_or(|way| {
            let other = numbers(&self.seen(subject, way), condition.other_default);
            let times = condition.times.unwrap_or(1.0);
            known.iter().any(|number| other.iter().any(|other| *number < other * times))
        });
        below && above && less
    }

    fn compared(&self, condition: &Condition, seen: &Seen<'m>, subject: &Subject<'m>) -> bool {
        let texts = |seen: &Seen<'m>| -> Vec<String> { seen.spots.iter().filter_map(|spot| canonical(self.model, spot.value?)).collect() };
        let equals = condition.equals.as_ref().is_none_or(|way| {
            let others = texts(&self.seen(subject, way));
            texts(seen).iter().any(|text| others.contains(text))
        });
        let differs = condition.differs.as_ref().is_none_or(|way| {
            let other = self.seen(subject, way);
            let known = |seen: &Seen<'m>| -> Vec<String> { seen.spots.iter().filter_map(|spot| literal(spot.value?)).collect() };
            let (own, others) = (known(seen), known(&other));
            let (Some(own), Some(other)) = (own.first(), others.first()) else { return false };
            match (own.parse::<f64>(), other.parse::<f64>()) {
                (Ok(own), Ok(other)) => (own - other).abs() > f64::EPSILON,
                _ => own != other,
            }
        });
        equals && differs
    }

    fn places(&self, condition: &Condition, seen: &Seen<'m>, subject: &Subject<'m>) -> bool {
        let here = subject.at.as_ref().map(|(at, _)| at.region).or(subject.plan.map(|plan| plan.machine));
        let elsewhere = condition.elsewhere.is_none_or(|wanted| {
            wanted
                == seen
                    .spots
                    .iter()
                    .any(|spot| self.codes(spot).iter().any(|code| here.is_some_and(|here| self.model.regions.get(here).code != code.as_str())))
        });
        let outside = condition.outside.as_ref().is_none_or(|home| {
            let partition = |code: &str| regions::find(code).map(|region| region.partition.clone());
            seen.spots
                .iter()
                .any(|spot| self.codes(spot).iter().any(|code| code != home && partition(code).is_some() && partition(code) == partition(home)))
        });
        let names_here = condition.names_here.is_none_or(|wanted| {
            let codes: Option<Vec<String>> = seen.spots.iter().map(|spot| spot.value.and_then(literal)).collect();
            let named = |codes: Vec<String>| codes.iter().any(|code| here.is_some_and(|here| self.model.regions.get(here).code == code.as_str()));
            sure(seen) && !seen.spots.is_empty() && codes.is_some_and(|codes| named(codes) == wanted)
        });
        elsewhere && outside && names_here
    }

    /// The Regions of what a spot speaks of: its own for a resource, that of the resource or ARN for a value.
    pub fn codes(&self, spot: &Spot<'m>) -> Vec<String> {
        let code = |region: Id<Region>| self.model.regions.get(region).code.to_string();
        let Some(value) = spot.value else { return region_of(spot).map(code).into_iter().collect() };
        if let Some(region) = arn_region(value) {
            return vec![region];
        }
        let targets = self.references.targets(value, region_of(spot), None);
        targets.list.into_iter().map(|target| code(target.region)).collect()
    }

    fn family(&self, others: Others, way: &Path, seen: &Seen<'m>, subject: &Subject<'m>) -> bool {
        // The part of a list is another one in each member: only whole resources are compared.
        let Some((at, _)) = subject.at.as_ref().filter(|(_, path)| path.is_empty()) else { return false };
        let Some(own) = seen.spots.iter().find_map(|spot| spot.value) else { return false };
        let family: &Family = self.model.families.get(at.family);
        family.members.keys().filter(|region| **region != at.region).any(|region| {
            let other = Walker::new(self.model, self.references).of_resource(ResourceRef { region: *region, ..*at }, &way.0);
            let Some(other) = other.spots.iter().find_map(|spot| spot.value) else { return false };
            match others {
                Others::Same => canonical(self.model, own).is_some_and(|own| canonical(self.model, other).is_some_and(|other| own == other)),
                Others::Differ => literal(own).is_some_and(|own| literal(other).is_some_and(|other| own != other)),
            }
        })
    }
}

/// Whether nothing else can be there than what was seen.
fn sure(seen: &Seen<'_>) -> bool {
    !seen.unknown && !seen.lost
}

/// The numbers that a way leads to, or the one that counts where it leads nowhere.
fn numbers(seen: &Seen<'_>, default: Option<f64>) -> Vec<f64> {
    if seen.spots.is_empty() && sure(seen) {
        return default.into_iter().collect();
    }
    seen.spots.iter().filter_map(|spot| literal(spot.value?)?.parse().ok()).collect()
}

/// The Region that an ARN says, if it is known now.
fn arn_region(value: &Value) -> Option<String> {
    let mut text = String::new();
    match value {
        Value::Text(plain) => text.push_str(plain),
        Value::Deploy(deploy) => {
            let Deploy::Text(parts) = deploy.as_ref() else { return None };
            for part in parts {
                match part {
                    TextPart::Literal(plain) => text.push_str(plain),
                    TextPart::Value(_) => text.push('?'),
                }
            }
        }
        Value::Map(map) if is_function(map.keys().next()) => return None,
        _ => return None,
    }
    let mut parts = text.split(':');
    let region = (parts.next() == Some("arn")).then(|| parts.nth(2)).flatten()?;
    regions::find(region).map(|_| region.to_string())
}
