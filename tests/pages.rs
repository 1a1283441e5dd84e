//! The page of every code: its wrong files give the finding, its right files none, its fixes mend, its commands say what it shows.
//!
//! What the fences of a page mean stands in `docs/errors/README.md`. All failures are reported at once.

#![allow(clippy::expect_used, reason = "a test fails by them")]

use drc::aws::rules;
use drc::diag::codes::{self, Code};
use drc::diag::{Diagnostic, Diagnostics, Fix};
use drc::driver::{Environment, LoadError, Loader, Options, compile};
use drc::source::SourceMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const ENTRY: &str = "platform.dr";
/// The environment file of a platform, if it has one.
const ENVIRONMENT: &str = "prod.dr";
/// What a page may be long: it is read in a terminal, in a hurry.
const LINES: std::ops::RangeInclusive<usize> = 25..=60;
const WIDTH: usize = 100;

/// A platform of a page.
#[derive(Debug, Clone, Default)]
struct Case {
    line: usize,
    wrong: bool,
    files: Project,
    settings: Vec<(String, String)>,
    /// Other codes that may be found too.
    also: Vec<String>,
    /// All fixes together make the text right.
    fixed: bool,
    /// It has all that a whole platform has to have.
    whole: bool,
}

/// Commands with what they print.
#[derive(Debug, Default)]
struct Transcript {
    line: usize,
    commands: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Page {
    cases: Vec<Case>,
    transcripts: Vec<Transcript>,
}

/// Texts by path.
#[derive(Debug, Clone, Default)]
struct Project(BTreeMap<String, String>);

impl Loader for Project {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::NotFound)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads the fences of a page; what is wrong with them goes to `failures`.
fn read(text: &str, failures: &mut Vec<String>) -> Page {
    let mut page = Page::default();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let line = number + 1;
        let mut words = info.split_whitespace();
        match words.next() {
            Some("dr") => read_block(line, &words.collect::<Vec<_>>(), &body, &mut page, failures),
            Some("console") => page.transcripts.push(read_transcript(line, &body, failures)),
            _ => failures.push(format!("line {line}: a fence is `dr` or `console`, not `{info}`")),
        }
    }
    page
}

fn read_block(line: usize, tags: &[&str], body: &[&str], page: &mut Page, failures: &mut Vec<String>) {
    let mut text = body.iter().fold(String::new(), |text, line| text + line + "\n");
    let mut case = Case { line, ..Case::default() };
    let mut role = None;
    for tag in tags {
        match tag.split_once('=') {
            Some(("file", path)) => match page.cases.last_mut() {
                Some(case) => return drop(case.files.0.insert(path.to_string(), text)),
                None => failures.push(format!("line {line}: a file before its platform")),
            },
            Some(("set", setting)) => match setting.split_once('=') {
                Some((name, value)) => case.settings.push((name.to_string(), value.to_string())),
                None => failures.push(format!("line {line}: `{tag}` sets nothing")),
            },
            Some(("also", code)) => case.also.push(code.to_string()),
            None if matches!(*tag, "wrong" | "right") => role = Some(*tag),
            None if *tag == "env" => match page.cases.last_mut() {
                Some(case) => return drop(case.files.0.insert(ENVIRONMENT.to_string(), text)),
                None => failures.push(format!("line {line}: an environment before its platform")),
            },
            None if *tag == "fixed" => case.fixed = true,
            None if *tag == "bom" => text.insert(0, '\u{feff}'),
            _ => failures.push(format!("line {line}: unknown tag `{tag}`")),
        }
    }
    match role {
        Some(role) => case.wrong = role == "wrong",
        None => failures.push(format!("line {line}: a platform is `wrong` or `right`")),
    }
    case.files.0.insert(ENTRY.to_string(), text);
    page.cases.push(case);
}

fn read_transcript(line: usize, body: &[&str], failures: &mut Vec<String>) -> Transcript {
    let mut transcript = Transcript { line, commands: Vec::new() };
    for text in body {
        match (text.strip_prefix("$ "), transcript.commands.last_mut()) {
            (Some(command), _) => transcript.commands.push((command.to_string(), String::new())),
            (None, Some((_, output))) => *output += &format!("{text}\n"),
            (None, None) => failures.push(format!("line {line}: output before the first command")),
        }
    }
    transcript
}

/// What is said of a platform that rehearses nothing or tells nobody.
const OF_A_WHOLE: &[&str] = &["DR0421", "DR0422", "DR0427", "DR0428"];

