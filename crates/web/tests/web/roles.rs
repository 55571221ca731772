//! Roles and reach over HTTP (J1): each row of docs/roles.md is played against a house with a tree of three groups, for everybody's things
//! and nobody's; lists and streams hold what is within reach.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{AgentId, CallId, Hearers, Mailbox, TicketId, Timestamp};
use serde_json::{Value, json};
use store::{
    NewAgent, NewApiToken, NewPassword, NewTicket, Reach, Role, Scopes, Secret, TicketDesk,
};
use ticket::rules::GroupRule;
use ticket::{Actor, Contact, Matter, Rules};
use tokio::sync::watch;

use crate::support::client::Client;
use crate::support::facts::{arrived, connected, ended, joined, offered};
use crate::support::{House, NOON_MS};

const AT: Timestamp = Timestamp::from_ms(NOON_MS);
const DOCS: &str = include_str!("../../../../docs/roles.md");

/// Somebody with things of his own; nobody's things have no agent.
struct Owner {
    login: String,
    agent: Option<AgentId>,
    past: CallId,
    live: CallId,
    ticket: TicketId,
    lead_ticket: TicketId,
}

struct Tree {
    house: House,
    desk: TicketDesk,
    next: u64,
}

fn rules() -> Rules {
    let group = |parent: Option<&str>| GroupRule {
        parent: parent.map(str::to_owned),
        ..GroupRule::default()
    };
    let groups = [
        ("north", group(None)),
        ("city", group(Some("north"))),
        ("south", group(None)),
    ];
    Rules {
        groups: groups.map(|(name, rule)| (name.to_owned(), rule)).into(),
        ..Rules::default()
    }
}

/// A box for each login that a test may use, and one of nobody who works here.
fn mailboxes() -> model::Mailboxes {
    let logins = (2000..2020).map(|login| login.to_string());
    let boxes = logins.chain(["nobody".to_owned()]).map(|login| {
        let mailbox = Mailbox {
            names: BTreeMap::new(),
            hearers: Hearers::Agents([login.clone()].into()),
            messages_max: 10,
            ticket: None,
        };
        (login.as_str().into(), mailbox)
    });
    boxes.collect()
}

impl Tree {
    async fn new() -> Self {
        let mut desk = None;
        let house = House::lent(web::HubSettings::default(), |deps| {
            let (_, standing) = watch::channel(Arc::new(rules()));
            let tickets = TicketDesk::new(deps.database.clone(), standing, 0);
            desk = Some(tickets.clone());
            web::Deps {
                tickets,
                mailboxes: Box::new(|| Arc::new(mailboxes())),
                ..deps
            }
        });
        let house = house.await;
        let desk = desk.unwrap();
        Self {
            house,
            desk,
            next: 2000,
        }
    }

    /// Somebody of a group, with a past call, a live one, a ticket, and one about how he has served; `None`: the same of nobody.
    async fn owner(&mut self, role: Role, group: Option<&str>, reach: Reach) -> Owner {
        let (number, login) = (self.next, self.next.to_string());
        self.next += 1;
        let agent = match group {
            Some(group) => Some(self.hired(&login, role, group, reach).await),
            None => None,
        };
        let login = agent.map_or_else(|| "nobody".to_owned(), |_| login);
        let (past, live) = (CallId::new(number), CallId::new(number + 10_000));
        for call in [past, live] {
            self.house.tell(arrived(call)).await;
            self.house.tell(joined(call)).await;
            if let Some(agent) = agent {
                self.house.tell(offered(call, agent)).await;
                self.house.tell(connected(call, agent)).await;
            }
            if call == past {
                self.house.tell(ended(call, agent)).await;
            }
        }
        Owner {
            ticket: self.ticket(agent, false).await,
            lead_ticket: self.ticket(agent, true).await,
            login,
            agent,
            past,
            live,
        }
    }

