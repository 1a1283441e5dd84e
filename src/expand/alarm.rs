//! Alarms: a condition on a metric becomes an instance of the library's alarm.

use super::metric::metric_unit;
use super::scope::CellKind;
use super::{Context, Expander, InstanceBody, Placement};
use crate::diag::{Diagnostic, codes};
use crate::model::Instance;
use crate::model::Region;
use crate::model::ids::Id;
use crate::model::recovery::{Alarm, Recovery};
use crate::model::value::{Dimension, Metric, Silence, TextPart, Value, number_text, quantity_text};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOperator, ClauseWord, Kind, Statement};
use smol_str::SmolStr;
use std::rc::Rc;

const STATISTICS: &[(&str, &str)] =
    &[("avg", "Average"), ("average", "Average"), ("min", "Minimum"), ("max", "Maximum"), ("sum", "Sum"), ("count", "SampleCount")];

/// CloudWatch's word for what an alarm makes of data that are not there. `missing` leads to `INSUFFICIENT_DATA`.
/// Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", read in November 2026.
fn missing_data(silence: Silence) -> &'static str {
    match silence {
        Silence::Missing => "missing",
        Silence::NotBreaching => "notBreaching",
        Silence::Breaching => "breaching",
    }
}

/// The inputs of an alarm in one Region.
type Row = Vec<(&'static str, Value)>;

/// What is known of an alarm when its inputs are; its name and the instance that it becomes come later.
type Fact = Box<dyn FnOnce(String, Id<Instance>) -> Alarm>;

/// Inputs of an instance that the compiler makes: a name and one value per Region.
pub(super) type GivenInputs = Vec<(&'static str, Vec<(Id<Region>, Value)>)>;

impl<'a> Expander<'a> {
    pub(super) fn expand_alarms(&mut self) {
        for (declaration, context, path) in std::mem::take(&mut self.alarms) {
            self.expand_alarm(declaration, &context, path);
        }
    }

    fn expand_alarm(&mut self, declaration: &'a ast::Declaration, context: &Context, path: Vec<SmolStr>) {
        let mut placement = None;
        for clause in &declaration.clauses {
            if clause.word == ClauseWord::In {
                placement = self.placement(clause, context).map(|found| (found, clause.span));
                if placement.is_none() {
                    return;
                }
            }
        }
        let Some((placement, place_span)) = placement else {
            if !declaration.clauses.is_empty() {
                // Its header was refused already.
                return;
            }
            self.report(
                Diagnostic::error(codes::BAD_HEADER, format!("the alarm `{}` is placed nowhere", declaration.name.text))
                    .label(declaration.header(), "in which Regions?")
                    .note("an alarm sees the metrics of its own Region only")
                    .help("write `in both` behind the name"),
                context,
            );
            return;
        };
        let mut rows: Vec<(Id<Region>, Row)> = Vec::new();
        let mut facts = Vec::new();
        for region in placement.regions.iter().copied() {
            let Some((row, fact)) = self.alarm_inputs(declaration, &path, region, place_span, &context.at(Some(region))) else { return };
            rows.push((region, row));
            facts.push(fact);
        }
        let names: Vec<&'static str> = rows.first().map(|(_, row)| row.iter().map(|(name, _)| *name).collect()).unwrap_or_default();
        let inputs: GivenInputs = names
            .into_iter()
            .map(|name| {
                let values =
                    rows.iter().filter_map(|(region, row)| row.iter().find(|(key, _)| *key == name).map(|(_, value)| (*region, value.clone())));
                (name, values.collect())
            })
            .collect();
        let shown = self.shown_name(&path, &declaration.name.text, context);
        let made = self.core_instance("threshold_alarm", (path, shown.clone()), &placement, inputs, declaration.header(), context);
        if let Some(instance) = made {
            self.alarms_made.insert((declaration.span, context.scope), instance);
            let alarms = facts.into_iter().map(|fact| fact(shown.clone(), instance));
            self.model.alarms.extend(alarms);
        }
    }

    fn alarm_inputs(
        &mut self,
        declaration: &'a ast::Declaration,
        path: &[SmolStr],
        region: Id<Region>,
        place: Span,
        context: &Context,
    ) -> Option<(Row, Fact)> {
        let mut when = None;
        let mut told = Vec::new();
        let mut described = Vec::new();
        for statement in declaration.statements() {
            match statement {
                Statement::When(node) => when = Some(node),
                Statement::Notify(node) => {
                    if let Some(message) = &node.message {
                        described.push(self.evaluate_string(message, context));
                    }
                    told.push(&node.to);
                }
                _ => {}
            }
        }
        let Some(when) = when else {
            self.report(
                Diagnostic::error(codes::BAD_HEADER, format!("the alarm `{}` has no condition", declaration.name.text))
                    .label(declaration.header(), "when does it go off?")
                    .help("write `when max(orders.lag) over 1min > 1s for 2 of 2`"),
                context,
            );
            return None;
        };
        let services = told.iter().filter_map(|to| match self.evaluate(to, context) {
            Value::Instance(id, _) => Some(id),
            _ => None,
        });
        let services: Vec<Id<Instance>> = services.collect();
        let targets: Vec<Option<Value>> = told.into_iter().map(|to| self.target_of(to, place, context)).collect();
        let targets: Vec<Value> = targets.into_iter().collect::<Option<_>>()?;
        let metric = self.metric_here(&when.metric, region, place, context)?;
        let statistic = self.statistic(&when.statistic, context)?;
        let period = self.duration(&when.over, "over", context)? / 1000.0;
        if period.fract() != 0.0 || !(period == 10.0 || period == 20.0 || period == 30.0 || period % 60.0 == 0.0) {
            self.fail(
                codes::OUT_OF_BOUNDS,
                "the period of an alarm is 10s, 20s, 30s or whole minutes",
                when.over.span,
                "CloudWatch knows no other periods",
                "write `over 1min`, or another whole number of minutes",
                context,
            );
            return None;
        }
        let threshold = self.threshold(when, &metric, context)?;
        let (datapoints, evaluated) = when.datapoints.map_or((1, 1), |(n, m, _)| (n, m));
        if let Some((n, m, span)) = when.datapoints
            && (n == 0 || n > m)
        {
            self.fail(
                codes::OUT_OF_BOUNDS,
                format!("{n} of {m} can never be"),
                span,
                "never true",
                "the first number is at least 1 and at most the second: `for 3 of 5`",
                context,
            );
            return None;
        }
        let comparison = match when.comparison {
            BinaryOperator::Greater => "GreaterThanThreshold",
            BinaryOperator::GreaterOrEqual => "GreaterThanOrEqualToThreshold",
            BinaryOperator::Less => "LessThanThreshold",
            BinaryOperator::LessOrEqual => "LessThanOrEqualToThreshold",
            _ => {
                self.fail(
                    codes::BAD_OPERANDS,
                    "an alarm compares with `>`, `>=`, `<` or `<=`",
                    when.span,
                    "not a comparison of an alarm",
                    "write `>=` or `<=`, with a threshold that the metric crosses",
                    context,
                );
                return None;
            }
        };
        let documented = super::parameter::documentation(&declaration.doc);
        let description = if !described.is_empty() {
            self.joined(described, declaration.name.span, context)?
        } else if !documented.is_empty() {
            Value::text(documented)
        } else {
            Value::text(format!(
                "{}: {}({}) {} {}",
                declaration.name.text,
                when.statistic.text,
                metric.path,
                when.comparison.symbol(),
                self.sources.slice(when.threshold.span)
            ))
        };
        let name = self.name_for(&path.join("-").replace('_', "-"), declaration.name.span, context);
        let factor = metric.dimension.and(metric.unit.as_ref()).and_then(|unit| metric_unit(unit)).map_or(1.0, |(_, factor)| factor);
        let missing = missing_data(metric.silence);
        let (watched, span, when) = (metric.clone(), declaration.header(), when.span);
        let fact: Fact = Box::new(move |shown, instance| Alarm {
            shown,
            instance,
            region,
            metric: watched,
            period: period * 1000.0,
            needed: datapoints,
            evaluated,
            comparison,
            threshold: threshold * factor,
            missing,
            told: services,
            span,
            when,
            unproved: Vec::new(),
        });
        let row = vec![
            ("name", name),
            ("description", description),
            ("namespace", metric.namespace.clone()),
            ("metric_name", metric.name.clone()),
            ("dimensions", metric.dimensions.clone()),
            ("unit", metric.unit.clone().map_or(Value::None, Value::Text)),
            ("statistic", Value::text(statistic)),
            ("period", Value::Number(period)),
            ("threshold", Value::Number(threshold)),
            ("comparison", Value::text(comparison)),
            ("evaluation_periods", Value::Number(f64::from(evaluated))),
            ("datapoints", Value::Number(f64::from(datapoints))),
            ("missing", Value::text(missing)),
            ("targets", Value::list(targets)),
        ];
        Some((row, fact))
    }

    /// The texts behind several `notify` as one description.
    fn joined(&mut self, texts: Vec<Value>, span: Span, context: &Context) -> Option<Value> {
        let mut parts = Vec::new();
        for (at, text) in texts.into_iter().enumerate() {
            if at > 0 {
                parts.push(TextPart::Literal(" ".into()));
            }
            match text {
                Value::Text(text) => parts.push(TextPart::Literal(text.to_string())),
                Value::Deploy(deploy) => super::operators::push_part(&mut parts, &deploy),
                Value::Error => return None,
                other => {
                    self.mismatch("a text", &other, span, "what is said of an alarm is known at deployment", context);
                    return None;
                }
            }
        }
        Some(super::interpolate::join_parts(parts))
    }

    /// The metric in the Region of the alarm; an alarm cannot see another one.
    fn metric_here(&mut self, expression: &'a ast::Expr, region: Id<Region>, place: Span, context: &Context) -> Option<Rc<Metric>> {
        let value = self.evaluate(expression, context);
        match value {
            Value::Metric(metric) if metric.region == region => Some(metric),
            Value::Metric(metric) => {
                self.metric_elsewhere(&metric.path, region, &[metric.region], expression.span, place, context);
                None
            }
            Value::PerRegion(cell) => {
                let placement = self.cell_placement(cell as usize, expression.span)?;
                let name = self.sources.slice(expression.span).to_string();
                self.metric_elsewhere(&name, region, &placement.regions, expression.span, place, context);
                None
            }
            Value::Error => None,
            other => {
                self.mismatch("a Metric", &other, expression.span, "name a metric of an instance: `orders.lag`", context);
                None
            }
        }
    }

    fn metric_elsewhere(&mut self, metric: &str, here: Id<Region>, there: &[Id<Region>], span: Span, place: Span, context: &Context) {
        let aliases: Vec<&str> = there.iter().map(|region| self.model.regions.get(*region).alias.as_str()).collect();
        let place_text = if let [only] = aliases.as_slice() { (*only).to_string() } else { format!("[{}]", aliases.join(", ")) };
        let (here, there) = (self.model.region_text(here), self.region_list(there));
        self.report(
            Diagnostic::error(codes::METRIC_NOT_HERE, format!("`{metric}` is published in {there}, the alarm stands in {here}"))
                .label(span, format!("no data in {here}"))
                .secondary(place, "the alarm is placed here")
                .note("CloudWatch alarms see the metrics of their own Region only: this alarm would wait for data for ever, and never go off")
                .help(format!("write `in {}`: the alarm belongs where the metric is published", place_text)),
            context,
        );
    }

    fn statistic(&mut self, name: &ast::Name, context: &Context) -> Option<String> {
        if let Some((_, statistic)) = STATISTICS.iter().find(|(word, _)| *word == name.text) {
            return Some((*statistic).to_string());
        }
        let percentile = name.text.strip_prefix('p').and_then(|rest| rest.replace('_', ".").parse::<f64>().ok());
        if let Some(percentile) = percentile.filter(|value| *value > 0.0 && *value <= 100.0) {
            return Some(format!("p{}", number_text(percentile)));
        }
        let known: Vec<&str> = STATISTICS.iter().map(|(word, _)| *word).chain(["p99"]).collect();
        let mut finding =
            Diagnostic::error(codes::UNKNOWN_NAME, format!("there is no statistic `{}`", name.text)).label(name.span, "unknown statistic");
        finding = match crate::diag::suggest::nearest(&name.text, known.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near),
            None => finding.help("use avg, min, max, sum, count, or a percentile such as p99"),
        };
        self.report(finding, context);
        None
    }

    fn threshold(&mut self, when: &'a ast::When, metric: &Metric, context: &Context) -> Option<f64> {
        let value = self.evaluate(&when.threshold, context);
        let value = self.settle(value, when.threshold.span, context);
        let counted = when.statistic.text == "count";
        match (&value, metric.dimension.filter(|_| !counted)) {
            (Value::Quantity(amount, found), Some(wanted)) if *found == wanted => {
                let factor = metric.unit.as_ref().and_then(|unit| metric_unit(unit)).map_or(1.0, |(_, factor)| factor);
                Some(amount / factor)
            }
            (Value::Number(number), None) => Some(*number),
            (Value::Error, _) => None,
            _ if self.too_late([&value], "a threshold", when.threshold.span, context) => None,
            (_, Some(wanted)) => {
                let found = self.describe(&value);
                let mut finding =
                    Diagnostic::error(codes::UNIT_MISMATCH, format!("`{}` is a {}, the threshold is {found}", metric.path, wanted.type_name()))
                        .help(format!("write the threshold as a {}", wanted.type_name()))
                        .label(when.threshold.span, format!("not a {}", wanted.type_name()))
                        .secondary(when.metric.span, format!("counted in {}", metric.unit.clone().unwrap_or_default()));
                if let Value::Number(number) = &value {
                    let factor = metric.unit.as_ref().and_then(|unit| metric_unit(unit)).map_or(1.0, |(_, factor)| factor);
                    let meant = quantity_text(number * factor, wanted);
                    let unit = metric.unit.clone().unwrap_or_default();
                    let counted_so = format!("write `{meant}`, if the number was meant in {unit}, as AWS counts");
                    finding = if wanted == Dimension::Duration {
                        finding
                            .note("a number without a unit is read as milliseconds by one engineer and as seconds by the next")
                            .help(format!("{counted_so}; `{}s`, if it was meant in seconds", number_text(*number)))
                    } else {
                        finding.help(counted_so)
                    };
                }
                self.report(finding, context);
                None
            }
            (_, None) => {
                let found = self.describe(&value);
                let (what, help) = if counted {
                    (format!("count({})", metric.path), "write the threshold without a unit: `count` says how many values came, not what they were")
                } else {
                    (metric.path.clone(), "write the threshold without a unit, or give the metric the `unit` in which it is published")
                };
                self.report(
                    Diagnostic::error(codes::UNIT_MISMATCH, format!("`{what}` is a plain number, the threshold is {found}"))
                        .label(when.threshold.span, "not a plain number")
                        .help(help),
                    context,
                );
                None
            }
        }
    }

    /// Makes an instance of a component of the library's core, with inputs that are known already.
    pub(super) fn core_instance(
        &mut self,
        component: &str,
        (path, shown): (Vec<SmolStr>, String),
        placement: &Placement,
        inputs: GivenInputs,
        span: Span,
        context: &Context,
    ) -> Option<Id<Instance>> {
        let core = self.modules.core?;
        let module = self.modules.list.get(core)?;
        let declaration = module.tree.statements.iter().find_map(|statement| match statement {
            Statement::Declaration(found) if found.kind == Kind::Component && found.name.text == component => Some(found.as_ref()),
            _ => None,
        })?;
        let origin = context.instance.map_or(span, |id| self.model.instances.get(id).span);
        let id = self.model.instances.add(Instance {
            shown,
            path,
            component: format!("core.{component}"),
            word: "",
            recovery: Recovery::default(),
            regions: placement.regions.to_vec(),
            single: placement.single,
            span: origin,
            group: context.group.clone(),
            phase: context.phase,
        });
        let scope = self.new_scope(Some(self.module_scope(core)));
        self.instances.push(InstanceBody::new(declaration, scope, context.instance));
        let inner = Context { scope, instance: Some(id), group: context.group.clone(), phase: context.phase, ..Context::default() };
        for statement in declaration.statements() {
            let Statement::Declaration(input) = statement else { continue };
            if input.kind != Kind::Input {
                continue;
            }
            let given = inputs.iter().find(|(name, _)| input.name.text == *name).map(|(_, values)| values.clone());
            let kind = match given {
                Some(values) => CellKind::Given(values),
                None => CellKind::Input { declaration: input, given: None },
            };
            self.declare(&input.name, kind, true, &inner);
        }
        self.ensure_expanded(id);
        Some(id)
    }
}
