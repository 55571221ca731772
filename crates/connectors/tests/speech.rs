//! E13: speech engines that are really there: commands that the test writes itself, espeak-ng, and a service on loopback.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use connectors::speech::{SOUND_BYTES_MAX, Service, SpokenPart, TEXT_MAX, Template};
use connectors::{Espeak, HttpClient, SpeechEngine, SpeechError, Target};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

const PATIENCE: Duration = Duration::from_secs(20);
/// Who starts processes does so alone: a child that is being started elsewhere still holds a file that was just written, and
/// the system starts none that is open for writing.
static ALONE: Mutex<()> = Mutex::const_new(());

/// A command that runs these lines of a shell; it goes with the test.
struct Command(PathBuf);

impl Command {
    fn new(lines: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("trunkline-speaks-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
        Self(path)
    }

    fn engine(&self, patience: Duration) -> Espeak {
        espeak(self.0.to_str().unwrap(), patience)
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

fn espeak(program: &str, patience: Duration) -> Espeak {
    let voices = BTreeMap::from([("fr".to_owned(), "fr-be".to_owned())]);
    Espeak::new(program, voices, 80, patience)
}

async fn speak(
    engine: &impl SpeechEngine,
    language: &str,
    text: &str,
) -> Result<Vec<SpokenPart>, SpeechError> {
    let recipe = engine.recipe(language, text)?;
    engine.speak(&recipe).await
}

#[tokio::test]
async fn each_part_is_spoken_by_its_voice_at_its_pace_without_a_shell() {
    let _alone = ALONE.lock().await;
    let command = Command::new("printf '<%s>' \"$@\"");
    let engine = command.engine(PATIENCE);
    for (language, text, expected) in [
        (
            "zh-CN",
            "您好\n  请按 1。For English; press 9…",
            &[
                ("cmn-latn-pinyin", "156", "您好 请按 1。", false),
                ("en-gb", "136", "For English; press 9…", true),
            ][..],
        ),
        (
            "en",
            "$(id) `id` -w",
            &[("en-gb", "136", "$(id) `id` -w", false)],
        ),
        ("fr", "--version", &[("fr-be", "136", "--version", false)]),
    ] {
        let spoken = speak(&engine, language, text).await.unwrap();
        let expected = expected
            .iter()
            .map(|(voice, pace, part, goes_on)| SpokenPart {
                wav: format!("<-v><{voice}><-s><{pace}><-a><50><--stdout><--><{part}>").into(),
                goes_on: *goes_on,
            });
        assert_eq!(spoken, expected.collect::<Vec<_>>(), "{text}");
    }
    let recipe = engine.recipe("zh-CN", "您好。Hello").unwrap();
    assert_eq!(recipe.voice, "cmn-latn-pinyin en-gb");
}

#[tokio::test]
async fn s21_a_command_has_a_time_and_a_size_and_its_failure_has_words() {
    let _alone = ALONE.lock().await;
    let told = |lines: &str, patience| {
        let command = Command::new(lines);
        async move {
            speak(&command.engine(patience), "en", "x")
                .await
                .unwrap_err()
        }
    };
    let short = Duration::from_millis(300);
    assert_eq!(told("sleep 100", short).await, SpeechError::TimedOut(short));
    assert_eq!(told("cat /dev/zero", PATIENCE).await, SpeechError::TooMuch);
    let failed = told("echo 'no such voice' >&2; exit 3", PATIENCE).await;
    assert!(
        failed
            .to_string()
            .ends_with("failed: exit status: 3 no such voice"),
        "{failed}"
    );
    let absent = espeak("/nothing/here", PATIENCE);
    let absent = speak(&absent, "en", "x").await.unwrap_err();
    assert!(
        absent
            .to_string()
            .starts_with("`/nothing/here` cannot be started: "),
        "{absent}"
    );
}

#[test]
fn a_language_without_a_voice_and_a_text_without_end_are_refused() {
    let engine = espeak("espeak-ng", PATIENCE);
    let no_voice = engine.recipe("de", "Guten Tag").unwrap_err();
    assert_eq!(no_voice, SpeechError::NoVoice("de".into()));
    let long = engine.recipe("en", &"a".repeat(TEXT_MAX + 1)).unwrap_err();
    assert_eq!(long, SpeechError::LongText(TEXT_MAX + 1));
}

#[tokio::test]
async fn espeak_ng_speaks_chinese_and_english() {
    let _alone = ALONE.lock().await;
    let engine = espeak("espeak-ng", PATIENCE);
    let spoken = speak(&engine, "zh-CN", "您好，欢迎致电。Press 9.").await;
    let spoken = spoken.unwrap_or_else(|why| panic!("{why}: run tests/tools/install.sh"));
    assert_eq!(spoken.len(), 2);
    for part in spoken {
        assert_eq!(
            (&part.wav[..4], &part.wav[8..12]),
            (&b"RIFF"[..], &b"WAVE"[..])
        );
        assert!(part.wav.len() > 20_000, "{}", part.wav.len());
    }
    let voices = BTreeMap::from([("en".to_owned(), "zz-none".to_owned())]);
    let wrong = Espeak::new("espeak-ng", voices, 100, PATIENCE);
    let told = speak(&wrong, "en", "Hello").await.unwrap_err();
    assert!(matches!(told, SpeechError::CommandFailed(..)), "{told:?}");
}

/// A service that answers one request so; its port and what it read.
async fn served(answer: Vec<u8>) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let read = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut part = [0; 4_096];
        while !read.ends_with(b"}") {
            let bytes = stream.read(&mut part).await.unwrap();
            assert!(bytes > 0, "the question broke off");
            read.extend_from_slice(&part[..bytes]);
        }
        // Who has enough hangs up before the end.
        drop(stream.write_all(&answer).await);
        String::from_utf8(read).unwrap()
    });
    (port, read)
}

