//! Calls of APIs: whether Step Functions has them, what they change, and which errors they can fail with.

use super::given::Given;
use super::{Context, Expander};
use crate::aws::api::{self, Operation, Service, Shape, Support};
use crate::aws::effects;
use crate::aws::iam::{self, Changing};
use crate::diag::{Code, Diagnostic, codes, suggest};
use crate::model::value::{Deploy, Value};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, ExprKind, Statement};
use crate::workflow::Call;
use smol_str::SmolStr;

impl<'a> Expander<'a> {
    /// `call service.operation { Member = value } on [...] tolerates [...]`: the call, if it could be made, and the form of its result.
    pub(super) fn call(&mut self, node: &'a ast::Call, result: Option<SmolStr>, context: &Context) -> (Option<Call>, Shape) {
        if self.is_miswritten(node, context) {
            return (None, Shape::anything());
        }
        let refused = self.refused;
        let operation = self.known_operation(node, context);
        self.check_effect(node, operation, context);
        let mut complete = true;
        let mut given: Vec<(&'a ast::Assign, Value)> = Vec::new();
        let inner = Context { token: node.waits.is_some(), ..context.clone() };
        self.token_used = false;
        for statement in &node.block.statements {
            let Statement::Assign(assign) = statement else { continue };
            let value = self.evaluate(&assign.value, &inner);
            let value = self.written_value(value, &assign.value, &inner);
            if self.shows_secret(&value) {
                self.fail(
                    codes::SECRET,
                    "a secret would be readable in the definition of the machine",
                    assign.value.span,
                    "arguments of calls are written to templates and logs",
                    "let AWS look the secret up itself, or give the name under which it is kept",
                    context,
                );
                complete = false;
            }
            complete &= !matches!(value, Value::Error);
            given.push((assign, value));
        }
        if let Some(waits) = node.waits.filter(|_| complete && !self.token_used) {
            self.fail(
                codes::MISSING_VALUE,
                "the call waits for its token, but gives it to nobody",
                waits,
                "who could answer?",
                "hand it out in an argument: `Message = \"... ${token}\"`; whoever has it answers with `aws stepfunctions send-task-success`",
                context,
            );
            complete = false;
        }
        let attempt = match &node.within {
            Some(within) => {
                let attempt = self.attempt(within, node.waits, context);
                complete &= attempt.is_some();
                attempt
            }
            None => None,
        };
        given.retain(|(_, value)| !matches!(value, Value::None));
        let input = operation.map_or(Shape::anything(), Operation::input);
        let written: Vec<Given<'_, 'a>> = given
            .iter()
            .map(|(assign, value)| Given {
                name: &assign.key.text,
                key: Some(assign.key.span),
                value,
                written: Some(&assign.value),
                place: assign.value.span,
            })
            .collect();
        self.check_given(input, &written, node, context);
        let arguments = given.iter().map(|(assign, value)| (assign.key.text.clone(), super::given::fitted(value, input.inside(&assign.key.text))));
        let arguments: Vec<(SmolStr, Value)> = arguments.collect();
        let on = node.on.as_ref().map(|expression| {
            let value = self.evaluate(expression, context);
            self.written_value(value, expression, context)
        });
        let tolerates = node.tolerates.as_ref().map(|expression| self.tolerated(expression, operation, context)).unwrap_or_default();
        let call = Call {
            service: node.service.text.clone(),
            operation: node.operation.text.clone(),
            arguments,
            result,
            tolerates,
            on,
            on_span: node.on.as_ref().map(|expression| expression.span),
            wrong: self.refused > refused,
            attempt,
            waits: node.waits.is_some(),
            timeout: 10,
            retries: 2,
            span: node.span,
        };
        (complete.then_some(call), operation.map_or(Shape::anything(), Operation::output))
    }

    /// How long one attempt of a call may take, whole seconds.
    fn attempt(&mut self, within: &'a ast::Expr, waits: Option<Span>, context: &Context) -> Option<u32> {
        let amount = self.duration(within, "within", context)?;
        if let Some(waits) = waits {
            self.report(
                Diagnostic::error(codes::MISPLACED, "a call that waits for an answer has no bound of its own")
                    .label(within.span, "not needed")
                    .secondary(waits, "waits for its token")
                    .help("leave it out: the call waits for what remains of its step"),
                context,
            );
            return None;
        }
        if amount < 1000.0 || amount % 1000.0 != 0.0 {
            self.fail(
                codes::OUT_OF_BOUNDS,
                "a call is bounded in whole seconds",
                within.span,
                "not a whole number of seconds",
                "write `1s` or more, without parts of a second",
                context,
            );
            return None;
        }
        Some((amount / 1000.0) as u32)
    }

    /// Whether a call is not written as `service.operation`; reports it.
    fn is_miswritten(&mut self, node: &ast::Call, context: &Context) -> bool {
        let (service, operation) = (&node.service, &node.operation);
        let camel = operation.text.starts_with(|first: char| first.is_ascii_lowercase());
        let lower = service.text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if camel && lower {
            return false;
        }
        let mut characters = operation.text.chars();
        let mended: String = characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect();
        let mended = format!("{}.{mended}", service.text.to_lowercase());
        let span = service.span.to(operation.span);
        self.report(
            Diagnostic::error(codes::UNKNOWN_SERVICE, format!("`{}.{}` is not how Step Functions names a call", service.text, operation.text))
                .label(span, "the service is lower case, the operation begins with a small letter")
                .help(format!("write `{mended}`"))
                .fix(format!("write `{mended}`"), span, mended),
            context,
        );
        true
    }

    /// The operation, if the table has it. Reports what Step Functions does not have, and what nobody knows of.
    fn known_operation(&mut self, node: &ast::Call, context: &Context) -> Option<Operation> {
        let Some(service) = api::service(&node.service.text) else {
            self.unknown_service(node, context);
            return None;
        };
        match service.support() {
            Support::Supported => {}
            Support::Unsupported(reason) => {
                let finding = Diagnostic::error(codes::UNKNOWN_OPERATION, format!("`{}` cannot be called by Step Functions", service.name()))
                    .label(node.service.span, "not callable")
                    .note(reason)
                    .help("let a function call it, and invoke that")
                    .acceptable();
                self.report_later(with_note_of_list(finding), context);
            }
            Support::Unknown => self.report_later(
                Diagnostic::warning(codes::UNKNOWN_OPERATION, format!("nobody knows whether Step Functions can call `{}`", service.name()))
                    .label(node.service.span, "newer than the list that was read")
                    .note(format!("the list of what Step Functions can call was read as of {}; this service came later", api::list_date()))
                    .help("try it in AWS, then write `allow DR0530 \"tried on ...\"`"),
                context,
            ),
        }
        let Some(operation) = service.operation(&node.operation.text) else {
            self.unknown_operation(node, service, context);
            return None;
        };
        if let Support::Unsupported(reason) = operation.support() {
            let finding =
                Diagnostic::error(codes::UNKNOWN_OPERATION, format!("`{}.{}` cannot be called by Step Functions", service.name(), operation.name()))
                    .label(node.operation.span, "not callable")
                    .note(reason)
                    .help("let a function call it, and invoke that")
                    .acceptable();
            self.report_later(with_note_of_list(finding), context);
        }
        Some(operation)
    }

    fn unknown_service(&mut self, node: &ast::Call, context: &Context) {
        let name = node.service.text.as_str();
        let finding = Diagnostic::error(codes::UNKNOWN_OPERATION, format!("there is no service `{name}` in Step Functions"))
            .label(node.service.span, "unknown service");
        let finding = if let Some(meant) = api::service_called(name) {
            let meant = meant.name();
            finding.help(format!("Step Functions calls it `{meant}`")).fix(format!("write `{meant}`"), node.service.span, meant)
        } else if let Some(near) = suggest::nearest(name, api::services().map(Service::name)) {
            finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), node.service.span, near)
        } else {
            finding.help("write the service as the developer guide of Step Functions lists it: its name in small letters")
        };
        self.report_later(newer(finding, node), context);
    }

    fn unknown_operation(&mut self, node: &ast::Call, service: Service, context: &Context) {
        let name = node.operation.text.as_str();
        let finding = Diagnostic::error(codes::UNKNOWN_OPERATION, format!("`{}` has no operation `{name}`", service.name()))
            .label(node.operation.span, "no such operation");
        let names: Vec<String> = service.operation_names().collect();
        let finding = match suggest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), node.operation.span, near),
            None => finding.help("write the operation as the reference of the API does, with a small first letter"),
        };
        self.report_later(newer(finding, node), context);
    }

    /// An action that is said to change nothing, and a question, call nothing that changes something. Of what nobody knows, the actions
    /// count that the call names; without them it changes something.
    fn check_effect(&mut self, node: &ast::Call, operation: Option<Operation>, context: &Context) {
        let Some(said) = context.read_only else { return };
        let known = operation.map(|operation| iam::changing(operation.service().name(), &operation.name()));
        let found = match known {
            Some(None | Some(Changing::Action(_))) => known.flatten(),
            Some(Some(Changing::Unknown)) => named(node),
            // What does not exist was told; if it passes, its actions are named.
            None => named(node).filter(|_| names_actions(node)),
        };
        let Some(changing) = found else { return };
        let (does, why) = match changing {
            Changing::Action(action) => ("changes", format!("needs `{action}`, which IAM counts among what changes")),
            Changing::Unknown => ("may change", "nobody knows which action of IAM it needs, or what that does".into()),
        };
        let name = format!("{}.{}", node.service.text, node.operation.text);
        let given =
            |member: &str| node.block.statements.iter().any(|statement| matches!(statement, Statement::Assign(assign) if assign.key.text == member));
        let loses = effects::effects_of(&node.service.text, &node.operation.text).filter(|row| row.given.as_deref().is_none_or(given));
        let question = self.sources.slice(said) != "read_only";
        let (who, help) = if question {
            ("a condition only asks", "ask with an operation that reads, and do this in the action")
        } else {
            ("this action is said to be `read_only`", "leave `read_only` out, or call something that only reads")
        };
        let finding = Diagnostic::error(codes::EFFECT_FLOOR, format!("`{name}` {does} something, but {who}"))
            .label(node.service.span.to(node.operation.span), why)
            .secondary(said, if question { "a question" } else { "said here" })
            .note("drills do what is `read_only`, on a schedule and against the platform that serves customers; a `done when` asks again and again")
            .help(help);
        // What gives up data is never a matter of opinion.
        let finding = match loses {
            Some(row) => finding.note(row.why.clone()),
            None => finding.acceptable(),
        };
        self.report_later(finding, context);
    }

    /// Whether a value holds a secret parameter.
    fn shows_secret(&self, value: &Value) -> bool {
        match value {
            Value::Deploy(deploy) => matches!(deploy.as_ref(), Deploy::Parameter(id, _) if self.model.parameters.get(*id).secret),
            Value::List(items) => items.iter().any(|item| self.shows_secret(item)),
            Value::Map(map) => map.values().any(|item| self.shows_secret(item)),
            _ => false,
        }
    }

    /// The errors that are taken as "already done".
    fn tolerated(&mut self, expression: &'a ast::Expr, operation: Option<Operation>, context: &Context) -> Vec<String> {
        const HELP: &str = "name errors as AWS does: `[\"Service.SomethingException\"]`";
        let value = self.evaluate(expression, context);
        let Value::List(items) = value else {
            self.mismatch("a List", &value, expression.span, HELP, context);
            return Vec::new();
        };
        let mut names = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let Value::Text(name) = item else {
                self.mismatch("a String", item, expression.span, HELP, context);
                continue;
            };
            let span = match &expression.kind {
                ExprKind::List(elements) if elements.len() == items.len() => elements.get(at).map(|element| element.value.span),
                _ => None,
            };
            if let Some(operation) = operation {
                self.check_error(name, operation, span, expression.span, context);
            }
            names.push(name.to_string());
        }
        names
    }

    /// Whether a call can fail with an error of this name.
    fn check_error(&mut self, name: &str, operation: Operation, written: Option<Span>, place: Span, context: &Context) {
        let service = operation.service();
        let prefix = service.error_prefix();
        let general = format!("{prefix}.{prefix}Exception");
        let own: Vec<String> = operation.errors().collect();
        if name == general || own.iter().any(|known| known == name) || api::STATES_ERRORS.contains(&name) {
            return;
        }
        let all = service.errors();
        let span = written.unwrap_or(place);
        let call = format!("{}.{}", service.name(), operation.name());
        if all.iter().any(|known| known == name) {
            let finding = Diagnostic::warning(codes::UNKNOWN_ERROR, format!("`{call}` does not say that it fails with `{name}`"))
                .label(span, "another operation of the service does")
                .note(age(codes::UNKNOWN_ERROR));
            let finding = if own.is_empty() { finding } else { finding.help(format!("it says {}", listed(&own))) };
            return self.report_later(finding, context);
        }
        let form = name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')) && name.ends_with("Exception");
        if all.is_empty() && form {
            return;
        }
        let candidates = own.iter().chain(&all).map(String::as_str).chain(api::STATES_ERRORS.iter().copied());
        let near = candidates
            .clone()
            .find(|known| bare(known) == bare(name))
            .or_else(|| suggest::nearest(name, candidates))
            .map_or_else(|| mended_form(name, prefix).filter(|_| all.is_empty()), |near| Some(near.to_string()));
        let finding = Diagnostic::error(codes::UNKNOWN_ERROR, format!("`{call}` does not fail with `{name}`"))
            .label(span, "no error of this call")
            .note(format!("an error of which the API says nothing has the name `{general}`"))
            .note(age(codes::UNKNOWN_ERROR))
            .acceptable();
        let finding = match near {
            Some(near) => {
                let finding = finding.help(format!("Step Functions spells it `{near}`"));
                if written.is_some() { finding.fix(format!("write `{near}`"), span, format!("\"{near}\"")) } else { finding }
            }
            None if own.is_empty() => finding.help(format!("write `{prefix}.NameException` with a name of the API's reference")),
            None => finding.help(format!("it says {}", listed(&own))),
        };
        self.report_later(finding, context);
    }
}

