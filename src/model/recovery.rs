//! What plans are proved with: alarms, how data gets to the other Regions, and delays that nobody waits for.

use super::value::Metric;
use super::{Instance, Region};
use crate::model::ids::Id;
use crate::source::Span;
use smol_str::SmolStr;
use std::rc::Rc;

/// A part of the time between the loss of a Region and the recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Until somebody, or an alarm, knows of it.
    Detection,
    /// Until it is decided.
    Decision,
    /// The steps of the machine.
    Orchestration,
    /// Until what steers the traffic has seen the change.
    Steering,
    /// Until resolvers have forgotten the old answer.
    Dns,
    /// Until what takes over is as fast as it has to be.
    WarmUp,
}

impl Part {
    /// All parts, in the order in which they pass.
    pub const ALL: [Self; 6] = [Self::Detection, Self::Decision, Self::Orchestration, Self::Steering, Self::Dns, Self::WarmUp];

    /// The word of the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Decision => "decision",
            Self::Orchestration => "orchestration",
            Self::Steering => "steering",
            Self::Dns => "dns",
            Self::WarmUp => "warm_up",
        }
    }

    /// The part with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.word() == word)
    }
}

/// Time that passes though no step waits for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Delay {
    /// Which part it is of.
    pub part: Part,
    /// How long, milliseconds.
    pub duration: f64,
    /// Why.
    pub why: String,
    /// Whether nobody publishes the figure.
    pub assumed: bool,
    /// Where it is said; often in a component.
    pub span: Span,
}

/// How data gets from the Region that writes to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replication {
    /// A write is in the others before it is done.
    Synchronous,
    /// A write is in the others a moment later.
    Asynchronous,
    /// Copies are made from time to time.
    Backup,
    /// It does not.
    None,
}

impl Replication {
    /// The words of the language.
    pub const WORDS: [&'static str; 4] = ["synchronous", "asynchronous", "backup", "none"];

    /// The word of the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Synchronous => "synchronous",
            Self::Asynchronous => "asynchronous",
            Self::Backup => "backup",
            Self::None => "none",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Synchronous, Self::Asynchronous, Self::Backup, Self::None].into_iter().find(|known| known.word() == word)
    }
}

/// What moves a route's traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steering {
    /// A switch that a plan flips.
    Switched,
    /// Health checks, by themselves.
    Automatic,
    /// Records that a plan edits.
    Records,
}

impl Steering {
    /// The words of the language.
    pub const WORDS: [&'static str; 3] = ["switched", "automatic", "records"];

    /// The one with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "switched" => Self::Switched,
            "automatic" => Self::Automatic,
            "records" => Self::Records,
            _ => return None,
        })
    }
}

/// What a component says of recovery.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// How its data gets to its other Regions.
    pub replication: Option<Replication>,
    /// How far the copies may be behind by the mechanism's own promise, milliseconds.
    pub behind: Option<f64>,
    /// The Regions in which its metric `lag` can be read.
    pub lag_in: Vec<Id<Region>>,
    /// What moves its traffic.
    pub steering: Option<Steering>,
    /// What passes in each failover that does not move its traffic itself.
    pub takes: Vec<Delay>,
    /// The first of its actions that changes nothing: what a drill can do.
    pub probe: Option<SmolStr>,
    /// The first of its actions that moves it to another Region on the day of a loss: one that gives up data of a replica, or moves the traffic
    /// of a route. Without one, nothing has to be moved.
    pub moving: Option<SmolStr>,
    /// Where it is written before anything moves it, if its component has an input `born_in`.
    pub born_in: Option<Id<Region>>,
}

/// An alarm in one Region.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// The declared names, dotted: `orders_lag`.
    pub shown: String,
    /// The instance that it became.
    pub instance: Id<Instance>,
    /// Where it stands.
    pub region: Id<Region>,
    /// What it looks at.
    pub metric: Rc<Metric>,
    /// The length of a data point, milliseconds.
    pub period: f64,
    /// How many data points have to be beyond the bound...
    pub needed: u32,
    /// ...of how many.
    pub evaluated: u32,
    /// CloudWatch's name of the comparison.
    pub comparison: &'static str,
    /// The bound in the unit of its kind: milliseconds, bytes; a number if it has none.
    pub threshold: f64,
    /// What no data means: `missing`, `notBreaching`, `breaching`.
    pub missing: &'static str,
    /// The services that are told.
    pub told: Vec<Id<Instance>>,
    /// The header.
    pub span: Span,
    /// The condition.
    pub when: Span,
    /// What was adjusted of it so that the numbers above say nothing any more: another metric, or a number of the deployment.
    pub unproved: Vec<Unproved>,
}

/// A property of an alarm that was adjusted to what no time can be computed from.
#[derive(Debug, Clone)]
pub struct Unproved {
    /// AWS's name of the property.
    pub property: SmolStr,
    /// Where it is set.
    pub span: Span,
}

impl Alarm {
    /// The longest time from the moment at which the bound is passed until the alarm goes off, milliseconds: the data points that it
    /// needs, one that had begun, and a minute until they are looked at. Source: `CloudWatch` user guide, "Alarm evaluation": alarms
    /// with a period of a minute or more are evaluated every minute (read 2026-11-22).
    #[must_use]
    pub fn delay(&self) -> f64 {
        const EVALUATION: f64 = 60_000.0;
        (f64::from(self.needed) + 1.0) * self.period + EVALUATION.min(self.period.max(10_000.0))
    }
}
