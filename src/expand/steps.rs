//! Steps: the action of each, and the Region it is called in.

use super::plan::Ends;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::ids::Id;
use crate::model::value::Value;
use crate::model::{Instance, Region};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseValue, ClauseWord, ExprKind, Kind, Statement};
use crate::workflow::{Operation, PlanKind, SingleStep, StepKind};
use smol_str::SmolStr;

/// The action by which somebody is told: whoever cannot be told must not stop a plan.
pub(super) const NOTIFY: &str = "notify";
/// The action by which somebody is asked.
pub(super) const ASK: &str = "ask";
/// The action by which a function is called.
const RUN: &str = "run";

/// What a step gives to its action.
pub(super) enum Arguments<'a> {
    /// What stands in parentheses.
    Written(&'a [ast::Expr]),
    /// The question of `ask`.
    Question(&'a ast::StringLiteral),
    /// A value that the compiler made.
    Made(Value),
    Nothing,
}

/// An action as a step names it.
pub(super) struct NamedAction<'a> {
    /// Whose action it is.
    pub instance: Id<Instance>,
    /// The Region that was named beside it, if one was: `alerts[standby]`.
    pub region: Option<Id<Region>>,
    pub declaration: &'a ast::Declaration,
    pub context: Context,
    pub arguments: Arguments<'a>,
    /// The effects that the step itself names, if it does.
    pub effects: Option<&'a [ast::Name]>,
    pub title: String,
}

