//! What an agent's stream shows: whom a fact concerns, and the frame that it becomes on his page (P0..P10).
//!
//! A supervisor's stream carries the facts themselves, as far as he reaches; an agent's carries pops in place of the offers and calls that
//! concern him, his own `agent.*` facts and his tickets. Invariant: one fact yields at most one frame per subscriber, so a
//! frame's id is the fact's number. Whom a fact concerns is told by the fact, or by the board as it stands (a profile that
//! came late goes to those who still have the call on the screen).

mod pop;
mod pop_page;
mod pop_url;

use std::sync::Arc;

use model::fact::{CancelCause, ClipPlayed, EndedBy, Offer, PopCustomer, SurveyAsked, SurveyPush};
use model::{AgentId, CallId, Fact, FactRecord, OfferId, QueueName, Timestamp};
use serde::Serialize;
use store::Circle;

pub use pop::{PAYLOAD_MAX, ShownPop, shown};
pub use pop_page::{PAGES_MAX, PageLink, PageMoment, PageWay, PopPage, PopPages};
pub use pop_url::{Origin, PopUrl, PopUrlFault, TEMPLATE_MAX};

use crate::sight::Sight;
use crate::view::{Board, View};

/// Whose eyes a stream is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// An agent: what concerns him, as pops, with as much of callers' numbers as he is told (F7).
    Agent(AgentId, Sight),
    /// Who leads some of the house (J1), and these people: the facts that concern them.
    Team(AgentId, Arc<Circle>),
    /// A supervisor, an admin or a program: every fact.
    Observer(AgentId),
}

impl Viewer {
    /// Who it is.
    pub const fn agent(&self) -> AgentId {
        match self {
            Self::Agent(agent, _) | Self::Team(agent, _) | Self::Observer(agent) => *agent,
        }
    }
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The fact's number.
    pub id: u64,
    /// The event's name: the fact's, or `pop.…`.
    pub event: &'static str,
    /// JSON: `{"seq", "at", "type", "data"}`.
    pub data: String,
}

/// The agents whom a fact concerns.
pub(crate) fn concerned(fact: &Fact, board: &Board) -> Vec<AgentId> {
    match fact {
        Fact::OfferMade { offer, .. }
        | Fact::OfferDialled { offer, .. }
        | Fact::OfferAsked { offer }
        | Fact::OfferCancelled { offer, .. }
        | Fact::OfferMissed { offer }
        | Fact::OfferDeclined { offer, .. }
        | Fact::OfferUnreachable { offer, .. }
        | Fact::CallConnected { offer, .. } => vec![offer.agent],
        Fact::ConsultConnected { offer, from } => vec![*from, offer.agent],
        Fact::ConsultStarted { from, .. } => vec![*from],
        Fact::ConsultEnded { from, with, .. } => with.iter().chain([from]).copied().collect(),
        Fact::CallJoined { agents, .. } => agents.clone(),
        Fact::TransferStarted { transfer, .. }
        | Fact::Transferred { transfer, .. }
        | Fact::TransferFailed { transfer, .. } => vec![transfer.from],
        Fact::SurveyAsked(SurveyAsked {
            agent: Some(agent),
            push: SurveyPush::Policy | SurveyPush::Agent,
            ..
        }) => vec![*agent],
        Fact::CallHeld { call, .. } | Fact::CallResumed { call, .. } => board.popped(*call),
        Fact::CallIdentified { call, .. } => board.popped(*call),
        // R11: whoever answered late had his pop cancelled, and no pop to end.
        Fact::CallEnded {
            agent,
            answered_late,
            ..
        } => agent.filter(|_| !answered_late).into_iter().collect(),
        Fact::AgentStateChanged { agent, .. }
        | Fact::AgentRegistered { agent }
        | Fact::StandbyBegan { agent }
        | Fact::StandbyEnded { agent, .. }
        | Fact::WrapUpBegan { agent, .. }
        | Fact::CallCategorised { agent, .. }
        | Fact::LastAgentPaused { agent, .. }
        | Fact::AgentLevelled { agent, .. }
        | Fact::AgentQueueChanged { agent, .. }
        | Fact::CallHeldLong { agent, .. }
        | Fact::AgentUnregistered { agent, .. } => vec![*agent],
        Fact::ClipBegan(began) | Fact::ClipPlayed(ClipPlayed { began, .. }) => vec![began.agent],
        Fact::TicketCreated { agent, .. } => agent.iter().copied().collect(),
        Fact::TicketChanged { concerns, .. } => concerns.clone(),
        Fact::NotificationCreated(told) => vec![told.agent],
        Fact::CallArrived { .. }
        | Fact::CallRefused { .. }
        | Fact::CallerListed { .. }
        | Fact::CalendarClosed { .. }
        | Fact::CalendarOpened { .. }
        | Fact::CalendarPinRefused { .. }
        | Fact::DialStarted { .. }
        | Fact::DialDenied { .. }
        | Fact::DialFailed { .. }
        | Fact::DialAnswered { .. }
        | Fact::AcdTold { .. }
        | Fact::TrunkStateChanged { .. }
        | Fact::CallAnswered { .. }
        | Fact::IvrEntered { .. }
        | Fact::IvrGaveUp { .. }
        | Fact::CanaryLaid { .. }
        | Fact::BotEnded { .. }
        | Fact::CanaryBad(_)
        | Fact::CanaryEnded(_)
        | Fact::KeyPressed { .. }
        | Fact::QueueJoined { .. }
        | Fact::QueueDropped { .. }
        | Fact::QueueSupervised { .. }
        | Fact::QueueStarving { .. }
        | Fact::RouteAnswered { .. }
        | Fact::QueueResumed(_)
        | Fact::CallbackRequested(_)
        | Fact::CallbackAttempted(_)
        | Fact::CallbackDone(_)
        | Fact::CallbackFailed(_)
        | Fact::QueueLeft { .. }
        | Fact::CallLeg { .. }
        | Fact::CallMerged { .. }
        | Fact::SurveyAsked(_)
        | Fact::SurveyAnswered(_)
        | Fact::SurveyDone(_)
        | Fact::SurveyMissed(_)
        | Fact::TicketAsked(_)
        | Fact::VoicemailBegan(_)
        | Fact::VoicemailLeft(_)
        | Fact::VoicemailHeard(_)
        | Fact::RecordingReady { .. } => Vec::new(),
    }
}

