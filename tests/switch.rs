//! Who answers under a name whose traffic is switched: for everything that can become of both switches, worked out from the templates that
//! were written, by what AWS says of alarms, health checks and failover records. `tests/switch/answers.md` is what came out.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod project;

use project::Project;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

/// The preferred Region and the standby of the platform.
const PREFERRED: &str = "us-east-1";
const STANDBY: &str = "us-east-2";

/// What was compiled: files by their path.
type Files = BTreeMap<String, Value>;

fn storefront() -> Files {
    let folder = bless::path("projects/storefront");
    let names = bless::files_below(&folder);
    let project = names.iter().fold(Project::default(), |project, name| project.file(name, fs::read_to_string(folder.join(name)).unwrap()));
    let compiled = project.compile();
    assert_eq!(compiled.shown, "");
    let files = compiled.files.unwrap().into_iter().filter(|(path, _)| path.ends_with(".json"));
    files.map(|(path, text)| (path, serde_json::from_str(&text).unwrap())).collect()
}

/// A failover record, and the switch that can take its traffic away.
struct Record {
    primary: bool,
    /// The Region that it leads to.
    to: String,
    switch: Switch,
}

/// A switch: the Region that it stands in, its alarm and the health check that follows it.
struct Switch {
    region: String,
    alarm: Value,
    check: Value,
}

fn resource<'t>(template: &'t Value, reference: &Value) -> Result<&'t Value, String> {
    let name = reference["Ref"].as_str().ok_or_else(|| format!("{reference} is no resource of the same stack"))?;
    Ok(&template["Resources"][name]["Properties"])
}

/// The two failover records.
fn records(files: &Files) -> Result<Vec<Record>, String> {
    let mut found = Vec::new();
    for region in [PREFERRED, STANDBY] {
        let template = &files[&format!("{region}/edge.template.json")];
        let record = template["Resources"].as_object().unwrap().values().find(|resource| resource["Type"] == "AWS::Route53::RecordSet").unwrap();
        let record = &record["Properties"];
        let check = &resource(template, &record["HealthCheckId"])?["HealthCheckConfig"];
        if check["Type"] != "CLOUDWATCH_METRIC" || check["AlarmIdentifier"]["Region"] != region {
            return Err(format!("the check does not follow an alarm of its own Region: {check}"));
        }
        let alarm = resource(template, &check["AlarmIdentifier"]["Name"])?;
        // The keeper publishes what the alarm looks at, as often as it looks.
        let (keeper, dimensions) = published(template);
        let looked: BTreeMap<&str, &Value> =
            alarm["Dimensions"].as_array().unwrap().iter().map(|one| (one["Name"].as_str().unwrap(), &one["Value"])).collect();
        if keeper != alarm["Namespace"] || dimensions != looked.keys().map(ToString::to_string).collect::<Vec<_>>() || alarm["Period"] != 60 {
            return Err(format!("the alarm looks at something else than what is published: {alarm}"));
        }
        found.push(Record {
            primary: record["Failover"] == "PRIMARY",
            to: record["SetIdentifier"].as_str().unwrap().into(),
            switch: Switch { region: region.into(), alarm: alarm.clone(), check: check.clone() },
        });
    }
    if found.iter().filter(|record| record.primary).count() != 1 || found[0].to == found[1].to {
        return Err("there is not one record of each kind".into());
    }
    Ok(found)
}

/// The namespace and the names of the dimensions that the schedule of a Region has published once a minute.
fn published(template: &Value) -> (String, Vec<String>) {
    let schedules = template["Resources"].as_object().unwrap().values().filter(|resource| resource["Type"] == "AWS::Scheduler::Schedule");
    for schedule in schedules {
        let input = &schedule["Properties"]["Target"]["Input"];
        let text = input["Fn::Sub"].as_str().or(input.as_str()).unwrap();
        let input: Value = serde_json::from_str(text).unwrap();
        if input["namespace"] == "Drc/Traffic" {
            assert_eq!(schedule["Properties"]["ScheduleExpression"], "rate(1 minute)");
            let mut names: Vec<String> = input["dimensions"].as_object().unwrap().keys().cloned().collect();
            names.sort();
            return (input["namespace"].as_str().unwrap().into(), names);
        }
    }
    panic!("nothing publishes the state of a switch");
}

