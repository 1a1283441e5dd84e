//! Markdown: code, cells of tables, texts of the source.

use super::example::{Piece, pieces};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{DocLine, StringLiteral, StringPart};
use std::fmt::Write;

/// Code on one line; the fence is longer than any in it.
pub(super) fn code(text: &str) -> String {
    let mut line = String::new();
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if part.starts_with([')', ']']) {
            line.truncate(line.trim_end_matches([',', ' ']).len());
        } else if !line.is_empty() && !line.ends_with(['(', '[']) {
            line.push(' ');
        }
        line.push_str(part);
    }
    let text = line;
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The code under a span.
pub(super) fn source(sources: &SourceMap, span: Span) -> String {
    code(sources.slice(span))
}

/// A text for a cell of a table: a bar would begin the next cell, in code too.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A documentation on one line, for a cell.
pub(super) fn joined(doc: &[DocLine]) -> String {
    let lines: Vec<&str> = doc.iter().map(|line| line.text.trim()).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A message of the source as a text: what is interpolated stays as it is written.
pub(super) fn message(sources: &SourceMap, literal: &StringLiteral) -> String {
    let mut text = String::new();
    for part in &literal.parts {
        match part {
            // Outside of code a `<` would begin HTML.
            StringPart::Text(part) => text.push_str(&part.replace('<', "&lt;")),
            StringPart::Value(value) => {
                // Within the writer's own backticks there is a code already.
                let tick = if text.matches('`').count().is_multiple_of(2) { "`" } else { "" };
                let _ = write!(text, "{tick}${{{}}}{tick}", sources.slice(value.span));
            }
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a documentation, whose examples get a heading of their own if `heading` is given. A block that is a file says which.
pub(super) fn paragraphs(doc: &[DocLine], heading: Option<&str>, out: &mut String) {
    let mut heading = heading;
    for piece in pieces(doc) {
        match piece {
            Piece::Line(line) => {
                out.push_str(line);
                out.push('\n');
            }
            Piece::Block { fence, language, file, text } => {
                if let Some(heading) = heading.take() {
                    separate(out);
                    let _ = writeln!(out, "{heading}\n");
                }
                if let Some(path) = file {
                    separate(out);
                    let _ = writeln!(out, "{}:\n", code(path));
                }
                let _ = writeln!(out, "{fence}{language}\n{text}{fence}");
            }
        }
    }
}

/// Ends a text with one empty line.
pub(super) fn separate(out: &mut String) {
    out.truncate(out.trim_end().len());
    out.push_str("\n\n");
}

/// A table: its heads, and rows whose cells are Markdown. Nothing without rows.
pub(super) fn table(out: &mut String, heads: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    separate(out);
    let _ = writeln!(out, "| {} |", heads.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_fenced_and_cells_have_no_bars() {
        assert_eq!(code("f(\n  a,\n  b,\n)"), "`f(a, b)`");
        assert_eq!(code("say `x`"), "`` say `x` ``");
        assert_eq!(code(""), "");
        let mut out = "Text.\n\n\n".to_string();
        table(&mut out, &["a", "b"], &[vec![code("x|y"), String::new()]]);
        assert_eq!(out, "Text.\n\n| a | b |\n| --- | --- |\n| `x\\|y` |  |\n");
    }
}
