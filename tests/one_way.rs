//! A promotion that cannot be undone: how a ledger returns after it, and that what is deployed stays as it is.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::Project;
use serde_json::Value;

const LEDGER: &str = include_str!("projects/ledger-replica/platform.dr");

/// What is written on the day after, behind the declarations of the day before: a copy of what was promoted in Frankfurt.
const RETURN: &str = r#"
group returned {
  replica books_again: database.postgres across both {
    born_in = frankfurt
    source  = books
    network = net
  }
}

alarm behind_again in ireland { when max(books_again.lag) over 1min > 6min for 3 of 5, notify alerts }

failover home from frankfurt to ireland {
  allow DR0417 "a third copy is made in Frankfurt, as on the first day"
  detect = 5min
  start  = "operator"
  decide = 5min
  step promote = books_again.promote() { within = 18min }
  on failure { notify alerts }
}

drill ready_to_return in ireland every 1h {
  step books = books_again.probe()
  on failure { notify alerts }
}
"#;

fn project(platform: &str) -> Project {
    Project::new(platform).file("functions/book.mjs", include_str!("projects/ledger-replica/functions/book.mjs"))
}

fn after() -> Project {
    let copy = RETURN.replace("    network = net\n", "    network = net\n    allow DR0411 \"in Frankfurt is what it follows\"\n");
    project(&format!("{LEDGER}\n{copy}"))
}

#[test]
fn the_return_is_another_declaration_and_changes_nothing_that_is_there() {
    let (before, after) = (project(LEDGER).compile(), after().compile());
    assert_eq!(before.shown, "");
    assert_eq!(after.shown, "");
    let (before, after) = (before.files.unwrap(), after.files.unwrap());
    let mut same = 0;
    for (path, text) in before.iter().filter(|(path, _)| path.ends_with("data.template.json") || path.ends_with("keys.template.json")) {
        let (then, now): (Value, Value) = (serde_json::from_str(text).unwrap(), serde_json::from_str(&after[path]).unwrap());
        assert_eq!(then["Resources"], now["Resources"], "{path}");
        same += 1;
    }
    assert_eq!(same, 4);
}

#[test]
fn the_copy_that_returns_follows_what_was_promoted() {
    let files = after().compile().files.unwrap();
    let made: Value = serde_json::from_str(&files["eu-west-1/returned.template.json"]).unwrap();
    let instance = &made["Resources"]["BooksAgainInstance"]["Properties"];
    assert_eq!(
        instance["SourceDBInstanceIdentifier"]["Fn::Sub"],
        "arn:${AWS::Partition}:rds:eu-central-1:${AWS::AccountId}:db:ledger-books-${Suffix}-eu-central-1"
    );
    assert_eq!(instance["SourceRegion"], "eu-central-1");
    // Its key is one of its own Region; user and password are those of the ledger.
    assert!(instance["KmsKeyId"]["Ref"].as_str().unwrap().starts_with("BooksAgainKey"), "{instance}");
    assert!(instance.get("MasterUsername").is_none() && instance.get("StorageEncrypted").is_none(), "{instance}");
    // Where it follows, nothing is made but what the ledger has.
    assert!(!files.contains_key("eu-central-1/returned.template.json"));
}

#[test]
fn without_a_plan_that_could_do_it_a_promotion_is_looked_at_in_the_direction_that_it_is_for() {
    let head = "platform shop {}\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";
    let component = |wanted: &str| {
        format!(
            "{head}component store is replica {{\n  input born_in: Region\n  action promote in to {{\n    require to != born_in else \"no\" as \"store/source\"\n    \
             call ssm.putParameter {{ Name = {wanted}, Value = to.name, Overwrite = true }}\n  }}\n}}\nreplica s: store across both {{ born_in = primary }}\n"
        )
    };
    assert_eq!(Project::new(&component("\"x\"")).compile().shown, "");
    let wrong = Project::new(&component("misspelt")).compile();
    assert_eq!(wrong.codes(), ["DR0201"], "{}", wrong.shown);
}
