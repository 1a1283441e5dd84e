//! Steps: the action of each, the Region it is called in, and the division of its time.

use super::plan::Ends;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::ids::Id;
use crate::model::value::{Dimension, Value, quantity_text};
use crate::model::{Instance, Region};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseValue, ClauseWord, ExprKind, Kind, Statement};
use crate::workflow::{Call, Operation, PlanKind, SingleStep, call_bound};
use smol_str::SmolStr;

/// Time-out of one attempt in seconds and number of retries, from the most patient to the least.
const PATIENCE: &[(u32, u32)] = &[(10, 2), (8, 2), (5, 2), (5, 1), (3, 1), (3, 0)];
/// An action as a step names it.
pub(super) struct NamedAction<'a> {
    /// Whose action it is.
    pub instance: Id<Instance>,
    pub declaration: &'a ast::Declaration,
    pub context: Context,
    pub arguments: &'a [ast::Expr],
    pub title: String,
}

impl<'a> Expander<'a> {
    /// The one Region in which all actions of a plan are called.
    pub(super) fn machine_region(&mut self, declaration: &'a ast::Declaration, ends: Ends, context: &Context) -> Option<Id<Region>> {
        let probe = Context { here: ends.here.or(ends.to), from: ends.from, to: ends.to, in_action: true, ..context.clone() };
        let mut fixed: Option<(Id<Region>, Span, String)> = None;
        for step in steps_of(declaration.statements()) {
            let Some(value) = &step.value else { continue };
            if !matches!(value.kind, ExprKind::Apply(..)) {
                continue;
            }
            let action = self.named_action(value, &probe)?;
            let Some(place) = self.action_place(action.declaration, ends, value.span, context)? else { continue };
            match &fixed {
                Some((region, first, title)) if *region != place => {
                    let (here, there) = (self.model.region_text(*region), self.model.region_text(place));
                    let finding = Diagnostic::error(codes::SPLIT_PLAN, format!("`{}` is called in {there}, `{title}` in {here}", action.title))
                        .label(value.span, format!("called in {there}"))
                        .secondary(*first, format!("called in {here}"))
                        .note(
                            "Step Functions cannot call another Region: the machine of a plan stands in the one Region where all its calls are made",
                        )
                        .help("make two plans of it, or use actions that are called in the same Region");
                    self.report(finding, context);
                    return None;
                }
                Some(_) => {}
                None => fixed = Some((place, value.span, action.title.clone())),
            }
        }
        let default = match ends.kind {
            PlanKind::Failover => ends.to,
            PlanKind::Failback => ends.from,
            PlanKind::Drill => ends.here,
        };
        fixed.map(|(region, ..)| region).or(default)
    }

    /// Where an action is called: a Region, or `None` if it can be called anywhere.
    #[expect(clippy::option_option, reason = "the outer one is failure, the inner one is `anywhere`")]
    fn action_place(&mut self, action: &'a ast::Declaration, ends: Ends, span: Span, context: &Context) -> Option<Option<Id<Region>>> {
        let Some(clause) = action.clause(ClauseWord::In) else { return Some(None) };
        let ClauseValue::Expr(expression) = &clause.value else { return Some(None) };
        let word = match &expression.kind {
            ExprKind::Name(word) => word.as_str(),
            _ => "",
        };
        let region = match word {
            "here" => return Some(None),
            "to" => ends.to,
            "from" => ends.from,
            _ => {
                self.fail(
                    codes::BAD_HEADER,
                    "an action is called `in to`, `in from` or `in here`",
                    clause.span,
                    "not a place of an action",
                    "write `in to`, `in from` or `in here`; leave it out, if it can be called anywhere",
                    context,
                );
                return None;
            }
        };
        if region.is_none() {
            self.report(
                Diagnostic::error(codes::DRILL_EFFECT, format!("`{}` belongs to the change of a Region; a drill changes none", action.name.text))
                    .label(span, format!("called `in {word}`"))
                    .note("a drill rehearses without moving anything: it has no Region that is left and none that takes over")
                    .help("use a probe or a check"),
                context,
            );
            return None;
        }
        Some(region)
    }

    /// An action that belongs to a Region needs a member of its instance there: the machine can call no other Region.
    pub(super) fn check_member(&mut self, id: Id<Instance>, action: &ast::Declaration, span: Span, context: &Context) -> Option<()> {
        let here = context.here?;
        let instance = self.model.instances.get(id);
        if action.clause(ClauseWord::In).is_none() || instance.regions.contains(&here) {
            return Some(());
        }
        let (name, declared) = (instance.shown.clone(), instance.span);
        let (regions, here) = (self.region_list(&instance.regions.clone()), self.model.region_text(here));
        self.report_once(
            Diagnostic::error(codes::NO_MEMBER_HERE, format!("`{name}` has no member in {here}, where `{}` is called", action.name.text))
                .label(span, format!("called in {here}"))
                .secondary(declared, format!("it exists in {regions} only"))
                .note("the machine of a plan calls its own Region only, and on the day of the outage the other one may be gone")
                .help(format!("place `{name}` in {here} too")),
            context,
        );
        None
    }

