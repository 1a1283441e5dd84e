//! How a plan starts: by a person whom an alarm wakes, or by an alarm, with or without an approval.

use super::plan::Ends;
use super::scope::CellKind;
use super::steps::{ASK, Arguments};
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::ids::Id;
use crate::model::value::Value;
use crate::model::{Instance, Region};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Kind};
use crate::workflow::{Detect, Plan, PlanKind, SingleStep, Start, StepKind, Wake};
use smol_str::SmolStr;

/// Why an alarm has to be named.
const FOR_START: &str = "starts the plan";
const FOR_DETECT: &str = "wakes whoever starts the plan";

/// The name of the output that gives the ARN of an alarm.
const ALARM_ARN: &str = "alarm_arn";

impl<'a> Expander<'a> {
    /// `start = "operator"`.
    pub(super) fn start_by_hand(&mut self, assign: &'a ast::Assign, plan: &mut Plan, context: &Context) {
        let value = self.evaluate(&assign.value, context);
        if self.one_of(&value, &[Start::Operator.word()], assign.value.span, context).is_some() {
            self.set_start(plan, Start::Operator, assign.span, context);
        }
    }

    /// `start when ALARM`.
    pub(super) fn start_by_alarm(&mut self, node: &'a ast::StartWhen, plan: &mut Plan, context: &Context) {
        if plan.kind != PlanKind::Failover {
            self.fail(
                codes::START,
                format!("an alarm cannot start a {}", plan.kind.word()),
                node.span,
                "nothing is lost",
                "a planned change is started by a person: `start = \"operator\"`, or leave it out",
                context,
            );
            return;
        }
        let Some(alarms) = self.alarms_of(&node.alarm, context) else { return };
        let machine = plan.machine;
        match self.standing(&alarms, |region| region == machine) {
            Some(alarm) => self.set_start(plan, Start::Alarm(Wake { alarm, span: node.alarm.span }), node.span, context),
            None => self.alarm_elsewhere(&alarms, &node.alarm, plan, context),
        }
    }

    fn set_start(&mut self, plan: &mut Plan, start: Start, span: Span, context: &Context) {
        if plan.start.is_some() {
            self.fail(
                codes::START,
                format!("the {} `{}` says twice how it starts", plan.kind.word(), plan.name),
                span,
                "a second way",
                "keep one: a person starts it, or an alarm does",
                context,
            );
        }
        plan.start = Some(start);
    }

    /// `detect = ALARM`: it has to stand where it is heard when the Region is gone. Or `detect = 5min`: who notices the loss is none of the
    /// platform's, and takes so long.
    pub(super) fn detected_by(&mut self, assign: &'a ast::Assign, plan: &mut Plan, context: &Context) {
        let span = assign.value.span;
        if self.alarm_named(&assign.value, context).is_none()
            && let Value::Quantity(..) | Value::Number(_) = self.evaluate(&assign.value, context)
        {
            plan.detect = self.duration(&assign.value, "detect", context).map(|time| Detect::Assumed(time, span));
            return;
        }
        let Some(alarms) = self.alarms_of(&assign.value, context) else { return };
        let (machine, lost) = (plan.machine, plan.from);
        let heard = self.standing(&alarms, |region| region == machine).or_else(|| self.standing(&alarms, |region| Some(region) != lost));
        match heard {
            Some(alarm) => plan.detect = Some(Detect::Alarm(Wake { alarm, span })),
            None => {
                let regions = self.alarm_regions(&alarms);
                let declared = alarms.first().and_then(|alarm| self.model.alarms.get(*alarm)).map(|alarm| alarm.span);
                let name = self.sources.slice(assign.value.span).to_string();
                let finding = Diagnostic::error(codes::START, format!("`{name}` is lost with the Region whose loss it should tell of"))
                    .label(assign.value.span, format!("stands in {regions} only"))
                    .note("an alarm sees the metrics of its own Region, and falls silent with it: nobody would be woken");
                let finding = declared.into_iter().fold(finding, |finding, span| finding.secondary(span, FOR_DETECT));
                self.report(finding.help(self.alarm_help(plan)), context);
            }
        }
    }