    async fn hired(&self, login: &str, role: Role, group: &str, reach: Reach) -> AgentId {
        let new = NewAgent {
            login: login.to_owned(),
            name: login.to_owned(),
            locale: "en".to_owned(),
            queues: vec!["support".into()],
            skills: BTreeMap::new(),
            roles: BTreeSet::from([role]),
            password: NewPassword {
                password_hash: Secret::new("none".to_owned()),
                ha1_md5: Secret::new([0; 16]),
                ha1_sha256: Secret::new([0; 32]),
            },
        };
        let database = &self.house.database;
        let id = database.add_agent(new, AT).await.unwrap().id;
        let groups = vec![group.parse().unwrap()];
        let set = database.set_groups(id, groups, Actor::System, AT);
        set.await.unwrap();
        let set = database.set_reach(id, reach, None, Actor::System, AT);
        set.await.unwrap();
        id
    }

    async fn ticket(&self, by: Option<AgentId>, for_leads: bool) -> TicketId {
        let new = NewTicket {
            matter: Matter {
                subject: "no network".to_owned(),
                contact: Contact {
                    number: Some("13800001111".to_owned()),
                    ..Contact::default()
                },
                for_leads,
                ..Matter::default()
            },
            ..NewTicket::default()
        };
        let by = by.map_or(Actor::System, Actor::Agent);
        self.desk.enter(new, by, AT).await.unwrap().ticket.id
    }

    async fn program(&self, agent: AgentId) -> Client {
        let new = NewApiToken {
            name: agent.to_string(),
            agent,
            scopes: Scopes::All,
            expires_at: None,
        };
        let made = self
            .house
            .database
            .create_api_token(new, Actor::System, AT)
            .await;
        let mut client = self.house.stranger();
        client.token = Some(made.unwrap().0.expose().clone());
        client
    }
}

