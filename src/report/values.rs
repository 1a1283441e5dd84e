//! Values as an operator has them: what is known as it is, the rest as variables of the shell with the command that gives each.

use super::commands::{Step, query};
use super::say::say;
use super::shell::{Piece, Word, known, quoted, variable_name};
use crate::aws::api::Shape;
use crate::aws::regions::dns_suffix;
use crate::emit::Output;
use crate::layout::{Part, Resolved, StackId, resolve};
use crate::model::computed::{computed, part_of};
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Run, TextPart, Value, number_text};
use crate::model::{Given, Parameter, Region};
use crate::units::time_text;
use crate::workflow::Call;
use indexmap::IndexMap;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A value that only the deployment knows.
#[derive(Debug, Serialize)]
pub struct Variable {
    /// The name of the variable.
    pub name: String,
    /// The line that sets it.
    pub line: String,
    /// What it is.
    pub what: String,
    /// Whether a person has to fill it in: nothing that the survivor knows tells it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fill_in: bool,
}

/// A part of an answer that a later command needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The machine's variable that holds the answer.
    pub variable: String,
    /// The shell's variable for the part.
    pub name: String,
    /// The way to it, as `--query` takes it.
    pub query: String,
}

/// The variables of one plan: what its commands need, each behind those that its own line needs.
pub struct Values<'o> {
    pub output: &'o Output,
    /// Where the commands are given: the Region of the plan's machine.
    pub region: Id<Region>,
    /// The stack of the plan's machine, whose parameters hold what comes from elsewhere.
    stack: Option<StackId>,
    /// The parameters that are part of names: no name can be looked up by them.
    in_names: Rc<BTreeSet<Id<Parameter>>>,
    variables: IndexMap<String, Variable>,
    /// The calls whose answers the machine's variables hold.
    answers: BTreeMap<String, Call>,
    /// What is read of answers: the machine's variable, the name of the shell's, and the way from the answer to the value.
    reads: Vec<Read>,
    /// The step that is being told: the names of the machine's variables begin with it.
    pub step: String,
}

impl<'o> Values<'o> {
    pub fn new(output: &'o Output, region: Id<Region>, stack: Option<StackId>, in_names: Rc<BTreeSet<Id<Parameter>>>) -> Self {
        Self { output, region, stack, in_names, variables: IndexMap::new(), answers: BTreeMap::new(), reads: Vec::new(), step: String::new() }
    }

    /// Notes which call gives the answer that a variable of the machine holds.
    pub fn answer(&mut self, call: &Call) {
        if let Some(variable) = &call.result {
            self.answers.insert(variable.to_string(), call.clone());
        }
    }

    /// What the commands made since the last time read of answers.
    pub fn take_reads(&mut self) -> Vec<Read> {
        std::mem::take(&mut self.reads)
    }

    /// All that the commands made so far need.
    pub fn into_variables(self) -> Vec<Variable> {
        self.variables.into_values().collect()
    }

