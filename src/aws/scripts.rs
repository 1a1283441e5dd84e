//! Parts of scripts that call services of AWS.

/// Brings large templates and archives into the Regions.
pub const ARTIFACTS: &str = include_str!("data/artifacts.sh");

const DESTROY: &str = include_str!("data/destroy.sh");

/// How a type of resource is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// Functions that several types use: name and text.
    pub shared: Option<(&'static str, &'static str)>,
    /// The functions `remove_TYPE` and, for some, `prepare_TYPE`.
    pub text: &'static str,
    /// Whether there is `prepare_TYPE`.
    pub prepares: bool,
}

/// A section: the words of its headline, and what follows.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    DESTROY.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'))
}

/// How resources of a type are deleted, if that is known.
#[must_use]
pub fn removal(resource_type: &str) -> Option<Removal> {
    let (head, text) = sections().find(|(head, _)| head.split(' ').next() == Some(resource_type))?;
    let needed = head.split_once(" needs ").map(|(_, name)| name);
    let shared = needed.and_then(|name| sections().find(|(head, _)| head.strip_prefix("shared ") == Some(name)).map(|(_, text)| (name, text)));
    Some(Removal { shared, text, prepares: text.contains(&format!("prepare_{}()", function_name(resource_type))) })
}

/// A type as part of a function's name: `AWS_RDS_DBCluster`.
#[must_use]
pub fn function_name(resource_type: &str) -> String {
    resource_type.replace("::", "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept because something else that holds data cannot be kept without it.
    const WITH_DATA: &[&str] = &["AWS::Events::EventBus"];

    #[test]
    fn every_section_can_be_used() {
        let types: Vec<&str> = sections().map(|(head, _)| head.split(' ').next().unwrap()).filter(|word| *word != "shared").collect();
        assert!(types.len() > 20);
        for name in types {
            let removal = removal(name).unwrap();
            assert!(removal.text.contains(&format!("remove_{}()", function_name(name))), "{name} has no function that removes it");
            let holds = crate::aws::types::find(name).is_some_and(|row| row.stateful);
            assert!(holds || WITH_DATA.contains(&name), "{name} holds no data");
            let head = sections().map(|(head, _)| head).find(|head| head.starts_with(name)).unwrap();
            assert_eq!(head.contains(" needs "), removal.shared.is_some(), "{head}");
        }
    }
}
