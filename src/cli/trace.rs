//! `drc trace`.

use super::Outcome;
use super::args::Trace;
use super::compile;
use super::report::{Reporter, print};
use super::terminal;
use drc::diag::Diagnostics;
use drc::render::{Format, render_trace};
use drc::source::SourceMap;
use std::io::{Write, stderr};

/// Prints the lines that a name in AWS comes from.
pub fn trace(command: &Trace) -> Outcome {
    let reporter = Reporter::new(&command.common.showing, &command.common.deny);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let output = compile::run(&command.file, &command.common.with, &mut sources, &mut diagnostics);
    // Warnings are for `drc check`: somebody who looks for a line at night has no use for them.
    let Some(output) = output else { return reporter.show(diagnostics, &sources) };
    let hits = output.trace(&command.name);
    let style = terminal::style_of_answers(&command.common.showing);
    let printed = if hits.is_empty() && style.format != Format::Json {
        Outcome::Clean
    } else {
        print(|sink| render_trace(&command.name, &hits, &sources, style, sink))
    };
    if !hits.is_empty() {
        return printed;
    }
    let help = match output.nearest_name(&command.name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a logical id, a state, a plan, a parameter, an output or the id of a stack can be looked for".into(),
    };
    let _ = writeln!(stderr().lock(), "nothing in `{}` makes `{}`: {help}", command.file.display(), command.name);
    printed.max(Outcome::Findings)
}
