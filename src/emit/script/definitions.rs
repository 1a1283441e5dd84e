//! What both scripts know of a platform: its parameters, its stacks and their names.

use super::quote::{Slots, quote, word};
use crate::emit::Output;
use crate::layout::{Stack, StackId};
use crate::model::Given;
use indexmap::IndexMap;
use std::fmt::Write;

/// A pattern and the commands for it.
pub type Case = (String, Vec<String>);

/// The definitions under construction.
pub struct Definitions<'o> {
    pub output: &'o Output,
    pub slots: Slots,
    pub text: String,
}

impl<'o> Definitions<'o> {
    pub fn new(output: &'o Output) -> Self {
        let mut definitions = Self { output, slots: Slots::new(output), text: String::new() };
        let platform = quote(&output.model.platform.name);
        let mut regions: Vec<&str> = Vec::new();
        for stack in &output.layout.stacks {
            let code = definitions.region_code(stack);
            if !regions.contains(&code) {
                regions.push(code);
            }
        }
        let regions: String = regions.iter().map(|code| format!(" {code}")).collect();
        definitions.line(&format!("platform={platform}"));
        definitions.line(&format!("all_regions={}", quote(&regions)));
        definitions.line(&format!("sources={}", quote(crate::emit::SOURCES)));
        definitions
    }

    pub fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub fn region_code(&self, stack: &Stack) -> &'o str {
        self.output.model.regions.get(stack.region).code.as_str()
    }

    /// The name of a slot: `NAME`, or `NAME@REGION`.
    fn slot_name(&self, slot: usize) -> String {
        let model = &self.output.model;
        match self.slots.list.get(slot) {
            Some((id, Some(region))) => format!("{}@{}", model.parameters.get(*id).name, model.regions.get(*region).code),
            Some((id, None)) => model.parameters.get(*id).name.to_string(),
            None => String::new(),
        }
    }

    /// The calls that define the slots.
    pub fn parameters(&mut self) {
        let model = &self.output.model;
        let in_names = crate::names::in_names(model);
        for number in 0..self.slots.list.len() {
            let Some((id, region)) = self.slots.list.get(number) else { continue };
            let parameter = model.parameters.get(*id);
            let given = match &parameter.given {
                Some(Given::Everywhere(text)) => Some(text),
                Some(Given::ByRegion(texts)) => region.and_then(|region| texts.get(&region)),
                None => None,
            };
            let mut text = format!("    parameter {} {}\n", quote(&self.slot_name(number)), quote(&parameter.parameter_type));
            let mut call = |name: &str, arguments: String| {
                let _ = writeln!(text, "    {name}{arguments}");
            };
            if !parameter.description.is_empty() {
                call("described_as ", quote(&parameter.description));
            }
            if let Some(default) = &parameter.default {
                call("defaults_to ", quote(default));
            }
            if let Some(given) = given {
                call("fixed_to ", quote(given));
            }
            if parameter.secret {
                call("secret", String::new());
            }
            if in_names.contains(id) {
                call("part_of_names", String::new());
            }
            if let Some(pattern) = &parameter.pattern {
                call("follows ", format!("{} {}", quote(pattern), quote(&super::pattern::extended(pattern).unwrap_or_default())));
            }
            if let Some((least, most)) = parameter.length {
                call("as_long_as ", format!("{least} {most}"));
            }
            if let Some((least, most)) = parameter.range {
                let number = crate::model::value::number_text;
                call("between ", format!("{} {}", quote(&number(least)), quote(&number(most))));
            }
            if !parameter.allowed.is_empty() {
                call("one_of", super::quote::words(parameter.allowed.iter().map(String::as_str)));
            }
            self.text.push_str(&text);
        }
    }

    /// The call that defines a stack.
    pub fn stack(&mut self, number: StackId, stack: &Stack) {
        let text = format!("    stack {} {} {} # {number}", quote(&stack.id), quote(self.region_code(stack)), quote(&stack.unit));
        self.line(&text);
    }

    /// A function of the script that chooses by its arguments; a pattern is a plain word.
    pub fn cases(&mut self, function: &str, subject: &str, cases: &[Case]) {
        self.line(&format!("\n{function}() {{"));
        if cases.is_empty() {
            self.line("    :");
        } else {
            self.line(&format!("    case {subject} in"));
            // What is the same for several stands once.
            let mut merged: IndexMap<&[String], Vec<&str>> = IndexMap::new();
            for (pattern, body) in cases {
                merged.entry(body).or_default().push(pattern);
            }
            for (body, patterns) in merged {
                self.line(&format!("        {})", patterns.join(" | ")));
                // A quoted text may have lines of its own, which stay as they are.
                for command in body {
                    self.line(&format!("            {command}"));
                }
                self.line("            ;;");
            }
            self.line("    esac");
        }
        self.line("}");
    }

    /// `tags_of STACK`
    pub fn tags(&mut self) {
        let output = self.output;
        let tags = &output.model.platform.tags;
        let cases: Vec<Case> = output
            .layout
            .stacks
            .iter()
            .enumerate()
            .filter(|_| !tags.is_empty())
            .map(|(number, stack)| {
                let calls = tags.iter().map(|(key, value)| format!("tag {} {}", quote(key), word(output, &self.slots, stack.region, value)));
                (number.to_string(), calls.collect())
            })
            .collect();
        self.cases("tags_of", "$1", &cases);
    }

    /// `name_of STACK`
    pub fn names(&mut self) {
        let output = self.output;
        let cases: Vec<Case> = output
            .layout
            .stacks
            .iter()
            .enumerate()
            .map(|(number, stack)| {
                let name = output.model.stack_names.get(&stack.unit).map_or_else(
                    || quote(&format!("{}-{}", output.model.platform.name, stack.unit)),
                    |value| word(output, &self.slots, stack.region, value),
                );
                (number.to_string(), vec![format!("name={name}")])
            })
            .collect();
        self.cases("name_of", "$1", &cases);
    }
}
