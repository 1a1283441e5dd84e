//! For people. miette draws the texts; the line above them and the lines below are ours.

use super::Style;
use super::report::{Report, advice, explanation};
use super::view::{Texts, View, harmless_message};
use crate::diag::{Diagnostic, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use owo_colors::OwoColorize;
use std::io;
use textwrap::core::display_width;

/// A label is broken into lines that are at least this long.
const LABEL_WIDTH: usize = 36;
/// Columns of a tabulator.
const TAB_WIDTH: usize = 4;

pub fn render(findings: &[&Diagnostic], texts: &Texts<'_>, style: Style, sink: &mut dyn io::Write) -> io::Result<()> {
    for finding in findings {
        let view = View::new(finding, texts.sources);
        sink.write_all(header(finding, style).as_bytes())?;
        if !view.marks.is_empty() {
            sink.write_all(drawing(&view, texts, style).as_bytes())?;
        }
        sink.write_all(footer(&view, style).as_bytes())?;
        writeln!(sink)?;
    }
    Ok(())
}

/// The closing line, heavy where there are colours.
pub fn heavy(text: impl std::fmt::Display, color: bool) -> String {
    let style = if color { owo_colors::Style::new().bold() } else { owo_colors::Style::new() };
    text.style(style).to_string()
}

struct Colors {
    severity: owo_colors::Style,
    other: owo_colors::Style,
    strong: owo_colors::Style,
    faint: owo_colors::Style,
}

impl Colors {
    fn new(severity: Severity, color: bool) -> Self {
        let plain = owo_colors::Style::new();
        if !color {
            return Self { severity: plain, other: plain, strong: plain, faint: plain };
        }
        let severity = match severity {
            Severity::Error => plain.red(),
            Severity::Warning => plain.yellow(),
            Severity::Advice => plain.cyan(),
        };
        Self { severity: severity.bold(), other: plain.blue().bold(), strong: plain.bold(), faint: plain.dimmed() }
    }
}

/// `DR0402 × the message`
fn header(finding: &Diagnostic, style: Style) -> String {
    let colors = Colors::new(finding.severity, style.color);
    let icon = match finding.severity {
        Severity::Error => "×",
        Severity::Warning => "⚠",
        Severity::Advice => "☞",
    };
    let lead = format!("{} {icon} ", finding.code);
    let indent = " ".repeat(display_width(&lead));
    let room = style.width.saturating_sub(indent.len()).max(LABEL_WIDTH);
    let mut text = String::new();
    for (number, line) in wrapped(&harmless_message(&finding.message), room).iter().enumerate() {
        if number == 0 {
            text.push_str(&lead.style(colors.severity).to_string());
        } else {
            text.push_str(&indent);
        }
        text.push_str(&line.style(colors.strong).to_string());
        text.push('\n');
    }
    text
}

/// The texts with their underlines, drawn by miette.
fn drawing(view: &View<'_>, texts: &Texts<'_>, style: Style) -> String {
    let colors = Colors::new(view.finding.severity, style.color);
    let report = Report::new(view, texts, |mark| {
        let message = harmless_message(&mark.message);
        let room = style.width.saturating_sub(label_column(mark, texts)).max(LABEL_WIDTH);
        wrapped(&message, room).join("\n")
    });
    let plain = owo_colors::Style::new();
    // miette takes the styles in the order of the labels in the text, as the marks come.
    let highlights = view.marks.iter().map(|mark| if mark.primary { colors.severity } else { colors.other });
    let styles = ThemeStyles {
        error: plain,
        warning: plain,
        advice: plain,
        help: plain,
        link: colors.strong,
        linum: colors.faint,
        highlights: highlights.collect(),
    };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters: ThemeCharacters::unicode(), styles })
        .with_urls(false)
        .without_syntax_highlighting()
        .tab_width(TAB_WIDTH)
        .with_context_lines(1)
        .with_width(style.width);
    let mut text = String::new();
    if handler.render_report(&mut text, &Bare(&report)).is_err() {
        return String::new();
    }
    // The first line is miette's for the message, which stands above already.
    text.split_once('\n').map(|(_, snippets)| snippets.to_string()).unwrap_or_default()
}

/// About the column in which the text of a label begins.
fn label_column(mark: &super::view::Mark, texts: &Texts<'_>) -> usize {
    let Some((file, text)) = texts.get(mark.file) else { return 0 };
    let line = file.line_of(mark.start);
    let gutter = (line + 2).to_string().len() + 4;
    let middle = file.clamp(mark.start.midpoint(mark.end));
    let before = text.get(file.line_range(file.line_of(middle)).start..middle).unwrap_or_default();
    let tabs = before.matches('\t').count() * (TAB_WIDTH - 1);
    gutter + display_width(before) + tabs + 5
}

/// The lines below the text: places that are told, notes, help, the page.
fn footer(view: &View<'_>, style: Style) -> String {
    let colors = Colors::new(view.finding.severity, style.color);
    let mut text = String::new();
    let mut line = |word: &str, said: &str, color: owo_colors::Style| {
        let indent = " ".repeat(word.len() + 4);
        let room = style.width.saturating_sub(indent.len()).max(LABEL_WIDTH);
        for (number, part) in wrapped(&harmless_message(said), room).iter().enumerate() {
            let lead = format!("  {word}: ");
            text.push_str(if number == 0 { &lead } else { &indent }.style(color).to_string().as_str());
            text.push_str(part);
            text.push('\n');
        }
    };
    for told in &view.told {
        line("  at", told, colors.other);
    }
    for note in &view.finding.notes {
        line("note", note, colors.other);
    }
    if let Some(help) = advice(view) {
        line("help", &help, colors.strong);
    }
    if let Some(page) = explanation(&view.finding.code) {
        line(" see", &page, colors.faint);
    }
    text
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    // Between words only: a broken `us-east-1` is found by no search.
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(String::from).collect()
}

/// Only what miette draws: the labels over their texts.
#[derive(Debug)]
struct Bare<'r>(&'r Report<'r>);

impl std::fmt::Display for Bare<'_> {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Bare<'_> {}

impl miette::Diagnostic for Bare<'_> {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        self.0.labels()
    }
}
