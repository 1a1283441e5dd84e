//! What a name leads back to, in the same forms as findings.

use super::json::{Extent, at};
use super::view::{Texts, harmless_message};
use super::{Format, Style, codespan, graphical, miette_json, narrated};
use crate::diag::{Diagnostic, Severity};
use crate::emit::Hit;
use crate::source::{SourceMap, Span};
use serde::Serialize;
use std::io;

/// The version of the JSON form; docs/trace.schema.json describes it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'h> {
    version: u32,
    name: &'h str,
    hits: Vec<Entry<'h>>,
}

#[derive(Serialize)]
struct Entry<'h> {
    kind: &'h str,
    text: &'h str,
    file: &'h str,
    range: Extent,
    made: Option<Line<'h>>,
}

#[derive(Serialize)]
struct Line<'h> {
    file: &'h str,
    range: Extent,
    line: &'h str,
}

/// Writes what `name` leads back to.
///
/// # Errors
/// What the sink reports.
pub fn render(name: &str, hits: &[Hit], sources: &SourceMap, style: Style, sink: &mut dyn io::Write) -> io::Result<()> {
    match style.format {
        Format::Json => return json(name, hits, sources, sink),
        Format::Short => return short(hits, sources, sink),
        _ => {}
    }
    let shown: Vec<Diagnostic> = hits.iter().map(|hit| diagnostic(hit, sources)).collect();
    let shown: Vec<&Diagnostic> = shown.iter().collect();
    let texts = Texts::new(sources);
    match style.format {
        Format::Narrated => narrated::render(&shown, &texts, sink),
        Format::Plain => codespan::render(&shown, &texts, codespan::Shape::Plain, sink),
        Format::MietteJson => miette_json::render(&shown, &texts, sink),
        _ => graphical::render(&shown, &texts, style, sink),
    }
}

/// A hit in the form that the renderers of findings read.
fn diagnostic(hit: &Hit, sources: &SourceMap) -> Diagnostic {
    let shown = Diagnostic::new(hit.kind, Severity::Advice, &hit.text).label(hit.place, "declared here");
    match hit.made {
        Some(made) => shown.note(format!("made at {}: {}", sources.place(made), line(made, sources))),
        None => shown,
    }
}

fn json(name: &str, hits: &[Hit], sources: &SourceMap, sink: &mut dyn io::Write) -> io::Result<()> {
    let hits = hits.iter().filter_map(|hit| entry(hit, sources)).collect();
    serde_json::to_writer_pretty(&mut *sink, &Document { version: VERSION, name, hits })?;
    writeln!(sink)
}

fn entry<'h>(hit: &'h Hit, sources: &'h SourceMap) -> Option<Entry<'h>> {
    let (file, range) = at(hit.place, sources)?;
    let made = hit.made.and_then(|made| at(made, sources).map(|(file, range)| Line { file, range, line: line(made, sources) }));
    Some(Entry { kind: hit.kind, text: &hit.text, file, range, made })
}

/// `file:line:column: resource: what it is (made at std@1/...)`
fn short(hits: &[Hit], sources: &SourceMap, sink: &mut dyn io::Write) -> io::Result<()> {
    for hit in hits {
        let made = hit.made.map_or_else(String::new, |made| format!(" (made at {})", sources.place(made)));
        let text = harmless_message(&format!("{}: {}{made}", hit.kind, hit.text)).replace('\n', " ");
        writeln!(sink, "{}: {text}", sources.place(hit.place))?;
    }
    Ok(())
}

/// The text of the line in which a span begins.
fn line(span: Span, sources: &SourceMap) -> &str {
    let file = sources.get(span.file);
    file.and_then(|file| file.text.get(file.line_range(file.line_of(span.start as usize)))).unwrap_or_default().trim()
}
