//! From the grammar's pairs to expressions: precedence, what follows a value, and what the words mean.

use super::ast::{self, BinaryOperator, Expr, ExprKind, UnaryOperator};
use super::build::{Builder, Parts};
use super::{Pair, Rule};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use smol_str::SmolStr;

/// How deeply an expression may nest, operators and members in a row included: the later stages walk it recursively.
const MAXIMUM_NESTING: usize = 200;

/// The operator of this spelling.
pub(super) fn operator(text: &str) -> Option<BinaryOperator> {
    use BinaryOperator as Op;
    Some(match text {
        "or" => Op::Or,
        "and" => Op::And,
        "==" => Op::Equal,
        "!=" => Op::NotEqual,
        "<" => Op::Less,
        "<=" => Op::LessOrEqual,
        ">" => Op::Greater,
        ">=" => Op::GreaterOrEqual,
        "in" => Op::In,
        "+" => Op::Add,
        "-" => Op::Subtract,
        "*" => Op::Multiply,
        "/" => Op::Divide,
        "??" => Op::Otherwise,
        _ => return None,
    })
}

/// How tightly operators bind; `..` binds least.
const RANGE: u8 = 1;
const NOT: u8 = 5;
const MINUS: u8 = 9;

fn binding(text: &str) -> u8 {
    match text {
        ".." => RANGE,
        "??" => 2,
        "or" => 3,
        "and" => 4,
        "+" | "-" => 7,
        "*" | "/" => 8,
        _ => 6,
    }
}

