//! The page of a resource type, or of one of its properties or attributes.

use super::{Page, Paper, Row, bounds, counted, listed, outline, values};
use crate::aws::schema::{self, Literal, Node, Relation, Schema};
use crate::aws::{control_planes, lifecycle, regions, types};
use crate::units::number_text;

/// Wrappers are looked through to this depth: no schema is deeper.
const DEEPEST: usize = 6;
/// More Regions than these are counted rather than named.
const NAMED_REGIONS: usize = 10;

/// What a path behind a type leads to.
#[derive(Debug, Clone)]
pub enum Found {
    /// The type itself.
    Type,
    /// A property, by the names that lead to it.
    Property(Vec<String>),
    /// An attribute.
    Attribute(String),
    /// Nothing: what is called wrongly, in what, and what there is instead.
    Nothing {
        /// The word that leads nowhere.
        wrong: String,
        /// What has no such part.
        within: String,
        /// The names that would have led on.
        known: Vec<String>,
    },
}

/// Follows a path of names (`Tags.Key`) from a type; lists are stepped into.
#[must_use]
pub fn walk(schema: Schema, path: &str) -> Found {
    if path.is_empty() {
        return Found::Type;
    }
    let mut at = schema.root();
    let mut names: Vec<String> = Vec::new();
    for word in path.split('.') {
        let members = members(at);
        let same = members.iter().find(|(name, ..)| *name == word).or_else(|| members.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word)));
        match same {
            Some((name, node, _)) => {
                names.push((*name).to_string());
                at = *node;
            }
            None => {
                if let Some((attribute, _)) = schema.attributes().find(|(name, _)| name.eq_ignore_ascii_case(path)) {
                    return Found::Attribute(attribute.to_string());
                }
                let within = std::iter::once(schema.name().to_string()).chain(names).collect::<Vec<_>>().join(".");
                let known = members.iter().map(|(name, ..)| (*name).to_string()).collect();
                return Found::Nothing { wrong: word.to_string(), within, known };
            }
        }
    }
    let only_read = schema.read_only().any(|read| read == names.join("/"));
    match schema.attributes().find(|(name, _)| *name == names.join(".")) {
        Some((attribute, _)) if only_read => Found::Attribute(attribute.to_string()),
        _ => Found::Property(names),
    }
}

/// The page of what a path leads to.
#[must_use]
pub fn resource_type(schema: Schema, found: &Found, paper: Paper) -> String {
    match found {
        Found::Attribute(name) => attribute(schema, name, paper),
        Found::Property(names) => property(schema, names, paper),
        Found::Type | Found::Nothing { .. } => whole(schema, paper),
    }
}

fn whole(schema: Schema, paper: Paper) -> String {
    let mut page = Page::new(paper, schema.name());
    page.line(&regions_text(schema));
    if let Some((status, date)) = schema.lifecycle() {
        page.line(&format!("AWS gives it up: {status} on {date}."));
    }
    if schema.is_stateful() || types::find(schema.name()).is_some_and(|row| row.stateful) {
        page.line("It holds data that are lost with it.");
    }
    if let Some((need, plane)) = control_planes::of_type(schema.name()) {
        let places: Vec<String> = plane.regions.iter().map(|(partition, region)| format!("{region} ({partition})")).collect();
        let when = need.when.map_or_else(String::new, |when| format!(" {when}"));
        page.line(&format!("To make, change or delete one{when}, AWS needs the control plane of {} in {}.", need.service, places.join(", ")));
    }
    let reference: Vec<&str> = schema.reference().collect();
    if !reference.is_empty() {
        page.line(&format!("`ref` gives {}.", listed(&reference)));
    }
    if !schema.arn_form().is_empty() {
        page.line(&format!("Its ARN: {}", schema.arn_form()));
    }
    page.headline("Properties");
    let rows = property_rows(schema, schema.root(), &[]);
    page.rows(&rows);
    relations(schema.root(), &mut page);
    attributes(schema, &mut page);
    ends(schema, &mut page);
    legend(&rows, &mut page);
    page.text
}

fn property(schema: Schema, names: &[String], paper: Paper) -> String {
    let title = format!("{}.{}", schema.name(), names.join("."));
    let mut page = Page::new(paper, &title);
    let (mut at, mut path, mut required) = (schema.root(), String::new(), false);
    for name in names {
        let Some((_, node, needed)) = members(at).into_iter().find(|(known, ..)| known == name) else { break };
        path = join(&path, at, name);
        at = node;
        required = needed;
    }
    page.line(&format!("{}.", describe(at, true)));
    if required {
        page.line("It has to be set.");
    }
    for mark in marks(schema, &path) {
        page.line(&format!("{}.", mark_text(mark)));
    }
    if let Some(pattern) = inner(at).into_iter().find_map(Node::pattern) {
        page.line(&format!("It matches {pattern}"));
    }
    let rows = property_rows(schema, at, names);
    if !rows.is_empty() {
        page.headline(if is_list(at) { "Properties of each element" } else { "Properties" });
        page.rows(&rows);
        relations(element(at), &mut page);
        legend(&rows, &mut page);
    } else {
        legend(&[], &mut page);
    }
    page.text
}

