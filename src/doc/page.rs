//! One page, and the index of all.

use super::link::{Links, anchor, title};
use super::markdown::{code, joined, paragraphs, separate, table};
use super::members::{self, Found};
use super::{MARK, Module, declarations};
use crate::source::SourceMap;
use crate::stdlib;
use crate::syntax::ast::{ClauseValue, ClauseWord, Declaration, DocLine, ExprKind, Kind, Name, Statement};
use std::fmt::Write;

const INPUTS: &[&str] = &["input", "type", "default", "meaning"];

/// The page of a module.
pub(super) fn write(module: &Module, modules: &[Module], sources: &SourceMap) -> String {
    let links = &Links::new(module, modules, sources);
    let platform = module.platform();
    let mut out = format!("{MARK}\n\n# {}\n\n", head(module, platform));
    let (intro, examples, rest) = divided(&module.tree.doc);
    paragraphs(intro, None, &mut out);
    separate(&mut out);
    paragraphs(rest, None, &mut out);
    separate(&mut out);
    if let Some(way) = way(module) {
        out.push_str(&way);
    }
    separate(&mut out);
    paragraphs(examples, Some("## Example"), &mut out);
    if let Some(platform) = platform {
        of_platform(platform, links, &mut out);
    }
    let definitions: Vec<&Declaration> = module.definitions().collect();
    let of = |kind: Kind| definitions.iter().filter(move |definition| definition.kind == kind);
    of(Kind::Component).for_each(|component| of_definition(component, links, &mut out));
    of(Kind::Let).for_each(|value| of_value(value, links, &mut out));
    of(Kind::Type).for_each(|ty| of_definition(ty, links, &mut out));
    if definitions.is_empty() && platform.is_none() {
        separate(&mut out);
        out.push_str("It offers nothing to others: no declaration of it is `pub`.\n");
    }
    separate(&mut out);
    out.pop();
    out
}

fn head(module: &Module, platform: Option<&Declaration>) -> String {
    match platform {
        Some(platform) => format!("Platform {}", code(&platform.name.text)),
        None => code(&module.name),
    }
}

/// Whether a module is the one that the compiler instantiates, and no file.
fn core(module: &Module) -> bool {
    module.library && module.name == "core"
}

/// How the module comes into a file.
fn way(module: &Module) -> Option<String> {
    match module.key.strip_prefix("std/").filter(|_| module.library) {
        Some("prelude") => Some("It is in scope everywhere and needs no `use`.\n".into()),
        Some("core") => Some("No file can `use` it: the compiler makes these components itself.\n".into()),
        Some(name) => Some(format!("Imported with `use std@{}.{{{name}}}`.\n", stdlib::VERSION)),
        None => Some(format!("Made of {}.\n", code(&module.key))),
    }
}

/// A documentation before its first example, its examples, and what stands behind the last one. They are a section of their own, so the
/// third part belongs to the first.
fn divided(doc: &[DocLine]) -> (&[DocLine], &[DocLine], &[DocLine]) {
    let fences = |line: &DocLine| line.text.starts_with("```");
    let (intro, rest) = doc.split_at(doc.iter().position(fences).unwrap_or(doc.len()));
    let (examples, rest) = rest.split_at(rest.iter().rposition(fences).map_or(0, |last| last + 1));
    let (_, rest) = rest.split_at(rest.iter().position(|line| !line.text.trim().is_empty()).unwrap_or(rest.len()));
    (intro, examples, rest)
}

