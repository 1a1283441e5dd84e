//! Types, from the grammar's pairs to the tree.

use super::ast::{self, Name};
use super::build::{Builder, Parts};
use super::{Pair, Rule};
use crate::source::Span;
use smol_str::SmolStr;

impl Builder<'_> {
    pub(super) fn type_expression(&mut self, pair: Pair<'_>) -> Option<ast::TypeExpr> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let first = parts.next()?;
        let mut kind = if first.as_rule() == Rule::resource_type {
            ast::TypeKind::Resource(self.name(&first))
        } else {
            let base = self.span(&first).start as usize;
            let mut path = Vec::new();
            let mut at = base;
            for text in first.as_str().trim_ascii_end().split('.') {
                path.push(Name { text: SmolStr::new(text), span: Span::new(self.file, at, at + text.len()) });
                at += text.len() + 1;
            }
            ast::TypeKind::Named { path, arguments: Vec::new() }
        };
        let mut optional = false;
        for part in parts {
            match part.as_rule() {
                Rule::type_arguments => {
                    let mut list = Vec::new();
                    for argument in Parts::of(part) {
                        match argument.as_rule() {
                            Rule::open_paren | Rule::close_paren => {}
                            Rule::ty => list.push(ast::TypeArgument::Type(self.type_expression(argument)?)),
                            Rule::type_range => list.push(ast::TypeArgument::Range(self.next_expression(&mut Parts::of(argument))?)),
                            _ => list.push(ast::TypeArgument::Text(self.string(argument)?)),
                        }
                    }
                    if let ast::TypeKind::Named { arguments, .. } = &mut kind {
                        *arguments = list;
                    }
                }
                _ => optional = true,
            }
        }
        Some(ast::TypeExpr { span, kind, optional })
    }
}
