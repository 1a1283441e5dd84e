//! Plans: which machines there are, where each stands, and what its steps do.

use super::{Context, Expander, Placement};
use crate::diag::{Diagnostic, codes};
use crate::model::Region;
use crate::model::ids::Id;
use crate::model::value::Value;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseWord, Kind, Statement};
use crate::units::time_text;
use crate::workflow::{Call, Plan, PlanKind, SingleStep, Step, bounds};
use smol_str::SmolStr;

/// The ends of one machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub kind: PlanKind,
    pub from: Option<Id<Region>>,
    pub to: Option<Id<Region>>,
    pub here: Option<Id<Region>>,
}

impl<'a> Expander<'a> {
    pub(super) fn expand_plans(&mut self) {
        for (declaration, context, path) in std::mem::take(&mut self.plans) {
            // Ids keep an old name, files and people use the new one.
            let above = path.iter().take(path.len().saturating_sub(1));
            let title = above.chain([&declaration.name.text]).map(SmolStr::as_str).collect::<Vec<_>>().join("-");
            let mut plans = Vec::new();
            for ends in self.plan_ends(declaration, &context) {
                if let Some(plan) = self.expand_plan(declaration, &title, ends, &context) {
                    plans.push(plan);
                }
                if self.diagnostics.has_errors() {
                    break;
                }
            }
            if !self.diagnostics.has_errors() {
                self.expand_machines(declaration, &plans, &path, &context);
            }
            self.model.plans.extend(plans);
        }
    }

