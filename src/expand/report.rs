//! How findings are reported: where they can be mended, once, and not where they only follow from another one.

use super::{Context, Expander};
use crate::diag::{Code, Diagnostic, Label, Severity};
use crate::model::value::Value;
use crate::source::Span;

impl Expander<'_> {
    /// Reports what many places may ask for the same wrong thing once: where it was met first.
    pub(super) fn report_once(&mut self, finding: Diagnostic, context: &Context) {
        let known = self.diagnostics.as_slice().iter().chain(&self.later).any(|other| other.code == finding.code && other.message == finding.message);
        if !known {
            self.report(finding, context);
        }
    }

    /// Reports a finding. One that points into the library is moved to the user's declaration that led there: it is the
    /// text that can be changed.
    pub(super) fn report(&mut self, finding: Diagnostic, context: &Context) {
        if finding.acceptable {
            return self.report_later(finding, context);
        }
        if let Some(finding) = self.placed(finding, context) {
            self.diagnostics.push(finding);
        }
    }

    /// Reports what keeps nothing from being made: whatever else is wrong is said with it, and `allow` may accept it.
    pub(super) fn report_later(&mut self, finding: Diagnostic, context: &Context) {
        self.refused += usize::from(finding.severity == Severity::Error && !finding.acceptable);
        let finding = self.placed(finding, context).filter(|finding| !self.later.contains(finding));
        self.later.extend(finding);
    }

    /// A finding where it can be mended; none, if it follows from another one.
    pub(super) fn placed(&self, finding: Diagnostic, context: &Context) -> Option<Diagnostic> {
        let inside = finding.primary().is_some_and(|label| self.sources.in_library(label.span));
        if finding.severity == Severity::Error && context.instance.is_some_and(|id| self.follows_from_refusal(&finding, id, inside)) {
            return None;
        }
        let origin = context.instance.map(|id| self.model.instances.get(id).span);
        Some(self.moved_out(finding, origin))
    }

    /// Reports what is found of a step's calls: what points into the library is moved to the step.
    pub(super) fn report_for(&mut self, finding: Diagnostic, step: Span, context: &Context) {
        let origin = if self.sources.in_library(step) { context.instance.map(|id| self.model.instances.get(id).span) } else { Some(step) };
        let finding = self.moved_out(finding, origin);
        self.diagnostics.push(finding);
    }

    /// A finding in the library at the declaration that led there.
    pub(super) fn moved_out(&self, mut finding: Diagnostic, origin: Option<Span>) -> Diagnostic {
        let inside = finding.primary().is_some_and(|label| self.sources.in_library(label.span));
        if inside
            && let Some(origin) = origin
            && !self.sources.in_library(origin)
        {
            let said = finding.primary().map(|label| (label.message.clone(), self.sources.place(label.span)));
            finding.labels.retain(|label| !self.sources.in_library(label.span));
            for label in &mut finding.labels {
                label.primary = false;
            }
            let text =
                said.map_or_else(
                    String::new,
                    |(message, place)| {
                        if message.is_empty() { format!("needed here, at {place}") } else { format!("{message}, at {place}") }
                    },
                );
            finding.fix = None;
            finding.labels.insert(0, Label { span: origin, message: text, primary: true });
        }
        finding
    }

    /// Reports an error with one label and what to type, and gives the value that fits everywhere.
    pub(super) fn fail(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
        help: impl Into<String>,
        context: &Context,
    ) -> Value {
        self.report(Diagnostic::error(code, message).label(span, label).help(help), context);
        Value::Error
    }
}
