//! Rules about the day of the outage: for each of them two platforms that break it, and one that only nearly does.
//!
//! `tests/rules/*.toml` hold them. A line that ends with `// CODE` has that finding, and no other line of the text has one; what a
//! frame around the text is found to lack is none of its business. `direct` breaks the rule in the platform's own file, `through` in a
//! component of the user's own or along a chain, `near` differs from them in what counts.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod project;

use drc::aws::rules;
use drc::diag::{Diagnostic, codes};
use project::Project;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(default)]
    case: Vec<Case>,
    #[serde(default)]
    library: Vec<Library>,
}

/// One rule of a module of the library: what stands before, and what breaks it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    code: String,
    /// Whether no input of it can be blamed: in a component, the finding stands at the declaration that led there.
    #[serde(default)]
    outside: bool,
    head: String,
    wrong: String,
    near: String,
}

impl Library {
    /// The same in the platform's own file, and in a component of the user's own.
    fn case(self) -> Case {
        let body: String = self
            .wrong
            .lines()
            .map(|line| format!("  {}\n", line.replace(" in both", " in regions").replace(" across both", " across regions")))
            .collect();
        let mark = format!("  // {}", self.code);
        let (body, mark) = if self.outside { (body.replace(&mark, ""), mark) } else { (body, String::new()) };
        let through = format!("{}component outer {{\n{body}}}\nservice all: outer in both{mark}\n", self.head);
        let (direct, near) = (format!("{}{}", self.head, self.wrong), format!("{}{}", self.head, self.near));
        Case { code: self.code, plans: false, direct, through, near }
    }
}

/// One rule: texts behind the frame's Regions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    code: String,
    /// Whether a failover from the primary to the standby, and back, stands behind the text.
    #[serde(default)]
    plans: bool,
    direct: String,
    through: String,
    near: String,
}

/// Stands before a text that has no platform of its own.
const PLATFORM: &str = "platform cases { rto = 6h, rpo = 6h }\n";

const HEAD: &str = "region primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";

/// A store whose writer moves from the primary to the standby when that is lost, and back.
const PLANS: &str = r#"
component framed_store is replica {
  resource note: AWS::SSM::Parameter { Type = "String", Value = "primary" }
  action move in to is lossy { call ssm.putParameter { Name = note.ref, Value = to.name, Overwrite = true } }
  action back in from { call ssm.putParameter { Name = note.ref, Value = to.name, Overwrite = true } }
}
replica framed: framed_store across both
failover evacuate from primary to standby {
  start  = "operator"
  detect = 1min
  decide = 1min
  step move = framed.move() { within = 1min }
}
failback home from standby to primary { step back = framed.back() { within = 1min } }
"#;

/// Proofs of the plans as a whole: each has platforms of its own (`tests/machines`, `tests/mutations`, the pages of the codes), and finds
/// something in any text that shows one thing only.
const PROOFS: &[&str] = &[
    "DR0402", "DR0409", "DR0410", "DR0411", "DR0412", "DR0413", "DR0414", "DR0415", "DR0416", "DR0417", "DR0418", "DR0420", "DR0421", "DR0422",
    "DR0423", "DR0433", "DR0434",
];

