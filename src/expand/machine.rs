//! Machines: a plan's definition, its substitutions and its permissions become an instance of the library's machine.

use super::alarm::GivenInputs;
use super::{Context, Expander, MachineFile, Placement};
use crate::asl;
use crate::model::Model;
use crate::model::value::{Deploy, Dimension, TextPart, Value, quantity_text};
use crate::syntax::ast;
use crate::workflow::{Call, Operation, Plan, Step};
use smol_str::SmolStr;
use std::rc::Rc;

impl<'a> Expander<'a> {
    /// Makes the machines of a plan: one family for those that stand in different Regions by themselves (a drill), one for each
    /// Region that can be lost where several may stand in one Region.
    pub(super) fn expand_machines(&mut self, declaration: &'a ast::Declaration, plans: &[Plan], path: &[SmolStr], context: &Context) {
        let together: Vec<&Plan> = plans.iter().filter(|plan| plan.variant.is_none()).collect();
        if !together.is_empty() {
            self.expand_machine(declaration, &together, path, context);
        }
        for plan in plans.iter().filter(|plan| plan.variant.is_some()) {
            self.expand_machine(declaration, &[plan], path, context);
        }
    }

    fn expand_machine(&mut self, declaration: &'a ast::Declaration, plans: &[&Plan], path: &[SmolStr], context: &Context) {
        let mut definition = Vec::new();
        let mut substitutions = Vec::new();
        let mut statements = Vec::new();
        let mut descriptions = Vec::new();
        let mut every = Vec::new();
        for plan in plans {
            let description = self.plan_description(declaration, plan);
            let machine = asl::write(plan, &description, &self.model);
            let code = self.model.regions.get(plan.machine).code.clone();
            self.machines.push(MachineFile {
                path: format!("{code}/{}.asl.json", plan.machine_name()),
                text: machine.text.clone(),
                machine: plan.machine_name(),
                origins: machine.origins,
            });
            definition.push((plan.machine, Value::text(&machine.text)));
            let none = machine.substitutions.is_empty();
            substitutions.push((plan.machine, if none { Value::None } else { Value::map(machine.substitutions) }));
            statements.push((plan.machine, Value::list(permissions(plan, &self.model))));
            descriptions.push((plan.machine, Value::text(description)));
            let rate = plan.every.map_or(Value::None, |amount| Value::Quantity(amount, Dimension::Duration));
            every.push((plan.machine, rate));
        }
        let regions: Vec<_> = plans.iter().map(|plan| plan.machine).collect();
        let (mut path, mut shown) = (path.to_vec(), self.shown_name(path, &declaration.name.text, context));
        if let Some(variant) = plans.first().and_then(|plan| plan.variant.clone()) {
            shown = format!("{shown}.{variant}");
            path.push(variant);
        }
        let machine_name = self.name_for(&path.join("-").replace('_', "-"), declaration.name.span, context);
        let names = regions.iter().map(|region| (*region, machine_name.clone())).collect();
        let inputs: GivenInputs = vec![
            ("name", names),
            ("description", descriptions),
            ("definition", definition),
            ("substitutions", substitutions),
            ("statements", statements),
            ("every", every),
        ];
        let placement = Placement { regions: regions.into(), single: false };
        self.core_instance("machine", (path, shown), &placement, inputs, declaration.header(), context);
    }

    fn plan_description(&self, declaration: &ast::Declaration, plan: &Plan) -> String {
        let documented = super::parameter::documentation(&declaration.doc);
        if !documented.is_empty() {
            return documented;
        }
        let region = |id: Option<_>| id.map(|id| self.model.regions.get(id).code.to_string()).unwrap_or_default();
        let bound = quantity_text(plan.bound, Dimension::Duration);
        match (plan.from, plan.to) {
            (Some(_), Some(_)) => {
                format!("{} {} from {} to {}, at most {bound}", plan.kind.word(), plan.name, region(plan.from), region(plan.to))
            }
            _ => format!("{} {} in {}, at most {bound}", plan.kind.word(), plan.name, region(Some(plan.machine))),
        }
    }
}

