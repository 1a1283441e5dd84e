//! Plans as data: a tree of steps, calls, waits and questions. ASL is one way to write it down.

pub mod bounds;
pub mod events;

use crate::model::ids::Id;
use crate::model::recovery::Delay;
use crate::model::value::{Run, Value};
use crate::model::{Instance, Region};
use crate::source::Span;
use smol_str::SmolStr;
use std::rc::Rc;

/// What kind of plan it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanKind {
    /// A Region is lost.
    Failover,
    /// A planned return.
    Failback,
    /// A rehearsal that changes nothing.
    Drill,
}

impl PlanKind {
    /// The keyword.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Failover => "failover",
            Self::Failback => "failback",
            Self::Drill => "drill",
        }
    }
}

/// An alarm that a plan depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    /// The alarm in the Region that counts for the plan, by its number in the model.
    pub alarm: usize,
    /// Where the plan names it.
    pub span: Span,
}

/// How somebody who is to start a plan learns of the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Detect {
    /// An alarm of the platform.
    Alarm(Wake),
    /// Something that the platform does not declare, within so many milliseconds; and where the plan says it.
    Assumed(f64, Span),
}

/// What starts a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A person.
    Operator,
    /// An alarm that goes off in the Region of the machine.
    Alarm(Wake),
}

impl Start {
    /// The word for people and for the manifest.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Alarm(_) => "alarm",
        }
    }
}

/// One machine: a plan for one pair of Regions.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The declared name.
    pub name: SmolStr,
    /// What tells it from the other machines of its plan: the name of the Region that is lost, if there is one machine for each.
    pub variant: Option<SmolStr>,
    /// Its kind.
    pub kind: PlanKind,
    /// The Region that is left.
    pub from: Option<Id<Region>>,
    /// The Region that takes over.
    pub to: Option<Id<Region>>,
    /// Where the machine stands.
    pub machine: Id<Region>,
    /// Who is asked before anything is done: a step of its own, the first one.
    pub approve: Option<Box<SingleStep>>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Whom a failure is told, and with what words.
    pub on_failure: Vec<Call>,
    /// The `on failure` block; the header, if there is none.
    pub failure_span: Span,
    /// Who is told if the machine itself ends badly, by a second path: what such a message is sent to, in the Region of the machine.
    pub told: Vec<Value>,
    /// What starts it; none, if the plan does not say it.
    pub start: Option<Start>,
    /// How the person who starts it learns of the loss.
    pub detect: Option<Detect>,
    /// How long the decision may take, milliseconds.
    pub decide: Option<f64>,
    /// How often a drill runs, milliseconds.
    pub every: Option<f64>,
    /// The longest time that all steps may take, milliseconds. An approval and the notices of a failure are not in it.
    pub bound: f64,
    /// How long an execution may last at all, milliseconds, if the plan says it; and where.
    pub limit: Option<(f64, Span)>,
    /// The instance of the library's machine that it became.
    pub instance: Option<Id<Instance>>,
    /// The header.
    pub span: Span,
}

impl Plan {
    /// All steps, those side by side one after the other; the approval is none of them.
    pub fn single_steps(&self) -> impl Iterator<Item = &SingleStep> {
        self.steps.iter().flat_map(Step::branches)
    }

    /// The approval, if there is one, and all steps.
    pub fn all_steps(&self) -> impl Iterator<Item = &SingleStep> {
        self.approve.as_deref().into_iter().chain(self.single_steps())
    }

    /// The alarm that tells of the loss, by its number in the model: the one that starts the plan, or wakes who starts it.
    #[must_use]
    pub fn detection(&self) -> Option<usize> {
        match (self.start, self.detect) {
            (Some(Start::Alarm(wake)), _) | (_, Some(Detect::Alarm(wake))) => Some(wake.alarm),
            _ => None,
        }
    }

    /// How long the decision may take, milliseconds, and whose it is.
    #[must_use]
    pub fn decision(&self) -> Option<(f64, &'static str)> {
        match (&self.approve, self.decide) {
            (Some(step), decide) => Some((step.within + decide.unwrap_or(0.0), "somebody is asked and answers")),
            (None, decide) => decide.map(|decide| (decide, "an operator decides")),
        }
    }

    /// The name of the machine: the plan's, and what tells it from the plan's other machines (`evacuate-primary`).
    #[must_use]
    pub fn machine_name(&self) -> String {
        match &self.variant {
            Some(variant) => format!("{}-{variant}", self.name),
            None => self.name.to_string(),
        }
    }

    /// The longest time that an execution takes which ends well, milliseconds: approval and steps.
    #[must_use]
    pub fn machine_bound(&self) -> f64 {
        self.approve.as_ref().map_or(0.0, |step| step.within) + self.bound
    }

