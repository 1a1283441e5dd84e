//! The changes that are made of a platform: each takes something away, or changes one figure, that a plan cannot do without.

use drc::diag::Diagnostics;
use drc::source::{FileId, Span};
use drc::syntax::ast::{ClauseWord, Declaration, Expr, ExprKind, Kind, Statement};

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
            Kind::Failback => all.without(declaration.span, name, "no plan leads back", "DR0417"),
            Kind::Alarm if on_lag(declaration) => {
                all.without(declaration.span, name, "nobody watches the copies", "DR0414");
                if let Some(clause) = declaration.clause(ClauseWord::In) {
                    all.instead(clause.span, &format!("in {}", regions[0]), name, "the copies are watched in one Region only", "DR0414");
                }
            }
            Kind::Failover => {
                if let Some(clause) = declaration.clause(ClauseWord::Among) {
                    all.instead(clause.span, &format!("from {} to {}", regions[0], regions[1]), name, "one Region only can be left", "DR0420");
                }
            }
            _ => {}
        }
    }
    all.found
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
