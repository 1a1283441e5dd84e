//! The documentation is true: every example compiles or is refused as it says, and the index of the library is the library.

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
    let mut part = false;
    let mut expected = None;
    for tag in &block.tags {
        match tag.split_once('=') {
            None if tag == "part" => part = true,
            None if tag == "parse" => return parses(&block.text),
            Some(("error", code)) => expected = Some(code.to_string()),
            Some(("warning", code)) => expected = Some(code.to_string()),
            Some(("file", path)) => {
                // A module of the project; the blocks behind it can use it.
                *project = std::mem::take(project).file(path, &block.text);
                return parses(&block.text);
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
