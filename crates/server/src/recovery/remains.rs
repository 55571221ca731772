//! What the facts of a former process left open, and the facts that close it.
//!
//! Pure: facts in, facts out. A process that ends, however it ends, takes with it every ring, every place in line, every
//! state of an agent and every registration. Whoever reads facts and nothing else would hold them for alive, so each is
//! ended by a fact of its own. Told facts are facts: read again, they leave nothing open, so closing twice adds nothing.
//!
//! What an agent had asked for outlives that (C20): it is the last state in which no call held him. Who rang or talked when the
//! process ended is what he was before, and who filed goes on filing; a wish that he uttered within that call stands in no fact
//! and is lost.

use std::collections::{BTreeMap, BTreeSet};

use acd::{Credit, Past, Requested, RingEnd};
use engine::RestoredCallback;
use model::fact::{CancelCause, ClipBegan, ClipEnd, ClipPlayed, Offer, QueueExit};
use model::transfer::ConsultEnd;
use model::{
    AgentId, AgentState, CallId, Fact, FactRecord, NotReadyReason, OfferId, QueueName, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::history::{Formerly, Histories, Reach};

/// Why agents are offline and phones unknown after a start that gives them back what they had asked for.
const RESTART: &str = acd::agent::cause::RESTART;
/// The same after a start that comes too late for that.
const LONG_STOP: &str = "long_stop";

/// What facts left open so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remains {
    offers: BTreeMap<OfferId, Offer>,
    waiting: BTreeMap<CallId, (QueueName, Timestamp)>,
    states: BTreeMap<AgentId, AgentState>,
    registered: BTreeSet<AgentId>,
    standing_by: BTreeSet<AgentId>,
    wishes: BTreeMap<AgentId, Requested>,
    histories: Histories,
    callbacks: BTreeMap<CallId, RestoredCallback>,
    /// Clips that callers hear (E25), and since when.
    #[serde(default)]
    clips: BTreeMap<CallId, (ClipBegan, Timestamp)>,
    last_at: Option<Timestamp>,
}

impl Remains {
    /// From here on histories reach so far back.
    pub(super) const fn reach(&mut self, reach: Reach) {
        self.histories.reach = reach;
    }

