//! The promises of `docs/security.md`: each holds in the templates of the trading platform and of a platform that uses the whole library,
//! each notices a property that is changed or gone, and the page names tests that exist.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
#[path = "trading/output.rs"]
#[allow(dead_code, reason = "its other parts serve the table of the ten points")]
mod output;
mod project;

use output::{Output, Thing};
use project::Project;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::sync::LazyLock;

/// What is wrong with the resources of a Region.
type Check = fn(&[Rc<Thing>]) -> Vec<String>;
/// A type, a path in its resources, and what is put there; `null` takes away what is there.
type Change<'a> = (&'a str, &'a str, Value);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A platform of this repository, compiled with the files beside it.
fn compiled(file: &str) -> Output {
    let (folder, name) = file.rsplit_once('/').unwrap();
    let files = bless::files_below(&root().join(folder)).into_iter().filter(|other| !other.ends_with(".md") && other != name);
    let project = Project::new(&fs::read_to_string(root().join(file)).unwrap());
    Output::new(&files.fold(project, |project, other| project.file(&other, fs::read(root().join(folder).join(&other)).unwrap())).compile())
}

const TRADING: &str = "examples/trading-platform/platform.dr";
const PLATFORMS: [&str; 2] = [TRADING, "tests/judges/platforms/everything.dr"];

/// The places that a path stands for: `*` is every element.
fn places(value: &Value, path: &str) -> Vec<String> {
    path.split('/').fold(vec![String::new()], |found, part| {
        let below = found.into_iter().flat_map(|place| match (value.pointer(&place), part) {
            (Some(Value::Array(list)), "*") => (0..list.len()).map(|at| format!("{place}/{at}")).collect(),
            (Some(inner), _) if inner.get(part).is_some() => vec![format!("{place}/{part}")],
            _ => Vec::new(),
        });
        below.collect()
    })
}

/// The check finds nothing in the platforms, and something after each of the changes.
fn holds(check: Check, platforms: &[&str], changes: &[Change]) {
    let outputs: Vec<Output> = platforms.iter().map(|file| compiled(file)).collect();
    let regions = || outputs.iter().flat_map(|output| output.things.values());
    for things in regions() {
        assert_eq!(check(things), Vec::<String>::new());
    }
    for (ty, path, new) in changes {
        let mut made = 0;
        for things in regions() {
            for (at, thing) in things.iter().enumerate().filter(|(_, thing)| thing.ty == *ty) {
                for place in places(&thing.emitted, path).into_iter().filter(|place| thing.emitted.pointer(place) != Some(new)) {
                    let mut emitted = thing.emitted.clone();
                    let (parent, key) = place.rsplit_once('/').unwrap();
                    match (emitted.pointer_mut(parent).unwrap(), new) {
                        (Value::Object(map), Value::Null) => drop(map.remove(key)),
                        (inner, _) if inner.is_object() => inner[key] = new.clone(),
                        (inner, _) => inner[key.parse::<usize>().unwrap()] = new.clone(),
                    }
                    let mut changed = things.clone();
                    changed[at] = Thing::new(&thing.declared, emitted["Type"].as_str().unwrap(), emitted.clone());
                    assert!(!check(&changed).is_empty(), "{}: {place} = {new} is not noticed", thing.declared);
                    made += 1;
                }
            }
        }
        assert!(made > 0, "no {ty} has {path}");
    }
}

/// The values at a path of a resource, as they read.
fn values<'t>(thing: &'t Thing, path: &str) -> Vec<&'t Value> {
    places(&thing.readable, &format!("Properties/{path}")).iter().filter_map(|place| thing.readable.pointer(place)).collect()
}

fn one<'t>(thing: &'t Thing, path: &str) -> &'t Value {
    values(thing, path).first().copied().unwrap_or(&Value::Null)
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map_or_else(|| value.as_str().into_iter().collect(), |list| list.iter().filter_map(Value::as_str).collect())
}

// ---- encrypted at rest

