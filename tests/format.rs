//! The formatter: what it prints, and what it may never do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

use drc::diag::Diagnostics;
use drc::source::FileId;
use drc::syntax::{self, ast::File, format};
use std::fs;
use std::path::{Path, PathBuf};

/// The tree, or `None` if the text has syntax errors.
fn tree(text: &str) -> Option<File> {
    let mut diagnostics = Diagnostics::new();
    let tree = syntax::parse(FileId(0), text, &mut diagnostics);
    (!diagnostics.has_errors()).then_some(tree)
}

fn formatted(text: &str) -> Option<String> {
    format::format(FileId(0), text, &mut Diagnostics::new())
}

/// The tree in words, without places and comments.
fn shape(tree: &File) -> String {
    let words = format!("{:?} {:?}", tree.doc, tree.statements).replace("\\r\\n", "\\n");
    let mut shape = String::with_capacity(words.len());
    let mut parts = words.split("Span {");
    shape.push_str(parts.next().unwrap());
    for part in parts {
        shape.push_str(part.split_once('}').unwrap().1);
    }
    shape
}

fn comments(tree: &File, text: &str) -> Vec<String> {
    tree.comments.iter().map(|span| text[span.range()].trim_end().to_string()).collect()
}

/// Checks all that has to hold for a text without syntax errors; gives its layout.
fn check(name: &str, text: &str) -> String {
    let before = tree(text).unwrap_or_else(|| panic!("{name} has syntax errors:\n{text}"));
    let once = formatted(text).unwrap_or_else(|| panic!("{name} is not formatted:\n{text}"));
    let after = tree(&once).unwrap_or_else(|| panic!("{name} has syntax errors afterwards:\n{text}\n---\n{once}"));
    assert!(shape(&before) == shape(&after), "the tree of {name} changed:\n{text}\n---\n{once}");
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    assert_eq!(comments(&before, text), comments(&after, &once), "the comments of {name} changed:\n{text}\n---\n{once}");
    let twice = formatted(&once).unwrap();
    assert!(once == twice, "{name} changes again:\n{text}\n---\n{once}\n---\n{twice}");
    assert!(!once.contains('\r') && !once.ends_with("\n\n") && (once.is_empty() || once.ends_with('\n')), "line ends of {name}");
    once
}

/// All `.dr` files below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "dr") {
            found.push(path);
        }
    }
}

/// Names and texts of everything that is written in the language here and has no syntax errors.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for directory in ["examples", "stdlib", "tests"] {
        files(&root.join(directory), &mut found);
    }
    // One of the broken platforms is not even UTF-8.
    let texts = found.iter().filter_map(|path| Some((path.strip_prefix(root).unwrap().display().to_string(), fs::read_to_string(path).ok()?)));
    texts.filter(|(_, text)| tree(text).is_some()).collect()
}

#[test]
fn golden() {
    insta::glob!("fixtures/format/*.dr", |path| {
        let text = fs::read_to_string(path).unwrap();
        insta::assert_snapshot!(check(&path.display().to_string(), &text));
    });
}

#[test]
fn every_source_keeps_its_tree_and_comments() {
    let sources = sources();
    assert!(sources.len() >= 7, "the fixtures and the library are missing");
    for (name, text) in sources {
        check(&name, &text);
    }
}

#[test]
fn line_ends_and_byte_order_mark() {
    let text = "\u{feff}param a: Int // c\r\n\r\n\r\nlet b = \"\"\"\r\n  x\r\n  y\r\n  \"\"\"\r\n// d\r\n\r\n";
    let expected = "param a: Int  // c\n\nlet b = \"\"\"\n  x\n  y\n  \"\"\"\n// d\n";
    assert_eq!(formatted(text).as_deref(), Some(expected));
    assert_eq!(formatted("").as_deref(), Some(""));
    assert_eq!(formatted("\n\n \n").as_deref(), Some(""));
    assert_eq!(formatted("// only\n\n\n// comments").as_deref(), Some("// only\n\n// comments\n"));
    assert_eq!(formatted("//! only").as_deref(), Some("//! only\n"));
}

