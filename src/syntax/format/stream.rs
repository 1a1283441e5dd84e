//! The stream between the tree and the page: words, places where a line may end, and groups of them.

use super::super::ast::Kind;
use std::borrow::Cow;

/// One element of the stream.
#[derive(Debug)]
pub(super) enum Token<'t> {
    /// Words without a line end.
    Text(Cow<'t, str>),
    /// A literal in its own spelling, which may hold line ends.
    Verbatim(Cow<'t, str>),
    /// A line end if its group breaks, else `flat`.
    Line {
        /// What stands there if the group is on one line.
        flat: &'static str,
        /// Whether the line end is followed by a blank line.
        blank: bool,
    },
    /// A line end whatever happens.
    Hard,
    /// Words that stand there only if the group breaks.
    Broken(&'static str),
    /// Words that stand there only if the group does not break.
    Flat(&'static str),
    /// The start of a group: it is laid out on one line if it fits.
    Open {
        /// The index of its [`Token::Close`].
        close: usize,
        /// The index of the last part, if the group may stay on its line while that part breaks.
        hug: Option<usize>,
    },
    /// The end of a group.
    Close,
    /// Two blanks more, if the group breaks.
    Indent,
    /// Two blanks less, if the group breaks.
    Dedent,
    /// The group breaks, and so do all around it.
    Force,
    /// A comment at the end of the line; a line end follows.
    Comment(&'t str),
    /// What follows does not count when the groups before it are measured: they could not make it fit.
    Barrier,
    /// The start of a statement, an element or an entry.
    Item(Option<Sort>),
    /// Its end.
    ItemEnd,
    /// A place in an item where consecutive lines are aligned.
    Cell(Column),
}

/// Which items are aligned with one another: those of the same sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// `name = value`
    Assign,
    /// `KIND NAME ...`
    Declaration {
        /// The kind.
        kind: Kind,
        /// Whether `pub` stands before it.
        public: bool,
        /// Whether `external` stands before it.
        external: bool,
    },
}

/// The places of an item that are aligned, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// The type of a declaration.
    Type,
    /// The first clause.
    Clause,
    /// The `=` behind a name.
    Value,
    /// The block behind a value.
    Block,
}

impl Column {
    /// All of them, from left to right.
    pub(super) const ALL: [Self; 4] = [Self::Type, Self::Clause, Self::Value, Self::Block];
}

/// How many columns words take.
pub(super) fn width(words: &str) -> usize {
    if words.is_ascii() { words.len() } else { words.chars().count() }
}

/// Sums over the stream, by which any part of it is measured in constant time.
pub(super) struct Measures {
    /// Columns of all tokens before the index, if nothing breaks.
    flat: Vec<usize>,
    /// Columns of all tokens before the index, if their groups break.
    tail: Vec<usize>,
    /// Tokens before the index that forbid a single line.
    hard: Vec<usize>,
    /// Columns up to the next place at or behind the index where a line may end, as sums like `flat` and `tail`.
    ends: Vec<(usize, usize)>,
}

impl Measures {
    /// Measures a stream.
    pub(super) fn new(tokens: &[Token<'_>]) -> Self {
        let (mut flat, mut tail, mut hard) = (0, 0, 0);
        let capacity = tokens.len() + 1;
        let mut measures = Self {
            flat: Vec::with_capacity(capacity),
            tail: Vec::with_capacity(capacity),
            hard: Vec::with_capacity(capacity),
            ends: Vec::with_capacity(capacity),
        };
        let mut first_lines = Vec::with_capacity(capacity);
        for token in tokens {
            measures.flat.push(flat);
            measures.tail.push(tail);
            measures.hard.push(hard);
            first_lines.push(None);
            match token {
                Token::Text(words) => (flat, tail) = (flat + width(words), tail + width(words)),
                Token::Verbatim(words) => {
                    if let Some((first, _)) = words.split_once('\n') {
                        hard += 1;
                        first_lines.pop();
                        first_lines.push(Some(width(first)));
                    }
                    (flat, tail) = (flat + width(words), tail + width(words));
                }
                Token::Line { flat: words, .. } => {
                    flat += words.len();
                    first_lines.pop();
                    first_lines.push(Some(0));
                }
                Token::Flat(words) => flat += words.len(),
                Token::Broken(words) => tail += words.len(),
                Token::Hard => {
                    hard += 1;
                    first_lines.pop();
                    first_lines.push(Some(0));
                }
                Token::Barrier => {
                    first_lines.pop();
                    first_lines.push(Some(0));
                }
                Token::Force | Token::Comment(_) => hard += 1,
                Token::Open { .. } | Token::Close | Token::Indent | Token::Dedent | Token::Item(_) | Token::ItemEnd | Token::Cell(_) => {}
            }
        }
        measures.flat.push(flat);
        measures.tail.push(tail);
        measures.hard.push(hard);
        let mut end = (flat, tail);
        measures.ends.push(end);
        let sums = measures.flat.iter().zip(&measures.tail).take(first_lines.len()).rev();
        for (first_line, (flat, tail)) in first_lines.iter().rev().zip(sums) {
            if let Some(words) = first_line {
                end = (flat + words, tail + words);
            }
            measures.ends.push(end);
        }
        measures.ends.reverse();
        measures
    }

    /// The columns from `start` to `end` on one line, with all that follows up to where a line may end; `None` if it cannot be
    /// one line.
    pub(super) fn on_one_line(&self, start: usize, end: usize) -> Option<usize> {
        let behind = self.ends.get(end)?.1.checked_sub(*self.tail.get(end)?)?;
        let inside = self.flat.get(end)?.checked_sub(*self.flat.get(start)?)?;
        (self.forced(start, end) == 0).then_some(inside + behind)
    }

    /// The columns from `start` to the first place at or behind `from` where a line may end.
    pub(super) fn up_to_line_end(&self, start: usize, from: usize) -> usize {
        let end = self.ends.get(from).map_or(0, |end| end.0);
        end.saturating_sub(self.flat.get(start).copied().unwrap_or(0))
    }

    /// How many tokens in the range forbid a single line.
    pub(super) fn forced(&self, start: usize, end: usize) -> usize {
        let until = self.hard.get(end).copied().unwrap_or(0);
        until.saturating_sub(self.hard.get(start).copied().unwrap_or(0))
    }
}