/// What a row asks for: a request about somebody's thing, or `None` where an action is about the house.
type Request = (&'static str, String, Value);

fn of_somebody(action: &str, of: &Owner) -> Option<Request> {
    let get = |path: String| Some(("GET", path, Value::Null));
    let agent = of.agent;
    let of_agent = |rest: &str| agent.map(|agent| format!("/v1/agents/{agent}{rest}"));
    match action {
        "SeeAgents" => get(of_agent("")?),
        "SetState" => Some(("PUT", of_agent("/state")?, json!({ "state": "ready" }))),
        "ServeQueue" => {
            let path = of_agent("/queues/support")?;
            Some(("PUT", path, json!({ "serves": true })))
        }
        "SetReach" => Some(("PUT", of_agent("/reach")?, json!({ "reach": "all" }))),
        "SeeCalls" => get(format!("/v1/calls/{}", of.past)),
        "SeeDecisions" => get(format!("/v1/calls/{}/timeline", of.past)),
        "HangUp" => Some(("POST", format!("/v1/calls/{}/hangup", of.live), Value::Null)),
        "HearRecording" => get(format!("/v1/calls/{}/recording", of.past)),
        "RemoveMessage" => {
            let path = format!("/v1/voicemail/{}/5-1", of.login);
            Some(("DELETE", path, Value::Null))
        }
        "SeeSurveys" => get(format!("/v1/surveys?filter%5Bagent%5D={}", agent?)),
        "SeeReports" => get(format!("/v1/reports/agents?filter%5Bagent%5D={}", agent?)),
        "SeeTickets" => get(format!("/v1/tickets/{}", of.ticket)),
        "SeeLeadTickets" => get(format!("/v1/tickets/{}", of.lead_ticket)),
        "WorkOnTickets" => {
            let path = format!("/v1/tickets/{}/events", of.ticket);
            Some((
                "POST",
                path,
                json!({ "type": "track", "data": { "on": true } }),
            ))
        }
        "HandleCall" => {
            let path = format!("/v1/calls/{}/talk", of.live);
            Some(("POST", path, json!({ "order": "hold" })))
        }
        _ => None,
    }
}

fn of_the_house(action: &str) -> Option<Request> {
    let request = |method, path: &str, body| Some((method, path.to_owned(), body));
    let get = |path| request("GET", path, Value::Null);
    match action {
        "ManageDuty" => request("PATCH", "/v1/agents/me", json!({ "groups": [] })),
        "ExportCalls" => get("/v1/calls/export"),
        "HoldForLaw" => {
            let body = json!({ "reason": "a court asks" });
            request("PUT", "/v1/calls/2000/hold", body)
        }
        "TryTicketRules" => get("/v1/tickets/rules/try"),
        "SeeCustomers" => get("/v1/customers?filter%5Btext%5D=1111"),
        "ChangeCustomers" => request("POST", "/v1/customers/5/notes", json!({ "body": "x" })),
        "SetVipLevel" => {
            let body = json!({ "name": "", "vip_level": 1 });
            request("POST", "/v1/customers", body)
        }
        "Unmask" => request("POST", "/v1/customers/5/unmask", json!({ "reason": "x" })),
        "ImportCustomers" => request("POST", "/v1/customers/import?dry_run=true", Value::Null),
        "MergeCustomers" => request("POST", "/v1/customers/5/unmerge", Value::Null),
        "SeeArticles" => get("/v1/articles"),
        "WriteArticles" => request("POST", "/v1/articles/5/steps", json!({ "step": "submit" })),
        "UseReplies" => get("/v1/replies"),
        "WriteReplies" => {
            let body = json!({ "name": "x", "texts": { "en": "x" } });
            request("POST", "/v1/replies", body)
        }
        "ManageReplies" => {
            let body = json!({ "shelf": "house", "name": "x", "texts": { "en": "x" } });
            request("POST", "/v1/replies", body)
        }
        "SeeSignalling" => get("/v1/trunks"),
        "ListNumbers" => get("/v1/number-lists"),
        "CloseCalendars" => request("DELETE", "/v1/calendars/none/closure", Value::Null),
        "KeepApart" => get("/v1/conflicts"),
        "SuperviseLine" => get("/v1/callbacks"),
        "SeeQueues" => get("/v1/queues"),
        "SeeScripts" => get("/v1/scripts"),
        "ChangeScripts" => {
            let body = json!({ "to": 2, "seen": 2 });
            request("POST", "/v1/scripts/main/rollback", body)
        }
        "ManageWebhooks" => get("/v1/webhooks"),
        "ManageTokens" => get("/v1/tokens"),
        // A number that no log has: refused, or gone.
        "FollowAll" => get("/v1/events?scope=all&after=99999999"),
        "FollowAgent" => get("/v1/agents/me/session"),
        _ => None,
    }
}

async fn passes(client: &Client, (method, path, body): Request) -> bool {
    let answer = if body.is_null() {
        client.send(method, &path, &[], b"").await
    } else {
        client.json(method, &path, &body.to_string()).await
    };
    assert!(answer.status < 500, "{method} {path}: {}", answer.text());
    match answer.status {
        403 => false,
        // Whether it is there is not for everybody to know.
        404 => answer.problem() != "no_such_ticket",
        _ => true,
    }
}

/// The rows of the table: the action, and the word of each asker.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    let (_, table) = DOCS.split_once("-->").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &'static str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let action = cells.next().unwrap().trim_matches('`');
        (action, cells.skip(1).collect())
    };
    rows.map(row).collect()
}

#[tokio::test]
async fn j1_each_row_of_the_table_is_what_http_does() {
    let mut tree = Tree::new().await;
    let peer = tree.owner(Role::Agent, Some("north"), Reach::All).await;
    let below = tree.owner(Role::Agent, Some("city"), Reach::All).await;
    let elsewhere = tree.owner(Role::Agent, Some("south"), Reach::All).await;
    let nobody = tree.owner(Role::Agent, None, Reach::All).await;
    let reaches = Reach::ALL.map(|reach| [(Role::Agent, reach), (Role::Supervisor, reach)]);
    let mut askers: Vec<(Role, Reach)> = reaches.concat();
    askers.sort();
    // Whatever is written, an admin reaches everything.
    askers.push((Role::Admin, Reach::Own));
    let rows = rows();
    assert!(rows.len() >= 31, "{rows:?}");
    // What a reviewer sees of others' drafts is a test of its own (`articles`).
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|(action, _)| *action != "ReviewArticles")
        .collect();
    for (column, (role, reach)) in askers.into_iter().enumerate() {
        let me = tree.owner(role, Some("north"), reach).await;
        let client = tree.program(me.agent.unwrap()).await;
        for (action, cells) in &rows {
            let cell = cells[column];
            let told = |whose: &str| format!("{action} by {role:?} who reaches {reach:?}: {whose}");
            if let Some(request) = of_the_house(action) {
                let passed = passes(&client, request).await;
                assert_eq!(passed, cell != "–", "{}", told("the house's"));
                continue;
            }
            for (whose, owner, within) in [
                ("own", &me, ["own", "group", "tree", "all"].contains(&cell)),
                ("peer's", &peer, ["group", "tree", "all"].contains(&cell)),
                ("below", &below, ["tree", "all"].contains(&cell)),
                ("elsewhere", &elsewhere, cell == "all"),
                ("nobody's", &nobody, cell == "all"),
            ] {
                let Some(request) = of_somebody(action, owner) else {
                    assert!(owner.agent.is_none(), "{action} is not played");
                    continue;
                };
                let passed = passes(&client, request).await;
                assert_eq!(passed, within, "{}", told(whose));
            }
        }
    }
}

