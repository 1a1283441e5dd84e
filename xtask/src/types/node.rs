//! One schema of JSON Schema's kind as a node of the table.

use super::pattern::{self, Lost, Rewritten};
use crate::table::Writer;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// The keywords of a node, by bit.
pub mod keyword {
    /// The types that a value may have, as a mask.
    pub const TYPES: u32 = 0;
    /// Properties by name.
    pub const PROPERTIES: u32 = 1;
    /// Properties that must be there.
    pub const REQUIRED: u32 = 2;
    /// What other properties must be.
    pub const ADDITIONAL_PROPERTIES: u32 = 3;
    /// Properties by pattern of the name.
    pub const PATTERN_PROPERTIES: u32 = 4;
    /// What each item must be.
    pub const ITEMS: u32 = 5;
    /// The values that are allowed.
    pub const ENUM: u32 = 6;
    /// The same, in any case of letters.
    pub const ENUM_CASE_INSENSITIVE: u32 = 7;
    /// The value that is allowed.
    pub const CONST: u32 = 8;
    /// A pattern of texts.
    pub const PATTERN: u32 = 9;
    /// The least length of a text.
    pub const MIN_LENGTH: u32 = 10;
    /// The greatest length of a text.
    pub const MAX_LENGTH: u32 = 11;
    /// The least number.
    pub const MINIMUM: u32 = 12;
    /// The greatest number.
    pub const MAXIMUM: u32 = 13;
    /// What a number must be greater than.
    pub const EXCLUSIVE_MINIMUM: u32 = 14;
    /// What a number must be less than.
    pub const EXCLUSIVE_MAXIMUM: u32 = 15;
    /// What a number must be a multiple of.
    pub const MULTIPLE_OF: u32 = 16;
    /// The least count of items.
    pub const MIN_ITEMS: u32 = 17;
    /// The greatest count of items.
    pub const MAX_ITEMS: u32 = 18;
    /// That no item may stand twice.
    pub const UNIQUE_ITEMS: u32 = 19;
    /// The least count of properties.
    pub const MIN_PROPERTIES: u32 = 20;
    /// The greatest count of properties.
    pub const MAX_PROPERTIES: u32 = 21;
    /// What kind of text it is.
    pub const FORMAT: u32 = 22;
    /// All must hold.
    pub const ALL_OF: u32 = 23;
    /// One or more must hold.
    pub const ANY_OF: u32 = 24;
    /// Exactly one must hold.
    pub const ONE_OF: u32 = 25;
    /// It must not hold.
    pub const NOT: u32 = 26;
    /// A condition with what follows from it and from its opposite.
    pub const IF: u32 = 27;
    /// How properties exclude or need each other.
    pub const RELATIONS: u32 = 28;
    /// What the first items must be.
    pub const PREFIX_ITEMS: u32 = 29;
    /// The node that this one stands for.
    pub const LINK: u32 = 30;
}

/// The kinds of relations between properties.
mod relation {
    pub const REQUIRED_XOR: u32 = 1;
    pub const REQUIRED_OR: u32 = 2;
    pub const DEPENDENT_REQUIRED: u32 = 3;
    pub const DEPENDENT_EXCLUDED: u32 = 4;
    pub const UNIQUE_KEYS: u32 = 5;
}

/// Keywords that say nothing about which values are allowed, and ones that have no word in the table; and why that is counted.
const LEFT_OUT: &[(&str, &str)] = &[
    ("description", "prose"),
    ("title", "prose"),
    ("$comment", "prose"),
    ("examples", "prose"),
    ("documentationUrl", "prose"),
    ("default", "what the service takes if nothing is said"),
    ("insertionOrder", "whether the order of items means something"),
    ("arrayType", "whether the order of items means something"),
    ("maxUniqueItems", "no keyword of the table"),
    ("relationshipRef", "which type's property the value comes from"),
    ("definitions", ""),
];

