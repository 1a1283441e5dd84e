//! The bodies of actions and conditions, as calls and questions.

use super::steps::{Arguments, NOTIFY, NamedAction};
use super::{Context, Expander};
use crate::aws::api::Shape;
use crate::diag::{Diagnostic, codes};
use crate::model::value::{Run, Value};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseWord, ExprKind, Kind, Statement};
use crate::workflow::{Call, Operation, PlanKind};
use smol_str::SmolStr;
use std::rc::Rc;

/// The most characters of the name of a machine's variable. Source: Step Functions developer guide, "Passing data between states with
/// variables" (read 2026-11-28).
const MAXIMUM_VARIABLE: usize = 80;

/// The output of a service to which messages are sent.
const TARGET: &str = "target";

impl<'a> Expander<'a> {
    /// What an action does when it is called in the Region of the context. `step` is a part of the names of its variables.
    pub(super) fn expand_action(&mut self, action: &NamedAction<'a>, step: &str, span: Span, caller: &Context) -> Option<Vec<Operation>> {
        let arguments: Vec<(Value, Span)> = match &action.arguments {
            Arguments::Written(list) => list.iter().map(|argument| (self.evaluate(argument, caller), argument.span)).collect(),
            Arguments::Question(text) => vec![(self.evaluate_string(text, caller), text.span)],
            Arguments::Made(value) => vec![(value.clone(), span)],
            Arguments::Nothing => Vec::new(),
        };
        if arguments.iter().any(|(value, _)| matches!(value, Value::Error)) {
            return None;
        }
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
        let outer = self.acting.replace(span);
        let operations = self.operations(declaration.statements(), step, &mut context);
        self.acting = outer;
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
        let read_only = match declaration.clause(ClauseWord::Is).map(|clause| &clause.value) {
            _ if declaration.kind == Kind::Condition => Some(declaration.name.span),
            Some(ast::ClauseValue::Words(words)) => words.iter().find(|word| word.text == "read_only").map(|word| word.span),
            _ => None,
        };
        let mut context = Context { here: caller.here, from: caller.from, to: caller.to, in_action: true, read_only, ..inner.clone() };
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
        let mut complete = true;
        for (at, statement) in statements.iter().enumerate() {
            match statement {
                Statement::Declaration(declaration) if declaration.kind == Kind::Let => {
                    complete &= self.local(declaration, step, context, &mut operations);
                }
                Statement::Declaration(declaration) if declaration.kind == Kind::Input => {}
                Statement::Delay(node) => self.action_delay(node, context),
                Statement::Require(node) => self.demand(node, self.acting.unwrap_or(node.span), context)?,
                Statement::Call(call) => {
                    let (called, _) = self.call(call, None, context);
                    complete &= called.is_some();
                    operations.extend(called.map(Operation::Call));
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
                    self.refuse_waiting(&body, "what is done before a `done when` asks again ends by itself", context)?;
                    operations.push(self.done_when(node, body, step, context)?);
                    return complete.then_some(operations);
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
                    for (first, second) in self.walk(over, node.second.is_some(), node.over.span, context)?.into_iter() {
                        let mut inner = context.with(node.first.text.clone(), first);
                        if let Some(name) = &node.second {
                            inner = inner.with(name.text.clone(), second);
                        }
                        operations.extend(self.operations(&node.body.statements, step, &mut inner)?);
                    }
                }
                _ => {}
            }
        }
        complete.then_some(operations)
    }

    /// Adds what a `let` calls, and its name to the context. Gives whether it could be made; what follows is looked at all the same.
    fn local(&mut self, declaration: &'a ast::Declaration, step: &str, context: &mut Context, operations: &mut Vec<Operation>) -> bool {
        let Some(expression) = declaration.value.as_ref() else { return false };
        let mut complete = true;
        let value = if let ExprKind::Call(call) = &expression.kind {
            let variable = self.variable(step, &declaration.name.text);
            let (called, shape) = self.call(call, Some(variable.clone()), context);
            complete = called.is_some();
            operations.extend(called.map(Operation::Call));
            Value::Run(Rc::new(Run::Variable(variable, shape)))
        } else {
            self.evaluate(expression, context)
        };
        *context = context.with(declaration.name.text.clone(), value);
        complete
    }

