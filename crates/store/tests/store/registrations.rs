//! Registrations: what was told last is what a start finds.

use store::Registration;

use crate::world::{MINUTE, NOW, World, after};

fn contact(user: &str, port: u16) -> Registration {
    Registration {
        contact: format!("sip:{user}@192.0.2.7:{port};ob"),
        transport: "udp".into(),
        local: "192.0.2.1:5060".parse().unwrap(),
        remote: format!("[2001:db8::7]:{port}").parse().unwrap(),
        connection: 0,
        expires_at: after(10 * MINUTE),
        instance: Some("<urn:uuid:f81d4fae>".into()),
        reg_id: Some(u32::MAX),
        q_permille: 700,
        path: vec!["sip:edge.example.com;lr".into(), "sip:core;lr".into()],
        user_agent: Some("话机 1.0".into()),
        call_id: "a@b".into(),
        cseq: u32::MAX,
    }
}

#[tokio::test]
async fn g13_contacts_outlive_a_restart_whole_and_in_order() {
    let world = World::new().await;
    let bare = Registration {
        transport: "wss".into(),
        connection: 7,
        instance: None,
        reg_id: None,
        path: Vec::new(),
        user_agent: None,
        ..contact("1002", 9)
    };
    let told = vec![
        (
            "1001".to_owned(),
            vec![contact("1001", 2), contact("1001", 1)],
        ),
        ("1002".to_owned(), vec![bare]),
    ];
    world
        .database
        .put_registrations(told.clone(), NOW)
        .await
        .unwrap();
    let world = world.reopen().await;
    assert_eq!(world.database.registrations(NOW).await.unwrap(), told);
    let written = world.database.registrations_written_at().await.unwrap();
    assert_eq!(written, Some(NOW));
}

#[tokio::test]
async fn what_is_told_last_stands_alone() {
    let world = World::new().await;
    let database = &world.database;
    assert_eq!(database.registrations_written_at().await.unwrap(), None);
    let both = vec![contact("1001", 1), contact("1001", 2)];
    let first = vec![
        ("1001".to_owned(), both),
        ("1002".to_owned(), vec![contact("1002", 1)]),
    ];
    database.put_registrations(first, NOW).await.unwrap();
    let moved = ("1001".to_owned(), vec![contact("1001", 3)]);
    let gone = ("1002".to_owned(), Vec::new());
    let later = vec![moved.clone(), gone];
    database.put_registrations(later, after(1)).await.unwrap();
    assert_eq!(database.registrations(NOW).await.unwrap(), [moved]);
}

#[tokio::test]
async fn what_has_ended_is_neither_given_nor_kept() {
    let world = World::new().await;
    let database = &world.database;
    let mut short = contact("1001", 1);
    short.expires_at = after(MINUTE);
    let long = contact("1001", 2);
    let told = vec![("1001".to_owned(), vec![short, long.clone()])];
    database.put_registrations(told, NOW).await.unwrap();
    let found = database.registrations(after(MINUTE)).await.unwrap();
    assert_eq!(found, [("1001".to_owned(), vec![long])]);
    assert_eq!(
        database.purge_registrations(after(MINUTE)).await.unwrap(),
        1
    );
    assert_eq!(
        database.purge_registrations(after(MINUTE)).await.unwrap(),
        0
    );
    assert_eq!(database.registrations(NOW).await.unwrap().len(), 1);
}
