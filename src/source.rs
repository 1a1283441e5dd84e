//! Source texts and positions: the only way by which the stages see files.
//!
//! The core never reads the disk; whoever drives it (the command line, a test, an editor) fills a [`SourceMap`].

use std::sync::Arc;

/// The number of a file in its [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A range of bytes in one file: `start` included, `end` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file that the range is in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A range of bytes; an `end` before `start` is taken as an empty range at `start`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX).max(start);
        Self { file, start, end }
    }

    /// The smallest range that holds both (that of `self` if the files differ).
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file == other.file { Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) } } else { self }
    }

    /// The range as `usize` offsets.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `offset` lies in the range, both ends included.
    #[must_use]
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }
}

/// Where a file comes from; findings are shown at the user's files, never inside the library if it can be helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file of the platform's project.
    Project,
    /// A module of the embedded standard library.
    Library,
}

/// One text with its line index.
#[derive(Debug)]
pub struct SourceFile {
    /// The name that is shown: a path relative to the working directory, or `std@1/aurora.dr`.
    pub name: String,
    /// The path below the project's folder, the same wherever the compiler is started.
    pub path: String,
    /// The whole text, UTF-8, without a byte order mark.
    pub text: Arc<str>,
    /// Who wrote it.
    pub origin: Origin,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(name: String, path: String, text: Arc<str>, origin: Origin) -> Self {
        let mut line_starts = vec![0];
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                line_starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self { name, path, text, origin, line_starts }
    }

    /// How many lines the text has (at least one).
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The zero-based line that holds the byte `offset` (the last line if it lies beyond the text).
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The bytes of a zero-based line, its line end included; empty beyond the text.
    #[must_use]
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let length = self.text.len();
        let start = self.line_starts.get(line).map_or(length, |start| *start as usize);
        let end = self.line_starts.get(line + 1).map_or(length, |start| *start as usize);
        start..end
    }

    /// One-based line and column of a byte offset; columns count Unicode scalar values.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.clamp(offset);
        let line = self.line_of(offset);
        let start = self.line_range(line).start;
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line + 1, column + 1)
    }

    /// The nearest offset at or before `offset` that is inside the text and on a character boundary.
    #[must_use]
    pub fn clamp(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// All texts of one run.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the name that findings show, and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>, origin: Origin) -> FileId {
        let name = name.into();
        self.add_at(name.clone(), name, text, origin)
    }

    /// Adds a text under the name that findings show and its path below the project's folder.
    pub fn add_at(&mut self, name: impl Into<String>, path: impl Into<String>, text: impl Into<Arc<str>>, origin: Origin) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(name.into(), path.into(), text.into(), origin));
        id
    }

    /// The file with this number, if there is one.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(file.0 as usize)
    }

    /// The text under a span; empty if the span does not fit its file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text.get(span.range())).unwrap_or("")
    }

    /// Whether a span lies in the embedded library.
    #[must_use]
    pub fn in_library(&self, span: Span) -> bool {
        self.get(span.file).is_some_and(|file| file.origin == Origin::Library)
    }

    /// `name:line:column` of the start of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        self.get(span.file).map_or_else(String::new, |file| {
            let (line, column) = file.line_column(span.start as usize);
            format!("{}:{line}:{column}", file.name)
        })
    }

    /// `path:line` of the start of a span, with the path below the project's folder.
    #[must_use]
    pub fn line_place(&self, span: Span) -> String {
        self.get(span.file).map_or_else(String::new, |file| format!("{}:{}", file.path, file.line_column(span.start as usize).0))
    }

    /// All files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }
}

/// The most bytes of what `file(...)` reads: a file, or all files of a folder.
pub const MAXIMUM_FILE: u64 = 10 * 1024 * 1024;
/// The most files of a folder that `file(...)` reads.
pub const MAXIMUM_FILES: usize = 10_000;

/// Where module texts come from. The core reads no disk; the command line, tests and editors bring their own loader.
pub trait Loader {
    /// The text of a file; `path` is relative to the project's root, `/`-separated, without `.` and `..`.
    ///
    /// # Errors
    /// Why the text cannot be had.
    fn load(&self, path: &str) -> Result<String, LoadError>;

    /// The bytes of a file that is no module; `path` as above. At most [`MAXIMUM_FILE`] of them.
    ///
    /// # Errors
    /// Why they cannot be had; [`LoadError::IsDirectory`] for a folder.
    fn bytes(&self, path: &str) -> Result<Vec<u8>, LoadError> {
        self.load(path).map(String::into_bytes)
    }

    /// The paths below a folder of all files in it, in whichever order; at most [`MAXIMUM_FILES`]. `path` as above.
    ///
    /// # Errors
    /// Why they cannot be had.
    fn files(&self, path: &str) -> Result<Vec<String>, LoadError> {
        let _ = path;
        Err(LoadError::NotFound)
    }

    /// The names of the files beside a file, from which a name that is spelled wrongly may have been meant.
    fn neighbours(&self, path: &str) -> Vec<String> {
        let _ = path;
        Vec::new()
    }

    /// The name under which findings show the file.
    fn display(&self, path: &str) -> String {
        path.to_string()
    }
}

/// Why a text cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// There is no such file.
    NotFound,
    /// It is a folder.
    IsDirectory,
    /// It is not UTF-8.
    NotUtf8 {
        /// The first byte that starts no character.
        offset: usize,
        /// The line that it is in, from 1.
        line: usize,
    },
    /// It is beyond the limit for sources, or for other files.
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// The folder has too many files.
    TooMany,
    /// It lies outside of the project (also through a symbolic link).
    Outside,
    /// Anything else, in the operating system's words.
    Other(String),
}

impl LoadError {
    /// What is wrong with a text, by where it stops to be one.
    #[must_use]
    pub fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Self {
        let offset = error.valid_up_to();
        let line = 1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count();
        Self::NotUtf8 { offset, line }
    }
}
