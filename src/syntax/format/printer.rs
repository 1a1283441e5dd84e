//! What all constructs share: comments, blank lines, brackets.

use super::super::ast::{Block, DocLine, File, Statement};
use super::stream::{Sort, Token};
use crate::source::Span;
use std::borrow::Cow;

/// The stream for a whole file.
pub(super) fn tokens<'t>(tree: &'t File, text: &'t str) -> Vec<Token<'t>> {
    let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    let comments = &tree.comments;
    let mut printer = Printer { text, comments, next: 0, tokens: Vec::new(), line_ends, free: false, part: None, documents: false };
    printer.file(tree);
    printer.tokens
}

/// Where between the items of a bracket or a block the printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind the opening bracket.
    First,
    /// Behind an item.
    Between,
}

/// What stands between two items.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// Where the text before it ends.
    pub(super) after: usize,
    /// Where the text behind it starts.
    pub(super) before: usize,
    /// Where it is.
    pub(super) place: Place,
    /// Whether the comments that are due stand here; without it the items are on one line.
    pub(super) comments: bool,
    /// What separates the items on one line.
    pub(super) flat: &'static str,
}

/// Writes the stream.
pub(super) struct Printer<'t> {
    text: &'t str,
    /// All comments, in order; those before `next` are printed.
    comments: &'t [Span],
    next: usize,
    tokens: Vec<Token<'t>>,
    /// The offsets of all line ends.
    line_ends: Vec<usize>,
    /// Whether a line may end anywhere: inside of `( )` and `[ ]`.
    pub(super) free: bool,
    /// The brackets or the string that were printed last: the index of their first token.
    pub(super) part: Option<usize>,
    /// Whether the comment that was printed last would document a declaration on the next line.
    documents: bool,
}

impl<'t> Printer<'t> {
    fn file(&mut self, tree: &'t File) {
        for line in &tree.doc {
            self.doc_line(line);
        }
        let end = self.text.len();
        if tree.statements.is_empty() && self.next == self.comments.len() {
            return;
        }
        if !tree.doc.is_empty() {
            self.push(Token::Hard);
        }
        let mut after = tree.doc.last().map_or(0, |line| line.span.range().end);
        let mut place = Place::First;
        for statement in &tree.statements {
            let before = start_of(statement);
            self.gap_of_file(after, before, place);
            self.statement(statement);
            after = statement.span().range().end;
            place = Place::Between;
        }
        self.gap_of_file(after, end, place);
    }

    /// Comments and blank lines between two statements of the top level.
    fn gap_of_file(&mut self, after: usize, before: usize, place: Place) {
        let mut fresh = place == Place::First;
        if !fresh {
            if let Some(words) = self.trailing(after, before) {
                self.push(Token::Comment(words));
            }
            self.push(Token::Hard);
        }
        while let Some((start, words)) = self.due(before) {
            if !fresh && self.blank_before(start) {
                self.push(Token::Hard);
            }
            self.comment(words);
            self.push(Token::Hard);
            fresh = false;
        }
        if !fresh && before < self.text.len() && (self.documents || self.blank_before(before)) {
            self.push(Token::Hard);
        }
        self.documents = false;
    }

    // ---- words ------------------------------------------------------------------------------------------------

    pub(super) fn push(&mut self, token: Token<'t>) {
        self.tokens.push(token);
    }

    pub(super) fn text(&mut self, words: impl Into<Cow<'t, str>>) {
        self.tokens.push(Token::Text(words.into()));
    }

