//! J7: what is found by its words, by whom, and in which order; nothing that is typed is an operator.

use std::time::Duration;

use model::{AgentId, CustomerId, Timestamp};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sqlx::Connection as _;
use store::search::{COUNTED_MAX, PATIENCE};
use store::{
    Command, Found, Hit, Matched, NewTicket, PageRequest, Question, Reader, SearchKind,
    SearchRequest, TicketFilter, TicketOrder,
};
use ticket::handling::Role;
use ticket::{Actor, By, Contact, Matter, Order, Ticket};

use crate::world::{DAY, MOBILE, NOW, World, after};

async fn entered(world: &World, subject: &str, body: &str, at: Timestamp) -> Ticket {
    let matter = Matter {
        subject: subject.to_owned(),
        body: body.to_owned(),
        contact: Contact {
            number: Some("13800001111".to_owned()),
            ..Contact::default()
        },
        ..Matter::default()
    };
    let new = NewTicket {
        matter,
        ..NewTicket::default()
    };
    let entered = world.desk().enter(new, Actor::System, at).await;
    entered.unwrap().ticket
}

async fn ordered(world: &World, ticket: &Ticket, order: Order) {
    let command = Command {
        ticket: ticket.id,
        version: None,
        order,
        by: By {
            actor: Actor::Agent(AgentId::new(1)),
            rights: [
                Role::Agent,
                Role::Dispatcher,
                Role::Supervisor,
                Role::Trusted,
            ]
            .into(),
        },
        at: after(1),
    };
    world.desk().order(command).await.unwrap();
}

fn request(question: &str) -> SearchRequest {
    SearchRequest {
        question: Question::parse(question).unwrap(),
        kinds: SearchKind::ALL.to_vec(),
        since: after(-90 * DAY),
        readable_by: None,
    }
}

async fn found(world: &World, request: &SearchRequest) -> Found {
    let page = PageRequest::default();
    world
        .database
        .search(request, page, PATIENCE)
        .await
        .unwrap()
}

/// What is found: subjects of tickets and texts of notes.
async fn names(world: &World, question: &str) -> Vec<String> {
    let found = found(world, &request(question)).await;
    found.page.items.into_iter().map(name).collect()
}

fn name(hit: Hit) -> String {
    match hit.what {
        Matched::Ticket(ticket, _) => ticket.matter.subject,
        Matched::Note(note, _) => note.body,
    }
}

#[tokio::test]
async fn j7_words_of_two_characters_numbers_and_what_was_written_later_are_found() {
    let world = World::new().await;
    let first = entered(
        &world,
        "宽带故障",
        "家里无法上网，路由器 TS-1024 灯不亮",
        NOW,
    )
    .await;
    entered(&world, "投诉", "Router AX3000 slow", after(1)).await;
    let customer = world.customer("王小明", MOBILE, 0, None).await;
    let agent = AgentId::new(1);
    let note = world
        .database
        .add_customer_note(customer, "宽带 VIP", agent, after(2));
    note.await.unwrap();
    ordered(
        &world,
        &first,
        Order::Append {
            text: "已换光猫".to_owned(),
        },
    )
    .await;
    for (question, expected) in [
        ("宽带", &["宽带 VIP", "宽带故障"][..]),
        ("宽带 无法上网", &["宽带故障"]),
        ("上无", &[]),
        ("网", &["宽带故障"]),
        ("障", &["宽带故障"]),
        ("ts-1024", &["宽带故障"]),
        ("1024", &["宽带故障"]),
        ("102", &[]),
        ("光猫", &["宽带故障"]),
        ("ｒｏｕｔｅｒ", &["投诉"]),
        ("故障家里", &[]),
    ] {
        assert_eq!(names(&world, question).await, expected, "{question}");
    }
    let number = first.number.to_string();
    assert_eq!(names(&world, &format!("TS-{number}")).await, ["宽带故障"]);
    let hit = found(&world, &request("光猫")).await.page.items.remove(0);
    let told: Vec<_> = hit
        .snippet
        .iter()
        .map(|it| (&*it.text, it.is_found))
        .collect();
    assert_eq!(told, [("已换", false), ("光猫", true)]);
    let notes = SearchRequest {
        kinds: vec![SearchKind::CustomerNote],
        ..request("宽带")
    };
    assert_eq!(found(&world, &notes).await.many, Some(1));
    ordered(
        &world,
        &first,
        Order::Correct(ticket::Correction {
            body: Some("换了路由器".to_owned()),
            ..ticket::Correction::default()
        }),
    )
    .await;
    assert!(
        names(&world, "上网").await.is_empty(),
        "a word that was corrected is gone"
    );
}

