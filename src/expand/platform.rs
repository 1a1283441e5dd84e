//! The platform, its Regions, and the names of all modules.

use super::scope::CellKind;
use super::{Context, Expander, Placement};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Region;
use crate::model::ids::Id;
use crate::model::value::{Dimension, Value};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseValue, ExprKind, Kind, Statement};
use smol_str::SmolStr;
use std::rc::Rc;

const STRATEGIES: &[&str] = &["backup_and_restore", "pilot_light", "warm_standby", "active_active"];
const KEYS: &[&str] = &["strategy", "rto", "rpo", "tags", "naming", "strict"];

impl<'a> Expander<'a> {
    /// Makes a scope for each module and declares what stands at its top: imports, functions, components, types.
    pub(super) fn declare_modules(&mut self) {
        let prelude = self.modules.prelude;
        for number in 0..self.modules.list.len() {
            let parent = prelude.filter(|prelude| *prelude < number).map(|prelude| self.module_scope(prelude));
            let scope = self.new_scope(parent);
            self.module_scopes.push(scope);
        }
        for (number, module) in self.modules.list.iter().enumerate() {
            let context = Context::of_scope(self.module_scope(number));
            for (name, imported, span) in &module.imports {
                let value = imported.map_or(Value::Error, |module| Value::Module(u32::try_from(module).unwrap_or(u32::MAX)));
                let name = ast::Name { text: name.clone(), span: *span };
                self.declare(&name, CellKind::Ready(value), false, &context);
            }
            for statement in &module.tree.statements {
                let Statement::Declaration(declaration) = statement else { continue };
                let public = declaration.public.is_some();
                match declaration.kind {
                    Kind::Let => {
                        let cell = self.declare(&declaration.name, CellKind::Let(declaration), public, &context);
                        if number == self.modules.entry {
                            self.values.extend(cell);
                        }
                    }
                    Kind::Component | Kind::Type => {
                        self.declare(&declaration.name, CellKind::Definition(declaration), public, &context);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Platform, Regions, settings and parameters of the entry file.
    pub(super) fn expand_platform(&mut self, statements: &'a [Statement], context: &Context) {
        let mut platforms = Vec::new();
        for declaration in declarations(statements) {
            match declaration.kind {
                Kind::Platform => platforms.push(declaration),
                Kind::Region => self.expand_region(declaration, context),
                _ => {}
            }
        }
        self.open_environment(context);
        for declaration in declarations(statements) {
            match declaration.kind {
                Kind::Param => self.expand_parameter(declaration, context),
                Kind::Setting => self.expand_setting(declaration, context),
                _ => {}
            }
        }
        self.check_settings(statements);
        match platforms.as_slice() {
            [] => {
                let file = self.modules.list.get(self.modules.entry).map(|module| module.tree.file).unwrap_or_default();
                self.report(
                    Diagnostic::error(codes::PLATFORM_COUNT, "this file declares no platform")
                        .label(Span { file, start: 0, end: 0 }, "nothing to compile")
                        .help("begin with `platform NAME { strategy = \"warm_standby\", rto = 15min, rpo = 5min }`; a module is compiled by the platform that uses it"),
                    context,
                );
            }
            [platform] => self.expand_platform_block(platform, context),
            [first, second, ..] => {
                self.report(
                    Diagnostic::error(codes::PLATFORM_COUNT, "a file declares one platform only")
                        .label(second.header(), "second platform")
                        .secondary(first.header(), "first platform")
                        .help("put the second one into a file of its own"),
                    context,
                );
            }
        }
        if self.model.regions.is_empty() && !platforms.is_empty() {
            let span = platforms.first().map(|platform| platform.header()).unwrap_or_default();
            self.report(
                Diagnostic::error(codes::UNKNOWN_REGION, "the platform has no Region")
                    .label(span, "no `region` is declared in this file")
                    .help("declare at least two: `region primary = us-east-1` and `region standby = us-east-2`"),
                context,
            );
        }
    }

    fn expand_platform_block(&mut self, declaration: &'a ast::Declaration, context: &Context) {
        self.platform = Some(declaration);
        self.model.platform.name = declaration.name.text.clone();
        self.model.platform.span = declaration.header();
        self.model.platform.description = super::parameter::documentation(&declaration.doc);
        for statement in declaration.statements() {
            let Statement::Assign(assign) = statement else { continue };
            match assign.key.text.as_str() {
                "naming" => {
                    let mut names = Vec::new();
                    super::requirement::mentioned(&assign.value, &mut names);
                    if !names.iter().any(|name| name == "path") {
                        self.report(
                            Diagnostic::error(codes::MISSING_INPUT, "`naming` gives everything the same name")
                                .label(assign.value.span, "`path` is not part of it")
                                .note("`path` is what tells the things of a platform from each other")
                                .help("write `${path}` into it: `\"${platform}-${path}\"`"),
                            context,
                        );
                    }
                    self.naming = Some(&assign.value);
                    self.model.platform.naming = Some(assign.value.span);
                }
                "strategy" => {
                    let value = self.evaluate(&assign.value, context);
                    self.model.platform.strategy = self.one_of(&value, STRATEGIES, assign.value.span, context);
                }
                "rto" => {
                    self.model.platform.rto = self.duration(&assign.value, "rto", context);
                    self.model.platform.rto_span = assign.span;
                }
                "rpo" => {
                    self.model.platform.rpo = self.duration(&assign.value, "rpo", context);
                    self.model.platform.rpo_span = assign.span;
                }
                "strict" => match self.evaluate(&assign.value, context) {
                    Value::Bool(strict) => self.model.platform.strict = strict,
                    Value::Error => {}
                    other => {
                        self.mismatch("a Bool", &other, assign.value.span, "write `strict = true`", context);
                    }
                },
                "tags" => {
                    let value = self.evaluate(&assign.value, context);
                    match value {
                        Value::Map(map) => {
                            for (key, value) in map.iter() {
                                let text = self.text_of(value.clone(), assign.value.span, context);
                                self.model.platform.tags.push((key.clone(), text));
                            }
                        }
                        other => {
                            self.mismatch("a Map", &other, assign.value.span, "tags are a map: `{ system: \"trading\" }`", context);
                        }
                    }
                }
                _ => self.unknown_key(&assign.key, KEYS, "a platform", context),
            }
        }
    }

    /// Reports a key that does not exist, with the nearest one.
    pub(super) fn unknown_key(&mut self, key: &ast::Name, known: &[&str], what: &str, context: &Context) {
        let mut finding = Diagnostic::error(codes::UNKNOWN_INPUT, format!("{what} has no `{}`", key.text)).label(key.span, "unknown key");
        if let Some(near) = suggest::nearest(&key.text, known.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), key.span, near);
        } else if !known.is_empty() {
            finding = finding.help(format!("it has {}", known.join(", ")));
        } else {
            finding = finding.help("remove it");
        }
        self.report(finding, context);
    }

    /// A text out of a closed set.
    pub(super) fn one_of(&mut self, value: &Value, set: &[&str], span: Span, context: &Context) -> Option<SmolStr> {
        match value {
            Value::Text(text) if set.contains(&text.as_str()) => Some(text.clone()),
            Value::Text(text) => {
                let mut finding = Diagnostic::error(codes::OUT_OF_BOUNDS, format!("\"{text}\" is none of the allowed values"))
                    .label(span, format!("allowed are \"{}\"", set.join("\", \"")));
                if let Some(near) = suggest::nearest(text, set.iter().copied()) {
                    finding = finding.help(format!("did you mean \"{near}\"?")).fix(format!("write \"{near}\""), span, format!("\"{near}\""));
                } else if let Some(first) = set.first() {
                    finding = finding.help(format!("write one of them, for example \"{first}\""));
                }
                self.report(finding, context);
                None
            }
            other => {
                self.mismatch("a String", other, span, "write the value in quotes", context);
                None
            }
        }
    }

    /// A positive duration in milliseconds, known now.
    pub(super) fn duration(&mut self, expression: &'a ast::Expr, name: &str, context: &Context) -> Option<f64> {
        let value = self.evaluate(expression, context);
        let value = self.settle(value, expression.span, context);
        match value {
            Value::Quantity(amount, Dimension::Duration) if amount > 0.0 => Some(amount),
            Value::Quantity(_, Dimension::Duration) => {
                self.fail(
                    codes::OUT_OF_BOUNDS,
                    format!("`{name}` must be longer than nothing"),
                    expression.span,
                    "not positive",
                    "write a duration above zero: `30s`, `15min`, `4h`",
                    context,
                );
                None
            }
            value @ (Value::Deploy(_) | Value::Run(_)) => {
                self.not_now(&value, &format!("`{name}`"), expression.span, context);
                None
            }
            Value::Number(number) => {
                let text = crate::model::value::number_text(number);
                self.report(
                    Diagnostic::error(codes::UNIT_MISMATCH, format!("`{name}` is a Duration and needs a unit"))
                        .label(expression.span, "a number without a unit")
                        .help(format!("write `{text}s` or `{text}min`")),
                    context,
                );
                None
            }
            other => {
                self.mismatch("a Duration", &other, expression.span, "write a duration: `30s`, `15min`, `4h`", context);
                None
            }
        }
    }

    fn expand_region(&mut self, declaration: &'a ast::Declaration, context: &Context) {
        let code = match declaration.value.as_ref().map(|value| (&value.kind, value.span)) {
            Some((ExprKind::Hyphenated(code), span)) => Some((code.clone(), span)),
            Some((ExprKind::String(literal), span)) => literal.plain().map(|code| (SmolStr::new(code), span)),
            Some((_, span)) => {
                self.fail(codes::UNKNOWN_REGION, "this is no Region", span, "not a code", "write AWS's code, for example `us-east-1`", context);
                None
            }
            None => {
                self.report(
                    Diagnostic::error(codes::BAD_HEADER, format!("the Region `{}` has no code", declaration.name.text))
                        .label(declaration.name.span, "which Region of AWS is it?")
                        .help(format!("write `region {} = us-east-1`", declaration.name.text)),
                    context,
                );
                None
            }
        };
        for statement in declaration.statements() {
            self.region_property(statement, &declaration.name, context);
        }
        let Some((code, span)) = code else {
            self.declare(&declaration.name, CellKind::Ready(Value::Error), false, context);
            return;
        };
        let Some(row) = crate::aws::regions::find(&code) else {
            self.declare(&declaration.name, CellKind::Ready(Value::Error), false, context);
            let mut finding = Diagnostic::error(codes::UNKNOWN_REGION, format!("AWS has no Region `{code}`")).label(span, "unknown Region");
            if let Some(near) = suggest::nearest(&code, crate::aws::regions::codes()) {
                finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
            } else {
                finding = finding.help("write AWS's code, for example `us-east-1`");
            }
            self.report(finding, context);
            return;
        };
        let same = self.model.regions.iter().find(|(_, region)| region.code == code);
        if let Some((alias, first)) = same.map(|(_, other)| (other.alias.clone(), other.span)) {
            self.report(
                Diagnostic::error(codes::BAD_REGION_PAIR, format!("`{}` and `{alias}` are the same Region", declaration.name.text))
                    .label(span, format!("`{code}` again"))
                    .secondary(first, "already declared here")
                    .note("when that Region is lost, both are lost")
                    .help("choose another Region for one of them"),
                context,
            );
        }
        let first_region = self.model.regions.iter().next();
        if let Some((alias, first, partition)) = first_region.map(|(_, other)| (other.alias.clone(), other.span, other.partition.clone()))
            && partition != row.partition
        {
            self.report(
                Diagnostic::error(
                    codes::BAD_REGION_PAIR,
                    format!("`{}` is in the partition {}, `{alias}` in {partition}", declaration.name.text, row.partition),
                )
                .label(span, "another partition")
                .secondary(first, "the first Region")
                .note("nothing replicates between partitions: they share no accounts, no keys and no names")
                .help("choose Regions of one partition"),
                context,
            );
        }
        let region =
            Region { alias: declaration.name.text.clone(), code, partition: SmolStr::new(&row.partition), span: declaration.header().to(span) };
        let id = self.model.regions.add(region);
        self.declare(&declaration.name, CellKind::Ready(Value::Region(id)), false, context);
    }

    /// A Region may have an account of its own; nobody deploys into several yet.
    fn region_property(&mut self, statement: &'a Statement, region: &ast::Name, context: &Context) {
        match statement {
            Statement::Assign(assign) if assign.key.text == "account" => self.report(
                Diagnostic::error(codes::NOT_COMPILED_YET, format!("an account for `{}` is understood, but not lowered yet", region.text))
                    .label(assign.span, "the stacks of a platform are deployed into one account")
                    .note(
                        "names, ARNs and the manifest are built for it: an ARN takes the account of the Region that it lies in. What is missing \
                         is the deployment into several accounts, and the policies between them",
                    )
                    .help("leave the block out: until then each Region uses the account whose credentials deploy"),
                context,
            ),
            Statement::Assign(assign) => self.unknown_key(&assign.key, &["account"], "a Region", context),
            _ => {}
        }
    }

    /// The Regions of `in ...`, `across ...`, `among ...`.
    pub(super) fn placement(&mut self, clause: &'a ast::Clause, context: &Context) -> Option<Placement> {
        let ClauseValue::Expr(expression) = &clause.value else { return None };
        let outer = self.placing.replace(expression.span);
        let value = self.evaluate(expression, context);
        self.placing = outer;
        let value = self.settle(value, expression.span, context);
        match value {
            Value::Region(region) => Some(Placement { regions: Rc::from([region]), single: true }),
            Value::List(items) => {
                let mut regions: Vec<Id<Region>> = Vec::new();
                for item in items.iter() {
                    match item {
                        Value::Region(region) if regions.contains(region) => {
                            let text = self.model.region_text(*region);
                            self.report_once(
                                Diagnostic::error(codes::BAD_REGION_PAIR, format!("{text} is named twice"))
                                    .label(expression.span, "the same Region again")
                                    .help("name each Region once"),
                                context,
                            );
                            return None;
                        }
                        Value::Region(region) => regions.push(*region),
                        Value::Error => return None,
                        other if self.too_late([other], "a placement", expression.span, context) => return None,
                        other => {
                            let text = self.describe(other);
                            self.fail(
                                codes::NOT_PLACED,
                                format!("{text} is no place"),
                                expression.span,
                                "a list of Regions is needed",
                                "put declared Regions into the list: `[primary, standby]`",
                                context,
                            );
                            return None;
                        }
                    }
                }
                if regions.is_empty() {
                    self.fail(
                        codes::NOT_PLACED,
                        "this list has no Region in it",
                        expression.span,
                        "nothing would exist",
                        "name at least one Region: `[primary, standby]`",
                        context,
                    );
                    return None;
                }
                let single = context.instance.is_some_and(|id| self.model.instances.get(id).single)
                    && matches!(&expression.kind, ExprKind::Name(name) if name == "regions");
                Some(Placement { regions: regions.into(), single })
            }
            Value::Error => None,
            other if self.too_late([&other], "a placement", expression.span, context) => None,
            other => {
                let text = self.describe(&other);
                self.report(
                    Diagnostic::error(codes::NOT_PLACED, format!("{text} is no place"))
                        .label(expression.span, "a Region or a list of Regions is needed")
                        .help("declare `region primary = us-east-1` and write `in primary`, or `in [primary, standby]`"),
                    context,
                );
                None
            }
        }
    }

    /// Evaluates the values at the top of the file that nothing else has read, so that a mistake in them is found.
    pub(super) fn evaluate_unused(&mut self) {
        for cell in std::mem::take(&mut self.values) {
            let Some(found) = self.cells.get(cell).filter(|cell| cell.memo.is_empty()) else { continue };
            let CellKind::Let(declaration) = found.kind else { continue };
            let (span, context) = (found.span, found.context.clone());
            let places = match self.cell_placement(cell, span) {
                Some(placement) => placement.regions.iter().copied().map(Some).collect(),
                None if super::requirement::mentions_here(declaration.value.as_ref()) => self.model.regions.ids().map(Some).collect(),
                None => vec![None],
            };
            for here in places {
                self.compute_cell(cell, here, span, &context);
            }
        }
    }
}

/// The declarations among statements, those of groups included.
pub(super) fn declarations(statements: &[Statement]) -> Vec<&ast::Declaration> {
    let mut found = Vec::new();
    for statement in statements {
        if let Statement::Declaration(declaration) = statement {
            found.push(declaration.as_ref());
            if declaration.kind == Kind::Group {
                found.extend(declarations(declaration.statements()));
            }
        }
    }
    found
}
