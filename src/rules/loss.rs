//! What was accepted in a lost Region and not worked on: whether anybody has written down what becomes of it.

use super::Reader;
use super::condition::Subject;
use super::walk::Node;
use crate::aws::rules;
use crate::check::say;
use crate::diag::{Diagnostic, codes};
use crate::model::value::ResourceRef;
use crate::model::{Family, Member};

/// Reports what keeps work in a Region that a failover leaves, and does not say what becomes of it.
pub(super) fn check(reader: &mut Reader<'_>) {
    let model = reader.model;
    if !reader.facts.any() {
        return;
    }
    for (id, family) in model.families.iter() {
        let Some(row) = rules::holding(&family.resource_type).filter(|_| !family.external) else { continue };
        for (region, member) in &family.members {
            let Some(plan) = reader.facts.leaves(*region).filter(|_| member.on_loss.is_none()) else { continue };
            let at = ResourceRef { family: id, region: *region };
            let user = Subject { node: Node::Properties(&member.properties), at: Some((at, Vec::new())), plan: None };
            let judge = reader.judge();
            let Some(used) = row.used.iter().find(|condition| judge.holds(condition, &user)) else { continue };
            if row.spared.iter().any(|condition| judge.holds(condition, &user)) {
                continue;
            }
            let user = judge.seen(&user, &used.path).spots.into_iter().next();
            let subject = say::Subject { family, member, index: reader.index, sources: reader.sources };
            let finding = Diagnostic::warning(
                codes::LOSS_UNSTATED,
                format!("nobody says what becomes of the {} that `{}` holds when {} is lost", row.holds, family.declared, model.region_text(*region)),
            );
            let mut finding = subject.put(finding, subject.type_place(), format!("its {} are in no other Region", row.holds));
            if let Some(other) = user.and_then(|user| user.at).filter(|other| other.family != id) {
                finding = finding.secondary(place_of(reader, model.families.get(other.family)), "in the path of the work");
            }
            let finding = finding
                .secondary(plan.span, format!("leaves {}", model.region_text(*region)))
                .note("what waits there waits until the Region is back, for hours or days, and may then be worked on a second time; if it does not come back, it is gone")
                .note(format!("{} (read {})", row.source, row.read))
                .help("write in its block who sends it again, or why nobody has to: `on_loss = \"...\"`");
            reader.push(finding);
        }
    }
}

fn place_of(reader: &Reader<'_>, family: &Family) -> crate::source::Span {
    let member = Member::default();
    let subject = say::Subject { family, member: &member, index: reader.index, sources: reader.sources };
    let found = subject.put(Diagnostic::warning(codes::LOSS_UNSTATED, ""), subject.type_place(), "");
    found.primary().map_or(family.origin, |label| label.span)
}
