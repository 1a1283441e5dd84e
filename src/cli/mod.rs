//! The command line: the only part that reads files, prints, and knows exit codes, colours and terminals.

mod args;
mod compile;
mod doc;
mod explain;
mod fmt;
mod loader;
mod output;
mod report;
mod report_command;
mod terminal;
mod trace;

use args::{Arguments, Command};
use clap::Parser;
use clap::error::ErrorKind;
use drc::aws::schema;
use report::print;
use std::process::ExitCode;

/// How a run ends; the numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing to object to.
    Clean = 0,
    /// The texts hold errors.
    Findings = 1,
    /// The command was given wrongly, or a file could not be read or written.
    Failure = 2,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.kind() == ErrorKind::DisplayVersion => {
            return print(|sink| writeln!(sink, "drc {} (AWS data of {})", env!("CARGO_PKG_VERSION"), schema::date())).into();
        }
        Err(error) => {
            // Help arrives here too, with code 0; nobody is left to hear about a closed pipe.
            let _ = error.print();
            return if error.use_stderr() { Outcome::Failure } else { Outcome::Clean }.into();
        }
    };
    let outcome = match &arguments.command {
        Command::Compile(command) => compile::compile(command),
        Command::Check(command) => compile::check(command),
        Command::Graph(command) => compile::graph(command),
        Command::Fmt(command) => fmt::fmt(command),
        Command::Explain(command) => explain::explain(command),
        Command::Doc(command) => doc::doc(command),
        Command::Report(command) => report_command::report(command),
        Command::Trace(command) => trace::trace(command),
    };
    outcome.into()
}
