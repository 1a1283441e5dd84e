//! What exists already: nothing is written for it, and all that a component offers speaks of it by its real names.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod project;

use project::{Compiled, Project};
use serde_json::Value;
use std::collections::BTreeMap;

const PLATFORM: &str = include_str!("projects/brownfield/platform.dr");

const FRAME: &str = "platform shop {}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
";

fn compile(text: &str) -> Compiled {
    Project::new(&format!("{FRAME}{text}")).file("worker.mjs", "export const handler = () => {};\n").compile_part()
}

fn clean(text: &str) -> BTreeMap<String, String> {
    let compiled = compile(text);
    assert_eq!(compiled.shown, "", "{text}");
    compiled.files.unwrap()
}

fn template(files: &BTreeMap<String, String>, path: &str) -> Value {
    serde_json::from_str(files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()))).unwrap()
}

/// The templates of the platform, without machines and manifest.
fn templates(files: &BTreeMap<String, String>) -> Vec<(&String, Value)> {
    let found = files.iter().filter(|(path, _)| path.ends_with(".template.json"));
    found.map(|(path, text)| (path, serde_json::from_str(text).unwrap())).collect()
}

#[test]
fn nothing_of_what_exists_is_in_a_template() {
    let files = Project::new(PLATFORM).compile().files.unwrap();
    let mut seen = 0;
    for (path, template) in templates(&files) {
        for (id, resource) in template["Resources"].as_object().unwrap() {
            let ours = ["Books", "Sessions", "Statements", "OldNet", "Archive", "Door"].iter().any(|name| id.starts_with(name));
            assert!(!ours || resource["Type"] == "AWS::CloudWatch::Alarm", "{path}: {id}");
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
    for path in
        ["us-east-1/recovery.template.json", "us-east-2/recovery.template.json", "us-east-2/app.template.json", "us-east-2/evacuate-primary.asl.json"]
    {
        bless::golden(&format!("golden/brownfield/{path}"), &files[path]);
    }
}

#[test]
fn roles_reach_what_exists_and_nothing_else() {
    let files = Project::new(PLATFORM).compile().files.unwrap();
    let recovery = template(&files, "us-east-2/recovery.template.json");
    let mut statements = Vec::new();
    for role in ["EvacuatePrimaryRole", "HomeRole", "ReadinessRole"] {
        let policies = recovery["Resources"][role]["Properties"]["Policies"].as_array().unwrap();
        statements.extend(policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap()));
    }
    // IAM knows no resource for what reads figures.
    let wide = |one: &&&Value| ["DeliverLogs", "Trace", "BooksAnswerGetMetricStatistics"].contains(&one["Sid"].as_str().unwrap());
    let calls: Vec<_> = statements.iter().filter(|one| !wide(one)).collect();
    assert!(calls.len() >= 9, "{calls:#?}");
    for statement in calls {
        let text = statement["Resource"].to_string();
        assert!(!text.contains('*') && (text.contains("arn:") || text.contains("Alerts")), "{statement:#}");
    }
}

#[test]
fn what_nothing_reads_need_not_be_told() {
    let files = clean(
        "use std@1.{aurora}
external replica ledger: aurora.postgres across both { cluster = { primary: { DBClusterIdentifier: \"Old-One\" } } }
alarm lag in primary { when max(ledger.lag) over 1min > 5s }
",
    );
    let watch = &template(&files, "us-east-1/recovery.template.json")["Resources"]["LagWatch"]["Properties"];
    // RDS turns identifiers into lower case, and CloudWatch compares letter by letter.
    assert_eq!(watch["Dimensions"][0]["Value"], "old-one");
}

#[test]
fn an_input_that_is_read_is_asked_for_at_the_declaration() {
    let text = "component old is service {
  input color: String
  input size: Number
  output label: String in regions = \"${color}-${here}\"
}
external service thing: old in both { size = 3 }
resource shown: AWS::SSM::Parameter in primary { Type = \"String\", Value = thing.label }
";
    let compiled = compile(text);
    assert_eq!(compiled.codes(), ["DR0302"], "{}", compiled.shown);
    bless::golden("golden/brownfield/input.txt", &compiled.shown);
    clean(&text.replace("Value = thing.label", "Value = \"plain\""));
    let files = clean(&text.replace("size = 3", "size = 3, color = \"red\""));
    assert_eq!(template(&files, "us-east-1/app.template.json")["Resources"]["Shown"]["Properties"]["Value"], "red-us-east-1");
    let files = clean(&text.replace("size = 3", "label = { primary: \"left\" }"));
    assert_eq!(template(&files, "us-east-1/app.template.json")["Resources"]["Shown"]["Properties"]["Value"], "left");
}

#[test]
fn requirements_are_checked_where_all_is_known() {
    let text = "component old is service {
  input size: Number
  input color: String
  let large = size > 5
  require not large else \"too large\" as \"old/size\"
  advise color != \"red\" else \"not red\" as \"old/color\"
}
external service thing: old in both {}
";
    clean(text);
    clean(&text.replace("both {}", "both { size = 3 }"));
    assert_eq!(compile(&text.replace("both {}", "both { size = 9 }")).codes(), ["old/size"]);
    assert_eq!(compile(&text.replace("both {}", "both { size = 9, color = \"red\" }")).codes(), ["old/size", "old/color"]);
}

/// A resource that an input places is one that exists somewhere; where, matters only for what is made of its Region.
#[test]
fn where_something_is_may_be_unknown() {
    let text = "component old is replica {
  input born_in: Region
  resource queue: AWS::SQS::Queue in born_in { QueueName = self.name }
  resource cluster: AWS::RDS::GlobalCluster in born_in { GlobalClusterIdentifier = self.name }
  output label: String = cluster.ref
  output arn: Arn = queue.arn
}
external replica thing: old across both { queue = { QueueName: \"q\" }, cluster = { GlobalClusterIdentifier: \"G\" } }
resource shown: AWS::SSM::Parameter in primary { Type = \"String\", Value = thing.label }
";
    let files = clean(text);
    assert_eq!(template(&files, "us-east-1/app.template.json")["Resources"]["Shown"]["Properties"]["Value"], "g");
    let compiled = compile(&text.replace("thing.label", "thing.arn"));
    assert_eq!(compiled.codes(), ["DR0302"], "{}", compiled.shown);
    assert!(compiled.shown.contains("`born_in`"), "{}", compiled.shown);
    let files = clean(&text.replace("thing.label", "thing.arn").replace("both { queue", "both { born_in = standby, queue"));
    let value = &template(&files, "us-east-1/app.template.json")["Resources"]["Shown"]["Properties"]["Value"];
    assert_eq!(value["Fn::Sub"], "arn:${AWS::Partition}:sqs:us-east-2:${AWS::AccountId}:q");
}

#[test]
fn what_is_inside_exists_too() {
    let text = "component cell is service {
  for number in range(2) {
    resource topic: AWS::SNS::Topic { TopicName = \"${self.name}-${number}\" }
  }
  output first: String in regions = topic[0].TopicName
  output second: Arn in regions = topic[1].arn
}
component pair is service {
  service left: cell in regions {}
  resource beside: AWS::SQS::Queue { QueueName = self.name }
  alarm never in regions { when max(depth) over 1min > 5 }
  metric depth: Number in regions = cloudwatch(\"AWS/SQS\", \"Depth\") { unit = \"Count\" }
}
external service cells: pair in both {
  left = { topic: { \"0\": { TopicName: \"a\" }, \"1\": { primary: { TopicName: \"b\" }, standby: { TopicName: \"c\" } } } }
}
resource shown: AWS::SSM::Parameter in both { Type = \"String\", Value = \"${cells.left.first} ${cells.left.second}\" }
";
    let files = clean(text);
    let shown =
        |region: &str| template(&files, &format!("{region}/app.template.json"))["Resources"]["Shown"]["Properties"]["Value"]["Fn::Sub"].clone();
    assert_eq!(shown("us-east-1"), "a arn:${AWS::Partition}:sns:us-east-1:${AWS::AccountId}:b");
    assert_eq!(shown("us-east-2"), "a arn:${AWS::Partition}:sns:us-east-2:${AWS::AccountId}:c");
    let all: Vec<String> = templates(&files)
        .iter()
        .filter(|(path, _)| !path.contains("artifacts"))
        .flat_map(|(_, one)| one["Resources"].as_object().unwrap().keys().cloned())
        .collect();
    assert_eq!(all, ["Shown", "Shown"]);
    let compiled = compile(&text.replace("\"0\": { TopicName: \"a\" }, ", ""));
    assert_eq!(compiled.codes(), ["DR0319"], "{}", compiled.shown);
    bless::golden("golden/brownfield/inside.txt", &compiled.shown);
}

#[test]
fn a_secret_identifies_nothing() {
    let text = "use std@1.{aurora}
param word: Secret(String)
external replica ledger: aurora.postgres across both { cluster = { DBClusterIdentifier: word } }
alarm lag in primary { when max(ledger.lag) over 1min > 5s }
";
    assert_eq!(compile(text).codes(), ["DR0315"], "{}", compile(text).shown);
}

/// A store that makes networks of ours unnecessary takes those that exist, told by a small component or by outputs.
#[test]
fn a_network_that_exists_fits_where_one_of_ours_does() {
    let store = "use std@1.{aurora, network}
param vpc: VpcId in both
param subnet: SubnetId in both
param spare: SubnetId in both
";
    let by_outputs = "external service net: network.isolated in both { vpc_id = vpc, data_subnets = [subnet, spare] }
replica ledger: aurora.postgres across both { born_in = primary, network = net }
";
    let by_component = "component existing is service {
  input vpc: AWS::EC2::VPC
  input subnets: List(SubnetId)
  output vpc_id: VpcId in regions = vpc.ref
  output data_subnets: List(SubnetId) in regions = subnets
}
external old: AWS::EC2::VPC in both { VpcId = vpc }
service net: existing in both { vpc = old, subnets = [subnet, spare] }
replica ledger: aurora.postgres across both { born_in = primary, network = net }
";
    let gate = |text: &str| {
        let files = clean(&format!("{store}{text}"));
        let data = template(&files, "us-east-2/data.template.json");
        (data["Resources"]["LedgerGate"]["Properties"]["VpcId"].clone(), data["Resources"]["LedgerSubnets"]["Properties"]["SubnetIds"].clone())
    };
    let wanted = (serde_json::json!({ "Ref": "Vpc" }), serde_json::json!([{ "Ref": "Subnet" }, { "Ref": "Spare" }]));
    assert_eq!(gate(by_outputs), wanted);
    assert_eq!(gate(by_component), wanted);
}

#[test]
fn typed_things_have_what_the_source_says_of_them() {
    let files = clean(
        "param zone_id: HostedZoneId
external zone: AWS::Route53::HostedZone { Id = zone_id }
external key: AWS::KMS::Key in both { KeyId = { primary: \"1234\", standby: \"5678\" }[here], Arn = \"arn:aws:kms:${here}:111122223333:key/x\" }
external secret: AWS::SecretsManager::Secret in primary { Arn = \"arn:aws:secretsmanager:us-east-1:111122223333:secret:old-AbCdEf\" }
external queue: AWS::SQS::Queue in standby { QueueName = \"old\" }
external db: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"Old\", Endpoint = { Address: \"db.example.com\" } }
resource shown: AWS::SSM::Parameter in both {
  Type  = \"String\"
  Value = json([zone.ref, key.ref, key.arn, secret.ref, secret.arn, queue.ref, queue.arn, db.ref, db.Endpoint.Address])
}
",
    );
    let value = &template(&files, "us-east-2/app.template.json")["Resources"]["Shown"]["Properties"]["Value"]["Fn::Sub"];
    let values: Vec<String> = serde_json::from_str(value.as_str().unwrap()).unwrap();
    let wanted = [
        "${ZoneId}",
        "5678",
        "arn:aws:kms:us-east-2:111122223333:key/x",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:old-AbCdEf",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:old-AbCdEf",
        "https://sqs.us-east-2.${AWS::URLSuffix}/${AWS::AccountId}/old",
        "arn:${AWS::Partition}:sqs:us-east-2:${AWS::AccountId}:old",
        "old",
        "db.example.com",
    ];
    assert_eq!(values, wanted);
}

#[test]
fn every_store_of_the_library_can_exist_already() {
    let files = clean(
        "use std@1.{aurora, bucket, bus, cache, function, queue, secret, table}
external replica db: aurora.postgres across both {
  global  = { GlobalClusterIdentifier: \"g\" }
  cluster = { DBClusterIdentifier: \"c\" }
  gate    = { GroupId: \"sg-1\" }
  secret_name = \"s\"
  key_arn = none
}
external replica carts: table.global across both {
  table  = { TableName: \"t\" }
  master = { primary: { Arn: \"arn:aws:kms:us-east-1:111122223333:key/1\" }, standby: { Arn: \"arn:aws:kms:us-east-2:111122223333:key/2\" } }
}
external replica files: bucket.replicated across both { bucket = { primary: \"one\", standby: \"two\" }, key_arn = none }
external replica token: secret.replicated across both { secret_name = \"token\", key_arn = none }
external service jobs: queue.standard in both { queue = { QueueName: \"Jobs\" }, visibility = 2min }
external service news: bus.forwarding in both { forward = [], bus = { Name: \"News\" } }
external service tool: function.node in both { function = { FunctionName: \"Tool\" } }
service worker: function.node in both {
  code = file(\"worker.mjs\")
  consume = jobs
  access = [carts.write, files.read, token.read, news.put, tool.invoke]
}
external replica fast: cache.global across both { datastore_id = \"d\", nodes_here = { ReplicationGroupId: \"r\" } }
let page in both = \"arn:aws:sns:${here}:111122223333:page\"
alarm db_lag in both { when max(db.lag) over 1min > 5s, notify page }
alarm carts_lag in both { when max(carts.lag) over 1min > 5s, notify page }
alarm files_lag in standby { when max(files.lag) over 5min > 15min, notify page }
alarm fast_lag in both { when max(fast.lag) over 1min > 5s, notify page }
failover evacuate among both {
  allow DR0417 \"a global datastore knows no planned return\"
  start  = \"operator\"
  decide = 5min
  step db   = db.promote() { within = 8min }
  step fast = fast.promote() { within = 5min }
}
failback home from standby to primary {
  step db   = db.switchover() { within = 8min }
}
drill ready in both every 1h {
  step db    = db.probe()
  step carts = carts.probe()
  step files = files.probe()
  step fast  = fast.probe()
  step token = token.probe()
  step jobs  = jobs.probe()
  step news  = news.probe()
  step tool  = tool.probe()
}
let granted in both = [db.read.on, db.write.on, carts.read.on, carts.write.on, files.read.on, files.write.on]
",
    );
    let recovery = template(&files, "us-east-2/recovery.template.json");
    let kinds: Vec<&str> = recovery["Resources"].as_object().unwrap().values().map(|one| one["Type"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "AWS::CloudWatch::Alarm").count(), 4, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "AWS::StepFunctions::StateMachine").count(), 3, "{kinds:?}");
    let stacks: Vec<&String> = files.keys().filter(|path| path.ends_with(".template.json") && !path.contains("artifacts")).collect();
    assert_eq!(
        stacks,
        ["us-east-1/app.template.json", "us-east-1/recovery.template.json", "us-east-2/app.template.json", "us-east-2/recovery.template.json"]
    );
    let app = template(&files, "us-east-2/app.template.json");
    let statements = app["Resources"]["WorkerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let said: Vec<&str> = statements.iter().map(|one| one["Sid"].as_str().unwrap()).collect();
    // Only the table's key is told; the others are AWS's own.
    assert_eq!(said, ["WriteLog", "Trace", "CartsWrite", "FilesRead", "TokenRead", "NewsPut", "ToolInvoke", "JobsConsume", "CartsWriteKey"]);
    assert_eq!(statements[8]["Resource"][0], "arn:aws:kms:us-east-2:111122223333:key/2");
}
