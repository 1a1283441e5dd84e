//! How long each stage takes by itself: `cargo bench --bench stages`.

mod load;

use divan::Bencher;
use drc::diag::Diagnostics;
use drc::driver::{self, Options};
use drc::source::{FileId, SourceMap};
use load::{SIZES, Text, platform};

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, resources: usize) {
    let text = platform(resources);
    bencher.bench(|| drc::syntax::parse(FileId(0), &text, &mut Diagnostics::new()));
}

#[divan::bench(args = SIZES)]
fn format(bencher: Bencher<'_, '_>, resources: usize) {
    let text = platform(resources);
    bencher.bench(|| drc::syntax::format::format(FileId(0), &text, &mut Diagnostics::new()));
}

/// Everything before writing: modules, expansion, layout; the library's modules included.
#[divan::bench(args = SIZES)]
fn compile(bencher: Bencher<'_, '_>, resources: usize) {
    let text = Text(platform(resources));
    bencher.bench(|| driver::compile("platform.dr", &text, &Options::default(), &mut SourceMap::new(), &mut Diagnostics::new()));
}

#[divan::bench(args = SIZES)]
fn expand(bencher: Bencher<'_, '_>, resources: usize) {
    let text = Text(platform(resources));
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let modules = drc::resolve::load("platform.dr", &text, &mut sources, &mut diagnostics);
    bencher.bench(|| drc::expand::expand(&modules, &sources, &text, &Options::default(), &mut Diagnostics::new()));
}

#[divan::bench(args = SIZES)]
fn layout(bencher: Bencher<'_, '_>, resources: usize) {
    let text = Text(platform(resources));
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let modules = drc::resolve::load("platform.dr", &text, &mut sources, &mut diagnostics);
    let expanded = drc::expand::expand(&modules, &sources, &text, &Options::default(), &mut diagnostics);
    bencher.bench_local(|| drc::layout::layout(&expanded.model, None, &mut Diagnostics::new()));
}

/// Serialisation of every file into nothing.
#[divan::bench(args = SIZES)]
fn emit(bencher: Bencher<'_, '_>, resources: usize) {
    let text = Text(platform(resources));
    let output = driver::compile("platform.dr", &text, &Options::default(), &mut SourceMap::new(), &mut Diagnostics::new());
    bencher.bench_local(|| {
        if let Some(output) = &output {
            for path in output.files() {
                let _ = output.write(&path, &mut std::io::sink());
            }
        }
    });
}
