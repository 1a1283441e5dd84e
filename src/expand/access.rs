//! `a.b` and `a[b]`.

use super::scope::CellKind;
use super::{Context, Expander};
use crate::aws::api::ShapeKind;
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::ids::Id;
use crate::model::value::{Deploy, Dimension, ResourceRef, Run, Value, number_text};
use crate::model::{Family, Instance, Region};
use crate::source::Span;
use crate::syntax::ast;
use smol_str::SmolStr;
use std::rc::Rc;

/// How many hexadecimal digits of a text's SHA-256 tell it apart from its other versions: 48 bits.
const FINGERPRINT: usize = 12;

impl<'a> Expander<'a> {
    /// `base.name`
    pub(super) fn member(&mut self, base: Value, name: &ast::Name, base_span: Span, context: &Context) -> Value {
        let base = self.settle(base, base_span, context);
        let text = name.text.as_str();
        match &base {
            Value::Error => Value::Error,
            Value::Instance(id, region) => self.instance_member(*id, *region, name, context),
            Value::Family(family) => match self.select(*family, base_span, context) {
                Some(resource) => self.resource_member(resource, name, context),
                None => Value::Error,
            },
            Value::Resource(resource) => self.resource_member(*resource, name, context),
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Attribute(resource, attribute) => {
                    let path = SmolStr::new(format!("{attribute}.{text}"));
                    self.check_attribute(*resource, &path, name.span, context);
                    Value::Deploy(Rc::new(Deploy::Attribute(*resource, path)))
                }
                _ => self.no_such_member(&base, name, &[""; 0], context),
            },
            // A structure may have members of these names; what it has is a matter of its form.
            Value::Run(run) if run.shape().kind() == ShapeKind::Structure => self.result_member(run, name, context),
            Value::Run(run) => match text {
                "length" => Value::Run(Rc::new(Run::Length(run.clone()))),
                "first" | "last" => self.fail(
                    codes::UNKNOWN_MEMBER,
                    format!("a result at run time has no `{text}`"),
                    name.span,
                    "only a list that is known now has it",
                    "write the position in brackets: `[0]` is the first element",
                    context,
                ),
                _ => self.result_member(run, name, context),
            },
            Value::Module(module) => self.module_member(*module, name, context),
            Value::Region(region) => self.region_member(*region, name, context),
            Value::Platform => self.platform_member(name, context),
            Value::File(file) => self.file_member(file, name, context),
            Value::Map(map) => match map.get(text) {
                Some(value) => value.clone(),
                None => match text {
                    "keys" => Value::list(map.keys().cloned().map(Value::Text).collect()),
                    "values" => Value::list(map.values().cloned().collect()),
                    "length" => Value::Number(map.len() as f64),
                    _ => {
                        let keys: Vec<SmolStr> = map.keys().cloned().collect();
                        self.no_such_member(&base, name, &keys, context)
                    }
                },
            },
            Value::None => {
                self.report(
                    Diagnostic::error(codes::MAYBE_NONE, format!("this is `none` and has no `{text}`"))
                        .label(base_span, "`none` here")
                        .help(format!("write `?.{text}`, which gives `none`, or `?? value` for another value")),
                    context,
                );
                Value::Error
            }
            _ => match plain_member(&base, text) {
                Some(value) => value,
                None => self.no_such_member(&base, name, plain_members(&base), context),
            },
        }
    }

    pub(super) fn no_such_member(&mut self, base: &Value, name: &ast::Name, known: &[impl AsRef<str>], context: &Context) -> Value {
        if self.too_late([base], &format!("what `.{}` looks at", name.text), name.span, context) {
            return Value::Error;
        }
        let mut finding =
            Diagnostic::error(codes::UNKNOWN_MEMBER, format!("{} has no `{}`", self.describe(base), name.text)).label(name.span, "no such member");
        if let Some(near) = suggest::nearest(&name.text, known.iter().map(AsRef::as_ref)) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near);
        } else if !known.is_empty() {
            let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
            finding = finding.help(format!("it has {}", known.join(", ")));
        }
        self.report(finding, context);
        Value::Error
    }

    fn instance_member(&mut self, id: Id<Instance>, region: Option<Id<Region>>, name: &ast::Name, context: &Context) -> Value {
        match name.text.as_str() {
            "name" => return self.physical_name(id, name.span, context),
            "path" => return Value::text(self.model.instances.get(id).path.join("-")),
            "regions" => {
                let regions = &self.model.instances.get(id).regions;
                return Value::list(regions.iter().map(|region| Value::Region(*region)).collect());
            }
            _ => {}
        }
        self.ensure_expanded(id);
        let Some(scope) = self.instance_body(id).map(|body| body.scope) else { return Value::Error };
        let own = self.scopes.get(scope).and_then(|scope| scope.names.get(&name.text)).copied();
        let Some(cell) = own else {
            if let Some(things) = self.scopes.get(scope).and_then(|scope| scope.collected.get(&name.text)) {
                return Value::map(things.clone());
            }
            let visible = |cell: usize| !matches!(self.cells.get(cell).map(|cell| &cell.kind), Some(CellKind::Let(_)));
            let mut names: Vec<SmolStr> = self
                .scopes
                .get(scope)
                .map(|scope| scope.names.iter().filter(|(_, cell)| visible(**cell)).map(|(name, _)| name.clone()).collect())
                .unwrap_or_default();
            names.sort();
            return self.no_such_member(&Value::Instance(id, region), name, &names, context);
        };
        if context.instance != Some(id) && matches!(self.cells.get(cell).map(|cell| &cell.kind), Some(CellKind::Let(_))) {
            let instance = self.model.instances.get(id);
            let (path, component) = (instance.shown.clone(), instance.component.clone());
            return self.fail(
                codes::PRIVATE,
                format!("`{}` is private to `{component}`", name.text),
                name.span,
                "not visible here",
                format!("use an input, output, metric, grant or resource of `{path}`"),
                context,
            );
        }
        let reader = match region {
            Some(region) => context.at(Some(region)),
            None => context.clone(),
        };
        self.read_cell(cell, name.span, &reader)
    }

    /// Whether the component of an instance declares this name.
    pub(super) fn has_member(&mut self, id: Id<Instance>, name: &str) -> bool {
        self.ensure_expanded(id);
        let scope = self.instance_body(id).and_then(|body| self.scopes.get(body.scope));
        scope.is_some_and(|scope| scope.names.contains_key(name))
    }

    fn module_member(&mut self, module: u32, name: &ast::Name, context: &Context) -> Value {
        let scope = self.module_scope(module as usize);
        let module_name = self.modules.list.get(module as usize).map(|module| module.name.clone()).unwrap_or_default();
        let own = self.scopes.get(scope).and_then(|scope| scope.names.get(&name.text)).copied();
        let Some(cell) = own else {
            let mut names: Vec<SmolStr> = self.public_names(scope);
            names.sort();
            let mut finding = Diagnostic::error(codes::UNKNOWN_MEMBER, format!("the module `{module_name}` has no `{}`", name.text))
                .label(name.span, "no such definition");
            if let Some(near) = suggest::nearest(&name.text, names.iter().map(SmolStr::as_str)) {
                finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near);
            } else {
                finding = finding.help(format!("it has {}", names.join(", ")));
            }
            self.report(finding, context);
            return Value::Error;
        };
        if !self.check_public(cell, &module_name, name.span, context) {
            return Value::Error;
        }
        self.read_cell(cell, name.span, context)
    }

    pub(super) fn public_names(&self, scope: usize) -> Vec<SmolStr> {
        let Some(scope) = self.scopes.get(scope) else { return Vec::new() };
        let mut names: Vec<SmolStr> =
            scope.names.iter().filter(|(_, cell)| self.cells.get(**cell).is_some_and(|cell| cell.public)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// Whether a module's definition may be used from outside; reports it if not.
    pub(super) fn check_public(&mut self, cell: usize, module: &str, span: Span, context: &Context) -> bool {
        let Some(cell) = self.cells.get(cell) else { return false };
        if cell.public {
            return true;
        }
        let (name, declared) = (cell.name.clone(), cell.span);
        let mut finding = Diagnostic::error(codes::PRIVATE, format!("`{name}` is private to the module `{module}`")).label(span, "not visible here");
        if self.sources.in_library(declared) {
            finding = finding.help("only what the library declares with `pub` can be used");
        } else {
            finding = finding.secondary(declared, "declared here, without `pub`").help("write `pub` before the declaration");
        }
        self.report(finding, context);
        false
    }

    fn region_member(&mut self, region: Id<Region>, name: &ast::Name, context: &Context) -> Value {
        let found = self.model.regions.get(region);
        match name.text.as_str() {
            "code" => Value::Text(found.code.clone()),
            "name" => Value::Text(found.alias.clone()),
            "account" => Value::Deploy(Rc::new(Deploy::Account(region))),
            "partition" => Value::Deploy(Rc::new(Deploy::Partition)),
            "dns_suffix" => Value::Deploy(Rc::new(Deploy::DnsSuffix)),
            _ => {
                let known = ["code", "name", "account", "partition", "dns_suffix"];
                let finding = Diagnostic::error(codes::UNKNOWN_MEMBER, format!("a Region has no `{}`", name.text)).label(name.span, "no such member");
                let finding = match suggest::nearest(&name.text, known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near),
                    None => finding.help(format!("it has {}", known.join(", "))),
                };
                self.report(finding, context);
                Value::Error
            }
        }
    }

    fn platform_member(&mut self, name: &ast::Name, context: &Context) -> Value {
        let platform = &self.model.platform;
        let duration = |amount: Option<f64>| amount.map_or(Value::None, |amount| Value::Quantity(amount, Dimension::Duration));
        match name.text.as_str() {
            "name" => Value::Text(platform.name.clone()),
            "rto" => duration(platform.rto),
            "rpo" => duration(platform.rpo),
            "strategy" => platform.strategy.clone().map_or(Value::None, Value::Text),
            "regions" => Value::list(self.model.regions.ids().map(Value::Region).collect()),
            _ => self.no_such_member(&Value::Platform, name, &["name", "rto", "rpo", "strategy", "regions"], context),
        }
    }

    fn resource_member(&mut self, resource: ResourceRef, name: &ast::Name, context: &Context) -> Value {
        let text = name.text.as_str();
        let deploy = match text {
            "ref" => Deploy::Ref(resource),
            "arn" => Deploy::Arn(resource),
            _ if text.starts_with(|first: char| first.is_ascii_uppercase()) => {
                self.check_attribute(resource, text, name.span, context);
                Deploy::Attribute(resource, name.text.clone())
            }
            _ => {
                let family = self.model.family_text(resource.family);
                self.report(
                    Diagnostic::error(codes::UNKNOWN_MEMBER, format!("the resource `{family}` has no `{text}`"))
                        .label(name.span, "not an attribute")
                        .help("a resource has `.ref`, `.arn`, and AWS's attributes in AWS's spelling, for example `.Endpoint.Address`"),
                    context,
                );
                return Value::Error;
            }
        };
        if self.model.families.get(resource.family).external {
            return self.external_value(resource, deploy, name.span, context);
        }
        Value::Deploy(Rc::new(deploy))
    }

    /// The member of a family in the Region of the context.
    pub(super) fn select(&mut self, family: Id<Family>, span: Span, context: &Context) -> Option<ResourceRef> {
        let found = self.model.families.get(family);
        if found.single {
            return found.regions.first().map(|region| ResourceRef { family, region: *region });
        }
        let (regions, name) = (found.regions.clone(), found.path.join("."));
        match context.here {
            Some(here) if regions.contains(&here) => Some(ResourceRef { family, region: here }),
            Some(here) => {
                self.no_member(&name, here, &regions, span, context);
                None
            }
            None => {
                self.which_region(&name, &regions, span, context);
                None
            }
        }
    }

    /// `base[index]`
    pub(super) fn index(&mut self, base: Value, index: Value, base_span: Span, index_span: Span, context: &Context) -> Value {
        let index = self.settle(index, index_span, context);
        match (&base, &index) {
            (Value::Error, _) | (_, Value::Error) => Value::Error,
            (Value::PerRegion(cell), Value::Region(region)) => {
                let number = *cell as usize;
                let regions = self.cell_placement(number, base_span).map(|placement| placement.regions);
                let name = self.cells.get(number).map(|cell| cell.name.clone()).unwrap_or_default();
                match regions {
                    Some(regions) if regions.contains(region) => self.compute_cell(number, Some(*region), base_span, context),
                    Some(regions) => self.no_member(&name, *region, &regions, index_span, context),
                    None => Value::Error,
                }
            }
            (Value::Family(family), Value::Region(region)) => {
                let found = self.model.families.get(*family);
                if found.regions.contains(region) {
                    Value::Resource(ResourceRef { family: *family, region: *region })
                } else {
                    let (name, regions) = (found.path.join("."), found.regions.clone());
                    self.no_member(&name, *region, &regions, index_span, context)
                }
            }
            (Value::Instance(id, _), Value::Region(region)) => {
                let found = self.model.instances.get(*id);
                if found.regions.contains(region) {
                    Value::Instance(*id, Some(*region))
                } else {
                    let (name, regions) = (found.shown.clone(), found.regions.clone());
                    self.no_member(&name, *region, &regions, index_span, context)
                }
            }
            (Value::Map(map), Value::Region(region)) => {
                let region = self.model.regions.get(*region).clone();
                let found = map.get(&region.alias).or_else(|| map.get(&region.code)).cloned();
                found.unwrap_or_else(|| {
                    self.fail(
                        codes::NO_SUCH_KEY,
                        format!("there is no entry for {}", region.alias),
                        index_span,
                        format!("nothing for {}", region.alias),
                        format!("add `{}: ...` to the map", region.alias),
                        context,
                    )
                })
            }
            (Value::Map(map), Value::Number(number)) if map.contains_key(number_text(*number).as_str()) => {
                map.get(number_text(*number).as_str()).cloned().unwrap_or(Value::Error)
            }
            (Value::Map(map), Value::Text(key)) => match map.get(key) {
                Some(value) => value.clone(),
                None => {
                    let keys: Vec<&str> = map.keys().map(SmolStr::as_str).collect();
                    let label = match suggest::nearest(key, keys.iter().copied()) {
                        Some(near) => format!("did you mean \"{near}\"?"),
                        None => format!("the map has {}", keys.join(", ")),
                    };
                    self.fail(codes::NO_SUCH_KEY, format!("the map has no key \"{key}\""), index_span, "no such key", label, context)
                }
            },
            (Value::List(items), Value::Number(number)) => {
                let at = if number.fract() == 0.0 && *number >= 0.0 { items.get(*number as usize) } else { None };
                match at {
                    Some(value) => value.clone(),
                    None => self.fail(
                        codes::NO_SUCH_KEY,
                        format!("the list has {} elements, there is no position {}", items.len(), number_text(*number)),
                        index_span,
                        "not there",
                        "positions are counted from 0; `.last` gives the last element",
                        context,
                    ),
                }
            }
            (Value::Run(run), _) => {
                let position = self.as_run(index);
                Value::Run(Rc::new(Run::Index(run.clone(), position)))
            }
            (_, Value::Deploy(_) | Value::Run(_)) => {
                self.not_now(&index, "a key or position", index_span, context);
                Value::Error
            }
            // A value that is the same everywhere has itself as the version of every Region.
            (value, Value::Region(_)) if !matches!(value, Value::List(_) | Value::None) => base,
            _ => {
                let (what, key) = (self.describe(&base), self.describe(&index));
                self.fail(
                    codes::NO_SUCH_KEY,
                    format!("{what} has no element {key}"),
                    index_span,
                    "not a key of it",
                    "a list is read by position, a map by key, a family by Region",
                    context,
                )
            }
        }
    }

    /// The declaration of an action or condition of an instance.
    pub(super) fn definition_in(&self, id: Id<Instance>, name: &str, action: bool) -> Option<(&'a ast::Declaration, Context)> {
        let scope = self.instance_body(id)?.scope;
        let cell = self.scopes.get(scope)?.names.get(name).and_then(|cell| self.cells.get(*cell))?;
        match &cell.kind {
            CellKind::Action(declaration) if action => Some((declaration, cell.context.clone())),
            CellKind::Condition(declaration) if !action => Some((declaration, cell.context.clone())),
            _ => None,
        }
    }
}

