//! Who has keyed that in (G6): an account, a ticket or a telephone number, told before whose the number is, with both reasons.

use model::profile::{CANDIDATES_MAX, TICKETS_MAX};
use model::{AgentId, Caller, CustomerId, Profile, TicketId, Typed, TypedKind, TypedResult};
use store::{Command, CustomerChange, NewConflict, NewCustomer, NewTicket};
use ticket::handling::Role;
use ticket::{Actor, By, Contact, Matter, Order, Rules};

use crate::world::{NOW, World, after, phone};

const LI: &str = "13800001111";
const WANG: &str = "13900002222";
const NOBODY: &str = "13700000000";

async fn customer(world: &World, name: &str, number: &str, account: Option<&str>) -> CustomerId {
    let new = NewCustomer {
        name: name.to_owned(),
        phones: vec![phone(number)],
        external_ref: account.map(str::to_owned),
        ..NewCustomer::default()
    };
    let added = world.database.add_customer(new, Actor::System, NOW).await;
    added.unwrap().id
}

async fn entered(
    world: &World,
    by: AgentId,
    number: &str,
    customer: Option<CustomerId>,
    kind: Option<&str>,
    ms: i64,
) -> ticket::Ticket {
    let mut rules = Rules::default();
    let mut secret = rules.standard.clone();
    secret.sensitive = true;
    rules.kinds.insert("secret".to_owned(), secret);
    let new = NewTicket {
        matter: Matter {
            ticket_type: kind.map(str::to_owned),
            subject: format!("matter {ms}"),
            contact: Contact {
                number: Some(number.to_owned()),
                ..Contact::default()
            },
            customer,
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    let made = world.desk_of(rules).enter(new, boss(by), after(ms)).await;
    made.unwrap().ticket
}

fn boss(agent: AgentId) -> By {
    By {
        actor: Actor::Agent(agent),
        rights: [
            Role::Agent,
            Role::Dispatcher,
            Role::Supervisor,
            Role::Trusted,
        ]
        .into(),
    }
}

/// What is known of a caller who keys this in.
async fn says(world: &World, from: &str, kind: TypedKind, text: &str) -> Profile {
    says_as(world, from, (kind, text), false).await
}

/// The same, where the script has verified him or not.
async fn says_as(
    world: &World,
    from: &str,
    (kind, text): (TypedKind, &str),
    is_verified: bool,
) -> Profile {
    let typed = Typed {
        kind,
        text: text.to_owned(),
        is_secret: false,
        is_verified,
    };
    let caller = Caller::new(from, None);
    let known = world
        .database
        .profile_by(&caller, Some(&typed), after(60_000));
    known.await.unwrap()
}

/// Names with their reasons, in their order.
fn told(profile: &Profile) -> Vec<(&str, &str)> {
    let all = profile.candidates.iter();
    all.map(|one| (one.name.as_str(), one.why.as_str()))
        .collect()
}

fn tickets(profile: &Profile) -> Vec<TicketId> {
    profile.open_tickets.iter().map(|one| one.ticket).collect()
}

fn sole(profile: &Profile) -> Option<CustomerId> {
    profile.sole().map(|one| one.customer)
}

#[tokio::test]
async fn g6_an_account_outranks_the_number_and_both_findings_stand_where_they_differ() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let wang = customer(&world, "王芳", WANG, Some("1001")).await;
    let li = customer(&world, "李雷", LI, Some("1002")).await;
    let his = entered(&world, agent, LI, Some(li), None, 1).await;
    let hers = entered(&world, agent, WANG, Some(wang), None, 2).await;
    // Her own number, a strange one, and a withheld one say the same as she does.
    for from in [WANG, NOBODY, "anonymous"] {
        let known = says(&world, from, TypedKind::Account, "1001").await;
        let typed = known.typed.as_deref().unwrap();
        assert_eq!(
            (typed.result, typed.differs),
            (TypedResult::Found, false),
            "{from}"
        );
        // F5: her own number vouches for her.
        assert_eq!(typed.is_vouched, from == WANG, "{from}");
        assert_eq!(
            (typed.kind, typed.text.as_str()),
            (TypedKind::Account, "1001")
        );
        assert_eq!(told(&known), [("王芳", "typed_account")]);
        assert_eq!(sole(&known), Some(wang));
        assert_eq!(tickets(&known), [hers.id]);
    }
    // From his number: she is first, he stands beside, and nobody is chosen.
    for is_verified in [true, false] {
        let known = says_as(&world, LI, (TypedKind::Account, "1001"), is_verified).await;
        let typed = known.typed.as_deref().unwrap();
        assert_eq!((typed.differs, typed.is_vouched), (true, is_verified));
    }
    let known = says(&world, LI, TypedKind::Account, "1001").await;
    assert_eq!(
        told(&known),
        [("王芳", "typed_account"), ("李雷", "number")]
    );
    assert_eq!(sole(&known), None);
    assert_eq!(tickets(&known), [hers.id], "and not {}", his.id);
    // What nobody has is told, and the number says what it says.
    for account in ["9999", &"1".repeat(100)] {
        let known = says(&world, LI, TypedKind::Account, account).await;
        let typed = known.typed.as_deref().unwrap();
        assert_eq!((typed.result, typed.differs), (TypedResult::Nobody, false));
        assert!(typed.text.chars().count() <= 40);
        assert_eq!(told(&known), [("李雷", "number")]);
        assert_eq!(sole(&known), Some(li));
        assert_eq!(tickets(&known), [his.id]);
    }
}

#[tokio::test]
async fn g6_of_two_who_share_a_number_the_account_tells_which() {
    let world = World::new().await;
    let wang = customer(&world, "王芳", LI, Some("1001")).await;
    customer(&world, "李雷", LI, None).await;
    let known = says(&world, LI, TypedKind::Account, "1001").await;
    assert!(!known.typed.as_deref().unwrap().differs);
    assert_eq!(
        told(&known),
        [("王芳", "typed_account"), ("李雷", "number")]
    );
    assert_eq!(sole(&known), Some(wang));
}

#[tokio::test]
async fn g6_g5_a_ticket_that_is_named_comes_first_with_its_customer() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let wang = customer(&world, "王芳", WANG, None).await;
    let li = customer(&world, "李雷", LI, None).await;
    let named = entered(&world, agent, WANG, Some(wang), None, 1).await;
    let mut others = Vec::new();
    for ms in 2..=TICKETS_MAX as i64 + 1 {
        others.push(entered(&world, agent, WANG, Some(wang), None, ms).await.id);
    }
    for text in [named.number.to_string(), named.number.digits().to_owned()] {
        let known = says(&world, WANG, TypedKind::Ticket, &text).await;
        assert_eq!(tickets(&known)[0], named.id, "{text}");
        assert_eq!(tickets(&known).len(), TICKETS_MAX);
        assert_eq!(told(&known), [("王芳", "typed_ticket")]);
        assert_eq!(sole(&known), Some(wang));
    }
    let known = says(&world, LI, TypedKind::Ticket, named.number.digits()).await;
    assert!(known.typed.as_deref().unwrap().differs);
    assert_eq!(told(&known), [("王芳", "typed_ticket"), ("李雷", "number")]);
    assert_eq!(tickets(&known)[0], named.id);
    assert_eq!(sole(&known), None);
    // A ticket of nobody on file: of his own number it is his, of another's it differs.
    let own = entered(&world, agent, LI, None, None, 20).await;
    let known = says(&world, LI, TypedKind::Ticket, own.number.digits()).await;
    assert!(!known.typed.as_deref().unwrap().differs);
    assert_eq!((sole(&known), tickets(&known)[0]), (Some(li), own.id));
    let strange = entered(&world, agent, NOBODY, None, None, 21).await;
    let known = says(&world, LI, TypedKind::Ticket, strange.number.digits()).await;
    assert!(known.typed.as_deref().unwrap().differs);
    assert_eq!((sole(&known), tickets(&known)), (None, vec![strange.id]));
}

