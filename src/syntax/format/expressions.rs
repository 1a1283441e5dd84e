//! Expressions: by precedence, with the parentheses that the tree needs and no others.

use super::super::ast::{BinaryOperator, Comprehension, Entry, Expr, ExprKind, StringStyle, UnaryOperator};
use super::printer::{Gap, Place, Printer, inside};
use super::stream::Token;
use crate::source::Span;

/// Anything that may stand behind `=`.
pub(super) const VALUE: u8 = 0;
/// Operations, but no `if` and no function.
pub(super) const OPERATION: u8 = 1;
/// The operand of a word that others may follow: no call with words of its own.
pub(super) const RANGE: u8 = 2;
const OTHERWISE: u8 = 3;
const OR: u8 = 4;
const AND: u8 = 5;
const NOT: u8 = 6;
const COMPARISON: u8 = 7;
/// Arithmetic.
pub(super) const SUM: u8 = 8;
const PRODUCT: u8 = 9;
const MINUS: u8 = 10;
/// A value with what stands directly behind it: `f(x)`, `a[b]`, `a.b`.
pub(super) const TERM: u8 = 11;

/// How tightly the outermost part of an expression binds.
fn level(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Lambda(..) | ExprKind::If(..) | ExprKind::Ask(..) | ExprKind::Run(..) | ExprKind::Wait(..) => VALUE,
        ExprKind::Call(call) if call.on.is_some() || call.tolerates.is_some() || call.within.is_some() || call.waits.is_some() => OPERATION,
        ExprKind::Range(..) => RANGE,
        ExprKind::Binary(operator, ..) => binding(*operator),
        ExprKind::Unary(UnaryOperator::Not, _) => NOT,
        ExprKind::Unary(UnaryOperator::Minus, _) => MINUS,
        _ => TERM,
    }
}

fn binding(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Otherwise => OTHERWISE,
        BinaryOperator::Or => OR,
        BinaryOperator::And => AND,
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual
        | BinaryOperator::In => COMPARISON,
        BinaryOperator::Add | BinaryOperator::Subtract => SUM,
        BinaryOperator::Multiply | BinaryOperator::Divide => PRODUCT,
    }
}

/// Whether the first word of an expression may be `-`.
fn starts_with_minus(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Unary(UnaryOperator::Minus, _) => true,
        ExprKind::Binary(_, first, _) | ExprKind::Range(first, _) => starts_with_minus(first),
        _ => false,
    }
}

/// The brackets or the string of several lines that an expression ends with, if it is nothing else but a function
/// around them: they may break while what stands before them stays on its line.
fn breakable_end(expr: &Expr) -> Option<Span> {
    match &expr.kind {
        ExprKind::Map(entries) if !entries.is_empty() => Some(expr.span),
        ExprKind::List(elements) if !elements.is_empty() => Some(expr.span),
        ExprKind::Comprehension(_) => Some(expr.span),
        ExprKind::String(literal) if literal.style == StringStyle::MultiLine => Some(expr.span),
        ExprKind::Lambda(_, body) => breakable_end(body),
        _ => None,
    }
}

/// The breakable end of the last value, if no other one has such an end.
fn only_breakable_end<'e>(values: impl DoubleEndedIterator<Item = &'e Expr>) -> Option<Span> {
    let mut backwards = values.rev();
    let end = breakable_end(backwards.next()?)?;
    backwards.all(|value| breakable_end(value).is_none()).then_some(end)
}

impl<'t> Printer<'t> {
    /// An expression, in parentheses if it binds less tightly than `least`.
    pub(super) fn expr(&mut self, expr: &'t Expr, least: u8) {
        if level(expr) < least { self.parentheses(expr) } else { self.bare(expr) }
    }

    fn parentheses(&mut self, expr: &'t Expr) {
        let group = self.open();
        self.text("(");
        self.push(Token::Indent);
        self.line("");
        let free = std::mem::replace(&mut self.free, true);
        self.bare(expr);
        self.free = free;
        self.push(Token::Dedent);
        self.line("");
        self.text(")");
        self.close(group, None);
    }

