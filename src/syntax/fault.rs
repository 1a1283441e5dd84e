//! What is said when the grammar refuses a text. The grammar tells where it could not go on and what it would have taken
//! there; the text around that place tells what was meant.

use super::build::Builder;
use super::{Rule, words};
use crate::diag::{Diagnostic, codes, suggest};
use crate::source::{FileId, Span};
use pest::error::{Error, ErrorVariant, InputLocation};

/// The place of a fault in the text of its slice.
pub(super) struct Place<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    base: usize,
    file: FileId,
    /// What the grammar would have taken.
    expected: Vec<Rule>,
    /// Where the statement begins.
    pub(super) start: usize,
}

/// The offset of a fault in its slice.
pub(super) fn place(error: &Error<Rule>, text: &str) -> usize {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let rest = text.get(at..).unwrap_or_default();
    at + rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count()
}

/// Reports the fault that stopped the grammar at this offset.
pub(super) fn report(error: &Error<Rule>, text: &str, at: usize, base: usize, builder: &mut Builder<'_>) {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        builder.diagnostics.push(
            Diagnostic::error(codes::TOO_DEEP, "this nests too deeply to be read")
                .label(Span::new(builder.file, base + at, base + at), "given up here")
                .help("name inner parts with `let`"),
        );
        return;
    };
    let mut expected = positives.clone();
    expected.sort_unstable();
    expected.dedup();
    let mut place = Place { text, at, base, file: builder.file, expected, start: 0 };
    place.start = place.statement_start();
    let finding = place
        .foreign_notation()
        .or_else(|| place.misplaced_line_start())
        .or_else(|| place.unknown_opener())
        .or_else(|| place.around_equals())
        .or_else(|| place.header())
        .or_else(|| place.missing_separator())
        .unwrap_or_else(|| place.generic());
    builder.diagnostics.push(finding);
}

