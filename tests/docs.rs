//! The documentation is true: every example compiles or is refused as it says, and the index of the library is the library.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use project::Project;
use std::fs;
use std::path::{Path, PathBuf};

/// What surrounds a ```` ```dr part ````; the reference shows it to the reader.
const FRAME: &str = "\
platform shop {
  strategy = \"warm_standby\"
  rto      = 15min
  rpo      = 15min
}
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
";

/// One fenced block.
struct Block {
    /// `docs/language.md:120`
    place: String,
    /// The words behind `dr`.
    tags: Vec<String>,
    text: String,
}

/// Whether the files are to be written as they should be.
fn blessing() -> bool {
    std::env::var_os("DRC_BLESS").is_some()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files whose examples are tested: those of `docs/` and the README.
fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs")).expect("docs/ can be read");
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.extend(Some(root().join("README.md")).filter(|path| path.exists()));
    pages.sort();
    pages
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).expect("the page can be read");
    let name = page.strip_prefix(root()).expect("below the root").display().to_string();
    let mut found: Vec<Block> = Vec::new();
    // The fence that a block ends with, and whether the block is one of ours.
    let mut open: Option<(String, bool)> = None;
    for (number, line) in text.lines().enumerate() {
        match &open {
            Some((fence, ours)) if line.trim_end() == fence => {
                let _ = ours;
                open = None;
            }
            Some((_, true)) => {
                let block = found.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            Some(_) => {}
            None => {
                let ticks: String = line.chars().take_while(|character| *character == '`').collect();
                if ticks.len() < 3 {
                    continue;
                }
                let mut words = line[ticks.len()..].split_whitespace();
                let ours = words.next() == Some("dr");
                if ours {
                    let tags = words.map(str::to_string).collect();
                    found.push(Block { place: format!("{name}:{}", number + 1), tags, text: String::new() });
                }
                open = Some((ticks, ours));
            }
        }
    }
    assert!(open.is_none(), "{name}: a block is not closed");
    found
}

/// Whether a block is as its tags say; otherwise what is wrong with it.
fn judge(block: &Block, project: &mut Project) -> Result<(), String> {
    laid_out(&block.text)?;
    let mut part = false;
    let mut expected = None;
    for tag in &block.tags {
        match tag.split_once('=') {
            None if tag == "part" => part = true,
            None if tag == "parse" => return parses(&block.text),
            Some(("error", code)) => expected = Some(code.to_string()),
            Some(("warning", code)) => expected = Some(code.to_string()),
            Some(("file", path)) => {
                // A module of the project, or another file of it; the blocks behind it can use it.
                *project = std::mem::take(project).file(path, &block.text);
                return if path.ends_with(".dr") { parses(&block.text) } else { Ok(()) };
            }
            _ => return Err(format!("there is no tag `{tag}`")),
        }
    }
    let text = if part { format!("{FRAME}{}", block.text) } else { block.text.clone() };
    let compiled = project.clone().file("platform.dr", &text).compile();
    let codes = compiled.codes();
    match expected {
        None if codes.is_empty() => Ok(()),
        None => Err(compiled.shown),
        Some(code) if codes == [code.clone()] => Ok(()),
        Some(code) => Err(format!("expected {code}, found {codes:?}\n{}", compiled.shown)),
    }
}

/// Whether a text is laid out as `drc fmt` does it.
fn laid_out(text: &str) -> Result<(), String> {
    match formatted(text) {
        Some(formatted) if formatted != text => Err(format!("`drc fmt` would write\n{formatted}\ninstead of")),
        _ => Ok(()),
    }
}

fn formatted(text: &str) -> Option<String> {
    let mut sources = drc::source::SourceMap::new();
    let file = sources.add("example.dr", text, drc::source::Origin::Project);
    drc::syntax::format::format(file, text, &mut drc::diag::Diagnostics::new())
}

/// Lays out the examples of a page.
fn bless(page: &Path) {
    let mut text = fs::read_to_string(page).expect("the page can be read");
    for block in blocks(page) {
        if let Some(formatted) = formatted(&block.text).filter(|formatted| *formatted != block.text) {
            text = text.replacen(&format!("\n{}```", block.text), &format!("\n{formatted}```"), 1);
        }
    }
    fs::write(page, text).expect("the page can be written");
}

fn parses(text: &str) -> Result<(), String> {
    let mut sources = drc::source::SourceMap::new();
    let mut diagnostics = drc::diag::Diagnostics::new();
    let file = sources.add("example.dr", text, drc::source::Origin::Project);
    drc::syntax::parse(file, text, &mut diagnostics);
    if diagnostics.as_slice().is_empty() { Ok(()) } else { Err(format!("{:?}", diagnostics.as_slice())) }
}

