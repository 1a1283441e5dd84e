//! What was written and is read by nobody is checked all the same: a mistake in an action that no plan uses yet would be found
//! on the day when one does.

use super::scope::CellKind;
use super::{Context, Expander};
use crate::aws::api::Shape;
use crate::model::value::{Run, Value};
use crate::syntax::ast::{self, ClauseValue, ClauseWord, ExprKind, Kind};
use smol_str::SmolStr;
use std::rc::Rc;

impl<'a> Expander<'a> {
    /// Checks what nobody has read: inputs that were given, and the outputs, metrics and grants of the project's own components.
    /// What is written is never ignored.
    pub(super) fn evaluate_unread(&mut self) {
        for number in 0..self.cells.len() {
            let Some(cell) = self.cells.get(number).filter(|cell| cell.memo.is_empty()) else { continue };
            // What a component gives to a part of something existing is the component's, not the user's.
            let inside = self.existing(cell.context.instance).is_some_and(|existing| !existing.address.is_empty());
            if inside || self.is_existing(&cell.kind, &cell.context) {
                continue;
            }
            let span = match &cell.kind {
                CellKind::Input { given: Some((assign, _)), .. } => assign.value.span,
                CellKind::Output(declaration) | CellKind::Metric(declaration) | CellKind::Grant(declaration)
                    if !self.sources.in_library(declaration.span) =>
                {
                    declaration.name.span
                }
                CellKind::Action(declaration) | CellKind::Condition(declaration) if !self.sources.in_library(declaration.span) => {
                    let (declaration, context) = (*declaration, cell.context.clone());
                    self.rehearse(declaration, &context);
                    continue;
                }
                _ => continue,
            };
            let context = cell.context.clone();
            let regions = match self.cell_placement(number, span) {
                Some(placement) => placement.regions.to_vec(),
                None => context.instance.map(|id| self.model.instances.get(id).regions.clone()).unwrap_or_default(),
            };
            // Of an output that is told for some Regions, the others are asked for only if somebody reads them.
            self.quiet = self.is_told(number);
            for region in regions {
                self.compute_cell(number, Some(region), span, &context);
            }
            self.quiet = false;
        }
    }

    /// Goes through an action or a condition that no plan uses, as if a plan led from the last of the Regions to the first, or back
    /// if it requires that.
    fn rehearse(&mut self, declaration: &'a ast::Declaration, context: &Context) {
        let Some(id) = context.instance else { return };
        if self.performed.contains(&(declaration.span, id)) {
            return;
        }
        let regions = self.model.instances.get(id).regions.clone();
        let left = declaration.clause(ClauseWord::In).is_some_and(|clause| match &clause.value {
            ClauseValue::Expr(place) => matches!(&place.kind, ExprKind::Name(word) if word == "from"),
            ClauseValue::Words(_) => false,
        });
        let ends = [(regions.last().copied(), regions.first().copied()), (regions.first().copied(), regions.last().copied())];
        let callers = ends.map(|(from, to)| Context { here: if left { from } else { to }, from, to, in_action: true, ..context.clone() });
        let arguments: Vec<_> = declaration.inputs().into_iter().map(|input| (self.stand_in(input), input.name.span)).collect();
        // An action may be for one direction only.
        let suitable = callers.into_iter().find(|caller| {
            let inner = self.given_values(declaration, context, arguments.clone(), declaration.name.span, caller);
            inner.is_none_or(|inner| self.suits(declaration, &inner))
        });
        let Some(caller) = suitable else { return };
        if declaration.kind == Kind::Condition {
            if let Some(inner) = self.given_values(declaration, context, arguments, declaration.name.span, &caller) {
                let _ = self.question(declaration, inner, "rehearsal");
            }
        } else {
            let _ = self.action_body(declaration, context, arguments, "rehearsal", declaration.name.span, &caller);
        }
    }

    /// A value for an input that nobody gives: one that is known at run time where the type takes that, else one that fits
    /// everywhere.
    fn stand_in(&self, input: &ast::Declaration) -> Value {
        let text = input.ty.as_ref().is_some_and(|ty| self.sources.slice(ty.span).trim_end_matches('?') == "String");
        if text { Value::Run(Rc::new(Run::Variable(SmolStr::new_static("argument"), Shape::anything()))) } else { Value::Error }
    }
}
