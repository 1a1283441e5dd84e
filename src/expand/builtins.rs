//! Functions and methods of the compiler. None of them knows an AWS service.

use super::operators::amounts;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::{Deploy, Dimension, Run, Value};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind};
use std::rc::Rc;

const FUNCTIONS: &[&str] = &["min", "max", "range", "json", "file", "artifact", "cloudwatch", "stack_output", "ago"];
/// The most elements of `range(n)`.
const MAXIMUM_RANGE: f64 = 100_000.0;

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|known| **known == name).copied()
}

impl<'a> Expander<'a> {
    /// The values of arguments in the Region of the context; none if one of them has no value.
    fn settled(&mut self, arguments: &'a [ast::Expr], context: &Context) -> Option<Vec<Value>> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let value = self.evaluate(argument, context);
            values.push(self.settle(value, argument.span, context));
        }
        (!values.iter().any(|value| matches!(value, Value::Error))).then_some(values)
    }

    pub(super) fn apply_builtin(&mut self, name: &'static str, arguments: &'a [ast::Expr], span: Span, context: &Context) -> Value {
        let Some(values) = self.settled(arguments, context) else { return Value::Error };
        if matches!(name, "min" | "max" | "range") && self.too_late(&values, &format!("what `{name}` is given"), span, context) {
            return Value::Error;
        }
        match (name, values.as_slice()) {
            ("min" | "max", [first, second]) => match amounts(first, second) {
                Some((a, b)) => {
                    if (a <= b) == (name == "min") {
                        first.clone()
                    } else {
                        second.clone()
                    }
                }
                None => self.wrong_arguments(name, "two amounts of one kind", span, context),
            },
            ("range", [Value::Number(count)]) if count.fract() == 0.0 && *count >= 0.0 => {
                if *count > MAXIMUM_RANGE {
                    self.exhaust("`range` makes too long a list", "write a smaller number", span, context);
                    return Value::Error;
                }
                Value::list((0..*count as u32).map(|at| Value::Number(f64::from(at))).collect())
            }
            ("json", [value]) => match self.property_value(value.clone(), span, context) {
                Value::Error => Value::Error,
                value => Value::Deploy(Rc::new(Deploy::Json(value))),
            },
            ("stack_output", [Value::Deploy(deploy)]) if matches!(deploy.as_ref(), Deploy::Ref(_) | Deploy::Attribute(..) | Deploy::Arn(_)) => {
                Value::Deploy(Rc::new(Deploy::StackOutput(deploy.clone())))
            }
            ("stack_output", _) => self.wrong_arguments(name, "a value of a resource", span, context),
            ("ago", [Value::Quantity(time, Dimension::Duration)]) if *time >= 0.0 => Value::Run(Rc::new(Run::Ago(*time))),
            ("ago", _) => self.wrong_arguments(name, "a duration", span, context),
            ("file", [Value::Text(path)]) => self.read_file(path, span, context),
            ("file", [value @ Value::Deploy(_)]) => {
                self.not_now(value, "the path of a file", span, context);
                Value::Error
            }
            ("file", _) => self.wrong_arguments(name, "the path of a file, a text", span, context),
            ("artifact", [Value::File(file)]) => self.pack(file, None, span, context),
            ("artifact", [Value::File(file), Value::Text(name)]) => self.pack(file, Some(name), span, context),
            ("artifact", [Value::File(_), value @ Value::Deploy(_)]) => {
                self.not_now(value, "the name in an archive", span, context);
                Value::Error
            }
            ("artifact", _) => self.wrong_arguments(name, "a file, and the name that it gets", span, context),
            ("cloudwatch", _) => self.fail(
                codes::NOT_CALLABLE,
                "`cloudwatch(...)` is the value of a `metric` declaration only",
                span,
                "not possible here",
                "declare `metric name: Duration in regions = cloudwatch(\"Namespace\", \"Metric\") { ... }` in a component",
                context,
            ),
            ("min" | "max", _) => self.wrong_arguments(name, "two amounts", span, context),
            ("range", _) => self.wrong_arguments(name, "one whole number", span, context),
            _ => self.wrong_arguments(name, "one value", span, context),
        }
    }

    fn wrong_arguments(&mut self, name: &str, takes: &str, span: Span, context: &Context) -> Value {
        self.fail(
            codes::NOT_CALLABLE,
            format!("`{name}` takes {takes}"),
            span,
            "called with other values",
            match name {
                "range" => "write `range(3)`, which gives 0, 1 and 2",
                "json" => "write `json(value)`",
                "file" => "write for example `file(\"functions/processor.mjs\")`",
                "artifact" => "write for example `artifact(file(\"functions/processor.mjs\"), \"index.mjs\")`",
                "ago" => "write for example `ago(15min)`, the time a quarter of an hour before the machine asks",
                "stack_output" => "write for example `stack_output(key[primary].arn)`",
                _ => "write for example `min(1min, 30s)`",
            },
            context,
        )
    }

    /// `receiver.name(arguments)`
    pub(super) fn method(
        &mut self,
        receiver: Value,
        name: &ast::Name,
        receiver_span: Span,
        arguments: &'a [ast::Expr],
        span: Span,
        context: &Context,
    ) -> Value {
        match &receiver {
            Value::Error => return Value::Error,
            Value::Run(run) => return self.run_method(run.clone(), name, arguments, span, context),
            Value::Deploy(_) => {
                self.not_now(&receiver, "what a method looks at", receiver_span, context);
                return Value::Error;
            }
            Value::Instance(..) | Value::Module(_) => {
                let member = self.member(receiver, name, receiver_span, context);
                return match member {
                    Value::Function(number) => {
                        let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument, context)).collect();
                        self.apply(number, values, span, context)
                    }
                    Value::Error => Value::Error,
                    Value::Definition("an action") => self.fail(
                        codes::RUN_VALUE,
                        format!("`{}` is an action: it is done by a step of a plan", name.text),
                        span,
                        "not possible here",
                        format!("write `step {1} = {0}.{1}()` in a failover, failback or drill", self.sources.slice(receiver_span), name.text),
                        context,
                    ),
                    other => {
                        let text = self.describe(&other);
                        self.fail(
                            codes::NOT_CALLABLE,
                            format!("{text} cannot be called"),
                            name.span,
                            "not a function",
                            "leave the parentheses out",
                            context,
                        )
                    }
                };
            }
            _ => {}
        }
        let Some(values) = self.settled(arguments, context) else { return Value::Error };
        let result = match &receiver {
            Value::List(items) => self.list_method(items, &name.text, &values, span, context),
            Value::Map(map) => match (name.text.as_str(), values.as_slice()) {
                ("contains", [Value::Text(key)]) => Some(Value::Bool(map.contains_key(key))),
                _ => match map.get(&name.text) {
                    Some(Value::Function(number)) => Some(self.apply(*number, values.clone(), span, context)),
                    _ => None,
                },
            },
            Value::Text(text) => match (name.text.as_str(), values.as_slice()) {
                ("replace", [Value::Text(old), Value::Text(new)])
                    if !self.text_fits(text.matches(old.as_str()).count().saturating_mul(new.len()), span, context) =>
                {
                    Some(Value::Error)
                }
                _ => text_method(text, &name.text, &values),
            },
            Value::Range(ends) => match (name.text.as_str(), values.as_slice()) {
                ("contains", [value]) => match (amounts(value, &ends.0), amounts(value, &ends.1)) {
                    (Some((a, low)), Some((_, high))) => Some(Value::Bool(low <= a && a <= high)),
                    _ => None,
                },
                _ => None,
            },
            Value::Cidr(text) => match (name.text.as_str(), values.as_slice()) {
                ("subnet", [Value::Number(bits), Value::Number(at)]) => match subnet(text, *bits, *at) {
                    Some(cidr) => Some(cidr),
                    None => Some(self.fail(
                        codes::OUT_OF_BOUNDS,
                        format!("`{text}` has no subnet number {at} with {bits} further bits"),
                        span,
                        "does not fit",
                        "take fewer bits or a smaller number: a prefix is at most 32, and n bits make 2^n subnets",
                        context,
                    )),
                },
                _ => None,
            },
            _ => None,
        };
        match result {
            Some(value) => value,
            None if self.too_late(&values, &format!("what `{}` is given", name.text), span, context) => Value::Error,
            None => {
                let text = self.describe(&receiver);
                let known = methods(&receiver);
                let mut finding = Diagnostic::error(codes::NOT_CALLABLE, format!("{text} has no method `{}` for these values", name.text))
                    .label(name.span, "cannot be called so");
                if let Some(near) = suggest::nearest(&name.text, known.iter().copied()) {
                    finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), name.span, near);
                } else if !known.is_empty() {
                    finding = finding.help(format!("it has the methods {}", known.join(", ")));
                }
                self.report(finding, context);
                Value::Error
            }
        }
    }

    fn list_method(&mut self, items: &Rc<Vec<Value>>, name: &str, values: &[Value], span: Span, context: &Context) -> Option<Value> {
        Some(match (name, values) {
            ("contains" | "unique" | "sort" | "join", _) if !self.spend(items.len(), span, context) => Value::Error,
            ("contains", [value]) => {
                let found = items.iter().any(|item| self.equal(item, value) == Some(true));
                if !found && self.too_late(items.iter().chain([value]), "what is compared", span, context) {
                    return Some(Value::Error);
                }
                Value::Bool(found)
            }
            ("sort" | "unique", []) if self.too_late(items.iter(), "what is compared", span, context) => Value::Error,
            ("join", [Value::Text(separator)]) => {
                let mut parts = Vec::new();
                let mut length = 0;
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        parts.push(crate::model::value::TextPart::Literal(separator.to_string()));
                    }
                    match self.text_of(item.clone(), span, context) {
                        Value::Text(text) => {
                            length += separator.len() + text.len();
                            if !self.text_fits(length, span, context) {
                                return Some(Value::Error);
                            }
                            parts.push(crate::model::value::TextPart::Literal(text.to_string()));
                        }
                        Value::Deploy(deploy) => super::operators::push_part(&mut parts, &deploy),
                        _ => return Some(Value::Error),
                    }
                }
                super::interpolate::join_parts(parts)
            }
            ("map", [Value::Function(number)]) => {
                Value::list(items.iter().map(|item| self.apply(*number, vec![item.clone()], span, context)).collect())
            }
            ("any" | "all" | "filter", [Value::Function(number)]) => {
                let mut kept = Vec::new();
                for item in items.iter() {
                    match self.apply(*number, vec![item.clone()], span, context) {
                        Value::Bool(true) => kept.push(item.clone()),
                        Value::Bool(false) => {}
                        Value::Error => return Some(Value::Error),
                        other => {
                            self.not_now_or_bool(&other, span, context);
                            return Some(Value::Error);
                        }
                    }
                }
                match name {
                    "any" => Value::Bool(!kept.is_empty()),
                    "all" => Value::Bool(kept.len() == items.len()),
                    _ => Value::list(kept),
                }
            }
            ("flatten", []) => {
                let mut flat = Vec::new();
                for item in items.iter() {
                    match item {
                        Value::List(inner) if !self.spend(inner.len(), span, context) => return Some(Value::Error),
                        Value::List(inner) => flat.extend(inner.iter().cloned()),
                        Value::None => {}
                        other => flat.push(other.clone()),
                    }
                }
                Value::list(flat)
            }
            ("sort", []) => {
                let mut sorted = items.as_ref().clone();
                sorted.sort_by(|a, b| match (a, b) {
                    (Value::Text(a), Value::Text(b)) => a.cmp(b),
                    _ => amounts(a, b).map_or(std::cmp::Ordering::Equal, |(a, b)| a.total_cmp(&b)),
                });
                Value::list(sorted)
            }
            ("unique", []) => {
                let mut kept: Vec<Value> = Vec::new();
                for item in items.iter() {
                    if !self.spend(kept.len() / 16, span, context) {
                        return Some(Value::Error);
                    }
                    if !kept.iter().any(|known| self.equal(known, item) == Some(true)) {
                        kept.push(item.clone());
                    }
                }
                Value::list(kept)
            }
            _ => return None,
        })
    }

    fn not_now_or_bool(&mut self, value: &Value, span: Span, context: &Context) {
        if matches!(value, Value::Deploy(_) | Value::Run(_)) {
            self.not_now(value, "a condition", span, context);
        } else {
            self.mismatch("Bool", value, span, "the function has to say yes or no", context);
        }
    }

    fn run_method(&mut self, run: Rc<Run>, name: &ast::Name, arguments: &'a [ast::Expr], span: Span, context: &Context) -> Value {
        if let ("any" | "all", [argument]) = (name.text.as_str(), arguments)
            && let ExprKind::Lambda(parameters, body) = &argument.kind
            && let [parameter] = parameters.as_slice()
        {
            let element = Value::Run(Rc::new(Run::Element(parameter.text.clone(), run.shape().element())));
            let inner = context.with(parameter.text.clone(), element);
            let value = self.evaluate(body, &inner);
            if matches!(value, Value::Error) {
                return Value::Error;
            }
            let body = self.as_run(value);
            let parameter = parameter.text.clone();
            return Value::Run(Rc::new(if name.text == "any" { Run::Any(run, parameter, body) } else { Run::All(run, parameter, body) }));
        }
        self.report(
            Diagnostic::error(codes::NOT_CALLABLE, format!("a value known at run time has no method `{}` for these values", name.text))
                .label(span, "not possible here")
                .help("a result has `.any(x => ...)`, `.all(x => ...)` and `.length`"),
            context,
        );
        Value::Error
    }
}

