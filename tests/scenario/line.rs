//! A second line of an agent's phone: it dials by itself, proves its password, and writes every message by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use sdp::{Codec, Direction, LocalAudio};
use sip::digest;
use sip::message::method::Method;

use crate::phone::{contact, header};

/// A line.
pub(crate) struct Line {
    pub(crate) user: String,
    pub(crate) address: SocketAddr,
    password: String,
    pub(crate) history: Vec<(Duration, String)>,
    pub(crate) server_rtp: Option<u16>,
    pub(crate) outbox: Vec<Bytes>,
    audio: LocalAudio,
    /// The number that it dialled.
    to: String,
    calls: u32,
    cseq: u32,
    replaces: Option<String>,
    /// To and Contact of the answer.
    dialog: Option<(String, String)>,
}

impl Line {
    pub(crate) fn new(user: &str, host: u8, password: &str) -> Self {
        let ip = Ipv4Addr::new(10, 0, 2, host);
        let codec = Codec {
            name: "PCMA".into(),
            payload_type: 8,
            clock_rate_hz: 8_000,
            channels: 1,
            fmtp: None,
        };
        Self {
            user: user.to_owned(),
            address: SocketAddr::new(ip.into(), 5_060),
            password: password.to_owned(),
            history: Vec::new(),
            server_rtp: None,
            outbox: Vec::new(),
            audio: LocalAudio {
                address: ip.into(),
                port: 40_000,
                codecs: vec![codec],
                telephone_event: Some(101),
                session_id: 1,
                session_version: 1,
                direction: Direction::SendReceive,
            },
            to: String::new(),
            calls: 0,
            cseq: 0,
            replaces: None,
            dialog: None,
        }
    }

    /// It speaks this codec and no other.
    pub(crate) fn knows_only(&mut self, name: &'static str, payload_type: u8) {
        for codec in &mut self.audio.codecs {
            codec.name = name.into();
            codec.payload_type = payload_type;
        }
    }

    fn call_id(&self) -> String {
        format!("line{}-{}", self.calls, self.address.ip())
    }

