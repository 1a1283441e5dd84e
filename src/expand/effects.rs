//! What a step can do to data and customers: the words of its action, what its calls do, and the floor below which no word goes.

use super::plan::Ends;
use super::steps::NamedAction;
use super::{Context, Expander};
use crate::aws::{effects, iam};
use crate::diag::{Diagnostic, codes};
use crate::model::Instance;
use crate::model::ids::Id;
use crate::model::value::Value;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseValue, ClauseWord, TypeKind};
use crate::workflow::{Call, Operation, PlanKind};
use smol_str::SmolStr;

/// The words of effects, in the order in which they are told.
const WORDS: &[&str] = &["lossy", "irreversible", "traffic", READ_ONLY];
pub(super) const READ_ONLY: &str = "read_only";

impl<'a> Expander<'a> {
    /// The effects that the step or the action names. Those that a step names are held against what the function may do.
    pub(super) fn declared_effects(&mut self, action: &NamedAction<'a>, context: &Context) -> Vec<SmolStr> {
        let words = match (action.effects, action.declaration.clause(ClauseWord::Is).map(|clause| &clause.value)) {
            (Some(words), _) => words,
            (None, Some(ClauseValue::Words(words))) => words.as_slice(),
            _ => &[],
        };
        let mut effects = Vec::new();
        for word in words {
            effects.extend(self.one_of(&Value::Text(word.text.clone()), WORDS, word.span, context));
        }
        if let Some(word) = action.effects.and_then(|words| words.iter().find(|word| word.text == READ_ONLY)) {
            self.check_granted(action, word, context);
        }
        effects
    }

    /// A function that is said to change nothing may do nothing that changes something.
    fn check_granted(&mut self, action: &NamedAction<'a>, word: &ast::Name, context: &Context) {
        let here = context.here;
        let Some((grant, changing)) = self.granted(action.instance, here).into_iter().find_map(|(grant, names)| {
            let changing = names.into_iter().find(|name| iam::may_change(name));
            changing.map(|name| (grant, name))
        }) else {
            return;
        };
        let (shown, declared) = {
            let instance = self.model.instances.get(action.instance);
            (instance.shown.clone(), instance.span)
        };
        self.report_later(
            Diagnostic::error(codes::EFFECT_FLOOR, format!("`{shown}` may change something, but the step is said to be `{READ_ONLY}`"))
                .label(word.span, "said here")
                .secondary(declared, format!("granted `{grant}`, which needs `{changing}`: that is not known to read only"))
                .note("what a function does, only its code says; what it may do, its role says")
                .help(format!("leave `{READ_ONLY}` out, or let another function ask that may only read"))
                .acceptable(),
            context,
        );
    }

    /// What an instance was granted: the name of each grant and its actions.
    fn granted(&mut self, id: Id<Instance>, here: Option<Id<crate::model::Region>>) -> Vec<(SmolStr, Vec<String>)> {
        let Some(body) = self.instance_body(id) else { return Vec::new() };
        let (component, scope) = (body.component, body.scope);
        let is_grant = |ty: &ast::TypeExpr| matches!(&ty.kind, TypeKind::Named { path, .. } if path.last().is_some_and(|name| name.text == "Grant"));
        let takes = |ty: &ast::TypeExpr| {
            is_grant(ty)
                || matches!(&ty.kind, TypeKind::Named { arguments, .. } if arguments.iter().any(|argument| matches!(argument, ast::TypeArgument::Type(inner) if is_grant(inner))))
        };
        let inputs: Vec<SmolStr> =
            component.inputs().iter().filter(|input| input.ty.as_ref().is_some_and(takes)).map(|input| input.name.text.clone()).collect();
        let mut found = Vec::new();
        for input in inputs {
            let Some(cell) = self.scopes.get(scope).and_then(|scope| scope.names.get(&input)).copied() else { continue };
            let value = self.compute_cell(cell, here, component.name.span, &Context { here, ..Context::of_scope(scope) });
            grants(&value, &mut found);
        }
        found
    }

    /// The effects with what the calls do, whatever the words say.
    pub(super) fn with_calls(&self, mut effects: Vec<SmolStr>, body: &[Operation]) -> Vec<SmolStr> {
        let mut calls = Vec::new();
        collect(body, &mut calls);
        for call in calls {
            for word in effects_of(call) {
                if !effects.iter().any(|known| known == word) {
                    effects.push(SmolStr::new(word));
                }
            }
        }
        effects.sort_by_key(|word| WORDS.iter().position(|known| word == known));
        effects
    }

    /// Whether a plan of this kind may have an action with these effects.
    pub(super) fn check_effects(&mut self, title: &str, effects: &[SmolStr], ends: Ends, span: Span, context: &Context) -> Option<()> {
        let has = |effect: &str| effects.iter().any(|word| word == effect);
        let reaches = WORDS.iter().any(|word| *word != READ_ONLY && has(word));
        if ends.kind == PlanKind::Drill && (!has(READ_ONLY) || reaches) {
            let words: Vec<&str> = effects.iter().map(SmolStr::as_str).filter(|word| *word != READ_ONLY).collect();
            let what = if words.is_empty() { "changes something".to_string() } else { format!("is {}", words.join(", ")) };
            self.report(
                Diagnostic::error(codes::DRILL_EFFECT, format!("a drill cannot do `{title}`: it {what}"))
                    .label(span, format!("not `{READ_ONLY}`"))
                    .note("a drill runs on a schedule, against the platform that serves customers")
                    .help(format!("use an action that is `{READ_ONLY}`: a probe or a check")),
                context,
            );
            return None;
        }
        if ends.kind == PlanKind::Failback && has("lossy") {
            self.report(
                Diagnostic::error(codes::FAILBACK_LOSES, format!("a failback cannot do `{title}`: it can lose data"))
                    .label(span, "`lossy`")
                    .note("a failback is planned: both Regions are there, and nothing has to be given up")
                    .help("use a switchover, which waits until both sides are equal"),
                context,
            );
            return None;
        }
        Some(())
    }
}

/// What an operation does to data, as this call is made.
fn effects_of(call: &Call) -> impl Iterator<Item = &'static str> {
    let given = |member: &str| match call.arguments.iter().find(|(name, _)| name == member).map(|(_, value)| value) {
        None | Some(Value::None | Value::Bool(false)) => false,
        // What only the run knows can be so.
        Some(_) => true,
    };
    let row = effects::effects_of(&call.service, &call.operation).filter(|row| row.given.as_deref().is_none_or(given));
    row.into_iter().flat_map(effects::Effect::words)
}

fn collect<'c>(body: &'c [Operation], calls: &mut Vec<&'c Call>) {
    for operation in body {
        match operation {
            Operation::Call(call) => calls.push(call),
            Operation::DoneWhen { body, .. } => collect(body, calls),
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
}

/// The grants in a value: maps with `name` and `actions`.
fn grants(value: &Value, found: &mut Vec<(SmolStr, Vec<String>)>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| grants(item, found)),
        Value::Map(map) => {
            let Some(Value::List(actions)) = map.get("actions") else { return };
            let name = match map.get("name") {
                Some(Value::Text(name)) => name.clone(),
                _ => SmolStr::default(),
            };
            let names = actions.iter().filter_map(|action| match action {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            });
            found.push((name, names.collect()));
        }
        _ => {}
    }
}
