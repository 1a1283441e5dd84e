//! Calls of APIs against the models: what is wrong is found where it is written, and what only looks wrong passes.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use drc::diag::{Diagnostic, Severity};
use project::Project;

const HEAD: &str = r#"platform shop {}
region primary = us-east-1
param queue_url: String
param count: Number = 2
param enabled: Bool = true
"#;

/// A platform with one service whose actions are these.
fn platform(members: &str) -> String {
    format!("{HEAD}component thing is service {{\n  input url: String\n{members}\n}}\nservice one: thing in primary {{ url = queue_url }}\n")
}

fn findings(members: &str) -> (String, Vec<Diagnostic>) {
    let text = platform(members);
    let compiled = Project::new(&text).compile_part();
    (text, compiled.findings)
}

/// An action that makes one call.
fn call(text: &str) -> String {
    format!("  action act in here {{ call {text} }}")
}

/// A condition that looks at a result.
fn question(call: &str, holds: &str) -> String {
    format!("  condition done {{\n    let seen = call {call}\n    holds = {holds}\n  }}")
}

/// Findings with the text that they are about and the fix: `DR0531 queueUrl -> QueueUrl`.
fn told(members: &str) -> Vec<String> {
    let (text, findings) = findings(members);
    let mut told = Vec::new();
    for finding in findings {
        let at = &text[finding.primary().unwrap().span.range()];
        let fix = finding.fix.as_ref().map(|fix| format!(" -> {}", fix.edits[0].replacement)).unwrap_or_default();
        assert!(finding.help.is_some(), "{}", finding.message);
        told.push(format!("{} {at}{fix}", finding.code));
    }
    told
}

#[track_caller]
fn tells(members: &str, expected: &[&str]) {
    assert_eq!(told(members), expected, "{members}");
}

#[track_caller]
fn passes(members: &str) {
    tells(members, &[]);
}

#[test]
fn services_and_operations() {
    tells(&call("events.putEvents { Entries = [] }"), &["DR0530 events -> eventbridge"]);
    tells(&call("elasticfilesystem.describeFileSystems {}"), &["DR0530 elasticfilesystem -> efs"]);
    tells(&call("rsd.describeDBClusters {}"), &["DR0530 rsd -> rds"]);
    tells(&call("weather.forecast {}"), &["DR0530 weather"]);
    tells(&call("rds.describeDbClusters {}"), &["DR0530 describeDbClusters -> describeDBClusters"]);
    tells(&call("rds.reticulateSplines {}"), &["DR0530 reticulateSplines"]);
    tells(&call("globalaccelerator.listAccelerators {}"), &["DR0530 globalaccelerator"]);
    tells(&call("lambda.invokeWithResponseStream { FunctionName = url }"), &["DR0530 invokeWithResponseStream"]);
    tells(&call("sts.assumeRole { RoleArn = \"arn:aws:iam::111122223333:role/x\", RoleSessionName = \"s1\" }"), &["DR0530 assumeRole"]);
    tells(&call("SQS.purgeQueue { QueueUrl = url }"), &["DR0503 SQS.purgeQueue -> sqs.purgeQueue"]);
    passes(&call("sqs.purgeQueue { QueueUrl = url }"));
    // A service of which only the names of operations are known.
    passes(&call("appflow.listFlows { MaxResults = 1, Anything = { goes: 1 } }"));
    tells(&call("appflow.listFlow {}"), &["DR0530 listFlow -> listFlows"]);
    tells(&call("appflow.listFlows { maxResults = 1 }"), &["DR0531 maxResults -> MaxResults"]);
}

#[test]
fn what_is_newer_than_the_list_is_a_warning() {
    let (_, findings) = findings(&call("arcregionswitch.listPlans {}"));
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.code.as_ref(), finding.severity), ("DR0530", Severity::Warning));
}