    /// The text under a span.
    pub(super) fn source(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// A literal in its own spelling.
    pub(super) fn verbatim(&mut self, span: Span) {
        let words = self.source(span).trim();
        let words = if words.contains('\r') { words.replace("\r\n", "\n").into() } else { words.into() };
        self.tokens.push(Token::Verbatim(words));
    }

    /// Opens a group and gives the number by which it is closed.
    pub(super) fn open(&mut self) -> usize {
        self.tokens.push(Token::Open { close: 0, hug: None });
        self.tokens.len() - 1
    }

    /// Closes a group. `part` is its last part, which may break while the group stays on its line.
    pub(super) fn close(&mut self, group: usize, part: Option<usize>) {
        let end = self.tokens.len();
        self.tokens.push(Token::Close);
        if let Some(Token::Open { close, hug }) = self.tokens.get_mut(group) {
            *close = end;
            *hug = part;
        }
    }

    /// The index of the next token.
    pub(super) fn here(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn line(&mut self, flat: &'static str) {
        self.tokens.push(Token::Line { flat, blank: false });
    }

    /// The documentation of a declaration; no comment can stand between its lines.
    pub(super) fn doc(&mut self, doc: &'t [DocLine]) {
        for line in doc {
            self.doc_line(line);
        }
    }

    fn doc_line(&mut self, line: &DocLine) {
        let words = self.source(line.span).trim_end();
        let (marks, rest) = words.split_at_checked(3).unwrap_or((words, ""));
        self.text(marks);
        if !rest.is_empty() && !rest.starts_with([' ', '\t', '/']) {
            self.text(" ");
        }
        self.text(rest);
        self.push(Token::Hard);
    }

    // ---- comments and blank lines -----------------------------------------------------------------------------

    /// Takes the next comment if it starts before `before`.
    fn due(&mut self, before: usize) -> Option<(usize, &'t str)> {
        let span = self.comments.get(self.next).filter(|span| span.range().start < before)?;
        self.next += 1;
        Some((span.range().start, self.source(*span).trim_end()))
    }

    /// Takes the next comment if it belongs to the end of the line that ends at `after`: it stands there, or it stood
    /// further up where the layout has no line end.
    fn trailing(&mut self, after: usize, before: usize) -> Option<&'t str> {
        let start = self.comments.get(self.next)?.range().start;
        let after = self.behind_parentheses(after);
        let same_line = start < after || self.line_of(start) == self.line_of(after);
        if same_line { self.due(before).map(|(_, words)| words) } else { None }
    }

    /// A comment on its own line.
    fn comment(&mut self, words: &'t str) {
        self.text(words);
        self.documents = words.starts_with("///") && !words.starts_with("////");
    }

    /// How many comments start in the range.
    pub(super) fn commented(&self, start: usize, end: usize) -> usize {
        let left = self.comments.get(self.next..).unwrap_or_default();
        let before = |at: usize| left.partition_point(|span| span.range().start < at);
        before(end).saturating_sub(before(start))
    }

    /// How many comments the breakable end of an item that starts at `start` takes to itself: those inside it, and those
    /// before it if it breaks anyway.
    pub(super) fn taken(&self, start: usize, end: Option<Span>) -> usize {
        let Some(span) = end else { return 0 };
        let range = span.range();
        let inside = self.commented(range.start, range.end);
        let block = self.source(span).starts_with('{') && self.several_lines(range.start, range.end);
        if inside > 0 || block { self.commented(start, range.end) } else { 0 }
    }

    /// Whether the text from `start` to `end` spans several lines.
    pub(super) fn several_lines(&self, start: usize, end: usize) -> bool {
        self.line_of(start) != self.line_of(end)
    }

    fn line_of(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at)
    }

    /// Whether a blank line stands before the offset.
    fn blank_before(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default().bytes().rev();
        before.take_while(u8::is_ascii_whitespace).filter(|byte| *byte == b'\n').nth(1).is_some()
    }

