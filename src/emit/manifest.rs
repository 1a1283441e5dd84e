//! The manifest: which stacks there are, in which order they are deployed, and where each parameter's value comes from.

use super::protection::{self, StackPolicy};
use super::{Output, Told};
use crate::code::sha256;
use crate::layout::{Source, Stack, StackId};
use crate::model::computed::computed;
use crate::model::value::{Deploy, TextPart, Value};
use crate::model::{ARTIFACTS, Artifact, Given, PlatformOutput};
use crate::names;
use crate::workflow::{Plan, Start};
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the form that follows; docs/manifest.schema.json describes it.
pub(super) const VERSION: u32 = 2;

/// `manifest.json`
#[derive(Serialize)]
pub struct Manifest<'o> {
    generator: &'static str,
    version: u32,
    platform: Platform<'o>,
    parameters: BTreeMap<&'o str, PlatformParameter<'o>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    artifacts: BTreeMap<&'o str, ArtifactsEntry<'o>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    archives: BTreeMap<&'o str, ArchiveEntry>,
    stacks: Vec<StackEntry<'o>>,
    phases: Vec<PhaseEntry<'o>>,
    plans: Vec<PlanEntry<'o>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<OutputEntry<'o>>,
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
    logical_id: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    allowed: &'o [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_value: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_value: Option<serde_json::Value>,
    /// What the environment file gives: a text, or one for each Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<GivenValue<'o>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    secret: bool,
    /// Part of physical names: one value binds a whole environment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_names: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<&'o str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum GivenValue<'o> {
    Everywhere(&'o str),
    ByRegion(BTreeMap<&'o str, &'o str>),
}

/// Where files are uploaded to in a Region.
#[derive(Serialize)]
struct ArtifactsEntry<'o> {
    stack: &'o str,
    output: String,
}

/// A file that is uploaded into a Region before a stack that names it.
#[derive(Serialize)]
struct ArchiveEntry {
    file: String,
    sha256: String,
    size: usize,
    sources: Vec<String>,
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
    unit: &'o str,
    name: String,
    region: &'o str,
    depends_on: Vec<&'o str>,
    capabilities: Vec<&'static str>,
    tags: BTreeMap<&'o str, String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    termination_protection: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack_policy: Option<StackPolicy>,
    phase: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed_phase: Option<u32>,
    resources: BTreeMap<&'o str, ResourceEntry<'o>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<&'o str>,
}

#[derive(Serialize)]
pub(super) struct ResourceEntry<'o> {
    #[serde(rename = "type")]
    pub resource_type: &'o str,
    declared: &'o str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stateful: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
}

/// What is applied before the next phase begins.
#[derive(Serialize)]
struct PhaseEntry<'o> {
    waves: Vec<Vec<&'o str>>,
    stacks: BTreeMap<&'o str, StepEntry<'o>>,
}

#[derive(Serialize)]
struct StepEntry<'o> {
    phase: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    last: bool,
    template: &'o str,
    sha256: String,
    size: usize,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    archives: BTreeSet<&'o str>,
    parameters: BTreeMap<&'o str, ParameterSource<'o>>,
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
    approve_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every_seconds: Option<f64>,
    bound_seconds: f64,
    timeout_seconds: f64,
    definition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

/// What the operators of the platform read after a deployment.
#[derive(Serialize)]
struct OutputEntry<'o> {
    name: &'o str,
    region: &'o str,
    stack: &'o str,
    output: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
}

