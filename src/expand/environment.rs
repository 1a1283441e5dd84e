//! Values from the environment file: for settings, which they fix, and for parameters, which the deployment is told of.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::{Value, number_text};
use crate::model::{Given, Parameter};
use crate::resolve::environment_lines;
use crate::source::Span;
use crate::syntax::ast::{self, Entry, Expr, ExprKind, Kind, Statement, StringPart};
use smol_str::SmolStr;
use std::collections::BTreeMap;

impl<'a> Expander<'a> {
    /// Opens the scope in which the file's values are read: it knows the Regions, and nothing else.
    pub(super) fn open_environment(&mut self, context: &Context) {
        let Some(file) = &self.modules.environment else { return };
        let scope = self.new_scope(None);
        let regions: Vec<SmolStr> = self.model.regions.iter().map(|(_, region)| region.alias.clone()).collect();
        for alias in regions {
            if let Some(cell) = self.find_cell(context.scope, &alias)
                && let Some(scope) = self.scopes.get_mut(scope)
            {
                scope.names.insert(alias, cell);
            }
        }
        self.environment = environment_lines(file).map(|line| (line.key.text.clone(), line)).collect();
        self.environment_scope = scope;
    }

    /// The value that the environment file gives to a name, and where; `Value::Error` after a report.
    fn environment_value(&mut self, name: &str) -> Option<(Value, Span)> {
        let line = *self.environment.get(name)?;
        let context = Context::of_scope(self.environment_scope);
        let span = line.value.span;
        if !self.known_there(&line.value, &context) {
            return Some((Value::Error, span));
        }
        let value = self.evaluate(&line.value, &context);
        Some((value, span))
    }

