//! A store that the library does not have is one file of a project: nothing in the compiler knows it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod project;

use project::{Compiled, Project};
use serde_json::Value;
use std::fs;
use std::path::Path;

const PLATFORM: &str = include_str!("projects/documents/platform.dr");
const STORE: &str = include_str!("projects/documents/stores/documents.dr");

fn compile(platform: &str) -> Compiled {
    Project::new(platform).file("stores/documents.dr", STORE).compile()
}

#[test]
fn the_platform_compiles_without_findings() {
    let compiled = compile(PLATFORM);
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
    let files = compiled.files.unwrap();
    let machine: Value = serde_json::from_str(&files["eu-central-1/evacuate-primary.asl.json"]).unwrap();
    assert_eq!(machine["States"]["promote: failoverGlobalCluster"]["Resource"], "arn:aws:states:::aws-sdk:docdb:failoverGlobalCluster");
    // Asked first, then polled until it is done.
    assert_eq!(machine["States"]["promote: ask"]["Resource"], "arn:aws:states:::aws-sdk:docdb:describeGlobalClusters");
    assert_eq!(machine["States"]["promote: wait"]["Next"], "promote: ask");
    assert_eq!(machine["States"]["answers"]["Resource"], "arn:aws:states:::aws-sdk:docdb:describeDBClusters");
    let recovery: Value = serde_json::from_str(&files["eu-central-1/recovery.template.json"]).unwrap();
    assert_eq!(recovery["Resources"]["KeptLagWatch"]["Properties"]["MetricName"], "GlobalClusterReplicationLag");
    assert_eq!(recovery["Resources"]["KeptLagWatch"]["Properties"]["Threshold"], 30_000);
}

#[test]
fn what_the_store_refuses_is_said_at_the_users_line() {
    let broken = PLATFORM.replace("region standby = eu-central-1", "region standby = us-west-1");
    assert_ne!(broken, PLATFORM);
    let compiled = compile(&broken);
    assert_eq!(compiled.codes(), ["documents/region"], "{}", compiled.shown);
    let place = compiled.findings[0].primary().expect("a place").span;
    let declaration = broken.find("replica contracts_kept").unwrap();
    let end = declaration + broken[declaration..].find("\n}").unwrap();
    assert!((declaration..end).contains(&(place.start as usize)), "{}", compiled.shown);
    bless::golden("golden/new_store/region.txt", &compiled.shown);

    let broken = PLATFORM.replace("born_in = primary", "born_in = elsewhere").replace("let both =", "region elsewhere = eu-west-2\nlet both =");
    let compiled = compile(&broken);
    assert_eq!(compiled.codes(), ["documents/born_in"], "{}", compiled.shown);
    bless::golden("golden/new_store/born_in.txt", &compiled.shown);
}

#[test]
fn the_compiler_does_not_know_the_service() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for path in bless::files_below(&root.join("src")).into_iter().filter(|path| !path.starts_with("aws/")) {
        let text = fs::read_to_string(root.join("src").join(&path)).unwrap().to_lowercase();
        for word in ["docdb", "documentdb"] {
            assert!(!text.contains(word), "src/{path} names {word}");
        }
        read += 1;
    }
    assert!(read > 50, "only {read} files");
    assert!(drc::stdlib::MODULES.iter().all(|(_, text)| !text.to_lowercase().contains("docdb")), "the library has the store already");
}
