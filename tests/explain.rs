//! What `drc explain` says of AWS, at 80 columns: pages that a reviewer can read, and rules that every page keeps.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod command;

use command::{Folder, code, text};
use drc::aws::{api, schema};
use drc::diag::Diagnostics;
use drc::render::explain::{self, Found, Paper};
use drc::source::{Origin, SourceMap};
use drc::syntax;

const WIDTH: usize = 80;
const PAPER: Paper = Paper { width: WIDTH, color: false };

/// The name of the golden file, and what is asked for.
const PAGES: &[(&str, &str)] = &[
    ("global-cluster", "AWS::RDS::GlobalCluster"),
    ("cluster", "AWS::RDS::DBCluster"),
    ("function", "AWS::Lambda::Function"),
    ("function-url", "AWS::Lambda::Url"),
    ("given-up", "AWS::Pinpoint::SmsTemplate"),
    ("few-regions", "AWS::Route53RecoveryControl::Cluster"),
    ("property", "AWS::RDS::DBCluster.Engine"),
    ("values", "AWS::Lambda::Function.Runtime"),
    ("inside-a-list", "AWS::S3::Bucket.ReplicationConfiguration.Rules.Destination"),
    ("attribute", "AWS::RDS::DBCluster.Endpoint.Address"),
    ("failover", "rds.failoverGlobalCluster"),
    ("describe", "rds.describeGlobalClusters"),
    ("records", "route53.changeResourceRecordSets"),
    ("unsupported", "globalaccelerator.updateEndpointGroup"),
    ("names-only", "workspaces.describeWorkspaces"),
    ("service", "route53recoverycluster"),
    ("rule", "rds/managed-password"),
    ("rule-of-calls", "rds/asks-for-a-switchover"),
];

fn page(what: &str) -> String {
    let output = Folder::new().command().args(["explain", what]).env("COLUMNS", "80").output().unwrap();
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()), "{what}");
    text(&output.stdout)
}

/// Nothing is wider than the page but what must not be broken.
fn assert_narrow(page: &str) {
    for line in page.lines().filter(|line| line.chars().count() > WIDTH) {
        let words = line.split_whitespace().filter(|word| *word != "*").count();
        assert!(words == 1, "a line is wider than {WIDTH} columns:\n{line}");
    }
}

#[test]
fn the_pages_are_these() {
    for (name, what) in PAGES {
        bless::golden(&format!("golden/explain/{name}.txt"), &page(what));
    }
}

#[test]
fn the_case_of_letters_does_not_matter() {
    assert_eq!(page("aws::rds::globalcluster"), page("AWS::RDS::GlobalCluster"));
    assert_eq!(page("AWS::RDS::DBCluster.engine"), page("AWS::RDS::DBCluster.Engine"));
    assert_eq!(page("RDS.FailoverGlobalCluster"), page("rds.failoverGlobalCluster"));
}

#[test]
fn colours_change_no_letter() {
    for what in ["AWS::RDS::GlobalCluster", "rds.failoverGlobalCluster"] {
        let output = Folder::new().command().args(["explain", what, "--color", "always"]).env("COLUMNS", "80").output().unwrap();
        let colored = text(&output.stdout);
        assert!(colored.contains("\u{1b}["));
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain.push_str(rest);
        assert_eq!(plain, page(what));
    }
}

#[test]
fn what_is_spelled_wrongly_is_told_with_what_was_meant() {
    for (what, said) in [
        ("AWS::RDS::DBClusters", "there is no resource type `AWS::RDS::DBClusters`: did you mean `AWS::RDS::DBCluster`?"),
        ("AWS::Nothing::Here", "there is no resource type `AWS::Nothing::Here`: it is not in AWS's schemas of 2026-10-20"),
        ("AWS::RDS::DBCluster.Engin", "`AWS::RDS::DBCluster` has no `Engin`: did you mean `AWS::RDS::DBCluster.Engine`?"),
        ("AWS::RDS::DBCluster.Tags.Kye", "`AWS::RDS::DBCluster.Tags` has no `Kye`: did you mean `AWS::RDS::DBCluster.Tags.Key`?"),
        ("AWS::RDS::DBCluster.Port.X", "`AWS::RDS::DBCluster.Port` has no `X`: it has no properties"),
        ("AWS::RDS::DBCluster.Qqqqqq", "`AWS::RDS::DBCluster` has no `Qqqqqq`: `drc explain AWS::RDS::DBCluster` lists what it has"),
        ("rds.failoverGlobalClusters", "`rds` has no operation `failoverGlobalClusters`: did you mean `rds.failoverGlobalCluster`?"),
        ("rds.x", "`rds` has no operation `x`: `drc explain rds` lists its operations"),
        ("rdss.failoverGlobalCluster", "there is no service `rdss`: did you mean `rds`?"),
        ("events.putEvents", "there is no service `events`: did you mean `eventbridge`?"),
        ("elasticcache", "there is no code `elasticcache`: did you mean `elasticache`?"),
    ] {
        let output = Folder::new().run(&["explain", what]);
        assert_eq!((code(&output), text(&output.stdout), text(&output.stderr)), (2, String::new(), format!("{said}\n")), "{what}");
    }
}

/// Whatever a page names can be asked for: each property of each type, to the third level.
#[test]
fn every_type_has_a_page_and_every_property_can_be_found() {
    fn members(node: schema::Node, names: &[String], name: &str, seen: &mut usize) {
        let Some(found) = schema::find(name) else { return };
        let node = node.items().unwrap_or(node);
        for (property, inner) in node.properties() {
            let mut path = names.to_vec();
            path.push(property.to_string());
            *seen += 1;
            match explain::walk(found, &path.join(".")) {
                Found::Property(names) => assert_eq!(names, path),
                Found::Attribute(attribute) => assert_eq!(attribute, path.join(".")),
                other => panic!("{name}.{}: {other:?}", path.join(".")),
            }
            if path.len() < 3 {
                members(inner, &path, name, seen);
            }
        }
    }
    let mut seen = 0;
    for name in schema::names() {
        let schema = schema::find(name).unwrap();
        let page = explain::resource_type(schema, &Found::Type, PAPER);
        assert_narrow(&page);
        for required in schema.root().required().filter(|required| !schema.read_only().any(|read| read == *required)) {
            assert!(page.contains(&format!("* {required}")), "{name} does not say that {required} has to be set:\n{page}");
        }
        members(schema.root(), &[], name, &mut seen);
    }
    assert!(seen > 30_000, "{seen}");
}

/// The call of each page can be pasted into an action.
#[test]
fn every_call_can_be_pasted() {
    let mut seen = 0;
    for service in api::services().filter(|service| service.details()) {
        let mut text = String::from("component pasted {\n");
        for operation in service.operations() {
            let page = explain::operation(operation, PAPER);
            assert_narrow(&page);
            let (_, call) = page.split_once("\nIn a plan\n").unwrap();
            let call = call.split("\n\n").next().unwrap();
            text.push_str(&format!("  action {} in here {{\n{call}\n  }}\n", operation.name()));
            seen += 1;
        }
        text.push_str("}\n");
        let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
        let file = sources.add("pasted.dr", text.as_str(), Origin::Project);
        syntax::parse(file, &text, &mut diagnostics);
        assert!(diagnostics.as_slice().is_empty(), "{}: {:?}", service.name(), diagnostics.as_slice().first());
    }
    assert!(seen > 3000, "{seen}");
}
