//! Writing the output folder: first beside it, then in its place, so that nobody ever sees half of it.
//!
//! What `drc` wrote before is known from the manifest in the folder. Nothing else in the folder is ever changed.

use super::exchange::exchange;
use super::loader::said;
use super::report::BUFFER;
use drc::diag::{Diagnostic, codes};
use drc::emit::{MANIFEST, Output, is_program};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

/// How many foreign files a finding names.
const NAMED: usize = 5;

/// What can be written into a folder.
pub trait Files {
    /// Paths, `/`-separated, below the folder.
    fn list(&self) -> Vec<String>;
    /// Writes one of them.
    fn write(&self, path: &str, sink: &mut dyn Write) -> io::Result<()>;
}

impl Files for Output {
    fn list(&self) -> Vec<String> {
        self.files()
    }

    fn write(&self, path: &str, sink: &mut dyn Write) -> io::Result<()> {
        Output::write(self, path, sink)
    }
}

/// Writes all files into `folder`, or none.
pub fn write(folder: &Path, files: &impl Files) -> Result<(), Box<Diagnostic>> {
    let made: BTreeSet<String> = files.list().into_iter().collect();
    let before = look(folder)?;
    refuse_foreign(folder, &made, before.as_ref())?;
    let stage = Stage::new(folder, before.is_some()).map_err(|(path, error)| cannot_write(&path, &error))?;
    for path in &made {
        stage.write(path, files).map_err(|error| cannot_write(&folder.join(path), &error))?;
    }
    match before {
        None => fs::rename(&stage.path, folder).map_err(|error| cannot_write(folder, &error)),
        Some(old) => exchange(&stage.path, folder, &made, &old).map_err(|(path, error)| cannot_write(&path, &error)),
    }
}

/// What `drc` wrote into the folder before; `None` if there is no folder.
fn look(folder: &Path) -> Result<Option<BTreeSet<String>>, Box<Diagnostic>> {
    match fs::metadata(folder) {
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
    let Ok(text) = fs::read(folder.join(MANIFEST)) else { return Ok(Some(BTreeSet::new())) };
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    if manifest.get("generator").and_then(serde_json::Value::as_str) != Some("drc") {
        return Ok(Some(BTreeSet::new()));
    }
    let listed = manifest.get("files").and_then(serde_json::Value::as_array).into_iter().flatten();
    // A manifest is a file that anybody can change: what it lists outside of the folder is not ours.
    let mut old: BTreeSet<String> = listed.filter_map(|path| path.as_str()).filter(|path| is_below(path)).map(String::from).collect();
    old.insert(MANIFEST.into());
    Ok(Some(old))
}

fn is_below(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Refuses to write over anything that `drc` did not write.
fn refuse_foreign(folder: &Path, made: &BTreeSet<String>, before: Option<&BTreeSet<String>>) -> Result<(), Box<Diagnostic>> {
    let Some(old) = before else { return Ok(()) };
    let mut foreign: BTreeSet<String> = BTreeSet::new();
    for path in made {
        let about = fs::symlink_metadata(folder.join(path));
        if about.is_ok_and(|about| !old.contains(path) || about.is_dir()) {
            foreign.insert(path.clone());
        }
        // A folder of ours that is a file or a link to elsewhere.
        for above in Path::new(path).ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
            if fs::symlink_metadata(folder.join(above)).is_ok_and(|about| !about.is_dir()) {
                foreign.insert(above.display().to_string());
            }
        }
    }
    if foreign.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = foreign.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = foreign.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Box::new(
        Diagnostic::error(codes::FOREIGN_OUTPUT, format!("`{}` holds files that `drc` did not write", folder.display()))
            .note(format!("{}{rest} would be written over", names.join(", ")))
            .help("name another folder with `-o`, or move these files away"),
    ))
}

/// A folder that is gone when it is no longer needed, whatever happened.
struct Stage {
    path: PathBuf,
}

