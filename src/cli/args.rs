//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const FORMATS: &str = "\
Formats of findings (--format):
  graphical    for people: the text with its places underlined (the default)
  narrated     for people who listen: everything in sentences (the default with NO_GRAPHICS)
  plain        for terminals and logs without Unicode
  short        for problem matchers, quickfix lists and CI: file:line:column: error[DR0101]: message
  json         for editors and programs, on standard output: docs/diagnostics.schema.json
  miette-json  for programs that know miette: offsets only, one finding a line, on standard output

Exit codes:
  0  nothing to object to
  1  errors in the texts, warnings with --deny warnings, or files that fmt --check would change
  2  wrong usage, or a file that could not be read or written";

const TRACED: &str = "\
Forms of the answer (--format), on standard output:
  graphical  the declaration underlined (the default in a terminal)
  short      file:line:column: resource: what it is (the default elsewhere)
  json       for programs: docs/trace.schema.json

Exit codes:
  0  found
  1  nothing has this name, or errors in the texts
  2  wrong usage, or a file that could not be read";

const REPORTED: &str = "\
Forms of the report (--format):
  text  for people, wrapped to the width of the terminal (the default)
  json  for programs: docs/report.schema.json
  html  one page that needs nothing else: no script, nothing that is loaded; keep it where no Region can take it away

Exit codes:
  0  reported
  1  errors in the texts, warnings with --deny warnings
  2  wrong usage, or a file that could not be read or written";

const DOCUMENTED: &str = "\
What can be documented:
  std            the standard library: a page for each module, and an index
  std/network    one module of it
  stores/x.dr    a module of a project: what it declares as `pub`
  platform.dr    a platform: parameters, parts, plans, and the components that it declares itself

The texts are the `//!` and `///` lines. They may hold examples: a fenced block that begins with ```dr is a platform, one that begins with
```js file=functions/x.mjs is a file that the platform reads.

Formats of findings (--format): those of `drc check --help`.

Exit codes:
  0  written
  1  errors in the texts
  2  wrong usage, or a file that could not be read or written";

/// Compiles multi-Region disaster-recovery platforms (.dr) to CloudFormation and Step Functions, and refuses plans that cannot work.
#[derive(Debug, Parser)]
#[command(name = "drc", version, after_help = FORMATS, max_term_width = 120, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile a platform to templates, state machines and a manifest
    #[command(after_help = FORMATS)]
    Compile(Compile),
    /// Check platforms: everything that `compile` does, but the writing
    #[command(after_help = FORMATS)]
    Check(Check),
    /// Format files in place
    Fmt(Fmt),
    /// Draw the stacks of a platform, and what goes from one to another
    Graph(Graph),
    /// Explain a code, a resource type, a property, a service or an operation
    Explain(Explain),
    /// Write the reference of modules as Markdown, a page each: the standard library, or files of a project
    #[command(after_help = DOCUMENTED)]
    Doc(Doc),
    /// Report what an operator needs when a Region is lost: time, data, plans, commands, what is where, what it costs
    #[command(after_help = REPORTED)]
    Report(Report),
    /// Find the line behind a name in AWS: a logical id, a state, a parameter, an output, a stack
    #[command(after_help = TRACED)]
    Trace(Trace),
}

