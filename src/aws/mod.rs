//! Facts about AWS, read from data files. Nothing here knows the language.

mod rows;

pub mod api;
pub mod cli;
pub mod code;
pub mod control_planes;
pub mod effects;
pub mod growing;
pub mod homes;
pub mod iam;
pub mod kinds;
pub mod lifecycle;
pub mod metrics;
pub mod names;
pub mod needs;
pub mod parity;
pub mod permissions;
pub mod prices;
pub mod regions;
pub mod rules;
pub mod schema;
pub mod scripts;
pub mod sole;
pub mod spelling;
pub mod table;
pub mod types;
