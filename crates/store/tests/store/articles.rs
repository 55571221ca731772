//! Articles: versions and steps over the store, who finds what, and of what use they were (E7, E8).

use std::collections::BTreeMap;

use knowledge::{Article, ArticleFault, By, Content, Language, Status, Step, Text, Visibility};
use model::{AgentId, TicketId};
use store::{ArticleFilter, Command, NewTicket, PageRequest, StoreError, TicketDesk};
use ticket::handling::Role;
use ticket::{Actor, Contact, Matter, Order};

use crate::world::{MOBILE, NOW, World, after};

const fn by(agent: u64, reviews: bool) -> By {
    By {
        agent: AgentId::new(agent),
        reviews,
    }
}

const WRITER: By = by(7, false);
const COLLEAGUE: By = by(8, false);
const LEAD: By = by(9, true);

fn content(title: &str, visibility: Visibility) -> Content {
    let text = Text {
        title: title.to_owned(),
        body: format!("{title}。"),
    };
    Content {
        texts: BTreeMap::from([(Language::Chinese, text)]),
        visibility,
        category: Some("broadband".to_owned()),
        clip: Some(12),
    }
}

async fn begun(world: &World, title: &str, visibility: Visibility) -> Article {
    let content = content(title, visibility);
    world
        .database
        .add_article(content, None, WRITER, NOW)
        .await
        .unwrap()
}

async fn step(world: &World, article: &Article, step: Step, by: By) -> Article {
    let note = Some("why".to_owned());
    world
        .database
        .step_article(article.id, article.version, (step, note), by, after(1))
        .await
        .unwrap()
}

async fn published(world: &World, title: &str) -> Article {
    let article = begun(world, title, Visibility::Internal).await;
    let article = step(world, &article, Step::Submit, WRITER).await;
    step(world, &article, Step::Publish, LEAD).await
}

fn asked(status: Status) -> ArticleFilter {
    ArticleFilter {
        status,
        text: None,
        category: None,
        visibility: None,
        language: None,
        clip: None,
        writer: None,
    }
}

async fn titles(world: &World, filter: ArticleFilter, by: By) -> Vec<String> {
    let page = world
        .database
        .articles(&filter, by, PageRequest::default())
        .await;
    let items = page.unwrap().items.into_iter();
    items
        .map(|it| it.version.content.texts[&Language::Chinese].title.clone())
        .collect()
}

#[tokio::test]
async fn e7_versions_stand_beside_each_other_and_over_a_restart() {
    let world = World::new().await;
    let first = published(&world, "光猫红灯").await;
    let draft = step(&world, &first, Step::Revise, COLLEAGUE).await;
    let written = world.database.write_article(
        draft.id,
        draft.version,
        content("光猫红灯闪烁", Visibility::Public),
        COLLEAGUE,
        after(2),
    );
    let written = written.await.unwrap();
    let world = world.reopen().await;
    let kept = world.database.article(first.id).await.unwrap().unwrap();
    assert_eq!(kept.article, written);
    assert_eq!(kept.article.live().unwrap().number, 1);
    let late = world
        .database
        .write_article(
            first.id,
            1,
            content("x", Visibility::Public),
            COLLEAGUE,
            NOW,
        )
        .await;
    assert!(
        matches!(late, Err(StoreError::Conflict { current: 5, .. })),
        "{late:?}"
    );
    let review = step(&world, &written, Step::Submit, COLLEAGUE).await;
    let second = step(&world, &review, Step::Publish, LEAD).await;
    assert_eq!(second.live().unwrap().number, 2);
    let versions = world.database.article_versions(first.id).await.unwrap();
    let stands: Vec<_> = versions.iter().map(|it| (it.number, it.status)).collect();
    assert_eq!(stands, [(2, Status::Published), (1, Status::Replaced)]);
    let about = ("article", &*first.id.to_string());
    let rows = world
        .database
        .audit_entries(Some(about), PageRequest::default())
        .await
        .unwrap();
    let acts: Vec<_> = rows
        .items
        .iter()
        .rev()
        .map(|row| row.action.as_str())
        .collect();
    assert_eq!(
        acts,
        [
            "article.begun",
            "article.submit",
            "article.publish",
            "article.revise",
            "article.written",
            "article.submit",
            "article.publish"
        ]
    );
}

