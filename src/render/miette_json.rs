//! miette's own document for programs, one finding a line. It knows offsets only; labels in other files are related findings.

use super::report::Report;
use super::view::{self, Mark, Texts, View};
use crate::diag::{Diagnostic, Severity};
use crate::source::FileId;
use miette::JSONReportHandler;
use std::io;

pub fn render(findings: &[&Diagnostic], texts: &Texts<'_>, sink: &mut dyn io::Write) -> io::Result<()> {
    for finding in findings {
        let mut text = String::new();
        JSONReportHandler::new().render_report(&mut text, &report(finding, texts)).map_err(io::Error::other)?;
        writeln!(sink, "{text}")?;
    }
    Ok(())
}

/// The finding with the labels of its own file; a related finding for each other file.
fn report<'t>(finding: &Diagnostic, texts: &'t Texts<'_>) -> Report<'t> {
    let own = finding.labels.iter().any(|label| !texts.sources.in_library(label.span));
    let marks: Vec<Mark> = finding
        .labels
        .iter()
        .filter(|label| !own || !texts.sources.in_library(label.span))
        .filter_map(|label| {
            let file = texts.sources.get(label.span.file)?;
            let (start, end) = (file.clamp(label.span.start as usize), file.clamp(label.span.end as usize));
            Some(Mark { file: label.span.file, start, end: end.max(start), message: label.message.clone(), primary: label.primary, piece: 0 })
        })
        .collect();
    let home = view::position(finding, texts.sources).map(|label| label.span.file);
    let mut others: Vec<FileId> = Vec::new();
    for mark in &marks {
        if Some(mark.file) != home && !others.contains(&mark.file) {
            others.push(mark.file);
        }
    }
    let part = |finding: &Diagnostic, file: Option<FileId>| {
        let marks = marks.iter().filter(|mark| Some(mark.file) == file).cloned().collect();
        let view = View { finding, marks, told: Vec::new() };
        Report::new(&view, texts, |mark| mark.message.clone()).without_explanation()
    };
    let related = others.into_iter().map(|file| {
        let also = Diagnostic::new(finding.code.clone(), Severity::Advice, "this takes part in it");
        part(&also, Some(file))
    });
    let related = related.collect();
    part(finding, home).with_related(related)
}
