//! The page of what went wrong by hand: that everything it names exists, and that what it says to be refused is refused.

use crate::project::Project;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    number: String,
    code: String,
    wrong: String,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

const FRAME: &str =
    "platform trading { strategy = \"warm_standby\" }\nregion primary = us-east-1\nregion standby = us-east-2\nlet both = [primary, standby]\n";

/// The texts between two signs.
fn between(text: &str, sign: char) -> Vec<&str> {
    text.split(sign).skip(1).step_by(2).collect()
}

fn is_code(text: &str) -> bool {
    text.starts_with("DR") && text.len() == 6
}

/// What the page says and is not so.
pub fn wrong(page: &str, cases: &str, sentences: &[&str], read: &dyn Fn(&str) -> String) -> Vec<String> {
    let cases = toml::from_str::<Cases>(cases).unwrap().case;
    let rules = read("docs/rules.md");
    let (mut wrong, mut numbers) = (Vec::new(), Vec::new());
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, _, how, shown] = cells[..] else { panic!("a row has four cells: {line}") };
        if number == "#" || number.starts_with("---") {
            continue;
        }
        numbers.push(number.to_string());
        let mut fail = |what: String| wrong.push(format!("{number}: {what}"));
        let (told, quoted) = (between(shown, '`'), between(shown, '"'));
        if told.is_empty() && quoted.is_empty() {
            fail("nothing shows it".into());
        }
        for sentence in quoted.iter().filter(|sentence| !sentences.contains(sentence)) {
            fail(format!("no such sentence: {sentence}"));
        }
        let files: Vec<&&str> = told.iter().filter(|told| told.starts_with("tests/") || told.starts_with("docs/")).collect();
        for file in &files {
            let (path, function) = file.split_once("::").unwrap_or((file, ""));
            if !read(path).contains(&if function.is_empty() { String::new() } else { format!("fn {function}()") }) {
                fail(format!("{path} has no {function}"));
            }
        }
        let codes: Vec<&&str> = told.iter().filter(|told| !files.contains(told)).collect();
        for code in &codes {
            if !(is_code(code) && !read(&format!("docs/errors/{code}.md")).is_empty() || rules.contains(&format!("| `{code}` |"))) {
                fail(format!("{code} is no code"));
            }
            let raised = cases.iter().any(|case| case.number == number && case.code == **code);
            if !raised && !files.iter().any(|file| !file.contains("::") && read(file).contains(**code)) {
                fail(format!("nothing shows that {code} is raised"));
            }
        }
        match how {
            "refused" if codes.is_empty() => fail("refused by which code?".into()),
            "refused" | "impossible" | "generated" => {}
            other => fail(format!("{other} is none of the three")),
        }
    }
    let all = (1..=22).map(|number| number.to_string()).chain((1..=9).map(|number| format!("w{number}")));
    assert_eq!(numbers, all.collect::<Vec<_>>());
    for case in &cases {
        let told = page.lines().any(|line| line.starts_with(&format!("| {} |", case.number)) && line.contains(&format!("`{}`", case.code)));
        if !told && !page.contains(&format!("`{}` (case `{}`)", case.code, case.number)) {
            wrong.push(format!("{}: the page does not say that it is {}", case.number, case.code));
        }
        let project = Project::new(&format!("{}{FRAME}{}", uses(&case.wrong), rest(&case.wrong)));
        let compiled = project.file("functions/code.mjs", "export const handler = async () => ({});\n").compile();
        if !compiled.findings.iter().any(|finding| finding.code == case.code) {
            wrong.push(format!("{} is not {}:\n{}", case.number, case.code, compiled.shown));
        }
    }
    wrong
}

/// The lines that have to stand first.
fn uses(text: &str) -> String {
    text.lines().filter(|line| line.starts_with("use ")).map(|line| format!("{line}\n")).collect()
}

fn rest(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("use ")).map(|line| format!("{line}\n")).collect()
}
