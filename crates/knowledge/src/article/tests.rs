//! Steps, four eyes and who reads what, by the table (E7, E8).

use super::*;

const WRITER: By = by(1, false);
const COLLEAGUE: By = by(2, false);
const LEAD: By = by(3, true);
const OTHER_LEAD: By = by(4, true);

const fn by(agent: u64, reviews: bool) -> By {
    By {
        agent: AgentId::new(agent),
        reviews,
    }
}

const fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn content(title: &str, visibility: Visibility) -> Content {
    let text = Text {
        title: title.into(),
        body: "body".into(),
    };
    Content {
        texts: [(Language::Chinese, text)].into(),
        visibility,
        category: None,
        clip: None,
    }
}

fn begun(visibility: Visibility) -> Article {
    let content = content("a", visibility);
    Article::begin(ArticleId::new(9), content, None, WRITER.agent, at(0)).unwrap()
}

fn taken(article: &mut Article, step: Step, by: By) -> Result<Option<Version>, ArticleFault> {
    article.take(step, Some("why".into()), by, at(1))
}

fn published() -> Article {
    let mut article = begun(Visibility::Internal);
    taken(&mut article, Step::Submit, WRITER).unwrap();
    taken(&mut article, Step::Publish, LEAD).unwrap();
    article
}

const STEPS: [Step; 7] = [
    Step::Submit,
    Step::Recall,
    Step::Return,
    Step::Publish,
    Step::Revise,
    Step::Withdraw,
    Step::Discard,
];

#[test]
fn e7_each_step_is_taken_from_where_the_table_says_and_from_nowhere_else() {
    use Status::{Discarded, Draft, Published, Review, Withdrawn};
    let at_status = |status| {
        let mut article = begun(Visibility::Internal);
        article.newest.status = status;
        article
    };
    let table = [
        (
            Draft,
            [Some(Review), None, None, None, None, None, Some(Discarded)],
        ),
        (
            Review,
            [
                None,
                Some(Draft),
                Some(Draft),
                Some(Published),
                None,
                None,
                None,
            ],
        ),
        (
            Published,
            [None, None, None, None, Some(Draft), Some(Withdrawn), None],
        ),
        (Withdrawn, [None, None, None, None, Some(Draft), None, None]),
        (Discarded, [None, None, None, None, Some(Draft), None, None]),
        (Status::Replaced, [None; 7]),
    ];
    for (from, ends) in table {
        for (step, end) in STEPS.into_iter().zip(ends) {
            let mut article = at_status(from);
            let before = article.clone();
            let told = taken(&mut article, step, LEAD);
            match end {
                Some(end) => {
                    told.unwrap();
                    assert_eq!(
                        (article.newest.status, article.version),
                        (end, 2),
                        "{step:?}"
                    );
                }
                None => {
                    assert!(
                        matches!(told, Err(ArticleFault::NotAllowed { .. })),
                        "{step:?}"
                    );
                    assert_eq!(article, before);
                }
            }
        }
    }
}

#[test]
fn e7_who_may_take_which_step() {
    let review = || {
        let mut article = begun(Visibility::Internal);
        taken(&mut article, Step::Submit, WRITER).unwrap();
        article
    };
    // The writer, a colleague, who reviews.
    let drafted = || begun(Visibility::Internal);
    let rows = [
        (&drafted as &dyn Fn() -> Article, Step::Submit, "yny"),
        (&drafted, Step::Discard, "yny"),
        (&published, Step::Revise, "yyy"),
        (&published, Step::Withdraw, "nny"),
        (&published, Step::Publish, "nnn"),
    ];
    for (make, step, row) in rows {
        let told: String = [WRITER, COLLEAGUE, LEAD]
            .map(|by| {
                if taken(&mut make(), step, by).is_ok() {
                    'y'
                } else {
                    'n'
                }
            })
            .iter()
            .collect();
        assert_eq!(told, row, "{step:?}");
    }
    for step in [Step::Return, Step::Publish] {
        assert_eq!(
            taken(&mut review(), step, WRITER),
            Err(ArticleFault::NotYours)
        );
        assert!(taken(&mut review(), step, LEAD).is_ok());
    }
}

#[test]
fn e7_whoever_wrote_a_comma_does_not_review_it() {
    let mut article = begun(Visibility::Internal);
    article
        .write(content("b", Visibility::Internal), LEAD, at(1))
        .unwrap();
    taken(&mut article, Step::Submit, WRITER).unwrap();
    assert_eq!(
        taken(&mut article, Step::Publish, LEAD),
        Err(ArticleFault::FourEyes)
    );
    assert!(taken(&mut article, Step::Publish, OTHER_LEAD).is_ok());
    assert_eq!(article.newest.reviewer, Some(OTHER_LEAD.agent));
}