#[tokio::test]
async fn e7_titles_are_found_by_characters_pinyin_and_initials_and_lists_by_filters() {
    let world = World::new().await;
    published(&world, "光猫红灯").await;
    published(&world, "宽带续费").await;
    begun(&world, "光猫换型", Visibility::Internal).await;
    let text = |text: &str| ArticleFilter {
        text: Some(text.to_owned()),
        ..asked(Status::Published)
    };
    for (question, found) in [
        ("光猫", &["光猫红灯"][..]),
        ("guangmao", &["光猫红灯"]),
        ("gmhd", &["光猫红灯"]),
        ("xufei", &["宽带续费"]),
        ("换型", &[]),
        ("%", &[]),
    ] {
        assert_eq!(
            titles(&world, text(question), COLLEAGUE).await,
            found,
            "{question}"
        );
    }
    let both = ["宽带续费", "光猫红灯"];
    assert_eq!(
        titles(&world, asked(Status::Published), COLLEAGUE).await,
        both
    );
    let rows = [
        (
            ArticleFilter {
                category: Some("tv".to_owned()),
                ..asked(Status::Published)
            },
            0,
        ),
        (
            ArticleFilter {
                category: Some("broadband".to_owned()),
                ..asked(Status::Published)
            },
            2,
        ),
        (
            ArticleFilter {
                clip: Some(12),
                ..asked(Status::Published)
            },
            2,
        ),
        (
            ArticleFilter {
                clip: Some(13),
                ..asked(Status::Published)
            },
            0,
        ),
        (
            ArticleFilter {
                language: Some(Language::English),
                ..asked(Status::Published)
            },
            0,
        ),
        (
            ArticleFilter {
                visibility: Some(Visibility::Internal),
                ..asked(Status::Published)
            },
            2,
        ),
        (
            ArticleFilter {
                writer: Some(COLLEAGUE.agent),
                ..asked(Status::Published)
            },
            0,
        ),
    ];
    for (filter, many) in rows {
        assert_eq!(
            titles(&world, filter.clone(), LEAD).await.len(),
            many,
            "{filter:?}"
        );
    }
    let page = PageRequest {
        after: None,
        limit: 1,
    };
    let first = world
        .database
        .articles(&asked(Status::Published), LEAD, page)
        .await
        .unwrap();
    let page = PageRequest {
        after: first.next,
        limit: 1,
    };
    let second = world
        .database
        .articles(&asked(Status::Published), LEAD, page)
        .await
        .unwrap();
    assert_eq!(
        (first.items.len(), second.items.len(), second.next),
        (1, 1, None)
    );
}

#[tokio::test]
async fn e8_drafts_are_their_writers_and_reviewers_and_private_ones_their_writers_alone() {
    let world = World::new().await;
    begun(&world, "草稿", Visibility::Internal).await;
    begun(&world, "私有", Visibility::Private).await;
    for (by, found) in [
        (WRITER, &["私有", "草稿"][..]),
        (COLLEAGUE, &[]),
        (LEAD, &["草稿"]),
    ] {
        assert_eq!(titles(&world, asked(Status::Draft), by).await, found);
    }
}

async fn solved(world: &World, desk: &TicketDesk) -> TicketId {
    let customer = world.customer("王小明", MOBILE, 0, None).await;
    let matter = Matter {
        subject: "王先生宽带故障".to_owned(),
        customer: Some(customer),
        contact: Contact {
            number: Some(MOBILE.to_owned()),
            ..Contact::default()
        },
        ..Matter::default()
    };
    let new = NewTicket {
        matter,
        ..NewTicket::default()
    };
    let entered = desk.enter(new, ticket::By::system(), NOW).await;
    entered.unwrap().ticket.id
}

#[tokio::test]
async fn e7_what_identifies_the_customer_of_its_ticket_is_not_reviewed() {
    let world = World::new().await;
    let ticket = solved(&world, &world.desk()).await;
    let database = &world.database;
    let known = database.known_of_ticket(ticket).await.unwrap();
    let (clean, _) = known.anonymised("王小明 13800001111", Language::Chinese);
    assert_eq!(clean, "〔客户〕 〔号码〕");
    let named = content("回电138 0000 1111", Visibility::Internal);
    let article = database
        .add_article(named, Some(ticket), WRITER, NOW)
        .await
        .unwrap();
    let told = database
        .step_article(article.id, 1, (Step::Submit, None), WRITER, NOW)
        .await;
    let Err(StoreError::Article(ArticleFault::Personal(found))) = told else {
        panic!("{told:?}");
    };
    assert_eq!(found, "138 0000 1111");
    let clean = content("回电〔号码〕", Visibility::Internal);
    let written = database
        .write_article(article.id, 1, clean, WRITER, NOW)
        .await
        .unwrap();
    step(&world, &written, Step::Submit, WRITER).await;
}

