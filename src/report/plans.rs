//! The plans: how each is started and watched, and what each step does.

use super::actions::{Action, actions, call};
use super::commands::Line;
use super::in_seconds;
use super::needs::{Need, apart, needs};
use super::shell::{Piece, Word, known};
use super::values::{Values, Variable};
use crate::emit::Output;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::model::{Instance, Parameter};
use crate::workflow::{self, Detect, SingleStep, Start};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One machine.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// The machine: `evacuate-primary`.
    pub name: String,
    /// `failover`, `failback` or `drill`.
    pub kind: &'static str,
    /// What it is for, in the author's words.
    pub description: String,
    /// Where the machine stands.
    pub region: String,
    /// The Region that is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The Region that takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How it comes to run, in a sentence.
    pub starts: String,
    /// The longest time that all steps take.
    pub bound_seconds: f64,
    /// What has to be set before the commands: each behind what its own line needs.
    pub variables: Vec<Variable>,
    /// How it is started, watched, answered and stopped.
    pub commands: Vec<Command>,
    /// The steps in order; those of one list run side by side.
    pub steps: Vec<Vec<Step>>,
    /// Who is told of a failure.
    pub told: Vec<Told>,
    /// How they are told.
    pub on_failure: Vec<Action>,
    /// What it needs while it runs.
    pub needs: Vec<Need>,
    /// What names the Region that is lost, and why that is no need.
    pub apart: Vec<String>,
}

/// A command that is not part of a step.
#[derive(Debug, Serialize)]
pub struct Command {
    /// What it is for.
    pub what: String,
    /// The text for bash.
    pub command: String,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What is done: `ledger.promote`.
    pub action: String,
    /// `lossy`, `irreversible`, `traffic`, `read_only`.
    pub effects: Vec<String>,
    /// Where it is called.
    pub region: String,
    /// The longest time that it takes.
    pub within_seconds: f64,
    /// How long it takes on most days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usually_seconds: Option<f64>,
    /// Whether it may fail without failing the plan.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub best_effort: bool,
    /// What it does, in order.
    pub actions: Vec<Action>,
    /// The resources that its calls name: `ledger.global in us-east-1`.
    pub resources: Vec<String>,
}

/// Somebody who is told.
#[derive(Debug, Serialize)]
pub struct Told {
    /// The service that tells: `alerts`.
    pub service: String,
    /// The parameters that say who listens to it: `pager`.
    pub listeners: Vec<String>,
}

/// All plans.
pub fn plans(output: &Output) -> Vec<Plan> {
    let in_names = Rc::new(crate::names::in_names(&output.model));
    output.model.plans.iter().enumerate().map(|(number, plan)| self::plan(output, number, plan, &in_names)).collect()
}

fn plan(output: &Output, number: usize, plan: &workflow::Plan, in_names: &Rc<BTreeSet<Id<Parameter>>>) -> Plan {
    let model = &output.model;
    let code = |region| model.regions.get(region).code.to_string();
    let machine = output.machine_of(plan);
    let stack = machine.and_then(|machine| output.layout.stack_of(machine));
    let mut values = Values::new(output, plan.machine, stack, in_names.clone());
    let arn = machine.map(|machine| values.deploy(&Deploy::Arn(machine))).unwrap_or_default();
    let commands = commands(plan, &arn, &values);
    let mut groups: Vec<Vec<Step>> = Vec::new();
    groups.extend(plan.approve.as_deref().map(|step| vec![self::step(step, plan, &mut values)]));
    for step in &plan.steps {
        groups.push(step.branches().iter().map(|step| self::step(step, plan, &mut values)).collect());
    }
    let proof = output.proof.needs.iter().find(|needs| needs.plan == number);
    for answered in proof.iter().flat_map(|proof| &proof.calls) {
        let Some(region) = &answered.control_plane else { continue };
        let steps = groups.iter_mut().flatten().filter(|step| step.name == answered.step.as_str());
        for action in steps.flat_map(|step| &mut step.actions).filter(|action| action.calls.as_deref() == Some(answered.operation.as_str())) {
            action.control_plane = Some(region.clone());
        }
    }
    let on_failure = plan.on_failure.iter().map(|notice| call(notice, "call", "tells of a failure".into(), &mut values)).collect();
    Plan {
        name: plan.machine_name(),
        kind: plan.kind.word(),
        description: description(output, plan),
        region: code(plan.machine),
        from: plan.from.map(code),
        to: plan.to.map(code),
        starts: starts(output, plan),
        bound_seconds: in_seconds(plan.machine_bound()),
        commands,
        steps: groups,
        told: told(output, plan),
        on_failure,
        variables: values.into_variables(),
        needs: proof.map(|proof| needs(output, proof)).unwrap_or_default(),
        apart: proof.map(|proof| apart(output, proof)).unwrap_or_default(),
    }
}

