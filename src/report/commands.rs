//! A call of a machine as the `aws` command that does the same by hand.

use super::shell::{Piece, Word, beginning, known, quoted};
use super::values::Values;
use crate::aws::api::{self, Shape, ShapeKind};
use crate::aws::cli;
use crate::model::value::{Value, ValueMap};
use crate::workflow::Call;
use std::rc::Rc;

/// What an option's value must not begin with: `aws` would read a file.
const FILES: &[&str] = &["file:", "fileb:"];

/// A command: the words that name it, then its options with their values.
#[derive(Debug)]
pub struct Line {
    head: String,
    options: Vec<String>,
}

impl Line {
    /// `aws SERVICE OPERATION --region REGION`
    pub fn new(service: &str, operation: &str, region: &str) -> Self {
        Self { head: format!("aws {service} {operation}"), options: vec![format!("--region {region}")] }
    }

    /// The same with an option.
    #[must_use]
    pub fn option(self, name: &str, value: &[Piece]) -> Self {
        self.plain(format!("--{name} {}", quoted(value)))
    }

    /// The same with an option that is written already.
    #[must_use]
    pub fn plain(mut self, option: impl Into<String>) -> Self {
        self.options.push(option.into());
        self
    }

    /// The same, of which only a part is printed, as text.
    #[must_use]
    pub fn query(self, query: &str) -> Self {
        let line = if query.is_empty() { self } else { self.option("query", &known(query)) };
        line.plain("--output text")
    }

    /// An option a line.
    pub fn long(&self) -> String {
        format!("{} \\\n  {}", self.head, self.options.join(" \\\n  "))
    }
}

/// The command of a call; none if nothing is known of its operation.
pub fn command(call: &Call, values: &mut Values<'_>) -> Option<Line> {
    let service = api::service(&call.service)?;
    let operation = service.operation(&call.operation)?;
    let mut line = Line::new(cli::command(service), &cli::subcommand(operation), values.code());
    let mut rest = ValueMap::default();
    let mut raw = false;
    for (name, value) in call.arguments.iter().filter(|(_, value)| !matches!(value, Value::None)) {
        let member = operation.input().member(name);
        let shape = member.map_or(Shape::anything(), api::Member::shape);
        raw |= shape.kind() == ShapeKind::Blob;
        let option = cli::option(service, member.map_or(name.as_str(), |member| member.api_name()));
        match option.and_then(|option| written(&option, value, shape, values)) {
            Some(option) => line.options.push(option),
            None => _ = rest.insert(name.clone(), value.clone()),
        }
    }
    if !rest.is_empty() {
        let json = values.json_as(&Value::Map(Rc::new(rest)), operation.input());
        line = line.option("cli-input-json", &json);
    }
    if raw {
        line = line.plain("--cli-binary-format raw-in-base64-out");
    }
    if cli::writes_file(operation) {
        line = line.plain("/dev/stdout");
    }
    Some(line)
}

/// The path of something in an answer as `--query` takes it, with the members as the API spells them; none if it is no path.
pub fn query(call: &Call, path: &[Step]) -> Option<String> {
    let mut shape = api::service(&call.service)?.operation(&call.operation)?.output();
    let mut text = String::new();
    for step in path {
        match step {
            Step::Member(name) => {
                let member = shape.member(name);
                let separator = if text.is_empty() { "" } else { "." };
                text.push_str(&format!("{separator}{}", member.map_or(name.as_str(), |member| member.api_name())));
                shape = shape.inside(name);
            }
            Step::Index(number) => {
                text.push_str(&format!("[{number}]"));
                shape = shape.element();
            }
        }
    }
    Some(text)
}

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A member.
    Member(String),
    /// An element.
    Index(u64),
}

/// An option with its value; none if it can only be said in the JSON text of the whole request.
fn written(option: &str, value: &Value, shape: Shape, values: &mut Values<'_>) -> Option<String> {
    let json = |values: &mut Values<'_>| Some(format!("--{option} {}", quoted(&values.json_as(value, shape))));
    match value {
        Value::Bool(value) if matches!(shape.kind(), ShapeKind::Boolean | ShapeKind::Document) => {
            Some(format!("--{}{option}", if *value { "" } else { "no-" }))
        }
        Value::Map(_) => json(values),
        Value::List(items) => {
            let plain = |item: &Value| matches!(item, Value::Text(_) | Value::Cidr(_) | Value::Number(_) | Value::Deploy(_));
            if items.is_empty() || !items.iter().all(plain) {
                return json(values);
            }
            let words: Vec<Word> = items.iter().map(|item| values.word(item)).collect();
            // A first word in brackets would be read as JSON.
            if words.iter().all(|word| is_clear(word) && !beginning(word).starts_with(['[', '{'])) {
                let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                return Some(format!("--{option} {}", words.join(" ")));
            }
            json(values)
        }
        _ => {
            let word = values.word(value);
            is_clear(&word).then(|| format!("--{option} {}", quoted(&word)))
        }
    }
}

/// Whether `aws` reads a word as the text that it is.
fn is_clear(word: &[Piece]) -> bool {
    let start = beginning(word);
    !word.is_empty() && !start.starts_with('-') && !FILES.iter().any(|prefix| start.starts_with(prefix))
}
