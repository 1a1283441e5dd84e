//! No text makes the compiler panic, hang or differ: broken examples, hostile inputs, the same bytes twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use drc::diag::{Diagnostic, Diagnostics, Severity};
use drc::driver::{self, LoadError, Loader, Options};
use drc::source::{Origin, SourceMap};
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How many places of a file are tried in the normal run; the ignored tests try all.
const SAMPLE: usize = 16;
/// What takes the place of a byte.
const REPLACEMENTS: &[&str] = &["{", "}", "(", ")", "[", "]", "\"", ",", "=", ":", "\n", "\0", "é"];
/// The stack that the main thread of a process has on Linux.
const STACK: usize = 8 << 20;
/// Within this time every input has to be answered; it is generous, since it is there to notice what never ends.
const LIMIT: Duration = Duration::from_secs(20);

const ENTRY: &str = "platform.dr";

/// Files of a project in memory.
struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::NotFound)
    }
}

impl Files {
    fn of(text: &str) -> Self {
        Self(BTreeMap::from([(ENTRY.to_string(), text.to_string())]))
    }

    /// All texts below a folder, by their path in it.
    fn below(folder: &Path) -> Self {
        let mut found = BTreeMap::new();
        for path in texts_below(folder) {
            let key = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(key, fs::read_to_string(&path).unwrap());
        }
        Self(found)
    }

    fn with(&self, path: &str, text: String) -> Self {
        let mut files = self.0.clone();
        files.insert(path.to_string(), text);
        Self(files)
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn texts_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(texts_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "dr" || extension == "mjs") {
            found.push(path);
        }
    }
    found
}

/// The projects of `examples/`.
fn examples() -> Vec<(String, Files)> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let projects: Vec<(String, Files)> = folders
        .into_iter()
        // One that has findings is not meant to compile.
        .filter(|folder| folder.join(ENTRY).is_file() && !folder.join("findings.toml").exists())
        .map(|folder| (folder.file_name().unwrap().to_str().unwrap().to_string(), Files::below(&folder)))
        .collect();
    assert!(!projects.is_empty(), "there is no example");
    projects
}

/// Every finding points into its text, so that renderers and fixes can rely on it.
fn assert_in_bounds(sources: &SourceMap, findings: &[Diagnostic]) {
    for finding in findings {
        let labels = finding.labels.iter().map(|label| label.span);
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in labels.chain(edits) {
            let file = sources.get(span.file).unwrap_or_else(|| panic!("no such file: {finding:?}"));
            let inside = file.text.get(span.start as usize..span.end as usize).is_some();
            assert!(inside, "{span:?} is not within the {} bytes of {}: {finding:?}", file.text.len(), file.name);
        }
        assert!(!finding.message.is_empty(), "{finding:?}");
    }
}

fn check(files: &Files) -> Vec<Diagnostic> {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    driver::check(ENTRY, files, &Options::default(), &mut sources, &mut diagnostics);
    assert_in_bounds(&sources, diagnostics.as_slice());
    diagnostics.as_slice().to_vec()
}

fn parse(text: &str) {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let file = sources.add("module.dr", text, Origin::Project);
    let _ = drc::syntax::parse(file, text, &mut diagnostics);
    assert_in_bounds(&sources, diagnostics.as_slice());
}

/// Runs on a thread with the stack of a main thread, and gives up after the limit.
fn within_limit<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let _ = sender.send(run());
        })
        .unwrap();
    match receiver.recv_timeout(LIMIT) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{name}: no answer within {LIMIT:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => std::panic::resume_unwind(thread.join().unwrap_err()),
    }
}

