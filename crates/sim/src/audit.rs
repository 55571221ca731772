//! The audit: what must hold in a centre whatever happens in it, held against every fact as it comes.
//!
//! An agent is in one call at most; each call begins once and ends once, with a record that is complete; nobody is
//! reserved without an offer that lives; the time that agents talk by their states is the time that records say; nobody is
//! overtaken for ever (R75). It keeps what is open and forgets what has ended, so that it takes no more room after a
//! million calls. That a caller with a candidate never waits is the ACD's own check, which `world` asks for.

use std::collections::BTreeMap;
use std::fmt;

use model::{AgentId, AgentState, CallId, Cdr, Fact, Offer, OfferId, Timestamp};

use lines::Lines;

mod lines;

/// The end of a call is told when the last phone has spoken, and after a second at the latest.
const LAST_WORDS_MS: u64 = 1_000;

/// Something that must hold did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

#[derive(Debug)]
struct OpenCall {
    record: Cdr,
    agent: Option<AgentId>,
}

#[derive(Debug)]
struct Desk {
    state: AgentState,
    since: Timestamp,
    offer: Option<OfferId>,
    call: Option<CallId>,
    /// Calls that he has left and whose end is still to be told, and since when.
    leaving: BTreeMap<CallId, Timestamp>,
    /// How long such ends were waited for, in all: by so much records are longer than his talks.
    waited_ms: u64,
    talked_by_state_ms: u64,
    talked_by_record_ms: u64,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            state: AgentState::Offline,
            since: Timestamp::default(),
            offer: None,
            call: None,
            leaving: BTreeMap::new(),
            waited_ms: 0,
            talked_by_state_ms: 0,
            talked_by_record_ms: 0,
        }
    }
}

/// The audit.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    calls: BTreeMap<CallId, Box<OpenCall>>,
    desks: BTreeMap<AgentId, Desk>,
    lines: Lines,
    /// Agents of whom something was told in this turn.
    touched: Vec<AgentId>,
    pub(crate) begun: u64,
    pub(crate) ended: u64,
}

impl Audit {
    /// Calls that are open.
    pub(crate) fn open(&self) -> usize {
        self.calls.len()
    }

    /// Takes the next fact.
    pub(crate) fn fact(&mut self, at: Timestamp, fact: &Fact) -> Result<(), String> {
        if let Fact::CallArrived { call, .. } = fact {
            self.arrived(at, *call, fact)?;
        } else if let Some(call) = fact.call()
            && !matches!(
                fact,
                Fact::RecordingReady { .. }
                    | Fact::TicketCreated { .. }
                    | Fact::CallCategorised { .. }
            )
        {
            let Some(open) = self.calls.get_mut(&call) else {
                let name = fact.name();
                return Err(format!("call {call}: {name} of a call that is not open"));
            };
            open.record.apply(at, fact);
        }
        self.follow(at, fact)
    }

    fn arrived(&mut self, at: Timestamp, call: CallId, fact: &Fact) -> Result<(), String> {
        let record = Cdr::begin(at, fact).ok_or("call.arrived begins no record")?;
        let agent = None;
        self.begun += 1;
        let open = Box::new(OpenCall { record, agent });
        match self.calls.insert(call, open) {
            Some(_) => Err(format!("call {call}: arrived twice")),
            None => Ok(()),
        }
    }

