//! Words of the shell: texts and variables, quoted so that nothing in a text is ever code.

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Characters.
    Text(String),
    /// The value of a variable.
    Variable(String),
}

/// A word: its pieces one behind the other.
pub type Word = Vec<Piece>;

/// A word that is known.
pub fn known(text: impl Into<String>) -> Word {
    vec![Piece::Text(text.into())]
}

/// A word for bash, whatever is in it.
pub fn quoted(word: &[Piece]) -> String {
    let whole: String = word.iter().map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "" }).collect();
    let variables = word.iter().any(|piece| matches!(piece, Piece::Variable(_)));
    if !variables {
        let bare = !whole.is_empty() && whole.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@,+%".contains(c));
        return if bare { whole } else { single(&whole) };
    }
    // `!` means something in an interactive shell, even between double quotes.
    if !whole.contains(['\\', '"', '$', '`', '!', '\0']) {
        let mut out = String::from("\"");
        for (at, piece) in word.iter().enumerate() {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(name) => out.push_str(&reference(name, word.get(at + 1))),
            }
        }
        out.push('"');
        return out;
    }
    let pieces = word.iter().filter(|piece| **piece != Piece::Text(String::new()));
    pieces
        .map(|piece| match piece {
            Piece::Text(text) => single(text),
            Piece::Variable(name) => format!("\"${name}\""),
        })
        .collect()
}

/// A word for people: `orders-$suffix`.
pub fn shown(word: &[Piece]) -> String {
    let piece = |(at, piece): (usize, &Piece)| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(name) => reference(name, word.get(at + 1)),
    };
    word.iter().enumerate().map(piece).collect()
}

/// `$name`, with braces where the text behind it could be part of the name.
fn reference(name: &str, next: Option<&Piece>) -> String {
    let part = |text: &String| text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '[');
    match next {
        Some(Piece::Text(text)) if part(text) => format!("${{{name}}}"),
        _ => format!("${name}"),
    }
}

/// A text between single quotes. A shell cannot hold the character zero, and nothing in AWS takes it.
fn single(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "'\\''"))
}

/// The beginning of a word, as far as it is known.
pub fn beginning(word: &[Piece]) -> &str {
    match word.first() {
        Some(Piece::Text(text)) => text,
        _ => "",
    }
}

/// A name as that of a variable: what is no letter or digit becomes `_`.
pub fn variable_name(text: &str) -> String {
    let mut name = String::new();
    let mut small = false;
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_').to_string();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.into())
    }

    fn variable(name: &str) -> Piece {
        Piece::Variable(name.into())
    }

    #[test]
    fn nothing_in_a_text_is_code() {
        assert_eq!(quoted(&known("us-east-1")), "us-east-1");
        assert_eq!(quoted(&known("")), "''");
        assert_eq!(quoted(&known("it's $(x) `y` \\ \n\"!\"")), "'it'\\''s $(x) `y` \\ \n\"!\"'");
        assert_eq!(quoted(&[text("orders-"), variable("suffix")]), "\"orders-$suffix\"");
        assert_eq!(quoted(&[variable("a"), text("b "), variable("c")]), "\"${a}b $c\"");
        assert_eq!(quoted(&[text("$x!"), variable("a"), text("'")]), "'$x!'\"$a\"''\\'''");
        assert_eq!(quoted(&[text(""), variable("a"), text("\"")]), "\"$a\"'\"'");
        assert_eq!(shown(&[text("a-"), variable("b"), text("_c")]), "a-${b}_c");
    }

    #[test]
    fn names_of_variables_are_names() {
        assert_eq!(variable_name("ledger.cluster.Endpoint.Address"), "ledger_cluster_endpoint_address");
        assert_eq!(variable_name("DBClusterArn"), "dbcluster_arn");
        assert_eq!(variable_name("1 x"), "_1_x");
        assert_eq!(variable_name("--"), "_");
    }
}
