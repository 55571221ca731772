//! An agent's phone: registers with its password, rings, is answered or declines, and may die.
//!
//! One call at a time: a second one finds it busy (486). What it cannot decide it tells its agent ([`Told`]).

use std::time::Duration;

use bytes::Bytes;
use sip::digest::{self, Algorithm, Credentials};

use crate::agenda::Event;
use crate::agent::Timer;
use crate::handset::{Again, Repeating};
use crate::message::{Message, Writing, no_such_dialog};
use crate::network::Network;
use crate::place::Place;

/// How long its registration holds, and when it is renewed.
const EXPIRES_S: u32 = 7_200;
const REFRESH: Duration = Duration::from_secs(3_600);
/// The domain of the virtual hotline.
pub(crate) const DOMAIN: &str = "hotline.invalid";

/// What its agent notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It rings: the ring of this number.
    Rings(u32),
    /// It is registered where it was not.
    Registered,
}

#[derive(Debug)]
enum Call {
    /// It rings.
    Ringing,
    /// It was answered.
    Up,
    /// Its BYE is out.
    Leaving,
}

/// The call that it is in.
#[derive(Debug)]
struct Leg {
    invite: Bytes,
    tag: String,
    call: Call,
}

/// A phone.
#[derive(Debug)]
pub(crate) struct DeskPhone {
    number: u32,
    login: String,
    alive: bool,
    registered: bool,
    /// Lifetime that its last REGISTER asked for.
    expires_s: u32,
    cseq: u32,
    rings: u32,
    leg: Option<Leg>,
    repeating: Repeating,
}

impl DeskPhone {
    pub(crate) fn new(number: u32, login: u64) -> Self {
        Self {
            number,
            login: login.to_string(),
            alive: true,
            registered: false,
            expires_s: 0,
            cseq: 0,
            rings: 0,
            leg: None,
            repeating: Repeating::default(),
        }
    }

    /// A password for each; nobody but the two sides of this simulation knows it.
    pub(crate) fn password(login: &str) -> String {
        format!("simulated {login}")
    }

    pub(crate) fn registers(&mut self, network: &mut Network) {
        self.register(network, EXPIRES_S);
    }

    pub(crate) fn unregisters(&mut self, network: &mut Network) {
        if self.alive && self.registered {
            self.register(network, 0);
        }
    }

    fn register(&mut self, network: &mut Network, expires_s: u32) {
        self.expires_s = expires_s;
        let register = self.write_register("");
        self.says_until_heard(network, register);
    }

    fn write_register(&mut self, authorization: &str) -> Bytes {
        self.cseq += 1;
        let Self {
            login,
            cseq,
            number,
            expires_s,
            ..
        } = self;
        Writing::new(format_args!("REGISTER sip:{DOMAIN} SIP/2.0"))
            .via(Place::Agent(*number), format_args!("r{number}x{cseq}"))
            .line(format_args!(
                "From: <sip:{login}@{DOMAIN}>;tag=r{number}\r\nTo: <sip:{login}@{DOMAIN}>\r\nCall-ID: r{number}\r\nCSeq: {cseq} REGISTER\r\nExpires: {expires_s}"
            ))
            .contact(Place::Agent(*number))
            .line(format_args!("Supported: path{authorization}"))
            .empty()
    }

    /// Dies in the middle of whatever it does; the caller notices by himself.
    pub(crate) fn dies(&mut self) {
        (self.alive, self.registered, self.leg) = (false, false, None);
        self.repeating.heard();
    }

    /// Comes back, and knows nothing of its calls.
    pub(crate) fn comes_back(&mut self, network: &mut Network) {
        self.alive = true;
        self.registers(network);
    }

    pub(crate) const fn is_registered(&self) -> bool {
        self.registered
    }

    /// Takes a message.
    pub(crate) fn hears(
        &mut self,
        network: &mut Network,
        message: &Message<'_>,
        bytes: &Bytes,
    ) -> Option<Told> {
        if !self.alive {
            return None;
        }
        match (message.status(), message.method()) {
            (Some(401), "REGISTER") => self.challenged(network, message),
            (Some(200), "REGISTER") => return self.registration(network),
            (Some(200..), "BYE") => self.is_over(),
            (Some(_), _) => {}
            (None, "INVITE") => return self.invited(network, message, bytes),
            (None, "ACK") => self.acknowledged(message),
            (None, "CANCEL") => self.cancelled(network, message),
            (None, "BYE") if self.is_of_leg(message) => {
                self.says(network, Writing::response(message, "200 OK", "").empty());
                self.is_over();
            }
            (None, "UPDATE" | "INFO" | "NOTIFY" | "OPTIONS") => {
                self.says(network, Writing::response(message, "200 OK", "p").empty());
            }
            (None, _) => {
                if let Some(answer) = no_such_dialog(message) {
                    self.says(network, answer);
                }
            }
        }
        None
    }