/// The frame of a fact for a viewer; `None` when it does not concern him.
pub fn frame(record: &FactRecord, viewer: &Viewer, view: &View) -> Option<Frame> {
    // The distribution's journal is the replay's alone.
    if matches!(record.fact, Fact::AcdTold { .. }) {
        return None;
    }
    // J8: what somebody is told is told to him alone, whoever sees all facts.
    if let Fact::NotificationCreated(told) = &record.fact
        && told.agent != viewer.agent()
    {
        return None;
    }
    let concerned = || view.read(|board| concerned(&record.fact, board));
    let (agent, sight) = match viewer {
        Viewer::Observer(_) => return written(record, record.fact.name(), record),
        Viewer::Team(own, circle) => {
            let is_told = matches!(record.fact, Fact::NotificationCreated(_));
            let mut people = concerned().into_iter();
            let is_theirs =
                people.any(|one| circle.people.contains(&one) || (is_told && one == *own));
            return is_theirs.then(|| written(record, record.fact.name(), record))?;
        }
        Viewer::Agent(agent, sight) => (*agent, *sight),
    };
    if !concerned().contains(&agent) {
        return None;
    }
    match &record.fact {
        Fact::OfferMade { offer, pop, .. } => {
            let shown = shown(pop, offer, sight, &view.pop_pages());
            enveloped(
                record,
                "pop.offer",
                &Offered {
                    offer: offer.into(),
                    is_masked: sight == Sight::Masked,
                    pop: &shown,
                },
            )
        }
        Fact::CallIdentified { call, profile } => {
            let customer = pop::shown_customer(profile, sight);
            let current = view.read(|board| board.agents().get(&agent)?.pop.clone());
            let offer = current.as_ref().map(|current| current.offer.id);
            // G7: made of what is known by now.
            let pages = current.filter(|current| current.offer.call == *call);
            let pages = pages.map_or_else(Vec::new, |current| {
                let pages = view.pop_pages();
                shown(&current.pop, &current.offer, sight, &pages).pages
            });
            enveloped(
                record,
                "pop.updated",
                &Updated {
                    call: *call,
                    offer,
                    customer,
                    pages,
                },
            )
        }
        Fact::CallConnected {
            offer,
            waited_ms,
            rang_ms,
        } => {
            let (waited_ms, rang_ms) = (*waited_ms, *rang_ms);
            enveloped(
                record,
                "pop.connected",
                &Connected {
                    offer: offer.into(),
                    waited_ms,
                    rang_ms,
                },
            )
        }
        Fact::OfferCancelled { offer, cause } => cancelled(record, offer, cancel_word(*cause)),
        Fact::OfferMissed { offer } => cancelled(record, offer, "timeout"),
        Fact::OfferDeclined { offer, .. } => cancelled(record, offer, "rejected"),
        Fact::OfferUnreachable { offer, .. } => cancelled(record, offer, "unreachable"),
        Fact::CallEnded {
            call, result, by, ..
        } => ended(record, view, agent, *call, result.name(), *by),
        // R14: his part ends here, though the call goes on.
        Fact::Transferred { call, .. } => {
            ended(record, view, agent, *call, "transferred", EndedBy::Agent)
        }
        // J1: so does it where the caller goes on to a survey.
        Fact::SurveyAsked(SurveyAsked {
            call,
            push: SurveyPush::Policy | SurveyPush::Agent,
            ..
        }) => ended(record, view, agent, *call, "answered", EndedBy::Agent),
        Fact::TransferStarted { .. }
        | Fact::TransferFailed { .. }
        | Fact::ConsultStarted { .. }
        | Fact::OfferDialled { .. }
        | Fact::CallHeld { .. }
        | Fact::CallResumed { .. } => {
            let record = seen(record, sight);
            written(&record, record.fact.name(), &record)
        }
        Fact::AgentStateChanged { .. }
        | Fact::AgentRegistered { .. }
        | Fact::AgentUnregistered { .. }
        | Fact::StandbyBegan { .. }
        | Fact::StandbyEnded { .. }
        | Fact::OfferAsked { .. }
        | Fact::LastAgentPaused { .. }
        | Fact::AgentLevelled { .. }
        | Fact::AgentQueueChanged { .. }
        | Fact::CallHeldLong { .. }
        | Fact::CallCategorised { .. }
        | Fact::WrapUpBegan { .. }
        | Fact::ConsultConnected { .. }
        | Fact::ConsultEnded { .. }
        | Fact::CallJoined { .. }
        | Fact::ClipBegan(_)
        | Fact::ClipPlayed(_)
        | Fact::TicketCreated { .. }
        | Fact::TicketChanged { .. }
        | Fact::NotificationCreated(_) => written(record, record.fact.name(), record),
        Fact::CallArrived { .. }
        | Fact::CallRefused { .. }
        | Fact::CallerListed { .. }
        | Fact::CalendarClosed { .. }
        | Fact::CalendarOpened { .. }
        | Fact::CalendarPinRefused { .. }
        | Fact::DialStarted { .. }
        | Fact::DialDenied { .. }
        | Fact::DialFailed { .. }
        | Fact::DialAnswered { .. }
        | Fact::AcdTold { .. }
        | Fact::TrunkStateChanged { .. }
        | Fact::CallAnswered { .. }
        | Fact::IvrEntered { .. }
        | Fact::IvrGaveUp { .. }
        | Fact::CanaryLaid { .. }
        | Fact::BotEnded { .. }
        | Fact::CanaryBad(_)
        | Fact::CanaryEnded(_)
        | Fact::KeyPressed { .. }
        | Fact::QueueJoined { .. }
        | Fact::QueueDropped { .. }
        | Fact::QueueSupervised { .. }
        | Fact::QueueStarving { .. }
        | Fact::RouteAnswered { .. }
        | Fact::QueueResumed(_)
        | Fact::CallbackRequested(_)
        | Fact::CallbackAttempted(_)
        | Fact::CallbackDone(_)
        | Fact::CallbackFailed(_)
        | Fact::QueueLeft { .. }
        | Fact::CallLeg { .. }
        | Fact::CallMerged { .. }
        | Fact::SurveyAsked(_)
        | Fact::SurveyAnswered(_)
        | Fact::SurveyDone(_)
        | Fact::SurveyMissed(_)
        | Fact::TicketAsked(_)
        | Fact::VoicemailBegan(_)
        | Fact::VoicemailLeft(_)
        | Fact::VoicemailHeard(_)
        | Fact::RecordingReady { .. } => None,
    }
}

