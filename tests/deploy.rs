//! `deploy.sh` and `destroy.sh` against a recording `aws` command.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

#[path = "deploy/cloud.rs"]
mod cloud;

use cloud::{Cloud, Compiled};
use serde_json::json;

const ORDERS: &str = include_str!("../examples/orders/platform.dr");

/// Two Regions, outputs within a Region and across, a value for each Region, a secret, two phases.
const SHOP: &str = r##"
platform shop {
  rto    = 15min
  rpo    = 5min
  naming = "${platform}-${path}-${suffix}"
  tags = { system: "shop $(touch $FAKE_AWS/pwned) `touch $FAKE_AWS/pwned`", "it's": "a \"b\" \\ %s * é" }
}

/// Separates environments.
param suffix: String("[a-z][a-z0-9]{1,9}") = "prod"
/// What is said: $(touch $FAKE_AWS/pwned) `touch $FAKE_AWS/pwned` "it's"; \ %s *
param note: String = "$(touch $FAKE_AWS/pwned) `touch $FAKE_AWS/pwned` it's \"q\"; \\ %s * é"
param size: OneOf("small", "large") = "small"
param count: Number(1..10) = 3
param word: Secret(String("[a-z]{4,20}"))
param zone: String in both

region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]

group vault {
  resource master: AWS::KMS::Key in both { Description = "${suffix} ${note}", EnableKeyRotation = true }
}

group store {
  resource table: AWS::DynamoDB::Table in primary { TableName = "shop-${suffix}", SSESpecification = { KMSMasterKeyId: master.arn } }
  resource shown: AWS::SSM::Parameter in both { Type = "String", Value = "${zone} ${size} ${count} ${master.arn}" }
  resource hidden: AWS::SSM::Parameter in both { Type = "String", Value = word }
}

group front {
  resource far: AWS::SSM::Parameter in standby { Type = "String", Value = master[primary].arn }
  resource role: AWS::IAM::Role in primary { AssumeRolePolicyDocument = { Version: "2012-10-17", Statement: [] }, Description = note }
  later {
    resource back: AWS::SSM::Parameter in primary { Type = "String", Value = master[standby].arn }
  }
}
"##;

const VALUES: &[&str] = &["--param", "word=correct", "--param", "zone@us-east-1=first", "--param", "zone@us-east-2=second"];

fn with<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    VALUES.iter().copied().chain(arguments.iter().copied()).collect()
}

fn shop() -> Compiled {
    Compiled::new(SHOP)
}

