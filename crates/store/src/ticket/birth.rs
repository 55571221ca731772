//! How tickets come to be in the store (T1, T2): from a call's draft, a message, a script, an agent or another system.
//!
//! What a ticket came from gives one ticket however often it is read, because it stands in the ticket as its source.

use ::ticket::duplicate::Choice;
use ::ticket::handling::{Level, Receiver};
use ::ticket::rules::{Beginning, Submission};
use ::ticket::{Actor, By, Day, Entry, Event, Matter, Number, Refused, Ticket, matter, of_script};
use model::fact::{TicketAsked, Voicemail};
use model::{AgentId, CallId, CustomerId, E164, Fact, NumberPlan, TicketId, Timestamp};

use super::draft::{discard_drafts, draft};
use super::origin::Origin;
use super::reader::Reader;
use super::timeline::Pen;
use super::{Clerk, News, TicketDesk, office, remember_recording, row, ticket_from};
use crate::column::big;
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// What [`TicketDesk::submit`] found or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The ticket.
    pub ticket: Ticket,
    /// False when it stood there already: what it came from was read twice.
    pub is_new: bool,
    /// What was told of it.
    pub news: Vec<Fact>,
}

/// A ticket that somebody enters, in a call or without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTicket {
    /// What it is about.
    pub matter: Matter,
    /// What another system calls it; asked again, it is the same ticket (B6).
    pub source_ref: Option<String>,
    /// The call that it came from.
    pub call: Option<CallId>,
    /// By when it is to be done (A8).
    pub due_at: Option<Timestamp>,
    /// Whom it touches, and how long it can wait (A5).
    pub weight: Option<(Level, Level)>,
    /// Who gets it; `None`: as the rules of dispatch say.
    pub receiver: Option<Receiver>,
    /// The answer that ended it at once (T4).
    pub answer: Option<String>,
    /// Nobody vouches for who sends it (B7).
    pub is_stranger: bool,
    /// What it is to others of the same hard key (D6).
    pub choice: Option<Choice>,
    /// What of others he who enters it may read; `None`: all.
    pub reader: Option<Reader>,
}

/// What a ticket begins with, beside its number.
pub(super) struct Source {
    origin: Origin,
    pub(super) matter: Matter,
    pub(super) by: By,
    pub(super) at: Timestamp,
    pub(super) with: NewTicket,
    recordings: Vec<String>,
    /// Whether somebody can be asked what it is to others (D6).
    pub(super) asks: bool,
}

impl TicketDesk {
    /// T1 at the end of a call: this agent's draft becomes a ticket and the call's other drafts go. Asked again, it gives
    /// the same ticket. `Refused` leaves the draft with its agent; `NotFound` without a draft.
    pub async fn submit(&self, call: CallId, agent: AgentId, now: Timestamp) -> Result<Submitted> {
        let clerk = self.clerk(now).await?;
        let id = self.next_id(now);
        let drafted = self.database.draft(call, agent).await?;
        let is_checked = match drafted.as_ref().map(::ticket::Draft::matter) {
            Some(Ok(matter)) => self.can_check(&matter, now).await,
            Some(Err(_)) | None => true,
        };
        self.write(move |conn| {
            Box::pin(async move {
                let origin = Origin::of_call(call);
                if let Some(ticket) = ticket_from(conn, &origin).await? {
                    // The call was read again: so was its offer, which opened a draft.
                    discard_drafts(conn, call).await?;
                    return Ok(Submitted::former(ticket));
                }
                let found = draft(conn, call, agent).await?;
                let mut draft = found.ok_or(StoreError::NotFound("draft"))?;
                complete(&clerk.plan, &mut draft.contact);
                let source = Source {
                    origin,
                    matter: draft.matter()?,
                    by: Actor::Agent(agent).into(),
                    at: now,
                    with: NewTicket {
                        call: Some(call),
                        ..NewTicket::default()
                    },
                    recordings: draft.recordings,
                    asks: false,
                };
                let made = clerk.admit(conn, id, source, is_checked).await?;
                discard_drafts(conn, call).await?;
                Ok(made)
            })
        })
        .await
    }