/// IAM statements for all calls of a plan: one per set of actions, on the narrowest resources that the arguments name.
fn permissions(plan: &Plan, model: &Model) -> Vec<Value> {
    let mut rows: Vec<(Vec<String>, Vec<Value>)> = Vec::new();
    let mut allow = |actions: Vec<String>, resources: Vec<Value>| match rows.iter_mut().find(|(known, _)| *known == actions) {
        Some((_, known)) => resources.into_iter().for_each(|resource| push(known, resource)),
        None => rows.push((actions, resources)),
    };
    for call in calls(plan) {
        let actions = crate::aws::services::actions(&call.service, &call.operation);
        let (passed, resources) = resources(call, model);
        let scoped = actions.iter().all(|action| crate::aws::services::takes_resources(action));
        allow(actions, if scoped { resources } else { Vec::new() });
        for (action, resource) in passed {
            allow(vec![action], vec![resource]);
        }
    }
    rows.into_iter()
        .map(|(actions, resources)| {
            let sid: String = actions.first().map(|action| action.split(':').map(super::parameter::pascal_case).collect()).unwrap_or_default();
            let any = resources.is_empty();
            Value::map(vec![
                ("Sid".into(), Value::text(sid)),
                ("Effect".into(), Value::text("Allow")),
                ("Action".into(), Value::list(actions.iter().map(Value::text).collect())),
                ("Resource".into(), if any { Value::text("*") } else { Value::list(resources) }),
            ])
        })
        .collect()
}

fn calls(plan: &Plan) -> Vec<&Call> {
    let mut found = Vec::new();
    for step in &plan.steps {
        match step {
            Step::One(step) => collect(&step.body, &mut found),
            Step::Parallel(branches) => branches.iter().for_each(|branch| collect(&branch.body, &mut found)),
        }
    }
    found.extend(&plan.on_failure);
    found
}

fn collect<'p>(body: &'p [Operation], found: &mut Vec<&'p Call>) {
    for operation in body {
        match operation {
            Operation::Call(call) => found.push(call),
            Operation::DoneWhen { ask, body, .. } => {
                found.extend(ask);
                collect(body, found);
            }
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
}

/// What the arguments hand on to the service (action and ARN: a role), and the ARNs that the call itself needs: those that its
/// author names, else those of the other resources that its arguments speak of.
fn resources(call: &Call, model: &Model) -> (Vec<(String, Value)>, Vec<Value>) {
    let mut spoken = Vec::new();
    call.arguments.iter().for_each(|(_, value)| mentioned(value, &mut spoken));
    let pass = |value: &Value| match value {
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Arn(resource) => crate::aws::types::find(&model.families.get(resource.family).resource_type)?.pass.clone(),
            _ => None,
        },
        _ => None,
    };
    let passed: Vec<(String, Value)> = spoken.iter().filter_map(|value| pass(value).map(|action| (action, value.clone()))).collect();
    let mut found = Vec::new();
    match &call.on {
        Some(Value::List(items)) => items.iter().for_each(|item| push(&mut found, item.clone())),
        Some(value) => push(&mut found, value.clone()),
        None => found.extend(spoken.into_iter().filter(|value| pass(value).is_none())),
    }
    (passed, found)
}

fn push(found: &mut Vec<Value>, value: Value) {
    if !found.iter().any(|known| same(known, &value)) {
        found.push(value);
    }
}

fn mentioned(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Ref(resource) | Deploy::Attribute(resource, _) | Deploy::Arn(resource) => {
                push(found, Value::Deploy(Rc::new(Deploy::Arn(*resource))));
            }
            Deploy::Text(parts) => {
                if matches!(parts.first(), Some(TextPart::Literal(text)) if text.starts_with("arn:")) {
                    push(found, value.clone());
                } else {
                    for part in parts {
                        if let TextPart::Value(inner) = part {
                            mentioned(&Value::Deploy(inner.clone()), found);
                        }
                    }
                }
            }
            Deploy::Json(inner) => mentioned(inner, found),
            Deploy::StackOutput(inner) => mentioned(&Value::Deploy(inner.clone()), found),
            Deploy::Parameter(..) | Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => {}
        },
        Value::List(items) => items.iter().for_each(|item| mentioned(item, found)),
        Value::Map(map) => map.values().for_each(|item| mentioned(item, found)),
        _ => {}
    }
}

fn same(first: &Value, second: &Value) -> bool {
    format!("{first:?}") == format!("{second:?}")
}
