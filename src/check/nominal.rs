//! Ids and ARNs have a kind: the key of a function is no topic, although both are texts.

use super::problem::Kind;
use crate::aws::schema::{self, Node};
use crate::aws::types;
use crate::model::Model;
use crate::model::computed::{Part, part_of};
use crate::model::value::Deploy;

/// What is wrong with a value of deployment where a kind is asked for.
pub(super) fn conflict(model: &Model, node: Node, deploy: &Deploy) -> Option<Kind> {
    let mut wanted = kinds(node);
    if wanted.is_empty() {
        return None;
    }
    let all = wanted.clone();
    let (target, part) = part_of(model, deploy)?;
    let resource_type = model.families.get(target.family).resource_type.as_str();
    let given = given_kind(resource_type, part.as_ref());
    if let Some(given) = given {
        // Lists have the plural of the kind of their elements.
        return (!wanted.iter().any(|kind| kind.trim_end_matches('s') == given.trim_end_matches('s')))
            .then(|| found(&all, resource_type, part.as_ref()));
    }
    wanted.retain(|kind| kind.rsplit_once('.').is_some_and(|(of, _)| of == resource_type || types::stands_for(resource_type, of)));
    let itself = match &part {
        None | Some(Part::Ref) => true,
        Some(Part::Attribute(name)) => {
            types::find(resource_type).and_then(|row| row.arn_attribute.as_deref()) == Some(name.as_str()) || name == "Arn"
        }
    };
    (wanted.is_empty() && itself && schema::find(resource_type).is_some()).then(|| found(&all, resource_type, part.as_ref()))
}

/// What is wrong with a value of deployment where a pattern asks for an ARN: it is none, or one of another service.
pub(super) fn against_pattern(model: &Model, pattern: &'static str, deploy: &Deploy, takes_names: impl FnOnce() -> bool) -> Option<Kind> {
    if !pattern.contains("arn:") {
        return None;
    }
    let (target, part) = part_of(model, deploy)?;
    let resource_type = model.families.get(target.family).resource_type.as_str();
    let (schema, row) = (schema::find(resource_type)?, types::find(resource_type));
    let is_arn = match &part {
        None => true,
        Some(Part::Ref) => {
            let by_row = row.is_some_and(|row| row.reference == "arn");
            by_row || schema.reference().any(|name| name.to_ascii_lowercase().ends_with("arn"))
        }
        Some(Part::Attribute(name)) => name.to_ascii_lowercase().ends_with("arn"),
    };
    let described = found_text(resource_type, part.as_ref());
    if !is_arn {
        // A reference that is known to be a name or an id.
        let named = part == Some(Part::Ref) && row.is_some_and(|row| row.reference == "name" || row.reference == "id");
        return (named && !takes_names()).then(|| Kind::Nominal { wanted: vec!["ARN"], found: described });
    }
    let wanted = service_in(pattern)?;
    let given = schema.arn_form().split(':').nth(2).filter(|service| !service.is_empty() && !service.contains('$'))?;
    (given != wanted && !pattern.contains(&format!(":{given}:"))).then_some(Kind::NominalService { wanted, found: described })
}

/// The service that a pattern of ARNs names: `iam` in `^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/.+$`.
fn service_in(pattern: &'static str) -> Option<&'static str> {
    let (_, behind) = pattern.split_once("arn:")?;
    let mut parts = behind.split(':');
    parts.next()?;
    let service = parts.next()?;
    let plain = !service.is_empty() && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    plain.then_some(service)
}

fn found_text(resource_type: &str, part: Option<&Part>) -> String {
    match part {
        None => format!("the ARN of `{resource_type}`"),
        Some(Part::Ref) => format!("the reference of `{resource_type}`"),
        Some(Part::Attribute(name)) => format!("`{name}` of `{resource_type}`"),
    }
}

fn found(wanted: &[&'static str], resource_type: &str, part: Option<&Part>) -> Kind {
    Kind::Nominal { wanted: wanted.to_vec(), found: found_text(resource_type, part) }
}

/// The kinds that a node takes: its own, or those of its forms.
fn kinds(node: Node) -> Vec<&'static str> {
    let own = |node: Node| node.format().filter(|format| format.starts_with("AWS::"));
    if let Some(format) = own(node) {
        return vec![format];
    }
    let Some(forms) = node.any_of() else { return Vec::new() };
    let formats: Vec<Option<&'static str>> = forms.map(own).collect();
    // A form without a kind takes anything.
    if formats.iter().any(Option::is_none) { Vec::new() } else { formats.into_iter().flatten().collect() }
}

/// The kind of what a resource gives, if the data names it.
fn given_kind(resource_type: &str, part: Option<&Part>) -> Option<&'static str> {
    let schema = schema::find(resource_type)?;
    let own = |node: Node| node.format().filter(|format| format.starts_with("AWS::"));
    match part? {
        Part::Attribute(name) => own(schema.attribute(name)?),
        Part::Ref => {
            let mut names = schema.reference();
            let name = names.next()?;
            if names.next().is_some() {
                return None;
            }
            schema.root().property(name).and_then(own).or_else(|| schema.attribute(name).and_then(own))
        }
    }
}
