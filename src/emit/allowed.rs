//! What the roles of a platform may do to more than resources that are known: for people who ask for it.

use super::Output;
use crate::aws::iam;
use crate::model::value::Value;
use std::collections::BTreeMap;

/// Where policies stand in the resources that have some, by type: the property, and whether it is a list of policies.
const POLICIES: &[(&str, &str, bool)] = &[
    ("AWS::IAM::Role", "Policies", true),
    ("AWS::IAM::Policy", "PolicyDocument", false),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", false),
    ("AWS::IAM::RolePolicy", "PolicyDocument", false),
];

impl Output {
    /// The actions that a role may do to anything, and each ARN of a machine's role with a wildcard, with the reason: one line each.
    #[must_use]
    pub fn wide(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (_, family) in self.model.families.iter() {
            let Some((_, property, several)) = POLICIES.iter().find(|(kind, ..)| *kind == family.resource_type) else { continue };
            // The Regions in which an action is allowed, by the action and the reason.
            let mut found: BTreeMap<(&'static str, String), Vec<&str>> = BTreeMap::new();
            for (region, member) in &family.members {
                let Some(value) = member.properties.iter().find(|found| found.name == *property).map(|found| &found.value) else { continue };
                for action in anything(value, *several) {
                    let why = if iam::takes_resources(&action) { "the source says so" } else { "IAM knows no resource for it" };
                    let regions = found.entry((why, action)).or_default();
                    let code = self.model.regions.get(*region).code.as_str();
                    if !regions.contains(&code) {
                        regions.push(code);
                    }
                }
            }
            let mut grouped: BTreeMap<(&'static str, String), Vec<String>> = BTreeMap::new();
            for ((why, action), regions) in found {
                grouped.entry((why, regions.join(", "))).or_default().push(action);
            }
            let role = family.path.join(".");
            lines.extend(grouped.into_iter().map(|((why, regions), actions)| format!("{role} in {regions}: {} on *: {why}", actions.join(", "))));
        }
        lines.extend(self.wide.iter().map(|wide| format!("{}: {} on {}: {}", wide.role, wide.action, wide.on, wide.why)));
        lines
    }
}

/// The actions that policies allow on `*`.
fn anything(value: &Value, several: bool) -> Vec<String> {
    let policies = if several { listed(value).into_iter().filter_map(|policy| part(policy, "PolicyDocument")).collect() } else { vec![value] };
    let statements = policies.into_iter().filter_map(|policy| part(policy, "Statement")).flat_map(listed);
    let is = |value: Option<&Value>, wanted: &str| value.is_some_and(|value| texts(value).any(|text| text == wanted));
    statements
        .filter(|statement| is(part(statement, "Effect"), "Allow") && is(part(statement, "Resource"), "*"))
        .filter_map(|statement| part(statement, "Action"))
        .flat_map(|actions| texts(actions).map(str::to_string).collect::<Vec<_>>())
        .collect()
}

fn part<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(key),
        _ => None,
    }
}

fn listed(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(items) => items.iter().collect(),
        value => vec![value],
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    listed(value).into_iter().filter_map(|value| match value {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    })
}
