//! Resources: families by Region, and the properties of each member.

use super::scope::CellKind;
use super::{Context, Expander, FamilyBody, MAXIMUM_RESOURCES, Placement};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::Value;
use crate::model::{Dependency, Family, Member, Property};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseWord, ExprKind, Kind, Statement, TypeKind};
use smol_str::SmolStr;
use std::collections::BTreeMap;

const OWN_KEYS: &[&str] = &["layer", "depends_on", "deletion", "on_loss", "watches"];

impl<'a> Expander<'a> {
    pub(super) fn declare_resource(&mut self, declaration: &'a ast::Declaration, path: Vec<SmolStr>, context: &Context) {
        let within = self.existing(context.instance).is_some();
        let typed = declaration.kind == Kind::External || declaration.external.is_some();
        let external = typed || within;
        if typed {
            self.refuse_for_existing(declaration, context);
        }
        let Some(resource_type) = self.resource_type(declaration, context) else {
            self.declare(&declaration.name, CellKind::Ready(Value::Error), false, context);
            return;
        };
        let unplaced = if within { self.unplaced(declaration, context) } else { None };
        let placement = match unplaced {
            Some(_) => self.anywhere(),
            None => self.resource_placement(declaration, external, context),
        };
        let Some(placement) = placement else {
            self.declare(&declaration.name, CellKind::Ready(Value::Error), false, context);
            return;
        };
        let total = self.model.families.len() * placement.regions.len();
        if total > MAXIMUM_RESOURCES {
            self.exhaust(
                "the platform has too many resources",
                "make the list that is walked smaller, or split the platform",
                declaration.name.span,
                context,
            );
            return;
        }
        let logical_id: String = path.iter().map(|part| super::parameter::pascal_case(part)).collect();
        let body = context.instance.and_then(|id| self.instance_body(id));
        let by_component = body.and_then(|body| body.layer.clone());
        let above = context.instance.map_or(0, |id| self.model.instances.get(id).path.len());
        let keys = path.get(above..path.len().saturating_sub(1)).unwrap_or_default().to_vec();
        let layer = self.own_layer(declaration, context).or(by_component).unwrap_or(SmolStr::new_static("app"));
        let origin = context.instance.map_or(declaration.header(), |id| self.model.instances.get(id).span);
        let declared = self.shown_name(&path, &declaration.name.text, context);
        let family = self.model.families.add(Family {
            path,
            declared,
            logical_id: SmolStr::new(logical_id),
            resource_type,
            regions: placement.regions.to_vec(),
            single: placement.single,
            span: declaration.name.span,
            origin,
            layer,
            group: context.group.clone(),
            phase: context.phase,
            external,
            members: BTreeMap::new(),
        });
        self.families.push(FamilyBody { declaration, context: context.clone(), unplaced });
        self.declare(&declaration.name, CellKind::Ready(Value::Family(family)), true, context);
        if within {
            self.identify(family, &keys, &declaration.name.text, context);
        } else if external {
            self.evaluate_family(family.index());
        }
    }

