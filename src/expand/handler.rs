//! Code that a service runs: that it can be loaded as it is given, and that the function which is called is there.

use super::Expander;
use crate::aws::code::{self, Code};
use crate::code::{Entry, Exports, Module, Script, split};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::{ResourceRef, Value};
use crate::model::{Artifact, Family, Member, Property};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Statement};
use smol_str::SmolStr;

/// Why it matters, for every finding here.
const TOO_LATE: &str = "the stack would be deployed without a word; that nothing runs is seen when the function is first called, in the standby \
                        on the day of the outage";

/// A module as it is found by the name in front of a handler.
struct Found<'m> {
    /// What messages call it.
    shown: String,
    module: Module,
    script: &'m Script,
    /// Whether it is loaded as CommonJS because of its name, whatever its text is.
    by_name: bool,
}

/// What the handler names.
struct Handler<'h> {
    whole: &'h str,
    /// The path of the module, without extension.
    module: &'h str,
    /// The name that the module exports; what follows is a member of that.
    function: &'h str,
}

impl<'h> Handler<'h> {
    /// Takes a handler apart; none for one that leads out of the code.
    fn of(whole: &'h str) -> Option<Self> {
        let start = whole.rfind('/').map_or(0, |at| at + 1);
        let (module, path) = whole.get(start..)?.split_once('.')?;
        let module = whole.get(..start + module.len())?;
        let outside = whole.starts_with('/') || whole.contains("..") || module.is_empty();
        (!outside).then(|| Self { whole, module: module.trim_start_matches("./"), function: path.split('.').next().unwrap_or(path) })
    }
}

impl<'a> Expander<'a> {
    /// Looks at the code of every resource that has some.
    pub(super) fn check_code(&mut self) {
        let mut at = 0;
        while let Some(context) = self.families.get(at).map(|body| body.context.clone()) {
            let Some(id) = self.model.families.ids().nth(at) else { return };
            let family = self.model.families.get(id);
            if let (Some(row), false) = (code::find(&family.resource_type), family.external) {
                let findings: Vec<Diagnostic> =
                    family.regions.iter().filter_map(|region| self.wrong_code(family, ResourceRef { family: id, region: *region }, row)).collect();
                let written = self.families.get(at).map(|body| body.declaration);
                for mut finding in findings {
                    if let (Some(near), Some(span)) = (finding.fix.take(), written.and_then(|declaration| literal(declaration, &row.handler))) {
                        let fixed = near.edits.into_iter().next().map(|edit| edit.replacement).unwrap_or_default();
                        finding = finding.fix(near.title, span, format!("\"{fixed}\""));
                    }
                    self.report_once(finding, &context);
                }
            }
            at += 1;
        }
    }

    /// What is wrong with the code of one resource. A fix has no place yet.
    fn wrong_code(&self, family: &Family, resource: ResourceRef, row: &Code) -> Option<Diagnostic> {
        let member = self.model.member(resource)?;
        match part(member, std::slice::from_ref(&row.runtime)) {
            Some((Value::Text(runtime), _)) if runtime.starts_with(row.javascript.as_str()) => {}
            _ => return None,
        }
        // An option that is not known now may be the one that decides.
        let detects = match part(member, &row.options) {
            Some((Value::Text(options), _)) => options.contains(row.detects.as_str()),
            other => other.is_some(),
        };
        let handler = match part(member, std::slice::from_ref(&row.handler)) {
            Some((Value::Text(text), property)) => Some((text, property)),
            _ => None,
        };
        let (inline, archive) = (part(member, &row.inline), part(member, &row.archive));
        let (script, artifact);
        let (found, property, names) = match (inline, archive) {
            (Some((Value::Text(text), property)), _) => {
                script = Script::of(text);
                let found = Found { shown: "its inlined code".into(), module: Module::CommonJs, script: &script, by_name: true };
                (Some(found), property, vec![SmolStr::new(&row.inline_module)])
            }
            (_, Some((Value::Text(key), property))) => {
                artifact = self.model.artifacts.get(key)?;
                let handler = handler.and_then(|(text, _)| Handler::of(text));
                (handler.and_then(|handler| self.module_in(artifact, handler.module)), property, modules(artifact))
            }
            _ => return None,
        };
        let mut found = found;
        if let Some(found) = &mut found
            && found.by_name
            && found.script.is_es
        {
            if !detects {
                return Some(self.loaded_wrongly(family, found, property, inline.is_some()));
            }
            found.module = Module::Es;
        }
        let (text, property) = handler?;
        let Some(handler) = Handler::of(text) else {
            let leads_out = text.starts_with('/') || text.contains("..");
            return (!leads_out).then(|| self.no_function(family, text, property, &names));
        };
        let is_there = inline.is_none() || handler.module == row.inline_module;
        match found.filter(|_| is_there) {
            Some(found) => {
                let exports = found.script.exports(found.module);
                let known = exports.more || exports.names.iter().any(|name| name == handler.function);
                (!known).then(|| self.not_exported(family, &handler, &found, &exports, property))
            }
            None if member.properties.iter().any(|property| property.name == row.layers) => None,
            None => Some(self.no_module(family, &handler, property, &names)),
        }
    }

