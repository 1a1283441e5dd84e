//! Alignment of consecutive lines, the last step before the text.
//!
//! A run is a row of consecutive lines with the same indentation, each one whole item of the same sort. In each column
//! the cells of a run start where the longest of them starts. Two kinds of lines stay as they are and do not count: those
//! that are too long as it is, and from the cell on that is wider than [`NAME`] or [`PART`] those with such a cell. A
//! run in which a line would grow beyond the width is not aligned at all.

use super::WIDTH;
use super::page::{Line, Page};
use super::stream::{Column, width};
use std::ops::Range;

/// The widest name that takes part in the alignment of `=`, the blank behind it included.
const NAME: usize = 32;

/// The widest other part of a line that takes part.
const PART: usize = 40;

/// The blanks before a comment at the end of a line.
const BEFORE_COMMENT: usize = 2;

/// The text of the page, aligned.
pub(super) fn render(page: &Page<'_>) -> String {
    let mut pads = vec![0; page.cells.len()];
    for run in runs(&page.lines, |before, line| line.sort.is_some() && before.sort == line.sort) {
        align(page, run, &mut pads);
    }
    let widths: Vec<usize> = page.lines.iter().map(|line| line.width + padding(&pads, line)).collect();
    let mut comments: Vec<usize> = widths.iter().map(|width| width + BEFORE_COMMENT).collect();
    for run in runs(&page.lines, |before, line| before.whole && line.whole) {
        align_comments(page, run, &widths, &mut comments);
    }

    let mut text = String::with_capacity(page.code.len() + page.lines.len() * 8);
    for ((line, width), comment) in page.lines.iter().zip(&widths).zip(&comments) {
        if line.end > line.start || line.comment.is_some() {
            blanks(&mut text, line.indent);
        }
        let mut at = line.start;
        for (cell, pad) in page.cells.get(line.cells.clone()).into_iter().flatten().zip(pads.iter().skip(line.cells.start)) {
            text.push_str(page.code.get(at..cell.at).unwrap_or_default());
            blanks(&mut text, *pad);
            at = cell.at;
        }
        text.push_str(page.code.get(at..line.end).unwrap_or_default());
        if let Some(words) = line.comment {
            blanks(&mut text, comment.saturating_sub(*width));
            text.push_str(words);
        }
        text.push('\n');
    }
    text
}

/// The rows of two lines and more in which each line goes with the one before it.
fn runs(lines: &[Line<'_>], goes_with: impl Fn(&Line<'_>, &Line<'_>) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, (before, line)) in lines.iter().zip(lines.iter().skip(1)).enumerate() {
        if before.indent != line.indent || !goes_with(before, line) {
            runs.push(start..at + 1);
            start = at + 1;
        }
    }
    runs.push(start..lines.len());
    runs.retain(|run| run.len() > 1);
    runs
}

/// A line that takes part in the alignment of its run.
struct Row {
    /// The cells that are not aligned yet.
    cells: Range<usize>,
    /// The columns before the last cell that was.
    before: usize,
    /// The columns of the whole line.
    width: usize,
    /// The blanks that it got so far.
    shift: usize,
}

fn align(page: &Page<'_>, run: Range<usize>, pads: &mut [usize]) {
    let lines = page.lines.get(run).unwrap_or_default();
    let mut rows: Vec<Row> = lines
        .iter()
        .filter(|line| line.width <= WIDTH)
        .map(|line| Row { cells: line.cells.clone(), before: line.indent, width: line.width, shift: 0 })
        .collect();
    for column in Column::ALL {
        let widest = if column == Column::Value { NAME } else { PART };
        let mut target = 0;
        for row in &mut rows {
            let Some(cell) = page.cells.get(row.cells.start).filter(|_| !row.cells.is_empty()) else { continue };
            if cell.column != column {
                continue;
            }
            if cell.width.saturating_sub(row.before) > widest {
                row.cells = 0..0;
            } else {
                target = target.max(cell.width + row.shift);
            }
        }
        for row in &mut rows {
            let Some(cell) = page.cells.get(row.cells.start).filter(|_| !row.cells.is_empty()) else { continue };
            if cell.column != column {
                continue;
            }
            let pad = target - cell.width - row.shift;
            if let Some(slot) = pads.get_mut(row.cells.start) {
                *slot = pad;
            }
            row.shift += pad;
            row.before = cell.width;
            row.cells.start += 1;
        }
    }
    if rows.iter().any(|row| row.width + row.shift > WIDTH) {
        for line in lines {
            pads.get_mut(line.cells.clone()).unwrap_or_default().fill(0);
        }
    }
}

fn align_comments(page: &Page<'_>, run: Range<usize>, widths: &[usize], comments: &mut [usize]) {
    let commented = run.filter_map(|at| {
        let words = page.lines.get(at)?.comment?;
        Some((at, *widths.get(at)?, width(words)))
    });
    let commented: Vec<(usize, usize, usize)> = commented.collect();
    let target = commented.iter().map(|(_, code, _)| code + BEFORE_COMMENT).max().unwrap_or(0);
    let grows = commented.iter().any(|(_, code, words)| target + words > WIDTH && code + BEFORE_COMMENT + words <= WIDTH);
    if !grows {
        for (at, ..) in commented {
            if let Some(slot) = comments.get_mut(at) {
                *slot = target;
            }
        }
    }
}

fn padding(pads: &[usize], line: &Line<'_>) -> usize {
    pads.get(line.cells.clone()).map_or(0, |pads| pads.iter().sum())
}

fn blanks(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n(' ', count));
}
