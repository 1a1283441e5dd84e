//! The report: what it says, in every form, and what keeps the page readable when nothing else answers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod bless;
mod command;

use command::{Folder, code, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const SHOP: &str = include_str!("report/platform.dr");

fn shop() -> Folder {
    Folder::with(&[("platform.dr", SHOP)])
}

/// A report on standard output.
fn report(folder: &Folder, form: &str) -> String {
    let output = folder.run(&["report", "platform.dr", "--format", form]);
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
    text(&output.stdout)
}

fn document(folder: &Folder) -> Value {
    serde_json::from_str(&report(folder, "json")).expect("the report is JSON")
}

#[test]
fn the_report_for_people_and_for_programs() {
    let folder = shop();
    bless::golden("golden/report/shop.txt", &report(&folder, "text"));
    bless::golden("golden/report/shop.json", &report(&folder, "json"));
}

#[test]
fn the_reports_of_the_examples() {
    let folder = Folder::new();
    for name in ["orders", "intake", "repaired"] {
        let platform = format!("{}/examples/{name}/platform.dr", env!("CARGO_MANIFEST_DIR"));
        let printed = |form: &str| {
            let output = folder.run(&["report", &platform, "--format", form]);
            assert_eq!((code(&output), text(&output.stderr)), (0, String::new()), "{name}");
            text(&output.stdout)
        };
        bless::golden(&format!("golden/report/{name}.txt"), &printed("text"));
        bless::golden(&format!("golden/report/{name}.json"), &printed("json"));
        assert_eq!(faults(&printed("html")), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_report_is_the_same_each_time() {
    let folder = shop();
    for form in ["text", "json", "html"] {
        assert_eq!(report(&folder, form), report(&folder, form), "{form}");
    }
}

/// Every command of a report, in its order.
fn commands(document: &Value) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
                Some(text) if key == "command" || key == "line" => found.push(text.to_string()),
                _ => walk(value, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, &mut found);
    found
}

#[test]
fn every_form_has_every_command() {
    let folder = shop();
    let (plain, page, document) = (report(&folder, "text"), report(&folder, "html"), document(&folder));
    let commands = commands(&document);
    assert!(commands.len() > 40, "{}", commands.len());
    let unindented: String = plain.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    // What tells of a failure is on the page and in the document; the terminal has it in one sentence.
    let told: Vec<&str> = document["plans"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|plan| plan["on_failure"].as_array().unwrap())
        .filter_map(|action| action["command"].as_str())
        .collect();
    for command in &commands {
        assert!(page.contains(&escaped(command)), "the page lacks {command}");
        let flat: String = command.lines().map(|line| format!("{}\n", line.trim_start())).collect();
        assert!(told.contains(&command.as_str()) || unindented.contains(flat.trim_end()), "the text lacks {command}");
    }
}

#[test]
fn a_terminal_is_not_wider_than_it_is() {
    let folder = shop();
    let known: BTreeSet<String> =
        commands(&document(&folder)).iter().flat_map(|command| command.lines()).map(|line| line.trim().to_string()).collect();
    for width in [60, 120] {
        let output = folder.command().args(["report", "platform.dr"]).env("COLUMNS", width.to_string()).output().unwrap();
        for line in text(&output.stdout).lines() {
            // Commands are never broken, and a name is never cut.
            let fits = line.chars().count() <= width || known.contains(line.trim()) || line.split_whitespace().count() <= 2;
            assert!(fits, "{width}: {line}");
        }
    }
}

/// A tag of a page: its name, whether it ends something, its attributes.
struct Tag {
    name: String,
    closes: bool,
    alone: bool,
    attributes: BTreeMap<String, String>,
}

/// The tags of a page, which quotes every value.
fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with("!DOCTYPE") {
            continue;
        }
        let mut quoted = false;
        let end = rest
            .char_indices()
            .find(|(_, letter)| {
                quoted ^= *letter == '"';
                *letter == '>' && !quoted
            })
            .map(|(at, _)| at)
            .expect("a tag ends");
        let (inside, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        let alone = inside.ends_with('/');
        let inside = inside.trim_end_matches('/');
        let closes = inside.starts_with('/');
        let name: String = inside.trim_start_matches('/').chars().take_while(|letter| !letter.is_whitespace()).collect();
        let mut attributes = BTreeMap::new();
        let mut text = inside[usize::from(closes) + name.len()..].trim_start();
        while !text.is_empty() {
            let (key, after) = text.split_once("=\"").unwrap_or_else(|| panic!("an attribute without quotes: {text}"));
            let (value, after) = after.split_once('"').expect("a value ends");
            assert!(attributes.insert(key.to_string(), value.to_string()).is_none(), "{key} stands twice in <{inside}>");
            text = after.trim_start();
        }
        found.push(Tag { name, closes, alone, attributes });
    }
    found
}

/// What is wrong with a page: tags that are not closed, ids that are missing or double, anything that would be loaded.
fn faults(page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (style, body) = page.split_once("</style>").expect("a style");
    let tags = tags(&format!("{}{body}", style.split_once("<style>").expect("a style").0));
    let mut open: Vec<&str> = Vec::new();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for tag in &tags {
        if tag.closes {
            match open.pop() {
                Some(name) if name == tag.name => {}
                other => faults.push(format!("</{}> closes {other:?}", tag.name)),
            }
        } else if !tag.alone && tag.name != "meta" {
            open.push(&tag.name);
        }
        if ["script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"].contains(&tag.name.as_str()) {
            faults.push(format!("<{}> has no place here", tag.name));
        }
        if let Some(id) = tag.attributes.get("id").filter(|id| !ids.insert(id)) {
            faults.push(format!("the id {id} stands twice"));
        }
    }
    faults.extend(open.iter().map(|name| format!("<{name}> is not closed")));
    for (tag, key, value) in tags.iter().flat_map(|tag| tag.attributes.iter().map(move |(key, value)| (tag, key, value))) {
        let local = value.strip_prefix('#').or_else(|| value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')')));
        match (key.as_str(), local) {
            ("aria-labelledby", _) if !ids.contains(value.as_str()) => faults.push(format!("nothing has the id {value}")),
            (_, Some(id)) if !ids.contains(id) => faults.push(format!("nothing has the id {id}")),
            ("href", None) if tag.name == "a" && value.starts_with("https://") => {}
            ("href", None) | ("src" | "srcset" | "action" | "background", _) => faults.push(format!("{key}=\"{value}\" is loaded")),
            (key, _) if key.starts_with("on") => faults.push(format!("{key} is code")),
            (_, None) if value.contains("url(") => faults.push(format!("{key}=\"{value}\" is loaded")),
            _ => {}
        }
    }
    if style.contains("url(") || style.contains("@import") {
        faults.push("the style loads something".into());
    }
    faults
}

