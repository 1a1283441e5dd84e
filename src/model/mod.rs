//! The typed program: every name resolved, every component expanded, every Region known. No syntax is left but spans.

pub mod computed;
pub mod ids;
pub mod recovery;
pub mod value;

use crate::code::File;
use crate::source::{FileId, Span};
use crate::workflow::Plan;
use ids::{Arena, Id};
use recovery::{Alarm, Recovery};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use value::{Metric, ResourceRef, Value};

/// The layer of what the deployment itself needs: the first stack of each Region, made by the compiler.
pub const ARTIFACTS: &str = "artifacts";

/// The layers, in the order in which people read them. The order of deployment follows from the references.
pub const LAYERS: &[&str] = &[ARTIFACTS, "keys", "network", "data", "app", "edge", "recovery", "global"];

/// Everything that the later stages read.
#[derive(Debug, Default)]
pub struct Model {
    /// The platform.
    pub platform: Platform,
    /// The Regions in the order of their declaration.
    pub regions: Arena<Region>,
    /// The parameters in the order of their declaration.
    pub parameters: Arena<Parameter>,
    /// Instances of components.
    pub instances: Arena<Instance>,
    /// Resources by family.
    pub families: Arena<Family>,
    /// The plans, one entry per machine.
    pub plans: Vec<Plan>,
    /// The alarms, one entry for each Region that they stand in.
    pub alarms: Vec<Alarm>,
    /// The metrics of components, each in the Regions in which something reads it.
    pub metrics: Vec<Rc<Metric>>,
    /// The files of the program, by their path in the project.
    pub files: BTreeMap<FileId, SmolStr>,
    /// What is handed on by its stack though no other stack takes it: whoever deploys reads it.
    pub exports: Vec<ResourceRef>,
    /// What the operators of the platform read after a deployment, by name and Region.
    pub outputs: Vec<PlatformOutput>,
    /// Archives that are uploaded where stacks name them, by their keys.
    pub artifacts: BTreeMap<SmolStr, Artifact>,
    /// What the source sets in the resources of components, in its order.
    pub adjustments: Vec<Adjustment>,
    /// The name of the stack of each layer and group, by the platform's naming.
    pub stack_names: BTreeMap<SmolStr, Value>,
}

/// Files of the project in an archive, which services take from the bucket of their Region.
#[derive(Debug)]
pub struct Artifact {
    /// What is in it.
    pub file: Rc<File>,
    /// The name of the only file in it, if it is one.
    pub name: Option<String>,
    /// The archive.
    pub bytes: Vec<u8>,
    /// The paths in the project of what is in it: copies of a file give one archive.
    pub sources: BTreeSet<String>,
}

/// A value that a stack tells to people: an `output` at the top of the platform file, in one Region.
#[derive(Debug)]
pub struct PlatformOutput {
    /// The declared name; in a `for` with the keys before it.
    pub name: String,
    /// The name in the template.
    pub logical_id: SmolStr,
    /// The Region whose stacks tell it.
    pub region: Id<Region>,
    /// A text that is known now or at deployment.
    pub value: Value,
    /// The documentation above it.
    pub description: String,
    /// How many `later` stand around it.
    pub phase: u32,
    /// The declared name in the source.
    pub span: Span,
    /// The value in the source.
    pub value_span: Span,
}

/// The whole: objectives, tags, naming.
#[derive(Debug, Default)]
pub struct Platform {
    /// Its name.
    pub name: SmolStr,
    /// Where it is declared.
    pub span: Span,
    /// Documentation above it.
    pub description: String,
    /// The recovery strategy in AWS's words.
    pub strategy: Option<SmolStr>,
    /// Recovery time objective, milliseconds.
    pub rto: Option<f64>,
    /// Where it stands.
    pub rto_span: Span,
    /// Recovery point objective, milliseconds.
    pub rpo: Option<f64>,
    /// Where it stands.
    pub rpo_span: Span,
    /// Whether what is a warning about a plan is an error.
    pub strict: bool,
    /// Where it says how names are made.
    pub naming: Option<Span>,
    /// Tags of every stack.
    pub tags: Vec<(SmolStr, Value)>,
}

/// A Region of the platform.
#[derive(Debug, Clone)]
pub struct Region {
    /// The name that the platform gives it: `primary`.
    pub alias: SmolStr,
    /// AWS's code: `us-east-1`.
    pub code: SmolStr,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: SmolStr,
    /// Where it is declared.
    pub span: Span,
}

/// A value given at deployment.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The declared name.
    pub name: SmolStr,
    /// The name in templates.
    pub logical_id: SmolStr,
    /// CloudFormation's type of it.
    pub parameter_type: String,
    /// A pattern that the whole value has to match.
    pub pattern: Option<String>,
    /// The allowed values, if the set is closed.
    pub allowed: Vec<String>,
    /// Shortest and longest length.
    pub length: Option<(u32, u32)>,
    /// Least and greatest number.
    pub range: Option<(f64, f64)>,
    /// The default, as text.
    pub default: Option<String>,
    /// The value that the environment file gives.
    pub given: Option<Given>,
    /// The documentation above it.
    pub description: String,
    /// Not shown, never part of a name.
    pub secret: bool,
    /// The kind for messages: `String`, `Email`.
    pub kind: SmolStr,
    /// The Regions which have a value each; empty for one value everywhere.
    pub regions: Vec<Id<Region>>,
    /// Where it is declared.
    pub span: Span,
    /// Its type: what would change a constraint.
    pub type_span: Span,
}

