//! What is known of a resource beforehand: what its name decides, and for what exists already, what the source says of it.

use super::value::{Deploy, ResourceRef, TextPart, Value};
use super::{Family, Model};
use crate::aws::types::{self, ResourceType};
use smol_str::SmolStr;
use std::rc::Rc;

/// Which value of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What `Ref` gives.
    Ref,
    /// An attribute.
    Attribute(SmolStr),
}

/// The resource that a value speaks of, and the part that gives it in the resource's own stack: none for an ARN that no
/// attribute tells.
#[must_use]
pub fn part_of(model: &Model, deploy: &Deploy) -> Option<(ResourceRef, Option<Part>)> {
    match deploy {
        Deploy::Ref(target) => Some((*target, Some(Part::Ref))),
        Deploy::Attribute(target, name) if is_reference(model, *target, name) => Some((*target, Some(Part::Ref))),
        Deploy::Attribute(target, name) => Some((*target, Some(Part::Attribute(name.clone())))),
        Deploy::Arn(target) => Some((*target, arn_part(model, *target))),
        _ => None,
    }
}

/// The value that is known beforehand, the same in every stack; none if AWS makes it.
#[must_use]
pub fn computed(model: &Model, deploy: &Deploy) -> Option<Value> {
    let (target, part) = part_of(model, deploy)?;
    let family = model.families.get(target.family);
    let row = types::find(&family.resource_type);
    if family.external
        && let Some(value) = told(model, target, row, deploy)
    {
        return Some(value);
    }
    let row = row?;
    match part {
        None => fill(model, target, row, row.arn.as_deref()?),
        Some(Part::Ref) => match row.reference.as_str() {
            "name" => name_of(model, target, row),
            "arn" => fill(model, target, row, row.arn.as_deref()?),
            "url" => fill(model, target, row, row.url.as_deref()?),
            _ => None,
        },
        Some(Part::Attribute(name)) if row.arn_attribute.as_deref() == Some(name.as_str()) => fill(model, target, row, row.arn.as_deref()?),
        Some(Part::Attribute(name)) if row.name_property.as_deref() == Some(name.as_str()) => name_of(model, target, row),
        Some(Part::Attribute(_)) => None,
    }
}

/// The properties and attributes that would decide a value of something that exists already, the most telling one first.
#[must_use]
pub fn deciding(family: &Family, deploy: &Deploy) -> Vec<SmolStr> {
    let row = types::find(&family.resource_type);
    let (name, arn) = (row.and_then(|row| row.name_property.as_deref()), row.and_then(|row| row.arn_attribute.as_deref()));
    // `Ref` as the attribute of the ARN means that the reference is the ARN.
    let arn = arn.filter(|attribute| *attribute != "Ref").unwrap_or("Arn");
    let decides = |form: Option<&String>| name.filter(|_| form.is_some());
    let mut found: Vec<&str> = Vec::new();
    match deploy {
        Deploy::Attribute(_, attribute) => {
            found.push(attribute);
            if attribute == arn {
                found.extend(decides(row.and_then(|row| row.arn.as_ref())));
            }
        }
        Deploy::Arn(_) => {
            found.extend(decides(row.and_then(|row| row.arn.as_ref())));
            found.push(arn);
            found.push("Arn");
        }
        _ => match row.map_or("id", |row| row.reference.as_str()) {
            "name" => {
                found.extend(name);
                found.push("Id");
            }
            "arn" => {
                found.extend(decides(row.and_then(|row| row.arn.as_ref())));
                found.push(arn);
                found.extend(["Arn", "Id"]);
            }
            "url" => {
                found.extend(decides(row.and_then(|row| row.url.as_ref())));
                found.push("Id");
            }
            _ => found.push("Id"),
        },
    }
    let mut unique: Vec<SmolStr> = Vec::new();
    for one in found {
        if !unique.iter().any(|known| known == one) {
            unique.push(SmolStr::new(one));
        }
    }
    unique
}

/// Whether the value of something that exists already is made of its name and its Region, rather than told.
#[must_use]
pub fn names_region(model: &Model, deploy: &Deploy) -> bool {
    let Some((target, part)) = part_of(model, deploy) else { return false };
    let Some(row) = types::find(&model.families.get(target.family).resource_type) else { return false };
    let form = match part {
        Some(Part::Ref) if row.reference == "url" => row.url.as_deref(),
        Some(Part::Ref) if row.reference != "arn" => None,
        Some(Part::Attribute(name)) if row.arn_attribute.as_deref() != Some(name.as_str()) => None,
        _ => row.arn.as_deref(),
    };
    form.is_some_and(|form| form.contains("{region}")) && told(model, target, Some(row), deploy).is_none()
}

