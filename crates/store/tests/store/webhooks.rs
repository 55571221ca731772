//! J5: webhooks as rows, and what they are told.

use model::{CallId, DeliveryId, Timestamp, WebhookId};
use store::{
    DeliveryFilter, DeliveryState, Fed, NewWebhook, PageRequest, Retention, RetentionKind, Settled,
    StoreError, Tried, Webhook,
};
use ticket::Actor;
use webhook::{GivenUp, Lane, Message, Topic, Topics};

use crate::world::{DAY, NOW, World, after};

const CALL: CallId = CallId::new(70);

fn wanted(is_enabled: bool) -> NewWebhook {
    let all = Topic::try_from("*".to_owned()).unwrap();
    NewWebhook {
        url: "https://crm.example/told".to_owned(),
        topics: Topics([all].into()),
        format: "native".parse().unwrap(),
        is_enabled,
    }
}

async fn made(world: &World) -> Webhook {
    let by = Actor::System;
    world
        .database
        .add_webhook(wanted(true), 10, by, NOW)
        .await
        .unwrap()
}

fn message(seq: u64) -> Message {
    Message {
        seq,
        kind: "call.ended",
        lane: Lane::Call(CALL),
        thread: None,
        expires_at: None,
        body: format!("{{\"seq\":{seq}}}"),
    }
}

fn fed(webhook: WebhookId, told_seq: u64) -> Fed {
    Fed {
        webhook,
        told_seq,
        messages: vec![message(told_seq)],
        memories: vec![(CALL, Some(told_seq.to_string()))],
    }
}

async fn states(world: &World, webhook: WebhookId) -> Vec<(u64, String)> {
    let filter = DeliveryFilter {
        webhook,
        state: None,
    };
    let page = world
        .database
        .deliveries(&filter, PageRequest::default())
        .await
        .unwrap();
    page.items
        .into_iter()
        .map(|it| (it.seq, it.state))
        .collect()
}

#[tokio::test]
async fn j5_facts_become_messages_once_and_wait_over_a_restart() {
    let world = World::new().await;
    let id = made(&world).await.id;
    let first = world
        .database
        .feed_webhooks(vec![fed(id, 11)], NOW)
        .await
        .unwrap();
    assert_eq!(first.len(), 1);
    // The same again, as a process would do that did not hear that it was done.
    let again = world
        .database
        .feed_webhooks(vec![fed(id, 11)], NOW)
        .await
        .unwrap();
    assert!(again.is_empty());
    let world = world.reopen().await;
    let webhook = world.database.webhook(id).await.unwrap().unwrap();
    assert_eq!(webhook.told_seq, 11);
    let waiting = world.database.waiting_deliveries(id).await.unwrap();
    assert_eq!(waiting, [first[0].1.clone()]);
    let memory = world.database.webhook_memory(id, CALL).await.unwrap();
    assert_eq!(memory.as_deref(), Some("11"));
    let over = Fed {
        memories: vec![(CALL, None)],
        ..fed(id, 12)
    };
    world.database.feed_webhooks(vec![over], NOW).await.unwrap();
    assert_eq!(world.database.webhook_memory(id, CALL).await.unwrap(), None);
}

#[tokio::test]
async fn j5_what_came_of_a_message_is_kept_for_its_time_and_it_can_be_sent_again() {
    let world = World::new().await;
    let id = made(&world).await.id;
    let waiting = world
        .database
        .feed_webhooks(vec![fed(id, 11), fed(id, 12)], NOW)
        .await
        .unwrap();
    let [first, second]: [DeliveryId; 2] = [waiting[0].1.id, waiting[1].1.id];
    let tried = Tried {
        at: after(1),
        took_ms: 35,
        status: Some(503),
        failure: None,
        answer: Some("x".repeat(2_000)),
    };
    let settled = |id, state| Settled {
        id,
        tried: Some(tried.clone()),
        state,
    };
    let outcomes = vec![
        settled(first, DeliveryState::Delivered),
        settled(second, DeliveryState::Pending(after(5_000))),
    ];
    world.database.settle_deliveries(outcomes).await.unwrap();
    let waits = world.database.waiting_deliveries(id).await.unwrap();
    assert_eq!(
        (waits[0].id, waits[0].due_at, waits[0].sent),
        (second, after(5_000), 1)
    );
    let row = world.database.delivery(id, first).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.sent), ("delivered", 1));
    let last = row.tried.unwrap();
    assert_eq!((last.status, last.took_ms), (Some(503), 35));
    assert_eq!(last.answer.unwrap().len(), 500, "its beginning");
    let other = WebhookId::new(1);
    assert!(
        world
            .database
            .delivery(other, first)
            .await
            .unwrap()
            .is_none()
    );

    let before = world.database.webhook(id).await.unwrap().unwrap().changes;
    world
        .database
        .send_again(id, first, after(9))
        .await
        .unwrap();
    let webhook = world.database.webhook(id).await.unwrap().unwrap();
    assert!(webhook.changes > before, "the sender looks again");
    let waits = world.database.waiting_deliveries(id).await.unwrap();
    assert_eq!((waits[0].id, waits[0].sent), (first, 0));
    let gone = world.database.send_again(other, first, NOW).await;
    assert!(matches!(gone, Err(StoreError::NotFound("delivery"))));

    let give_up = vec![settled(second, DeliveryState::GivenUp(GivenUp::Exhausted))];
    world.database.settle_deliveries(give_up).await.unwrap();
    let retention = Retention::default();
    let sweep = world.database.retention_step(
        RetentionKind::Deliveries,
        &retention,
        world.scratch.path(),
        after(8 * DAY),
    );
    assert_eq!(sweep.await.unwrap().removed, 1, "what waits stays");
    assert_eq!(states(&world, id).await, [(11, "pending".to_owned())]);
}

