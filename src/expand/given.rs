//! What calls are given: members, values and their bounds, at every depth.

use super::call::{age, listed};
use super::{Context, Expander};
use crate::aws::api::{Member, Shape, ShapeKind};
use crate::aws::spelling::respelled_member;
use crate::diag::{Code, Diagnostic, codes, suggest};
use crate::model::value::{Deploy, Run, Value, ValueMap, number_text};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOperator, Entry, ExprKind};
use smol_str::SmolStr;
use std::rc::Rc;

/// A member with its value, and where both are written.
pub(super) struct Given<'v, 'a> {
    pub name: &'v SmolStr,
    /// The name in the source, if it stands there.
    pub key: Option<Span>,
    pub value: &'v Value,
    /// The value in the source, if it stands there.
    pub written: Option<&'a ast::Expr>,
    /// The least text that holds the value.
    pub place: Span,
}

/// What members belong to, in messages and in the source.
struct Owner<'t> {
    /// The call, or a member of it.
    text: &'t str,
    /// The call.
    call: &'t str,
    span: Span,
    /// `=` in a call, `:` in a map.
    assigns: &'static str,
}

/// A value in messages.
struct What<'t> {
    /// The member and the call.
    text: String,
    /// The call.
    call: &'t str,
}

impl<'a> Expander<'a> {
    /// Checks what a call is given against what it takes.
    pub(super) fn check_given(&mut self, input: Shape, given: &[Given<'_, 'a>], node: &ast::Call, context: &Context) {
        let text = format!("`{}.{}`", node.service.text, node.operation.text);
        let owner = Owner { text: &text, call: &text, span: node.service.span.to(node.operation.span), assigns: " =" };
        if input.kind() == ShapeKind::Structure {
            return self.check_members(input, given, &owner, context);
        }
        for (item, meant) in given.iter().filter_map(|item| Some((item, respelled_member(item.name)?))) {
            let finding = misspelt(codes::CALL_MEMBER, item.name, &meant, item.place, item.key);
            self.report_later(finding, context);
        }
    }

    fn check_members(&mut self, shape: Shape, given: &[Given<'_, 'a>], owner: &Owner<'_>, context: &Context) {
        let mut known: Vec<&str> = Vec::new();
        for item in given {
            let found = shape.member(item.name);
            let (member, spelled) = match found {
                Some(member) => (Some(member), true),
                None => self.unknown_given(shape, item, owner, context),
            };
            let Some(member) = member else { continue };
            known.push(member.api_name());
            if spelled {
                let what = What { text: format!("`{}` of {}", member.name(), owner.call), call: owner.call };
                self.check_value(member.shape(), item, &what, context);
            }
        }
        let missing: Vec<String> =
            shape.members().filter(|member| member.required() && !known.contains(&member.api_name())).map(Member::name).collect();
        let needs = if let [name] = missing.as_slice() { format!("`{name}`") } else { listed(&missing) };
        let finding = |message: String, label: &str, help: String| {
            Diagnostic::error(codes::CALL_MEMBER_MISSING, message).label(owner.span, label).help(help).note(REFUSED)
        };
        if let Some(first) = missing.first() {
            let help = format!("add `{first}{} ...`", owner.assigns);
            self.report_later(finding(format!("{} needs {needs}", owner.text), "not given here", help), context);
        } else if shape.one_member() && known.len() != 1 {
            let names: Vec<String> = shape.members().map(Member::name).collect();
            let label = if known.is_empty() { "none is given" } else { "more than one is given" };
            let message = format!("{} needs exactly one of its members", owner.text);
            self.report_later(finding(message, label, format!("it has {}", listed(&names))), context);
        }
    }

    /// Reports a member that is not there, and gives the one that is meant, and whether only its spelling is wrong.
    fn unknown_given(&mut self, shape: Shape, item: &Given<'_, 'a>, owner: &Owner<'_>, context: &Context) -> (Option<Member>, bool) {
        let (finding, meant, spelled) = unknown_member(codes::CALL_MEMBER, shape, item.name, owner.text, item.key.unwrap_or(item.place), item.key);
        self.report_later(finding, context);
        (meant, spelled)
    }