    fn resource_type(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<SmolStr> {
        match declaration.ty.as_ref().map(|ty| (&ty.kind, ty.span)) {
            Some((TypeKind::Resource(name), span)) => {
                let parts: Vec<&str> = name.text.split("::").collect();
                let pascal = |part: &&str| part.starts_with(|first: char| first.is_ascii_uppercase());
                let shaped = matches!(parts.as_slice(), [_, _, _] | [_, _, _, "MODULE"]) && parts.iter().all(pascal);
                if shaped {
                    if let Some(meant) = crate::aws::types::respelled(&name.text) {
                        self.report(
                            Diagnostic::error(codes::BAD_TYPE_NAME, format!("`{}` is not how AWS spells it", name.text))
                                .label(span, "capital and small letters count")
                                .help(format!("did you mean `{meant}`?"))
                                .fix(format!("write `{meant}`"), span, meant),
                            context,
                        );
                        return None;
                    }
                    return Some(name.text.clone());
                }
                self.report(
                    Diagnostic::error(codes::BAD_TYPE_NAME, format!("`{}` is no resource type", name.text))
                        .label(span, "not a type of CloudFormation")
                        .help("write it as AWS does: `AWS::Service::Type`"),
                    context,
                );
                None
            }
            Some((_, span)) => {
                self.report(
                    Diagnostic::error(codes::BAD_TYPE_NAME, "a resource is of a type of CloudFormation")
                        .label(span, "not a resource type")
                        .help("write `AWS::Service::Type`; a component is used with `replica`, `service` or `route`"),
                    context,
                );
                None
            }
            None => {
                self.report(
                    Diagnostic::error(codes::BAD_HEADER, format!("the resource `{}` has no type", declaration.name.text))
                        .label(declaration.header(), "of which type?")
                        .help(format!("write `resource {}: AWS::Service::Type in primary {{ ... }}`", declaration.name.text)),
                    context,
                );
                None
            }
        }
    }

    fn resource_placement(&mut self, declaration: &'a ast::Declaration, external: bool, context: &Context) -> Option<Placement> {
        let mut placement = None;
        for clause in &declaration.clauses {
            if clause.word == ClauseWord::In {
                placement = Some(self.placement(clause, context)?)
            }
        }
        if placement.is_some() {
            return placement;
        }
        if let Some(id) = context.instance {
            let instance = self.model.instances.get(id);
            return Some(Placement { regions: instance.regions.clone().into(), single: instance.single });
        }
        if external {
            return self.anywhere();
        }
        if !declaration.clauses.is_empty() {
            // Its header was refused already.
            return None;
        }
        self.report(
            Diagnostic::error(codes::BAD_HEADER, format!("the resource `{}` is placed nowhere", declaration.name.text))
                .label(declaration.header(), "in which Region?")
                .note("there is no default Region")
                .help("write `in primary`, or `in both` for one in each Region, behind the type"),
            context,
        );
        None
    }

    /// The placement of what belongs to no Region in particular.
    fn anywhere(&self) -> Option<Placement> {
        let first = self.model.regions.ids().next()?;
        Some(Placement { regions: std::rc::Rc::from([first]), single: true })
    }

    fn own_layer(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<SmolStr> {
        let assign = declaration.statements().iter().find_map(|statement| match statement {
            Statement::Assign(assign) if assign.key.text == "layer" => Some(assign),
            _ => None,
        })?;
        let value = self.evaluate(&assign.value, context);
        self.layer_name(&value, assign.value.span, context)
    }

    /// Computes the properties of every member of every family.
    pub(super) fn evaluate_resources(&mut self) {
        let mut at = 0;
        while at < self.families.len() && !self.exhausted {
            if !self.waits_for_role(at) {
                self.evaluate_family(at);
            }
            at += 1;
        }
    }

    pub(super) fn evaluate_family(&mut self, at: usize) {
        let Some(body) = self.families.get(at) else { return };
        let (declaration, context) = (body.declaration, body.context.clone());
        let Some(id) = self.model.families.ids().nth(at) else { return };
        let family = self.model.families.get(id);
        if !family.members.is_empty() {
            return;
        }
        let regions = family.regions.clone();
        for region in regions {
            let inner = context.at(Some(region));
            let mut member = Member::default();
            self.evaluate_properties(declaration.statements(), &inner, &mut member);
            self.check_watched(&member, &inner);
            member.properties.retain(|property| !matches!(property.value, Value::None));
            self.model.families.get_mut(id).members.insert(region, member);
        }
    }

    pub(super) fn evaluate_properties(&mut self, statements: &'a [Statement], context: &Context, member: &mut Member) {
        for statement in statements {
            match statement {
                Statement::Assign(assign) => self.evaluate_property(assign, context, member),
                Statement::If(node) => {
                    let mut at = Some(node);
                    while let Some(node) = at.take() {
                        match self.condition_now(&node.condition, context) {
                            Some(true) => self.evaluate_properties(&node.then.statements, context, member),
                            Some(false) => match &node.otherwise {
                                Some(ast::Else::If(next)) => at = Some(next.as_ref()),
                                Some(ast::Else::Block(block)) => self.evaluate_properties(&block.statements, context, member),
                                None => {}
                            },
                            None => {}
                        }
                    }
                }
                Statement::Later(node) => {
                    let inner = Context { phase: context.phase + 1, ..context.clone() };
                    self.evaluate_properties(&node.block.statements, &inner, member);
                }
                _ => {}
            }
        }
    }

    fn evaluate_property(&mut self, assign: &'a ast::Assign, context: &Context, member: &mut Member) {
        let name = &assign.key;
        // Ours are `snake_case`: a word with a capital letter anywhere is AWS's (`readmeMarkdown`).
        if !name.text.contains(|letter: char| letter.is_ascii_uppercase()) {
            match name.text.as_str() {
                "layer" => {}
                "depends_on" => {
                    let value = self.evaluate(&assign.value, context);
                    self.depends_on(value, assign.value.span, context, member);
                }
                "deletion" => {
                    let value = self.evaluate(&assign.value, context);
                    member.deletion = self.one_of(&value, &["retain", "delete", "snapshot"], assign.value.span, context);
                }
                "on_loss" => member.on_loss = self.sentence(assign, context),
                "watches" => self.watches(&assign.value, context, member),
                _ => self.unknown_own_key(name, context),
            }
            return;
        }
        if let Some(first) = member.properties.iter().find(|property| property.name == name.text) {
            let first = first.span;
            self.report(
                Diagnostic::error(codes::DUPLICATE_PROPERTY, format!("`{}` is set twice", name.text))
                    .label(name.span, "set again here")
                    .secondary(first, "first set here")
                    .help("remove one of them"),
                context,
            );
            return;
        }
        let value = self.evaluate(&assign.value, context);
        let value = self.written_value(value, &assign.value, context);
        member.properties.push(Property { name: name.text.clone(), value, span: name.span, phase: context.phase });
    }

    /// A sentence that people read: a text that is known now and says something.
    fn sentence(&mut self, assign: &'a ast::Assign, context: &Context) -> Option<SmolStr> {
        match self.evaluate(&assign.value, context) {
            Value::Text(text) if text.contains(' ') => Some(text),
            Value::Error => None,
            other => {
                let help = "say who sends it again, or why nobody has to, in a sentence";
                self.mismatch("a sentence", &other, assign.value.span, help, context);
                None
            }
        }
    }

    /// A key in lower case that is none of ours: misspelt, or a property of AWS's.
    fn unknown_own_key(&mut self, key: &ast::Name, context: &Context) {
        let finding = Diagnostic::error(codes::UNKNOWN_INPUT, format!("a resource has no `{}`", key.text)).label(key.span, "unknown key");
        self.report(
            match suggest::nearest(&key.text, OWN_KEYS.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), key.span, near),
                None => finding.help(format!("AWS's properties begin with a capital letter; ours are {}", OWN_KEYS.join(", "))),
            },
            context,
        );
    }