fn cases() -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(bless::path("rules")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        toml::from_str::<Cases>(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(read)
        .flat_map(|read| read.case.into_iter().chain(read.library.into_iter().map(Library::case)))
        .collect()
}

/// A text in its frame.
fn whole(case: &Case, text: &str) -> String {
    format!("{HEAD}{}{text}{}", if has_platform(text) { "" } else { PLATFORM }, if case.plans { PLANS } else { "" })
}

fn has_platform(text: &str) -> bool {
    text.starts_with("platform ") || text.contains("\nplatform ")
}

fn project(whole: &str) -> Project {
    Project::new(whole).file("functions/code.mjs", "export const handler = async () => ({ statusCode: 200 });\n")
}

/// What is found in the lines of a text: the line from 1, and the code.
fn found(case: &Case, text: &str) -> (BTreeSet<(usize, String)>, String) {
    let whole = whole(case, text);
    let compiled = project(&whole).compile();
    let head = HEAD.lines().count() + usize::from(!has_platform(text));
    let line = |at: u32| whole[..at as usize].matches('\n').count() + 1;
    let place = |finding: &Diagnostic| line(finding.primary().expect("a place").span.start);
    let about = |finding: &&Diagnostic| finding.code == case.code.as_str() || !PROOFS.contains(&finding.code.as_ref());
    let inside = |at: usize| (head + 1..=head + text.lines().count()).contains(&at);
    let list = compiled.findings.iter().filter(about).map(|finding| (place(finding), finding.code.to_string()));
    (list.filter(|(at, _)| inside(*at)).map(|(at, code)| (at - head, code)).collect(), compiled.shown)
}

/// What the text says is found.
fn expected(text: &str) -> BTreeSet<(usize, String)> {
    let marks = |(at, line): (usize, &str)| {
        let codes = line.split_once("// ").map(|(_, codes)| codes).unwrap_or_default();
        codes.split(", ").filter(|code| !code.is_empty()).map(|code| (at + 1, code.trim().to_string())).collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(marks).collect()
}

#[test]
fn what_breaks_a_rule_is_found_where_its_author_would_mend_it_and_nothing_else_is() {
    let mut failed = Vec::new();
    for case in cases() {
        for (name, text, wrong) in [("direct", &case.direct, true), ("through", &case.through, true), ("near", &case.near, false)] {
            let expected = expected(text);
            assert_eq!(expected.iter().any(|(_, code)| *code == case.code), wrong, "{} {name} is marked wrongly", case.code);
            let (found, shown) = found(&case, text);
            if found != expected {
                failed.push(format!("==== {} {name}\n{text}\nfound {found:?}, not {expected:?}\n{shown}", case.code));
            }
        }
        assert!(case.direct != case.through, "{}", case.code);
    }
    assert!(failed.is_empty(), "{} of them:\n{}", failed.len(), failed.join("\n"));
}

/// What a fix writes mends it.
#[test]
fn a_fix_mends() {
    let mut seen = 0;
    for case in cases() {
        for text in [&case.direct, &case.through] {
            let whole = whole(&case, text);
            let compiled = project(&whole).compile();
            let of_case = |finding: &&Diagnostic| finding.code == case.code.as_str();
            let Some(fix) = compiled.findings.iter().find(of_case).and_then(|finding| finding.fix.clone()) else { continue };
            let mut mended = whole.clone();
            for edit in fix.edits.iter().rev() {
                mended.replace_range(edit.span.range(), &edit.replacement);
            }
            let (before, after) = (compiled.findings.iter().filter(of_case).count(), project(&mended).compile());
            assert!(after.findings.iter().filter(of_case).count() < before, "{}: {}\n{}", case.code, fix.title, after.shown);
            seen += 1;
        }
    }
    assert!(seen >= 10, "only {seen} fixes");
}

// ---- the table

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    core: Vec<CoreRow>,
    library: Vec<LibraryRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoreRow {
    code: String,
    severity: String,
    #[serde(default)]
    number: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LibraryRow {
    slug: String,
    number: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checks {
    check: BTreeMap<String, Check>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    name: String,
    instead: Option<String>,
}

/// A row of the table of all rules.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    code: String,
    kind: &'static str,
    severity: String,
    title: String,
    source: String,
    number: Vec<String>,
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> T {
    toml::from_str(&fs::read_to_string(bless::path("rules/table").join(file)).unwrap()).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Rules over Regions, effects, time ...: written in Rust.
fn core_rows() -> Vec<Row> {
    let listed: Listed = read("core.toml");
    let recovery = codes::ALL.iter().map(|code| code.id).filter(|id| id.starts_with("DR04"));
    let missing: Vec<&str> = recovery.filter(|id| !listed.core.iter().any(|row| row.code == **id)).collect();
    assert!(missing.is_empty(), "tests/rules/table/core.toml does not list {missing:?}");
    let row = |row: CoreRow| {
        let code = codes::find(&row.code)?;
        let page = code.page();
        let address = page.split_whitespace().find_map(|word| word.starts_with("https://").then(|| word.to_string()));
        let source = address.map_or_else(|| "derived".into(), |address| linked(&address));
        let title = code.title.replace('|', "\\|");
        Some(Row { code: format!("[{}](errors/{}.md)", code.id, code.id), kind: "core", severity: row.severity, title, source, number: row.number })
    };
    listed.core.into_iter().filter_map(row).collect()
}

fn linked(address: &str) -> String {
    let page = address.trim_end_matches('/').rsplit('/').next().unwrap().trim_end_matches(".html");
    format!("[{page}]({address})")
}

/// Rows of the table of data; rows that share a slug are one rule. What shares a code of the compiler stands with that.
fn data_rows() -> Vec<Row> {
    let mut found: Vec<Row> = Vec::new();
    for rule in rules::all().filter(|rule| codes::find(&rule.code).is_none()) {
        match found.iter_mut().find(|row| row.code == format!("`{}`", rule.code)) {
            Some(known) => {
                if !known.source.contains(rule.source.as_str()) {
                    known.source = format!("{}, {}", known.source, linked(&rule.source));
                }
                known.number.extend(rule.number.iter().filter(|number| !known.number.contains(number)).cloned().collect::<Vec<_>>());
            }
            None => found.push(Row {
                code: format!("`{}`", rule.code),
                kind: "data",
                severity: rule.severity.word().into(),
                title: rule.title.clone(),
                source: linked(&rule.source),
                number: rule.number.clone(),
            }),
        }
    }
    found
}

/// `require` and `advise` of the library, each slug once.
fn library_rows() -> Vec<Row> {
    let listed: Listed = read("core.toml");
    let mut found: Vec<Row> = Vec::new();
    for (module, text) in drc::stdlib::MODULES {
        for line in text.lines() {
            let line = line.trim_start();
            let Some((before, after)) = line.rsplit_once(" as \"") else { continue };
            let Some((slug, _)) = after.split_once('"').filter(|(slug, _)| slug.contains('/')) else { continue };
            let title = before.rsplit_once(" else \"").map_or("", |(_, message)| message.trim_end_matches('"'));
            let severity = if line.starts_with("require ") { "error" } else { "warning" };
            assert!(!title.is_empty() && line.starts_with(if severity == "error" { "require " } else { "advise " }), "{slug}");
            let code = format!("`{slug}`");
            if found.iter().all(|row| row.code != code) {
                let number = listed.library.iter().find(|row| row.slug == slug).map(|row| row.number.clone()).unwrap_or_default();
                let title = title.replace("${", "{").replace('|', "\\|");
                found.push(Row { code, kind: "library", severity: severity.into(), title, source: format!("`stdlib/{module}.dr`"), number });
            }
        }
    }
    let stale = listed.library.iter().find(|row| found.iter().all(|known| known.code != format!("`{}`", row.slug)));
    assert!(stale.is_none(), "the library has no {}", stale.unwrap().slug);
    found
}

fn rows() -> Vec<Row> {
    let mut rows = core_rows();
    // A code's numbers are those of its rows, too.
    for rule in rules::all().filter(|rule| codes::find(&rule.code).is_some()) {
        let row = rows.iter_mut().find(|row| row.code.starts_with(&format!("[{}]", rule.code))).unwrap();
        row.number.extend(rule.number.iter().filter(|number| !row.number.contains(number)).cloned().collect::<Vec<_>>());
    }
    rows.extend(data_rows());
    rows.extend(library_rows());
    rows
}

/// The slug or code of a row, without its dress.
fn bare(row: &Row) -> String {
    row.code.trim_matches('`').trim_start_matches('[').split(']').next().unwrap().to_string()
}

#[test]
fn every_rule_has_its_three_cases() {
    let cased: Vec<String> = cases().into_iter().map(|case| case.code).collect();
    let rows = rows();
    assert!(rows.len() >= 130, "{}", rows.len());
    let missing: Vec<String> = rows.iter().map(bare).filter(|code| !cased.contains(code)).collect();
    assert!(missing.is_empty(), "no cases in tests/rules for {missing:?}");
    let stray: Vec<&String> = cased.iter().filter(|code| !rows.iter().any(|row| bare(row) == **code)).collect();
    assert!(stray.is_empty(), "cases of no rule: {stray:?}");
    let twice: Vec<&String> = cased.iter().enumerate().filter(|(at, code)| cased[..*at].contains(code)).map(|(_, code)| code).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

const INTRODUCTION: &str = "\
# Rules

What the compiler says of a platform and its plans, beside what AWS's schemas refuse (`docs/language.md`, section 10). This page is
written by a test (`DRC_BLESS=1 cargo test --test rules`); `tests/rules` has for each rule two platforms that break it, and one that only
nearly does.

- **core**: written in Rust, over Regions, placement, references, effects, time, units, keys and plans. No service is named there.
- **data**: a row of `src/aws/data/rules.toml`, about a property of a resource or an argument of a call, which generic readers hold
  against resources and calls of anybody. `drc explain rds/managed-password` prints a row.
- **library**: a `require` (error) or `advise` (warning) of a module.

What follows from data is accepted where it stands by `allow CODE \"reason\"`, errors too; the reason stands in the manifest.
A source is AWS's page, with the day on which it was read in the page of the code or in the row; *derived* is what follows from how plans
run. The old number is that of the check in the list below.
";

#[test]
fn the_table_of_all_rules_is_current() {
    let mut text = String::from(INTRODUCTION);
    text.push_str("\n| rule | kind | weight | what | source | old number |\n| --- | --- | --- | --- | --- | --- |\n");
    let rows = rows();
    for row in &rows {
        text.push_str(&format!("| {} | {} | {} | {} | {} | {} |\n", row.code, row.kind, row.severity, row.title, row.source, row.number.join(" ")));
    }
    let checks: Checks = read("checks.toml");
    let numbers: Vec<String> = (1..=78).map(|number| format!("DR{number:03}")).collect();
    assert_eq!(checks.check.keys().cloned().collect::<Vec<_>>(), numbers);
    text.push_str(
        "\n## The list of checks\n\nDrawn up from AWS's documentation before the rules were written: what each of them became.\n\n| old number | check | rules | else |\n| --- | --- | --- | --- |\n",
    );
    for (number, check) in &checks.check {
        let by: Vec<&str> = rows.iter().filter(|row| row.number.contains(number)).map(|row| row.code.as_str()).collect();
        assert!(!by.is_empty() || check.instead.is_some(), "nothing stands for {number}, and nothing says why");
        text.push_str(&format!("| {number} | {} | {} | {} |\n", check.name, by.join(", "), check.instead.as_deref().unwrap_or("")));
    }
    let unknown: Vec<&String> = rows.iter().flat_map(|row| &row.number).filter(|number| !checks.check.contains_key(*number)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    bless::golden("../docs/rules.md", &text);
}
