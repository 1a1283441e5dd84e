//! What is deployed when: the phases, their waves, and what each step applies.

use crate::code::sha256;
use crate::emit::Output;
use crate::layout::{Source, StackId};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What a phase holds for a stack.
pub struct Step<'o> {
    /// The phase, counted from 1.
    pub phase: usize,
    pub stack: StackId,
    /// The number that the stack carries afterwards.
    pub number: u32,
    /// Whether it is the whole stack, which is applied whatever phase the stack has reached.
    pub last: bool,
    pub template: &'o str,
    pub sha256: String,
    pub size: usize,
    /// The keys of the archives that the template names.
    pub archives: &'o BTreeSet<SmolStr>,
    /// Name in the template and where the value comes from.
    pub parameters: Vec<(&'o str, &'o Source)>,
}

/// All steps, phase by phase.
pub fn steps(output: &Output) -> Vec<Step<'_>> {
    let step = |template: &'_ crate::emit::TemplateFile| {
        let (stack, phase) = (output.layout.stacks.get(template.stack)?, output.layout.phases.get(template.phase)?);
        let taken = stack.parameters.iter().filter(|(_, (_, first))| *first <= phase.depth);
        let parameters = taken.map(|(name, (source, _))| (name.as_str(), source)).collect();
        Some((template.phase + 1, template.stack, phase.steps.get(&template.stack)?, parameters))
    };
    let made = output.templates.iter().filter_map(|template| {
        let (phase, stack, step, parameters) = step(template)?;
        let (sha256, size) = (sha256(&template.text), template.text.len());
        Some(Step {
            phase,
            stack,
            number: step.number,
            last: step.last,
            template: &template.path,
            sha256,
            size,
            archives: &template.archives,
            parameters,
        })
    });
    made.collect()
}
