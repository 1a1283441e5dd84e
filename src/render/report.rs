//! A finding as miette sees it, over one text that holds all pieces that take part: so one report draws all of them.

use super::view::{MAXIMUM_LINE, Mark, Texts, View, harmless_message};
use crate::aws::rules;
use crate::diag::{Severity, codes};
use crate::source::{FileId, SourceFile};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::fmt;

/// How much is drawn before and after a mark in such a line.
const AROUND: usize = 60;

/// The pieces of text of a finding, one behind the other; each is a view of its whole file.
#[derive(Clone)]
pub struct Sheet<'t> {
    parts: Vec<Part<'t>>,
    /// miette's narrator takes the label of another snippet for one of this, where a snippet ends with a line end.
    narrated: bool,
}

#[derive(Clone)]
struct Part<'t> {
    piece: (FileId, usize),
    file: &'t SourceFile,
    text: &'t str,
    base: usize,
    /// Lines that hold marks.
    marked: Vec<usize>,
}

impl<'t> Sheet<'t> {
    /// The sheet for some marks; their pieces of text come in the order of the marks.
    pub fn new(marks: &[Mark], texts: &'t Texts<'_>) -> Self {
        let mut parts: Vec<Part<'t>> = Vec::new();
        let mut base = 0;
        for mark in marks {
            let piece = (mark.file, mark.piece);
            if parts.iter().any(|part| part.piece == piece) {
                continue;
            }
            if let Some((file, text)) = texts.get(mark.file) {
                let marked = marks.iter().filter(|other| (other.file, other.piece) == piece).map(|other| file.line_of(other.start));
                parts.push(Part { piece, file, text, base, marked: marked.collect() });
                base += text.len() + 1;
            }
        }
        Self { parts, narrated: false }
    }

    fn offset(&self, mark: &Mark) -> Option<usize> {
        self.parts.iter().find(|part| part.piece == (mark.file, mark.piece)).map(|part| part.base + mark.start)
    }
}

impl SourceCode for Sheet<'_> {
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let part = self.parts.iter().rev().find(|part| part.base <= span.offset()).ok_or(MietteError::OutOfBounds)?;
        let (start, end) = (span.offset() - part.base, span.offset() + span.len() - part.base);
        if end > part.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        part.contents(start, end, (before, after), self.narrated).ok_or(MietteError::OutOfBounds)
    }
}

impl Part<'_> {
    fn contents<'a>(&'a self, start: usize, end: usize, (before, after): (usize, usize), narrated: bool) -> Option<Box<dyn SpanContents<'a> + 'a>> {
        let file = self.file;
        let top = file.line_of(start);
        let bottom = file.line_of(end.max(start + 1) - 1);
        let (mut first, mut last) = (top.saturating_sub(before), (bottom + after).min(file.line_count() - 1));
        // Blank lines and lines without end explain nothing.
        while first < top && !self.explains(first) {
            first += 1;
        }
        while last > bottom && !self.explains(last) {
            last -= 1;
        }
        let mut from = file.line_range(first).start;
        let mut to = self.line_end(last);
        if before == 0 {
            from = start;
        }
        if top == bottom && self.line_end(top) - file.line_range(top).start > MAXIMUM_LINE {
            (first, last) = (top, bottom);
            from = self.boundary(start.saturating_sub(AROUND).max(file.line_range(top).start));
            to = self.boundary((end + AROUND).min(self.line_end(top)));
        }
        let mut text = self.text.get(from..to)?;
        if narrated && let Some(shorter) = text.strip_suffix('\n') {
            let shorter = shorter.strip_suffix('\r').unwrap_or(shorter);
            if !shorter.is_empty() && !shorter.ends_with('\n') {
                text = shorter;
            }
        }
        let data = text.as_bytes();
        // Columns are told of the span itself (no lines asked before it); whole lines begin at column one.
        let column = if before == 0 { file.line_column(start).1 - 1 } else { 0 };
        let span = SourceSpan::from((self.base + from, text.len()));
        Some(Box::new(MietteSpanContents::new_named(file.name.clone(), data, span, first, column, last - first + 1)))
    }

    /// The end of a line in the drawn text, which has one line end more than the source.
    fn line_end(&self, line: usize) -> usize {
        if line + 1 >= self.file.line_count() { self.text.len() } else { self.file.line_range(line).end }
    }

    fn explains(&self, line: usize) -> bool {
        let text = self.text.get(self.file.line_range(line)).unwrap_or_default();
        self.marked.contains(&line) || (!text.trim().is_empty() && text.len() <= MAXIMUM_LINE)
    }

    fn boundary(&self, mut offset: usize) -> usize {
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// A finding as miette sees it.
pub struct Report<'t> {
    message: String,
    code: String,
    severity: miette::Severity,
    help: Option<String>,
    url: Option<String>,
    labels: Vec<LabeledSpan>,
    sheet: Option<Sheet<'t>>,
    related: Vec<Report<'t>>,
}

impl<'t> Report<'t> {
    /// The report of a view. `label_text` gives the text at a mark.
    pub fn new(view: &View<'_>, texts: &'t Texts<'_>, label_text: impl Fn(&Mark) -> String) -> Self {
        let sheet = Sheet::new(&view.marks, texts);
        let labels = view.marks.iter().filter_map(|mark| {
            let text = label_text(mark);
            let text = if text.is_empty() { None } else { Some(text) };
            let span = (sheet.offset(mark)?, mark.end - mark.start);
            Some(if mark.primary { LabeledSpan::new_primary_with_span(text, span) } else { LabeledSpan::new_with_span(text, span) })
        });
        let labels = labels.collect();
        let finding = view.finding;
        Self {
            message: harmless_message(&finding.message),
            code: finding.code.to_string(),
            severity: severity(finding.severity),
            help: advice(view).map(|help| harmless_message(&help)),
            url: explanation(&finding.code),
            labels,
            sheet: if view.marks.is_empty() { None } else { Some(sheet) },
            related: Vec::new(),
        }
    }

    /// For the narrator.
    pub fn narrated(mut self) -> Self {
        if let Some(sheet) = &mut self.sheet {
            sheet.narrated = true;
        }
        self
    }

    /// Without the command that explains the code: it is no address.
    pub fn without_explanation(mut self) -> Self {
        self.url = None;
        self
    }

    /// With findings that belong to it.
    pub fn with_related(mut self, related: Vec<Self>) -> Self {
        self.related = related;
        self
    }
}

/// What to type: the help, or else what the fix does.
pub fn advice(view: &View<'_>) -> Option<String> {
    view.finding.help.clone().or_else(|| view.finding.fix.as_ref().map(|fix| fix.title.clone()))
}

/// The command that prints the page of a code; none for codes without a page.
pub fn explanation(code: &str) -> Option<String> {
    codes::find(code).map(|code| code.id).or_else(|| rules::known(code)).map(|code| format!("drc explain {code}"))
}

fn severity(severity: Severity) -> miette::Severity {
    match severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Advice => miette::Severity::Advice,
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.sheet.as_ref().map(|sheet| sheet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() { None } else { Some(Box::new(self.labels.iter().cloned())) }
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}
