//! Limits of CloudFormation and Step Functions: what is beyond one is found, and the cut that the finding proposes works.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostic;
use project::Project;
use serde_json::Value;
use std::collections::BTreeMap;

const HEAD: &str = "platform shop {}\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";

fn compile(body: &str) -> (Vec<Diagnostic>, BTreeMap<String, String>, String) {
    let compiled = Project::new(&format!("{HEAD}{body}")).compile_part();
    (compiled.findings, compiled.files.unwrap_or_default(), compiled.shown)
}

fn clean(body: &str) -> BTreeMap<String, String> {
    let (findings, files, shown) = compile(body);
    assert!(findings.is_empty(), "{shown}");
    files
}

/// The one finding of a platform.
fn finding(body: &str) -> Diagnostic {
    let (findings, _, shown) = compile(body);
    let [finding] = findings.as_slice() else { panic!("{shown}") };
    finding.clone()
}

fn resources(files: &BTreeMap<String, String>) -> BTreeMap<String, usize> {
    let templates = files.iter().filter(|(path, _)| path.ends_with(".template.json"));
    templates
        .map(|(path, text)| {
            let template: Value = serde_json::from_str(text).unwrap();
            (path.trim_end_matches(".template.json").to_string(), template["Resources"].as_object().unwrap().len())
        })
        .collect()
}

/// A loop that makes topics.
fn topics(name: &str, count: usize) -> String {
    format!("for n in range({count}) {{ resource {name}: AWS::SNS::Topic in both {{}} }}\n")
}

#[test]
fn two_thousand_resources_in_groups_are_no_trouble() {
    let groups: String = (0..5).map(|number| format!("group part_{number} {{\n{}}}\n", topics(&format!("topic_{number}"), 200))).collect();
    let counts = resources(&clean(&groups));
    assert_eq!(counts.values().sum::<usize>(), 2_000 + 4, "{counts:?}");
    let largest: String = (0..2).map(|number| format!("group part_{number} {{\n{}}}\n", topics(&format!("topic_{number}"), 500))).collect();
    assert_eq!(resources(&clean(&largest))["us-east-2/part_1"], 500);
}

#[test]
fn five_hundred_and_one_in_a_group_are_told_with_a_cut_that_works() {
    let (one, two, three) = (topics("carts", 200), topics("orders", 200), topics("parcels", 101));
    let finding = finding(&format!("group shipping {{\n{one}{two}{three}}}\n"));
    assert_eq!(finding.code, "DR0606");
    assert_eq!(finding.message, "the stack us-east-1/shipping has 501 resources; CloudFormation takes 500");
    assert!(finding.notes.contains(&"its largest parts: `carts` (200), `orders` (200), `parcels` (101)".into()), "{:?}", finding.notes);
    assert!(finding.notes.contains(&"the same is true of us-east-2/shipping".into()), "{:?}", finding.notes);
    assert_eq!(finding.help.as_deref(), Some("put `parcels` into `group shipping_2 { ... }`; the rest may stay"));
    // As it says.
    let counts = resources(&clean(&format!("group shipping {{\n{one}{two}}}\ngroup shipping_2 {{\n{three}}}\n")));
    assert_eq!((counts["us-east-1/shipping"], counts["us-east-1/shipping_2"]), (400, 101));
}

#[test]
fn a_layer_is_cut_like_a_group() {
    let parts: Vec<String> = ["a", "b", "c", "d", "e"].iter().map(|name| topics(&format!("topic_{name}"), 300)).collect();
    let help = finding(&parts.concat()).help.unwrap();
    assert_eq!(
        help,
        "put `topic_b` into `group app_2 { ... }`, and put `topic_c` into `group app_3 { ... }`, \
         and put `topic_d` into `group app_4 { ... }`, and put `topic_e` into `group app_5 { ... }`; the rest may stay"
    );
    // A name that is taken is not proposed.
    let taken = format!("group app_2 {{ resource topic: AWS::SNS::Topic in primary {{}} }}\n{}{}", topics("one", 300), topics("two", 300));
    assert!(finding(&taken).help.unwrap().contains("`group app_3 { ... }`"));
}

#[test]
fn a_loop_that_is_too_much_alone_is_cut_itself() {
    let help = finding(&topics("lane", 501)).help.unwrap();
    assert!(help.starts_with("`lane` alone is too much for a stack: cut the list of its `for` in two"), "{help}");
    assert!(help.contains("`group app_2 { ... }`"), "{help}");
}

