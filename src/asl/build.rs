//! From the workflow to states. Each function is told where the flow goes on and gives the name of its first state.

use super::StateOrigin;
use super::jsonata::{argument, condition, expression, wrap};
use super::states::{Branch, Catch, Choice, Retry, State, StateMachine};
use super::substitute::Substitutions;
use crate::aws::api;
use crate::model::Model;
use crate::model::value::{Run, Value};
use crate::source::Span;
use crate::workflow::bounds::{self, RETRY_INTERVAL};
use crate::workflow::{Call, Operation, Plan, SingleStep, Step};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;
use std::collections::HashSet;

/// The most characters of the name of a state, and of a variable. Source: Step Functions developer guide, "Service quotas" and "Passing
/// data between states with variables".
const MAXIMUM_NAME: usize = 80;

/// Seconds that the whole execution may take beside all that is bounded in it: going from state to state takes time too, and an execution
/// that is ended by its time-out tells nobody.
const ALLOWANCE: u64 = 30;

struct Builder<'m> {
    substitutions: Substitutions<'m>,
    partition: SmolStr,
    states: Vec<(String, State)>,
    names: HashSet<String>,
    origins: Vec<StateOrigin>,
    /// The step whose states are made, and the operation in it.
    at: (Span, Option<Span>),
    /// What tells the variables of a branch from those around it: AWS refuses a name that both assign.
    scope: String,
    /// How many names of variables the builder has made.
    variables: u32,
}

/// Where the flow goes after something.
#[derive(Clone)]
struct Targets {
    next: String,
    failed: String,
}

pub fn build(plan: &Plan, model: &Model) -> (StateMachine, Vec<(SmolStr, Value)>, Vec<StateOrigin>) {
    let region = model.regions.get(plan.machine);
    let mut builder = Builder {
        substitutions: Substitutions::new(model, plan.machine),
        partition: region.partition.clone(),
        states: Vec::new(),
        names: HashSet::new(),
        origins: Vec::new(),
        at: (plan.span, None),
        scope: String::new(),
        variables: 0,
    };
    let done = builder.name("done");
    builder.add(&done, State { kind: "Succeed", ..State::default() });
    let failed = builder.failure(plan);
    let mut next = done;
    for step in plan.steps.iter().rev() {
        let targets = Targets { next, failed: failed.clone() };
        next = match step {
            Step::One(step) => builder.step(step, &targets),
            Step::Parallel(branches) => builder.parallel(branches, &targets),
        };
    }
    if let Some(step) = plan.approve.as_deref() {
        next = builder.step(step, &Targets { next, failed });
    }
    let machine = StateMachine {
        comment: String::new(),
        query_language: "JSONata",
        start_at: next.clone(),
        timeout_seconds: Some(match plan.limit {
            Some((limit, _)) => (limit / 1000.0).floor() as u64,
            None => (plan.timeout() / 1000.0).ceil() as u64 + ALLOWANCE,
        }),
        states: in_order(&next, builder.states),
    };
    (machine, builder.substitutions.into_entries(), builder.origins)
}

/// The states as they are reached from the first one.
fn in_order(start: &str, states: Vec<(String, State)>) -> IndexMap<String, State> {
    let mut table: IndexMap<String, State> = states.into_iter().collect();
    let mut order: Vec<String> = Vec::new();
    let mut open = vec![start.to_string()];
    while let Some(name) = open.pop() {
        if order.contains(&name) {
            continue;
        }
        let Some(state) = table.get(&name) else { continue };
        let mut targets: Vec<&String> = Vec::new();
        targets.extend(state.next.iter());
        targets.extend(state.default.iter());
        targets.extend(state.choices.iter().map(|choice| &choice.next).rev());
        targets.extend(state.catch.iter().map(|catch| &catch.next));
        // What goes on is read first, what fails last.
        let mut later: Vec<String> = targets.into_iter().cloned().collect();
        later.reverse();
        open.extend(later);
        order.push(name);
    }
    let mut sorted = IndexMap::new();
    for name in order {
        if let Some(state) = table.shift_remove(&name) {
            sorted.insert(name, state);
        }
    }
    sorted
}

