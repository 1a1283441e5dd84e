//! The phases of a deployment, the order of the stacks in each, and what can be applied side by side.

use super::{Edge, Layout, Phase, Source, Stack, StackId, Step};
use crate::model::{ARTIFACTS, Model};
use std::collections::{BTreeMap, BTreeSet};

/// The phases in which something happens, counted from 0, each with its stacks in order.
pub(super) type Order = Vec<(u32, Vec<StackId>)>;

/// The phase that has no order, and the stacks in it that could not be placed.
#[derive(Debug)]
pub(super) struct Stuck {
    pub phase: u32,
    pub open: BTreeSet<StackId>,
}

/// Orders the stacks of each phase; among equals by layer, then by Region.
pub(super) fn arrange(model: &Model, layout: &Layout) -> Result<Order, Stuck> {
    let taking_part: Vec<BTreeSet<u32>> = layout.stacks.iter().map(|stack| phases_of(model, layout, stack)).collect();
    let last = taking_part.iter().filter_map(|phases| phases.last().copied()).max().unwrap_or(0);
    let mut order = Order::new();
    for phase in 0..=last {
        let mut open: BTreeSet<StackId> =
            taking_part.iter().enumerate().filter(|(_, phases)| phases.contains(&phase)).map(|(stack, _)| stack).collect();
        let mut placed = Vec::with_capacity(open.len());
        while !open.is_empty() {
            let ready = |needs: Needs| {
                let without = open.iter().copied().filter(|stack| needs_in(layout, *stack, phase, needs).all(|need| !open.contains(&need)));
                without.min_by_key(|stack| rank(layout, *stack))
            };
            // What runs already is updated in order, too, so that new values reach whoever takes them; but it need not wait in a circle.
            let Some(next) = ready(Needs::All).or_else(|| ready(Needs::Unsettled)) else { return Err(Stuck { phase, open }) };
            open.remove(&next);
            placed.push(next);
        }
        // A number that nothing stands under would be a phase in which nothing happens.
        if phase == 0 || !placed.is_empty() {
            order.push((phase, placed));
        }
    }
    Ok(order)
}

/// The phases in which a stack grows.
fn phases_of(model: &Model, layout: &Layout, stack: &Stack) -> BTreeSet<u32> {
    let mut phases: BTreeSet<u32> = stack.told.values().map(|(_, phase)| *phase).collect();
    for resource in &stack.resources {
        phases.insert(layout.phase_of(*resource, model.families.get(resource.family).phase));
        let Some(member) = model.member(*resource) else { continue };
        phases.extend(member.properties.iter().map(|property| layout.phase_of(*resource, property.phase)));
        phases.extend(member.depends_on.iter().map(|needed| layout.phase_of(*resource, needed.phase)));
    }
    phases
}

/// Which of the needs of a stack count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    All,
    /// Those that the running platform does not fulfil.
    Unsettled,
}

/// The stacks that a stack needs first in a phase: what an earlier phase made is there.
pub(super) fn needs_in(layout: &Layout, stack: StackId, phase: u32, needs: Needs) -> impl Iterator<Item = StackId> {
    let edges = layout.stacks.get(stack).map(|stack| &stack.edges);
    let counts = move |edge: &Edge| edge.phase == phase && edge.made == phase && !(needs == Needs::Unsettled && edge.settled);
    edges.into_iter().flatten().filter(move |(_, edge)| counts(edge)).map(|((other, ..), _)| *other)
}

fn rank(layout: &Layout, stack: StackId) -> Option<(usize, crate::model::ids::Id<crate::model::Region>, smol_str::SmolStr)> {
    layout.stacks.get(stack).map(|stack| (layer_rank(&stack.unit), stack.region, stack.unit.clone()))
}

/// Where a layer stands among all; groups come behind them.
pub(super) fn layer_rank(unit: &str) -> usize {
    crate::model::LAYERS.iter().position(|layer| *layer == unit).unwrap_or(crate::model::LAYERS.len())
}

/// Puts the stacks into the order, and makes the phases.
pub(super) fn apply(layout: &mut Layout, order: Order) {
    // A stack stands where it is made first.
    let mut sequence: Vec<StackId> = Vec::with_capacity(layout.stacks.len());
    for stack in order.iter().flat_map(|(_, stacks)| stacks) {
        if !sequence.contains(stack) {
            sequence.push(*stack);
        }
    }
    let position: BTreeMap<StackId, StackId> = sequence.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    reorder(layout, &sequence, &position);
    let renumber = |old: &StackId| position.get(old).copied();
    for (at, (depth, placed)) in order.iter().enumerate() {
        let stacks: Vec<StackId> = placed.iter().filter_map(renumber).collect();
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        let mut phase = Phase { depth: *depth, waves: waves(layout, &stacks, *depth), steps: BTreeMap::new() };
        for stack in stacks {
            let again = order.iter().skip(at + 1).flat_map(|(_, stacks)| stacks).filter_map(renumber).any(|later| later == stack);
            let Some(stack_entry) = layout.stacks.get_mut(stack) else { continue };
            let reached = stack_entry.deployed_phase.unwrap_or(1).saturating_add(number);
            stack_entry.phase = reached;
            phase.steps.insert(stack, Step { number: reached, last: !again });
        }
        layout.phases.push(phase);
    }
}

fn reorder(layout: &mut Layout, sequence: &[StackId], position: &BTreeMap<StackId, StackId>) {
    let renumber = |old: StackId| position.get(&old).copied().unwrap_or(old);
    let mut stacks: Vec<Option<Stack>> = std::mem::take(&mut layout.stacks).into_iter().map(Some).collect();
    for old in sequence {
        let Some(mut stack) = stacks.get_mut(*old).and_then(Option::take) else { continue };
        stack.edges =
            std::mem::take(&mut stack.edges).into_iter().map(|((other, way, phase, to), edge)| ((renumber(other), way, phase, to), edge)).collect();
        for (source, _) in stack.parameters.values_mut() {
            if let Source::Output(producer, _) = source {
                *producer = renumber(*producer);
            }
        }
        layout.stacks.push(stack);
    }
    layout.by_resource =
        layout.stacks.iter().enumerate().flat_map(|(number, stack)| stack.resources.iter().map(move |resource| (*resource, number))).collect();
}

/// Groups stacks of a phase, which are in order, by how long the chain of needs before them is. Whatever is uploaded needs the place
/// for it first.
fn waves(layout: &Layout, stacks: &[StackId], phase: u32) -> Vec<Vec<StackId>> {
    let is_artifacts = |stack: StackId| layout.stacks.get(stack).is_some_and(|stack| stack.unit == ARTIFACTS);
    let first = usize::from(stacks.iter().any(|stack| is_artifacts(*stack)));
    let mut depth: BTreeMap<StackId, usize> = BTreeMap::new();
    let mut waves: Vec<Vec<StackId>> = Vec::new();
    for stack in stacks {
        let needed = needs_in(layout, *stack, phase, Needs::All).filter_map(|need| depth.get(&need)).map(|depth| depth + 1).max();
        let own = if is_artifacts(*stack) { 0 } else { needed.unwrap_or(first).max(first) };
        depth.insert(*stack, own);
        if waves.len() <= own {
            waves.resize(own + 1, Vec::new());
        }
        if let Some(wave) = waves.get_mut(own) {
            wave.push(*stack);
        }
    }
    waves.retain(|wave| !wave.is_empty());
    waves
}
