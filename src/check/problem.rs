//! What is wrong with a value, before it is said.

use crate::aws::schema::{Node, Types};
use smol_str::SmolStr;

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// An entry of a map.
    Key(SmolStr),
    /// An element of a list.
    Index(usize),
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// The way to the value from the resource.
    pub path: Vec<Step>,
    /// What it is.
    pub kind: Kind,
}

/// A bound that is not kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    /// Characters of a text.
    Characters,
    /// Elements of a list.
    Elements,
    /// Entries of a map.
    Entries,
    /// A number.
    Amount,
}

/// What can be wrong with a value.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A property that there is not; the node says which there are.
    Unknown(Node),
    /// A property that has to be set.
    Missing { name: &'static str },
    /// Something else than a text, a list ...
    Type { wanted: Types, found: String, json: bool },
    /// A value that is none of those allowed.
    Enumeration { found: String, allowed: Vec<String>, text: bool },
    /// Too little or too much.
    Bounds { bound: Bound, found: f64, least: Option<f64>, most: Option<f64>, exclusive: bool },
    /// No multiple of a number.
    Multiple { found: f64, of: f64 },
    /// A text that does not match.
    Pattern { found: String, pattern: &'static str },
    /// A text without a form that has a name.
    Format { found: String, format: &'static str },
    /// Equal elements.
    Repeated { first: usize, again: usize },
    /// Exactly one of these has to be set: how many are.
    ExactlyOne { names: Vec<&'static str>, set: Vec<SmolStr> },
    /// One of these has to be set.
    AtLeastOne(Vec<&'static str>),
    /// What a property needs beside it.
    Needs { name: &'static str, lacks: &'static str },
    /// What a property excludes.
    Excludes { name: &'static str, other: &'static str },
    /// None of the forms fits: what each asks for, where that is properties only.
    NoForm { forms: Vec<Vec<&'static str>> },
    /// Several forms that exclude each other fit: the properties of those that do.
    SeveralForms { forms: Vec<Vec<&'static str>> },
    /// A form that must not fit.
    Forbidden { names: Vec<&'static str> },
    /// A property that AWS sets.
    ReadOnly,
    /// A property that should not be used any more.
    Deprecated,
    /// A part of an attribute where AWS gives only what lies in it: the attribute, and the type that has it.
    Attribute { name: SmolStr, of: SmolStr },
    /// Something of another kind: what is wanted, and what it is.
    Nominal { wanted: Vec<&'static str>, found: String },
    /// The ARN of something of another service than a pattern names.
    NominalService { wanted: &'static str, found: String },
}
