//! The documents for programs are what their schemas say.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod command;
mod common;

use command::Folder;
use common::sample;
use drc::render::{Format, JSON_VERSION, Style, render};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../docs/diagnostics.schema.json");
const MANIFEST: &str = include_str!("../docs/manifest.schema.json");
const TRACE_SCHEMA: &str = include_str!("../docs/trace.schema.json");
const REPORT_SCHEMA: &str = include_str!("../docs/report.schema.json");

/// What of `value` the schema does not allow, with the path to it. Knows the words that our schema uses, and fails at others.
fn violations(schema: &Value, value: &Value, root: &Value, at: &str, found: &mut Vec<String>) {
    for (word, rule) in schema.as_object().expect("a schema is an object") {
        let object = value.as_object();
        match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let pointer = rule.as_str().and_then(|pointer| pointer.strip_prefix('#')).expect("a reference into the document");
                violations(root.pointer(pointer).expect("the reference leads somewhere"), value, root, at, found);
            }
            "type" => {
                let allowed = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !allowed.iter().any(|name| is_of_type(value, name.as_str().expect("a type is a word"))) {
                    found.push(format!("{at}: not of type {rule}"));
                }
            }
            "const" if value != rule => found.push(format!("{at}: not {rule}")),
            "const" => {}
            "enum" if !rule.as_array().expect("a list").contains(value) => found.push(format!("{at}: none of {rule}")),
            "enum" => {}
            "minimum" if value.as_f64() < rule.as_f64() => found.push(format!("{at}: less than {rule}")),
            "minimum" => {}
            "minLength" if value.as_str().map(|text| text.chars().count() as u64) < rule.as_u64() => found.push(format!("{at}: too short")),
            "minLength" => {}
            "anyOf" => {
                let fits = |choice: &Value| {
                    let mut inner = Vec::new();
                    violations(choice, value, root, at, &mut inner);
                    inner.is_empty()
                };
                if !rule.as_array().expect("a list").iter().any(fits) {
                    found.push(format!("{at}: fits no choice"));
                }
            }
            "required" => {
                for name in rule.as_array().expect("a list").iter().filter_map(Value::as_str) {
                    if object.is_some_and(|object| !object.contains_key(name)) {
                        found.push(format!("{at}: lacks {name}"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in rule.as_object().expect("an object") {
                    if let Some(value) = value.get(name) {
                        violations(inner, value, root, &format!("{at}/{name}"), found);
                    }
                }
            }
            "additionalProperties" => {
                for (name, inner) in object.into_iter().flatten().filter(|(name, _)| schema["properties"].get(*name).is_none()) {
                    if rule == &json!(false) {
                        found.push(format!("{at}: {name} is not described"));
                    } else {
                        violations(rule, inner, root, &format!("{at}/{name}"), found);
                    }
                }
            }
            "items" => {
                for (number, value) in value.as_array().into_iter().flatten().enumerate() {
                    violations(rule, value, root, &format!("{at}/{number}"), found);
                }
            }
            other => panic!("the schema uses `{other}`, which this test does not know"),
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}

fn check(document: &Value) -> Vec<String> {
    check_against(SCHEMA, document)
}

fn check_against(schema: &str, document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let mut found = Vec::new();
    violations(&schema, document, &schema, "", &mut found);
    found
}

fn document(limit: Option<usize>) -> Value {
    let (sources, findings) = sample();
    let mut out = Vec::new();
    let style = Style { format: Format::Json, color: true, width: 60, limit };
    render(&findings, &sources, style, &mut out).expect("a vector takes everything");
    serde_json::from_slice(&out).expect("the document is JSON")
}

#[test]
fn the_document_is_what_its_schema_says() {
    for limit in [None, Some(0), Some(2)] {
        let document = document(limit);
        assert_eq!(check(&document), Vec::<String>::new());
        assert_eq!(document["version"], JSON_VERSION);
        assert_eq!(document["summary"]["omitted"], limit.map_or(0, |limit| 4 - limit));
    }
}

#[test]
fn the_check_sees_what_is_wrong() {
    let wrong = |change: fn(&mut Value)| {
        let mut document = document(None);
        change(&mut document);
        assert_ne!(check(&document), Vec::<String>::new());
    };
    wrong(|document| document["version"] = json!(2));
    wrong(|document| document["extra"] = json!(true));
    wrong(|document| document["diagnostics"][1]["severity"] = json!("fatal"));
    wrong(|document| document["diagnostics"][1]["range"]["start"]["line"] = json!(0));
    wrong(|document| document["diagnostics"][1]["range"] = json!([1, 2]));
    wrong(|document| document["diagnostics"][1]["code"] = json!(""));
    wrong(|document| drop(document["diagnostics"][1].as_object_mut().unwrap().remove("message")));
    wrong(|document| document["diagnostics"][1]["notes"] = json!([1]));
}

#[test]
fn ranges_name_the_text_that_labels_cover() {
    let (sources, _) = sample();
    let document = document(None);
    let label = &document["diagnostics"][1]["labels"][0];
    let offset = |end: &str| label["range"][end]["offset"].as_u64().unwrap() as usize;
    let (_, file) = sources.iter().find(|(_, file)| Some(file.name.as_str()) == label["file"].as_str()).unwrap();
    assert_eq!(file.text.get(offset("start")..offset("end")), Some("front.edit_records()"));
}

#[test]
fn the_manifest_is_what_its_schema_says() {
    let manifest: Value = serde_json::from_str(include_str!("golden/orders/manifest.json")).expect("a manifest is JSON");
    assert_eq!(check_against(MANIFEST, &manifest), Vec::<String>::new());
    let wrong = |change: fn(&mut Value)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        assert_ne!(check_against(MANIFEST, &manifest), Vec::<String>::new());
    };
    // What has code has more in it.
    let platform = "platform shop {}\nregion primary = us-east-1\nresource role: AWS::IAM::Role in primary { AssumeRolePolicyDocument = trust(\"lambda\") }\nresource run: AWS::Lambda::Function in primary { Runtime = \"nodejs22.x\", Handler = \"index.handler\", Role = role.arn, Code = artifact(file(\"a.mjs\"), \"index.mjs\") }";
    let folder = Folder::with(&[("platform.dr", platform), ("a.mjs", "export const handler = () => 1;")]);
    assert!(folder.run(&["compile", "platform.dr", "-o", "out"]).status.success());
    let with_code: Value = serde_json::from_slice(&std::fs::read(folder.path("out/manifest.json")).unwrap()).unwrap();
    assert_eq!((with_code["archives"].as_object().unwrap().len(), check_against(MANIFEST, &with_code)), (1, Vec::<String>::new()));
    wrong(|manifest| manifest["archives"] = json!({ "a.zip": { "file": "artifacts/a.zip" } }));
    wrong(|manifest| manifest["version"] = json!(1));
    wrong(|manifest| manifest["stacks"][0]["phase"] = json!("1"));
    wrong(|manifest| manifest["phases"][0]["waves"][0] = json!("us-east-1/keys"));
    wrong(|manifest| manifest["phases"][0]["stacks"]["us-east-1/data"]["parameters"]["Suffix"] = json!({ "from": "thin air" }));
}

#[test]
fn the_answer_of_trace_is_what_its_schema_says() {
    let folder = Folder::with(&[("platform.dr", include_str!("../examples/orders/platform.dr"))]);
    let traced = |name: &str| -> Value {
        let output = folder.run(&["trace", name, "--format", "json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    for (name, hits) in
        [("LedgerCluster", 1), ("promote", 1), ("evacuate-primary", 1), ("Suffix", 1), ("LedgerKeyArn", 1), ("us-east-1/app", 1), ("nobody", 0)]
    {
        let document = traced(name);
        assert_eq!(check_against(TRACE_SCHEMA, &document), Vec::<String>::new(), "{name}");
        assert_eq!(document["hits"].as_array().unwrap().len(), hits, "{document}");
    }
    let mut wrong = traced("LedgerCluster");
    wrong["hits"][0]["kind"] = json!("thing");
    assert_ne!(check_against(TRACE_SCHEMA, &wrong), Vec::<String>::new());
}

#[test]
fn the_report_is_what_its_schema_says() {
    let report: Value = serde_json::from_str(include_str!("golden/report/shop.json")).expect("a report is JSON");
    assert_eq!(check_against(REPORT_SCHEMA, &report), Vec::<String>::new());
    let wrong = |change: fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report);
        assert_ne!(check_against(REPORT_SCHEMA, &report), Vec::<String>::new());
    };
    wrong(|report| report["version"] = json!(2));
    wrong(|report| report["budgets"][0]["stages"][0]["part"] = json!("luck"));
    wrong(|report| report["budgets"][0]["worst_seconds"] = json!(-1));
    wrong(|report| report["plans"][0]["steps"][0] = report["plans"][0]["steps"][0][0].clone());
    wrong(|report| drop(report["plans"][0]["commands"][0].as_object_mut().unwrap().remove("command")));
    wrong(|report| report["costs"]["regions"][0]["lines"][0]["per"] = json!("year"));
}
