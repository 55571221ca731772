//! Ten thousand calls over a bad network: whatever people do in them and whatever is lost, doubled, late or out of order,
//! each call ends once on each side, both sides agree on what they heard last, and nothing is left (S25).
//!
//! A world is made from its seed alone: a failure names the seed, and `storm(seed)` is the same world again. [`Storm`] knows
//! nothing of a special story; what a party does stands in [`Storm::act`] and [`Storm::heed`].

use super::world::{binding, config};
use crate::{
    dialog::DialogKey,
    endpoint::{Endpoint, Sizes, session::Stage},
    flow::{Flow, Transport},
    message::{Header, Method, parse},
    *,
};
use bytes::Bytes;
use core::time::Duration;
use std::collections::BTreeMap;

const HOTLINE_SIDE: &str = "10.0.0.1:5060";
const PHONE_SIDE: &str = "10.0.0.2:5062";
/// Calls in one world.
const CALLS: u64 = 25;
/// How long people act.
const PLAY: Duration = Duration::from_secs(150);
/// After this nothing that anybody wanted is still under way: 64*T1, ten glares of 4 s, an ACK.
const SETTLE: Duration = Duration::from_secs(110);

/// SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// What the network does to packets.
#[derive(Clone, Copy, Debug)]
struct Weather {
    transport: Transport,
    loss_percent: u64,
    double_percent: u64,
    delay_max_ms: u64,
}

impl Weather {
    fn of(dice: &mut Dice) -> Self {
        if dice.below(8) == 0 {
            return Self {
                transport: Transport::Tcp,
                loss_percent: 0,
                double_percent: 0,
                delay_max_ms: [20, 2_000][dice.below(2) as usize],
            };
        }
        Self {
            transport: Transport::Udp,
            loss_percent: [0, 5, 10, 25][dice.below(4) as usize],
            double_percent: [0, 5, 20][dice.below(3) as usize],
            delay_max_ms: [20, 200, 2_000][dice.below(3) as usize],
        }
    }
}

impl Weather {
    /// Nothing is lost, and nothing is late enough to be taken for lost.
    fn is_fair(self) -> bool {
        self.loss_percent == 0 && self.delay_max_ms <= 200
    }
}

/// How a session looks to its owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Life {
    Incoming,
    Calling,
    Talking,
    /// Hung up by its owner while it was a call of his: one more word may come.
    Cancelled,
}

struct Party {
    endpoint: Endpoint,
    alive: BTreeMap<SessionId, Life>,
    /// Changes and transfers that are answered later.
    open: Vec<Open>,
    ended: u64,
}

#[derive(Clone, Copy)]
enum Open {
    Change(SessionId),
    Refer(ReferId),
}

pub(super) struct Storm {
    seed: u64,
    dice: Dice,
    weather: Weather,
    now: Duration,
    parties: [Party; 2],
    wire: BTreeMap<(Duration, u64), (usize, Flow, Bytes)>,
    sent: u64,
    words: u64,
    calls_left: u64,
    /// The last packet of each direction, for streams.
    last_at: [Duration; 2],
    did: BTreeMap<&'static str, u64>,
}

