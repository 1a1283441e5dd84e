//! The examples in a documentation: fenced blocks of Markdown.
//!
//! A block that begins with ```` ```dr ```` is a whole platform. One with `file=PATH` behind its language is a file that the platforms of
//! the same documentation read: ```` ```js file=functions/handler.mjs ````.

use crate::syntax::ast::DocLine;

/// A platform, and the files that it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text of the platform file.
    pub platform: String,
    /// Paths below the project's folder, and texts.
    pub files: Vec<(String, String)>,
}

/// A piece of a documentation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'d> {
    /// A line of Markdown.
    Line(&'d str),
    /// A fenced block.
    Block {
        /// The backticks.
        fence: &'d str,
        /// The language: the first word behind them.
        language: &'d str,
        /// The path behind `file=`.
        file: Option<&'d str>,
        /// The lines, each with its end.
        text: String,
    },
}

/// The pieces of a documentation, in their order. A block that is not closed ends with it.
pub(super) fn pieces(doc: &[DocLine]) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in doc {
        let line = line.text.trim_end();
        if let Some(Piece::Block { fence, text, .. }) = found.last_mut().filter(|_| inside) {
            if line == *fence {
                inside = false;
            } else {
                text.push_str(line);
                text.push('\n');
            }
            continue;
        }
        let rest = line.trim_start_matches('`');
        let fence = line.get(..line.len() - rest.len()).unwrap_or_default();
        if fence.len() < 3 {
            found.push(Piece::Line(line));
            continue;
        }
        let mut words = rest.split_whitespace();
        let language = words.next().unwrap_or_default();
        let file = words.find_map(|word| word.strip_prefix("file="));
        found.push(Piece::Block { fence, language, file, text: String::new() });
        inside = true;
    }
    found
}

/// The examples of a documentation: each of its platforms, with all of its files.
#[must_use]
pub fn examples(doc: &[DocLine]) -> Vec<Example> {
    let (mut platforms, mut files) = (Vec::new(), Vec::new());
    for piece in pieces(doc) {
        match piece {
            Piece::Block { file: Some(path), text, .. } => files.push((path.to_string(), text)),
            Piece::Block { language: "dr", file: None, text, .. } => platforms.push(text),
            _ => {}
        }
    }
    platforms.into_iter().map(|platform| Example { platform, files: files.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn doc(text: &str) -> Vec<DocLine> {
        text.lines().map(|line| DocLine { span: Span::default(), text: line.into() }).collect()
    }

    #[test]
    fn blocks_are_found() {
        let doc = doc("Text.\n\n```dr\nplatform a {}\n```\n````js file=a.mjs\n```\n````\n```text\nx\n```\n```dr\nlet open = 1");
        let files = vec![("a.mjs".to_string(), "```\n".to_string())];
        let example = |platform: &str| Example { platform: platform.into(), files: files.clone() };
        assert_eq!(examples(&doc), [example("platform a {}\n"), example("let open = 1\n")]);
        assert_eq!(pieces(&doc).first(), Some(&Piece::Line("Text.")));
        assert_eq!(examples(&[]), []);
    }
}
