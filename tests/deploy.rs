//! `deploy.sh` and `destroy.sh` against a recording `aws` command.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

#[path = "deploy/cloud.rs"]
mod cloud;

use cloud::{Cloud, Compiled};
use serde_json::json;
use std::process::{Command, Stdio};

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
  resource table: AWS::DynamoDB::Table in primary {
    TableName        = "shop-${suffix}"
    BillingMode      = "PAY_PER_REQUEST"
    SSESpecification = { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: master.arn }
    AttributeDefinitions = [{ AttributeName: "id", AttributeType: "S" }]
    KeySchema            = [{ AttributeName: "id", KeyType: "HASH" }]
  }
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
            // One of more than 51,200 bytes is read from a bucket, under its hash.
            match call.option("--template-body") {
                Some(body) => {
                    assert_eq!(body.strip_prefix("file://"), compiled.path(step["template"].as_str().unwrap()).to_str());
                }
                None => assert!(call.option("--template-url").unwrap().contains(step["sha256"].as_str().unwrap()), "{call:?}"),
            }
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
        // What guards the data.
        let state = cloud.state();
        for stack in manifest["stacks"].as_array().unwrap() {
            let name = stack["name"].as_str().unwrap().replace("${suffix}", "prod");
            let place = format!("stacks/{}/{name}", stack["region"].as_str().unwrap());
            let policy: Option<serde_json::Value> = state.get(&format!("{place}/policy")).map(|text| serde_json::from_str(text).unwrap());
            assert_eq!(policy.as_ref(), stack.get("stack_policy"), "{place}");
            assert_eq!(state.contains_key(&format!("{place}/protected")), stack.get("termination_protection").is_some(), "{place}");
        }
        // A wave begins when the one before it is whole.
        let wave = |call: &cloud::Call| {
            let phase: u64 = call.tags()["drc:phase"].parse().unwrap();
            let (name, region) = (call.option("--stack-name").unwrap(), call.option("--region").unwrap());
            let stacks = manifest["stacks"].as_array().unwrap();
            let stack = stacks
                .iter()
                .find(|stack| stack["region"] == region && stack["name"].as_str().unwrap().replace("${suffix}", "prod") == name)
                .unwrap();
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
    let store =
        store.iter().find(|call| call.option("--stack-name") == Some("shop-store-prod") && call.option("--region") == Some("us-east-1")).unwrap();
    assert_eq!(store.parameters()["Word"], json!(true), "kept with UsePreviousValue");
    assert_eq!(store.parameters()["Zone"], json!("first"));
}

#[test]
fn large_templates_are_brought_into_each_region_first() {
    // Many resources with long texts: more than CloudFormation takes by hand.
    let mut platform = String::from("platform wide { rto = 15min, rpo = 5min }\nregion primary = us-east-1\nregion standby = us-east-2\n");
    for number in 0..60 {
        let text = "x".repeat(1000);
        platform.push_str(&format!("resource r{number}: AWS::SSM::Parameter in [primary, standby] {{ Type = \"String\", Value = \"{text}\" }}\n"));
    }
    let (compiled, cloud) = (Compiled::new(&platform), Cloud::new());
    cloud.deploy(&compiled, &["--only", "app"]).ends(1, &["us-east-1/artifacts is not deployed yet"]);
    cloud.forget();
    cloud.deploy(&compiled, &[]).well();
    let calls = cloud.calls();
    let large: Vec<_> = calls.iter().filter(|call| call.option("--template-url").is_some()).collect();
    assert_eq!(large.len(), 2);
    for call in &large {
        let (_, _, step) = compiled.steps().into_iter().find(|(_, id, _)| *id == format!("{}/app", call.option("--region").unwrap())).unwrap();
        let region = call.option("--region").unwrap();
        let url = format!("https://bucket-{region}.s3.{region}.amazonaws.com/{}", step["sha256"].as_str().unwrap());
        assert_eq!(call.option("--template-url"), Some(url.as_str()));
    }
    let brought: Vec<_> = calls.iter().filter(|call| call.operation() == "s3api put-object").collect();
    assert_eq!(brought.len(), 2);
    let first = large.iter().map(|call| call.number).min().unwrap();
    assert!(brought.iter().all(|call| call.number < first), "each Region has its templates before any stack needs one");
    // They are there: nothing is brought again.
    cloud.forget();
    cloud.deploy(&compiled, &[]).well();
    assert!(cloud.calls_of("s3api put-object").is_empty());
    // A template that was changed is not what its key promises.
    let file = compiled.path("us-east-1/app.template.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text} ")).unwrap();
    cloud.deploy(&compiled, &[]).ends(1, &["us-east-1/app.template.json is not what was compiled"]);
    // Nothing holds data: all goes, the artifacts last.
    std::fs::write(&file, text).unwrap();
    cloud.forget();
    cloud.destroy(&compiled, &["--yes"]).well();
    let deleted: Vec<_> = cloud.calls_of("cloudformation delete-stack").iter().map(|call| call.option("--stack-name").unwrap().to_string()).collect();
    assert_eq!(deleted, ["wide-app", "wide-app", "wide-artifacts", "wide-artifacts"]);
    assert!(cloud.state().keys().all(|path| path.starts_with("objects/")), "{:?}", cloud.state().keys());
}

