//! Printing, and what it means for the exit code.

use super::Outcome;
use super::args::{Deny, Showing};
use super::loader::said;
use super::terminal;
use drc::diag::{Diagnostic, Diagnostics, Severity, codes};
use drc::render::{Format, Style, arrange, render};
use drc::source::SourceMap;
use std::io::{self, BufWriter, Write, stderr, stdout};

/// Every stream is written in pieces of this size.
pub const BUFFER: usize = 64 * 1024;

/// Where findings go and how they look.
#[derive(Debug)]
pub struct Reporter {
    style: Style,
    quiet: bool,
    deny_warnings: bool,
}

impl Reporter {
    /// The reporter that the command line asks for.
    pub fn new(showing: &Showing, deny: &[Deny]) -> Self {
        Self { style: terminal::style(showing), quiet: showing.quiet, deny_warnings: deny.contains(&Deny::Warnings) }
    }

    /// Makes errors of what the command line refuses. Everything that is done about warnings comes after it.
    pub fn refuse(&self, diagnostics: &mut Diagnostics) {
        if !self.deny_warnings {
            return;
        }
        for finding in diagnostics.as_mut_vec().iter_mut().filter(|finding| finding.severity == Severity::Warning) {
            finding.severity = Severity::Error;
            finding.notes.push("it is a warning, refused by `--deny warnings`".into());
        }
    }

    /// Prints the findings, and gives what they mean.
    pub fn show(&self, diagnostics: Diagnostics, sources: &SourceMap) -> Outcome {
        let findings = arrange(diagnostics, sources);
        let outcome = outcome(&findings);
        if self.is_document() {
            return outcome.max(print(|sink| render(&findings, sources, self.style, sink)));
        }
        let mut sink = BufWriter::with_capacity(BUFFER, stderr().lock());
        // Where a broken standard error could be reported is standard error.
        let _ = render(&findings, sources, self.style, &mut sink).and_then(|()| sink.flush());
        outcome
    }

    /// Whether findings are a document on standard output, for programs.
    pub fn is_document(&self) -> bool {
        matches!(self.style.format, Format::Json | Format::MietteJson)
    }

    /// Prints what people want to know after a success.
    pub fn tell(&self, text: &str) -> Outcome {
        if self.quiet || self.is_document() { Outcome::Clean } else { print(|sink| writeln!(sink, "{text}")) }
    }
}

/// What findings mean for the exit code.
fn outcome(findings: &[Diagnostic]) -> Outcome {
    let weigh = |finding: &Diagnostic| match finding.severity {
        Severity::Error if finding.code.starts_with("DR07") => Outcome::Failure,
        Severity::Error => Outcome::Findings,
        Severity::Warning | Severity::Advice => Outcome::Clean,
    };
    findings.iter().map(weigh).max().unwrap_or(Outcome::Clean)
}

/// Writes to standard output. A reader who has closed it has seen enough; anything else that fails is told.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    let mut sink = BufWriter::with_capacity(BUFFER, stdout().lock());
    let result = write(&mut sink).and_then(|()| sink.flush());
    // What could not be written is not tried again when the buffer is dropped.
    let _ = sink.into_parts();
    match result {
        Ok(()) => Outcome::Clean,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean,
        Err(error) => {
            let finding = Diagnostic::error(codes::CANNOT_WRITE, format!("standard output cannot be written: {}", said(&error)))
                .help("free some space, or send the output elsewhere");
            let style = Style { format: Format::Short, color: false, width: 100, limit: None };
            let _ = render(&[finding], &SourceMap::new(), style, &mut stderr().lock());
            Outcome::Failure
        }
    }
}
