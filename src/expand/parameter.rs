//! Parameters (given at deployment) and settings (fixed when compiling).

use super::scope::CellKind;
use super::{Context, Expander};
use crate::aws;
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Parameter;
use crate::model::value::{Deploy, Value};
use crate::pattern;
use crate::syntax::ast::{self, ClauseWord, DocLine, TypeArgument, TypeKind};
use smol_str::SmolStr;
use std::rc::Rc;

/// The text of documentation lines, joined by blanks.
pub(super) fn documentation(lines: &[DocLine]) -> String {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    texts.join(" ").trim().to_string()
}

/// `order_queue` as `OrderQueue`.
pub(crate) fn pascal_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut characters = word.chars();
        if let Some(first) = characters.next() {
            out.extend(first.to_uppercase());
            out.push_str(characters.as_str());
        }
    }
    out
}

impl<'a> Expander<'a> {
    pub(super) fn expand_parameter(&mut self, declaration: &'a ast::Declaration, context: &Context) {
        let name = &declaration.name;
        let Some(ty) = &declaration.ty else {
            self.report(
                Diagnostic::error(codes::BAD_HEADER, format!("the parameter `{}` has no type", name.text))
                    .label(name.span, "which values may be given?")
                    .help(format!("write `param {}: String(\"[a-z][a-z0-9]{{1,9}}\")`", name.text)),
                context,
            );
            self.declare(name, CellKind::Ready(Value::Error), false, context);
            return;
        };
        let mut parameter = Parameter {
            name: name.text.clone(),
            logical_id: SmolStr::new(pascal_case(&name.text)),
            parameter_type: "String".into(),
            pattern: None,
            allowed: Vec::new(),
            length: None,
            range: None,
            default: None,
            given: None,
            description: documentation(&declaration.doc),
            secret: false,
            kind: SmolStr::new_static("String"),
            regions: Vec::new(),
            span: declaration.header(),
            type_span: ty.span,
        };
        if !self.parameter_type(&mut parameter, ty, context) {
            self.declare(name, CellKind::Ready(Value::Error), false, context);
            return;
        }
        for clause in &declaration.clauses {
            if clause.word == ClauseWord::In
                && let Some(placement) = self.placement(clause, context)
            {
                parameter.regions = placement.regions.to_vec();
            }
        }
        if let Some(default) = &declaration.value {
            let value = self.evaluate(default, context);
            let checked = self.check_type(value, ty, default.span, &name.text, context);
            parameter.default = self.parameter_text(checked, default.span, context);
            if parameter.secret && parameter.default.is_some() {
                self.fail(
                    codes::SECRET,
                    format!("the secret `{}` has its value in the source", name.text),
                    default.span,
                    "everybody who reads the file reads it",
                    "remove the default: the value is given at deployment, and CloudFormation does not show it",
                    context,
                );
            }
        }
        parameter.given = self.given_there(&parameter, ty, context);
        let regions = parameter.regions.clone();
        let id = self.model.parameters.add(parameter);
        self.parameters.insert(name.text.clone(), id);
        if regions.is_empty() {
            self.declare(name, CellKind::Ready(Value::Deploy(Rc::new(Deploy::Parameter(id, None)))), false, context);
        } else {
            let values = regions.iter().map(|region| (*region, Value::Deploy(Rc::new(Deploy::Parameter(id, Some(*region)))))).collect();
            if let Some(cell) = self.declare(name, CellKind::Given(values), false, context)
                && let Some(cell) = self.cells.get_mut(cell)
            {
                cell.placed = true;
                cell.placement = Some(super::Placement { regions: regions.into(), single: false });
            }
        }
    }

