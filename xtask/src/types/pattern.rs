//! Rewrites the patterns of the schemas for `regex-lite`.
//!
//! The schemas are written for Java's and ECMA's engines; CloudFormation's is Java's. `regex-lite` has no lookaround, no Unicode classes and
//! no nested classes. A pattern is made to take more than the original wherever it cannot be said exactly, never less: what the compiler
//! refuses, CloudFormation must refuse too.

use std::fmt::Write as _;

/// What a rewritten pattern lost: where anything was, it takes more than the original.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Lookaheads and lookbehinds that were left out.
    pub lookaround: usize,
    /// Unicode classes that take all characters beyond ASCII now.
    pub unicode: usize,
    /// Anything else that takes more now.
    pub other: usize,
}

/// The characters beyond ASCII.
const BEYOND_ASCII: (u32, u32) = (0x80, 0x0010_ffff);
/// The characters that UTF-16 writes as two.
const ASTRAL: (u32, u32) = (0x1_0000, 0x0010_ffff);
/// The most copies of something that a pattern may ask for before its upper bound is left out: each copy costs memory when it is compiled.
const MAXIMUM_COPIES: u32 = 260;

/// A pattern for `regex-lite`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The pattern.
    pub text: String,
    /// What was lost.
    pub lost: Lost,
    /// Whether it takes any text.
    pub takes_anything: bool,
    /// The least and the greatest length of a text, if the pattern does not say it itself.
    pub lengths: Option<(u32, u32)>,
}

/// The pattern for `regex-lite`.
///
/// # Errors
/// Why it cannot be made.
pub fn rewrite(original: &str) -> Result<Rewritten, String> {
    let mut parser = Parser { input: original.chars().collect(), at: 0, output: String::new(), lost: Lost::default(), lengths: None };
    parser.sequence()?;
    let Parser { output, lost, lengths, .. } = parser;
    match regex_lite::Regex::new(&output) {
        Ok(_) => Ok(Rewritten { lost, lengths, takes_anything: takes_anything(&output), text: output }),
        Err(error) => Err(error.to_string()),
    }
}

fn takes_anything(pattern: &str) -> bool {
    let core = pattern.trim_start_matches("(?s)");
    let flagged = core.len() < pattern.len();
    matches!(core, "" | "^" | "^(?s)" | ".*" | "^.*" | "[\\s\\S]*" | "^[\\s\\S]*$" | "^(?s).*$" | "[\\S\\s]*" | "^[\\S\\s]*$")
        || flagged && core == "^.*$"
}

struct Parser {
    input: Vec<char>,
    at: usize,
    output: String,
    lost: Lost,
    lengths: Option<(u32, u32)>,
}

