//! The trading platform: each sentence of its ten points as values of what is compiled, changes of these values, and what becomes of the
//! points when their declarations are deleted.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
#[path = "trading/by_hand.rs"]
mod by_hand;
#[path = "trading/mutate.rs"]
mod mutate;
#[path = "trading/output.rs"]
mod output;
mod project;
#[path = "trading/remove.rs"]
mod remove;
#[path = "trading/sentence.rs"]
mod sentence;
#[path = "trading/source.rs"]
mod source;

use output::Output;
use project::{Compiled, Project};
use remove::Removal;
use sentence::Sentence;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

#[derive(Deserialize)]
struct Table {
    sentence: Vec<Sentence>,
    star: Vec<Star>,
}

#[derive(Deserialize)]
struct Removals {
    removal: Vec<Removal>,
}

/// Actions that may be allowed on every resource.
#[derive(Deserialize)]
struct Star {
    actions: Vec<String>,
    /// What has to bound them then.
    condition: Option<String>,
    /// Why there is nothing narrower.
    because: String,
}

const POINTS: [&str; 11] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "across"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table() -> Table {
    toml::from_str(&read("tests/trading/points.toml")).unwrap()
}

/// The example with another platform file.
fn with(platform: &str) -> Project {
    let folder = root().join("examples/trading-platform");
    let files = bless::files_below(&folder).into_iter().filter(|file| !file.ends_with(".md") && file != "platform.dr");
    files.fold(Project::new(platform), |project, file| project.file(&file, fs::read(folder.join(&file)).unwrap()))
}

fn platform() -> String {
    read("examples/trading-platform/platform.dr")
}

fn compiled() -> Compiled {
    let compiled = with(&platform()).compile();
    assert_eq!(compiled.shown, "", "the platform compiles without findings");
    compiled
}

#[test]
fn every_sentence_holds_in_every_region() {
    let (table, output) = (table(), Output::new(&compiled()));
    let mut broken = Vec::new();
    for sentence in &table.sentence {
        assert!(!sentence.regions(&output).is_empty(), "{}: in no Region", sentence.says);
        assert!(POINTS.contains(&sentence.point.as_str()), "there is no point {}", sentence.point);
        broken.extend(sentence.broken_anywhere(&output).into_iter().map(|what| format!("{}: {}\n    {what}", sentence.point, sentence.says)));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let said: BTreeSet<&str> = table.sentence.iter().map(|sentence| sentence.says.as_str()).collect();
    assert_eq!(said.len(), table.sentence.len(), "each sentence stands once");
    for (point, region) in POINTS.iter().flat_map(|point| output.names.keys().map(move |region| (point, region))) {
        let of_point = |sentence: &&Sentence| sentence.point == *point && sentence.regions(&output).contains(&region);
        // The table belongs to one stack; what the other Region has of it is its key.
        assert!(table.sentence.iter().any(|sentence| of_point(&sentence)), "nothing is said of point {point} in {region}");
    }
}

#[test]
fn every_change_of_what_is_said_is_noticed() {
    let (table, output) = (table(), Output::new(&compiled()));
    let (mut made, mut unnoticed) = (0, Vec::new());
    for sentence in &table.sentence {
        let before = made;
        for region in sentence.regions(&output) {
            assert!(sentence.broken(region, &output, &output.things[region]).is_empty(), "does not hold unchanged: {}", sentence.says);
            for (what, things) in mutate::changes(sentence, region, &output) {
                made += 1;
                if sentence.broken(region, &output, &things).is_empty() {
                    unnoticed.push(format!("{}: {}\n    {region}: {what}", sentence.point, sentence.says));
                }
            }
        }
        assert!(made > before, "nothing of this can be changed: {}", sentence.says);
    }
    assert!(unnoticed.is_empty(), "{} of {made} changes are not noticed:\n{}", unnoticed.len(), unnoticed.join("\n"));
    assert!(made > 3000, "only {made} changes were made");
}

/// The statements of roles that allow something on all resources: whose, which actions, under which conditions.
fn stars(output: &Output) -> Vec<(String, Vec<String>, Value)> {
    let texts = |value: &Value| -> Vec<String> {
        match value {
            Value::Array(list) => list.iter().map(|text| text.as_str().unwrap().to_string()).collect(),
            other => other.as_str().into_iter().map(String::from).collect(),
        }
    };
    let mut found = Vec::new();
    for thing in output.things.values().flatten().filter(|thing| thing.ty.starts_with("AWS::IAM::")) {
        for policy in thing.readable["Properties"]["Policies"].as_array().into_iter().flatten() {
            for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
                if statement["Effect"] == "Allow" && texts(&statement["Resource"]).iter().any(|on| on == "*") {
                    found.push((thing.declared.clone(), texts(&statement["Action"]), statement["Condition"].clone()));
                }
                assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null(), "{}: what is not named", thing.declared);
            }
        }
        assert!(thing.readable["Properties"]["ManagedPolicyArns"].is_null(), "{}: a policy that nobody here wrote", thing.declared);
    }
    found
}

