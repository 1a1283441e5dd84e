//! Writing output folders: whole, or not at all.

use super::exchange::exchange;
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

fn put(folder: &Path, files: &impl Files) -> Result<(), Box<Diagnostic>> {
    write(folder, files, false)
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
    put(&out, &Made(vec![("a/x.json", "1"), ("b/y.json", "2")])).unwrap();
    assert_eq!(tree(home.path()), named(&[("deep/out/a/x.json", "1"), ("deep/out/b/y.json", "2")]));
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let finding = put(&home.path().join("out"), &Made(vec![("a/x.json", "1"), ("b/y.json", "!")])).unwrap_err();
    assert_eq!(finding.code, "DR0705");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn what_was_written_before_is_replaced_and_the_rest_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path();
    put(out, &Made(vec![("a/x.json", "1"), ("b/y.json", "2")])).unwrap();
    fs::write(out.join("a/notes.md"), "mine").unwrap();
    put(out, &Made(vec![("a/z.json", "4"), ("c/x.json", "3")])).unwrap();
    assert_eq!(tree(out), named(&[("a/notes.md", "mine"), ("a/z.json", "4"), ("c/x.json", "3")]));
    assert!(!out.join("b").exists(), "a folder that is empty now is gone");
    assert_eq!(fs::read_dir(out).unwrap().count(), 3, "nothing temporary is left");
}

#[test]
fn a_failure_keeps_what_was_there() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    put(&out, &Made(vec![("a/x.json", "1")])).unwrap();
    put(&out, &Made(vec![("a/x.json", "2"), ("b/y.json", "!")])).unwrap_err();
    assert_eq!(tree(home.path()), named(&[("out/a/x.json", "1")]));
}

#[test]
fn foreign_files_are_not_written_over() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path();
    fs::create_dir(out.join("a")).unwrap();
    fs::write(out.join("a/x.json"), "mine").unwrap();
    let finding = put(out, &Made(vec![("a/x.json", "1")])).unwrap_err();
    assert_eq!(finding.code, "DR0706");
    assert_eq!(tree(out), named(&[("a/x.json", "mine")]));
    fs::remove_file(out.join("a/x.json")).unwrap();
    fs::write(out.join(MANIFEST), "{\"generator\": \"webpack\"}").unwrap();
    assert_eq!(put(out, &Made(vec![("a/x.json", "1")])).unwrap_err().code, "DR0706");
}

#[test]
fn a_manifest_cannot_name_files_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(home.path().join("precious"), "mine").unwrap();
    fs::write(out.join(MANIFEST), "{\"generator\": \"drc\", \"files\": [\"../precious\", \"/etc/hostname\", \"\"]}").unwrap();
    put(&out, &Made(vec![("x.json", "1")])).unwrap();
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
    assert_eq!(put(&out, &Made(vec![("a/x.json", "1")])).unwrap_err().code, "DR0706");
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

const ALL: &[&[Replacement]] = &[&[Replacement::Whole(Way::Exchange)], &[Replacement::Whole(Way::Aside)], &[Replacement::Files]];

/// A copy of a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// An output, what another one makes of it, and a file of somebody else in each of its folders.
fn old_and_new() -> (Made, Made, Vec<(&'static str, &'static str)>) {
    let old = Made(vec![("a/x.json", "1"), ("b/y.json", "1"), ("same.sh", "1")]);
    let new = Made(vec![("a/x.json", "2"), ("c/z.json", "2"), ("same.sh", "2")]);
    (old, new, vec![("a/notes.md", "mine"), ("mine/deep/list.txt", "mine"), ("todo", "mine")])
}

fn with(made: &Made, others: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all: Vec<_> = made.0.iter().chain(others).map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
    all.sort();
    all
}

