//! Resource types: what `Ref` gives, which property names the resource, how its ARN is made, whether it holds data.

use super::rows::Rows;
use serde::Deserialize;
use std::sync::LazyLock;

/// One row of `data/types.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceType {
    /// `AWS::RDS::DBCluster`
    pub name: String,
    /// What `Ref` gives: `name`, `arn`, `id` or `url`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The property that sets the physical name.
    pub name_property: Option<String>,
    /// The attribute that is the ARN (`Ref` if `Ref` gives it).
    pub arn_attribute: Option<String>,
    /// The ARN with `{partition}`, `{region}`, `{account}`, `{name}`; only where the name decides it.
    pub arn: Option<String>,
    /// The URL that `Ref` gives, made likewise.
    pub url: Option<String>,
    /// Whether deleting it deletes data.
    #[serde(default)]
    pub stateful: bool,
    /// Words in the names of properties which take one of the same Region only; none if it can be used anywhere.
    #[serde(default)]
    pub regional: Vec<String>,
    /// Types in whose place it can be used: an alias for its key, a version for its function.
    #[serde(default)]
    pub stands_for: Vec<String>,
    /// The permission that a call needs to hand its ARN on to a service.
    pub pass: Option<String>,
    /// Whether AWS turns the name into lower case.
    #[serde(default)]
    pub lowercase_name: bool,
}

static TABLE: LazyLock<Rows<ResourceType>> = LazyLock::new(|| Rows::new(include_str!("data/types.toml"), "type", "name"));

/// The row of a type, if the table has it.
#[must_use]
pub fn find(name: &str) -> Option<&'static ResourceType> {
    TABLE.find(name)
}

/// Whether a resource of one type can be used where one of another type is asked for.
#[must_use]
pub fn stands_for(given: &str, wanted: &str) -> bool {
    find(given).is_some_and(|row| row.stands_for.iter().any(|name| name == wanted))
}

/// What was probably meant, if a name differs from AWS's in the case of letters only: of the type, or of its service.
#[must_use]
pub fn respelled(name: &str) -> Option<String> {
    if TABLE.number(name).is_some() {
        return None;
    }
    if let Some(known) = TABLE.names().find(|known| known.eq_ignore_ascii_case(name)) {
        return Some(known.to_string());
    }
    let (service, kind) = name.rsplit_once("::")?;
    let services = || TABLE.names().filter_map(|known| known.rsplit_once("::")).map(|(service, _)| service);
    if services().any(|known| known == service) {
        return None;
    }
    services().find(|known| known.eq_ignore_ascii_case(service)).map(|known| format!("{known}::{kind}"))
}

/// The names of all types, sorted.
#[cfg(test)]
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TABLE.names().collect();
    names.sort_unstable();
    names
}

/// How many types the table has.
#[must_use]
pub fn count() -> usize {
    TABLE.names().count()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        #[derive(serde::Deserialize)]
        struct File {
            #[serde(rename = "type")]
            rows: Vec<super::ResourceType>,
        }
        let file: File = toml::from_str(include_str!("data/types.toml")).unwrap();
        assert!(file.rows.len() > 40);
        assert_eq!(super::count(), file.rows.len(), "a type stands in the table twice");
        assert_eq!(super::respelled("AWS::Cloudfront::KeyGroup").as_deref(), Some("AWS::CloudFront::KeyGroup"));
        assert_eq!(super::respelled("AWS::Rds::dbcluster").as_deref(), Some("AWS::RDS::DBCluster"));
        assert_eq!(super::respelled("AWS::CloudFront::KeyGroup"), None);
        assert_eq!(super::respelled("AWS::NewService::Thing"), None);
    }
}
