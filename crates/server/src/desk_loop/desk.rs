//! What facts mean to tickets: an offer opens a draft, the end of the call makes it a ticket, a recording is linked.

use std::collections::{BTreeMap, BTreeSet};

use model::fact::{TicketAsked, Voicemail};
use model::{AgentId, CallId, Fact, FactRecord, TicketId, Timestamp};
use net::Clock;
use store::{Database, StoreError, TicketDesk};
use ticket::Draft;
use tokio::sync::watch;

use crate::fan_out::Facts;

/// What facts mean to tickets.
pub(super) struct Desk {
    database: Database,
    clock: Clock,
    tickets: TicketDesk,
    /// How often the batch that is being tried was refused.
    pub(super) tries: u32,
    /// Agents who have a draft of a live call.
    drafts: BTreeMap<CallId, Vec<AgentId>>,
    /// Rises with each ticket of a script that stands in the store.
    filed: watch::Sender<u64>,
}

impl Desk {
    /// Without a draft.
    pub(super) fn new(
        database: Database,
        clock: Clock,
        tickets: TicketDesk,
        filed: watch::Sender<u64>,
    ) -> Self {
        Self {
            database,
            clock,
            tickets,
            tries: 0,
            drafts: BTreeMap::new(),
            filed,
        }
    }

    /// Tickets and tables, of facts in their order.
    pub(super) async fn apply(&mut self, records: &[FactRecord]) -> Result<(), StoreError> {
        // Tickets first: `apply` commits how far we are, and with it that these need not be done again.
        for record in records {
            self.take(record).await?;
        }
        self.database.apply(records).await
    }

    /// A fact's part in tickets; taken twice it changes nothing more.
    pub(super) async fn take(&mut self, record: &FactRecord) -> Result<(), StoreError> {
        match &record.fact {
            Fact::OfferMade { offer, pop, .. } => {
                self.database
                    .open_draft(&Draft::open(record.at, offer, pop))
                    .await?;
                let agents = self.drafts.entry(offer.call).or_default();
                if !agents.contains(&offer.agent) {
                    agents.push(offer.agent);
                }
                if let Some(handed_on) = &pop.handed_on {
                    self.inherit(offer.call, handed_on.by.agent, offer.agent)
                        .await?;
                }
            }
            // P6: what the colleagues wrote until the hand-over counts too.
            Fact::CallConnected { offer, .. } => {
                let agents = self.drafts.get(&offer.call).cloned().unwrap_or_default();
                for former in agents.into_iter().rev() {
                    self.inherit(offer.call, former, offer.agent).await?;
                }
            }
            // An agent's call to a colleague about another call is no matter of its own.
            Fact::CallMerged { call, .. } => {
                self.drafts.remove(call);
                self.database.discard_drafts(*call).await?;
            }
            Fact::CallIdentified { call, profile } => {
                for agent in self.drafts.get(call).into_iter().flatten() {
                    let whose = (*call, *agent);
                    self.database.identify_draft(whose, profile).await?;
                }
            }
            Fact::CallEnded { call, agent, .. } => {
                self.drafts.remove(call);
                // However the call ended: who has talked has something to file, and what he wrote is not thrown away.
                match agent {
                    Some(agent) => self.submit(*call, *agent).await?,
                    None => self.database.discard_drafts(*call).await?,
                }
            }
            Fact::RecordingReady { call, path, .. } => self.link(*call, path).await?,
            Fact::VoicemailLeft(voicemail) => self.leave(record.at, voicemail).await?,
            Fact::TicketAsked(asked) => self.file(record.at, asked).await?,
            Fact::SurveyAsked(_)
            | Fact::SurveyAnswered(_)
            | Fact::SurveyDone(_)
            | Fact::ClipBegan(_)
            | Fact::ClipPlayed(_)
            | Fact::SurveyMissed(_)
            | Fact::VoicemailBegan(_)
            | Fact::VoicemailHeard(_)
            | Fact::CallArrived { .. }
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
            | Fact::OfferCancelled { .. }
            | Fact::OfferMissed { .. }
            | Fact::OfferDeclined { .. }
            | Fact::OfferUnreachable { .. }
            | Fact::CallHeld { .. }
            | Fact::CallHeldLong { .. }
            | Fact::CallResumed { .. }
            | Fact::CallLeg { .. }
            | Fact::TransferStarted { .. }
            | Fact::Transferred { .. }
            | Fact::TransferFailed { .. }
            | Fact::ConsultStarted { .. }
            | Fact::ConsultConnected { .. }
            | Fact::ConsultEnded { .. }
            | Fact::CallJoined { .. }
            | Fact::AgentStateChanged { .. }
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
            | Fact::NotificationCreated(_) => {}
        }
        Ok(())
    }

