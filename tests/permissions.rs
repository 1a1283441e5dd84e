//! What roles may do, held against policies that were written by hand from AWS's service authorization reference.
//!
//! A file of `tests/permissions` says what is asked of AWS (`request`), the part of a platform that asks it, and the statements that the
//! role has to have, with the pages that say so. `thing` are the statements of a component whose action `go` the plan calls; `more`
//! stands beside it; `role` names another role than the machine's. `ACCOUNT` stands for the account.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod project;

use drc::aws::types;
use drc::diag::{Diagnostic, Severity};
use project::Project;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    about: String,
    source: Vec<String>,
    read: String,
    request: String,
    role: Option<String>,
    #[serde(default)]
    more: String,
    thing: Option<String>,
    /// The plan that does it, if it is not a failover.
    plan: Option<String>,
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    sid: String,
    actions: Vec<String>,
    on: Vec<String>,
    condition: Option<String>,
}

/// The platform of a file.
fn platform(golden: &Golden) -> String {
    let uses: String = golden.more.lines().filter(|line| line.starts_with("use ")).map(|line| format!("{line}\n")).collect();
    let more: String = golden.more.lines().filter(|line| !line.starts_with("use ")).map(|line| format!("{line}\n")).collect();
    let mut text = format!(
        "{uses}\nplatform shop {{ rto = 15min, rpo = 5min }}\n\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n\n{more}\n"
    );
    if let Some(thing) = &golden.thing {
        let (plan, decide) = golden.plan.as_deref().map_or(("failover", "\n  detect = 5min\n  decide = 5min"), |plan| (plan, ""));
        text += &format!(
            "component kind is service {{\n{thing}}}\nservice thing: kind in both {{}}\n{plan} move from primary to standby {{\n  start  = \"operator\"{decide}\n  step go = thing.go() {{ within = 5min }}\n}}\n"
        );
    }
    text
}

/// The text that a value of a template has when it is deployed, as far as the template says it.
fn text(value: &Value, template: &Value, region: &str) -> String {
    let get = |name: &str| match name {
        "AWS::Partition" => "aws".to_string(),
        "AWS::AccountId" => "ACCOUNT".into(),
        "AWS::URLSuffix" => "amazonaws.com".into(),
        "AWS::Region" => region.into(),
        other => arn(other, template, region).unwrap_or_else(|| other.to_string()),
    };
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => match map.iter().next().map(|(key, value)| (key.as_str(), value)) {
            Some(("Ref", Value::String(name))) => get(name),
            Some(("Fn::GetAtt", Value::Array(parts))) => {
                let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                get(&parts.join("."))
            }
            Some(("Fn::Sub", Value::String(text))) => {
                let mut out = String::new();
                let mut rest = text.as_str();
                while let Some((before, behind)) = rest.split_once("${") {
                    let (name, after) = behind.split_once('}').unwrap();
                    out += before;
                    out += &get(name);
                    rest = after;
                }
                out + rest
            }
            _ => value.to_string(),
        },
        _ => value.to_string(),
    }
}

/// The ARN of a resource of the template, where its name decides it.
fn arn(reference: &str, template: &Value, region: &str) -> Option<String> {
    let (id, attribute) = reference.split_once('.').unwrap_or((reference, "Ref"));
    let resource = template["Resources"].get(id)?;
    let row = types::find(resource["Type"].as_str()?)?;
    let name = text(&resource["Properties"][row.name_property.as_deref()?], template, region);
    if attribute != row.arn_attribute.as_deref()? && (attribute != "Ref" || row.reference != "arn") {
        return (attribute == "Ref" && row.reference == "name").then_some(name);
    }
    let form = row.arn.as_deref()?;
    Some(form.replace("{partition}", "aws").replace("{region}", region).replace("{account}", "ACCOUNT").replace("{name}", &name))
}

/// The statement with everything in it as text, and without what every machine has.
fn plain(value: &Value, template: &Value, region: &str) -> Value {
    match value {
        Value::Object(map) if map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => Value::String(text(value, template, region)),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), plain(value, template, region))).collect(),
        Value::Array(items) => items.iter().map(|item| plain(item, template, region)).collect(),
        other => other.clone(),
    }
}

/// A parameter that is fed by an output of another stack: what that output is.
fn inlined(files: &BTreeMap<String, String>, path: &str, statements: Value) -> Value {
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let mut text = statements.to_string();
    for phase in manifest["phases"].as_array().unwrap() {
        for entry in phase["stacks"].as_object().unwrap().values().filter(|entry| entry["template"] == path) {
            for (parameter, source) in entry["parameters"].as_object().unwrap() {
                let Some(stack) = source["stack"].as_str() else { continue };
                let template: Value = serde_json::from_str(&files[&format!("{stack}.template.json")]).unwrap();
                let value = &template["Outputs"][source["output"].as_str().unwrap()]["Value"];
                let region = stack.split('/').next().unwrap();
                let told = self::text(value, &template, region);
                text = text.replace(&format!("\"{parameter}\""), &format!("\"{told}\"")).replace(&format!("${{{parameter}}}"), &told);
            }
        }
    }
    serde_json::from_str(&text).unwrap()
}

