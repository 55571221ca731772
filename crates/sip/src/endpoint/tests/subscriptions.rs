//! SUBSCRIBE and NOTIFY: who may watch whom, what he is told and when, and how it ends (RFC 6665, 4235, 3842).

use super::{raw::Phone, world::*};
use crate::{
    digest::Algorithm,
    message::{Header, Message, Method, parse},
    *,
};
use core::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const CONTACT: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\n";
const DIALOG: &str = "Event: dialog\r\nExpires: 600\r\n";
const SUMMARY: &str = "Event: message-summary\r\n";

/// A SUBSCRIBE of 1001 with his password, and the final answer.
fn subscribe(phone: &mut Phone, watched: &str, extra: &str) -> Message {
    let uri = format!("sip:{watched}@{DOMAIN}");
    let extra = format!("{CONTACT}{extra}");
    let first = phone.request("SUBSCRIBE", &uri, "1001", &extra);
    let challenge = phone.say(&first).pop().unwrap();
    assert_eq!(challenge.status(), Some(407), "S14");
    let method = Method::Subscribe;
    let line = phone.credentials(&challenge, Algorithm::Md5, "1001", "secret", &method, &uri);
    let second = phone.request("SUBSCRIBE", &uri, "1001", &format!("{line}{extra}"));
    let mut mail = phone.say(&second);
    let answer = mail.remove(0);
    let bytes = mail
        .into_iter()
        .map(|message| (phone.flow, rebuilt(&message)));
    phone.mail.extend(bytes);
    answer
}

