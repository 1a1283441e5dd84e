//! Strings with values in them.

use super::operators::push_part;
use super::weigh::weight;
use super::{Context, Expander};
use crate::diag::codes;
use crate::model::value::{Deploy, Run, TextPart, Value, number_text};
use crate::source::Span;
use crate::syntax::ast::{self, StringPart};
use std::rc::Rc;

impl<'a> Expander<'a> {
    pub(super) fn evaluate_string(&mut self, literal: &'a ast::StringLiteral, context: &Context) -> Value {
        if let Some(text) = literal.plain() {
            return Value::text(text);
        }
        let mut parts: Vec<TextPart> = Vec::new();
        let mut run: Vec<Run> = Vec::new();
        let mut at_run = false;
        let mut length = 0;
        for part in &literal.parts {
            match part {
                StringPart::Text(text) => {
                    parts.push(TextPart::Literal(text.clone()));
                    run.push(Run::Known(Value::text(text)));
                }
                StringPart::Value(expression) => {
                    let value = self.evaluate(expression, context);
                    let value = self.text_of(value, expression.span, context);
                    if !self.spend(weight(&value), expression.span, context) {
                        return Value::Error;
                    }
                    match value {
                        Value::Text(text) => {
                            length += text.len();
                            if !self.text_fits(length, expression.span, context) {
                                return Value::Error;
                            }
                            run.push(Run::Known(Value::Text(text.clone())));
                            parts.push(TextPart::Literal(text.to_string()));
                        }
                        Value::Deploy(deploy) => {
                            run.push(Run::Known(Value::Deploy(deploy.clone())));
                            push_part(&mut parts, &deploy);
                        }
                        Value::Run(value) => {
                            at_run = true;
                            run.push(value.as_ref().clone());
                        }
                        _ => return Value::Error,
                    }
                }
            }
        }
        if at_run {
            return Value::Run(Rc::new(Run::Text(run)));
        }
        join_parts(parts)
    }

    /// A value as part of a text: a text, a deployment value or a run value.
    pub(super) fn text_of(&mut self, value: Value, span: Span, context: &Context) -> Value {
        let value = self.settle(value, span, context);
        match value {
            Value::Text(_) | Value::Run(_) | Value::Error => value,
            Value::Deploy(deploy) => {
                if let Deploy::Parameter(id, _) = deploy.as_ref()
                    && self.model.parameters.get(*id).secret
                {
                    let name = self.model.parameters.get(*id).name.clone();
                    return self.fail(
                        codes::SECRET,
                        format!("the secret `{name}` would be readable as a part of this text"),
                        span,
                        "a secret stands alone, never in a text",
                        "give the secret to a property as it is, or keep it in a secret store and name that",
                        context,
                    );
                }
                Value::Deploy(deploy)
            }
            Value::Number(number) => Value::text(number_text(number)),
            Value::Bool(value) => Value::text(value.to_string()),
            Value::Cidr(text) => Value::Text(text),
            Value::Region(region) => Value::Text(self.model.regions.get(region).code.clone()),
            Value::Platform => Value::Text(self.model.platform.name.clone()),
            Value::Quantity(..) => self.mismatch("a text", &value, span, "say in which unit: `.seconds`, `.minutes`, `.gib` ...", context),
            Value::Instance(..) => self.mismatch("a text", &value, span, "name an output of it, or `.name`", context),
            Value::Family(_) | Value::Resource(_) => self.mismatch("a text", &value, span, "write `.ref`, `.arn` or an attribute behind it", context),
            Value::File(_) => self.mismatch("a text", &value, span, "write `.text` or `.name` behind it", context),
            Value::None => self.fail(
                codes::MAYBE_NONE,
                "this value is `none` and cannot be part of a text",
                span,
                "`none` here",
                "write `?? \"text\"` behind it for another value, or leave the text out with `if`",
                context,
            ),
            other => self.mismatch("a text", &other, span, "only texts, numbers and Regions can stand in a text", context),
        }
    }
}

/// Joins parts: a text if all are known now, else a deployment value.
pub(super) fn join_parts(parts: Vec<TextPart>) -> Value {
    let mut joined: Vec<TextPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(TextPart::Literal(last)), TextPart::Literal(next)) => last.push_str(&next),
            (_, part) => joined.push(part),
        }
    }
    match joined.as_slice() {
        [] => Value::text(""),
        [TextPart::Literal(text)] => Value::text(text),
        [TextPart::Value(deploy)] => Value::Deploy(deploy.clone()),
        _ => Value::Deploy(Rc::new(Deploy::Text(joined))),
    }
}