/// What the definition says to people.
fn description(output: &Output, plan: &workflow::Plan) -> String {
    #[derive(Default, serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Definition {
        comment: String,
    }
    let read = output.definition_of(plan).and_then(|text| serde_json::from_str::<Definition>(text).ok());
    read.unwrap_or_default().comment
}

/// How a plan comes to run.
fn starts(output: &Output, plan: &workflow::Plan) -> String {
    if let Some(every) = plan.every {
        return format!("It starts by itself every {}; it can be started at any time.", super::time(in_seconds(every)));
    }
    let alarm = |wake: workflow::Wake| output.model.alarms.get(wake.alarm).map_or("", |alarm| alarm.shown.as_str());
    let approval = plan
        .approve
        .as_ref()
        .map_or_else(String::new, |step| format!(" Somebody is asked first, for {} at most.", super::time(in_seconds(step.within))));
    match plan.start {
        Some(Start::Alarm(wake)) => format!("The alarm `{}` starts it.{approval}", alarm(wake)),
        _ => {
            let known = match plan.detect {
                Some(Detect::Alarm(wake)) => format!("the alarm `{}`", alarm(wake)),
                _ => "the moment at which the loss is known".into(),
            };
            match plan.decide {
                Some(decide) => format!("An operator starts it, within {} of {known}.{approval}", super::time(in_seconds(decide))),
                None => format!("An operator starts it.{approval}"),
            }
        }
    }
}

/// How a plan is started and watched.
fn commands(plan: &workflow::Plan, arn: &Word, values: &Values<'_>) -> Vec<Command> {
    let states = |operation: &str| Line::new("stepfunctions", operation, values.code());
    let execution = [Piece::Variable("execution".into())];
    let read = |what: &str, line: Line| Command { what: what.into(), command: format!("execution=$({})", line.long()) };
    let run = |what: &str, line: Line| Command { what: what.into(), command: line.long() };
    let mut found = vec![
        read(
            &format!("Start the {}", plan.kind.word()),
            states("start-execution").option("state-machine-arn", arn).plain("--query executionArn --output text"),
        ),
        read(
            "Or take up the one that was started last",
            states("list-executions")
                .option("state-machine-arn", arn)
                .plain("--max-results 1 --no-paginate --query 'executions[0].executionArn' --output text"),
        ),
        run("Is it done?", states("describe-execution").option("execution-arn", &execution).plain("--query '[status, error, cause]' --output text")),
        run(
            "What did it do last? Newest first",
            states("get-execution-history")
                .option("execution-arn", &execution)
                .plain("--reverse-order --max-results 40 --no-paginate")
                .plain("--query 'events[?stateEnteredEventDetails].[timestamp, stateEnteredEventDetails.name]' --output table"),
        ),
    ];
    if plan.all_steps().any(asks) {
        let token = [Piece::Variable("token".into())];
        let answer = |operation: &str| states(operation).option("task-token", &token);
        found.push(Command { what: "It asks: the message that it sends holds the token".into(), command: "token='...'".into() });
        found.push(run("Answer yes", answer("send-task-success").plain("--task-output '{}'")));
        found.push(run("Answer no", answer("send-task-failure").plain("--error No --cause refused")));
    }
    found.push(run(
        "Stop it: what is done stays done",
        states("stop-execution").option("execution-arn", &execution).option("cause", &known("stopped by the operator")),
    ));
    found
}

/// Whether a step waits for an answer.
fn asks(step: &SingleStep) -> bool {
    calls(&step.body).iter().any(|call| call.waits)
}

fn step(step: &SingleStep, plan: &workflow::Plan, values: &mut Values<'_>) -> Step {
    let region = values.code().to_string();
    let resources = named(step, plan, values.output);
    values.step = step.name.to_string();
    Step {
        name: step.name.to_string(),
        action: step.action.clone(),
        effects: step.effects.iter().map(ToString::to_string).collect(),
        region,
        within_seconds: in_seconds(step.within),
        usually_seconds: step.usually.as_ref().map(|(usually, _)| in_seconds(*usually)),
        best_effort: step.best_effort,
        actions: actions(&step.body, values),
        resources,
    }
}

