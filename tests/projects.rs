//! Whole platforms after public recovery architectures: they compile, they are laid out, and a mistake in one is told exactly.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostics;
use drc::source::FileId;
use drc::syntax::format;
use project::Project;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects")
}

/// The files of a folder by their path below it.
fn texts(folder: &Path, below: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(folder, &path, found);
        } else {
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Every project by its name.
fn projects() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let mut files = BTreeMap::new();
            texts(&path, &path, &mut files);
            found.insert(path.file_name().unwrap().to_string_lossy().into_owned(), files);
        }
    }
    assert!(found.len() >= 6, "{:?}", found.keys());
    found
}

fn project(files: &BTreeMap<String, String>) -> Project {
    files.iter().fold(Project::default(), |project, (path, text)| project.file(path, text))
}

#[test]
fn every_project_compiles_without_findings() {
    for (name, files) in projects() {
        let compiled = project(&files).compile();
        assert_eq!(compiled.shown, "", "{name}");
        assert!(compiled.files.is_some_and(|files| files.len() > 5), "{name}");
    }
}

#[test]
fn every_project_is_laid_out() {
    for (name, files) in projects() {
        for (path, text) in files.into_iter().filter(|(path, _)| path.ends_with(".dr")) {
            let laid_out = format::format(FileId(0), &text, &mut Diagnostics::new());
            assert_eq!(laid_out.as_ref(), Some(&text), "{name}/{path}: run `drc fmt`");
        }
    }
}

/// One mistake in one file.
#[derive(Deserialize)]
struct Break {
    project: String,
    file: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Breaks {
    r#break: Vec<Break>,
}

#[test]
fn every_mistake_is_told() {
    let projects = projects();
    let breaks: Breaks = toml::from_str(&fs::read_to_string(folder().join("breaks.toml")).unwrap()).unwrap();
    let mut told = String::new();
    for Break { project: name, file, from, to } in &breaks.r#break {
        let mut files = projects.get(name).unwrap_or_else(|| panic!("no project {name}")).clone();
        let text = files.get_mut(file).unwrap_or_else(|| panic!("no file {name}/{file}"));
        assert!(text.contains(from.as_str()), "{name}/{file} does not have `{from}`");
        *text = text.replacen(from.as_str(), to, 1);
        let shown = project(&files).compile().shown;
        let shown = if shown.is_empty() { "no findings\n" } else { &shown };
        writeln!(told, "#### {name}/{file}: {}\n{shown}", to.trim().replace('\n', "\\n")).unwrap();
    }
    insta::assert_snapshot!(told);
}
