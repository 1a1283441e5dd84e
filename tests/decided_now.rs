//! What decides which things exist is known when compiling: every place that takes such a value refuses a parameter, says why,
//! and names the setting that would do.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::Project;

const HEAD: &str = r#"use std@1.{table}
use "./parts.dr" as parts
param large: Bool = false
param count: Number(1..6) = 2
param word:  OneOf("a", "b") = "a"
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
let ways = { a: 1, b: 2 }
replica store: table.global across both { key = { id: "S" } }
"#;

const PARTS: &str = r#"
pub component slow is service {
  input pause: Duration = 1min
  input limit: Range(Number) = 1..2
  resource queue: AWS::SQS::Queue { DelaySeconds = pause.seconds }
}
pub component some is service {
  input on: Bool
  if on { resource queue: AWS::SQS::Queue {} }
}
"#;

/// A place, what stands there, and the parameter that is named.
const PLACES: &[(&str, &str, &str)] = &[
    ("condition of `if`", "if large { resource q: AWS::SQS::Queue in primary {} }", "large"),
    ("condition of `else if`", "if false { } else if large { resource q: AWS::SQS::Queue in primary {} }", "large"),
    ("condition around a property", "resource q: AWS::SQS::Queue in primary { if large { DelaySeconds = 1 } }", "large"),
    ("condition of an expression", "let x = if large then 1 else 2", "large"),
    ("condition in a component", "service s: parts.some in both { on = large }", "large"),
    ("list of a `for`", "for x in word { resource q: AWS::SQS::Queue in primary {} }", "word"),
    ("key of a `for`", "for x in [word] { resource q: AWS::SQS::Queue in primary {} }", "word"),
    ("number of a `for`", "for x in range(count) { resource q: AWS::SQS::Queue in primary {} }", "count"),
    ("list of a comprehension", "let x = [for y in word y]", "word"),
    ("filter of a comprehension", "let x = [for y in both if large y]", "large"),
    ("position", "let x = both[count]", "count"),
    ("key", "let x = ways[word]", "word"),
    ("argument of `range`", "let x = range(count)", "count"),
    ("argument of `min`", "let x = min(count, 3)", "count"),
    ("end of a range", "let x = 1..count", "count"),
    ("placement", "resource q: AWS::SQS::Queue in word {}", "word"),
    ("placement in a list", "resource q: AWS::SQS::Queue in [word] {}", "word"),
    ("placement of a value", "let x in word = 1", "word"),
    ("placement of a replica", "replica other: table.global across word { key = { id: \"S\" } }", "word"),
    ("layer", "resource q: AWS::SQS::Queue in primary { layer = word }", "word"),
    ("deletion", "resource q: AWS::SQS::Queue in primary { deletion = word }", "word"),
    ("spread of a list", "let x = [...word]", "word"),
    ("spread of a map", "let x = { ...word }", "word"),
    ("comparison", "let x = word == \"a\"", "word"),
    ("comparison of lists", "let x = [word] == [\"a\"]", "word"),
    ("order", "let x = count < 3", "count"),
    ("sum", "let x = count + 3", "count"),
    ("negative", "let x = -count", "count"),
    ("`not`", "let x = not large", "large"),
    ("`and`", "let x = large and true", "large"),
    ("`or`", "let x = false or large", "large"),
    ("what is looked for", "let x = word in [\"a\"]", "word"),
    ("what is looked through", "let x = \"a\" in [word]", "word"),
    ("`contains` of a list with it", "let x = [word].contains(\"a\")", "word"),
    ("`contains` of it", "let x = [\"a\"].contains(word)", "word"),
    ("`any`", "let x = both.any(r => large)", "large"),
    ("`filter`", "let x = both.filter(r => large)", "large"),
    ("`sort`", "let x = [word, \"a\"].sort()", "word"),
    ("`unique`", "let x = [word, word].unique()", "word"),
    ("method", "let x = word.replace(\"a\", \"b\")", "word"),
    ("argument of a method", "let x = \"a-b\".split(word)", "word"),
    ("member", "let x = word.length", "word"),
    ("number of a subnet", "let x = 10.0.0.0/16.subnet(count, 1)", "count"),
    ("in a text", "let x = if \"${word}-x\" == \"a-x\" then 1 else 2", "word"),
    ("input of a quantity", "service s: parts.slow in both { pause = word }", "word"),
    ("input of a range", "service s: parts.slow in both { limit = word }", "word"),
    ("setting", "setting s: String = word", "word"),
    ("setting made of it", "setting s: List(String) = [word]", "word"),
    ("requirement", "require large else \"no\" as \"shop/large\"", "large"),
    ("threshold of an alarm", "alarm late in both { when max(store.lag) over 1min > count }", "count"),
    ("period of an alarm", "alarm late in both { when max(store.lag) over count > 3s }", "count"),
    ("bound of a step", "failover f from primary to standby { step a = store.probe() { within = count } }", "count"),
    ("time of a decision", "failover f from primary to standby { decide = count, step a = store.probe() }", "count"),
    ("start of a plan", "failover f from primary to standby { start = word, step a = store.probe() }", "word"),
    ("end of a plan", "failover f from word to standby { step a = store.probe() }", "word"),
    ("Regions of a plan", "failover f among word { step a = store.probe() }", "word"),
    ("pause of a drill", "drill f in both every count { step a = store.probe() }", "count"),
];

