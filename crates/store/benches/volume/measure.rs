//! Measures what people wait for, through the functions of the store that they wait for: each question many times, about other people
//! each time, and of the times the median and the 99th percentile.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::fact::CallResult;
use model::{AgentId, Caller, CustomerId, Interval, Timestamp, Zone};
use report::Subject;
use store::{
    CallFilter, Circle, CustomerSearch, Database, PageRequest, Question, Reader, ReportWish,
    SearchKind, SearchRequest, StoreError, SumsOf, Suspect, TicketDesk, TicketFilter, TicketOrder,
    TimelineReader, Whose,
};
use ticket::{Contact, Matter, Priority, State, Ticket};

use crate::chance::Chance;
use crate::house::{self, DAY_MS, END, House, Person};

const POP_MS: f64 = 20.0;
const SEARCH_MS: f64 = 50.0;
const LIST_MS: f64 = 50.0;
const DUPLICATES_MS: f64 = 50.0;
const REPORT_MS: f64 = 300.0;
/// Tickets that questions are about.
const KNOWN: u32 = 200;
/// Rows of a list's page.
const ROWS_OF_LIST: u32 = 50;

/// What came of one question.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What was asked.
    pub(crate) name: String,
    /// How long it may take at the 99th percentile.
    pub(crate) aim_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// How often it was asked.
    pub(crate) times: usize,
    /// Rows of all answers.
    pub(crate) rows: u64,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<u64, StoreError>> + 'a>>;

/// Whom questions are asked about, and who asks.
struct Desk {
    house: House,
    database: Database,
    tickets: TicketDesk,
    agents: Vec<AgentId>,
    /// Of the newest.
    known: Vec<Ticket>,
}

/// Asks all of it.
pub(crate) async fn measure(
    url: &str,
    house: &House,
    times: u64,
    mut tell: impl FnMut(&Figure),
) -> Result<Vec<Figure>, StoreError> {
    let database = Database::open(url, "CN").await?;
    let (_, rules) = tokio::sync::watch::channel(Arc::new(House::rules()));
    let all = TicketFilter::default();
    let known = database.tickets(&all, None, KNOWN).await?.items;
    let agents = database.agents().await?.into_iter().map(|agent| agent.id);
    let desk = Desk {
        house: *house,
        tickets: TicketDesk::new(database.clone(), rules, 480),
        agents: agents.collect(),
        known,
        database,
    };
    let mut figures = Vec::new();
    let mut take = |figure: Figure| {
        tell(&figure);
        figures.push(figure);
    };
    for (name, aim_ms, ask) in ROWS {
        take(
            desk.figure((*name).to_owned(), *aim_ms, times, *ask)
                .await?,
        );
    }
    for (name, text) in house::QUESTIONS {
        for (since, days) in [("90 days", 90), ("ever", 1_100)] {
            let question =
                Question::parse(text).map_err(|why| StoreError::Setting(why.to_string()))?;
            let request = SearchRequest {
                question,
                kinds: SearchKind::ALL.to_vec(),
                since: Timestamp::from_ms(END.as_ms() - days * DAY_MS),
                readable_by: None,
            };
            let name = format!("search: {name}, {since}");
            take(desk.search(name, times, &request).await?);
        }
    }
    desk.database.close().await;
    Ok(figures)
}

type Row = (
    &'static str,
    f64,
    for<'a> fn(&'a Desk, &'a mut Chance) -> Answer<'a>,
);

