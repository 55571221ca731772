//! From the draft of a call to a ticket with its timeline.

use std::collections::BTreeMap;

use model::fact::{TicketAsked, TicketContent, TicketField};
use model::{AgentId, CallId, Caller, Fact, TicketId, Timestamp};
use store::{Command, Retention, RetentionKind, StoreError, TicketFilter};
use ticket::{Actor, By, Correction, Draft, Number, Order, Refused, State, Ticket};

use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, draft};

const CALL: CallId = CallId::new(5);

/// T5 by somebody.
fn correct(ticket: TicketId, version: u64, agent: AgentId, text: &str) -> Command {
    Command {
        ticket,
        version: Some(version),
        order: Order::Correct(subject(text)),
        by: by(agent),
        at: NOW,
    }
}

/// Somebody without any right of a role.
fn by(agent: AgentId) -> By {
    By {
        actor: Actor::Agent(agent),
        rights: std::collections::BTreeSet::new(),
    }
}

fn subject(text: &str) -> Correction {
    Correction {
        subject: Some(text.to_owned()),
        ..Correction::default()
    }
}

async fn submitted(world: &World, call: u64, agent: AgentId) -> Ticket {
    let caller = Caller::new(MOBILE, None);
    world
        .database
        .save_draft(&draft(call, agent, caller))
        .await
        .unwrap();
    let call = CallId::new(call);
    let submitted = world.desk().submit(call, agent, NOW).await;
    submitted.unwrap().ticket
}

async fn events(world: &World, ticket: TicketId) -> Vec<&'static str> {
    let entries = world.database.ticket_entries(ticket).await.unwrap();
    entries.iter().map(|entry| entry.event.name()).collect()
}

#[tokio::test]
async fn t1_a_call_leaves_a_draft_and_the_draft_a_ticket() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    let other = world.agent("1002").await.id;
    let mine = draft(5, agent, Caller::new(MOBILE, None));
    database.open_draft(&mine).await.unwrap();
    database
        .open_draft(&draft(5, other, Caller::new(MOBILE, None)))
        .await
        .unwrap();
    assert_eq!(
        database.draft(CALL, agent).await.unwrap(),
        Some(mine.clone())
    );
    assert_eq!(database.drafts(agent).await.unwrap(), [mine]);

    let desk = world.desk();
    let made = desk.submit(CALL, agent, after(1)).await.unwrap();
    assert!(made.is_new);
    let ticket = made.ticket;
    assert_eq!((ticket.state(), ticket.version), (State::New, 1));
    assert_eq!(
        (ticket.source_call, ticket.handling.people.creator),
        (Some(CALL), Some(agent))
    );
    assert_eq!(ticket.matter.contact.number.as_deref(), Some(MOBILE));
    assert_eq!(
        ticket.matter.contact.e164.as_ref().map(model::E164::as_str),
        Some("+8613800001111"),
        "though the directory never answered"
    );
    assert_eq!(ticket.matter.subject, "来电 · support · 按键 1");
    assert!(database.drafts(agent).await.unwrap().is_empty());
    assert!(
        database.drafts(other).await.unwrap().is_empty(),
        "nobody else's either"
    );
    assert_eq!(
        database.ticket(ticket.id).await.unwrap(),
        Some(ticket.clone())
    );
    assert_eq!(
        database.tickets_of_call(CALL).await.unwrap(),
        std::slice::from_ref(&ticket)
    );
    assert_eq!(desk.calls_of(&ticket, None).await.unwrap(), [CALL]);
    let typed: Number = ticket.number.digits().parse().unwrap();
    let by_number = TicketFilter {
        number: Some(typed),
        ..TicketFilter::default()
    };
    let found = database.tickets(&by_number, None, 50).await;
    assert_eq!(found.unwrap().items, std::slice::from_ref(&ticket));
    assert_eq!(events(&world, ticket.id).await, ["submit"]);

    let again = desk.submit(CALL, agent, after(9)).await.unwrap();
    assert!(!again.is_new);
    assert_eq!(again.ticket, ticket, "a call gives one ticket");

    // After a crash the offer is read again, too.
    let reopened = draft(5, agent, Caller::new(MOBILE, None));
    database.open_draft(&reopened).await.unwrap();
    assert_eq!(database.draft(CALL, agent).await.unwrap(), None);
}

