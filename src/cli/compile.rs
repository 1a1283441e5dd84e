//! `drc compile`, `drc check` and `drc graph`.

use super::Outcome;
use super::args::{Check, Compile, Graph, Language, With};
use super::loader::{Disk, read, said, sources_in};
use super::output;
use super::report::{Reporter, print};
use drc::diag::{Diagnostic, Diagnostics, codes, suggest};
use drc::driver::{self, Environment, LoadError, Options};
use drc::emit::{Output, Picture, read_manifest};
use drc::model::Deployed;
use drc::resolve::load_error;
use drc::source::SourceMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Compiles a platform and writes what came of it.
pub fn compile(command: &Compile) -> Outcome {
    let reporter = Reporter::new(&command.common.showing, &command.common.deny);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let output = run(&command.file, &command.common.with, &mut sources, &mut diagnostics);
    reporter.refuse(&mut diagnostics);
    let mut told = None;
    if let Some(output) = output.filter(|_| !diagnostics.has_errors()) {
        match output::write(&command.output, &output, command.force) {
            Ok(()) => {
                let ways = if command.verbose { listed(&output) } else { String::new() };
                told = Some(format!("{}\n{ways}written to {}", output.summary(), command.output.display()));
            }
            Err(finding) => diagnostics.push(*finding),
        }
    }
    let outcome = reporter.show(diagnostics, &sources);
    told.map_or(outcome, |text| outcome.max(reporter.tell(&text)))
}

/// Checks platforms, one after the other.
pub fn check(command: &Check) -> Outcome {
    let reporter = Reporter::new(&command.common.showing, &command.common.deny);
    let (mut sources, mut all, mut ways) = (SourceMap::new(), Diagnostics::new(), String::new());
    let mut outputs = Vec::new();
    for file in &command.files {
        // Each platform has its own gates: the errors of one do not keep another from being looked at.
        let mut diagnostics = Diagnostics::new();
        let output = run(file, &command.common.with, &mut sources, &mut diagnostics);
        if let Some(output) = output.as_ref().filter(|_| command.verbose) {
            let _ = write!(ways, "{}\n{}", output.summary(), listed(output));
        }
        all.as_mut_vec().append(diagnostics.as_mut_vec());
        outputs.extend(output);
    }
    all.as_mut_vec().extend(driver::side_by_side(&outputs));
    reporter.refuse(&mut all);
    let nothing = all.as_slice().is_empty();
    let outcome = reporter.show(all, &sources);
    let outcome = if ways.is_empty() { outcome } else { outcome.max(reporter.tell(ways.trim_end())) };
    if nothing { outcome.max(reporter.tell("no findings")) } else { outcome }
}

/// What each stack takes from another one, and what roles may do to more than one thing, a line each.
fn listed(output: &Output) -> String {
    output.ways().iter().chain(&output.wide()).map(|line| format!("  {line}\n")).collect()
}

/// Draws the stacks of a platform.
pub fn graph(command: &Graph) -> Outcome {
    let reporter = Reporter::new(&command.common.showing, &command.common.deny);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let output = run(&command.file, &command.common.with, &mut sources, &mut diagnostics);
    reporter.refuse(&mut diagnostics);
    let language = match command.language {
        Language::Mermaid => Picture::Mermaid,
        Language::Dot => Picture::Dot,
    };
    // A document of findings takes standard output for itself.
    let drawn = output.filter(|_| !diagnostics.has_errors() && !reporter.is_document()).map(|output| output.picture(language));
    let outcome = reporter.show(diagnostics, &sources);
    drawn.map_or(outcome, |text| outcome.max(print(|sink| sink.write_all(text.as_bytes()))))
}

/// Compiles a platform file, and fills in what was found.
pub fn run(file: &Path, with: &With, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Output> {
    let given = with.environment.as_deref().map(environment).transpose();
    let running = with.deployed.as_deref().map(running).transpose();
    let (environment, deployed) = match given.and_then(|environment| Ok((environment, running?))) {
        Ok(read) => read,
        Err(finding) => {
            diagnostics.push(*finding);
            return None;
        }
    };
    let options = Options { settings: with.settings.clone(), environment, deployed, today: with.today.clone() };
    match Disk::open(file) {
        Ok(disk) => driver::compile(disk.entry(), &disk, &options, sources, diagnostics),
        Err(error) => {
            diagnostics.push(entry_error(file, &error));
            None
        }
    }
}

/// The text of an environment file. It may lie anywhere: the command line names it, no text does.
fn environment(file: &Path) -> Result<Environment, Box<Diagnostic>> {
    let text = read(file).map_err(|error| Box::new(entry_error(file, &error)))?;
    let here = std::env::current_dir().ok();
    let shown = here.and_then(|here| file.strip_prefix(here).ok()).unwrap_or(file);
    let shown: PathBuf = shown.components().filter(|part| *part != Component::CurDir).collect();
    Ok(Environment { name: shown.to_string_lossy().into_owned(), text })
}

/// What the manifest of the running platform says.
fn running(path: &Path) -> Result<Deployed, Box<Diagnostic>> {
    let shown = path.display().to_string();
    let text = fs::read(path).map_err(|error| {
        Box::new(
            Diagnostic::error(codes::BAD_MANIFEST, format!("`{shown}` cannot be read: {}", said(&error)))
                .help("name the `manifest.json` from which the platform was deployed"),
        )
    })?;
    read_manifest(&shown, &text).map_err(|why| {
        Box::new(
            Diagnostic::error(codes::BAD_MANIFEST, format!("`{shown}` is not the manifest of a platform"))
                .note(why)
                .help("name the `manifest.json` from which the platform was deployed"),
        )
    })
}

/// The finding for a platform file that cannot be had: nothing in a text names it, the command line does.
pub fn entry_error(file: &Path, error: &LoadError) -> Diagnostic {
    let shown = file.display().to_string();
    let mut finding = load_error(&shown, error);
    match error {
        LoadError::NotFound => finding.help = Some(neighbour(file)),
        LoadError::Outside => finding.help = Some("name the file that it leads to".into()),
        _ => {}
    }
    finding
}

/// What can be done about a file that is not there: the nearest name beside it, or what there is.
fn neighbour(file: &Path) -> String {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return format!("there is no folder `{}` either", folder.display());
    }
    let names = sources_in(folder);
    let wrong = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match (suggest::nearest(wrong, names.iter().map(String::as_str)), names.as_slice()) {
        (Some(near), _) => format!("did you mean `{}`?", file.with_file_name(near).display()),
        (None, []) => "the folder holds no `.dr` file".into(),
        (None, [only]) => format!("the folder holds `{}`", file.with_file_name(only).display()),
        (None, several) => format!("the folder holds {}", several.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}