#[tokio::test]
async fn e7_votes_count_once_each_and_tickets_name_what_solved_them() {
    let world = World::new().await;
    let ticket = solved(&world, &world.desk()).await;
    let article = published(&world, "光猫红灯").await;
    let draft = begun(&world, "草稿", Visibility::Internal).await;
    let database = &world.database;
    for (agent, useful) in [(1, true), (2, true), (2, false), (3, true)] {
        let agent = AgentId::new(agent);
        database
            .vote_article(article.id, agent, useful, NOW)
            .await
            .unwrap();
    }
    for _ in 0..2 {
        database
            .use_article(article.id, ticket, WRITER, NOW)
            .await
            .unwrap();
    }
    let draft = database.use_article(draft.id, ticket, WRITER, NOW).await;
    assert!(
        matches!(draft, Err(StoreError::NotFound("article"))),
        "{draft:?}"
    );
    let told = database
        .article(article.id)
        .await
        .unwrap()
        .unwrap()
        .usefulness;
    assert_eq!((told.useful, told.useless, told.used), (2, 1, 1));
    let named = database.articles_of_ticket(ticket).await.unwrap();
    assert_eq!((named.len(), named[0].article), (1, article.id));
    let page = database
        .tickets_of_article(article.id, PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.items, named);
    database
        .unuse_article(article.id, ticket, WRITER, NOW)
        .await
        .unwrap();
    let again = database
        .unuse_article(article.id, ticket, WRITER, NOW)
        .await;
    assert!(matches!(again, Err(StoreError::NotFound(_))), "{again:?}");
}

async fn ordered(desk: &TicketDesk, ticket: TicketId, order: Order) {
    let rights = [
        Role::Agent,
        Role::Dispatcher,
        Role::Supervisor,
        Role::Trusted,
    ];
    let command = Command {
        ticket,
        version: None,
        order,
        by: ticket::By {
            actor: Actor::Agent(WRITER.agent),
            rights: rights.into(),
        },
        at: after(2),
    };
    desk.order(command).await.unwrap();
}

async fn secret(desk: &TicketDesk, ticket: TicketId) {
    let order = Order::SetSensitive {
        on: true,
        reason: "names a minor".to_owned(),
    };
    ordered(desk, ticket, order).await;
}

async fn in_review(world: &World, ticket: TicketId) -> Article {
    let clean = content("断线重启即可", Visibility::Internal);
    let begun = world.database.add_article(clean, Some(ticket), WRITER, NOW);
    step(world, &begun.await.unwrap(), Step::Submit, WRITER).await
}

#[tokio::test]
async fn a13_a_ticket_that_became_sensitive_is_published_by_no_draft_of_before() {
    let world = World::new().await;
    let desk = world.desk();
    let ticket = solved(&world, &desk).await;
    let review = in_review(&world, ticket).await;
    let back = step(&world, &review, Step::Return, LEAD).await;
    secret(&desk, ticket).await;
    let database = &world.database;
    let told = database.step_article(
        back.id,
        back.version,
        (Step::Submit, None),
        WRITER,
        after(3),
    );
    let told = told.await;
    assert!(
        matches!(told, Err(StoreError::Article(ArticleFault::Sensitive))),
        "{told:?}"
    );
    let given_up = step(&world, &back, Step::Discard, WRITER).await;
    assert_eq!(
        given_up.newest.status,
        Status::Discarded,
        "other steps go on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a13_publishing_and_a_ticket_that_becomes_sensitive_cross_and_one_of_both_is_first() {
    let world = World::new().await;
    let desk = world.desk();
    for round in 0..30 {
        let ticket = solved(&world, &desk).await;
        let review = in_review(&world, ticket).await;
        let publish = world.database.step_article(
            review.id,
            review.version,
            (Step::Publish, None),
            LEAD,
            after(3),
        );
        let published = if round % 2 == 0 {
            tokio::join!(publish, secret(&desk, ticket)).0.is_ok()
        } else {
            tokio::join!(secret(&desk, ticket), publish).1.is_ok()
        };
        let rows = world.database.audit_entries(None, PageRequest::default());
        let rows = rows.await.unwrap().items.into_iter().rev();
        let acts: Vec<String> = rows.map(|row| row.action).collect();
        let at = |action: &str| acts.iter().rposition(|it| it == action);
        let secret = at("ticket.set_sensitive").unwrap();
        let before = at("article.publish").filter(|at| *at + 1 == secret);
        assert_eq!(before.is_some(), published, "{acts:?}");
    }
}

#[tokio::test]
async fn e7_what_solved_a_ticket_is_found_behind_a_thousand_entries() {
    let world = World::new().await;
    let desk = world.desk();
    let ticket = solved(&world, &desk).await;
    let none = world.database.solution_of_ticket(ticket).await.unwrap();
    assert_eq!(none, None);
    let notes = (0..1_000).map(|_| {
        let text = "note".to_owned();
        ordered(&desk, ticket, Order::Append { text })
    });
    futures_util::future::join_all(notes).await;
    let answer = "重启光猫".to_owned();
    ordered(&desk, ticket, Order::DirectAnswer { answer }).await;
    let entries = world.database.ticket_entries(ticket).await.unwrap();
    assert_eq!(entries.len(), 1_000, "a page of the timeline");
    let found = world.database.solution_of_ticket(ticket).await.unwrap();
    assert_eq!(found.as_deref(), Some("重启光猫"));
}
