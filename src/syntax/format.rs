//! The formatter: one layout for everybody, no options. It prints the syntax tree and loses no comment.
//!
//! # Rules
//!
//! - Indentation is two blanks; code goes up to column 110 (a string, a comment or a message may be longer).
//! - A block or map in `{ }` that was written on one line stays there if it fits and has commas; one that was written
//!   over several lines stays so and has none. Whether it is one or the other is the author's choice.
//! - What stands in `( )` or `[ ]` goes on one line if it fits, else one element per line with a trailing comma. A call
//!   or list whose last element is the only one with brackets of its own keeps them together: `f(a, {` ... `})`.
//! - Operations that are too long for their line break behind their operators; outside of brackets they get
//!   parentheses for it. Parentheses that change nothing are dropped.
//! - One blank line stays where one or more stood, none at the start or the end of a block.
//! - Literals, comments and documentation keep their spelling.
//! - Consecutive lines (no blank line, no comment line, nothing of several lines between them) are aligned, if they
//!   are of one sort: `name = value`, or declarations of one kind, which align their types, their first clauses, a `=`
//!   that follows the name, and a block that follows a value. See `align`. The entries of a map are not aligned.
//! - Comments at the end of consecutive lines start in one column, two blanks behind the longest of these lines.
//! - A comment stands where it stood: on its own line, or at the end of a line. Where the layout has no line end
//!   (inside an operation, say) it moves down to the next one, never past another comment.
//!
//! # Stages
//!
//! `printer` walks the tree and writes a stream of `stream::Token`s; `page` decides which groups break and makes
//! lines; `align` pads the lines. Each is linear in the length of the text.

mod align;
mod expressions;
mod page;
mod printer;
mod statements;
mod stream;

use super::parse;
use crate::diag::Diagnostics;
use crate::source::FileId;

/// The columns that code may use.
const WIDTH: usize = 110;

/// Lays the text out; `None` if it has syntax errors, which are then in `diagnostics`.
pub fn format(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    // A byte order mark is an error of its own and moves the places of all others: it counts only if there are others.
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Diagnostics::new();
    let tree = parse(file, bare, &mut found);
    if found.has_errors() {
        parse(file, text, diagnostics);
        return None;
    }
    diagnostics.as_mut_vec().append(found.as_mut_vec());
    let tokens = printer::tokens(&tree, bare);
    Some(align::render(&page::lay_out(&tokens)))
}
