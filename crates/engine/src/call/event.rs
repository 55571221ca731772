//! What happens to a call: news of phones, of media, of the ACD, of the directory, and what people order on their pages.
//!
//! An event carries all that is known of it, so that a call asks nobody. What a phase cannot use it ignores by name.

use std::time::Duration;

use bytes::Bytes;
use media::{PlaybackId, PortId, SoundName};
use model::decision::{Decision, Unserved};
use model::fact::{EndedBy, KeyWay, QueueExit};
use model::{AgentId, Offer, OfferId, Profile, QueueName, QueueSet, RecordingId, Typed};
use sip::{Reason, ReferId, SessionId};

use crate::command::{LineOrder, TalkOrder};
use crate::context::Side;

/// What happens to a call.
#[derive(Clone, Debug)]
pub(crate) enum CallEvent {
    /// ACK of the caller or of an agent.
    Acked {
        side: Side,
        session: SessionId,
        sdp: Option<Bytes>,
    },
    /// The caller cancelled, hung up, or his leg was lost.
    CallerGone { by: EndedBy },
    /// A key was pressed.
    Key { side: Side, key: char, way: KeyWay },
    /// A party changes its media: hold, resume, another address.
    ReInvite {
        side: Side,
        session: SessionId,
        sdp: Option<Bytes>,
    },
    /// The agent's phone rings.
    AgentRinging { offer: OfferId, sdp: Option<Bytes> },
    /// The agent's phone answered.
    AgentAnswered {
        offer: OfferId,
        session: SessionId,
        sdp: Option<Bytes>,
        late: bool,
    },
    /// The agent's phone refused.
    AgentRefused {
        offer: OfferId,
        session: SessionId,
        status: u16,
        reason: Option<Reason>,
    },
    /// The agent declines on his page; the outcome goes into the context.
    AgentDeclines {
        offer: OfferId,
        reason: Option<String>,
    },
    /// The agent hung up, or his leg was lost.
    AgentGone {
        offer: OfferId,
        session: SessionId,
        by: EndedBy,
    },
    /// An outside number rings, or the network speaks.
    OutsideRings {
        session: SessionId,
        sdp: Option<Bytes>,
    },
    /// An outside party answered.
    OutsideAnswered {
        session: SessionId,
        sdp: Option<Bytes>,
        late: bool,
    },
    /// A trunk refused.
    OutsideRefused {
        session: SessionId,
        status: u16,
        reason: Option<Reason>,
    },
    /// An outside party hung up, or its leg was lost.
    OutsideGone { session: SessionId, by: EndedBy },
    /// A playback was heard to its end.
    PlaybackDone(PlaybackId),
    /// A sound that was to be heard is not there.
    SoundMissing(SoundName),
    /// In what the caller says a voice is heard.
    Spoke(RecordingId),
    /// In what the caller says nothing was heard for a while.
    FellSilent(RecordingId),
    /// What the caller says, or has said, stands nowhere.
    RecordFailed(RecordingId),
    /// A media port could not be opened, or broke.
    PortFailed(PortId),
    /// The first sound of a phone has come.
    Heard(PortId),
    /// No sound has come for the RTP time-out.
    Silent(PortId),
    /// The ACD chose an agent.
    Offered {
        offer: Offer,
        ring_timeout: Duration,
        waited: Duration,
        decision: Box<Decision>,
    },
    /// The ACD takes an offer back.
    Withdrawn { offer: OfferId, end: acd::OfferEnd },
    /// The ACD grants the answer.
    Connected {
        offer: OfferId,
        waited: Duration,
        rang: Duration,
    },
    /// The answer came when another had the call.
    TooLate { offer: OfferId },
    /// The caller stands in line.
    JoinedQueue { queues: QueueSet, position: u32 },
    /// Others were served before him by strict priority alone, for too long.
    Starving {
        queue: QueueName,
        waited: Duration,
        passed_over: u32,
    },
    /// The caller chooses until then whether he waits for his familiar agent (R62).
    AskFamiliar { until: Duration },
    /// One of the queues in which he stands is gone.
    QueueDropped {
        dropped: QueueName,
        queues: QueueSet,
    },
    /// The ACD's line is left.
    LeftQueue {
        queue: QueueName,
        cause: QueueExit,
        waited: Duration,
        unserved: Option<Box<Unserved>>,
    },
    /// The named agent was not reached.
    DirectEnded(acd::DirectEnd),
    /// The directory's answer.
    Identified {
        /// By what he had keyed in.
        typed: Option<Typed>,
        profile: Option<Box<Profile>>,
    },
    /// What the script's look-up brought.
    LookedUp { id: ivr::AskId, answer: ivr::Answer },
    /// The ACD has bound an agent who takes the call over.
    TookOver {
        offer: OfferId,
        agent: AgentId,
        decision: Box<Decision>,
    },
    /// The agent's phone wants the caller transferred; no user: to a stranger.
    Refer {
        session: SessionId,
        refer: ReferId,
        user: Option<String>,
    },
    /// The agent's page orders something; the outcome goes into the context.
    Order { agent: AgentId, order: TalkOrder },
    /// A supervisor orders something for the waiting caller; the outcome goes into the context.
    Supervise {
        by: AgentId,
        order: LineOrder,
        reason: String,
    },
    /// A party has taken a change of ours, or says something new.
    ReInviteAnswered {
        side: Side,
        session: SessionId,
        sdp: Bytes,
    },
    /// A time of `deadline` has come.
    TimeUp,
    /// An operator ends the call.
    HangUp,
}
