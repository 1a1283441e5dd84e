//! The rules of the table, held against every resource and every call of every plan.

use super::condition::{Judge, Subject};
use super::say;
use super::walk::Node;
use super::{Reader, condition};
use crate::aws::rules::{self, Entry, Rule, Step};
use crate::diag::codes;
use crate::model::value::ResourceRef;
use crate::workflow::{Call, Operation, Plan, PlanKind, SingleStep};

/// Every resource against the rules about its type.
pub(super) fn resources(reader: &mut Reader<'_>) {
    let model = reader.model;
    for (id, family) in model.families.iter() {
        if family.external {
            continue;
        }
        for (entry, way) in rules::of_type(&family.resource_type) {
            if entry.planned && !reader.facts.any() {
                continue;
            }
            for (region, member) in &family.members {
                if entry.has.is_none_or(|name| member.properties.iter().any(|property| property.name == name)) {
                    resource(reader, entry, &way, ResourceRef { family: id, region: *region });
                }
            }
        }
    }
}

fn resource<'m>(reader: &mut Reader<'m>, entry: &'static Entry, way: &[Step], at: ResourceRef) {
    let model = reader.model;
    let (Some(member), family) = (model.member(at), model.families.get(at.family)) else { return };
    let mut found = Vec::new();
    let judge = reader.judge();
    let parts = super::walk::Walker::new(model, &reader.references).of_resource(at, way);
    let mut moving = false;
    for part in parts.spots {
        let node = part.value.map_or(Node::Properties(&member.properties), Node::Value);
        let subject = Subject { node, at: Some((at, part.path)), plan: None };
        if !entry.conditions().iter().all(|condition| judge.holds(condition, &subject)) {
            continue;
        }
        // A module of the library says some of it of its inputs.
        let Some(rule) = entry.rule().filter(|rule| rule.library.is_none() || !reader.sources.in_library(family.span)) else { continue };
        moving |= rule.code == codes::AUTOMATIC_STEERING.id;
        found.push(say::resource(reader, rule, at, &subject));
    }
    if moving {
        reader.moving.push(at.family);
    }
    for finding in found {
        reader.push(finding);
    }
}

/// Every call of every plan against the rules about its operation.
pub(super) fn calls(reader: &mut Reader<'_>) {
    let model = reader.model;
    for plan in &model.plans {
        for step in plan.single_steps() {
            operations(reader, plan, step, &step.body);
        }
    }
}

fn operations<'m>(reader: &mut Reader<'m>, plan: &'m Plan, step: &'m SingleStep, body: &'m [Operation]) {
    for operation in body {
        match operation {
            Operation::Call(call) => one(reader, plan, step, call),
            Operation::DoneWhen { ask, body, .. } => {
                for call in ask {
                    one(reader, plan, step, call);
                }
                operations(reader, plan, step, body);
            }
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
}

fn one<'m>(reader: &mut Reader<'m>, plan: &'m Plan, step: &'m SingleStep, call: &'m Call) {
    let of_kind = |rule: &Rule| rule.plans.is_empty() || rule.plans.iter().any(|kind| kind == plan.kind.word());
    let entries: Vec<&'static Entry> = rules::of_call(&call.service, &call.operation).collect();
    for rule in entries.into_iter().filter_map(Entry::rule).filter(|rule| of_kind(rule)) {
        let subject = Subject { node: Node::Arguments(&call.arguments), at: None, plan: Some(plan) };
        let judge = reader.judge();
        if rule.conditions.iter().all(|condition| judge.holds(condition, &subject)) {
            let finding = say::call(reader, rule, plan, step, call);
            reader.push(finding);
        }
    }
}

impl<'m> Reader<'m> {
    pub(super) fn judge(&self) -> Judge<'m, '_> {
        condition::Judge { model: self.model, references: &self.references, facts: &self.facts }
    }
}

/// What a plan of this kind is called in a sentence.
pub(super) fn kind_text(kind: PlanKind) -> &'static str {
    match kind {
        PlanKind::Failover => "an unplanned failover",
        PlanKind::Failback => "a planned return",
        PlanKind::Drill => "a drill",
    }
}
