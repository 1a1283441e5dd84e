//! `drc doc`: the pages of the library and of a project, and everything that can be wrong with files.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod command;

use command::{Folder, code, text};
use std::fs;
use std::path::Path;

/// A store of a project: every kind of member, and what Markdown could take for its own.
const NOTES: &str = r#"//! Notes: a store of one's own.
//!
//! ```dr
//! use "./notes.dr" as notes
//! platform p { rto = 1h, rpo = 1h }
//! ```
//!
//! ```text file=words.txt
//! one|two
//! ```
//!
//! Kept for ever.

use std@1.{network, topic}

/// Who reads.
pub type Reader {
  /// The name.
  input name: String("a|b") = "a"
  input of:   String
}

/// What can be read.
pub type Readable { output text: String }

/// Whom it is kept from.
type Hidden { input name: String }

/// A note in each Region.
///
/// | a | b |
/// | --- | --- |
/// | 1 | 2 |
pub component note is replica {
  /// Who
  /// reads.
  input readers: List(Reader)
  /// Another note.
  input other: Readable?
  input hidden: Hidden?
  input net: network.Closed in regions
  input marks: String = "`"

  layer       = "data"
  replication = "asynchronous"

  require readers.length > 0 else "nobody reads `${self.name}` in < ${regions.length} Regions | here" as "note/readers"
  advise regions.length > 1 else "one Region" as "note/regions"

  resource value: AWS::SSM::Parameter { Type = "String", Value = "x" }

  if other != none {
    resource copy: AWS::SSM::Parameter in regions { Type = "String", Value = "y" }
    /// The text.
    output text: String = "a"
  } else {
    output text: String = "b"
  }
  for reader in readers { resource told: AWS::SNS::Topic { TopicName = reader.name } }

  /// Old.
  metric age: Duration in regions = cloudwatch("Notes", "Age") { unit = "Seconds" }
  /// Read.
  grant read in regions {
    actions = ["ssm:GetParameter", "ssm:GetParameters"]
    on      = [value.arn]
  }
  /// Topics.
  gather wanted: String
  /// Said.
  condition said in to { holds = true }
  /// Claims.
  action claim in to is lossy, traffic {
    input author: Reader
    takes 60s as "dns" "resolvers remember"
    done when said every 5s within 1min
  }
  /// Too old.
  alarm old in regions { when max(age) over 1min > 5s for 3 of 5 }
}

/// Twice of it.
pub let twice = (number, more) => number * 2
/// How many there are.
pub let few = [
  1,
  2,
]
"#;

const PLATFORM: &str = r#"//! A shop.

use "./stores/notes.dr" as notes

/// Sells.
platform shop { rto = 15min, rpo = 1min }

/// Who is called.
param pager: Email
/// How large.
setting size: OneOf("small", "large") = "small"
/// Here.
region primary = us-east-1

/// All notes.
replica kept: notes.note across both {}
external replica old: notes.note across both {}

/// Its own.
component own is service { input of: notes.Reader }
/// Whatever it is.
component any {}
/// Where it is sold.
output url: Url in primary = "https://shop.example.com"
group g { resource topic: AWS::SNS::Topic in primary {} }
drill ready in both every 1h { step a = kept.probe() }
"#;

fn project() -> Folder {
    Folder::with(&[("shop/platform.dr", PLATFORM), ("shop/stores/notes.dr", NOTES)])
}

#[test]
fn a_module_of_a_project() {
    insta::assert_snapshot!(project().session(&["doc", "shop/stores/notes.dr"]));
}

#[test]
fn a_platform_and_its_module() {
    let folder = project();
    insta::assert_snapshot!(folder.session(&["doc", "./shop/platform.dr", "shop/stores/notes.dr", "-o", "pages"]));
    assert_eq!(folder.tree().iter().filter(|path| path.starts_with("pages/")).count(), 3);
    for page in ["README.md", "platform.md"] {
        insta::assert_snapshot!(fs::read_to_string(folder.path("pages").join(page)).unwrap());
    }
    // The same again: nothing is written anew.
    let before = fs::metadata(folder.path("pages/platform.md")).unwrap().modified().unwrap();
    assert_eq!(code(&folder.run(&["doc", "shop/platform.dr", "-o", "pages"])), 0);
    let changed = fs::metadata(folder.path("pages/platform.md")).unwrap().modified().unwrap() != before;
    assert!(changed, "alone, the page of the platform links to no other");
    let before = fs::metadata(folder.path("pages/platform.md")).unwrap().modified().unwrap();
    assert_eq!(code(&folder.run(&["doc", "shop/platform.dr", "-o", "pages"])), 0);
    assert_eq!(fs::metadata(folder.path("pages/platform.md")).unwrap().modified().unwrap(), before);
}

