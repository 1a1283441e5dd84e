//! Archives of code: files of the output that are uploaded into each Region where a template names them.

use crate::model::Artifact;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How the key of an archive ends.
const EXTENSION: &[u8] = b".zip";
/// The digits of the hash before it.
const DIGITS: usize = 64;

/// Where an archive is written, below the output folder.
pub fn path(key: &str) -> String {
    format!("{}/{key}", crate::model::ARTIFACTS)
}

/// The keys of archives that a template names, wherever they stand in it: as a property, or as a part of a text.
pub fn named(text: &[u8], known: &BTreeMap<SmolStr, Artifact>) -> BTreeSet<SmolStr> {
    let mut found = BTreeSet::new();
    if known.is_empty() {
        return found;
    }
    for (at, window) in text.windows(EXTENSION.len()).enumerate() {
        let key = (window == EXTENSION).then(|| text.get(at.checked_sub(DIGITS)?..at + EXTENSION.len())).flatten();
        let key = key.and_then(|key| std::str::from_utf8(key).ok());
        if let Some((key, _)) = key.and_then(|key| known.get_key_value(key)) {
            found.insert(key.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::File;
    use std::rc::Rc;

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        let key = |digit: &str| SmolStr::new(format!("{}.zip", digit.repeat(64)));
        let artifact = || Artifact { file: Rc::new(File::of_file("a", Vec::new())), name: None, bytes: Vec::new(), sources: BTreeSet::new() };
        let known: BTreeMap<SmolStr, Artifact> = [(key("a"), artifact()), (key("b"), artifact())].into_iter().collect();
        for text in [format!("{{\"K\": \"{}\"}}", key("a")), format!("s3://bucket/{} ", key("a")), key("a").to_string()] {
            assert_eq!(named(text.as_bytes(), &known).into_iter().collect::<Vec<_>>(), [key("a")], "{text}");
        }
        let all = format!("{} {} {}.zip", key("a"), key("b"), "c".repeat(64));
        assert_eq!(named(all.as_bytes(), &known).len(), 2);
        assert!(named(b".zip", &known).is_empty() && named(b"", &known).is_empty());
    }
}