#[tokio::test]
async fn j1_lists_hold_what_is_within_reach() {
    let mut tree = Tree::new().await;
    let lead = tree
        .owner(Role::Supervisor, Some("north"), Reach::Tree)
        .await;
    let below = tree.owner(Role::Agent, Some("city"), Reach::All).await;
    let elsewhere = tree.owner(Role::Agent, Some("south"), Reach::All).await;
    tree.owner(Role::Agent, None, Reach::All).await;
    let client = tree.program(lead.agent.unwrap()).await;
    let ids = async |path: &str, key: &str| {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let items = answer.json()["items"].as_array().unwrap().clone();
        let ids = items.iter().map(|it| it[key].as_str().unwrap().to_owned());
        ids.collect::<BTreeSet<String>>()
    };
    let both = |of: fn(&Owner) -> String| BTreeSet::from([of(&lead), of(&below)]);
    let agents = ids("/v1/agents", "id").await;
    assert_eq!(agents, both(|it| it.agent.unwrap().to_string()));
    let live = ids("/v1/calls?live=true", "id").await;
    assert_eq!(live, both(|it| it.live.to_string()));
    let mut calls = both(|it| it.live.to_string());
    calls.extend(both(|it| it.past.to_string()));
    assert_eq!(ids("/v1/calls", "id").await, calls);
    for of in [&lead, &below] {
        let why = client.get(&format!("/v1/calls/{}/why", of.past)).await;
        assert_eq!(why.status, 200, "{}", why.text());
    }
    let mut tickets = both(|it| it.ticket.to_string());
    tickets.extend(both(|it| it.lead_ticket.to_string()));
    assert_eq!(ids("/v1/tickets", "id").await, tickets);
    assert_eq!(
        ids("/v1/voicemail", "name").await,
        both(|it| it.login.clone())
    );
    let day = "from=2026-11-18T00:00:00Z&to=2026-11-19T00:00:00Z";
    let report = client.get(&format!("/v1/reports/agents?{day}")).await;
    let report = report.json();
    let rows = report["rows"].as_array().unwrap().iter();
    let rows: BTreeSet<String> = rows.map(|row| row["id"].as_str().unwrap().into()).collect();
    assert_eq!(rows, both(|it| it.agent.unwrap().to_string()));
    let queues = client.get("/v1/reports/queues").await;
    assert_eq!(queues.problem(), "forbidden", "a queue is nobody's");
    for path in [
        format!(
            "/v1/reports/agents?filter%5Bagent%5D={}",
            elsewhere.agent.unwrap()
        ),
        format!("/v1/calls?filter%5Bagent%5D={}", elsewhere.agent.unwrap()),
        format!(
            "/v1/calls?live=true&filter%5Bagent%5D={}",
            elsewhere.agent.unwrap()
        ),
        format!("/v1/surveys?filter%5Bagent%5D={}", elsewhere.agent.unwrap()),
    ] {
        assert_eq!(client.get(&path).await.problem(), "forbidden", "{path}");
    }
    let other = elsewhere.ticket;
    let into = json!({ "type": "merge", "data": { "into": other } }).to_string();
    let path = format!("/v1/tickets/{}/events", lead.ticket);
    let version = [("content-type", "application/json"), ("if-match", "\"1\"")];
    let refused = client.send("POST", &path, &version, into.as_bytes()).await;
    assert_eq!(
        refused.problem(),
        "no_such_ticket",
        "merged into what is not there"
    );
    let ticket = json!({ "ticket": other, "relation": "related" }).to_string();
    let path = format!("/v1/tickets/{}/relations", lead.ticket);
    assert_eq!(
        client.json("POST", &path, &ticket).await.problem(),
        "no_such_ticket"
    );
}

