//! The stacks of a platform and what they take from each other, as a picture and as lines.

use super::Output;
use crate::layout::{Source, Stack, StackId, Way};
use crate::model::value::ResourceRef;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A language of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Mermaid, which code hosts and wikis draw.
    Mermaid,
    /// DOT, which Graphviz draws.
    Dot,
}

/// Ways that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Output,
    Read,
    Name,
    Order,
}

/// What one stack takes from another one.
struct Arrow {
    from: StackId,
    to: StackId,
    across: bool,
    /// By phase and kind, one line each.
    what: BTreeMap<(u32, Kind), Vec<String>>,
}

/// A Region in a picture.
struct Place<'o> {
    code: &'o str,
    title: String,
    stacks: Vec<(StackId, &'o Stack)>,
}

impl Output {
    /// The stacks by Region, and an arrow from each to those that take something from it.
    #[must_use]
    pub fn picture(&self, picture: Picture) -> String {
        match picture {
            Picture::Mermaid => self.mermaid(),
            Picture::Dot => self.dot(),
        }
    }

    /// What each stack takes from another one, and by which way: one line each.
    #[must_use]
    pub fn ways(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, stack) in self.layout.stacks.iter().enumerate() {
            let (mut seen, mut known) = (Vec::new(), BTreeSet::new());
            for ((other, way, _, target), edge) in &stack.edges {
                // What is taken already in an earlier phase is not said again.
                if !known.insert((other, way, target)) {
                    continue;
                }
                let Some(producer) = self.layout.stacks.get(*other) else { continue };
                let thing = self.model.family_text(target.family);
                let said = match way {
                    Way::Output(output) => format!("output {} -> parameter {} ({thing})", output, self.parameter(number, *other, output)),
                    Way::Read(output) => format!("Fn::GetStackOutput {output} ({thing})"),
                    Way::Name => format!("computed name of {thing}"),
                    Way::Order => format!("order: after {thing}"),
                };
                let across = if producer.region == stack.region { "" } else { ", across Regions" };
                let phase = if edge.phase > 0 { format!(", phase {}", edge.phase + 1) } else { String::new() };
                let line = format!("{} -> {}: {said}{across}{phase}", producer.id, stack.id);
                if !seen.contains(&line) {
                    seen.push(line);
                }
            }
            lines.append(&mut seen);
        }
        lines
    }

    /// The parameter of a stack that takes an output of another one.
    fn parameter(&self, stack: StackId, producer: StackId, output: &SmolStr) -> SmolStr {
        let parameters = self.layout.stacks.get(stack).map(|stack| stack.parameters.iter()).into_iter().flatten();
        let takes = |source: &Source| matches!(source, Source::Output(from, name) if *from == producer && name == output);
        parameters.filter(|(_, (source, _))| takes(source)).map(|(name, _)| name.clone()).next().unwrap_or_else(|| output.clone())
    }

    /// One arrow between two stacks; what is taken already in an earlier phase is not said again.
    fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for (to, stack) in self.layout.stacks.iter().enumerate() {
            let mut found: BTreeMap<StackId, BTreeMap<(u32, Kind), Vec<String>>> = BTreeMap::new();
            for (from, way, phase, target) in stack.edges.keys() {
                let (kind, what) = self.said(to, *from, way, *target);
                let groups = found.entry(*from).or_default();
                if !groups.iter().any(|((_, known), lines)| *known == kind && lines.contains(&what)) {
                    groups.entry((*phase, kind)).or_default().push(what);
                }
            }
            for (from, what) in found {
                let across = self.layout.stacks.get(from).is_some_and(|producer| producer.region != stack.region);
                arrows.push(Arrow { from, to, across, what });
            }
        }
        arrows
    }

    fn said(&self, to: StackId, from: StackId, way: &Way, target: ResourceRef) -> (Kind, String) {
        match way {
            Way::Output(output) => {
                let parameter = self.parameter(to, from, output);
                (Kind::Output, if parameter == *output { output.to_string() } else { format!("{output} -> {parameter}") })
            }
            Way::Read(output) => (Kind::Read, output.to_string()),
            Way::Name => (Kind::Name, self.model.family_text(target.family)),
            Way::Order => (Kind::Order, self.model.family_text(target.family)),
        }
    }

    fn places(&self) -> Vec<Place<'_>> {
        let stacks = |region| self.layout.stacks.iter().enumerate().filter(move |(_, stack)| stack.region == region).collect();
        self.model.regions.iter().map(|(id, region)| Place { code: &region.code, title: self.model.region_text(id), stacks: stacks(id) }).collect()
    }

    /// `data: 7 resources`, and how many of them come later.
    fn label(&self, stack: &Stack) -> String {
        let later = stack.resources.iter().filter(|resource| self.model.families.get(resource.family).phase > 0).count();
        let count = stack.resources.len();
        let mut label = format!("{}\n{count} {}", stack.unit, if count == 1 { "resource" } else { "resources" });
        if later > 0 {
            let _ = write!(label, ", {later} later");
        }
        label
    }

    fn mermaid(&self) -> String {
        let mut text = format!("%% {}: stacks, and what goes from one to another\nflowchart LR\n", self.model.platform.name);
        for (number, place) in self.places().into_iter().enumerate() {
            let _ = writeln!(text, "  subgraph region{number}[\"{}\"]", in_mermaid(&place.title));
            for (stack, about) in place.stacks {
                let _ = writeln!(text, "    stack{stack}[\"{}\"]", in_mermaid(&self.label(about)));
            }
            text.push_str("  end\n");
        }
        for arrow in self.arrows() {
            let line = match arrow.kind() {
                Kind::Output => "-->",
                Kind::Read => "==>",
                Kind::Name | Kind::Order => "-.->",
            };
            let _ = writeln!(text, "  stack{} {line}|\"{}\"| stack{}", arrow.from, in_mermaid(&arrow.caption()), arrow.to);
        }
        text
    }

    fn dot(&self) -> String {
        let mut text = format!("// {}: stacks, and what goes from one to another\ndigraph platform {{\n", self.model.platform.name);
        text.push_str("  graph [rankdir=LR, newrank=true, nodesep=0.5, ranksep=1, fontname=\"sans-serif\"]\n");
        text.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\"]\n  edge [fontname=\"sans-serif\", fontsize=10]\n");
        for place in self.places() {
            let _ = writeln!(text, "  subgraph {} {{\n    label={}", in_dot(&format!("cluster_{}", place.code)), in_dot(&place.title));
            for (_, stack) in place.stacks {
                let _ = writeln!(text, "    {} [label={}]", in_dot(&stack.id), in_dot(&self.label(stack)));
            }
            text.push_str("  }\n");
        }
        let id = |stack: StackId| self.layout.stacks.get(stack).map(|stack| in_dot(&stack.id)).unwrap_or_default();
        for arrow in self.arrows() {
            let line = match arrow.kind() {
                Kind::Output => "solid",
                Kind::Read => "bold",
                Kind::Name | Kind::Order => "dashed",
            };
            let _ = writeln!(text, "  {} -> {} [style={line}, label={}]", id(arrow.from), id(arrow.to), in_dot(&arrow.caption()));
        }
        text.push_str("}\n");
        text
    }
}

