//! Where sounds come from, with an engine that speaks one tone and counts what it is asked.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use audio::tone::Tone;
use connectors::speech::{Speaking, SpokenPart};
use connectors::{SpeechEngine, SpeechError};
use model::ScriptName;

use super::*;

/// Speaks every text as one second of a tone at 16 kHz, until it is away.
#[derive(Debug, Default)]
struct Singer {
    asked: AtomicU32,
    is_away: AtomicBool,
}

impl SpeechEngine for Singer {
    fn recipe(&self, language: &str, text: &str) -> Result<Recipe, SpeechError> {
        if language == "fr" {
            return Err(SpeechError::NoVoice(language.to_owned()));
        }
        Ok(Recipe {
            engine: "singer".into(),
            voice: "alto".into(),
            language: language.into(),
            rate_percent: 100,
            text: text.into(),
        })
    }

    fn speak<'a>(&'a self, _recipe: &'a Recipe) -> Speaking<'a> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if self.is_away.load(Ordering::Relaxed) {
                return Err(SpeechError::NoService("cannot be reached"));
            }
            let mut wav = std::io::Cursor::new(Vec::new());
            let samples = Tone::samples(700.0, 16_000, 9_000, 16_000);
            let rate_hz = 16_000;
            Sound { rate_hz, samples }.to_wav(&mut wav).unwrap();
            let wav = wav.into_inner();
            let goes_on = false;
            Ok(vec![SpokenPart { wav, goes_on }])
        })
    }
}

struct Lab {
    singer: Arc<Singer>,
    speech: Speech,
    folder: PathBuf,
}

impl Lab {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("trunkline-speech-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let singer = Arc::new(Singer::default());
        let speech = Speech {
            engine: singer.clone(),
            cache: SpeechCache::new(folder.clone()),
            parallel: 2,
        };
        Self {
            singer,
            speech,
            folder,
        }
    }

    fn library(&self, recorded: &[&str], scripts: &[Script]) -> Library {
        Library::new(recordings(recorded), scripts, Some(&self.speech))
    }

    /// Makes what is missing; what failed.
    fn make(&self, library: &Library) -> Vec<String> {
        let recipes = library.wanted().into_iter().map(|(recipe, _)| recipe);
        let mut failed = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(make_all(&self.speech, recipes.collect(), |_, made| {
            failed.extend(made.err());
        }));
        failed
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn recordings(names: &[&str]) -> BTreeMap<String, Sound> {
    let named = names.iter().zip(1..).map(|(name, length)| {
        let samples = vec![1; length];
        let rate_hz = audio::RATE_HZ;
        ((*name).to_owned(), Sound { rate_hz, samples })
    });
    named.collect()
}

/// A script that says this in English, and then the house's goodbye.
fn script(name: &str, welcome: &str) -> Script {
    let text = format!(
        "title = {{ en = \"T\" }}\nlanguages = [\"en\"]\nstart = \"a\"\n[prompt.welcome]\nen = \"{welcome}\"\n\
         [prompt.bye]\nen = \"Bye\"\n[play.a]\nprompt = \"welcome\"\nnext = \"b\"\n[hangup.b]\nprompt = \"bye\"\n"
    );
    ivr::parse(ScriptName::new(name), name, &text).0.unwrap()
}

fn origins(library: &Library) -> Vec<String> {
    let told = library.prompts().iter().map(|prompt| {
        let origin = match &prompt.origin {
            Origin::Own => "own".to_owned(),
            Origin::Shared(name) => format!("as {name}"),
            Origin::Made(_) => "made".to_owned(),
            Origin::Missing(_) => "missing".to_owned(),
            Origin::Unspoken(why) => why.clone(),
        };
        format!("{} {origin}", prompt.sound)
    });
    told.collect()
}

#[test]
fn e13_a_recording_wins_and_two_scripts_keep_theirs_apart() {
    let lab = Lab::new();
    let scripts = [script("day", "Good day"), script("night", "Good night")];
    let library = lab.library(&["en/welcome", "night/en/welcome", "en/bye"], &scripts);
    assert_eq!(
        origins(&library),
        [
            "day/en/bye as en/bye",
            "day/en/welcome as en/welcome",
            "night/en/bye as en/bye",
            "night/en/welcome own"
        ]
    );
    assert_eq!((library.confused().len(), library.wanted().len()), (0, 0));
    let length = |library: &Library, name| library.get(name).map(|sound| sound.samples.len());
    assert_eq!(length(&library, "day/en/welcome"), Some(1));
    assert_eq!(length(&library, "night/en/welcome"), Some(2));
    let sounds = library.into_sounds();
    let length = |name| sounds.0[&SoundName::new(name)].samples.len();
    assert_eq!(length("day/en/welcome"), 1);
    assert_eq!(length("night/en/welcome"), 2);
    assert_eq!((length("night/en/bye"), length("en/bye")), (3, 3));
}

#[test]
fn two_scripts_that_mean_different_things_by_one_recording_are_told() {
    let lab = Lab::new();
    let scripts = [script("day", "Good day"), script("night", "Good night")];
    let library = lab.library(&["en/welcome", "en/bye"], &scripts);
    let told: Vec<String> = library.confused().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "night:5:1: warning: `day` says something else under this name, and both play prompts/en/welcome.wav\n  \
          help: put the recording of this script at prompts/night/en/welcome.wav"
        ]
    );
}

