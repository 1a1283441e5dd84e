//! The shapes of a model as records.

use crate::hash::Hash;
use crate::table::Writer;
use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};

/// The depth to which the hash of an operation looks.
const DEPTH: usize = 8;

/// The shapes of one model.
pub struct Shapes<'a> {
    model: &'a Json,
    written: HashMap<&'a str, u32>,
    /// Shapes that hold themselves: their place is taken before they are known.
    recursive: HashSet<&'a str>,
    hashes: HashMap<(&'a str, usize), u64>,
}

impl<'a> Shapes<'a> {
    /// Reads which of them hold themselves.
    #[must_use]
    pub fn new(model: &'a Json) -> Self {
        let mut shapes = Self { model, written: HashMap::new(), recursive: HashSet::new(), hashes: HashMap::new() };
        let (mut open, mut done) = (Vec::new(), HashSet::new());
        for name in model["shapes"].as_object().into_iter().flat_map(|all| all.keys()) {
            shapes.find_recursive(name, &mut open, &mut done);
        }
        shapes
    }

    fn find_recursive(&mut self, name: &'a str, open: &mut Vec<&'a str>, done: &mut HashSet<&'a str>) {
        if open.contains(&name) {
            self.recursive.insert(name);
            return;
        }
        if !done.insert(name) {
            return;
        }
        open.push(name);
        for inner in inner_shapes(&self.model["shapes"][name]) {
            self.find_recursive(inner, open, done);
        }
        open.pop();
    }

    /// The position of a shape; no shape is a structure without members.
    ///
    /// # Errors
    /// If its kind is not known.
    pub fn write(&mut self, name: Option<&'a str>, writer: &mut Writer) -> Result<u32> {
        let Some(name) = name else { return Ok(writer.record(&[1, 0])) };
        if let Some(known) = self.written.get(name) {
            return Ok(*known);
        }
        let shape = &self.model["shapes"][name];
        let kind = kind(shape).with_context(|| format!("shape {name}"))?;
        if kind == 0 {
            return Ok(0);
        }
        let reserved = self.recursive.contains(name).then(|| writer.reserve(record_length(shape, kind)));
        if let Some(position) = reserved {
            self.written.insert(name, position);
        }
        let mut words = vec![kind];
        match kind {
            1 => {
                let mut members = Vec::new();
                for (member, target) in shape["members"].as_object().into_iter().flatten() {
                    let target_shape = self.write(target["shape"].as_str(), writer)?;
                    members.extend([writer.text(member) << 1 | u32::from(required(shape, member)), target_shape]);
                }
                words.push(writer.list(2, &members));
            }
            2 => words.push(self.write(shape["member"]["shape"].as_str(), writer)?),
            3 => {
                words.push(self.write(shape["key"]["shape"].as_str(), writer)?);
                words.push(self.write(shape["value"]["shape"].as_str(), writer)?);
            }
            _ => {}
        }
        let mut flags = 0;
        if let Some(values) = shape["enum"].as_array() {
            flags |= 1 << 4;
            words.push(writer.texts(values.iter().filter_map(Json::as_str)));
        }
        for (bit, key) in [(5, "min"), (6, "max")] {
            if let Some(bound) = bound(shape, key) {
                flags |= 1 << bit;
                words.push(writer.text(&bound));
            }
        }
        if shape["union"].as_bool() == Some(true) {
            flags |= 1 << 7;
        }
        words[0] |= flags;
        let position = match reserved {
            Some(position) => {
                writer.fill(position, &words);
                position
            }
            None => writer.record(&words),
        };
        self.written.insert(name, position);
        Ok(position)
    }

    /// Adds all that the table says of a shape, to a certain depth.
    pub fn hash(&mut self, name: Option<&'a str>, hash: &mut Hash) {
        let value = self.hash_of(name, DEPTH);
        hash.text(&value.to_string());
    }

