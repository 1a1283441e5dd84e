//! Exchanging the files of a folder for new ones: all of them, or none.

use super::stage::Failure;
use drc::emit::MANIFEST;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Moves the files `made` from `stage` into `folder`, and removes those of `old` that are no longer made; the manifest
/// comes last. Each file changes at once. Where one cannot be moved, those before it are put back.
pub fn exchange(stage: &Path, folder: &Path, made: &BTreeSet<String>, old: &BTreeSet<String>) -> Result<(), Failure> {
    let mut exchange = Exchange { stage, folder, aside: stage.join(".before"), done: Vec::new() };
    let gone: Vec<&String> = old.difference(made).collect();
    let result = exchange.run(&gone, made);
    if result.is_err() {
        exchange.put_back();
        return result;
    }
    // Folders that hold nothing any more; one with other files in it stays.
    let mut folders: Vec<&Path> = gone.iter().flat_map(|path| Path::new(path).ancestors().skip(1)).collect();
    folders.sort_by_key(|path| std::cmp::Reverse(path.components().count()));
    for empty in folders.into_iter().filter(|path| !path.as_os_str().is_empty()) {
        let _ = fs::remove_dir(folder.join(empty));
    }
    Ok(())
}

struct Exchange<'p> {
    stage: &'p Path,
    folder: &'p Path,
    /// Where the old files are kept until all is done.
    aside: PathBuf,
    /// What was changed: the file, and its old text if it had one.
    done: Vec<(PathBuf, Option<PathBuf>)>,
}

impl Exchange<'_> {
    fn run(&mut self, gone: &[&String], made: &BTreeSet<String>) -> Result<(), Failure> {
        for path in gone {
            let target = self.folder.join(path);
            if fs::symlink_metadata(&target).is_ok_and(|about| !about.is_dir()) {
                self.set_aside(path).and_then(|()| fs::remove_file(&target)).map_err(|error| (target, error))?;
            }
        }
        let (last, first): (Vec<&String>, Vec<&String>) = made.iter().partition(|path| *path == MANIFEST);
        for path in first.into_iter().chain(last) {
            let target = self.folder.join(path);
            self.replace(path, &target).map_err(|error| (target, error))?;
        }
        Ok(())
    }

    fn replace(&mut self, path: &str, target: &Path) -> io::Result<()> {
        if let Some(above) = target.parent() {
            fs::create_dir_all(above)?;
        }
        self.set_aside(path)?;
        fs::rename(self.stage.join(path), target)
    }

    /// Keeps a file as it is under a second name.
    fn set_aside(&mut self, path: &str) -> io::Result<()> {
        let target = self.folder.join(path);
        if fs::symlink_metadata(&target).is_err() {
            self.done.push((target, None));
            return Ok(());
        }
        let aside = self.aside.join(path);
        if let Some(above) = aside.parent() {
            fs::create_dir_all(above)?;
        }
        // Some file systems know no second names.
        fs::hard_link(&target, &aside).or_else(|_| fs::copy(&target, &aside).map(|_| ()))?;
        self.done.push((target, Some(aside)));
        Ok(())
    }

    fn put_back(&mut self) {
        for (target, aside) in self.done.drain(..).rev() {
            let _ = match aside {
                Some(aside) => fs::rename(aside, target),
                None => fs::remove_file(target),
            };
        }
    }
}