    fn plan_ends(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Vec<Ends> {
        let kind = match declaration.kind {
            Kind::Failover => PlanKind::Failover,
            Kind::Failback => PlanKind::Failback,
            _ => PlanKind::Drill,
        };
        let mut found: Vec<(ClauseWord, Placement, Span)> = Vec::new();
        for clause in &declaration.clauses {
            match (kind, clause.word) {
                (PlanKind::Failover, ClauseWord::From | ClauseWord::To | ClauseWord::Among)
                | (PlanKind::Failback, ClauseWord::From | ClauseWord::To)
                | (PlanKind::Drill, ClauseWord::In) => match self.placement(clause, context) {
                    Some(placement) => found.push((clause.word, placement, clause.span)),
                    None => return Vec::new(),
                },
                (PlanKind::Drill, ClauseWord::Every) => {}
                _ => {}
            }
        }
        let one = |word: ClauseWord| found.iter().find(|(known, ..)| *known == word).and_then(|(_, placement, _)| placement.regions.first().copied());
        match kind {
            PlanKind::Drill => match found.iter().find(|(word, ..)| *word == ClauseWord::In) {
                Some((_, placement, _)) => placement.regions.iter().map(|region| Ends { kind, from: None, to: None, here: Some(*region) }).collect(),
                None => self.incomplete(declaration, "in which Regions?", "write `in both every 1h`", context),
            },
            _ => {
                if let Some((_, among, span)) = found.iter().find(|(word, ..)| *word == ClauseWord::Among) {
                    let regions = among.regions.clone();
                    if regions.len() < 2 {
                        self.fail(
                            codes::BAD_REGION_PAIR,
                            "a plan among one Region has nowhere to go",
                            *span,
                            "one Region",
                            "name at least two Regions",
                            context,
                        );
                        return Vec::new();
                    }
                    return regions
                        .iter()
                        .map(|lost| Ends { kind, from: Some(*lost), to: regions.iter().find(|other| *other != lost).copied(), here: None })
                        .collect();
                }
                match (one(ClauseWord::From), one(ClauseWord::To)) {
                    (Some(from), Some(to)) if from == to => {
                        self.fail(
                            codes::BAD_REGION_PAIR,
                            "a plan cannot lead from a Region to itself",
                            declaration.header(),
                            "`from` and `to` are the same Region",
                            "let `to` be the Region that takes over",
                            context,
                        );
                        Vec::new()
                    }
                    (Some(from), Some(to)) => vec![Ends { kind, from: Some(from), to: Some(to), here: None }],
                    _ => {
                        let help = if kind == PlanKind::Failover {
                            "write `from primary to standby`, or `among both` for the loss of either"
                        } else {
                            "write `from standby to primary`"
                        };
                        self.incomplete(declaration, "from where to where?", help, context)
                    }
                }
            }
        }
    }

    fn incomplete(&mut self, declaration: &ast::Declaration, label: &str, help: &str, context: &Context) -> Vec<Ends> {
        self.report(
            Diagnostic::error(
                codes::BAD_HEADER,
                format!("the {} `{}` does not say where it applies", declaration.kind.word(), declaration.name.text),
            )
            .label(declaration.header(), label)
            .help(help),
            context,
        );
        Vec::new()
    }

    fn expand_plan(&mut self, declaration: &'a ast::Declaration, title: &str, ends: Ends, context: &Context) -> Option<Plan> {
        let machine = self.machine_region(declaration, ends, context)?;
        let context = Context { here: Some(machine), from: ends.from, to: ends.to, in_action: true, ..context.clone() };
        let mut plan = Plan {
            name: SmolStr::new(title),
            variant: if declaration.clause(ClauseWord::Among).is_some() {
                ends.from.map(|lost| self.model.regions.get(lost).alias.clone())
            } else {
                None
            },
            kind: ends.kind,
            from: ends.from,
            to: ends.to,
            machine,
            approve: None,
            steps: Vec::new(),
            on_failure: Vec::new(),
            failure_span: declaration.header(),
            told: Vec::new(),
            start: None,
            detect: None,
            decide: None,
            every: None,
            bound: 0.0,
            limit: None,
            instance: None,
            span: declaration.header(),
        };
        if let Some(clause) = declaration.clause(ClauseWord::Every)
            && let ast::ClauseValue::Expr(expression) = &clause.value
        {
            plan.every = self.duration(expression, "every", &context);
            if plan.every.is_some_and(|every| every < 60_000.0 || every % 60_000.0 != 0.0) {
                self.fail(
                    codes::OUT_OF_BOUNDS,
                    "a drill runs every so many whole minutes",
                    expression.span,
                    "not a whole number of minutes",
                    "write `every 1min` or more",
                    &context,
                );
                return None;
            }
        }
        self.variables = 0;
        let mut names: Vec<(SmolStr, Span)> = Vec::new();
        for statement in declaration.statements() {
            self.plan_statement(statement, &mut plan, ends, &mut names, &context);
        }
        if plan.steps.is_empty() && !self.diagnostics.has_errors() {
            self.report(
                Diagnostic::error(codes::EMPTY_PLAN, format!("the {} `{}` has no steps", declaration.kind.word(), plan.name))
                    .label(declaration.header(), "does nothing")
                    .help(format!("add a step: `step NAME = {} {{ within = 8min }}`", self.example_action())),
                &context,
            );
            return None;
        }
        plan.bound = plan.steps.iter().map(bounds::of_step).sum();
        if !self.diagnostics.has_errors() {
            self.check_start(declaration, &plan, &context);
            self.check_limit(&plan, &context);
        }
        Some(plan)
    }

    /// Whether all that a plan may do, telling of its failure included, fits into the time that it is given: the machine is ended then.
    fn check_limit(&mut self, plan: &Plan, context: &Context) {
        let Some((limit, span)) = plan.limit.filter(|(limit, _)| *limit < plan.timeout()) else { return };
        let longest = plan.single_steps().reduce(|longest, step| if step.within > longest.within { step } else { longest });
        let notices = plan.timeout() - plan.machine_bound();
        let parts = [("the approval", plan.machine_bound() - plan.bound), ("the steps", plan.bound), ("telling of a failure", notices)];
        let parts: Vec<String> = parts.iter().filter(|(_, time)| *time > 0.0).map(|(what, time)| format!("{what} {}", time_text(*time))).collect();
        let mut finding = Diagnostic::error(
            codes::UNBOUNDED_WAIT,
            format!("`{}` may take {}, its machine is ended after {}", plan.name, time_text(plan.timeout()), time_text(limit)),
        )
        .label(span, "too short")
        .note(format!("{} = {}", parts.join(" + "), time_text(plan.timeout())))
        .note("a machine that is ended tells nobody where it stopped, and leaves the step that it was in half done");
        if let Some(step) = longest {
            finding = finding.secondary(step.span, format!("{} of it", time_text(step.within)));
        }
        let least = time_text((plan.timeout() / 1000.0).ceil() * 1000.0).replace(' ', " + ");
        self.report_once(finding.help(format!("write `within = {least}`, or give the steps less")), context);
    }

    fn plan_statement(&mut self, statement: &'a Statement, plan: &mut Plan, ends: Ends, names: &mut Vec<(SmolStr, Span)>, context: &Context) {
        match statement {
            Statement::Declaration(step) if step.kind == Kind::Step => {
                self.unique_step(step, names, context);
                if let Some(step) = self.expand_step(step, ends, context) {
                    plan.steps.push(Step::One(Box::new(step)));
                }
            }
            Statement::Parallel(node) => {
                let mut branches: Vec<SingleStep> = Vec::new();
                for inner in &node.block.statements {
                    match inner {
                        Statement::Declaration(step) if step.kind == Kind::Step => {
                            self.unique_step(step, names, context);
                            branches.extend(self.expand_step(step, ends, context));
                        }
                        _ => {}
                    }
                }
                if !branches.is_empty() {
                    plan.steps.push(Step::Parallel(branches));
                }
            }
            Statement::On(node) if node.event.text == "failure" => {
                plan.failure_span = node.span;
                for inner in &node.block.statements {
                    if let Statement::Notify(notify) = inner {
                        plan.on_failure.extend(self.failure_notice(notify, plan, context));
                        let told = self.second_path(notify, context);
                        let known = |value: &Value| format!("{value:?}");
                        let new = told.filter(|told| !plan.told.iter().any(|other| known(other) == known(told)));
                        plan.told.extend(new);
                    }
                }
            }
            Statement::On(node) => {
                let mut finding = Diagnostic::error(codes::UNKNOWN_NAME, format!("there is no event `{}`", node.event.text))
                    .label(node.event.span, "unknown event")
                    .help("write `on failure { ... }`");
                if crate::diag::suggest::nearest(&node.event.text, ["failure"]).is_some() {
                    finding = finding.fix("write `failure`", node.event.span, "failure");
                }
                self.report(finding, context);
            }
            Statement::Assign(assign) => match assign.key.text.as_str() {
                "within" => plan.limit = self.duration(&assign.value, "within", context).map(|limit| (limit, assign.value.span)),
                "start" if ends.kind != PlanKind::Drill => self.start_by_hand(assign, plan, context),
                "detect" if ends.kind == PlanKind::Failover => self.detected_by(assign, plan, context),
                "decide" if ends.kind == PlanKind::Failover => plan.decide = self.duration(&assign.value, "decide", context),
                _ => {
                    let known: &[&str] = match ends.kind {
                        PlanKind::Failover => &["start", "decide", "detect", "within"],
                        PlanKind::Failback => &["start", "within"],
                        PlanKind::Drill => &["within"],
                    };
                    self.unknown_key(&assign.key, known, &format!("a {}", ends.kind.word()), context);
                }
            },
            Statement::StartWhen(node) => self.start_by_alarm(node, plan, context),
            Statement::Approve(node) => plan.approve = self.approval(node, plan, ends, context).map(Box::new),
            _ => {}
        }
    }

    fn unique_step(&mut self, step: &ast::Declaration, names: &mut Vec<(SmolStr, Span)>, context: &Context) {
        if let Some((_, first)) = names.iter().find(|(name, _)| *name == step.name.text) {
            let first = *first;
            self.report(
                Diagnostic::error(codes::DUPLICATE_NAME, format!("there are two steps `{}`", step.name.text))
                    .label(step.name.span, "declared again here")
                    .secondary(first, "first declared here")
                    .help("give one of them another name: people read it while the machine runs"),
                context,
            );
        }
        names.push((step.name.text.clone(), step.name.span));
    }

    /// Whom `on failure` tells: the `notify` action of a service, with a text that names plan, step and reason.
    fn failure_notice(&mut self, notify: &'a ast::Notify, plan: &Plan, context: &Context) -> Vec<Call> {
        self.notice(notify, &plan.name, plan.kind, context)
    }
}
