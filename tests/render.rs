//! Golden files of every form in which findings are shown, over texts made by hand.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod common;

use common::{find, nth, sample};
use drc::diag::{Diagnostic, Severity, codes};
use drc::render::{Format, Style, render};
use drc::source::{FileId, Origin, SourceMap, Span};
use insta::assert_snapshot;

fn show(sources: &SourceMap, findings: &[Diagnostic], format: Format) -> String {
    show_styled(sources, findings, Style { format, color: false, width: 100, limit: None })
}

fn show_styled(sources: &SourceMap, findings: &[Diagnostic], style: Style) -> String {
    let mut out = Vec::new();
    render(findings, sources, style, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the forms write UTF-8")
}

macro_rules! forms {
    ($($name:ident $format:ident;)*) => {
        $(
            #[test]
            fn $name() {
                let (sources, findings) = sample();
                assert_snapshot!(show(&sources, &findings, Format::$format));
            }
        )*
    };
}

forms! {
    graphical Graphical;
    narrated Narrated;
    json Json;
    short Short;
    plain Plain;
    miette_json MietteJson;
}

/// One finding over one text.
fn over(text: &str, finding: impl FnOnce(&SourceMap, FileId) -> Diagnostic) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file = sources.add("platform.dr", text, Origin::Project);
    let finding = finding(&sources, file);
    (sources, vec![finding])
}

/// The drawn forms one below the other.
fn drawn(text: &str, finding: impl FnOnce(&SourceMap, FileId) -> Diagnostic) -> String {
    let (sources, findings) = over(text, finding);
    [Format::Graphical, Format::Narrated, Format::Plain, Format::Short].map(|format| show(&sources, &findings, format)).join("----\n")
}

fn unexpected(message: &str) -> Diagnostic {
    Diagnostic::error(codes::UNEXPECTED, message)
}

#[test]
fn wide_characters() {
    assert_snapshot!(drawn("let 名前 = \"日本 🚒\" + missing\n", |sources, file| {
        unexpected("there is no `missing`")
            .label(find(sources, file, "missing"), "declared nowhere")
            .secondary(find(sources, file, "\"日本 🚒\""), "a string")
    }));
}

#[test]
fn tabs() {
    assert_snapshot!(drawn("service net {\n\tcidr\t= 10.0.0.0/8\n}\n", |sources, file| {
        unexpected("the network is too large").label(find(sources, file, "10.0.0.0/8"), "at most a /16")
    }));
}

#[test]
fn carriage_returns() {
    assert_snapshot!(drawn("region a = us-east-1\r\nregion b = us-east-9\r\nregion c = us-west-2\r\n", |sources, file| {
        unexpected("AWS has no Region `us-east-9`").label(find(sources, file, "us-east-9"), "unknown")
    }));
}

#[test]
fn end_of_file() {
    let text = "platform p {\n  rto = 5min\n";
    assert_snapshot!(drawn(text, |sources, file| {
        unexpected("`{` is never closed")
            .label(Span::new(file, text.len(), text.len()), "`}` expected here")
            .secondary(find(sources, file, "{"), "opened here")
    }));
}

#[test]
fn end_of_file_without_line_end() {
    let text = "platform p {";
    assert_snapshot!(drawn(text, |_, file| {
        unexpected("`{` is never closed").label(Span::new(file, text.len(), text.len()), "`}` expected here")
    }));
}

#[test]
fn no_width() {
    assert_snapshot!(drawn("let a = [1 2]\n", |_, file| {
        unexpected("a comma is missing").label(Span::new(file, 10, 10), "between these two").fix("insert `,`", Span::new(file, 10, 10), ",")
    }));
}

#[test]
fn far_apart() {
    let text = format!("region primary = us-east-1\n{}region primary = us-east-2\n", "// nothing\n".repeat(40));
    assert_snapshot!(drawn(&text, |sources, file| {
        Diagnostic::error(codes::DUPLICATE_NAME, "`primary` is declared twice")
            .label(nth(sources, file, "primary", 1), "again here")
            .secondary(nth(sources, file, "primary", 0), "first here")
    }));
}

#[test]
fn overlapping_labels() {
    assert_snapshot!(drawn("let a = sum(errors.rate) over 1min\n", |sources, file| {
        unexpected("`errors.rate` cannot be summed")
            .label(find(sources, file, "errors.rate"), "a rate")
            .secondary(find(sources, file, "sum(errors.rate)"), "summed here")
            .secondary(find(sources, file, "errors"), "of this metric")
            .secondary(find(sources, file, "rate) over"), "for this long")
    }));
}

