//! `adjust`: properties that a component did not think of.

use super::scope::CellKind;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::ids::Id;
use crate::model::value::{ResourceRef, Value};
use crate::model::{Adjustment, Family, Instance, Member, Property};
use crate::source::Span;
use crate::syntax::ast;
use smol_str::SmolStr;

/// What was adjusted, and where: a second time would undo the first.
type Adjusted = Vec<(ResourceRef, SmolStr, Span)>;

impl<'a> Expander<'a> {
    /// `adjust a.b in R { ... }`, after all resources were evaluated.
    pub(super) fn apply_adjusts(&mut self) {
        let mut adjusted = Adjusted::new();
        for (node, context) in std::mem::take(&mut self.adjusts) {
            let Some(family) = self.adjusted_family(node, &context) else { continue };
            if self.model.families.get(family).external {
                self.fail(
                    codes::MISPLACED,
                    format!("`{}` exists already and cannot be adjusted", self.model.family_text(family)),
                    node.span,
                    "nothing is written for it",
                    "change it where it is made",
                    &context,
                );
                continue;
            }
            let placement = match &node.place {
                Some(clause) => self.placement(clause, &context).map(|placement| placement.regions.to_vec()),
                None => Some(self.model.families.get(family).regions.clone()),
            };
            for region in placement.unwrap_or_default() {
                if !self.model.families.get(family).regions.contains(&region) {
                    let (name, regions) = (self.model.family_text(family), self.model.families.get(family).regions.clone());
                    let span = node.place.as_ref().map_or(node.span, |place| place.span);
                    let (there, here) = (self.region_list(&regions), self.model.region_text(region));
                    let names: Vec<&str> = regions.iter().map(|region| self.model.regions.get(*region).alias.as_str()).collect();
                    let place = match names.as_slice() {
                        [one] => (*one).to_string(),
                        _ => format!("[{}]", names.join(", ")),
                    };
                    let finding = Diagnostic::error(codes::NO_MEMBER_HERE, format!("`{name}` has no member in {here}"))
                        .label(span, format!("it exists in {there} only"))
                        .help(format!("write `in {place}`, or leave `in` out"));
                    self.report(finding, &context);
                    break;
                }
                let mut changed = Member::default();
                let inner = Context { phase: context.phase.max(self.model.families.get(family).phase), ..context.at(Some(region)) };
                self.evaluate_properties(&node.block.statements, &inner, &mut changed);
                self.adjust_member(ResourceRef { family, region }, changed, &mut adjusted, &context);
            }
        }
    }

    fn adjust_member(&mut self, resource: ResourceRef, changed: Member, adjusted: &mut Adjusted, context: &Context) {
        let row = crate::aws::types::find(&self.model.families.get(resource.family).resource_type);
        let identity = row.and_then(|row| row.name_property.clone());
        for property in changed.properties {
            if identity.as_deref() == Some(property.name.as_str()) {
                self.report(
                    Diagnostic::error(
                        codes::DUPLICATE_PROPERTY,
                        format!("`{}` is what the resource is known by and cannot be adjusted", property.name),
                    )
                    .label(property.span, "this would be another resource")
                    .note("names are computed, so that other Regions, permissions and plans find the resource")
                    .help("change the platform's `naming`, or declare another resource"),
                    context,
                );
                continue;
            }
            let known = adjusted.iter().find(|(other, name, _)| *other == resource && *name == property.name).map(|(.., span)| *span);
            if let Some(first) = known {
                self.report(
                    Diagnostic::error(codes::DUPLICATE_PROPERTY, format!("`{}` is adjusted twice", property.name))
                        .label(property.span, "adjusted again here")
                        .secondary(first, "first adjusted here")
                        .help("remove one of them"),
                    context,
                );
                continue;
            }
            adjusted.push((resource, property.name.clone(), property.span));
            self.model.adjustments.push(Adjustment { resource, property: property.name.clone(), span: property.span });
            let Some(member) = self.model.families.get_mut(resource.family).members.get_mut(&resource.region) else { continue };
            match member.properties.iter().position(|known| known.name == property.name) {
                Some(at) if matches!(property.value, Value::None) => {
                    member.properties.remove(at);
                }
                Some(at) => {
                    if let Some(known) = member.properties.get_mut(at) {
                        // What is set later is adjusted later, too.
                        let phase = known.phase.max(property.phase);
                        *known = Property { phase, ..property };
                    }
                }
                None if matches!(property.value, Value::None) => {}
                None => member.properties.push(property),
            }
        }
        if let Some(member) = self.model.families.get_mut(resource.family).members.get_mut(&resource.region) {
            member.depends_on.extend(changed.depends_on);
            member.watches.extend(changed.watches);
            if changed.deletion.is_some() {
                member.deletion = changed.deletion;
            }
        }
    }

    /// The resources of the instance that an `adjust` names, for the one who named something else.
    fn resources_of(&mut self, node: &'a ast::Adjust, context: &Context) -> String {
        let instance = node.path.first().map(|first| self.read_name(&first.text, first.span, context));
        let names = match instance {
            Some(Value::Instance(id, _)) => self.resource_names(id),
            _ => Vec::new(),
        };
        if names.is_empty() {
            return "name the instance and a resource in it: `adjust orders.cluster { ... }`".to_string();
        }
        format!("its resources are {}", names.join(", "))
    }

    fn resource_names(&self, id: Id<Instance>) -> Vec<SmolStr> {
        let Some(scope) = self.instance_body(id).and_then(|body| self.scopes.get(body.scope)) else { return Vec::new() };
        let resource = |cell: &usize| matches!(self.cells.get(*cell).map(|cell| &cell.kind), Some(CellKind::Ready(Value::Family(_))));
        let mut names: Vec<SmolStr> = scope.names.iter().filter(|(_, cell)| resource(cell)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    fn adjusted_family(&mut self, node: &'a ast::Adjust, context: &Context) -> Option<Id<Family>> {
        let mut parts = node.path.iter();
        let first = parts.next()?;
        let mut value = self.read_name(&first.text, first.span, context);
        let mut span = first.span;
        for part in parts {
            value = self.member(value, part, span, context);
            span = span.to(part.span);
        }
        match value {
            Value::Family(family) => Some(family),
            Value::Resource(resource) => Some(resource.family),
            Value::Error => None,
            other => {
                let resources = self.resources_of(node, context);
                self.mismatch("a resource", &other, span, &resources, context);
                None
            }
        }
    }
}