#[test]
fn e13_speech_outlives_its_engine_and_a_changed_text_never_has_the_former_sound() {
    let lab = Lab::new();
    let scripts = [script("day", "Good day"), script("night", "Good day")];
    let missing = lab.library(&["en/bye"], &scripts);
    assert_eq!(missing.wanted().len(), 1, "one text is one sound");
    assert_eq!(lab.make(&missing), Vec::<String>::new());
    assert_eq!(lab.singer.asked.load(Ordering::Relaxed), 1);

    lab.singer.is_away.store(true, Ordering::Relaxed);
    let made = lab.library(&["en/bye"], &scripts);
    assert_eq!(origins(&made)[1], "day/en/welcome made");
    let sound = made.get("night/en/welcome").unwrap();
    assert_eq!(sound.rate_hz, audio::RATE_HZ);
    assert!((1_250..1_350).contains(&sound.duration_ms()));
    assert_eq!(lab.make(&made), Vec::<String>::new(), "nobody is asked");

    let changed = lab.library(&["en/bye"], &[script("day", "Good evening")]);
    assert_eq!(origins(&changed)[1], "day/en/welcome missing");
    assert_eq!(lab.make(&changed), ["the service cannot be reached"]);
    let changed = lab.library(&["en/bye"], &[script("day", "Good evening")]);
    assert_eq!(changed.get("day/en/welcome"), None);
}

#[test]
fn what_cannot_be_spoken_says_why() {
    let lab = Lab::new();
    let text = "title = { fr = \"T\" }\nlanguages = [\"fr\"]\nstart = \"a\"\n[prompt.bye]\nfr = \"Adieu\"\n[hangup.a]\nprompt = \"bye\"\n";
    let french = || ivr::parse(ScriptName::new("a"), "a", text).0.unwrap();
    let library = lab.library(&[], &[french()]);
    assert_eq!(
        origins(&library),
        ["a/fr/bye no voice for `fr`: name one in `speech.voices`"]
    );
    let without = Library::new(BTreeMap::new(), &[french()], None);
    assert_eq!(origins(&without), ["a/fr/bye `speech.engine` is \"none\""]);
}

fn clip(language: &str, text: &str) -> ClipText {
    ClipText {
        name: "hours".to_owned(),
        language: language.to_owned(),
        text: text.to_owned(),
        sound: format!("clips/{language}/hours"),
        file: "clips.toml".to_owned(),
        line: 4,
        column: 8,
    }
}

#[test]
fn e25_clips_are_recorded_or_spoken_and_have_no_sound_that_scripts_share() {
    let lab = Lab::new();
    let texts = [clip("en", "From nine"), clip("zh-CN", "九点")];
    let library = |recorded: &[&str]| {
        let mut library = lab.library(recorded, &[]);
        library.add_clips(&texts, Some(&lab.speech));
        library
    };
    let first = library(&["clips/zh-CN/hours", "en/hours"]);
    assert_eq!(
        origins(&first),
        ["clips/en/hours missing", "clips/zh-CN/hours own"],
        "en/hours is another prompt"
    );
    assert_eq!(first.prompts()[0].script, "clips");
    assert_eq!(lab.make(&first), Vec::<String>::new());
    let made = library(&[]);
    assert_eq!(
        origins(&made),
        ["clips/en/hours made", "clips/zh-CN/hours missing"]
    );
    assert!(made.get("clips/en/hours").is_some());
    let sounds = made.into_sounds();
    assert!(sounds.0.contains_key(&SoundName::new("clips/en/hours")));
}

#[test]
fn e25_a_clip_that_nobody_would_hear_is_told_where_its_text_stands() {
    let text = clip("en", "From nine");
    let told = |heard: &[&str], speaks| {
        let heard = heard.iter().map(|it| (*it).to_owned()).collect();
        let found = text.without_sound(&heard, speaks)?;
        assert!(found.is_said_alike(), "{found:?}");
        Some(found.to_string())
    };
    assert_eq!(told(&["clips/en/hours"], false), None);
    let soon = told(&["en/hours"], true).unwrap();
    assert!(
        soon.starts_with("clips.toml:4:8: warning: no sound `clips/en/hours` yet"),
        "{soon}"
    );
    let never = told(&[], false).unwrap();
    assert!(
        never.starts_with("clips.toml:4:8: error: no sound `clips/en/hours`"),
        "{never}"
    );
}

#[test]
fn e13_speech_that_no_prompt_says_any_more_is_removed_once_it_is_old() {
    let lab = Lab::new();
    let former = [script("day", "Good day")];
    lab.make(&lab.library(&[], &former));
    let now = [script("day", "Good evening")];
    lab.make(&lab.library(&[], &now));
    std::fs::write(lab.folder.join("notes.wav"), "somebody else's").unwrap();
    let part = format!(".{}.77", "0".repeat(64));
    std::fs::write(lab.folder.join(part), "half").unwrap();
    let library = lab.library(&[], &now);
    let cache = &lab.speech.cache;
    let made = std::time::SystemTime::now();
    let hour = std::time::Duration::from_secs(3_600);
    let young = cache.prune(&library.spoken(), made - hour).unwrap();
    assert_eq!((young.removed, young.kept), (0, 4), "it is not old yet");
    let old = cache.prune(&library.spoken(), made + hour).unwrap();
    assert_eq!(
        (old.removed, old.kept),
        (2, 2),
        "the former text, and what was half written"
    );
    assert!(old.bytes > 0);
    assert!(lab.folder.join("notes.wav").exists());
    assert!(
        origins(&lab.library(&[], &now))
            .iter()
            .all(|it| it.ends_with(" made"))
    );
    assert!(
        origins(&lab.library(&[], &former))
            .iter()
            .any(|it| it.ends_with(" missing"))
    );
}
