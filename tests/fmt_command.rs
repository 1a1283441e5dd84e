//! `drc fmt` as people run it; what a layout looks like is another test's matter.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;

use command::{Folder, code, text};
use std::fs;
use std::io::Write;
use std::process::Stdio;

const WRONG: &str = "platform   p {\n rto=5min\n}\n";
const RIGHT: &str = "platform p {\n  rto = 5min\n}\n";

#[test]
fn files_are_written_in_place() {
    let folder = Folder::with(&[("a.dr", WRONG), ("b.dr", RIGHT)]);
    let output = folder.run(&["fmt", "a.dr", "b.dr"]);
    assert_eq!((code(&output), text(&output.stdout).as_str(), text(&output.stderr).as_str()), (0, "formatted a.dr\n", ""));
    assert_eq!(fs::read_to_string(folder.path("a.dr")).unwrap(), RIGHT);
    assert_eq!(folder.tree(), ["a.dr", "b.dr"]);
    assert_eq!(code(&folder.run(&["fmt", "--check", "a.dr", "b.dr"])), 0);
}

#[test]
fn check_writes_nothing() {
    let folder = Folder::with(&[("a.dr", WRONG), ("b.dr", RIGHT)]);
    let output = folder.run(&["fmt", "--check", "a.dr", "b.dr"]);
    assert_eq!((code(&output), text(&output.stdout).as_str()), (1, "a.dr:1: is not formatted\n"));
    assert_eq!(fs::read_to_string(folder.path("a.dr")).unwrap(), WRONG);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new();
    let run = |given: &str, arguments: &[&str]| {
        let mut command = folder.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (code(&output), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(run(WRONG, &["fmt", "-"]), (0, RIGHT.into(), String::new()));
    assert_eq!(run(WRONG, &["fmt", "--check", "-"]).0, 1);
    let (code, out, err) = run("platform p {\n", &["fmt", "--format", "short", "-"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("standard input:1:12: error[DR0104]"), "{err}");
}

#[test]
fn a_broken_file_is_left_alone_and_the_others_are_formatted() {
    let folder = Folder::with(&[("a.dr", "platform p {\n"), ("b.dr", WRONG)]);
    assert_eq!(code(&folder.run(&["fmt", "a.dr", "b.dr"])), 1);
    assert_eq!(fs::read_to_string(folder.path("a.dr")).unwrap(), "platform p {\n");
    assert_eq!(fs::read_to_string(folder.path("b.dr")).unwrap(), RIGHT);
    assert_eq!(code(&folder.run(&["fmt", "missing.dr"])), 2);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("real.dr", WRONG)]);
    fs::set_permissions(folder.path("real.dr"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.dr", folder.path("link.dr")).unwrap();
    assert_eq!(code(&folder.run(&["fmt", "link.dr"])), 0);
    assert!(fs::symlink_metadata(folder.path("link.dr")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(folder.path("real.dr")).unwrap(), RIGHT);
    assert_eq!(fs::metadata(folder.path("real.dr")).unwrap().permissions().mode() & 0o777, 0o640);
}
