//! Problems in the words of the person who wrote the source.

use super::formats;
use super::locate::{LazyIndex, Place, is_plain_text};
use super::problem::{Bound, Kind, Problem, Step};
use crate::aws::growing;
use crate::aws::schema::{self, Node, Schema, Types};
use crate::diag::{Code, Diagnostic, codes, suggest};
use crate::model::value::number_text;
use crate::model::{Family, Member};
use crate::source::SourceMap;

/// What a finding is about.
pub(crate) struct Subject<'m, 'a> {
    pub family: &'m Family,
    pub member: &'m Member,
    pub index: &'m LazyIndex<'a>,
    pub sources: &'m SourceMap,
}

impl<'a> Subject<'_, 'a> {
    /// Says one problem.
    pub fn say(&self, problem: &Problem) -> Diagnostic {
        let place = self.place(&problem.path);
        let owner = self.owner(&problem.path);
        let name = self.name(&problem.path);
        match &problem.kind {
            Kind::Unknown(node) => self.unknown(*node, &problem.path, place),
            Kind::Missing { name: lacks } => self.missing(lacks, &problem.path, place),
            Kind::Type { wanted, found, json } => {
                let structure = *wanted & (Node::STRING | Node::OBJECT | Node::ARRAY) == Node::STRING && matches!(found.as_str(), "a map" | "a list");
                let wanted = types_text(*wanted, *json);
                let help = if structure { "write `json(...)` around it for the text of its JSON".to_string() } else { format!("write {wanted}") };
                self.at(codes::VALUE_TYPE, format!("{name} is {wanted}"), place, format!("{found} instead")).help(help).note(REFUSED)
            }
            Kind::Enumeration { found, allowed, text } => self.enumeration((&name, last_key(&problem.path)), found, allowed, *text, place),
            Kind::Bounds { bound, found, least, most, exclusive } => {
                let wanted = bounds_text(*bound, *least, *most, *exclusive);
                let label = match bound {
                    Bound::Amount => number_text(*found),
                    _ => counted(*bound, *found),
                };
                self.at(codes::VALUE_BOUNDS, format!("{name} {} {wanted}", bound_verb(*bound)), place, label)
                    .help(format!("keep within {wanted}"))
                    .note(REFUSED)
            }
            Kind::Multiple { found, of } => self
                .at(codes::VALUE_BOUNDS, format!("{name} is a multiple of {}", number_text(*of)), place, number_text(*found))
                .help(format!("write a multiple of {}", number_text(*of)))
                .note(REFUSED),
            Kind::Pattern { found, pattern } => self
                .at(
                    codes::VALUE_PATTERN,
                    format!("{name} does not have the form that AWS asks for"),
                    place,
                    format!("{} does not match", short(found)),
                )
                .help(format!("write a text that matches `{}`", short_pattern(pattern)))
                .note(REFUSED),
            Kind::Format { found, format } if let Some(network) = formats::without_host_bits(format, found) => {
                let message = format!("{name} is a network, and `{found}` an address in it");
                self.put(Diagnostic::warning(codes::VALUE_PATTERN, message), place, format!("AWS makes `{network}` of it"))
                    .help(format!("write `{network}`"))
                    .note("what is deployed differs from what is written, and two rules for one network may be refused as the same")
            }
            Kind::Format { found, format } => {
                let finding = self
                    .at(codes::VALUE_PATTERN, format!("{name} is {}", formats::example(format)), place, format!("{} is none", short(found)))
                    .help(format!("write {}", formats::example(format)));
                if formats::has_host_bits(format, found) {
                    // EC2 takes it and cuts the host bits off: what is deployed is not what is written.
                    return Diagnostic { severity: crate::diag::Severity::Warning, ..finding }
                        .note("AWS cuts the bits behind the prefix off, so what runs differs from what is written");
                }
                finding.note(REFUSED)
            }
            Kind::Repeated { first, again } => self
                .at(
                    codes::VALUE_REPEATED,
                    format!("the elements of {name} differ from each other"),
                    place,
                    format!("element {again} is element {first} again"),
                )
                .help("remove one of them; elements are counted from 0"),
            Kind::ExactlyOne { names, set } if set.is_empty() => self.combination(
                format!("{owner} needs one of {}", list(names)),
                place,
                "none of them is set",
                format!("set exactly one of {}", list(names)),
            ),
            Kind::ExactlyOne { names, set } => self.combination(
                format!("{owner} takes only one of {}", list(names)),
                place,
                format!("{} are set", list(&set.iter().map(smol_str::SmolStr::as_str).collect::<Vec<_>>())),
                "keep one of them",
            ),
            Kind::AtLeastOne(names) => self.combination(
                format!("{owner} needs one of {}", list(names)),
                place,
                "none of them is set",
                format!("set {}", list(names).replace(" and ", " or ")),
            ),
            Kind::Needs { name, lacks } => self.combination(
                format!("`{name}` needs `{lacks}` beside it"),
                place,
                format!("`{lacks}` is not set"),
                format!("set `{lacks}`, or leave `{name}` out"),
            ),
            Kind::Excludes { name, other } => {
                self.combination(format!("`{other}` cannot be set beside `{name}`"), place, format!("`{name}` is set, too"), "keep one of them")
            }
            Kind::NoForm { forms } => {
                let wanted: Vec<String> = forms.iter().filter(|form| !form.is_empty()).map(|form| list(form)).collect();
                let help = if wanted.is_empty() { "see the reference of the type".to_string() } else { format!("set {}", wanted.join(", or ")) };
                self.combination(format!("{owner} has none of the forms that AWS takes"), place, "fits no form", help)
            }
            Kind::SeveralForms { forms } => {
                let set: Vec<String> = forms.iter().filter(|form| !form.is_empty()).map(|form| list(form)).collect();
                let text = if set.is_empty() { "fits several forms".into() } else { format!("{} are set together", set.join(" and ")) };
                self.combination(
                    format!("{owner} takes one of several forms that exclude each other"),
                    place,
                    text,
                    "keep the properties of one form",
                )
            }
            Kind::Forbidden { names } => {
                let what = if names.is_empty() { "this form".to_string() } else { list(names) };
                self.combination(format!("{owner} does not take {what} in this combination"), place, "refused by AWS", "leave it out")
            }
            Kind::ReadOnly => self
                .at(codes::READ_ONLY_PROPERTY, format!("{name} is set by AWS"), place.on_key(), "cannot be set")
                .help("remove it; what AWS sets is read as an attribute")
                .note(REFUSED),
            Kind::Deprecated => {
                let finding = self.at(codes::DEPRECATED, format!("{name} should not be used any more"), place.on_key(), "deprecated by AWS");
                Diagnostic { severity: crate::diag::Severity::Warning, ..finding }.help("use what AWS's reference names instead of it")
            }
            Kind::Attribute { name: attribute, of } => {
                let inner: Vec<&str> = schema::find(of)
                    .into_iter()
                    .flat_map(Schema::attributes)
                    .filter_map(|(other, _)| other.strip_prefix(attribute.as_str())?.strip_prefix('.'))
                    .collect();
                self.at(codes::UNKNOWN_ATTRIBUTE, format!("`{attribute}` of `{of}` is no attribute by itself"), place, "only its parts can be had")
                    .help(format!(
                        "write one of its parts behind it: {}",
                        inner.iter().map(|part| format!("`.{part}`")).collect::<Vec<_>>().join(", ")
                    ))
            }
            Kind::Nominal { wanted, found } => {
                let wanted = wanted.iter().map(|kind| kind_text(kind)).collect::<Vec<_>>().join(" or ");
                self.at(codes::OTHER_KIND, format!("{name} takes {wanted}"), place, format!("this is {found}"))
                    .help(format!("give {wanted}"))
                    .note(OTHER)
            }
            Kind::NominalService { wanted, found } => self
                .at(codes::OTHER_KIND, format!("{name} takes an ARN of the service `{wanted}`"), place, format!("this is {found}"))
                .help(format!("give the ARN of a resource of `{wanted}`"))
                .note(OTHER),
        }
    }

    fn unknown(&self, node: Node, path: &[Step], place: Place<'a>) -> Diagnostic {
        let key = last_key(path);
        let owner = self.owner(path);
        let mut names: Vec<&str> = node.properties().map(|(name, _)| name).collect();
        let label = place.key.unwrap_or(place.span);
        let finding =
            self.at(codes::UNKNOWN_PROPERTY, format!("{owner} has no `{key}`"), Place { span: label, ..place }, "no such property").acceptable();
        let finding = match suggest::nearest(key, names.iter().copied()) {
            Some(near) => {
                let finding = finding.help(format!("did you mean `{near}`?"));
                match place.key.filter(|span| self.sources.slice(*span) == key) {
                    Some(span) => finding.fix(format!("write `{near}`"), span, near),
                    None => finding,
                }
            }
            None if names.is_empty() => match node.pattern_properties().next() {
                Some((pattern, _)) => finding.help(format!("a name in it matches `{}`", short_pattern(pattern))),
                None => finding.help("remove it: it has no properties"),
            },
            None => {
                names.truncate(12);
                finding.help(format!("it has {}", list(&names)))
            }
        };
        finding.note(format!("in AWS's schemas of {}; if AWS has it since, `allow DR0514 \"reason\"` lets it pass", schema::date()))
    }

    fn missing(&self, lacks: &str, path: &[Step], place: Place<'a>) -> Diagnostic {
        let owner = if path.is_empty() { self.type_text() } else { self.name(path) };
        self.at(codes::MISSING_PROPERTY, format!("{owner} needs `{lacks}`"), place, format!("`{lacks}` is not set"))
            .help(format!("set `{lacks}`"))
            .note(REFUSED)
    }

    fn enumeration(&self, (name, key): (&str, &str), found: &str, allowed: &[String], text: bool, place: Place<'a>) -> Diagnostic {
        let plain: Vec<&str> = allowed.iter().map(|value| value.trim_matches('"')).collect();
        let near = suggest::nearest(found.trim_matches('"'), plain.iter().copied()).filter(|_| text);
        let mut finding = self.at(codes::VALUE_NOT_ALLOWED, format!("{name} cannot be {found}"), place, "not one of AWS's values").acceptable();
        if growing::is_growing(key) {
            finding.severity = crate::diag::Severity::Warning;
            finding.message = format!("{name} may not be {found}");
        }
        let finding = match near {
            Some(near) => {
                let finding = finding.help(format!("did you mean \"{near}\"?"));
                let written = self.sources.slice(place.span);
                if place.exact && is_plain_text(place.expression) && written == found {
                    finding.fix(format!("write \"{near}\""), place.span, format!("\"{near}\""))
                } else {
                    finding
                }
            }
            None => {
                let shown: Vec<&str> = allowed.iter().take(12).map(String::as_str).collect();
                let more = allowed.len().saturating_sub(shown.len());
                let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                finding.help(format!("it is {}{rest}", shown.join(", ")))
            }
        };
        finding.note(format!("AWS's schemas of {} have no such value; if AWS has it since, `allow DR0517 \"reason\"` lets it pass", schema::date()))
    }

    fn combination(&self, message: String, place: Place<'a>, label: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        self.at(codes::PROPERTY_COMBINATION, message, place, label).help(help).note(REFUSED)
    }

    /// A finding at a place; one in the library is said at the declaration of the user that led there.
    pub fn at(&self, code: Code, message: String, place: Place<'a>, label: impl Into<String>) -> Diagnostic {
        self.put(Diagnostic::error(code, message), place, label)
    }

    /// Puts a finding at a place; one in the library at the declaration of the user that led there.
    pub fn put(&self, finding: Diagnostic, place: Place<'a>, label: impl Into<String>) -> Diagnostic {
        let label = label.into();
        if self.sources.in_library(place.span) && !self.sources.in_library(self.family.origin) {
            return finding.label(self.family.origin, format!("{label}, at {}", self.sources.place(place.span)));
        }
        let finding = finding.label(place.span, label);
        let origin = self.family.origin;
        let inside = origin.file == place.span.file && origin.start <= place.span.start;
        let own = self.index.get().declaration(self.family).is_some_and(|declaration| declaration.header() == origin);
        if own || inside { finding } else { finding.secondary(origin, format!("for `{}`", self.family.declared)) }
    }

    /// Where the part of a resource that a path leads to is written.
    pub fn place(&self, path: &[Step]) -> Place<'a> {
        let header = || {
            let span = self.index.get().type_span(self.family).unwrap_or(self.family.span);
            Place { span, key: None, exact: path.is_empty(), expression: None }
        };
        let Some((Step::Key(first), rest)) = path.split_first() else { return header() };
        let Some(property) = self.member.properties.iter().find(|property| property.name == *first) else { return header() };
        self.index.get().part(self.family, property.span, rest)
    }

    fn type_text(&self) -> String {
        format!("`{}`", self.family.resource_type)
    }

    /// What a path leads to, for messages: `` `DeadLetter.Arn` of `AWS::SQS::Queue` ``.
    fn name(&self, path: &[Step]) -> String {
        if path.is_empty() { self.type_text() } else { format!("`{}` of {}", dotted(path), self.type_text()) }
    }

    /// What holds the last step of a path.
    fn owner(&self, path: &[Step]) -> String {
        match path.split_last() {
            Some((Step::Key(_), before)) => self.name(before),
            _ => self.name(path),
        }
    }

    /// Where the resource type is written, or the declaration that led there.
    pub fn type_place(&self) -> Place<'a> {
        self.place(&[])
    }
}

