//! The tables of APIs and of IAM's actions: every record can be read, lists are sorted, the text indexes say what the tables hold, and facts
//! that were typed by hand from AWS's references are in them.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

#[path = "../xtask/src/hash.rs"]
mod hash;
#[path = "../xtask/src/index.rs"]
mod index;

use drc::aws::api::{self, Operation, Service, Shape, ShapeKind, Support};
use drc::aws::iam::{self, Level};
use hash::Hash;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::fs;

/// The depth to which the hash of an operation looks: `xtask/src/api/shapes.rs`.
const DEPTH: usize = 8;

fn data(name: &str) -> String {
    fs::read_to_string(format!("{}/src/aws/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// All that the table says of a shape, to a certain depth.
fn shape_hash(shape: Shape, depth: usize, known: &mut HashMap<(u32, usize), u64>) -> u64 {
    if let Some(found) = known.get(&(shape.position(), depth)) {
        return *found;
    }
    let mut hash = Hash::new();
    let kind = match shape.kind() {
        ShapeKind::Document => 0,
        ShapeKind::Structure => 1,
        ShapeKind::List => 2,
        ShapeKind::Map => 3,
        ShapeKind::String => 4,
        ShapeKind::Integer => 5,
        ShapeKind::Number => 6,
        ShapeKind::Boolean => 7,
        ShapeKind::Blob => 8,
        ShapeKind::Timestamp => 9,
    };
    hash.word(kind);
    if depth > 0 && kind != 0 {
        let mut inner = |shape: Shape| shape_hash(shape, depth - 1, known).to_string();
        match kind {
            1 => {
                for member in shape.members() {
                    let inside = inner(member.shape());
                    hash.text(member.api_name()).text(&member.name()).word(u32::from(member.required())).text(&inside);
                }
            }
            2 => _ = hash.text(&inner(shape.element())),
            3 => _ = hash.text(&inner(shape.key())).text(&inner(shape.element())),
            _ => shape.enumeration().for_each(|value| _ = hash.text(value)),
        }
        for bound in [shape.minimum(), shape.maximum()] {
            hash.text(&bound.map(|number| number.to_string()).unwrap_or_default());
        }
    }
    known.insert((shape.position(), depth), hash.value());
    hash.value()
}

fn operation_hash(service: Service, operation: Operation, known: &mut HashMap<(u32, usize), u64>) -> String {
    let mut hash = Hash::new();
    for shape in [operation.input(), operation.output()] {
        hash.text(&shape_hash(shape, DEPTH, known).to_string());
    }
    let prefix = format!("{}.", service.error_prefix());
    for error in operation.errors() {
        hash.text(error.strip_prefix(&prefix).expect("an error begins with its service"));
    }
    hash.hex()
}

/// `api.txt` is what is read from `api.bin`: every name, kind, bound and value of it.
#[test]
fn the_index_of_apis_says_what_the_table_holds() {
    let mut known = HashMap::new();
    let mut text = String::new();
    for service in api::services() {
        let (mut whole, mut groups) = (Hash::new(), BTreeMap::<String, Vec<String>>::new());
        for operation in service.operations() {
            whole.text(operation.api_name());
            if service.details() {
                let hash = operation_hash(service, operation, &mut known);
                whole.text(&hash);
                let (verb, rest) = index::verb(operation.api_name());
                groups.entry(verb.to_string()).or_default().push(format!("{rest}#{}", &hash[2..]));
            }
        }
        let support = match service.support() {
            Support::Supported => "supported",
            Support::Unsupported(_) => "unsupported",
            Support::Unknown => "unknown",
        };
        let (name, prefix) = (service.name(), service.iam_prefix().unwrap_or("-"));
        writeln!(text, "{name} {prefix} {} {support} {} {}", service.error_prefix(), service.operations().count(), whole.hex()).unwrap();
        for (verb, rest) in groups {
            text.push_str(&index::wrapped(&verb, &rest));
        }
    }
    let written = data("api.txt");
    let written: String = written.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(text, written);
}

#[test]
fn the_index_of_actions_says_what_the_table_holds() {
    let detailed: BTreeSet<&str> = api::services().filter(|service| service.details()).filter_map(Service::iam_prefix).collect();
    let mut text = String::new();
    for prefix in iam::prefixes() {
        let (mut hash, mut groups) = (Hash::new(), BTreeMap::<(u32, String), Vec<String>>::new());
        for (name, arn) in iam::resource_types(prefix) {
            hash.text(name).text(arn);
        }
        for action in iam::actions(prefix) {
            let level = match action.level() {
                Level::List => 0,
                Level::Read => 1,
                Level::Write => 2,
                Level::Tagging => 3,
                Level::Permissions => 4,
            };
            hash.text(action.short_name()).word(level);
            for resource in action.resources() {
                hash.text(resource.name).word(u32::from(resource.required));
                assert!(resource.arn.starts_with("arn:") || resource.arn == "*", "{}: {}", action.name(), resource.arn);
            }
            action.dependent_actions().for_each(|text| _ = hash.text(text));
            let (verb, rest) = index::verb(action.short_name());
            groups.entry((level, verb.to_string())).or_default().push(rest.to_string());
        }
        let types = iam::resource_types(prefix).count();
        writeln!(text, "{prefix} {} {types} {}", iam::actions(prefix).count(), hash.hex()).unwrap();
        for ((level, verb), rest) in groups.into_iter().filter(|_| detailed.contains(prefix)) {
            let head = format!("{} {verb}", ["list", "read", "write", "tagging", "permissions"][level as usize]);
            text.push_str(&index::wrapped(&head, &rest));
        }
    }
    let written = data("iam.txt");
    let written: String = written.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(text, written);
}

/// What is looked for by its name is found: a list that is not sorted would hide some of it.
#[test]
fn everything_is_found_by_its_name() {
    let mut shapes = BTreeSet::new();
    for service in api::services() {
        assert_eq!(api::service(service.name()).unwrap().name(), service.name());
        assert!(!service.error_prefix().is_empty() && !service.api_name().is_empty());
        for operation in service.operations() {
            let name = operation.name();
            let found = service.operation(&name).unwrap_or_else(|| panic!("{}.{name} is not found", service.name()));
            assert_eq!(found.api_name(), operation.api_name());
            walk(operation.input(), &mut shapes);
            walk(operation.output(), &mut shapes);
        }
    }
    assert!(shapes.len() > 20_000, "{}", shapes.len());
    let prefixes: Vec<&str> = iam::prefixes().collect();
    assert!(prefixes.is_sorted() && prefixes.len() == 457, "{}", prefixes.len());
    let mut actions = 0;
    for prefix in prefixes {
        for action in iam::actions(prefix) {
            actions += 1;
            assert_eq!(iam::action(&action.name()).unwrap().short_name(), action.short_name());
            assert_eq!(iam::action(&action.name().to_uppercase()).unwrap().short_name(), action.short_name());
        }
    }
    assert_eq!(actions, 22_321);
}

/// Every record that can be reached has a known kind, members with names, and bounds that are numbers.
fn walk(shape: Shape, known: &mut BTreeSet<u32>) {
    if !known.insert(shape.position()) {
        return;
    }
    match shape.kind() {
        ShapeKind::Structure => {
            let names: BTreeSet<String> = shape.members().map(|member| member.name()).collect();
            assert_eq!(names.len(), shape.members().count(), "two members are spelled alike: {names:?}");
            for member in shape.members() {
                let name = member.name();
                assert!(!name.is_empty() && !name.contains('=') && shape.member(&name).is_some(), "{name}");
                walk(member.shape(), known);
            }
        }
        ShapeKind::List => walk(shape.element(), known),
        ShapeKind::Map => {
            assert_eq!(shape.key().kind(), ShapeKind::String);
            walk(shape.element(), known);
        }
        _ => {}
    }
    let (least, most) = (shape.minimum(), shape.maximum());
    assert!(least.zip(most).is_none_or(|(least, most)| least <= most), "{least:?} {most:?}");
    assert!(shape.enumeration().all(|value| !value.contains('\u{fffd}')));
}

/// What is curated by hand stands in the table as it was written.
#[test]
fn curated_rows_are_in_the_table() {
    let listed: toml::Table = data("step_functions.toml").parse().unwrap();
    assert_eq!(api::list_date(), listed["listed"].as_str().unwrap());
    let services: BTreeSet<&str> = listed["services"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let supported: BTreeSet<&str> = api::services().filter(|service| service.support() == Support::Supported).map(Service::name).collect();
    assert_eq!(services, supported);
    for row in listed["unsupported"].as_array().unwrap() {
        let service = api::service(row["service"].as_str().unwrap()).unwrap();
        let Support::Unsupported(reason) = service.support() else { panic!("{}", service.name()) };
        assert_eq!(reason, row["reason"].as_str().unwrap());
    }
    for row in listed["operations"].as_array().unwrap() {
        let service = api::service(row["service"].as_str().unwrap()).unwrap();
        for name in row["names"].as_array().unwrap() {
            assert!(matches!(service.operation(name.as_str().unwrap()).unwrap().support(), Support::Unsupported(_)), "{name:?}");
        }
    }
    let actions: toml::Table = data("actions.toml").parse().unwrap();
    let rows = actions["operation"].as_table().unwrap();
    assert!(rows.len() > 100, "{}", rows.len());
    for (key, needed) in rows {
        let (service, operation) = key.split_once('.').unwrap();
        let needed: Vec<&str> = needed.as_array().unwrap().iter().map(|action| action.as_str().unwrap()).collect();
        assert_eq!(iam::actions_of(service, operation).unwrap(), needed, "{key}");
        assert!(needed.iter().all(|action| iam::action(action).is_some_and(|found| found.name() == *action)), "{key}");
    }
    for (service, prefix) in actions["prefix"].as_table().unwrap() {
        assert_eq!(api::service(service).unwrap().iam_prefix(), prefix.as_str());
    }
}

/// Operations whose actions nobody knows are few, and none is among those of a recovery.
#[test]
fn most_operations_can_be_mapped_to_actions() {
    let (mut unknown, mut all) = (0, 0);
    for service in api::services().filter(|service| service.details()) {
        for operation in service.operations() {
            all += 1;
            unknown += usize::from(iam::actions_of(service.name(), &operation.name()).is_none());
        }
    }
    assert!(unknown * 40 < all, "{unknown} of {all} operations");
}

/// An operation as AWS's API reference has it: what it takes (`!` behind what is required) and what it gives.
struct Fact {
    operation: &'static str,
    takes: &'static str,
    gives: &'static str,
}

/// Typed by hand, in Step Functions' spelling, before the table was looked at. Those of RDS, ElastiCache and ARC were read again in the API
/// references on 28 November 2026.
const FACTS: &[Fact] = &[
    Fact {
        operation: "rds.failoverGlobalCluster",
        takes: "AllowDataLoss GlobalClusterIdentifier! Switchover TargetDbClusterIdentifier!",
        gives: "GlobalCluster",
    },
    Fact { operation: "rds.switchoverGlobalCluster", takes: "GlobalClusterIdentifier! TargetDbClusterIdentifier!", gives: "GlobalCluster" },
    Fact { operation: "rds.describeGlobalClusters", takes: "Filters GlobalClusterIdentifier Marker MaxRecords", gives: "GlobalClusters Marker" },
    Fact { operation: "rds.promoteReadReplicaDBCluster", takes: "DbClusterIdentifier!", gives: "DbCluster" },
    Fact {
        operation: "docdb.failoverGlobalCluster",
        takes: "AllowDataLoss GlobalClusterIdentifier! Switchover TargetDbClusterIdentifier!",
        gives: "GlobalCluster",
    },
    Fact {
        operation: "elasticache.failoverGlobalReplicationGroup",
        takes: "GlobalReplicationGroupId! PrimaryRegion! PrimaryReplicationGroupId!",
        gives: "GlobalReplicationGroup",
    },
    Fact {
        operation: "elasticache.disassociateGlobalReplicationGroup",
        takes: "GlobalReplicationGroupId! ReplicationGroupId! ReplicationGroupRegion!",
        gives: "GlobalReplicationGroup",
    },
    Fact { operation: "memorydb.failoverShard", takes: "ClusterName! ShardName!", gives: "Cluster" },
    Fact { operation: "route53.changeResourceRecordSets", takes: "ChangeBatch! HostedZoneId!", gives: "ChangeInfo" },
    Fact {
        operation: "route53recoverycluster.updateRoutingControlState",
        takes: "RoutingControlArn! RoutingControlState! SafetyRulesToOverride",
        gives: "",
    },
    Fact {
        operation: "arczonalshift.startZonalShift",
        takes: "AwayFrom! Comment! ExpiresIn! ResourceIdentifier!",
        gives: "AwayFrom Comment ExpiryTime ResourceIdentifier StartTime Status ZonalShiftId",
    },
    Fact { operation: "autoscaling.setDesiredCapacity", takes: "AutoScalingGroupName! DesiredCapacity! HonorCooldown", gives: "" },
    Fact { operation: "secretsmanager.stopReplicationToReplica", takes: "SecretId!", gives: "Arn" },
    Fact { operation: "kms.updatePrimaryRegion", takes: "KeyId! PrimaryRegion!", gives: "" },
    Fact { operation: "s3control.submitMultiRegionAccessPointRoutes", takes: "AccountId! Mrap! RouteUpdates!", gives: "" },
    Fact { operation: "drs.startRecovery", takes: "IsDrill SourceServers! Tags", gives: "Job" },
    Fact { operation: "lambda.putFunctionConcurrency", takes: "FunctionName! ReservedConcurrentExecutions!", gives: "ReservedConcurrentExecutions" },
    Fact { operation: "ssm.getParameter", takes: "Name! WithDecryption", gives: "Parameter" },
];

#[test]
fn what_operations_take_and_give_is_what_the_references_say() {
    for fact in FACTS {
        let (service, operation) = fact.operation.split_once('.').unwrap();
        let operation = api::service(service).unwrap().operation(operation).unwrap();
        let members = |shape: Shape, marks: bool| {
            let mark = |required: bool| if required && marks { "!" } else { "" };
            let mut names: Vec<String> = shape.members().map(|member| format!("{}{}", member.name(), mark(member.required()))).collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(
            (members(operation.input(), true).as_str(), members(operation.output(), false).as_str()),
            (fact.takes, fact.gives),
            "{}",
            fact.operation
        );
    }
}

/// Prefixes of errors as the developer guide of Step Functions lists them.
#[test]
fn error_prefixes_are_those_of_the_developer_guide() {
    let listed = [
        ("acmpca", "AcmPca"),
        ("b2bi", "B2Bi"),
        ("cloudwatchlogs", "CloudWatchLogs"),
        ("codestarnotifications", "CodestarNotifications"),
        ("databasemigration", "DatabaseMigration"),
        ("directory", "Directory"),
        ("docdb", "DocDb"),
        ("dsql", "Dsql"),
        ("dynamodb", "DynamoDb"),
        ("ec2", "Ec2"),
        ("efs", "Efs"),
        ("elasticache", "ElastiCache"),
        ("elasticloadbalancingv2", "ElasticLoadBalancingV2"),
        ("eventbridge", "EventBridge"),
        ("fsx", "FSx"),
        ("iotsitewise", "IoTSiteWise"),
        ("iotwireless", "IotWireless"),
        ("memorydb", "MemoryDb"),
        ("mturk", "MTurk"),
        ("rds", "Rds"),
        ("resiliencehub", "Resiliencehub"),
        ("route53recoverycluster", "Route53RecoveryCluster"),
        ("sagemakera2iruntime", "SageMakerA2IRuntime"),
        ("sesv2", "SesV2"),
        ("sfn", "Sfn"),
        ("timestreaminfluxdb", "TimestreamInfluxDb"),
        ("wafv2", "Wafv2"),
        ("xray", "XRay"),
    ];
    for (service, prefix) in listed {
        assert_eq!(api::service(service).unwrap().error_prefix(), prefix);
    }
}