/// How a text is broken at one byte.
#[derive(Debug, Clone, Copy)]
enum Break {
    Prefix,
    Deletion,
    Replacement(&'static str),
}

fn broken(text: &str, at: usize, how: Break) -> String {
    let bytes = text.as_bytes();
    let rest = bytes.get(at + 1..).unwrap_or_default();
    let whole = match how {
        Break::Prefix => bytes[..at].to_vec(),
        Break::Deletion => [&bytes[..at], rest].concat(),
        Break::Replacement(new) => [&bytes[..at], new.as_bytes(), rest].concat(),
    };
    // A loader refuses what is not UTF-8; the parser meets the replacement character.
    String::from_utf8_lossy(&whole).into_owned()
}

/// Places in a text: all of them, or a fixed number spread over it. The salt lets each way of breaking try others.
fn places(length: usize, sample: Option<usize>, salt: usize) -> Vec<usize> {
    match sample {
        Some(count) if count < length => {
            let step = length as f64 / count as f64;
            (0..count).map(|number| ((number as f64 + (salt as f64 * 0.37) % 1.0) * step) as usize).map(|at| at.min(length - 1)).collect()
        }
        _ => (0..length).collect(),
    }
}

/// Breaks a text in every way at the places, and tells of the ones that panic.
fn survive(name: &str, text: &str, breaks: &[Break], sample: Option<usize>, run: &dyn Fn(String)) {
    let mut failures = Vec::new();
    for (salt, how) in breaks.iter().enumerate() {
        for at in places(text.len(), sample, salt) {
            let input = broken(text, at, *how);
            if catch_unwind(AssertUnwindSafe(|| run(input))).is_err() {
                failures.push(format!("{name}: {how:?} at byte {at}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} inputs panic:\n{}", failures.len(), failures.join("\n"));
}

const CUTS: &[Break] = &[Break::Prefix, Break::Deletion];

fn replacements() -> Vec<Break> {
    REPLACEMENTS.iter().copied().map(Break::Replacement).collect()
}

fn survive_examples(breaks: &[Break], sample: Option<usize>) {
    for (name, files) in examples() {
        for (path, text) in &files.0 {
            survive(&format!("{name}/{path}"), text, breaks, sample, &|input| {
                check(&files.with(path, input));
            });
        }
    }
}

fn survive_library(breaks: &[Break], sample: Option<usize>) {
    for (name, text) in drc::stdlib::MODULES {
        survive(&format!("stdlib/{name}"), text, breaks, sample, &|input| parse(&input));
    }
}

#[test]
fn cut_examples_are_answered() {
    survive_examples(CUTS, Some(SAMPLE));
}

#[test]
fn examples_with_a_wrong_character_are_answered() {
    survive_examples(&replacements(), Some(SAMPLE / 4));
}

#[test]
fn cut_library_modules_are_answered() {
    survive_library(CUTS, Some(SAMPLE));
}

#[test]
fn library_modules_with_a_wrong_character_are_answered() {
    survive_library(&replacements(), Some(SAMPLE / 8));
}

#[test]
#[ignore = "for an optimised build"]
fn every_cut_example_is_answered() {
    survive_examples(CUTS, None);
}

#[test]
#[ignore = "for an optimised build"]
fn every_example_with_a_wrong_character_is_answered() {
    survive_examples(&replacements(), None);
}

#[test]
#[ignore = "for an optimised build"]
fn every_cut_library_module_is_answered() {
    survive_library(CUTS, None);
}

#[test]
#[ignore = "for an optimised build"]
fn every_library_module_with_a_wrong_character_is_answered() {
    survive_library(&replacements(), None);
}

/// A small platform that is right, in front of what is not.
const PLATFORM: &str =
    "platform small {\n  strategy = \"warm_standby\"\n  rto = 15min\n  rpo = 5min\n}\n\nregion east = us-east-1\nregion west = us-west-2\n";

/// The input is answered within the limit, with at least one error.
fn refused(name: &str, text: String) {
    let label = name.to_string();
    let findings = within_limit(name, move || check(&Files::of(&text)));
    assert!(findings.iter().any(|finding| finding.severity == Severity::Error), "{label}: no error among {findings:?}");
    assert!(findings.len() <= 1000, "{label}: {} findings for one mistake", findings.len());
}

fn refused_value(name: &str, value: &str) {
    refused(name, format!("{PLATFORM}\nlet x = {value}\n"));
}

#[test]
fn the_small_platform_is_right() {
    let findings = check(&Files::of(PLATFORM));
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error), "{findings:?}");
}

fn deep_nesting(depths: &[usize]) {
    for depth in depths.iter().copied() {
        for (open, close) in [("[", "]"), ("{", "}"), ("(", ")"), ("{ a: ", "}"), ("f(", ")"), ("a[", "]"), ("[for i in ", "]"), ("\"${", "}\"")] {
            let name = format!("{depth} times {open}");
            refused_value(&format!("{name}, closed"), &format!("{}1{}", open.repeat(depth), close.repeat(depth)));
            refused_value(&format!("{name}, open"), &open.repeat(depth));
            refused_value(&format!("{name}, only closed"), &close.repeat(depth));
        }
        refused(&format!("{depth} blocks"), format!("{PLATFORM}{}{}", "if true {\n".repeat(depth), "}\n".repeat(depth)));
        refused(&format!("{depth} open blocks"), format!("{PLATFORM}{}", "component a {\n".repeat(depth)));
        refused(&format!("{depth} else"), format!("{PLATFORM}if no {{\n}}{}\n", " else if no {\n}".repeat(depth)));
        refused(&format!("{depth} type arguments"), format!("{PLATFORM}param a: {}String{}\n", "List(".repeat(depth), ")".repeat(depth)));
    }
}

fn long_chains(lengths: &[usize]) {
    for length in lengths.iter().copied() {
        for (start, link, end) in [
            ("", "not ", "missing"),
            ("", "- ", "missing"),
            ("", "-", "missing"),
            ("missing", ".b", ""),
            ("missing", "[0]", ""),
            ("missing", "(1)", ""),
            ("", "a => ", "missing"),
            ("missing", " + missing", ""),
            ("missing", " and missing", ""),
            ("missing", " == missing", ""),
            ("missing", "..missing", ""),
            ("missing", " else missing", ""),
            ("", "if missing then 1 else ", "2"),
        ] {
            refused_value(&format!("{length} times `{link}`"), &format!("{start}{}{end}", link.repeat(length)));
        }
    }
}

fn long_texts(size: usize) {
    refused("one line of letters", "a".repeat(size));
    refused("one line of quotes", "\"".repeat(size));
    refused("one line of blanks and a word", format!("{}x", " ".repeat(size)));
    refused("only newlines", "\n".repeat(size));
    refused("only carriage returns", "\r".repeat(size));
    refused("only NUL", "\0".repeat(size));
    refused("only slashes", "/".repeat(size));
    refused("only documentation", "/// a\n".repeat(size / 6));
    refused("only closing braces", "}\n".repeat(size / 2));
    refused("only openers", "region\n".repeat(size / 7));
    refused("NUL in a name", format!("{PLATFORM}region a\0b = us-east-1\n"));
    refused("NUL in a string", format!("{PLATFORM}region a = \"us\0east\"\n"));
    refused("a long name of a Region", format!("{PLATFORM}region {} = us-east-1\nlet x = missing\n", "a".repeat(size)));
    refused("a long Region", format!("{PLATFORM}region a = {}\n", "us-".repeat(size / 3)));
    refused("a long unknown word", format!("{PLATFORM}{} x = 1\n", "a".repeat(size)));
    refused_value("a long number", &"9".repeat(size));
    refused_value("a long unit", &format!("1{}", "m".repeat(size)));
    refused_value("an open string", &format!("\"{}", "a".repeat(size)));
    refused_value("an open string with a wide end", "\"é");
    refused_value("an open raw string", &format!("#\"{}", "a".repeat(size)));
    refused_value("an open string that ends with a backslash", &format!("\"{}\\", "a".repeat(size)));
    refused("the file ends with a backslash in a string", format!("{PLATFORM}let x = \"a\\"));
    refused_value("many hashes", &"#".repeat(size));
    refused_value("a long list", &format!("[{}missing]", "1, ".repeat(size / 3)));
    refused_value("a long map", &format!("{{ {}b: missing }}", (0..size / 8).map(|number| format!("a{number}: 1, ")).collect::<String>()));
    refused_value("wide characters", &"語".repeat(size / 3));
    refused("the same declaration again and again", format!("{PLATFORM}{}", "region east = us-east-1\n".repeat(500)));
}

#[test]
fn deep_nesting_is_refused() {
    deep_nesting(&[65, 1_000, 10_000]);
}

#[test]
fn long_chains_are_answered() {
    long_chains(&[100, 3_000]);
}

#[test]
fn long_texts_are_answered() {
    long_texts(50_000);
}

#[test]
#[ignore = "for an optimised build"]
fn deeper_nesting_is_refused() {
    deep_nesting(&[100_000]);
}

#[test]
#[ignore = "for an optimised build"]
fn longer_chains_are_answered() {
    long_chains(&[10_000, 100_000]);
}

#[test]
#[ignore = "for an optimised build"]
fn longer_texts_are_answered() {
    long_texts(1 << 20);
}

#[test]
fn what_would_grow_without_end_is_refused() {
    refused_value("a huge range", "[for i in range(1000000000000) i]");
    refused_value("nested loops", "[for i in range(100000) [for j in range(100000) i]]");
    refused("a block over a huge range", format!("{PLATFORM}for i in range(1000000000) {{\n  region a = us-east-1\n}}\n"));
    refused("a value that is itself", format!("{PLATFORM}let a = a\n"));
    refused("values that are each other", format!("{PLATFORM}let a = [b]\nlet b = [a]\n"));
    refused("a function of itself", format!("{PLATFORM}let f = x => f(x)\nlet y = f(1)\n"));
    refused("a function that doubles", format!("{PLATFORM}let f = x => [f(x), f(x)]\nlet y = f(1)\n"));
    let mut text = format!("{PLATFORM}let a0 = \"0123456789\"\n");
    for number in 1..64 {
        text.push_str(&format!("let a{number} = \"${{a{0}}}${{a{0}}}\"\n", number - 1));
    }
    refused("a string that doubles", text);
    let mut text = format!("{PLATFORM}let a0 = [1]\n");
    for number in 1..64 {
        text.push_str(&format!("let a{number} = [...a{0}, ...a{0}]\n", number - 1));
    }
    refused("a list that doubles", text);
    let mut text = format!("{PLATFORM}let a0 = [1]\n");
    for number in 1..64 {
        text.push_str(&format!("let a{number} = [a{0}, a{0}]\n", number - 1));
    }
    refused("a list of lists that doubles", text);
    let mut text = format!("{PLATFORM}let a0 = {{ a: 1 }}\n");
    for number in 1..64 {
        text.push_str(&format!("let a{number} = {{ a: a{0}, b: a{0} }}\n", number - 1));
    }
    refused("a map of maps that doubles", text);
    let mut text = format!("{PLATFORM}let a0 = \"aa\"\n");
    for number in 1..64 {
        text.push_str(&format!("let a{number} = a{0}.replace(\"a\", a{0})\n", number - 1));
    }
    refused("a text that replaces itself", text);
    for backwards in [false, true] {
        let lines: Vec<String> = (1..3_000).map(|number| format!("let a{number} = [a{}]\n", number - 1)).collect();
        let lines: Vec<String> = if backwards { lines.into_iter().rev().collect() } else { lines };
        refused("a long ladder of values", format!("{PLATFORM}let a0 = [1]\n{}", lines.concat()));
    }
    refused_value("many equal elements", "range(100000).unique().unique()[100000]");
    refused_value("an element of an element", &format!("missing{}", "[east]".repeat(60)));
    refused_value("an element of a map by Region", &format!("{{ east: 1 }}{}.missing", "[east]".repeat(60)));
    let itself = "component a is service {\n  service b: a in regions\n}\nservice c: a in [east]\n";
    refused("a component that holds itself", format!("{PLATFORM}{itself}"));
    let each_other =
        "component a is service {\n  service x: b in regions\n}\ncomponent b is service {\n  service y: a in regions\n}\nservice c: a in [east]\n";
    refused("components that hold each other", format!("{PLATFORM}{each_other}"));
    let mut text = PLATFORM.to_string();
    for number in 0..40 {
        let next = number + 1;
        text.push_str(&format!("component c{number} is service {{\n  service l: c{next} in regions\n  service r: c{next} in regions\n}}\n"));
    }
    text.push_str("component c40 is service {\n  resource q: AWS::SQS::Queue in regions {\n  }\n}\nservice top: c0 in [east]\n");
    refused("components that double", text);
}

/// Modules that use each other are one finding, not a loop.
#[test]
fn modules_in_a_circle_are_refused() {
    let mut files = Files::of(&format!("use \"./a.dr\" as a\n{PLATFORM}"));
    files.0.insert("a.dr".into(), "use \"./b.dr\" as b\n".into());
    files.0.insert("b.dr".into(), "use \"./a.dr\" as a\n".into());
    let findings = within_limit("modules in a circle", move || check(&files));
    assert!(findings.iter().any(|finding| finding.severity == Severity::Error), "{findings:?}");
}

fn compiled(files: &Files) -> BTreeMap<String, Vec<u8>> {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let output = driver::compile(ENTRY, files, &Options::default(), &mut sources, &mut diagnostics);
    let output = output.unwrap_or_else(|| panic!("does not compile: {:?}", diagnostics.as_slice()));
    output
        .files()
        .into_iter()
        .map(|path| {
            let mut bytes = Vec::new();
            output.write(&path, &mut bytes).unwrap();
            (path, bytes)
        })
        .collect()
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    for (name, files) in examples() {
        let first = compiled(&files);
        assert!(first.len() > 2, "{name}: {:?}", first.keys());
        assert_eq!(first, compiled(&files), "{name}");
    }
}

#[test]
fn line_ends_do_not_matter() {
    for (name, files) in examples() {
        // Code is handed over as it is.
        let changed = |path: &str, text: &str| if path.ends_with(".dr") { text.replace('\n', "\r\n") } else { text.to_string() };
        let other = Files(files.0.iter().map(|(path, text)| (path.clone(), changed(path, text))).collect());
        assert_eq!(compiled(&files), compiled(&other), "{name}");
    }
}
