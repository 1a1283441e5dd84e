//! `moved from NAME`: which declaration keeps which logical id.

use super::statements::moved_from;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::{self, Kind, Statement};
use smol_str::SmolStr;

impl<'a> Expander<'a> {
    /// Each logical id is kept by one declaration of a body only.
    pub(super) fn check_moves(&mut self, statements: &'a [Statement], context: &Context) {
        let declared = super::platform::declarations(statements);
        for (at, declaration) in declared.iter().enumerate().filter(|(_, declaration)| has_id(declaration.kind)) {
            let own: Vec<&ast::Moved> = declaration
                .statements()
                .iter()
                .filter_map(|statement| match statement {
                    Statement::Moved(node) => Some(node),
                    _ => None,
                })
                .collect();
            let Some((first, more)) = own.split_first() else { continue };
            if let Some(second) = more.first() {
                self.report(
                    Diagnostic::error(codes::MOVED_CONFLICT, format!("`{}` cannot keep two old names", declaration.name.text))
                        .label(second.span, "a second one")
                        .secondary(first.span, "the first one")
                        .help("keep the name under which it is deployed"),
                    context,
                );
            }
            self.check_move(at, declaration, first, &declared, context);
        }
    }

    fn check_move(&mut self, at: usize, declaration: &ast::Declaration, moved: &ast::Moved, declared: &[&'a ast::Declaration], context: &Context) {
        let (name, old) = (&declaration.name.text, &moved.from.text);
        if name == old {
            self.report(
                Diagnostic::error(codes::MOVED_CONFLICT, format!("`{name}` has not moved: this is its own name"))
                    .label(moved.span, "the name that it has anyway")
                    .help("remove the line, or write the name that it had before"),
                context,
            );
            return;
        }
        let taken = |(number, other): &(usize, &&'a ast::Declaration)| {
            let moved_too = moved_from(other);
            *number != at && has_id(other.kind) && (moved_too.is_none() || *number < at) && kept(other) == *old
        };
        if let Some((_, other)) = declared.iter().enumerate().find(taken) {
            let (other_name, both) = (&other.name, moved_from(other).is_some());
            self.report(
                Diagnostic::error(codes::MOVED_CONFLICT, format!("`{name}` cannot keep the id of `{old}`: `{}` has it", other_name.text))
                    .label(moved.span, "this id is taken")
                    .secondary(other_name.span, if both { "keeps it too" } else { "is still declared" })
                    .note("CloudFormation knows a resource by its logical id: with one id for two it would replace one by the other")
                    .help("remove the line, if this one is new; remove the other declaration, if this one is the same thing with a new name"),
                context,
            );
        }
    }
}

/// The name that makes the logical id.
fn kept(declaration: &ast::Declaration) -> SmolStr {
    moved_from(declaration).unwrap_or_else(|| declaration.name.text.clone())
}

/// Whether resources come of this kind of declaration.
fn has_id(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Replica | Kind::Service | Kind::Route | Kind::Resource | Kind::External | Kind::Alarm | Kind::Failover | Kind::Failback | Kind::Drill
    )
}
