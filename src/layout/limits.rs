//! The limits of CloudFormation and Step Functions that can be counted before anything is written.

use super::cut;
use super::{Layout, Stack};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::value::{Dimension, quantity_text};
use crate::model::{Model, Parameter};
use crate::source::Span;
use crate::workflow::{Plan, SingleStep, events};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Resources in one template. Source: CloudFormation user guide, "Understand CloudFormation quotas" (read 2026-11-24).
const MAXIMUM_RESOURCES: usize = 500;
/// Parameters of one template. Same source.
const MAXIMUM_PARAMETERS: usize = 200;
/// Outputs of one template. Same source.
const MAXIMUM_OUTPUTS: usize = 200;
/// Bytes of a parameter's value. Same source.
const MAXIMUM_VALUE: usize = 4_096;
/// Characters of a state's name. Source: Step Functions API reference, `StateEnteredEventDetails` (read 2026-11-24).
const MAXIMUM_NAME: usize = 80;
/// Events in the history of one execution. At this number it fails. Source: Step Functions developer guide, "Service quotas"
/// (read 2026-11-24).
const MAXIMUM_EVENTS: u64 = 25_000;

/// Bytes of the description of an output. Source: CloudFormation template reference, `Output` (read 2026-11-29).
const MAXIMUM_DESCRIPTION: usize = 1_024;

/// What is counted in a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counted {
    Resources,
    Parameters,
    Outputs,
}

impl Counted {
    pub(super) const ALL: [Self; 3] = [Self::Resources, Self::Parameters, Self::Outputs];

    pub(super) fn most(self) -> usize {
        match self {
            Self::Resources => MAXIMUM_RESOURCES,
            Self::Parameters => MAXIMUM_PARAMETERS,
            Self::Outputs => MAXIMUM_OUTPUTS,
        }
    }

    pub(super) fn count(self, stack: &Stack) -> usize {
        match self {
            Self::Resources => stack.resources.len(),
            Self::Parameters => stack.parameters.len(),
            Self::Outputs => stack.outputs.len() + stack.told.keys().filter(|name| !stack.outputs.contains_key(*name)).count(),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Resources => "resources",
            Self::Parameters => "parameters",
            Self::Outputs => "outputs",
        }
    }
}

/// Reports what is beyond a limit.
pub(super) fn check(model: &Model, layout: &Layout, diagnostics: &mut Diagnostics) {
    stacks(model, layout, diagnostics);
    for (_, parameter) in model.parameters.iter() {
        value(parameter, diagnostics);
    }
    // One declaration is an output in each of its Regions.
    let mut told: Option<Span> = None;
    for output in model.outputs.iter().filter(|output| output.description.len() > MAXIMUM_DESCRIPTION) {
        if told.replace(output.span) != Some(output.span) {
            diagnostics.push(
                Diagnostic::error(
                    codes::STACK_LIMIT,
                    format!(
                        "the documentation of `{}` has {} bytes; CloudFormation takes {MAXIMUM_DESCRIPTION}",
                        output.name,
                        output.description.len()
                    ),
                )
                .label(output.span, "it becomes the description of the output")
                .note("the stack would be refused")
                .help("say it in a sentence or two, and the rest in comments (`//`)"),
            );
        }
    }
    for plan in &model.plans {
        for step in plan.all_steps() {
            name(step, diagnostics);
        }
        history(plan, diagnostics);
    }
}

/// Stacks of one layer or group that are too large for the same reason are one finding.
fn stacks(model: &Model, layout: &Layout, diagnostics: &mut Diagnostics) {
    let mut over: BTreeMap<(&SmolStr, Counted), Vec<&Stack>> = BTreeMap::new();
    for stack in &layout.stacks {
        for counted in Counted::ALL.into_iter().filter(|counted| counted.count(stack) > counted.most()) {
            over.entry((&stack.unit, counted)).or_default().push(stack);
        }
    }
    for ((unit, counted), stacks) in over {
        let Some(stack) = stacks.first() else { continue };
        if counted == Counted::Outputs && stack.outputs.len() <= counted.most() {
            diagnostics.push(told_to_people(model, stack));
            continue;
        }
        let parts = cut::counted(model, layout, unit, counted);
        let message = format!("the stack {} has {} {}; CloudFormation takes {}", stack.id, counted.count(stack), counted.word(), counted.most());
        let mut finding = cut::finding(&message, &parts);
        let others: Vec<&str> = stacks.iter().skip(1).map(|stack| stack.id.as_str()).collect();
        if !others.is_empty() {
            finding = finding.note(format!("the same is true of {}", others.join(", ")));
        }
        diagnostics.push(finding.help(cut::help(model, layout, unit, parts, counted.most())));
    }
}

