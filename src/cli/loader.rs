//! The disk as the compiler may see it: files below the folder of the platform file, and nothing else.

use drc::driver::{LoadError, Loader};
use drc::source::{MAXIMUM_FILE, MAXIMUM_FILES};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// How deeply folders nest below one that is read as a whole.
const MAXIMUM_DEPTH: usize = 100;
/// The largest source.
pub const MAXIMUM_BYTES: u64 = 8 * 1024 * 1024;

/// A project on disk.
#[derive(Debug)]
pub struct Disk {
    /// The folder, without symbolic links.
    root: PathBuf,
    /// The folder as it was written; findings show paths below it.
    shown: PathBuf,
    /// The platform file in it.
    entry: String,
    text: String,
}

impl Disk {
    /// The project of a platform file, which is read.
    pub fn open(entry: &Path) -> Result<Self, LoadError> {
        let Some(name) = entry.file_name() else { return Err(LoadError::IsDirectory) };
        let name = name.to_str().ok_or_else(|| LoadError::Other("its name is not UTF-8".into()))?;
        let parent = entry.parent().unwrap_or(Path::new(""));
        let root = fs::canonicalize(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }).map_err(|error| io_error(&error))?;
        let shown = parent.components().filter(|part| *part != Component::CurDir).collect();
        let mut disk = Self { root, shown, entry: name.to_string(), text: String::new() };
        disk.text = disk.load_file(name)?;
        Ok(disk)
    }

    /// The path of the platform file in the project.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    fn load_file(&self, path: &str) -> Result<String, LoadError> {
        read(&self.place(path)?)
    }

    /// Where a path leads to, if that is in the project.
    fn place(&self, path: &str) -> Result<PathBuf, LoadError> {
        let outside = |part: Component<'_>| !matches!(part, Component::Normal(_));
        if Path::new(path).components().any(outside) {
            return Err(LoadError::Outside);
        }
        // Symbolic links are followed first: where they lead decides.
        let file = fs::canonicalize(self.root.join(path)).map_err(|error| io_error(&error))?;
        if file.starts_with(&self.root) { Ok(file) } else { Err(LoadError::Outside) }
    }

    /// Lists the files of a folder under the names that lead to them. `around` holds the folders that it is in.
    fn walk(&self, folder: &Path, name: &str, around: &mut Vec<PathBuf>, found: &mut Vec<String>) -> Result<(), LoadError> {
        for entry in fs::read_dir(folder).map_err(|error| io_error(&error))? {
            let entry = entry.map_err(|error| io_error(&error))?;
            let Some(own) = entry.file_name().to_str().map(String::from) else {
                return Err(LoadError::Other(format!("the name of `{}` is not UTF-8", entry.file_name().display())));
            };
            let own = if name.is_empty() { own } else { format!("{name}/{own}") };
            let place = fs::canonicalize(entry.path()).map_err(|error| LoadError::Other(format!("`{own}`: {}", said(&error))))?;
            if !place.starts_with(&self.root) {
                return Err(LoadError::Outside);
            }
            if !place.is_dir() {
                found.push(own);
            } else if around.contains(&place) {
                return Err(LoadError::Other(format!("the link `{own}` leads back to a folder that it is in")));
            } else {
                around.push(place.clone());
                self.walk(&place, &own, around, found)?;
                around.pop();
            }
            if found.len() > MAXIMUM_FILES || around.len() > MAXIMUM_DEPTH {
                return Err(LoadError::TooMany);
            }
        }
        Ok(())
    }
}

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == self.entry { Ok(self.text.clone()) } else { self.load_file(path) }
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, LoadError> {
        read_bytes(&self.place(path)?, MAXIMUM_FILE)
    }

    fn files(&self, path: &str) -> Result<Vec<String>, LoadError> {
        let folder = self.place(path)?;
        let mut found = Vec::new();
        self.walk(&folder, "", &mut vec![folder.clone()], &mut found)?;
        Ok(found)
    }

    fn neighbours(&self, path: &str) -> Vec<String> {
        Path::new(path).parent().map(|folder| names_in(&self.root.join(folder))).unwrap_or_default()
    }

    fn display(&self, path: &str) -> String {
        self.shown.join(path).to_string_lossy().into_owned()
    }
}

/// The names of the sources in a folder, sorted.
pub fn sources_in(folder: &Path) -> Vec<String> {
    let mut names = names_in(folder);
    names.retain(|name| name.ends_with(".dr"));
    names
}

/// The names of all that is in a folder, sorted.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String, LoadError> {
    read_bytes(path, MAXIMUM_BYTES).and_then(decode)
}

/// The bytes of a file, if there are not more than `most`.
fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    let about = fs::metadata(path).map_err(|error| io_error(&error))?;
    if about.is_dir() {
        return Err(LoadError::IsDirectory);
    }
    if !about.is_file() {
        // A pipe would block, a device may never end.
        return Err(LoadError::Other("it is a device or a pipe, not a file".into()));
    }
    if about.len() > most {
        return Err(LoadError::TooLarge { bytes: about.len() });
    }
    let file = File::open(path).map_err(|error| io_error(&error))?;
    take(file, most)
}

/// The text of a stream, which may not be longer than a file.
pub fn read_from(stream: impl Read) -> Result<String, LoadError> {
    take(stream, MAXIMUM_BYTES).and_then(decode)
}

fn take(stream: impl Read, most: u64) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    stream.take(most + 1).read_to_end(&mut bytes).map_err(|error| io_error(&error))?;
    let length = bytes.len() as u64;
    if length > most { Err(LoadError::TooLarge { bytes: length }) } else { Ok(bytes) }
}

fn decode(bytes: Vec<u8>) -> Result<String, LoadError> {
    String::from_utf8(bytes).map_err(|error| LoadError::not_utf8(error.as_bytes(), error.utf8_error()))
}

fn io_error(error: &io::Error) -> LoadError {
    match error.kind() {
        io::ErrorKind::NotFound => LoadError::NotFound,
        io::ErrorKind::IsADirectory => LoadError::IsDirectory,
        _ => LoadError::Other(said(error)),
    }
}

/// The operating system's words without its number.
pub fn said(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
