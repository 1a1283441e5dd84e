//! Bodies: of the platform file, of components, of `if`, `for` and `group`.

use super::scope::CellKind;
use super::{Allowance, Context, Expander, PendingRequire};
use crate::diag::{Diagnostic, codes};
use crate::model::value::Value;
use crate::model::{ARTIFACTS, LAYERS};
use crate::resolve::Modules;
use crate::source::Span;
use crate::syntax::ast::{self, Kind, Statement};
use smol_str::SmolStr;

/// The layers that a source may name.
const OPEN_LAYERS: &[&str] = match LAYERS {
    [_, open @ ..] => open,
    [] => &[],
};

impl<'a> Expander<'a> {
    /// Declares and expands what stands in a body. `path` is what comes before the declared names in ids.
    pub(super) fn expand_statements(&mut self, statements: &'a [Statement], context: &Context, path: &[SmolStr]) {
        self.check_moves(statements, context);
        // The values at the top of a file are declared with its module.
        if context.instance.is_some() {
            self.declare_values(statements, context);
        }
        let mut instances = Vec::new();
        self.declare_things(statements, context, path, &mut instances);
        for id in instances {
            self.ensure_expanded(id);
            if self.exhausted {
                return;
            }
        }
    }

    /// Lets, outputs, metrics, grants, conditions and actions of a body.
    fn declare_values(&mut self, statements: &'a [Statement], context: &Context) {
        let at_top = context.instance.is_none();
        for statement in statements {
            match statement {
                Statement::Declaration(declaration) => {
                    let kind = match declaration.kind {
                        Kind::Let => CellKind::Let(declaration),
                        Kind::Output if !at_top => match self.told_output(declaration, context) {
                            Some(given) => CellKind::Input { declaration, given: Some(given) },
                            None => CellKind::Output(declaration),
                        },
                        Kind::Metric if !at_top => CellKind::Metric(declaration),
                        Kind::Grant if !at_top => CellKind::Grant(declaration),
                        Kind::Gather if !at_top => CellKind::Gather(declaration),
                        Kind::Condition if !at_top => CellKind::Condition(declaration),
                        Kind::Action if !at_top => CellKind::Action(declaration),
                        _ => continue,
                    };
                    let public = !matches!(declaration.kind, Kind::Let);
                    let cell = self.declare(&declaration.name, kind, public, context);
                    if at_top {
                        self.values.extend(cell);
                    }
                }
                Statement::Assign(assign) if assign.key.text == "layer" && !at_top => {
                    let value = self.evaluate(&assign.value, context);
                    if let Some(layer) = self.layer_name(&value, assign.value.span, context)
                        && let Some(body) = context.instance.and_then(|id| self.instances.get_mut(id.index()))
                    {
                        body.layer = Some(layer);
                    }
                }
                _ => {}
            }
        }
    }

    /// The name of a layer: one of those that a stack is made for.
    pub(super) fn layer_name(&mut self, value: &Value, span: Span, context: &Context) -> Option<SmolStr> {
        let own = self.module_of(context.scope).is_some_and(|module| Some(module) == self.modules.core);
        if !own && matches!(value, Value::Text(text) if text == ARTIFACTS) {
            self.report(
                Diagnostic::error(codes::RESERVED_WORD, format!("the layer `{ARTIFACTS}` is the compiler's own"))
                    .label(span, "not for resources of a platform")
                    .note(
                        "its stack holds the bucket for templates and code: it is deployed before everything else, and emptied when all is destroyed",
                    )
                    .help(format!("write another layer: \"{}\"", OPEN_LAYERS.join("\", \""))),
                context,
            );
            return None;
        }
        self.one_of(value, if own { LAYERS } else { OPEN_LAYERS }, span, context)
    }

    fn declare_things(
        &mut self,
        statements: &'a [Statement],
        context: &Context,
        path: &[SmolStr],
        instances: &mut Vec<crate::model::ids::Id<crate::model::Instance>>,
    ) {
        let at_top = context.instance.is_none();
        for statement in statements {
            if self.exhausted {
                return;
            }
            match statement {
                Statement::Declaration(declaration) => self.declare_thing(declaration, context, path, instances),
                Statement::If(node) => {
                    let mut chosen: Option<&'a [Statement]> = None;
                    let mut at = Some(node);
                    while let Some(node) = at.take() {
                        match self.condition_now(&node.condition, context) {
                            Some(true) => chosen = Some(&node.then.statements),
                            Some(false) => match &node.otherwise {
                                Some(ast::Else::If(next)) => at = Some(next.as_ref()),
                                Some(ast::Else::Block(block)) => chosen = Some(&block.statements),
                                None => {}
                            },
                            None => {}
                        }
                    }
                    if let Some(statements) = chosen {
                        self.declare_values(statements, context);
                        self.declare_things(statements, context, path, instances);
                    }
                }
                Statement::For(node) => self.expand_for(node, context, path, instances),
                Statement::Later(node) => {
                    let inner = Context { phase: context.phase + 1, ..context.clone() };
                    self.declare_values(&node.block.statements, &inner);
                    self.declare_things(&node.block.statements, &inner, path, instances);
                }
                Statement::Require(node) => {
                    self.requires.push(PendingRequire { node, context: context.clone() });
                }
                Statement::Contribute(node) => self.contributions.push((node, context.clone())),
                Statement::Adjust(node) => self.adjusts.push((node, context.clone())),
                Statement::Assign(assign) if !at_top && assign.key.text != "layer" => {
                    self.component_key(assign, context);
                }
                Statement::Delay(node) => self.component_delay(node, context),
                _ => {}
            }
        }
    }