    /// Reads facts in their order.
    pub(super) fn read<'a>(&mut self, records: impl IntoIterator<Item = &'a FactRecord>) {
        for record in records {
            self.last_at = Some(record.at);
            self.note(record);
        }
    }

    /// An offer is over; whether its phone rang alone for the caller.
    fn rang(&mut self, offer: &Offer) -> bool {
        self.offers.remove(&offer.id);
        self.histories.rings_no_more(offer.id)
    }

    fn note(&mut self, record: &FactRecord) {
        self.histories.turn_to(record.at);
        match &record.fact {
            Fact::OfferMade { offer, .. } => {
                self.histories.offered(offer);
                self.offers.insert(offer.id, offer.clone());
            }
            Fact::OfferCancelled { offer, .. } => _ = self.rang(offer),
            Fact::OfferMissed { offer } => {
                let alone = self.rang(offer);
                // R24: a call that somebody else could take is charged to nobody.
                if let (true, Some(queue)) = (alone, offer.queue.clone()) {
                    self.histories.failed(offer.agent, Past::Missed { queue });
                }
                self.histories.rang(offer.agent, RingEnd::Unanswered);
            }
            Fact::OfferDeclined { offer, .. } => {
                self.rang(offer);
                self.histories.failed(offer.agent, Past::Declined);
                self.histories.rang(offer.agent, RingEnd::Unanswered);
            }
            Fact::OfferUnreachable { offer, .. } => {
                self.rang(offer);
                self.histories.failed(offer.agent, Past::Unreachable);
            }
            Fact::ConsultConnected { offer, .. } => {
                self.histories.consulted(offer);
                self.rang(offer);
            }
            Fact::ConsultEnded {
                call,
                with: Some(agent),
                end: ConsultEnd::Completed,
                ..
            } => self.histories.consult_completed(*call, *agent),
            Fact::CallConnected { offer, .. } => {
                self.histories.connected(offer);
                self.rang(offer);
                self.waiting.remove(&offer.call);
            }
            Fact::QueueJoined { call, queue, .. } => {
                self.waiting.insert(*call, (queue.clone(), record.at));
            }
            Fact::QueueDropped { call, queue, .. } => {
                if let Some((home, _)) = self.waiting.get_mut(call) {
                    home.clone_from(queue);
                }
            }
            Fact::QueueLeft { call, .. } => {
                self.waiting.remove(call);
            }
            // The last word on its call: nothing of it is closed after it.
            Fact::CallEnded { call, .. } => {
                self.waiting.remove(call);
                self.clips.remove(call);
                let gone = self.offers.extract_if(.., |_, offer| offer.call == *call);
                for (offer, _) in gone {
                    self.histories.rings_no_more(offer);
                }
            }
            Fact::AgentStateChanged {
                agent,
                from,
                to,
                cause,
            } => {
                let is_sign_off = *to == AgentState::Offline;
                let by_start = is_sign_off && [RESTART, LONG_STOP].contains(&cause.as_str());
                self.histories.changed(*agent, from, to, by_start);
                self.states.insert(*agent, to.clone());
                // A start that was cut before it gave the wishes back has taken none.
                if cause != RESTART
                    && let Some(wish) = asked_for(to)
                {
                    self.wishes.insert(*agent, wish);
                }
            }
            Fact::AgentLevelled {
                agent,
                queue,
                calls,
                time_us,
                until,
            } => {
                let credit = Credit {
                    calls: *calls,
                    time: *time_us,
                    until: (*until).into(),
                };
                self.histories.levelled(*agent, queue, credit);
            }
            Fact::WrapUpBegan {
                agent,
                call,
                mode,
                until,
            } => self.histories.files(*agent, *call, mode, (*until).into()),
            Fact::CallbackRequested(asked) => {
                let promised = RestoredCallback {
                    asked: asked.clone(),
                    attempts: 0,
                    tried_at: None,
                };
                self.callbacks.insert(asked.callback, promised);
            }
            Fact::CallbackAttempted(tried) => {
                if let Some(promised) = self.callbacks.get_mut(&tried.callback) {
                    promised.attempts = tried.attempt;
                    promised.tried_at = Some(record.at.into());
                }
            }
            Fact::CallbackDone(done) => {
                self.callbacks.remove(&done.callback);
            }
            Fact::CallbackFailed(failed) => {
                self.callbacks.remove(&failed.callback);
            }
            Fact::AgentRegistered { agent } => {
                self.registered.insert(*agent);
            }
            Fact::AgentUnregistered { agent, .. } => {
                self.registered.remove(agent);
            }
            Fact::StandbyBegan { agent } => {
                self.standing_by.insert(*agent);
            }
            Fact::StandbyEnded { agent, .. } => {
                self.standing_by.remove(agent);
            }
            Fact::ClipBegan(began) => {
                self.clips.insert(began.call, (began.clone(), record.at));
            }
            Fact::ClipPlayed(played) => _ = self.clips.remove(&played.began.call),
            Fact::CallArrived { .. }
            | Fact::LastAgentPaused { .. }
            | Fact::AgentQueueChanged { .. }
            | Fact::CallCategorised { .. }
            | Fact::CallRefused { .. }
            | Fact::CallerListed { .. }
            | Fact::CalendarClosed { .. }
            | Fact::CalendarOpened { .. }
            | Fact::CalendarPinRefused { .. }
            | Fact::DialStarted { .. }
            | Fact::DialDenied { .. }
            | Fact::DialFailed { .. }
            | Fact::OfferDialled { .. }
            | Fact::OfferAsked { .. }
            | Fact::QueueSupervised { .. }
            | Fact::QueueStarving { .. }
            | Fact::RouteAnswered { .. }
            | Fact::QueueResumed(_)
            | Fact::DialAnswered { .. }
            | Fact::AcdTold { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::CallAnswered { .. }
            | Fact::CallIdentified { .. }
            | Fact::IvrEntered { .. }
            | Fact::IvrGaveUp { .. }
            | Fact::CanaryLaid { .. }
            | Fact::BotEnded { .. }
            | Fact::CanaryBad(_)
            | Fact::CanaryEnded(_)
            | Fact::KeyPressed { .. }
            | Fact::CallHeld { .. }
            | Fact::CallHeldLong { .. }
            | Fact::CallResumed { .. }
            | Fact::CallLeg { .. }
            | Fact::TransferStarted { .. }
            | Fact::Transferred { .. }
            | Fact::TransferFailed { .. }
            | Fact::ConsultStarted { .. }
            | Fact::ConsultEnded { .. }
            | Fact::CallJoined { .. }
            | Fact::CallMerged { .. }
            | Fact::RecordingReady { .. }
            | Fact::SurveyAsked(_)
            | Fact::SurveyAnswered(_)
            | Fact::SurveyDone(_)
            | Fact::SurveyMissed(_)
            | Fact::TicketAsked(_)
            | Fact::VoicemailBegan(_)
            | Fact::VoicemailLeft(_)
            | Fact::VoicemailHeard(_)
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. }
            | Fact::NotificationCreated(_) => {}
        }
    }

    /// What ends this call's rings, its waiting and its clip, to be told before its `call.ended`.
    pub(super) fn of_call(&self, call: CallId, now: Timestamp) -> Vec<Fact> {
        let offers = self.offers.values().filter(|offer| offer.call == call);
        let rings = offers.map(|offer| Fact::OfferCancelled {
            offer: offer.clone(),
            cause: CancelCause::Failed,
        });
        let line = self
            .waiting
            .get(&call)
            .map(|(queue, since)| Fact::QueueLeft {
                call,
                queue: queue.clone(),
                cause: QueueExit::Failed,
                waited_ms: now.ms_since(*since),
                // What was true died with the process.
                unserved: None,
            });
        let clip = self.clips.get(&call).map(|(began, since)| {
            let until = self.last_at.unwrap_or(*since);
            Fact::ClipPlayed(ClipPlayed {
                began: began.clone(),
                heard_ms: until.ms_since(*since),
                end: ClipEnd::Lost,
            })
        });
        rings.chain(line).chain(clip).collect()
    }

    /// When the last of these facts happened.
    pub(super) const fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// Who is still to be called back, oldest first (D21): a place in line outlives the process, as facts tell it.
    pub(super) fn callbacks(&self) -> Vec<RestoredCallback> {
        self.callbacks.values().cloned().collect()
    }

    /// What agents were, and what they had asked for, but for those who had gone home. Not after a long stop: then nobody is
    /// signed in, and what he did stays what it was (R16).
    pub(super) fn formerly(&self, is_restart: bool) -> BTreeMap<AgentId, Formerly> {
        let mut wishes = self.wishes.clone();
        wishes.retain(|_, wish| is_restart && *wish != Requested::Offline);
        self.histories.given_back(wishes)
    }

    /// What says that nobody is signed in and no phone is registered: true at every start. `is_restart`: what they had
    /// asked for is given back.
    pub(super) fn of_agents(&self, is_restart: bool) -> Vec<Fact> {
        let cause = if is_restart { RESTART } else { LONG_STOP };
        let here = self
            .states
            .iter()
            .filter(|(_, state)| **state != AgentState::Offline);
        let offline = here.map(|(agent, state)| Fact::AgentStateChanged {
            agent: *agent,
            from: state.clone(),
            to: AgentState::Offline,
            cause: cause.into(),
        });
        let unregistered = self.registered.iter().map(|agent| Fact::AgentUnregistered {
            agent: *agent,
            cause: cause.into(),
        });
        // C15: a leg does not outlive the process.
        let hung_up = self.standing_by.iter().map(|agent| Fact::StandbyEnded {
            agent: *agent,
            cause: cause.into(),
        });
        offline.chain(unregistered).chain(hung_up).collect()
    }
}

/// What someone in this state has asked for; `None` while a call holds him.
fn asked_for(state: &AgentState) -> Option<Requested> {
    match state {
        AgentState::Offline => Some(Requested::Offline),
        // A5: his phone is gone, his wish is not.
        AgentState::Ready
        | AgentState::NotReady {
            reason: NotReadyReason::DeviceLost,
        } => Some(Requested::Ready),
        AgentState::NotReady { reason } => Some(Requested::NotReady(reason.clone())),
        AgentState::Reserved { .. }
        | AgentState::Ringing { .. }
        | AgentState::Talking { .. }
        | AgentState::WrapUp { .. } => None,
    }
}

#[cfg(test)]
mod tests;
