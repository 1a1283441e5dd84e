//! Findings: what is wrong, where, why it matters and what to do. No stage prints; all of them fill a [`Diagnostics`].

pub mod codes;
pub mod suggest;

use crate::source::Span;
use std::borrow::Cow;

pub use codes::Code;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The platform cannot be compiled.
    Error,
    /// It can, but somebody should look; `--deny warnings` makes it an error.
    Warning,
    /// A recommendation (`advise` of a component).
    Advice,
}

/// A place that takes part in a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The underlined text.
    pub span: Span,
    /// What is said below the underline; may be empty.
    pub message: String,
    /// The place that the finding is about (the first one), as opposed to a place that explains it.
    pub primary: bool,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A change that mends the finding without further thought; there is at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, in the imperative ("write `5min`").
    pub title: String,
    /// Replacements that do not overlap, in the order of the text.
    pub edits: Vec<Edit>,
}

/// One finding. Messages start in lower case and end without a full stop; what the user wrote stands in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code: `DR0101`, or the slug of a library module (`aurora/born_in`).
    pub code: Cow<'static, str>,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// All places involved; the first primary one gives the position.
    pub labels: Vec<Label>,
    /// What to type.
    pub help: Option<String>,
    /// Why it matters, and further facts.
    pub notes: Vec<String>,
    /// The one mechanical change that mends it.
    pub fix: Option<Fix>,
    /// Whether `allow` may accept it although it is an error: the data that it follows from may be older than AWS.
    pub acceptable: bool,
    /// Places besides the first label where an `allow` accepts it, too: what led to it in a component.
    pub accepted_at: Vec<Span>,
}

impl Diagnostic {
    /// An error with a code of the table.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code.id, Severity::Error, message)
    }

    /// A warning with a code of the table.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code.id, Severity::Warning, message)
    }

    /// Any finding; `code` is an id of the table or the slug of a library module.
    #[must_use]
    pub fn new(code: impl Into<Cow<'static, str>>, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
            acceptable: false,
            accepted_at: Vec::new(),
        }
    }

    /// Lets `allow` accept it although it is an error.
    #[must_use]
    pub fn acceptable(mut self) -> Self {
        self.acceptable = true;
        self
    }

    /// Adds the place that the finding is about.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into(), primary: true });
        self
    }

    /// Adds a place that explains it.
    #[must_use]
    pub fn secondary(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into(), primary: false });
        self
    }

    /// Sets the line that says what to type.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a line that says why it matters.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the mechanical change: one replacement.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fix_all(title, vec![Edit { span, replacement: replacement.into() }])
    }

    /// Sets the mechanical change: several replacements.
    #[must_use]
    pub fn fix_all(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// The place that the finding is about; `None` for findings about no text (a missing file, a full disk).
    #[must_use]
    pub fn primary(&self) -> Option<&Label> {
        self.labels.iter().find(|label| label.primary).or_else(|| self.labels.first())
    }
}

/// The sink that every stage fills.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether an error was found: the gates between the stages ask this.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many findings of one weight there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// The findings so far.
    #[must_use]
    pub fn as_slice(&self) -> &[Diagnostic] {
        &self.list
    }

    /// The findings so far, to be changed or dropped (suppression does so).
    pub fn as_mut_vec(&mut self) -> &mut Vec<Diagnostic> {
        &mut self.list
    }

    /// Sorts by file, position and code, and drops what was said twice.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.primary().map(|label| label.span), d.code.clone());
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.list.dedup();
        self.list
    }
}
