//! How Step Functions spells what APIs have: operations and members.
//!
//! It takes the names of the SDK for Java 2, which follow from those of the APIs by rule. Source: the SDK's generator
//! (github.com/aws/aws-sdk-java-v2: `Utils.unCapitalize`, `DefaultNamingStrategy`; read on 28 November 2026), and what the developer guide says of
//! API naming conventions.

/// How Step Functions spells a member of a request or a result: with a capital letter, and an abbreviation at its beginning as a word
/// (`Uuid`, `DbClusterIdentifier`). A name that is spelled so already stays.
#[must_use]
pub fn spelled_member(name: &str) -> String {
    if name.eq_ignore_ascii_case("equals") {
        // "To work with certain language naming convention requirements": developer guide, AWS SDK integrations.
        return "EqualsValue".to_string();
    }
    spelled(name, true).map(char::from).collect()
}

/// The same, if it is another spelling.
#[must_use]
pub fn respelled_member(name: &str) -> Option<String> {
    Some(spelled_member(name)).filter(|spelled| spelled != name)
}

/// The bytes of a name whose first word is in small letters, or begins with a capital one.
pub(super) fn spelled(name: &str, capital: bool) -> impl Iterator<Item = u8> {
    let bytes = name.as_bytes();
    let is = |at: usize, what: fn(&u8) -> bool| bytes.get(at).is_some_and(what);
    let mut run = 1;
    while is(run, u8::is_ascii_uppercase) && !is(run + 1, u8::is_ascii_lowercase) {
        run += 1;
    }
    name.bytes().enumerate().map(move |(at, letter)| match at {
        0 if capital => letter.to_ascii_uppercase(),
        at if at < run => letter.to_ascii_lowercase(),
        _ => letter,
    })
}

/// Whether the SDK for Java gives a member another name since it is a word of Java, with `Value` behind it. Step Functions is known to follow
/// in `equals` only.
pub(super) fn is_reserved(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "abstract",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "goto",
        "if",
        "implements",
        "import",
        "instanceof",
        "int",
        "interface",
        "long",
        "native",
        "new",
        "notify",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "void",
        "volatile",
        "wait",
        "while",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_step_functions_does() {
        let members = [
            ("UUID", "Uuid"),
            ("DBClusterIdentifier", "DbClusterIdentifier"),
            ("desiredCount", "DesiredCount"),
            ("SSES3", "Sses3"),
            ("ID", "Id"),
            ("VPCs", "VpCs"),
            ("TTL", "Ttl"),
            ("KMSKeyId", "KmsKeyId"),
            ("equals", "EqualsValue"),
        ];
        for (name, wanted) in members {
            assert_eq!(spelled_member(name), wanted);
            assert_eq!(spelled_member(wanted), wanted);
        }
        assert!(["ETag", "XRayNodeName", "TargetGroupARNs", "VCpuCount", "X", "S3Bucket"].iter().all(|name| respelled_member(name).is_none()));
    }
}
