//! The tables of a component, a type or a platform: what it is given, what it offers, what it insists on, what it is made of.

use super::link::Links;
use super::markdown::{code, joined, message, source, table};
use crate::source::Span;
use crate::syntax::ast::{ClauseValue, ClauseWord, Declaration, DelayWord, Else, ExprKind, If, Kind, Require, Statement};
use std::collections::BTreeSet;

/// A declaration, and what it hangs on: the `if` and `for` around it.
pub(super) struct Found<'d> {
    pub declaration: &'d Declaration,
    pub when: String,
}

/// The declarations among statements, those in `if`, `for`, `later` and groups too, in the order of the text.
pub(super) fn all<'d>(statements: &'d [Statement], links: &Links<'_>) -> Vec<Found<'d>> {
    let mut found = Vec::new();
    walk(statements, &mut Vec::new(), links, &mut found);
    found
}

fn walk<'d>(statements: &'d [Statement], around: &mut Vec<String>, links: &Links<'_>, found: &mut Vec<Found<'d>>) {
    for statement in statements {
        match statement {
            Statement::Declaration(group) if group.kind == Kind::Group => walk(group.statements(), around, links, found),
            Statement::Declaration(declaration) => found.push(Found { declaration, when: around.join(", ") }),
            Statement::If(node) => branches(node, around, links, found),
            Statement::For(node) => {
                let names = node.second.as_ref().map_or(node.first.span, |second| node.first.span.to(second.span));
                around.push(format!("for each {}", source(links.sources, names.to(node.over.span))));
                walk(&node.body.statements, around, links, found);
                around.pop();
            }
            Statement::Later(node) => {
                around.push("later".into());
                walk(&node.block.statements, around, links, found);
                around.pop();
            }
            _ => {}
        }
    }
}

fn branches<'d>(node: &'d If, around: &mut Vec<String>, links: &Links<'_>, found: &mut Vec<Found<'d>>) {
    let condition = source(links.sources, node.condition.span);
    around.push(format!("if {condition}"));
    walk(&node.then.statements, around, links, found);
    around.pop();
    match &node.otherwise {
        Some(Else::Block(block)) => {
            around.push(format!("unless {condition}"));
            walk(&block.statements, around, links, found);
            around.pop();
        }
        Some(Else::If(node)) => branches(node, around, links, found),
        None => {}
    }
}

