//! Fills an empty store: the sample, then copies of it in the order in which they would have come; at the end the store makes itself
//! what follows from rows: the terms of names, words of tickets, keys.

use model::Timestamp;
use sqlx::AnyConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use store::{Database, StoreError, TicketDesk};
use ticket::{Day, Number};

use crate::chance::Chance;
use crate::house::{self, END, House, Person};
use crate::keys::Keys;
use crate::mould::{Copy, Mould, Slot};
use crate::sample::Sample;
use crate::ticket_sums;

/// Copies of a mould in one statement.
const AT_ONCE: usize = 50;
/// Things in one transaction.
const IN_ONE: u64 = 20_000;
/// Of the tickets that came last, so large a part is where most open ones are.
const FRESH: u64 = 50;

/// How far it is: what, how many of how many.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

/// Fills it.
pub(crate) async fn fill(url: &str, house: &House, tell: Tell<'_>) -> Result<(), StoreError> {
    let database = Database::open(url, "CN").await?;
    let mut conn = AnyConnection::connect(url).await?;
    let sample = Sample::write(&database, &mut conn, house.agents).await?;
    let facts = database.applied_seq().await?;
    // Nobody has told yet what the tickets of the sample did; that is none of the house's past.
    statement(&mut conn, "DELETE FROM ticket_outbox").await?;
    let mut keys = Keys::take(&mut conn).await?;
    let mut hand = Hand::new(house, &sample, conn, facts).await?;
    hand.customers(tell).await?;
    hand.calls(tell).await?;
    hand.quarters(tell).await?;
    hand.tickets(tell).await?;
    keys.put_back(&mut hand.conn, tell).await?;
    let mut conn = hand.end().await?;
    database.close().await;
    finish(url, house, tell).await?;
    keys.make(&mut conn, tell).await?;
    // What the server does by itself after a while; of SQLite nobody asks it.
    if conn.backend_name() == "PostgreSQL" {
        statement(&mut conn, "ANALYZE").await?;
    }
    Ok(conn.close().await?)
}

/// What the store makes of rows by itself, and the sums of tickets: in a house that an earlier program filled, what it lacks.
pub(crate) async fn finish(url: &str, house: &House, tell: Tell<'_>) -> Result<(), StoreError> {
    // What customers are found by is made as the store opens.
    tell("names", 0, 1);
    let database = Database::open(url, "CN").await?;
    let (_, rules) = tokio::sync::watch::channel(std::sync::Arc::new(House::rules()));
    let desk = TicketDesk::new(database.clone(), rules, 480);
    let mut done = 0;
    while database.index_step(INDEXED).await? {
        done += u64::from(INDEXED);
        tell("words", done, house.tickets);
    }
    tell("keys", 0, 1);
    while desk.renew_keys(END).await? {}
    database.close().await;
    let mut conn = AnyConnection::connect(url).await?;
    ticket_sums::lay(&mut conn, house, tell).await?;
    // What the server does by itself after a while; of SQLite nobody asks it.
    if conn.backend_name() == "PostgreSQL" {
        statement(&mut conn, "ANALYZE").await?;
    }
    Ok(conn.close().await?)
}

/// Tickets whose words are written at once.
const INDEXED: u32 = 10_000;

struct Hand<'a> {
    house: &'a House,
    sample: &'a Sample,
    conn: AnyConnection,
    is_file: bool,
    waiting: Vec<Vec<Copy>>,
    /// The ids of customers and of calls.
    customers: Vec<u64>,
    calls: Vec<u64>,
    last_id: u64,
    facts: u64,
}

async fn statement(conn: &mut AnyConnection, text: &'static str) -> sqlx::Result<()> {
    sqlx::raw_sql(text).execute(conn).await?;
    Ok(())
}

impl<'a> Hand<'a> {
    async fn new(
        house: &'a House,
        sample: &'a Sample,
        mut conn: AnyConnection,
        facts: u64,
    ) -> sqlx::Result<Self> {
        let is_file = conn.backend_name() == "SQLite";
        let quick = match is_file {
            true => {
                "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA foreign_keys = OFF"
            }
            false => "SET synchronous_commit = off",
        };
        statement(&mut conn, quick).await?;
        Ok(Self {
            house,
            sample,
            conn,
            is_file,
            waiting: Vec::new(),
            customers: Vec::new(),
            calls: Vec::new(),
            last_id: 0,
            facts,
        })
    }

    /// An id of that moment that nothing else has: of a machine of its own.
    fn id(&mut self, at: Timestamp) -> u64 {
        const NODE: u64 = 1 << 12;
        self.last_id = (self.last_id + 1).max(model::id::least_of(at.into()) | NODE);
        self.last_id
    }

    async fn begin(&mut self) -> sqlx::Result<()> {
        let begin = if self.is_file {
            "BEGIN IMMEDIATE"
        } else {
            "BEGIN"
        };
        statement(&mut self.conn, begin).await
    }

