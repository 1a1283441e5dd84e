//! Patterns that bash can check: the part of CloudFormation's (Java's) regular expressions that means the same in POSIX's.

/// The extended regular expression of a pattern for a whole value; `None` where it could mean something else.
///
/// It must never refuse what CloudFormation takes; what it lets pass, CloudFormation refuses.
pub fn extended(pattern: &str) -> Option<String> {
    let mut out = String::from("^(");
    let mut characters = pattern.chars().peekable();
    let mut depth = 0_u32;
    // What a quantifier would belong to: nothing, something, something that has one already.
    let mut before = Before::Nothing;
    while let Some(character) = characters.next() {
        match character {
            '(' => {
                if characters.peek() == Some(&'?') {
                    characters.next();
                    if characters.next() != Some(':') {
                        return None;
                    }
                }
                depth += 1;
                out.push('(');
                before = Before::Nothing;
            }
            ')' => {
                depth = depth.checked_sub(1)?;
                // An empty branch means different things to different readers.
                if before == Before::Nothing {
                    return None;
                }
                out.push(')');
                before = Before::Atom;
            }
            '|' => {
                if before == Before::Nothing {
                    return None;
                }
                out.push('|');
                before = Before::Nothing;
            }
            '*' | '+' | '?' => {
                if before != Before::Atom {
                    return None;
                }
                out.push(character);
                before = Before::Quantified;
            }
            '{' => {
                if before != Before::Atom {
                    return None;
                }
                let inside: String = characters.by_ref().take_while(|character| *character != '}').collect();
                let numbers: Vec<&str> = inside.split(',').collect();
                // 255 is the most that every system's library takes.
                let small = |text: &&str| text.parse::<u32>().is_ok_and(|number| number <= 255);
                match numbers.as_slice() {
                    [exact] if small(exact) => {}
                    [least, ""] if small(least) => {}
                    [least, most] if small(least) && small(most) => {}
                    _ => return None,
                }
                out.push_str(&format!("{{{inside}}}"));
                before = Before::Quantified;
            }
            '[' => {
                out.push_str(&bracket(&mut characters)?);
                before = Before::Atom;
            }
            '\\' => {
                out.push_str(&match characters.next()? {
                    'd' => "[0-9]".into(),
                    'w' => "[a-zA-Z0-9_]".into(),
                    escaped if escaped.is_ascii_punctuation() => literal(escaped),
                    _ => return None,
                });
                before = Before::Atom;
            }
            '.' => {
                out.push('.');
                before = Before::Atom;
            }
            ']' | '}' | '^' | '$' => return None,
            plain if plain.is_ascii_graphic() || plain == ' ' => {
                out.push(plain);
                before = Before::Atom;
            }
            _ => return None,
        }
    }
    if depth != 0 || before == Before::Nothing {
        return None;
    }
    out.push_str(")$");
    Some(out)
}

#[derive(PartialEq)]
enum Before {
    Nothing,
    Atom,
    Quantified,
}

/// A character that means itself: POSIX knows no escape before a letter, so a bracket is the form that is always right.
fn literal(character: char) -> String {
    match character {
        '^' | '\\' => format!("\\{character}"),
        ']' => "]".into(),
        other => format!("[{other}]"),
    }
}

/// A set of characters; the opening bracket is read already.
fn bracket(characters: &mut std::iter::Peekable<std::str::Chars>) -> Option<String> {
    let negated = characters.next_if_eq(&'^').is_some();
    let mut set = String::new();
    let mut hyphen = false;
    loop {
        match characters.next()? {
            ']' => break,
            '[' | '&' | '~' => return None,
            '\\' => match characters.next()? {
                'd' => set.push_str("0-9"),
                'w' => set.push_str("a-zA-Z0-9_"),
                's' => set.push_str("[:space:]"),
                '-' => hyphen = true,
                '.' => set.push('.'),
                '/' => set.push('/'),
                _ => return None,
            },
            '-' if set.is_empty() || characters.peek() == Some(&']') => hyphen = true,
            // Behind a range it means itself to Java, and nothing that is agreed upon to POSIX.
            '-' if set.chars().rev().nth(1) == Some('-') => return None,
            plain if plain.is_ascii_graphic() || plain == ' ' => set.push(plain),
            _ => return None,
        }
    }
    // A set may not begin with `^`, and a hyphen means itself at the end only.
    if set.starts_with('^') || (set.is_empty() && !hyphen) {
        return None;
    }
    Some(format!("[{}{set}{}]", if negated { "^" } else { "" }, if hyphen { "-" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_read_alike_is_kept() {
        for (java, posix) in [
            ("[a-z][a-z0-9]{1,9}", "^([a-z][a-z0-9]{1,9})$"),
            ("\\d+\\.\\d+", "^([0-9]+[.][0-9]+)$"),
            ("(?:a|bc)?x", "^((a|bc)?x)$"),
            ("[-a-z]+@[\\w.-]{2,}", "^([a-z-]+@[a-zA-Z0-9_.-]{2,})$"),
            ("vpc-[0-9a-f]{8,17}", "^(vpc-[0-9a-f]{8,17})$"),
            ("[^ab]*", "^([^ab]*)$"),
            ("[^@\\s]+@x", "^([^@[:space:]]+@x)$"),
        ] {
            assert_eq!(extended(java).as_deref(), Some(posix), "{java}");
        }
    }

    #[test]
    fn the_rest_is_left_to_cloudformation() {
        for java in [
            "", "a|", "()", "a*?", "a++", "(?=x)a", "(?i)a", "[a&&b]", "[[a]b]", "\\p{L}", "\\bx", "a{300}", "a{,3}", "^a$", "ä", "[^^]", "(a", "a)",
            "[]a]", "[a-c-e]", "\\s", "*a", "[a",
        ] {
            assert_eq!(extended(java), None, "{java}");
        }
    }
}
