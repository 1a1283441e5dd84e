//! `destroy.sh`

use crate::emit::Output;

/// The script.
pub fn script(_output: &Output) -> String {
    String::new()
}
