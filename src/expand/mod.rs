//! From modules to the typed program: values are computed, components are expanded, every member gets its Region.
//!
//! Evaluation is demand-driven: a name is a *cell* which is computed when it is first read, once for each Region that
//! it is read in, so declarations may come in any order. A cell that needs itself is reported, not followed.

mod access;
mod action;
mod adjust;
mod alarm;
mod artifacts;
mod attribute;
mod builtins;
mod call;
mod divide;
mod effects;
mod environment;
mod evaluate;
mod external;
mod file;
mod gather;
mod given;
mod grant;
mod instance;
mod interpolate;
mod lacking;
mod machine;
mod metric;
mod moved;
mod operators;
mod output;
mod parameter;
mod plan;
mod platform;
mod readjust;
mod recovery;
mod report;
mod requirement;
mod resource;
mod result;
mod scope;
mod start;
mod statements;
mod steps;
mod structural;
mod time;
mod told;
mod types;
mod unread;
mod weigh;
mod words;

use crate::asl::StateOrigin;
use crate::code::File;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::ids::Id;
use crate::model::{Instance, Model, Region};
use crate::permissions::Wide;
use crate::resolve::Modules;
use crate::source::{Loader, SourceMap, Span};
use crate::syntax::ast;
use rustc_hash::{FxHashMap, FxHashSet};
use scope::{Cell, Function, Scope};
use smol_str::SmolStr;
use std::rc::Rc;

pub(crate) use parameter::pascal_case;
pub use scope::Context;

/// The most evaluations that a compilation may take; a platform of 10,000 resources needs about two million.
const FUEL: u64 = 6_000_000;
/// The most resources (families times Regions) of a platform.
const MAXIMUM_RESOURCES: usize = 200_000;
/// The most instances of components.
const MAXIMUM_INSTANCES: usize = 20_000;
/// How deeply functions may call each other, and components may contain each other.
const MAXIMUM_DEPTH: u32 = 64;

/// Text and machine of a plan, as it is written to disk.
#[derive(Debug, Clone)]
pub struct MachineFile {
    /// `us-east-2/evacuate.asl.json`
    pub path: String,
    /// The definition.
    pub text: String,
    /// `evacuate`
    pub machine: String,
    /// Where each of its states comes from.
    pub origins: Vec<StateOrigin>,
}

/// What expansion gives.
#[derive(Debug)]
pub struct Expanded {
    /// The typed program.
    pub model: Model,
    /// One definition per machine.
    pub machines: Vec<MachineFile>,
    /// What the roles of machines may do to more than resources that are known.
    pub wide: Vec<Wide>,
    /// Findings that the source accepts, with the reason; read when all findings are known.
    pub allows: Vec<Allowance>,
}

/// What the caller of a compilation decides.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Values of settings: name and text. They win over those of the environment file.
    pub settings: Vec<(String, String)>,
    /// The environment file, read by the caller.
    pub environment: Option<Environment>,
    /// What runs already, if the caller knows.
    pub deployed: Option<crate::model::Deployed>,
    /// The day (`2026-10-20`) with which dates are compared, if it is not the day of the data about AWS.
    pub today: Option<String>,
}

/// A file with values for settings and parameters.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The name that findings show.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// An `allow` and the text that it covers.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// The code or slug.
    pub code: SmolStr,
    /// Where the code stands.
    pub span: Span,
    /// Findings in this range are accepted.
    pub covers: Span,
    /// Why.
    pub reason: String,
}

/// What the expander remembers of an instance beside the model.
struct InstanceBody<'a> {
    component: &'a ast::Declaration,
    scope: usize,
    expanded: bool,
    expanding: bool,
    layer: Option<SmolStr>,
    parent: Option<Id<Instance>>,
    name: Option<crate::model::value::Value>,
    /// Whether a requirement of the component does not hold.
    refused: bool,
    /// What is known of it, if it exists already.
    existing: Option<Rc<external::Existing<'a>>>,
}

impl<'a> InstanceBody<'a> {
    fn new(component: &'a ast::Declaration, scope: usize, parent: Option<Id<Instance>>) -> Self {
        Self { component, scope, expanded: false, expanding: false, layer: None, parent, name: None, refused: false, existing: None }
    }
}

/// What the expander remembers of a family beside the model.
struct FamilyBody<'a> {
    declaration: &'a ast::Declaration,
    context: Context,
    /// The clause that places it, where it could not be read: an input of something existing was not given.
    unplaced: Option<&'a ast::Clause>,
}

struct PendingRequire<'a> {
    node: &'a ast::Require,
    context: Context,
}

