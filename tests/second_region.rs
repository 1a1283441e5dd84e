//! One more Region is at most three changed lines, and changes existing templates only where they list Regions.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod project;

use project::Project;
use serde_json::Value;
use std::collections::BTreeMap;

const ORDERS: &str = include_str!("../examples/orders/platform.dr");

/// The whole change, line by line: what a user writes to have a second reader.
const EDITS: &[(&str, &str)] = &[
    ("region standby = us-east-2\n", "region standby = us-east-2\nregion third   = eu-west-1\n"),
    ("let both = [primary, standby]\n", "let both = [primary, standby, third]\n"),
];

/// Everything that may change in templates which existed before; `[+]` is an element that was added to a list.
const ALLOWED: &[&str] = &[
    // The role that copies invoices may write the new copies, and encrypt them there.
    "us-east-1/data.template.json: Resources.InvoicesReplicator.Properties.Policies[0].PolicyDocument.Statement[2].Resource[+]",
    "us-east-1/data.template.json: Resources.InvoicesReplicator.Properties.Policies[0].PolicyDocument.Statement[+]",
    // Invoices are copied there.
    "us-east-1/data.template.json: Resources.InvoicesStore.Properties.ReplicationConfiguration.Rules[+]",
    // The password is copied to the Region of the new reader.
    "us-east-1/data.template.json: Resources.LedgerSecret.Properties.ReplicaRegions[+]",
    // The table has one more replica.
    "us-east-1/global.template.json: Resources.CartsTable.Properties.Replicas[+]",
    // The machines that promote change the new member, too.
    "us-east-1/recovery.template.json: Resources.EvacuateStandbyRole.Properties.Policies[0].PolicyDocument.Statement[1].Resource[+]",
    // Invoices flow from everywhere to everywhere.
    "us-east-2/data.template.json: Resources.InvoicesReplicator.Properties.Policies[0].PolicyDocument.Statement[2].Resource[+]",
    "us-east-2/data.template.json: Resources.InvoicesReplicator.Properties.Policies[0].PolicyDocument.Statement[+]",
    "us-east-2/data.template.json: Resources.InvoicesStore.Properties.ReplicationConfiguration.Rules[+]",
    // The machine that leaves the primary does the same.
    "us-east-2/recovery.template.json: Resources.EvacuatePrimaryRole.Properties.Policies[0].PolicyDocument.Statement[1].Resource[+]",
    // So does the one that returns.
    "us-east-2/recovery.template.json: Resources.HomeRole.Properties.Policies[0].PolicyDocument.Statement[1].Resource[+]",
];

fn files(text: &str) -> BTreeMap<String, String> {
    let compiled = Project::new(text).compile();
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
    compiled.files.unwrap()
}

fn with_the_third() -> String {
    EDITS.iter().fold(ORDERS.to_string(), |text, (before, after)| {
        assert_eq!(text.matches(before).count(), 1, "{before}");
        text.replace(before, after)
    })
}

/// The paths at which two JSON values differ.
fn changes(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let dotted = |key: &String| if path.ends_with(": ") { format!("{path}{key}") } else { format!("{path}.{key}") };
            found.extend(after.keys().filter(|key| !before.contains_key(*key)).map(|key| format!("{}+", dotted(key))));
            for (key, known) in before {
                match after.get(key) {
                    Some(new) => changes(&dotted(key), known, new, found),
                    None => found.push(format!("{}-", dotted(key))),
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for (at, (known, new)) in before.iter().zip(after).enumerate() {
                changes(&format!("{path}[{at}]"), known, new, found);
            }
            found.extend(after.iter().skip(before.len()).map(|_| format!("{path}[+]")));
            found.extend(before.iter().skip(after.len()).map(|_| format!("{path}[-]")));
        }
        _ if before == after => {}
        _ => found.push(path.to_string()),
    }
}

#[test]
fn at_most_three_lines_change() {
    let diff = bless::diff("platform.dr", ORDERS, &with_the_third());
    let changed = |sign: char| diff.lines().filter(|line| line.starts_with(sign) && !line.starts_with(&sign.to_string().repeat(3))).count();
    assert!(changed('+') <= 3 && changed('-') <= changed('+'), "{diff}");
    bless::golden("golden/second_region/platform.diff", &diff);
}

