//! The virtual hotline: the real engine, phones and a network in virtual time, and media that knows who hears what.
//!
//! Nothing sleeps: the world jumps to the next moment at which anybody wants to act. One way over the network takes 2 ms.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine::{
    AgentEntry, Asker, Command, CommandError, CommandId, Config, Engine, Entry, Input, MediaPlan,
    Numbers, OffNet, Output, Queue, RecordingPolicy, Reply, Request, Restored, RouteQuestion,
    RouteReply, Settings, SignIn, StateRequest, TalkOrder,
};
use ivr::Answer;
use media::PortId;
use model::{AgentId, AgentState, CallId, Cdr, Fact, Profile, Timestamp};
use sip::{Flow, Transport};

use crate::line::Line;
use crate::phone::{Manner, Phone};
use crate::plan;

mod sound;

pub(crate) use sound::Port;

pub(crate) const SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5_060);
const LATENCY: Duration = Duration::from_millis(2);
/// 2026-11-21, a Saturday, 09:00 in China.
pub(crate) const MORNING: Duration = Duration::from_secs(1_795_222_800);
pub(crate) const PROMPT: Duration = Duration::from_secs(3);
const BOTH: [&str; 2] = ["support", "everybody"];
const PASSWORD: &str = "correct horse battery";

/// The script of 4000.
pub(crate) const SCRIPT: &str = r#"
title = { en = "Story hotline" }
languages = ["en"]
start = "welcome"

[prompt.welcome]
en = "For support press 1, for the next free agent press 2, for Mr Li press 3."
[prompt.goodbye]
en = "Nobody is free. Goodbye."

[menu.welcome]
prompt = "welcome"
keys = { 1 = "support", 2 = "everybody", 3 = "li" }
on_failure = "support"

[queue.support]
queue = "support"
on_full = "goodbye"
on_closed = "goodbye"
on_no_agents = "goodbye"
on_timeout = "goodbye"
keys = { 9 = "goodbye" }

[queue.everybody]
queue = "everybody"
on_full = "goodbye"
on_closed = "goodbye"
on_no_agents = "goodbye"
on_timeout = "goodbye"

[transfer.li]
to = "agent:1002"
ring_s = 10
on_busy = "support"
on_no_answer = "support"
on_failure = "support"

[hangup.goodbye]
prompt = "goodbye"
"#;

/// The world.
pub(crate) struct Hotline {
    config: Arc<Config>,
    pub(crate) now: Duration,
    pub(crate) engine: Engine,
    pub(crate) phones: BTreeMap<String, Phone>,
    /// Second lines, by names of their own: `1001/2`.
    pub(crate) lines: BTreeMap<String, Line>,
    pub(crate) facts: Vec<(Timestamp, Fact)>,
    /// Every wish of the engine, as text: what R3 compares.
    pub(crate) wishes: Vec<String>,
    pub(crate) ports: BTreeMap<PortId, Port>,
    /// What the directory answers, and after how long.
    pub(crate) directory: (Profile, Duration),
    /// What it answers where something was keyed in (G6), and after how long; what was keyed in.
    pub(crate) by_typed: (Option<Profile>, Duration),
    pub(crate) typed: Vec<model::Typed>,
    /// What the external decision answers, and after how long (B15); and what it was asked.
    pub(crate) decider: (RouteReply, Duration),
    pub(crate) asked: Vec<RouteQuestion>,
    /// What look-ups of scripts bring, and after how long (E11); and what was asked.
    pub(crate) service: (Answer, Duration),
    pub(crate) looked_up: Vec<ivr::Ask>,
    /// Keys that bots were told.
    pub(crate) passed: Vec<char>,
    /// Recordings of callers that were kept, or not.
    pub(crate) settled: Vec<(model::RecordingId, bool)>,
    pub(crate) broken: Vec<(CallId, Vec<String>)>,
    pub(crate) drained: bool,
    pub(crate) answers: Vec<Result<(), CommandError>>,
    /// Contacts of phones as they were told last.
    pub(crate) bindings: BTreeMap<String, Vec<sip::Binding>>,
    network: BTreeMap<(Duration, u64), Post>,
    posted: u64,
    commands: u64,
}

