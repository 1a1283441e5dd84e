//! The division of a step's time: time-outs and retries of its calls, and how long each question is asked, so that the sum of the worst
//! cases is never more than the step may take.

use super::{Context, Expander, counted};
use crate::aws::api;
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Dimension, quantity_text};
use crate::source::Span;
use crate::syntax::ast;
use crate::workflow::bounds::{attempts, of_body};
use crate::workflow::{Call, Operation};

/// Time-out of one attempt in seconds and number of retries, from the most patient to the least. The time-out of the last one is the
/// floor of a call.
const PATIENCE: &[(u32, u32)] = &[(10, 4), (10, 3), USUAL, (8, 2), (5, 2), (5, 1), (3, 1), LEAST];
/// That of a step without a bound of its own.
const USUAL: (u32, u32) = (10, 2);
const LEAST: (u32, u32) = (3, 0);
/// What a call gets that waits for a person, at least, milliseconds: less is no time to read and answer.
const ANSWER: f64 = 60_000.0;
/// The most retries of a call that waits for a person, within what it gets. With pauses that double they go on for a minute: a service that
/// fails for longer is better told of than waited for.
const SENT_AGAIN: u32 = 5;
/// The most retries of a question: it is asked again anyway.
const ASKED_AGAIN: u32 = 1;

/// One part of a step's worst case: what it is, and milliseconds.
type Share = (String, f64);

impl<'a> Expander<'a> {
    /// Divides a step's time among its calls, and gives the worst case of the whole, milliseconds.
    pub(super) fn divide(
        &mut self,
        body: &mut [Operation],
        within: Option<(f64, Span)>,
        name: &ast::Name,
        span: Span,
        context: &Context,
    ) -> Option<f64> {
        let patient = within.is_some();
        let (limit, limit_span) = match within {
            Some((limit, span)) => (whole(limit), span),
            None => (wanted(body), span),
        };
        let levels = PATIENCE.iter().skip_while(|level| !patient && **level != USUAL);
        for level in levels {
            if least(body, *level) <= limit && keeps(body, *level) {
                assign(body, *level, limit);
                return Some(of_body(body));
            }
        }
        let mut shares = Vec::new();
        parts(body, &mut shares);
        let sum = quantity_text(least(body, LEAST), Dimension::Duration);
        let told: Vec<String> = shares.iter().map(|(what, amount)| format!("{what} {}", quantity_text(*amount, Dimension::Duration))).collect();
        let finding = if let Some((short, needs, declared)) = too_short(body) {
            Diagnostic::error(codes::UNBOUNDED_WAIT, format!("a question of the step `{}` cannot fit its bound", name.text))
                .label(short, format!("at most {}, but it takes at least {}", text(declared), text(needs)))
                .help(format!("write `within {}` or more in the `done when`", text(needs)))
        } else {
            let finding = Diagnostic::error(codes::UNBOUNDED_WAIT, format!("the step `{}` cannot fit {}", name.text, text(limit)))
                .label(limit_span, format!("too short: it takes at least {sum}"))
                .help(format!("write `within = {sum}` or more"));
            with_share(finding, body, limit)
        };
        self.report(finding.note(format!("at least: {} = {sum}", told.join(" + "))), context);
        None
    }
}

fn text(amount: f64) -> String {
    quantity_text(amount, Dimension::Duration)
}

/// Whole seconds: a machine counts no others.
fn whole(amount: f64) -> f64 {
    (amount / 1000.0).floor() * 1000.0
}

/// What is left for each call, where all pauses are taken off.
fn with_share(finding: Diagnostic, body: &[Operation], limit: f64) -> Diagnostic {
    let calls = call_count(body);
    let fixed = least(body, LEAST) - calls as f64 * attempts(LEAST);
    let rest = limit - fixed;
    if calls == 0 {
        return finding;
    }
    let share = (rest / calls as f64 / 100.0).floor() / 10.0;
    let left =
        if share > 0.0 { format!("{share} s for each of {}", counted(calls, "call")) } else { format!("nothing for {}", counted(calls, "call")) };
    finding.note(if fixed > 0.0 {
        format!("what no call can be given takes {} of it and leaves {left}; a call takes {} s or more", text(fixed), LEAST.0)
    } else {
        format!("it leaves {left}; a call takes {} s or more", LEAST.0)
    })
}

/// Time-out and retries of a call of an action.
fn of_action(call: &Call, level: (u32, u32)) -> (u32, u32) {
    call.attempt.map_or(level, |attempt| (attempt, level.1.min(USUAL.1)))
}

/// Time-out and retries of a call of a question.
fn of_question(call: &Call, (timeout, retries): (u32, u32)) -> (u32, u32) {
    (call.attempt.unwrap_or(timeout), retries.min(ASKED_AGAIN))
}

