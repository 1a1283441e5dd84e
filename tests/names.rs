//! Names over all values of their parameters: each case says what is found, and a near miss that is right.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use project::Project;
use std::fmt::Write as _;

const NAMING: &str = "\"${platform}-${path}-${suffix}\"";

/// A platform with this type of the parameter `suffix` and these resources.
fn platform(ty: &str, naming: &str, rest: &str) -> Project {
    Project::new(&format!(
        "platform shop {{ naming = {naming} }}\nparam suffix: {ty}\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n{rest}\n"
    ))
}

/// What is found, each in a line: code, message, notes, help. What a long value does to the bucket of artifacts, which every platform
/// has, is left out.
fn found(project: &Project) -> String {
    let findings = project.compile().findings;
    findings.iter().filter(|finding| !(finding.code == "DR0506" && finding.message.contains("artifacts"))).fold(String::new(), |mut text, finding| {
        let _ = writeln!(text, "{} {} | {} | {}", finding.code, finding.message, finding.notes.join(" | "), finding.help.clone().unwrap_or_default());
        text
    })
}

const WORD: &str = "String(\"[a-z][a-z0-9]{1,9}\")";
const HYPHENS: &str = "String(\"[a-z]([a-z0-9-]{0,8}[a-z0-9])?\")";

/// Type of the parameter, resource, and what the finding says; nothing where there is none.
const CASES: &[(&str, &str, &[&str])] = &[
    // Length: the sum, the limit, what to do.
    (
        "String(\"[a-z]{1,30}\")",
        "resource q: AWS::ElasticLoadBalancingV2::LoadBalancer in primary { Name = \"front-${suffix}\", Subnets = [\"subnet-1\", \"subnet-2\"] }",
        &[
            "DR0506",
            "may have 36 characters; the name of a load balancer has at most 32",
            "`front-` 6 + `suffix` up to 30 = 36",
            "at most 26 characters",
        ],
    ),
    (
        "String(\"[a-z]{1,26}\")",
        "resource q: AWS::ElasticLoadBalancingV2::LoadBalancer in primary { Name = \"front-${suffix}\", Subnets = [\"subnet-1\", \"subnet-2\"] }",
        &[],
    ),
    (
        "String(\"[a-z]{1,40}\")",
        "resource b: AWS::S3::Bucket in primary { BucketName = \"all-the-invoices-${suffix}-${here}-${here.account}\" }",
        &["DR0506", "`all-the-invoices-` 17 + `suffix` up to 40 + `-us-east-1-` 11 + the account 12 = 80", "at most 23 characters"],
    ),
    (
        "String(\"[a-z]{0,9}\", 0..9)",
        "resource q: AWS::SQS::Queue in primary { QueueName = \"${suffix}\" }",
        &["DR0506", "the name of q may be empty", "at least 1"],
    ),
    (
        "String(\"[a-z]{1,9}\")",
        "resource t: AWS::DynamoDB::Table in primary { TableName = \"t${suffix}\", KeySchema = [{ AttributeName: \"id\", KeyType: \"HASH\" }], AttributeDefinitions = [{ AttributeName: \"id\", AttributeType: \"S\" }], BillingMode = \"PAY_PER_REQUEST\" }",
        &["DR0506", "may have only 2 characters", "`t` 1 + `suffix` at least 1 = 2"],
    ),
    ("String(\"[a-z]+\", 1..9)", "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }", &[]),
    (
        "String(\"[a-z]+\", 1..90)",
        "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }",
        &["DR0506", "`q-` 2 + `suffix` up to 90 = 92"],
    ),
    ("OneOf(\"dev\", \"prod\")", "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }", &[]),
    // Bounds.
    (
        "String",
        "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }",
        &["DR0508", "declare it as `String(\"[a-z][a-z0-9]{1,9}\")`"],
    ),
    ("String(\"[a-z]+\")", "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }", &["DR0508"]),
    ("Number(1..6)", "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }", &["DR0508"]),
    (
        "String",
        "resource q: AWS::OpenSearchService::Domain in primary { DomainName = \"a-long-name-of-it-${suffix}\" }",
        &["DR0508", "declare it as `String(\"[a-z][a-z0-9]{1,9}\")`"],
    ),
    // Characters: anywhere, first, last, behind another.
    (
        "String(\"[A-Za-z]{1,9}\")",
        "resource b: AWS::S3::Bucket in primary { BucketName = \"shop-${suffix}-${here.account}\" }",
        &["DR0507", "the name of a bucket cannot have `A`, and `suffix` admits it", "makes `shop-A-123456789012`"],
    ),
    // The bucket of artifacts takes no capital letters either.
    (
        "String(\"[A-Za-z]{1,9}\")",
        "resource q: AWS::SQS::Queue in primary { QueueName = \"shop-${suffix}\" }",
        &["DR0507", "the name of a bucket cannot have `A`"],
    ),
    (
        "String(\"[a-z_]{1,9}\")",
        "resource q: AWS::SQS::Queue in primary { QueueName = \"shop-${suffix}\" }",
        &["DR0507", "the name of a stack cannot have `_`"],
    ),
    (HYPHENS, "resource c: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"shop-${suffix}\" }", &["DR0507", "behind `-`"]),
    (WORD, "resource c: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"shop-${suffix}\" }", &[]),
    (WORD, "resource c: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"1shop-${suffix}\" }", &["DR0507", "cannot begin with `1`"]),
    (WORD, "resource c: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"shop--${suffix}\" }", &["DR0507", "cannot have `-` behind `-`"]),
    (WORD, "resource c: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"shop-${suffix}-\" }", &["DR0507", "cannot end with `-`"]),
    (
        "String(\"[a-z0-9]{1,9}\")",
        "resource c: AWS::RDS::DBCluster in primary { DBClusterIdentifier = \"${suffix}-shop\" }",
        &["DR0507", "cannot begin with `0`, and `suffix` admits it"],
    ),
    (WORD, "resource b: AWS::S3::Bucket in primary { BucketName = \"Shop_${suffix}-${here.account}\" }", &["DR0507", "cannot have `S`"]),
    (WORD, "resource b: AWS::S3::Bucket in primary { BucketName = \"xn--${suffix}-${here.account}\" }", &["DR0507", "cannot begin with `xn--`"]),
    (WORD, "resource a: AWS::KMS::Alias in primary { AliasName = \"shop-${suffix}\", TargetKeyId = \"x\" }", &["DR0507"]),
    (WORD, "resource a: AWS::KMS::Alias in primary { AliasName = \"alias/shop-${suffix}\", TargetKeyId = \"x\" }", &[]),
    (WORD, "resource q: AWS::SQS::Queue in primary { QueueName = \"shop-${suffix}.fifo\" }", &[]),
    // The name of another resource goes on: what is made of it is checked as a whole.
    (
        WORD,
        "resource f: AWS::Lambda::Function in primary { FunctionName = \"work-${suffix}\", Role = \"arn:aws:iam::111122223333:role/x\", Runtime = \"nodejs22.x\", Handler = \"index.handler\", Code = { ZipFile: \"exports.handler = async () => 1\" } }\nresource l: AWS::Logs::LogGroup in primary { LogGroupName = \"/aws/lambda fn/${f.ref}\" }",
        &["DR0507", "the name of a log group cannot have ` `"],
    ),
    (
        WORD,
        "resource f: AWS::Lambda::Function in primary { Role = \"arn:aws:iam::111122223333:role/x\", Runtime = \"nodejs22.x\", Handler = \"index.handler\", Code = { ZipFile: \"exports.handler = async () => 1\" } }\nresource l: AWS::Logs::LogGroup in primary { LogGroupName = \"/aws/lambda/${f.ref}\" }",
        &[],
    ),
    // One name for two things.
    (
        WORD,
        "resource a: AWS::SQS::Queue in both { QueueName = \"q-${suffix}\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }",
        &["DR0509", "`a` and `b` have one name: `q-${suffix}`"],
    ),
    (
        WORD,
        "resource a: AWS::SQS::Queue in standby { QueueName = \"q-${suffix}\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }",
        &[],
    ),
    (
        WORD,
        "resource a: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }\nresource b: AWS::SNS::Topic in primary { TopicName = \"q-${suffix}\" }",
        &[],
    ),
    (
        WORD,
        "resource a: AWS::IAM::Role in primary { RoleName = \"Q-${suffix}\", AssumeRolePolicyDocument = trust(\"lambda\") }\nresource b: AWS::IAM::Role in standby { RoleName = \"q-${suffix}\", AssumeRolePolicyDocument = trust(\"lambda\") }",
        &["DR0509", "`a` and `b` have one name"],
    ),
    (
        WORD,
        "resource a: AWS::SQS::Queue in primary { QueueName = \"Q-${suffix}\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }",
        &[],
    ),
    (
        HYPHENS,
        "resource a: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"q-db-${suffix}\" }",
        &["DR0509", "`suffix = \"db-x\"` makes `q-db-x` of `a`; in another environment `suffix = \"x\"` makes it of `b`", "leave `-` out"],
    ),
    (
        WORD,
        "resource a: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"q-db-${suffix}\" }",
        &[],
    ),
    (
        HYPHENS,
        "resource a: AWS::SQS::Queue in primary { QueueName = \"${suffix}-q\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"${suffix}-db-q\" }",
        &["DR0509", "`a` and `b` can have one name"],
    ),
    (
        HYPHENS,
        "resource a: AWS::SQS::Queue in primary { QueueName = \"${suffix}-q\" }\nresource b: AWS::SQS::Queue in primary { QueueName = \"${suffix}-r\" }",
        &[],
    ),
    (
        WORD,
        "resource a: AWS::CloudWatch::Alarm in primary { AlarmName = \"q-${suffix}\", Namespace = \"AWS/SQS\", MetricName = \"NumberOfMessagesSent\", Statistic = \"Sum\", Period = 60, EvaluationPeriods = 1, Threshold = 1, ComparisonOperator = \"GreaterThanThreshold\" }\nresource b: AWS::CloudWatch::CompositeAlarm in primary { AlarmName = \"q-${suffix}\", AlarmRule = \"TRUE\" }",
        &["DR0509", "have one name"],
    ),
    // A family over several Regions, where the name is unique over all of them.
    (
        WORD,
        "resource r: AWS::IAM::Role in both { RoleName = \"work-${suffix}\", AssumeRolePolicyDocument = trust(\"lambda\") }",
        &["DR0509", "`r` has one name in primary (us-east-1) and standby (us-east-2)", "write the Region into it: `work-${suffix}-${here}`"],
    ),
    (WORD, "resource r: AWS::IAM::Role in both { RoleName = \"work-${suffix}-${here}\", AssumeRolePolicyDocument = trust(\"lambda\") }", &[]),
    (WORD, "resource b: AWS::S3::Bucket in both { BucketName = \"shop-${suffix}-${here.account}\" }", &["DR0509", "among all accounts"]),
    // What belongs to something is unique in it.
    (
        WORD,
        "resource x: AWS::Events::Rule in primary { Name = \"r-${suffix}\", EventBusName = \"one\", EventPattern = {} }\nresource y: AWS::Events::Rule in primary { Name = \"r-${suffix}\", EventBusName = \"two\", EventPattern = {} }",
        &[],
    ),
    (
        WORD,
        "resource x: AWS::Events::Rule in primary { Name = \"r-${suffix}\", EventPattern = {} }\nresource y: AWS::Events::Rule in primary { Name = \"r-${suffix}\", EventPattern = {} }",
        &["DR0509"],
    ),
    // Environments.
    (
        WORD,
        "resource q: AWS::SQS::Queue in both { QueueName = \"told\" }",
        &["DR0510", "`q` has the same name in every environment: `suffix` is not part of it", "write `told-${suffix}`"],
    ),
    (WORD, "resource q: AWS::SQS::Queue in both { VisibilityTimeout = 5 }", &[]),
    (
        WORD,
        "param other: String(\"[a-z]{2}\")\nresource q: AWS::SQS::Queue in both { QueueName = \"told-${suffix}-${other}\" }",
        &["DR0510", "`other` is part of the name of `q`, but not of `naming`"],
    ),
    (
        WORD,
        "param other: String(\"[a-z]{2}\") in both\nresource q: AWS::SQS::Queue in both { QueueName = \"told-${suffix}-${other}\" }",
        &["DR0510", "an environment has one name"],
    ),
    (
        WORD,
        "resource b: AWS::S3::Bucket in primary { BucketName = \"shop-${suffix}\" }",
        &["DR0511", "write the account into it: `shop-${suffix}-${here.account}`"],
    ),
    (WORD, "allow DR0511 \"it is the website's\"\nresource b: AWS::S3::Bucket in primary { BucketName = \"shop-${suffix}\" }", &[]),
    // What exists already has the name that it has.
    (WORD, "external b: AWS::S3::Bucket in primary { BucketName = \"Anything_\" }", &[]),
];

