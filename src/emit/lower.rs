//! Values as CloudFormation writes them. Nothing is copied: a value is lowered while it is serialised.

use super::Output;
use crate::layout::{Resolved, StackId, parameter_name, resolve};
use crate::model::value::{Deploy, TextPart, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

/// A value in a stack.
pub struct Lowered<'o> {
    pub value: &'o Value,
    pub output: &'o Output,
    pub stack: StackId,
}

impl<'o> Lowered<'o> {
    fn other(&self, value: &'o Value) -> Self {
        Lowered { value, output: self.output, stack: self.stack }
    }
}

impl Serialize for Lowered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => serializer.serialize_i64(*number as i64),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) | Value::Cidr(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(&self.other(item))?;
                }
                list.end()
            }
            Value::Map(map) => {
                let mut out = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in map.iter() {
                    out.serialize_entry(key, &self.other(value))?;
                }
                out.end()
            }
            Value::Deploy(deploy) => self.deploy(deploy, serializer),
            // Nothing else reaches a template: the expander refuses it where it stands.
            _ => serializer.serialize_str(""),
        }
    }
}

impl Lowered<'_> {
    fn deploy<S: Serializer>(&self, deploy: &Deploy, serializer: S) -> Result<S::Ok, S::Error> {
        match deploy {
            Deploy::Parameter(id, region) => {
                let here = self.output.layout.stacks.get(self.stack).map(|stack| stack.region);
                single(serializer, "Ref", &parameter_name(&self.output.model, *id, *region, here))
            }
            Deploy::Account(_) => single(serializer, "Ref", "AWS::AccountId"),
            Deploy::Partition => single(serializer, "Ref", "AWS::Partition"),
            Deploy::DnsSuffix => single(serializer, "Ref", "AWS::URLSuffix"),
            Deploy::Text(_) | Deploy::Json(_) => {
                let mut text = String::new();
                let mut placeholders = false;
                self.text(deploy, &mut text, &mut placeholders);
                if placeholders { single(serializer, "Fn::Sub", &text) } else { serializer.serialize_str(&text.replace("${!", "${")) }
            }
            Deploy::StackOutput(inner) => self.read(inner, serializer),
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => {
                let id = &self.output.model.families.get(target.family).logical_id;
                match resolve(&self.output.model, &self.output.layout, self.stack, deploy) {
                    Resolved::Ref => single(serializer, "Ref", id),
                    Resolved::Attribute(name) => {
                        let mut map = serializer.serialize_map(Some(1))?;
                        map.serialize_entry("Fn::GetAtt", &[id.as_str(), name.as_str()])?;
                        map.end()
                    }
                    Resolved::Import { name, .. } => single(serializer, "Ref", &name),
                    Resolved::Computed(value) => Lowered { value: &value, output: self.output, stack: self.stack }.serialize(serializer),
                    Resolved::Unknown => serializer.serialize_str(""),
                }
            }
        }
    }

    /// A value that CloudFormation reads from another stack, where there is no other way to it.
    fn read<S: Serializer>(&self, deploy: &Deploy, serializer: S) -> Result<S::Ok, S::Error> {
        let Resolved::Import { stack, output, .. } = resolve(&self.output.model, &self.output.layout, self.stack, deploy) else {
            return self.deploy(deploy, serializer);
        };
        let producer = self.output.layout.stacks.get(stack);
        let name = producer.and_then(|producer| self.output.model.stack_names.get(&producer.unit));
        let region = producer.map_or("", |producer| &self.output.model.regions.get(producer.region).code);
        let mut map = serializer.serialize_map(Some(1))?;
        let fallback = Value::None;
        let stack_name = Lowered { value: name.unwrap_or(&fallback), output: self.output, stack: self.stack };
        map.serialize_entry("Fn::GetStackOutput", &Read { stack_name, output_name: &output, region })?;
        map.end()
    }

    /// A text with `${...}` for the values in it; a literal `${` becomes `${!`.
    fn text(&self, deploy: &Deploy, out: &mut String, placeholders: &mut bool) {
        let mut placeholder = |name: &str| {
            out.push_str("${");
            out.push_str(name);
            out.push('}');
            *placeholders = true;
        };
        match deploy {
            Deploy::Parameter(id, region) => {
                let here = self.output.layout.stacks.get(self.stack).map(|stack| stack.region);
                placeholder(&parameter_name(&self.output.model, *id, *region, here));
            }
            Deploy::Account(_) => placeholder("AWS::AccountId"),
            Deploy::Partition => placeholder("AWS::Partition"),
            Deploy::DnsSuffix => placeholder("AWS::URLSuffix"),
            Deploy::Text(parts) => {
                for part in parts {
                    match part {
                        TextPart::Literal(text) => out.push_str(&text.replace("${", "${!")),
                        TextPart::Value(value) => self.text(value, out, placeholders),
                    }
                }
            }
            Deploy::Json(value) => self.json(value, out, placeholders),
            // Refused by the layout: it cannot be a part of a text.
            Deploy::StackOutput(_) => {}
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => {
                let id = &self.output.model.families.get(target.family).logical_id;
                match resolve(&self.output.model, &self.output.layout, self.stack, deploy) {
                    Resolved::Ref => placeholder(id),
                    Resolved::Attribute(name) => placeholder(&format!("{id}.{name}")),
                    Resolved::Import { name, .. } => placeholder(&name),
                    Resolved::Computed(Value::Text(text)) => out.push_str(&text.replace("${", "${!")),
                    Resolved::Computed(Value::Deploy(deploy)) => self.text(&deploy, out, placeholders),
                    Resolved::Computed(_) | Resolved::Unknown => {}
                }
            }
        }
    }

    /// The JSON text of a structure, with placeholders in its strings.
    fn json(&self, value: &Value, out: &mut String, placeholders: &mut bool) {
        match value {
            Value::Map(map) => {
                out.push('{');
                for (at, (key, value)) in map.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(&quoted(key));
                    out.push(':');
                    self.json(value, out, placeholders);
                }
                out.push('}');
            }
            Value::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.json(item, out, placeholders);
                }
                out.push(']');
            }
            Value::Deploy(deploy) => {
                out.push('"');
                match deploy.as_ref() {
                    Deploy::Text(parts) => {
                        for part in parts {
                            match part {
                                TextPart::Literal(text) => {
                                    let quoted = quoted(text);
                                    let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
                                    out.push_str(&inner.replace("${", "${!"));
                                }
                                TextPart::Value(value) => self.text(value, out, placeholders),
                            }
                        }
                    }
                    other => self.text(other, out, placeholders),
                }
                out.push('"');
            }
            Value::Text(text) | Value::Cidr(text) => out.push_str(&quoted(text).replace("${", "${!")),
            Value::Number(number) => out.push_str(&crate::model::value::number_text(*number)),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            _ => out.push_str("null"),
        }
    }
}

/// `Fn::GetStackOutput`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Read<'o> {
    stack_name: Lowered<'o>,
    output_name: &'o str,
    region: &'o str,
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn single<S: Serializer>(serializer: S, key: &'static str, value: &str) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}
