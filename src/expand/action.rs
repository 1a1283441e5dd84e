//! The bodies of actions and conditions, as calls and questions.

use super::steps::NamedAction;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Deploy, Run, Value};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseWord, ExprKind, Kind, Statement};
use crate::workflow::{Call, Operation, PlanKind};
use smol_str::SmolStr;
use std::rc::Rc;

impl<'a> Expander<'a> {
    /// What an action does when it is called in the Region of the context. `step` names its variables.
    pub(super) fn expand_action(&mut self, action: &NamedAction<'a>, step: &str, span: Span, caller: &Context) -> Option<Vec<Operation>> {
        let arguments: Vec<(Value, Span)> = action.arguments.iter().map(|argument| (self.evaluate(argument, caller), argument.span)).collect();
        self.action_body(action.declaration, &action.context, arguments, step, span, caller)
    }

    pub(super) fn action_body(
        &mut self,
        declaration: &'a ast::Declaration,
        inner: &Context,
        arguments: Vec<(Value, Span)>,
        step: &str,
        span: Span,
        caller: &Context,
    ) -> Option<Vec<Operation>> {
        let mut context = self.given_values(declaration, inner, arguments, span, caller)?;
        let before = self.reading.len();
        let name = declaration.name.text.clone();
        self.reading.extend(inner.instance.map(|instance| super::lacking::Reading { instance, name, output: false }));
        let operations = self.operations(declaration.statements(), step, &mut context);
        self.reading.truncate(before);
        operations
    }

    /// The scope of an action or a condition, with the values that it is given by position.
    pub(super) fn given_values(
        &mut self,
        declaration: &'a ast::Declaration,
        inner: &Context,
        arguments: Vec<(Value, Span)>,
        span: Span,
        caller: &Context,
    ) -> Option<Context> {
        if let Some(id) = inner.instance {
            self.performed.insert((declaration.span, id));
        }
        let mut context = Context { here: caller.here, from: caller.from, to: caller.to, in_action: true, ..inner.clone() };
        let inputs = declaration.inputs();
        let names: Vec<&str> = inputs.iter().map(|input| input.name.text.as_str()).collect();
        if arguments.len() > inputs.len() {
            self.fail(
                codes::NOT_CALLABLE,
                format!("`{}` takes {}, not {}", declaration.name.text, super::counted(inputs.len(), "value"), arguments.len()),
                span,
                if names.is_empty() { "it takes none".to_string() } else { format!("it takes {}", names.join(", ")) },
                format!("write `{}({})`", declaration.name.text, names.join(", ")),
                caller,
            );
            return None;
        }
        let mut given = arguments.into_iter();
        for input in inputs {
            let (value, at) = match (given.next(), &input.value) {
                (Some(found), _) => found,
                (None, Some(default)) => (self.evaluate(default, &context), default.span),
                (None, None) if input.ty.as_ref().is_some_and(|ty| ty.optional) => (Value::None, input.name.span),
                (None, None) => {
                    self.fail(
                        codes::MISSING_INPUT,
                        format!("`{}` needs `{}`", declaration.name.text, input.name.text),
                        span,
                        "not given here",
                        format!("write `{}({})`", declaration.name.text, names.join(", ")),
                        caller,
                    );
                    return None;
                }
            };
            let value = match &input.ty {
                Some(ty) => self.check_type(value, ty, at, &input.name.text, &context),
                None => value,
            };
            context = context.with(input.name.text.clone(), value);
        }
        Some(context)
    }

