//! `deploy.sh`

use super::definitions::{Case, Definitions};
use super::quote::{quote, words};
use super::steps::steps;
use crate::aws::regions::dns_suffix;
use crate::emit::{Output, Told, manifest, protection};
use crate::layout::Source;
use crate::model::ARTIFACTS;
use smol_str::SmolStr;

const FIXED: &str = include_str!("deploy.sh");

/// The script.
pub fn script(output: &Output) -> String {
    let mut definitions = Definitions::new(output);
    let resources = |stack| manifest::resources(output, stack);
    let any = output.layout.stacks.iter().any(|stack| resources(stack).values().any(|entry| entry.stateful));
    definitions.line(&format!("any_stateful={}", u8::from(any)));

    definitions.line("\ndefine() {");
    definitions.parameters();
    for (number, stack) in output.layout.stacks.iter().enumerate() {
        definitions.stack(number, stack);
        let entries = resources(stack);
        let capabilities = manifest::capabilities(output, stack);
        let stateful: Vec<&str> = entries.iter().filter(|(_, entry)| entry.stateful).map(|(id, _)| *id).collect();
        let later: Vec<&str> = entries.iter().filter(|(_, entry)| entry.later).map(|(id, _)| *id).collect();
        for (call, arguments) in [("capabilities", capabilities), ("holds_data", stateful), ("grows_by", later)] {
            if !arguments.is_empty() {
                definitions.line(&format!("    {call}{}", words(arguments)));
            }
        }
        if protection::termination_protection(&output.model, stack) {
            definitions.line("    protect");
        }
        if let Some(policy) = protection::stack_policy(&output.model, stack) {
            definitions.line(&format!("    policy {}", quote(&serde_json::to_string(&policy).unwrap_or_default())));
        }
        if let Some(phase) = stack.deployed_phase {
            definitions.line(&format!("    deployed_before {phase}"));
        }
    }
    definitions.line("}");
    definitions.names();
    definitions.tags();
    applied(&mut definitions);
    artifacts(&mut definitions);
    told(&mut definitions);
    super::assemble("Deploys a platform: run it with --help.", &[super::COMMON, crate::aws::scripts::ARTIFACTS, FIXED], &definitions.text)
}

/// `step_of PHASE STACK`, `parameters_of PHASE STACK`, `waves FUNCTION`
fn applied(definitions: &mut Definitions) {
    let output = definitions.output;
    let (mut cases, mut parameters) = (Vec::new(), Vec::new());
    for step in steps(output) {
        let key = format!("{}/{}", step.phase, step.stack);
        let (number, last, size, sha256, template) = (step.number, u8::from(step.last), step.size, step.sha256, quote(step.template));
        let mut step_is = format!("step_phase={number} step_last={last} step_size={size} step_hash={sha256} step_template={template}");
        if !step.archives.is_empty() {
            let keys: Vec<&str> = step.archives.iter().map(SmolStr::as_str).collect();
            step_is += &format!(" step_archives={}", quote(&keys.join(" ")));
        }
        cases.push((key.clone(), vec![step_is]));
        let call = |(name, source): &(&str, &Source)| match source {
            Source::Platform(id, region) => format!("from_param {} {}", quote(name), definitions.slots.find(*id, *region)),
            Source::Output(producer, output) => format!("from_output {} {producer} {}", quote(name), quote(output)),
        };
        let calls: Vec<String> = step.parameters.iter().map(call).collect();
        if !calls.is_empty() {
            parameters.push((key, calls));
        }
    }
    definitions.cases("step_of", "$1/$2", &cases);
    definitions.cases("parameters_of", "$1/$2", &parameters);
    definitions.line("\n# Stacks of one line do not need each other.\nwaves() {");
    for (number, phase) in output.layout.phases.iter().enumerate() {
        for wave in &phase.waves {
            let stacks: String = wave.iter().map(|stack| format!(" {stack}")).collect();
            definitions.line(&format!("    \"$1\" {}{stacks}", number + 1));
        }
    }
    definitions.line("}");
}

/// `artifacts_in REGION`
fn artifacts(definitions: &mut Definitions) {
    let output = definitions.output;
    let stacks = output.layout.stacks.iter().enumerate().filter(|(_, stack)| stack.unit == ARTIFACTS);
    let cases: Vec<Case> = stacks
        .map(|(number, stack)| {
            let name = manifest::artifacts_output();
            let suffix = dns_suffix(&output.model.regions.get(stack.region).partition);
            (definitions.region_code(stack).to_string(), vec![format!("producer={number} output={} dns_suffix={}", quote(&name), quote(suffix))])
        })
        .collect();
    definitions.cases("artifacts_in", "$1", &cases);
}

/// `tell_outputs`
fn told(definitions: &mut Definitions) {
    let output = definitions.output;
    definitions.line("\ntell_outputs() {");
    let call = |told: Told<'_>| format!("    tell {} {} {}", quote(&told.output.name), told.stack, quote(&told.output.logical_id));
    let mut calls: Vec<String> = output.told().map(call).collect();
    if calls.is_empty() {
        calls.push("    :".into());
    }
    calls.iter().for_each(|call| definitions.line(call));
    definitions.line("}");
}
