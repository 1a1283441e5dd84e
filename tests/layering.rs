//! The structure of the sources: imports point down, files stay short, and the core names no service.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the bottom to the top. A module may use those in the rows above its own here, and those in its own row.
const ORDER: &[&[&str]] = &[
    &["aws"],
    &["stdlib"],
    &["units"],
    &["pattern"],
    &["code"],
    &["source"],
    &["diag"],
    &["syntax"],
    &["resolve"],
    &["doc"],
    // The model holds the plans; the workflow's calls hold the model's values.
    &["model", "workflow"],
    &["permissions"],
    // A definition is a property of a machine's resource, so plans become states while the program is expanded.
    &["asl"],
    &["expand"],
    &["check"],
    &["names"],
    &["layout"],
    &["prove"],
    &["rules"],
    &["emit"],
    &["report"],
    &["driver"],
    &["render"],
    &["cli"],
    &["lib", "main"],
];

/// Modules that use nothing of ours: facts and texts.
const LEAVES: &[&str] = &["aws", "stdlib", "units", "source"];

/// The most lines of a file.
const MAXIMUM_LINES: usize = 520;

/// Services whose names belong in the library and in data. What the compiler writes for (CloudFormation, Step Functions, CloudWatch,
/// IAM) is not among them, and `lambda` is a word of the language.
const SERVICES: &[&str] = &[
    "acm",
    "apigateway",
    "appconfig",
    "appmesh",
    "apprunner",
    "appsync",
    "arcregionswitch",
    "athena",
    "aurora",
    "autoscaling",
    "bedrock",
    "cloudfront",
    "cloudtrail",
    "codebuild",
    "codepipeline",
    "cognito",
    "dax",
    "dms",
    "docdb",
    "documentdb",
    "dsql",
    "dynamodb",
    "ebs",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticbeanstalk",
    "elasticloadbalancing",
    "elb",
    "emr",
    "eventbridge",
    "fargate",
    "firehose",
    "fsx",
    "globalaccelerator",
    "glue",
    "guardduty",
    "kafka",
    "keyspaces",
    "kinesis",
    "kms",
    "lightsail",
    "memorydb",
    "msk",
    "neptune",
    "opensearch",
    "pinpoint",
    "qldb",
    "quicksight",
    "rds",
    "redshift",
    "route53",
    "route53recoverycluster",
    "s3",
    "sagemaker",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "timestream",
    "transitgateway",
    "waf",
];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Symbol(char),
}

/// The tokens of a Rust source with the number of their line; comments are left out, and what stands behind `#[cfg(test)]` too.
fn tokens(source: &str) -> Vec<(usize, Token)> {
    let source = source.split("\n#[cfg(test)]").next().unwrap();
    let text: Vec<char> = source.chars().collect();
    let at = |place: usize| text.get(place).copied().unwrap_or('\0');
    let mut found = Vec::new();
    let mut line = 1;
    let mut place = 0;
    while place < text.len() {
        let start = place;
        match at(place) {
            '/' if at(place + 1) == '/' => {
                while place < text.len() && at(place) != '\n' {
                    place += 1;
                }
            }
            '/' if at(place + 1) == '*' => {
                place += 2;
                while place < text.len() && !(at(place) == '*' && at(place + 1) == '/') {
                    place += 1;
                }
                place += 2;
            }
            '"' => {
                place += 1;
                while place < text.len() && at(place) != '"' {
                    place += if at(place) == '\\' { 2 } else { 1 };
                }
                place += 1;
                found.push((line, Token::Text(text[start..place.min(text.len())].iter().collect())));
            }
            'r' if at(place + 1) == '"' || (at(place + 1) == '#' && matches!(at(place + 2), '"' | '#')) => {
                let hashes = text[place + 1..].iter().take_while(|c| **c == '#').count();
                place += 2 + hashes;
                let closes = |place: usize| at(place) == '"' && (1..=hashes).all(|by| at(place + by) == '#');
                while place < text.len() && !closes(place) {
                    place += 1;
                }
                place += 1 + hashes;
                found.push((line, Token::Text(text[start..place.min(text.len())].iter().collect())));
            }
            // A character, not a lifetime.
            '\'' if at(place + 1) == '\\' || at(place + 2) == '\'' => {
                place += if at(place + 1) == '\\' { 3 } else { 2 };
                while place < text.len() && at(place) != '\'' {
                    place += 1;
                }
                place += 1;
            }
            c if c.is_alphanumeric() || c == '_' => {
                while at(place).is_alphanumeric() || at(place) == '_' {
                    place += 1;
                }
                found.push((line, Token::Word(text[start..place].iter().collect())));
            }
            c => {
                place += 1;
                if !c.is_whitespace() {
                    found.push((line, Token::Symbol(c)));
                }
            }
        }
        line += text[start..place.min(text.len())].iter().filter(|c| **c == '\n').count();
    }
    found
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file: its path below `src` and its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files_below(&root, &mut found);
    assert!(found.len() > 30, "only {} files below {}", found.len(), root.display());
    found
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The module of a file, and how many `super` lead from it to the crate.
fn module(path: &str) -> (String, usize) {
    let mut parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if parts.len() > 1 && parts.last() == Some(&"mod") {
        parts.pop();
    }
    let depth = if parts == ["lib"] || parts == ["main"] { 0 } else { parts.len() };
    (parts[0].to_string(), depth)
}

/// The modules of ours that a text names: `crate::x`, `crate::{x, y::z}`, `super::x` from the top of a module, `drc::x`.
fn imports(text: &str, depth: usize) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let is = |place: usize, symbol: char| tokens.get(place).is_some_and(|(_, token)| *token == Token::Symbol(symbol));
    let word = |place: usize| match tokens.get(place) {
        Some((line, Token::Word(word))) => Some((*line, word.as_str())),
        _ => None,
    };
    let mut found = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        let mut after = place + 1;
        let from_crate = match word(place) {
            Some((_, "crate" | "drc")) => !is(place.wrapping_sub(1), ':'),
            Some((_, "super")) if !is(place.wrapping_sub(1), ':') => {
                let mut supers = 1;
                while is(after, ':') && is(after + 1, ':') && word(after + 2).is_some_and(|(_, word)| word == "super") {
                    supers += 1;
                    after += 3;
                }
                supers >= depth
            }
            _ => false,
        };
        if from_crate && is(after, ':') && is(after + 1, ':') {
            let mut next = after + 2;
            if is(next, '{') {
                // The first word of every item of the outer braces.
                let mut level = 0;
                let mut first = true;
                while next < tokens.len() {
                    match &tokens[next].1 {
                        Token::Symbol('{') => level += 1,
                        Token::Symbol('}') => level -= 1,
                        Token::Symbol(',') if level == 1 => first = true,
                        Token::Word(name) if first && level == 1 => {
                            found.push((tokens[next].0, name.clone()));
                            first = false;
                        }
                        _ => {}
                    }
                    if level == 0 {
                        break;
                    }
                    next += 1;
                }
            } else if let Some((line, name)) = word(next) {
                found.push((line, name.to_string()));
            }
        }
        place = after;
    }
    found
}

