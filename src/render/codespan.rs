//! The one-line and the plain form, by codespan-reporting.

use super::report::{advice, explanation};
use super::view::{self, Mark, Texts, View, harmless_message};
use crate::diag::{Diagnostic, Severity};
use crate::source::FileId;
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files;
use codespan_reporting::term::{self, Chars, Config, DisplayStyle};
use std::io;
use std::ops::Range;

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `file:line:column: error[DR0101]: message`
    Short,
    /// The text with its places underlined, in ASCII.
    Plain,
}

pub fn render(findings: &[&Diagnostic], texts: &Texts<'_>, shape: Shape, sink: &mut dyn io::Write) -> io::Result<()> {
    let config = Config {
        display_style: if shape == Shape::Short { DisplayStyle::Short } else { DisplayStyle::Rich },
        tab_width: 4,
        chars: Chars::ascii(),
        before_label_lines: 1,
        after_label_lines: 1,
        ..Config::default()
    };
    for finding in findings {
        let converted = convert(finding, texts, shape);
        term::emit_to_io_write(&mut *sink, &config, texts, &converted).map_err(|error| match error {
            files::Error::Io(error) => error,
            other => io::Error::other(other),
        })?;
    }
    Ok(())
}

fn convert(finding: &Diagnostic, texts: &Texts<'_>, shape: Shape) -> codespan::Diagnostic<FileId> {
    let view = View::new(finding, texts.sources).without_long_lines(texts.sources);
    let severity = match finding.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Advice => codespan::Severity::Note,
    };
    let label = |mark: &Mark| {
        let style = if mark.primary { codespan::LabelStyle::Primary } else { codespan::LabelStyle::Secondary };
        codespan::Label::new(style, mark.file, mark.start..mark.end).with_message(one_line(&mark.message))
    };
    // A line of a log names one place, also one in the library.
    let labels = if shape == Shape::Plain { view.marks.iter().map(label).collect() } else { position(finding, texts) };
    let places = view.told.iter().map(|told| format!("at: {told}"));
    let notes = finding.notes.iter().map(|note| format!("note: {note}"));
    let help = advice(&view).map(|help| format!("help: {help}"));
    let page = explanation(&finding.code).map(|page| format!("see: {page}"));
    codespan::Diagnostic::new(severity)
        .with_code(&finding.code)
        .with_message(one_line(&finding.message))
        .with_labels(labels)
        .with_notes(places.chain(notes).chain(help).chain(page).map(|line| harmless_message(&line)).collect())
}

/// The place of a one-line finding: where it begins.
fn position(finding: &Diagnostic, texts: &Texts<'_>) -> Vec<codespan::Label<FileId>> {
    let place = view::position(finding, texts.sources).and_then(|label| Some((label.span, texts.sources.get(label.span.file)?)));
    place
        .map(|(span, file)| {
            let start = file.clamp(span.start as usize);
            codespan::Label::primary(span.file, start..start)
        })
        .into_iter()
        .collect()
}

fn one_line(message: &str) -> String {
    harmless_message(message).replace('\n', " ")
}

impl<'a> files::Files<'a> for Texts<'_> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        self.sources.get(id).map(|file| file.name.as_str()).ok_or(files::Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        self.get(id).map(|(_, text)| text).ok_or(files::Error::FileMissing)
    }

    fn line_index(&'a self, id: FileId, offset: usize) -> Result<usize, files::Error> {
        self.sources.get(id).map(|file| file.line_of(offset)).ok_or(files::Error::FileMissing)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, files::Error> {
        let (file, text) = self.get(id).ok_or(files::Error::FileMissing)?;
        let last = file.line_count() - 1;
        if line > last {
            return Err(files::Error::LineTooLarge { given: line, max: last });
        }
        // The drawn text has one line end more than the source.
        Ok(if line == last { file.line_range(line).start..text.len() } else { file.line_range(line) })
    }
}
