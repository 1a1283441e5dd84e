//! `require` and `advise`: what a component insists on and recommends.

use super::{Context, Expander};
use crate::diag::{Diagnostic, Severity, codes};
use crate::model::value::{Value, number_text, quantity_text};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Statement, StringPart};

impl<'a> Expander<'a> {
    pub(super) fn evaluate_requires(&mut self) {
        for pending in std::mem::take(&mut self.requires) {
            let node = pending.node;
            let regions = match pending.context.instance {
                Some(id) if mentions_here(Some(&node.condition)) => self.model.instances.get(id).regions.iter().map(|region| Some(*region)).collect(),
                _ => vec![pending.context.here],
            };
            for here in regions {
                let context = pending.context.at(here);
                // Of something that exists already, what is known is checked.
                self.quiet = self.existing(context.instance).is_some();
                self.lacks = false;
                let holds = self.condition_now(&node.condition, &context);
                self.quiet = false;
                if holds == Some(false) {
                    self.unfulfilled(node, None, &context);
                    break;
                }
            }
        }
    }

    /// What an action requires of the plan that does it: whether the step can be made. What does not hold is told at the step.
    pub(super) fn demand(&mut self, node: &'a ast::Require, step: Span, context: &Context) -> Option<()> {
        let holds = self.condition_now(&node.condition, context)?;
        if !holds {
            self.unfulfilled(node, Some(step), context);
        }
        (holds || node.advise).then_some(())
    }

    /// Whether nothing that an action requires is against a plan between the Regions of the context.
    pub(super) fn suits(&mut self, declaration: &'a ast::Declaration, context: &Context) -> bool {
        let requires = declaration.statements().iter().filter_map(|statement| match statement {
            Statement::Require(node) if !node.advise => Some(node),
            _ => None,
        });
        requires.into_iter().all(|node| self.condition_now(&node.condition, context) != Some(false))
    }

    /// Tells what does not hold: at the step of a plan, if an action requires it, else where the instance is declared.
    fn unfulfilled(&mut self, node: &'a ast::Require, step: Option<Span>, context: &Context) {
        let message = match self.evaluate_string(&node.message, context) {
            Value::Text(text) => text.to_string(),
            _ => return,
        };
        let slug = node.slug.plain().unwrap_or_default().to_string();
        if slug.is_empty() {
            self.fail(
                codes::BAD_STRING,
                "a slug is a plain text",
                node.slug.span,
                "not a plain text",
                "write a name without values in it: `as \"module/subject\"`",
                context,
            );
            return;
        }
        let severity = if node.advise { Severity::Warning } else { Severity::Error };
        let library = self.sources.in_library(node.span);
        let mut finding = Diagnostic::new(slug.clone(), severity, message);
        if node.advise {
            finding = finding.help(format!("change it, or accept it where it stands: `allow {slug} \"reason\"`"));
        }
        if let Some((name, value)) = &node.fix
            && let Some(span) = self.given(&name.text, context).map(|assign| assign.value.span)
        {
            let value = self.evaluate(value, context);
            if let Some(text) = self.source_of(&value) {
                let change = format!("write `{} = {text}`", name.text);
                let help = if node.advise { format!("{change}, or accept it where it stands: `allow {slug} \"reason\"`") } else { change.clone() };
                finding = finding.help(help).fix(change, span, text);
            }
        }
        match context.instance.map(|id| self.model.instances.get(id)) {
            Some(instance) => {
                let span = step.or_else(|| self.blamed(node, context)).unwrap_or(instance.span);
                finding = finding.label(span, format!("{} {} this", instance.component, if node.advise { "advises against" } else { "refuses" }));
                if !library {
                    finding = finding.secondary(node.condition.span, "does not hold");
                }
            }
            None => finding = finding.label(node.condition.span, "does not hold"),
        }
        if severity == Severity::Error
            && step.is_none()
            && let Some(body) = context.instance.and_then(|id| self.instances.get_mut(id.index()))
        {
            body.refused = true;
        }
        self.diagnostics.push(finding);
    }

    /// The value of the input that a condition speaks of first: the text that its author would edit.
    fn blamed(&self, node: &ast::Require, context: &Context) -> Option<Span> {
        let mut names = Vec::new();
        mentioned(&node.condition, &mut names);
        names.iter().find_map(|name| self.given(name, context)).map(|assign| assign.span)
    }

    /// The line of the user that gives an input.
    fn given(&self, name: &str, context: &Context) -> Option<&'a ast::Assign> {
        match &self.find_cell(context.scope, name).and_then(|cell| self.cells.get(cell))?.kind {
            super::scope::CellKind::Input { given: Some((assign, _)), .. } if !self.sources.in_library(assign.span) => Some(assign),
            _ => None,
        }
    }

    /// A value as it would be written, if it can be.
    fn source_of(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Text(text) => format!("{:?}", text.as_str()).replace("${", "$${"),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number_text(*number).to_string(),
            Value::Quantity(amount, dimension) => quantity_text(*amount, *dimension),
            Value::Region(region) => self.model.regions.get(*region).alias.to_string(),
            Value::List(items) => {
                let items: Option<Vec<String>> = items.iter().map(|item| self.source_of(item)).collect();
                format!("[{}]", items?.join(", "))
            }
            _ => return None,
        })
    }
}

/// Whether an expression depends on the Region of the member.
pub(super) fn mentions_here(expression: Option<&ast::Expr>) -> bool {
    let Some(expression) = expression else { return false };
    let mut names = Vec::new();
    mentioned(expression, &mut names);
    names.iter().any(|name| name == "here" || name == "peers")
}

/// All bare names in an expression, in the order of the text.
pub(super) fn mentioned(expression: &ast::Expr, names: &mut Vec<smol_str::SmolStr>) {
    match &expression.kind {
        ExprKind::Name(name) => names.push(name.clone()),
        ExprKind::String(literal) => {
            for part in &literal.parts {
                if let StringPart::Value(value) = part {
                    mentioned(value, names);
                }
            }
        }
        ExprKind::List(elements) => elements.iter().for_each(|element| mentioned(&element.value, names)),
        ExprKind::Comprehension(node) => {
            mentioned(&node.over, names);
            if let Some(condition) = &node.condition {
                mentioned(condition, names);
            }
            mentioned(&node.value, names);
        }
        ExprKind::Map(entries) => {
            for entry in entries {
                match entry {
                    ast::Entry::Pair { value, .. } | ast::Entry::Spread(value) => mentioned(value, names),
                }
            }
        }
        ExprKind::Range(a, b) | ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
            mentioned(a, names);
            mentioned(b, names);
        }
        ExprKind::Lambda(_, body) | ExprKind::Unary(_, body) => mentioned(body, names),
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| mentioned(part, names)),
        ExprKind::Member { base, .. } => mentioned(base, names),
        ExprKind::Apply(callee, arguments) => {
            mentioned(callee, names);
            arguments.iter().for_each(|argument| mentioned(argument, names));
        }
        ExprKind::Ask(a, _) | ExprKind::Run(a, _) | ExprKind::Wait(a, _) => mentioned(a, names),
        ExprKind::Call(_)
        | ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Quantity(..)
        | ExprKind::Rate(..)
        | ExprKind::Cidr(_)
        | ExprKind::Hyphenated(_) => {}
    }
}
