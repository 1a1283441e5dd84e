//! What a plan needs and loses, what keeps the survivors from being deployed, and what the standby lacks: each case of
//! `tests/survival/cases.toml` gives the codes that it names and no other of these; near misses give none.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod project;

use drc::diag::{Diagnostic, Severity};
use project::Project;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

/// The codes of the proof of survival.
const CODES: [&str; 4] = ["DR0402", "DR0409", "DR0410", "DR0411"];

#[derive(Deserialize)]
struct Cases {
    frame: String,
    plan: String,
    function: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    codes: Vec<String>,
    #[serde(default)]
    strict: bool,
    /// Whether the Regions lie in Europe, where no control plane stands alone.
    #[serde(default)]
    europe: bool,
    #[serde(default)]
    function: bool,
    text: String,
}

fn cases() -> Cases {
    toml::from_str(&fs::read_to_string(bless::path("survival/cases.toml")).unwrap()).unwrap()
}

impl Cases {
    fn platform(&self, case: &Case) -> String {
        let frame = if case.strict { self.frame.replace("strategy", "strict = true, strategy") } else { self.frame.clone() };
        let frame = if case.europe { frame.replace("us-east-1", "eu-west-1").replace("us-east-2", "eu-central-1") } else { frame };
        let text = case.text.replace("$plan\n", &self.plan);
        let (uses, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("use "));
        let function = if case.function { self.function.as_str() } else { "" };
        format!("{}\n{frame}{function}{}\n", uses.join("\n"), rest.join("\n"))
    }

    fn findings(&self, case: &Case) -> Vec<Diagnostic> {
        Project::new(&self.platform(case)).compile().findings
    }
}

/// A finding as a reviewer reads it: what is wrong, where, why, what to do.
fn shown(finding: &Diagnostic, platform: &str) -> String {
    let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
    let accepted = if finding.acceptable { ", can be accepted" } else { "" };
    let mut text = format!("{} ({severity}{accepted}) {}\n", finding.code, finding.message);
    for label in &finding.labels {
        let place = platform.get(label.span.start as usize..label.span.end as usize).unwrap_or("?").lines().next().unwrap_or_default();
        let _ = writeln!(text, "  at `{place}`: {}", label.message);
    }
    for note in &finding.notes {
        let _ = writeln!(text, "  {note}");
    }
    let _ = writeln!(text, "  help: {}", finding.help.as_deref().unwrap_or_default());
    text
}

#[test]
fn each_case_gives_its_codes() {
    let cases = cases();
    let (mut wrong, mut golden) = (String::new(), String::new());
    for case in &cases.case {
        let platform = cases.platform(case);
        let findings = cases.findings(case);
        let proved: Vec<&Diagnostic> = findings.iter().filter(|finding| CODES.contains(&finding.code.as_ref())).collect();
        let codes: Vec<&str> = proved.iter().map(|finding| finding.code.as_ref()).collect();
        if codes != case.codes {
            let _ = writeln!(wrong, "{}: {codes:?} instead of {:?}", case.name, case.codes);
        }
        // What else is wrong with a case would hide what is tested.
        // What other rules of recovery and of modules find is theirs to test.
        let wrong_text = |finding: &&Diagnostic| finding.code.starts_with("DR") && !finding.code.starts_with("DR04");
        for other in findings.iter().filter(wrong_text).filter(|finding| finding.severity == Severity::Error) {
            let _ = writeln!(wrong, "{}: {} {}", case.name, other.code, other.message);
        }
        let _ = writeln!(golden, "== {}\n", case.name);
        for finding in proved {
            let _ = writeln!(golden, "{}", shown(finding, &platform));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    bless::golden("survival/findings.txt", &golden);
}

#[test]
fn each_code_has_two_cases_and_each_kind_a_near_miss() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.case.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.case.len(), "two cases have one name");
    for code in CODES {
        assert!(cases.case.iter().filter(|case| case.codes.iter().any(|known| known == code)).count() >= 2, "{code}");
    }
    assert!(cases.case.iter().filter(|case| case.codes.is_empty()).count() >= 15);
}
