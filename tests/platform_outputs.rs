//! `output` at the top of a platform file: which stack tells it, what it becomes, and what is refused.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostic;
use project::Project;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A store in `data`, a queue in `app`, a reader in a group that takes the store's name.
const HEAD: &str = r#"platform shop { naming = "${platform}-${path}-${suffix}" }
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
param suffix: String("[a-z]{1,4}") = "prod"
param word: Secret(String("[a-z]{4,20}"))
resource files: AWS::S3::Bucket in both { layer = "data" }
resource work: AWS::SQS::Queue in both {}
resource named: AWS::SQS::Queue in primary { QueueName = "shop-${suffix}" }
resource zone: AWS::Route53::HostedZone in primary { Name = "shop.example", layer = "global" }
group readers { resource reader: AWS::SSM::Parameter in both { Type = "String", Value = files.ref } }
"#;

fn compile(body: &str) -> (Vec<Diagnostic>, BTreeMap<String, String>, String) {
    let compiled = Project::new(&format!("{HEAD}{body}")).compile_part();
    (compiled.findings, compiled.files.unwrap_or_default(), compiled.shown)
}

fn clean(body: &str) -> BTreeMap<String, String> {
    let (findings, files, shown) = compile(body);
    assert!(findings.is_empty(), "{shown}");
    files
}

/// The one finding, with what the first label stands on.
fn refused(body: &str, code: &str, at: &str) -> Diagnostic {
    let (findings, _, shown) = compile(body);
    let [finding] = findings.as_slice() else { panic!("{shown}") };
    assert_eq!(finding.code, code, "{shown}");
    let span = finding.primary().expect("a label").span;
    let text = format!("{HEAD}{body}");
    assert_eq!(text.get(span.start as usize..span.end as usize), Some(at), "{shown}");
    finding.clone()
}

fn document(files: &BTreeMap<String, String>, path: &str) -> Value {
    serde_json::from_str(files.get(path).unwrap_or_else(|| panic!("no {path}"))).unwrap()
}

/// The output of a template.
fn told(files: &BTreeMap<String, String>, stack: &str, name: &str) -> Value {
    document(files, &format!("{stack}.template.json"))["Outputs"][name].clone()
}

/// Name, Region, stack and output, as the manifest lists them.
fn listed(files: &BTreeMap<String, String>) -> Vec<[String; 4]> {
    let manifest = document(files, "manifest.json");
    let entries = manifest["outputs"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| ["name", "region", "stack", "output"].map(|key| entry[key].as_str().unwrap().to_string())).collect()
}

#[test]
fn the_stack_that_owns_it_tells_it() {
    let files = clean(
        "/// Where work\n/// waits.\noutput work_url: Url in both = work.ref\noutput where_files_are in primary = \"${files.ref} of ${suffix}\"\n",
    );
    for region in ["us-east-1", "us-east-2"] {
        let wanted = json!({ "Description": "Where work waits.", "Value": { "Ref": "Work" } });
        assert_eq!(told(&files, &format!("{region}/app"), "WorkUrl"), wanted);
    }
    assert_eq!(told(&files, "us-east-1/data", "WhereFilesAre"), json!({ "Value": { "Fn::Sub": "${Files} of ${Suffix}" } }));
    // A parameter that only the output needs is one of the stack.
    let parameters = &document(&files, "us-east-1/data.template.json")["Parameters"];
    assert_eq!(parameters["Suffix"]["Default"], "prod");
    assert!(document(&files, "us-east-2/data.template.json")["Parameters"].is_null());
    let manifest = document(&files, "manifest.json");
    assert_eq!(manifest["phases"][0]["stacks"]["us-east-1/data"]["parameters"], json!({ "Suffix": { "from": "param", "name": "suffix" } }));
    assert_eq!(
        listed(&files),
        [
            ["where_files_are", "us-east-1", "us-east-1/data", "WhereFilesAre"],
            ["work_url", "us-east-1", "us-east-1/app", "WorkUrl"],
            ["work_url", "us-east-2", "us-east-2/app", "WorkUrl"],
        ]
    );
    assert_eq!(manifest["outputs"][2]["description"], "Where work waits.");
    let stack = manifest["stacks"].as_array().unwrap().iter().find(|stack| stack["id"] == "us-east-2/app").unwrap();
    assert_eq!(stack["outputs"], json!(["WorkUrl"]));
}