/// Keywords of a whole type, which stand in its row or nowhere.
pub const OF_TYPES: &[&str] = &[
    "$schema",
    "additionalIdentifiers",
    "conditionalCreateOnlyProperties",
    "createOnlyProperties",
    "deprecatedProperties",
    "handlers",
    "lifecycle",
    "primaryIdentifier",
    "propertyTransform",
    "readOnlyProperties",
    "replacementStrategy",
    "resourceLink",
    "sourceUrl",
    "taggable",
    "tagging",
    "typeConfiguration",
    "typeName",
    "writeOnlyProperties",
];

/// What was left out, with how often.
#[derive(Debug, Default)]
pub struct Skipped(BTreeMap<String, usize>);

impl Skipped {
    /// Counts one.
    pub fn count(&mut self, what: impl Into<String>) {
        self.add(what, 1);
    }

    /// Counts some.
    pub fn add(&mut self, what: impl Into<String>, times: usize) {
        if times > 0 {
            *self.0.entry(what.into()).or_default() += times;
        }
    }

    /// A line for each.
    pub fn lines(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(what, times)| format!("{times} x {what}"))
    }
}

/// A node that was made.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Where it stands; 0 takes anything.
    pub position: u32,
    /// Whether it takes more than the schema. Where taking more would mean refusing more, as in `not`, it cannot stand.
    loose: bool,
}

enum Definition {
    /// It is being made; the link that stands for it inside of itself, if one was needed.
    Open(Option<u32>),
    Made(Node),
}

/// Makes the nodes of one type.
pub struct Nodes<'a> {
    table: &'a mut Writer,
    skipped: &'a mut Skipped,
    schema: &'a Value,
    definitions: HashMap<String, Definition>,
}

type Fields = BTreeMap<u32, u32>;

/// A node that is being made.
#[derive(Default)]
struct Draft {
    fields: Fields,
    /// There is room for one; the others become nodes of their own that must hold as well.
    conditions: Vec<[u32; 3]>,
    relations: Vec<[u32; 3]>,
    all: Vec<u32>,
    loose: bool,
}

impl Draft {
    fn holds(&mut self, node: Node) -> u32 {
        self.loose |= node.loose;
        node.position
    }

    /// The stricter one of a bound and what another keyword has set already.
    fn narrower(&self, bit: u32, bound: u32, least: bool) -> u32 {
        match self.fields.get(&bit) {
            Some(known) if least => bound.max(*known),
            Some(known) => bound.min(*known),
            None => bound,
        }
    }

    /// The lengths that a pattern asks for.
    fn lengths(&mut self, least: u32, greatest: u32) {
        if least > 0 {
            self.fields.insert(keyword::MIN_LENGTH, self.narrower(keyword::MIN_LENGTH, least, true));
        }
        self.fields.insert(keyword::MAX_LENGTH, self.narrower(keyword::MAX_LENGTH, greatest, false));
    }
}

impl<'a> Nodes<'a> {
    /// For a type's schema.
    pub fn new(table: &'a mut Writer, skipped: &'a mut Skipped, schema: &'a Value) -> Self {
        Self { table, skipped, schema, definitions: HashMap::new() }
    }

    /// The root node.
    ///
    /// # Errors
    /// If the schema says something that is not known here.
    pub fn root(&mut self) -> Result<u32> {
        let mut object = self.schema.as_object().context("the schema is no object")?.clone();
        object.retain(|name, _| !OF_TYPES.contains(&name.as_str()));
        object.insert("type".to_string(), Value::from("object"));
        Ok(self.object(&object)?.position)
    }

    /// The node of a schema.
    ///
    /// # Errors
    /// If it says something that is not known here.
    pub fn node(&mut self, schema: &Value) -> Result<Node> {
        match schema {
            Value::Bool(true) => Ok(Node { position: 0, loose: false }),
            Value::Bool(false) => Ok(Node { position: self.table.record(&[1 << keyword::NOT, 0]), loose: false }),
            Value::Object(object) => self.object(object),
            other => bail!("{other} is no schema"),
        }
    }

