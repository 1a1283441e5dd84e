//! Where the writer of each replica can be after the plans have run, and whether a plan leaves from there.

use crate::diag::Diagnostics;
use crate::model::Model;

/// Reports writers that move to where no plan leaves from, or from where nothing leads back.
pub fn check(_model: &Model, _diagnostics: &mut Diagnostics) {}