impl<'a> Expander<'a> {
    /// The one Region in which all actions of a plan are called.
    pub(super) fn machine_region(&mut self, declaration: &'a ast::Declaration, ends: Ends, context: &Context) -> Option<Id<Region>> {
        let probe = Context { here: ends.here.or(ends.to), from: ends.from, to: ends.to, in_action: true, ..context.clone() };
        let mut fixed: Option<(Id<Region>, Span, String)> = None;
        for step in steps_of(declaration.statements()) {
            let Some(value) = &step.value else { continue };
            if matches!(value.kind, ExprKind::Wait(..)) {
                continue;
            }
            let action = self.step_action(value, &probe)?;
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
    pub(super) fn check_member(&mut self, named: &NamedAction<'a>, span: Span, context: &Context) -> Option<()> {
        let (here, action) = (context.here?, named.declaration);
        let instance = self.model.instances.get(named.instance);
        if action.clause(ClauseWord::In).is_none() || instance.regions.contains(&here) {
            return self.same_region(named.region, span, "the machine of a plan", context);
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

    /// The action of a step: `instance.action(arguments)`, or the one behind `ask` and `run`.
    pub(super) fn step_action(&mut self, value: &'a ast::Expr, context: &Context) -> Option<NamedAction<'a>> {
        match &value.kind {
            ExprKind::Ask(topic, question) => {
                let help = "name a service with an action `ask`, such as topic.alerts";
                self.action_of(topic, ASK, Arguments::Question(question), help, context)
            }
            ExprKind::Run(function, effects) => {
                let help = "name a service with an action `run`, such as function.node";
                let action = self.action_of(function, RUN, Arguments::Nothing, help, context)?;
                Some(NamedAction { effects: Some(effects), ..action })
            }
            _ => self.named_action(value, context),
        }
    }

    /// The action of this name of what an expression stands for.
    pub(super) fn action_of(
        &mut self,
        expression: &'a ast::Expr,
        name: &str,
        arguments: Arguments<'a>,
        help: &str,
        context: &Context,
    ) -> Option<NamedAction<'a>> {
        let (id, region) = match self.evaluate(expression, context) {
            Value::Instance(id, region) => (id, region),
            Value::Error => return None,
            other => {
                self.mismatch(&format!("something with an action `{name}`"), &other, expression.span, help, context);
                return None;
            }
        };
        self.ensure_expanded(id);
        let path = self.model.instances.get(id).shown.clone();
        let Some((declaration, inner)) = self.definition_in(id, name, true) else {
            self.fail(
                codes::NOT_AN_ACTION,
                format!("`{path}` has no action `{name}`"),
                expression.span,
                format!("no action `{name}`"),
                help.to_string(),
                context,
            );
            return None;
        };
        Some(NamedAction { instance: id, region, declaration, context: inner, arguments, effects: None, title: format!("{path}.{name}") })
    }

    /// Reads `instance.action(arguments)`.
    fn named_action(&mut self, value: &'a ast::Expr, context: &Context) -> Option<NamedAction<'a>> {
        if let ExprKind::Apply(callee, arguments) = &value.kind
            && let ExprKind::Member { base, name, .. } = &callee.kind
        {
            let receiver = self.evaluate(base, context);
            let (id, region) = match receiver {
                Value::Instance(id, region) => (id, region),
                Value::Error => return None,
                other => {
                    let text = self.describe(&other);
                    self.fail(
                        codes::NOT_AN_ACTION,
                        format!("{text} has no actions"),
                        base.span,
                        "not an instance",
                        format!("a step is an action of a replica, service or route: `step NAME = {}`", self.example_action()),
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
            let title = format!("{path}.{}", name.text);
            let arguments = Arguments::Written(arguments);
            return Some(NamedAction { instance: id, region, declaration, context: inner, arguments, effects: None, title });
        }
        let help = match self.instance_named(value, context) {
            Some((id, name)) => match self.actions_of(id).as_slice() {
                [] => format!("`{name}` has no actions; a step is one, such as `{}`", self.example_action()),
                [first] => format!("write `step NAME = {name}.{first}()`"),
                [first, ..] => format!("name one of its actions, such as `step NAME = {name}.{first}()`; it has {}", self.actions_of(id).join(", ")),
            },
            None => format!("write `step NAME = {}`", self.example_action()),
        };
        self.report(
            Diagnostic::error(codes::NOT_AN_ACTION, "a step is an action: something that is done").label(value.span, "not an action").help(help),
            context,
        );
        None
    }

    /// The instance that a bare name stands for.
    fn instance_named(&mut self, value: &'a ast::Expr, context: &Context) -> Option<(Id<Instance>, SmolStr)> {
        let ExprKind::Name(name) = &value.kind else { return None };
        self.find_cell(context.scope, name)?;
        match self.evaluate(value, context) {
            Value::Instance(id, _) => Some((id, name.clone())),
            _ => None,
        }
    }

    /// The actions of an instance, in the order of its component.
    fn actions_of(&self, id: Id<Instance>) -> Vec<SmolStr> {
        let statements = self.instance_body(id).map(|body| body.component.statements()).unwrap_or_default();
        let actions = statements.iter().filter_map(|statement| match statement {
            Statement::Declaration(found) if found.kind == Kind::Action => Some(found.name.text.clone()),
            _ => None,
        });
        actions.collect()
    }

    /// A call of an action as the user would write it: of a replica of the platform, if it has one.
    pub(super) fn example_action(&self) -> String {
        let declared = self.model.instances.iter().filter(|(_, instance)| instance.path.len() == 1 && !instance.component.starts_with("core."));
        let with_action = |(id, instance): (Id<Instance>, &Instance)| Some((instance.word != "replica", instance.shown.clone(), self.actions_of(id)));
        let mut best: Option<(bool, String)> = None;
        for (late, name, actions) in declared.filter_map(with_action) {
            let Some(first) = actions.first() else { continue };
            if best.as_ref().is_none_or(|(known, _)| *known && !late) {
                best = Some((late, format!("{name}.{first}()")));
            }
        }
        best.map_or_else(|| "orders.promote()".to_string(), |(_, call)| call)
    }

    fn no_such_action(&mut self, id: Id<Instance>, name: &ast::Name, path: &str, context: &Context) {
        let actions = self.actions_of(id);
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
                    .help(format!("write `step {} = {}`", step.name.text, self.example_action())),
                context,
            );
            return None;
        };
        if let ExprKind::Wait(duration, reason) = &value.kind {
            let operation = self.pause(duration, reason, context)?;
            let single = SingleStep {
                name: step.name.text.clone(),
                kind: StepKind::Wait,
                instance: None,
                action: "wait".to_string(),
                place: None,
                takes: Vec::new(),
                usually: None,
                effects: Vec::new(),
                within: 0.0,
                best_effort,
                body: vec![operation],
                span: step.header().to(value.span),
            };
            return self.bounded(single, within, &step.name, value.span, context);
        }
        let action = self.step_action(value, context)?;
        if matches!(value.kind, ExprKind::Ask(..)) && within.is_none() {
            self.fail(
                codes::UNBOUNDED_WAIT,
                format!("the step `{}` waits for an answer without a bound", step.name.text),
                value.span,
                "how long?",
                "say how long an answer is waited for: `{ within = 5min }`; silence fails the step",
                context,
            );
            return None;
        }
        let kind = match &value.kind {
            ExprKind::Ask(..) => StepKind::Question,
            ExprKind::Run(..) => StepKind::Function,
            _ if action.declaration.name.text == NOTIFY => StepKind::Notice,
            _ => StepKind::Action,
        };
        // A message that cannot be sent never stops a plan.
        let best_effort = best_effort || kind == StepKind::Notice;
        let single = self.done_step(&action, &step.name, (step.header().to(value.span), value.span), ends, context)?;
        self.bounded(SingleStep { kind, best_effort, ..single }, within, &step.name, value.span, context)
    }

    /// The step that does an action. Its time is not divided yet.
    pub(super) fn done_step(
        &mut self,
        action: &NamedAction<'a>,
        name: &ast::Name,
        (span, place): (Span, Span),
        ends: Ends,
        context: &Context,
    ) -> Option<SingleStep> {
        self.check_member(action, place, context)?;
        let called = self.action_place(action.declaration, ends, place, context)?;
        let effects = self.declared_effects(action, context);
        self.check_effects(&action.title, &effects, ends, place, context)?;
        self.recovery.takes.clear();
        self.recovery.usually = None;
        let body = self.expand_action(action, &name.text, place, context)?;
        let effects = self.with_calls(effects, &body);
        // What a drill calls was looked at where it is called.
        if ends.kind != PlanKind::Drill {
            self.check_effects(&action.title, &effects, ends, place, context)?;
        }
        Some(SingleStep {
            name: name.text.clone(),
            kind: StepKind::Action,
            instance: Some(action.instance),
            action: action.title.clone(),
            place: called,
            takes: std::mem::take(&mut self.recovery.takes),
            usually: self.recovery.usually.take(),
            effects,
            within: 0.0,
            best_effort: false,
            body,
            span,
        })
    }

    /// A step with its time divided.
    pub(super) fn bounded(
        &mut self,
        mut step: SingleStep,
        within: Option<(f64, Span)>,
        name: &ast::Name,
        place: Span,
        context: &Context,
    ) -> Option<SingleStep> {
        step.within = self.divide(&mut step.body, within, name, place, context)?;
        Some(step)
    }

    fn pause(&mut self, duration: &'a ast::Expr, reason: &'a ast::StringLiteral, context: &Context) -> Option<Operation> {
        let (amount, span) = (self.duration(duration, "wait", context)?, duration.span);
        let said = self.evaluate_string(reason, context);
        let reason = match said {
            Value::Text(text) => text.to_string(),
            Value::Error => return None,
            other => {
                self.mismatch("a text that is known now", &other, reason.span, "the reason of a wait is for readers of the machine", context);
                return None;
            }
        };
        if amount % 1000.0 != 0.0 {
            self.fail(
                codes::OUT_OF_BOUNDS,
                "a machine waits whole seconds",
                span,
                "not a whole number of seconds",
                "write whole seconds: `30s`",
                context,
            );
            return None;
        }
        Some(Operation::Wait { duration: amount, reason })
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
