//! Operators over values of any time.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Deploy, Run, TextPart, Value};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOperator, UnaryOperator};
use std::rc::Rc;

impl<'a> Expander<'a> {
    pub(super) fn evaluate_unary(&mut self, operator: UnaryOperator, operand: &'a ast::Expr, span: Span, context: &Context) -> Value {
        let value = self.evaluate(operand, context);
        let value = self.settle(value, operand.span, context);
        match (operator, value) {
            (UnaryOperator::Not, Value::Bool(value)) => Value::Bool(!value),
            (UnaryOperator::Not, Value::Run(run)) => Value::Run(Rc::new(Run::Not(run))),
            (UnaryOperator::Minus, Value::Number(number)) => Value::Number(-number),
            (UnaryOperator::Minus, Value::Quantity(amount, dimension)) => Value::Quantity(-amount, dimension),
            (_, Value::Error) => Value::Error,
            (UnaryOperator::Not, value @ Value::Deploy(_)) => {
                self.not_now(&value, "a condition", operand.span, context);
                Value::Error
            }
            (UnaryOperator::Not, other) => self.mismatch("Bool", &other, span, "`not` turns true into false", context),
            (UnaryOperator::Minus, other) => self.mismatch("a Number", &other, span, "`-` takes a number", context),
        }
    }

    pub(super) fn evaluate_binary(
        &mut self,
        operator: BinaryOperator,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        span: Span,
        context: &Context,
    ) -> Value {
        let first = self.evaluate(left, context);
        let first = self.settle(first, left.span, context);
        match operator {
            BinaryOperator::Otherwise => {
                return if matches!(first, Value::None) { self.evaluate(right, context) } else { first };
            }
            // What the left side decides, the right side does not change: `x != none and x.y == 1` is safe.
            BinaryOperator::And if matches!(first, Value::Bool(false)) => return Value::Bool(false),
            BinaryOperator::Or if matches!(first, Value::Bool(true)) => return Value::Bool(true),
            _ => {}
        }
        let second = self.evaluate(right, context);
        let second = self.settle(second, right.span, context);
        if matches!(first, Value::Error) || matches!(second, Value::Error) {
            return Value::Error;
        }
        if matches!(first, Value::Run(_)) || matches!(second, Value::Run(_)) {
            self.check_literals(operator, (&first, left), (&second, right), context);
            return self.run_binary(operator, first, second, span, context);
        }
        match operator {
            BinaryOperator::And | BinaryOperator::Or => self.logic(operator, &first, left.span, second, right.span, context),
            BinaryOperator::Equal | BinaryOperator::NotEqual => match self.equal(&first, &second) {
                // Lists and maps differ for sure only if what is known of them does; none of them is `none`.
                Some(false)
                    if matches!(first, Value::List(_) | Value::Map(_))
                        && !matches!(second, Value::None)
                        && self.too_late([&first, &second], "what is compared", span, context) =>
                {
                    Value::Error
                }
                Some(equal) => Value::Bool(equal == (operator == BinaryOperator::Equal)),
                None if matches!(first, Value::Deploy(_)) || matches!(second, Value::Deploy(_)) => {
                    let (value, at) = if matches!(first, Value::Deploy(_)) { (&first, left.span) } else { (&second, right.span) };
                    self.not_now(value, "what is compared", at, context);
                    Value::Error
                }
                None => self.bad_operands(operator, &first, &second, left.span, right.span, span, context),
            },
            BinaryOperator::In => self.contained(&first, &second, left.span, right.span, span, context),
            BinaryOperator::Less | BinaryOperator::LessOrEqual | BinaryOperator::Greater | BinaryOperator::GreaterOrEqual => {
                match amounts(&first, &second) {
                    Some((a, b)) => Value::Bool(match operator {
                        BinaryOperator::Less => a < b,
                        BinaryOperator::LessOrEqual => a <= b,
                        BinaryOperator::Greater => a > b,
                        _ => a >= b,
                    }),
                    None => self.bad_operands(operator, &first, &second, left.span, right.span, span, context),
                }
            }
            _ => self.arithmetic(operator, first, second, left.span, right.span, span, context),
        }
    }

    fn run_binary(&mut self, operator: BinaryOperator, first: Value, second: Value, span: Span, context: &Context) -> Value {
        if matches!(operator, BinaryOperator::Otherwise) {
            return self.fail(
                codes::RUN_VALUE,
                "`??` cannot look at a value known at run time",
                span,
                "not possible here",
                "a question that is asked at run time belongs into `check`, or into `holds` of a condition",
                context,
            );
        }
        let (first, second) = (self.as_run(first), self.as_run(second));
        Value::Run(Rc::new(Run::Binary(operator, first, second)))
    }

