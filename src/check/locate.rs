//! Where in the source a part of a property stands: looked up when there is something to say, never before.

use super::problem::Step;
use crate::model::Family;
use crate::resolve::Modules;
use crate::source::Span;
use crate::syntax::ast::{self, Entry, Expr, ExprKind, Kind, Statement, StringPart};
use rustc_hash::FxHashMap;
use std::cell::OnceCell;

/// How many names are followed to what they stand for.
const HOPS: usize = 8;

/// Assignments and declarations by where they stand.
pub(crate) struct Index<'a> {
    assigns: FxHashMap<Span, (&'a ast::Assign, Option<&'a ast::Declaration>)>,
    headers: FxHashMap<(crate::source::FileId, u32), &'a ast::Declaration>,
    names: FxHashMap<Span, &'a ast::Declaration>,
    tops: FxHashMap<crate::source::FileId, &'a [Statement]>,
}

/// An index that is made when it is first asked.
pub(crate) struct LazyIndex<'a> {
    modules: &'a Modules,
    index: OnceCell<Index<'a>>,
}

impl<'a> LazyIndex<'a> {
    /// An index of modules.
    pub fn new(modules: &'a Modules) -> Self {
        Self { modules, index: OnceCell::new() }
    }

    /// The index.
    pub fn get(&self) -> &Index<'a> {
        self.index.get_or_init(|| Index::new(self.modules))
    }
}

/// A part of a property in the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What is underlined.
    pub span: Span,
    /// The key, if the part is an entry of a map or a property.
    pub key: Option<Span>,
    /// Whether the whole way was found: `span` is the part itself, not what encloses it.
    pub exact: bool,
    /// The expression.
    pub expression: Option<&'a Expr>,
}

impl<'a> Index<'a> {
    /// Reads all modules.
    pub fn new(modules: &'a Modules) -> Self {
        let mut index =
            Self { assigns: FxHashMap::default(), headers: FxHashMap::default(), names: FxHashMap::default(), tops: FxHashMap::default() };
        for module in &modules.list {
            index.tops.insert(module.tree.file, &module.tree.statements);
            index.statements(&module.tree.statements, None);
        }
        index
    }

    fn statements(&mut self, statements: &'a [Statement], component: Option<&'a ast::Declaration>) {
        for statement in statements {
            match statement {
                Statement::Assign(assign) => {
                    self.assigns.insert(assign.key.span, (assign, component));
                }
                Statement::Declaration(declaration) => {
                    let declaration = declaration.as_ref();
                    let start = declaration.header();
                    self.headers.insert((start.file, start.start), declaration);
                    self.names.insert(declaration.name.span, declaration);
                    let inner = if declaration.kind == Kind::Component { Some(declaration) } else { component };
                    self.statements(declaration.statements(), inner);
                }
                Statement::If(node) => {
                    let mut at = Some(node);
                    while let Some(node) = at.take() {
                        self.statements(&node.then.statements, component);
                        match &node.otherwise {
                            Some(ast::Else::If(next)) => at = Some(next.as_ref()),
                            Some(ast::Else::Block(block)) => self.statements(&block.statements, component),
                            None => {}
                        }
                    }
                }
                Statement::For(node) => self.statements(&node.body.statements, component),
                Statement::Later(node) => self.statements(&node.block.statements, component),
                Statement::Adjust(node) => self.statements(&node.block.statements, component),
                _ => {}
            }
        }
    }

