//! `drc doc`.

use super::Outcome;
use super::args::Doc;
use super::compile::entry_error;
use super::loader::{read, said};
use super::report::{Reporter, print};
use drc::diag::{Diagnostic, Diagnostics, codes, suggest};
use drc::doc::{INDEX, MARK, Module, index, library, page, project};
use drc::driver::LoadError;
use drc::source::SourceMap;
use drc::stdlib;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Writes the reference of modules.
pub fn doc(command: &Doc) -> Outcome {
    let reporter = Reporter::new(&command.showing, &[]);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let mut modules = library(&mut sources);
    let mut outcome = Outcome::Clean;
    for what in &command.what {
        match wanted(what) {
            Wanted::Library(name) => {
                if let Err(finding) = want(&mut modules, name) {
                    diagnostics.push(*finding);
                    outcome = Outcome::Failure;
                }
            }
            Wanted::File(path) => file(&path, &mut modules, &mut sources, &mut diagnostics),
        }
    }
    if diagnostics.has_errors() {
        return outcome.max(reporter.show(diagnostics, &sources));
    }
    let pages = pages(&modules, &sources);
    let told = match &command.output {
        Some(folder) => match write(folder, &pages, command.force) {
            Ok(()) => {
                Some(format!("{} written to {}", if pages.len() == 1 { "1 page".into() } else { format!("{} pages", pages.len()) }, folder.display()))
            }
            Err(finding) => {
                diagnostics.push(*finding);
                None
            }
        },
        None => None,
    };
    let outcome = reporter.show(diagnostics, &sources);
    match (&command.output, told) {
        (Some(_), Some(text)) => outcome.max(reporter.tell(&text)),
        (Some(_), None) => outcome,
        // A document of findings takes standard output for itself.
        (None, _) if reporter.is_document() => outcome,
        (None, _) => {
            let texts: Vec<&str> = pages.iter().map(|(_, text)| text.as_str()).collect();
            outcome.max(print(|sink| sink.write_all(texts.join("\n").as_bytes())))
        }
    }
}

/// What a word of the command line stands for.
enum Wanted<'w> {
    /// A module of the library, or with an empty name all of them.
    Library(&'w str),
    /// A file of the project.
    File(PathBuf),
}

/// `std`, `std@1`, `std/aurora`, `std@1.aurora`; all else is a file.
fn wanted(what: &Path) -> Wanted<'_> {
    let text = what.to_str().filter(|text| !text.ends_with(".dr")).and_then(|text| text.strip_prefix("std"));
    match text {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '.', '@']) => {
            let rest = rest.strip_prefix(&format!("@{}", stdlib::VERSION)).unwrap_or(rest);
            Wanted::Library(rest.strip_prefix(['/', '.']).unwrap_or(rest))
        }
        _ => Wanted::File(what.components().filter(|part| *part != Component::CurDir).collect()),
    }
}

/// Marks a module of the library, or all.
fn want(modules: &mut [Module], name: &str) -> Result<(), Box<Diagnostic>> {
    let mut found = false;
    for module in modules.iter_mut().filter(|module| module.is_library() && (name.is_empty() || module.name == name)) {
        module.wanted = true;
        found = true;
    }
    if found {
        return Ok(());
    }
    let version = stdlib::VERSION;
    if let Some(other) = name.strip_prefix('@') {
        let finding = Diagnostic::error(codes::UNKNOWN_LIBRARY, format!("the standard library has no version `{other}`"));
        return Err(Box::new(finding.help(format!("write `std` or `std@{version}`: this `drc` has version {version}"))));
    }
    let known: Vec<&str> = modules.iter().filter(|module| module.is_library()).map(|module| module.name.as_str()).collect();
    let finding = Diagnostic::error(codes::NO_SUCH_MODULE, format!("the standard library has no module `{name}`"))
        .note(format!("version {version} has {}", known.join(", ")));
    Err(Box::new(match suggest::nearest(name, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `std/{near}`?")),
        None => finding.help("`drc doc std` writes all of them; a module of yours is named by its file: `drc doc stores/redis.dr`"),
    }))
}

/// Reads a file of the project and adds its module; what is wrong with it is reported.
fn file(path: &Path, modules: &mut Vec<Module>, sources: &mut SourceMap, diagnostics: &mut Diagnostics) {
    match read(path) {
        Ok(text) => {
            let module = project(&path.display().to_string(), &text, modules, sources, diagnostics);
            modules.push(module);
        }
        Err(error) => {
            let mut finding = entry_error(path, &error);
            if matches!(error, LoadError::NotFound)
                && let Some(name) = path.to_str().filter(|name| stdlib::module(name).is_some())
            {
                finding.help = Some(format!("a module of the library is named with it: `drc doc std/{name}`"));
            }
            diagnostics.push(finding);
        }
    }
}

/// Names and texts of all pages; several have an index before them.
fn pages(modules: &[Module], sources: &SourceMap) -> Vec<(String, String)> {
    let wanted = modules.iter().filter(|module| module.wanted);
    let mut pages: Vec<(String, String)> = wanted.map(|module| (module.page.clone(), page(module, modules, sources))).collect();
    if pages.len() > 1 {
        pages.insert(0, (INDEX.into(), index(modules)));
    }
    pages
}

/// Writes the pages that are not what they should be. Nothing is written if a file of somebody else is in the way.
fn write(folder: &Path, pages: &[(String, String)], force: bool) -> Result<(), Box<Diagnostic>> {
    match fs::metadata(folder) {
        Ok(about) if about.is_dir() => {}
        Ok(_) => {
            let message = format!("`{}` is a file; the pages need a folder", folder.display());
            return Err(Box::new(Diagnostic::error(codes::CANNOT_WRITE, message).help("name another folder with `-o`")));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &said(&error)))?,
        Err(error) => return Err(cannot_write(folder, &said(&error))),
    }
    let (mut changed, mut foreign) = (Vec::new(), Vec::new());
    for (name, text) in pages {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(old) if old == text.as_bytes() => {}
            Ok(old) if !old.starts_with(MARK.as_bytes()) && !force => foreign.push(format!("`{name}`")),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(cannot_write(&path, &said(&error))),
            _ => changed.push((path, text)),
        }
    }
    if !foreign.is_empty() {
        return Err(Box::new(
            Diagnostic::error(codes::FOREIGN_OUTPUT, format!("`{}` holds files that `drc` did not write", folder.display()))
                .note(format!("{} would be written over", foreign.join(", ")))
                .help("name another folder with `-o`, or move these files away; `--force` writes over them"),
        ));
    }
    for (path, text) in changed {
        fs::write(&path, text).map_err(|error| cannot_write(&path, &said(&error)))?;
    }
    Ok(())
}

fn cannot_write(path: &Path, why: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` cannot be written: {why}", path.display()))
            .help("name a folder with `-o` that can be written, or mend the permissions of this one"),
    )
}
