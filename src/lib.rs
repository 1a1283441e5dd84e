//! `drc`: compiles multi-Region recovery platforms to CloudFormation and Step Functions.
//!
//! ```text
//! platform.dr -> resolve::load -> expand::expand -> check::check -> layout::layout -> emit::Output -> files
//!                (syntax::parse)   (workflow, asl)
//! ```

pub mod asl;
pub mod aws;
pub mod check;
pub mod code;
pub mod diag;
pub mod doc;
pub mod driver;
pub mod emit;
pub mod expand;
pub mod layout;
pub mod model;
pub mod names;
pub mod pattern;
pub mod permissions;
pub mod prove;
pub mod render;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod units;
pub mod workflow;