    /// The module of an archive that is loaded for a name.
    fn module_in<'m>(&self, artifact: &'m Artifact, name: &str) -> Option<Found<'m>> {
        let is_es = says_es(artifact, name);
        let script =
            [("", Module::CommonJs), (".js", if is_es { Module::Es } else { Module::CommonJs }), (".mjs", Module::Es), (".cjs", Module::CommonJs)];
        script.into_iter().find_map(|(extension, module)| {
            let entry = entry(artifact, &format!("{name}{extension}"))?;
            let path = if artifact.file.is_folder { format!("{}/{}", artifact.file.path, entry.name) } else { artifact.file.path.clone() };
            let by_name = module == Module::CommonJs && extension == ".js";
            Some(Found { shown: format!("`{}`", self.loader.display(&path)), module, script: entry.script(), by_name })
        })
    }

    fn loaded_wrongly(&self, family: &Family, found: &Found<'_>, property: &Property, inline: bool) -> Diagnostic {
        let declared = &family.declared;
        let (message, why, help) = if inline {
            (
                format!("the code of `{declared}` is an ES module, and cannot be inlined"),
                "code that is part of a template stands in a file `index.js`, which is loaded as CommonJS: `import` and `export` are errors there",
                "have it uploaded instead: `artifact(file(\"functions/processor.mjs\"), \"index.mjs\")`; or write `exports.handler = ...` and `require`",
            )
        } else {
            (
                format!("{} is an ES module, but `{declared}` loads it as CommonJS", found.shown),
                "a file that ends with `.js` is loaded as CommonJS, unless a `package.json` beside it says `\"type\": \"module\"`",
                "give it a name that ends with `.mjs`: `artifact(..., \"index.mjs\")`",
            )
        };
        Diagnostic::error(codes::INLINE_MODULE, message).label(property.span, "loaded as CommonJS").note(why).note(TOO_LATE).help(help)
    }

    fn no_function(&self, family: &Family, text: &str, property: &Property, names: &[SmolStr]) -> Diagnostic {
        let module = names.first().map_or("index", SmolStr::as_str);
        Diagnostic::error(codes::HANDLER_NOT_FOUND, format!("`{text}`, which `{}` calls, names no function", family.declared))
            .label(property.span, "a module without a function")
            .note(TOO_LATE)
            .help(format!("write the module, a dot, and what it exports: `{module}.handler`"))
    }

    fn no_module(&self, family: &Family, handler: &Handler<'_>, property: &Property, names: &[SmolStr]) -> Diagnostic {
        let (declared, whole, module) = (&family.declared, handler.whole, handler.module);
        let message = format!("`{declared}` calls `{whole}`, but its code has no module `{module}`");
        let finding = Diagnostic::error(codes::HANDLER_NOT_FOUND, message).label(property.span, "no such module").note(TOO_LATE);
        let near = match names {
            [only] => Some(only.as_str()),
            several => suggest::nearest(module, several.iter().map(SmolStr::as_str)),
        };
        match near {
            Some(near) => meant(finding, &format!("{near}.{}", handler.function)),
            None if names.is_empty() => finding.help("give code that is JavaScript: a file that ends with `.mjs`, `.cjs` or `.js`"),
            None => finding.help(format!("it has {}", listed(names))),
        }
    }

    fn not_exported(&self, family: &Family, handler: &Handler<'_>, found: &Found<'_>, exports: &Exports, property: &Property) -> Diagnostic {
        let (declared, whole, function) = (&family.declared, handler.whole, handler.function);
        let message = format!("`{declared}` calls `{whole}`, but {} exports no `{function}`", found.shown);
        let finding = Diagnostic::error(codes::HANDLER_NOT_FOUND, message).label(property.span, "no such function").note(TOO_LATE);
        let near = match exports.names.as_slice() {
            [only] if only != "default" => Some(only.as_str()),
            several => suggest::nearest(function, several.iter().map(SmolStr::as_str)),
        };
        if let Some(near) = near {
            return meant(finding, &format!("{}.{near}", handler.module));
        }
        match found.module {
            _ if !exports.names.is_empty() => finding.help(format!("it exports {}", listed(&exports.names))),
            Module::Es if !found.script.common.names.is_empty() => {
                finding.help("it is written as CommonJS, and loaded as an ES module: name it `.cjs`, or write `export` instead of `exports`")
            }
            Module::Es => finding.help(format!("export it: `export const {function} = async (event) => {{ ... }}`")),
            _ => finding.help(format!("export it: `exports.{function} = async (event) => {{ ... }}`")),
        }
    }
}

