//! What the role of a machine may do: derived from the calls of its plan, one statement for each action with the resources that the calls
//! name. Nothing is allowed that no call needs; what cannot be derived is asked for.

mod action;
mod arn;
mod grant;
mod keys;
mod policy;
mod request;
#[cfg(test)]
mod tests;

use crate::aws::{iam, permissions as rows, types};
use crate::diag::{Diagnostic, Severity, codes, suggest};
use crate::model::Model;
use crate::model::value::Value;
use crate::source::Span;
use crate::workflow::{Call, Operation, Plan, SingleStep};
use action::{Lacking, Said};
use policy::{Policy, Reason, Statement};
use request::{Arn, Request};
use smol_str::SmolStr;

pub(crate) use arn::said;
pub use grant::check as check_grant;

/// What was derived.
#[derive(Debug, Default)]
pub struct Derived {
    /// The statements of the role's policy.
    pub statements: Vec<Value>,
    /// What is allowed on more than one resource, and why.
    pub wide: Vec<Wide>,
    /// What could not be derived, and what is more than needed.
    pub findings: Vec<Found>,
}

/// A finding about a call.
#[derive(Debug)]
pub struct Found {
    /// What is wrong.
    pub finding: Diagnostic,
    /// The step that makes the call.
    pub step: Span,
}

/// An action that is allowed on an ARN with a wildcard, or handed on to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// Whose role: `us-east-2/evacuate`.
    pub role: String,
    /// `backup:StartRestoreJob`
    pub action: String,
    /// The ARN.
    pub on: String,
    /// Why.
    pub why: &'static str,
}

const ANY_SERVICE: &str = "to which service the role is handed on is not known, so no condition says it";

/// Derives the policy of a plan's machine.
#[must_use]
pub fn derive(plan: &Plan, model: &Model) -> Derived {
    let role = format!("{}/{}", model.regions.get(plan.machine).code, plan.machine_name());
    let mut deriver = Deriver { plan, model, role, policy: Policy::default(), wide: Vec::new(), findings: Vec::new() };
    let mut findings = Vec::new();
    for (step, span, call) in calls(plan) {
        deriver.call(&step, call);
        // What is lacking is asked for though the mistake may be accepted: nobody else would notice it.
        let found = deriver.findings.drain(..).filter(|finding| !call.wrong || finding.severity == Severity::Error);
        findings.extend(found.map(|finding| Found { finding, step: span }));
    }
    Derived { statements: deriver.policy.into_values(), wide: deriver.wide, findings }
}

struct Deriver<'p> {
    plan: &'p Plan,
    model: &'p Model,
    role: String,
    policy: Policy,
    wide: Vec<Wide>,
    findings: Vec<Diagnostic>,
}

impl<'p> Deriver<'p> {
    fn call(&mut self, step: &str, call: &'p Call) {
        let request = Request { call, model: self.model, region: self.plan.machine };
        if let Some(Value::Map(said)) = &call.on {
            let known = iam::actions_of(&call.service, &call.operation).unwrap_or_default();
            let (statements, findings) = grant::explicit(said, &known, call, self.model);
            for (action, on) in statements {
                self.policy.add(&Reason { step, what: &grant::short(&action) }, Statement { actions: vec![action], on, condition: None }, self.model);
            }
            self.findings.extend(findings);
            return;
        }
        let Some(actions) = iam::actions_of(&call.service, &call.operation) else {
            self.findings.push(unmapped(call));
            return;
        };
        let mut said = Said::new(call.on.as_ref(), &request);
        let operation = policy::pascal(&call.operation);
        self.allow(&request, &mut said, &Reason { step, what: &operation }, &actions);
        for action in &actions {
            for row in rows::further(action) {
                if row.given.is_empty() || row.given.iter().any(|member| !request.at(member).is_empty()) {
                    for further in &row.actions {
                        self.allow(&request, &mut said, &Reason { step, what: &grant::short(further) }, std::slice::from_ref(further));
                    }
                }
            }
        }
        self.pass(&request, step);
        self.keys(&request, step, &operation, &actions);
        self.superfluous(&said, &actions, call);
    }

