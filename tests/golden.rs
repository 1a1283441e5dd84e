//! What the compiler makes of a platform, file by file and stage by stage, as golden files below `tests/golden`.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod dump;
mod project;

use drc::diag::Diagnostics;
use drc::driver::Options;
use drc::source::{Origin, SourceMap};
use project::Project;

const ORDERS: &str = include_str!("../examples/orders/platform.dr");
const INTAKE: &str = include_str!("../examples/intake/platform.dr");
const TAKER: &str = include_str!("../examples/intake/functions/taker.mjs");
const SHOP: &str = include_str!("golden/stages/platform.dr");
const NOTES: &str = include_str!("golden/stages/stores/notes.dr");
const LATER: &str = include_str!("golden/stages/later.dr");

#[test]
fn the_orders_example() {
    example("golden/orders", &Project::new(ORDERS));
}

#[test]
fn the_intake_example() {
    example("golden/intake", &Project::new(INTAKE).file("functions/taker.mjs", TAKER));
}

fn example(golden: &str, project: &Project) {
    let compiled = project.compile();
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
    let mut files = compiled.files.unwrap();
    for script in ["deploy.sh", "destroy.sh"] {
        // The fixed text is read in its source; here is what the platform makes of it.
        let (_, own) = files[script].split_once("# --- what this platform is ").expect("the mark");
        let own = own.split_once('\n').expect("a line").1.to_string();
        files.insert(script.into(), own);
    }
    bless::golden_folder(golden, &files);
}

/// The tree of a text without mistakes.
fn tree(name: &str, text: &str) -> String {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let file = sources.add(name, text, Origin::Project);
    let tree = drc::syntax::parse(file, text, &mut diagnostics);
    assert!(diagnostics.as_slice().is_empty(), "{name}: {:?}", diagnostics.as_slice());
    dump::tree::dump(&tree)
}

#[test]
fn the_tree() {
    bless::golden("golden/stages/platform.tree.txt", &tree("platform.dr", SHOP));
    bless::golden("golden/stages/stores/notes.tree.txt", &tree("notes.dr", NOTES));
    bless::golden("golden/stages/later.tree.txt", &tree("later.dr", LATER));
}

#[test]
fn the_model_the_layout_and_the_workflow() {
    let project = Project::new(SHOP).file("stores/notes.dr", NOTES);
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let modules = drc::resolve::load("platform.dr", &project, &mut sources, &mut diagnostics);
    let expanded = drc::expand::expand(&modules, &sources, &project, &Options::default(), &mut diagnostics);
    let layout = drc::layout::layout(&expanded.model, None, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:?}", diagnostics.as_slice());
    bless::golden("golden/stages/platform.model.txt", &dump::model::dump(&expanded.model));
    bless::golden("golden/stages/platform.layout.txt", &dump::layout::dump(&expanded.model, &layout));
    bless::golden("golden/stages/platform.workflow.txt", &dump::workflow::dump(&expanded.model));
}

/// The platform of the stages is a right one: nothing is found in it but what it allows.
#[test]
fn the_platform_of_the_stages_is_clean() {
    let compiled = Project::new(SHOP).file("stores/notes.dr", NOTES).compile();
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
}
