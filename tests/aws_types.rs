//! The table of resource types: every word of it, its text index, and facts about types that were looked up by hand.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

#[path = "../xtask/src/types/index.rs"]
mod index;

/// Under the name that the index knows it by.
use drc::aws::table as reader;

use reader::{Table, Words};
use std::collections::{BTreeMap, BTreeSet};

static BYTES: &[u8] = include_bytes!("../src/aws/data/types.bin");

fn table() -> Table {
    Table::new(BYTES)
}

/// The table read strictly: the compiler's reader gives an empty answer where this fails.
struct Strict {
    pool: Vec<u32>,
    texts: &'static [u8],
    patterns: BTreeSet<String>,
    seen: BTreeSet<u32>,
}

impl Strict {
    fn new() -> Self {
        let word = |at: usize| u32::from_le_bytes(BYTES[at * 4..at * 4 + 4].try_into().unwrap());
        let (pool, roots) = (word(2) as usize, word(3) as usize);
        assert_eq!(roots, 4);
        let start = 4 + roots;
        let texts = &BYTES[(start + pool) * 4..];
        Self { pool: (start..start + pool).map(word).collect(), texts, patterns: BTreeSet::new(), seen: BTreeSet::new() }
    }

    fn text(&self, offset: u32) -> &'static str {
        let (mut at, mut length, mut shift) = (offset as usize, 0, 0);
        loop {
            let byte = self.texts[at];
            at += 1;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let text = std::str::from_utf8(&self.texts[at..at + length]).expect("a text is UTF-8");
        assert_eq!(table().text(offset), text);
        text
    }

    fn list(&self, position: u32, width: usize) -> Vec<Vec<u32>> {
        let start = position as usize + 1;
        let length = self.pool[position as usize] as usize;
        let items: Vec<Vec<u32>> = self.pool[start..start + length * width].chunks(width).map(<[u32]>::to_vec).collect();
        let read: Vec<Vec<u32>> = table().list(position, width).map(|item| (0..width).map(|at| item.get(at)).collect()).collect();
        assert_eq!(items, read);
        items
    }

    fn texts(&self, position: u32) -> Vec<&'static str> {
        self.list(position, 1).iter().map(|item| self.text(item[0])).collect()
    }

    fn sorted_texts(&self, position: u32) {
        let texts = self.texts(position);
        assert!(texts.is_sorted_by(|one, next| one < next), "{texts:?}");
    }

    fn nodes(&mut self, list: u32, above: u32) {
        for item in self.list(list, 1) {
            self.node(item[0], above);
        }
    }

    fn named(&mut self, list: u32, above: u32) -> Vec<&'static str> {
        let items = self.list(list, 2);
        let names: Vec<&str> = items.iter().map(|item| self.text(item[0])).collect();
        for item in items {
            self.node(item[1], above);
        }
        names
    }

    /// A node that stands in another one.
    fn node(&mut self, position: u32, above: u32) {
        if position == 0 {
            return;
        }
        let mask = self.pool[position as usize];
        if mask == 1 << 30 {
            let target = self.pool[position as usize + 1];
            assert_ne!(self.pool[target as usize], 1 << 30, "a link leads to a link");
            if self.seen.insert(position) {
                self.node(target, u32::MAX);
            }
            return;
        }
        assert!(position < above, "a node holds itself without a link");
        if !self.seen.insert(position) {
            return;
        }
        assert_eq!(mask >> 30, 0, "a link stands alone, and there is no bit 31");
        assert_ne!(mask, 0, "what takes anything is position 0");
        for (at, bit) in (0..30).filter(|bit| mask & 1 << bit != 0).enumerate() {
            let word = self.pool[position as usize + 1 + at];
            match bit {
                0 => assert!((1..128).contains(&word)),
                1 => {
                    let names = self.named(word, position);
                    assert!(names.is_sorted_by(|one, next| one < next) && !names.is_empty(), "{names:?}");
                }
                2 => self.sorted_texts(word),
                3 | 5 | 26 => self.node(word, position),
                4 => {
                    for pattern in self.named(word, position) {
                        self.patterns.insert(pattern.to_string());
                    }
                }
                6..=8 => {
                    let values = self.list(word, 2);
                    assert!(!values.is_empty() && (bit != 8 || values.len() == 1));
                    for value in values {
                        match value[0] {
                            0 => drop(self.text(value[1])),
                            1 => drop(self.text(value[1]).parse::<f64>().unwrap()),
                            kind => assert!(kind == 2 && value[1] <= 1),
                        }
                    }
                }
                9 => drop(self.patterns.insert(self.text(word).to_string())),
                12..=16 => drop(self.text(word).parse::<f64>().unwrap()),
                22 => assert!(!self.text(word).is_empty()),
                23..=25 | 29 => self.nodes(word, position),
                27 => {
                    assert_eq!(self.list(word, 1).len(), 3);
                    self.nodes(word, position);
                }
                28 => {
                    for relation in self.list(word, 3) {
                        assert!((1..=5).contains(&relation[0]));
                        assert_eq!(self.text(relation[1]).is_empty(), !matches!(relation[0], 3 | 4));
                        assert!(!self.texts(relation[2]).is_empty());
                    }
                }
                19 => assert_eq!(word, 1),
                10 | 17 | 20 => assert_ne!(word, 0, "a least count of nothing says nothing"),
                11 | 18 | 21 => {}
                other => panic!("bit {other} has no meaning"),
            }
        }
    }
}

