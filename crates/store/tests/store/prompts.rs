//! The sound library from files.

use std::fs;

use audio::{Sound, StereoWriter};
use store::{SpeechCache, load_sounds};

use crate::scratch::Scratch;

fn wav(path: &std::path::Path, rate_hz: u32, frames: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut writer = StereoWriter::new(std::io::BufWriter::new(file), rate_hz).unwrap();
    writer.write(&vec![100; frames * 2]).unwrap();
    writer.finalize().unwrap();
}

#[test]
fn sounds_are_named_by_language_and_file_and_stand_at_8_khz() {
    let scratch = Scratch::new();
    let dir = scratch.path();
    wav(&dir.join("prompts/zh-CN/welcome.wav"), 8_000, 800);
    wav(&dir.join("prompts/en-US/welcome.wav"), 16_000, 1_600);
    wav(&dir.join("music/default.wav"), 44_100, 44_100);
    fs::write(dir.join("prompts/README.md"), "x").unwrap();
    fs::write(dir.join("prompts/zh-CN/.hidden.wav"), "x").unwrap();
    fs::write(dir.join("prompts/zh-CN/notes.txt"), "x").unwrap();
    let sounds = load_sounds(dir).unwrap();
    let seen: Vec<_> = sounds
        .iter()
        .map(|(name, sound)| (name.as_str(), sound.rate_hz, sound.samples.len()))
        .collect();
    assert_eq!(
        seen,
        [
            ("en-US/welcome", 8_000, 800),
            ("music/default", 8_000, 8_000),
            ("zh-CN/welcome", 8_000, 800)
        ]
    );
    assert!(load_sounds(&dir.join("nothing")).unwrap().is_empty());
}

#[test]
fn a_broken_or_empty_file_is_told_by_name() {
    for (bytes, why) in [(b"RIFF nonsense".as_slice(), ""), (b"", "")] {
        let scratch = Scratch::new();
        let path = scratch.path().join("prompts/zh-CN/bad.wav");
        wav(&path, 8_000, 1);
        fs::write(&path, bytes).unwrap();
        let error = load_sounds(scratch.path()).unwrap_err();
        assert_eq!(error.path, path);
        assert!(error.to_string().contains("bad.wav") && error.to_string().contains(why));
    }
    let scratch = Scratch::new();
    let path = scratch.path().join("music/silent.wav");
    wav(&path, 8_000, 0);
    let error = load_sounds(scratch.path()).unwrap_err();
    assert_eq!(
        (error.path, error.why.to_string()),
        (path, "holds no sound".to_owned())
    );
}

#[test]
fn a_script_has_sounds_of_its_own_beside_those_that_all_share() {
    let scratch = Scratch::new();
    let dir = scratch.path();
    wav(&dir.join("prompts/zh-CN/welcome.wav"), 8_000, 800);
    wav(&dir.join("prompts/night/zh-CN/welcome.wav"), 48_000, 9_600);
    let sounds = load_sounds(dir).unwrap();
    let seen: Vec<_> = sounds
        .iter()
        .map(|(name, sound)| (name.as_str(), sound.samples.len()))
        .collect();
    assert_eq!(
        seen,
        [("night/zh-CN/welcome", 1_600), ("zh-CN/welcome", 800)]
    );
}

#[test]
fn e13_speech_is_kept_whole_and_a_broken_file_counts_as_none() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("deep/cache");
    let cache = SpeechCache::new(folder.clone());
    let speech = Sound {
        rate_hz: 8_000,
        samples: (0..800).collect(),
    };
    assert_eq!(cache.find("a"), None);
    cache.keep("a", &speech).unwrap();
    assert_eq!(cache.find("a").as_ref(), Some(&speech));
    assert_eq!(cache.find("b"), None, "another text is another key");
    let names: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing half-written is left");
    fs::write(folder.join("a.wav"), b"RIFF nonsense").unwrap();
    assert_eq!(cache.find("a"), None);
    cache.keep("a", &speech).unwrap();
    assert_eq!(cache.find("a"), Some(speech));
    let blocked = SpeechCache::new(folder.join("a.wav"));
    let error = blocked.keep("b", &Sound::default()).unwrap_err();
    assert_eq!(error.path, folder.join("a.wav"));
}