    fn check_value(&mut self, shape: Shape, item: &Given<'_, 'a>, what: &What<'_>, context: &Context) {
        match (shape.kind(), item.value) {
            (_, Value::Error | Value::None | Value::Deploy(_)) | (ShapeKind::Document | ShapeKind::Blob, _) => {}
            (kind, Value::Run(run)) => {
                let found = run.shape().kind();
                if !fits(kind, found) {
                    let wanted = kind_text(kind);
                    let finding = Diagnostic::error(codes::CALL_VALUE_TYPE, format!("{} is {wanted}", what.text))
                        .label(item.place, format!("this is {}", kind_text(found)))
                        .help(format!("give {wanted}"))
                        .note(REFUSED);
                    self.report_later(finding, context);
                }
            }
            (ShapeKind::Structure, Value::Map(map)) => {
                let inner = given_in(map, item);
                self.check_members(shape, &inner, &Owner { text: &what.text, call: what.call, span: item.place, assigns: ":" }, context);
            }
            (ShapeKind::Map, Value::Map(map)) => {
                self.check_bounds(shape, map.len() as f64, ("entry", "entries"), item, what, context);
                for inner in given_in(map, item) {
                    if shape.key().enumeration().next().is_some() {
                        let name = Value::Text(inner.name.clone());
                        let place = inner.key.unwrap_or(inner.place);
                        let key = Given { name: inner.name, key: None, value: &name, written: None, place };
                        let what = What { text: format!("a key of {}", what.text), call: what.call };
                        self.check_text(shape.key(), inner.name, &key, &what, inner.key, context);
                    }
                    let what = What { text: format!("`{}` of {}", inner.name, what.call), call: what.call };
                    self.check_value(shape.element(), &inner, &what, context);
                }
            }
            (ShapeKind::List, Value::List(items)) => {
                self.check_bounds(shape, items.len() as f64, ("element", "elements"), item, what, context);
                let elements = match item.written.map(|written| &written.kind) {
                    Some(ExprKind::List(elements)) if elements.len() == items.len() && !elements.iter().any(|element| element.spread) => {
                        Some(elements)
                    }
                    _ => None,
                };
                let what = What { text: format!("an element of {}", what.text), call: what.call };
                for (at, value) in items.iter().enumerate() {
                    let written = elements.and_then(|elements| elements.get(at)).map(|element| &element.value);
                    let place = written.map_or(item.place, |written| written.span);
                    self.check_value(shape.element(), &Given { name: item.name, key: None, value, written, place }, &what, context);
                }
            }
            (ShapeKind::String, Value::Text(text)) => self.check_text(shape, text, item, what, plain_text(item), context),
            (ShapeKind::String, Value::Cidr(_))
            | (ShapeKind::Boolean, Value::Bool(_))
            | (ShapeKind::Timestamp, Value::Text(_) | Value::Number(_)) => {}
            (ShapeKind::Integer, Value::Number(number)) if number.fract() != 0.0 => self.refused_type(shape, item, what, context),
            (ShapeKind::Integer | ShapeKind::Number, Value::Number(number)) => self.check_bounds(shape, *number, ("", ""), item, what, context),
            _ => self.refused_type(shape, item, what, context),
        }
    }

