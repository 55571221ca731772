//! The sample: agents, and one call, ticket or customer of each kind, written by the store's own functions; and the moulds that are read
//! from what they wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::agent_state::AgentState;
use model::fact::{CallResult, EndedBy, FactRecord, Offer};
use model::profile::{Candidate, KNOWN};
use model::{AgentId, CallId, Caller, CustomerId, Fact, OfferId, Profile, TicketId, Timestamp};
use sqlx::AnyConnection;
use store::{
    Command, Database, NewAgent, NewCustomer, NewPassword, NewPhone, NewTicket, Secret, StoreError,
    TicketDesk,
};
use ticket::duplicate::Choice;
use ticket::handling::{PauseReason, Role};
use ticket::{Actor, By, Contact, Matter, Order, Refused};

use crate::house::{self, END};
use crate::mould::{Mould, Pattern, Slot};

const QUEUE: &str = "samplequeue";
const GROUP: &str = "samplegroup";
const CATEGORY: &str = "samplematter";
const SUBJECT: &str = "样题甲乙丙";
const BODY: &str = "样文丁戊己";
const PARTY: &str = "样店庚辛壬";
const NAME: &str = "样名";
const PHONE: &str = "13977778888";
const CALL: u64 = 777_777_777_777_777_700;

const OF_TICKET: [(&str, &str); 4] = [
    ("ticket", "id"),
    ("ticket_event", "ticket_id"),
    ("ticket_call", "ticket_id"),
    ("ticket_watcher", "ticket_id"),
];
const OF_CALL: [(&str, &str); 3] = [
    ("call_record", "id"),
    ("call_part", "call_id"),
    ("call_event", "call_id"),
];
const OF_QUEUE: [(&str, &str); 1] = [("rollup_queue", "bucket_at")];
const OF_AGENT: [(&str, &str); 2] = [("rollup_agent", "bucket_at"), ("rollup_state", "bucket_at")];
const OF_QUEUE_BLOCK: [(&str, &str); 1] = [("rollup_queue_block", "bucket_at")];
const OF_AGENT_BLOCK: [(&str, &str); 2] = [
    ("rollup_agent_block", "bucket_at"),
    ("rollup_state_block", "bucket_at"),
];
const OF_CUSTOMER: [(&str, &str); 2] = [("customer", "id"), ("customer_number", "customer_id")];

/// All that copies are made of.
pub(crate) struct Sample {
    pub(crate) agents: Vec<AgentId>,
    /// Answered, of a customer, of a stranger; abandoned; served by the script.
    pub(crate) calls: Vec<Mould>,
    /// Tickets that somebody has to work on.
    pub(crate) open: Vec<Mould>,
    /// Tickets that are done.
    pub(crate) ended: Vec<Mould>,
    pub(crate) customer: Mould,
    /// The sums of a quarter of an hour, a queue's and an agent's; the same of four hours.
    pub(crate) quarters: Vec<Mould>,
}

/// Who and what the sample is of.
struct Writer<'a> {
    database: &'a Database,
    desk: TicketDesk,
    agent: AgentId,
    colleague: AgentId,
    customer: CustomerId,
}

impl Sample {
    /// Writes it into an empty house of so many agents.
    pub(crate) async fn write(
        database: &Database,
        conn: &mut AnyConnection,
        many: u64,
    ) -> Result<Self, StoreError> {
        let agents = agents(database, many).await?;
        let [agent, colleague, ..] = agents.as_slice() else {
            return Err(StoreError::NotFound("agent"));
        };
        let (_, rules) =
            tokio::sync::watch::channel(Arc::new(house::House::rules_of_sample(GROUP)));
        let writer = Writer {
            database,
            desk: TicketDesk::new(database.clone(), rules, 480),
            agent: *agent,
            colleague: *colleague,
            customer: customer(database).await?,
        };
        let calls = writer.calls(conn).await?;
        let append = || Order::Append {
            text: format!("{BODY}，已联系"),
        };
        let resolve = || Order::Resolve {
            solution: "已远程处理，恢复正常".to_owned(),
        };
        let pend = || Order::Pend {
            reason: PauseReason::Appointment,
            resume_at: Timestamp::from_ms(END.as_ms() + house::DAY_MS),
        };
        let open = [
            vec![],
            vec![Order::Claim, append()],
            vec![Order::Claim, pend()],
            vec![Order::Claim, append(), Order::Track { on: true }],
        ];
        let ended = [
            vec![Order::Claim, append(), resolve(), Order::Confirm],
            vec![Order::Claim, resolve(), Order::Confirm],
            vec![Order::Claim, append(), append(), resolve(), Order::Confirm],
        ];
        let pattern = writer.pattern(0);
        let customer = Mould::read(conn, &OF_CUSTOMER, writer.customer.get(), &pattern).await?;
        Ok(Self {
            calls,
            open: writer.tickets(conn, open).await?,
            ended: writer.tickets(conn, ended).await?,
            customer,
            quarters: writer.quarters(conn).await?,
            agents,
        })
    }
}

