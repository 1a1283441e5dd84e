//! What each stack takes from parameters and from other stacks, and by which way.

use super::{Edge, Layout, Output, Resolved, Source, StackId, Way, parameter_name, resolve};
use crate::aws;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::model::{Deployed, Model};
use crate::source::Span;
use crate::workflow::PlanKind;
use smol_str::SmolStr;

/// Walks all values and notes what each stack takes.
pub(super) fn wire(model: &Model, deployed: Option<&Deployed>, layout: &mut Layout, diagnostics: &mut Diagnostics) {
    for number in 0..layout.stacks.len() {
        let resources = layout.stacks.get(number).map(|stack| stack.resources.clone()).unwrap_or_default();
        for resource in resources {
            let Some(member) = model.member(resource) else { continue };
            let span = model.families.get(resource.family).span;
            let mut wirer = Wirer {
                model,
                deployed,
                layout,
                diagnostics,
                stack: number,
                resource,
                span,
                phase: 0,
                in_text: false,
                elsewhere: false,
                told: false,
                name: SmolStr::default(),
            };
            for property in &member.properties {
                (wirer.elsewhere, wirer.name) = (tells_elsewhere(&property.name), property.name.clone());
                (wirer.span, wirer.phase) = (property.span, wirer.layout.phase_of(resource, property.phase));
                wirer.value(&property.value);
            }
            for needed in &member.depends_on {
                (wirer.span, wirer.phase) = (span, wirer.layout.phase_of(resource, needed.phase));
                wirer.order(needed.on, Way::Order);
            }
        }
    }
}

pub(super) struct Wirer<'l> {
    model: &'l Model,
    deployed: Option<&'l Deployed>,
    layout: &'l mut Layout,
    diagnostics: &'l mut Diagnostics,
    stack: StackId,
    resource: ResourceRef,
    /// The property that is looked at.
    span: Span,
    /// The phase in which it is set.
    phase: u32,
    /// Whether the value becomes a part of a text.
    in_text: bool,
    /// Whether a word around the value says that it is about another Region.
    elsewhere: bool,
    /// Whether the value is only told to people.
    told: bool,
    /// The property or key that the value is given to.
    name: SmolStr,
}

/// Words in names of properties that are about the other end of something.
const ELSEWHERE: &[&str] = &["Peer", "Replica", "Destination", "Source", "Target", "Primary", "Secondary", "Region", "Remote", "Accepter"];

fn tells_elsewhere(name: &str) -> bool {
    ELSEWHERE.iter().any(|word| name.contains(word))
}