/// Two functions of one archive and a third one, in stacks of their own.
const WITH_CODE: &str = r##"
platform code { rto = 15min, rpo = 5min }
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
let shared = file("shared.mjs")

group first {
  resource role: AWS::IAM::Role in both { AssumeRolePolicyDocument = trust("lambda") }
  resource one: AWS::Lambda::Function in both { Runtime = "nodejs22.x", Handler = "index.handler", Role = role.arn, Code = artifact(shared, "index.mjs") }
}
group second {
  resource two: AWS::Lambda::Function in both { Runtime = "nodejs22.x", Handler = "index.handler", Role = role.arn, Code = artifact(shared, "index.mjs") }
  resource three: AWS::Lambda::Function in primary { Runtime = "nodejs22.x", Handler = "own.handler", Role = role.arn, Code = artifact(file("own.mjs")) }
}
"##;

const SHARED: (&str, &str) = ("shared.mjs", "export const handler = async () => 1;\n");
const OWN: (&str, &str) = ("own.mjs", "export const handler = async () => 2;\n");

#[test]
fn code_is_brought_into_each_region_before_the_first_stack_that_runs_it() {
    let compiled = Compiled::with(WITH_CODE, &[SHARED, OWN], None);
    let manifest = compiled.manifest();
    let key = |name: &str| {
        let archives = manifest["archives"].as_object().unwrap();
        archives.iter().find(|(_, archive)| archive["sources"] == json!([name])).map(|(key, _)| key.clone()).unwrap()
    };
    let (shared, own) = (key("shared.mjs"), key("own.mjs"));
    let cloud = Cloud::new();
    cloud.deploy(&compiled, &["--only", "first"]).ends(1, &["us-east-1/artifacts is not deployed yet", "us-east-1/first needs its bucket"]);
    cloud.forget();
    let run = cloud.deploy(&compiled, &[]).well();
    assert!(run.said.contains(&format!("uploading artifacts/{own} to bucket-us-east-1")), "{}", run.said);
    let brought = |cloud: &Cloud| -> Vec<(String, String)> {
        let calls = cloud.calls_of("s3api put-object");
        let mut brought: Vec<_> = calls.iter().map(|call| (call.option("--bucket").unwrap().into(), call.option("--key").unwrap().into())).collect();
        brought.sort();
        brought
    };
    // Each once, though two stacks need one of them, and only where it is needed.
    let mut wanted =
        vec![("bucket-us-east-1".into(), own.clone()), ("bucket-us-east-1".into(), shared.clone()), ("bucket-us-east-2".into(), shared.clone())];
    wanted.sort();
    assert_eq!(brought(&cloud), wanted);
    let last = cloud.calls_of("s3api put-object").iter().map(|call| call.number).max().unwrap();
    let made = cloud.calls_of("cloudformation create-change-set");
    let first = made.iter().filter(|call| !call.option("--stack-name").unwrap().ends_with("-artifacts")).map(|call| call.number).min().unwrap();
    assert!(last < first, "code comes before the stacks that run it");
    for (bucket, key) in &wanted {
        let (there, here) =
            (std::fs::read(cloud.path(&format!("objects/{bucket}/{key}"))), std::fs::read(compiled.path(&format!("artifacts/{key}"))));
        assert_eq!(there.unwrap(), here.unwrap());
    }
    // Again: nothing is brought, and nothing changes.
    cloud.forget();
    cloud.deploy(&compiled, &[]).well();
    assert!(cloud.calls_of("s3api put-object").is_empty() && cloud.calls_of("cloudformation execute-change-set").is_empty());
    // Another text of one file is one archive more in its Region, and an update of the stack that runs it.
    let changed = Compiled::with(WITH_CODE, &[SHARED, ("own.mjs", "export const handler = async () => 3;\n")], None);
    cloud.forget();
    cloud.deploy(&changed, &[]).well();
    let executed: Vec<_> =
        cloud.calls_of("cloudformation execute-change-set").iter().map(|call| call.option("--stack-name").unwrap().to_string()).collect();
    assert_eq!((brought(&cloud).len(), executed), (1, vec!["code-second".to_string()]));
    assert_eq!(cloud.calls_of("s3api put-object")[0].option("--region"), Some("us-east-1"));
    // The other Region is away: the survivor needs nothing of it.
    cloud.set("down/us-east-1", "");
    cloud.deploy(&changed, &["--region", "us-east-2"]).well();
    cloud.unset("down/us-east-1");
    // An archive that is lost or was changed is not what its key promises.
    let fresh = Cloud::new();
    std::fs::write(compiled.path(&format!("artifacts/{own}")), "something else").unwrap();
    fresh.deploy(&compiled, &[]).ends(1, &[&format!("artifacts/{own} is not what was compiled")]);
    std::fs::remove_file(compiled.path(&format!("artifacts/{own}"))).unwrap();
    fresh.deploy(&compiled, &[]).ends(1, &[&format!("artifacts/{own} is missing")]);
    // It is nobody's data: all goes with the buckets.
    cloud.forget();
    cloud.destroy(&changed, &["--yes"]).well();
    let deleted: Vec<_> = cloud.calls_of("cloudformation delete-stack").iter().map(|call| call.option("--stack-name").unwrap().to_string()).collect();
    assert_eq!(deleted[4..], ["code-artifacts", "code-artifacts"], "{deleted:?}");
    assert!(cloud.state().keys().all(|path| path.starts_with("objects/")), "{:?}", cloud.state().keys());
}

