//! Files of the project as values: `file("...")`, what is known of them, and `artifact(...)`, which brings them to where services take
//! code from.

use super::weigh::MAXIMUM_TEXT;
use super::{Context, Expander};
use crate::aws;
use crate::code::{self, File};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::Artifact;
use crate::model::value::{Deploy, Dimension, ResourceRef, Value};
use crate::resolve::{join, load_error};
use crate::source::{LoadError, MAXIMUM_FILE, MAXIMUM_FILES, Origin, Span};
use crate::syntax::ast;
use smol_str::SmolStr;
use std::rc::Rc;

/// What can be asked of a file.
const MEMBERS: &[&str] = &["name", "stem", "extension", "path", "size", "text", "hash", "exports", "module", "is_folder", "files"];
/// Reading so many bytes is one unit of work.
const BYTES_READ: usize = 1024;
/// Packing so many bytes is one unit of work.
const BYTES_PACKED: usize = 128;

impl Expander<'_> {
    /// `file("functions/processor.mjs")`: a file, or a folder with all files below it.
    pub(super) fn read_file(&mut self, written: &str, span: Span, context: &Context) -> Value {
        let Some(source) = self.sources.get(span.file) else { return Value::Error };
        if source.origin == Origin::Library {
            return self.fail(
                codes::OUTSIDE_PROJECT,
                "a module of the library has no files",
                span,
                "read here",
                "declare `input code: File`, and let whoever uses the component give `file(\"...\")`",
                context,
            );
        }
        let Some(path) = join(&source.path, written) else {
            return self.fail(
                codes::OUTSIDE_PROJECT,
                format!("`{written}` leaves the project"),
                span,
                "only what lies below the folder of the platform file can be read",
                "copy the file into the project; the path is relative to the file that names it, with `/` on every system",
                context,
            );
        };
        if path.is_empty() {
            return self.fail(
                codes::IS_A_DIRECTORY,
                format!("`{written}` is the whole project"),
                span,
                "what was compiled before would be a part of it",
                "put what belongs together into a folder of its own, and name that",
                context,
            );
        }
        if let Some((file, _)) = self.files.get(&path) {
            return file.clone().map_or(Value::Error, Value::File);
        }
        let file = match self.load(&path) {
            Ok(file) => Some(Rc::new(file)),
            Err(error) => {
                let finding = self.file_error(&path, written, &error, span);
                self.report(finding, context);
                None
            }
        };
        self.files.insert(path, (file.clone(), span));
        match file {
            Some(file) if self.spend(file.size() / BYTES_READ, span, context) => Value::File(file),
            _ => Value::Error,
        }
    }

    fn load(&self, path: &str) -> Result<File, LoadError> {
        match self.loader.bytes(path) {
            Ok(content) => return Ok(File::of_file(path, content)),
            Err(LoadError::IsDirectory) => {}
            Err(error) => return Err(error),
        }
        let mut names = self.loader.files(path)?;
        names.sort();
        if names.len() > MAXIMUM_FILES {
            return Err(LoadError::TooMany);
        }
        if let Some(name) = names.iter().find(|name| !can_be_packed(name)) {
            return Err(LoadError::Other(format!("the name of `{name}` is none that every system knows")));
        }
        let (mut files, mut bytes) = (Vec::with_capacity(names.len()), 0);
        for name in names {
            let content = self.loader.bytes(&format!("{path}/{name}"))?;
            bytes += content.len() as u64;
            if bytes > MAXIMUM_FILE {
                return Err(LoadError::TooLarge { bytes });
            }
            files.push((name, content));
        }
        if files.is_empty() { Err(LoadError::NotFound) } else { Ok(File::of_folder(path, files)) }
    }

    /// The finding for a file that cannot be had.
    fn file_error(&self, path: &str, written: &str, error: &LoadError, span: Span) -> Diagnostic {
        let shown = self.loader.display(path);
        let finding = match error {
            LoadError::NotFound if matches!(self.loader.bytes(path), Err(LoadError::IsDirectory)) => {
                Diagnostic::error(codes::MODULE_NOT_FOUND, format!("the folder `{shown}` holds no file"))
                    .help("name a folder with files in it, or a file")
            }
            LoadError::NotFound => {
                let names = self.loader.neighbours(path);
                let (folder, name) = written.rsplit_once('/').map_or(("", written), |(folder, name)| (folder, name));
                let finding = Diagnostic::error(codes::MODULE_NOT_FOUND, format!("there is no file `{shown}`"));
                match suggest::nearest(name, names.iter().map(String::as_str)) {
                    Some(near) if folder.is_empty() => finding.help(format!("did you mean `{near}`?")),
                    Some(near) => finding.help(format!("did you mean `{folder}/{near}`?")),
                    None => finding.help("check the path; it is relative to the file that names it"),
                }
            }
            LoadError::TooLarge { bytes } => {
                Diagnostic::error(codes::CODE_TOO_LARGE, format!("`{shown}` has {bytes} bytes or more; `file` reads {MAXIMUM_FILE}"))
                    .note("what is read is kept in memory, and brought into each Region before a stack can be updated")
                    .help("bundle the code, and leave out what the runtime has anyway")
            }
            LoadError::TooMany => Diagnostic::error(codes::CODE_TOO_LARGE, format!("`{shown}` has more than {MAXIMUM_FILES} files"))
                .help("bundle the code into a few files, or name a folder that holds only what is needed"),
            other => load_error(&shown, other),
        };
        finding.label(span, "read here")
    }

    /// `file.name`
    pub(super) fn file_member(&mut self, file: &Rc<File>, name: &ast::Name, context: &Context) -> Value {
        let only = file.only();
        match name.text.as_str() {
            "name" => Value::text(file.name()),
            "stem" => Value::text(file.stem()),
            "extension" => Value::text(file.extension()),
            "path" => Value::text(&file.path),
            "size" => Value::Quantity(file.size() as f64, Dimension::Size),
            "hash" => Value::text(&file.hash),
            "is_folder" => Value::Bool(file.is_folder),
            "files" => Value::list(file.entries.iter().map(|entry| Value::text(&entry.name)).collect()),
            "module" => Value::text(only.map_or(code::Module::None, code::Entry::module).word()),
            "exports" => {
                let exports = only.map(|entry| (entry, entry.module())).filter(|(_, module)| *module != code::Module::None);
                let names = exports.map(|(entry, module)| entry.script().exports(module).names).unwrap_or_default();
                Value::list(names.into_iter().map(Value::Text).collect())
            }
            "text" => self.file_text(file, name.span, context),
            _ => self.no_such_member(&Value::File(file.clone()), name, MEMBERS, context),
        }
    }

    fn file_text(&mut self, file: &Rc<File>, span: Span, context: &Context) -> Value {
        let path = self.loader.display(&file.path);
        let Some(entry) = file.only() else {
            return self.fail(
                codes::IS_A_DIRECTORY,
                format!("`{path}` is a folder, and has no text"),
                span,
                "the text of several files",
                format!("name one of them: `file(\"{}/...\")`; `artifact(...)` packs them all", file.path),
                context,
            );
        };
        match entry.text() {
            Ok(text) if text.len() > MAXIMUM_TEXT => self.fail(
                codes::CODE_TOO_LARGE,
                format!("`{path}` has {} bytes; a template has at most {MAXIMUM_TEXT}", text.len()),
                span,
                "a text that no template can hold",
                "let it be uploaded instead: `artifact(...)` gives the place where a service finds it",
                context,
            ),
            Ok(text) => Value::text(text),
            Err(error) => {
                let finding = load_error(&path, &LoadError::not_utf8(&entry.content, error));
                self.report(finding.label(span, "read as a text here"), context);
                Value::Error
            }
        }
    }

    /// `artifact(file)`, `artifact(file, "index.mjs")`: packs it, has it uploaded, and gives the place in the Region of the context.
    pub(super) fn pack(&mut self, file: &Rc<File>, name: Option<&SmolStr>, span: Span, context: &Context) -> Value {
        let wrong = match name {
            Some(_) if file.is_folder => Some(("a folder keeps the names of its files", "leave the second value out")),
            Some(name) if !can_be_packed(name) => {
                Some(("no name for a file in an archive", "write a path with `/` between folders: `index.mjs`, `lib/index.mjs`"))
            }
            _ => None,
        };
        if let Some((label, help)) = wrong {
            return self.fail(codes::NOT_CALLABLE, "`artifact` takes a file and the name that it gets", span, label, help, context);
        }
        let Some(here) = context.here else {
            return self.fail(
                codes::WHICH_REGION,
                "`artifact` gives the place in one Region, and this is in none",
                span,
                "not the member of a Region",
                "write it where it is used, in a resource or component: `let code = file(\"...\")` stands here, `artifact(code)` there",
                context,
            );
        };
        let Some(family) = self.expand_artifacts() else {
            return self.fail(
                codes::DEFINITION_CYCLE,
                "the name of the bucket for artifacts is made of an artifact",
                span,
                "needed here, to make itself",
                "make names of texts, parameters and `path` only",
                context,
            );
        };
        let name = name.cloned().or_else(|| file.only().map(|entry| SmolStr::new(&entry.name)));
        let Some(key) = self.packed(file, name, span, context) else { return Value::Error };
        let bucket = Value::Deploy(Rc::new(Deploy::Ref(ResourceRef { family, region: here })));
        Value::map(vec![(SmolStr::new_static(aws::code::BUCKET), bucket), (SmolStr::new_static(aws::code::KEY), Value::Text(key))])
    }

    /// The key of an archive with these files; each is packed once.
    fn packed(&mut self, file: &Rc<File>, name: Option<SmolStr>, span: Span, context: &Context) -> Option<SmolStr> {
        let wanted = (file.hash.clone(), name);
        let key = match self.packed.get(&wanted) {
            Some(key) => key.clone(),
            None => {
                if !self.spend(1 + file.size() / BYTES_PACKED, span, context) {
                    return None;
                }
                let names = file.entries.iter().map(|entry| wanted.1.as_deref().unwrap_or(&entry.name));
                let bytes = match code::archive(names.zip(file.entries.iter().map(|entry| entry.content.as_slice()))) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        self.fail(
                            codes::CODE_TOO_LARGE,
                            format!("`{}` cannot be packed: {error}", file.path),
                            span,
                            "no archive can hold it",
                            "give the files other names, or fewer of them",
                            context,
                        );
                        return None;
                    }
                };
                let key = SmolStr::new(format!("{}.zip", code::sha256(&bytes)));
                let artifact = Artifact { file: file.clone(), name: wanted.1.as_ref().map(ToString::to_string), bytes, sources: Default::default() };
                self.model.artifacts.entry(key.clone()).or_insert(artifact);
                self.packed.insert(wanted, key.clone());
                key
            }
        };
        if let Some(artifact) = self.model.artifacts.get_mut(&key) {
            artifact.sources.insert(file.path.clone());
        }
        Some(key)
    }
}

/// Whether a name can stand in an archive on every system.
fn can_be_packed(name: &str) -> bool {
    let parts = |part: &str| !part.is_empty() && part != "." && part != "..";
    name.len() <= 1024 && !name.contains(['\\', ':']) && !name.chars().any(char::is_control) && name.split('/').all(parts)
}
