//! The one owner of all calls: an event comes in, the calls that it concerns take their turns, wishes come out.
//!
//! Same configuration, seed and inputs give byte-equal outputs (R3). Each call's turn runs behind a fence: a defect ends
//! that call alone (S3), gives back what it held and leaves a trace. Nothing waits here: everything that takes time is a
//! request, a media command or a timer.

mod callbacks;
mod deadlines;
mod decline;
mod external;
mod fence;
mod filing;
mod hand_over;
mod lamps;
mod news;
mod opt_out;
mod people;
mod queues;
mod reports;
mod standby;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use acd::Acd;
use model::{CallId, IdSource};
use sip::{Endpoint, EndpointConfig};

use crate::breaks::Breaks;
use crate::call::{Call, CallEvent};
use crate::callbacks::Callbacks;
use crate::canary::Canaries;
use crate::closing::Closures;
use crate::config::{Config, MediaPlan};
use crate::context::Context;
use crate::dial::spending::Spending;
use crate::directory::Directory;
use crate::dropped::Dropped;
use crate::input::{Input, Output};
use crate::pins::Pins;
use crate::placement::Placement;
use crate::request::Reply;
use crate::standby::Standby;
use crate::trunks::Trunks;

/// What a drained server tells callers: try again then (S6).
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// News handled in one turn before the engine suspects that two rooms only talk to each other.
const NEWS_MAX: usize = 1_000_000;

/// What an engine is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The first configuration.
    pub config: Arc<Config>,
    /// The SIP endpoint's; its hotlines are taken from `config`.
    pub sip: EndpointConfig,
    /// Where media may live.
    pub media: MediaPlan,
    /// Seed of every decision.
    pub seed: u64,
    /// This node's number in ids, 0..1023.
    pub node: u16,
    /// Whether everything that the ACD is told is told as a fact, too, so that its decisions can be made again.
    pub journal: bool,
}

use self::deadlines::Deadlines;
pub(crate) use self::decline::Declines;

/// The engine.
pub struct Engine {
    context: Context,
    /// Boxed, for a map moves its neighbours about whenever one comes or goes.
    calls: BTreeMap<CallId, Box<Call>>,
    deadlines: Deadlines,
    draining: bool,
    /// While contacts of the former process are given back: nobody has switched a phone on.
    restoring: bool,
}

impl Engine {
    /// An engine without agents: they come as commands.
    pub fn new(now: Duration, settings: Settings) -> Self {
        let Settings {
            config,
            sip,
            media,
            seed,
            node,
            journal,
        } = settings;
        let mut engine = Self {
            context: Context {
                now,
                config: config.clone(),
                sip: Endpoint::new(sip),
                acd: Acd::new(seed, node),
                journal,
                directory: Directory::default(),
                placement: Placement::new(media, seed),
                breaks: Breaks::default(),
                declines: Declines::default(),
                lists: Arc::default(),
                callbacks: Callbacks::default(),
                calendars: Arc::default(),
                closings: Closures::default(),
                pins: Pins::default(),
                canaries: Canaries::default(),
                dropped: Dropped::default(),
                standby: Standby::default(),
                trunks: Trunks::default(),
                spending: Spending::default(),
                ids: IdSource::new(node),
                sessions: BTreeMap::new(),
                own_calls: BTreeMap::new(),
                offers: BTreeMap::new(),
                outputs: VecDeque::new(),
                playbacks: 0,
                refused: None,
            },
            calls: BTreeMap::new(),
            deadlines: Deadlines::default(),
            draining: false,
            restoring: false,
        };
        engine.context.note(&acd::Told::Made {
            seed,
            node,
            release: acd::Told::RELEASE.into(),
        });
        engine.configured(config);
        engine
    }

