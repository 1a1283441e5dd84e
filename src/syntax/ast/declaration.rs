//! Declarations: kinds, headers, clauses, types.

use super::{Block, DocLine, Expr, Name, Statement, StringLiteral};
use crate::source::Span;

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
    /// `gather`
    Gather,
}

impl Kind {
    /// Every kind, in the order of the reference.
    pub const ALL: [Self; 25] = [
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
        Self::Gather,
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
            Self::Gather => "gather",
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

    /// The inputs that the block declares.
    #[must_use]
    pub fn inputs(&self) -> Vec<&Self> {
        self.statements()
            .iter()
            .filter_map(|statement| match statement {
                Statement::Declaration(input) if input.kind == Kind::Input => Some(input.as_ref()),
                _ => None,
            })
            .collect()
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