#[test]
fn every_word_of_the_table_can_be_read() {
    let mut strict = Strict::new();
    let roots: Vec<u32> = (0..4).map(|at| table().root(at)).collect();
    let types = strict.list(roots[0], 18);
    let names: Vec<&str> = types.iter().map(|row| strict.text(row[0])).collect();
    assert!(names.is_sorted_by(|one, next| one < next));
    assert!(names.len() > 1800 && names.iter().all(|name| name.split("::").count() == 3), "{}", names.len());
    let regions = strict.texts(roots[1]);
    strict.sorted_texts(roots[1]);
    for (row, name) in types.iter().zip(&names) {
        strict.node(row[1], u32::MAX);
        let mask = u64::from(row[2]) | u64::from(row[3]) << 32;
        assert!(mask != 0 && mask >> regions.len() == 0, "{name}");
        for list in &row[4..=8] {
            strict.sorted_texts(*list);
        }
        strict.texts(row[9]);
        strict.texts(row[10]);
        let attributes = strict.named(row[11], u32::MAX);
        assert!(attributes.is_sorted_by(|one, next| one < next), "{name}: {attributes:?}");
        for text in [12, 14, 15, 16, 17] {
            strict.text(row[text]);
        }
        assert!(row[13] < 8, "{name}");
        assert_eq!(table().search(roots[0], 18, name).unwrap().get(1), row[1], "{name} is not found");
    }
    let metrics = strict.list(roots[2], 4);
    let keys: Vec<&str> = metrics.iter().map(|metric| strict.text(metric[0])).collect();
    assert!(keys.is_sorted_by(|one, next| one < next) && keys.len() > 900);
    for metric in &metrics {
        assert_eq!(strict.text(metric[0]), format!("{} {}", strict.text(metric[1]), strict.text(metric[2])));
        for set in strict.list(metric[3], 1) {
            strict.texts(set[0]);
        }
    }
    assert!(strict.text(roots[3]) >= "2026-10-20");
    assert!(strict.patterns.len() > 2000);
    for pattern in &strict.patterns {
        if let Err(error) = regex_lite::Regex::new(pattern) {
            panic!("{pattern}: {error}");
        }
    }
}

#[test]
fn the_index_is_that_of_the_table() {
    let text = include_str!("../src/aws/data/types.txt");
    assert!(text.len() < 300_000, "the index is too long to be reviewed");
    assert!(index::write(table()) == text, "types.txt is not the index of types.bin: run `cargo xtask refresh-aws-data`");
}

/// The row of a type.
fn row(name: &str) -> Words {
    table().search(table().root(0), 18, name).unwrap_or_else(|| panic!("{name} is no type"))
}

fn texts(list: u32) -> Vec<&'static str> {
    table().list(list, 1).map(|item| table().text(item.get(0))).collect()
}

/// The word of a node's keyword.
fn word(node: u32, bit: u32) -> Option<u32> {
    let node = table().at(node);
    let before = (node.get(0) & ((1 << bit) - 1)).count_ones() as usize;
    (node.get(0) & 1 << bit != 0).then(|| node.get(before + 1))
}

/// The node of a property of a node.
fn property(node: u32, name: &str) -> u32 {
    table().search(word(node, 1).unwrap(), 2, name).unwrap_or_else(|| panic!("there is no {name}")).get(1)
}

fn regions_of(name: &str) -> BTreeSet<&'static str> {
    let row = row(name);
    let mask = u64::from(row.get(2)) | u64::from(row.get(3)) << 32;
    texts(table().root(1)).into_iter().enumerate().filter(|(bit, _)| mask & 1 << bit != 0).map(|(_, code)| code).collect()
}

