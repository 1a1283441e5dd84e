//! What is written: templates, machines, the manifest. Everything is typed and serialised once.

mod allowed;
mod archives;
mod deployed;
mod graph;
mod limits;
mod lower;
mod manifest;
pub mod protection;
mod script;
mod template;
mod trace;

use crate::expand::{Allowance, MachineFile};
use crate::layout::{Layout, StackId};
use crate::model::value::{ResourceRef, Value};
use crate::model::{Model, PlatformOutput};
use crate::permissions::Wide;
use crate::prove::Proof;
use crate::source::SourceMap;
use crate::workflow::Plan;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

pub use deployed::read_manifest;
pub use graph::Picture;
pub(crate) use limits::check as check_limits;
pub use script::is_program;
pub use trace::Hit;

/// The result of a compilation; files are serialised when they are written.
#[derive(Debug)]
pub struct Output {
    pub(crate) model: Model,
    pub(crate) layout: Layout,
    pub(crate) machines: Vec<MachineFile>,
    /// What the roles of machines may do to more than resources that are known.
    pub(crate) wide: Vec<Wide>,
    pub(crate) accepted: Vec<Allowance>,
    /// What was found of the plans.
    pub(crate) proof: Proof,
    /// The templates in the order of the phases.
    pub(crate) templates: Vec<TemplateFile>,
    /// Where each family is declared: `platform.dr:28`, by its number.
    pub(crate) places: Vec<String>,
}

/// A template as it is written.
#[derive(Debug)]
pub(crate) struct TemplateFile {
    /// Below the output folder.
    pub path: String,
    /// The stack.
    pub stack: StackId,
    /// The phase, by its position in the layout.
    pub phase: usize,
    /// What the file holds.
    pub text: Vec<u8>,
    /// The keys of the archives that it names.
    pub archives: BTreeSet<SmolStr>,
}

/// An output of the platform and the stack that tells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'o> {
    pub output: &'o PlatformOutput,
    pub stack: StackId,
}

/// The name of the manifest in the output folder.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file that says where each resource is declared. Nothing else that is written knows lines, so that a comment more in
/// the source changes nothing that is deployed.
pub const SOURCES: &str = "sources.tsv";

/// What a machine is, and where its definition stands.
const MACHINE: (&str, &str) = ("AWS::StepFunctions::StateMachine", "DefinitionString");

impl Output {
    /// The machine that a plan became.
    pub(crate) fn machine_of(&self, plan: &Plan) -> Option<ResourceRef> {
        let text = self.definition_of(plan)?;
        self.model.families.iter().filter(|(_, family)| family.resource_type == MACHINE.0).find_map(|(family, _)| {
            let resource = ResourceRef { family, region: plan.machine };
            matches!(self.model.property(resource, MACHINE.1), Some(Value::Text(known)) if known.as_str() == text).then_some(resource)
        })
    }

    /// The definition of that machine.
    pub(crate) fn definition_of(&self, plan: &Plan) -> Option<&str> {
        let path = format!("{}/{}.asl.json", self.model.regions.get(plan.machine).code, plan.machine_name());
        self.machines.iter().find(|machine| machine.path == path).map(|machine| machine.text.as_str())
    }

    /// Makes the templates of a compilation.
    pub(crate) fn new(
        model: Model,
        layout: Layout,
        machines: Vec<MachineFile>,
        wide: Vec<Wide>,
        accepted: Vec<Allowance>,
        proof: Proof,
        sources: &SourceMap,
    ) -> Self {
        let places = model.families.iter().map(|(_, family)| sources.line_place(family.origin)).collect();
        let mut output = Self { model, layout, machines, wide, accepted, proof, templates: Vec::new(), places };
        let mut templates = Vec::new();
        for (position, phase) in output.layout.phases.iter().enumerate() {
            for (stack, step) in &phase.steps {
                let Some(entry) = output.layout.stacks.get(*stack) else { continue };
                let path = template::path(entry, (!step.last).then_some(step.number));
                let mut text = Vec::new();
                // Writing to memory does not fail.
                let _ = json(&template::template(&output, template::Part { stack: *stack, depth: phase.depth }), &mut text);
                let archives = archives::named(&text, &output.model.artifacts);
                templates.push(TemplateFile { path, stack: *stack, phase: position, text, archives });
            }
        }
        let needed: BTreeSet<&SmolStr> = templates.iter().flat_map(|template| &template.archives).collect();
        output.model.artifacts.retain(|key, _| needed.contains(key));
        output.templates = templates;
        output
    }

