//! The house of ten million calls at a small size: what the bench `volume` writes is what the store writes, and each of its questions finds
//! something where it should.

use model::fact::FactRecord;
use model::{Caller, Cdr};
use sqlx::{AnyConnection, Connection as _};
use store::{CallFilter, CustomerSearch, Database, PageRequest, Suspect, TicketDesk, TicketFilter};
use ticket::Ticket;

use crate::fill::fill;
use crate::house::{END, House, Person};
use crate::measure::{Figure, measure};
use crate::place;
use crate::scratch::Scratch;

const HOUSE: House = House {
    seed: 7,
    calls: 700,
    tickets: 400,
    customers: 60,
    agents: 12,
    calls_with_facts: 150,
    tickets_with_entries: 300,
    days_of_sums: 2,
};

/// Questions that find something whomever they are about.
const HAS_SOME: [&str; 19] = [
    "duplicates: key and likeness",
    "report: the sums of queues in a month",
    "report: the sums of agents in a month, by day",
    "report: the sums of agents in a month, in one",
    "customer: his timeline",
    "customers: by name",
    "customers: by a number",
    "calls: all",
    "calls: abandoned",
    "tickets: the newest",
    "tickets: what is due next",
    "tickets: open",
    "tickets: ended",
    "tickets: of a customer",
    "tickets: of a call",
    "tickets: of a type",
    "tickets: of a number",
    "search: a common word, ever",
    "search: a word of Latin letters, ever",
];

async fn filled(scratch: &Scratch) -> String {
    let url = place::empty(scratch).await;
    fill(&url, &HOUSE, &mut |_, _, _| {}).await.unwrap();
    url
}

/// All of a list, page by page.
async fn all_tickets(database: &Database) -> Vec<Ticket> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let listed = database.tickets(&TicketFilter::default(), after, 200).await;
        let listed = listed.unwrap();
        found.extend(listed.items);
        after = listed.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn tickets_are_what_their_timelines_tell(database: &Database) {
    let tickets = all_tickets(database).await;
    // Those of the sample stand beside them.
    assert_eq!(tickets.len(), HOUSE.tickets as usize + 7);
    let (mut open, mut bare) = (0, 0);
    for stands in tickets {
        let entries = database.ticket_entries(stands.id).await.unwrap();
        if entries.is_empty() {
            bare += 1;
            continue;
        }
        let replayed = Ticket::replay(stands.id, stands.number.clone(), &entries);
        open += usize::from(stands.state().is_open());
        let call = database.call(stands.source_call.unwrap()).await.unwrap();
        let (queue, customer) = (stands.matter.queue.clone(), stands.matter.customer);
        assert_eq!(replayed.as_ref(), Some(&stands), "property d");
        assert!(call.is_some() && queue.is_some() && customer.is_some());
    }
    assert_eq!(bare, HOUSE.tickets - HOUSE.tickets_with_entries);
    assert!((6..60).contains(&open), "{open}");
    let dups = TicketDesk::new(
        database.clone(),
        tokio::sync::watch::channel(std::sync::Arc::new(House::rules())).1,
        480,
    );
    let known = all_tickets(database).await;
    let suspect = Suspect {
        matter: known[30].matter.clone(),
        own: None,
    };
    let found = dups
        .duplicates(suspect, None, PageRequest::default(), END)
        .await;
    assert!(found.unwrap().hard > 0, "the keys are there");
}

async fn calls_are_what_their_facts_tell(database: &Database) {
    let (mut calls, mut page) = (
        0,
        PageRequest {
            after: None,
            limit: 200,
        },
    );
    let (mut with_facts, mut last) = (0, 0);
    loop {
        let listed = database.calls(&CallFilter::default(), page).await.unwrap();
        for cdr in listed.items {
            calls += 1;
            let facts: Vec<FactRecord> = database.timeline(cdr.call).await.unwrap();
            let Some((first, rest)) = facts.split_first() else {
                continue;
            };
            let mut told = Cdr::begin(first.at, &first.fact).unwrap();
            rest.iter().for_each(|it| told.apply(it.at, &it.fact));
            assert_eq!(told, cdr);
            with_facts += 1;
            last = last.max(facts.last().unwrap().seq);
        }
        let Some(next) = listed.next else { break };
        page.after = Some(next);
    }
    assert_eq!(
        (calls, with_facts),
        (HOUSE.calls + 4, HOUSE.calls_with_facts + 4)
    );
    assert_eq!(
        database.applied_seq().await.unwrap(),
        last,
        "facts go on from there"
    );
}

async fn customers_are_found_and_known_when_they_call(database: &Database) {
    let phone = Person::Customer(0).phone();
    let profile = database
        .profile(&Caller::new(&phone, None), END)
        .await
        .unwrap();
    let sole = profile.sole().unwrap();
    assert_eq!(sole.name, HOUSE.name_of(0));
    assert!(!profile.last_calls.is_empty());
    for text in [HOUSE.name_of(0), phone] {
        let search = CustomerSearch {
            text: Some(text.clone()),
            ..CustomerSearch::default()
        };
        let found = database.customers(
            &search,
            PageRequest {
                after: None,
                limit: 200,
            },
        );
        let found = found.await.unwrap().items;
        assert!(found.iter().any(|it| it.id == sole.customer), "{text}");
    }
}

async fn each_question_is_asked_of_what_is_there(url: &str) {
    let mut told = Vec::new();
    let figures = measure(url, &HOUSE, 4, |it: &Figure| told.push(it.to_string()));
    let figures = figures.await.unwrap();
    assert_eq!(figures.len(), told.len());
    for figure in figures {
        let Figure {
            name,
            rows,
            p50_ms,
            p99_ms,
            ..
        } = &figure;
        assert!(0.0 < *p50_ms && p50_ms <= p99_ms, "{figure}");
        if HAS_SOME.contains(&name.as_str()) {
            assert!(*rows > 0, "{name}");
        }
        if ["nowhere", "none"].iter().any(|it| name.contains(it)) {
            assert_eq!(*rows, 0, "{name}");
        }
    }
}

#[tokio::test]
async fn the_volume_is_what_the_store_writes_and_the_same_seed_is_the_same_house() {
    let (one, other) = (Scratch::new(), Scratch::new());
    let mut told = Vec::new();
    let mut urls = Vec::new();
    for scratch in [&one, &other] {
        let url = filled(scratch).await;
        let mut conn = AnyConnection::connect(&url).await.unwrap();
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT id, number, subject, contact_key FROM ticket WHERE queue <> 'samplequeue' ORDER BY id",
        )
        .fetch_all(&mut conn)
        .await
        .unwrap();
        assert_eq!(rows.len(), HOUSE.tickets as usize);
        told.push(rows);
        urls.push(url);
    }
    assert_eq!(told[0], told[1]);
    let database = Database::open(&urls[0], "CN").await.unwrap();
    tickets_are_what_their_timelines_tell(&database).await;
    calls_are_what_their_facts_tell(&database).await;
    customers_are_found_and_known_when_they_call(&database).await;
    each_question_is_asked_of_what_is_there(&urls[0]).await;
}
