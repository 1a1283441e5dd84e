//! Plans: how they start, whom they ask, which functions they run, what they may do, and how their time is divided.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::diag::{Diagnostic, Diagnostics, Severity};
use drc::driver::Options;
use drc::model::Model;
use drc::source::SourceMap;
use drc::workflow::{Call, Operation, Start, StepKind};
use project::Project;
use serde_json::Value;

const FRAME: &str = r#"
use std@1.{function, table, topic}
platform shop { rto = 2h, rpo = 2h }
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
service alerts: topic.alerts in both { to = ["oncall@example.com"] }
replica carts: table.global across both { key = { id: "S" } }
alarm late      in both    { when max(carts.lag) over 1min > 30s, notify alerts }
alarm only_here in primary { when max(carts.lag) over 1min > 60s, notify alerts }
service reader: function.node in both { code = file("warm.mjs"), access = [carts.read] }
service writer: function.node in both { code = file("warm.mjs"), access = [carts.read, carts.write], timeout = 40s }
"#;

fn project(text: &str) -> Project {
    Project::new(&format!("{FRAME}{text}")).file("warm.mjs", "export const handler = () => ({});\n")
}

/// The errors of a platform: codes and messages.
fn errors(text: &str) -> Vec<(String, String)> {
    let errors = project(text).compile().findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code.to_string(), finding.message)).collect()
}

fn codes(text: &str) -> Vec<String> {
    errors(text).into_iter().map(|(code, _)| code).collect()
}

fn passes(text: &str) {
    assert_eq!(errors(text), [], "{text}");
}

fn model(text: &str) -> Model {
    let project = project(text);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let modules = drc::resolve::load("platform.dr", &project, &mut sources, &mut diagnostics);
    let expanded = drc::expand::expand(&modules, &sources, &project, &Options::default(), &mut diagnostics);
    let errors: Vec<&Diagnostic> = diagnostics.as_slice().iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    expanded.model
}

fn machine(text: &str, path: &str) -> Value {
    let compiled = project(text).compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    serde_json::from_str(&files[path]).unwrap()
}

const REST: &str = "step look = carts.probe(), on failure { notify alerts } }\n";

#[test]
fn a_failover_says_how_it_starts() {
    let plan = |start: &str| format!("failover go among both {{ {start}{REST}");
    passes(&plan("start = \"operator\", detect = 5min, decide = 5min, "));
    passes(&plan("start when late, "));
    passes(&plan("start when late, approve alerts within 5min, "));
    passes(&plan("start = \"operator\", detect = 5min, decide = 5min, approve alerts within 5min, "));
    for wrong in [
        "",
        "decide = 5min, ",
        "start = \"operator\", ",
        "start when late, decide = 5min, ",
        "start when late, start = \"operator\", decide = 5min, ",
        "start when late, detect = late, ",
        "start when carts, ",
        "start when alerts, ",
    ] {
        assert_eq!(codes(&plan(wrong)), ["DR0416"], "{wrong}");
    }
    assert_eq!(codes(&plan("start when nothing, ")), ["DR0201"]);
    // Nobody loses anything: a person starts it.
    passes(&format!("failback home from standby to primary {{ {REST}"));
    passes(&format!("failback home from standby to primary {{ start = \"operator\", {REST}"));
    assert_eq!(codes(&format!("failback home from standby to primary {{ start when late, {REST}")), ["DR0416"]);
    assert_eq!(codes(&format!("failback home from standby to primary {{ decide = 5min, {REST}")), ["DR0204"]);
    assert_eq!(codes(&format!("drill d in both every 1h {{ start = \"operator\", {REST}")), ["DR0204"]);
}

