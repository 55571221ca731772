//! An agent's phone: registers with its password, rings, is answered or declines, and may die.
//!
//! One call at a time: a second one finds it busy (486). What it cannot decide it tells its agent ([`Told`]).

use std::time::Duration;

use bytes::Bytes;

use crate::agenda::Event;
use crate::agent::Timer;
use crate::handset::{Again, Repeating};
use crate::message::{Address, Copied, Message, Writing, no_such_dialog};
use crate::network::Network;
use crate::place::Place;

mod registering;

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
    copied: Copied,
    call_id: String,
    tag: String,
    call: Call,
}

/// A phone.
#[derive(Debug)]
pub(crate) struct DeskPhone {
    number: u32,
    address: Address,
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
            address: Address::new(Place::Agent(number)),
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
        let (number, ring) = (self.number.to_string(), self.rings.to_string());
        let tag = ["a", &number, "x", &ring].concat();
        let copied = Copied::of(message, &tag);
        let ringing = Writing::again(&copied, "180 Ringing").contact(&self.address);
        self.says(network, ringing.empty());
        self.leg = Some(Leg {
            invite: bytes.clone(),
            copied,
            call_id: message.call_id.to_owned(),
            tag,
            call: Call::Ringing,
        });
        Some(Told::Rings(self.rings))
    }

    /// A copy of the INVITE, or one within the dialog that refreshes it (RFC 4028).
    fn invited_again(&mut self, network: &mut Network, message: &Message<'_>) {
        let Some(leg) = &self.leg else { return };
        let writing = |status| Writing::response(message, status, &leg.tag).contact(&self.address);
        let answer = match leg.call {
            Call::Ringing => writing("180 Ringing").empty(),
            Call::Up => writing("200 OK").sdp(&self.address),
            Call::Leaving => return,
        };
        self.says(network, answer);
    }

    /// The agent lifts the receiver, while this ring lasts.
    pub(crate) fn answers(&mut self, network: &mut Network, ring: u32) {
        let Some(leg) = self.ringing(ring) else {
            return;
        };
        leg.call = Call::Up;
        let ok = Writing::again(&leg.copied, "200 OK").contact(&self.address);
        let ok = ok.sdp(&self.address);
        self.says_until_heard(network, ok);
    }

    /// The agent declines, while this ring lasts.
    pub(crate) fn declines(&mut self, network: &mut Network, ring: u32) {
        let Some(leg) = self.ringing(ring) else {
            return;
        };
        let busy = Writing::again(&leg.copied, "486 Busy Here").empty();
        self.leg = None;
        self.says_until_heard(network, busy);
    }

    /// The agent puts the receiver down, if he talks.
    pub(crate) fn hangs_up(&mut self, network: &mut Network) {
        let Some(leg) = self.leg.as_mut().filter(|leg| matches!(leg.call, Call::Up)) else {
            return;
        };
        leg.call = Call::Leaving;
        let Some(invite) = Message::read(&leg.invite) else {
            return;
        };
        let tag = &leg.tag;
        let bye = Writing::new(&["BYE ", invite.contact(), " SIP/2.0"])
            .via(&self.address, [tag, "b"])
            .line(&["From: ", invite.to, ";tag=", tag])
            .header("To", invite.from)
            .header("Call-ID", invite.call_id)
            .header("CSeq", "1 BYE")
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
        if let Some(leg) = self.leg.take() {
            let gone = Writing::again(&leg.copied, "487 Request Terminated").empty();
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
        let leg = self.leg.as_ref();
        leg.is_some_and(|leg| leg.call_id == message.call_id)
    }

    fn says(&self, network: &mut Network, bytes: Bytes) {
        network.carry_to_server(self.address.place, bytes);
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