    fn hash_of(&mut self, name: Option<&'a str>, depth: usize) -> u64 {
        let mut hash = Hash::new();
        let Some(name) = name else { return hash.word(1).text("").text("").value() };
        if let Some(known) = self.hashes.get(&(name, depth)) {
            return *known;
        }
        let shape = &self.model["shapes"][name];
        let kind = kind(shape).unwrap_or(0);
        hash.word(kind);
        if depth > 0 {
            match kind {
                1 => {
                    for (member, target) in shape["members"].as_object().into_iter().flatten() {
                        let inner = self.hash_of(target["shape"].as_str(), depth - 1);
                        let (api_name, other) = member.split_once('=').unwrap_or((member, ""));
                        let spelled = if other.is_empty() { crate::spelling::spelled_member(api_name) } else { other.to_string() };
                        hash.text(api_name).text(&spelled).word(u32::from(required(shape, member))).text(&inner.to_string());
                    }
                }
                2 => _ = hash.text(&self.hash_of(shape["member"]["shape"].as_str(), depth - 1).to_string()),
                3 => {
                    for side in ["key", "value"] {
                        hash.text(&self.hash_of(shape[side]["shape"].as_str(), depth - 1).to_string());
                    }
                }
                0 => {}
                _ => {
                    shape["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).for_each(|value| _ = hash.text(value));
                }
            }
            if kind != 0 {
                for key in ["min", "max"] {
                    let number = bound(shape, key).and_then(|bound| bound.parse::<f64>().ok());
                    hash.text(&number.map(|number| number.to_string()).unwrap_or_default());
                }
            }
        }
        self.hashes.insert((name, depth), hash.value());
        hash.value()
    }

    /// Whether a structure has a stream of events among its members.
    #[must_use]
    pub fn streams(&self, name: Option<&str>) -> bool {
        let Some(shape) = name.map(|name| &self.model["shapes"][name]) else { return false };
        let members = shape["members"].as_object().into_iter().flatten();
        members.filter_map(|(_, target)| target["shape"].as_str()).any(|name| self.model["shapes"][name]["eventstream"].as_bool() == Some(true))
    }
}

fn inner_shapes(shape: &Json) -> Vec<&str> {
    let members = shape["members"].as_object().into_iter().flat_map(|members| members.values());
    members.chain(["member", "key", "value"].iter().map(|side| &shape[*side])).filter_map(|target| target["shape"].as_str()).collect()
}

/// The number of words of a shape's record.
fn record_length(shape: &Json, kind: u32) -> usize {
    let held = match kind {
        1 | 2 => 1,
        3 => 2,
        _ => 0,
    };
    let enumeration = usize::from(shape["enum"].is_array());
    1 + held + enumeration + ["min", "max"].iter().filter(|key| bound(shape, key).is_some()).count()
}

/// Tokens that SDKs fill in by themselves count too: Step Functions does not.
fn required(shape: &Json, member: &str) -> bool {
    let api_name = member.split('=').next();
    shape["required"].as_array().into_iter().flatten().any(|name| name.as_str() == api_name)
}

fn bound(shape: &Json, key: &str) -> Option<String> {
    let bound = &shape[key];
    if let Some(whole) = bound.as_i64() {
        // A minimum of 0 for a length says nothing.
        return (whole != 0 || key == "max" || !["string", "list", "map", "blob"].contains(&shape["type"].as_str().unwrap_or_default()))
            .then(|| whole.to_string());
    }
    let number = bound.as_f64()?;
    // Bounds that no 64-bit number passes: the model writes them as fractions.
    (number.abs() < 9.0e18).then(|| if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() })
}

fn kind(shape: &Json) -> Result<u32> {
    if shape["document"].as_bool() == Some(true) {
        return Ok(0);
    }
    Ok(match shape["type"].as_str() {
        Some("structure") => 1,
        Some("list") => 2,
        Some("map") => 3,
        Some("string") => 4,
        Some("integer" | "long") => 5,
        Some("float" | "double") => 6,
        Some("boolean") => 7,
        Some("blob") => 8,
        Some("timestamp") => 9,
        other => bail!("unknown kind {other:?}"),
    })
}
