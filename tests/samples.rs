//! The two samples that the language was designed with: a trading platform, and the store that it stands on.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod project;

use drc::diag::Diagnostics;
use drc::source::FileId;
use drc::stdlib;
use drc::syntax::ast::{Statement, UseSource};
use drc::syntax::{format::format, parse};
use project::Project;

const PLATFORM: &str = include_str!("fixtures/format/platform.dr");
const COMPONENT: &str = include_str!("fixtures/format/component.dr");

#[test]
fn the_samples_are_understood_and_keep_their_layout_once_they_have_it() {
    for text in [PLATFORM, COMPONENT] {
        let mut diagnostics = Diagnostics::new();
        parse(FileId(0), text, &mut diagnostics);
        let once = format(FileId(0), text, &mut diagnostics).unwrap();
        let twice = format(FileId(0), &once, &mut diagnostics).unwrap();
        assert!(diagnostics.as_slice().is_empty(), "{:?}", diagnostics.as_slice());
        assert_eq!(once, twice);
    }
}

/// Modules that the platform names and the library does not have.
fn missing() -> Vec<String> {
    let tree = parse(FileId(0), PLATFORM, &mut Diagnostics::new());
    let mut named = Vec::new();
    for statement in &tree.statements {
        if let Statement::Use(node) = statement
            && let UseSource::Library { modules, .. } = &node.source
        {
            named.extend(modules.iter().map(|module| module.text.to_string()));
        }
    }
    assert!(named.len() > 5, "{named:?}");
    named.retain(|name| stdlib::public_modules().all(|module| module != name));
    named
}

/// The library has every module that the sample was designed with. Its inputs came out otherwise than sketched, and each difference is
/// told: `route` needs somebody to notify, takes no `record`, and wants the id of the zone and an API with a name.
#[test]
fn the_platform_finds_its_modules_and_learns_their_inputs() {
    assert_eq!(missing(), Vec::<String>::new());
    let code = "export const handler = async () => {};\n";
    let compiled = Project::new(PLATFORM).file("functions/health.mjs", code).file("functions/processor.mjs", code).compile();
    let mut codes: Vec<&str> = compiled.findings.iter().map(|finding| finding.code.as_ref()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["DR0204", "DR0301", "DR0302", "traffic/domain"], "{}", compiled.shown);
}

#[test]
fn the_store_is_a_module_without_findings() {
    let platform = "use \"./stores/sample.dr\" as sample\n\nplatform small {}\n\nregion primary = us-east-1\n";
    let compiled = Project::new(platform).file("stores/sample.dr", COMPONENT).compile();
    assert!(compiled.findings.is_empty(), "{}", compiled.shown);
    assert!(compiled.files.is_some());
}
