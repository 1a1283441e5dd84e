//! The manifest: which stacks there are, in which order they are deployed, and where each parameter's value comes from.

use super::Output;
use crate::layout::Source;
use crate::model::Given;
use crate::model::value::{Deploy, TextPart, Value};
use serde::Serialize;
use std::collections::BTreeMap;

/// `manifest.json`
#[derive(Serialize)]
pub struct Manifest<'o> {
    generator: &'static str,
    version: u32,
    platform: Platform<'o>,
    parameters: BTreeMap<&'o str, PlatformParameter<'o>>,
    stacks: Vec<StackEntry<'o>>,
    plans: Vec<PlanEntry<'o>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<Accepted<'o>>,
    files: Vec<String>,
}

#[derive(Serialize)]
struct Platform<'o> {
    name: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rpo_seconds: Option<f64>,
    regions: BTreeMap<&'o str, &'o str>,
}

#[derive(Serialize)]
struct PlatformParameter<'o> {
    #[serde(rename = "type")]
    parameter_type: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'o str>,
    /// What the environment file gives: a text, or one for each Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<GivenValue<'o>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    secret: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<&'o str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum GivenValue<'o> {
    Everywhere(&'o str),
    ByRegion(BTreeMap<&'o str, &'o str>),
}

/// A finding that the source accepts.
#[derive(Serialize)]
struct Accepted<'o> {
    code: &'o str,
    reason: &'o str,
}

#[derive(Serialize)]
struct StackEntry<'o> {
    id: &'o str,
    name: String,
    region: &'o str,
    template: String,
    depends_on: Vec<&'o str>,
    parameters: BTreeMap<&'o str, ParameterSource<'o>>,
    capabilities: Vec<&'static str>,
    tags: BTreeMap<&'o str, String>,
}

#[derive(Serialize)]
#[serde(tag = "from", rename_all = "lowercase")]
enum ParameterSource<'o> {
    Param {
        name: &'o str,
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<&'o str>,
    },
    Output {
        stack: &'o str,
        output: &'o str,
    },
}

#[derive(Serialize)]
struct PlanEntry<'o> {
    name: &'o str,
    kind: &'static str,
    region: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every_seconds: Option<f64>,
    bound_seconds: f64,
    definition: String,
}

/// The manifest of an output.
pub fn manifest(output: &Output) -> Manifest<'_> {
    let model = &output.model;
    let code = |region| model.regions.get(region).code.as_str();
    let stacks = output.layout.stacks.iter().map(|stack| {
        let named = output
            .layout
            .stacks
            .iter()
            .enumerate()
            .filter(|(number, _)| stack.needs.contains_key(number))
            .map(|(_, needed)| needed.id.as_str())
            .collect();
        let parameters = stack.parameters.iter().map(|(name, source)| {
            let source = match source {
                Source::Platform(id, region) => ParameterSource::Param { name: &model.parameters.get(*id).name, region: region.map(code) },
                Source::Output(producer, name) => {
                    ParameterSource::Output { stack: output.layout.stacks.get(*producer).map_or("", |stack| &stack.id), output: name }
                }
            };
            (name.as_str(), source)
        });
        StackEntry {
            id: &stack.id,
            name: output.stack_name(&stack.unit),
            region: code(stack.region),
            template: super::template::path(stack),
            depends_on: named,
            parameters: parameters.collect(),
            capabilities: capabilities(output, stack),
            tags: model.platform.tags.iter().map(|(key, value)| (key.as_str(), text(output, value))).collect(),
        }
    });
    let plans = model.plans.iter().map(|plan| PlanEntry {
        name: &plan.name,
        kind: plan.kind.word(),
        region: code(plan.machine),
        from: plan.from.map(code),
        to: plan.to.map(code),
        start: plan.start.as_deref(),
        decide_seconds: plan.decide.map(|amount| amount / 1000.0),
        every_seconds: plan.every.map(|amount| amount / 1000.0),
        bound_seconds: plan.bound / 1000.0,
        definition: format!("{}/{}.asl.json", code(plan.machine), plan.machine_name()),
    });
    Manifest {
        generator: "drc",
        version: 1,
        platform: Platform {
            name: &model.platform.name,
            description: &model.platform.description,
            strategy: model.platform.strategy.as_deref(),
            rto_seconds: model.platform.rto.map(|amount| amount / 1000.0),
            rpo_seconds: model.platform.rpo.map(|amount| amount / 1000.0),
            regions: model.regions.iter().map(|(_, region)| (region.alias.as_str(), region.code.as_str())).collect(),
        },
        parameters: model
            .parameters
            .iter()
            .map(|(_, parameter)| {
                (
                    parameter.name.as_str(),
                    PlatformParameter {
                        parameter_type: &parameter.parameter_type,
                        description: &parameter.description,
                        default: parameter.default.as_deref(),
                        value: parameter.given.as_ref().map(|given| match given {
                            Given::Everywhere(text) => GivenValue::Everywhere(text),
                            Given::ByRegion(texts) => GivenValue::ByRegion(texts.iter().map(|(region, text)| (code(*region), text.as_str())).collect()),
                        }),
                        secret: parameter.secret,
                        regions: parameter.regions.iter().map(|region| code(*region)).collect(),
                    },
                )
            })
            .collect(),
        stacks: stacks.collect(),
        plans: plans.collect(),
        accepted: output.accepted.iter().map(|allow| Accepted { code: &allow.code, reason: &allow.reason }).collect(),
        files: output.files(),
    }
}

/// What CloudFormation wants to be told about a template that makes roles.
fn capabilities(output: &Output, stack: &crate::layout::Stack) -> Vec<&'static str> {
    let roles = stack.resources.iter().any(|resource| output.model.families.get(resource.family).resource_type.starts_with("AWS::IAM::"));
    if roles { vec!["CAPABILITY_NAMED_IAM"] } else { Vec::new() }
}

/// A value with parameters as `${name}`, as the deployer fills it in.
fn text(output: &Output, value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Deploy(deploy) => deploy_text(output, deploy),
        _ => String::new(),
    }
}

fn deploy_text(output: &Output, deploy: &Deploy) -> String {
    match deploy {
        Deploy::Parameter(id, _) => format!("${{{}}}", output.model.parameters.get(*id).name),
        Deploy::Account(_) => "${AWS::AccountId}".into(),
        Deploy::Partition => "${AWS::Partition}".into(),
        Deploy::DnsSuffix => "${AWS::URLSuffix}".into(),
        Deploy::Text(parts) => parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => text.clone(),
                TextPart::Value(value) => deploy_text(output, value),
            })
            .collect(),
        _ => String::new(),
    }
}

impl Output {
    /// The name of a stack: the platform's naming for its layer or group, with parameters as `${name}`.
    fn stack_name(&self, unit: &str) -> String {
        self.model.stack_names.get(unit).map_or_else(|| format!("{}-{unit}", self.model.platform.name), |value| text(self, value))
    }
}
