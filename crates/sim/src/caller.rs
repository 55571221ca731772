//! A caller: dials, listens, presses, waits as long as he is patient, talks as long as he must, hangs up.
//!
//! He knows what a caller knows: what his phone hears. Prompts, music and people come by [`Caller::hears_prompt`] and its
//! neighbours, messages by [`Caller::hears`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use media::PortId;

use crate::agenda::Event;
use crate::agent;
use crate::customers::Who;
use crate::handset::{Again, Repeating};
use crate::message::{Address, Message, Writing};
use crate::network::Network;

/// Nobody is heard although somebody was: a caller says "hello?" so long.
const HELLO: Duration = Duration::from_secs(5);

/// What he will do, drawn as he dials.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) who: Who,
    /// The URI of the number.
    pub(crate) dials: Arc<str>,
    /// One for each prompt.
    pub(crate) keys: Arc<str>,
    pub(crate) presses_after: Duration,
    /// How long he listens to music; `None`: for ever.
    pub(crate) patience: Option<Duration>,
    pub(crate) talk: Duration,
    pub(crate) agent_hangs_up: bool,
}

/// What is due for him; the number says in which phase it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// He presses his next key.
    Presses(u32),
    /// He has heard enough music.
    Patience(u32),
    /// All is said.
    TalkOver(u32),
    /// Nobody answers his "hello?".
    Hello(u32),
    /// RFC 3261 §17: it is said again.
    Repeat(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// His INVITE is out.
    Calling,
    /// He hears prompts.
    Listening,
    /// He hears music.
    Waiting,
    /// He hears an agent.
    Talking { agent: Option<u32>, since: Duration },
    /// His BYE is out.
    Leaving,
    /// It is over.
    Gone,
}

/// A caller.
#[derive(Debug)]
pub(crate) struct Caller {
    slot: u32,
    serial: u64,
    /// The same as his messages write it.
    name: String,
    address: Arc<Address>,
    plan: Plan,
    phase: Phase,
    /// Rises with each phase.
    phases: u32,
    pressed: usize,
    pub(crate) port: Option<PortId>,
    /// To and Request-URI in the dialog.
    to: String,
    target: String,
    repeating: Repeating,
    /// By whom he was served, and how long.
    pub(crate) served: Option<(u32, Duration)>,
}

impl Caller {
    /// He dials.
    pub(crate) fn dials(
        network: &mut Network,
        (slot, address): (u32, Arc<Address>),
        serial: u64,
        plan: Plan,
    ) -> Self {
        let mut caller = Self {
            slot,
            serial,
            name: serial.to_string(),
            address,
            to: ["<", &plan.dials, ">"].concat(),
            target: plan.dials.to_string(),
            plan,
            phase: Phase::Calling,
            phases: 0,
            pressed: 0,
            port: None,
            repeating: Repeating::default(),
            served: None,
        };
        let invite = caller
            .request("INVITE", "1", "i")
            .contact(&caller.address)
            .sdp(&caller.address);
        caller.says_until_heard(network, invite);
        caller
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.phase == Phase::Gone
    }

    pub(crate) const fn serial(&self) -> u64 {
        self.serial
    }

    pub(crate) const fn customer(&self) -> Option<u32> {
        self.plan.who.customer
    }

    /// Whether a message is about his call.
    pub(crate) fn knows(&self, message: &Message<'_>) -> bool {
        message.call_id.strip_prefix('c') == Some(&self.name)
    }

    /// Takes a message of his call.
    pub(crate) fn hears(&mut self, network: &mut Network, message: &Message<'_>) {
        match (message.status(), message.method()) {
            (Some(..200), "INVITE") => self.repeating.heard(),
            (Some(200..300), "INVITE") => self.answered(network, message),
            (Some(_), "INVITE") => {
                let ack = self.request("ACK", "1", "i").empty();
                self.says(network, ack);
                self.is_over(network);
            }
            (Some(200..), "BYE") => self.is_over(network),
            (Some(_), _) | (None, "ACK") => {}
            (None, "BYE") => {
                self.says(network, Writing::response(message, "200 OK", "").empty());
                self.is_over(network);
            }
            // A re-INVITE that refreshes the session (RFC 4028).
            (None, "INVITE") => {
                let ok = Writing::response(message, "200 OK", "").contact(&self.address);
                self.says(network, ok.sdp(&self.address));
            }
            (None, _) => self.says(network, Writing::response(message, "200 OK", "").empty()),
        }
    }

    fn answered(&mut self, network: &mut Network, message: &Message<'_>) {
        if self.phase == Phase::Calling {
            message.to.clone_into(&mut self.to);
            message.contact().clone_into(&mut self.target);
            self.repeating.heard();
            self.enter(Phase::Listening);
        }
        // RFC 3261 §13.2.2.4: each copy of the 2xx gets its ACK.
        let ack = self.request("ACK", "1", "a").empty();
        self.says(network, ack);
    }

