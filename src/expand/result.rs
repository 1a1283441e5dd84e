//! Results of calls: their members, and what they are compared with.

use super::given::{kind_text, misspelt, unknown_member};
use super::{Context, Expander};
use crate::aws::api::{Shape, ShapeKind};
use crate::aws::spelling::respelled_member;
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::{Run, Value};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOperator, ExprKind};
use std::rc::Rc;

impl<'a> Expander<'a> {
    /// A member of what a machine learns. One that is not there is reported; what is made of it goes on without a form.
    pub(super) fn result_member(&mut self, run: &Rc<Run>, name: &ast::Name, context: &Context) -> Value {
        let (shape, text) = (run.shape(), name.text.as_str());
        let mut meant = name.text.clone();
        let finding = match shape.kind() {
            ShapeKind::Structure if shape.member(text).is_some() => None,
            ShapeKind::Structure => {
                let owner = described(run);
                let (finding, member, _) = unknown_member(codes::RESULT_MEMBER, shape, text, &owner, name.span, Some(name.span));
                // What is read further is read of the member that is meant.
                meant = member.map_or(meant, |member| member.name().into());
                Some(finding)
            }
            ShapeKind::Map | ShapeKind::Blob => None,
            // Of what the table does not know, the spelling is known.
            ShapeKind::Document => respelled_member(text)
                .filter(|_| matches!(run.as_ref(), Run::Variable(..)))
                .map(|meant| misspelt(codes::RESULT_MEMBER, text, &meant, name.span, Some(name.span))),
            ShapeKind::List => Some(
                Diagnostic::error(codes::RESULT_MEMBER, format!("{} is a list and has no `{text}`", described(run)))
                    .label(name.span, "a member of its elements")
                    .help(format!("write `[0].{text}` for the first one, or ask of all: `.any(x => x.{text} == ...)`")),
            ),
            kind => Some(
                Diagnostic::error(codes::RESULT_MEMBER, format!("{} is {} and has no `{text}`", described(run), kind_text(kind)))
                    .label(name.span, "no such member")
                    .help("compare it as it is"),
            ),
        };
        if let Some(finding) = finding {
            self.report_later(finding, context);
        }
        Value::Run(Rc::new(Run::Member(run.clone(), meant)))
    }

    /// Warns of a comparison with something that a result never is.
    pub(super) fn check_literals(&mut self, operator: BinaryOperator, left: (&Value, &ast::Expr), right: (&Value, &ast::Expr), context: &Context) {
        let (((Value::Run(run), _), other) | (other, (Value::Run(run), _))) = (left, right) else { return };
        match (operator, other) {
            (BinaryOperator::Equal | BinaryOperator::NotEqual, (value, written)) => {
                self.check_literal(run, value, written.span, is_text(written), context)
            }
            (BinaryOperator::In, (Value::List(items), written)) if matches!(left.0, Value::Run(_)) => {
                for (at, item) in items.iter().enumerate() {
                    let element = match &written.kind {
                        ExprKind::List(elements) if elements.len() == items.len() => elements.get(at).map(|element| &element.value),
                        _ => None,
                    };
                    self.check_literal(run, item, element.unwrap_or(written).span, element.is_some_and(is_text), context);
                }
            }
            _ => {}
        }
    }

    fn check_literal(&mut self, run: &Run, value: &Value, span: Span, plain: bool, context: &Context) {
        let shape = run.shape();
        let Some(reason) = never(shape, value) else { return };
        let finding = Diagnostic::warning(codes::RESULT_LITERAL, format!("{} is never {}", described(run), self.describe(value)))
            .label(span, reason)
            .note("a question that is never answered with yes is asked until the time of its step is over");
        let values: Vec<&str> = shape.enumeration().collect();
        let near = match value {
            Value::Text(text) => suggest::nearest(text, values.iter().copied()),
            _ => None,
        };
        let finding = match near {
            Some(near) if plain => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, format!("\"{near}\"")),
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None if values.is_empty() => finding.help(format!("compare it with {}", kind_text(shape.kind()))),
            None => finding.help(format!("it is {}", super::call::listed(&values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>()))),
        };
        self.report_later(finding, context);
    }
}

/// Why a value of this form is never equal to one that is known now; none, if it may be.
fn never(shape: Shape, value: &Value) -> Option<String> {
    let kind = shape.kind();
    let differs = match (kind, value) {
        (ShapeKind::String, Value::Text(text)) => {
            let mut values = shape.enumeration().peekable();
            return (values.peek().is_some() && !values.any(|known| known == text)).then(|| "the API has no such value".to_string());
        }
        (ShapeKind::String | ShapeKind::Boolean, Value::Number(_)) | (ShapeKind::String, Value::Bool(_)) => true,
        (ShapeKind::Boolean | ShapeKind::Integer | ShapeKind::Number, Value::Text(_)) => true,
        (ShapeKind::Integer | ShapeKind::Number, Value::Bool(_)) => true,
        _ => false,
    };
    differs.then(|| format!("the API gives {}", kind_text(kind)))
}

fn is_text(written: &ast::Expr) -> bool {
    matches!(written.kind, ExprKind::String(_))
}

/// What is looked at, in words.
fn described(run: &Run) -> String {
    match run {
        Run::Member(_, name) => format!("`{name}`"),
        Run::Index(..) | Run::Element(..) => "an element of the result".to_string(),
        _ => "the result".to_string(),
    }
}