/// What a type has to say of its encryption: a key of its own wherever a list has an element, or exactly a value.
static ENCRYPTED: LazyLock<BTreeMap<&str, Vec<(&str, Option<Value>)>>> = LazyLock::new(|| {
    BTreeMap::from([
        (
            "AWS::DynamoDB::GlobalTable",
            vec![
                ("SSESpecification/SSEEnabled", Some(json!(true))),
                ("SSESpecification/SSEType", Some(json!("KMS"))),
                ("Replicas/*/SSESpecification/KMSMasterKeyId", None),
            ],
        ),
        ("AWS::ElastiCache::ReplicationGroup", vec![("KmsKeyId", None)]),
        ("AWS::Events::Archive", vec![("KmsKeyIdentifier", None)]),
        ("AWS::KMS::Key", vec![("EnableKeyRotation", Some(json!(true)))]),
        ("AWS::Lambda::Function", vec![("KmsKeyArn", None)]),
        ("AWS::RDS::DBCluster", vec![("StorageEncrypted", Some(json!(true))), ("KmsKeyId", None)]),
        ("AWS::RDS::GlobalCluster", vec![("StorageEncrypted", Some(json!(true)))]),
        (
            "AWS::S3::Bucket",
            vec![
                ("BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm", Some(json!("aws:kms"))),
                ("BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/KMSMasterKeyID", None),
            ],
        ),
        ("AWS::SNS::Topic", vec![("KmsMasterKeyId", None)]),
        ("AWS::SQS::Queue", vec![("SqsManagedSseEnabled", Some(json!(true)))]),
        ("AWS::SecretsManager::Secret", vec![("KmsKeyId", None), ("ReplicaRegions/*/KmsKeyId", None)]),
    ])
});

/// Lists of which each element needs a key.
const EACH: [(&str, &str); 2] = [("AWS::DynamoDB::GlobalTable", "Replicas"), ("AWS::SecretsManager::Secret", "ReplicaRegions")];

/// Types that keep something, and are encrypted without being told, or by what they belong to.
const BY_SERVICE: [&str; 6] = [
    "AWS::ElastiCache::GlobalReplicationGroup",
    "AWS::Events::EventBus",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::SSM::Parameter",
    "AWS::StepFunctions::StateMachine",
];

/// Beginnings of types that keep nothing of the platform's users.
const KEEPS_NOTHING: [&str; 14] = [
    "AWS::ApiGateway::",
    "AWS::CloudWatch::",
    "AWS::EC2::",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::Events::Rule",
    "AWS::IAM::",
    "AWS::KMS::Alias",
    "AWS::Lambda::",
    "AWS::RDS::DBSubnetGroup",
    "AWS::Route53::",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::",
];

fn unencrypted(things: &[Rc<Thing>]) -> Vec<String> {
    let mut found = Vec::new();
    for thing in things.iter().filter(|thing| thing.ty != "file") {
        let nothing_said = thing.ty == "AWS::Lambda::Function" && one(thing, "Environment").is_null();
        // What is built can be built again; its bucket comes before the keys.
        let of_templates = thing.declared.starts_with("artifacts");
        for (path, expected) in ENCRYPTED.get(thing.ty.as_str()).into_iter().flatten().filter(|_| !nothing_said && !of_templates) {
            let seen = values(thing, path);
            let list = EACH.iter().find(|(ty, list)| *ty == thing.ty && path.starts_with(list));
            let wanted = list.map_or(1, |(_, list)| one(thing, list).as_array().map_or(0, Vec::len));
            let own = |key: &Value| key.as_str().is_some_and(|key| !key.is_empty() && !key.starts_with("alias/aws/"));
            if seen.len() != wanted || !seen.iter().all(|value| expected.as_ref().map_or_else(|| own(value), |expected| *value == expected)) {
                found.push(format!("{}: {path} is {seen:?}", thing.declared));
            }
        }
        if of_templates && thing.ty == "AWS::S3::Bucket" {
            let path = "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm";
            found.extend((values(thing, path) != [&json!("AES256")]).then(|| format!("{} is not encrypted", thing.declared)));
        }
        let known = ENCRYPTED.contains_key(thing.ty.as_str())
            || BY_SERVICE.contains(&thing.ty.as_str())
            || KEEPS_NOTHING.iter().any(|start| thing.ty.starts_with(start));
        found.extend((!known).then(|| format!("nobody has said how {} is encrypted", thing.ty)));
    }
    found
}

