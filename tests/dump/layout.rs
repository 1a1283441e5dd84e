//! The stacks in the order of deployment.

use super::values::{region, resource};
use super::{Page, joined};
use drc::layout::{Layout, Part, Source, Way};
use drc::model::Model;

/// All stacks with what they hold, take and give.
pub fn dump(model: &Model, layout: &Layout) -> String {
    let mut page = Page::default();
    let id = |number: &usize| layout.stacks[*number].id.as_str();
    for (number, stack) in layout.stacks.iter().enumerate() {
        let kind = if stack.grouped { "group" } else { "layer" };
        page.nest(format!("{}. {} ({kind} {})", number + 1, stack.id, stack.unit), |page| {
            for ((need, way, ..), edge) in &stack.edges {
                let (user, used) = (resource(model, edge.from), resource(model, edge.to));
                let way = match way {
                    Way::Output(name) => format!("output {name}"),
                    Way::Read(name) => format!("reads {name}"),
                    Way::Name => "name".into(),
                    Way::Order => "order".into(),
                };
                let later = if edge.phase > 0 { format!(", in phase {}", edge.phase + 1) } else { String::new() };
                page.line(format!("after {}: {user} needs {used} ({way}{later})", id(need)));
            }
            for (name, (source, _)) in &stack.parameters {
                let source = match source {
                    Source::Platform(parameter, None) => format!("param {}", model.parameters.get(*parameter).name),
                    Source::Platform(parameter, Some(place)) => {
                        format!("param {}[{}]", model.parameters.get(*parameter).name, region(model, *place))
                    }
                    Source::Output(producer, output) => format!("output {output} of {}", id(producer)),
                };
                page.line(format!("takes {name} = {source}"));
            }
            for (name, output) in &stack.outputs {
                let part = match &output.part {
                    Part::Ref => "ref".to_string(),
                    Part::Attribute(attribute) => attribute.to_string(),
                };
                page.line(format!("gives {name} = {}.{part}", resource(model, output.resource)));
            }
            let ids = stack.resources.iter().map(|resource| model.families.get(resource.family).logical_id.to_string());
            page.line(format!("holds {}", joined(ids)));
        });
    }
    for (number, phase) in layout.phases.iter().enumerate() {
        page.nest(format!("phase {}", number + 1), |page| {
            phase.waves.iter().for_each(|wave| page.line(joined(wave.iter().map(|stack| id(stack).to_string()))));
        });
    }
    page.finish()
}
