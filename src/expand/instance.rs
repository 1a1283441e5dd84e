//! Instances of components: inputs are bound, the body is expanded when somebody needs it.

use super::effects::READ_ONLY;
use super::scope::CellKind;
use super::{Context, Expander, InstanceBody, MAXIMUM_DEPTH, MAXIMUM_INSTANCES, Placement};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Instance;
use crate::model::ids::Id;
use crate::model::recovery::Recovery;
use crate::model::value::Value;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseValue, ClauseWord, Kind, Statement, TypeKind};
use smol_str::SmolStr;

impl<'a> Expander<'a> {
    /// Declares an instance and binds its inputs; its body waits.
    pub(super) fn declare_instance(&mut self, declaration: &'a ast::Declaration, path: Vec<SmolStr>, context: &Context) -> Option<Id<Instance>> {
        let found = self.component_of(declaration, context);
        let Some((component, title)) = found else {
            self.declare(&declaration.name, CellKind::Ready(Value::Error), false, context);
            return None;
        };
        let Some(placement) = self.instance_placement(declaration, context) else {
            self.declare(&declaration.name, CellKind::Ready(Value::Error), false, context);
            return None;
        };
        if self.instances.len() >= MAXIMUM_INSTANCES {
            self.exhaust(
                "the platform has too many instances of components",
                "make the list that is walked smaller, or split the platform",
                declaration.name.span,
                context,
            );
            return None;
        }
        self.check_role(declaration, component, &title, context);
        let origin = context.instance.map_or(declaration.header(), |parent| self.model.instances.get(parent).span);
        let shown = self.shown_name(&path, &declaration.name.text, context);
        let keys = self.keys_of(&path, context).to_vec();
        let id = self.model.instances.add(Instance {
            path,
            shown,
            component: title,
            word: declaration.kind.word(),
            recovery: Recovery {
                probe: action_that_is(READ_ONLY, component.statements()),
                moving: moving(declaration.kind, component.statements()),
                ..Recovery::default()
            },
            regions: placement.regions.to_vec(),
            single: placement.single,
            span: origin,
            group: context.group.clone(),
            phase: context.phase,
        });
        let module = self.declaring_module(component);
        let scope = self.new_scope(Some(self.module_scope(module)));
        self.instances.push(InstanceBody::new(component, scope, context.instance));
        self.note_existing(declaration, id, &keys, context);
        self.declare(&declaration.name, CellKind::Ready(Value::Instance(id, None)), false, context);
        self.bind_inputs(declaration, id, component, scope, context);
        Some(id)
    }

    /// The declared names from the outermost instance to this one, dotted, with the keys of loops. `path` has the same parts, but
    /// keeps names that something had before.
    pub(super) fn shown_name(&self, path: &[SmolStr], name: &SmolStr, context: &Context) -> String {
        let above = context.instance.map(|parent| self.model.instances.get(parent));
        let keys = self.keys_of(path, context);
        let names = above.map(|parent| parent.shown.as_str()).into_iter().chain(keys.iter().map(SmolStr::as_str));
        names.chain([name.as_str()]).collect::<Vec<_>>().join(".")
    }