#[test]
fn everything_that_is_kept_is_encrypted() {
    let algorithm = "Properties/BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm";
    holds(
        unencrypted,
        &PLATFORMS,
        &[
            ("AWS::DynamoDB::GlobalTable", "Properties/SSESpecification", Value::Null),
            ("AWS::DynamoDB::GlobalTable", "Properties/SSESpecification/SSEType", json!("AES256")),
            ("AWS::DynamoDB::GlobalTable", "Properties/Replicas/*/SSESpecification", Value::Null),
            ("AWS::ElastiCache::ReplicationGroup", "Properties/KmsKeyId", Value::Null),
            ("AWS::Events::Archive", "Properties/KmsKeyIdentifier", Value::Null),
            ("AWS::KMS::Key", "Properties/EnableKeyRotation", json!(false)),
            ("AWS::RDS::DBCluster", "Properties/StorageEncrypted", json!(false)),
            ("AWS::RDS::DBCluster", "Properties/KmsKeyId", json!("alias/aws/rds")),
            ("AWS::RDS::GlobalCluster", "Properties/StorageEncrypted", Value::Null),
            ("AWS::S3::Bucket", "Properties/BucketEncryption", Value::Null),
            ("AWS::S3::Bucket", algorithm, json!("none")),
            ("AWS::SNS::Topic", "Properties/KmsMasterKeyId", Value::Null),
            ("AWS::SQS::Queue", "Properties/SqsManagedSseEnabled", json!(false)),
            ("AWS::SecretsManager::Secret", "Properties/KmsKeyId", Value::Null),
            ("AWS::SecretsManager::Secret", "Properties/ReplicaRegions/*/KmsKeyId", Value::Null),
        ],
    );
    let new = Thing::new("shares", "AWS::EFS::FileSystem", json!({ "Type": "AWS::EFS::FileSystem", "Properties": {} }));
    assert_eq!(unencrypted(&[new]), ["nobody has said how AWS::EFS::FileSystem is encrypted"]);
}

// ---- over TLS

/// What is named by a policy, the type of the policy, and the calls that it denies.
const POLICIES: [(&str, &str, &str); 3] = [
    ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "s3:*"),
    ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "sqs:*"),
    ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "sns:Publish"),
];

fn in_the_clear(things: &[Rc<Thing>]) -> Vec<String> {
    let mut found = Vec::new();
    for (of, ty, action) in POLICIES {
        let policies: Vec<_> = things.iter().filter(|thing| thing.ty == ty).collect();
        if policies.len() != things.iter().filter(|thing| thing.ty == of).count() {
            found.push(format!("not each {of} has a policy"));
        }
        for policy in policies {
            let denies = |statement: &&Value| {
                statement["Effect"] == "Deny"
                    && statement["Principal"] == "*"
                    && statement["Action"] == action
                    && statement["Condition"] == json!({ "Bool": { "aws:SecureTransport": "false" } })
            };
            if !values(policy, "PolicyDocument/Statement/*").iter().any(denies) {
                found.push(format!("{} takes what is not sent over TLS", policy.declared));
            }
        }
    }
    found
}

#[test]
fn what_is_not_sent_over_tls_is_denied() {
    let changes: Vec<Change> = POLICIES.iter().map(|(_, ty, _)| (*ty, "Properties/PolicyDocument/Statement", json!([]))).collect();
    holds(in_the_clear, &PLATFORMS, &changes);
    holds(in_the_clear, &[TRADING], &[("AWS::S3::BucketPolicy", "Type", json!("AWS::IAM::Policy"))]);
}

// ---- isolated databases

/// Ways into a network or out of it.
const WAYS: [&str; 8] = [
    "AWS::EC2::EIP",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::VPCPeeringConnection",
];

