//! Messages in mailboxes, in the whole engine (G1, G2, G7): what is told, and of whom.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::Config;
use ivr::Answer;
use media::News;
use model::fact::Voicemail;
use model::{Fact, Hearers, Mailbox, MessageTicket, RecordingId};

use crate::hotline::Hotline;

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = r#"title = { en = "Night" }
languages = ["en"]
start = "leave_message"
[voicemail.leave_message]
box = "support"
"#;

fn takes_messages(config: &mut Config) {
    let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    config.scripts.insert("main".into(), script);
    let mailbox = Mailbox {
        names: BTreeMap::new(),
        hearers: Hearers::Queue("support".into()),
        messages_max: 10,
        ticket: Some(MessageTicket {
            kind: "complaint".to_owned(),
            category: String::new(),
            due_ms: 3_600_000,
        }),
    };
    config.mailboxes = Arc::new(BTreeMap::from([("support".into(), mailbox)]));
}

/// A caller of a box that answers so.
fn calls(room: Answer) -> Hotline {
    let mut hotline = Hotline::with(takes_messages);
    hotline.service = (room, Duration::from_millis(20));
    hotline.caller(CALLER, "4000");
    hotline.run_for(8 * SECOND);
    hotline
}

fn room() -> Answer {
    Answer::Found(BTreeMap::new())
}

/// The caller speaks for a while.
fn speaks(hotline: &mut Hotline) {
    let port = hotline.port_of(CALLER).expect("he is on the line");
    let recording = hotline.ports[&port].message.expect("he is recorded");
    hotline.media_news(News::MessageHeard { port, recording });
    hotline.run_for(6 * SECOND);
}

fn told(hotline: &Hotline, name: &str) -> Vec<Voicemail> {
    let facts = hotline.facts_named(name).into_iter();
    let told = facts.map(|fact| match fact {
        Fact::VoicemailBegan(it) | Fact::VoicemailLeft(it) => Voicemail::clone(it),
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[test]
fn g7_who_hangs_up_while_he_speaks_has_left_his_message_and_it_is_a_ticket() {
    let mut hotline = calls(room());
    let began = told(&hotline, "voicemail.began");
    assert_eq!(began.len(), 1);
    speaks(&mut hotline);
    hotline.hangs_up(CALLER);
    hotline.run_for(SECOND);
    let left = told(&hotline, "voicemail.left");
    let [left] = &left[..] else {
        panic!("{left:?}")
    };
    assert_eq!(left.message, began[0].message);
    assert_eq!(left.caller.number.as_deref(), Some(CALLER));
    assert_eq!(
        (left.called.as_str(), left.mailbox.as_str()),
        ("4000", "support")
    );
    assert_eq!(left.queue, Some("support".into()));
    assert!((6_000..15_000).contains(&left.length_ms), "{left:?}");
    assert!(left.ticket.is_some(), "the box wants one");
    assert_eq!(hotline.settled, [(left.message, true)]);
    assert_eq!(hotline.story().last(), Some(&"call.ended"));
    hotline.assert_clean();
}

#[test]
fn g1_a_message_that_is_confirmed_is_left_once_and_the_call_ends() {
    let mut hotline = calls(room());
    speaks(&mut hotline);
    hotline.presses(CALLER, '#');
    hotline.run_for(4 * SECOND);
    hotline.presses(CALLER, '1');
    hotline.run_for(10 * SECOND);
    assert_eq!(told(&hotline, "voicemail.left").len(), 1);
    hotline.assert_clean();
}

#[test]
fn g1_a_box_that_is_full_records_nothing() {
    let mut hotline = calls(Answer::Missing);
    hotline.run_for(10 * SECOND);
    assert_eq!(told(&hotline, "voicemail.began"), []);
    assert_eq!(told(&hotline, "voicemail.left"), []);
    hotline.assert_clean();
}

/// What he says stands nowhere.
fn fails(hotline: &mut Hotline, recording: RecordingId) {
    hotline.recording_fails(recording);
    hotline.run_for(SECOND);
}

#[test]
fn g1_a_disk_that_takes_nothing_is_told_to_the_caller_and_to_the_desk() {
    let mut hotline = calls(room());
    let recording = told(&hotline, "voicemail.began")[0].message;
    fails(&mut hotline, recording);
    let port = hotline.port_of(CALLER).expect("he is told");
    let (_, order) = hotline.ports[&port].plays.last().expect("he hears it");
    assert!(
        format!("{order:?}").contains("en/message_failed"),
        "{order:?}"
    );
    // Once more it is nobody's.
    fails(&mut hotline, recording);
    hotline.run_for(10 * SECOND);
    assert_eq!(
        told(&hotline, "voicemail.left"),
        [],
        "no message without sound"
    );
    let tickets = hotline.facts_named("ticket.asked");
    let [Fact::TicketAsked(asked)] = tickets[..] else {
        panic!("one ticket: {tickets:?}");
    };
    assert_eq!(asked.caller.number.as_deref(), Some(CALLER));
    assert!(
        asked.content.subject.contains("could not be recorded"),
        "{asked:?}"
    );
    hotline.assert_clean();
}

#[test]
fn g1_a_disk_that_fails_while_he_reviews_his_message_is_told_too() {
    let mut hotline = calls(room());
    let recording = told(&hotline, "voicemail.began")[0].message;
    speaks(&mut hotline);
    hotline.presses(CALLER, '#');
    hotline.run_for(SECOND);
    fails(&mut hotline, recording);
    hotline.run_for(10 * SECOND);
    assert_eq!(told(&hotline, "voicemail.left"), []);
    assert_eq!(hotline.facts_named("ticket.asked").len(), 1);
    hotline.assert_clean();
}
