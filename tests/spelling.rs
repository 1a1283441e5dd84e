//! Every member that Step Functions spells otherwise than the API, among the services of a recovery: written as the API does, it is found, and
//! the fix writes the right spelling. The calls are made of the table itself.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use drc::aws::api::{self, Service, Shape, ShapeKind};
use project::Project;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Services of a recovery: stores, compute, networks, messages, watching, and recovery itself.
const SERVICES: &[&str] = &[
    "appconfig",
    "applicationautoscaling",
    "arczonalshift",
    "autoscaling",
    "backup",
    "cloudformation",
    "cloudwatch",
    "cloudwatchlogs",
    "docdb",
    "drs",
    "dsql",
    "dynamodb",
    "ec2",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticloadbalancingv2",
    "eventbridge",
    "fis",
    "fsx",
    "keyspaces",
    "kms",
    "lambda",
    "memorydb",
    "neptune",
    "opensearch",
    "rds",
    "resiliencehub",
    "route53",
    "route53recoverycluster",
    "route53recoverycontrolconfig",
    "route53recoveryreadiness",
    "s3",
    "s3control",
    "scheduler",
    "secretsmanager",
    "sfn",
    "sns",
    "sqs",
    "ssm",
    "ssmincidents",
];

/// A wrong spelling and the right one.
type Pair = (String, String);

/// The members of a structure, all of them, written as the API does.
fn members(shape: Shape, assigns: &str, seen: &mut BTreeSet<u32>, wrong: &mut Vec<Pair>) -> String {
    if !seen.insert(shape.position()) {
        return String::new();
    }
    let mut members = Vec::new();
    for member in shape.members() {
        if shape.member(member.api_name()).is_none() {
            wrong.push((member.api_name().into(), member.name()));
        }
        members.push(format!("{}{assigns} {}", member.api_name(), value(member.shape(), seen, wrong)));
    }
    members.join(", ")
}

fn value(shape: Shape, seen: &mut BTreeSet<u32>, wrong: &mut Vec<Pair>) -> String {
    match shape.kind() {
        ShapeKind::Structure => format!("{{ {} }}", members(shape, ":", seen, wrong)),
        ShapeKind::List => format!("[{}]", value(shape.element(), seen, wrong)),
        ShapeKind::Map => format!("{{ key: {} }}", value(shape.element(), seen, wrong)),
        ShapeKind::Boolean => "true".into(),
        ShapeKind::Integer | ShapeKind::Number => "1".into(),
        _ => "\"text\"".into(),
    }
}

/// The way to each member of a result that is spelled otherwise; the last name of each is written as the API does.
fn paths(shape: Shape, way: &str, seen: &mut BTreeSet<u32>, found: &mut Vec<(String, Pair)>) {
    match shape.kind() {
        ShapeKind::Structure if seen.insert(shape.position()) => {
            for member in shape.members() {
                if shape.member(member.api_name()).is_none() {
                    found.push((format!("{way}.{}", member.api_name()), (member.api_name().into(), member.name())));
                }
                paths(member.shape(), &format!("{way}.{}", member.name()), seen, found);
            }
        }
        ShapeKind::List => paths(shape.element(), &format!("{way}[0]"), seen, found),
        ShapeKind::Map => paths(shape.element(), &format!("{way}[\"key\"]"), seen, found),
        _ => {}
    }
}

/// Findings of one code: the text that they are about and the text that the fix writes there.
fn mended(text: &str, code: &str) -> Vec<Pair> {
    let compiled = Project::new(text).compile();
    let mut pairs = Vec::new();
    for finding in compiled.findings.iter().filter(|finding| finding.code == code) {
        let label = finding.primary().unwrap();
        let fix = finding.fix.as_ref().unwrap_or_else(|| panic!("no fix: {}", finding.message));
        let [edit] = fix.edits.as_slice() else { panic!("{}", finding.message) };
        assert_eq!(edit.span, label.span, "{}", finding.message);
        pairs.push((text[label.span.range()].to_string(), edit.replacement.clone()));
    }
    pairs.sort();
    pairs
}

fn platform(actions: &str) -> String {
    format!("platform shop {{}}\nregion primary = us-east-1\ncomponent all is service {{\n{actions}}}\nservice one: all in primary {{}}\n")
}

fn requests(service: Service) -> usize {
    let (mut text, mut wrong) = (String::new(), Vec::new());
    for (at, operation) in service.operations().enumerate() {
        let members = members(operation.input(), " =", &mut BTreeSet::new(), &mut wrong);
        writeln!(text, "  action a{at} in here {{ call {}.{} {{ {} }} }}", service.name(), operation.name(), members).unwrap();
    }
    wrong.sort();
    assert_eq!(mended(&platform(&text), "DR0531"), wrong, "{}", service.name());
    wrong.len()
}

fn results(service: Service) -> usize {
    let (mut text, mut wrong) = (String::new(), Vec::new());
    for (at, operation) in service.operations().enumerate() {
        let mut found = Vec::new();
        paths(operation.output(), "seen", &mut BTreeSet::new(), &mut found);
        if found.is_empty() {
            continue;
        }
        writeln!(text, "  action a{at} in here {{\n    let seen = call {}.{} {{}}", service.name(), operation.name()).unwrap();
        for (way, pair) in found {
            writeln!(text, "    check {way} == other else \"no\"").unwrap();
            wrong.push(pair);
        }
        text.push_str("  }\n");
    }
    wrong.sort();
    // Compared with what is not known now, so that nothing is said of the literal.
    let text = format!("  let other = here.account\n{text}");
    assert_eq!(mended(&platform(&text), "DR0535"), wrong, "{}", service.name());
    wrong.len()
}

#[test]
fn every_wrong_spelling_of_a_request_is_caught_with_its_fix() {
    let counts: Vec<usize> = SERVICES.iter().map(|name| requests(api::service(name).unwrap())).collect();
    assert!(SERVICES.len() >= 40 && counts.iter().sum::<usize>() > 3_000, "{counts:?}");
}

#[test]
fn every_wrong_spelling_of_a_result_is_caught_with_its_fix() {
    let counts: Vec<usize> = SERVICES.iter().map(|name| results(api::service(name).unwrap())).collect();
    assert!(counts.iter().sum::<usize>() > 3_000, "{counts:?}");
}
