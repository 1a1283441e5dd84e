//! A cloud of files: the recording `aws` command, what it was called with, and what is deployed afterwards.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A platform, compiled into a folder by the command.
pub struct Compiled {
    folder: tempfile::TempDir,
}

impl Compiled {
    /// Compiles a platform.
    pub fn new(platform: &str) -> Self {
        Self::again(platform, None)
    }

    /// Compiles a platform that runs already.
    pub fn again(platform: &str, deployed: Option<&Compiled>) -> Self {
        Self::with(platform, &[], deployed)
    }

    /// Compiles a platform with files beside it.
    pub fn with(platform: &str, files: &[(&str, &str)], deployed: Option<&Compiled>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Blanks and quotes: nothing of a path may be read as code either.
        fs::write(folder.path().join("platform.dr"), platform).unwrap();
        for (path, text) in files {
            fs::write(folder.path().join(path), text).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_drc"));
        command.current_dir(folder.path()).args(["compile", "platform.dr", "--format", "plain", "-o", "the 'out' $(folder)"]);
        if let Some(deployed) = deployed {
            command.arg("--deployed").arg(deployed.path("manifest.json"));
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder }
    }

    /// A file of the output.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("the 'out' $(folder)").join(file)
    }

    /// The manifest.
    pub fn manifest(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("manifest.json")).unwrap()).unwrap()
    }

    /// Each stack's position in the manifest's phases: id and step, in the order in which they are applied.
    pub fn steps(&self) -> Vec<(usize, String, Value)> {
        let manifest = self.manifest();
        let mut steps = Vec::new();
        let mut wave = 0;
        for phase in manifest["phases"].as_array().unwrap() {
            for stacks in phase["waves"].as_array().unwrap() {
                wave += 1;
                for id in stacks.as_array().unwrap() {
                    let id = id.as_str().unwrap();
                    steps.push((wave, id.to_string(), phase["stacks"][id].clone()));
                }
            }
        }
        steps
    }
}

/// What a script said, and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub said: String,
    pub complained: String,
}

impl Run {
    /// The same, if it went well.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.said, self.complained);
        self
    }

    /// The same, if it ended with a code and these words.
    #[track_caller]
    pub fn ends(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.said, self.complained);
        for word in words {
            assert!(self.complained.contains(word), "`{word}` is not said:\n{}\n{}", self.said, self.complained);
        }
        self
    }
}

/// A call of `aws`.
#[derive(Debug, Clone)]
pub struct Call {
    pub number: usize,
    pub arguments: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Call {
    /// `cloudformation create-change-set`
    pub fn operation(&self) -> String {
        self.arguments[..2].join(" ")
    }

    /// The value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        let at = self.arguments.iter().position(|argument| argument == name)?;
        self.arguments.get(at + 1).map(String::as_str)
    }

    /// What the file of an option held.
    #[track_caller]
    pub fn file(&self, option: &str) -> Value {
        serde_json::from_slice(&self.files[option]).unwrap()
    }

    /// The parameters that a change set is made with.
    #[track_caller]
    pub fn parameters(&self) -> BTreeMap<String, Value> {
        let list = self.file("parameters");
        let pair = |entry: &Value| {
            let value = entry.get("ParameterValue").cloned().unwrap_or_else(|| entry["UsePreviousValue"].clone());
            (entry["ParameterKey"].as_str().unwrap().to_string(), value)
        };
        list.as_array().unwrap().iter().map(pair).collect()
    }

    /// The tags that a change set is made with.
    #[track_caller]
    pub fn tags(&self) -> BTreeMap<String, String> {
        let list = self.file("tags");
        list.as_array().unwrap().iter().map(|entry| (entry["Key"].as_str().unwrap().into(), entry["Value"].as_str().unwrap().into())).collect()
    }

    /// Whether it changes anything.
    pub fn changes(&self) -> bool {
        !["get-", "describe-", "list-", "head-"].iter().any(|reading| self.arguments[1].starts_with(reading))
    }
}

/// The account that the recording command plays.
pub struct Cloud {
    folder: tempfile::TempDir,
}

