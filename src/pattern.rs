//! Patterns of texts: whether CloudFormation reads them as this compiler does, and the texts that they admit as an automaton.
//!
//! CloudFormation matches with Java's regular expressions, `drc` with Rust's. What the two read differently is refused, so that
//! a value which compiles here is not refused there, and the other way round.

use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The most states of an automaton; a pattern beyond it counts as one that admits anything.
const MAXIMUM_STATES: usize = 20_000;

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The part of the pattern.
    pub part: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to write.
    pub help: &'static str,
}

/// What a state of an automaton does.
#[derive(Debug, Clone)]
pub enum State {
    /// Takes a character of one of these ranges (both ends included) and goes on.
    Take(Vec<(char, char)>, usize),
    /// Goes on at any of these without a character.
    Split(Vec<usize>),
    /// The text may end here.
    End,
}

/// The texts that a pattern admits.
#[derive(Debug, Clone)]
pub struct Language {
    /// The states.
    pub states: Vec<State>,
    /// The first one.
    pub start: usize,
    /// The length of the shortest text in characters.
    pub minimum: usize,
    /// The length of the longest text; `None` if there is none.
    pub maximum: Option<usize>,
}

/// Reads a whole-value pattern; refuses what Java and Rust read differently.
///
/// # Errors
/// The part that cannot be used.
pub fn read(pattern: &str) -> Result<Language, Fault> {
    let tree = ast::parse::Parser::new().parse(pattern).map_err(|error| unreadable(pattern, error.kind(), *error.span()))?;
    let mut checker = Checker { pattern, classes: Vec::new() };
    ast::visit(&tree, &mut checker)?;
    let mut plain = String::with_capacity(pattern.len());
    let mut from = 0;
    for (start, end, class) in checker.classes {
        plain.push_str(pattern.get(from..start).unwrap_or_default());
        plain.push_str(class);
        from = end;
    }
    plain.push_str(pattern.get(from..).unwrap_or_default());
    let hir = regex_syntax::parse(&plain).map_err(|error| Fault {
        part: pattern.to_string(),
        reason: error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_string(),
        help: "write a regular expression of characters, classes, groups and repetitions",
    })?;
    Ok(Language::of(&hir).unwrap_or_else(Language::anything))
}

fn unreadable(pattern: &str, kind: &ast::ErrorKind, span: ast::Span) -> Fault {
    let part = pattern.get(span.start.offset..span.end.offset).unwrap_or_default();
    let help = match kind {
        ast::ErrorKind::UnsupportedLookAround | ast::ErrorKind::UnsupportedBackreference => {
            "say which characters are allowed, where, and how many: `[a-z][a-z0-9]{1,9}`"
        }
        ast::ErrorKind::EscapeUnrecognized => "write a backslash before punctuation only; in a raw string it stands alone: `#\"\\d{12}\"#`",
        _ => "write a regular expression of characters, classes, groups and repetitions: `[a-z][a-z0-9]{1,9}`",
    };
    Fault { part: if part.is_empty() { pattern.to_string() } else { part.to_string() }, reason: kind.to_string(), help }
}

/// Walks a pattern and collects the classes whose ASCII form has to be written out.
struct Checker<'p> {
    pattern: &'p str,
    classes: Vec<(usize, usize, &'static str)>,
}

