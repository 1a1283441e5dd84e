//! What the whole process costs: `cargo bench --bench process` compiles platforms of each size with the built `drc` into a
//! temporary folder, and prints the least user and system time of several runs and the most memory.
//!
//! Time of the processor and not of the clock: the clock moves with whatever else the machine does.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what it is for")]

mod load;

use load::{SIZES, platform};
use nix::sys::resource::{UsageWho, getrusage};
use std::process::{Command, ExitCode};

const RUNS: usize = 9;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    println!("{:>9}  {:>9}  {:>9}  {:>9}  {:>7}", "resources", "source", "output", "cpu", "memory");
    for size in SIZES {
        let (source, target) = (folder.path().join("platform.dr"), folder.path().join("out"));
        let text = platform(size);
        std::fs::write(&source, &text)?;
        let mut least = f64::INFINITY;
        for _ in 0..RUNS {
            let before = processor_milliseconds()?;
            let status = Command::new(env!("CARGO_BIN_EXE_drc")).arg("compile").arg(&source).arg("-q").arg("-o").arg(&target).status()?;
            if !status.success() {
                return Err(format!("{size} resources do not compile").into());
            }
            least = least.min(processor_milliseconds()? - before);
        }
        // The most of all children so far: sizes grow, so it is that of the last one.
        let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() as f64 / 1024.0;
        let output = folder_size(&target)?;
        println!("{size:>9}  {:>6} KB  {:>6} KB  {least:>6.1} ms  {memory:>4.0} MB", text.len() / 1000, output / 1000);
    }
    Ok(())
}

fn processor_milliseconds() -> nix::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let milliseconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0;
    Ok(milliseconds(usage.user_time()) + milliseconds(usage.system_time()))
}

fn folder_size(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut total = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        total += if entry.file_type()?.is_dir() { folder_size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(total)
}