    fn refused_type(&mut self, shape: Shape, item: &Given<'_, 'a>, what: &What<'_>, context: &Context) {
        let wanted = kind_text(shape.kind());
        let finding = Diagnostic::error(codes::CALL_VALUE_TYPE, format!("{} is {wanted}", what.text))
            .label(item.place, format!("this is {}", self.describe(item.value)))
            .note(REFUSED);
        let mended = match (shape.kind(), item.value) {
            (ShapeKind::Boolean, Value::Text(text)) if text == "true" || text == "false" => Some(text.to_string()),
            (ShapeKind::Integer | ShapeKind::Number, Value::Text(text)) => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                number.filter(|number| shape.kind() == ShapeKind::Number || number.fract() == 0.0).map(number_text)
            }
            (ShapeKind::String, Value::Number(number)) => Some(format!("\"{}\"", number_text(*number))),
            (ShapeKind::String, Value::Bool(value)) => Some(format!("\"{value}\"")),
            (ShapeKind::List, Value::Text(_) | Value::Number(_) | Value::Bool(_)) => Some(format!("[{}]", self.sources.slice(item.place))),
            _ => None,
        };
        let plain = matches!(
            item.written.map(|written| &written.kind),
            Some(ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Unary(..))
        );
        let finding = match mended.filter(|_| plain) {
            Some(mended) => finding.help(format!("write `{mended}`")).fix(format!("write `{mended}`"), item.place, mended),
            None => finding.help(format!("give {wanted}")),
        };
        self.report_later(finding, context);
    }

    /// Checks a text against its values, or its length. `plain` is where it is written out.
    fn check_text(&mut self, shape: Shape, text: &str, item: &Given<'_, 'a>, what: &What<'_>, plain: Option<Span>, context: &Context) {
        let values: Vec<&str> = shape.enumeration().collect();
        if values.is_empty() {
            return self.check_bounds(shape, text.chars().count() as f64, ("character", "characters"), item, what, context);
        }
        if values.contains(&text) {
            return;
        }
        let finding = Diagnostic::error(codes::CALL_VALUE, format!("{} is never \"{text}\"", what.text))
            .label(item.place, "the API has no such value")
            .note(age(codes::CALL_VALUE))
            .acceptable();
        let finding = match (suggest::nearest(text, values.iter().copied()), plain) {
            (Some(near), Some(span)) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, format!("\"{near}\"")),
            (Some(near), None) => finding.help(format!("did you mean `{near}`?")),
            (None, _) => finding.help(format!("it is {}", listed(&values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>()))),
        };
        self.report_later(finding, context);
    }

    /// Checks a number, a length or a count. `counted` is what is counted, one and many; empty for a number.
    fn check_bounds(&mut self, shape: Shape, found: f64, counted: (&str, &str), item: &Given<'_, 'a>, what: &What<'_>, context: &Context) {
        let (least, most) = (shape.minimum(), shape.maximum());
        if least.is_none_or(|least| found >= least) && most.is_none_or(|most| found <= most) {
            return;
        }
        let unit = |number: f64| match counted {
            ("", _) => number_text(number),
            (one, _) if number == 1.0 => format!("1 {one}"),
            (_, many) => format!("{} {many}", number_text(number)),
        };
        let wanted = match (least, most) {
            (Some(least), Some(most)) if least == most => unit(least),
            (Some(least), Some(most)) => format!("{} to {}", number_text(least), unit(most)),
            (Some(least), None) => format!("{} or more", unit(least)),
            (_, most) => format!("at most {}", unit(most.unwrap_or_default())),
        };
        let verb = if counted.0.is_empty() { "is" } else { "has" };
        let finding = Diagnostic::error(codes::CALL_VALUE, format!("{} {verb} {wanted}", what.text))
            .label(item.place, unit(found))
            .help(format!("keep within {wanted}"))
            .note(age(codes::CALL_VALUE))
            .acceptable();
        self.report_later(finding, context);
    }
}

const REFUSED: &str = "the call would be refused when the machine runs";

/// The members of a map that is given for one.
fn given_in<'v, 'a>(map: &'v ValueMap, item: &Given<'v, 'a>) -> Vec<Given<'v, 'a>> {
    let entries: &'a [Entry] = match item.written.map(|written| &written.kind) {
        Some(ExprKind::Map(entries)) => entries,
        _ => &[],
    };
    map.iter()
        .filter(|(_, value)| !matches!(value, Value::None))
        .map(|(name, value)| {
            let pair = entries.iter().rev().find_map(|entry| match entry {
                Entry::Pair { key, value, .. } if key.text == *name => Some((key.span, value)),
                _ => None,
            });
            let place = pair.map_or(item.place, |(_, written)| written.span);
            Given { name, key: pair.map(|(key, _)| key), value, written: pair.map(|(_, written)| written), place }
        })
        .collect()
}

