//! What AWS's documentation says, typed again by hand: the schemas that the compiler reads could be wrong, and every judge that reads
//! them would be wrong with it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use drc::aws::schema;
use drc::diag::{Diagnostic, Severity};
use project::Project;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Documented {
    case: Vec<Case>,
    gap: Vec<Case>,
    r#type: Vec<Type>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    r#type: String,
    page: String,
    fact: String,
    wrong: String,
    right: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    r#type: String,
    page: String,
    r#ref: Option<String>,
    #[serde(default)]
    gap: Vec<String>,
    attributes: Vec<String>,
    replaces: Vec<String>,
    updates: Vec<String>,
}

fn documented() -> Documented {
    toml::from_str(include_str!("documented/cases.toml")).unwrap()
}

const FRAME: &str = "platform cases { rto = 1d, rpo = 1d }\n\nregion primary = us-east-1\n\n";

/// Where the compiler finds something: line of the text, counted from 1, and code. Several findings of one code at a line count as one.
fn found(text: &str) -> BTreeSet<(usize, String)> {
    let whole = format!("{FRAME}{text}");
    let compiled = Project::new(&whole).compile();
    let line = |at: u32| whole[..at as usize].lines().count().max(1) - FRAME.lines().count() + usize::from(whole[..at as usize].ends_with('\n'));
    let weight = |finding: &Diagnostic| if finding.severity == Severity::Error { "" } else { "warning " };
    let place = |finding: &Diagnostic| line(finding.primary().expect("a place").span.start);
    // What a resource needs on the day of an outage is another question.
    let of_types = |finding: &&Diagnostic| finding.code.starts_with("DR05");
    compiled.findings.iter().filter(of_types).map(|finding| (place(finding), format!("{}{}", weight(finding), finding.code))).collect()
}

/// Where the text says that something is found.
fn expected(text: &str) -> BTreeSet<(usize, String)> {
    let marked = |(at, line): (usize, &str)| line.split_once("// ").map(|(_, code)| (at + 1, code.to_string()));
    text.lines().enumerate().filter_map(marked).collect()
}

#[test]
fn what_goes_against_the_documentation_is_refused_and_what_just_does_not_passes() {
    let documented = documented();
    assert!(documented.case.len() >= 70, "only {} cases", documented.case.len());
    let mut failed = Vec::new();
    for case in &documented.case {
        assert!(!expected(&case.wrong).is_empty() && expected(&case.right).is_empty(), "{}: {}", case.r#type, case.fact);
        assert!(case.page.starts_with("aws-") && case.wrong.contains(&case.r#type) && case.right.contains(&case.r#type), "{}", case.fact);
        for text in [&case.wrong, &case.right] {
            if found(text) != expected(text) {
                failed.push(format!("{}: {}\n{text}found {:?}", case.r#type, case.fact, found(text)));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// What the schemas do not know is listed, so that nobody takes the compiler's silence for an answer.
#[test]
fn gaps_are_still_gaps() {
    for gap in documented().gap {
        assert!(gap.page.starts_with("aws-"));
        assert!(found(&gap.wrong).is_empty(), "{}: {}: no gap any more, make it a case", gap.r#type, gap.fact);
        assert!(found(&gap.right).is_empty(), "{}: {}", gap.r#type, gap.fact);
    }
}

#[test]
fn references_attributes_and_replacement_are_the_documented_ones() {
    let documented = documented();
    assert!(documented.r#type.len() >= 20);
    let mut wrong = Vec::new();
    for row in documented.r#type {
        assert!(row.page.starts_with("aws-"));
        let schema = schema::find(&row.r#type).expect("a type of the schemas");
        if let Some(property) = &row.r#ref {
            let given: Vec<&str> = schema.reference().collect();
            if given != [property] {
                wrong.push(format!("{}: Ref gives {given:?}, not {property}", row.r#type));
            }
        }
        wrong
            .extend(row.attributes.iter().filter(|name| schema.attribute(name).is_none()).map(|name| format!("{}: no attribute {name}", row.r#type)));
        let replaces = |name: &String| schema.create_only().chain(schema.conditional_create_only()).any(|known| known == name);
        wrong.extend(row.replaces.iter().filter(|name| !replaces(name)).map(|name| format!("{}: {name} does not replace", row.r#type)));
        wrong.extend(row.updates.iter().filter(|name| replaces(name)).map(|name| format!("{}: {name} replaces", row.r#type)));
        wrong.extend(row.gap.iter().filter(|name| replaces(name)).map(|name| format!("{}: {name} is no gap any more", row.r#type)));
        let known = |name: &&String| schema.root().property(name.split('/').next().unwrap()).is_none();
        wrong.extend(row.replaces.iter().chain(&row.updates).chain(&row.gap).filter(known).map(|name| format!("{}: no property {name}", row.r#type)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
