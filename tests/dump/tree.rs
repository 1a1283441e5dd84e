//! The syntax tree: a line per node, expressions with all their parentheses.

use super::{Page, joined};
use drc::syntax::ast::*;

/// The tree of a file.
pub fn dump(file: &File) -> String {
    let mut page = Page::default();
    page.nest("file", |page| {
        documentation(page, &file.doc);
        statements(page, &file.statements);
    });
    page.finish()
}

fn documentation(page: &mut Page, lines: &[DocLine]) {
    for line in lines {
        page.line(format!("doc {:?}", line.text));
    }
}

fn statements(page: &mut Page, statements: &[Statement]) {
    statements.iter().for_each(|node| statement(page, node));
}

fn block(page: &mut Page, block: &Block) {
    statements(page, &block.statements);
}

fn statement(page: &mut Page, node: &Statement) {
    match node {
        Statement::Use(node) => match &node.source {
            UseSource::Library { library, version, modules } => {
                let version = version.map_or("none".to_string(), |(number, _)| number.to_string());
                page.line(format!("use library {} version {version}: {}", library.text, names(modules)));
            }
            UseSource::File { path, alias } => {
                let alias = alias.as_ref().map_or("its own name", |name| name.text.as_str());
                page.line(format!("use file {} as {alias}", string(path)));
            }
        },
        Statement::Allow(node) => page.line(format!("allow {} because {}", node.code.text, string(&node.reason))),
        Statement::Adjust(node) => {
            let path = node.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            let place = node.place.as_ref().map_or(String::new(), |place| format!(" {}", clause(place)));
            page.nest(format!("adjust {path}{place}"), |page| block(page, &node.block));
        }
        Statement::Declaration(node) => declaration(page, node),
        Statement::Assign(node) => page.line(format!("{} = {}", node.key.text, expr(&node.value))),
        Statement::If(node) => condition(page, "if", node),
        Statement::For(node) => {
            let second = node.second.as_ref().map_or(String::new(), |name| format!(", {}", name.text));
            page.nest(format!("for {}{second} in {}", node.first.text, expr(&node.over)), |page| block(page, &node.body));
        }
        Statement::Require(node) => page.nest(if node.advise { "advise" } else { "require" }, |page| {
            page.line(expr(&node.condition));
            page.line(format!("else {} as {}", string(&node.message), string(&node.slug)));
            if let Some((name, value)) = &node.fix {
                page.line(format!("fix {} = {}", name.text, expr(value)));
            }
        }),
        Statement::Contribute(node) => {
            let path = node.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            page.line(format!("contribute {path} = {}", expr(&node.value)));
        }
        Statement::Moved(node) => page.line(format!("moved from {}", node.from.text)),
        Statement::When(node) => {
            let points = node.datapoints.map_or(String::new(), |(some, all, _)| format!(" for {some} of {all}"));
            let (metric, threshold) = (expr(&node.metric), expr(&node.threshold));
            let symbol = node.comparison.symbol();
            page.line(format!("when {}({metric}) over {} {symbol} {threshold}{points}", node.statistic.text, expr(&node.over)));
        }
        Statement::Notify(node) => {
            let message = node.message.as_ref().map_or(String::new(), |message| format!(" {}", string(message)));
            page.line(format!("notify {}{message}", expr(&node.to)));
        }
        Statement::On(node) => page.nest(format!("on {}", node.event.text), |page| block(page, &node.block)),
        Statement::Parallel(node) => page.nest("parallel", |page| block(page, &node.block)),
        Statement::Later(node) => page.nest("later", |page| block(page, &node.block)),
        Statement::DoneWhen(node) => {
            page.line(format!("done when {} every {} within {}", expr(&node.condition), expr(&node.every), expr(&node.within)));
        }
        Statement::Check(node) => page.nest("check", |page| {
            page.line(expr(&node.condition));
            page.line(format!("else {}", string(&node.message)));
        }),
        Statement::Call(node) => page.line(call(node)),
        Statement::StartWhen(node) => page.line(format!("start when {}", expr(&node.alarm))),
        Statement::Approve(node) => page.line(format!("approve {} within {}", expr(&node.topic), expr(&node.within))),
        Statement::Delay(node) => {
            let part = node.part.iter().map(|part| format!(" as {}", string(part))).collect::<String>();
            page.line(format!("{} {}{part} {}", node.word.word(), expr(&node.duration), string(&node.reason)));
        }
        Statement::BestEffort(_) => page.line("best_effort"),
    }
}

fn condition(page: &mut Page, word: &str, node: &If) {
    page.nest(format!("{word} {}", expr(&node.condition)), |page| block(page, &node.then));
    match &node.otherwise {
        Some(Else::If(node)) => condition(page, "else if", node),
        Some(Else::Block(node)) => page.nest("else", |page| block(page, node)),
        None => {}
    }
}

fn declaration(page: &mut Page, node: &Declaration) {
    let mut header = String::new();
    for (there, word) in [(node.public.is_some(), "pub "), (node.external.is_some(), "external ")] {
        header.push_str(if there { word } else { "" });
    }
    header.push_str(&format!("{} {}", node.kind.word(), node.name.text));
    if let Some(ty) = &node.ty {
        header.push_str(&format!(": {}", type_text(ty)));
    }
    for part in &node.clauses {
        header.push_str(&format!(" {}", clause(part)));
    }
    if let Some(value) = &node.value {
        header.push_str(&format!(" = {}", expr(value)));
    }
    page.nest(header, |page| {
        documentation(page, &node.doc);
        statements(page, node.statements());
    });
}

