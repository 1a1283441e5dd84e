//! Writes the table of the standard library's modules from the files in `stdlib/` (a new module is a new file, and nothing else), and
//! the pages of `docs/errors/` as one compressed text: they are read when somebody asks for one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map(PathBuf::from).map_err(io::Error::other);
    let (root, target) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    modules(&root.join("stdlib"), &target.join("modules.rs"))?;
    pages(&root.join("docs/errors"), &target.join("pages.deflate"))
}

/// The files of a folder with this ending, sorted by their names.
fn files(folder: &Path, ending: &str) -> io::Result<Vec<(String, PathBuf)>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            println!("cargo::rerun-if-changed={}", path.display());
            let name = path.file_stem().and_then(|name| name.to_str()).ok_or_else(|| io::Error::other("a name that is not UTF-8"))?;
            files.push((name.to_string(), path));
        }
    }
    files.sort();
    Ok(files)
}

fn modules(folder: &Path, target: &Path) -> io::Result<()> {
    let mut table = String::from("&[\n");
    for (name, path) in files(folder, "dr")? {
        table.push_str(&format!("    ({name:?}, include_str!({:?})),\n", path.display().to_string()));
    }
    table.push_str("]\n");
    fs::write(target, table)
}

/// One text: for each page its code, its text, and a zero byte behind each of them.
fn pages(folder: &Path, target: &Path) -> io::Result<()> {
    let mut packed = flate2::write::DeflateEncoder::new(fs::File::create(target)?, flate2::Compression::best());
    for (code, path) in files(folder, "md")? {
        write!(packed, "{code}\0{}\0", fs::read_to_string(path)?)?;
    }
    packed.finish().map(drop)
}
