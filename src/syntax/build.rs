//! From the grammar's pairs to statements of the tree.

use super::ast::{self, ClauseValue, ClauseWord, DocLine, File, Name, Statement};
use super::{Pair, Rule, span_of, words};
use crate::diag::{Code, Diagnostic, Diagnostics, codes};
use crate::source::{FileId, Span};
use pest::iterators::Pairs;
use smol_str::SmolStr;

/// How many `else if` may follow each other; the tree nests as deeply.
const MAXIMUM_ELSE_IF: usize = 100;

/// Builds the tree of one file.
pub(super) struct Builder<'b> {
    pub file: FileId,
    pub source: &'b str,
    pub diagnostics: &'b mut Diagnostics,
    /// Where the slice that is being built begins in the file.
    pub base: usize,
    /// How deeply the expression that is being built nests.
    pub depth: usize,
    comments: &'b [Span],
    documentation: Vec<bool>,
}

/// The parts of a rule, one after the other; separators are left out.
pub(super) struct Parts<'t>(std::iter::Peekable<Pairs<'t, Rule>>);

impl<'t> Parts<'t> {
    pub fn of(pair: Pair<'t>) -> Self {
        Self(pair.into_inner().peekable())
    }

    fn skip(&mut self) {
        while self.0.peek().is_some_and(|pair| matches!(pair.as_rule(), Rule::eos | Rule::comma | Rule::EOI)) {
            self.0.next();
        }
    }

    pub fn peek(&mut self) -> Option<Rule> {
        self.skip();
        self.0.peek().map(Pair::as_rule)
    }

    /// The next part, if it is of this rule.
    pub fn next_of(&mut self, rule: Rule) -> Option<Pair<'t>> {
        self.skip();
        self.0.next_if(|pair| pair.as_rule() == rule)
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = Pair<'t>;

    fn next(&mut self) -> Option<Pair<'t>> {
        self.skip();
        self.0.next()
    }
}

impl<'b> Builder<'b> {
    pub fn new(file: FileId, source: &'b str, comments: &'b [Span], diagnostics: &'b mut Diagnostics) -> Self {
        Self { file, source, diagnostics, base: 0, depth: 0, comments, documentation: vec![false; comments.len()] }
    }

    /// Adds the statements of a slice that begins at `base`.
    pub fn slice(&mut self, pairs: Pairs<'_, Rule>, base: usize, statements: &mut Vec<Statement>) {
        self.base = base;
        for pair in pairs.flat_map(Pair::into_inner) {
            statements.extend(self.statement(pair));
        }
    }

    /// The whole file; comments that document nothing stay comments.
    pub fn finish(mut self, statements: Vec<Statement>) -> File {
        let mut doc = Vec::new();
        let mut end = 0;
        for (at, comment) in self.comments.iter().enumerate() {
            let gap = self.source.get(end..comment.start as usize).unwrap_or("x");
            let first_or_next = gap.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() && (at == 0 || gap.matches('\n').count() == 1);
            let text = self.source.get(comment.range()).unwrap_or_default();
            if !first_or_next || !text.starts_with("//!") {
                break;
            }
            doc.push(doc_line(*comment, text));
            if let Some(used) = self.documentation.get_mut(at) {
                *used = true;
            }
            end = comment.end as usize;
        }
        let comments = self.comments.iter().zip(&self.documentation).filter(|(_, used)| !**used).map(|(span, _)| *span).collect();
        File { file: self.file, doc, statements, comments }
    }

    pub fn span(&self, pair: &Pair<'_>) -> Span {
        span_of(self.file, self.base, pair)
    }