#[test]
fn every_example_is_what_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        if blessing() {
            bless(&page);
        }
        let mut project = Project::default();
        for block in blocks(&page) {
            count += 1;
            if let Err(reason) = judge(&block, &mut project) {
                wrong.push(format!("{}: {reason}\n{}", block.place, block.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} examples are wrong\n\n{}", wrong.len(), wrong.join("\n----\n"));
    assert!(count > 35, "only {count} examples were found");
}

#[test]
fn the_frame_is_shown_in_the_reference() {
    let reference = fs::read_to_string(root().join("docs/language.md")).expect("the reference can be read");
    assert!(reference.contains(FRAME), "docs/language.md does not show the frame of the examples");
}

#[test]
fn the_index_of_the_library_is_the_library() {
    let path = root().join("docs/library.md");
    let wanted = index::library();
    if blessing() {
        fs::write(&path, &wanted).expect("docs/library.md can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/library.md is not what stdlib/ has: run `DRC_BLESS=1 cargo test --test docs` and read the difference");
}

/// The index of the library, made of its sources.
mod index {
    use drc::source::{Origin, SourceMap};
    use drc::stdlib;
    use drc::syntax::ast::{ClauseValue, ClauseWord, Declaration, DocLine, Else, Kind, Statement};
    use std::fmt::Write;

    const HEAD: &str = "\
# The standard library

Made of `stdlib/*.dr` by `DRC_BLESS=1 cargo test --test docs`; a test compares it. A module is imported with `use std@1.{name}`.
How components are used stands in [language.md](language.md), sections 9 and 11.
";

    struct Text<'s> {
        sources: &'s SourceMap,
        out: String,
    }

    pub fn library() -> String {
        let mut sources = SourceMap::new();
        let mut trees = Vec::new();
        for (name, text) in stdlib::MODULES {
            let file = sources.add(format!("{name}.dr"), *text, Origin::Library);
            trees.push((*name, drc::syntax::parse(file, text, &mut drc::diag::Diagnostics::new())));
        }
        let mut text = Text { sources: &sources, out: HEAD.to_string() };
        for module in stdlib::public_modules() {
            for (_, tree) in trees.iter().filter(|(name, _)| *name == module) {
                text.module(module, &tree.doc, &tree.statements);
            }
        }
        for (_, tree) in trees.iter().filter(|(name, _)| *name == "prelude") {
            text.out.push_str("\n## The prelude\n\n");
            text.line(&format!("{} It needs no `use`.", joined(&tree.doc)));
            text.definitions(&tree.statements);
        }
        text.out
    }

    fn joined(doc: &[DocLine]) -> String {
        let lines: Vec<&str> = doc.iter().map(|line| line.text.trim()).collect();
        lines.join(" ").trim().replace('|', "\\|")
    }

    impl Text<'_> {
        fn line(&mut self, line: &str) {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }

        fn module(&mut self, name: &str, doc: &[DocLine], statements: &[Statement]) {
            let _ = write!(self.out, "\n## {name}\n\n");
            self.line(&joined(doc));
            self.definitions(statements);
        }

        fn definitions(&mut self, statements: &[Statement]) {
            for declaration in declarations(statements) {
                if declaration.public.is_none() {
                    continue;
                }
                let name = &declaration.name.text;
                match declaration.kind {
                    Kind::Component => {
                        let role = declaration.clause(ClauseWord::Is).map_or("", |clause| self.sources.slice(clause.span));
                        let _ = write!(self.out, "\n### component `{name}` {role}\n\n");
                    }
                    Kind::Type => {
                        let _ = write!(self.out, "\n### type `{name}`\n\n");
                    }
                    _ => {
                        let value = declaration.value.as_ref().map_or("", |value| self.sources.slice(value.span));
                        let head = value.split_once("=>").map_or("", |(parameters, _)| parameters.trim());
                        let _ = write!(self.out, "\n### `{name}{head}`\n\n");
                    }
                }
                self.line(&joined(&declaration.doc));
                self.members(declaration);
            }
        }

        fn members(&mut self, component: &Declaration) {
            let of = |kind: Kind| declarations(component.statements()).filter(move |member| member.kind == kind);
            let inputs: Vec<&Declaration> = of(Kind::Input).collect();
            if !inputs.is_empty() {
                self.out.push_str("\n| input | type | default | |\n| --- | --- | --- | --- |\n");
            }
            for input in inputs {
                let default = match (&input.value, &input.ty) {
                    (Some(value), _) => format!("`{}`", self.cell(value.span)),
                    (None, Some(ty)) if ty.optional => "`none`".to_string(),
                    _ => "required".to_string(),
                };
                let ty = self.type_of(input);
                self.line(&format!("| `{}` | {ty} | {default} | {} |", input.name.text, joined(&input.doc)));
            }
            let mut all = Vec::new();
            conditional(component.statements(), &mut all);
            let rest: Vec<&Declaration> = all
                .into_iter()
                .filter(|member| matches!(member.kind, Kind::Output | Kind::Metric | Kind::Grant | Kind::Condition | Kind::Action | Kind::Gather))
                .collect();
            if !rest.is_empty() {
                self.out.push_str("\n| member | | |\n| --- | --- | --- |\n");
            }
            for member in rest {
                let about = match member.kind {
                    Kind::Action => self.action(member),
                    _ => self.type_of(member),
                };
                self.line(&format!("| {} `{}` | {about} | {} |", member.kind.word(), member.name.text, joined(&member.doc)));
            }
            let rules: Vec<_> = component
                .statements()
                .iter()
                .filter_map(|statement| match statement {
                    Statement::Require(rule) => Some(rule),
                    _ => None,
                })
                .collect();
            if !rules.is_empty() {
                self.out.push_str("\n| rule | | |\n| --- | --- | --- |\n");
            }
            for rule in rules {
                let word = if rule.advise { "advises" } else { "requires" };
                let slug = rule.slug.plain().unwrap_or_default();
                let (condition, message) = (self.cell(rule.condition.span), self.cell(rule.message.span));
                self.line(&format!("| `{slug}` | {word} `{condition}` | {message} |"));
            }
            let mut made = Vec::new();
            self.resources(component.statements(), &mut made);
            if !made.is_empty() {
                self.line("");
                self.line(&format!("Its resources, for `adjust`: {}.", made.join(", ")));
            }
        }

        fn resources(&self, statements: &[Statement], found: &mut Vec<String>) {
            for statement in statements {
                match statement {
                    Statement::Declaration(resource) if resource.kind == Kind::Resource => {
                        let ty = resource.ty.as_ref().map(|ty| self.cell(ty.span)).unwrap_or_default();
                        found.push(format!("`{}` ({ty})", resource.name.text));
                    }
                    Statement::If(node) => {
                        self.resources(&node.then.statements, found);
                        if let Some(Else::Block(block)) = &node.otherwise {
                            self.resources(&block.statements, found);
                        }
                    }
                    Statement::For(node) => self.resources(&node.body.statements, found),
                    Statement::Later(node) => self.resources(&node.block.statements, found),
                    _ => {}
                }
            }
        }

        /// Type and place: `Duration` in regions.
        fn type_of(&self, member: &Declaration) -> String {
            let ty = member.ty.as_ref().map(|ty| format!("`{}`", self.cell(ty.span))).unwrap_or_default();
            let place = member.clause(ClauseWord::In).map(|clause| self.cell(clause.span)).unwrap_or_default();
            format!("{ty} {place}").trim().to_string()
        }

        /// The values that an action takes, where it is called, and its effects.
        fn action(&self, action: &Declaration) -> String {
            let inputs: Vec<String> = declarations(action.statements())
                .filter(|input| input.kind == Kind::Input)
                .map(|input| format!("{}: {}", input.name.text, input.ty.as_ref().map(|ty| self.cell(ty.span)).unwrap_or_default()))
                .collect();
            let clauses: Vec<String> = action
                .clauses
                .iter()
                .map(|clause| match &clause.value {
                    ClauseValue::Expr(_) => self.cell(clause.span),
                    ClauseValue::Words(words) => words.iter().map(|word| word.text.to_string()).collect::<Vec<_>>().join(", "),
                })
                .collect();
            format!("`({})` {}", inputs.join(", "), clauses.join("; ")).trim().to_string()
        }

        /// A piece of the source for a cell of a table.
        fn cell(&self, span: drc::source::Span) -> String {
            self.sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
        }
    }

    /// The declarations of a component, those in `if` too.
    fn conditional<'s>(statements: &'s [Statement], found: &mut Vec<&'s Declaration>) {
        for statement in statements {
            match statement {
                Statement::Declaration(declaration) => found.push(declaration),
                Statement::If(node) => conditional(&node.then.statements, found),
                _ => {}
            }
        }
    }

    fn declarations(statements: &[Statement]) -> impl Iterator<Item = &Declaration> {
        statements.iter().filter_map(|statement| match statement {
            Statement::Declaration(declaration) => Some(declaration.as_ref()),
            _ => None,
        })
    }
}
