//! Each machine against the workflow that it was made of: the same calls in the same order, with the same time-outs and retries, each
//! failure caught where the workflow says, and the worst cases of the states add up to the bound. The definition is read as Step
//! Functions reads it, from its first state on; nothing here knows how it was written.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostics;
use drc::driver::Options;
use drc::source::SourceMap;
use drc::workflow::{Call, Operation, Plan, SingleStep, Step};
use project::Project;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Seconds that a machine has beside what is bounded in it.
const ALLOWANCE: u64 = 30;

/// The platforms whose machines are read: each folder with its platform file.
fn platforms() -> Vec<(String, Project)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for place in ["examples", "tests/projects"] {
        for entry in fs::read_dir(root.join(place)).unwrap() {
            let folder = entry.unwrap().path();
            if folder.join("platform.dr").exists() {
                found.push((folder.clone(), "platform.dr".to_string()));
            }
        }
    }
    found.push((root.join("tests/judges/platforms"), "everything.dr".into()));
    found.push((root.join("tests/golden/stages"), "platform.dr".into()));
    found.sort();
    let read = |(folder, file): (PathBuf, String)| {
        let mut project = Project::default();
        files(&folder, &folder, &mut |path, text| {
            let path = if path == file { "platform.dr".to_string() } else { path };
            project = std::mem::take(&mut project).file(&path, text);
        });
        (folder.strip_prefix(root).unwrap().to_string_lossy().into_owned(), project)
    };
    found.into_iter().map(read).collect()
}

fn files(root: &Path, folder: &Path, take: &mut dyn FnMut(String, Vec<u8>)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, take);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            take(name, fs::read(&path).unwrap());
        }
    }
}

/// The states of a machine or of a branch, as they are gone through.
struct Reader<'m> {
    states: &'m Value,
    seen: BTreeSet<String>,
    /// Where failures lead, of what is being read.
    caught: Vec<String>,
}

impl<'m> Reader<'m> {
    fn new(states: &'m Value) -> Self {
        Self { states, seen: BTreeSet::new(), caught: Vec::new() }
    }

