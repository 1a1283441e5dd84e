//! Metrics, runtimes and versions against what AWS says of them: each case says what is found, and a near miss that is right.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod command;
mod project;

use command::{Folder, code, text};
use project::Project;
use std::fmt::Write as _;

const REGIONS: &str =
    "platform shop {}\nregion primary = us-east-1\nregion standby = us-west-2\nregion other = eu-west-1\nlet both = [primary, standby]\n";

fn platform(rest: &str) -> Project {
    Project::new(&format!("{REGIONS}{rest}\n"))
}

/// A component of the project with this metric, read by an alarm.
fn metric(metric: &str, place: &str, when: &str) -> Project {
    platform(&format!("use \"watched.dr\" as watched\nreplica orders: watched.store across both {{}}\nalarm late in {place} {{ when {when} }}")).file(
        "watched.dr",
        format!("/// A store.\npub component store {{\n  resource table: AWS::SQS::Queue in regions {{}}\n  /// How late it is.\n  {metric}\n}}\n"),
    )
}

/// An alarm with these properties beside the usual ones.
fn alarm(place: &str, properties: &str) -> Project {
    platform(&format!(
        "resource late: AWS::CloudWatch::Alarm in {place} {{\n  Period = 60\n  EvaluationPeriods = 1\n  Threshold = 1\n  Statistic = \"Maximum\"\n  ComparisonOperator = \"GreaterThanThreshold\"\n{properties}\n}}"
    ))
}

/// What is found, each in a line: code, message, notes, help.
fn found(project: &Project) -> String {
    let compiled = project.compile();
    compiled.findings.iter().fold(String::new(), |mut text, finding| {
        let fix = finding.fix.as_ref().map_or_else(String::new, |fix| format!(" | fix: {}", fix.title));
        let label = finding.primary().map(|label| label.message.clone()).unwrap_or_default();
        let (notes, help) = (finding.notes.join(" | "), finding.help.clone().unwrap_or_default());
        let _ = writeln!(text, "{:?} {} {} | {label} | {notes} | {help}{fix}", finding.severity, finding.code, finding.message);
        text
    })
}

/// A project and what its only finding says; nothing where there is none.
type Case = (Project, &'static [&'static str]);

fn assert_cases(cases: Vec<Case>) {
    for (at, (project, said)) in cases.iter().enumerate() {
        let found = found(project);
        assert_eq!(found.lines().count(), usize::from(!said.is_empty()), "case {at}:\n{found}");
        for part in *said {
            assert!(found.contains(part), "case {at}: `{part}` is not said:\n{found}");
        }
    }
}

const QUEUE: &str = "{ QueueName: table.QueueName }";

