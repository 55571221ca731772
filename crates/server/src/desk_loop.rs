//! The loop of tables and tickets: reads the fact log at its own pace, keeps the calls' records and makes tickets.
//!
//! It owns no call and delays none. Everything that it does may be done twice with the same result, so a crash between
//! two of its steps costs nothing: at the next start it goes on after the last fact that the database has applied.

use std::collections::BTreeMap;
use std::time::Duration;

use model::fact::{CallResult, Fact, FactRecord};
use model::{AgentId, CallId, Timestamp};
use net::Clock;
use store::{Database, FactLogError, FactReader, StoreError};
use ticket::{Day, Draft};
use tokio::sync::watch;

use crate::fan_out::Facts;

/// Facts in one transaction.
const BATCH_MAX: usize = 256;
/// How long a database that fails is left alone.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The loop's possessions.
pub(crate) struct DeskLoop {
    /// The database.
    pub database: Database,
    /// The log.
    pub reader: FactReader,
    /// How far the log goes.
    pub reached: watch::Receiver<u64>,
    /// For tickets' facts.
    pub facts: Facts,
    /// For tickets' times.
    pub clock: Clock,
    /// Minutes that the tickets' day is ahead of UTC.
    pub utc_offset_min: i32,
}

impl DeskLoop {
    /// Applies what the log had at the start and the database had not; tickets that a crash delayed are made here.
    pub(crate) async fn catch_up(&self, applied: u64) {
        let mut desk = self.desk();
        let reached = *self.reached.borrow();
        let mut next = applied + 1;
        while next <= reached {
            next = self.apply_from(&mut desk, next).await;
        }
    }

    fn desk(&self) -> Desk {
        Desk {
            drafts: BTreeMap::new(),
            facts: self.facts.clone(),
            database: self.database.clone(),
            clock: self.clock,
            utc_offset_min: self.utc_offset_min,
        }
    }

    /// Runs until the log's writer is gone and everything is applied. `applied` is what the database has.
    pub(crate) async fn run(mut self, applied: u64) {
        let mut desk = self.desk();
        let mut next = applied + 1;
        loop {
            let reached = *self.reached.borrow_and_update();
            while next <= reached {
                next = self.apply_from(&mut desk, next).await;
            }
            if self.reached.changed().await.is_err() {
                return;
            }
        }
    }

    /// One batch; gives the next number to read. A failure is tried again: no fact is passed over.
    async fn apply_from(&self, desk: &mut Desk, next: u64) -> u64 {
        let reader = self.reader.clone();
        let read = tokio::task::spawn_blocking(move || reader.read_from(next, BATCH_MAX)).await;
        let records = match read {
            Ok(Ok(records)) => records,
            Ok(Err(FactLogError::Damaged {
                seq,
                resume_at: Some(resume_at),
                ..
            })) => {
                // What is lost is lost, and was said so: those that come after it are not held back by it.
                tracing::error!(seq, resume_at, "the fact log has lost facts");
                if let Err(error) = self.database.accept_gap(resume_at - 1).await {
                    tracing::error!(%error, "the database does not take the gap");
                    tokio::time::sleep(RETRY_AFTER).await;
                    return next;
                }
                return resume_at;
            }
            Ok(Err(error)) => {
                tracing::error!(%error, next, "the fact log cannot be read");
                Vec::new()
            }
            Err(error) => {
                tracing::error!(%error, "reading the fact log broke off");
                Vec::new()
            }
        };
        let Some(last) = records.last().map(|record| record.seq) else {
            tokio::time::sleep(RETRY_AFTER).await;
            return next;
        };
        match desk.apply(&records).await {
            Ok(()) => last + 1,
            Err(error) => {
                tracing::error!(%error, next, "the database does not take facts");
                tokio::time::sleep(RETRY_AFTER).await;
                next
            }
        }
    }
}

/// What facts mean to tickets.
struct Desk {
    database: Database,
    facts: Facts,
    clock: Clock,
    utc_offset_min: i32,
    /// Agents who have a draft of a live call.
    drafts: BTreeMap<CallId, Vec<AgentId>>,
}

impl Desk {
    async fn apply(&mut self, records: &[FactRecord]) -> Result<(), StoreError> {
        // Tickets first: `apply` commits how far we are, and with it that these need not be done again.
        for record in records {
            self.take(record).await?;
        }
        self.database.apply(records).await
    }

    async fn take(&mut self, record: &FactRecord) -> Result<(), StoreError> {
        match &record.fact {
            Fact::OfferMade { offer, pop, .. } => {
                self.database
                    .open_draft(&Draft::open(record.at, offer, pop))
                    .await?;
                let agents = self.drafts.entry(offer.call).or_default();
                if !agents.contains(&offer.agent) {
                    agents.push(offer.agent);
                }
            }
            Fact::CallIdentified { call, profile } => {
                for agent in self.drafts.get(call).into_iter().flatten() {
                    if let Some(mut draft) = self.database.draft(*call, *agent).await? {
                        draft.identify(profile);
                        self.database.save_draft(&draft).await?;
                    }
                }
            }
            Fact::CallEnded {
                call,
                result,
                agent,
                ..
            } => {
                self.drafts.remove(call);
                match (result, agent) {
                    (CallResult::Answered, Some(agent)) => self.submit(*call, *agent).await?,
                    _ => self.database.discard_drafts(*call).await?,
                }
            }
            Fact::RecordingReady { call, path, .. } => {
                for ticket in self
                    .database
                    .link_recording(*call, path, self.now())
                    .await?
                {
                    self.facts.tell(
                        self.now(),
                        Fact::TicketChanged {
                            ticket,
                            event: "recording_linked".into(),
                        },
                    );
                }
            }
            Fact::CallArrived { .. }
            | Fact::CallAnswered { .. }
            | Fact::IvrEntered { .. }
            | Fact::KeyPressed { .. }
            | Fact::QueueJoined { .. }
            | Fact::QueueLeft { .. }
            | Fact::OfferCancelled { .. }
            | Fact::OfferMissed { .. }
            | Fact::OfferDeclined { .. }
            | Fact::OfferUnreachable { .. }
            | Fact::CallConnected { .. }
            | Fact::CallHeld { .. }
            | Fact::CallResumed { .. }
            | Fact::AgentStateChanged { .. }
            | Fact::AgentRegistered { .. }
            | Fact::AgentUnregistered { .. }
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. } => {}
        }
        Ok(())
    }

    /// T1 at the end of the call. A draft that may not become a ticket (nobody to call back) stays with its agent.
    async fn submit(&self, call: CallId, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        match self
            .database
            .submit(call, agent, Day::of(now, self.utc_offset_min), now)
            .await
        {
            Ok(submitted) if submitted.is_new => {
                let ticket = submitted.ticket;
                self.facts.tell(
                    now,
                    Fact::TicketCreated {
                        ticket: ticket.id,
                        number: ticket.number.to_string(),
                        call: Some(call),
                        agent: Some(agent),
                    },
                );
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(StoreError::Refused(_) | StoreError::NotFound(_)) => {
                tracing::debug!(%call, "the draft stays with its agent");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now().into()
    }
}