/// What stands in the Region that is left tells of nothing on that day. This is all that has to be known of a metric that AWS publishes
/// in one Region only.
#[test]
fn an_alarm_has_to_be_heard() {
    let leaving = |from: &str, to: &str, start: &str| format!("failover go from {from} to {to} {{ {start}, {REST}");
    let by_hand = |detect: &str| format!("start = \"operator\", decide = 5min, detect = {detect}");
    assert_eq!(codes(&leaving("primary", "standby", "start when only_here")), ["DR0416"]);
    assert_eq!(codes(&leaving("primary", "standby", &by_hand("only_here"))), ["DR0416"]);
    passes(&leaving("standby", "primary", "start when only_here"));
    passes(&leaving("standby", "primary", &by_hand("only_here")));
    passes(&leaving("primary", "standby", &by_hand("late")));
    // Of an alarm in both Regions, the one in the Region of the machine counts.
    let model = model(&format!("failover go among both {{ start when late, {REST}"));
    for plan in &model.plans {
        let Some(Start::Alarm(wake)) = plan.start else { panic!("{:?}", plan.start) };
        assert_eq!(model.alarms[wake.alarm].region, plan.machine);
        assert_ne!(Some(model.alarms[wake.alarm].region), plan.from);
        assert_eq!(plan.detection(), Some(wake.alarm));
    }
    assert_eq!(model.plans.len(), 2);
}

#[test]
fn an_alarm_starts_the_machine_by_a_rule_that_may_start_nothing_else() {
    let compiled = project(&format!("failover go from primary to standby {{ start when late, {REST}")).compile();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let template: Value = serde_json::from_str(&files["us-east-2/recovery.template.json"]).unwrap();
    let resources = &template["Resources"];
    let rule = &resources["GoAlarmRule"]["Properties"];
    assert_eq!(rule["EventPattern"]["resources"][0]["Fn::GetAtt"][0], "LateWatch");
    assert_eq!(rule["EventPattern"]["detail"]["state"]["value"], serde_json::json!(["ALARM"]));
    assert_eq!(rule["Targets"][0]["Arn"]["Fn::GetAtt"][0], "GoMachine");
    let statement = &resources["GoAlarmStarter"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!((statement[0]["Action"].as_str(), statement.as_array().unwrap().len()), (Some("states:StartExecution"), 1));
    assert_eq!(statement[0]["Resource"]["Fn::GetAtt"][0], "GoMachine");
    // The other Region has the alarm, but no machine of this plan.
    let other: Value = serde_json::from_str(&files["us-east-1/recovery.template.json"]).unwrap();
    assert!(other["Resources"].as_object().unwrap().keys().all(|id| !id.starts_with("Go")));
    assert!(other["Resources"]["LateWatch"].is_object());
    // Those whom `on failure` tells hear of the machine's end by a second path.
    let failure = &resources["GoFailureRule"]["Properties"];
    assert_eq!(failure["EventPattern"]["detail"]["status"], serde_json::json!(["FAILED", "TIMED_OUT", "ABORTED"]));
    assert_eq!(failure["EventPattern"]["detail"]["stateMachineArn"][0]["Fn::GetAtt"][0], "GoMachine");
    assert_eq!(failure["Targets"].as_array().unwrap().len(), 1);
}

#[test]
fn a_question_is_answered_with_its_token() {
    let plan = "failover go from primary to standby { start = \"operator\", detect = 5min, decide = 5min, approve alerts within 6min\n step ready = ask alerts \"Is ${from} lost?\" { within = 4min }\n step look = carts.probe(), on failure { notify alerts } }\n";
    let machine = machine(plan, "us-east-2/go.asl.json");
    assert_eq!(machine["StartAt"], "approve");
    for (step, seconds, next) in [("approve", 360, "ready"), ("ready", 240, "look")] {
        let state = &machine["States"][format!("{step}: publish")];
        assert_eq!(state["Resource"], "arn:aws:states:::aws-sdk:sns:publish.waitForTaskToken");
        // A fifth of the time, a minute at most, is for the call itself: each attempt has all of the rest.
        let grace = (seconds / 5).min(60);
        assert_eq!(state["TimeoutSeconds"], seconds - grace);
        assert_eq!(state["Next"], next);
        // A `Retry` would give each message all of the time. What is sent again is what the service refused; an answer is none of that.
        assert!(state["Retry"].is_null());
        let again = &machine["States"][state["Catch"][0]["Next"].as_str().unwrap()];
        let condition = again["Choices"][0]["Condition"].as_str().unwrap();
        assert!(condition.starts_with("{% $substring($failure.Error, 0, 4) = 'Sns.' and $"), "{condition}");
        assert!(condition.ends_with(&format!(" <= {} %}}", (grace - 1) * 1000)), "{condition}");
        assert_eq!(again["Default"], "tell of the failure");
        assert_eq!(machine["States"][again["Choices"][0]["Next"].as_str().unwrap()]["Next"], format!("{step}: publish"));
        assert_eq!(state["Catch"][0]["ErrorEquals"], serde_json::json!(["States.ALL"]));
        let message = state["Arguments"]["Message"].as_str().unwrap();
        for part in ["send-task-success --region ", "send-task-failure --region ", "'us-east-2'", "$states.context.Task.Token"] {
            assert!(message.contains(part), "{message}");
        }
    }
    assert!(machine["States"]["ready: publish"]["Arguments"]["Message"].as_str().unwrap().contains("Is us-east-1 lost?"));
    let model = model(plan);
    let kinds: Vec<StepKind> = model.plans[0].all_steps().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Question, StepKind::Question, StepKind::Action]);
    // The start; six messages, each with the look whether it is sent again; five pauses.
    assert_eq!(drc::workflow::events::of_step(model.plans[0].approve.as_deref().unwrap()), 2 + 6 * (2 + 4 + 2) + 5 * 2);
    assert!((model.plans[0].machine_bound() - model.plans[0].bound - 360_000.0).abs() < 1.0);
    // Nobody can be asked without a bound, in half a minute, or without the action for it.
    let ask = |step: &str| {
        format!(
            "failover go among both {{ start = \"operator\", detect = 5min, decide = 5min\n step ready = {step}\n on failure {{ notify alerts }} }}\n"
        )
    };
    assert_eq!(codes(&ask("ask alerts \"ready?\"")), ["DR0404"]);
    assert_eq!(codes(&ask("ask alerts \"ready?\" { within = 30s }")), ["DR0404"]);
    assert_eq!(codes(&ask("ask carts \"ready?\" { within = 5min }")), ["DR0407"]);
    assert_eq!(codes(&ask("ask nobody \"ready?\" { within = 5min }")), ["DR0201"]);
}

