//! What refers to what while a platform works: the properties of resources, and what each of them names.

use super::text;
use crate::aws::needs::{self, Use};
use crate::aws::{homes, types};
use crate::model::computed::{Part, computed, part_of};
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Run, TextPart, Value};
use crate::model::{Family, Model, Parameter, Region};
use crate::permissions::said;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

/// What CloudFormation reads of another service whenever it changes a resource begins so.
const READ: &str = "{{resolve:";

/// Where a role says what it allows.
pub(super) const POLICIES: &str = "Policies";

/// A word of so few letters may mean anything: only what looks like a name is taken for one.
const SHORTEST_NAME: usize = 8;

/// What a value names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A resource; whether by a name that a copy in another Region has too.
    Resource(ResourceRef, bool),
    /// Resources with a physical name that stands there as a text.
    Named(Rc<[ResourceRef]>),
    /// Something in a Region that a text says.
    Text(Id<Region>, String),
    /// The value of a parameter for one Region.
    Parameter(Id<Parameter>, Id<Region>),
}

/// Resources by a text that stands for them.
type Names = FxHashMap<String, Rc<[ResourceRef]>>;

/// Something that a property names.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// The property, dotted.
    pub path: String,
    /// How it is needed.
    pub how: Use,
    /// What is named.
    pub what: What,
    /// Where the property is set.
    pub span: Span,
}

/// The references of a platform, each resource looked at when it is first asked for.
pub(super) struct Graph<'m> {
    pub model: &'m Model,
    edges: FxHashMap<ResourceRef, Rc<[Edge]>>,
    /// What is a part of a resource, and needed with it.
    parts: FxHashMap<ResourceRef, Vec<(ResourceRef, Span)>>,
    /// Resources by the name, ARN or URL that is computed of them; made when a text is first looked up.
    names: OnceCell<Names>,
    /// Resources that belong to something which lies in no Region.
    of_global: FxHashSet<Id<Family>>,
}

impl<'m> Graph<'m> {
    /// The graph of a model.
    pub fn new(model: &'m Model) -> Self {
        let mut graph =
            Self { model, edges: FxHashMap::default(), parts: FxHashMap::default(), names: OnceCell::new(), of_global: FxHashSet::default() };
        for (id, family) in model.families.iter() {
            let row = needs::find(&family.resource_type);
            for (region, member) in &family.members {
                let own = ResourceRef { family: id, region: *region };
                let of = row.and_then(|row| row.of.as_ref());
                if let Some(property) = of.and_then(|of| member.properties.iter().find(|known| known.name == *of)) {
                    leaves(&property.value, "", &mut |_, leaf| {
                        if let Leaf::Deploy(deploy) = leaf
                            && let Some(whole) = resource_of(deploy)
                        {
                            graph.parts.entry(whole).or_default().push((own, property.span));
                        }
                    });
                }
                graph.note_global(family, own);
            }
        }
        graph
    }

    /// The resources that a text stands for.
    fn of_name(&self, text: &str) -> Option<&Rc<[ResourceRef]>> {
        self.names.get_or_init(|| names(self.model)).get(text)
    }

    /// Notes what belongs to something that lies in no Region, because that refers to it.
    fn note_global(&mut self, family: &Family, own: ResourceRef) {
        let Some(row) = homes::find(&family.resource_type).filter(|row| row.home == homes::Kind::Global) else { return };
        if row.only.is_some() || !row.with.is_empty() {
            return;
        }
        let Some(member) = self.model.member(own) else { return };
        for property in &member.properties {
            leaves(&property.value, "", &mut |_, leaf| {
                let Leaf::Deploy(deploy) = leaf else { return };
                let Some(target) = resource_of(deploy) else { return };
                let row = homes::find(&self.model.families.get(target.family).resource_type);
                if row.is_some_and(|row| row.with.iter().any(|name| *name == family.resource_type)) {
                    self.of_global.insert(target.family);
                }
            });
        }
    }

