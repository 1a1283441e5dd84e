//! From the entry file to all modules that it uses: library modules from the binary, project files through the loader.

mod environment;
mod form;
mod header;
pub(crate) mod path;

use crate::diag::{Diagnostic, Diagnostics, codes, suggest};
use crate::source::{FileId, LoadError, Loader, MAXIMUM_FILES, Origin, SourceMap, Span};
use crate::stdlib;
use crate::syntax::{self, ast};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

pub use environment::{environment, lines as environment_lines};
pub use path::join;

/// One parsed file.
#[derive(Debug)]
pub struct Module {
    /// `stores/redis.dr` or `std@1/aurora.dr`: unique.
    pub key: String,
    /// The name by which findings speak of what it defines: `redis`, `aurora`.
    pub name: SmolStr,
    /// The tree.
    pub tree: ast::File,
    /// What it imports: local name, module number (none if it could not be had), where.
    pub imports: Vec<(SmolStr, Option<usize>, Span)>,
    /// Whether it is part of the standard library.
    pub library: bool,
}

/// All modules of a run.
#[derive(Debug, Default)]
pub struct Modules {
    /// In the order in which they were finished; imports of a module stand before it.
    pub list: Vec<Module>,
    /// The entry file.
    pub entry: usize,
    /// The prelude of the library.
    pub prelude: Option<usize>,
    /// What the compiler instantiates itself.
    pub core: Option<usize>,
    /// The values of the environment that is compiled for.
    pub environment: Option<ast::File>,
}

/// Reads and parses the entry file and everything that it uses, and reports what cannot be had.
pub fn load(entry: &str, loader: &dyn Loader, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Modules {
    let mut resolver = Resolver { loader, sources, diagnostics, list: Vec::new(), done: FxHashMap::default(), open: Vec::new() };
    let prelude = resolver.library_module("prelude");
    let core = resolver.library_module("core");
    let text = match loader.load(entry) {
        Ok(text) => text,
        Err(error) => {
            resolver.diagnostics.push(load_error(entry, &error));
            return Modules::default();
        }
    };
    let name = path::stem(entry);
    let entry = resolver.module(entry.to_string(), name, text, Origin::Project);
    Modules { list: resolver.list, entry, prelude, core, environment: None }
}

/// Refuses what stands where nothing would read it, in all files.
pub fn check_form(modules: &Modules, diagnostics: &mut Diagnostics) {
    form::check(modules, diagnostics);
    environment::check(modules, diagnostics);
}

/// The finding for a file that could not be read.
#[must_use]
pub fn load_error(path: &str, error: &LoadError) -> Diagnostic {
    match error {
        LoadError::NotFound => Diagnostic::error(codes::CANNOT_READ, format!("there is no file `{path}`"))
            .help("check the path; it is looked up relative to the file that names it"),
        LoadError::IsDirectory => Diagnostic::error(codes::IS_A_DIRECTORY, format!("`{path}` is a folder, not a file"))
            .help(format!("name the file in it, for example `{}/platform.dr`", path.trim_end_matches('/'))),
        LoadError::NotUtf8 { offset, line } => {
            Diagnostic::error(codes::NOT_UTF8, format!("`{path}` is not UTF-8: a byte in line {line} starts no character"))
                .note(format!("it is byte {offset} of the file, counted from 0"))
                .help("save the file as UTF-8; `iconv -f ISO-8859-1 -t UTF-8` converts what an old editor wrote")
        }
        LoadError::TooLarge { bytes } => Diagnostic::error(codes::TOO_LARGE, format!("`{path}` has {bytes} bytes; a source file may have 8 MiB"))
            .help("split the platform into modules and `use` them"),
        LoadError::TooMany => Diagnostic::error(codes::TOO_LARGE, format!("`{path}` has more than {MAXIMUM_FILES} files"))
            .help("name a folder that holds only what is needed"),
        LoadError::Outside => Diagnostic::error(codes::OUTSIDE_PROJECT, format!("`{path}` is a link that leads out of the project"))
            .note("a platform that reads files from elsewhere compiles differently on another machine")
            .help("put the file itself below the folder of the platform file"),
        LoadError::Other(reason) => Diagnostic::error(codes::CANNOT_READ, format!("`{path}` cannot be read: {reason}"))
            .help("name a file that this user can read, or mend its permissions"),
    }
}

struct Resolver<'r> {
    loader: &'r dyn Loader,
    sources: &'r mut SourceMap,
    diagnostics: &'r mut Diagnostics,
    list: Vec<Module>,
    done: FxHashMap<String, usize>,
    open: Vec<(String, Span)>,
}

