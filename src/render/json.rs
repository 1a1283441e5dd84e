//! For editors and programs: one document with everything that a finding holds. `docs/diagnostics.schema.json` describes it.
//!
//! Lines and columns count from 1, columns in Unicode scalar values; offsets count bytes from 0.

use super::Tally;
use super::report::explanation;
use super::view::position as position_label;
use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{SourceFile, SourceMap, Span};
use serde::Serialize;
use std::io;

/// The version of the document; it grows when a reader of the old one would misread the new one.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'d> {
    version: u32,
    diagnostics: Vec<Finding<'d>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    advice: usize,
    /// Found, but beyond `--max-errors`.
    omitted: usize,
}

#[derive(Serialize)]
struct Finding<'d> {
    code: &'d str,
    severity: &'static str,
    message: &'d str,
    file: Option<&'d str>,
    range: Option<Extent>,
    labels: Vec<Place<'d>>,
    help: Option<&'d str>,
    notes: &'d [String],
    fix: Option<Change<'d>>,
    explain: Option<String>,
}

#[derive(Serialize)]
struct Place<'d> {
    file: &'d str,
    range: Extent,
    message: &'d str,
    primary: bool,
}

#[derive(Serialize)]
struct Change<'d> {
    title: &'d str,
    edits: Vec<Replacement<'d>>,
}

#[derive(Serialize)]
struct Replacement<'d> {
    file: &'d str,
    range: Extent,
    replacement: &'d str,
}

#[derive(Serialize)]
pub struct Extent {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    offset: usize,
}

pub fn render(findings: &[&Diagnostic], sources: &SourceMap, tally: Tally, hidden: Tally, sink: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        diagnostics: findings.iter().map(|finding| convert(finding, sources)).collect(),
        summary: Summary {
            errors: tally.errors,
            warnings: tally.warnings,
            advice: tally.advice,
            omitted: hidden.errors + hidden.warnings + hidden.advice,
        },
    };
    serde_json::to_writer_pretty(&mut *sink, &document)?;
    writeln!(sink)
}

fn convert<'d>(finding: &'d Diagnostic, sources: &'d SourceMap) -> Finding<'d> {
    // Of the library only what a finding cannot do without: an editor has no such file.
    let own = finding.labels.iter().any(|label| !sources.in_library(label.span));
    let shown = |label: &&Label| !own || !sources.in_library(label.span);
    let place = position_label(finding, sources).and_then(|label| at(label.span, sources));
    let labels = finding.labels.iter().filter(shown).filter_map(|label| {
        let (file, range) = at(label.span, sources)?;
        Some(Place { file, range, message: &label.message, primary: label.primary })
    });
    Finding {
        code: &finding.code,
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "advice",
        },
        message: &finding.message,
        file: place.as_ref().map(|(file, _)| *file),
        range: place.map(|(_, range)| range),
        labels: labels.collect(),
        help: finding.help.as_deref(),
        notes: &finding.notes,
        fix: finding.fix.as_ref().map(|fix| Change {
            title: &fix.title,
            edits: fix
                .edits
                .iter()
                .filter_map(|edit| {
                    let (file, range) = at(edit.span, sources)?;
                    Some(Replacement { file, range, replacement: &edit.replacement })
                })
                .collect(),
        }),
        explain: explanation(&finding.code),
    }
}

/// The file and the range of a span.
pub fn at(span: Span, sources: &SourceMap) -> Option<(&str, Extent)> {
    let file = sources.get(span.file)?;
    let end = (span.end.max(span.start)) as usize;
    Some((file.name.as_str(), Extent { start: position(file, span.start as usize), end: position(file, end) }))
}

fn position(file: &SourceFile, offset: usize) -> Position {
    let (line, column) = file.line_column(offset);
    Position { line, column, offset: file.clamp(offset) }
}
