//! The order of deployment; a circle is an error that shows every reference in it.

use super::{Layout, Source, StackId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use std::collections::BTreeMap;

/// Sorts the stacks so that what a stack needs stands before it; among equals by layer, then by Region.
pub(super) fn sort(model: &Model, layout: &mut Layout, diagnostics: &mut Diagnostics) {
    match arrange(layout) {
        Ok(order) => reorder(layout, &order),
        Err(placed) => report_circle(model, layout, &placed, diagnostics),
    }
}

/// The order of the stacks; if there is none, which of them could be placed.
pub(super) fn arrange(layout: &Layout) -> Result<Vec<StackId>, Vec<bool>> {
    let count = layout.stacks.len();
    let mut order: Vec<StackId> = Vec::with_capacity(count);
    let mut placed = vec![false; count];
    while order.len() < count {
        let ready = (0..count)
            .filter(|at| !placed.get(*at).copied().unwrap_or(true))
            .filter(|at| layout.direct_needs(*at).iter().all(|need| placed.get(*need).copied().unwrap_or(true)))
            .min_by_key(|at| layout.stacks.get(*at).map(|stack| (layer_rank(&stack.unit), stack.region, stack.unit.clone())));
        let Some(next) = ready else { return Err(placed) };
        if let Some(slot) = placed.get_mut(next) {
            *slot = true;
        }
        order.push(next);
    }
    Ok(order)
}

fn layer_rank(unit: &str) -> usize {
    crate::model::LAYERS.iter().position(|layer| *layer == unit).unwrap_or(crate::model::LAYERS.len())
}

fn reorder(layout: &mut Layout, order: &[StackId]) {
    let position: BTreeMap<StackId, StackId> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let renumber = |old: StackId| position.get(&old).copied().unwrap_or(old);
    let mut stacks: Vec<Option<super::Stack>> = std::mem::take(&mut layout.stacks).into_iter().map(Some).collect();
    for old in order {
        let Some(mut stack) = stacks.get_mut(*old).and_then(Option::take) else { continue };
        stack.needs = std::mem::take(&mut stack.needs).into_iter().map(|(need, edge)| (renumber(need), edge)).collect();
        for source in stack.parameters.values_mut() {
            if let Source::Output(producer, _) = source {
                *producer = renumber(*producer);
            }
        }
        layout.stacks.push(stack);
    }
    layout.by_resource =
        layout.stacks.iter().enumerate().flat_map(|(number, stack)| stack.resources.iter().map(move |resource| (*resource, number))).collect();
}

/// Finds a circle among the stacks that could not be placed, and shows it edge by edge.
fn report_circle(model: &Model, layout: &Layout, placed: &[bool], diagnostics: &mut Diagnostics) {
    let open = |at: StackId| !placed.get(at).copied().unwrap_or(true);
    let Some(start) = (0..layout.stacks.len()).find(|at| open(*at)) else { return };
    let mut path = vec![start];
    let mut at = start;
    let circle = loop {
        let Some(next) = layout.direct_needs(at).into_iter().find(|need| open(*need)) else { return };
        if let Some(position) = path.iter().position(|known| *known == next) {
            break path.split_off(position);
        }
        path.push(next);
        at = next;
    };
    let ids: Vec<&str> = circle.iter().chain(circle.first()).filter_map(|at| layout.stacks.get(*at)).map(|stack| stack.id.as_str()).collect();
    let mut finding = Diagnostic::error(codes::STACK_CYCLE, format!("these stacks need each other first: {}", ids.join(" -> ")));
    let mut names = Vec::new();
    let following = circle.iter().skip(1).chain(circle.first());
    for (number, (from, to)) in circle.iter().zip(following).enumerate() {
        let Some(edge) = layout.stacks.get(*from).and_then(|stack| stack.needs.get(to)) else { continue };
        let (user, used) = (model.families.get(edge.from.family), model.families.get(edge.to.family));
        let text = format!(
            "`{}` in {} needs `{}` in {}",
            user.path.join("."),
            model.region_text(edge.from.region),
            used.path.join("."),
            model.region_text(edge.to.region)
        );
        finding = if number == 0 { finding.label(user.origin, text) } else { finding.secondary(user.origin, text) };
        for family in [user, used] {
            let name = family.path.first().filter(|name| family.group.is_none() && !names.contains(*name));
            names.extend(name.cloned());
        }
    }
    finding = finding.note("CloudFormation deploys a whole stack before the next one: no order of these stacks exists");
    // Only a move that was tried is worth typing.
    finding = finding.help(match names.iter().find(|name| super::ordered_without(model, name)) {
        Some(name) => format!("put `{name}` into a stack of its own: `group {name}_stack {{ ... }}` around its declaration"),
        None => "give up one of these references, for example for a name that the source sets".into(),
    });
    diagnostics.push(finding);
}
