//! Structural types: what is needed of an instance, whoever provides it.

use super::types::TYPES;
use super::{Context, Expander};
use crate::aws;
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Instance;
use crate::model::ids::Id;
use crate::model::value::{Value, ValueMap};
use crate::source::Span;
use crate::syntax::ast::{self, Kind, Statement, TypeArgument, TypeExpr, TypeKind};
use smol_str::SmolStr;
use std::rc::Rc;

impl<'a> Expander<'a> {
    /// An instance of a component, or anything that has the outputs of a structural type.
    #[expect(clippy::too_many_arguments, reason = "a value, its type, and all that a message needs")]
    pub(super) fn check_structural(
        &mut self,
        value: Value,
        module: Option<&'a ast::Name>,
        definition: &'a ast::Name,
        ty: &'a TypeExpr,
        span: Span,
        name: &str,
        context: &Context,
    ) -> Value {
        let Some((declaration, module_name)) = self.find_definition(module, definition, context) else { return Value::Error };
        let title = if module_name.is_empty() { definition.text.to_string() } else { format!("{module_name}.{}", definition.text) };
        let declared = members(declaration.statements());
        if declaration.kind == Kind::Type && declared.iter().any(|member| member.kind == Kind::Input) {
            return self.check_record(value, declaration, ty, span, name, context);
        }
        let kinds = [Kind::Output, Kind::Metric, Kind::Grant, Kind::Action, Kind::Gather];
        let members: Vec<&'a ast::Declaration> = declared.into_iter().filter(|member| kinds.contains(&member.kind)).collect();
        let missing: Vec<&str> = match &value {
            Value::Instance(id, _) => {
                let id = *id;
                if declaration.kind == Kind::Component && self.instance_body(id).is_some_and(|body| std::ptr::eq(body.component, declaration)) {
                    return value;
                }
                self.ensure_expanded(id);
                let scope = self.instance_body(id).map(|body| body.scope).and_then(|scope| self.scopes.get(scope));
                let has = |member: &ast::Declaration| scope.is_some_and(|scope| scope.names.contains_key(&member.name.text));
                members.iter().filter(|member| !has(member)).map(|member| member.name.text.as_str()).collect()
            }
            Value::Map(map) => {
                // A map stands for what exists already: it gathers nothing, and what may be `none` may be left out.
                let needed = members.iter().filter(|member| member.kind != Kind::Gather && !member.ty.as_ref().is_some_and(|ty| ty.optional));
                needed.map(|member| member.name.text.as_str()).filter(|member| !map.contains_key(*member)).collect()
            }
            _ => return self.wrong_type(&value, ty, span, name, context),
        };
        if !missing.is_empty() {
            let found = self.describe(&value);
            self.report(
                Diagnostic::error(codes::TYPE_MISMATCH, format!("`{name}` takes a {title}, found {found}"))
                    .label(span, format!("it has no {}", missing.join(", ")))
                    .help(format!("give something that has the outputs of {title}")),
                context,
            );
            return Value::Error;
        }
        match value {
            Value::Instance(id, _) => {
                if self.outputs_fit(id, &members, name, span, context) {
                    value
                } else {
                    Value::Error
                }
            }
            Value::Map(map) => self.entries_fit(&map, declaration, &members, span, context),
            other => other,
        }
    }