fn attribute(schema: Schema, name: &str, paper: Paper) -> String {
    let mut page = Page::new(paper, &format!("{}.{name}", schema.name()));
    let node = schema.attribute(name);
    page.line("An attribute: AWS sets it, a resource's declaration reads it.");
    if let Some(node) = node {
        page.line(&format!("It gives {}.", describe(node, true)));
    }
    legend(&[], &mut page);
    page.text
}

/// Which Regions have it.
fn regions_text(schema: Schema) -> String {
    let known: Vec<&str> = schema::regions().collect();
    let has: Vec<&str> = schema.regions().collect();
    let lacks: Vec<&str> = known.iter().copied().filter(|code| !has.contains(code)).collect();
    let mut text = match (has.len(), lacks.len()) {
        (0, _) => "Nothing says which Regions have it.".to_string(),
        (_, 0) => format!("Every Region has it, of the {} whose types are known.", known.len()),
        (count, _) if count <= NAMED_REGIONS => {
            format!("Only {} has it.", has.join(", ")).replace("has it", if count == 1 { "has it" } else { "have it" })
        }
        (count, _) => format!("{count} of {} Regions have it; not {}.", known.len(), lacks.join(", ")),
    };
    if !has.is_empty() {
        text.push_str(&unknown(&known));
    }
    text
}

/// Of which Regions nothing says it: one by one where others of the partition are known, else the partition.
fn unknown(known: &[&str]) -> String {
    let partition = |code: &str| regions::find(code).map(|region| region.partition.as_str());
    let covered: Vec<Option<&str>> = known.iter().map(|code| partition(code)).collect();
    let (mut codes, mut partitions): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for region in regions::codes().filter(|code| !known.contains(code)).filter_map(regions::find).filter(|region| !region.announced) {
        if covered.contains(&Some(&region.partition)) {
            codes.push(&region.code);
        } else if !partitions.contains(&region.partition.as_str()) {
            partitions.push(&region.partition);
        }
    }
    let mut said = codes.join(", ");
    if !partitions.is_empty() {
        let and = if said.is_empty() { "" } else { " and " };
        said.push_str(&format!("{and}the partitions {}", partitions.join(", ")));
    }
    if said.is_empty() { said } else { format!(" Unknown for {said}.") }
}

