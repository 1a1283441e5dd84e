//! The parts of a header: what a kind of declaration has no use for is refused, and so is a type that says nothing.

use crate::aws::kinds;
use crate::diag::{Diagnostic, Diagnostics, codes, suggest};
use crate::source::Span;
use crate::syntax;
use crate::syntax::ast::{Clause, ClauseValue, ClauseWord, Declaration, Expr, ExprKind, Kind, TypeArgument, TypeExpr, TypeKind};
use crate::units::{Dimension, unit};

/// What an action may be.
const EFFECTS: &[&str] = &["lossy", "irreversible", "traffic", "read_only"];
/// What a component may be.
const ROLES: &[&str] = &["replica", "service", "route"];

/// The parts that a kind has beside its name.
struct Parts {
    public: bool,
    ty: bool,
    /// Whether the type may be followed by `?`.
    optional: bool,
    clauses: &'static [ClauseWord],
    value: bool,
    block: bool,
}

fn parts(kind: Kind, in_type: bool) -> Parts {
    use ClauseWord::{Across, Among, Every, From, In, Is, To};
    let none = Parts { public: false, ty: false, optional: false, clauses: &[], value: false, block: false };
    match kind {
        Kind::Platform | Kind::Group => Parts { block: true, ..none },
        // The block is understood, but not compiled yet; the expander says so.
        Kind::Region => Parts { value: true, block: true, ..none },
        Kind::Setting => Parts { ty: true, optional: true, value: true, ..none },
        Kind::Param => Parts { ty: true, clauses: &[In], value: true, ..none },
        Kind::Let => Parts { public: true, ty: true, optional: true, clauses: &[In], value: true, ..none },
        Kind::External | Kind::Resource => Parts { ty: true, clauses: &[In], block: true, ..none },
        Kind::Replica | Kind::Service | Kind::Route => Parts { ty: true, clauses: &[In, Across], block: true, ..none },
        Kind::Alarm => Parts { clauses: &[In], block: true, ..none },
        Kind::Failover => Parts { clauses: &[From, To, Among], block: true, ..none },
        Kind::Failback => Parts { clauses: &[From, To], block: true, ..none },
        Kind::Drill => Parts { clauses: &[In, Every], block: true, ..none },
        Kind::Component => Parts { public: true, clauses: &[Is], block: true, ..none },
        Kind::Type => Parts { public: true, block: true, ..none },
        Kind::Input => Parts { ty: true, optional: true, clauses: &[In], value: true, ..none },
        Kind::Output => Parts { ty: true, optional: true, clauses: &[In], value: !in_type, ..none },
        Kind::Metric => Parts { ty: true, clauses: &[In], value: !in_type, block: !in_type, ..none },
        Kind::Grant | Kind::Condition => Parts { clauses: &[In], block: !in_type, ..none },
        Kind::Action => Parts { clauses: &[In, Is], block: !in_type, ..none },
        Kind::Gather => Parts { ty: true, ..none },
        Kind::Step => Parts { value: true, block: true, ..none },
    }
}

/// Checks the header of a declaration.
pub fn check(declaration: &Declaration, in_type: bool, diagnostics: &mut Diagnostics) {
    let kind = declaration.kind;
    let parts = parts(kind, in_type);
    if let Some(span) = declaration.public.filter(|_| !parts.public) {
        refuse(kind, "is not seen by other modules", span, "`pub` stands before `component`, `type` and `let`", diagnostics);
    }
    if let Some(ty) = &declaration.ty {
        if !parts.ty {
            refuse(kind, "has no type", ty.span, "leave the type out", diagnostics);
        } else if ty.optional && !parts.optional {
            refuse(kind, "always has a value", ty.span, "leave the `?` out", diagnostics);
        }
        check_type(ty, diagnostics);
    }
    for clause in &declaration.clauses {
        if parts.clauses.contains(&clause.word) {
            check_clause(declaration, clause, diagnostics);
        } else if matches!(clause.word, ClauseWord::Across | ClauseWord::Among) && parts.clauses.contains(&ClauseWord::In) {
            let word = Span { end: clause.span.start + clause.word.word().len() as u32, ..clause.span };
            diagnostics.push(
                Diagnostic::error(codes::BAD_HEADER, format!("{} `{}` is placed with `in`", article(kind), kind.word()))
                    .label(clause.span, "there is one of it in each Region")
                    .help("write `in`")
                    .fix("write `in`", word, "in"),
            );
        } else {
            let missing = format!("has no `{}` in its header", clause.word.word());
            let help = syntax::form(kind.word()).map_or_else(|| clauses_of(&parts), |form| format!("it is written {form}"));
            refuse(kind, &missing, clause.span, &help, diagnostics);
        }
    }
    let places: Vec<&Clause> = declaration.clauses.iter().filter(|clause| matches!(clause.word, ClauseWord::In | ClauseWord::Across)).collect();
    if let [first, second, ..] = places.as_slice() {
        diagnostics.push(
            Diagnostic::error(codes::BAD_HEADER, format!("`{}` is placed twice", declaration.name.text))
                .label(second.span, "placed again here")
                .secondary(first.span, "first placed here")
                .help("keep one of them"),
        );
    }
    if let Some(value) = declaration.value.as_ref().filter(|_| !parts.value) {
        let help = if parts.block { "its values stand in the block behind it: `{ name = value }`" } else { "leave the value out" };
        refuse(kind, "has no value", value.span, help, diagnostics);
    }
    if let Some(block) = declaration.block.as_ref().filter(|_| !parts.block) {
        let open = Span { end: block.span.start + 1, ..block.span };
        let help = if kind == Kind::Param { "its documentation stands above it as `/// text`" } else { "leave the block out" };
        refuse(kind, "has no block", open, help, diagnostics);
    }
}

