//! Replays the committed corpus of every fuzz target on the stable toolchain.
//!
//! A seed's name says what must become of it: `ok-…` is accepted, `400-…` (any status) refused with it, `drop-…` dropped,
//! `good-…` and `bad-…` are scripts, `keys_12-…` says the keys 1 and 2. Any other name (what the fuzzer found) only has to
//! keep the properties of its body.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken property fails the test"
)]

#[path = "fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::{Path, PathBuf};

use bodies::{TARGETS, Target, Verdict};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

fn seeds(target: &Target) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(corpus().join(target.name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// What the name of a seed promises; none for what was found.
fn promised(name: &str) -> Option<Verdict> {
    let (word, _) = name.split_once('-')?;
    match word {
        "ok" | "good" => Some(Verdict::Accepted),
        "drop" | "bad" => Some(Verdict::Dropped),
        word => match word.strip_prefix("keys_") {
            Some(keys) => Some(Verdict::Keys(keys.to_owned())),
            None => word.parse().ok().map(Verdict::Status),
        },
    }
}

fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let files = seeds(target);
    assert!(files.len() > 10, "{name} has only {} seeds", files.len());
    let mut broken = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let data = fs::read(file).unwrap();
        let verdict = std::panic::catch_unwind(|| (target.run)(&data));
        match (verdict, promised(name)) {
            (Err(_), _) => broken.push(format!("{name}: a property is broken (see above)")),
            (Ok(verdict), Some(promise)) if verdict != promise => {
                broken.push(format!("{name}: {verdict:?}, not {promise:?}"));
            }
            (Ok(_), _) => {}
        }
    }
    assert!(
        broken.is_empty(),
        "{} of {} seeds:\n{}",
        broken.len(),
        files.len(),
        broken.join("\n")
    );
}

#[test]
fn sip_message() {
    replay("sip_message");
}

#[test]
fn sip_stream() {
    replay("sip_stream");
}

#[test]
fn sdp() {
    replay("sdp");
}

#[test]
fn rtp() {
    replay("rtp");
}

#[test]
fn rtcp() {
    replay("rtcp");
}

#[test]
fn telephone_event() {
    replay("telephone_event");
}

#[test]
fn ivr_script() {
    replay("ivr_script");
}

#[test]
fn uri() {
    replay("uri");
}

#[test]
fn via() {
    replay("via");
}

#[test]
fn digest() {
    replay("digest");
}

#[test]
fn multipart() {
    replay("multipart");
}

#[test]
fn dialog() {
    replay("dialog");
}

/// The corpus, the table of bodies and the fuzz targets name the same things.
#[test]
fn every_target_has_its_folder_and_its_program() {
    let names = |dir: &Path| {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let mut targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    targets.sort_unstable();
    assert_eq!(names(&corpus()), targets);
    assert_eq!(names(&corpus().with_file_name("fuzz_targets")), targets);
}
