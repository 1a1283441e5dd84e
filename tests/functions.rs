//! Functions of the library: a role is made of grants, a way through the network of what they reach, endpoints of what is called.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use drc::diag::Fix;
use project::{Compiled, Project};
use serde_json::Value;
use std::collections::BTreeMap;

const FRAME: &str = "use std@1.{aurora, bus, function, network, queue, table}
platform shop {}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
replica carts: table.global across both { key = { id: \"S\" } }
replica orders: aurora.postgres across both { born_in = primary, network = net }
service jobs: queue.standard in both { on_loss = \"they are sent again\" }
service news: bus.forwarding in both { forward = [] }
";

fn compile(text: &str) -> Compiled {
    Project::new(&format!("{FRAME}{text}")).file("code.mjs", "export const handler = () => {};\n").compile()
}

fn clean(text: &str) -> BTreeMap<String, String> {
    let compiled = compile(text);
    assert_eq!(compiled.shown, "", "{text}");
    compiled.files.unwrap()
}

fn resources(files: &BTreeMap<String, String>, path: &str) -> BTreeMap<String, Value> {
    let template: Value = serde_json::from_str(files.get(path).unwrap_or_else(|| panic!("no {path}"))).unwrap();
    serde_json::from_value(template["Resources"].clone()).unwrap()
}

/// The services with an interface endpoint in a Region.
fn endpoints(files: &BTreeMap<String, String>, region: &str) -> Vec<String> {
    let network = resources(files, &format!("{region}/network.template.json"));
    let doors = network.values().filter(|one| one["Properties"]["VpcEndpointType"] == "Interface");
    let names = doors.map(|one| one["Properties"]["ServiceName"].as_str().unwrap().rsplit_once(&format!("{region}.")).unwrap().1.to_string());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn sids(role: &Value) -> Vec<&str> {
    let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    statements.iter().map(|one| one["Sid"].as_str().unwrap()).collect()
}

#[test]
fn endpoints_follow_from_what_is_called_in_each_region() {
    let files = clean(
        "service net: network.isolated in both
service one: function.node in both { code = file(\"code.mjs\"), network = net, access = [carts.write, jobs.send] }
service two: function.node in primary { code = file(\"code.mjs\"), network = net, access = [news.put, jobs.send] }
",
    );
    assert_eq!(endpoints(&files, "us-east-1"), ["events", "sqs"]);
    assert_eq!(endpoints(&files, "us-east-2"), ["sqs"]);
}

#[test]
fn nothing_is_called_nothing_is_opened() {
    let files = clean(
        "service net: network.isolated in both
service one: function.node in both { code = file(\"code.mjs\"), network = net, access = [carts.read] }
service two: function.node in both { code = file(\"code.mjs\"), network = net }
",
    );
    assert!(endpoints(&files, "us-east-1").is_empty());
    assert!(!resources(&files, "us-east-1/network.template.json").contains_key("NetDoors"));
    let app = resources(&files, "us-east-1/app.template.json");
    // Tables are reached through addresses that no group can name.
    assert_eq!(app["OneGate"]["Properties"]["SecurityGroupEgress"][0]["CidrIp"], "0.0.0.0/0");
    assert_eq!(app["TwoGate"]["Properties"]["SecurityGroupEgress"][0]["CidrIp"], "127.0.0.1/32");
}

#[test]
fn a_function_that_needs_endpoints_only_reaches_those_only() {
    let files = clean(
        "service net: network.isolated in both
service one: function.node in both { code = file(\"code.mjs\"), network = net, access = [jobs.send] }
",
    );
    let app = resources(&files, "us-east-2/app.template.json");
    let egress = app["OneGate"]["Properties"]["SecurityGroupEgress"].as_array().unwrap();
    assert_eq!(egress.len(), 1, "{egress:?}");
    assert_eq!(egress[0]["DestinationSecurityGroupId"]["Ref"], "NetDoorsGroupId");
}

#[test]
fn a_way_is_opened_once_however_many_grants_lead_there() {
    let files = clean(
        "service net: network.isolated in both
service one: function.node in both { code = file(\"code.mjs\"), network = net, access = [orders.read, orders.write] }
",
    );
    let app = resources(&files, "us-east-1/app.template.json");
    let entries: Vec<&String> = app.iter().filter(|(_, one)| one["Type"] == "AWS::EC2::SecurityGroupIngress").map(|(id, _)| id).collect();
    assert_eq!(entries, ["OneOrdersGate5432Entry"]);
    // Its name does not depend on which of the grants is there, so that a change of grants does not close the way.
    let fewer = clean(
        "service net: network.isolated in both
service one: function.node in both { code = file(\"code.mjs\"), network = net, access = [orders.write] }
",
    );
    assert!(resources(&fewer, "us-east-1/app.template.json").contains_key("OneOrdersGate5432Entry"));
    let ways: Vec<u64> =
        app["OneGate"]["Properties"]["SecurityGroupEgress"].as_array().unwrap().iter().map(|one| one["FromPort"].as_u64().unwrap()).collect();
    assert_eq!(ways, [443, 5432]);
}

#[test]
fn a_role_has_what_is_granted_and_needed() {
    let files = clean(
        "service net: network.isolated in both
service plain: function.node in both { code = file(\"code.mjs\"), tracing = false }
service inner: function.node in both { code = file(\"code.mjs\"), network = net, consume = jobs, access = [carts.write] }
service set:   function.node in both { code = file(\"code.mjs\"), environment = { TABLE: carts.table_name } }
",
    );
    let app = resources(&files, "us-east-1/app.template.json");
    assert_eq!(sids(&app["PlainRole"]), ["WriteLog", "PutAside"]);
    assert_eq!(
        sids(&app["InnerRole"]),
        ["WriteLog", "Trace", "AttachToNetwork", "KeepCodeOffInterfaces", "CartsWrite", "JobsConsume", "CartsWriteKey"]
    );
    assert_eq!(sids(&app["SetRole"]), ["WriteLog", "Trace", "ReadEnvironment", "PutAside"]);
    // The code of a function in a network cannot use what Lambda needs there.
    let statements = app["InnerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    assert_eq!(statements[3]["Effect"], "Deny");
    assert_eq!(statements[2]["Action"], statements[3]["Action"]);
    assert!(
        statements
            .iter()
            .filter(|one| one["Resource"] == "*")
            .all(|one| ["Trace", "AttachToNetwork", "KeepCodeOffInterfaces"].contains(&one["Sid"].as_str().unwrap()))
    );
}

#[test]
fn a_network_that_exists_gathers_nothing() {
    let function = "service one: function.node in both { code = file(\"code.mjs\"), network = NETWORK, access = [jobs.send] }\n";
    let params =
        "param vpc: VpcId in both\nparam subnet: SubnetId in both\nparam door: SecurityGroupId in both\nservice net: network.isolated in both\n";
    for (network, egress) in [
        ("{ vpc_id: vpc, data_subnets: [subnet] }", "\"0.0.0.0/0\""),
        ("{ vpc_id: vpc, data_subnets: [subnet], endpoint_group: door }", "{\"Ref\":\"Door\"}"),
    ] {
        let files = clean(&format!("{params}{}", function.replace("NETWORK", network)));
        let app = resources(&files, "us-east-1/app.template.json");
        let rules = app["OneGate"]["Properties"]["SecurityGroupEgress"].to_string();
        assert!(rules.contains(egress), "{rules}");
        assert!(endpoints(&files, "us-east-1").is_empty());
    }
}

#[test]
fn a_network_of_ones_own_has_to_gather() {
    let own = "component own is service {
  input vpc: VpcId
  GATHER
  output vpc_id: VpcId in regions = vpc
  output data_subnets: List(SubnetId) in regions = []
  output endpoint_group: SecurityGroupId? in regions = none
}
param vpc: VpcId
service net: network.isolated in both
service mine: own in both { vpc = vpc }
service one: function.node in both { code = file(\"code.mjs\"), network = mine, access = [jobs.send] }
";
    let compiled = compile(&own.replace("GATHER\n", "\n"));
    assert_eq!(compiled.codes(), ["DR0301"], "{}", compiled.shown);
    assert!(compiled.shown.contains("it has no wanted"), "{}", compiled.shown);
    clean(&own.replace("GATHER\n", "gather wanted: String\n"));
}

#[test]
fn the_fix_of_a_list_of_endpoints_mends_it() {
    let text = |list: &str| {
        format!(
            "service net: network.isolated in both {{ endpoints = {list} }}
service one: function.node in both {{ code = file(\"code.mjs\"), network = net, access = [jobs.send, news.put] }}
"
        )
    };
    for (list, code) in [("[\"sqs\"]", "network/missing_endpoint"), ("[\"events\", \"kms\", \"sqs\"]", "network/superfluous_endpoint")] {
        let compiled = compile(&text(list));
        assert_eq!(compiled.codes(), [code], "{}", compiled.shown);
        let Fix { title, edits } = compiled.findings[0].fix.clone().expect("a fix");
        assert_eq!(title, "write `endpoints = [\"events\", \"sqs\"]`");
        let whole = format!("{FRAME}{}", text(list));
        let span = edits[0].span;
        let mended = format!("{}{}{}", &whole[..span.start as usize], edits[0].replacement, &whole[span.end as usize..]);
        assert_eq!(mended, format!("{FRAME}{}", text("[\"events\", \"sqs\"]")));
        clean(mended.strip_prefix(FRAME).unwrap());
    }
}

#[test]
fn what_is_gathered_may_be_handed_on() {
    let chain = "component hub is service {
  input next: Any? in regions
  gather wanted: String
  if next[regions.first] != none {
    contribute next.wanted = wanted.keys
  }
  for name, asked in wanted {
    resource note: AWS::SSM::Parameter in asked.regions { Type = \"String\", Value = asked.by[0] }
  }
}
service net:   network.isolated in both
service last:  hub in both
service outer: hub in both { next = last }
contribute outer.wanted = [\"a\"]
";
    let files = clean(chain);
    let app = resources(&files, "us-east-1/app.template.json");
    assert_eq!(app["OuterANote"]["Properties"]["Value"], "shop");
    assert_eq!(app["LastANote"]["Properties"]["Value"], "outer");
}

#[test]
fn what_is_contributed_is_checked() {
    let hub = "component hub is service {\n  gather wanted: String(\"[a-z]+\")\n}\nservice net: network.isolated in both\nservice h: hub in both\n";
    for (statement, code) in [
        ("contribute h.wantd = [\"a\"]", "DR0202"),
        ("contribute h.wanted = \"a\"", "DR0301"),
        ("contribute h.wanted = [\"A\"]", "DR0303"),
        ("contribute h.wanted = [3]", "DR0301"),
        ("contribute both.wanted = [\"a\"]", "DR0301"),
        ("param p: String\ncontribute h.wanted = [p]", "DR0305"),
    ] {
        let compiled = compile(&format!("{hub}{statement}\n"));
        assert_eq!(compiled.codes(), [code], "{statement}\n{}", compiled.shown);
    }
}
