//! `drc explain`.

use super::Outcome;
use super::args::Explain;
use super::report::print;
use super::terminal;
use drc::aws::{api, rules, schema};
use drc::diag::{codes, suggest};
use drc::render::explain::{self, Found};
use drc::stdlib;
use std::io::{Write, stderr};

/// Prints the page of a code, a rule of the table, what a library module insists on, what AWS says of a type or an operation, or the
/// list of all codes and rules.
pub fn explain(command: &Explain) -> Outcome {
    let slugs = slugs();
    let Some(wanted) = &command.what else {
        return print(|sink| list(sink, &slugs));
    };
    if let Some(code) = codes::find(wanted) {
        return print(|sink| writeln!(sink, "{}", code.page().trim_end()));
    }
    let rows: Vec<&rules::Rule> = rules::coded(wanted).collect();
    if !rows.is_empty() {
        return print(|sink| sink.write_all(explain::rule(&rows, terminal::paper(command.color)).as_bytes()));
    }
    if let Some(slug) = slugs.iter().find(|slug| slug.name.eq_ignore_ascii_case(wanted)) {
        return print(|sink| {
            writeln!(sink, "{} is a rule of the library module std@{}.{}:\n\n{}", slug.name, stdlib::VERSION, slug.module, slug.rule)
        });
    }
    let page = if wanted.contains("::") {
        resource_type(wanted, command)
    } else if let Some((service, operation)) = wanted.split_once('.') {
        called(service, operation, command)
    } else if let Some(service) = api::service(wanted) {
        Ok(explain::service(service, terminal::paper(command.color)))
    } else {
        let rows = rules::all().map(|rule| rule.code.as_str());
        let known = codes::ALL.iter().map(|code| code.id).chain(slugs.iter().map(|slug| slug.name)).chain(rows);
        let known = known.chain(api::services().map(api::Service::name));
        let help = suggest::nearest(wanted, known).map_or_else(|| "`drc explain` lists all codes".into(), |near| format!("did you mean `{near}`?"));
        Err(format!("there is no code `{wanted}`: {help}"))
    };
    match page {
        Ok(page) => print(|sink| sink.write_all(page.as_bytes())),
        Err(message) => {
            let _ = writeln!(stderr().lock(), "{message}");
            Outcome::Failure
        }
    }
}

/// All codes, the rules of the table, and those of the library's modules: a line each.
fn list(sink: &mut dyn Write, slugs: &[Slug]) -> std::io::Result<()> {
    for code in codes::ALL {
        writeln!(sink, "{}  {}", code.id, code.title)?;
    }
    let mut known: Vec<&str> = Vec::new();
    for rule in rules::all().filter(|rule| codes::find(&rule.code).is_none()) {
        if !known.contains(&rule.code.as_str()) {
            known.push(&rule.code);
            writeln!(sink, "{}  {}", rule.code, rule.title)?;
        }
    }
    slugs.iter().try_for_each(|slug| writeln!(sink, "{}  {}", slug.name, slug.message()))
}

/// The page of `AWS::RDS::DBCluster` or `AWS::RDS::DBCluster.Engine`, in any case of letters.
fn resource_type(wanted: &str, command: &Explain) -> Result<String, String> {
    let (name, path) = wanted.split_once('.').unwrap_or((wanted, ""));
    let found = schema::find(name).or_else(|| schema::names().find(|known| known.eq_ignore_ascii_case(name)).and_then(schema::find));
    let Some(schema) = found else {
        let near = suggest::nearest(name, schema::names());
        let help = near.map_or_else(|| format!("it is not in AWS's schemas of {}", schema::date()), |near| format!("did you mean `{near}`?"));
        return Err(format!("there is no resource type `{name}`: {help}"));
    };
    match explain::walk(schema, path) {
        Found::Nothing { wrong, within, known } => {
            let attributes = schema.attributes().map(|(name, _)| name);
            let names = known.iter().map(String::as_str).chain(attributes.filter(|_| within == schema.name()));
            let help = match suggest::nearest(&wrong, names) {
                Some(near) => format!("did you mean `{within}.{near}`?"),
                None if known.is_empty() => "it has no properties".into(),
                None => format!("`drc explain {within}` lists what it has"),
            };
            Err(format!("`{within}` has no `{wrong}`: {help}"))
        }
        found => Ok(explain::resource_type(schema, &found, terminal::paper(command.color))),
    }
}

/// The page of an operation, in any case of letters.
fn called(service: &str, operation: &str, command: &Explain) -> Result<String, String> {
    let lower = service.to_ascii_lowercase();
    let Some(found) = api::service(&lower) else {
        // The names of SDKs and of IAM are other ones in places.
        let other = api::services().find(|other| other.api_name() == lower || other.iam_prefix() == Some(lower.as_str()));
        let near = other.map(api::Service::name).or_else(|| suggest::nearest(service, api::services().map(api::Service::name)));
        let help = near.map_or_else(|| "it is none of AWS's services".into(), |near| format!("did you mean `{near}`?"));
        return Err(format!("there is no service `{service}`: {help}"));
    };
    match found.operation(operation).or_else(|| found.operations().find(|known| known.name().eq_ignore_ascii_case(operation))) {
        Some(operation) => Ok(explain::operation(operation, terminal::paper(command.color))),
        None => {
            let names: Vec<String> = found.operation_names().collect();
            let help = suggest::nearest(operation, names.iter().map(String::as_str)).map_or_else(
                || format!("`drc explain {}` lists its operations", found.name()),
                |near| format!("did you mean `{}.{near}`?", found.name()),
            );
            Err(format!("`{}` has no operation `{operation}`: {help}", found.name()))
        }
    }
}

/// A rule that a library module gives a name to.
struct Slug {
    name: &'static str,
    module: &'static str,
    rule: String,
}

impl Slug {
    /// What it says when it is broken: the text behind `else`.
    fn message(&self) -> &str {
        let said = self.rule.rsplit_once(" else \"").and_then(|(_, rest)| rest.split_once("\" as ")).map(|(message, _)| message);
        said.unwrap_or(self.module)
    }
}

/// The named rules of the library: `require ... as "aurora/born_in"`, with the line of the text.
fn slugs() -> Vec<Slug> {
    let mut found = Vec::new();
    for (module, text) in stdlib::MODULES {
        let lines: Vec<&'static str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let Some((_, after)) = line.rsplit_once(" as \"") else { continue };
            let Some((name, _)) = after.split_once('"') else { continue };
            if !name.contains('/') {
                continue;
            }
            // A rule may be broken over several lines; it begins with its word.
            let opens = |line: &&str| line.trim_start().starts_with("require ") || line.trim_start().starts_with("advise ");
            let first = lines.iter().take(number + 1).rposition(opens).unwrap_or(number);
            let rule: Vec<&str> = lines.iter().skip(first).take(number + 1 - first).map(|line| line.trim()).collect();
            // Components of one module may share a rule.
            if found.iter().any(|known: &Slug| known.name == name) {
                continue;
            }
            found.push(Slug { name, module, rule: format!("    {}", rule.join("\n    ")) });
        }
    }
    found
}
