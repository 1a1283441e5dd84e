//! Code that a service runs: that it can be loaded as it is given, and that the function which is called is there.

use super::locate::is_plain_text;
use super::problem::Step;
use super::say::Subject;
use crate::aws::code::Code;
use crate::code::{Entry, Exports, Module, Script, split};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::Value;
use crate::model::{Artifact, Member, Model};
use smol_str::SmolStr;

/// Why it matters, for every finding here.
const TOO_LATE: &str = "the stack would be deployed without a word; that nothing runs is seen when the function is first called, in the standby \
                        on the day of the outage";

/// What is wrong with the code of a resource.
#[derive(Debug)]
pub(super) struct Wrong {
    /// The way to what is wrong.
    path: Vec<SmolStr>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// An ES module that is loaded as CommonJS: the file, if it is one of an archive.
    LoadedWrongly(Option<String>),
    /// A handler that names no function; a module that it could name.
    NoFunction { handler: String, module: Option<SmolStr> },
    /// A handler whose module is not there; those that are.
    NoModule { handler: String, module: String, function: String, known: Vec<SmolStr> },
    /// A handler whose function is not exported by its module.
    NotExported { handler: String, module: String, function: String, shown: String, exports: Exports, advice: Advice },
}

/// What to do about a function that is not there, if nothing else was meant.
#[derive(Debug, Clone, Copy)]
enum Advice {
    ExportIt,
    AssignIt,
    /// It exports as CommonJS does, and is loaded as an ES module.
    NameItCommon,
}

/// A module as it is found by the name in front of a handler.
struct Found<'m> {
    /// What messages call it.
    shown: String,
    module: Module,
    script: &'m Script,
    /// Whether it is loaded as CommonJS because of its name, whatever its text is.
    by_name: bool,
    /// The file, if it is one of an archive.
    file: Option<String>,
}

/// A handler that names a function in the code.
struct Handler<'h> {
    /// The path of the module, without extension.
    module: &'h str,
    /// The name that the module exports; what follows is a member of that.
    function: &'h str,
}

impl<'h> Handler<'h> {
    fn of(whole: &'h str) -> Option<Self> {
        let start = whole.rfind('/').map_or(0, |at| at + 1);
        let (module, path) = whole.get(start..)?.split_once('.')?;
        let function = path.split('.').next().filter(|function| !function.is_empty())?;
        let whole_module = whole.get(..start + module.len())?;
        (!module.is_empty()).then(|| Self { module: whole_module.trim_start_matches("./"), function })
    }
}

/// The first thing that is wrong with the code of a resource.
pub(super) fn wrong(row: &Code, model: &Model, member: &Member) -> Option<Wrong> {
    let text = |path: &[String]| match part(member, path) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    text(std::slice::from_ref(&row.runtime)).filter(|runtime| runtime.starts_with(row.javascript.as_str()))?;
    let handler = text(std::slice::from_ref(&row.handler));
    // What leads out of the code is somebody else's.
    let elsewhere = handler.is_some_and(|handler| handler.starts_with('/') || handler.contains(".."));
    let named = handler.and_then(|handler| Handler::of(handler)).filter(|_| !elsewhere);
    let script;
    let (found, known, place) = match (text(&row.inline), text(&row.archive).and_then(|key| model.artifacts.get(key))) {
        (Some(text), _) => {
            script = Script::of(text);
            let found = Found { shown: "its inlined code".into(), module: Module::CommonJs, script: &script, by_name: true, file: None };
            (Some(found), vec![SmolStr::new(&row.inline_module)], &row.inline)
        }
        (None, Some(artifact)) => (named.as_ref().and_then(|handler| module_in(artifact, handler.module)), modules(artifact), &row.archive),
        (None, None) => return None,
    };
    let found = match found {
        Some(found) if found.by_name && found.script.is_es => {
            // An option that is not known now may be the one that decides.
            let detects = match part(member, &row.options) {
                Some(Value::Text(options)) => options.contains(row.detects.as_str()),
                other => other.is_some(),
            };
            if !detects {
                let path = if found.file.is_some() { place.iter().take(1) } else { place.iter().take(place.len()) };
                return Some(Wrong { path: path.map(SmolStr::new).collect(), kind: Kind::LoadedWrongly(found.file) });
            }
            Some(Found { module: Module::Es, ..found })
        }
        other => other,
    };
    let at_handler = |kind| Some(Wrong { path: vec![SmolStr::new(&row.handler)], kind });
    let handler = handler.filter(|_| !elsewhere)?.to_string();
    let Some(named) = named else {
        return at_handler(Kind::NoFunction { handler, module: known.first().cloned() });
    };
    let (module, function) = (named.module.to_string(), named.function.to_string());
    let Some(found) = found.filter(|found| found.file.is_some() || module == row.inline_module) else {
        let brought = member.properties.iter().any(|property| property.name == row.layers);
        return if brought { None } else { at_handler(Kind::NoModule { handler, module, function, known }) };
    };
    let exports = found.script.exports(found.module);
    if exports.more || exports.names.contains(&SmolStr::new(&function)) {
        return None;
    }
    let advice = match found.module {
        Module::Es if exports.names.is_empty() && !found.script.common.names.is_empty() => Advice::NameItCommon,
        Module::Es => Advice::ExportIt,
        _ => Advice::AssignIt,
    };
    at_handler(Kind::NotExported { handler, module, function, shown: found.shown, exports, advice })
}