fn clause(node: &Clause) -> String {
    match &node.value {
        ClauseValue::Expr(value) => format!("{} {}", node.word.word(), expr(value)),
        ClauseValue::Words(words) => format!("{} {}", node.word.word(), names(words)),
    }
}

fn names(names: &[Name]) -> String {
    joined(names.iter().map(|name| name.text.to_string()))
}

fn type_text(node: &TypeExpr) -> String {
    let text = match &node.kind {
        TypeKind::Named { path, arguments } => {
            let path = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            let arguments = joined(arguments.iter().map(|argument| match argument {
                TypeArgument::Type(ty) => type_text(ty),
                TypeArgument::Text(text) => string(text),
                TypeArgument::Range(range) => expr(range),
            }));
            if arguments.is_empty() { path } else { format!("{path}({arguments})") }
        }
        TypeKind::Resource(name) => name.text.to_string(),
    };
    format!("{text}{}", if node.optional { "?" } else { "" })
}

/// An expression; everything that has operands stands in parentheses.
pub fn expr(node: &Expr) -> String {
    match &node.kind {
        ExprKind::None => "none".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(value) => value.to_string(),
        ExprKind::Quantity(value, unit) => format!("{value}{unit}"),
        ExprKind::Rate(value, unit) => format!("{value}/{unit}"),
        ExprKind::Cidr(text) => text.to_string(),
        ExprKind::Hyphenated(text) => format!("region:{text}"),
        ExprKind::String(text) => string(text),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::List(items) => {
            let items = items.iter().map(|item| format!("{}{}", if item.spread { "..." } else { "" }, expr(&item.value)));
            format!("[{}]", joined(items))
        }
        ExprKind::Comprehension(node) => {
            let second = node.second.as_ref().map_or(String::new(), |name| format!(", {}", name.text));
            let filter = node.condition.as_ref().map_or(String::new(), |condition| format!(" if {}", expr(condition)));
            format!("[for {}{second} in {}{filter} gives {}]", node.first.text, expr(&node.over), expr(&node.value))
        }
        ExprKind::Map(entries) => {
            let entries = entries.iter().map(|entry| match entry {
                Entry::Pair { key, quoted: true, value } => format!("{:?}: {}", key.text, expr(value)),
                Entry::Pair { key, quoted: false, value } => format!("{}: {}", key.text, expr(value)),
                Entry::Spread(value) => format!("...{}", expr(value)),
            });
            format!("{{{}}}", joined(entries))
        }
        ExprKind::Range(low, high) => format!("({} .. {})", expr(low), expr(high)),
        ExprKind::Lambda(parameters, body) => format!("(({}) => {})", names(parameters), expr(body)),
        ExprKind::Unary(UnaryOperator::Not, value) => format!("(not {})", expr(value)),
        ExprKind::Unary(UnaryOperator::Minus, value) => format!("(- {})", expr(value)),
        ExprKind::Binary(operator, left, right) => format!("({} {} {})", expr(left), operator.symbol(), expr(right)),
        ExprKind::If(condition, then, otherwise) => {
            format!("(if {} then {} else {})", expr(condition), expr(then), expr(otherwise))
        }
        ExprKind::Member { base, name, optional } => format!("{}{}{}", expr(base), if *optional { "?." } else { "." }, name.text),
        ExprKind::Index(base, index) => format!("{}[{}]", expr(base), expr(index)),
        ExprKind::Apply(function, arguments) => format!("{}({})", expr(function), joined(arguments.iter().map(expr))),
        ExprKind::Call(node) => call(node),
        ExprKind::Ask(topic, question) => format!("ask {} {}", expr(topic), string(question)),
        ExprKind::Run(function, effects) => format!("run {} is {}", expr(function), names(effects)),
        ExprKind::Wait(duration, reason) => format!("wait {} {}", expr(duration), string(reason)),
    }
}

fn call(node: &Call) -> String {
    let arguments = joined(node.block.statements.iter().map(|argument| match argument {
        Statement::Assign(node) => format!("{} = {}", node.key.text, expr(&node.value)),
        other => format!("{other:?}"),
    }));
    let mut text = format!("call {}.{} {{{arguments}}}", node.service.text, node.operation.text);
    for (word, value) in [("on", &node.on), ("tolerates", &node.tolerates), ("within", &node.within)] {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {}", expr(value)));
        }
    }
    if node.waits.is_some() {
        text.push_str(" waits");
    }
    text
}

fn string(node: &StringLiteral) -> String {
    let parts: String = node
        .parts
        .iter()
        .map(|part| match part {
            StringPart::Text(text) => {
                let quoted = format!("{text:?}");
                quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted).to_string()
            }
            StringPart::Value(value) => format!("${{{}}}", expr(value)),
        })
        .collect();
    let style = match node.style {
        StringStyle::Plain => "",
        StringStyle::Raw => "raw",
        StringStyle::MultiLine => "lines",
    };
    format!("{style}\"{parts}\"")
}
