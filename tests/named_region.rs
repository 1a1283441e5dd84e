//! The Region behind a value is that of the value, however many members stand between: never the one that the text stands in.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::Project;
use serde_json::Value;

const PLATFORM: &str = r#"
platform shop {}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]

component note is service {
  input born_in: Region
  input source:  note?
  resource paper: AWS::SSM::Parameter {
    Name        = "${self.name}-${here}"
    Type        = "String"
    Value       = if source == none then "first" else source.id[born_in]
    Description = if source == none then "first" else source.source?.id ?? source.paper.ref[born_in]
  }
  output id: String in regions = paper.ref
}

component desk is service {
  service inner: note in regions { born_in = primary }
}

service first:  note in both { born_in = primary }
service second: note in both { born_in = standby, source = first }
service front:  desk in both {}

resource key: AWS::KMS::Key in both { KeyPolicy = key_policy([]) }
resource told: AWS::SSM::Parameter in both {
  Name        = "told-${here}"
  Type        = "String"
  Value       = front.inner.id[standby]
  Description = key.arn[standby]
}
"#;

fn resources(region: &str) -> Value {
    let compiled = Project::new(PLATFORM).compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    serde_json::from_str::<Value>(&files[&format!("{region}/app.template.json")]).unwrap()["Resources"].clone()
}

#[test]
fn a_member_of_an_input_is_that_of_the_region_that_is_named() {
    let found = resources("us-east-1");
    assert_eq!(found["SecondPaper"]["Properties"]["Value"], "shop-first-us-east-2");
    assert_eq!(found["SecondPaper"]["Properties"]["Description"], "shop-first-us-east-2");
    assert_eq!(resources("us-east-2")["SecondPaper"]["Properties"]["Value"]["Ref"], "FirstPaper");
}

#[test]
fn so_is_a_member_of_a_nested_instance_and_of_a_resource() {
    let (here, there) = (resources("us-east-1"), resources("us-east-2"));
    assert_eq!(here["Told"]["Properties"]["Value"], "shop-front-inner-us-east-2");
    assert_eq!(there["Told"]["Properties"]["Value"]["Ref"], "FrontInnerPaper");
    assert_eq!(here["Told"]["Properties"]["Description"]["Ref"], "KeyArnStandby");
    assert_eq!(there["Told"]["Properties"]["Description"]["Fn::GetAtt"][0], "Key");
}
