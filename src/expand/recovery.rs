//! What components say of recovery: how data gets to the other Regions, what steers traffic, what nobody waits for.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::ids::Id;
use crate::model::recovery::{Delay, Part, Recovery, Replication, Steering};
use crate::model::value::Value;
use crate::model::{Instance, Region};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseValue, ClauseWord, DelayWord};
use smol_str::SmolStr;

/// What was met and is computed when everything is declared, and what the actions of a step say.
#[derive(Default)]
pub(super) struct Pending<'a> {
    facts: Vec<(Id<Instance>, &'a ast::Assign, Context)>,
    delays: Vec<(Id<Instance>, &'a ast::Delay, Context)>,
    /// What passes after the step that is being expanded.
    pub takes: Vec<Delay>,
    /// How long the step usually takes, milliseconds, and why.
    pub usually: Option<(f64, String)>,
}

/// The keys of a component's own block, by what it is.
const KEYS: &[(&str, &[&str])] = &[("replica", &["layer", "replication", "behind"]), ("route", &["layer", "steering"]), ("service", &["layer"])];

/// The input by which a replica says where it is written before anything moves it.
const BORN_IN: &str = "born_in";

impl<'a> Expander<'a> {
    /// `replication = "asynchronous"` and the like, in the block of a component.
    pub(super) fn component_key(&mut self, assign: &'a ast::Assign, context: &Context) {
        let component = context.instance.and_then(|id| self.instances.get(id.index())).map(|body| body.component);
        let role = component.and_then(|component| component.clause(ClauseWord::Is)).and_then(|clause| match &clause.value {
            ClauseValue::Words(words) => words.first().map(|word| word.text.clone()),
            ClauseValue::Expr(_) => None,
        });
        let known = KEYS.iter().find(|(word, _)| role.as_deref() == Some(*word)).map_or(&["layer"] as &[&str], |(_, keys)| *keys);
        match context.instance {
            Some(id) if known.contains(&assign.key.text.as_str()) => self.recovery.facts.push((id, assign, context.clone())),
            _ => {
                self.unknown_key(&assign.key, known, &role.map_or("a component".to_string(), |role| format!("a component that is a {role}")), context)
            }
        }
    }

    /// `takes` and `assumes` in the block of a component.
    pub(super) fn component_delay(&mut self, node: &'a ast::Delay, context: &Context) {
        if let Some(id) = context.instance {
            self.recovery.delays.push((id, node, context.clone()));
        }
    }

    /// Computes what components say of recovery.
    pub(super) fn expand_recovery(&mut self) {
        for (id, assign, context) in std::mem::take(&mut self.recovery.facts) {
            let value = self.evaluate(&assign.value, &context);
            let value = self.settle(value, assign.value.span, &context);
            // What depends on an input may be `none`: the component says nothing then.
            if matches!(value, Value::Error | Value::None) {
                continue;
            }
            match assign.key.text.as_str() {
                "behind" => {
                    let behind = self.duration(&assign.value, "behind", &context);
                    self.recovery_of(id, |recovery| recovery.behind = behind);
                }
                "steering" => {
                    let steering = self.one_of(&value, &Steering::WORDS, assign.value.span, &context).and_then(|word| Steering::of(&word));
                    self.recovery_of(id, |recovery| recovery.steering = steering);
                }
                _ => {
                    let replication = self.one_of(&value, &Replication::WORDS, assign.value.span, &context).and_then(|word| Replication::of(&word));
                    let lag_in = self.lag_regions(id);
                    self.recovery_of(id, |recovery| (recovery.replication, recovery.lag_in) = (replication, lag_in));
                }
            }
        }
        let movable: Vec<Id<Instance>> = self.model.instances.iter().filter(|(_, one)| one.recovery.moving.is_some()).map(|(id, _)| id).collect();
        for id in movable {
            let born_in = self.born_in(id);
            self.recovery_of(id, |recovery| recovery.born_in = born_in);
        }
        for (id, node, context) in std::mem::take(&mut self.recovery.delays) {
            let delay = self.delay(node, &context);
            self.recovery_of(id, |recovery| recovery.takes.extend(delay));
        }
    }

    /// Where the metric `lag` of an instance can be read: nowhere, if it has none.
    fn lag_regions(&mut self, id: Id<Instance>) -> Vec<Id<Region>> {
        if !self.has_member(id, "lag") {
            return Vec::new();
        }
        let scope = self.instance_body(id).and_then(|body| self.scopes.get(body.scope));
        let cell = scope.and_then(|scope| scope.names.get("lag")).copied();
        let placed = cell.and_then(|cell| self.cell_placement(cell, Span::default()));
        placed.map_or_else(|| self.model.instances.get(id).regions.clone(), |placement| placement.regions.to_vec())
    }

    /// Where an instance is written at first: its input `born_in`.
    fn born_in(&mut self, id: Id<Instance>) -> Option<Id<Region>> {
        if !self.has_member(id, BORN_IN) {
            return None;
        }
        // What exists already need not say it.
        let scope = self.instance_body(id).filter(|body| body.existing.is_none())?.scope;
        let cell = self.scopes.get(scope)?.names.get(BORN_IN).copied()?;
        let context = self.cells.get(cell)?.context.clone();
        match self.read_cell(cell, Span::default(), &context) {
            Value::Region(region) => Some(region),
            _ => None,
        }
    }

    fn recovery_of(&mut self, id: Id<Instance>, change: impl FnOnce(&mut Recovery)) {
        change(&mut self.model.instances.get_mut(id).recovery);
    }

    /// A delay in an action: kept for the step that is being expanded.
    pub(super) fn action_delay(&mut self, node: &'a ast::Delay, context: &Context) {
        if node.word == DelayWord::Usually {
            if let (Some(duration), Some(why)) = (self.duration(&node.duration, "usually", context), self.reason(&node.reason, context)) {
                self.recovery.usually = Some((duration, why));
            }
        } else {
            let delay = self.delay(node, context);
            self.recovery.takes.extend(delay);
        }
    }

    fn delay(&mut self, node: &'a ast::Delay, context: &Context) -> Option<Delay> {
        let word = node.part.as_ref()?;
        let named = word.plain().unwrap_or_default();
        let Some(part) = Part::of(named) else {
            let known = Part::ALL.map(Part::word);
            let mut finding = Diagnostic::error(codes::TYPE_MISMATCH, format!("a recovery has no part `{named}`")).label(word.span, "unknown part");
            finding = match suggest::nearest(named, known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), word.span, format!("\"{near}\"")),
                None => finding.help(format!("write one of \"{}\"", known.join("\", \""))),
            };
            self.report(finding, context);
            return None;
        };
        let duration = self.duration(&node.duration, node.word.word(), context)?;
        let why = self.reason(&node.reason, context)?;
        Some(Delay { part, duration, why, assumed: node.word == DelayWord::Assumes, span: node.span })
    }

    /// A text that is known now.
    fn reason(&mut self, text: &'a ast::StringLiteral, context: &Context) -> Option<String> {
        match self.evaluate_string(text, context) {
            Value::Text(text) => Some(SmolStr::to_string(&text)),
            Value::Error => None,
            other => {
                self.mismatch("a text that is known now", &other, text.span, "the reason is for readers of the report", context);
                None
            }
        }
    }
}