#[test]
fn existing_templates_change_only_where_they_list_regions() {
    let (before, after) = (files(ORDERS), files(&with_the_third()));
    let (mut found, mut diff) = (Vec::new(), String::new());
    for (path, known) in before.iter().filter(|(path, _)| path.ends_with(".template.json") && !path.contains(".phase-")) {
        let new = after.get(path).unwrap_or_else(|| panic!("{path} is not there any more"));
        let (known_json, new_json) = (serde_json::from_str(known).unwrap(), serde_json::from_str(new).unwrap());
        changes(&format!("{path}: "), &known_json, &new_json, &mut found);
        diff.push_str(&bless::diff(path, known, new));
    }
    assert_eq!(found, ALLOWED);
    bless::golden("golden/second_region/templates.diff", &diff);
}

#[test]
fn no_resource_is_renamed_or_removed() {
    let (before, after) = (files(ORDERS), files(&with_the_third()));
    let ids = |files: &BTreeMap<String, String>, path: &String| -> Vec<(String, Value)> {
        let template: Value = serde_json::from_str(&files[path]).unwrap();
        template["Resources"].as_object().unwrap().iter().map(|(id, resource)| (id.clone(), resource["Type"].clone())).collect()
    };
    for path in before.keys().filter(|path| path.ends_with(".template.json")) {
        assert_eq!(ids(&before, path), ids(&after, path), "{path}");
    }
}

#[test]
fn machines_stay_as_they_are() {
    let (before, after) = (files(ORDERS), files(&with_the_third()));
    let machines = |files: &BTreeMap<String, String>| -> Vec<(String, String)> {
        files.iter().filter(|(path, _)| path.ends_with(".asl.json")).map(|(path, text)| (path.clone(), text.clone())).collect()
    };
    assert!(!machines(&before).is_empty());
    // The new Region is rehearsed as well.
    let (new, known): (Vec<_>, Vec<_>) = machines(&after).into_iter().partition(|(path, _)| path.starts_with("eu-west-1/"));
    assert_eq!(machines(&before), known);
    assert_eq!(new.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["eu-west-1/readiness.asl.json"]);
}

#[test]
fn existing_stacks_keep_all_but_what_they_wait_for() {
    let manifest = |files: &BTreeMap<String, String>| serde_json::from_str::<Value>(&files["manifest.json"]).unwrap();
    let (before, after) = (manifest(&files(ORDERS)), manifest(&files(&with_the_third())));
    let plans = |manifest: &Value| -> Vec<Value> {
        manifest["plans"].as_array().unwrap().iter().filter(|plan| plan["region"] != "eu-west-1").cloned().collect()
    };
    assert_eq!(plans(&before), plans(&after));
    assert_eq!(before["parameters"], after["parameters"]);
    let mut kept = Vec::new();
    for stack in after["stacks"].as_array().unwrap() {
        let Some(known) = before["stacks"].as_array().unwrap().iter().find(|known| known["id"] == stack["id"]) else {
            assert_eq!(stack["region"], "eu-west-1", "{stack}");
            continue;
        };
        let (mut stack, mut known) = (stack.clone(), known.clone());
        let (new, old) = (stack["depends_on"].take(), known["depends_on"].take());
        assert_eq!(stack, known);
        assert!(old.as_array().unwrap().iter().all(|stack| new.as_array().unwrap().contains(stack)), "{old} {new}");
        kept.push(known["id"].clone());
    }
    // The order among those that were there stays.
    let order: Vec<Value> = before["stacks"].as_array().unwrap().iter().map(|stack| stack["id"].clone()).collect();
    assert_eq!(kept, order);
}

#[test]
fn the_comparison_sees_every_kind_of_change() {
    let before = serde_json::json!({ "a": { "b": [1, 2], "c": 1, "gone": 1 } });
    let after = serde_json::json!({ "a": { "b": [1, 3, 4], "c": [], "new": 1 } });
    let mut found = Vec::new();
    changes("f: ", &before, &after, &mut found);
    assert_eq!(found, ["f: a.new+", "f: a.b[1]", "f: a.b[+]", "f: a.c", "f: a.gone-"]);
}
