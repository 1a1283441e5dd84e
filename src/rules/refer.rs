//! Which resource a value speaks of, and which resources speak of one: by reference, or by a name or ARN that is the same text.

use super::walk::{Spot, Walker};
use crate::aws::rules::Step;
use crate::model::computed::{computed, part_of};
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::model::{Model, Region};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{OnceCell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

/// How many values are followed into each other.
const DEEPEST: usize = 8;

/// What a value speaks of.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// The resources.
    pub list: Vec<ResourceRef>,
    /// Whether it may speak of something else, or of something that nobody here knows.
    pub unknown: bool,
}

/// Who speaks of whom by one way.
#[derive(Default)]
pub(super) struct Speakers {
    by: FxHashMap<ResourceRef, Vec<ResourceRef>>,
    /// Regions in which something speaks of something that is not known.
    unknown: FxHashSet<Id<Region>>,
}

impl Speakers {
    /// Who speaks of a resource.
    pub fn of(&self, target: ResourceRef) -> &[ResourceRef] {
        self.by.get(&target).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody in a Region may speak of anything.
    pub fn may_be(&self, region: Id<Region>) -> bool {
        self.unknown.contains(&region)
    }
}

/// References between resources, looked up when they are asked for and kept.
pub(super) struct References<'m> {
    model: &'m Model,
    names: OnceCell<FxHashMap<String, Vec<ResourceRef>>>,
    types: OnceCell<FxHashMap<&'m str, Vec<ResourceRef>>>,
    speakers: RefCell<FxHashMap<String, Rc<Speakers>>>,
}

impl<'m> References<'m> {
    pub fn new(model: &'m Model) -> Self {
        Self { model, names: OnceCell::new(), types: OnceCell::new(), speakers: RefCell::default() }
    }

    /// All resources of a type.
    pub fn of_type(&self, resource_type: &str) -> &[ResourceRef] {
        let types = self.types.get_or_init(|| {
            let mut types: FxHashMap<&str, Vec<ResourceRef>> = FxHashMap::default();
            for (id, family) in self.model.families.iter() {
                let list = types.entry(&family.resource_type).or_default();
                list.extend(family.members.keys().map(|region| ResourceRef { family: id, region: *region }));
            }
            types
        });
        types.get(resource_type).map_or(&[], Vec::as_slice)
    }

    /// What a value speaks of; `here` is the Region of whatever holds it.
    pub fn targets(&self, value: &Value, here: Option<Id<Region>>, of: Option<&str>) -> Targets {
        let mut found = Targets::default();
        match value {
            Value::Deploy(deploy) => self.deploy_targets(deploy, &mut found),
            Value::Text(_) | Value::None => {}
            _ => found.unknown = true,
        }
        if found.list.is_empty() && !found.unknown {
            match canonical(self.model, value) {
                Some(text) => self.named(&text, here, of, &mut found),
                None => found.unknown = true,
            }
        }
        found.list.retain(|target| of.is_none_or(|of| self.model.families.get(target.family).resource_type == of));
        found
    }

    fn deploy_targets(&self, deploy: &Deploy, found: &mut Targets) {
        match deploy {
            Deploy::Text(parts) => {
                for part in parts {
                    if let TextPart::Value(value) = part {
                        self.deploy_targets(value, found);
                    }
                }
            }
            Deploy::StackOutput(inner) => self.deploy_targets(inner, found),
            Deploy::Json(_) => found.unknown = true,
            _ => {
                if let Some((target, _)) = part_of(self.model, deploy)
                    && !found.list.contains(&target)
                {
                    found.list.push(target);
                }
            }
        }
    }

