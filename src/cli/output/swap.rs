//! Putting a new folder in the place of an old one at once: at every moment there is the old output or the new one, whole.
//!
//! The new folder is complete before anything is changed: our files are in it, and everything that others have put into the old
//! one, under a second name of the same file.

use super::stage::{self, Stage};
use super::{Files, Watch};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How a folder can be put in the place of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Both change their names in one step.
    Exchange,
    /// The old one steps aside, the new one takes its place. In between there is none: the next run puts the old one back.
    Aside,
}

/// Why it was not done.
#[derive(Debug)]
pub enum Problem {
    /// This folder cannot be replaced as a whole; nothing was changed.
    Unfit,
    /// Something could not be written; nothing was changed.
    Failed(PathBuf, io::Error),
}

/// Replaces `folder`, in which `old` is ours, by a new one with the files `made`.
pub fn replace(
    folder: &Path,
    files: &impl Files,
    made: &BTreeSet<String>,
    old: &BTreeSet<String>,
    way: Way,
    watch: Watch<'_>,
) -> Result<(), Problem> {
    if !fits(folder) {
        return Err(Problem::Unfit);
    }
    let mut stage = Stage::beside(folder, watch).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Problem::Unfit,
        _ => Problem::Failed(folder.to_path_buf(), error),
    })?;
    let ours = |path: &str| old.contains(path) || made.contains(path);
    let mut emptied = Vec::new();
    keep(folder, &stage.path, Path::new(""), &ours, &mut emptied, watch).map_err(|()| Problem::Unfit)?;
    for path in made {
        stage.write(path, files, watch).map_err(|error| Problem::Failed(folder.join(path), error))?;
    }
    // Folders in which there were files of ours only, and are none any more.
    for empty in emptied {
        let _ = fs::remove_dir(empty);
    }
    like(folder, &stage.path).map_err(|()| Problem::Unfit)?;
    stage.sync().map_err(|error| Problem::Failed(folder.to_path_buf(), error))?;
    match way {
        Way::Exchange => exchange(&stage.path, folder, watch).map_err(|_| Problem::Unfit)?,
        Way::Aside => step_aside(&stage.path, folder, watch)?,
    }
    if let Ok((parent, _)) = stage::parts(folder) {
        let _ = stage::sync(&parent);
    }
    // What others put into the old folder after it was looked at comes along. The old folder stands in the stage's place now.
    let before = if way == Way::Exchange { stage.path.clone() } else { aside(folder) };
    rescue(&before, folder, Path::new(""), &ours);
    if way == Way::Aside {
        watch();
        let _ = fs::remove_dir_all(&before);
    }
    watch();
    Ok(())
}

/// Undoes or finishes what a run that was killed between two steps has left.
pub fn recover(folder: &Path) {
    let aside = aside(folder);
    if fs::symlink_metadata(&aside).is_err() {
        return;
    }
    if fs::symlink_metadata(folder).is_err() {
        let _ = fs::rename(&aside, folder);
    } else {
        let _ = fs::remove_dir_all(&aside);
    }
}

/// Where the old folder is for the moment in which there is none.
fn aside(folder: &Path) -> PathBuf {
    match stage::parts(folder) {
        Ok((parent, name)) => parent.join(format!(".{name}.drc-before")),
        Err(_) => folder.join(".drc-before"),
    }
}

/// Whether a folder can be replaced: it has a name, it is no mount, and nobody of us works in it.
fn fits(folder: &Path) -> bool {
    let Ok((parent, _)) = stage::parts(folder) else { return false };
    let real = |path: &Path| fs::canonicalize(path).ok();
    let inside = |folder: PathBuf| std::env::current_dir().ok().and_then(|here| real(&here)).is_some_and(|here| here.starts_with(folder));
    same_device(&parent, folder) && real(folder).is_some_and(|folder| !inside(folder))
}