    /// The keys of the loops around a declaration, inside of its instance.
    fn keys_of<'p>(&self, path: &'p [SmolStr], context: &Context) -> &'p [SmolStr] {
        let above = context.instance.map_or(0, |parent| self.model.instances.get(parent).path.len());
        path.get(above..path.len().saturating_sub(1)).unwrap_or_default()
    }

    fn component_of(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<(&'a ast::Declaration, String)> {
        let Some(ty) = &declaration.ty else {
            self.report(
                Diagnostic::error(codes::BAD_HEADER, format!("the {} `{}` has no component", declaration.kind.word(), declaration.name.text))
                    .label(declaration.header(), "what is it made of?")
                    .help(format!(
                        "name a component: `{} {}: module.component {} both {{ ... }}`",
                        declaration.kind.word(),
                        declaration.name.text,
                        if declaration.kind == Kind::Service { "in" } else { "across" }
                    )),
                context,
            );
            return None;
        };
        let (module, name) = match &ty.kind {
            TypeKind::Named { path, arguments } if arguments.is_empty() => match path.as_slice() {
                [name] => (None, name),
                [module, name] => (Some(module), name),
                _ => (None, path.first()?),
            },
            _ => {
                self.fail(codes::UNKNOWN_TYPE, "this is no component", ty.span, "not a component", "name a component: `module.component`", context);
                return None;
            }
        };
        let (definition, module_name) = self.find_definition(module, name, context)?;
        if definition.kind != Kind::Component {
            self.fail(
                codes::UNKNOWN_TYPE,
                format!("`{}` is a type, not a component", name.text),
                name.span,
                "nothing can be made of it",
                "a type says what is needed; name a `component` that has it",
                context,
            );
            return None;
        }
        let title = if module_name.is_empty() { name.text.to_string() } else { format!("{module_name}.{}", name.text) };
        Some((definition, title))
    }

    fn instance_placement(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<Placement> {
        let wanted = if declaration.kind == Kind::Service { ClauseWord::In } else { ClauseWord::Across };
        let mut placement = None;
        for clause in &declaration.clauses {
            match clause.word {
                ClauseWord::In | ClauseWord::Across => {
                    if clause.word != wanted && context.instance.is_none() {
                        let kind = declaration.kind.word();
                        let why =
                            if wanted == ClauseWord::In { "a service is a copy `in` each Region" } else { "this is one thing `across` its Regions" };
                        self.report(
                            Diagnostic::error(codes::BAD_HEADER, format!("a `{kind}` is placed with `{}`", wanted.word()))
                                .label(clause.span, why)
                                .help(format!("write `{}`", wanted.word()))
                                .fix(
                                    format!("write `{}`", wanted.word()),
                                    Span::new(clause.span.file, clause.span.start as usize, clause.span.start as usize + clause.word.word().len()),
                                    wanted.word(),
                                ),
                            context,
                        );
                    }
                    placement = Some(self.placement(clause, context)?);
                }
                _ => {}
            }
        }
        if placement.is_none() && declaration.clauses.is_empty() {
            self.report(
                Diagnostic::error(codes::BAD_HEADER, format!("`{}` is placed nowhere", declaration.name.text))
                    .label(declaration.header(), "in which Regions?")
                    .note("there is no default Region: what is not placed would be lost with whichever one it happened to be in")
                    .help(format!("write `{} [primary, standby]` behind the type", wanted.word())),
                context,
            );
        }
        placement
    }

    fn check_role(&mut self, declaration: &ast::Declaration, component: &ast::Declaration, title: &str, context: &Context) {
        let Some(clause) = component.clause(ClauseWord::Is) else { return };
        let ast::ClauseValue::Words(words) = &clause.value else { return };
        if words.iter().any(|word| word.text == declaration.kind.word()) {
            return;
        }
        let Some(role) = words.first() else { return };
        let mut finding = Diagnostic::error(codes::BAD_HEADER, format!("`{title}` is a {}, not a {}", role.text, declaration.kind.word()))
            .label(declaration.kind_span, format!("the component says `is {}`", role.text))
            .help(format!("write `{}`", role.text))
            .fix(format!("write `{}`", role.text), declaration.kind_span, role.text.as_str());
        if !self.sources.in_library(clause.span) {
            finding = finding.secondary(clause.span, "declared here");
        }
        self.report(finding, context);
    }

    /// The number of the module whose tree holds a declaration.
    pub(super) fn declaring_module(&self, declaration: &ast::Declaration) -> usize {
        self.modules.list.iter().position(|module| module.tree.file == declaration.span.file).unwrap_or(self.modules.entry)
    }

    fn bind_inputs(&mut self, declaration: &'a ast::Declaration, id: Id<Instance>, component: &'a ast::Declaration, scope: usize, context: &Context) {
        let inner = Context { scope, instance: Some(id), group: context.group.clone(), ..Context::default() };
        let inputs = component.inputs();
        let told = self.told_names(declaration, component);
        let mut given: Vec<&'a ast::Assign> = Vec::new();
        for statement in declaration.statements() {
            if let Statement::Assign(assign) = statement {
                if let Some(first) = given.iter().find(|known| known.key.text == assign.key.text) {
                    self.report(
                        Diagnostic::error(codes::DUPLICATE_PROPERTY, format!("`{}` is set twice", assign.key.text))
                            .label(assign.key.span, "set again here")
                            .secondary(first.key.span, "first set here")
                            .help("remove one of them"),
                        context,
                    );
                    continue;
                }
                given.push(assign);
                let known = inputs.iter().map(|input| input.name.text.as_str()).chain(told.iter().copied());
                if !known.clone().any(|known| known == assign.key.text) {
                    self.unknown_input(assign, &known.collect::<Vec<_>>(), &declaration.name, context);
                }
            }
        }
        for input in inputs {
            let assign = given.iter().find(|assign| assign.key.text == input.name.text).copied();
            if assign.is_none() && input.value.is_none() && !input.ty.as_ref().is_some_and(|ty| ty.optional) {
                if declaration.external.is_some() {
                    // What nothing reads need not be known.
                    self.declare(&input.name, CellKind::Missing(input), true, &inner);
                    continue;
                }
                let title = self.model.instances.get(id).component.clone();
                let wanted = input.ty.as_ref().map(|ty| self.sources.slice(ty.span).to_string()).unwrap_or_default();
                let mut finding = Diagnostic::error(codes::MISSING_INPUT, format!("`{}` needs `{}`", declaration.name.text, input.name.text))
                    .label(declaration.header(), format!("{title} takes `{}: {wanted}`", input.name.text));
                let text = super::parameter::documentation(&input.doc);
                if !text.is_empty() {
                    finding = finding.note(text);
                }
                self.report(finding.help(format!("add `{} = ...` to the block", input.name.text)), context);
                self.declare(&input.name, CellKind::Ready(Value::Error), true, &inner);
                continue;
            }
            let kind = CellKind::Input { declaration: input, given: assign.map(|assign| (assign, context.clone())) };
            self.declare(&input.name, kind, true, &inner);
        }
    }

    fn unknown_input(&mut self, assign: &ast::Assign, names: &[&str], instance: &ast::Name, context: &Context) {
        let mut finding = Diagnostic::error(codes::UNKNOWN_INPUT, format!("`{}` takes no `{}`", instance.text, assign.key.text))
            .label(assign.key.span, "unknown input");
        if let Some(near) = suggest::nearest(&assign.key.text, names.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), assign.key.span, near);
        } else if names.is_empty() {
            finding = finding.help("it takes no inputs");
        } else {
            finding = finding.help(format!("it takes {}", names.join(", ")));
        }
        self.report(finding, context);
    }

    /// The value of an input: what was given, read where it was given, or the default.
    pub(super) fn evaluate_input(
        &mut self,
        declaration: &'a ast::Declaration,
        given: Option<(&'a ast::Assign, Context)>,
        context: &Context,
    ) -> Value {
        let (value, span) = match given {
            Some((assign, caller)) => {
                let caller = caller.at(context.here);
                let mut value = self.evaluate(&assign.value, &caller);
                if declaration.kind == Kind::Output {
                    match self.of_region(value, context.here, assign.value.span, &caller) {
                        Some(found) => value = found,
                        None => return self.missing_output(declaration, assign, context),
                    }
                }
                (value, assign.value.span)
            }
            None => match &declaration.value {
                Some(default) => (self.evaluate(default, context), default.span),
                None => return Value::None,
            },
        };
        match &declaration.ty {
            Some(ty) => self.check_type(value, ty, span, &declaration.name.text, context),
            None => value,
        }
    }

    /// Expands the body of an instance, once.
    pub(super) fn ensure_expanded(&mut self, id: Id<Instance>) {
        let at = id.index();
        let Some(body) = self.instances.get_mut(at) else { return };
        if body.expanded || body.expanding || self.exhausted {
            return;
        }
        body.expanding = true;
        let (component, scope) = (body.component, body.scope);
        let instance = self.model.instances.get(id);
        let (path, group, phase) = (instance.path.clone(), instance.group.clone(), instance.phase);
        let context = Context { scope, instance: Some(id), group, phase, ..Context::default() };
        if self.contains_itself(id, component, &context) {
            return;
        }
        self.expand_statements(component.statements(), &context, &path);
        if let Some(body) = self.instances.get_mut(at) {
            body.expanding = false;
            body.expanded = true;
        }
    }

    fn contains_itself(&mut self, id: Id<Instance>, component: &'a ast::Declaration, context: &Context) -> bool {
        let mut names = vec![self.model.instances.get(id).component.clone()];
        let mut at = self.instance_body(id).and_then(|body| body.parent);
        let mut depth = 0;
        while let Some(parent) = at {
            names.push(self.model.instances.get(parent).component.clone());
            let Some(body) = self.instance_body(parent) else { break };
            if std::ptr::eq(body.component, component) {
                names.reverse();
                self.report(
                    Diagnostic::error(codes::COMPONENT_CYCLE, format!("a component contains itself: {}", names.join(" -> ")))
                        .label(component.name.span, "expands without end")
                        .help("a component can contain others, never itself; repeat with `for` instead"),
                    context,
                );
                return true;
            }
            at = body.parent;
            depth += 1;
            if depth > MAXIMUM_DEPTH {
                self.exhaust(
                    &format!("components contain each other more than {MAXIMUM_DEPTH} times deep"),
                    "declare the inner ones beside each other, and give one to the other as an input",
                    component.name.span,
                    context,
                );
                return true;
            }
        }
        false
    }

    /// The physical name of an instance, by the platform's `naming`.
    pub(super) fn physical_name(&mut self, id: Id<Instance>, span: Span, context: &Context) -> Value {
        if let Some(name) = self.instance_body(id).and_then(|body| body.name.clone()) {
            return name;
        }
        if let Some(refused) = self.existing_name(id, span, context) {
            return refused;
        }
        let path = self.model.instances.get(id).path.join("-").replace('_', "-");
        let value = self.name_for(&path, span, context);
        if let Some(body) = self.instances.get_mut(id.index()) {
            body.name = Some(value.clone());
        }
        value
    }

    /// A name made by the platform's `naming` for a path.
    pub(super) fn name_for(&mut self, path: &str, span: Span, _reader: &Context) -> Value {
        match self.naming {
            Some(naming) => {
                let entry = Context::of_scope(self.module_scope(self.modules.entry));
                let context = entry.with(SmolStr::new_static("path"), Value::text(path));
                let value = self.evaluate(naming, &context);
                self.text_of(value, naming.span, &context)
            }
            None => {
                let _ = span;
                Value::text(format!("{}-{path}", self.model.platform.name.replace('_', "-")))
            }
        }
    }
}

/// The first action of a component that moves an instance of it when a Region is lost.
fn moving(kind: Kind, statements: &[Statement]) -> Option<SmolStr> {
    match kind {
        Kind::Replica => action_that_is("lossy", statements),
        Kind::Route => action_that_is("traffic", statements),
        _ => None,
    }
}

/// The first action of a component that says this effect, wherever it stands.
fn action_that_is(word: &str, statements: &[Statement]) -> Option<SmolStr> {
    statements.iter().find_map(|statement| match statement {
        Statement::Declaration(action) if action.kind == Kind::Action => match action.clause(ClauseWord::Is).map(|clause| &clause.value) {
            Some(ClauseValue::Words(said)) if said.iter().any(|said| said.text == word) => Some(action.name.text.clone()),
            _ => None,
        },
        Statement::If(node) => action_that_is(word, &node.then.statements).or_else(|| match &node.otherwise {
            Some(ast::Else::Block(block)) => action_that_is(word, &block.statements),
            Some(ast::Else::If(next)) => action_that_is(word, &next.then.statements),
            None => None,
        }),
        _ => None,
    })
}