/// A fact that names a number outside, as he is told it (F7): whereto a call is handed on, who holds, and whom a phone of his outside shows as
/// calling, who may be the caller. The number of that phone is his own.
fn seen(record: &FactRecord, sight: Sight) -> FactRecord {
    let mut record = record.clone();
    if let Fact::TransferStarted { transfer, .. } | Fact::TransferFailed { transfer, .. } =
        &mut record.fact
    {
        transfer.to = sight.to(transfer.to.clone());
    }
    if let Fact::ConsultStarted { to, .. } = &mut record.fact {
        *to = sight.to(to.clone());
    }
    if let Fact::CallHeld { by, .. } | Fact::CallResumed { by, .. } = &mut record.fact {
        *by = by.take().map(|by| sight.party(by));
    }
    if let Fact::OfferDialled { shown, .. } = &mut record.fact {
        let told = shown.take().map(|number| sight.number(number));
        *shown = told.map(|number| number.as_str().to_owned());
    }
    record
}

/// P0's words for why a ring ended.
const fn cancel_word(cause: CancelCause) -> &'static str {
    match cause {
        CancelCause::AnsweredElsewhere => "answered_by",
        CancelCause::CallerLeft => "caller_left",
        CancelCause::QueueLeft => "queue_left",
        CancelCause::AgentNotReady => "not_ready",
        CancelCause::KeptApart => "kept_apart",
        CancelCause::Failed => "failed",
    }
}

