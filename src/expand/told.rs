//! Whom alarms tell: what they may call, and in which Region.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::ids::Id;
use crate::model::value::{Deploy, TextPart, Value};
use crate::model::{Instance, Region};
use crate::source::Span;
use crate::syntax::ast;
use smol_str::SmolStr;

/// How the name begins that AWS gives to everything that can be called.
const ARN: &str = "arn:";
/// Who calls, in findings.
const AN_ALARM: &str = "an alarm";

impl<'a> Expander<'a> {
    /// What an alarm calls to tell somebody: the `target` of a service, or an ARN. `place` is the clause that places the alarm.
    pub(super) fn target_of(&mut self, expression: &'a ast::Expr, place: Span, context: &Context) -> Option<Value> {
        let value = self.evaluate(expression, context);
        match &value {
            Value::Instance(id, _) if !self.has_member(*id, "target") => {
                let path = self.model.instances.get(*id).path.join(".");
                self.fail(
                    codes::UNKNOWN_MEMBER,
                    format!("`{path}` cannot be told: it has no output `target`"),
                    expression.span,
                    "no output `target`",
                    "name a service whose component declares `output target`: what an alarm calls",
                    context,
                );
                None
            }
            Value::Instance(id, region) => {
                let (id, region) = (*id, *region);
                if let Some(here) = context.here.filter(|here| !self.model.instances.get(id).regions.contains(here)) {
                    self.told_elsewhere(id, here, expression.span, context);
                    return None;
                }
                self.same_region(region, expression.span, AN_ALARM, context)?;
                let name = ast::Name { text: SmolStr::new_static("target"), span: expression.span };
                let target = self.member(value, &name, expression.span, context);
                let target = self.settle(target, expression.span, context);
                (!matches!(target, Value::Error)).then_some(target)
            }
            Value::Text(text) if text.starts_with(ARN) => {
                let there = text.split(':').nth(3).unwrap_or_default();
                if let Some(here) = context.here.filter(|here| !there.is_empty() && self.model.regions.get(*here).code != there) {
                    self.reaches_out(there, here, expression.span, AN_ALARM, context);
                    return None;
                }
                Some(value)
            }
            Value::Deploy(deploy) if self.may_be_called(deploy) => {
                let region = match deploy.as_ref() {
                    Deploy::Ref(resource) | Deploy::Arn(resource) | Deploy::Attribute(resource, _) => Some(resource.region),
                    _ => None,
                };
                self.same_region(region, expression.span, AN_ALARM, context)?;
                Some(value)
            }
            Value::Error => None,
            other => {
                let help = self.told_help(other, place);
                self.mismatch("something that can be told", other, expression.span, &help, context);
                None
            }
        }
    }

    /// Whether an alarm can call what a value will be: a parameter has to be of a kind of ARN, a text has to begin like one. What anything else
    /// will be is not known here.
    fn may_be_called(&self, deploy: &Deploy) -> bool {
        match deploy {
            Deploy::Parameter(id, _) => self.model.parameters.get(*id).pattern.as_ref().is_some_and(|pattern| pattern.starts_with(ARN)),
            Deploy::Text(parts) => !matches!(parts.first(), Some(TextPart::Literal(text)) if !text.starts_with(ARN)),
            _ => true,
        }
    }

    /// How people are told who have no topic yet: the topic with the address that was written in its place.
    fn told_help(&self, found: &Value, place: Span) -> String {
        let address = match found {
            Value::Text(text) => Some(format!("\"{text}\"")),
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Parameter(id, _) => Some(self.model.parameters.get(*id).name.to_string()),
                _ => None,
            },
            _ => None,
        };
        let Some(address) = address else { return "name a service with an output `target`, such as topic.alerts".into() };
        let place = self.sources.slice(place);
        format!("declare `service alerts: topic.alerts {place} {{ to = [{address}] }}` and write `notify alerts`; an ARN begins with `{ARN}`")
    }

    /// What is told or called of an instance by the name of a Region has to be that of the Region which tells or calls.
    pub(super) fn same_region(&mut self, named: Option<Id<Region>>, span: Span, who: &str, context: &Context) -> Option<()> {
        let (Some(named), Some(here)) = (named, context.here) else { return Some(()) };
        if named == here {
            return Some(());
        }
        let there = self.model.region_text(named);
        self.reaches_out(&there, here, span, who, context);
        None
    }

    fn reaches_out(&mut self, there: &str, here: Id<Region>, span: Span, who: &str, context: &Context) {
        let (here, named) = (self.model.region_text(here), self.sources.slice(span).to_string());
        self.report_once(
            Diagnostic::error(codes::NO_MEMBER_HERE, format!("`{named}` is in {there}, and {who} in {here} reaches nothing there"))
                .label(span, format!("in {there}"))
                .note(format!("{who} calls its own Region only, and on the day of the outage the other one may be gone"))
                .help(format!("name what is in {here}; of something declared there, the name without a Region is enough")),
            context,
        );
    }

    fn told_elsewhere(&mut self, id: Id<Instance>, here: Id<Region>, span: Span, context: &Context) {
        let (name, instance) = (self.model.instances.get(id).shown.clone(), self.model.instances.get(id));
        let (declared, regions) = (instance.span, self.region_list(&instance.regions.clone()));
        let here = self.model.region_text(here);
        self.report_once(
            Diagnostic::error(codes::NO_MEMBER_HERE, format!("`{name}` has no member in {here}, where the alarm stands"))
                .label(span, format!("nobody is told in {here}"))
                .secondary(declared, format!("it exists in {regions} only"))
                .note("an alarm calls what is in its own Region, and on the day of the outage the other one may be gone")
                .help(format!("place `{name}` in {here} too")),
            context,
        );
    }
}