    fn alarm_help(&self, plan: &Plan) -> String {
        let place = self.model.regions.get(plan.machine).alias.clone();
        let lost = plan.from.map(|region| self.model.regions.get(region).alias.to_string()).unwrap_or_default();
        format!("let something in {place} look at {lost}, publish there what it sees, and place an alarm on that `in {place}`")
    }

    fn alarm_elsewhere(&mut self, alarms: &[usize], named: &ast::Expr, plan: &Plan, context: &Context) {
        let regions = self.alarm_regions(alarms);
        let lost = plan.from.is_some_and(|from| self.standing(alarms, |region| region == from).is_some());
        let machine = self.model.region_text(plan.machine);
        let name = self.sources.slice(named.span).to_string();
        let finding = Diagnostic::error(codes::START, format!("`{name}` cannot start the {} `{}`", plan.kind.word(), plan.name))
            .label(named.span, format!("stands in {regions}, the machine in {machine}"))
            .note("an alarm is told of in its own Region only, and starts machines of that Region only");
        let finding = if lost { finding.note("that Region is the one that is left: on the day it is lost, its alarms are silent") } else { finding };
        let declared = alarms.first().and_then(|alarm| self.model.alarms.get(*alarm)).map(|alarm| alarm.span);
        let finding = declared.into_iter().fold(finding, |finding, span| finding.secondary(span, FOR_START));
        self.report(finding.help(self.alarm_help(plan)), context);
    }

    fn alarm_regions(&self, alarms: &[usize]) -> String {
        let regions: Vec<Id<Region>> = alarms.iter().filter_map(|alarm| self.model.alarms.get(*alarm)).map(|alarm| alarm.region).collect();
        self.region_list(&regions)
    }

    /// The first of some alarms that stands where it has to.
    fn standing(&self, alarms: &[usize], place: impl Fn(Id<Region>) -> bool) -> Option<usize> {
        alarms.iter().copied().find(|alarm| self.model.alarms.get(*alarm).is_some_and(|alarm| place(alarm.region)))
    }

    /// The alarms that an expression names, one for each Region that it stands in, by their numbers in the model.
    fn alarms_of(&mut self, named: &'a ast::Expr, context: &Context) -> Option<Vec<usize>> {
        let Some((header, owner)) = self.alarm_named(named, context) else {
            if !matches!(self.evaluate(named, context), Value::Error) {
                self.fail(
                    codes::START,
                    format!("`{}` is no alarm", self.sources.slice(named.span)),
                    named.span,
                    "not an alarm",
                    "name an alarm of the platform: `alarm primary_silent in standby { when ... }`",
                    context,
                );
            }
            return None;
        };
        let parent = |instance: Id<Instance>| self.instance_body(instance).and_then(|body| body.parent);
        let alarms = self.model.alarms.iter().enumerate();
        let alarms: Vec<usize> =
            alarms.filter(|(_, alarm)| alarm.span == header && parent(alarm.instance) == owner).map(|(number, _)| number).collect();
        // One that could not be made was reported.
        (!alarms.is_empty()).then_some(alarms)
    }

