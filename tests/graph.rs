//! The picture of a platform's stacks, and the same as lines.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;

use command::{Folder, code, text};
use std::collections::BTreeSet;
use std::fs;

/// Each way by which one stack takes something from another one.
const WAYS: &str = r##"platform shop {}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]

resource key: AWS::KMS::Key in both {
  layer     = "keys"
  KeyPolicy = key_policy([])
}

// An output of the same Region, and a name of the other one.
resource queue: AWS::SQS::Queue in both {
  QueueName      = "orders-${here}"
  KmsMasterKeyId = key.arn
}

// An output that is handed over, and one that CloudFormation reads.
resource told: AWS::SSM::Parameter in standby {
  layer = "data"
  Type  = "String"
  Value = key[primary].arn
}

resource read: AWS::SSM::Parameter in standby {
  layer = "edge"
  Type  = "String"
  Value = stack_output(key[primary].arn)
}

group front_desk {
  resource seen: AWS::SSM::Parameter in primary {
    depends_on = [queue]
    Type       = "String"
    Value      = "plain"
    later {
      Description = queue[standby].arn
    }
  }
}
"##;

fn project() -> Folder {
    Folder::with(&[("platform.dr", WAYS)])
}

#[test]
fn a_picture_in_mermaid() {
    insta::assert_snapshot!(project().session(&["graph", "platform.dr"]));
}

#[test]
fn a_picture_in_dot() {
    insta::assert_snapshot!(project().session(&["graph", "platform.dr", "--as", "dot"]));
}

#[test]
fn the_ways_as_lines() {
    insta::assert_snapshot!(project().session(&["check", "platform.dr", "-v"]));
}

#[test]
fn the_lines_stand_before_the_folder() {
    let folder = project();
    let lines = |arguments: &[&str]| -> Vec<String> {
        let output = folder.run(arguments);
        assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
        text(&output.stdout).lines().filter(|line| line.contains(" -> ")).map(String::from).collect()
    };
    let told = lines(&["compile", "platform.dr", "-v"]);
    assert!(!told.is_empty() && told == lines(&["check", "platform.dr", "--verbose"]));
    assert!(lines(&["compile", "platform.dr"]).is_empty());
}

/// What the lines say is what the manifest has stacks wait for.
#[test]
fn the_lines_are_the_dependencies_of_the_manifest() {
    let folder = project();
    let output = folder.run(&["compile", "platform.dr", "-v"]);
    let told = text(&output.stdout);
    let said: BTreeSet<(String, String)> = told
        .lines()
        .filter_map(|line| line.trim().split_once(" -> "))
        .filter_map(|(from, rest)| Some((from.to_string(), rest.split_once(": ")?.0.to_string())))
        .collect();
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(folder.path("out/manifest.json")).unwrap()).unwrap();
    let mut wanted = BTreeSet::new();
    for stack in manifest["stacks"].as_array().unwrap() {
        for other in stack["depends_on"].as_array().unwrap() {
            wanted.insert((other.as_str().unwrap().to_string(), stack["id"].as_str().unwrap().to_string()));
        }
    }
    assert_eq!(said, wanted);
}

#[test]
fn nothing_is_drawn_of_what_is_wrong() {
    let folder = Folder::with(&[("platform.dr", "platform shop {}\nregion primary = us-esat-1\n")]);
    let output = folder.run(&["graph", "platform.dr"]);
    assert_eq!((code(&output), text(&output.stdout)), (1, String::new()));
    assert!(text(&output.stderr).contains("DR0309"));
    let output = project().run(&["graph", "platform.dr", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["summary"]["errors"], 0);
}