    /// A prompt begins.
    pub(crate) fn hears_prompt(&mut self, network: &mut Network) {
        if !matches!(self.phase, Phase::Listening | Phase::Waiting) {
            return;
        }
        self.enter(Phase::Listening);
        if self.pressed < self.plan.keys.len() {
            let timer = Timer::Presses(self.phases);
            self.due(network, self.plan.presses_after, timer);
        }
    }

    /// Music begins.
    pub(crate) fn hears_music(&mut self, network: &mut Network) {
        if self.phase == Phase::Listening {
            self.enter(Phase::Waiting);
            if let Some(patience) = self.plan.patience {
                self.due(network, patience, Timer::Patience(self.phases));
            }
        }
    }

    /// An agent is on the line.
    pub(crate) fn hears_agent(&mut self, network: &mut Network, agent: Option<u32>) {
        if matches!(self.phase, Phase::Listening | Phase::Waiting) {
            let since = network.now;
            self.enter(Phase::Talking { agent, since });
            self.due(network, self.plan.talk, Timer::TalkOver(self.phases));
        }
    }

    /// The agent's phone died.
    pub(crate) fn hears_nobody(&mut self, network: &mut Network, agent: u32) {
        if matches!(self.phase, Phase::Talking { agent: Some(of), .. } if of == agent) {
            self.due(network, HELLO, Timer::Hello(self.phases));
        }
    }

    /// Something that was set is due.
    pub(crate) fn handle_timeout(&mut self, network: &mut Network, timer: Timer) {
        match timer {
            Timer::Repeat(number) => match self.repeating.due(number) {
                Again::Say(bytes, number, wait) => {
                    self.says(network, bytes);
                    self.due(network, wait, Timer::Repeat(number));
                }
                Again::GivenUp => self.is_over(network),
                Again::Nothing => {}
            },
            Timer::Presses(phase) if phase == self.phases => self.presses(network),
            Timer::TalkOver(phase) if phase == self.phases => self.talk_over(network),
            Timer::Patience(phase) | Timer::Hello(phase) if phase == self.phases => {
                self.hangs_up(network);
            }
            Timer::Presses(_) | Timer::TalkOver(_) | Timer::Patience(_) | Timer::Hello(_) => {}
        }
    }

    fn presses(&mut self, network: &mut Network) {
        let key = self.plan.keys.chars().nth(self.pressed);
        if let (Some(digit), Some(port)) = (key, self.port) {
            self.pressed += 1;
            let duration_ms = 100;
            let news = media::News::Digit {
                port,
                digit,
                duration_ms,
                way: media::DigitWay::Event,
            };
            network.after(Duration::ZERO, Event::Media(news));
        }
    }

    fn talk_over(&mut self, network: &mut Network) {
        match self.phase {
            Phase::Talking {
                agent: Some(number),
                ..
            } if self.plan.agent_hangs_up => {
                let timer = agent::Timer::HangsUp;
                network.after(Duration::ZERO, Event::Agent { number, timer });
            }
            Phase::Calling
            | Phase::Listening
            | Phase::Waiting
            | Phase::Talking { .. }
            | Phase::Leaving
            | Phase::Gone => self.hangs_up(network),
        }
    }

    /// He puts the receiver down, if he is in a call.
    pub(crate) fn hangs_up(&mut self, network: &mut Network) {
        match self.phase {
            Phase::Listening | Phase::Waiting | Phase::Talking { .. } => {}
            Phase::Calling | Phase::Leaving | Phase::Gone => return,
        }
        self.remember(network.now);
        self.enter(Phase::Leaving);
        let bye = self.request("BYE", "2", "b").empty();
        self.says_until_heard(network, bye);
    }

    fn is_over(&mut self, network: &Network) {
        self.remember(network.now);
        self.repeating.heard();
        self.enter(Phase::Gone);
    }

    fn remember(&mut self, now: Duration) {
        if let Phase::Talking {
            agent: Some(agent),
            since,
        } = self.phase
        {
            self.served = Some((agent, now.saturating_sub(since)));
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.phases += 1;
    }

    /// A request in his dialog, up to the headers that only some have.
    fn request(&self, method: &str, cseq: &str, branch: &str) -> Writing {
        let name = self.name.as_str();
        let (number, host) = match &self.plan.who.number {
            Some(number) => (number.as_str(), self.address.ip.as_str()),
            None => ("anonymous", "anonymous.invalid"),
        };
        Writing::new(&[method, " ", &self.target, " SIP/2.0"])
            .via(&self.address, [name, branch])
            .line(&["From: <sip:", number, "@", host, ">;tag=c", name])
            .header("To", &self.to)
            .line(&["Call-ID: c", name])
            .line(&["CSeq: ", cseq, " ", method])
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
        let (slot, serial) = (self.slot, self.serial);
        let event = Event::Caller {
            slot,
            serial,
            timer,
        };
        network.after(after, event);
    }
}
