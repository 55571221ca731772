//! `trunkline prompts`: which prompts have sounds, and making those that have none (E13, E14).

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use connectors::Recipe;
use ivr::told;
use serde_json::json;

use super::block_on;
use super::progress::ProgressBar;
use crate::Failure;
use crate::cli::PromptsVerb;
use crate::config::Source;
use crate::prompts::{Library, Origin, Prompt, Speech, make_all};

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: PromptsVerb, json: bool) -> Result<(), Failure> {
    let (library, speech) = source.prompts()?;
    match verb {
        PromptsVerb::Build => build(&library, speech, json),
        PromptsVerb::List => {
            list(&library, &source.settings()?.ivr.dir, json);
            Ok(())
        }
        PromptsVerb::Missing => missing(&library, json),
        PromptsVerb::Prune { days } => prune(&library, speech.as_ref(), days, json),
    }
}

/// Makes what is missing; what fails is told, and fails the command.
fn build(library: &Library, speech: Option<Speech>, json: bool) -> Result<(), Failure> {
    let unspoken = library.prompts().iter();
    let mut failures: Vec<String> = unspoken.filter_map(unspoken_line).collect();
    let wanted: Vec<Recipe> = library.wanted().into_iter().map(|(it, _)| it).collect();
    let mut made = 0;
    if let Some(speech) = speech {
        let failed = block_on(async { Ok(make(&speech, &wanted, &mut made).await) })?;
        failures.extend(failed);
    }
    let there = library.prompts().len() - library.prompts().iter().filter(is_missing).count();
    if json {
        println!(
            "{}",
            json!({ "made": made, "there": there, "failures": failures })
        );
    } else {
        println!("{made} made, {there} were there, {} failed", failures.len());
    }
    if failures.is_empty() {
        return Ok(());
    }
    let told = failures.join("\n  ");
    Err(Failure::System(anyhow::anyhow!(
        "not every prompt has a sound:\n  {told}"
    )))
}

/// Removes what no prompt says; speech of a former text is still heard while a canary is tried beside it (M6).
fn prune(library: &Library, speech: Option<&Speech>, days: u16, json: bool) -> Result<(), Failure> {
    if let Some(script) = library.canary() {
        return Err(Failure::Refused(told!(
            "`{script}` is tried on a share of callers: the others still hear the former texts; publish it or take it back first",
            "`{script}` 正在灰度发布：其余主叫仍听旧文本；请先全量发布或撤回"
        )));
    }
    let Some(speech) = speech else {
        return Err(Failure::Refused(told!(
            "`speech.engine` is \"none\": there is no speech that was made",
            "`speech.engine` 为 \"none\"：没有合成的语音"
        )));
    };
    let age = Duration::from_secs(u64::from(days) * 86_400);
    let before = SystemTime::now()
        .checked_sub(age)
        .unwrap_or(SystemTime::UNIX_EPOCH);
    let pruned = speech
        .cache
        .prune(&library.spoken(), before)
        .map_err(|error| Failure::System(error.into()))?;
    let store::Pruned {
        removed,
        bytes,
        kept,
    } = pruned;
    if json {
        println!(
            "{}",
            json!({ "removed": removed, "bytes": bytes, "kept": kept })
        );
    } else {
        println!(
            "{removed} removed ({:.1} MB), {kept} kept",
            bytes as f64 / 1e6
        );
    }
    Ok(())
}

/// What failed, a line each.
async fn make(speech: &Speech, wanted: &[Recipe], made: &mut usize) -> Vec<String> {
    let bar = std::io::stderr().is_terminal().then(ProgressBar::new);
    let all = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
    let mut done = 0;
    let mut failed = Vec::new();
    make_all(speech, wanted.to_vec(), |at, result| {
        done += 1;
        if let Some(bar) = &bar {
            bar.count(done, all, "prompts");
        }
        match (result, wanted.get(at)) {
            (Ok(_), _) => *made += 1,
            (Err(why), Some(recipe)) => {
                failed.push(format!("{} \"{}\": {why}", recipe.language, recipe.text));
            }
            (Err(why), None) => failed.push(why),
        }
    })
    .await;
    if let Some(bar) = bar {
        bar.finish();
    }
    failed
}