#[tokio::test]
async fn g6_a_ticket_that_is_over_merged_or_sensitive() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let wang = customer(&world, "王芳", WANG, None).await;
    let over = entered(&world, agent, WANG, Some(wang), None, 1).await;
    let goes_on = entered(&world, agent, WANG, Some(wang), None, 2).await;
    let order = Command {
        ticket: over.id,
        version: None,
        order: Order::Merge { into: goes_on.id },
        by: boss(agent),
        at: after(3),
    };
    world.desk().order(order).await.unwrap();
    let known = says(&world, NOBODY, TypedKind::Ticket, over.number.digits()).await;
    let named = known.typed.as_deref().unwrap().ticket.as_ref().unwrap();
    assert_eq!(named.ticket, goes_on.id, "M5");
    let order = Command {
        ticket: goes_on.id,
        version: None,
        order: Order::Void {
            reason: "done".to_owned(),
            mistake: false,
        },
        by: boss(agent),
        at: after(4),
    };
    world.desk().order(order).await.unwrap();
    let known = says(&world, NOBODY, TypedKind::Ticket, goes_on.number.digits()).await;
    let named = known.typed.as_deref().unwrap().ticket.as_ref().unwrap();
    assert_eq!(named.state, "void", "it is told how it stands");
    assert_eq!(tickets(&known), [], "and is none of those that are open");
    // A13: what not every agent may read is nobody's, and names nobody.
    let secret = entered(&world, agent, WANG, Some(wang), Some("secret"), 5).await;
    for text in [secret.number.digits(), "261118-0042-0", "12"] {
        let known = says(&world, NOBODY, TypedKind::Ticket, text).await;
        let typed = known.typed.as_deref().unwrap();
        assert_eq!(
            (typed.result, &typed.ticket),
            (TypedResult::Nobody, &None),
            "{text}"
        );
        assert_eq!(told(&known), []);
    }
}

