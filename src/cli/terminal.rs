//! What the streams are: decided once, here, for all forms.

use super::args::{FormatName, Showing, When};
use drc::render::explain::Paper;
use drc::render::{Format, Style};
use std::env;
use std::io::{IsTerminal, stderr, stdout};

/// How many findings people are shown at once.
const FOR_PEOPLE: usize = 20;
const NARROWEST: usize = 60;
const WIDEST: usize = 120;
/// The width when nobody tells one.
const USUAL: usize = 100;

/// How findings are written.
pub fn style(showing: &Showing) -> Style {
    let format = match showing.format {
        Some(name) => format(name),
        None if set("NO_GRAPHICS") => Format::Narrated,
        None => Format::Graphical,
    };
    let limit = match showing.max_errors {
        Some(0) => None,
        Some(limit) => Some(limit),
        None if format.for_programs() => None,
        None => Some(FOR_PEOPLE),
    };
    Style { format, color: color(showing.color, stderr().is_terminal()), width: width(), limit }
}

/// How answers are written, which go to standard output: drawn for people, a line each for everybody else.
pub fn style_of_answers(showing: &Showing) -> Style {
    let terminal = stdout().is_terminal();
    let mut style = style(showing);
    if showing.format.is_none() && !terminal && style.format == Format::Graphical {
        style.format = Format::Short;
    }
    style.color = color(showing.color, terminal);
    style
}

/// How pages on standard output are written.
pub fn paper(when: When) -> Paper {
    Paper { width: width(), color: color(when, stdout().is_terminal()) }
}

/// How a report is written: to a terminal as it is, to a file without colours.
pub fn report(when: When, file: bool) -> drc::report::Paper {
    let color = if file { when == When::Always } else { color(when, stdout().is_terminal()) };
    drc::report::Paper { width: if file { USUAL } else { width() }, color }
}

fn format(name: FormatName) -> Format {
    match name {
        FormatName::Graphical => Format::Graphical,
        FormatName::Narrated => Format::Narrated,
        FormatName::Plain => Format::Plain,
        FormatName::Short => Format::Short,
        FormatName::Json => Format::Json,
        FormatName::MietteJson => Format::MietteJson,
    }
}

/// What is said on the command line comes before what the environment says, and that before what the terminal is.
fn color(when: When, terminal: bool) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if env::var("CLICOLOR_FORCE").is_ok_and(|value| !value.is_empty() && value != "0") => true,
        When::Auto => terminal && env::var("TERM").is_ok_and(|term| term != "dumb"),
    }
}

fn width() -> usize {
    let told = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(stderr()).map(|(width, _)| usize::from(width.0));
    told.or_else(seen).unwrap_or(USUAL).clamp(NARROWEST, WIDEST)
}

fn set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}
