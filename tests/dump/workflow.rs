//! The plans: steps with their bounds, calls with time-outs and retries.

use super::values::{Writer, region};
use super::{Page, joined};
use drc::model::Model;
use drc::workflow::{Call, Detect, Operation, Plan, SingleStep, Start, Step, StepKind, Wake};

/// All plans.
pub fn dump(model: &Model) -> String {
    let mut page = Page::default();
    for plan in &model.plans {
        self::plan(&mut page, model, plan);
    }
    page.finish()
}

fn seconds(milliseconds: f64) -> String {
    format!("{} s", milliseconds / 1000.0)
}

fn plan(page: &mut Page, model: &Model, plan: &Plan) {
    let ends = match (plan.from, plan.to) {
        (Some(from), Some(to)) => format!(" from {} to {}", region(model, from), region(model, to)),
        _ => String::new(),
    };
    let header = format!("{} {}{ends}: machine {} in {}", plan.kind.word(), plan.name, plan.machine_name(), region(model, plan.machine));
    let writer = Writer { model, here: Some(plan.machine) };
    page.nest(header, |page| {
        page.line(format!("at most {}", seconds(plan.bound)));
        plan.start.iter().for_each(|start| page.line(format!("started by {}", started(model, *start))));
        match plan.detect {
            Some(Detect::Alarm(wake)) => page.line(format!("woken by {}", alarm(model, wake))),
            Some(Detect::Assumed(time, _)) => page.line(format!("noticed within {time} ms, as the plan says")),
            None => {}
        }
        plan.decide.iter().for_each(|decide| page.line(format!("decided within {}", seconds(*decide))));
        plan.every.iter().for_each(|every| page.line(format!("every {}", seconds(*every))));
        plan.approve.iter().for_each(|step| page.nest("asked before", |page| single(page, writer, step)));
        for step in &plan.steps {
            match step {
                Step::One(step) => single(page, writer, step),
                Step::Parallel(steps) => page.nest("parallel", |page| steps.iter().for_each(|step| single(page, writer, step))),
            }
        }
        plan.told.iter().for_each(|told| page.line(format!("if it ends badly, told by a second path: {}", writer.value(told))));
        if !plan.on_failure.is_empty() {
            page.nest("on failure", |page| plan.on_failure.iter().for_each(|node| call(page, writer, node)));
        }
    });
}

fn started(model: &Model, start: Start) -> String {
    match start {
        Start::Operator => "operator".into(),
        Start::Alarm(wake) => alarm(model, wake),
    }
}

fn alarm(model: &Model, wake: Wake) -> String {
    let alarm = &model.alarms[wake.alarm];
    format!("alarm {}[{}]", alarm.shown, region(model, alarm.region))
}

fn single(page: &mut Page, writer: Writer, step: &SingleStep) {
    let effects = if step.effects.is_empty() { String::new() } else { format!(" is {}", step.effects.join(", ")) };
    let effort = if step.best_effort { ", may fail" } else { "" };
    let kind = match step.kind {
        StepKind::Action => "",
        StepKind::Notice => "notice ",
        StepKind::Question => "question ",
        StepKind::Function => "function ",
        StepKind::Wait => "pause ",
    };
    let header = format!("step {} = {kind}{}{effects}: at most {}{effort}", step.name, step.action, seconds(step.within));
    page.nest(header, |page| step.body.iter().for_each(|node| operation(page, writer, node)));
}

fn operation(page: &mut Page, writer: Writer, node: &Operation) {
    match node {
        Operation::Call(node) => call(page, writer, node),
        Operation::Check { condition, message, .. } => {
            page.line(format!("check {} else {}", writer.run(condition), writer.run(message)));
        }
        Operation::DoneWhen { ask, holds, every, within, body, .. } => {
            page.nest(format!("until done, every {}, at most {}", seconds(*every), seconds(*within)), |page| {
                page.nest("ask", |page| ask.iter().for_each(|node| call(page, writer, node)));
                page.line(format!("done if {}", writer.run(holds)));
                page.nest("do", |page| body.iter().for_each(|node| operation(page, writer, node)));
            });
        }
        Operation::Wait { duration, reason } => page.line(format!("wait {}: {reason}", seconds(*duration))),
    }
}

fn call(page: &mut Page, writer: Writer, call: &Call) {
    let result = call.result.as_ref().map_or(String::new(), |name| format!("${name} = "));
    let waits = if call.waits { ", waits for its token" } else { "" };
    let header = format!("{result}{}.{}, {} s, {} retries{waits}", call.service, call.operation, call.timeout, call.retries);
    page.nest(header, |page| {
        for (name, argument) in &call.arguments {
            page.line(format!("{name} = {}", writer.value(argument)));
        }
        call.on.iter().for_each(|on| page.line(format!("needs {}", writer.value(on))));
        if !call.tolerates.is_empty() {
            page.line(format!("takes as done {}", joined(call.tolerates.iter().cloned())));
        }
    });
}
