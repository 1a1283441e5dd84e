//! Strings of every style, and what is done about a broken one.

use super::{Scanner, partner};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;

impl Scanner<'_> {
    /// `"..."` on one line.
    pub(super) fn string(&mut self, start: usize) -> usize {
        let mut at = start + 1;
        let mut interpolation = 0usize;
        loop {
            match self.byte(at) {
                b'\n' | 0 if at >= self.source.len() || self.byte(at) == b'\n' => return self.unterminated(start, at),
                b'\\' if interpolation == 0 && self.byte(at + 1) != b'\n' => at += 2,
                b'"' if interpolation > 0 && self.quote_inside(start, at) => {
                    return self.line_end(start);
                }
                b'"' => return at + 1,
                b'$' if interpolation == 0 && self.starts(at, b"$${") => at += 3,
                b'$' if interpolation == 0 && self.byte(at + 1) == b'{' => {
                    interpolation = 1;
                    at += 2;
                }
                b'{' if interpolation > 0 => {
                    interpolation += 1;
                    at += 1;
                }
                b'}' if interpolation > 0 => {
                    interpolation -= 1;
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// A quote inside `${...}`: either the interpolation is not closed, or a text is written inside it.
    fn quote_inside(&mut self, start: usize, at: usize) -> bool {
        let end = self.line_end(start);
        let rest = self.source.get(at + 1..end).unwrap_or_default();
        let closed_later = rest.contains(&b'}') && rest.contains(&b'"');
        let finding = if closed_later {
            Diagnostic::error(codes::BAD_STRING, "a text cannot stand inside `${...}`")
                .label(self.span(at, at + 1), "this quote would end the string")
                .help("name the inner text with `let` and use the name")
        } else {
            Diagnostic::error(codes::BAD_STRING, "this `${` is never closed")
                .label(self.interpolation_start(start, at), "opened here")
                .secondary(self.span(at, at + 1), "the string ends here")
                .help("add `}`, or write `$${` for the two characters themselves")
        };
        self.findings.push(finding);
        self.give_up_line(start, end);
        true
    }

    fn interpolation_start(&self, start: usize, at: usize) -> Span {
        let text = self.source.get(start..at).unwrap_or_default();
        let found = text.windows(2).rposition(|pair| pair == b"${").map_or(start, |offset| start + offset);
        self.span(found, found + 2)
    }

    fn unterminated(&mut self, start: usize, end: usize) -> usize {
        let text_end = self.source.get(..end).map_or(end, |text| text.trim_ascii_end().len()).max(start + 1);
        self.findings.push(
            Diagnostic::error(codes::UNTERMINATED_STRING, "this string is never closed")
                .label(self.span(start, start + 1), "opened here")
                .secondary(self.last_before(text_end), "the line ends here")
                .help("add `\"`; a text over several lines stands between `\"\"\"` lines"),
        );
        self.give_up_line(start, end);
        end
    }

    /// Blanks the statement of a line that holds a broken string, but keeps the blocks that open before it and the closers
    /// at the line's end that belong to them.
    fn give_up_line(&mut self, quote: usize, end: usize) {
        while self.stack.last().is_some_and(|open| open.bracket != b'{' && open.line == self.line) {
            self.stack.pop();
        }
        let from = match self.stack.last() {
            Some(open) if open.line == self.line => open.at + 1,
            _ => self.line,
        };
        let mut tail = end;
        while tail > quote + 1 && matches!(self.byte(tail - 1), b')' | b']' | b'}' | b' ' | b',' | b'\r' | b'\t') {
            tail -= 1;
        }
        // A closer whose opener was swallowed by the string went with it: the block around them stays open.
        let text = self.source.get(quote..tail).unwrap_or_default();
        let count = |bracket: u8| text.iter().filter(|byte| **byte == bracket).count();
        let mut swallowed = count(b'{').saturating_sub(count(b'}'));
        self.blank(from, end);
        for at in tail..end {
            if swallowed > 0 && self.byte(at) == b'}' {
                swallowed -= 1;
                continue;
            }
            let fits = self.stack.last().is_some_and(|open| partner(open.bracket) == self.byte(at));
            if fits && (self.byte(at) == b'}') {
                self.put(at, b'}');
                self.pop();
            }
        }
    }

    /// `"""` to `"""`, over several lines.
    pub(super) fn multi_line(&mut self, start: usize) -> usize {
        let mut at = start + 3;
        while at < self.source.len() {
            if self.byte(at) == b'\\' {
                at += 2;
            } else if self.starts(at, b"\"\"\"") {
                return self.end_of_lines(start, at + 3);
            } else {
                at += 1;
            }
        }
        self.unterminated_block(start, 3, "\"\"\"")
    }

    /// `#"` to `"#`.
    pub(super) fn raw(&mut self, start: usize) -> usize {
        let rest = self.source.get(start + 2..).unwrap_or_default();
        match rest.windows(2).position(|pair| pair == b"\"#") {
            Some(offset) => self.end_of_lines(start, start + 2 + offset + 2),
            None => self.unterminated_block(start, 2, "\"#"),
        }
    }

    /// A string may end on another line than it began.
    fn end_of_lines(&mut self, start: usize, end: usize) -> usize {
        if let Some(offset) = self.source.get(start..end).and_then(|text| text.iter().rposition(|byte| *byte == b'\n')) {
            self.line = start + offset + 1;
            let rest = self.source.get(self.line..).unwrap_or_default();
            self.indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        }
        end
    }

    fn unterminated_block(&mut self, start: usize, length: usize, closer: &str) -> usize {
        self.findings.push(
            Diagnostic::error(codes::UNTERMINATED_STRING, "this string is never closed")
                .label(self.span(start, start + length), "opened here; the rest of the file would belong to it")
                .help(format!("add `{closer}` where the text ends")),
        );
        let end = self.source.len();
        self.give_up_line(start, end);
        end
    }
}