    fn logic(&mut self, operator: BinaryOperator, first: &Value, first_span: Span, second: Value, second_span: Span, context: &Context) -> Value {
        let Value::Bool(a) = first else {
            if matches!(first, Value::Deploy(_)) {
                self.not_now(first, "a condition", first_span, context);
                return Value::Error;
            }
            return self.mismatch("Bool", first, first_span, "`and` and `or` join conditions", context);
        };
        match second {
            Value::Bool(b) => Value::Bool(if operator == BinaryOperator::And { *a && b } else { *a || b }),
            value @ Value::Deploy(_) => {
                self.not_now(&value, "a condition", second_span, context);
                Value::Error
            }
            other => self.mismatch("Bool", &other, second_span, "`and` and `or` join conditions", context),
        }
    }

    /// Whether two values are equal; `None` if that cannot be said now or makes no sense.
    pub(super) fn equal(&self, first: &Value, second: &Value) -> Option<bool> {
        Some(match (first, second) {
            (Value::None, Value::None) => true,
            (Value::None, _) | (_, Value::None) => false,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Text(a), Value::Text(b)) | (Value::Cidr(a), Value::Cidr(b)) => a == b,
            (Value::Quantity(a, of), Value::Quantity(b, other)) if of == other => a == b,
            (Value::Region(a), Value::Region(b)) => a == b,
            (Value::Region(region), Value::Text(text)) | (Value::Text(text), Value::Region(region)) => self.model.regions.get(*region).code == *text,
            (Value::Instance(a, _), Value::Instance(b, _)) => a == b,
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.equal(a, b) == Some(true)),
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| self.equal(a, b) == Some(true)))
            }
            _ => return None,
        })
    }

    fn contained(&mut self, item: &Value, list: &Value, item_span: Span, list_span: Span, span: Span, context: &Context) -> Value {
        match (item, list) {
            (Value::Deploy(_), _) => {
                self.not_now(item, "what is looked for", item_span, context);
                Value::Error
            }
            (_, Value::List(items)) => {
                let found = items.iter().any(|candidate| self.equal(item, candidate) == Some(true));
                if !found && self.too_late([list], "what is compared", list_span, context) {
                    return Value::Error;
                }
                Value::Bool(found)
            }
            (Value::Text(key), Value::Map(map)) => Value::Bool(map.contains_key(key)),
            (_, Value::Range(ends)) => match (amounts(item, &ends.0), amounts(item, &ends.1)) {
                (Some((a, low)), Some((_, high))) => Value::Bool(low <= a && a <= high),
                _ => self.bad_operands(BinaryOperator::In, item, list, item_span, list_span, span, context),
            },
            _ => self.bad_operands(BinaryOperator::In, item, list, item_span, list_span, span, context),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both operands with their places")]
    fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        first: Value,
        second: Value,
        first_span: Span,
        second_span: Span,
        span: Span,
        context: &Context,
    ) -> Value {
        use BinaryOperator::{Add, Divide, Multiply, Subtract};
        if matches!(operator, Divide) && matches!(second, Value::Number(number) | Value::Quantity(number, _) if number == 0.0) {
            return self.fail(
                codes::OUT_OF_BOUNDS,
                "division by zero",
                span,
                "nothing can be divided by zero",
                "leave the division out where the divisor may be 0: `if n == 0 then 0 else a / n`",
                context,
            );
        }
        match (operator, &first, &second) {
            (Add, Value::Number(a), Value::Number(b)) => Value::Number(a + b),
            (Subtract, Value::Number(a), Value::Number(b)) => Value::Number(a - b),
            (Multiply, Value::Number(a), Value::Number(b)) => Value::Number(a * b),
            (Divide, Value::Number(a), Value::Number(b)) => Value::Number(a / b),
            (Add, Value::Quantity(a, of), Value::Quantity(b, other)) if of == other => Value::Quantity(a + b, *of),
            (Subtract, Value::Quantity(a, of), Value::Quantity(b, other)) if of == other => Value::Quantity(a - b, *of),
            (Divide, Value::Quantity(a, of), Value::Quantity(b, other)) if of == other => Value::Number(a / b),
            (Multiply, Value::Quantity(a, of), Value::Number(b)) | (Multiply, Value::Number(b), Value::Quantity(a, of)) => {
                Value::Quantity(a * b, *of)
            }
            (Divide, Value::Quantity(a, of), Value::Number(b)) => Value::Quantity(a / b, *of),
            (Add, Value::List(a), Value::List(b)) => Value::list(a.iter().chain(b.iter()).cloned().collect()),
            (Add, Value::Text(a), Value::Text(b)) => Value::text(format!("{a}{b}")),
            (Add, Value::Text(_) | Value::Deploy(_), Value::Text(_) | Value::Deploy(_)) => {
                let mut parts = Vec::new();
                for value in [first, second] {
                    match value {
                        Value::Text(text) => parts.push(TextPart::Literal(text.to_string())),
                        Value::Deploy(deploy) => push_part(&mut parts, &deploy),
                        _ => {}
                    }
                }
                Value::Deploy(Rc::new(Deploy::Text(parts)))
            }
            _ => self.bad_operands(operator, &first, &second, first_span, second_span, span, context),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both operands with their places")]
    fn bad_operands(
        &mut self,
        operator: BinaryOperator,
        first: &Value,
        second: &Value,
        first_span: Span,
        second_span: Span,
        _span: Span,
        context: &Context,
    ) -> Value {
        if matches!(first, Value::Error) || matches!(second, Value::Error) {
            return Value::Error;
        }
        for (value, at) in [(first, first_span), (second, second_span)] {
            if matches!(value, Value::Deploy(_)) {
                self.not_now(value, &format!("what `{}` looks at", operator.symbol()), at, context);
                return Value::Error;
            }
        }
        let units = matches!((first, second), (Value::Quantity(_, a), Value::Quantity(_, b)) if a != b)
            || matches!((first, second), (Value::Quantity(..), Value::Number(_)) | (Value::Number(_), Value::Quantity(..)));
        let code = if units { codes::UNIT_MISMATCH } else { codes::BAD_OPERANDS };
        let mut finding =
            Diagnostic::error(code, format!("`{}` does not fit between {} and {}", operator.symbol(), self.describe(first), self.describe(second)))
                .label(first_span, format!("this is {}", self.describe(first)))
                .secondary(second_span, format!("this is {}", self.describe(second)));
        let text = matches!(first, Value::Text(_)) || matches!(second, Value::Text(_));
        finding = finding.help(if units {
            "give both sides a unit of the same kind, for example `30s` and `1min`"
        } else if text && operator == BinaryOperator::Add {
            "write the value into the text: `\"queue-${number}\"`"
        } else {
            "give two values of one kind; `.length`, `.seconds` and the like make numbers"
        });
        self.report(finding, context);
        Value::Error
    }

    pub(super) fn make_range(&mut self, low: Value, high: Value, span: Span, context: &Context) -> Value {
        match (&low, &high) {
            (Value::Error, _) | (_, Value::Error) => Value::Error,
            _ => match amounts(&low, &high) {
                Some((a, b)) if a <= b => Value::Range(Rc::new((low, high))),
                Some(_) => self.fail(
                    codes::OUT_OF_BOUNDS,
                    "the range ends before it begins",
                    span,
                    "the first end is the greater one",
                    "write the smaller end first; both ends are included",
                    context,
                ),
                None if self.too_late([&low, &high], "the end of a range", span, context) => Value::Error,
                None => {
                    let (low, high) = (self.describe(&low), self.describe(&high));
                    self.fail(
                        codes::BAD_OPERANDS,
                        format!("a range needs two ends of one kind, found {low} and {high}"),
                        span,
                        "not a range",
                        "give both ends as numbers, or both with units of one kind: `2acu..64acu`",
                        context,
                    )
                }
            },
        }
    }
}

/// Both values as amounts of the same kind.
pub(super) fn amounts(first: &Value, second: &Value) -> Option<(f64, f64)> {
    match (first, second) {
        (Value::Number(a), Value::Number(b)) => Some((*a, *b)),
        (Value::Quantity(a, of), Value::Quantity(b, other)) if of == other => Some((*a, *b)),
        _ => None,
    }
}

/// Appends a deployment value to a text, so that texts never nest.
pub(super) fn push_part(parts: &mut Vec<TextPart>, deploy: &Rc<Deploy>) {
    match deploy.as_ref() {
        Deploy::Text(inner) => parts.extend(inner.iter().cloned()),
        _ => parts.push(TextPart::Value(deploy.clone())),
    }
}