/// A component with an action in which `inside` stands, and a plan that does it.
fn doing(inside: &str) -> String {
    format!(
        "component c is service {{\n condition said {{\n let seen = call ssm.getParameter {{ Name = \"x\" }}\n holds = seen.Parameter.Value == \"yes\"\n }}\n action act in here {{\n{inside}\n }}\n}}\nservice s: c in both {{}}\nfailback home from standby to primary {{ step act = s.act() {{ within = 5min }}, on failure {{ notify alerts }} }}\n"
    )
}

#[test]
fn a_token_is_handed_out_where_a_call_waits_and_nowhere_else() {
    let call =
        |message: &str, rest: &str| format!("call sns.publish {{ TopicArn = \"arn:aws:sns:us-east-2:111122223333:a\", Message = {message} }}{rest}");
    passes(&doing(&call("\"answer ${token}\"", " waits")));
    assert_eq!(codes(&doing(&call("\"answer me\"", " waits"))), ["DR0110"]);
    assert_eq!(codes(&doing(&call("\"answer ${token}\"", ""))), ["DR0201"]);
    assert_eq!(codes(&doing(&call("\"answer ${token}\"", " within 30s waits"))), ["DR0113"]);
    assert_eq!(codes(&doing(&format!("done when said every 5s within 4min\n{}", call("\"answer ${token}\"", " waits")))), ["DR0113"]);
    // Elsewhere it is a name like any other.
    passes(&doing(&format!("let token = \"t\"\n{}", call("\"answer ${token}\"", ""))));
    let question = doing("").replace("call ssm.getParameter { Name = \"x\" }", "call ssm.getParameter { Name = token } waits");
    assert_eq!(codes(&question.replace(" action act in here {\n\n }", " action act in here {\ndone when said every 5s within 4min\n }")), ["DR0113"]);
}