/// The resources that the calls of a step name.
fn named(step: &SingleStep, plan: &workflow::Plan, output: &Output) -> Vec<String> {
    let model = &output.model;
    let mut found = BTreeMap::new();
    let mut note = |resource: ResourceRef| {
        let family = model.families.get(resource.family);
        found.insert(
            (resource.region != plan.machine, family.declared.clone()),
            format!("{} in {}", family.declared, model.regions.get(resource.region).code),
        );
    };
    for call in calls(&step.body) {
        call.arguments.iter().for_each(|(_, value)| resources(value, &mut note));
    }
    found.into_values().collect()
}

/// All calls of a body, those of its questions too.
fn calls(body: &[workflow::Operation]) -> Vec<&workflow::Call> {
    let mut found = Vec::new();
    for operation in body {
        match operation {
            workflow::Operation::Call(call) => found.push(call),
            workflow::Operation::DoneWhen { ask, body, .. } => {
                found.extend(ask);
                found.extend(calls(body));
            }
            _ => {}
        }
    }
    found
}

/// The resources in a value.
fn resources(value: &Value, note: &mut dyn FnMut(ResourceRef)) {
    match value {
        Value::Deploy(deploy) => of_deploy(deploy, note),
        Value::List(items) => items.iter().for_each(|item| resources(item, note)),
        Value::Map(map) => map.values().for_each(|item| resources(item, note)),
        _ => {}
    }
}

fn of_deploy(deploy: &Deploy, note: &mut dyn FnMut(ResourceRef)) {
    match deploy {
        Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => note(*target),
        Deploy::Text(parts) => parts.iter().for_each(|part| {
            if let crate::model::value::TextPart::Value(value) = part {
                of_deploy(value, note);
            }
        }),
        Deploy::StackOutput(inner) => of_deploy(inner, note),
        Deploy::Json(value) => resources(value, note),
        _ => {}
    }
}

/// Who is told of a failure: the services whose resources the notices speak of, and the parameters that say who listens.
fn told(output: &Output, plan: &workflow::Plan) -> Vec<Told> {
    let model = &output.model;
    let mut services: Vec<Id<Instance>> = Vec::new();
    let mut note = |resource: ResourceRef| {
        let path = &model.families.get(resource.family).path;
        let of = |instance: &Instance| !instance.word.is_empty() && path.starts_with(&instance.path);
        if let Some((id, _)) = model.instances.iter().find(|(_, instance)| of(instance)).filter(|(id, _)| !services.contains(id)) {
            services.push(id);
        }
    };
    plan.on_failure.iter().flat_map(|call| &call.arguments).for_each(|(_, value)| resources(value, &mut note));
    // The second path: a rule on the machine's own status.
    plan.told.iter().for_each(|value| resources(value, &mut note));
    services.into_iter().map(|id| Told { service: model.instances.get(id).shown.clone(), listeners: listeners(output, id) }).collect()
}

/// The parameters in what a service is made of, but those that are parts of names.
fn listeners(output: &Output, id: Id<Instance>) -> Vec<String> {
    let model = &output.model;
    let path = &model.instances.get(id).path;
    let mut found: Vec<String> = Vec::new();
    let families = model.families.iter().filter(|(_, family)| family.path.starts_with(path));
    for (_, family) in families {
        for property in family.members.values().flat_map(|member| &member.properties) {
            addresses(&property.value, &mut |parameter| {
                let parameter = model.parameters.get(parameter);
                if parameter.kind == "Email" && !found.iter().any(|known| *known == parameter.name.as_str()) {
                    found.push(parameter.name.to_string());
                }
            });
        }
    }
    found
}

/// The parameters in a value.
fn addresses(value: &Value, note: &mut dyn FnMut(Id<Parameter>)) {
    match value {
        Value::Deploy(deploy) => {
            if let Deploy::Parameter(id, _) = deploy.as_ref() {
                note(*id);
            }
        }
        Value::List(items) => items.iter().for_each(|item| addresses(item, note)),
        Value::Map(map) => map.values().for_each(|item| addresses(item, note)),
        _ => {}
    }
}