impl Arrow {
    /// What is handed over weighs more than what is known by name.
    fn kind(&self) -> Kind {
        let has = |kind| self.what.keys().any(|(_, known)| *known == kind);
        [Kind::Read, Kind::Output, Kind::Name].into_iter().find(|kind| has(*kind)).unwrap_or(Kind::Order)
    }

    /// What stands at it: each kind of way, and below it what takes it.
    fn caption(&self) -> String {
        let mut lines = Vec::new();
        for ((phase, kind), what) in &self.what {
            let title = match (kind, what.len()) {
                (Kind::Output, 1) => "output",
                (Kind::Output, _) => "outputs",
                (Kind::Read, _) => "Fn::GetStackOutput",
                (Kind::Name, 1) => "computed name",
                (Kind::Name, _) => "computed names",
                (Kind::Order, _) => "after",
            };
            let across = if self.across && matches!(kind, Kind::Output | Kind::Read) { " across Regions" } else { "" };
            let later = if *phase > 0 { format!(", phase {}", phase + 1) } else { String::new() };
            lines.push(format!("{title}{across}{later}:"));
            lines.extend(what.iter().cloned());
        }
        lines.join("\n")
    }
}

/// A text in the quotes of Mermaid, which takes entities for what has a meaning of its own.
fn in_mermaid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("<br/>"),
            c if c.is_alphanumeric() || " _-.,:/()".contains(c) => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}

/// A quoted text of DOT.
fn in_dot(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '"' | '\\' => out.extend(['\\', character]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{in_dot, in_mermaid};

    #[test]
    fn nothing_in_a_name_ends_a_text() {
        assert_eq!(in_mermaid("a\"]; click x\n`b` <i> #1 -> b"), "a#34;#93;#59; click x<br/>#96;b#96; #60;i#62; #35;1 -#62; b");
        assert_eq!(in_dot("a\" -> b\\\n{x}"), "\"a\\\" -> b\\\\\\n{x}\"");
    }
}
