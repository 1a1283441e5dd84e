//! What IAM's tables do not say of a call: which members name a resource, which role is handed on to whom, which key is used, and which
//! further actions are asked for. Read from `data/permissions.toml`, whose head explains each row and names the sources.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Which members of a request name a resource of IAM.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The prefix of the actions: `rds`.
    pub prefix: String,
    /// The resource type: `cluster`.
    pub name: String,
    /// CloudFormation's types of it.
    #[serde(default)]
    pub types: Vec<String>,
    /// For each variable of the ARN the members that hold it; `*` for a part that no request knows.
    pub variables: BTreeMap<String, Vec<String>>,
    /// The row is for this action only.
    pub action: Option<String>,
    /// The row is for this operation only: `s3.copyObject`.
    pub operation: Option<String>,
    /// The row does not count if the call has this member.
    pub unless: Option<String>,
    /// The value where the call names none.
    pub default: Option<String>,
    /// Put behind a name.
    pub suffix: Option<String>,
    /// Only what stands behind the last such text is the name.
    pub after: Option<String>,
    /// Cut off at the front.
    pub strip: Option<String>,
    /// The ARN, where the reference's own does not fit.
    pub arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alternatives {
    prefix: String,
    resources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    action: String,
    resource: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pass {
    service: String,
    members: Vec<String>,
    to: String,
}

/// What keys are, whatever they encrypt.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// CloudFormation's types of keys.
    pub types: Vec<String>,
    /// What is another name of a key.
    pub alias: Alias,
    /// The ARN of a key.
    pub arn: String,
    /// The condition key for the service by which a key is used.
    pub via: String,
    /// The condition key for the aliases of a key.
    pub aliases: String,
}

/// Another name of a key.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// CloudFormation's type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The property that says of which key.
    pub target: String,
}

/// How a key is used by those who call a service about something that the key encrypts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyUse {
    /// The prefix of the actions, which is also the name of the service in `kms:ViaService`.
    pub prefix: String,
    /// CloudFormation's types of what is encrypted.
    pub types: Vec<String>,
    /// The property that says which key.
    pub property: String,
    /// The property that says it for a copy in another Region.
    pub elsewhere: Option<String>,
    #[serde(rename = "use")]
    uses: Vec<Use>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Use {
    on: Vec<String>,
    actions: Vec<String>,
}

/// An action that is narrowed by a condition instead of a resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    action: String,
    key: String,
    member: String,
}

/// Actions that a service asks for beside the operation's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Further {
    action: String,
    /// What it asks for.
    pub actions: Vec<String>,
    /// Only if the call has one of these members; empty for always.
    #[serde(default)]
    pub given: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    plain: Vec<String>,
    resource: Vec<Binding>,
    alternatives: Vec<Alternatives>,
    members: Vec<Members>,
    pass: Vec<Pass>,
    keys: Keys,
    key: Vec<KeyUse>,
    condition: Vec<Condition>,
    further: Vec<Further>,
}

static TABLE: LazyLock<File> = LazyLock::new(|| toml::from_str(include_str!("data/permissions.toml")).unwrap_or_default());

/// The row for a resource type in a request, the most special one first.
#[must_use]
pub fn binding(action: &str, operation: &str, name: &str) -> Option<&'static Binding> {
    let prefix = action.split(':').next()?;
    let fits = |wanted: Option<&String>, is: &str| wanted.is_none_or(|wanted| wanted == is);
    TABLE
        .resource
        .iter()
        .filter(|row| row.prefix == prefix && row.name == name)
        .filter(|row| fits(row.action.as_ref(), action) && fits(row.operation.as_ref(), operation))
        .max_by_key(|row| (row.operation.is_some(), row.action.is_some()))
}

/// Whether a CloudFormation type is of a resource type of IAM, by any row.
#[must_use]
pub fn is_of_type(prefix: &str, name: &str, resource_type: &str) -> bool {
    TABLE.resource.iter().any(|row| row.prefix == prefix && row.name == name && row.types.iter().any(|known| known == resource_type))
}