    /// The declaration of a family.
    pub fn declaration(&self, family: &Family) -> Option<&'a ast::Declaration> {
        self.names.get(&family.span).copied()
    }

    /// Where the resource type of a family is written.
    pub fn type_span(&self, family: &Family) -> Option<Span> {
        self.declaration(family)?.ty.as_ref().map(|ty| ty.span)
    }

    /// Where the part of a property stands that a path leads to; `path` begins behind the property's name.
    pub fn part(&self, family: &Family, property: Span, path: &[Step]) -> Place<'a> {
        let Some((assign, component)) = self.assigns.get(&property).copied() else {
            return Place { span: property, key: Some(property), exact: path.is_empty(), expression: None };
        };
        self.walk(family, &assign.value, Some(assign.key.span), path, component, HOPS)
    }

    fn walk(
        &self,
        family: &Family,
        expression: &'a Expr,
        key: Option<Span>,
        path: &[Step],
        component: Option<&'a ast::Declaration>,
        hops: usize,
    ) -> Place<'a> {
        let here = Place { span: expression.span, key, exact: path.is_empty(), expression: Some(expression) };
        if let ExprKind::Name(name) = &expression.kind
            && hops > 0
            && let Some((value, inside)) = self.named(family, name, expression.span, component)
        {
            return self.walk(family, value, key.filter(|_| path.is_empty()).map(|_| value.span), path, inside, hops - 1);
        }
        let Some((step, rest)) = path.split_first() else { return here };
        match (&expression.kind, step) {
            (ExprKind::Map(entries), Step::Key(wanted)) => {
                let pair = entries.iter().rev().find_map(|entry| match entry {
                    Entry::Pair { key, value, .. } if key.text == *wanted => Some((key.span, value)),
                    _ => None,
                });
                match pair {
                    Some((key, value)) => self.walk(family, value, Some(key), rest, component, hops),
                    None => Place { exact: false, ..here },
                }
            }
            (ExprKind::List(elements), Step::Index(at)) => {
                let plain = !elements.iter().take(at + 1).any(|element| element.spread);
                match elements.get(*at).filter(|_| plain) {
                    Some(element) => self.walk(family, &element.value, None, rest, component, hops),
                    None => Place { exact: false, ..here },
                }
            }
            (ExprKind::Comprehension(node), Step::Index(_)) => self.walk(family, &node.value, None, rest, component, hops),
            (ExprKind::If(_, then, otherwise), _) => {
                // Which branch counted is not known here; the one in which the way is found is meant.
                let first = self.walk(family, then, key, path, component, hops);
                if first.exact {
                    return first;
                }
                let second = self.walk(family, otherwise, key, path, component, hops);
                if second.exact { second } else { Place { exact: false, ..here } }
            }
            _ => Place { exact: false, ..here },
        }
    }

    /// What a name stands for: an input that the user gave, or a `let` beside it.
    fn named(
        &self,
        family: &Family,
        name: &str,
        at: Span,
        component: Option<&'a ast::Declaration>,
    ) -> Option<(&'a Expr, Option<&'a ast::Declaration>)> {
        if let Some(component) = component {
            for statement in component.statements() {
                let Statement::Declaration(declaration) = statement else { continue };
                if declaration.name.text != name {
                    continue;
                }
                return match declaration.kind {
                    Kind::Input => self.given(family, name).map(|value| (value, None)),
                    Kind::Let => declaration.value.as_ref().map(|value| (value, Some(component))),
                    _ => None,
                };
            }
        }
        let top = self.tops.get(&at.file)?;
        top.iter().find_map(|statement| match statement {
            Statement::Declaration(declaration) if declaration.kind == Kind::Let && declaration.name.text == name => {
                declaration.value.as_ref().map(|value| (value, None))
            }
            _ => None,
        })
    }

    /// The value of an input in the declaration that led to a family.
    fn given(&self, family: &Family, name: &str) -> Option<&'a Expr> {
        let origin = self.headers.get(&(family.origin.file, family.origin.start))?;
        origin.statements().iter().find_map(|statement| match statement {
            Statement::Assign(assign) if assign.key.text == name => Some(&assign.value),
            _ => None,
        })
    }
}

/// The text of a string without interpolation, as it is written: what a fix may replace.
pub(crate) fn is_plain_text(expression: Option<&Expr>) -> bool {
    expression.is_some_and(|expression| match &expression.kind {
        ExprKind::String(literal) => literal.parts.iter().all(|part| matches!(part, StringPart::Text(_))),
        _ => false,
    })
}