impl Builder<'_> {
    /// Any value.
    pub fn expression(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::operation | Rule::sum => self.operation(pair),
            Rule::term => self.term(pair),
            Rule::choice => self.choice(pair),
            Rule::lambda => {
                let mut parameters = Vec::new();
                let mut body = None;
                for part in Parts::of(pair) {
                    match part.as_rule() {
                        Rule::declared => parameters.push(self.declared(&part)),
                        Rule::arrow | Rule::open_paren | Rule::close_paren => {}
                        _ => body = self.expression(part),
                    }
                }
                Some(Expr { span, kind: ExprKind::Lambda(parameters, Box::new(body?)) })
            }
            Rule::ask => {
                let mut parts = Parts::of(pair);
                let topic = parts.nth(1)?;
                let topic = self.expression(topic)?;
                let question = self.next_string(&mut parts)?;
                Some(Expr { span, kind: ExprKind::Ask(Box::new(topic), question) })
            }
            Rule::run => {
                let mut parts = Parts::of(pair);
                let function = parts.nth(1)?;
                let function = self.expression(function)?;
                parts.next()?;
                let effects = parts.map(|word| self.name(&word)).collect();
                Some(Expr { span, kind: ExprKind::Run(Box::new(function), effects) })
            }
            Rule::wait => {
                let mut parts = Parts::of(pair);
                let duration = parts.nth(1)?;
                let duration = self.expression(duration)?;
                let reason = self.next_string(&mut parts)?;
                Some(Expr { span, kind: ExprKind::Wait(Box::new(duration), reason) })
            }
            _ => self.primary(pair),
        }
    }

    /// Enters a level of nesting; reports the first one that is too many.
    fn enter(&mut self, levels: usize, span: Span) -> bool {
        let before = self.depth;
        self.depth += levels;
        if before <= MAXIMUM_NESTING && self.depth > MAXIMUM_NESTING {
            self.diagnostics.push(
                Diagnostic::error(codes::TOO_DEEP, format!("this expression nests more than {MAXIMUM_NESTING} deep"))
                    .label(span, "too many operators, members or brackets in a row")
                    .help("name a part of it with `let`"),
            );
        }
        self.depth <= MAXIMUM_NESTING
    }

    fn operation(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let items: Vec<Pair<'_>> = Parts::of(pair).collect();
        if items.len() == 1 {
            return self.expression(items.into_iter().next()?);
        }
        let operators = items.iter().filter(|item| item.as_rule() != Rule::term).count();
        let built = if self.enter(operators + 1, span) { self.climb(&mut items.into_iter().peekable(), 0) } else { None };
        self.depth -= operators + 1;
        Some(built.unwrap_or(Expr { span, kind: ExprKind::None }))
    }

    /// Operands joined by operators that bind at least as tightly as `least`.
    fn climb<'t>(&mut self, items: &mut std::iter::Peekable<std::vec::IntoIter<Pair<'t>>>, least: u8) -> Option<Expr> {
        let first = items.next()?;
        let start = self.span(&first);
        let mut left = match first.as_rule() {
            Rule::negation => {
                let operand = self.climb(items, NOT)?;
                Expr { span: start.to(operand.span), kind: ExprKind::Unary(UnaryOperator::Not, Box::new(operand)) }
            }
            Rule::minus => {
                let operand = self.climb(items, MINUS)?;
                Expr { span: start.to(operand.span), kind: ExprKind::Unary(UnaryOperator::Minus, Box::new(operand)) }
            }
            _ => self.expression(first)?,
        };
        while let Some(next) = items.peek() {
            let text = next.as_str().trim_ascii();
            let tight = binding(text);
            if tight < least {
                break;
            }
            let symbol = SmolStr::new(text);
            let place = items.next()?;
            let place = self.span(&place);
            let right = self.climb(items, tight + 1)?;
            let span = left.span.to(right.span);
            let (a, b) = (Box::new(left), Box::new(right));
            let kind = match operator(&symbol) {
                Some(operator) => {
                    self.check_blanks(&symbol, place);
                    ExprKind::Binary(operator, a, b)
                }
                None => ExprKind::Range(a, b),
            };
            left = Expr { span, kind };
        }
        Some(left)
    }

    /// Operators have blanks on both sides, so that `us-east-1` is one word.
    fn check_blanks(&mut self, symbol: &str, place: Span) {
        let bytes = self.source.as_bytes();
        let blank = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(u8::is_ascii_whitespace);
        let (before, after) = (blank((place.start as usize).checked_sub(1)), blank(Some(place.end as usize)));
        if before && after {
            return;
        }
        let mended = format!("{}{symbol}{}", if before { "" } else { " " }, if after { "" } else { " " });
        self.diagnostics.push(
            Diagnostic::error(codes::OPERATOR_SPACING, format!("`{symbol}` needs a blank on both sides"))
                .label(place, "a blank is missing")
                .note("a hyphen belongs to names of Regions and a slash to rates and networks, so operators stand apart")
                .help(format!("write ` {symbol} `"))
                .fix("add the blanks", place, mended),
        );
    }

    fn choice(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let operands: Vec<Pair<'_>> = Parts::of(pair).filter(|part| !matches!(part.as_rule(), Rule::k_if | Rule::k_then | Rule::k_else)).collect();
        let levels = operands.len();
        if !self.enter(levels, span) {
            self.depth -= levels;
            return Some(Expr { span, kind: ExprKind::None });
        }
        let built: Option<Vec<Expr>> = operands.into_iter().map(|operand| self.expression(operand)).collect();
        self.depth -= levels;
        let mut built = built?;
        let mut result = built.pop()?;
        while let (Some(then), Some(condition)) = (built.pop(), built.pop()) {
            let whole = if built.is_empty() { span } else { condition.span.to(result.span) };
            result = Expr { span: whole, kind: ExprKind::If(Box::new(condition), Box::new(then), Box::new(result)) };
        }
        Some(result)
    }

    /// A value with what follows it: members, arguments, indices.
    fn term(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let levels = pair.clone().into_inner().count();
        if !self.enter(levels, span) {
            self.depth -= levels;
            return Some(Expr { span, kind: ExprKind::None });
        }
        let mut parts = Parts::of(pair);
        let mut value = parts.next().and_then(|first| self.primary(first));
        for part in parts {
            let Some(base) = value.take() else { break };
            let span = base.span.to(self.span(&part));
            value = self.follow(base, part, span);
        }
        self.depth -= levels;
        value
    }

    fn follow(&mut self, base: Expr, part: Pair<'_>, span: Span) -> Option<Expr> {
        let base = Box::new(base);
        let kind = match part.as_rule() {
            Rule::member => {
                let optional = part.as_str().starts_with('?');
                let name = part.into_inner().next()?;
                ExprKind::Member { base, name: self.name(&name), optional }
            }
            Rule::arguments => {
                let mut arguments = Vec::new();
                for argument in Parts::of(part) {
                    if !matches!(argument.as_rule(), Rule::open_paren | Rule::close_paren) {
                        arguments.push(self.expression(argument)?);
                    }
                }
                ExprKind::Apply(base, arguments)
            }
            _ => {
                let index = Parts::of(part).nth(1)?;
                ExprKind::Index(base, Box::new(self.expression(index)?))
            }
        };
        Some(Expr { span, kind })
    }

    fn primary(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::string | Rule::raw_string | Rule::multi_string => ExprKind::String(self.string(pair)?),
            Rule::number => self.number(pair.as_str().trim_ascii_end(), span),
            Rule::bare => bare(pair.as_str().trim_ascii_end()),
            Rule::paren => {
                let inner = Parts::of(pair).nth(1)?;
                return self.expression(inner);
            }
            Rule::list => self.list(pair)?,
            Rule::comprehension => self.comprehension(pair)?,
            Rule::map => self.map(pair)?,
            Rule::call => ExprKind::Call(Box::new(self.call(Parts::of(pair), span)?)),
            _ => return None,
        };
        Some(Expr { span, kind })
    }

    fn list(&mut self, pair: Pair<'_>) -> Option<ExprKind> {
        let mut elements = Vec::new();
        let mut spread = false;
        for part in Parts::of(pair) {
            match part.as_rule() {
                Rule::open_square | Rule::close_square => {}
                Rule::spread => spread = true,
                _ => {
                    let value = self.expression(part)?;
                    elements.push(ast::Element { spread, value });
                    spread = false;
                }
            }
        }
        Some(ExprKind::List(elements))
    }

    fn comprehension(&mut self, pair: Pair<'_>) -> Option<ExprKind> {
        let mut parts = Parts::of(pair);
        let first = parts.nth(2)?;
        let first = self.declared(&first);
        let second = parts.next_of(Rule::declared).map(|name| self.declared(&name));
        parts.next()?;
        let over = self.next_expression(&mut parts)?;
        let condition = match parts.next_of(Rule::k_if) {
            Some(_) => Some(self.next_expression(&mut parts)?),
            None => None,
        };
        let value = self.next_expression(&mut parts)?;
        Some(ExprKind::Comprehension(Box::new(ast::Comprehension { first, second, over, condition, value })))
    }

    fn map(&mut self, pair: Pair<'_>) -> Option<ExprKind> {
        let mut entries = Vec::new();
        for part in Parts::of(pair) {
            if part.as_rule() == Rule::entry {
                entries.push(self.entry(part)?);
            }
        }
        Some(ExprKind::Map(entries))
    }

    fn entry(&mut self, pair: Pair<'_>) -> Option<ast::Entry> {
        let mut parts = Parts::of(pair);
        let first = parts.next()?;
        if first.as_rule() == Rule::spread {
            return Some(ast::Entry::Spread(self.next_expression(&mut parts)?));
        }
        let quoted = first.as_rule() == Rule::string;
        let key = if quoted { self.quoted_key(first)? } else { self.name(&first) };
        let separator = parts.next()?;
        if separator.as_rule() == Rule::equals {
            let at = self.span(&separator);
            let from = Span { start: key.span.end, ..at };
            self.diagnostics.push(
                Diagnostic::error(codes::WRONG_SEPARATOR, format!("the entry `{}` of a map is written with `:`, not with `=`", key.text))
                    .label(at, "`:` belongs here")
                    .note("where a value is expected, `{ ... }` is a map of `key: value`; a block after a header has `name = value`")
                    .help(format!("write `{}: ...`", key.text))
                    .fix("write `:`", from, ":"),
            );
        }
        let value = self.next_expression(&mut parts)?;
        Some(ast::Entry::Pair { key, quoted, value })
    }

    fn quoted_key(&mut self, pair: Pair<'_>) -> Option<ast::Name> {
        let span = self.span(&pair);
        let literal = self.string(pair)?;
        match literal.plain() {
            Some(text) => Some(ast::Name { text: SmolStr::new(text), span }),
            None => {
                self.error(
                    codes::BAD_STRING,
                    "the key of a map is a plain text",
                    span,
                    "values cannot stand in a key",
                    "make the map with `for`, or write the key out",
                );
                Some(ast::Name { text: SmolStr::default(), span })
            }
        }
    }
}

fn bare(text: &str) -> ExprKind {
    match text {
        "none" => ExprKind::None,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        _ if text.contains('-') => ExprKind::Hyphenated(SmolStr::new(text)),
        _ => ExprKind::Name(SmolStr::new(text)),
    }
}
