//! The timeline of a ticket, with those of all that went into it (M3): one order, paged, each line with the number of its own ticket.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State as Shared;
use model::{AgentId, CallId, Masking, TicketId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use store::{Line, LineKey, Reader, TakenOver};
use ticket::{Actor, Contact, Rules, State};
use utoipa::ToSchema;

use super::list::{List, PageQuery};
use super::ticket_body::numbers_of;
use super::tickets::{known, readable_by};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{InPath, InQuery};
use crate::problem::{Problem, ProblemDocument};
use crate::sight::Sight;

/// A line of a ticket's timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryBody {
    /// The ticket to which it happened: the one that is looked at, or one that went into it.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// Its readable number.
    pub number: String,
    /// The number of the line among those of its ticket.
    pub entry: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who: `{"kind": "agent", "id": "7"}`, `{"kind": "system"}` or `{"kind": "customer"}`.
    #[schema(value_type = Object)]
    pub actor: ticket::Actor,
    /// The state before; `null` for the first line.
    #[schema(value_type = Option<String>)]
    pub from: Option<State>,
    /// The state after.
    #[schema(value_type = String)]
    pub to: State,
    /// What: `{"type": "submit", "data": {…}}`; an order as it was given.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// A ticket that went into another.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsorbedBody {
    /// Which.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// Its readable number.
    pub number: String,
    /// The ticket into which it went: the one that is looked at, or another that went there.
    #[schema(value_type = String)]
    pub into: TicketId,
    /// Its calls, oldest first.
    #[schema(value_type = Vec<String>)]
    pub calls: Vec<CallId>,
    /// Who follows it.
    #[schema(value_type = Vec<String>)]
    pub watchers: Vec<AgentId>,
}

/// The timeline of a ticket, oldest first.
#[utoipa::path(get, operation_id = "list_ticket_timeline", path = "/v1/tickets/{id}/timeline", tag = "tickets",
    params(("id" = String, Path), PageQuery),
    responses(
        (status = 200, description = "What happened to it and to what it took over.", body = List<EntryBody>),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    Shared(app): Shared<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<EntryBody>>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let limit = query.request_by::<LineKey>()?;
    let ticket = known(&app, &who, id).await?;
    if ticket.handling.is_sensitive() {
        // A13: nobody reads it unseen.
        app.tickets()
            .note_read(id, Actor::Agent(who.agent), now())
            .await?;
    }
    let reader = readable_by(&app, &who).await?;
    let sight = Sight::of(&app, &who);
    Ok(Json(page((&app, sight), id, reader.as_ref(), limit).await?))
}

/// A page of a timeline, from after a line on.
pub(super) async fn page(
    (app, sight): (&App, Sight),
    id: TicketId,
    reader: Option<&Reader>,
    (after, limit): (Option<LineKey>, u32),
) -> Result<List<EntryBody>, Problem> {
    let database = app.database();
    let found = database.ticket_timeline(id, reader, after, limit).await?;
    let rules = app.tickets().rules();
    let known = match sight {
        Sight::Whole => Masking::default(),
        Sight::Masked => numbers_in(app, &found.items).await?,
    };
    let lines = found.items.into_iter();
    Ok(List {
        items: lines
            .map(|line| EntryBody::of(line, &rules, sight, &known))
            .collect(),
        next: found.next.map(|next| next.to_string()),
    })
}

/// The numbers of all who are called back for these tickets, and of those who were before.
async fn numbers_in(app: &App, lines: &[Line]) -> Result<Masking, Problem> {
    let mut contacts: Vec<Contact> = Vec::new();
    let tickets: BTreeSet<TicketId> = lines.iter().map(|line| line.key.ticket).collect();
    for id in tickets {
        let found = app.database().ticket(id).await?;
        contacts.extend(found.map(|ticket| ticket.matter.contact));
    }
    for event in lines.iter().map(|line| &line.entry.event) {
        if let ticket::Event::Submit { matter, .. } = event {
            contacts.push(matter.contact.clone());
        }
        let revised = event.revised().and_then(|revised| revised.contact.as_ref());
        contacts.extend(
            revised
                .into_iter()
                .flat_map(|change| [change.before.clone(), change.after.clone()]),
        );
    }
    Ok(contacts.iter().map(numbers_of).collect())
}

impl EntryBody {
    fn of(line: Line, rules: &Rules, sight: Sight, known: &Masking) -> Self {
        let Line { key, entry, .. } = line;
        Self {
            ticket: key.ticket,
            number: rules.number(&line.number, line.ticket_type.as_deref()),
            entry: key.entry,
            at: entry.at,
            actor: entry.actor,
            from: entry.from,
            to: entry.to,
            event: sight.value(&entry.event, known),
        }
    }
}

impl AbsorbedBody {
    pub(super) fn of(one: TakenOver, rules: &Rules) -> Self {
        Self {
            ticket: one.ticket,
            number: rules.number(&one.number, one.ticket_type.as_deref()),
            into: one.into,
            calls: one.calls,
            watchers: one.watchers,
        }
    }
}