impl<'l> Wirer<'l> {
    /// For the value of an output that people read: told by a stack for one of its resources, from where in the source and which phase on.
    pub(super) fn of_output(
        model: &'l Model,
        deployed: Option<&'l Deployed>,
        layout: &'l mut Layout,
        diagnostics: &'l mut Diagnostics,
        (stack, resource): (StackId, ResourceRef),
        (span, phase): (Span, u32),
    ) -> Self {
        Wirer {
            model,
            deployed,
            layout,
            diagnostics,
            stack,
            resource,
            span,
            phase,
            in_text: false,
            elsewhere: false,
            told: true,
            name: SmolStr::default(),
        }
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Deploy(deploy) => self.deploy(deploy),
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Map(map) => {
                let (before, name) = (self.elsewhere, self.name.clone());
                // A structure that names a Region is about that one.
                let around = before || map.contains_key("Region");
                for (key, item) in map.iter() {
                    (self.elsewhere, self.name) = (around || tells_elsewhere(key), key.clone());
                    self.value(item);
                }
                (self.elsewhere, self.name) = (before, name);
            }
            _ => {}
        }
    }

    fn deploy(&mut self, deploy: &Deploy) {
        match deploy {
            Deploy::Text(parts) => {
                for part in parts {
                    if let TextPart::Value(value) = part {
                        self.inside_text(&Value::Deploy(value.clone()));
                    }
                }
            }
            Deploy::Json(value) => self.inside_text(value),
            Deploy::Parameter(id, region) => {
                let name = parameter_name(self.model, *id, *region, self.layout.stacks.get(self.stack).map(|stack| stack.region));
                self.takes(name, Source::Platform(*id, *region));
            }
            Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => {}
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => self.reference(deploy, *target),
            Deploy::StackOutput(_) if self.in_text => self.read_inside_text(),
            Deploy::StackOutput(inner) => self.read(inner),
        }
    }

    fn inside_text(&mut self, value: &Value) {
        let before = std::mem::replace(&mut self.in_text, true);
        self.value(value);
        self.in_text = before;
    }

    fn takes(&mut self, name: SmolStr, source: Source) {
        let (phase, model) = (self.phase, self.model);
        let Some(stack) = self.layout.stacks.get_mut(self.stack) else { return };
        let known = stack.parameters.entry(name.clone()).or_insert_with(|| (source.clone(), phase));
        known.1 = known.1.min(phase);
        let other = (known.0 != source).then_some("two values that the stack takes");
        let own = stack.resources.iter().map(|resource| model.families.get(resource.family)).find(|family| family.logical_id == name);
        let own = own.filter(|_| matches!(source, Source::Output(..)));
        let Some(what) = other.or(own.map(|_| "a resource and a value of another stack")) else { return };
        let declared = own.map(|family| family.origin).or_else(|| {
            let parameter = model.parameters.iter().find(|(_, parameter)| parameter.logical_id == name);
            parameter.map(|(_, parameter)| parameter.span)
        });
        let mut finding = Diagnostic::error(codes::ID_COLLISION, format!("{what} are both `{name}` in the template"))
            .label(self.span, "needs the value of the other stack")
            .note("a template knows both by this name alone: one would be taken for the other")
            .help("rename what is declared here");
        if let Some(span) = declared {
            finding = finding.secondary(span, format!("declares `{name}`"));
        }
        self.report_once(finding);
    }

    fn reference(&mut self, deploy: &Deploy, target: ResourceRef) {
        self.check_region(target);
        match resolve(self.model, self.layout, self.stack, deploy) {
            Resolved::Import { stack: producer, output, name, part } => {
                if let Some(stack) = self.layout.stacks.get_mut(producer) {
                    stack.outputs.insert(output.clone(), Output { resource: target, part });
                }
                self.takes(name, Source::Output(producer, output.clone()));
                self.order(target, Way::Output(output));
            }
            Resolved::Computed(value) => {
                self.order(target, Way::Name);
                self.value(&value);
            }
            Resolved::Unknown => {
                let finding = resolve::unknown(self.model, deploy, target, self.span);
                self.report_once(finding);
            }
            Resolved::Ref | Resolved::Attribute(_) => self.order(target, Way::Order),
        }
    }

    /// Warns of a key or network of another Region where a service most likely takes one of its own Region only.
    fn check_region(&mut self, target: ResourceRef) {
        let family = self.model.families.get(target.family);
        let row = aws::types::find(&family.resource_type);
        let own_only = row.is_some_and(|row| row.regional.iter().any(|word| self.name.contains(word.as_str())));
        let here = self.resource.region;
        if !own_only || self.elsewhere || self.in_text || target.region == here {
            return;
        }
        let (there, here) = (self.model.region_text(target.region), self.model.region_text(here));
        let name = family.path.join(".");
        self.report_once(
            Diagnostic::warning(codes::REGION_BOUND, format!("`{name}` of {there} is used in {here}"))
                .label(self.span, format!("a resource in {here}"))
                .secondary(family.span, "used in its own Region only")
                .note("keys and networks belong to one Region: the service would refuse it at deployment, or stop with that Region")
                .help(format!(
                    "use the one of {here}: place `{name}` there too, and leave the Region out; if AWS does take it here, accept this with `allow`"
                )),
        );
    }

    /// `stack_output(...)`: CloudFormation itself reads the other stack whenever this one is made or updated.
    fn read(&mut self, deploy: &Deploy) {
        let target = match deploy {
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => *target,
            other => return self.deploy(other),
        };
        let Resolved::Import { stack: producer, output, part, .. } = resolve(self.model, self.layout, self.stack, deploy) else {
            return self.reference(deploy, target);
        };
        let unit = self.layout.stacks.get(producer).map(|stack| stack.unit.clone()).unwrap_or_default();
        if let Some(stack) = self.layout.stacks.get_mut(producer) {
            stack.outputs.insert(output.clone(), Output { resource: target, part });
        }
        if let Some(name) = self.model.stack_names.get(&unit) {
            self.value(&name.clone());
        }
        self.order(target, Way::Read(output));
        let here = self.resource.region;
        let leaving = self
            .model
            .plans
            .iter()
            .find(|plan| plan.kind == PlanKind::Failover && plan.from == Some(target.region) && plan.to == Some(here) && target.region != here);
        if let Some(plan) = leaving {
            let (there, here) = (self.model.region_text(target.region), self.model.region_text(here));
            self.report_once(
                Diagnostic::error(codes::STACK_READ, format!("the stack in {here} would read {there} whenever it is updated"))
                    .label(self.span, format!("read from {there}"))
                    .secondary(plan.span, format!("`{}` leaves {there} for {here}", plan.name))
                    .note("on that day nobody answers there: the stack of the survivor could not be changed until the lost Region is back")
                    .help("leave `stack_output` out: then the deployer hands the value over as a parameter, and the stack keeps it"),
            );
        }
    }

    fn read_inside_text(&mut self) {
        self.report_once(
            Diagnostic::error(codes::STACK_READ, "`stack_output` cannot be a part of a text")
                .label(self.span, "read and put into a text")
                .note("CloudFormation takes Fn::GetStackOutput as a whole value only, not inside Fn::Sub")
                .help("give the value alone, or leave `stack_output` out: then it is handed over as a parameter, which a text may hold"),
        );
    }

    /// Notes that a resource is needed by the property that is looked at.
    fn order(&mut self, target: ResourceRef, way: Way) {
        let Some(other) = self.layout.stack_of(target) else { return };
        // What people read makes no stack wait for another Region.
        if self.told && target.region != self.resource.region {
            return;
        }
        let made = self.layout.phase_of(target, self.model.families.get(target.family).phase);
        if made > self.phase {
            return self.too_soon(target);
        }
        if other == self.stack {
            return;
        }
        let settled = self.layout.is_deployed(target)
            && match (&way, self.layout.stacks.get(other)) {
                (Way::Output(name) | Way::Read(name), Some(stack)) => {
                    self.deployed.and_then(|deployed| deployed.stacks.get(&stack.id)).is_some_and(|old| old.outputs.contains(name.as_str()))
                }
                _ => true,
            };
        let edge = Edge { span: self.span, from: self.resource, to: target, phase: self.phase, made, settled };
        if let Some(stack) = self.layout.stacks.get_mut(self.stack) {
            stack.edges.entry((other, way, self.phase, target)).or_insert(edge);
        }
    }

    fn too_soon(&mut self, target: ResourceRef) {
        let used = self.model.families.get(target.family);
        self.report_once(
            Diagnostic::error(codes::NEEDED_TOO_SOON, format!("`{}` is made `later`, but needed before", used.path.join(".")))
                .label(self.span, "needed already here")
                .secondary(used.span, "declared in a `later` block")
                .note("what stands in `later` is added when the rest is there: until then there is nothing to refer to")
                .help("put what needs it into `later { ... }` too, or take the other one out of it"),
        );
    }

    /// One line that asks for the values of several Regions is one mistake.
    fn report_once(&mut self, finding: Diagnostic) {
        let place = |finding: &Diagnostic| finding.labels.iter().map(|label| label.span).collect::<Vec<_>>();
        let known = self.diagnostics.as_slice().iter().any(|other| other.code == finding.code && place(other) == place(&finding));
        if !known {
            self.diagnostics.push(finding);
        }
    }
}
