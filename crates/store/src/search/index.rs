//! What is found by words, and how it comes to be (J7): written in the transaction that writes the thing itself; what was there before
//! words were looked for is gone through in the background, the newest first, some at a time.

use ::ticket::{Entry, Event, Ticket};
use model::TicketId;
use model::fact::TicketField;

use super::SearchKind;
use super::segment::words;
use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::{Connection, Words};
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

/// Which rule made the words that stand there; a changed rule has another number, and all is gone through anew.
const RULE: u32 = 1;

/// Writes the words of a ticket as it stands, if an entry has changed any.
pub(crate) async fn index_ticket(
    conn: &mut Connection,
    ticket: &Ticket,
    entries: &[Entry],
) -> Result<()> {
    let has_words = |event: &Event| {
        let is_first = matches!(event, Event::Submit { .. });
        is_first || event.revised().is_some() || event.words().is_some()
    };
    if !entries.iter().any(|entry| has_words(&entry.event)) {
        return Ok(());
    }
    let texts = texts_of(conn, ticket).await?;
    put(conn, ticket.id.get(), SearchKind::Ticket, &texts).await
}

/// Writes the words of a note about a customer.
pub(crate) async fn index_note(conn: &mut Connection, id: u64, body: &str) -> Result<()> {
    put(conn, id, SearchKind::CustomerNote, &[body.to_owned()]).await
}

/// What of a ticket is looked at: its number, what it is about, then what was written to it, the last first.
pub(super) async fn texts_of(conn: &mut Connection, ticket: &Ticket) -> Result<Vec<String>> {
    let matter = &ticket.matter;
    let mut texts = vec![matter.subject.clone(), ticket.number.digits().to_owned()];
    texts.extend(matter.contact.name.clone());
    texts.push(matter.body.clone());
    texts.extend(matter.fields.values().filter_map(|field| match field {
        TicketField::Text(text) | TicketField::Number(text) => Some(text.clone()),
        TicketField::Truth(_) => None,
    }));
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT entry FROM ticket_event WHERE ticket_id = $1 ORDER BY seq DESC LIMIT $2",
    )
    .bind(big(ticket.id.get()))
    .bind(ENTRIES_MAX)
    .fetch_all(conn)
    .await?;
    for (entry,) in rows {
        let entry: Entry = from_json("ticket entry", &entry)?;
        texts.extend(entry.event.words().map(str::to_owned));
    }
    Ok(texts)
}

async fn put(conn: &mut Connection, id: u64, kind: SearchKind, texts: &[String]) -> Result<()> {
    let all = document(texts);
    sqlx::query(
        "INSERT INTO search_document (id, kind) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
    )
    .bind(big(id))
    .bind(kind.name())
    .execute(&mut *conn)
    .await?;
    let rendering = Words::of(conn);
    sqlx::query(rendering.put)
        .bind(big(id))
        .bind((rendering.document)(&all))
        .execute(conn)
        .await?;
    Ok(())
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
        for kind in SearchKind::ALL {
            if let Some(at) = self.gone_through(kind).await? {
                self.write(move |conn| Box::pin(go_through(conn, kind, at, most)))
                    .await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The id down to which all is done; `None` where it is all.
    async fn gone_through(&self, kind: SearchKind) -> Result<Option<i64>> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT seq FROM projection WHERE name = $1")
            .bind(progress(kind))
            .fetch_optional(self.readers())
            .await?;
        let at = found.map_or(i64::MAX, |(at,)| at);
        Ok((at > 0).then_some(at))
    }
}

fn progress(kind: SearchKind) -> String {
    format!("search_{}_{RULE}", kind.name())
}

async fn go_through(conn: &mut Connection, kind: SearchKind, before: i64, most: u32) -> Result<()> {
    let ids: Vec<(i64,)> = match kind {
        SearchKind::Ticket => {
            sqlx::query_as("SELECT id FROM ticket WHERE id < $1 ORDER BY id DESC LIMIT $2")
        }
        SearchKind::CustomerNote => {
            sqlx::query_as("SELECT id FROM customer_note WHERE id < $1 ORDER BY id DESC LIMIT $2")
        }
    }
    .bind(before)
    .bind(i64::from(most))
    .fetch_all(&mut *conn)
    .await?;
    for (id,) in &ids {
        if let Err(error) = again(conn, kind, *id).await {
            if error.is_passing() {
                return Err(error);
            }
            // One that is ill holds up no other.
            tracing::error!(%error, id, kind = kind.name(), "its words cannot be looked for");
        }
    }
    let done = match ids.last() {
        Some((last,)) => *last,
        None => 0,
    };
    projection::put(conn, &progress(kind), count(done)).await
}

/// After rows were put there without their words: all is gone through anew.
pub(crate) async fn begin_anew(conn: &mut Connection) -> Result<()> {
    for kind in SearchKind::ALL {
        sqlx::query("DELETE FROM projection WHERE name = $1")
            .bind(progress(kind))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn again(conn: &mut Connection, kind: SearchKind, id: i64) -> Result<()> {
    match kind {
        SearchKind::Ticket => {
            let id = TicketId::new(count(id));
            let Some(ticket) = ticket::ticket(conn, id).await? else {
                return Ok(());
            };
            let texts = texts_of(conn, &ticket).await?;
            put(conn, id.get(), kind, &texts).await
        }
        SearchKind::CustomerNote => {
            let (body,): (String,) = sqlx::query_as("SELECT body FROM customer_note WHERE id = $1")
                .bind(id)
                .fetch_one(&mut *conn)
                .await?;
            index_note(conn, count(id), &body).await
        }
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