    /// The declaration that an expression names, if it is that of an alarm: its header, and the instance that it stands in.
    fn alarm_named(&mut self, named: &'a ast::Expr, context: &Context) -> Option<(Span, Option<Id<Instance>>)> {
        match &named.kind {
            ExprKind::Name(name) => self.find_cell(context.scope, name).and_then(|cell| self.alarm_cell(cell)),
            ExprKind::Member { base, name, .. } => match self.evaluate(base, context) {
                Value::Instance(id, _) => {
                    self.ensure_expanded(id);
                    let scope = self.instance_body(id)?.scope;
                    let cell = self.scopes.get(scope)?.names.get(&name.text).copied();
                    cell.and_then(|cell| self.alarm_cell(cell))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn alarm_cell(&self, cell: usize) -> Option<(Span, Option<Id<Instance>>)> {
        let cell = self.cells.get(cell)?;
        match &cell.kind {
            CellKind::Definition(declaration) if declaration.kind == Kind::Alarm => Some((declaration.header(), cell.context.instance)),
            _ => None,
        }
    }

    /// The ARN of the alarm that starts a machine.
    pub(super) fn alarm_arn(&mut self, wake: Wake, context: &Context) -> Value {
        let Some((instance, region)) = self.model.alarms.get(wake.alarm).map(|alarm| (alarm.instance, alarm.region)) else { return Value::Error };
        let name = ast::Name { text: SmolStr::new_static(ALARM_ARN), span: wake.span };
        let context = context.at(Some(region));
        let value = self.member(Value::Instance(instance, Some(region)), &name, wake.span, &context);
        self.settle(value, wake.span, &context)
    }

    /// `approve TOPIC within 5min`: the first step asks.
    pub(super) fn approval(&mut self, node: &'a ast::Approve, plan: &Plan, ends: Ends, context: &Context) -> Option<SingleStep> {
        let within = self.duration(&node.within, "within", context)?;
        let text = |region: Option<Id<Region>>| region.map(|region| self.model.region_text(region)).unwrap_or_default();
        let question = format!(
            "Start the {} {} of {}? It leaves {}; {} takes over.",
            plan.kind.word(),
            plan.name,
            self.model.platform.name,
            text(plan.from),
            text(plan.to)
        );
        let help = "name a service with an action `ask`, such as topic.alerts";
        let action = self.action_of(&node.topic, ASK, Arguments::Made(Value::text(question)), help, context)?;
        let name = ast::Name { text: SmolStr::new_static("approve"), span: node.span };
        let step = self.done_step(&action, &name, (node.span, node.topic.span), ends, context)?;
        self.bounded(SingleStep { kind: StepKind::Question, ..step }, Some((within, node.within.span)), &name, node.topic.span, context)
    }

    /// Whether a plan says how it starts, and how long the decision takes where a person decides.
    pub(super) fn check_start(&mut self, declaration: &'a ast::Declaration, plan: &Plan, context: &Context) {
        if plan.kind != PlanKind::Failover {
            return;
        }
        let (missing, what, help) = match (plan.start, plan.decide) {
            (None, decide) => {
                let mut lines = vec!["start = \"operator\""];
                lines.extend((self.model.platform.rto.is_some() && plan.detect.is_none()).then_some("detect = 5min"));
                lines.extend(decide.is_none().then_some("decide = 5min"));
                let help = "write `start = \"operator\"` and how long the decision takes, `decide = 5min`; or `start when` an alarm goes off";
                (lines, "does not say how it starts", help)
            }
            (Some(Start::Operator), None) => (
                vec!["decide = 5min"],
                "is started by a person, but does not say how long the decision takes",
                "write `decide = 5min`, or what it takes in your team at night",
            ),
            (Some(Start::Alarm(_)), None) if plan.detect.is_some() => {
                let span = key_span(declaration, "detect").unwrap_or(plan.span);
                self.fail(
                    codes::START,
                    format!("the failover `{}` is started by one alarm and detected by another", plan.name),
                    span,
                    "wakes nobody",
                    "leave `detect` out: the alarm that starts the plan is the one that detects the loss",
                    context,
                );
                return;
            }
            (Some(Start::Alarm(_)), Some(_)) => {
                let span = key_span(declaration, "decide").unwrap_or(plan.span);
                self.fail(
                    codes::START,
                    format!("nobody decides on the failover `{}`: an alarm starts it", plan.name),
                    span,
                    "nobody decides",
                    "leave `decide` out; if a person has the last word, write `approve alerts within 5min`",
                    context,
                );
                return;
            }
            _ => return,
        };
        let finding = Diagnostic::error(codes::START, format!("the failover `{}` {what}", plan.name))
            .label(plan.span, "when does it begin?")
            .note("the time until a plan begins is a part of the recovery time, and often the longest one")
            .help(help);
        let finding = match &declaration.block {
            Some(block) => {
                let after = block.span.start + 1;
                let span = Span { start: after, end: after, ..block.span };
                let alone = self.sources.slice(block.span).get(1..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with('\n'));
                let text = if alone {
                    missing.iter().map(|line| format!("\n  {line}")).collect()
                } else {
                    missing.iter().map(|line| format!(" {line},")).collect::<String>()
                };
                finding.fix(format!("add `{}`", missing.join("`, `")), span, text)
            }
            None => finding,
        };
        self.report_once(finding, context);
    }
}

/// Where a key of a block stands.
fn key_span(declaration: &ast::Declaration, key: &str) -> Option<Span> {
    declaration.statements().iter().find_map(|statement| match statement {
        ast::Statement::Assign(assign) if assign.key.text == key => Some(assign.span),
        _ => None,
    })
}
