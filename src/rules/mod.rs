//! Rules about the day of the outage, over the whole model: those of the table (`aws::rules`), read by a few generic readers, and some
//! about the order of plans. No service is named here.

mod circle;
mod condition;
mod facts;
mod loss;
mod order;
mod refer;
mod say;
mod table;
mod walk;

use crate::check::locate::LazyIndex;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::ids::Id;
use crate::model::{Family, Model};
use crate::resolve::Modules;
use crate::source::{SourceMap, Span};
use facts::Facts;
use refer::References;
use rustc_hash::FxHashSet;

/// Holds the platform against all rules. It has been checked: there is no error in it that keeps values from being made.
pub fn check(model: &Model, modules: &Modules, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let index = LazyIndex::new(modules);
    let mut reader = Reader {
        model,
        sources,
        index: &index,
        facts: Facts::new(model),
        references: References::new(model),
        said: FxHashSet::default(),
        moving: Vec::new(),
        found: Vec::new(),
    };
    table::resources(&mut reader);
    table::calls(&mut reader);
    loss::check(&mut reader);
    circle::check(&mut reader);
    order::check(&mut reader);
    diagnostics.as_mut_vec().append(&mut reader.found);
}

/// What all readers read, and what they found.
struct Reader<'m> {
    model: &'m Model,
    sources: &'m SourceMap,
    index: &'m LazyIndex<'m>,
    facts: Facts<'m>,
    references: References<'m>,
    /// Rules that were said, by the place: the members of a family have one source.
    said: FxHashSet<(String, Span)>,
    /// Resources that move traffic by themselves, and were told.
    moving: Vec<Id<Family>>,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Whether a step changes which Region writes.
    fn moves(&self, step: &crate::workflow::SingleStep) -> bool {
        facts::moves_writer(step, self.model)
    }

    /// Takes a finding, if its code was not said at its place before.
    fn push(&mut self, finding: Diagnostic) {
        let place = finding.primary().map_or(Span::default(), |label| label.span);
        if self.said.insert((finding.code.to_string(), place)) {
            self.found.push(finding);
        }
    }
}
