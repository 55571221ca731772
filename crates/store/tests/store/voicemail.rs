//! Messages in mailboxes (G1, G2) and the tickets that they become (G7).

use model::fact::Voicemail;
use model::{AgentId, CallId, Caller, MessageTicket, RecordingId, Timestamp};
use store::{PageRequest, StoreError};
use ticket::{Actor, State};

use crate::world::{MINUTE, MOBILE, NOW, World, after};

fn id(call: u64) -> RecordingId {
    let (call, part) = (CallId::new(call), 2);
    RecordingId { call, part }
}

fn left(call: u64, mailbox: &str) -> Voicemail {
    Voicemail {
        message: id(call),
        mailbox: mailbox.into(),
        caller: Caller::new(MOBILE, None),
        called: "4000".to_owned(),
        language: "zh-CN".to_owned(),
        queue: Some("support".into()),
        length_ms: 4_000,
        ticket: Some(MessageTicket {
            kind: "complaint".to_owned(),
            category: String::new(),
            due_ms: 3_600_000,
        }),
    }
}

fn page(limit: u32) -> PageRequest {
    PageRequest { after: None, limit }
}

#[tokio::test]
async fn g2_messages_stand_in_their_box_newest_first_and_once() {
    let world = World::new().await;
    let database = &world.database;
    for call in [1, 2, 2, 3] {
        let at = after(MINUTE * i64::try_from(call).unwrap());
        database
            .leave_message(&left(call, "support"), at)
            .await
            .unwrap();
    }
    database
        .leave_message(&left(4, "sales"), NOW)
        .await
        .unwrap();
    let support = "support".into();
    assert_eq!(database.count_messages(&support).await.unwrap(), (3, 3));
    let first = database.messages(&support, page(2)).await.unwrap();
    let ids: Vec<_> = first.items.iter().map(|it| it.voicemail.message).collect();
    assert_eq!(ids, [id(3), id(2)]);
    let rest = PageRequest {
        after: first.next,
        limit: 2,
    };
    let rest = database.messages(&support, rest).await.unwrap();
    assert_eq!(rest.items.len(), 1);
    assert_eq!(rest.items[0].left_at, after(MINUTE));
    assert_eq!((rest.items[0].duration_ms, rest.next), (None, None));
}

#[tokio::test]
async fn g2_a_message_is_heard_is_new_again_and_is_removed() {
    let world = World::new().await;
    let (database, agent) = (&world.database, AgentId::new(7));
    database
        .leave_message(&left(1, "support"), NOW)
        .await
        .unwrap();
    let (message, changed) = database
        .mark_message(id(1), agent, true, after(5))
        .await
        .unwrap();
    assert_eq!((message.heard, changed), (Some((agent, after(5))), true));
    // Who hears it first has heard it.
    let second = database
        .mark_message(id(1), AgentId::new(8), true, after(9))
        .await;
    let (message, changed) = second.unwrap();
    assert_eq!((message.heard, changed), (Some((agent, after(5))), false));
    assert_eq!(
        database.count_messages(&"support".into()).await.unwrap(),
        (1, 0)
    );
    let (message, changed) = database
        .mark_message(id(1), agent, false, NOW)
        .await
        .unwrap();
    assert_eq!((message.heard, changed), (None, true));
    database.remove_message(id(1), agent, NOW).await.unwrap();
    let message = id(1).to_string();
    let about = Some(("message", message.as_str()));
    let rows = database.audit_entries(about, PageRequest::default()).await;
    let rows = rows.unwrap().items;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.actor, row.action.as_str()))
        .collect();
    assert_eq!(told, [(Actor::Agent(agent), "message.removed")]);
    assert_eq!(database.message(id(1)).await.unwrap(), None);
    assert_eq!(
        database.count_messages(&"support".into()).await.unwrap(),
        (0, 0)
    );
    for refused in [
        database.remove_message(id(1), agent, NOW).await.err(),
        database.mark_message(id(1), agent, true, NOW).await.err(),
    ] {
        assert!(
            matches!(refused, Some(StoreError::NotFound(_))),
            "{refused:?}"
        );
    }
    // Its fact is read again: what was removed does not come back.
    database
        .leave_message(&left(1, "support"), NOW)
        .await
        .unwrap();
    assert_eq!(database.message(id(1)).await.unwrap(), None);
}

#[tokio::test]
async fn g7_a_message_gives_one_ticket_with_its_due_time() {
    let world = World::new().await;
    let database = &world.database;
    let desk = world.desk();
    let made = desk.submit_message(&left(1, "support"), NOW).await;
    let made = made.unwrap().expect("its box wants one");
    assert!(made.is_new && made.news.len() == 1);
    let again = desk.submit_message(&left(1, "support"), NOW).await;
    let again = again.unwrap().expect("the same");
    assert!(!again.is_new);
    assert_eq!(again.ticket, made.ticket);
    let due = Timestamp::from_ms(NOW.as_ms() + 3_600_000);
    assert_eq!(made.ticket.handling.deadline.at, Some(due));
    assert_eq!(made.ticket.state(), State::New);
    let e164 = made
        .ticket
        .matter
        .contact
        .e164
        .map(|number| number.to_string());
    assert_eq!(e164.as_deref(), Some("+8613800001111"));
    let of_call = database.tickets_of_call(CallId::new(1)).await.unwrap();
    assert_eq!(of_call.len(), 1, "the call leads to it");
    let without = Voicemail {
        ticket: None,
        ..left(2, "sales")
    };
    assert_eq!(desk.submit_message(&without, NOW).await.unwrap(), None);
}
