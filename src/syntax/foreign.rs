//! Notation of other languages, and what is written here instead.

use super::fault::Place;
use super::{Rule, words};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;

/// Words that open statements elsewhere, and what opens the nearest thing here.
const SYNONYMS: &[(&str, &str)] = &[
    ("const", "let"),
    ("var", "let"),
    ("val", "let"),
    ("local", "let"),
    ("locals", "let"),
    ("def", "let"),
    ("fn", "let"),
    ("func", "let"),
    ("function", "let"),
    ("import", "use"),
    ("include", "use"),
    ("variable", "param"),
    ("parameter", "param"),
    ("data", "external"),
    ("provider", "region"),
    ("database", "replica"),
    ("store", "replica"),
    ("monitor", "alarm"),
    ("plan", "failover"),
    ("recover", "failback"),
    ("class", "component"),
    ("module", "component"),
    ("struct", "type"),
    ("interface", "type"),
];

impl Place<'_> {
    /// Notation of other languages.
    pub(super) fn foreign_notation(&self) -> Option<Diagnostic> {
        let rest = self.rest();
        let unexpected = |message: &str| Diagnostic::error(codes::UNEXPECTED, message.to_string());
        let one = |length: usize| self.span(self.at, self.at + length);
        Some(match rest.chars().next()? {
            ';' => unexpected("a statement ends with its line, not with `;`").label(one(1), "not needed").help("remove the `;`").fix(
                "remove it",
                one(1),
                "",
            ),
            '\'' => {
                let end = rest.get(1..)?.split('\n').next()?.find('\'').map(|end| end + 2);
                let finding = unexpected("a text stands in double quotes").label(one(end.unwrap_or(1)), "single quotes");
                match end.and_then(|end| rest.get(1..end - 1)).filter(|inner| !inner.contains(['"', '\\', '$'])) {
                    Some(inner) => {
                        finding.help(format!("write `\"{inner}\"`")).fix("use double quotes", one(inner.len() + 2), format!("\"{inner}\""))
                    }
                    None => finding.help("write `\"...\"`"),
                }
            }
            quote @ ('“' | '”' | '„' | '«' | '»') => unexpected("a text stands in plain double quotes")
                .label(one(quote.len_utf8()), "a typographic quote")
                .help("write `\"`; word processors replace it"),
            '#' => unexpected("a comment begins with `//`").label(one(1), "not a comment here").help("write `//`").fix("write `//`", one(1), "//"),
            '/' if rest.starts_with("/*") => unexpected("a comment begins with `//` and ends with its line")
                .label(one(2), "not a comment here")
                .help("write `//` before each line"),
            '&' if rest.starts_with("&&") => {
                unexpected("conditions are joined with `and`").label(one(2), "`and` is meant").help("write `and`").fix("write `and`", one(2), "and")
            }
            '|' if rest.starts_with("||") => {
                unexpected("conditions are joined with `or`").label(one(2), "`or` is meant").help("write `or`").fix("write `or`", one(2), "or")
            }
            '!' if !rest.starts_with("!=") => unexpected("a condition is turned around with `not`")
                .label(one(1), "`not` is meant")
                .help("write `not`")
                .fix("write `not`", one(1), "not "),
            '?' if !rest.starts_with("??") && !rest.starts_with("?.") => unexpected("a choice is written in words")
                .label(one(1), "not an operator")
                .help("write `if CONDITION then A else B`; `??` gives another value for `none`"),
            '=' if rest.starts_with("=>") && self.expects(Rule::equals) => unexpected("one `=` sets a value")
                .label(one(2), "makes a function, and stands behind its parameters")
                .help("write `=`")
                .fix("write `=`", one(2), "="),
            '=' if rest.starts_with("==") && self.expects(Rule::equals) => {
                let second = self.span(self.at + 1, self.at + 2);
                unexpected("one `=` sets a value").label(second, "one too many").help("remove it; `==` compares, and stands in conditions only").fix(
                    "remove it",
                    second,
                    "",
                )
            }
            '=' if self.previous() == ':' && self.expects(Rule::ty) => {
                let colon = self.span(self.previous_end() - 1, self.previous_end());
                unexpected("one `=` sets a value").label(colon, "not needed").help("remove the `:`").fix("remove it", colon, "")
            }
            '=' if self.at == self.start && !self.expects_value() => {
                unexpected("a name is missing before the `=`").label(one(1), "what is set?").help("write `name = value`")
            }
            '-' if self.expects(Rule::equals) && self.expects(Rule::colon) && !self.in_parentheses() => {
                let name = self.token_at(self.start);
                unexpected(&format!("a name has letters, digits and `_`: `{name}` has a `-`"))
                    .label(self.span(self.start, self.start + name.len()), "not a name")
                    .help("write AWS's properties as AWS does, and names of your own with `_`")
            }
            letter if letter.is_alphabetic() && !letter.is_ascii() => unexpected("a name has the letters a to z, digits and `_`")
                .label(self.token_span(), "not a name")
                .help("write it with these letters, or in quotes if it is a text"),
            _ if self.previous() == '%' && !self.expects_value() => {
                let sign = self.span(self.previous_end() - 1, self.previous_end());
                unexpected("there is no operator `%`").label(sign, "a unit: per cent").help("the operators are `+`, `-`, `*` and `/`")
            }
            _ if self.head().ends_with("= for") => {
                let word = self.span(self.previous_end() - 3, self.previous_end());
                unexpected("a list that is made from another one stands in brackets")
                    .label(word, "a `for` without brackets repeats statements")
                    .help("write `[for name in LIST value]`")
            }
            _ => return None,
        })
    }

    /// A statement that begins with a word which other languages have, and then goes on with a name.
    pub(super) fn foreign_opener(&self, first: &str, span: Span) -> Option<Diagnostic> {
        let (_, meant) = SYNONYMS.iter().find(|(word, _)| *word == first)?;
        let finding = Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("no statement begins with `{first}`")).label(span, "unknown word");
        let form = words::form(meant).unwrap_or(meant);
        let value = matches!(first, "const" | "var" | "val");
        let finding = finding.help(format!("`{meant}` may be meant: {form}"));
        Some(if value { finding.fix(format!("write `{meant}`"), span, *meant) } else { finding })
    }
}