fn methods(receiver: &Value) -> &'static [&'static str] {
    match receiver {
        Value::List(_) => &["any", "all", "contains", "join", "map", "filter", "flatten", "sort", "unique"],
        Value::Map(_) | Value::Range(_) => &["contains"],
        Value::Text(_) => &["replace", "split", "starts_with", "ends_with", "contains"],
        Value::Cidr(_) => &["subnet"],
        _ => &[],
    }
}

fn text_method(text: &str, name: &str, values: &[Value]) -> Option<Value> {
    Some(match (name, values) {
        ("replace", [Value::Text(old), Value::Text(new)]) => Value::text(text.replace(old.as_str(), new)),
        ("split", [Value::Text(separator)]) => Value::list(text.split(separator.as_str()).map(Value::text).collect()),
        ("starts_with", [Value::Text(start)]) => Value::Bool(text.starts_with(start.as_str())),
        ("ends_with", [Value::Text(end)]) => Value::Bool(text.ends_with(end.as_str())),
        ("contains", [Value::Text(part)]) => Value::Bool(text.contains(part.as_str())),
        _ => return None,
    })
}

/// Subnet number `at` of a network whose prefix grows by `bits`.
fn subnet(cidr: &str, bits: f64, at: f64) -> Option<Value> {
    let (address, prefix) = cidr.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    if bits.fract() != 0.0 || at.fract() != 0.0 || bits < 0.0 || at < 0.0 {
        return None;
    }
    let new_prefix = prefix + bits as u32;
    if new_prefix > 32 || at >= f64::from(bits as u32).exp2() {
        return None;
    }
    let mask = if prefix == 0 { 0 } else { u32::MAX << (32 - prefix) };
    let shift = 32 - new_prefix;
    let offset = if shift == 32 { 0 } else { (at as u32) << shift };
    let network = (u32::from(address) & mask) | offset;
    Some(Value::Cidr(format!("{}/{new_prefix}", std::net::Ipv4Addr::from(network)).into()))
}
