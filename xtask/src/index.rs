//! The form of the text indexes: what names begin with is written once.

/// The verb of a name and the rest: `Describe` and `DBClusters`.
#[must_use]
pub fn verb(name: &str) -> (&str, &str) {
    let end = name.char_indices().skip(1).find(|(_, letter)| !letter.is_ascii_lowercase()).map_or(name.len(), |(at, _)| at);
    name.split_at(end)
}

/// A heading and words, in lines that a review can show.
#[must_use]
pub fn wrapped(head: &str, words: &[String]) -> String {
    let mut text = String::new();
    let mut line = format!("  {head}:");
    for word in words {
        let word = if word.is_empty() { "." } else { word };
        if line.len() + word.len() > 139 {
            text.push_str(&line);
            text.push('\n');
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
    text
}