struct Expander<'a> {
    modules: &'a Modules,
    sources: &'a SourceMap,
    loader: &'a dyn Loader,
    options: &'a Options,
    diagnostics: &'a mut Diagnostics,
    model: Model,
    machines: Vec<MachineFile>,
    /// Machines that have no role yet.
    without_role: Vec<machine::WithoutRole>,
    wide: Vec<Wide>,
    scopes: Vec<Scope>,
    cells: Vec<Cell<'a>>,
    functions: Vec<Function<'a>>,
    module_scopes: Vec<usize>,
    instances: Vec<InstanceBody<'a>>,
    families: Vec<FamilyBody<'a>>,
    requires: Vec<PendingRequire<'a>>,
    /// What instances ask of others, and what was gathered when the program was expanded before.
    contributions: Vec<(&'a ast::Contribute, Context)>,
    gathered: gather::Gathered,
    /// Values at the top of the platform file: a mistake in one is found though nothing reads it.
    values: Vec<usize>,
    /// What is told to people after a deployment.
    outputs: Vec<output::Declared<'a>>,
    alarms: Vec<(&'a ast::Declaration, Context, Vec<SmolStr>)>,
    /// The instances that alarms became, by declaration and scope.
    alarms_made: FxHashMap<(Span, usize), Id<Instance>>,
    plans: Vec<(&'a ast::Declaration, Context, Vec<SmolStr>)>,
    adjusts: Vec<(&'a ast::Adjust, Context)>,
    recovery: recovery::Pending<'a>,
    naming: Option<&'a ast::Expr>,
    platform: Option<&'a ast::Declaration>,
    /// The lines of the environment file, and the scope that their values are read in.
    environment: FxHashMap<SmolStr, &'a ast::Assign>,
    environment_scope: usize,
    parameters: FxHashMap<SmolStr, Id<crate::model::Parameter>>,
    /// Files that were read, by their path in the project, and where they were first asked for; none for one that cannot be had.
    files: FxHashMap<String, (Option<Rc<File>>, Span)>,
    /// The keys of archives, by the hash of what is in them and the name that a single file got.
    packed: FxHashMap<(String, Option<SmolStr>), SmolStr>,
    artifacts: artifacts::Bucket,
    unknown: FxHashSet<(crate::source::FileId, SmolStr)>,
    /// Actions and conditions that a plan uses, by declaration and instance.
    performed: FxHashSet<(Span, Id<Instance>)>,
    /// The placement that is being read.
    placing: Option<Span>,
    /// The step whose action is being expanded.
    acting: Option<Span>,
    /// How many variables the machine has that is being made.
    variables: u32,
    /// Whether the call that is being made hands out its token.
    token_used: bool,
    /// The outputs, metrics, grants and actions that are being read, the outermost first.
    reading: Vec<lacking::Reading>,
    /// What was asked of things that exist already and is not said, by the finding that tells it.
    lacks_of: Vec<lacking::Lack>,
    /// Resources of which something wrong is said: what follows from it is not told.
    mistold: FxHashSet<Id<crate::model::Family>>,
    /// While a requirement on something existing is looked at: whether it lacks a value, instead of a finding.
    quiet: bool,
    lacks: bool,
    /// Findings that keep nothing from being made: those that `allow` may accept, and those about calls.
    later: Vec<Diagnostic>,
    /// How many of them were errors that nothing accepts, each time that they were met.
    refused: usize,
    fuel: u64,
    depth: u32,
    exhausted: bool,
}

/// Expands the program; what could not be computed is reported and left out. Files that the program names are read with the loader.
pub fn expand(modules: &Modules, sources: &SourceMap, loader: &dyn Loader, options: &Options, diagnostics: &mut Diagnostics) -> Expanded {
    let found = diagnostics.as_slice().len();
    let mut gathered = gather::Gathered::new();
    let mut files = FxHashMap::default();
    let mut round = 1;
    loop {
        let mut expander = Expander::new(modules, sources, loader, options, diagnostics, gathered);
        expander.files = files;
        expander.declare_program();
        let asked = expander.contributed();
        let settled = asked == expander.gathered || expander.exhausted;
        if settled || round == gather::ROUNDS {
            if !settled {
                expander.report_unsettled(&asked);
            }
            expander.finish();
            let mut later = std::mem::take(&mut expander.later);
            expander.diagnostics.as_mut_vec().append(&mut later);
            let (model, machines) = (expander.model, expander.machines);
            return Expanded { model, machines, wide: expander.wide, allows: statements::allowances(modules) };
        }
        // What was found belongs to a program that is expanded anew. A file is read once; one that cannot be had is told again.
        files = std::mem::take(&mut expander.files);
        files.retain(|_, (file, _)| file.is_some());
        diagnostics.as_mut_vec().truncate(found);
        gathered = asked;
        round += 1;
    }
}

impl<'a> Expander<'a> {
    fn new(
        modules: &'a Modules,
        sources: &'a SourceMap,
        loader: &'a dyn Loader,
        options: &'a Options,
        diagnostics: &'a mut Diagnostics,
        gathered: gather::Gathered,
    ) -> Self {
        Self {
            modules,
            sources,
            loader,
            options,
            diagnostics,
            model: Model::default(),
            machines: Vec::new(),
            without_role: Vec::new(),
            wide: Vec::new(),
            scopes: Vec::new(),
            cells: Vec::new(),
            functions: Vec::new(),
            module_scopes: Vec::new(),
            instances: Vec::new(),
            families: Vec::new(),
            requires: Vec::new(),
            values: Vec::new(),
            outputs: Vec::new(),
            alarms: Vec::new(),
            alarms_made: FxHashMap::default(),
            plans: Vec::new(),
            adjusts: Vec::new(),
            recovery: recovery::Pending::default(),
            naming: None,
            platform: None,
            environment: FxHashMap::default(),
            environment_scope: 0,
            parameters: FxHashMap::default(),
            files: FxHashMap::default(),
            packed: FxHashMap::default(),
            artifacts: artifacts::Bucket::default(),
            unknown: FxHashSet::default(),
            performed: FxHashSet::default(),
            placing: None,
            acting: None,
            variables: 0,
            token_used: false,
            reading: Vec::new(),
            lacks_of: Vec::new(),
            mistold: FxHashSet::default(),
            quiet: false,
            lacks: false,
            later: Vec::new(),
            refused: 0,
            fuel: FUEL,
            depth: 0,
            exhausted: false,
            contributions: Vec::new(),
            gathered,
        }
    }

    /// Declares everything, and expands the components.
    fn declare_program(&mut self) {
        self.declare_modules();
        self.model.files = self.modules.list.iter().map(|module| (module.tree.file, SmolStr::new(&module.key))).collect();
        let Some(entry) = self.modules.list.get(self.modules.entry) else { return };
        let context = Context::of_scope(self.module_scope(self.modules.entry));
        self.expand_platform(&entry.tree.statements, &context);
        self.expand_statements(&entry.tree.statements, &context, &[]);
        // What a component refuses is said first; what follows from it is not said at all.
        self.evaluate_requires();
    }

    /// Computes what was declared.
    fn finish(&mut self) {
        let context = Context::of_scope(self.module_scope(self.modules.entry));
        self.expand_recovery();
        self.expand_alarms();
        self.expand_plans();
        self.expand_artifacts();
        self.expand_outputs();
        self.evaluate_unused();
        self.evaluate_unread();
        self.evaluate_resources();
        self.apply_adjusts();
        self.read_adjusted_alarms();
        self.give_roles();
        self.evaluate_requires();
        self.name_stacks(&context);
    }

    /// Names the stack of each layer and group that is used.
    fn name_stacks(&mut self, context: &Context) {
        let mut units: std::collections::BTreeSet<SmolStr> = std::collections::BTreeSet::new();
        for (_, family) in self.model.families.iter() {
            units.insert(family.layer.clone());
            units.extend(family.group.clone());
        }
        for unit in units {
            let name = self.name_for(&unit.replace('_', "-"), Span::default(), context);
            self.model.stack_names.insert(unit, name);
        }
    }

    fn instance_body(&self, id: Id<Instance>) -> Option<&InstanceBody<'a>> {
        self.instances.get(id.index())
    }

    /// Whether a finding lies in the text of a component that refuses this use of it: then the refusal says what to change.
    fn follows_from_refusal(&self, finding: &Diagnostic, id: Id<Instance>, inside_library: bool) -> bool {
        let within = || {
            let (body, label) = self.instance_body(id).zip(finding.primary())?;
            let component = body.component.span;
            Some(component.file == label.span.file && component.start <= label.span.start && label.span.end <= component.end)
        };
        self.is_refused(id) && (inside_library || within() == Some(true))
    }

    /// Whether an instance, or one that it is a part of, does not keep to what its component insists on.
    fn is_refused(&self, id: Id<Instance>) -> bool {
        let mut at = Some(id);
        while let Some(body) = at.and_then(|id| self.instance_body(id)) {
            if body.refused {
                return true;
            }
            at = body.parent;
        }
        false
    }

    fn region_list(&self, regions: &[Id<Region>]) -> String {
        let texts: Vec<String> = regions.iter().map(|region| self.model.region_text(*region)).collect();
        texts.join(", ")
    }

    fn module_scope(&self, module: usize) -> usize {
        self.module_scopes.get(module).copied().unwrap_or(0)
    }

    /// Takes one unit of work; `false` when the program has used up what a compilation may take.
    fn step(&mut self, span: Span, context: &Context) -> bool {
        self.spend(1, span, context)
    }

    /// Takes some units of work.
    fn spend(&mut self, units: usize, span: Span, context: &Context) -> bool {
        if self.fuel >= units as u64 {
            self.fuel -= units as u64;
            return true;
        }
        self.exhaust(
            "the program takes more work than a compilation may",
            "make the list that is walked smaller, or split the platform",
            span,
            context,
        );
        false
    }

    fn exhaust(&mut self, message: &str, help: &str, span: Span, context: &Context) {
        if !self.exhausted {
            self.exhausted = true;
            self.fuel = 0;
            self.report(
                Diagnostic::error(crate::diag::codes::EXPANSION_LIMIT, message)
                    .label(span, "given up here")
                    .note("a platform has to come to an end when it is compiled; a loop or a function that grows without bound is a mistake")
                    .help(help),
                context,
            );
        }
    }
}

/// `1 value`, `2 values`
fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// A list of Regions as it was placed.
#[derive(Debug, Clone)]
pub(crate) struct Placement {
    regions: Rc<[Id<Region>]>,
    single: bool,
}
