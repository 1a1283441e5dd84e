//! The words and signs of a JavaScript text; what stands in comments, strings, templates and regular expressions is none of them.
//!
//! A parser of the language would be larger than this whole compiler, and only few sentences of it are looked for.

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'s> {
    /// A name, keyword or number.
    Word(&'s str),
    /// A string, without its quotes; escapes stay as they are written.
    Text(&'s str),
    /// A character of punctuation.
    Sign(u8),
    /// A template or a regular expression.
    Literal,
}

/// A word or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind<'s>,
    /// How many brackets are open around it; an opening one stands outside of itself, and so does a closing one.
    pub depth: usize,
    /// Whether a line ends before it.
    pub begins_line: bool,
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
struct Open {
    closer: u8,
    /// Whether a `/` behind it begins a regular expression.
    regex_behind: bool,
    /// Whether it is the `${` of a template.
    template: bool,
}

/// Reads a text from its start to its end.
#[derive(Debug, Clone)]
pub struct Scanner<'s> {
    text: &'s str,
    at: usize,
    open: Vec<Open>,
    last: Option<Kind<'s>>,
    /// Whether the word before is a member (`a.return`), which is no keyword.
    member: bool,
    regex_next: bool,
    /// Whether something was met that cannot be: a string without end, brackets that do not fit.
    pub confused: bool,
}

/// Keywords behind which a value begins.
const BEFORE_VALUE: &[&str] =
    &["await", "case", "default", "delete", "do", "else", "extends", "in", "instanceof", "new", "of", "return", "throw", "typeof", "void", "yield"];
/// Keywords whose parentheses are followed by a statement.
const BEFORE_STATEMENT: &[&str] = &["for", "if", "while", "with"];

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

