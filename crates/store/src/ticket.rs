use crate::Database;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use ::ticket::{Correction, Day, Draft, Entry, Number, State, Ticket};
use model::{AgentId, CallId, CustomerId, TicketId, Timestamp};

/// Which tickets; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// In this state.
    pub state: Option<State>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Taken by this agent.
    pub created_by: Option<AgentId>,
}

/// What [`Database::submit`] found or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The ticket.
    pub ticket: Ticket,
    /// False when the call had its ticket already (a fact was read twice).
    pub is_new: bool,
}

impl Database {
    /// Keeps a draft if the agent has none of this call yet.
    pub async fn open_draft(&self, draft: &Draft) -> Result<()> {
        let _ = draft;
        todo!()
    }
    /// Keeps a draft, over what was there.
    pub async fn save_draft(&self, draft: &Draft) -> Result<()> {
        let _ = draft;
        todo!()
    }
    /// The draft of a call and an agent.
    pub async fn draft(&self, call: CallId, agent: AgentId) -> Result<Option<Draft>> {
        let _ = (call, agent);
        todo!()
    }
    /// An agent's drafts, newest first, at most 200.
    pub async fn drafts(&self, agent: AgentId) -> Result<Vec<Draft>> {
        let _ = agent;
        todo!()
    }
    /// Forgets all drafts of a call: nobody talked to the caller.
    pub async fn discard_drafts(&self, call: CallId) -> Result<()> {
        let _ = call;
        todo!()
    }
    /// T1 at the end of a call: the draft of this agent becomes a ticket, the other drafts of the call go. Asked again, it
    /// gives the same ticket. `Refused` leaves the draft; `NotFound` without one.
    pub async fn submit(
        &self,
        call: CallId,
        agent: AgentId,
        day: Day,
        now: Timestamp,
    ) -> Result<Submitted> {
        let _ = (call, agent, day, now);
        todo!()
    }
    /// Links a recording to the tickets (and drafts) of its call; gives the tickets that did not have it yet.
    pub async fn link_recording(
        &self,
        call: CallId,
        path: &str,
        now: Timestamp,
    ) -> Result<Vec<TicketId>> {
        let _ = (call, path, now);
        todo!()
    }
    /// Tickets, newest first.
    pub async fn tickets(&self, filter: &TicketFilter, page: PageRequest) -> Result<Page<Ticket>> {
        let _ = (filter, page);
        todo!()
    }
    /// One ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>> {
        let _ = id;
        todo!()
    }
    /// One ticket by its readable number.
    pub async fn ticket_by_number(&self, number: &Number) -> Result<Option<Ticket>> {
        let _ = number;
        todo!()
    }
    /// The tickets of a call, oldest first.
    pub async fn tickets_of_call(&self, call: CallId) -> Result<Vec<Ticket>> {
        let _ = call;
        todo!()
    }
    /// The calls that are linked to a ticket.
    pub async fn calls_of_ticket(&self, id: TicketId) -> Result<Vec<CallId>> {
        let _ = id;
        todo!()
    }
    /// The timeline of a ticket, oldest first, at most 1,000.
    pub async fn ticket_entries(&self, id: TicketId) -> Result<Vec<Entry>> {
        let _ = id;
        todo!()
    }
    /// T5. `Conflict` unless `version` is current, `NotFound`, or `Refused`.
    pub async fn correct_ticket(
        &self,
        id: TicketId,
        version: u64,
        by: AgentId,
        correction: Correction,
        now: Timestamp,
    ) -> Result<Ticket> {
        let _ = (id, version, by, correction, now);
        todo!()
    }
}
