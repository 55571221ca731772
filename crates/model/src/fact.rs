//! Facts: what happened, past tense, numbered without gaps and written in order (invariant 9).
//!
//! CDR, live board, tickets' timelines, screen pops and webhooks are all read from facts; the names are those that
//! integrators see. Adding a fact is a variant here: the compiler then names each reader.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::agent_state::{AgentState, NotReadyReason};
use crate::calendar::{ClosedBy, Closure};
use crate::canary::{BadCall, Canary, CanaryEnd};
use crate::decision::{Decision, Unserved};
use crate::id::{AgentId, CallId, NumberEntryId, QueueName, RegionName, ScriptName, TicketId};
use crate::number::Caller;
use crate::number_list::{Bar, ListKind};
use crate::profile::Profile;
use crate::time::Timestamp;
use crate::transfer::{ConsultEnd, NotReached, Party, Transfer, TransferTo};

pub use self::bot::BotEnd;
pub use self::call::{CallResult, Direction, EndedBy, KeyWay};
pub use self::callback::{
    CallbackAttempted, CallbackDone, CallbackEnd, CallbackFailed, CallbackFailure,
    CallbackRequested, PlaceResumed,
};
pub use self::clip::{ClipBegan, ClipEnd, ClipPlayed};
pub use self::held::HoldTold;
pub use self::ivr::{FailedTries, NodeLeft};
pub use self::notified::Notified;
pub use self::offer::{CancelCause, Offer, Pop, PopCustomer, PopFlag};
pub use self::queue::QueueExit;
pub use self::routed::{Ignored, Routed};
pub use self::supervised::Supervised;
pub use self::survey::{SurveyAsked, SurveyDone, SurveyPush};
pub use self::ticket::{TicketAsked, TicketContent, TicketField};
pub use self::voicemail::{Voicemail, VoicemailHeard};

mod bot;
mod call;
mod callback;
mod clip;
mod held;
mod ivr;
mod notified;
mod offer;
mod queue;
mod routed;
mod supervised;
mod survey;
mod ticket;
mod voicemail;

mod name;