    /// What has a name, an ARN or a URL: in the same Region, if there is one there.
    fn named(&self, text: &str, here: Option<Id<Region>>, of: Option<&str>, found: &mut Targets) {
        let names = self.names.get_or_init(|| {
            let mut names: FxHashMap<String, Vec<ResourceRef>> = FxHashMap::default();
            for (id, family) in self.model.families.iter() {
                for region in family.members.keys() {
                    let target = ResourceRef { family: id, region: *region };
                    for deploy in [Deploy::Ref(target), Deploy::Arn(target)] {
                        if let Some(text) = computed(self.model, &deploy).and_then(|value| canonical(self.model, &value)) {
                            names.entry(text).or_default().push(target);
                        }
                    }
                }
            }
            names
        });
        let known = names.get(text).map_or(&[][..], Vec::as_slice);
        let fits = |target: &&ResourceRef| of.is_none_or(|of| self.model.families.get(target.family).resource_type == of);
        let mut list: Vec<ResourceRef> = known.iter().filter(fits).copied().collect();
        if list.iter().any(|target| Some(target.region) == here) {
            list.retain(|target| Some(target.region) == here);
        }
        found.unknown = list.is_empty();
        found.list = list;
    }

    /// Who of a type speaks of whom by a way.
    pub fn speakers(&self, resource_type: &str, way: &[Step]) -> Rc<Speakers> {
        let mut key = String::from(resource_type);
        let _ = write!(key, ":{way:?}");
        if let Some(known) = self.speakers.borrow().get(&key) {
            return known.clone();
        }
        let mut speakers = Speakers::default();
        for speaker in self.of_type(resource_type) {
            let seen = Walker::new(self.model, self).of_resource(*speaker, way);
            let mut unknown = seen.unknown;
            for spot in &seen.spots {
                let Spot { value: Some(value), .. } = spot else { continue };
                let targets = self.targets(value, Some(speaker.region), None);
                unknown |= targets.unknown;
                for target in targets.list {
                    let list = speakers.by.entry(target).or_default();
                    if list.last() != Some(speaker) {
                        list.push(*speaker);
                    }
                }
            }
            if unknown {
                speakers.unknown.insert(speaker.region);
            }
        }
        let speakers = Rc::new(speakers);
        self.speakers.borrow_mut().insert(key, speakers.clone());
        speakers
    }
}

/// A value as one text, in which parameters, accounts and what AWS makes stand as placeholders: values with one text are the same.
/// `None` for what is no text, and for what is not known to be one.
pub(super) fn canonical(model: &Model, value: &Value) -> Option<String> {
    let mut text = String::new();
    write_value(model, value, &mut text, 0)?;
    Some(text)
}

fn write_value(model: &Model, value: &Value, text: &mut String, depth: usize) -> Option<()> {
    match value {
        Value::Text(plain) => text.push_str(plain),
        Value::Number(number) => text.push_str(&crate::model::value::number_text(*number)),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Deploy(deploy) => write_deploy(model, deploy, text, depth)?,
        _ => return None,
    }
    Some(())
}

fn write_deploy(model: &Model, deploy: &Deploy, text: &mut String, depth: usize) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    match deploy {
        Deploy::Text(parts) => {
            for part in parts {
                match part {
                    TextPart::Literal(plain) => text.push_str(plain),
                    TextPart::Value(value) => write_deploy(model, value, text, depth + 1)?,
                }
            }
        }
        Deploy::Parameter(id, region) => {
            let _ = write!(text, "{{{}", model.parameters.get(*id).name);
            if let Some(region) = region {
                let _ = write!(text, " in {}", model.regions.get(*region).code);
            }
            text.push('}');
        }
        Deploy::Account(_) => text.push_str("{account}"),
        Deploy::Partition => text.push_str(model.regions.iter().next().map_or("aws", |(_, region)| region.partition.as_str())),
        Deploy::DnsSuffix => text.push_str("{dns_suffix}"),
        Deploy::StackOutput(inner) => write_deploy(model, inner, text, depth + 1)?,
        Deploy::Json(_) => return None,
        Deploy::Ref(_) | Deploy::Attribute(..) | Deploy::Arn(_) => match computed(model, deploy) {
            Some(value) => write_value(model, &value, text, depth + 1)?,
            None => {
                let (target, _) = part_of(model, deploy)?;
                let family = model.families.get(target.family);
                let part = if let Deploy::Attribute(_, name) = deploy { name.as_str() } else { "" };
                let _ = write!(text, "{{{} {} {part}}}", family.logical_id, model.regions.get(target.region).code);
            }
        },
    }
    Some(())
}