/// The module of an archive that is loaded for a name.
fn module_in<'m>(artifact: &'m Artifact, name: &str) -> Option<Found<'m>> {
    let of_js = if says_es(artifact, name) { Module::Es } else { Module::CommonJs };
    let ways = [("", Module::CommonJs), (".js", of_js), (".mjs", Module::Es), (".cjs", Module::CommonJs)];
    ways.into_iter().find_map(|(extension, module)| {
        let entry = entry(artifact, &format!("{name}{extension}"))?;
        let path = if artifact.file.is_folder { format!("{}/{}", artifact.file.path, entry.name) } else { artifact.file.path.clone() };
        let by_name = module == Module::CommonJs && extension == ".js";
        Some(Found { shown: format!("`{path}`"), module, script: entry.script(), by_name, file: Some(path) })
    })
}

/// The value that a path leads to; a value that is known later stands for what may be in it.
fn part<'m>(member: &'m Member, path: &[String]) -> Option<&'m Value> {
    let (first, rest) = path.split_first()?;
    let property = member.properties.iter().find(|property| property.name == *first)?;
    rest.iter().try_fold(&property.value, |value, key| match value {
        Value::Map(map) => map.get(key.as_str()),
        Value::Deploy(_) => Some(value),
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

/// The modules of an archive, without extensions and without those of others.
fn modules(artifact: &Artifact) -> Vec<SmolStr> {
    let own = |name: &&str| Module::may_be(split(name).1) && !name.split('/').any(|folder| folder == "node_modules");
    let names: Vec<&str> = match &artifact.name {
        Some(only) => vec![only],
        None => artifact.file.entries.iter().map(|entry| entry.name.as_str()).collect(),
    };
    names.into_iter().filter(own).map(|name| SmolStr::new(split(name).0)).collect()
}

/// Whether the nearest `package.json` says that `.js` files are ES modules.
fn says_es(artifact: &Artifact, module: &str) -> bool {
    let mut folder = module.rsplit_once('/').map(|(folder, _)| folder);
    loop {
        if folder.is_some_and(|folder| split_folder(folder) == "node_modules") {
            return false;
        }
        let path = folder.map_or_else(|| "package.json".to_string(), |folder| format!("{folder}/package.json"));
        if let Some(found) = entry(artifact, &path) {
            let said: Option<serde_json::Value> = serde_json::from_slice(&found.content).ok();
            return said.is_some_and(|said| said.get("type").and_then(serde_json::Value::as_str) == Some("module"));
        }
        match folder {
            Some(inner) => folder = inner.rsplit_once('/').map(|(outer, _)| outer),
            None => return false,
        }
    }
}

/// The last folder of a path of folders.
fn split_folder(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Wrong {
    /// Says it.
    pub fn say(&self, subject: &Subject<'_, '_>) -> Diagnostic {
        let declared = &subject.family.declared;
        let path: Vec<Step> = self.path.iter().cloned().map(Step::Key).collect();
        let place = subject.place(&path);
        let code = if matches!(self.kind, Kind::LoadedWrongly(_)) { codes::INLINE_MODULE } else { codes::HANDLER_NOT_FOUND };
        let said = |message: String, label: &str| subject.at(code, message, place, label).acceptable();
        // What was meant can be written where the handler is.
        let meant = |finding: Diagnostic, handler: &str| {
            let finding = finding.help(format!("did you mean `{handler}`?"));
            if place.exact && is_plain_text(place.expression) && !subject.sources.in_library(place.span) {
                finding.fix(format!("write `{handler}`"), place.span, format!("\"{handler}\""))
            } else {
                finding
            }
        };
        let finding = match &self.kind {
            Kind::LoadedWrongly(None) => said(format!("the code of `{declared}` is an ES module, and cannot be inlined"), "inlined")
                .note("code in a template stands in a file `index.js`, which is loaded as CommonJS: `import` and `export` are errors there")
                .help(
                    "have it uploaded: `artifact(file(\"functions/processor.mjs\"), \"index.mjs\")`; or write `require` and `exports.handler = ...`",
                ),
            Kind::LoadedWrongly(Some(file)) => said(format!("`{file}` is an ES module, but `{declared}` loads it as CommonJS"), "loaded by its name")
                .note("a file that ends with `.js` is loaded as CommonJS, unless a `package.json` beside it says `\"type\": \"module\"`")
                .help("give it a name that ends with `.mjs`: `artifact(..., \"index.mjs\")`"),
            Kind::NoFunction { handler, module } => {
                let module = module.as_deref().unwrap_or("index");
                said(format!("`{declared}` calls `{handler}`, which names no function"), "a module without a function")
                    .help(format!("write the module, a dot, and what it exports: `{module}.handler`"))
            }
            Kind::NoModule { handler, module, function, known } => {
                let finding = said(format!("`{declared}` calls `{handler}`, but its code has no module `{module}`"), "no such module");
                match nearest(module, known) {
                    Some(near) => meant(finding, &format!("{near}.{function}")),
                    None if known.is_empty() => finding.help("give code that is JavaScript: a file that ends with `.mjs`, `.cjs` or `.js`"),
                    None => finding.help(format!("it has {}", listed(known))),
                }
            }
            Kind::NotExported { handler, module, function, shown, exports, advice } => {
                let finding = said(format!("`{declared}` calls `{handler}`, but {shown} exports no `{function}`"), "no such function");
                match (nearest(function, &exports.names), advice) {
                    (Some(near), _) => meant(finding, &format!("{module}.{near}")),
                    (None, _) if !exports.names.is_empty() => finding.help(format!("it exports {}", listed(&exports.names))),
                    (None, Advice::NameItCommon) => {
                        finding.help("it is written as CommonJS, and loaded as an ES module: name it `.cjs`, or write `export` instead of `exports`")
                    }
                    (None, Advice::ExportIt) => finding.help(format!("export it: `export const {function} = async (event) => {{ ... }}`")),
                    (None, Advice::AssignIt) => finding.help(format!("export it: `exports.{function} = async (event) => {{ ... }}`")),
                }
            }
        };
        finding.note(TOO_LATE)
    }
}

/// The only name, or the nearest of several.
fn nearest<'n>(wrong: &str, names: &'n [SmolStr]) -> Option<&'n str> {
    match names {
        [only] if only != "default" => Some(only),
        several => suggest::nearest(wrong, several.iter().map(SmolStr::as_str)),
    }
}

fn listed(names: &[SmolStr]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    format!("{}{}", shown.join(", "), if names.len() > shown.len() { " and others" } else { "" })
}
