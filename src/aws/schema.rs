//! Resource types of CloudFormation: properties, attributes and Regions, read in place from `data/types.bin`.
//!
//! Source: the resource schemas in cfn-lint and what aws-service-spec adds; packages, versions and dates stand in `data/SOURCES.toml`,
//! the form of the records in `xtask/src/types`.

use super::table::{List, Table, Words};
use std::sync::LazyLock;

/// The words of a type's row.
const ROW: usize = 18;

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(include_bytes!("data/types.bin")));

/// A type of the table.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    row: Words,
}

/// Whether a Region has a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It has.
    Yes,
    /// It has not.
    No,
    /// The data says nothing of this Region.
    Unknown,
}

/// The type with this name.
#[must_use]
pub fn find(name: &str) -> Option<Schema> {
    TABLE.search(TABLE.root(0), ROW, name).map(|row| Schema { row })
}

/// The names of all types, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.list(TABLE.root(0), ROW).map(|row| TABLE.text(row.get(0)))
}

/// The day of the schemas (`2026-10-20`).
#[must_use]
pub fn date() -> &'static str {
    TABLE.text(TABLE.root(3))
}

/// The Regions whose types the data knows.
pub fn regions() -> impl Iterator<Item = &'static str> {
    texts(TABLE.root(1))
}

/// The number of a Region in the data; `None` if the data knows nothing of it.
#[must_use]
pub fn region_number(code: &str) -> Option<usize> {
    regions().position(|known| known == code).filter(|bit| *bit < 64)
}

fn texts(list: u32) -> impl Iterator<Item = &'static str> + use<> {
    TABLE.list(list, 1).map(|item| TABLE.text(item.get(0)))
}

impl Schema {
    /// `AWS::RDS::DBCluster`
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.text(self.row.get(0))
    }

    /// What its properties have to be.
    #[must_use]
    pub fn root(self) -> Node {
        Node::at(self.row.get(1))
    }

    /// Whether a Region has it; `bit` is the number of the Region.
    #[must_use]
    pub fn availability(self, bit: Option<usize>) -> Availability {
        let mask = u64::from(self.row.get(2)) | u64::from(self.row.get(3)) << 32;
        match bit {
            Some(bit) if mask >> bit & 1 == 1 => Availability::Yes,
            Some(_) if mask != 0 => Availability::No,
            _ => Availability::Unknown,
        }
    }

    /// The Regions that have it.
    pub fn regions(self) -> impl Iterator<Item = &'static str> {
        let mask = u64::from(self.row.get(2)) | u64::from(self.row.get(3)) << 32;
        regions().enumerate().filter(move |(bit, _)| mask >> bit & 1 == 1).map(|(_, code)| code)
    }

    /// Paths of properties that AWS sets (`Endpoint/Address`, `*` for the elements of a list).
    pub fn read_only(self) -> impl Iterator<Item = &'static str> {
        texts(self.row.get(4))
    }

    /// Paths of properties whose change replaces the resource.
    pub fn create_only(self) -> impl Iterator<Item = &'static str> {
        texts(self.row.get(5))
    }

    /// Paths of properties whose change replaces the resource in some cases.
    pub fn conditional_create_only(self) -> impl Iterator<Item = &'static str> {
        texts(self.row.get(6))
    }

    /// Paths of properties that AWS does not tell again.
    pub fn write_only(self) -> impl Iterator<Item = &'static str> {
        texts(self.row.get(7))
    }

    /// Paths of properties that should not be used any more.
    pub fn deprecated(self) -> impl Iterator<Item = &'static str> {
        texts(self.row.get(8))
    }

    /// The properties that identify the resource.
    pub fn primary_identifier(self) -> impl Iterator<Item = &'static str> {
        texts(self.row.get(9))
    }

    /// The properties that `Ref` gives.
    pub fn reference(self) -> impl Iterator<Item = &'static str> {
        let own = self.row.get(10);
        texts(if own == 0 { self.row.get(9) } else { own })
    }

    /// The attributes for `Fn::GetAtt`, dotted (`Endpoint.Address`), with what they give.
    pub fn attributes(self) -> impl Iterator<Item = (&'static str, Node)> {
        TABLE.list(self.row.get(11), 2).map(|item| (TABLE.text(item.get(0)), Node::at(item.get(1))))
    }

    /// What an attribute gives.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Node> {
        TABLE.search(self.row.get(11), 2, name).map(|item| Node::at(item.get(1)))
    }

    /// The form of its ARN, with `${...}` for its parts; empty if there is none.
    #[must_use]
    pub fn arn_form(self) -> &'static str {
        TABLE.text(self.row.get(12))
    }

    /// Whether it holds data that are lost with it.
    #[must_use]
    pub fn is_stateful(self) -> bool {
        self.row.get(13) & 1 == 1
    }

    /// `sunset`, `shutdown` or `maintenance` and its day, if AWS gives the type up.
    #[must_use]
    pub fn lifecycle(self) -> Option<(&'static str, &'static str)> {
        let status = TABLE.text(self.row.get(14));
        (!status.is_empty()).then(|| (status, TABLE.text(self.row.get(15))))
    }

    /// The property that holds its tags; empty if it has none.
    #[must_use]
    pub fn tag_property(self) -> &'static str {
        TABLE.text(self.row.get(16))
    }
}

