//! What a resource needs while it works: everything that its properties refer to, but for what stands here.

use super::homes::Setting;
use super::regions;
use super::rows::{self, Rows};
use serde::Deserialize;
use std::sync::LazyLock;

const DATA: &str = include_str!("data/needs.toml");

/// What is known of a type: a row of `data/needs.toml`, whose head says what each part means.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// `AWS::Lambda::Function`
    pub name: String,
    /// Properties that are read when the resource is made or changed.
    #[serde(default)]
    pub deployment: Vec<String>,
    /// The value of a property with which those are needed always.
    pub lasting: Option<Setting>,
    /// Properties that name the other end.
    #[serde(default)]
    pub other_side: Vec<String>,
    /// The types to which references are meant so; all if there are none.
    #[serde(default)]
    pub only: Vec<String>,
    /// Properties that code reads.
    #[serde(default)]
    pub optional: Vec<String>,
    /// The property that names what it is a part of.
    pub of: Option<String>,
    /// Whether it works without being asked by a plan.
    #[serde(default)]
    pub serves: bool,
    /// The property that names the role of its code.
    pub role: Option<String>,
    /// Where AWS says so, if the schemas do not.
    pub source: Option<String>,
    /// The day on which that was read.
    pub read: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Anywhere {
    permission: Vec<String>,
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Argument {
    #[expect(dead_code, reason = "rows are found by it")]
    operation: String,
    members: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suffix {
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Renewed {
    types: Vec<String>,
}

static TYPES: LazyLock<Rows<Needs>> = LazyLock::new(|| Rows::new(DATA, "type", "name"));
static ARGUMENTS: LazyLock<Rows<Argument>> = LazyLock::new(|| Rows::new(DATA, "argument", "operation"));
static ANYWHERE: LazyLock<Anywhere> = LazyLock::new(|| rows::sections(DATA, "anywhere").find_map(rows::parse).unwrap_or_default());
static SUFFIXES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let further = rows::sections(DATA, "suffix").filter_map(rows::parse::<Suffix>).flat_map(|row| row.names);
    regions::suffixes().map(str::to_string).chain(further).collect()
});

static RENEWED: LazyLock<Vec<String>> =
    LazyLock::new(|| rows::sections(DATA, "renewed").filter_map(rows::parse::<Renewed>).flat_map(|row| row.types).collect());

/// How a resource needs what a property names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// While it works.
    Always,
    /// Its code may need it while it works.
    Optional,
    /// When it is made or changed.
    Deployment,
    /// It lies in two Regions on purpose, and this is the other end.
    OtherSide,
    /// It says who may do what, or is for people.
    Never,
}

/// The row of a type, if it has one.
#[must_use]
pub fn find(resource_type: &str) -> Option<&'static Needs> {
    TYPES.find(resource_type)
}

