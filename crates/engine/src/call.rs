//! A call: the caller's matter, from the INVITE to `call.ended`.
//!
//! Its state is one `Phase` with the phase's data inside; each phase's work stands in its own file (`script`, `ring`,
//! `talk`, `ending`). A call speaks to the world through `Context` alone and never to another call. Every event is taken
//! in every phase: what a phase cannot use is ignored there by name, never by accident.

mod arrival;
mod bot;
mod callback;
mod clip;
mod closing;
mod come_back;
mod consult;
mod cue;
mod ending;
mod event;
mod external;
mod hold;
mod identity;
mod keys;
mod line;
mod listed;
mod long_hold;
mod message;
mod opening;
mod order;
mod outside;
mod personal;
mod pop;
mod ring;
mod script;
mod sound;
mod supervision;
mod survey;
mod take_over;
mod talk;
mod ticket;
mod trace;
mod transfer;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ivr::Run;
use media::{PlaybackId, PortId};
use model::fact::{Direction, EndedBy};
use model::{AgentId, CallId, Caller, OfferId, RegionName, Requirement};

use crate::announce::Announcer;
use crate::canary::Walk;
use crate::config::{Config, Entry};
use crate::context::{Context, Side};
use crate::leg::Leg;
use crate::outside::OutsideRing;
use callback::{CallsBack, Claim};
use ending::Ending;
pub(crate) use event::CallEvent;
pub(crate) use hold::NOT_HERE;
use identity::{Identity, Said};
use keys::LastKey;
use message::Messages;
use outside::OutsideTalk;
use ring::Ring;
pub(crate) use ring::tell_withdrawn;
use sound::Sound;
use talk::Talking;
use trace::Trace;
use transfer::Transfer;

/// A call.
#[derive(Debug)]
pub(crate) struct Call {
    id: CallId,
    caller: Caller,
    called: String,
    direction: Direction,
    /// The trunk that it came by.
    trunk: Option<String>,
    /// Max-Forwards of whatever this call rings: a call that comes round again has less each time (S13).
    hops_left: u8,
    /// Who sent the caller on to us (RFC 5806).
    diverted_from: Option<String>,
    /// The agent whose phone calls, when the caller is one of ours.
    caller_agent: Option<AgentId>,
    /// The caller's leg; `None` once it is over.
    leg: Option<Leg>,
    /// Whether we call a customer back.
    calls_back: CallsBack,
    /// A place of his that is kept; he is about to stand in it (R79, R80).
    claim: Option<Box<Claim>>,
    /// He was given back a place that he had left (R80).
    resumed: bool,
    /// When a call that we made ends at the latest (S15).
    ends_at: Option<Duration>,
    /// When the engine will let it come again.
    pub(crate) comes_at: Option<Duration>,
    /// Our SDP for a caller whom we have not answered.
    unanswered: Option<Bytes>,
    /// The script, while it has something to say.
    run: Option<Box<Run>>,
    /// The configuration whose scripts have him: a call ends on the versions with which it began (E20).
    began_with: Arc<Config>,
    /// What is watched while a canary is tried (M6).
    walk: Option<Box<Walk>>,
    phase: Phase,
    /// The call is being handed on, or comes back from that.
    transfer: Option<Box<Transfer>>,
    /// A leg of another call that is becoming one of this.
    taking: Option<Leg>,
    /// With what the last phone refused: R6 knows no difference between busy and declined, people do.
    refusal: Option<u16>,
    /// Who hears whom in the talk.
    sound: Sound,
    /// Since when he stands in line, by his score; `None` when he never did.
    score_since: Option<Duration>,
    /// D1: strictly before callers of a lower one; kept from queue to queue (R74).
    priority: u8,
    /// The regions that lead him to where he is about to stand (A12).
    regions: Vec<RegionName>,
    /// What he needs of an agent of the queue that he stands or stood in (R69).
    needs: Option<Requirement>,
    /// What he had waited, by his score, when an agent first took him.
    waited: Duration,
    /// Phones that ring, or whose last word is still to come.
    rings: BTreeMap<OfferId, Ring>,
    profile: Identity,
    /// What he has keyed in to say who he is (G6).
    said: Option<Said>,
    /// What number lists say of him.
    listed: listed::Listed,
    language: String,
    /// The way through the script, for the pop.
    path: Vec<String>,
    /// What he had answered when the script let him go on to somebody (E16).
    answers: BTreeMap<String, String>,
    playing: Option<PlaybackId>,
    messages: Messages,
    /// The bot with which the caller talks.
    bot: Option<bot::Conversation>,
    surveys: survey::Surveys,
    /// How many tickets its scripts have filed.
    tickets: u32,
    /// Whether the recording holds silence for what the caller types.
    masked: bool,
    last_key: Option<LastKey>,
    /// The last agent who talked with the caller.
    agent: Option<AgentId>,
    answered_late: bool,
    /// What the script is to be told once it has said all it wants: what it asked for could not be had.
    pending: VecDeque<ivr::Input>,
    /// The script speaks at this moment.
    driving: bool,
    /// The ACD still has to say how a line was left.
    leaving: bool,
    /// He stands in line for an agent whom the script named (B12).
    personal: bool,
    trace: Trace,
    /// Turns until the planted panic.
    planted_panic: Option<u32>,
}