    fn request(&mut self, method: &str, extra: &str, kind: &str, body: &str) {
        let Self {
            user,
            address,
            cseq,
            ..
        } = self;
        let (to, uri) = match &self.dialog {
            Some((to, contact)) => (to.clone(), contact.clone()),
            None => {
                let uri = format!("sip:{}@hotline.test", self.to);
                (format!("<{uri}>"), uri)
            }
        };
        let kind = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: {kind}\r\n")
        };
        let (tag, number) = (address.ip(), *cseq);
        let (call_id, length) = (format!("line{}-{}", self.calls, tag), body.len());
        self.outbox.push(
            format!(
                "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bK{call_id}{method}{number}\r\nMax-Forwards: 70\r\n\
                 From: <sip:{user}@hotline.test>;tag=t{tag}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {number} {method}\r\n\
                 Contact: <sip:{user}@{address}>\r\n{extra}{kind}Content-Length: {length}\r\n\r\n{body}"
            )
            .into(),
        );
    }

    /// Dials; `replaces`: to take the place of that dialog.
    pub(crate) fn dials(&mut self, to: &str, replaces: Option<&str>) {
        self.calls += 1;
        (self.cseq, self.dialog, self.server_rtp) = (1, None, None);
        self.to = to.to_owned();
        self.replaces = replaces.map(|value| format!("Replaces: {value}\r\n"));
        self.invite("");
    }

    fn invite(&mut self, proof: &str) {
        let offer = String::from_utf8(sdp::offer(&self.audio)).unwrap();
        let extra = format!("{proof}{}", self.replaces.clone().unwrap_or_default());
        self.request("INVITE", &extra, "application/sdp", &offer);
    }

    pub(crate) fn hangs_up(&mut self) {
        self.cseq += 1;
        self.request("BYE", "", "", "");
        (self.dialog, self.server_rtp) = (None, None);
    }

    pub(crate) const fn is_up(&self) -> bool {
        self.dialog.is_some()
    }

    /// REFER in its dialog.
    pub(crate) fn refers(&mut self, refer_to: &str) {
        self.cseq += 1;
        self.request("REFER", &format!("Refer-To: {refer_to}\r\n"), "", "");
    }

    /// The dialog as a Replaces header names it (RFC 3891).
    pub(crate) fn replaces(&self) -> String {
        let (to, _) = self.dialog.as_ref().expect("an answered call");
        let theirs = to.split("tag=").nth(1).unwrap();
        format!(
            "{};to-tag={theirs};from-tag=t{}",
            self.call_id(),
            self.address.ip()
        )
    }

    pub(crate) fn hears(&mut self, now: Duration, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let told = match text.strip_prefix("SIP/2.0 ") {
            Some(rest) => self.answered(&text, &rest[..3]),
            None => self.asked(&text),
        };
        if let Some(told) = told {
            self.history.push((now, told));
        }
    }

    fn answered(&mut self, text: &str, status: &str) -> Option<String> {
        let cseq = header(text, "CSeq");
        let of_invite = cseq.ends_with(" INVITE");
        if !of_invite {
            return Some(format!("{} {status}", cseq.split(' ').nth(1).unwrap()));
        }
        match status {
            "401" | "407" => {
                self.ack();
                let challenge = text
                    .lines()
                    .find(|line| line.contains("-Authenticate: Digest"))
                    .unwrap();
                let proof = self.proof(challenge);
                self.cseq += 1;
                self.invite(&proof);
                None
            }
            "200" => {
                let sdp = text.split("\r\n\r\n").nth(1).unwrap();
                let agreed = sdp::accept(&self.audio, sdp.as_bytes()).unwrap();
                self.server_rtp = Some(agreed.remote.port());
                self.dialog = Some((header(text, "To"), contact(text)));
                self.ack();
                Some("is answered".into())
            }
            "100" => None,
            _ if status.starts_with('1') => Some(format!("is told {status}")),
            _ => {
                self.ack();
                Some(format!("is refused {status}"))
            }
        }
    }

    fn ack(&mut self) {
        self.request("ACK", "", "", "");
    }

    /// Answers whatever the server asks; a NOTIFY is told by its status line.
    fn asked(&mut self, text: &str) -> Option<String> {
        let told = in_words(text)?;
        self.outbox.push(ok_to(text));
        if told == "is hung up" {
            (self.dialog, self.server_rtp) = (None, None);
        }
        Some(told)
    }

    fn proof(&self, challenge: &str) -> String {
        let of = |name: &str| {
            let value = challenge.split(&format!("{name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().to_owned()
        };
        let (realm, nonce) = (of("realm"), of("nonce"));
        let uri = format!("sip:{}@hotline.test", self.to);
        let hex =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
        let (algorithm, ha1) = if challenge.contains("SHA-256") {
            let ha1 = digest::ha1_sha256(&self.user, &realm, &self.password);
            (digest::Algorithm::Sha256, hex(&ha1))
        } else {
            let ha1 = digest::ha1_md5(&self.user, &realm, &self.password);
            (digest::Algorithm::Md5, hex(&ha1))
        };
        let given = |response: &str| {
            format!(
                "Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm={}, cnonce=\"c\", qop=auth, nc=00000001",
                self.user,
                algorithm.token()
            )
        };
        let blank = digest::Credentials::parse(given("00").as_bytes()).unwrap();
        let response = digest::response(algorithm, &ha1, &blank, &Method::Invite);
        let name = if challenge.starts_with("Proxy-") {
            "Proxy-Authorization"
        } else {
            "Authorization"
        };
        format!("{name}: {}\r\n", given(&response))
    }
}

/// What a request of the server means; `None` for one that is not answered.
pub(crate) fn in_words(text: &str) -> Option<String> {
    if text.starts_with("NOTIFY ") {
        let fragment = text.split("\r\n\r\n").nth(1).unwrap();
        let status = &fragment["SIP/2.0 ".len()..][..3];
        return Some(format!("is notified {status}"));
    }
    if text.starts_with("BYE ") {
        return Some("is hung up".into());
    }
    (!text.starts_with("ACK ")).then(|| format!("is asked {}", text.split(' ').next().unwrap()))
}

/// 200 to a request.
pub(crate) fn ok_to(text: &str) -> Bytes {
    let copied: String = ["Via", "From", "To", "Call-ID", "CSeq"]
        .into_iter()
        .map(|name| format!("{name}: {}\r\n", header(text, name)))
        .collect();
    format!("SIP/2.0 200 OK\r\n{copied}Content-Length: 0\r\n\r\n").into()
}

/// A Replaces inside Refer-To, escaped.
pub(crate) fn refer_to(user: &str, replaces: &str) -> String {
    let escaped = replaces
        .replace('@', "%40")
        .replace(';', "%3B")
        .replace('=', "%3D");
    format!("<sip:{user}@hotline.test?Replaces={escaped}>")
}