fn compile(platform: &str, rest: &str) -> project::Compiled {
    Project::new(&format!("{platform}\n{HEAD}{rest}\n")).file("parts.dr", PARTS).compile()
}

#[test]
fn every_place_says_why_and_which_setting_would_do() {
    let mut failures = String::new();
    for (place, rest, parameter) in PLACES {
        let compiled = compile("platform shop {}", rest);
        let found = compiled.findings.iter().find(|finding| finding.code == "DR0305");
        let right = found.is_some_and(|finding| {
            let help = finding.help.clone().unwrap_or_default();
            finding.message.contains(&format!("the parameter `{parameter}` is given at deployment"))
                && help.contains(&format!("declare it as `setting {parameter}: "))
                && help.contains(&format!("`--set {parameter}=value`"))
                && finding.labels.iter().any(|label| label.message == format!("`{parameter}` is a `param`"))
                && !finding.notes.is_empty()
        });
        let others = compiled.findings.iter().filter(|finding| finding.code != "DR0305").count();
        if !right || others > 0 {
            failures += &format!("{place}: {rest}\n{}\n", compiled.shown);
        }
    }
    for (key, value) in [("rto", "count"), ("rpo", "count"), ("strategy", "word")] {
        let compiled = compile(&format!("platform shop {{ {key} = {value} }}"), "");
        if compiled.codes() != ["DR0305"] {
            failures += &format!("{key}\n{}\n", compiled.shown);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What is only handed on is known later without harm.
#[test]
fn what_decides_nothing_takes_a_parameter() {
    for rest in [
        "resource q: AWS::SQS::Queue in primary { DelaySeconds = count }",
        "resource q: AWS::SNS::Topic in primary { DisplayName = \"x-${word}\" }",
        "let x = [word, \"a\"].map(one => \"${one}!\")\nresource q: AWS::SNS::Topic in primary { DisplayName = x.join(\",\") }",
        "let x = word ?? \"b\"\nresource q: AWS::SNS::Topic in primary { DisplayName = x }",
        "let x = \"a\" in [\"a\", word]",
        "let x = [\"a\", word].contains(\"a\")",
        "for name, value in { one: word } { resource q: AWS::SNS::Topic in primary { DisplayName = value } }",
        "let x = [for one in [word] \"${one}\"]",
        "let x = [word].length",
    ] {
        let compiled = compile("platform shop {}", rest);
        assert_eq!(compiled.shown, "", "{rest}");
    }
}