    fn target(&self, reference: &str) -> Result<&'a Value> {
        let pointer = reference.strip_prefix('#').with_context(|| format!("{reference} is not in the same schema"))?;
        self.schema.pointer(pointer).with_context(|| format!("{reference} leads nowhere"))
    }

    fn reference(&mut self, reference: &str) -> Result<Node> {
        match self.definitions.get_mut(reference) {
            Some(Definition::Made(node)) => return Ok(*node),
            Some(Definition::Open(link)) => {
                // What it will lead to is not known yet.
                let position = *link.get_or_insert_with(|| self.table.reserve(2));
                return Ok(Node { position, loose: true });
            }
            None => {}
        }
        self.definitions.insert(reference.to_string(), Definition::Open(None));
        let node = self.node(self.target(reference)?)?;
        if let Some(Definition::Open(Some(link))) = self.definitions.insert(reference.to_string(), Definition::Made(node)) {
            self.table.fill(link, &[1 << keyword::LINK, node.position]);
        }
        Ok(node)
    }

    fn object(&mut self, object: &Map<String, Value>) -> Result<Node> {
        let mut says: Map<String, Value> = Map::new();
        for (name, value) in object {
            match LEFT_OUT.iter().find(|(left_out, _)| left_out == name) {
                Some((_, why)) if !why.is_empty() => self.skipped.count(format!("{name}: {why}")),
                Some(_) => {}
                None => {
                    says.insert(name.clone(), value.clone());
                }
            }
        }
        let Some(reference) = says.shift_remove("$ref") else {
            return self.keywords(&says);
        };
        let reference = reference.as_str().context("a $ref is no text")?;
        if says.is_empty() {
            return self.reference(reference);
        }
        // What stands beside a reference holds as well. Where no keyword stands in both, one node says the same as two.
        let target = self.target(reference)?;
        let recursive = matches!(self.definitions.get(reference), Some(Definition::Open(_)));
        if let (false, Some(target)) = (recursive, target.as_object()) {
            let simple = ["type", "format", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "minProperties", "maxProperties"];
            let apart = |(name, value): (&String, &Value)| simple.contains(&name.as_str()) && target.get(name).is_none_or(|other| other == value);
            if says.iter().all(apart) {
                let mut both = target.clone();
                both.extend(says);
                return self.object(&both);
            }
        }
        let (target, beside) = (self.reference(reference)?, self.keywords(&says)?);
        let list = self.table.list(1, &[target.position, beside.position]);
        Ok(Node { position: self.table.record(&[1 << keyword::ALL_OF, list]), loose: target.loose || beside.loose })
    }

    fn keywords(&mut self, says: &Map<String, Value>) -> Result<Node> {
        let mut draft = Draft::default();
        for (name, value) in says {
            self.keyword(name, value, says, &mut draft).with_context(|| name.clone())?;
        }
        let Draft { mut fields, conditions, relations, mut all, loose } = draft;
        let mut conditions = conditions.into_iter();
        if let Some(first) = conditions.next() {
            let list = self.table.list(1, &first);
            fields.insert(keyword::IF, list);
        }
        for condition in conditions {
            let list = self.table.list(1, &condition);
            all.push(self.table.record(&[1 << keyword::IF, list]));
        }
        if !all.is_empty() {
            let list = self.table.list(1, &all);
            fields.insert(keyword::ALL_OF, list);
        }
        if !relations.is_empty() {
            let list = self.table.list(3, &relations.concat());
            fields.insert(keyword::RELATIONS, list);
        }
        Ok(Node { position: self.record(&fields), loose })
    }

    fn record(&mut self, fields: &Fields) -> u32 {
        if fields.is_empty() {
            return 0;
        }
        let mut words = vec![fields.keys().fold(0, |mask, bit| mask | 1 << bit)];
        words.extend(fields.values());
        self.table.record(&words)
    }

    fn keyword(&mut self, name: &str, value: &Value, says: &Map<String, Value>, draft: &mut Draft) -> Result<()> {
        let field = match name {
            "type" => (keyword::TYPES, types(value)?),
            "properties" => match self.properties(value, draft)? {
                0 => return Ok(()),
                properties => (keyword::PROPERTIES, properties),
            },
            "required" => match names(value)? {
                names if names.is_empty() => return Ok(()),
                mut names => {
                    names.sort_unstable();
                    names.dedup();
                    (keyword::REQUIRED, self.table.texts(names))
                }
            },
            "patternProperties" => return self.pattern_properties(value, says, draft),
            "additionalProperties" => match value {
                Value::Bool(false) if self.names_are_known(says) => (keyword::ADDITIONAL_PROPERTIES, 0),
                Value::Bool(_) => return Ok(()),
                other => match draft.holds(self.node(other)?) {
                    0 => return Ok(()),
                    node => (keyword::ADDITIONAL_PROPERTIES, node),
                },
            },
            "items" => match draft.holds(self.node(value)?) {
                0 => return Ok(()),
                node => (keyword::ITEMS, node),
            },
            "enum" => (keyword::ENUM, self.values(value.as_array().context("no list")?)?),
            "enumCaseInsensitive" => (keyword::ENUM_CASE_INSENSITIVE, self.values(value.as_array().context("no list")?)?),
            "const" => (keyword::CONST, self.values(std::slice::from_ref(value))?),
            "pattern" => match self.pattern(value.as_str().context("no text")?) {
                Some(pattern) => {
                    draft.loose |= pattern.lost != Lost::default();
                    if let Some((least, greatest)) = pattern.lengths {
                        draft.lengths(least, greatest);
                    }
                    if pattern.takes_anything {
                        self.skipped.count("pattern that takes anything");
                        return Ok(());
                    }
                    (keyword::PATTERN, self.table.text(&pattern.text))
                }
                None => {
                    draft.loose = true;
                    return Ok(());
                }
            },
            "minLength" | "minItems" | "minProperties" | "maxLength" | "maxItems" | "maxProperties" => {
                let bit = match name {
                    "minLength" => keyword::MIN_LENGTH,
                    "minItems" => keyword::MIN_ITEMS,
                    "minProperties" => keyword::MIN_PROPERTIES,
                    "maxLength" => keyword::MAX_LENGTH,
                    "maxItems" => keyword::MAX_ITEMS,
                    _ => keyword::MAX_PROPERTIES,
                };
                let count = value.as_u64().context("no count")?;
                match u32::try_from(count) {
                    Ok(0) if name.starts_with("min") => return Ok(()),
                    Ok(count) => (bit, draft.narrower(bit, count, name.starts_with("min"))),
                    // Nothing that long can be written down.
                    Err(_) if name.starts_with("max") => return Ok(()),
                    Err(_) => bail!("{count} is too great"),
                }
            }
            "minimum" => (keyword::MINIMUM, self.number(value)?),
            "maximum" => (keyword::MAXIMUM, self.number(value)?),
            "exclusiveMinimum" => (keyword::EXCLUSIVE_MINIMUM, self.number(value)?),
            "exclusiveMaximum" => (keyword::EXCLUSIVE_MAXIMUM, self.number(value)?),
            "multipleOf" => (keyword::MULTIPLE_OF, self.number(value)?),
            "uniqueItems" => match value {
                Value::Bool(true) => (keyword::UNIQUE_ITEMS, 1),
                _ => return Ok(()),
            },
            "format" => match value.as_str().context("no text")? {
                pattern if pattern.starts_with('(') => {
                    self.skipped.count("format: one that is a pattern");
                    draft.loose = true;
                    return Ok(());
                }
                format => (keyword::FORMAT, self.table.text(format)),
            },
            "prefixItems" => {
                let nodes = self.nodes(value, draft)?;
                (keyword::PREFIX_ITEMS, self.table.list(1, &nodes))
            }
            "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" => return self.branches(name, value, says, draft),
            _ => return self.relation(name, value, draft),
        };
        draft.fields.insert(field.0, field.1);
        Ok(())
    }

    /// Whether the names of a schema's `patternProperties` can be told from others.
    fn names_are_known(&self, says: &Map<String, Value>) -> bool {
        let mut patterns = says.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
        patterns.all(|(pattern, _)| pattern::rewrite(pattern).is_ok())
    }

    fn pattern_properties(&mut self, value: &Value, says: &Map<String, Value>, draft: &mut Draft) -> Result<()> {
        let patterns = value.as_object().context("no object")?;
        // Where a name that fits a pattern only because that was made to take more would be taken otherwise, the pattern must not decide.
        let alone = patterns.len() == 1 && !says.contains_key("properties") && says.get("additionalProperties") == Some(&Value::Bool(false));
        let mut list = Vec::new();
        for (pattern, schema) in patterns {
            let node = draft.holds(self.node(schema)?);
            match self.pattern(pattern) {
                Some(pattern) if pattern.lost == Lost::default() && pattern.lengths.is_none() => list.push((pattern.text, node)),
                Some(pattern) => {
                    draft.loose = true;
                    list.push((pattern.text, if alone { node } else { 0 }));
                }
                None => draft.loose = true,
            }
        }
        list.sort_unstable();
        if !list.is_empty() {
            let words: Vec<u32> = list.iter().flat_map(|(pattern, node)| [self.table.text(pattern), *node]).collect();
            draft.fields.insert(keyword::PATTERN_PROPERTIES, self.table.list(2, &words));
        }
        Ok(())
    }

    fn branches(&mut self, name: &str, value: &Value, says: &Map<String, Value>, draft: &mut Draft) -> Result<()> {
        match name {
            "allOf" => {
                let nodes = self.nodes(value, draft)?;
                draft.all.extend(nodes.into_iter().filter(|node| *node != 0));
            }
            "anyOf" | "oneOf" => {
                let mut inside = Draft::default();
                let nodes = self.nodes(value, &mut inside)?;
                draft.loose |= inside.loose;
                // A value that fits two branches only because one of them was made to take more must not be refused.
                let exactly_one = name == "oneOf" && !inside.loose;
                if name == "oneOf" && !exactly_one {
                    self.skipped.count("oneOf with a branch that was made to take more: one or more may hold");
                }
                if nodes.iter().all(|node| *node == 0) || nodes.contains(&0) && !exactly_one {
                    self.skipped.count(format!("{name}: a branch takes anything"));
                    return Ok(());
                }
                let list = self.table.list(1, &nodes);
                let bit = if exactly_one { keyword::ONE_OF } else { keyword::ANY_OF };
                if draft.fields.insert(bit, list).is_some() {
                    bail!("there is an anyOf already");
                }
            }
            "not" => {
                let node = self.node(value)?;
                if node.loose {
                    self.skipped.count("not: what must not hold was made to take more");
                    draft.loose = true;
                } else {
                    draft.fields.insert(keyword::NOT, node.position);
                }
            }
            "if" => {
                let condition = self.node(value)?;
                let mut branch = |name: &str| says.get(name).map_or(Ok(Node { position: 0, loose: false }), |schema| self.node(schema));
                let (then, otherwise) = (branch("then")?, branch("else")?);
                draft.loose |= condition.loose;
                if condition.loose {
                    self.skipped.count("if: the condition was made to take more");
                } else {
                    let condition = [condition.position, draft.holds(then), draft.holds(otherwise)];
                    draft.conditions.push(condition);
                }
            }
            // With their `if`.
            _ => {}
        }
        Ok(())
    }

    fn relation(&mut self, name: &str, value: &Value, draft: &mut Draft) -> Result<()> {
        let kind = match name {
            "requiredXor" => relation::REQUIRED_XOR,
            "requiredOr" => relation::REQUIRED_OR,
            "uniqueKeys" => relation::UNIQUE_KEYS,
            "dependentRequired" | "dependencies" => relation::DEPENDENT_REQUIRED,
            "dependentExcluded" => relation::DEPENDENT_EXCLUDED,
            other => bail!("the keyword {other} is not known here"),
        };
        if value.is_array() {
            let list = self.table.texts(names(value)?);
            draft.relations.push([kind, 0, list]);
            return Ok(());
        }
        for (property, needs) in value.as_object().context("no object")? {
            if needs.is_array() {
                let list = self.table.texts(names(needs)?);
                draft.relations.push([kind, self.table.text(property), list]);
            } else {
                let list = self.table.texts([property.as_str()]);
                let present = self.record(&Fields::from([(keyword::REQUIRED, list)]));
                let then = draft.holds(self.node(needs)?);
                draft.conditions.push([present, then, 0]);
            }
        }
        Ok(())
    }

    fn nodes(&mut self, value: &Value, draft: &mut Draft) -> Result<Vec<u32>> {
        value.as_array().context("no list")?.iter().map(|schema| Ok(draft.holds(self.node(schema)?))).collect()
    }

    fn properties(&mut self, value: &Value, draft: &mut Draft) -> Result<u32> {
        let mut properties: Vec<(&String, &Value)> = value.as_object().context("no object")?.iter().collect();
        properties.sort_unstable_by_key(|(name, _)| *name);
        let mut words = Vec::new();
        for (name, schema) in properties {
            let node = draft.holds(self.node(schema).with_context(|| name.clone())?);
            words.extend([self.table.text(name), node]);
        }
        Ok(self.table.list(2, &words))
    }

    fn pattern(&mut self, original: &str) -> Option<Rewritten> {
        match pattern::rewrite(original) {
            Ok(pattern) => {
                let lost = pattern.lost;
                self.skipped.add("lookaround in a pattern: regex-lite has none, so the pattern takes more", lost.lookaround);
                self.skipped.add("Unicode class in a pattern: takes all characters beyond ASCII", lost.unicode);
                self.skipped.add("part of a pattern that takes more (back references, class intersections, long repetitions)", lost.other);
                Some(pattern)
            }
            Err(why) => {
                self.skipped.count(format!("pattern that regex-lite cannot be given: {why}"));
                None
            }
        }
    }

    fn number(&mut self, value: &Value) -> Result<u32> {
        let text = number(value).context("no number")?;
        Ok(self.table.text(&text))
    }

    fn values(&mut self, values: &[Value]) -> Result<u32> {
        let mut words = Vec::new();
        for value in values {
            words.extend(match value {
                Value::String(text) => [0, self.table.text(text)],
                Value::Number(_) => [1, self.number(value)?],
                Value::Bool(yes) => [2, u32::from(*yes)],
                other => bail!("{other} is no text, number or boolean"),
            });
        }
        Ok(self.table.list(2, &words))
    }
}

/// The mask of a `type`.
fn types(value: &Value) -> Result<u32> {
    let one = |name: &Value| {
        Ok(match name.as_str() {
            Some("string") => 1,
            Some("integer") => 2,
            Some("number") => 4,
            Some("boolean") => 8,
            Some("object") => 16,
            Some("array") => 32,
            Some("null") => 64,
            _ => bail!("{name} is no type"),
        })
    };
    match value {
        Value::Array(several) => several.iter().try_fold(0, |mask, name| Ok(mask | one(name)?)),
        name => one(name),
    }
}

fn names(value: &Value) -> Result<Vec<&str>> {
    value.as_array().context("no list")?.iter().map(|name| name.as_str().context("no text")).collect()
}

/// A number in the shortest way; a whole one has no point.
fn number(value: &Value) -> Option<String> {
    if value.is_i64() || value.is_u64() {
        return Some(value.to_string());
    }
    let number = value.as_f64()?;
    Some(if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { value.to_string() })
}
