//! Stacks without an order: the circle, reference by reference, and where it can be cut.

use super::phases::{Needs, Stuck, needs_in};
use super::{Edge, Layout, StackId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;

/// Finds a circle among the stacks that could not be placed, and shows it edge by edge.
pub(super) fn report(model: &Model, layout: &Layout, stuck: &Stuck, diagnostics: &mut Diagnostics) {
    let Some(start) = stuck.open.first().copied() else { return };
    let mut path = vec![start];
    let mut at = start;
    let circle = loop {
        let Some(next) = needs_in(layout, at, stuck.phase, Needs::Unsettled).find(|need| stuck.open.contains(need)) else { return };
        if let Some(position) = path.iter().position(|known| *known == next) {
            break path.split_off(position);
        }
        path.push(next);
        at = next;
    };
    let ids: Vec<&str> = circle.iter().chain(circle.first()).filter_map(|at| layout.stacks.get(*at)).map(|stack| stack.id.as_str()).collect();
    let mut finding = Diagnostic::error(codes::STACK_CYCLE, format!("these stacks need each other first: {}", ids.join(" -> ")));
    let (mut names, mut edges) = (Vec::new(), Vec::new());
    let following = circle.iter().skip(1).chain(circle.first());
    for (number, (from, to)) in circle.iter().zip(following).enumerate() {
        let Some(edge) = edge_between(layout, *from, *to, stuck.phase) else { continue };
        let (user, used) = (model.families.get(edge.from.family), model.families.get(edge.to.family));
        let text = format!(
            "`{}` in {} needs `{}` in {}",
            user.path.join("."),
            model.region_text(edge.from.region),
            used.path.join("."),
            model.region_text(edge.to.region)
        );
        finding = if number == 0 { finding.label(user.origin, text) } else { finding.secondary(user.origin, text) };
        edges.push(edge);
        for family in [user, used] {
            let name = family.path.first().filter(|name| family.group.is_none() && !names.contains(*name));
            names.extend(name.cloned());
        }
    }
    finding = finding.note("CloudFormation deploys a whole stack before the next one: no order of these stacks exists");
    // Only a move that was tried is worth typing.
    finding = finding.help(match names.iter().find(|name| super::ordered_without(model, name)) {
        Some(name) => format!("put `{name}` into a stack of its own: `group {name}_stack {{ ... }}` around its declaration"),
        None => match edges.first() {
            // A property that is set later has all stacks before it.
            Some(edge) => format!(
                "put the property of `{}` that refers to `{}` into `later {{ ... }}`: it is added when both stacks stand",
                model.family_text(edge.from.family),
                model.family_text(edge.to.family)
            ),
            None => "give up one of these references, for example for a name that the source sets".into(),
        },
    });
    diagnostics.push(finding);
}

/// A reference that makes one stack wait for another one in a phase.
fn edge_between(layout: &Layout, from: StackId, to: StackId, phase: u32) -> Option<&Edge> {
    let edges = &layout.stacks.get(from)?.edges;
    edges.iter().find(|((other, ..), edge)| *other == to && edge.phase == phase && edge.made == phase && !edge.settled).map(|(_, edge)| edge)
}
