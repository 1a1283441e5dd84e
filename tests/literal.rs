//! The trading platform as its first author described it gives exactly its list of findings; mended, it gives none.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod project;

use project::Project;
use serde::Deserialize;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct Row {
    /// The number of the rule in the list from which the findings were fixed.
    number: Option<String>,
    code: String,
    /// What stands in the line that its author would edit.
    line: String,
    /// What is wrong, in a few words.
    says: String,
    /// Of a finding that was not on the list: why a specialist would raise it.
    also: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    finding: Vec<Row>,
}

fn example(name: &str) -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let files = bless::files_below(&folder);
    files.iter().fold(Project::default(), |project, file| project.file(file, fs::read(folder.join(file)).unwrap()))
}

#[test]
fn the_literal_platform_gives_exactly_its_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/literal");
    let table: Table = toml::from_str(&fs::read_to_string(folder.join("findings.toml")).unwrap()).unwrap();
    let text = fs::read_to_string(folder.join("platform.dr")).unwrap();
    let line_of = |at: usize| {
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        text[start..].lines().next().unwrap_or_default().trim().to_string()
    };
    let compiled = example("literal").compile();
    let mut found: Vec<(String, String)> =
        compiled.findings.iter().map(|finding| (finding.code.to_string(), line_of(finding.primary().unwrap().span.start as usize))).collect();
    for row in &table.finding {
        let place = found.iter().position(|(code, line)| *code == row.code && line.starts_with(&row.line));
        let place = place.unwrap_or_else(|| panic!("{} is not found at `{}`: {}\n{}", row.code, row.line, row.says, compiled.shown));
        found.remove(place);
    }
    assert!(found.is_empty(), "not on the list: {found:#?}\n{}", compiled.shown);
    let numbers: Vec<&str> = table.finding.iter().filter_map(|row| row.number.as_deref()).collect();
    assert_eq!(numbers, ["DR001", "DR002", "DR011", "DR015", "DR016", "DR028", "DR031", "DR038", "DR056", "DR059"]);
    let extra = table.finding.iter().filter(|row| row.number.is_none());
    assert!(extra.clone().all(|row| row.also.is_some()) && extra.count() <= 5, "a further finding needs its reason, and there are few");
}

#[test]
fn mended_as_the_messages_say_it_has_no_finding() {
    let compiled = example("repaired").compile();
    assert_eq!(compiled.shown, "");
    assert!(compiled.files.is_some_and(|files| files.len() > 20));
}
