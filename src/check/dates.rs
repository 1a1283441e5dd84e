//! Runtimes and versions that AWS has given up on the day of the data, or on the day that the caller names. The clock is never asked.

use super::problem::Step;
use super::say::Subject;
use crate::aws::lifecycle::{self, Holder, Release};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::model::value::{Value, number_text};

/// Checks the properties of a resource that hold a runtime or a version.
pub(super) fn check(subject: &Subject<'_, '_>, today: &str, diagnostics: &mut Diagnostics) {
    for holder in lifecycle::holders(&subject.family.resource_type) {
        let Some(version) = text(subject, &holder.property) else { continue };
        let Some(of) = group(subject, &holder) else { continue };
        let Some(release) = lifecycle::release(&of, &version).filter(|release| release.ends.as_str() <= today) else { continue };
        diagnostics.push(say(subject, &holder, &version, &release, today));
    }
}

fn text(subject: &Subject<'_, '_>, name: &str) -> Option<String> {
    match subject.member.properties.iter().find(|property| property.name == name).map(|property| &property.value)? {
        Value::Text(text) => Some(text.to_string()),
        Value::Number(number) => Some(number_text(*number)),
        _ => None,
    }
}

/// What the version is one of.
fn group(subject: &Subject<'_, '_>, holder: &Holder) -> Option<String> {
    match &holder.engine {
        Some(engine) => text(subject, engine),
        None => holder.of.clone(),
    }
}

fn say(subject: &Subject<'_, '_>, holder: &Holder, version: &str, release: &Release, today: &str) -> Diagnostic {
    let place = subject.place(&[Step::Key(holder.property.as_str().into())]);
    let standard = if release.extended.is_some() { "standard support" } else { "support" };
    let message = format!("{standard} for {} `{version}` ended on {}", release.of, release.ends);
    let label = if release.name == version { "given up".to_string() } else { format!("one of `{}`", release.name) };
    let mut finding = subject.put(Diagnostic::warning(codes::OUT_OF_SUPPORT, message), place, label);
    for (day, until, since) in [
        (&release.extended, "AWS goes on with it for a fee, until DAY", "AWS went on with it for a fee, until DAY"),
        (&release.create_refused, "from DAY on AWS refuses to make what has it", "AWS refuses to make what has it, since DAY"),
        (&release.update_refused, "from DAY on AWS refuses to change what has it", "AWS refuses to change what has it, since DAY"),
    ] {
        if let Some(day) = day {
            finding = finding.note(if day.as_str() > today { until } else { since }.replace("DAY", day));
        }
    }
    let finding = finding
        .note("what has to be made anew on the day of the outage, in another Region, is what AWS refuses first")
        .note(format!("compared with {today} (`--today` compares with another day); {} (read {})", release.source, release.read));
    if let Some(next) = &release.next {
        let finding = finding.help(format!("move to `{next}`"));
        let written = subject.sources.slice(place.span);
        let own = finding.primary().is_some_and(|label| label.span == place.span);
        if own && place.exact && written == format!("\"{version}\"") {
            return finding.fix(format!("write \"{next}\""), place.span, format!("\"{next}\""));
        }
        return finding;
    }
    let alive: Vec<&str> = lifecycle::alive(&release.of, today).collect();
    // `17` says what `17.9` says.
    let major = |name: &&&str| !alive.iter().any(|other| name.strip_prefix(other).is_some_and(|rest| rest.starts_with('.')));
    let alive: Vec<String> = alive.iter().filter(major).map(|name| format!("`{name}`")).collect();
    if alive.is_empty() {
        return finding.help("move to a version that AWS supports");
    }
    finding.help(format!("move to a version that AWS supports: {}", alive.join(", ")))
}