/// What a call is doing.
#[derive(Debug)]
pub(crate) enum Phase {
    /// The caller was answered; his ACK is to come.
    Arriving(Entry),
    /// The script speaks.
    InScript,
    /// In line, with music and announcements; phones may ring.
    Queued(Box<Announcer>),
    /// A named agent's phone rings.
    Direct,
    /// An outside number is rung by a trunk.
    Dialling(Box<OutsideRing>),
    /// An agent and the caller hear each other.
    Talking(Box<Talking>),
    /// An outside party and the caller hear each other.
    Outside(Box<OutsideTalk>),
    /// The caller is gone; the last phones are being told.
    Ending(Ending),
}

impl Call {
    /// One turn: takes an event, changes, speaks through the context.
    pub(crate) fn handle(&mut self, context: &mut Context, event: CallEvent) {
        let is_key = matches!(event, CallEvent::Key { .. });
        let secret = is_key && self.run.as_ref().is_some_and(|run| run.is_secret());
        self.trace.note(context.now, &event, secret);
        if let Some(turns) = &mut self.planted_panic {
            assert!(*turns > 0, "a panic planted by a test");
            *turns -= 1;
        }
        match event {
            CallEvent::Acked { side, session, sdp } => self.acked(context, side, session, sdp),
            CallEvent::CallerGone { by } => self.caller_gone(context, by),
            CallEvent::Key { side, key, way } => self.key(context, side, key, way),
            CallEvent::ReInvite { side, session, sdp } => {
                self.re_invite(context, side, session, sdp)
            }
            CallEvent::AgentRinging { offer, sdp } => self.agent_rings(context, offer, sdp),
            CallEvent::AgentAnswered {
                offer,
                session,
                sdp,
                late,
            } => self.agent_answered(context, offer, session, sdp, late),
            CallEvent::AgentRefused {
                offer,
                session,
                status,
                reason,
            } => self.agent_refused(context, offer, session, status, reason),
            CallEvent::AgentDeclines { offer, reason } => {
                context.refused = self.decline(context, offer, reason).err();
            }
            CallEvent::AgentGone { offer, session, by } => {
                self.agent_gone(context, offer, session, by)
            }
            CallEvent::OutsideRings { session, sdp } => self.outside_rings(context, session, sdp),
            CallEvent::OutsideAnswered { session, sdp, late } => {
                self.outside_answered(context, session, sdp, late)
            }
            CallEvent::OutsideRefused {
                session,
                status,
                reason,
            } => self.outside_refused(context, session, status, reason),
            CallEvent::OutsideGone { session, by } => self.outside_gone(context, session, by),
            CallEvent::PlaybackDone(playback) => self.playback_done(context, playback),
            CallEvent::SoundMissing(sound) => self.sound_missing(context, &sound),
            CallEvent::Spoke(recording) => self.message_news(context, recording, ivr::Input::Spoke),
            CallEvent::FellSilent(recording) => {
                self.message_news(context, recording, ivr::Input::FellSilent)
            }
            CallEvent::RecordFailed(recording) => self.message_failed(context, recording),
            CallEvent::PortFailed(port) => self.port_failed(context, port),
            CallEvent::Heard(port) => self.heard(context, port),
            CallEvent::Silent(port) => self.silent(context, port),
            CallEvent::Offered {
                offer,
                ring_timeout,
                waited,
                decision,
            } => self.offered(context, offer, ring_timeout, waited, decision),
            CallEvent::Withdrawn { offer, end } => self.withdrawn(context, offer, end),
            CallEvent::Connected {
                offer,
                waited,
                rang,
            } => self.connected(context, offer, waited, rang),
            CallEvent::TooLate { offer } => self.too_late(context, offer),
            CallEvent::JoinedQueue { queues, position } => {
                self.joined_queue(context, &queues, position);
            }
            CallEvent::Starving {
                queue,
                waited,
                passed_over,
            } => self.starving(context, queue, waited, passed_over),
            CallEvent::AskFamiliar { until } => self.ask_familiar(context, until),
            CallEvent::QueueDropped { dropped, queues } => {
                self.queue_dropped(context, dropped, &queues);
            }
            CallEvent::LeftQueue {
                queue,
                cause,
                waited,
                unserved,
            } => self.left_queue(context, queue, cause, waited, unserved),
            CallEvent::DirectEnded(end) => self.direct_ended(context, end),
            CallEvent::Identified { typed, profile } => self.identified(context, typed, profile),
            CallEvent::LookedUp { id, answer } => self.looked_up(context, id, answer),
            CallEvent::TookOver {
                offer,
                agent,
                decision,
            } => self.took_over(context, offer, agent, decision),
            CallEvent::Refer {
                session,
                refer,
                user,
            } => self.referred(context, session, refer, user),
            CallEvent::Order { agent, order } => {
                context.refused = self.order(context, agent, order).err();
            }
            CallEvent::Supervise { by, order, reason } => {
                context.refused = self.supervise(context, by, order, reason).err();
            }
            CallEvent::ReInviteAnswered { side, session, sdp } => {
                self.re_invite_answered(context, side, session, &sdp)
            }
            CallEvent::TimeUp => self.time_up(context),
            CallEvent::HangUp => {
                self.finish(context, ending::by_operator(&self.phase), EndedBy::System)
            }
        }
        self.settle_listening(context);
        self.settle_ending(context);
    }

