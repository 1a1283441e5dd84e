//! Metrics of components.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Dimension, Metric, MetricPlaces, Silence, Value};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseWord, Entry, ExprKind, Statement, TypeKind};
use smol_str::SmolStr;
use std::rc::Rc;

/// CloudWatch's units with their dimension and how many base units they are.
/// Source: CloudWatch API reference, `MetricDatum`, member `Unit`.
const METRIC_UNITS: &[(&str, Option<Dimension>, f64)] = &[
    ("Seconds", Some(Dimension::Duration), 1000.0),
    ("Microseconds", Some(Dimension::Duration), 0.001),
    ("Milliseconds", Some(Dimension::Duration), 1.0),
    ("Bytes", Some(Dimension::Size), 1.0),
    ("Kilobytes", Some(Dimension::Size), 1000.0),
    ("Megabytes", Some(Dimension::Size), 1_000_000.0),
    ("Gigabytes", Some(Dimension::Size), 1_000_000_000.0),
    ("Percent", Some(Dimension::Percent), 1.0),
    ("Count", None, 1.0),
    ("Count/Second", Some(Dimension::Rate), 1.0),
    ("None", None, 1.0),
];

/// Dimension and factor of one of CloudWatch's units.
pub(super) fn metric_unit(name: &str) -> Option<(Option<Dimension>, f64)> {
    METRIC_UNITS.iter().find(|(known, ..)| *known == name).map(|(_, dimension, factor)| (*dimension, *factor))
}

impl<'a> Expander<'a> {
    /// `metric lag: Duration in regions = cloudwatch("namespace", "name") { ... }` in the Region of the context.
    pub(super) fn evaluate_metric(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Value {
        let Some(region) = context.here else {
            return self.fail(
                codes::WHICH_REGION,
                "a metric is read in one Region",
                declaration.name.span,
                "in which one?",
                "place what reads it: `in primary`",
                context,
            );
        };
        let Some((namespace, name)) = self.metric_name(declaration, context) else { return Value::Error };
        let origin = context.instance.map_or(declaration.name.span, |id| self.model.instances.get(id).span);
        let mut places =
            MetricPlaces { namespace: namespace.1, name: name.1, unit: None, dimensions: None, keys: Vec::new(), published: None, origin };
        let mut unit = None;
        let mut dimensions = Value::map(Vec::new());
        let mut silence = Silence::Missing;
        for statement in declaration.statements() {
            let Statement::Assign(assign) = statement else { continue };
            let value = self.evaluate(&assign.value, context);
            let value = self.settle(value, assign.value.span, context);
            match assign.key.text.as_str() {
                "unit" => {
                    let known: Vec<&str> = METRIC_UNITS.iter().map(|(name, ..)| *name).collect();
                    unit = self.one_of(&value, &known, assign.value.span, context);
                    places.unit = Some(assign.value.span);
                }
                "dimensions" => {
                    dimensions = self.property_value(value, assign.value.span, context);
                    places.dimensions = Some(assign.value.span);
                    places.keys = keys_of(&assign.value);
                }
                "published" => {
                    places.published = Some(assign.value.span);
                    if self
                        .one_of(&value, &["always", "while_reading", "while_writing"], assign.value.span, context)
                        .is_some_and(|word| word != "always")
                    {
                        silence = Silence::NotBreaching;
                    }
                }
                "silence" => {
                    let known = ["missing", "not_breaching", "breaching"];
                    silence = match self.one_of(&value, &known, assign.value.span, context).as_deref() {
                        Some("not_breaching") => Silence::NotBreaching,
                        Some("breaching") => Silence::Breaching,
                        _ => Silence::Missing,
                    };
                }
                _ => self.unknown_key(&assign.key, &["unit", "dimensions", "published", "silence"], "a metric", context),
            }
        }
        let dimension = declared_dimension(declaration);
        let by_unit = unit.as_ref().and_then(|unit| metric_unit(unit)).and_then(|(dimension, _)| dimension);
        if let (Some(declared), Some(found)) = (dimension, by_unit)
            && declared != found
        {
            let span = declaration.ty.as_ref().map_or(declaration.name.span, |ty| ty.span);
            self.report(
                Diagnostic::error(
                    codes::UNIT_MISMATCH,
                    format!("the metric is declared as {}, its unit counts {}", declared.type_name(), found.type_name()),
                )
                .label(span, format!("a {}", declared.type_name()))
                .help("declare it as what AWS publishes; thresholds are then converted"),
                context,
            );
            return Value::Error;
        }
        let regions = match declaration.clause(ClauseWord::In).and_then(|clause| self.placement(clause, context)) {
            Some(placement) => placement.regions.to_vec(),
            None => context.instance.map_or_else(|| vec![region], |id| self.model.instances.get(id).regions.clone()),
        };
        let path = match context.instance {
            Some(id) => format!("{}.{}", self.model.instances.get(id).shown, declaration.name.text),
            None => declaration.name.text.to_string(),
        };
        let metric = Rc::new(Metric {
            path,
            owner: context.instance,
            declared: declaration.name.text.clone(),
            span: declaration.name.span,
            region,
            regions,
            namespace: namespace.0,
            name: name.0,
            dimensions,
            unit,
            dimension: dimension.or(by_unit),
            silence,
            places,
        });
        self.model.metrics.push(metric.clone());
        Value::Metric(metric)
    }

    /// Namespace and name of a metric, and where they are written.
    fn metric_name(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<((Value, Span), (Value, Span))> {
        let span = declaration.value.as_ref().map_or(declaration.name.span, |value| value.span);
        if let Some(ExprKind::Apply(callee, arguments)) = declaration.value.as_ref().map(|value| &value.kind)
            && matches!(&callee.kind, ExprKind::Name(name) if name == "cloudwatch")
            && let [namespace, name] = arguments.as_slice()
        {
            let namespace_value = self.evaluate(namespace, context);
            let namespace_value = self.text_of(namespace_value, namespace.span, context);
            let name_value = self.evaluate(name, context);
            let name_value = self.text_of(name_value, name.span, context);
            return Some(((namespace_value, namespace.span), (name_value, name.span)));
        }
        self.report(
            Diagnostic::error(codes::BAD_HEADER, format!("the metric `{}` does not say where it comes from", declaration.name.text))
                .label(span, "no source")
                .help("write `= cloudwatch(\"NAMESPACE\", \"METRIC\") { unit = \"Milliseconds\", dimensions = { ... } }`"),
            context,
        );
        None
    }
}

/// The keys of a map as it is written.
fn keys_of(expression: &ast::Expr) -> Vec<(SmolStr, Span)> {
    let ExprKind::Map(entries) = &expression.kind else { return Vec::new() };
    let key = |entry: &Entry| match entry {
        Entry::Pair { key, .. } => Some((key.text.clone(), key.span)),
        Entry::Spread(_) => None,
    };
    entries.iter().filter_map(key).collect()
}

/// The dimension that a metric's declared type asks thresholds to have.
fn declared_dimension(declaration: &ast::Declaration) -> Option<Dimension> {
    let TypeKind::Named { path, .. } = &declaration.ty.as_ref()?.kind else { return None };
    match path.first()?.text.as_str() {
        "Duration" => Some(Dimension::Duration),
        "Size" => Some(Dimension::Size),
        "Percent" => Some(Dimension::Percent),
        "Rate" => Some(Dimension::Rate),
        _ => None,
    }
}