#[test]
fn what_may_be_newer_than_the_models_can_be_allowed() {
    passes("  allow DR0530 \"new since November\"\n  action act in here { call rds.reticulateSplines {} on { \"rds:StartDBCluster\": [\"*\"] } }");
    passes("  allow DR0531 \"new since November\"\n  action act in here { call sqs.purgeQueue { QueueUrl = url, Gently = true } }");
    passes(
        "  allow DR0534 \"new since November\"\n  action act in here { call sqs.getQueueAttributes { QueueUrl = url, AttributeNames = [\"Mood\"] } }",
    );
    passes(&format!("  allow DR0535 \"new since November\"\n{}", question("sqs.getQueueAttributes { QueueUrl = url }", "seen.Mood == \"good\"")));
    // What is only spelled wrongly is no matter of age.
    let wrong = "  allow DR0531 \"no\"\n  action act in here { call sqs.purgeQueue { queueUrl = url } }";
    let (_, found) = findings(wrong);
    assert!(found.iter().any(|finding| finding.code == "DR0531"), "{found:?}");
}

/// An accepted finding keeps nothing from being made.
#[test]
fn what_is_accepted_is_compiled() {
    let plan = "drill check in primary every 1h { step act = one.act() }\n";
    let text =
        platform("  allow DR0531 \"new\"\n  action act in here is read_only { call sqs.getQueueUrl { QueueName = \"x\", Gently = true } }") + plan;
    let compiled = Project::new(&text).compile_part();
    // That nothing is checked by the drill is right, and another matter.
    assert!(compiled.findings.iter().all(|finding| finding.code == "DR0428"), "{}", compiled.shown);
    let files = compiled.files.unwrap();
    let machine = files.iter().find(|(path, _)| path.ends_with(".asl.json")).unwrap().1;
    assert!(machine.contains("\"Gently\": true"), "{machine}");
}

#[test]
fn members_at_every_depth() {
    let deep = r#"ecs.updateService {
      cluster = "c", Service = "s"
      NetworkConfiguration = { awsvpcConfiguration: { subnets: ["a"], AssignPublicIP: "ENABLED" } }
    }"#;
    tells(
        &call(deep),
        &[
            "DR0531 cluster -> Cluster",
            "DR0531 awsvpcConfiguration -> AwsvpcConfiguration",
            "DR0531 subnets -> Subnets",
            "DR0531 AssignPublicIP -> AssignPublicIp",
        ],
    );
    tells(&call("sqs.purgeQueue { QueueURL = url }"), &["DR0531 QueueURL -> QueueUrl"]);
    tells(&call("sqs.purgeQueue { QueueUlr = url }"), &["DR0531 QueueUlr -> QueueUrl"]);
    tells(&call("sqs.purgeQueue { QueueUrl = url, \"Quietly\" = 1 }"), &["DR0101 \"Quietly\""]);
    // A key in quotes is replaced with its quotes.
    tells(
        &call(
            "route53.changeResourceRecordSets { HostedZoneId = \"Z\", ChangeBatch = { \"changes\": [{ Action: \"UPSERT\", ResourceRecordSet: { Name: \"a.\", Type: \"A\", TTL: 60 } }] } }",
        ),
        &["DR0531 \"changes\" -> Changes", "DR0531 TTL -> Ttl"],
    );
    // What comes from elsewhere is told where it is given, without a fix.
    tells(
        &format!(
            "  let batch = {{ comment: \"c\", Changes: [{{ Action: \"UPSERT\", ResourceRecordSet: {{ Name: \"a.\", Type: \"A\" }} }}] }}\n{}",
            call("route53.changeResourceRecordSets { HostedZoneId = \"Z\", ChangeBatch = batch }")
        ),
        &["DR0531 batch"],
    );
    // Keys of a map are the author's own.
    passes(&call("sns.publish { TopicArn = url, Message = \"m\", MessageAttributes = { lower: { DataType: \"String\", StringValue: \"x\" } } }"));
    passes(&call(
        "dynamodb.putItem { TableName = \"t\", Item = { id: { S: \"x\" }, tags: { Ss: [\"a\"] }, gone: { Nul: true }, on: { Bool: true } } }",
    ));
    // What nobody knows whether Step Functions follows the SDK passes both ways.
    passes(&call("dynamodb.putItem { TableName = \"t\", Item = { a: { NULL: true }, b: { Null: true } } }"));
    passes(&call("s3.copyObject { Bucket = \"b\", Key = \"k\", CopySource = \"b/k\" }"));
    passes(&call("s3.copyObject { DestinationBucket = \"b\", DestinationKey = \"k\", SourceBucket = \"b\", SourceKey = \"k\" }"));
    // Abbreviations inside of a name stay as they are.
    passes(&call("rds.createDBCluster { DbClusterIdentifier = \"c\", Engine = \"aurora-postgresql\", EnableIAMDatabaseAuthentication = true }"));
}

