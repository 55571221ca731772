//! What a caller says into a recording, in the whole engine (E15, G1): begun and ended in the media, kept or dropped by the
//! script, and dropped where he hangs up.

use std::sync::Arc;
use std::time::Duration;

use engine::Config;
use media::News;
use model::RecordingId;
use model::fact::CallResult;

use crate::hotline::Hotline;

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = r#"title = { en = "Complaints" }
languages = ["en"]
start = "complaint"
[prompt.speak]
en = "Please speak."
[prompt.thanks]
en = "Thank you."
[record.complaint]
prompt = "speak"
into = "complaint"
next = "bye"
[hangup.bye]
prompt = "thanks"
"#;

fn records(config: &mut Config) {
    let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    config.scripts.insert("main".into(), script);
}

/// A caller who is recorded, and as what.
fn recorded() -> (Hotline, RecordingId) {
    let mut hotline = Hotline::with(records);
    hotline.caller(CALLER, "4000");
    let recording = is_recorded(&mut hotline);
    (hotline, recording)
}

fn is_recorded(hotline: &mut Hotline) -> RecordingId {
    for _ in 0..100 {
        let port = hotline
            .port_of(CALLER)
            .and_then(|port| hotline.ports.get(&port));
        if let Some(recording) = port.and_then(|port| port.message) {
            return recording;
        }
        hotline.run_for(SECOND / 10);
    }
    panic!("nothing is recorded")
}

/// The media tell of what is recorded.
fn news(hotline: &mut Hotline, recording: RecordingId, heard: bool) {
    let port = hotline.port_of(CALLER).expect("he is on the line");
    let news = if heard {
        News::MessageHeard { port, recording }
    } else {
        News::MessagePaused { port, recording }
    };
    hotline.media_news(news);
}

#[test]
fn e15_the_whole_call_is_part_1_and_what_he_says_is_the_next() {
    let (mut hotline, recording) = recorded();
    let call = hotline.record().call;
    assert_eq!(recording, RecordingId { call, part: 2 });
    news(&mut hotline, recording, true);
    hotline.run_for(4 * SECOND);
    hotline.presses(CALLER, '#');
    hotline.run_for(4 * SECOND);
    hotline.presses(CALLER, '3');
    let again = is_recorded(&mut hotline);
    assert_eq!(again, RecordingId { call, part: 3 });
    assert_eq!(hotline.settled, [(recording, false)]);
    // News of what was dropped are nobody's.
    news(&mut hotline, recording, false);
    news(&mut hotline, again, true);
    hotline.run_for(9 * SECOND);
    news(&mut hotline, again, false);
    hotline.run_for(20 * SECOND);
    assert_eq!(hotline.settled, [(recording, false), (again, true)]);
    hotline.assert_clean();
    assert_eq!(hotline.record().result, Some(CallResult::SelfService));
}

#[test]
fn e15_who_hangs_up_while_he_speaks_leaves_nothing() {
    let (mut hotline, recording) = recorded();
    news(&mut hotline, recording, true);
    hotline.run_for(4 * SECOND);
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.settled, [(recording, false)]);
    hotline.assert_clean();
}

#[test]
fn e15_who_never_speaks_is_asked_and_goes_on_without() {
    let (mut hotline, mut recording) = recorded();
    for _ in 0..3 {
        hotline.run_for(5 * SECOND);
        news(&mut hotline, recording, false);
        if hotline.settled.len() < 3 {
            recording = is_recorded(&mut hotline);
        }
    }
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.settled.len(), 3);
    assert!(hotline.settled.iter().all(|(_, kept)| !kept));
    hotline.assert_clean();
}

#[test]
fn e15_whose_words_the_disk_does_not_take_is_told_and_goes_on_without() {
    let (mut hotline, recording) = recorded();
    news(&mut hotline, recording, true);
    hotline.recording_fails(recording);
    hotline.run_for(SECOND);
    let port = hotline.port_of(CALLER).expect("he is told");
    let (_, order) = hotline.ports[&port].plays.last().expect("he hears it");
    assert!(
        format!("{order:?}").contains("en/message_failed"),
        "{order:?}"
    );
    hotline.run_for(20 * SECOND);
    assert!(
        !hotline.settled.contains(&(recording, true)),
        "nothing to keep"
    );
    hotline.assert_clean();
}