    /// The offset behind the parentheses that close at `at`: the tree does not keep them.
    fn behind_parentheses(&self, mut at: usize) -> usize {
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let trimmed = rest.trim_start();
            if !trimmed.starts_with(')') {
                return at;
            }
            at += rest.len() - trimmed.len() + 1;
        }
    }

    /// The offset of the `...` before a value that starts at `at`.
    pub(super) fn spread_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        let before = before.trim_end_matches(|c: char| c.is_ascii_whitespace() || c == '(');
        before.strip_suffix("...").map_or(at, str::len)
    }

    // ---- brackets ---------------------------------------------------------------------------------------------

    /// What stands before the first item or between two.
    pub(super) fn gap(&mut self, gap: Gap) {
        let fresh = self.gap_comments(gap);
        let blank = !fresh && (self.documents || self.blank_before(gap.before));
        self.documents = false;
        self.push(Token::Line { flat: gap.flat, blank });
    }

    /// What stands behind the last item, or in brackets without items.
    pub(super) fn last_gap(&mut self, gap: Gap) {
        self.gap_comments(gap);
        self.documents = false;
        self.push(Token::Dedent);
        self.line(gap.flat);
    }

    /// The comments of a gap; `true` if nothing stands between the opening bracket and its end.
    fn gap_comments(&mut self, gap: Gap) -> bool {
        let mut fresh = gap.place == Place::First;
        if gap.comments {
            if let Some(words) = self.trailing(gap.after, gap.before) {
                self.push(Token::Comment(words));
            }
            while let Some((start, words)) = self.due(gap.before) {
                let blank = !fresh && self.blank_before(start);
                self.push(Token::Line { flat: gap.flat, blank });
                self.comment(words);
                fresh = false;
            }
        }
        fresh
    }

    /// Items in `( )` or `[ ]`, of which the place is given without the brackets. `span` gives the place of an item; `hug`
    /// is the end of the last one, if that may break alone.
    pub(super) fn list<T>(
        &mut self,
        (opening, closing): (&'static str, &'static str),
        (start, end): (usize, usize),
        items: &'t [T],
        hug: Option<Span>,
        span: impl Fn(&Self, &T) -> (usize, usize),
        print: impl Fn(&mut Self, &'t T),
    ) {
        let last = items.last().map_or(start, |item| span(self, item).0);
        let comments = self.commented(start, end) > self.taken(last, hug);
        let group = self.open();
        self.text(opening);
        if !items.is_empty() || comments {
            if comments {
                self.push(Token::Force);
            }
            let free = std::mem::replace(&mut self.free, true);
            self.push(Token::Indent);
            let mut gap = Gap { after: start, before: end, place: Place::First, comments, flat: "" };
            for item in items {
                let (from, to) = span(self, item);
                if gap.place == Place::Between {
                    self.text(",");
                }
                self.gap(Gap { before: from, ..gap });
                self.item(None, |printer| print(printer, item));
                gap = Gap { after: to, place: Place::Between, flat: " ", ..gap };
            }
            if !items.is_empty() {
                self.push(Token::Broken(","));
            }
            self.last_gap(Gap { before: end, flat: "", ..gap });
            self.free = free;
        }
        self.text(closing);
        let part = self.part.filter(|_| hug.is_some());
        self.close(group, part);
        self.part = Some(group);
    }

    /// Items in `{ }`, of which the place is given without the braces: on one line with commas, or on several without.
    /// `edge` stands inside the braces on one line. The line ends belong to the group around them.
    pub(super) fn braces<T>(
        &mut self,
        (start, end): (usize, usize),
        edge: &'static str,
        items: &'t [T],
        span: impl Fn(&Self, &T) -> (usize, usize),
        print: impl Fn(&mut Self, &'t T),
    ) {
        let comments = self.commented(start, end) > 0;
        if items.is_empty() && !comments {
            self.text("{}");
            return;
        }
        let several = comments || self.several_lines(start, end);
        if several {
            self.push(Token::Force);
        }
        let free = std::mem::replace(&mut self.free, false);
        self.text("{");
        self.push(Token::Indent);
        let mut gap = Gap { after: start, before: end, place: Place::First, comments: several, flat: edge };
        for item in items {
            let (from, to) = span(self, item);
            if gap.place == Place::Between {
                self.push(Token::Flat(","));
            }
            self.gap(Gap { before: from, ..gap });
            print(self, item);
            gap = Gap { after: to, place: Place::Between, flat: " ", ..gap };
        }
        self.last_gap(Gap { before: end, flat: edge, ..gap });
        self.free = free;
        self.text("}");
    }

    /// The statements of a block; the line ends belong to the group around it.
    pub(super) fn block_body(&mut self, block: &'t Block) {
        let span = |_: &Self, statement: &Statement| (start_of(statement), statement.span().range().end);
        self.braces(inside(block.span), " ", &block.statements, span, Self::statement);
    }

    /// A block as a group of its own.
    pub(super) fn block(&mut self, block: &'t Block) {
        let group = self.open();
        self.block_body(block);
        self.close(group, None);
    }

    /// One item of a sort.
    pub(super) fn item(&mut self, sort: Option<Sort>, print: impl FnOnce(&mut Self)) {
        self.push(Token::Item(sort));
        print(self);
        self.push(Token::ItemEnd);
    }
}

/// What stands between the brackets of a span.
pub(super) fn inside(span: Span) -> (usize, usize) {
    let range = span.range();
    (range.start + 1, range.end.saturating_sub(1))
}

/// Where a statement starts, its documentation included.
fn start_of(statement: &Statement) -> usize {
    let doc = match statement {
        Statement::Declaration(node) => node.doc.first().map(|line| line.span),
        _ => None,
    };
    doc.unwrap_or(statement.span()).range().start
}