    /// P6: the draft goes with the call: what one agent wrote stands in the draft of the next, who has written nothing.
    async fn inherit(&self, call: CallId, from: AgentId, to: AgentId) -> Result<(), StoreError> {
        if from == to {
            return Ok(());
        }
        self.database.inherit_draft(call, from, to).await
    }

    /// A recording stands in the tickets of its call.
    async fn link(&self, call: CallId, path: &str) -> Result<(), StoreError> {
        self.tickets.link_recording(call, path, self.now()).await?;
        Ok(())
    }

    /// T1 at the end of the call. A draft that may not become a ticket (nobody to call back) stays with its agent.
    async fn submit(&self, call: CallId, agent: AgentId) -> Result<(), StoreError> {
        match self.tickets.submit(call, agent, self.now()).await {
            Ok(_) => Ok(()),
            Err(StoreError::Refused(_) | StoreError::NotFound(_)) => {
                tracing::debug!(%call, "the draft stays with its agent");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// G7: a message stands in its box, and has its ticket with all that is recorded of its call.
    async fn leave(&self, at: Timestamp, voicemail: &Voicemail) -> Result<(), StoreError> {
        self.database.leave_message(voicemail, at).await?;
        if self.tickets.submit_message(voicemail, at).await?.is_none() {
            return Ok(());
        }
        self.born(voicemail.message.call).await
    }

    /// E15: a ticket that a script filed stands in the store, with all that is recorded of its call; who waits for its number
    /// learns that it is there.
    async fn file(&self, at: Timestamp, asked: &TicketAsked) -> Result<(), StoreError> {
        self.tickets.submit_filed(asked, at).await?;
        self.filed.send_modify(|count| *count += 1);
        self.born(asked.call).await
    }

    /// A ticket that nobody drafted gets what is recorded of its call.
    async fn born(&self, call: CallId) -> Result<(), StoreError> {
        for recording in self.database.recordings(call).await? {
            self.link(call, &recording.path).await?;
        }
        Ok(())
    }

    /// R14: what comes by itself, one batch at a time, so that facts are not held up by it. A database that is ill is asked again
    /// in a second.
    pub(super) async fn sweep(&self) {
        if let Err(error) = self.tickets.tell_left().await {
            tracing::error!(%error, "what verbs did to tickets is told later");
        }
        if let Err(error) = self.tickets.wake(self.now()).await {
            tracing::error!(%error, "tickets were not woken");
        }
        if let Err(error) = self.tickets.remind(self.now()).await {
            tracing::error!(%error, "reminders were not told");
        }
        // D5: what was too late for a submission.
        if let Err(error) = self.tickets.check_late(self.now()).await {
            tracing::error!(%error, "duplicates were not looked for");
        }
        if let Err(error) = self.tickets.renew_keys(self.now()).await {
            tracing::error!(%error, "keys of duplicates were not made anew");
        }
    }

    /// R10: the hours that hold from this start on, before anything of before is made a ticket.
    pub(super) async fn adopt_hours(&self) {
        if let Err(error) = self.tickets.adopt_hours(self.now()).await {
            tracing::error!(%error, "the hours of tickets are looked at when the first is written");
        }
    }

    /// Facts that a former process has committed and not told: those in the outbox that the log does not have. `told` are the log's that the
    /// database has not met.
    pub(super) async fn tell_again(&self, told: &BTreeSet<(TicketId, u64)>, facts: &Facts) {
        let mut after = None;
        loop {
            let untold = match self.database.untold(after).await {
                Ok(untold) => untold,
                Err(error) => {
                    tracing::error!(%error, "facts of tickets are told at the next start");
                    return;
                }
            };
            let Some(last) = untold.last() else {
                return;
            };
            after = Some((last.ticket, last.entry));
            let missing = untold
                .into_iter()
                .filter(|it| !told.contains(&(it.ticket, it.entry)));
            for fact in missing.flat_map(|it| it.facts) {
                facts.tell(self.now(), fact);
            }
        }
    }

    /// The same of reminders, once the database has met what the log has.
    pub(super) async fn remind_again(&self, facts: &Facts) {
        match self.database.untold_reminders().await {
            Ok(untold) => {
                for fact in untold {
                    facts.tell(self.now(), fact);
                }
            }
            Err(error) => {
                tracing::error!(%error, "reminders that were told are told to streams at the next start");
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now().into()
    }
}