#[tokio::test]
async fn j7_the_newest_first_in_pages_since_a_moment_and_counted_so_far() {
    let world = World::new().await;
    for (subject, days) in [
        ("一 word", 0),
        ("二 word", 40),
        ("三 word", 100),
        ("四 word", 101),
    ] {
        entered(&world, subject, "", after((days - 101) * DAY)).await;
    }
    assert_eq!(
        names(&world, "word").await,
        ["四 word", "三 word", "二 word"],
        "90 days"
    );
    let all = SearchRequest {
        since: after(-400 * DAY),
        ..request("word")
    };
    let mut page = PageRequest {
        after: None,
        limit: 3,
    };
    let first = world.database.search(&all, page, PATIENCE).await.unwrap();
    assert_eq!((first.page.items.len(), first.many), (3, Some(4)));
    page.after = first.page.next;
    let rest = world.database.search(&all, page, PATIENCE).await.unwrap();
    assert_eq!(
        rest.page.items.into_iter().map(name).collect::<Vec<_>>(),
        ["一 word"]
    );
    assert_eq!((rest.page.next, rest.many), (None, None));
    let filter = |order, state| TicketFilter {
        text: Some((Question::parse("word").unwrap(), after(-50 * DAY))),
        state,
        order,
        ..TicketFilter::default()
    };
    for (order, expected) in [
        (TicketOrder::Newest, ["四 word", "三 word"]),
        (TicketOrder::Due, ["三 word", "四 word"]),
    ] {
        let listed = world.database.tickets(&filter(order, None), None, 50).await;
        let subjects = listed
            .unwrap()
            .items
            .into_iter()
            .map(|it| it.matter.subject);
        assert_eq!(subjects.collect::<Vec<_>>(), expected, "{order:?}");
    }
    let followed = TicketFilter {
        watcher: Some(AgentId::new(1)),
        ..filter(TicketOrder::Newest, None)
    };
    let listed = world.database.tickets(&followed, None, 50).await;
    assert!(listed.unwrap().items.is_empty(), "nobody follows one");
    let closed = filter(TicketOrder::Newest, Some(ticket::State::Closed));
    let listed = world.database.tickets(&closed, None, 50).await;
    assert!(listed.unwrap().items.is_empty());
    let customer = world.customer("王小明", MOBILE, 0, None).await;
    for _ in 0..=COUNTED_MAX {
        let note = world
            .database
            .add_customer_note(customer, "same", AgentId::new(1), NOW);
        note.await.unwrap();
    }
    let same = found(&world, &request("same")).await;
    assert_eq!((same.many, same.is_more), (Some(COUNTED_MAX), true));
}

/// Who has no time is told what the first window had, and goes on: all of it comes, each once, the newest first.
#[tokio::test]
async fn j7_a_search_ends_and_goes_on_where_it_ended() {
    let world = World::new().await;
    let days = [0, 3, 30, 200, 201, 390];
    for day in days {
        entered(&world, &format!("{day} word"), "", after((day - 391) * DAY)).await;
    }
    let all = SearchRequest {
        since: after(-400 * DAY),
        ..request("word")
    };
    let mut page = PageRequest {
        after: None,
        limit: 2,
    };
    let (mut names, mut pages) = (Vec::new(), 0);
    loop {
        let found = world.database.search(&all, page, Duration::ZERO).await;
        let found = found.unwrap();
        let is_short = found.page.items.len() < 2 && found.page.next.is_some();
        assert!(found.since > all.since || !is_short, "{found:?}");
        assert_eq!(found.is_more, page.after.is_none());
        names.extend(found.page.items.into_iter().map(name));
        pages += 1;
        page.after = found.page.next;
        if page.after.is_none() {
            break;
        }
    }
    let expected = days.iter().rev().map(|day| format!("{day} word"));
    assert_eq!(names, expected.collect::<Vec<_>>());
    assert!(pages > 4, "{pages}");
}

