//! Contacts of the agents' phones, kept so that a restart loses none of them (G13).
//!
//! The registrar owns them; here they are copies, written some at a time and as a whole for each login: what stands for a
//! login is what was told last. Words of SIP (contact, path, transport) are texts to the store: it neither reads nor checks them.

use std::net::SocketAddr;

use model::Timestamp;
use sqlx::FromRow;

use crate::Database;
use crate::column::{from_json, json_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// One contact of a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The contact's URI.
    pub contact: String,
    /// By which carrier, in a word such as `udp`.
    pub transport: String,
    /// Our side of its flow.
    pub local: SocketAddr,
    /// The phone's side, as its packets show it.
    pub remote: SocketAddr,
    /// Number of its connection; 0 for datagrams.
    pub connection: u32,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// `+sip.instance`.
    pub instance: Option<String>,
    /// `reg-id`.
    pub reg_id: Option<u32>,
    /// Preference, in thousandths.
    pub q_permille: u16,
    /// Proxies on the way to it, nearest first.
    pub path: Vec<String>,
    /// The phone's User-Agent.
    pub user_agent: Option<String>,
    /// Call-ID of its REGISTER.
    pub call_id: String,
    /// CSeq of its REGISTER.
    pub cseq: u32,
}

/// The contacts of a login, in the registrar's order; none = he has no phone any more.
pub type Contacts = (String, Vec<Registration>);

impl Database {
    /// Keeps the contacts of some logins in place of what stood there, all in one commit.
    pub async fn put_registrations(&self, changed: Vec<Contacts>, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                for (login, contacts) in &changed {
                    put(conn, login, contacts, now).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// All contacts that have not ended, by login.
    pub async fn registrations(&self, now: Timestamp) -> Result<Vec<Contacts>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT login, contact, transport, local, remote, connection, expires_at, instance, reg_id, q, path,
                    user_agent, call_id, cseq
             FROM registration WHERE expires_at > $1 ORDER BY login, place",
        )
        .bind(now.as_ms())
        .fetch_all(self.readers())
        .await?;
        let mut found: Vec<Contacts> = Vec::new();
        for row in rows {
            let login = row.login.clone();
            // One row that cannot be read costs one phone its comfort, not the others theirs.
            match row.read() {
                Ok(contact) => match found.last_mut().filter(|(last, _)| *last == login) {
                    Some((_, contacts)) => contacts.push(contact),
                    None => found.push((login, vec![contact])),
                },
                Err(error) => tracing::warn!(login, %error, "a registration is left out"),
            }
        }
        Ok(found)
    }

    /// When a contact was last written: a sign that the server lived.
    pub async fn registrations_written_at(&self) -> Result<Option<Timestamp>> {
        let (at,): (Option<i64>,) = sqlx::query_as("SELECT max(written_at) FROM registration")
            .fetch_one(self.readers())
            .await?;
        Ok(at.map(Timestamp::from_ms))
    }

    /// Removes contacts that ended, which nobody is left to refresh; gives how many.
    pub async fn purge_registrations(&self, now: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let gone = sqlx::query("DELETE FROM registration WHERE expires_at <= $1")
                    .bind(now.as_ms())
                    .execute(conn)
                    .await?;
                Ok(gone.rows_affected())
            })
        })
        .await
    }
}

async fn put(
    conn: &mut Connection,
    login: &str,
    contacts: &[Registration],
    now: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM registration WHERE login = $1")
        .bind(login)
        .execute(&mut *conn)
        .await?;
    for (contact, place) in contacts.iter().zip(0_i64..) {
        sqlx::query(
            "INSERT INTO registration (login, contact, transport, local, remote, connection, expires_at, instance, reg_id,
                                       q, path, user_agent, call_id, cseq, place, written_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(login)
        .bind(&contact.contact)
        .bind(&contact.transport)
        .bind(contact.local.to_string())
        .bind(contact.remote.to_string())
        .bind(i64::from(contact.connection))
        .bind(contact.expires_at.as_ms())
        .bind(&contact.instance)
        .bind(contact.reg_id.map(i64::from))
        .bind(i64::from(contact.q_permille))
        .bind(json_of("registration", &contact.path)?)
        .bind(&contact.user_agent)
        .bind(&contact.call_id)
        .bind(i64::from(contact.cseq))
        .bind(place)
        .bind(now.as_ms())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Row {
    login: String,
    contact: String,
    transport: String,
    local: String,
    remote: String,
    connection: i64,
    expires_at: i64,
    instance: Option<String>,
    reg_id: Option<i64>,
    q: i64,
    path: String,
    user_agent: Option<String>,
    call_id: String,
    cseq: i64,
}

impl Row {
    fn read(self) -> Result<Registration> {
        Ok(Registration {
            local: address(&self.local)?,
            remote: address(&self.remote)?,
            connection: small(self.connection)?,
            expires_at: Timestamp::from_ms(self.expires_at),
            reg_id: self.reg_id.map(small).transpose()?,
            q_permille: small(self.q)?,
            path: from_json("registration", &self.path)?,
            cseq: small(self.cseq)?,
            contact: self.contact,
            transport: self.transport,
            instance: self.instance,
            user_agent: self.user_agent,
            call_id: self.call_id,
        })
    }
}

fn address(text: &str) -> Result<SocketAddr> {
    let wrong = |error| StoreError::damaged("registration", error);
    text.parse().map_err(wrong)
}

fn small<T: TryFrom<i64>>(number: i64) -> Result<T>
where
    T::Error: std::fmt::Display,
{
    let wrong = |error| StoreError::damaged("registration", error);
    number.try_into().map_err(wrong)
}
