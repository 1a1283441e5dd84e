//! Texts of the source in a shell script: always data, never code.

use crate::aws::regions::dns_suffix;
use crate::emit::Output;
use crate::model::value::{Deploy, TextPart, Value};
use crate::model::{Parameter, Region, ids::Id};

/// A text as one word of the shell, whatever is in it.
pub fn quote(text: &str) -> String {
    // A shell cannot hold the character zero, and nothing in AWS takes it.
    format!("'{}'", text.replace('\0', "").replace('\'', "'\\''"))
}

/// Words, each quoted.
pub fn words<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(|text| format!(" {}", quote(text))).collect()
}

/// Which slot of the script has the value of a parameter: one for each Region that has its own.
pub struct Slots {
    /// The parameter, and the Region of its value.
    pub list: Vec<(Id<Parameter>, Option<Id<Region>>)>,
}

impl Slots {
    /// The slots of all parameters in the order of their declaration.
    pub fn new(output: &Output) -> Self {
        let mut list = Vec::new();
        for (id, parameter) in output.model.parameters.iter() {
            if parameter.regions.is_empty() {
                list.push((id, None));
            }
            list.extend(parameter.regions.iter().map(|region| (id, Some(*region))));
        }
        Self { list }
    }

    /// The number of a slot.
    pub fn find(&self, parameter: Id<Parameter>, region: Option<Id<Region>>) -> usize {
        self.list.iter().position(|slot| *slot == (parameter, region)).unwrap_or_default()
    }
}

/// A value as one word of the shell: quoted texts and variables, one behind the other.
pub fn word(output: &Output, slots: &Slots, region: Id<Region>, value: &Value) -> String {
    match value {
        Value::Deploy(deploy) => deploy_word(output, slots, region, deploy),
        Value::Text(text) | Value::Cidr(text) => quote(text),
        Value::Number(number) => quote(&crate::model::value::number_text(*number)),
        Value::Bool(value) => quote(if *value { "true" } else { "false" }),
        _ => quote(""),
    }
}

fn deploy_word(output: &Output, slots: &Slots, region: Id<Region>, deploy: &Deploy) -> String {
    let place = output.model.regions.get(region);
    match deploy {
        Deploy::Parameter(id, of) => format!("\"${{value[{}]}}\"", slots.find(*id, *of)),
        Deploy::Account(_) => "\"$account\"".into(),
        Deploy::Partition => quote(&place.partition),
        Deploy::DnsSuffix => quote(dns_suffix(&place.partition)),
        Deploy::Text(parts) => parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => quote(text),
                TextPart::Value(value) => deploy_word(output, slots, region, value),
            })
            .collect(),
        // Nothing else is part of a name: the expander refuses it where it stands.
        _ => quote(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("it's $(touch x) `y` \\ \n \""), "'it'\\''s $(touch x) `y` \\ \n \"'");
        assert_eq!(quote("''"), "''\\'''\\'''");
        assert_eq!(quote(""), "''");
        assert_eq!(words(["a", "-n"]), " 'a' '-n'");
    }
}
