//! How a stack comes by a value of a resource: directly, from another stack's output, or computed from its name.

use super::{Layout, Part, StackId, of_region};
use crate::aws::types;
use crate::diag::{Diagnostic, codes};
use crate::model::Model;
use crate::model::computed::{computed, part_of};
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::source::Span;
use smol_str::SmolStr;

/// The way by which a value is had.
#[derive(Debug, Clone)]
pub enum Resolved {
    /// `Ref` in the same template.
    Ref,
    /// `Fn::GetAtt` in the same template.
    Attribute(SmolStr),
    /// A parameter fed by an output of another stack.
    Import {
        /// The stack that has the output.
        stack: StackId,
        /// The name of the output.
        output: SmolStr,
        /// The name of the parameter: with the Region's name, if the other stack is in another one.
        name: SmolStr,
        /// Which value.
        part: Part,
    },
    /// A value made of the resource's name.
    Computed(Value),
    /// There is none.
    Unknown,
}

/// Finds the way for a reference that stands in `stack`.
#[must_use]
pub fn resolve(model: &Model, layout: &Layout, stack: StackId, deploy: &Deploy) -> Resolved {
    let by_name = || computed(model, deploy).map_or(Resolved::Unknown, Resolved::Computed);
    let (target, part) = match part_of(model, deploy) {
        Some((target, Some(part))) => (target, part),
        Some((_, None)) => return by_name(),
        None => return Resolved::Unknown,
    };
    let here = layout.stacks.get(stack).map(|stack| stack.region);
    match layout.stack_of(target) {
        Some(own) if own == stack => match part {
            Part::Ref => Resolved::Ref,
            Part::Attribute(name) => Resolved::Attribute(name),
        },
        Some(other) => {
            let local = Some(target.region) == here;
            match computed(model, deploy).filter(|_| !local) {
                Some(value) => Resolved::Computed(value),
                None => import(model, other, target, part, local),
            }
        }
        None => by_name(),
    }
}

/// The value as an output of its stack, which is handed over.
fn import(model: &Model, stack: StackId, target: ResourceRef, part: Part, local: bool) -> Resolved {
    let id = &model.families.get(target.family).logical_id;
    let output = match &part {
        Part::Ref => id.clone(),
        Part::Attribute(name) => SmolStr::new(format!("{id}{}", name.replace('.', ""))),
    };
    let name = if local { output.clone() } else { of_region(model, &output, target.region) };
    Resolved::Import { stack, output, name, part }
}

/// The finding for a value that cannot be had.
pub(super) fn unknown(model: &Model, deploy: &Deploy, target: ResourceRef, span: Span) -> Diagnostic {
    let family = model.families.get(target.family);
    let what = match deploy {
        Deploy::Attribute(_, name) => format!("{}.{name}", family.path.join(".")),
        Deploy::Arn(_) => format!("{}.arn", family.path.join(".")),
        _ => format!("{}.ref", family.path.join(".")),
    };
    let row = types::find(&family.resource_type);
    let finding = Diagnostic::error(codes::NO_COMPUTED_NAME, format!("`{what}` cannot be had"))
        .label(span, "nobody tells this value")
        .secondary(family.span, format!("an {}", family.resource_type));
    match row.and_then(|row| row.name_property.as_deref()) {
        Some(property) if model.property(target, property).is_none() => finding
            .note("CloudFormation does not tell it; the name of the resource would decide it, if the source set it")
            .help(format!("give the resource a name of its own: `{property} = \"${{self.name}}\"`")),
        _ => finding
            .note("CloudFormation does not tell it, and no name decides it")
            .help("make it of what is told, for example `\"arn:${here.partition}:SERVICE:${here}:${here.account}:KIND/${NAME.ref}\"`"),
    }
}