    /// A state of a kind; it counts as read.
    fn state(&mut self, name: &str, kind: &str) -> &'m Value {
        let state = self.states.get(name).unwrap_or_else(|| panic!("there is no state `{name}`"));
        assert_eq!(state["Type"], kind, "{name}");
        self.seen.insert(name.to_string());
        state
    }

    /// What a task does is what the call says; gives the longest time that it takes, seconds.
    fn task(&mut self, name: &str, call: &Call) -> (&'m Value, u64) {
        let state = self.state(name, "Task");
        let resource = state["Resource"].as_str().unwrap();
        let wanted = format!(":states:::aws-sdk:{}:{}{}", call.service, call.operation, if call.waits { ".waitForTaskToken" } else { "" });
        assert!(resource.ends_with(&wanted), "{name}: {resource} is not {wanted}");
        let members: Vec<&String> = state["Arguments"].as_object().unwrap().keys().collect();
        let given: Vec<&str> = call.arguments.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(members, given, "{name}");
        if call.waits {
            // All attempts are in its time: `waiting` says how.
            return (state, u64::from(call.timeout));
        }
        assert_eq!(state["TimeoutSeconds"], call.timeout, "{name}");
        if let Some(result) = &call.result {
            assert_eq!(state["Assign"][result.as_str()], "{% $states.result %}", "{name}");
        }
        let retries: Vec<&Value> = state["Retry"].as_array().into_iter().flatten().collect();
        let mut seconds = u64::from(call.timeout);
        let mut tried = 0;
        for retry in retries {
            let attempts = retry["MaxAttempts"].as_u64().unwrap();
            let first = retry["IntervalSeconds"].as_u64().unwrap_or(1);
            assert!(attempts == 0 || retry["BackoffRate"] == 2.0, "{name}");
            seconds += (0..attempts).map(|attempt| (first << attempt) + u64::from(call.timeout)).sum::<u64>();
            tried += attempts;
        }
        assert_eq!(tried, u64::from(call.retries), "{name}");
        (state, seconds)
    }

    /// Reads calls and what else a step does; gives the state behind it and the longest time, seconds.
    fn body(&mut self, mut at: String, body: &[Operation]) -> (String, u64) {
        let mut seconds = 0;
        for operation in body {
            let (next, more) = match operation {
                Operation::Call(call) if call.waits => self.waiting(&at, call),
                Operation::Call(call) => self.call(&at, call),
                Operation::Check { .. } => self.check(&at),
                Operation::Wait { duration, .. } => {
                    let state = self.state(&at, "Wait");
                    assert_eq!(state["Seconds"].as_u64().unwrap() as f64 * 1000.0, *duration, "{at}");
                    (text(&state["Next"]), state["Seconds"].as_u64().unwrap())
                }
                Operation::DoneWhen { ask, every, within, body, .. } => self.done_when(&at, (ask, body), (*every, *within)),
            };
            at = next;
            seconds += more;
        }
        (at, seconds)
    }

    fn call(&mut self, at: &str, call: &Call) -> (String, u64) {
        let (state, seconds) = self.task(at, call);
        let mut catches = state["Catch"].as_array().unwrap().iter();
        if !call.tolerates.is_empty() {
            let done = catches.next().unwrap();
            assert_eq!(done["ErrorEquals"], serde_json::json!(call.tolerates), "{at}");
            assert_eq!(done["Next"], state["Next"], "{at}: what is done already goes on");
        }
        let last = catches.next().unwrap();
        assert_eq!(last["ErrorEquals"], serde_json::json!(["States.ALL"]), "{at}");
        assert!(catches.next().is_none(), "{at}");
        self.caught.push(text(&last["Next"]));
        (text(&state["Next"]), seconds)
    }

    /// A call that waits for its token: each attempt gets what is left of its time, and only an error of the call itself leads to another
    /// one, as often as the workflow says, with pauses that double.
    fn waiting(&mut self, at: &str, call: &Call) -> (String, u64) {
        let start = self.state(at, "Pass");
        let name = text(&start["Next"]);
        let caught = self.caught.len();
        let (next, seconds) = self.call(&name, call);
        let again = self.caught.remove(caught);
        let (state, again) = (&self.states[&name], self.state(&again, "Choice"));
        let (pause, first) = start["Assign"].as_object().unwrap().iter().find(|(_, value)| value.is_number()).unwrap();
        let (started, now) = start["Assign"].as_object().unwrap().iter().find(|(_, value)| value.is_string()).unwrap();
        assert_eq!((first, now), (&Value::from(2), &Value::from("{% $millis() %}")), "{at}");
        let grace = u64::from(drc::workflow::bounds::grace(call.timeout));
        assert_eq!(state["TimeoutSeconds"], seconds - grace, "{at}");
        let mut letters = call.service.chars();
        let prefix = format!("{}{}.", letters.next().unwrap().to_uppercase(), letters.as_str());
        let condition = text(&again["Choices"][0]["Condition"]);
        let (own, rest) = condition.split_once(" and ").unwrap();
        assert!(own.ends_with(&format!(".Error, 0, {}) = '{prefix}'", prefix.len())), "{at}: {own}");
        // The pauses are 2, 4, 8, ...; before each attempt there is time for it.
        let most = 1 << call.retries;
        assert_eq!(rest, format!("${pause} <= {most} and $millis() - ${started} + 1000 * ${pause} <= {} %}}", (grace - 1) * 1000), "{at}");
        assert_eq!(again["Choices"].as_array().unwrap().len(), 1, "{at}");
        self.caught.push(text(&again["Default"]));
        let wait = self.state(&text(&again["Choices"][0]["Next"]), "Wait");
        assert_eq!((&wait["Seconds"], &wait["Assign"][pause]), (&Value::from(format!("{{% ${pause} %}}")), &format!("{{% 2 * ${pause} %}}").into()));
        assert_eq!(text(&wait["Next"]), name, "{at}");
        (next, seconds)
    }

    fn check(&mut self, at: &str) -> (String, u64) {
        let state = self.state(at, "Choice");
        assert_eq!(state["Choices"].as_array().unwrap().len(), 1, "{at}");
        let refused = self.state(&text(&state["Default"]), "Pass");
        self.caught.push(text(&refused["Next"]));
        (text(&state["Choices"][0]["Next"]), 0)
    }

    fn done_when(&mut self, at: &str, (ask, body): (&[Call], &[Operation]), (every, within): (f64, f64)) -> (String, u64) {
        let question = text(&self.state(at, "Pass")["Next"]);
        let mut next = question.clone();
        let (mut asked, mut unanswered) = (0, Vec::new());
        for call in ask {
            let (state, seconds) = self.task(&next, call);
            assert_eq!(state["Catch"].as_array().unwrap().len(), 1, "{next}");
            unanswered.push(text(&state["Catch"][0]["Next"]));
            asked += seconds;
            next = text(&state["Next"]);
        }
        if ask.is_empty() {
            next = text(&self.state(&next, "Pass")["Next"]);
        }
        let decision = self.state(&next, "Choice");
        let (done, again) = (text(&decision["Choices"][0]["Next"]), text(&decision["Default"]));
        assert!(unanswered.iter().all(|target| *target == again), "{at}: no answer is no yes");
        let again = self.state(&again, "Choice");
        let (first, late, pause) = (text(&again["Choices"][0]["Next"]), text(&again["Choices"][1]["Next"]), text(&again["Default"]));
        let late = self.state(&late, "Pass");
        self.caught.push(text(&late["Next"]));
        let wait = self.state(&pause, "Wait");
        assert_eq!(text(&wait["Next"]), question, "{at}");
        // The last question begins so late that it ends at the bound, and no later.
        let last = within - asked as f64 * 1000.0;
        let seconds = text(&wait["Seconds"]);
        assert!(seconds.contains(&format!("$min([{}, $floor(({last} - ", every / 1000.0)), "{at}: {seconds}");
        let condition = text(&again["Choices"][1]["Condition"]);
        assert!(condition.ends_with(&format!(" > {} %}}", last - 1000.0)), "{at}: {condition}");
        let (end, change) = self.body(first, body);
        assert_eq!(end, pause, "{at}: after the change comes the pause");
        let least = 2 * asked + change + (every / 1000.0) as u64;
        assert!(least as f64 * 1000.0 <= within, "{at}: {least} s do not fit {within} ms");
        (done, (within / 1000.0) as u64)
    }

    /// A step, and where each of its failures leads: on, if it may fail, else to `failed`.
    fn step(&mut self, at: String, step: &SingleStep, failed: &str) -> (String, u64) {
        let caught = std::mem::take(&mut self.caught);
        let (next, seconds) = self.body(at, &step.body);
        for target in std::mem::replace(&mut self.caught, caught) {
            if step.best_effort {
                assert_eq!(text(&self.state(&target, "Pass")["Next"]), next, "{}: the plan goes on", step.name);
            } else {
                assert_eq!(target, failed, "{}", step.name);
            }
        }
        assert!(seconds as f64 * 1000.0 - step.within == 0.0, "{}: {seconds} s are not {} ms", step.name, step.within);
        (next, seconds)
    }

    fn parallel(&mut self, at: &str, steps: &[SingleStep], failed: &str) -> (String, u64) {
        let state = self.state(at, "Parallel");
        assert_eq!(state["Catch"][0]["Next"], failed, "{at}");
        let branches = state["Branches"].as_array().unwrap();
        assert_eq!(branches.len(), steps.len(), "{at}");
        let mut longest = 0;
        for (branch, step) in branches.iter().zip(steps) {
            let mut reader = Reader::new(&branch["States"]);
            let own = reader.states.as_object().unwrap();
            let failed = own.iter().find(|(_, state)| state["Type"] == "Fail").map(|(name, _)| name.clone());
            let (end, seconds) = reader.step(text(&branch["StartAt"]), step, failed.as_deref().unwrap_or_default());
            assert_eq!(reader.state(&end, "Pass")["End"], true, "{at}");
            reader.seen.extend(failed);
            reader.all_read();
            longest = longest.max(seconds);
        }
        (text(&state["Next"]), longest)
    }

    /// Nothing stands in a machine that no step brought there.
    fn all_read(&self) {
        let known: BTreeSet<String> = self.states.as_object().unwrap().keys().cloned().collect();
        assert_eq!(known, self.seen);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_string()
}

