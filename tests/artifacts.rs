//! The stack that the compiler adds to each Region: a bucket for templates and code, before everything else.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::Project;
use serde_json::{Value, json};

const PLATFORM: &str = r#"
platform Web_Shop {}
region primary = us-east-1
region standby = us-east-2
"#;

fn file(text: &str, path: &str) -> Value {
    let compiled = Project::new(text).compile();
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
    serde_json::from_str(&compiled.files.unwrap()[path]).unwrap()
}

#[test]
fn each_region_has_one_whatever_the_platform_holds() {
    for region in ["us-east-1", "us-east-2"] {
        let template = file(PLATFORM, &format!("{region}/artifacts.template.json"));
        let bucket = &template["Resources"]["ArtifactsBucket"];
        let properties = &bucket["Properties"];
        // Buckets have no capital letters and no underscores.
        assert_eq!(properties["BucketName"], json!({ "Fn::Sub": format!("web-shop-artifacts-${{AWS::AccountId}}-{region}") }));
        assert_eq!(properties["VersioningConfiguration"], json!({ "Status": "Enabled" }));
        let closed = properties["PublicAccessBlockConfiguration"].as_object().unwrap();
        assert!(closed.len() == 4 && closed.values().all(|value| *value == json!(true)), "{closed:?}");
        assert!(properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0].is_object());
        assert!(properties["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"].is_object());
        assert_eq!(properties["OwnershipControls"]["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced");
        let statement = &template["Resources"]["ArtifactsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0];
        assert_eq!((&statement["Effect"], &statement["Condition"]["Bool"]["aws:SecureTransport"]), (&json!("Deny"), &json!("false")));
        // Its content can be made again: nothing of it stays when all is destroyed.
        assert_eq!(bucket["DeletionPolicy"], "Delete");
        // No stack takes it, but whoever deploys reads it.
        assert_eq!(template["Outputs"], json!({ "ArtifactsBucket": { "Value": { "Ref": "ArtifactsBucket" } } }));
    }
}

#[test]
fn it_is_deployed_first() {
    let text = format!("{PLATFORM}resource key: AWS::KMS::Key in [primary, standby] {{ layer = \"keys\", KeyPolicy = key_policy([]) }}");
    let manifest = file(&text, "manifest.json");
    let ids: Vec<&str> = manifest["stacks"].as_array().unwrap().iter().map(|stack| stack["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["us-east-1/artifacts", "us-east-2/artifacts", "us-east-1/keys", "us-east-2/keys"]);
}

#[test]
fn its_name_follows_the_naming_of_the_platform() {
    let text = r#"
platform shop { naming = "${platform}-${path}-${suffix}" }
param suffix: String("[a-z]{2,9}") = "prod"
region only = ap-southeast-1
"#;
    let template = file(text, "ap-southeast-1/artifacts.template.json");
    let name = template["Resources"]["ArtifactsBucket"]["Properties"]["BucketName"]["Fn::Sub"].as_str().unwrap().to_string();
    assert_eq!(name, "shop-artifacts-${Suffix}-${AWS::AccountId}-ap-southeast-1");
    let longest = name.replace("${Suffix}", "abcdefghi").replace("${AWS::AccountId}", "123456789012");
    assert!(longest.len() <= 63, "{longest}");
}

/// The one finding of a text.
fn finding(text: &str) -> (String, String) {
    let compiled = Project::new(text).compile();
    let [finding] = compiled.findings.as_slice() else { panic!("{}", compiled.shown) };
    (finding.code.to_string(), finding.message.clone())
}

#[test]
fn nothing_else_gets_into_its_stack() {
    let group = format!("{PLATFORM}group artifacts {{ resource topic: AWS::SNS::Topic in primary {{}} }}");
    assert_eq!(finding(&group), ("DR0111".into(), "`artifacts` is the name of a layer".into()));
    let layer = format!("{PLATFORM}resource topic: AWS::SNS::Topic in primary {{ layer = \"artifacts\" }}");
    assert_eq!(finding(&layer), ("DR0111".into(), "the layer `artifacts` is the compiler's own".into()));
    let component = format!("{PLATFORM}component box is service {{ layer = \"artifacts\" }}\nservice one: box in primary {{}}");
    assert_eq!(finding(&component), ("DR0111".into(), "the layer `artifacts` is the compiler's own".into()));
    // A declaration of that name is no neighbour of it.
    let named = format!("{PLATFORM}resource artifacts_bucket: AWS::SNS::Topic in primary {{}}");
    assert_eq!(file(&named, "us-east-1/artifacts.template.json")["Resources"].as_object().unwrap().len(), 2);
}
