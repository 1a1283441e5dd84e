//! Facts about AWS, read from data files. Nothing here knows the language.

pub mod api;
pub mod control_planes;
pub mod growing;
pub mod iam;
pub mod kinds;
pub mod lifecycle;
pub mod metrics;
pub mod names;
pub mod regions;
mod rows;
pub mod schema;
pub mod scripts;
pub mod services;
pub mod table;
pub mod types;
