//! Runs the command in a folder of its own.
#![allow(dead_code, reason = "each test uses its part")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A folder in which the command runs.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// An empty folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A folder with some files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// The path of something in it.
    pub fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    /// Everything below the folder, sorted.
    pub fn tree(&self) -> Vec<String> {
        fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                found.push(path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/"));
                if path.is_dir() {
                    walk(root, &path, found);
                }
            }
        }
        let mut found = Vec::new();
        walk(self.0.path(), self.0.path(), &mut found);
        found.sort();
        found
    }

    /// The command, to be run here, with nothing that the environment says about terminals.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drc"));
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "NO_GRAPHICS", "COLUMNS"] {
            command.env_remove(name);
        }
        command.current_dir(self.0.path());
        command
    }

    /// Runs the command.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the command runs")
    }

    /// Command, exit code and streams as one text.
    pub fn session(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let mut session = format!("$ drc {}\n", arguments.join(" "));
        for (name, stream) in [("stdout", out), ("stderr", err)] {
            if !stream.is_empty() {
                session.push_str(&format!("--- {name}\n{stream}"));
            }
        }
        session.push_str(&format!("--- exit {}\n", code(&output)));
        assert!(!session.contains(&*self.0.path().to_string_lossy()), "an absolute path is shown: {session}");
        assert!(!session.contains("panicked"), "{session}");
        session
    }
}

/// A stream as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the streams are UTF-8")
}

/// The exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("the command is not killed")
}
