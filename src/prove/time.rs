//! How long a failover takes in the worst case, part by part, and what is expected of it.
//!
//! The worst case is the sum of what passes one after the other: until the loss is known, until it is decided, the bounds of the steps,
//! and what passes after a step though nobody waits for it. The longest way through counts: traffic that is moved by the second step of
//! four may be seen everywhere before the fourth is done.

use super::advice::cheapest;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use crate::model::recovery::{Delay, Part};
use crate::source::Span;
use crate::units::time_text;
use crate::workflow::{Detect, Operation, Plan, PlanKind, SingleStep, Start, Step};

/// What a call of an API takes on most days, milliseconds: an assumption, for what is expected and never for a bound.
const USUAL_CALL: f64 = 1000.0;

/// The time of one failover.
#[derive(Debug, Clone)]
pub struct Budget {
    /// The plan's number in the model.
    pub plan: usize,
    /// Its stages, in the order in which they pass; their worst cases add up to that of the whole.
    pub stages: Vec<Stage>,
    /// The longest time from the loss to the recovery, milliseconds.
    pub worst: f64,
    /// What is expected on most days, milliseconds.
    pub expected: f64,
    /// The platform's recovery time objective, milliseconds.
    pub objective: Option<f64>,
}

/// One stage of the time of a failover.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Which part it is of.
    pub part: Part,
    /// What it is, for people.
    pub what: String,
    /// The longest time, milliseconds.
    pub worst: f64,
    /// The expected time, milliseconds.
    pub expected: f64,
    /// Whether nobody publishes the figure.
    pub assumed: bool,
    /// Where it comes from: often in a component.
    pub span: Span,
    /// What would have to change for it to be shorter.
    pub lever: Lever,
}

/// What makes a stage shorter.
#[derive(Debug, Clone, PartialEq)]
pub enum Lever {
    /// The alarm that detects the loss, by its number in the model.
    Alarm(usize),
    /// The time for the decision.
    Decision,
    /// The bound of a step, which has this name.
    Step(String),
    /// Nothing in the platform's own text.
    None,
}

impl Budget {
    /// The longest time of one part, milliseconds.
    #[must_use]
    pub fn part(&self, part: Part) -> f64 {
        self.stages.iter().filter(|stage| stage.part == part).map(|stage| stage.worst).sum()
    }
}

/// The budget of each failover; what exceeds the objective is reported.
pub fn budgets(model: &Model, diagnostics: &mut Diagnostics) -> Vec<Budget> {
    let mut budgets = Vec::new();
    // The machines of one plan have the same steps: what is too long in one is told once.
    let (mut told, mut unnoticed): (Vec<Span>, Vec<Span>) = (Vec::new(), Vec::new());
    for (number, plan) in model.plans.iter().enumerate().filter(|(_, plan)| plan.kind == PlanKind::Failover) {
        let budget = budget(model, number, plan);
        let silent = plan.start == Some(Start::Operator) && plan.decide.is_some() && plan.detect.is_none();
        if budget.objective.is_some() && silent && !unnoticed.contains(&plan.span) {
            unnoticed.push(plan.span);
            not_noticed(model, plan, diagnostics);
        }
        let exceeds = |objective: &f64| budget.worst > *objective && !told.contains(&plan.span);
        if let Some(objective) = budget.objective.filter(exceeds) {
            told.push(plan.span);
            exceeded(model, plan, &budget, objective, diagnostics);
        }
        budgets.push(budget);
    }
    budgets
}

fn budget(model: &Model, number: usize, plan: &Plan) -> Budget {
    let mut ways = vec![way_of_plan(model, plan)];
    ways.extend(automatic(model, plan));
    let longest = ways.into_iter().reduce(|longest, way| if total(&way) > total(&longest) { way } else { longest }).unwrap_or_default();
    Budget {
        plan: number,
        worst: total(&longest),
        expected: longest.iter().map(|stage| stage.expected).sum(),
        objective: model.platform.rto,
        stages: longest,
    }
}

fn total(stages: &[Stage]) -> f64 {
    stages.iter().map(|stage| stage.worst).sum()
}

/// The longest way through a plan: what comes before it, its steps, and the delays behind the step whose effect is seen last.
fn way_of_plan(model: &Model, plan: &Plan) -> Vec<Stage> {
    let mut done = before(model, plan);
    let mut longest = done.clone();
    for step in &plan.steps {
        let branches: &[SingleStep] = match step {
            Step::One(step) => std::slice::from_ref(step.as_ref()),
            Step::Parallel(branches) => branches,
        };
        for branch in branches.iter().filter(|branch| !branch.takes.is_empty()) {
            let mut way = done.clone();
            way.push(stage_of(branch));
            way.extend(branch.takes.iter().map(|delay| passing(delay, Some(branch))));
            if total(&way) > total(&longest) {
                longest = way;
            }
        }
        let last = branches.iter().reduce(|last, branch| if branch.within > last.within { branch } else { last });
        done.extend(last.map(stage_of));
    }
    if total(&done) >= total(&longest) { done } else { longest }
}