impl<'t> Place<'t> {
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file, self.base + from, self.base + to)
    }

    /// The character that ends before an offset.
    pub(super) fn last_before(&self, end: usize) -> Span {
        let width = self.text.get(..end).and_then(|text| text.chars().next_back()).map_or(0, char::len_utf8);
        self.span(end - width, end)
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether the statement could have ended at the fault.
    fn may_end(&self) -> bool {
        self.expects(Rule::eos) || self.expects(Rule::EOI)
    }

    pub(super) fn expects_value(&self) -> bool {
        self.expects(Rule::operation) || self.expects(Rule::term) || self.expects(Rule::sum)
    }

    /// The word, number or sign at an offset; empty at the end of a line.
    pub(super) fn token_at(&self, at: usize) -> &'t str {
        let rest = self.text.get(at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return "" };
        let length = if first == '\n' {
            0
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'))).unwrap_or(rest.len())
        } else if first == '"' {
            rest.get(1..).and_then(|inner| inner.find(['"', '\n'])).map_or(rest.len(), |end| (end + 2).min(rest.len()))
        } else {
            first.len_utf8()
        };
        rest.get(..length).unwrap_or(rest).trim_end_matches([':', '.', '\n'])
    }

    pub(super) fn token(&self) -> &'t str {
        let token = self.token_at(self.at);
        if token.is_empty() {
            self.rest().get(..self.rest().chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8)).unwrap_or_default()
        } else {
            token
        }
    }

    pub(super) fn token_span(&self) -> Span {
        self.span(self.at, self.at + self.token().len())
    }

    /// The end of the text before the fault, blanks left out.
    pub(super) fn previous_end(&self) -> usize {
        self.text.get(..self.at).unwrap_or_default().trim_end().len()
    }

    pub(super) fn previous(&self) -> char {
        self.text.get(..self.previous_end()).and_then(|text| text.chars().next_back()).unwrap_or('\n')
    }

    fn line_start(&self) -> usize {
        self.text.get(..self.at).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1)
    }

    fn line_rest(&self) -> &'t str {
        self.rest().split('\n').next().unwrap_or_default()
    }

    /// Where the statement around the fault begins: behind the last `{`, `}` or separating comma of its line.
    fn statement_start(&self) -> usize {
        let begin = self.line_start();
        let mut start = begin;
        let mut parentheses = 0usize;
        let mut quoted = false;
        for (offset, byte) in self.text.get(begin..self.at).unwrap_or_default().bytes().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'(' | b'[' => parentheses += 1,
                b')' | b']' => parentheses = parentheses.saturating_sub(1),
                b'{' | b'}' | b',' if parentheses == 0 => start = begin + offset + 1,
                _ => {}
            }
        }
        let blanks = self.text.get(start..).unwrap_or_default().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        start + blanks
    }

    /// The text of the statement before the fault.
    pub(super) fn head(&self) -> &'t str {
        self.text.get(self.start..self.at).unwrap_or_default().trim_end()
    }

    /// Whether the innermost open brace is that of a map: it stands where a value is expected.
    fn in_map(&self) -> bool {
        let before = self.text.get(..self.start).unwrap_or_default();
        let mut depth = 0usize;
        for (at, byte) in before.bytes().enumerate().rev() {
            match byte {
                b'}' => depth += 1,
                b'{' if depth > 0 => depth -= 1,
                b'{' => return before.get(..at).unwrap_or_default().trim_end().ends_with(['=', ':', '(', '[', ',', '+', '?', '>']),
                _ => {}
            }
        }
        false
    }

    pub(super) fn in_parentheses(&self) -> bool {
        let mut depth = 0i32;
        for byte in self.text.get(self.start..self.at).unwrap_or_default().bytes() {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                _ => {}
            }
        }
        depth > 0
    }

    /// `{` and `else` stay on the line of what they belong to.
    fn misplaced_line_start(&self) -> Option<Diagnostic> {
        let statement = self.text.get(self.start..).unwrap_or_default();
        let token = if statement.starts_with('{') { "{" } else { self.token_at(self.start) };
        if token != "{" && token != "else" {
            return None;
        }
        let before = self.text.get(..self.start).unwrap_or_default().trim_end().len();
        let at_line_start = self.text.get(self.line_start()..self.start).is_some_and(|text| text.trim().is_empty());
        if !at_line_start || before == 0 {
            return None;
        }
        let (what, where_) = if token == "{" { ("`{`", "the header") } else { ("`else`", "the `}` before it") };
        Some(
            Diagnostic::error(codes::MISPLACED, format!("{what} stands on the line of {where_}"))
                .label(self.span(self.start, self.start + token.len()), "begins a line")
                .secondary(self.last_before(before), "belongs here")
                .note("a line ends a statement, so what goes on has to begin on the same line")
                .help("join the lines")
                .fix("join the lines", self.span(before, self.start), " "),
        )
    }

    /// A statement that begins with a word which opens nothing.
    fn unknown_opener(&self) -> Option<Diagnostic> {
        let first = self.token_at(self.start);
        let plain = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let behind = self.start + first.len();
        let second_at = behind + self.text.get(behind..)?.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let imports = self.text.get(..self.start).unwrap_or_default().trim_end().ends_with(".{");
        if !plain || imports || second_at != self.at || self.in_parentheses() || words::openers().any(|opener| opener == first) {
            return None;
        }
        let second = self.token();
        let span = self.span(self.start, behind);
        if words::LATER.contains(&first) && second.starts_with(|c: char| c.is_alphabetic() || c == '{') {
            return Some(
                Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("`{first}` is reserved for a later version of the language"))
                    .label(span, "has no meaning yet")
                    .help("remove the block"),
            );
        }
        let names = second.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '{');
        if names && let Some(finding) = self.foreign_opener(first, span) {
            return Some(finding);
        }
        let near = suggest::nearest(first, words::openers());
        if let Some(near) = near.filter(|_| names || second.starts_with('"')) {
            return Some(
                Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("no statement begins with `{first}`"))
                    .label(span, "unknown word")
                    .help(format!("did you mean `{near}`?"))
                    .fix(format!("write `{near}`"), span, near),
            );
        }
        if second.is_empty() || self.rest().starts_with(['}', ',']) {
            return Some(Diagnostic::error(codes::MISSING_VALUE, format!("`{first}` has no value")).label(span, "and then?").help(
                if self.in_map() { format!("write `{first}: ...`, or remove it") } else { format!("write `{first} = ...`, or remove the line") },
            ));
        }
        let header = names && self.line_rest().contains(['{', ':']);
        if header {
            return Some(
                Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("no statement begins with `{first}`"))
                    .label(span, "unknown word")
                    .help("declarations begin with `replica`, `service`, `route`, `resource`, `alarm`, `failover`, `let`, `param` ..."),
            );
        }
        let starts_value = names || second.starts_with(|c: char| c.is_ascii_digit()) || self.rest().starts_with(['"', '[', '(', '-']);
        starts_value.then(|| {
            Diagnostic::error(codes::UNEXPECTED, format!("a `=` is missing behind `{first}`"))
                .label(self.token_span(), "the value begins here")
                .secondary(span, "the name")
                .help(format!("write `{first} = {}`", self.line_rest().trim_end().trim_end_matches(['}', ',']).trim_end()))
                .fix("add `=`", self.span(self.at, self.at), "= ")
        })
    }

    /// Faults directly behind `=` or `:`.
    fn around_equals(&self) -> Option<Diagnostic> {
        let end = self.previous_end();
        let before = self.previous();
        if before == '"' && self.expects(Rule::colon) && self.in_map() {
            return Some(
                Diagnostic::error(codes::UNEXPECTED, "a `:` is missing behind the key")
                    .label(self.token_span(), "the value begins here")
                    .help("write `\"key\": value`")
                    .fix("add `:`", self.span(end, end), ":"),
            );
        }
        if !self.expects_value() {
            return None;
        }
        if matches!(before, '=' | ':') && self.rest().starts_with('=') {
            let length = self.rest().bytes().take_while(|byte| *byte == b'=').count();
            return Some(
                Diagnostic::error(codes::UNEXPECTED, "one `=` sets a value")
                    .label(self.span(self.at, self.at + length), "one too many")
                    .help("remove it; `==` compares, and stands in conditions only")
                    .fix("remove it", self.span(end, self.at + length), ""),
            );
        }
        let ends_here = self.token().is_empty() || self.rest().starts_with(['}', ',', ')', ']']);
        if !ends_here || end == 0 {
            return None;
        }
        let name = self.text.get(self.start..end - before.len_utf8()).unwrap_or_default().trim().split([' ', ':']).next().unwrap_or_default();
        let label = self.span(end - before.len_utf8(), end);
        Some(match before {
            '=' | ':' => Diagnostic::error(codes::MISSING_VALUE, format!("`{name}` has no value"))
                .label(label, "nothing follows")
                .help(format!("write a value behind the `{before}`, or remove the line")),
            ',' | '(' | '[' => Diagnostic::error(codes::MISSING_VALUE, "a value is missing")
                .label(label, "nothing follows")
                .help("write the value, or remove the comma"),
            _ => Diagnostic::error(codes::MISSING_VALUE, format!("the expression ends too early, behind `{before}`"))
                .label(label, "a value has to follow")
                .help("write the right side of it; a line that goes on is put in parentheses"),
        })
    }

    /// Headers of declarations: a missing `:`, a missing or misspelt clause word, a missing name.
    fn header(&self) -> Option<Diagnostic> {
        let opener = self.token_at(self.start);
        let kind = words::kind(opener)?;
        let found = self.token();
        let head = self.text.get(self.start..self.at).unwrap_or_default();
        let nameless = head.trim() == kind.word();
        if nameless && (self.expects(Rule::declared) || found.is_empty() || found.starts_with('"')) {
            let finding = Diagnostic::error(codes::BAD_HEADER, format!("the {} has no name", kind.word()));
            let finding = match found.chars().next() {
                None => finding.label(self.span(self.start, self.start + opener.len()), "which name?"),
                Some('"') => finding.label(self.token_span(), "a text, not a name"),
                Some(_) => finding.label(self.token_span(), "a name is expected here"),
            };
            return Some(finding.help(match words::form(opener) {
                Some(form) => format!("`{opener}` is written {form}"),
                None => format!("write `{opener} NAME ...`; a name has letters, digits and `_`"),
            }));
        }
        if self.rest().starts_with('=') {
            return None;
        }
        let clause = head.trim_end().rsplit([' ', '\t']).next().unwrap_or_default();
        if self.expects_value() && words::CLAUSES.contains(&clause) {
            let end = self.previous_end();
            let wanted = if clause == "every" { "a duration, for example `1h`" } else { "a Region, or a list of Regions" };
            return Some(
                Diagnostic::error(codes::BAD_HEADER, format!("behind `{clause}` stands {wanted}"))
                    .label(self.span(end - clause.len(), end), "and then?")
                    .help(format!("write `{clause} {}`", if clause == "every" { "1h" } else { "primary" })),
            );
        }
        if !self.expects(Rule::clause) {
            return None;
        }
        let word = !found.is_empty() && found.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let followed = self.text.get(self.at + found.len()..).unwrap_or_default().trim_start_matches([' ', '\t']);
        if word
            && followed.starts_with(|c: char| c.is_alphanumeric() || c == '[')
            && let Some(near) = suggest::nearest(found, words::CLAUSES.iter().copied())
        {
            return Some(
                Diagnostic::error(codes::UNKNOWN_KEYWORD, format!("a header has no `{found}`"))
                    .label(self.token_span(), "unknown word")
                    .help(format!("did you mean `{near}`?"))
                    .fix(format!("write `{near}`"), self.token_span(), near),
            );
        }
        if self.expects(Rule::colon)
            && found.starts_with(|c: char| c.is_alphabetic())
            && (found.contains(['.', ':']) || found.starts_with(char::is_uppercase))
        {
            let end = self.previous_end();
            return Some(
                Diagnostic::error(codes::BAD_HEADER, "a `:` is missing between the name and the type")
                    .label(self.token_span(), "the type")
                    .help(format!("write `{}: {found}`", head.trim()))
                    .fix("add `:`", self.span(end, end), ":"),
            );
        }
        if word && found.starts_with(|c: char| c.is_alphabetic()) {
            return Some(
                Diagnostic::error(codes::BAD_HEADER, format!("`{found}` does not fit into this header"))
                    .label(self.token_span(), "a word such as `in` is missing before it, or a `{` or a new line")
                    .help("a header is `KIND NAME: TYPE in REGIONS { ... }`"),
            );
        }
        None
    }

    /// Two statements on a line, or two elements, without a separator.
    fn missing_separator(&self) -> Option<Diagnostic> {
        let found = self.token();
        let first = self.rest().chars().next()?;
        let begins_value = first.is_alphanumeric() || matches!(first, '"' | '[' | '(' | '{');
        if !begins_value || found.is_empty() && first != '{' {
            return None;
        }
        let span = self.span(self.at, self.at + found.len().max(1));
        let end = self.previous_end();
        if self.expects(Rule::comma) && (self.expects(Rule::close_square) || self.expects(Rule::close_paren)) {
            return Some(
                Diagnostic::error(codes::MISSING_SEPARATOR, format!("a `,` is missing before `{found}`"))
                    .label(span, "the next value begins here")
                    .help(format!("write `,` before `{found}`"))
                    .fix("add `,`", self.span(end, end), ","),
            );
        }
        if self.may_end() && !self.in_parentheses() && words::begins_statement(self.rest().as_bytes()) {
            return Some(
                Diagnostic::error(
                    codes::MISSING_SEPARATOR,
                    format!("a statement ends with its line: a `,` or a new line is missing before `{found}`"),
                )
                .label(span, "the next statement begins here")
                .help("put it on a line of its own")
                .fix("add `,`", self.span(end, end), ","),
            );
        }
        let in_map = self.expects(Rule::close) && self.expects(Rule::comma) && !self.may_end();
        in_map.then(|| {
            Diagnostic::error(codes::MISSING_SEPARATOR, format!("a `,` or a new line is missing before `{found}`"))
                .label(span, "the next entry begins here")
                .help(format!("write `,` before `{found}`, or put it on a line of its own"))
                .fix("add `,`", self.span(end, end), ",")
        })
    }

    fn token_word<'v>(&self, value: &'v str) -> &'v str {
        value.split([' ', '\t']).next().unwrap_or_default()
    }

    fn generic(&self) -> Diagnostic {
        let found = self.token();
        let end = self.previous_end();
        let (found, span) = if found.is_empty() {
            let end_of_text = self.rest().trim().is_empty();
            let what = if end_of_text { "the end of the statement" } else { "the end of the line" };
            (what.to_string(), self.last_before(end))
        } else {
            let shown: String = found.chars().flat_map(|c| if c.is_control() { c.escape_unicode().collect() } else { vec![c] }).collect();
            (format!("`{shown}`"), self.token_span())
        };
        let wanted = self.wanted();
        let message = if wanted.is_empty() { format!("{found} does not fit here") } else { format!("expected {wanted}, found {found}") };
        let finding = Diagnostic::error(codes::UNEXPECTED, message).label(span, "not possible here");
        let opener = self.token_at(self.start);
        // What is wrong in a value is not mended by the form of its header.
        let value = self.head().split_once('=').map(|(_, value)| value.trim_start());
        let step = value.map(|value| self.token_word(value)).unwrap_or_default();
        match words::form(opener) {
            _ if self.previous() == '.' => finding.help("write a name behind the dot, or remove the dot"),
            _ if value.is_some() && self.expects(Rule::k_else) => finding.help("a choice has two sides: `if CONDITION then A else B`"),
            _ if step == "wait" => finding.help("`wait` is written `wait 60s \"reason\"`"),
            _ if step == "ask" => finding.help("`ask` is written `ask TOPIC \"question\"`"),
            _ if step == "run" => finding.help("`run` is written `run FUNCTION is read_only`"),
            Some(form) if value.is_none() => finding.help(format!("`{opener}` is written {form}")),
            None if self.token() == "=" => finding.help("`==` compares two values; `=` gives a name its value").fix("write `==`", span, "=="),
            None if self.may_end() => finding.help("a statement ends with its line; inside `( )` and `[ ]` lines may be broken freely"),
            _ => finding.help("look at what stands before it: a value, a bracket or a separator may be missing there"),
        }
    }

    /// What the grammar would have taken, in the words of the language.
    fn wanted(&self) -> String {
        let mut phrases: Vec<&'static str> = Vec::new();
        if self.expects_value() {
            phrases.push("a value");
        }
        for rule in &self.expected {
            let phrase = phrase(*rule);
            if !phrase.is_empty() && !phrases.contains(&phrase) {
                phrases.push(phrase);
            }
        }
        // Where a statement may end, the ways to go on are too many to list.
        if self.may_end() && !self.expects(Rule::open) && !self.expects_value() {
            return "the end of the statement".into();
        }
        if phrases.len() > 1 {
            phrases.retain(|phrase| *phrase != "`(`");
        }
        if phrases.len() > 5 {
            return phrases.first().filter(|first| **first == "a value").map_or_else(String::new, |first| (*first).to_string());
        }
        match phrases.split_last() {
            None => String::new(),
            Some((last, [])) => (*last).to_string(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
        }
    }
}

