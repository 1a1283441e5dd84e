//! Values that are wanted earlier than they are known.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::Parameter;
use crate::model::ids::Id;
use crate::model::value::{Deploy, TextPart, Value};
use crate::source::Span;

impl<'a> Expander<'a> {
    /// Reports that something has to be known when compiling: what it is, when it is known, and what to declare instead.
    pub(super) fn not_now(&mut self, value: &Value, what: &str, span: Span, context: &Context) {
        const WHY: &str =
            "which resources exist, their ids and their number are decided when compiling, so that every template says plainly what it deploys";
        let deployed = match value {
            Value::Deploy(deploy) => Some(deploy.as_ref()),
            _ => None,
        };
        let parameter = deployed.and_then(parameter_in).map(|id| self.model.parameters.get(id));
        let finding = match (parameter, deployed) {
            (Some(parameter), _) => {
                let name = &parameter.name;
                let ty = self.sources.slice(parameter.type_span);
                Diagnostic::error(
                    codes::NOT_KNOWN_NOW,
                    format!("{what} has to be known when compiling; the parameter `{name}` is given at deployment"),
                )
                .label(span, "known at deployment")
                .secondary(parameter.span, format!("`{name}` is a `param`"))
                .note(WHY)
                .help(format!(
                    "declare it as `setting {name}: {ty}`: a setting is fixed when compiling, with `--set {name}=value` or by an environment file"
                ))
            }
            (None, Some(deploy)) => {
                let finding = Diagnostic::error(codes::NOT_KNOWN_NOW, format!("{what} has to be known when compiling; this is known at deployment"))
                    .label(span, "known at deployment")
                    .note(WHY);
                match deploy {
                    Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => {
                        finding.help("decide by the Region, or by a `setting`, which is fixed with `--set name=value` or by an environment file")
                    }
                    _ => finding.help(
                        "AWS makes it when the stack is deployed; decide by a `setting` (fixed with `--set name=value` or by an environment file), a Region or a declared name",
                    ),
                }
            }
            _ => Diagnostic::error(codes::NOT_KNOWN_NOW, format!("{what} has to be known when compiling; this is known when the machine runs"))
                .label(span, "known when the machine runs")
                .note(WHY)
                .help("a question that is asked at run time belongs into `check`, or into `holds` of a condition; what is fixed when compiling is a `setting`"),
        };
        self.report(finding, context);
    }

    /// Reports the first of some values that depends on a parameter, where what they are decides something now.
    pub(super) fn too_late<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>, what: &str, span: Span, context: &Context) -> bool {
        let Some(later) = values.into_iter().find_map(given_later) else { return false };
        self.not_now(later, what, span, context);
        true
    }
}

/// A parameter's value in a value: itself, or in what it holds.
fn given_later(value: &Value) -> Option<&Value> {
    match value {
        Value::Deploy(deploy) => parameter_in(deploy).map(|_| value),
        Value::List(items) => items.iter().find_map(given_later),
        Value::Map(map) => map.values().find_map(given_later),
        Value::Range(ends) => given_later(&ends.0).or_else(|| given_later(&ends.1)),
        _ => None,
    }
}

/// The first parameter in a value.
fn parameter_in(deploy: &Deploy) -> Option<Id<Parameter>> {
    match deploy {
        Deploy::Parameter(id, _) => Some(*id),
        Deploy::Text(parts) => parts.iter().find_map(|part| match part {
            TextPart::Value(value) => parameter_in(value),
            TextPart::Literal(_) => None,
        }),
        _ => None,
    }
}