/// More outputs that people read than a stack has beside those for other stacks.
fn told_to_people(model: &Model, stack: &Stack) -> Diagnostic {
    let (count, most) = (Counted::Outputs.count(stack), Counted::Outputs.most());
    let last = stack.told.values().filter_map(|(number, _)| model.outputs.get(*number)).max_by_key(|output| output.span);
    Diagnostic::error(codes::STACK_LIMIT, format!("the stack {} has {count} outputs; CloudFormation takes {most}", stack.id))
        .label(last.map(|output| output.span).unwrap_or_default(), "the last of them")
        .note(format!("{} are declared with `output`, {} are for other stacks", stack.told.len(), stack.outputs.len()))
        .help("leave out what nobody reads, or tell several values in one text")
}

/// A value that CloudFormation does not take, though the parameter does.
fn value(parameter: &Parameter, diagnostics: &mut Diagnostics) {
    let longest = parameter.allowed.iter().map(String::len).max().unwrap_or(0);
    let admitted = parameter.length.map_or(0, |(_, most)| most as usize);
    let said = if let Some(bytes) = parameter.default.as_ref().map(String::len).filter(|bytes| *bytes > MAXIMUM_VALUE) {
        format!("a default of {bytes} bytes")
    } else if longest > MAXIMUM_VALUE {
        format!("an allowed value of {longest} bytes")
    } else if admitted > MAXIMUM_VALUE {
        format!("admits {admitted} characters")
    } else {
        return;
    };
    diagnostics.push(
        Diagnostic::error(
            codes::STACK_LIMIT,
            format!("a value of `{}` may have more than the {MAXIMUM_VALUE} bytes that CloudFormation takes", parameter.name),
        )
        .label(parameter.span, said)
        .note("the deployment would stop at the first stack that takes it")
        .help(format!("bound it: `String(1..{MAXIMUM_VALUE})`; keep a longer text where the platform can read it, and hand over its name")),
    );
}

fn name(step: &SingleStep, diagnostics: &mut Diagnostics) {
    let characters = step.name.chars().count();
    if characters > MAXIMUM_NAME {
        diagnostics.push(
            Diagnostic::error(codes::PLAN_LIMIT, format!("the name of a step has {characters} characters; a state's name has {MAXIMUM_NAME}"))
                .label(step.span, "its state would have another name")
                .note("who watches the machine reads the names of its states")
                .help("use a shorter name, and say the rest in a comment"),
        );
    }
}

/// An execution whose history could get too long.
fn history(plan: &Plan, diagnostics: &mut Diagnostics) {
    let all = events::worst_case(plan);
    if all < MAXIMUM_EVENTS {
        return;
    }
    let Some(largest) = plan.all_steps().max_by_key(|step| events::of_step(step)) else { return };
    let own = events::of_step(largest);
    let mut finding = Diagnostic::error(
        codes::PLAN_LIMIT,
        format!("an execution of `{}` can have {all} events; Step Functions ends it at {MAXIMUM_EVENTS}", plan.name),
    )
    .label(largest.span, format!("{own} of them"));
    let mut help = "make two plans of it".to_string();
    if let Some(rounds) = events::longest_rounds(largest) {
        let text = |amount: f64| quantity_text(amount, Dimension::Duration);
        finding = finding.note(format!(
            "`{}` asks every {} for at most {}: {} rounds of {} events (2 for the pause, 4 for the decisions, 2 and 3 for each attempt for a call)",
            largest.name,
            text(rounds.every),
            text(rounds.within),
            rounds.count,
            rounds.events
        ));
        // What is left for the rounds, in whole minutes.
        let left = (MAXIMUM_EVENTS - 1).saturating_sub(all.saturating_sub(rounds.total())) / rounds.events.max(1);
        let minutes = (left as f64 * rounds.within / (rounds.count.max(1) as f64) / 60_000.0).floor();
        if minutes >= 1.0 {
            help = format!("write `within = {}` or less, ask less often, or make two plans of it", text(minutes * 60_000.0));
        }
    }
    diagnostics.push(finding.note("at that number the execution fails, with what it was doing half done").help(help));
}
