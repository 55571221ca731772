//! The phone of account 1001, called by the server: it speaks text in the dialog of that call.

use super::{raw::Phone, world::*};
use crate::{
    message::{Header, Message, Method, parse},
    *,
};
use core::time::Duration;

pub(super) const ALLOW_ALL: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER\r\n";
pub(super) const ALLOW_OLD: &str =
    "Contact: <sip:1001@10.0.0.3:5063>\r\nAllow: INVITE, ACK, BYE, CANCEL\r\n";
pub(super) const HELD: &str = "v=0 held";

pub(super) struct Handset {
    pub(super) phone: Phone,
    pub(super) session: SessionId,
    pub(super) invite: Message,
    cseq: u32,
}

fn line(message: &Message, header: Header, name: &str) -> String {
    format!(
        "{name}: {}\r\n",
        String::from_utf8_lossy(message.first(header).unwrap())
    )
}

fn with_body(body: &str) -> String {
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!("{kind}Content-Length: {}\r\n\r\n{body}", body.len())
}

impl Handset {
    /// It rings.
    pub(super) fn called() -> Self {
        Self::called_with(config(SERVER, DOMAIN, &["4000"]))
    }

    pub(super) fn called_with(config: EndpointConfig) -> Self {
        let mut phone = Phone::with(config);
        let contact = binding(Transport::Udp, SERVER, AGENT, "1001");
        let invite = OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Contact(Box::new(contact)),
            to_user: "1001".into(),
            from: Identity {
                display: None,
                user: "139".into(),
            },
            sdp: OFFER,
            headers: Vec::new(),
        };
        let session = phone.server.invite(phone.now, invite);
        phone.drain();
        let (_, bytes) = phone.mail.pop().unwrap();
        Self {
            phone,
            session,
            invite: parse(bytes, &Limits::default()).unwrap(),
            cseq: 0,
        }
    }

    /// They talk; `extra` are header lines of its 200.
    pub(super) fn talking(extra: &str) -> Self {
        let mut handset = Self::called();
        handset.picks_up(extra);
        handset
    }

    pub(super) fn picks_up(&mut self, extra: &str) {
        let back = self.answers("200 OK", "one", extra, "v=0 answer");
        assert_eq!(back.last().unwrap().method(), Some(&Method::Ack));
        let answered = Event::Answered {
            session: self.session,
            sdp: Some(ANSWER),
            late: false,
        };
        assert_eq!(self.phone.news().last(), Some(&answered));
    }

    /// A response to the INVITE.
    pub(super) fn answers(
        &mut self,
        status: &str,
        tag: &str,
        extra: &str,
        body: &str,
    ) -> Vec<Message> {
        let invite = self.invite.clone();
        self.responds(&invite, status, &format!(";tag={tag}"), extra, body)
    }

    /// A response to a request of the server; what comes of it.
    pub(super) fn replies(
        &mut self,
        request: &Message,
        status: &str,
        extra: &str,
        body: &str,
    ) -> Vec<Message> {
        self.responds(request, status, "", extra, body)
    }

    fn responds(
        &mut self,
        request: &Message,
        status: &str,
        tag: &str,
        extra: &str,
        body: &str,
    ) -> Vec<Message> {
        let copied = [
            (Header::Via, "Via"),
            (Header::From, "From"),
            (Header::CallId, "Call-ID"),
            (Header::CSeq, "CSeq"),
        ];
        let copied: String = copied
            .map(|(header, name)| line(request, header, name))
            .concat();
        let to = line(request, Header::To, "To").replace("\r\n", &format!("{tag}\r\n"));
        let text = format!("SIP/2.0 {status}\r\n{copied}{to}{extra}{}", with_body(body));
        self.phone.say(&text)
    }

    /// The text of the next request in the dialog.
    pub(super) fn request(&mut self, method: &str, extra: &str, body: &str) -> String {
        self.cseq += 1;
        self.request_numbered(method, self.cseq, extra, body)
    }

    pub(super) fn request_numbered(
        &self,
        method: &str,
        cseq: u32,
        extra: &str,
        body: &str,
    ) -> String {
        let invite = &self.invite;
        let ours = String::from_utf8_lossy(invite.first(Header::To).unwrap()).into_owned();
        let theirs = String::from_utf8_lossy(invite.first(Header::From).unwrap()).into_owned();
        let at = self.phone.flow.remote;
        format!(
            "{method} sip:139@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKh{method}{cseq};rport\r\n\
             Max-Forwards: 70\r\nFrom: {ours};tag=one\r\nTo: {theirs}\r\n{}CSeq: {cseq} {method}\r\n\
             Contact: <sip:1001@10.0.0.3:5063>\r\n{extra}{}",
            line(invite, Header::CallId, "Call-ID"),
            with_body(body)
        )
    }

    /// Says the next request in the dialog; what comes back.
    pub(super) fn says(&mut self, method: &str, extra: &str, body: &str) -> Vec<Message> {
        let text = self.request(method, extra, body);
        self.phone.say(&text)
    }

    /// The status that the next request gets.
    pub(super) fn status_of(&mut self, method: &str, extra: &str, body: &str) -> u16 {
        let text = self.request(method, extra, body);
        self.phone.status_of(&text)
    }

    pub(super) fn last_cseq(&self) -> u32 {
        self.cseq
    }

    /// Lets the owner do something; what the server sends.
    pub(super) fn owner(
        &mut self,
        act: impl FnOnce(&mut Endpoint, Duration, SessionId),
    ) -> Vec<Message> {
        act(&mut self.phone.server, self.phone.now, self.session);
        self.phone.drain();
        self.mail()
    }

    /// What the server has sent since the last look.
    pub(super) fn mail(&mut self) -> Vec<Message> {
        let mail = core::mem::take(&mut self.phone.mail);
        mail.into_iter()
            .map(|(_, bytes)| parse(bytes, &Limits::default()).unwrap())
            .collect()
    }

    pub(super) fn waits(&mut self, seconds: u64) -> Vec<Message> {
        self.waits_ms(seconds * 1_000)
    }

    pub(super) fn waits_ms(&mut self, ms: u64) -> Vec<Message> {
        self.phone.wait(Duration::from_millis(ms));
        self.mail()
    }

    pub(super) fn expect_nothing_left(&mut self) {
        self.phone.wait(Duration::from_secs(200));
        assert_eq!(self.phone.server.sizes(), endpoint::Sizes::default());
    }

    pub(super) fn ended(&self, by: EndedBy) -> Event {
        Event::Ended {
            session: self.session,
            by,
            reason: None,
        }
    }
}

/// Methods of requests and statuses of responses.
pub(super) fn words(messages: &[Message]) -> Vec<String> {
    let word = |message: &Message| match message.method() {
        Some(method) => method.as_str().to_owned(),
        None => message.status().unwrap().to_string(),
    };
    messages
        .iter()
        .map(word)
        .filter(|word| word != "100")
        .collect()
}