impl Stage {
    /// A new folder on the same file system: beside the output, or in it where nothing can be written beside it.
    fn new(folder: &Path, exists: bool) -> Result<Self, (PathBuf, io::Error)> {
        let at = |error| (folder.to_path_buf(), error);
        if exists {
            let inside = folder.join(format!(".drc-{}", std::process::id()));
            return Self::create(inside).map_err(at);
        }
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|error| (parent.to_path_buf(), error))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Self::create(parent.join(format!(".{name}.drc-{}", std::process::id()))).map_err(at)
    }

    fn create(path: PathBuf) -> io::Result<Self> {
        match fs::create_dir(&path) {
            // Left by a run that was killed and had our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_dir_all(&path)?;
                fs::create_dir(&path)?;
            }
            other => other?,
        }
        Ok(Self { path })
    }

    fn write(&self, path: &str, files: &impl Files) -> io::Result<()> {
        let target = self.path.join(path);
        if let Some(above) = target.parent() {
            fs::create_dir_all(above)?;
        }
        let file = File::create_new(&target)?;
        #[cfg(unix)]
        if is_program(path) {
            use std::os::unix::fs::PermissionsExt;
            let readable = file.metadata()?.permissions().mode();
            // Whoever may read it may run it.
            file.set_permissions(fs::Permissions::from_mode(readable | ((readable & 0o444) >> 2)))?;
        }
        let mut sink = BufWriter::with_capacity(BUFFER, file);
        let result = files.write(path, &mut sink).and_then(|()| sink.flush());
        // What could not be written is not tried again when the buffer is dropped.
        let _ = sink.into_parts();
        result
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
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
mod tests {
    use super::*;

    /// Files and their texts; a text of `!` fails when it is written.
    struct Made(Vec<(&'static str, &'static str)>);

    impl Files for Made {
        fn list(&self) -> Vec<String> {
            self.0.iter().map(|(path, _)| (*path).to_string()).chain([MANIFEST.to_string()]).collect()
        }

        fn write(&self, path: &str, sink: &mut dyn Write) -> io::Result<()> {
            if path == MANIFEST {
                let files = self.list();
                return write!(sink, "{}", serde_json::json!({ "generator": "drc", "files": files }));
            }
            match self.0.iter().find(|(known, _)| *known == path) {
                Some((_, "!")) => Err(io::Error::from(io::ErrorKind::StorageFull)),
                Some((_, text)) => sink.write_all(text.as_bytes()),
                None => Err(io::Error::from(io::ErrorKind::NotFound)),
            }
        }
    }

    /// Every file below a folder with its text, the manifest left out.
    fn tree(folder: &Path) -> Vec<(String, String)> {
        fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(root, &path, found);
                } else if path.file_name().unwrap() != MANIFEST {
                    let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                    found.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        walk(folder, folder, &mut found);
        found.sort();
        found
    }

    fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_string(), (*text).to_string())).collect()
    }

    #[test]
    fn a_new_folder_appears_as_a_whole() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("deep/out");
        write(&out, &Made(vec![("a/x.json", "1"), ("b/y.json", "2")])).unwrap();
        assert_eq!(tree(home.path()), named(&[("deep/out/a/x.json", "1"), ("deep/out/b/y.json", "2")]));
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let finding = write(&home.path().join("out"), &Made(vec![("a/x.json", "1"), ("b/y.json", "!")])).unwrap_err();
        assert_eq!(finding.code, "DR0705");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_was_written_before_is_replaced_and_the_rest_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path();
        write(out, &Made(vec![("a/x.json", "1"), ("b/y.json", "2")])).unwrap();
        fs::write(out.join("a/notes.md"), "mine").unwrap();
        write(out, &Made(vec![("a/z.json", "4"), ("c/x.json", "3")])).unwrap();
        assert_eq!(tree(out), named(&[("a/notes.md", "mine"), ("a/z.json", "4"), ("c/x.json", "3")]));
        assert!(!out.join("b").exists(), "a folder that is empty now is gone");
        assert_eq!(fs::read_dir(out).unwrap().count(), 3, "nothing temporary is left");
    }

    #[test]
    fn a_failure_keeps_what_was_there() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        write(&out, &Made(vec![("a/x.json", "1")])).unwrap();
        write(&out, &Made(vec![("a/x.json", "2"), ("b/y.json", "!")])).unwrap_err();
        assert_eq!(tree(home.path()), named(&[("out/a/x.json", "1")]));
    }

    #[test]
    fn foreign_files_are_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path();
        fs::create_dir(out.join("a")).unwrap();
        fs::write(out.join("a/x.json"), "mine").unwrap();
        let finding = write(out, &Made(vec![("a/x.json", "1")])).unwrap_err();
        assert_eq!(finding.code, "DR0706");
        assert_eq!(tree(out), named(&[("a/x.json", "mine")]));
        fs::remove_file(out.join("a/x.json")).unwrap();
        fs::write(out.join(MANIFEST), "{\"generator\": \"webpack\"}").unwrap();
        assert_eq!(write(out, &Made(vec![("a/x.json", "1")])).unwrap_err().code, "DR0706");
    }

    #[test]
    fn a_manifest_cannot_name_files_elsewhere() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(home.path().join("precious"), "mine").unwrap();
        fs::write(out.join(MANIFEST), "{\"generator\": \"drc\", \"files\": [\"../precious\", \"/etc/hostname\", \"\"]}").unwrap();
        write(&out, &Made(vec![("x.json", "1")])).unwrap();
        assert_eq!(tree(home.path()), named(&[("out/x.json", "1"), ("precious", "mine")]));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_way_is_foreign() {
        let home = tempfile::tempdir().unwrap();
        let (out, elsewhere) = (home.path().join("out"), home.path().join("elsewhere"));
        fs::create_dir(&out).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, out.join("a")).unwrap();
        assert_eq!(write(&out, &Made(vec![("a/x.json", "1")])).unwrap_err().code, "DR0706");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }

    #[test]
    fn an_exchange_that_fails_is_undone() {
        let home = tempfile::tempdir().unwrap();
        let (stage, out) = (home.path().join("stage"), home.path().join("out"));
        fs::create_dir_all(&stage).unwrap();
        fs::create_dir_all(&out).unwrap();
        for (name, text) in [("a.json", "old a"), ("gone.json", "old gone")] {
            fs::write(out.join(name), text).unwrap();
        }
        fs::write(stage.join("a.json"), "new a").unwrap();
        // `b.json` is missing in the stage: it cannot be moved.
        let made = BTreeSet::from(["a.json".to_string(), "b.json".to_string()]);
        let old = BTreeSet::from(["a.json".to_string(), "gone.json".to_string()]);
        exchange(&stage, &out, &made, &old).unwrap_err();
        assert_eq!(tree(&out), named(&[("a.json", "old a"), ("gone.json", "old gone")]));
    }
}
