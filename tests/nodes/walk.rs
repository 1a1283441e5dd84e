//! Every kind of syntax node by a name of its own. The matches are exhaustive and the structures are taken apart without
//! `..`: a new variant or field does not compile until it has a name here, and then has to have a case.

use drc::syntax::ast::*;
use std::collections::BTreeMap;

/// How often each kind of node occurs.
pub type Counts = BTreeMap<&'static str, usize>;

/// A function that names the variants of an enumeration, and the list of all names.
macro_rules! names {
    ($function:ident, $list:ident, $ty:ty: $($pattern:pat => $name:literal,)*) => {
        fn $function(node: &$ty) -> &'static str {
            match node { $($pattern => $name,)* }
        }
        const $list: &[&str] = &[$($name),*];
    };
}

names! { statement_name, STATEMENTS, Statement:
    Statement::Use(_) => "use",
    Statement::Allow(_) => "allow",
    Statement::Adjust(_) => "adjust",
    Statement::Declaration(_) => "declaration",
    Statement::Assign(_) => "assign",
    Statement::If(_) => "if",
    Statement::For(_) => "for",
    Statement::Require(_) => "require",
    Statement::Contribute(_) => "contribute",
    Statement::Moved(_) => "moved",
    Statement::When(_) => "when",
    Statement::Notify(_) => "notify",
    Statement::On(_) => "on",
    Statement::Parallel(_) => "parallel",
    Statement::Later(_) => "later",
    Statement::DoneWhen(_) => "done when",
    Statement::Check(_) => "check",
    Statement::Call(_) => "call statement",
    Statement::StartWhen(_) => "start when",
    Statement::Approve(_) => "approve",
    Statement::Delay(_) => "delay",
    Statement::BestEffort(_) => "best_effort",
}
names! { delay_word, DELAYS, DelayWord:
    DelayWord::Takes => "takes",
    DelayWord::Assumes => "assumes",
    DelayWord::Usually => "usually",
}
names! { kind_name, KINDS, Kind:
    Kind::Platform => "platform",
    Kind::Region => "region",
    Kind::Setting => "setting",
    Kind::Param => "param",
    Kind::Let => "let",
    Kind::Replica => "replica",
    Kind::Service => "service",
    Kind::Route => "route",
    Kind::Resource => "resource",
    Kind::Alarm => "alarm",
    Kind::Failover => "failover",
    Kind::Failback => "failback",
    Kind::Drill => "drill",
    Kind::Component => "component",
    Kind::Type => "type",
    Kind::External => "external",
    Kind::Group => "group",
    Kind::Input => "input",
    Kind::Output => "output",
    Kind::Metric => "metric",
    Kind::Grant => "grant",
    Kind::Gather => "gather",
    Kind::Condition => "condition",
    Kind::Action => "action",
    Kind::Step => "step",
}
names! { clause_name, CLAUSES, ClauseWord:
    ClauseWord::In => "clause in",
    ClauseWord::Across => "clause across",
    ClauseWord::Among => "clause among",
    ClauseWord::From => "clause from",
    ClauseWord::To => "clause to",
    ClauseWord::Every => "clause every",
    ClauseWord::Is => "clause is",
}
names! { clause_value_name, CLAUSE_VALUES, ClauseValue:
    ClauseValue::Expr(_) => "clause with a value",
    ClauseValue::Words(_) => "clause with words",
}
names! { type_name, TYPES, TypeKind:
    TypeKind::Named { .. } => "named type",
    TypeKind::Resource(_) => "resource type",
}
names! { argument_name, ARGUMENTS, TypeArgument:
    TypeArgument::Type(_) => "type in a type",
    TypeArgument::Text(_) => "text in a type",
    TypeArgument::Range(_) => "range in a type",
}
names! { source_name, SOURCES, UseSource:
    UseSource::Library { .. } => "use of the library",
    UseSource::File { .. } => "use of a file",
}
names! { else_name, ELSES, Else:
    Else::If(_) => "else if",
    Else::Block(_) => "else",
}
names! { expression_name, EXPRESSIONS, ExprKind:
    ExprKind::None => "none",
    ExprKind::Bool(_) => "bool",
    ExprKind::Number(_) => "number",
    ExprKind::Quantity(..) => "quantity",
    ExprKind::Rate(..) => "rate",
    ExprKind::Cidr(_) => "cidr",
    ExprKind::Hyphenated(_) => "region code",
    ExprKind::String(_) => "string",
    ExprKind::Name(_) => "name",
    ExprKind::List(_) => "list",
    ExprKind::Comprehension(_) => "comprehension",
    ExprKind::Map(_) => "map",
    ExprKind::Range(..) => "range",
    ExprKind::Lambda(..) => "lambda",
    ExprKind::Unary(..) => "unary",
    ExprKind::Binary(..) => "binary",
    ExprKind::If(..) => "if expression",
    ExprKind::Member { .. } => "member",
    ExprKind::Index(..) => "index",
    ExprKind::Apply(..) => "apply",
    ExprKind::Call(_) => "call",
    ExprKind::Ask(..) => "ask",
    ExprKind::Run(..) => "run",
    ExprKind::Wait(..) => "wait",
}
names! { entry_name, ENTRIES, Entry:
    Entry::Pair { .. } => "entry",
    Entry::Spread(_) => "spread of a map",
}
names! { unary_name, UNARY, UnaryOperator:
    UnaryOperator::Not => "not",
    UnaryOperator::Minus => "minus",
}
names! { binary_name, BINARY, BinaryOperator:
    BinaryOperator::Or => "or",
    BinaryOperator::And => "and",
    BinaryOperator::Equal => "==",
    BinaryOperator::NotEqual => "!=",
    BinaryOperator::Less => "<",
    BinaryOperator::LessOrEqual => "<=",
    BinaryOperator::Greater => ">",
    BinaryOperator::GreaterOrEqual => ">=",
    BinaryOperator::In => "in",
    BinaryOperator::Add => "+",
    BinaryOperator::Subtract => "-",
    BinaryOperator::Multiply => "*",
    BinaryOperator::Divide => "/",
    BinaryOperator::Otherwise => "??",
}
names! { style_name, STYLES, StringStyle:
    StringStyle::Plain => "plain string",
    StringStyle::Raw => "raw string",
    StringStyle::MultiLine => "string of several lines",
}
names! { part_name, PARTS, StringPart:
    StringPart::Text(_) => "characters",
    StringPart::Value(_) => "interpolation",
}