#[tokio::test]
async fn what_the_agent_wrote_survives_a_second_offer() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    let mut written = draft(5, agent, Caller::new(MOBILE, None));
    database.open_draft(&written).await.unwrap();
    written.body = "no dial tone".to_owned();
    database.save_draft(&written).await.unwrap();
    database
        .open_draft(&draft(5, agent, Caller::new(MOBILE, None)))
        .await
        .unwrap();
    assert_eq!(database.draft(CALL, agent).await.unwrap(), Some(written));
    database.discard_drafts(CALL).await.unwrap();
    assert_eq!(database.draft(CALL, agent).await.unwrap(), None);
}

#[tokio::test]
async fn t1_p10_a_withheld_number_stays_a_draft_and_uses_no_number() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    database
        .save_draft(&draft(5, agent, Caller::withheld()))
        .await
        .unwrap();
    let refused = world.desk().submit(CALL, agent, NOW).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(Refused::NoContact))),
        "{refused:?}"
    );
    assert!(database.draft(CALL, agent).await.unwrap().is_some());
    let next = submitted(&world, 6, agent).await;
    assert!(
        next.number.to_string().starts_with("261118-0001-"),
        "{}",
        next.number
    );
    let nothing = world.desk().submit(CallId::new(7), agent, NOW).await;
    assert!(matches!(nothing, Err(StoreError::NotFound("draft"))));
}

#[tokio::test]
async fn numbers_count_by_day() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let first = submitted(&world, 1, agent).await.number;
    let second = submitted(&world, 2, agent).await.number;
    assert!(first.to_string().starts_with("261118-0001-"), "{first}");
    assert!(second.to_string().starts_with("261118-0002-"), "{second}");
    world
        .database
        .save_draft(&draft(3, agent, Caller::new(MOBILE, None)))
        .await
        .unwrap();
    let tomorrow = after(crate::world::DAY);
    let third = world.desk().submit(CallId::new(3), agent, tomorrow).await;
    let third = third.unwrap().ticket.number;
    assert!(third.to_string().starts_with("261119-0001-"), "{third}");
}

#[tokio::test]
async fn a_recording_is_linked_once_whenever_it_comes() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    database
        .save_draft(&draft(5, agent, Caller::new(MOBILE, None)))
        .await
        .unwrap();
    let desk = world.desk();
    let link = async |call, path: &'static str, at| {
        let news = desk.link_recording(call, path, at).await.unwrap();
        news.len()
    };
    // Before the ticket: the draft remembers it.
    assert_eq!(link(CALL, "a/5-1.wav", NOW).await, 0);
    assert_eq!(link(CALL, "a/5-1.wav", NOW).await, 0);
    let ticket = desk.submit(CALL, agent, NOW).await.unwrap().ticket;
    assert_eq!(link(CALL, "a/5-1.wav", NOW).await, 0);
    // After it.
    assert_eq!(link(CALL, "a/5-2.wav", after(5)).await, 1);
    assert_eq!(link(CALL, "a/5-2.wav", after(6)).await, 0);
    let names = events(&world, ticket.id).await;
    assert_eq!(names, ["submit", "recording_linked", "recording_linked"]);
    let stands = database.ticket(ticket.id).await.unwrap().unwrap();
    assert_eq!((stands.version, stands.updated_at), (1, after(5)));
    assert_eq!(link(CallId::new(6), "a/6-1.wav", NOW).await, 0);
}

#[tokio::test]
async fn t5_of_two_who_correct_at_once_one_gets_a_conflict() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let ticket = submitted(&world, 5, agent).await;
    for round in 0..20 {
        let version = world
            .database
            .ticket(ticket.id)
            .await
            .unwrap()
            .unwrap()
            .version;
        let correct = |text: String| {
            let desk = world.desk();
            async move {
                let worked = desk.order(correct(ticket.id, version, agent, &text)).await;
                worked.map(|worked| worked.ticket)
            }
        };
        let (a, b) = tokio::join!(
            tokio::spawn(correct(format!("a {round}"))),
            tokio::spawn(correct(format!("b {round}")))
        );
        let results = [a.unwrap(), b.unwrap()];
        let won: Vec<_> = results.iter().flatten().collect();
        assert_eq!(won.len(), 1, "{results:?}");
        assert!(
            results.iter().any(|result| matches!(result,
                Err(StoreError::Conflict { what: "ticket", current }) if *current == version + 1)),
            "{results:?}"
        );
        let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
        assert_eq!(&stands, won[0]);
    }
    assert_eq!(events(&world, ticket.id).await.len(), 21);
}