/// What a platform is given, what it is made of, and what it has for the day.
fn of_platform(platform: &Declaration, links: &Links<'_>, out: &mut String) {
    if !platform.doc.is_empty() {
        separate(out);
        paragraphs(&platform.doc, None, out);
    }
    said(platform, "Declared with", links, out);
    let (outputs, all): (Vec<Found<'_>>, Vec<Found<'_>>) =
        members::all(&links.own.tree.statements, links).into_iter().partition(|found| found.declaration.kind == Kind::Output);
    let regions = all.iter().filter(|found| found.declaration.kind == Kind::Region).map(|found| found.declaration);
    let rows = regions.map(|region| {
        let place = region.value.as_ref().map(|value| links.code(value.span)).unwrap_or_default();
        vec![code(&region.name.text), place, joined(&region.doc)]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        out.push_str("\n## Regions\n");
        table(out, &["Region", "in AWS", "meaning"], &rows);
    }
    let given = |kind: Kind| all.iter().map(|found| found.declaration).filter(move |declaration| declaration.kind == kind).collect::<Vec<_>>();
    for (kind, heading) in [(Kind::Setting, "Settings"), (Kind::Param, "Parameters")] {
        let inputs = given(kind);
        if !inputs.is_empty() {
            let _ = writeln!(out, "\n## {heading}");
            links.inputs(&[kind.word(), "type", "default", "meaning"], &inputs, out);
        }
    }
    links.parts("## Parts", &all, out);
    links.offers(&outputs, "##", out);
    links.resources("## Resources", &all, out);
}

/// The keys that stand directly in a block, as code.
fn said(declaration: &Declaration, words: &str, links: &Links<'_>, out: &mut String) {
    let assigned = declaration.statements().iter().filter_map(|statement| match statement {
        Statement::Assign(assign) => Some(code(&format!("{} = {}", assign.key.text, links.sources.slice(assign.value.span)))),
        _ => None,
    });
    let assigned: Vec<String> = assigned.collect();
    if !assigned.is_empty() {
        separate(out);
        let _ = writeln!(out, "{words} {}.", assigned.join(", "));
    }
}

fn of_definition(definition: &Declaration, links: &Links<'_>, out: &mut String) {
    let (word, name) = title(definition);
    separate(out);
    let _ = writeln!(out, "## {word} {}\n", code(name));
    paragraphs(&definition.doc, None, out);
    let members = members::all(definition.statements(), links);
    let inputs = definition.inputs();
    if definition.kind == Kind::Type {
        return of_type(&members, &inputs, links, out);
    }
    declared(definition, &inputs, links, out);
    said(definition, "It says of itself:", links, out);
    for delay in links.delays(definition.statements()) {
        separate(out);
        out.push_str(&delay);
        out.push('\n');
    }
    if !inputs.is_empty() {
        out.push_str("\n### Inputs\n");
        links.inputs(INPUTS, &inputs, out);
    }
    links.offers(&members, "###", out);
    links.rules(definition.statements(), out);
    links.parts("### Parts", &members, out);
    // An instance of what the compiler makes has no name of the user's.
    links.resources(if core(links.own) { "### Resources" } else { "### Resources, for `adjust`" }, &members, out);
}

/// How an instance of a component is declared, with what it has to be given.
fn declared(component: &Declaration, inputs: &[&Declaration], links: &Links<'_>, out: &mut String) {
    let role = component.clause(ClauseWord::Is).and_then(|clause| match &clause.value {
        ClauseValue::Words(words) => words.first(),
        ClauseValue::Expr(_) => None,
    });
    if core(links.own) {
        return;
    }
    // Without a role any of the three words declares an instance.
    let word = role.map_or("service", |role: &Name| role.text.as_str());
    let place = if word == "service" { "in" } else { "across" };
    let others = if role.is_none() { ", or with another word" } else { "" };
    let name = match links.own.platform() {
        Some(_) => component.name.text.to_string(),
        None => format!("{}.{}", links.own.name, component.name.text),
    };
    separate(out);
    let _ = write!(out, "Declared with `{word} NAME: {name} {place} REGIONS {{ ... }}`{others}");
    let required = |input: &&&Declaration| input.value.is_none() && !input.ty.as_ref().is_some_and(|ty| ty.optional);
    let required: Vec<String> = inputs.iter().filter(required).map(|input| code(&input.name.text)).collect();
    let _ = match required.as_slice() {
        [] => writeln!(out, "; nothing has to be given."),
        [name] => writeln!(out, "; {name} has to be given."),
        [names @ .., last] => writeln!(out, "; {} and {last} have to be given.", names.join(", ")),
    };
}

/// The entries of a record, or what a thing has to have that fits a structural type.
fn of_type(members: &[Found<'_>], inputs: &[&Declaration], links: &Links<'_>, out: &mut String) {
    if !inputs.is_empty() {
        separate(out);
        out.push_str("A record: a map with these entries.\n");
        links.inputs(&["entry", "type", "default", "meaning"], inputs, out);
    }
    let rest = members.iter().map(|found| found.declaration).filter(|member| member.kind != Kind::Input);
    let row = |member: &Declaration| {
        let ty = member.ty.as_ref().map(|ty| links.ty(ty)).unwrap_or_default();
        vec![member.kind.word().to_string(), code(&member.name.text), ty, joined(&member.doc)]
    };
    let rows: Vec<Vec<String>> = rest.map(row).collect();
    if !rows.is_empty() {
        separate(out);
        out.push_str("Whatever has these fits.\n");
        table(out, &["", "name", "type", "meaning"], &rows);
    }
}

/// A function or a value.
fn of_value(definition: &Declaration, links: &Links<'_>, out: &mut String) {
    separate(out);
    let value = definition.value.as_ref();
    let parameters = match value.map(|value| &value.kind) {
        Some(ExprKind::Lambda(names, _)) => {
            let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
            Some(format!("({})", names.join(", ")))
        }
        _ => None,
    };
    let (word, list) = parameters.map_or(("Value", String::new()), |list| ("Function", list));
    let _ = writeln!(out, "## {word} {}\n", code(&format!("{}{list}", definition.name.text)));
    paragraphs(&definition.doc, None, out);
    if let Some(value) = value.filter(|_| word == "Value") {
        separate(out);
        let _ = writeln!(out, "```dr\n{}\n```", links.sources.slice(value.span).trim());
    }
}

/// The index of the modules that are wanted.
pub(super) fn index(modules: &[Module]) -> String {
    let wanted: Vec<&Module> = modules.iter().filter(|module| module.wanted).collect();
    let library = wanted.iter().all(|module| module.library);
    let title = if library { "The standard library" } else { "Reference" };
    let mut out = format!("{MARK}\n\n# {title}\n\n");
    if library {
        let _ = writeln!(
            out,
            "A module is imported with `use std@{}.{{NAME}}`. Each page begins with an example that compiles as it stands. `in regions` behind a type\nmeans one value in each Region.",
            stdlib::VERSION
        );
    }
    let row = |module: &&Module| {
        let (intro, _, _) = divided(&module.tree.doc);
        let first = intro.iter().position(|line| line.text.trim().is_empty()).unwrap_or(intro.len());
        let (intro, _) = intro.split_at(first);
        let components = declarations(&module.tree.statements).filter(|declaration| declaration.kind == Kind::Component);
        let shown = components.filter(|component| module.platform().is_some() || component.public.is_some());
        let shown: Vec<String> = shown.map(|component| format!("[{}]({}{})", code(&component.name.text), module.page, anchor(component))).collect();
        vec![format!("[{}]({})", head(module, module.platform()), module.page), joined(intro), shown.join(", ")]
    };
    table(&mut out, &["module", "what it is", "components"], &wanted.iter().map(row).collect::<Vec<_>>());
    out
}
