//! The changes that are made of a platform: each takes something away, or changes one figure, that a plan cannot do without.

use drc::diag::Diagnostics;
use drc::source::{FileId, Span};
use drc::syntax::ast::{ClauseWord, Declaration, Expr, ExprKind, Kind, Name, Statement};

/// One change of a text.
pub struct Change {
    /// What is done.
    pub what: String,
    /// Of what.
    pub where_: String,
    /// What has to be found.
    pub code: String,
    /// The text with the change.
    pub text: String,
}

/// All changes of a platform file.
pub fn changes(text: &str) -> Vec<Change> {
    let tree = drc::syntax::parse(FileId(0), text, &mut Diagnostics::new());
    let declarations: Vec<&Declaration> = tree
        .statements
        .iter()
        .filter_map(|statement| match statement {
            Statement::Declaration(declaration) => Some(declaration.as_ref()),
            _ => None,
        })
        .collect();
    let mut all = Changes { text, found: Vec::new() };
    let regions: Vec<&str> = declarations.iter().filter(|found| found.kind == Kind::Region).map(|found| found.name.text.as_str()).collect();
    for declaration in &declarations {
        let name = declaration.name.text.as_str();
        match declaration.kind {
            Kind::Platform => {
                all.value(declaration, "rto", "1min", "an objective that no plan keeps", "DR0412");
                all.value(declaration, "rpo", "1s", "an objective that no copy keeps", "DR0413");
            }
            Kind::Failback => {
                if does(declaration, "switchover") || does(declaration, "release") {
                    all.without(declaration.span, name, "no plan leads back", "DR0417");
                }
                all.untold(declaration);
                // Beside a step that is asked of the Region that is left, the machine would have to stand in two.
                let split = does(declaration, "release");
                all.action(declaration, "switchover", "promote", "a return that can lose data", if split { "DR0401" } else { "DR0406" });
            }
            Kind::Drill => {
                all.without(declaration.span, name, "nothing is rehearsed", "DR0421");
                all.untold(declaration);
                if let Some(clause) = declaration.clause(ClauseWord::Every) {
                    all.without(clause.span, name, "a rehearsal that nobody starts", "DR0421");
                }
                for replica in promoted(&declarations) {
                    all.action_of(declaration, &replica, "promote", "a rehearsal that promotes", "DR0405");
                }
            }
            Kind::Alarm if on_lag(declaration) => {
                all.without(declaration.span, name, "nobody watches the copies", "DR0414");
                if let Some(clause) = declaration.clause(ClauseWord::In) {
                    all.instead(clause.span, &format!("in {}", regions[0]), name, "the copies are watched in one Region only", "DR0414");
                }
            }
            Kind::Failover => {
                all.untold(declaration);
                all.key(declaration, "start", "nobody says who starts it", "DR0416");
                all.key(declaration, "decide", "nobody says how long the decision takes", "DR0416");
                for step in steps(declaration.statements()) {
                    all.value(step, "within", "1s", "a bound that nothing fits into", "DR0404");
                }
                if declarations.iter().any(|found| found.kind == Kind::Failback && does(found, "switchover")) {
                    let split = does(declaration, "shift");
                    let code = if split { "DR0401" } else { "DR0402" };
                    all.action(declaration, "promote", "switchover", "a planned change where a Region is lost", code);
                }
                let moves = does(declaration, "promote") || does(declaration, "shift");
                if let Some(clause) = declaration.clause(ClauseWord::Among).filter(|_| moves) {
                    all.instead(clause.span, &format!("from {} to {}", regions[0], regions[1]), name, "one Region only can be left", "DR0420");
                }
            }
            _ => {}
        }
    }
    all.found
}

/// The steps of a plan, those side by side too.
fn steps(statements: &[Statement]) -> Vec<&Declaration> {
    let mut found = Vec::new();
    for statement in statements {
        match statement {
            Statement::Declaration(step) if step.kind == Kind::Step => found.push(step.as_ref()),
            Statement::Parallel(node) => found.extend(steps(&node.block.statements)),
            _ => {}
        }
    }
    found
}