#[tokio::test]
async fn t5_a_refused_or_empty_correction_changes_nothing() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    let ticket = submitted(&world, 5, agent).await;
    let desk = world.desk();
    let refused = desk.order(correct(ticket.id, 1, agent, " ")).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(Refused::NoSubject))
    ));
    let same = correct(ticket.id, 1, agent, &ticket.matter.subject);
    let same = desk.order(same).await.unwrap();
    assert_eq!((same.ticket, same.news), (ticket.clone(), vec![]));
    assert_eq!(events(&world, ticket.id).await, ["submit"]);
    assert_eq!(database.ticket(ticket.id).await.unwrap(), Some(ticket));
    let nobody = desk.order(correct(TicketId::new(1), 1, agent, "x")).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("ticket"))));
}

#[tokio::test]
async fn tickets_are_listed_by_page_and_filter() {
    let world = World::new().await;
    let (anna, ben) = (world.agent("1001").await.id, world.agent("1002").await.id);
    let customer = world.customer("王芳", "8001", 0, None).await;
    let mut all = Vec::new();
    for call in 1..=12 {
        let agent = if call % 3 == 0 { ben } else { anna };
        all.push(submitted(&world, call, agent).await.id);
    }
    let mut known = draft(20, ben, Caller::withheld());
    known.customer = Some(customer);
    world.database.save_draft(&known).await.unwrap();
    let known = world.desk().submit(CallId::new(20), ben, NOW).await;
    all.push(known.unwrap().ticket.id);
    all.reverse();

    let list = async |filter: TicketFilter| {
        let (mut seen, mut next) = (Vec::new(), None);
        loop {
            let page = world.database.tickets(&filter, next, 5).await.unwrap();
            seen.extend(page.items.iter().map(|ticket| ticket.id));
            next = page.next;
            if next.is_none() {
                return seen;
            }
        }
    };
    assert_eq!(list(TicketFilter::default()).await, all);
    let by = |state, created_by, customer| TicketFilter {
        state,
        customer,
        created_by,
        ..TicketFilter::default()
    };
    assert_eq!(list(by(Some(State::New), None, None)).await.len(), 13);
    assert_eq!(list(by(Some(State::Closed), None, None)).await.len(), 0);
    assert_eq!(list(by(None, Some(ben), None)).await.len(), 5);
    assert_eq!(list(by(None, None, Some(customer))).await, all[..1]);
    assert_eq!(
        list(by(Some(State::New), Some(anna), Some(customer))).await,
        []
    );
}

#[tokio::test]
async fn f_what_was_never_told_is_told_by_the_next_process_until_it_stands_in_the_log() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let offered = draft(5, agent, Caller::new(MOBILE, None));
    world.database.open_draft(&offered).await.unwrap();
    world.call(5, MOBILE, agent, NOW, MINUTE).await;
    let submitted = world.desk().submit(CALL, agent, after(1)).await.unwrap();
    let ticket = submitted.ticket.id;
    let born = Fact::TicketCreated {
        ticket,
        number: submitted.ticket.number.to_string(),
        call: Some(CALL),
        agent: Some(agent),
    };
    assert_eq!(submitted.news, std::slice::from_ref(&born));
    let corrected = world.desk().order(correct(ticket, 1, agent, "x")).await;
    let changed = corrected.unwrap().news;
    // The process ends here: the ticket stands, and no fact tells of it.
    let mut world = world.reopen().await;
    let again = world.desk().submit(CALL, agent, after(9)).await.unwrap();
    assert_eq!((again.is_new, again.news), (false, vec![]));
    let untold = async |world: &World| -> Vec<Fact> {
        let untold = world.database.untold(None).await.unwrap();
        untold.into_iter().flat_map(|one| one.facts).collect()
    };
    assert_eq!(untold(&world).await, [born.clone(), changed[0].clone()]);
    world.tell(vec![(NOW, born)]).await;
    assert_eq!(untold(&world).await, changed);
    let behind = world.database.untold(Some((ticket, 2))).await.unwrap();
    assert_eq!(behind, [], "page by page");
    world.tell(vec![(NOW, changed[0].clone())]).await;
    assert_eq!(untold(&world).await, []);
}

