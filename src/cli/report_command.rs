//! `drc report`.

use super::Outcome;
use super::args::{Form, Report, Showing};
use super::compile;
use super::loader::said;
use super::report::{Reporter, print};
use super::terminal;
use drc::diag::{Diagnostic, Diagnostics, codes};
use drc::report;
use drc::source::SourceMap;
use std::fs;
use std::path::Path;

/// Writes the report of a platform.
pub fn report(command: &Report) -> Outcome {
    let showing = Showing { max_errors: None, format: None, color: command.color, quiet: false };
    let reporter = Reporter::new(&showing, &command.deny);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let output = compile::run(&command.file, &command.with, &mut sources, &mut diagnostics);
    reporter.refuse(&mut diagnostics);
    let file = command.output.as_deref().filter(|path| *path != Path::new("-"));
    let text = output.filter(|_| !diagnostics.has_errors()).map(|output| {
        let report = report::report(&output, &sources);
        match command.format {
            // A file has no colours, and no terminal says how wide it is.
            Form::Text => report.text(terminal::report(command.color, file.is_some())),
            Form::Json => report.json(),
            Form::Html => report.html(),
        }
    });
    if let (Some(text), Some(path)) = (&text, file)
        && let Err(error) = fs::write(path, text)
    {
        let finding = Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` cannot be written: {}", path.display(), said(&error)))
            .help("name a file in a folder that exists and can be written");
        diagnostics.push(finding);
    }
    let outcome = reporter.show(diagnostics, &sources);
    match text.filter(|_| file.is_none()) {
        Some(text) => outcome.max(print(|sink| sink.write_all(text.as_bytes()))),
        None => outcome,
    }
}
