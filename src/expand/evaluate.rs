//! Expressions to values.

use super::scope::Function;
use super::{Context, Expander, MAXIMUM_DEPTH, Placement};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Region;
use crate::model::ids::Id;
use crate::model::value::{Run, Value, ValueMap, unit};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

impl<'a> Expander<'a> {
    /// The value of an expression; `Value::Error` if it has none, and then the reason was reported.
    pub(super) fn evaluate(&mut self, expression: &'a ast::Expr, context: &Context) -> Value {
        let span = expression.span;
        if !self.step(span, context) {
            return Value::Error;
        }
        let value = self.evaluate_kind(expression, context);
        let makes = matches!(
            expression.kind,
            ExprKind::String(_) | ExprKind::List(_) | ExprKind::Comprehension(_) | ExprKind::Map(_) | ExprKind::Binary(..) | ExprKind::Apply(..)
        );
        if makes { self.weigh(value, span, context) } else { value }
    }

    fn evaluate_kind(&mut self, expression: &'a ast::Expr, context: &Context) -> Value {
        let span = expression.span;
        match &expression.kind {
            ExprKind::None => Value::None,
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Number(value) => Value::Number(*value),
            ExprKind::Quantity(amount, suffix) => match unit(suffix) {
                Some((dimension, factor)) => Value::Quantity(amount * factor, dimension),
                None => self.fail(
                    codes::BAD_LITERAL,
                    format!("there is no unit `{suffix}`"),
                    span,
                    "unknown unit",
                    "the units of time are `ms`, `s`, `min`, `h` and `d`",
                    context,
                ),
            },
            ExprKind::Rate(amount, suffix) => match unit(suffix) {
                Some((_, factor)) => Value::Quantity(amount * 1000.0 / factor, crate::model::value::Dimension::Rate),
                None => self.fail(
                    codes::BAD_LITERAL,
                    format!("there is no unit `{suffix}`"),
                    span,
                    "unknown unit",
                    "the units of time are `ms`, `s`, `min`, `h` and `d`",
                    context,
                ),
            },
            ExprKind::Cidr(text) => Value::Cidr(text.clone()),
            ExprKind::Hyphenated(code) => self.region_by_code(code, span, context),
            ExprKind::String(literal) => self.evaluate_string(literal, context),
            ExprKind::Name(name) => self.read_name(name, span, context),
            ExprKind::List(elements) => self.evaluate_list(elements, context),
            ExprKind::Comprehension(node) => self.evaluate_comprehension(node, context),
            ExprKind::Map(entries) => self.evaluate_map(entries, context),
            ExprKind::Range(low, high) => {
                let (low, high) = (self.evaluate(low, context), self.evaluate(high, context));
                self.make_range(low, high, span, context)
            }
            ExprKind::Lambda(parameters, body) => {
                let number = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
                self.functions.push(Function { parameters, body, context: context.clone() });
                Value::Function(number)
            }
            ExprKind::Unary(operator, operand) => self.evaluate_unary(*operator, operand, span, context),
            ExprKind::Binary(operator, left, right) => self.evaluate_binary(*operator, left, right, span, context),
            ExprKind::If(condition, then, otherwise) => match self.condition_now(condition, context) {
                Some(true) => self.evaluate(then, context),
                Some(false) => self.evaluate(otherwise, context),
                None => Value::Error,
            },
            ExprKind::Member { base, name, optional } => {
                if let Some(value) = self.external_attribute(expression, context) {
                    return value;
                }
                let value = self.evaluate(base, context);
                if *optional && matches!(value, Value::None) {
                    return Value::None;
                }
                self.member(value, name, base.span, context)
            }
            ExprKind::Index(base, index) => {
                let index_value = self.evaluate(index, context);
                let index_value = self.settle(index_value, index.span, context);
                let named = match index_value {
                    Value::Region(region) => self.version_in(base, region, index.span, context),
                    _ => None,
                };
                match named {
                    // An instance still has to be bound to the Region; a value that is the same everywhere may be a map by Region.
                    Some((value, placed)) if matches!(value, Value::Instance(..)) || !placed && matches!(value, Value::Map(_) | Value::List(_)) => {
                        self.index(value, index_value, base.span, index.span, context)
                    }
                    Some((value, _)) => value,
                    None => {
                        let value = self.evaluate(base, context);
                        self.index(value, index_value, base.span, index.span, context)
                    }
                }
            }
            ExprKind::Apply(callee, arguments) => self.evaluate_apply(callee, arguments, span, context),
            ExprKind::Call(_) => self.fail(
                codes::RUN_VALUE,
                "an API is called in actions and conditions only",
                span,
                "not possible here",
                "put it into an action or a condition of a component, and do the action in a step of a plan",
                context,
            ),
            ExprKind::Ask(..) | ExprKind::Run(..) | ExprKind::Wait(..) => self.fail(
                codes::MISPLACED,
                "`ask`, `run` and `wait` are values of a step only",
                span,
                "not possible here",
                "write `step name = wait 60s \"reason\"` in a plan",
                context,
            ),
        }
    }

