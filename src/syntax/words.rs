//! The words of the language: which open a statement, which are reserved, which are for later.

use super::ast::Kind;

/// Words that open a statement and are no kind of declaration.
pub const STATEMENT_WORDS: &[&str] = &[
    "use",
    "pub",
    "allow",
    "adjust",
    "moved",
    "require",
    "advise",
    "contribute",
    "when",
    "notify",
    "on",
    "parallel",
    "later",
    "done",
    "check",
    "start",
    "approve",
    "call",
    "if",
    "for",
    "takes",
    "assumes",
    "usually",
    "best_effort",
];

/// Words of expressions; they cannot be declared.
pub const EXPRESSION_WORDS: &[&str] = &["if", "then", "else", "for", "in", "true", "false", "none", "and", "or", "not", "call"];

/// Words that open a clause of a header.
pub const CLAUSES: &[&str] = &["in", "across", "among", "from", "to", "every", "is"];

/// Openers of top-level blocks; they cannot be declared, so that recovery can rely on them.
const TOP_LEVEL: &[&str] = &[
    "platform",
    "region",
    "setting",
    "param",
    "let",
    "replica",
    "service",
    "route",
    "resource",
    "alarm",
    "failover",
    "failback",
    "drill",
    "component",
    "type",
    "external",
    "group",
    "use",
    "pub",
    "allow",
    "adjust",
];

/// Words that a later version of the language will give a meaning to.
pub const LATER: &[&str] = &["test", "scenario", "environment", "policy", "publish", "trigger", "active", "state", "invariant", "reprotect"];

/// How the statement that begins with this word is written.
pub fn form(opener: &str) -> Option<&'static str> {
    Some(match opener {
        "use" => "`use std@1.{network, topic}`, or `use \"./stores/redis.dr\" as redis`",
        "allow" => "`allow DR0405 \"reason\"`",
        "adjust" => "`adjust orders.cluster in standby { Property = value }`",
        "moved" => "`moved from old_name`",
        "require" => "`require CONDITION else \"message\" as \"module/slug\"`",
        "advise" => "`advise CONDITION else \"message\" as \"module/slug\"`",
        "contribute" => "`contribute network.wanted = [\"name\"]`",
        "gather" => "`gather wanted: String`",
        "when" => "`when max(orders.lag) over 1min > 1s for 2 of 2`",
        "notify" => "`notify alerts`",
        "on" => "`on failure { notify alerts }`",
        "parallel" => "`parallel { ... }`",
        "later" => "`later { ... }`",
        "done" => "`done when CONDITION every 15s within 8min`",
        "check" => "`check CONDITION else \"message\"`",
        "start" => "`start = \"operator\"`, or `start when ALARM`",
        "approve" => "`approve TOPIC within 5min`",
        "takes" | "assumes" => "`takes 60s as \"dns\" \"why\"`",
        "usually" => "`usually 2min \"why\"`",
        "call" => "`call service.operation { Member = value }`",
        "for" => "`for name in LIST { ... }`",
        "if" => "`if CONDITION { ... } else { ... }`",
        "region" => "`region primary = us-east-1`",
        "param" => "`param name: Type = default`",
        "setting" => "`setting name: Type = default`",
        "let" => "`let name = value`",
        "platform" => "`platform name { rto = 15min, rpo = 5min }`",
        "replica" | "route" => "`replica orders: module.component across [primary, standby] { ... }`",
        "service" => "`service intake: module.component in [primary, standby] { ... }`",
        "resource" => "`resource name: AWS::Service::Type in primary { Property = value }`",
        "alarm" => "`alarm name in primary { when ..., notify ... }`",
        "failover" => "`failover name from primary to standby { ... }`, or `among [primary, standby]`",
        "failback" => "`failback name from standby to primary { ... }`",
        "drill" => "`drill name in [primary, standby] every 1h { ... }`",
        "step" => "`step name = orders.promote() { within = 8min }`",
        _ => return None,
    })
}

/// Whether a declared name would be taken for something else.
pub fn is_reserved(name: &str) -> bool {
    TOP_LEVEL.contains(&name) || EXPRESSION_WORDS.contains(&name)
}

/// The kind that a word names.
pub fn kind(word: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.word() == word)
}

/// Every word that can open a statement.
pub fn openers() -> impl Iterator<Item = &'static str> {
    Kind::ALL.iter().map(|kind| kind.word()).chain(STATEMENT_WORDS.iter().copied())
}

/// Whether a line begins with an opener of a top-level statement and a name (or path) behind it.
pub fn opens_top_level(line: &[u8]) -> bool {
    let (word, rest) = split_word(line);
    TOP_LEVEL.iter().any(|opener| opener.as_bytes() == word) && followed_by_name(rest)
}

/// Whether a text begins like a statement: `name = ...`, or an opener with a name behind it.
pub fn begins_statement(text: &[u8]) -> bool {
    let (word, rest) = split_word(text);
    if word.is_empty() {
        return false;
    }
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let after = rest.get(blanks..).unwrap_or_default();
    let assigns = after.starts_with(b"=") && !after.starts_with(b"==") && !after.starts_with(b"=>");
    assigns || (openers().any(|opener| opener.as_bytes() == word) && followed_by_name(rest))
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    text.split_at_checked(length).unwrap_or((&[], text))
}

fn followed_by_name(rest: &[u8]) -> bool {
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let next = rest.get(blanks).copied().unwrap_or(0);
    blanks > 0 && (next.is_ascii_alphabetic() || next == b'"' || next == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_every_word() {
        let reference = include_str!("../../docs/language.md");
        let (prose, grammar) = reference.split_once("## 23. Grammar").unwrap();
        for word in openers().chain(EXPRESSION_WORDS.iter().copied()) {
            assert!(grammar.contains(&format!("\"{word}\"")), "the grammar of the reference has no `{word}`");
        }
        for word in openers().chain(EXPRESSION_WORDS.iter().copied()).chain(LATER.iter().copied()) {
            let written = [format!("`{word}`"), format!("**{word}**"), format!("`{word} ")];
            assert!(written.iter().any(|form| prose.contains(form)), "the reference does not explain `{word}`");
        }
        for word in TOP_LEVEL.iter().chain(EXPRESSION_WORDS) {
            assert!(prose.contains(&format!("`{word}`")), "the reference does not say that `{word}` is reserved");
        }
    }
}
