//! Links from a type to the page and section where it is described.

use super::Module;
use super::markdown::code;
use crate::resolve::path;
use crate::source::SourceMap;
use crate::syntax::ast::{Declaration, Kind, Name, Statement, TypeArgument, TypeExpr, TypeKind, UseSource};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What links of one page may lead to.
#[derive(Debug)]
pub(super) struct Links<'m> {
    pub own: &'m Module,
    pub sources: &'m SourceMap,
    /// The modules that the page's own one uses, by the names that it gives them.
    imports: BTreeMap<SmolStr, &'m Module>,
}

/// The heading of a definition without its marks: `Component postgres`.
pub(super) fn title(definition: &Declaration) -> (&'static str, &str) {
    (if definition.kind == Kind::Type { "Type" } else { "Component" }, definition.name.text.as_str())
}

/// The anchor that code hosts make of this heading.
pub(super) fn anchor(definition: &Declaration) -> String {
    let (word, name) = title(definition);
    format!("#{}-{}", word.to_lowercase(), name.to_lowercase())
}

impl<'m> Links<'m> {
    /// The links of a module's page. Those of the library always link to each other, so that a page is the same whether it is made alone or
    /// with all; others lead to what is written in the same run.
    pub fn new(own: &'m Module, modules: &'m [Module], sources: &'m SourceMap) -> Self {
        let known: BTreeMap<&str, &Module> =
            modules.iter().filter(|module| module.wanted || own.library).map(|module| (module.key.as_str(), module)).collect();
        let mut imports = BTreeMap::new();
        for statement in &own.tree.statements {
            let Statement::Use(node) = statement else { continue };
            match &node.source {
                UseSource::Library { modules, .. } => {
                    for name in modules {
                        imports.extend(known.get(format!("std/{}", name.text).as_str()).map(|module| (name.text.clone(), *module)));
                    }
                }
                UseSource::File { path: written, alias } => {
                    let written = written.plain().unwrap_or_default();
                    let name = alias.as_ref().map_or_else(|| path::stem(written), |alias| alias.text.clone());
                    let module = path::join(&own.key, written).and_then(|key| known.get(key.as_str()));
                    imports.extend(module.map(|module| (name, *module)));
                }
            }
        }
        Self { own, sources, imports }
    }

    /// A type as code; it is a link if it speaks of something that has a section.
    pub fn ty(&self, ty: &TypeExpr) -> String {
        let text = code(self.sources.slice(ty.span));
        let mut targets = Vec::new();
        self.targets(ty, &mut targets);
        let mut links = targets.iter();
        let Some((_, first)) = links.next() else { return text };
        let others: Vec<String> = links.map(|(name, target)| format!("[{}]({target})", code(name))).collect();
        let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
        format!("[{text}]({first}){others}")
    }

    /// The sections that a type speaks of: what each is called there, and where it is.
    fn targets(&self, ty: &TypeExpr, found: &mut Vec<(String, String)>) {
        let TypeKind::Named { path, arguments } = &ty.kind else { return };
        if let Some(target) = self.target(path) {
            let name = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            found.push((name, target));
        }
        for argument in arguments {
            if let TypeArgument::Type(inner) = argument {
                self.targets(inner, found);
            }
        }
    }

    fn target(&self, path: &[Name]) -> Option<String> {
        match path {
            [name] => self.own.sections.get(&name.text).cloned(),
            [module, name] => {
                let module = self.imports.get(&module.text)?;
                module.sections.get(&name.text).map(|anchor| format!("{}{anchor}", module.page))
            }
            _ => None,
        }
    }
}