fn ended(
    record: &FactRecord,
    view: &View,
    agent: AgentId,
    call: CallId,
    result: &'static str,
    by: EndedBy,
) -> Option<Frame> {
    let offer = view.read(|board| {
        let answered = board.agents().get(&agent)?.answered.as_ref();
        answered
            .filter(|offer| offer.call == call)
            .map(|offer| offer.id)
    });
    enveloped(
        record,
        "pop.ended",
        &Ended {
            call,
            offer,
            result,
            by,
        },
    )
}

fn cancelled(record: &FactRecord, offer: &Offer, cause: &'static str) -> Option<Frame> {
    enveloped(
        record,
        "pop.cancelled",
        &Cancelled {
            offer: offer.into(),
            cause,
        },
    )
}

fn enveloped<T: Serialize>(record: &FactRecord, name: &'static str, data: &T) -> Option<Frame> {
    let envelope = Envelope {
        seq: record.seq,
        at: record.at,
        name,
        data,
    };
    written(record, name, &envelope)
}

fn written<T: Serialize>(record: &FactRecord, event: &'static str, body: &T) -> Option<Frame> {
    let data = serde_json::to_string(body)
        .inspect_err(
            |error| tracing::error!(seq = record.seq, %error, "a frame could not be written"),
        )
        .ok()?;
    Some(Frame {
        id: record.seq,
        event,
        data,
    })
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    seq: u64,
    at: Timestamp,
    #[serde(rename = "type")]
    name: &'static str,
    data: &'a T,
}

/// The pop's key (P9: call and offer id), and who offers.
#[derive(Serialize)]
struct Key<'a> {
    call: CallId,
    offer: OfferId,
    queue: Option<&'a QueueName>,
}

impl<'a> From<&'a Offer> for Key<'a> {
    fn from(offer: &'a Offer) -> Self {
        Self {
            call: offer.call,
            offer: offer.id,
            queue: offer.queue.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct Offered<'a> {
    #[serde(flatten)]
    offer: Key<'a>,
    /// Whether numbers in it are masked (P4).
    is_masked: bool,
    #[serde(flatten)]
    pop: &'a ShownPop,
}

#[derive(Serialize)]
struct Updated {
    call: CallId,
    offer: Option<OfferId>,
    customer: PopCustomer,
    pages: Vec<PageLink>,
}

#[derive(Serialize)]
struct Connected<'a> {
    #[serde(flatten)]
    offer: Key<'a>,
    waited_ms: u64,
    rang_ms: u64,
}

#[derive(Serialize)]
struct Cancelled<'a> {
    #[serde(flatten)]
    offer: Key<'a>,
    cause: &'static str,
}

#[derive(Serialize)]
struct Ended {
    call: CallId,
    offer: Option<OfferId>,
    result: &'static str,
    by: EndedBy,
}
