//! How long the history of an execution can get: the worst case of its steps, retries and questions.
//!
//! A standard execution writes events: 2 for a state (entered, exited), 3 more for each attempt of a call (scheduled, started, ended), 4 if
//! it waits for its token (submitted, too), 2 more around the branches of a parallel, and 2 for the execution itself. Source: Step Functions API reference, `HistoryEvent`
//! (read 2026-11-24).

use super::bounds::{self, RETRY_INTERVAL};
use super::{Operation, Plan, SingleStep, Step};

/// Events of a state: entered and exited.
const STATE: u64 = 2;
/// Events of one attempt of a call: scheduled, started, and how it ended.
const ATTEMPT: u64 = 3;
/// Events of one attempt of a call that waits for its token: submitted, too.
const WAITING_ATTEMPT: u64 = 4;
/// Events of a parallel: entered, started, ended, exited.
const PARALLEL: u64 = 4;
/// Events of the execution: started and ended.
const EXECUTION: u64 = 2;

/// How often a `done when` asks in the worst case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounds {
    /// How many times it waits and asks again.
    pub count: u64,
    /// Events of one of them: the pause, the calls of the question with their retries, whether it is done, whether it is asked again.
    pub events: u64,
    /// The pause between two questions, milliseconds.
    pub every: f64,
    /// The bound, milliseconds.
    pub within: f64,
}

impl Rounds {
    /// Events of all rounds.
    #[must_use]
    pub fn total(self) -> u64 {
        self.count.saturating_mul(self.events)
    }

    /// The worst case of questions, the last of which begins at `last`. One that is tried again takes longer, so there are fewer of
    /// them: the number of attempts with the most events in the time counts.
    fn worst(asked: &[(u64, u64)], every: f64, last: f64, within: f64) -> Self {
        let most = asked.iter().map(|(_, retries)| retries + 1).max().unwrap_or(1);
        let cases = (1..=most).map(|attempts| {
            let tried = |retries: u64| attempts.min(retries + 1);
            let pauses: u64 = asked
                .iter()
                .map(|(calls, retries)| calls * (1..tried(*retries)).map(|retry| u64::from(RETRY_INTERVAL) << (retry - 1)).sum::<u64>())
                .sum();
            let events = asked.iter().map(|(calls, retries)| calls * (STATE + ATTEMPT * tried(*retries))).sum::<u64>() + 3 * STATE;
            // The last pause is cut short; one more question may follow it within the same second.
            Self { count: (last / (every + pauses as f64 * 1000.0)).floor() as u64 + 2, events, every, within }
        });
        cases.max_by_key(|case| case.total()).unwrap_or(Self { count: 0, events: 0, every, within })
    }
}

/// The most events of an execution, whichever way it ends.
#[must_use]
pub fn worst_case(plan: &Plan) -> u64 {
    let approve = plan.approve.as_deref().map_or(0, of_step);
    let steps: u64 = plan
        .steps
        .iter()
        .map(|step| match step {
            Step::One(step) => of_step(step),
            // Each branch ends in a state of its own.
            Step::Parallel(branches) => PARALLEL + branches.iter().map(|step| of_step(step) + STATE).sum::<u64>(),
        })
        .sum();
    let told: u64 = plan.on_failure.iter().map(|call| STATE + ATTEMPT * u64::from(call.retries + 1)).sum();
    EXECUTION + approve + steps + told + STATE
}

/// The most events of a step.
#[must_use]
pub fn of_step(step: &SingleStep) -> u64 {
    of_body(&step.body) + if step.best_effort { STATE } else { 0 }
}

/// The question of a step that is asked most.
#[must_use]
pub fn longest_rounds(step: &SingleStep) -> Option<Rounds> {
    rounds_in(&step.body).into_iter().max_by_key(|rounds| rounds.total())
}

fn rounds_in(body: &[Operation]) -> Vec<Rounds> {
    let mut found = Vec::new();
    for operation in body {
        if let Operation::DoneWhen { ask, every, within, body, .. } = operation {
            found.push(rounds(ask, *every, *within));
            found.extend(rounds_in(body));
        }
    }
    found
}

fn rounds(ask: &[super::Call], every: f64, within: f64) -> Rounds {
    let asked: Vec<(u64, u64)> = ask.iter().map(|call| (1, u64::from(call.retries))).collect();
    Rounds::worst(&asked, every, bounds::last_question(ask, within), within)
}

fn of_body(body: &[Operation]) -> u64 {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(call) if call.waits => {
                // The start, then for each attempt the call, whether it is tried again, and the pause.
                let again = if call.retries > 0 { STATE + STATE * u64::from(call.retries) + STATE * u64::from(call.retries + 1) } else { 0 };
                again + (STATE + WAITING_ATTEMPT) * u64::from(call.retries + 1)
            }
            Operation::Call(call) => STATE + ATTEMPT * u64::from(call.retries + 1),
            // The choice, and the state that notes why it was refused.
            Operation::Check { .. } => 2 * STATE,
            Operation::Wait { .. } => STATE,
            Operation::DoneWhen { ask, every, within, body, .. } => {
                let rounds = rounds(ask, *every, *within);
                // It begins with a state and a question, and may end with a state that notes that it is too late.
                2 * STATE + rounds.total() + rounds.events + of_body(body)
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_without_retries_is_asked_as_often_as_the_time_allows() {
        // Wait 2, call 5, choices 4.
        assert_eq!(Rounds::worst(&[(1, 0)], 15_000.0, 465_000.0, 480_000.0).total(), 33 * 11);
        assert_eq!(Rounds::worst(&[(2, 0)], 1_000.0, 58_000.0, 60_000.0).total(), 60 * 16);
        assert_eq!(Rounds::worst(&[], 1_000.0, 60_000.0, 60_000.0).total(), 62 * 6);
    }

    #[test]
    fn retries_count_where_they_fit() {
        // One attempt gives 32 rounds of 11 events; two, with a pause of 2 s, 28 of 14; three 23 of 17.
        assert_eq!(Rounds::worst(&[(1, 2)], 15_000.0, 450_000.0, 480_000.0).total(), 28 * 14);
        // Where questions follow fast, those at once are more.
        assert_eq!(Rounds::worst(&[(1, 2)], 1_000.0, 58_000.0, 60_000.0).total(), 60 * 11);
    }
}