#[tokio::test]
async fn e15_a_script_files_one_ticket_however_often_its_fact_is_read() {
    let world = World::new().await;
    let database = &world.database;
    let fields = BTreeMap::from([
        ("order".to_owned(), TicketField::Text("007".to_owned())),
        ("sum".to_owned(), TicketField::Number("99.50".to_owned())),
        ("paid".to_owned(), TicketField::Truth(false)),
    ]);
    let asked = |part| TicketAsked {
        call: CallId::new(77),
        part,
        script: "main".into(),
        node: "complaint".to_owned(),
        caller: Caller::new(MOBILE, Some("李雷")),
        called: "4000".to_owned(),
        language: "zh-CN".to_owned(),
        customer: None,
        queue: None,
        content: TicketContent {
            ticket_type: "complaint".to_owned(),
            category: None,
            subject: "about 007".to_owned(),
            fields: fields.clone(),
            for_leads: part == 3,
        },
    };
    let desk = world.desk();
    assert_eq!(
        database.filed_ticket(CallId::new(77), 1).await.unwrap(),
        None
    );
    let first = desk.submit_filed(&asked(1), NOW).await.unwrap();
    let again = desk.submit_filed(&asked(1), after(9)).await.unwrap();
    assert!(first.is_new && !again.is_new);
    assert_eq!(first.ticket, again.ticket);
    assert_eq!(first.ticket.matter.fields, fields);
    let other = desk.submit_filed(&asked(2), NOW).await.unwrap();
    assert_ne!(
        other.ticket.number, first.ticket.number,
        "another node's visit"
    );
    let found = database.filed_ticket(CallId::new(77), 1).await.unwrap();
    assert_eq!(found, Some(first.ticket.clone()));
    // P4: whoever takes the caller's next call sees both.
    let profile = database
        .profile(&Caller::new(MOBILE, None), NOW)
        .await
        .unwrap();
    let open: Vec<_> = profile.open_tickets.iter().map(|it| it.ticket).collect();
    assert!(open.contains(&first.ticket.id) && open.contains(&other.ticket.id));
    // J3: one about how an agent has served is on no agent's screen and in no agent's list.
    let lead = desk.submit_filed(&asked(3), NOW).await.unwrap();
    let lead = database.ticket(lead.ticket.id).await.unwrap().unwrap();
    assert!(lead.matter.for_leads);
    let profile = database
        .profile(&Caller::new(MOBILE, None), NOW)
        .await
        .unwrap();
    assert_eq!(profile.open_tickets.len(), open.len());
    let agent = world.agent("1001").await.id;
    let reader = desk.reader(agent, NOW).await.unwrap();
    for (readable_by, expected) in [(None, 3), (Some(reader), 2)] {
        let filter = TicketFilter {
            readable_by,
            ..TicketFilter::default()
        };
        let found = database.tickets(&filter, None, 50).await.unwrap();
        assert_eq!(found.items.len(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn p6_b3_what_agents_write_is_inherited_kept_apart_and_forgotten_after_its_time() {
    let world = World::new().await;
    let database = &world.database;
    let (first, second) = (world.agent("1001").await.id, world.agent("1002").await.id);
    for agent in [first, second] {
        let offered = draft(5, agent, Caller::withheld());
        database.open_draft(&offered).await.unwrap();
    }
    let text = |body: &str| ticket::Written {
        body: body.to_owned(),
        ticket_type: Some("complaint".to_owned()),
        ..ticket::Written::default()
    };
    let wrote = database.write_draft((CALL, first), 0, text("no network"));
    assert_eq!(wrote.await.unwrap().version, 1);
    // Both pages of one agent at once: one of them gets a conflict.
    let (a, b) = tokio::join!(
        database.write_draft((CALL, first), 1, text("a")),
        database.write_draft((CALL, first), 1, text("b"))
    );
    let conflicts = [a, b].map(|it| conflict_at(it, 2));
    assert!(conflicts[0] != conflicts[1], "{conflicts:?}");
    database.inherit_draft(CALL, first, second).await.unwrap();
    let inherited = database.draft(CALL, second).await.unwrap().unwrap();
    let stands = database.draft(CALL, first).await.unwrap().unwrap();
    assert_eq!(inherited.written(), stands.written());
    assert_eq!(
        inherited.version, 1,
        "who read it before does not write over it"
    );
    let late = database.write_draft((CALL, second), 0, text("mine"));
    assert!(conflict_at(late.await, 1));
    let own = database.write_draft((CALL, second), 1, text("mine"));
    own.await.unwrap();
    database.inherit_draft(CALL, first, second).await.unwrap();
    let kept = database.draft(CALL, second).await.unwrap().unwrap();
    assert_eq!(kept.body, "mine", "who has written something keeps it");
    let later = Timestamp::from_ms(kept.opened_at.as_ms() + 30 * DAY + 1);
    let (retention, folder) = (Retention::default(), world.scratch.path());
    let sweep = database.retention_step(RetentionKind::Drafts, &retention, folder, later);
    assert_eq!(sweep.await.unwrap().removed, 2);
    assert_eq!(database.draft(CALL, first).await.unwrap(), None);
}

fn conflict_at(result: Result<Draft, StoreError>, version: u64) -> bool {
    matches!(result, Err(StoreError::Conflict { what: "draft", current }) if current == version)
}
