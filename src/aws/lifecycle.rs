//! Runtimes and versions of engines, and when AWS gives them up.

use super::rows;
use serde::Deserialize;
use std::sync::LazyLock;

const FILES: [&str; 2] = [include_str!("data/runtimes.toml"), include_str!("data/engines.toml")];

/// The types of which a property holds one.
static HELD: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| heads().flat_map(|head| rows::sections(head, "property")).filter_map(|section| rows::text(section, "type")).collect());

/// A property that holds a runtime or a version: a row of `data/runtimes.toml` or `data/engines.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// `AWS::RDS::DBCluster`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// `EngineVersion`
    pub property: String,
    /// The property beside it that names the engine.
    pub engine: Option<String>,
    /// What it is looked up in, where no property says that.
    pub of: Option<String>,
}

/// A runtime or a version, and when it ends: a row of the same files. Days are written `2026-10-20`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// `postgres`, `function runtime`
    pub of: String,
    /// `13`, `nodejs20.x`
    pub name: String,
    /// The day on which AWS's support ends, or its standard support.
    pub ends: String,
    /// The day until which AWS goes on for a fee.
    pub extended: Option<String>,
    /// The day from which on AWS refuses to make what has it.
    pub create_refused: Option<String>,
    /// The day from which on AWS refuses to change what has it.
    pub update_refused: Option<String>,
    /// What follows it.
    pub next: Option<String>,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// Whether a property of this type holds a runtime or a version.
#[must_use]
pub fn is_held(resource_type: &str) -> bool {
    HELD.contains(&resource_type)
}

/// The properties of a type that hold a runtime or a version.
pub fn holders(resource_type: &str) -> impl Iterator<Item = Holder> {
    let rows = heads().flat_map(|head| rows::sections(head, "property"));
    rows.filter(move |section| rows::text(section, "type") == Some(resource_type)).filter_map(rows::parse)
}

/// The row of a runtime or a version: the one with its name, else the longest one that it begins with (`13` for `13.9`).
#[must_use]
pub fn release(of: &str, version: &str) -> Option<Release> {
    let covers = |name: &str| version.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let named = releases(of).filter_map(|section| Some((rows::text(section, "name")?, section)));
    let (_, section) = named.filter(|(name, _)| covers(name)).max_by_key(|(name, _)| name.len())?;
    rows::parse(section)
}

/// The names that end after a day, in the order of the table.
pub fn alive(of: &str, day: &str) -> impl Iterator<Item = &'static str> {
    releases(of).filter(move |section| rows::text(section, "ends").is_some_and(|ends| ends > day)).filter_map(|section| rows::text(section, "name"))
}

/// The beginnings of the files: the properties stand before the releases, which are many.
fn heads() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|data| data.split("\n[[release]]").next().unwrap_or_default())
}

fn releases(of: &str) -> impl Iterator<Item = &'static str> {
    let rows = FILES.iter().flat_map(|data| rows::sections(data, "release"));
    rows.filter(move |section| rows::text(section, "of") == Some(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::schema::{self, Literal};

    #[derive(Deserialize)]
    struct File {
        property: Vec<Holder>,
        release: Vec<Release>,
    }

    fn is_day(text: &str) -> bool {
        let parts: Vec<u32> = text.split('-').map(|part| part.parse().unwrap()).collect();
        text.len() == 10 && (2010..2100).contains(&parts[0]) && (1..=12).contains(&parts[1]) && (1..=31).contains(&parts[2])
    }

    #[test]
    fn every_row_can_be_read_and_is_found() {
        let files: Vec<File> = FILES.iter().map(|data| toml::from_str(data).unwrap()).collect();
        let rows: Vec<&Release> = files.iter().flat_map(|file| &file.release).collect();
        assert!(rows.len() > 100);
        for row in &rows {
            assert_eq!(release(&row.of, &row.name).as_ref(), Some(*row), "a name stands in the table twice");
            let days = [Some(&row.ends), row.extended.as_ref(), row.create_refused.as_ref(), row.update_refused.as_ref(), Some(&row.read)];
            assert!(days.into_iter().flatten().all(|day| is_day(day)), "{} {}", row.of, row.name);
            assert!(row.source.starts_with("https://docs.aws.amazon.com/"), "{}", row.name);
            assert!(row.extended.as_ref().is_none_or(|until| *until > row.ends), "{} {}", row.of, row.name);
            assert!(row.next.as_ref().is_none_or(|next| release(&row.of, next).is_some_and(|next| next.ends >= row.ends)), "{}", row.name);
        }
        for row in files.iter().flat_map(|file| &file.property) {
            assert!(row.engine.is_some() != row.of.is_some(), "{}", row.resource_type);
            assert!(is_held(&row.resource_type) && holders(&row.resource_type).any(|found| found == *row));
            let schema = schema::find(&row.resource_type).unwrap_or_else(|| panic!("there is no {}", row.resource_type));
            for property in [Some(&row.property), row.engine.as_ref()].into_iter().flatten() {
                assert!(schema.root().property(property).is_some(), "{} has no {property}", row.resource_type);
            }
            assert!(row.of.as_deref().is_none_or(|of| releases(of).next().is_some()), "{}", row.resource_type);
        }
    }

    /// Each runtime is a value of the property that holds it.
    #[test]
    fn every_runtime_is_one_of_the_schema() {
        let property = schema::find("AWS::Lambda::Function").and_then(|schema| schema.root().property("Runtime")).unwrap();
        let values: Vec<Literal> = property.enumeration().unwrap().collect();
        let mut names = releases("function runtime").map(|section| rows::text(section, "name").unwrap());
        assert!(names.all(|name| values.contains(&Literal::Text(name))));
    }

    #[test]
    fn the_longest_name_counts() {
        let ends = |of: &str, version: &str| release(of, version).map(|row| row.ends);
        assert_eq!(ends("postgres", "13.9").as_deref(), Some("2026-02-28"));
        assert_eq!(ends("postgres", "17.60"), ends("postgres", "17"));
        assert_ne!(ends("postgres", "17.6"), ends("postgres", "17"));
        assert_eq!(ends("aurora-mysql", "8.0.mysql_aurora.3.09.0").as_deref(), Some("2026-08-31"));
        assert_eq!(ends("function runtime", "nodejs20.x").as_deref(), Some("2026-04-30"));
        assert_eq!(ends("function runtime", "nodejs20"), None);
        assert_eq!(ends("oracle-ee", "19"), None);
        assert!(alive("kubernetes", "2026-10-20").eq(["1.34", "1.35", "1.36"]));
    }
}
