//! Derivation over all operations of which the tables have the requests: how much follows by itself.

use super::action::{Said, allowed};
use super::arn::Form;
use super::request::Request;
use crate::aws::api::{self, Shape, ShapeKind};
use crate::aws::{iam, permissions as rows};
use crate::model::value::Value;
use crate::model::{Model, Region};
use crate::source::Span;
use crate::workflow::Call;
use std::collections::BTreeMap;

fn model() -> Model {
    let mut model = Model::default();
    let region = |code: &str| Region { alias: code.into(), code: code.into(), partition: "aws".into(), span: Span::default() };
    model.regions.add(region("us-east-1"));
    model
}

/// A value of a shape, with something in every member of it, one level deep; where an ARN is wanted, this one.
fn filled(name: &str, shape: Shape, arn: &str, depth: u32) -> Value {
    let small = name.to_lowercase();
    match shape.kind() {
        ShapeKind::Structure if depth > 0 => {
            Value::map(shape.members().map(|member| (member.name().into(), filled(&member.name(), member.shape(), arn, depth - 1))).collect())
        }
        ShapeKind::List => Value::list(vec![filled(name, shape.element(), arn, depth)]),
        ShapeKind::Structure | ShapeKind::Map => Value::map(Vec::new()),
        _ if small.ends_with("arn") || small.ends_with("arns") => Value::text(arn),
        _ => Value::text(format!("the-{small}")),
    }
}

/// The ARN of something that an action is done to.
fn arn_for(action: iam::Action) -> String {
    let form = action.resources().max_by_key(|resource| resource.required).map(|resource| resource.arn).unwrap_or_default();
    let parts = super::arn::parts_of(form).into_iter().map(|part| match part {
        super::arn::Part::Literal(text) => text.to_string(),
        super::arn::Part::Variable(name) => format!("the-{}", name.to_lowercase()),
    });
    parts.collect()
}

fn call(operation: api::Operation, arn: &str) -> Call {
    Call {
        service: operation.service().name().into(),
        operation: operation.name().into(),
        arguments: operation.input().members().map(|member| (member.name().into(), filled(&member.name(), member.shape(), arn, 1))).collect(),
        result: None,
        tolerates: Vec::new(),
        on: None,
        on_span: None,
        timeout: 10,
        retries: 2,
        wrong: false,
        attempt: None,
        waits: false,
        span: Span::default(),
    }
}

/// Whether an ARN is of a resource type of the action, by the reference's form or by ours.
fn of_a_kind(action: iam::Action, request: &Request, form: &Form) -> bool {
    action.resources().any(|resource| {
        let own = rows::binding(&action.name(), &request.operation(), resource.name).and_then(|row| row.arn.as_deref());
        Form::of_template(own.unwrap_or(resource.arn)).meets(form)
    })
}

/// With names at all members, most operations find what they are done to; the others ask, and are not allowed on anything.
#[test]
fn most_operations_find_their_resources() {
    let model = model();
    let region = model.regions.ids().next().unwrap();
    let (mut derived, mut unscoped, mut asks, mut unmapped) = (0, 0, 0, 0);
    let mut by_service: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for operation in api::services().filter(|service| service.details()).flat_map(api::Service::operations) {
        let Some(actions) = iam::actions_of(operation.service().name(), &operation.name()) else {
            unmapped += 1;
            continue;
        };
        let row = by_service.entry(operation.service().name()).or_default();
        for action in actions.iter().filter_map(|action| iam::action(action)) {
            row.1 += 1;
            let call = call(operation, &arn_for(action));
            let request = Request { call: &call, model: &model, region };
            match allowed(action, &request, &mut Said::new(None, &request)) {
                Ok(None) => {
                    assert_eq!(action.resources().count(), 0, "{} on `*`", action.name());
                    unscoped += 1;
                    row.0 += 1;
                }
                Ok(Some(arns)) => {
                    derived += 1;
                    row.0 += 1;
                    for arn in arns {
                        let form = Form::of_value(&arn.value, &model).unwrap();
                        let star = matches!(&arn.value, Value::Text(text) if text == "*");
                        assert!(!star && of_a_kind(action, &request, &form), "{}: {arn:?}", action.name());
                    }
                }
                Err(_) => asks += 1,
            }
        }
    }
    let all = derived + unscoped + asks;
    let shown: Vec<String> = by_service.iter().map(|(name, (found, all))| format!("{name} {found}/{all}")).collect();
    assert!(
        all > 5000 && (derived + unscoped) * 100 / all >= 80 && unmapped < 150,
        "{derived} derived and {unscoped} on `*` of {all}, {unmapped} without a known action: {}",
        shown.join(", ")
    );
}
