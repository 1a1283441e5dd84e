//! The documentation is true: every example compiles or is refused as it says, every link leads somewhere, and the pages of the library
//! are what `drc doc` makes of it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostics;
use drc::doc;
use drc::source::{Origin, SourceMap};
use drc::syntax::ast::{Kind, Statement};
use project::Project;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

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
    let mut sources = SourceMap::new();
    let file = sources.add("example.dr", text, Origin::Project);
    drc::syntax::format::format(file, text, &mut Diagnostics::new())
}

/// Lays out the examples of a page.
fn bless(page: &Path) {
    let before = fs::read_to_string(page).expect("the page can be read");
    let mut text = before.clone();
    for block in blocks(page) {
        if let Some(formatted) = formatted(&block.text).filter(|formatted| *formatted != block.text) {
            text = text.replacen(&format!("\n{}```", block.text), &format!("\n{formatted}```"), 1);
        }
    }
    // Other tests read the pages at the same time.
    if text != before {
        fs::write(page, text).expect("the page can be written");
    }
}

fn parses(text: &str) -> Result<(), String> {
    let mut sources = SourceMap::new();
    let mut diagnostics = Diagnostics::new();
    let file = sources.add("example.dr", text, Origin::Project);
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

/// The pages of the library, by the name of their file.
fn library() -> Vec<(String, String)> {
    let mut sources = SourceMap::new();
    let mut modules = doc::library(&mut sources);
    modules.iter_mut().for_each(|module| module.wanted = true);
    let mut pages: Vec<(String, String)> = modules.iter().map(|module| (module.page.clone(), doc::page(module, &modules, &sources))).collect();
    pages.push((doc::INDEX.into(), doc::index(&modules)));
    pages.sort();
    pages
}

/// The folder of these pages; written once if it is to be.
fn library_folder() -> PathBuf {
    static WRITTEN: Once = Once::new();
    let folder = root().join("docs/stdlib");
    WRITTEN.call_once(|| {
        if blessing() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).expect("docs/stdlib can be made");
            for (name, text) in library() {
                fs::write(folder.join(name), text).expect("the page can be written");
            }
        }
    });
    folder
}

#[test]
fn the_pages_of_the_library_are_the_library() {
    let (folder, wanted) = (library_folder(), library());
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(&folder).expect("docs/stdlib can be read") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.push((name, fs::read_to_string(&path).expect("the page can be read")));
    }
    found.sort();
    let stale = wanted.iter().filter(|page| !found.contains(page)).chain(found.iter().filter(|page| !wanted.contains(page)));
    let stale: BTreeSet<&str> = stale.map(|(name, _)| name.as_str()).collect();
    assert!(stale.is_empty(), "docs/stdlib is not what stdlib/ has ({stale:?}): run `DRC_BLESS=1 cargo test --test docs` and read the difference");
}

/// The components of the library that an example declares instances of: `aurora.postgres`.
fn used(platform: &str) -> BTreeSet<String> {
    let mut sources = SourceMap::new();
    let file = sources.add("platform.dr", platform, Origin::Project);
    let tree = drc::syntax::parse(file, platform, &mut Diagnostics::new());
    let types = tree.statements.iter().filter_map(|statement| match statement {
        Statement::Declaration(declaration) => declaration.ty.as_ref(),
        _ => None,
    });
    types.map(|ty| sources.slice(ty.span).to_string()).collect()
}