#[test]
fn metrics_of_components() {
    let queue =
        |name: &str, rest: &str| format!("metric age: Duration in regions = cloudwatch(\"AWS/SQS\", \"{name}\") {{ dimensions = {QUEUE}\n {rest} }}");
    let late = "max(orders.age) over 1min > 5min";
    assert_cases(vec![
        (metric(&queue("ApproximateAgeOfOldestMessage", "unit = \"Seconds\""), "both", late), &[]),
        (
            metric(&queue("ApproximateAgeOfOldestMesage", "unit = \"Seconds\""), "primary", late),
            &["Error DR0538", "`AWS/SQS` has no metric `ApproximateAgeOfOldestMesage`", "never goes off", "fix: write \"ApproximateAgeOfOldestMessage\""],
        ),
        (
            metric(&queue("ApproximateAgeOfOldestMessage", "unit = \"Milliseconds\""), "primary", late),
            &["Error DR0538", "is published in Seconds, not in Milliseconds", "thresholds are converted by the unit", "fix: write \"Seconds\""],
        ),
        (
            metric(
                "metric age: Duration in regions = cloudwatch(\"AWS/SQS\", \"ApproximateAgeOfOldestMessage\") { unit = \"Seconds\"\n dimensions = { Queue: table.QueueName } }",
                "primary",
                late,
            ),
            &["Error DR0538", "has no dimension `Queue`", "no such dimension", "fix: write `QueueName`"],
        ),
        // A metric of a global service, in its Region and elsewhere.
        (
            metric(
                "metric health in regions = cloudwatch(\"AWS/Route53\", \"HealthCheckStatus\") { dimensions = { HealthCheckId: table.QueueName } }",
                "standby",
                "min(orders.health) over 1min < 1",
            ),
            &["Error DR0538", "`HealthCheckStatus` is published in us-east-1 only, not in standby (us-west-2)", "place what watches it in us-east-1"],
        ),
        (
            metric(
                "metric health in primary = cloudwatch(\"AWS/Route53\", \"HealthCheckStatus\") { dimensions = { HealthCheckId: table.QueueName } }"
                    .replace("in primary", "in [regions.first]")
                    .as_str(),
                "primary",
                "min(orders.health) over 1min < 1",
            ),
            &[],
        ),
        // A lag that is there while the Region is read only.
        (
            metric(
                "metric lag: Duration in regions = cloudwatch(\"AWS/RDS\", \"AuroraGlobalDBRPOLag\") { unit = \"Milliseconds\"\n dimensions = { DBClusterIdentifier: table.QueueName } }",
                "primary",
                "max(orders.lag) over 1min > 1s",
            ),
            &["Warning DR0538", "published only where the data is read", "write `published = \"while_reading\"`"],
        ),
        (
            metric(
                "metric lag: Duration in regions = cloudwatch(\"AWS/RDS\", \"AuroraGlobalDBRPOLag\") { unit = \"Milliseconds\"\n dimensions = { DBClusterIdentifier: table.QueueName }\n published = \"while_reading\" }",
                "primary",
                "max(orders.lag) over 1min > 1s",
            ),
            &[],
        ),
        // Nothing reads it, and it is wrong all the same.
        (
            platform("use \"watched.dr\" as watched\nreplica orders: watched.store across both {}").file(
                "watched.dr",
                "/// A store.\npub component store {\n  resource table: AWS::SQS::Queue in regions {}\n  /// How late it is.\n  metric age in regions = cloudwatch(\"AWS/SQS\", \"Age\") {}\n}\n",
            ),
            &["Error DR0538", "`AWS/SQS` has no metric `Age`", "look it up: https://docs.aws.amazon.com/AWSSimpleQueueService/"],
        ),
        (metric("metric mine: Duration in regions = cloudwatch(\"Shop/Orders\", \"Late\") { unit = \"Seconds\" }", "both", "max(orders.mine) over 1min > 5min"), &[]),
    ]);
}