    /// G7: the ticket that a message becomes, if its mailbox wants one; asked again, it gives the same ticket. `at` is when the message
    /// was left.
    pub async fn submit_message(
        &self,
        voicemail: &Voicemail,
        at: Timestamp,
    ) -> Result<Option<Submitted>> {
        let e164 = self.e164(voicemail.caller.number.as_deref());
        let Some((matter, due_at)) = ::ticket::of_message(voicemail, e164, at) else {
            return Ok(None);
        };
        let with = NewTicket {
            call: Some(voicemail.message.call),
            due_at: Some(due_at),
            ..NewTicket::default()
        };
        let source = Source {
            origin: Origin::of_message(voicemail),
            ..Source::of_house(matter, at, with)
        };
        self.file(source).await.map(Some)
    }

    /// E15: the ticket that a script filed; asked again, it gives the same ticket. `at` is when it was filed.
    pub async fn submit_filed(&self, asked: &TicketAsked, at: Timestamp) -> Result<Submitted> {
        let e164 = self.e164(asked.caller.number.as_deref());
        let with = NewTicket {
            call: Some(asked.call),
            ..NewTicket::default()
        };
        let source = Source {
            origin: Origin::of_asked(asked),
            ..Source::of_house(of_script(asked, e164), at, with)
        };
        self.file(source).await
    }

    /// T1, T2 by hand or by another system. With the `source_ref` of a ticket that stands there it gives that one (B6, H3). `Refused`
    /// with [`Refused::Duplicate`] where others of the same hard key are there and nothing is chosen (D6).
    pub async fn enter(
        &self,
        new: NewTicket,
        by: impl Into<By>,
        at: Timestamp,
    ) -> Result<Submitted> {
        let mut matter = new.matter.clone();
        let number = matter.contact.number.as_deref().unwrap_or_default();
        if matter.customer.is_none() && number.trim().is_empty() {
            return Err(Refused::NoContact.into());
        }
        self.rules().knows(&matter)?;
        complete(self.database.plan(), &mut matter.contact);
        let source = Source {
            origin: Origin::of_api(new.source_ref.clone()),
            matter,
            by: by.into(),
            at,
            with: new,
            recordings: Vec::new(),
            asks: true,
        };
        self.file(source).await
    }

    /// The ticket that came from there, or a new one.
    async fn file(&self, source: Source) -> Result<Submitted> {
        let clerk = self.clerk(source.at).await?;
        let id = self.next_id(source.at);
        let is_checked = self.can_check(&source.matter, source.at).await;
        self.write(move |conn| {
            Box::pin(async move {
                if let Some(ticket) = ticket_from(conn, &source.origin).await? {
                    return Ok(Submitted::former(ticket));
                }
                clerk.admit(conn, id, source, is_checked).await
            })
        })
        .await
    }

    fn e164(&self, number: Option<&str>) -> Option<E164> {
        self.database.plan().key(number?).e164
    }

    fn next_id(&self, at: Timestamp) -> TicketId {
        TicketId::new(self.database.next_id(at))
    }
}