    /// Whether all names in a value are those of Regions; what else is named is reported.
    fn known_there(&mut self, expression: &'a Expr, context: &Context) -> bool {
        match &expression.kind {
            ExprKind::Name(name) if self.find_cell(context.scope, name).is_none() => {
                let regions: Vec<SmolStr> = self.model.regions.iter().map(|(_, region)| region.alias.clone()).collect();
                let mut finding = Diagnostic::error(codes::UNKNOWN_NAME, format!("an environment file knows nothing called `{name}`"))
                    .label(expression.span, "not a Region of the platform");
                finding = match suggest::nearest(name, regions.iter().map(SmolStr::as_str)) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), expression.span, near),
                    None => {
                        finding.help(format!("a text is written in quotes: `\"{name}\"`; of the platform's names only those of Regions are known"))
                    }
                };
                self.diagnostics.push(finding);
                false
            }
            ExprKind::String(text) => text.parts.iter().all(|part| match part {
                StringPart::Value(value) => self.known_there(value, context),
                StringPart::Text(_) => true,
            }),
            ExprKind::List(elements) => elements.iter().all(|element| self.known_there(&element.value, context)),
            ExprKind::Map(entries) => entries.iter().all(|entry| match entry {
                Entry::Pair { value, .. } | Entry::Spread(value) => self.known_there(value, context),
            }),
            ExprKind::Range(low, high) => self.known_there(low, context) && self.known_there(high, context),
            ExprKind::Unary(_, value) => self.known_there(value, context),
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Rate(..)
            | ExprKind::Cidr(_)
            | ExprKind::Hyphenated(_)
            | ExprKind::Name(_) => true,
            // Refused by its form.
            _ => false,
        }
    }

    /// The value of a setting out of the environment file; the type is checked there.
    pub(super) fn setting_there(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Option<Value> {
        let name = &declaration.name.text;
        let (value, span) = self.environment_value(name)?;
        Some(match &declaration.ty {
            Some(ty) => self.check_type(value, ty, span, name, context),
            None => value,
        })
    }

    /// The value of a parameter out of the environment file.
    pub(super) fn given_there(&mut self, parameter: &Parameter, ty: &'a ast::TypeExpr, context: &Context) -> Option<Given> {
        let name = &parameter.name;
        let (value, span) = self.environment_value(name)?;
        if parameter.secret {
            self.report(
                Diagnostic::error(codes::SECRET, format!("the secret `{name}` has its value in the environment file"))
                    .label(span, "everybody who reads the file reads it")
                    .secondary(parameter.span, "declared as a secret")
                    .help("remove the line: the value is given at deployment, and CloudFormation does not show it"),
                context,
            );
            return None;
        }
        let one = |expander: &mut Self, value: Value| {
            let checked = expander.check_type(value, ty, span, name, context);
            expander.parameter_text(checked, span, context)
        };
        if parameter.regions.is_empty() {
            return one(self, value).map(Given::Everywhere);
        }
        let mut given = BTreeMap::new();
        match value {
            Value::Map(map) => {
                let aliases: Vec<SmolStr> = parameter.regions.iter().map(|region| self.model.regions.get(*region).alias.clone()).collect();
                if let Some(odd) = map.keys().find(|key| !aliases.contains(key)) {
                    let known: Vec<&str> = aliases.iter().map(SmolStr::as_str).collect();
                    let key = ast::Name { text: odd.clone(), span: self.place_of_key(odd, span) };
                    self.unknown_key(&key, &known, &format!("`{name}`"), context);
                    return None;
                }
                for (region, alias) in parameter.regions.iter().zip(&aliases) {
                    let Some(value) = map.get(alias) else {
                        self.report(
                            Diagnostic::error(codes::MISSING_INPUT, format!("`{name}` has no value for {}", self.model.region_text(*region)))
                                .label(span, format!("no `{alias}` in it"))
                                .secondary(parameter.span, "has a value for each of these Regions")
                                .help(format!("add `{alias}: ...` to the map")),
                            context,
                        );
                        return None;
                    };
                    given.insert(*region, one(self, value.clone())?);
                }
            }
            value => {
                let text = one(self, value)?;
                given.extend(parameter.regions.iter().map(|region| (*region, text.clone())));
            }
        }
        Some(Given::ByRegion(given))
    }

    /// A checked value as CloudFormation takes it: as text.
    pub(super) fn parameter_text(&mut self, value: Value, span: Span, context: &Context) -> Option<String> {
        match value {
            Value::Text(text) | Value::Cidr(text) => Some(text.to_string()),
            Value::Number(number) => Some(number_text(number)),
            Value::Bool(value) => Some(value.to_string()),
            Value::Region(region) => Some(self.model.regions.get(region).code.to_string()),
            Value::Error | Value::None => None,
            other => {
                self.mismatch("a value that CloudFormation can take as text", &other, span, "give a text or a number", context);
                None
            }
        }
    }

    /// Refuses values for what the platform does not declare, on the command line and in the environment file.
    pub(super) fn check_settings(&mut self, statements: &'a [Statement]) {
        let declared = super::platform::declarations(statements);
        let named = |kind: Kind| declared.iter().filter(move |one| one.kind == kind).map(|one| one.name.text.as_str());
        let settings: Vec<&str> = named(Kind::Setting).collect();
        let parameters: Vec<&str> = named(Kind::Param).collect();
        for (name, value) in &self.options.settings {
            if settings.contains(&name.as_str()) {
                continue;
            }
            let mut finding = Diagnostic::error(codes::SETTING, format!("the platform has no setting `{name}`"));
            finding = match suggest::nearest(name, settings.iter().copied()) {
                _ if parameters.contains(&name.as_str()) => finding.help(format!(
                    "`{name}` is a parameter: it is given at deployment, or in an environment file as `{name} = \"{value}\"`; only a `setting` is fixed with `--set`"
                )),
                Some(near) => finding.help(format!("did you mean `--set {near}=...`?")),
                None if settings.is_empty() => finding.help("it declares no setting; what is given at deployment is a `param`"),
                None => finding.help(format!("it has {}", settings.join(", "))),
            };
            self.diagnostics.push(finding);
        }
        let Some(file) = &self.modules.environment else { return };
        let known: Vec<&str> = settings.iter().chain(&parameters).copied().collect();
        for line in environment_lines(file).filter(|line| !known.contains(&line.key.text.as_str())) {
            let name = &line.key.text;
            let mut finding = Diagnostic::error(codes::SETTING, format!("the platform has no setting and no parameter `{name}`"))
                .label(line.key.span, "nothing of this name takes a value");
            finding = match suggest::nearest(name, known.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), line.key.span, near),
                None if known.is_empty() => finding.help(format!("declare it in the platform file: `setting {name} = ...`")),
                None => finding.help(format!("it has {}", known.join(", "))),
            };
            self.diagnostics.push(finding);
        }
    }
}