/// Says what may have been meant; where a fix belongs is known later.
fn meant(finding: Diagnostic, handler: &str) -> Diagnostic {
    finding.help(format!("did you mean `{handler}`?")).fix(format!("write `{handler}`"), Span::default(), handler)
}

fn listed(names: &[SmolStr]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    format!("{}{}", shown.join(", "), if names.len() > shown.len() { " and others" } else { "" })
}

/// The value of a property, or of a part of it, and the property.
fn part<'m>(member: &'m Member, path: &[String]) -> Option<(&'m Value, &'m Property)> {
    let (first, rest) = path.split_first()?;
    let property = member.properties.iter().find(|property| property.name == *first)?;
    let value = rest.iter().try_fold(&property.value, |value, key| match value {
        Value::Map(map) => map.get(key.as_str()),
        // What is known later may have it.
        Value::Deploy(_) => Some(value),
        _ => None,
    })?;
    Some((value, property))
}

/// Where a property's value stands, if it is written out as a text.
fn literal(declaration: &ast::Declaration, name: &str) -> Option<Span> {
    declaration.statements().iter().find_map(|statement| match statement {
        Statement::Assign(assign) if assign.key.text == name => match &assign.value.kind {
            ExprKind::String(text) if text.plain().is_some() => Some(assign.value.span),
            _ => None,
        },
        _ => None,
    })
}

/// The file of this name in an archive.
fn entry<'m>(artifact: &'m Artifact, name: &str) -> Option<&'m Entry> {
    match &artifact.name {
        Some(only) => artifact.file.only().filter(|_| only == name),
        None => artifact.file.find(name),
    }
}

/// The modules of an archive, without extensions and without those that others brought.
fn modules(artifact: &Artifact) -> Vec<SmolStr> {
    let names = artifact
        .name
        .iter()
        .map(String::as_str)
        .chain(artifact.file.entries.iter().filter(|_| artifact.name.is_none()).map(|entry| entry.name.as_str()));
    let modules = names.filter(|name| Module::may_be(split(name).1) && !name.split('/').any(|folder| folder == "node_modules"));
    modules.map(|name| SmolStr::new(split(name).0)).collect()
}

/// Whether the nearest `package.json` says that `.js` files are ES modules.
fn says_es(artifact: &Artifact, module: &str) -> bool {
    let mut folder = module.rsplit_once('/').map(|(folder, _)| folder);
    loop {
        let prefix = folder.map(|folder| format!("{folder}/")).unwrap_or_default();
        if prefix.ends_with("node_modules/") {
            return false;
        }
        if let Some(found) = entry(artifact, &format!("{prefix}package.json")) {
            let said: Option<serde_json::Value> = serde_json::from_slice(&found.content).ok();
            return said.is_some_and(|said| said.get("type").and_then(serde_json::Value::as_str) == Some("module"));
        }
        match folder {
            Some(inner) => folder = inner.rsplit_once('/').map(|(outer, _)| outer),
            None => return false,
        }
    }
}