fn read(plan: &Plan, machine: &Value) {
    let mut reader = Reader::new(&machine["States"]);
    // The notices of a failure, which end in it whatever becomes of them.
    let fails: Vec<&String> = reader.states.as_object().unwrap().iter().filter(|(_, state)| state["Type"] == "Fail").map(|(name, _)| name).collect();
    let [last] = fails.as_slice() else { panic!("{fails:?}") };
    let mut telling = 0;
    let mut failed = (*last).clone();
    for call in plan.on_failure.iter().rev() {
        let before = reader.states.as_object().unwrap().iter().find(|(_, state)| state["Next"] == failed.as_str() && state["Type"] == "Task");
        let (name, _) = before.expect("a notice");
        let (state, seconds) = reader.task(name, call);
        assert_eq!((&state["Catch"][0]["Next"], &state["Catch"][0]["ErrorEquals"][0]), (&state["Next"], &Value::from("States.ALL")));
        telling += seconds;
        failed = name.clone();
    }
    reader.state(last, "Fail");
    let mut at = text(&machine["StartAt"]);
    let mut seconds = 0;
    let first = plan.approve.iter().map(|step| Step::One(step.clone()));
    for step in first.chain(plan.steps.iter().cloned()) {
        let (next, more) = match &step {
            Step::One(step) => reader.step(at, step, &failed),
            Step::Parallel(steps) => reader.parallel(&at, steps, &failed),
        };
        at = next;
        seconds += more;
    }
    reader.state(&at, "Succeed");
    reader.all_read();
    assert!(seconds as f64 * 1000.0 - plan.machine_bound() == 0.0, "{seconds} s are not {} ms", plan.machine_bound());
    assert!((seconds + telling) as f64 * 1000.0 - plan.timeout() == 0.0);
    let ended = plan.limit.map_or(seconds + telling + ALLOWANCE, |(limit, _)| limit as u64 / 1000);
    assert_eq!(machine["TimeoutSeconds"], ended);
}

