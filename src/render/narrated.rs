//! For people who listen to their screen: miette's sentences, with our notes.

use super::report::Report;
use super::view::{Texts, View, harmless_message};
use crate::diag::Diagnostic;
use miette::NarratableReportHandler;
use std::io;

pub fn render(findings: &[&Diagnostic], texts: &Texts<'_>, sink: &mut dyn io::Write) -> io::Result<()> {
    for finding in findings {
        let view = View::new(finding, texts.sources).without_long_lines(texts.sources);
        let report = Report::new(&view, texts, |mark| harmless_message(&mark.message)).narrated();
        let places = view.told.iter().map(|told| format!("place: {told}"));
        let notes = finding.notes.iter().map(|note| format!("note: {note}"));
        let below: Vec<String> = places.chain(notes).map(|line| harmless_message(&line)).collect();
        let mut handler = NarratableReportHandler::new().with_context_lines(1);
        if !below.is_empty() {
            handler = handler.with_footer(below.join("\n"));
        }
        let mut text = String::new();
        handler.render_report(&mut text, &report).map_err(io::Error::other)?;
        writeln!(sink, "{text}")?;
    }
    Ok(())
}