impl Place<'_> {
    /// The key rather than the value.
    pub fn on_key(self) -> Self {
        Place { span: self.key.unwrap_or(self.span), ..self }
    }
}

/// Why it matters.
const REFUSED: &str = "CloudFormation refuses it only when the stack is deployed, and rolls back what it had made";

const OTHER: &str = "both are texts, so CloudFormation notices only when the service refuses it, in the middle of a deployment";

fn last_key(path: &[Step]) -> &str {
    match path.last() {
        Some(Step::Key(key)) => key,
        _ => "",
    }
}

fn dotted(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Index(at) => text.push_str(&format!("[{at}]")),
        }
    }
    text
}

pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => "nothing".into(),
    }
}

/// The types in the language's words.
pub(crate) fn types_text(types: Types, json: bool) -> String {
    let names = [
        (Node::STRING, if json { "a text or a structure" } else { "a text" }),
        (Node::INTEGER, "a whole number"),
        (Node::NUMBER, "a number"),
        (Node::BOOLEAN, "`true` or `false`"),
        (Node::OBJECT, "a map `{ ... }`"),
        (Node::ARRAY, "a list `[ ... ]`"),
    ];
    let found: Vec<&str> = names.iter().filter(|(bit, _)| types & bit != 0).map(|(_, name)| *name).collect();
    found.join(" or ")
}

