//! `types.txt`: a line for each type, so that people can review what a refresh changes.

use crate::reader::{Table, Words};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;

/// The text of a table.
#[must_use]
pub fn write(table: Table) -> String {
    let mut walker = Walker { table, hashes: HashMap::new() };
    let regions: Vec<&str> = table.list(table.root(1), 1).map(|word| table.text(word.get(0))).collect();
    let mut text = format!("# Schemas of {}. Regions by bit, from the least: {}\n", table.text(table.root(3)), regions.join(" "));
    text.push_str("# type, properties, attributes, Regions as a mask, required properties, hash of all that the table says about it\n");
    for row in table.list(table.root(0), 18) {
        let node = table.at(row.get(1));
        let properties = field(node, 1).map_or(0, |list| table.list(list, 2).count_items());
        let required: Vec<&str> = field(node, 2).into_iter().flat_map(|list| table.list(list, 1)).map(|word| table.text(word.get(0))).collect();
        let mask = u64::from(row.get(2)) | u64::from(row.get(3)) << 32;
        let attributes = table.list(row.get(11), 2).count_items();
        let hash = walker.row(row);
        let required = if required.is_empty() { "-".to_string() } else { required.join(",") };
        let _ = writeln!(text, "{} {properties} {attributes} {mask:x} {required} {hash}", table.text(row.get(0)));
    }
    let metrics = table.list(table.root(2), 4).count_items();
    let _ = writeln!(text, "# metrics: {metrics} {}", walker.metrics());
    text
}

/// The word of a node's keyword.
fn field(node: Words, bit: u32) -> Option<u32> {
    let mask = node.get(0);
    let before = (mask & ((1 << bit) - 1)).count_ones() as usize;
    (mask & 1 << bit != 0).then(|| node.get(before + 1))
}

struct Walker {
    table: Table,
    hashes: HashMap<u32, String>,
}

impl Walker {
    fn texts(&self, list: u32, into: &mut String) {
        for word in self.table.list(list, 1) {
            let _ = write!(into, "{:?},", self.table.text(word.get(0)));
        }
        into.push(';');
    }

    fn row(&mut self, row: Words) -> String {
        let mut content = String::new();
        let _ = write!(content, "{} {} {};", self.node(row.get(1)), row.get(2), row.get(3));
        for list in 4..=10 {
            self.texts(row.get(list), &mut content);
        }
        self.named(row.get(11), &mut content);
        for text in [12, 14, 15, 16, 17] {
            let _ = write!(content, "{:?};", self.table.text(row.get(text)));
        }
        let _ = write!(content, "{}", row.get(13));
        short(&content)
    }

    fn metrics(&self) -> String {
        let mut content = String::new();
        for metric in self.table.list(self.table.root(2), 4) {
            let _ = write!(content, "{:?}", self.table.text(metric.get(0)));
            for set in self.table.list(metric.get(3), 1) {
                self.texts(set.get(0), &mut content);
            }
        }
        short(&content)
    }

    fn named(&mut self, list: u32, into: &mut String) {
        for item in self.table.list(list, 2) {
            let node = self.node(item.get(1));
            let _ = write!(into, "{:?}:{node},", self.table.text(item.get(0)));
        }
        into.push(';');
    }

    fn nodes(&mut self, list: u32, into: &mut String) {
        for item in self.table.list(list, 1) {
            into.push_str(&self.node(item.get(0)));
            into.push(',');
        }
        into.push(';');
    }

    fn node(&mut self, position: u32) -> String {
        if let Some(known) = self.hashes.get(&position) {
            return known.clone();
        }
        // A link is known by being one: what it leads to holds it.
        let node = self.table.at(position);
        let mut content = String::new();
        for (at, bit) in (0..32).filter(|bit| node.get(0) & 1 << bit != 0).enumerate() {
            let word = node.get(at + 1);
            let _ = write!(content, "{bit}=");
            match bit {
                1 | 4 => self.named(word, &mut content),
                2 => self.texts(word, &mut content),
                3 | 5 | 26 => content.push_str(&self.node(word)),
                6..=8 => {
                    for value in self.table.list(word, 2) {
                        let said = if value.get(0) == 2 { value.get(1).to_string() } else { self.table.text(value.get(1)).to_string() };
                        let _ = write!(content, "{}{said:?},", value.get(0));
                    }
                }
                9 | 12..=16 | 22 => content.push_str(self.table.text(word)),
                23..=25 | 27 | 29 => self.nodes(word, &mut content),
                28 => {
                    for relation in self.table.list(word, 3) {
                        let _ = write!(content, "{}{:?}", relation.get(0), self.table.text(relation.get(1)));
                        self.texts(relation.get(2), &mut content);
                    }
                }
                30 => content.push_str("link"),
                _ => {
                    let _ = write!(content, "{word}");
                }
            }
            content.push('|');
        }
        let hash = short(&content);
        self.hashes.insert(position, hash.clone());
        hash
    }
}

fn short(content: &str) -> String {
    Sha256::digest(content.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