    /// Allows actions of one call: those on the same resources by one statement.
    fn allow(&mut self, request: &Request, said: &mut Said, reason: &Reason, actions: &[String]) {
        let mut groups: Vec<(Vec<String>, Option<Vec<Arn>>)> = Vec::new();
        for name in actions {
            let Some(action) = iam::action(name) else { continue };
            // A value that only the run knows narrows nothing: then it is asked for like any other.
            if let Some((key, member)) = rows::condition(name)
                && let [value] = request.at(member).as_slice()
                && !matches!(value, Value::Run(_))
            {
                let condition = Some(policy::equals(key, (*value).clone()));
                self.policy.add(reason, Statement { actions: vec![name.clone()], on: None, condition }, self.model);
                continue;
            }
            let on = match action::allowed(action, request, said) {
                Ok(on) => {
                    for arn in on.iter().flatten() {
                        if let Some(why) = arn.wild {
                            self.note(name, &arn::said(&arn.value, self.model), why);
                        }
                    }
                    on
                }
                Err(lacking) => {
                    self.findings.push(no_arn(name, &lacking, request));
                    continue;
                }
            };
            let same = |known: &Option<Vec<Arn>>| policy::same(known.as_deref(), on.as_deref(), self.model);
            match groups.iter_mut().find(|(_, known)| same(known)) {
                Some((names, _)) => names.push(name.clone()),
                None => groups.push((vec![name.clone()], on)),
            }
        }
        for (actions, on) in groups {
            let on = on.map(|arns| arns.into_iter().map(|arn| arn.value).collect());
            self.policy.add(reason, Statement { actions, on, condition: None }, self.model);
        }
    }

    /// Roles that the call hands on to a service.
    fn pass(&mut self, request: &Request, step: &str) {
        let mut passed: Vec<(Value, Option<&str>)> = Vec::new();
        let mut known: Vec<String> = Vec::new();
        for (member, to) in rows::passes(&request.call.service) {
            passed.extend(request.at(member).into_iter().map(|value| (value.clone(), Some(to))));
        }
        passed.extend(request.leaves().into_iter().map(|value| (value.clone(), None)));
        for (value, to) in passed {
            let role = arn::resource_of(&value);
            let action = role.and_then(|role| types::find(&self.model.families.get(role.family).resource_type)).and_then(|row| row.pass.clone());
            let (action, on) = match (action, to, role) {
                (Some(action), _, Some(role)) => (action, policy::arn_of(role)),
                (None, Some(_), _) if matches!(value, Value::Run(_)) => {
                    self.findings.push(unknown_role(request));
                    continue;
                }
                (None, Some(_), _) if arn::is_arn(&value, self.model) => (PASS.into(), value),
                _ => continue,
            };
            let said = arn::said(&on, self.model);
            if known.contains(&said) {
                continue;
            }
            known.push(said.clone());
            if to.is_none() {
                self.note(&action, &said, ANY_SERVICE);
            }
            let condition = to.map(|to| policy::equals(PASSED_TO, Value::text(to)));
            self.policy.add(
                &Reason { step, what: &grant::short(&action) },
                Statement { actions: vec![action], on: Some(vec![on]), condition },
                self.model,
            );
        }
    }

    /// Keys that encrypt what the call is about.
    fn keys(&mut self, request: &Request, step: &str, operation: &str, actions: &[String]) {
        for need in keys::needed(request, actions) {
            let what = format!("{operation}Key");
            if let Some(why) = need.wild {
                need.actions.iter().for_each(|action| self.note(action, &arn::said(&need.on, self.model), why));
            }
            let statement = Statement { actions: need.actions, on: Some(vec![need.on]), condition: Some(need.condition) };
            self.policy.add(&Reason { step, what: &what }, statement, self.model);
        }
    }

    fn note(&mut self, action: &str, on: &str, why: &'static str) {
        let wide = Wide { role: self.role.clone(), action: action.to_string(), on: on.to_string(), why };
        if !self.wide.contains(&wide) {
            self.wide.push(wide);
        }
    }

