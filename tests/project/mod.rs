//! Projects in memory, for the tests: files by path, compiled as the command line would.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]
#![allow(dead_code, reason = "each test uses its own part")]

use drc::diag::{Diagnostic, Diagnostics, Severity};
use drc::driver::{Environment, LoadError, Loader, Options, compile};
use drc::model::Deployed;
use drc::render::{Format, Style, render};
use drc::source::SourceMap;
use std::collections::BTreeMap;

/// Files by their path below the project's root.
#[derive(Debug, Clone, Default)]
pub struct Project {
    files: BTreeMap<String, Vec<u8>>,
    settings: Vec<(String, String)>,
    environment: Option<Environment>,
    deployed: Option<Deployed>,
}

/// What is said of a platform that rehearses nothing, tells nobody, or does not wait at the end of a plan.
const OF_A_WHOLE: &[&str] = &["DR0418", "DR0421", "DR0422", "DR0427", "DR0428"];

/// What came of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The texts of all files, if there was no error.
    pub files: Option<BTreeMap<String, String>>,
    /// The archives among the files.
    pub archives: BTreeMap<String, Vec<u8>>,
    /// What was found, in the order in which it is shown.
    pub findings: Vec<Diagnostic>,
    /// The findings as people read them.
    pub shown: String,
}

impl Loader for Project {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.bytes(path).map(|bytes| String::from_utf8(bytes).expect("a text"))
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, LoadError> {
        let inside = format!("{path}/");
        let folder = self.files.keys().any(|known| known.starts_with(&inside));
        self.files.get(path).cloned().ok_or(if folder { LoadError::IsDirectory } else { LoadError::NotFound })
    }

    fn files(&self, path: &str) -> Result<Vec<String>, LoadError> {
        // Not in order: that is for the reader.
        let inside = format!("{path}/");
        Ok(self.files.keys().rev().filter_map(|known| known.strip_prefix(&inside)).map(String::from).collect())
    }

    fn neighbours(&self, path: &str) -> Vec<String> {
        let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        self.files.keys().filter_map(|known| known.strip_prefix(&folder)).map(|rest| rest.split('/').next().unwrap().to_string()).collect()
    }
}

impl Project {
    /// A project with a platform file.
    pub fn new(platform: &str) -> Self {
        Self::default().file("platform.dr", platform)
    }

    /// The same with one more file.
    pub fn file(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.into(), text.as_ref().to_vec());
        self
    }

    /// The same with a value for a setting.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The same with an environment file.
    pub fn environment(mut self, text: &str) -> Self {
        self.environment = Some(Environment { name: "prod.dr".into(), text: text.into() });
        self
    }

    /// The same for a platform that runs already.
    pub fn deployed(mut self, deployed: Option<Deployed>) -> Self {
        self.deployed = deployed;
        self
    }

    /// Compiles it.
    pub fn compile(&self) -> Compiled {
        self.compile_but(&[])
    }

    /// Compiles what is a part of a platform: warnings about what only a whole one has to have are left out.
    pub fn compile_part(&self) -> Compiled {
        self.compile_but(OF_A_WHOLE)
    }

    fn compile_but(&self, ignored: &[&str]) -> Compiled {
        let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
        let options =
            Options { settings: self.settings.clone(), environment: self.environment.clone(), deployed: self.deployed.clone(), today: None };
        let output = compile("platform.dr", self, &options, &mut sources, &mut diagnostics);
        let mut archives = BTreeMap::new();
        let files = output.map(|output| {
            let mut files = BTreeMap::new();
            for path in output.files() {
                let mut sink = Vec::new();
                output.write(&path, &mut sink).expect("a vector takes everything");
                if path.ends_with(".zip") {
                    archives.insert(path, sink);
                } else {
                    files.insert(path, String::from_utf8(sink).expect("files are UTF-8"));
                }
            }
            files
        });
        let mut findings = diagnostics.into_sorted();
        findings.retain(|finding| finding.severity == Severity::Error || !ignored.contains(&finding.code.as_ref()));
        let mut shown = Vec::new();
        let style = Style { format: Format::Plain, color: false, width: 120, limit: None };
        render(&findings, &sources, style, &mut shown).expect("a vector takes everything");
        Compiled { files, archives, findings, shown: String::from_utf8(shown).expect("the forms write UTF-8") }
    }
}

impl Compiled {
    /// The codes of all findings, each once, in their order.
    pub fn codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for finding in &self.findings {
            if !codes.iter().any(|code| *code == finding.code) {
                codes.push(finding.code.to_string());
            }
        }
        codes
    }

    /// Whether an error was found.
    pub fn failed(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// All output in one text.
    pub fn text(&self) -> String {
        let files = self.files.as_ref().unwrap_or_else(|| panic!("the platform does not compile:\n{}", self.shown));
        // The file that says lines differs by every comment.
        files.iter().filter(|(path, _)| *path != "sources.tsv").map(|(path, text)| format!("== {path}\n{text}\n")).collect()
    }
}
