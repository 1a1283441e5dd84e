//! Expressions and strings.

use super::{Call, Name};
use crate::source::Span;
use smol_str::SmolStr;

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `none`
    None,
    /// `true`
    Bool(bool),
    /// `42`, `1.5`
    Number(f64),
    /// `15min`, `8acu`, `99.9%`: the number and the unit
    Quantity(f64, SmolStr),
    /// `100/s`: the number and the unit of time
    Rate(f64, SmolStr),
    /// `10.0.0.0/16`
    Cidr(SmolStr),
    /// `us-east-1`
    Hyphenated(SmolStr),
    /// A string of any style.
    String(StringLiteral),
    /// A name or a context word (`here`, `self`, `regions`, `platform`, `from`, `to`, `peers`).
    Name(SmolStr),
    /// `[a, ...b]`
    List(Vec<Element>),
    /// `[for x in xs if c value]`
    Comprehension(Box<Comprehension>),
    /// `{ key: value, ...more }`
    Map(Vec<Entry>),
    /// `a..b`
    Range(Box<Expr>, Box<Expr>),
    /// `x => body`, `(x, y) => body`
    Lambda(Vec<Name>, Box<Expr>),
    /// `not x`, `-x`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a.b`, `a?.b`
    Member {
        /// `a`
        base: Box<Expr>,
        /// `b`
        name: Name,
        /// Whether `?.` was written.
        optional: bool,
    },
    /// `a[b]`
    Index(Box<Expr>, Box<Expr>),
    /// `f(x, y)`
    Apply(Box<Expr>, Vec<Expr>),
    /// `call s.o { ... }`
    Call(Box<Call>),
    /// `ask TOPIC "question"`: the value of a step only
    Ask(Box<Expr>, StringLiteral),
    /// `run FUNCTION is EFFECTS`: the value of a step only
    Run(Box<Expr>, Vec<Name>),
    /// `wait 60s "reason"`: the value of a step only
    Wait(Box<Expr>, StringLiteral),
}

/// One element of a list.
#[derive(Debug, Clone)]
pub struct Element {
    /// `...` before it.
    pub spread: bool,
    /// The value.
    pub value: Expr,
}

/// One entry of a map.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `key: value`
    Pair {
        /// The key.
        key: Name,
        /// Whether the key was written in quotes.
        quoted: bool,
        /// The value.
        value: Expr,
    },
    /// `...more`
    Spread(Expr),
}

/// `[for x in xs if c value]`.
#[derive(Debug, Clone)]
pub struct Comprehension {
    /// The element, or the key if there are two names.
    pub first: Name,
    /// The value of a map's entry.
    pub second: Option<Name>,
    /// What is walked.
    pub over: Expr,
    /// Which elements count.
    pub condition: Option<Expr>,
    /// What is made of each.
    pub value: Expr,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `not`
    Not,
    /// `-`
    Minus,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `??`: the right side where the left one is `none`
    Otherwise,
}

impl BinaryOperator {
    /// The operator as written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Otherwise => "??",
        }
    }
}

/// How a string was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringStyle {
    /// `"..."`
    Plain,
    /// `#"..."#`
    Raw,
    /// `"""` on lines of its own
    MultiLine,
}

/// A string with its interpolations.
#[derive(Debug, Clone)]
pub struct StringLiteral {
    /// The quotes included.
    pub span: Span,
    /// How it was written.
    pub style: StringStyle,
    /// Text (escapes resolved, indentation of multi-line strings removed) and values, in order.
    pub parts: Vec<StringPart>,
}

impl StringLiteral {
    /// The text, if nothing is interpolated.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [StringPart::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// A part of a string.
#[derive(Debug, Clone)]
pub enum StringPart {
    /// Characters.
    Text(String),
    /// `${expr}`
    Value(Expr),
}