/// A fact with its number and time, as it stands in the log and in the event stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRecord {
    /// The number: 1, 2, 3 … per node, without gaps.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened. In JSON: `{"type": "queue.joined", "data": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum Fact {
    /// A caller's INVITE was taken.
    #[serde(rename = "call.arrived")]
    CallArrived {
        /// The call.
        call: CallId,
        /// Who calls.
        caller: Caller,
        /// The number that was dialled.
        called: String,
        /// The Call-ID of the caller's leg, to find it in a trace.
        sip_call_id: String,
        /// The agent, when the caller is one of ours.
        agent: Option<AgentId>,
        /// Whether it came from outside, goes there, or stays in the house.
        #[serde(default)]
        direction: Direction,
        /// The trunk that it came by.
        #[serde(default)]
        trunk: Option<String>,
        /// The number that the caller had dialled and that sent the call on to us (RFC 5806).
        #[serde(default)]
        diverted_from: Option<String>,
    },
    /// An entry of a number list decided a call (A7, F6). Logs of earlier releases have it as `caller.barred`, without the entry and of the black list alone.
    #[serde(rename = "caller.listed", alias = "caller.barred")]
    CallerListed {
        /// The call.
        call: CallId,
        /// The entry.
        #[serde(default)]
        entry: Option<NumberEntryId>,
        /// On which list.
        #[serde(default)]
        list: ListKind,
        /// The key of the caller's number.
        number: String,
        /// What he meets, if he is barred.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bar: Option<Bar>,
        /// His level by it; 0 for none.
        #[serde(default, skip_serializing_if = "call::is_zero")]
        vip_level: u8,
    },
    /// A call was not taken; `call.ended` follows.
    #[serde(rename = "call.refused")]
    CallRefused {
        /// The call.
        call: CallId,
        /// The SIP status that the caller's phone was told.
        status: u16,
        /// Why, in a word: `unknown_number`, `trunk_full`, `dial_premium`, …
        cause: String,
    },
    /// We answered the caller: from here the call has a sound.
    #[serde(rename = "call.answered")]
    CallAnswered {
        /// The call.
        call: CallId,
        /// The codec of the caller's leg.
        codec: String,
    },
    /// The directory told who calls.
    #[serde(rename = "call.identified")]
    CallIdentified {
        /// The call.
        call: CallId,
        /// What it told.
        profile: Profile,
    },
    /// An outside number is being called.
    #[serde(rename = "dial.started")]
    DialStarted {
        /// The call.
        call: CallId,
        /// The number, E.164 where it has such a form.
        number: String,
        /// What it costs by its kind: `local`, `mobile`, `international`, … (S15).
        class: String,
        /// By which trunk.
        trunk: String,
        /// The number that we show; `None` where the caller's own is withheld.
        shown: Option<String>,
    },
    /// The dial rules forbid the number (S15).
    #[serde(rename = "dial.denied")]
    DialDenied {
        /// The call.
        call: CallId,
        /// The number.
        number: String,
        /// Why, in a word: `dial_premium`, `dial_no_route`, `dial_calls_per_minute`, …
        cause: String,
    },
    /// A trunk did not bring us to the number; another may be tried, which `dial.started` then tells.
    #[serde(rename = "dial.failed")]
    DialFailed {
        /// The call.
        call: CallId,
        /// The number.
        number: String,
        /// By which trunk.
        trunk: String,
        /// The SIP status of the refusal; 408 without an answer.
        status: u16,
        /// The carrier's words for it (RFC 3326).
        reason: Option<String>,
    },
    /// The outside party answered and is heard.
    #[serde(rename = "dial.answered")]
    DialAnswered {
        /// The call.
        call: CallId,
        /// The number.
        number: String,
        /// By which trunk.
        trunk: String,
        /// The agent who talks there, when it is his own call.
        agent: Option<AgentId>,
        /// From the first INVITE to the answer, in ms.
        rang_ms: u64,
    },
    /// The script entered a node.
    #[serde(rename = "ivr.entered")]
    IvrEntered {
        /// The call.
        call: CallId,
        /// The script.
        script: ScriptName,
        /// The version of the script (E20); 0 where none was kept.
        #[serde(default)]
        version: u32,
        /// The node's kind: `menu`, `queue`, …
        kind: String,
        /// The node's name.
        node: String,
        /// How many scripts wait for this one to come back (E18).
        #[serde(default, skip_serializing_if = "call::is_zero")]
        depth: u8,
        /// The nodes that were left for it (E23), the innermost first; none at the entrance of a script.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<NodeLeft>,
    },
    /// A caller's conversation with a bot is over (E24).
    #[serde(rename = "bot.ended")]
    BotEnded {
        /// The call.
        call: CallId,
        /// The bot.
        bot: String,
        /// How it ended.
        #[serde(flatten)]
        end: BotEnd,
        /// How long it took, from the wish to reach it on.
        ms: u64,
    },
    /// The caller was gone from a node in which he had tried in vain (E23).
    #[serde(rename = "ivr.gave_up")]
    IvrGaveUp {
        /// The call.
        call: CallId,
        /// The node's name.
        node: String,
        /// His tries.
        #[serde(flatten)]
        failed: FailedTries,
    },
    /// From here on this canary of scripts is tried, or none any more (M6); told where that is news, and at a start that lays one.
    #[serde(rename = "canary.laid")]
    CanaryLaid {
        /// What is tried; `None`: nothing.
        canary: Option<Canary>,
    },
    /// A call went badly while a canary of scripts was tried, on the one side or the other, and one caller more counts (M6).
    #[serde(rename = "canary.bad_call")]
    CanaryBad(BadCall),
    /// A canary of scripts was worse than the former versions, which lead all new calls again (M6).
    #[serde(rename = "canary.ended")]
    CanaryEnded(CanaryEnd),
    /// A key was pressed; never those of a `secret` input.
    #[serde(rename = "ivr.key")]
    KeyPressed {
        /// The call.
        call: CallId,
        /// The key.
        key: char,
        /// How it came; facts of former versions do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        way: Option<KeyWay>,
    },
    /// The caller began to wait in a queue, or in several at once (A12).
    #[serde(rename = "queue.joined")]
    QueueJoined {
        /// The call.
        call: CallId,
        /// The queue; of several the home queue, in which he is counted.
        queue: QueueName,
        /// His place in that queue's line, 1 is next.
        position: u32,
        /// The other queues whose agents may take him.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<QueueName>,
        /// The regions that fitted his number and led him there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        regions: Vec<RegionName>,
    },
    /// A supervisor dealt with a waiting caller (D2, D25). What comes of it is told by facts of its own.
    #[serde(rename = "queue.supervised")]
    QueueSupervised {
        /// The call.
        call: CallId,
        /// The queue in which he stood; of several the home queue.
        queue: QueueName,
        /// What was done.
        #[serde(flatten)]
        deed: Supervised,
        /// By whom.
        by: AgentId,
        /// Why, in a line.
        reason: String,
    },
    /// A caller has waited for long, and others were served before him by strict priority alone (D1). Told once.
    #[serde(rename = "queue.starving")]
    QueueStarving {
        /// The call.
        call: CallId,
        /// The queue; of several the home queue.
        queue: QueueName,
        /// How long he has waited, in ms.
        waited_ms: u64,
        /// How many were served before him so.
        passed_over: u32,
    },
    /// One of several queues in which he waits was taken out of the configuration; he waits on in the others (D30).
    #[serde(rename = "queue.dropped")]
    QueueDropped {
        /// The call.
        call: CallId,
        /// The queue that is gone.
        dropped: QueueName,
        /// His home queue from here on.
        queue: QueueName,
        /// The others.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<QueueName>,
    },
    /// The caller left the queue, and all others in which he stood, otherwise than to an agent.
    #[serde(rename = "queue.left")]
    QueueLeft {
        /// The call.
        call: CallId,
        /// The queue; of several the home queue.
        queue: QueueName,
        /// Why.
        cause: QueueExit,
        /// How long he waited, in ms.
        waited_ms: u64,
        /// What was true of him, if nobody was offered him in this wait (R19).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unserved: Option<Box<Unserved>>,
    },
    /// A question to an external decision is settled (B15); the decision that follows stands in `offer.made`.
    #[serde(rename = "route.answered")]
    RouteAnswered {
        /// The call.
        call: CallId,
        /// What became of it.
        #[serde(flatten)]
        routed: Routed,
    },
    /// A caller who was cut off has his place back (R80).
    #[serde(rename = "queue.resumed")]
    QueueResumed(PlaceResumed),
    /// Somebody is to be called back, with his place (D21).
    #[serde(rename = "callback.requested")]
    CallbackRequested(CallbackRequested),
    /// He is being called.
    #[serde(rename = "callback.attempted")]
    CallbackAttempted(CallbackAttempted),
    /// The place was consumed.
    #[serde(rename = "callback.done")]
    CallbackDone(CallbackDone),
    /// He is not called any more.
    #[serde(rename = "callback.failed")]
    CallbackFailed(CallbackFailed),
    /// An agent was chosen and his phone is being rung.
    #[serde(rename = "offer.made")]
    OfferMade {
        /// The offer.
        offer: Offer,
        /// What the decision weighed.
        decision: Box<Decision>,
        /// What the agent's screen shows.
        pop: Box<Pop>,
    },
    /// The offer rings its agent's outside number, by this trunk (C14); told again for each trunk that is tried.
    #[serde(rename = "offer.dialled")]
    OfferDialled {
        /// The offer.
        offer: Offer,
        /// The number, E.164.
        number: String,
        /// What it costs by its kind, as in `dial.started`.
        class: String,
        /// By which trunk.
        trunk: String,
        /// The number that is shown there; `None` where the caller's own is withheld.
        shown: Option<String>,
    },
    /// The outside phone answered: whoever holds it is asked for the key that takes the call (C14).
    #[serde(rename = "offer.asked")]
    OfferAsked {
        /// The offer.
        offer: Offer,
    },
    /// The ringing ended without fault of the agent.
    #[serde(rename = "offer.cancelled")]
    OfferCancelled {
        /// The offer.
        offer: Offer,
        /// Why.
        cause: CancelCause,
    },
    /// It rang and he did not answer (R5).
    #[serde(rename = "offer.missed")]
    OfferMissed {
        /// The offer.
        offer: Offer,
    },
    /// He refused (R6).
    #[serde(rename = "offer.declined")]
    OfferDeclined {
        /// The offer.
        offer: Offer,
        /// Why, where he declined on his page and said so: he is asked once a day (C10).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// His phone could not be reached (R7): no fault of the agent.
    #[serde(rename = "offer.unreachable")]
    OfferUnreachable {
        /// The offer.
        offer: Offer,
        /// The SIP status that told it.
        status: u16,
    },
    /// Caller and agent hear each other.
    #[serde(rename = "call.connected")]
    CallConnected {
        /// The offer that was answered.
        offer: Offer,
        /// From joining the queue to the answer, in ms (ASA counts this).
        waited_ms: u64,
        /// From the first ring at this agent to the answer, in ms.
        rang_ms: u64,
    },
    /// A party put the call on hold: the other hears music.
    #[serde(rename = "call.held")]
    CallHeld {
        /// The call.
        call: CallId,
        /// Who holds; unknown in facts of the first releases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Party>,
    },
    /// An agent has held his caller for so long that somebody was told (C19).
    #[serde(rename = "call.held_long")]
    CallHeldLong {
        /// The call.
        call: CallId,
        /// Who holds.
        agent: AgentId,
        /// Since how long, in ms.
        held_ms: u64,
        /// Who was told.
        told: HoldTold,
    },
    /// That party came back.
    #[serde(rename = "call.resumed")]
    CallResumed {
        /// The call.
        call: CallId,
        /// Who held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Party>,
    },
    /// A phone's part in the call began: an INVITE of ours, or one that we took.
    #[serde(rename = "call.leg")]
    CallLeg {
        /// The call.
        call: CallId,
        /// The Call-ID, to find its messages in a trace.
        sip_call_id: String,
        /// Whose phone.
        party: Party,
    },
    /// The agent hands the call on; he is still there until `call.transferred`.
    #[serde(rename = "call.transfer_started")]
    TransferStarted {
        /// The call.
        call: CallId,
        /// What.
        #[serde(flatten)]
        transfer: Transfer,
    },
    /// The agent is out: his part of the call ends here (R14), and what comes is not his.
    #[serde(rename = "call.transferred")]
    Transferred {
        /// The call.
        call: CallId,
        /// What.
        #[serde(flatten)]
        transfer: Transfer,
    },
    /// Nobody was reached: the talk goes on if the agent is still there, else the caller comes back (D31).
    #[serde(rename = "call.transfer_failed")]
    TransferFailed {
        /// The call.
        call: CallId,
        /// What.
        #[serde(flatten)]
        transfer: Transfer,
        /// Why.
        cause: NotReached,
    },
    /// The agent asks a colleague; the caller is held.
    #[serde(rename = "consult.started")]
    ConsultStarted {
        /// The call.
        call: CallId,
        /// Who asks.
        from: AgentId,
        /// Whom.
        to: TransferTo,
    },
    /// The colleague answered: the two agents hear each other. No call is counted for him (R15).
    #[serde(rename = "consult.connected")]
    ConsultConnected {
        /// The offer that he answered.
        offer: Offer,
        /// Who asks.
        from: AgentId,
    },
    /// The consult is over.
    #[serde(rename = "consult.ended")]
    ConsultEnded {
        /// The call.
        call: CallId,
        /// Who asked.
        from: AgentId,
        /// Who was asked, once he had answered.
        with: Option<AgentId>,
        /// How it ended.
        end: ConsultEnd,
    },
    /// The caller and both agents hear each other.
    #[serde(rename = "call.joined")]
    CallJoined {
        /// The call.
        call: CallId,
        /// The agents.
        agents: Vec<AgentId>,
    },
    /// An agent's own call was about another one: it ends, and who was called goes on in that other call.
    #[serde(rename = "call.merged")]
    CallMerged {
        /// The call that ends.
        call: CallId,
        /// The one that goes on.
        into: CallId,
    },
    /// The call is over. The last fact of its call but for `recording.ready` and what tickets add.
    #[serde(rename = "call.ended")]
    CallEnded {
        /// The call.
        call: CallId,
        /// How it ended.
        result: CallResult,
        /// Who ended it.
        by: EndedBy,
        /// The agent who was or had been connected last.
        agent: Option<AgentId>,
        /// Whether an agent answered while the caller was already gone (R11).
        answered_late: bool,
    },
    /// A calendar was closed out of turn (E9), in place of what had closed it before.
    #[serde(rename = "calendar.closed")]
    CalendarClosed {
        /// Which.
        calendar: String,
        /// Since when, until when, why, and by whom.
        closure: Closure,
    },
    /// A calendar's closing is over: its hours hold again.
    #[serde(rename = "calendar.opened")]
    CalendarOpened {
        /// Which.
        calendar: String,
        /// Who took it back; `None`: its time was over.
        by: Option<ClosedBy>,
    },
    /// A PIN was not taken from who wanted to close a calendar, or open it, by telephone (E9).
    #[serde(rename = "calendar.pin_refused")]
    CalendarPinRefused {
        /// In which call.
        call: CallId,
        /// Which calendar.
        calendar: String,
        /// None is taken before then, since there were too many; `None`: it was wrong, or its call has had its three.
        locked_until: Option<Timestamp>,
        /// Whether none is taken from anybody; else from this caller's number alone.
        for_all: bool,
        /// Whether it was compared and wrong: it counts for an hour, whatever process is there then.
        #[serde(default)]
        wrong: bool,
    },
    /// The recording is complete on disk.
    #[serde(rename = "recording.ready")]
    RecordingReady {
        /// The call.
        call: CallId,
        /// Path below the recordings folder, made of ids only.
        path: String,
        /// When it began.
        started_at: Timestamp,
        /// Its length.
        duration_ms: u64,
        /// Its size.
        bytes: u64,
    },
    /// A caller begins to speak into a mailbox (G1); he may still take it back.
    #[serde(rename = "voicemail.began")]
    VoicemailBegan(Box<Voicemail>),
    /// He has left his message: the promise that it is heard, and that its ticket is made (G7).
    #[serde(rename = "voicemail.left")]
    VoicemailLeft(Box<Voicemail>),
    /// A message was heard, or is new again.
    #[serde(rename = "voicemail.heard")]
    VoicemailHeard(VoicemailHeard),
    /// An agent's state changed.
    #[serde(rename = "agent.state_changed")]
    AgentStateChanged {
        /// Who.
        agent: AgentId,
        /// From.
        from: AgentState,
        /// To.
        to: AgentState,
        /// Why, in a word: `agent`, `supervisor`, `offer`, `answer`, `call_ended`, `wrap_up_done`, …
        cause: String,
    },
    /// An agent serves one of his profile's queues no longer, or again (C1).
    #[serde(rename = "agent.queue_changed")]
    AgentQueueChanged {
        /// Who.
        agent: AgentId,
        /// Which queue.
        queue: QueueName,
        /// Whether he serves it from here on.
        serves: bool,
        /// Who wanted it: a supervisor, or he himself if he has the right.
        by: AgentId,
    },
    /// An agent came to work and starts level with those of a queue who have done the least (R47).
    #[serde(rename = "agent.levelled")]
    AgentLevelled {
        /// Who.
        agent: AgentId,
        /// In which queue.
        queue: QueueName,
        /// The calls that he is taken to have had; millionths of calls an hour where the queue counts by the hour of duty.
        calls: i64,
        /// The same of time: µs, or µs an hour.
        time_us: i64,
        /// How long that holds.
        until: Timestamp,
    },
    /// An agent was taken out for missed calls or for his phone (R7, R8), and nobody takes the calls of these queues now (C7).
    #[serde(rename = "agent.last_paused")]
    LastAgentPaused {
        /// Who.
        agent: AgentId,
        /// Why: `no_answer`, `device`.
        reason: NotReadyReason,
        /// Which queues.
        queues: Vec<QueueName>,
    },
    /// An agent files a call, until then at the latest; told again when he gets more time (C5).
    #[serde(rename = "agent.wrap_up")]
    WrapUpBegan {
        /// Who.
        agent: AgentId,
        /// The call, which may have ended.
        call: CallId,
        /// How it ends: `optional`, `until_done`, `timed`, `timed_fixed`, `until_category`.
        mode: String,
        /// When it ends by itself.
        until: Timestamp,
    },
    /// An agent said what a call was about (N7).
    #[serde(rename = "call.categorised")]
    CallCategorised {
        /// The call, which may have ended.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// The category, in a word.
        category: String,
    },
    /// A trunk came or went (A1, A2).
    #[serde(rename = "trunk.state_changed")]
    TrunkStateChanged {
        /// Which.
        trunk: String,
        /// `up`, `down`, `registered`, `unregistered`.
        state: String,
        /// Why, in plain words; what comes next comes by itself.
        cause: Option<String>,
    },
    /// An agent's phone registered where none was.
    #[serde(rename = "agent.registered")]
    AgentRegistered {
        /// Who.
        agent: AgentId,
    },
    /// An agent's last registration is gone.
    #[serde(rename = "agent.unregistered")]
    AgentUnregistered {
        /// Who.
        agent: AgentId,
        /// Why: `expired`, `request`, `flow_lost`.
        cause: String,
    },
    /// An agent's phone stays on the line from here on, and his callers come to him there (C15).
    #[serde(rename = "agent.standby_began")]
    StandbyBegan {
        /// Who.
        agent: AgentId,
    },
    /// It does not any more: he is rung at his registered phone.
    #[serde(rename = "agent.standby_ended")]
    StandbyEnded {
        /// Who.
        agent: AgentId,
        /// Why: `agent`, `silent`, `failed`, `replaced`, `offline`, `stopped`; at a start `restart`, `long_stop`.
        cause: String,
    },
    /// The distribution was told something: out of all of these since a process began, its decisions can be made again (R3).
    /// For `trunkline replay` alone; no stream carries it.
    #[serde(rename = "acd.told")]
    AcdTold {
        /// The nanoseconds of the moment that the fact's time leaves out.
        ns: u32,
        /// What, as JSON of the distribution's own (`acd::Told`).
        entry: String,
    },
    /// A caller comes to a survey; after a talk the talk is over, and the agent is free of him (J1).
    #[serde(rename = "survey.asked")]
    SurveyAsked(SurveyAsked),
    /// What he has answered so far, while he is asked on: it is kept even if the process ends before him.
    #[serde(rename = "survey.answered")]
    SurveyAnswered(Box<SurveyDone>),
    /// What he answered; nothing follows where the process ended meanwhile.
    #[serde(rename = "survey.done")]
    SurveyDone(Box<SurveyDone>),
    /// A caller was to be asked and hung up first: he is not asked, and counted as such (J1).
    #[serde(rename = "survey.missed")]
    SurveyMissed(SurveyAsked),
    /// An agent plays a clip to his caller; `clip.played` follows (E25).
    #[serde(rename = "clip.began")]
    ClipBegan(ClipBegan),
    /// The caller has heard it, or as much as he was to hear (E25).
    #[serde(rename = "clip.played")]
    ClipPlayed(ClipPlayed),
    /// A script files a ticket; `ticket.created` follows.
    #[serde(rename = "ticket.asked")]
    TicketAsked(Box<TicketAsked>),
    /// A ticket stands in the store.
    #[serde(rename = "ticket.created")]
    TicketCreated {
        /// The ticket.
        ticket: TicketId,
        /// Its readable number.
        number: String,
        /// The call that it came from.
        call: Option<CallId>,
        /// The agent who took the call.
        agent: Option<AgentId>,
    },
    /// A ticket changed.
    #[serde(rename = "ticket.changed")]
    TicketChanged {
        /// The ticket.
        ticket: TicketId,
        /// The event's name: `append`, `recording_linked`, …
        event: String,
        /// Its number in the ticket's timeline, from 1; 0 in facts of before there were numbers.
        #[serde(default)]
        entry: u64,
        /// Whose pages show it: who entered it, has it or is asked, follows it; at most 200.
        #[serde(default)]
        concerns: Vec<AgentId>,
    },
    /// Somebody is told something on his page (J8).
    #[serde(rename = "notification.created")]
    NotificationCreated(Box<Notified>),
}

#[cfg(test)]
mod tests;