#[tokio::test]
async fn a13_j3_what_one_may_not_read_is_neither_found_nor_counted_and_m5_merged_ones_lead_on() {
    let world = World::new().await;
    let secret = entered(&world, "secret thing", "hidden text", NOW).await;
    let order = Order::SetSensitive {
        on: true,
        reason: "x".to_owned(),
    };
    ordered(&world, &secret, order).await;
    let lead = NewTicket {
        matter: Matter {
            subject: "lead thing".to_owned(),
            for_leads: true,
            contact: Contact {
                number: Some(MOBILE.to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    world
        .desk()
        .enter(lead, Actor::System, after(1))
        .await
        .unwrap();
    let one = entered(&world, "plain thing", "", after(2)).await;
    let other = entered(&world, "goes on", "", after(3)).await;
    ordered(&world, &one, Order::Merge { into: other.id }).await;
    let seen_by = |agent| SearchRequest {
        readable_by: Some(Reader {
            agent: AgentId::new(agent),
            groups: std::collections::BTreeSet::new(),
            within: None,
            leads: false,
        }),
        ..request("thing")
    };
    let by_other = found(&world, &seen_by(99)).await;
    assert_eq!(by_other.many, Some(1));
    let Matched::Ticket(ticket, Some(survivor)) = &by_other.page.items[0].what else {
        panic!("{by_other:?}");
    };
    assert_eq!((ticket.id, survivor.id), (one.id, other.id));
    let by_boss = found(&world, &request("thing")).await;
    assert_eq!(by_boss.many, Some(3));
    let hidden = found(&world, &request("hidden")).await.page.items;
    assert_eq!(
        (hidden.len(), hidden[0].snippet.len()),
        (1, 0),
        "A13: opened to be read"
    );
}

#[tokio::test]
async fn j7_what_was_there_before_is_gone_through_in_steps() {
    let world = World::new().await;
    for part in 0..60 {
        entered(&world, &format!("old {part}"), "", after(part)).await;
    }
    let customer = world.customer("王小明", MOBILE, 0, None).await;
    world
        .database
        .add_customer_note(customer, "old note", AgentId::new(1), NOW)
        .await
        .unwrap();
    let mut file = sqlx::AnyConnection::connect(&world.url).await.unwrap();
    let forget = "DELETE FROM search_words; DELETE FROM search_document";
    sqlx::raw_sql(forget).execute(&mut file).await.unwrap();
    assert!(names(&world, "old").await.is_empty());
    assert!(world.database.index_step(50).await.unwrap());
    assert_eq!(found(&world, &request("old")).await.many, Some(50));
    assert_eq!(names(&world, "old").await[0], "old 59", "the newest first");
    let mut steps = 1;
    while world.database.index_step(50).await.unwrap() {
        steps += 1;
    }
    assert_eq!(
        (found(&world, &request("old")).await.many, steps),
        (Some(61), 8),
        "60 tickets, a note, and 60 open ones; behind each its end"
    );
}

/// What a list of open ones with a word holds.
async fn open_with(world: &World, text: &str, order: TicketOrder) -> Vec<String> {
    let filter = TicketFilter {
        is_open: Some(true),
        text: Some((Question::parse(text).unwrap(), Timestamp::from_ms(0))),
        order,
        ..TicketFilter::default()
    };
    let page = world.database.tickets(&filter, None, 50).await.unwrap();
    let tickets = page.items.into_iter();
    tickets.map(|it| it.matter.subject).collect()
}

#[tokio::test]
async fn j7_lists_of_open_tickets_look_among_the_words_of_open_ones() {
    let world = World::new().await;
    let mut all = Vec::new();
    for part in 0..3 {
        all.push(entered(&world, &format!("line {part}"), "", after(part)).await);
    }
    let [zero, one, two] = &all[..] else { panic!() };
    let listed = async || {
        let newest = open_with(&world, "line", TicketOrder::Newest).await;
        let mut due = open_with(&world, "line", TicketOrder::Due).await;
        due.sort();
        due.reverse();
        assert_eq!(due, newest, "the same in either order");
        newest
    };
    let run = async |text: &'static str| {
        let mut conn = sqlx::AnyConnection::connect(&world.url).await.unwrap();
        sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
    };
    let three = ["line 2", "line 1", "line 0"];
    assert_eq!(
        listed().await,
        three,
        "before there was a shelf of their own"
    );
    while world.database.index_step(50).await.unwrap() {}
    // Nothing but the shelf of open ones has the words from here on.
    run("DELETE FROM search_words").await;
    assert_eq!(listed().await, three);
    let answer = "a new cable".to_owned();
    ordered(&world, one, Order::DirectAnswer { answer }).await;
    ordered(&world, zero, Order::Merge { into: two.id }).await;
    assert_eq!(listed().await, ["line 2"], "what ended is none of them");
    let reason = "again".to_owned();
    ordered(&world, one, Order::Reopen { reason }).await;
    ordered(&world, zero, Order::Unmerge).await;
    assert_eq!(listed().await, three, "what is open again is one of them");
    for word in ["cable", "again"] {
        let found = open_with(&world, word, TicketOrder::Due).await;
        assert_eq!(found, ["line 1"], "with all that was written to it: {word}");
    }
    // As in a database of before, where all has its words already.
    run("DELETE FROM search_open; DELETE FROM projection WHERE name LIKE 'search%'").await;
    let rewritten = ["line 1"];
    assert_eq!(
        listed().await,
        rewritten,
        "until then among the words of all"
    );
    while world.database.index_step(2).await.unwrap() {}
    run("DELETE FROM search_words").await;
    assert_eq!(listed().await, three);
}

#[tokio::test]
async fn j7_whatever_is_written_is_found_by_itself_and_whatever_is_typed_is_no_operator() {
    let world = World::new().await;
    let customer: CustomerId = world.customer("王小明", MOBILE, 0, None).await;
    let mut runner = TestRunner::deterministic();
    let any = "\\PC{1,40}";
    let signs = "[a-cA-C\"'*():^+|&<>!:\\-一二三 0-9\u{301}ｶﾞ、，\\\\]{1,30}";
    for case in 0..240 {
        let strategy = if case % 2 == 0 { any } else { signs };
        let text = strategy.new_tree(&mut runner).unwrap().current();
        let Ok(question) = Question::parse(&text) else {
            continue;
        };
        let written =
            world
                .database
                .add_customer_note(customer, &text, AgentId::new(1), after(case));
        let Ok(note) = written.await else { continue };
        let asked = SearchRequest {
            question,
            ..request("x")
        };
        let ids: Vec<_> = found(&world, &asked)
            .await
            .page
            .items
            .iter()
            .map(|hit| hit.id)
            .collect();
        assert!(ids.contains(&note.id), "{text:?}");
    }
}