impl Storm {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let weather = Weather::of(&mut dice);
        let party = |at: &str, hotlines: &[&str]| {
            // Names of their own: who claims a name of the other's has to prove it.
            let mut config = config(at, &format!("{}.example", hotlines[0]), hotlines);
            config.seed ^= seed << 16;
            // Short, so that sessions are refreshed while people talk.
            config.session_timer = SessionTimer {
                expires_s: 90,
                expires_s_min: 90,
            };
            config.limits.stranger_pending_per_source_max = 100;
            Party {
                endpoint: Endpoint::new(config),
                alive: BTreeMap::new(),
                open: Vec::new(),
                ended: 0,
            }
        };
        Self {
            seed,
            dice,
            weather,
            now: Duration::from_secs(1_700_000_000),
            parties: [party(HOTLINE_SIDE, &["4000"]), party(PHONE_SIDE, &["1001"])],
            wire: BTreeMap::new(),
            sent: 0,
            words: 0,
            calls_left: CALLS,
            last_at: [Duration::ZERO; 2],
            did: BTreeMap::new(),
        }
    }

    /// Plays one world to its end.
    fn play(mut self) -> Self {
        let end = self.now + PLAY;
        while self.now < end {
            let pause = Duration::from_millis(self.dice.below(800));
            self.run(pause);
            self.act();
        }
        // Owners answer in the end; what that lets loose settles too.
        for _ in 0..4 {
            self.answer_what_is_open();
            self.run(Duration::from_secs(5));
        }
        self.answer_what_is_open();
        self.run(SETTLE);
        self.expect_agreement();
        for who in 0..2 {
            for (session, life) in self.parties[who].alive.clone() {
                match life {
                    Life::Calling | Life::Cancelled => {
                        self.parties[who].alive.insert(session, Life::Cancelled);
                    }
                    Life::Incoming | Life::Talking => self.over(who, session),
                }
                self.at(who, |node, now| node.hang_up(now, session, None));
            }
        }
        self.run(Duration::from_secs(200));
        for (who, party) in self.parties.iter().enumerate() {
            assert!(party.alive.is_empty(), "side {who} {}", self.story());
            assert_eq!(
                party.endpoint.sizes(),
                Sizes::default(),
                "side {who} {} {:?}",
                self.story(),
                party.endpoint.transactions,
            );
        }
        assert!(self.wire.is_empty(), "{}", self.story());
        if self.weather.is_fair() {
            for what in ["no ack", "flow lost"] {
                assert_eq!(self.did.get(what), None, "{what} {}", self.story());
            }
            // A datagram that says that the call is over may overtake the BYE that has ended it.
            let overtaken = self.did.get("expired");
            assert!(
                !self.weather.transport.is_reliable() || overtaken.is_none(),
                "{}",
                self.story()
            );
        }
        self
    }

    fn story(&self) -> String {
        format!("seed {} {:?}", self.seed, self.weather)
    }

    fn run(&mut self, span: Duration) {
        let until = self.now + span;
        loop {
            let packet = self.wire.keys().next().map(|(at, _)| *at);
            let timers = self.parties.iter();
            let timer = timers
                .filter_map(|party| party.endpoint.poll_timeout())
                .min();
            let next = packet.into_iter().chain(timer).min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.now = self.now.max(next);
            if packet == Some(next) {
                let (who, flow, bytes) = self.wire.pop_first().unwrap().1;
                self.deliver(who, flow, bytes);
            } else {
                for who in 0..2 {
                    self.at(who, |node, now| node.handle_timeout(now));
                }
            }
        }
        self.now = until;
    }

    /// Subscribers of transfers are phones, not endpoints of ours: their 200 to a NOTIFY is written here.
    fn deliver(&mut self, who: usize, flow: Flow, bytes: Bytes) {
        if !bytes.starts_with(b"NOTIFY ") {
            return self.at(who, |node, now| node.handle_message(now, flow, bytes));
        }
        let notify = parse(bytes, &Limits::default()).unwrap();
        let copied = [
            Header::Via,
            Header::From,
            Header::To,
            Header::CallId,
            Header::CSeq,
        ];
        let mut answer = message::Builder::response(200);
        for header in copied {
            answer = answer.copy_all(header, &notify);
        }
        self.count("notify");
        self.send(who, flow, answer.finish());
    }

    fn at<R>(&mut self, who: usize, act: impl FnOnce(&mut Endpoint, Duration) -> R) -> R {
        let outcome = act(&mut self.parties[who].endpoint, self.now);
        while let Some(output) = self.parties[who].endpoint.poll_output() {
            match output {
                Output::Transmit(transmit) => self.send(who, transmit.flow, transmit.bytes),
                Output::Event(event) => self.heed(who, event),
                Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) => {}
            }
        }
        outcome
    }

    fn send(&mut self, from: usize, flow: Flow, bytes: Bytes) {
        if self.dice.below(100) < self.weather.loss_percent {
            return;
        }
        let copies = 1 + u64::from(self.dice.below(100) < self.weather.double_percent);
        for _ in 0..copies {
            let delay = Duration::from_millis(1 + self.dice.below(self.weather.delay_max_ms));
            let mut at = self.now + delay;
            if self.weather.transport.is_reliable() {
                at = at.max(self.last_at[from]);
                self.last_at[from] = at;
            }
            self.sent += 1;
            let arrives = Flow {
                local: flow.remote,
                remote: flow.local,
                ..flow
            };
            self.wire
                .insert((at, self.sent), (1 - from, arrives, bytes.clone()));
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.did.entry(what).or_default() += 1;
    }

    /// SDP that nobody has said before.
    fn word(&mut self) -> Bytes {
        self.words += 1;
        format!("v=0 {}", self.words).into()
    }

    /// Somebody does something.
    fn act(&mut self) {
        if self.calls_left > 0 && self.dice.below(6) == 0 {
            return self.call();
        }
        let who = self.dice.below(2) as usize;
        if self.dice.below(4) == 0 && !self.parties[who].open.is_empty() {
            let open = self.parties[who].open.remove(0);
            return self.answer_open(who, open);
        }
        let alive = self.parties[who].alive.len() as u64;
        if alive == 0 {
            return;
        }
        let at = self.dice.below(alive) as usize;
        let (session, life) = self.parties[who].alive.iter().nth(at).unwrap();
        let (session, life) = (*session, *life);
        match (life, self.dice.below(24)) {
            (Life::Incoming, 0..=3) => self.at(who, |node, now| node.ring(now, session)),
            (Life::Incoming, 4..=6) => {
                let sdp = self.word();
                self.at(who, |node, now| node.progress(now, session, sdp));
            }
            (Life::Incoming, 7..=15) => {
                let sdp = self.word();
                self.parties[who].alive.insert(session, Life::Talking);
                self.at(who, |node, now| node.answer(now, session, sdp));
            }
            (Life::Incoming, 16) => {
                self.over(who, session);
                self.at(who, |node, now| {
                    node.reject(now, session, Refusal::new(486))
                });
            }
            (Life::Incoming | Life::Talking, 17) => {
                self.over(who, session);
                self.at(who, |node, now| node.hang_up(now, session, None));
            }
            (Life::Calling, 17) => {
                self.parties[who].alive.insert(session, Life::Cancelled);
                self.at(who, |node, now| node.hang_up(now, session, None));
            }
            (Life::Talking, 0..=5) => {
                let sdp = self.word();
                self.at(who, |node, now| node.reinvite(now, session, sdp));
            }
            (Life::Talking, 6..=7) => self.at(who, |node, now| node.refresh(now, session)),
            (Life::Talking, 8..=9) if who == 1 => {
                self.at(who, |node, now| node.ask_for_transfer(now, session));
            }
            (Life::Incoming | Life::Calling | Life::Talking | Life::Cancelled, _) => {}
        }
    }

    fn call(&mut self) {
        self.calls_left -= 1;
        let who = self.dice.below(2) as usize;
        let (from, to, user) = if who == 0 {
            (HOTLINE_SIDE, PHONE_SIDE, "1001")
        } else {
            (PHONE_SIDE, HOTLINE_SIDE, "4000")
        };
        let mut contact = binding(self.weather.transport, from, to, user);
        contact.flow.connection = 0;
        let invite = OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Contact(Box::new(contact)),
            to_user: user.into(),
            from: Identity {
                display: None,
                user: "139".into(),
            },
            sdp: self.word(),
            headers: Vec::new(),
        };
        let session = self.at(who, |node, now| node.invite(now, invite));
        self.parties[who].alive.insert(session, Life::Calling);
    }

    fn over(&mut self, who: usize, session: SessionId) {
        let known = self.parties[who].alive.remove(&session);
        assert!(known.is_some(), "{session:?} ends twice: {}", self.story());
        self.parties[who].ended += 1;
    }

    fn answer_what_is_open(&mut self) {
        for who in 0..2 {
            for open in core::mem::take(&mut self.parties[who].open) {
                self.answer_open(who, open);
            }
        }
    }

    fn answer_open(&mut self, who: usize, open: Open) {
        match open {
            Open::Change(session) if self.dice.below(8) == 0 => {
                self.at(who, |node, now| node.reject_reinvite(now, session, 488));
            }
            Open::Change(session) => {
                let sdp = self.word();
                self.at(who, |node, now| node.accept_reinvite(now, session, sdp));
            }
            Open::Refer(refer) => {
                let status = [180, 200, 486][self.dice.below(3) as usize];
                self.at(who, |node, now| node.report_refer(now, refer, status));
            }
        }
    }

    /// What the owner makes of news.
    fn heed(&mut self, who: usize, event: Event) {
        match event {
            Event::Invite { session, .. } => {
                self.parties[who].alive.insert(session, Life::Incoming);
                self.count("invite");
            }
            Event::Answered { session, late, .. } => {
                let life = self.parties[who].alive.insert(session, Life::Talking);
                let cancelled = life == Some(Life::Cancelled);
                assert_eq!(late, cancelled, "{session:?} {}", self.story());
                self.count(if late { "late answer" } else { "answer" });
            }
            Event::Cancelled { session, .. } | Event::Refused { session, .. } => {
                self.over(who, session);
                self.count("unanswered");
            }
            Event::Ended { session, by, .. } => {
                self.over(who, session);
                self.count(match by {
                    EndedBy::RemoteBye => "bye",
                    EndedBy::NoAck => "no ack",
                    EndedBy::FlowLost => "flow lost",
                    EndedBy::Timeout => "late answer ended",
                    EndedBy::SessionExpired => "expired",
                });
            }
            Event::ReInvite { session, .. } => {
                self.expect_alive(who, session);
                self.count("change");
                if self.dice.below(4) == 0 {
                    self.parties[who].open.push(Open::Change(session));
                } else {
                    self.answer_open(who, Open::Change(session));
                }
            }
            Event::Refer { refer, session, .. } => {
                self.expect_alive(who, session);
                self.count("refer");
                if self.dice.below(5) == 0 {
                    self.at(who, |node, now| node.refuse_refer(now, refer, 603));
                } else {
                    self.at(who, |node, now| node.accept_refer(now, refer));
                    self.parties[who].open.push(Open::Refer(refer));
                }
            }
            Event::Acked { session, .. }
            | Event::Ringing { session, .. }
            | Event::Digit { session, .. } => self.expect_alive(who, session),
            Event::ReInviteAnswered { session, .. } => {
                self.expect_alive(who, session);
                self.count("changed");
            }
            Event::ReInviteRefused { session, .. } => {
                self.expect_alive(who, session);
                self.count("change refused");
            }
            Event::Registered { .. }
            | Event::BindingsChanged { .. }
            | Event::Trunk { .. }
            | Event::Unregistered { .. } => panic!("{event:?}"),
        }
    }

    fn expect_alive(&self, who: usize, session: SessionId) {
        let known = self.parties[who].alive.contains_key(&session);
        assert!(known, "news of a dead {session:?}: {}", self.story());
    }

    /// Both sides have heard last what the other said last, and hold the same calls.
    fn expect_agreement(&self) {
        let [one, other] = &self.parties;
        for party in &self.parties {
            let alive = party.endpoint.sessions.len();
            assert_eq!(alive, party.alive.len(), "{}", self.story());
        }
        for (_, session) in one.endpoint.sessions.iter() {
            let Stage::Established { dialog, .. } = &session.stage else {
                continue;
            };
            let mirrored: DialogKey = dialog.key.mirrored();
            let twin = other.endpoint.dialogs.get(&mirrored);
            let twin = twin.and_then(|twin| other.endpoint.sessions.get(twin));
            let Some(twin) = twin else {
                panic!("one talks with nobody: {}", self.story());
            };
            assert_eq!(session.media.ours, *twin.media.heard(), "{}", self.story());
            assert_eq!(*session.media.heard(), twin.media.ours, "{}", self.story());
        }
    }
}