fn reachable(things: &[Rc<Thing>]) -> Vec<String> {
    let ranges: Vec<&Value> = things.iter().filter(|thing| thing.ty == "AWS::EC2::VPC").map(|vpc| one(vpc, "CidrBlock")).collect();
    let databases: Vec<&str> =
        things.iter().filter(|thing| thing.ty == "AWS::RDS::DBCluster").filter_map(|thing| thing.declared.strip_suffix(".cluster")).collect();
    let mut found = Vec::new();
    for thing in things {
        let declared = &thing.declared;
        let open = match thing.ty.as_str() {
            ty if WAYS.contains(&ty) => true,
            "AWS::EC2::Subnet" => one(thing, "MapPublicIpOnLaunch") == true,
            "AWS::RDS::DBInstance" => one(thing, "PubliclyAccessible") != false,
            "AWS::RDS::DBCluster" => one(thing, "VpcSecurityGroupIds/*").as_str().is_none_or(|group| !group.ends_with("Gate.GroupId}")),
            "AWS::EC2::SecurityGroup" => {
                let of_database = databases.iter().any(|name| declared.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
                let entries = values(thing, "SecurityGroupIngress/*");
                entries.iter().any(|entry| of_database || !ranges.contains(&&entry["CidrIp"]))
            }
            "AWS::EC2::SecurityGroupIngress" => one(thing, "SourceSecurityGroupId").is_null() || !one(thing, "CidrIp").is_null(),
            _ => false,
        };
        found.extend(open.then(|| format!("{declared} is open")));
    }
    if databases.is_empty() || ranges.is_empty() {
        found.push("there is no database, or no network".into());
    }
    found
}

#[test]
fn databases_are_isolated() {
    holds(
        reachable,
        &[TRADING],
        &[
            ("AWS::RDS::DBInstance", "Properties/PubliclyAccessible", json!(true)),
            ("AWS::RDS::DBInstance", "Properties/PubliclyAccessible", Value::Null),
            ("AWS::RDS::DBCluster", "Properties/VpcSecurityGroupIds", Value::Null),
            ("AWS::EC2::SecurityGroup", "Properties/SecurityGroupIngress/*/CidrIp", json!("0.0.0.0/0")),
            ("AWS::EC2::SubnetRouteTableAssociation", "Type", json!("AWS::EC2::Route")),
        ],
    );
    let output = compiled(TRADING);
    for things in output.things.values() {
        for (declared, ty, properties) in [
            ("net.way", "AWS::EC2::NatGateway", json!({})),
            ("net.subnet", "AWS::EC2::Subnet", json!({ "MapPublicIpOnLaunch": true })),
            ("ledger.gate", "AWS::EC2::SecurityGroup", json!({ "SecurityGroupIngress": [{ "CidrIp": "10.0.0.0/16" }] })),
            ("ledger.entry", "AWS::EC2::SecurityGroupIngress", json!({ "CidrIp": "10.0.0.0/16" })),
        ] {
            let mut more = things.clone();
            more.push(Thing::new(declared, ty, json!({ "Type": ty, "Properties": properties })));
            assert_eq!(reachable(&more), [format!("{declared} is open")]);
        }
    }
}

// ---- least privilege

/// Services that take a role without a condition, and how such a role is called: none of them is documented to say for which account it
/// acts, EventBridge only where it hands events on to another bus.
const SAYS_NO_ACCOUNT: [(&str, &str); 4] = [("apigateway", ""), ("events", ".carrier"), ("lambda", ""), ("s3", ".replicator")];

/// Statements for a service that have no condition: what EventBridge sends for a rule has none, and looking at a key tells nothing.
const UNBOUND: [&str; 2] = ["ArchiveLooks", "RulesPublish"];

const ACCOUNT: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:root";

fn outsiders(things: &[Rc<Thing>]) -> Vec<String> {
    let mut found = Vec::new();
    for thing in things {
        let path = match thing.ty.as_str() {
            "AWS::IAM::Role" => "AssumeRolePolicyDocument/Statement/*",
            "AWS::KMS::Key" => "KeyPolicy/Statement/*",
            _ => "PolicyDocument/Statement/*",
        };
        // A policy of an endpoint bounds who goes through; it lets nobody in.
        let statements = if thing.ty == "AWS::EC2::VPCEndpoint" { Vec::new() } else { values(thing, path) };
        for statement in statements.iter().filter(|statement| statement["Effect"] != "Deny") {
            let service = statement["Principal"]["Service"].as_str().and_then(|name| name.strip_suffix(".amazonaws.com"));
            let bound = statement["Condition"].as_object().is_some_and(|condition| !condition.is_empty());
            let named = statement["Sid"].as_str().is_some_and(|name| UNBOUND.contains(&name));
            let fine = match service {
                Some(service) if thing.ty == "AWS::IAM::Role" => {
                    bound || SAYS_NO_ACCOUNT.iter().any(|(name, ending)| *name == service && thing.declared.ends_with(ending))
                }
                Some(_) => bound || named,
                None => statement["Principal"] == json!({ "AWS": ACCOUNT }),
            };
            found.extend((!fine).then(|| format!("{}: {statement}", thing.declared)));
        }
        let closed = match thing.ty.as_str() {
            "AWS::Lambda::Permission" => !one(thing, "SourceArn").is_null(),
            "AWS::S3::Bucket" => {
                let block = one(thing, "PublicAccessBlockConfiguration");
                ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].iter().all(|what| block[what] == true)
            }
            _ => true,
        };
        found.extend((!closed).then(|| format!("{} is open", thing.declared)));
    }
    found
}