/// How a property at a path is needed by a resource of a type with this row. `is` tells whether a property has a value.
#[must_use]
pub fn use_of(row: Option<&Needs>, path: &str, is: &dyn Fn(&str, &str) -> bool) -> Use {
    let first = path.split('.').next().unwrap_or(path);
    if ANYWHERE.permission.iter().chain(&ANYWHERE.words).any(|name| name == first) {
        return Use::Never;
    }
    let Some(row) = row else { return Use::Always };
    let below = |listed: &String| path.strip_prefix(listed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let any = |listed: &[String]| listed.iter().any(below);
    if any(&row.deployment) {
        let lasts = row.lasting.as_ref().is_some_and(|lasting| is(&lasting.property, &lasting.value));
        return if lasts { Use::Always } else { Use::Deployment };
    }
    if any(&row.other_side) {
        return Use::OtherSide;
    }
    if any(&row.optional) { Use::Optional } else { Use::Always }
}

/// Whether a member of a call names what is lost on purpose; `operation` as in `rds.removeFromGlobalCluster`.
#[must_use]
pub fn takes_leave(operation: &str, member: &str) -> bool {
    ARGUMENTS.find(operation).is_some_and(|row| row.members.iter().any(|known| known == member))
}

/// Whether references to a resource of this type change whenever it is changed.
#[must_use]
pub fn is_renewed(resource_type: &str) -> bool {
    RENEWED.iter().any(|name| name == resource_type)
}

/// The endings of AWS's host names, without the dot before them.
pub fn suffixes() -> impl Iterator<Item = &'static str> + Clone {
    SUFFIXES.iter().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{api, schema};

    #[derive(Deserialize)]
    struct File {
        r#type: Vec<Needs>,
        anywhere: Vec<Anywhere>,
        argument: Vec<toml::Table>,
        suffix: Vec<Suffix>,
        renewed: Vec<Renewed>,
    }

    /// Whether a type has a property at a path.
    fn has(resource_type: &str, path: &str) -> bool {
        let mut node = schema::find(resource_type).unwrap_or_else(|| panic!("there is no {resource_type}")).root();
        for part in path.split('.') {
            while let Some(items) = node.items() {
                node = items;
            }
            match node.property(part) {
                Some(found) => node = found,
                None => return false,
            }
        }
        true
    }

    #[test]
    fn every_row_names_what_exists() {
        let file: File = toml::from_str(DATA).unwrap();
        assert!(file.r#type.len() > 30 && file.anywhere.len() == 1 && file.suffix.len() == 1);
        assert_eq!(TYPES.names().count(), file.r#type.len());
        for row in &file.r#type {
            let lasting = row.lasting.iter().map(|lasting| &lasting.property);
            let paths = row.deployment.iter().chain(&row.other_side).chain(&row.optional).chain(&row.of).chain(&row.role).chain(lasting);
            for path in paths {
                assert!(has(&row.name, path), "{} has no {path}", row.name);
            }
            assert!(find(&row.name).is_some_and(|found| found.serves == row.serves), "{} stands in the table twice", row.name);
            assert!(row.only.iter().all(|name| schema::find(name).is_some()), "{}", row.name);
            assert_eq!(row.source.is_some(), row.read.is_some(), "{}", row.name);
        }
        for name in file.renewed.iter().flat_map(|row| &row.types) {
            // Every change of such a type replaces the resource, or most do.
            assert!(is_renewed(name) && schema::find(name).is_some_and(|known| known.create_only().next().is_some()), "{name}");
        }
        for name in file.anywhere.iter().flat_map(|row| row.permission.iter().chain(&row.words)) {
            assert!(schema::names().filter_map(schema::find).any(|known| known.root().property(name).is_some()), "no type has {name}");
        }
        for row in &file.argument {
            let (service, operation) = row["operation"].as_str().unwrap().split_once('.').unwrap();
            let operation = api::service(service).and_then(|service| service.operation(operation)).unwrap();
            for member in row["members"].as_array().unwrap() {
                assert!(operation.input().member(member.as_str().unwrap()).is_some(), "{row:?}");
            }
        }
    }

    #[test]
    fn what_is_not_listed_is_needed() {
        let never = |_: &str, _: &str| false;
        let function = find("AWS::Lambda::Function");
        assert_eq!(use_of(function, "Role", &never), Use::Always);
        assert_eq!(use_of(function, "Environment.Variables.TABLE", &never), Use::Optional);
        assert_eq!(use_of(function, "Code.S3Bucket", &never), Use::Deployment);
        assert_eq!(use_of(function, "Code.S3Bucket", &|_, value| value == "REFERENCE"), Use::Always);
        assert_eq!(use_of(None, "KeyPolicy.Statement", &never), Use::Never);
        assert_eq!(use_of(find("AWS::S3::Bucket"), "ReplicationConfiguration.Role", &never), Use::OtherSide);
        assert!(takes_leave("rds.removeFromGlobalCluster", "DbClusterIdentifier") && !takes_leave("rds.describeDBClusters", "DbClusterIdentifier"));
        assert!(suffixes().any(|name| name == "amazonaws.com"));
    }
}