#[test]
fn imports_point_down() {
    let row: BTreeMap<&str, usize> = ORDER.iter().enumerate().flat_map(|(row, modules)| modules.iter().map(move |module| (*module, row))).collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let (own, depth) = module(&path);
        let Some(own_row) = row.get(own.as_str()) else {
            wrong.push(format!("src/{path}: the module `{own}` has no place in the order"));
            continue;
        };
        for (line, used) in imports(&text, depth) {
            // A name that is no module is a macro or a re-export of the crate.
            let Some(used_row) = row.get(used.as_str()).filter(|_| used != own) else { continue };
            if used_row > own_row || LEAVES.contains(&own.as_str()) {
                wrong.push(format!("src/{path}:{line}: `{own}` uses `{used}`, which lies above it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place() {
    let present: Vec<String> = sources().iter().map(|(path, _)| module(path).0).collect();
    for module in ORDER.iter().copied().flatten() {
        assert!(present.iter().any(|name| name == module), "the order names `{module}`, which does not exist");
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > MAXIMUM_LINES {
            wrong.push(format!("src/{path} has {lines} lines; {MAXIMUM_LINES} are allowed"));
        }
        if !text.starts_with("//! ") {
            wrong.push(format!("src/{path} does not begin with what it is (`//! ...`)"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The words of a name or a text in lower case: `AuroraGlobalLag` is `aurora`, `global`, `lag`; the whole is one too.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        found.push(part.to_lowercase());
        let letters: Vec<char> = part.chars().collect();
        let mut start = 0;
        for at in 1..=letters.len() {
            let ends = at == letters.len()
                || (letters[at].is_uppercase() && (!letters[at - 1].is_uppercase() || letters.get(at + 1).is_some_and(|c| c.is_lowercase())));
            if ends {
                found.push(letters[start..at].iter().collect::<String>().to_lowercase());
                start = at;
            }
        }
    }
    found
}

#[test]
fn the_core_names_no_service() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if path.starts_with("aws/") {
            continue;
        }
        for (line, token) in tokens(&text) {
            let (Token::Word(content) | Token::Text(content)) = token else { continue };
            if let Some(service) = words(&content).iter().find(|word| SERVICES.contains(&word.as_str())) {
                wrong.push(format!("src/{path}:{line}: `{service}` in {content}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_sources_reads() {
    let text = "use crate::{expand::{self, Options}, layout};\nfn f<'a>() -> char { '\"' }\n// crate::emit\nlet x = super::super::asl::write(\"crate::cli\", r#\"a \"b\"#);";
    let names: Vec<String> = imports(text, 2).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["expand", "layout", "asl"]);
    assert_eq!(imports("use super::model;", 1), [(1, "model".to_string())]);
    assert_eq!(imports("use super::model;", 2), []);
    assert_eq!(words("AuroraGlobalDBLag"), ["auroraglobaldblag", "aurora", "global", "db", "lag"]);
    assert!(words("AWS::DynamoDB::Table").contains(&"dynamodb".to_string()));
    assert!(words("S3Bucket").contains(&"s3".to_string()));
    assert_eq!(module("expand/mod.rs"), ("expand".to_string(), 1));
    assert_eq!(module("expand/plan.rs"), ("expand".to_string(), 2));
    assert_eq!(module("driver.rs"), ("driver".to_string(), 1));
}
