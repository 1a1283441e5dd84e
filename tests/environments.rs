//! The environment file: values for settings and parameters, and nothing else.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;
mod project;

use command::{Folder, code, text};
use project::Project;
use serde_json::{Value, json};

const PLATFORM: &str = r#"platform shop { naming = "${platform}-${path}-${suffix}" }

setting nodes:    Number(1..6)           = 2
setting capacity: PerRegion(Range(Acu))  = 2acu..4acu
setting labels:   Map(String)            = { team: "nobody" }
setting born:     Region                 = primary
setting size:     OneOf("small", "large")

param suffix: String("[a-z]{2,6}") = "prod"
param subnet: String("subnet-[0-9]+") in both
param count:  Number(1..6)
param open:   Bool = false
param pass:   Secret(String)

region primary = eu-west-1
region standby = eu-central-1
let both = [primary, standby]

for number in range(nodes) {
  resource topic: AWS::SNS::Topic in born {
    TopicName   = "told-${number}-${suffix}"
    DisplayName = "${size} ${labels.team} ${capacity[primary].low.number} ${count} ${open}"
  }
}
resource note: AWS::SNS::Topic in both { DisplayName = subnet }
"#;

fn platform(environment: &str) -> Project {
    Project::new(PLATFORM).environment(environment)
}