/// `say` reads the mail; what is not looked at goes back.
fn rebuilt(message: &Message) -> bytes::Bytes {
    let mut text = format!(
        "NOTIFY {} SIP/2.0\r\n",
        String::from_utf8_lossy(message.request_uri().unwrap().text)
    );
    for (_, name, value) in message.fields() {
        let (name, value) = (
            String::from_utf8_lossy(name),
            String::from_utf8_lossy(value),
        );
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(&String::from_utf8_lossy(&message.body()));
    text.into_bytes().into()
}

/// The NOTIFYs that wait, each once.
fn notified(phone: &mut Phone) -> Vec<Message> {
    let mail = core::mem::take(&mut phone.mail).into_iter();
    let mut messages: Vec<_> = mail
        .map(|(_, bytes)| parse(bytes, &Limits::default()).unwrap())
        .filter(|message| message.method() == Some(&Method::Notify))
        .collect();
    messages.dedup_by_key(|message| message.cseq().unwrap().number);
    messages
}

fn state(notify: &Message) -> String {
    notify.text(Header::SubscriptionState).unwrap()
}

fn body(notify: &Message) -> String {
    String::from_utf8(notify.body().to_vec()).unwrap()
}

fn answer(phone: &mut Phone, notify: &Message, status: &str) {
    let copied = [
        Header::Via,
        Header::From,
        Header::To,
        Header::CallId,
        Header::CSeq,
    ];
    let lines = copied.map(|header| {
        let value = String::from_utf8_lossy(notify.first(header).unwrap()).into_owned();
        format!("{}: {value}\r\n", header.name())
    });
    let text = format!(
        "SIP/2.0 {status}\r\n{}Content-Length: 0\r\n\r\n",
        lines.concat()
    );
    let more = phone.say(&text);
    let bytes = more.iter().map(|message| (phone.flow, rebuilt(message)));
    phone.mail.extend(bytes);
}

/// The one NOTIFY that waits, answered by 200.
fn told(phone: &mut Phone) -> Message {
    let mut notified = notified(phone);
    assert_eq!(notified.len(), 1, "{notified:?}");
    let notify = notified.remove(0);
    answer(phone, &notify, "200 OK");
    notify
}

fn call(state: DialogState) -> Vec<DialogInfo> {
    vec![DialogInfo {
        id: "c7".into(),
        is_initiator: false,
        state,
        remote: Some(Identity {
            display: Some("<b>&\"".into()),
            user: "139".into(),
        }),
    }]
}

fn calls(phone: &mut Phone, user: &str, dialogs: Vec<DialogInfo>) {
    phone.server.set_dialog_info(phone.now, user, dialogs);
    phone.drain();
}

/// A SUBSCRIBE inside the dialog that a NOTIFY showed.
fn again(phone: &Phone, notify: &Message, cseq: u32, extra: &str) -> String {
    let text = |header| notify.text(header).unwrap();
    let via = phone.flow.remote;
    format!(
        "SUBSCRIBE sip:1002@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bKagain{cseq};rport\r\nMax-Forwards: 70\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} SUBSCRIBE\r\n{CONTACT}{extra}Content-Length: 0\r\n\r\n",
        text(Header::To),
        text(Header::From),
        text(Header::CallId),
    )
}

#[test]
fn rfc4235_a_lamp_follows_the_calls_of_a_colleague() {
    let mut phone = Phone::new();
    let ok = subscribe(&mut phone, "1002", DIALOG);
    assert_eq!(
        (ok.status(), ok.number(Header::Expires)),
        (Some(200), Some(600))
    );
    assert!(ok.first(Header::Contact).is_some());
    let first = told(&mut phone);
    assert_eq!(first.first(Header::Event), Some(&b"dialog"[..]));
    assert_eq!(state(&first), "active;expires=600");
    assert!(first.has_content_type("application/dialog-info+xml"));
    assert!(
        body(&first).contains("version=\"0\" state=\"full\" entity=\"sip:1002@call.example.com\"")
    );
    assert!(!body(&first).contains("<dialog "), "nothing is going on");
    assert_eq!(first.request_uri().unwrap().text, b"sip:1001@10.0.0.3:5063");

    phone.wait(SECOND);
    calls(&mut phone, "1002", call(DialogState::Early));
    let second = told(&mut phone);
    assert!(body(&second).contains("version=\"1\""));
    assert!(body(&second).contains("<state>early</state>"));
    assert!(body(&second).contains("display=\"&lt;b&gt;&amp;&quot;\">sip:139@call.example.com<"));
    assert!(second.cseq().unwrap().number > first.cseq().unwrap().number);
    phone.wait(SECOND * 5);
    calls(&mut phone, "1002", Vec::new());
    assert!(!body(&told(&mut phone)).contains("<dialog "));
    calls(&mut phone, "1002", Vec::new());
    calls(&mut phone, "1001", call(DialogState::Early));
    phone.wait(SECOND * 5);
    assert_eq!(
        notified(&mut phone).len(),
        0,
        "nothing new, and nobody watches 1001"
    );
}

#[test]
fn rfc4235_3_10_what_happens_within_a_second_is_told_once() {
    let mut phone = Phone::new();
    subscribe(&mut phone, "1002", DIALOG);
    told(&mut phone);
    let mut documents = Vec::new();
    for number in 0..60 {
        let state = [DialogState::Early, DialogState::Confirmed][number % 2];
        if number < 40 {
            calls(&mut phone, "1002", call(state));
        }
        phone.wait(SECOND / 10);
        for notify in notified(&mut phone) {
            documents.push((phone.now, body(&notify)));
            answer(&mut phone, &notify, "200 OK");
        }
    }
    assert!((3..=5).contains(&documents.len()), "{documents:?}");
    for pair in documents.windows(2) {
        assert!(pair[1].0 - pair[0].0 >= SECOND);
    }
    let (_, last) = documents.last().unwrap();
    assert!(last.contains("confirmed"), "the last state comes through");
}

#[test]
fn rfc6665_4_2_2_one_notify_at_a_time_and_none_after_a_481_or_silence() {
    for (status, left) in [
        (Some("200 OK"), 1),
        (Some("481 Gone"), 0),
        (Some("500 Error"), 0),
        (None, 0),
    ] {
        let mut phone = Phone::new();
        subscribe(&mut phone, "1002", DIALOG);
        let first = notified(&mut phone).remove(0);
        calls(&mut phone, "1002", call(DialogState::Early));
        phone.wait(SECOND * 2);
        let repeats = notified(&mut phone);
        assert!(repeats.iter().all(|repeat| repeat.cseq() == first.cseq()));
        match status {
            Some(status) => answer(&mut phone, &first, status),
            None => phone.wait(SECOND * 30),
        }
        let next = notified(&mut phone).into_iter();
        let next = next.filter(|notify| notify.cseq() != first.cseq());
        assert_eq!(next.count(), left, "{status:?}");
        assert_eq!(phone.server.sizes().subscriptions, left, "{status:?}");
    }
}

#[test]
fn rfc6665_4_4_a_subscription_is_refreshed_expires_and_says_why() {
    let mut phone = Phone::new();
    subscribe(&mut phone, "1002", DIALOG);
    let first = told(&mut phone);
    phone.wait(SECOND * 500);
    let refresh = again(&phone, &first, 50, DIALOG);
    let mut mail = phone.say(&refresh);
    assert_eq!(mail[0].status(), Some(200));
    let notify = mail.remove(1);
    assert_eq!(state(&notify), "active;expires=600");
    answer(&mut phone, &notify, "200 OK");
    let old = again(&phone, &first, 49, DIALOG);
    assert_eq!(phone.status_of(&old), 500, "out of order");
    phone.wait(SECOND * 599);
    assert_eq!(notified(&mut phone).len(), 0);
    phone.wait(SECOND);
    assert_eq!(state(&told(&mut phone)), "terminated;reason=timeout");
    phone.wait(SECOND * 40);
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    let late = again(&phone, &first, 51, DIALOG);
    assert_eq!(phone.status_of(&late), 481);
}

#[test]
fn rfc6665_4_4_expires_0_ends_or_fetches() {
    let mut phone = Phone::new();
    subscribe(&mut phone, "1002", DIALOG);
    let first = told(&mut phone);
    let end = again(&phone, &first, 50, "Event: dialog\r\nExpires: 0\r\n");
    let mail = phone.say(&end);
    assert_eq!(mail[0].number(Header::Expires), Some(0));
    assert_eq!(state(&mail[1]), "terminated;reason=timeout");
    assert_eq!(phone.server.sizes().subscriptions, 0);
    let ok = subscribe(&mut phone, "1001", &format!("{SUMMARY}Expires: 0\r\n"));
    assert_eq!(ok.status(), Some(200));
    let notify = notified(&mut phone).remove(0);
    assert_eq!(state(&notify), "terminated;reason=timeout");
    assert!(body(&notify).starts_with("Messages-Waiting: no\r\n"));
    assert_eq!(phone.server.sizes().subscriptions, 0);
}

#[test]
fn rfc3842_a_user_hears_of_his_own_messages() {
    let mut phone = Phone::new();
    let event = "Event: message-summary;id=m1\r\nAccept: application/simple-message-summary\r\n";
    assert_eq!(
        subscribe(&mut phone, "1001", event).number(Header::Expires),
        Some(3_600)
    );
    assert!(body(&told(&mut phone)).contains("Voice-Message: 0/0"));
    phone.wait(SECOND);
    let summary = MessageSummary { new: 2, old: 5 };
    phone.server.set_message_summary(phone.now, "1001", summary);
    phone.drain();
    let notify = told(&mut phone);
    assert_eq!(
        notify.first(Header::Event),
        Some(&b"message-summary;id=m1"[..])
    );
    assert!(notify.has_content_type("application/simple-message-summary"));
    assert!(body(&notify).contains(
        "Messages-Waiting: yes\r\nMessage-Account: sip:1001@call.example.com\r\nVoice-Message: 2/5"
    ));
}

#[test]
fn s14_who_may_watch_what() {
    let rows = [
        ("1002", SUMMARY, 403),
        ("9999", DIALOG, 404),
        ("4000", DIALOG, 404),
        ("1002", "", 489),
        ("1002", "Event: presence\r\n", 489),
        ("1002", "Event: Dialog\r\n", 489),
        ("1002", "Event: dialog;;\r\n", 489),
        ("1002", "Event: dialog\r\nAccept: text/plain\r\n", 406),
        (
            "1002",
            "Event: dialog\r\nAccept: application/sdp, */*;q=0.1\r\n",
            200,
        ),
        ("1002", "Event: dialog\r\nAccept: Application/*\r\n", 200),
        ("1002", "Event: dialog\r\nExpires: 59\r\n", 423),
        (
            "1002",
            "Event: dialog\r\nContact: <sip:b@10.0.0.3>\r\n",
            400,
        ),
        ("1001", "Event: dialog\r\nExpires: 9999999\r\n", 200),
    ];
    for (watched, extra, status) in rows {
        let mut phone = Phone::new();
        let answer = subscribe(&mut phone, watched, extra);
        assert_eq!(answer.status(), Some(status), "{extra}");
        let allowed = answer.first(Header::AllowEvents).is_some();
        assert_eq!(allowed, status == 489);
        assert_eq!(
            answer.number(Header::MinExpires),
            (status == 423).then_some(60)
        );
        let expires_s = answer.number(Header::Expires);
        assert!(expires_s.is_none_or(|granted| granted <= 7_200));
        assert_eq!(
            phone.server.sizes().subscriptions,
            usize::from(status == 200)
        );
    }
}

#[test]
fn s7_subscriptions_are_bounded_for_a_user_and_in_all() {
    for (of_user, in_all, status) in [(2, 10, 403), (10, 2, 503)] {
        let mut setting = config(SERVER, DOMAIN, &[]);
        setting.limits.subscriptions_per_user_max = of_user;
        setting.limits.subscriptions_max = in_all;
        let mut phone = Phone::with(setting);
        let mut notifies = Vec::new();
        for number in 0..3 {
            let answer = subscribe(&mut phone, "1002", DIALOG);
            let expected = if number < 2 { 200 } else { status };
            assert_eq!(answer.status(), Some(expected));
            notifies.append(&mut notified(&mut phone));
        }
        // One that ends makes room.
        answer(&mut phone, &notifies[0], "481 Gone");
        assert_eq!(subscribe(&mut phone, "1002", DIALOG).status(), Some(200));
    }
}

#[test]
fn s14_only_the_watcher_speaks_in_his_subscription() {
    let mut phone = Phone::new();
    subscribe(&mut phone, "1002", DIALOG);
    let first = told(&mut phone);
    phone.flow.remote = address("10.6.6.6:5063");
    let end = "Event: dialog\r\nExpires: 0\r\n";
    let text = again(&phone, &first, 50, end);
    let challenge = phone.say(&text).pop().unwrap();
    assert_eq!(challenge.status(), Some(407));
    let login = |phone: &mut Phone, user: &str, password: &str, cseq| {
        let (uri, method) = (format!("sip:1002@{DOMAIN}"), Method::Subscribe);
        let line = phone.credentials(&challenge, Algorithm::Md5, user, password, &method, &uri);
        let text = again(&*phone, &first, cseq, &format!("{line}{end}"));
        phone.say(&text).remove(0).status()
    };
    assert_eq!(login(&mut phone, "1002", "other", 51), Some(403));
    assert_eq!(phone.server.sizes().subscriptions, 1);
    let bare = again(&phone, &first, 52, end);
    let challenge = phone.say(&bare).pop();
    assert_eq!(challenge.unwrap().status(), Some(407));
    for method in ["NOTIFY", "BYE", "INFO", "MESSAGE"] {
        let other = text
            .replace("SUBSCRIBE", method)
            .replace("again50", "other");
        assert_eq!(phone.status_of(&other), 405, "{method}");
    }
}

#[test]
fn a_removed_account_watches_no_more_and_is_watched_no_more() {
    for (user, reason) in [("1001", "rejected"), ("1002", "noresource")] {
        let mut phone = Phone::new();
        subscribe(&mut phone, "1002", DIALOG);
        told(&mut phone);
        phone.server.remove_account(user);
        phone.wait(SECOND);
        assert_eq!(
            state(&told(&mut phone)),
            format!("terminated;reason={reason}")
        );
        assert_eq!(phone.server.sizes().subscriptions, 0);
    }
}

#[test]
fn a_lost_connection_ends_its_subscriptions() {
    let mut phone = Phone::new();
    phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
    subscribe(&mut phone, "1002", DIALOG);
    phone.server.handle_flow_closed(phone.now, phone.flow);
    phone.drain();
    phone.mail.clear();
    calls(&mut phone, "1002", call(DialogState::Early));
    assert_eq!(phone.mail.len(), 0);
    phone.wait(SECOND * 60);
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}