#[test]
fn a_deployment_of_code_that_any_call_stops_is_resumed() {
    resume(
        &Compiled::with(WITH_CODE, &[SHARED, OWN], None),
        Cloud::new,
        "deploy.sh",
        &["--region", "us-east-2", "--only", "artifacts", "--only", "first"],
    );
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
    assert!(calls.len() > 15, "{} calls", calls.len());
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
                        assert!(
                            first.code == 0 || first.complained.contains("run this again") || first.complained.contains("run the same"),
                            "{first:?}"
                        );
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
    // The stacks of the artifacts are as any other.
    let arguments = ["--one-by-one", "--only", "app", "--only", "near", "--only", "away"];
    resume(&Compiled::new(PAIR), Cloud::new, "deploy.sh", &arguments);
}

#[test]
fn outputs_are_said_when_all_is_deployed() {
    let (compiled, cloud) = (Compiled::new(ORDERS), Cloud::new());
    let values = ["--param", "pager=a@example.com"];
    let run = cloud.deploy(&compiled, &values).well();
    // A line each: what a stack answers, of several lines as of one, and nothing that a terminal or a shell would obey.
    let line = |name: &str, output: &str, stack: &str, region: &str| {
        format!("{name} in {region}: {output} of orders-{stack}-prod in {region} $(touch \"$FAKE_AWS/pwned\") \"q\" 'r' \\ %s * second line\n")
    };
    let standby = [line("invoices_bucket", "InvoicesBucket", "data", "us-east-2"), line("ledger_host", "LedgerHost", "data", "us-east-2")];
    let all = [
        line("carts_table", "CartsTable", "global", "us-east-1"),
        line("invoices_bucket", "InvoicesBucket", "data", "us-east-1"),
        standby[0].clone(),
        line("ledger_host", "LedgerHost", "data", "us-east-1"),
        standby[1].clone(),
    ];
    assert!(run.said.ends_with(&format!("the platform orders is deployed\n{}", all.concat())), "{}", run.said);
    // Each stack is asked once for all that it tells.
    let calls = cloud.calls();
    let last = calls.iter().filter(|call| call.changes()).map(|call| call.number).max().unwrap();
    let asked = calls.iter().filter(|call| call.number > last && call.option("--query") == Some("Stacks[].Outputs[].[OutputKey,OutputValue]"));
    assert_eq!(asked.count(), 3);
    // Only the stacks of the run are asked, and the lost Region is not.
    cloud.set("down/us-east-1", "");
    let run = cloud.deploy(&compiled, &["--region", "us-east-2"]).well();
    assert!(run.said.ends_with(&format!("the platform orders is deployed\n{}", standby.concat())), "{}", run.said);
    cloud.unset("down/us-east-1");
    let run = cloud.deploy(&compiled, &["--only", "us-east-1/data"]).well();
    assert!(run.said.ends_with(&format!("the platform orders is deployed\n{}{}", all[1], all[3])), "{}", run.said);
    assert!(!cloud.deploy(&compiled, &["--dry-run"]).well().said.contains("ledger_host"));
    // What cannot be read then ends nothing: all is deployed.
    cloud.forget();
    cloud.deploy(&compiled, &["--only", "us-east-1/data"]).well();
    let asked = cloud.calls().last().unwrap().number;
    cloud.forget();
    cloud.fail_at(asked, "before");
    let run = cloud.deploy(&compiled, &["--only", "us-east-1/data"]).well();
    let hint = "ledger_host in us-east-1: not known; look at the output LedgerHost of the stack us-east-1/data";
    assert!(run.said.ends_with("the platform orders is deployed\n") && run.complained.contains(hint), "{run:?}");
}