#[test]
fn members_that_are_needed() {
    tells(&call("rds.failoverGlobalCluster { GlobalClusterIdentifier = \"g\" }"), &["DR0532 rds.failoverGlobalCluster"]);
    tells(&call("sqs.purgeQueue {}"), &["DR0532 sqs.purgeQueue"]);
    tells(&call("route53.changeResourceRecordSets { HostedZoneId = \"Z\", ChangeBatch = { Comment: \"c\" } }"), &["DR0532 { Comment: \"c\" }"]);
    // Exactly one member of a structure that holds one of several.
    let parameter = |value: &str| {
        let given = format!("ResourceArn = url, SecretArn = url, Sql = \"select 1\", Parameters = [{{ Name: \"a\", Value: {value} }}]");
        call(&format!("rdsdata.executeStatement {{ {given} }}"))
    };
    tells(&parameter("{}"), &["DR0532 {}"]);
    tells(&parameter("{ IsNull: true, LongValue: 1 }"), &["DR0532 { IsNull: true, LongValue: 1 }"]);
    passes(&parameter("{ LongValue: 1 }"));
    // `none` is not given.
    tells(&format!("  let nothing = none\n{}", call("sqs.purgeQueue { QueueUrl = nothing }")), &["DR0532 sqs.purgeQueue"]);
    // A wrong spelling is one mistake, not two.
    tells(&call("sqs.purgeQueue { QueueURL = url }"), &["DR0531 QueueURL -> QueueUrl"]);
}

#[test]
fn kinds_of_values() {
    tells(&call("sqs.receiveMessage { QueueUrl = url, WaitTimeSeconds = \"5\" }"), &["DR0533 \"5\" -> 5"]);
    tells(&call("sqs.receiveMessage { QueueUrl = url, WaitTimeSeconds = 2.5 }"), &["DR0533 2.5"]);
    tells(
        &call("lambda.updateEventSourceMapping { Uuid = \"6a6f6b65-6a6f-6b65-6a6f-6b656a6f6b65\", Enabled = \"true\" }"),
        &["DR0533 \"true\" -> true"],
    );
    tells(&call("sqs.getQueueAttributes { QueueUrl = url, AttributeNames = \"All\" }"), &["DR0533 \"All\" -> [\"All\"]"]);
    tells(&call("ssm.getParameter { Name = 7 }"), &["DR0533 7 -> \"7\""]);
    tells(&call("ssm.getParameter { Name = [\"a\"] }"), &["DR0533 [\"a\"]"]);
    tells(&call("dynamodb.getItem { TableName = \"t\", Key = \"id\" }"), &["DR0533 \"id\""]);
    // What is known at deployment or at run time passes.
    passes(&call("sqs.receiveMessage { QueueUrl = url, WaitTimeSeconds = count }"));
    passes(&call("lambda.updateEventSourceMapping { Uuid = \"6a6f6b65-6a6f-6b65-6a6f-6b656a6f6b65\", Enabled = enabled }"));
    passes(
        "  action act in here {\n    let seen = call sqs.getQueueUrl { QueueName = \"q\" }\n    call sqs.purgeQueue { QueueUrl = seen.QueueUrl }\n  }",
    );
    // What a call gives has a kind, too.
    tells(
        "  action act in here {\n    let seen = call sqs.listQueues {}\n    call sqs.purgeQueue { QueueUrl = seen.QueueUrls }\n  }",
        &["DR0533 seen.QueueUrls"],
    );
    passes("  action act in here {\n    let seen = call sqs.listQueues {}\n    call sqs.purgeQueue { QueueUrl = seen.QueueUrls[0] }\n  }");
    // Bytes are given as text or as JSON.
    passes(&call("lambda.invoke { FunctionName = \"f\", Payload = { id: 1 } }"));
    passes(&call("lambda.invoke { FunctionName = \"f\", Payload = json({ id: 1 }) }"));
}

