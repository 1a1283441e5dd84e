//! What of a finding is drawn: places inside their texts, the user's lines before the library's, no two underlines that
//! cross, and no character that a terminal would obey.

use crate::diag::{Diagnostic, Label};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use std::sync::OnceLock;

/// A label over more lines than this is drawn at its first line only.
const MAXIMUM_LINES: usize = 6;
/// A line longer than this is drawn around its mark only, or not at all.
pub const MAXIMUM_LINE: usize = 400;
/// Marks that are not further apart share a piece of text.
const NEAR_LINES: usize = 3;
/// A label over more bytes than this is cut.
const MAXIMUM_BYTES: usize = 600;

/// The texts as they are drawn: as long as the source, byte for byte, and one line end more, so that its end is a place too.
pub struct Texts<'m> {
    /// The files.
    pub sources: &'m SourceMap,
    shown: Vec<OnceLock<String>>,
}

impl<'m> Texts<'m> {
    /// The texts of all files; each is prepared when it is first drawn.
    pub fn new(sources: &'m SourceMap) -> Self {
        Self { sources, shown: sources.iter().map(|_| OnceLock::new()).collect() }
    }

    /// The file and its text as drawn.
    pub fn get(&self, file: FileId) -> Option<(&'m SourceFile, &str)> {
        let source = self.sources.get(file)?;
        let shown = self.shown.get(file.0 as usize)?.get_or_init(|| {
            let mut text = harmless(&source.text);
            text.push('\n');
            text
        });
        Some((source, shown))
    }
}

/// The text with every character replaced that moves the cursor, reverses the line or cannot be seen; lengths stay.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 1);
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let kept = matches!(character, '\n' | '\t') || (character == '\r' && rest.peek() == Some(&'\n'));
        if kept || !is_harmful(character) {
            shown.push(character);
        } else {
            shown.push_str(match character.len_utf8() {
                1 => "?",
                2 => "¿",
                _ => "\u{FFFD}",
            });
        }
    }
    shown
}

/// A message without characters that a terminal obeys; it may have several lines.
pub fn harmless_message(text: &str) -> String {
    text.chars().map(|character| if character != '\n' && is_harmful(character) { '\u{FFFD}' } else { character }).collect()
}

/// Control characters, marks of writing direction and blanks of no width.
fn is_harmful(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A label as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The file.
    pub file: FileId,
    /// First byte, on a character boundary.
    pub start: usize,
    /// After the last byte.
    pub end: usize,
    /// The text at it.
    pub message: String,
    /// Whether the finding is about it.
    pub primary: bool,
    /// Marks of one number are drawn in one piece of text.
    pub piece: usize,
}

/// A finding as it is drawn.
#[derive(Debug)]
pub struct View<'d> {
    /// The finding.
    pub finding: &'d Diagnostic,
    /// What is underlined, piece by piece (that of the primary label first), in the order of the text.
    pub marks: Vec<Mark>,
    /// Places that are told, not drawn: `std@1/aurora.dr:12`.
    pub told: Vec<String>,
}

impl<'d> View<'d> {
    /// The view of a finding.
    pub fn new(finding: &'d Diagnostic, sources: &SourceMap) -> Self {
        let (mut labels, library): (Vec<&Label>, Vec<&Label>) =
            finding.labels.iter().filter(|label| sources.get(label.span.file).is_some()).partition(|label| !sources.in_library(label.span));
        let mut told = Vec::new();
        if labels.is_empty() {
            // Nothing of the user's takes part: the library's place is named, its text is not shown.
            told.extend(library.iter().map(|label| with_message(&place(label, sources), &label.message)));
        }
        labels.sort_by_key(|label| !label.primary);
        let mut marks: Vec<Mark> = Vec::new();
        let mut files: Vec<FileId> = Vec::new();
        for label in labels {
            let Some(source) = sources.get(label.span.file) else { continue };
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
            let (start, end) = drawn(source, label);
            let mark = Mark { file: label.span.file, start, end, message: label.message.clone(), primary: label.primary, piece: 0 };
            match apart(mark, &marks, source) {
                Some(mark) => marks.push(mark),
                None if label.message.is_empty() => {}
                None => told.push(with_message(&sources.place(label.span), &label.message)),
            }
        }
        let first = marks.first().map(|mark| (mark.file, mark.start, mark.end));
        marks.sort_by_key(|mark| (files.iter().position(|file| *file == mark.file), mark.start, mark.end));
        cut(&mut marks, sources);
        // What the finding is about is read first, wherever it stands.
        let about = marks.iter().find(|mark| Some((mark.file, mark.start, mark.end)) == first).map(|mark| mark.piece);
        marks.sort_by_key(|mark| Some(mark.piece) != about);
        Self { finding, marks, told }
    }

