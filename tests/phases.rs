//! A deployment grows: whatever sequence of platforms is deployed, no phase takes away what is there.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::emit::read_manifest;
use project::Project;
use serde_json::Value;
use std::collections::BTreeMap;

const ORDERS: &str = include_str!("../examples/orders/platform.dr");
const SECOND_PAIR: &str = "\nreplica receipts: bucket.replicated across both { flow = \"two_way\" }\n";

/// What runs: each stack with the phase that its tag says and its template.
#[derive(Default)]
struct Account {
    stacks: BTreeMap<String, (u64, Value)>,
    /// What was applied: stack, phase, template.
    applied: Vec<(String, u64, Value)>,
}

struct Compiled {
    files: BTreeMap<String, String>,
    manifest: Value,
}

fn compile(text: &str, deployed: Option<&Compiled>) -> Compiled {
    let deployed = deployed.map(|old| read_manifest("old/manifest.json", old.files["manifest.json"].as_bytes()).expect("our own manifest"));
    let compiled = Project::new(text).deployed(deployed).compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let manifest = serde_json::from_str(&files["manifest.json"]).expect("a manifest is JSON");
    Compiled { files, manifest }
}

impl Account {
    /// Deploys as the manifest says; what a deployer has to refuse is told.
    fn deploy(&mut self, compiled: &Compiled) -> Result<(), String> {
        self.refuse(&compiled.manifest)?;
        for phase in compiled.manifest["phases"].as_array().unwrap() {
            for stack in phase["waves"].as_array().unwrap().iter().flat_map(|wave| wave.as_array().unwrap()) {
                let stack = stack.as_str().unwrap();
                let entry = &phase["stacks"][stack];
                let number = entry["phase"].as_u64().unwrap();
                let reached = self.stacks.get(stack).map_or(0, |(reached, _)| *reached);
                if reached > number && entry["last"] != true {
                    continue;
                }
                let template: Value = serde_json::from_str(&compiled.files[entry["template"].as_str().unwrap()]).unwrap();
                for source in entry["parameters"].as_object().unwrap().values().filter(|source| source["from"] == "output") {
                    let outputs = &self.stacks.get(source["stack"].as_str().unwrap()).unwrap_or_else(|| panic!("{stack}: {source}")).1["Outputs"];
                    assert!(outputs.get(source["output"].as_str().unwrap()).is_some(), "{stack}: nobody gives {source}");
                }
                self.applied.push((stack.to_string(), number.max(reached), template.clone()));
                self.stacks.insert(stack.to_string(), (number.max(reached), template));
            }
        }
        Ok(())
    }

    fn refuse(&self, manifest: &Value) -> Result<(), String> {
        for stack in manifest["stacks"].as_array().unwrap() {
            let id = stack["id"].as_str().unwrap();
            let known = self.stacks.get(id);
            let wanted = stack["deployed_phase"].as_u64().unwrap_or(0);
            if known.map_or(0, |(reached, _)| *reached) < wanted {
                return Err(format!("{id} has not reached phase {wanted}"));
            }
            let lowest = manifest["phases"].as_array().unwrap().iter().filter_map(|phase| phase["stacks"][id]["phase"].as_u64()).min();
            let Some((reached, template)) = known.filter(|(reached, _)| Some(*reached) > lowest) else { continue };
            for (name, resource) in stack["resources"].as_object().unwrap() {
                if resource["later"] == true && template["Resources"].get(name).is_none() {
                    return Err(format!("{id} has reached phase {reached}, and {name} is new"));
                }
            }
        }
        Ok(())
    }
}

/// Paths of what the first value has and the second one has not.
fn lost(before: &Value, after: &Value, at: &str, found: &mut Vec<String>) {
    let Value::Object(before) = before else { return };
    for (key, inner) in before {
        match after.get(key) {
            Some(new) => lost(inner, new, &format!("{at}.{key}"), found),
            None => found.push(format!("{at}.{key}")),
        }
    }
}

/// Whatever was applied after each other to the same stack only grew.
fn only_grew(account: &Account) {
    let mut seen: BTreeMap<&str, (u64, &Value)> = BTreeMap::new();
    for (stack, phase, template) in &account.applied {
        if let Some((reached, before)) = seen.insert(stack, (*phase, template)) {
            let mut found = Vec::new();
            lost(&before["Resources"], &template["Resources"], "", &mut found);
            assert_eq!(found, Vec::<String>::new(), "{stack} loses this from phase {reached} to phase {phase}");
            assert!(reached <= *phase, "{stack} falls from phase {reached} to {phase}");
        }
    }
}

/// All stacks hold what the whole templates say.
fn is_whole(account: &Account, compiled: &Compiled) {
    for (stack, (_, template)) in &account.stacks {
        let whole: Value = serde_json::from_str(&compiled.files[&format!("{stack}.template.json")]).unwrap();
        assert_eq!(template, &whole, "{stack}");
    }
}

