//! Customers: several numbers and several owners, what they are found by, who comes first, and what a change leaves behind.

use model::{AgentId, ContactKind, CustomerFault, CustomerId, CustomerKind};
use store::{
    CustomerChange, CustomerContact, CustomerRecord, CustomerSearch, NewCustomer, NewPhone,
    PageRequest, StoreError,
};
use ticket::Actor;

use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, draft, phone};

const ME: Actor = Actor::Agent(AgentId::new(7));

async fn added(world: &World, new: NewCustomer) -> CustomerRecord {
    world.database.add_customer(new, ME, NOW).await.unwrap()
}

fn named(name: &str, numbers: &[&str]) -> NewCustomer {
    NewCustomer {
        name: name.to_owned(),
        phones: numbers.iter().map(|raw| phone(raw)).collect(),
        ..NewCustomer::default()
    }
}

async fn found(world: &World, text: &str) -> Vec<String> {
    let search = CustomerSearch {
        text: Some(text.to_owned()),
        ..CustomerSearch::default()
    };
    let page = world
        .database
        .customers(&search, PageRequest::default())
        .await;
    page.unwrap()
        .items
        .into_iter()
        .map(|one| one.name)
        .collect()
}

async fn candidates(world: &World, number: &str) -> Vec<String> {
    let card = world.database.number_card(number).await.unwrap();
    card.candidates.into_iter().map(|one| one.name).collect()
}

#[tokio::test]
async fn f1_a_customer_has_all_that_is_known_and_a_change_is_one_version() {
    let world = World::new().await;
    let owner = world.agent("1001").await.id;
    let company = NewCustomer {
        kind: CustomerKind::Organisation,
        ..named("北京移动", &["010-65529988转8021"])
    };
    let company = added(&world, company).await;
    assert_eq!(
        (
            &*company.phones[0].number,
            &*company.phones[0].extension,
            &*company.phones[0].raw
        ),
        ("+861065529988", "8021", "010-65529988转8021")
    );
    let mail = CustomerContact {
        kind: ContactKind::Mail,
        value: "wang@example.com".to_owned(),
    };
    let person = NewCustomer {
        organisation: Some(company.id),
        vip_level: 3,
        locale: Some("zh-CN".to_owned()),
        region: Some("北京".to_owned()),
        owner: Some(owner),
        external_ref: Some("CRM-1".to_owned()),
        note: Some("line one\nline two".to_owned()),
        contacts: vec![mail],
        ..named("王芳", &[MOBILE, "１３９－０００２－２２２２"])
    };
    let person = added(&world, person).await;
    assert_eq!(
        world.database.customer(person.id).await.unwrap(),
        Some(person.clone())
    );
    // G7: a pop tells by what another system knows him.
    let card = world.database.number_card(MOBILE).await.unwrap();
    let reference = card.candidates[0].external_ref.as_deref();
    assert_eq!(reference, Some("CRM-1"));
    let change = CustomerChange {
        vip_level: Some(5),
        note: Some(None),
        phones: Some(vec![phone(MOBILE)]),
        ..CustomerChange::default()
    };
    let changed = world
        .database
        .change_customer(person.id, 1, change.clone(), ME, after(9));
    let changed = changed.await.unwrap();
    assert_eq!(
        (changed.version, changed.vip_level, &changed.note),
        (2, 5, &None)
    );
    assert_eq!(
        (changed.phones.len(), &changed.contacts),
        (1, &person.contacts)
    );
    let late = world
        .database
        .change_customer(person.id, 1, change.clone(), ME, after(9))
        .await;
    assert!(
        matches!(late, Err(StoreError::Conflict { current: 2, .. })),
        "{late:?}"
    );
    let same = world
        .database
        .change_customer(person.id, 2, change, ME, after(99))
        .await
        .unwrap();
    assert_eq!(same, changed, "what changes nothing is no version");
    let about = ("customer", &*person.id.to_string());
    let rows = world
        .database
        .audit_entries(Some(about), PageRequest::default())
        .await
        .unwrap();
    let told: Vec<_> = rows
        .items
        .iter()
        .map(|row| (&*row.action, row.actor))
        .collect();
    assert_eq!(told, [("customer.changed", ME), ("customer.added", ME)]);
    assert_eq!(rows.items[0].before, rows.items[1].after);
}

