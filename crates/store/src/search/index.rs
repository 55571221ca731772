//! What is found by words, and how it comes to be (J7): written in the transaction that writes the thing itself; what was there before
//! words were looked for is gone through in the background, the newest first, some at a time.

use std::collections::BTreeMap;

use ::ticket::{Entry, Event, Ticket};
use model::TicketId;
use model::fact::TicketField;

use super::SearchKind;
use super::segment::words;
use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::{Connection, Shelf, Statement, Words};
use crate::error::Result;
use crate::{projection, ticket};

/// Most words of a document: PostgreSQL knows no place behind 16,383.
const WORDS_MAX: usize = 16_000;
/// Most words of one of its texts: what was written later has room beside a long one.
const TEXT_WORDS_MAX: usize = 8_000;
/// Most bytes of a document's words: PostgreSQL's `tsvector` has less than a MiB, places included.
const BYTES_MAX: usize = 512 * 1024;
/// Stands between texts, so that no phrase reaches from one into the next; no question has it.
const BREAK: &str = "¶";
/// Entries of a timeline whose words are looked for, the last ones.
const ENTRIES_MAX: i64 = 1_000;

/// Documents that are gone through together.
const AT_ONCE: usize = 100;

/// Which rule made the words that stand there; a changed rule has another number, and all is gone through anew.
const RULE: u32 = 1;

/// What has words.
struct Document {
    id: u64,
    words: Vec<String>,
}

/// What was there before words were looked for, in the order in which it is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// The words of whatever has any.
    Of(SearchKind),
    /// Those of open tickets, for their lists.
    Open,
}

/// Writes the words of a ticket as it stands, if an entry has changed any, and has them among those of open ones while it is one.
pub(crate) async fn index_ticket(
    conn: &mut Connection,
    ticket: &Ticket,
    entries: &[Entry],
) -> Result<()> {
    let has_words = |event: &Event| {
        let is_first = matches!(event, Event::Submit { .. });
        is_first || event.revised().is_some() || event.words().is_some()
    };
    let is_other = entries.iter().any(|entry| has_words(&entry.event));
    let is_open = ticket.state().is_open();
    let was_open = entries.first().and_then(|entry| entry.from);
    let is_turned = was_open.is_some_and(|state| state.is_open() != is_open);
    if is_turned && !is_open {
        take(conn, ticket.id).await?;
    }
    let is_back = is_turned && is_open;
    if !(is_other || is_back) {
        return Ok(());
    }
    let document = [Document::of(
        ticket.id.get(),
        &texts_of(conn, ticket).await?,
    )];
    if is_open {
        shelve(conn, Shelf::Open, &document).await?;
    }
    if is_other {
        put(conn, SearchKind::Ticket, &document).await?;
    }
    Ok(())
}

