//! Text to syntax tree. Parsing never fails: it gives what it understood and reports the rest.

pub mod ast;
