//! What is written does not depend on how the source is ordered, and a machine is the same text wherever it is written.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod project;

use drc::diag::Diagnostics;
use drc::source::{Origin, SourceMap};
use drc::syntax::ast::Statement;
use project::Project;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The projects of a folder of projects: their name and their files.
fn projects(folder: &str) -> Vec<(String, Project)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = BTreeMap::new();
    for path in bless::files_below(&folder).into_iter().filter(|path| path.contains('/')) {
        let (name, file) = path.split_once('/').expect("a project is a folder");
        let project: Project = found.remove(name).unwrap_or_default();
        found.insert(name.to_string(), project.file(file, fs::read(folder.join(&path)).unwrap()));
    }
    found.into_iter().collect()
}

fn compile(name: &str, project: &Project) -> BTreeMap<String, String> {
    let compiled = project.compile();
    assert!(compiled.findings.is_empty(), "{name}:\n{}", compiled.shown);
    compiled.files.unwrap()
}

fn all_projects() -> Vec<(String, Project)> {
    // One that has findings is not meant to compile.
    let sound = |name: &String| !Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).join("findings.toml").exists();
    let found: Vec<_> = projects("examples").into_iter().filter(|(name, _)| sound(name)).chain(projects("tests/projects")).collect();
    assert!(found.iter().any(|(name, _)| name == "orders"), "the example is missing");
    found
}

/// Every machine of the templates in a Region's folder: its definition and the keys that are substituted in it.
fn machines(files: &BTreeMap<String, String>) -> Vec<(String, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".template.json")) {
        let template: serde_json::Value = serde_json::from_str(text).unwrap();
        for resource in template["Resources"].as_object().unwrap().values() {
            if resource["Type"] == "AWS::StepFunctions::StateMachine" {
                let properties = &resource["Properties"];
                let keys = properties["DefinitionSubstitutions"].as_object().map(|keys| keys.keys().cloned().collect()).unwrap_or_default();
                let region = path.split('/').next().unwrap().to_string();
                found.push((region, properties["DefinitionString"].as_str().unwrap().to_string(), keys));
            }
        }
    }
    found
}

/// The keys between `${` and `}`.
fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap().to_string()).collect()
}

#[test]
fn a_machine_is_the_same_text_in_its_template_and_in_its_file() {
    let mut compared = 0;
    for (name, project) in all_projects() {
        let files = compile(&name, &project);
        let mut in_files: Vec<(String, String)> = files
            .iter()
            .filter(|(path, _)| path.ends_with(".asl.json"))
            .map(|(path, text)| (path.split('/').next().unwrap().to_string(), text.clone()))
            .collect();
        let mut in_templates = Vec::new();
        for (region, definition, keys) in machines(&files) {
            // Substitution is by key: the same text with the same keys gives the same bytes, and no key is left over or missing.
            assert_eq!(placeholders(&definition), keys, "{name}: {definition}");
            in_templates.push((region, definition));
        }
        in_files.sort();
        in_templates.sort();
        assert_eq!(in_files, in_templates, "{name}");
        compared += in_files.len();
    }
    assert!(compared > 0);
}

#[test]
fn compiling_twice_gives_the_same_bytes() {
    for (name, project) in all_projects() {
        assert_eq!(compile(&name, &project), compile(&name, &project), "{name}");
    }
}

/// The top-level statements of a file with their documentation.
fn statements(text: &str) -> Vec<String> {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let file = sources.add("platform.dr", text, Origin::Project);
    let tree = drc::syntax::parse(file, text, &mut diagnostics);
    tree.statements
        .iter()
        .map(|statement| {
            let span = match statement {
                Statement::Declaration(node) => node.doc.first().map_or(node.span, |line| line.span.to(node.span)),
                other => other.span(),
            };
            text[span.range()].to_string()
        })
        .collect()
}

/// Another order, the same one for each number.
fn shuffled(mut statements: Vec<String>, number: u64) -> String {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for at in (1..statements.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        statements.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
    }
    statements.join("\n\n") + "\n"
}

#[test]
fn the_order_of_declarations_does_not_matter() {
    let platform = include_str!("../examples/orders/platform.dr");
    let expected = compile("orders", &Project::new(platform));
    let parts = statements(platform);
    assert!(parts.len() > 15, "{parts:?}");
    for number in 1..=8 {
        let text = shuffled(parts.clone(), number);
        assert_ne!(text, parts.join("\n\n") + "\n");
        let files = compile(&format!("order {number}:\n{text}"), &Project::new(&text));
        for (path, known) in &expected {
            // The manifest and the scripts list stacks in the order in which Regions are declared; one file is there to say lines.
            if !["manifest.json", "deploy.sh", "destroy.sh", "sources.tsv"].contains(&path.as_str()) {
                assert!(files.get(path) == Some(known), "order {number}: {}", bless::diff(path, known, &files[path]));
            }
        }
        assert_eq!(files.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    }
    // With the Regions in their place, not even the manifest changes.
    let (regions, others): (Vec<String>, Vec<String>) = parts.into_iter().partition(|part| part.starts_with("region "));
    for number in 1..=8 {
        let text = regions.join("\n") + "\n" + &shuffled(others.clone(), number);
        let mut files = compile(&format!("order {number}:\n{text}"), &Project::new(&text));
        // The scripts ask for values in the order of the source.
        for path in ["deploy.sh", "destroy.sh", "sources.tsv"] {
            files.insert(path.into(), expected[path].clone());
        }
        let differing: Vec<&String> = expected.keys().filter(|path| files.get(*path) != expected.get(*path)).collect();
        assert!(differing.is_empty() && files.len() == expected.len(), "order {number}: {differing:?}");
    }
}

/// Everything that we ship in the language is laid out as the formatter lays it out.
#[test]
fn what_we_ship_is_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for folder in ["examples", "stdlib", "tests/projects", "tests/golden"] {
        for path in bless::files_below(&root.join(folder)).into_iter().filter(|path| path.ends_with(".dr")) {
            let text = fs::read_to_string(root.join(folder).join(&path)).unwrap();
            let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
            let file = sources.add(path.as_str(), text.as_str(), Origin::Project);
            let formatted = drc::syntax::format::format(file, &text, &mut diagnostics).unwrap_or_else(|| panic!("{folder}/{path} is not understood"));
            assert!(formatted == text, "{folder}/{path} (`drc fmt` lays it out):\n{}", bless::diff(&path, &text, &formatted));
            checked += 1;
        }
    }
    assert!(checked > 8, "only {checked} files");
}
