//! Statements and types.

use super::super::ast::{
    Adjust, Call, Clause, ClauseValue, Declaration, Else, If, Name, Statement, TypeArgument, TypeExpr, TypeKind, Use, UseSource, When,
};
use super::expressions::{OPERATION, RANGE, SUM, TERM, VALUE};
use super::printer::Printer;
use super::stream::{Column, Sort, Token};

impl<'t> Printer<'t> {
    /// One statement, its documentation included.
    pub(super) fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Declaration(node) => self.declaration(node),
            Statement::Assign(node) => self.item(Some(Sort::Assign), |printer| {
                printer.name(&node.key);
                printer.text(" ");
                printer.push(Token::Cell(Column::Value));
                printer.text("= ");
                printer.expr(&node.value, VALUE);
            }),
            other => self.item(None, |printer| printer.plain_statement(other)),
        }
    }

    fn plain_statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Declaration(_) | Statement::Assign(_) => {}
            Statement::Use(node) => self.use_(node),
            Statement::Allow(node) => {
                self.text("allow ");
                self.name(&node.code);
                self.text(" ");
                self.verbatim(node.reason.span);
            }
            Statement::Adjust(node) => self.adjust(node),
            Statement::If(node) => self.if_(node),
            Statement::For(node) => {
                self.text("for ");
                self.pair(&node.first, node.second.as_ref());
                self.text(" in ");
                self.expr(&node.over, OPERATION);
                self.text(" ");
                self.block(&node.body);
            }
            Statement::Require(node) => {
                self.text(if node.advise { "advise " } else { "require " });
                self.expr(&node.condition, OPERATION);
                self.push(Token::Barrier);
                self.text(" else ");
                self.verbatim(node.message.span);
                self.text(" as ");
                self.verbatim(node.slug.span);
                if let Some((name, value)) = &node.fix {
                    self.text(" fix ");
                    self.name(name);
                    self.text(" = ");
                    self.expr(value, VALUE);
                }
            }
            Statement::Contribute(node) => {
                self.text("contribute ");
                self.names(&node.path, ".");
                self.text(" = ");
                self.expr(&node.value, VALUE);
            }
            Statement::Moved(node) => {
                self.text("moved from ");
                self.name(&node.from);
            }
            Statement::When(node) => self.when(node),
            Statement::Notify(node) => {
                self.text("notify ");
                self.expr(&node.to, TERM);
                if let Some(message) = &node.message {
                    self.text(" ");
                    self.verbatim(message.span);
                }
            }
            Statement::On(node) => {
                self.text("on ");
                self.name(&node.event);
                self.text(" ");
                self.block(&node.block);
            }
            Statement::Parallel(node) => {
                self.text("parallel ");
                self.block(&node.block);
            }
            Statement::Later(node) => {
                self.text("later ");
                self.block(&node.block);
            }
            Statement::DoneWhen(node) => {
                self.text("done when ");
                self.expr(&node.condition, TERM);
                self.text(" every ");
                self.expr(&node.every, TERM);
                self.text(" within ");
                self.expr(&node.within, TERM);
            }
            Statement::Check(node) => {
                self.text("check ");
                self.expr(&node.condition, OPERATION);
                self.push(Token::Barrier);
                self.text(" else ");
                self.verbatim(node.message.span);
            }
            Statement::Call(node) => self.call(node),
            Statement::StartWhen(node) => {
                self.text("start when ");
                self.expr(&node.alarm, TERM);
            }
            Statement::Approve(node) => {
                self.text("approve ");
                self.expr(&node.topic, TERM);
                self.text(" within ");
                self.expr(&node.within, TERM);
            }
            Statement::Delay(node) => {
                self.text(node.word.word());
                self.text(" ");
                self.expr(&node.duration, OPERATION);
                if let Some(part) = &node.part {
                    self.text(" as ");
                    self.verbatim(part.span);
                }
                self.text(" ");
                self.verbatim(node.reason.span);
            }
            Statement::BestEffort(_) => self.text("best_effort"),
        }
    }

    pub(super) fn name(&mut self, name: &'t Name) {
        let words = self.source(name.span).trim();
        self.text(words);
    }

    /// `a` or `a, b`.
    pub(super) fn pair(&mut self, first: &'t Name, second: Option<&'t Name>) {
        self.name(first);
        if let Some(second) = second {
            self.text(", ");
            self.name(second);
        }
    }

    /// Names with something between them.
    pub(super) fn names(&mut self, names: &'t [Name], between: &'static str) {
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                self.text(between);
            }
            self.name(name);
        }
    }

    fn use_(&mut self, node: &'t Use) {
        self.text("use ");
        match &node.source {
            UseSource::Library { library, version, modules } => {
                self.name(library);
                if let Some((version, _)) = version {
                    self.text(format!("@{version}"));
                }
                let from = version.map_or(library.span, |(_, span)| span).range().end;
                self.text(".");
                let group = self.open();
                self.modules(modules, (from, node.span.range().end.saturating_sub(1)));
                self.close(group, None);
            }
            UseSource::File { path, alias } => {
                self.verbatim(path.span);
                if let Some(alias) = alias {
                    self.text(" as ");
                    self.name(alias);
                }
            }
        }
    }

    fn adjust(&mut self, node: &'t Adjust) {
        self.text("adjust ");
        self.names(&node.path, ".");
        if let Some(place) = &node.place {
            self.text(" ");
            self.clause(place);
        }
        self.text(" ");
        self.block(&node.block);
    }

    fn declaration(&mut self, node: &'t Declaration) {
        self.doc(&node.doc);
        let (public, external) = (node.public.is_some(), node.external.is_some());
        let sort = Sort::Declaration { kind: node.kind, public, external };
        self.item(Some(sort), |printer| printer.header(node));
    }

    fn header(&mut self, node: &'t Declaration) {
        if node.public.is_some() {
            self.text("pub ");
        }
        if node.external.is_some() {
            self.text("external ");
        }
        self.text(node.kind.word());
        self.text(" ");
        self.name(&node.name);
        if let Some(ty) = &node.ty {
            self.text(": ");
            self.push(Token::Cell(Column::Type));
            self.ty(ty);
        }
        for (at, clause) in node.clauses.iter().enumerate() {
            self.text(" ");
            if at == 0 {
                self.push(Token::Cell(Column::Clause));
            }
            self.clause(clause);
        }
        if let Some(value) = &node.value {
            self.text(" ");
            if node.ty.is_none() && node.clauses.is_empty() {
                self.push(Token::Cell(Column::Value));
            }
            self.text("= ");
            self.expr(value, VALUE);
        }
        if let Some(block) = &node.block {
            self.text(" ");
            if node.value.is_some() {
                self.push(Token::Cell(Column::Block));
            }
            self.block(block);
        }
    }

    fn clause(&mut self, clause: &'t Clause) {
        self.text(clause.word.word());
        self.text(" ");
        match &clause.value {
            ClauseValue::Expr(value) => self.expr(value, TERM),
            ClauseValue::Words(words) => self.names(words, ", "),
        }
    }

    fn ty(&mut self, ty: &'t TypeExpr) {
        match &ty.kind {
            TypeKind::Named { path, arguments } => {
                self.names(path, ".");
                if !arguments.is_empty() {
                    let from = path.last().map_or(ty.span.range().start, |name| name.span.range().end);
                    let span = |_: &Self, argument: &TypeArgument| {
                        let span = match argument {
                            TypeArgument::Type(ty) => ty.span,
                            TypeArgument::Text(text) => text.span,
                            TypeArgument::Range(range) => range.span,
                        };
                        (span.range().start, span.range().end)
                    };
                    let print = |printer: &mut Self, argument: &'t TypeArgument| match argument {
                        TypeArgument::Type(ty) => printer.ty(ty),
                        TypeArgument::Text(text) => printer.verbatim(text.span),
                        TypeArgument::Range(range) => printer.expr(range, OPERATION),
                    };
                    self.list(("(", ")"), (from, ty.span.range().end), arguments, None, span, print);
                }
            }
            TypeKind::Resource(name) => self.name(name),
        }
        if ty.optional {
            self.text("?");
        }
    }

    /// A chain of `if` and `else`: either all of its blocks are on one line, or none is.
    fn if_(&mut self, node: &'t If) {
        let group = self.open();
        let mut node = node;
        loop {
            self.text("if ");
            self.expr(&node.condition, OPERATION);
            self.text(" ");
            self.block_body(&node.then);
            match &node.otherwise {
                None => break,
                Some(Else::Block(block)) => {
                    self.text(" else ");
                    self.block_body(block);
                    break;
                }
                Some(Else::If(next)) => {
                    self.text(" else ");
                    node = next;
                }
            }
        }
        self.close(group, None);
    }

    fn when(&mut self, node: &'t When) {
        self.text("when ");
        self.name(&node.statistic);
        self.text("(");
        let free = std::mem::replace(&mut self.free, true);
        self.expr(&node.metric, VALUE);
        self.free = free;
        self.text(") over ");
        self.expr(&node.over, TERM);
        self.text(format!(" {} ", node.comparison.symbol()));
        self.expr(&node.threshold, SUM);
        if let Some((count, of, _)) = node.datapoints {
            self.text(format!(" for {count} of {of}"));
        }
    }

    /// `call service.operation { ... } on ... tolerates ... within ... waits`
    pub(super) fn call(&mut self, node: &'t Call) {
        self.text("call ");
        self.name(&node.service);
        self.text(".");
        self.name(&node.operation);
        self.text(" ");
        self.block(&node.block);
        for (word, value) in [(" on ", &node.on), (" tolerates ", &node.tolerates), (" within ", &node.within)] {
            if let Some(value) = value {
                self.text(word);
                self.expr(value, RANGE);
            }
        }
        if node.waits.is_some() {
            self.text(" waits");
        }
    }

    fn modules(&mut self, modules: &'t [Name], place: (usize, usize)) {
        let span = |_: &Self, name: &Name| (name.span.range().start, name.span.range().end);
        let print = |printer: &mut Self, name: &'t Name| printer.item(None, |printer| printer.name(name));
        self.braces(place, "", modules, span, print);
    }
}