/// Parts of nodes that may be there or not.
const FLAGS: &[&str] = &[
    "file documentation",
    "comment",
    "documentation",
    "pub",
    "external before a kind",
    "type",
    "value",
    "block",
    "optional type",
    "optional member",
    "spread of a list",
    "quoted key",
    "second name of for",
    "second name of a comprehension",
    "condition of a comprehension",
    "advise",
    "fix of require",
    "datapoints",
    "text of notify",
    "on of a call",
    "tolerates",
    "within of a call",
    "waits of a call",
    "place of adjust",
    "version",
    "name of a use",
];

/// Every name there is.
pub fn all() -> Vec<&'static str> {
    [STATEMENTS, DELAYS, KINDS, CLAUSES, CLAUSE_VALUES, TYPES, ARGUMENTS, SOURCES, ELSES, EXPRESSIONS, ENTRIES, UNARY, BINARY, STYLES, PARTS, FLAGS]
        .concat()
}

/// Counts the nodes of a file.
pub fn count(tree: &File) -> Counts {
    let mut walk = Walk(Counts::new());
    let File { file: _, doc, statements, comments } = tree;
    walk.some("file documentation", doc.len());
    walk.some("comment", comments.len());
    statements.iter().for_each(|statement| walk.statement(statement));
    walk.0
}

struct Walk(Counts);

impl Walk {
    fn some(&mut self, name: &'static str, times: usize) {
        *self.0.entry(name).or_default() += times;
    }