#[test]
fn each_stack_is_deployed_as_the_manifest_says() {
    for (platform, arguments) in [(SHOP, with(&[])), (ORDERS, vec!["--param", "pager=a@example.com"])] {
        let (compiled, cloud) = (Compiled::new(platform), Cloud::new());
        cloud.deploy(&compiled, &arguments).well();
        let manifest = compiled.manifest();
        let steps = compiled.steps();
        let made = cloud.calls_of("cloudformation create-change-set");
        assert_eq!(made.len(), steps.len());
        for call in &made {
            let (name, region) = (call.option("--stack-name").unwrap(), call.option("--region").unwrap());
            let stacks = manifest["stacks"].as_array().unwrap();
            let stack = stacks.iter().find(|stack| stack["region"] == region && stack["name"].as_str().unwrap().replace("${suffix}", "prod") == name);
            let stack = stack.unwrap_or_else(|| panic!("no stack {name} in {region}"));
            let phase: u64 = call.tags()["drc:phase"].parse().unwrap();
            let (_, _, step) = steps.iter().find(|(_, id, step)| stack["id"] == id.as_str() && step["phase"] == phase).unwrap();
            // The template.
            let template = call.option("--template-body").unwrap().strip_prefix("file://").unwrap();
            assert_eq!(template, compiled.path(step["template"].as_str().unwrap()).to_str().unwrap());
            // The capabilities.
            let wanted: Vec<&str> = stack["capabilities"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
            assert_eq!(call.option("--capabilities").into_iter().collect::<Vec<_>>(), wanted);
            // The parameters: exactly those of the manifest, from where it says.
            let given = call.parameters();
            let sources = step["parameters"].as_object().unwrap();
            assert_eq!(given.keys().collect::<Vec<_>>(), sources.keys().collect::<Vec<_>>());
            for (key, source) in sources {
                let value = given[key].as_str().unwrap();
                if source["from"] == "output" {
                    let producer = stacks.iter().find(|stack| stack["id"] == source["stack"]).unwrap();
                    let (output, place) = (source["output"].as_str().unwrap(), producer["region"].as_str().unwrap());
                    let named = producer["name"].as_str().unwrap().replace("${suffix}", "prod");
                    let whole = format!("{output} of {named} in {place} $(touch \"$FAKE_AWS/pwned\") \"q\" 'r' \\ %s *\nsecond line");
                    assert_eq!(value, whole, "{key}");
                } else {
                    let wanted = match (source["name"].as_str().unwrap(), source["region"].as_str()) {
                        ("zone", Some("us-east-1")) => "first",
                        ("zone", Some("us-east-2")) => "second",
                        ("word", _) => "correct",
                        ("pager", _) => "a@example.com",
                        (name, _) => manifest["parameters"][name]["default"].as_str().unwrap(),
                    };
                    assert_eq!(value, wanted, "{key}");
                }
            }
            // The tags.
            let mut tags = call.tags();
            assert_eq!(tags.remove("drc:platform").as_deref(), manifest["platform"]["name"].as_str());
            assert_eq!(tags.remove("drc:phase").unwrap(), step["phase"].to_string());
            assert_eq!(tags.remove("drc:param:suffix").as_deref(), Some("prod"));
            assert_eq!(json!(tags), stack["tags"]);
        }
        // A wave begins when the one before it is whole.
        let wave = |call: &cloud::Call| {
            let phase: u64 = call.tags()["drc:phase"].parse().unwrap();
            let (name, region) = (call.option("--stack-name").unwrap(), call.option("--region").unwrap());
            let stacks = manifest["stacks"].as_array().unwrap();
            let stack = stacks.iter().find(|stack| stack["region"] == region && stack["name"].as_str().unwrap().replace("${suffix}", "prod") == name).unwrap();
            steps.iter().find(|(_, id, step)| stack["id"] == id.as_str() && step["phase"] == phase).unwrap().0
        };
        let waves: Vec<usize> = made.iter().map(wave).collect();
        assert!(waves.is_sorted(), "{waves:?}");
    }
}

#[test]
fn deployed_again_nothing_changes() {
    let (compiled, cloud) = (shop(), Cloud::new());
    cloud.deploy(&compiled, &with(&[])).well();
    let before = cloud.state();
    cloud.forget();
    // Nothing has to be said again: what is deployed has it, and the secret stays.
    let run = cloud.deploy(&compiled, &[]).well();
    assert_eq!(cloud.state(), before);
    assert!(cloud.calls_of("cloudformation execute-change-set").is_empty());
    assert!(run.said.contains("unchanged") && run.said.contains("skipped: it has reached phase 2"), "{}", run.said);
    assert!(!cloud.path("shrunk").exists());
    let store = cloud.calls_of("cloudformation create-change-set");
    let store = store.iter().find(|call| call.option("--stack-name") == Some("shop-store-prod")).unwrap();
    assert_eq!(store.parameters()["Word"], json!(true), "kept with UsePreviousValue");
    assert_eq!(store.parameters()["Zone"], json!("first"));
}

/// The smallest platform that has phases, an output within a Region and one across.
const PAIR: &str = r##"
platform pair { rto = 15min, rpo = 5min, naming = "${platform}-${path}-${suffix}" }

param suffix: String("[a-z]{1,9}") = "prod"
region primary = us-east-1
region standby = us-east-2

resource first: AWS::SQS::Queue in primary { QueueName = "pair-${suffix}" }
group near {
  resource shown: AWS::SSM::Parameter in primary { Type = "String", Value = first.QueueName }
  later { resource other: AWS::SSM::Parameter in primary { Type = "String", Value = far.Value } }
}
group away { resource far: AWS::SSM::Parameter in standby { Type = "String", Value = first.QueueUrl } }
"##;

/// Fails every call of a script once, before and after it does anything, and runs the script again; the end must be that of a whole run.
fn resume(compiled: &Compiled, prepare: impl Fn() -> Cloud + Sync, script: &str, arguments: &[&str]) {
    let whole = prepare();
    whole.forget();
    whole.run(compiled, script, arguments).well();
    let (calls, state) = (whole.calls(), whole.state());
    assert!(calls.len() > 20, "{} calls", calls.len());
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (calls, state, prepare) = (&calls, &state, &prepare);
            scope.spawn(move || {
                for call in calls.iter().filter(|call| call.number % 2 == half) {
                    // For a call that only reads, both are the same.
                    for how in if call.changes() { &["before", "after"][..] } else { &["before"] } {
                        let cloud = prepare();
                        cloud.fail_at(call.number, how);
                        let first = cloud.run(compiled, script, arguments);
                        // A look that fails while something is under way is looked again.
                        assert!(first.code == 1 || (first.code == 0 && !call.changes()), "{first:?}");
                        assert!(first.code == 0 || first.complained.contains("run this again") || first.complained.contains("run the same"), "{first:?}");
                        cloud.forget();
                        cloud.run(compiled, script, arguments).well();
                        assert_eq!(&cloud.state(), state, "call {} failed {how} it was done: {:?}", call.number, call.arguments);
                        assert!(!cloud.path("shrunk").exists());
                    }
                }
            });
        }
    });
}

#[test]
fn a_deployment_that_any_call_stops_is_resumed() {
    resume(&Compiled::new(PAIR), Cloud::new, "deploy.sh", &["--one-by-one"]);
}
