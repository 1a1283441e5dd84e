//! The syntax tree: what was written, with a span for everything. Nothing is resolved, nothing is checked.
//!
//! The tree keeps the order of the text. Spelling (of numbers, strings, comments) is found through the spans, so the
//! formatter can give back exactly what it does not lay out anew.

mod declaration;
mod expression;

use crate::source::{FileId, Span};
use smol_str::SmolStr;

pub use declaration::*;
pub use expression::*;

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
    /// `contribute a.b = [...]`
    Contribute(Contribute),
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
    /// `later { ... }`
    Later(Later),
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
    /// `takes 60s as "dns" "why"`, `assumes ...` and `usually 2min "why"`
    Delay(Delay),
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
            Self::Contribute(node) => node.span,
            Self::Moved(node) => node.span,
            Self::When(node) => node.span,
            Self::Notify(node) => node.span,
            Self::On(node) => node.span,
            Self::Parallel(node) => node.span,
            Self::Later(node) => node.span,
            Self::DoneWhen(node) => node.span,
            Self::Check(node) => node.span,
            Self::Call(node) => node.span,
            Self::StartWhen(node) => node.span,
            Self::Approve(node) => node.span,
            Self::Delay(node) => node.span,
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
    /// `fix NAME = VALUE`: an input, and what it has to be so that the condition holds.
    pub fix: Option<(Name, Expr)>,
}

/// `contribute network.wanted = [...]`: what this asks of another instance.
#[derive(Debug, Clone)]
pub struct Contribute {
    /// The whole statement.
    pub span: Span,
    /// The instance and what it gathers.
    pub path: Vec<Name>,
    /// A list.
    pub value: Expr,
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

/// `later { ... }`: what is added when the rest stands.
#[derive(Debug, Clone)]
pub struct Later {
    /// From `later` to the end.
    pub span: Span,
    /// Properties, or declarations.
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

/// What a delay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayWord {
    /// Passes though nobody waits for it.
    Takes,
    /// The same, where nobody publishes the figure.
    Assumes,
    /// How long the action takes on most days.
    Usually,
}

impl DelayWord {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Takes => "takes",
            Self::Assumes => "assumes",
            Self::Usually => "usually",
        }
    }
}

/// `takes 60s as "dns" "why"`, `assumes 60s as "steering" "why"`, `usually 2min "why"`.
#[derive(Debug, Clone)]
pub struct Delay {
    /// The whole statement.
    pub span: Span,
    /// Which of them.
    pub word: DelayWord,
    /// How long.
    pub duration: Expr,
    /// The part of the recovery; `usually` has none.
    pub part: Option<StringLiteral>,
    /// Why.
    pub reason: StringLiteral,
}

/// `call rds.failoverGlobalCluster { ... } on [...] tolerates [...] within 30s waits`.
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
    /// How long one attempt may take, if the author says so.
    pub within: Option<Expr>,
    /// `waits`: until somebody gives back the token that the call hands out.
    pub waits: Option<Span>,
}