    /// Whether the outputs of an instance are declared as what is needed.
    fn outputs_fit(&mut self, id: Id<Instance>, needed: &[&'a ast::Declaration], name: &str, span: Span, context: &Context) -> bool {
        let Some(component) = self.instance_body(id).map(|body| body.component) else { return true };
        for member in needed {
            let found = members(component.statements()).into_iter().find(|other| other.name.text == member.name.text);
            let (Some(wanted), Some(found)) = (&member.ty, found.and_then(|found| found.ty.as_ref())) else { continue };
            if fits(wanted, found) {
                continue;
            }
            let path = self.model.instances.get(id).shown.clone();
            let (wanted, found) = (self.sources.slice(wanted.span).to_string(), self.sources.slice(found.span).to_string());
            self.report(
                Diagnostic::error(codes::TYPE_MISMATCH, format!("`{name}` needs `{}` as {wanted}; of `{path}` it is {found}", member.name.text))
                    .label(span, format!("`{path}.{}` is {found}", member.name.text))
                    .help(format!("give something whose output `{}` is {wanted}", member.name.text)),
                context,
            );
            return false;
        }
        true
    }

    /// A map that stands for an instance: each entry as the type wants it.
    fn entries_fit(
        &mut self,
        map: &Rc<ValueMap>,
        declaration: &'a ast::Declaration,
        needed: &[&'a ast::Declaration],
        span: Span,
        context: &Context,
    ) -> Value {
        // What the type names is looked up where the type stands.
        let scope = self.module_scope(self.declaring_module(declaration));
        let inner = Context { scope, locals: None, ..context.clone() };
        let mut checked = map.as_ref().clone();
        for member in needed {
            let Some(ty) = member.ty.as_ref().filter(|_| member.kind != Kind::Gather) else { continue };
            let Some(value) = map.get(&member.name.text) else {
                checked.insert(member.name.text.clone(), Value::None);
                continue;
            };
            let value = self.check_type(value.clone(), ty, span, &member.name.text, &inner);
            checked.insert(member.name.text.clone(), value);
        }
        Value::Map(Rc::new(checked))
    }

    /// A record: a map with the entries that a type declares as inputs, the defaults filled in.
    fn check_record(
        &mut self,
        value: Value,
        declaration: &'a ast::Declaration,
        ty: &'a TypeExpr,
        span: Span,
        name: &str,
        context: &Context,
    ) -> Value {
        let Value::Map(map) = &value else { return self.wrong_type(&value, ty, span, name, context) };
        let entries: Vec<&'a ast::Declaration> = members(declaration.statements()).into_iter().filter(|member| member.kind == Kind::Input).collect();
        let known: Vec<&str> = entries.iter().map(|entry| entry.name.text.as_str()).collect();
        let scope = self.module_scope(self.declaring_module(declaration));
        let inner = Context { scope, locals: None, ..context.clone() };
        let mut complete = true;
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let key = ast::Name { text: key.clone(), span: self.place_of_key(key, span) };
            self.unknown_key(&key, &known, &format!("`{name}`"), context);
            complete = false;
        }
        let mut record = ValueMap::default();
        for entry in entries {
            let key = &entry.name.text;
            let given = match (map.get(key), &entry.value) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => self.evaluate(default, &inner),
                (None, None) if entry.ty.as_ref().is_some_and(|ty| ty.optional) => Value::None,
                (None, None) => {
                    let wanted = entry.ty.as_ref().map(|ty| format!(": {}", self.sources.slice(ty.span))).unwrap_or_default();
                    self.report(
                        Diagnostic::error(codes::MISSING_INPUT, format!("`{name}` needs `{key}`"))
                            .label(span, format!("no `{key}` in it"))
                            .help(format!("add `{key}: ...` to the map (`{key}{wanted}`)")),
                        context,
                    );
                    complete = false;
                    continue;
                }
            };
            let place = if map.contains_key(key) { self.place_of_key(key, span) } else { span };
            let checked = match &entry.ty {
                Some(ty) => self.check_type(given, ty, place, key, &inner),
                None => given,
            };
            record.insert(key.clone(), checked);
        }
        if complete { Value::Map(Rc::new(record)) } else { Value::Error }
    }