/// The value of a parameter in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// One for all Regions.
    Everywhere(String),
    /// One for each Region.
    ByRegion(BTreeMap<Id<Region>, String>),
}

/// An instance of a component.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Names from the outermost instance to this one: ids are made of them, so one that moved has its old name here.
    pub path: Vec<SmolStr>,
    /// The declared names, dotted, as messages show them.
    pub shown: String,
    /// The component: `aurora.postgres`.
    pub component: String,
    /// `replica`, `service` or `route`, as it was declared; empty for what the compiler makes.
    pub word: &'static str,
    /// What its component says of recovery.
    pub recovery: Recovery,
    /// Where it runs.
    pub regions: Vec<Id<Region>>,
    /// Whether the placement was one Region rather than a list.
    pub single: bool,
    /// The declaration in the user's file that led to it.
    pub span: Span,
    /// The name of the group that it was declared in.
    pub group: Option<SmolStr>,
    /// How many `later` stand around it.
    pub phase: u32,
}

/// One declared resource with its members.
#[derive(Debug, Clone)]
pub struct Family {
    /// Names from the outermost instance to the resource.
    pub path: Vec<SmolStr>,
    /// The declared names, dotted, as people know it: unlike the path, without names that it had before.
    pub declared: String,
    /// CloudFormation's id of each member in its own stack.
    pub logical_id: SmolStr,
    /// `AWS::RDS::DBCluster`
    pub resource_type: SmolStr,
    /// Where it is placed.
    pub regions: Vec<Id<Region>>,
    /// Whether the placement was one Region rather than a list.
    pub single: bool,
    /// The declared name.
    pub span: Span,
    /// The declaration in the user's file that led to it.
    pub origin: Span,
    /// The layer that its component or itself names.
    pub layer: SmolStr,
    /// The group that it was declared in.
    pub group: Option<SmolStr>,
    /// The phase in which it is made, counted from 0: how many `later` stand around it.
    pub phase: u32,
    /// Exists already: nothing is written for it.
    pub external: bool,
    /// Properties and attributes by Region, filled when the block is evaluated.
    pub members: BTreeMap<Id<Region>, Member>,
}

/// One resource in one Region.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// The properties in the order of the source.
    pub properties: Vec<Property>,
    /// Resources that must exist before.
    pub depends_on: Vec<Dependency>,
    /// `retain`, `delete` or `snapshot`, if the source says so.
    pub deletion: Option<SmolStr>,
    /// What becomes of what it holds when its Region is lost, if the source says so.
    pub on_loss: Option<SmolStr>,
    /// Properties, dotted, whose values in other Regions are looked at from here: the resource works without them.
    pub watches: Vec<(SmolStr, Span)>,
}

/// One property of a resource.
#[derive(Debug, Clone)]
pub struct Property {
    /// AWS's name.
    pub name: SmolStr,
    /// The value.
    pub value: Value,
    /// Where it is set.
    pub span: Span,
    /// The phase in which it is set, counted from 0.
    pub phase: u32,
}

/// A property that an `adjust` sets or removes.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// Of which resource.
    pub resource: ResourceRef,
    /// AWS's name of the property.
    pub property: SmolStr,
    /// Where it is set.
    pub span: Span,
}

/// What runs already, by the manifest of an earlier compilation.
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    /// The file that says so, for messages.
    pub path: String,
    /// The platform's name.
    pub platform: String,
    /// Its stacks by id (`us-east-1/data`).
    pub stacks: BTreeMap<String, DeployedStack>,
}

/// A stack that runs already.
#[derive(Debug, Clone, Default)]
pub struct DeployedStack {
    /// The number of the phase that it has reached.
    pub phase: u32,
    /// Its resources by logical id; `true` for those that hold data.
    pub resources: BTreeMap<String, bool>,
    /// The names of its outputs.
    pub outputs: BTreeSet<String>,
}

/// A resource that another one waits for.
#[derive(Debug, Clone, Copy)]
pub struct Dependency {
    /// What must exist before.
    pub on: ResourceRef,
    /// The phase from which on it counts.
    pub phase: u32,
}

impl Model {
    /// The name that messages use for a Region: alias and code.
    #[must_use]
    pub fn region_text(&self, region: Id<Region>) -> String {
        let region = self.regions.get(region);
        if region.alias == region.code { format!("{}", region.code) } else { format!("{} ({})", region.alias, region.code) }
    }

    /// The path in the project of the file that a span is in.
    #[must_use]
    pub fn file_of(&self, span: Span) -> &str {
        self.files.get(&span.file).map_or("", SmolStr::as_str)
    }

    /// A member of a family, if it has one there.
    #[must_use]
    pub fn member(&self, resource: ResourceRef) -> Option<&Member> {
        self.families.get(resource.family).members.get(&resource.region)
    }

    /// The value of a property of a resource.
    #[must_use]
    pub fn property(&self, resource: ResourceRef, name: &str) -> Option<&Value> {
        self.member(resource)?.properties.iter().find(|property| property.name == name).map(|property| &property.value)
    }

    /// Dotted path for messages.
    #[must_use]
    pub fn family_text(&self, family: Id<Family>) -> String {
        self.families.get(family).path.join(".")
    }
}