#[test]
fn of_several_stacks_the_one_that_needs_the_others_tells_it() {
    let both = "output together in both = \"${reader.ref} reads ${files.ref}\"\n";
    let (with, without) = (clean(both), clean(""));
    // The reader's stack takes the name of the files anyway.
    assert_eq!(told(&with, "us-east-2/readers", "Together"), json!({ "Value": { "Fn::Sub": "${Reader} reads ${Files}" } }));
    // What it needs, the waves and the parameters are as they were.
    let (with, without) = (document(&with, "manifest.json"), document(&without, "manifest.json"));
    assert_eq!(with["phases"][0]["waves"], without["phases"][0]["waves"]);
    // One more value of the same stack is one more parameter, and still no other order.
    let more = clean("output address in primary = \"${reader.ref} reads ${files.DomainName}\"\n");
    let manifest = document(&more, "manifest.json");
    assert_eq!(manifest["phases"][0]["waves"], without["phases"][0]["waves"]);
    let source = &manifest["phases"][0]["stacks"]["us-east-1/readers"]["parameters"]["FilesDomainName"];
    assert_eq!(*source, json!({ "from": "output", "stack": "us-east-1/data", "output": "FilesDomainName" }));
    let finding = refused("output together in both = \"${work.ref} ${files.ref}\"\n", "DR0612", "\"${work.ref} ${files.ref}\"");
    assert!(finding.message.contains("us-east-1/data and us-east-1/app"), "{}", finding.message);
}

#[test]
fn nothing_goes_across_regions() {
    refused("output work_url in primary = work[standby].ref\n", "DR0612", "work[standby].ref");
    // What is computed of names is known there, and orders nothing.
    let named = "output named_arn in standby = named.arn\noutput account in standby = \"${here.account} ${suffix}\"\n";
    let files = clean(named);
    let wanted = json!({ "Value": { "Fn::Sub": "arn:${AWS::Partition}:sqs:us-east-1:${AWS::AccountId}:shop-${Suffix}" } });
    assert_eq!(told(&files, "us-east-2/readers", "NamedArn"), wanted);
    assert_eq!(told(&files, "us-east-2/readers", "Account"), json!({ "Value": { "Fn::Sub": "${AWS::AccountId} ${Suffix}" } }));
    let (with, without) = (document(&files, "manifest.json"), document(&clean(""), "manifest.json"));
    assert_eq!(with["phases"][0]["waves"], without["phases"][0]["waves"]);
    let needs = |manifest: &Value| manifest["stacks"].as_array().unwrap().iter().map(|stack| stack["depends_on"].clone()).collect::<Vec<_>>();
    assert_eq!(needs(&with), needs(&without));
}

#[test]
fn the_region_is_that_of_the_value_if_nothing_else_says_it() {
    let files = clean("output zone_id = zone.ref\n");
    assert_eq!(told(&files, "us-east-1/global", "ZoneId"), json!({ "Value": { "Ref": "Zone" } }));
    refused("output greeting = \"hello\"\n", "DR0310", "greeting");
    refused("output two = \"${work[primary].ref} ${work[standby].ref}\"\n", "DR0310", "two");
    refused("output work_url = work.ref\n", "DR0308", "work");
    refused("output work_url in \"x\" = work.ref\n", "DR0310", "\"x\"");
}

#[test]
fn a_name_is_told_with_what_bears_it() {
    let body = "let bucket_name in both = \"shop-${suffix}-${here.account}\"\nresource kept: AWS::S3::Bucket in primary { layer = \"data\", BucketName = bucket_name[primary] }\n\
                output kept_name in primary = bucket_name[primary]\noutput greeting in both = \"hello\"\n";
    let files = clean(body);
    assert_eq!(told(&files, "us-east-1/data", "KeptName"), json!({ "Value": { "Fn::Sub": "shop-${Suffix}-${AWS::AccountId}" } }));
    // What is no name stands in the last stack of its Region.
    for region in ["us-east-1", "us-east-2"] {
        assert_eq!(told(&files, &format!("{region}/readers"), "Greeting"), json!({ "Value": "hello" }));
    }
}