    fn follow(&mut self, at: Timestamp, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::AgentStateChanged {
                agent, from, to, ..
            } => self.state_changed(at, *agent, from, to),
            Fact::OfferMade { offer, .. } => {
                let desk = self.desk(offer.agent);
                if let Some(other) = desk.offer.replace(offer.id) {
                    let (agent, id) = (offer.agent, offer.id);
                    return Err(format!("agent {agent}: offer {id} besides {other}"));
                }
                Ok(())
            }
            Fact::OfferCancelled { offer, .. }
            | Fact::OfferMissed { offer }
            | Fact::OfferDeclined { offer, .. }
            | Fact::OfferUnreachable { offer, .. }
            | Fact::ConsultConnected { offer, .. } => self.offer_ended(offer),
            Fact::CallConnected { offer, .. } => {
                self.offer_ended(offer)?;
                self.lines.served(offer.call, self.desks.len())?;
                self.connected(offer)
            }
            Fact::QueueJoined { call, queue, .. } => self.lines.joined(at, *call, queue),
            Fact::QueueDropped { call, queue, .. } => {
                self.lines.moved(*call, queue);
                Ok(())
            }
            Fact::QueueLeft { call, .. } => {
                self.lines.left(*call);
                Ok(())
            }
            Fact::Transferred { call, .. } => self.parted(at, *call),
            Fact::CallEnded { call, .. } => self.call_ended(at, *call),
            Fact::CallArrived { .. }
            | Fact::CallerListed { .. }
            | Fact::CalendarClosed { .. }
            | Fact::CalendarOpened { .. }
            | Fact::CalendarPinRefused { .. }
            | Fact::CallRefused { .. }
            | Fact::CallAnswered { .. }
            | Fact::CallIdentified { .. }
            | Fact::DialStarted { .. }
            | Fact::DialDenied { .. }
            | Fact::DialFailed { .. }
            | Fact::OfferDialled { .. }
            | Fact::OfferAsked { .. }
            | Fact::DialAnswered { .. }
            | Fact::IvrEntered { .. }
            | Fact::IvrGaveUp { .. }
            | Fact::CanaryLaid { .. }
            | Fact::BotEnded { .. }
            | Fact::CanaryBad(_)
            | Fact::CanaryEnded(_)
            | Fact::KeyPressed { .. }
            | Fact::QueueSupervised { .. }
            | Fact::QueueStarving { .. }
            | Fact::RouteAnswered { .. }
            | Fact::QueueResumed(_)
            | Fact::CallbackRequested(_)
            | Fact::CallbackAttempted(_)
            | Fact::CallbackDone(_)
            | Fact::CallbackFailed(_)
            | Fact::CallHeld { .. }
            | Fact::CallHeldLong { .. }
            | Fact::CallResumed { .. }
            | Fact::CallLeg { .. }
            | Fact::TransferStarted { .. }
            | Fact::TransferFailed { .. }
            | Fact::ConsultStarted { .. }
            | Fact::ConsultEnded { .. }
            | Fact::CallJoined { .. }
            | Fact::CallMerged { .. }
            | Fact::RecordingReady { .. }
            | Fact::SurveyAsked(_)
            | Fact::SurveyAnswered(_)
            | Fact::SurveyDone(_)
            | Fact::ClipBegan(_)
            | Fact::ClipPlayed(_)
            | Fact::SurveyMissed(_)
            | Fact::TicketAsked(_)
            | Fact::VoicemailBegan(_)
            | Fact::VoicemailLeft(_)
            | Fact::VoicemailHeard(_)
            | Fact::AcdTold { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::AgentRegistered { .. }
            | Fact::AgentUnregistered { .. }
            | Fact::StandbyBegan { .. }
            | Fact::StandbyEnded { .. }
            | Fact::AgentLevelled { .. }
            | Fact::LastAgentPaused { .. }
            | Fact::AgentQueueChanged { .. }
            | Fact::CallCategorised { .. }
            | Fact::WrapUpBegan { .. }
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. }
            | Fact::NotificationCreated(_) => Ok(()),
        }
    }

    fn desk(&mut self, agent: AgentId) -> &mut Desk {
        self.touched.push(agent);
        self.desks.entry(agent).or_default()
    }

    fn state_changed(
        &mut self,
        at: Timestamp,
        agent: AgentId,
        from: &AgentState,
        to: &AgentState,
    ) -> Result<(), String> {
        let desk = self.desk(agent);
        if desk.state != *from {
            let known = &desk.state;
            return Err(format!("agent {agent}: left {from:?} and was in {known:?}"));
        }
        if matches!(from, AgentState::Talking { .. }) {
            desk.talked_by_state_ms += at.ms_since(desk.since);
            desk.leaving.extend(desk.call.take().map(|call| (call, at)));
        }
        desk.since = at;
        desk.state.clone_from(to);
        Ok(())
    }

    fn offer_ended(&mut self, offer: &Offer) -> Result<(), String> {
        let (agent, id) = (offer.agent, offer.id);
        match self.desk(agent).offer.take() {
            Some(live) if live == id => Ok(()),
            other => Err(format!(
                "agent {agent}: offer {id} ends, and his is {other:?}"
            )),
        }
    }

    fn connected(&mut self, offer: &Offer) -> Result<(), String> {
        let (agent, call) = (offer.agent, offer.call);
        if let Some(other) = self.desk(agent).call.replace(call) {
            return Err(format!("agent {agent}: call {call} besides {other}"));
        }
        let open = self.calls.get_mut(&call);
        match open.and_then(|open| open.agent.replace(agent)) {
            Some(other) => Err(format!("call {call}: agent {agent} besides {other}")),
            None => Ok(()),
        }
    }

    /// R14: the agent is out.
    fn parted(&mut self, at: Timestamp, call: CallId) -> Result<(), String> {
        let agent = self.calls.get_mut(&call).and_then(|open| open.agent.take());
        let Some(agent) = agent else { return Ok(()) };
        let desk = self.desk(agent);
        desk.call.take_if(|of| *of == call);
        if let Some(since) = desk.leaving.remove(&call) {
            let waited_ms = at.ms_since(since);
            desk.waited_ms += waited_ms;
            if waited_ms > LAST_WORDS_MS {
                return Err(format!("call {call}: its end is told {waited_ms} ms late"));
            }
        }
        Ok(())
    }

    fn call_ended(&mut self, at: Timestamp, call: CallId) -> Result<(), String> {
        self.parted(at, call)?;
        let Some(OpenCall { record, .. }) = self.calls.remove(&call).map(|open| *open) else {
            return Err(format!("call {call}: ended twice"));
        };
        self.ended += 1;
        let whole = record.ended_at.is_some() && record.result.is_some();
        let talked: u64 = record.segments.iter().map(|part| part.talk_ms).sum();
        if !whole || talked != record.talk_ms {
            return Err(format!("call {call}: its record is not whole: {record:?}"));
        }
        for part in &record.segments {
            self.desk(part.agent).talked_by_record_ms += part.talk_ms;
        }
        match self.lines.left(call) {
            Some(queue) => Err(format!("call {call}: ended and still in line for {queue}")),
            None => Ok(()),
        }
    }

    /// After each turn: what agents are in is what they were told.
    #[inline]
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        if self.touched.is_empty() {
            return Ok(());
        }
        self.settle_touched()
    }

    fn settle_touched(&mut self) -> Result<(), String> {
        while let Some(agent) = self.touched.pop() {
            let Some(desk) = self.desks.get(&agent) else {
                continue;
            };
            let fits = match &desk.state {
                AgentState::Reserved { .. } | AgentState::Ringing { .. } => {
                    desk.offer.is_some() && desk.call.is_none()
                }
                AgentState::Talking { call } => desk.offer.is_none() && desk.call == *call,
                AgentState::Offline
                | AgentState::NotReady { .. }
                | AgentState::Ready
                | AgentState::WrapUp { .. } => desk.offer.is_none() && desk.call.is_none(),
            };
            if !fits {
                let Desk {
                    state, offer, call, ..
                } = desk;
                return Err(format!(
                    "agent {agent}: {state:?} with offer {offer:?} and call {call:?}"
                ));
            }
        }
        Ok(())
    }

    /// When everybody has gone home: nothing is open, and times add up.
    pub(crate) fn close(&self) -> Result<(), String> {
        if let Some((call, _)) = self.calls.first_key_value() {
            return Err(format!("call {call}: never ends"));
        }
        for (agent, desk) in &self.desks {
            let by_state = desk.talked_by_state_ms + desk.waited_ms;
            let by_record = desk.talked_by_record_ms;
            if by_state != by_record {
                return Err(format!(
                    "agent {agent}: talked {by_state} ms by his states and {by_record} ms by the records"
                ));
            }
            if desk.offer.is_some() || desk.state.call().is_some() {
                return Err(format!("agent {agent}: is left in {:?}", desk.state));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
