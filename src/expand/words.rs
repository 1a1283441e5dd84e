//! Words that mean something by where they stand.

use super::{Context, Expander};
use crate::aws::api::Shape;
use crate::diag::{Diagnostic, codes};
use crate::model::Region;
use crate::model::ids::Id;
use crate::model::value::{Run, Value};
use crate::source::Span;
use smol_str::SmolStr;
use std::rc::Rc;

/// Words that mean something by where they stand.
pub(super) const CONTEXT_WORDS: &[&str] = &["here", "self", "regions", "platform", "from", "to", "peers"];

/// The word for the token of a call that waits; everywhere else it is a name like any other.
const TOKEN: &str = "token";

/// The token of a call, where Step Functions keeps it. Source: Step Functions developer guide, "Accessing execution data from the Context
/// object" (read 2026-11-28).
fn token() -> Value {
    let states = Rc::new(Run::Variable(SmolStr::new_static("states"), Shape::anything()));
    let task = Rc::new(Run::Member(Rc::new(Run::Member(states, SmolStr::new_static("context"))), SmolStr::new_static("Task")));
    Value::Run(Rc::new(Run::Member(task, SmolStr::new_static("Token"))))
}

impl Expander<'_> {
    /// The token of a call that waits, in its arguments.
    pub(super) fn token_word(&mut self, name: &str, context: &Context) -> Option<Value> {
        if !context.token || name != TOKEN {
            return None;
        }
        self.token_used = true;
        Some(token())
    }

    /// The value of a word in a context; none, if it is no such word.
    pub(super) fn context_word(&mut self, name: &str, span: Span, context: &Context) -> Option<Value> {
        let member = |found: Option<Id<Region>>| found.map(Value::Region);
        let value = match name {
            "here" => member(context.here),
            "from" => member(context.from),
            "to" => member(context.to),
            "platform" => Some(Value::Platform),
            "self" => context.instance.map(|id| Value::Instance(id, context.here)),
            "regions" => {
                context.instance.map(|id| Value::list(self.model.instances.get(id).regions.iter().map(|region| Value::Region(*region)).collect()))
            }
            "peers" => match (context.instance, context.here) {
                (Some(id), Some(here)) => Some(Value::list(
                    self.model.instances.get(id).regions.iter().filter(|region| **region != here).map(|region| Value::Region(*region)).collect(),
                )),
                _ => None,
            },
            _ => return None,
        };
        if value.is_some() {
            return value;
        }
        let (message, help) = match name {
            "here" | "peers" => (
                format!("`{name}` has no meaning here: this is not the member of one Region"),
                "it can be used in what is placed `in` or `across` Regions, once for each of them",
            ),
            "from" | "to" => (format!("`{name}` has no meaning here: this is not part of a plan"), "it can be used in actions and conditions"),
            _ => (format!("`{name}` has no meaning here: this is not part of a component"), "it can be used in the body of a component"),
        };
        self.report(Diagnostic::error(codes::WHICH_REGION, message).label(span, "not known here").help(help), context);
        Some(Value::Error)
    }
}