    fn bare(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Rate(..)
            | ExprKind::Cidr(_)
            | ExprKind::Hyphenated(_)
            | ExprKind::Name(_) => {
                let words = self.source(expr.span).trim();
                self.text(words);
            }
            ExprKind::String(literal) => {
                self.part = Some(self.here());
                self.verbatim(literal.span);
            }
            ExprKind::List(elements) => {
                let hug = match elements.as_slice() {
                    [element] => breakable_end(&element.value),
                    _ => None,
                };
                self.list(("[", "]"), inside(expr.span), elements, hug, Self::element_span, |printer, element| {
                    if element.spread {
                        printer.text("...");
                    }
                    printer.expr(&element.value, VALUE);
                });
            }
            ExprKind::Comprehension(node) => self.comprehension(node, expr.span),
            ExprKind::Map(entries) => {
                let group = self.open();
                self.braces(inside(expr.span), " ", entries, Self::entry_span, Self::entry);
                self.close(group, None);
                self.part = Some(group);
            }
            ExprKind::Range(first, last) => {
                self.expr(first, RANGE);
                let simple = level(first) >= MINUS && level(last) >= MINUS;
                self.text(if simple { ".." } else { " .. " });
                self.expr(last, OTHERWISE);
            }
            ExprKind::Lambda(parameters, body) => {
                let several = parameters.len() != 1;
                self.text(if several { "(" } else { "" });
                self.names(parameters, ", ");
                self.text(if several { ") => " } else { " => " });
                self.expr(body, VALUE);
            }
            ExprKind::Unary(UnaryOperator::Not, operand) => {
                self.text("not ");
                self.expr(operand, NOT);
            }
            ExprKind::Unary(UnaryOperator::Minus, operand) => {
                self.text("-");
                self.expr(operand, TERM);
            }
            ExprKind::Binary(operator, ..) => self.operation(expr, binding(*operator)),
            ExprKind::If(..) => self.choice(expr),
            ExprKind::Member { .. } | ExprKind::Index(..) | ExprKind::Apply(..) => self.term(expr),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Ask(topic, question) => self.step("ask ", topic, question.span),
            ExprKind::Wait(duration, reason) => self.step("wait ", duration, reason.span),
            ExprKind::Run(function, effects) => {
                self.text("run ");
                self.expr(function, TERM);
                self.text(" is ");
                self.names(effects, ", ");
            }
        }
    }

    fn step(&mut self, word: &'static str, value: &'t Expr, text: Span) {
        self.text(word);
        self.expr(value, TERM);
        self.text(" ");
        self.verbatim(text);
    }

    /// A value with what stands directly behind it.
    fn term(&mut self, expr: &'t Expr) {
        let mut followers = Vec::new();
        let mut base = expr;
        while let ExprKind::Member { base: inner, .. } | ExprKind::Index(inner, _) | ExprKind::Apply(inner, _) = &base.kind {
            followers.push(base);
            base = inner;
        }
        self.expr(base, TERM);
        for follower in followers.into_iter().rev() {
            match &follower.kind {
                ExprKind::Member { name, optional, .. } => {
                    self.text(if *optional { "?." } else { "." });
                    self.name(name);
                }
                ExprKind::Index(_, index) => {
                    self.text("[");
                    let free = std::mem::replace(&mut self.free, true);
                    self.expr(index, VALUE);
                    self.free = free;
                    self.text("]");
                }
                ExprKind::Apply(base, arguments) => {
                    let place = (base.span.range().end, follower.span.range().end.saturating_sub(1));
                    let hug = only_breakable_end(arguments.iter());
                    let span = |_: &Self, argument: &Expr| (argument.span.range().start, argument.span.range().end);
                    self.list(("(", ")"), place, arguments, hug, span, |printer, argument| printer.expr(argument, VALUE));
                }
                _ => {}
            }
        }
    }

    /// Operands joined by operators that bind equally: on one line, or a line each.
    fn operation(&mut self, expr: &'t Expr, tight: u8) {
        let mut operands = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(operator, left, right) = &first.kind
            && binding(*operator) == tight
        {
            operands.push((*operator, &**right));
            first = left;
        }
        operands.reverse();
        let hug = only_breakable_end(std::iter::once(first).chain(operands.iter().map(|(_, operand)| *operand)));
        let group = self.open();
        let outside = self.break_here();
        self.expr(first, tight);
        if !outside {
            self.push(Token::Indent);
        }
        for (operator, operand) in operands {
            self.text(" ");
            self.text(operator.symbol());
            self.line(" ");
            self.expr(operand, tight + 1);
        }
        self.end_break(outside);
        let part = self.part.filter(|_| hug.is_some());
        self.close(group, part);
    }

    /// Before something that may break although it stands in no brackets: it gets parentheses if it does.
    fn break_here(&mut self) -> bool {
        let outside = !std::mem::replace(&mut self.free, true);
        if outside {
            self.push(Token::Broken("("));
            self.push(Token::Indent);
            self.line("");
        }
        outside
    }

    fn end_break(&mut self, outside: bool) {
        self.push(Token::Dedent);
        if outside {
            self.free = false;
            self.line("");
            self.push(Token::Broken(")"));
        }
    }

    /// `if a then b else if c then d else e`
    fn choice(&mut self, expr: &'t Expr) {
        let group = self.open();
        let outside = self.break_here();
        if !outside {
            self.push(Token::Indent);
        }
        let mut rest = expr;
        while let ExprKind::If(condition, then, otherwise) = &rest.kind {
            self.text("if ");
            self.expr(condition, OPERATION);
            self.line(" ");
            self.text("then ");
            self.expr(then, OPERATION);
            self.line(" ");
            self.text("else ");
            rest = otherwise;
        }
        self.expr(rest, OPERATION);
        self.end_break(outside);
        self.close(group, None);
    }

    fn comprehension(&mut self, node: &'t Comprehension, place: Span) {
        let (start, end) = inside(place);
        let hug = breakable_end(&node.value);
        let comments = self.commented(start, end) > self.taken(node.value.span.range().start, hug);
        let group = self.open();
        self.text("[");
        if comments {
            self.push(Token::Force);
        }
        let free = std::mem::replace(&mut self.free, true);
        self.push(Token::Indent);
        let mut gap = Gap { after: start, before: node.first.span.range().start, place: Place::First, comments, flat: "" };
        self.gap(gap);
        self.text("for ");
        self.pair(&node.first, node.second.as_ref());
        self.text(" in ");
        self.expr(&node.over, OPERATION);
        gap = Gap { after: node.over.span.range().end, place: Place::Between, flat: " ", ..gap };
        if let Some(condition) = &node.condition {
            self.gap(Gap { before: condition.span.range().start, ..gap });
            self.text("if ");
            self.expr(condition, OPERATION);
            gap.after = condition.span.range().end;
        }
        self.gap(Gap { before: node.value.span.range().start, ..gap });
        let ambiguous = starts_with_minus(&node.value) || (node.condition.is_none() && level(&node.value) == VALUE);
        self.expr(&node.value, if ambiguous { TERM } else { VALUE });
        let part = self.part.filter(|_| hug.is_some());
        self.last_gap(Gap { after: node.value.span.range().end, before: end, flat: "", ..gap });
        self.free = free;
        self.text("]");
        self.close(group, part);
        self.part = Some(group);
    }

    fn element_span(&self, element: &super::super::ast::Element) -> (usize, usize) {
        let range = element.value.span.range();
        (if element.spread { self.spread_start(range.start) } else { range.start }, range.end)
    }

    fn entry_span(&self, entry: &Entry) -> (usize, usize) {
        match entry {
            Entry::Pair { key, value, .. } => (key.span.range().start, value.span.range().end),
            Entry::Spread(value) => (self.spread_start(value.span.range().start), value.span.range().end),
        }
    }

    fn entry(&mut self, entry: &'t Entry) {
        match entry {
            Entry::Pair { key, value, .. } => self.item(None, |printer| {
                printer.name(key);
                printer.text(": ");
                printer.expr(value, VALUE);
            }),
            Entry::Spread(value) => self.item(None, |printer| {
                printer.text("...");
                printer.expr(value, VALUE);
            }),
        }
    }
}