    fn challenged(&mut self, network: &mut Network, message: &Message<'_>) {
        let parameter = |name: &str| {
            let (_, rest) = message.challenge.split_once(name)?;
            rest.split('"').next()
        };
        // The answer to a proof that was refused would be refused again.
        let repeated = message.cseq.split(' ').next() != Some(&self.cseq.to_string());
        let (Some(nonce), Some(realm)) = (parameter("nonce=\""), parameter("realm=\"")) else {
            return;
        };
        if repeated {
            return;
        }
        let md5 = message.challenge.contains("algorithm=MD5");
        let algorithm = if md5 {
            Algorithm::Md5
        } else {
            Algorithm::Sha256
        };
        if let Some(authorization) = self.proof(algorithm, realm, nonce) {
            let register = self.write_register(&authorization);
            self.says_until_heard(network, register);
        }
    }

    /// The Authorization header, with the line's end before it.
    fn proof(&self, algorithm: Algorithm, realm: &str, nonce: &str) -> Option<String> {
        let (login, password) = (&self.login, Self::password(&self.login));
        let ha1 = match algorithm {
            Algorithm::Md5 => hex(&digest::ha1_md5(login, realm, &password)),
            Algorithm::Sha256 => hex(&digest::ha1_sha256(login, realm, &password)),
        };
        let given = |response: &str| {
            format!(
                "Digest username=\"{login}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"sip:{DOMAIN}\", response=\"{response}\", algorithm={}, cnonce=\"c\", qop=auth, nc=00000001",
                algorithm.token()
            )
        };
        let blank = Credentials::parse(given("00").as_bytes())?;
        let register = sip::message::method::Method::Register;
        let response = digest::response(algorithm, &ha1, &blank, &register);
        Some(format!("\r\nAuthorization: {}", given(&response)))
    }

    fn registration(&mut self, network: &mut Network) -> Option<Told> {
        self.repeating.heard();
        let was = std::mem::replace(&mut self.registered, self.expires_s > 0);
        if self.registered {
            self.due(network, REFRESH, Timer::Refresh(self.cseq));
        }
        (self.registered && !was).then_some(Told::Registered)
    }

    /// A registration grows old; `of` is the one that set the timer.
    pub(crate) fn refreshes(&mut self, network: &mut Network, of: u32) {
        if self.alive && self.registered && of == self.cseq {
            self.registers(network);
        }
    }

    fn invited(
        &mut self,
        network: &mut Network,
        message: &Message<'_>,
        bytes: &Bytes,
    ) -> Option<Told> {
        if self.is_of_leg(message) {
            self.invited_again(network, message);
            return None;
        }
        if self.leg.is_some() {
            let busy = Writing::response(message, "486 Busy Here", "busy").empty();
            self.says(network, busy);
            return None;
        }
        self.rings = self.rings.wrapping_add(1);
        let tag = format!("a{}x{}", self.number, self.rings);
        let ringing = Writing::response(message, "180 Ringing", &tag).contact(self.place());
        self.says(network, ringing.empty());
        self.leg = Some(Leg {
            invite: bytes.clone(),
            tag,
            call: Call::Ringing,
        });
        Some(Told::Rings(self.rings))
    }

    /// A copy of the INVITE, or one within the dialog that refreshes it (RFC 4028).
    fn invited_again(&mut self, network: &mut Network, message: &Message<'_>) {
        let Some(leg) = &self.leg else { return };
        let writing = |status| Writing::response(message, status, &leg.tag).contact(self.place());
        let answer = match leg.call {
            Call::Ringing => writing("180 Ringing").empty(),
            Call::Up => writing("200 OK").sdp(self.place()),
            Call::Leaving => return,
        };
        self.says(network, answer);
    }

