//! Outputs of the platform: CloudFormation takes texts only.

use super::values::deploy_types;
use crate::aws::schema::Node;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use crate::model::value::{Deploy, TextPart, Value};
use crate::source::Span;

/// Reports what is made of a list. Source: CloudFormation API reference, `Output`: the value is a string (read 2026-11-29).
pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    // One declaration is an output in each of its Regions.
    let mut told: Option<Span> = None;
    for output in &model.outputs {
        let Value::Deploy(deploy) = &output.value else { continue };
        if told == Some(output.value_span) || !is_list(model, deploy) {
            continue;
        }
        told = Some(output.value_span);
        diagnostics.push(
            Diagnostic::error(codes::VALUE_TYPE, format!("`{}` is made of a list", output.name))
                .label(output.value_span, "a list; an output is one text")
                .note("CloudFormation would refuse the template: a list that it makes at deployment has no text")
                .help("tell another value of the same thing, its id or its name")
                .acceptable(),
        );
    }
}

fn is_list(model: &Model, deploy: &Deploy) -> bool {
    match deploy {
        Deploy::Text(parts) => parts.iter().any(|part| matches!(part, TextPart::Value(value) if is_list(model, value))),
        _ => deploy_types(model, deploy).is_some_and(|types| types & (Node::STRING | Node::NUMBER | Node::INTEGER | Node::BOOLEAN) == 0),
    }
}
