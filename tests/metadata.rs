//! Every resource says which declaration it comes from, in words that survive a moved line.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::Project;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PLATFORM: &str = r#"
use "./parts/cell.dr" as cell
use std@1.{topic}

platform shop {}
region primary = us-east-1
region standby = us-east-2

resource plain: AWS::SNS::Topic in primary {}
for name in ["a", "b"] {
  service pair: cell.pair in primary {
    moved from couple
  }
}
service alerts: topic.alerts in [primary, standby] { to = ["oncall@example.com"] }
alarm slow in primary {
  moved from late
  when sum(pair["a"].told) over 1min > 5
}
failover evacuate among [primary, standby] {
  moved from leave
  start  = "operator"
  detect = 5min
  decide = 5min
  step tell = alerts.notify("now")
}
"#;

const CELL: &str = r#"
pub component pair is service {
  service left: one in regions {}
  metric told: Number in regions = cloudwatch("AWS/SNS", "NumberOfMessagesPublished") { dimensions = { TopicName: "x" } }
}
component one is service {
  resource topic: AWS::SNS::Topic {}
}
"#;

/// Logical id, and declaration and file as the template says them.
fn origins(platform: &str) -> BTreeMap<String, (String, String)> {
    let compiled = Project::new(platform).file("parts/cell.dr", CELL).compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let mut found = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".template.json")) {
        let template: Value = serde_json::from_str(text).unwrap();
        for (id, resource) in template["Resources"].as_object().unwrap() {
            let origin = &resource["Metadata"]["drc"];
            assert_eq!(origin.as_object().map(serde_json::Map::len), Some(2), "{path}: {id}");
            let word = |key: &str| origin[key].as_str().unwrap().to_string();
            found.insert(id.clone(), (word("declared"), word("file")));
        }
    }
    found
}

#[test]
fn a_resource_names_its_declaration() {
    let origins = origins(PLATFORM);
    let declared = |id: &str| origins.get(id).unwrap_or_else(|| panic!("{id} of {:?}", origins.keys())).0.as_str();
    assert_eq!(declared("Plain"), "plain");
    assert_eq!(declared("AlertsTopic"), "alerts.topic");
    assert_eq!(declared("ArtifactsBucket"), "artifacts.bucket");
    // Ids keep an old name; people know the new one.
    assert_eq!(declared("ACoupleLeftTopic"), "a.pair.left.topic");
    assert_eq!(declared("LateWatch"), "slow.watch");
    assert_eq!(declared("LeavePrimaryMachine"), "evacuate.primary.machine");
    // What a module makes is led back to the file that uses it.
    assert!(origins.values().all(|(_, file)| file == "platform.dr"), "{origins:?}");
}

#[test]
fn a_comment_above_it_changes_nothing() {
    let compile = |text: &str| Project::new(text).file("parts/cell.dr", CELL).compile().files.unwrap();
    let before = compile(PLATFORM);
    let after = compile(&format!("// A comment.\n\n{PLATFORM}"));
    for (path, text) in before.iter().filter(|(path, _)| path.ends_with(".template.json")) {
        assert_eq!(Some(text), after.get(path), "{path}");
    }
    assert_eq!(json!(before.keys().collect::<Vec<_>>()), json!(after.keys().collect::<Vec<_>>()));
}
