//! A house to test in: four people, a store, a hub, an engine that takes every command, and the server.

pub(crate) mod client;
pub(crate) mod facts;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use engine::command::{Command, CommandError};
use engine::{
    Answer, BlockedReport, BreakReport, CalendarReport, CallbackReport, LineReport, PlaceReport,
    Question, QueueReport, RegistrationReport, TrunkReport,
};
use model::Calendar;
use model::{AgentId, Fact, FactRecord, Hearers, Mailbox, QueueName, Timestamp};
use store::{Database, NewAgent, NewApiToken, NewPassword, Role, Scopes, Secret};
use ticket::Actor;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use web::trace::Kept;
use web::{
    App, CommandSender, Deps, EventHub, HubSettings, MetricsHandle, NotRolledBack, QuestionSender,
    Readiness,
};

use client::Client;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse";
/// The name of agent 1002: what a hostile directory might hold.
pub(crate) const CANARY: &str = "<img src=x onerror=alert(1)>\"'&";
/// 2026-11-18, in ms.
pub(crate) const NOON_MS: i64 = 1_795_000_000_000;

/// What the engine knows.
#[derive(Default)]
pub(crate) struct Reports {
    pub(crate) trunks: Vec<TrunkReport>,
    pub(crate) registrations: Vec<RegistrationReport>,
    pub(crate) blocked: Vec<BlockedReport>,
    pub(crate) callbacks: Vec<CallbackReport>,
    pub(crate) calendars: Vec<Calendar>,
    /// What waiting callers are told.
    pub(crate) why: Vec<model::Decision>,
    pub(crate) breaks: Vec<BreakReport>,
    pub(crate) queues: Vec<QueueReport>,
    /// The line of each of them.
    pub(crate) line: Vec<PlaceReport>,
    /// Messages that are still kept, if the loop answers.
    pub(crate) kept: Option<Kept>,
    /// The Call-IDs that were asked for last.
    pub(crate) call_ids: Vec<String>,
}

impl Reports {
    fn messages(&mut self, call_ids: Vec<String>) -> Option<Kept> {
        self.call_ids = call_ids;
        self.kept.clone()
    }

    fn queue(&self, name: &QueueName) -> Option<Box<(QueueReport, LineReport)>> {
        let queue = self.queues.iter().find(|queue| queue.name == *name)?;
        let line = LineReport {
            length: u32::try_from(self.line.len()).unwrap(),
            places: self.line.clone(),
        };
        Some(Box::new((queue.clone(), line)))
    }

    fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Trunks => Answer::Trunks(self.trunks.clone()),
            Question::Breaks(_) => Answer::Breaks(self.breaks.clone()),
            Question::Registrations => Answer::Registrations(self.registrations.clone()),
            Question::Blocked => Answer::Blocked(self.blocked.clone()),
            Question::Callbacks => Answer::Callbacks(self.callbacks.clone()),
            Question::Figures => Answer::Figures(Box::default()),
            Question::Calendars { name, at, days } => {
                let at = at.unwrap_or(model::Timestamp::from_ms(NOON_MS));
                let report = |calendar: &Calendar| CalendarReport {
                    name: calendar.name().to_owned(),
                    zone: calendar.zone().to_owned(),
                    at,
                    standing: calendar.standing(at),
                    closure: calendar.closure().cloned(),
                    days: calendar.days(at, *days),
                };
                let calendars = self.calendars.iter();
                let wanted =
                    calendars.filter(|it| name.as_ref().is_none_or(|name| name == it.name()));
                Answer::Calendars(wanted.map(report).collect())
            }
            Question::Queues => Answer::Queues(self.queues.clone()),
            Question::Queue(name) => Answer::Queue(self.queue(name)),
            Question::Why(_) => Answer::Why {
                at: model::Timestamp::from_ms(1_795_000_000_000),
                records: self.why.clone(),
            },
        }
    }
}

