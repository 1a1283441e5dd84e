//! The page of a rule of the table: what it is about, why it matters, what to do, and who says so.

use super::{Page, Paper, Row, listed};
use crate::aws::rules::Rule;

/// The page of the rows that share a slug; empty without a row.
#[must_use]
pub fn rule(rows: &[&Rule], paper: Paper) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut page = Page::new(paper, &format!("{}: {}", first.code, first.title));
    let kind = first.severity.word();
    page.line(&format!("a rule about {}: {kind}, which `allow {} \"reason\"` accepts where it stands", about(rows), first.code));
    for row in rows {
        page.text.push('\n');
        page.wrapped(&plain(&row.message, row), "", "");
        let texts = [("why", &row.why), ("help", &row.help)];
        let mut lines: Vec<Row> = texts.iter().map(|(name, text)| line(name, &plain(text, row))).collect();
        lines.push(line("source", &format!("{} (read {})", row.source, row.read)));
        page.rows(&lines);
    }
    page.text
}

fn line(name: &str, text: &str) -> Row {
    Row { name: name.into(), text: text.into(), marks: Vec::new(), required: false, depth: 0 }
}

/// What rows are about: types, or calls in plans of some kinds.
fn about(rows: &[&Rule]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| row.types.iter().chain(&row.calls)) {
        // A part of a type stands behind a colon that stands alone.
        let name = name.rsplit_once(':').filter(|(of, _)| of.contains("::") && !of.ends_with(':')).map_or(name.as_str(), |(of, _)| of);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut kinds: Vec<&str> = rows.iter().flat_map(|row| &row.plans).map(String::as_str).collect();
    kinds.dedup();
    let text = listed(&names);
    if kinds.is_empty() { text } else { format!("{text} in a {}", kinds.join(" or a ")) }
}

/// A text of a row with what it stands for where it says `{name}`.
fn plain(text: &str, row: &Rule) -> String {
    let call = row.calls.first().map_or("CALL", String::as_str);
    text.replace("{call}", call)
        .replace("{name}", "NAME")
        .replace("{value}", "N")
        .replace("{region}", "REGION")
        .replace("{from}", "the Region that is left")
        .replace("{to}", "the Region that takes over")
        .replace("{step}", "STEP")
        .replace("{plan}", "PLAN")
}
