//! The demo hotline in `ivr-scripts/` and the samples: whole, proved, their tests pass, every sound is there and fit for a
//! telephone.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the repository's files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ivr::test::run_all;
use ivr::{Environment, World, check, parse};
use model::calendar::CalendarConfig;
use model::{Calendar, QueueName, ScriptName};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The committed calendars.
fn calendars() -> BTreeMap<String, Calendar> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        calendar: BTreeMap<String, CalendarConfig>,
    }
    let file: File = toml::from_str(&read("config/calendars.toml")).expect("calendars.toml");
    file.calendar
        .iter()
        .map(|(name, config)| (name.clone(), Calendar::new(config).expect("a calendar")))
        .collect()
}

/// The committed sounds, by name.
fn sounds() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for language in ["zh-CN", "en"] {
        for entry in
            std::fs::read_dir(root("ivr-scripts/prompts").join(language)).expect("a folder")
        {
            let name = entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name");
            found.extend(
                name.strip_suffix(".wav")
                    .map(|name| format!("{language}/{name}")),
            );
        }
    }
    found
}

/// What the machine says by itself; which words those must be is proved where they are put together.
fn announced() -> BTreeSet<String> {
    #[derive(serde::Deserialize)]
    struct Texts {
        prompt: BTreeMap<String, BTreeMap<String, String>>,
    }
    let texts: Texts = toml::from_str(&read("ivr-scripts/prompts/words.toml")).expect("words.toml");
    let sound = |name: &str, language: &str| format!("{language}/{name}");
    texts
        .prompt
        .iter()
        .flat_map(|(name, texts)| texts.keys().map(move |language| sound(name, language)))
        .collect()
}

/// Reads, proves and tests a script; not even a warning is left.
fn proved(name: &str, file: &str, tests_min: usize) -> Arc<ivr::Script> {
    let (script, found) = parse(ScriptName::from(name), file, &read(file));
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    let calendars = calendars();
    let world = World {
        queues: ["support", "sales"].map(QueueName::from).into(),
        calendars: calendars.keys().cloned().collect(),
        scripts: [ScriptName::from(name)].into(),
        sounds: sounds(),
        ..World::default()
    };
    assert_eq!(check(&script, &world), [], "not even a warning");
    let scripts = BTreeMap::from([(script.name().clone(), Arc::clone(&script))]);
    let outcomes = run_all(
        &script,
        &Environment {
            calendars: &calendars,
            scripts: &scripts,
            plan: &crate::good_script::plan(),
        },
    );
    assert!(outcomes.len() >= tests_min, "{}", outcomes.len());
    for outcome in outcomes {
        assert!(outcome.passed, "{outcome:#?}");
    }
    script
}

#[test]
fn the_demo_and_the_samples_are_whole_and_their_tests_pass() {
    let main = proved("main", "ivr-scripts/main.toml", 12);
    let sample = proved("callback", "ivr-scripts/samples/callback.toml", 10);
    let prompts = main.prompts().chain(sample.prompts());
    let played = prompts.map(|prompt| prompt.shared_sound());
    let needed: BTreeSet<String> = played.chain(announced()).collect();
    assert_eq!(sounds(), needed, "no sound is missing, none is left over");
}

#[test]
fn every_wav_is_8_khz_mono_16_bit_and_all_are_small() {
    let mut files: Vec<PathBuf> = sounds()
        .iter()
        .map(|sound| root(&format!("ivr-scripts/prompts/{sound}.wav")))
        .collect();
    files.push(root("ivr-scripts/music/default.wav"));
    let mut total = 0;
    for path in files {
        let bytes =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // RIFF/WAVE, PCM, one channel, 8,000 samples a second, 16,000 bytes a second, frames of 2 bytes, 16 bits.
        let format = [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0];
        assert_eq!(
            (&bytes[0..4], &bytes[8..16], &bytes[20..36]),
            (&b"RIFF"[..], &b"WAVEfmt "[..], &format[..]),
            "{}",
            path.display()
        );
        assert!(
            bytes.len() > 16_000 / 5,
            "{} is shorter than a fifth of a second: not even a digit",
            path.display()
        );
        total += bytes.len();
    }
    assert!(total < 13_000_000, "{total} bytes");
}
