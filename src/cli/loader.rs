//! The disk as the compiler may see it: files below the folder of the platform file, and nothing else.

use drc::driver::{LoadError, Loader};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

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
        let outside = |part: Component<'_>| !matches!(part, Component::Normal(_));
        if Path::new(path).components().any(outside) {
            return Err(LoadError::Outside);
        }
        // Symbolic links are followed first: where they lead decides.
        let file = fs::canonicalize(self.root.join(path)).map_err(|error| io_error(&error))?;
        if !file.starts_with(&self.root) {
            return Err(LoadError::Outside);
        }
        read(&file)
    }
}

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == self.entry { Ok(self.text.clone()) } else { self.load_file(path) }
    }

    fn neighbours(&self, path: &str) -> Vec<String> {
        Path::new(path).parent().map(|folder| sources_in(&self.root.join(folder))).unwrap_or_default()
    }

    fn display(&self, path: &str) -> String {
        self.shown.join(path).to_string_lossy().into_owned()
    }
}

/// The names of the sources in a folder, sorted.
pub fn sources_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|name| name.ends_with(".dr"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String, LoadError> {
    let about = fs::metadata(path).map_err(|error| io_error(&error))?;
    if about.is_dir() {
        return Err(LoadError::IsDirectory);
    }
    if !about.is_file() {
        // A pipe would block, a device may never end.
        return Err(LoadError::Other("it is a device or a pipe, not a file".into()));
    }
    if about.len() > MAXIMUM_BYTES {
        return Err(LoadError::TooLarge { bytes: about.len() });
    }
    let file = File::open(path).map_err(|error| io_error(&error))?;
    read_from(file)
}

/// The text of a stream, which may not be longer than a file.
pub fn read_from(stream: impl Read) -> Result<String, LoadError> {
    let mut bytes = Vec::new();
    stream.take(MAXIMUM_BYTES + 1).read_to_end(&mut bytes).map_err(|error| io_error(&error))?;
    let length = bytes.len() as u64;
    if length > MAXIMUM_BYTES {
        return Err(LoadError::TooLarge { bytes: length });
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
        LoadError::NotUtf8 { offset, line }
    })
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