#[test]
fn names_are_checked_over_all_values() {
    let mut failures = String::new();
    for (number, (ty, rest, wanted)) in CASES.iter().enumerate() {
        let found = found(&platform(ty, NAMING, rest));
        let right = if wanted.is_empty() { found.is_empty() } else { wanted.iter().all(|text| found.contains(text)) && found.lines().count() == 1 };
        if !right {
            let _ = writeln!(failures, "case {number}: {ty}\n{rest}\n  wanted {wanted:?}\n  found  {found}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What an account has once in a Region has no name that could tell two of them apart.
#[test]
fn what_an_account_has_once_is_owned_once() {
    let account = "resource logs: AWS::ApiGateway::Account in both {}\n";
    let twice = format!("{account}resource again: AWS::ApiGateway::Account in standby {{}}\n");
    let plain = |rest: &str| {
        let regions = "region primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";
        found(&Project::new(&format!("platform shop {{}}\n{regions}{rest}")))
    };
    assert_eq!(plain(account), "");
    assert!(plain(&twice).starts_with("DR0509 `again` is a second role with which API Gateway writes logs in us-east-2"), "{}", plain(&twice));
    let environments = found(&platform(WORD, NAMING, account));
    assert!(environments.starts_with("DR0510 every environment in an account would own the role"), "{environments}");
    assert_eq!(found(&platform(WORD, NAMING, "resource logs: AWS::ApiGateway::Account in both {\n  allow DR0510 \"one account each\"\n}\n")), "");
}

#[test]
fn the_names_of_stacks_are_names_too() {
    let long = platform("String(\"[a-z]{1,120}\")", NAMING, "resource q: AWS::SQS::Queue in primary {}");
    let text = long.compile().shown;
    assert!(text.contains("the name of the stack of artifacts may have 135 characters; the name of a stack has at most 128"), "{text}");
    assert!(text.contains("the same is true of `the stack of app`"), "{text}");
    let dots = platform(WORD, "\"${platform}.${path}-${suffix}\"", "resource q: AWS::SQS::Queue in primary {}");
    assert!(found(&dots).contains("the name of a stack cannot have `.`"), "{}", found(&dots));
}

#[test]
fn an_environment_is_not_read_in_two_ways() {
    let naming = "\"${platform}-${path}-${team}-${suffix}\"";
    let rest = |ty: &str| format!("param team: {ty}\nresource q: AWS::SQS::Queue in primary {{}}");
    let twice = platform("OneOf(\"dev\", \"x-dev\")", naming, &rest("String(\"[a-z]{1,3}(-[a-z]{1,3})?\")"));
    let text = found(&twice);
    assert!(text.contains("two environments can have one name for the stack of app"), "{text}");
    assert!(
        text.contains("`team = \"x-x\"`, `suffix = \"dev\"` makes `shop-app-x-x-dev`, and so does `team = \"x\"`, `suffix = \"x-dev\"`"),
        "{text}"
    );
    assert_eq!(found(&platform("OneOf(\"dev\", \"x-dev\")", naming, &rest("String(\"[a-z]{1,3}\")"))), "");
}

#[test]
fn the_proposed_constraint_mends_it() {
    for (ty, rest) in [
        ("String", "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }"),
        ("String = \"prod-2\"", "resource q: AWS::SQS::Queue in primary { QueueName = \"q-${suffix}\" }"),
        ("String(\"[A-Z]{1,9}\")", "resource b: AWS::S3::Bucket in primary { BucketName = \"shop-${suffix}-${here.account}\" }"),
        (
            "String",
            "resource b: AWS::ElastiCache::ReplicationGroup in primary { ReplicationGroupId = \"the-sessions-of-all-the-shops-${suffix}\", ReplicationGroupDescription = \"sessions\" }",
        ),
    ] {
        let finding = platform(ty, NAMING, rest).compile().findings.remove(0);
        let fix = finding.fix.expect("a fix");
        let constraint =
            ty.split(" = ").nth(1).map_or(fix.edits[0].replacement.clone(), |default| format!("{} = {default}", fix.edits[0].replacement));
        assert_eq!(found(&platform(&constraint, NAMING, rest)), "", "{constraint}");
    }
}

#[test]
fn the_manifest_says_which_parameters_bind_an_environment() {
    let text = platform(
        WORD,
        NAMING,
        "param pager: Email\nparam domain: DomainName\nparam zone: HostedZoneId\nresource t: AWS::SNS::Topic in primary { DisplayName = pager }\nresource r: AWS::Route53::RecordSet in primary { Name = \"api.${domain}\", HostedZoneId = zone, Type = \"TXT\", TTL = \"60\", ResourceRecords = [\"x\"] }",
    );
    let compiled = text.compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let manifest: serde_json::Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["parameters"]["suffix"]["in_names"], true);
    for other in ["pager", "domain", "zone"] {
        assert!(manifest["parameters"][other]["in_names"].is_null(), "{other}");
    }
}

#[test]
fn many_names_are_compared_in_little_time() {
    // Names that begin with the parameter are compared by their ends; those that end with it too, up to a bound that is told.
    let queues = |name: &str| format!("for n in range(220) {{ resource q: AWS::SQS::Queue in primary {{ QueueName = \"{name}\" }} }}");
    assert_eq!(found(&platform(HYPHENS, NAMING, &queues("q${n}x-${suffix}"))), "");
    assert_eq!(found(&platform(HYPHENS, NAMING, &queues("${suffix}-q${n}x"))), "");
    let both = platform(WORD, "\"${platform}-${path}-${suffix}-${zone}\"", &format!("param zone: {WORD}\n{}", queues("${suffix}-q${n}x-${zone}")));
    let text = found(&both);
    assert!(text.lines().count() == 1 && text.contains("too many names are alike to compare them all"), "{text}");
}