#[test]
fn what_a_declaration_has_in_other_layers_comes_along() {
    // Alone each of them fits into the layer, but not two of them into a group with what they have in the other layer.
    let part = |name: &str| {
        format!(
            "component {name}_parts is service {{\n  for n in range(200) {{ resource one: AWS::SNS::Topic {{}} }}\n  \
             for n in range(200) {{ resource two: AWS::SNS::Topic {{ layer = \"data\" }} }}\n}}\nservice {name}: {name}_parts in primary {{}}\n"
        )
    };
    let body: String = ["a", "b", "c", "d"].iter().map(|name| part(name)).collect();
    let (findings, _, shown) = compile(&body);
    let help: Vec<&str> = findings.iter().filter_map(|finding| finding.help.as_deref()).collect();
    let expected = |unit: &str| format!("put `c` into `group {unit}_2 {{ ... }}`, and put `d` into `group {unit}_3 {{ ... }}`; the rest may stay");
    assert_eq!(help, [expected("app"), expected("data")], "{shown}");
}

#[test]
fn outputs_and_parameters_are_cut_too() {
    let pair = |name: &str, count: usize| {
        format!(
            "for n in range({count}) {{\n  resource {name}: AWS::SNS::Topic in primary {{ layer = \"data\" }}\n  \
             resource {name}_note: AWS::SSM::Parameter in primary {{ Type = \"String\", Value = {name}.arn }}\n}}\n"
        )
    };
    let (one, two) = (pair("cart", 120), pair("order", 81));
    let (findings, _, shown) = compile(&format!("{one}{two}"));
    let told: Vec<(&str, &str)> = findings.iter().map(|finding| (finding.message.as_str(), finding.help.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("the stack us-east-1/data has 201 outputs; CloudFormation takes 200", "put `order` into `group data_2 { ... }`; the rest may stay"),
            (
                "the stack us-east-1/app has 201 parameters; CloudFormation takes 200",
                "put `order_note` into `group app_2 { ... }`; the rest may stay"
            ),
        ],
        "{shown}"
    );
    // In one group, neither leaves its stack.
    clean(&format!("{one}group orders {{\n{two}}}\n"));
}

#[test]
fn keys_go_with_their_group() {
    let keys = |name: &str, count: usize| {
        format!("for n in range({count}) {{ resource {name}: AWS::KMS::Key in primary {{ layer = \"keys\", KeyPolicy = key_policy([]) }} }}\n")
    };
    let finding = finding(&format!("{}{}", keys("ours", 300), keys("theirs", 300)));
    assert_eq!(finding.message, "the stack us-east-1/keys has 600 resources; CloudFormation takes 500");
    assert_eq!(finding.help.as_deref(), Some("put `theirs` into `group keys_2 { ... }`; the rest may stay"));
    let counts = resources(&clean(&format!("{}group keys_2 {{\n{}}}\n", keys("ours", 300), keys("theirs", 300))));
    assert_eq!((counts["us-east-1/keys"], counts["us-east-1/keys_2-keys"]), (300, 300));
    // Nor is there an end with one group.
    let help = self::finding(&format!("group all {{\n{}{}}}\n", keys("ours", 300), keys("theirs", 300))).help;
    assert_eq!(help.as_deref(), Some("put `theirs` into `group all_2 { ... }`; the rest may stay"));
}

#[test]
fn a_cut_that_gives_no_order_is_not_proposed() {
    // `right` needs `left`, and what stays beside `left` needs `right`: in two stacks each would wait for the other.
    let body = "for n in range(251) { resource left: AWS::SNS::Topic in primary {} }\n\
                resource note: AWS::SSM::Parameter in primary { Type = \"String\", Value = right[\"0\"].ref }\n\
                for n in range(251) { resource right: AWS::SNS::Topic in primary { DisplayName = left[\"0\"].TopicName } }\n";
    let help = finding(body).help.unwrap();
    assert!(help.starts_with("spread its declarations over stacks of their own"), "{help}");
}

#[test]
fn dynamic_references_are_counted() {
    let secrets = |name: &str, count: usize| {
        format!(
            "for n in range({count}) {{ resource {name}: AWS::SSM::Parameter in both {{ Type = \"String\", Value = \"{{{{resolve:ssm:/{name}/${{n}}}}}}\" }} }}\n"
        )
    };
    clean(&secrets("pin", 60));
    let finding = finding(&format!("{}{}", secrets("pin", 40), secrets("word", 21)));
    assert_eq!(finding.code, "DR0606");
    // The last stack in the order is looked at first; the other Region's is the same mistake.
    assert_eq!(finding.message, "the template of us-east-2/app has 61 dynamic references; CloudFormation takes 60");
    assert_eq!(finding.help.as_deref(), Some("put `word` into `group app_2 { ... }`; the rest may stay"));
    clean(&format!("{}group app_2 {{\n{}}}\n", secrets("pin", 40), secrets("word", 21)));
}