    /// The code of the Region in which the commands are given.
    pub fn code(&self) -> &'o str {
        &self.output.model.regions.get(self.region).code
    }

    /// Makes a variable if there is none of this name yet; `line` is what stands behind `NAME=`.
    pub fn set(&mut self, name: String, line: &str, what: String, fill_in: bool) -> Word {
        let line = format!("{name}={line}");
        self.variables.entry(name.clone()).or_insert_with(|| Variable { name: name.clone(), line, what, fill_in });
        vec![Piece::Variable(name)]
    }

    /// A scalar as a word.
    pub fn word(&mut self, value: &Value) -> Word {
        match value {
            Value::Text(text) | Value::Cidr(text) => known(text.as_str()),
            Value::Number(number) => known(number_text(*number)),
            Value::Bool(value) => known(if *value { "true" } else { "false" }),
            Value::Deploy(deploy) => self.deploy(deploy),
            Value::Run(run) => self.learned(run),
            _ => Word::new(),
        }
    }

    /// What a machine learns: a part of an earlier answer is read by the command that gave it; the rest is for people.
    fn learned(&mut self, run: &Run) -> Word {
        match run {
            Run::Known(value) => self.word(value),
            Run::Number(inner) => self.learned(inner),
            // The shell's clock counts seconds, and so does the command.
            Run::Ago(time) => {
                let seconds = (time / 1000.0).ceil();
                if seconds == 0.0 {
                    return self.set("now".into(), "$(date +%s)", "now, in seconds since 1970".into(), false);
                }
                let line = format!("$(($(date +%s) - {seconds}))");
                self.set(variable_name(&format!("ago_{seconds}")), &line, format!("{} ago, in seconds since 1970", time_text(*time)), false)
            }
            Run::Text(parts) => joined(parts.iter().flat_map(|part| self.learned(part)).collect()),
            _ => {
                let Some((variable, path)) = path(run) else {
                    let what = say(run, self);
                    return vec![Piece::Text(format!("<{what}>"))];
                };
                let steps: String = path
                    .iter()
                    .map(|step| match step {
                        Step::Member(name) => format!("_{name}"),
                        Step::Index(number) => format!("_{number}"),
                    })
                    .collect();
                let name = variable_name(&format!("{variable}{steps}"));
                if let Some(query) = self.answers.get(variable).and_then(|call| query(call, &path)) {
                    let read = Read { variable: variable.to_string(), name: name.clone(), query };
                    if !self.reads.contains(&read) {
                        self.reads.push(read);
                    }
                    return vec![Piece::Variable(name)];
                }
                let what = say(run, self);
                vec![Piece::Text(format!("<{what}>"))]
            }
        }
    }

    /// A value of the deployment as a word.
    pub fn deploy(&mut self, deploy: &Deploy) -> Word {
        let model = &self.output.model;
        let region = model.regions.get(self.region);
        match deploy {
            Deploy::Parameter(id, of) => self.parameter(*id, *of),
            Deploy::Account(_) => {
                let line = format!("$(aws sts get-caller-identity --region {} --query Account --output text)", region.code);
                self.set("account".into(), &line, "the account of the platform".into(), false)
            }
            Deploy::Partition => known(region.partition.as_str()),
            Deploy::DnsSuffix => known(dns_suffix(&region.partition)),
            Deploy::Text(parts) => {
                let parts = parts.iter().flat_map(|part| match part {
                    TextPart::Literal(text) => known(text.as_str()),
                    TextPart::Value(value) => self.deploy(value),
                });
                joined(parts.collect())
            }
            Deploy::Json(value) => self.json(value),
            Deploy::StackOutput(inner) => self.resource(inner, true),
            Deploy::Ref(_) | Deploy::Attribute(..) | Deploy::Arn(_) => self.resource(deploy, false),
        }
    }

    fn parameter(&mut self, id: Id<Parameter>, of: Option<Id<Region>>) -> Word {
        let model = &self.output.model;
        let parameter = model.parameters.get(id);
        let place = of.map(|region| model.regions.get(region));
        let name = match place {
            Some(region) => variable_name(&format!("{}_{}", parameter.name, region.alias)),
            None => variable_name(&parameter.name),
        };
        let about = match (place, parameter.description.is_empty()) {
            (None, true) => format!("the parameter `{}`", parameter.name),
            (None, false) => parameter.description.clone(),
            (Some(region), true) => format!("the parameter `{}` of {}", parameter.name, region.code),
            (Some(region), false) => format!("{} ({})", parameter.description, region.code),
        };
        let given = match (&parameter.given, of) {
            (Some(Given::Everywhere(text)), _) => Some(text),
            (Some(Given::ByRegion(texts)), Some(region)) => texts.get(&region),
            _ => None,
        };
        if parameter.secret {
            return self.set(name, "", format!("{about}. Secret: type it in after `read -rs`, it stands nowhere"), true);
        }
        if let Some(text) = given {
            return self.set(name, &quoted(&known(text.as_str())), about, false);
        }
        if let Some(text) = &parameter.default {
            return self.set(
                name,
                &quoted(&known(text.as_str())),
                format!("{about} This is its default: change it, if another one was deployed"),
                false,
            );
        }
        let in_names = self.in_names.contains(&id);
        let taken = self.stack.and_then(|stack| self.output.layout.stacks.get(stack)).filter(|_| !in_names).and_then(|stack| {
            let logical = crate::layout::parameter_name(model, id, of, Some(stack.region));
            stack.parameters.contains_key(&logical).then_some(logical)
        });
        match (taken, self.stack) {
            (Some(logical), Some(stack)) => {
                let line = self.of_stack(stack, "Parameters", "Parameter", &logical);
                self.set(name, &line, about, false)
            }
            _ => self.set(name, "", format!("{about} Fill it in: it is no part of a template that this Region has"), true),
        }
    }

    /// A value of a resource: computed of its name, else told by a stack, at best by one of this Region.
    fn resource(&mut self, deploy: &Deploy, from_stack: bool) -> Word {
        let model = &self.output.model;
        if !from_stack {
            match computed(model, deploy) {
                Some(Value::Deploy(inner)) => return self.deploy(&inner),
                Some(value) => return self.word(&value),
                None => {}
            }
        }
        let Some((target, part)) = part_of(model, deploy) else { return Word::new() };
        let family = model.families.get(target.family);
        let place = model.regions.get(target.region);
        let own = self.output.layout.stack_of(target);
        let attribute = match &part {
            Some(Part::Attribute(name)) => format!(".{name}"),
            Some(Part::Ref) => String::new(),
            None => ".arn".into(),
        };
        let elsewhere = if target.region == self.region { String::new() } else { format!("_{}", place.alias) };
        let name = variable_name(&format!("{}{elsewhere}{attribute}", family.declared));
        let what = format!("`{}{attribute}` in {}", family.declared, place.code);
        let line = match self.stack.map(|stack| resolve(model, &self.output.layout, stack, deploy)) {
            // The value was handed over to the machine's own stack, which is there when the other Region is not.
            Some(Resolved::Import { name: parameter, .. }) if !from_stack => {
                self.stack.map(|stack| self.of_stack(stack, "Parameters", "Parameter", &parameter))
            }
            Some(Resolved::Import { stack, output, .. }) => Some(self.of_stack(stack, "Outputs", "Output", &output)),
            _ => self.told(target, part.as_ref(), own),
        };
        match line {
            Some(line) => self.set(name, &line, what, false),
            None => self.set(name, "", format!("{what}: look it up, and write it down before it is needed"), true),
        }
    }

    /// The command by which a resource's own stack tells a value.
    fn told(&mut self, target: ResourceRef, part: Option<&Part>, own: Option<StackId>) -> Option<String> {
        let own = own?;
        let stack = self.output.layout.stacks.get(own)?;
        let output = stack.outputs.iter().find(|(_, output)| output.resource == target && Some(&output.part) == part).map(|(name, _)| name.clone());
        if let Some(output) = output {
            return Some(self.of_stack(own, "Outputs", "Output", &output));
        }
        if part != Some(&Part::Ref) {
            return None;
        }
        let (region, name) = self.stack_words(own);
        let logical = &self.output.model.families.get(target.family).logical_id;
        Some(format!(
            "$(aws cloudformation describe-stack-resource --region {region} --stack-name {name} --logical-resource-id {logical} \
             --query StackResourceDetail.PhysicalResourceId --output text)"
        ))
    }

    /// The command that reads a parameter or an output of a stack.
    fn of_stack(&mut self, stack: StackId, list: &str, kind: &str, key: &str) -> String {
        let (region, name) = self.stack_words(stack);
        format!(
            "$(aws cloudformation describe-stacks --region {region} --stack-name {name} \
             --query \"Stacks[0].{list}[?{kind}Key=='{key}'].{kind}Value | [0]\" --output text)"
        )
    }

    /// Region and name of a stack, as words of the shell.
    fn stack_words(&mut self, stack: StackId) -> (String, String) {
        let Some(stack) = self.output.layout.stacks.get(stack) else { return Default::default() };
        let model = &self.output.model;
        let name = match model.stack_names.get(&stack.unit) {
            Some(value) => self.word(value),
            None => known(format!("{}-{}", model.platform.name, stack.unit)),
        };
        (model.regions.get(stack.region).code.to_string(), quoted(&name))
    }

    /// A structure as JSON text.
    fn json(&mut self, value: &Value) -> Word {
        self.json_as(value, Shape::anything())
    }

    /// The same with the keys as the API spells them.
    pub fn json_as(&mut self, value: &Value, shape: Shape) -> Word {
        let mut word = Word::new();
        self.json_into(value, shape, &mut word);
        joined(word)
    }

    fn json_into(&mut self, value: &Value, shape: Shape, word: &mut Word) {
        let text = |text: &str, word: &mut Word| word.push(Piece::Text(text.to_string()));
        match value {
            Value::Map(map) => {
                for (at, (key, value)) in map.iter().enumerate() {
                    text(if at == 0 { "{" } else { "," }, word);
                    let name = shape.member(key).map_or(key.as_str(), |member| member.api_name());
                    text(&format!("{}:", escaped(name)), word);
                    self.json_into(value, shape.inside(key), word);
                }
                text(if map.is_empty() { "{}" } else { "}" }, word);
            }
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    text(if at == 0 { "[" } else { "," }, word);
                    self.json_into(item, shape.element(), word);
                }
                text(if items.is_empty() { "[]" } else { "]" }, word);
            }
            Value::Number(number) => text(&number_text(*number), word),
            Value::Bool(value) => text(if *value { "true" } else { "false" }, word),
            Value::Text(_) | Value::Cidr(_) | Value::Deploy(_) | Value::Run(_) => {
                text("\"", word);
                for piece in self.word(value) {
                    word.push(match piece {
                        Piece::Text(plain) => Piece::Text(inner(&escaped(&plain)).to_string()),
                        variable => variable,
                    });
                }
                text("\"", word);
            }
            _ => text("null", word),
        }
    }
}

/// The variable that a value stands in, and the way from there to it; none if it is no part of an answer.
fn path(run: &Run) -> Option<(&str, Vec<Step>)> {
    match run {
        Run::Variable(name, _) => Some((name, Vec::new())),
        Run::Member(base, name) => {
            let (variable, mut steps) = path(base)?;
            steps.push(Step::Member(name.to_string()));
            Some((variable, steps))
        }
        Run::Index(base, at) => {
            let Run::Known(Value::Number(number)) = at.as_ref() else { return None };
            let (variable, mut steps) = path(base)?;
            steps.push(Step::Index(*number as u64));
            Some((variable, steps))
        }
        _ => None,
    }
}

/// What stands between the quotes of a JSON text.
fn inner(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// A text as JSON.
fn escaped(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The same word with neighbouring texts in one piece.
pub fn joined(word: Word) -> Word {
    let mut out = Word::new();
    for piece in word {
        match (out.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => out.push(piece),
        }
    }
    out
}