#[test]
fn every_machine_does_what_its_workflow_says() {
    let mut machines = 0;
    for (name, project) in platforms() {
        let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
        let modules = drc::resolve::load("platform.dr", &project, &mut sources, &mut diagnostics);
        let expanded = drc::expand::expand(&modules, &sources, &project, &Options::default(), &mut diagnostics);
        for plan in &expanded.model.plans {
            let path = format!("{}/{}.asl.json", expanded.model.regions.get(plan.machine).code, plan.machine_name());
            let machine = expanded.machines.iter().find(|machine| machine.path == path).unwrap_or_else(|| panic!("{name} has no {path}"));
            let machine: Value = serde_json::from_str(&machine.text).unwrap();
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(plan, &machine)));
            assert!(read.is_ok(), "{name}: {path}");
            machines += 1;
        }
    }
    assert!(machines > 40, "{machines}");
}

/// A variable has one meaning in a machine, whatever steps, results and questions are called.
#[test]
fn results_of_steps_do_not_meet() {
    let text = r#"
platform shop {}
region primary = us-east-1
region standby = us-east-2
component notes is service {
  condition said in to {
    let seen = call ssm.getParameter { Name = "said" }
    holds = seen.Parameter.Value == "yes"
  }
  action one in to {
    let b_x     = call ssm.getParameter { Name = "b_x" }
    let asked   = call ssm.getParameter { Name = "asked" }
    let started = call ssm.getParameter { Name = "started" }
    let seen    = call ssm.getParameter { Name = "seen" }
    done when said every 5s within 2min
    call ssm.putParameter { Name = "said", Value = "${b_x.Parameter.Value} ${asked.Parameter.Value} ${started.Parameter.Value} ${seen.Parameter.Value}" }
  }
  action two in to {
    let x    = call ssm.getParameter { Name = "x" }
    let list = [for name in ["p", "q"] name]
    for name in list {
      let x_1 = call ssm.getParameter { Name = name }
      call ssm.putParameter { Name = name, Value = x_1.Parameter.Value }
    }
    check x.Parameter.Value != "" else "nothing"
  }
}
service kept: notes in [primary, standby] {}
failback home from standby to primary {
  step a   = kept.one()
  step a_b = kept.two()
  step a_b_x = kept.two()
}
"#;
    let compiled = Project::new(text).compile_part();
    let files = compiled.files.unwrap_or_else(|| panic!("{}", compiled.shown));
    let machine: Value = serde_json::from_str(&files["us-east-1/home.asl.json"]).unwrap();
    let mut set: Vec<String> = Vec::new();
    for (name, state) in machine["States"].as_object().unwrap() {
        let assigned = state["Assign"].as_object().into_iter().flatten();
        set.extend(assigned.map(|(variable, _)| variable.clone()).filter(|variable| !["failed_step", "failure"].contains(&variable.as_str())));
        assert!(state["Type"] == "Pass" || state["Type"] == "Task" || state["Type"] == "Choice" || state["Type"] == "Wait" || !name.contains(':'));
    }
    // The pause of a question counts its rounds in the variable that its start sets.
    set.sort();
    let twice: Vec<&String> = set.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert_eq!(twice.len(), 1, "{set:?}");
    assert!(twice[0].starts_with("a_asked_q"), "{twice:?}");
    assert_eq!(set.len(), 1 + 2 + 1 + 4 + 2 * 3, "{set:?}");
}