/// What is in the output's folder, which is not there for a moment where folders cannot be exchanged.
fn output(home: &Path) -> Option<Vec<(String, String)>> {
    let out = home.join("out");
    out.is_dir().then(|| tree(&out).into_iter().filter(|(path, _)| !path.starts_with(".drc-")).collect())
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_anywhere_leaves_the_old_output_or_the_new_one() {
    let (old, new, others) = old_and_new();
    for ways in ALL {
        let (home, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let out = home.path().join("out");
        put(&out, &old).unwrap();
        for (path, text) in &others {
            fs::create_dir_all(out.join(path).parent().unwrap()).unwrap();
            fs::write(out.join(path), text).unwrap();
        }
        let mut moments = 0;
        let mut watch = || {
            copy(home.path(), &copies.path().join(moments.to_string()));
            moments += 1;
        };
        write_by(&out, &new, false, ways, &mut watch).unwrap();
        assert!(moments > 8, "{moments}");
        assert_eq!(output(home.path()), Some(with(&new, &others)), "{ways:?}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing temporary is left");
        let mut seen = BTreeSet::new();
        for moment in 0..moments {
            let killed = copies.path().join(moment.to_string());
            let left = output(&killed);
            if *ways == [Replacement::Whole(Way::Exchange)] {
                assert!(left == Some(with(&old, &others)) || left == Some(with(&new, &others)), "{moment}: {left:?}");
            }
            seen.insert(left);
            // The next run finds what was left: it finishes or undoes it.
            let failed = write_by(&killed.join("out"), &Made(vec![("a/x.json", "3"), ("b/y.json", "!")]), false, ways, &mut || {});
            assert_eq!(failed.unwrap_err().code, "DR0705");
            let whole = output(&killed);
            assert!(whole == Some(with(&old, &others)) || whole == Some(with(&new, &others)), "{ways:?} {moment}: {whole:?}");
            put(&killed.join("out"), &Made(vec![("a/x.json", "3")])).unwrap();
            assert_eq!(output(&killed), Some(with(&Made(vec![("a/x.json", "3")]), &others)), "{ways:?} {moment}");
            assert_eq!(fs::read_dir(&killed).unwrap().count(), 1, "{ways:?} {moment}: nothing temporary is left");
        }
        assert!(seen.contains(&Some(with(&old, &others))), "{ways:?}");
        assert!(*ways == [Replacement::Files] || seen.contains(&Some(with(&new, &others))), "{ways:?}");
    }
}

#[test]
fn a_failure_anywhere_changes_nothing_in_any_way() {
    let (old, _, others) = old_and_new();
    for ways in ALL {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        put(&out, &old).unwrap();
        for (path, text) in &others {
            fs::create_dir_all(out.join(path).parent().unwrap()).unwrap();
            fs::write(out.join(path), text).unwrap();
        }
        write_by(&out, &Made(vec![("a/x.json", "2"), ("z.json", "!")]), false, ways, &mut || {}).unwrap_err();
        assert_eq!(output(home.path()), Some(with(&old, &others)), "{ways:?}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "{ways:?}: nothing temporary is left");
    }
}

#[test]
fn a_folder_of_somebody_else_is_entered_by_force_only() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "mine").unwrap();
    let made = Made(vec![("a/x.json", "1")]);
    let finding = put(&out, &made).unwrap_err();
    assert_eq!(finding.code, "DR0706");
    assert!(finding.notes.iter().any(|note| note.contains("thesis.txt")), "{finding:?}");
    write(&out, &made, true).unwrap();
    assert_eq!(tree(&out), named(&[("a/x.json", "1"), ("thesis.txt", "mine")]));
    put(&out, &made).unwrap();
    assert_eq!(tree(&out), named(&[("a/x.json", "1"), ("thesis.txt", "mine")]));
}

#[test]
fn force_writes_over_files_but_never_over_folders() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    fs::create_dir_all(out.join("b/y.json")).unwrap();
    fs::create_dir_all(out.join("a")).unwrap();
    fs::write(out.join("a/x.json"), "mine").unwrap();
    assert_eq!(write(&out, &Made(vec![("b/y.json", "1")]), true).unwrap_err().code, "DR0706");
    write(&out, &Made(vec![("a/x.json", "1")]), true).unwrap();
    assert_eq!(tree(&out), named(&[("a/x.json", "1")]));
    assert!(out.join("b/y.json").is_dir());
}

#[cfg(unix)]
#[test]
fn links_permissions_and_what_can_be_run_are_kept() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let home = tempfile::tempdir().unwrap();
    let (real, link) = (home.path().join("real"), home.path().join("out"));
    fs::create_dir(&real).unwrap();
    symlink("real", &link).unwrap();
    for ways in ALL {
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        write_by(&link, &Made(vec![("a/x.json", "1"), ("deploy.sh", "1")]), false, ways, &mut || {}).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o2750)).unwrap();
        fs::write(real.join("notes"), "mine").unwrap();
        symlink("nowhere", real.join("a/lost")).unwrap();
        let before = fs::metadata(real.join("notes")).unwrap().ino();
        write_by(&link, &Made(vec![("a/x.json", "2"), ("deploy.sh", "2")]), false, ways, &mut || {}).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "{ways:?}");
        assert_eq!(fs::read_to_string(real.join("a/x.json")).unwrap(), "2", "{ways:?}");
        assert_eq!((mode(&real), fs::metadata(real.join("notes")).unwrap().ino()), (0o2750, before), "{ways:?}");
        assert_eq!(fs::read_link(real.join("a/lost")).unwrap(), Path::new("nowhere"), "{ways:?}");
        assert_eq!((mode(&real.join("deploy.sh")) & 0o100, mode(&real.join("a/x.json")) & 0o111), (0o100, 0), "{ways:?}");
        fs::remove_file(real.join("a/lost")).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_leftover_is_removed_and_a_folder_in_use_is_not() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let (dead, used) = (home.path().join(".out.drc-1"), home.path().join(".out.drc-2"));
    for folder in [&dead, &used, &home.path().join(".out.drc-notes"), &home.path().join(".other.drc-1")] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("x"), "").unwrap();
    }
    let lock = fs::File::open(&used).unwrap();
    lock.try_lock().unwrap();
    put(&out, &Made(vec![("a/x.json", "1")])).unwrap();
    assert!(!dead.exists() && used.exists());
    assert!(home.path().join(".out.drc-notes").exists() && home.path().join(".other.drc-1").exists());
}

#[test]
fn the_folder_that_we_work_in_is_written_file_by_file() {
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(
        swap::replace(Path::new("."), &Made(Vec::new()), &BTreeSet::new(), &BTreeSet::new(), Way::Exchange, &mut || {}),
        Err(Problem::Unfit)
    ));
    put(home.path(), &Made(vec![("a/x.json", "1")])).unwrap();
    assert_eq!(tree(home.path()), named(&[("a/x.json", "1")]));
}