#[tokio::test]
async fn f2_what_cannot_stand_is_told_and_leaves_nothing() {
    let world = World::new().await;
    let long = |chars| "x".repeat(chars);
    let with = |change: fn(&mut NewCustomer)| {
        let mut new = named("王芳", &[MOBILE]);
        change(&mut new);
        new
    };
    for (new, fault) in [
        (named(" ", &[]), CustomerFault::Name),
        (named(&long(121), &[]), CustomerFault::Name),
        (
            named("a", &["anonymous"]),
            CustomerFault::Number("anonymous".to_owned()),
        ),
        (named("a", &["--"]), CustomerFault::Number("--".to_owned())),
        (named("a", &["; "]), CustomerFault::Number("; ".to_owned())),
        (with(|new| new.vip_level = 10), CustomerFault::Vip),
        (
            with(|new| new.owner = Some(AgentId::new(9))),
            CustomerFault::Owner(AgentId::new(9)),
        ),
        (
            with(|new| new.organisation = Some(CustomerId::new(9))),
            CustomerFault::Organisation(CustomerId::new(9)),
        ),
        (
            with(|new| new.region = Some("x".repeat(121))),
            CustomerFault::Text {
                field: "region",
                max: 120,
            },
        ),
    ] {
        let told = world.database.add_customer(new, ME, NOW).await;
        assert!(
            matches!(&told, Err(StoreError::Customer(why)) if *why == fault),
            "{told:?}"
        );
    }
    let many: Vec<String> = (0..51).map(|n| format!("138000011{n:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let told = world
        .database
        .add_customer(named("a", &many), ME, NOW)
        .await;
    assert!(matches!(
        told,
        Err(StoreError::Customer(CustomerFault::Numbers))
    ));
    assert_eq!(found(&world, "王芳").await, Vec::<String>::new());
    assert_eq!(world.database.verify_audit(None).await.unwrap().rows, 0);
}

#[tokio::test]
async fn f1_one_number_of_several_is_no_clash_and_a_reference_is_of_one() {
    let world = World::new().await;
    let reference = |name: &str| NewCustomer {
        external_ref: Some("CRM-1".to_owned()),
        ..named(name, &[MOBILE])
    };
    added(&world, reference("王芳")).await;
    added(&world, named("李雷", &["+86 138 0000 1111"])).await;
    for spelling in [
        "138/0000/1111",
        "０１３８００００１１１１",
        "0086 138 0000 1111",
    ] {
        let names = candidates(&world, spelling).await;
        assert_eq!(names, ["王芳", "李雷"], "{spelling}");
    }
    let taken = world.database.add_customer(reference("x"), ME, NOW).await;
    assert!(
        matches!(taken, Err(StoreError::Taken("external reference"))),
        "{taken:?}"
    );
}

#[tokio::test]
async fn f1_who_has_open_tickets_comes_first_then_who_was_on_the_line_last() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let mut ids = Vec::new();
    for (name, own) in [
        ("old", "8101"),
        ("last", "8102"),
        ("ticket", "8103"),
        ("gone", "8104"),
    ] {
        ids.push(added(&world, named(name, &[own])).await.id);
    }
    // Each alone behind his own number: the calls are theirs without doubt.
    for (id, own, at) in [
        (1, "8101", -3 * MINUTE),
        (2, "8102", -MINUTE),
        (3, "8104", -1),
    ] {
        let customer = model::Caller::new(own, None);
        let profile = world.database.profile(&customer, NOW).await.unwrap();
        let mut facts = crate::world::answered(id, own, agent, after(at - DAY), 40_000);
        let identified = model::Fact::CallIdentified {
            call: model::CallId::new(id),
            profile,
        };
        facts.insert(1, (after(at - DAY), identified));
        world.tell(facts).await;
    }
    let mut open = draft(9, agent, model::Caller::new("8103", None));
    open.customer = Some(ids[2]);
    world.database.save_draft(&open).await.unwrap();
    let call = model::CallId::new(9);
    world.desk().submit(call, agent, NOW).await.unwrap();
    for id in &ids {
        let shared = world
            .database
            .put_customer_phone(*id, phone(MOBILE), ME, NOW);
        shared.await.unwrap();
    }
    assert_eq!(
        candidates(&world, MOBILE).await,
        ["ticket", "gone", "last", "old"]
    );
    let card = world.database.number_card(MOBILE).await.unwrap();
    assert_eq!(
        (
            card.candidates[0].open_tickets,
            card.candidates[0].last_contact
        ),
        (1, None)
    );
    assert_eq!(card.candidates[1].last_contact, Some(after(-1 - DAY)));
    // Section 5, row 6: who is no customer any more is shown to nobody who rings.
    let inactive = CustomerChange {
        is_active: Some(false),
        ..CustomerChange::default()
    };
    world
        .database
        .change_customer(ids[3], 2, inactive, ME, NOW)
        .await
        .unwrap();
    assert_eq!(candidates(&world, MOBILE).await, ["ticket", "last", "old"]);
    assert_eq!(found(&world, "gone").await, Vec::<String>::new());
    let all = CustomerSearch {
        with_inactive: true,
        ..CustomerSearch::default()
    };
    let all = world
        .database
        .customers(&all, PageRequest::default())
        .await
        .unwrap();
    assert_eq!(all.items.len(), 4);
}

#[tokio::test]
async fn f3_a_guess_is_shown_as_one_and_moves_nothing() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let maybe = NewCustomer {
        vip_level: 9,
        owner: Some(agent),
        phones: vec![NewPhone {
            is_certain: false,
            ..phone(MOBILE)
        }],
        ..named("也许", &[])
    };
    added(&world, maybe).await;
    let caller = model::Caller::new(MOBILE, None);
    let profile = world.database.profile(&caller, NOW).await.unwrap();
    assert_eq!(
        (&*profile.candidates[0].confidence, profile.vip_level()),
        ("maybe", 0)
    );
    assert_eq!((profile.sole(), profile.ties.owner), (None, None));
    let mut facts = crate::world::answered(1, MOBILE, agent, after(-MINUTE), 40_000);
    let call = model::CallId::new(1);
    facts.insert(
        1,
        (
            after(-MINUTE),
            model::Fact::CallIdentified { call, profile },
        ),
    );
    world.tell(facts).await;
    let cdr = world.database.call(call).await.unwrap().unwrap();
    assert_eq!(cdr.customer, None, "the call is nobody's");
}