#[test]
fn values_arrive_byte_for_byte() {
    let mut platform = PAIR.to_string();
    platform.push_str("param note: String\ngroup said { resource note_here: AWS::SSM::Parameter in primary { Type = \"String\", Value = note } }\n");
    let (compiled, cloud) = (Compiled::new(&platform), Cloud::new());
    let only: &[&str] = &["--only", "said", "--param"];
    for hostile in [
        "$(touch \"$FAKE_AWS/pwned\")",
        "`touch $FAKE_AWS/pwned`; touch $FAKE_AWS/pwned",
        "it's \"both\" \\ \\\\ \\n %s %d * ? [a-z] ~ & | < > # !",
        " blanks at both ends ",
        "two\nlines\n",
        "\ttab\u{1}\u{7f}",
        "-leading --param",
        "ünïcödé ☃ 🦀",
        "None",
        "file:///etc/hostname",
        "",
    ] {
        cloud.forget();
        let note = format!("note={hostile}");
        cloud.deploy(&compiled, &[only, &[note.as_str()]].concat()).well();
        let made = cloud.calls_of("cloudformation create-change-set");
        let given: Vec<String> = made.iter().filter_map(|call| call.parameters().get("Note")?.as_str().map(String::from)).collect();
        assert!(given.len() == 1 && given.iter().all(|value| value == hostile), "{hostile:?}: {given:?}");
        // What is deployed has it, and gives it back as it is.
        cloud.forget();
        cloud.deploy(&compiled, &["--only", "said"]).well();
        let kept = cloud.calls_of("cloudformation create-change-set");
        assert!(kept.iter().filter_map(|call| call.parameters().get("Note").cloned()).all(|value| value == hostile), "{hostile:?}");
    }
    cloud.forget();
    cloud.set("values", "# a comment\n\nnote=from a file = with a sign\r\nsuffix=other");
    cloud.deploy(&compiled, &["--only", "said", "--params", "values"]).well();
    let made = cloud.calls_of("cloudformation create-change-set");
    assert!(made.iter().any(|call| call.parameters().get("Note") == Some(&json!("from a file = with a sign"))));
    assert!(made.iter().all(|call| call.option("--stack-name") == Some("pair-said-other")));
}

#[test]
fn what_is_missing_or_wrong_is_said_before_anything_happens() {
    let (compiled, cloud) = (shop(), Cloud::new());
    cloud.deploy(&compiled, &[]).ends(2, &["these values are missing", "  word\n", "  zone@us-east-1\n", "  zone@us-east-2\n"]);
    cloud.deploy(&compiled, &with(&["--param", "size=huge"])).ends(2, &["size: `huge` is none of: small large"]);
    cloud
        .deploy(&compiled, &with(&["--param", "count=11", "--param", "suffix=UP"]))
        .ends(2, &["is more than 10", "suffix: `UP` does not have the form"]);
    cloud.deploy(&compiled, &with(&["--param", "count=0.5"])).ends(2, &["is less than 1"]);
    let secret = cloud.deploy(&compiled, &["--param", "word=12345678"]).ends(2, &["word: the given value does not have the form"]);
    assert!(!secret.complained.contains("12345678"));
    cloud.deploy(&compiled, &["--param", "zone=x"]).ends(2, &["has no parameter `zone`", "zone@us-east-1"]);
    cloud.deploy(&compiled, &["--param", "word"]).ends(2, &["NAME=VALUE"]);
    cloud.deploy(&compiled, &["--params", "missing"]).ends(2, &["cannot be read"]);
    cloud.deploy(&compiled, &["--param"]).ends(2, &["--param wants a value"]);
    cloud.deploy(&compiled, &["--frobnicate"]).ends(2, &["unknown option `--frobnicate`", "--help"]);
    cloud.deploy(&compiled, &["--timeout", "soon"]).ends(2, &["--timeout"]);
    cloud.deploy(&compiled, &["--region", "eu-west-1"]).ends(2, &["no stack in `eu-west-1`", "us-east-1 us-east-2"]);
    cloud.deploy(&compiled, &["--only", "data"]).ends(2, &["no stack `data`", "us-east-1/store"]);
    assert!(cloud.deploy(&compiled, &["--help"]).well().said.contains("usage: deploy.sh"));
    cloud.destroy(&compiled, &["--frobnicate"]).ends(2, &["unknown option `--frobnicate`"]);
    cloud.destroy(&compiled, &["--confirm", "other"]).ends(2, &["names another platform"]);
    assert!(cloud.destroy(&compiled, &["--help"]).well().said.contains("usage: destroy.sh"));
    assert!(cloud.calls().iter().all(|call| !call.changes()), "{:?}", cloud.calls());
}