    /// What was found of the plans.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// What people read after a deployment, by name and Region.
    pub(crate) fn told(&self) -> impl Iterator<Item = Told<'_>> {
        let stacks = self.layout.stacks.iter().enumerate();
        let tellers: BTreeMap<usize, StackId> = stacks.flat_map(|(stack, entry)| entry.told.values().map(move |(told, _)| (*told, stack))).collect();
        tellers.into_iter().filter_map(|(told, stack)| Some(Told { output: self.model.outputs.get(told)?, stack }))
    }

    /// The plans with their machines.
    fn machines_of_plans(&self) -> impl Iterator<Item = (&Plan, &MachineFile)> {
        self.model.plans.iter().filter_map(|plan| {
            let path = format!("{}/{}.asl.json", self.model.regions.get(plan.machine).code, plan.machine_name());
            Some((plan, self.machines.iter().find(|machine| machine.path == path)?))
        })
    }

    /// All files, relative to the output folder, sorted; the manifest is one of them.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = self.templates.iter().map(|template| template.path.clone()).collect();
        files.extend(self.machines.iter().map(|machine| machine.path.clone()));
        files.extend(self.model.artifacts.keys().map(|key| archives::path(key)));
        files.extend([script::DEPLOY, script::DESTROY, MANIFEST, SOURCES].map(String::from));
        files.sort();
        files
    }

    /// Writes one of the files.
    ///
    /// # Errors
    /// What the sink reports; `NotFound` for a path that is none of [`Output::files`].
    pub fn write(&self, path: &str, sink: &mut dyn io::Write) -> io::Result<()> {
        if path == MANIFEST {
            return json(&manifest::manifest(self), sink);
        }
        if path == SOURCES {
            return self.write_sources(sink);
        }
        if let Some(machine) = self.machines.iter().find(|machine| machine.path == path) {
            return sink.write_all(machine.text.as_bytes());
        }
        if let Some(text) = script::text(self, path) {
            return sink.write_all(text.as_bytes());
        }
        if let Some(artifact) = self.model.artifacts.iter().find(|(key, _)| archives::path(key) == path).map(|(_, artifact)| artifact) {
            return sink.write_all(&artifact.bytes);
        }
        match self.templates.iter().find(|template| template.path == path) {
            Some(template) => sink.write_all(&template.text),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }

    /// One line for each resource: stack, logical id, file and line, separated by tabs.
    fn write_sources(&self, sink: &mut dyn io::Write) -> io::Result<()> {
        for stack in &self.layout.stacks {
            for resource in &stack.resources {
                let place = self.places.get(resource.family.index()).map_or("", String::as_str);
                writeln!(sink, "{}\t{}\t{place}", stack.id, self.model.families.get(resource.family).logical_id)?;
            }
        }
        Ok(())
    }

    /// What was made, in a few lines for people.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut lines = Vec::new();
        for (_, region) in self.model.regions.iter() {
            let stacks: Vec<String> = self
                .layout
                .stacks
                .iter()
                .filter(|stack| self.model.regions.get(stack.region).code == region.code)
                .map(|stack| format!("{} ({})", stack.unit, stack.resources.len()))
                .collect();
            lines.push(format!("  {}: {}", region.code, if stacks.is_empty() { "nothing".into() } else { stacks.join(", ") }));
        }
        for plan in &self.model.plans {
            let bound = crate::units::time_text(plan.machine_bound());
            let place = &self.model.regions.get(plan.machine).code;
            let steps = if plan.steps.len() == 1 { "1 step".into() } else { format!("{} steps", plan.steps.len()) };
            lines.push(format!("  {} {} in {place}: {steps}, at most {bound}", plan.kind.word(), plan.name));
        }
        let resources: usize = self.layout.stacks.iter().map(|stack| stack.resources.len()).sum();
        let stacks = self.layout.stacks.len();
        let phases = match self.layout.phases.len() {
            0 | 1 => String::new(),
            several => format!(", {several} phases"),
        };
        format!("platform {}: {stacks} stacks, {resources} resources{phases}\n{}", self.model.platform.name, lines.join("\n"))
    }
}

fn json(value: &impl serde::Serialize, sink: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *sink, value).map_err(io::Error::from)?;
    sink.write_all(b"\n")
}
