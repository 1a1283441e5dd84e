//! Golden files: plain files that a reviewer reads and compares. `DRC_BLESS=1 cargo test` writes them anew.

#![allow(dead_code, reason = "each test uses its own part")]

use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A path below the folder of the tests.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(relative)
}

/// What differs between two texts, as `diff -u` shows it; empty if nothing does.
pub fn diff(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(name, name).to_string()
}

/// Nothing in a golden file depends on the machine or the version.
fn assert_portable(name: &str, text: &str) {
    for word in [env!("CARGO_MANIFEST_DIR"), &format!("drc {}", env!("CARGO_PKG_VERSION"))] {
        assert!(!text.contains(word), "{name} holds `{word}`");
    }
}

/// The text is what the golden file holds.
pub fn golden(relative: &str, text: &str) {
    assert_portable(relative, text);
    let path = path(relative);
    if std::env::var_os("DRC_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        return fs::write(&path, text).expect("the golden file can be written");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "tests/{relative} differs (DRC_BLESS=1 writes it anew):\n{}", diff(relative, &known, text));
}

/// The files are those of the golden folder, no more and no less, byte for byte.
pub fn golden_folder(relative: &str, files: &BTreeMap<String, String>) {
    let known: BTreeSet<String> = files_below(&path(relative));
    for stale in known.iter().filter(|name| !files.contains_key(*name)) {
        if std::env::var_os("DRC_BLESS").is_some() {
            fs::remove_file(path(relative).join(stale)).expect("the golden file can be removed");
        } else {
            panic!("tests/{relative}/{stale} is not made any more (DRC_BLESS=1 removes it)");
        }
    }
    for (name, text) in files {
        golden(&format!("{relative}/{name}"), text);
    }
}

/// The files below a folder, by their path in it.
pub fn files_below(folder: &Path) -> BTreeSet<String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/"));
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
}