    fn one(&mut self, name: &'static str) {
        self.some(name, 1);
    }

    fn flag(&mut self, name: &'static str, there: bool) {
        self.some(name, usize::from(there));
    }

    fn statement(&mut self, node: &Statement) {
        self.one(statement_name(node));
        match node {
            Statement::Use(Use { span: _, source }) => {
                self.one(source_name(source));
                match source {
                    UseSource::Library { library: _, version, modules: _ } => self.flag("version", version.is_some()),
                    UseSource::File { path, alias } => {
                        self.string(path);
                        self.flag("name of a use", alias.is_some());
                    }
                }
            }
            Statement::Allow(Allow { span: _, code: _, reason }) => self.string(reason),
            Statement::Adjust(Adjust { span: _, path: _, place, block }) => {
                self.flag("place of adjust", place.is_some());
                place.iter().for_each(|place| self.clause(place));
                self.block(block);
            }
            Statement::Declaration(node) => self.declaration(node),
            Statement::Assign(Assign { span: _, key: _, value }) => self.expression(value),
            Statement::If(node) => self.condition(node),
            Statement::For(For { span: _, first: _, second, over, body }) => {
                self.flag("second name of for", second.is_some());
                self.expression(over);
                self.block(body);
            }
            Statement::Require(Require { span: _, advise, condition, message, slug, fix }) => {
                self.flag("advise", *advise);
                self.flag("fix of require", fix.is_some());
                self.expression(condition);
                self.string(message);
                self.string(slug);
                fix.iter().for_each(|(_, value)| self.expression(value));
            }
            Statement::Contribute(Contribute { span: _, path: _, value }) => self.expression(value),
            Statement::Moved(Moved { span: _, from: _ }) => {}
            Statement::When(When { span: _, statistic: _, metric, over, comparison, threshold, datapoints }) => {
                self.flag("datapoints", datapoints.is_some());
                self.one(binary_name(comparison));
                [metric, over, threshold].into_iter().for_each(|value| self.expression(value));
            }
            Statement::Notify(Notify { span: _, to, message }) => {
                self.flag("text of notify", message.is_some());
                self.expression(to);
                message.iter().for_each(|message| self.string(message));
            }
            Statement::On(On { span: _, event: _, block })
            | Statement::Parallel(Parallel { span: _, block })
            | Statement::Later(Later { span: _, block }) => {
                self.block(block);
            }
            Statement::DoneWhen(DoneWhen { span: _, condition, every, within }) => {
                [condition, every, within].into_iter().for_each(|value| self.expression(value));
            }
            Statement::Check(Check { span: _, condition, message }) => {
                self.expression(condition);
                self.string(message);
            }
            Statement::Call(node) => self.call(node),
            Statement::StartWhen(StartWhen { span: _, alarm }) => self.expression(alarm),
            Statement::Approve(Approve { span: _, topic, within }) => {
                self.expression(topic);
                self.expression(within);
            }
            Statement::Delay(Delay { span: _, word, duration, part, reason }) => {
                self.one(delay_word(word));
                self.expression(duration);
                part.iter().for_each(|part| self.string(part));
                self.string(reason);
            }
            Statement::BestEffort(_) => {}
        }
    }

    fn block(&mut self, Block { span: _, statements }: &Block) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn condition(&mut self, If { span: _, condition, then, otherwise }: &If) {
        self.expression(condition);
        self.block(then);
        if let Some(otherwise) = otherwise {
            self.one(else_name(otherwise));
            match otherwise {
                Else::If(node) => self.condition(node),
                Else::Block(block) => self.block(block),
            }
        }
    }

