//! Tables kept by hand, whose rows are found in their text: only a row that is asked for is parsed.

use serde::de::DeserializeOwned;

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
