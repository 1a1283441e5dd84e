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

/// CloudFormation's pseudo parameters, and what is written here instead.
const PSEUDO: &[(&str, &str)] =
    &[("Region", "here.code"), ("AccountId", "here.account"), ("Partition", "here.partition"), ("URLSuffix", "here.dns_suffix")];
/// One word for what is two here.
const FAILURES: &[&str] = &["on_failure", "onFailure", "onfailure", "on_error"];

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
            ':' if rest.starts_with("::") && self.token_before() == "AWS" => {
                let name: String = rest.chars().skip(2).take_while(char::is_ascii_alphanumeric).collect();
                let (_, meant) = PSEUDO.iter().find(|(pseudo, _)| *pseudo == name)?;
                let whole = self.span(self.at - "AWS".len(), self.at + "::".len() + name.len());
                unexpected(&format!("`AWS::{name}` is CloudFormation's word")).label(whole, "not known here").help(format!("write `{meant}`")).fix(
                    format!("write `{meant}`"),
                    whole,
                    *meant,
                )
            }
            '.' | '(' if self.block_of_step().is_some() => {
                let (step, action) = (self.block_of_step()?, self.token_at(self.start));
                let call = self.call_text();
                unexpected("what a step does stands behind `=`")
                    .label(self.span(self.start, self.start + action.len()), "the block holds `within` and `best_effort`")
                    .help(format!("write `step {step} = {call} {{ within = 8min }}`"))
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

    /// The word directly before the fault.
    fn token_before(&self) -> &str {
        let before = self.head();
        before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
    }

    /// The name of the step whose block the statement opens.
    fn block_of_step(&self) -> Option<&str> {
        let head = self.text.get(..self.start)?.trim_end().strip_suffix('{')?.trim_end();
        let name = head.rsplit(char::is_whitespace).next()?;
        let opener = head.strip_suffix(name)?.trim_end();
        (opener.ends_with("step") && !name.is_empty()).then_some(name)
    }

    /// The statement up to the end of its block or line.
    fn call_text(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default().split(['}', '\n']).next().unwrap_or_default().trim_end()
    }

    /// A statement that begins with a word which other languages have, and then goes on with a name.
    pub(super) fn foreign_opener(&self, first: &str, span: Span) -> Option<Diagnostic> {
        if FAILURES.contains(&first) {
            let finding = Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("no statement begins with `{first}`")).label(span, "unknown word");
            return Some(finding.help("did you mean `on failure`?").fix("write `on failure`", span, "on failure"));
        }
        let (_, meant) = SYNONYMS.iter().find(|(word, _)| *word == first)?;
        let finding = Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("no statement begins with `{first}`")).label(span, "unknown word");
        let form = words::form(meant).unwrap_or(meant);
        let value = matches!(first, "const" | "var" | "val");
        let finding = finding.help(format!("`{meant}` may be meant: {form}"));
        Some(if value { finding.fix(format!("write `{meant}`"), span, *meant) } else { finding })
    }
}
