//! Numbers with units, and strings.

use super::ast::{ExprKind, StringLiteral, StringPart, StringStyle};
use super::build::Builder;
use super::{Pair, Rule};
use crate::diag::{Diagnostic, codes, suggest};
use crate::source::Span;
use crate::units::{self, UNITS};
use smol_str::SmolStr;

/// What people write for a unit, and what it is called here.
const OTHER_SPELLINGS: &[(&str, &str)] = &[
    ("m", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("msec", "ms"),
    ("kb", "KiB"),
    ("k", "KiB"),
    ("kib", "KiB"),
    ("mb", "MiB"),
    ("mib", "MiB"),
    ("gb", "GiB"),
    ("g", "GiB"),
    ("gib", "GiB"),
    ("tb", "TiB"),
    ("tib", "TiB"),
    ("acus", "acu"),
    ("percent", "%"),
];

impl Builder<'_> {
    /// A number, a quantity, a rate or a network; a wrong one is reported and stands as 0.
    pub fn number(&mut self, text: &str, span: Span) -> ExprKind {
        if let Some((number, unit)) = text.split_once([' ', '\t']) {
            return self.spaced(number, unit.trim_ascii(), span);
        }
        if let Some((left, right)) = text.split_once('/') {
            return self.with_slash(left, right, span);
        }
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (digits, suffix) = text.split_at_checked(split).unwrap_or((text, ""));
        if digits.matches('.').count() == 3 && suffix.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(codes::BAD_LITERAL, format!("`{text}` is an address; a network has a prefix"))
                    .label(span, "how many bits are fixed?")
                    .help(format!("write `{text}/16`, or put an address in quotes")),
            );
            return ExprKind::Number(0.0);
        }
        let Some(amount) = digits.parse::<f64>().ok().filter(|amount| amount.is_finite()) else {
            self.error(
                codes::BAD_LITERAL,
                format!("`{text}` is no number"),
                span,
                "a number has digits and at most one point",
                "write digits and at most one point: `1.5`",
            );
            return ExprKind::Number(0.0);
        };
        if amount >= 1e15 {
            self.error(
                codes::BAD_LITERAL,
                format!("`{text}` is too large to be kept exactly"),
                span,
                "below 1,000,000,000,000,000",
                "write the number in quotes, if it is an id",
            );
            return ExprKind::Number(0.0);
        }
        if suffix.is_empty() {
            return ExprKind::Number(amount);
        }
        if units::unit(suffix).is_some() {
            return ExprKind::Quantity(amount, SmolStr::new(suffix));
        }
        self.unknown_unit(digits, suffix, span)
    }

    fn unknown_unit(&mut self, digits: &str, suffix: &str, span: Span) -> ExprKind {
        let known: Vec<&str> = UNITS.iter().map(|(name, ..)| *name).collect();
        let folded = suffix.to_ascii_lowercase();
        let meant = OTHER_SPELLINGS
            .iter()
            .find(|(other, _)| *other == folded)
            .map(|(_, unit)| *unit)
            .or_else(|| suggest::nearest(suffix, known.iter().copied()));
        let mut finding = Diagnostic::error(codes::BAD_LITERAL, format!("there is no unit `{suffix}`")).label(span, "unknown unit");
        finding = match meant {
            Some(meant) => finding.help(format!("write `{digits}{meant}`")).fix(format!("write `{digits}{meant}`"), span, format!("{digits}{meant}")),
            None => finding.help(format!("the units are {}", known.join(", "))),
        };
        if suffix == "m" {
            finding = finding.note("`m` would be read as minutes by some and as months or metres by others; minutes are `min`");
        }
        self.diagnostics.push(finding);
        let unit = meant.map_or(SmolStr::new_static("s"), SmolStr::new);
        ExprKind::Quantity(digits.parse().unwrap_or(0.0), unit)
    }

    /// `5 min`
    fn spaced(&mut self, number: &str, unit: &str, span: Span) -> ExprKind {
        let folded = unit.to_ascii_lowercase();
        let unit = OTHER_SPELLINGS.iter().find(|(other, _)| *other == folded).map_or(unit, |(_, known)| *known);
        self.diagnostics.push(
            Diagnostic::error(codes::BAD_LITERAL, "a number and its unit are one word")
                .label(span, "a blank before the unit")
                .help(format!("write `{number}{unit}`"))
                .fix(format!("write `{number}{unit}`"), span, format!("{number}{unit}")),
        );
        ExprKind::Quantity(number.parse().unwrap_or(0.0), SmolStr::new(unit))
    }

    /// `100/s` or `10.0.0.0/16`
    fn with_slash(&mut self, left: &str, right: &str, span: Span) -> ExprKind {
        if left.matches('.').count() == 3 {
            let octets: Vec<Option<u8>> = left.split('.').map(|octet| octet.parse().ok()).collect();
            let prefix = right.parse::<u8>().ok().filter(|prefix| *prefix <= 32);
            if octets.iter().all(Option::is_some) && prefix.is_some() {
                return ExprKind::Cidr(SmolStr::new(format!("{left}/{right}")));
            }
            let why = if prefix.is_none() { "a prefix is at most 32" } else { "each part is at most 255" };
            self.error(codes::BAD_LITERAL, format!("`{left}/{right}` is no network"), span, why, "write four numbers and a prefix: `10.0.0.0/16`");
            return ExprKind::Cidr(SmolStr::new_static("10.0.0.0/16"));
        }
        let amount = left.parse::<f64>().ok();
        let time = units::unit(right).filter(|(dimension, _)| *dimension == units::Dimension::Duration);
        match (amount, time) {
            (Some(amount), Some(_)) => ExprKind::Rate(amount, SmolStr::new(right)),
            (Some(_), None) if right.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.diagnostics.push(
                    Diagnostic::error(codes::OPERATOR_SPACING, "`/` needs a blank on both sides")
                        .label(span, "read as a rate such as `100/s`")
                        .help(format!("write `{left} / {right}`"))
                        .fix(format!("write `{left} / {right}`"), span, format!("{left} / {right}")),
                );
                ExprKind::Number(0.0)
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error(codes::BAD_LITERAL, format!("`{left}/{right}` is no rate"))
                        .label(span, "not a rate")
                        .help("a rate is a number per `s`, `min`, `h` or `d`: `100/s`"),
                );
                ExprKind::Number(0.0)
            }
        }
    }

    /// A string of any style.
    pub fn string(&mut self, pair: Pair<'_>) -> Option<StringLiteral> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::raw_string => {
                let text = pair.as_str();
                let inner = text.get(2..text.len().saturating_sub(2)).unwrap_or_default();
                Some(StringLiteral { span, style: StringStyle::Raw, parts: text_part(inner.replace("\r\n", "\n")) })
            }
            Rule::multi_string => Some(self.multi_line(pair, span)),
            Rule::string => {
                let mut parts = Vec::new();
                for part in pair.into_inner() {
                    self.string_part(part, &mut parts, None);
                }
                Some(StringLiteral { span, style: StringStyle::Plain, parts })
            }
            _ => None,
        }
    }

    fn string_part(&mut self, part: Pair<'_>, parts: &mut Vec<StringPart>, indent: Option<usize>) {
        match part.as_rule() {
            Rule::interpolation => {
                let inner = part.into_inner().next();
                parts.extend(inner.and_then(|inner| self.expression(inner)).map(StringPart::Value));
            }
            _ if part.as_str().is_empty() => {}
            _ => {
                let text = self.unescape(part.as_str(), self.base + part.as_span().start(), indent);
                match parts.last_mut() {
                    Some(StringPart::Text(last)) => last.push_str(&text),
                    _ => parts.push(StringPart::Text(text)),
                }
            }
        }
    }

    /// Resolves escapes; in a text of several lines, removes the indentation behind each line's end.
    fn unescape(&mut self, raw: &str, start: usize, indent: Option<usize>) -> String {
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(character) = rest.chars().next() {
            let at = start + raw.len() - rest.len();
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            match character {
                '\\' => rest = self.escape(rest, at, &mut out),
                '$' if rest.starts_with("${") => {
                    out.push_str("${");
                    rest = rest.get(2..).unwrap_or_default();
                }
                '\r' if rest.starts_with('\n') => {}
                '\n' => {
                    out.push('\n');
                    if let Some(indent) = indent {
                        rest = self.outdent(rest, indent, start + raw.len() - rest.len());
                    }
                }
                other => out.push(other),
            }
        }
        out
    }

    fn outdent<'t>(&mut self, rest: &'t str, indent: usize, at: usize) -> &'t str {
        let have = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line = rest.split('\n').next().unwrap_or_default();
        if have < indent && !line.trim().is_empty() {
            self.error(
                codes::BAD_STRING,
                "this line stands further left than the closing `\"\"\"`",
                Span::new(self.file, at, at + line.trim_end().len()),
                "the closing quotes say how much indentation is removed from every line",
                "move the closing quotes to the left, or the line to the right",
            );
        }
        rest.get(have.min(indent)..).unwrap_or_default()
    }

    fn escape<'t>(&mut self, rest: &'t str, at: usize, out: &mut String) -> &'t str {
        let Some(character) = rest.chars().next() else { return rest };
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        match character {
            '"' | '\\' => out.push(character),
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'u' => {
                let code = after.get(1..).and_then(|text| text.split_once('}')).map(|(code, _)| code);
                let found = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
                if let (Some(code), Some(found)) = (code, found) {
                    out.push(found);
                    return after.get(code.len() + 2..).unwrap_or_default();
                }
                self.error(
                    codes::BAD_STRING,
                    "`\\u{...}` takes the number of a character in hexadecimal digits",
                    Span::new(self.file, at, at + 2),
                    "no such character",
                    "write for example `\\u{e9}`",
                );
            }
            other => {
                self.diagnostics.push(
                    Diagnostic::error(codes::BAD_STRING, format!("there is no escape `\\{}`", other.escape_default()))
                        .label(Span::new(self.file, at, at + 1 + other.len_utf8()), "unknown escape")
                        .help(format!(
                            "write `\\\\{0}` for a backslash and `{0}`, or a raw string `#\"...\"#`, in which nothing is escaped",
                            other.escape_default()
                        )),
                );
                out.push(other);
            }
        }
        after
    }

    /// `"""` on lines of its own; the closing one says how far the text is indented.
    fn multi_line(&mut self, pair: Pair<'_>, span: Span) -> StringLiteral {
        let closing = span.end as usize - 3;
        let before = self.source.get(..closing).unwrap_or_default();
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        let alone = last_line.trim().is_empty() && before.len() > span.start as usize + 3 + last_line.len();
        let first_line = self.source.get(span.start as usize + 3..).and_then(|text| text.split('\n').next()).unwrap_or_default();
        if !alone || !first_line.trim().is_empty() {
            self.diagnostics.push(
                Diagnostic::error(codes::BAD_STRING, "`\"\"\"` stands at the end of a line when it opens, and on a line of its own when it closes")
                    .label(span, "the text belongs on the lines between")
                    .help("a text on one line is written in `\"...\"`"),
            );
        }
        let indent = if alone { last_line.len() } else { 0 };
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            self.string_part(part, &mut parts, Some(indent));
        }
        if let Some(StringPart::Text(first)) = parts.first_mut() {
            let trimmed = first.trim_start_matches([' ', '\t']);
            *first = trimmed.strip_prefix('\n').unwrap_or(trimmed).to_string();
        }
        if let Some(StringPart::Text(last)) = parts.last_mut() {
            let trimmed = last.trim_end_matches([' ', '\t']);
            *last = trimmed.strip_suffix('\n').unwrap_or(trimmed).to_string();
        }
        parts.retain(|part| !matches!(part, StringPart::Text(text) if text.is_empty()));
        StringLiteral { span, style: StringStyle::MultiLine, parts }
    }
}

fn text_part(text: String) -> Vec<StringPart> {
    if text.is_empty() { Vec::new() } else { vec![StringPart::Text(text)] }
}
