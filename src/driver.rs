//! The way from an entry file to output: every stage in order, a gate after each.

use crate::aws::schema;
use crate::check;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::emit::{self, Output};
use crate::expand::{self, Allowance, Expanded};
pub use crate::expand::{Environment, Options};
use crate::layout;
use crate::model::Model;
use crate::names;
use crate::prove;
use crate::resolve;
use crate::rules;
pub use crate::source::{LoadError, Loader};
use crate::source::{SourceMap, Span};

/// Checks a platform: everything that `compile` does, but the writing.
pub fn check(entry: &str, loader: &dyn Loader, options: &Options, sources: &mut SourceMap, diagnostics: &mut Diagnostics) {
    let _ = compile(entry, loader, options, sources, diagnostics);
}

/// Compiles a platform; `None` if there are errors.
pub fn compile(entry: &str, loader: &dyn Loader, options: &Options, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Output> {
    let mut modules = resolve::load(entry, loader, sources, diagnostics);
    if let Some(environment) = &options.environment {
        modules.environment = Some(resolve::environment(&environment.name, &environment.text, sources, diagnostics));
    }
    // A text that is not understood gives no second opinion about its names.
    let syntax = diagnostics.as_slice().iter().any(|found| found.severity == Severity::Error && !found.code.starts_with("DR02"));
    if syntax || modules.list.is_empty() {
        return None;
    }
    let missing = diagnostics.has_errors();
    resolve::check_form(&modules, diagnostics);
    // Whatever uses a module that could not be had would be called wrong next, though nobody can know: the cause is said alone.
    if missing {
        return None;
    }
    let Expanded { mut model, machines, wide, allows } = expand::expand(&modules, sources, loader, options, diagnostics);
    let mut acceptance = Acceptance::new(&allows);
    acceptance.drop_accepted(diagnostics);
    drop_consequences(diagnostics);
    // Errors keep values from being made: what is missing then would be called missing again. Those that follow from data keep none.
    let made = |found: &Diagnostic| found.severity != Severity::Error || found.acceptable;
    if diagnostics.as_slice().iter().all(made) {
        let today = options.today.as_deref().unwrap_or_else(|| schema::date());
        check::check(&mut model, &modules, sources, today, diagnostics);
        acceptance.drop_accepted(diagnostics);
    }
    // What the schemas refuse keeps no plan from being proved.
    let mut proof = None;
    if diagnostics.as_slice().iter().all(made) {
        proof = Some(prove::prove(&model, sources, diagnostics));
        rules::check(&model, &modules, sources, diagnostics);
        acceptance.drop_accepted(diagnostics);
    }
    let layout = if diagnostics.has_errors() {
        None
    } else {
        let mut found = Diagnostics::new();
        names::check(&model, sources, &mut found);
        let layout = layout::layout(&model, options.deployed.as_ref(), diagnostics);
        if let Some(proof) = &mut proof {
            proof.held = prove::deploy::check(&model, &layout, sources, diagnostics);
        }
        diagnostics.as_mut_vec().append(found.as_mut_vec());
        Some(layout)
    };
    acceptance.drop_accepted(diagnostics);
    drop_lacks(diagnostics);
    let accepted = acceptance.finish(diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let output = Output::new(model, layout?, machines, wide, accepted, proof.unwrap_or_default(), sources);
    emit::check_limits(&output, diagnostics);
    (!diagnostics.has_errors()).then_some(output)
}

/// What platforms would take from each other if they were deployed in one account.
#[must_use]
pub fn side_by_side(outputs: &[Output]) -> Vec<Diagnostic> {
    let models: Vec<&Model> = outputs.iter().map(|output| &output.model).collect();
    names::shared(&models)
}

/// What a platform lacks as a whole is told when what is wrong with it is mended.
fn drop_lacks(diagnostics: &mut Diagnostics) {
    let lacks = [codes::NOT_AWAITED.id, codes::NO_DRILL.id, codes::NOBODY_TOLD.id];
    if diagnostics.has_errors() {
        diagnostics.as_mut_vec().retain(|finding| finding.severity == Severity::Error || !lacks.contains(&finding.code.as_ref()));
    }
}

/// Where a call has a mistake that is not accepted, nobody asks which permission it needs.
fn drop_consequences(diagnostics: &mut Diagnostics) {
    let asks = |finding: &Diagnostic| [codes::UNMAPPED_CALL.id, codes::NO_ARN.id].contains(&finding.code.as_ref());
    let place = |finding: &Diagnostic| finding.primary().map(|label| label.span);
    let mistakes = diagnostics.as_slice().iter().filter(|found| found.severity == Severity::Error && !asks(found));
    let mistakes: Vec<_> = mistakes.filter_map(place).collect();
    diagnostics.as_mut_vec().retain(|finding| {
        let call = place(finding).filter(|_| asks(finding));
        !call.is_some_and(|call| mistakes.iter().any(|inner| call.file == inner.file && call.start <= inner.start && inner.end <= call.end))
    });
}

/// What `allow` accepts, and which of them accepted something.
struct Acceptance<'e> {
    allows: &'e [Allowance],
    used: Vec<bool>,
}

impl<'e> Acceptance<'e> {
    fn new(allows: &'e [Allowance]) -> Self {
        Self { allows, used: vec![false; allows.len()] }
    }

    /// Drops the findings that an `allow` accepts: warnings, advice, and errors of which the data cannot be sure.
    fn drop_accepted(&mut self, diagnostics: &mut Diagnostics) {
        if self.allows.is_empty() {
            return;
        }
        diagnostics.as_mut_vec().retain(|finding| {
            if finding.severity == Severity::Error && !finding.acceptable {
                return true;
            }
            let Some(place) = finding.primary().map(|label| label.span) else { return true };
            for (allow, used) in self.allows.iter().zip(self.used.iter_mut()) {
                let covers = |place: &Span| allow.covers.file == place.file && allow.covers.start <= place.start && place.end <= allow.covers.end;
                if allow.code == finding.code.as_ref() && (covers(&place) || finding.accepted_at.iter().any(covers)) {
                    *used = true;
                    return false;
                }
            }
            true
        });
    }

    /// Reports the ones that accept nothing; gives what was accepted.
    fn finish(self, diagnostics: &mut Diagnostics) -> Vec<Allowance> {
        report_unused(self.allows, &self.used, diagnostics);
        self.allows.iter().zip(self.used).filter(|(_, used)| *used).map(|(allow, _)| allow.clone()).collect()
    }
}

/// Reports each `allow` that accepts nothing.
fn report_unused(allows: &[Allowance], used: &[bool], diagnostics: &mut Diagnostics) {
    let failed = diagnostics.has_errors();
    let mut said: Vec<String> = diagnostics.as_slice().iter().map(|finding| finding.code.to_string()).collect();
    said.retain(|code| !code.starts_with("DR"));
    for (allow, used) in allows.iter().zip(used) {
        let core = allow.code.starts_with("DR");
        if core && codes::find(&allow.code).is_none() {
            let known = codes::ALL.iter().map(|code| code.id);
            let mut finding =
                Diagnostic::error(codes::UNKNOWN_CODE, format!("there is no finding `{}`", allow.code)).label(allow.span, "unknown code");
            finding = match crate::diag::suggest::nearest(&allow.code, known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), allow.span, near),
                None => finding.help("write the code or slug that the finding shows; `drc explain` lists all codes"),
            };
            diagnostics.push(finding);
        } else if !*used {
            let refused = diagnostics.as_slice().iter().any(|finding| finding.severity == Severity::Error && allow.code == finding.code.as_ref());
            // What errors kept from being looked at may still need it.
            if failed && !refused {
                continue;
            }
            let near = crate::diag::suggest::nearest(&allow.code, said.iter().map(String::as_str));
            let mut finding = Diagnostic::warning(codes::UNUSED_ALLOW, format!("this `allow {}` accepts nothing", allow.code))
                .label(allow.span, "no such finding in what it covers");
            finding = if refused {
                finding.help("an error cannot be accepted, only a warning or an advice")
            } else if let Some(near) = near {
                finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), allow.span, near)
            } else {
                finding.help("remove it: an exception that is not needed hides the next one")
            };
            diagnostics.push(finding);
        }
    }
}