    pub fn error(&mut self, code: Code, message: impl Into<String>, span: Span, label: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, message).label(span, label).help(help));
    }

    pub fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: SmolStr::new(pair.as_str().trim_ascii_end()), span: self.span(pair) }
    }

    /// The `///` lines that stand directly above a position.
    fn documentation(&mut self, start: u32) -> Vec<DocLine> {
        let mut lines = Vec::new();
        let mut below = start as usize;
        let mut at = self.comments.partition_point(|comment| comment.start < start);
        while let Some(comment) = at.checked_sub(1).and_then(|before| self.comments.get(before)) {
            let gap = self.source.get(comment.end as usize..below).unwrap_or("x");
            let text = self.source.get(comment.range()).unwrap_or_default();
            let before = self.source.get(..comment.start as usize).unwrap_or_default();
            let alone = before.bytes().rev().take_while(|byte| *byte != b'\n').all(|byte| byte.is_ascii_whitespace());
            let documents = text.starts_with("///") && !text.starts_with("////");
            if !gap.trim().is_empty() || gap.matches('\n').count() != 1 || !alone || !documents {
                break;
            }
            lines.push(doc_line(*comment, text));
            at -= 1;
            if let Some(used) = self.documentation.get_mut(at) {
                *used = true;
            }
            below = comment.start as usize;
        }
        lines.reverse();
        lines
    }

    /// A declared name; reserved words and hyphens are refused.
    pub fn declared(&mut self, pair: &Pair<'_>) -> Name {
        let name = self.name(pair);
        if words::is_reserved(&name.text) {
            self.diagnostics.push(
                Diagnostic::error(codes::RESERVED_WORD, format!("`{}` is a word of the language and cannot be a name", name.text))
                    .label(name.span, "reserved")
                    .help(format!("choose another name, for example `{}_`", name.text)),
            );
        } else if name.text.contains('-') {
            let mended = name.text.replace('-', "_");
            self.diagnostics.push(
                Diagnostic::error(codes::BAD_HEADER, format!("a name has letters, digits and `_`: `{}` has a `-`", name.text))
                    .label(name.span, "not a name")
                    .help(format!("write `{mended}`"))
                    .fix(format!("write `{mended}`"), name.span, mended),
            );
        }
        name
    }

    pub fn block(&mut self, pair: Pair<'_>) -> ast::Block {
        let span = self.span(&pair);
        let statements = Parts::of(pair).filter_map(|part| self.statement(part)).collect();
        ast::Block { span, statements }
    }

    fn statement(&mut self, pair: Pair<'_>) -> Option<Statement> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::best_effort {
            return Some(Statement::BestEffort(span));
        }
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::declaration => Statement::Declaration(Box::new(self.declaration(parts, span)?)),
            Rule::assign => self.assign(parts, span)?,
            Rule::if_ => Statement::If(self.if_statement(parts, span)?),
            Rule::for_ => {
                parts.next()?;
                let first = parts.next()?;
                let first = self.declared(&first);
                let second = parts.next_of(Rule::declared).map(|name| self.declared(&name));
                parts.next()?;
                let over = parts.next()?;
                let over = self.expression(over)?;
                let body = parts.next()?;
                Statement::For(ast::For { span, first, second, over, body: self.block(body) })
            }
            Rule::use_ => Statement::Use(self.use_statement(parts, span)?),
            Rule::allow => {
                parts.next()?;
                let code = parts.next()?;
                let code = match code.as_rule() {
                    Rule::slug => self.name(&code),
                    _ => {
                        let span = self.span(&code);
                        let literal = self.string(code)?;
                        Name { text: SmolStr::new(literal.plain().unwrap_or_default()), span }
                    }
                };
                let reason = parts.next()?;
                Statement::Allow(ast::Allow { span, code, reason: self.string(reason)? })
            }
            Rule::adjust => {
                parts.next()?;
                let path = Parts::of(parts.next()?).map(|name| self.name(&name)).collect();
                let place = match parts.peek() {
                    Some(Rule::clause_word) => self.clause_parts(&mut parts)?,
                    _ => None,
                };
                let block = parts.next()?;
                Statement::Adjust(ast::Adjust { span, path, place, block: self.block(block) })
            }
            Rule::moved => {
                let from = parts.nth(2)?;
                Statement::Moved(ast::Moved { span, from: self.name(&from) })
            }
            Rule::require => {
                let advise = parts.next()?.as_rule() == Rule::k_advise;
                let condition = self.next_expression(&mut parts)?;
                parts.next()?;
                let message = self.next_string(&mut parts)?;
                parts.next()?;
                let slug = self.next_string(&mut parts)?;
                let fix = match parts.next_of(Rule::k_fix).and_then(|_| parts.next()) {
                    Some(key) => {
                        parts.next()?;
                        Some((self.name(&key), self.next_expression(&mut parts)?))
                    }
                    None => None,
                };
                Statement::Require(ast::Require { span, advise, condition, message, slug, fix })
            }
            Rule::contribute => {
                let path = Parts::of(parts.nth(1)?).map(|name| self.name(&name)).collect();
                parts.next()?;
                Statement::Contribute(ast::Contribute { span, path, value: self.next_expression(&mut parts)? })
            }
            Rule::when => Statement::When(self.when(parts, span)?),
            Rule::notify => {
                parts.next()?;
                let to = self.next_expression(&mut parts)?;
                let message = if parts.peek().is_some() { Some(self.next_string(&mut parts)?) } else { None };
                Statement::Notify(ast::Notify { span, to, message })
            }
            Rule::on => {
                let event = parts.nth(1)?;
                let event = self.name(&event);
                let block = parts.next()?;
                Statement::On(ast::On { span, event, block: self.block(block) })
            }
            Rule::parallel => {
                let block = parts.nth(1)?;
                Statement::Parallel(ast::Parallel { span, block: self.block(block) })
            }
            Rule::later => {
                let block = parts.nth(1)?;
                Statement::Later(ast::Later { span, block: self.block(block) })
            }
            Rule::done => {
                let condition = parts.nth(2)?;
                let condition = self.expression(condition)?;
                parts.next()?;
                let every = self.next_expression(&mut parts)?;
                parts.next()?;
                let within = self.next_expression(&mut parts)?;
                Statement::DoneWhen(ast::DoneWhen { span, condition, every, within })
            }
            Rule::check => {
                parts.next()?;
                let condition = self.next_expression(&mut parts)?;
                parts.next()?;
                let message = self.next_string(&mut parts)?;
                Statement::Check(ast::Check { span, condition, message })
            }
            Rule::start_when => {
                let alarm = parts.nth(2)?;
                Statement::StartWhen(ast::StartWhen { span, alarm: self.expression(alarm)? })
            }
            Rule::approve => {
                parts.next()?;
                let topic = self.next_expression(&mut parts)?;
                parts.next()?;
                let within = self.next_expression(&mut parts)?;
                Statement::Approve(ast::Approve { span, topic, within })
            }
            Rule::delay => {
                let word = match parts.next()?.as_rule() {
                    Rule::k_takes => ast::DelayWord::Takes,
                    Rule::k_assumes => ast::DelayWord::Assumes,
                    _ => ast::DelayWord::Usually,
                };
                let duration = self.next_expression(&mut parts)?;
                let part = if word == ast::DelayWord::Usually {
                    None
                } else {
                    parts.next()?;
                    Some(self.next_string(&mut parts)?)
                };
                let reason = self.next_string(&mut parts)?;
                Statement::Delay(ast::Delay { span, word, duration, part, reason })
            }
            Rule::call => Statement::Call(self.call(parts, span)?),
            _ => return None,
        })
    }

    fn declaration(&mut self, mut parts: Parts<'_>, span: Span) -> Option<ast::Declaration> {
        let doc = self.documentation(span.start);
        let public = parts.next_of(Rule::public).map(|pair| self.span(&pair));
        let external = parts.next_of(Rule::external).map(|pair| self.span(&pair));
        let kind = parts.next()?;
        let kind_span = self.span(&kind);
        let kind = words::kind(kind.as_str().trim_ascii())?;
        let name = parts.next()?;
        let name = self.declared(&name);
        let mut declaration =
            ast::Declaration { span, doc, public, external, kind, kind_span, name, ty: None, clauses: Vec::new(), value: None, block: None };
        for part in parts {
            match part.as_rule() {
                Rule::colon | Rule::equals => {}
                Rule::ty => declaration.ty = Some(self.type_expression(part)?),
                Rule::clause => {
                    if let Some(clause) = self.clause_parts(&mut Parts::of(part))? {
                        declaration.clauses.push(clause);
                    }
                }
                Rule::block => declaration.block = Some(self.block(part)),
                _ => declaration.value = Some(self.expression(part)?),
            }
        }
        self.check_clauses(&declaration);
        Some(declaration)
    }

    /// One clause of each word.
    fn check_clauses(&mut self, declaration: &ast::Declaration) {
        for (at, clause) in declaration.clauses.iter().enumerate() {
            let first = declaration.clauses.iter().take(at).find(|other| other.word == clause.word);
            if let Some(first) = first {
                self.diagnostics.push(
                    Diagnostic::error(codes::BAD_HEADER, format!("the header says `{}` twice", clause.word.word()))
                        .label(clause.span, "again here")
                        .secondary(first.span, "first here")
                        .help("keep one; several Regions stand in a list: `in [primary, standby]`"),
                );
            }
        }
    }

    #[expect(clippy::option_option, reason = "the outer one is a part that is missing, which the grammar rules out")]
    fn clause_parts(&mut self, parts: &mut Parts<'_>) -> Option<Option<ast::Clause>> {
        let word_pair = parts.next()?;
        let start = self.span(&word_pair);
        let word = match word_pair.as_str().trim_ascii() {
            "in" => ClauseWord::In,
            "across" => ClauseWord::Across,
            "among" => ClauseWord::Among,
            "from" => ClauseWord::From,
            "to" => ClauseWord::To,
            "every" => ClauseWord::Every,
            _ => ClauseWord::Is,
        };
        if word == ClauseWord::Is {
            let names: Vec<Name> = parts.map(|name| self.name(&name)).collect();
            let span = names.last().map_or(start, |last| start.to(last.span));
            return Some(Some(ast::Clause { span, word, value: ClauseValue::Words(names) }));
        }
        let place = self.next_expression(parts)?;
        Some(Some(ast::Clause { span: start.to(place.span), word, value: ClauseValue::Expr(place) }))
    }

    fn assign(&mut self, mut parts: Parts<'_>, span: Span) -> Option<Statement> {
        let key = parts.next()?;
        let key = self.name(&key);
        let separator = parts.next()?;
        if separator.as_rule() == Rule::colon {
            let at = self.span(&separator);
            self.diagnostics.push(
                Diagnostic::error(codes::WRONG_SEPARATOR, format!("`{}` is set with `=`, not with `:`", key.text))
                    .label(at, "`=` belongs here")
                    .note("a block has `name = value`; a map, where a value is expected, has `key: value`")
                    .help(format!("write `{} = ...`", key.text))
                    .fix("write `=`", at, if key.span.end == at.start { " =" } else { "=" }),
            );
        }
        let value = self.next_expression(&mut parts)?;
        Some(Statement::Assign(ast::Assign { span, key, value }))
    }

    fn if_statement(&mut self, mut parts: Parts<'_>, span: Span) -> Option<ast::If> {
        let mut branches: Vec<(Span, ast::Expr, ast::Block)> = Vec::new();
        let mut last = None;
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::k_else => {}
                Rule::k_if => {
                    let start = self.span(&part);
                    let condition = self.next_expression(&mut parts)?;
                    let block = parts.next()?;
                    branches.push((start, condition, self.block(block)));
                }
                _ => last = Some(ast::Else::Block(self.block(part))),
            }
        }
        if branches.len() > MAXIMUM_ELSE_IF {
            self.error(
                codes::TOO_DEEP,
                format!("more than {MAXIMUM_ELSE_IF} `else if` follow each other"),
                span,
                "too many",
                "look the value up in a map instead: `sizes[name]`",
            );
            branches.truncate(MAXIMUM_ELSE_IF);
        }
        let mut built: Option<ast::If> = None;
        for (start, condition, then) in branches.into_iter().rev() {
            let otherwise = match built.take() {
                Some(inner) => Some(ast::Else::If(Box::new(inner))),
                None => last.take(),
            };
            built = Some(ast::If { span: Span { end: span.end, ..start }, condition, then, otherwise });
        }
        built
    }

    fn use_statement(&mut self, mut parts: Parts<'_>, span: Span) -> Option<ast::Use> {
        parts.next()?;
        let first = parts.next()?;
        if first.as_rule() == Rule::string {
            let path = self.string(first)?;
            let alias = match parts.next_of(Rule::k_as) {
                Some(_) => parts.next().map(|name| self.declared(&name)),
                None => None,
            };
            return Some(ast::Use { span, source: ast::UseSource::File { path, alias } });
        }
        let mut inner = Parts::of(first);
        let library = inner.next()?;
        let library = self.name(&library);
        let version = inner.next().map(|pair| {
            let at = self.span(&pair);
            let number = pair.as_str().trim_start_matches('@').parse().unwrap_or(u32::MAX);
            (number, Span { start: at.start + 1, ..at })
        });
        parts.next()?;
        let modules = parts.filter(|part| part.as_rule() == Rule::declared).map(|name| self.name(&name)).collect();
        Some(ast::Use { span, source: ast::UseSource::Library { library, version, modules } })
    }

    fn when(&mut self, mut parts: Parts<'_>, span: Span) -> Option<ast::When> {
        let statistic = parts.nth(1)?;
        let statistic = self.name(&statistic);
        let metric = self.next_expression(&mut parts)?;
        parts.next()?;
        let over = self.next_expression(&mut parts)?;
        let comparison = parts.next()?;
        let comparison = super::expression::operator(comparison.as_str().trim_ascii())?;
        let threshold = self.next_expression(&mut parts)?;
        let datapoints = match parts.next() {
            Some(word) => {
                let first = parts.next()?;
                let second = parts.nth(1)?;
                let number = |pair: &Pair<'_>| pair.as_str().trim_ascii().parse().unwrap_or(u32::MAX);
                Some((number(&first), number(&second), self.span(&word).to(self.span(&second))))
            }
            None => None,
        };
        Some(ast::When { span, statistic, metric, over, comparison, threshold, datapoints })
    }

    pub fn call(&mut self, mut parts: Parts<'_>, span: Span) -> Option<ast::Call> {
        let service = parts.nth(1)?;
        let service = self.name(&service);
        let operation = parts.nth(1)?;
        let operation = self.name(&operation);
        let block = parts.next()?;
        let block = self.block(block);
        let mut call = ast::Call { span, service, operation, block, on: None, tolerates: None, within: None, waits: None };
        while let Some(word) = parts.next() {
            if word.as_rule() == Rule::k_waits {
                call.waits = Some(self.span(&word));
                continue;
            }
            let value = self.next_expression(&mut parts)?;
            match word.as_rule() {
                Rule::k_on => call.on = Some(value),
                Rule::k_within => call.within = Some(value),
                _ => call.tolerates = Some(value),
            }
        }
        Some(call)
    }

    pub fn next_expression(&mut self, parts: &mut Parts<'_>) -> Option<ast::Expr> {
        let pair = parts.next()?;
        self.expression(pair)
    }

    pub fn next_string(&mut self, parts: &mut Parts<'_>) -> Option<ast::StringLiteral> {
        let pair = parts.next()?;
        self.string(pair)
    }
}

fn doc_line(span: Span, text: &str) -> DocLine {
    let text = text.get(3..).unwrap_or_default();
    DocLine { span, text: text.strip_prefix(' ').unwrap_or(text).trim_end().to_string() }
}

#[cfg(test)]
mod tests {
    use super::words;
    use crate::syntax::ast::Kind;

    #[test]
    fn every_kind_has_a_word() {
        for kind in Kind::ALL {
            assert_eq!(words::kind(kind.word()), Some(kind));
        }
    }
}
