//! Values of all three times.

use super::{Page, joined};
use drc::model::Model;
use drc::model::ids::Id;
use drc::model::value::{Deploy, ResourceRef, Run, TextPart, Value, number_text, quantity_text};

/// The longest line of a value that could be broken.
const WIDTH: usize = 100;

/// A Region by its name.
pub fn region(model: &Model, region: Id<drc::model::Region>) -> String {
    model.regions.get(region).alias.to_string()
}

/// Regions by their names.
pub fn regions(model: &Model, regions: &[Id<drc::model::Region>], single: bool) -> String {
    let names = joined(regions.iter().map(|id| region(model, *id)));
    if single { names } else { format!("[{names}]") }
}

/// A resource: its path and its Region.
pub fn resource(model: &Model, resource: ResourceRef) -> String {
    format!("{}[{}]", model.family_text(resource.family), region(model, resource.region))
}

/// Writes values. What belongs to the Region of the reader carries no Region, so what reaches into another one is seen.
#[derive(Clone, Copy)]
pub struct Writer<'m> {
    pub model: &'m Model,
    pub here: Option<Id<drc::model::Region>>,
}

impl Writer<'_> {
    fn place(self, place: Id<drc::model::Region>) -> String {
        if self.here == Some(place) { String::new() } else { format!("[{}]", region(self.model, place)) }
    }

    fn resource(self, resource: ResourceRef) -> String {
        format!("{}{}", self.model.family_text(resource.family), self.place(resource.region))
    }

    /// A value on as many lines as it needs to be read.
    pub fn lines(self, page: &mut Page, name: &str, node: &Value) {
        let line = format!("{name}{}", self.value(node));
        match node {
            Value::Map(map) if line.len() > WIDTH => {
                page.nest(format!("{name}map"), |page| map.iter().for_each(|(key, item)| self.lines(page, &format!("{key}: "), item)));
            }
            Value::List(items) if line.len() > WIDTH => {
                page.nest(format!("{name}list"), |page| items.iter().for_each(|item| self.lines(page, "- ", item)));
            }
            _ => page.line(line),
        }
    }

    /// A value on one line.
    pub fn value(self, node: &Value) -> String {
        match node {
            Value::None => "none".into(),
            Value::Bool(known) => known.to_string(),
            Value::Number(known) => number_text(*known),
            Value::Text(known) => format!("{known:?}"),
            Value::Quantity(amount, dimension) => quantity_text(*amount, *dimension),
            Value::Cidr(known) => known.to_string(),
            Value::Region(id) => region(self.model, *id),
            Value::List(items) => format!("[{}]", joined(items.iter().map(|item| self.value(item)))),
            Value::Map(map) => format!("{{{}}}", joined(map.iter().map(|(key, item)| format!("{key}: {}", self.value(item))))),
            Value::Range(ends) => format!("{}..{}", self.value(&ends.0), self.value(&ends.1)),
            Value::Deploy(known) => format!("deployment {}", self.deploy(known)),
            Value::Run(known) => format!("run {}", self.run(known)),
            Value::Resource(known) => self.resource(*known),
            other => format!("a value that no property holds: {other:?}"),
        }
    }

    fn deploy(self, node: &Deploy) -> String {
        match node {
            Deploy::Parameter(id, None) => format!("param {}", self.model.parameters.get(*id).name),
            Deploy::Parameter(id, Some(place)) => format!("param {}{}", self.model.parameters.get(*id).name, self.place(*place)),
            Deploy::Account(place) => format!("account{}", self.place(*place)),
            Deploy::Partition => "partition".into(),
            Deploy::DnsSuffix => "dns_suffix".into(),
            Deploy::Ref(target) => format!("{}.ref", self.resource(*target)),
            Deploy::Attribute(target, name) => format!("{}.{name}", self.resource(*target)),
            Deploy::Arn(target) => format!("{}.arn", self.resource(*target)),
            Deploy::Text(parts) => {
                let parts: String = parts
                    .iter()
                    .map(|part| match part {
                        TextPart::Literal(text) => text.clone(),
                        TextPart::Value(value) => format!("<{}>", self.deploy(value)),
                    })
                    .collect();
                format!("\"{parts}\"")
            }
            Deploy::Json(inner) => format!("json({})", self.value(inner)),
            Deploy::StackOutput(inner) => format!("stack_output({})", self.deploy(inner)),
        }
    }

    /// A value that a machine learns.
    pub fn run(self, node: &Run) -> String {
        match node {
            Run::Variable(name, _) => format!("${name}"),
            Run::Element(name, _) => name.to_string(),
            Run::Known(known) => self.value(known),
            Run::Member(base, name) => format!("{}.{name}", self.run(base)),
            Run::Index(base, at) => format!("{}[{}]", self.run(base), self.run(at)),
            Run::Binary(operator, left, right) => format!("({} {} {})", self.run(left), operator.symbol(), self.run(right)),
            Run::Not(inner) => format!("(not {})", self.run(inner)),
            Run::Any(list, name, body) => format!("{}.any({name} => {})", self.run(list), self.run(body)),
            Run::All(list, name, body) => format!("{}.all({name} => {})", self.run(list), self.run(body)),
            Run::Number(text) => format!("number({})", self.run(text)),
            Run::Ago(time) => format!("{time} ms ago"),
            Run::Length(list) => format!("{}.length", self.run(list)),
            Run::Text(parts) => format!("text({})", joined(parts.iter().map(|part| self.run(part)))),
        }
    }
}
