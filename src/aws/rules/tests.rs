//! Every row of the table of rules is read, and held against what AWS has.

use super::*;
use crate::aws::{api, regions, schema};

#[derive(Deserialize)]
struct File {
    rule: Vec<Rule>,
    forwarding: Vec<Forwarding>,
    holding: Vec<Holding>,
}

fn file() -> File {
    toml::from_str(include_str!("../data/rules.toml")).unwrap()
}

/// The properties that a way names exist, as far as the type of what has them is known.
fn check_way(code: &str, resource_type: &str, way: &[Step]) {
    let root = |of: &str| schema::find(of).unwrap_or_else(|| panic!("{code}: there is no {of}")).root();
    let mut node = (!resource_type.is_empty()).then(|| root(resource_type));
    for step in way {
        match step {
            Step::Key(key) => {
                let Some(known) = node else { continue };
                // What has no properties of its own takes any.
                let free = known.properties().next().is_none();
                node = known.property(key);
                assert!(free || node.is_some(), "{code}: `{key}` is no property in {resource_type}");
            }
            Step::Each => node = node.and_then(schema::Node::items),
            Step::To(of) => node = of.as_deref().map(root),
            Step::By(of, inner) => {
                check_way(code, of, inner);
                node = Some(root(of));
            }
            Step::Whole => node = Some(root(resource_type)),
            Step::All(of) => node = Some(root(of)),
        }
    }
}

#[test]
fn every_row_can_be_read_and_is_about_what_aws_has() {
    let file = file();
    assert!(file.rule.len() > 60 && file.rule.len() == ENTRIES.len());
    for (rule, entry) in file.rule.iter().zip(&ENTRIES) {
        let code = &rule.code;
        assert!(entry.rule().is_some_and(|read| read.message == rule.message), "{code}");
        let (cut, whole) = (format!("{:?}", entry.conditions()), format!("{:?}", rule.conditions));
        assert!(cut == whole && entry.has == rule.has.as_deref(), "{code} is cut wrongly");
        let role = |one: &Condition| one.region.is_some_and(|role| role != Role::Several);
        assert_eq!(entry.planned, rule.conditions.iter().any(role), "{code}");
        assert!(rule.types.is_empty() != rule.calls.is_empty(), "{code} is about types or about calls");
        for name in &rule.types {
            let (of, inner) = typed(name);
            let inner = if inner.is_empty() { Vec::new() } else { keys(inner) };
            for way in rule.conditions.iter().flat_map(|one| [Some(&one.path), one.less_than.as_ref(), one.equals.as_ref(), one.differs.as_ref()]) {
                let Some(way) = way else { continue };
                let whole = matches!(way.0.first(), Some(Step::Whole | Step::All(_) | Step::By(..)));
                let full: Vec<Step> = if whole { way.0.clone() } else { inner.iter().chain(&way.0).cloned().collect() };
                check_way(code, of, &full);
            }
            let full: Vec<Step> =
                if rule.at.0.first() == Some(&Step::Whole) { rule.at.0.clone() } else { inner.iter().chain(&rule.at.0).cloned().collect() };
            check_way(code, of, &full);
            assert!(
                of_type(of).any(|(entry, way)| way == inner && entry.rule().is_some_and(|read| read.message == rule.message)),
                "{code} is not found by {of}"
            );
            if let Some(has) = &rule.has {
                check_way(code, of, &keys(has));
            }
        }
        for name in &rule.calls {
            let (service, operation) = name.split_once('.').unwrap();
            assert!(api::service(service).is_some_and(|service| service.operation(operation).is_some()), "{code}: there is no {name}");
            assert!(of_call(service, operation).any(|entry| entry.rule().is_some_and(|read| read.message == rule.message)), "{code}: {name}");
        }
        for pattern in rule.conditions.iter().filter_map(|one| one.like.as_ref()) {
            assert!(regex_lite::Regex::new(pattern).is_ok(), "{code}: {pattern}");
        }
        for set in rule.conditions.iter().filter_map(|one| one.no_set.as_ref()).flatten().flatten() {
            assert!(regions::find(set).is_some(), "{code}: {set}");
        }
    }
    for row in &file.holding {
        assert!(holding(&row.resource_type).is_some());
        row.used.iter().chain(&row.spared).for_each(|one| check_way(&row.holds, &row.resource_type, &one.path.0));
    }
    for row in &file.forwarding {
        assert!(forwarding(&row.resource_type).is_some());
        [&row.from, &row.to, &row.filter, &row.off.path].iter().for_each(|way| check_way("forwarding", &row.resource_type, &way.0));
    }
}

#[test]
fn what_people_read_is_written_for_them() {
    let file = file();
    for rule in &file.rule {
        let code = &rule.code;
        let slug = code.split_once('/').is_some_and(|(service, name)| {
            [service, name].iter().all(|part| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        });
        assert!(slug || crate_code(code), "{code} is no slug");
        assert!(rule.source.starts_with("https://") && rule.read.len() == 10 && rule.read.starts_with("2026-"), "{code}");
        for text in [&rule.title, &rule.message, &rule.label, &rule.why, &rule.help] {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.starts_with(' '), "{code}: {text}");
            assert!(
                !text.chars().next().unwrap().is_uppercase()
                    || ["`", "CloudFormation", "CloudFront", "Route", "Lambda", "PRIMARY", "AWS", "POST"].iter().any(|word| text.starts_with(word)),
                "{code}: {text}"
            );
        }
        assert!(rule.title.len() <= 76, "{code}: the title is too long: {}", rule.title.len());
        assert!(rule.number.iter().all(|number| number.len() == 5 && number.starts_with("DR0")), "{code}");
        let same: Vec<&Rule> = file.rule.iter().filter(|other| other.code == *code).collect();
        assert!(crate_code(code) || same.iter().all(|other| other.title == rule.title && other.severity == rule.severity), "{code} has two titles");
    }
}

fn crate_code(code: &str) -> bool {
    code.starts_with("DR04")
}

#[test]
fn ways_are_read() {
    let steps = |text: &str| path(text).unwrap().0;
    let key = |name: &str| Step::Key(name.into());
    assert_eq!(steps("A/B >AWS::X::Y C"), [key("A"), key("B"), Step::To(Some("AWS::X::Y".into())), key("C")]);
    assert_eq!(steps("<AWS::X::Y:A/*/B"), [Step::By("AWS::X::Y".into(), vec![key("A"), Step::Each, key("B")])]);
    assert_eq!(steps("^ A > B"), [Step::Whole, key("A"), Step::To(None), key("B")]);
    assert_eq!(steps(""), []);
    assert!(path("<AWS::X::Y").is_err());
    assert_eq!(typed("AWS::X::Y:A/B"), ("AWS::X::Y", "A/B"));
    assert_eq!(typed("AWS::X::Y"), ("AWS::X::Y", ""));
}