    fn operations(&mut self, statements: &'a [Statement], step: &str, context: &mut Context) -> Option<Vec<Operation>> {
        let mut operations = Vec::new();
        for (at, statement) in statements.iter().enumerate() {
            match statement {
                Statement::Declaration(declaration) if declaration.kind == Kind::Let => {
                    self.local(declaration, step, context, &mut operations)?;
                }
                Statement::Declaration(declaration) if declaration.kind == Kind::Input => {}
                Statement::Call(call) => {
                    let call = self.call(call, None, context)?;
                    operations.push(Operation::Call(call));
                }
                Statement::Check(check) => {
                    let condition = self.evaluate(&check.condition, context);
                    if matches!(condition, Value::Error) {
                        return None;
                    }
                    let message = self.evaluate_string(&check.message, context);
                    let (condition, message) = (self.as_run(condition), self.as_run(message));
                    operations.push(Operation::Check { condition, message, span: check.span });
                }
                Statement::DoneWhen(node) => {
                    let mut rest = context.clone();
                    let following = statements.get(at + 1..).unwrap_or_default();
                    let body = self.operations(following, step, &mut rest)?;
                    operations.push(self.done_when(node, body, step, context)?);
                    return Some(operations);
                }
                Statement::If(node) => {
                    let mut at = Some(node);
                    while let Some(node) = at.take() {
                        if self.condition_now(&node.condition, context)? {
                            operations.extend(self.operations(&node.then.statements, step, &mut context.clone())?);
                        } else {
                            match &node.otherwise {
                                Some(ast::Else::If(next)) => at = Some(next.as_ref()),
                                Some(ast::Else::Block(block)) => {
                                    operations.extend(self.operations(&block.statements, step, &mut context.clone())?);
                                }
                                None => {}
                            }
                        }
                    }
                }
                Statement::For(node) => {
                    let over = self.evaluate(&node.over, context);
                    let over = self.settle(over, node.over.span, context);
                    for (number, (first, second)) in self.walk(over, node.second.is_some(), node.over.span, context)?.into_iter().enumerate() {
                        let mut inner = context.with(node.first.text.clone(), first);
                        if let Some(name) = &node.second {
                            inner = inner.with(name.text.clone(), second);
                        }
                        operations.extend(self.operations(&node.body.statements, &format!("{step}_{number}"), &mut inner)?);
                    }
                }
                _ => {}
            }
        }
        Some(operations)
    }

    fn local(&mut self, declaration: &'a ast::Declaration, step: &str, context: &mut Context, operations: &mut Vec<Operation>) -> Option<()> {
        let expression = declaration.value.as_ref()?;
        let value = if let ExprKind::Call(call) = &expression.kind {
            let variable = SmolStr::new(format!("{step}_{}", declaration.name.text));
            let call = self.call(call, Some(variable.clone()), context)?;
            operations.push(Operation::Call(call));
            Value::Run(Rc::new(Run::Variable(variable)))
        } else {
            self.evaluate(expression, context)
        };
        *context = context.with(declaration.name.text.clone(), value);
        Some(())
    }

    /// `call service.operation { Member = value } on [...] tolerates [...]`
    pub(super) fn call(&mut self, node: &'a ast::Call, result: Option<SmolStr>, context: &Context) -> Option<Call> {
        let (service, operation) = (&node.service, &node.operation);
        let camel = operation.text.starts_with(|first: char| first.is_ascii_lowercase());
        let lower = service.text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !camel || !lower {
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
            return None;
        }
        let mut arguments: Vec<(SmolStr, Value)> = Vec::new();
        for statement in &node.block.statements {
            let Statement::Assign(assign) = statement else { continue };
            if let Some(meant) = crate::aws::api::respelled_member(&assign.key.text) {
                self.member_spelling(&assign.key, meant, context);
                return None;
            }
            let value = self.evaluate(&assign.value, context);
            let value = self.written_value(value, &assign.value, context);
            match value {
                Value::None => {}
                Value::Error => return None,
                value if self.shows_secret(&value) => {
                    self.fail(
                        codes::SECRET,
                        "a secret would be readable in the definition of the machine",
                        assign.value.span,
                        "arguments of calls are written to templates and logs",
                        "let AWS look the secret up itself, or give the name under which it is kept",
                        context,
                    );
                    return None;
                }
                value => arguments.push((assign.key.text.clone(), value)),
            }
        }
        let on = match &node.on {
            Some(expression) => {
                let value = self.evaluate(expression, context);
                Some(self.written_value(value, expression, context))
            }
            None => None,
        };
        let mut tolerates = Vec::new();
        if let Some(expression) = &node.tolerates {
            let value = self.evaluate(expression, context);
            match value {
                Value::List(items) => {
                    for item in items.iter() {
                        match item {
                            Value::Text(text) => tolerates.push(text.to_string()),
                            other => {
                                self.mismatch(
                                    "a String",
                                    other,
                                    expression.span,
                                    "name errors as AWS does: `[\"Service.SomethingException\"]`",
                                    context,
                                );
                            }
                        }
                    }
                }
                other => {
                    self.mismatch("a List", &other, expression.span, "name errors as AWS does: `[\"Service.SomethingException\"]`", context);
                }
            }
        }
        Some(Call {
            service: service.text.clone(),
            operation: operation.text.clone(),
            arguments,
            result,
            tolerates,
            on,
            timeout: 10,
            retries: 2,
            span: node.span,
        })
    }

