//! `drc explain`.

use super::Outcome;
use super::args::Explain;
use super::report::print;
use drc::diag::{codes, suggest};
use drc::stdlib;
use std::io::{Write, stderr};

/// Prints the page of a code, what a library module insists on, or all codes.
pub fn explain(command: &Explain) -> Outcome {
    let Some(wanted) = &command.code else {
        return print(|sink| codes::ALL.iter().try_for_each(|code| writeln!(sink, "{}  {}", code.id, code.title)));
    };
    if let Some(code) = codes::find(wanted) {
        return print(|sink| writeln!(sink, "{}", code.page.trim_end()));
    }
    let slugs = slugs();
    if let Some(slug) = slugs.iter().find(|slug| slug.name.eq_ignore_ascii_case(wanted)) {
        return print(|sink| {
            writeln!(sink, "{} is a rule of the library module std@{}.{}:\n\n{}", slug.name, stdlib::VERSION, slug.module, slug.rule)
        });
    }
    let known = codes::ALL.iter().map(|code| code.id).chain(slugs.iter().map(|slug| slug.name));
    let help = suggest::nearest(wanted, known).map_or_else(|| "`drc explain` lists all codes".into(), |near| format!("did you mean `{near}`?"));
    let _ = writeln!(stderr().lock(), "there is no code `{wanted}`: {help}");
    Outcome::Failure
}

/// A rule that a library module gives a name to.
struct Slug {
    name: &'static str,
    module: &'static str,
    rule: String,
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
            found.push(Slug { name, module, rule: format!("    {}", rule.join("\n    ")) });
        }
    }
    found
}