    /// What the properties of a resource name.
    pub fn edges(&mut self, resource: ResourceRef) -> Rc<[Edge]> {
        if let Some(known) = self.edges.get(&resource) {
            return known.clone();
        }
        let mut found = Vec::new();
        let family = self.model.families.get(resource.family);
        let row = needs::find(&family.resource_type);
        if let Some(member) = self.model.member(resource) {
            let is =
                |path: &str, value: &str| at(self.model, resource, path).is_some_and(|known| matches!(known, Value::Text(text) if text == value));
            for property in &member.properties {
                if needs::use_of(row, &property.name, &is) == Use::Never {
                    continue;
                }
                leaves(&property.value, &property.name, &mut |path, leaf| {
                    let watched = member.watches.iter().any(|(known, _)| is_at(path, known));
                    let how = match () {
                        () if leaf.is_resolved() => Use::Deployment,
                        () if watched => Use::OtherSide,
                        () => needs::use_of(row, path, &is),
                    };
                    let names = how == Use::Optional;
                    for what in self.named(leaf, names) {
                        let how = if how == Use::OtherSide && !watched && !self.is_other_side(row, &what) { Use::Always } else { how };
                        found.push(Edge { path: path.to_string(), how, what, span: property.span });
                    }
                });
            }
        }
        if let Some(role) = row.and_then(|row| row.role.as_deref()) {
            self.permitted(resource, role, &mut found);
        }
        let found: Rc<[Edge]> = found.into();
        self.edges.insert(resource, found.clone());
        found
    }

    /// What the role of code allows: a statement that leads to one other Region alone says that the code goes there.
    fn permitted(&self, resource: ResourceRef, role: &str, found: &mut Vec<Edge>) {
        let Some(property) = self.model.member(resource).and_then(|member| member.properties.iter().find(|known| known.name == role)) else { return };
        let Value::Deploy(deploy) = &property.value else { return };
        let watched = self.model.member(resource).is_some_and(|member| member.watches.iter().any(|(known, _)| is_at(role, known)));
        let how = if watched { Use::OtherSide } else { Use::Optional };
        let Some(Value::List(policies)) = resource_of(deploy).and_then(|role| self.model.property(role, POLICIES)) else { return };
        for policy in policies.iter() {
            let statements = part(policy, "PolicyDocument").and_then(|document| part(document, "Statement"));
            let statements = match statements {
                Some(Value::List(statements)) => statements.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => continue,
            };
            for statement in statements.iter().filter(|one| matches!(part(one, "Effect"), Some(Value::Text(effect)) if effect == "Allow")) {
                let Some(on) = part(statement, "Resource") else { continue };
                let (mut all, mut elsewhere): (usize, Vec<What>) = (0, Vec::new());
                leaves(on, "", &mut |_, leaf| {
                    all += 1;
                    let named = self.named(leaf, false);
                    let there = |what: &&What| self.region_of(what).is_some_and(|region| region != resource.region);
                    elsewhere.extend(named.iter().find(there).cloned());
                });
                let regions: FxHashSet<Option<Id<Region>>> = elsewhere.iter().map(|what| self.region_of(what)).collect();
                if elsewhere.len() == all
                    && regions.len() == 1
                    && let Some(what) = elsewhere.into_iter().next()
                {
                    let path = format!("{role}.{POLICIES}");
                    found.push(Edge { path, how, what, span: property.span });
                }
            }
        }
    }

    /// Whether a reference is to the kind of thing of which the row says that it is the other end.
    fn is_other_side(&self, row: Option<&needs::Needs>, what: &What) -> bool {
        let Some(row) = row.filter(|row| !row.only.is_empty()) else { return true };
        match what {
            What::Resource(target, _) => row.only.iter().any(|name| *name == self.model.families.get(target.family).resource_type),
            _ => true,
        }
    }

