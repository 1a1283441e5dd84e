//! The look at a text before the grammar: comments, brackets, quotes, depth.
//!
//! It gives a copy of the text, byte for byte as long, in which comments, tabs, and newlines inside `( )` and `[ ]` are
//! blank, and every bracket has its partner. So the grammar needs to know neither comments nor where newlines are free,
//! and one missing brace does not swallow the rest: in a text whose brackets do not fit, a word that opens a top-level
//! statement in column 0 ends whatever was open.

mod strings;

use super::words;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::{FileId, Span};

/// How deeply brackets may nest.
pub const MAXIMUM_DEPTH: usize = 64;
/// How many findings about brackets and quotes are told; further ones follow from the first.
const MAXIMUM_FINDINGS: usize = 50;

/// What the scan gives.
pub struct Scan {
    /// The copy for the grammar.
    pub text: Vec<u8>,
    /// Where comments stand, in order.
    pub comments: Vec<Span>,
    /// Where top-level statements begin; the first one is 0.
    pub slices: Vec<usize>,
    /// Closers that are missing at the end of a slice: the slice's number and the bytes to append.
    pub missing: Vec<(usize, Vec<u8>)>,
    /// Brackets nest too deeply: the text is not parsed.
    pub too_deep: bool,
}

/// An opening bracket that waits for its closer.
#[derive(Clone, Copy)]
struct Open {
    bracket: u8,
    at: usize,
    /// Blanks before the first character of its line.
    indent: usize,
    /// Where its line begins.
    line: usize,
}

struct Scanner<'t> {
    file: FileId,
    source: &'t [u8],
    out: Scan,
    stack: Vec<Open>,
    /// Newlines that were blanked since the oldest open parenthesis.
    blanked: Vec<usize>,
    findings: Vec<Diagnostic>,
    /// Brackets are known not to fit: openers in column 0 and indentation decide.
    repair: bool,
    misfit: bool,
    line: usize,
    indent: usize,
}

