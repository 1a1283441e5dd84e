//! What `drc explain` says of AWS: resource types and operations, as a page of a given width.

mod operation;
mod resource;
mod rule;

use owo_colors::{OwoColorize, Style};
use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter};

pub use operation::{operation, service};
pub use resource::{Found, resource_type, walk};
pub use rule::rule;

/// The widest column of names: what is longer pushes its text to the next line.
const NAMES: usize = 34;
/// How many values of a set, or names of a structure, are shown in a list.
const SHOWN: usize = 8;

/// How a page is written.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// The columns.
    pub width: usize,
    /// Whether terminal colours are written.
    pub color: bool,
}

/// Lines under headlines.
struct Page {
    paper: Paper,
    text: String,
}

/// A line of a list: a name and what is said of it.
struct Row {
    name: String,
    text: String,
    /// What stands out behind the text.
    marks: Vec<&'static str>,
    required: bool,
    depth: usize,
}

impl Page {
    fn new(paper: Paper, title: &str) -> Self {
        let mut page = Self { paper, text: String::new() };
        page.text = format!("{}\n", page.paint(title, Style::new().bold()));
        page
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.paper.color { text.style(style).to_string() } else { text.to_string() }
    }

    /// A sentence below the title.
    fn line(&mut self, text: &str) {
        self.wrapped(text, "  ", "  ");
    }

    fn wrapped(&mut self, text: &str, first: &str, rest: &str) {
        let options = Options::new(self.paper.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(WordSeparator::Custom(words))
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn headline(&mut self, text: &str) {
        let text = self.paint(text, Style::new().bold());
        self.text.push_str(&format!("\n{text}\n"));
    }

    /// Rows with their texts below each other.
    fn rows(&mut self, rows: &[Row]) {
        let width = |row: &Row| row.depth * 2 + display_width(&row.name);
        let column = rows.iter().map(width).filter(|width| *width <= NAMES).max().unwrap_or(NAMES);
        for row in rows {
            let star = if row.required { self.paint("*", Style::new().yellow().bold()) } else { " ".into() };
            let mut text = row.text.clone();
            for mark in &row.marks {
                if !text.is_empty() {
                    text.push_str("; ");
                }
                text.push_str(&self.paint(mark, Style::new().cyan()));
            }
            let indent = " ".repeat(row.depth * 2);
            let rest = " ".repeat(column + 4);
            let head = format!("{star} {indent}{}", row.name);
            if text.is_empty() {
                self.text.push_str(&format!("{head}\n"));
            } else if width(row) > column {
                self.text.push_str(&format!("{head}\n"));
                self.wrapped(&text, &rest, &rest);
            } else {
                self.wrapped(&text, &format!("{head}{}", " ".repeat(column + 2 - width(row))), &rest);
            }
        }
    }
}

/// The words of a line: Regions stay whole, ARNs may be broken before their variables.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let parts = line.split_inclusive(' ').flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let end = rest.find(":$").map_or(rest.len(), |at| at + 1);
            let (part, after) = rest.split_at_checked(end).filter(|(part, _)| !part.is_empty())?;
            rest = after;
            Some(Word::from(part))
        })
    });
    Box::new(parts)
}

/// `a, b and c`, each in backticks.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => "nothing".into(),
    }
}

/// The values of a closed set: all of them, or the first ones.
fn values(all: &[String], complete: bool) -> String {
    let most = if complete { all.len() } else { SHOWN };
    let shown = all.iter().take(most).cloned().collect::<Vec<_>>().join(" | ");
    let left = all.len().saturating_sub(most);
    if left > 0 { format!("{shown} and {left} more") } else { shown }
}

/// The members of a structure in short: `{ Key*, Value* }`.
fn outline(names: &[(String, bool)]) -> String {
    let name = |(name, required): &(String, bool)| if *required { format!("{name}*") } else { name.clone() };
    let mut shown: Vec<String> =
        names.iter().filter(|(_, required)| *required).chain(names.iter().filter(|(_, required)| !*required)).map(name).collect();
    if shown.len() > SHOWN {
        shown.truncate(SHOWN - 1);
        shown.push("...".into());
    }
    if shown.is_empty() { "{}".into() } else { format!("{{ {} }}", shown.join(", ")) }
}

/// `1 to 63`, `at least 1`; nothing without bounds.
fn bounds(least: Option<f64>, most: Option<f64>) -> Option<String> {
    use crate::units::number_text;
    match (least, most) {
        (Some(least), Some(most)) if least == most => Some(number_text(least)),
        (Some(least), Some(most)) => Some(format!("{} to {}", number_text(least), number_text(most))),
        (Some(least), None) if least > 0.0 => Some(format!("at least {}", number_text(least))),
        (None, Some(most)) => Some(format!("at most {}", number_text(most))),
        _ => None,
    }
}

/// Bounds with what they count: `1 to 63 characters`, `at most 1 element`, `1 to 35`.
fn counted(bounds: &str, noun: &str) -> String {
    let one = bounds == "1" || bounds.ends_with(" 1");
    match noun {
        "" => bounds.to_string(),
        noun if one => format!("{bounds} {noun}"),
        noun => format!("{bounds} {noun}s"),
    }
}
