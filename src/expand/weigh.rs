//! Limits on values: sharing makes a value of few lines unfold to more than any machine can hold, once it is written down.

use super::{Context, Expander};
use crate::model::value::{Deploy, Run, TextPart, Value};
use crate::source::Span;

/// The most parts (elements, entries, sixteen characters of text) of one value when it is written out.
const MAXIMUM_PARTS: usize = 1_000_000;
/// How deeply lists and maps nest in a value.
const MAXIMUM_NESTING: u32 = 200;
/// A template has at most a megabyte: no text can be longer.
pub(super) const MAXIMUM_TEXT: usize = 1 << 20;

struct Scales {
    left: usize,
}

impl Scales {
    /// Takes off what a value weighs; `false` when there is nothing left to take from.
    fn take(&mut self, parts: usize) -> bool {
        let enough = self.left >= parts;
        self.left = self.left.saturating_sub(parts);
        enough
    }

    fn text(&mut self, length: usize) -> bool {
        length <= MAXIMUM_TEXT && self.take(1 + length / 16)
    }

    fn value(&mut self, value: &Value, depth: u32) -> bool {
        if depth > MAXIMUM_NESTING {
            return false;
        }
        match value {
            Value::Text(text) => self.text(text.len()),
            Value::List(items) => self.take(1) && items.iter().all(|item| self.value(item, depth + 1)),
            Value::Map(map) => self.take(1) && map.iter().all(|(key, item)| self.text(key.len()) && self.value(item, depth + 1)),
            Value::Range(ends) => self.value(&ends.0, depth + 1) && self.value(&ends.1, depth + 1),
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Text(parts) => parts.iter().all(|part| match part {
                    TextPart::Literal(text) => self.text(text.len()),
                    TextPart::Value(_) => self.take(1),
                }),
                Deploy::Json(inner) => self.value(inner, depth + 1),
                _ => self.take(1),
            },
            Value::Run(run) => self.run(run, depth + 1),
            _ => self.take(1),
        }
    }

    fn run(&mut self, run: &Run, depth: u32) -> bool {
        if depth > MAXIMUM_NESTING || !self.take(1) {
            return false;
        }
        match run {
            Run::Variable(..) | Run::Element(..) | Run::Ago(_) => true,
            Run::Known(value) => self.value(value, depth + 1),
            Run::Member(inner, _) | Run::Not(inner) | Run::Length(inner) | Run::Number(inner) => self.run(inner, depth + 1),
            Run::Index(first, second) | Run::Binary(_, first, second) | Run::Any(first, _, second) | Run::All(first, _, second) => {
                self.run(first, depth + 1) && self.run(second, depth + 1)
            }
            Run::Text(parts) => parts.iter().all(|part| self.run(part, depth + 1)),
        }
    }
}

/// What a value weighs, in sixteenths: copying it is work.
pub(super) fn weight(value: &Value) -> usize {
    let mut scales = Scales { left: MAXIMUM_PARTS };
    scales.value(value, 0);
    (MAXIMUM_PARTS - scales.left) / 16
}

impl Expander<'_> {
    /// Gives a new value on, or gives up if it is too large to be written down. Weighing is work, too.
    pub(super) fn weigh(&mut self, value: Value, span: Span, context: &Context) -> Value {
        let mut scales = Scales { left: MAXIMUM_PARTS };
        if !scales.value(&value, 0) {
            self.exhaust(
                "a value grows larger than any template can be",
                "make the list that is walked smaller, or split the platform",
                span,
                context,
            );
            return Value::Error;
        }
        let work = (MAXIMUM_PARTS - scales.left) / 16;
        self.fuel = self.fuel.saturating_sub(work as u64);
        value
    }

    /// Whether a text of this length may be made.
    pub(super) fn text_fits(&mut self, length: usize, span: Span, context: &Context) -> bool {
        if length > MAXIMUM_TEXT {
            self.exhaust(
                "a text grows larger than any template can be",
                "leave out what does not belong into a template; texts that double grow without end",
                span,
                context,
            );
            return false;
        }
        true
    }
}
