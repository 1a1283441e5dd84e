//! Machines: a plan's definition, its substitutions and its permissions become an instance of the library's machine.

use super::alarm::GivenInputs;
use super::scope::CellKind;
use super::{Context, Expander, MachineFile, Placement};
use crate::asl;
use crate::model::Instance;
use crate::model::ids::Id;
use crate::model::value::{Dimension, Value};
use crate::permissions;
use crate::syntax::ast;
use crate::units::time_text;
use crate::workflow::{Plan, Start};
use smol_str::SmolStr;
use std::ops::Range;

/// The machines of a plan whose role waits for what everything else turns out to be: which key encrypts a resource is one of its
/// properties.
pub(super) struct WithoutRole {
    /// The input that takes the statements.
    cell: usize,
    /// The families of the machines.
    families: Range<usize>,
    /// The plans, by their numbers in the model.
    plans: Vec<usize>,
    instance: Option<Id<Instance>>,
    context: Context,
}

impl<'a> Expander<'a> {
    /// Makes the machines of a plan: one family for those that stand in different Regions by themselves (a drill), one for each
    /// Region that can be lost where several may stand in one Region. They get the next numbers in the model.
    pub(super) fn expand_machines(&mut self, declaration: &'a ast::Declaration, plans: &[Plan], path: &[SmolStr], context: &Context) {
        let first = self.model.plans.len();
        let numbered = || plans.iter().enumerate().map(|(at, plan)| (first + at, plan));
        let together: Vec<(usize, &Plan)> = numbered().filter(|(_, plan)| plan.variant.is_none()).collect();
        if !together.is_empty() {
            self.expand_machine(declaration, &together, path, context);
        }
        for plan in numbered().filter(|(_, plan)| plan.variant.is_some()) {
            self.expand_machine(declaration, &[plan], path, context);
        }
    }

    fn expand_machine(&mut self, declaration: &'a ast::Declaration, plans: &[(usize, &Plan)], path: &[SmolStr], context: &Context) {
        let mut definition = Vec::new();
        let mut substitutions = Vec::new();
        let mut descriptions = Vec::new();
        let mut every = Vec::new();
        let (mut alarm, mut told) = (Vec::new(), Vec::new());
        for (_, plan) in plans {
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
            descriptions.push((plan.machine, Value::text(description)));
            let rate = plan.every.map_or(Value::None, |amount| Value::Quantity(amount, Dimension::Duration));
            every.push((plan.machine, rate));
            let starts = match plan.start {
                Some(Start::Alarm(wake)) => self.alarm_arn(wake, context),
                _ => Value::None,
            };
            alarm.push((plan.machine, starts));
            told.push((plan.machine, Value::list(plan.told.clone())));
        }
        let regions: Vec<_> = plans.iter().map(|(_, plan)| plan.machine).collect();
        let (mut path, mut shown) = (path.to_vec(), self.shown_name(path, &declaration.name.text, context));
        if let Some(variant) = plans.first().and_then(|(_, plan)| plan.variant.clone()) {
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
            ("statements", Vec::new()),
            ("every", every),
            ("starting_alarm", alarm),
            ("told", told),
        ];
        let placement = Placement { regions: regions.into(), single: false };
        let before = self.families.len();
        let instance = self.core_instance("machine", (path, shown), &placement, inputs, declaration.header(), context);
        let scope = instance.and_then(|id| self.instance_body(id)).and_then(|body| self.scopes.get(body.scope));
        if let Some(cell) = scope.and_then(|scope| scope.names.get("statements")).copied() {
            let plans = plans.iter().map(|(number, _)| *number).collect();
            self.without_role.push(WithoutRole { cell, families: before..self.families.len(), plans, instance, context: context.clone() });
        }
    }

    /// Whether a family belongs to a machine that has no role yet.
    pub(super) fn waits_for_role(&self, family: usize) -> bool {
        self.without_role.iter().any(|machine| machine.families.contains(&family))
    }

    /// Derives what each machine may do, now that all other resources are known, and makes the machines.
    pub(super) fn give_roles(&mut self) {
        for machine in std::mem::take(&mut self.without_role) {
            let mut statements = Vec::new();
            for number in machine.plans {
                if let Some(plan) = self.model.plans.get_mut(number) {
                    plan.instance = machine.instance;
                }
                let Some(plan) = self.model.plans.get(number) else { continue };
                let region = plan.machine;
                let derived = permissions::derive(plan, &self.model);
                statements.push((region, Value::list(derived.statements)));
                for found in derived.findings {
                    self.report_for(found.finding, found.step, &machine.context);
                }
                self.wide.extend(derived.wide);
            }
            if let Some(cell) = self.cells.get_mut(machine.cell) {
                cell.kind = CellKind::Given(statements);
            }
            for family in machine.families {
                self.evaluate_family(family);
            }
        }
    }

    fn plan_description(&self, declaration: &ast::Declaration, plan: &Plan) -> String {
        let documented = super::parameter::documentation(&declaration.doc);
        if !documented.is_empty() {
            return documented;
        }
        let region = |id: Option<_>| id.map(|id| self.model.regions.get(id).code.to_string()).unwrap_or_default();
        let bound = time_text(plan.machine_bound());
        match (plan.from, plan.to) {
            (Some(_), Some(_)) => {
                format!("{} {} from {} to {}, at most {bound}", plan.kind.word(), plan.name, region(plan.from), region(plan.to))
            }
            _ => format!("{} {} in {}, at most {bound}", plan.kind.word(), plan.name, region(Some(plan.machine))),
        }
    }
}
