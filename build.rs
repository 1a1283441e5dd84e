//! Writes the table of the standard library's modules from the files in `stdlib/` (a new module is a new file, and nothing else), the
//! pages of `docs/errors/` as one compressed text (they are read when somebody asks for one), and where each rule of the rules' table is
//! found: a run that needs none reads none.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map(PathBuf::from).map_err(io::Error::other);
    let (root, target) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    modules(&root.join("stdlib"), &target.join("modules.rs"))?;
    pages(&root.join("docs/errors"), &target.join("pages.deflate"))?;
    rules(&root.join("src/aws/data/rules.toml"), &target.join("rules.rs"))
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

/// The rows of the table of rules, and the numbers of those about each type and call. Rows are cut, not read: what a row means is the
/// business of `aws::rules`, whose tests read all of them.
fn rules(path: &Path, target: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", path.display());
    let data = fs::read_to_string(path)?;
    let (mut rows, mut types, mut calls) = (String::new(), BTreeMap::new(), BTreeMap::new());
    let mut others: BTreeMap<&str, String> = BTreeMap::from([("forwarding", String::new()), ("holding", String::new())]);
    let mut number = 0_usize;
    for section in data.split("\n[[").skip(1) {
        let Some((kind, row)) = section.split_once("]]\n") else { continue };
        // A comment before the next row belongs to that one.
        let mut row = row;
        while let Some((before, _)) = row.rsplit_once('\n').filter(|(_, last)| last.is_empty() || last.starts_with('#')) {
            row = before;
        }
        if let Some(other) = others.get_mut(kind) {
            other.push_str(&format!("    ({:?}, Row::new({row:?})),\n", value(row, "type").unwrap_or_default()));
            continue;
        }
        for (key, by) in [("types", &mut types), ("calls", &mut calls)] {
            for name in list(row, key) {
                // `AWS::X::Y:Way` is a part of a type.
                let (of, way) = name.rsplit_once(':').filter(|(of, _)| of.contains("::") && !of.ends_with(':')).unwrap_or((name, ""));
                by.entry(of.to_string()).or_insert_with(Vec::new).push((number, way.to_string()));
            }
        }
        let has = value(row, "has");
        let planned = row.contains("region = \"") && !row.contains("region = \"several\"");
        rows.push_str(&format!("    Entry::new({has:?}, {planned}, {:?}, {row:?}),\n", conditions(row)));
        number += 1;
    }
    let index =
        |by: &BTreeMap<String, Vec<(usize, String)>>| by.iter().map(|(name, numbers)| format!("    ({name:?}, &{numbers:?}),\n")).collect::<String>();
    let mut text = format!("static ENTRIES: [Entry; {number}] = [\n{rows}];\n");
    text.push_str(&format!("static TYPES: &[About] = &[\n{}];\n", index(&types)));
    text.push_str(&format!("static CALLS: &[About] = &[\n{}];\n", index(&calls)));
    for (kind, name, of) in [("forwarding", "FORWARDING", "Forwarding"), ("holding", "HOLDING", "Holding")] {
        let rows = others.get(kind).map_or("", String::as_str);
        text.push_str(&format!("static {name}: [(&str, Row<{of}>); {}] = [\n{rows}];\n", rows.lines().count()));
    }
    fs::write(target, text)
}

/// The text that a row gives to a key.
fn value<'r>(row: &'r str, key: &str) -> Option<&'r str> {
    row.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

/// The texts of a list, on one line or several.
fn list<'r>(row: &'r str, key: &str) -> impl Iterator<Item = &'r str> {
    let inside = row.split_once(&format!("\n{key} = [")).and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
    inside.split('"').skip(1).step_by(2)
}

/// The lines of a row that hold its conditions: they are read for each resource of its type, the rest only when they hold.
fn conditions(row: &str) -> String {
    let Some((_, rest)) = row.split_once("\nwhen = [") else { return String::new() };
    match rest.starts_with('\n') {
        true => format!("when = [{}\n]", rest.split_once("\n]").map_or(rest, |(list, _)| list)),
        false => format!("when = [{}", rest.lines().next().unwrap_or_default()),
    }
}