#[tokio::test]
async fn g6_a_number_that_is_keyed_in_and_those_who_stand_for_others() {
    let world = World::new().await;
    let wang = customer(&world, "王芳", WANG, Some("1001")).await;
    let other = customer(&world, "王芳", "13600003333", Some("1009")).await;
    for name in 0..CANDIDATES_MAX {
        customer(&world, &format!("李{name}"), LI, None).await;
    }
    let known = says(&world, LI, TypedKind::Phone, "+86 139 0000 2222").await;
    assert_eq!(
        told(&known)[..2],
        [("王芳", "typed_phone"), ("李0", "number")]
    );
    assert_eq!(known.candidates.len(), CANDIDATES_MAX);
    assert!(known.typed.as_deref().unwrap().differs);
    // F9: the account of one who was merged is that of who stands for him.
    let merged = world
        .database
        .merge_customers(other, wang, Actor::System, after(1));
    merged.await.unwrap();
    let known = says(&world, NOBODY, TypedKind::Account, "1009").await;
    assert_eq!(sole(&known), Some(wang));
    // Who is a customer no more is found by nothing.
    let record = world.database.customer(wang).await.unwrap().unwrap();
    let change = CustomerChange {
        is_active: Some(false),
        ..CustomerChange::default()
    };
    let changed =
        world
            .database
            .change_customer(wang, record.version, change, Actor::System, after(2));
    changed.await.unwrap();
    let known = says(&world, NOBODY, TypedKind::Account, "1001").await;
    assert_eq!(known.typed.as_deref().unwrap().result, TypedResult::Nobody);
}

#[tokio::test]
async fn g6_r66_whom_he_must_not_meet_holds_from_any_telephone() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    world.agent("1002").await;
    customer(&world, "王芳", WANG, Some("1001")).await;
    let conflict = NewConflict {
        number: WANG.to_owned(),
        login: "1001".to_owned(),
        reason: "a quarrel".to_owned(),
        owner: "1002".to_owned(),
        until: None,
    };
    world.database.keep_apart(conflict, NOW).await.unwrap();
    let known = says(&world, NOBODY, TypedKind::Account, "1001").await;
    assert!(known.ties.apart.contains(&agent));
    let known = says(&world, NOBODY, TypedKind::Account, "1002").await;
    assert!(known.ties.apart.is_empty());
}
