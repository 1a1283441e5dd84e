//! Every resource against AWS's schemas: the type and the Regions that have it, properties and their values, at their place in the source.
//!
//! It runs over the model, before anything is lowered: what CloudFormation knows at deployment is still a value with a type.

mod code;
mod dates;
mod formats;
mod forms;
pub(crate) mod locate;
mod metrics;
mod nominal;
mod outputs;
pub(crate) mod problem;
pub(crate) mod say;
mod values;
mod walk;

use crate::aws::schema::{self, Availability, Schema};
use crate::aws::{self, lifecycle};
use crate::diag::{Diagnostic, Diagnostics, codes, suggest};
use crate::model::ids::Id;
use crate::model::value::{Deploy, Value};
use crate::model::{Family, Member, Model, Region};
use crate::resolve::Modules;
use crate::source::SourceMap;
use locate::LazyIndex;
use problem::{Kind, Problem, Step};
use say::Subject;
use std::rc::Rc;
use walk::{Entries, Patterns, Walker};

/// How many findings one resource gives at most: what follows is told when these are mended.
const MOST_FINDINGS: usize = 20;

/// Holds every resource against its schema, and every metric against what is known of it. Dates are compared with `today`.
///
/// A structure that stands where AWS wants the text of JSON becomes that text.
pub fn check(model: &mut Model, modules: &Modules, sources: &SourceMap, today: &str, diagnostics: &mut Diagnostics) {
    let mut patterns = Patterns::default();
    let mut texts: Vec<(Id<Family>, Id<Region>, Vec<Step>)> = Vec::new();
    let numbers = model.regions.iter().map(|(_, region)| schema::region_number(&region.code)).collect();
    let checker = Checker { model, sources, numbers, index: LazyIndex::new(modules) };
    for ((_, region), _) in model.regions.iter().zip(&checker.numbers).filter(|(_, number)| number.is_none()) {
        diagnostics.push(region_not_known(region));
    }
    let made = metrics::made(model);
    for (id, family) in model.families.iter() {
        if family.resource_type.ends_with("::MODULE") {
            continue;
        }
        let Some(schema) = schema::find(&family.resource_type) else {
            diagnostics.push(checker.unknown_type(family));
            continue;
        };
        checker.places(family, schema, diagnostics);
        if family.external {
            continue;
        }
        for (region, member) in &family.members {
            let mut walker = Walker::new(model, &mut patterns);
            let entries: Entries<'_> = member.properties.iter().map(|property| (&property.name, &property.value)).collect();
            walker.object(schema.root(), &entries);
            forms::entries(&mut walker, schema.root(), &entries);
            let mut problems = std::mem::take(&mut walker.problems);
            texts.extend(std::mem::take(&mut walker.structures).into_iter().map(|path| (id, *region, path)));
            without_echoes(&mut problems);
            marked(schema, member, &mut problems);
            if lifecycle::is_held(&family.resource_type) {
                dates::check(&checker.subject(family, member), today, diagnostics);
            }
            if family.resource_type == metrics::ALARM && !family.path.split_last().is_some_and(|(_, instance)| made.contains(instance)) {
                metrics::alarm(&checker.subject(family, member), model.regions.get(*region), &model.region_text(*region), diagnostics);
            }
            let code = aws::code::find(&family.resource_type).and_then(|row| code::wrong(row, model, member));
            if problems.is_empty() && code.is_none() {
                continue;
            }
            let subject = checker.subject(family, member);
            diagnostics.as_mut_vec().extend(code.map(|wrong| wrong.say(&subject)));
            for problem in problems.iter().take(MOST_FINDINGS) {
                diagnostics.push(subject.say(problem));
            }
        }
    }
    metrics::declared(model, sources, diagnostics);
    outputs::check(model, diagnostics);
    for (family, region, path) in texts {
        if let Some(member) = model.families.get_mut(family).members.get_mut(&region) {
            as_json(member, &path);
        }
    }
}

struct Checker<'m> {
    model: &'m Model,
    sources: &'m SourceMap,
    /// The number of each Region in the data.
    numbers: Vec<Option<usize>>,
    index: LazyIndex<'m>,
}

