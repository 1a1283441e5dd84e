//! Readiness tests, buckets for audit records, archives of buses: what they may do and what they keep, value by value, in each Region.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::{Compiled, Project};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FRAME: &str = "use std@1.{bucket, bus, function, network, readiness, table, topic}
platform shop { rto = 15min, rpo = 15min }
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
let other in both = if here == primary then standby else primary
replica carts: table.global across both { key = { id: \"S\" } }
service alerts: topic.alerts in both { to = [\"oncall@example.com\"] }
alarm carts_late in both { when max(carts.lag) over 1min > 30s, notify alerts }
failover evacuate among both {
  start  = \"operator\"
  detect = 2min
  decide = 2min
  step look = carts.probe()
  on failure { notify alerts }
}
drill look in both every 1h { step look = carts.probe(), on failure { notify alerts } }
";

const REGIONS: [(&str, &str); 2] = [("us-east-1", "us-east-2"), ("us-east-2", "us-east-1")];

fn compile(text: &str) -> Compiled {
    Project::new(&format!("{FRAME}{text}")).file("code.mjs", "export const handler = () => {};\n").compile()
}

fn clean(text: &str) -> BTreeMap<String, String> {
    let compiled = compile(text);
    assert_eq!(compiled.shown, "", "{text}");
    compiled.files.unwrap()
}

fn resources(files: &BTreeMap<String, String>, region: &str, layer: &str) -> BTreeMap<String, Value> {
    let path = format!("{region}/{layer}.template.json");
    let template: Value = serde_json::from_str(files.get(&path).unwrap_or_else(|| panic!("no {path}"))).unwrap();
    serde_json::from_value(template["Resources"].clone()).unwrap()
}

fn statements(document: &Value) -> BTreeMap<&str, &Value> {
    document["Statement"].as_array().unwrap().iter().map(|one| (one["Sid"].as_str().unwrap(), one)).collect()
}

const TESTED: &str = "service rehearse: readiness.test in both {
  name        = \"rehearse-${here}\"
  code        = file(\"code.mjs\")
  access      = [carts.write, carts.read[other]]
  environment = { CARTS: carts.table_name, THERE: other.code }
}
alarm unready in both { when min(rehearse.ready) over 2h < 1, notify alerts }
";

#[test]
fn a_test_may_what_it_is_granted_and_publish_its_own_metrics() {
    let files = clean(TESTED);
    for (here, there) in REGIONS {
        let app = resources(&files, here, "app");
        let policy = &app["RehearseTesterRole"]["Properties"]["Policies"][0]["PolicyDocument"];
        let found = statements(policy);
        let names: Vec<&str> = found.keys().copied().collect();
        let wanted =
            ["CartsRead", "CartsReadKey", "CartsWrite", "CartsWriteKey", "Measure", "Publish", "PutAside", "ReadEnvironment", "Trace", "WriteLog"];
        assert_eq!(names, wanted, "{here}");
        assert_eq!(found["Publish"]["Condition"], json!({ "StringEquals": { "cloudwatch:namespace": "Drc/Readiness" } }));
        assert_eq!(found["Publish"]["Action"], "cloudwatch:PutMetricData");
        assert_eq!(found["Measure"]["Action"], "cloudwatch:GetMetricData");
        // It reads there and writes here, each through the key of that Region.
        assert!(found["CartsRead"]["Resource"].to_string().contains(&format!(":dynamodb:{there}:")), "{}", found["CartsRead"]);
        assert!(found["CartsWrite"]["Resource"].to_string().contains(&format!(":dynamodb:{here}:")), "{}", found["CartsWrite"]);
        assert!(found["CartsReadKey"]["Condition"].to_string().contains(&format!("dynamodb.{there}.")));
        assert!(!found["CartsRead"]["Action"].to_string().contains("Put"));
        let function = &app["RehearseTesterFunction"]["Properties"];
        assert_eq!(function["FunctionName"], json!(format!("rehearse-{here}")));
        assert_eq!(app["RehearseTesterLog"]["Properties"]["LogGroupName"], json!(format!("/aws/lambda/rehearse-{here}")));
        assert_eq!(function["VpcConfig"], Value::Null);
        assert_eq!(function["Environment"]["Variables"]["PEERS"], there);
    }
}

#[test]
fn what_the_code_publishes_is_what_the_alarm_looks_at() {
    let files = clean(TESTED);
    for (here, _) in REGIONS {
        let app = resources(&files, here, "app");
        let given: Value =
            serde_json::from_str(app["RehearseTesterFunction"]["Properties"]["Environment"]["Variables"]["METRICS"].as_str().unwrap()).unwrap();
        let recovery = resources(&files, here, "recovery");
        let alarm = &recovery.values().find(|one| one["Properties"]["MetricName"] == "FailoverReadiness").unwrap()["Properties"];
        assert_eq!(given["namespace"], alarm["Namespace"]);
        let dimensions: BTreeMap<&str, &Value> =
            alarm["Dimensions"].as_array().unwrap().iter().map(|one| (one["Name"].as_str().unwrap(), &one["Value"])).collect();
        assert_eq!(given["dimensions"], json!(dimensions));
        // A data point an hour: in two hours there is one, however late a run is.
        let looked =
            ["Period", "Statistic", "Threshold", "ComparisonOperator", "EvaluationPeriods", "TreatMissingData"].map(|key| alarm[key].clone());
        assert_eq!(looked, [json!(7200), json!("Minimum"), json!(1), json!("LessThanThreshold"), json!(1), json!("breaching")]);
    }
}

/// The test looks at the other Region on purpose; a function that serves and does the same is refused.
#[test]
fn a_plan_bears_a_test_that_looks_elsewhere_and_no_other_function() {
    let files = clean(TESTED);
    assert!(files.contains_key("us-east-1/recovery.template.json"));
    let serving = |lines: &str| compile(&format!("service cashier: function.node in both {{\n  code = file(\"code.mjs\")\n{lines}}}\n")).shown;
    for lines in ["  access = [carts.read[other]]\n", "  environment = { THERE: \"https://dynamodb.${other}.amazonaws.com\" }\n"] {
        assert!(serving(lines).contains("[DR0402]"), "{lines}: {}", serving(lines));
        assert_eq!(serving(&format!("{lines}  observer = true\n")), "", "{lines}");
    }
}

#[test]
fn what_is_recorded_is_neither_deleted_nor_written_over() {
    let files = clean(
        "service journal: bucket.audit in both { cold_after = 30d, keep = 3650d }
service plain: bucket.audit in both { cold_after = none }
service clerk: function.node in both { code = file(\"code.mjs\"), access = [journal.write] }
",
    );
    for (here, _) in REGIONS {
        let data = resources(&files, here, "data");
        for store in ["JournalStore", "PlainStore"] {
            let bucket = &data[store];
            assert_eq!((&bucket["DeletionPolicy"], &bucket["UpdateReplacePolicy"]), (&json!("RetainExceptOnCreate"), &json!("Retain")));
            assert_eq!(bucket["Properties"]["VersioningConfiguration"]["Status"], "Enabled");
            assert!(bucket["Properties"]["PublicAccessBlockConfiguration"].as_object().unwrap().values().all(|closed| closed == true));
            let encryption = &bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
            assert_eq!(encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "aws:kms");
            assert!(bucket["Properties"]["BucketName"].to_string().contains("${AWS::AccountId}"));
        }
        let rules = |store: &str| data[store]["Properties"]["LifecycleConfiguration"]["Rules"].clone();
        let unfinished = json!({ "Id": "unfinished", "Status": "Enabled", "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 7 } });
        assert_eq!(rules("PlainStore"), json!([unfinished]));
        let cold = json!({ "Id": "cold", "Status": "Enabled", "Transitions": [{ "StorageClass": "GLACIER_IR", "TransitionInDays": 30 }] });
        let expiry = json!({ "Id": "expiry", "Status": "Enabled", "ExpirationInDays": 3650, "NoncurrentVersionExpiration": { "NoncurrentDays": 1 } });
        assert_eq!(rules("JournalStore"), json!([unfinished, cold, expiry]));

        let policy = statements(&data["JournalPolicy"]["Properties"]["PolicyDocument"]);
        assert!(policy.values().all(|one| one["Effect"] == "Deny" && one["Principal"] == "*"));
        assert_eq!(policy["OnlyOverTls"]["Condition"]["Bool"]["aws:SecureTransport"], "false");
        assert_eq!(policy["NobodyDeletes"]["Action"], json!(["s3:DeleteObject", "s3:DeleteObjectVersion"]));
        assert_eq!(policy["NobodyDeletes"]["Condition"], Value::Null);
        assert_eq!(policy["NobodyOverwrites"]["Action"], "s3:PutObject");
        let unconditional = json!({ "Null": { "s3:if-none-match": "true" }, "Bool": { "s3:ObjectCreationOperation": "true" } });
        assert_eq!(policy["NobodyOverwrites"]["Condition"], unconditional);

        let app = resources(&files, here, "app");
        let clerk = statements(&app["ClerkRole"]["Properties"]["Policies"][0]["PolicyDocument"]);
        assert_eq!(clerk["JournalWrite"]["Action"], json!(["s3:PutObject"]));
        assert_eq!(clerk["JournalWriteKey"]["Action"], json!(["kms:GenerateDataKey"]));
    }
}

#[test]
fn an_archive_keeps_what_was_born_in_its_region_and_its_bus() {
    let files = clean(
        "service told: bus.forwarding in both { forward = [\"sold\"], archive = 30d }
service plain: bus.forwarding in both { forward = [] }
",
    );
    for (here, _) in REGIONS {
        let app = resources(&files, here, "app");
        let archive = &app["ToldKept"];
        assert_eq!(archive["Properties"]["EventPattern"], json!({ "region": [here] }));
        assert_eq!(archive["Properties"]["RetentionDays"], 30);
        assert_eq!(archive["Properties"]["SourceArn"], json!({ "Fn::GetAtt": ["ToldBus", "Arn"] }));
        assert_eq!(archive["Properties"]["KmsKeyIdentifier"], json!({ "Ref": "ToldKeyArn" }));
        for kept in ["ToldKept", "ToldBus"] {
            assert_eq!(app[kept]["DeletionPolicy"], "RetainExceptOnCreate", "{kept}");
        }
        assert_eq!(app["PlainBus"]["DeletionPolicy"], Value::Null);
        assert!(!app.contains_key("PlainKept"));
        let keys = resources(&files, here, "keys");
        assert!(!keys.contains_key("PlainKey"));
        let key = statements(&keys["ToldKey"]["Properties"]["KeyPolicy"]);
        assert_eq!(key["ArchiveEncrypts"]["Principal"], json!({ "Service": "events.amazonaws.com" }));
        let context = key["ArchiveEncrypts"]["Condition"]["StringEquals"]["kms:EncryptionContext:aws:events:event-bus:arn"].to_string();
        assert!(context.contains(&format!(":events:{here}:")) && context.contains("event-bus/shop-told"), "{context}");
    }
}
