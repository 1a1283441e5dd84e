//! The standard library: `.dr` modules inside the binary.

/// The major version that `use std@1` names.
pub const VERSION: u32 = 1;

/// Name and text of every module; `prelude` is in scope everywhere, `core` holds what the compiler itself instantiates.
pub const MODULES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// The text of a module.
#[must_use]
pub fn module(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The modules that a user may import.
pub fn public_modules() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(name, _)| *name).filter(|name| *name != "prelude" && *name != "core")
}
