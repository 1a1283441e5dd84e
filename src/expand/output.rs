//! Outputs of the platform: what its operators read after a deployment.

use super::scope::CellKind;
use super::{Context, Expander, Placement};
use crate::diag::{Diagnostic, codes};
use crate::model::ids::Id;
use crate::model::value::{Deploy, TextPart, Value};
use crate::model::{Parameter, PlatformOutput, Region};
use crate::source::Span;
use crate::syntax::ast;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// An `output` at the top of the platform file.
pub(super) struct Declared<'a> {
    declaration: &'a ast::Declaration,
    cell: usize,
    name: String,
    logical_id: String,
    context: Context,
}

impl<'a> Expander<'a> {
    /// Declares an output; `path` is its name behind the keys of the loops that it stands in.
    pub(super) fn declare_output(&mut self, declaration: &'a ast::Declaration, path: &[SmolStr], context: &Context) {
        let Some(cell) = self.declare(&declaration.name, CellKind::Output(declaration), false, context) else { return };
        let logical_id = path.iter().map(|part| super::parameter::pascal_case(part)).collect();
        self.outputs.push(Declared { declaration, cell, name: path.join("."), logical_id, context: context.clone() });
    }

    /// Computes the outputs, in each of their Regions.
    pub(super) fn expand_outputs(&mut self) {
        for output in std::mem::take(&mut self.outputs) {
            let span = output.declaration.name.span;
            let placement = self.cell_placement(output.cell, span);
            match placement {
                Some(Placement { regions, .. }) => regions.iter().for_each(|region| self.expand_output(&output, Some(*region))),
                // What is wrong with its place is told already.
                None if !output.declaration.clauses.is_empty() => {}
                None => self.expand_output(&output, None),
            }
        }
        // Where it stands in the source means nothing.
        self.model.outputs.sort_by(|a, b| (&a.name, a.region).cmp(&(&b.name, b.region)));
    }

    fn expand_output(&mut self, output: &Declared<'a>, here: Option<Id<Region>>) {
        let (declaration, context) = (output.declaration, output.context.at(here));
        let name = &declaration.name;
        let span = declaration.value.as_ref().map_or(name.span, |value| value.span);
        let value = self.compute_cell(output.cell, here, name.span, &context);
        let value = self.settle(value, span, &context);
        let optional = declaration.ty.as_ref().is_some_and(|ty| ty.optional);
        if optional && matches!(value, Value::None) {
            return;
        }
        let mut parts = Parts::default();
        parts.of_value(&value);
        if let Some(secret) = parts.parameters.iter().find(|id| self.model.parameters.get(**id).secret) {
            let parameter = self.model.parameters.get(*secret);
            let (secret, declared) = (parameter.name.clone(), parameter.span);
            self.report(
                Diagnostic::error(codes::SECRET, format!("the secret `{secret}` would be told to everybody who may look at the stack"))
                    .label(span, "an output is readable")
                    .secondary(declared, "declared as a secret")
                    .note("CloudFormation hides the value of the parameter, but not that of an output made of it")
                    .help("tell the name of the secret, or of what keeps it, instead of the secret itself"),
                &context,
            );
            return;
        }
        let value = match value {
            // An output is read by people: no stack reads another one for it.
            Value::Deploy(deploy) => match deploy.as_ref() {
                Deploy::StackOutput(inner) => Value::Deploy(inner.clone()),
                _ => Value::Deploy(deploy),
            },
            Value::List(_) | Value::Map(_) => {
                let help = "an output is one text: join a list with `.join(\",\")`, or tell its parts in outputs of their own";
                self.mismatch("a text", &value, span, help, &context);
                return;
            }
            other => self.text_of(other, span, &context),
        };
        if !matches!(value, Value::Text(_) | Value::Deploy(_)) {
            return;
        }
        let Some(region) = here.or_else(|| self.only_region(&parts, name, span, &context)) else { return };
        self.model.outputs.push(PlatformOutput {
            name: output.name.clone(),
            logical_id: SmolStr::new(&output.logical_id),
            region,
            value,
            description: super::parameter::documentation(&declaration.doc),
            phase: context.phase,
            span: name.span,
            value_span: span,
        });
    }

    /// The one Region that a value is about; a report if there is none, or more than one.
    fn only_region(&mut self, parts: &Parts, name: &ast::Name, span: Span, context: &Context) -> Option<Id<Region>> {
        let regions: Vec<Id<Region>> = parts.regions.iter().copied().collect();
        if let [region] = regions.as_slice() {
            return Some(*region);
        }
        let first = self.model.regions.iter().next().map_or_else(String::new, |(_, region)| region.alias.to_string());
        let (label, help) = if regions.is_empty() {
            ("the same everywhere".to_string(), format!("say whose stacks tell it: `output {} in {first} = ...`", name.text))
        } else {
            let help =
                format!("write `in {first}` behind its name, and use what is in that Region only; for the others, declare outputs of their own");
            (format!("of {}", self.region_list(&regions)), help)
        };
        self.report(
            Diagnostic::error(codes::NOT_PLACED, format!("nothing says in which Region `{}` is told", name.text))
                .label(name.span, "in which Region?")
                .secondary(span, label)
                .note("an output is told by a stack, and a stack stands in one Region")
                .help(help),
            context,
        );
        None
    }
}

/// What a value is made of.
#[derive(Default)]
struct Parts {
    regions: BTreeSet<Id<Region>>,
    parameters: BTreeSet<Id<Parameter>>,
}

impl Parts {
    fn of_value(&mut self, value: &Value) {
        match value {
            Value::Deploy(deploy) => self.of_deploy(deploy),
            Value::List(items) => items.iter().for_each(|item| self.of_value(item)),
            Value::Map(map) => map.values().for_each(|item| self.of_value(item)),
            _ => {}
        }
    }

    fn of_deploy(&mut self, deploy: &Deploy) {
        match deploy {
            Deploy::Ref(target) | Deploy::Attribute(target, _) | Deploy::Arn(target) => {
                self.regions.insert(target.region);
            }
            Deploy::Parameter(id, region) => {
                self.parameters.insert(*id);
                self.regions.extend(*region);
            }
            Deploy::Account(region) => {
                self.regions.insert(*region);
            }
            Deploy::Text(parts) => {
                for part in parts {
                    if let TextPart::Value(value) = part {
                        self.of_deploy(value);
                    }
                }
            }
            Deploy::Json(value) => self.of_value(value),
            Deploy::StackOutput(inner) => self.of_deploy(inner),
            Deploy::Partition | Deploy::DnsSuffix => {}
        }
    }
}