/// A rule in the words of the language; empty for what is said otherwise or not at all.
fn phrase(rule: Rule) -> &'static str {
    match rule {
        Rule::declared => "a name",
        Rule::word | Rule::key => "a word",
        Rule::entry_key => "a key",
        Rule::ty | Rule::type_path | Rule::resource_type => "a type",
        Rule::block | Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::open_paren => "`(`",
        Rule::close_paren => "`)`",
        Rule::close_square => "`]`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::dot => "`.`",
        Rule::dot_open => "`.{`",
        Rule::version => "a version such as `@1`",
        Rule::slug => "a code such as `DR0405`",
        Rule::integer => "a whole number",
        Rule::comparison => "a comparison",
        Rule::k_as => "`as`",
        Rule::k_else => "`else`",
        Rule::k_every => "`every`",
        Rule::k_for => "`for`",
        Rule::k_from => "`from`",
        Rule::k_in => "`in`",
        Rule::k_of => "`of`",
        Rule::k_over => "`over`",
        Rule::k_then => "`then`",
        Rule::k_when => "`when`",
        Rule::k_fix => "`fix`",
        Rule::k_within => "`within`",
        Rule::is_ => "`is`",
        Rule::eos => "the end of the statement",
        Rule::string | Rule::multi_string | Rule::raw_string => "a text",
        Rule::arguments | Rule::member | Rule::index => "",
        _ => "",
    }
}
