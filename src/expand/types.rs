//! Whether a value is of a declared type; where a type says more (a range, a pattern), whether it keeps to it.

use super::operators::amounts;
use super::{Context, Expander};
use crate::aws;
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Deploy, Dimension, Value, number_text};
use crate::source::Span;
use crate::syntax::ast::{self, TypeArgument, TypeExpr, TypeKind};
use smol_str::SmolStr;
use std::rc::Rc;

/// Types that are built in; the kinds of ids come from a data file.
pub(super) const TYPES: &[&str] = &[
    "String",
    "Number",
    "Bool",
    "Duration",
    "Size",
    "Rate",
    "Percent",
    "Acu",
    "Cidr",
    "Region",
    "Any",
    "List",
    "Map",
    "PerRegion",
    "Range",
    "Secret",
    "OneOf",
    "Metric",
    "Grant",
    "Resource",
    "File",
];

impl<'a> Expander<'a> {
    /// The value as the type wants it, or `Value::Error` after a report. `name` is what the value is given to.
    pub(super) fn check_type(&mut self, value: Value, ty: &'a TypeExpr, span: Span, name: &str, context: &Context) -> Value {
        if matches!(value, Value::Error) {
            return value;
        }
        if matches!(value, Value::None) {
            if ty.optional {
                return value;
            }
            self.report(
                Diagnostic::error(codes::MAYBE_NONE, format!("`{name}` may not be `none`"))
                    .label(span, "`none` here")
                    .secondary(ty.span, "a type without `?` always has a value")
                    .help("give it a value: `value ?? other` takes the other one where the first is `none`"),
                context,
            );
            return Value::Error;
        }
        match &ty.kind {
            TypeKind::Resource(resource_type) => self.check_resource_type(value, &resource_type.text, ty, span, name, context),
            TypeKind::Named { path, arguments } => match path.as_slice() {
                [only] => self.check_named(value, only, arguments, ty, span, name, context),
                [module, definition] => self.check_structural(value, Some(module), definition, ty, span, name, context),
                _ => self.unknown_type(ty, context),
            },
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a value, its type, and all that a message needs")]
    fn check_named(
        &mut self,
        value: Value,
        ty_name: &'a ast::Name,
        arguments: &'a [TypeArgument],
        ty: &'a TypeExpr,
        span: Span,
        name: &str,
        context: &Context,
    ) -> Value {
        let word = ty_name.text.as_str();
        // A type that asks for one value settles a family; collections keep it open.
        let value = if matches!(word, "PerRegion" | "Any") { value } else { self.settle_if_possible(value, span, context) };
        let dimension = match word {
            "Duration" => Some(Dimension::Duration),
            "Size" => Some(Dimension::Size),
            "Rate" => Some(Dimension::Rate),
            "Percent" => Some(Dimension::Percent),
            "Acu" => Some(Dimension::Capacity),
            _ => None,
        };
        match (word, &value) {
            (_, Value::Error | Value::PerRegion(_)) | ("Any", _) => value,
            ("Bool", Value::Bool(_))
            | ("Region", Value::Region(_))
            | ("Cidr", Value::Cidr(_))
            | ("Metric", Value::Metric(_))
            | ("File", Value::File(_))
            | ("Grant", Value::Map(_))
            | ("Resource", Value::Family(_) | Value::Resource(_)) => value,
            ("Cidr" | "Bool" | "Number", Value::Deploy(_)) => value,
            ("Number", Value::Number(number)) => {
                let number = *number;
                self.in_range(&Value::Number(number), arguments, ty, span, name, context).map_or(Value::Error, |()| value)
            }
            (_, Value::Quantity(_, of)) if dimension == Some(*of) => {
                self.in_range(&value, arguments, ty, span, name, context).map_or(Value::Error, |()| value)
            }
            ("String", Value::Text(text)) => {
                let text = text.clone();
                self.fits_text(&text, arguments, ty, span, name, context).map_or(Value::Error, |()| value)
            }
            ("String", Value::Region(region)) => Value::Text(self.model.regions.get(*region).code.clone()),
            ("String", Value::Deploy(_) | Value::Run(_)) => value,
            ("OneOf", Value::Text(text)) => {
                let set: Vec<&str> = arguments
                    .iter()
                    .filter_map(|argument| match argument {
                        TypeArgument::Text(text) => text.plain(),
                        _ => None,
                    })
                    .collect();
                let text = Value::Text(text.clone());
                if self.one_of(&text, &set, span, context).is_some() { value } else { Value::Error }
            }
            ("List", Value::List(items)) => {
                let items = items.clone();
                let Some(TypeArgument::Type(inner)) = arguments.first() else { return value };
                let checked: Vec<Value> = items.iter().map(|item| self.check_type(item.clone(), inner, span, name, context)).collect();
                Value::list(checked)
            }
            ("Map", Value::Map(map)) => {
                let map = map.clone();
                let Some(TypeArgument::Type(inner)) = arguments.first() else { return value };
                let checked = map.iter().map(|(key, item)| (key.clone(), self.check_type(item.clone(), inner, span, key, context))).collect();
                Value::Map(Rc::new(checked))
            }
            ("Range", Value::Range(ends)) => {
                let ends = ends.clone();
                let Some(TypeArgument::Type(inner)) = arguments.first() else { return value };
                for end in [&ends.0, &ends.1] {
                    if matches!(self.check_type(end.clone(), inner, span, name, context), Value::Error) {
                        return Value::Error;
                    }
                }
                value
            }
            ("Secret", _) => match arguments.first() {
                Some(TypeArgument::Type(inner)) => self.check_type(value, inner, span, name, context),
                _ => value,
            },
            ("PerRegion", _) => self.per_region(value, arguments, span, name, context),
            _ if TYPES.contains(&word) => self.wrong_type(&value, ty, span, name, context),
            _ => match aws::kinds::find(word) {
                Some(_) => self.check_kind(value, ty_name, ty, span, name, context),
                None => self.check_structural(value, None, ty_name, ty, span, name, context),
            },
        }
    }

    /// Chooses the member for the Region of the context, if there is one; leaves the family open otherwise.
    fn settle_if_possible(&mut self, value: Value, span: Span, context: &Context) -> Value {
        if context.here.is_some() { self.settle(value, span, context) } else { value }
    }

    fn check_kind(&mut self, value: Value, kind: &ast::Name, ty: &'a TypeExpr, span: Span, name: &str, context: &Context) -> Value {
        match &value {
            Value::Text(text) => {
                let row = aws::kinds::find(&kind.text);
                let wrong = row.and_then(|row| row.pattern.as_ref()).is_some_and(|pattern| super::types::refuses(pattern, text));
                if wrong { self.wrong_type(&value, ty, span, name, context) } else { value }
            }
            Value::Deploy(deploy) => {
                if let Deploy::Parameter(id, _) = deploy.as_ref() {
                    let parameter = self.model.parameters.get(*id);
                    let other = parameter.kind.clone();
                    let both_ids = aws::kinds::find(&other).is_some_and(|row| row.parameter_type.starts_with("AWS::"));
                    if both_ids && other != kind.text {
                        let declared = parameter.span;
                        self.report(
                            Diagnostic::error(codes::TYPE_MISMATCH, format!("`{name}` takes {}, this is {other}", kind.text))
                                .label(span, format!("this is {other}"))
                                .secondary(declared, "declared here")
                                .help(format!("give a parameter of type {}", kind.text)),
                            context,
                        );
                        return Value::Error;
                    }
                }
                value
            }
            Value::Run(_) => value,
            _ => self.wrong_type(&value, ty, span, name, context),
        }
    }

    pub(super) fn wrong_type(&mut self, value: &Value, ty: &'a TypeExpr, span: Span, name: &str, context: &Context) -> Value {
        let wanted = self.sources.slice(ty.span).to_string();
        // A list may hold what is known later: then only its brackets are missing.
        let bare = wanted.starts_with("List(");
        if !bare && matches!(value, Value::Deploy(_)) && self.too_late([value], &format!("`{name}`"), span, context) {
            return Value::Error;
        }
        let found = self.describe(value);
        let is_unit = matches!(value, Value::Number(_) | Value::Quantity(..));
        let wants_unit = ["Duration", "Size", "Rate", "Percent", "Acu"].iter().any(|unit| wanted.starts_with(unit));
        let code = if is_unit && wants_unit { codes::UNIT_MISMATCH } else { codes::TYPE_MISMATCH };
        let mut finding = Diagnostic::error(code, format!("`{name}` takes {wanted}, found {found}")).label(span, format!("this is {found}"));
        let example = match wanted.split(['(', '?']).next().unwrap_or_default() {
            "Duration" => "`30s`, `15min`, `4h`, `7d`",
            "Size" => "`128MiB`",
            "Rate" => "`100/s`",
            "Percent" => "`99.9%`",
            "Acu" => "`8acu`",
            "Cidr" => "`10.0.0.0/16`",
            "String" => "a text in quotes",
            "List" => "a list in brackets: `[a, b]`",
            "Map" => "a map: `{ key: value }`",
            "Range" => "a range: `2acu..64acu`",
            "Region" => "the name of a declared Region",
            "Number" => "a number without a unit",
            "Bool" => "`true` or `false`",
            "OneOf" => "one of its texts in quotes",
            "Metric" => "a metric of an instance: `orders.lag`",
            "Grant" => "a grant of an instance: `orders.write`",
            "Resource" => "the name of a resource",
            "File" => "`file(\"functions/processor.mjs\")`",
            _ => "",
        };
        if let (Value::Number(number), true) = (value, code == codes::UNIT_MISMATCH) {
            let bound = wanted.split_once('(').map_or("", |(_, range)| range.split("..").next().unwrap_or_default());
            let written = bound.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            let unit = match wanted.split(['(', '?']).next().unwrap_or_default() {
                "Duration" => "s",
                "Size" => "MiB",
                "Rate" => "/s",
                "Percent" => "%",
                _ => "acu",
            };
            let unit = if written.is_empty() { unit } else { written };
            finding = finding.help(format!("give it a unit, for example `{}{unit}`", number_text(*number)));
        } else if !example.is_empty() {
            let unquoted = wants_unit && matches!(value, Value::Text(_));
            let how = if unquoted { "write a number with its unit, without quotes:" } else { "write" };
            finding = finding.help(format!("{how} {example}"));
        } else {
            finding = finding.help(format!("give something that is {wanted}"));
        }
        if wanted.starts_with("List(") && !matches!(value, Value::List(_) | Value::Map(_)) {
            let written = self.sources.slice(span).to_string();
            if !written.contains('\n') {
                finding = finding.help(format!("a list of one element is `[{written}]`")).fix("make a list of it", span, format!("[{written}]"));
            }
        }
        if !self.sources.in_library(ty.span) {
            finding = finding.secondary(ty.span, "the declared type");
        }
        self.report(finding, context);
        Value::Error
    }

    fn in_range(&mut self, value: &Value, arguments: &'a [TypeArgument], ty: &TypeExpr, span: Span, name: &str, context: &Context) -> Option<()> {
        for argument in arguments {
            let TypeArgument::Range(range) = argument else { continue };
            let Value::Range(ends) = self.evaluate(range, &Context::of_scope(context.scope)) else { continue };
            let inside = match (amounts(value, &ends.0), amounts(value, &ends.1)) {
                (Some((a, low)), Some((_, high))) => low <= a && a <= high,
                _ => true,
            };
            if !inside {
                let allowed = self.sources.slice(range.span).to_string();
                let found = self.describe(value);
                let mut finding = Diagnostic::error(codes::OUT_OF_BOUNDS, format!("`{name}` must be in {allowed}, found {found}"))
                    .label(span, format!("outside of {allowed}"))
                    .help(format!("write a value in {allowed}; both ends are allowed"));
                if !self.sources.in_library(ty.span) {
                    finding = finding.secondary(ty.span, "the declared type");
                }
                self.report(finding, context);
                return None;
            }
        }
        Some(())
    }

    fn fits_text(&mut self, text: &SmolStr, arguments: &'a [TypeArgument], ty: &TypeExpr, span: Span, name: &str, context: &Context) -> Option<()> {
        for argument in arguments {
            let wrong = match argument {
                TypeArgument::Text(pattern) => pattern.plain().filter(|pattern| refuses(pattern, text)).map(|pattern| format!("match {pattern}")),
                TypeArgument::Range(range) => match self.evaluate(range, &Context::of_scope(context.scope)) {
                    Value::Range(ends) => match (&ends.0, &ends.1) {
                        (Value::Number(low), Value::Number(high)) => {
                            let length = text.chars().count() as f64;
                            (length < *low || length > *high).then(|| format!("have {} to {} characters", number_text(*low), number_text(*high)))
                        }
                        _ => None,
                    },
                    _ => None,
                },
                TypeArgument::Type(_) => None,
            };
            if let Some(wanted) = wrong {
                let mut finding = Diagnostic::error(codes::OUT_OF_BOUNDS, format!("`{name}` must {wanted}; \"{text}\" does not"))
                    .label(span, "does not fit")
                    .help(format!("write a text that does {wanted}"));
                if !self.sources.in_library(ty.span) {
                    finding = finding.secondary(ty.span, "the declared type");
                }
                self.report(finding, context);
                return None;
            }
        }
        Some(())
    }

    /// A map with one entry per Region, or one value for all: always the map afterwards.
    fn per_region(&mut self, value: Value, arguments: &'a [TypeArgument], span: Span, name: &str, context: &Context) -> Value {
        let Some(TypeArgument::Type(inner)) = arguments.first() else { return value };
        let regions: Vec<_> = match context.instance {
            Some(id) => self.model.instances.get(id).regions.clone(),
            None => self.model.regions.ids().collect(),
        };
        let aliases: Vec<(SmolStr, SmolStr)> =
            regions.iter().map(|region| self.model.regions.get(*region)).map(|region| (region.alias.clone(), region.code.clone())).collect();
        let by_region = match &value {
            Value::Map(map) => {
                map.keys().all(|key| self.model.regions.iter().any(|(_, region)| region.alias == *key || region.code == *key)) && !map.is_empty()
            }
            _ => false,
        };
        if let (Value::Map(map), false) = (&value, by_region) {
            let known: Vec<SmolStr> = self.model.regions.iter().flat_map(|(_, region)| [region.alias.clone(), region.code.clone()]).collect();
            let strange = map.keys().find(|key| !known.contains(key));
            if let (Some(strange), true) = (strange, map.keys().any(|key| known.contains(key))) {
                let finding =
                    Diagnostic::error(codes::UNKNOWN_INPUT, format!("`{name}` has a value for `{strange}`, which is no Region of the platform"))
                        .label(span, format!("`{strange}` is none of its Regions"));
                let finding = match crate::diag::suggest::nearest(strange, known.iter().map(SmolStr::as_str)) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("remove it, or declare the Region"),
                };
                self.report(finding, context);
                return Value::Error;
            }
        }
        let mut entries = Vec::new();
        for (alias, code) in aliases {
            let one = match (&value, by_region) {
                (Value::Map(map), true) => match map.get(&alias).or_else(|| map.get(&code)) {
                    Some(one) => one.clone(),
                    None => {
                        self.report(
                            Diagnostic::error(codes::MISSING_INPUT, format!("`{name}` has no value for {alias}"))
                                .label(span, format!("add `{alias}: ...`"))
                                .help("give one value for each Region, or a single one for all"),
                            context,
                        );
                        return Value::Error;
                    }
                },
                _ => value.clone(),
            };
            entries.push((alias, self.check_type(one, inner, span, name, context)));
        }
        Value::map(entries)
    }

    fn check_resource_type(&mut self, value: Value, wanted: &str, ty: &'a TypeExpr, span: Span, name: &str, context: &Context) -> Value {
        let family = match &value {
            Value::Family(family) => *family,
            Value::Resource(resource) => resource.family,
            _ => return self.wrong_type(&value, ty, span, name, context),
        };
        let found = self.model.families.get(family).resource_type.clone();
        if found == wanted {
            return value;
        }
        let declared = self.model.families.get(family).span;
        self.report(
            Diagnostic::error(codes::TYPE_MISMATCH, format!("`{name}` takes an {wanted}, this is an {found}"))
                .label(span, format!("an {found}"))
                .secondary(declared, "declared here")
                .help(format!("give a resource of type {wanted}")),
            context,
        );
        Value::Error
    }

    fn unknown_type(&mut self, ty: &TypeExpr, context: &Context) -> Value {
        self.fail(codes::UNKNOWN_TYPE, "a type is a name, or a module and a name", ty.span, "not a type", "write `Name`, or `module.Name`", context)
    }

    /// The module whose scope (or a parent of it) this is.
    pub(super) fn module_of(&self, scope: usize) -> Option<usize> {
        let mut at = Some(scope);
        while let Some(scope) = at {
            if let Some(module) = self.module_scopes.iter().position(|known| *known == scope) {
                return Some(module);
            }
            at = self.scopes.get(scope).and_then(|scope| scope.parent);
        }
        None
    }
}

/// Whether a text does not match a whole-value pattern. A pattern that cannot be read refuses nothing.
pub(super) fn refuses(pattern: &str, text: &str) -> bool {
    regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| !pattern.is_match(text))
}