/// The statements of a role: `us-east-2/recovery: MoveRole`.
fn statements(files: &BTreeMap<String, String>, role: &str) -> Vec<Value> {
    let (stack, id) = role.split_once(": ").unwrap();
    let path = format!("{stack}.template.json");
    let template: Value = serde_json::from_str(&files[&path]).unwrap_or_else(|_| panic!("no template {path}"));
    let region = stack.split('/').next().unwrap();
    let policies = &template["Resources"][id]["Properties"]["Policies"];
    let found = policies.as_array().unwrap_or_else(|| panic!("no role {id} in {stack}")).iter().flat_map(|policy| {
        let all = policy["PolicyDocument"]["Statement"].as_array().unwrap().iter();
        all.filter(|statement| !matches!(statement["Sid"].as_str(), Some("DeliverLogs" | "Trace"))).cloned().collect::<Vec<_>>()
    });
    let plainly = plain(&Value::Array(found.collect()), &template, region);
    inlined(files, &path, plainly).as_array().unwrap().clone()
}

fn list(value: &Value) -> Value {
    if value.is_array() { value.clone() } else { json!([value]) }
}

#[test]
fn policies_are_those_that_were_written_by_hand() {
    let folder = bless::path("permissions");
    let names = bless::files_below(&folder);
    assert!(names.len() >= 20, "{} policies", names.len());
    let mut failures = Vec::new();
    for name in names {
        let golden: Golden = toml::from_str(&fs::read_to_string(folder.join(&name)).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!golden.about.is_empty() && !golden.request.is_empty() && golden.read.starts_with("2026-"), "{name} does not say what it is");
        assert!(
            golden.source.iter().all(|page| page.starts_with("https://docs.aws.amazon.com/")) && !golden.source.is_empty(),
            "{name} has no source"
        );
        let compiled = Project::new(&platform(&golden)).file("worker.mjs", "export const handler = () => {};\n").compile_part();
        // What else a plan should have, and its resources, is no question of permissions.
        let of_permissions = |finding: &Diagnostic| finding.severity == Severity::Error || finding.code.starts_with("DR05");
        let Some(files) = compiled.files.filter(|_| !compiled.findings.iter().any(of_permissions)) else {
            failures.push(format!("{name}:\n{}", compiled.shown));
            continue;
        };
        let machine = files.keys().find_map(|path| path.strip_suffix("/move.asl.json")).map(|region| format!("{region}/recovery: MoveRole"));
        let found = statements(&files, &golden.role.clone().or(machine).unwrap());
        let wanted: Vec<Value> = golden
            .statement
            .iter()
            .map(|row| {
                let mut statement = json!({ "Sid": row.sid, "Effect": "Allow", "Action": row.actions, "Resource": row.on });
                if let Some(condition) = &row.condition {
                    statement["Condition"] = serde_json::from_str(condition).unwrap();
                }
                statement
            })
            .collect();
        let found: Vec<Value> = found
            .into_iter()
            .map(|mut statement| {
                for key in ["Action", "Resource"] {
                    statement[key] = list(&statement[key]);
                }
                statement
            })
            .collect();
        if found != wanted {
            let text = |statements: &[Value]| serde_json::to_string_pretty(statements).unwrap();
            failures.push(bless::diff(&name, &text(&wanted), &text(&found)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A platform with one machine that calls `go` of a component with these statements.
fn called(statements: &str) -> Project {
    let golden = Golden {
        about: String::new(),
        source: Vec::new(),
        read: String::new(),
        request: String::new(),
        role: None,
        more: String::new(),
        plan: None,
        thing: Some(statements.to_string()),
        statement: Vec::new(),
    };
    Project::new(&platform(&golden))
}

/// What is found in permissions that an author writes down, or that cannot be derived: name and statements of the component.
const FINDINGS: &[(&str, &str)] = &[
    (
        "unmapped",
        "action go in to {\n  call keyspaces.restoreTable { SourceKeyspaceName = \"a\", SourceTableName = \"a\", TargetKeyspaceName = \"a\", TargetTableName = \"b\" }\n}\n",
    ),
    (
        "unknown-action-in-a-map",
        "action go in to {\n  call sqs.sendMessage { QueueUrl = \"https://sqs.us-east-2.amazonaws.com/1/a\", MessageBody = \"a\" } on { \"sqs:SendMesage\": [\"*\"] }\n}\n",
    ),
    (
        "map-that-lacks-an-action",
        "action go in to {\n  call dynamodb.transactGetItems { TransactItems = [{ Get: { TableName: \"a\", Key: { a: { S: \"1\" } } } }] } on { \"dynamodb:Query\": [\"arn:${here.partition}:dynamodb:${here}:${here.account}:table/a\"] }\n}\n",
    ),
    (
        "no-argument-says-it",
        "action go in to {\n  let all = call ssm.getParametersByPath { Path = \"/shop\" }\n  check all.Parameters.length > 0 else \"none\"\n}\n",
    ),
    (
        "other-end-is-not-known",
        "action go in to is lossy {\n  call rds.failoverGlobalCluster {\n    GlobalClusterIdentifier   = \"ledger\"\n    TargetDbClusterIdentifier = \"arn:aws:rds:us-east-2:111122223333:cluster:ledger\"\n    AllowDataLoss             = true\n  }\n}\n",
    ),
    (
        "role-of-the-run",
        "action go in to {\n  let points = call backup.describeBackupVault { BackupVaultName = \"kept\" }\n  call backup.startRestoreJob {\n    RecoveryPointArn = \"arn:aws:backup:us-east-2:111122223333:recovery-point:1\"\n    IamRoleArn       = points.CreatorRequestId\n    Metadata         = { a: \"b\" }\n  }\n}\n",
    ),
    (
        "arn-of-another-kind",
        "action go in to {\n  call sqs.sendMessage { QueueUrl = \"https://sqs.us-east-2.amazonaws.com/1/a\", MessageBody = \"a\" } on [\"arn:${here.partition}:sns:${here}:${here.account}:a\"]\n}\n",
    ),
    (
        "star-where-the-name-is-known",
        "action go in to {\n  call sqs.sendMessage { QueueUrl = \"https://sqs.us-east-2.amazonaws.com/1/a\", MessageBody = \"a\" } on [\"*\"]\n}\n",
    ),
    (
        "more-than-is-named",
        "action go in to {\n  call sqs.sendMessage { QueueUrl = \"https://sqs.us-east-2.amazonaws.com/1/a\", MessageBody = \"a\" } on [\"arn:${here.partition}:sqs:${here}:${here.account}:*\"]\n}\n",
    ),
    (
        "unknown-action-in-a-grant",
        "grant send in regions { actions = [\"sqs:SendMesage\"], on = [\"arn:aws:sqs:us-east-2:111122223333:a\"] }\naction go in to { call sns.publish { TopicArn = \"arn:aws:sns:us-east-2:111122223333:a\", Message = send.actions[0] } }\n",
    ),
    (
        "grant-on-another-kind",
        "grant read in regions { actions = [\"s3:GetObject\", \"s3:ListBucket\"], on = [\"arn:aws:s3:::pages\"] }\naction go in to { call sns.publish { TopicArn = \"arn:aws:sns:us-east-2:111122223333:a\", Message = read.actions[0] } }\n",
    ),
    (
        "grant-that-needs-everything",
        "grant list in regions { actions = [\"sqs:ListQueues\"], on = [\"arn:aws:sqs:us-east-2:111122223333:a\"] }\naction go in to { call sns.publish { TopicArn = \"arn:aws:sns:us-east-2:111122223333:a\", Message = list.actions[0] } }\n",
    ),
];

#[test]
fn what_cannot_be_derived_is_asked_for_and_what_nothing_needs_is_said() {
    let shown: BTreeMap<String, String> =
        FINDINGS.iter().map(|(name, statements)| (format!("{name}.txt"), called(statements).compile_part().shown)).collect();
    for (name, text) in &shown {
        assert!(text.contains("DR054"), "{name}:\n{text}");
    }
    bless::golden_folder("golden/permissions", &shown);
}

/// A role has room for 10,240 characters: what many steps do to many things is said once for each action.
#[test]
fn a_long_policy_is_put_together() {
    let mut text = String::from("platform shop { rto = 4h, rpo = 5min }\nregion primary = us-east-1\nregion standby = us-east-2\n");
    text += "component box is service {\n  resource queue: AWS::SQS::Queue { QueueName = self.name }\n  action go in to { call sqs.sendMessage { QueueUrl = queue.ref, MessageBody = \"go\" } }\n}\n";
    let steps: String = (0..70).map(|number| format!("  step s{number} = box_number_{number}.go() {{ within = 1min }}\n")).collect();
    text += &(0..70).map(|number| format!("service box_number_{number}: box in [primary, standby] {{}}\n")).collect::<String>();
    text += &format!("failover move from primary to standby {{\n  start  = \"operator\"\n  detect = 5min\n  decide = 5min\n{steps}}}\n");
    let compiled = Project::new(&text).compile_part();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let found = statements(&files, "us-east-2/recovery: MoveRole");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0]["Sid"].as_str(), found[0]["Resource"].as_array().map(Vec::len)), (Some("S0SendMessage"), Some(70)));
    let template: Value = serde_json::from_str(&files["us-east-2/recovery.template.json"]).unwrap();
    let policy = &template["Resources"]["MoveRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    assert!(policy.to_string().chars().filter(|character| !character.is_whitespace()).count() < 10_240);
}