#[test]
fn nobody_from_outside_is_allowed() {
    let anybody = json!({ "AWS": "*" });
    holds(
        outsiders,
        &PLATFORMS,
        &[
            ("AWS::IAM::Role", "Properties/AssumeRolePolicyDocument/Statement/*/Principal", anybody.clone()),
            ("AWS::IAM::Role", "Properties/AssumeRolePolicyDocument/Statement/*/Condition", Value::Null),
            ("AWS::KMS::Key", "Properties/KeyPolicy/Statement/*/Principal", anybody),
            ("AWS::KMS::Key", "Properties/KeyPolicy/Statement/*/Condition", Value::Null),
            ("AWS::S3::Bucket", "Properties/PublicAccessBlockConfiguration", Value::Null),
            ("AWS::S3::Bucket", "Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", json!(false)),
            ("AWS::S3::BucketPolicy", "Properties/PolicyDocument/Statement/*/Effect", json!("Allow")),
            ("AWS::SQS::QueuePolicy", "Properties/PolicyDocument/Statement/*/Effect", json!("Allow")),
            ("AWS::Lambda::Permission", "Properties/SourceArn", Value::Null),
        ],
    );
}

fn too_powerful(things: &[Rc<Thing>]) -> Vec<String> {
    let mut found = Vec::new();
    for role in things.iter().filter(|thing| thing.ty.starts_with("AWS::IAM::")) {
        let statements = values(role, "Policies/*/PolicyDocument/Statement/*");
        if role.ty != "AWS::IAM::Role" || statements.is_empty() || !one(role, "ManagedPolicyArns").is_null() {
            found.push(format!("{}: not a role with statements of its own", role.declared));
        }
        for statement in statements.iter().filter(|statement| statement["Effect"] != "Deny") {
            let actions = texts(&statement["Action"]);
            if actions.is_empty() || actions.iter().any(|action| action.contains('*')) || texts(&statement["Resource"]).is_empty() {
                found.push(format!("{}: {statement}", role.declared));
            }
        }
    }
    found
}

#[test]
fn no_role_may_do_whatever_it_likes() {
    let statement = "Properties/Policies/*/PolicyDocument/Statement/*";
    holds(
        too_powerful,
        &PLATFORMS,
        &[
            ("AWS::IAM::Role", "Properties/Policies", json!([])),
            ("AWS::IAM::Role", statement, json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "arn" })),
            ("AWS::IAM::Role", statement, json!({ "Effect": "Allow", "NotAction": "iam:*", "Resource": "arn" })),
            ("AWS::IAM::Role", statement, json!({ "Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn" })),
            ("AWS::IAM::Role", "Type", json!("AWS::IAM::User")),
        ],
    );
}

// ---- credentials in Secrets Manager

/// Every text of a value, with its last key.
fn each_text<'v>(value: &'v Value, key: &'v str, found: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| each_text(inner, key, found)),
        Value::Array(list) => list.iter().for_each(|inner| each_text(inner, key, found)),
        Value::String(text) => found.push((key, text)),
        _ => {}
    }
}

fn credentials(things: &[Rc<Thing>]) -> Vec<String> {
    let mut found = Vec::new();
    for thing in things.iter().filter(|thing| thing.ty != "file") {
        let mut seen = Vec::new();
        each_text(&thing.readable, "", &mut seen);
        for (key, text) in seen {
            let holds_one = key.ends_with("Password") || key.ends_with("SecretString") || key == "AuthToken" || key == "MasterUsername";
            let referred = text.starts_with("{{resolve:secretsmanager:${");
            if holds_one != referred || text.contains("{{resolve:") && !referred {
                found.push(format!("{}: {key} is {text}", thing.declared));
            }
        }
        if thing.ty == "AWS::SecretsManager::Secret" && one(thing, "GenerateSecretString/PasswordLength").as_u64().is_none_or(|long| long < 32) {
            found.push(format!("{}: not made up by Secrets Manager", thing.declared));
        }
    }
    found
}

#[test]
fn no_credential_stands_in_a_file() {
    let resolved = json!("{{resolve:secretsmanager:${LedgerSecret}:SecretString:password}}");
    holds(
        credentials,
        &PLATFORMS,
        &[
            ("AWS::RDS::DBCluster", "Properties/MasterUserPassword", json!("hunter2")),
            ("AWS::RDS::DBCluster", "Properties/MasterUserPassword", json!({ "Ref": "Password" })),
            ("AWS::RDS::DBCluster", "Properties/MasterUserPassword", json!("{{resolve:ssm-secure:password}}")),
            ("AWS::Lambda::Function", "Properties/Environment/Variables", json!({ "SECRET": resolved })),
            ("AWS::SecretsManager::Secret", "Properties/GenerateSecretString", Value::Null),
            ("AWS::SecretsManager::Secret", "Properties/Description", json!({ "SecretString": "hunter2" })),
        ],
    );
}