fn bound_verb(bound: Bound) -> &'static str {
    match bound {
        Bound::Amount => "is",
        _ => "has",
    }
}

fn counted(bound: Bound, count: f64) -> String {
    let one = count == 1.0;
    let noun = match bound {
        Bound::Characters if one => "character",
        Bound::Characters => "characters",
        Bound::Elements if one => "element",
        Bound::Elements => "elements",
        Bound::Entries if one => "entry",
        Bound::Entries => "entries",
        Bound::Amount => "",
    };
    format!("{} {noun}", number_text(count))
}

fn bounds_text(bound: Bound, least: Option<f64>, most: Option<f64>, exclusive: bool) -> String {
    let noun = |count: f64| if bound == Bound::Amount { number_text(count) } else { counted(bound, count) };
    match (least, most, exclusive) {
        (Some(least), Some(most), false) if least == most => format!("exactly {}", noun(most)),
        (Some(least), Some(most), false) => format!("{} to {}", number_text(least), noun(most)),
        (Some(least), None, false) => format!("at least {}", noun(least)),
        (None, Some(most), false) => format!("at most {}", noun(most)),
        (Some(least), Some(most), true) => format!("between {} and {}, both excluded", number_text(least), noun(most)),
        (Some(least), None, true) => format!("more than {}", noun(least)),
        (None, Some(most), true) => format!("less than {}", noun(most)),
        (None, None, _) => String::new(),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() > 60 { format!("\"{}...\"", text.chars().take(57).collect::<String>()) } else { format!("\"{text}\"") }
}

fn short_pattern(pattern: &str) -> String {
    if pattern.chars().count() > 120 { format!("{}...", pattern.chars().take(117).collect::<String>()) } else { pattern.to_string() }
}

/// A kind in words: ``the Arn of `AWS::KMS::Key` ``.
fn kind_text(kind: &str) -> String {
    match kind.rsplit_once('.') {
        Some((of, part)) => format!("the {part} of `{of}`"),
        None => "an ARN".into(),
    }
}