#[test]
fn metrics_of_alarms() {
    let of = |namespace: &str, name: &str, rest: &str| format!("  Namespace = \"{namespace}\"\n  MetricName = \"{name}\"\n{rest}");
    let dimension = |name: &str| format!("  Dimensions = [{{ Name: \"{name}\", Value: \"orders\" }}]");
    assert_cases(vec![
        (alarm("both", &of("AWS/SQS", "ApproximateAgeOfOldestMessage", &dimension("QueueName"))), &[]),
        (
            alarm("both", &of("AWS/SQS", "ApproximateAgeOfOldestMessages", &dimension("QueueName"))),
            &["Error DR0538", "`AWS/SQS` has no metric", "allow DR0538", "fix: write \"ApproximateAgeOfOldestMessage\""],
        ),
        (
            alarm("both", &of("AWS/Sqs", "ApproximateAgeOfOldestMessage", &dimension("QueueName"))),
            &["there is no namespace `AWS/Sqs`", "fix: write \"AWS/SQS\""],
        ),
        (alarm("both", &of("AWS/SQS", "ApproximateAgeOfOldestMessage", "")), &["is not published without dimensions", "publishes it by `QueueName`"]),
        (
            alarm("both", &of("AWS/SQS", "ApproximateAgeOfOldestMessage", &dimension("queueName"))),
            &["has no dimension `queueName`", "fix: write \"QueueName\""],
        ),
        (
            alarm("both", &of("AWS/DynamoDB", "SystemErrors", &dimension("TableName"))),
            &["`SystemErrors` is not published by `TableName`", "publishes it by `TableName` and `Operation`"],
        ),
        (
            alarm("both", &of("AWS/RDS", "AuroraGlobalDBRPOLag", &format!("{}\n  Unit = \"Seconds\"", dimension("DBClusterIdentifier")))),
            &["is published in Milliseconds, not in Seconds", "ignores data in any other", "fix: write \"Milliseconds\""],
        ),
        (
            alarm("both", &of("AWS/RDS", "AuroraGlobalDBRPOLag", &dimension("GlobalClusterIdentifier"))),
            &["has no dimension `GlobalClusterIdentifier`", "by `DBClusterIdentifier`, or by `DBClusterIdentifier` and `SourceRegion`"],
        ),
        (alarm("both", &of("AWS/RDS", "BufferCacheHitRate", "")), &["Warning DR0538", "may have no metric", "did you mean `BufferCacheHitRatio`?"]),
        (alarm("both", &of("AWS/EC2", "CPUCreditBalanc", "")), &["Warning DR0538", "did you mean `CPUCreditBalance`?"]),
        (alarm("both", &of("AWS/EC2", "NewAndShiny", "")), &[]),
        // AWS writes it both ways.
        (alarm("both", &of("AWS/Events", "IngestionToInvocationStartLatency", "")), &[]),
        (alarm("both", &of("AWS/Events", "IngestiontoInvocationStartLatency", "")), &[]),
        (alarm("both", &of("AWS/Events", "IngestionToInvocationStartLateness", "")), &["Error DR0538", "IngestionToInvocationStartLatency"]),
        (alarm("both", &of("Shop", "Late", "")), &[]),
        (alarm("primary", &of("AWS/Route53", "HealthCheckStatus", &dimension("HealthCheckId"))), &[]),
        (alarm("both", &of("AWS/Route53", "HealthCheckStatus", &dimension("HealthCheckId"))), &["in us-east-1 only, not in standby (us-west-2)"]),
        (alarm("standby", &of("AWS/GlobalAccelerator", "HealthyEndpointCount", &dimension("Accelerator"))), &[]),
        (alarm("other", &of("AWS/CloudFront", "Requests", &dimension("DistributionId"))), &["in us-east-1 only"]),
    ]);
}

/// An alarm may ask for several metrics, each in a query.
#[test]
fn metrics_of_queries() {
    let query = |name: &str, unit: &str| {
        platform(&format!(
            "resource late: AWS::CloudWatch::Alarm in primary {{\n  EvaluationPeriods = 1\n  Threshold = 1\n  ComparisonOperator = \"GreaterThanThreshold\"\n  Metrics = [{{ Id: \"m\", MetricStat: {{ Metric: {{ Namespace: \"AWS/SQS\", MetricName: \"{name}\", Dimensions: [{{ Name: \"QueueName\", Value: \"orders\" }}] }}, Period: 60, Stat: \"Maximum\", Unit: \"{unit}\" }} }}]\n}}"
        ))
    };
    assert_cases(vec![
        (query("ApproximateAgeOfOldestMessage", "Seconds"), &[]),
        (query("ApproximateAgeOfOldestMessage", "Minutes"), &["DR0517"]),
        (query("ApproximateAgeOfOldestMessage", "Count"), &["is published in Seconds, not in Count", "fix: write \"Seconds\""]),
        (query("ApproximateAgeOfOldestMesage", "Seconds"), &["has no metric", "fix: write \"ApproximateAgeOfOldestMessage\""]),
    ]);
}

#[test]
fn what_is_new_can_be_accepted() {
    let project = alarm("primary", "  Namespace = \"AWS/SQS\"\n  MetricName = \"BrandNew\"\n  allow DR0538 \"AWS announced it in December\"");
    assert_eq!(found(&project), "");
}