    fn parameter_type(&mut self, parameter: &mut Parameter, ty: &'a ast::TypeExpr, context: &Context) -> bool {
        let TypeKind::Named { path, arguments } = &ty.kind else {
            self.fail(
                codes::UNKNOWN_TYPE,
                "a resource cannot be given at deployment",
                ty.span,
                "a resource type",
                "give its id instead: `VpcId`, `KeyArn`, `String`",
                context,
            );
            return false;
        };
        let Some(name) = path.first().filter(|_| path.len() == 1) else {
            self.fail(
                codes::UNKNOWN_TYPE,
                "an instance cannot be given at deployment",
                ty.span,
                "an instance",
                "a parameter is a text or a number; declare what exists already as `external`",
                context,
            );
            return false;
        };
        parameter.kind = name.text.clone();
        match name.text.as_str() {
            "String" => {
                for argument in arguments {
                    match argument {
                        TypeArgument::Text(pattern) => {
                            parameter.pattern = pattern.plain().map(str::to_string);
                            if !self.portable(pattern, context) {
                                return false;
                            }
                        }
                        TypeArgument::Range(range) => {
                            if let Some((low, high)) = self.number_range(range, context) {
                                parameter.length = Some((low.max(0.0) as u32, high.max(0.0) as u32));
                            }
                        }
                        TypeArgument::Type(_) => {}
                    }
                }
            }
            "Number" => {
                parameter.parameter_type = "Number".into();
                for argument in arguments {
                    if let TypeArgument::Range(range) = argument {
                        parameter.range = self.number_range(range, context);
                    }
                }
            }
            "Bool" => parameter.allowed = vec!["true".into(), "false".into()],
            "Cidr" => parameter.pattern = Some(r"\d{1,3}(\.\d{1,3}){3}/\d{1,2}".into()),
            "OneOf" => {
                for argument in arguments {
                    if let TypeArgument::Text(text) = argument {
                        parameter.allowed.extend(text.plain().map(str::to_string));
                    }
                }
            }
            "Secret" => {
                parameter.secret = true;
                if let Some(TypeArgument::Type(inner)) = arguments.first() {
                    return self.parameter_type(parameter, inner, context);
                }
            }
            other => match aws::kinds::find(other) {
                Some(kind) => {
                    parameter.parameter_type = kind.parameter_type.clone();
                    parameter.pattern = kind.pattern.clone();
                }
                None => {
                    let known = ["String", "Number", "Bool", "Cidr", "OneOf", "Secret"];
                    let names = known.iter().copied().chain(aws::kinds::names());
                    let near = suggest::nearest(other, names);
                    let mut finding = Diagnostic::error(codes::UNKNOWN_TYPE, format!("a parameter cannot be of type `{other}`"))
                        .label(name.span, "not a type of a value given at deployment");
                    if let Some(near) = near {
                        finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near);
                    } else {
                        finding =
                            finding.help("use `String`, `Number`, or the kind of an id such as `VpcId`; what shapes the platform is a `setting`");
                    }
                    self.report(finding, context);
                    return false;
                }
            },
        }
        true
    }

    /// Whether CloudFormation reads a pattern as it is read here. That it can be read at all is looked at with the form.
    fn portable(&mut self, literal: &'a ast::StringLiteral, context: &Context) -> bool {
        let Some(pattern) = literal.plain().filter(|pattern| regex_lite::Regex::new(pattern).is_ok()) else { return true };
        let Err(fault) = pattern::read(pattern) else { return true };
        self.report(
            Diagnostic::error(codes::BAD_PATTERN, format!("`{}` in this pattern {}", fault.part, fault.reason))
                .label(literal.span, "a pattern for the whole value")
                .note("CloudFormation checks the value of a parameter with it, by the rules of Java's regular expressions")
                .help(fault.help),
            context,
        );
        false
    }

    pub(super) fn number_range(&mut self, range: &'a ast::Expr, context: &Context) -> Option<(f64, f64)> {
        match self.evaluate(range, context) {
            Value::Range(ends) => match (&ends.0, &ends.1) {
                (Value::Number(low), Value::Number(high)) => Some((*low, *high)),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn expand_setting(&mut self, declaration: &'a ast::Declaration, context: &Context) {
        let name = &declaration.name;
        let given = self.options.settings.iter().rev().find(|(key, _)| *key == name.text.as_str()).map(|(_, value)| value.clone());
        // What is typed for one run wins over what the environment always has.
        if given.is_none()
            && let Some(value) = self.setting_there(declaration, context)
        {
            self.declare(name, CellKind::Ready(value), false, context);
            return;
        }
        let value = match (given, &declaration.value) {
            (Some(text), _) => match read_setting(&text) {
                Some(value) => value,
                None => Value::text(text),
            },
            (None, Some(default)) => self.evaluate(default, context),
            (None, None) => {
                self.report(
                    Diagnostic::error(codes::MISSING_INPUT, format!("the setting `{}` has no value", name.text))
                        .label(name.span, "neither a default here nor a value on the command line or in the environment file")
                        .help(format!(
                            "compile with `--set {0}=value`, write `{0} = value` into the environment file, or give it a default",
                            name.text
                        )),
                    context,
                );
                Value::Error
            }
        };
        let span = declaration.value.as_ref().map_or(name.span, |value| value.span);
        if self.too_late([&value], "a setting", span, context) {
            self.declare(name, CellKind::Ready(Value::Error), false, context);
            return;
        }
        let value = match &declaration.ty {
            Some(ty) => self.check_type(value, ty, span, &name.text, context),
            None => value,
        };
        self.declare(name, CellKind::Ready(value), false, context);
    }
}

/// A setting's text as a number, truth value or quantity where it is one.
fn read_setting(text: &str) -> Option<Value> {
    match text {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    if let Ok(number) = text.parse::<f64>() {
        return Some(Value::Number(number));
    }
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, suffix) = text.split_at_checked(split)?;
    let (dimension, factor) = crate::model::value::unit(suffix)?;
    Some(Value::Quantity(number.parse::<f64>().ok()? * factor, dimension))
}
