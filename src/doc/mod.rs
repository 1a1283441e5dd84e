//! The reference of modules as Markdown: one page for each, and an index. It is made of the syntax trees alone: what a module says of
//! itself in its documentation, its declarations and its rules.

mod example;
mod link;
mod markdown;
mod members;
mod page;

use crate::diag::Diagnostics;
use crate::resolve::path;
use crate::source::{Origin, SourceMap};
use crate::stdlib;
use crate::syntax;
use crate::syntax::ast::{Declaration, File, Kind, Statement};
use smol_str::SmolStr;
use std::collections::BTreeMap;

pub use example::{Example, examples};

/// The first line of each page: by it a page is known that may be written over.
pub const MARK: &str = "<!-- Written by `drc doc` -->";
/// The page that lists the others; code hosts show it for its folder.
pub const INDEX: &str = "README.md";

/// A module of which a page can be made.
#[derive(Debug)]
pub struct Module {
    /// The name by which others use it: `aurora`.
    pub name: String,
    /// The file of its page: `aurora.md`.
    pub page: String,
    /// What was parsed.
    pub tree: File,
    /// Whether its page is made in this run, so that pages of a project may link to it.
    pub wanted: bool,
    /// `std/aurora`, or the path of the file as it was given, with `/`.
    key: String,
    library: bool,
    /// The anchors of the components and types that the page shows, by their names.
    sections: BTreeMap<SmolStr, String>,
}

/// The modules of the standard library: those that can be imported by name, then `core` and `prelude`. None is wanted yet.
#[must_use]
pub fn library(sources: &mut SourceMap) -> Vec<Module> {
    let names = stdlib::public_modules().chain(["core", "prelude"]);
    let texts = names.filter_map(|name| stdlib::module(name).map(|text| (name, text)));
    texts
        .map(|(name, text)| {
            let file = sources.add(format!("std@{}/{name}.dr", stdlib::VERSION), text, Origin::Library);
            // The library has no faults; a test reads every module.
            let tree = syntax::parse(file, text, &mut Diagnostics::new());
            Module::new(tree, name, format!("{name}.md"), format!("std/{name}"), true)
        })
        .collect()
}

/// A module or platform of a project. `taken` are the pages that there are already: its own one gets another name. What cannot be parsed
/// is reported.
pub fn project(shown: &str, text: &str, taken: &[Module], sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Module {
    let file = sources.add(shown, text, Origin::Project);
    let tree = syntax::parse(file, text, diagnostics);
    let key = shown.replace('\\', "/");
    let name = path::stem(&key).to_string();
    // Some disks know no difference between large and small letters.
    let free = |page: &String| !page.eq_ignore_ascii_case(INDEX) && !taken.iter().any(|other| other.page.eq_ignore_ascii_case(page));
    let mut page = format!("{name}.md");
    let mut number = 2;
    while !free(&page) {
        page = format!("{name}-{number}.md");
        number += 1;
    }
    Module::new(tree, &name, page, key, false)
}

/// The page of a module. `modules` are those that links may lead to.
#[must_use]
pub fn page(module: &Module, modules: &[Module], sources: &SourceMap) -> String {
    page::write(module, modules, sources)
}

/// The index of the modules that are wanted.
#[must_use]
pub fn index(modules: &[Module]) -> String {
    page::index(modules)
}

impl Module {
    fn new(tree: File, name: &str, page: String, key: String, library: bool) -> Self {
        let mut module = Self { name: name.into(), page, tree, wanted: !library, key, library, sections: BTreeMap::new() };
        let titled = module.definitions().filter(|definition| matches!(definition.kind, Kind::Component | Kind::Type));
        module.sections = titled.map(|definition| (definition.name.text.clone(), link::anchor(definition))).collect();
        module
    }

    /// Whether it is one of the standard library.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.library
    }

    /// The platform that the file declares.
    fn platform(&self) -> Option<&Declaration> {
        declarations(&self.tree.statements).find(|declaration| declaration.kind == Kind::Platform)
    }

    /// The definitions that the page shows: what others may use; in a platform file, which nobody uses, all.
    fn definitions(&self) -> impl Iterator<Item = &Declaration> {
        let all = self.platform().is_some();
        let defines = |declaration: &&Declaration| matches!(declaration.kind, Kind::Component | Kind::Type);
        declarations(&self.tree.statements).filter(move |declaration| declaration.public.is_some() || all && defines(declaration))
    }
}

/// The declarations that stand directly among statements.
fn declarations(statements: &[Statement]) -> impl Iterator<Item = &Declaration> {
    statements.iter().filter_map(|statement| match statement {
        Statement::Declaration(declaration) => Some(declaration.as_ref()),
        _ => None,
    })
}
