//! Reads the tables that `cargo xtask refresh-aws-data` makes, in place: nothing is decoded before it is asked for.
//!
//! The form is described in `xtask/src/table.rs`. Whatever a damaged file says, reading ends and gives an empty answer.

/// A table: words of 32 bits and texts.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    roots: &'static [u8],
    pool: &'static [u8],
    texts: &'static [u8],
}

/// The words of a record or list in the pool.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    bytes: &'static [u8],
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let start = at.saturating_mul(4);
    match bytes.get(start..start.saturating_add(4)) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}

impl Table {
    /// Takes the bytes of a table; an empty one if they are none.
    #[must_use]
    pub fn new(bytes: &'static [u8]) -> Self {
        let empty = Self { roots: &[], pool: &[], texts: &[] };
        if word(bytes, 0) != u32::from_le_bytes(*b"drct") || word(bytes, 1) != 1 {
            return empty;
        }
        let (pool_words, root_words) = (word(bytes, 2) as usize, word(bytes, 3) as usize);
        let pool_start = root_words.saturating_add(4).saturating_mul(4);
        let text_start = pool_start.saturating_add(pool_words.saturating_mul(4));
        match (bytes.get(16..pool_start), bytes.get(pool_start..text_start), bytes.get(text_start..)) {
            (Some(roots), Some(pool), Some(texts)) => Self { roots, pool, texts },
            _ => empty,
        }
    }

    /// The root with this number.
    #[must_use]
    pub fn root(&self, at: usize) -> u32 {
        word(self.roots, at)
    }

    /// The words of the pool from a position on.
    #[must_use]
    pub fn at(&self, position: u32) -> Words {
        Words { bytes: self.pool.get((position as usize).saturating_mul(4)..).unwrap_or_default() }
    }

    /// The items of a list, `width` words each.
    #[must_use]
    pub fn list(&self, position: u32, width: usize) -> List {
        let words = self.at(position);
        let length = (words.get(0) as usize).min(words.bytes.len() / (4 * width.max(1)));
        List { words, width: width.max(1), length, next: 0 }
    }

    /// A text.
    #[must_use]
    pub fn text(&self, offset: u32) -> &'static str {
        let mut at = offset as usize;
        let (mut length, mut shift) = (0usize, 0u32);
        while let Some(byte) = self.texts.get(at) {
            at += 1;
            length |= usize::from(byte & 0x7f) << shift.min(28);
            shift += 7;
            if byte & 0x80 == 0 || shift > 28 {
                break;
            }
        }
        let bytes = self.texts.get(at..at.saturating_add(length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The position in a list, sorted by the text that is the first word of each item, of the item with this text.
    #[must_use]
    pub fn search(&self, list: u32, width: usize, key: &str) -> Option<Words> {
        let list = self.list(list, width);
        let (mut low, mut high) = (0, list.length);
        while low < high {
            let middle = low.midpoint(high);
            let item = list.item(middle);
            match self.text(item.get(0)).as_bytes().cmp(key.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(item),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

impl Words {
    /// The word with this number; 0 behind the end.
    #[must_use]
    pub fn get(&self, at: usize) -> u32 {
        word(self.bytes, at)
    }
}

/// The items of a list.
#[derive(Debug, Clone, Copy)]
pub struct List {
    words: Words,
    width: usize,
    length: usize,
    next: usize,
}

impl List {
    /// How many items it has.
    #[must_use]
    pub fn count_items(&self) -> usize {
        self.length
    }

    /// The item with this number.
    #[must_use]
    pub fn item(&self, at: usize) -> Words {
        let start = at.saturating_mul(self.width).saturating_add(1).saturating_mul(4);
        Words { bytes: self.words.bytes.get(start..).unwrap_or_default() }
    }
}

impl Iterator for List {
    type Item = Words;

    fn next(&mut self) -> Option<Words> {
        (self.next < self.length).then(|| {
            self.next += 1;
            self.item(self.next - 1)
        })
    }
}
