//! What exists already: instances whose resources somebody else has made. Nothing is written for them; the declaration says what
//! identifies the resources, and the component's metrics, outputs, grants, conditions and actions speak of those.

use super::scope::CellKind;
use super::{Context, Expander};
use crate::diag::codes;
use crate::model::computed::{computed, names_region};
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::model::{Family, Instance, Member, Property, Region};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Kind, Statement};
use smol_str::SmolStr;
use std::rc::Rc;

/// What is known of an instance that exists already, or of one inside of it.
pub(super) struct Existing<'a> {
    /// The declaration that says so.
    pub root: Id<Instance>,
    pub header: Span,
    /// What it says beside inputs: of resources, outputs and instances inside.
    pub told: Rc<[&'a ast::Assign]>,
    /// Keys of its block that nothing knows: typing errors, which were told.
    pub stray: Rc<[SmolStr]>,
    /// Where it says it.
    pub caller: Context,
    /// Names and keys that lead from the declaration to an instance inside.
    pub address: Vec<SmolStr>,
}

impl<'a> Expander<'a> {
    /// What is known of an instance, if it exists already.
    pub(super) fn existing(&self, id: Option<Id<Instance>>) -> Option<Rc<Existing<'a>>> {
        self.instance_body(id?)?.existing.clone()
    }

    /// Notes that an instance exists already: its declaration says so, or that of the one around it.
    pub(super) fn note_existing(&mut self, declaration: &'a ast::Declaration, id: Id<Instance>, keys: &[SmolStr], context: &Context) {
        let existing = match (declaration.external, self.existing(context.instance)) {
            (_, Some(around)) => Existing {
                root: around.root,
                header: around.header,
                told: around.told.clone(),
                stray: around.stray.clone(),
                caller: around.caller.clone(),
                address: [around.address.as_slice(), std::slice::from_ref(&declaration.name.text), keys].concat(),
            },
            (Some(_), None) => {
                self.refuse_for_existing(declaration, context);
                let component = self.instance_body(id).map(|body| body.component);
                let things = component.map(|component| things(component.statements())).unwrap_or_default();
                let inputs = component.map(|component| component.inputs()).unwrap_or_default();
                let assigns = || {
                    declaration.statements().iter().filter_map(|statement| match statement {
                        Statement::Assign(assign) => Some(assign),
                        _ => None,
                    })
                };
                let told = assigns().filter(|assign| things.iter().any(|thing| thing.name.text == assign.key.text)).collect();
                let known = |name: &SmolStr| things.iter().chain(&inputs).any(|known| known.name.text == *name);
                let stray = assigns().map(|assign| assign.key.text.clone()).filter(|name| !known(name)).collect();
                Existing { root: id, header: declaration.header(), told, stray, caller: context.clone(), address: Vec::new() }
            }
            (None, None) => return,
        };
        if let Some(body) = self.instances.get_mut(id.index()) {
            body.existing = Some(Rc::new(existing));
        }
    }

    /// What has no meaning for something that is not written.
    pub(super) fn refuse_for_existing(&mut self, declaration: &'a ast::Declaration, context: &Context) {
        let name = &declaration.name.text;
        if let Some(moved) = declaration.statements().iter().find_map(|statement| match statement {
            Statement::Moved(moved) => Some(moved),
            _ => None,
        }) {
            self.fail(
                codes::MISPLACED,
                format!("`{name}` exists already and has no id that could be kept"),
                moved.span,
                "nothing is written for it",
                "remove the line: what AWS calls it stands in the block",
                context,
            );
        }
        if context.phase > 0 {
            self.fail(
                codes::MISPLACED,
                format!("`{name}` exists already and is made in no phase"),
                declaration.header(),
                "nothing is written for it",
                "declare it outside of `later`",
                context,
            );
        }
        if let Some(group) = &context.group {
            self.fail(
                codes::MISPLACED,
                format!("`{name}` exists already and is in no stack of the group `{group}`"),
                declaration.header(),
                "nothing is written for it",
                "declare it outside of the group",
                context,
            );
        }
    }

    /// The names that the block of an instance that exists already may speak of, beside inputs.
    pub(super) fn told_names(&self, declaration: &ast::Declaration, component: &'a ast::Declaration) -> Vec<&'a str> {
        if declaration.external.is_none() {
            return Vec::new();
        }
        things(component.statements()).iter().map(|thing| thing.name.text.as_str()).collect()
    }

    /// The line that gives an output of an instance that exists already.
    pub(super) fn told_output(&self, declaration: &ast::Declaration, context: &Context) -> Option<(&'a ast::Assign, Context)> {
        let existing = self.existing(context.instance).filter(|existing| existing.address.is_empty())?;
        let assign = existing.told.iter().find(|assign| assign.key.text == declaration.name.text).copied()?;
        Some((assign, existing.caller.clone()))
    }

    /// A value that may be told by Region, in one Region; none if it says nothing of that one.
    pub(super) fn of_region(&mut self, value: Value, region: Option<Id<Region>>, span: Span, context: &Context) -> Option<Value> {
        let Value::Map(map) = &value else { return Some(value) };
        let names = |key: &SmolStr| self.model.regions.iter().any(|(_, region)| region.alias == *key || region.code == *key);
        if map.is_empty() || !map.keys().all(names) {
            return Some(value);
        }
        let Some(region) = region else {
            let regions: Vec<_> = self.model.regions.ids().collect();
            return Some(self.which_region("this", &regions, span, context));
        };
        let region = self.model.regions.get(region);
        let found = map.get(&region.alias).or_else(|| map.get(&region.code)).cloned()?;
        Some(self.settle(found, span, context))
    }

    /// What the declaration says of a resource in one Region.
    fn told(&mut self, existing: &Existing<'a>, address: &[SmolStr], region: Id<Region>) -> Option<(Value, &'a ast::Assign, Context)> {
        let (first, keys) = address.split_first()?;
        let assign = existing.told.iter().find(|assign| assign.key.text == *first).copied()?;
        let context = existing.caller.at(Some(region));
        let mut value = self.evaluate(&assign.value, &context);
        for key in keys {
            let found = match self.settle(value, assign.value.span, &context) {
                Value::Map(map) => map.get(key).cloned()?,
                Value::Error => return Some((Value::Error, assign, context)),
                other => self.mismatch("a Map", &other, assign.value.span, &format!("it has an entry for each part: `{key}: ...`"), &context),
            };
            value = found;
        }
        let value = self.settle(value, assign.value.span, &context);
        let value = self.of_region(value, Some(region), assign.value.span, &context)?;
        Some((value, assign, context))
    }

    /// Takes what identifies a resource of an instance that exists already from the declaration of the instance.
    pub(super) fn identify(&mut self, id: Id<Family>, keys: &[SmolStr], name: &SmolStr, context: &Context) {
        let Some(existing) = self.existing(context.instance) else { return };
        let address = [existing.address.as_slice(), std::slice::from_ref(name), keys].concat();
        let regions = self.model.families.get(id).regions.clone();
        for region in regions {
            let mut member = Member::default();
            if let Some((value, assign, caller)) = self.told(&existing, &address, region) {
                let before = self.diagnostics.as_slice().len();
                member.properties = self.identity(id, value, assign, &caller);
                if self.diagnostics.as_slice().len() > before {
                    self.mistold.insert(id);
                }
            }
            self.model.families.get_mut(id).members.insert(region, member);
        }
    }

    /// The clause that places a resource of something existing, if it reads an input that was not given: where the resource
    /// is then matters only if somebody asks.
    pub(super) fn unplaced(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<&'a ast::Clause> {
        let clause = declaration.clause(ast::ClauseWord::In)?;
        (self.quiet, self.lacks) = (true, false);
        let _ = self.placement(clause, context);
        self.quiet = false;
        self.lacks.then_some(clause)
    }

    /// A map of AWS's names, or another resource that says them.
    fn identity(&mut self, family: Id<Family>, value: Value, assign: &'a ast::Assign, context: &Context) -> Vec<Property> {
        let span = assign.value.span;
        match value {
            Value::Map(map) => {
                let mut properties = Vec::new();
                for (key, value) in map.iter() {
                    if !key.starts_with(|first: char| first.is_ascii_uppercase()) {
                        self.fail(
                            codes::UNKNOWN_INPUT,
                            format!("`{key}` is no property or attribute of {}", self.model.families.get(family).resource_type),
                            span,
                            "AWS's names begin with a capital letter",
                            "write what AWS knows it by, in AWS's spelling; by Region, the names of Regions around it: `{ primary: { ... } }`",
                            context,
                        );
                        continue;
                    }
                    let value = self.property_value(value.clone(), span, context);
                    if matches!(&value, Value::Deploy(deploy) if matches!(deploy.as_ref(), Deploy::Parameter(id, _) if self.model.parameters.get(*id).secret))
                    {
                        self.fail(
                            codes::SECRET,
                            format!("a secret cannot be what `{}` is known by", assign.key.text),
                            span,
                            format!("`{key}` would be readable in templates and machines"),
                            "name the resource by something that may be seen",
                            context,
                        );
                        continue;
                    }
                    if !matches!(value, Value::None | Value::Error) {
                        properties.push(Property { name: key.clone(), value, span, phase: 0 });
                    }
                }
                properties
            }
            Value::Family(other) => {
                let Some(resource) = self.select(other, span, context) else { return Vec::new() };
                self.identity(family, Value::Resource(resource), assign, context)
            }
            Value::Resource(other) => {
                let (wanted, found) = (self.model.families.get(family).resource_type.clone(), self.model.families.get(other.family));
                if found.resource_type == wanted && found.external {
                    return self.model.member(other).map(|member| member.properties.clone()).unwrap_or_default();
                }
                let what = if found.external { format!("`{}`", found.resource_type) } else { "one that this platform makes".to_string() };
                self.fail(
                    codes::TYPE_MISMATCH,
                    format!("`{}` takes `{wanted}` that exists already, found {what}", assign.key.text),
                    span,
                    "not what it stands for",
                    format!("declare it: `external name: {wanted} {{ ... }}`, or write what AWS knows it by"),
                    context,
                );
                Vec::new()
            }
            Value::Error => Vec::new(),
            other => {
                self.mismatch("a Map", &other, span, "write what AWS knows it by: `{ SomeIdentifier: \"...\" }`", context);
                Vec::new()
            }
        }
    }

    /// The value of `.ref`, `.arn` or an attribute of something that exists already.
    pub(super) fn external_value(&mut self, resource: ResourceRef, deploy: Deploy, span: Span, context: &Context) -> Value {
        let within = self.families.get(resource.family.index()).and_then(|body| body.context.instance);
        let existing = self.existing(within);
        let unplaced = self.families.get(resource.family.index()).and_then(|body| Some((body.unplaced?, body.context.clone())));
        if let Some((clause, inner)) = unplaced.filter(|_| names_region(&self.model, &deploy)) {
            let _ = self.placement(clause, &inner);
            return Value::Error;
        }
        match computed(&self.model, &deploy) {
            // Permissions are made of what arguments refer to, so the reference is kept.
            Some(_) if existing.is_some() => Value::Deploy(Rc::new(deploy)),
            Some(value) => value,
            None => match self.parts_of(resource, &deploy) {
                Some(parts) => parts,
                None => match existing {
                    Some(existing) => self.not_told(&existing, resource, &deploy, context),
                    None => self.not_said(resource, &deploy, span, context),
                },
            },
        }
    }

    /// `resource.Endpoint.Address`, whole: of what exists already, the source says the attribute and not its parts. None if the expression is no such row of names.
    pub(super) fn external_attribute(&mut self, expression: &'a ast::Expr, context: &Context) -> Option<Value> {
        let (mut names, mut at) = (Vec::new(), expression);
        while let ExprKind::Member { base, name, optional: false } = &at.kind
            && name.text.starts_with(|first: char| first.is_ascii_uppercase())
        {
            names.push((name, base.span));
            at = base.as_ref();
        }
        let ((last, _), (first, _)) = (names.first().copied()?, names.last().copied()?);
        if names.len() < 2 {
            return None;
        }
        let value = self.evaluate(at, context);
        let resource = match &value {
            Value::Resource(resource) if self.model.families.get(resource.family).external => Some(*resource),
            Value::Family(family) if self.model.families.get(*family).external => match self.select(*family, at.span, context) {
                Some(resource) => Some(resource),
                None => return Some(Value::Error),
            },
            _ => None,
        };
        let Some(resource) = resource else {
            return Some(names.into_iter().rev().fold(value, |value, (name, span)| self.member(value, name, span, context)));
        };
        let whole: Vec<&str> = names.iter().rev().map(|(name, _)| name.text.as_str()).collect();
        let deploy = Deploy::Attribute(resource, SmolStr::new(whole.join(".")));
        Some(self.external_value(resource, deploy, first.span.to(last.span), context))
    }

    /// The attributes below a name: `Endpoint` where the source gives `Endpoint.Address`.
    fn parts_of(&self, resource: ResourceRef, deploy: &Deploy) -> Option<Value> {
        let Deploy::Attribute(_, name) = deploy else { return None };
        let below = |property: &Property| Some((SmolStr::new(property.name.strip_prefix(name.as_str())?.strip_prefix('.')?), property.value.clone()));
        let parts: Vec<(SmolStr, Value)> = self.model.member(resource)?.properties.iter().filter_map(below).collect();
        (!parts.is_empty()).then(|| Value::map(parts))
    }

    /// Whether a cell is an output that the declaration of something existing gives.
    pub(super) fn is_told(&self, cell: usize) -> bool {
        self.cells.get(cell).is_some_and(|cell| matches!(&cell.kind, CellKind::Input { declaration, .. } if declaration.kind == Kind::Output))
    }

    /// Whether a cell belongs to something that exists already: what nobody reads of it needs no value.
    pub(super) fn is_existing(&self, kind: &CellKind<'a>, context: &Context) -> bool {
        !matches!(kind, CellKind::Input { .. }) && self.existing(context.instance).is_some()
    }
}

/// What a component declares that the block of an existing instance may speak of, in `if`, `for` and `later` too.
fn things(statements: &[Statement]) -> Vec<&ast::Declaration> {
    let mut found = Vec::new();
    for statement in statements {
        match statement {
            Statement::Declaration(declaration)
                if matches!(declaration.kind, Kind::Resource | Kind::External | Kind::Output | Kind::Replica | Kind::Service | Kind::Route) =>
            {
                found.push(declaration.as_ref());
            }
            Statement::If(node) => {
                let mut at = Some(node);
                while let Some(node) = at.take() {
                    found.extend(things(&node.then.statements));
                    match &node.otherwise {
                        Some(ast::Else::If(next)) => at = Some(next.as_ref()),
                        Some(ast::Else::Block(block)) => found.extend(things(&block.statements)),
                        None => {}
                    }
                }
            }
            Statement::For(node) => found.extend(things(&node.body.statements)),
            Statement::Later(node) => found.extend(things(&node.block.statements)),
            _ => {}
        }
    }
    found
}