/// What was published in each minute; nothing, if it was silent.
type Minutes = Vec<Vec<f64>>;

/// Whether a data point is beyond the bound; nothing, if there is none.
fn beyond(alarm: &Value, minute: &[f64]) -> Option<bool> {
    if minute.is_empty() {
        return None;
    }
    let (sum, count) = (minute.iter().sum::<f64>(), minute.len() as f64);
    let value = match alarm["Statistic"].as_str().unwrap() {
        "Maximum" => minute.iter().copied().fold(f64::MIN, f64::max),
        "Minimum" => minute.iter().copied().fold(f64::MAX, f64::min),
        "Average" => sum / count,
        "Sum" => sum,
        _ => count,
    };
    let threshold = alarm["Threshold"].as_f64().unwrap();
    Some(match alarm["ComparisonOperator"].as_str().unwrap() {
        "GreaterThanThreshold" => value > threshold,
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "LessThanThreshold" => value < threshold,
        _ => value <= threshold,
    })
}

/// Whether Route 53 counts a record as healthy after these minutes.
///
/// It follows the data of the alarm, not its state (Route 53 developer guide, "Values that you specify when you create or update health
/// checks", read 2026-11-22). Missing data are what the alarm makes of them (CloudWatch user guide, "Configuring how CloudWatch alarms
/// treat missing data", read 2026-11-28). With too little data the check is what `InsufficientDataHealthStatus` says; a new one whose
/// last status nobody knows is healthy (Route 53 API reference, `HealthCheckConfig`, read 2026-11-28).
fn healthy(switch: &Switch, minutes: &Minutes) -> Result<bool, String> {
    let (alarm, check) = (&switch.alarm, &switch.check);
    let periods = alarm["EvaluationPeriods"].as_u64().unwrap() as usize;
    let missing = match alarm["TreatMissingData"].as_str().unwrap_or("missing") {
        "missing" => None,
        "breaching" => Some(true),
        "notBreaching" => Some(false),
        other => return Err(format!("nobody says what Route 53 makes of missing data that are treated as `{other}`")),
    };
    let inverted = check["Inverted"].as_bool().unwrap_or(false);
    let mut status = !inverted;
    for end in 0..=minutes.len() {
        let points: Vec<Option<bool>> = minutes[end.saturating_sub(periods)..end].iter().map(|minute| beyond(alarm, minute).or(missing)).collect();
        let known: Vec<bool> = points.iter().copied().flatten().collect();
        status = if known.is_empty() {
            match check["InsufficientDataHealthStatus"].as_str().unwrap() {
                "LastKnownStatus" => status,
                word => word == "Healthy",
            }
        } else {
            (known.len() < periods || !known.iter().all(|beyond| *beyond)) != inverted
        };
    }
    Ok(status)
}

/// The record that answers: the primary one if it is healthy, else the secondary one if that is healthy, else the primary one. Source:
/// Route 53 API reference, `ResourceRecordSet`, `Failover` (read 2026-11-22).
fn answers(records: &[Record], healthy: impl Fn(&Record) -> Result<bool, String>) -> Result<&str, String> {
    let (primary, secondary) = (records.iter().find(|record| record.primary).unwrap(), records.iter().find(|record| !record.primary).unwrap());
    Ok(if !healthy(primary)? && healthy(secondary)? { &secondary.to } else { &primary.to })
}

/// What can become of a switch: a name, what was published, and whether its Region is lost at the end.
fn histories() -> Vec<(&'static str, Minutes, bool)> {
    let (off, on, silent) = (|| vec![0.0], || vec![1.0], Vec::new);
    let day = || std::iter::repeat_with(silent).take(24 * 60);
    vec![
        ("no data since it was made", vec![], false),
        ("off", vec![off(); 3], false),
        ("on", vec![off(), on(), on()], false),
        ("set this minute", vec![off(), vec![0.0, 1.0]], false),
        ("on, a minute missing", vec![on(), silent(), on(), silent()], false),
        ("on, then 24 h silent", [off(), on()].into_iter().chain(day()).collect(), false),
        ("off again", vec![off(), on(), on(), off()], false),
        ("off, then 24 h silent", [on(), off()].into_iter().chain(day()).collect(), false),
        ("off, its Region lost", vec![off(), silent(), silent()], true),
        ("on, its Region lost", vec![on(), silent(), silent()], true),
    ]
}

