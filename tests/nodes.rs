//! Nothing that a user wrote is dropped in silence: for every kind of syntax node the smallest platform that uses it, and
//! what becomes of it. And the other way round: what has no meaning where it stands is refused.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

mod project;
#[path = "nodes/walk.rs"]
mod walk;

use drc::diag::Diagnostics;
use drc::source::{Origin, SourceMap};
use project::Project;

const BASE: &str = "\
platform shop { rto = 15min }
region primary = us-east-1
region standby = us-east-2
let both = [primary, standby]
";

/// What is there to be used by the cases about components and plans.
const QUEUE: &str = "\
component queue {
  input delay: Number = 0
  resource queue: AWS::SQS::Queue { QueueName = self.name, DelaySeconds = delay }
  output url: Url in regions = queue.ref
  output target: Any in regions = queue.arn
  metric age: Duration in regions = cloudwatch(\"AWS/SQS\", \"ApproximateAgeOfOldestMessage\") { unit = \"Seconds\", dimensions = { QueueName: queue.QueueName } }
  grant send in regions { actions = [\"sqs:SendMessage\"], on = [queue.arn] }
  condition empty {
    let seen = call sqs.getQueueAttributes { QueueUrl = queue.ref }
    holds = seen.Attributes.Count == \"0\"
  }
  action probe in here is read_only { call sqs.getQueueAttributes { QueueUrl = queue.ref } }
  action purge in here {
    done when empty every 5s within 1min
    call sqs.purgeQueue { QueueUrl = queue.ref }
  }
  action notify in here {
    input message: String
    call sqs.sendMessage { QueueUrl = queue.ref, MessageBody = message }
  }
  action ask in here {
    input question: String
    call sqs.sendMessage { QueueUrl = queue.ref, MessageBody = \"${question} ${token}\" } waits
  }
  action run in here { call sqs.sendMessage { QueueUrl = queue.ref, MessageBody = \"run\" } within 20s }
}
";

/// What becomes of a node.
enum Shows {
    /// The output is another one without it.
    Output,
    /// It is reported with this code, and without it nothing is.
    Finding(&'static str),
    /// Without it the platform is refused with this code.
    Needed(&'static str),
    /// It is for readers: the output is the same, and the formatter keeps it.
    Reader,
}

use Shows::{Finding, Needed, Output, Reader};

struct Case {
    node: &'static str,
    with: String,
    without: String,
    shows: Shows,
}

fn case(node: &'static str, with: &str, without: &str, shows: Shows) -> Case {
    let whole = |text: &str| {
        let base = if ["platform", "region", "file documentation"].contains(&node) { "" } else { BASE };
        let queue = if text.contains(": queue") { QUEUE } else { "" };
        format!("{base}{queue}{text}\n")
    };
    Case { node, with: whole(with), without: whole(without), shows }
}

impl Case {
    /// The text without the node stands first in it.
    fn turned(self) -> Self {
        Self { with: self.without, without: self.with, ..self }
    }

    fn for_readers(self) -> Self {
        Self { shows: Reader, ..self }
    }
}

/// A case about an expression: it is the value of a property that may be anything.
fn value(node: &'static str, with: &str, without: &str) -> Case {
    let text = |value: &str| {
        format!("resource q: AWS::CloudFormation::CustomResource in primary {{ ServiceToken = \"arn:aws:sns:us-east-1:1:x\", Value = {value} }}")
    };
    case(node, &text(with), &text(without), Output)
}

/// A case about something in the queue of the tests: `old` becomes `new`.
fn queue(node: &'static str, old: &str, new: &str, shows: Shows, uses: &str) -> Case {
    assert!(QUEUE.contains(old), "{node}: the queue has no `{old}`");
    let (with, without) = (format!("{BASE}{QUEUE}{uses}\n"), format!("{BASE}{}{uses}\n", QUEUE.replacen(old, new, 1)));
    Case { node, with, without, shows }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let one = "service q: queue in both {}\n";
    let drill = |inside: &str| format!("{one}drill d in both {{\n{inside}\n}}");
    let probe = "step a = q.probe()";
    let failover = |inside: &str| format!("{one}failover f from primary to standby {{\nstart = \"operator\"\ndetect = 1min\ndecide = 5min\n{probe}\n{inside}\n}}");
    let woken = |start: &str| {
        let alarm = "alarm old in standby { when max(q.age) over 1min > 1min }";
        format!("{one}{alarm}\nfailover f from primary to standby {{\n{start}\n{probe}\n}}")
    };
    let by_hand = "start = \"operator\"\ndetect = 1min\ndecide = 5min";
    let purge = "service q: queue in both {}\nfailover f from primary to standby { start = \"operator\", detect = 1min, decide = 5min, step a = q.purge() }";
    let run = "service q: queue in both {}\nfailover f from primary to standby { start = \"operator\", detect = 1min, decide = 5min, step a = run q is traffic }";
    let ask = "service q: queue in both {}\nfailover f from primary to standby { start = \"operator\", detect = 1min, decide = 5min, step a = ask q \"ready?\" { within = 5min } }";
    let topic = "use std@1.{topic}\nservice t: topic.alerts in both { to = [\"a@example.com\"] }\n";
    let bare = topic.split_once('\n').map_or("", |(_, rest)| rest);
    let table = |inside: &str| format!("use std@1.{{table}}\nreplica t: table.global across both {{ key = {{ id: \"S\" }}, recovery = \"none\" {inside} }}");
    let r = "resource q: AWS::SQS::Queue in primary";
    let hub = "component hub {\n  gather wanted: String\n  resource q: AWS::SQS::Queue { DelaySeconds = wanted.length }\n}\nservice h: hub in both {}\n";
    let alarm = |inside: &str| format!("{one}alarm a in both {{\n{inside}\n}}");
    let when = "when max(q.age) over 1min > 1min";
    vec![
        // ---- statements
        case("use", topic, bare, Needed("DR0201")),
        case("use of the library", topic, bare, Needed("DR0201")),
        case("version", topic, &topic.replace("@1", ""), Needed("DR0210")),
        case("use of a file", "use \"./lib.dr\" as lib\nlet x = lib.one", "let x = lib.one", Needed("DR0201")),
        case("name of a use", "use \"./lib.dr\" as library\nlet x = library.one", "use \"./lib.dr\"\nlet x = library.one", Needed("DR0201")),
        case("allow", &table(", allow table/recovery \"a reason\""), &table(""), Needed("table/recovery")),
        case("adjust", &format!("{one}adjust q.queue {{ DelaySeconds = 7 }}"), one, Output),
        case("place of adjust", &format!("{one}adjust q.queue in primary {{ DelaySeconds = 7 }}"), &format!("{one}adjust q.queue {{ DelaySeconds = 7 }}"), Output),
        case("declaration", &format!("{r} {{}}"), "", Output),
        case("assign", &format!("{r} {{ DelaySeconds = 1 }}"), &format!("{r} {{}}"), Output),
        case("if", &format!("if true {{\n{r} {{}}\n}}"), "", Output),
        case("else", &format!("if false {{\n}} else {{\n{r} {{}}\n}}"), "if false {\n}", Output),
        case("else if", &format!("if false {{\n}} else if true {{\n{r} {{}}\n}}"), "if false {\n}", Output),
        case("for", &format!("for x in [1] {{\n{r} {{}}\n}}"), &format!("{r} {{}}"), Output),
        case("second name of for", &format!("for k, v in {{ a: 1 }} {{\n{r} {{ DelaySeconds = v }}\n}}"), &format!("for k in {{ a: 1 }} {{\n{r} {{ DelaySeconds = v }}\n}}"), Needed("DR0201")),
        case("require", "require false else \"no\" as \"shop/no\"", "", Finding("shop/no")),
        case("advise", "advise false else \"no\" as \"shop/no\"", "", Finding("shop/no")),
        case("fix of require", "require true else \"no\" as \"shop/no\" fix delay = 1", "require true else \"no\" as \"shop/no\"", Reader),
        case("contribute", &format!("{hub}contribute h.wanted = [\"a\"]"), hub, Output),
        case("moved", &format!("{r} {{ moved from old }}"), &format!("{r} {{}}"), Output),
        case("when", &alarm(when), &alarm(""), Needed("DR0114")),
        case("datapoints", &alarm(&format!("{when} for 2 of 3")), &alarm(when), Output),
        case("notify", &alarm(&format!("{when}\nnotify q")), &alarm(when), Output),
        case("text of notify", &alarm(&format!("{when}\nnotify q \"wake up\"")), &alarm(&format!("{when}\nnotify q")), Output),
        case("on", &failover("on failure { notify q }"), &failover(""), Output),
        case("later", &format!("{r} {{ later {{ DelaySeconds = 1 }} }}"), &format!("{r} {{ DelaySeconds = 1 }}"), Output),
        case("parallel", &drill("parallel {\nstep a = q.probe()\nstep b = q.probe()\n}"), &drill("step a = q.probe()\nstep b = q.probe()"), Output),
        queue("done when", "    done when empty every 5s within 1min\n", "", Output, purge),
        queue("call statement", "    call sqs.purgeQueue { QueueUrl = queue.ref }\n", "", Output, purge),
        case("check", "component c { action a in here is read_only {\nlet x = call sqs.listQueues {}\ncheck x.NextToken == \"\" else \"no\"\n} }\nservice c1: c in both {}\ndrill d in both { step a = c1.a() }",
            "component c { action a in here is read_only {\nlet x = call sqs.listQueues {}\n} }\nservice c1: c in both {}\ndrill d in both { step a = c1.a() }", Output),
        case("start when", &woken("start when old"), &woken(by_hand), Output),
        case("approve", &failover("approve q within 5min"), &failover(""), Output),
        queue("delay", "    call sqs.purgeQueue", "    takes 5s as \"steering\" \"it does\"\n    call sqs.purgeQueue", Reader, purge).turned(),
        queue("takes", "    call sqs.purgeQueue", "    takes 5s as \"steering\" \"it does\"\n    call sqs.purgeQueue", Reader, purge).turned(),
        queue("assumes", "    call sqs.purgeQueue", "    assumes 5s as \"dns\" \"it does\"\n    call sqs.purgeQueue", Reader, purge).turned(),
        queue("usually", "    call sqs.purgeQueue", "    usually 5s \"it does\"\n    call sqs.purgeQueue", Reader, purge).turned(),
        case("best_effort", &drill("step a = q.probe() { best_effort }"), &drill(probe), Output),
        // ---- declarations
        case("platform", "platform shop {}\nregion primary = us-east-1", "region primary = us-east-1", Needed("DR0215")),
        case("region", "platform shop {}\nregion primary = us-east-1", "platform shop {}", Needed("DR0309")),
        case("setting", &format!("setting n: Number = 3\n{r} {{ DelaySeconds = n }}"), &format!("{r} {{ DelaySeconds = n }}"), Needed("DR0201")),
        case("param", "param n: Number = 3", "", Output),
        case("let", &format!("let n = 3\n{r} {{ DelaySeconds = n }}"), &format!("{r} {{ DelaySeconds = n }}"), Needed("DR0201")),
        case("replica", "replica q: queue across both {}", "", Output),
        case("service", "service q: queue in both {}", "", Output),
        case("route", "route q: queue across both {}", "", Output),
        case("resource", &format!("{r} {{}}"), "", Output),
        case("alarm", &alarm(when), one, Output),
        case("failover", &failover(""), one, Output),
        case("failback", &format!("{one}failback f from standby to primary {{ {probe} }}"), one, Output),
        case("drill", &drill(probe), one, Output),
        case("component", "component c {}\nservice x: c in both {}", "service x: c in both {}", Needed("DR0313")),
        case("type", "type t { output a: Any }\nlet x: t = { a: 1 }", "let x: t = { a: 1 }", Needed("DR0313")),
        case("external", "external b: AWS::S3::Bucket { BucketName = \"b\" }\nlet x = b.ref", "let x = b.ref", Needed("DR0201")),
        case("group", &format!("group g {{ {r} {{}} }}"), &format!("{r} {{}}"), Output),
        queue("input", "  input delay: Number = 0\n", "", Needed("DR0204"), "service q: queue in both { delay = 1 }"),
        queue("output", "  output url: Url in regions = queue.ref\n", "", Needed("DR0202"), "service q: queue in both {}\nlet x in both = q.url"),
        case("metric", &alarm(when), &alarm(when).replace("q.age", "q.url"), Needed("DR0301")),
        queue("grant", "  grant send in regions { actions = [\"sqs:SendMessage\"], on = [queue.arn] }\n", "", Needed("DR0202"), "service q: queue in both {}\nlet x in both = q.send"),
        case("gather", hub, &hub.replace("  gather wanted: String\n", ""), Needed("DR0201")),
        queue("condition", "  condition empty {\n    let seen = call sqs.getQueueAttributes { QueueUrl = queue.ref }\n    holds = seen.Attributes.Count == \"0\"\n  }\n", "", Needed("DR0201"), purge),
        queue("action", "  action probe in here is read_only { call sqs.getQueueAttributes { QueueUrl = queue.ref } }\n", "", Needed("DR0407"), &drill(probe)),
        case("step", &drill(probe), &drill(""), Needed("DR0403")),
        case("pub", "use \"./lib.dr\"\nlet x = lib.one", "use \"./lib.dr\"\nlet x = lib.two", Needed("DR0208")),
        case("external before a kind", "external service q: queue in both {}", one, Output),
        case("documentation", &alarm(when).replace("alarm", "/// Wakes people.\nalarm"), &alarm(when), Output),
        case("documentation", &format!("/// For readers.\n{r} {{}}"), &format!("{r} {{}}"), Reader),
        case("file documentation", "platform shop {}\nregion primary = us-east-1", "", Reader),
        case("comment", &format!("// For readers.\n{r} {{}}"), &format!("{r} {{}}"), Reader),
        case("type", "type t { output a: Any }\nlet x: t = { b: 1 }", "type t { output a: Any }\nlet x = { b: 1 }", Finding("DR0301")),
        case("value", "let x = y", "param y: String\nlet x = y", Finding("DR0201")),
        case("block", &format!("{r} {{ DelaySeconds = 1 }}"), r, Output),
        // ---- clauses and types
        case("clause in", &format!("{r} {{}}"), "resource q: AWS::SQS::Queue {}", Needed("DR0114")),
        case("clause across", "replica q: queue across both {}", "replica q: queue {}", Needed("DR0114")),
        case("clause among", &format!("{one}failover f among both {{\n{by_hand}\n{probe}\n}}"), &format!("{one}failover f {{\n{by_hand}\n{probe}\n}}"), Needed("DR0114")),
        case("clause from", &failover(""), &failover("").replace("from primary ", ""), Needed("DR0114")),
        case("clause to", &failover(""), &failover("").replace("to standby ", ""), Needed("DR0114")),
        case("clause every", &drill(probe).replace("in both {\nstep", "in both every 1h {\nstep"), &drill(probe), Output),
        queue("clause is", " is read_only", "", Needed("DR0405"), &drill(probe)),
        queue("clause with words", " is read_only", "", Needed("DR0405"), &drill(probe)),
        case("clause with a value", &format!("{r} {{}}"), "resource q: AWS::SQS::Queue {}", Needed("DR0114")),
        case("named type", "let x: Number = \"a\"", "let x = \"a\"", Finding("DR0301")),
        case("resource type", &format!("{r} {{}}\nlet x: AWS::KMS::Key = q"), &format!("{r} {{}}\nlet x = q"), Finding("DR0301")),
        case("type in a type", "let x: List(Number) = [\"a\"]", "let x: List = [\"a\"]", Finding("DR0301")),
        case("text in a type", "let x: String(\"[0-9]+\") = \"a\"", "let x: String = \"a\"", Finding("DR0303")),
        case("range in a type", "let x: Number(1..2) = 3", "let x: Number = 3", Finding("DR0303")),
        case("optional type", "let x: Number? = none", "let x: Number = none", Needed("DR0312")),
        // ---- expressions
        value("none", "none", "1"),
        value("bool", "true", "1"),
        value("number", "1", "true"),
        value("quantity", "(5min).seconds", "5"),
        value("rate", "(100/s).per_second", "5"),
        value("cidr", "10.0.0.0/16", "5"),
        value("region code", "us-east-1", "5"),
        value("string", "\"a\"", "5"),
        value("plain string", "\"a\"", "5"),
        value("raw string", r##"#"a\d"#"##, "5"),
        value("string of several lines", "\"\"\"\n  a\n  \"\"\"", "5"),
        value("characters", "\"a\"", "\"\""),
        value("interpolation", "\"${1}\"", "\"\""),
        value("name", "platform", "5"),
        value("list", "[1]", "1"),
        value("spread of a list", "[...[1]]", "[[1]]"),
        value("comprehension", "[for x in [1] x]", "1"),
        value("second name of a comprehension", "[for k, v in [7] k]", "[for k in [7] k]"),
        value("condition of a comprehension", "[for x in [1] if false x]", "[for x in [1] x]"),
        value("map", "{ a: 1 }", "1"),
        value("entry", "{ a: 1 }", "{}"),
        value("spread of a map", "{ ...{ a: 1 } }", "{}"),
        value("quoted key", "{ \"a\": 1 }", "{ a: 1 }").for_readers(),
        value("range", "(1..3).high", "1"),
        value("lambda", "[1].map(x => x + 1)", "[1]"),
        value("unary", "-1", "1"),
        value("minus", "-1", "1"),
        value("not", "not true", "true"),
        value("binary", "1 + 2", "1"),
        value("or", "false or true", "false"),
        value("and", "true and false", "true"),
        value("==", "1 == 1", "1"),
        value("!=", "1 != 1", "1"),
        value("<", "1 < 1", "1"),
        value("<=", "1 <= 1", "1"),
        value(">", "1 > 1", "1"),
        value(">=", "1 >= 1", "1"),
        value("in", "1 in [1]", "1"),
        value("+", "1 + 2", "1"),
        value("-", "1 - 2", "1"),
        value("*", "1 * 2", "1"),
        value("/", "1 / 2", "1"),
        value("??", "none ?? 2", "none"),
        value("if expression", "if false then 1 else 2", "1"),
        value("member", "[1].length", "[1]"),
        case("optional member", "let x = none\nlet y = x?.a", "let x = none\nlet y = x.a", Needed("DR0312")),
        value("index", "[1][0]", "[1]"),
        value("apply", "max(1, 2)", "1"),
        queue("call", "call sqs.getQueueAttributes { QueueUrl = queue.ref }\n    holds = seen.Attributes.Count == \"0\"", "1\n    holds = seen == 0", Output, purge),
        queue("on of a call", "call sqs.purgeQueue { QueueUrl = queue.ref }", "call sqs.purgeQueue { QueueUrl = queue.ref }", Output, purge).changed("call sqs.purgeQueue { QueueUrl = queue.ref }", "call sqs.purgeQueue { QueueUrl = queue.ref } on [\"arn:aws:sqs:us-east-1:1:x\"]"),
        queue("tolerates", "call sqs.purgeQueue { QueueUrl = queue.ref }", "call sqs.purgeQueue { QueueUrl = queue.ref }", Output, purge).changed("call sqs.purgeQueue { QueueUrl = queue.ref }", "call sqs.purgeQueue { QueueUrl = queue.ref } tolerates [\"Sqs.PurgeQueueInProgressException\"]"),
        queue("within of a call", " within 20s", "", Output, run),
        queue("waits of a call", " waits", "", Needed("DR0201"), ask),
        case("ask", &failover("step b = ask q \"ready?\" { within = 5min }"), &failover(""), Output),
        case("run", &failover("step b = run q is traffic"), &failover(""), Output),
        case("wait", &failover("step b = wait 5s \"settles\""), &failover(""), Output),
    ]
}

impl Case {
    /// The same with something changed where the node is.
    fn changed(mut self, old: &str, new: &str) -> Self {
        self.with = self.with.replacen(old, new, 1);
        self
    }

    fn verdict(&self) -> Result<(), String> {
        let project = |text: &str| Project::new(text).file("lib.dr", "pub let one = 1\nlet two = 2\n");
        let counted = |text: &str| walk::count(&tree(text)).get(self.node).copied().unwrap_or(0);
        // What a module or a platform of its own says is not in the text of the other one.
        if counted(&self.with) == 0 && self.node != "pub" && self.node != "file documentation" {
            return Err("the text does not use it".into());
        }
        let (with, without) = (project(&self.with).compile_part(), project(&self.without).compile_part());
        match self.shows {
            Output => {
                if with.failed() || without.failed() {
                    return Err(format!("{}{}", with.shown, without.shown));
                }
                if with.text() == without.text() { Err("the output is the same without it".into()) } else { Ok(()) }
            }
            Finding(code) => expect(&with.codes(), &[code], &with.shown).and_then(|()| expect(&without.codes(), &[], &without.shown)),
            Needed(code) => expect(&with.codes(), &[], &with.shown).and_then(|()| {
                let codes = without.codes();
                if codes.iter().any(|found| found == code) {
                    Ok(())
                } else {
                    Err(format!("expected {code} without it, found {codes:?}\n{}", without.shown))
                }
            }),
            Reader => {
                let (with, without) = if self.node == "file documentation" {
                    (format!("//! For readers.\n{}", self.with), self.with.clone())
                } else {
                    (self.with.clone(), self.without.clone())
                };
                if project(&with).compile().text() != project(&without).compile().text() {
                    return Err("the output is another one without it".into());
                }
                let kept = walk::count(&tree(&formatted(&with)));
                if kept.get(self.node).copied().unwrap_or(0) == 0 { Err("the formatter loses it".into()) } else { Ok(()) }
            }
        }
    }
}

fn expect(found: &[String], wanted: &[&str], shown: &str) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("expected {wanted:?}, found {found:?}\n{shown}")) }
}

fn tree(text: &str) -> drc::syntax::ast::File {
    let mut sources = SourceMap::new();
    let file = sources.add("platform.dr", text, Origin::Project);
    drc::syntax::parse(file, text, &mut Diagnostics::new())
}

fn formatted(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("platform.dr", text, Origin::Project);
    drc::syntax::format::format(file, text, &mut Diagnostics::new()).expect("the text can be read")
}

#[test]
fn every_node_counts_for_something() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| case.verdict().err().map(|reason| format!("`{}`: {reason}\n{}", case.node, case.with.replacen(BASE, "", 1))))
        .collect();
    assert!(wrong.is_empty(), "{} cases\n\n{}", wrong.len(), wrong.join("\n----\n"));
}

#[test]
fn every_node_has_a_case() {
    let cases = cases();
    let known = walk::all();
    let missing: Vec<_> = known.iter().filter(|node| !cases.iter().any(|case| case.node == **node)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let unknown: Vec<_> = cases.iter().map(|case| case.node).filter(|node| !known.contains(node)).collect();
    assert!(unknown.is_empty(), "no node is called {unknown:?}");
}

/// What has no meaning where it stands, and the finding that says so.
#[rustfmt::skip]
const REFUSED: &[(&str, &str)] = &[
    // Parts of headers.
    ("DR0114", "param x: String {\n}"),
    ("DR0114", "param x: String?"),
    ("DR0114", "setting x: Number in both = 1"),
    ("DR0114", "let x = 1 {\n}"),
    ("DR0114", "let x across both = 1"),
    ("DR0114", "pub param x: String"),
    ("DR0114", "region third: String = eu-west-1"),
    ("DR0114", "component c = 1 {\n}"),
    ("DR0114", "component c in both {\n}"),
    ("DR0114", "component c is store {\n}"),
    ("DR0114", "component c is replica, service {\n}"),
    ("DR0114", "component c { action a in primary {} }"),
    ("DR0114", "component c { action a is losy {} }"),
    ("DR0114", "component c { grant g: String in regions { actions = [], on = [] } }"),
    ("DR0114", "component c { output x = 1 {} }"),
    ("DR0114", "component c { input x: Number across both }"),
    ("DR0114", "type t { output x: Number = 1 }"),
    ("DR0114", "type t is service { output x: Number }"),
    ("DR0114", "group g in both {\n}"),
    ("DR0114", "resource q: AWS::SQS::Queue across both {}"),
    ("DR0114", "service q: queue in both = 1 {}"),
    ("DR0114", "service q: queue in both across both {}"),
    ("DR0114", "service q: queue in both {}\nalarm a: Number in both { when max(q.age) over 1min > 1min }"),
    ("DR0114", "service q: queue in both {}\ndrill d from primary in both { step a = q.probe() }"),
    ("DR0114", "service q: queue in both {}\nfailover f from primary to standby every 1h { step a = q.probe() }"),
    ("DR0114", "service q: queue in both {}\ndrill d in both { step a: Number = q.probe() }"),
    ("DR0114", "service q: queue in both {}\nadjust q.queue from primary { DelaySeconds = 1 }"),
    // Types that say nothing.
    ("DR0313", "let x: Bool(1..2) = true"),
    ("DR0313", "let x: Email(\"a\") = \"a@example.com\""),
    ("DR0313", "let x: List(String, Number) = []"),
    ("DR0313", "let x: Number(\"a\") = 1"),
    ("DR0313", "let x: Number(1s..2s) = 1"),
    ("DR0313", "let x: Duration(1..2) = 1s"),
    ("DR0313", "let x: String(\"(\") = \"a\""),
    ("DR0313", "let x: OneOf = \"a\""),
    ("DR0313", "let x: PerRegion = 1"),
    ("DR0313", "component c { input x: Number(1..2, 3..4) }"),
    // Statements out of place, in components that nobody uses too.
    ("DR0113", "group g { output x in primary = 1 }"),
    ("DR0310", "output x = 1"),
    ("DR0113", "moved from old"),
    ("DR0113", "best_effort"),
    ("DR0113", "if true { region third = eu-west-1 }"),
    ("DR0113", "if true { param x: String }"),
    ("DR0113", "if true { component c {} }"),
    ("DR0113", "if true { use std@1.{table} }"),
    ("DR0113", "group g { param x: String }"),
    ("DR0113", "group g { group h {} }"),
    ("DR0113", "component c { if true { input x: Number } }"),
    ("DR0113", "component c { if true { layer = \"data\" } }"),
    ("DR0113", "component c { moved from old }"),
    ("DR0113", "component c { step a = wait 1s \"x\" }"),
    ("DR0113", "component c { region third = eu-west-1 }"),
    ("DR0113", "component c { metric m: Number = cloudwatch(\"A\", \"B\") { let x = 1 } }"),
    ("DR0113", "component c { action a { resource q: AWS::SQS::Queue {} } }"),
    ("DR0113", "component c { action a { call sqs.listQueues { let x = 1 } } }"),
    ("DR0113", "component c { condition d { check true else \"x\" } }"),
    ("DR0113", "component c { resource q: AWS::SQS::Queue { if true { layer = \"data\" } } }"),
    ("DR0113", "component c { resource q: AWS::SQS::Queue { if true { moved from old } } }"),
    ("DR0113", "component c { resource q: AWS::SQS::Queue { for x in [1] { DelaySeconds = x } } }"),
    ("DR0113", "type t { let x = 1 }"),
    ("DR0113", "service q: queue in both { let x = 1 }"),
    ("DR0113", "service q: queue in both {}\nadjust q.queue { layer = \"data\" }"),
    ("DR0113", "service q: queue in both {}\nalarm a in both { when max(q.age) over 1min > 1min, x = 1 }"),
    ("DR0113", "service q: queue in both {}\nalarm a in both {\nwhen max(q.age) over 1min > 1min\nwhen min(q.age) over 1min > 1min\n}"),
    ("DR0113", "service q: queue in both {}\ndrill d in both { if true { step a = q.probe() } }"),
    ("DR0113", "service q: queue in both {}\ndrill d in both {\nparallel { notify q }\nstep a = q.probe()\n}"),
    ("DR0113", "service q: queue in both {}\nfailover f from primary to standby {\nstep a = q.probe()\non failure { step b = q.probe() }\n}"),
    ("DR0113", "service q: queue in both {}\ndrill d in both { step a = q.probe() { notify q } }"),
    ("DR0113", "component c { external b: AWS::S3::Bucket { BucketName = \"b\" } }\nservice x: c in primary {}\nadjust x.b { A = 1 }"),
    // Said twice.
    ("DR0609", "service q: queue in both { delay = 1, delay = 2 }"),
    ("DR0609", "resource q: AWS::SQS::Queue in primary { DelaySeconds = 1, DelaySeconds = 2 }"),
    ("DR0609", "resource q: AWS::SQS::Queue in primary { deletion = \"retain\", deletion = \"delete\" }"),
    ("DR0609", "component c { layer = \"data\", layer = \"app\" }"),
    ("DR0609", "component c { grant g { actions = [], actions = [], on = [] } }"),
    ("DR0609", "component c { action a { call sqs.listQueues { A = 1, A = 2 } } }"),
    ("DR0609", "service q: queue in both {}\ndrill d in both { step a = q.probe() { within = 1min, within = 2min } }"),
    ("DR0609", "service q: queue in both {}\nadjust q.queue { DelaySeconds = 1 }\nadjust q.queue in primary { DelaySeconds = 2 }"),
    // Values that would be lost.
    ("DR0301", "use std@1.{table}\nreplica t: table.global across both { key = { id: \"S\" }, stream = 5 }"),
    ("DR0109", "let why = \"x\"\nuse std@1.{table}\nreplica t: table.global across both { key = { id: \"S\" }, recovery = \"none\", allow table/recovery \"${why}\" }"),
    ("DR0109", "component c { action a { require true else \"no\" as \"no\" } }"),
    ("DR0113", "component c { condition d { require true else \"no\" as \"c/no\" } }"),
    ("DR0109", "require true else \"no\" as \"no\""),
    ("DR0208", "component c { let hidden = 1 }\nservice x: c in both {}\nlet y = x.hidden"),
    ("DR0315", "param password: Secret(String)\ncomponent c { input p: Secret(String), action a in here is read_only { call sqs.listQueues { QueueNamePrefix = p } } }\nservice x: c in both { p = password }\ndrill d in both { step a = x.a() }"),
    ("DR0301", "type t { output a: Number }\nlet x: t = { a: \"text\" }"),
    ("DR0301", "type t { output url: Number }\ncomponent c { input q: t }\nservice q: queue in both {}\nservice x: c in both { q = q }"),
];

#[test]
fn what_would_be_dropped_is_refused() {
    let mut wrong = Vec::new();
    for (code, text) in REFUSED {
        let queue = if text.contains(": queue") { QUEUE } else { "" };
        let compiled = Project::new(&format!("{BASE}{queue}{text}\n")).compile();
        let codes = compiled.codes();
        if !codes.iter().any(|found| found == code) || !compiled.failed() {
            wrong.push(format!("expected {code}, found {codes:?}\n{text}\n{}", compiled.shown));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n\n{}", wrong.len(), REFUSED.len(), wrong.join("\n----\n"));
}

#[test]
fn a_module_defines_and_does_nothing_else() {
    for text in ["require true else \"a\" as \"a/b\"", "if true {}", "adjust a.b {}", "param x: String", "resource q: AWS::SQS::Queue in here {}"] {
        let compiled = Project::new(&format!("{BASE}use \"./lib.dr\"\n")).file("lib.dr", text).compile();
        assert_eq!(compiled.codes(), ["DR0113"], "{text}\n{}", compiled.shown);
    }
}
