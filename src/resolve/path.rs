//! Paths of modules: relative to the file that names them, never out of the project.

use smol_str::SmolStr;

/// Joins `written` to the folder of `from`; `None` if it is absolute or leaves the root. Both use `/`.
pub fn join(from: &str, written: &str) -> Option<String> {
    if written.starts_with('/') || written.contains('\\') || written.contains(':') || written.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The file's name without folder and extension, as a name of the language.
pub fn stem(path: &str) -> SmolStr {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".dr").unwrap_or(name);
    SmolStr::new(name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(join("platform.dr", "./stores/redis.dr").as_deref(), Some("stores/redis.dr"));
        assert_eq!(join("stores/a.dr", "../b.dr").as_deref(), Some("b.dr"));
        assert_eq!(join("platform.dr", "../b.dr"), None);
        assert_eq!(join("a/b.dr", "../../c.dr"), None);
        assert_eq!(join("a.dr", "/etc/passwd"), None);
        assert_eq!(join("a.dr", "c:\\x.dr"), None);
    }
}
