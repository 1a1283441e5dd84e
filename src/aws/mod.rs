//! Facts about AWS, read from data files. Nothing here knows the language.

pub mod api;
pub mod growing;
pub mod iam;
pub mod kinds;
pub mod names;
pub mod permissions;
pub mod regions;
pub mod schema;
pub mod scripts;
pub mod table;
pub mod types;