/// The manifest of an output.
pub fn manifest(output: &Output) -> Manifest<'_> {
    let model = &output.model;
    let code = |region| model.regions.get(region).code.as_str();
    let stacks = output.layout.stacks.iter().enumerate().map(|(number, stack)| StackEntry {
        id: &stack.id,
        unit: &stack.unit,
        name: output.stack_name(&stack.unit),
        region: code(stack.region),
        depends_on: output.layout.direct_needs(number).into_iter().map(|needed| stack_id(output, needed)).collect(),
        capabilities: capabilities(output, stack),
        tags: model.platform.tags.iter().map(|(key, value)| (key.as_str(), text(output, value))).collect(),
        termination_protection: protection::termination_protection(model, stack),
        stack_policy: protection::stack_policy(model, stack),
        phase: stack.phase,
        deployed_phase: stack.deployed_phase,
        resources: resources(output, stack),
        outputs: stack.outputs.keys().chain(stack.told.keys()).map(|name| name.as_str()).collect::<BTreeSet<_>>().into_iter().collect(),
    });
    // Where a plan stands in the source means nothing.
    let mut sorted: Vec<&Plan> = model.plans.iter().collect();
    sorted.sort_by_key(|plan| (plan.kind.word() == "drill", plan.name.clone(), plan.machine));
    let plans = sorted.into_iter().map(|plan| PlanEntry {
        name: &plan.name,
        kind: plan.kind.word(),
        region: code(plan.machine),
        from: plan.from.map(code),
        to: plan.to.map(code),
        start: plan.start.map(Start::word),
        decide_seconds: plan.decide.map(|amount| amount / 1000.0),
        approve_seconds: plan.approve.as_ref().map(|step| step.within / 1000.0),
        every_seconds: plan.every.map(|amount| amount / 1000.0),
        bound_seconds: plan.machine_bound() / 1000.0,
        timeout_seconds: plan.timeout() / 1000.0,
        definition: format!("{}/{}.asl.json", code(plan.machine), plan.machine_name()),
        command: start_command(output, plan),
    });
    Manifest {
        generator: "drc",
        version: VERSION,
        platform: Platform {
            name: &model.platform.name,
            description: &model.platform.description,
            strategy: model.platform.strategy.as_deref(),
            rto_seconds: model.platform.rto.map(|amount| amount / 1000.0),
            rpo_seconds: model.platform.rpo.map(|amount| amount / 1000.0),
            regions: model.regions.iter().map(|(_, region)| (region.alias.as_str(), region.code.as_str())).collect(),
        },
        parameters: parameters(output),
        artifacts: artifacts(output),
        archives: archives(output),
        stacks: stacks.collect(),
        phases: phases(output),
        plans: plans.collect(),
        outputs: outputs(output),
        accepted: output.accepted.iter().map(|allow| Accepted { code: &allow.code, reason: &allow.reason }).collect(),
        files: output.files(),
    }
}

/// What starts a plan by hand, with parameters as `${name}`.
fn start_command(output: &Output, plan: &Plan) -> Option<String> {
    let arn = computed(&output.model, &Deploy::Arn(output.machine_of(plan)?))?;
    let region = &output.model.regions.get(plan.machine).code;
    Some(format!("aws stepfunctions start-execution --region {region} --state-machine-arn {}", text(output, &arn)))
}

fn stack_id(output: &Output, stack: StackId) -> &str {
    output.layout.stacks.get(stack).map_or("", |stack| &stack.id)
}

fn parameters(output: &Output) -> BTreeMap<&str, PlatformParameter<'_>> {
    let in_names = names::in_names(&output.model);
    let code = |region| output.model.regions.get(region).code.as_str();
    output
        .model
        .parameters
        .iter()
        .map(|(id, parameter)| {
            let entry = PlatformParameter {
                parameter_type: &parameter.parameter_type,
                logical_id: &parameter.logical_id,
                description: &parameter.description,
                default: parameter.default.as_deref(),
                pattern: parameter.pattern.as_ref().map(|pattern| format!("^(?:{pattern})$")),
                allowed: &parameter.allowed,
                min_length: parameter.length.map(|(least, _)| least),
                max_length: parameter.length.map(|(_, most)| most),
                min_value: parameter.range.map(|(least, _)| crate::asl::json_number(least)),
                max_value: parameter.range.map(|(_, most)| crate::asl::json_number(most)),
                value: parameter.given.as_ref().map(|given| match given {
                    Given::Everywhere(text) => GivenValue::Everywhere(text),
                    Given::ByRegion(texts) => GivenValue::ByRegion(texts.iter().map(|(region, text)| (code(*region), text.as_str())).collect()),
                }),
                secret: parameter.secret,
                in_names: in_names.contains(&id),
                regions: parameter.regions.iter().map(|region| code(*region)).collect(),
            };
            (parameter.name.as_str(), entry)
        })
        .collect()
}

