//! Rules about the day of the outage: for each of them two platforms that break it, and one that only nearly does.
//!
//! `tests/rules/*.toml` hold them. A line that ends with `// CODE` has that finding, and no other line of the text has one; what a
//! frame around the text is found to lack is none of its business. `direct` breaks the rule in the platform's own file, `through` in a
//! component of the user's own or along a chain, `near` differs from them in what counts.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod project;

use drc::diag::Diagnostic;
use project::Project;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
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

const HEAD: &str = "platform cases { rto = 6h, rpo = 6h }\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";

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
  decide = 1min
  step move = framed.move() { within = 1min }
}
failback home from standby to primary { step back = framed.back() { within = 1min } }
"#;

/// Proofs of the plans as a whole: each has platforms of its own (`tests/machines`, `tests/mutations`, the pages of the codes), and finds
/// something in any text that shows one thing only.
const PROOFS: &[&str] = &[
    "DR0402", "DR0409", "DR0410", "DR0411", "DR0412", "DR0413", "DR0414", "DR0415", "DR0416", "DR0417", "DR0418", "DR0420", "DR0421", "DR0422",
    "DR0423",
];

fn cases() -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(bless::path("rules")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        toml::from_str::<Cases>(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")).flat_map(|path| read(path).case).collect()
}

/// What is found in the lines of a text: the line from 1, and the code.
fn found(case: &Case, text: &str) -> (BTreeSet<(usize, String)>, String) {
    let whole = format!("{HEAD}{text}{}", if case.plans { PLANS } else { "" });
    let compiled = Project::new(&whole).compile();
    let head = HEAD.lines().count();
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