/// What a parameter gives comes into the definition as text, and has to become a number or a truth value there.
#[test]
fn parameters_become_numbers_and_truth_values() {
    let plan = "failback go from primary to standby { step act = one.act() }\n";
    let text = platform("  action act in here {\n    call sqs.receiveMessage { QueueUrl = url, WaitTimeSeconds = count }\n    call lambda.updateEventSourceMapping { Uuid = \"6a6f6b65-6a6f-6b65-6a6f-6b656a6f6b65\", Enabled = enabled }\n  }")
        .replace("region primary", "region standby = us-east-2\nregion primary")
        .replace("in primary {", "in [primary, standby] {")
        + plan;
    let compiled = Project::new(&text).compile_part();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let machine = files.iter().find(|(path, _)| path.ends_with(".asl.json")).unwrap().1;
    assert!(machine.contains("\"WaitTimeSeconds\": \"{% $number('${Count}') %}\""), "{machine}");
    assert!(machine.contains("\"Enabled\": \"{% ('${Enabled}' = 'true') %}\""), "{machine}");
    assert!(machine.contains("\"QueueUrl\": \"${QueueUrl}\""), "{machine}");
}

#[test]
fn values_and_bounds() {
    tells(&call("sqs.getQueueAttributes { QueueUrl = url, AttributeNames = [\"All\", \"queueArn\"] }"), &["DR0534 \"queueArn\" -> \"QueueArn\""]);
    tells(&call("sqs.setQueueAttributes { QueueUrl = url, Attributes = { DelaySecond: \"5\" } }"), &["DR0534 DelaySecond -> \"DelaySeconds\""]);
    tells(&call("ssm.getParameter { Name = \"\" }"), &["DR0534 \"\""]);
    tells(&call("lambda.putFunctionConcurrency { FunctionName = \"f\", ReservedConcurrentExecutions = -1 }"), &["DR0534 -1"]);
    tells(&call("ssm.getParameters { Names = [] }"), &["DR0534 []"]);
    passes(&call("sqs.getQueueAttributes { QueueUrl = url, AttributeNames = [\"All\"] }"));
    passes(&call("ssm.getParameters { Names = [url] }"));
}

#[test]
fn members_of_results() {
    let global = "rds.describeGlobalClusters {}";
    tells(
        &question(global, "seen.GlobalClusters.any(g => g.GlobalClusterMembers.any(m => m.DBClusterArn == url and m.IsWriter == true))"),
        &["DR0535 DBClusterArn -> DbClusterArn"],
    );
    tells(&question(global, "seen.GlobalClusters.any(g => g.Satus == \"available\")"), &["DR0535 Satus -> Status"]);
    tells(&question(global, "seen.GlobalClusters.Status == \"available\""), &["DR0535 Status"]);
    tells(&question(global, "seen.GlobalClusters[0].Status.Text == \"available\""), &["DR0535 Text"]);
    tells(&question(global, "seen.Weather == \"fine\""), &["DR0535 Weather"]);
    tells(&question("rds.describeDBClusters {}", "seen.DBClusters.any(c => c.Status == \"available\")"), &["DR0535 DBClusters -> DbClusters"]);
    passes(&question(global, "seen.GlobalClusters.any(g => g.Status == \"available\") and seen.GlobalClusters.length == 1"));
    // Maps have the keys that they have, documents and bytes anything.
    passes(&question("sqs.getQueueAttributes { QueueUrl = url }", "seen.Attributes.ApproximateNumberOfMessages == \"0\""));
    passes(&question(
        "dynamodb.getItem { TableName = \"t\", Key = { id: { S: \"x\" } } }",
        "seen.Item.author.S == \"a\" and seen.Item.tags.Ss[0] == \"b\"",
    ));
    passes(&question("appflow.listFlows {}", "seen.Flows[0].AnythingAtAll == 1"));
    tells(&question("appflow.listFlows {}", "seen.flows[0].AnythingAtAll == 1"), &["DR0535 flows -> Flows"]);
}