    pub(super) fn member_spelling(&mut self, name: &ast::Name, meant: String, context: &Context) -> Value {
        self.report(
            Diagnostic::error(codes::UNKNOWN_SERVICE, format!("`{}` is not how Step Functions spells a member", name.text))
                .label(name.span, "begins with one capital letter")
                .note(
                    "Step Functions spells members its own way, also where the service has another: the call would be refused when the machine runs",
                )
                .help(format!("write `{meant}`"))
                .fix(format!("write `{meant}`"), name.span, meant),
            context,
        );
        Value::Error
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

    fn done_when(&mut self, node: &'a ast::DoneWhen, body: Vec<Operation>, step: &str, context: &Context) -> Option<Operation> {
        let every = self.duration(&node.every, "every", context)?;
        let within = self.duration(&node.within, "within", context)?;
        if every < 1000.0 || every % 1000.0 != 0.0 {
            self.fail(
                codes::OUT_OF_BOUNDS,
                "a machine waits whole seconds",
                node.every.span,
                "not a whole number of seconds",
                "write `1s` or more, without parts of a second",
                context,
            );
            return None;
        }
        if every >= within {
            self.fail(
                codes::UNBOUNDED_WAIT,
                "the question is never asked again within its bound",
                node.span,
                "`every` must be shorter than `within`",
                "ask more often, or wait longer: `every 15s within 8min`",
                context,
            );
            return None;
        }
        let (named, given): (&ast::Expr, &[ast::Expr]) = match &node.condition.kind {
            ExprKind::Apply(callee, arguments) => (callee, arguments),
            _ => (&node.condition, &[]),
        };
        let (declaration, inner) = self.named_condition(named, context)?;
        self.check_condition_place(declaration, node, context)?;
        let given = given.iter().map(|argument| (self.evaluate(argument, context), argument.span)).collect();
        let inner = self.given_values(declaration, &inner, given, node.condition.span, context)?;
        let (ask, holds) = self.question(declaration, inner, step)?;
        Some(Operation::DoneWhen { ask, holds, every, within, body, span: node.span })
    }

    /// What a condition asks, with the values and ends that it was given, and when the answer is yes.
    pub(super) fn question(&mut self, declaration: &'a ast::Declaration, mut inner: Context, step: &str) -> Option<(Vec<Call>, Rc<Run>)> {
        let mut ask = Vec::new();
        let mut holds = None;
        for statement in declaration.statements() {
            match statement {
                Statement::Declaration(local) if local.kind == Kind::Let => {
                    let mut operations = Vec::new();
                    self.local(local, step, &mut inner, &mut operations)?;
                    ask.extend(operations.into_iter().filter_map(|operation| match operation {
                        Operation::Call(call) => Some(call),
                        _ => None,
                    }));
                }
                Statement::Assign(assign) if assign.key.text == "holds" => {
                    let value = self.evaluate(&assign.value, &inner);
                    if matches!(value, Value::Error) {
                        return None;
                    }
                    holds = Some(self.as_run(value));
                }
                _ => {}
            }
        }
        let Some(holds) = holds else {
            self.fail(
                codes::MISSING_VALUE,
                format!("the condition `{}` does not say when it holds", declaration.name.text),
                declaration.name.span,
                "holds when?",
                "add `holds = ...`: a value that is true or false at run time",
                &inner,
            );
            return None;
        };
        Some((ask, holds))
    }

    fn named_condition(&mut self, expression: &'a ast::Expr, context: &Context) -> Option<(&'a ast::Declaration, Context)> {
        let found = match &expression.kind {
            ExprKind::Name(name) => context.instance.and_then(|id| self.definition_in(id, name, false)),
            ExprKind::Member { base, name, .. } => match self.evaluate(base, context) {
                Value::Instance(id, _) => {
                    self.ensure_expanded(id);
                    self.definition_in(id, &name.text, false)
                }
                Value::Error => return None,
                _ => None,
            },
            _ => None,
        };
        if found.is_none() {
            self.fail(
                codes::UNKNOWN_NAME,
                format!("`{}` is no condition", self.sources.slice(expression.span)),
                expression.span,
                "not a condition",
                "`done when` names a `condition` of the component: `done when writing every 15s within 8min`",
                context,
            );
        }
        found
    }

    /// A condition that belongs to one end of the plan can only be asked where the machine stands.
    fn check_condition_place(&mut self, condition: &'a ast::Declaration, node: &ast::DoneWhen, context: &Context) -> Option<()> {
        let Some(clause) = condition.clause(ClauseWord::In) else { return Some(()) };
        let ast::ClauseValue::Expr(expression) = &clause.value else { return Some(()) };
        let ExprKind::Name(word) = &expression.kind else { return Some(()) };
        let place = match word.as_str() {
            "to" => context.to,
            "from" => context.from,
            _ => return Some(()),
        };
        if place.is_none() || place == context.here {
            return Some(());
        }
        let (asked, called) = (place.map(|region| self.model.region_text(region)), context.here.map(|region| self.model.region_text(region)));
        let (asked, called) = (asked.unwrap_or_default(), called.unwrap_or_default());
        self.report(
            Diagnostic::error(
                codes::SPLIT_PLAN,
                format!("the condition `{}` is asked in {asked}, the action is called in {called}", condition.name.text),
            )
            .label(node.span, format!("the machine stands in {called}"))
            .secondary(clause.span, format!("asked in {asked} only"))
            .note("Step Functions cannot call another Region")
            .help("leave `in` out of the condition, if its answer is the same everywhere"),
            context,
        );
        None
    }

    /// The calls that tell somebody of a failure: the `notify` action of a service.
    pub(super) fn notice(&mut self, notify: &'a ast::Notify, plan: &str, kind: PlanKind, context: &Context) -> Vec<Call> {
        let value = self.evaluate(&notify.to, context);
        let id = match value {
            Value::Instance(id, _) => id,
            Value::Error => return Vec::new(),
            other => {
                self.mismatch(
                    "something that can be told",
                    &other,
                    notify.to.span,
                    "name a service with an action `notify`, such as topic.alerts",
                    context,
                );
                return Vec::new();
            }
        };
        self.ensure_expanded(id);
        let Some((declaration, inner)) = self.definition_in(id, "notify", true) else {
            let path = self.model.instances.get(id).shown.clone();
            self.fail(
                codes::NOT_AN_ACTION,
                format!("`{path}` cannot be told: it has no action `notify`"),
                notify.to.span,
                "no action `notify`",
                "name a service whose component declares `action notify in here { input message: String ... }`",
                context,
            );
            return Vec::new();
        };
        if self.check_member(id, declaration, notify.to.span, context).is_none() {
            return Vec::new();
        }
        let place = context.here.map(|region| self.model.region_text(region)).unwrap_or_default();
        let said = notify.message.as_ref().map(|message| self.evaluate_string(message, context));
        if matches!(said, Some(Value::Error)) {
            return Vec::new();
        }
        let known = |text: String| Run::Known(Value::text(text));
        let mut parts = vec![known(format!("The {} {plan} in {place} failed in step ", kind.word())), Run::Variable("failed_step".into())];
        parts.extend([known(": ".into()), Run::Member(Rc::new(Run::Variable("failure".into())), "Error".into())]);
        parts.extend([known(" ".into()), Run::Member(Rc::new(Run::Variable("failure".into())), "Cause".into())]);
        if let Some(said) = said {
            parts.splice(0..0, [self.as_run(said).as_ref().clone(), known("\n".into())]);
        }
        let arguments = vec![(Value::Run(Rc::new(Run::Text(parts))), notify.span)];
        let operations = self.action_body(declaration, &inner, arguments, "notice", notify.span, context).unwrap_or_default();
        operations
            .into_iter()
            .filter_map(|operation| match operation {
                Operation::Call(call) => Some(call),
                _ => None,
            })
            .collect()
    }
}