    fn superfluous(&mut self, said: &Said, actions: &[String], call: &Call) {
        let (unused, wide) = said.superfluous();
        let span = call.on_span.unwrap_or(call.span);
        let names = actions.join(", ");
        for value in unused {
            let arn = arn::said(value, self.model);
            self.findings.push(
                Diagnostic::warning(codes::SUPERFLUOUS, format!("`{arn}` allows nothing that the call needs"))
                    .label(span, format!("no resource of {names}"))
                    .note("a permission that no request needs is one that a mistake can use")
                    .help("leave it out of `on`"),
            );
        }
        for value in wide {
            let arn = arn::said(value, self.model);
            self.findings.push(
                Diagnostic::warning(codes::SUPERFLUOUS, format!("`{arn}` allows more than the call needs"))
                    .label(span, format!("{names} is called on what the arguments name"))
                    .note("a permission that no request needs is one that a mistake can use")
                    .help("leave it out of `on`: what the arguments name is allowed anyway"),
            );
        }
    }
}

const PASS: &str = "iam:PassRole";
const PASSED_TO: &str = "iam:PassedToService";

/// A call with the step that makes it.
type StepCall<'p> = (SmolStr, Span, &'p Call);

/// The calls of a plan, each with the name and the place of what needs it.
fn calls(plan: &Plan) -> Vec<StepCall<'_>> {
    let mut found = Vec::new();
    plan.all_steps().for_each(|step| collect(step, &step.body, &mut found));
    found.extend(plan.on_failure.iter().map(|call| (SmolStr::new_static("failure"), plan.failure_span, call)));
    found
}

fn collect<'p>(step: &SingleStep, body: &'p [Operation], found: &mut Vec<StepCall<'p>>) {
    for operation in body {
        match operation {
            Operation::Call(call) => found.push((step.name.clone(), step.span, call)),
            Operation::DoneWhen { ask, body, .. } => {
                found.extend(ask.iter().map(|call| (step.name.clone(), step.span, call)));
                collect(step, body, found);
            }
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
}

fn unmapped(call: &Call) -> Diagnostic {
    let operation = format!("{}.{}", call.service, call.operation);
    let prefix = crate::aws::api::service(&call.service).and_then(|service| service.iam_prefix()).unwrap_or(&call.service);
    let wanted = policy::pascal(&call.operation);
    let known: Vec<String> = iam::actions(prefix).map(iam::Action::name).collect();
    let near = suggest::nearest(&format!("{prefix}:{wanted}"), known.iter().map(String::as_str)).map(str::to_string);
    let example = near.unwrap_or_else(|| format!("{prefix}:ACTION"));
    Diagnostic::error(codes::UNMAPPED_CALL, format!("no permission is known for `{operation}`"))
        .label(call.span, "which action of IAM does it need?")
        .note("the machine's role allows what its calls need and nothing else: AWS would refuse this call on the day of the outage")
        .help(format!("name the actions and what they are done to: `on {{ \"{example}\": [resource.arn] }}`"))
}

fn no_arn(action: &str, lacking: &Lacking, request: &Request) -> Diagnostic {
    let form = policy::form_text(lacking.arn, request);
    Diagnostic::error(codes::NO_ARN, format!("no ARN can be made of the `{}` that `{action}` needs", lacking.name))
        .label(request.call.span, if lacking.everywhere { "those of all Regions are changed" } else { "no argument says which one it is" })
        .note("on `*` the machine could do it to everything in the account, so nothing is allowed that is not named")
        .help(if lacking.everywhere {
            format!("name all of them behind the call: `on [\"{form}\", ...]`, or `on [resource[from].arn, resource[to].arn]`")
        } else {
            format!("name it behind the call: `on [\"{form}\"]`, or `on [resource.arn]`")
        })
}

fn unknown_role(request: &Request) -> Diagnostic {
    Diagnostic::error(codes::NO_ARN, "the role that the call hands on is known only when the machine runs")
        .label(request.call.span, "hands on a role")
        .note("whoever may hand on every role may do what every role may do")
        .help("name a role of the platform, or its ARN")
}
