//! What a merge moves, and moves back (F9): numbers, contacts, the higher VIP level, and who had been merged into him before.

use model::CustomerFault;
use model::customer::{CONTACTS_MAX, PHONES_MAX};
use model::profile::{KNOWN, MAYBE};
use serde::{Deserialize, Serialize};

use super::CustomerRecord;
use crate::column::big;
use crate::database::Connection;
use crate::error::Result;

/// What moved, as it stood with the merged customer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Moved {
    numbers: Vec<Number>,
    contacts: Vec<Contact>,
    /// Who had been merged into him before.
    followers: Vec<i64>,
    /// The VIP level of the one who stands, before and after: the higher of both.
    vip_level: (u8, u8),
}

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
struct Number {
    number_key: String,
    ext: String,
    raw: String,
    tail: String,
    confidence: String,
    is_shared: i64,
    created_at: i64,
    /// How certain the other one's number was; `None` when he had it not.
    other_confidence: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
struct Contact {
    kind: String,
    value: String,
    /// Whether the other one had it too: 0 or 1.
    is_common: i64,
}

/// Moves all to the other one; gives what it takes to move it back. A [`CustomerFault::Numbers`] or [`CustomerFault::Contacts`] when
/// together they have more than one customer may have.
pub(super) async fn hand_over(
    conn: &mut Connection,
    loser: &CustomerRecord,
    winner: &CustomerRecord,
) -> Result<Moved> {
    let (from, to) = (big(loser.id.get()), big(winner.id.get()));
    let moved = Moved {
        numbers: numbers(conn, from, to).await?,
        contacts: contacts(conn, from, to).await?,
        followers: followers(conn, from).await?,
        vip_level: (winner.vip_level, winner.vip_level.max(loser.vip_level)),
    };
    let added = moved.numbers.iter();
    let added = added.filter(|number| number.other_confidence.is_none());
    if winner.phones.len() + added.count() > PHONES_MAX {
        return Err(CustomerFault::Numbers.into());
    }
    let added = moved.contacts.iter();
    let added = added.filter(|contact| contact.is_common == 0);
    if winner.contacts.len() + added.count() > CONTACTS_MAX {
        return Err(CustomerFault::Contacts.into());
    }
    // A number that certainly was one's is certainly the other's.
    for text in [
        "INSERT INTO customer_number (number_key, ext, customer_id, raw, tail, confidence, is_shared, created_at)
         SELECT number_key, ext, $2, raw, tail, confidence, is_shared, created_at FROM customer_number WHERE customer_id = $1
         ON CONFLICT (number_key, ext, customer_id) DO UPDATE SET confidence =
           CASE WHEN excluded.confidence = 'known' THEN 'known' ELSE customer_number.confidence END",
        "DELETE FROM customer_number WHERE customer_id = $1 AND customer_id <> $2",
        "INSERT INTO customer_contact (customer_id, kind, value)
         SELECT $2, kind, value FROM customer_contact WHERE customer_id = $1
         ON CONFLICT (customer_id, kind, value) DO NOTHING",
        "DELETE FROM customer_contact WHERE customer_id = $1 AND customer_id <> $2",
    ] {
        let query = sqlx::query(text).bind(from).bind(to);
        query.execute(&mut *conn).await?;
    }
    set_vip(conn, to, moved.vip_level.0, moved.vip_level.1).await?;
    Ok(moved)
}

async fn numbers(conn: &mut Connection, from: i64, to: i64) -> Result<Vec<Number>> {
    let rows = sqlx::query_as(
        "SELECT n.number_key, n.ext, n.raw, n.tail, n.confidence, n.is_shared, n.created_at, o.confidence AS other_confidence
         FROM customer_number n LEFT JOIN customer_number o
           ON o.number_key = n.number_key AND o.ext = n.ext AND o.customer_id = $2
         WHERE n.customer_id = $1 ORDER BY n.number_key, n.ext",
    );
    Ok(rows.bind(from).bind(to).fetch_all(conn).await?)
}

async fn contacts(conn: &mut Connection, from: i64, to: i64) -> Result<Vec<Contact>> {
    let rows = sqlx::query_as(
        "SELECT c.kind, c.value, CAST(CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_common
         FROM customer_contact c LEFT JOIN customer_contact o
           ON o.kind = c.kind AND o.value = c.value AND o.customer_id = $2
         WHERE c.customer_id = $1 ORDER BY c.kind, c.value",
    );
    Ok(rows.bind(from).bind(to).fetch_all(conn).await?)
}

async fn followers(conn: &mut Connection, of: i64) -> Result<Vec<i64>> {
    let rows = sqlx::query_as("SELECT id FROM customer WHERE merged_into_id = $1 ORDER BY id");
    let rows: Vec<(i64,)> = rows.bind(of).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The way back. What the one who stands got since by other ways stays with him.
pub(super) async fn give_back(
    conn: &mut Connection,
    loser: &CustomerRecord,
    winner: &CustomerRecord,
    moved: &Moved,
) -> Result<()> {
    let (back, from) = (big(loser.id.get()), big(winner.id.get()));
    for number in &moved.numbers {
        number.give_back(conn, back, from).await?;
    }
    for contact in &moved.contacts {
        contact.give_back(conn, back, from).await?;
    }
    sqlx::query("UPDATE customer SET merged_into_id = NULL WHERE id = $1")
        .bind(back)
        .execute(&mut *conn)
        .await?;
    for follower in &moved.followers {
        sqlx::query(
            "UPDATE customer SET merged_into_id = $2 WHERE id = $1 AND merged_into_id = $3",
        )
        .bind(follower)
        .bind(back)
        .bind(from)
        .execute(&mut *conn)
        .await?;
    }
    set_vip(conn, from, moved.vip_level.1, moved.vip_level.0).await
}

impl Number {
    async fn give_back(&self, conn: &mut Connection, back: i64, from: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO customer_number (number_key, ext, customer_id, raw, tail, confidence, is_shared, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&self.number_key)
        .bind(&self.ext)
        .bind(back)
        .bind(&self.raw)
        .bind(&self.tail)
        .bind(&self.confidence)
        .bind(self.is_shared)
        .bind(self.created_at)
        .execute(&mut *conn)
        .await?;
        let text = match self.other_confidence.as_deref() {
            None => {
                "DELETE FROM customer_number WHERE customer_id = $1 AND number_key = $2 AND ext = $3"
            }
            Some(MAYBE) if self.confidence == KNOWN => {
                "UPDATE customer_number SET confidence = 'maybe' WHERE customer_id = $1 AND number_key = $2 AND ext = $3"
            }
            Some(_) => return Ok(()),
        };
        let query = sqlx::query(text).bind(from);
        let query = query.bind(&self.number_key).bind(&self.ext);
        query.execute(conn).await?;
        Ok(())
    }
}

impl Contact {
    async fn give_back(&self, conn: &mut Connection, back: i64, from: i64) -> Result<()> {
        sqlx::query("INSERT INTO customer_contact (customer_id, kind, value) VALUES ($1, $2, $3)")
            .bind(back)
            .bind(&self.kind)
            .bind(&self.value)
            .execute(&mut *conn)
            .await?;
        if self.is_common != 0 {
            return Ok(());
        }
        sqlx::query(
            "DELETE FROM customer_contact WHERE customer_id = $1 AND kind = $2 AND value = $3",
        )
        .bind(from)
        .bind(&self.kind)
        .bind(&self.value)
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// A level, if it still is what it was.
async fn set_vip(conn: &mut Connection, id: i64, was: u8, becomes: u8) -> Result<()> {
    sqlx::query("UPDATE customer SET vip_level = $3 WHERE id = $1 AND vip_level = $2")
        .bind(id)
        .bind(i64::from(was))
        .bind(i64::from(becomes))
        .execute(conn)
        .await?;
    Ok(())
}