impl Endpoint {
    /// A REFER as a phone sends it.
    fn ask_for_transfer(&mut self, now: Duration, session: SessionId) {
        let is_talking = self
            .sessions
            .get(&session)
            .is_some_and(|alive| alive.is_acked());
        let Some(head) = is_talking.then(|| self.next_head(session)).flatten() else {
            return;
        };
        let refer = head
            .start(&Method::Refer)
            .header(Header::ReferTo, |out| {
                out.text("<sip:1002@call.example.com>");
            })
            .header(Header::Contact, |out| {
                out.text("<sip:1001@10.0.0.2:5062>");
            })
            .finish();
        self.send_detached(now, head, &Method::Refer, refer);
    }
}

fn storms(seeds: core::ops::Range<u64>) {
    let mut did = BTreeMap::<&str, u64>::new();
    for seed in seeds {
        let storm = Storm::new(seed).play();
        assert_eq!(storm.calls_left, 0, "{}", storm.story());
        for (what, times) in storm.did {
            *did.entry(what).or_default() += times;
        }
    }
    // A storm in which something never happens proves nothing about it.
    for what in [
        "answer",
        "late answer",
        "unanswered",
        "bye",
        "no ack",
        "change",
        "changed",
        "change refused",
        "refer",
        "notify",
    ] {
        assert!(
            did.get(what).is_some_and(|times| *times >= 3),
            "{what} in {did:?}"
        );
    }
}

#[test]
fn s25_a_storm_of_2500_calls_leaves_nothing() {
    storms(0..100);
}

#[test]
fn s25_a_second_storm_of_2500_calls_leaves_nothing() {
    storms(100..200);
}

#[test]
fn s25_a_third_storm_of_2500_calls_leaves_nothing() {
    storms(200..300);
}

#[test]
fn s25_a_fourth_storm_of_2500_calls_leaves_nothing() {
    storms(300..400);
}

#[test]
fn r3_a_storm_is_replayed_from_its_seed() {
    for seed in [1, 2, 3] {
        let end = |storm: Storm| (storm.sent, storm.words, storm.did);
        assert_eq!(end(Storm::new(seed).play()), end(Storm::new(seed).play()));
    }
}
