//! Texts and findings made by hand, for the tests of the forms.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by them")]

use drc::diag::{Diagnostic, Severity, codes};
use drc::source::{FileId, Origin, SourceMap, Span};

/// The span of the `nth` occurrence of `needle`.
pub fn nth(sources: &SourceMap, file: FileId, needle: &str, nth: usize) -> Span {
    let text = &sources.get(file).expect("a file of the map").text;
    let (start, _) = text.match_indices(needle).nth(nth).expect("the needle is in the text");
    Span::new(file, start, start + needle.len())
}

/// The span of the first occurrence of `needle`.
pub fn find(sources: &SourceMap, file: FileId, needle: &str) -> Span {
    nth(sources, file, needle, 0)
}

const PLATFORM: &str = r#"use "./stores/redis.dr" as redis

region primary = us-east-1
region standby = us-east-2

failover evacuate from primary to standby {
  step promote  = orders.promote()  { within = 8min }
  step reroute  = front.edit_records()
  step validate = gateway.check()   { within = 1min }
}
"#;

const REDIS: &str = "pub component cache is replica {\n  input size: Number(1..6)\n\n  action promote in to is lossy {\n  }\n}\n";

/// Findings of all weights: labels in two files, notes, help, a fix, no place at all.
pub fn sample() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let library = sources.add("std@1/traffic.dr", "pub component switched is route {\n  action shift in to\n}\n", Origin::Library);
    let platform = sources.add("examples/platform.dr", PLATFORM, Origin::Project);
    let redis = sources.add("examples/stores/redis.dr", REDIS, Origin::Project);
    let findings = vec![
        Diagnostic::error(codes::CANNOT_WRITE, "`out/manifest.json` cannot be written: no space left on device")
            .help("free some space, or name another folder with `-o`"),
        Diagnostic::error(codes::SPLIT_PLAN, "`reroute` needs a control plane that is lost with `primary`")
            .label(find(&sources, platform, "front.edit_records()"), "calls route53:ChangeResourceRecordSets, which AWS runs in us-east-1 only")
            .secondary(find(&sources, platform, "evacuate"), "leaves us-east-1")
            .secondary(find(&sources, library, "action shift"), "this one could be called")
            .note("`evacuate` leaves us-east-1: on that day this call has nobody to answer it")
            .help("use `front.shift()`: it flips a health check from us-east-2, and needs only Route 53's data plane"),
        Diagnostic::warning(codes::UNBOUNDED_WAIT, "`promote` may wait longer than its step allows")
            .label(find(&sources, platform, "within = 8min"), "8 minutes for the whole step")
            .secondary(find(&sources, redis, "action promote in to is lossy {\n  }"), "waits without a bound")
            .fix("write `within = 12min`", find(&sources, platform, "8min"), "12min"),
        Diagnostic::new("traffic/ttl", Severity::Advice, "a shift is seen after 5 minutes at the earliest")
            .label(find(&sources, platform, "step reroute"), "")
            .note("the record lives for 300 s in resolvers that this platform does not know"),
    ];
    (sources, findings)
}