#[test]
fn the_page_needs_nothing_else() {
    let page = report(&shop(), "html");
    assert_eq!(faults(&page), Vec::<String>::new());
    for part in [
        "id=\"objectives\"",
        "id=\"topology\"",
        "id=\"accepted\"",
        "id=\"cost\"",
        "<svg class=\"timeline\"",
        "<svg class=\"topology\"",
        "@media print",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // The budget comes first.
    assert!(page.find("<table>").unwrap() < page.find("<svg").unwrap());
}

#[test]
fn the_check_of_the_page_sees_what_is_wrong() {
    let page = report(&shop(), "html");
    for (right, wrong) in [
        ("</main>", ""),
        ("</main>", "<script></script></main>"),
        ("</main>", "<a href=\"#nowhere\">x</a></main>"),
        ("</main>", "<a href=\"http://example.com\">x</a></main>"),
        ("</main>", "<p id=\"cost\"></p></main>"),
        ("</main>", "<p onclick=\"x\"></p></main>"),
        ("</style>", "a { background: url(x.png) }</style>"),
    ] {
        assert_ne!(faults(&page.replacen(right, wrong, 1)), Vec::<String>::new(), "{wrong}");
    }
}

#[test]
fn nothing_of_the_source_is_a_part_of_the_page() {
    let hostile = SHOP.replace("/// One Region is lost.", "/// <script>alert(\"1\")</script> & \u{202E}</pre>");
    assert_ne!(hostile, SHOP);
    let page = report(&Folder::with(&[("platform.dr", &hostile)]), "html");
    assert_eq!(faults(&page), Vec::<String>::new());
    assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \u{FFFD}&lt;/pre&gt;"));
}

#[test]
fn what_was_accepted_and_adjusted_is_told() {
    let document = document(&shop());
    let line = |start: &str| format!("platform.dr:{}", 1 + SHOP.lines().position(|line| line.trim_start().starts_with(start)).unwrap());
    let accepted = &document["accepted"][0];
    assert_eq!((accepted["code"].as_str(), accepted["reason"].as_str()), (Some("aurora/minimum"), Some("a small shop")));
    assert_eq!(accepted["place"].as_str(), Some(line("allow aurora/minimum").as_str()));
    let adjusted = &document["adjusted"][0];
    assert_eq!((adjusted["resource"].as_str(), adjusted["property"].as_str()), (Some("ledger.cluster"), Some("PreferredMaintenanceWindow")));
    assert_eq!((adjusted["regions"][0].as_str(), adjusted["place"].as_str()), (Some("eu-central-1"), Some(line("adjust ledger").as_str())));
}

#[test]
fn a_price_that_nobody_confirmed_is_unknown() {
    let folder = |region: &str| Folder::with(&[("platform.dr", &SHOP.replace("eu-central-1", region))]);
    let costs = |region: &str| document(&folder(region))["costs"].clone();
    let lines = |costs: &Value, list: &str| -> Vec<(String, f64)> {
        let region = costs["regions"][1][list].as_array().unwrap();
        region.iter().map(|line| (line["type"].as_str().unwrap().to_string(), line["month"].as_f64().unwrap_or(-1.0))).collect()
    };
    let (near, far) = (costs("us-east-2"), costs("eu-central-1"));
    // 2 units of capacity, at 0.12 USD an hour, for 730 hours.
    assert!(lines(&near, "lines").contains(&("AWS::RDS::DBInstance".into(), 175.2)));
    assert!(lines(&far, "unknown").iter().any(|(name, _)| name == "AWS::RDS::DBInstance") && far["unknown"].as_u64() > near["unknown"].as_u64());
    // A key costs the same everywhere; the copy of a secret costs what the secret does, in its own Region.
    for costs in [&near, &far] {
        let priced = lines(costs, "lines");
        assert!(priced.contains(&("AWS::KMS::Key".into(), 3.0)) && priced.contains(&("AWS::SecretsManager::Secret".into(), 0.4)));
        let sum: f64 = priced.iter().map(|(_, month)| month).sum();
        assert!((sum - costs["regions"][1]["month"].as_f64().unwrap()).abs() < 0.005);
    }
}

#[test]
fn a_report_goes_where_it_is_sent() {
    let folder = shop();
    let run = |arguments: &[&str]| {
        let output = folder.run(arguments);
        (code(&output), text(&output.stdout), text(&output.stderr))
    };
    let page = report(&folder, "html");
    assert_eq!(run(&["report", "platform.dr", "--format", "html", "-o", "report.html"]), (0, String::new(), String::new()));
    assert_eq!(fs::read_to_string(folder.path("report.html")).unwrap(), page);
    assert_eq!(run(&["report", "platform.dr", "--format", "html", "--output", "-"]).1, page);
    insta::assert_snapshot!(folder.session(&["report", "platform.dr", "-o", "no/such/folder.txt"]));
    insta::assert_snapshot!(folder.session(&["report", "platform.dr", "--format", "pdf"]));
}

#[test]
fn what_does_not_compile_is_not_reported() {
    let folder = Folder::with(&[("platform.dr", "platform shop {}\nregion primary = us-east-9\n")]);
    let output = folder.run(&["report", "platform.dr", "--format", "json"]);
    assert_eq!((code(&output), text(&output.stdout)), (1, String::new()));
    assert!(text(&output.stderr).contains("us-east-9"));
}

#[test]
fn a_platform_without_plans_has_a_report() {
    let folder = Folder::with(&[("platform.dr", "platform shop {}\nregion primary = us-east-1\nresource queue: AWS::SQS::Queue in primary {}\n")]);
    let page = report(&folder, "html");
    assert_eq!(faults(&page), Vec::<String>::new());
    assert_eq!(document(&folder)["plans"], serde_json::json!([]));
    assert!(report(&folder, "text").contains("Monthly floor of cost: USD 0.00"));
}