#[test]
fn the_size_of_a_template_is_known() {
    let notes = |name: &str, count: usize| {
        let text = "lorem ipsum ".repeat(330);
        format!("for n in range({count}) {{ resource {name}: AWS::SSM::Parameter in primary {{ Type = \"String\", Value = \"{text}\" }} }}\n")
    };
    let finding = finding(&format!("{}{}", notes("small", 80), notes("large", 180)));
    let size: usize = finding.message.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert_eq!(finding.message, format!("the template of us-east-1/app has {size} bytes; CloudFormation takes 1048576"));
    assert_eq!(finding.help.as_deref(), Some("put `large` into `group app_2 { ... }`; the rest may stay"));
    let files = clean(&format!("{}group app_2 {{\n{}}}\n", notes("small", 80), notes("large", 180)));
    let sizes: Vec<usize> = ["us-east-1/app", "us-east-1/app_2"].iter().map(|stack| files[&format!("{stack}.template.json")].len()).collect();
    assert!(sizes.iter().all(|size| *size <= 1_048_576) && sizes.iter().sum::<usize>() >= size, "{sizes:?} {size}");
}

#[test]
fn values_of_parameters_are_bounded() {
    let long = "x".repeat(4_097);
    for (parameter, said) in [
        (format!("param text: String = \"{long}\""), "a default of 4097 bytes"),
        ("param text: String(1..5000)".into(), "admits 5000 characters"),
        (format!("param text: OneOf(\"a\", \"{long}\")"), "an allowed value of 4097 bytes"),
    ] {
        let finding = finding(&parameter);
        assert_eq!((finding.code.as_ref(), finding.labels[0].message.as_str()), ("DR0606", said));
    }
    clean(&format!("param text: String(1..4096) = \"{}\"\n", &long[..4_096]));
}

const NOTE: &str = r#"
component note is replica {
  resource value: AWS::SSM::Parameter { Type = "String", Value = "no" }
  condition said in to {
    let seen = call ssm.getParameter { Name = "x" }
    holds = seen.Parameter.Value == "yes"
  }
  action wait in to {
    done when said every 1s within 24h
    call ssm.putParameter { Name = "x", Value = "yes" }
  }
}
replica word: note across both {}
"#;

#[test]
fn the_history_of_an_execution_is_bounded() {
    let plan =
        |within: &str| format!("{NOTE}failback evacuate from primary to standby {{\n  step settle = word.wait() {{ within = {within} }}\n}}\n");
    clean(&plan("30min"));
    let finding = finding(&plan("3h"));
    assert_eq!(finding.code, "DR0408");
    assert!(finding.message.ends_with("Step Functions ends it at 25000"), "{}", finding.message);
    assert!(finding.notes[0].starts_with("`settle` asks every 1s for at most "), "{:?}", finding.notes);
    assert!(finding.notes[0].contains(" rounds of 11 events "), "{:?}", finding.notes);
    // What the help says fits, and no whole minute more would.
    let help = finding.help.unwrap();
    let minutes: u64 = help.trim_start_matches("write `within = ").split("min`").next().unwrap().parse().unwrap_or_else(|_| panic!("{help}"));
    clean(&plan(&format!("{minutes}min")));
    assert_eq!(self::finding(&plan(&format!("{}min", minutes + 2))).code, "DR0408");
}

#[test]
fn the_size_of_a_definition_is_known() {
    let reason = "r".repeat(3_000);
    let steps: String = (0..360).map(|number| format!("  step s{number} = wait 1s \"{reason}\"\n")).collect();
    let (findings, _, shown) = compile(&format!("failback evacuate from primary to standby {{\n{steps}}}\n"));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_ref()).collect();
    // The definition stands in the template too, which is then too large as well.
    assert_eq!(codes, ["DR0408", "DR0606"], "{shown}");
    assert!(findings[0].message.contains("; Step Functions takes 1048576"), "{}", findings[0].message);
}

#[test]
fn names_of_states_are_bounded() {
    let plan = |name: &str| format!("{NOTE}failback evacuate from primary to standby {{\n  step {name} = wait 60s \"a while\"\n}}\n");
    clean(&plan(&"s".repeat(80)));
    let finding = finding(&plan(&"s".repeat(81)));
    assert_eq!((finding.code.as_ref(), finding.message.as_str()), ("DR0408", "the name of a step has 81 characters; a state's name has 80"));
}
