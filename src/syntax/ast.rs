//! The syntax tree: what was written, with a span for everything. Nothing is resolved, nothing is checked.
//!
//! The tree keeps the order of the text. Spelling (of numbers, strings, comments) is found through the spans, so the
//! formatter can give back exactly what it does not lay out anew.

use crate::source::{FileId, Span};
use smol_str::SmolStr;

/// One `.dr` file.
#[derive(Debug, Clone)]
pub struct File {
    /// The file's number.
    pub file: FileId,
    /// `//!` lines at the top, without the marks.
    pub doc: Vec<DocLine>,
    /// The top-level statements in the order of the text.
    pub statements: Vec<Statement>,
    /// All `//` comments (not the documentation), in the order of the text.
    pub comments: Vec<Span>,
}

/// One line of documentation (`///` or `//!`).
#[derive(Debug, Clone)]
pub struct DocLine {
    /// The line with its marks.
    pub span: Span,
    /// The text behind the marks, without the first blank.
    pub text: String,
}

/// A declared or mentioned name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// What may stand on a line of its own. Which of them may stand where is for the next stage to say.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `use std@1.{a, b}` or `use "./x.dr" as y`
    Use(Use),
    /// `allow DR0101 "reason"`
    Allow(Allow),
    /// `adjust a.b in R { ... }`
    Adjust(Adjust),
    /// `KIND NAME: TYPE in ... = VALUE { ... }`
    Declaration(Box<Declaration>),
    /// `name = value`
    Assign(Assign),
    /// `if c { ... } else { ... }`
    If(If),
    /// `for k, v in xs { ... }`
    For(For),
    /// `require c else "message" as "slug"` and `advise ...`
    Require(Require),
    /// `moved from NAME`
    Moved(Moved),
    /// `when max(x) over 1min > 1s for 2 of 3`
    When(When),
    /// `notify TOPIC`
    Notify(Notify),
    /// `on failure { ... }`
    On(On),
    /// `parallel { ... }`
    Parallel(Parallel),
    /// `done when CONDITION every 15s within 8min`
    DoneWhen(DoneWhen),
    /// `check c else "message"`
    Check(Check),
    /// `call service.operation { ... }` whose result nobody takes
    Call(Call),
    /// `start when ALARM`
    StartWhen(StartWhen),
    /// `approve TOPIC within 5min`
    Approve(Approve),
    /// `best_effort`
    BestEffort(Span),
}

impl Statement {
    /// The whole statement, its block included.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Use(node) => node.span,
            Self::Allow(node) => node.span,
            Self::Adjust(node) => node.span,
            Self::Declaration(node) => node.span,
            Self::Assign(node) => node.span,
            Self::If(node) => node.span,
            Self::For(node) => node.span,
            Self::Require(node) => node.span,
            Self::Moved(node) => node.span,
            Self::When(node) => node.span,
            Self::Notify(node) => node.span,
            Self::On(node) => node.span,
            Self::Parallel(node) => node.span,
            Self::DoneWhen(node) => node.span,
            Self::Check(node) => node.span,
            Self::Call(node) => node.span,
            Self::StartWhen(node) => node.span,
            Self::Approve(node) => node.span,
            Self::BestEffort(span) => *span,
        }
    }
}

/// `{ ... }` of statements.
#[derive(Debug, Clone)]
pub struct Block {
    /// From `{` to `}`.
    pub span: Span,
    /// The statements in order.
    pub statements: Vec<Statement>,
}

/// `use std@1.{a, b}` or `use "./x.dr" as y`.
#[derive(Debug, Clone)]
pub struct Use {
    /// The whole statement.
    pub span: Span,
    /// Where the modules come from.
    pub source: UseSource,
}

/// Where a `use` looks.
#[derive(Debug, Clone)]
pub enum UseSource {
    /// `std@1.{aurora, topic}`
    Library {
        /// The library's name (`std`).
        library: Name,
        /// The major version and its span, if it was written.
        version: Option<(u32, Span)>,
        /// The modules.
        modules: Vec<Name>,
    },
    /// `"./stores/redis.dr" as redis`
    File {
        /// The path as written.
        path: StringLiteral,
        /// The name behind `as`; without one the file's stem counts.
        alias: Option<Name>,
    },
}

/// `allow CODE "reason"`.
#[derive(Debug, Clone)]
pub struct Allow {
    /// The whole statement.
    pub span: Span,
    /// The code (`DR0405`) or the slug (`aurora/readers`).
    pub code: Name,
    /// Why the finding is accepted.
    pub reason: StringLiteral,
}

/// `adjust orders.cluster in standby { Property = value }`.
#[derive(Debug, Clone)]
pub struct Adjust {
    /// The whole statement.
    pub span: Span,
    /// The instance and the resource in it (two names or more).
    pub path: Vec<Name>,
    /// Which members (`in standby`); all without it.
    pub place: Option<Clause>,
    /// The properties.
    pub block: Block,
}