    /// A condition that must be known now.
    pub(super) fn condition_now(&mut self, expression: &'a ast::Expr, context: &Context) -> Option<bool> {
        let value = self.evaluate(expression, context);
        let value = self.settle(value, expression.span, context);
        match value {
            Value::Bool(value) => Some(value),
            Value::Error => None,
            Value::Deploy(_) | Value::Run(_) => {
                self.not_now(&value, "a condition", expression.span, context);
                None
            }
            other => {
                self.mismatch("Bool", &other, expression.span, "a condition is true or false", context);
                None
            }
        }
    }

    /// Reports a type mismatch.
    pub(super) fn mismatch(&mut self, expected: &str, found: &Value, span: Span, help: &str, context: &Context) -> Value {
        // What is told to somebody, or depended on, is known later too; everything else that has a wrong type decides something now.
        let now = !expected.starts_with("a resource") && !expected.starts_with("something") && !expected.starts_with("a value that");
        if matches!(found, Value::Deploy(_)) && now && self.too_late([found], "this value", span, context) {
            return Value::Error;
        }
        if !matches!(found, Value::Error) {
            self.report(
                Diagnostic::error(codes::TYPE_MISMATCH, format!("expected {expected}, found {}", self.describe(found)))
                    .label(span, format!("this is {}", self.describe(found)))
                    .help(help),
                context,
            );
        }
        Value::Error
    }

    /// A value in the user's words: its type, and the value if it is short.
    pub(super) fn describe(&self, value: &Value) -> String {
        use crate::model::value::{number_text, quantity_text};
        match value {
            Value::Text(text) if text.chars().count() <= 40 => format!("the String \"{text}\""),
            Value::Number(number) => format!("the Number {}", number_text(*number)),
            Value::Quantity(amount, dimension) => format!("the {} {}", dimension.type_name(), quantity_text(*amount, *dimension)),
            Value::Bool(value) => format!("the Bool {value}"),
            Value::Region(region) => format!("the Region {}", self.model.region_text(*region)),
            Value::Instance(id, _) => {
                let instance = self.model.instances.get(*id);
                format!("`{}` (an instance of {})", instance.shown, instance.component)
            }
            Value::Family(id) => format!("the resource `{}`", self.model.family_text(*id)),
            Value::Resource(member) => format!("the resource `{}`", self.model.family_text(member.family)),
            Value::Deploy(deploy) => match deploy.as_ref() {
                crate::model::value::Deploy::Parameter(id, _) => {
                    let parameter = self.model.parameters.get(*id);
                    let article = if parameter.kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
                    format!("the parameter `{}`, {article} {} given at deployment", parameter.name, parameter.kind)
                }
                _ => value.type_name(),
            },
            other => {
                let name = other.type_name();
                if name.starts_with(|c: char| c.is_uppercase()) { format!("a {name}") } else { name }
            }
        }
    }

