//! The scripts that deploy and destroy a platform with nothing but `bash` and the `aws` command.
//!
//! A script is fixed text (`*.sh`), read by people and by a linter, and behind it what this platform is: definitions in which every text of
//! the source is a quoted word.

mod definitions;
mod deploy;
mod destroy;
mod pattern;
mod quote;
mod steps;

use super::Output;

/// The script that deploys.
pub const DEPLOY: &str = "deploy.sh";
/// The script that destroys.
pub const DESTROY: &str = "destroy.sh";

/// Where the fixed text of a script ends.
const MARK: &str = "# --- what this platform is ";

const COMMON: &str = include_str!("common.sh");

/// Whether a file of the output is run rather than read.
#[must_use]
pub fn is_program(path: &str) -> bool {
    path == DEPLOY || path == DESTROY
}

/// The text of a script; none if the path names none.
pub fn text(output: &Output, path: &str) -> Option<String> {
    match path {
        DEPLOY => Some(deploy::script(output)),
        DESTROY => Some(destroy::script(output)),
        _ => None,
    }
}

/// A script of its parts.
fn assemble(about: &str, fixed: &[&str], definitions: &str) -> String {
    let mut script =
        format!("#!/usr/bin/env bash\n# {about}\n# Written by drc: what is changed here is gone after the next compilation.\nset -euo pipefail\n\n");
    for part in fixed {
        script.push_str(part);
        script.push('\n');
    }
    script.push_str(MARK);
    script.push_str(&"-".repeat(120_usize.saturating_sub(MARK.len())));
    script.push_str("\n\n");
    script.push_str(definitions);
    script.push_str("\nmain \"$@\"\n");
    script
}
