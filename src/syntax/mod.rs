//! Text to syntax tree. Parsing never fails: it gives what it understood and reports the rest.
//!
//! A text is scanned first (comments, brackets, quotes: `scan`), then cut into top-level statements. A statement that the
//! grammar refuses is reported, its line is blanked, and it is read again, so that one run finds several mistakes.

pub mod ast;
mod build;
mod expression;
mod fault;
mod foreign;
pub mod format;
mod literal;
mod scan;
mod types;
mod words;

use crate::diag::Diagnostics;
use crate::source::{FileId, Span};
use build::Builder;
use pest::Parser;

use grammar::{Grammar, Rule};

/// The generated parser. Its types stay inside this module.
mod grammar {
    #![allow(missing_docs, reason = "generated; the rules are documented in the grammar")]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/drc.pest"]
    pub struct Grammar;
}

pub use words::form;

type Pair<'t> = pest::iterators::Pair<'t, Rule>;

/// How many mistakes are looked for in one top-level statement.
const MAXIMUM_FAULTS: usize = 10;
/// After how many findings a text is given up: what follows tells nobody anything new.
const MAXIMUM_FINDINGS: usize = 200;

/// Parses a text; what it could not understand is reported and left out of the tree.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> ast::File {
    let most = diagnostics.as_slice().len() + MAXIMUM_FINDINGS;
    let scan = scan::scan(file, text, diagnostics);
    let mut builder = Builder::new(file, text, &scan.comments, diagnostics);
    let mut statements = Vec::new();
    if !scan.too_deep {
        let mut missing = scan.missing.iter().peekable();
        let ends = scan.slices.iter().skip(1).copied().chain([scan.text.len()]);
        for (number, (start, end)) in scan.slices.iter().copied().zip(ends).enumerate() {
            if builder.diagnostics.as_slice().len() >= most {
                break;
            }
            let bytes = scan.text.get(start..end).unwrap_or_default();
            match missing.next_if(|(slice, _)| *slice == number) {
                None => parse_slice(bytes, &[], start, &mut builder, &mut statements),
                Some((_, closers)) => parse_slice(bytes, closers, start, &mut builder, &mut statements),
            }
        }
    }
    builder.finish(statements)
}

/// Parses a slice; the closers that it lacks are appended, and no finding speaks of them: that they are missing is said already.
fn parse_slice(bytes: &[u8], closers: &[u8], start: usize, builder: &mut Builder<'_>, statements: &mut Vec<ast::Statement>) {
    let whole = [bytes, closers].concat();
    let Ok(text) = std::str::from_utf8(&whole) else { return };
    if text.trim().is_empty() {
        return;
    }
    let error = match Grammar::parse(Rule::slice, text) {
        Ok(pairs) => return builder.slice(pairs, start, statements),
        Err(error) => error,
    };
    let mut copy = text.to_string();
    let mut error = Some(error);
    for _ in 0..MAXIMUM_FAULTS {
        match error.take() {
            Some(found) => {
                let at = fault::place(&found, &copy);
                if at >= bytes.len() && !closers.is_empty() {
                    return;
                }
                fault::report(&found, &copy, at, start, builder);
                if !blank_around(&mut copy, at) {
                    return;
                }
            }
            None => return,
        }
        match Grammar::parse(Rule::slice, &copy) {
            Ok(pairs) => return builder.slice(pairs, start, statements),
            Err(next) => error = Some(next),
        }
    }
}

/// Blanks the line of a fault, and the block that its line opens; `false` if nothing was left to blank.
fn blank_around(copy: &mut String, at: usize) -> bool {
    let bytes = copy.as_bytes();
    let at = at.min(bytes.len());
    let mut start = bytes.get(..at).and_then(|text| text.iter().rposition(|byte| *byte == b'\n')).map_or(0, |newline| newline + 1);
    let line_end =
        |from: usize| bytes.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')).map_or(bytes.len(), |offset| from + offset);
    let mut end = line_end(at);
    // A brace that closes an earlier block stays; one that opens a block takes the block along.
    let mut depth = 0usize;
    let mut position = start;
    while position < bytes.len() {
        match bytes.get(position) {
            Some(b'{') => depth += 1,
            Some(b'}') if depth == 0 && position < end && position >= at => {
                end = position;
                break;
            }
            Some(b'}') if depth == 0 => start = position + 1,
            Some(b'}') => {
                depth -= 1;
                if depth == 0 && position >= end {
                    end = line_end(position);
                    // What follows the block on its last line closes an outer one.
                    if let Some(extra) = bytes.get(position + 1..end).and_then(|rest| rest.iter().position(|byte| *byte == b'}')) {
                        end = position + 1 + extra;
                    }
                    break;
                }
            }
            Some(b'\n') if depth == 0 => break,
            _ => {}
        }
        position += 1;
    }
    if depth > 0 && position >= bytes.len() {
        end = bytes.len();
    }
    // A line that ends in an operator goes on below: what stands there is no statement of its own.
    while bytes.get(start..end).is_some_and(goes_on) && bytes.get(end) == Some(&b'\n') {
        let next = line_end(end + 1);
        let line = bytes.get(end + 1..next).unwrap_or_default().trim_ascii_start();
        if line.is_empty() || line.starts_with(b"}") || words::begins_statement(line) {
            break;
        }
        end = next;
    }
    let blanked: Vec<u8> =
        bytes.iter().enumerate().map(|(position, byte)| if (start..end).contains(&position) && *byte != b'\n' { b' ' } else { *byte }).collect();
    let changed = blanked != bytes;
    if let Ok(blanked) = String::from_utf8(blanked) {
        *copy = blanked;
    }
    changed
}

/// Whether a text ends in an operator that wants a right side.
fn goes_on(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let words: [&[u8]; 4] = [b" and", b" or", b" not", b" in"];
    text.ends_with(b"??")
        || matches!(text.last(), Some(b'+' | b'-' | b'*' | b'/' | b'<' | b'>' | b'='))
        || words.iter().any(|word| text.ends_with(word))
}

/// The span of a pair without the blanks behind it, which the grammar counts in before an absent optional part.
fn span_of(file: FileId, base: usize, pair: &Pair<'_>) -> Span {
    let start = base + pair.as_span().start();
    Span::new(file, start, start + pair.as_str().trim_ascii_end().len())
}
