//! A compiler that is killed while it writes leaves the old output or the new one, whole, and every file of others.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod command;

use command::{Folder, code};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

const ORDERS: &str = include_str!("../examples/orders/platform.dr");
/// How long it is tried.
const LIMIT: Duration = Duration::from_secs(6);
const OTHERS: &[(&str, &str)] = &[("out/us-east-1/notes.md", "mine"), ("out/mine/list.txt", "mine"), ("out/todo", "mine")];

type Written = BTreeMap<String, Vec<u8>>;

fn written(folder: &Folder) -> Written {
    let files = folder.tree().into_iter().filter(|path| path.starts_with("out/") && folder.path(path).is_file());
    files.map(|path| (path.clone(), fs::read(folder.path(&path)).unwrap())).collect()
}

#[test]
fn a_compiler_that_is_killed_at_any_time_leaves_a_whole_output() {
    let folder = Folder::with(&[("one.dr", ORDERS), ("two.dr", &ORDERS.replace("evacuate", "leave"))]);
    let run = |file: &str| assert_eq!(code(&folder.run(&["compile", file, "-q"])), 0);
    run("one.dr");
    for (path, text) in OTHERS {
        folder.write(path, text);
    }
    let mut whole: Vec<Written> = Vec::new();
    let mut longest = Duration::ZERO;
    for file in ["two.dr", "one.dr"] {
        let before = Instant::now();
        run(file);
        longest = longest.max(before.elapsed());
        whole.push(written(&folder));
    }
    assert_ne!(whole.first(), whole.last());

    // Any sequence of moments will do; this one differs from run to run, and is told when it fails.
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let (mut state, start) = (seed, Instant::now());
    let (mut kills, mut ends, mut seen) = (0, 0, BTreeSet::new());
    while start.elapsed() < LIMIT {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let file = if state & (1 << 40) == 0 { "one.dr" } else { "two.dr" };
        let wait = longest.mul_f64(1.1 * (state >> 33) as f64 / f64::from(1_u32 << 31));
        let mut child = folder.command().args(["compile", file, "-q"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(wait);
        child.kill().expect("it can be killed");
        match child.wait().expect("it ends").code() {
            None => kills += 1,
            Some(code) => {
                assert_eq!(code, 0);
                ends += 1;
            }
        }
        let left = written(&folder);
        let found = whole.iter().position(|known| *known == left);
        let paths = left.keys().collect::<Vec<_>>();
        seen.insert(found.unwrap_or_else(|| panic!("neither the old output nor the new one, seed {seed}, after {wait:?}: {paths:#?}")));
    }
    assert!(kills >= 5 && seen.len() == 2, "{kills} killed, {ends} ended, {seen:?}: nothing was tried");
    run("one.dr");
    assert_eq!(Some(&written(&folder)), whole.last());
    let left: Vec<String> = folder.tree().into_iter().filter(|path| path.contains(".drc-")).collect();
    assert!(left.is_empty(), "{left:?}");
}