/// It is none of the open ones any more.
async fn take(conn: &mut Connection, id: TicketId) -> Result<()> {
    let words = Words::of(conn, Shelf::Open);
    sqlx::query(words.take)
        .bind(big(id.get()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes the words of a note about a customer.
pub(crate) async fn index_note(conn: &mut Connection, id: u64, body: &str) -> Result<()> {
    let document = Document::of(id, &[body.to_owned()]);
    put(conn, SearchKind::CustomerNote, &[document]).await
}

/// What of a ticket is looked at: its number, what it is about, then what was written to it, the last first.
async fn texts_of(conn: &mut Connection, ticket: &Ticket) -> Result<Vec<String>> {
    let entries = entries_of(conn, &[big(ticket.id.get())]).await?;
    texts(ticket, entries.values().flatten())
}

/// The last entries of each timeline, the last first.
pub(super) async fn entries_of(
    conn: &mut Connection,
    tickets: &[i64],
) -> Result<BTreeMap<i64, Vec<String>>> {
    let mut query = Statement::new(
        "SELECT e.ticket_id, e.entry FROM (SELECT ticket_id, seq, entry, ROW_NUMBER() OVER (PARTITION BY ticket_id ORDER BY seq DESC) AS place
         FROM ticket_event WHERE ticket_id",
    );
    query
        .push_among(tickets.iter().copied())
        .push(") e WHERE e.place <= ")
        .push_bind(ENTRIES_MAX)
        .push(" ORDER BY e.ticket_id, e.seq DESC");
    let rows: Vec<(i64, String)> = query.build_query_as().fetch_all(conn).await?;
    let mut entries: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (ticket, entry) in rows {
        entries.entry(ticket).or_default().push(entry);
    }
    Ok(entries)
}

pub(super) fn texts<'a>(
    ticket: &Ticket,
    entries: impl Iterator<Item = &'a String>,
) -> Result<Vec<String>> {
    let matter = &ticket.matter;
    let mut texts = vec![matter.subject.clone(), ticket.number.digits().to_owned()];
    texts.extend(matter.contact.name.clone());
    texts.push(matter.body.clone());
    texts.extend(matter.fields.values().filter_map(|field| match field {
        TicketField::Text(text) | TicketField::Number(text) => Some(text.clone()),
        TicketField::Truth(_) => None,
    }));
    for entry in entries {
        let entry: Entry = from_json("ticket entry", entry)?;
        texts.extend(entry.event.words().map(str::to_owned));
    }
    Ok(texts)
}

async fn put(conn: &mut Connection, kind: SearchKind, documents: &[Document]) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let mut query = Statement::new("INSERT INTO search_document (id, kind) VALUES ");
    for (place, document) in documents.iter().enumerate() {
        query
            .push(if place == 0 { "(" } else { ", (" })
            .push_bind(big(document.id))
            .push(", ")
            .push_bind(kind.name())
            .push(")");
    }
    query.push(" ON CONFLICT (id) DO NOTHING");
    query.build_query().execute(&mut *conn).await?;
    shelve(conn, Shelf::All, documents).await
}

async fn shelve(conn: &mut Connection, shelf: Shelf, documents: &[Document]) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let words = Words::of(conn, shelf);
    let mut query = Statement::new(words.put);
    for (place, document) in documents.iter().enumerate() {
        query
            .push(if place == 0 { "(" } else { ", (" })
            .push_bind(big(document.id))
            .push(words.put_words)
            .push_bind((words.document)(&document.words))
            .push(words.put_end);
    }
    query.push(words.put_over);
    query.build_query().execute(conn).await?;
    Ok(())
}

impl Document {
    /// The words of its texts, those of the first if there are too many.
    fn of(id: u64, texts: &[String]) -> Self {
        let words = document(texts);
        Self { id, words }
    }
}

/// The words of a document, those of its first texts if there are too many.
fn document(texts: &[String]) -> Vec<String> {
    let (mut all, mut bytes) = (Vec::new(), 0);
    for text in texts {
        let found = words(text).into_iter().take(TEXT_WORDS_MAX);
        let found = found.map(|word| word.text).chain([BREAK.to_owned()]);
        for word in found {
            bytes += word.len();
            if all.len() >= WORDS_MAX || bytes > BYTES_MAX {
                return all;
            }
            all.push(word);
        }
    }
    all
}