fn attributes(schema: Schema, page: &mut Page) {
    // Of a structure only the parts can be had.
    let has_parts = |name: &str| schema.attributes().any(|(other, _)| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    let rows: Vec<Row> = schema
        .attributes()
        .filter(|(name, _)| !has_parts(name))
        .map(|(name, node)| Row { name: name.to_string(), text: describe(node, false), marks: Vec::new(), required: false, depth: 0 })
        .collect();
    if !rows.is_empty() {
        page.headline("Attributes, which AWS sets");
        page.rows(&rows);
    }
}

/// The runtimes or versions that AWS has given up on the day of the data.
fn ends(schema: Schema, page: &mut Page) {
    for holder in lifecycle::holders(schema.name()) {
        let Some(of) = holder.of else { continue };
        let alive: Vec<&str> = lifecycle::alive(&of, schema::date()).collect();
        page.headline(&format!("What AWS supports in {} on {}", holder.property, schema::date()));
        page.line(&alive.join(", "));
    }
}

fn legend(rows: &[Row], page: &mut Page) {
    page.text.push('\n');
    let marked = |mark: &str| rows.iter().any(|row| row.marks.contains(&mark));
    if rows.iter().any(|row| row.required) {
        page.line("* has to be set");
    }
    if marked(REPLACES) || marked(MAY_REPLACE) || marked(PARTLY) {
        page.line("replaces: a change of it makes a new resource and deletes the old one");
    }
    if marked(WRITE_ONLY) {
        page.line("not told again: nobody can read it back");
    }
    page.line(&format!("AWS's schemas of {}", schema::date()));
}

/// Which properties need or exclude each other, where that is said of all of them.
fn relations(node: Node, page: &mut Page) {
    let mut said = Vec::new();
    for part in inner(node) {
        for (relation, names) in part.relations() {
            let names: Vec<&str> = names;
            said.push(match relation {
                Relation::ExactlyOne => format!("Exactly one of {} is set.", listed(&names)),
                Relation::AtLeastOne => format!("At least one of {} is set.", listed(&names)),
                Relation::Needs(name) => format!("`{name}` needs {} beside it.", listed(&names)),
                Relation::Excludes(name) => format!("`{name}` excludes {}.", listed(&names)),
                Relation::DistinctKeys => format!("No two elements agree in {}.", listed(&names)),
            });
        }
    }
    if !said.is_empty() {
        page.text.push('\n');
        for sentence in said {
            page.line(&sentence);
        }
    }
}

/// The properties of a node, or of its elements: those that have to be set first, without what only AWS sets.
fn property_rows(schema: Schema, node: Node, names: &[String]) -> Vec<Row> {
    let mut path = String::new();
    let mut at = schema.root();
    for name in names {
        path = join(&path, at, name);
        at = members(at).into_iter().find(|(known, ..)| known == name).map_or(at, |(_, node, _)| node);
    }
    let mut rows: Vec<Row> = members(node)
        .into_iter()
        .filter_map(|(name, inner, required)| {
            let marks = marks(schema, &join(&path, node, name));
            let only_read = marks.contains(&READ_ONLY);
            (!only_read).then(|| Row { name: name.to_string(), text: describe(inner, false), marks, required, depth: 0 })
        })
        .collect();
    rows.sort_by_key(|row| !row.required);
    rows
}

/// The pointer to a member: `Tags/*/Key`.
fn join(path: &str, holder: Node, name: &str) -> String {
    match (path.is_empty(), is_list(holder)) {
        (true, _) => name.to_string(),
        (false, true) => format!("{path}/*/{name}"),
        (false, false) => format!("{path}/{name}"),
    }
}

const READ_ONLY: &str = "set by AWS";
const REPLACES: &str = "replaces";
const MAY_REPLACE: &str = "may replace";
const PARTLY: &str = "replaces in parts";
const WRITE_ONLY: &str = "not told again";
const DEPRECATED: &str = "given up";

fn marks(schema: Schema, path: &str) -> Vec<&'static str> {
    let mut marks = Vec::new();
    let is = |other: &str| other == path;
    if schema.read_only().any(is) {
        marks.push(READ_ONLY);
    }
    if schema.create_only().any(is) {
        marks.push(REPLACES);
    } else if schema.create_only().any(|other| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))) {
        marks.push(PARTLY);
    }
    if schema.conditional_create_only().any(is) {
        marks.push(MAY_REPLACE);
    }
    if schema.write_only().any(is) {
        marks.push(WRITE_ONLY);
    }
    if schema.deprecated().any(is) {
        marks.push(DEPRECATED);
    }
    marks
}

fn mark_text(mark: &str) -> &'static str {
    match mark {
        READ_ONLY => "Only AWS sets it",
        REPLACES => "A change of it replaces the resource: a new one is made, and the old one deleted",
        PARTLY => "A change of some parts replaces the resource",
        MAY_REPLACE => "A change of it replaces the resource in some cases",
        WRITE_ONLY => "AWS does not tell it again",
        _ => "AWS's schema says that it should not be used any more",
    }
}

/// The node and what it is put together of.
fn inner(node: Node) -> Vec<Node> {
    fn add(node: Node, depth: usize, found: &mut Vec<Node>) {
        found.push(node);
        if depth == 0 {
            return;
        }
        for part in node.all_of().into_iter().flatten() {
            add(part, depth - 1, found);
        }
    }
    let mut found = Vec::new();
    add(node, DEEPEST, &mut found);
    found
}

/// The forms that a node can have.
fn branches(node: Node) -> Vec<Node> {
    inner(node).into_iter().flat_map(|part| part.any_of().into_iter().flatten().chain(part.one_of().into_iter().flatten())).collect()
}

fn is_list(node: Node) -> bool {
    inner(node).into_iter().any(|part| part.items().is_some())
}

/// The elements of a list, or the node itself.
fn element(node: Node) -> Node {
    inner(node).into_iter().find_map(Node::items).unwrap_or(node)
}

