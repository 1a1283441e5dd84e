//! Writing the output folder: first beside it, then in its place, so that nobody ever sees half of it.
//!
//! What `drc` wrote before is known from the manifest in the folder. Nothing else in the folder is ever changed.

mod exchange;
mod stage;
mod swap;

use crate::cli::loader::said;
use drc::diag::{Diagnostic, codes};
use drc::emit::{MANIFEST, Output, is_program};
use stage::{Failure, Stage};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use swap::{Problem, Way};

/// How many foreign files a finding names.
const NAMED: usize = 5;

/// What can be written into a folder.
pub trait Files {
    /// Paths, `/`-separated, below the folder.
    fn list(&self) -> Vec<String>;
    /// Writes one of them.
    fn write(&self, path: &str, sink: &mut dyn Write) -> io::Result<()>;
    /// Whether it can be run.
    fn executable(&self, path: &str) -> bool {
        path.ends_with(".sh")
    }
}

/// Told before each change on the disk: a test looks at what a run that is killed there would leave.
pub type Watch<'w> = &'w mut dyn FnMut();

impl Files for Output {
    fn list(&self) -> Vec<String> {
        self.files()
    }

    fn write(&self, path: &str, sink: &mut dyn Write) -> io::Result<()> {
        Output::write(self, path, sink)
    }

    fn executable(&self, path: &str) -> bool {
        is_program(path)
    }
}

/// How an output that is there already is replaced: the first way that the folder allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replacement {
    /// As a whole.
    Whole(Way),
    /// File by file, the manifest last: for a mount, the folder that we work in, or where nothing can be written beside it.
    Files,
}

const REPLACEMENTS: &[Replacement] = &[Replacement::Whole(Way::Exchange), Replacement::Whole(Way::Aside), Replacement::Files];

/// Writes all files into `folder`, or none. Files of others are written over only if `force` says so.
pub fn write(folder: &Path, files: &impl Files, force: bool) -> Result<(), Box<Diagnostic>> {
    write_by(folder, files, force, REPLACEMENTS, &mut || {})
}

fn write_by(folder: &Path, files: &impl Files, force: bool, ways: &[Replacement], watch: Watch<'_>) -> Result<(), Box<Diagnostic>> {
    let made: BTreeSet<String> = files.list().into_iter().collect();
    // A link stays, and leads to the new output.
    let place = place(folder);
    swap::recover(&place);
    let before = look(folder, &place)?;
    if let Some(before) = &before {
        refuse_foreign(folder, &place, &made, before, force)?;
    }
    stage::sweep(&place);
    let failed = |(path, error): Failure| {
        let shown = match path.strip_prefix(&place) {
            Ok(below) if below.as_os_str().is_empty() => folder.to_path_buf(),
            Ok(below) => folder.join(below),
            Err(_) => path,
        };
        cannot_write(&shown, &error)
    };
    let Some(Before { ours: old, .. }) = before else {
        return write_new(&place, files, &made, watch).map_err(failed);
    };
    for way in ways {
        let result = match way {
            Replacement::Whole(way) => swap::replace(&place, files, &made, &old, *way, watch),
            Replacement::Files => write_files(&place, files, &made, &old, watch).map_err(|(path, error)| Problem::Failed(path, error)),
        };
        match result {
            Ok(()) => return Ok(()),
            Err(Problem::Unfit) => {}
            Err(Problem::Failed(path, error)) => return Err(failed((path, error))),
        }
    }
    Err(cannot_write(folder, &io::Error::from(io::ErrorKind::Unsupported)))
}

/// Where a folder is, behind all links.
fn place(folder: &Path) -> PathBuf {
    let led = || Some(folder.parent()?.join(fs::read_link(folder).ok()?));
    fs::canonicalize(folder).ok().or_else(led).unwrap_or_else(|| folder.to_path_buf())
}

/// A folder that was not there.
fn write_new(folder: &Path, files: &impl Files, made: &BTreeSet<String>, watch: Watch<'_>) -> Result<(), Failure> {
    let at = |error| (folder.to_path_buf(), error);
    let (parent, _) = stage::parts(folder).map_err(at)?;
    fs::create_dir_all(&parent).map_err(|error| (parent.clone(), error))?;
    let mut stage = Stage::beside(folder, watch).map_err(at)?;
    write_all(&mut stage, folder, files, made, watch)?;
    watch();
    fs::rename(&stage.path, folder).map_err(at)?;
    watch();
    let _ = stage::sync(&parent);
    Ok(())
}

