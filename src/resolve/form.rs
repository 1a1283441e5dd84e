//! The form of a file: which statement stands where, and which parts a header has. What nothing would ever read is
//! reported here, also in a component that no platform uses, so that no later stage drops it in silence.

use super::Modules;
use super::header;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::syntax;
use crate::syntax::ast::{self, Block, ClauseWord, Declaration, ExprKind, Kind, Statement, StringLiteral};
use smol_str::SmolStr;

/// What a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Platform,
    Module,
    Group,
    /// `if` or `for` at the top of the platform file.
    Branch,
    Component,
    ComponentBranch,
    Type,
    PlatformBlock,
    Instance,
    Resource,
    ResourceBranch,
    Adjust,
    Alarm,
    Plan,
    Parallel,
    OnFailure,
    Step,
    Metric,
    Grant,
    Condition,
    Action,
    Call,
    /// The block of a kind that has none: its header says so.
    Nothing,
}

impl Place {
    /// What stands in the block of a kind.
    fn inside(kind: Kind) -> Self {
        match kind {
            Kind::Platform => Self::PlatformBlock,
            Kind::Replica | Kind::Service | Kind::Route => Self::Instance,
            Kind::Resource | Kind::External => Self::Resource,
            Kind::Alarm => Self::Alarm,
            Kind::Failover | Kind::Failback | Kind::Drill => Self::Plan,
            Kind::Component => Self::Component,
            Kind::Type => Self::Type,
            Kind::Group => Self::Group,
            Kind::Metric => Self::Metric,
            Kind::Grant => Self::Grant,
            Kind::Condition => Self::Condition,
            Kind::Action => Self::Action,
            Kind::Step => Self::Step,
            Kind::Region | Kind::Setting | Kind::Param | Kind::Let | Kind::Input | Kind::Output | Kind::Gather => Self::Nothing,
        }
    }

    /// What stands in an `if` or `for` here.
    fn branch(self) -> Self {
        match self {
            Self::Platform => Self::Branch,
            Self::Component => Self::ComponentBranch,
            Self::Resource => Self::ResourceBranch,
            other => other,
        }
    }

    fn takes_kind(self, kind: Kind) -> bool {
        use Kind as K;
        let thing =
            matches!(kind, K::Let | K::Replica | K::Service | K::Route | K::Resource | K::External | K::Alarm | K::Failover | K::Failback | K::Drill);
        match self {
            Self::Platform => {
                thing || matches!(kind, K::Platform | K::Region | K::Setting | K::Param | K::Component | K::Type | K::Group | K::Output)
            }
            Self::Module => matches!(kind, K::Let | K::Component | K::Type),
            Self::Group => thing,
            Self::Branch => thing || matches!(kind, K::Group | K::Output),
            Self::Component => thing || matches!(kind, K::Input | K::Output | K::Metric | K::Grant | K::Condition | K::Action | K::Gather),
            Self::ComponentBranch => thing || matches!(kind, K::Output | K::Metric | K::Grant | K::Condition | K::Action),
            Self::Type => matches!(kind, K::Input | K::Output | K::Metric | K::Grant | K::Action | K::Gather),
            Self::Plan | Self::Parallel => kind == K::Step,
            Self::Condition => matches!(kind, K::Let | K::Input),
            Self::Action => matches!(kind, K::Let | K::Input),
            _ => false,
        }
    }

    fn takes(self, statement: &Statement) -> bool {
        let top = matches!(self, Self::Platform | Self::Group | Self::Branch);
        let component = matches!(self, Self::Component | Self::ComponentBranch);
        match statement {
            Statement::Declaration(declaration) => self.takes_kind(declaration.kind),
            Statement::Use(_) => matches!(self, Self::Platform | Self::Module),
            Statement::Allow(_) => !matches!(self, Self::Call),
            Statement::Adjust(_) | Statement::Contribute(_) => top || component,
            Statement::Require(_) => top || component || self == Self::Action,
            Statement::Assign(assign) => match assign.key.text.as_str() {
                "layer" => !matches!(self, Self::ComponentBranch | Self::ResourceBranch | Self::Adjust) && !self.has_no_keys(),
                _ => self != Self::ComponentBranch && !self.has_no_keys(),
            },
            Statement::If(_) | Statement::For(_) if top || component || self == Self::Action => true,
            Statement::If(_) => matches!(self, Self::Resource | Self::ResourceBranch | Self::Adjust),
            Statement::Later(_) => top || component || matches!(self, Self::Resource | Self::ResourceBranch | Self::Adjust),
            Statement::Moved(_) => matches!(self, Self::Instance | Self::Resource | Self::Alarm | Self::Plan),
            Statement::When(_) => self == Self::Alarm,
            Statement::Notify(_) => matches!(self, Self::Alarm | Self::OnFailure),
            Statement::On(_) | Statement::Parallel(_) | Statement::StartWhen(_) | Statement::Approve(_) => self == Self::Plan,
            Statement::DoneWhen(_) | Statement::Check(_) | Statement::Call(_) => self == Self::Action,
            Statement::Delay(node) => self == Self::Action || self == Self::Component && node.part.is_some(),
            Statement::BestEffort(_) => self == Self::Step,
            Statement::For(_) => false,
        }
    }