    /// Takes one event; drain `poll_output` after it.
    pub fn handle_input(&mut self, now: Duration, input: Input) {
        self.context.now = now;
        match input {
            Input::Message { flow, bytes } => self.fenced("a SIP message", |context| {
                context.sip.handle_message(now, flow, bytes)
            }),
            Input::FlowClosed(flow) => self.fenced("a closed flow", |context| {
                context.sip.handle_flow_closed(now, flow)
            }),
            Input::PeerNames { flow, names } => self.fenced("a certificate", |context| {
                context.sip.handle_peer_names(now, flow, names)
            }),
            Input::Resolved(query, hops) => self.fenced("a resolved name", |context| {
                context.sip.handle_resolved(now, query, hops)
            }),
            Input::Question(id, question) => {
                let answer = self.answer(now, &question);
                self.context.outputs.push_back(Output::Answer(id, answer));
            }
            Input::Media(news) => self.media_news(news),
            Input::RecordingFailed(recording) => {
                self.turn(recording.call, CallEvent::RecordFailed(recording));
            }
            Input::Command(id, command) => {
                let done = self.command(command);
                self.context
                    .outputs
                    .push_back(Output::CommandDone(id, done));
            }
            Input::Reply(Reply::Profile {
                call,
                typed,
                profile,
            }) => self.turn(call, CallEvent::Identified { typed, profile }),
            Input::Reply(Reply::Route { call, id, reply }) => self.route_replied(call, id, reply),
            Input::Reply(Reply::LookedUp { call, id, answer }) => {
                self.context.pin_compared(call, id, &answer);
                self.turn(call, CallEvent::LookedUp { id, answer })
            }
            Input::Restored(restored) => self.restore(restored),
            Input::RestoredCallback(restored) => self.restore_callback(*restored),
            Input::RestoredPins(refused) => self.context.pins.restore(refused),
            Input::RestoredCanaries(trials) => {
                self.context.restore_canaries(trials.map(|trials| *trials));
            }
            Input::RestoredClosings(closings) => self.context.restore_closings(closings),
            Input::Configured(config) => self.configured(config),
        }
        self.settle();
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.context.now = now;
        self.fenced("a SIP timer", |context| context.sip.handle_timeout(now));
        self.fenced("the end of a closing", Context::closings_due);
        self.fenced("an ACD timer", Context::wake_acd);
        self.fenced("a callback's time", Context::callbacks_due);
        self.settle();
        while let Some(call) = self.deadlines.take_due(now) {
            self.with_call(call, |call, context| {
                call.comes_at = None;
                call.handle(context, CallEvent::TimeUp);
            });
            self.settle();
        }
    }

    /// When `handle_timeout` wants to be called; absolute.
    pub fn poll_timeout(&self) -> Option<Duration> {
        [
            self.context.sip.poll_timeout(),
            self.context.acd.poll_timeout(),
            self.context.callbacks.next_due(),
            self.context.closings.next_due(),
            self.deadlines.next(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The next wish.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.context.outputs.pop_front()
    }

    /// Whether nothing is left to say to anybody: no call, and no phone that has not had its last word.
    pub fn is_quiet(&self) -> bool {
        self.calls.is_empty() && self.context.sip.is_quiet()
    }

    /// Calls alive.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// RTP ports in use.
    pub fn ports_in_use(&self) -> usize {
        self.context.placement.in_use()
    }

    /// Calls alive on a trunk: from the carrier, and to it.
    pub fn trunk_load(&self, trunk: &sip::TrunkName) -> (u32, u32) {
        self.context.trunks.load(trunk)
    }

    /// The same of all trunks that have carried something.
    pub fn trunk_loads(&self) -> impl Iterator<Item = (&sip::TrunkName, u32, u32)> {
        self.context.trunks.loads()
    }

    /// What the SIP endpoint counted.
    pub fn sip_counters(&self) -> &sip::Counters {
        self.context.sip.counters()
    }

    /// How many places of callers who left were not kept because their queue had too many (R80).
    pub const fn unkept_places(&self) -> u64 {
        self.context.dropped.refused()
    }

    /// The ACD, to be looked at.
    pub const fn acd(&self) -> &Acd {
        &self.context.acd
    }

    /// Makes a call's turn panic, after so many others: for tests of S3.
    #[doc(hidden)]
    pub fn plant_panic(&mut self, call: CallId, turns: u32) {
        if let Some(call) = self.calls.get_mut(&call) {
            call.plant_panic(turns);
        }
    }

    fn configured(&mut self, config: Arc<Config>) {
        let hotlines = config
            .numbers
            .iter()
            .filter(|(_, number)| number.open)
            .map(|(digits, _)| digits.to_owned())
            .collect();
        self.context.lay(&config);
        let laid = self.context.canaries.lay(&config);
        laid.into_iter().for_each(|fact| self.context.fact(fact));
        self.context.sip.set_hotlines(hotlines);
        let lines = config.trunks.values().map(|trunk| trunk.line.clone());
        self.context
            .sip
            .set_trunks(self.context.now, lines.collect());
        self.context
            .trunks
            .keep(|name| config.trunks.contains_key(name));
        self.context.config = config;
    }

    /// News of SIP and the ACD, until there are none: all that follows from one event follows in its turn.
    fn settle(&mut self) {
        for _ in 0..NEWS_MAX {
            if let Some(output) = self.context.sip.poll_output() {
                match output {
                    sip::Output::Transmit(transmit) => {
                        self.context.outputs.push_back(Output::Transmit(transmit))
                    }
                    sip::Output::Connect(connect) => {
                        self.context.outputs.push_back(Output::Connect(connect))
                    }
                    sip::Output::Resolve(resolve) => {
                        self.context.outputs.push_back(Output::Resolve(resolve))
                    }
                    sip::Output::Vouch(vouch) => {
                        self.context.outputs.push_back(Output::Vouch(vouch))
                    }
                    sip::Output::Event(event) => self.sip_event(event),
                }
            } else if let Some(output) = self.context.acd.poll_output() {
                self.acd_output(output);
            } else {
                if self.draining && self.calls.is_empty() {
                    self.draining = false;
                    self.context.outputs.push_back(Output::Drained);
                }
                return;
            }
        }
        tracing::error!("one event made a million others: the turn was cut");
    }
}
