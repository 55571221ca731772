//! A sample in a house of its own: script and configuration as they are committed, but open at any hour and with a service of the story
//! in place of those that it names. Its prompts are spoken by espeak-ng as for anybody who tries it; what phones hear is told by likeness.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use audio::Sound;
use serde_json::Value;

use crate::binary::repository;
use crate::house::House;
use crate::likeness::{SAME, Sample};
use crate::patience::within;
use crate::service::Service;
use crate::sound::Recorded;

/// What is spoken once is kept for all stories, and for the next run: its names are hashes of the texts.
pub(crate) const SPEECH: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/speech");

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n\
                         [outgoing]\nprivate_hosts = [\"127.0.0.1\"]\n";
/// The longest that a prompt may stand before the one that is awaited, with what is said in it.
const HEARD_WITHIN: Duration = Duration::from_secs(30);
/// To look for a sound takes time that the server needs.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// See the file's head.
pub(crate) struct SampleHouse {
    pub(crate) house: House,
    /// The WAVs of its Chinese prompts.
    files: BTreeMap<String, PathBuf>,
}

impl SampleHouse {
    /// Open, its prompts spoken; whatever it asks is asked of `service`.
    #[track_caller]
    pub(crate) fn open(sample: &str, service: &Service) -> Self {
        let mut house = House::empty();
        let from = repository().join("ivr-scripts/samples").join(sample);
        let (config, scripts) = (house.dir.join("config"), house.dir.join("scripts"));
        std::fs::create_dir_all(&config).unwrap();
        std::fs::create_dir_all(&scripts).unwrap();
        for entry in std::fs::read_dir(from.join("config")).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            std::fs::write(config.join(name), as_here(name, text)).unwrap();
        }
        let file = format!("{sample}.toml");
        let script = std::fs::read_to_string(from.join(&file)).unwrap();
        std::fs::write(scripts.join(file), asking(&script, service)).unwrap();
        house.ivr = repository().join("ivr-scripts");
        house.extra = vec![
            format!("ivr.scripts={}", scripts.display()),
            format!("speech.cache={SPEECH}"),
        ];
        let files = files(&house).unwrap_or_else(|| {
            let built = house.trunkline().args(["prompts", "build"]).output();
            let built = built.unwrap();
            assert!(built.status.success(), "{built:?}");
            files(&house).expect("all sounds are made")
        });
        house.start();
        Self { house, files }
    }

    /// A prompt of the script, a piece of a sentence (`order_told.1`), a word of the house, or `music`.
    #[track_caller]
    pub(crate) fn sound(&self, name: &str) -> Sound {
        let shared = |path: String| repository().join("ivr-scripts").join(path);
        let file = match (name, self.files.get(name)) {
            ("music", _) => shared("music/default.wav".into()),
            (_, Some(file)) => file.clone(),
            (word, None) => shared(format!("prompts/zh-CN/{word}.wav")),
        };
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        Sound::from_wav(bytes.as_slice()).expect("a WAV").to_8k()
    }

    /// Waits until a caller has heard these, one after the other.
    #[track_caller]
    pub(crate) fn hears(
        &self,
        hearing: &mut Hearing,
        names: &[&str],
        heard: impl Fn() -> Option<Recorded>,
    ) {
        for name in names {
            let sample = Sample::of(&self.sound(name));
            let (mut best, mut from) = (0.0_f64, hearing.0);
            let found = within(HEARD_WITHIN, || {
                std::thread::sleep(LOOK_EVERY);
                let heard = heard()?;
                let (rate_hz, tail) = (heard.rate_hz as usize, heard.channels[0].get(from..)?);
                let (likeness, at_ms) = sample.find(tail, heard.rate_hz);
                best = best.max(likeness);
                let place = from + at_ms * rate_hz / 1_000;
                // What was looked through is not looked through again.
                from = from.max((from + tail.len()).saturating_sub(rate_hz * 2));
                (likeness > SAME).then_some(place)
            });
            hearing.0 =
                found.unwrap_or_else(|| panic!("`{name}` was not heard: {best:.2} like it"));
        }
    }
}

/// How far a call was listened to, in samples of its recording.
#[derive(Default)]
pub(crate) struct Hearing(usize);

/// A file of a sample's configuration, for a house that is here and open at any hour.
fn as_here(name: &str, text: String) -> String {
    let open = |calendar: &str| {
        format!("{calendar}\nzone = \"Asia/Shanghai\"\nmon-sun = [\"00:00-24:00\"]\n")
    };
    match name {
        "trunkline.toml" => TRUNKLINE.to_owned(),
        "calendars.toml" => {
            let calendars = text.lines().filter(|line| line.starts_with("[calendar."));
            calendars.map(open).collect()
        }
        _ => text,
    }
}

/// The script with the story's service in place of all others.
fn asking(script: &str, service: &Service) -> String {
    let here = format!("url = \"http://{}/", service.at);
    let lines = script.lines().map(|line| {
        let named = line.strip_prefix("url = \"https://");
        let path = named.and_then(|rest| rest.split_once('/'));
        path.map_or_else(|| line.to_owned(), |(_, path)| format!("{here}{path}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the Chinese sounds of the script are kept; nothing while one is missing.
fn files(house: &House) -> Option<BTreeMap<String, PathBuf>> {
    let list = house
        .trunkline()
        .args(["prompts", "list", "--json"])
        .output();
    let rows: Value = serde_json::from_slice(&list.unwrap().stdout).unwrap();
    let rows = rows.as_array().unwrap().iter();
    let chinese = rows.filter(|row| row["language"] == "zh-CN");
    let entry = |row: &Value| {
        let file = row["file"].as_str()?.into();
        Some((row["name"].as_str()?.to_owned(), file))
    };
    chinese.map(entry).collect()
}
