//! How a ticket stands, for who asks by telephone (X11): which one is told, and that nothing but its PIN opens a sensitive one.

use model::{CallId, TicketId};
use store::{NewTicket, Secret, Standing, StandingAsked, Stood, TicketDesk};
use ticket::handling::Role;
use ticket::{Actor, By, Contact, Matter, Order, Rules, Ticket};

use crate::world::{MINUTE, World, after};

const LI: &str = "13800001111";
const WANG: &str = "13900002222";

fn rules() -> Rules {
    let standard = Rules::default();
    let mut secret = standard.standard.clone();
    secret.sensitive = true;
    Rules {
        kinds: [("secret".to_owned(), secret)].into(),
        ..standard
    }
}

fn boss(agent: model::AgentId) -> By {
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

/// A ticket of a number, so many milliseconds after the beginning.
async fn entered(desk: &TicketDesk, by: &By, number: &str, kind: Option<&str>, ms: i64) -> Ticket {
    let new = NewTicket {
        matter: Matter {
            ticket_type: kind.map(str::to_owned),
            subject: format!("matter {ms}"),
            contact: Contact {
                number: Some(number.to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    desk.enter(new, by.clone(), after(ms)).await.unwrap().ticket
}

async fn does(desk: &TicketDesk, id: TicketId, order: Order, by: &By, ms: i64) {
    let command = store::Command {
        ticket: id,
        version: None,
        order,
        by: by.clone(),
        at: after(ms),
    };
    desk.order(command).await.unwrap();
}

struct Asks<'w> {
    world: &'w World,
    number: String,
    pin: Option<String>,
    caller: String,
    call: u64,
    ms: i64,
}

/// Somebody who withholds his number asks by this one.
fn asks<'w>(world: &'w World, number: &str) -> Asks<'w> {
    Asks {
        world,
        number: number.to_owned(),
        pin: None,
        caller: String::new(),
        call: 1,
        ms: 100,
    }
}

impl Asks<'_> {
    fn pin(mut self, pin: &str) -> Self {
        self.pin = Some(pin.to_owned());
        self
    }

    fn in_call(mut self, call: u64) -> Self {
        self.call = call;
        self
    }

    fn from(mut self, caller: &str) -> Self {
        self.caller = caller.to_owned();
        self
    }

    fn at(mut self, ms: i64) -> Self {
        self.ms = ms;
        self
    }

    async fn stood(self) -> Stood {
        let asked = StandingAsked {
            number: self.number,
            pin: self.pin.map(Secret::new),
            caller: self.caller,
            call: CallId::new(self.call),
            at: after(self.ms),
        };
        self.world.database.ticket_standing(asked).await.unwrap()
    }

    /// The ticket that is told, with the number of the one that went into it.
    async fn told(self) -> Option<(TicketId, Option<String>)> {
        match self.stood().await {
            Stood::Found(found) => {
                let Standing {
                    ticket,
                    merged_from,
                } = *found;
                Some((ticket.id, merged_from.map(|number| number.to_string())))
            }
            Stood::None => None,
            other @ (Stood::WrongPin | Stood::Locked) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn x11_by_a_telephone_number_the_newest_open_ticket_is_told_and_by_its_own_any() {
    let world = World::new().await;
    let desk = world.desk();
    let by = boss(world.agent("1001").await.id);
    let old = entered(&desk, &by, LI, None, 1).await;
    let new = entered(&desk, &by, LI, None, 2).await;
    let other = entered(&desk, &by, WANG, None, 3).await;
    // In whatever form the number is written.
    for number in [LI, "+86 138 0000 1111", "0086-13800001111"] {
        let told = asks(&world, number).told().await;
        assert_eq!(told, Some((new.id, None)), "{number}");
    }
    let reason = "entered twice".to_owned();
    does(
        &desk,
        new.id,
        Order::Void {
            reason,
            mistake: false,
        },
        &by,
        4,
    )
    .await;
    let told = asks(&world, LI).told().await;
    assert_eq!(told, Some((old.id, None)), "the newest that is open");
    // As it is read out, and as it is keyed in: any state, and any caller.
    for number in [new.number.to_string(), new.number.digits().to_owned()] {
        let told = asks(&world, &number).told().await;
        assert_eq!(told, Some((new.id, None)), "{number}");
    }
    let told = asks(&world, other.number.digits()).told().await;
    assert_eq!(told, Some((other.id, None)));
    for nothing in ["", "13700000000", "0", "anonymous", "999999"] {
        assert_eq!(
            asks(&world, nothing).stood().await,
            Stood::None,
            "{nothing}"
        );
    }
}

#[tokio::test]
async fn x11_m5_a_ticket_that_went_into_another_tells_how_that_one_stands() {
    let world = World::new().await;
    let desk = world.desk();
    let by = boss(world.agent("1001").await.id);
    let his = entered(&desk, &by, LI, None, 1).await;
    let middle = entered(&desk, &by, WANG, None, 2).await;
    let last = entered(&desk, &by, WANG, None, 3).await;
    does(&desk, his.id, Order::Merge { into: middle.id }, &by, 10).await;
    does(&desk, middle.id, Order::Merge { into: last.id }, &by, 11).await;
    let expected = Some((last.id, Some(his.number.to_string())));
    assert_eq!(asks(&world, LI).told().await, expected, "by his telephone");
    let by_number = asks(&world, his.number.digits()).told().await;
    assert_eq!(by_number, expected, "by his ticket's number");
    // His newest matter is another one by now.
    let newer = entered(&desk, &by, LI, None, 12).await;
    assert_eq!(asks(&world, LI).told().await, Some((newer.id, None)));
    let reason = "done".to_owned();
    does(
        &desk,
        newer.id,
        Order::Void {
            reason,
            mistake: false,
        },
        &by,
        13,
    )
    .await;
    assert_eq!(asks(&world, LI).told().await, expected);
    // What goes on is over: by his telephone nothing is open, by the number it is told how it ended.
    let reason = "done".to_owned();
    does(
        &desk,
        last.id,
        Order::Void {
            reason,
            mistake: false,
        },
        &by,
        14,
    )
    .await;
    assert_eq!(asks(&world, LI).told().await, None);
    let by_number = asks(&world, his.number.digits()).told().await;
    assert_eq!(by_number, expected);
}

#[tokio::test]
async fn x11_a_sensitive_ticket_is_there_for_its_pin_alone() {
    let world = World::new().await;
    let desk = world.desk_of(rules());
    let agent = world.agent("1001").await.id;
    let by = boss(agent);
    let plain = entered(&desk, &by, LI, None, 1).await;
    let secret = entered(&desk, &by, LI, Some("secret"), 2).await;
    assert!(secret.handling.is_sensitive());
    assert!(!world.database.has_ticket_pin(secret.id).await.unwrap());
    let pin = world.database.draw_ticket_pin(secret.id, agent, after(5));
    let pin = pin.await.unwrap().expose().clone();
    assert!(pin.len() == 6 && pin.bytes().all(|it| it.is_ascii_digit()));
    assert!(world.database.has_ticket_pin(secret.id).await.unwrap());
    // Without it, it is not there; with it, it is told before what needs none.
    assert_eq!(asks(&world, LI).told().await, Some((plain.id, None)));
    let number = secret.number.digits();
    assert_eq!(asks(&world, number).stood().await, Stood::None);
    for asked in [LI, number] {
        let told = asks(&world, asked).pin(&pin).told().await;
        assert_eq!(told, Some((secret.id, None)), "{asked}");
    }
    // A wrong one tells the same of a number with such a ticket and of one without.
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    for (call, asked) in [LI, number, WANG, "261118-0042-7"].into_iter().enumerate() {
        let stood = asks(&world, asked).pin(wrong).in_call(10 + call as u64);
        assert_eq!(stood.stood().await, Stood::WrongPin, "{asked}");
    }
    // What needs none is told by its own number, whatever was keyed in besides.
    let told = asks(&world, plain.number.digits()).pin(wrong).told().await;
    assert_eq!(told, Some((plain.id, None)));
    // Another one takes its place, and it can be taken away.
    let other = world.database.draw_ticket_pin(secret.id, agent, after(6));
    let other = other.await.unwrap().expose().clone();
    if other != pin {
        let stood = asks(&world, number).pin(&pin).in_call(20).stood().await;
        assert_eq!(stood, Stood::WrongPin);
    }
    let gone = world.database.remove_ticket_pin(secret.id, agent, after(7));
    gone.await.unwrap();
    let stood = asks(&world, number).pin(&other).in_call(21).stood().await;
    assert_eq!(stood, Stood::WrongPin);
    let again = world.database.remove_ticket_pin(secret.id, agent, after(8));
    assert!(again.await.is_err());
    let nowhere = world
        .database
        .draw_ticket_pin(TicketId::new(5), agent, after(8));
    assert!(nowhere.await.is_err());
}

#[tokio::test]
async fn x11_a_pin_of_what_went_into_another_opens_that() {
    let world = World::new().await;
    let desk = world.desk_of(rules());
    let agent = world.agent("1001").await.id;
    let by = boss(agent);
    let his = entered(&desk, &by, LI, Some("secret"), 1).await;
    let goes_on = entered(&desk, &by, WANG, None, 2).await;
    let pin = world.database.draw_ticket_pin(his.id, agent, after(3));
    let pin = pin.await.unwrap().expose().clone();
    does(&desk, his.id, Order::Merge { into: goes_on.id }, &by, 4).await;
    // M4: what goes on is sensitive by it, for who asks by that one's number too.
    assert_eq!(asks(&world, WANG).stood().await, Stood::None);
    let told = asks(&world, his.number.digits()).pin(&pin).told().await;
    assert_eq!(told, Some((goes_on.id, Some(his.number.to_string()))));
}

#[tokio::test]
async fn x11_guesses_are_bounded_in_a_call_of_a_number_and_for_a_ticket_over_restarts() {
    let world = World::new().await;
    let desk = world.desk_of(rules());
    let agent = world.agent("1001").await.id;
    let by = boss(agent);
    let secret = entered(&desk, &by, LI, Some("secret"), 1).await;
    let number = secret.number.digits();
    let pin = world.database.draw_ticket_pin(secret.id, agent, after(5));
    let pin = pin.await.unwrap().expose().clone();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    // Right ones cost nothing.
    for _ in 0..4 {
        assert!(asks(&world, number).pin(&pin).told().await.is_some());
    }
    for expected in [
        Stood::WrongPin,
        Stood::WrongPin,
        Stood::WrongPin,
        Stood::Locked,
    ] {
        let stood = asks(&world, number).pin(wrong).in_call(7).from(WANG);
        assert_eq!(stood.stood().await, expected, "three in a call");
    }
    for expected in [Stood::WrongPin, Stood::WrongPin, Stood::WrongPin] {
        let stood = asks(&world, number)
            .pin(wrong)
            .in_call(8)
            .from("+8613900002222");
        assert_eq!(stood.stood().await, expected);
    }
    let stood = asks(&world, number).pin(&pin).in_call(9).from(WANG);
    assert_eq!(stood.stood().await, Stood::Locked, "six of a number");
    let world = world.reopen().await;
    let stood = asks(&world, number).pin(&pin).in_call(9).from(WANG);
    assert_eq!(
        stood.stood().await,
        Stood::Locked,
        "a restart is worth no try"
    );
    // Who withholds his number is not locked out by others who do, until there were ten for what is asked.
    for call in 20..24 {
        let stood = asks(&world, number).pin(wrong).in_call(call);
        assert_eq!(stood.stood().await, Stood::WrongPin, "{call}");
    }
    let stood = asks(&world, number)
        .pin(&pin)
        .in_call(30)
        .from("13700000003");
    assert_eq!(stood.stood().await, Stood::Locked, "ten for a ticket");
    assert_eq!(
        asks(&world, LI).pin(wrong).in_call(31).stood().await,
        Stood::WrongPin
    );
    let later = asks(&world, number).pin(&pin).in_call(30).at(61 * MINUTE);
    assert!(later.told().await.is_some(), "an hour later");
}
