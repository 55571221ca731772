//! Agents and customers.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{AgentId, CustomerId};
use store::{Address, NewCustomer, Role, Secret, StoreError};
use ticket::Actor;

use crate::place;
use crate::scratch::Scratch;
use crate::world::{NOW, World, after, new_agent, password, phone};

#[tokio::test]
async fn an_agent_comes_back_as_he_was_also_after_reopening() {
    let world = World::new().await;
    let second = world.agent("1002").await;
    let first = world.agent("1001").await;
    let world = world.reopen().await;
    let database = &world.database;
    assert_eq!(database.agents().await.unwrap(), [first.clone(), second]);
    assert_eq!(database.agent(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(
        database.agent_by_login("1001").await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(first.queues, ["support".into(), "sales".into()]);
    assert_eq!(first.ha1_sha256.expose(), &[9; 32]);
    assert_eq!(database.agent_by_login("1009").await.unwrap(), None);
    assert_eq!(database.agent(AgentId::new(9)).await.unwrap(), None);
}

#[tokio::test]
async fn a_login_belongs_to_one_and_is_free_again_when_he_is_removed() {
    let world = World::new().await;
    let database = &world.database;
    let first = world.agent("1001").await;
    let taken = database.add_agent(new_agent("1001"), NOW).await;
    assert!(
        matches!(taken, Err(StoreError::Taken("login"))),
        "{taken:?}"
    );
    let other = world.agent("1002").await;
    let mut renamed = other.clone();
    renamed.login = "1001".to_owned();
    let taken = database.put_agent(renamed, NOW).await;
    assert!(
        matches!(taken, Err(StoreError::Taken("login"))),
        "{taken:?}"
    );

    database.remove_agent(first.id, NOW).await.unwrap();
    assert_eq!(database.agents().await.unwrap(), [other]);
    assert!(world.agent("1001").await.id != first.id);
    let again = database.remove_agent(first.id, NOW).await;
    assert!(matches!(again, Err(StoreError::NotFound("agent"))));
}

#[tokio::test]
async fn logins_and_names_are_checked() {
    let world = World::new().await;
    for login in ["", "a b", "1001@x", "坐席", "1\r\n2", &"1".repeat(33)] {
        let tried = world.database.add_agent(new_agent(login), NOW).await;
        assert!(matches!(tried, Err(StoreError::Setting(_))), "{login:?}");
    }
    let mut nameless = new_agent("1001");
    nameless.name = " ".to_owned();
    let tried = world.database.add_agent(nameless, NOW).await;
    assert!(matches!(tried, Err(StoreError::Setting(_))));
}

#[tokio::test]
async fn who_writes_over_an_old_version_gets_a_conflict() {
    let world = World::new().await;
    let database = &world.database;
    let old = world.agent("1001").await;
    let mut changed = old.clone();
    changed.roles = BTreeSet::from([Role::Agent, Role::Supervisor]);
    changed.queues = vec![];
    let put = database.put_agent(changed.clone(), NOW).await.unwrap();
    changed.version = 2;
    assert_eq!(put, changed);
    let late = database.put_agent(old, NOW).await;
    assert!(
        matches!(
            late,
            Err(StoreError::Conflict {
                what: "agent",
                current: 2
            })
        ),
        "{late:?}"
    );
    assert_eq!(database.agent(put.id).await.unwrap(), Some(changed));
    let mut nobody = put;
    nobody.id = AgentId::new(5);
    let missing = database.put_agent(nobody, NOW).await;
    assert!(matches!(missing, Err(StoreError::NotFound("agent"))));
}

#[tokio::test]
async fn s12_a_password_signs_in_its_agent_and_nobody_else() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await;
    let hour = Duration::from_secs(3_600);
    let session = database.create_session(agent.id, NOW, hour).await.unwrap();
    for (login, word, is_in) in [
        ("1001", "correct horse", true),
        ("1001", "wrong horse", false),
        ("1009", "correct horse", false),
        ("", "", false),
    ] {
        let found = database.sign_in(login, word).await.unwrap();
        assert_eq!(found.is_some(), is_in, "{login} {word}");
    }
    database
        .set_password(agent.id, password("battery staple"), after(1))
        .await
        .unwrap();
    assert!(
        database
            .sign_in("1001", "correct horse")
            .await
            .unwrap()
            .is_none()
    );
    let found = database.sign_in("1001", "battery staple").await.unwrap();
    let mut found = found.expect("the new password");
    let token = session.token.expose();
    let still = database.session(token, NOW).await.unwrap();
    assert_eq!(still, None, "a new password ends sessions");
    found.is_active = false;
    database.put_agent(found, NOW).await.unwrap();
    let barred = database.sign_in("1001", "battery staple").await.unwrap();
    assert!(barred.is_none(), "one who may not sign in");
}

#[tokio::test]
async fn s22_no_secret_shows_in_debug() {
    let world = World::new().await;
    let mut new = new_agent("1001");
    new.password.ha1_md5 = Secret::new([0xab; 16]);
    let shown = format!("{new:?}");
    let agent = world.database.add_agent(new, NOW).await.unwrap();
    let shown = format!("{shown} {agent:?} {:?}", world.database);
    for secret in ["argon2id", "171", "0xab"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_customer_has_numbers_by_their_international_form() {
    let world = World::new().await;
    let database = &world.database;
    let customer = NewCustomer {
        name: "王芳".to_owned(),
        phones: vec![phone("138-0000-1111"), phone("8001")],
        vip_level: 2,
        ..NewCustomer::default()
    };
    let added = database
        .add_customer(customer, Actor::System, NOW)
        .await
        .unwrap();
    let numbers = |record: &store::CustomerRecord| {
        let mut numbers: Vec<_> = record
            .phones
            .iter()
            .map(|phone| phone.raw.clone())
            .collect();
        numbers.sort();
        numbers
    };
    assert_eq!(numbers(&added), ["138-0000-1111", "8001"]);
    let mut shared = phone("+86 13800001111");
    shared.is_shared = true;
    let put = database
        .put_customer_phone(added.id, shared, Actor::System, after(1))
        .await
        .unwrap();
    assert_eq!(
        numbers(&put),
        ["+86 13800001111", "8001"],
        "the same number"
    );
    let phone_now = put
        .phones
        .iter()
        .find(|phone| phone.e164.is_some())
        .unwrap();
    assert!(phone_now.is_shared);
    assert_eq!(put.version, 2);
    assert_eq!(database.customer(added.id).await.unwrap(), Some(put));
    assert_eq!(database.customer(CustomerId::new(1)).await.unwrap(), None);
    let nobody = database
        .put_customer_phone(CustomerId::new(1), phone("1"), Actor::System, NOW)
        .await;
    assert!(matches!(nobody, Err(StoreError::NotFound("customer"))));
}

#[tokio::test]
async fn p10_a_number_that_is_none_is_refused() {
    let world = World::new().await;
    for raw in ["", "  ", "--"] {
        let customer = NewCustomer {
            name: "x".to_owned(),
            phones: vec![phone(raw)],
            ..NewCustomer::default()
        };
        let tried = world
            .database
            .add_customer(customer, Actor::System, NOW)
            .await;
        assert!(matches!(tried, Err(StoreError::Customer(_))), "{raw:?}");
    }
}

#[tokio::test]
async fn who_only_looks_sees_who_works_here() {
    let world = World::new().await;
    let first = world.agent("1001").await;
    let gone = world.agent("1002").await;
    world.database.remove_agent(gone.id, NOW).await.unwrap();
    let address = Address::parse(&world.url).unwrap();
    let staff = store::staff::look_up(&address).await.unwrap();
    let [one] = &staff[..] else {
        panic!("{staff:?}");
    };
    assert_eq!((&one.queues, &one.skills), (&first.queues, &first.skills));
    let nobody = Address::parse(&place::empty(&Scratch::new()).await).unwrap();
    assert_eq!(store::staff::look_up(&nobody).await.unwrap(), []);
}

#[tokio::test]
async fn c14_a_number_outside_and_the_choice_of_it_are_kept_apart_from_the_rest() {
    let world = World::new().await;
    let li = world.agent("1001").await;
    let database = &world.database;
    let place = async || {
        let found = database.agent(li.id).await.unwrap().unwrap();
        (found.outside_number, found.is_outside)
    };
    let refused = database.set_place(li.id, true, NOW).await;
    assert!(matches!(
        refused,
        Err(StoreError::NotFound("outside number"))
    ));
    let number = Some("+8613800001111".to_owned());
    database
        .set_outside_number(li.id, number.clone(), NOW)
        .await
        .unwrap();
    assert_eq!(place().await, (number.clone(), false));
    database.set_place(li.id, true, NOW).await.unwrap();
    let mut stands = database.agent(li.id).await.unwrap().unwrap();
    stands.name = "Li Lei".to_owned();
    database.put_agent(stands, NOW).await.unwrap();
    assert_eq!(
        place().await,
        (number, true),
        "whoever writes the rest leaves it"
    );
    database.set_outside_number(li.id, None, NOW).await.unwrap();
    assert_eq!(
        place().await,
        (None, false),
        "nobody is rung where there is nothing"
    );
    let nobody = database
        .set_outside_number(AgentId::new(9), None, NOW)
        .await;
    assert!(matches!(nobody, Err(StoreError::NotFound("agent"))));
}

#[tokio::test]
async fn c1_what_an_agent_opted_out_of_is_kept_apart_from_his_profile() {
    let world = World::new().await;
    let li = world.agent("1001").await;
    let database = &world.database;
    let queue = li.queues[0].queue.clone();
    let record = async || database.agent(li.id).await.unwrap().unwrap();
    let serve =
        async |name: &str, serves| database.serve_queue(li.id, name.into(), serves, NOW).await;
    assert!(serve(queue.as_str(), false).await.unwrap(), "new");
    assert!(!serve(queue.as_str(), false).await.unwrap(), "nothing new");
    let nowhere = serve("nowhere", false).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound("queue"))));

    let mut stands = record().await;
    assert_eq!(stands.served().count(), stands.queues.len() - 1);
    stands.name = "Li Lei".to_owned();
    database.put_agent(stands, NOW).await.unwrap();
    assert!(record().await.opted_out.contains(&queue));
    assert!(serve(queue.as_str(), true).await.unwrap());
    let stands = record().await;
    assert_eq!(stands.served().count(), stands.queues.len());
}
