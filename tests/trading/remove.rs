//! A point of the platform without its declarations.

use crate::output::Output;
use crate::project::Project;
use crate::sentence::Sentence;
use crate::source::block;
use drc::diag::Severity;
use serde::Deserialize;

/// What is deleted for a point. The head of `removals.toml` says what may stand in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    pub point: String,
    /// Beginnings of the declarations.
    delete: Vec<String>,
    /// Where others name them: what stands there, and what then.
    #[serde(default)]
    change: Vec<(String, String)>,
    /// Sentences of the point that hold still, with the reason.
    #[serde(default)]
    stays: Vec<(String, String)>,
    /// Findings that a platform without the point has, with the reason.
    #[serde(default)]
    finds: Vec<(String, String)>,
}

/// The text without what is deleted.
fn without(removal: &Removal, platform: &str) -> Result<String, String> {
    let mut text = platform.to_string();
    for head in &removal.delete {
        let mut start = 0;
        let line = text.split_inclusive('\n').find(|line| {
            let found = line.trim_start().strip_prefix(head.as_str()).is_some_and(|rest| rest.starts_with([' ', ':']));
            start += if found { 0 } else { line.len() };
            found
        });
        line.ok_or_else(|| format!("there is no `{head}`"))?;
        let end = start + block(&text, start).len();
        // The lines above that say what it is.
        let comments = text[..start].split_inclusive('\n').rev().take_while(|line| line.trim_start().starts_with("///"));
        let start = start - comments.map(str::len).sum::<usize>();
        text.replace_range(start..end, "");
    }
    for (from, to) in &removal.change {
        if !text.contains(from) {
            return Err(format!("`{from}` is nowhere"));
        }
        text = text.replace(from, to);
    }
    Ok(text)
}

/// Whether exactly the point is gone.
pub fn judge(removal: &Removal, sentences: &[Sentence], platform: &str, with: &dyn Fn(&str) -> Project) -> Result<(), String> {
    let fail = |what: String| format!("without point {}: {what}", removal.point);
    let text = without(removal, platform).map_err(fail)?;
    let compiled = with(&text).compile();
    let expected = |code: &str| removal.finds.iter().any(|(known, _)| known == code);
    if compiled.failed() || compiled.findings.iter().any(|finding| finding.severity == Severity::Error || !expected(&finding.code)) {
        return Err(fail(compiled.shown));
    }
    if let Some((code, _)) = removal.finds.iter().find(|(code, _)| !compiled.codes().contains(code)) {
        return Err(fail(format!("{code} is not found")));
    }
    let output = Output::new(&compiled);
    let mut wrong = Vec::new();
    let mut named: Vec<&String> = removal.stays.iter().map(|(says, _)| says).collect();
    for sentence in sentences {
        let speaks_of_it = sentence.point == removal.point || sentence.with.contains(&removal.point);
        let stays = named.iter().position(|says| **says == sentence.says).map(|at| named.remove(at)).is_some();
        let broken = sentence.broken_anywhere(&output);
        match (speaks_of_it && !stays, broken.is_empty()) {
            (true, true) => wrong.push(format!("still holds: {}: {}", sentence.point, sentence.says)),
            (false, false) => wrong.push(format!("holds no more: {}: {}\n        {}", sentence.point, sentence.says, broken.join("\n        "))),
            _ => {}
        }
    }
    wrong.extend(named.iter().map(|says| format!("no such sentence: {says}")));
    if wrong.is_empty() { Ok(()) } else { Err(fail(format!("\n    {}", wrong.join("\n    ")))) }
}