    /// Reads `instance.action(arguments)`.
    pub(super) fn named_action(&mut self, value: &'a ast::Expr, context: &Context) -> Option<NamedAction<'a>> {
        if let ExprKind::Apply(callee, arguments) = &value.kind
            && let ExprKind::Member { base, name, .. } = &callee.kind
        {
            let receiver = self.evaluate(base, context);
            let (id, _) = match receiver {
                Value::Instance(id, region) => (id, region),
                Value::Error => return None,
                other => {
                    let text = self.describe(&other);
                    self.fail(
                        codes::NOT_AN_ACTION,
                        format!("{text} has no actions"),
                        base.span,
                        "not an instance",
                        "a step is an action of a replica, service or route: `step promote = orders.promote()`",
                        context,
                    );
                    return None;
                }
            };
            self.ensure_expanded(id);
            let path = self.model.instances.get(id).shown.clone();
            let Some((declaration, inner)) = self.definition_in(id, &name.text, true) else {
                self.no_such_action(id, name, &path, context);
                return None;
            };
            return Some(NamedAction { instance: id, declaration, context: inner, arguments, title: format!("{path}.{}", name.text) });
        }
        self.report(
            Diagnostic::error(codes::NOT_AN_ACTION, "a step is an action: something that is done")
                .label(value.span, "not an action")
                .help("write `step promote = orders.promote()`"),
            context,
        );
        None
    }

    fn no_such_action(&mut self, id: Id<Instance>, name: &ast::Name, path: &str, context: &Context) {
        let mut actions: Vec<SmolStr> = Vec::new();
        if let Some(body) = self.instance_body(id) {
            actions.extend(body.component.statements().iter().filter_map(|statement| match statement {
                Statement::Declaration(found) if found.kind == Kind::Action => Some(found.name.text.clone()),
                _ => None,
            }));
        }
        let mut finding =
            Diagnostic::error(codes::NOT_AN_ACTION, format!("`{path}` has no action `{}`", name.text)).label(name.span, "no such action");
        if let Some(near) = suggest::nearest(&name.text, actions.iter().map(SmolStr::as_str)) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near);
        } else if actions.is_empty() {
            finding = finding.help("it has no actions");
        } else {
            finding = finding.help(format!("it has {}", actions.join(", ")));
        }
        self.report(finding, context);
    }

    pub(super) fn expand_step(&mut self, step: &'a ast::Declaration, ends: Ends, context: &Context) -> Option<SingleStep> {
        let mut within = None;
        let mut best_effort = false;
        for statement in step.statements() {
            match statement {
                Statement::Assign(assign) if assign.key.text == "within" => {
                    within = Some((self.duration(&assign.value, "within", context)?, assign.value.span));
                }
                Statement::Assign(assign) => self.unknown_key(&assign.key, &["within"], "a step", context),
                Statement::BestEffort(_) => best_effort = true,
                _ => {}
            }
        }
        let Some(value) = &step.value else {
            self.report(
                Diagnostic::error(codes::NOT_AN_ACTION, format!("the step `{}` does nothing", step.name.text))
                    .label(step.header(), "what is done?")
                    .help(format!("write `step {} = orders.promote()`", step.name.text)),
                context,
            );
            return None;
        };
        self.recovery.takes.clear();
        self.recovery.usually = None;
        let (mut instance, mut place) = (None, None);
        let (action, effects, mut body) = match &value.kind {
            ExprKind::Wait(duration, reason) => {
                let duration = self.duration(duration, "wait", context)?;
                let said = self.evaluate_string(reason, context);
                let reason = match said {
                    Value::Text(text) => text.to_string(),
                    Value::Error => return None,
                    other => {
                        self.mismatch("a text that is known now", &other, reason.span, "the reason of a wait is for readers of the machine", context);
                        return None;
                    }
                };
                ("wait".to_string(), Vec::new(), vec![Operation::Wait { duration, reason }])
            }
            ExprKind::Ask(..) => {
                self.not_yet(value.span, "a question to a person", "start the plan by hand, after the decision", context);
                return None;
            }
            ExprKind::Run(..) => {
                self.not_yet(value.span, "a step that runs a function", "use an action of a component, which can call any API", context);
                return None;
            }
            _ => {
                let action = self.named_action(value, context)?;
                self.check_member(action.instance, action.declaration, value.span, context)?;
                let effects = self.check_effects(&action, ends, value.span, context)?;
                let title = action.title.clone();
                instance = Some(action.instance);
                place = self.action_place(action.declaration, ends, value.span, context)?;
                let body = self.expand_action(&action, &step.name.text, value.span, context)?;
                (title, effects, body)
            }
        };
        let bound = self.divide(&mut body, within, &step.name, value.span, context)?;
        Some(SingleStep {
            name: step.name.text.clone(),
            action,
            instance,
            place,
            takes: std::mem::take(&mut self.recovery.takes),
            usually: self.recovery.usually.take(),
            effects,
            within: bound,
            best_effort,
            body,
            span: step.header().to(value.span),
        })
    }

    fn check_effects(&mut self, action: &NamedAction<'a>, ends: Ends, span: Span, context: &Context) -> Option<Vec<SmolStr>> {
        let mut effects = Vec::new();
        if let Some(clause) = action.declaration.clause(ClauseWord::Is)
            && let ClauseValue::Words(words) = &clause.value
        {
            for word in words {
                let value = Value::Text(word.text.clone());
                let known = ["lossy", "irreversible", "traffic", "read_only"];
                effects.extend(self.one_of(&value, &known, word.span, context));
            }
        }
        let has = |effect: &str| effects.iter().any(|word| word == effect);
        if ends.kind == PlanKind::Drill && !has("read_only") {
            let what = if effects.is_empty() { "changes something".to_string() } else { format!("is {}", effects.join(", ")) };
            self.report(
                Diagnostic::error(codes::DRILL_EFFECT, format!("a drill cannot do `{}`: it {what}", action.title))
                    .label(span, "not `read_only`")
                    .note("a drill runs on a schedule, against the platform that serves customers")
                    .help("use an action that is `read_only`: a probe or a check"),
                context,
            );
            return None;
        }
        if ends.kind == PlanKind::Failback && has("lossy") {
            self.report(
                Diagnostic::error(codes::FAILBACK_LOSES, format!("a failback cannot do `{}`: it can lose data", action.title))
                    .label(span, "`lossy`")
                    .note("a failback is planned: both Regions are there, and nothing has to be given up")
                    .help("use a switchover, which waits until both sides are equal"),
                context,
            );
            return None;
        }
        Some(effects)
    }

    /// Divides a step's time among its calls, so that the sum of the worst cases stays within the bound.
    fn divide(&mut self, body: &mut [Operation], within: Option<(f64, Span)>, name: &ast::Name, span: Span, context: &Context) -> Option<f64> {
        let own = own_bound(body, PATIENCE.first().copied().unwrap_or((10, 2)));
        let (limit, limit_span) = within.unwrap_or((own, span));
        for patience in PATIENCE {
            if least_bound(body, *patience) <= limit {
                assign(body, *patience, limit);
                return Some(limit);
            }
        }
        let last = PATIENCE.last().copied().unwrap_or((3, 0));
        let least = least_bound(body, last);
        let sum = quantity_text(least, Dimension::Duration);
        let why = match call_count(body) {
            0 => format!("the wait alone takes {sum}"),
            calls => format!("{} of {} s each, and the pauses between them, add up to {sum}", super::counted(calls, "call"), last.0),
        };
        self.report(
            Diagnostic::error(codes::UNBOUNDED_WAIT, format!("the step `{}` cannot fit {}", name.text, quantity_text(limit, Dimension::Duration)))
                .label(limit_span, format!("too short: it takes at least {sum}"))
                .note(why)
                .help(format!("write `within = {}` or more", quantity_text((least / 1000.0).ceil() * 1000.0, Dimension::Duration))),
            context,
        );
        None
    }
}