#[test]
fn a_block_over_many_lines() {
    let body = "  step a = b.c()\n".repeat(30);
    let text = format!("failover f {{\n{body}}}\n");
    assert_snapshot!(drawn(&text, |_, file| { unexpected("this plan is too long").label(Span::new(file, 0, text.len()), "30 steps") }));
}

#[test]
fn a_line_without_end() {
    let text = format!("let a = \"{}\" + missing + \"{}\"\n", "x".repeat(5000), "y".repeat(5000));
    assert_snapshot!(drawn(&text, |sources, file| { unexpected("there is no `missing`").label(find(sources, file, "missing"), "declared nowhere") }));
}

#[test]
fn characters_that_terminals_obey() {
    let text = "let a = \"\u{1b}[2J\u{202e}evil\u{85}\" + \rmissing // \u{feff}\n";
    let shown =
        drawn(text, |sources, file| unexpected("there is no `\u{1b}[31mmissing`").label(find(sources, file, "missing"), "not \u{202e}here\u{7}"));
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{85}', '\r', '\u{7}']), "{shown:?}");
    assert_snapshot!(shown);
}

#[test]
fn only_the_library_takes_part() {
    let mut sources = SourceMap::new();
    let library = sources.add("std@1/aurora.dr", "pub component postgres is replica {\n  bad\n}\n", Origin::Library);
    let finding = unexpected("this does not fit").label(find(&sources, library, "bad"), "here");
    let shown = show(&sources, &[finding], Format::Graphical);
    assert!(!shown.contains("  bad"), "{shown}");
    assert_snapshot!(shown);
}

#[test]
fn narrow_terminal() {
    let (sources, findings) = sample();
    let style = Style { format: Format::Graphical, color: false, width: 60, limit: None };
    assert_snapshot!(show_styled(&sources, &findings, style));
}

#[test]
fn colors() {
    let (sources, findings) = sample();
    let style = Style { format: Format::Graphical, color: true, width: 100, limit: Some(2) };
    let shown = show_styled(&sources, &findings, style);
    assert_snapshot!(shown.replace('\u{1b}', "^"));
}

#[test]
fn more_than_the_limit_is_counted_and_errors_come_first() {
    let text = "a b c d\n";
    let mut sources = SourceMap::new();
    let file = sources.add("platform.dr", text, Origin::Project);
    let finding = |at: usize, severity| Diagnostic::new("DR0101", severity, format!("number {at}")).label(Span::new(file, at, at + 1), "");
    let findings = [finding(0, Severity::Warning), finding(2, Severity::Error), finding(4, Severity::Warning), finding(6, Severity::Error)];
    let style = Style { format: Format::Short, color: false, width: 100, limit: Some(3) };
    assert_snapshot!(show_styled(&sources, &findings, style));
}

/// No range over any text makes a form panic or fail: places come from every stage, also from broken texts.
#[test]
fn any_range_over_any_text_is_drawn() {
    let texts = ["", "\n", "a", "a\n", "\r\n", "a\r\nb", "日本\n語", "\t\tx\n\n\n", "🚒", "\u{feff}a\n", "a\n\nb\n\n"];
    for text in texts {
        let mut sources = SourceMap::new();
        let file = sources.add("platform.dr", text, Origin::Project);
        for start in 0..text.len() + 3 {
            for end in 0..text.len() + 3 {
                let finding = unexpected("wrong")
                    .label(Span { file, start: start as u32, end: end as u32 }, "first mark")
                    .secondary(Span::new(file, end, start), "second mark")
                    .secondary(Span::new(FileId(7), 0, 1), "nowhere");
                for format in [Format::Graphical, Format::Narrated, Format::Json, Format::Short, Format::Plain, Format::MietteJson] {
                    let shown = show(&sources, std::slice::from_ref(&finding), format);
                    assert!(shown.contains("wrong"), "{text:?} {start}..{end} {format:?}: {shown}");
                    if format != Format::Short {
                        assert!(shown.contains("first mark"), "the label is lost: {text:?} {start}..{end} {format:?}: {shown}");
                    }
                }
            }
        }
    }
}
