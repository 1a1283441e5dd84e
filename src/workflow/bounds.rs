//! How long what a plan does can take: the worst case of each part, from time-outs, retries, pauses and bounds.
//!
//! Formula: a call takes its time-out in each attempt, and the pauses between the attempts, which double; one that waits for its token
//! takes its time-out, in which all its attempts are; a pause takes its time; a `done when` asks until the end of its bound, however
//! often. What follows on each other is added up, of branches the longest counts.

use super::{Call, Operation, Step};

/// The pause before the first retry of a call, seconds; it doubles each time.
pub const RETRY_INTERVAL: u32 = 2;

/// The pauses between the attempts of a call, seconds.
#[must_use]
pub fn pauses(retries: u32) -> u32 {
    (0..retries).map(|attempt| RETRY_INTERVAL << attempt).sum()
}

/// The worst case of a call with this time-out (seconds) and as many retries, milliseconds.
#[must_use]
pub fn attempts((timeout, retries): (u32, u32)) -> f64 {
    (f64::from(retries + 1) * f64::from(timeout) + f64::from(pauses(retries))) * 1000.0
}

/// The worst case of a call, milliseconds.
#[must_use]
pub fn of_call(call: &Call) -> f64 {
    attempts((call.timeout, if call.waits { 0 } else { call.retries }))
}

/// The last pause before a call with as many retries is tried again, seconds; none without retries.
#[must_use]
pub fn last_pause(retries: u32) -> u32 {
    if retries == 0 { 0 } else { RETRY_INTERVAL << (retries - 1) }
}

/// The worst case of the calls of a question, milliseconds.
#[must_use]
pub fn of_question(ask: &[Call]) -> f64 {
    ask.iter().map(of_call).sum()
}

/// The worst case of what is done one after the other, milliseconds.
#[must_use]
pub fn of_body(body: &[Operation]) -> f64 {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(call) => of_call(call),
            Operation::Check { .. } => 0.0,
            Operation::Wait { duration, .. } => *duration,
            Operation::DoneWhen { within, .. } => *within,
        })
        .sum()
}

/// The worst case of a step, or of several at a time, milliseconds.
#[must_use]
pub fn of_step(step: &Step) -> f64 {
    step.branches().iter().map(|branch| branch.within).fold(0.0, f64::max)
}

/// When the last question of a `done when` has to begin at the latest, milliseconds from its start: it can take all of its time then.
#[must_use]
pub fn last_question(ask: &[Call], within: f64) -> f64 {
    (within - of_question(ask)).max(0.0)
}

/// How long a call that waits for its token may be made again, seconds: the rest of its time is for the answer, in each attempt.
#[must_use]
pub fn grace(timeout: u32) -> u32 {
    (timeout / 5).min(60)
}

/// How many times a `done when` waits and asks again at most. Between two questions lies the whole pause, but before the last one, which
/// begins as late as it can; and one more may follow within the same second.
#[must_use]
pub fn rounds(ask: &[Call], every: f64, within: f64) -> u64 {
    (last_question(ask, within) / every).floor() as u64 + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_tries_beside_the_first_one() {
        assert_eq!(attempts((10, 0)), 10_000.0);
        assert_eq!(attempts((10, 2)), 36_000.0);
        assert_eq!(attempts((10, 4)), 80_000.0);
    }
}