    fn depends_on(&mut self, value: Value, span: Span, context: &Context, member: &mut Member) {
        match value {
            Value::Family(family) => {
                let selected = self.select(family, span, context);
                member.depends_on.extend(selected.map(|on| Dependency { on, phase: context.phase }));
            }
            Value::Resource(on) => member.depends_on.push(Dependency { on, phase: context.phase }),
            Value::List(items) => {
                for item in items.iter() {
                    self.depends_on(item.clone(), span, context, member);
                }
            }
            Value::Error | Value::None => {}
            other => {
                self.mismatch("a resource", &other, span, "`depends_on` takes resources", context);
            }
        }
    }

    /// `watches = ["Target.Input"]`: what these properties name in other Regions is looked at, and may be gone.
    fn watches(&mut self, written: &'a ast::Expr, context: &Context, member: &mut Member) {
        let value = self.evaluate(written, context);
        let one = [value.clone()];
        let named = if let Value::List(items) = &value { items.as_slice() } else { &one };
        for path in named {
            match path {
                Value::Text(path) => member.watches.push((path.clone(), written.span)),
                Value::Error => {}
                other => {
                    self.mismatch("a String", other, written.span, "name properties, dotted: `watches = [\"Target.Input\"]`", context);
                }
            }
        }
    }

    /// What is watched has to be a property that is set, or nothing would be meant.
    fn check_watched(&mut self, member: &Member, context: &Context) {
        for (path, span) in &member.watches {
            let first = path.split('.').next().unwrap_or_default();
            let names = || member.properties.iter().map(|property| property.name.as_str());
            if names().any(|name| name == first) {
                continue;
            }
            let finding =
                Diagnostic::error(codes::UNKNOWN_INPUT, format!("`watches` names `{path}`, which is not set here")).label(*span, "no such property");
            self.report(
                match suggest::nearest(first, names()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("name a property of this resource, in AWS's spelling"),
                },
                context,
            );
        }
    }

