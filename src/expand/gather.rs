//! `gather` and `contribute`: what instances ask of one that they are given. A platform is expanded with what was gathered so far,
//! from nothing on, until it gathers what it was expanded with.

use super::{Context, Expander};
use crate::diag::{Diagnostic, codes};
use crate::model::Region;
use crate::model::ids::Id;
use crate::model::value::Value;
use crate::source::Span;
use crate::syntax::ast;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How often a platform is expanded: what is gathered by one instance may decide what that one asks of another.
pub(super) const ROUNDS: usize = 8;

/// What is asked, by the instance and its `gather`.
pub(super) type Gathered = BTreeMap<(Vec<SmolStr>, SmolStr), BTreeMap<SmolStr, Asked>>;

/// Who asks for one thing, and where.
#[derive(Debug, Default)]
pub(super) struct Asked {
    by: BTreeSet<SmolStr>,
    regions: BTreeSet<Id<Region>>,
    /// The first statement that asks.
    span: Span,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.by == other.by && self.regions == other.regions
    }
}

impl<'a> Expander<'a> {
    /// What the expanded program asks of its instances.
    pub(super) fn contributed(&mut self) -> Gathered {
        let mut gathered = Gathered::new();
        for (node, context) in std::mem::take(&mut self.contributions) {
            // What exists already has been given what it needs.
            if self.existing(context.instance).is_some() {
                continue;
            }
            let regions = match context.instance {
                Some(id) => self.model.instances.get(id).regions.clone(),
                None => self.model.regions.ids().collect(),
            };
            for region in regions {
                self.contribute(node, &context.at(Some(region)), &mut gathered);
            }
        }
        gathered
    }

    /// One statement in one Region.
    fn contribute(&mut self, node: &'a ast::Contribute, context: &Context, gathered: &mut Gathered) {
        let [first, inner @ .., name] = node.path.as_slice() else { return };
        let mut base = self.read_name(&first.text, first.span, context);
        for name in inner {
            base = self.member(base, name, first.span, context);
        }
        let id = match base {
            Value::Instance(id, _) => id,
            // A map stands for something that exists already.
            Value::None | Value::Map(_) | Value::Error => return,
            other => {
                self.mismatch("an instance", &other, first.span, "what is contributed is gathered by an instance", context);
                return;
            }
        };
        let target = self.model.instances.get(id);
        let (path, shown, elsewhere) = (target.path.clone(), target.shown.clone(), context.here.is_some_and(|here| !target.regions.contains(&here)));
        if self.existing(Some(id)).is_some() || (elsewhere && context.instance.is_none()) {
            return;
        }
        let Some((declaration, inner)) = self.gather_in(id, &name.text) else {
            let finding = Diagnostic::error(codes::UNKNOWN_MEMBER, format!("`{shown}` gathers no `{}`", name.text))
                .label(name.span, "nothing takes this")
                .help(format!("its component has to declare `gather {}: String`", name.text));
            self.report_once(finding, context);
            return;
        };
        let value = self.evaluate(&node.value, context);
        let items = match self.settle(value, node.value.span, context) {
            Value::List(items) => items,
            Value::None | Value::Error => return,
            other => {
                self.mismatch("a List", &other, node.value.span, "what is contributed is a list: `[a, b]`", context);
                return;
            }
        };
        let by = match context.instance {
            Some(instance) => SmolStr::new(&self.model.instances.get(instance).shown),
            None => self.model.platform.name.clone(),
        };
        for item in items.iter() {
            let item = match &declaration.ty {
                Some(ty) => self.check_type(item.clone(), ty, node.value.span, &name.text, &inner),
                None => item.clone(),
            };
            match item {
                Value::Text(text) => {
                    let asked = gathered.entry((path.clone(), name.text.clone())).or_default().entry(text).or_default();
                    if asked.by.is_empty() {
                        asked.span = node.span;
                    }
                    asked.by.insert(by.clone());
                    asked.regions.extend(context.here);
                }
                Value::Error => {}
                other @ (Value::Deploy(_) | Value::Run(_)) => self.not_now(&other, "what is contributed", node.value.span, context),
                other => {
                    self.mismatch("a String", &other, node.value.span, "what is contributed is a list of texts", context);
                }
            }
        }
    }

    /// What an instance gathers under a name, and where its type is looked up.
    fn gather_in(&mut self, id: Id<crate::model::Instance>, name: &str) -> Option<(&'a ast::Declaration, Context)> {
        self.ensure_expanded(id);
        let scope = self.instance_body(id)?.scope;
        let cell = self.scopes.get(scope)?.names.get(name).and_then(|cell| self.cells.get(*cell))?;
        match &cell.kind {
            super::scope::CellKind::Gather(declaration) => Some((declaration, cell.context.clone())),
            _ => None,
        }
    }

    /// The value of a `gather`: for each thing that is asked for, in the order of the alphabet, `by` whom and in which `regions`.
    pub(super) fn evaluate_gather(&mut self, declaration: &'a ast::Declaration, context: &Context) -> Value {
        let Some(id) = context.instance else { return Value::Error };
        let key = (self.model.instances.get(id).path.clone(), declaration.name.text.clone());
        let entries = self.gathered.get(&key).into_iter().flatten().map(|(text, asked)| {
            let by = Value::list(asked.by.iter().cloned().map(Value::Text).collect());
            let regions = Value::list(asked.regions.iter().map(|region| Value::Region(*region)).collect());
            (text.clone(), Value::map(vec![(SmolStr::new_static("by"), by), (SmolStr::new_static("regions"), regions)]))
        });
        Value::Map(Rc::new(entries.collect()))
    }

    /// Reports that what is gathered never settles.
    pub(super) fn report_unsettled(&mut self, asked: &Gathered) {
        let gathered = std::mem::take(&mut self.gathered);
        let of = |one: &Gathered, other: &Gathered| -> Option<(SmolStr, SmolStr, Span)> {
            one.iter().find_map(|(key, texts)| {
                let found = texts.iter().find(|(text, asked)| other.get(key).and_then(|texts| texts.get(*text)) != Some(*asked));
                found.map(|(text, asked)| (key.1.clone(), text.clone(), asked.span))
            })
        };
        let Some((name, text, span)) = of(asked, &gathered).or_else(|| of(&gathered, asked)) else { return };
        self.report(
            Diagnostic::error(codes::UNSETTLED, format!("what `{name}` gathers depends on itself: \"{text}\" comes and goes"))
                .label(span, "asked for or not, by what was asked for before")
                .note(format!(
                    "the platform was expanded {ROUNDS} times, each time with what it had gathered before, and gathered something else each time"
                ))
                .help("let nothing that is contributed depend on what the same instance gathers"),
            &Context::default(),
        );
    }
}
