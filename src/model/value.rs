//! Values: what is known now, what CloudFormation will know at deployment, and what a machine learns when it runs.

use crate::aws::api::Shape;
use crate::code::File;
use crate::model::ids::Id;
use crate::model::{Family, Instance, Parameter, Region};
use crate::source::Span;
use crate::syntax::ast::BinaryOperator;
pub use crate::units::{Dimension, UNITS, number_text, quantity_text, unit};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;
use std::rc::Rc;

/// A map that keeps the author's order.
pub type ValueMap = IndexMap<SmolStr, Value, FxBuildHasher>;

/// A value of any of the three times.
#[derive(Debug, Clone)]
pub enum Value {
    /// Stands for a value whose making was reported as an error; fits everywhere, so that one mistake gives one finding.
    Error,
    /// `none`
    None,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string that is known now.
    Text(SmolStr),
    /// An amount with a dimension.
    Quantity(f64, Dimension),
    /// An IPv4 network.
    Cidr(SmolStr),
    /// A Region of the platform.
    Region(Id<Region>),
    /// A list.
    List(Rc<Vec<Value>>),
    /// A map or record.
    Map(Rc<ValueMap>),
    /// Both ends included.
    Range(Rc<(Value, Value)>),
    /// A function of the user or the library; the expander knows its body.
    Function(u32),
    /// A function of the compiler.
    Builtin(&'static str),
    /// A value that CloudFormation knows at deployment.
    Deploy(Rc<Deploy>),
    /// A value that a machine learns when it runs.
    Run(Rc<Run>),
    /// An instance of a component, or its member in one Region.
    Instance(Id<Instance>, Option<Id<Region>>),
    /// All members of a resource.
    Family(Id<Family>),
    /// One resource.
    Resource(ResourceRef),
    /// A value with one version in each Region, not chosen yet; the expander knows the cell.
    PerRegion(u32),
    /// A metric in one Region.
    Metric(Rc<Metric>),
    /// A file or folder of the project.
    File(Rc<File>),
    /// An imported module, by its number.
    Module(u32),
    /// `platform`
    Platform,
    /// Something that is declared but is no value (a plan, a type, a component): its kind for messages.
    Definition(&'static str),
}

/// One member of a family of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceRef {
    /// The family.
    pub family: Id<Family>,
    /// The member's Region.
    pub region: Id<Region>,
}

/// A value that CloudFormation knows at deployment.
#[derive(Debug, Clone)]
pub enum Deploy {
    /// A parameter; with a Region if it has one value per Region.
    Parameter(Id<Parameter>, Option<Id<Region>>),
    /// The account of a Region.
    Account(Id<Region>),
    /// The partition (`aws`, `aws-cn`, `aws-us-gov`).
    Partition,
    /// The suffix of DNS names (`amazonaws.com`).
    DnsSuffix,
    /// What CloudFormation's `Ref` gives for a resource.
    Ref(ResourceRef),
    /// An attribute of a resource.
    Attribute(ResourceRef, SmolStr),
    /// The resource's ARN, whichever way it is had.
    Arn(ResourceRef),
    /// Texts and values one after the other.
    Text(Vec<TextPart>),
    /// The JSON text of a structure.
    Json(Value),
    /// A value of another stack that CloudFormation itself reads, if it cannot be had otherwise.
    StackOutput(Rc<Deploy>),
}

/// A part of a text that is known at deployment.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// Characters.
    Literal(String),
    /// A value, never a `Deploy::Text` itself.
    Value(Rc<Deploy>),
}

/// A value that a machine learns when it runs.
#[derive(Debug, Clone)]
pub enum Run {
    /// A variable of the machine, and the form of what it holds.
    Variable(SmolStr, Shape),
    /// The element that `any`, `all`, `filter` look at, and its form.
    Element(SmolStr, Shape),
    /// A value that is known earlier.
    Known(Value),
    /// A member of a result.
    Member(Rc<Run>, SmolStr),
    /// An element of a list.
    Index(Rc<Run>, Rc<Run>),
    /// A comparison, logic or arithmetic.
    Binary(BinaryOperator, Rc<Run>, Rc<Run>),
    /// `not`
    Not(Rc<Run>),
    /// Whether some element fulfils the body.
    Any(Rc<Run>, SmolStr, Rc<Run>),
    /// Whether every element fulfils the body.
    All(Rc<Run>, SmolStr, Rc<Run>),
    /// How many elements.
    Length(Rc<Run>),
    /// Texts and values one after the other.
    Text(Vec<Run>),
    /// The number that a text stands for.
    Number(Rc<Run>),
    /// The time that is so many milliseconds before it is asked for.
    Ago(f64),
}