/// A set of JSON's types: `Node::STRING` and so on.
pub type Types = u32;

/// What a value has to be. Each keyword that is not set asks for nothing.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    words: Words,
    mask: u32,
}

/// A relation between properties.
#[derive(Debug, Clone, Copy)]
pub enum Relation {
    /// Exactly one of them.
    ExactlyOne,
    /// At least one of them.
    AtLeastOne,
    /// If the named one is set, all of them.
    Needs(&'static str),
    /// If the named one is set, none of them.
    Excludes(&'static str),
    /// No two elements of the list agree in all of them.
    DistinctKeys,
}

/// A value that a schema names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Literal {
    /// A text.
    Text(&'static str),
    /// A number.
    Number(f64),
    /// `true` or `false`
    Bool(bool),
}

/// A list of properties or patterns, each with its node.
pub struct Members {
    list: List,
}

impl Iterator for Members {
    type Item = (&'static str, Node);

    fn next(&mut self) -> Option<Self::Item> {
        self.list.next().map(|item| (TABLE.text(item.get(0)), Node::at(item.get(1))))
    }
}

impl Node {
    /// JSON's type of texts.
    pub const STRING: Types = 1;
    /// JSON's type of whole numbers.
    pub const INTEGER: Types = 2;
    /// JSON's type of numbers.
    pub const NUMBER: Types = 4;
    /// JSON's type of `true` and `false`.
    pub const BOOLEAN: Types = 8;
    /// JSON's type of maps.
    pub const OBJECT: Types = 16;
    /// JSON's type of lists.
    pub const ARRAY: Types = 32;

    fn at(position: u32) -> Self {
        let mut position = position;
        // A link leads to a node that is no link; the bound keeps a damaged table from leading in a circle.
        for _ in 0..4 {
            let words = TABLE.at(position);
            let mask = words.get(0);
            if mask != 1 << 30 {
                return Self { words, mask };
            }
            position = words.get(1);
        }
        Self { words: TABLE.at(0), mask: 0 }
    }

    fn keyword(self, bit: u32) -> Option<u32> {
        if self.mask >> bit & 1 == 0 {
            return None;
        }
        let before = self.mask & ((1 << bit) - 1);
        Some(self.words.get(before.count_ones() as usize + 1))
    }

    fn members(self, bit: u32) -> Members {
        Members { list: TABLE.list(self.keyword(bit).unwrap_or(0), 2) }
    }

    fn nodes(self, bit: u32) -> Option<impl Iterator<Item = Self> + Clone> {
        let list = self.keyword(bit)?;
        Some(TABLE.list(list, 1).map(|item| Self::at(item.get(0))))
    }

    fn literals(self, bit: u32) -> Option<impl Iterator<Item = Literal> + Clone> {
        let list = self.keyword(bit)?;
        Some(TABLE.list(list, 2).map(|item| match item.get(0) {
            1 => Literal::Number(TABLE.text(item.get(1)).parse().unwrap_or(f64::NAN)),
            2 => Literal::Bool(item.get(1) == 1),
            _ => Literal::Text(TABLE.text(item.get(1))),
        }))
    }

    fn number(self, bit: u32) -> Option<f64> {
        self.keyword(bit).and_then(|text| TABLE.text(text).parse().ok())
    }

    /// Whether it asks for nothing.
    #[must_use]
    pub fn takes_anything(self) -> bool {
        self.mask == 0
    }

    /// The types; `None` if any will do.
    #[must_use]
    pub fn types(self) -> Option<Types> {
        self.keyword(0)
    }

    /// The properties, sorted by name.
    #[must_use]
    pub fn properties(self) -> Members {
        self.members(1)
    }

    /// Whether it says which properties there are.
    #[must_use]
    pub fn has_properties(self) -> bool {
        self.mask >> 1 & 1 == 1
    }

    /// A property.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        TABLE.search(self.keyword(1)?, 2, name).map(|item| Self::at(item.get(1)))
    }

    /// The properties that have to be set.
    pub fn required(self) -> impl Iterator<Item = &'static str> {
        texts(self.keyword(2).unwrap_or(0))
    }

    /// Whether properties that it does not name are refused.
    #[must_use]
    pub fn is_closed(self) -> bool {
        self.keyword(3) == Some(0)
    }

    /// What properties that it does not name have to be.
    #[must_use]
    pub fn additional(self) -> Option<Self> {
        self.keyword(3).filter(|position| *position != 0).map(Self::at)
    }

    /// What properties whose names match a pattern have to be.
    #[must_use]
    pub fn pattern_properties(self) -> Members {
        self.members(4)
    }

    /// What the elements of a list have to be.
    #[must_use]
    pub fn items(self) -> Option<Self> {
        self.keyword(5).map(Self::at)
    }

    /// The values that are allowed.
    #[must_use]
    pub fn enumeration(self) -> Option<impl Iterator<Item = Literal> + Clone> {
        self.literals(6)
    }

    /// The values that are allowed, whatever the case of their letters.
    #[must_use]
    pub fn folded_enumeration(self) -> Option<impl Iterator<Item = Literal> + Clone> {
        self.literals(7)
    }

    /// The one value that is allowed.
    #[must_use]
    pub fn constant(self) -> Option<Literal> {
        self.literals(8)?.next()
    }

    /// A pattern that is found in the text.
    #[must_use]
    pub fn pattern(self) -> Option<&'static str> {
        self.keyword(9).map(|text| TABLE.text(text))
    }