/// The properties that a node or its elements can have, with whether they have to be set; those of its forms, too.
fn members(node: Node) -> Vec<(&'static str, Node, bool)> {
    let node = element(node);
    let parts = inner(node);
    let required: Vec<&str> = parts.iter().flat_map(|part| part.required()).collect();
    let mut found: Vec<(&'static str, Node, bool)> = Vec::new();
    let forms = branches(node);
    for part in parts.into_iter().chain(forms.iter().flat_map(|form| inner(*form))) {
        for (name, node) in part.properties() {
            if !found.iter().any(|(known, ..)| *known == name) {
                found.push((name, node, required.contains(&name)));
            }
        }
    }
    found.sort_by_key(|(name, ..)| *name);
    found
}

/// What a node has to be, in a line; with all values of a set, if `complete`.
fn describe(node: Node, complete: bool) -> String {
    describe_to(node, complete, DEEPEST)
}

fn describe_to(node: Node, complete: bool, depth: usize) -> String {
    let parts = inner(node);
    if depth == 0 {
        return "...".into();
    }
    let literal = |value: Literal| match value {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Number(number) => number_text(number),
        Literal::Bool(value) => value.to_string(),
    };
    if let Some(value) = parts.iter().find_map(|part| part.constant()) {
        return literal(value);
    }
    let enumeration = parts.iter().find_map(|part| part.enumeration().map(|all| all.map(literal).collect::<Vec<_>>()));
    let folded = || parts.iter().find_map(|part| part.folded_enumeration().map(|all| all.map(literal).collect::<Vec<_>>()));
    if let Some(all) = enumeration.or_else(folded) {
        return values(&all, complete);
    }
    let types = parts.iter().find_map(|part| part.types());
    let mut words = Vec::new();
    let is = |bit: u32| types.is_some_and(|types| types & bit != 0);
    if is(Node::STRING) {
        words.push(text(&parts, is(Node::OBJECT)));
    }
    if is(Node::INTEGER) || is(Node::NUMBER) {
        words.push(number(&parts, is(Node::NUMBER)));
    }
    if is(Node::BOOLEAN) {
        words.push("true or false".into());
    }
    if is(Node::ARRAY) || (types.is_none() && is_list(node)) {
        words.push(list(&parts, depth));
    }
    if is(Node::OBJECT) || (types.is_none() && !members(node).is_empty() && !is_list(node)) {
        words.push(structure(node, &parts, depth));
    }
    if words.is_empty() {
        let mut forms: Vec<String> = branches(node).into_iter().map(|form| describe_to(form, false, depth - 1)).collect();
        forms.dedup();
        words = if forms.len() > 4 { vec![format!("one of {} forms", forms.len())] } else { forms };
    }
    if words.is_empty() { "anything".into() } else { words.join(" or ") }
}

/// The least and the most of something, each only where it is limited.
type Limits<T> = (Option<T>, Option<T>);

fn text(parts: &[Node], structure: bool) -> String {
    let format = parts.iter().find_map(|part| part.format()).unwrap_or_default();
    let mut said = match format {
        "json" => "text of JSON".to_string(),
        "" if structure => "text of JSON".to_string(),
        "" => "text".to_string(),
        kind if kind.contains("::") => match kind.rsplit_once('.') {
            Some((of, part)) => format!("the {part} of {of}"),
            None => format!("text: {kind}"),
        },
        kind => format!("text: {kind}"),
    };
    let length = |at: fn(Limits<u32>) -> Option<u32>| parts.iter().find_map(|part| at(part.length())).map(f64::from);
    if let Some(bounds) = bounds(length(|length| length.0), length(|length| length.1)) {
        said.push_str(&format!(", {}", counted(&bounds, "character")));
    }
    said
}

fn number(parts: &[Node], fraction: bool) -> String {
    let mut said = if fraction { "number" } else { "whole number" }.to_string();
    let range = |at: fn(Limits<f64>) -> Option<f64>| parts.iter().find_map(|part| at(part.range()));
    let (least, most) = (range(|range| range.0), range(|range| range.1));
    match bounds(least, most) {
        Some(bounds) => said.push_str(&format!(", {bounds}")),
        None if least == Some(0.0) => said.push_str(", at least 0"),
        None => {}
    }
    said
}

fn list(parts: &[Node], depth: usize) -> String {
    let element = parts.iter().find_map(|part| part.items());
    let of = element.map_or_else(|| "anything".into(), |element| describe_to(element, false, depth - 1));
    let count = |at: fn(Limits<u32>) -> Option<u32>| parts.iter().find_map(|part| at(part.item_count())).map(f64::from);
    let mut said = if of.contains(", ") && !of.starts_with('{') { format!("list of ({of})") } else { format!("list of {of}") };
    if let Some(bounds) = bounds(count(|count| count.0), count(|count| count.1)) {
        said.push_str(&format!(", {}", counted(&bounds, "element")));
    }
    said
}

fn structure(node: Node, parts: &[Node], depth: usize) -> String {
    let names: Vec<(String, bool)> = members(node).into_iter().map(|(name, _, required)| (name.to_string(), required)).collect();
    if !names.is_empty() {
        return outline(&names);
    }
    let free = parts
        .iter()
        .find_map(|part| part.additional())
        .or_else(|| parts.iter().find_map(|part| part.pattern_properties().next().map(|(_, node)| node)));
    free.map_or_else(|| "a map".into(), |value| format!("map of {}", describe_to(value, false, depth - 1)))
}
