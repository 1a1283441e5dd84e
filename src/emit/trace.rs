//! From a name in AWS back to the text: which declaration a logical id, a state, a parameter, an output or a stack comes from.

use super::Output;
use crate::diag::suggest;
use crate::layout::{Part, Source, Stack};
use crate::model::ids::Id;
use crate::model::value::ResourceRef;
use crate::model::{Family, PlatformOutput};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// How many declarations of a stack are named in one sentence.
const NAMED: usize = 3;

/// One thing that has the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// `resource`, `state`, `plan`, `parameter`, `output` or `stack`.
    pub kind: &'static str,
    /// What it is and where it stands, in one sentence.
    pub text: String,
    /// The declaration that led to it, in the files of the platform.
    pub place: Span,
    /// The line of the component, if it was made by one.
    pub made: Option<Span>,
}

/// The stacks between which a value is handed over.
#[derive(Default)]
struct Ends<'s> {
    givers: Vec<&'s Stack>,
    takers: Vec<&'s Stack>,
}

impl Output {
    /// Everything that has a name: a logical id or a declared name, a state (`promote`, or `evacuate/promote`), a plan, a parameter,
    /// an output, or a stack by its id or its name in AWS.
    #[must_use]
    pub fn trace(&self, name: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let families = self.resource_hits(name, &mut hits);
        self.state_hits(name, &mut hits);
        self.parameter_hits(name, &mut hits);
        self.output_hits(name, &families, &mut hits);
        self.told_hits(name, &mut hits);
        self.stack_hits(name, &mut hits);
        hits
    }

    /// The name nearest to one that nothing has.
    #[must_use]
    pub fn nearest_name(&self, wrong: &str) -> Option<String> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (_, family) in self.model.families.iter().filter(|(_, family)| !family.external) {
            names.extend([family.logical_id.to_string(), family.declared.clone()]);
        }
        for (_, parameter) in self.model.parameters.iter() {
            names.extend([parameter.logical_id.to_string(), parameter.name.to_string()]);
        }
        for told in self.told() {
            names.extend([told.output.logical_id.to_string(), told.output.name.clone()]);
        }
        for machine in &self.machines {
            names.insert(machine.machine.clone());
            for origin in &machine.origins {
                names.extend([origin.name.clone(), format!("{}/{}", machine.machine, origin.name)]);
            }
        }
        for stack in &self.layout.stacks {
            names.insert(stack.id.clone());
            names.extend(stack.outputs.keys().chain(stack.parameters.keys()).map(ToString::to_string));
        }
        if let Some(same) = names.iter().find(|name| name.eq_ignore_ascii_case(wrong)) {
            return Some(same.clone());
        }
        suggest::nearest(wrong, names.iter().map(String::as_str)).map(String::from)
    }

    fn resource_hits(&self, name: &str, hits: &mut Vec<Hit>) -> Vec<Id<Family>> {
        let named = |family: &Family| !family.external && (family.logical_id == name || family.declared == name);
        let found: Vec<(Id<Family>, &Family)> = self.model.families.iter().filter(|(_, family)| named(family)).collect();
        for (id, family) in &found {
            let members = family.regions.iter().map(|region| ResourceRef { family: *id, region: *region });
            let stacks = members.filter_map(|member| self.layout.stacks.get(self.layout.stack_of(member)?));
            let text = format!("`{}` is {}, {} in {}", family.logical_id, family.declared, family.resource_type, ids(stacks));
            hits.push(Hit { kind: "resource", text, place: family.origin, made: made(family.span, family.origin) });
        }
        found.into_iter().map(|(id, _)| id).collect()
    }

    fn state_hits(&self, name: &str, hits: &mut Vec<Hit>) {
        // The machines of one plan have the same states: they are one hit.
        let mut found: BTreeMap<(Span, Option<Span>), (String, Vec<String>)> = BTreeMap::new();
        for (plan, machine) in self.machines_of_plans() {
            let place = format!("{} in {}", machine.machine, self.model.regions.get(plan.machine).code);
            let state = [machine.machine.as_str(), plan.name.as_str()].iter().find_map(|known| name.strip_prefix(known)?.strip_prefix('/'));
            for origin in machine.origins.iter().filter(|origin| origin.name == name || state == Some(origin.name.as_str())) {
                let entry = found.entry((origin.step, origin.part)).or_default();
                entry.0.clone_from(&origin.name);
                entry.1.push(place.clone());
            }
            if machine.machine == name || plan.name == name {
                let text = format!("`{}` is the {} {place}", machine.machine, plan.kind.word());
                hits.push(Hit { kind: "plan", text, place: plan.span, made: None });
            }
        }
        for ((step, part), (state, machines)) in found {
            let text = format!("`{state}` is a state of {}", machines.join(", "));
            hits.push(Hit { kind: "state", text, place: step, made: part.and_then(|part| made(part, step)) });
        }
    }

    fn parameter_hits(&self, name: &str, hits: &mut Vec<Hit>) {
        for (id, parameter) in self.model.parameters.iter() {
            let takes = |stack: &&Stack| {
                let declared = parameter.name == name || parameter.logical_id == name;
                let of_it = |(known, (source, _)): (&smol_str::SmolStr, &(Source, u32))| {
                    matches!(source, Source::Platform(other, _) if *other == id) && (declared || known == name)
                };
                stack.parameters.iter().any(of_it)
            };
            let stacks: Vec<&Stack> = self.layout.stacks.iter().filter(takes).collect();
            if !stacks.is_empty() || parameter.name == name || parameter.logical_id == name {
                let taken = if stacks.is_empty() { "no stack".into() } else { ids(stacks.into_iter()) };
                let text = format!("`{}` is the parameter {}, taken by {taken}", parameter.logical_id, parameter.name);
                hits.push(Hit { kind: "parameter", text, place: parameter.span, made: None });
            }
        }
    }

    /// Outputs, and the parameters of other stacks that they become. What is known as a resource already is not told again.
    fn output_hits(&self, name: &str, told: &[Id<Family>], hits: &mut Vec<Hit>) {
        let mut found: BTreeMap<(Id<Family>, String), Ends<'_>> = BTreeMap::new();
        let what = |resource: ResourceRef, part: &Part| {
            let attribute = match part {
                Part::Ref => "ref".to_string(),
                Part::Attribute(attribute) => attribute.to_string(),
            };
            (resource.family, attribute)
        };
        for stack in &self.layout.stacks {
            if let Some(output) = stack.outputs.get(name) {
                found.entry(what(output.resource, &output.part)).or_default().givers.push(stack);
            }
            if let Some((Source::Output(producer, output), _)) = stack.parameters.get(name)
                && let Some(output) = self.layout.stacks.get(*producer).and_then(|producer| producer.outputs.get(output))
            {
                found.entry(what(output.resource, &output.part)).or_default().takers.push(stack);
            }
        }
        for ((id, attribute), Ends { givers, takers }) in found.into_iter().filter(|((id, _), _)| !told.contains(id)) {
            let family = self.model.families.get(id);
            let given = if givers.is_empty() { String::new() } else { format!(", an output of {}", ids(givers.into_iter())) };
            let taken = if takers.is_empty() { String::new() } else { format!(", a parameter of {}", ids(takers.into_iter())) };
            let text = format!("`{name}` is {}.{attribute}{given}{taken}", family.declared);
            hits.push(Hit { kind: "output", text, place: family.origin, made: made(family.span, family.origin) });
        }
    }

    /// Outputs of the platform, which people read.
    fn told_hits(&self, name: &str, hits: &mut Vec<Hit>) {
        let mut found: BTreeMap<Span, (&PlatformOutput, Vec<&Stack>)> = BTreeMap::new();
        for told in self.told().filter(|told| told.output.name == name || told.output.logical_id == name) {
            found.entry(told.output.span).or_insert((told.output, Vec::new())).1.extend(self.layout.stacks.get(told.stack));
        }
        for (place, (output, stacks)) in found {
            let text = format!("`{}` is the output {}, told by {}", output.logical_id, output.name, ids(stacks.into_iter()));
            hits.push(Hit { kind: "output", text, place, made: None });
        }
    }

    fn stack_hits(&self, name: &str, hits: &mut Vec<Hit>) {
        let named = |stack: &&Stack| stack.id == name || admits(&self.stack_name(&stack.unit), name);
        for stack in self.layout.stacks.iter().filter(named) {
            let mut parts: BTreeMap<Span, Vec<&str>> = BTreeMap::new();
            for resource in &stack.resources {
                let family = self.model.families.get(resource.family);
                parts.entry(family.origin).or_default().push(&family.declared);
            }
            for (place, resources) in parts {
                let mut listed = resources.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
                if resources.len() > NAMED {
                    listed.push_str(&format!(" and {} more", resources.len() - NAMED));
                }
                hits.push(Hit { kind: "stack", text: format!("`{}` holds {listed}", stack.id), place, made: None });
            }
        }
    }
}

