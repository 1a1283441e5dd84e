//! What `drc compile` writes, and what it leaves alone.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;

use command::{Folder, code, text};
use std::collections::BTreeMap;
use std::fs;

const ORDERS: &str = include_str!("../examples/orders/platform.dr");

/// A project with a platform that compiles.
fn project() -> Folder {
    Folder::with(&[("platform.dr", ORDERS)])
}

/// Every file of the output with its bytes.
fn written(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let files = folder.tree().into_iter().filter(|path| path.starts_with("out/") && folder.path(path).is_file());
    files.map(|path| (path.clone(), fs::read(folder.path(&path)).unwrap())).collect()
}

#[test]
fn the_output_is_what_its_manifest_lists() {
    let folder = project();
    let output = folder.run(&["compile", "platform.dr"]);
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
    assert!(text(&output.stdout).starts_with("platform orders: "), "{}", text(&output.stdout));
    assert!(text(&output.stdout).ends_with("\nwritten to out\n"), "{}", text(&output.stdout));
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(folder.path("out/manifest.json")).unwrap()).unwrap();
    let listed: Vec<String> = manifest["files"].as_array().unwrap().iter().map(|path| format!("out/{}", path.as_str().unwrap())).collect();
    assert_eq!(written(&folder).into_keys().collect::<Vec<_>>(), listed);
    assert!(folder.tree().iter().all(|path| !path.contains(".drc-")), "{:?}", folder.tree());
}

#[test]
fn a_second_run_changes_nothing_and_keeps_what_others_put_there() {
    let folder = project();
    folder.run(&["compile", "platform.dr"]);
    let before = written(&folder);
    folder.write("out/notes/todo.md", "mine");
    assert_eq!(code(&folder.run(&["compile", "platform.dr"])), 0);
    let mut after = written(&folder);
    assert_eq!(after.remove("out/notes/todo.md").as_deref(), Some(&b"mine"[..]));
    assert_eq!(after, before);
}

#[test]
fn what_is_no_longer_made_is_removed() {
    let folder = project();
    folder.run(&["compile", "platform.dr"]);
    let before = written(&folder);
    assert!(before.contains_key("out/us-east-2/evacuate-primary.asl.json"), "{:?}", before.keys());
    folder.write("platform.dr", ORDERS.replace("evacuate", "leave"));
    assert_eq!(code(&folder.run(&["compile", "platform.dr"])), 0);
    let after = written(&folder);
    assert!(!after.contains_key("out/us-east-2/evacuate-primary.asl.json") && after.contains_key("out/us-east-2/leave-primary.asl.json"));
}

#[test]
fn files_of_others_are_not_written_over() {
    let folder = project();
    folder.write("out/manifest.json", "{}");
    folder.write("out/us-east-1/data.template.json", "{}");
    insta::assert_snapshot!(folder.session(&["compile", "platform.dr"]));
    assert_eq!(written(&folder).len(), 2);
}

#[test]
fn the_output_is_no_file() {
    let folder = project();
    folder.write("out", "mine");
    insta::assert_snapshot!(folder.session(&["compile", "platform.dr"]));
    assert_eq!(fs::read_to_string(folder.path("out")).unwrap(), "mine");
}

#[cfg(target_os = "linux")]
#[test]
fn the_output_is_no_device() {
    insta::assert_snapshot!(project().session(&["compile", "platform.dr", "-o", "/dev/full"]));
}

#[test]
fn the_output_lies_below_a_file() {
    let folder = project();
    insta::assert_snapshot!(folder.session(&["compile", "platform.dr", "-o", "platform.dr/out"]));
}

#[cfg(target_os = "linux")]
#[test]
fn the_output_lies_where_nothing_can_be_made() {
    let session = project().session(&["compile", "platform.dr", "-o", "/proc/out"]);
    assert!(session.contains("DR0705 × `/proc/out` cannot be written: ") && session.ends_with("exit 2\n"), "{session}");
}

/// A disk that is full in the middle of a file: a limit on the size of files acts like one.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_output() {
    let folder = project();
    let full = || {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" compile platform.dr", env!("CARGO_BIN_EXE_drc")]);
        command.current_dir(folder.path("")).output().expect("a shell runs")
    };
    let output = full();
    assert_eq!(code(&output), 2, "{output:?}");
    let said = text(&output.stderr);
    assert!(said.contains("DR0705") && said.contains("file too large") && said.contains("nothing was changed"), "{said}");
    assert_eq!(folder.tree(), ["platform.dr"]);

    folder.run(&["compile", "platform.dr"]);
    let before = written(&folder);
    folder.write("platform.dr", ORDERS.replace("evacuate", "leave"));
    assert_eq!(code(&full()), 2);
    assert_eq!(written(&folder), before);
    assert!(folder.tree().iter().all(|path| !path.contains(".drc-")), "{:?}", folder.tree());
}

#[test]
fn programs_get_one_document_and_quiet_is_quiet() {
    let folder = project();
    let output = folder.run(&["compile", "platform.dr", "--format", "json"]);
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["summary"]["errors"], 0);
    let output = folder.run(&["compile", "platform.dr", "-q"]);
    assert_eq!((code(&output), text(&output.stdout), text(&output.stderr)), (0, String::new(), String::new()));
    let output = folder.run(&["check", "platform.dr"]);
    assert_eq!((code(&output), text(&output.stdout), text(&output.stderr)), (0, "no findings\n".into(), String::new()));
}

#[test]
fn warnings_are_refused_when_asked() {
    let folder = Folder::with(&[("platform.dr", &format!("{ORDERS}\nallow DR0404 \"it is not there\"\n"))]);
    let refused = folder.run(&["compile", "platform.dr", "--deny", "warnings", "--format", "short"]);
    assert_eq!(code(&refused), 1, "{refused:?}");
    assert!(text(&refused.stderr).contains(": error[DR0211]: "), "{}", text(&refused.stderr));
    assert!(written(&folder).is_empty());
    let allowed = folder.run(&["compile", "platform.dr", "--format", "short"]);
    assert_eq!(code(&allowed), 0, "{allowed:?}");
    assert!(text(&allowed.stderr).contains(": warning[DR0211]: "), "{}", text(&allowed.stderr));
    assert!(!written(&folder).is_empty());
}

#[test]
fn settings_are_handed_on() {
    let output = project().run(&["check", "platform.dr", "--set", "nonsense=1", "--format", "short"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("error[DR0216]: "), "{}", text(&output.stderr));
}