fn article(kind: Kind) -> &'static str {
    if matches!(kind, Kind::External | Kind::Alarm | Kind::Input | Kind::Output | Kind::Action) { "an" } else { "a" }
}

fn refuse(kind: Kind, what: &str, span: Span, help: &str, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        Diagnostic::error(codes::BAD_HEADER, format!("{} `{}` {what}", article(kind), kind.word())).label(span, "does not belong here").help(help),
    );
}

fn clauses_of(parts: &Parts) -> String {
    let words: Vec<String> = parts.clauses.iter().map(|word| format!("`{}`", word.word())).collect();
    if words.is_empty() { "it has no such words".into() } else { format!("it has {}", words.join(", ")) }
}

fn check_clause(declaration: &Declaration, clause: &Clause, diagnostics: &mut Diagnostics) {
    match (&clause.value, declaration.kind) {
        (ClauseValue::Words(words), kind) => {
            let known = if kind == Kind::Component { ROLES } else { EFFECTS };
            for word in words.iter().filter(|word| !known.contains(&word.text.as_str())) {
                let mut finding = Diagnostic::error(codes::BAD_HEADER, format!("{} `{}` cannot be `{}`", article(kind), kind.word(), word.text))
                    .label(word.span, format!("it can be {}", known.join(", ")));
                if let Some(near) = suggest::nearest(&word.text, known.iter().copied()) {
                    finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), word.span, near);
                } else {
                    finding = finding.help("write one of these words");
                }
                diagnostics.push(finding);
            }
            if let (Kind::Component, Some(second)) = (kind, words.get(1)) {
                refuse(kind, "is one thing", second.span, "keep one word", diagnostics);
            }
        }
        (ClauseValue::Expr(place), Kind::Action | Kind::Condition) if clause.word == ClauseWord::In => {
            let named = matches!(&place.kind, ExprKind::Name(word) if matches!(word.as_str(), "to" | "from" | "here"));
            if !named {
                let what = if declaration.kind == Kind::Action { "an action is called" } else { "a condition is asked" };
                diagnostics.push(
                    Diagnostic::error(codes::BAD_HEADER, format!("{what} `in to`, `in from` or `in here`"))
                        .label(clause.span, "not an end of a plan")
                        .help("which Region that is, is for the plan to say"),
                );
            }
        }
        _ => {}
    }
}

/// What the arguments of a type may be.
enum Arguments {
    None,
    /// A pattern and a range of lengths.
    Text,
    /// A range of plain numbers, or of quantities.
    Range(Option<Dimension>),
    /// Texts, at least one.
    Set,
    /// One type; whether it must be there.
    Type(bool),
}

fn arguments_of(name: &str) -> Arguments {
    match name {
        "String" => Arguments::Text,
        "Number" => Arguments::Range(None),
        "Duration" => Arguments::Range(Some(Dimension::Duration)),
        "Size" => Arguments::Range(Some(Dimension::Size)),
        "Rate" => Arguments::Range(Some(Dimension::Rate)),
        "Percent" => Arguments::Range(Some(Dimension::Percent)),
        "Acu" => Arguments::Range(Some(Dimension::Capacity)),
        "OneOf" => Arguments::Set,
        "List" | "Map" | "Range" => Arguments::Type(false),
        "PerRegion" | "Secret" => Arguments::Type(true),
        _ => Arguments::None,
    }
}