    /// Chooses the version for the Region of the context where a value has one for each.
    pub(super) fn settle(&mut self, value: Value, span: Span, context: &Context) -> Value {
        match value {
            Value::PerRegion(cell) => {
                let number = cell as usize;
                let placement = self.cell_placement(number, span).unwrap_or(Placement { regions: Rc::from([]), single: false });
                let name = self.cells.get(number).map(|cell| cell.name.clone()).unwrap_or_default();
                match context.here {
                    Some(here) if placement.regions.contains(&here) => self.compute_cell(number, Some(here), span, context),
                    Some(here) => self.no_member(&name, here, &placement.regions, span, context),
                    None => self.which_region(&name, &placement.regions, span, context),
                }
            }
            other => other,
        }
    }

    pub(super) fn no_member(&mut self, name: &str, here: Id<Region>, regions: &[Id<Region>], span: Span, context: &Context) -> Value {
        let place = self.model.region_text(here);
        let others = self.region_list(regions);
        let alias = regions.first().map(|region| self.model.regions.get(*region).alias.clone()).unwrap_or_default();
        self.report(
            Diagnostic::error(codes::NO_MEMBER_HERE, format!("`{name}` has no member in {place}"))
                .label(span, format!("it exists in {others} only"))
                .note("a bare name means the member of the same Region, so that nothing reaches into another Region by accident")
                .help(format!("place it here too, or name the other Region: `{name}[{alias}]`")),
            context,
        );
        Value::Error
    }

    pub(super) fn which_region(&mut self, name: &str, regions: &[Id<Region>], span: Span, context: &Context) -> Value {
        let others = self.region_list(regions);
        let alias = regions.first().map(|region| self.model.regions.get(*region).alias.clone()).unwrap_or_default();
        self.report(
            Diagnostic::error(codes::WHICH_REGION, format!("`{name}` exists in several Regions; which one is meant?"))
                .label(span, format!("exists in {others}"))
                .note("there is no default Region: on the day one of them is lost, a guess would point into it")
                .help(format!("name the Region: `{name}[{alias}]`")),
            context,
        );
        Value::Error
    }