/// The comparison is none that lets everything pass.
#[test]
fn a_machine_that_does_something_else_is_noticed() {
    let project = Project::new(include_str!("../examples/orders/platform.dr"));
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let modules = drc::resolve::load("platform.dr", &project, &mut sources, &mut diagnostics);
    let expanded = drc::expand::expand(&modules, &sources, &project, &Options::default(), &mut diagnostics);
    let plan = expanded.model.plans.iter().find(|plan| plan.machine_name() == "evacuate-primary").unwrap();
    let machine = expanded.machines.iter().find(|machine| machine.path == "us-east-2/evacuate-primary.asl.json").unwrap();
    let machine: Value = serde_json::from_str(&machine.text).unwrap();
    read(plan, &machine);
    let change = |pointer: &str, value: Value| {
        let mut changed = machine.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(plan, &changed)));
        assert!(read.is_err(), "{pointer}");
    };
    change("/TimeoutSeconds", 1.into());
    change("/States/promote: failoverGlobalCluster/TimeoutSeconds", 11.into());
    change("/States/promote: failoverGlobalCluster/Retry/1/MaxAttempts", 1.into());
    change("/States/promote: failoverGlobalCluster/Next", "answers".into());
    change("/States/promote: failoverGlobalCluster/Catch/1/Next", "answers".into());
    change("/States/promote: again?/Default", "answers".into());
    change("/States/promote: wait/Seconds", 15.into());
    change("/States/promote: ask/Catch/0/Next", "promote: done?".into());
    change("/States/answers: refused/Next", "tell".into());
    change("/States/answers/Next", "tell".into());
    change("/States/tell/Catch/0/Next", "tell of the failure".into());
    change("/States/tell of the failure/Next", "done".into());
}