#[test]
fn it_stands_in_if_for_and_later() {
    let body = "for name in [\"carts\", \"wishes\"] {\n  if name != \"wishes\" { output url in primary = \"${name} ${work.ref}\" }\n}\n\
                later {\n  resource late: AWS::SQS::Queue in primary {}\n  output late_url in primary = late.ref\n}\n\
                output maybe: String? in both = if here == primary then work.ref else none\n";
    let files = clean(body);
    assert_eq!(told(&files, "us-east-1/app", "CartsUrl"), json!({ "Value": { "Fn::Sub": "carts ${Work}" } }));
    assert_eq!(told(&files, "us-east-1/app", "LateUrl"), json!({ "Value": { "Ref": "Late" } }));
    let early = document(&files, "us-east-1/app.phase-1.template.json");
    assert!(early["Outputs"]["LateUrl"].is_null() && early["Outputs"]["CartsUrl"].is_object(), "{early}");
    let names: Vec<String> = listed(&files).into_iter().map(|[name, region, ..]| format!("{name} {region}")).collect();
    assert_eq!(names, ["carts.url us-east-1", "late_url us-east-1", "maybe us-east-1"]);
    refused("group front { output work_url in primary = work.ref }\n", "DR0113", "output work_url in primary");
}

#[test]
fn a_name_of_another_output_is_refused_unless_it_is_the_same_value() {
    // The stack hands `Files` to the readers.
    let files = clean("/// Where files are.\noutput files_ in both = files.ref\n");
    let wanted = json!({ "Files": { "Description": "Where files are.", "Value": { "Ref": "Files" } } });
    assert_eq!(document(&files, "us-east-1/data.template.json")["Outputs"], wanted);
    let finding = refused("output files_ in both = files.DomainName\n", "DR0603", "files_");
    assert!(finding.labels[1].message.contains("handed to other stacks"), "{:?}", finding.labels);
    refused(
        "output work_url in primary = work.ref\noutput workUrl in primary = work.arn\noutput work__url in primary = work.ref\n",
        "DR0603",
        "work__url",
    );
    refused("output __ in primary = work.ref\n", "DR0604", "__");
    refused("output work in primary = work.ref\n", "DR0203", "work");
}

#[test]
fn only_texts_are_told_and_no_secrets() {
    refused("output key in primary = word\n", "DR0315", "word");
    refused("output key in primary = \"x ${word}\"\n", "DR0315", "word");
    refused("output key in primary = json({ word: word })\n", "DR0315", "json({ word: word })");
    refused("output servers = zone.NameServers\n", "DR0516", "zone.NameServers");
    refused("output urls in primary = [work.ref]\n", "DR0301", "[work.ref]");
    refused("output url in primary = work\n", "DR0301", "work");
    refused("output nothing in primary = none\n", "DR0312", "none");
    refused("output url: Url in primary = 5min\n", "DR0301", "5min");
    refused("output url in primary\n", "DR0110", "url");
    let long = format!("/// {}\noutput url in both = work.ref\n", "x".repeat(1025));
    let finding = refused(&long, "DR0606", "url");
    assert!(finding.message.contains("1025 bytes"), "{}", finding.message);
    clean(&long.replacen('x', "", 1));
}

#[test]
fn they_count_as_outputs_of_a_stack() {
    let many = |count: usize| format!("for n in range({count}) {{ output url in primary = \"${{n}} ${{files.ref}}\" }}\n");
    // One is there for the readers.
    clean(&many(199));
    let finding = refused(&many(200), "DR0606", "url");
    assert_eq!(finding.message, "the stack us-east-1/data has 201 outputs; CloudFormation takes 200");
}