fn unspoken_line(prompt: &Prompt) -> Option<String> {
    match &prompt.origin {
        Origin::Unspoken(why) => Some(format!("{}: {why}", prompt.sound)),
        Origin::Own | Origin::Shared(_) | Origin::Made(_) | Origin::Missing(_) => None,
    }
}

fn is_missing(prompt: &&Prompt) -> bool {
    matches!(prompt.origin, Origin::Missing(_) | Origin::Unspoken(_))
}

/// Where a sound comes from, in a word.
const fn word(origin: &Origin) -> &'static str {
    match origin {
        Origin::Own => "recorded",
        Origin::Shared(_) => "shared",
        Origin::Made(_) => "made",
        Origin::Missing(_) | Origin::Unspoken(_) => "missing",
    }
}

/// The WAV that is played, if there is one.
fn file(prompt: &Prompt, ivr_dir: &Path) -> Option<PathBuf> {
    let recorded = |sound: &str| ivr_dir.join("prompts").join(format!("{sound}.wav"));
    match &prompt.origin {
        Origin::Own => Some(recorded(&prompt.sound)),
        Origin::Shared(shared) => Some(recorded(shared)),
        Origin::Made(file) => Some(file.clone()),
        Origin::Missing(_) | Origin::Unspoken(_) => None,
    }
}

fn list(library: &Library, ivr_dir: &Path, json: bool) {
    let seconds = |prompt: &Prompt| {
        let sound = library.get(&prompt.sound);
        sound.map(|sound| sound.duration_ms() as f64 / 1_000.0)
    };
    if json {
        let rows = library.prompts().iter().map(|prompt| {
            json!({
                "script": prompt.script, "language": prompt.language, "name": prompt.name,
                "origin": word(&prompt.origin), "seconds": seconds(prompt), "text": prompt.text,
                "file": file(prompt, ivr_dir),
            })
        });
        println!("{}", serde_json::Value::Array(rows.collect()));
        return;
    }
    for prompt in library.prompts() {
        let length = seconds(prompt).map_or_else(|| "-".to_owned(), |it| format!("{it:.1} s"));
        println!(
            "{:<16} {:<6} {:<24} {:<9} {length:>7}",
            prompt.script,
            prompt.language,
            prompt.name,
            word(&prompt.origin)
        );
    }
    println!();
    for line in coverage(library.prompts()) {
        println!("{line}");
    }
}

/// A line for each language: how many prompts come from where.
fn coverage(prompts: &[Prompt]) -> Vec<String> {
    let mut languages: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for prompt in prompts {
        let counts = languages.entry(&prompt.language).or_default();
        *counts.entry(word(&prompt.origin)).or_default() += 1;
    }
    let rows = languages.iter().map(|(language, counts)| {
        let count = |word| counts.get(word).copied().unwrap_or(0);
        let all: usize = counts.values().sum();
        format!(
            "{language:<8} {all:>4} prompts: {} recorded, {} shared, {} made, {} missing",
            count("recorded"),
            count("shared"),
            count("made"),
            count("missing")
        )
    });
    rows.collect()
}

fn missing(library: &Library, json: bool) -> Result<(), Failure> {
    let missing: Vec<&Prompt> = library.prompts().iter().filter(is_missing).collect();
    if json {
        let rows = missing.iter().map(|prompt| {
            json!({ "script": prompt.script, "language": prompt.language, "name": prompt.name, "text": prompt.text })
        });
        println!("{}", serde_json::Value::Array(rows.collect()));
    } else {
        for prompt in &missing {
            println!(
                "{}:{}: {} \"{}\"",
                prompt.file, prompt.line, prompt.sound, prompt.text
            );
        }
    }
    match missing.len() {
        0 => Ok(()),
        count => {
            let all = library.prompts().len();
            Err(Failure::Refused(told!(
                "{count} of {all} prompts have no sound",
                "{all} 个提示音中有 {count} 个没有声音"
            )))
        }
    }
}