/// How old what is known of the APIs is, and how what is newer passes.
pub(super) fn age(code: Code) -> String {
    format!("in AWS's models of {}; if AWS has it since, `allow {} \"reason\"` lets it pass", api::date(), code.id)
}

/// Whether a call names the actions that it needs.
fn names_actions(node: &ast::Call) -> bool {
    matches!(node.on.as_ref().map(|on| &on.kind), Some(ExprKind::Map(_)))
}

/// What the actions do that a call names.
fn named(node: &ast::Call) -> Option<Changing> {
    let Some(ExprKind::Map(entries)) = node.on.as_ref().map(|on| &on.kind) else { return Some(Changing::Unknown) };
    if entries.is_empty() {
        return Some(Changing::Unknown);
    }
    entries.iter().find_map(|entry| match entry {
        Entry::Pair { key, .. } => match iam::action(&key.text) {
            Some(action) => action.changes().then(|| Changing::Action(action.name())),
            None => Some(Changing::Unknown),
        },
        Entry::Spread(_) => Some(Changing::Unknown),
    })
}

/// What is newer than the models passes if the call says which actions it needs: nobody else could.
fn newer(finding: Diagnostic, node: &ast::Call) -> Diagnostic {
    if names_actions(node) {
        return finding.note(age(codes::UNKNOWN_OPERATION)).acceptable();
    }
    finding.note(format!(
        "in AWS's models of {}; if AWS has it since, name the actions that it needs, `on {{ \"PREFIX:Action\": [...] }}`, and write `allow DR0530 \"reason\"`",
        api::date()
    ))
}

fn with_note_of_list(finding: Diagnostic) -> Diagnostic {
    finding.note(format!("known is what Step Functions could call in {}", api::list_date()))
}

/// The first few names.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    let shown: Vec<&str> = names.iter().take(MOST).map(String::as_str).collect();
    let more = names.len().saturating_sub(MOST);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// What is left of an error's name without service and endings, in small letters.
fn bare(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or_default();
    let name = name.strip_suffix("Exception").or_else(|| name.strip_suffix("Fault")).unwrap_or(name);
    name.to_ascii_lowercase()
}

/// The name as it would be if only prefix and ending were wrong.
fn mended_form(name: &str, prefix: &str) -> Option<String> {
    let name = name.rsplit('.').next()?;
    let name = name.strip_suffix("Exception").or_else(|| name.strip_suffix("Fault")).unwrap_or(name);
    (!name.is_empty()).then(|| format!("{prefix}.{name}Exception"))
}
