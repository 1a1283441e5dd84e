//! `drc trace`: from a name in AWS back to the line.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;

use command::{Folder, code, text};

const ORDERS: &str = include_str!("../examples/orders/platform.dr");

const SHOP: &str = r#"
use "./parts/cell.dr" as cell
use std@1.{table, topic}

platform shop {}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
param subnet: SubnetId in both

replica carts: table.global across both { key = { id: "S" } }
service alerts: topic.alerts in both { to = ["oncall@example.com"] }
service box: cell.box in both { subnet = subnet }

failover evacuate among both {
  start  = "operator"
  detect = 5min
  decide = 5min
  step look = carts.probe()
  step tell = alerts.notify("now")
  on failure { notify alerts }
}
drill readiness in both every 1h {
  step look = carts.probe()
  on failure { notify alerts }
}
"#;

const CELL: &str = r#"
pub component box is service {
  input subnet: SubnetId in regions

  resource lock: AWS::EC2::NetworkInterface {
    SubnetId = subnet
  }
}
"#;

fn shop() -> Folder {
    Folder::with(&[("platform.dr", SHOP), ("parts/cell.dr", CELL)])
}

/// The lines of the short form, which is what a pipe gets.
fn lines(folder: &Folder, name: &str) -> Vec<String> {
    let output = folder.run(&["trace", name]);
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()), "{name}");
    text(&output.stdout).lines().map(String::from).collect()
}

/// The number of the line of a text that begins so.
fn number(text: &str, line: &str) -> usize {
    1 + text.lines().position(|known| known.trim_start().starts_with(line)).unwrap_or_else(|| panic!("no line begins with {line}"))
}

#[test]
fn a_logical_id_leads_to_its_declaration() {
    let lines = lines(&Folder::with(&[("platform.dr", ORDERS)]), "LedgerCluster");
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let place = format!("platform.dr:{}:1: resource: ", number(ORDERS, "replica ledger"));
    assert!(line.starts_with(&place), "{line}");
    assert!(line.contains("AWS::RDS::DBCluster in us-east-1/data, us-east-2/data"), "{line}");
    assert!(line.contains("made at std@1/aurora.dr:"), "{line}");
}

#[test]
fn a_state_leads_to_its_step() {
    let folder = shop();
    let look = number(SHOP, "step look");
    // Two plans have the step; the machines of one plan are one hit.
    let all = lines(&folder, "look");
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].starts_with(&format!("platform.dr:{look}:3: state: ")), "{all:?}");
    assert!(all[0].contains("evacuate-primary in us-east-2, evacuate-standby in us-east-1"), "{all:?}");
    assert!(all[1].contains("readiness in us-east-1, readiness in us-east-2"), "{all:?}");
    let one = lines(&folder, "evacuate-standby/look");
    assert!(one.len() == 1 && one[0].contains("a state of evacuate-standby in us-east-1 (made at std@1/table.dr:"), "{one:?}");
    assert_eq!(lines(&folder, "evacuate/look").len(), 1);
    // States that no step names belong to a step, or to what is done after a failure.
    let notice = lines(&folder, "tell of the failure");
    assert!(notice[0].starts_with(&format!("platform.dr:{}:3: ", number(SHOP, "on failure"))), "{notice:?}");
    assert!(lines(&folder, "evacuate/look: refused")[0].starts_with(&format!("platform.dr:{look}:3: ")));
    let plan = lines(&folder, "readiness");
    assert!(plan.len() == 2 && plan[0].contains("plan: ") && plan[0].starts_with(&format!("platform.dr:{}:1: ", number(SHOP, "drill"))), "{plan:?}");
}

#[test]
fn parameters_outputs_and_stacks_are_found() {
    let folder = shop();
    let place = format!("platform.dr:{}:1: parameter: ", number(SHOP, "param subnet"));
    for name in ["Subnet", "subnet"] {
        let found = lines(&folder, name);
        assert!(found.len() == 1 && found[0].starts_with(&place) && found[0].contains("us-east-1/app, us-east-2/app"), "{found:?}");
    }
    let output = lines(&folder, "AlertsTopicTopicArn");
    assert!(output[0].starts_with(&format!("platform.dr:{}:1: output: ", number(SHOP, "service alerts"))), "{output:?}");
    assert!(output[0].contains("an output of us-east-1/app, us-east-2/app, a parameter of us-east-1/recovery, us-east-2/recovery"), "{output:?}");
    let stack = lines(&folder, "us-east-2/app");
    let at = |line: &str| format!("platform.dr:{}:1: stack: ", number(SHOP, line));
    assert_eq!(stack.len(), 2, "{stack:?}");
    assert!(stack[0].starts_with(&at("service alerts")) && stack[1].starts_with(&at("service box")), "{stack:?}");
}

#[test]
fn a_stack_is_found_by_its_name_in_aws() {
    let folder = Folder::with(&[("platform.dr", ORDERS)]);
    let found = lines(&folder, "orders-recovery-blue");
    assert!(found.iter().any(|line| line.contains("`us-east-1/recovery` holds ")), "{found:?}");
    assert!(found.iter().any(|line| line.contains("`us-east-2/recovery` holds ")), "{found:?}");
    assert_eq!(code(&folder.run(&["trace", "orders-nothing-blue"])), 1);
}

#[test]
fn a_module_of_the_project_is_the_line_beside_it() {
    let found = lines(&shop(), "BoxLock");
    assert!(found[0].starts_with(&format!("platform.dr:{}:1: ", number(SHOP, "service box"))), "{found:?}");
    assert!(found[0].contains("made at parts/cell.dr:"), "{found:?}");
}

/// A session without the numbers of the library's lines, which move.
fn shown(folder: &Folder, arguments: &[&str]) -> String {
    let session = folder.session(arguments);
    let lines = session.lines().map(|line| match line.split_once("std@1/").and_then(|(before, after)| Some((before, after.split_once(".dr:")?))) {
        Some((before, (module, after))) => {
            let rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ':');
            format!("{before}std@1/{module}.dr:LINE: {}", rest.trim_start())
        }
        None => line.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn people_see_the_declaration() {
    let folder = Folder::with(&[("platform.dr", ORDERS)]);
    insta::assert_snapshot!(shown(&folder, &["trace", "promote", "--format", "graphical"]));
    insta::assert_snapshot!(shown(&folder, &["trace", "LedgerCluster", "--format", "narrated"]));
    insta::assert_snapshot!(shown(&folder, &["trace", "LedgerCluster", "--format", "plain"]));
}

#[test]
fn an_unknown_name_is_told_with_the_nearest_one() {
    let folder = shop();
    insta::assert_snapshot!(folder.session(&["trace", "CartsTabel"]));
    insta::assert_snapshot!(folder.session(&["trace", "evacuate-primary/tel"]));
    insta::assert_snapshot!(folder.session(&["trace", "cartstable"]));
    insta::assert_snapshot!(folder.session(&["trace", "nothing of that kind"]));
    insta::assert_snapshot!(folder.session(&["trace", "CartsTabel", "--format", "json"]));
}

#[test]
fn what_cannot_be_compiled_cannot_be_traced() {
    let folder = Folder::with(&[("platform.dr", "platform shop {}\nregion primary = us-east-9\n")]);
    insta::assert_snapshot!(folder.session(&["trace", "LedgerCluster", "--format", "short"]));
    insta::assert_snapshot!(folder.session(&["trace", "LedgerCluster", "elsewhere.dr"]));
}
