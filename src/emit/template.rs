//! CloudFormation templates. That of an early phase holds what is there by then.

use super::Output;
use super::lower::Lowered;
use crate::layout::{self, Source, Stack, StackId};
use crate::model::Parameter;
use crate::model::value::{Deploy, ResourceRef, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A stack up to a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The stack.
    pub stack: StackId,
    /// What is more often `later` than this is left out.
    pub depth: u32,
}

/// Where the template of a stack is written; `number` is that of a phase which is not the last one.
pub fn path(stack: &Stack, number: Option<u32>) -> String {
    match number {
        Some(number) => format!("{}.phase-{number}.template.json", stack.id),
        None => format!("{}.template.json", stack.id),
    }
}

/// A template.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template<'o> {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<&'o str, TemplateParameter<'o>>,
    resources: Resources<'o>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<&'o str, TemplateOutput<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateParameter<'o> {
    #[serde(rename = "Type")]
    parameter_type: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_pattern: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    allowed_values: &'o [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_value: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_value: Option<serde_json::Value>,
    /// What the person reads whose value is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    constraint_description: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_echo: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateOutput<'o> {
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    value: OutputValue<'o>,
}

struct OutputValue<'o> {
    value: Value,
    output: &'o Output,
    stack: StackId,
}

impl Serialize for OutputValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Lowered { value: &self.value, output: self.output, stack: self.stack }.serialize(serializer)
    }
}

struct Resources<'o> {
    output: &'o Output,
    part: Part,
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let resources = self.output.layout.stacks.get(self.part.stack).map_or(&[][..], |stack| &stack.resources);
        let mut map = serializer.serialize_map(None)?;
        for resource in resources {
            let family = self.output.model.families.get(resource.family);
            if self.part.holds(self.output, *resource, family.phase) {
                map.serialize_entry(&family.logical_id, &Resource { resource: *resource, output: self.output, part: self.part })?;
            }
        }
        map.end()
    }
}

impl Part {
    /// Whether something of a resource is there in this phase.
    fn holds(self, output: &Output, resource: ResourceRef, declared: u32) -> bool {
        output.layout.phase_of(resource, declared) <= self.depth
    }
}

/// A resource as it stands in a template.
pub fn resource(output: &Output, part: Part, resource: ResourceRef) -> impl Serialize {
    Resource { resource, output, part }
}

struct Resource<'o> {
    resource: ResourceRef,
    output: &'o Output,
    part: Part,
}

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let model = &self.output.model;
        let family = model.families.get(self.resource.family);
        let member = model.member(self.resource);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", &family.resource_type)?;
        let mut depends_on: Vec<&str> = Vec::new();
        for needed in member.map_or(&[][..], |member| &member.depends_on) {
            let id = model.families.get(needed.on.family).logical_id.as_str();
            let local = self.output.layout.stack_of(needed.on) == Some(self.part.stack);
            if local && self.part.holds(self.output, self.resource, needed.phase) && !depends_on.contains(&id) {
                depends_on.push(id);
            }
        }
        if !depends_on.is_empty() {
            map.serialize_entry("DependsOn", &depends_on)?;
        }
        if let Some((deletion, replacement)) = super::protection::policies(model, self.resource) {
            map.serialize_entry("DeletionPolicy", deletion)?;
            map.serialize_entry("UpdateReplacePolicy", replacement)?;
        }
        map.serialize_entry("Metadata", &Metadata { drc: Origin { declared: &family.declared, file: model.file_of(family.origin) } })?;
        let properties = member.map_or(&[][..], |member| &member.properties);
        if properties.iter().any(|property| self.part.holds(self.output, self.resource, property.phase)) {
            let properties = Properties { properties, resource: self.resource, output: self.output, part: self.part };
            map.serialize_entry("Properties", &properties)?;
        }
        map.end()
    }
}

/// Which declaration a resource comes from. Its line is not told: a comment above it would change every stack.
#[derive(Serialize)]
struct Metadata<'o> {
    drc: Origin<'o>,
}

