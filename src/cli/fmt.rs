//! `drc fmt`.

use super::Outcome;
use super::args::Fmt;
use super::compile::entry_error;
use super::loader::{read, read_from, said};
use super::report::{Reporter, print};
use drc::diag::{Diagnostic, Diagnostics, codes};
use drc::source::{Origin, SourceMap};
use drc::syntax::format::format;
use std::fs::{self, File};
use std::io::{self, Write, stdin};
use std::path::{Path, PathBuf};

/// Formats files in place, or says which ones are not formatted.
pub fn fmt(command: &Fmt) -> Outcome {
    let reporter = Reporter::new(&command.showing, &[]);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let mut outcome = Outcome::Clean;
    for file in &command.files {
        outcome = outcome.max(one(file, command.check, &reporter, &mut sources, &mut diagnostics));
    }
    outcome.max(reporter.show(diagnostics, &sources))
}

fn one(file: &Path, check: bool, reporter: &Reporter, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Outcome {
    let piped = file == Path::new("-");
    let shown = if piped { "standard input".to_string() } else { file.display().to_string() };
    let text = match if piped { read_from(stdin().lock()) } else { read(file) } {
        Ok(text) => text,
        Err(error) => {
            diagnostics.push(entry_error(Path::new(&shown), &error));
            return Outcome::Clean;
        }
    };
    let id = sources.add(shown.as_str(), text.as_str(), Origin::Project);
    // A text that is not understood is left as it is; what is wrong with it was said.
    let Some(formatted) = format(id, &text, diagnostics) else { return Outcome::Clean };
    if check {
        if formatted == text {
            return Outcome::Clean;
        }
        return reporter.tell(&format!("{shown}:{}: is not formatted", first_difference(&text, &formatted))).max(Outcome::Findings);
    }
    if piped {
        return print(|sink| sink.write_all(formatted.as_bytes()));
    }
    if formatted == text {
        return Outcome::Clean;
    }
    match replace(file, &formatted) {
        Ok(()) => reporter.tell(&format!("formatted {shown}")),
        Err(error) => {
            let message = format!("`{shown}` cannot be written: {}", said(&error));
            diagnostics.push(
                Diagnostic::error(codes::CANNOT_WRITE, message)
                    .note("the file is as it was")
                    .help("free some space, or mend the permissions of the file and its folder"),
            );
            Outcome::Clean
        }
    }
}

/// The first line, from 1, that formatting changes.
fn first_difference(text: &str, formatted: &str) -> usize {
    1 + text.split('\n').zip(formatted.split('\n')).take_while(|(before, after)| before == after).count()
}

/// Writes a new text beside the file and moves it there: a full disk costs nobody his text. Links stay links.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let file = fs::canonicalize(file)?;
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".drc-{}", std::process::id()));
    let beside: PathBuf = file.with_file_name(name);
    let write = || -> io::Result<()> {
        let permissions = fs::metadata(&file)?.permissions();
        let mut sink = File::create(&beside)?;
        sink.write_all(text.as_bytes())?;
        sink.set_permissions(permissions)?;
        fs::rename(&beside, &file)
    };
    write().inspect_err(|_| drop(fs::remove_file(&beside)))
}