#[test]
fn a_dry_run_only_reads() {
    let (compiled, cloud) = (shop(), Cloud::new());
    let run = cloud.deploy(&compiled, &with(&["--dry-run", "--only", "store"])).well();
    assert!(run.said.contains("us-east-1/store: create") && run.said.contains("us-east-1/vault: skipped: it is not among --only"), "{}", run.said);
    assert!(cloud.state().is_empty() && cloud.calls().iter().all(|call| !call.changes()));
    cloud.deploy(&compiled, &with(&[])).well();
    cloud.forget();
    let run = cloud.deploy(&compiled, &["--dry-run", "--region", "us-east-1"]).well();
    assert!(run.said.contains("us-east-1/front: skipped: it has reached phase 2"), "{}", run.said);
    assert!(
        run.said.contains("us-east-1/vault: update, or unchanged") && run.said.contains("us-east-2/vault: skipped: it is not in us-east-1"),
        "{}",
        run.said
    );
    cloud.destroy(&compiled, &["--dry-run", "--data"]).well();
    assert!(cloud.calls().iter().all(|call| !call.changes()), "{:?}", cloud.calls());
}

#[test]
fn only_what_is_chosen_is_deployed() {
    let (compiled, cloud) = (shop(), Cloud::new());
    let run = cloud.deploy(&compiled, &with(&["--only", "us-east-1/store"]));
    run.ends(1, &["us-east-1/vault is not deployed yet", "us-east-1/store needs a value of it"]);
    cloud.deploy(&compiled, &["--only", "vault", "--only", "us-east-2/store", "--param", "word=correct", "--param", "zone@us-east-2=x"]).well();
    let stacks: Vec<String> = cloud.state().into_keys().filter(|path| path.ends_with("/status")).collect();
    assert_eq!(
        stacks,
        ["stacks/us-east-1/shop-vault-prod/status", "stacks/us-east-2/shop-store-prod/status", "stacks/us-east-2/shop-vault-prod/status"]
    );
}

#[test]
fn the_survivor_can_be_deployed_while_the_other_region_is_away() {
    let (compiled, cloud) = (shop(), Cloud::new());
    cloud.deploy(&compiled, &with(&[])).well();
    let before = cloud.state();
    cloud.set("down/us-east-1", "");
    cloud.deploy(&compiled, &[]).ends(1, &["us-east-1 does not answer", "--region us-east-2"]);
    cloud.forget();
    let run = cloud.deploy(&compiled, &["--region", "us-east-2"]).well();
    assert!(run.said.contains("us-east-1 cannot be asked") && run.said.contains("stays as it is"), "{}", run.said);
    let made = cloud.calls_of("cloudformation create-change-set");
    assert!(made.iter().any(|call| call.parameters().values().any(|value| *value == json!(true))));
    assert_eq!(cloud.state(), before);
    // What was never there has no value to keep.
    let fresh = Cloud::new();
    fresh.set("down/us-east-1", "");
    fresh.deploy(&compiled, &with(&["--region", "us-east-2"])).ends(1, &["us-east-1 cannot be asked", "never had it"]);
}

