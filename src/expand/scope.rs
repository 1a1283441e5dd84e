//! Names: scopes, cells and the context in which an expression is read.

use super::words::CONTEXT_WORDS;
use super::{Expander, Placement};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::ids::Id;
use crate::model::value::Value;
use crate::model::{Instance, Region};
use crate::source::Span;
use crate::syntax::ast;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

/// Where names are looked up, in this order: locals, the scope and its parents, the prelude.
pub(super) struct Scope {
    pub parent: Option<usize>,
    pub names: FxHashMap<SmolStr, usize>,
    /// What the `for` blocks of this body declared: name, then key and what was declared for it.
    pub collected: FxHashMap<SmolStr, Vec<(SmolStr, Value)>>,
}

/// What a name stands for.
pub(super) enum CellKind<'a> {
    Ready(Value),
    Let(&'a ast::Declaration),
    Input {
        declaration: &'a ast::Declaration,
        given: Option<(&'a ast::Assign, Context)>,
    },
    Given(Vec<(Id<Region>, Value)>),
    /// An input that something existing was not given.
    Missing(&'a ast::Declaration),
    Output(&'a ast::Declaration),
    Metric(&'a ast::Declaration),
    Grant(&'a ast::Declaration),
    Gather(&'a ast::Declaration),
    Action(&'a ast::Declaration),
    Condition(&'a ast::Declaration),
    Definition(&'a ast::Declaration),
}

/// A declared name and what was computed for it.
pub(super) struct Cell<'a> {
    pub kind: CellKind<'a>,
    pub name: SmolStr,
    pub span: Span,
    pub public: bool,
    pub context: Context,
    pub placement: Option<Placement>,
    pub placed: bool,
    pub memo: Vec<(Option<Id<Region>>, Value)>,
    pub active: bool,
}

impl Cell<'_> {
    /// Whether the cell is a value that is computed in a Region, rather than a thing that is declared once.
    pub fn is_computed(&self) -> bool {
        matches!(
            self.kind,
            CellKind::Let(_)
                | CellKind::Input { .. }
                | CellKind::Given(_)
                | CellKind::Missing(_)
                | CellKind::Output(_)
                | CellKind::Metric(_)
                | CellKind::Grant(_)
        )
    }
}

/// A function of the user: parameters, body, and the context in which it was written.
pub(super) struct Function<'a> {
    pub parameters: &'a [ast::Name],
    pub body: &'a ast::Expr,
    pub context: Context,
}

/// One local name; the rest follows behind it.
#[derive(Debug)]
pub struct Local {
    name: SmolStr,
    value: Value,
    next: Option<Rc<Local>>,
}

/// The context in which an expression is read.
#[derive(Debug, Clone, Default)]
pub struct Context {
    pub(super) scope: usize,
    pub(super) here: Option<Id<Region>>,
    pub(super) from: Option<Id<Region>>,
    pub(super) to: Option<Id<Region>>,
    pub(super) instance: Option<Id<Instance>>,
    pub(super) group: Option<SmolStr>,
    /// How many `later` stand around.
    pub(super) phase: u32,
    pub(super) locals: Option<Rc<Local>>,
    pub(super) in_action: bool,
    /// In an action or a condition that changes nothing: where that is said.
    pub(super) read_only: Option<Span>,
    /// In a call that waits for its token.
    pub(super) token: bool,
}

impl Context {
    pub(super) fn of_scope(scope: usize) -> Self {
        Self { scope, ..Self::default() }
    }

    /// The same context in a member of this Region.
    pub(super) fn at(&self, here: Option<Id<Region>>) -> Self {
        Self { here, ..self.clone() }
    }

    /// The same context with one more local name.
    pub(super) fn with(&self, name: SmolStr, value: Value) -> Self {
        let next = self.locals.clone();
        Self { locals: Some(Rc::new(Local { name, value, next })), ..self.clone() }
    }

    fn local(&self, name: &str) -> Option<&Value> {
        let mut at = self.locals.as_deref();
        while let Some(local) = at {
            if local.name == name {
                return Some(&local.value);
            }
            at = local.next.as_deref();
        }
        None
    }

    /// Whether a local name hides what is declared.
    pub(super) fn has_local(&self, name: &str) -> bool {
        self.local(name).is_some()
    }

    fn local_names(&self) -> Vec<SmolStr> {
        let mut names = Vec::new();
        let mut at = self.locals.as_deref();
        while let Some(local) = at {
            names.push(local.name.clone());
            at = local.next.as_deref();
        }
        names
    }
}

impl<'a> Expander<'a> {
    pub(super) fn new_scope(&mut self, parent: Option<usize>) -> usize {
        self.scopes.push(Scope { parent, names: FxHashMap::default(), collected: FxHashMap::default() });
        self.scopes.len() - 1
    }

    /// Declares a name; a second one of the same name is reported and not declared.
    pub(super) fn declare(&mut self, name: &ast::Name, kind: CellKind<'a>, public: bool, context: &Context) -> Option<usize> {
        if let Some(known) = self.scopes.get(context.scope).and_then(|scope| scope.names.get(&name.text)).copied() {
            let first = self.cells.get(known).map(|cell| cell.span).unwrap_or_default();
            self.report(
                Diagnostic::error(codes::DUPLICATE_NAME, format!("`{}` is declared twice", name.text))
                    .label(name.span, "declared again here")
                    .secondary(first, "first declared here")
                    .help("give one of them another name; names are unique in a file and in a component"),
                context,
            );
            return None;
        }
        if CONTEXT_WORDS.contains(&name.text.as_str())
            && !matches!(kind, CellKind::Input { .. } | CellKind::Given(_) | CellKind::Missing(_) | CellKind::Ready(Value::Error))
        {
            self.report(
                Diagnostic::error(codes::RESERVED_WORD, format!("`{}` has a meaning of its own and cannot be declared", name.text))
                    .label(name.span, "a word with a meaning of its own")
                    .help(format!("choose another name, for example `{}_`", name.text)),
                context,
            );
            return None;
        }
        let cell = self.cells.len();
        self.cells.push(Cell {
            kind,
            name: name.text.clone(),
            span: name.span,
            public,
            context: context.clone(),
            placement: None,
            placed: false,
            memo: Vec::new(),
            active: false,
        });
        if let Some(scope) = self.scopes.get_mut(context.scope) {
            scope.names.insert(name.text.clone(), cell);
        }
        Some(cell)
    }

    pub(super) fn find_cell(&self, scope: usize, name: &str) -> Option<usize> {
        let mut at = Some(scope);
        while let Some(scope) = at.and_then(|at| self.scopes.get(at)) {
            if let Some(cell) = scope.names.get(name) {
                return Some(*cell);
            }
            at = scope.parent;
        }
        None
    }

    /// What a `for` in this body or around it declared under this name, by its keys; a nearer declaration of the name hides it.
    fn find_collected(&self, scope: usize, name: &str) -> Option<Value> {
        let mut at = Some(scope);
        while let Some(scope) = at.and_then(|at| self.scopes.get(at)) {
            if scope.names.contains_key(name) {
                return None;
            }
            if let Some(entries) = scope.collected.get(name) {
                return Some(Value::map(entries.clone()));
            }
            at = scope.parent;
        }
        None
    }

    /// Makes what one round of a `for` declared known around it.
    pub(super) fn collect_round(&mut self, around: usize, round: usize, key: &SmolStr) {
        let Some(inner) = self.scopes.get(round) else { return };
        let things = inner.names.iter().filter_map(|(name, cell)| match self.cells.get(*cell).map(|cell| &cell.kind) {
            Some(CellKind::Ready(value @ (Value::Family(_) | Value::Instance(..)))) => Some((name.clone(), value.clone())),
            _ => None,
        });
        let nested = inner.collected.iter().map(|(name, entries)| (name.clone(), Value::map(entries.clone())));
        let found: Vec<(SmolStr, Value)> = things.chain(nested).collect();
        if let Some(around) = self.scopes.get_mut(around) {
            for (name, value) in found {
                around.collected.entry(name).or_default().push((key.clone(), value));
            }
        }
    }

    /// All names that could be meant in a context, sorted.
    pub(super) fn names_in_sight(&self, context: &Context) -> Vec<SmolStr> {
        let mut names = context.local_names();
        let mut at = Some(context.scope);
        while let Some(scope) = at.and_then(|at| self.scopes.get(at)) {
            let mut own: Vec<SmolStr> = scope.names.keys().chain(scope.collected.keys()).cloned().collect();
            own.sort();
            names.extend(own);
            at = scope.parent;
        }
        names.extend(CONTEXT_WORDS.iter().copied().map(SmolStr::new_static));
        names
    }

    /// The value of a bare name.
    pub(super) fn read_name(&mut self, name: &SmolStr, span: Span, context: &Context) -> Value {
        if let Some(token) = self.token_word(name, context) {
            return token;
        }
        if let Some(local) = context.local(name) {
            return local.clone();
        }
        if let Some(things) = self.find_collected(context.scope, name) {
            return things;
        }
        if let Some(cell) = self.find_cell(context.scope, name) {
            return self.read_cell(cell, span, context);
        }
        if let Some(value) = self.context_word(name, span, context) {
            return value;
        }
        if let Some(builtin) = super::builtins::find(name) {
            return Value::Builtin(builtin);
        }
        // Said once for each file: what is missing is missed wherever it is used.
        if !self.unknown.insert((span.file, name.clone())) {
            return Value::Error;
        }
        let names = self.names_in_sight(context);
        let mut finding = Diagnostic::error(codes::UNKNOWN_NAME, format!("nothing is called `{name}` here")).label(span, "unknown name");
        if let Some(near) = suggest::nearest(name, names.iter().map(SmolStr::as_str)) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
            if let Some(cell) = self.find_cell(context.scope, near).and_then(|cell| self.cells.get(cell))
                && !self.sources.in_library(cell.span)
                && cell.span != Span::default()
            {
                finding = finding.secondary(cell.span, format!("`{near}` is declared here"));
            }
        } else if let Some(declared) = self.in_platform_file(name, context) {
            finding = finding
                .secondary(declared, "declared in the platform file")
                .help(format!("a component knows what it is given: declare `input {name}: ...` and give it `{name} = {name}`"));
        } else if crate::stdlib::public_modules().any(|module| module == name.as_str()) {
            finding = finding.help(format!("`{name}` is a module of the library: `use std@1.{{{name}}}`"));
        } else if self.placing.is_some_and(|place| place.file == span.file && place.start <= span.start && span.end <= place.end) {
            finding = finding.help(format!("a place is a Region of the platform, or a list of them: {}", self.region_list(&self.all_regions())));
        } else {
            finding =
                finding.help(format!("a text is written in quotes (`\"{name}\"`); any bare name is something declared, imported or a context word"));
        }
        self.report(finding, context);
        Value::Error
    }

    fn all_regions(&self) -> Vec<Id<Region>> {
        self.model.regions.ids().collect()
    }

    /// Where the platform file declares a name that a component looks for.
    fn in_platform_file(&self, name: &SmolStr, context: &Context) -> Option<Span> {
        context.instance?;
        let top = self.scopes.get(self.module_scope(self.modules.entry))?;
        top.names.get(name).and_then(|cell| self.cells.get(*cell)).map(|cell| cell.span)
    }

    /// The value of a cell for the Region of the context; a cell with one value per Region stays open without one.
    pub(super) fn read_cell(&mut self, number: usize, span: Span, context: &Context) -> Value {
        let placement = self.cell_placement(number, span);
        let mut here = context.here;
        if let Some(placement) = &placement {
            if placement.single {
                here = placement.regions.first().copied();
            } else {
                match here {
                    None => return Value::PerRegion(u32::try_from(number).unwrap_or(u32::MAX)),
                    Some(region) if !placement.regions.contains(&region) => {
                        return Value::PerRegion(u32::try_from(number).unwrap_or(u32::MAX));
                    }
                    Some(_) => {}
                }
            }
        }
        self.compute_cell(number, here, span, context)
    }

    /// The value of a cell in a Region; computed once.
    pub(super) fn compute_cell(&mut self, number: usize, here: Option<Id<Region>>, span: Span, reader: &Context) -> Value {
        let Some(cell) = self.cells.get(number) else { return Value::Error };
        if let CellKind::Ready(value) = &cell.kind {
            return value.clone();
        }
        if let Some((_, value)) = cell.memo.iter().find(|(region, _)| *region == here) {
            return value.clone();
        }
        if cell.active {
            let (name, declared) = (cell.name.clone(), cell.span);
            self.report(
                Diagnostic::error(codes::DEFINITION_CYCLE, format!("`{name}` is defined by itself"))
                    .label(span, "needed here, to compute itself")
                    .secondary(declared, "declared here")
                    .help("break the circle: one of the values in it has to be given directly"),
                reader,
            );
            return Value::Error;
        }
        if self.depth >= super::MAXIMUM_DEPTH * 2 {
            self.exhaust(
                "values depend on each other too deeply",
                "give one of the values in the row directly, instead of by the next one",
                span,
                reader,
            );
            return Value::Error;
        }
        let context = cell.context.at(here);
        if let Some(cell) = self.cells.get_mut(number) {
            cell.active = true;
        }
        self.depth += 1;
        let reading = self.begin_reading(number, &context);
        let value = self.evaluate_cell(number, &context);
        self.reading.truncate(reading);
        self.depth -= 1;
        let kept = !(self.quiet && self.lacks);
        if let Some(cell) = self.cells.get_mut(number) {
            cell.active = false;
            if kept {
                cell.memo.push((here, value.clone()));
            }
        }
        value
    }

    /// Notes which output, metric or grant is read, for messages; gives how many were being read before.
    fn begin_reading(&mut self, number: usize, context: &Context) -> usize {
        let before = self.reading.len();
        if let (Some(cell), Some(id)) = (self.cells.get(number), context.instance)
            && matches!(cell.kind, CellKind::Output(_) | CellKind::Metric(_) | CellKind::Grant(_))
        {
            let output = matches!(cell.kind, CellKind::Output(_));
            self.reading.push(super::lacking::Reading { instance: id, name: cell.name.clone(), output });
        }
        before
    }

    fn evaluate_cell(&mut self, number: usize, context: &Context) -> Value {
        let Some(cell) = self.cells.get(number) else { return Value::Error };
        match &cell.kind {
            CellKind::Ready(value) => value.clone(),
            CellKind::Let(declaration) => {
                let declaration: &'a ast::Declaration = declaration;
                self.evaluate_let(declaration, context)
            }
            CellKind::Input { declaration, given } => {
                let declaration: &'a ast::Declaration = declaration;
                let given = given.clone();
                self.evaluate_input(declaration, given, context)
            }
            CellKind::Missing(declaration) => {
                let declaration: &'a ast::Declaration = declaration;
                self.missing_input(declaration, context)
            }
            CellKind::Given(values) => {
                let found = values.iter().find(|(region, _)| Some(*region) == context.here).or_else(|| values.first());
                found.map_or(Value::None, |(_, value)| value.clone())
            }
            CellKind::Output(declaration) => {
                let declaration: &'a ast::Declaration = declaration;
                self.evaluate_let(declaration, context)
            }
            CellKind::Metric(declaration) => {
                let declaration: &'a ast::Declaration = declaration;
                self.evaluate_metric(declaration, context)
            }
            CellKind::Grant(declaration) => {
                let declaration: &'a ast::Declaration = declaration;
                self.evaluate_grant(declaration, context)
            }
            CellKind::Gather(declaration) => {
                let declaration: &'a ast::Declaration = declaration;
                self.evaluate_gather(declaration, context)
            }
            CellKind::Action(_) => Value::Definition("an action"),
            CellKind::Condition(_) => Value::Definition("a condition"),
            // An alarm that has been made is what it was made of, which has a name.
            CellKind::Definition(declaration) => match self.alarms_made.get(&(declaration.span, context.scope)) {
                Some(made) => Value::Instance(*made, None),
                None => Value::Definition(definition_kind(declaration.kind)),
            },
        }
    }

    fn evaluate_let(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Value {
        let Some(expression) = &declaration.value else {
            return self.fail(
                codes::MISSING_VALUE,
                format!("`{}` has no value", declaration.name.text),
                declaration.name.span,
                "and its value?",
                "write `= value` behind it",
                context,
            );
        };
        let value = self.evaluate(expression, context);
        match &declaration.ty {
            Some(ty) => self.check_type(value, ty, expression.span, &declaration.name.text, context),
            None => value,
        }
    }

    /// Where a cell has values, if it has one per Region (`in ...` in its header).
    pub(super) fn cell_placement(&mut self, number: usize, span: Span) -> Option<Placement> {
        let cell = self.cells.get(number)?;
        if cell.placed {
            return cell.placement.clone();
        }
        let declaration: &'a ast::Declaration = match &cell.kind {
            CellKind::Output(declaration)
            | CellKind::Metric(declaration)
            | CellKind::Grant(declaration)
            | CellKind::Let(declaration)
            | CellKind::Input { declaration, .. } => declaration,
            _ => return None,
        };
        let context = cell.context.clone();
        let placement = declaration.clause(ast::ClauseWord::In).and_then(|clause| self.placement(clause, &context));
        let _ = span;
        if let Some(cell) = self.cells.get_mut(number) {
            cell.placed = true;
            cell.placement = placement.clone();
        }
        placement
    }
}

/// What messages call a definition that is no value.
pub(super) fn definition_kind(kind: ast::Kind) -> &'static str {
    match kind {
        ast::Kind::Component => "a component",
        ast::Kind::Type => "a type",
        ast::Kind::Alarm => "an alarm",
        ast::Kind::Failover | ast::Kind::Failback | ast::Kind::Drill => "a plan",
        ast::Kind::Group => "a group",
        ast::Kind::Step => "a step",
        _ => "a definition",
    }
}