fn entry(login: &str, queues: &[&str]) -> AgentEntry {
    AgentEntry {
        id: AgentId::new(login.parse().unwrap()),
        login: login.into(),
        name: format!("Agent {login}"),
        queues: queues.iter().map(|text| text.parse().unwrap()).collect(),
        skills: BTreeMap::new(),
        opted_out: Default::default(),
        off_net: None,
        ha1_md5: sip::digest::ha1_md5(login, "hotline.test", PASSWORD),
        ha1_sha256: sip::digest::ha1_sha256(login, "hotline.test", PASSWORD),
    }
}

enum Post {
    ToServer { from: SocketAddr, bytes: Bytes },
    ToPhone { to: SocketAddr, bytes: Bytes },
    Media(media::News),
    Reply(Reply),
}

impl Hotline {
    /// A hotline with the queues `support` (longest-idle) and `everybody` (ring-all).
    pub(crate) fn open() -> Self {
        Self::with(|_| {})
    }

    /// The same after changes to its queues.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on_ports(30_999, change)
    }

    /// A hotline with the ports of one leg: a caller has a sound, no agent can be rung.
    pub(crate) fn few_ports() -> Self {
        Self::on_ports(30_001, |_| {})
    }

    fn on_ports(port_max: u16, change: impl FnOnce(&mut Config)) -> Self {
        let queue = |name: &str, strategy: &str| {
            let mut rules = acd::QueueConfig::new(name.into());
            rules.strategy = acd::strategy::find(strategy).unwrap();
            (
                name.into(),
                Queue {
                    rules,
                    title: BTreeMap::new(),
                    vip_first: false,
                    keeping: engine::Keeping::default(),
                    survey: None,
                    music: media::SoundName::new("music/default"),
                    opening: engine::OpeningSounds::default(),
                    announce: engine::Announce::default(),
                },
            )
        };
        let plan = model::NumberPlan::new("CN").unwrap();
        let mut config = Config {
            version: 1,
            plan,
            numbers: Numbers::default(),
            regions: engine::Regions::default(),
            trunks: BTreeMap::new(),
            dial: engine::DialPlan::default(),
            queues: [
                queue("support", "longest-idle"),
                queue("everybody", "ring-all"),
            ]
            .into(),
            scripts: BTreeMap::new(),
            calendars: BTreeMap::new(),
            canary: None,
            closing_max: Duration::from_secs(7 * 24 * 3_600),
            language: "en".into(),
            recording: RecordingPolicy::All,
            sign_in: SignIn::Page,
            reasons: engine::Reasons::default(),
            hold: engine::HoldTimes::default(),
            standby: engine::StandingBy::default(),
            house_sounds: BTreeSet::new(),
            mailboxes: Default::default(),
            clips: Default::default(),
            shared_numbers: BTreeSet::new(),
        };
        plan::script(&mut config, "main", SCRIPT);
        let main = plan::leads(Entry::Script("main".into()));
        plan::numbers(&mut config, [("4000", main)]);
        change(&mut config);
        let sip = sip::EndpointConfig {
            domain: "hotline.test".into(),
            realm: "hotline.test".into(),
            product: "Trunkline/test".into(),
            listeners: vec![(Transport::Udp, SERVER)],
            public: Vec::new(),
            nonce_secret: [7; 32],
            seed: 7,
            hotlines: BTreeSet::new(),
            limits: sip::Limits::default(),
            registration: sip::RegistrationLimits::default(),
            timers: sip::Timers::default(),
            session_timer: sip::SessionTimer::default(),
        };
        let media = MediaPlan {
            bind: SERVER.ip(),
            advertise: SERVER.ip(),
            port_min: 30_000,
            port_max,
            threads: 1,
        };
        let config = Arc::new(config);
        let settings = Settings {
            config: config.clone(),
            sip,
            media,
            seed: 1,
            node: 0,
            journal: false,
        };
        Self {
            config,
            now: MORNING,
            engine: Engine::new(MORNING, settings),
            phones: BTreeMap::new(),
            lines: BTreeMap::new(),
            facts: Vec::new(),
            wishes: Vec::new(),
            ports: BTreeMap::new(),
            directory: (Profile::default(), Duration::from_millis(5)),
            by_typed: (None, Duration::from_millis(5)),
            typed: Vec::new(),
            decider: (RouteReply::LeftToUs, Duration::from_millis(35)),
            service: (Answer::Missing, Duration::from_millis(35)),
            looked_up: Vec::new(),
            passed: Vec::new(),
            settled: Vec::new(),
            asked: Vec::new(),
            broken: Vec::new(),
            drained: false,
            answers: Vec::new(),
            bindings: BTreeMap::new(),
            network: BTreeMap::new(),
            posted: 0,
            commands: 0,
        }
    }

    /// An agent with his phone registered, ready, in both queues.
    pub(crate) fn agent(&mut self, login: &str, manner: Manner) -> AgentId {
        self.agent_of(&BOTH, login, manner)
    }

    /// The same, of these queues.
    pub(crate) fn agent_of(&mut self, queues: &[&str], login: &str, manner: Manner) -> AgentId {
        let id = self.put(login, queues);
        let mut phone = Phone::new(
            login,
            u8::try_from(self.phones.len() + 1).unwrap(),
            Some(PASSWORD),
        );
        phone.manner = manner;
        phone.registers(3_600);
        self.phones.insert(login.into(), phone);
        self.run_for(Duration::from_millis(50));
        self.says(id, StateRequest::Ready);
        self.run_for(Duration::from_millis(50));
        id
    }

    fn put(&mut self, login: &str, queues: &[&str]) -> AgentId {
        self.teaches(login, queues, &[])
    }

    /// Gives an agent these queues and these skills, whoever he was before.
    pub(crate) fn teaches(
        &mut self,
        login: &str,
        queues: &[&str],
        skills: &[(&str, u8)],
    ) -> AgentId {
        let mut entry = entry(login, queues);
        entry.skills = skills
            .iter()
            .map(|(name, level)| ((*name).to_owned(), *level))
            .collect();
        let id = entry.id;
        self.command(Command::PutAgent(entry));
        id
    }

    /// An agent with a number outside and no phone here, ready, in both queues (C14); whoever he was before.
    pub(crate) fn agent_outside(&mut self, login: &str, number: &str, is_chosen: bool) -> AgentId {
        let mut entry = entry(login, &BOTH);
        entry.off_net = Some(OffNet {
            number: number.into(),
            is_chosen,
            language: "en-US".into(),
        });
        let id = entry.id;
        self.command(Command::PutAgent(entry));
        self.says(id, StateRequest::Ready);
        self.run_for(Duration::from_millis(50));
        id
    }

    /// Another process with the same configuration; the phones know nothing of that. Of each agent it is told the contacts
    /// and what he had asked for.
    pub(crate) fn killed_and_started(self, wishes: &[(&str, Option<acd::Requested>)]) -> Self {
        let mut next = Self::with(|config| config.clone_from(&self.config));
        next.now = self.now;
        next.phones = self.phones;
        for (login, wish) in wishes {
            let agent = next.put(login, &BOTH);
            let bindings = self.bindings.get(*login).cloned().unwrap_or_default();
            let restored = Restored {
                agent,
                bindings,
                past: Vec::new(),
                wish: wish.clone(),
            };
            next.engine
                .handle_input(next.now, Input::Restored(restored));
            next.drain();
        }
        next
    }

    /// The configuration is read again.
    pub(crate) fn reload(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = (*self.config).clone();
        change(&mut config);
        self.config = Arc::new(config);
        let input = Input::Configured(self.config.clone());
        self.engine.handle_input(self.now, input);
        self.drain();
    }

    /// A caller who dials.
    pub(crate) fn caller(&mut self, number: &str, dials: &str) {
        let host = u8::try_from(self.phones.len() + 1).unwrap();
        let phone = self
            .phones
            .entry(number.into())
            .or_insert_with(|| Phone::new(number, host, None));
        phone.dials(self.now, dials, true);
        self.run_for(Duration::from_millis(20));
    }

    /// A phone of a carrier's network, 10.0.2.0/24, that takes calls for these numbers.
    pub(crate) fn carrier(&mut self, name: &str, host: u8, manner: Manner, numbers: &[&str]) {
        let mut phone = Phone::at(name, Ipv4Addr::new(10, 0, 2, host), None);
        phone.manner = manner;
        phone.carries(numbers);
        self.phones.insert(name.into(), phone);
    }

    /// A phone that is there dials.
    pub(crate) fn dials(&mut self, who: &str, number: &str) {
        let now = self.now;
        self.phone(who).dials(now, number, true);
        self.run_for(Duration::from_millis(30));
    }

    /// A caller who has pressed a key of the menu.
    pub(crate) fn caller_presses(&mut self, number: &str, key: char) {
        self.caller(number, "4000");
        self.run_for(PROMPT + Duration::from_millis(500));
        self.presses(number, key);
    }

    /// A key in the media of a phone, as RFC 4733 has it.
    pub(crate) fn presses(&mut self, number: &str, key: char) {
        self.key_comes(number, key, media::DigitWay::Event);
    }

    /// A key in the media of a phone, as tones in its voice.
    pub(crate) fn sings(&mut self, number: &str, key: char) {
        self.key_comes(number, key, media::DigitWay::Tones);
    }

    fn key_comes(&mut self, number: &str, key: char, way: media::DigitWay) {
        let port = self.port_of(number).expect("a call is up");
        self.media_news(media::News::Digit {
            port,
            digit: key,
            duration_ms: 100,
            way,
        });
        self.run_for(Duration::from_millis(20));
    }

    /// A key by SIP INFO, in the dialog of the phone's call.
    pub(crate) fn sends_info(&mut self, number: &str, key: char) {
        let now = self.now;
        self.phone(number).sends_info(now, key);
        self.collect();
        self.run_for(Duration::from_millis(20));
    }

    /// A re-INVITE with this direction.
    pub(crate) fn re_invites(&mut self, who: &str, direction: &str) {
        let now = self.now;
        self.phone(who).re_invites(now, direction);
        self.collect();
        self.run_for(Duration::from_millis(50));
    }

    /// An UPDATE with this direction.
    pub(crate) fn updates(&mut self, who: &str, direction: &str) {
        self.phone(who).updates(direction);
        self.collect();
        self.run_for(Duration::from_millis(50));
    }

    /// Hold as before RFC 3264: `c=IN IP4 0.0.0.0`.
    pub(crate) fn holds_the_old_way(&mut self, who: &str) {
        self.phone(who).holds_the_old_way();
        self.collect();
        self.run_for(Duration::from_millis(50));
    }

    /// REFER in the dialog of the phone's call.
    pub(crate) fn refers(&mut self, who: &str, refer_to: &str) {
        self.phone(who).refers(refer_to);
        self.collect();
        self.run_for(Duration::from_millis(50));
    }

    /// A second line of an agent dials.
    pub(crate) fn line_dials(&mut self, name: &str, to: &str, replaces: Option<&str>) {
        self.line(name).dials(to, replaces);
        self.collect();
        self.run_for(Duration::from_millis(50));
    }

    /// A second line `1001/2` of the agent 1001.
    pub(crate) fn line(&mut self, name: &str) -> &mut Line {
        let user = name.split('/').next().unwrap();
        let host = u8::try_from(self.lines.len() + 1).unwrap();
        let line = self.lines.entry(name.into());
        line.or_insert_with(|| Line::new(user, host, PASSWORD))
    }

    /// The agent's page orders something in the call of this caller.
    pub(crate) fn orders(&mut self, agent: AgentId, caller: &str, order: TalkOrder) -> bool {
        let call = self.call_of(caller);
        self.command(Command::Talk { call, agent, order });
        self.run_for(Duration::from_millis(50));
        self.answers.last().is_some_and(Result::is_ok)
    }

    /// The last call of a caller, by his number.
    pub(crate) fn call_of(&self, number: &str) -> CallId {
        let arrived = self.facts.iter().rev().find_map(|(_, fact)| match fact {
            Fact::CallArrived { call, caller, .. } if caller.number.as_deref() == Some(number) => {
                Some(*call)
            }
            _ => None,
        });
        arrived.expect("a call of this number")
    }

    /// The record of a call, as its facts tell it.
    pub(crate) fn record_of(&self, call: CallId) -> Cdr {
        let mut facts = self
            .facts
            .iter()
            .filter(|(_, fact)| fact.call() == Some(call));
        let (at, first) = facts.next().unwrap();
        let mut cdr = Cdr::begin(*at, first).unwrap();
        for (at, fact) in facts {
            cdr.apply(*at, fact);
        }
        cdr
    }

    /// Nothing is left of any call: no call, no port, nobody busy.
    pub(crate) fn assert_clean(&mut self) {
        self.run_for(Duration::from_secs(120));
        assert_eq!(
            (
                self.engine.calls(),
                self.engine.ports_in_use(),
                self.ports.len()
            ),
            (0, 0, 0),
            "calls, ports in use, ports open"
        );
        let busy: Vec<_> = self
            .engine
            .acd()
            .agents()
            .filter(|(_, state)| state.call().is_some())
            .collect();
        assert!(busy.is_empty(), "{busy:?}");
        let begun = self.facts_named("call.arrived").len();
        assert_eq!(
            begun,
            self.facts_named("call.ended").len(),
            "each call ends once"
        );
    }

    /// News of a media thread.
    /// The disk takes nothing of what a caller says.
    pub(crate) fn recording_fails(&mut self, recording: model::RecordingId) {
        self.engine
            .handle_input(self.now, Input::RecordingFailed(recording));
        self.drain();
    }

    pub(crate) fn media_news(&mut self, news: media::News) {
        self.engine.handle_input(self.now, Input::Media(news));
        self.drain();
    }

    pub(crate) fn says(&mut self, agent: AgentId, request: StateRequest) {
        self.command(Command::SetAgentState {
            agent,
            request,
            by: Asker::Agent,
        });
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.commands += 1;
        self.engine
            .handle_input(self.now, Input::Command(CommandId(self.commands), command));
        self.drain();
    }

    /// Raw bytes from an address, as a stranger sends them.
    pub(crate) fn datagram(&mut self, from: SocketAddr, bytes: &[u8]) {
        let flow = Flow {
            transport: Transport::Udp,
            local: SERVER,
            remote: from,
            connection: 0,
        };
        self.engine.handle_input(
            self.now,
            Input::Message {
                flow,
                bytes: Bytes::copy_from_slice(bytes),
            },
        );
        self.drain();
    }

    pub(crate) fn hangs_up(&mut self, who: &str) {
        let now = self.now;
        self.phone(who).hangs_up(now);
        self.collect();
    }

    pub(crate) fn answers(&mut self, who: &str) {
        let now = self.now;
        self.phone(who).answers(now);
        self.collect();
    }

    pub(crate) fn phone(&mut self, who: &str) -> &mut Phone {
        self.phones
            .get_mut(who)
            .unwrap_or_else(|| panic!("no phone {who}"))
    }

    /// What happened to a phone since a moment, in words.
    pub(crate) fn heard_since(&self, who: &str, since: Duration) -> Vec<&str> {
        self.phones[who]
            .history
            .iter()
            .filter(|(at, _)| *at >= since)
            .map(|(_, told)| told.as_str())
            .collect()
    }

    /// The first time at which a phone's history holds these words.
    pub(crate) fn when(&self, who: &str, words: &str) -> Option<Duration> {
        self.phones[who]
            .history
            .iter()
            .find(|(_, told)| told.starts_with(words))
            .map(|(at, _)| *at)
    }

    pub(crate) fn state(&self, agent: AgentId) -> AgentState {
        self.engine
            .acd()
            .agent_state(agent)
            .expect("a known agent")
            .clone()
    }

    /// The record that the facts of the first call tell.
    pub(crate) fn record(&self) -> Cdr {
        let mut facts = self.facts.iter().filter(|(_, fact)| fact.call().is_some());
        let (at, first) = facts.next().unwrap();
        let mut cdr = Cdr::begin(*at, first).unwrap();
        for (at, fact) in facts {
            cdr.apply(*at, fact);
        }
        cdr
    }

    /// The names of all facts of calls, in order; where each phone's messages are to be found is left out.
    pub(crate) fn story(&self) -> Vec<&'static str> {
        self.facts
            .iter()
            .filter(|(_, fact)| fact.call().is_some())
            .map(|(_, fact)| fact.name())
            .filter(|name| *name != "call.leg")
            .collect()
    }

    pub(crate) fn facts_named(&self, name: &str) -> Vec<&Fact> {
        self.facts
            .iter()
            .filter(|(_, fact)| fact.name() == name)
            .map(|(_, fact)| fact)
            .collect()
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        let until = self.now + time;
        self.collect();
        while let Some(at) = self.next().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.step();
        }
        self.now = until;
    }

    fn next(&self) -> Option<Duration> {
        let posted = self.network.keys().next().map(|(at, _)| *at);
        let phones = self.phones.values().filter_map(Phone::poll_timeout).min();
        [posted, phones, self.engine.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    fn step(&mut self) {
        if self.engine.poll_timeout().is_some_and(|at| at <= self.now) {
            self.engine.handle_timeout(self.now);
            self.drain();
        }
        let now = self.now;
        for phone in self.phones.values_mut() {
            if phone.poll_timeout().is_some_and(|at| at <= now) {
                phone.handle_timeout(now);
            }
        }
        self.collect();
        while let Some(entry) = self.network.first_entry()
            && entry.key().0 <= self.now
        {
            let post = entry.remove();
            self.deliver(post);
        }
        self.engine
            .acd()
            .check_invariants()
            .expect("the ACD is consistent after every step");
    }

    fn deliver(&mut self, post: Post) {
        match post {
            Post::ToServer { from, bytes } => self.datagram(from, &bytes),
            Post::ToPhone { to, bytes } => {
                let now = self.now;
                if let Some(phone) = self.phones.values_mut().find(|phone| phone.address == to) {
                    phone.hears(now, bytes);
                } else if let Some(line) = self.lines.values_mut().find(|line| line.address == to) {
                    line.hears(now, &bytes);
                }
                self.collect();
            }
            Post::Media(news) => {
                if let media::News::PlaybackDone { port, playback } = &news {
                    match self.ports.get_mut(port) {
                        Some(known)
                            if known.playing.as_ref().is_some_and(|(id, _)| id == playback) =>
                        {
                            known.playing = None
                        }
                        _ => return,
                    }
                }
                self.media_news(news);
            }
            Post::Reply(reply) => {
                self.engine.handle_input(self.now, Input::Reply(reply));
                self.drain();
            }
        }
    }

    /// What phones have to say goes onto the network.
    fn collect(&mut self) {
        let now = self.now;
        let mut posts = Vec::new();
        for phone in self.phones.values_mut() {
            while let Some(bytes) = phone.poll(now) {
                posts.push(Post::ToServer {
                    from: phone.address,
                    bytes,
                });
            }
        }
        for line in self.lines.values_mut() {
            for bytes in line.outbox.drain(..) {
                let from = line.address;
                posts.push(Post::ToServer { from, bytes });
            }
        }
        for post in posts {
            self.post(LATENCY, post);
        }
        self.collect_sound();
    }

    fn post(&mut self, after: Duration, post: Post) {
        self.posted += 1;
        self.network.insert((self.now + after, self.posted), post);
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            self.wishes.push(format!("{:?} {output:?}", self.now));
            match output {
                Output::Transmit(transmit) => self.post(
                    LATENCY,
                    Post::ToPhone {
                        to: transmit.flow.remote,
                        bytes: transmit.bytes,
                    },
                ),
                // The wire of a story has no names and no connections.
                Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) => {}
                Output::Bindings { login, bindings } => {
                    self.bindings.insert(login, bindings);
                }
                Output::Answer(_, _) => {}
                Output::Media(command) => self.media(command),
                Output::SettleRecording { recording, kept } => {
                    self.settled.push((recording, kept));
                }
                Output::Fact(at, fact) => self.facts.push((at, *fact)),
                Output::Request(Request::Profile { call, typed, .. }) => {
                    let (profile, after) = match &typed {
                        Some(_) => self.by_typed.clone(),
                        None => (Some(self.directory.0.clone()), self.directory.1),
                    };
                    self.typed.extend(typed.clone());
                    let reply = Reply::Profile {
                        call,
                        typed,
                        profile: profile.map(Box::new),
                    };
                    self.post(after, Post::Reply(reply));
                }
                Output::Request(Request::Route(question)) => {
                    let (reply, after) = self.decider.clone();
                    let (call, id) = (question.call, question.id);
                    self.post(after, Post::Reply(Reply::Route { call, id, reply }));
                    self.asked.push(*question);
                }
                Output::Request(Request::PassKey { key, .. }) => self.passed.push(key),
                Output::Request(
                    Request::LookUp { call, ask } | Request::Converse { call, ask, .. },
                ) => {
                    let (answer, after) = self.service.clone();
                    let id = ask.id;
                    self.post(after, Post::Reply(Reply::LookedUp { call, id, answer }));
                    self.looked_up.push(*ask);
                }
                Output::CommandDone(_, done) => self.answers.push(done),
                Output::CallBroken { call, trace } => self.broken.push((call, trace)),
                Output::Drained => self.drained = true,
            }
        }
        self.collect();
    }
}