/// A folder whose files are exchanged one by one.
fn write_files(folder: &Path, files: &impl Files, made: &BTreeSet<String>, old: &BTreeSet<String>, watch: Watch<'_>) -> Result<(), Failure> {
    let mut stage = Stage::inside(folder, watch).map_err(|error| (folder.to_path_buf(), error))?;
    write_all(&mut stage, folder, files, made, watch)?;
    exchange::exchange(&stage.path, folder, made, old)?;
    let _ = stage::sync(folder);
    Ok(())
}

fn write_all(stage: &mut Stage, folder: &Path, files: &impl Files, made: &BTreeSet<String>, watch: Watch<'_>) -> Result<(), Failure> {
    for path in made {
        stage.write(path, files, watch).map_err(|error| (folder.join(path), error))?;
    }
    stage.sync().map_err(|error| (folder.to_path_buf(), error))
}

/// What is in a folder that is there already.
struct Before {
    /// What `drc` wrote, by its manifest.
    ours: BTreeSet<String>,
    /// Whether there is a manifest of ours.
    known: bool,
}

/// What is in the folder; `None` if there is none.
fn look(folder: &Path, place: &Path) -> Result<Option<Before>, Box<Diagnostic>> {
    match fs::metadata(place) {
        Ok(about) if about.is_dir() => {}
        Ok(_) => {
            return Err(Box::new(
                Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` is a file; the output is a folder", folder.display()))
                    .help("name another folder with `-o`"),
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot_write(folder, &error)),
    }
    let nothing = Before { ours: BTreeSet::new(), known: false };
    let Ok(text) = fs::read(place.join(MANIFEST)) else { return Ok(Some(nothing)) };
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    if manifest.get("generator").and_then(serde_json::Value::as_str) != Some("drc") {
        return Ok(Some(nothing));
    }
    let listed = manifest.get("files").and_then(serde_json::Value::as_array).into_iter().flatten();
    // A manifest is a file that anybody can change: what it lists outside of the folder is not ours.
    let mut ours: BTreeSet<String> = listed.filter_map(|path| path.as_str()).filter(|path| is_below(path)).map(String::from).collect();
    ours.insert(MANIFEST.into());
    Ok(Some(Before { ours, known: true }))
}

fn is_below(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Refuses to write over anything that `drc` did not write, and into a folder of somebody else.
fn refuse_foreign(folder: &Path, place: &Path, made: &BTreeSet<String>, before: &Before, force: bool) -> Result<(), Box<Diagnostic>> {
    let (mut over, mut barring): (BTreeSet<String>, BTreeSet<String>) = (BTreeSet::new(), BTreeSet::new());
    for path in made {
        match fs::symlink_metadata(place.join(path)) {
            Ok(about) if about.is_dir() => drop(barring.insert(path.clone())),
            Ok(_) if !before.ours.contains(path) => drop(over.insert(path.clone())),
            _ => {}
        }
        // A folder of ours that is a file or a link to elsewhere.
        for above in Path::new(path).ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
            if fs::symlink_metadata(place.join(above)).is_ok_and(|about| !about.is_dir()) {
                barring.insert(above.display().to_string());
            }
        }
    }
    let refused = |note: String, help: &str| {
        let message = format!("`{}` holds files that `drc` did not write", folder.display());
        Err(Box::new(Diagnostic::error(codes::FOREIGN_OUTPUT, message).note(note).help(help)))
    };
    if !barring.is_empty() {
        return refused(
            format!(
                "{} would have to make way, and {}",
                names(&barring),
                if barring.len() == 1 { "is no file of ours" } else { "are no files of ours" }
            ),
            "name another folder with `-o`, or move it away",
        );
    }
    if force {
        return Ok(());
    }
    if !over.is_empty() {
        return refused(
            format!("{} would be written over", names(&over)),
            "name another folder with `-o`, or move these files away; `--force` writes over them",
        );
    }
    let others: BTreeSet<String> = fs::read_dir(place)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !stage::is_stage(name))
        .collect();
    if before.known || others.is_empty() {
        return Ok(());
    }
    refused(
        format!("there is no manifest of an earlier output beside {}", names(&others)),
        "name another folder with `-o`; `--force` writes into this one, and keeps its files",
    )
}

fn names(paths: &BTreeSet<String>) -> String {
    let names: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = paths.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", names.join(", "))
}

fn cannot_write(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let finding = Diagnostic::error(codes::CANNOT_WRITE, format!("`{}` cannot be written: {}", path.display(), said(error)));
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space, or name a folder elsewhere with `-o`"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "name a folder that can be written with `-o`",
        _ => "name another folder with `-o`",
    };
    Box::new(finding.note("nothing was changed: the output is written as a whole or not at all").help(help))
}

#[cfg(test)]
mod tests;
