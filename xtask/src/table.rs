//! The form of the tables: one pool of words in which equal records stand once, and the texts.
//!
//! A file is four words (magic, format, length of the pool in words, number of roots), the roots, the pool, the texts. A word has 32 bits,
//! the least significant byte first. A record is a run of words in the pool and is known by its position there; position 0 is an empty
//! list, so 0 can stand for "none". A list is its length and then its items. A text is known by its offset among the texts: its length in
//! LEB128, then UTF-8; offset 0 is the empty text. The compiler's reader is `src/aws/table.rs`.

use std::collections::HashMap;

/// The first word of each file: `drct`.
pub const MAGIC: u32 = u32::from_le_bytes(*b"drct");
/// The second word: a reader refuses any other.
pub const FORMAT: u32 = 1;

/// Takes texts and records, each once.
pub struct Writer {
    pool: Vec<u32>,
    records: HashMap<Vec<u32>, u32>,
    texts: Vec<u8>,
    known_texts: HashMap<String, u32>,
}

impl Writer {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self { pool: vec![0], records: HashMap::from([(vec![0], 0)]), texts: vec![0], known_texts: HashMap::from([(String::new(), 0)]) }
    }

    /// The offset of a text.
    pub fn text(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known_texts.get(text) {
            return *known;
        }
        let offset = self.texts.len() as u32;
        let mut length = text.len();
        while length >= 0x80 {
            self.texts.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.texts.push(length as u8);
        self.texts.extend_from_slice(text.as_bytes());
        self.known_texts.insert(text.to_string(), offset);
        offset
    }

    /// The position of a record.
    pub fn record(&mut self, words: &[u32]) -> u32 {
        if let Some(known) = self.records.get(words) {
            return *known;
        }
        let position = self.pool.len() as u32;
        self.pool.extend_from_slice(words);
        self.records.insert(words.to_vec(), position);
        position
    }

    /// The position of a list: its length, then its items of `width` words each.
    pub fn list(&mut self, width: usize, words: &[u32]) -> u32 {
        let length = (words.len() / width.max(1)) as u32;
        let mut record = Vec::with_capacity(words.len() + 1);
        record.push(length);
        record.extend_from_slice(words);
        self.record(&record)
    }

    /// The position of a list of texts, in the given order.
    pub fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> u32 {
        let words: Vec<u32> = texts.into_iter().map(|text| self.text(text)).collect();
        self.list(1, &words)
    }

    /// A record that is shared with no other and filled in later: what speaks of itself needs its position first.
    pub fn reserve(&mut self, words: usize) -> u32 {
        let position = self.pool.len() as u32;
        self.pool.extend(std::iter::repeat_n(0, words));
        position
    }

    /// Fills in a reserved record.
    pub fn fill(&mut self, position: u32, words: &[u32]) {
        for (at, word) in words.iter().enumerate() {
            self.pool[position as usize + at] = *word;
        }
    }

    /// The file.
    #[must_use]
    pub fn finish(self, roots: &[u32]) -> Vec<u8> {
        let head = [MAGIC, FORMAT, self.pool.len() as u32, roots.len() as u32];
        let words = head.iter().chain(roots).chain(&self.pool);
        let mut bytes: Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend_from_slice(&self.texts);
        bytes
    }
}