/// What the source says of something that exists already.
fn told(model: &Model, target: ResourceRef, row: Option<&ResourceType>, deploy: &Deploy) -> Option<Value> {
    let family = model.families.get(target.family);
    let name = row.and_then(|row| row.name_property.as_deref());
    let said = |wanted: &str| {
        let value = said_of(model, target, wanted)?;
        let lowered = name == Some(wanted) && row.is_some_and(|row| row.lowercase_name);
        Some(if lowered { lower(value) } else { value.clone() })
    };
    // A name that only leads to the value by a form is no answer itself.
    let leads = |wanted: &SmolStr| name == Some(wanted.as_str()) && !matches!(deploy, Deploy::Attribute(_, asked) if asked == wanted);
    let by_name = matches!(deploy, Deploy::Ref(_)) && row.is_some_and(|row| row.reference == "name");
    if let Some(value) = deciding(family, deploy).iter().filter(|wanted| by_name || !leads(wanted)).find_map(|wanted| said(wanted)) {
        return Some(value);
    }
    // Ids have many names (`VpcId`, `KeyId`): the first thing that is said is what AWS knows it by.
    let has_id = matches!(deploy, Deploy::Ref(_)) && row.is_none_or(|row| row.reference == "id");
    let first = model.member(target)?.properties.first().filter(|_| has_id)?;
    let is_id = !first.name.contains('.') && !first.name.ends_with("Arn");
    is_id.then(|| first.value.clone())
}

/// `Endpoint.Address` may be said as one name, or as a map: `Endpoint = { Address: "..." }`.
fn said_of<'m>(model: &'m Model, target: ResourceRef, wanted: &str) -> Option<&'m Value> {
    if let Some(value) = model.property(target, wanted) {
        return Some(value);
    }
    let (first, rest) = wanted.split_once('.')?;
    rest.split('.').try_fold(model.property(target, first)?, |value, key| match value {
        Value::Map(map) => map.get(key),
        _ => None,
    })
}

/// Whether a name is that of the property which `Ref` gives: most types have no attribute of that name.
fn is_reference(model: &Model, target: ResourceRef, name: &str) -> bool {
    types::find(&model.families.get(target.family).resource_type)
        .is_some_and(|row| row.reference == "name" && row.name_property.as_deref() == Some(name))
}

/// By which attribute a resource tells its ARN; `None` if only its name does.
fn arn_part(model: &Model, target: ResourceRef) -> Option<Part> {
    let family = model.families.get(target.family);
    match types::find(&family.resource_type) {
        Some(row) => match row.arn_attribute.as_deref() {
            Some("Ref") => Some(Part::Ref),
            Some(attribute) => Some(Part::Attribute(SmolStr::new(attribute))),
            None => None,
        },
        None => Some(Part::Attribute(SmolStr::new_static("Arn"))),
    }
}

/// The physical name, if the source sets it to something that every stack can know.
fn name_of(model: &Model, target: ResourceRef, row: &ResourceType) -> Option<Value> {
    let value = model.property(target, row.name_property.as_deref()?)?;
    if !is_portable(model, value) {
        return None;
    }
    Some(if row.lowercase_name { lower(value) } else { value.clone() })
}

/// Whether a value means the same in every stack.
fn is_portable(model: &Model, value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Number(_) => true,
        Value::Deploy(deploy) => portable_deploy(model, deploy),
        _ => false,
    }
}

fn portable_deploy(model: &Model, deploy: &Deploy) -> bool {
    match deploy {
        Deploy::Parameter(id, _) => !model.parameters.get(*id).secret,
        Deploy::Account(_) | Deploy::Partition | Deploy::DnsSuffix => true,
        Deploy::Text(parts) => parts.iter().all(|part| match part {
            TextPart::Literal(_) => true,
            TextPart::Value(value) => portable_deploy(model, value),
        }),
        _ => false,
    }
}

fn lower(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::text(text.to_lowercase()),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Text(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| match part {
                        TextPart::Literal(text) => TextPart::Literal(text.to_lowercase()),
                        TextPart::Value(value) => TextPart::Value(value.clone()),
                    })
                    .collect();
                Value::Deploy(Rc::new(Deploy::Text(parts)))
            }
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

