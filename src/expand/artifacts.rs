//! What the deployment itself needs in each Region: the bucket that templates and code are handed over in.

use super::{Context, Expander, Placement};
use crate::model::ARTIFACTS;
use crate::model::value::{Deploy, ResourceRef, TextPart, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Expander<'_> {
    /// Makes the bucket of each Region. It is a part of every platform: a template may outgrow a request at any time.
    pub(super) fn expand_artifacts(&mut self, context: &Context) {
        let regions: Vec<_> = self.model.regions.ids().collect();
        let Some(platform) = self.platform.filter(|_| !regions.is_empty()) else { return };
        let name = bucket_name(&self.name_for(ARTIFACTS, platform.name.span, context));
        let names = regions.iter().map(|region| (*region, name.clone())).collect();
        let placement = Placement { regions: regions.into(), single: false };
        let first = self.model.families.len();
        let path = (vec![SmolStr::new_static(ARTIFACTS)], ARTIFACTS.to_string());
        self.core_instance(ARTIFACTS, path, &placement, vec![("name", names)], platform.header(), context);
        let made = self.model.families.iter().skip(first);
        let buckets = made.filter(|(_, family)| family.path.last().is_some_and(|name| name == "bucket"));
        let exports = buckets.flat_map(|(family, row)| row.regions.iter().map(move |region| ResourceRef { family, region: *region }));
        self.model.exports.extend(exports);
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