impl Resolver<'_> {
    fn library_module(&mut self, name: &str) -> Option<usize> {
        let key = format!("std@{}/{name}.dr", stdlib::VERSION);
        if let Some(known) = self.done.get(&key) {
            return Some(*known);
        }
        let text = stdlib::module(name)?;
        Some(self.module(key, SmolStr::new(name), text.to_string(), Origin::Library))
    }

    fn module(&mut self, key: String, name: SmolStr, text: String, origin: Origin) -> usize {
        let shown = if origin == Origin::Project { self.loader.display(&key) } else { key.clone() };
        let file = self.sources.add_at(shown, key.clone(), text.as_str(), origin);
        let tree = syntax::parse(file, &text, self.diagnostics);
        self.open.push((key.clone(), Span { file, start: 0, end: 0 }));
        let mut imports = Vec::new();
        for statement in &tree.statements {
            if let ast::Statement::Use(node) = statement {
                self.import(node, &key, file, &mut imports);
            }
        }
        self.open.pop();
        let number = self.list.len();
        self.list.push(Module { key: key.clone(), name, tree, imports, library: origin == Origin::Library });
        self.done.insert(key, number);
        number
    }

    fn import(&mut self, node: &ast::Use, key: &str, file: FileId, imports: &mut Vec<(SmolStr, Option<usize>, Span)>) {
        match &node.source {
            ast::UseSource::Library { library, version, modules } => {
                let known = self.check_library(library, *version, node.span);
                for module in modules {
                    let number = if known { self.import_library(module) } else { None };
                    imports.push((module.text.clone(), number, module.span));
                }
            }
            ast::UseSource::File { path, alias } => {
                let number = self.import_file(path, key, node.span);
                let written = path.plain().unwrap_or_default();
                let (name, span) = alias.as_ref().map_or_else(|| (path::stem(written), path.span), |name| (name.text.clone(), name.span));
                imports.push((name, number, span));
            }
        }
        let _ = file;
    }

    fn check_library(&mut self, library: &ast::Name, version: Option<(u32, Span)>, whole: Span) -> bool {
        if library.text != "std" {
            self.diagnostics.push(
                Diagnostic::error(codes::UNKNOWN_LIBRARY, format!("there is no library `{}`", library.text))
                    .label(library.span, "only `std` exists")
                    .help("a file of the project is used by its path: `use \"./stores/redis.dr\" as redis`"),
            );
            return false;
        }
        match version {
            Some((stdlib::VERSION, _)) => true,
            Some((other, span)) => {
                self.diagnostics.push(
                    Diagnostic::error(codes::UNKNOWN_LIBRARY, format!("the standard library has no version {other}"))
                        .label(span, format!("this `drc` has version {}", stdlib::VERSION))
                        .help(format!("write `std@{}`", stdlib::VERSION))
                        .fix(format!("use version {}", stdlib::VERSION), span, stdlib::VERSION.to_string()),
                );
                false
            }
            None => {
                let at = Span { start: library.span.end, ..library.span };
                self.diagnostics.push(
                    Diagnostic::error(codes::UNKNOWN_LIBRARY, "the version of the library is missing")
                        .label(whole.to(library.span), "no version here")
                        .help(format!("write `std@{}`: the major version stands in the source", stdlib::VERSION))
                        .fix(format!("write `std@{}`", stdlib::VERSION), at, format!("@{}", stdlib::VERSION)),
                );
                true
            }
        }
    }

    fn import_library(&mut self, module: &ast::Name) -> Option<usize> {
        if stdlib::public_modules().any(|name| name == module.text) {
            return self.library_module(&module.text);
        }
        let modules: Vec<_> = stdlib::public_modules().collect();
        let mut finding = Diagnostic::error(codes::NO_SUCH_MODULE, format!("the standard library has no module `{}` yet", module.text))
            .label(module.span, "no such module")
            .note(format!("it has {}", modules.join(", ")));
        if let Some(near) = suggest::nearest(&module.text, modules.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), module.span, near);
        } else {
            finding = finding.help("write a module of your own, and `use` it by its path: `use \"./stores/queue.dr\" as queue`");
        }
        self.diagnostics.push(finding);
        None
    }

    fn import_file(&mut self, literal: &ast::StringLiteral, from: &str, whole: Span) -> Option<usize> {
        let Some(written) = literal.plain() else {
            self.diagnostics.push(
                Diagnostic::error(codes::MODULE_NOT_FOUND, "the path of a module cannot contain values")
                    .label(literal.span, "holds a value")
                    .help("write the path out: `use \"./stores/queue.dr\" as queue`"),
            );
            return None;
        };
        let Some(key) = path::join(from, written) else {
            self.diagnostics.push(
                Diagnostic::error(codes::OUTSIDE_PROJECT, format!("`{written}` leaves the project"))
                    .label(literal.span, "only files below the folder of the platform file can be used")
                    .note("a platform that reads files from elsewhere compiles differently on another machine")
                    .help("move the module into the project"),
            );
            return None;
        };
        if let Some(at) = self.open.iter().position(|(open, _)| *open == key) {
            let mut circle: Vec<&str> = self.open.iter().skip(at).map(|(open, _)| open.as_str()).collect();
            circle.push(&key);
            self.diagnostics.push(
                Diagnostic::error(codes::MODULE_CYCLE, format!("modules use each other in a circle: {}", circle.join(" -> ")))
                    .label(whole, "this closes the circle")
                    .help("move what both need into a third module"),
            );
            return None;
        }
        if let Some(known) = self.done.get(&key) {
            return Some(*known);
        }
        match self.loader.load(&key) {
            Ok(text) => Some(self.module(key.clone(), path::stem(&key), text, Origin::Project)),
            Err(error) => {
                let mut finding = load_error(&key, &error);
                if matches!(error, LoadError::NotFound) {
                    finding.code = codes::MODULE_NOT_FOUND.id.into();
                    let (folder, name) = written.rsplit_once('/').map_or(("", written), |(folder, name)| (folder, name));
                    let names = self.modules_beside(&key);
                    if let Some(near) = suggest::nearest(name, names.iter().map(String::as_str)) {
                        let meant = if folder.is_empty() { near.to_string() } else { format!("{folder}/{near}") };
                        finding =
                            finding.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), literal.span, format!("\"{meant}\""));
                    }
                }
                if matches!(error, LoadError::IsDirectory) {
                    let inside = self.modules_beside(&format!("{}/module.dr", key.trim_end_matches('/')));
                    if let Some(first) = inside.first() {
                        finding = finding.help(format!("name the file in it: `{}/{first}`", written.trim_end_matches('/')));
                    }
                }
                self.diagnostics.push(finding.label(literal.span, "named here"));
                None
            }
        }
    }

    fn modules_beside(&self, key: &str) -> Vec<String> {
        let mut names = self.loader.neighbours(key);
        names.retain(|name| name.ends_with(".dr"));
        names
    }
}