/// Checks that everything a type says counts for something.
fn check_type(ty: &TypeExpr, diagnostics: &mut Diagnostics) {
    let TypeKind::Named { path, arguments } = &ty.kind else { return };
    for argument in arguments {
        if let TypeArgument::Type(inner) = argument {
            check_type(inner, diagnostics);
        }
    }
    let Some(name) = path.last() else { return };
    let wanted = if path.len() == 1 { arguments_of(&name.text) } else { Arguments::None };
    let mut wrong = |span: Span, label: String, help: String| {
        diagnostics.push(Diagnostic::error(codes::UNKNOWN_TYPE, format!("`{}` is not written like this", name.text)).label(span, label).help(help));
    };
    match wanted {
        Arguments::Set if arguments.is_empty() => wrong(ty.span, "which texts?".into(), "write `OneOf(\"a\", \"b\")`".into()),
        Arguments::Type(true) if arguments.is_empty() => {
            wrong(ty.span, "of which type?".into(), format!("write `{}(String)`", name.text));
        }
        _ => {}
    }
    let mut seen = (false, false);
    for argument in arguments {
        match (&wanted, argument) {
            (Arguments::Text, TypeArgument::Text(pattern)) if !seen.0 => {
                seen.0 = true;
                let readable = pattern.plain().is_some_and(|pattern| regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok());
                if !readable {
                    wrong(pattern.span, "not a pattern".into(), "a pattern is a regular expression without look-around and without values".into());
                }
            }
            (Arguments::Set, TypeArgument::Text(text)) => {
                if text.plain().is_none() {
                    wrong(text.span, "not a plain text".into(), "the texts of a set hold no values".into());
                }
            }
            (Arguments::Text, TypeArgument::Range(range)) if !seen.1 => {
                seen.1 = true;
                check_range(range, None, &mut wrong);
            }
            (Arguments::Range(dimension), TypeArgument::Range(range)) if !seen.1 => {
                seen.1 = true;
                check_range(range, *dimension, &mut wrong);
            }
            (Arguments::Type(_), TypeArgument::Type(_)) if !seen.0 => seen.0 = true,
            (_, argument) => {
                let span = match argument {
                    TypeArgument::Type(inner) => inner.span,
                    TypeArgument::Text(text) => text.span,
                    TypeArgument::Range(range) => range.span,
                };
                wrong(span, "says nothing here".into(), expectation(&wanted, &name.text));
            }
        }
    }
}

fn expectation(wanted: &Arguments, name: &str) -> String {
    match wanted {
        Arguments::None if kinds::find(name).is_some() => format!("`{name}` brings its own pattern; narrower ones are `String(\"...\")`"),
        Arguments::None => format!("`{name}` has no arguments"),
        Arguments::Text => "a `String` has a pattern and a range of lengths: `String(\"[a-z]+\", 1..63)`".into(),
        Arguments::Range(_) => format!("`{name}` has one range"),
        Arguments::Set => "`OneOf` has texts: `OneOf(\"a\", \"b\")`".into(),
        Arguments::Type(_) => format!("`{name}` has one type: `{name}(String)`"),
    }
}

fn check_range(range: &Expr, dimension: Option<Dimension>, wrong: &mut impl FnMut(Span, String, String)) {
    let ExprKind::Range(low, high) = &range.kind else {
        wrong(range.span, "not a range".into(), "a range has two ends, both included: `1..6`".into());
        return;
    };
    let wanted = dimension.map_or("plain numbers", Dimension::type_name);
    for end in [low, high] {
        if measured(end).is_some_and(|found| found != dimension) {
            wrong(end.span, format!("not {wanted}"), format!("both ends are {wanted}, as the values of the type are"));
        }
    }
}

/// What a literal measures: `Some(None)` for a plain number; `None` for what has to be computed first.
#[expect(clippy::option_option, reason = "the outer one is a value that is no literal")]
fn measured(expression: &Expr) -> Option<Option<Dimension>> {
    match &expression.kind {
        ExprKind::Number(_) => Some(None),
        ExprKind::Quantity(_, suffix) => unit(suffix).map(|(dimension, _)| Some(dimension)),
        ExprKind::Rate(..) => Some(Some(Dimension::Rate)),
        ExprKind::Unary(_, inner) => measured(inner),
        _ => None,
    }
}