#[derive(Debug, Args)]
pub struct Compile {
    /// The platform file; its folder is the project
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The folder that is written: replaced as a whole if `drc` wrote it; other files in it are never touched
    #[arg(short, long, value_name = "DIR", default_value = "out")]
    pub output: PathBuf,
    /// Write over files of others that are in the way, and into a folder that `drc` did not make; all other files are kept
    #[arg(long)]
    pub force: bool,
    /// Tell what each stack takes from another one, and how
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The platform files; each is a project of its own
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Tell what each stack takes from another one, and how
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Graph {
    /// The platform file; its folder is the project
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The language of the picture: Mermaid is drawn by code hosts and wikis, DOT by Graphviz
    #[arg(long = "as", value_name = "LANGUAGE", default_value = "mermaid")]
    pub language: Language,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Mermaid,
    Dot,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// The files; `-` reads standard input and writes standard output
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Write nothing; name the files that are not formatted, and end with 1 if there are any
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub showing: Showing,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A code (`DR0402`), the slug of a library module (`aurora/born_in`), a resource type or a property of it
    /// (`AWS::RDS::DBCluster.Engine`), a service or an operation (`rds.failoverGlobalCluster`); without it, all codes are listed
    #[arg(value_name = "WHAT")]
    pub what: Option<String>,
    /// When colours are written; NO_COLOR and CLICOLOR_FORCE are heard too
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

#[derive(Debug, Args)]
pub struct Doc {
    /// What is documented: `std`, a module of it (`std/aurora`), or files; several have an index
    #[arg(value_name = "WHAT", required = true)]
    pub what: Vec<PathBuf>,
    /// The folder of the pages; without it, standard output. Pages that `drc doc` wrote are replaced, other files are kept
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Write over files of others that have the name of a page
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub showing: Showing,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The platform file; its folder is the project
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The form of the report (see below)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: Form,
    /// The file that is written; without it, or as `-`, standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub with: With,
    /// What is refused beside errors
    #[arg(long, value_name = "WHAT")]
    pub deny: Vec<Deny>,
    /// When colours are written; NO_COLOR and CLICOLOR_FORCE are heard too
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Text,
    Json,
    Html,
}

#[derive(Debug, Args)]
pub struct Trace {
    /// What is looked for: `LedgerCluster`, `promote`, `evacuate/promote`, `Suffix`, `us-east-1/data`, `orders-data-prod` ...
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The platform file; its folder is the project
    #[arg(value_name = "FILE", default_value = "platform.dr")]
    pub file: PathBuf,
    #[command(flatten)]
    pub common: Common,
}

/// What is compiled with: everything beside the files themselves.
#[derive(Debug, Args)]
pub struct With {
    /// The value of a `setting` of the platform; can be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
    /// A file with values for settings and parameters: `NAME = VALUE` lines; `--set` wins over it
    #[arg(long = "env", value_name = "FILE")]
    pub environment: Option<PathBuf>,
    /// The manifest from which the running platform was deployed: what it lists is there already, and only what is new is phased
    #[arg(long, value_name = "MANIFEST")]
    pub deployed: Option<PathBuf>,
    /// The day with which dates are compared, as 2026-10-20; the clock never counts [default: the day of the data, see --version]
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Common {
    #[command(flatten)]
    pub with: With,
    /// What is refused beside errors
    #[arg(long, value_name = "WHAT")]
    pub deny: Vec<Deny>,
    #[command(flatten)]
    pub showing: Showing,
}

/// How findings are shown.
#[derive(Debug, Args)]
pub struct Showing {
    /// The most findings that are shown, errors first; 0 shows all [default: 20 for people, all for programs]
    #[arg(long, value_name = "N")]
    pub max_errors: Option<usize>,
    /// The form of findings (see below)
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    pub format: Option<FormatName>,
    /// When colours are written; NO_COLOR and CLICOLOR_FORCE are heard too
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Say nothing but findings
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    Warnings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    Graphical,
    Narrated,
    Plain,
    Short,
    Json,
    MietteJson,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_string(), value.to_string())),
        _ => Err("write it as NAME=VALUE, for example --set size=large".into()),
    }
}

fn day(text: &str) -> Result<String, String> {
    let wrong = || "write a day as YEAR-MONTH-DAY, for example 2026-10-20".to_string();
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let [year, month, day] = <[&str; 3]>::try_from(text.split('-').collect::<Vec<_>>()).map_err(|_| wrong())?;
    let within = |part: &str, most: u32| part.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number));
    let fits = digits(year, 4) && digits(month, 2) && digits(day, 2) && within(month, 12) && within(day, 31);
    if fits { Ok(text.to_string()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn settings_are_split_at_the_first_sign() {
        assert_eq!(setting("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(setting("a="), Ok(("a".into(), String::new())));
        assert!(setting("a").is_err());
        assert!(setting("=b").is_err());
    }

    #[test]
    fn days_are_read() {
        assert_eq!(day("2026-10-20"), Ok("2026-10-20".into()));
        assert!(["2026-13-01", "2026-1-1", "20.10.2026", "today", "2026-10-20-1", "2026-10-00", ""].iter().all(|text| day(text).is_err()));
    }
}
