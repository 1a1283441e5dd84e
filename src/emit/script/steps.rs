//! What is deployed when: the phases, their waves, and what each step applies.

use crate::emit::Output;
use crate::layout::{Source, StackId};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A phase: waves of steps that do not need each other.
pub struct Phase<'o> {
    pub waves: Vec<Vec<Step<'o>>>,
}

/// What a phase holds for a stack.
pub struct Step<'o> {
    pub stack: StackId,
    /// The number that the stack carries afterwards.
    pub number: u32,
    pub template: String,
    pub sha256: String,
    pub size: usize,
    pub parameters: &'o BTreeMap<SmolStr, Source>,
}

/// The phases of an output.
pub fn phases(output: &Output) -> Vec<Phase<'_>> {
    let mut waves: Vec<Vec<Step>> = Vec::new();
    let mut depth: Vec<usize> = Vec::new();
    for (number, stack) in output.layout.stacks.iter().enumerate() {
        let at = stack.needs.keys().filter_map(|need| depth.get(*need)).max().map_or(0, |deepest| deepest + 1);
        depth.push(at);
        while waves.len() <= at {
            waves.push(Vec::new());
        }
        let template = crate::emit::template::path(stack);
        let mut bytes = Vec::new();
        let _ = output.write(&template, &mut bytes);
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let step = Step { stack: number, number: 1, template, sha256, size: bytes.len(), parameters: &stack.parameters };
        if let Some(wave) = waves.get_mut(at) {
            wave.push(step);
        }
    }
    vec![Phase { waves }]
}