impl Clerk {
    pub(super) async fn begin(
        &self,
        conn: &mut Connection,
        id: TicketId,
        source: Source,
    ) -> Result<Submitted> {
        let Source {
            origin,
            matter,
            by,
            at,
            with,
            recordings,
            ..
        } = source;
        let mut groups = office::groups(conn, &self.rules, at).await?;
        office::count_takers(conn, &self.rules, &mut groups).await?;
        let before = office::turns(conn, &self.rules).await?;
        let mut turns = before.clone();
        let beginning = Beginning {
            id,
            number: next_number(conn, Day::of(at, self.utc_offset_min)).await?,
            at,
            actor: by.actor,
            call: with.call,
            recordings,
            channel: origin.channel.to_owned(),
            vip: vip(conn, matter.customer).await?,
            is_stranger: with.is_stranger,
            due_at: with.due_at,
            weight: with.weight,
            receiver: with.receiver,
            answer: with.answer,
        };
        let lent = (&groups, &*self.hours);
        let begun = self.rules.begin(matter, beginning, lent, &mut turns)?;
        office::keep_turns(conn, &before, &turns).await?;
        let news = insert(conn, &begun, &origin, &self.pen(&groups)).await?;
        Ok(Submitted {
            ticket: begun.ticket,
            is_new: true,
            news,
        })
    }
}

impl Source {
    /// Of what a caller left, with nobody at a desk; its origin is filled in.
    fn of_house(matter: Matter, at: Timestamp, with: NewTicket) -> Self {
        Self {
            origin: Origin::of_api(None),
            matter,
            by: By::system(),
            at,
            with,
            recordings: Vec::new(),
            asks: false,
        }
    }
}

impl News for Submitted {
    fn news(&self) -> &[Fact] {
        &self.news
    }
}

impl News for Option<Submitted> {
    fn news(&self) -> &[Fact] {
        self.as_ref().map_or(&[], News::news)
    }
}

impl Submitted {
    fn former(ticket: Ticket) -> Self {
        Self {
            ticket,
            is_new: false,
            news: Vec::new(),
        }
    }
}

/// The directory may have had no answer while the call lasted.
pub(super) fn complete(plan: &NumberPlan, contact: &mut matter::Contact) {
    if contact.e164.is_none() {
        let number = contact.number.as_deref();
        contact.e164 = number.and_then(|number| plan.key(number).e164);
    }
}

/// The ticket, the first entries of its timeline, its call and the recordings that were there.
async fn insert(
    conn: &mut Connection,
    begun: &Submission,
    origin: &Origin,
    pen: &Pen<'_>,
) -> Result<Vec<Fact>> {
    let ticket = &begun.ticket;
    row::insert(conn, ticket, origin).await?;
    let news = pen.write(conn, ticket, &begun.entries).await?;
    for path in begun.entries.iter().filter_map(recording) {
        remember_recording(conn, ticket.id, path).await?;
    }
    if let Some(call) = ticket.source_call {
        sqlx::query("INSERT INTO ticket_call (ticket_id, call_id, role) VALUES ($1, $2, 'source')")
            .bind(big(ticket.id.get()))
            .bind(big(call.get()))
            .execute(conn)
            .await?;
    }
    Ok(news)
}

const fn recording(entry: &Entry) -> Option<&String> {
    if let Event::RecordingLinked { path, .. } = &entry.event {
        Some(path)
    } else {
        None
    }
}

/// The next number of the day; a refused submit gives it back with its savepoint.
async fn next_number(conn: &mut Connection, day: Day) -> Result<Number> {
    let (serial,): (i64,) = sqlx::query_as(
        "INSERT INTO ticket_serial (day, last) VALUES ($1, 1)
         ON CONFLICT (day) DO UPDATE SET last = ticket_serial.last + 1 RETURNING last",
    )
    .bind(i64::from(day.yymmdd()))
    .fetch_one(conn)
    .await?;
    let serial = u32::try_from(serial).map_err(|error| StoreError::damaged("serial", error))?;
    Ok(Number::new(day, serial))
}

/// A customer's level; 0 of nobody.
pub(super) async fn vip(conn: &mut Connection, customer: Option<CustomerId>) -> Result<u8> {
    let Some(customer) = customer else {
        return Ok(0);
    };
    let row: Option<(i64,)> = sqlx::query_as("SELECT vip_level FROM customer WHERE id = $1")
        .bind(big(customer.get()))
        .fetch_optional(conn)
        .await?;
    Ok(row.map_or(0, |(level,)| u8::try_from(level).unwrap_or(0)))
}