static ROWS: &[Row] = &[
    ("pop: a customer calls", POP_MS, |desk, chance| {
        let customer = chance.skewed(desk.house.customers);
        desk.pop(Person::Customer(customer))
    }),
    ("pop: a stranger calls", POP_MS, |desk, chance| {
        let call = chance.below(desk.house.calls);
        desk.pop(desk.house.person_of_call(call))
    }),
    (
        "duplicates: key and likeness",
        DUPLICATES_MS,
        |desk, chance| {
            let suspect = desk.suspect(chance);
            Box::pin(async move {
                let page = PageRequest::default();
                let found = desk.tickets.duplicates(suspect, None, page, END).await?;
                Ok(found.total as u64)
            })
        },
    ),
    (
        "report: the sums of queues in a month",
        REPORT_MS,
        |desk, _| desk.report(Subject::Queues, Interval::Day),
    ),
    (
        "report: the sums of agents in a month, by day",
        REPORT_MS,
        |desk, _| desk.report(Subject::Agents, Interval::Day),
    ),
    (
        "report: the sums of agents in a month, in one",
        REPORT_MS,
        |desk, _| desk.report(Subject::Agents, Interval::Whole),
    ),
    (
        "report: the sums of groups in a month, by day",
        REPORT_MS,
        |desk, _| desk.report(Subject::Groups, Interval::Day),
    ),
    (
        "report: the sums of types in a month, by day",
        REPORT_MS,
        |desk, _| desk.report(Subject::Tickets, Interval::Day),
    ),
    (
        "report: the sums of types in a month, in one",
        REPORT_MS,
        |desk, _| desk.report(Subject::Tickets, Interval::Whole),
    ),
    ("customer: his timeline", LIST_MS, |desk, chance| {
        let customer = desk.one(chance).and_then(|it| it.matter.customer);
        Box::pin(async move {
            let reader = TimelineReader {
                tickets_of: None,
                surveys_of: Whose::Everybody,
            };
            let customer = customer.unwrap_or(CustomerId::new(0));
            let told = desk.database.customer_timeline(customer, reader, None, 50);
            Ok(told.await?.items.len() as u64)
        })
    }),
    ("customers: by name", LIST_MS, |desk, chance| {
        let customer = chance.skewed(desk.house.customers);
        desk.customers(desk.house.name_of(customer))
    }),
    ("customers: by one character", LIST_MS, |desk, chance| {
        let customer = chance.skewed(desk.house.customers);
        desk.customers(desk.house.name_of(customer).chars().take(1).collect())
    }),
    ("customers: by initials", LIST_MS, |desk, _| {
        desk.customers("wf".to_owned())
    }),
    (
        "customers: by the end of a number",
        LIST_MS,
        |desk, chance| desk.customers(format!("{:04}", chance.below(10_000))),
    ),
    ("customers: by a number", LIST_MS, |desk, chance| {
        let customer = chance.skewed(desk.house.customers);
        desk.customers(Person::Customer(customer).phone())
    }),
    ("calls: all", LIST_MS, |desk, _| {
        desk.calls(CallFilter::default())
    }),
    ("calls: of a queue", LIST_MS, |desk, chance| {
        desk.calls(CallFilter {
            queue: Some(house::queue(chance.below(house::QUEUES)).as_str().into()),
            ..CallFilter::default()
        })
    }),
    ("calls: of an agent", LIST_MS, |desk, chance| {
        desk.calls(CallFilter {
            whose: desk.whose(chance),
            ..CallFilter::default()
        })
    }),
    ("calls: of an agent in a queue", LIST_MS, |desk, chance| {
        desk.calls(CallFilter {
            whose: desk.whose(chance),
            queue: Some(house::queue(chance.below(house::QUEUES)).as_str().into()),
            ..CallFilter::default()
        })
    }),
    ("calls: of a group's people", LIST_MS, |desk, chance| {
        desk.calls(CallFilter {
            whose: desk.circle(chance, 12),
            ..CallFilter::default()
        })
    }),
    ("calls: of a region's people", LIST_MS, |desk, chance| {
        desk.calls(CallFilter {
            whose: desk.circle(chance, 60),
            ..CallFilter::default()
        })
    }),
    ("calls: abandoned", LIST_MS, |desk, _| {
        desk.calls(ended(CallResult::Abandoned, None))
    }),
    ("calls: abandoned in a queue", LIST_MS, |desk, chance| {
        desk.calls(ended(
            CallResult::Abandoned,
            Some(chance.below(house::QUEUES)),
        ))
    }),
    ("calls: that failed, none", LIST_MS, |desk, _| {
        desk.calls(ended(CallResult::Failed, None))
    }),
    (
        "calls: that failed in a queue, none",
        LIST_MS,
        |desk, chance| desk.calls(ended(CallResult::Failed, Some(chance.below(house::QUEUES)))),
    ),
    ("tickets: the newest", LIST_MS, |desk, _| {
        desk.listed(TicketFilter::default())
    }),
    ("tickets: what is due next", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            order: TicketOrder::Due,
            ..TicketFilter::default()
        })
    }),
    ("tickets: ended ones by what was due", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            order: TicketOrder::Due,
            is_open: Some(false),
            ..TicketFilter::default()
        })
    }),
    ("tickets: open", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            is_open: Some(true),
            ..TicketFilter::default()
        })
    }),
    ("tickets: ended", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            is_open: Some(false),
            ..TicketFilter::default()
        })
    }),
    ("tickets: in a state", LIST_MS, |desk, chance| {
        let states = [
            State::Dispatched,
            State::InProgress,
            State::Closed,
            State::Void,
        ];
        let state = states.get(chance.below(4) as usize).copied();
        desk.listed(TicketFilter {
            state,
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a customer", LIST_MS, |desk, chance| {
        let customer = desk.one(chance).and_then(|it| it.matter.customer);
        desk.listed(TicketFilter {
            customer,
            ..TicketFilter::default()
        })
    }),
    ("tickets: entered by somebody", LIST_MS, |desk, chance| {
        desk.listed(TicketFilter {
            created_by: desk.agent(chance),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of an owner", LIST_MS, |desk, chance| {
        desk.listed(TicketFilter {
            owner: desk.agent(chance),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of an owner, ended", LIST_MS, |desk, chance| {
        desk.listed(TicketFilter {
            owner: desk.agent(chance),
            is_open: Some(false),
            ..TicketFilter::default()
        })
    }),
    ("tickets: accepted by somebody", LIST_MS, |desk, chance| {
        desk.listed(TicketFilter {
            assignee: desk.agent(chance),
            ..TicketFilter::default()
        })
    }),
    (
        "tickets: accepted by somebody, by what is due",
        LIST_MS,
        |desk, chance| {
            desk.listed(TicketFilter {
                assignee: desk.agent(chance),
                order: TicketOrder::Due,
                ..TicketFilter::default()
            })
        },
    ),
    (
        "tickets: accepted by somebody, ended",
        LIST_MS,
        |desk, chance| {
            desk.listed(TicketFilter {
                assignee: desk.agent(chance),
                is_open: Some(false),
                ..TicketFilter::default()
            })
        },
    ),
    ("tickets: sent to somebody", LIST_MS, |desk, chance| {
        desk.listed(TicketFilter {
            named: desk.agent(chance),
            ..TicketFilter::default()
        })
    }),
    ("tickets: followed by somebody", LIST_MS, |desk, chance| {
        desk.listed(TicketFilter {
            watcher: desk.agent(chance),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a group", LIST_MS, |desk, chance| {
        let group = Some(house::group(chance.below(house::GROUPS)));
        desk.listed(TicketFilter {
            group,
            ..TicketFilter::default()
        })
    }),
    (
        "tickets: of a group, by what is due",
        LIST_MS,
        |desk, chance| {
            let group = Some(house::group(chance.below(house::GROUPS)));
            desk.listed(TicketFilter {
                group,
                order: TicketOrder::Due,
                ..TicketFilter::default()
            })
        },
    ),
    ("tickets: of a group, ended", LIST_MS, |desk, chance| {
        let group = Some(house::group(chance.below(house::GROUPS)));
        desk.listed(TicketFilter {
            group,
            is_open: Some(false),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a queue", LIST_MS, |desk, chance| {
        let queue = house::queue(chance.below(house::QUEUES)).as_str().into();
        desk.listed(TicketFilter {
            queue: Some(queue),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a queue that has none", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            queue: Some("nowhere".into()),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a call", LIST_MS, |desk, chance| {
        let call = desk.one(chance).and_then(|it| it.source_call);
        desk.listed(TicketFilter {
            call,
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a priority", LIST_MS, |desk, chance| {
        let level = 1 + chance.below(4) as u8;
        desk.listed(TicketFilter {
            priority: Priority::new(level).ok(),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a type", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            ticket_type: Some("fault".to_owned()),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a type that has none", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            ticket_type: Some("nowhere".to_owned()),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a category", LIST_MS, |desk, chance| {
        let category = house::category(chance.below(house::CATEGORIES));
        desk.listed(TicketFilter {
            categories: Some([category].into()),
            ..TicketFilter::default()
        })
    }),
    ("tickets: of a contact", LIST_MS, |desk, chance| {
        let number = Person::Customer(chance.skewed(desk.house.customers)).phone();
        let number_key = Some(desk.database.number_key(&number));
        desk.listed(TicketFilter {
            number_key,
            ..TicketFilter::default()
        })
    }),
    ("tickets: due before a moment", LIST_MS, |desk, _| {
        desk.listed(TicketFilter {
            due_before: Some(END),
            ..TicketFilter::default()
        })
    }),
    (
        "tickets: to be visited before a moment",
        LIST_MS,
        |desk, _| {
            desk.listed(TicketFilter {
                visit_before: Some(END),
                ..TicketFilter::default()
            })
        },
    ),
    ("tickets: of a number", LIST_MS, |desk, chance| {
        let number = desk.one(chance).map(|it| it.number.clone());
        desk.listed(TicketFilter {
            number,
            ..TicketFilter::default()
        })
    }),
    ("tickets: that one may read", LIST_MS, |desk, chance| {
        let readable_by = desk.reader(chance);
        desk.listed(TicketFilter {
            readable_by,
            ..TicketFilter::default()
        })
    }),
    ("tickets: with a common word", LIST_MS, |desk, _| {
        desk.with_word("宽带", TicketOrder::Newest)
    }),
    ("tickets: with a rare word", LIST_MS, |desk, _| {
        desk.with_word("门锁", TicketOrder::Newest)
    }),
    (
        "tickets: open with a common word, by what is due",
        LIST_MS,
        |desk, _| desk.with_word("宽带", TicketOrder::Due),
    ),
];

fn ended(result: CallResult, queue: Option<u64>) -> CallFilter {
    CallFilter {
        result: Some(result),
        queue: queue.map(|index| house::queue(index).as_str().into()),
        ..CallFilter::default()
    }
}

impl Desk {
    async fn figure(
        &self,
        name: String,
        aim_ms: f64,
        times: u64,
        ask: for<'a> fn(&'a Self, &'a mut Chance) -> Answer<'a>,
    ) -> Result<Figure, StoreError> {
        let mut figure = Taken::new(times);
        while let Some(time) = figure.next() {
            let mut chance = Chance::new(self.house.seed + 1, time << 3 | 5);
            let begun = Instant::now();
            let rows = ask(self, &mut chance).await?;
            figure.take(begun.elapsed(), rows);
        }
        Ok(figure.figure(name, aim_ms))
    }

    async fn search(
        &self,
        name: String,
        times: u64,
        request: &SearchRequest,
    ) -> Result<Figure, StoreError> {
        let mut figure = Taken::new(times);
        while figure.next().is_some() {
            let begun = Instant::now();
            let found = self
                .database
                .search(request, PageRequest::default(), store::search::PATIENCE)
                .await?;
            figure.take(begun.elapsed(), found.page.items.len() as u64);
        }
        Ok(figure.figure(name, SEARCH_MS))
    }

    fn one(&self, chance: &mut Chance) -> Option<&Ticket> {
        let index = chance.below(self.known.len() as u64) as usize;
        self.known.get(index)
    }

    fn agent(&self, chance: &mut Chance) -> Option<AgentId> {
        let index = chance.below(self.agents.len() as u64) as usize;
        self.agents.get(index).copied()
    }

    fn whose(&self, chance: &mut Chance) -> Whose {
        self.agent(chance).map_or(Whose::Everybody, Whose::One)
    }

    /// Somebody, and so many of those beside him.
    fn circle(&self, chance: &mut Chance, people: usize) -> Whose {
        let Some(me) = self.agent(chance) else {
            return Whose::Everybody;
        };
        let first = self.agents.iter().position(|agent| *agent == me);
        let beside = self.agents.iter().cycle().skip(first.unwrap_or_default());
        Whose::Circle(Circle {
            me,
            groups: BTreeSet::new(),
            people: beside
                .take(people.min(self.agents.len()))
                .copied()
                .collect(),
        })
    }

    fn reader(&self, chance: &mut Chance) -> Option<Reader> {
        let agent = self.agent(chance)?;
        let groups = [house::group(chance.below(house::GROUPS))].into();
        Some(Reader {
            agent,
            groups,
            within: None,
            leads: false,
        })
    }

    /// A ticket that stands is entered once more.
    fn suspect(&self, chance: &mut Chance) -> Suspect {
        let Some(known) = self.one(chance) else {
            return Suspect::default();
        };
        Suspect {
            matter: Matter {
                contact: Contact {
                    e164: None,
                    ..known.matter.contact.clone()
                },
                ..known.matter.clone()
            },
            own: None,
        }
    }

    fn pop(&self, person: Person) -> Answer<'_> {
        Box::pin(async move {
            let caller = Caller::new(&person.phone(), None);
            let profile = self.database.profile(&caller, END).await?;
            Ok((profile.candidates.len() + profile.last_calls.len()) as u64)
        })
    }

    fn report(&self, subject: Subject, by: Interval) -> Answer<'_> {
        let wish = ReportWish {
            subject,
            time: House::month(),
            by,
            zone: Zone::ahead(480),
            of: SumsOf::default(),
        };
        Box::pin(async move {
            let report = self.database.report(&wish, END).await?;
            Ok(report.map_or(0, |report| report.rows.len() as u64))
        })
    }

    fn customers(&self, text: String) -> Answer<'_> {
        Box::pin(async move {
            let search = CustomerSearch {
                text: Some(text),
                ..CustomerSearch::default()
            };
            let found = self.database.customers(&search, PageRequest::default());
            Ok(found.await?.items.len() as u64)
        })
    }

    fn calls(&self, filter: CallFilter) -> Answer<'_> {
        Box::pin(async move {
            let found = self.database.calls(&filter, PageRequest::default());
            Ok(found.await?.items.len() as u64)
        })
    }

    fn listed(&self, filter: TicketFilter) -> Answer<'_> {
        Box::pin(async move {
            let found = self.database.tickets(&filter, None, ROWS_OF_LIST);
            Ok(found.await?.items.len() as u64)
        })
    }

    fn with_word(&self, word: &'static str, order: TicketOrder) -> Answer<'_> {
        let since = Timestamp::from_ms(END.as_ms() - 90 * DAY_MS);
        self.listed(TicketFilter {
            text: Question::parse(word).ok().map(|question| (question, since)),
            order,
            ..TicketFilter::default()
        })
    }
}

/// How long a question took, each time but the first ones: a house has asked it before that day. Each time it is about others, so what
/// is theirs alone is as cold as it is then. One that is slow is not asked so often that all the others wait for it.
struct Taken {
    times: u64,
    asked: u64,
    begun: Instant,
    ms: Vec<f64>,
    rows: u64,
}

impl Taken {
    /// Of so many times asked once more beforehand.
    const BEFORE: u64 = 5;
    /// Asked so often at least.
    const LEAST: usize = 5;
    const LONGEST: Duration = Duration::from_secs(20);

    fn new(times: u64) -> Self {
        Self {
            times,
            asked: 0,
            begun: Instant::now(),
            ms: Vec::new(),
            rows: 0,
        }
    }

    fn before(&self) -> u64 {
        self.times / Self::BEFORE
    }

    /// Which time is next.
    fn next(&mut self) -> Option<u64> {
        let is_slow = self.ms.len() >= Self::LEAST && self.begun.elapsed() > Self::LONGEST;
        let next = self.asked;
        self.asked += 1;
        (next < self.before() + self.times && !is_slow).then_some(next)
    }

    fn take(&mut self, took: Duration, rows: u64) {
        if self.asked > self.before() {
            self.ms.push(took.as_secs_f64() * 1_000.0);
            self.rows += rows;
        }
    }

    fn figure(mut self, name: String, aim_ms: f64) -> Figure {
        self.ms.sort_by(f64::total_cmp);
        // The nearest rank.
        let at = |share: f64| {
            let rank = (self.ms.len() as f64 * share).ceil() as usize;
            let ms = self.ms.get(rank.saturating_sub(1)).copied();
            ms.unwrap_or_default()
        };
        Figure {
            name,
            aim_ms,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            times: self.ms.len(),
            rows: self.rows,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, p50, p99, rows) = (&self.name, self.p50_ms, self.p99_ms, self.rows);
        let verdict = if p99 <= self.aim_ms { "" } else { "  LATE" };
        write!(
            f,
            "| {name} | {p50:.2} | {p99:.2} | {:.0} | {} | {rows} |{verdict}",
            self.aim_ms, self.times
        )
    }
}
