//! Tables kept by hand, whose rows are found in their text: only a row that is asked for is parsed.

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;

/// The rows under the headline `[[kind]]`: their texts without it.
pub(super) fn sections(data: &'static str, kind: &'static str) -> impl Iterator<Item = &'static str> {
    data.split("\n[[").filter_map(move |section| section.strip_prefix(kind)?.strip_prefix("]]\n"))
}

/// The text that a row gives to a key, if it is a plain one on one line.
pub(super) fn text(section: &'static str, key: &str) -> Option<&'static str> {
    let value = section.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
    value.strip_suffix('"')
}

/// A row as what it means; `None` if it is no such row, which the tests of each table rule out.
pub(super) fn parse<T: DeserializeOwned>(section: &str) -> Option<T> {
    // A comment before the next headline belongs to nobody.
    toml::from_str(section).ok()
}

/// A row that is parsed when it is first asked for.
pub(super) struct Row<T> {
    text: &'static str,
    parsed: OnceLock<Option<T>>,
}

impl<T> Row<T> {
    /// The row of a section.
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, parsed: OnceLock::new() }
    }

    /// Its text.
    pub(super) fn text(&self) -> &'static str {
        self.text
    }
}

impl<T: DeserializeOwned> Row<T> {
    /// What it means.
    pub(super) fn get(&self) -> Option<&T> {
        self.parsed.get_or_init(|| parse(self.text)).as_ref()
    }
}

/// Rows by the text of one of their keys, in the order of the table; each is parsed when it is first asked for.
pub(super) struct Rows<T: 'static> {
    rows: Vec<(&'static str, Row<T>)>,
    numbers: FxHashMap<&'static str, usize>,
}

impl<T: DeserializeOwned> Rows<T> {
    /// The rows under the headline `[[kind]]` that have this key.
    pub fn new(data: &'static str, kind: &'static str, key: &str) -> Self {
        let named = sections(data, kind).filter_map(|section| Some((text(section, key)?, Row::new(section))));
        let rows: Vec<_> = named.collect();
        let numbers = rows.iter().enumerate().map(|(at, (name, ..))| (*name, at)).collect();
        Self { rows, numbers }
    }

    /// The number of a row.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// The row with a number.
    pub fn row(&self, at: usize) -> Option<&T> {
        self.rows.get(at)?.1.get()
    }

    /// The row with a name.
    pub fn find(&self, name: &str) -> Option<&T> {
        self.row(self.number(name)?)
    }

    /// The names of all rows.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.rows.iter().map(|(name, ..)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_their_text() {
        let data = "# A table.\n\n[[a]]\nname = \"x\"\nnumber = 1\n\n# About the next.\n[[b]]\nname = \"y\"\n\n[[a]]\nname = \"z\"\n";
        let names: Vec<_> = sections(data, "a").map(|section| text(section, "name")).collect();
        assert_eq!(names, [Some("x"), Some("z")]);
        assert_eq!(sections(data, "a").map(|section| text(section, "number")).collect::<Vec<_>>(), [None, None]);
        let row: Option<std::collections::BTreeMap<String, toml::Value>> = sections(data, "a").next().and_then(parse);
        assert_eq!(row.unwrap()["number"].as_integer(), Some(1));
    }
}