#[cfg(unix)]
fn same_device(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::symlink_metadata(path).map(|about| about.dev());
    matches!((fs::metadata(a).map(|about| about.dev()), device(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn same_device(_a: &Path, _b: &Path) -> bool {
    true
}

/// Gives everything below `from` that is not ours a second name below `to`; folders keep their permissions and owner. Those that
/// have something of ours and nothing else come into `emptied`, the inner ones first.
fn keep(from: &Path, to: &Path, below: &Path, ours: &dyn Fn(&str) -> bool, emptied: &mut Vec<PathBuf>, watch: Watch<'_>) -> Result<(), ()> {
    for entry in fs::read_dir(from).map_err(|_| ())? {
        let entry = entry.map_err(|_| ())?;
        let (name, kind) = (entry.file_name(), entry.file_type().map_err(|_| ())?);
        let (path, target) = (below.join(&name), to.join(&name));
        if below.as_os_str().is_empty() && stage::is_stage(&name.to_string_lossy()) {
            continue;
        }
        if kind.is_dir() {
            if !same_device(from, &entry.path()) {
                return Err(());
            }
            watch();
            fs::create_dir(&target).map_err(|_| ())?;
            keep(&entry.path(), &target, &path, ours, emptied, watch)?;
            like(&entry.path(), &target)?;
            if holds_ours(&entry.path(), &path, ours) {
                emptied.push(target);
            }
        } else if !ours(&slashed(&path)) {
            watch();
            if fs::hard_link(entry.path(), &target).is_err() {
                // Some file systems know no second names.
                if !kind.is_file() {
                    return Err(());
                }
                fs::copy(entry.path(), &target).map_err(|_| ())?;
            }
        }
    }
    Ok(())
}

/// Whether a folder has something of ours, at any depth.
fn holds_ours(folder: &Path, below: &Path, ours: &dyn Fn(&str) -> bool) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = below.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => holds_ours(&entry.path(), &path, ours),
            _ => ours(&slashed(&path)),
        }
    })
}

/// Makes a new folder like an old one.
#[cfg(unix)]
fn like(from: &Path, to: &Path) -> Result<(), ()> {
    use std::os::unix::fs::MetadataExt;
    let (old, new) = (fs::metadata(from).map_err(|_| ())?, fs::metadata(to).map_err(|_| ())?);
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        std::os::unix::fs::chown(to, Some(old.uid()), Some(old.gid())).map_err(|_| ())?;
    }
    fs::set_permissions(to, old.permissions()).map_err(|_| ())
}

#[cfg(not(unix))]
fn like(from: &Path, to: &Path) -> Result<(), ()> {
    fs::metadata(from).and_then(|old| fs::set_permissions(to, old.permissions())).map_err(|_| ())
}

/// Moves what came into the old folder late into the new one.
fn rescue(from: &Path, to: &Path, below: &Path, ours: &dyn Fn(&str) -> bool) {
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, target) = (below.join(entry.file_name()), to.join(entry.file_name()));
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if fs::symlink_metadata(&target).is_ok() {
                rescue(&entry.path(), &target, &path, ours);
            } else if !holds_ours(&entry.path(), &path, ours) && !stage::is_stage(&entry.file_name().to_string_lossy()) {
                let _ = fs::rename(entry.path(), &target);
            }
        } else if !ours(&slashed(&path)) && is_newer(&entry.path(), &target) {
            let _ = fs::rename(entry.path(), &target);
        }
    }
}

fn is_newer(old: &Path, new: &Path) -> bool {
    let changed = |path: &Path| fs::symlink_metadata(path).and_then(|about| about.modified());
    match (changed(old), changed(new)) {
        (Ok(old), Ok(new)) => old > new,
        (Ok(_), Err(_)) => true,
        _ => false,
    }
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(target_os = "linux")]
fn exchange(stage: &Path, folder: &Path, watch: Watch<'_>) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    watch();
    renameat_with(CWD, stage, CWD, folder, RenameFlags::EXCHANGE).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_stage: &Path, _folder: &Path, _watch: Watch<'_>) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

fn step_aside(stage: &Path, folder: &Path, watch: Watch<'_>) -> Result<(), Problem> {
    let aside = aside(folder);
    watch();
    fs::rename(folder, &aside).map_err(|_| Problem::Unfit)?;
    watch();
    if let Err(error) = fs::rename(stage, folder) {
        let _ = fs::rename(&aside, folder);
        return Err(Problem::Failed(folder.to_path_buf(), error));
    }
    Ok(())
}
