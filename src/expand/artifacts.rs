//! What the deployment itself needs in each Region: the bucket that templates and code are handed over in.

use super::{Context, Expander, Placement};
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use crate::model::{ARTIFACTS, Family};
use smol_str::SmolStr;
use std::rc::Rc;

/// The buckets of the artifacts.
#[derive(Debug, Default)]
pub(super) enum Bucket {
    /// Nobody needed them yet.
    #[default]
    Missing,
    /// They are being made.
    Begun,
    /// One in each Region.
    Made(Option<Id<Family>>),
}

impl Expander<'_> {
    /// Makes the bucket of each Region, once, and gives it; none while its name is being made. It is a part of every platform: a template
    /// may outgrow a request at any time.
    pub(super) fn expand_artifacts(&mut self) -> Option<Id<Family>> {
        if let Bucket::Made(family) = self.artifacts {
            return family;
        }
        let regions: Vec<_> = self.model.regions.ids().collect();
        let platform = self.platform.filter(|_| !regions.is_empty() && matches!(self.artifacts, Bucket::Missing))?;
        self.artifacts = Bucket::Begun;
        let context = &Context::of_scope(self.module_scope(self.modules.entry));
        let name = bucket_name(&self.name_for(ARTIFACTS, platform.name.span, context));
        let names = regions.iter().map(|region| (*region, name.clone())).collect();
        let placement = Placement { regions: regions.into(), single: false };
        let first = self.model.families.len();
        let path = (vec![SmolStr::new_static(ARTIFACTS)], ARTIFACTS.to_string());
        self.core_instance(ARTIFACTS, path, &placement, vec![("name", names)], platform.header(), context);
        let made = self.model.families.iter().skip(first);
        let bucket = made.into_iter().find(|(_, family)| family.path.last().is_some_and(|name| name == "bucket")).map(|(family, _)| family);
        if let Some(family) = bucket {
            let regions = self.model.families.get(family).regions.clone();
            self.model.exports.extend(regions.into_iter().map(|region| ResourceRef { family, region }));
        }
        self.artifacts = Bucket::Made(bucket);
        bucket
    }
}

/// A name as buckets have them: in lower case, without underscores. What a parameter brings is for its own constraint.
fn bucket_name(name: &Value) -> Value {
    let spelled = |text: &str| text.to_lowercase().replace('_', "-");
    match name {
        Value::Text(text) => Value::text(spelled(text)),
        Value::Deploy(deploy) => match deploy.as_ref() {
            Deploy::Text(parts) => {
                let parts = parts.iter().map(|part| match part {
                    TextPart::Literal(text) => TextPart::Literal(spelled(text)),
                    TextPart::Value(value) => TextPart::Value(value.clone()),
                });
                Value::Deploy(Rc::new(Deploy::Text(parts.collect())))
            }
            _ => name.clone(),
        },
        other => other.clone(),
    }
}