#[derive(Serialize)]
struct Origin<'o> {
    declared: &'o str,
    file: &'o str,
}

struct Properties<'o> {
    properties: &'o [crate::model::Property],
    resource: ResourceRef,
    output: &'o Output,
    part: Part,
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for property in self.properties.iter().filter(|property| self.part.holds(self.output, self.resource, property.phase)) {
            map.serialize_entry(&property.name, &Lowered { value: &property.value, output: self.output, stack: self.part.stack })?;
        }
        map.end()
    }
}

/// The template of a stack up to a phase.
pub fn template(output: &Output, part: Part) -> Template<'_> {
    let number = part.stack;
    let mut template = Template {
        version: "2010-09-09",
        description: String::new(),
        parameters: BTreeMap::new(),
        resources: Resources { output, part },
        outputs: BTreeMap::new(),
    };
    let Some(stack) = output.layout.stacks.get(number) else { return template };
    let model = &output.model;
    let region = model.regions.get(stack.region);
    template.description = format!("{}: {} in {}", model.platform.name, stack.unit, region.code);
    for (name, (source, _)) in stack.parameters.iter().filter(|(_, (_, phase))| *phase <= part.depth) {
        let parameter = match source {
            Source::Platform(id, _) => platform_parameter(model.parameters.get(*id)),
            Source::Output(..) => TemplateParameter { parameter_type: "String", ..plain() },
        };
        template.parameters.insert(name, parameter);
    }
    for (name, out) in &stack.outputs {
        if !part.holds(output, out.resource, model.families.get(out.resource.family).phase) {
            continue;
        }
        let deploy = match &out.part {
            layout::Part::Ref => Deploy::Ref(out.resource),
            layout::Part::Attribute(attribute) => Deploy::Attribute(out.resource, attribute.clone()),
        };
        let value = OutputValue { value: Value::Deploy(Rc::new(deploy)), output, stack: number };
        template.outputs.insert(name, TemplateOutput { description: "", value });
    }
    for (name, (told, _)) in stack.told.iter().filter(|(_, (_, phase))| *phase <= part.depth) {
        let Some(told) = model.outputs.get(*told) else { continue };
        let value = OutputValue { value: told.value.clone(), output, stack: number };
        template.outputs.insert(name, TemplateOutput { description: &told.description, value });
    }
    template
}

fn plain<'o>() -> TemplateParameter<'o> {
    TemplateParameter {
        parameter_type: "String",
        description: "",
        default: None,
        allowed_pattern: None,
        allowed_values: &[],
        min_length: None,
        max_length: None,
        min_value: None,
        max_value: None,
        constraint_description: None,
        no_echo: false,
    }
}

fn platform_parameter(parameter: &Parameter) -> TemplateParameter<'_> {
    let constrained = parameter.pattern.is_some() || !parameter.allowed.is_empty() || parameter.length.is_some() || parameter.range.is_some();
    TemplateParameter {
        parameter_type: &parameter.parameter_type,
        description: &parameter.description,
        default: parameter.default.as_deref(),
        allowed_pattern: parameter.pattern.as_ref().map(|pattern| format!("^(?:{pattern})$")),
        allowed_values: &parameter.allowed,
        min_length: parameter.length.map(|(least, _)| least),
        max_length: parameter.length.map(|(_, most)| most),
        min_value: parameter.range.map(|(least, _)| crate::asl::json_number(least)),
        max_value: parameter.range.map(|(_, most)| crate::asl::json_number(most)),
        constraint_description: constrained.then(|| constraint(parameter)),
        no_echo: parameter.secret,
    }
}

/// The end of the sentence with which CloudFormation refuses a value.
fn constraint(parameter: &Parameter) -> String {
    let admits = crate::names::admits(parameter);
    if crate::aws::kinds::find(&parameter.kind).is_none() {
        return format!("must be {admits}");
    }
    let vowel = parameter.kind.starts_with(['A', 'E', 'I', 'U']);
    format!("must be {} {}: {admits}", if vowel { "an" } else { "a" }, parameter.kind)
}