    /// What is needed together with a resource, because it is a part of it.
    pub fn parts(&self, resource: ResourceRef) -> &[(ResourceRef, Span)] {
        self.parts.get(&resource).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a value names; `names`: whether a plain text may be the name of a resource.
    pub fn named(&self, leaf: Leaf<'_>, names: bool) -> Vec<What> {
        let mut found = Vec::new();
        let text = match leaf {
            Leaf::Text(text) => Cow::Borrowed(text),
            Leaf::Deploy(deploy) => {
                self.references(deploy, &mut found);
                // What is referred to says itself where it lies: a place that nothing refers to stands in the text.
                let Deploy::Text(parts) = deploy else { return found };
                let written = |part: &TextPart| matches!(part, TextPart::Literal(text) if text::has_code(self.model, text));
                if !names && !parts.iter().any(written) {
                    return found;
                }
                Cow::Owned(said(&Value::Deploy(Rc::new(deploy.clone())), self.model))
            }
        };
        if names
            && text.len() >= SHORTEST_NAME
            && let Some(known) = self.of_name(&text)
        {
            found.push(What::Named(known.clone()));
        }
        let places = text::places(self.model, &text);
        let said: Vec<Id<Region>> = found.iter().filter_map(|what| self.region_of(what)).collect();
        found.extend(places.into_iter().filter(|place| !said.contains(place)).map(|place| What::Text(place, text.to_string())));
        found
    }

    fn region_of(&self, what: &What) -> Option<Id<Region>> {
        match what {
            What::Resource(target, _) => Some(target.region),
            What::Named(known) => match known.as_ref() {
                [only] => Some(only.region),
                _ => None,
            },
            What::Text(region, _) | What::Parameter(_, region) => Some(*region),
        }
    }

    fn references(&self, deploy: &Deploy, found: &mut Vec<What>) {
        match deploy {
            Deploy::Text(parts) => {
                for part in parts {
                    if let TextPart::Value(value) = part {
                        self.references(value, found);
                    }
                }
            }
            Deploy::StackOutput(inner) => self.references(inner, found),
            Deploy::Parameter(id, Some(region)) => found.push(What::Parameter(*id, *region)),
            other => {
                if let Some((target, part)) = part_of(self.model, other) {
                    let row = types::find(&self.model.families.get(target.family).resource_type);
                    let portable = part == Some(Part::Ref) && row.is_some_and(|row| row.reference == "name");
                    found.push(What::Resource(target, portable));
                }
            }
        }
    }

    /// Whether a resource is there for `to` when `from` is lost. A copy in another Region counts where it is named by a name that both
    /// have (`portable`).
    pub fn survives(&self, target: ResourceRef, portable: bool, from: Id<Region>, to: Id<Region>) -> bool {
        if target.region != from || self.is_global(target) {
            return true;
        }
        portable && self.lists(target, to)
    }

    /// Whether a resource lies in no Region in particular.
    pub fn is_global(&self, target: ResourceRef) -> bool {
        let family = self.model.families.get(target.family);
        let Some(row) = homes::find(&family.resource_type).filter(|row| row.home == homes::Kind::Global) else { return false };
        let set = |only: &homes::Setting| matches!(at(self.model, target, &only.property), Some(Value::Text(text)) if *text == only.value);
        row.only.as_ref().is_none_or(set) && (row.with.is_empty() || self.of_global.contains(&target.family))
    }

    /// Whether a resource says that it has a copy in a Region.
    pub fn lists(&self, target: ResourceRef, region: Id<Region>) -> bool {
        let family = self.model.families.get(target.family);
        let Some(row) = homes::find(&family.resource_type) else { return false };
        let (Some(list), Some(key)) = (&row.list, &row.key) else { return false };
        let code = &self.model.regions.get(region).code;
        match self.model.property(target, list) {
            Some(Value::List(items)) => items.iter().any(|item| match item {
                Value::Map(map) => matches!(map.get(key.as_str()), Some(Value::Text(text)) if text == code),
                _ => false,
            }),
            // Of what exists already the source tells what it wants to.
            None => family.external,
            _ => false,
        }
    }
}

/// All resources by name, ARN and URL, as far as these are computed.
fn names(model: &Model) -> Names {
    let mut names: FxHashMap<String, Vec<ResourceRef>> = FxHashMap::default();
    for (id, family) in model.families.iter() {
        let property = types::find(&family.resource_type).and_then(|row| row.name_property.as_deref());
        for region in family.members.keys() {
            let own = ResourceRef { family: id, region: *region };
            let named = property.and_then(|name| model.property(own, name)).cloned();
            let computed = [Deploy::Ref(own), Deploy::Arn(own)].into_iter().filter_map(|deploy| computed(model, &deploy));
            for name in named.into_iter().chain(computed) {
                let known = names.entry(said(&name, model)).or_default();
                if !known.contains(&own) {
                    known.push(own);
                }
            }
        }
    }
    names.into_iter().map(|(name, known)| (name, known.into())).collect()
}

/// The value of a property at a path, without lists.
pub(super) fn at<'m>(model: &'m Model, resource: ResourceRef, path: &str) -> Option<&'m Value> {
    let mut parts = path.split('.');
    let first = model.property(resource, parts.next()?)?;
    parts.try_fold(first, |value, part| match value {
        Value::Map(map) => map.get(part),
        _ => None,
    })
}