#[test]
fn the_library_is_what_is_committed() {
    let folder = Folder::new();
    let output = folder.run(&["doc", "std", "-o", "docs/stdlib"]);
    assert_eq!(text(&folder.run(&["doc", "std", "-o", "docs/stdlib"]).stdout), text(&output.stdout));
    assert_eq!(code(&output), 0, "{output:?}");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/stdlib");
    let pages = folder.tree().into_iter().filter_map(|path| path.strip_prefix("docs/stdlib/").map(String::from));
    let pages: Vec<String> = pages.collect();
    assert!(pages.len() > 14);
    for page in &pages {
        let made = fs::read_to_string(folder.path("docs/stdlib").join(page)).unwrap();
        assert_eq!(made, fs::read_to_string(committed.join(page)).unwrap_or_default(), "{page}: run `DRC_BLESS=1 cargo test --test docs`");
    }
    // One module alone has the same page, however it is named.
    for what in ["std/aurora", "std@1.aurora", "std.aurora"] {
        let alone = folder.run(&["doc", what]);
        assert_eq!((code(&alone), text(&alone.stdout)), (0, fs::read_to_string(committed.join("aurora.md")).unwrap_or_default()), "{what}");
    }
}

#[test]
fn pages_of_the_same_name_are_kept_apart() {
    let folder = Folder::with(&[("a/x.dr", "//! A.\n"), ("b/x.dr", "//! B.\n"), ("readme.dr", "//! C.\n")]);
    assert_eq!(code(&folder.run(&["doc", "a/x.dr", "b/x.dr", "readme.dr", "-o", "pages"])), 0);
    let mut pages: Vec<String> = folder.tree().into_iter().filter(|path| path.starts_with("pages/")).collect();
    pages.sort();
    assert_eq!(pages, ["pages/README.md", "pages/readme-2.md", "pages/x-2.md", "pages/x.md"]);
}

#[test]
fn what_is_not_there_is_told() {
    let folder = Folder::with(&[("shop/platform.dr", ""), ("broken.dr", "component {\n")]);
    // Not as a snapshot: each new module of the library is named in it.
    for (what, help) in [("std/aurra", "did you mean `std/aurora`?"), ("std/nothing-of-the-kind", "`drc doc std` writes all of them")] {
        let session = folder.session(&["doc", what]);
        let lines = [&format!("DR0205 × the standard library has no module `{}`", &what.replace("std/", "")), help, "prelude\n", "--- exit 2"];
        assert!(lines.iter().all(|line| session.contains(*line)), "{session}");
    }
    for arguments in [
        &["doc", "std@2"] as &[&str],
        &["doc", "aurora"],
        &["doc", "shop/platfrom.dr"],
        &["doc", "shop"],
        &["doc", "broken.dr"],
        &["doc"],
        &["doc", "--help"],
    ] {
        insta::assert_snapshot!(folder.session(arguments));
    }
}

#[test]
fn files_of_others_are_kept() {
    let folder = Folder::with(&[("notes.dr", "//! A.\n"), ("file", ""), ("docs/notes.md", "# Mine\n"), ("docs/other.md", "# Mine too\n")]);
    insta::assert_snapshot!(folder.session(&["doc", "notes.dr", "-o", "docs"]));
    assert_eq!(fs::read_to_string(folder.path("docs/notes.md")).unwrap(), "# Mine\n");
    insta::assert_snapshot!(folder.session(&["doc", "notes.dr", "-o", "file"]));
    insta::assert_snapshot!(folder.session(&["doc", "notes.dr", "-o", "file/below"]));
    insta::assert_snapshot!(folder.session(&["doc", "notes.dr", "-o", "docs", "--force"]));
    assert!(fs::read_to_string(folder.path("docs/notes.md")).unwrap().contains("# `notes`"));
    assert_eq!(fs::read_to_string(folder.path("docs/other.md")).unwrap(), "# Mine too\n");
}
