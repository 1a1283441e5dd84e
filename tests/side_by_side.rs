//! Two environments of every platform here stand side by side in one account and share no name: the names are read from the
//! templates and evaluated with the values of either environment.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::aws::names::{self, Unique};
use project::Project;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const PARAMETER: &str = "param suffix: String(\"[a-z][a-z0-9]{1,5}\") = \"prod\"\n";

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

/// A platform that has no environments gets some: a parameter, and `naming` with it.
fn with_environments(text: &str) -> String {
    let naming = text.lines().find(|line| line.trim_start().starts_with("naming"));
    match naming {
        Some(line) if line.matches("${").count() > 2 => text.to_string(),
        Some(line) => {
            let text = text.replace(line, &line.replace("${path}", "${path}-${suffix}"));
            text.replacen("\nregion ", &format!("\n{PARAMETER}region "), 1)
        }
        None => {
            let head = text.lines().find(|line| line.starts_with("platform ")).unwrap();
            let text = text.replacen(head, &format!("{head}\n  naming = \"${{platform}}-${{path}}-${{suffix}}\""), 1);
            text.replacen("\nregion ", &format!("\n{PARAMETER}region "), 1)
        }
    }
}

/// Does what the findings say about names that lack what tells environments apart.
fn mended(mut files: BTreeMap<String, String>) -> Project {
    let project = |files: &BTreeMap<String, String>| files.iter().fold(Project::default(), |project, (path, text)| project.file(path, text));
    for finding in project(&files).compile().findings {
        assert_eq!(finding.code, "DR0510", "{}", finding.message);
        let name = finding.labels[0].message.trim_matches('`').to_string();
        let text = files.get_mut("platform.dr").unwrap();
        assert!(text.contains(&format!("\"{name}\"")), "{}", finding.message);
        *text = text.replace(&format!("\"{name}\""), &format!("\"{name}-${{suffix}}\""));
    }
    project(&files)
}

/// Every platform by its name.
fn platforms() -> BTreeMap<String, Project> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join("examples/orders")];
    folders.extend(fs::read_dir(root.join("tests/projects")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    let mut found = BTreeMap::new();
    for folder in folders {
        let mut files = BTreeMap::new();
        texts(&folder, &folder, &mut files);
        let platform = with_environments(&files["platform.dr"]);
        files.insert("platform.dr".into(), platform);
        found.insert(folder.file_name().unwrap().to_string_lossy().into_owned(), mended(files));
    }
    found
}

/// A value of each parameter that is part of names, for one of two environments.
fn values(manifest: &Value, second: bool) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for parameter in manifest["parameters"].as_object().unwrap().values().filter(|parameter| parameter["in_names"] == true) {
        let allowed = parameter["allowed"].as_array().map(|texts| texts[usize::from(second)].as_str().unwrap().to_string());
        let value = allowed.unwrap_or_else(|| if second { "test".into() } else { "prod".to_string() });
        found.insert(parameter["logical_id"].as_str().unwrap().to_string(), value);
    }
    found
}