/// Whether a name in AWS may be one with `${...}` for what a deployment fills in.
fn admits(form: &str, name: &str) -> bool {
    let mut rest = name;
    for (at, piece) in form.split("${").enumerate() {
        let literal = if at == 0 { piece } else { piece.split_once('}').map_or("", |(_, literal)| literal) };
        // What is filled in has at least one character.
        let Some(found) =
            (if at == 0 { rest.strip_prefix(literal).map(|_| 0) } else { rest.get(1..).and_then(|rest| rest.find(literal)).map(|at| at + 1) })
        else {
            return false;
        };
        rest = rest.get(found + literal.len()..).unwrap_or_default();
    }
    rest.is_empty() || form.ends_with('}')
}

/// The line that made something, if it is not the declaration itself.
fn made(span: Span, place: Span) -> Option<Span> {
    let inside = span.file == place.file && place.start <= span.start && span.end <= place.end;
    (!inside).then_some(span)
}

fn ids<'s>(stacks: impl Iterator<Item = &'s Stack>) -> String {
    stacks.map(|stack| stack.id.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::admits;

    #[test]
    fn a_name_fits_its_form() {
        for (form, name, fits) in [
            ("orders-data-${suffix}", "orders-data-prod", true),
            ("orders-data-${suffix}", "orders-data-", false),
            ("orders-data-${suffix}", "orders-app-prod", false),
            ("${suffix}-orders-data", "prod-orders-data", true),
            ("${suffix}-orders-data", "orders-data", false),
            ("a-${x}-b-${y}", "a-1-b-2", true),
            ("a-${x}-b", "a-1-b-2", false),
            ("orders-data", "orders-data", true),
            ("orders-data", "orders-data-2", false),
        ] {
            assert_eq!(admits(form, name), fits, "{form} {name}");
        }
    }
}
