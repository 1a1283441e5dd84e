//! Attributes of resources: whether AWS has them.

use super::{Context, Expander};
use crate::aws::schema::{self, Node, Schema};
use crate::diag::{Diagnostic, codes, suggest};
use crate::model::value::ResourceRef;
use crate::source::Span;

impl Expander<'_> {
    /// Reports an attribute that the resource's type does not have. `path` is what was read so far, dotted; `span` its last part.
    pub(super) fn check_attribute(&mut self, resource: ResourceRef, path: &str, span: Span, context: &Context) {
        let family = self.model.families.get(resource.family);
        let Some(schema) = schema::find(&family.resource_type) else { return };
        let row = crate::aws::types::find(&family.resource_type);
        let names_it = row.is_some_and(|row| row.name_property.as_deref() == Some(path) || row.arn_attribute.as_deref() == Some(path));
        // Of what exists already, everything may be told that AWS knows of it.
        let told = family.external && schema.root().property(path.split('.').next().unwrap_or_default()).is_some();
        if names_it || told || is_known(schema, path) {
            return;
        }
        // What leads to it was said already.
        if path.rsplit_once('.').is_some_and(|(before, _)| !is_known(schema, before)) {
            return;
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        let inside = path.strip_suffix(last).unwrap_or_default();
        let mut names: Vec<&str> = schema.attributes().filter_map(|(name, _)| name.strip_prefix(inside)).collect();
        names.dedup();
        let finding = Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, format!("`{}` has no attribute `{path}`", family.resource_type))
            .label(span, "no such attribute")
            .note(format!("in AWS's schemas of {}; if AWS has it since, `allow DR0523 \"reason\"` lets it pass", schema::date()))
            .acceptable();
        // `FullName` for `LoadBalancerFullName`: the service's own name before it is what people leave out.
        let longer = || {
            let mut found = names.iter().copied().filter(|name| last.len() > 3 && name.ends_with(last));
            found.next().filter(|_| found.next().is_none())
        };
        let finding = match suggest::nearest(last, names.iter().copied()).or_else(longer) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near),
            None if names.is_empty() => finding.help("it has no attributes; `.ref` is what `Ref` gives"),
            None => {
                names.truncate(12);
                finding.help(format!("it has {}; `.ref` and `.arn` are had of every resource", names.join(", ")))
            }
        };
        self.report_once(finding, context);
    }
}

/// Whether a dotted path is an attribute, leads to one, or leads into one without a fixed form.
fn is_known(schema: Schema, path: &str) -> bool {
    let leads = |name: &str| name == path || name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    let open = |node: Node| node.takes_anything() || node.types().is_none_or(|types| types & Node::OBJECT != 0) && !node.has_properties();
    let into = |name: &str, node: Node| path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')) && open(node);
    // A type without a closed form, such as a custom resource, gives what its maker likes.
    if !schema.root().is_closed() {
        return true;
    }
    let any = |name: &str| name.strip_suffix('*').is_some_and(|before| path.starts_with(before) || before.strip_suffix('.') == Some(path));
    schema.attributes().any(|(name, node)| leads(name) || into(name, node) || any(name))
}