async fn agents(database: &Database, many: u64) -> Result<Vec<AgentId>, StoreError> {
    let hash = store::hash_password("nobody signs in")?;
    let mut agents = Vec::new();
    for index in 0..many {
        let new = NewAgent {
            login: (10_000 + index).to_string(),
            name: format!("坐席{index:03}"),
            locale: "zh-CN".to_owned(),
            queues: vec![house::queue(index % house::QUEUES).as_str().into()],
            skills: BTreeMap::new(),
            roles: BTreeSet::from([store::Role::Agent]),
            password: NewPassword {
                password_hash: hash.clone(),
                ha1_md5: Secret::new([7; 16]),
                ha1_sha256: Secret::new([9; 32]),
            },
        };
        let agent = database.add_agent(new, END).await?.id;
        let mut groups = vec![house::group(index % house::GROUPS)];
        // The first two are those of the sample.
        groups.extend((index < 2).then(|| GROUP.to_owned()));
        let groups = groups.iter().map(|name| name.parse());
        let groups = groups.collect::<Result<Vec<_>, _>>();
        let groups = groups.map_err(|error| StoreError::Setting(format!("{error:?}")))?;
        database
            .set_groups(agent, groups, Actor::System, END)
            .await?;
        agents.push(agent);
    }
    Ok(agents)
}

async fn customer(database: &Database) -> Result<CustomerId, StoreError> {
    let new = NewCustomer {
        name: NAME.to_owned(),
        phones: vec![NewPhone {
            raw: PHONE.to_owned(),
            is_certain: true,
            is_shared: false,
        }],
        ..NewCustomer::default()
    };
    let added = database.add_customer(new, Actor::System, END).await?;
    Ok(added.id)
}

