//! kill -9 in the middle of writing tickets: what was acknowledged stands, nothing stands by half, and what was not told is told.
//!
//! The writer is this test's own program, run again as a process of its own and killed at a moment that nobody chose.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command as Program, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use model::{AgentId, TicketId, Timestamp};
use store::{Command, Database, NewTicket, TicketDesk, TicketFilter};
use ticket::{Actor, By, Contact, Matter, Order, Ticket};

use crate::world::World;

/// Tells the child where the database is.
const URL: &str = "TRUNKLINE_TEST_WRITES_TO";
/// Who the child is, of two.
const TEST: &str = "kills::nothing_that_was_acknowledged_is_lost_by_a_kill";
const ROUNDS: usize = 50;
/// Acknowledged writes after which a round ends, about.
const WRITES: usize = 24;
/// Tasks that write at once.
const CROWD: u64 = 4;

fn matter(subject: String) -> Matter {
    Matter {
        subject,
        contact: Contact {
            number: Some("13800001111".to_owned()),
            ..Contact::default()
        },
        ..Matter::default()
    }
}

/// Enters tickets and adds to them for ever; a line for each write that is acknowledged: the ticket and its version.
async fn write(url: &str) {
    let database = Database::open(url, "CN").await.unwrap();
    let desk = TicketDesk::standard(database);
    let mut writers = tokio::task::JoinSet::new();
    for who in 1..=CROWD {
        let desk = desk.clone();
        writers.spawn(async move {
            let agent = Actor::Agent(AgentId::new(who));
            let by = || By {
                actor: agent,
                rights: [ticket::handling::Role::Agent].into(),
            };
            loop {
                let new = NewTicket {
                    matter: matter(format!("by {who}")),
                    ..NewTicket::default()
                };
                let entered = desk.enter(new, agent, clock()).await.unwrap().ticket;
                say(&entered);
                for text in ["one", "two"] {
                    let text = text.to_owned();
                    let worked = desk.order(Command {
                        ticket: entered.id,
                        version: None,
                        order: Order::Append { text },
                        by: by(),
                        at: clock(),
                    });
                    say(&worked.await.unwrap().ticket);
                }
            }
        });
    }
    writers.join_all().await;
}

/// Each process begins later than the one before, as in a house: ids hang on it.
fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().into()
}

fn say(ticket: &Ticket) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "stands {} {}", ticket.id, ticket.version).unwrap();
    out.flush().unwrap();
}

/// Runs the writer until it has acknowledged so many writes, kills it, and gives the last version of each ticket it spoke of.
fn killed_after(url: &str, writes: usize) -> BTreeMap<TicketId, u64> {
    let mut child = Program::new(std::env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture", "--test-threads=1"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut acknowledged = BTreeMap::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut left = writes;
    for line in lines.map_while(Result::ok) {
        // The harness may have begun the line.
        let Some((_, told)) = line.split_once("stands ") else {
            continue;
        };
        let (id, version) = told.split_once(' ').unwrap();
        acknowledged.insert(id.parse().unwrap(), version.parse().unwrap());
        left = left.saturating_sub(1);
        if left == 0 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert_eq!(left, 0, "the writer ended by itself");
    acknowledged
}

/// Each ticket is what its timeline says, and has each of its facts in the outbox, for none was told.
async fn stands_whole(database: &Database, acknowledged: &BTreeMap<TicketId, u64>) -> usize {
    let (mut after, mut seen) = (None, 0);
    let mut untold: BTreeMap<TicketId, u64> = BTreeMap::new();
    let mut last = None;
    loop {
        let page = database.untold(last).await.unwrap();
        for one in &page {
            *untold.entry(one.ticket).or_default() += 1;
        }
        let Some(end) = page.last() else { break };
        last = Some((end.ticket, end.entry));
    }
    loop {
        let page = database
            .tickets(&TicketFilter::default(), after, 200)
            .await
            .unwrap();
        for ticket in page.items {
            let entries = database.ticket_entries(ticket.id).await.unwrap();
            assert_eq!(untold.get(&ticket.id).copied(), Some(entries.len() as u64));
            let replayed = Ticket::replay(ticket.id, ticket.number.clone(), &entries).unwrap();
            assert_eq!(replayed, ticket, "nothing stands by half");
            if let Some(version) = acknowledged.get(&ticket.id) {
                assert!(
                    ticket.version >= *version,
                    "{} was {version}",
                    ticket.version
                );
                seen += 1;
            }
        }
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_by_a_kill() {
    if let Ok(url) = std::env::var(URL) {
        return write(&url).await;
    }
    let world = World::new().await;
    let World { database, url, .. } = &world;
    database.clone().close().await;
    let mut acknowledged = BTreeMap::new();
    for round in 0..ROUNDS {
        acknowledged.extend(killed_after(url, WRITES + round % 7));
    }
    let database = Database::open(url, "CN").await.unwrap();
    let seen = stands_whole(&database, &acknowledged).await;
    assert_eq!(
        seen,
        acknowledged.len(),
        "all that was acknowledged is there"
    );
    let report = database.verify_audit(None).await.unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}
