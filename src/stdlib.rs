//! The standard library: `.dr` modules inside the binary.

/// The major version that `use std@1` names.
pub const VERSION: u32 = 1;

/// Name and text of every module; `prelude` is in scope everywhere, `core` holds what the compiler itself instantiates.
pub const MODULES: &[(&str, &str)] = &[
    ("aurora", include_str!("../stdlib/aurora.dr")),
    ("bucket", include_str!("../stdlib/bucket.dr")),
    ("cache", include_str!("../stdlib/cache.dr")),
    ("core", include_str!("../stdlib/core.dr")),
    ("network", include_str!("../stdlib/network.dr")),
    ("prelude", include_str!("../stdlib/prelude.dr")),
    ("table", include_str!("../stdlib/table.dr")),
    ("topic", include_str!("../stdlib/topic.dr")),
];

/// The text of a module.
#[must_use]
pub fn module(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The modules that a user may import.
pub fn public_modules() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(name, _)| *name).filter(|name| *name != "prelude" && *name != "core")
}
