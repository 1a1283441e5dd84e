//! Whether `regions.toml`, which people write, has the partitions and Regions that botocore has.

use crate::packages::{BOTOCORE, Packages};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What the table says: Regions with their partition and whether the SDK has endpoints there; partitions with their DNS suffix.
type Facts = (BTreeMap<String, (String, bool)>, BTreeMap<String, String>);

/// Compares them.
///
/// # Errors
/// If they differ: then somebody has to look.
pub fn check(packages: &Packages, root: &Path) -> Result<()> {
    let theirs = published(packages)?;
    let ours = written(root)?;
    if theirs != ours {
        let one_sided = |one: &Facts, other: &Facts| -> Vec<String> {
            let regions = one.0.iter().filter(|(code, said)| other.0.get(*code) != Some(said)).map(|(code, said)| format!("{code} {said:?}"));
            let partitions =
                one.1.iter().filter(|(name, suffix)| other.1.get(*name) != Some(suffix)).map(|(name, suffix)| format!("{name} {suffix}"));
            regions.chain(partitions).collect()
        };
        bail!(
            "src/aws/data/regions.toml is not what {} {} says.\nonly there: {}\nonly here: {}",
            BOTOCORE.name,
            BOTOCORE.version,
            one_sided(&theirs, &ours).join(", "),
            one_sided(&ours, &theirs).join(", ")
        );
    }
    Ok(())
}

fn published(packages: &Packages) -> Result<Facts> {
    let partitions = packages.json(BOTOCORE, "botocore/data/partitions.json")?;
    let endpoints = packages.json(BOTOCORE, "botocore/data/endpoints.json")?;
    let list = |value: &Value| value.get("partitions").and_then(Value::as_array).cloned().context("there are no partitions");
    let mut open = Vec::new();
    for partition in list(&endpoints)? {
        open.extend(partition.get("regions").and_then(Value::as_object).into_iter().flat_map(|regions| regions.keys()).cloned());
    }
    let mut facts = Facts::default();
    for partition in list(&partitions)? {
        let name = partition.get("id").and_then(Value::as_str).context("a partition has no name")?;
        let suffix = partition.pointer("/outputs/dnsSuffix").and_then(Value::as_str).context("a partition has no suffix")?;
        facts.1.insert(name.to_string(), suffix.to_string());
        for code in partition.get("regions").and_then(Value::as_object).into_iter().flat_map(|regions| regions.keys()) {
            // `aws-global` is no Region, but where services are reached that have none.
            if !code.ends_with("-global") {
                facts.0.insert(code.clone(), (name.to_string(), open.contains(code)));
            }
        }
    }
    Ok(facts)
}

fn written(root: &Path) -> Result<Facts> {
    let file: toml::Table = toml::from_str(&fs::read_to_string(root.join("src/aws/data/regions.toml"))?)?;
    let rows = |name: &str| file.get(name).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text = |row: &toml::Value, name: &str| {
        row.get(name).and_then(toml::Value::as_str).map(str::to_string).with_context(|| format!("{row} has no {name}"))
    };
    let mut facts = Facts::default();
    for row in rows("partition") {
        facts.1.insert(text(&row, "name")?, text(&row, "dns_suffix")?);
    }
    for row in rows("region") {
        let announced = row.get("announced").and_then(toml::Value::as_bool).unwrap_or_default();
        facts.0.insert(text(&row, "code")?, (text(&row, "partition")?, !announced));
    }
    Ok(facts)
}