impl<'s> Scanner<'s> {
    /// A scanner at the start of a text.
    pub fn new(text: &'s str) -> Self {
        let mut scanner = Self { text, at: 0, open: Vec::new(), last: None, member: false, regex_next: true, confused: false };
        // A byte order mark, and the line that names an interpreter.
        scanner.at += if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        if scanner.rest().starts_with("#!") {
            scanner.skip_line();
        }
        scanner
    }

    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(self.rest().len());
    }

    /// Skips blanks and comments; whether a line ended.
    fn skip_blanks(&mut self) -> bool {
        let mut ended = self.at == 0;
        loop {
            match (self.byte(0), self.byte(1)) {
                (b'\n' | b'\r', _) => {
                    ended = true;
                    self.at += 1;
                }
                (b' ' | b'\t' | 0x0b | 0x0c, _) => self.at += 1,
                (b'/', b'/') => self.skip_line(),
                (b'/', b'*') => {
                    let comment = self.rest().get(2..).unwrap_or_default();
                    let length = comment.find("*/").unwrap_or_else(|| {
                        self.confused = true;
                        comment.len()
                    });
                    ended |= comment.get(..length).is_some_and(|comment| comment.contains('\n'));
                    self.at += 2 + (length + 2).min(comment.len());
                }
                (0xc2 | 0xe2 | 0xef, _) => match self.rest().chars().next() {
                    Some(blank @ ('\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}')) => {
                        ended |= matches!(blank, '\u{2028}' | '\u{2029}');
                        self.at += blank.len_utf8();
                    }
                    _ => return ended,
                },
                _ => return ended,
            }
        }
    }

    /// The end of a string or regular expression that begins here; none if its line ends first.
    fn closed_by(&self, quote: u8, classes: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (mut at, mut in_class) = (self.at + 1, false);
        while let Some(byte) = bytes.get(at) {
            match byte {
                // A line may go on behind a backslash in a string, not in a regular expression.
                b'\\' if classes && matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => return None,
                b'\\' if bytes.get(at + 1) == Some(&b'\r') && bytes.get(at + 2) == Some(&b'\n') => at += 2,
                b'\\' => at += 1,
                b'\n' | b'\r' => return None,
                b'[' if classes => in_class = true,
                b']' if classes => in_class = false,
                byte if *byte == quote && !in_class => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Reads the characters of a template up to its end or its next `${`.
    fn template(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'\\') => self.at += 2,
                Some(b'`') => {
                    self.at += 1;
                    return;
                }
                Some(b'$') if bytes.get(self.at + 1) == Some(&b'{') => {
                    self.at += 2;
                    self.open.push(Open { closer: b'}', regex_behind: false, template: true });
                    self.regex_next = true;
                    return;
                }
                Some(_) => self.at += 1,
                None => {
                    self.confused = true;
                    return;
                }
            }
        }
    }

    /// Whether a brace that opens here is that of a value rather than of a block.
    fn opens_value(&self) -> bool {
        match self.last {
            Some(Kind::Sign(sign)) => matches!(sign, b'=' | b'(' | b',' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'+' | b'-' | b'*' | b'<'),
            Some(Kind::Word("return" | "typeof" | "default" | "case" | "in" | "of")) => !self.member,
            _ => false,
        }
    }

    /// The next word or sign; none at the end.
    pub fn next(&mut self) -> Option<Token<'s>> {
        let begins_line = self.skip_blanks();
        let (start, depth) = (self.at, self.open.len());
        if start >= self.text.len() {
            self.confused |= depth > 0;
            return None;
        }
        let before = self.last;
        let mut regex_next = true;
        let mut outside = depth;
        let kind = match self.byte(0) {
            quote @ (b'"' | b'\'') => {
                let end = self.closed_by(quote, false);
                self.confused |= end.is_none();
                let end = end.unwrap_or(self.text.len());
                self.at = (end + 1).min(self.text.len());
                regex_next = false;
                Kind::Text(self.text.get(start + 1..end).unwrap_or_default())
            }
            b'`' => {
                self.at += 1;
                self.regex_next = false;
                self.template();
                self.last = Some(Kind::Literal);
                return Some(Token { kind: Kind::Literal, depth, begins_line });
            }
            b'/' if self.regex_next => match self.closed_by(b'/', true) {
                Some(end) => {
                    self.at = end + 1;
                    while in_word(self.byte(0)) {
                        self.at += 1;
                    }
                    regex_next = false;
                    Kind::Literal
                }
                None => {
                    self.at += 1;
                    Kind::Sign(b'/')
                }
            },
            byte if in_word(byte) => {
                while in_word(self.byte(0)) {
                    self.at += 1;
                }
                let word = self.text.get(start..self.at).unwrap_or_default();
                let member = before == Some(Kind::Sign(b'.'));
                regex_next = !member && BEFORE_VALUE.contains(&word);
                self.member = member;
                Kind::Word(word)
            }
            sign => {
                match sign {
                    b'(' => {
                        let statement = matches!(before, Some(Kind::Word(word)) if !self.member && BEFORE_STATEMENT.contains(&word));
                        self.open.push(Open { closer: b')', regex_behind: statement, template: false });
                    }
                    b'[' => self.open.push(Open { closer: b']', regex_behind: false, template: false }),
                    b'{' => self.open.push(Open { closer: b'}', regex_behind: !self.opens_value(), template: false }),
                    b')' | b']' | b'}' => match self.open.pop() {
                        Some(open) => {
                            self.confused |= open.closer != sign;
                            regex_next = open.regex_behind;
                            outside = self.open.len();
                            if open.template && sign == b'}' {
                                // The template goes on behind its value.
                                self.at += 1;
                                self.regex_next = false;
                                self.template();
                                self.last = Some(Kind::Literal);
                                return Some(Token { kind: Kind::Literal, depth: outside, begins_line });
                            }
                        }
                        None => self.confused = true,
                    },
                    // `a++ / b`: what stands before was a value.
                    b'+' | b'-' if before == Some(Kind::Sign(sign)) => regex_next = false,
                    _ => {}
                }
                self.at += 1;
                Kind::Sign(sign)
            }
        };
        (self.last, self.regex_next) = (Some(kind), regex_next);
        Some(Token { kind, depth: outside, begins_line })
    }
}