    fn has_no_keys(self) -> bool {
        matches!(
            self,
            Self::Platform | Self::Module | Self::Group | Self::Branch | Self::Type | Self::Alarm | Self::Parallel | Self::OnFailure | Self::Action
        )
    }

    /// What stands here instead.
    fn help(self) -> &'static str {
        match self {
            Self::Platform => "at the top of a platform file stand declarations: `replica`, `service`, `alarm`, `failover` ...",
            Self::Module => "a module defines components, types and values; put this into a component or into the platform file",
            Self::Group => "a group holds replicas, services, routes, resources, alarms, plans and values",
            Self::Branch => "in `if` and `for` stand replicas, services, routes, resources, alarms, plans, outputs and values",
            Self::Component => "in a component stand inputs, resources, outputs, metrics, grants, conditions, actions and what it gathers",
            Self::ComponentBranch => {
                "inputs, `gather` and `layer` stand directly in the component; what is conditional are resources, values, instances ..."
            }
            Self::Type => "a type says which outputs, metrics, grants and actions are needed of an instance, or which inputs a record has",
            Self::PlatformBlock => "a platform has `name = value` lines only",
            Self::Instance => "an instance has `input = value` lines only",
            Self::Resource => "a resource has `Property = value` lines, and `if` or `later` around them",
            Self::ResourceBranch => "`layer` and `moved from` stand directly in the block; properties may stand in `if`",
            Self::Adjust => "`adjust` has `Property = value` lines, `depends_on`, `deletion` and `watches`",
            Self::Alarm => "an alarm has one `when` and any number of `notify`",
            Self::Plan => "a plan has steps, `parallel`, `on failure`, `start` and `decide`",
            Self::Parallel => "side by side stand steps only",
            Self::OnFailure => "on failure somebody is told: `notify alerts`",
            Self::Step => "a step has `within` and `best_effort`",
            Self::Metric => "a metric has `unit`, `dimensions` and `published`",
            Self::Grant => "a grant has `actions`, `on`, `reach`, `keys` and `endpoints`",
            Self::Condition => "a condition has `input`, `let` and `holds`",
            Self::Action => "an action has `let`, `call`, `check`, `done when`, `if` and `for`",
            Self::Call => "a call has `Member = value` lines",
            Self::Nothing => "this kind of declaration has no block",
        }
    }
}

/// Checks all files of a program.
pub fn check(modules: &Modules, diagnostics: &mut Diagnostics) {
    for (number, module) in modules.list.iter().enumerate() {
        let place = if number == modules.entry { Place::Platform } else { Place::Module };
        statements(&module.tree.statements, place, diagnostics);
    }
}

fn statements(list: &[Statement], place: Place, diagnostics: &mut Diagnostics) {
    once(list, place, diagnostics);
    for statement in list {
        if !place.takes(statement) {
            misplaced(statement, place, diagnostics);
            continue;
        }
        inside(statement, place, diagnostics);
    }
}

fn misplaced(statement: &Statement, place: Place, diagnostics: &mut Diagnostics) {
    let finding = match statement {
        Statement::Declaration(declaration) => {
            let word = declaration.kind.word();
            let label = match declaration.kind {
                Kind::Step => "a step belongs into a plan".to_string(),
                Kind::Output => "`output` belongs to the top of the platform file, or into a component".to_string(),
                Kind::Input | Kind::Metric | Kind::Grant | Kind::Condition | Kind::Action | Kind::Gather => {
                    format!("`{word}` belongs into a component")
                }
                Kind::Platform | Kind::Region | Kind::Setting | Kind::Param | Kind::Component | Kind::Type | Kind::Group => {
                    format!("`{word}` stands at the top of a file")
                }
                _ => "not possible here".to_string(),
            };
            Diagnostic::error(codes::MISPLACED, format!("`{word}` cannot stand here")).label(declaration.header(), label)
        }
        Statement::Assign(assign) if syntax::form(&assign.key.text).is_some() => {
            let word = &assign.key.text;
            diagnostics.push(
                Diagnostic::error(codes::BAD_HEADER, format!("the {word} has no name"))
                    .label(assign.key.span, "which name?")
                    .help(format!("`{word}` is written {}", syntax::form(word).unwrap_or_default())),
            );
            return;
        }
        Statement::Assign(assign) if matches!(place, Place::Platform | Place::Module | Place::Group | Place::Branch) => {
            let name = &assign.key.text;
            let region = matches!(&assign.value.kind, ast::ExprKind::Hyphenated(code) if crate::aws::regions::find(code).is_some());
            let word = if region { "region" } else { "let" };
            Diagnostic::error(codes::MISPLACED, format!("`{name}` is set, but not declared"))
                .label(assign.key.span, "what is it?")
                .help(format!("write `{word} {name} = ...`"))
                .fix(format!("write `{word}`"), Span { end: assign.key.span.start, ..assign.key.span }, format!("{word} "))
        }
        other => Diagnostic::error(codes::MISPLACED, "this statement cannot stand here").label(other.span(), "not possible here"),
    };
    // What is said about this statement is better than what is said about the place.
    let finding = if finding.help.is_some() { finding } else { finding.help(place.help()) };
    diagnostics.push(finding);
}

