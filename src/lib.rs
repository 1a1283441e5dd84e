//! `drc`: compiles multi-Region recovery platforms to CloudFormation and Step Functions.
pub mod diag;
pub mod source;
pub mod syntax;
