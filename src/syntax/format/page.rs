//! From the stream to lines: which groups fit on their line and which break.

use super::WIDTH;
use super::stream::{Column, Measures, Sort, Token, width};

/// The lines of the result, not aligned yet.
#[derive(Debug, Default)]
pub(super) struct Page<'t> {
    /// The code of all lines, one after the other, without indentation and line ends.
    pub(super) code: String,
    /// The lines.
    pub(super) lines: Vec<Line<'t>>,
    /// The cells of all lines, in order.
    pub(super) cells: Vec<Cell>,
}

/// One line.
#[derive(Debug, Default, Clone)]
pub(super) struct Line<'t> {
    /// Where its code starts in [`Page::code`].
    pub(super) start: usize,
    /// Where its code ends.
    pub(super) end: usize,
    /// The blanks before it.
    pub(super) indent: usize,
    /// The columns of indentation and code.
    pub(super) width: usize,
    /// The comment behind it.
    pub(super) comment: Option<&'t str>,
    /// Whether the line is one whole item (a statement, an element, an entry).
    pub(super) whole: bool,
    /// The sort of the item.
    pub(super) sort: Option<Sort>,
    /// The range of its cells in [`Page::cells`].
    pub(super) cells: std::ops::Range<usize>,
}

/// The start of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// Which one.
    pub(super) column: Column,
    /// Its offset in [`Page::code`].
    pub(super) at: usize,
    /// The columns before it.
    pub(super) width: usize,
}

/// How a group is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// On one line.
    Flat,
    /// On one line but for its last part.
    Hug,
    /// A line end at each place for one.
    Broken,
}

/// Lays the stream out.
pub(super) fn lay_out<'t>(tokens: &[Token<'t>]) -> Page<'t> {
    let mut setter = Setter {
        measures: Measures::new(tokens),
        page: Page::default(),
        line: Line::default(),
        indent: 0,
        column: 0,
        several: false,
        modes: Vec::new(),
        embraced: None,
        items: Vec::new(),
    };
    for (at, token) in tokens.iter().enumerate() {
        setter.set(at, token, tokens);
    }
    if setter.column > 0 || setter.line.comment.is_some() {
        setter.end_line();
    }
    setter.page
}

struct Setter<'t> {
    measures: Measures,
    page: Page<'t>,
    /// The line in the making.
    line: Line<'t>,
    indent: usize,
    /// The columns that the line uses so far; 0 for an empty line.
    column: usize,
    /// Whether the line holds a literal with line ends.
    several: bool,
    modes: Vec<Mode>,
    /// The part of a [`Mode::Hug`] group that has to break.
    embraced: Option<usize>,
    /// The open items: the number of the line that they start, if they do start one, and their sort.
    items: Vec<(Option<usize>, Option<Sort>)>,
}

impl<'t> Setter<'t> {
    fn set(&mut self, at: usize, token: &Token<'t>, tokens: &[Token<'t>]) {
        let mode = self.modes.last().copied().unwrap_or(Mode::Broken);
        match token {
            Token::Text(words) => self.write(words),
            Token::Verbatim(words) => {
                self.write(words);
                self.several |= words.contains('\n');
            }
            Token::Line { flat, .. } if mode != Mode::Broken => self.write(flat),
            Token::Line { blank, .. } => {
                self.end_line();
                if *blank {
                    self.end_line();
                }
            }
            Token::Hard => self.end_line(),
            Token::Broken(words) if mode == Mode::Broken => self.write(words),
            Token::Flat(words) if mode != Mode::Broken => self.write(words),
            Token::Open { close, hug } => {
                let mode = if mode == Mode::Flat { Mode::Flat } else { self.decide(at, *close, *hug, tokens) };
                self.modes.push(mode);
            }
            Token::Close => {
                self.modes.pop();
            }
            Token::Indent if mode == Mode::Broken => self.indent += 2,
            Token::Dedent if mode == Mode::Broken => self.indent = self.indent.saturating_sub(2),
            Token::Comment(words) => self.line.comment = Some(words),
            Token::Item(sort) => {
                let line = (self.column == 0).then_some(self.page.lines.len());
                self.items.push((line, *sort));
            }
            Token::ItemEnd => {
                if let Some((Some(start), sort)) = self.items.pop()
                    && start == self.page.lines.len()
                    && !self.several
                {
                    self.line.whole = true;
                    self.line.sort = sort;
                }
            }
            Token::Cell(column) => self.cell(*column),
            Token::Indent | Token::Dedent | Token::Broken(_) | Token::Flat(_) | Token::Force | Token::Barrier => {}
        }
    }

    /// How a group whose surroundings break is laid out.
    fn decide(&mut self, at: usize, close: usize, hug: Option<usize>, tokens: &[Token<'_>]) -> Mode {
        let column = if self.column == 0 { self.indent } else { self.column };
        let has_to_break = self.embraced.take_if(|part| *part == at).is_some();
        let fits = self.measures.on_one_line(at, close).is_some_and(|columns| column + columns <= WIDTH);
        if fits && !has_to_break {
            return Mode::Flat;
        }
        let Some(part) = hug else { return Mode::Broken };
        // The part's own first words stay on the line, so it is measured from behind its start.
        let (from, end) = match tokens.get(part) {
            Some(Token::Open { close, .. }) => (part + 1, *close),
            _ => (part, part + 1),
        };
        let alone = self.measures.forced(at, part) == 0 && self.measures.forced(end, close) == 0;
        if alone && column + self.measures.up_to_line_end(at, from) <= WIDTH {
            self.embraced = (from != part).then_some(part);
            Mode::Hug
        } else {
            Mode::Broken
        }
    }

    fn write(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        if self.column == 0 {
            self.line.indent = self.indent;
            self.column = self.indent;
        }
        self.page.code.push_str(words);
        self.column = match words.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => self.column + width(words),
        };
    }

    fn cell(&mut self, column: Column) {
        // Only the item that starts the line has cells, not the items of a one-line block inside it.
        if self.items.last().is_some_and(|(line, _)| *line == Some(self.page.lines.len())) {
            self.page.cells.push(Cell { column, at: self.page.code.len(), width: self.column });
            self.line.cells.end = self.page.cells.len();
        }
    }

    fn end_line(&mut self) {
        let kept = self.page.code.trim_end_matches(' ').len().max(self.line.start);
        self.column -= (self.page.code.len() - kept).min(self.column);
        self.page.code.truncate(kept);
        let end = self.page.code.len();
        let cells = self.page.cells.len();
        let mut line = std::mem::replace(&mut self.line, Line { start: end, end, cells: cells..cells, ..Line::default() });
        line.end = end;
        line.width = self.column;
        self.page.lines.push(line);
        self.column = 0;
        self.several = false;
    }
}