    /// The agent lifts the receiver, while this ring lasts.
    pub(crate) fn answers(&mut self, network: &mut Network, ring: u32) {
        let place = self.place();
        let Some(leg) = self.ringing(ring) else {
            return;
        };
        leg.call = Call::Up;
        let ok = leg.respond("200 OK").map(|ok| ok.contact(place).sdp(place));
        if let Some(ok) = ok {
            self.says_until_heard(network, ok);
        }
    }

    /// The agent declines, while this ring lasts.
    pub(crate) fn declines(&mut self, network: &mut Network, ring: u32) {
        let Some(leg) = self.ringing(ring) else {
            return;
        };
        let busy = leg.respond("486 Busy Here").map(Writing::empty);
        self.leg = None;
        if let Some(busy) = busy {
            self.says_until_heard(network, busy);
        }
    }

    /// The agent puts the receiver down, if he talks.
    pub(crate) fn hangs_up(&mut self, network: &mut Network) {
        let place = self.place();
        let Some(leg) = self.leg.as_mut().filter(|leg| matches!(leg.call, Call::Up)) else {
            return;
        };
        leg.call = Call::Leaving;
        let Some(invite) = Message::read(&leg.invite) else {
            return;
        };
        let tag = &leg.tag;
        let bye = Writing::new(format_args!("BYE {} SIP/2.0", invite.contact()))
            .via(place, format_args!("{tag}b"))
            .line(format_args!("From: {};tag={tag}", invite.to))
            .header("To", invite.from)
            .header("Call-ID", invite.call_id)
            .line(format_args!("CSeq: 1 BYE"))
            .empty();
        self.says_until_heard(network, bye);
    }

    fn acknowledged(&mut self, message: &Message<'_>) {
        let leaving = matches!(&self.leg, Some(leg) if matches!(leg.call, Call::Leaving));
        if (self.leg.is_none() || self.is_of_leg(message)) && !leaving {
            self.repeating.heard();
        }
    }

    fn cancelled(&mut self, network: &mut Network, message: &Message<'_>) {
        self.says(network, Writing::response(message, "200 OK", "").empty());
        let ringing = matches!(&self.leg, Some(leg) if matches!(leg.call, Call::Ringing));
        if !ringing || !self.is_of_leg(message) {
            return;
        }
        let leg = self.leg.take();
        let gone = leg.and_then(|leg| leg.respond("487 Request Terminated").map(Writing::empty));
        if let Some(gone) = gone {
            self.says_until_heard(network, gone);
        }
    }

    /// RFC 3261 §17: what was not heard is said again.
    pub(crate) fn repeats(&mut self, network: &mut Network, number: u32) {
        match self.repeating.due(number) {
            Again::Say(bytes, number, wait) => {
                self.says(network, bytes);
                self.due(network, wait, Timer::Repeat(number));
            }
            Again::GivenUp => {
                self.leg = None;
                match self.expires_s {
                    0 => self.registered = false,
                    _ => self.registers(network),
                }
            }
            Again::Nothing => {}
        }
    }

    fn is_over(&mut self) {
        self.repeating.heard();
        self.leg = None;
    }

    fn ringing(&mut self, ring: u32) -> Option<&mut Leg> {
        let rings = self.rings == ring && self.alive;
        let leg = self.leg.as_mut().filter(|_| rings);
        leg.filter(|leg| matches!(leg.call, Call::Ringing))
    }

    fn is_of_leg(&self, message: &Message<'_>) -> bool {
        let invite = self.leg.as_ref().and_then(|leg| Message::read(&leg.invite));
        invite.is_some_and(|invite| invite.call_id == message.call_id)
    }

    fn place(&self) -> Place {
        Place::Agent(self.number)
    }

    fn says(&self, network: &mut Network, bytes: Bytes) {
        network.carry_to_server(self.place(), bytes);
    }

    fn says_until_heard(&mut self, network: &mut Network, bytes: Bytes) {
        if network.is_lossy() {
            let (number, wait) = self.repeating.begin(bytes.clone());
            self.due(network, wait, Timer::Repeat(number));
        }
        self.says(network, bytes);
    }

    fn due(&self, network: &mut Network, after: Duration, timer: Timer) {
        let number = self.number;
        network.after(after, Event::Agent { number, timer });
    }
}

impl Leg {
    fn respond(&self, status: &str) -> Option<Writing> {
        let invite = Message::read(&self.invite)?;
        Some(Writing::response(&invite, status, &self.tag))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