impl Builder<'_> {
    /// A name that no other state has, within the limit of AWS.
    fn name(&mut self, wanted: &str) -> String {
        let mut short: String = wanted.chars().take(MAXIMUM_NAME).collect();
        let mut number = 2;
        while self.names.contains(&short) {
            let suffix = format!(" {number}");
            short = wanted.chars().take(MAXIMUM_NAME - suffix.len()).collect::<String>() + &suffix;
            number += 1;
        }
        self.names.insert(short.clone());
        self.origins.push(StateOrigin { name: short.clone(), step: self.at.0, part: self.at.1 });
        short
    }

    /// The name of a variable that no result of a call has: those end with a plain number.
    fn variable(&mut self, step: &str, what: &str) -> String {
        self.variables += 1;
        let end = format!("_{what}_q{}", self.variables);
        step.chars().take(MAXIMUM_NAME - end.len()).collect::<String>() + &end
    }

    fn add(&mut self, name: &str, state: State) {
        self.states.push((name.to_string(), state));
    }

    /// The state that ends a machine or a branch, and says which step failed and why.
    fn fail(&mut self, name: &str) {
        let scope = &self.scope;
        let cause = format!("'step ' & $failed_step{scope} & ': ' & $failure{scope}.Error & ' ' & $failure{scope}.Cause");
        let state = State { kind: "Fail", error: Some("Drc.StepFailed".into()), cause: Some(wrap(&cause)), ..State::default() };
        self.add(name, state);
    }

    /// The variables that [`Self::fail`] reads.
    fn noted(&self, step: &str, failure: Json) -> Json {
        let scope = &self.scope;
        json!({ format!("failed_step{scope}"): step, format!("failure{scope}"): failure })
    }

    /// The states that tell of a failure and end the machine; gives the first one.
    fn failure(&mut self, plan: &Plan) -> String {
        let failed = self.name("failed");
        self.fail(&failed);
        let mut next = failed;
        for call in plan.on_failure.iter().rev() {
            self.at = (plan.failure_span, Some(call.span));
            let name = self.name("tell of the failure");
            let mut state = self.task(call);
            // A message that cannot be sent must not hide the failure that it tells of.
            state.catch = vec![Catch { error_equals: vec!["States.ALL".into()], assign: None, next: next.clone() }];
            state.next = Some(next);
            self.add(&name, state);
            next = name;
        }
        next
    }

    fn step(&mut self, step: &SingleStep, targets: &Targets) -> String {
        self.at = (step.span, None);
        let targets = if step.best_effort {
            let skipped = self.name(&format!("{}: given up", step.name));
            self.add(
                &skipped,
                State {
                    kind: "Pass",
                    comment: Some("may fail without failing the plan".into()),
                    next: Some(targets.next.clone()),
                    ..State::default()
                },
            );
            Targets { next: targets.next.clone(), failed: skipped }
        } else {
            targets.clone()
        };
        self.sequence(&step.body, step, &targets, true)
    }

    fn sequence(&mut self, body: &[Operation], step: &SingleStep, targets: &Targets, first: bool) -> String {
        let mut next = targets.next.clone();
        for (at, operation) in body.iter().enumerate().rev() {
            let targets = Targets { next, failed: targets.failed.clone() };
            let opening = first && at == 0;
            self.at.1 = operation.span();
            next = match operation {
                Operation::Call(call) if call.waits => self.waiting(call, step, &targets, opening),
                Operation::Call(call) => self.call(call, step, &targets, opening),
                Operation::Check { condition, message, .. } => self.check(condition, message, step, &targets, opening),
                Operation::DoneWhen { ask, holds, every, within, body, .. } => self.done_when(ask, holds, (*every, *within), body, step, &targets),
                Operation::Wait { duration, reason } => {
                    let name = self.name(&if opening { step.name.to_string() } else { format!("{}: wait", step.name) });
                    self.add(
                        &name,
                        State {
                            kind: "Wait",
                            comment: Some(reason.clone()),
                            seconds: Some(json!((duration / 1000.0).ceil() as u64)),
                            next: Some(targets.next),
                            ..State::default()
                        },
                    );
                    name
                }
            };
        }
        next
    }

    fn task(&mut self, call: &Call) -> State {
        let mut arguments = Map::new();
        for (name, value) in &call.arguments {
            arguments.insert(name.to_string(), argument(value, &mut self.substitutions));
        }
        let mut retry = Vec::new();
        if !call.tolerates.is_empty() {
            retry.push(Retry { error_equals: call.tolerates.clone(), interval_seconds: None, max_attempts: 0, backoff_rate: None });
        }
        if call.retries > 0 && !call.waits {
            retry.push(Retry {
                error_equals: vec!["States.ALL".into()],
                interval_seconds: Some(RETRY_INTERVAL),
                max_attempts: call.retries,
                backoff_rate: Some(2.0),
            });
        }
        State {
            kind: "Task",
            resource: Some(format!(
                "arn:{}:states:::aws-sdk:{}:{}{}",
                self.partition,
                call.service,
                call.operation,
                if call.waits { ".waitForTaskToken" } else { "" }
            )),
            arguments: Some(Json::Object(arguments)),
            timeout_seconds: Some(json!(call.timeout)),
            assign: call.result.as_ref().map(|variable| json!({ variable.as_str(): "{% $states.result %}" })),
            retry,
            ..State::default()
        }
    }

    /// A call that waits for its token. What a person answers is final; if the call itself fails, which it does at once, it is made again with
    /// another token, as long as the next attempt has its whole time. A `Retry` cannot do that: it knows no time, and cannot tell a name that
    /// nobody declares.
    fn waiting(&mut self, call: &Call, step: &SingleStep, targets: &Targets, opening: bool) -> String {
        let Some(service) = api::service(&call.service).filter(|_| call.retries > 0) else {
            return self.call(call, step, targets, opening);
        };
        let (pause, started) = (self.variable(&step.name, "pause"), self.variable(&step.name, "started"));
        let start = self.name(&if opening { step.name.to_string() } else { format!("{}: start", step.name) });
        let again = self.name(&format!("{}: again?", step.name));
        let wait = self.name(&format!("{}: wait", step.name));
        let failed = Targets { next: targets.next.clone(), failed: again.clone() };
        let name = self.call(call, step, &failed, false);
        if let Some((_, state)) = self.states.last_mut() {
            state.timeout_seconds = Some(json!(call.timeout - bounds::grace(call.timeout)));
        }
        self.add(
            &start,
            State {
                kind: "Pass",
                assign: Some(json!({ pause.as_str(): RETRY_INTERVAL, started.as_str(): "{% $millis() %}" })),
                next: Some(name.clone()),
                ..State::default()
            },
        );
        let prefix = format!("{}.", service.error_prefix());
        let own = format!("$substring($failure{}.Error, 0, {}) = '{prefix}'", self.scope, prefix.chars().count());
        let more = format!("${pause} <= {}", bounds::last_pause(call.retries));
        // A second is lost on the way to the next attempt.
        let time = format!("$millis() - ${started} + 1000 * ${pause} <= {}", (i64::from(bounds::grace(call.timeout)) - 1) * 1000);
        self.add(
            &again,
            State {
                kind: "Choice",
                comment: Some("an error of the call itself is no answer".into()),
                choices: vec![Choice { condition: wrap(&format!("{own} and {more} and {time}")), next: wait.clone() }],
                default: Some(targets.failed.clone()),
                ..State::default()
            },
        );
        self.add(
            &wait,
            State {
                kind: "Wait",
                seconds: Some(json!(wrap(&format!("${pause}")))),
                assign: Some(json!({ pause.as_str(): wrap(&format!("2 * ${pause}")) })),
                next: Some(name),
                ..State::default()
            },
        );
        start
    }

    fn call(&mut self, call: &Call, step: &SingleStep, targets: &Targets, opening: bool) -> String {
        let name = self.name(&if opening { step.name.to_string() } else { format!("{}: {}", step.name, call.operation) });
        let mut state = self.task(call);
        if !call.tolerates.is_empty() {
            let assign = call.result.as_ref().map(|variable| json!({ variable.as_str(): {} }));
            state.catch.push(Catch { error_equals: call.tolerates.clone(), assign, next: targets.next.clone() });
        }
        state.catch.push(Catch {
            error_equals: vec!["States.ALL".into()],
            assign: Some(self.noted(&step.name, json!("{% $states.errorOutput %}"))),
            next: targets.failed.clone(),
        });
        state.next = Some(targets.next.clone());
        self.add(&name, state);
        name
    }

    /// A pass state that notes why a step failed and goes on to the failure's states.
    fn note_failure(&mut self, title: &str, step: &SingleStep, error: &str, cause: String, failed: &str) -> String {
        let name = self.name(title);
        self.add(
            &name,
            State {
                kind: "Pass",
                assign: Some(self.noted(&step.name, json!({ "Error": error, "Cause": cause }))),
                next: Some(failed.to_string()),
                ..State::default()
            },
        );
        name
    }

    fn check(&mut self, holds: &Run, message: &Run, step: &SingleStep, targets: &Targets, opening: bool) -> String {
        let cause = wrap(&expression(message, &mut self.substitutions));
        let refused = self.note_failure(&format!("{}: refused", step.name), step, "Drc.CheckFailed", cause, &targets.failed);
        let name = self.name(&if opening { step.name.to_string() } else { format!("{}: check", step.name) });
        let condition = condition(holds, &mut self.substitutions);
        self.add(
            &name,
            State { kind: "Choice", choices: vec![Choice { condition, next: targets.next.clone() }], default: Some(refused), ..State::default() },
        );
        name
    }

    /// Asks, acts if the answer is no, then asks again until it is yes or the time is up.
    fn done_when(
        &mut self,
        ask: &[Call],
        holds: &Run,
        (every, within): (f64, f64),
        body: &[Operation],
        step: &SingleStep,
        targets: &Targets,
    ) -> String {
        let (asked, started) = (self.variable(&step.name, "asked"), self.variable(&step.name, "started"));
        let start = self.name(&step.name);
        let question = self.name(&format!("{}: ask", step.name));
        let decision = self.name(&format!("{}: done?", step.name));
        let again = self.name(&format!("{}: again?", step.name));
        let pause = self.name(&format!("{}: wait", step.name));
        let (last, most) = (bounds::last_question(ask, within), bounds::rounds(ask, every, within));
        let pause_seconds = (every / 1000.0).ceil();
        let cause = format!("not done: to ask once more would pass the bound of {} s", (within / 1000.0).round());
        let late = self.note_failure(&format!("{}: too late", step.name), step, "Drc.NotDoneInTime", cause, &targets.failed);
        let first = self.sequence(body, step, &Targets { next: pause.clone(), failed: targets.failed.clone() }, false);
        self.add(
            &start,
            State {
                kind: "Pass",
                comment: Some("asked first: a second run finds it done".into()),
                assign: Some(json!({ asked.as_str(): 0, started.as_str(): "{% $millis() %}" })),
                next: Some(question.clone()),
                ..State::default()
            },
        );
        self.questions(ask, &question, &decision, &again, step);
        let holds = condition(holds, &mut self.substitutions);
        self.add(
            &decision,
            State {
                kind: "Choice",
                choices: vec![Choice { condition: holds, next: targets.next.clone() }],
                default: Some(again.clone()),
                ..State::default()
            },
        );
        self.add(
            &again,
            State {
                kind: "Choice",
                choices: vec![
                    Choice { condition: wrap(&format!("${asked} = 0")), next: first },
                    Choice { condition: wrap(&format!("${asked} >= {most} or $millis() - ${started} > {}", last - 1000.0)), next: late },
                ],
                default: Some(pause.clone()),
                ..State::default()
            },
        );
        self.add(
            &pause,
            State {
                kind: "Wait",
                comment: Some("cut short before the last question, which begins as late as it can".into()),
                // The last question has to be over at the bound.
                seconds: Some(json!(wrap(&format!("$max([1, $min([{pause_seconds}, $floor(({last} - ($millis() - ${started})) / 1000)])])")))),
                assign: Some(json!({ asked.as_str(): wrap(&format!("${asked} + 1")) })),
                next: Some(question),
                ..State::default()
            },
        );
        start
    }

    /// The calls of a question. One that gets no answer is no yes, whatever is asked: the time that is left decides.
    fn questions(&mut self, ask: &[Call], first: &str, decision: &str, unanswered: &str, step: &SingleStep) {
        let mut next = decision.to_string();
        for (at, call) in ask.iter().enumerate().rev() {
            self.at.1 = Some(call.span);
            let name = if at == 0 { first.to_string() } else { self.name(&format!("{}: ask {}", step.name, call.operation)) };
            let mut state = self.task(call);
            state.catch.push(Catch { error_equals: vec!["States.ALL".into()], assign: None, next: unanswered.to_string() });
            state.next = Some(next);
            self.add(&name, state);
            next = name;
        }
        if ask.is_empty() {
            self.add(first, State { kind: "Pass", next: Some(next), ..State::default() });
        }
    }

    fn parallel(&mut self, steps: &[SingleStep], targets: &Targets) -> String {
        let title: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        let (first, last) = (steps.first().map(|step| step.span), steps.last().map(|step| step.span));
        self.at = (first.zip(last).map_or(self.at.0, |(first, last)| first.to(last)), None);
        let name = self.name(&title.join(" | "));
        let mut branches = Vec::new();
        for step in steps {
            let outer = std::mem::take(&mut self.states);
            self.at = (step.span, None);
            let end = self.name(&format!("{}: done", step.name));
            self.add(&end, State { kind: "Pass", output: Some(json!({})), end: Some(true), ..State::default() });
            let failed = self.name(&format!("{}: failed", step.name));
            self.variables += 1;
            self.scope = format!("_b{}", self.variables);
            self.fail(&failed);
            let start = self.step(step, &Targets { next: end, failed });
            self.scope = String::new();
            let states = std::mem::replace(&mut self.states, outer);
            branches.push(Branch { start_at: start.clone(), states: in_order(&start, states) });
        }
        self.add(
            &name,
            State {
                kind: "Parallel",
                branches,
                output: Some(json!({})),
                catch: vec![Catch {
                    error_equals: vec!["States.ALL".into()],
                    assign: Some(self.noted(&title.join(" | "), json!("{% $states.errorOutput %}"))),
                    next: targets.failed.clone(),
                }],
                next: Some(targets.next.clone()),
                ..State::default()
            },
        );
        name
    }
}