#[tokio::test]
async fn f4_a_number_without_a_person_is_known_by_its_calls_and_promoted_by_hand_alone() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    for (id, at) in [(1, -2 * DAY), (2, -MINUTE)] {
        world.call(id, MOBILE, agent, after(at), 40_000).await;
    }
    let card = world.database.number_card("138-0000-1111").await.unwrap();
    let calls = card.calls.unwrap();
    assert_eq!(
        (calls.count, calls.first.1, calls.last.1),
        (2, after(-2 * DAY), after(-MINUTE))
    );
    assert_eq!(card.candidates, []);
    assert_eq!(
        found(&world, "1111").await,
        Vec::<String>::new(),
        "no call has made a customer"
    );
    added(&world, named("王芳", &[MOBILE])).await;
    assert_eq!(candidates(&world, MOBILE).await, ["王芳"]);
    let strange = world.database.number_card("13900009999").await.unwrap();
    assert_eq!(
        (strange.calls, strange.number.as_str()),
        (None, "+8613900009999")
    );
    let withheld = world.database.number_card("anonymous").await.unwrap();
    assert_eq!(
        (withheld.candidates.len(), withheld.calls),
        (0, None),
        "P10"
    );
}

#[tokio::test]
async fn f1_customers_are_found_by_name_pinyin_tail_and_reference() {
    let world = World::new().await;
    let person = NewCustomer {
        external_ref: Some("CRM 1".to_owned()),
        ..named("王小明", &["138-0000-1111", "010-65529988转8021"])
    };
    added(&world, person).await;
    added(&world, named("王小红", &["13900002222"])).await;
    added(&world, named("O'Neil Ltd", &["8001"])).await;
    let both = vec!["王小红", "王小明"];
    for (text, names) in [
        ("王小", both.clone()),
        ("小明", vec!["王小明"]),
        ("wangxiao", both.clone()),
        ("wxm", vec!["王小明"]),
        ("xiaoming wang", vec!["王小明"]),
        ("o'neil", vec!["O'Neil Ltd"]),
        ("1111", vec!["王小明"]),
        ("00001111", vec!["王小明"]),
        ("138 0000 1111", vec!["王小明"]),
        ("0086-13800001111", vec!["王小明"]),
        ("9988", vec!["王小明"]),
        ("8001", vec!["O'Neil Ltd"]),
        ("111", vec![]),
        ("CRM 1", vec!["王小明"]),
        ("王小明明", vec![]),
        ("%", vec![]),
        ("' OR '1'='1", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(found(&world, text).await, names, "{text:?}");
    }
    let page = PageRequest {
        after: None,
        limit: 2,
    };
    let first = world
        .database
        .customers(&CustomerSearch::default(), page)
        .await
        .unwrap();
    let page = PageRequest {
        after: first.next,
        limit: 2,
    };
    let second = world
        .database
        .customers(&CustomerSearch::default(), page)
        .await
        .unwrap();
    assert_eq!(
        (first.items.len(), second.items.len(), second.next),
        (2, 1, None)
    );
}

#[tokio::test]
async fn f1_customers_of_a_store_that_knew_no_terms_are_found_once_it_is_opened() {
    use sqlx::Connection as _;
    let world = World::new().await;
    added(&world, named("王小明", &["138-0000-1111"])).await;
    let mut file = sqlx::AnyConnection::connect(&world.url).await.unwrap();
    let forget =
        "DELETE FROM customer_term; UPDATE customer_number SET tail = '', number_key = '138';
        DELETE FROM projection WHERE name = 'customer_index'";
    sqlx::raw_sql(forget).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
    assert_eq!(found(&world, "wxm").await, Vec::<String>::new());
    let world = world.reopen().await;
    for text in ["wxm", "1111", MOBILE] {
        assert_eq!(found(&world, text).await, ["王小明"], "{text}");
    }
}

#[tokio::test]
async fn f1_of_two_who_enter_the_same_person_at_once_one_finds_the_others() {
    let world = World::new().await;
    for round in 0..8 {
        let number = format!("1380000{round:04}");
        let enter = || {
            let new = named("王芳", &[&number]);
            world.database.enter_customer(new, true, ME, NOW)
        };
        let (one, other) = tokio::join!(enter(), enter());
        let (one, other) = (one.unwrap(), other.unwrap());
        let (added, found) = if one.customer.is_some() {
            (one, other)
        } else {
            (other, one)
        };
        assert_eq!(
            (added.candidates.len(), &found.customer),
            (0, &None),
            "{round}"
        );
        let theirs = found.candidates.iter().map(|it| it.customer);
        let added = added.customer.unwrap().id;
        assert_eq!(theirs.collect::<Vec<_>>(), [added], "{round}");
    }
}

#[tokio::test]
async fn f1_who_is_certain_by_one_of_several_numbers_is_certain_and_too_many_are_refused_at_once() {
    let world = World::new().await;
    let mut maybe = named("李雷", &["13800001111", "13800002222"]);
    maybe.phones[0].is_certain = false;
    world.database.add_customer(maybe, ME, NOW).await.unwrap();
    let both = named("韩梅", &["13800001111", "13800002222"]);
    let entered = world
        .database
        .enter_customer(both, true, ME, NOW)
        .await
        .unwrap();
    assert_eq!((entered.customer, entered.candidates.len()), (None, 1));
    assert!(entered.candidates[0].is_certain());
    let doubted = named("韩梅", &["13800001111"]);
    let entered = world
        .database
        .enter_customer(doubted, true, ME, NOW)
        .await
        .unwrap();
    assert!(entered.customer.is_some(), "a maybe identifies nobody (F3)");
    let many: Vec<String> = (0..51).map(|n| format!("138000011{n:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let told = world
        .database
        .enter_customer(named("a", &many), true, ME, NOW)
        .await;
    assert!(matches!(
        told,
        Err(StoreError::Customer(CustomerFault::Numbers))
    ));
}