/// What passes before the first step.
fn before(model: &Model, plan: &Plan) -> Vec<Stage> {
    let mut stages = Vec::new();
    if let Some((number, alarm)) = plan.detection().and_then(|number| Some((number, model.alarms.get(number)?))) {
        let published = alarm.metric.owner.map(|owner| &model.instances.get(owner).recovery.takes);
        let waits = published.into_iter().flatten().filter(|delay| delay.part == Part::Detection);
        stages.extend(waits.map(|delay| passing(delay, None)));
        stages.push(Stage {
            part: Part::Detection,
            what: format!(
                "alarm `{}`: {} of {} periods of {}, and until they are looked at",
                alarm.shown,
                alarm.needed,
                alarm.evaluated,
                time_text(alarm.period)
            ),
            worst: alarm.delay(),
            expected: f64::from(alarm.needed) * alarm.period,
            assumed: false,
            span: alarm.when,
            lever: Lever::Alarm(number),
        });
    }
    if stages.is_empty() {
        let (what, time, span) = match plan.detect {
            Some(Detect::Assumed(time, span)) => ("noticed by something that the platform does not declare", time, span),
            _ => ("not counted: nobody says how the loss is noticed; name the alarm with `detect`", 0.0, plan.span),
        };
        stages.push(Stage { part: Part::Detection, what: what.into(), worst: time, expected: time, assumed: time > 0.0, span, lever: Lever::None });
    }
    if let Some((decide, what)) = plan.decision() {
        stages.push(Stage {
            part: Part::Decision,
            what: what.into(),
            worst: decide,
            expected: decide,
            assumed: false,
            span: plan.span,
            lever: Lever::Decision,
        });
    }
    stages
}

fn stage_of(step: &SingleStep) -> Stage {
    Stage {
        part: Part::Orchestration,
        what: format!("step `{}`", step.name),
        worst: step.within,
        expected: step.usually.as_ref().map_or_else(|| usual(&step.body), |(usually, _)| *usually).min(step.within),
        assumed: false,
        span: step.span,
        lever: Lever::Step(step.name.to_string()),
    }
}

fn passing(delay: &Delay, step: Option<&SingleStep>) -> Stage {
    Stage {
        part: delay.part,
        what: delay.why.clone(),
        worst: delay.duration,
        expected: delay.duration,
        assumed: delay.assumed,
        span: step.map_or(delay.span, |step| step.span),
        lever: Lever::None,
    }
}

/// What a body is expected to take if nobody says it: its calls, one question, its waits.
fn usual(body: &[Operation]) -> f64 {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(_) => USUAL_CALL,
            Operation::Check { .. } => 0.0,
            Operation::Wait { duration, .. } => *duration,
            Operation::DoneWhen { ask, every, body, .. } => usual(body) + 2.0 * USUAL_CALL * ask.len() as f64 + every,
        })
        .sum()
}

/// The ways of routes whose traffic moves by itself: they pass beside the plan.
fn automatic(model: &Model, plan: &Plan) -> Vec<Vec<Stage>> {
    let moved = |id| plan.single_steps().any(|step| step.instance == Some(id) && step.effects.iter().any(|effect| effect == "traffic"));
    let touched = |regions: &[_]| plan.from.is_none_or(|from| regions.contains(&from));
    let routes = model.instances.iter().filter(|(id, instance)| instance.word == "route" && touched(&instance.regions) && !moved(*id));
    routes
        .filter(|(_, route)| !route.recovery.takes.is_empty())
        .map(|(_, route)| {
            let stages = route.recovery.takes.iter().map(|delay| Stage { span: route.span, ..passing(delay, None) });
            stages.collect()
        })
        .collect()
}

/// A person starts the plan, and nothing tells that person: the sum begins too late.
fn not_noticed(model: &Model, plan: &Plan, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        Diagnostic::error(codes::NOT_NOTICED, format!("nothing says how an operator learns that `{}` is needed", plan.name))
            .label(plan.span, "noticed by whom, and after how long?")
            .secondary(model.platform.rto_span, "counts from the loss, not from the decision")
            .note("the recovery time is computed without the time until the loss is noticed, which at night may be the longest part of it")
            .help(
                "name the alarm that wakes the operator, such as `detect = watcher.unanswered` of a `health.prober`; or say how long it takes those who \
                 watch by other means: `detect = 5min`, which the report marks as assumed",
            )
            .acceptable(),
    );
}

fn exceeded(model: &Model, plan: &Plan, budget: &Budget, objective: f64, diagnostics: &mut Diagnostics) {
    let sum: Vec<String> =
        budget.stages.iter().filter(|stage| stage.worst > 0.0).map(|stage| format!("{} {}", time_text(stage.worst), short(stage))).collect();
    let mut finding = Diagnostic::error(
        codes::RTO_EXCEEDED,
        format!("`{}` may take {}, the objective is {}", plan.machine_name(), time_text(budget.worst), time_text(objective)),
    )
    .label(plan.span, format!("{} too long in the worst case", time_text(budget.worst - objective)))
    .secondary(model.platform.rto_span, "the objective")
    .acceptable();
    let mut stages: Vec<&Stage> = budget.stages.iter().filter(|stage| stage.lever != Lever::None && stage.span != plan.span).collect();
    stages.sort_by(|one, other| other.worst.total_cmp(&one.worst));
    for stage in stages.into_iter().take(3) {
        finding = finding.secondary(stage.span, format!("{} of it", time_text(stage.worst)));
    }
    finding = finding.note(format!("the longest way: {}", sum.join(" + ")));
    if budget.stages.iter().any(|stage| stage.assumed) {
        finding = finding.note("what nobody publishes is assumed; `drc report` marks it");
    }
    diagnostics.push(finding.help(cheapest(model, plan, budget, objective)));
}

fn short(stage: &Stage) -> String {
    match stage.part {
        Part::Detection if stage.assumed => "until it is noticed".into(),
        Part::Detection => "until an alarm tells of it".into(),
        Part::Decision => "for the decision".into(),
        Part::Orchestration => format!("for {}", stage.what),
        Part::Steering => "until the traffic is steered".into(),
        Part::Dns => "until resolvers ask again".into(),
        Part::WarmUp => "to warm up".into(),
    }
}