/// What `Ref` gives, as CloudFormation's user guide says it for each type (archived guide of 19 September 2023, read on 28 November 2026).
const REFERENCES: &[(&str, &[&str])] = &[
    ("AWS::ApiGatewayV2::Stage", &["StageName"]),
    ("AWS::AutoScaling::AutoScalingGroup", &["AutoScalingGroupName"]),
    ("AWS::Backup::BackupPlan", &["BackupPlanId"]),
    ("AWS::Backup::BackupVault", &["BackupVaultName"]),
    ("AWS::CertificateManager::Certificate", &["CertificateArn"]),
    ("AWS::CloudFront::Distribution", &["Id"]),
    ("AWS::CloudWatch::Alarm", &["AlarmName"]),
    ("AWS::Cognito::UserPoolClient", &["ClientId"]),
    ("AWS::DynamoDB::GlobalTable", &["TableName"]),
    ("AWS::DynamoDB::Table", &["TableName"]),
    ("AWS::EC2::EIP", &["PublicIp"]),
    ("AWS::EC2::Instance", &["InstanceId"]),
    ("AWS::EC2::NatGateway", &["NatGatewayId"]),
    ("AWS::EC2::Subnet", &["SubnetId"]),
    ("AWS::EC2::VPC", &["VpcId"]),
    ("AWS::ECS::Cluster", &["ClusterName"]),
    ("AWS::ECS::Service", &["ServiceArn"]),
    ("AWS::ECS::TaskDefinition", &["TaskDefinitionArn"]),
    ("AWS::EFS::FileSystem", &["FileSystemId"]),
    ("AWS::EKS::Cluster", &["Name"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["LoadBalancerArn"]),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", &["TargetGroupArn"]),
    ("AWS::Events::EventBus", &["Name"]),
    ("AWS::GlobalAccelerator::Accelerator", &["AcceleratorArn"]),
    ("AWS::IAM::ManagedPolicy", &["PolicyArn"]),
    ("AWS::IAM::Role", &["RoleName"]),
    ("AWS::KMS::Alias", &["AliasName"]),
    ("AWS::KMS::Key", &["KeyId"]),
    ("AWS::KMS::ReplicaKey", &["KeyId"]),
    ("AWS::Kinesis::Stream", &["Name"]),
    ("AWS::Lambda::Alias", &["AliasArn"]),
    ("AWS::Lambda::Function", &["FunctionName"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    ("AWS::RDS::DBCluster", &["DBClusterIdentifier"]),
    ("AWS::RDS::DBInstance", &["DBInstanceIdentifier"]),
    ("AWS::RDS::GlobalCluster", &["GlobalClusterIdentifier"]),
    ("AWS::Route53::HealthCheck", &["HealthCheckId"]),
    ("AWS::Route53::HostedZone", &["Id"]),
    ("AWS::Route53::RecordSet", &["Name"]),
    ("AWS::Route53RecoveryControl::RoutingControl", &["RoutingControlArn"]),
    ("AWS::S3::Bucket", &["BucketName"]),
    ("AWS::SNS::Topic", &["TopicArn"]),
    ("AWS::SQS::Queue", &["QueueUrl"]),
    ("AWS::SSM::Parameter", &["Name"]),
    ("AWS::Scheduler::Schedule", &["Name"]),
    ("AWS::StepFunctions::StateMachine", &["Arn"]),
    ("AWS::WAFv2::WebACL", &["Name", "Id", "Scope"]),
];

#[test]
fn ref_gives_what_the_user_guide_says() {
    for (name, expected) in REFERENCES {
        let row = row(name);
        let given = if texts(row.get(10)).is_empty() { texts(row.get(9)) } else { texts(row.get(10)) };
        assert_eq!(given, *expected, "{name}");
    }
}

/// The properties that must be there, as the same guide says it.
const REQUIRED: &[(&str, &[&str])] = &[
    ("AWS::Backup::BackupVault", &["BackupVaultName"]),
    ("AWS::CloudFront::Distribution", &["DistributionConfig"]),
    ("AWS::EFS::MountTarget", &["FileSystemId", "SecurityGroups", "SubnetId"]),
    ("AWS::ElastiCache::GlobalReplicationGroup", &["Members"]),
    ("AWS::IAM::Role", &["AssumeRolePolicyDocument"]),
    ("AWS::KMS::ReplicaKey", &["KeyPolicy", "PrimaryKeyArn"]),
    ("AWS::Lambda::Function", &["Code", "Role"]),
    ("AWS::Lambda::Permission", &["Action", "FunctionName", "Principal"]),
    ("AWS::Route53::HealthCheck", &["HealthCheckConfig"]),
    ("AWS::Route53::RecordSet", &["Name", "Type"]),
    ("AWS::SNS::Subscription", &["Protocol", "TopicArn"]),
    ("AWS::StepFunctions::StateMachine", &["RoleArn"]),
];

#[test]
fn what_the_user_guide_requires_is_required() {
    for (name, expected) in REQUIRED {
        assert_eq!(texts(word(row(name).get(1), 2).unwrap()), *expected, "{name}");
    }
}

#[test]
fn a_global_cluster_is_known() {
    let row = row("AWS::RDS::GlobalCluster");
    let root = row.get(1);
    let engines: Vec<&str> = table().list(word(property(root, "Engine"), 6).unwrap(), 2).map(|value| table().text(value.get(1))).collect();
    assert_eq!(engines, ["aurora", "aurora-mysql", "aurora-postgresql"]);
    let identifier = property(root, "GlobalClusterIdentifier");
    assert_eq!((word(identifier, 0), word(identifier, 11)), (Some(1), Some(63)));
    // Either it is made of a cluster, or it says its engine.
    assert_eq!(table().list(word(root, 25).unwrap(), 1).count_items(), 2);
    assert_eq!(word(root, 3), Some(0), "other properties are refused");
    assert_eq!(texts(row.get(4)), ["GlobalEndpoint"]);
    assert!(table().search(row.get(11), 2, "GlobalEndpoint.Address").is_some());
    assert_eq!(table().text(row.get(16)), "Tags");
    let regions = regions_of("AWS::RDS::GlobalCluster");
    for code in ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-2", "sa-east-1", "cn-north-1"] {
        assert!(regions.contains(code), "{code}");
    }
}

#[test]
fn regions_are_told_apart() {
    let everywhere = texts(table().root(1)).len();
    assert_eq!(regions_of("AWS::DynamoDB::Table").len(), everywhere);
    // The control plane of routing controls is in Oregon (Route 53 ARC developer guide).
    let controls = regions_of("AWS::Route53RecoveryControl::Cluster");
    assert!(controls.contains("us-west-2") && !controls.contains("eu-central-1"), "{controls:?}");
    // Lists of Regions that are copies of that of Northern Virginia say nothing.
    for code in ["eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "me-south-1"] {
        assert!(!texts(table().root(1)).contains(&code), "{code} is known now: check whether its list is one of its own");
    }
    for code in texts(table().root(1)) {
        assert!(drc::aws::regions::find(code).is_some(), "{code} is no Region");
    }
}

#[test]
fn recursion_is_a_link() {
    // A statement of a rule holds statements.
    let rule = word(property(row("AWS::WAFv2::WebACL").get(1), "Rules"), 5).unwrap();
    let statement = property(rule, "Statement");
    let and = property(property(statement, "AndStatement"), "Statements");
    let inner = word(and, 5).unwrap();
    assert_eq!(word(inner, 30), Some(statement));
}

#[test]
fn the_sources_are_those_of_the_table() {
    let sources: toml::Table = toml::from_str(include_str!("../src/aws/data/SOURCES.toml")).unwrap();
    let count = |what: &str| usize::try_from(sources["counts"][what].as_integer().unwrap()).unwrap();
    assert_eq!(count("types"), table().list(table().root(0), 18).count_items());
    assert_eq!(count("Regions with types"), texts(table().root(1)).len());
    assert_eq!(count("bytes of types.bin"), BYTES.len());
    let packages = sources["package"].as_array().unwrap();
    let schemas = packages.iter().find(|package| package["name"].as_str() == Some("cfn-lint")).unwrap();
    assert_eq!(schemas["date"].as_str().unwrap(), table().text(table().root(3)));
    let notice = include_str!("../NOTICE");
    for package in packages {
        let named =
            format!("{} {} ({})", package["name"].as_str().unwrap(), package["version"].as_str().unwrap(), package["licence"].as_str().unwrap());
        assert!(notice.contains(&named), "NOTICE has no {named}");
    }
}

#[test]
fn what_the_other_tables_name_exists() {
    let known: BTreeMap<&str, ()> = table().list(table().root(0), 18).map(|row| (table().text(row.get(0)), ())).collect();
    let file: toml::Table = toml::from_str(include_str!("../src/aws/data/types.toml")).unwrap();
    let rows = file["type"].as_array().unwrap();
    assert!(rows.len() > 40);
    for row in rows {
        let name = row["name"].as_str().unwrap();
        assert!(known.contains_key(name), "types.toml has {name}, which is no type any more");
    }
}