#[test]
fn literals_that_a_result_never_has() {
    let health = "elasticloadbalancingv2.describeTargetHealth { TargetGroupArn = url }";
    let all = |literal: &str| question(health, &format!("seen.TargetHealthDescriptions.all(t => t.TargetHealth.State == {literal})"));
    tells(&all("\"Healthy\""), &["DR0536 \"Healthy\" -> \"healthy\""]);
    tells(&all("1"), &["DR0536 1"]);
    passes(&all("\"healthy\""));
    passes(&all("url"));
    let listed = question(health, "seen.TargetHealthDescriptions.all(t => t.TargetHealth.State in [\"healthy\", \"wel\"])");
    tells(&listed, &["DR0536 \"wel\""]);
    let writer =
        |literal: &str| question("rds.describeGlobalClusters {}", &format!("seen.GlobalClusters[0].GlobalClusterMembers[0].IsWriter == {literal}"));
    tells(&writer("\"true\""), &["DR0536 \"true\""]);
    passes(&writer("true"));
    // A status without a list of values may be anything.
    passes(&question("rds.describeGlobalClusters {}", "seen.GlobalClusters[0].Status != \"dreaming\""));
    let (_, found) = findings(&all("\"Healthy\""));
    assert_eq!(found[0].severity, Severity::Warning);
}

#[test]
fn errors_that_are_tolerated() {
    let promote = |error: &str| {
        call(&format!("rds.failoverGlobalCluster {{ GlobalClusterIdentifier = \"g\", TargetDbClusterIdentifier = url }} tolerates [\"{error}\"]"))
    };
    tells(
        &promote("Rds.InvalidGlobalClusterStateFault"),
        &["DR0537 \"Rds.InvalidGlobalClusterStateFault\" -> \"Rds.InvalidGlobalClusterStateException\""],
    );
    tells(
        &promote("RDS.InvalidGlobalClusterStateException"),
        &["DR0537 \"RDS.InvalidGlobalClusterStateException\" -> \"Rds.InvalidGlobalClusterStateException\""],
    );
    tells(&promote("InvalidGlobalClusterState"), &["DR0537 \"InvalidGlobalClusterState\" -> \"Rds.InvalidGlobalClusterStateException\""]);
    tells(&promote("Rds.DBClusterNotFoundFault"), &["DR0537 \"Rds.DBClusterNotFoundFault\" -> \"Rds.DbClusterNotFoundException\""]);
    tells(&promote("Rds.WeatherException"), &["DR0537 \"Rds.WeatherException\""]);
    tells(&promote("States.Timout"), &["DR0537 \"States.Timout\" -> \"States.Timeout\""]);
    passes(&promote("Rds.InvalidGlobalClusterStateException"));
    passes(&promote("Rds.RdsException"));
    passes(&promote("States.Timeout"));
    // Another operation of the service fails so: a warning.
    let (_, found) = findings(&promote("Rds.DbSnapshotNotFoundException"));
    assert_eq!((found.len(), found[0].code.as_ref(), found[0].severity), (1, "DR0537", Severity::Warning));
    // An API that declares no errors.
    passes(&call("ec2.startInstances { InstanceIds = [url] } tolerates [\"Ec2.Ec2Exception\"]"));
    tells(
        &call("ec2.startInstances { InstanceIds = [url] } tolerates [\"Ec2.IncorrectInstanceState\"]"),
        &["DR0537 \"Ec2.IncorrectInstanceState\" -> \"Ec2.IncorrectInstanceStateException\""],
    );
}