fn cluster(engine: &str, version: &str) -> String {
    format!(
        "{REGIONS}resource data: AWS::RDS::DBCluster in both {{\n  Engine = \"{engine}\"\n  EngineVersion = \"{version}\"\n  MasterUsername = \"root\"\n  ManageMasterUserPassword = true\n}}\n"
    )
}

#[test]
fn versions_of_engines() {
    let of = |engine: &str, version: &str| Project::new(&cluster(engine, version));
    assert_cases(vec![
        (of("aurora-postgresql", "17.7"), &[]),
        (
            of("aurora-postgresql", "13.9"),
            &[
                "Warning DR0527 standard support for aurora-postgresql `13.9` ended on 2026-02-28",
                "one of `13`",
                "for a fee, until 2029-02-28",
                "`17`, `18`",
            ],
        ),
        (of("aurora-mysql", "8.0.mysql_aurora.3.10.1"), &[]),
        (of("aurora-mysql", "8.0.mysql_aurora.3.09.0"), &["support for aurora-mysql `8.0.mysql_aurora.3.09.0` ended on 2026-08-31"]),
        (of("mysql", "8.0.46"), &["standard support for mysql `8.0.46` ended on 2026-07-31"]),
        // Nothing is known of this engine's dates.
        (of("neptune", "1.2.1.0"), &[]),
    ]);
}

/// The day counts that the caller names, never the clock.
#[test]
fn another_day_can_be_named() {
    let folder = Folder::with(&[("platform.dr", &cluster("aurora-postgresql", "17.5"))]);
    let check = |day: &[&str]| {
        let output = folder.run(&[&["check", "platform.dr", "--format", "short"], day].concat());
        (code(&output), text(&output.stderr))
    };
    assert_eq!(check(&[]), (0, String::new()));
    assert_eq!(check(&["--today", "2026-12-30"]), (0, String::new()));
    let (exit, said) = check(&["--today", "2026-12-31"]);
    assert!(exit == 0 && said.contains("warning[DR0527]: support for aurora-postgresql `17.5` ended on 2026-12-31"), "{said}");
    let (exit, said) = check(&["--today", "2026-12-31", "--deny", "warnings"]);
    assert!(exit == 1 && said.contains("error[DR0527]"), "{said}");
    let (exit, said) = check(&["--today", "31.12.2026"]);
    assert!(exit == 2 && said.contains("write a day as YEAR-MONTH-DAY"), "{said}");
}

/// What the author reads.
#[test]
fn the_findings_are_readable() {
    let metrics = format!(
        "{REGIONS}resource late: AWS::CloudWatch::Alarm in both {{\n  Namespace = \"AWS/RDS\"\n  MetricName = \"AuroraGlobalDBRPOLag\"\n  Dimensions = [{{ Name: \"GlobalClusterIdentifier\", Value: \"orders\" }}]\n  Statistic = \"Maximum\"\n  Period = 60\n  EvaluationPeriods = 1\n  Threshold = 1\n  Unit = \"Seconds\"\n  ComparisonOperator = \"GreaterThanThreshold\"\n}}\n"
    );
    let runtime = format!(
        "{REGIONS}resource role: AWS::IAM::Role in both {{ AssumeRolePolicyDocument = trust_for_account(\"lambda.amazonaws.com\") }}\nresource intake: AWS::Lambda::Function in both {{\n  Code = {{ ZipFile: \"exports.handler = async () => 'taken'\" }}\n  Handler = \"index.handler\"\n  Role = role.arn\n  Runtime = \"nodejs18.x\"\n}}\n"
    );
    for (name, source) in [("metric", &metrics), ("runtime", &runtime), ("version", &cluster("aurora-postgresql", "13.9"))] {
        let folder = Folder::with(&[("platform.dr", source)]);
        let output =
            folder.command().args(["check", "platform.dr", "--format", "graphical", "--color", "never"]).env("COLUMNS", "100").output().unwrap();
        bless::golden(&format!("golden/facts/{name}.txt"), &text(&output.stderr));
    }
}