/// The first word of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `platform`
    Platform,
    /// `region`
    Region,
    /// `setting`
    Setting,
    /// `param`
    Param,
    /// `let`
    Let,
    /// `replica`
    Replica,
    /// `service`
    Service,
    /// `route`
    Route,
    /// `resource`
    Resource,
    /// `alarm`
    Alarm,
    /// `failover`
    Failover,
    /// `failback`
    Failback,
    /// `drill`
    Drill,
    /// `component`
    Component,
    /// `type`
    Type,
    /// `external` without another kind: `external zone: AWS::Route53::HostedZone { ... }`
    External,
    /// `group`
    Group,
    /// `input`
    Input,
    /// `output`
    Output,
    /// `metric`
    Metric,
    /// `grant`
    Grant,
    /// `condition`
    Condition,
    /// `action`
    Action,
    /// `step`
    Step,
}

impl Kind {
    /// Every kind, in the order of the reference.
    pub const ALL: [Self; 24] = [
        Self::Platform,
        Self::Region,
        Self::Setting,
        Self::Param,
        Self::Let,
        Self::Replica,
        Self::Service,
        Self::Route,
        Self::Resource,
        Self::Alarm,
        Self::Failover,
        Self::Failback,
        Self::Drill,
        Self::Component,
        Self::Type,
        Self::External,
        Self::Group,
        Self::Input,
        Self::Output,
        Self::Metric,
        Self::Grant,
        Self::Condition,
        Self::Action,
        Self::Step,
    ];

    /// The keyword.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Region => "region",
            Self::Setting => "setting",
            Self::Param => "param",
            Self::Let => "let",
            Self::Replica => "replica",
            Self::Service => "service",
            Self::Route => "route",
            Self::Resource => "resource",
            Self::Alarm => "alarm",
            Self::Failover => "failover",
            Self::Failback => "failback",
            Self::Drill => "drill",
            Self::Component => "component",
            Self::Type => "type",
            Self::External => "external",
            Self::Group => "group",
            Self::Input => "input",
            Self::Output => "output",
            Self::Metric => "metric",
            Self::Grant => "grant",
            Self::Condition => "condition",
            Self::Action => "action",
            Self::Step => "step",
        }
    }
}

/// `KIND NAME: TYPE CLAUSES = VALUE { BLOCK }`: the one header that all declarations share.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// From the first word (`pub`, `external` or the kind) to the end of the block.
    pub span: Span,
    /// The `///` lines above it.
    pub doc: Vec<DocLine>,
    /// `pub`
    pub public: Option<Span>,
    /// `external` before another kind (`external replica orders: ...`).
    pub external: Option<Span>,
    /// The kind.
    pub kind: Kind,
    /// Where the kind stands.
    pub kind_span: Span,
    /// The declared name.
    pub name: Name,
    /// The type behind `:`.
    pub ty: Option<TypeExpr>,
    /// `in ...`, `across ...`, `is ...`, in the order of the text.
    pub clauses: Vec<Clause>,
    /// The value behind `=`.
    pub value: Option<Expr>,
    /// The block.
    pub block: Option<Block>,
}

impl Declaration {
    /// The first clause with this word.
    #[must_use]
    pub fn clause(&self, word: ClauseWord) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.word == word)
    }

    /// The statements of the block; none without a block.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        self.block.as_ref().map_or(&[], |block| &block.statements)
    }

    /// The header alone: from the first word to the last one before `=` or `{`.
    #[must_use]
    pub fn header(&self) -> Span {
        let mut span = self.kind_span.to(self.name.span);
        if let Some(ty) = &self.ty {
            span = span.to(ty.span);
        }
        for clause in &self.clauses {
            span = span.to(clause.span);
        }
        span
    }
}

/// The word that opens a clause of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClauseWord {
    /// `in`: a copy in each Region
    In,
    /// `across`: one thing spread over Regions
    Across,
    /// `among`: each of these Regions may be lost
    Among,
    /// `from`: the Region that is left
    From,
    /// `to`: the Region that takes over
    To,
    /// `every`: how often a drill runs
    Every,
    /// `is`: what a component is, which effects an action has
    Is,
}

impl ClauseWord {
    /// The keyword.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Across => "across",
            Self::Among => "among",
            Self::From => "from",
            Self::To => "to",
            Self::Every => "every",
            Self::Is => "is",
        }
    }
}

/// `in both`, `every 1h`, `is lossy, traffic`.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The word and its value.
    pub span: Span,
    /// The word.
    pub word: ClauseWord,
    /// What follows it.
    pub value: ClauseValue,
}

/// What follows the word of a clause.
#[derive(Debug, Clone)]
pub enum ClauseValue {
    /// A place or a duration.
    Expr(Expr),
    /// The words behind `is`.
    Words(Vec<Name>),
}

/// A type as written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// The whole type.
    pub span: Span,
    /// The type without its `?`.
    pub kind: TypeKind,
    /// `?`: the value may be `none`.
    pub optional: bool,
}