    /// The value of a property; what cannot stand in it is shown where it is written, however deep in maps and lists.
    pub(super) fn written_value(&mut self, value: Value, written: &ast::Expr, context: &Context) -> Value {
        match (&written.kind, &value) {
            (ExprKind::Map(entries), Value::Map(map)) if !map.values().all(is_plain) => {
                let part = |key: &SmolStr| {
                    entries.iter().rev().find_map(|entry| match entry {
                        ast::Entry::Pair { key: name, value, .. } if name.text == *key => Some(value),
                        _ => None,
                    })
                };
                let parts: Vec<(SmolStr, Value)> = map
                    .iter()
                    .map(|(key, item)| match part(key) {
                        Some(part) => (key.clone(), self.written_value(item.clone(), part, context)),
                        None => (key.clone(), self.property_value(item.clone(), written.span, context)),
                    })
                    .filter(|(_, item)| !matches!(item, Value::None))
                    .collect();
                Value::map(parts)
            }
            (ExprKind::List(elements), Value::List(items))
                if elements.len() == items.len() && !elements.iter().any(|element| element.spread) && !items.iter().all(is_plain) =>
            {
                let parts = items
                    .iter()
                    .zip(elements)
                    .map(|(item, element)| self.written_value(item.clone(), &element.value, context))
                    .filter(|item| !matches!(item, Value::None));
                Value::list(parts.collect())
            }
            (ExprKind::Comprehension(node), Value::List(items)) if !items.iter().all(is_plain) => {
                let parts = items.iter().map(|item| self.written_value(item.clone(), &node.value, context));
                let parts: Vec<Value> = parts.filter(|item| !matches!(item, Value::None)).collect();
                Value::list(parts)
            }
            _ => self.property_value(value, written.span, context),
        }
    }

    /// A value as CloudFormation can take it: families settled, kinds without a form refused.
    pub(super) fn property_value(&mut self, value: Value, span: Span, context: &Context) -> Value {
        let value = self.settle(value, span, context);
        match value {
            Value::List(items) => {
                if items.iter().all(is_plain) {
                    return Value::List(items);
                }
                let items: Vec<Value> =
                    items.iter().map(|item| self.property_value(item.clone(), span, context)).filter(|item| !matches!(item, Value::None)).collect();
                Value::list(items)
            }
            Value::Map(map) => {
                if map.values().all(is_plain) {
                    return Value::Map(map);
                }
                let entries = map
                    .iter()
                    .map(|(key, item)| (key.clone(), self.property_value(item.clone(), span, context)))
                    .filter(|(_, item)| !matches!(item, Value::None))
                    .collect();
                Value::map(entries)
            }
            Value::Region(region) => Value::Text(self.model.regions.get(region).code.clone()),
            Value::Cidr(text) => Value::Text(text),
            Value::Quantity(..) => self.mismatch(
                "a value that AWS can take",
                &value,
                span,
                "say in which unit AWS counts: `.seconds`, `.days`, `.mib`, `.number` ...",
                context,
            ),
            Value::Family(_) | Value::Resource(_) => {
                self.mismatch("a value that AWS can take", &value, span, "write `.ref`, `.arn` or an attribute behind it", context)
            }
            Value::Instance(..) => self.mismatch("a value that AWS can take", &value, span, "name an output of it", context),
            Value::File(_) => self.mismatch(
                "a value that AWS can take",
                &value,
                span,
                "write `.text` behind it for what stands in it, or `artifact(...)` around it to have it uploaded",
                context,
            ),
            Value::Run(_) if context.in_action => value,
            Value::Run(_) => self.fail(
                codes::RUN_VALUE,
                "a value known at run time cannot stand in a template",
                span,
                "known only when a machine runs",
                "use it in the action that learned it: in `check`, or as an argument of a later call",
                context,
            ),
            Value::Metric(_) | Value::Function(_) | Value::Builtin(_) | Value::Module(_) | Value::Definition(_) | Value::Range(_) => {
                self.mismatch("a value that AWS can take", &value, span, "give a text, a number, a list or a map", context)
            }
            Value::Platform => Value::Text(self.model.platform.name.clone()),
            plain => plain,
        }
    }
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Deploy(_) | Value::Error)
}