#[test]
fn what_only_reads_changes_nothing() {
    tells("  action act in here is read_only { call sqs.purgeQueue { QueueUrl = url } }", &["DR0539 sqs.purgeQueue"]);
    tells(&question("sqs.purgeQueue { QueueUrl = url }", "seen.Anything == 1"), &["DR0539 sqs.purgeQueue", "DR0535 Anything"]);
    tells("  action act in here is read_only { call lambda.invoke { FunctionName = \"f\" } }", &["DR0539 lambda.invoke"]);
    passes("  allow DR0539 \"the function only reads\"\n  action act in here is read_only { call lambda.invoke { FunctionName = \"f\" } }");
    passes("  action act in here { call sqs.purgeQueue { QueueUrl = url } }");
    passes("  action act in here is read_only { call kms.decrypt { CiphertextBlob = url } }");
    // Tags and permissions are changes too, though nothing in `effects.toml` speaks of them.
    tells("  action act in here is read_only { call sqs.tagQueue { QueueUrl = url, Tags = { a: \"b\" } } }", &["DR0539 sqs.tagQueue"]);
    let permit = "lambda.addPermission { FunctionName = \"f\", StatementId = \"s\", Action = \"lambda:InvokeFunction\", Principal = \"*\" }";
    tells(&format!("  action act in here is read_only {{ call {permit} }}"), &["DR0539 lambda.addPermission"]);
    // Of what IAM knows no action, nobody knows what it does: it counts as a change, unless the call names actions that only read.
    let delete = "budgets.deleteBudget { AccountId = \"111122223333\", BudgetName = \"b\" }";
    let act = |on: &str| format!("  action act in here is read_only {{ call {delete}{on} }}");
    tells(&act(""), &["DR0539 budgets.deleteBudget"]);
    tells(&act(" on { \"budgets:ModifyBudget\": [\"*\"] }"), &["DR0539 budgets.deleteBudget"]);
    tells(&act(" on { \"budgets:NoSuchAction\": [\"*\"] }"), &["DR0539 budgets.deleteBudget"]);
    passes(&act(" on { \"budgets:ViewBudget\": [\"*\"] }"));
    // What is newer than the models, and accepted as such, is held against what it names.
    let newer = |on: &str| {
        format!(
            "  allow DR0530 \"it is new\"\n  action act in here is read_only {{ call sqs.inspectQueue {{ QueueUrl = url }} on {{ {on}: [\"*\"] }} }}"
        )
    };
    tells(&newer("\"sqs:PurgeQueue\""), &["DR0539 sqs.inspectQueue"]);
    tells(&newer("\"sqs:InspectQueue\""), &["DR0539 sqs.inspectQueue"]);
    passes(&newer("\"sqs:GetQueueAttributes\""));
    passes("  action act in here is read_only { call sqs.receiveMessage { QueueUrl = url } }");
}

/// A drill does not reach a write by an action that says that it only reads.
#[test]
fn a_drill_that_reaches_a_write_is_refused() {
    let text = platform("  action act in here is read_only { call sqs.purgeQueue { QueueUrl = url } }")
        + "drill check in primary every 1h { step act = one.act() }\n";
    let compiled = Project::new(&text).compile_part();
    let codes: Vec<&str> = compiled.findings.iter().map(|finding| finding.code.as_ref()).collect();
    assert_eq!(codes, ["DR0539"], "{}", compiled.shown);
}

/// All mistakes of an action are told at once.
#[test]
fn mistakes_do_not_hide_each_other() {
    tells(
        "  action act in here {\n    let seen = call sqs.getQueueUrl { queueName = \"q\" }\n    check seen.queueUrl == url else \"no\"\n    call sqs.purgeQueue {}\n  }",
        &["DR0531 queueName -> QueueName", "DR0535 queueUrl -> QueueUrl", "DR0532 sqs.purgeQueue"],
    );
}