/// The instance and the name of an action that a step does.
fn action_of(step: &Declaration) -> Option<(&str, &Name)> {
    let ExprKind::Apply(callee, _) = &step.value.as_ref()?.kind else { return None };
    let ExprKind::Member { base, name, .. } = &callee.kind else { return None };
    let ExprKind::Name(instance) = &base.kind else { return None };
    Some((instance.as_str(), name))
}

/// Whether some step of a plan does an action of this name.
fn does(plan: &Declaration, action: &str) -> bool {
    steps(plan.statements()).into_iter().filter_map(action_of).any(|(_, name)| name.text == action)
}

/// The replicas that some failover promotes.
fn promoted(declarations: &[&Declaration]) -> Vec<String> {
    let failovers = declarations.iter().filter(|found| found.kind == Kind::Failover);
    let actions = failovers.flat_map(|plan| steps(plan.statements())).filter_map(action_of);
    let mut found: Vec<String> = actions.filter(|(_, name)| name.text == "promote").map(|(instance, _)| instance.to_string()).collect();
    found.dedup();
    found
}

fn on_lag(alarm: &Declaration) -> bool {
    alarm.statements().iter().any(|statement| match statement {
        Statement::When(when) => is_lag(&when.metric),
        _ => false,
    })
}

fn is_lag(metric: &Expr) -> bool {
    match &metric.kind {
        ExprKind::Member { name, .. } => name.text == "lag",
        _ => false,
    }
}

struct Changes<'t> {
    text: &'t str,
    found: Vec<Change>,
}

impl Changes<'_> {
    /// Something else stands at a place.
    fn instead(&mut self, span: Span, new: &str, where_: &str, what: &str, code: &str) {
        let (start, end) = (span.start as usize, span.end as usize);
        let text = format!("{}{new}{}", &self.text[..start], &self.text[end..]);
        self.found.push(Change { what: what.into(), where_: where_.into(), code: code.into(), text });
    }

    /// Nothing stands at a place.
    fn without(&mut self, span: Span, where_: &str, what: &str, code: &str) {
        self.instead(span, "", where_, what, code);
    }

    /// Nobody is told of a failure.
    fn untold(&mut self, plan: &Declaration) {
        for statement in plan.statements() {
            if let Statement::On(node) = statement {
                self.without(node.span, plan.name.text.as_str(), "nobody is told of a failure", "DR0422");
            }
        }
    }

    /// A key of a block is not there.
    fn key(&mut self, declaration: &Declaration, key: &str, what: &str, code: &str) {
        for statement in declaration.statements() {
            if let Statement::Assign(assign) = statement
                && assign.key.text == key
            {
                self.without(assign.span, &format!("{key} of {}", declaration.name.text), what, code);
            }
        }
    }

    /// A step of a plan does another action of the same instance.
    fn action(&mut self, plan: &Declaration, old: &str, new: &str, what: &str, code: &str) {
        for step in steps(plan.statements()) {
            if let Some((instance, name)) = action_of(step)
                && name.text == old
            {
                self.instead(name.span, new, &format!("{instance}.{old}"), what, code);
            }
        }
    }

    /// The first step of a plan that does something of an instance does this instead.
    fn action_of(&mut self, plan: &Declaration, wanted: &str, new: &str, what: &str, code: &str) {
        let step = steps(plan.statements()).into_iter().filter_map(action_of).find(|(instance, _)| *instance == wanted);
        if let Some((_, name)) = step {
            self.instead(name.span, new, &format!("{wanted}.{}", name.text), what, code);
        }
    }

    /// A key of a block has another value.
    fn value(&mut self, declaration: &Declaration, key: &str, new: &str, what: &str, code: &str) {
        for statement in declaration.statements() {
            if let Statement::Assign(assign) = statement
                && assign.key.text == key
            {
                self.instead(assign.value.span, new, key, what, code);
            }
        }
    }
}
