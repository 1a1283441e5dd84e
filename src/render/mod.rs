//! The forms in which findings are shown. A form reads [`Diagnostic`]s and the [`SourceMap`], and decides nothing else:
//! colour and width are given.

mod codespan;
pub mod explain;
mod graphical;
mod json;
mod miette_json;
mod narrated;
mod report;
mod trace;
mod view;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::SourceMap;
use std::io;

pub use json::VERSION as JSON_VERSION;
pub use trace::render as render_trace;

/// The forms, each for one kind of reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: the text with its places underlined (miette).
    Graphical,
    /// For people who listen: everything in sentences (miette).
    Narrated,
    /// For editors and programs: our own document, with a schema.
    Json,
    /// For logs and problem matchers: one line for each finding (codespan-reporting).
    Short,
    /// For terminals without Unicode (codespan-reporting).
    Plain,
    /// What miette writes for programs: offsets only, one document a line.
    MietteJson,
}

impl Format {
    /// Whether programs read it; a cut list would be a wrong one for them.
    #[must_use]
    pub fn for_programs(self) -> bool {
        matches!(self, Self::Json | Self::MietteJson | Self::Short)
    }
}

/// How findings are written; decided once, by whoever owns the terminal.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The form.
    pub format: Format,
    /// Whether terminal colours are written.
    pub color: bool,
    /// The columns that people see.
    pub width: usize,
    /// The most findings that are shown, the errors first; the rest is counted.
    pub limit: Option<usize>,
}

/// How many findings of each weight there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Recommendations.
    pub advice: usize,
}

impl Tally {
    /// Counts findings.
    pub fn of<'d>(findings: impl IntoIterator<Item = &'d Diagnostic>) -> Self {
        let mut tally = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Advice => tally.advice += 1,
            }
        }
        tally
    }

    fn without(self, other: Self) -> Self {
        Self {
            errors: self.errors.saturating_sub(other.errors),
            warnings: self.warnings.saturating_sub(other.warnings),
            advice: self.advice.saturating_sub(other.advice),
        }
    }
}

impl std::fmt::Display for Tally {
    /// `3 errors, 1 warning`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.advice, "recommendation")];
        let mut first = true;
        for (count, noun) in parts.into_iter().filter(|(count, _)| *count > 0) {
            let (comma, plural) = (if first { "" } else { ", " }, if count == 1 { "" } else { "s" });
            write!(f, "{comma}{count} {noun}{plural}")?;
            first = false;
        }
        if first { f.write_str("nothing found") } else { Ok(()) }
    }
}

/// The findings in the order in which they are read: the user's files before the library's, by file, position and code.
/// What would be read twice is dropped: two platforms that use one module bring its findings twice.
#[must_use]
pub fn arrange(diagnostics: Diagnostics, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut findings = diagnostics.into_sorted();
    findings.sort_by_key(|finding| {
        let place = view::position(finding, sources).map(|label| label.span);
        (place.map(|span| (sources.in_library(span), span)), finding.code.clone())
    });
    let mut seen = std::collections::BTreeSet::new();
    findings.retain(|finding| {
        let label = view::position(finding, sources);
        let place = label.map(|label| (sources.place(label.span), label.span.end, label.message.clone()));
        seen.insert((place, finding.code.clone(), finding.message.clone()))
    });
    findings
}

/// Writes findings that are in order (see [`arrange`]), and what they add up to.
///
/// # Errors
/// What the sink reports.
pub fn render(findings: &[Diagnostic], sources: &SourceMap, style: Style, sink: &mut dyn io::Write) -> io::Result<()> {
    let shown = select(findings, style.limit);
    let tally = Tally::of(findings);
    let hidden = tally.without(Tally::of(shown.iter().copied()));
    let texts = view::Texts::new(sources);
    match style.format {
        Format::Json => return json::render(&shown, sources, tally, hidden, sink),
        Format::MietteJson => return miette_json::render(&shown, &texts, sink),
        Format::Graphical => graphical::render(&shown, &texts, style, sink)?,
        Format::Narrated => narrated::render(&shown, &texts, sink)?,
        Format::Short => codespan::render(&shown, &texts, codespan::Shape::Short, sink)?,
        Format::Plain => codespan::render(&shown, &texts, codespan::Shape::Plain, sink)?,
    }
    let left_out = findings.len().saturating_sub(shown.len());
    if left_out > 0 {
        writeln!(sink, "... and {left_out} more ({hidden}); `--max-errors 0` shows all of them")?;
    }
    if style.format != Format::Short && !findings.is_empty() {
        writeln!(sink, "{}", graphical::heavy(tally, style.color))?;
    }
    Ok(())
}

/// The findings that are shown: all, or as many as allowed, errors before warnings, in the order of the text.
fn select(findings: &[Diagnostic], limit: Option<usize>) -> Vec<&Diagnostic> {
    let Some(limit) = limit.filter(|limit| *limit < findings.len()) else { return findings.iter().collect() };
    let mut chosen: Vec<(usize, &Diagnostic)> = findings.iter().enumerate().collect();
    chosen.sort_by_key(|(at, finding)| (finding.severity, *at));
    chosen.truncate(limit);
    chosen.sort_by_key(|(at, _)| *at);
    chosen.into_iter().map(|(_, finding)| finding).collect()
}