/// All findings of a platform, as the command line shows them.
fn findings(files: &Project, case: &Case) -> (Vec<Diagnostic>, SourceMap) {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let environment = files.0.get(ENVIRONMENT).map(|text| Environment { name: ENVIRONMENT.to_string(), text: text.clone() });
    let options = Options { settings: case.settings.clone(), environment, ..Options::default() };
    let _ = compile(ENTRY, files, &options, &mut sources, &mut diagnostics);
    let mut found = drc::render::arrange(diagnostics, &sources);
    // The platform of a page is a part of one, unless the page is about what a whole one has to have.
    found.retain(|finding| case.whole || !OF_A_WHOLE.contains(&finding.code.as_ref()));
    (found, sources)
}

fn list(found: &[Diagnostic], sources: &SourceMap) -> String {
    found.iter().fold(String::new(), |mut text, finding| {
        let place = finding.primary().map(|label| sources.place(label.span)).unwrap_or_default();
        let _ = write!(text, "\n      {} {place} {}", finding.code, finding.message);
        text
    })
}

fn check_case(code: &Code, case: &Case) -> Vec<String> {
    let mut failures = Vec::new();
    let (found, sources) = findings(&case.files, case);
    if !case.wrong {
        if !found.is_empty() {
            failures.push(format!("line {}: the right file has findings:{}", case.line, list(&found, &sources)));
        }
        return failures;
    }
    if !found.iter().any(|finding| finding.code == code.id) {
        failures.push(format!("line {}: the wrong file does not give {}:{}", case.line, code.id, list(&found, &sources)));
    }
    let other = found.iter().any(|finding| finding.code != code.id && !case.also.iter().any(|also| *also == finding.code));
    if other {
        failures.push(format!("line {}: the wrong file gives other findings too:{}", case.line, list(&found, &sources)));
    }
    for also in case.also.iter().filter(|also| !found.iter().any(|finding| finding.code == **also)) {
        failures.push(format!("line {}: `also={also}` is not found", case.line));
    }
    for finding in &found {
        failures.extend(check_style(finding, &sources).map(|fault| format!("line {}: {fault}: {} {}", case.line, finding.code, finding.message)));
        if let Some(fix) = &finding.fix {
            failures.extend(check_fix(case, finding, fix, &found, &sources));
        }
    }
    if case.fixed {
        failures.extend(check_all_fixes(case));
    }
    failures
}

/// What a finding lacks by the rules of the house.
fn check_style(finding: &Diagnostic, sources: &SourceMap) -> Option<&'static str> {
    let message = finding.message.as_str();
    let begins = message.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || matches!(c, '`' | '"'));
    let of_the_text = !finding.code.starts_with("DR07") && finding.code != codes::SETTING.id;
    if !begins && !message.starts_with("AWS ") {
        Some("the message begins with a capital letter")
    } else if message.ends_with('.') {
        Some("the message ends with a full stop")
    } else if finding.help.as_ref().is_none_or(String::is_empty) {
        Some("there is no help")
    } else if of_the_text && finding.primary().is_none() {
        Some("there is no place")
    } else if finding.labels.iter().any(|label| label.primary && sources.in_library(label.span)) {
        Some("the place is inside the library")
    } else {
        None
    }
}

fn apply(files: &Project, fix: &Fix, sources: &SourceMap) -> Project {
    let mut files = files.clone();
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in edits {
        let name = sources.get(edit.span.file).map(|file| file.name.clone()).unwrap_or_default();
        if let Some(text) = files.0.get_mut(&name) {
            text.replace_range(edit.span.range(), &edit.replacement);
        }
    }
    files
}

fn check_fix(case: &Case, finding: &Diagnostic, fix: &Fix, before: &[Diagnostic], sources: &SourceMap) -> Option<String> {
    let (after, after_sources) = findings(&apply(&case.files, fix, sources), case);
    let same = |found: &[Diagnostic]| found.iter().filter(|other| other.code == finding.code && other.message == finding.message).count();
    let mended = same(&after) < same(before);
    let syntax = |found: &[Diagnostic]| found.iter().filter(|other| other.code.starts_with("DR01")).count();
    let broken = syntax(&after) > syntax(before);
    (!mended || broken)
        .then(|| format!("line {}: the fix \"{}\" does not mend `{}`:{}", case.line, fix.title, finding.message, list(&after, &after_sources)))
}

fn check_all_fixes(case: &Case) -> Option<String> {
    let mut files = case.files.clone();
    for _ in 0..20 {
        let (found, sources) = findings(&files, case);
        let Some(fix) = found.iter().find_map(|finding| finding.fix.as_ref()) else {
            return (!found.is_empty()).then(|| format!("line {}: with all fixes there are findings left:{}", case.line, list(&found, &sources)));
        };
        files = apply(&files, fix, &sources);
    }
    Some(format!("line {}: the fixes never come to an end", case.line))
}

