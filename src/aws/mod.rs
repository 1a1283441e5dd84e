//! Facts about AWS, read from data files. Nothing here knows the language.

pub mod growing;
pub mod kinds;
pub mod names;
pub mod regions;
pub mod schema;
pub mod scripts;
pub mod services;
pub mod table;
pub mod types;