#[test]
fn e7_readers_see_the_live_version_until_the_next_is_published() {
    let mut article = published();
    taken(&mut article, Step::Revise, COLLEAGUE).unwrap();
    article
        .write(content("b", Visibility::Internal), COLLEAGUE, at(2))
        .unwrap();
    assert_eq!(article.live().unwrap().number, 1);
    assert!(
        !article.may_read(&article.newest, WRITER),
        "a draft is its writers'"
    );
    taken(&mut article, Step::Submit, COLLEAGUE).unwrap();
    let replaced = taken(&mut article, Step::Publish, LEAD).unwrap().unwrap();
    assert_eq!((replaced.number, replaced.status), (1, Status::Replaced));
    assert_eq!(article.live().unwrap().number, 2);
    // What is live is withdrawn though somebody writes on the next.
    taken(&mut article, Step::Revise, WRITER).unwrap();
    let withdrawn = taken(&mut article, Step::Withdraw, LEAD).unwrap().unwrap();
    assert_eq!((withdrawn.number, withdrawn.status), (2, Status::Withdrawn));
    assert_eq!((article.live(), article.newest.number), (None, 3));
    // What is given up leaves what was.
    taken(&mut article, Step::Discard, WRITER).unwrap();
    taken(&mut article, Step::Revise, LEAD).unwrap();
    assert_eq!(
        (article.newest.number, article.newest.status),
        (4, Status::Draft)
    );
}

#[test]
fn e8_a_private_article_is_its_writers_alone() {
    let mut article = begun(Visibility::Private);
    assert!(article.may_read(&article.newest, WRITER));
    assert!(!article.may_read(&article.newest, LEAD));
    assert_eq!(
        article.write(content("b", Visibility::Internal), LEAD, at(1)),
        Err(ArticleFault::NotYours)
    );
    assert_eq!(
        taken(&mut article, Step::Submit, WRITER),
        Err(ArticleFault::Private)
    );
    assert!(taken(&mut article, Step::Discard, WRITER).is_ok());
    let mut shared = begun(Visibility::Internal);
    let private = content("a", Visibility::Private);
    assert_eq!(
        shared.write(private.clone(), LEAD, at(1)),
        Err(ArticleFault::NotPrivate)
    );
    let mut live = published();
    taken(&mut live, Step::Revise, WRITER).unwrap();
    assert_eq!(
        live.write(private, WRITER, at(1)),
        Err(ArticleFault::NotPrivate)
    );
}

#[test]
fn e7_a_step_that_needs_a_reason_is_refused_without() {
    let mut article = published();
    for note in [
        None,
        Some("  ".into()),
        Some("x".repeat(NOTE_CHARS_MAX + 1)),
    ] {
        let told = article.take(Step::Withdraw, note, LEAD, at(1));
        assert_eq!(told, Err(ArticleFault::Note("withdraw")));
    }
    assert!(
        article
            .take(Step::Withdraw, Some("old".into()), LEAD, at(1))
            .is_ok()
    );
}

#[test]
fn what_is_empty_or_too_long_is_refused_by_name() {
    let with = |title: &str, body: &str| {
        let text = Text {
            title: title.into(),
            body: body.into(),
        };
        Content {
            texts: [(Language::English, text)].into(),
            ..content("a", Visibility::Public)
        }
    };
    let bad = |field, max| ArticleFault::BadText {
        field,
        language: "en",
        max,
    };
    for (content, fault) in [
        (with(" ", "b"), bad("title", TITLE_CHARS_MAX)),
        (with("a\nb", "b"), bad("title", TITLE_CHARS_MAX)),
        (with("a", ""), bad("body", BODY_CHARS_MAX)),
        (
            with("a", &"b".repeat(BODY_CHARS_MAX + 1)),
            bad("body", BODY_CHARS_MAX),
        ),
        (
            Content {
                texts: BTreeMap::new(),
                ..with("a", "b")
            },
            ArticleFault::NoText,
        ),
        (
            Content {
                category: Some(String::new()),
                ..with("a", "b")
            },
            ArticleFault::Category,
        ),
    ] {
        assert_eq!(content.check(), Err(fault));
    }
    assert_eq!(with("a", "line\nline").check(), Ok(()));
}