#[test]
fn a_function_runs_with_the_effects_that_are_written() {
    let run = |plan: &str, step: &str| format!("{plan} {{ step warm = run {step}, on failure {{ notify alerts }} }}\n");
    let drill = "drill d in both every 1h";
    passes(&run(drill, "reader is read_only { within = 2min }"));
    assert_eq!(codes(&run(drill, "reader is irreversible")), ["DR0405"]);
    assert_eq!(codes(&run(drill, "writer is traffic")), ["DR0405"]);
    // Its role may do more than it is said to do.
    assert_eq!(codes(&run(drill, "writer is read_only { within = 3min }")), ["DR0539"]);
    passes(&run(drill, "writer is read_only { within = 3min }").replace("{ step", "{ allow DR0539 \"it only writes where it is told to\"\n step"));
    assert_eq!(codes(&run("failback home from standby to primary", "writer is lossy { within = 3min }")), ["DR0406"]);
    passes(&run("failback home from standby to primary", "writer is traffic, irreversible { within = 3min }"));
    assert_eq!(codes(&run(drill, "carts is read_only")), ["DR0407"]);
    // The function's own time counts, whatever the step has.
    let machine = machine(&run(drill, "reader is read_only"), "us-east-1/d.asl.json");
    assert_eq!(machine["States"]["warm"]["TimeoutSeconds"], 20);
    assert_eq!(codes(&run(drill, "writer is read_only { within = 30s }").replace("{ step", "{ allow DR0539 \"it does not\"\n step")), ["DR0404"]);
}

#[test]
fn what_a_call_does_counts_whatever_the_action_says() {
    let failover = |argument: &str| {
        doing(&format!(
            "done when said every 5s within 4min\ncall rds.failoverGlobalCluster {{ GlobalClusterIdentifier = \"g\", TargetDbClusterIdentifier = \"arn:aws:rds:us-east-1:111122223333:cluster:c\"{argument} }} on [\"*\"]"
        ))
    };
    let (_, message) = errors(&failover(", AllowDataLoss = true")).into_iter().find(|(code, _)| code == "DR0406").expect("the finding");
    assert!(message.contains("can lose data"), "{message}");
    assert!(!codes(&failover(", AllowDataLoss = false")).contains(&"DR0406".to_string()));
    assert!(!codes(&failover("")).contains(&"DR0406".to_string()));
    // What gives up data is not accepted as something that only reads.
    let drill = doing("call sqs.purgeQueue { QueueUrl = \"https://sqs.us-east-1.amazonaws.com/111122223333/q\" }")
        .replace("action act in here {", "allow DR0539 \"nobody minds\"\n action act in here is read_only {");
    assert!(codes(&drill).contains(&"DR0539".to_string()), "{:?}", errors(&drill));
}

/// Time-out and retries of the calls of a body, questions in brackets, and the bounds of its questions in seconds.
fn divided(body: &[Operation], shares: &mut Vec<String>) {
    let share = |call: &Call| format!("{}x{}", call.timeout, call.retries);
    for operation in body {
        match operation {
            Operation::Call(call) => shares.push(share(call)),
            Operation::Check { .. } => {}
            Operation::Wait { duration, .. } => shares.push(format!("wait {}", duration / 1000.0)),
            Operation::DoneWhen { ask, within, body, .. } => {
                shares.push(format!("[{}] {}", ask.iter().map(share).collect::<Vec<_>>().join(" "), within / 1000.0));
                divided(body, shares);
            }
        }
    }
}

/// The division of the one step, and its bound in seconds.
fn division(inside: &str, within: &str) -> (Vec<String>, f64) {
    let bound = if within.is_empty() { String::new() } else { format!(" {{ within = {within} }}") };
    let model = model(&doing(inside).replace(" { within = 5min }", &bound));
    let step = model.plans[0].single_steps().next().unwrap();
    let mut shares = Vec::new();
    divided(&step.body, &mut shares);
    (shares, step.within / 1000.0)
}