impl Database {
    /// Goes on with what was there before words were looked for, at most so many tickets or notes; `false` once all is done.
    pub async fn index_step(&self, most: u32) -> Result<bool> {
        for pass in Pass::ALL {
            let mut conn = self.readers().acquire().await?;
            let to_go = pass.to_go(&mut conn).await?;
            drop(conn);
            if let Some(before) = to_go {
                self.write(move |conn| Box::pin(go_through(conn, pass, before, most)))
                    .await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Among which words those of open tickets are looked for: all of them, until they have a shelf of their own.
pub(crate) async fn shelf_of_open(conn: &mut Connection) -> Result<Shelf> {
    Ok(match Pass::Open.to_go(conn).await? {
        Some(_) => Shelf::All,
        None => Shelf::Open,
    })
}

impl Pass {
    const ALL: [Self; 3] = [
        Self::Of(SearchKind::Ticket),
        Self::Of(SearchKind::CustomerNote),
        Self::Open,
    ];

    /// The id down to which all is done; `None` where it is all.
    async fn to_go(self, conn: &mut Connection) -> Result<Option<i64>> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT seq FROM projection WHERE name = $1")
            .bind(self.progress())
            .fetch_optional(conn)
            .await?;
        let at = found.map_or(i64::MAX, |(at,)| at);
        Ok((at > 0).then_some(at))
    }

    fn progress(self) -> String {
        let name = match self {
            Self::Of(kind) => kind.name(),
            Self::Open => "open",
        };
        format!("search_{name}_{RULE}")
    }
}

async fn go_through(conn: &mut Connection, pass: Pass, before: i64, most: u32) -> Result<()> {
    let ids: Vec<(i64,)> = match pass {
        Pass::Of(SearchKind::Ticket) => {
            sqlx::query_as("SELECT id FROM ticket WHERE id < $1 ORDER BY id DESC LIMIT $2")
        }
        Pass::Open => sqlx::query_as(
            "SELECT id FROM ticket WHERE is_open = 1 AND id < $1 ORDER BY id DESC LIMIT $2",
        ),
        Pass::Of(SearchKind::CustomerNote) => {
            sqlx::query_as("SELECT id FROM customer_note WHERE id < $1 ORDER BY id DESC LIMIT $2")
        }
    }
    .bind(before)
    .bind(i64::from(most))
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    for ids in ids.chunks(AT_ONCE) {
        again(conn, pass, ids).await?;
    }
    let done = match ids.last() {
        Some(last) => *last,
        None => 0,
    };
    projection::put(conn, &pass.progress(), count(done)).await
}

/// After rows were put there without their words: all is gone through anew.
pub(crate) async fn begin_anew(conn: &mut Connection) -> Result<()> {
    for pass in Pass::ALL {
        sqlx::query("DELETE FROM projection WHERE name = $1")
            .bind(pass.progress())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn again(conn: &mut Connection, pass: Pass, ids: &[i64]) -> Result<()> {
    if let Pass::Of(SearchKind::CustomerNote) = pass {
        let mut query = Statement::new("SELECT id, body FROM customer_note WHERE id");
        query.push_among(ids.iter().copied());
        let rows: Vec<(i64, String)> = query.build_query_as().fetch_all(&mut *conn).await?;
        let notes = rows.into_iter();
        let notes: Vec<_> = notes
            .map(|(id, body)| Document::of(count(id), &[body]))
            .collect();
        return put(conn, SearchKind::CustomerNote, &notes).await;
    }
    let mut entries = entries_of(conn, ids).await?;
    let mut documents = Vec::with_capacity(ids.len());
    for ticket in ticket::each(conn, ids).await? {
        let read = ticket.and_then(|ticket| {
            let entries = entries.remove(&big(ticket.id.get()));
            let texts = texts(&ticket, entries.iter().flatten())?;
            Ok(Document::of(ticket.id.get(), &texts))
        });
        match read {
            Ok(document) => documents.push(document),
            // One that is ill holds up no other.
            Err(error) => tracing::error!(%error, ?pass, "a ticket's words cannot be looked for"),
        }
    }
    match pass {
        Pass::Of(kind) => put(conn, kind, &documents).await,
        Pass::Open => shelve(conn, Shelf::Open, &documents).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_fits_a_tsvector_and_a_long_text_leaves_room() {
        let strange = |place: usize| format!("{place:0>64}");
        let long: Vec<_> = (0..20_000).map(strange).collect();
        let all = document(&[long.join(" "), "solved".to_owned()]);
        assert!(all.iter().map(String::len).sum::<usize>() <= BYTES_MAX);
        let short: Vec<_> = (0..20_000).map(|place| place.to_string()).collect();
        let all = document(&[short.join(" "), "solved".to_owned()]);
        assert_eq!(all.len(), TEXT_WORDS_MAX + 3);
        assert!(all.contains(&"solved".to_owned()));
    }
}