#[tokio::test]
async fn j5_a_webhook_that_is_disabled_is_told_nothing_and_begins_anew_where_it_is_enabled() {
    let world = World::new().await;
    let webhook = made(&world).await;
    let (id, by) = (webhook.id, Actor::System);
    world
        .database
        .feed_webhooks(vec![fed(id, 11)], NOW)
        .await
        .unwrap();
    world
        .database
        .disable_webhook(id, "410", NOW)
        .await
        .unwrap();
    assert_eq!(states(&world, id).await, [(11, "given_up".to_owned())]);
    let fed_anyway = world
        .database
        .feed_webhooks(vec![fed(id, 12)], NOW)
        .await
        .unwrap();
    assert!(fed_anyway.is_empty());
    let disabled = world.database.webhook(id).await.unwrap().unwrap();
    assert_eq!(disabled.disabled_because.as_deref(), Some("410"));
    let stale = world
        .database
        .change_webhook(id, webhook.version, wanted(true), 99, by, NOW)
        .await;
    assert!(matches!(stale, Err(StoreError::Conflict { .. })));
    let enabled = world
        .database
        .change_webhook(id, disabled.version, wanted(true), 99, by, NOW)
        .await
        .unwrap();
    assert_eq!((enabled.told_seq, enabled.disabled_because), (99, None));
    assert_eq!(world.database.webhook_memory(id, CALL).await.unwrap(), None);
}

#[tokio::test]
async fn j5_two_secrets_hold_while_one_replaces_the_other_and_none_stands_in_the_audit_log() {
    let world = World::new().await;
    let first = made(&world).await;
    let until = Timestamp::from_ms(NOW.as_ms() + DAY);
    let renewed = world
        .database
        .renew_webhook_secret(first.id, until, Actor::System, NOW)
        .await
        .unwrap();
    assert_ne!(renewed.secret, first.secret);
    assert_eq!(renewed.former, Some((first.secret.clone(), until)));
    world
        .database
        .remove_webhook(first.id, Actor::System, NOW)
        .await
        .unwrap();
    let again = world
        .database
        .remove_webhook(first.id, Actor::System, NOW)
        .await;
    assert!(matches!(again, Err(StoreError::NotFound("webhook"))));
    let log = world
        .database
        .audit_entries(None, PageRequest::default())
        .await
        .unwrap();
    let actions: Vec<&str> = log.items.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        ["webhook.removed", "webhook.secret_renewed", "webhook.made"]
    );
    let told = format!("{log:?}");
    for secret in [&first.secret, &renewed.secret] {
        assert!(secret.expose().starts_with("whsec_"));
        assert!(!told.contains(secret.expose()), "S22");
    }
    assert!(told.contains("https://crm.example"), "{told}");
    assert!(!told.contains("/told"), "S22: a path may hold a token");
}

#[tokio::test]
async fn s8_there_are_sixteen_webhooks_at_most() {
    let world = World::new().await;
    for _ in 0..16 {
        made(&world).await;
    }
    let refused = world
        .database
        .add_webhook(wanted(true), 0, Actor::System, NOW)
        .await;
    assert!(matches!(refused, Err(StoreError::Setting(_))));
    assert_eq!(world.database.webhooks().await.unwrap().len(), 16);
}

#[tokio::test]
async fn j5_with_another_format_nothing_of_the_former_one_is_sent() {
    let world = World::new().await;
    let database = &world.database;
    let webhook = made(&world).await;
    let (id, by) = (webhook.id, Actor::System);
    database
        .feed_webhooks(vec![fed(id, 11)], NOW)
        .await
        .unwrap();
    let elsewhere = NewWebhook {
        url: "https://other.example/told".to_owned(),
        ..wanted(true)
    };
    let moved = database.change_webhook(id, webhook.version, elsewhere.clone(), 99, by, NOW);
    let moved = moved.await.unwrap();
    assert_eq!(states(&world, id).await, [(11, "pending".to_owned())]);
    let zammad = NewWebhook {
        format: "zammad".parse().unwrap(),
        ..elsewhere
    };
    let changed = database.change_webhook(id, moved.version, zammad, 99, by, NOW);
    let changed = changed.await.unwrap();
    assert_eq!(states(&world, id).await, [(11, "given_up".to_owned())]);
    let filter = DeliveryFilter {
        webhook: id,
        state: None,
    };
    let page = database.deliveries(&filter, PageRequest::default());
    let why = page.await.unwrap().items[0].given_up.clone();
    assert_eq!(why.as_deref(), Some("reformatted"));
    assert_eq!(database.waiting_deliveries(id).await.unwrap(), []);
    assert_eq!(database.webhook_memory(id, CALL).await.unwrap(), None);
    assert_eq!(
        changed.told_seq, 11,
        "what comes next is told in the other format"
    );
}
