//! What the tests share: a database, people, and calls told as facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use model::cdr::Cdr;
use model::fact::{CallResult, EndedBy, FactRecord, Offer, Pop, PopCustomer};
use model::{AgentId, CallId, Caller, CustomerId, Fact, OfferId, Timestamp};
use store::{AgentRecord, Database, NewAgent, NewCustomer, NewPassword, NewPhone, Role, Secret};
use ticket::Draft;

use crate::place;
use crate::scratch::Scratch;

/// 2026-11-18T11:06:40Z.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
pub(crate) const MOBILE: &str = "13800001111";
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

pub(crate) fn after(ms: i64) -> Timestamp {
    Timestamp::from_ms(NOW.as_ms() + ms)
}

/// A database of its own, and a folder.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) scratch: Scratch,
    pub(crate) url: String,
    /// The last fact told.
    seq: u64,
}

impl World {
    /// Where tickets begin and change, in a house that says nothing of them; it is in China.
    pub(crate) fn desk(&self) -> store::TicketDesk {
        self.desk_of(ticket::Rules::default())
    }

    /// The same in a house that says this.
    pub(crate) fn desk_of(&self, rules: ticket::Rules) -> store::TicketDesk {
        let (_, rules) = tokio::sync::watch::channel(std::sync::Arc::new(rules));
        store::TicketDesk::new(self.database.clone(), rules, 480)
    }

    pub(crate) async fn new() -> Self {
        let scratch = Scratch::new();
        let url = place::empty(&scratch).await;
        Self::at(url, scratch).await
    }

    /// One whose database may be there.
    pub(crate) async fn at(url: String, scratch: Scratch) -> Self {
        let database = Database::open(&url, "CN").await.unwrap();
        Self {
            database,
            scratch,
            url,
            seq: 0,
        }
    }

    /// Closes the database and opens it again.
    pub(crate) async fn reopen(self) -> Self {
        self.database.close().await;
        let database = Database::open(&self.url, "CN").await.unwrap();
        Self { database, ..self }
    }

    pub(crate) async fn agent(&self, login: &str) -> AgentRecord {
        self.database
            .add_agent(new_agent(login), NOW)
            .await
            .unwrap()
    }

    pub(crate) async fn customer(
        &self,
        name: &str,
        number: &str,
        vip_level: u8,
        owner: Option<AgentId>,
    ) -> CustomerId {
        let customer = NewCustomer {
            name: name.to_owned(),
            phones: vec![phone(number)],
            vip_level,
            owner,
            ..NewCustomer::default()
        };
        let added = self
            .database
            .add_customer(customer, ticket::Actor::System, NOW)
            .await;
        added.unwrap().id
    }

    /// Numbers facts as the log would.
    pub(crate) fn numbered(&mut self, facts: Vec<(Timestamp, Fact)>) -> Vec<FactRecord> {
        let mut records = Vec::new();
        for (at, fact) in facts {
            self.seq += 1;
            let seq = self.seq;
            records.push(FactRecord { seq, at, fact });
        }
        records
    }

    pub(crate) async fn tell(&mut self, facts: Vec<(Timestamp, Fact)>) {
        let records = self.numbered(facts);
        self.database.apply(&records).await.unwrap();
    }

    /// A whole call that `agent` answered and that lasted `talk_ms`.
    pub(crate) async fn call(
        &mut self,
        id: u64,
        number: &str,
        agent: AgentId,
        at: Timestamp,
        talk_ms: i64,
    ) {
        self.tell(answered(id, number, agent, at, talk_ms)).await;
    }
}

pub(crate) fn phone(raw: &str) -> NewPhone {
    NewPhone {
        raw: raw.to_owned(),
        is_certain: true,
        is_shared: false,
    }
}

pub(crate) fn password(word: &str) -> NewPassword {
    with_hash(store::hash_password(word).unwrap())
}

/// `correct horse`, hashed once for all tests.
fn horse() -> NewPassword {
    static HASH: OnceLock<Secret<String>> = OnceLock::new();
    let hash = HASH.get_or_init(|| store::hash_password("correct horse").unwrap());
    with_hash(hash.clone())
}

fn with_hash(password_hash: Secret<String>) -> NewPassword {
    NewPassword {
        password_hash,
        ha1_md5: Secret::new([7; 16]),
        ha1_sha256: Secret::new([9; 32]),
    }
}

pub(crate) fn new_agent(login: &str) -> NewAgent {
    NewAgent {
        login: login.to_owned(),
        name: format!("Agent {login}"),
        locale: "zh-CN".to_owned(),
        queues: vec!["support".into(), "sales".into()],
        skills: BTreeMap::from([("english".to_owned(), 3)]),
        roles: BTreeSet::from([Role::Agent]),
        password: horse(),
    }
}

pub(crate) fn offer(call: u64, agent: AgentId) -> Offer {
    Offer {
        id: OfferId::new(call + 1_000),
        call: CallId::new(call),
        agent,
        queue: Some("support".into()),
    }
}

pub(crate) fn draft(call: u64, agent: AgentId, caller: Caller) -> Draft {
    let pop = Pop {
        direction: "in".to_owned(),
        caller,
        called: "4000".to_owned(),
        waited_s: 3,
        language: "zh-CN".to_owned(),
        path: vec!["menu welcome".to_owned(), "1".to_owned()],
        answers: BTreeMap::new(),
        customer: PopCustomer::Pending,
        queue_name: std::collections::BTreeMap::new(),
        suggestion: "new".to_owned(),
        handed_on: None,
        wrap_up: None,
        survey: false,
        flags: Vec::new(),
    };
    Draft::open(NOW, &offer(call, agent), &pop)
}

pub(crate) fn arrived(id: u64, number: &str) -> Fact {
    Fact::CallArrived {
        call: CallId::new(id),
        caller: Caller::new(number, None),
        called: "4000".to_owned(),
        sip_call_id: format!("{id}@test"),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

pub(crate) fn ended(id: u64, result: CallResult, agent: Option<AgentId>) -> Fact {
    Fact::CallEnded {
        call: CallId::new(id),
        result,
        by: EndedBy::Caller,
        agent,
        answered_late: false,
    }
}

pub(crate) fn answered(
    id: u64,
    number: &str,
    agent: AgentId,
    at: Timestamp,
    talk_ms: i64,
) -> Vec<(Timestamp, Fact)> {
    let later = |ms| Timestamp::from_ms(at.as_ms() + ms);
    vec![
        (at, arrived(id, number)),
        (
            later(1_000),
            Fact::QueueJoined {
                call: CallId::new(id),
                queue: "support".into(),
                position: 1,
                also: Vec::new(),
                regions: Vec::new(),
            },
        ),
        (
            later(5_000),
            Fact::CallConnected {
                offer: offer(id, agent),
                waited_ms: 4_000,
                rang_ms: 2_000,
            },
        ),
        (
            later(5_000 + talk_ms),
            ended(id, CallResult::Answered, Some(agent)),
        ),
    ]
}

/// What the facts alone make of a call.
pub(crate) fn cdr_of(facts: &[(Timestamp, Fact)]) -> Cdr {
    let (at, first) = &facts[0];
    let mut cdr = Cdr::begin(*at, first).unwrap();
    for (at, fact) in &facts[1..] {
        cdr.apply(*at, fact);
    }
    cdr
}

/// Of what was told what happened to tickets, without whom that notifies.
pub(crate) fn of_tickets(mut told: Vec<Fact>) -> Vec<Fact> {
    told.retain(|fact| !matches!(fact, Fact::NotificationCreated(_)));
    told
}
