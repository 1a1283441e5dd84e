//! The environment file: `NAME = VALUE` lines for the settings and parameters of a platform, and nothing else.

use super::Modules;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::{Origin, SourceMap, Span};
use crate::syntax::{self, ast};
use ast::{Assign, Declaration, Entry, Expr, ExprKind, Statement, StringPart};
use smol_str::SmolStr;

/// Reads the text of an environment file under the name that findings show.
pub fn environment(name: &str, text: &str, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> ast::File {
    let file = sources.add(name, text, Origin::Project);
    syntax::parse(file, text, diagnostics)
}

/// Refuses what an environment file cannot hold: it gives values to what the platform declares, and declares nothing.
pub fn check(modules: &Modules, diagnostics: &mut Diagnostics) {
    let Some(file) = &modules.environment else { return };
    let mut seen: Vec<(&SmolStr, Span)> = Vec::new();
    for statement in &file.statements {
        let Statement::Assign(assign) = statement else {
            diagnostics.push(misplaced(statement));
            continue;
        };
        match seen.iter().find(|(name, _)| **name == assign.key.text) {
            Some((_, first)) => diagnostics.push(
                Diagnostic::error(codes::DUPLICATE_PROPERTY, format!("`{}` is set twice", assign.key.text))
                    .label(assign.key.span, "set again here")
                    .secondary(*first, "first set here")
                    .help("remove one of them"),
            ),
            None => seen.push((&assign.key.text, assign.key.span)),
        }
        if let Some(odd) = odd(&assign.value) {
            diagnostics.push(
                Diagnostic::error(codes::MISPLACED, format!("the value of `{}` is not written out", assign.key.text))
                    .label(odd, "decided or computed")
                    .note("whoever reads an environment file has to see what is deployed, without knowing the platform")
                    .help("write the value itself: a text, number, quantity, range, list or map; what is decided or computed belongs into the platform file"),
            );
        }
    }
}

fn misplaced(statement: &Statement) -> Diagnostic {
    let (message, label, help) = match statement {
        Statement::Declaration(declaration) => return declared(declaration),
        Statement::Use(_) => ("an environment file uses no modules", "`use` cannot stand here", "remove it: a value is written out here"),
        Statement::If(_) | Statement::For(_) => {
            ("an environment file decides nothing", "cannot stand here", "give the value of a `setting`, and let the platform file decide by it")
        }
        _ => ("an environment file gives values, and nothing else", "cannot stand here", "write `NAME = VALUE` lines for settings and parameters"),
    };
    Diagnostic::error(codes::MISPLACED, message).label(statement.span(), label).help(help)
}

/// A declaration where only its value can be given.
fn declared(declaration: &Declaration) -> Diagnostic {
    let (word, name) = (declaration.kind.word(), &declaration.name);
    let finding = Diagnostic::error(codes::MISPLACED, "an environment file declares nothing")
        .label(declaration.header(), format!("`{word}` cannot stand here"));
    let value = matches!(declaration.kind, ast::Kind::Setting | ast::Kind::Param | ast::Kind::Let) && declaration.value.is_some();
    if value && declaration.ty.is_none() && declaration.clauses.is_empty() {
        let before = Span { start: declaration.span.start, end: name.span.start, ..name.span };
        finding.help(format!("write `{} = ...`", name.text)).fix(format!("remove `{word}`"), before, "")
    } else if value {
        finding.help(format!("declare it in the platform file, and write `{} = ...` here", name.text))
    } else {
        finding.help("declare it in the platform file; here stand `NAME = VALUE` lines for its settings and parameters")
    }
}

/// The first part of a value that is neither a literal nor made of literals.
fn odd(expression: &Expr) -> Option<Span> {
    match &expression.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Quantity(..)
        | ExprKind::Rate(..)
        | ExprKind::Cidr(_)
        | ExprKind::Hyphenated(_)
        | ExprKind::Name(_) => None,
        ExprKind::String(text) => text.parts.iter().find_map(|part| match part {
            StringPart::Value(value) => odd(value),
            StringPart::Text(_) => None,
        }),
        ExprKind::List(elements) => elements.iter().find_map(|element| odd(&element.value)),
        ExprKind::Map(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Pair { value, .. } | Entry::Spread(value) => odd(value),
        }),
        ExprKind::Range(low, high) => odd(low).or_else(|| odd(high)),
        ExprKind::Unary(ast::UnaryOperator::Minus, value) => odd(value),
        _ => Some(expression.span),
    }
}

/// The lines of an environment file.
pub fn lines(file: &ast::File) -> impl Iterator<Item = &Assign> {
    file.statements.iter().filter_map(|statement| match statement {
        Statement::Assign(assign) => Some(assign),
        _ => None,
    })
}