#[tokio::test]
async fn j1_an_admin_says_how_far_rights_go_by_version_and_it_holds_at_once() {
    let mut tree = Tree::new().await;
    let lead = tree
        .owner(Role::Supervisor, Some("north"), Reach::All)
        .await;
    let below = tree.owner(Role::Agent, Some("city"), Reach::All).await;
    let client = tree.program(lead.agent.unwrap()).await;
    let admin = tree.house.program("root").await;
    let path = format!("/v1/agents/{}/reach", lead.agent.unwrap());
    let read = admin.get(&path).await;
    let everything = json!({ "reach": "all", "groups": null, "people": null });
    assert_eq!(read.json(), everything);
    assert_eq!(client.get("/v1/agents/me/reach").await.json(), everything);
    let body = json!({ "reach": "group" }).to_string();
    assert_eq!(
        admin.json("PUT", &path, &body).await.problem(),
        "version_needed"
    );
    let put = async |etag: &str, body: &str| {
        let headers = [("content-type", "application/json"), ("if-match", etag)];
        admin.send("PUT", &path, &headers, body.as_bytes()).await
    };
    let wide = put("\"1\"", r#"{ "reach": "everything" }"#).await;
    assert_eq!(wide.status, 422, "{}", wide.text());
    let seen = format!("/v1/calls/{}", below.past);
    assert_eq!(client.get(&seen).await.status, 200);
    let etag = read.header("etag").unwrap().to_owned();
    let narrowed = put(&etag, &body).await;
    assert_eq!(
        narrowed.json(),
        json!({ "reach": "group", "groups": ["north"], "people": 1 })
    );
    assert_eq!(client.get(&seen).await.problem(), "forbidden");
    let late = put(&etag, r#"{ "reach": "tree" }"#).await;
    assert_eq!(late.problem(), "version_conflict");
    assert_eq!(late.json()["current"]["reach"], "group");
    let tree_wide = put(narrowed.header("etag").unwrap(), r#"{ "reach": "tree" }"#).await;
    assert_eq!(
        tree_wide.json(),
        json!({ "reach": "tree", "groups": ["city", "north"], "people": 2 })
    );
    assert_eq!(client.get(&seen).await.status, 200);
    let id = lead.agent.unwrap().to_string();
    let told = tree
        .house
        .database
        .audit_entries(Some(("agent", &id)), store::PageRequest::default());
    let told = told.await.unwrap().items;
    let actions = told
        .iter()
        .map(|row| (row.action.as_str(), row.after.as_deref()));
    let changed: Vec<_> = actions.take(2).collect();
    let action = "agent.reach_changed";
    assert_eq!(
        changed,
        [(action, Some("\"tree\"")), (action, Some("\"group\""))]
    );
}

#[tokio::test]
async fn j1_a_stream_tells_what_concerns_the_people_within_reach() {
    let mut tree = Tree::new().await;
    let lead = tree
        .owner(Role::Supervisor, Some("north"), Reach::Group)
        .await;
    let peer = tree.owner(Role::Agent, Some("north"), Reach::All).await;
    let elsewhere = tree.owner(Role::Agent, Some("south"), Reach::All).await;
    let client = tree.program(lead.agent.unwrap()).await;
    let mut stream = client.listen("/v1/events?scope=all", &[]).await.unwrap();
    tree.house
        .tell(ended(elsewhere.live, elsewhere.agent))
        .await;
    let theirs = tree.house.tell(ended(peer.live, peer.agent)).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id), ("call.ended", theirs));
}
