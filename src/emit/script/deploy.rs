//! `deploy.sh`

use super::definitions::Definitions;
use super::quote::{dns_suffix, quote, word, words};
use super::steps::{Phase, phases};
use crate::aws;
use crate::emit::Output;
use crate::layout::Source;
use std::fmt::Write;

const FIXED: &str = include_str!("deploy.sh");

/// The script.
pub fn script(output: &Output) -> String {
    let mut definitions = Definitions::new(output);
    let phases = phases(output);
    let stateful = |stack: &crate::layout::Stack| -> Vec<String> {
        stack
            .resources
            .iter()
            .map(|resource| output.model.families.get(resource.family))
            .filter(|family| aws::types::find(&family.resource_type).is_some_and(|row| row.stateful))
            .map(|family| family.logical_id.to_string())
            .collect()
    };
    let any = output.layout.stacks.iter().any(|stack| !stateful(stack).is_empty());
    definitions.line(&format!("any_stateful={}", u8::from(any)));
    let suffix = output.model.regions.iter().next().map_or("amazonaws.com", |(_, region)| dns_suffix(&region.partition));
    definitions.line(&format!("dns_suffix={suffix}"));

    definitions.line("\ndefine() {");
    definitions.parameters();
    for (number, stack) in output.layout.stacks.iter().enumerate() {
        definitions.stack(number, stack);
        let capabilities = crate::emit::manifest::capabilities(output, stack);
        if !capabilities.is_empty() {
            definitions.line(&format!("    capabilities{}", words(capabilities)));
        }
        let stateful = stateful(stack);
        if !stateful.is_empty() {
            definitions.line(&format!("    holds_data{}", words(stateful.iter().map(String::as_str))));
        }
    }
    definitions.line("}");
    definitions.names();

    let cases: Vec<(String, String)> = output
        .layout
        .stacks
        .iter()
        .enumerate()
        .filter(|_| !output.model.platform.tags.is_empty())
        .map(|(number, stack)| {
            let tags = output.model.platform.tags.iter().fold(String::new(), |mut tags, (key, value)| {
                let _ = writeln!(tags, "tag {} {}", quote(key), word(output, &definitions.slots, stack.region, value));
                tags
            });
            (number.to_string(), tags)
        })
        .collect();
    definitions.cases("tags_of", "$1", &cases);
    steps(&mut definitions, &phases);
    super::assemble("Deploys a platform: run it with --help.", &[super::COMMON, crate::aws::scripts::ARTIFACTS, FIXED], &definitions.text)
}

/// `step_of PHASE STACK`, `parameters_of PHASE STACK`, `waves FUNCTION`
fn steps(definitions: &mut Definitions, phases: &[Phase]) {
    let (mut steps, mut parameters) = (Vec::new(), Vec::new());
    let mut waves = String::from("\nwaves() {\n");
    for (phase, entry) in phases.iter().enumerate() {
        let phase = phase + 1;
        for wave in &entry.waves {
            let _ = writeln!(waves, "    \"$1\" {phase}{}", wave.iter().map(|step| format!(" {}", step.stack)).collect::<String>());
            for step in wave {
                let key = format!("{phase}/{}", step.stack);
                let what = format!(
                    "step_phase={} step_size={}\nstep_hash={}\nstep_template={}",
                    step.number,
                    step.size,
                    step.sha256,
                    quote(&step.template)
                );
                steps.push((key.clone(), what));
                let mut calls = String::new();
                for (name, source) in step.parameters {
                    let _ = match source {
                        Source::Platform(id, region) => writeln!(calls, "from_param {} {}", quote(name), definitions.slots.find(*id, *region)),
                        Source::Output(producer, output) => writeln!(calls, "from_output {} {producer} {}", quote(name), quote(output)),
                    };
                }
                if !calls.is_empty() {
                    parameters.push((key, calls));
                }
            }
        }
    }
    definitions.cases("step_of", "$1/$2", &steps);
    definitions.cases("parameters_of", "$1/$2", &parameters);
    waves.push_str("}\n");
    definitions.text.push_str(&waves);
}