    /// Where a key stands in the text of a map; the whole map if it is written elsewhere (spread, or a value by name).
    pub(super) fn place_of_key(&self, key: &str, map: Span) -> Span {
        let text = self.sources.slice(map);
        let is_word = |at: Option<char>| at.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let found = text.match_indices(key).find(|(at, _)| {
            let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + key.len()..).unwrap_or_default());
            !is_word(before.chars().next_back()) && after.trim_start_matches(['"', ' ']).starts_with(':')
        });
        found.map_or(map, |(at, _)| Span::new(map.file, map.start as usize + at, map.start as usize + at + key.len()))
    }

    /// The component or structural type of this name, and the module that it comes from.
    pub(super) fn find_definition(
        &mut self,
        module: Option<&'a ast::Name>,
        name: &'a ast::Name,
        context: &Context,
    ) -> Option<(&'a ast::Declaration, SmolStr)> {
        let mut scope = context.scope;
        let mut module_name = SmolStr::default();
        if let Some(module) = module {
            // Modules have names of their own: an input may be called like the module that its type comes from.
            let top = self.module_of(scope).map_or(0, |at| self.module_scope(at));
            match self.read_name(&module.text, module.span, &Context { scope: top, locals: None, ..context.clone() }) {
                Value::Module(number) => {
                    scope = self.module_scope(number as usize);
                    module_name = self.modules.list.get(number as usize).map(|module| module.name.clone()).unwrap_or_default();
                }
                Value::Error => return None,
                other => {
                    let text = self.describe(&other);
                    self.fail(
                        codes::UNKNOWN_TYPE,
                        format!("{text} is no module"),
                        module.span,
                        "a module is needed before the dot",
                        "import the module first: `use \"./stores/queue.dr\" as queue`",
                        context,
                    );
                    return None;
                }
            }
        } else if let Some(at) = self.module_of(scope) {
            module_name = self.modules.list.get(at).filter(|_| at != self.modules.entry).map(|module| module.name.clone()).unwrap_or_default();
        }
        let cell = if module.is_some() {
            self.scopes.get(scope).and_then(|scope| scope.names.get(&name.text)).copied()
        } else {
            self.find_cell(scope, &name.text)
        };
        let found = cell.and_then(|cell| match self.cells.get(cell).map(|cell| &cell.kind) {
            Some(super::scope::CellKind::Definition(declaration)) => Some((cell, *declaration)),
            _ => None,
        });
        let Some((cell, declaration)) = found else {
            self.no_definition(module.is_some(), scope, &module_name, name, context);
            return None;
        };
        if module.is_some() && !self.check_public(cell, &module_name, name.span, context) {
            return None;
        }
        Some((declaration, module_name))
    }

    fn no_definition(&mut self, in_module: bool, scope: usize, module: &str, name: &ast::Name, context: &Context) {
        let mut names: Vec<SmolStr> = if in_module { self.public_names(scope) } else { self.names_in_sight(context) };
        if !in_module {
            names.extend(TYPES.iter().copied().map(SmolStr::new_static));
            names.extend(aws::kinds::names().map(SmolStr::new_static));
        }
        // Types begin with a capital letter, components do not.
        let component = name.text.starts_with(|first: char| first.is_ascii_lowercase());
        let message = if in_module {
            format!("the module `{module}` has no `{}`", name.text)
        } else {
            format!("there is no {} `{}`", if component { "component" } else { "type" }, name.text)
        };
        let mut finding =
            Diagnostic::error(if in_module { codes::UNKNOWN_MEMBER } else { codes::UNKNOWN_TYPE }, message).label(name.span, "not found");
        if let Some(near) = suggest::nearest(&name.text, names.iter().map(SmolStr::as_str)) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near);
        } else if !in_module && component {
            finding = finding.help(format!("import its module with `use`, or declare it: `component {} is service {{ ... }}`", name.text));
        } else if !in_module {
            finding = finding.help("types are `String`, `Number`, `Duration`, ids such as `VpcId`, and what is declared with `type` or `component`");
        } else if names.is_empty() {
            finding = finding.help(format!("`{module}` declares nothing with `pub`"));
        } else {
            finding = finding.help(format!("it has {}", names.join(", ")));
        }
        self.report(finding, context);
    }
}

/// The declarations of a body, those in `if` included.
fn members(statements: &[Statement]) -> Vec<&ast::Declaration> {
    let mut found = Vec::new();
    for statement in statements {
        match statement {
            Statement::Declaration(declaration) => found.push(declaration.as_ref()),
            Statement::If(node) => found.extend(members(&node.then.statements)),
            _ => {}
        }
    }
    found
}

/// Whether something that is declared as `found` can stand where `wanted` is needed.
fn fits(wanted: &TypeExpr, found: &TypeExpr) -> bool {
    if found.optional && !wanted.optional {
        return false;
    }
    match (&wanted.kind, &found.kind) {
        (TypeKind::Resource(a), TypeKind::Resource(b)) => a.text == b.text,
        (TypeKind::Named { path: a, arguments: first }, TypeKind::Named { path: b, arguments: second }) => {
            let (Some(a), Some(b)) = (a.last(), b.last()) else { return true };
            if a.text == "Any" || b.text == "Any" {
                return true;
            }
            if a.text != b.text {
                // A text may turn out to be an id of any kind.
                let text = |name: &str| name == "String" || name == "OneOf" || aws::kinds::find(name).is_some();
                return text(&a.text) && text(&b.text) && [a, b].iter().any(|name| aws::kinds::find(&name.text).is_none());
            }
            match (first.first(), second.first()) {
                (Some(TypeArgument::Type(a)), Some(TypeArgument::Type(b))) => fits(a, b),
                _ => true,
            }
        }
        _ => false,
    }
}
