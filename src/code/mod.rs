//! Files of the project as they are: what a module of JavaScript exports, and archives of them. Nothing here knows the language.

mod archive;
mod javascript;
mod scan;

pub use archive::archive;
pub use javascript::{Exports, Module, Script};

use sha2::{Digest, Sha256};
use std::cell::OnceCell;
use std::str::Utf8Error;

/// A file, or a folder with all files below it.
#[derive(Debug)]
pub struct File {
    /// Its path in the project.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// The file, or the files of the folder, sorted by name.
    pub entries: Vec<Entry>,
    /// SHA-256 of the names and contents, in hexadecimal digits; of a file, that of its content.
    pub hash: String,
}

/// One file.
#[derive(Debug)]
pub struct Entry {
    /// Its name; in a folder its path below it, with `/`.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    script: OnceCell<Script>,
}

impl File {
    /// A file by its path in the project.
    #[must_use]
    pub fn of_file(path: &str, content: Vec<u8>) -> Self {
        let hash = sha256(&content);
        let name = path.rsplit('/').next().unwrap_or(path).to_string();
        Self { path: path.to_string(), is_folder: false, entries: vec![Entry::new(name, content)], hash }
    }

    /// A folder by its path in the project, with the paths and contents of the files below it.
    #[must_use]
    pub fn of_folder(path: &str, files: Vec<(String, Vec<u8>)>) -> Self {
        let mut entries: Vec<Entry> = files.into_iter().map(|(name, content)| Entry::new(name, content)).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let mut hash = Sha256::new();
        for entry in &entries {
            // Lengths keep two different folders from being the same row of bytes.
            for part in [entry.name.as_bytes(), &entry.content] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        let hash = hexadecimal(&hash.finalize());
        Self { path: path.to_string(), is_folder: true, entries, hash }
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The name up to its last dot.
    #[must_use]
    pub fn stem(&self) -> &str {
        split(self.name()).0
    }

    /// What follows the last dot of the name; empty if there is none.
    #[must_use]
    pub fn extension(&self) -> &str {
        split(self.name()).1
    }

    /// How many bytes there are in all.
    #[must_use]
    pub fn size(&self) -> usize {
        self.entries.iter().map(|entry| entry.content.len()).sum()
    }

    /// The only file, if it is no folder.
    #[must_use]
    pub fn only(&self) -> Option<&Entry> {
        self.entries.first().filter(|_| !self.is_folder)
    }

    /// The file of this name in it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }
}

impl Entry {
    fn new(name: String, content: Vec<u8>) -> Self {
        Self { name, content, script: OnceCell::new() }
    }

    /// Its text.
    ///
    /// # Errors
    /// Where it is not UTF-8.
    pub fn text(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.content)
    }

    /// What it says as a module of JavaScript; read once. Of what is not UTF-8 nothing is known.
    pub fn script(&self) -> &Script {
        self.script.get_or_init(|| self.text().map(Script::of).unwrap_or_else(|_| Script::unknown()))
    }

    /// How it is loaded, by its name and its text.
    #[must_use]
    pub fn module(&self) -> Module {
        let extension = split(&self.name).1;
        // Only what may be JavaScript is read.
        if Module::may_be(extension) { self.script().module(extension) } else { Module::None }
    }
}

/// A name up to its last dot, and what follows; a dot at its start is part of the name. Of a path, that of its last part.
#[must_use]
pub fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') && !stem.is_empty() && !stem.ends_with('/') => (stem, extension),
        _ => (path, ""),
    }
}

/// SHA-256 in hexadecimal digits: what a file is known by where it is uploaded.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_their_last_dot() {
        assert_eq!(split("a/processor.test.mjs"), ("a/processor.test", "mjs"));
        assert_eq!([split("a.b/c"), split(".env"), split("a/.env"), split("")], [("a.b/c", ""), (".env", ""), ("a/.env", ""), ("", "")]);
    }

    #[test]
    fn the_hash_of_a_folder_knows_names_and_contents() {
        let folder =
            |files: &[(&str, &str)]| File::of_folder("f", files.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect());
        let one = folder(&[("b", "2"), ("a", "1")]);
        assert_eq!(one.hash, folder(&[("a", "1"), ("b", "2")]).hash);
        assert_eq!((one.size(), one.find("b").map(|entry| entry.content.clone()), one.find("c").is_none()), (2, Some(b"2".to_vec()), true));
        for other in [folder(&[("a", "1b"), ("", "2")]), folder(&[("a", "2"), ("b", "1")]), folder(&[("ab", "12")])] {
            assert_ne!(one.hash, other.hash);
        }
        assert_eq!(File::of_file("x/empty.js", Vec::new()).hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