/// What stands in a statement that is at its place.
fn inside(statement: &Statement, place: Place, diagnostics: &mut Diagnostics) {
    match statement {
        Statement::Declaration(declaration) => declaration_form(declaration, place, diagnostics),
        Statement::If(node) => branches(node, place.branch(), diagnostics),
        Statement::For(node) => statements(&node.body.statements, place.branch(), diagnostics),
        Statement::On(node) => statements(&node.block.statements, Place::OnFailure, diagnostics),
        Statement::Parallel(node) => statements(&node.block.statements, Place::Parallel, diagnostics),
        Statement::Later(node) => statements(&node.block.statements, place.branch(), diagnostics),
        Statement::Call(node) => call(node, diagnostics),
        Statement::Adjust(node) => {
            if let Some(clause) = node.place.as_ref().filter(|clause| clause.word != ClauseWord::In) {
                diagnostics.push(
                    Diagnostic::error(codes::BAD_HEADER, format!("`adjust` has no `{}` in its header", clause.word.word()))
                        .label(clause.span, "does not belong here")
                        .help("say in which members with `in`, or leave it out for all of them"),
                );
            }
            statements(&node.block.statements, Place::Adjust, diagnostics);
        }
        Statement::Allow(node) if node.reason.plain().is_none_or(|reason| reason.trim().is_empty()) => {
            diagnostics.push(
                Diagnostic::error(codes::BAD_STRING, "the reason of an `allow` is a plain text")
                    .label(node.reason.span, "why is the finding accepted?")
                    .help(format!("write `allow {} \"reason\"`", node.code.text)),
            );
        }
        Statement::Require(node) => slug(&node.slug, diagnostics),
        _ => {}
    }
}

fn branches(node: &ast::If, place: Place, diagnostics: &mut Diagnostics) {
    statements(&node.then.statements, place, diagnostics);
    match &node.otherwise {
        Some(ast::Else::If(next)) => branches(next, place, diagnostics),
        Some(ast::Else::Block(block)) => statements(&block.statements, place, diagnostics),
        None => {}
    }
}

fn call(node: &ast::Call, diagnostics: &mut Diagnostics) {
    statements(&node.block.statements, Place::Call, diagnostics);
}

/// A slug is a plain text of lower-case words: `store/readers`.
fn slug(literal: &StringLiteral, diagnostics: &mut Diagnostics) {
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
    let good = literal.plain().is_some_and(|text| text.contains('/') && text.split('/').all(word));
    if !good {
        diagnostics.push(
            Diagnostic::error(codes::BAD_STRING, "a slug is a plain text of two words or more")
                .label(literal.span, "not a slug")
                .help("write module and rule in small letters, for example \"store/readers\""),
        );
    }
}

fn declaration_form(declaration: &Declaration, place: Place, diagnostics: &mut Diagnostics) {
    header::check(declaration, place == Place::Type, diagnostics);
    if let Some(ExprKind::Call(node)) = declaration.value.as_ref().map(|value| &value.kind) {
        call(node, diagnostics);
    }
    let Some(Block { statements: list, .. }) = &declaration.block else { return };
    let place = Place::inside(declaration.kind);
    if place != Place::Nothing {
        statements(list, place, diagnostics);
    }
}

/// Keys that count once, and the one condition of an alarm.
fn once(list: &[Statement], place: Place, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<(&SmolStr, crate::source::Span)> = Vec::new();
    let mut condition = None;
    // Whoever expands these looks beyond the block: properties meet across `if`, inputs belong to their instance.
    let elsewhere = matches!(place, Place::Instance | Place::Resource | Place::ResourceBranch | Place::Adjust);
    for statement in list {
        match statement {
            Statement::Assign(assign) => {
                let ours = !assign.key.text.starts_with(|first: char| first.is_ascii_uppercase());
                if elsewhere && (place == Place::Instance || !ours) {
                    continue;
                }
                match seen.iter().find(|(known, _)| **known == assign.key.text) {
                    Some((_, first)) if !elsewhere || ours => diagnostics.push(
                        Diagnostic::error(codes::DUPLICATE_PROPERTY, format!("`{}` is set twice", assign.key.text))
                            .label(assign.key.span, "set again here")
                            .secondary(*first, "first set here"),
                    ),
                    _ => seen.push((&assign.key.text, assign.key.span)),
                }
            }
            Statement::When(node) => match condition {
                Some(first) => diagnostics.push(
                    Diagnostic::error(codes::MISPLACED, "an alarm has one condition")
                        .label(node.span, "a second one")
                        .secondary(first, "the first one")
                        .help("make a second alarm of it"),
                ),
                None => condition = Some(node.span),
            },
            _ => {}
        }
    }
}