impl Checker<'_> {
    fn part(&self, span: &ast::Span) -> String {
        self.pattern.get(span.start.offset..span.end.offset).unwrap_or_default().to_string()
    }

    fn refuse(&self, span: &ast::Span, reason: &str, help: &'static str) -> Result<(), Fault> {
        Err(Fault { part: self.part(span), reason: reason.to_string(), help })
    }

    fn perl(&mut self, class: &ast::ClassPerl, inside: bool) {
        let text = match (&class.kind, class.negated, inside) {
            (ast::ClassPerlKind::Digit, false, true) => "0-9",
            (ast::ClassPerlKind::Digit, false, false) => "[0-9]",
            (ast::ClassPerlKind::Digit, true, _) => "[^0-9]",
            (ast::ClassPerlKind::Word, false, true) => "0-9A-Za-z_",
            (ast::ClassPerlKind::Word, false, false) => "[0-9A-Za-z_]",
            (ast::ClassPerlKind::Word, true, _) => "[^0-9A-Za-z_]",
            (ast::ClassPerlKind::Space, false, true) => r"\t\n\x0b\x0c\r ",
            (ast::ClassPerlKind::Space, false, false) => r"[\t\n\x0b\x0c\r ]",
            (ast::ClassPerlKind::Space, true, _) => r"[^\t\n\x0b\x0c\r ]",
        };
        self.classes.push((class.span.start.offset, class.span.end.offset, text));
    }

    fn literal(&self, literal: &ast::Literal) -> Result<(), Fault> {
        let odd = match &literal.kind {
            ast::LiteralKind::Special(ast::SpecialLiteralKind::VerticalTab) => true,
            ast::LiteralKind::HexBrace(kind) | ast::LiteralKind::HexFixed(kind) => *kind != ast::HexLiteralKind::X,
            _ => false,
        };
        if odd {
            return self.refuse(&literal.span, "is read differently by CloudFormation", "write the character itself, or `\\x` and two digits");
        }
        Ok(())
    }
}