impl Writer<'_> {
    /// What stands for what in the rows of the thing of this id.
    fn pattern(&self, own: u64) -> Pattern {
        let tail: String = PHONE.chars().rev().collect();
        let mut marks: Vec<(String, Slot)> = [
            (QUEUE, Slot::Queue),
            (GROUP, Slot::Group),
            (CATEGORY, Slot::Category),
            (SUBJECT, Slot::Subject),
            (BODY, Slot::Body),
            (PARTY, Slot::Party),
            (NAME, Slot::Name),
            (PHONE, Slot::Phone),
            (tail.as_str(), Slot::Tail),
        ]
        .map(|(mark, slot)| (mark.to_owned(), slot))
        .into();
        let is_customer = own == 0;
        marks.extend([
            (self.agent.to_string(), Slot::Agent),
            (self.colleague.to_string(), Slot::Colleague),
            (
                self.customer.to_string(),
                if is_customer {
                    Slot::Own
                } else {
                    Slot::Customer
                },
            ),
        ]);
        if !is_customer {
            marks.push((own.to_string(), Slot::Own));
        }
        Pattern { at: END, marks }
    }

    async fn calls(&self, conn: &mut AnyConnection) -> Result<Vec<Mould>, StoreError> {
        let kinds = [
            (true, CallResult::Answered),
            (false, CallResult::Answered),
            (true, CallResult::Abandoned),
            (false, CallResult::SelfService),
        ];
        let mut moulds = Vec::new();
        for (index, (is_known, result)) in kinds.into_iter().enumerate() {
            let id = CALL + index as u64;
            let mut seq = self.database.applied_seq().await?;
            let facts = self.facts(CallId::new(id), is_known, result).into_iter();
            let facts = facts.map(|(after_ms, fact)| {
                seq += 1;
                let at = Timestamp::from_ms(END.as_ms() + after_ms);
                FactRecord { seq, at, fact }
            });
            self.database.apply(&facts.collect::<Vec<_>>()).await?;
            moulds.push(Mould::read(conn, &OF_CALL, id, &self.pattern(id)).await?);
        }
        Ok(moulds)
    }

    /// Sums as they stand behind the calls, and what the agent did then.
    async fn quarters(&self, conn: &mut AnyConnection) -> Result<Vec<Mould>, StoreError> {
        let call = CallId::new(CALL);
        let break_of_noon = AgentState::NotReady {
            reason: "lunch".to_owned().into(),
        };
        let states = [
            AgentState::Offline,
            AgentState::Ready,
            AgentState::Ringing { call },
            AgentState::Talking { call: Some(call) },
            AgentState::WrapUp { call },
            break_of_noon,
            AgentState::Offline,
        ];
        let mut seq = self.database.applied_seq().await?;
        let mut at = END.as_ms() + 200_000;
        let mut facts = Vec::new();
        for (from, to) in states.iter().zip(states.iter().skip(1)) {
            seq += 1;
            at += 30_000;
            let fact = Fact::AgentStateChanged {
                agent: self.agent,
                from: from.clone(),
                to: to.clone(),
                cause: "agent".to_owned(),
            };
            let at = Timestamp::from_ms(at);
            facts.push(FactRecord { seq, at, fact });
        }
        self.database.apply(&facts).await?;
        let mut moulds = Vec::new();
        for (tables, slot, step) in [
            (OF_QUEUE.as_slice(), Slot::Queue, report::QUARTER_MS),
            (&OF_AGENT, Slot::Agent, report::QUARTER_MS),
            (&OF_QUEUE_BLOCK, Slot::Queue, house::BLOCK_MS),
            (&OF_AGENT_BLOCK, Slot::Agent, house::BLOCK_MS),
        ] {
            let bucket = END.as_ms() / step * step;
            let mut pattern = self.pattern(0);
            pattern.at = Timestamp::from_ms(bucket);
            let mould = Mould::read(conn, tables, bucket.unsigned_abs(), &pattern).await?;
            moulds.push(mould.only_of(slot));
        }
        Ok(moulds)
    }

    /// The facts of a call, each with its time since the arrival.
    fn facts(&self, call: CallId, is_known: bool, result: CallResult) -> Vec<(i64, Fact)> {
        let caller = Caller::new(PHONE, None);
        let arrived = Fact::CallArrived {
            call,
            caller,
            called: "4000".to_owned(),
            sip_call_id: format!("{call}@carrier"),
            agent: None,
            direction: model::fact::Direction::In,
            trunk: None,
            diverted_from: None,
        };
        let candidate = || Candidate {
            customer: self.customer,
            name: NAME.to_owned(),
            vip_level: 0,
            confidence: KNOWN.to_owned(),
            why: "number".to_owned(),
            open_tickets: 0,
            last_contact: None,
            external_ref: None,
        };
        let profile = Profile {
            candidates: is_known.then(candidate).into_iter().collect(),
            ..Profile::default()
        };
        let mut facts = vec![(0, arrived), (20, Fact::CallIdentified { call, profile })];
        let joined = Fact::QueueJoined {
            call,
            queue: QUEUE.into(),
            position: 1,
            also: Vec::new(),
            regions: Vec::new(),
        };
        let is_answered = result == CallResult::Answered;
        if result != CallResult::SelfService {
            facts.push((21_000, joined));
        }
        if is_answered {
            let offer = Offer {
                id: OfferId::new(call.get() + 50),
                call,
                agent: self.agent,
                queue: Some(QUEUE.into()),
            };
            let (waited_ms, rang_ms) = (18_000, 4_000);
            let connected = Fact::CallConnected {
                offer,
                waited_ms,
                rang_ms,
            };
            facts.push((39_000, connected));
        }
        let ended = Fact::CallEnded {
            call,
            result,
            by: EndedBy::Caller,
            agent: is_answered.then_some(self.agent),
            answered_late: false,
        };
        facts.push((190_000, ended));
        facts
    }

    async fn tickets(
        &self,
        conn: &mut AnyConnection,
        kinds: impl IntoIterator<Item = Vec<Order>>,
    ) -> Result<Vec<Mould>, StoreError> {
        let mut moulds = Vec::new();
        for orders in kinds {
            let (id, number) = self.ticket(orders).await?;
            let mut pattern = self.pattern(id.get());
            pattern.marks.push((number, Slot::Number));
            pattern.marks.push((CALL.to_string(), Slot::Call));
            moulds.push(Mould::read(conn, &OF_TICKET, id.get(), &pattern).await?);
        }
        Ok(moulds)
    }

    async fn ticket(&self, orders: Vec<Order>) -> Result<(TicketId, String), StoreError> {
        let party = model::fact::TicketField::Text(PARTY.to_owned());
        let new = |choice| NewTicket {
            matter: Matter {
                ticket_type: Some("fault".to_owned()),
                category: Some(CATEGORY.to_owned()),
                subject: SUBJECT.to_owned(),
                body: BODY.to_owned(),
                fields: [("infringer".to_owned(), party.clone())].into(),
                contact: Contact {
                    name: Some(NAME.to_owned()),
                    number: Some(PHONE.to_owned()),
                    e164: None,
                },
                customer: Some(self.customer),
                queue: Some(QUEUE.into()),
                ..Matter::default()
            },
            call: Some(CallId::new(CALL)),
            choice,
            ..NewTicket::default()
        };
        let by = Actor::Agent(self.agent);
        let entered = match self.desk.enter(new(None), by, END).await {
            Err(StoreError::Refused(Refused::Duplicate)) => {
                let reason = "each is of its own".to_owned();
                let different = Choice::Different { reason };
                self.desk.enter(new(Some(different)), by, END).await?.ticket
            }
            entered => entered?.ticket,
        };
        for (step, order) in orders.into_iter().enumerate() {
            let by = By {
                // Who heard nothing for some days has agreed.
                actor: if matches!(order, Order::Confirm) {
                    Actor::System
                } else if matches!(order, Order::Track { .. }) {
                    Actor::Agent(self.colleague)
                } else {
                    Actor::Agent(self.agent)
                },
                rights: [Role::Agent, Role::Supervisor].into(),
            };
            let command = Command {
                ticket: entered.id,
                version: None,
                order,
                by,
                at: Timestamp::from_ms(END.as_ms() + (step as i64 + 1) * 1_200_000),
            };
            self.desk.order(command).await?;
        }
        Ok((entered.id, entered.number.digits().to_owned()))
    }
}