impl Run {
    /// The form of the value, as far as the API says it; else that of anything.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match self {
            Self::Variable(_, shape) | Self::Element(_, shape) => *shape,
            Self::Member(base, name) => base.shape().inside(name),
            Self::Index(base, _) => base.shape().element(),
            _ => Shape::anything(),
        }
    }
}

/// A CloudWatch metric in one Region.
#[derive(Debug, Clone)]
pub struct Metric {
    /// What the user calls it: `orders.lag`.
    pub path: String,
    /// The instance whose metric it is.
    pub owner: Option<Id<Instance>>,
    /// Its declared name: `lag`.
    pub declared: SmolStr,
    /// Where it was declared.
    pub span: Span,
    /// The Region in which it is published.
    pub region: Id<Region>,
    /// All Regions in which it is, by its declaration.
    pub regions: Vec<Id<Region>>,
    /// The namespace.
    pub namespace: Value,
    /// The name.
    pub name: Value,
    /// Dimensions: a map of texts.
    pub dimensions: Value,
    /// AWS's name of the unit (`Milliseconds`), if there is one.
    pub unit: Option<SmolStr>,
    /// The type that thresholds must have.
    pub dimension: Option<Dimension>,
    /// What it means when nothing is published.
    pub silence: Silence,
    /// Where its parts are written.
    pub places: MetricPlaces,
}

/// What it means when a metric is not published for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Nobody knows how things are.
    Missing,
    /// Nothing: it is published at times only (`while_reading`, `while_writing`).
    NotBreaching,
    /// That something is broken: whoever publishes it does so all the time.
    Breaching,
}

/// Where the parts of a metric are written.
#[derive(Debug, Clone)]
pub struct MetricPlaces {
    /// The namespace.
    pub namespace: Span,
    /// The name.
    pub name: Span,
    /// The unit, if it has one.
    pub unit: Option<Span>,
    /// The dimensions, if it has any.
    pub dimensions: Option<Span>,
    /// The keys of the dimensions that are written there.
    pub keys: Vec<(SmolStr, Span)>,
    /// When it is published, if that is said.
    pub published: Option<Span>,
    /// The declaration in the user's file that led to it.
    pub origin: Span,
}

impl Value {
    /// A list.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    /// A text that is known now.
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(SmolStr::new(text.as_ref()))
    }

    /// A map from pairs.
    #[must_use]
    pub fn map(pairs: Vec<(SmolStr, Self)>) -> Self {
        Self::Map(Rc::new(pairs.into_iter().collect()))
    }

    /// What the value is, in the user's words.
    #[must_use]
    pub fn type_name(&self) -> String {
        match self {
            Self::Error => "an unknown value".into(),
            Self::None => "none".into(),
            Self::Bool(_) => "Bool".into(),
            Self::Number(_) => "Number".into(),
            Self::Text(_) => "String".into(),
            Self::Quantity(_, dimension) => dimension.type_name().into(),
            Self::Cidr(_) => "Cidr".into(),
            Self::Region(_) => "Region".into(),
            Self::List(_) => "List".into(),
            Self::Map(_) => "Map".into(),
            Self::Range(ends) => format!("Range({})", ends.0.type_name()),
            Self::Function(_) | Self::Builtin(_) => "a function".into(),
            Self::Deploy(_) => "a value known at deployment".into(),
            Self::Run(_) => "a value known at run time".into(),
            Self::Instance(..) => "an instance of a component".into(),
            Self::Family(_) => "a resource in each Region".into(),
            Self::Resource(_) => "a resource".into(),
            Self::PerRegion(_) => "a value for each Region".into(),
            Self::Metric(_) => "Metric".into(),
            Self::File(_) => "File".into(),
            Self::Module(_) => "a module".into(),
            Self::Platform => "the platform".into(),
            Self::Definition(kind) => (*kind).into(),
        }
    }
}