    fn declaration(&mut self, node: &Declaration) {
        let Declaration { span: _, doc, public, external, kind, kind_span: _, name: _, ty, clauses, value, block } = node;
        self.one(kind_name(kind));
        self.flag("documentation", !doc.is_empty());
        self.flag("pub", public.is_some());
        self.flag("external before a kind", external.is_some());
        self.flag("type", ty.is_some());
        self.flag("value", value.is_some());
        self.flag("block", block.is_some());
        ty.iter().for_each(|ty| self.ty(ty));
        clauses.iter().for_each(|clause| self.clause(clause));
        value.iter().for_each(|value| self.expression(value));
        block.iter().for_each(|block| self.block(block));
    }

    fn clause(&mut self, Clause { span: _, word, value }: &Clause) {
        self.one(clause_name(word));
        self.one(clause_value_name(value));
        if let ClauseValue::Expr(value) = value {
            self.expression(value);
        }
    }

    fn ty(&mut self, TypeExpr { span: _, kind, optional }: &TypeExpr) {
        self.one(type_name(kind));
        self.flag("optional type", *optional);
        let TypeKind::Named { path: _, arguments } = kind else { return };
        for argument in arguments {
            self.one(argument_name(argument));
            match argument {
                TypeArgument::Type(ty) => self.ty(ty),
                TypeArgument::Text(text) => self.string(text),
                TypeArgument::Range(range) => self.expression(range),
            }
        }
    }

    fn call(&mut self, Call { span: _, service: _, operation: _, block, on, tolerates, within, waits }: &Call) {
        self.flag("on of a call", on.is_some());
        self.flag("tolerates", tolerates.is_some());
        self.flag("within of a call", within.is_some());
        self.flag("waits of a call", waits.is_some());
        self.block(block);
        on.iter().chain(tolerates).chain(within).for_each(|value| self.expression(value));
    }

    fn string(&mut self, StringLiteral { span: _, style, parts }: &StringLiteral) {
        self.one(style_name(style));
        for part in parts {
            self.one(part_name(part));
            if let StringPart::Value(value) = part {
                self.expression(value);
            }
        }
    }

    fn expression(&mut self, Expr { span: _, kind }: &Expr) {
        self.one(expression_name(kind));
        match kind {
            ExprKind::String(literal) => self.string(literal),
            ExprKind::List(elements) => {
                for Element { spread, value } in elements {
                    self.flag("spread of a list", *spread);
                    self.expression(value);
                }
            }
            ExprKind::Comprehension(node) => {
                let Comprehension { first: _, second, over, condition, value } = node.as_ref();
                self.flag("second name of a comprehension", second.is_some());
                self.flag("condition of a comprehension", condition.is_some());
                [over, value].into_iter().chain(condition).for_each(|value| self.expression(value));
            }
            ExprKind::Map(entries) => {
                for entry in entries {
                    self.one(entry_name(entry));
                    match entry {
                        Entry::Pair { key: _, quoted, value } => {
                            self.flag("quoted key", *quoted);
                            self.expression(value);
                        }
                        Entry::Spread(value) => self.expression(value),
                    }
                }
            }
            ExprKind::Unary(operator, operand) => {
                self.one(unary_name(operator));
                self.expression(operand);
            }
            ExprKind::Binary(operator, left, right) => {
                self.one(binary_name(operator));
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Range(left, right) | ExprKind::Index(left, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Lambda(_, body) => self.expression(body),
            ExprKind::If(condition, then, otherwise) => [condition, then, otherwise].into_iter().for_each(|part| self.expression(part)),
            ExprKind::Member { base, name: _, optional } => {
                self.flag("optional member", *optional);
                self.expression(base);
            }
            ExprKind::Apply(callee, arguments) => {
                self.expression(callee);
                arguments.iter().for_each(|argument| self.expression(argument));
            }
            ExprKind::Call(node) => self.call(node),
            ExprKind::Ask(topic, text) | ExprKind::Wait(topic, text) => {
                self.expression(topic);
                self.string(text);
            }
            ExprKind::Run(function, _) => self.expression(function),
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Rate(..)
            | ExprKind::Cidr(_)
            | ExprKind::Hyphenated(_)
            | ExprKind::Name(_) => {}
        }
    }
}