/// For each pair of histories the Region that is answered with.
fn table(files: &Files) -> Result<String, String> {
    let records = records(files)?;
    let histories = histories();
    let mut out = String::new();
    writeln!(out, "| switch of the standby | {} |", histories.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" | ")).unwrap();
    writeln!(out, "| --- |{}", " --- |".repeat(histories.len())).unwrap();
    for (name, of_standby, standby_lost) in &histories {
        let mut cells = Vec::new();
        for (_, of_preferred, preferred_lost) in &histories {
            let to = answers(&records, |record| healthy(&record.switch, if record.switch.region == STANDBY { of_standby } else { of_preferred }))?;
            let lost = if to == STANDBY { *standby_lost } else { *preferred_lost };
            let word = if to == STANDBY { "STANDBY" } else { "preferred" };
            cells.push(if lost { format!("{word} (lost)") } else { word.into() });
        }
        writeln!(out, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
    Ok(out)
}

/// What happens, one after the other.
enum Event {
    Lost(&'static str),
    Back(&'static str),
    /// The machine of a plan is run: its Region and its name.
    Run(&'static str, &'static str),
}

/// What a machine does to the switch of its Region, if its checks let it: the Region and the value.
fn done_by(machine: &Value, wanted: &BTreeMap<String, String>) -> Option<(String, String)> {
    let states = machine["States"].as_object().unwrap();
    let calls = |operation: &'static str| {
        states.iter().filter(move |(_, state)| state["Resource"].as_str().is_some_and(|resource| resource.ends_with(&format!(":{operation}"))))
    };
    // A check that follows the reading of a switch: it wants it to be on, or not to be.
    for (_, asked) in calls("dynamodb:getItem") {
        let next = &states[asked["Next"].as_str().unwrap()];
        let Some(condition) = next["Choices"][0]["Condition"].as_str().filter(|_| next["Choices"].as_array().unwrap().len() == 1) else { continue };
        assert!(condition.contains("Item.taken.N = '1'"), "{condition}");
        let on = wanted.get(asked["Arguments"]["Key"]["region"]["S"].as_str().unwrap()).is_some_and(|value| value == "1");
        if on == condition.contains("$not(") {
            return None;
        }
    }
    let (_, put) = calls("dynamodb:putItem").next().unwrap();
    let item = &put["Arguments"]["Item"];
    let (region, value) = (item["region"]["S"].as_str().unwrap(), item["taken"]["N"].as_str().unwrap());
    let (_, published) = calls("cloudwatch:putMetricData").next().unwrap();
    assert_eq!(published["Arguments"]["MetricData"][0]["Value"].as_f64().unwrap().to_string(), value, "what is kept is what is published");
    Some((region.into(), value.into()))
}

/// Who answers after each event, with a minute of silence for each Region that is lost.
fn story(files: &Files, events: &[(&str, Event)]) -> String {
    let records = records(files).unwrap();
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut minutes: BTreeMap<&str, Minutes> = [(PREFERRED, vec![vec![0.0]]), (STANDBY, vec![vec![0.0]])].into();
    let mut lost: Vec<&str> = Vec::new();
    let mut out = String::from("| what happens | standby's switch | preferred's switch | answers |\n| --- | --- | --- | --- |\n");
    for (said, event) in events {
        let mut note = String::new();
        match event {
            Event::Lost(region) => lost.push(region),
            Event::Back(region) => lost.retain(|known| known != region),
            Event::Run(region, name) => {
                assert!(!lost.contains(region), "{said}: its machine is lost");
                match done_by(&files[&format!("{region}/{name}.asl.json")], &wanted) {
                    Some((at, value)) => {
                        assert_eq!(at, *region, "a machine sets the switch of its own Region");
                        wanted.insert(at, value);
                    }
                    None => note = ": refused".into(),
                }
            }
        }
        for (region, minutes) in &mut minutes {
            let value = wanted.get(*region).map_or(0.0, |value| value.parse().unwrap());
            minutes.push(if lost.contains(region) { vec![] } else { vec![value] });
        }
        let to = answers(&records, |record| healthy(&record.switch, &minutes[record.switch.region.as_str()])).unwrap();
        let switch = |region: &str| match wanted.get(region).map(String::as_str) {
            Some("1") => "on",
            _ => "off",
        };
        let word = if to == STANDBY { "STANDBY" } else { "preferred" };
        let gone = if lost.contains(&to) { " (lost)" } else { "" };
        writeln!(out, "| {said}{note} | {} | {} | {word}{gone} |", switch(STANDBY), switch(PREFERRED)).unwrap();
    }
    out
}

#[test]
fn who_answers() {
    let files = storefront();
    let table = table(&files).unwrap();
    let first = story(
        &files,
        &[
            ("the preferred Region is lost", Event::Lost(PREFERRED)),
            ("`evacuate-virginia` in the standby", Event::Run(STANDBY, "evacuate-virginia")),
            ("the preferred Region is back", Event::Back(PREFERRED)),
            ("`home` in the standby", Event::Run(STANDBY, "home")),
            ("the preferred Region is lost again", Event::Lost(PREFERRED)),
            ("`evacuate-virginia` in the standby", Event::Run(STANDBY, "evacuate-virginia")),
        ],
    );
    let second = story(
        &files,
        &[
            ("the preferred Region is lost", Event::Lost(PREFERRED)),
            ("`evacuate-virginia` in the standby", Event::Run(STANDBY, "evacuate-virginia")),
            ("the preferred Region is back", Event::Back(PREFERRED)),
            ("the standby is lost while it is active", Event::Lost(STANDBY)),
            ("`evacuate-ohio` in the preferred Region", Event::Run(PREFERRED, "evacuate-ohio")),
            ("the standby is back", Event::Back(STANDBY)),
            ("`settled` in the preferred Region, too early", Event::Run(PREFERRED, "settled")),
            ("`home` in the standby", Event::Run(STANDBY, "home")),
            ("`settled` in the preferred Region", Event::Run(PREFERRED, "settled")),
            ("the preferred Region is lost again", Event::Lost(PREFERRED)),
            ("`evacuate-virginia` in the standby", Event::Run(STANDBY, "evacuate-virginia")),
        ],
    );
    let third = story(
        &files,
        &[
            ("the standby is lost", Event::Lost(STANDBY)),
            ("`evacuate-ohio` in the preferred Region", Event::Run(PREFERRED, "evacuate-ohio")),
            ("the standby is back, and nobody settles", Event::Back(STANDBY)),
            ("the preferred Region is lost", Event::Lost(PREFERRED)),
            ("`evacuate-virginia` in the standby", Event::Run(STANDBY, "evacuate-virginia")),
        ],
    );
    let text = format!(
        "# Who answers\n\nOf the platform `tests/projects/storefront`, worked out from its templates and machines by `tests/switch.rs`.\n\n\
         ## For everything that can become of both switches\n\nIn the columns: the switch of the preferred Region.\n\n{table}\n\
         ## A Region is lost, and comes back\n\n{first}\n\
         ## The second loss: the standby is lost while it is active\n\n{second}\n\
         ## What must not be forgotten\n\nA switch of the preferred Region that stays on keeps its next loss from being answered: the plan says so, the drill fails, \
         the alarm is on.\n\n{third}"
    );
    bless::golden("switch/answers.md", &text);
    // Whatever became of the golden file: nothing moves without a switch that was set, and silence moves nothing.
    let histories = histories();
    let records = records(&files).unwrap();
    for (name, of_standby, _) in &histories {
        for (_, of_preferred, _) in &histories {
            let to = answers(&records, |record| healthy(&record.switch, if record.switch.region == STANDBY { of_standby } else { of_preferred }));
            let was_on = |minutes: &Minutes| minutes.iter().rev().find(|minute| !minute.is_empty()).is_some_and(|minute| minute.contains(&1.0));
            let expected = if was_on(of_standby) && !was_on(of_preferred) { STANDBY } else { PREFERRED };
            assert_eq!(to, Ok(expected), "{name}");
        }
    }
}

/// A change of the resource of a type that is part of the switch of a Region.
type Change = fn(&mut Value);

#[test]
fn a_wrong_property_is_seen() {
    const CHANGES: &[(&str, &str, Change)] = &[
        ("the check is inverted", "AWS::Route53::HealthCheck", |check| check["HealthCheckConfig"]["Inverted"] = true.into()),
        ("silence is healthy", "AWS::Route53::HealthCheck", |check| check["HealthCheckConfig"]["InsufficientDataHealthStatus"] = "Healthy".into()),
        ("silence is unhealthy", "AWS::Route53::HealthCheck", |check| {
            check["HealthCheckConfig"]["InsufficientDataHealthStatus"] = "Unhealthy".into()
        }),
        ("the check asks the endpoint", "AWS::Route53::HealthCheck", |check| check["HealthCheckConfig"]["Type"] = "HTTPS".into()),
        ("the alarm of the other Region", "AWS::Route53::HealthCheck", |check| {
            check["HealthCheckConfig"]["AlarmIdentifier"]["Region"] = "eu-west-1".into()
        }),
        ("missing data are fine", "AWS::CloudWatch::Alarm", |alarm| alarm["TreatMissingData"] = "notBreaching".into()),
        ("missing data are bad", "AWS::CloudWatch::Alarm", |alarm| alarm["TreatMissingData"] = "breaching".into()),
        ("missing data keep the state of the alarm", "AWS::CloudWatch::Alarm", |alarm| alarm["TreatMissingData"] = "ignore".into()),
        ("above the bound", "AWS::CloudWatch::Alarm", |alarm| alarm["ComparisonOperator"] = "GreaterThanThreshold".into()),
        ("below the bound", "AWS::CloudWatch::Alarm", |alarm| alarm["ComparisonOperator"] = "LessThanThreshold".into()),
        ("a bound of 0", "AWS::CloudWatch::Alarm", |alarm| alarm["Threshold"] = 0.into()),
        ("the least value of a minute", "AWS::CloudWatch::Alarm", |alarm| alarm["Statistic"] = "Minimum".into()),
        ("how many values there are", "AWS::CloudWatch::Alarm", |alarm| alarm["Statistic"] = "SampleCount".into()),
        ("three minutes", "AWS::CloudWatch::Alarm", |alarm| alarm["EvaluationPeriods"] = 3.into()),
        ("five minutes at once", "AWS::CloudWatch::Alarm", |alarm| alarm["Period"] = 300.into()),
        ("another metric", "AWS::CloudWatch::Alarm", |alarm| alarm["Namespace"] = "Drc/Health".into()),
        ("the other kind of record", "AWS::Route53::RecordSet", |record| {
            let other = if record["Failover"] == "PRIMARY" { "SECONDARY" } else { "PRIMARY" };
            record["Failover"] = other.into();
        }),
        ("its own record", "AWS::Route53::RecordSet", |record| {
            let other = if record["SetIdentifier"] == PREFERRED { STANDBY } else { PREFERRED };
            record["SetIdentifier"] = other.into();
        }),
    ];
    let files = storefront();
    let right = table(&files).unwrap();
    for (said, kind, change) in CHANGES {
        for region in [PREFERRED, STANDBY] {
            let mut changed = files.clone();
            let template = changed.get_mut(&format!("{region}/edge.template.json")).unwrap();
            let mut count = 0;
            for resource in template["Resources"].as_object_mut().unwrap().values_mut().filter(|resource| resource["Type"] == *kind) {
                change(&mut resource["Properties"]);
                count += 1;
            }
            assert!(count > 0, "{said}: {region} has no {kind}");
            assert_ne!(table(&changed).ok(), Some(right.clone()), "{said}, in {region}, is not seen");
        }
    }
}
