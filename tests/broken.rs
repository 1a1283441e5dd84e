//! Platforms with one mistake each, and what their author reads in the terminal.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod command;

use command::Folder;
use std::fs;

/// What the author typed, for each folder of `tests/broken`.
const COMMAND: &[&str] = &["compile", "platform.dr", "--format", "graphical", "--color", "never"];

/// The folders: number and name of the mistake.
fn cases() -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(bless::path("broken"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

/// What the author sees of the command, run in a copy of the folder.
fn run(case: &str) -> String {
    let (folder, from) = (Folder::new(), bless::path("broken").join(case));
    for file in bless::files_below(&from) {
        folder.write(&file, fs::read(from.join(&file)).unwrap());
    }
    let output = folder.command().args(COMMAND).env("COLUMNS", "100").output().unwrap();
    assert!(output.stdout.is_empty(), "{case} writes to standard output");
    format!("{}\nexit {}\n", command::text(&output.stderr), command::code(&output))
}

#[test]
fn they_are_numbered() {
    let numbers: Vec<String> = cases().iter().map(|case| case[..2].to_string()).collect();
    let expected: Vec<String> = (1..=numbers.len()).map(|number| format!("{number:02}")).collect();
    assert_eq!(numbers, expected);
    assert!(numbers.len() >= 26);
}

#[test]
fn what_the_author_reads() {
    for case in cases() {
        bless::golden(&format!("broken/{case}.txt"), &run(&case));
    }
}

/// One mistake is one finding.
#[test]
fn one_mistake_is_one_error() {
    for case in cases() {
        let shown = run(&case);
        assert!(shown.contains("\n1 error\n\nexit "), "{case}:\n{shown}");
        assert!(shown.contains("\n  help: ") && shown.contains("\n   see: drc explain "), "{case}:\n{shown}");
    }
}

/// The move that is advised against a circle of stacks was tried, so it helps.
#[test]
fn the_advice_against_a_circle_helps() {
    let text = fs::read_to_string(bless::path("broken/20-stacks-in-a-circle/platform.dr")).unwrap();
    let start = text.find("resource reader").unwrap();
    let end = start + text[start..].find("\n}\n").unwrap() + 2;
    let moved = format!("{}group reader_stack {{\n{}\n}}{}", &text[..start], &text[start..end], &text[end..]);
    let folder = Folder::with(&[("platform.dr", &moved)]);
    let output = folder.run(&["check", "platform.dr"]);
    assert_eq!((command::text(&output.stderr), command::code(&output)), (String::new(), 0));
}