fn outputs<'o>(output: &'o Output) -> Vec<OutputEntry<'o>> {
    let entry = |told: Told<'o>| {
        let PlatformOutput { name, logical_id, description, region, .. } = told.output;
        OutputEntry { name, region: &output.model.regions.get(*region).code, stack: stack_id(output, told.stack), output: logical_id, description }
    };
    output.told().map(entry).collect()
}

fn artifacts(output: &Output) -> BTreeMap<&str, ArtifactsEntry<'_>> {
    let stacks = output.layout.stacks.iter().filter(|stack| stack.unit == ARTIFACTS);
    stacks
        .map(|stack| (output.model.regions.get(stack.region).code.as_str(), ArtifactsEntry { stack: &stack.id, output: artifacts_output() }))
        .collect()
}

fn archives(output: &Output) -> BTreeMap<&str, ArchiveEntry> {
    let entry = |key: &SmolStr, artifact: &'_ Artifact| ArchiveEntry {
        file: super::archives::path(key),
        sha256: sha256(&artifact.bytes),
        size: artifact.bytes.len(),
        sources: artifact.sources.iter().cloned().collect(),
    };
    output.model.artifacts.iter().map(|(key, artifact)| (key.as_str(), entry(key, artifact))).collect()
}

/// The output that names the bucket of the artifacts.
pub(super) fn artifacts_output() -> String {
    format!("{}Bucket", crate::expand::pascal_case(ARTIFACTS))
}

pub(super) fn resources<'o>(output: &'o Output, stack: &'o Stack) -> BTreeMap<&'o str, ResourceEntry<'o>> {
    let entry = |resource: &crate::model::value::ResourceRef| {
        let family = output.model.families.get(resource.family);
        let properties = output.model.member(*resource).map_or(&[][..], |member| &member.properties);
        let entry = ResourceEntry {
            resource_type: &family.resource_type,
            declared: &family.declared,
            stateful: protection::is_stateful(&output.model, *resource),
            later: family.phase > 0 || properties.iter().any(|property| property.phase > 0),
        };
        (family.logical_id.as_str(), entry)
    };
    stack.resources.iter().map(entry).collect()
}

fn phases(output: &Output) -> Vec<PhaseEntry<'_>> {
    let phase = |(position, phase): (usize, &'_ crate::layout::Phase)| {
        let templates = output.templates.iter().filter(|template| template.phase == position);
        let steps = templates.filter_map(|template| {
            let (stack, step) = (output.layout.stacks.get(template.stack)?, phase.steps.get(&template.stack)?);
            let taken = stack.parameters.iter().filter(|(_, (_, first))| *first <= phase.depth);
            let entry = StepEntry {
                phase: step.number,
                last: step.last,
                template: &template.path,
                sha256: sha256(&template.text),
                size: template.text.len(),
                archives: template.archives.iter().map(SmolStr::as_str).collect(),
                parameters: taken.map(|(name, (source, _))| (name.as_str(), source_entry(output, source))).collect(),
            };
            Some((stack.id.as_str(), entry))
        });
        let waves = phase.waves.iter().map(|wave| wave.iter().map(|stack| stack_id(output, *stack)).collect());
        PhaseEntry { waves: waves.collect(), stacks: steps.collect() }
    };
    output.layout.phases.iter().enumerate().map(phase).collect()
}

fn source_entry<'o>(output: &'o Output, source: &'o Source) -> ParameterSource<'o> {
    match source {
        Source::Platform(id, region) => ParameterSource::Param {
            name: &output.model.parameters.get(*id).name,
            region: region.map(|region| output.model.regions.get(region).code.as_str()),
        },
        Source::Output(producer, name) => ParameterSource::Output { stack: stack_id(output, *producer), output: name },
    }
}

/// What CloudFormation wants to be told about a template that makes roles.
pub(super) fn capabilities(output: &Output, stack: &Stack) -> Vec<&'static str> {
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
    pub(super) fn stack_name(&self, unit: &str) -> String {
        self.model.stack_names.get(unit).map_or_else(|| format!("{}-{unit}", self.model.platform.name), |value| text(self, value))
    }
}