#[test]
fn a_failure_says_what_failed_and_where_it_is_declared() {
    let (compiled, cloud) = (shop(), Cloud::new());
    cloud.set("broken/shop-store-prod", "");
    let run = cloud.deploy(&compiled, &with(&[])).ends(1, &["platform.dr:", "it cannot be", "ROLLBACK_COMPLETE", "run this again"]);
    assert!(!run.complained.contains("cancelled"), "{}", run.complained);
    assert!(cloud.calls_of("cloudformation create-change-set").iter().all(|call| call.tags()["drc:phase"] == "1"), "the next phase has not begun");
    // The leftovers of a first creation are deleted.
    cloud.unset("broken/shop-store-prod");
    cloud.set("slow", "2");
    let run = cloud.deploy(&compiled, &with(&[])).well();
    assert!(run.said.contains("leftovers are deleted") && run.said.contains("CREATE_IN_PROGRESS: SomeResource, Another"), "{}", run.said);
    // An update that fails leaves what was there.
    cloud.set("broken/shop-vault-prod", "");
    cloud.deploy(&compiled, &["--param", "note=other"]).ends(1, &["UPDATE_ROLLBACK_COMPLETE", "unchanged"]);
    cloud.unset("broken/shop-vault-prod");
    cloud.deploy(&compiled, &["--param", "note=other"]).well();
    for (state, sentence) in [
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("ROLLBACK_FAILED", "Delete the stack"),
        ("DELETE_FAILED", "destroy.sh again"),
        ("UPDATE_FAILED", "settled in the console"),
    ] {
        cloud.set("stacks/us-east-1/shop-vault-prod/status", state);
        cloud.deploy(&compiled, &[]).ends(1, &[sentence]);
    }
}

#[test]
fn a_run_that_is_stopped_by_a_signal_cleans_up_and_goes_on_later() {
    let (compiled, cloud) = (Compiled::new(PAIR), Cloud::new());
    cloud.set("slow", "1000");
    let child = cloud.command(&compiled, "deploy.sh", &[]).env("DRC_POLL", "1").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while cloud.calls_of("cloudformation execute-change-set").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap().success());
    let run = cloud.ended(child.wait_with_output().unwrap()).ends(143, &["run the same command again"]);
    assert!(!run.said.contains("is deployed"));
    // The jobs are gone with the script.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let calls = cloud.calls().len();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(cloud.calls().len(), calls);
    cloud.set("slow", "0");
    let _ = std::fs::remove_file(cloud.path("lock"));
    for busy in cloud.find("busy") {
        std::fs::remove_file(busy).unwrap();
    }
    cloud.deploy(&compiled, &[]).well();
}

#[test]
fn what_is_not_of_this_environment_is_left_alone() {
    let (compiled, cloud) = (shop(), Cloud::new());
    cloud.deploy(&compiled, &with(&[])).well();
    let tags = cloud.path("stacks/us-east-1/shop-vault-prod/tags");
    let text = std::fs::read_to_string(&tags).unwrap();
    std::fs::write(&tags, text.replace("\"Value\": \"prod\"", "\"Value\": \"test\"")).unwrap();
    cloud.forget();
    cloud.deploy(&compiled, &[]).ends(1, &["belongs to the environment with suffix test, not prod"]);
    std::fs::write(&tags, text.replace("\"drc:platform\", \"Value\": \"shop\"", "\"drc:platform\", \"Value\": \"other\"")).unwrap();
    cloud.deploy(&compiled, &[]).ends(1, &["is not one of the platform shop"]);
    cloud.destroy(&compiled, &["--data", "--confirm", "shop"]).ends(1, &["is not one of the platform shop"]);
    assert!(cloud.calls().iter().all(|call| !call.changes()));
    // Two environments stand side by side.
    std::fs::write(&tags, text).unwrap();
    let before = cloud.state();
    cloud.deploy(&compiled, &with(&["--param", "suffix=test"])).well();
    assert!(before.iter().all(|(path, text)| cloud.state().get(path) == Some(text)));
}

