//! Who is it that has keyed that in (G6): an account, a ticket's number or a telephone number, looked for beside the number that calls.
//!
//! Whoever is found comes before the owners of the number, with his own reason. A customer or ticket that was merged gives the one who stands for
//! it; inactive customers, and tickets that not every agent may read, are nobody's.

use ::ticket::handling::IN_FLIGHT;
use ::ticket::{Number, State, Ticket};
use model::profile::{CANDIDATES_MAX, Candidate, OpenTicket};
use model::typed::TYPED_CHARS_MAX;
use model::{NumberPlan, Ties, Timestamp, Typed, TypedFinding, TypedKind, TypedResult};

use super::SUBJECT_CHARS_MAX;
use crate::column::cut;
use crate::database::Connection;
use crate::directory::customer::{Owner, owner, owner_of_account, owners};
use crate::error::Result;
use crate::ticket::goes_on_for;
use crate::ties;

/// Most who are found by what was keyed in, so that those of the number have room beside them.
const TYPED_MAX: usize = 3;

/// What was found.
pub(super) struct Said {
    pub(super) finding: TypedFinding,
    owners: Vec<Owner>,
    /// The telephone number that belongs to it, as numbers are compared.
    contact_key: Option<String>,
}

/// Looks for it.
pub(super) async fn look(
    conn: &mut Connection,
    plan: &NumberPlan,
    typed: &Typed,
    now: Timestamp,
) -> Result<Said> {
    let mut said = Said {
        finding: typed.nobody(),
        owners: Vec::new(),
        contact_key: None,
    };
    // What is longer than anything that is kept is nobody's.
    if typed.text.chars().nth(TYPED_CHARS_MAX).is_some() {
        return Ok(said);
    }
    let mut is_found = false;
    match typed.kind {
        TypedKind::Account => {
            said.owners
                .extend(owner_of_account(conn, &typed.text).await?);
        }
        TypedKind::Phone => {
            let key = plan.key(&typed.text).key;
            if !key.is_empty() {
                said.owners = owners(conn, &key).await?;
                said.contact_key = Some(key);
            }
        }
        TypedKind::Ticket => {
            if let Some(ticket) = named(conn, &typed.text).await? {
                is_found = true;
                let number = ticket.matter.contact.number.as_deref();
                said.contact_key = number.map(|number| plan.key(number).key);
                if let Some(customer) = ticket.matter.customer {
                    said.owners.extend(owner(conn, customer).await?);
                }
                said.finding.ticket = Some(shown(&ticket, now));
            }
        }
    }
    said.owners.truncate(TYPED_MAX);
    for owner in &mut said.owners {
        typed.kind.why().clone_into(&mut owner.candidate.why);
    }
    let customers = said.owners.iter().map(|owner| owner.candidate.customer);
    said.finding.customers = customers.collect();
    if is_found || !said.owners.is_empty() {
        said.finding.result = TypedResult::Found;
    }
    Ok(said)
}

impl Said {
    /// Whether the number that calls is certainly somebody else's.
    pub(super) fn differs(&self, key: &str, by_number: &[Owner]) -> bool {
        let is_his = |owner: &Owner| self.finding.customers.contains(&owner.candidate.customer);
        self.finding.result == TypedResult::Found
            && by_number.iter().any(|owner| owner.candidate.is_certain())
            && !by_number.iter().any(is_his)
            // A ticket of the number that calls is his, whoever has the number.
            && (!self.owners.is_empty() || self.contact_key.as_deref() != Some(key))
    }

    /// Whether the number that calls is certainly of everybody who was found.
    pub(super) fn is_his(&self, by_number: &[Owner]) -> bool {
        let certain = by_number.iter().map(|owner| &owner.candidate);
        let certain: Vec<_> = certain.filter(|one| one.is_certain()).collect();
        let mut found = self.finding.customers.iter();
        found.all(|customer| certain.iter().any(|one| one.customer == *customer))
    }

    /// Those of the number behind those who were found by this, each once.
    pub(super) fn before(&mut self, by_number: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
        let own = std::mem::take(&mut self.owners).into_iter();
        let mut all: Vec<Candidate> = own.map(|owner| owner.candidate).collect();
        let is_other = |one: &Candidate| !self.finding.customers.contains(&one.customer);
        all.extend(by_number.filter(is_other));
        all.truncate(CANDIDATES_MAX);
        all
    }

    /// R57, R66: who looks after him, and whom he must not meet, by any number of his. Who else has served the number that calls from is no
    /// friend of his where it is somebody else's.
    pub(super) async fn tie(
        &self,
        conn: &mut Connection,
        ties: &mut Ties,
        differs: bool,
        now: Timestamp,
    ) -> Result<()> {
        if differs {
            ties.talks.clear();
            ties.owner = None;
        }
        for owner in &self.owners {
            let apart = ties::apart_of(conn, owner.candidate.customer, now).await?;
            ties.apart.extend(apart);
        }
        if let [only] = self.owners.as_slice()
            && let Some(agent) = only.agent
        {
            ties.owner = Some(agent);
            let gone = ties::gone(conn, [agent].into_iter()).await?;
            ties.gone.extend(gone);
        }
        Ok(())
    }
}

/// Whether anything is outstanding of a ticket that is shown.
pub(super) fn is_open(ticket: &OpenTicket) -> bool {
    ticket.state.parse::<State>().is_ok_and(State::is_open)
}

/// The ticket of that number, or the one that goes on for it, if every agent may read it.
async fn named(conn: &mut Connection, text: &str) -> Result<Option<Ticket>> {
    let Ok(number) = text.parse::<Number>() else {
        return Ok(None);
    };
    let found = goes_on_for(conn, &number).await?;
    Ok(found.filter(|ticket| !ticket.matter.for_leads && !ticket.handling.is_sensitive()))
}

fn shown(ticket: &Ticket, now: Timestamp) -> OpenTicket {
    let handling = &ticket.handling;
    let due_at = handling.due_at();
    let is_late = due_at.is_some_and(|due| due < now);
    OpenTicket {
        ticket: ticket.id,
        number: ticket.number.to_string(),
        subject: cut(&ticket.matter.subject, SUBJECT_CHARS_MAX),
        priority: handling.priority().level(),
        state: handling.state.name().to_owned(),
        urges: u32::from(handling.urges()),
        due_at,
        is_overdue: is_late && IN_FLIGHT.contains(&handling.state),
    }
}
