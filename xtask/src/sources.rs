//! What was taken from where: `SOURCES.toml`, and the notice that the licences ask for.

use crate::packages::{self, Packages};
use anyhow::Result;
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
    /// Writes `SOURCES.toml` beside the tables.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, root: &Path, _packages: &Packages) -> Result<()> {
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
        Ok(())
    }
}