#[test]
fn a_phase_never_takes_away_what_is_deployed() {
    let cloud = Cloud::new();
    let first = Compiled::new(PAIR);
    cloud.deploy(&first, &[]).well();
    let refused = |cloud: &Cloud, compiled: &Compiled, words: &[&str]| {
        let before = cloud.state();
        cloud.forget();
        cloud.deploy(compiled, &[]).ends(1, words);
        assert!(cloud.state() == before && cloud.calls().iter().all(|call| !call.changes()));
    };
    // A second thing that comes later would be made at once.
    let more = PAIR.replace("later {", "later {\n    resource third: AWS::SSM::Parameter in primary { Type = \"String\", Value = far.Value }\n");
    refused(&cloud, &Compiled::new(&more), &["us-east-1/near is at phase 2 and lacks Third", "--deployed OLD/manifest.json"]);
    // Compiled for what runs, only the new one is phased.
    let grown = Compiled::again(&more, Some(&first));
    cloud.forget();
    cloud.deploy(&grown, &[]).well();
    assert!(!cloud.path("shrunk").exists());
    assert!(cloud.state()["stacks/us-east-1/pair-near-prod/template"].contains("\"Third\""));
    cloud.deploy(&grown, &[]).well();
    assert!(!cloud.path("shrunk").exists());
    // The other way round: there is nothing yet.
    refused(&Cloud::new(), &grown, &["was to be deployed up to phase 2 already, and is not there", "without it for a new environment"]);
    // What holds data is not made a second time elsewhere.
    let moved = PAIR.replace("group near {", "group near {\n  resource first: AWS::SQS::Queue in primary { QueueName = \"pair-${suffix}\" }");
    let moved = moved.replacen("\nresource first: AWS::SQS::Queue in primary { QueueName = \"pair-${suffix}\" }", "", 1);
    refused(&cloud, &Compiled::new(&moved), &["First", "holds data and is deployed in the stack pair-app-prod", "anew in us-east-1/near"]);
}

fn deployed(platform: &Compiled, arguments: &[&str]) -> Cloud {
    let cloud = Cloud::new();
    cloud.set("writer", "us-east-1");
    cloud.deploy(platform, arguments).well();
    cloud.forget();
    cloud
}

#[test]
fn without_data_what_holds_data_stays() {
    let sign = "\n/// Holds nothing.\nresource sign: AWS::SNS::Topic in both { layer = \"edge\" }\n";
    let compiled = Compiled::new(&format!("{ORDERS}{sign}"));
    let cloud = deployed(&compiled, &["--param", "pager=a@example.com"]);
    cloud.destroy(&compiled, &[]).ends(2, &["--yes"]);
    let run = cloud.destroy(&compiled, &["--yes"]).well();
    for line in [
        "us-east-1/data: stays; it keeps",
        "LedgerCluster (AWS::RDS::DBCluster)",
        "us-east-1/network: stays; it is needed by us-east-1/data",
        "us-east-1/recovery: stays; it keeps EvacuateStandbyLog",
        "us-east-1/edge: is deleted",
    ] {
        assert!(run.said.contains(line), "{line}:\n{}", run.said);
    }
    let deleted: Vec<String> = cloud
        .calls_of("cloudformation delete-stack")
        .iter()
        .map(|call| format!("{}/{}", call.option("--region").unwrap(), call.option("--stack-name").unwrap()))
        .collect();
    assert!(deleted.contains(&"us-east-1/orders-edge-prod".to_string()));
    assert!(!deleted.iter().any(|name| name.contains("data") || name.contains("keys") || name.contains("network")), "{deleted:?}");
    assert!(cloud.calls().iter().all(|call| !call.changes() || call.operation() == "cloudformation delete-stack"));
    // Nothing is left to do the next time.
    cloud.forget();
    cloud.destroy(&compiled, &["--yes"]).well();
    assert!(cloud.calls().iter().all(|call| !call.changes()));
}

#[test]
fn with_data_nothing_is_left() {
    let compiled = Compiled::new(ORDERS);
    for writer in ["us-east-1", "us-east-2"] {
        let cloud = deployed(&compiled, &["--param", "pager=a@example.com"]);
        cloud.set("writer", writer);
        cloud.destroy(&compiled, &["--data"]).ends(2, &["--confirm"]);
        let run = cloud.destroy(&compiled, &["--data", "--confirm", "orders"]).well();
        assert!(run.said.contains("nothing of the platform orders is left") && run.said.contains("is deleted by AWS in 7 days"), "{}", run.said);
        assert_eq!(cloud.state().into_keys().filter(|path| !path.starts_with("objects")).collect::<Vec<_>>(), Vec::<String>::new());
        // The readers leave the global database before the writer, whoever that is.
        let left = cloud.calls_of("rds remove-from-global-cluster");
        let regions: Vec<&str> = left.iter().filter_map(|call| call.option("--region")).collect();
        assert_eq!(regions, if writer == "us-east-1" { ["us-east-2", "us-east-1"] } else { ["us-east-1", "us-east-2"] });
        // The standby comes first.
        let stacks: Vec<String> = cloud
            .calls_of("cloudformation delete-stack")
            .iter()
            .map(|call| format!("{}/{}", call.option("--region").unwrap(), call.option("--stack-name").unwrap()))
            .collect();
        let place = |name: &str| stacks.iter().position(|stack| stack == name).unwrap();
        assert!(place("us-east-2/orders-data-prod") < place("us-east-1/orders-data-prod"), "{stacks:?}");
        assert!(place("us-east-1/orders-data-prod") < place("us-east-1/orders-keys-prod"), "{stacks:?}");
    }
}