    /// The least and the greatest number of characters.
    #[must_use]
    pub fn length(self) -> (Option<u32>, Option<u32>) {
        (self.keyword(10), self.keyword(11))
    }

    /// The least and the greatest number.
    #[must_use]
    pub fn range(self) -> (Option<f64>, Option<f64>) {
        (self.number(12), self.number(13))
    }

    /// The numbers that a value has to be above and below.
    #[must_use]
    pub fn exclusive_range(self) -> (Option<f64>, Option<f64>) {
        (self.number(14), self.number(15))
    }

    /// What a number has to be a multiple of.
    #[must_use]
    pub fn multiple_of(self) -> Option<f64> {
        self.number(16)
    }

    /// The least and the greatest number of elements.
    #[must_use]
    pub fn item_count(self) -> (Option<u32>, Option<u32>) {
        (self.keyword(17), self.keyword(18))
    }

    /// Whether no two elements may be equal.
    #[must_use]
    pub fn has_unique_items(self) -> bool {
        self.keyword(19) == Some(1)
    }

    /// The least and the greatest number of properties.
    #[must_use]
    pub fn property_count(self) -> (Option<u32>, Option<u32>) {
        (self.keyword(20), self.keyword(21))
    }

    /// What a text means: `AWS::KMS::Key.Arn`, `json`, `date-time`.
    #[must_use]
    pub fn format(self) -> Option<&'static str> {
        self.keyword(22).map(|text| TABLE.text(text))
    }

    /// Nodes that all have to fit.
    #[must_use]
    pub fn all_of(self) -> Option<impl Iterator<Item = Self> + Clone> {
        self.nodes(23)
    }

    /// Nodes of which one has to fit.
    #[must_use]
    pub fn any_of(self) -> Option<impl Iterator<Item = Self> + Clone> {
        self.nodes(24)
    }

    /// Nodes of which exactly one has to fit.
    #[must_use]
    pub fn one_of(self) -> Option<impl Iterator<Item = Self> + Clone> {
        self.nodes(25)
    }

    /// A node that must not fit.
    #[must_use]
    pub fn excluded(self) -> Option<Self> {
        self.keyword(26).map(Self::at)
    }

    /// A condition, what has to fit if it does, and what if it does not (0 asks for nothing).
    #[must_use]
    pub fn conditional(self) -> Option<(Self, Self, Self)> {
        let list = TABLE.list(self.keyword(27)?, 1);
        Some((Self::at(list.item(0).get(0)), Self::at(list.item(1).get(0)), Self::at(list.item(2).get(0))))
    }

    /// The relations between properties.
    pub fn relations(self) -> impl Iterator<Item = (Relation, Vec<&'static str>)> {
        TABLE.list(self.keyword(28).unwrap_or(0), 3).map(|item| {
            let name = TABLE.text(item.get(1));
            let relation = match item.get(0) {
                1 => Relation::ExactlyOne,
                2 => Relation::AtLeastOne,
                3 => Relation::Needs(name),
                4 => Relation::Excludes(name),
                _ => Relation::DistinctKeys,
            };
            (relation, texts(item.get(2)).collect())
        })
    }

    /// What the first elements of a list have to be.
    #[must_use]
    pub fn first_items(self) -> Option<impl Iterator<Item = Self> + Clone> {
        self.nodes(29)
    }
}
