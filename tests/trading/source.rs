//! What a platform file says, as far as these tests have to know.

use drc::diag::Diagnostics;
use drc::source::FileId;
use drc::syntax::format;
use std::collections::BTreeMap;

/// The text as `drc fmt` lays it out.
pub fn laid_out(text: &str) -> Option<String> {
    format::format(FileId(0), text, &mut Diagnostics::new())
}

/// The lines that are neither blank nor comments.
pub fn code(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//")).collect()
}

/// What a text allows, and why.
pub fn allowed(text: &str) -> Vec<(&str, &str)> {
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("allow "));
    lines.map(|rest| rest.split_once(' ').map(|(code, reason)| (code, reason.trim_matches('"'))).unwrap()).collect()
}

/// The block that begins on a line, to the line where its brackets are closed.
pub fn block(text: &str, start: usize) -> &str {
    let (mut depth, mut end) = (0_i32, start);
    for line in text[start..].split_inclusive('\n') {
        end += line.len();
        depth += line.chars().map(|sign| i32::from("{[(".contains(sign)) - i32::from("}])".contains(sign))).sum::<i32>();
        if depth <= 0 {
            break;
        }
    }
    &text[start..end]
}

/// The components of the library that a file makes instances of, each with what it says of them, without the instances' names.
pub fn uses(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        let kind = ["service ", "replica ", "route "].iter().any(|kind| words.trim_start_matches("external ").starts_with(kind));
        if let (true, Some((_, of))) = (kind, words.split_once(": ")) {
            let component = of.split([' ', '{']).next().unwrap_or_default();
            let block = block(text, start);
            let inputs = block.split_once('{').map_or("", |(_, inputs)| inputs);
            uses.entry(component.into()).or_default().push(inputs.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        start += line.len();
    }
    uses
}