#[test]
fn one_region_can_be_given_up() {
    let compiled = Compiled::new(ORDERS);
    let cloud = deployed(&compiled, &["--param", "pager=a@example.com"]);
    let run = cloud.destroy(&compiled, &["--data", "--confirm", "orders", "--region", "us-east-2"]).well();
    assert!(run.said.contains("us-east-1/data: stays; it is not in us-east-2"), "{}", run.said);
    let left = cloud.state().into_keys().filter(|path| path.contains("/us-east-2/")).collect::<Vec<_>>();
    assert_eq!(left, Vec::<String>::new());
    assert!(cloud.state().keys().any(|path| path.contains("/us-east-1/AWS::RDS::DBCluster/")));
    assert!(cloud.calls().iter().all(|call| call.option("--region") == Some("us-east-2")));
}

#[test]
fn a_destruction_that_any_call_stops_is_resumed() {
    let small = r##"
platform pair { rto = 15min, rpo = 5min, naming = "${platform}-${path}" }
region primary = us-east-1
region standby = us-east-2
resource key: AWS::KMS::Key in primary { EnableKeyRotation = true }
resource table: AWS::DynamoDB::Table in primary {
  TableName   = "pair"
  BillingMode = "PAY_PER_REQUEST"
  AttributeDefinitions = [{ AttributeName: "id", AttributeType: "S" }]
  KeySchema            = [{ AttributeName: "id", KeyType: "HASH" }]
}
resource bucket: AWS::S3::Bucket in standby { BucketName = "pair" }
resource word: AWS::SecretsManager::Secret in standby { Name = "pair" }
"##;
    let compiled = Compiled::new(small);
    let before = deployed(&compiled, &["--only", "app"]);
    let prepare = || before.copy();
    resume(&compiled, prepare, "destroy.sh", &["--data", "--confirm", "pair"]);
}

#[test]
fn what_nobody_knows_how_to_delete_is_listed() {
    let compiled = Compiled::new(
        "platform pair { rto = 15min, rpo = 5min }\nregion primary = us-east-1\nresource odd: AWS::SSM::Parameter in primary { Type = \"String\", Value = \"x\", deletion = \"retain\" }\n",
    );
    let cloud = deployed(&compiled, &[]);
    let run = cloud.destroy(&compiled, &["--yes"]).well();
    assert!(run.said.contains("us-east-1/app: stays; it keeps Odd (AWS::SSM::Parameter)"), "{}", run.said);
    let run =
        cloud.destroy(&compiled, &["--data", "--confirm", "pair"]).ends(1, &["removed by hand", "AWS::SSM::Parameter pair-app-Odd in us-east-1"]);
    assert!(run.said.contains("must be removed by hand"));
}

#[test]
fn a_stack_that_cannot_be_deleted_says_why() {
    let compiled = Compiled::new(PAIR);
    let cloud = deployed(&compiled, &[]);
    cloud.set("undeletable/pair-near-prod", "");
    cloud
        .destroy(&compiled, &["--data", "--confirm", "pair"])
        .ends(1, &["Net (AWS::EC2::VPC): it has dependencies", "DELETE_FAILED", "run this again"]);
    cloud.unset("undeletable/pair-near-prod");
    cloud.destroy(&compiled, &["--data", "--confirm", "pair"]).well();
    assert!(cloud.state().is_empty(), "{:?}", cloud.state());
}

#[test]
fn the_scripts_can_be_run_and_are_rebuilt_as_programs() {
    use std::os::unix::fs::PermissionsExt;
    let compiled = Compiled::new(PAIR);
    for script in ["deploy.sh", "destroy.sh"] {
        let mode = std::fs::metadata(compiled.path(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} is not executable");
    }
    let mode = std::fs::metadata(compiled.path("manifest.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0, "the manifest is no program");
    let listed = compiled.manifest();
    for script in ["deploy.sh", "destroy.sh"] {
        assert!(listed["files"].as_array().unwrap().contains(&json!(script)));
    }
}