/// A name in a template with the values of an environment; none if AWS makes a part of it.
fn evaluate(value: &Value, values: &BTreeMap<String, String>) -> Option<String> {
    let known = |name: &str| match name {
        "AWS::AccountId" => Some("111122223333".to_string()),
        "AWS::Partition" => Some("aws".to_string()),
        "AWS::URLSuffix" => Some("amazonaws.com".to_string()),
        _ => values.get(name).cloned(),
    };
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(map) => match map.iter().next()? {
            (key, Value::String(name)) if key == "Ref" => known(name),
            (key, Value::String(text)) if key == "Fn::Sub" => {
                let mut out = String::new();
                let mut rest = text.as_str();
                while let Some((before, after)) = rest.split_once("${") {
                    let (name, behind) = after.split_once('}')?;
                    out += before;
                    out += &known(name)?;
                    rest = behind;
                }
                Some(out + rest)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The names of an environment: what has to be unique, where, and the name.
fn names_of(files: &BTreeMap<String, String>, manifest: &Value, second: bool, unknown: &mut Vec<String>) -> BTreeSet<(String, String, String)> {
    let values = values(manifest, second);
    assert!(!values.is_empty(), "nothing tells environments apart");
    let mut found = BTreeSet::new();
    for stack in manifest["stacks"].as_array().unwrap() {
        let region = stack["region"].as_str().unwrap().to_string();
        let mut name = stack["name"].as_str().unwrap().to_string();
        for (parameter, entry) in manifest["parameters"].as_object().unwrap() {
            if let Some(value) = values.get(entry["logical_id"].as_str().unwrap()) {
                name = name.replace(&format!("${{{parameter}}}"), value);
            }
        }
        assert!(!name.contains("${"), "{name}");
        assert!(found.insert(("stack".into(), region, name.clone())), "two stacks are called {name}");
    }
    let region = |path: &str| path.split('/').next().unwrap().to_string();
    let templates = files.iter().filter(|(path, _)| path.ends_with(".template.json") && !path.contains(".phase-"));
    for (path, text) in templates {
        let template: Value = serde_json::from_str(text).unwrap();
        for (id, resource) in template["Resources"].as_object().unwrap() {
            let Some(rule) = names::find(resource["Type"].as_str().unwrap()).and_then(names::row) else { continue };
            let value = &resource["Properties"][&rule.property];
            let within = rule.within.as_ref().is_some_and(|property| !resource["Properties"][property].is_null());
            if value.is_null() || within || matches!(rule.unique, Unique::None | Unique::Parent) {
                continue;
            }
            // What AWS makes up tells it apart.
            let text = value.to_string();
            let made_up = |other: &String| text.contains(&format!("${{{other}}}")) || text.contains(&format!("\"Ref\":\"{other}\""));
            if template["Resources"].as_object().unwrap().keys().any(made_up) {
                continue;
            }
            let Some(name) = evaluate(value, &values) else {
                unknown.push(format!("{path}: {id}"));
                continue;
            };
            let place = if rule.unique == Unique::Region { region(path) } else { "everywhere".into() };
            let space = rule.space.clone().unwrap_or_else(|| rule.resource_type.clone());
            let name = if rule.folded { name.to_lowercase() } else { name };
            assert!(rule.maximum.is_none_or(|most| name.chars().count() <= most), "{path}: {id}: {name}");
            assert!(found.insert((space, place, name.clone())), "{path}: {id}: {name} is there already");
        }
    }
    found
}

#[test]
fn two_environments_share_no_name() {
    let platforms = platforms();
    assert!(platforms.len() >= 8, "{:?}", platforms.keys());
    let mut counted = 0;
    for (platform, project) in platforms {
        let compiled = project.compile();
        assert_eq!(compiled.shown, "", "{platform}");
        let files = compiled.files.unwrap();
        let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
        let mut unknown = Vec::new();
        let first = names_of(&files, &manifest, false, &mut unknown);
        let second = names_of(&files, &manifest, true, &mut unknown);
        assert_eq!(first.len(), second.len(), "{platform}");
        let shared: Vec<_> = first.intersection(&second).collect();
        assert!(shared.is_empty(), "{platform}: both environments have {shared:?}");
        assert!(unknown.is_empty(), "{platform}: names that cannot be read from the templates: {unknown:?}");
        counted += first.len();
    }
    assert!(counted > 150, "only {counted} names");
}

/// The reader of names sees a name that is shared: without `naming`, the names of the stacks are.
#[test]
fn the_test_can_fail() {
    let text = "platform shop {}\nregion primary = eu-west-1\nparam tag: String(\"[a-z]{2}\")\nresource told: AWS::SNS::Topic in primary { DisplayName = tag }\n";
    let files = Project::new(text).compile().files.unwrap();
    let mut manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    manifest["parameters"]["tag"]["in_names"] = Value::Bool(true);
    let names = |second| names_of(&files, &manifest, second, &mut Vec::new());
    assert_eq!(names(false), names(true));
}
