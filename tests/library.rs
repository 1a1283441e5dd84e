//! The standard library: every module can be read, and everything that a user meets is documented.

use drc::diag::Diagnostics;
use drc::source::{Origin, SourceMap};
use drc::stdlib;
use drc::syntax::ast::{Kind, Statement};

#[test]
fn every_module_is_documented() {
    for (name, text) in stdlib::MODULES {
        let mut sources = SourceMap::new();
        let mut diagnostics = Diagnostics::new();
        let file = sources.add(format!("std@1/{name}.dr"), *text, Origin::Library);
        let tree = drc::syntax::parse(file, text, &mut diagnostics);
        assert!(diagnostics.as_slice().is_empty(), "{name}: {:?}", diagnostics.as_slice());
        assert!(!tree.doc.is_empty(), "{name} does not say what it holds");
        for statement in &tree.statements {
            let Statement::Declaration(declaration) = statement else { continue };
            if declaration.public.is_none() {
                continue;
            }
            assert!(!declaration.doc.is_empty(), "{name}.{} is not documented", declaration.name.text);
            if declaration.kind != Kind::Component {
                continue;
            }
            for member in declaration.statements() {
                let Statement::Declaration(member) = member else { continue };
                let met =
                    matches!(member.kind, Kind::Input | Kind::Output | Kind::Metric | Kind::Grant | Kind::Condition | Kind::Action | Kind::Gather);
                assert!(!met || !member.doc.is_empty(), "{name}.{}: `{}` is not documented", declaration.name.text, member.name.text);
            }
        }
    }
}

#[test]
fn the_compiler_finds_what_it_instantiates() {
    let core = stdlib::module("core").unwrap_or_default();
    for component in ["threshold_alarm", "machine"] {
        assert!(core.contains(&format!("pub component {component} ")), "core has no `{component}`");
    }
}

#[test]
fn arns_take_the_account_and_the_partition_of_a_region() {
    for (name, text) in stdlib::MODULES {
        for line in text.lines().filter(|line| line.contains("\"arn:")) {
            assert!(line.contains("\"arn:${") && line.contains(".partition}:"), "{name}: {line}");
        }
        for word in ["AWS::AccountId", "AWS::Region", "AWS::Partition"] {
            assert!(!text.contains(word), "{name}: `{word}` means those of whichever stack it stands in; a Region has `.account` and `.partition`");
        }
    }
}

/// A rule that no test breaks may never have been heard.
#[test]
fn every_rule_is_broken_by_a_project() {
    let told = include_str!("snapshots/projects__every_mistake_is_told.snap");
    let mut rules = 0;
    for (name, text) in stdlib::MODULES {
        let mut sources = SourceMap::new();
        let file = sources.add(format!("std@1/{name}.dr"), *text, Origin::Library);
        let tree = drc::syntax::parse(file, text, &mut Diagnostics::new());
        for statement in &tree.statements {
            let Statement::Declaration(component) = statement else { continue };
            let inside = component.statements().iter().filter_map(|statement| match statement {
                Statement::Declaration(declaration) => Some(declaration.statements()),
                _ => None,
            });
            for statement in component.statements().iter().chain(inside.flatten()) {
                let Statement::Require(rule) = statement else { continue };
                let slug = rule.slug.plain().unwrap_or_default();
                rules += 1;
                assert!(told.contains(&format!("[{slug}]")), "no mistake in tests/projects/breaks.toml is told as {slug}");
            }
        }
    }
    assert!(rules > 30, "only {rules} rules");
}