    fn declare_thing(
        &mut self,
        declaration: &'a ast::Declaration,
        context: &Context,
        path: &[SmolStr],
        instances: &mut Vec<crate::model::ids::Id<crate::model::Instance>>,
    ) {
        let named =
            |name: &SmolStr| -> Vec<SmolStr> { path.iter().cloned().chain([moved_from(declaration).unwrap_or_else(|| name.clone())]).collect() };
        match declaration.kind {
            Kind::Replica | Kind::Service | Kind::Route => {
                instances.extend(self.declare_instance(declaration, named(&declaration.name.text), context));
            }
            Kind::Resource | Kind::External => self.declare_resource(declaration, named(&declaration.name.text), context),
            Kind::Output if context.instance.is_none() => self.declare_output(declaration, &named(&declaration.name.text), context),
            Kind::Alarm => {
                self.declare(&declaration.name, CellKind::Definition(declaration), false, context);
                // An alarm of something that exists already exists already too.
                if self.existing(context.instance).is_none() {
                    self.alarms.push((declaration, context.clone(), named(&declaration.name.text)));
                }
            }
            Kind::Failover | Kind::Failback | Kind::Drill => {
                self.declare(&declaration.name, CellKind::Definition(declaration), false, context);
                if self.existing(context.instance).is_none() {
                    self.plans.push((declaration, context.clone(), named(&declaration.name.text)));
                }
            }
            Kind::Group => {
                if LAYERS.contains(&declaration.name.text.as_str()) {
                    let own = declaration.name.text == ARTIFACTS;
                    self.fail(
                        codes::RESERVED_WORD,
                        format!("`{}` is the name of a layer", declaration.name.text),
                        declaration.name.span,
                        if own { "the layer of the compiler's own stack in each Region" } else { "a layer" },
                        format!("choose another name, for example `{}_stack`", declaration.name.text),
                        context,
                    );
                }
                let inner = Context { group: Some(declaration.name.text.clone()), ..context.clone() };
                self.declare_values(declaration.statements(), &inner);
                self.declare_things(declaration.statements(), &inner, path, instances);
            }
            _ => {}
        }
    }

    fn expand_for(
        &mut self,
        node: &'a ast::For,
        context: &Context,
        path: &[SmolStr],
        instances: &mut Vec<crate::model::ids::Id<crate::model::Instance>>,
    ) {
        let over = self.evaluate(&node.over, context);
        let over = self.settle(over, node.over.span, context);
        let Some(pairs) = self.walk(over, node.second.is_some(), node.over.span, context) else { return };
        for (first, second) in pairs {
            let key = match self.text_of(first.clone(), node.first.span, context) {
                Value::Text(text) => text,
                Value::Deploy(_) => {
                    self.not_now(&first, "the key of a `for`", node.over.span, context);
                    return;
                }
                _ => return,
            };
            let scope = self.new_scope(Some(context.scope));
            let mut inner = Context { scope, ..context.clone() }.with(node.first.text.clone(), first);
            if let Some(name) = &node.second {
                inner = inner.with(name.text.clone(), second);
            }
            let keyed: Vec<SmolStr> = path.iter().cloned().chain([key.clone()]).collect();
            self.declare_values(&node.body.statements, &inner);
            self.declare_things(&node.body.statements, &inner, &keyed, instances);
            self.collect_round(context.scope, scope, &key);
            if self.exhausted {
                return;
            }
        }
    }
}

/// The old name that a declaration keeps, if it says so.
pub(super) fn moved_from(declaration: &ast::Declaration) -> Option<SmolStr> {
    declaration.statements().iter().find_map(|statement| match statement {
        Statement::Moved(moved) => Some(moved.from.text.clone()),
        _ => None,
    })
}

/// Every `allow` of the project's files with the text that it covers: the block that it stands in, with its header; at
/// the top of a file, the next declaration.
pub(super) fn allowances(modules: &Modules) -> Vec<Allowance> {
    let mut found = Vec::new();
    for module in modules.list.iter().filter(|module| !module.library) {
        collect(&module.tree.statements, None, &mut found);
    }
    found
}

fn collect(statements: &[Statement], around: Option<Span>, found: &mut Vec<Allowance>) {
    for (at, statement) in statements.iter().enumerate() {
        match statement {
            Statement::Allow(node) => {
                let next = statements.iter().skip(at + 1).find(|next| !matches!(next, Statement::Allow(_))).map(Statement::span);
                found.push(Allowance {
                    code: node.code.text.clone(),
                    span: node.code.span,
                    covers: around.or(next).unwrap_or(node.span),
                    reason: node.reason.plain().unwrap_or_default().to_string(),
                });
            }
            Statement::Declaration(node) => {
                if let Some(block) = &node.block {
                    let around = if node.kind == Kind::Group { None } else { Some(node.span) };
                    collect(&block.statements, around, found);
                }
            }
            Statement::If(node) => {
                let mut branch = Some(node);
                while let Some(node) = branch.take() {
                    collect(&node.then.statements, around, found);
                    match &node.otherwise {
                        Some(ast::Else::If(next)) => branch = Some(next.as_ref()),
                        Some(ast::Else::Block(block)) => collect(&block.statements, around, found),
                        None => {}
                    }
                }
            }
            Statement::On(node) => collect(&node.block.statements, around, found),
            Statement::For(node) => collect(&node.body.statements, around, found),
            Statement::Parallel(node) => collect(&node.block.statements, around, found),
            Statement::Later(node) => collect(&node.block.statements, around, found),
            Statement::Adjust(node) => collect(&node.block.statements, Some(node.span), found),
            _ => {}
        }
    }
}