/// A running web.
pub(crate) struct House {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) hub: Arc<EventHub>,
    pub(crate) database: Database,
    pub(crate) recordings_dir: PathBuf,
    /// What the engine was asked.
    pub(crate) commands: Arc<Mutex<Vec<Command>>>,
    /// What the engine says to the next commands.
    pub(crate) refusal: Arc<Mutex<Option<CommandError>>>,
    /// What the engine answers to questions.
    pub(crate) reports: Arc<Mutex<Reports>>,
    /// What the web told.
    pub(crate) told: Arc<Mutex<Vec<Fact>>>,
    pub(crate) readiness: Arc<Mutex<Readiness>>,
    app: App,
    log: Arc<Mutex<Vec<FactRecord>>>,
    folder: PathBuf,
    people: BTreeMap<&'static str, AgentId>,
    tokens: AtomicU64,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(HubSettings::default()).await
    }

    pub(crate) async fn with(settings: HubSettings) -> Self {
        Self::lent(settings, |deps| deps).await
    }

    /// With rules of tickets: a type with two fields, two groups, two categories, one rule.
    pub(crate) async fn ruled() -> Self {
        let (_, rules) = watch::channel(Arc::new(rules::standing()));
        Self::lent(HubSettings::default(), |deps| Deps {
            tickets: store::TicketDesk::new(deps.database.clone(), rules, 0),
            ..deps
        })
        .await
    }

    /// With what the server lends changed.
    pub(crate) async fn lent(settings: HubSettings, lend: impl FnOnce(Deps) -> Deps) -> Self {
        let folder = temporary_folder();
        let recordings_dir = folder.join("recordings");
        std::fs::create_dir_all(&recordings_dir).unwrap();
        let url = format!("sqlite://{}/trunkline.db", folder.display());
        let database = Database::open(&url, "CN").await.unwrap();
        let people = people(&database).await;
        let log = Arc::new(Mutex::new(Vec::new()));
        let hub = EventHub::new(settings, reader(&log));
        let (sender, mut engine) = CommandSender::channel(16);
        let commands = Arc::new(Mutex::new(Vec::new()));
        let refusal = Arc::new(Mutex::new(None));
        let (seen, says) = (Arc::clone(&commands), Arc::clone(&refusal));
        tokio::spawn(async move {
            while let Some(asked) = engine.recv().await {
                seen.lock().unwrap().push(asked.command);
                let outcome = says.lock().unwrap().clone().map_or(Ok(()), Err);
                let _ = asked.answer.send(outcome);
            }
        });
        let reports = Arc::new(Mutex::new(Reports::default()));
        let (questions, mut questioned) = QuestionSender::channel(16);
        let known = Arc::clone(&reports);
        tokio::spawn(async move {
            while let Some(asked) = questioned.recv().await {
                let answer = known.lock().unwrap().answer(&asked.question);
                let _ = asked.answer.send(answer);
            }
        });
        let scripts = scripts(&database).await;
        let kept = Arc::clone(&reports);
        let told = Arc::new(Mutex::new(Vec::new()));
        let all = Readiness {
            signalling: true,
            media: true,
            store: true,
            draining: false,
        };
        let readiness = Arc::new(Mutex::new(all));
        let asked = Arc::clone(&readiness);
        let tell = {
            let told = Arc::clone(&told);
            move |fact| told.lock().unwrap().push(fact)
        };
        let app = App::new(lend(Deps {
            database: database.clone(),
            commands: sender,
            questions,
            scripts,
            messages: Box::new(move |call_ids| {
                let kept = kept.lock().unwrap().messages(call_ids);
                Box::pin(async move { kept })
            }),
            events: Arc::clone(&hub),
            recordings_dir: recordings_dir.clone(),
            metrics: MetricsHandle::detached(),
            tell: Box::new(tell.clone()),
            readiness: Box::new(move || *asked.lock().unwrap()),
            https: None,
            sip: None,
            mailboxes: Box::new(|| Arc::new(mailboxes())),
            names: Box::new(|| Arc::new(names())),
            clips: Box::new(shelf),
            agents_see_numbers: Box::new(|| true),
            may_be_told: Box::new(|url| match url.strip_prefix("https://") {
                Some(_) => Ok(()),
                None => Err("no URL that begins with https://".to_owned()),
            }),
            read_ticket_rules: Arc::new(rules::read),
            tickets: store::TicketDesk::standard(database.clone()).telling(tell),
            bounds: web::Bounds::default(),
            quotas: web::QuotaBounds::default(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(web::serve(listener, app.clone(), async {
            let _ = stopped.await;
        }));
        Self {
            address,
            hub,
            database,
            recordings_dir,
            commands,
            refusal,
            reports,
            told,
            readiness,
            app,
            log,
            folder,
            people,
            tokens: AtomicU64::new(0),
            stop: Some(stop),
            serving,
        }
    }

    /// Tells the next fact: log, store, hub, as the server does. Gives its number.
    pub(crate) async fn tell(&self, fact: Fact) -> u64 {
        self.tell_as(|seq| facts::record(seq, fact)).await
    }

    /// The same of a moment of one's own.
    pub(crate) async fn tell_at(&self, at: Timestamp, fact: Fact) -> u64 {
        self.tell_as(|seq| FactRecord { seq, at, fact }).await
    }

    async fn tell_as(&self, record: impl FnOnce(u64) -> FactRecord) -> u64 {
        let record = {
            let mut log = self.log.lock().unwrap();
            let record = record(log.len() as u64 + 1);
            log.push(record.clone());
            record
        };
        self.database
            .apply(std::slice::from_ref(&record))
            .await
            .unwrap();
        let seq = record.seq;
        self.hub.publish(Arc::new(record));
        seq
    }

    pub(crate) fn id(&self, login: &str) -> AgentId {
        self.people[login]
    }

    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(self.address)
    }

    /// Somebody who signed in by password.
    pub(crate) async fn signed_in(&self, login: &str) -> Client {
        let mut client = self.stranger();
        client.sign_in(login, PASSWORD).await;
        client
    }

    /// A program that acts for somebody.
    pub(crate) async fn program(&self, login: &str) -> Client {
        self.program_with(login, &["*"]).await
    }

    /// The same with a token of these scopes.
    pub(crate) async fn program_with(&self, login: &str, scopes: &[&str]) -> Client {
        let new = NewApiToken {
            name: format!("{login} {}", self.tokens.fetch_add(1, Ordering::Relaxed)),
            agent: self.id(login),
            scopes: Scopes::of(scopes.iter().copied()).unwrap(),
            expires_at: None,
        };
        let at = Timestamp::from_ms(NOON_MS);
        let made = self.database.create_api_token(new, Actor::System, at);
        let mut client = self.stranger();
        client.token = Some(made.await.unwrap().0.expose().clone());
        client
    }

    pub(crate) fn last_command(&self) -> Option<Command> {
        self.commands.lock().unwrap().last().cloned()
    }

    /// Serves the same on another listener, as after a restart.
    pub(crate) async fn serve_again(&self) -> JoinHandle<std::io::Result<()>> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let for_ever = std::future::pending();
        tokio::spawn(web::serve(listener, self.app.clone(), for_ever))
    }

    /// Stops the server as a SIGTERM would.
    pub(crate) async fn shut(mut self) {
        let _ = self.stop.take().unwrap().send(());
        let serving = std::mem::replace(&mut self.serving, tokio::spawn(async { Ok(()) }));
        tokio::time::timeout(std::time::Duration::from_secs(5), serving)
            .await
            .expect("open streams do not hold up the end")
            .unwrap()
            .unwrap();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Reads the log as the server's reader would.
pub(crate) fn reader(log: &Arc<Mutex<Vec<FactRecord>>>) -> web::ReadFacts {
    let log = Arc::clone(log);
    Box::new(move |after, limit| {
        let log = log.lock().unwrap();
        let later = log.iter().filter(|record| record.seq > after);
        later.take(limit).cloned().collect()
    })
}

fn temporary_folder() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("trunkline-web-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// One of a queue, and one of an agent.
fn mailboxes() -> model::Mailboxes {
    let boxes = [
        ("support", Hearers::Queue("support".into())),
        ("li", Hearers::Agents(["1001".to_owned()].into())),
    ];
    let boxes = boxes.map(|(name, hearers)| {
        let mailbox = Mailbox {
            names: BTreeMap::from([("en".to_owned(), name.to_owned())]),
            hearers,
            messages_max: 100,
            ticket: None,
        };
        (name.into(), mailbox)
    });
    boxes.into()
}

/// What number lists may name.
fn names() -> model::HouseNames {
    model::HouseNames {
        queues: ["support".into()].into(),
        scripts: ["nuisance".into()].into(),
        mailboxes: mailboxes().into_keys().collect(),
        numbers: [("4000".to_owned(), "4000".to_owned())].into(),
    }
}

/// One in both languages, one of a queue, one without a sound, and one that sounds in another language than callers' and the house's.
fn shelf() -> web::ClipShelf {
    let titles = [("zh-CN", "片段"), ("en", "Clip")];
    let rows = [
        ("hours", 12, &["en", "zh-CN"][..], &[][..]),
        ("fees", 7, &["zh-CN"], &["sales"]),
        ("quiet", 9, &["en"], &[]),
        ("half", 30, &["de", "en", "zh-CN"], &["nobody"]),
    ];
    let clips = rows.map(|(name, number, languages, queues)| {
        let clip = model::Clip {
            number,
            title: titles
                .map(|(at, text)| (at.to_owned(), text.to_owned()))
                .into(),
            languages: languages.iter().map(|it| (*it).to_owned()).collect(),
            queues: queues
                .iter()
                .map(|it| model::QueueName::from(*it))
                .collect(),
        };
        (name.into(), clip)
    });
    let lengths = [
        ("clips/en/hours", 4_000),
        ("clips/zh-CN/hours", 5_500),
        ("clips/zh-CN/fees", 900),
        ("clips/de/half", 700),
    ];
    web::ClipShelf {
        clips: Arc::new(clips.into()),
        language: "zh-CN".to_owned(),
        lengths_ms: lengths.map(|(sound, ms)| (sound.to_owned(), ms)).into(),
    }
}

async fn people(database: &Database) -> BTreeMap<&'static str, AgentId> {
    let hash = store::hash_password(PASSWORD).unwrap();
    let mut people = BTreeMap::new();
    for (login, name, role) in [
        ("1001", "李雷", Role::Agent),
        ("1002", CANARY, Role::Agent),
        ("boss", "Supervisor", Role::Supervisor),
        ("root", "Admin", Role::Admin),
    ] {
        let agent = NewAgent {
            login: login.to_owned(),
            name: name.to_owned(),
            locale: "zh-CN".to_owned(),
            queues: vec!["support".into()],
            skills: BTreeMap::new(),
            roles: BTreeSet::from([role]),
            password: NewPassword {
                password_hash: hash.clone(),
                ha1_md5: Secret::new([0; 16]),
                ha1_sha256: Secret::new([0; 32]),
            },
        };
        let at = Timestamp::from_ms(NOON_MS);
        people.insert(login, database.add_agent(agent, at).await.unwrap().id);
    }
    people
}

/// One script, `main`, of two versions, and somebody who brings version 1 back and nothing else.
async fn scripts(database: &Database) -> web::Scripts {
    for text in ["title = 1\n", "title = 2\n"] {
        let texts = BTreeMap::from([("main".into(), text.to_owned())]);
        let at = Timestamp::from_ms(NOON_MS);
        database.keep_scripts(texts, None, at).await.unwrap();
    }
    let (versions, current) = watch::channel(BTreeMap::from([("main".into(), 2)]));
    let (scripts, mut orders) = web::Scripts::channel(current);
    tokio::spawn(async move {
        while let Some(order) = orders.recv().await {
            let done = match (order.script.as_str(), order.to, order.seen) {
                ("main", 1, 2) => Ok(3),
                ("main", 1, _) => Err(NotRolledBack::Changed("2 is the newest version".into())),
                ("main", 2, _) => Err(NotRolledBack::Refused("main.toml:1:1: error: x".into())),
                _ => Err(NotRolledBack::NoVersion),
            };
            let _ = order.answer.send(done);
        }
        drop(versions);
    });
    scripts
}