/// Columns are characters, and column 110 is still in use.
#[test]
fn the_last_column_is_used() {
    for letter in ["a", "ä"] {
        let text = |length: usize| format!("let list = [first, \"{}\"]\n", letter.repeat(length));
        let exact = text(110 - "let list = [first, \"\"]".len());
        assert_eq!(formatted(&exact).as_deref(), Some(exact.as_str()));
        let longer = text(111 - "let list = [first, \"\"]".len());
        assert_eq!(formatted(&longer).unwrap().lines().count(), 4);
    }
    let block = |length: usize| format!("resource r: A::B::C in both {{ Name = \"{}\" }}\n", "a".repeat(length));
    let exact = block(110 - "resource r: A::B::C in both { Name = \"\" }".len());
    assert_eq!(formatted(&exact).as_deref(), Some(exact.as_str()));
    let longer = block(111 - "resource r: A::B::C in both { Name = \"\" }".len());
    assert_eq!(formatted(&longer).unwrap().lines().count(), 3);
}

#[test]
fn errors_are_reported_and_nothing_is_printed() {
    let mut diagnostics = Diagnostics::new();
    assert_eq!(format::format(FileId(0), "param a: Int\nlet b =\n", &mut diagnostics), None);
    assert!(diagnostics.has_errors());
}

/// A small generator of numbers (xorshift), so that a failure comes again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Changes a text in places where that may leave it valid.
fn mangle(text: &str, random: &mut Random, rarity: usize) -> String {
    let mut result = String::new();
    let mut number = 0;
    let mut comment = |random: &mut Random| {
        number += 1;
        let marks = ["//", "// ", "///", "//!"][random.below(4)];
        format!("{marks}c{number}")
    };
    for character in text.chars() {
        if random.below(rarity) != 0 {
            result.push(character);
            continue;
        }
        match (character, random.below(4)) {
            (' ', 0) => {}
            (' ', 1) => result.push_str("   "),
            (' ', 2) => result.push_str("\n  "),
            (' ', _) => result.push_str(&format!(" {}\n", comment(random))),
            ('\n', 0) => result.push_str(", "),
            ('\n', 1) => result.push_str(&format!("{}\n", comment(random))),
            ('\n', 2) => result.push_str(&format!("\n\n\n {}\n\n", comment(random))),
            ('\n', _) => result.push_str("\n\n"),
            (',', 0) => result.push_str("\n,"),
            (',', 1) => result.push_str(&format!(", {}\n", comment(random))),
            (',', _) => result.push_str(",\n"),
            (opening @ ('(' | '[' | '{'), 0) => result.push_str(&format!("{opening} {}\n", comment(random))),
            (opening @ ('(' | '[' | '{'), 1) => result.push_str(&format!("{opening}\n{}\n", comment(random))),
            (opening @ ('(' | '[' | '{'), _) => {
                result.push(opening);
                result.push('\n');
            }
            (closing @ (')' | ']' | '}'), 0) => result.push_str(&format!("{}\n{closing}", comment(random))),
            (closing @ (')' | ']' | '}'), 1) => result.push_str(&format!("\n{}\n{closing}", comment(random))),
            (closing @ (')' | ']' | '}'), _) => {
                result.push('\n');
                result.push(closing);
            }
            (other, _) => result.push(other),
        }
    }
    result
}

#[test]
fn mangled_sources_keep_their_trees_and_comments() {
    // More rounds find more: the variable is for whoever changes the formatter.
    let rounds: usize = std::env::var("FORMAT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut tried, mut valid) = (0, 0);
    for (name, text) in sources() {
        for statement in statements(&text) {
            for round in 0..rounds {
                let mangled = mangle(&statement, &mut random, [4, 8, 20, 60][round % 4]);
                tried += 1;
                if tree(&mangled).is_some() {
                    valid += 1;
                    check(&name, &mangled);
                }
            }
        }
    }
    assert!(valid * 10 > tried, "only {valid} of {tried} mangled texts are valid");
}

/// The top-level statements of a text, one by one and in neighbouring pairs, so that one mistake spoils little.
fn statements(text: &str) -> Vec<String> {
    let tree = tree(text).unwrap();
    let spans: Vec<_> = tree.statements.iter().map(|statement| statement.span().range()).collect();
    let alone = spans.iter().map(|span| text[span.clone()].to_string());
    let pairs = spans.windows(2).map(|pair| text[pair[0].start..pair[1].end].to_string());
    alone.chain(pairs).collect()
}