impl Cloud {
    /// An account with nothing in it.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("calls")).unwrap();
        Self { folder }
    }

    /// Another account in which the same is deployed.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        let copied = Command::new("cp").arg("-R").arg(format!("{}/.", self.folder.path().display())).arg(copy.folder.path()).status().unwrap();
        assert!(copied.success());
        copy
    }

    /// A file of the account's state.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Sets something that the command heeds.
    pub fn set(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Takes it back.
    pub fn unset(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    /// The n-th call from now on fails, before or after it does anything.
    pub fn fail_at(&self, call: usize, how: &str) {
        self.forget();
        self.set("fail_at", &call.to_string());
        self.set("fail_how", how);
    }

    /// Forgets the calls, and what was to fail.
    pub fn forget(&self) {
        for entry in fs::read_dir(self.path("calls")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        for path in ["count", "fail_at", "fail_how"] {
            let _ = fs::remove_file(self.path(path));
        }
    }

    /// A script of a platform, to be run without a terminal.
    pub fn command(&self, compiled: &Compiled, script: &str, arguments: &[&str]) -> Command {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy");
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("bash");
        command.arg(compiled.path(script)).args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("PATH", path).env("FAKE_AWS", self.folder.path()).env("DRC_POLL", "0").env("TMPDIR", self.folder.path());
        command
    }

    /// Runs a script of a platform without a terminal.
    pub fn run(&self, compiled: &Compiled, script: &str, arguments: &[&str]) -> Run {
        self.ended(self.command(compiled, script, arguments).output().expect("these tests need bash"))
    }

    /// What came of a script; it left nothing behind, and ran nothing of the platform.
    pub fn ended(&self, output: Output) -> Run {
        assert!(!self.path("pwned").exists(), "something of the platform was run");
        let left: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("drc.")), "a temporary folder is left: {left:?}");
        Run {
            code: output.status.code().unwrap_or(-1),
            said: String::from_utf8_lossy(&output.stdout).into_owned(),
            complained: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Deploys.
    pub fn deploy(&self, compiled: &Compiled, arguments: &[&str]) -> Run {
        self.run(compiled, "deploy.sh", arguments)
    }

    /// Destroys.
    pub fn destroy(&self, compiled: &Compiled, arguments: &[&str]) -> Run {
        self.run(compiled, "destroy.sh", arguments)
    }

    /// The calls since the last time that they were forgotten.
    pub fn calls(&self) -> Vec<Call> {
        let mut calls: BTreeMap<usize, Call> = BTreeMap::new();
        for entry in fs::read_dir(self.path("calls")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let mut parts = name.splitn(2, '.');
            let number: usize = parts.next().unwrap().parse().unwrap();
            let call = calls.entry(number).or_insert_with(|| Call { number, arguments: Vec::new(), files: BTreeMap::new() });
            let bytes = fs::read(&path).unwrap();
            match parts.next() {
                Some(file) => {
                    call.files.insert(file.trim_end_matches(".json").into(), bytes);
                }
                None => {
                    let text = String::from_utf8(bytes).unwrap();
                    call.arguments = text.split_terminator('\0').map(String::from).collect();
                }
            }
        }
        // Files of a call may be seen before its own record.
        calls.into_values().filter(|call| !call.arguments.is_empty()).collect()
    }

    /// The calls of one operation.
    pub fn calls_of(&self, operation: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.operation() == operation).collect()
    }

    /// The files of this name below the stacks.
    pub fn find(&self, name: &str) -> Vec<PathBuf> {
        let regions = fs::read_dir(self.path("stacks")).unwrap().map(|entry| entry.unwrap().path());
        let stacks = regions.flat_map(|region| fs::read_dir(region).unwrap().map(|entry| entry.unwrap().path()));
        stacks.map(|stack| stack.join(name)).filter(|path| path.exists()).collect()
    }

    /// Everything that is deployed or exists, as path and content.
    pub fn state(&self) -> BTreeMap<String, String> {
        fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
            let Ok(entries) = fs::read_dir(folder) else { return };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(root, &path, found);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                    // How it came about is not what it is.
                    if !name.ends_with("/events") && !name.ends_with("/doing") && !name.ends_with("/busy") {
                        found.insert(name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
                    }
                }
            }
        }
        let mut found = BTreeMap::new();
        for part in ["stacks", "world", "objects"] {
            walk(self.folder.path(), &self.path(part), &mut found);
        }
        found
    }
}
