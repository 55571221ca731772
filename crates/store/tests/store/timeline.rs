//! The timeline of a customer (F10): all kinds of moments, newest first, in pages that lose none and repeat none.

use model::fact::{SurveyAsked, SurveyDone, SurveyPush, Voicemail};
use model::{AgentId, CallId, CustomerId, Fact, RecordingId};
use store::{CustomerRecord, Moment, MomentKey, NewCustomer, StoreError, TimelineReader, Whose};
use ticket::Actor;

use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, draft, phone};

const ALL: TimelineReader = TimelineReader {
    tickets_of: None,
    surveys_of: Whose::Everybody,
};

fn word(moment: &Moment) -> String {
    match moment {
        Moment::Note { body, .. } => format!("note {body}"),
        Moment::Message { call, .. } => format!("message {call}"),
        Moment::Survey { call, .. } => format!("survey {call}"),
        Moment::Ticket { subject, .. } => format!("ticket {subject}"),
        Moment::Visit { event, words, .. } => {
            format!("{event} {}", words.as_deref().unwrap_or_default())
        }
        Moment::Call(cdr) => format!("call {}", cdr.call),
    }
}

async fn page(
    world: &World,
    id: CustomerId,
    reader: TimelineReader,
    from: Option<MomentKey>,
    limit: u32,
) -> (Vec<String>, Option<MomentKey>) {
    let page = world.database.customer_timeline(id, reader, from, limit);
    let page = page.await.unwrap();
    let words = page.items.iter().map(|(_, moment)| word(moment));
    (words.collect(), page.next)
}

async fn customer(world: &World, name: &str, number: &str) -> CustomerRecord {
    let new = NewCustomer {
        name: name.to_owned(),
        phones: vec![phone(number)],
        ..NewCustomer::default()
    };
    world
        .database
        .add_customer(new, Actor::System, NOW)
        .await
        .unwrap()
}

/// A call of a known customer, at that time.
async fn call(world: &mut World, id: u64, number: &str, agent: AgentId, at: i64) {
    let caller = model::Caller::new(number, None);
    let profile = world.database.profile(&caller, NOW).await.unwrap();
    let mut facts = crate::world::answered(id, number, agent, after(at), 40_000);
    let call = CallId::new(id);
    facts.insert(1, (after(at), Fact::CallIdentified { call, profile }));
    world.tell(facts).await;
}

fn survey(call: u64, agent: AgentId) -> Fact {
    Fact::SurveyDone(Box::new(SurveyDone {
        asked: SurveyAsked {
            call: CallId::new(call),
            part: 1,
            form: "after".to_owned(),
            push: SurveyPush::Script,
            agent: Some(agent),
            queue: None,
            language: "zh-CN".to_owned(),
        },
        answers: [("service".to_owned(), 5)].into(),
        scales: [("service".to_owned(), (1, 5))].into(),
        comment: None,
        complete: true,
    }))
}

#[tokio::test]
async fn f10_calls_tickets_surveys_and_notes_stand_in_one_line_newest_first() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let other = world.agent("1002").await.id;
    // He called before he was on file.
    world.call(1, MOBILE, agent, after(-3 * DAY), 40_000).await;
    let wang = customer(&world, "王芳", MOBILE).await;
    call(&mut world, 2, MOBILE, agent, -2 * DAY).await;
    let caller = model::Caller::new(MOBILE, None);
    let mut open = draft(2, agent, caller);
    open.customer = Some(wang.id);
    open.subject = Some("router".to_owned());
    world.database.save_draft(&open).await.unwrap();
    let made = after(-DAY);
    world
        .desk()
        .submit(CallId::new(2), agent, made)
        .await
        .unwrap();
    world
        .tell(vec![(after(-2 * MINUTE), survey(2, agent))])
        .await;
    let message = Voicemail {
        message: RecordingId {
            call: CallId::new(2),
            part: 1,
        },
        mailbox: "support".into(),
        caller: model::Caller::new(MOBILE, None),
        called: "4000".to_owned(),
        language: "zh-CN".to_owned(),
        queue: None,
        length_ms: 4_000,
        ticket: None,
    };
    let left = world.database.leave_message(&message, after(-2 * MINUTE));
    left.await.unwrap();
    world
        .database
        .add_customer_note(wang.id, " wants\na call ", agent, after(-MINUTE))
        .await
        .unwrap();
    // At one instant the survey stands before the message.
    let all = [
        "note wants\na call",
        "survey 2",
        "message 2",
        "ticket router",
        "call 2",
        "call 1",
    ];
    assert_eq!(
        page(&world, wang.id, ALL, None, 50).await,
        (all.map(str::to_owned).to_vec(), None)
    );
    // Pages lose none and repeat none, whatever their length.
    for limit in 1..=6 {
        let (mut told, mut from) = (Vec::new(), None);
        loop {
            let (words, next) = page(&world, wang.id, ALL, from, limit).await;
            told.extend(words);
            let Some(next) = next else { break };
            assert_eq!(next.to_string().parse(), Ok(next));
            from = Some(next);
        }
        assert_eq!(told, all, "{limit}");
    }
    // A second person has the number: what nobody's call it was is in doubt.
    let li = customer(&world, "李雷", MOBILE).await;
    let (told, _) = page(&world, wang.id, ALL, None, 50).await;
    assert_eq!(told, all[..5]);
    assert_eq!(
        page(&world, li.id, ALL, None, 50).await.0,
        Vec::<String>::new()
    );
    // J2: how others served him is not shown to an agent.
    let theirs = TimelineReader {
        surveys_of: Whose::One(other),
        ..ALL
    };
    let (told, _) = page(&world, wang.id, theirs, None, 50).await;
    assert_eq!(
        told,
        ["note wants\na call", "message 2", "ticket router", "call 2"]
    );
}

#[tokio::test]
async fn f10_a_note_has_a_text_and_somebody_whom_it_is_about() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let wang = customer(&world, "王芳", MOBILE).await;
    for body in ["", " \n", &"x".repeat(4_001), "a\u{7}"] {
        let told = world
            .database
            .add_customer_note(wang.id, body, agent, NOW)
            .await;
        assert!(matches!(told, Err(StoreError::Customer(_))), "{body:?}");
    }
    let nobody = CustomerId::new(9);
    let told = world
        .database
        .add_customer_note(nobody, "x", agent, NOW)
        .await;
    assert!(
        matches!(told, Err(StoreError::NotFound("customer"))),
        "{told:?}"
    );
    assert!(page(&world, wang.id, ALL, None, 50).await.0.is_empty());
    for text in ["", "x1-2", "c", "c1", "c1-x", "¢1-2"] {
        assert!(text.parse::<MomentKey>().is_err(), "{text:?}");
    }
}
