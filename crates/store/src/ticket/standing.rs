//! How a ticket stands, for who asks by telephone (查询进度, X11): by its number or by a telephone number.
//!
//! One that went into another is told as the one that goes on (M5). A sensitive one is there for nobody who has not its PIN, and those about
//! how an agent has served for nobody at all. What is read is bounded, so that a switchboard's number is answered as quickly as any.

use ::ticket::{Number, Ticket};
use model::{CallId, TicketId, Timestamp};

use super::pin::{COMPARED, Try, hashes};
use super::row::{Row, select};
use super::{survivor, ticket};
use crate::Database;
use crate::column::count;
use crate::database::Connection;
use crate::error::Result;
use crate::secret::Secret;

/// The newest open tickets of a number that are looked at.
const OPEN_MAX: i64 = 20;
/// Its newest others, among which those are looked for that went into another.
const ENDED_MAX: i64 = 200;

/// What somebody asks, and who.
#[derive(Clone, Debug)]
pub struct StandingAsked {
    /// A ticket's number or a telephone number, in any spelling; empty finds nothing.
    pub number: String,
    /// What he has keyed in for a PIN.
    pub pin: Option<Secret<String>>,
    /// His own number; empty where it was withheld.
    pub caller: String,
    /// His call.
    pub call: CallId,
    /// When.
    pub at: Timestamp,
}

/// What he is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stood {
    /// How it stands.
    Found(Box<Standing>),
    /// There is none, or none without a PIN.
    None,
    /// The PIN opens none of them.
    WrongPin,
    /// There were too many tries; nothing was compared.
    Locked,
}

/// A ticket that is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The one that goes on.
    pub ticket: Ticket,
    /// The one that was asked for, where it went into that.
    pub merged_from: Option<Number>,
}

/// One that was found.
struct Found {
    own: TicketId,
    number: Number,
    goes_on: Ticket,
}

impl Database {
    /// X11: how a ticket stands: the one of this number in whatever state it is, else the newest open one of this telephone number.
    pub async fn ticket_standing(&self, asked: StandingAsked) -> Result<Stood> {
        let mut conn = self.readers().acquire().await?;
        let key = self.plan().key(&asked.number).key;
        let named = named(&mut conn, &asked.number).await?;
        let is_named = named.is_some();
        let (found, what) = match named {
            Some(named) => {
                let digits = named.number.digits().to_owned();
                (vec![named], digits)
            }
            None if key.is_empty() => return Ok(Stood::None),
            None => (of_phone(&mut conn, &key).await?, key),
        };
        let open = |it: &Found| !it.goes_on.handling.is_sensitive();
        let Some(pin) = asked.pin else {
            let first = found.into_iter().find(open);
            return Ok(first.map_or(Stood::None, Found::stood));
        };
        // What needs no PIN is told to who asks for it by its own number, with whatever he has keyed in besides.
        if let Some(first) = found.iter().position(open).filter(|_| is_named) {
            let first = found.into_iter().nth(first);
            return Ok(first.map_or(Stood::None, Found::stood));
        }
        let mut sensitive: Vec<Found> = found.into_iter().filter(|it| !open(it)).collect();
        sensitive.truncate(COMPARED);
        let mut doors = Vec::new();
        for one in &sensitive {
            let mut ids = vec![one.own, one.goes_on.id];
            ids.dedup();
            doors.push(hashes(&mut conn, &ids).await?);
        }
        drop(conn);
        let caller = self.plan().key(&asked.caller).key;
        let one = Try {
            call: asked.call,
            asked: what,
            caller,
            at: asked.at,
        };
        Ok(match self.try_pin(one, pin, doors).await? {
            None => Stood::Locked,
            Some(door) => {
                let opened = door.and_then(|door| sensitive.into_iter().nth(door));
                opened.map_or(Stood::WrongPin, Found::stood)
            }
        })
    }
}

impl Found {
    fn stood(self) -> Stood {
        let is_own = self.own == self.goes_on.id;
        Stood::Found(Box::new(Standing {
            ticket: self.goes_on,
            merged_from: (!is_own).then_some(self.number),
        }))
    }
}

/// The ticket that goes on for the one of that number, itself where it goes on (M5).
pub(crate) async fn goes_on_for(conn: &mut Connection, number: &Number) -> Result<Option<Ticket>> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT id FROM ticket WHERE number = $1")
        .bind(number.digits())
        .fetch_optional(&mut *conn)
        .await?;
    match row {
        Some((id,)) => survivor(conn, TicketId::new(count(id))).await,
        None => Ok(None),
    }
}

/// The ticket of that number, whatever its state.
async fn named(conn: &mut Connection, number: &str) -> Result<Option<Found>> {
    let Ok(number) = number.parse::<Number>() else {
        return Ok(None);
    };
    let mut query = select();
    query
        .push(" WHERE t.number = ")
        .push_bind(number.digits().to_owned());
    let row: Option<Row> = query.build_query_as().fetch_optional(&mut *conn).await?;
    match row {
        Some(row) => going_on(conn, row.ticket()?).await,
        None => Ok(None),
    }
}

/// Those of a telephone number that are open, newest first; where one went into another, that one is.
async fn of_phone(conn: &mut Connection, key: &str) -> Result<Vec<Found>> {
    let open: Vec<(i64,)> = sqlx::query_as(
        "SELECT id FROM ticket WHERE contact_key = $1 AND is_open = 1 ORDER BY id DESC LIMIT $2",
    )
    .bind(key)
    .bind(OPEN_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let merged: Vec<(i64,)> = sqlx::query_as(
        "SELECT id FROM (SELECT id, merged_into FROM ticket WHERE contact_key = $1 AND is_open = 0 ORDER BY id DESC LIMIT $2) AS ended
         WHERE merged_into IS NOT NULL ORDER BY id DESC LIMIT $3",
    )
    .bind(key)
    .bind(ENDED_MAX)
    .bind(OPEN_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let mut ids: Vec<i64> = open.into_iter().chain(merged).map(|(id,)| id).collect();
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let mut found: Vec<Found> = Vec::new();
    for id in ids {
        let Some(own) = ticket(conn, TicketId::new(count(id))).await? else {
            continue;
        };
        let goes_on = going_on(conn, own).await?;
        let is_open = |it: &Found| it.goes_on.handling.state.is_open();
        found.extend(goes_on.filter(is_open));
    }
    Ok(found)
}

/// A ticket with the one that goes on for it (M5); nobody is told of one about how an agent has served (J3).
async fn going_on(conn: &mut Connection, own: Ticket) -> Result<Option<Found>> {
    let goes_on = survivor(conn, own.id).await?;
    let is_told = |it: &Ticket| !it.matter.for_leads && !own.matter.for_leads;
    Ok(goes_on.filter(is_told).map(|goes_on| Found {
        own: own.id,
        number: own.number,
        goes_on,
    }))
}
