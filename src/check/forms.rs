//! Values with several forms: all of them, one of them, exactly one of them, none of them.

use super::problem::{Kind, Problem};
use super::walk::{Entries, Fit, Walker};
use crate::aws::schema::Node;
use crate::model::value::Value;

/// Holds a value against the forms of a node.
pub(super) fn value(walker: &mut Walker<'_>, node: Node, value: &Value) {
    each(walker, node, &|walker, form| walker.value(form, value));
}

/// Holds the properties of a resource against the forms of a node.
pub(super) fn entries(walker: &mut Walker<'_>, node: Node, entries: &Entries<'_>) {
    each(walker, node, &|walker, form| {
        walker.object(form, entries);
        self::entries(walker, form, entries);
    });
}

fn each(walker: &mut Walker<'_>, node: Node, ask: &dyn Fn(&mut Walker<'_>, Node)) {
    if let Some(forms) = node.all_of() {
        for form in forms {
            ask(walker, form);
        }
    }
    if let Some(forms) = node.any_of() {
        let forms: Vec<Node> = forms.collect();
        let fits: Vec<Fit> = forms.iter().map(|form| walker.fits(|walker| ask(walker, *form))).collect();
        if fits.iter().all(|fit| *fit == Fit::No) {
            none_fits(walker, &forms, ask);
        } else if !fits.contains(&Fit::Yes) {
            walker.cannot_say();
        }
    }
    if let Some(forms) = node.one_of() {
        let forms: Vec<Node> = forms.collect();
        let fits: Vec<Fit> = forms.iter().map(|form| walker.fits(|walker| ask(walker, *form))).collect();
        let sure = fits.iter().filter(|fit| **fit == Fit::Yes).count();
        if sure > 1 {
            let fitting = forms.iter().zip(&fits).filter(|(_, fit)| **fit == Fit::Yes).map(|(form, _)| form.required().collect());
            walker.problem(Kind::SeveralForms { forms: fitting.collect() });
        } else if fits.contains(&Fit::Unknown) {
            walker.cannot_say();
        } else if sure == 0 {
            none_fits(walker, &forms, ask);
        }
    }
    if let Some(form) = node.excluded() {
        match walker.fits(|walker| ask(walker, form)) {
            Fit::Yes => walker.problem(Kind::Forbidden { names: form.required().collect() }),
            Fit::Unknown => walker.cannot_say(),
            Fit::No => {}
        }
    }
    if let Some((condition, then, otherwise)) = node.conditional() {
        match walker.fits(|walker| ask(walker, condition)) {
            Fit::Yes => ask(walker, then),
            Fit::No => ask(walker, otherwise),
            Fit::Unknown => walker.cannot_say(),
        }
    }
}

/// Says what the form that is nearest to the value lacks, or which properties the forms ask for.
fn none_fits(walker: &mut Walker<'_>, forms: &[Node], ask: &dyn Fn(&mut Walker<'_>, Node)) {
    let found: Vec<Vec<Problem>> = forms.iter().map(|form| walker.aside(|walker| ask(walker, *form))).collect();
    let depth = walker.depth();
    let lacks_only =
        |problems: &Vec<Problem>| problems.iter().all(|problem| problem.path.len() == depth && matches!(problem.kind, Kind::Missing { .. }));
    if found.iter().all(lacks_only) {
        walker.problem(Kind::NoForm { forms: forms.iter().map(|form| form.required().collect()).collect() });
        return;
    }
    // The form that fails deepest is the one that was meant; of several, the one with the fewest problems.
    let rank = |problems: &Vec<Problem>| {
        let deepest = problems.iter().map(|problem| problem.path.len()).max().unwrap_or(0);
        (usize::MAX - deepest, problems.len())
    };
    match found.into_iter().filter(|problems| !problems.is_empty()).min_by_key(rank) {
        Some(problems) => walker.repeat(problems),
        None => walker.problem(Kind::NoForm { forms: Vec::new() }),
    }
}