/// Code and message of each finding.
fn found(environment: &str) -> Vec<String> {
    platform(environment).compile().findings.iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

#[test]
fn values_shape_the_platform_and_are_handed_on() {
    let compiled = platform(
        "//! Production.\n\n// three of them\nnodes    = 3\ncapacity = { primary: 8acu..16acu, standby: 4acu..8acu }\nlabels   = { team: \"orders\" }\nborn     = standby\nsize     = \"large\"\nsuffix   = \"live\"\nsubnet   = { primary: \"subnet-1\", standby: \"subnet-2\" }\ncount    = 4\nopen     = true\n",
    )
    .compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let text = &files["eu-central-1/app.template.json"];
    assert_eq!(text.matches("large orders 8 ${Count} ${Open}").count(), 3, "{text}");
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let value = |name: &str| manifest["parameters"][name]["value"].clone();
    assert_eq!(value("suffix"), "live");
    assert_eq!(value("count"), "4");
    assert_eq!(value("open"), "true");
    assert_eq!(value("subnet"), json!({ "eu-central-1": "subnet-2", "eu-west-1": "subnet-1" }));
    assert_eq!(value("pass"), Value::Null);
    assert_eq!(manifest["parameters"]["suffix"]["default"], "prod");
    let script = &files["deploy.sh"];
    for given in ["fixed_to 'live'", "fixed_to 'subnet-1'", "fixed_to 'subnet-2'", "fixed_to '4'"] {
        assert!(script.contains(given), "the script is not told of {given}");
    }
}

#[test]
fn one_value_does_for_all_regions() {
    let compiled = platform("size = \"small\"\nsubnet = \"subnet-7\"\n").compile();
    let manifest: Value = serde_json::from_str(&compiled.files.unwrap()["manifest.json"]).unwrap();
    assert_eq!(manifest["parameters"]["subnet"]["value"], json!({ "eu-central-1": "subnet-7", "eu-west-1": "subnet-7" }));
}

#[test]
fn the_command_line_wins() {
    let text = |project: &Project| project.compile().text();
    let given = platform("size = \"small\"\nnodes = 5\n").setting("nodes", "1");
    assert_eq!(text(&given), text(&platform("size = \"small\"\nnodes = 1\n")));
    assert_eq!(found("nodes = 5\n"), ["DR0302 the setting `size` has no value"]);
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let cases: &[(&str, &str)] = &[
        ("nodes = 9\n", "DR0303 `nodes` must be in 1..6, found the Number 9"),
        ("nodes = \"2\"\n", "DR0301 `nodes` takes Number(1..6), found the String \"2\""),
        ("size = \"larg\"\n", "DR0303 \"larg\" is none of the allowed values"),
        ("born = frankfurt\n", "DR0201 an environment file knows nothing called `frankfurt`"),
        ("born = both\n", "DR0201 an environment file knows nothing called `both`"),
        ("suffix = \"LIVE\"\n", "DR0303 `suffix` must match [a-z]{2,6}; \"LIVE\" does not"),
        ("count = 7\n", "DR0303 `count` must be in 1..6, found the Number 7"),
        ("open = \"yes\"\n", "DR0301 `open` takes Bool, found the String \"yes\""),
        ("pass = \"x\"\n", "DR0315 the secret `pass` has its value in the environment file"),
        ("subnet = { primary: \"subnet-1\" }\n", "DR0302 `subnet` has no value for standby (eu-central-1)"),
        ("subnet = { primary: \"subnet-1\", standbi: \"subnet-1\" }\n", "DR0204 `subnet` has no `standbi`"),
        ("subnet = { primary: \"subnet-1\", standby: \"x\" }\n", "DR0303 `subnet` must match subnet-[0-9]+; \"x\" does not"),
        ("sufix = \"live\"\n", "DR0216 the platform has no setting and no parameter `sufix`"),
        ("both = [primary]\n", "DR0216 the platform has no setting and no parameter `both`"),
        ("nodes = 1\nnodes = 2\n", "DR0609 `nodes` is set twice"),
        ("nodes = 1 + 1\n", "DR0113 the value of `nodes` is not written out"),
        ("nodes = if true then 1 else 2\n", "DR0113 the value of `nodes` is not written out"),
        ("nodes = min(1, 2)\n", "DR0113 the value of `nodes` is not written out"),
        ("nodes = [for x in [1] x][0]\n", "DR0113 the value of `nodes` is not written out"),
        ("labels = { team: primary.code }\n", "DR0113 the value of `labels` is not written out"),
        ("use std@1.{topic}\n", "DR0113 an environment file uses no modules"),
        ("if true { nodes = 3 }\n", "DR0113 an environment file decides nothing"),
        ("setting nodes = 3\n", "DR0113 an environment file declares nothing"),
        ("let x = 3\n", "DR0113 an environment file declares nothing"),
        ("region third = us-east-1\n", "DR0113 an environment file declares nothing"),
        ("allow DR0511 \"x\"\n", "DR0113 an environment file gives values, and nothing else"),
        ("nodes = \n", "DR0110 `nodes` has no value"),
    ];
    let mut failures = String::new();
    for (text, wanted) in cases {
        let environment = if text.starts_with("size") { (*text).to_string() } else { format!("{text}size = \"small\"\n") };
        let compiled = platform(&environment).compile();
        let messages = found(&environment);
        let there = compiled.findings.iter().all(|finding| finding.primary().is_some());
        let shown = compiled.shown.contains("prod.dr:");
        if messages.len() != 1 || !messages[0].starts_with(wanted) || !there || !shown {
            failures += &format!("{text}  wanted {wanted}\n  found  {messages:?}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_file_may_lie_anywhere_and_is_shown_relative() {
    let folder = Folder::with(&[
        ("app/platform.dr", PLATFORM),
        ("settings/prod.dr", "size = \"small\"\nnodes = 9\n"),
        ("settings/good.dr", "size = \"small\"\n"),
        ("settings/loose.dr", "size=\"small\"\nnodes   = 2\n"),
    ]);
    let run = |arguments: &[&str]| {
        let output = folder.run(arguments);
        (code(&output), text(&output.stderr))
    };
    assert_eq!(run(&["check", "app/platform.dr", "--env", "settings/good.dr"]), (0, String::new()));
    let absolute = folder.path("settings/prod.dr");
    for given in ["settings/prod.dr", "./settings/prod.dr", absolute.to_str().unwrap()] {
        let (code, errors) = run(&["compile", "app/platform.dr", "--env", given, "--format", "short"]);
        assert_eq!(code, 1);
        assert!(errors.starts_with("settings/prod.dr:2:9: error[DR0303]"), "{errors}");
    }
    folder.write("settings/latin.dr", b"size = \"gro\xdf\"\n");
    for (given, wanted) in [("settings/god.dr", "DR0701"), ("settings", "DR0702"), ("settings/latin.dr", "DR0703")] {
        let (code, errors) = run(&["check", "app/platform.dr", "--env", given, "--format", "short"]);
        assert_eq!(code, 2, "{given}");
        assert!(errors.contains(wanted), "{given}: {errors}");
    }
    assert_eq!(run(&["fmt", "settings/loose.dr"]).0, 0);
    assert_eq!(std::fs::read_to_string(folder.path("settings/loose.dr")).unwrap(), "size  = \"small\"\nnodes = 2\n");
}