fn service(port: u16) -> Service {
    let url = format!("http://127.0.0.1:{port}/speak");
    let named = BTreeSet::from(["127.0.0.1".to_owned()]);
    let target = Target::new(&url, &named, None).unwrap();
    let body = r#"{"say": "{text}", "as": "{voice}", "pace": {rate}}"#;
    let template = Template::new("application/json", body).unwrap();
    let voices = BTreeMap::from([("zh".to_owned(), "xiaoyan".to_owned())]);
    Service::new(HttpClient::new().unwrap(), target, &url, template)
        .with_headers(vec![("X-Key".to_owned(), "s3cret".to_owned())])
        .with_voices(voices, 90, PATIENCE)
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_service_is_told_text_voice_and_pace_and_gives_a_wav() {
    let (port, read) = served(answer("200 OK", b"RIFF....")).await;
    let service = service(port);
    let spoken = speak(&service, "zh-CN", "您的\"余额\"是…").await.unwrap();
    let wav = b"RIFF....".to_vec();
    let goes_on = true;
    assert_eq!(spoken, [SpokenPart { wav, goes_on }]);
    let read = read.await.unwrap();
    assert!(read.starts_with("POST /speak HTTP/1.1\r\n"), "{read}");
    assert!(read.to_lowercase().contains("x-key: s3cret\r\n"), "{read}");
    let body = r#"{"say": "您的\"余额\"是…", "as": "xiaoyan", "pace": 90}"#;
    assert!(read.ends_with(body), "{read}");
    assert!(!format!("{service:?}").contains("s3cret"), "S22");
}

#[tokio::test]
async fn s20_s21_a_service_that_fails_is_told_so() {
    let redirect =
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n";
    let huge = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        SOUND_BYTES_MAX + 1
    );
    let huge = [huge.into_bytes(), vec![0; SOUND_BYTES_MAX + 1]].concat();
    for (answer, expected) in [
        (answer("500 Oops", b"x"), SpeechError::Status(500)),
        (
            answer("200 OK", b""),
            SpeechError::NoService("answers with nothing"),
        ),
        (
            redirect.to_vec(),
            SpeechError::NoService("wants to send us elsewhere"),
        ),
        (huge, SpeechError::TooMuch),
    ] {
        let (port, _read) = served(answer).await;
        let told = speak(&service(port), "en", "x").await.unwrap_err();
        assert_eq!(told, expected);
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let told = speak(&service(port), "en", "x").await.unwrap_err();
    assert_eq!(told, SpeechError::NoService("cannot be reached"));
}