    /// Whose phone uses a port; nobody's when its leg is over and only its socket is still to be closed.
    pub(crate) fn side_of(&self, port: PortId) -> Option<Side> {
        if self.leg.as_ref().is_some_and(|leg| leg.port == port) {
            return Some(Side::Caller);
        }
        match &self.phase {
            Phase::Dialling(ring) if ring.leg().port == port => Some(Side::Outside),
            Phase::Outside(talk) if talk.other.leg.port == port => Some(Side::Outside),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => {
                let in_talk = self.talking().and_then(|talking| talking.offer_of(port));
                in_talk.or_else(|| self.ring_of(port)).map(Side::Agent)
            }
        }
    }

    /// When `TimeUp` is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let script = self.run.as_ref().and_then(|run| run.poll_timeout());
        let phase = match &self.phase {
            Phase::Ending(ending) => ending.deadline(),
            Phase::Dialling(ring) => Some(ring.deadline()),
            Phase::Outside(talk) => Some(talk.other.ends_at),
            Phase::Queued(announcer) => announcer.poll_timeout(),
            Phase::Talking(talking) => talking.deadline(),
            Phase::Arriving(_) | Phase::InScript | Phase::Direct => None,
        };
        let tones = self.rings.values().filter_map(Ring::deadline).min();
        [script, phase, tones, self.ends_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether nothing of the call is left: the engine forgets it.
    pub(crate) fn is_over(&self) -> bool {
        matches!(&self.phase, Phase::Ending(ending) if ending.is_told()) && self.rings.is_empty()
    }

    /// Whether `call.ended` was told already.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(&self.phase, Phase::Ending(ending) if ending.is_told())
    }

    /// The agent who talks with the caller, or did last.
    pub(crate) const fn agent(&self) -> Option<AgentId> {
        self.agent
    }

    /// The last events, oldest first.
    pub(crate) fn trace(&self) -> Vec<String> {
        self.trace.lines()
    }

    /// The turn after so many others of this call will panic: for the tests of S3.
    pub(crate) const fn plant_panic(&mut self, turns: u32) {
        self.planted_panic = Some(turns);
    }

    fn time_up(&mut self, context: &mut Context) {
        self.end_late_tones(context);
        self.beeps_over(context);
        self.settle_claims(context);
        self.outside_time_up(context);
        self.opening_time_up(context);
        self.off_net_time_up(context);
        self.announce(context);
        self.hold_time_up(context);
        let script = self.run.as_ref().and_then(|run| run.poll_timeout());
        if script.is_some_and(|at| at <= context.now) {
            self.drive(context, script::Push::Timeout);
        }
    }

    /// Before the answer nobody owes a sound: a phone that only listens to the ringing, a network that says nothing. The
    /// time-out begins with the answer.
    fn silent(&mut self, context: &mut Context, port: PortId) {
        if let (Some(_), Some(leg)) = (&self.unanswered, &mut self.leg)
            && leg.port == port
        {
            leg.was_silent = true;
        } else if let Phase::Dialling(ring) = &mut self.phase
            && ring.leg().port == port
        {
            ring.leg_mut().was_silent = true;
        } else if !self.off_net_silent(port) {
            self.port_failed(context, port);
        }
    }

    /// A leg without sound is a leg without a caller: the call ends (S17: RTP time-out, and nothing else of media, ends).
    fn port_failed(&mut self, context: &mut Context, port: PortId) {
        if let Some(offer) = self.ring_of(port) {
            self.ring_failed(context, offer, port);
            return;
        }
        if self.outside_port_failed(context, port) {
            return;
        }
        if self.talk_port_failed(context, port) {
            return;
        }
        self.leave_place(context);
        let result = ending::by_fault(&self.phase);
        self.finish(context, result, EndedBy::System);
    }
}
