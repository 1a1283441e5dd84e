//! What the README shows is what the command prints.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by them")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// A call in a component of the project, with the API's spelling of a member.
const WRONG_MEMBER: &str = r#"/// Says whether the cluster is there.
component clusters is service {
  action probe in here is read_only {
    let seen = call rds.describeDBClusters { DBClusterIdentifier = "shop" }
    check seen.DbClusters.length == 1 else "no cluster in ${here}"
  }
}

service shop: clusters in both

region primary = us-east-1"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README can be read")
}

/// What `drc` prints in a folder that holds the example, changed as the README says.
fn printed(arguments: &[&str], from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(root().join("examples/orders/platform.dr")).expect("the example can be read");
    assert!(text.contains(from), "the example no longer has `{from}`");
    fs::write(folder.path().join("platform.dr"), text.replace(from, to)).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_drc"));
    for name in ["NO_GRAPHICS", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    let output = command.args(arguments).arg("platform.dr").current_dir(folder.path()).output().expect("it runs");
    String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn findings_are_shown_as_they_are() {
    let readme = readme();
    for (from, to) in [
        ("> 5s for", "> 5000 for"),
        ("step promote = ledger.promote() { within = 8min }", "step promote = ledger.promote() { within = 20s }"),
        ("step answers = ledger.probe() ", "step answers = ledger.switchover() "),
        (
            "/// A closed network in each Region",
            "resource told: AWS::SNS::Topic in both { DisplyName = \"orders\" }\n\n/// A closed network in each Region",
        ),
        ("region primary = us-east-1", WRONG_MEMBER),
    ] {
        let printed = printed(&["check"], from, to);
        let finding = printed.strip_suffix("\n\n1 error\n").unwrap_or_else(|| panic!("one finding is expected:\n{printed}"));
        assert!(readme.contains(&format!("```text\n{finding}\n```")), "the README does not show\n{finding}");
    }
}

#[test]
fn the_summary_is_shown_as_it_is() {
    let printed = printed(&["compile"], "platform orders", "platform orders");
    assert!(readme().contains(&format!("```text\n{printed}```")), "the README does not show\n{printed}");
}

/// The lines of code of an example, its stacks and resources, and the lines of its templates.
fn figures(example: &str) -> (usize, usize, usize, usize) {
    let source = root().join(example);
    let text = fs::read_to_string(&source).expect("the example can be read");
    let code = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let status = Command::new(env!("CARGO_BIN_EXE_drc")).args(["compile", "-q", "-o"]).arg(&out).arg(&source).status().expect("it runs");
    assert!(status.success());
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    let stacks = manifest["stacks"].as_array().expect("stacks");
    let resources = stacks.iter().map(|stack| stack["resources"].as_object().expect("resources").len()).sum();
    let mut lines = 0;
    for region in ["us-east-1", "us-east-2"] {
        for entry in fs::read_dir(out.join(region)).expect("the Region's folder") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if name.ends_with(".template.json") && !name.contains(".phase-") {
                lines += fs::read_to_string(path).expect("a template").lines().count();
            }
        }
    }
    (code, stacks.len(), resources, lines)
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

#[test]
fn the_figures_are_those_of_the_examples() {
    let (code, stacks, _, lines) = figures("examples/orders/platform.dr");
    let lines = thousands(lines);
    assert!(readme().contains(&format!("is {code} lines of `.dr`")), "the example has {code} lines of code");
    assert!(readme().contains(&format!("{lines} lines of templates in {stacks} stacks")), "the example gives {lines} lines in {stacks} stacks");

    let (code, stacks, resources, lines) = figures("examples/trading-platform/platform.dr");
    let lines = thousands(lines);
    let plain = readme().replace('\n', " ");
    let shown = format!("{stacks} stacks with {resources} resources, {lines} lines of templates");
    assert!(plain.contains(&format!("in {code} lines of `.dr`")) && plain.contains(&shown), "{code} lines; {shown}");
    let page = fs::read_to_string(root().join("examples/trading-platform/README.md")).expect("the page can be read");
    for row in [format!("| 582 | {code} |"), format!("| 5 | {stacks} |"), format!("| 190 | {resources} |"), format!("| 8,600 | {lines} |")] {
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn the_diagram_is_the_one_of_the_platform() {
    let page = fs::read_to_string(root().join("examples/trading-platform/README.md")).expect("the page can be read");
    let output =
        Command::new(env!("CARGO_BIN_EXE_drc")).arg("graph").arg(root().join("examples/trading-platform/platform.dr")).output().expect("it runs");
    let drawn = String::from_utf8(output.stdout).expect("UTF-8");
    let begin = page.find("```mermaid\n").expect("a diagram") + "```mermaid\n".len();
    let shown = page.get(begin..).and_then(|rest| rest.split("```").next()).expect("a diagram");
    if std::env::var_os("DRC_BLESS").is_some() {
        let page = page.replace(shown, &drawn);
        fs::write(root().join("examples/trading-platform/README.md"), page).expect("written");
        return;
    }
    assert_eq!(shown, drawn, "`DRC_BLESS=1 cargo test --test readme` writes it anew");
}