    /// A variable of the machine that no other result has, whatever steps and results are called: its number says which one it is.
    fn variable(&mut self, step: &str, name: &str) -> SmolStr {
        self.variables += 1;
        let number = self.variables.to_string();
        let readable: String = format!("{step}_{name}").chars().take(MAXIMUM_VARIABLE - 1 - number.len()).collect();
        SmolStr::new(format!("{readable}_{number}"))
    }

    /// A call that waits for an answer where nothing may wait.
    fn refuse_waiting(&mut self, body: &[Operation], why: &str, context: &Context) -> Option<()> {
        let waiting = body.iter().find_map(|operation| match operation {
            Operation::Call(call) if call.waits => Some(call.span),
            _ => None,
        });
        let Some(span) = waiting else { return Some(()) };
        self.report(
            Diagnostic::error(codes::MISPLACED, "a call cannot wait for an answer here")
                .label(span, "waits for its token")
                .note(why.to_string())
                .help("let it wait in an action of its own, without `done when`"),
            context,
        );
        None
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
        let mut complete = true;
        for statement in declaration.statements() {
            match statement {
                Statement::Declaration(local) if local.kind == Kind::Let => {
                    let mut operations = Vec::new();
                    complete &= self.local(local, step, &mut inner, &mut operations);
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
        let asked: Vec<Operation> = ask.iter().cloned().map(Operation::Call).collect();
        self.refuse_waiting(&asked, "a question is asked again and again", &inner)?;
        complete.then_some((ask, holds))
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
        let help = "name a service with an action `notify`, such as topic.alerts";
        let Some(action) = self.action_of(&notify.to, NOTIFY, Arguments::Nothing, help, context) else { return Vec::new() };
        if self.check_member(&action, notify.to.span, context).is_none() {
            return Vec::new();
        }
        let place = context.here.map(|region| self.model.region_text(region)).unwrap_or_default();
        let said = notify.message.as_ref().map(|message| self.evaluate_string(message, context));
        if matches!(said, Some(Value::Error)) {
            return Vec::new();
        }
        let known = |text: String| Run::Known(Value::text(text));
        let mut parts =
            vec![known(format!("The {} {plan} in {place} failed in step ", kind.word())), Run::Variable("failed_step".into(), Shape::anything())];
        let failure = Rc::new(Run::Variable("failure".into(), Shape::anything()));
        parts.extend([known(": ".into()), Run::Member(failure.clone(), "Error".into())]);
        parts.extend([known(" ".into()), Run::Member(failure, "Cause".into())]);
        if let Some(said) = said {
            parts.splice(0..0, [self.as_run(said).as_ref().clone(), known("\n".into())]);
        }
        let arguments = vec![(Value::Run(Rc::new(Run::Text(parts))), notify.span)];
        let operations = self.action_body(action.declaration, &action.context, arguments, "notice", notify.span, context).unwrap_or_default();
        operations
            .into_iter()
            .filter_map(|operation| match operation {
                Operation::Call(call) => Some(call),
                _ => None,
            })
            .collect()
    }

    /// What a rule on the machine's own status sends to, so that the same people hear of a failure that the machine itself could not tell.
    pub(super) fn second_path(&mut self, notify: &'a ast::Notify, context: &Context) -> Option<Value> {
        let Value::Instance(id, _) = self.evaluate(&notify.to, context) else { return None };
        if !self.has_member(id, TARGET) || context.here.is_none_or(|here| !self.model.instances.get(id).regions.contains(&here)) {
            return None;
        }
        let name = ast::Name { text: SmolStr::new_static(TARGET), span: notify.to.span };
        let target = self.member(Value::Instance(id, None), &name, notify.to.span, context);
        let target = self.settle(target, notify.to.span, context);
        (!matches!(target, Value::Error)).then_some(target)
    }
}