    async fn commit(&mut self) -> sqlx::Result<()> {
        statement(&mut self.conn, "COMMIT").await
    }

    /// Lays a copy beside others of its mould, and writes them once they are enough.
    async fn lay(
        &mut self,
        moulds: &'a [Mould],
        which: usize,
        copy: Copy,
        is_whole: bool,
    ) -> sqlx::Result<()> {
        self.waiting
            .resize_with(self.waiting.len().max(moulds.len()), Vec::new);
        let (Some(copies), Some(mould)) = (self.waiting.get_mut(which), moulds.get(which)) else {
            return Ok(());
        };
        copies.push(copy);
        if copies.len() < AT_ONCE {
            return Ok(());
        }
        let copies = std::mem::take(copies);
        self.write(mould, &copies, is_whole).await
    }

    async fn write(&mut self, mould: &Mould, copies: &[Copy], is_whole: bool) -> sqlx::Result<()> {
        if copies.is_empty() {
            return Ok(());
        }
        for table in &mould.tables {
            if is_whole || !table.is_of_each_step() {
                table.write(&mut self.conn, copies).await?;
            }
        }
        Ok(())
    }

    /// Writes those that are too few for a statement of their own.
    async fn rest(&mut self, moulds: &'a [Mould], is_whole: bool) -> sqlx::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        for (mould, copies) in moulds.iter().zip(&waiting) {
            self.write(mould, copies, is_whole).await?;
        }
        Ok(())
    }

    async fn customers(&mut self, tell: Tell<'_>) -> sqlx::Result<()> {
        let (many, moulds) = (
            self.house.customers,
            std::slice::from_ref(&self.sample.customer),
        );
        self.begin().await?;
        for index in 0..many {
            let at = House::at(index, many);
            let id = self.id(at);
            self.customers.push(id);
            let mut copy = Copy::new(at, 0);
            copy.set(Slot::Own, id.to_string());
            copy.set(Slot::Name, self.house.name_of(index));
            set_phone(&mut copy, Person::Customer(index));
            self.lay(moulds, 0, copy, true).await?;
            if index % IN_ONE == IN_ONE - 1 {
                tell("customers", index, many);
                self.commit().await?;
                self.begin().await?;
            }
        }
        self.rest(moulds, true).await?;
        self.commit().await
    }

    async fn calls(&mut self, tell: Tell<'_>) -> sqlx::Result<()> {
        let (many, moulds) = (self.house.calls, self.sample.calls.as_slice());
        self.begin().await?;
        for index in 0..many {
            let with_facts = index + self.house.calls_with_facts >= many;
            if index + self.house.calls_with_facts == many {
                self.rest(moulds, false).await?;
            }
            let at = House::at(index, many);
            let mut chance = Chance::new(self.house.seed, index << 3 | 2);
            let person = self.house.person_of_call(index);
            let which = match (person, chance.below(10)) {
                (Person::Customer(_), 0) => 2,
                (Person::Customer(_), _) => 0,
                (Person::Stranger(_), 0..=3) => 3,
                (Person::Stranger(_), _) => 1,
            };
            let id = self.id(at);
            self.calls.push(id);
            let mut copy = Copy::new(at, big(self.facts) + 1);
            if with_facts {
                self.facts += moulds.get(which).map_or(0, |it| it.facts().unsigned_abs());
            }
            copy.set(Slot::Own, id.to_string());
            copy.set(Slot::Queue, house::queue(chance.skewed(house::QUEUES)));
            self.set_people(&mut copy, person, &mut chance);
            self.lay(moulds, which, copy, with_facts).await?;
            if index % IN_ONE == IN_ONE - 1 {
                tell("calls", index, many);
                self.commit().await?;
                self.begin().await?;
            }
        }
        self.rest(moulds, self.house.calls_with_facts > 0).await?;
        let text = format!(
            "UPDATE projection SET seq = {} WHERE name = 'calls'",
            self.facts
        );
        sqlx::raw_sql(AssertSqlSafe(text))
            .execute(&mut self.conn)
            .await?;
        self.commit().await
    }

    async fn tickets(&mut self, tell: Tell<'_>) -> sqlx::Result<()> {
        let sample = self.sample;
        let many = self.house.tickets;
        let (mut day, mut serial) = (None, 0);
        let fresh = many - many / FRESH;
        for (moulds, is_open) in [(&sample.ended, false), (&sample.open, true)] {
            self.last_id = 0;
            let mut was_whole = false;
            self.begin().await?;
            for index in 0..many {
                let at = House::at(index, many);
                let today = Day::of(at, 480);
                serial = if day == Some(today) { serial + 1 } else { 1 };
                day = Some(today);
                let id = self.id(at);
                let mut chance = Chance::new(self.house.seed, index << 3 | 3);
                // Four of five that came lately are open, and one of 250 of those before.
                let lot = chance.below(1_000);
                if is_open != (lot < if index >= fresh { 800 } else { 4 }) {
                    continue;
                }
                let copy = self.ticket(index, id, Number::new(today, serial), &mut chance);
                let which = chance.skewed(moulds.len() as u64) as usize;
                let is_whole = many - index <= self.house.tickets_with_entries;
                if is_whole && !was_whole {
                    self.rest(moulds, false).await?;
                }
                was_whole = is_whole;
                self.lay(moulds, which, copy, is_whole).await?;
                if index % IN_ONE == IN_ONE - 1 {
                    tell(
                        if is_open { "open tickets" } else { "tickets" },
                        index,
                        many,
                    );
                    self.commit().await?;
                    self.begin().await?;
                }
            }
            self.rest(moulds, true).await?;
            self.commit().await?;
        }
        Ok(())
    }

    fn ticket(&self, index: u64, id: u64, number: Number, chance: &mut Chance) -> Copy {
        let call = self.house.call_of_ticket(index);
        let mut copy = Copy::new(House::at(index, self.house.tickets), 0);
        copy.set(Slot::Own, id.to_string());
        copy.set(Slot::Number, number.digits());
        let id_of_call = self.calls.get(call as usize).copied().unwrap_or_default();
        copy.set(Slot::Call, id_of_call.to_string());
        self.set_people(&mut copy, self.house.person_of_call(call), chance);
        copy.set(Slot::Queue, house::queue(chance.skewed(house::QUEUES)));
        copy.set(Slot::Group, house::group(chance.skewed(house::GROUPS)));
        copy.set(
            Slot::Category,
            house::category(chance.skewed(house::CATEGORIES)),
        );
        copy.set(Slot::Subject, house::subject(chance));
        copy.set(Slot::Body, house::body(chance));
        copy.set(Slot::Party, house::party(chance));
        copy
    }

    fn set_people(&self, copy: &mut Copy, person: Person, chance: &mut Chance) {
        set_phone(copy, person);
        if let Person::Customer(index) = person {
            let id = self.customers.get(index as usize).copied();
            copy.set(Slot::Customer, id.unwrap_or_default().to_string());
            copy.set(Slot::Name, self.house.name_of(index));
        } else {
            // A ticket of a stranger is of whoever he turned out to be.
            let index = chance.skewed(self.house.customers);
            let id = self.customers.get(index as usize).copied();
            copy.set(Slot::Customer, id.unwrap_or_default().to_string());
            copy.set(Slot::Name, self.house.name_of(index));
        }
        let agents = &self.sample.agents;
        for slot in [Slot::Agent, Slot::Colleague] {
            let index = chance.below(agents.len() as u64) as usize;
            let id = agents.get(index).map_or(0, |agent| agent.get());
            copy.set(slot, id.to_string());
        }
    }

    /// The sums of the last days, those of each queue and of two of three agents.
    async fn quarters(&mut self, tell: Tell<'_>) -> sqlx::Result<()> {
        let moulds = self.sample.quarters.as_slice();
        for day in 0..self.house.days_of_sums {
            tell("sums", day, self.house.days_of_sums);
            self.begin().await?;
            for place in 0..house::QUARTERS {
                let at = House::quarter(day, place);
                let is_block = at.as_ms() % house::BLOCK_MS == 0;
                let kinds = if is_block { &[0, 2][..] } else { &[0] };
                for kind in kinds {
                    self.sums(*kind, at, day).await?;
                }
            }
            self.rest(moulds, true).await?;
            self.commit().await?;
        }
        Ok(())
    }

    /// Of each queue by one mould, of agents by the next.
    async fn sums(&mut self, mould: usize, at: Timestamp, day: u64) -> sqlx::Result<()> {
        let moulds = self.sample.quarters.as_slice();
        for queue in 0..house::QUEUES {
            let mut copy = Copy::new(at, 0);
            copy.set(Slot::Queue, house::queue(queue));
            self.lay(moulds, mould, copy, true).await?;
        }
        for (index, agent) in (0..).zip(&self.sample.agents) {
            if (index + day).is_multiple_of(3) {
                continue;
            }
            let mut copy = Copy::new(at, 0);
            copy.set(Slot::Queue, house::queue(index % house::QUEUES));
            copy.set(Slot::Agent, agent.to_string());
            self.lay(moulds, mould + 1, copy, true).await?;
        }
        Ok(())
    }

    async fn end(mut self) -> sqlx::Result<AnyConnection> {
        let text = "DELETE FROM projection WHERE name = 'customer_index'";
        statement(&mut self.conn, text).await?;
        Ok(self.conn)
    }
}

fn set_phone(copy: &mut Copy, person: Person) {
    let phone = person.phone();
    let tail: String = phone.chars().rev().collect();
    copy.set(Slot::Phone, phone);
    copy.set(Slot::Tail, tail);
}

fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