// ---- audit trail

fn unlogged(things: &[Rc<Thing>]) -> Vec<String> {
    let written = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("${"));
    let mut found = Vec::new();
    for thing in things {
        let logged = match thing.ty.as_str() {
            "AWS::ApiGateway::Stage" => {
                written(one(thing, "AccessLogSetting/DestinationArn"))
                    && ["ERROR", "INFO"].iter().any(|level| one(thing, "MethodSettings/*/LoggingLevel") == level)
            }
            "AWS::Lambda::Function" => written(one(thing, "LoggingConfig/LogGroup")),
            "AWS::Logs::LogGroup" => one(thing, "RetentionInDays").as_u64().is_some(),
            "AWS::RDS::DBCluster" => !texts(one(thing, "EnableCloudwatchLogsExports")).is_empty(),
            "AWS::StepFunctions::StateMachine" => {
                one(thing, "LoggingConfiguration/Level") == "ALL"
                    && written(one(thing, "LoggingConfiguration/Destinations/*/CloudWatchLogsLogGroup/LogGroupArn"))
                    && one(thing, "TracingConfiguration/Enabled") == true
            }
            _ => true,
        };
        found.extend((!logged).then(|| format!("{} leaves no trace", thing.declared)));
    }
    found
}

#[test]
fn what_is_done_is_logged() {
    holds(
        unlogged,
        &PLATFORMS,
        &[
            ("AWS::ApiGateway::Stage", "Properties/AccessLogSetting", Value::Null),
            ("AWS::ApiGateway::Stage", "Properties/MethodSettings/*/LoggingLevel", json!("OFF")),
            ("AWS::Lambda::Function", "Properties/LoggingConfig/LogGroup", Value::Null),
            ("AWS::Logs::LogGroup", "Properties/RetentionInDays", Value::Null),
            ("AWS::RDS::DBCluster", "Properties/EnableCloudwatchLogsExports", json!([])),
            ("AWS::StepFunctions::StateMachine", "Properties/LoggingConfiguration", Value::Null),
            ("AWS::StepFunctions::StateMachine", "Properties/LoggingConfiguration/Level", json!("FATAL")),
            ("AWS::StepFunctions::StateMachine", "Properties/TracingConfiguration/Enabled", json!(false)),
        ],
    );
}

// ---- the page

/// What stands between back quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What the page names and nobody finds: tests behind their file, sentences of the table of the ten points, and inputs of the library.
fn not_there(page: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let rows: Vec<Vec<&str>> = page.lines().filter(|line| line.starts_with("| ")).map(|line| line.split(" | ").collect()).collect();
    for row in rows.iter().filter(|row| row.len() == 3).skip(2) {
        let mut file: Option<(&str, String)> = None;
        let mut named = 0;
        for name in quoted(row[2]) {
            if name.starts_with("tests/") {
                file = Some((name, fs::read_to_string(root().join(name)).unwrap_or_default()));
                continue;
            }
            let (path, text) = file.as_ref().expect("a file stands before its tests");
            let there =
                if path.ends_with(".rs") { text.contains(&format!("#[test]\nfn {name}() ")) } else { text.contains(&format!("says = \"{name}\"")) };
            named += 1;
            missing.extend((!there).then(|| format!("{path} has no {name}")));
        }
        missing.extend((named == 0).then(|| format!("nothing shows {}", row[0])));
    }
    missing
}

#[test]
fn what_the_page_names_is_there() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    assert_eq!(not_there(&page), Vec::<String>::new());
    let promises = ["encrypted at rest", "isolated databases", "least privilege", "credentials in Secrets Manager", "audit trail"];
    for promise in promises {
        assert_eq!(page.matches(&format!("\n| {promise} | ")).count(), 1, "{promise}");
    }
    assert_eq!(not_there(&page.replace("databases_are_isolated", "databases_are_far_away")), ["tests/security.rs has no databases_are_far_away"]);
    assert_eq!(not_there(&page.replace("`tests/security.rs`: `databases_are_isolated`", "trust")), ["nothing shows | isolated databases"]);
}