#[test]
fn time_is_divided_so_that_the_worst_cases_are_the_bound() {
    let one = "call ssm.putParameter { Name = \"x\", Value = \"yes\" }";
    let until = format!("done when said every 5s within 4min\n{one}");
    let long = format!("{one} within 30s");
    let answer = "call sns.publish { TopicArn = \"arn:aws:sns:us-east-2:111122223333:a\", Message = token } waits";
    let both = format!("{one}\n{until}");
    let cases: &[(&str, &str, &[&str], f64)] = &[
        (one, "", &["10x2"], 36.0),
        (one, "1h", &["10x4"], 80.0),
        (one, "1min", &["10x3"], 54.0),
        (one, "36s", &["10x2"], 36.0),
        (one, "35s", &["8x2"], 30.0),
        (one, "21s", &["5x2"], 21.0),
        (one, "12s", &["5x1"], 12.0),
        (one, "8s", &["3x1"], 8.0),
        (one, "3s", &["3x0"], 3.0),
        // A time of its own is kept, and tried again less often.
        (&long, "", &["30x2"], 96.0),
        (&long, "70s", &["30x1"], 62.0),
        (&long, "31s", &["30x0"], 30.0),
        // A question is asked until its bound is over, or that of the step.
        (&until, "", &["[10x1] 240", "10x2"], 240.0),
        (&until, "1h", &["[10x1] 240", "10x4"], 240.0),
        (&until, "2min", &["[10x1] 120", "10x3"], 120.0),
        (&until, "30s", &["[3x1] 30", "3x1"], 30.0),
        (&until, "14s", &["[3x0] 14", "3x0"], 14.0),
        // What comes before it is taken off.
        (&both, "2min", &["8x2", "[8x1] 90", "8x2"], 120.0),
        (&both, "", &["10x2", "[10x1] 240", "10x2"], 276.0),
        // Who is asked gets all that remains.
        (answer, "5min", &["300x5"], 300.0),
    ];
    for (inside, within, shares, bound) in cases {
        let found = division(inside, within);
        assert_eq!((found.0.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), found.1), (*shares, *bound), "{inside} within {within}");
    }
}

#[test]
fn a_share_below_the_floor_is_shown() {
    let inside = "done when said every 5s within 4min\ncall ssm.putParameter { Name = \"x\", Value = \"yes\" }";
    let compiled = project(&doing(inside).replace("within = 5min", "within = 10s")).compile();
    let [finding] = compiled.findings.iter().filter(|finding| finding.code == "DR0404").collect::<Vec<_>>()[..] else { panic!("{}", compiled.shown) };
    assert_eq!(finding.notes[0], "what no call can be given takes 5s of it and leaves 1.6 s for each of 3 calls; a call takes 3 s or more");
    assert_eq!(finding.notes[1], "at least: `ssm.getParameter` 3s + `ssm.putParameter` 3s + the pause 5s + `ssm.getParameter` 3s = 14s");
    assert_eq!(finding.help.as_deref(), Some("write `within = 14s` or more"));
    // The line of the question itself may be the one that is too short.
    let finding = project(&doing(&inside.replace("within 4min", "within 10s"))).compile();
    assert!(
        finding.findings.iter().any(|finding| finding.code == "DR0404" && finding.message.starts_with("a question of the step")),
        "{}",
        finding.shown
    );
}

/// Each failure is told, though the plan goes on without the message.
#[test]
fn a_message_that_cannot_be_sent_stops_nothing() {
    let plan = "failback home from standby to primary {\n step tell = alerts.notify(\"it begins\")\n step look = carts.probe()\n on failure { notify alerts } }\n";
    let machine = machine(plan, "us-east-2/home.asl.json");
    let lost = machine["States"]["tell"]["Catch"][0]["Next"].as_str().unwrap();
    assert_eq!(machine["States"][lost]["Next"], "look");
    assert_eq!(machine["States"]["tell of the failure"]["Catch"][0]["Next"], "failed");
}

/// A plan may say how long its machine may run at all: what does not fit is refused, and the machine is ended then.
#[test]
fn a_plan_is_ended_when_it_says() {
    let plan = |within: &str| {
        format!(
            "failover go from primary to standby {{ start = \"operator\", detect = 5min, decide = 5min, within = {within}\n step look = carts.probe() {{ within = 2min }}\n on failure {{ notify alerts }} }}\n"
        )
    };
    assert_eq!(codes(&plan("1min")), ["DR0404"]);
    assert_eq!(codes(&plan("7")), ["DR0304"]);
    passes(&plan("10min"));
    assert_eq!(machine(&plan("10min"), "us-east-2/go.asl.json")["TimeoutSeconds"], 600);
}

