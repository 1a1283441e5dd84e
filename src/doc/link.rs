//! Links from a type to the page and section where it is described.

use super::Module;
use super::markdown::code;
use crate::resolve::path;
use crate::source::SourceMap;
use crate::syntax::ast::{Declaration, Kind, Name, Statement, TypeArgument, TypeExpr, TypeKind, UseSource};

/// What links of one page may lead to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links<'m> {
    pub own: &'m Module,
    pub modules: &'m [Module],
    pub sources: &'m SourceMap,
}

/// The heading of a definition without its marks: `Component postgres`. Its anchor follows from it.
pub(super) fn title(definition: &Declaration) -> (&'static str, &str) {
    (if definition.kind == Kind::Type { "Type" } else { "Component" }, definition.name.text.as_str())
}

impl Links<'_> {
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
            [name] => section(self.own, name),
            [module, name] => {
                let module = self.imported(module)?;
                Some(format!("{}{}", module.page, section(module, name)?))
            }
            _ => None,
        }
    }

    /// The module that a name stands for in this one, if a link may lead to its page. The pages of the library always link to each other,
    /// so that one is the same whether it is made alone or with all.
    fn imported(&self, name: &Name) -> Option<&Module> {
        let key = self.own.tree.statements.iter().find_map(|statement| {
            let Statement::Use(node) = statement else { return None };
            match &node.source {
                UseSource::Library { modules, .. } => {
                    modules.iter().find(|module| module.text == name.text).map(|module| format!("std/{}", module.text))
                }
                UseSource::File { path: written, alias } => {
                    let written = written.plain()?;
                    let called = alias.as_ref().map_or_else(|| path::stem(written), |alias| alias.text.clone());
                    path::join(&self.own.key, written).filter(|_| called == name.text)
                }
            }
        })?;
        self.modules.iter().find(|module| module.key == key && (module.wanted || self.own.library))
    }
}

/// The anchor of a definition, as code hosts make it of its heading.
fn section(module: &Module, name: &Name) -> Option<String> {
    let defined =
        module.definitions().find(|definition| definition.name.text == name.text && matches!(definition.kind, Kind::Type | Kind::Component))?;
    let (word, name) = title(defined);
    Some(format!("#{}-{}", word.to_lowercase(), name.to_lowercase()))
}