    /// The longest time that any execution takes, milliseconds: that, and telling of the failure.
    #[must_use]
    pub fn timeout(&self) -> f64 {
        self.machine_bound() + self.on_failure.iter().map(bounds::of_call).sum::<f64>()
    }
}

/// A step, or several at a time.
#[derive(Debug, Clone)]
pub enum Step {
    /// One step.
    One(Box<SingleStep>),
    /// Steps side by side.
    Parallel(Vec<SingleStep>),
}

impl Step {
    /// The steps in it.
    #[must_use]
    pub fn branches(&self) -> &[SingleStep] {
        match self {
            Self::One(step) => std::slice::from_ref(step),
            Self::Parallel(branches) => branches,
        }
    }
}

/// What kind of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// An action of a component.
    Action,
    /// Somebody is told. Never fails the plan.
    Notice,
    /// Somebody is asked, and the step waits for the answer.
    Question,
    /// A function is called, of which only its author knows what it does.
    Function,
    /// A pause.
    Wait,
}

/// One step of a plan.
#[derive(Debug, Clone)]
pub struct SingleStep {
    /// The declared name.
    pub name: SmolStr,
    /// Which kind it is.
    pub kind: StepKind,
    /// What is done: `orders.promote`.
    pub action: String,
    /// The instance whose action it is, whoever is told or asked, the function; none for a wait.
    pub instance: Option<Id<Instance>>,
    /// What passes after it, though nobody waits for it.
    pub takes: Vec<Delay>,
    /// How long it takes on most days, milliseconds, and why one thinks so.
    pub usually: Option<(f64, String)>,
    /// The Region that the action says it is called in; none if it can be called anywhere.
    pub place: Option<Id<Region>>,
    /// What it can do to data and customers: the words of the action, and what its calls do.
    pub effects: Vec<SmolStr>,
    /// The longest time that it can take, milliseconds: the worst case of what is in it, never more than the source allows.
    pub within: f64,
    /// May fail without failing the plan.
    pub best_effort: bool,
    /// What happens, in order.
    pub body: Vec<Operation>,
    /// The step's line.
    pub span: Span,
}

/// What a step is made of.
#[derive(Debug, Clone)]
pub enum Operation {
    /// One call of an API.
    Call(Call),
    /// Goes on only if it holds.
    Check {
        /// What has to hold.
        condition: Rc<Run>,
        /// What is reported if not.
        message: Rc<Run>,
        /// Where.
        span: Span,
    },
    /// Asks first; if the answer is no, does the body and asks again until it is yes.
    DoneWhen {
        /// The calls that the question needs.
        ask: Vec<Call>,
        /// The answer.
        holds: Rc<Run>,
        /// The pause between two questions, milliseconds.
        every: f64,
        /// The longest time that body and questions may take, milliseconds; the machine ends the last question at that time.
        within: f64,
        /// What is done.
        body: Vec<Operation>,
        /// The `done when` line.
        span: Span,
    },
    /// A pause.
    Wait {
        /// How long, milliseconds.
        duration: f64,
        /// Why.
        reason: String,
    },
}

impl Operation {
    /// Where it is written; none for what stands in the step itself.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Call(call) => Some(call.span),
            Self::Check { span, .. } | Self::DoneWhen { span, .. } => Some(*span),
            Self::Wait { .. } => None,
        }
    }
}

/// One call of an API.
#[derive(Debug, Clone)]
pub struct Call {
    /// Step Functions' name of the service: `rds`.
    pub service: SmolStr,
    /// The operation: `failoverGlobalCluster`.
    pub operation: SmolStr,
    /// The arguments.
    pub arguments: Vec<(SmolStr, Value)>,
    /// The variable that takes the result.
    pub result: Option<SmolStr>,
    /// Errors that mean "already done".
    pub tolerates: Vec<String>,
    /// The ARNs that the machine's role needs, if the author names them: a list, or a map from actions to lists.
    pub on: Option<Value>,
    /// Where the author names them.
    pub on_span: Option<Span>,
    /// Whether a mistake in it was reported: what follows from that is not told.
    pub wrong: bool,
    /// How long one attempt may take, seconds, if the author says so.
    pub attempt: Option<u32>,
    /// Whether it ends when somebody gives back the token that it hands out, and not before.
    pub waits: bool,
    /// Time-out of one attempt, whole seconds; of a call that waits, that of all attempts together. Set when the step's bound is divided.
    pub timeout: u32,
    /// How often it is tried again; of a call that waits, at most, and after errors of the call itself only. Set when the step's bound is
    /// divided.
    pub retries: u32,
    /// Where.
    pub span: Span,
}