/// Alarms call ARNs of their own Region: nothing else is taken by CloudWatch.
#[test]
fn an_alarm_calls_arns_of_its_own_region() {
    let told = |whom: &str| {
        let alarm = format!("alarm told in standby {{ when max(carts.lag) over 1min > 2min, notify {whom} }}\n");
        codes(&format!(
            "param pager: Email\nparam word: String\nparam bell: TopicArn\nresource desk: AWS::SNS::Topic in both {{}}\n\
             output used: String in both = \"${{pager}} ${{word}} ${{bell}}\"\n{alarm}"
        ))
    };
    for whom in ["alerts", "alerts[standby]", "bell", "desk.arn", "desk[standby].arn", "\"arn:aws:sns:us-east-2:123456789012:desk\""] {
        assert_eq!(told(whom), [""; 0], "{whom}");
    }
    for whom in ["\"oncall@example.com\"", "pager", "word", "\"mailto:${word}\"", "7"] {
        assert_eq!(told(whom), ["DR0301"], "{whom}");
    }
    for whom in ["alerts[primary]", "desk[primary].arn", "\"arn:aws:sns:us-east-1:123456789012:desk\""] {
        assert_eq!(told(whom), ["DR0307"], "{whom}");
    }
}

/// The machine calls its own Region: a member of another one that a plan names is refused, its own may be named.
#[test]
fn a_plan_calls_members_of_its_own_region() {
    let plan = |step: &str, told: &str| {
        codes(&format!(
            "failover go from primary to standby {{ start = \"operator\", detect = 5min, decide = 5min\n step look = {step} {{ within = 2min }}\n \
             on failure {{ notify {told} }} }}\n"
        ))
    };
    for region in ["", "[standby]"] {
        assert_eq!(plan(&format!("carts{region}.probe()"), &format!("alerts{region}")), [""; 0], "{region}");
    }
    assert_eq!(plan("carts[primary].probe()", "alerts"), ["DR0307"]);
    assert_eq!(plan("alerts[primary].notify(\"x\")", "alerts"), ["DR0307"]);
    assert_eq!(plan("ask alerts[primary] \"Go on?\"", "alerts"), ["DR0307"]);
    assert_eq!(plan("carts.probe()", "alerts[primary]"), ["DR0307"]);
}