impl Links<'_> {
    /// The code under a span.
    pub fn code(&self, span: Span) -> String {
        source(self.sources, span)
    }

    /// Type and place: `Duration` in regions.
    fn kind_of(&self, member: &Declaration) -> String {
        let ty = member.ty.as_ref().map(|ty| self.ty(ty)).unwrap_or_default();
        format!("{ty} {}", self.place(member)).trim().to_string()
    }

    /// `in regions`, or nothing.
    fn place(&self, member: &Declaration) -> String {
        member.clause(ClauseWord::In).map(|clause| self.sources.slice(clause.span).to_string()).unwrap_or_default()
    }

    /// The table of inputs, or of the parameters of a platform.
    pub fn inputs(&self, heads: &[&str], inputs: &[&Declaration], out: &mut String) {
        let row = |input: &&Declaration| {
            let default = match (&input.value, &input.ty) {
                (Some(value), _) => self.code(value.span),
                (None, Some(ty)) if ty.optional => "`none`".to_string(),
                _ => "**required**".to_string(),
            };
            vec![code(&input.name.text), self.kind_of(input), default, joined(&input.doc)]
        };
        table(out, heads, &inputs.iter().map(row).collect::<Vec<_>>());
    }

    /// The tables of what a component offers, each with its heading.
    /// `level` is the mark of these headings.
    pub fn offers(&self, members: &[Found<'_>], level: &str, out: &mut String) {
        let rows = |kind: Kind, row: &dyn Fn(&Declaration) -> Vec<String>| -> Vec<Vec<String>> {
            let mut known = BTreeSet::new();
            let mut rows = Vec::new();
            for Found { declaration, .. } in members.iter().filter(|found| found.declaration.kind == kind) {
                // Branches of an `if` may declare the same member.
                if !known.insert(&declaration.name.text) {
                    continue;
                }
                let meaning = std::iter::once(joined(&declaration.doc)).chain(self.delays(declaration.statements()));
                let meaning = meaning.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
                let cells = [vec![code(&declaration.name.text)], row(declaration), vec![meaning]];
                rows.push(cells.concat());
            }
            rows
        };
        let mut section = |title: &str, heads: &[&str], rows: &[Vec<String>]| {
            if !rows.is_empty() {
                out.push_str(&format!("\n{level} {title}\n"));
                table(out, heads, rows);
            }
        };
        section("Outputs", &["output", "type", "meaning"], &rows(Kind::Output, &|output| vec![self.kind_of(output)]));
        let metrics = rows(Kind::Metric, &|metric| vec![self.kind_of(metric), self.published(metric)]);
        section("Metrics", &["metric", "type", "namespace and name in CloudWatch", "meaning"], &metrics);
        let grants = rows(Kind::Grant, &|grant| vec![self.place(grant), self.allowed(grant)]);
        section("Grants", &["grant", "where", "allows", "meaning"], &grants);
        section("Gathers", &["what others ask", "type", "meaning"], &rows(Kind::Gather, &|gather| vec![self.kind_of(gather)]));
        let conditions = rows(Kind::Condition, &|condition| vec![self.place(condition)]);
        section("Conditions", &["condition", "where", "it holds if"], &conditions);
        let actions = rows(Kind::Action, &|action| vec![self.taken(action), self.place(action), effects(action), self.done(action)]);
        section("Actions", &["action", "takes", "where", "is", "waits until", "meaning"], &actions);
    }

    /// Namespace and name of a metric, as they are written.
    fn published(&self, metric: &Declaration) -> String {
        let Some(ExprKind::Apply(_, arguments)) = metric.value.as_ref().map(|value| &value.kind) else { return String::new() };
        arguments.iter().map(|argument| code(self.sources.slice(argument.span).trim_matches('"'))).collect::<Vec<_>>().join(" ")
    }

    /// The actions of IAM that a grant names.
    fn allowed(&self, grant: &Declaration) -> String {
        let actions = grant.statements().iter().find_map(|statement| match statement {
            Statement::Assign(assign) if assign.key.text == "actions" => Some(&assign.value),
            _ => None,
        });
        match actions.map(|value| (&value.kind, value.span)) {
            Some((ExprKind::List(elements), _)) => {
                elements.iter().map(|element| self.sources.slice(element.value.span).trim_matches('"')).map(code).collect::<Vec<_>>().join(", ")
            }
            Some((_, span)) => self.code(span),
            None => String::new(),
        }
    }

    /// What an action is given by a step.
    fn taken(&self, action: &Declaration) -> String {
        let typed = |input: &Declaration| input.ty.as_ref().map(|ty| format!("{}: {}", code(&input.name.text), self.ty(ty)));
        action.inputs().into_iter().filter_map(typed).collect::<Vec<_>>().join(", ")
    }

    /// What an action waits for, and how long at most.
    fn done(&self, action: &Declaration) -> String {
        let waits = action.statements().iter().filter_map(|statement| match statement {
            Statement::DoneWhen(done) => Some(format!("{}, at most {}", self.code(done.condition.span), self.code(done.within.span))),
            _ => None,
        });
        waits.collect::<Vec<_>>().join("; ")
    }

    /// What passes beside the work: how long, as which part of a recovery, and why; a sentence each.
    pub fn delays<'d>(&self, statements: &'d [Statement]) -> impl Iterator<Item = String> + use<'d, '_> {
        statements.iter().filter_map(|statement| {
            let Statement::Delay(delay) = statement else { return None };
            let part = delay.part.as_ref().and_then(|part| part.plain()).map(|part| format!(" ({})", code(part))).unwrap_or_default();
            let word = match delay.word {
                DelayWord::Takes => "Takes",
                DelayWord::Assumes => "Assumes",
                DelayWord::Usually => "Usually takes",
            };
            Some(format!("{word} {}{part}: {}.", self.code(delay.duration.span), message(self.sources, &delay.reason)))
        })
    }

    /// What it insists on.
    pub fn rules(&self, statements: &[Statement], out: &mut String) {
        // What an action insists on stands in it.
        let inside = statements.iter().filter_map(|statement| match statement {
            Statement::Declaration(action) if action.kind == Kind::Action => Some(action.statements()),
            _ => None,
        });
        let rules = statements.iter().chain(inside.flatten()).filter_map(|statement| match statement {
            Statement::Require(rule) => Some(self.rule(rule)),
            _ => None,
        });
        let rules: Vec<Vec<String>> = rules.collect();
        if !rules.is_empty() {
            out.push_str("\n### Rules\n");
            table(out, &["rule", "", "what has to hold", "what is said otherwise"], &rules);
        }
    }

    fn rule(&self, rule: &Require) -> Vec<String> {
        let word = if rule.advise { "advises" } else { "requires" };
        vec![code(rule.slug.plain().unwrap_or_default()), word.into(), self.code(rule.condition.span), message(self.sources, &rule.message)]
    }

    /// Instances, alarms and plans: whatever can be seen of it in AWS and on the day.
    pub fn parts(&self, heading: &str, members: &[Found<'_>], out: &mut String) {
        let mut rows = Vec::new();
        for Found { declaration, when } in members {
            if !matches!(
                declaration.kind,
                Kind::Replica | Kind::Service | Kind::Route | Kind::Alarm | Kind::Failover | Kind::Failback | Kind::Drill | Kind::External
            ) {
                continue;
            }
            let kind = if declaration.external.is_some() { format!("external {}", declaration.kind.word()) } else { declaration.kind.word().into() };
            let what = match &declaration.ty {
                Some(ty) => self.ty(ty),
                None => self.watched(declaration),
            };
            let clauses: Vec<&str> = declaration.clauses.iter().map(|clause| self.sources.slice(clause.span)).collect();
            rows.push(vec![code(&declaration.name.text), kind, what, clauses.join(" "), when.clone(), joined(&declaration.doc)]);
        }
        if !rows.is_empty() {
            out.push_str(&format!("\n{heading}\n"));
            table(out, &["part", "", "of what, or when", "where", "only", "meaning"], &rows);
        }
    }

    /// What an alarm looks at.
    fn watched(&self, alarm: &Declaration) -> String {
        let when = alarm.statements().iter().find_map(|statement| match statement {
            Statement::When(when) => Some(self.sources.slice(when.span)),
            _ => None,
        });
        when.map(|text| code(text.strip_prefix("when ").unwrap_or(text))).unwrap_or_default()
    }

    /// The resources, by the names that `adjust` knows them by.
    pub fn resources(&self, heading: &str, members: &[Found<'_>], out: &mut String) {
        let resources = members.iter().filter(|found| found.declaration.kind == Kind::Resource);
        let row = |found: &Found<'_>| {
            let ty = found.declaration.ty.as_ref().map(|ty| self.code(ty.span)).unwrap_or_default();
            vec![code(&found.declaration.name.text), ty, self.place(found.declaration), found.when.clone()]
        };
        let rows: Vec<Vec<String>> = resources.map(row).collect();
        if !rows.is_empty() {
            out.push_str(&format!("\n{heading}\n"));
            table(out, &["resource", "type", "where", "only"], &rows);
        }
    }
}

/// The words behind `is`.
fn effects(action: &Declaration) -> String {
    let words = action.clauses.iter().filter_map(|clause| match &clause.value {
        ClauseValue::Words(words) => Some(words.iter().map(|word| code(&word.text)).collect::<Vec<_>>().join(", ")),
        ClauseValue::Expr(_) => None,
    });
    words.collect::<Vec<_>>().join(", ")
}