/// What a list does not answer for.
fn without_reason(list: &[Star], found: &[(String, Vec<String>, Value)]) -> Vec<String> {
    let answered = |action: &String, condition: &Value| {
        let bounded = |star: &Star| {
            star.condition.as_ref().is_none_or(|key| condition.as_object().is_some_and(|map| map.values().any(|keys| !keys[key].is_null())))
        };
        list.iter().any(|star| star.actions.contains(action) && bounded(star))
    };
    let actions = found.iter().flat_map(|(whose, actions, condition)| actions.iter().map(move |action| (whose, action, condition)));
    actions.filter(|(_, action, condition)| !answered(action, condition)).map(|(whose, action, _)| format!("{whose}: {action}")).collect()
}

#[test]
fn nothing_is_allowed_on_everything_without_a_reason() {
    let (table, output) = (table(), Output::new(&compiled()));
    let found = stars(&output);
    assert_eq!(without_reason(&table.star, &found), Vec::<String>::new());
    for star in &table.star {
        assert!(star.because.len() > 15);
        let unused: Vec<&String> = star.actions.iter().filter(|action| !found.iter().any(|(_, actions, _)| actions.contains(action))).collect();
        // Readiness reads metrics by the newer operation, probes by the older one.
        assert!(unused.len() < star.actions.len(), "nothing needs {unused:?} any more");
    }
    // Each statement of each role, opened to everything, is noticed; so is a bound that is taken away.
    let mut opened = 0;
    for (region, things) in &output.things {
        for (at, thing) in things.iter().enumerate().filter(|(_, thing)| thing.ty == "AWS::IAM::Role") {
            let mut emitted = thing.emitted.clone();
            let statements = emitted["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap().len();
            for number in 0..statements {
                let statement = &mut emitted["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][number];
                let before = statement.clone();
                if statement["Effect"] == "Deny" || (statement["Resource"] == "*" && statement["Condition"].is_null()) {
                    continue;
                }
                statement["Resource"] = "*".into();
                statement.as_object_mut().unwrap().remove("Condition");
                let mut changed = Output { names: output.names.clone(), things: output.things.clone() };
                changed.things.get_mut(region).unwrap()[at] = thing.with(emitted.clone());
                assert!(!without_reason(&table.star, &stars(&changed)).is_empty(), "{region}: {}: {before}", thing.declared);
                emitted["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][number] = before;
                opened += 1;
            }
        }
    }
    assert!(opened > 50, "only {opened} statements were opened");
}

#[test]
fn a_point_goes_with_its_declarations_and_nothing_else_goes() {
    let removals: Removals = toml::from_str(&read("tests/trading/removals.toml")).unwrap();
    let (table, text) = (table(), platform());
    let points: BTreeSet<&str> = removals.removal.iter().map(|removal| removal.point.as_str()).collect();
    assert_eq!(points, POINTS[..10].iter().copied().collect(), "each of the ten points is deleted once");
    let judged: Vec<Result<(), String>> = thread::scope(|scope| {
        let (table, text) = (&table, &text);
        let judge = |removal| scope.spawn(move || remove::judge(removal, &table.sentence, text, &with));
        let running: Vec<_> = removals.removal.iter().map(judge).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let wrong: Vec<String> = judged.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_went_wrong_by_hand_is_impossible_refused_or_generated() {
    let table = table();
    let said: Vec<&str> = table.sentence.iter().map(|sentence| sentence.says.as_str()).collect();
    let wrong = by_hand::wrong(&read("docs/by-hand.md"), &read("tests/trading/by-hand.toml"), &said, &read);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A function that is one file has no packages that somebody has to keep up: what it uses is in the runtime.
#[test]
fn functions_use_what_their_runtime_has() {
    let folder = root().join("examples/trading-platform/functions");
    let mut files = 0;
    for file in bless::files_below(&folder).into_iter().filter(|file| file.ends_with(".mjs") && !file.ends_with(".test.mjs")) {
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        files += 1;
        for line in text.lines().filter(|line| line.starts_with("import ") || line.starts_with("} from ")) {
            assert!(line.contains("\"node:") || line.contains("\"@aws-sdk/") || !line.contains(" from "), "{file}: {line}");
        }
    }
    assert!(files >= 3, "there are {files} files of functions");
}

#[test]
fn the_file_is_short_and_laid_out() {
    let text = platform();
    assert_eq!(source::laid_out(&text).as_deref(), Some(text.as_str()), "`drc fmt` changes nothing");
    let lines = source::code(&text);
    assert!(lines.len() <= 120, "{} lines of code", lines.len());
    for line in text.lines() {
        assert!(line.chars().count() <= 110, "{} columns: {line}", line.chars().count());
    }
    assert!(lines.iter().all(|line| !line.trim_start().starts_with("resource ")), "no raw resource");
    for (code, reason) in source::allowed(&text) {
        assert!(reason.split_whitespace().count() >= 6, "{code} is allowed because \"{reason}\"");
    }
}

#[test]
fn each_component_is_used_by_another_project_with_other_inputs() {
    let (text, mut others) = (platform(), BTreeMap::new());
    for folder in ["examples", "tests/projects"] {
        for file in bless::files_below(&root().join(folder)) {
            if file.ends_with(".dr") && !file.starts_with("trading-platform/") {
                others.insert(format!("{folder}/{file}"), read(&format!("{folder}/{file}")));
            }
        }
    }
    let others: BTreeMap<&String, BTreeMap<String, Vec<String>>> = others.iter().map(|(path, text)| (path, source::uses(text))).collect();
    let mut unused = Vec::new();
    for (component, blocks) in source::uses(&text) {
        let elsewhere = |block: &String| others.values().flat_map(|uses| uses.get(&component)).flatten().any(|other| other != block);
        if !blocks.iter().any(elsewhere) {
            unused.push(component);
        }
    }
    assert!(unused.is_empty(), "used by no other project, or nowhere with other inputs: {unused:?}");
}

#[test]
fn an_eleventh_component_takes_five_lines() {
    let page = read("examples/trading-platform/README.md");
    let after = page.split("<!-- an eleventh component -->").nth(1).expect("the README shows an eleventh component");
    let lines = after.split("```dr").nth(1).and_then(|rest| rest.split_once('\n')).and_then(|(_, rest)| rest.split("```").next()).unwrap();
    assert!(source::code(lines).len() <= 5, "{lines}");
    let text = format!("{}\n{lines}", platform());
    assert_eq!(source::laid_out(&text).as_deref(), Some(text.as_str()), "the lines are laid out");
    let compiled = with(&text).file("functions/payer.mjs", "export const handler = async () => ({ batchItemFailures: [] });\n").compile();
    assert_eq!(compiled.shown, "");
    let output = Output::new(&compiled);
    let made = ["refunds.queue", "refunds.dead.queue", "payer.function", "payer.source", "payer.log", "left_refunds.watch"];
    for things in output.things.values() {
        let missing: Vec<&&str> = made.iter().filter(|name| !things.iter().any(|thing| thing.declared == **name)).collect();
        assert!(missing.is_empty(), "{missing:?} are not made");
    }
}