impl<'m> Checker<'m> {
    fn subject<'s>(&'s self, family: &'s Family, member: &'s Member) -> Subject<'s, 'm> {
        Subject { family, member, index: &self.index, sources: self.sources }
    }

    fn unknown_type(&self, family: &Family) -> Diagnostic {
        let member = Member::default();
        let subject = self.subject(family, &member);
        let place = subject.type_place();
        let name = &family.resource_type;
        let finding = subject.at(codes::UNKNOWN_RESOURCE_TYPE, format!("AWS has no resource type `{name}`"), place, "no such type").acceptable();
        let finding = match suggest::nearest(name, schema::names()) {
            Some(near) => {
                let finding = finding.help(format!("did you mean `{near}`?"));
                if self.sources.slice(place.span) == name.as_str() { finding.fix(format!("write `{near}`"), place.span, near) } else { finding }
            }
            None => finding.help("write a type of CloudFormation's resource reference"),
        };
        finding.note(format!("in AWS's schemas of {}; if AWS has it since, `allow DR0512 \"reason\"` lets it pass unchecked", schema::date()))
    }

    /// Whether the Regions of a family have its type, and whether AWS keeps it.
    fn places(&self, family: &Family, schema: Schema, diagnostics: &mut Diagnostics) {
        let member = Member::default();
        for region in &family.regions {
            let code = &self.model.regions.get(*region).code;
            match schema.availability(self.numbers.get(region.index()).copied().flatten()) {
                Availability::Yes => {}
                Availability::No => {
                    let subject = self.subject(family, &member);
                    let text = self.model.region_text(*region);
                    let others: Vec<&str> = schema.regions().take(8).collect();
                    let help = if others.is_empty() {
                        "no Region has it any more".to_string()
                    } else {
                        format!("place it in a Region that has it: {}", others.join(", "))
                    };
                    diagnostics.push(
                        subject
                            .at(
                                codes::TYPE_NOT_IN_REGION,
                                format!("{text} has no `{}`", family.resource_type),
                                subject.type_place(),
                                format!("not in {code}"),
                            )
                            .help(help)
                            .note(format!("by AWS's list of {}; a standby that cannot be made is found out on the day it is needed", schema::date()))
                            .acceptable(),
                    );
                }
                // Said once, at the Region.
                Availability::Unknown => {}
            }
        }
        if let Some((status, date)) = schema.lifecycle() {
            let subject = self.subject(family, &member);
            let finding = subject
                .at(codes::DEPRECATED, format!("AWS gives `{}` up", family.resource_type), subject.type_place(), format!("{status} on {date}"))
                .help("plan for what replaces it: what is made anew in another Region may be refused");
            diagnostics.push(Diagnostic { severity: crate::diag::Severity::Warning, ..finding });
        }
    }
}

fn region_not_known(region: &Region) -> Diagnostic {
    let code = &region.code;
    Diagnostic::warning(codes::REGION_NOT_KNOWN, format!("nobody knows here which resource types {code} has"))
        .label(region.span, "types are not checked for this Region")
        .note("AWS's schemas have no list for it; a type that is missing there is found out when its stack is made")
        .help("ask `aws cloudformation describe-type` in that Region, then accept this with `allow DR0525 \"reason\"`")
}

/// Schemas say in two ways that properties exclude each other; the one that names them is kept.
fn without_echoes(problems: &mut Vec<Problem>) {
    let named: Vec<Vec<Step>> =
        problems.iter().filter(|problem| matches!(problem.kind, Kind::ExactlyOne { .. })).map(|problem| problem.path.clone()).collect();
    problems.retain(|problem| !matches!(problem.kind, Kind::SeveralForms { .. } | Kind::NoForm { .. }) || !named.contains(&problem.path));
}

/// Properties that only AWS sets, and those that should not be used any more.
fn marked(schema: Schema, member: &Member, problems: &mut Vec<Problem>) {
    for (paths, kind) in [(schema.read_only().collect::<Vec<_>>(), Kind::ReadOnly), (schema.deprecated().collect(), Kind::Deprecated)] {
        for path in paths {
            let mut steps = path.split('/');
            let Some(first) = steps.next() else { continue };
            let Some(property) = member.properties.iter().find(|property| property.name == first) else { continue };
            let rest: Vec<&str> = steps.collect();
            let mut way = vec![Step::Key(property.name.clone())];
            set_at(&property.value, &rest, &mut way, &kind, problems);
        }
    }
}

fn set_at(value: &Value, path: &[&str], way: &mut Vec<Step>, kind: &Kind, problems: &mut Vec<Problem>) {
    let Some((first, rest)) = path.split_first() else {
        problems.push(Problem { path: way.clone(), kind: kind.clone() });
        return;
    };
    match value {
        Value::List(items) if *first == "*" => {
            for (at, item) in items.iter().enumerate() {
                way.push(Step::Index(at));
                set_at(item, rest, way, kind, problems);
                way.pop();
            }
        }
        Value::Map(map) => {
            if let Some((key, value)) = map.get_key_value(*first) {
                way.push(Step::Key(key.clone()));
                set_at(value, rest, way, kind, problems);
                way.pop();
            }
        }
        _ => {}
    }
}

/// Turns the structure at a path into the text of its JSON.
fn as_json(member: &mut Member, path: &[Step]) {
    let Some((Step::Key(first), rest)) = path.split_first() else { return };
    let Some(property) = member.properties.iter_mut().find(|property| property.name == *first) else { return };
    let mut value = &mut property.value;
    for step in rest {
        let inner = match (value, step) {
            (Value::Map(map), Step::Key(key)) => Rc::make_mut(map).get_mut(key),
            (Value::List(items), Step::Index(at)) => Rc::make_mut(items).get_mut(*at),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return,
        }
    }
    let structure = std::mem::replace(value, Value::None);
    *value = Value::Deploy(Rc::new(Deploy::Json(structure)));
}
