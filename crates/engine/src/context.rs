//! What the engine lends a call for its turn: the SIP endpoint, the ACD, ports, agents, and the way out.
//!
//! A call reaches the world and its neighbours only through here, never another call. News for other calls (an agent who
//! is free, say) come out of the ACD and are handed on by the engine within the same turn.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use acd::{Acd, Told};
use media::{PlaybackId, PortId};
use model::{
    AgentId, AgentState, Calendar, CallId, Fact, IdSource, Offer, OfferId, Party, QueueName,
    Timestamp,
};
use sip::{Endpoint, SessionId};

use crate::breaks::Breaks;
use crate::callbacks::Callbacks;
use crate::canary::Canaries;
use crate::closing::Closures;
use crate::command::CommandError;
use crate::config::Config;
use crate::dial::spending::Spending;
use crate::directory::Directory;
use crate::dropped::Dropped;
use crate::engine::Declines;
use crate::input::Output;
use crate::number_lists::NumberLists;
use crate::pins::Pins;
use crate::placement::Placement;
use crate::request::Request;
use crate::standby::Standby;
use crate::trunks::Trunks;

/// Whose phone a SIP session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The caller's.
    Caller,
    /// The phone of the agent who got this offer.
    Agent(OfferId),
    /// An outside party's, whom we have called by a trunk.
    Outside,
}

/// The loan.
pub(crate) struct Context {
    pub(crate) now: Duration,
    pub(crate) config: Arc<Config>,
    pub(crate) sip: Endpoint,
    pub(crate) acd: Acd,
    /// Whether what the ACD is told is written down.
    pub(crate) journal: bool,
    pub(crate) directory: Directory,
    pub(crate) placement: Placement,
    /// What agents took of their breaks (C2).
    pub(crate) breaks: Breaks,
    /// Who said today why he declines (C10).
    pub(crate) declines: Declines,
    /// Who is treated in a way of his own.
    pub(crate) lists: Arc<NumberLists>,
    /// Who is to be called back.
    pub(crate) callbacks: Callbacks,
    /// The configuration's calendars, with what closes them.
    pub(crate) calendars: Arc<BTreeMap<String, Calendar>>,
    /// What closes them out of turn (E9).
    pub(crate) closings: Closures,
    /// Tries of the PINs by which that is done.
    pub(crate) pins: Pins,
    /// Scripts that are tried (M6).
    pub(crate) canaries: Canaries,
    /// Places of callers who left while they waited.
    pub(crate) dropped: Dropped,
    /// Phones that stay on the line (C15).
    pub(crate) standby: Standby,
    /// Seats on trunks.
    pub(crate) trunks: Trunks,
    /// What was spent on calls out.
    pub(crate) spending: Spending,
    pub(crate) ids: IdSource,
    /// Whose session it is.
    pub(crate) sessions: BTreeMap<SessionId, (CallId, Side)>,
    /// Calls of our own agents' phones: who is busy with them (C12).
    pub(crate) own_calls: BTreeMap<CallId, AgentId>,
    /// Live offers by id, for facts about them.
    pub(crate) offers: BTreeMap<OfferId, Offer>,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) playbacks: u64,
    /// Why an order of a page was not done.
    pub(crate) refused: Option<CommandError>,
}

impl Context {
    pub(crate) fn fact(&mut self, fact: Fact) {
        let at = Timestamp::from(self.now);
        self.outputs.push_back(Output::Fact(at, Box::new(fact)));
    }

    pub(crate) fn media(&mut self, command: media::Command) {
        self.outputs.push_back(Output::Media(command));
    }

    pub(crate) fn request(&mut self, request: Request) {
        self.outputs.push_back(Output::Request(request));
    }

    /// A phone's part in a call began: where its messages are to be found.
    pub(crate) fn leg_began(&mut self, call: CallId, session: SessionId, party: Party) {
        if let Some(sip_call_id) = self.sip.call_id(session) {
            self.fact(Fact::CallLeg {
                call,
                sip_call_id,
                party,
            });
        }
    }

    /// Closes a port, once.
    pub(crate) fn close(&mut self, port: PortId) {
        if self.placement.close(port) {
            self.media(media::Command::Close { port });
        }
    }

    /// A session is over: whose it was, and what it took of a trunk and of the day's minutes.
    pub(crate) fn forget_session(&mut self, session: SessionId) {
        self.sessions.remove(&session);
        self.trunks.free(session);
        self.spending.ended(self.now, session);
    }

    /// Whether an agent could be rung: by a phone of his, outside (C14), or on the line where he stands by (C15).
    pub(crate) fn is_reachable(&self, agent: AgentId) -> bool {
        self.directory.get(agent).is_some_and(|agent| {
            agent.off_net.is_some()
                || !self.sip.bindings(&agent.login).is_empty()
                || self.standby.has(agent.id)
        })
    }

    /// The outside number at which an agent is to be rung: he wants it so, or has no other phone (C14).
    pub(crate) fn off_net_number(&self, agent: AgentId) -> Option<String> {
        let agent = self.directory.get(agent)?;
        let off_net = agent.off_net.as_ref()?;
        let is_rung = off_net.is_chosen || self.sip.bindings(&agent.login).is_empty();
        is_rung.then(|| off_net.number.clone())
    }

    /// An agent's state changed: his break begins or ends (C2).
    pub(crate) fn pauses(&mut self, agent: AgentId, to: &AgentState) {
        let reasons = &self.config.reasons;
        self.breaks.changed(self.now, agent, to, reasons);
    }

    pub(crate) fn tell_acd(&mut self, input: acd::Input) {
        self.note(&Told::Heard(Cow::Borrowed(&input)));
        self.acd.handle_input(self.now, input);
    }

    /// Lets the ACD do what is due, if anything is.
    pub(crate) fn wake_acd(&mut self) {
        if self.acd.poll_timeout().is_some_and(|due| due <= self.now) {
            self.note(&Told::TimePassed);
            self.acd.handle_timeout(self.now);
        }
    }

    pub(crate) fn set_queues(
        &mut self,
        version: u64,
        queues: BTreeMap<QueueName, acd::QueueConfig>,
    ) {
        self.note(&Told::Configured {
            version,
            queues: Cow::Borrowed(&queues),
        });
        self.acd.set_queues(self.now, version, queues);
    }

    /// Writes down what the ACD is about to be told.
    pub(crate) fn note(&mut self, told: &Told<'_>) {
        if self.journal {
            self.fact(Fact::AcdTold {
                ns: self.now.subsec_nanos() % 1_000_000,
                entry: told.text(),
            });
        }
    }

    /// A fresh id.
    pub(crate) const fn next_playback(&mut self) -> PlaybackId {
        self.playbacks += 1;
        PlaybackId(self.playbacks)
    }

    /// Plays to a port; the id stops it and comes back when it is done.
    pub(crate) fn play(
        &mut self,
        port: PortId,
        sources: Vec<media::Source>,
        repeat: bool,
        start_at: Duration,
    ) -> PlaybackId {
        let playback = self.next_playback();
        self.media(media::Command::Play {
            port,
            playback,
            sources,
            repeat,
            start_at,
        });
        playback
    }
}