#[test]
fn a_second_pair_joins_a_running_platform() {
    let mut account = Account::default();
    let first = compile(ORDERS, None);
    account.deploy(&first).unwrap();
    is_whole(&account, &first);
    let once = account.applied.len();
    account.deploy(&first).unwrap();
    is_whole(&account, &first);
    assert!(account.applied.len() < 2 * once, "the second time, no stack is applied in a phase that it has left behind");
    let second = compile(&format!("{ORDERS}{SECOND_PAIR}"), Some(&first));
    account.deploy(&second).unwrap();
    is_whole(&account, &second);
    only_grew(&account);
    // In between, the new buckets stood without rules, and the old ones kept theirs.
    let between = account.applied.iter().find(|(stack, _, template)| stack == "us-east-2/data" && template["Resources"]["ReceiptsStore"].is_object());
    let (_, phase, template) = between.expect("the new bucket");
    assert!(template["Resources"]["ReceiptsStore"]["Properties"].get("ReplicationConfiguration").is_none());
    assert!(template["Resources"]["InvoicesStore"]["Properties"].get("ReplicationConfiguration").is_some());
    assert_eq!((*phase, account.stacks["us-east-2/data"].0), (2, 3));
    // From then on the platform can be compiled without the old manifest.
    account.deploy(&compile(&format!("{ORDERS}{SECOND_PAIR}"), None)).unwrap();
    only_grew(&account);
}

#[test]
fn a_second_pair_without_the_manifest_is_refused() {
    let mut account = Account::default();
    account.deploy(&compile(ORDERS, None)).unwrap();
    let refused = account.deploy(&compile(&format!("{ORDERS}{SECOND_PAIR}"), None)).unwrap_err();
    assert!(refused.contains("ReceiptsStore"), "{refused}");
    only_grew(&account);
}

#[test]
fn what_is_compiled_for_a_running_platform_needs_it() {
    let first = compile(ORDERS, None);
    let second = compile(&format!("{ORDERS}{SECOND_PAIR}"), Some(&first));
    assert!(Account::default().deploy(&second).is_err());
}

#[test]
fn a_third_region_joins_a_running_platform() {
    let text = ORDERS
        .replace("region standby = us-east-2\n", "region standby = us-east-2\nregion third   = eu-west-1\n")
        .replace("let both = [primary, standby]", "let both = [primary, standby, third]");
    for knows in [false, true] {
        let mut account = Account::default();
        let first = compile(ORDERS, None);
        account.deploy(&first).unwrap();
        let second = compile(&text, knows.then_some(&first));
        account.deploy(&second).unwrap();
        is_whole(&account, &second);
        only_grew(&account);
        // The bucket stands before the rules of the others name it.
        let position = |wanted: &dyn Fn(&(String, u64, Value)) -> bool| account.applied.iter().position(wanted).unwrap();
        let stands = position(&|(stack, _, template)| stack == "eu-west-1/data" && template["Resources"]["InvoicesStore"].is_object());
        let named = position(&|(stack, _, template)| {
            let rules = &template["Resources"]["InvoicesStore"]["Properties"]["ReplicationConfiguration"]["Rules"];
            stack == "us-east-1/data" && rules.as_array().is_some_and(|rules| rules.len() == 2)
        });
        assert!(stands < named, "{stands} {named}");
    }
}

#[test]
fn one_way_becomes_two_ways() {
    let one_way = ORDERS.replace("flow = \"two_way\"", "flow = \"one_way\"").replace("alarm invoices_lag in both", "alarm invoices_lag in standby");
    for knows in [false, true] {
        let mut account = Account::default();
        let first = compile(&one_way, None);
        account.deploy(&first).unwrap();
        let second = compile(ORDERS, knows.then_some(&first));
        account.deploy(&second).unwrap();
        is_whole(&account, &second);
        only_grew(&account);
    }
}

#[test]
fn what_is_plain_needs_one_phase() {
    let plain = compile("platform shop {}\nregion primary = us-east-1\nresource queue: AWS::SQS::Queue in primary {}", None);
    assert_eq!(plain.manifest["phases"].as_array().unwrap().len(), 1);
}

/// Two networks that know each other: the peering needs both, and the routes on both sides need the peering.
#[test]
fn networks_peer_with_each_other() {
    let text = r#"
platform shop {}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
let ranges = { primary: 10.1.0.0/16, standby: 10.2.0.0/16 }
resource net:   AWS::EC2::VPC        in both { CidrBlock = ranges[here] }
resource table: AWS::EC2::RouteTable in both { VpcId = net.ref }
later {
  resource peering: AWS::EC2::VPCPeeringConnection in primary {
    VpcId      = net.ref
    PeerVpcId  = net[standby].ref
    PeerRegion = standby
  }
  resource way: AWS::EC2::Route in both {
    RouteTableId           = table.ref
    DestinationCidrBlock   = if here == primary then ranges[standby] else ranges[primary]
    VpcPeeringConnectionId = peering.ref
  }
}
"#;
    let mut account = Account::default();
    let compiled = compile(text, None);
    account.deploy(&compiled).unwrap();
    is_whole(&account, &compiled);
    only_grew(&account);
    let template = &account.stacks["us-east-2/app"].1;
    assert_eq!(template["Resources"]["Way"]["Properties"]["VpcPeeringConnectionId"]["Ref"], "PeeringPrimary");
    let order: Vec<(&str, u64)> =
        account.applied.iter().map(|(stack, phase, _)| (stack.as_str(), *phase)).filter(|(stack, _)| stack.ends_with("/app")).collect();
    assert_eq!(order, [("us-east-1/app", 1), ("us-east-2/app", 1), ("us-east-1/app", 2), ("us-east-2/app", 2)]);
    // Without phases there is no order.
    let circular = text.replace("later {", "if true {");
    let shown = Project::new(&circular).compile().shown;
    assert!(shown.contains("DR0605") && shown.contains("group"), "{shown}");
}
