//! What is asked of something that exists already, and nothing says: told at its declaration, with what to write.

use super::external::Existing;
use super::{Context, Expander};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::computed::deciding;
use crate::model::ids::Id;
use crate::model::value::{Deploy, ResourceRef, Value};
use crate::model::{Family, Instance, Region};
use crate::source::Span;
use crate::syntax::ast;
use smol_str::SmolStr;

/// A part of an instance that is being read.
pub(super) struct Reading {
    pub instance: Id<Instance>,
    pub name: SmolStr,
    /// Whether it is an output, which a declaration may give.
    pub output: bool,
}

/// What nothing says of a resource that exists already: one finding tells all of it.
pub(super) struct Lack {
    root: Id<Instance>,
    family: Id<Family>,
    /// The finding, by its number.
    finding: usize,
    /// What would have to be said in each Region.
    wanted: Vec<(Id<Region>, SmolStr)>,
}

impl<'a> Expander<'a> {
    /// A typed resource that exists already and does not say what is asked of it.
    pub(super) fn not_said(&mut self, resource: ResourceRef, deploy: &Deploy, span: Span, context: &Context) -> Value {
        let family = self.model.families.get(resource.family);
        let (path, declared) = (family.path.join("."), family.span);
        let wanted = deciding(family, deploy);
        let said: Vec<SmolStr> =
            self.model.member(resource).map(|member| member.properties.iter().map(|one| one.name.clone()).collect()).unwrap_or_default();
        let (asked, first) = (asked(deploy), wanted.first().cloned().unwrap_or_default());
        let mut finding = Diagnostic::error(codes::NOT_TOLD, format!("`{path}` exists already and does not say its `{asked}`"))
            .label(span, "not said")
            .secondary(declared, if said.is_empty() { "says nothing".to_string() } else { format!("says {}", said.join(", ")) });
        match suggest::nearest(&asked, said.iter().map(SmolStr::as_str)).filter(|_| matches!(deploy, Deploy::Attribute(..))) {
            Some(near) => finding = finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near),
            None => finding = finding.help(format!("add `{} = \"...\"` to the block of `{path}`", key_text(&first))),
        }
        self.report(finding, context);
        Value::Error
    }

    /// A resource of an instance that exists already, of which nothing decides what is asked of it.
    pub(super) fn not_told(&mut self, existing: &Existing<'a>, resource: ResourceRef, deploy: &Deploy, context: &Context) -> Value {
        let Some(first) = self.address_of(resource.family).into_iter().next() else { return Value::Error };
        let misspelt = |key: &SmolStr| suggest::nearest(key, [first.as_str()]).is_some();
        if self.lacking(context) || self.mistold.contains(&resource.family) || existing.stray.iter().any(misspelt) {
            return Value::Error;
        }
        let family = self.model.families.get(resource.family);
        let wanted = (resource.region, deciding(family, deploy).first().cloned().unwrap_or_default());
        let shown = family.path.join(".");
        let needed = format!("its `{}` in {}", asked(deploy), self.model.region_text(resource.region));
        let note = match self.reader(existing.root) {
            Some(reader) => format!("`{reader}` needs {needed}"),
            None => format!("needed is {needed}"),
        };
        let known = self.lacks_of.iter().position(|lack| lack.root == existing.root && lack.family == resource.family);
        let at = known.unwrap_or_else(|| {
            let mut finding = Diagnostic::error(codes::NOT_TOLD, format!("nothing says what `{shown}` is"))
                .label(existing.header, "exists already: nothing of it is made here");
            if let Some(assign) = existing.told.iter().find(|assign| assign.key.text == first) {
                let said = self.model.member(resource).map(|member| member.properties.as_slice()).unwrap_or_default();
                let near = suggest::nearest(&wanted.1, said.iter().map(|property| property.name.as_str()));
                let label = near.map_or_else(|| "does not decide it".to_string(), |near| format!("says `{near}`"));
                finding = finding.secondary(assign.key.span, label);
            }
            let before = self.diagnostics.as_slice().len();
            self.report(finding, &existing.caller);
            self.lacks_of.push(Lack { root: existing.root, family: resource.family, finding: before, wanted: Vec::new() });
            self.lacks_of.len() - 1
        });
        if let Some(lack) = self.lacks_of.get_mut(at)
            && !lack.wanted.contains(&wanted)
        {
            lack.wanted.push(wanted);
            lack.wanted.sort();
        }
        let help = self.say_which(existing, at);
        let finding = self.lacks_of.get(at).map(|lack| lack.finding);
        if let Some(finding) = finding.and_then(|at| self.diagnostics.as_mut_vec().get_mut(at)) {
            if !finding.notes.contains(&note) {
                finding.notes.push(note);
            }
            finding.help = Some(help);
        }
        Value::Error
    }

    /// The names that lead from the declaration of something existing to a resource of it.
    fn address_of(&self, family: Id<Family>) -> Vec<SmolStr> {
        let Some(body) = self.families.get(family.index()) else { return Vec::new() };
        let within = body.context.instance;
        let inner = self.existing(within).map(|inner| inner.address.clone()).unwrap_or_default();
        let above = within.map_or(0, |id| self.model.instances.get(id).path.len());
        let path = &self.model.families.get(family).path;
        let keys = path.get(above..path.len().saturating_sub(1)).unwrap_or_default();
        [inner.as_slice(), std::slice::from_ref(&body.declaration.name.text), keys].concat()
    }

    /// What to write for all that is lacking.
    fn say_which(&self, existing: &Existing<'a>, lack: usize) -> String {
        let Some(lack) = self.lacks_of.get(lack) else { return String::new() };
        let of = |region: Option<Id<Region>>| {
            let names = lack.wanted.iter().filter(|(known, _)| region.is_none_or(|region| region == *known));
            let pairs: Vec<String> = names.map(|(_, name)| format!("{}: \"...\"", key_text(name))).collect();
            format!("{{ {} }}", pairs.join(", "))
        };
        let mut text = if self.model.families.get(lack.family).single {
            of(None)
        } else {
            let mut regions: Vec<Id<Region>> = lack.wanted.iter().map(|(region, _)| *region).collect();
            regions.dedup();
            let pairs: Vec<String> =
                regions.into_iter().map(|region| format!("{}: {}", self.model.regions.get(region).alias, of(Some(region)))).collect();
            format!("{{ {} }}", pairs.join(", "))
        };
        let address = self.address_of(lack.family);
        let Some((first, keys)) = address.split_first() else { return String::new() };
        for key in keys.iter().rev() {
            text = format!("{{ {}: {text} }}", key_text(key));
        }
        let or = self.given_output(existing.root).map(|output| format!(", or `{output} = ...`, which is made of it")).unwrap_or_default();
        format!("say which: add `{first} = {text}`{or}")
    }

    /// An input that the declaration of something existing does not give, and that something reads.
    pub(super) fn missing_input(&mut self, input: &'a ast::Declaration, context: &Context) -> Value {
        if self.lacking(context) {
            return Value::Error;
        }
        let Some((id, existing)) = context.instance.zip(self.existing(context.instance)) else { return Value::Error };
        let shown = self.model.instances.get(id).shown.clone();
        let mut finding = Diagnostic::error(codes::MISSING_INPUT, format!("`{shown}` needs `{}`", input.name.text))
            .label(existing.header, "exists already, and this was not given");
        if let Some(reader) = self.reader(existing.root) {
            finding = finding.note(format!("`{reader}` reads it"));
        }
        let wanted = input.ty.as_ref().map(|ty| self.sources.slice(ty.span).to_string()).unwrap_or_default();
        let or = self.given_output(existing.root).map(|output| format!("; or `{output} = ...`, which is made of it")).unwrap_or_default();
        finding = finding.help(format!("add `{} = ...` to the block: {}{or}", input.name.text, with_article(&wanted)));
        self.report_once(finding, &existing.caller);
        Value::Error
    }

    /// An output that is told by Region, but not for this one.
    pub(super) fn missing_output(&mut self, output: &'a ast::Declaration, assign: &'a ast::Assign, context: &Context) -> Value {
        if self.lacking(context) {
            return Value::Error;
        }
        let Some((id, existing)) = context.instance.zip(self.existing(context.instance)) else { return Value::Error };
        let region = context.here.map(|region| self.model.regions.get(region).alias.clone()).unwrap_or_default();
        let shown = self.model.instances.get(id).shown.clone();
        let finding = Diagnostic::error(codes::NOT_TOLD, format!("nothing says what `{shown}.{}` is in {region}", output.name.text))
            .label(existing.header, "exists already: nothing of it is made here")
            .secondary(assign.key.span, format!("says nothing of {region}"))
            .help(format!("say which: add `{region}: ...` to the map"));
        self.report_once(finding, &existing.caller);
        Value::Error
    }

    /// The name that the platform would give to a new thing, asked of one that has a name already.
    pub(super) fn existing_name(&mut self, id: Id<Instance>, span: Span, context: &Context) -> Option<Value> {
        let existing = self.existing(Some(id))?;
        if self.lacking(context) {
            return Some(Value::Error);
        }
        let shown = self.model.instances.get(id).shown.clone();
        let mut finding = Diagnostic::error(codes::NOT_TOLD, format!("`{shown}` exists already: no name is made for it"))
            .label(existing.header, "its name in AWS is its own");
        if !self.sources.in_library(span) {
            finding = finding.secondary(span, "asks for a name by the platform's `naming`");
        }
        if let Some(reader) = self.reader(existing.root) {
            finding = finding.note(format!("`{reader}` is made of `self.name`"));
        }
        let help = match self.given_output(existing.root) {
            Some(output) => format!("say what it is: add `{output} = ...` to the block"),
            None => "let the component ask the resource for its name (`.ref`, `.arn`), or read an output of its own: both can be given in the block"
                .into(),
        };
        self.report_once(finding.help(help), &existing.caller);
        Some(Value::Error)
    }

    /// While a requirement is looked at, what is not there is no mistake: then the requirement is not checked.
    fn lacking(&mut self, context: &Context) -> bool {
        let _ = context;
        self.lacks = self.lacks || self.quiet;
        self.quiet
    }

    /// The output, metric, grant or action of an existing instance that is being read.
    fn reader(&self, root: Id<Instance>) -> Option<String> {
        let found = self.reading.iter().find(|reading| self.existing(Some(reading.instance)).is_some_and(|existing| existing.root == root));
        found.map(|reading| format!("{}.{}", self.model.instances.get(reading.instance).shown, reading.name))
    }

    /// The output of an existing instance that is being computed: it could be given instead.
    fn given_output(&self, root: Id<Instance>) -> Option<SmolStr> {
        let found = self.reading.iter().rev().find(|reading| reading.output && reading.instance == root);
        found.map(|reading| reading.name.clone())
    }
}

/// What is asked of a resource, as it is written.
fn asked(deploy: &Deploy) -> SmolStr {
    match deploy {
        Deploy::Attribute(_, name) => name.clone(),
        Deploy::Arn(_) => SmolStr::new_static("arn"),
        _ => SmolStr::new_static("ref"),
    }
}

/// A key of a map: in quotes where it is no word.
fn key_text(key: &str) -> String {
    let word = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !key.starts_with(|first: char| first.is_ascii_digit());
    if word { key.to_string() } else { format!("\"{key}\"") }
}

fn with_article(ty: &str) -> String {
    if ty.is_empty() { "a value".to_string() } else { format!("it is of type {ty}") }
}