/// The place of a text that is written out.
fn plain_text(item: &Given<'_, '_>) -> Option<Span> {
    item.written.filter(|written| matches!(written.kind, ExprKind::String(_))).map(|written| written.span)
}

/// A finding about a member that a structure does not have, the one that is meant, and whether only its spelling is wrong. `key` is where the
/// name is written out.
pub(super) fn unknown_member(code: Code, shape: Shape, name: &str, owner: &str, span: Span, key: Option<Span>) -> (Diagnostic, Option<Member>, bool) {
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some(member) = shape.members().find(|member| same(member.api_name()) || same(&member.name())) {
        return (misspelt(code, name, &member.name(), span, key), Some(member), true);
    }
    let names: Vec<String> = shape.members().map(Member::name).collect();
    let finding = Diagnostic::error(code, format!("{owner} has no `{name}`")).label(span, "no such member").note(age(code)).acceptable();
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => {
            let finding = finding.help(format!("did you mean `{near}`?"));
            let finding = if let Some(key) = key { finding.fix(format!("write `{near}`"), key, near) } else { finding };
            (finding, shape.member(near), false)
        }
        None if names.is_empty() => (finding.help("it has no members"), None, false),
        None => (finding.help(format!("it has {}", listed(&names))), None, false),
    }
}

/// A finding about a member that Step Functions spells otherwise.
pub(super) fn misspelt(code: Code, name: &str, meant: &str, span: Span, key: Option<Span>) -> Diagnostic {
    let finding = Diagnostic::error(code, format!("`{name}` is not how Step Functions spells this member"))
        .label(key.unwrap_or(span), "spelled otherwise")
        .note("Step Functions has its own spelling of members, whatever the API has: a capital letter first, an abbreviation at the beginning as a word")
        .help(format!("write `{meant}`"));
    if let Some(key) = key { finding.fix(format!("write `{meant}`"), key, meant) } else { finding }
}

/// Whether a value of one kind can be given where another one is wanted.
fn fits(wanted: ShapeKind, found: ShapeKind) -> bool {
    use ShapeKind::{Blob, Document, Integer, List, Map, Number, String, Structure, Timestamp};
    match (wanted, found) {
        (Document | Blob, _) | (_, Document | Blob) => true,
        (Integer | Number, Integer | Number) | (Structure | Map, Structure | Map) | (String | Timestamp, String | Timestamp) => true,
        (Timestamp, Integer | Number) => true,
        (List, List) => true,
        (wanted, found) => wanted == found,
    }
}

/// A kind of value in words.
pub(super) fn kind_text(kind: ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Document | ShapeKind::Blob => "anything",
        ShapeKind::Structure | ShapeKind::Map => "a map",
        ShapeKind::List => "a list",
        ShapeKind::String => "a text",
        ShapeKind::Integer => "a whole number",
        ShapeKind::Number => "a number",
        ShapeKind::Boolean => "true or false",
        ShapeKind::Timestamp => "a point in time, as text",
    }
}

/// A value in the form that the API takes: what is known at deployment comes into the definition as text, and is turned into the number, or
/// into true or false, that is wanted.
pub(super) fn fitted(value: &Value, shape: Shape) -> Value {
    let run = |deploy: &Rc<Deploy>| Rc::new(Run::Known(Value::Deploy(deploy.clone())));
    match (value, shape.kind()) {
        (Value::Deploy(deploy), ShapeKind::Integer | ShapeKind::Number) => Value::Run(Rc::new(Run::Number(run(deploy)))),
        (Value::Deploy(deploy), ShapeKind::Boolean) => {
            let yes = Rc::new(Run::Known(Value::text("true")));
            Value::Run(Rc::new(Run::Binary(BinaryOperator::Equal, run(deploy), yes)))
        }
        (Value::List(items), ShapeKind::List) => Value::list(items.iter().map(|item| fitted(item, shape.element())).collect()),
        (Value::Map(map), ShapeKind::Structure | ShapeKind::Map) => {
            Value::map(map.iter().map(|(name, item)| (name.clone(), fitted(item, shape.inside(name)))).collect())
        }
        _ => value.clone(),
    }
}