    /// The view for a form that draws whole lines only: where one of them has no end, the places are told instead.
    pub fn without_long_lines(mut self, sources: &SourceMap) -> Self {
        let long = |mark: &Mark| {
            let Some(file) = sources.get(mark.file) else { return false };
            let lines = file.line_of(mark.start).saturating_sub(1)..=file.line_of(mark.end) + 1;
            lines.into_iter().any(|line| file.line_range(line).len() > MAXIMUM_LINE)
        };
        if self.marks.iter().any(long) {
            let told = self.marks.drain(..).map(|mark| with_message(&sources.place(Span::new(mark.file, mark.start, mark.end)), &mark.message));
            self.told.extend(told);
        }
        self
    }
}

/// Cuts marks in the order of the text into pieces: what is more than a few lines apart is drawn apart.
fn cut(marks: &mut [Mark], sources: &SourceMap) {
    let mut piece = 0;
    let mut reached: Option<(FileId, usize)> = None;
    for mark in marks {
        let Some(source) = sources.get(mark.file) else { continue };
        let (top, bottom) = (source.line_of(mark.start), source.line_of(mark.end.max(mark.start + 1) - 1));
        let near = reached.is_some_and(|(file, line)| file == mark.file && top <= line + NEAR_LINES);
        if reached.is_some() && !near {
            piece += 1;
        }
        mark.piece = piece;
        let before = reached.filter(|_| near).map_or(0, |(_, line)| line);
        reached = Some((mark.file, bottom.max(before)));
    }
}

/// The label that gives a finding its position: a primary one of the user's files, before others of theirs, before the library's.
pub fn position<'d>(finding: &'d Diagnostic, sources: &SourceMap) -> Option<&'d Label> {
    let known = finding.labels.iter().filter(|label| sources.get(label.span.file).is_some());
    known.min_by_key(|label| (sources.in_library(label.span), !label.primary))
}

fn with_message(place: &str, message: &str) -> String {
    if message.is_empty() { place.to_string() } else { format!("{place}: {message}") }
}

fn place(label: &Label, sources: &SourceMap) -> String {
    sources.get(label.span.file).map_or_else(String::new, |file| format!("{}:{}", file.name, file.line_column(label.span.start as usize).0))
}

/// The bytes of a label that are drawn: inside the text, whole characters, without blanks and line ends behind, not too long.
fn drawn(source: &SourceFile, label: &Label) -> (usize, usize) {
    let mut start = source.clamp(label.span.start as usize);
    if source.text.get(..start).is_some_and(|before| before.ends_with('\r')) && source.text.get(start..).is_some_and(|rest| rest.starts_with('\n')) {
        // No place is inside of a line end.
        start -= 1;
    }
    let mut end = source.clamp(label.span.end as usize).max(start);
    let line = source.line_of(start);
    let covered = source.text.get(start..end).unwrap_or_default();
    let trimmed = covered.trim_end();
    if !trimmed.is_empty() {
        end = start + trimmed.len();
    } else if covered.contains('\n') {
        end = start;
    }
    if source.line_of(end.max(start + 1) - 1) >= line + MAXIMUM_LINES {
        let first = source.text.get(start..source.line_range(line).end).unwrap_or_default().trim_end();
        end = start + first.len();
    }
    if end - start > MAXIMUM_BYTES {
        end = source.clamp(start + MAXIMUM_BYTES);
    }
    (start, end)
}

/// The mark without what another one on the same line already underlines; `None` if nothing is left of it.
fn apart(mut mark: Mark, others: &[Mark], source: &SourceFile) -> Option<Mark> {
    let line = |offset: usize| source.line_of(offset);
    let single = |mark: &Mark| line(mark.start) == line(mark.end.max(mark.start + 1) - 1);
    if !single(&mark) {
        return (!others.iter().any(|other| (other.file, other.start, other.end) == (mark.file, mark.start, mark.end))).then_some(mark);
    }
    for other in others.iter().filter(|other| other.file == mark.file && single(other)) {
        if other.start >= mark.end.max(mark.start + 1) || mark.start >= other.end.max(other.start + 1) {
            continue;
        }
        if mark.start < other.start {
            let kept = source.text.get(mark.start..other.start).unwrap_or_default().trim_end();
            mark.end = mark.start + kept.len();
        } else if other.end < mark.end {
            let kept = source.text.get(other.end..mark.end).unwrap_or_default();
            mark.start = mark.end - kept.trim_start().len();
        } else {
            return None;
        }
        if mark.start >= mark.end {
            return None;
        }
    }
    Some(mark)
}