fn is_read(text: &str) -> bool {
    text.contains('{') && text.contains(READ)
}

fn part<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(key),
        _ => None,
    }
}

/// The resource that a value speaks of.
pub(super) fn resource_of(deploy: &Deploy) -> Option<ResourceRef> {
    match deploy {
        Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => Some(*target),
        Deploy::StackOutput(inner) => resource_of(inner),
        _ => None,
    }
}

/// A value that is no list and no map.
#[derive(Clone, Copy)]
pub(super) enum Leaf<'v> {
    /// Known at deployment.
    Deploy(&'v Deploy),
    /// A text.
    Text(&'v str),
}

impl Leaf<'_> {
    /// Whether CloudFormation puts another value in its place, which it reads when it changes the resource.
    pub fn is_resolved(self) -> bool {
        match self {
            Leaf::Text(text) => is_read(text),
            Leaf::Deploy(Deploy::Text(parts)) => parts.iter().any(|part| matches!(part, TextPart::Literal(text) if is_read(text))),
            Leaf::Deploy(_) => false,
        }
    }

    /// The text, where parameters stand by their names; none for what is no text.
    pub fn words(self, model: &Model) -> Option<String> {
        match self {
            Leaf::Text(text) => Some(text.to_string()),
            Leaf::Deploy(deploy @ Deploy::Text(_)) => Some(said(&Value::Deploy(Rc::new(deploy.clone())), model)),
            Leaf::Deploy(_) => None,
        }
    }
}

/// Visits the leaves of a value, each with its path below `path`; lists are no step of a path.
pub(super) fn leaves(value: &Value, path: &str, visit: &mut dyn FnMut(&str, Leaf<'_>)) {
    below(value, &mut path.to_string(), visit);
}

fn below(value: &Value, path: &mut String, visit: &mut dyn FnMut(&str, Leaf<'_>)) {
    match value {
        Value::List(items) => items.iter().for_each(|item| below(item, path, visit)),
        Value::Map(map) => {
            let length = path.len();
            for (key, item) in map.iter() {
                path.push('.');
                path.push_str(key);
                below(item, path, visit);
                path.truncate(length);
            }
        }
        Value::Text(text) => visit(path, Leaf::Text(text)),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Json(inner) => below(inner, path, visit),
            other => visit(path, Leaf::Deploy(other)),
        },
        Value::Run(run) => run_leaves(run, path, visit),
        _ => {}
    }
}

/// The same of what a machine computes.
fn run_leaves(run: &Run, path: &mut String, visit: &mut dyn FnMut(&str, Leaf<'_>)) {
    match run {
        Run::Known(value) => below(value, path, visit),
        Run::Member(base, _) => run_leaves(base, path, visit),
        Run::Index(one, two) | Run::Binary(_, one, two) | Run::Any(one, _, two) | Run::All(one, _, two) => {
            run_leaves(one, path, visit);
            run_leaves(two, path, visit);
        }
        Run::Not(inner) | Run::Length(inner) | Run::Number(inner) => run_leaves(inner, path, visit),
        Run::Text(parts) => parts.iter().for_each(|part| run_leaves(part, path, visit)),
        Run::Variable(..) | Run::Element(..) | Run::Ago(_) => {}
    }
}

/// Whether a dotted path is another one, or leads further.
fn is_at(path: &str, known: &str) -> bool {
    path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