/// The forms of a type.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `Duration(1d..35d)`, `network.Closed`, `List(String)`
    Named {
        /// One name, or module and name.
        path: Vec<Name>,
        /// What stands in the parentheses.
        arguments: Vec<TypeArgument>,
    },
    /// `AWS::KMS::Key`
    Resource(Name),
}

/// One argument of a type.
#[derive(Debug, Clone)]
pub enum TypeArgument {
    /// `List(String)`
    Type(TypeExpr),
    /// `String("[a-z]+")`, `OneOf("a", "b")`
    Text(StringLiteral),
    /// `Duration(1d..35d)`, `String(1..63)`
    Range(Expr),
}

/// `name = value`.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The whole statement.
    pub span: Span,
    /// The key.
    pub key: Name,
    /// The value.
    pub value: Expr,
}

/// `if c { ... } else if d { ... } else { ... }`.
#[derive(Debug, Clone)]
pub struct If {
    /// The whole statement.
    pub span: Span,
    /// The condition.
    pub condition: Expr,
    /// What counts if it holds.
    pub then: Block,
    /// What counts if not.
    pub otherwise: Option<Else>,
}

/// What follows `else`.
#[derive(Debug, Clone)]
pub enum Else {
    /// `else if`
    If(Box<If>),
    /// `else { ... }`
    Block(Block),
}

/// `for x in xs { ... }` or `for k, v in map { ... }`.
#[derive(Debug, Clone)]
pub struct For {
    /// The whole statement.
    pub span: Span,
    /// The element, or the key if there are two names.
    pub first: Name,
    /// The value of a map's entry.
    pub second: Option<Name>,
    /// What is walked.
    pub over: Expr,
    /// What is repeated.
    pub body: Block,
}

/// `require c else "message" as "slug"`, or `advise ...`.
#[derive(Debug, Clone)]
pub struct Require {
    /// The whole statement.
    pub span: Span,
    /// `advise`: a warning, not an error.
    pub advise: bool,
    /// What has to hold.
    pub condition: Expr,
    /// What is said if it does not.
    pub message: StringLiteral,
    /// The slug: `aurora/readers`.
    pub slug: StringLiteral,
}

/// `moved from NAME`.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The whole statement.
    pub span: Span,
    /// The old name.
    pub from: Name,
}

/// `when max(orders.lag) over 1min > 1s for 2 of 3`.
#[derive(Debug, Clone)]
pub struct When {
    /// The whole statement.
    pub span: Span,
    /// `max`, `sum`, `p99` ...
    pub statistic: Name,
    /// The metric.
    pub metric: Expr,
    /// The period.
    pub over: Expr,
    /// The comparison.
    pub comparison: BinaryOperator,
    /// The threshold.
    pub threshold: Expr,
    /// `for N of M`: the two numbers and their span.
    pub datapoints: Option<(u32, u32, Span)>,
}

/// `notify alerts`, with an optional text: `notify alerts "text"`.
#[derive(Debug, Clone)]
pub struct Notify {
    /// The whole statement.
    pub span: Span,
    /// Who is told.
    pub to: Expr,
    /// What they are told.
    pub message: Option<StringLiteral>,
}

/// `on failure { ... }`.
#[derive(Debug, Clone)]
pub struct On {
    /// The whole statement.
    pub span: Span,
    /// `failure`
    pub event: Name,
    /// What happens then.
    pub block: Block,
}

/// `parallel { ... }`.
#[derive(Debug, Clone)]
pub struct Parallel {
    /// The whole statement.
    pub span: Span,
    /// The steps.
    pub block: Block,
}

/// `done when writing every 15s within 8min`.
#[derive(Debug, Clone)]
pub struct DoneWhen {
    /// The whole statement.
    pub span: Span,
    /// The condition.
    pub condition: Expr,
    /// How often it is asked.
    pub every: Expr,
    /// How long.
    pub within: Expr,
}

/// `check c else "message"`.
#[derive(Debug, Clone)]
pub struct Check {
    /// The whole statement.
    pub span: Span,
    /// What has to hold at run time.
    pub condition: Expr,
    /// What is reported if it does not.
    pub message: StringLiteral,
}

/// `start when ALARM`.
#[derive(Debug, Clone)]
pub struct StartWhen {
    /// The whole statement.
    pub span: Span,
    /// The alarm.
    pub alarm: Expr,
}

/// `approve TOPIC within 5min`.
#[derive(Debug, Clone)]
pub struct Approve {
    /// The whole statement.
    pub span: Span,
    /// Who is asked.
    pub topic: Expr,
    /// How long.
    pub within: Expr,
}

/// `call rds.failoverGlobalCluster { ... } on [...] tolerates [...]`.
#[derive(Debug, Clone)]
pub struct Call {
    /// The whole call.
    pub span: Span,
    /// `rds`
    pub service: Name,
    /// `failoverGlobalCluster`
    pub operation: Name,
    /// The arguments: `Member = value`.
    pub block: Block,
    /// The resources that the call needs permission for, if the author names them.
    pub on: Option<Expr>,
    /// The errors that are taken as "already done".
    pub tolerates: Option<Expr>,
}

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
