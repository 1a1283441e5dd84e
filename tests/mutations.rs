//! Generated mistakes in plans: each is one change of an example, or of a copy of a module of the library, after which the plan cannot
//! work on its day. The expected finding is there, and at most two others, each with the reason why a specialist would raise it too.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
#[path = "mutations/change.rs"]
mod change;
mod project;

use change::Change;
use project::Project;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A change of a module of the library, of which the project has a copy.
#[derive(Deserialize)]
struct ModuleChange {
    /// What goes wrong.
    what: String,
    /// What stands in the module.
    from: String,
    /// What is written instead.
    to: String,
    /// What has to be found.
    code: String,
}

/// Why a second finding is right.
#[derive(Deserialize)]
struct Reason {
    /// The change, as it is called.
    what: String,
    /// The further finding.
    code: String,
    /// Why a specialist would raise it.
    because: String,
}

#[derive(Deserialize)]
struct Table {
    module: Vec<ModuleChange>,
    #[serde(default)]
    reason: Vec<Reason>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path) -> BTreeMap<String, String> {
    let files = bless::files_below(folder).into_iter().filter(|file| !file.ends_with(".md"));
    files.map(|file| (file.clone(), fs::read_to_string(folder.join(&file)).unwrap())).collect()
}

fn compiled_codes(files: &BTreeMap<String, String>) -> (Vec<String>, String) {
    let project = files.iter().fold(Project::default(), |project, (path, text)| project.file(path, text));
    let compiled = project.compile();
    let codes = compiled.findings.iter().map(|finding| finding.code.to_string()).collect();
    (codes, compiled.shown)
}

/// The platforms whose plans are changed. What does not compile is changed by nobody.
const PLATFORMS: &[&str] = &["examples/orders", "examples/intake", "examples/repaired", "tests/projects/warm-shop", "tests/projects/three-regions"];

#[test]
fn every_mistake_in_a_plan_is_found() {
    let table: Table = toml::from_str(&fs::read_to_string(root().join("tests/mutations/changes.toml")).unwrap()).unwrap();
    let (mut told, mut failures, mut number) = (String::new(), Vec::new(), 0);
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    let mut judge = |place: &str, change: &Change, files: &BTreeMap<String, String>| {
        number += 1;
        let (codes, shown) = compiled_codes(files);
        let distinct: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
        writeln!(told, "{place}: {}: {}", change.where_, change.what).unwrap();
        if !distinct.contains(change.code.as_str()) {
            failures.push(format!("{place}: {}: {}: no {}\n{shown}", change.where_, change.what, change.code));
        }
        writeln!(told, "    {}", change.code).unwrap();
        let others: Vec<&str> = distinct.into_iter().filter(|code| *code != change.code).collect();
        if others.len() > 2 {
            failures.push(format!("{place}: {}: {}: more than two others\n{shown}", change.where_, change.what));
        }
        for code in others {
            match table.reason.iter().find(|reason| reason.what == change.what && reason.code == code) {
                Some(reason) => {
                    used.insert((change.what.clone(), code.to_string()));
                    writeln!(told, "    {code}: {}", reason.because).unwrap();
                }
                None => failures.push(format!("{place}: {}: {}: {code} is not explained\n{shown}", change.where_, change.what)),
            }
        }
    };
    for place in PLATFORMS.iter().filter(|place| root().join(place).exists()) {
        let files = files_below(&root().join(place));
        let text = &files["platform.dr"];
        for change in change::changes(text) {
            judge(place, &change, &BTreeMap::from_iter(files.clone().into_iter().chain([("platform.dr".to_string(), change.text.clone())])));
        }
    }
    // The module of the database, copied into the project that uses it.
    let mut files = files_below(&root().join("examples/orders"));
    let module = fs::read_to_string(root().join("stdlib/aurora.dr")).unwrap();
    let platform = files["platform.dr"].replacen("{aurora, ", "{", 1).replacen("\n\nplatform", "\nuse \"./aurora.dr\" as aurora\n\nplatform", 1);
    let platform =
        if platform.contains("as aurora") { platform } else { platform.replacen("use std@1", "use \"./aurora.dr\" as aurora\nuse std@1", 1) };
    files.insert("platform.dr".into(), platform);
    files.insert("aurora.dr".into(), module.clone());
    assert_eq!(compiled_codes(&files), (Vec::new(), String::new()), "the copy itself");
    for row in &table.module {
        assert!(module.contains(&row.from), "the module does not have `{}`", row.from);
        let change =
            Change { what: row.what.clone(), where_: "aurora.dr".into(), code: row.code.clone(), text: module.replacen(&row.from, &row.to, 1) };
        judge(
            "a copy of std.aurora",
            &change,
            &BTreeMap::from_iter(files.clone().into_iter().chain([("aurora.dr".to_string(), change.text.clone())])),
        );
    }
    let unused: Vec<_> = table.reason.iter().filter(|reason| !used.contains(&(reason.what.clone(), reason.code.clone()))).collect();
    failures.extend(unused.iter().map(|reason| format!("nothing needs the reason for {} of `{}`", reason.code, reason.what)));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(number >= 60, "{number} mistakes");
    bless::golden("mutations/found.txt", &told);
}