/// Fills `{partition}`, `{region}`, `{account}`, `{dns_suffix}` and `{name}` of a row's form.
fn fill(model: &Model, target: ResourceRef, row: &ResourceType, form: &str) -> Option<Value> {
    let mut parts: Vec<TextPart> = Vec::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, behind) = after.split_once('}')?;
        parts.push(TextPart::Literal(before.to_string()));
        match key {
            "partition" => parts.push(TextPart::Value(Rc::new(Deploy::Partition))),
            "region" => parts.push(TextPart::Literal(model.regions.get(target.region).code.to_string())),
            "account" => parts.push(TextPart::Value(Rc::new(Deploy::Account(target.region)))),
            "dns_suffix" => parts.push(TextPart::Value(Rc::new(Deploy::DnsSuffix))),
            "name" => match name_of(model, target, row)? {
                Value::Text(text) => parts.push(TextPart::Literal(text.to_string())),
                Value::Deploy(deploy) => match deploy.as_ref() {
                    Deploy::Text(inner) => parts.extend(inner.iter().cloned()),
                    _ => parts.push(TextPart::Value(deploy)),
                },
                _ => return None,
            },
            _ => return None,
        }
        rest = behind;
    }
    parts.push(TextPart::Literal(rest.to_string()));
    Some(Value::Deploy(Rc::new(Deploy::Text(parts))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Member, Property, Region};
    use crate::source::Span;

    fn region(alias: &str, code: &str) -> Region {
        Region { alias: alias.into(), code: code.into(), partition: "aws".into(), span: Span::default() }
    }

    /// A resource of a type in the second of two Regions, with a name.
    fn model(resource_type: &str, external: bool) -> (Model, ResourceRef) {
        let mut model = Model::default();
        let (first, second) = (model.regions.add(region("primary", "us-east-1")), model.regions.add(region("standby", "us-east-2")));
        let name = types::find(resource_type).and_then(|row| row.name_property.clone()).unwrap_or_else(|| "Id".into());
        let property = Property { name: name.into(), value: Value::text("thing"), span: Span::default(), phase: 0 };
        let member = Member { properties: vec![property], ..Member::default() };
        let family = model.families.add(Family {
            declared: String::new(),
            path: vec!["thing".into()],
            logical_id: "Thing".into(),
            resource_type: resource_type.into(),
            regions: vec![first, second],
            single: false,
            span: Span::default(),
            origin: Span::default(),
            layer: "app".into(),
            group: None,
            phase: 0,
            external,
            members: [(second, member)].into_iter().collect(),
        });
        (model, ResourceRef { family, region: second })
    }

    fn texts(value: &Value) -> Vec<TextPart> {
        match value {
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::Text(parts) => parts.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_computed_arn_has_the_account_and_the_region_that_the_resource_lies_in() {
        let mut seen = 0;
        for name in types::names() {
            let form = types::find(name).and_then(|row| row.arn.clone());
            for external in [false, true] {
                let (model, target) = model(name, external);
                let Some(value) = computed(&model, &Deploy::Arn(target)) else {
                    assert!(form.is_none(), "{name}");
                    continue;
                };
                let parts = texts(&value);
                let accounts: Vec<_> = parts
                    .iter()
                    .filter_map(|part| match part {
                        TextPart::Value(value) => match value.as_ref() {
                            Deploy::Account(region) => Some(*region),
                            _ => None,
                        },
                        TextPart::Literal(_) => None,
                    })
                    .collect();
                let form = form.clone().unwrap_or_default();
                assert_eq!(accounts, vec![target.region; form.matches("{account}").count()], "{name}");
                let codes = parts.iter().filter(|part| matches!(part, TextPart::Literal(text) if text == "us-east-2")).count();
                assert_eq!(codes, form.matches("{region}").count(), "{name}");
                // No account, Region or partition stands in a form as it is.
                assert!(form.starts_with("arn:{partition}:") && !form.contains("::aws") && !form.contains("123456789012"), "{name}");
                seen += accounts.len();
            }
        }
        assert!(seen > 60, "{seen}");
    }

    #[test]
    fn what_exists_already_is_what_the_source_says() {
        let (model, target) = model("AWS::RDS::DBCluster", true);
        let text = |deploy: Deploy| match computed(&model, &deploy) {
            Some(Value::Text(text)) => text.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(text(Deploy::Ref(target)), "thing");
        assert_eq!(text(Deploy::Attribute(target, "DBClusterIdentifier".into())), "thing");
        assert!(computed(&model, &Deploy::Attribute(target, "Endpoint.Address".into())).is_none());
        let elsewhere = ResourceRef { region: model.regions.ids().next().unwrap(), ..target };
        assert!(computed(&model, &Deploy::Ref(elsewhere)).is_none(), "nothing is said of the other Region");
    }
}