/// Whether a variable of an ARN stands for a name without `/` and `:`.
#[must_use]
pub fn is_plain(variable: &str) -> bool {
    TABLE.plain.iter().any(|known| known == variable)
}

/// The resource types of which a request has one, this one among them; empty if it has no alternative.
#[must_use]
pub fn alternatives(prefix: &str, name: &str) -> &'static [String] {
    let row = TABLE.alternatives.iter().find(|row| row.prefix == prefix && row.resources.iter().any(|known| known == name));
    row.map(|row| row.resources.as_slice()).unwrap_or_default()
}

/// Whether an action changes such a resource in each Region.
#[must_use]
pub fn takes_all_members(action: &str, name: &str) -> bool {
    TABLE.members.iter().any(|row| row.action == action && row.resource == name)
}

/// The members of a service's requests that hand on a role, each with whom it is handed to.
pub fn passes(service: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.pass.iter().filter(move |row| row.service == service).flat_map(|row| row.members.iter().map(|member| (member.as_str(), row.to.as_str())))
}

/// What keys are.
#[must_use]
pub fn keys() -> &'static Keys {
    &TABLE.keys
}

/// What an action on something encrypted asks of the key: who says which key, and the actions.
#[must_use]
pub fn key_use(action: &str, resource_type: &str) -> Option<(&'static KeyUse, &'static [String])> {
    let prefix = action.split(':').next()?;
    let rows = TABLE.key.iter().filter(|row| row.prefix == prefix && row.types.iter().any(|known| known == resource_type));
    rows.filter_map(|row| {
        let use_of = row.uses.iter().find(|use_of| use_of.on.iter().any(|known| known == action))?;
        Some((row, use_of.actions.as_slice()))
    })
    .next()
}

/// Whether an action on something encrypted uses its key.
#[must_use]
pub fn uses_key(action: &str) -> bool {
    TABLE.key.iter().any(|row| row.uses.iter().any(|use_of| use_of.on.iter().any(|known| known == action)))
}

/// The condition key that narrows an action where no resource does, and the member of the request that has its value.
#[must_use]
pub fn condition(action: &str) -> Option<(&'static str, &'static str)> {
    TABLE.condition.iter().find(|row| row.action == action).map(|row| (row.key.as_str(), row.member.as_str()))
}