#[cfg(unix)]
fn check_transcript(code: &Code, transcript: &Transcript) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let binary = Path::new(env!("CARGO_BIN_EXE_drc"));
    let mut path = vec![binary.parent().expect("a folder").to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(path).expect("a path");
    let mut failures = Vec::new();
    let mut named = false;
    for (command, expected) in &transcript.commands {
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("COLUMNS", WIDTH.to_string())
            .env("NO_COLOR", "1")
            .env_remove("NO_GRAPHICS")
            .env_remove("CLICOLOR_FORCE")
            .output()
            .expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        named |= printed.contains(code.id);
        // Lines are compared without blanks at their ends and without empty lines around.
        let tidy = |text: &str| text.trim().lines().map(|line| line.trim_end().to_string()).collect::<Vec<_>>();
        if tidy(&printed) != tidy(expected) {
            failures.push(format!("line {}: `{command}` prints\n{printed}", transcript.line));
        }
    }
    if !named {
        failures.push(format!("line {}: no command prints {}", transcript.line, code.id));
    }
    failures
}

#[cfg(not(unix))]
fn check_transcript(_: &Code, _: &Transcript) -> Vec<String> {
    Vec::new()
}

fn check_page(code: &Code) -> Vec<String> {
    let mut failures = Vec::new();
    // From the disk rather than from the table: a page can be worked on without a build.
    let text = fs::read_to_string(root().join(format!("docs/errors/{}.md", code.id))).unwrap_or_default();
    let heading = format!("# {}: {}", code.id, code.title);
    if text.lines().next() != Some(heading.as_str()) {
        failures.push(format!("the first line is not `{heading}`"));
    }
    let count = text.lines().count();
    if !LINES.contains(&count) {
        failures.push(format!("it has {count} lines"));
    }
    for (at, line) in text.lines().enumerate() {
        let address = line.contains("https://");
        if line.chars().count() > WIDTH && !address {
            failures.push(format!("line {}: wider than {WIDTH} characters", at + 1));
        }
        if address && !line.contains("(read ") {
            failures.push(format!("line {}: a source without the date when it was read", at + 1));
        }
    }
    let mut page = read(&text, &mut failures);
    page.cases.iter_mut().for_each(|case| case.whole = OF_A_WHOLE.contains(&code.id));
    let (wrong, right) = (page.cases.iter().any(|case| case.wrong), page.cases.iter().any(|case| !case.wrong));
    if page.transcripts.is_empty() && !(wrong && right) {
        failures.push("it shows no wrong and right file, and no commands".into());
    }
    failures.extend(page.cases.iter().flat_map(|case| check_case(code, case)));
    failures.extend(page.transcripts.iter().flat_map(|transcript| check_transcript(code, transcript)));
    failures
}

#[test]
fn every_page_tells_the_truth() {
    let failures: Vec<String> =
        codes::ALL.iter().flat_map(|code| check_page(code).into_iter().map(|failure| format!("{}: {failure}", code.id))).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_page_has_a_code() {
    let known: BTreeSet<String> = codes::ALL.iter().map(|code| format!("{}.md", code.id)).collect();
    let entries = fs::read_dir(root().join("docs/errors")).expect("the folder of the pages");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let pages: BTreeSet<String> = names.filter(|name| name != "README.md").collect();
    assert_eq!(pages, known);
}

#[test]
fn codes_are_sorted_and_unique() {
    let ids: Vec<&str> = codes::ALL.iter().map(|code| code.id).collect();
    let sorted: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids, sorted.into_iter().collect::<Vec<_>>());
    for code in codes::ALL {
        let digits = code.id.strip_prefix("DR").unwrap_or_default();
        assert!(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{} has not the form of a code", code.id);
        assert!(code.title.len() <= 70 && !code.title.ends_with('.'), "the title of {} is no title", code.id);
    }
    let titles: BTreeSet<&str> = codes::ALL.iter().map(|code| code.title).collect();
    assert_eq!(titles.len(), codes::ALL.len(), "two codes have one title");
}

/// Every Rust file below a folder.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_code_is_raised_somewhere() {
    let table = root().join("src/diag/codes.rs");
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let words: BTreeSet<String> = files
        .iter()
        .filter(|path| **path != table)
        .flat_map(|path| {
            let text = fs::read_to_string(path).expect("a source");
            // Tests raise nothing.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_string();
            code.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(String::from).collect::<Vec<_>>()
        })
        .collect();
    let rows = fs::read_to_string(&table).expect("the table of codes");
    let names: Vec<(&str, &str)> = rows.lines().filter_map(|line| line.trim().split_once(" \"DR")).collect();
    assert_eq!(names.len(), codes::ALL.len(), "a row of the table was not understood");
    // Some are raised by rows of the rules' table.
    let rows = |rest: &str| rules::coded(&format!("DR{}", rest.get(..4).unwrap_or_default())).next().is_some();
    let silent: Vec<&str> = names.iter().filter(|(name, rest)| !words.contains(*name) && !rows(rest)).map(|(name, _)| *name).collect();
    assert!(silent.is_empty(), "no source raises {silent:?}");
}
