//! What each stage gives, as a text that people can read: no numbers of ours, no places in files.

#![allow(dead_code, reason = "each test uses its own part")]

pub mod layout;
pub mod model;
pub mod tree;
pub mod values;
pub mod workflow;

/// Lines with their depth.
#[derive(Default)]
pub struct Page {
    text: String,
    depth: usize,
}

impl Page {
    /// Adds a line.
    pub fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Adds a line, and what belongs to it one step deeper.
    pub fn nest(&mut self, line: impl AsRef<str>, inner: impl FnOnce(&mut Self)) {
        self.line(line);
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Texts with a separator between them.
pub fn joined(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(", ")
}