/// What is asked for beside an action.
pub fn further(action: &str) -> impl Iterator<Item = &'static Further> {
    TABLE.further.iter().filter(move |row| row.action == action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::api::{self, Shape, ShapeKind};
    use crate::aws::{iam, schema};

    fn file() -> File {
        toml::from_str(include_str!("data/permissions.toml")).unwrap()
    }

    /// The operations whose actions have this prefix.
    fn operations(prefix: &str) -> impl Iterator<Item = api::Operation> {
        api::services().filter(move |service| service.details() && service.iam_prefix() == Some(prefix)).flat_map(api::Service::operations)
    }

    /// Whether a shape has a member at a path, through lists; a map takes any key.
    fn has(shape: Shape, path: &str) -> bool {
        match shape.kind() {
            ShapeKind::List => has(shape.element(), path),
            ShapeKind::Map => true,
            _ => {
                let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
                let Some(member) = shape.member(first.trim_end_matches("{}")) else { return false };
                let keys = !first.ends_with("{}") || member.shape().kind() == ShapeKind::Map;
                keys && rest.is_none_or(|rest| has(member.shape(), rest))
            }
        }
    }

    fn variables(arn: &str) -> Vec<&str> {
        arn.split("${").skip(1).filter_map(|part| part.split('}').next()).collect()
    }

    #[test]
    fn every_resource_is_one_of_iams_and_every_member_one_of_the_api() {
        for row in file().resource {
            let what = format!("{} {}", row.prefix, row.name);
            let arn = iam::resource_types(&row.prefix).find(|(name, _)| *name == row.name).map(|(_, arn)| arn).unwrap_or_else(|| panic!("{what}"));
            let arn = row.arn.as_deref().unwrap_or(arn);
            for (variable, members) in &row.variables {
                assert!(variables(arn).contains(&variable.as_str()), "{what}: {variable} is not in {arn}");
                for member in members.iter().filter(|member| *member != "*") {
                    let known = operations(&row.prefix).any(|operation| has(operation.input(), member));
                    assert!(known, "{what}: no request has {member}");
                }
            }
            for kind in &row.types {
                assert!(schema::find(kind).is_some(), "{what}: {kind}");
            }
            if let Some(action) = &row.action {
                let action = iam::action(action).unwrap_or_else(|| panic!("{what}: {action}"));
                assert!(action.resources().any(|resource| resource.name == row.name), "{what}: {}", action.name());
            }
            if let Some(operation) = &row.operation {
                let (service, operation) = operation.split_once('.').unwrap();
                assert!(api::service(service).unwrap().operation(operation).is_some(), "{what}");
            }
            assert!(row.after.is_none() || row.strip.is_none(), "{what}: both are more than one row needs");
        }
    }

    #[test]
    fn every_other_row_speaks_of_something_that_exists() {
        let file = file();
        let templates: Vec<&str> = iam::prefixes().flat_map(iam::resource_types).map(|(_, arn)| arn).collect();
        for variable in &file.plain {
            assert!(templates.iter().any(|arn| variables(arn).contains(&variable.as_str())), "{variable}");
        }
        for row in &file.alternatives {
            for name in &row.resources {
                let uses = |action: &iam::Action| action.resources().any(|resource| resource.name == name && resource.required);
                assert!(iam::actions(&row.prefix).any(|action| uses(&action)) || row.prefix == "events", "{}: {name}", row.prefix);
                assert!(iam::resource_types(&row.prefix).any(|(known, _)| known == name), "{}: {name}", row.prefix);
            }
        }
        for row in &file.members {
            assert!(iam::action(&row.action).unwrap().resources().any(|resource| resource.name == row.resource), "{}", row.action);
        }
        for row in &file.pass {
            let service = api::service(&row.service).unwrap_or_else(|| panic!("{}", row.service));
            for member in &row.members {
                let known = !service.details() || service.operations().any(|operation| has(operation.input(), member));
                assert!(known, "{}: no request has {member}", row.service);
            }
            assert!(row.to.ends_with(".amazonaws.com"), "{}", row.to);
        }
        for row in &file.key {
            for kind in &row.types {
                for path in [Some(&row.property), row.elsewhere.as_ref()].into_iter().flatten() {
                    let first = path.split(['.', '[']).next().unwrap();
                    assert!(schema::find(kind).unwrap().root().property(first).is_some(), "{kind}: {first}");
                }
            }
            for action in row.uses.iter().flat_map(|use_of| use_of.on.iter().chain(&use_of.actions)) {
                assert_eq!(iam::action(action).map(iam::Action::name).as_deref(), Some(action.as_str()));
            }
        }
        for row in &file.condition {
            let (prefix, name) = row.action.split_once(':').unwrap();
            assert_eq!(iam::action(&row.action).map(iam::Action::name).as_deref(), Some(row.action.as_str()));
            assert!(row.key.starts_with(&format!("{prefix}:")), "{}", row.key);
            let known = operations(prefix).any(|operation| operation.api_name() == name && has(operation.input(), &row.member));
            assert!(known, "{}: no {}", row.action, row.member);
        }
        for row in &file.further {
            for action in row.actions.iter().chain([&row.action]) {
                assert_eq!(iam::action(action).map(iam::Action::name).as_deref(), Some(action.as_str()));
            }
            let (prefix, name) = row.action.split_once(':').unwrap();
            for member in &row.given {
                let known = operations(prefix).any(|operation| operation.api_name() == name && has(operation.input(), member));
                assert!(known, "{}: no {member}", row.action);
            }
        }
        let keys = &file.keys;
        assert!(keys.types.iter().chain([&keys.alias.resource_type]).all(|kind| schema::find(kind).is_some()));
        assert!(schema::find(&keys.alias.resource_type).unwrap().root().property(&keys.alias.target).is_some());
    }
}
