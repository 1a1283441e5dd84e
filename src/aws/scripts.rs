//! Parts of scripts that call services of AWS.

/// Brings large templates into the Regions.
pub const ARTIFACTS: &str = include_str!("data/artifacts.sh");
