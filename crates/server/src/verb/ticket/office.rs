//! Where verbs find tickets and change them: the store with what the house says of them, beside the desk of a server that may run. What is
//! changed here is told by that server, or by the next one.

use std::collections::BTreeMap;
use std::sync::Arc;

use ivr::told;
use model::AgentId;
use serde_json::{Value, json};
use store::{Database, TicketDesk, TicketFilter};
use ticket::{Number, Ticket};
use tokio::sync::watch;

use super::standing;
use crate::Failure;
use crate::config::Source;
use crate::verb::{block_on, by_fault, open_store};

/// What a verb on tickets needs.
pub(super) struct Office {
    pub(super) database: Database,
    pub(super) desk: TicketDesk,
    /// Logins, by id.
    logins: BTreeMap<AgentId, String>,
}

/// Runs a verb on the tickets of the store.
pub(super) fn run<F>(source: &Source, work: F) -> Result<(), Failure>
where
    F: AsyncFnOnce(&Office) -> Result<(), Failure>,
{
    let rules = standing(source)?;
    block_on(async {
        let (settings, database) = open_store(source).await?;
        let (_, rules) = watch::channel(Arc::new(rules));
        let desk = TicketDesk::new(database.clone(), rules, settings.tickets.utc_offset_min);
        let done = async {
            let agents = database.agents().await.map_err(by_fault)?;
            let logins = agents.into_iter().map(|agent| (agent.id, agent.login));
            let office = Office {
                database: database.clone(),
                desk: desk.beside_a_server(),
                logins: logins.collect(),
            };
            work(&office).await
        }
        .await;
        database.close().await;
        done
    })
}

impl Office {
    /// The ticket of a number that somebody typed.
    pub(super) async fn ticket(&self, typed: &str) -> Result<Ticket, Failure> {
        let number: Number = typed.parse().map_err(|why| {
            Failure::Refused(told!(
                "`{typed}` is no ticket's number, such as 261118-0042-7: {why}",
                "`{typed}` 不是工单号，工单号形如 261118-0042-7，共 11 到 14 位数字，末位为校验位"
            ))
        })?;
        let filter = TicketFilter {
            number: Some(number),
            ..TicketFilter::default()
        };
        let found = self.database.tickets(&filter, None, 1).await;
        let found = found.map_err(by_fault)?.items.into_iter().next();
        found.ok_or_else(|| Failure::Refused(told!("no ticket {typed}", "没有工单 {typed}")))
    }

    /// The id of a login, and how it is written.
    pub(super) fn agent(&self, login: &str) -> Result<AgentId, Failure> {
        let mut logins = self.logins.iter();
        let found = logins.find(|(_, one)| *one == login);
        found
            .map(|(id, _)| *id)
            .ok_or_else(|| Failure::Refused(told!("no agent {login}", "没有坐席 {login}")))
    }

    /// His login, or the id of one who is gone.
    pub(super) fn login(&self, agent: AgentId) -> String {
        let login = self.logins.get(&agent);
        login.cloned().unwrap_or_else(|| agent.to_string())
    }

    /// A1: its number with the letters of its type.
    pub(super) fn number(&self, ticket: &Ticket) -> String {
        let kind = ticket.matter.ticket_type.as_deref();
        self.desk.rules().number(&ticket.number, kind)
    }

    /// Who has it: a person, and the group.
    pub(super) fn place(&self, ticket: &Ticket) -> String {
        let place = &ticket.handling.place;
        let person = place.assignee.or(place.named).map(|one| self.login(one));
        let group = place.group.as_deref();
        match (group, person) {
            (Some(group), Some(person)) => format!("{group}/{person}"),
            (Some(group), None) => group.to_owned(),
            (None, Some(person)) => person,
            (None, None) => "-".to_owned(),
        }
    }

    /// The head of rows.
    pub(super) fn head() {
        println!("{:<18} {:<12} P {:<20} SUBJECT", "NUMBER", "STATE", "WITH");
    }

    /// A row. The subject stands last: its characters are of two widths.
    pub(super) fn row(&self, ticket: &Ticket) {
        println!(
            "{:<18} {:<12} {} {:<20} {}",
            self.number(ticket),
            ticket.state().name(),
            ticket.priority().level(),
            self.place(ticket),
            ticket.matter.subject,
        );
    }

    /// A ticket as a line of JSON tells it, with what a verb has to say of it besides.
    pub(super) fn as_json(&self, ticket: &Ticket, besides: Value) -> Value {
        let place = &ticket.handling.place;
        let mut told = json!({
            "id": ticket.id, "number": self.number(ticket), "state": ticket.state(), "priority": ticket.priority().level(),
            "sensitive": ticket.handling.is_sensitive(), "ticket_type": ticket.matter.ticket_type,
            "category": ticket.matter.category, "subject": ticket.matter.subject, "group": place.group,
            "named": place.named.map(|one| self.login(one)), "assignee": place.assignee.map(|one| self.login(one)),
            "created_at": ticket.created_at, "updated_at": ticket.updated_at, "version": ticket.version,
        });
        if let (Value::Object(told), Value::Object(besides)) = (&mut told, besides) {
            told.extend(besides);
        }
        told
    }
}