/// Scans a text; findings about brackets, quotes and depth go to `diagnostics`.
pub fn scan(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Scan {
    let mut first = Scanner::new(file, text, false);
    first.run();
    let result = if first.misfit && !first.out.too_deep {
        let mut second = Scanner::new(file, text, true);
        second.run();
        second
    } else {
        first
    };
    for finding in result.findings.into_iter().take(MAXIMUM_FINDINGS) {
        diagnostics.push(finding);
    }
    result.out
}

impl<'t> Scanner<'t> {
    fn new(file: FileId, text: &'t str, repair: bool) -> Self {
        let out = Scan { text: text.as_bytes().to_vec(), comments: Vec::new(), slices: vec![0], missing: Vec::new(), too_deep: false };
        Self {
            file,
            source: text.as_bytes(),
            out,
            stack: Vec::new(),
            blanked: Vec::new(),
            findings: Vec::new(),
            repair,
            misfit: false,
            line: 0,
            indent: 0,
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.source.get(at).copied().unwrap_or(0)
    }

    fn starts(&self, at: usize, with: &[u8]) -> bool {
        self.source.get(at..).is_some_and(|rest| rest.starts_with(with))
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file, from, to)
    }

    /// The character that ends before an offset.
    fn last_before(&self, end: usize) -> Span {
        let before = self.source.get(..end).unwrap_or_default();
        let width = before.iter().rev().take_while(|byte| **byte & 0xC0 == 0x80).count() + 1;
        self.span(end.saturating_sub(width), end)
    }

    fn line_end(&self, from: usize) -> usize {
        self.source.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')).map_or(self.source.len(), |at| from + at)
    }

    fn blank(&mut self, from: usize, to: usize) {
        if let Some(range) = self.out.text.get_mut(from..to) {
            for byte in range {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
    }

    fn put(&mut self, at: usize, byte: u8) {
        if let Some(place) = self.out.text.get_mut(at) {
            *place = byte;
        }
    }

    fn run(&mut self) {
        let mut at = 0;
        if self.starts(0, "\u{feff}".as_bytes()) {
            self.byte_order_mark();
            at = 3;
        }
        self.begin_line(at);
        while at < self.source.len() && !self.out.too_deep {
            at = match self.byte(at) {
                b'\n' => {
                    if self.in_parentheses() {
                        self.put(at, b' ');
                        self.blanked.push(at);
                    }
                    self.begin_line(at + 1);
                    at + 1
                }
                b'/' if self.byte(at + 1) == b'/' => {
                    let end = self.line_end(at);
                    let trimmed = if end > at && self.byte(end - 1) == b'\r' { end - 1 } else { end };
                    let span = self.span(at, trimmed);
                    self.out.comments.push(span);
                    self.blank(at, end);
                    end
                }
                b'"' if self.starts(at, b"\"\"\"") => self.multi_line(at),
                b'"' => self.string(at),
                b'#' if self.byte(at + 1) == b'"' => self.raw(at),
                b'\t' | b'\r' => {
                    self.put(at, b' ');
                    at + 1
                }
                opener @ (b'(' | b'[' | b'{') => self.open(opener, at),
                closer @ (b')' | b']' | b'}') => self.close(closer, at),
                _ => at + 1,
            };
        }
        self.finish();
    }

    fn in_parentheses(&self) -> bool {
        self.stack.last().is_some_and(|open| open.bracket != b'{')
    }

    fn byte_order_mark(&mut self) {
        let span = self.span(0, 3);
        self.findings.push(
            Diagnostic::error(codes::BYTE_ORDER_MARK, "the file begins with a byte order mark")
                .label(span, "an invisible character before the first word")
                .note("editors add it when they save as \"UTF-8 with BOM\"; other tools then read the first word wrongly")
                .help("save the file as UTF-8 without a byte order mark")
                .fix("remove the byte order mark", span, ""),
        );
        self.blank(0, 3);
    }

    /// Notes the line's indentation, and ends what is open where a top-level statement begins.
    fn begin_line(&mut self, at: usize) {
        self.line = at;
        let rest = self.source.get(at..).unwrap_or_default();
        self.indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let first = rest.get(self.indent).copied().unwrap_or(b'\n');
        if self.repair && !self.stack.is_empty() {
            if self.indent == 0 && words::opens_top_level(rest) {
                self.unclosed_before(at, "the next declaration begins here");
            } else if self.in_parentheses() && words::begins_statement(rest.get(self.indent..).unwrap_or_default()) {
                self.unclosed_parentheses(at);
            }
        }
        if self.stack.is_empty()
            && self.indent == 0
            && !matches!(first, b'\n' | b'\r' | b'}' | b')' | b']' | b'{')
            && at > 0
            && !rest.starts_with(b"else")
        {
            self.out.slices.push(at);
        }
    }

    fn open(&mut self, bracket: u8, at: usize) -> usize {
        if self.stack.len() >= MAXIMUM_DEPTH {
            let mut finding = Diagnostic::error(codes::TOO_DEEP, format!("brackets nest more than {MAXIMUM_DEPTH} deep"))
                .label(self.span(at, at + 1), format!("level {}", MAXIMUM_DEPTH + 1))
                .help("name the inner part with `let`, or make a component of it");
            if let Some(outer) = self.stack.first() {
                finding = finding.secondary(self.span(outer.at, outer.at + 1), "level 1");
            }
            self.findings.push(finding);
            self.out.too_deep = true;
            return at + 1;
        }
        self.stack.push(Open { bracket, at, indent: self.indent, line: self.line });
        at + 1
    }

    fn close(&mut self, closer: u8, at: usize) -> usize {
        let first_on_line = at == self.line + self.indent;
        if self.repair && closer == b'}' && first_on_line {
            self.close_deeper_blocks(at);
        }
        let Some(top) = self.stack.last().copied() else {
            self.stray(closer, at);
            return at + 1;
        };
        let wanted = partner(top.bracket);
        if wanted == closer {
            self.pop();
            return at + 1;
        }
        self.misfit = true;
        if !self.repair {
            self.pop();
            return at + 1;
        }
        if closer == b'}' {
            // A parenthesis cannot reach out of its block.
            self.unclosed_parentheses(at);
            return self.close(closer, at);
        }
        if top.bracket == b'{' {
            self.stray(closer, at);
            return at + 1;
        }
        self.findings.push(
            Diagnostic::error(codes::STRAY_CLOSER, format!("`{}` does not close `{}`", char::from(closer), char::from(top.bracket)))
                .label(self.span(at, at + 1), format!("`{}` is needed here", char::from(wanted)))
                .secondary(self.span(top.at, top.at + 1), "opened here")
                .help(format!("write `{}`", char::from(wanted)))
                .fix(format!("write `{}`", char::from(wanted)), self.span(at, at + 1), char::from(wanted).to_string()),
        );
        self.put(at, wanted);
        self.pop();
        at + 1
    }

    fn pop(&mut self) {
        self.stack.pop();
        if !self.in_parentheses() {
            self.blanked.clear();
        }
    }

    fn stray(&mut self, closer: u8, at: usize) {
        self.misfit = true;
        if !self.repair {
            return;
        }
        if self.findings.len() >= MAXIMUM_FINDINGS {
            return self.blank(at, at + 1);
        }
        let mut finding = Diagnostic::error(codes::STRAY_CLOSER, format!("this `{}` closes nothing", char::from(closer)))
            .label(self.span(at, at + 1), "no bracket is open here");
        if let (b'}', Some((start, end))) = (closer, self.last_header_without_block(at)) {
            finding = finding
                .secondary(self.span(start, end), "is the `{` of this block missing?")
                .help("write `{` at the end of the header's line, or remove the `}`");
        } else {
            finding = finding.help(format!("remove the `{}`", char::from(closer))).fix("remove it", self.span(at, at + 1), "");
        }
        self.findings.push(finding);
        self.blank(at, at + 1);
    }

    /// The nearest line above `at` that opens a statement with a block and has no `{`.
    fn last_header_without_block(&self, at: usize) -> Option<(usize, usize)> {
        let before = self.source.get(..at)?;
        let mut end = before.len();
        for line in before.rsplit(|byte| *byte == b'\n') {
            let start = end - line.len();
            if words::opens_top_level(line) {
                let trimmed = line.trim_ascii_end().len();
                return (!line.contains(&b'{')).then_some((start, start + trimmed));
            }
            end = start.saturating_sub(1);
        }
        None
    }

    /// Ends blocks that stand deeper than the `}` that begins a line: that brace is an outer block's.
    fn close_deeper_blocks(&mut self, at: usize) {
        while let Some(top) = self.stack.last().copied() {
            let deeper = top.bracket == b'{' && top.indent > self.indent && top.line != self.line;
            // Without an opener that fits the brace's indentation, indentation says nothing.
            let fits = self.stack.iter().any(|open| open.bracket == b'{' && open.indent == self.indent);
            if !deeper || !fits {
                return;
            }
            self.report_unclosed(top, at - self.indent, "this `}` closes an outer block");
            self.stack.pop();
            self.missing_closer(b'}');
        }
    }

    fn report_unclosed(&mut self, open: Open, before: usize, why: &str) {
        self.misfit = true;
        let bracket = char::from(open.bracket);
        let closer = char::from(partner(open.bracket));
        let place = if before >= self.source.len() { self.source.trim_ascii_end().len() } else { before };
        let insert = if before >= self.source.len() {
            format!("{}{closer}", if self.source.ends_with(b"\n") { "" } else { "\n" })
        } else {
            format!("{}{closer}\n", " ".repeat(open.indent))
        };
        let label_end = self.line_end(place).min(self.source.len());
        let at_end = before >= self.source.len();
        let label = if at_end { self.last_before(place) } else { self.span(place, label_end) };
        self.findings.push(
            Diagnostic::error(codes::UNCLOSED, format!("this `{bracket}` is never closed"))
                .label(self.span(open.at, open.at + 1), "opened here")
                .secondary(label, why)
                .help(format!("add `{closer}` before that"))
                .fix(format!("add `{closer}`"), self.span(before.min(self.source.len()), before.min(self.source.len())), insert),
        );
    }

    /// Notes that the slice which is being read lacks a closer; it is appended when the slice is parsed.
    fn missing_closer(&mut self, closer: u8) {
        let slice = self.out.slices.len() - 1;
        match self.out.missing.last_mut() {
            Some((known, closers)) if *known == slice => closers.push(closer),
            _ => self.out.missing.push((slice, vec![closer])),
        }
    }

    /// Ends everything that is open before a top-level statement or the end of the file.
    fn unclosed_before(&mut self, at: usize, why: &str) {
        self.unclosed_parentheses(at);
        let open = std::mem::take(&mut self.stack);
        // The outermost block is the one whose closer belongs here; those inside it follow from it.
        if let Some(outermost) = open.first() {
            self.report_unclosed(*outermost, at, why);
        }
        for _ in &open {
            self.missing_closer(b'}');
        }
        self.blanked.clear();
    }

    /// Reports the open parentheses of the innermost block as unclosed, and gives up the text from their statement on.
    fn unclosed_parentheses(&mut self, until: usize) {
        let mut outermost = None;
        while let Some(open) = self.stack.last().copied().filter(|open| open.bracket != b'{') {
            outermost = Some(open);
            self.stack.pop();
        }
        let Some(open) = outermost else { return };
        self.misfit = true;
        let closer = char::from(partner(open.bracket));
        let text_end = self.source.get(..until).map_or(until, |text| text.trim_ascii_end().len());
        self.findings.push(
            Diagnostic::error(codes::UNCLOSED, format!("this `{}` is never closed", char::from(open.bracket)))
                .label(self.span(open.at, open.at + 1), "opened here")
                .secondary(self.last_before(text_end), format!("is a `{closer}` missing here?"))
                .help(format!("add `{closer}`")),
        );
        let from = self.statement_start(open);
        for at in std::mem::take(&mut self.blanked) {
            if at >= from {
                self.put(at, b'\n');
            }
        }
        self.blank(from, until);
    }

    /// Where the statement that holds an opener begins on its line: behind the last open `{` of that line.
    fn statement_start(&self, open: Open) -> usize {
        self.stack.iter().rev().find(|other| other.line == open.line && other.bracket == b'{').map_or(open.line, |other| other.at + 1)
    }

    fn finish(&mut self) {
        if self.stack.is_empty() || self.out.too_deep {
            return;
        }
        self.misfit = true;
        if self.repair {
            self.unclosed_before(self.source.len(), "the file ends here");
        }
    }
}

fn partner(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}