fn steps_of(statements: &[Statement]) -> Vec<&ast::Declaration> {
    let mut found = Vec::new();
    for statement in statements {
        match statement {
            Statement::Declaration(step) if step.kind == Kind::Step => found.push(step.as_ref()),
            Statement::Parallel(node) => found.extend(steps_of(&node.block.statements)),
            _ => {}
        }
    }
    found
}

/// The time that a body takes if nobody sets a bound.
fn own_bound(body: &[Operation], patience: (u32, u32)) -> f64 {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(_) => call_bound(patience),
            Operation::Check { .. } => 0.0,
            Operation::Wait { duration, .. } => *duration,
            Operation::DoneWhen { within, .. } => *within,
        })
        .sum()
}

/// The least time that a body needs: every call in its worst case, and one question after the change.
fn least_bound(body: &[Operation], patience: (u32, u32)) -> f64 {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(_) => call_bound(patience),
            Operation::Check { .. } => 0.0,
            Operation::Wait { duration, .. } => *duration,
            Operation::DoneWhen { ask, every, body, .. } => {
                let question = call_bound(patience) * ask.len() as f64;
                2.0 * question + least_bound(body, patience) + every
            }
        })
        .sum()
}

fn call_count(body: &[Operation]) -> usize {
    body.iter()
        .map(|operation| match operation {
            Operation::Call(_) => 1,
            Operation::DoneWhen { ask, body, .. } => 2 * ask.len() + call_count(body),
            _ => 0,
        })
        .sum()
}

fn assign(body: &mut [Operation], patience: (u32, u32), limit: f64) {
    let set = |call: &mut Call| (call.timeout, call.retries) = patience;
    let mut rest = limit;
    for operation in body.iter() {
        rest -= match operation {
            Operation::Call(_) => call_bound(patience),
            Operation::Wait { duration, .. } => *duration,
            _ => 0.0,
        };
    }
    for operation in body {
        match operation {
            Operation::Call(call) => set(call),
            Operation::DoneWhen { ask, body, within, .. } => {
                ask.iter_mut().for_each(set);
                assign(body, patience, limit);
                *within = within.min(rest);
            }
            _ => {}
        }
    }
}