fn question(ask: &[Call], level: (u32, u32)) -> f64 {
    ask.iter().map(|call| attempts(of_question(call, level))).sum()
}

/// The least time that a body needs: every call in its worst case, and for a `done when` one question before and one after the change.
fn least(body: &[Operation], level: (u32, u32)) -> f64 {
    body.iter().map(|operation| least_of(operation, level)).sum()
}

fn least_of(operation: &Operation, level: (u32, u32)) -> f64 {
    match operation {
        Operation::Call(call) if call.waits => ANSWER,
        Operation::Call(call) => attempts(of_action(call, level)),
        Operation::Check { .. } => 0.0,
        Operation::Wait { duration, .. } => *duration,
        Operation::DoneWhen { ask, every, body, .. } => 2.0 * question(ask, level) + least(body, level) + every,
    }
}

/// The time that a body takes if nobody bounds it: what its questions are given by their own lines, and what its calls need.
fn wanted(body: &[Operation]) -> f64 {
    body.iter()
        .map(|operation| match operation {
            Operation::DoneWhen { within, .. } => whole(*within),
            other => least_of(other, USUAL),
        })
        .sum()
}

/// Whether each question fits the bound of its own line.
fn keeps(body: &[Operation], level: (u32, u32)) -> bool {
    body.iter().all(|operation| match operation {
        Operation::DoneWhen { within, body, .. } => least_of(operation, level) <= whole(*within) && keeps(body, level),
        _ => true,
    })
}

/// The first question that cannot fit the bound of its own line: where, what it needs, and what it has.
fn too_short(body: &[Operation]) -> Option<(Span, f64, f64)> {
    body.iter().find_map(|operation| match operation {
        Operation::DoneWhen { within, body, span, .. } => {
            let needs = least_of(operation, LEAST);
            if needs > whole(*within) { Some((*span, needs, *within)) } else { too_short(body) }
        }
        _ => None,
    })
}

fn call_count(body: &[Operation]) -> usize {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(call) => usize::from(!call.waits && call.attempt.is_none()),
            Operation::DoneWhen { ask, body, .. } => 2 * ask.iter().filter(|call| call.attempt.is_none()).count() + call_count(body),
            _ => 0,
        })
        .sum()
}

/// The parts of the least time, as they follow on each other.
fn parts(body: &[Operation], shares: &mut Vec<Share>) {
    let call = |call: &Call| format!("`{}.{}`", call.service, call.operation);
    for operation in body {
        match operation {
            Operation::Call(node) if node.waits => shares.push((format!("the answer to {}", call(node)), ANSWER)),
            Operation::Call(node) => shares.push((call(node), attempts(of_action(node, LEAST)))),
            Operation::Check { .. } => {}
            Operation::Wait { duration, .. } => shares.push(("the wait".into(), *duration)),
            Operation::DoneWhen { ask, every, body, .. } => {
                let asked = || ask.iter().map(|node| (call(node), attempts(of_question(node, LEAST))));
                shares.extend(asked());
                parts(body, shares);
                shares.push(("the pause".into(), *every));
                shares.extend(asked());
            }
        }
    }
}

/// Gives each call its time-out and its retries, and what is left to those that take more the longer they may: questions up to the bound
/// of their own line, and calls that wait for an answer.
fn assign(body: &mut [Operation], level: (u32, u32), limit: f64) {
    let mut slack = limit - least(body, level);
    let takes = |operation: &Operation| matches!(operation, Operation::DoneWhen { .. }) || matches!(operation, Operation::Call(call) if call.waits);
    let mut takers = body.iter().filter(|operation| takes(operation)).count();
    for operation in body {
        let needs = least_of(operation, level);
        let share = if takes(operation) { slack / takers as f64 } else { 0.0 };
        match operation {
            Operation::Call(call) if call.waits => {
                let given = whole(needs + share);
                // The names of its errors tell a call that failed from an answer; of a service that nobody knows they are not known.
                let retries = if api::service(&call.service).is_some() { SENT_AGAIN } else { 0 };
                (call.timeout, call.retries) = ((given / 1000.0) as u32, retries);
                slack -= given - needs;
                takers -= 1;
            }
            Operation::Call(call) => (call.timeout, call.retries) = of_action(call, level),
            Operation::DoneWhen { ask, every, within, body, .. } => {
                let given = whole((needs + share).min(*within));
                ask.iter_mut().for_each(|call| (call.timeout, call.retries) = of_question(call, level));
                assign(body, level, given - 2.0 * question(ask, level) - *every);
                *within = given;
                slack -= given - needs;
                takers -= 1;
            }
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
}