fn plain_members(base: &Value) -> &'static [&'static str] {
    match base {
        Value::Quantity(_, Dimension::Duration) => &["milliseconds", "seconds", "minutes", "hours", "days"],
        Value::Quantity(_, Dimension::Size) => &["bytes", "kib", "mib", "gib", "tib"],
        Value::Quantity(_, Dimension::Percent) => &["percent", "fraction"],
        Value::Quantity(_, Dimension::Capacity) => &["number"],
        Value::Quantity(_, Dimension::Rate) => &["per_second", "per_minute", "per_hour"],
        Value::List(_) => &["length", "first", "last"],
        Value::Text(_) => &["length", "upper", "lower", "fingerprint"],
        Value::Range(_) => &["low", "high"],
        Value::Cidr(_) => &["prefix", "address"],
        Value::Number(_) => &["floor", "ceil", "round"],
        Value::Metric(_) => &["namespace", "name", "dimensions", "unit", "path"],
        _ => &[],
    }
}

fn plain_member(base: &Value, name: &str) -> Option<Value> {
    Some(match (base, name) {
        (Value::Quantity(amount, Dimension::Duration), _) => Value::Number(match name {
            "milliseconds" => *amount,
            "seconds" => amount / 1000.0,
            "minutes" => amount / 60_000.0,
            "hours" => amount / 3_600_000.0,
            "days" => amount / 86_400_000.0,
            _ => return None,
        }),
        (Value::Quantity(amount, Dimension::Size), _) => Value::Number(match name {
            "bytes" => *amount,
            "kib" => amount / 1024.0,
            "mib" => amount / 1_048_576.0,
            "gib" => amount / 1_073_741_824.0,
            "tib" => amount / 1_099_511_627_776.0,
            _ => return None,
        }),
        (Value::Quantity(amount, Dimension::Percent), "percent") => Value::Number(*amount),
        (Value::Quantity(amount, Dimension::Percent), "fraction") => Value::Number(amount / 100.0),
        (Value::Quantity(amount, Dimension::Capacity), "number") => Value::Number(*amount),
        (Value::Quantity(amount, Dimension::Rate), "per_second") => Value::Number(*amount),
        (Value::Quantity(amount, Dimension::Rate), "per_minute") => Value::Number(amount * 60.0),
        (Value::Quantity(amount, Dimension::Rate), "per_hour") => Value::Number(amount * 3600.0),
        (Value::Metric(metric), _) => match name {
            "namespace" => metric.namespace.clone(),
            "name" => metric.name.clone(),
            "dimensions" => metric.dimensions.clone(),
            "unit" => metric.unit.as_ref().map_or(Value::None, Value::text),
            "path" => Value::text(&metric.path),
            _ => return None,
        },
        (Value::List(items), "length") => Value::Number(items.len() as f64),
        (Value::List(items), "first") => items.first().cloned().unwrap_or(Value::None),
        (Value::List(items), "last") => items.last().cloned().unwrap_or(Value::None),
        (Value::Text(text), "length") => Value::Number(text.chars().count() as f64),
        (Value::Text(text), "upper") => Value::text(text.to_uppercase()),
        (Value::Text(text), "lower") => Value::text(text.to_lowercase()),
        (Value::Text(text), "fingerprint") => Value::text(crate::code::sha256(text.as_bytes()).get(..FINGERPRINT)?),
        (Value::Range(ends), "low") => ends.0.clone(),
        (Value::Range(ends), "high") => ends.1.clone(),
        (Value::Cidr(text), "prefix") => Value::Number(text.split('/').nth(1)?.parse().ok()?),
        (Value::Cidr(text), "address") => Value::text(text.split('/').next()?),
        (Value::Number(number), "floor") => Value::Number(number.floor()),
        (Value::Number(number), "ceil") => Value::Number(number.ceil()),
        (Value::Number(number), "round") => Value::Number(number.round()),
        _ => return None,
    })
}