impl ast::Visitor for &mut Checker<'_> {
    type Output = ();
    type Err = Fault;

    fn finish(self) -> Result<(), Fault> {
        Ok(())
    }

    fn visit_pre(&mut self, tree: &Ast) -> Result<(), Fault> {
        const FLAGS: &str = "say both cases in the class, for example `[A-Za-z]`, and leave the flags out";
        match tree {
            Ast::Flags(flags) => self.refuse(&flags.span, "is read differently by CloudFormation", FLAGS),
            Ast::Group(group) => match &group.kind {
                ast::GroupKind::NonCapturing(flags) if !flags.items.is_empty() => {
                    self.refuse(&flags.span, "is read differently by CloudFormation", FLAGS)
                }
                ast::GroupKind::CaptureName { .. } => {
                    self.refuse(&group.span, "names a group, which nothing reads", "write plain parentheses: `(...)`")
                }
                _ => Ok(()),
            },
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartLine | ast::AssertionKind::EndLine | ast::AssertionKind::StartText | ast::AssertionKind::EndText => {
                    self.refuse(&assertion.span, "is not needed", "leave it out: a pattern is for the whole value")
                }
                _ => self.refuse(&assertion.span, "is read differently by CloudFormation", "say with classes which characters may stand where"),
            },
            Ast::ClassUnicode(class) => {
                self.refuse(&class.span, "cannot be used", "write the characters out: names in AWS take ASCII letters, `[A-Za-z]`")
            }
            Ast::ClassPerl(class) => {
                self.perl(class, false);
                Ok(())
            }
            Ast::Literal(literal) => self.literal(literal),
            Ast::Repetition(repetition) => {
                if matches!(*repetition.ast, Ast::Repetition(_)) {
                    let help = "write one repetition, or put the inner one into parentheses";
                    return self.refuse(&repetition.span, "is read differently by CloudFormation", help);
                }
                if self.part(&repetition.op.span).starts_with("{,") {
                    return self.refuse(&repetition.op.span, "is refused by CloudFormation", "write the least number too: `{0,5}`");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), Fault> {
        const CLASS: &str = "write the characters and ranges into one pair of brackets: `[A-Za-z0-9]`";
        match item {
            ast::ClassSetItem::Ascii(class) => self.refuse(&class.span, "is read differently by CloudFormation", CLASS),
            ast::ClassSetItem::Unicode(class) => self.refuse(&class.span, "cannot be used", CLASS),
            ast::ClassSetItem::Bracketed(class) => self.refuse(&class.span, "is a class in a class", CLASS),
            ast::ClassSetItem::Perl(class) => {
                self.perl(class, true);
                Ok(())
            }
            ast::ClassSetItem::Literal(literal) => self.literal(literal),
            ast::ClassSetItem::Range(range) => self.literal(&range.start).and_then(|()| self.literal(&range.end)),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, operation: &ast::ClassSetBinaryOp) -> Result<(), Fault> {
        let help = "write the characters that remain: `[a-z]` without `[aeiou]` is `[b-df-hj-np-tv-z]`";
        self.refuse(&operation.span, "is read differently by CloudFormation", help)
    }
}

impl Language {
    /// The texts of an expression; `None` if the automaton would be too large.
    fn of(hir: &Hir) -> Option<Self> {
        let mut builder = Builder { states: vec![State::End], full: false };
        let start = builder.add(hir, 0);
        if builder.full {
            return None;
        }
        let (minimum, maximum) = lengths(hir);
        Some(Self { states: builder.states, start, minimum, maximum })
    }

    /// Every text.
    #[must_use]
    pub fn anything() -> Self {
        let states = vec![State::End, State::Split(vec![2, 0]), State::Take(vec![('\0', char::MAX)], 1)];
        Self { states, start: 1, minimum: 0, maximum: None }
    }

    /// One of these texts.
    #[must_use]
    pub fn one_of(texts: &[String]) -> Self {
        let mut states = vec![State::End];
        let mut starts = Vec::new();
        for text in texts {
            let mut next = 0;
            for character in text.chars().rev() {
                states.push(State::Take(vec![(character, character)], next));
                next = states.len() - 1;
            }
            starts.push(next);
        }
        let lengths = || texts.iter().map(|text| text.chars().count());
        states.push(State::Split(starts));
        Self { start: states.len() - 1, states, minimum: lengths().min().unwrap_or(0), maximum: lengths().max().or(Some(0)) }
    }

    /// Those of the texts that have so many characters.
    #[must_use]
    pub fn limited(self, least: usize, most: usize) -> Self {
        let (minimum, maximum) = (self.minimum.max(least), self.maximum.map_or(most, |known| known.min(most)));
        let inside = self.minimum >= least && self.maximum.is_some_and(|known| known <= most);
        let layers = most.saturating_add(1);
        if inside || self.states.len().saturating_mul(layers) > MAXIMUM_STATES {
            return Self { minimum, maximum: Some(maximum), ..self };
        }
        // A copy of the states for each number of characters that were taken.
        let count = self.states.len();
        let mut states = Vec::with_capacity(count * layers);
        for layer in 0..layers {
            let at = |state: usize| layer * count + state;
            states.extend(self.states.iter().map(|state| match state {
                State::Take(ranges, next) if layer < most => State::Take(ranges.clone(), at(*next) + count),
                State::Split(next) => State::Split(next.iter().map(|state| at(*state)).collect()),
                State::End if layer >= least => State::End,
                State::Take(..) | State::End => State::Split(Vec::new()),
            }));
        }
        Self { states, start: self.start, minimum, maximum: Some(maximum) }
    }

    /// The states that are reached without a character.
    #[must_use]
    pub fn closure(&self, from: usize) -> Vec<usize> {
        closure(&self.states, from)
    }
}

/// The states of an automaton that take a character or end the text, and are reached from one without a character.
#[must_use]
pub fn closure(states: &[State], from: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut seen = vec![from];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        match states.get(at) {
            Some(State::Split(next)) => {
                for state in next.iter().rev() {
                    if !seen.contains(state) {
                        seen.push(*state);
                        open.push(*state);
                    }
                }
            }
            Some(_) => found.push(at),
            None => {}
        }
    }
    found
}

/// The lengths of the shortest and the longest text in characters.
fn lengths(hir: &Hir) -> (usize, Option<usize>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let length = std::str::from_utf8(&literal.0).map_or(literal.0.len(), |text| text.chars().count());
            (length, Some(length))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Repetition(repetition) => {
            let (least, most) = lengths(&repetition.sub);
            let times = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
            let maximum = match (repetition.max, most) {
                (Some(0), _) | (_, Some(0)) => Some(0),
                (Some(count), Some(most)) => Some(most.saturating_mul(times(count))),
                _ => None,
            };
            (least.saturating_mul(times(repetition.min)), maximum)
        }
        HirKind::Capture(capture) => lengths(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(lengths).fold((0, Some(0)), |(least, most), (low, high)| {
            (least.saturating_add(low), most.zip(high).map(|(most, high)| most.saturating_add(high)))
        }),
        HirKind::Alternation(parts) => {
            let each: Vec<_> = parts.iter().map(lengths).collect();
            let least = each.iter().map(|(low, _)| *low).min().unwrap_or(0);
            let most = each.iter().try_fold(0, |most, (_, high)| high.map(|high: usize| high.max(most)));
            (least, most)
        }
    }
}

/// Builds an automaton from its end to its start.
struct Builder {
    states: Vec<State>,
    full: bool,
}

impl Builder {
    fn push(&mut self, state: State) -> usize {
        self.full |= self.states.len() >= MAXIMUM_STATES;
        if !self.full {
            self.states.push(state);
        }
        self.states.len() - 1
    }

    /// Adds an expression that goes on at `next`; gives where it starts.
    fn add(&mut self, hir: &Hir, next: usize) -> usize {
        if self.full {
            return next;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => next,
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                text.chars().rev().fold(next, |next, character| self.push(State::Take(vec![(character, character)], next)))
            }
            HirKind::Class(class) => {
                let ranges = match class {
                    Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
                    Class::Bytes(class) => class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect(),
                };
                self.push(State::Take(ranges, next))
            }
            HirKind::Repetition(repetition) => {
                let mut start = match repetition.max {
                    None => {
                        let split = self.push(State::Split(vec![next]));
                        let inner = self.add(&repetition.sub, split);
                        if let Some(State::Split(choices)) = self.states.get_mut(split) {
                            choices.insert(0, inner);
                        }
                        split
                    }
                    Some(most) => {
                        let mut start = next;
                        for _ in repetition.min..most {
                            let inner = self.add(&repetition.sub, start);
                            start = self.push(State::Split(vec![inner, next]));
                            if self.full {
                                break;
                            }
                        }
                        start
                    }
                };
                for _ in 0..repetition.min {
                    start = self.add(&repetition.sub, start);
                    if self.full {
                        break;
                    }
                }
                start
            }
            HirKind::Capture(capture) => self.add(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().rev().fold(next, |next, part| self.add(part, next)),
            HirKind::Alternation(parts) => {
                let starts = parts.iter().map(|part| self.add(part, next)).collect();
                self.push(State::Split(starts))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by them")]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_texts() {
        let of = |pattern: &str| read(pattern).map(|language| (language.minimum, language.maximum)).unwrap();
        assert_eq!(of("[a-z][a-z0-9-]{1,19}"), (2, Some(20)));
        assert_eq!(of("(dev|prod)(-[0-9]+)?"), (3, None));
        assert_eq!(of(r"\d{12}"), (12, Some(12)));
        assert_eq!(of("ä?"), (0, Some(1)));
        assert_eq!(of("(a{0}|b){3}"), (0, Some(3)));
        let limited = read("[a-z]+").unwrap().limited(2, 5);
        assert_eq!((limited.minimum, limited.maximum), (2, Some(5)));
        assert!(limited.states.len() <= 4 * 6);
    }

    #[test]
    fn what_java_reads_differently_is_refused() {
        for pattern in [
            "(?i)abc",
            "(?x: a )",
            "(?P<name>a)",
            "^a",
            "a$",
            r"\bword",
            r"\Aa\z",
            r"\pL+",
            "[[:alpha:]]",
            "[a[bc]]",
            "[a-z&&[^b]]",
            "[a-z--b]",
            "a++",
            "a*+",
            "a{2}{3}",
            r"\v",
            r"\u{41}",
            "a{,3}",
        ] {
            assert!(read(pattern).is_err(), "{pattern}");
        }
        for pattern in ["(?=a)b", r"(a)\1", "[a", "(a", "*a", r"\y", r"\Qa\E"] {
            assert!(read(pattern).is_err(), "{pattern}");
        }
        for pattern in ["[a-z]+?", r"[\w.-]{1,3}", r"\D", "(?:a|b)*", r"[^\s@]+", r"\x41", r"a\-b", ".+", "", "[a&b]"] {
            assert!(read(pattern).is_ok(), "{pattern}: {:?}", read(pattern));
        }
    }

    #[test]
    fn every_pattern_of_the_tables_can_be_read() {
        for name in crate::aws::kinds::names() {
            if let Some(pattern) = crate::aws::kinds::find(name).and_then(|kind| kind.pattern.as_ref()) {
                assert_eq!(read(pattern).err(), None, "{name}");
            }
        }
        for row in crate::aws::names::all() {
            if let Some(pattern) = &row.pattern {
                assert_eq!(read(pattern).err(), None, "{}", row.resource_type);
            }
        }
    }
}
