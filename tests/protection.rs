//! What holds data is kept: in the template, by the policy of its stack, and by the stack itself.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostics;
use drc::driver::Options;
use drc::emit::protection;
use drc::layout::Layout;
use drc::model::Model;
use drc::source::SourceMap;
use project::Project;
use serde_json::{Value, json};

const PLATFORM: &str = r#"
platform shop {}
region primary = us-east-1

// Holds data, by the table of types.
resource orders:  AWS::SQS::Queue in primary {}
resource scratch: AWS::SQS::Queue in primary { deletion = "delete" }
// Holds none; kept because the source says so.
resource told:    AWS::SNS::Topic in primary { deletion = "retain" }
resource heard:   AWS::SNS::Topic in primary {}
resource disk: AWS::EC2::Volume in primary {
  layer            = "data"
  deletion         = "snapshot"
  AvailabilityZone = "us-east-1a"
  Size             = 8
}
resource loose: AWS::SNS::Topic in primary { layer = "edge" }
"#;

#[test]
fn templates_say_what_is_kept() {
    let compiled = Project::new(PLATFORM).compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let policies = |unit: &str, id: &str| {
        let template: Value = serde_json::from_str(&files[&format!("us-east-1/{unit}.template.json")]).unwrap();
        let resource = &template["Resources"][id];
        assert!(resource["Type"].is_string(), "{id}");
        (resource["DeletionPolicy"].clone(), resource["UpdateReplacePolicy"].clone())
    };
    // A first deployment that fails leaves nothing behind; `UpdateReplacePolicy` knows no such exception.
    let kept = (json!("RetainExceptOnCreate"), json!("Retain"));
    assert_eq!(policies("app", "Orders"), kept);
    assert_eq!(policies("app", "Told"), kept);
    assert_eq!(policies("app", "Scratch"), (json!("Delete"), json!("Delete")));
    assert_eq!(policies("app", "Heard"), (Value::Null, Value::Null));
    assert_eq!(policies("data", "Disk"), (json!("Snapshot"), json!("Snapshot")));
}

fn laid_out(platform: &str) -> (Model, Layout) {
    let project = Project::new(platform);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let modules = drc::resolve::load("platform.dr", &project, &mut sources, &mut diagnostics);
    let model = drc::expand::expand(&modules, &sources, &project, &Options::default(), &mut diagnostics).model;
    let layout = drc::layout::layout(&model, None, &mut diagnostics);
    assert!(diagnostics.as_slice().is_empty(), "{:?}", diagnostics.as_slice());
    (model, layout)
}

/// A policy has a limit of its own, which the names of many resources would pass.
#[test]
fn a_policy_of_many_resources_still_fits() {
    let name = "a_queue_with_a_name_of_more_than_thirty_characters";
    let (model, layout) = laid_out(&format!(
        "platform shop {{}}\nregion primary = us-east-1\nfor n in range(400) {{ resource {name}: AWS::SQS::Queue in primary {{}} }}\n"
    ));
    let stack = layout.stacks.iter().find(|stack| stack.unit == "app").unwrap();
    let policy = serde_json::to_string_pretty(&protection::stack_policy(&model, stack)).unwrap();
    assert!(policy.len() <= 16_384, "{}", policy.len());
    let denied = &serde_json::from_str::<Value>(&policy).unwrap()["Statement"][1];
    assert_eq!(denied["Resource"], json!(["*"]));
    assert_eq!(denied["Condition"], json!({ "StringEquals": { "ResourceType": ["AWS::SQS::Queue"] } }));
}

#[test]
fn stacks_refuse_to_lose_what_is_kept() {
    let (model, layout) = laid_out(PLATFORM);
    let stack = |unit: &str| layout.stacks.iter().find(|stack| stack.unit == unit).unwrap();
    let policy = |unit: &str| serde_json::to_value(protection::stack_policy(&model, stack(unit))).unwrap();
    let refused = |ids: &[&str]| {
        json!({ "Statement": [
            { "Effect": "Allow", "Action": ["Update:*"], "Principal": "*", "Resource": ["*"] },
            { "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": ids },
        ] })
    };
    assert_eq!(policy("app"), refused(&["LogicalResourceId/Orders", "LogicalResourceId/Told"]));
    assert_eq!(policy("data"), refused(&["LogicalResourceId/Disk"]));
    assert!(protection::termination_protection(&model, stack("app")));
    // Nothing of these two would be missed.
    for unit in ["edge", "artifacts"] {
        assert_eq!(policy(unit), Value::Null);
        assert!(!protection::termination_protection(&model, stack(unit)));
    }
}