/// What is computed of alarms is computed from what is deployed.
#[test]
fn adjusted_alarms_are_computed_as_they_are_deployed() {
    let late = |adjust: &str| {
        let model = model(&format!("output used: String in both = \"x\"\n{adjust}\n"));
        model.alarms.into_iter().find(|alarm| alarm.shown == "late").unwrap()
    };
    let declared = late("");
    assert_eq!((declared.period, declared.needed, declared.evaluated, declared.threshold), (60_000.0, 1, 1, 30_000.0));
    let adjust = "adjust late.watch in both { Period = 300, EvaluationPeriods = 5, DatapointsToAlarm = 4, Threshold = 90000, ComparisonOperator = \"LessThanThreshold\" }";
    let found = late(adjust);
    assert_eq!((found.period, found.needed, found.evaluated, found.threshold), (300_000.0, 4, 5, 90_000.0));
    assert_eq!((found.comparison, found.unproved.len()), ("LessThanThreshold", 0));
    // Without data points all periods count.
    let found = late("adjust late.watch in both { EvaluationPeriods = 3, DatapointsToAlarm = none }");
    assert_eq!((found.needed, found.evaluated), (3, 3));
    // What the alarm says and whom it tells changes no time.
    assert!(late("adjust late.watch in both { AlarmDescription = \"late\", OKActions = [] }").unproved.is_empty());
    let alone = |adjust: &str| {
        let text = FRAME.lines().filter(|line| !line.starts_with("alarm only_here")).collect::<Vec<_>>().join("\n");
        let compiled = Project::new(&format!("{text}\n{adjust}\n")).file("warm.mjs", "export const handler = () => ({});\n").compile();
        compiled
            .findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.code.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(alone(""), [""; 0]);
    assert_eq!(
        alone("adjust late.watch in both { Period = 3600, EvaluationPeriods = 24, DatapointsToAlarm = 24, Threshold = 86400000 }"),
        ["DR0413"]
    );
    assert_eq!(alone("param bound: Number\nadjust late.watch in primary { Threshold = bound }"), ["DR0413"]);
    assert_eq!(alone("adjust late.watch in standby { Statistic = \"Minimum\" }"), ["DR0413"]);
    assert_eq!(alone("allow DR0413 \"the least of a minute will do\"\nadjust late.watch in standby { Statistic = \"Minimum\" }"), [""; 0]);
}

/// The change of an alarm of the library that DR0412 advises is written as it is made, and helps.
#[test]
fn the_advice_on_an_alarm_of_the_library_helps() {
    let plan = "failover go from primary to standby { start = \"operator\", detect = watcher.unanswered, decide = 2min\n \
                step look = carts.probe() { within = 3min }\n on failure { notify alerts } }\n";
    let parts = "use std@1.{api, health}\nservice front: api.rest in both { routes = { \"GET /health\": reader } }\n\
                 service watcher: health.prober in both { page = front, notify = alerts }\n";
    let compile = |adjust: &str| {
        let text = format!("{}{parts}{plan}{adjust}\n", FRAME.replace("rto = 2h", "rto = 8min"));
        Project::new(&text).file("warm.mjs", "export const handler = () => ({});\n").compile()
    };
    let long = |adjust: &str| compile(adjust).findings.into_iter().find(|finding| finding.code == "DR0412");
    let help = long("").unwrap().help.unwrap();
    let change = help.split('`').find(|part| part.starts_with("adjust ")).unwrap();
    assert!(change.starts_with("adjust watcher.unanswered.watch { EvaluationPeriods = "), "{help}");
    assert!(long(change).is_none(), "{help}");
    let errors = compile(change).findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    assert_eq!(errors.map(|finding| finding.message).collect::<Vec<_>>(), [""; 0]);
}

/// What is advised is written with the user's own names.
#[test]
fn what_is_no_action_is_mended_with_the_names_of_the_platform() {
    let help = |step: &str| {
        let plan = format!(
            "failover go from primary to standby {{ start = \"operator\", detect = 5min, decide = 5min\n {step}\n on failure {{ notify alerts }} }}\n"
        );
        let finding = project(&plan).compile().findings.into_iter().find(|finding| finding.code == "DR0407").unwrap();
        finding.help.unwrap()
    };
    assert_eq!(help("step look = carts"), "write `step NAME = carts.probe()`");
    assert_eq!(help("step look = alerts"), "name one of its actions, such as `step NAME = alerts.notify()`; it has notify, ask");
    assert_eq!(help("step look"), "write `step look = carts.probe()`");
    assert_eq!(help("step look = \"carts\""), "write `step NAME = carts.probe()`");
    assert!(help("step look = carts.promote()").starts_with("it has "));
}

/// An alarm tells of the loss of a Region if something behind its metric looks there: figures of one's own Region say nothing of it.
#[test]
fn an_alarm_of_its_own_region_tells_of_no_other() {
    let found = |component: &str, watched: &str| {
        let text = format!(
            "{component}\nalarm ill in both {{ when sum({watched}) over 1min >= 1, notify alerts }}\nfailover go among both {{ start = \"operator\", detect = ill, decide = 5min, {REST}"
        );
        let findings = project(&text).compile().findings;
        findings.into_iter().filter(|finding| finding.code == "DR0415").map(|finding| finding.message).collect::<Vec<_>>()
    };
    let own = found("", "writer.errors");
    assert_eq!(own.len(), 1, "{own:?}");
    assert!(own[0].starts_with("`ill` tells of ") && own[0].contains(", and not of the loss of "), "{own:?}");
    let looker = |seen: &str| {
        format!(
            "component looker is service {{\n  resource note: AWS::SSM::Parameter {{ Type = \"String\", Value = {seen} }}\n  metric seen: Number in regions = cloudwatch(\"Own\", \"Seen\") {{ dimensions = {{ Of: self.name }} }}\n}}\nservice eye: looker in both"
        )
    };
    assert_eq!(found(&looker("here.code"), "eye.seen").len(), 1);
    assert_eq!(found(&looker("peers.first.code"), "eye.seen"), [""; 0]);
}