#[test]
fn every_module_of_the_library_has_examples_that_compile() {
    let mut wrong = Vec::new();
    let mut sources = SourceMap::new();
    for module in doc::library(&mut sources).iter().filter(|module| module.name != "core") {
        let name = &module.name;
        let components = module.tree.statements.iter().filter_map(|statement| match statement {
            Statement::Declaration(component) if component.kind == Kind::Component && component.public.is_some() => Some(component),
            _ => None,
        });
        let components: Vec<_> = components.collect();
        let mut examples = doc::examples(&module.tree.doc);
        if examples.is_empty() {
            wrong.push(format!("stdlib/{name}.dr: its head (`//!`) has no example: a block that begins with ```dr and is a whole platform"));
        }
        for component in &components {
            let own = doc::examples(&component.doc);
            let full = format!("{name}.{}", component.name.text);
            if own.iter().any(|example| !used(&example.platform).contains(&full)) {
                wrong.push(format!("stdlib/{name}.dr: the example of `{full}` does not use it"));
            }
            examples.extend(own);
        }
        let shown: BTreeSet<String> = examples.iter().flat_map(|example| used(&example.platform)).collect();
        for component in components.iter().filter(|component| !shown.contains(&format!("{name}.{}", component.name.text))) {
            wrong.push(format!("stdlib/{name}.dr: no example uses `{}`: give it one in its `///` lines", component.name.text));
        }
        for example in examples {
            let project = example.files.iter().fold(Project::new(&example.platform), |project, (path, text)| project.file(path, text));
            let compiled = project.compile();
            if !compiled.codes().is_empty() {
                wrong.push(format!("stdlib/{name}.dr: an example has findings\n{}\n{}", compiled.shown, example.platform));
            }
            if let Err(reason) = laid_out(&example.platform) {
                wrong.push(format!("stdlib/{name}.dr: {reason}\n{}", example.platform));
            }
            for (path, _) in example.files.iter().filter(|(path, _)| !example.platform.contains(path.as_str())) {
                wrong.push(format!("stdlib/{name}.dr: no example reads `{path}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

/// What a link of Markdown leads to: `(target)` behind `]`. Blocks and code are no links.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|character| *character == '`').collect();
        match &fence {
            Some(open) if line.trim_end() == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let text = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
                let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
                found.extend(targets.map(|(target, _)| target.to_string()));
            }
        }
    }
    found
}

/// The anchors that code hosts make of the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let kept = |character: &char| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_');
    headings.map(|heading| heading.chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut all = pages();
    let entries = fs::read_dir(library_folder()).expect("docs/stdlib can be read");
    all.extend(entries.map(|entry| entry.expect("an entry").path()));
    for page in all {
        let text = fs::read_to_string(&page).expect("the page can be read");
        for link in links(&text).iter().filter(|link| !link.contains("://")) {
            count += 1;
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { page.clone() } else { page.parent().expect("a folder").join(path) };
            let there = match anchor {
                None => target.exists(),
                Some(anchor) => fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor)),
            };
            if !there {
                wrong.push(format!("{}: {link}", page.strip_prefix(root()).expect("below the root").display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} links lead nowhere\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 80, "only {count} links were found");
}

/// The sources of a folder and of those below it.
fn sources_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "dr") {
            found.push(path);
        }
    }
}

/// Whether each row of each table of a page has as many cells as its head.
fn even(page: &str) -> Result<(), String> {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut head = None;
    let mut fenced = false;
    for line in page.lines() {
        fenced ^= line.starts_with("```");
        if fenced || !line.starts_with('|') {
            head = None;
        } else if *head.get_or_insert(cells(line)) != cells(line) || !line.ends_with('|') {
            return Err(line.to_string());
        }
    }
    Ok(())
}

#[test]
fn every_project_has_pages() {
    let mut files = Vec::new();
    for folder in ["examples", "tests/projects", "stdlib"] {
        sources_below(&root().join(folder), &mut files);
    }
    assert!(files.len() > 30, "only {} files were found", files.len());
    for path in files {
        let shown = path.strip_prefix(root()).expect("below the root").display().to_string();
        let text = fs::read_to_string(&path).expect("the file can be read");
        let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
        let module = doc::project(&shown, &text, &[], &mut sources, &mut diagnostics);
        assert!(!diagnostics.has_errors(), "{shown}: {:?}", diagnostics.as_slice());
        let page = doc::page(&module, std::slice::from_ref(&module), &sources);
        assert!(page.starts_with(doc::MARK) && page.ends_with('\n') && !page.ends_with("\n\n"), "{shown}: {page}");
        if let Err(row) = even(&page) {
            panic!("{shown}: a row has another number of cells than its head: {row}");
        }
    }
    assert_eq!(even("| a | b |\n| --- | --- |\n| x | y | z |"), Err("| x | y | z |".into()));
}