    fn evaluate_list(&mut self, elements: &'a [ast::Element], context: &Context) -> Value {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            let value = self.evaluate(&element.value, context);
            if element.spread {
                match self.settle(value, element.value.span, context) {
                    Value::List(more) => {
                        if !self.spend(more.len(), element.value.span, context) {
                            return Value::Error;
                        }
                        items.extend(more.iter().cloned());
                    }
                    Value::Error | Value::None => {}
                    other => {
                        self.mismatch("a List", &other, element.value.span, "`...` spreads the elements of a list", context);
                    }
                }
            } else {
                items.push(value);
            }
        }
        Value::list(items)
    }

    fn evaluate_map(&mut self, entries: &'a [ast::Entry], context: &Context) -> Value {
        let mut map = ValueMap::default();
        let mut written: FxHashMap<&SmolStr, Span> = FxHashMap::default();
        for entry in entries {
            match entry {
                ast::Entry::Pair { key, value, .. } => {
                    if let Some(first) = written.get(&key.text).copied() {
                        self.report(
                            Diagnostic::error(codes::DUPLICATE_PROPERTY, format!("`{}` is set twice", key.text))
                                .label(key.span, "set again here")
                                .secondary(first, "first set here")
                                .help("remove one of them"),
                            context,
                        );
                    } else {
                        written.insert(&key.text, key.span);
                    }
                    let value = self.evaluate(value, context);
                    map.insert(key.text.clone(), value);
                }
                ast::Entry::Spread(expression) => {
                    let value = self.evaluate(expression, context);
                    match self.settle(value, expression.span, context) {
                        Value::Map(more) if !self.spend(more.len(), expression.span, context) => drop(more),
                        Value::Map(more) => map.extend(more.iter().map(|(key, value)| (key.clone(), value.clone()))),
                        Value::Error | Value::None => {}
                        other => {
                            self.mismatch("a Map", &other, expression.span, "`...` spreads the entries of a map", context);
                        }
                    }
                }
            }
        }
        Value::Map(Rc::new(map))
    }

    fn evaluate_comprehension(&mut self, node: &'a ast::Comprehension, context: &Context) -> Value {
        let over = self.evaluate(&node.over, context);
        let over = self.settle(over, node.over.span, context);
        let Some(pairs) = self.walk(over, node.second.is_some(), node.over.span, context) else { return Value::Error };
        let mut items = Vec::with_capacity(pairs.len());
        for (first, second) in pairs {
            let mut inner = context.with(node.first.text.clone(), first);
            if let Some(name) = &node.second {
                inner = inner.with(name.text.clone(), second);
            }
            if let Some(condition) = &node.condition {
                match self.condition_now(condition, &inner) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Value::Error,
                }
            }
            items.push(self.evaluate(&node.value, &inner));
            if self.exhausted {
                return Value::Error;
            }
        }
        Value::list(items)
    }

    /// The elements (or keys and values) that a loop visits; they must be known now.
    pub(super) fn walk(&mut self, over: Value, pairs: bool, span: Span, context: &Context) -> Option<Vec<(Value, Value)>> {
        match over {
            Value::List(items) if pairs => {
                let numbered = items.iter().enumerate();
                Some(numbered.map(|(at, item)| (Value::Number(at as f64), item.clone())).collect())
            }
            Value::List(items) => Some(items.iter().map(|item| (item.clone(), Value::None)).collect()),
            Value::Map(map) => Some(map.iter().map(|(key, value)| (Value::Text(key.clone()), value.clone())).collect()),
            Value::None => Some(Vec::new()),
            Value::Error => None,
            value @ (Value::Deploy(_) | Value::Run(_)) => {
                self.not_now(&value, "what a loop walks", span, context);
                None
            }
            other => {
                self.mismatch("a List or a Map", &other, span, "a loop walks a list or the entries of a map", context);
                None
            }
        }
    }

    fn evaluate_apply(&mut self, callee: &'a ast::Expr, arguments: &'a [ast::Expr], span: Span, context: &Context) -> Value {
        if let ExprKind::Member { base, name, optional } = &callee.kind {
            let receiver = self.evaluate(base, context);
            if *optional && matches!(receiver, Value::None) {
                return Value::None;
            }
            let receiver = self.settle(receiver, base.span, context);
            return self.method(receiver, name, base.span, arguments, span, context);
        }
        let function = self.evaluate(callee, context);
        match function {
            Value::Function(number) => {
                let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument, context)).collect();
                self.apply(number, values, span, context)
            }
            Value::Builtin(name) => self.apply_builtin(name, arguments, span, context),
            Value::Error => Value::Error,
            other => {
                let text = self.describe(&other);
                self.fail(
                    codes::NOT_CALLABLE,
                    format!("{text} cannot be called"),
                    callee.span,
                    "not a function",
                    "leave the parentheses out; a function is declared as `let double = (n) => n * 2`",
                    context,
                )
            }
        }
    }

    /// Calls a function of the user or the library.
    pub(super) fn apply(&mut self, number: u32, values: Vec<Value>, span: Span, caller: &Context) -> Value {
        let Some(function) = self.functions.get(number as usize) else { return Value::Error };
        let (parameters, body) = (function.parameters, function.body);
        if parameters.len() != values.len() {
            let names: Vec<&str> = parameters.iter().map(|name| name.text.as_str()).collect();
            return self.fail(
                codes::NOT_CALLABLE,
                format!("the function takes {} ({}), not {}", super::counted(parameters.len(), "value"), names.join(", "), values.len()),
                span,
                "wrong number of values",
                format!("call it with {}", names.join(", ")),
                caller,
            );
        }
        if self.depth >= MAXIMUM_DEPTH {
            self.exhaust(
                &format!("functions call each other more than {MAXIMUM_DEPTH} times deep"),
                "no function can call itself; walk a list instead: `[for n in range(5) n * 2]`",
                span,
                caller,
            );
            return Value::Error;
        }
        let mut context = function.context.clone();
        context.here = caller.here.or(context.here);
        context.from = caller.from.or(context.from);
        context.to = caller.to.or(context.to);
        context.instance = context.instance.or(caller.instance);
        for (name, value) in parameters.iter().zip(values) {
            context = context.with(name.text.clone(), value);
        }
        self.depth += 1;
        let value = self.evaluate(body, &context);
        self.depth -= 1;
        value
    }

    /// The version that a declared value has in a Region (computed there, not in the Region of the reader), and whether it is
    /// declared with one version per Region.
    fn version_in(&mut self, base: &'a ast::Expr, region: Id<Region>, index_span: Span, context: &Context) -> Option<(Value, bool)> {
        let cell = match &base.kind {
            ExprKind::Name(name) if !context.has_local(name) => self.find_cell(context.scope, name)?,
            ExprKind::Member { base, name, .. } => {
                let there = context.at(Some(region));
                let owner = match &base.kind {
                    ExprKind::Name(owner) if context.has_local(owner) => return None,
                    ExprKind::Name(owner) => self.ready_value(owner, context).unwrap_or_else(|| self.evaluate(base, &there)),
                    ExprKind::Member { .. } => self.evaluate(base, &there),
                    _ => return None,
                };
                match owner {
                    Value::Instance(id, _) => {
                        self.ensure_expanded(id);
                        let scope = self.instance_body(id)?.scope;
                        self.scopes.get(scope)?.names.get(&name.text).copied()?
                    }
                    // What a resource is known by there, not here.
                    Value::Family(_) | Value::Deploy(_) => return Some((self.member(owner, name, base.span, &there), true)),
                    Value::Error => return Some((Value::Error, true)),
                    _ => return None,
                }
            }
            _ => return None,
        };
        if !self.cells.get(cell)?.is_computed() {
            return None;
        }
        let placement = self.cell_placement(cell, base.span);
        if let Some(placement) = placement.as_ref().filter(|placement| !placement.regions.contains(&region)) {
            let name = self.sources.slice(base.span).to_string();
            return Some((self.no_member(&name, region, &placement.regions, index_span, context), true));
        }
        Some((self.compute_cell(cell, Some(region), base.span, context), placement.is_some()))
    }

    /// The value of a name that stands for a declared thing, if it does.
    fn ready_value(&self, name: &str, context: &Context) -> Option<Value> {
        if context.has_local(name) {
            return None;
        }
        match &self.cells.get(self.find_cell(context.scope, name)?)?.kind {
            super::scope::CellKind::Ready(value) => Some(value.clone()),
            _ => None,
        }
    }

    fn region_by_code(&mut self, code: &SmolStr, span: Span, context: &Context) -> Value {
        let found = self.model.regions.iter().find(|(_, region)| region.code == *code).map(|(id, _)| id);
        if let Some(id) = found {
            return Value::Region(id);
        }
        let known = crate::aws::regions::find(code);
        let mut finding = if known.is_some() {
            Diagnostic::error(codes::NOT_PLACED, format!("`{code}` is no Region of this platform"))
                .label(span, "not declared")
                .help(format!("declare it and use its name: `region third = {code}`"))
        } else {
            Diagnostic::error(codes::UNKNOWN_REGION, format!("AWS has no Region `{code}`")).label(span, "unknown Region")
        };
        if known.is_none()
            && let Some(near) = suggest::nearest(code, crate::aws::regions::codes())
        {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
        }
        self.report(finding, context);
        Value::Error
    }

    /// Turns any value into an operand of a run-time expression.
    pub(super) fn as_run(&mut self, value: Value) -> Rc<Run> {
        match value {
            Value::Run(run) => run,
            other => Rc::new(Run::Known(other)),
        }
    }
}