impl Parser {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.input.get(self.at + ahead).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(at, character)| self.peek(at) == Some(character))
    }

    fn sequence(&mut self) -> Result<(), String> {
        // Whether something stands before that a quantifier can repeat, and whether that has one already.
        let (mut atom, mut quantified) = (false, false);
        // Where the last thing begins in the output, and how many characters it takes if that is one.
        let (mut start, mut single) = (0, false);
        while let Some(character) = self.peek(0) {
            if !matches!(character, '*' | '+' | '?' | '{') {
                start = self.output.len();
                single = !matches!(character, '(' | ')' | '|' | '^' | '$');
            }
            match character {
                '\\' => {
                    self.at += 1;
                    self.escape()?;
                    (atom, quantified) = (true, false);
                }
                '[' => {
                    self.class()?;
                    (atom, quantified) = (true, false);
                }
                '(' if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| self.starts_with(look)) => {
                    self.skip_group()?;
                    self.skip_quantifier();
                    self.lost.lookaround += 1;
                    (atom, quantified) = (false, false);
                }
                '(' => {
                    if self.starts_with("(?>") {
                        self.output.push_str("(?:");
                        self.at += 3;
                        self.lost.other += 1;
                    } else {
                        self.output.push('(');
                        self.at += 1;
                        if self.peek(0) == Some('?') {
                            self.output.push('?');
                            self.at += 1;
                        }
                    }
                    (atom, quantified) = (false, false);
                }
                '*' | '+' | '?' if quantified => {
                    // `a*+` gives nothing back in Java: without that it takes more.
                    if character == '+' {
                        self.lost.other += 1;
                    } else {
                        self.output.push(character);
                    }
                    self.at += 1;
                    quantified = false;
                }
                '*' | '+' | '?' => {
                    if !atom {
                        return Err("a quantifier stands behind nothing".to_string());
                    }
                    self.output.push(character);
                    self.at += 1;
                    quantified = true;
                }
                '{' => match self.count() {
                    Some((length, low, high)) if atom => {
                        self.at += length;
                        let whole = single && self.output[..start] == *"^" && self.input[self.at..] == ['$'];
                        self.repetition(low, high, whole)?;
                        quantified = true;
                    }
                    _ => {
                        self.output.push_str("\\{");
                        self.at += 1;
                        (atom, quantified) = (true, false);
                    }
                },
                '}' => {
                    self.output.push_str("\\}");
                    self.at += 1;
                    (atom, quantified) = (true, false);
                }
                _ => {
                    self.output.push(character);
                    self.at += 1;
                    (atom, quantified) = (!matches!(character, '|' | '^'), false);
                }
            }
        }
        Ok(())
    }

    /// The length of `{2}`, `{2,}`, `{2,5}` here, and its bounds.
    fn count(&self) -> Option<(usize, u32, Option<u32>)> {
        let end = (1..).take_while(|ahead| self.peek(*ahead).is_some()).find(|ahead| self.peek(*ahead) == Some('}'))?;
        let inner: String = (1..end).filter_map(|ahead| self.peek(ahead)).collect();
        let (low, high) = match inner.split_once(',') {
            None => (inner.parse().ok()?, Some(inner.parse().ok()?)),
            Some((low, "")) => (low.parse().ok()?, None),
            Some((low, high)) => (low.parse().ok()?, Some(high.parse().ok()?)),
        };
        Some((end + 1, low, high))
    }

    /// Writes a repetition; `whole` if the pattern says nothing but that a text has so many of the characters.
    fn repetition(&mut self, low: u32, high: Option<u32>, whole: bool) -> Result<(), String> {
        if high.is_some_and(|high| high < low) {
            return Err("a repetition asks for more than it allows".to_string());
        }
        let many = low > MAXIMUM_COPIES || high.is_some_and(|high| high > MAXIMUM_COPIES);
        match (low, high) {
            (low, Some(high)) if many && whole => {
                self.lengths = Some((low, high));
                self.open(low.min(1));
            }
            (low, _) if many => {
                self.open(if low > MAXIMUM_COPIES { 1 } else { low });
                self.lost.other += 1;
            }
            (low, None) => self.open(low),
            (low, Some(high)) if low == high => self.write(format_args!("{{{low}}}")),
            (low, Some(high)) => self.write(format_args!("{{{low},{high}}}")),
        }
        Ok(())
    }

    fn open(&mut self, low: u32) {
        match low {
            0 => self.output.push('*'),
            1 => self.output.push('+'),
            low => self.write(format_args!("{{{low},}}")),
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.output.write_fmt(text);
    }

    /// Goes behind the group that starts here.
    fn skip_group(&mut self) -> Result<(), String> {
        let mut depth = 0;
        while let Some(character) = self.peek(0) {
            match character {
                '\\' => self.at += 1,
                '[' => {
                    let written = self.output.len();
                    let lost = self.lost;
                    self.class()?;
                    self.output.truncate(written);
                    self.lost = lost;
                    continue;
                }
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Err("a group is not closed".to_string())
    }

    fn skip_quantifier(&mut self) {
        match self.peek(0) {
            Some('*' | '+' | '?') => self.at += 1,
            Some('{') => match self.count() {
                Some((length, ..)) => self.at += length,
                None => return,
            },
            _ => return,
        }
        if matches!(self.peek(0), Some('?' | '+')) {
            self.at += 1;
        }
    }

    /// An escape outside of a class, behind its backslash.
    fn escape(&mut self) -> Result<(), String> {
        let Some(character) = self.peek(0) else { return Err("a backslash stands at the end".to_string()) };
        match character {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 't' | 'r' | 'f' | 'v' | 'b' | 'B' | 'A' | 'z' => {
                self.at += 1;
                self.write(format_args!("\\{character}"));
            }
            'Z' => {
                self.at += 1;
                self.output.push_str("\\n?\\z");
            }
            'p' | 'P' => {
                let set = self.property(false)?;
                self.write(format_args!("[{}]", text_of(&set)));
            }
            '1'..='9' | 'k' => {
                self.at += 1;
                if character == 'k' {
                    while self.peek(0).is_some_and(|next| next != '>') {
                        self.at += 1;
                    }
                    self.at += 1;
                }
                // How many digits are the number depends on how many groups there are; what takes anything takes the other digits too.
                while self.peek(0).is_some_and(|digit| digit.is_ascii_digit()) {
                    self.at += 1;
                }
                self.output.push_str("(?:[\\s\\S]*)");
                self.lost.other += 1;
            }
            'Q' | 'R' | 'h' | 'H' | 'X' | 'G' => return Err(format!("\\{character} is not known here")),
            _ => {
                let code = self.code()?;
                if is_surrogate(code) {
                    self.write(format_args!("[{}]", text_of(&[ASTRAL])));
                    self.lost.unicode += 1;
                } else {
                    let text = outside(code);
                    self.output.push_str(&text);
                }
            }
        }
        Ok(())
    }

    /// The character of an escape that stands for one, behind its backslash; two escapes of UTF-16 are one character.
    fn code(&mut self) -> Result<u32, String> {
        let Some(character) = self.peek(0) else { return Err("a backslash stands at the end".to_string()) };
        self.at += 1;
        Ok(match character {
            'n' => 0x0a,
            't' => 0x09,
            'r' => 0x0d,
            'f' => 0x0c,
            'v' => 0x0b,
            'a' => 0x07,
            'e' => 0x1b,
            '0' => 0x00,
            'x' => match self.braced() {
                Some(code) => code,
                None => self.hexadecimal(2).unwrap_or(u32::from('x')),
            },
            'u' => match self.braced() {
                Some(code) => code,
                None => match self.hexadecimal(4) {
                    Some(high) if (0xd800..0xdc00).contains(&high) && self.starts_with("\\u") => {
                        let before = self.at;
                        self.at += 2;
                        match self.hexadecimal(4) {
                            Some(low) if (0xdc00..0xe000).contains(&low) => 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00),
                            _ => {
                                self.at = before;
                                high
                            }
                        }
                    }
                    Some(code) => code,
                    None => u32::from('u'),
                },
            },
            letter if letter.is_ascii_alphabetic() => return Err(format!("\\{letter} is not known here")),
            other => u32::from(other),
        })
    }

    fn braced(&mut self) -> Option<u32> {
        if self.peek(0) != Some('{') {
            return None;
        }
        let digits: String = (1..9).map_while(|ahead| self.peek(ahead)).take_while(|digit| *digit != '}').collect();
        let code = u32::from_str_radix(&digits, 16).ok()?;
        self.at += digits.len() + 2;
        Some(code)
    }

    fn hexadecimal(&mut self, length: usize) -> Option<u32> {
        let digits: String = (0..length).filter_map(|ahead| self.peek(ahead)).collect();
        if digits.len() != length || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        self.at += length;
        u32::from_str_radix(&digits, 16).ok()
    }

    /// `p{L}` or `P{L}` behind the backslash: what it takes at least, or at most if it stands in a class that is negated.
    fn property(&mut self, negated_class: bool) -> Result<Vec<(u32, u32)>, String> {
        let outside = self.peek(0) == Some('P');
        self.at += 1;
        let name: String = if self.peek(0) == Some('{') {
            let name: String = (1..).map_while(|ahead| self.peek(ahead)).take_while(|next| *next != '}').collect();
            self.at += name.len() + 2;
            name
        } else {
            let letter = self.peek(0).ok_or("a property has no name")?;
            self.at += 1;
            letter.to_string()
        };
        let (ascii, only_ascii) = property(&name).ok_or_else(|| format!("the property {name} is not known here"))?;
        let mut set: Vec<(u32, u32)> = if outside { complement(ascii) } else { ascii.to_vec() };
        // Beyond ASCII the classes are not told apart: take all, or forbid none.
        let beyond = if only_ascii { outside } else { !negated_class };
        if !only_ascii {
            self.lost.unicode += 1;
        }
        if beyond {
            set.push(BEYOND_ASCII);
        }
        Ok(set)
    }

    /// A class, from its bracket on.
    fn class(&mut self) -> Result<(), String> {
        let start = self.at;
        self.at += 1;
        let negated = self.peek(0) == Some('^');
        if negated {
            self.at += 1;
        }
        let mut class = Class::default();
        let mut first = true;
        loop {
            let Some(character) = self.peek(0) else { return Err("a class is not closed".to_string()) };
            match character {
                ']' if !first => {
                    self.at += 1;
                    break;
                }
                '&' if self.peek(1) == Some('&') => {
                    // What stands behind takes something away.
                    if negated {
                        return Err("a class is negated that takes away".to_string());
                    }
                    self.skip_rest_of_class()?;
                    self.lost.other += 1;
                    class.changed = true;
                    break;
                }
                '[' if self.another_class_ends() => return Err("a class stands in a class".to_string()),
                _ => self.item(negated, &mut class)?,
            }
            first = false;
        }
        if class.surrogates {
            // A half of a character stands for the whole ones. In a negated class they are left out: then it takes them.
            self.lost.unicode += 1;
            if !negated {
                class.text.push_str(&text_of(&[ASTRAL]));
            }
        }
        if !class.changed {
            let original: String = self.input[start..self.at].iter().collect();
            self.output.push_str(&original);
        } else if class.text.is_empty() {
            self.output.push_str(if negated { "[\\s\\S]" } else { "[^\\s\\S]" });
        } else {
            self.write(format_args!("[{}{}]", if negated { "^" } else { "" }, class.text));
        }
        Ok(())
    }

    /// Whether a bracket in a class can open another one, as in Java: then two must close. Else it is a character.
    fn another_class_ends(&self) -> bool {
        let mut ends = 0;
        let mut at = self.at + 1;
        while let Some(character) = self.input.get(at) {
            match character {
                '\\' => at += 1,
                ']' => ends += 1,
                '[' if ends > 0 => break,
                _ => {}
            }
            at += 1;
        }
        ends > 1
    }

    fn skip_rest_of_class(&mut self) -> Result<(), String> {
        let mut depth = 1;
        while let Some(character) = self.peek(0) {
            match character {
                '\\' => self.at += 1,
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err("a class is not closed".to_string())
    }

    /// One character, range or named class of a class.
    fn item(&mut self, negated: bool, class: &mut Class) -> Result<(), String> {
        let Some(low) = self.single(negated, class)? else {
            // `[\w-.]`: the dash is one.
            if self.peek(0) == Some('-') && self.peek(1) != Some(']') {
                self.at += 1;
                class.changed = true;
                class.push(0x2d, 0x2d);
            }
            return Ok(());
        };
        if self.peek(0) == Some('-') && !matches!(self.peek(1), Some(']') | None) {
            let (before, written) = (self.at, class.text.len());
            self.at += 1;
            if self.peek(0) == Some('[') {
                return Err("a class stands in a class".to_string());
            }
            match self.single(negated, class)? {
                Some(high) if high < low && !(is_surrogate(high) || is_surrogate(low)) => return Err("a range is reversed".to_string()),
                Some(high) => class.push(low, high),
                None => {
                    // `[.-\w]`: the dash is one.
                    class.text.truncate(written);
                    self.at = before + 1;
                    class.changed = true;
                    class.push(low, low);
                    class.push(0x2d, 0x2d);
                }
            }
            return Ok(());
        }
        class.push(low, low);
        Ok(())
    }

    /// One character of a class, or none if it was a named class, which is then in the class.
    fn single(&mut self, negated: bool, class: &mut Class) -> Result<Option<u32>, String> {
        let Some(character) = self.peek(0) else { return Err("a class is not closed".to_string()) };
        self.at += 1;
        if character != '\\' {
            // What `regex-lite` reads as the difference of two classes.
            let next = self.peek(0);
            class.changed |= character == '[' || matches!(character, '-' | '~') && next == Some(character);
            return Ok(Some(u32::from(character)));
        }
        let escaped = self.peek(0);
        match escaped {
            Some(letter @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
                self.at += 1;
                let _ = write!(class.text, "\\{letter}");
                Ok(None)
            }
            Some('p' | 'P') => {
                let set = self.property(negated)?;
                class.changed = true;
                class.text.push_str(&text_of(&set));
                Ok(None)
            }
            Some('b') => {
                self.at += 1;
                class.changed = true;
                Ok(Some(0x08))
            }
            _ => {
                let code = self.code()?;
                let plain = matches!(escaped, Some('n' | 't' | 'r' | 'f' | 'v'))
                    || escaped.is_some_and(|escaped| escaped.is_ascii_punctuation() && !matches!(escaped, '<' | '>'))
                    || matches!(escaped, Some('x' | 'u')) && !is_surrogate(code) && code < 0x1_0000;
                class.changed |= !plain;
                Ok(Some(code))
            }
        }
    }
}

/// What a class was found to take, written for `regex-lite`.
#[derive(Default)]
struct Class {
    text: String,
    /// Whether the original must not stand as it is.
    changed: bool,
    surrogates: bool,
}

impl Class {
    fn push(&mut self, low: u32, high: u32) {
        if is_surrogate(low) || is_surrogate(high) || (low < 0xd800 && high > 0xdfff) {
            self.surrogates |= is_surrogate(low) || is_surrogate(high);
            self.changed |= is_surrogate(low) || is_surrogate(high);
            if low < 0xd800 {
                self.text.push_str(&text_of(&[(low, 0xd7ff)]));
            }
            if high > 0xdfff {
                self.text.push_str(&text_of(&[(0xe000, high)]));
            }
        } else {
            self.text.push_str(&text_of(&[(low, high)]));
        }
    }
}

fn is_surrogate(code: u32) -> bool {
    (0xd800..0xe000).contains(&code)
}

/// Ranges in a class.
fn text_of(ranges: &[(u32, u32)]) -> String {
    let mut text = String::new();
    for (low, high) in ranges {
        text.push_str(&inside(*low));
        if low < high {
            text.push('-');
            text.push_str(&inside(*high));
        }
    }
    text
}

fn inside(code: u32) -> String {
    match char::from_u32(code) {
        Some(character @ ('\\' | '[' | ']' | '^' | '-' | '&' | '~')) => format!("\\{character}"),
        Some(character) if character.is_ascii_graphic() || character == ' ' => character.to_string(),
        _ => format!("\\x{{{code:x}}}"),
    }
}

fn outside(code: u32) -> String {
    match char::from_u32(code) {
        Some(character)
            if character.is_ascii_punctuation()
                && !matches!(character, '<' | '>' | '_' | '/' | ':' | ',' | '\'' | '"' | '@' | '=' | '!' | ';' | '%') =>
        {
            format!("\\{character}")
        }
        Some(character) if character.is_ascii_graphic() || character == ' ' => character.to_string(),
        _ => format!("\\x{{{code:x}}}"),
    }
}

/// ASCII without these ranges, which are sorted.
fn complement(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut rest = Vec::new();
    let mut next = 0;
    for (low, high) in ranges {
        if *low > next {
            rest.push((next, low - 1));
        }
        next = high + 1;
    }
    if next < 0x80 {
        rest.push((next, 0x7f));
    }
    rest
}

/// What a Unicode property or one of Java's classes takes of ASCII (sorted), and whether it takes nothing else.
fn property(name: &str) -> Option<(&'static [(u32, u32)], bool)> {
    Some(match name {
        "ASCII" => (&[(0, 0x7f)], true),
        "Alpha" => (&[(0x41, 0x5a), (0x61, 0x7a)], true),
        "Alnum" => (&[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)], true),
        "Digit" => (&[(0x30, 0x39)], true),
        "Lower" => (&[(0x61, 0x7a)], true),
        "Upper" => (&[(0x41, 0x5a)], true),
        "Punct" => (&[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)], true),
        "Graph" => (&[(0x21, 0x7e)], true),
        "Print" => (&[(0x20, 0x7e)], true),
        "Blank" => (&[(0x09, 0x09), (0x20, 0x20)], true),
        "Space" => (&[(0x09, 0x0d), (0x20, 0x20)], true),
        "Cntrl" => (&[(0, 0x1f), (0x7f, 0x7f)], true),
        "XDigit" => (&[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)], true),
        "L" | "IsAlphabetic" | "IsLetter" => (&[(0x41, 0x5a), (0x61, 0x7a)], false),
        "Lu" | "IsUppercase" => (&[(0x41, 0x5a)], false),
        "Ll" | "IsLowercase" => (&[(0x61, 0x7a)], false),
        "N" | "Nd" | "IsDigit" => (&[(0x30, 0x39)], false),
        "Z" | "Zs" => (&[(0x20, 0x20)], false),
        "M" | "Mn" | "Mc" | "Lo" | "Lm" | "Lt" | "Nl" | "No" | "Zl" | "Zp" | "Cf" | "Co" | "Cn" | "Cs" | "So" => (&[], false),
        "C" | "Cc" => (&[(0, 0x1f), (0x7f, 0x7f)], false),
        "P" => {
            (&[(0x21, 0x23), (0x25, 0x2a), (0x2c, 0x2f), (0x3a, 0x3b), (0x3f, 0x40), (0x5b, 0x5d), (0x5f, 0x5f), (0x7b, 0x7b), (0x7d, 0x7d)], false)
        }
        "S" => (&[(0x24, 0x24), (0x2b, 0x2b), (0x3c, 0x3e), (0x5e, 0x5e), (0x60, 0x60), (0x7c, 0x7c), (0x7e, 0x7e)], false),
        "Sm" => (&[(0x2b, 0x2b), (0x3c, 0x3e), (0x7c, 0x7c), (0x7e, 0x7e)], false),
        "Sc" => (&[(0x24, 0x24)], false),
        "Pc" => (&[(0x5f, 0x5f)], false),
        "Pd" => (&[(0x2d, 0x2d)], false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    /// The rewritten pattern; it must take and refuse these texts.
    fn check(original: &str, expected: &str, takes: &[&str], refuses: &[&str]) {
        let rewritten = rewrite(original).unwrap();
        assert_eq!(rewritten.text, expected, "{original}");
        let regex = regex_lite::Regex::new(&rewritten.text).unwrap();
        for text in takes {
            assert!(regex.is_match(text), "{expected} refuses {text:?}");
        }
        for text in refuses {
            assert!(!regex.is_match(text), "{expected} takes {text:?}");
        }
    }

    #[test]
    fn what_both_know_stays() {
        for pattern in ["^[a-zA-Z]{1}(?:-?[a-zA-Z0-9]){0,62}$", "^arn:[^:]+:iam::\\d{12}:role/.+$", "^[^\\u0000-\\u001F\\u007F]+$", "a+?b", "(?s).+x"]
        {
            assert_eq!(rewrite(pattern).unwrap().text, pattern);
            assert_eq!(rewrite(pattern).unwrap().lost, super::Lost::default());
        }
    }

    #[test]
    fn lookaround_is_left_out() {
        check("^(?!aws:)[a-z:]+$", "^[a-z:]+$", &["aws:x"], &["X"]);
        check("^[a-z]*(?<!\\.)$", "^[a-z]*$", &["a"], &["."]);
        check("^(?=[^)(]{1,5}$)a(?!b[)]){2}c$", "^ac$", &["ac"], &["abc"]);
        assert_eq!(rewrite("(?=a)(?!b)c").unwrap().lost.lookaround, 2);
    }

    #[test]
    fn unicode_classes_take_all_beyond_ascii() {
        check("^[\\p{L}\\p{N}_-]+$", "^[A-Za-z\\x{80}-\\x{10ffff}0-9\\x{80}-\\x{10ffff}_\\-]+$", &["aé9_-", "漢"], &["a b"]);
        // A negated class forbids only what surely is in it.
        check("^[^\\p{C}]+$", "^[^\\x{0}-\\x{1f}\\x{7f}]+$", &["é", "\u{200b}"], &["\n"]);
        check("^\\P{C}+$", "^[ -\\~\\x{80}-\\x{10ffff}]+$", &["a b é"], &["\t"]);
        check("^\\p{Graph}+$", "^[!-\\~]+$", &["a!"], &["é", " "]);
    }

    #[test]
    fn halves_of_characters_stand_for_whole_ones() {
        let tags = "^[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*$";
        check(tags, "^[ -\\x{d7ff}\\x{e000}-\\x{fffd}\\x{10000}-\\x{10ffff}\\x{9}]*$", &["a😀"], &["\u{1}"]);
        check("^[\\u0020-\\uD7FF\\uD800\\uDBFF-\\uDC00\\uDFFF]*$", "^[ -\\x{d7ff}\\x{10000}-\\x{10ffff}]*$", &["😀"], &["\u{1}"]);
    }

    #[test]
    fn odd_classes_are_written_plainly() {
        check("^[\\w-.]+$", "^[\\w\\-.]+$", &["a-.b"], &["a/b"]);
        check("^[a@[\\]]+$", "^[a@\\[\\]]+$", &["[a]"], &["b"]);
        check("^[\\p{Print}&&[^|:/]]+$", "^[ -\\~]+$", &["a b", "a:b"], &["é"]);
        check("^{a}$", "^\\{a\\}$", &["{a}"], &["a"]);
        assert!(rewrite("[a-z[0-9]]").is_err());
    }

    #[test]
    fn a_length_becomes_one() {
        for (original, text, lengths) in
            [("^[a-z]{1,2048}$", "^[a-z]+$", Some((1, 2048))), ("^\\w{0,512}$", "^\\w*$", Some((0, 512))), ("^.{1,255}$", "^.{1,255}$", None)]
        {
            let rewritten = rewrite(original).unwrap();
            assert_eq!((rewritten.text.as_str(), rewritten.lengths, rewritten.lost), (text, lengths, super::Lost::default()), "{original}");
        }
    }

    #[test]
    fn what_cannot_be_said_takes_more() {
        check("^(a)b\\12$", "^(a)b(?:[\\s\\S]*)$", &["aba2"], &["ac"]);
        check("^xa{1,5000}$", "^xa+$", &["xa"], &["x"]);
        assert_eq!(rewrite("^(ab){0,1024}$").unwrap().lost.other, 1);
        check("^a*+b$", "^a*b$", &["aab"], &["c"]);
        check("^a\\Z", "^a\\n?\\z", &["a", "a\n"], &["ab"]);
        assert!(rewrite("(?s).*").unwrap().takes_anything);
        assert!(!rewrite("^.+$").unwrap().takes_anything);
    }
}
