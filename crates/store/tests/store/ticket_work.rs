//! What people and timers do to tickets: orders, merging, what comes by itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use model::{AgentId, Timestamp};
use store::{Command, NewTicket, PageRequest, StoreError, TicketDesk, TicketFilter, TicketOrder};
use ticket::handling::{Level, Role};
use ticket::{Actor, By, Contact, Matter, Order, Refused, Rules, State, Ticket};

use crate::world::{NOW, World, after, of_tickets};

const HOUR_MS: i64 = 3_600_000;

/// A supervisor, who may all that rights give.
fn boss(agent: AgentId) -> By {
    let rights = [
        Role::Agent,
        Role::Dispatcher,
        Role::Supervisor,
        Role::Trusted,
    ];
    By {
        actor: Actor::Agent(agent),
        rights: rights.into(),
    }
}

fn plain(agent: AgentId) -> By {
    By {
        actor: Actor::Agent(agent),
        rights: [Role::Agent].into(),
    }
}

fn command(ticket: &Ticket, order: Order, by: By, at: Timestamp) -> Command {
    Command {
        ticket: ticket.id,
        version: None,
        order,
        by,
        at,
    }
}

async fn entered(desk: &TicketDesk, subject: &str, by: AgentId) -> Ticket {
    let new = NewTicket {
        matter: Matter {
            subject: subject.to_owned(),
            contact: Contact {
                number: Some("13800001111".to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    let entered = desk.enter(new, Actor::Agent(by), NOW).await;
    entered.unwrap().ticket
}

#[tokio::test]
async fn a_to_f_what_is_ordered_stands_in_row_timeline_audit_and_outbox_or_nowhere() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let ticket = entered(&desk, "no network", agent).await;
    let refused = desk.order(command(&ticket, Order::Resume, plain(agent), after(1)));
    assert!(matches!(
        refused.await,
        Err(StoreError::Refused(Refused::NotAllowed { .. }))
    ));
    for order in [
        Order::Claim,
        Order::Append {
            text: "more".to_owned(),
        },
        Order::Resolve {
            solution: "done".to_owned(),
        },
    ] {
        let worked = desk
            .order(command(&ticket, order, plain(agent), after(2)))
            .await;
        assert_eq!(worked.unwrap().news.len(), 1);
    }
    let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
    assert_eq!((stands.state(), stands.version), (State::Resolved, 4));
    let entries = world.database.ticket_entries(ticket.id).await.unwrap();
    let replayed = Ticket::replay(stands.id, stands.number.clone(), &entries);
    assert_eq!(replayed, Some(stands), "property d, out of the database");
    let id = ticket.id.to_string();
    let audited = world
        .database
        .audit_entries(Some(("ticket", &id)), PageRequest::default());
    let audited = audited.await.unwrap().items;
    let actions: Vec<_> = audited
        .iter()
        .rev()
        .map(|row| row.action.as_str())
        .collect();
    let expected = [
        "ticket.submit",
        "ticket.claim",
        "ticket.append",
        "ticket.resolve",
    ];
    assert_eq!(actions, expected);
    assert_eq!(world.database.untold(None).await.unwrap().len(), 4);
}

#[tokio::test]
async fn x9_of_two_tickets_that_go_into_each_other_at_once_one_stays_open() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    for round in 0..100 {
        let a = entered(&desk, "a", agent).await;
        let b = entered(&desk, "b", agent).await;
        let merge = |from: &Ticket, into: &Ticket| {
            let order = Order::Merge { into: into.id };
            let command = command(from, order, boss(agent), after(1));
            let desk = desk.clone();
            tokio::spawn(async move { desk.order(command).await.map(|worked| worked.ticket) })
        };
        let (one, other) = tokio::join!(merge(&a, &b), merge(&b, &a));
        let results = [one.unwrap(), other.unwrap()];
        assert_eq!(results.iter().flatten().count(), 1, "{round}: {results:?}");
        let mut open = 0;
        for ticket in [a, b] {
            let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
            open += u32::from(stands.state().is_open());
        }
        assert_eq!(open, 1, "{round}");
    }
}

#[tokio::test]
async fn x8_x12_a_chain_leads_to_its_end_and_is_parted_within_a_day() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let mut all = Vec::new();
    for subject in ["a", "b", "c"] {
        all.push(entered(&desk, subject, agent).await);
    }
    let merge = async |from: usize, into: usize| {
        let order = Order::Merge { into: all[into].id };
        let command = command(&all[from], order, boss(agent), after(1));
        desk.order(command).await.unwrap();
    };
    merge(0, 1).await;
    merge(1, 2).await;
    let survivor = desk.survivor_of(all[0].id).await.unwrap().unwrap();
    assert_eq!(survivor.matter.subject, "c");
    // Into one that went on elsewhere is into that one (M1).
    let d = entered(&desk, "d", agent).await;
    let order = Order::Merge { into: all[0].id };
    let merged = desk
        .order(command(&d, order, boss(agent), after(2)))
        .await
        .unwrap();
    let into = merged.ticket.handling.merging.into.unwrap().ticket;
    assert_eq!(into, all[2].id);
    let part = |at| desk.order(command(&d, Order::Unmerge, boss(agent), at));
    let late = part(after(25 * HOUR_MS)).await;
    assert!(matches!(late, Err(StoreError::Refused(Refused::TooLate))));
    assert_eq!(
        part(after(HOUR_MS)).await.unwrap().ticket.state(),
        State::New
    );
}

#[tokio::test]
async fn r14_what_comes_by_itself_is_written_once_and_told() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let ticket = entered(&desk, "no network", agent).await;
    let names = async || {
        let entries = world.database.ticket_entries(ticket.id).await.unwrap();
        entries.iter().map(|it| it.event.name()).collect::<Vec<_>>()
    };
    assert_eq!(desk.wake(NOW).await.unwrap(), []);
    // P3's response is due after two hours; it warns at 80 %.
    let woken = desk.wake(after(100 * 60_000)).await.unwrap();
    assert_eq!(of_tickets(woken).len(), 1);
    let both = tokio::join!(desk.wake(after(3 * HOUR_MS)), desk.wake(after(3 * HOUR_MS)));
    let told = of_tickets(both.0.unwrap()).len() + of_tickets(both.1.unwrap()).len();
    assert_eq!(told, 1, "two who look book one breach");
    assert_eq!(names().await, ["submit", "warned", "breached"]);
    let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
    assert_eq!(stands.version, 1, "nobody's text is overwritten by it");
    assert!(stands.handling.is_overdue(after(3 * HOUR_MS)));
}

#[tokio::test]
async fn lists_of_work_are_in_the_order_of_what_is_due() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let mut ids = Vec::new();
    for level in [Level::Low, Level::High, Level::Middle] {
        let ticket = entered(&desk, "x", agent).await;
        let weigh = Order::Weigh {
            impact: level,
            urgency: level,
        };
        let weighed = desk.order(command(&ticket, weigh, boss(agent), NOW)).await;
        ids.push(weighed.unwrap().ticket.id);
    }
    let list = async |filter: TicketFilter| {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.database.tickets(&filter, after, 1).await.unwrap();
            seen.extend(page.items.iter().map(|it| it.id));
            after = page.next;
            if after.is_none() {
                return seen;
            }
        }
    };
    let due = || TicketFilter {
        is_open: Some(true),
        order: TicketOrder::Due,
        ..TicketFilter::default()
    };
    assert_eq!(list(due()).await, [ids[1], ids[2], ids[0]]);
    // 2.5: whose due moment moves between two pages takes none of the others with it.
    let first = world.database.tickets(&due(), None, 1).await.unwrap();
    let weigh = async |level| {
        let order = Order::Weigh {
            impact: level,
            urgency: level,
        };
        let moved = command(&first.items[0], order, boss(agent), NOW);
        desk.order(moved).await.unwrap();
    };
    weigh(Level::Low).await;
    let rest = world.database.tickets(&due(), first.next, 50).await;
    let rest: Vec<_> = rest.unwrap().items.iter().map(|it| it.id).collect();
    assert_eq!(rest[..2], [ids[2], ids[0]]);
    weigh(Level::High).await;
    let soon = TicketFilter {
        due_before: Some(after(HOUR_MS)),
        ..due()
    };
    assert_eq!(list(soon).await, [ids[1]]);
    let track = Order::Track { on: true };
    let followed = world.database.ticket(ids[2]).await.unwrap().unwrap();
    desk.order(command(&followed, track, plain(agent), NOW))
        .await
        .unwrap();
    let mine = TicketFilter {
        watcher: Some(agent),
        ..TicketFilter::default()
    };
    assert_eq!(list(mine).await, [ids[2]]);
}

#[tokio::test]
async fn b7_a_strangers_ticket_is_void_when_nobody_vouches_for_it() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let mut rules = Rules::default();
    rules.quarantine.channels = BTreeSet::from(["api".to_owned()]);
    rules.quarantine.expires_after = Duration::from_secs(60);
    let (_, rules) = tokio::sync::watch::channel(Arc::new(rules));
    let desk = TicketDesk::new(world.database.clone(), rules, 480);
    let new = NewTicket {
        matter: Matter {
            subject: "x".to_owned(),
            contact: Contact {
                number: Some("13800001111".to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        is_stranger: true,
        ..NewTicket::default()
    };
    let held = desk
        .enter(new, Actor::Agent(agent), NOW)
        .await
        .unwrap()
        .ticket;
    assert_eq!(held.state(), State::Quarantined);
    desk.wake(after(60_000)).await.unwrap();
    let stands = world.database.ticket(held.id).await.unwrap().unwrap();
    assert_eq!(stands.state(), State::Void);
}

#[tokio::test]
async fn d5_an_order_that_comes_before_the_sweep_swallows_no_breach() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let ticket = entered(&desk, "no network", agent).await;
    let late = command(&ticket, Order::Claim, plain(agent), after(3 * HOUR_MS));
    let worked = desk.order(late).await.unwrap();
    let entries = world.database.ticket_entries(ticket.id).await.unwrap();
    let names: Vec<_> = entries.iter().map(|it| it.event.name()).collect();
    assert_eq!(names, ["submit", "breached", "claim"]);
    assert_eq!(of_tickets(worked.news).len(), 2, "both are told");
}

#[tokio::test]
async fn a13_in_a_house_without_groups_a_sensitive_ticket_is_not_everybodys() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let other = world.agent("1002").await.id;
    let ticket = entered(&desk, "secret", agent).await;
    let reason = "staff".to_owned();
    for order in [Order::SetSensitive { on: true, reason }, Order::Claim] {
        let done = desk
            .order(command(&ticket, order, plain(agent), after(1)))
            .await;
        done.unwrap();
    }
    let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
    for (who, may) in [(agent, true), (other, false)] {
        let reader = desk.reader(who, NOW).await.unwrap();
        assert_eq!(reader.may_read(&stands), may, "{who}");
        let filter = TicketFilter {
            readable_by: Some(reader),
            ..TicketFilter::default()
        };
        let page = world.database.tickets(&filter, None, 50).await;
        assert_eq!(page.unwrap().items.len(), usize::from(may), "{who}");
    }
    let caller = model::Caller::new("13800001111", None);
    let pop = world.database.profile(&caller, NOW).await.unwrap();
    assert_eq!(pop.open_tickets, [], "nor is it on a screen");
}

#[tokio::test]
async fn t3_c1_a_strangers_ticket_goes_where_the_rules_send_it_once_it_is_released() {
    use ticket::rules::{Destination, DispatchRule, GroupRule, When};
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let mut rules = Rules::default();
    rules.quarantine.channels = BTreeSet::from(["api".to_owned()]);
    rules.quarantine.expires_after = Duration::from_secs(60);
    let front = GroupRule {
        tier: 1,
        ..GroupRule::default()
    };
    rules.groups.insert("front".to_owned(), front);
    rules.dispatch.push(DispatchRule {
        name: "all".to_owned(),
        line: 1,
        when: When::default(),
        to: Destination::Group("front".to_owned()),
    });
    let (_, rules) = tokio::sync::watch::channel(Arc::new(rules));
    let desk = TicketDesk::new(world.database.clone(), rules, 480);
    let stranger = |answer: Option<&str>| NewTicket {
        matter: Matter {
            subject: "x".to_owned(),
            contact: Contact {
                number: Some("13800001111".to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        answer: answer.map(str::to_owned),
        is_stranger: true,
        ..NewTicket::default()
    };
    let by = Actor::Agent(agent);
    let refused = desk.enter(stranger(Some("like this")), by, NOW).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(Refused::NotVerified))
    ));
    let held = desk.enter(stranger(None), by, NOW).await.unwrap().ticket;
    assert_eq!(held.handling.place.group, None);
    let reason = "called back".to_owned();
    let release = command(&held, Order::Release { reason }, boss(agent), after(1));
    let released = desk.order(release).await.unwrap().ticket;
    assert_eq!(released.state(), State::Dispatched);
    assert_eq!(released.handling.place.group.as_deref(), Some("front"));
    assert_eq!(released.handling.clocks.len(), 2, "its promises began");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_happens_to_a_ticket_is_told_in_the_order_of_commits_though_its_askers_are_gone() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let told: Arc<std::sync::Mutex<Vec<u64>>> = Arc::default();
    let hears = Arc::clone(&told);
    let desk = world.desk().telling(move |fact| {
        let (_, entry) = store::entry_of(&fact).unwrap();
        hears.lock().unwrap().push(entry);
    });
    let ticket = entered(&desk, "no network", agent).await;
    let asks = (0..40).map(|n: i64| {
        let desk = desk.clone();
        let text = n.to_string();
        let order = command(&ticket, Order::Append { text }, plain(agent), after(n));
        tokio::spawn(async move {
            let asked = desk.order(order);
            if n % 4 == 0 {
                // He hangs up as soon as it may be on its way.
                let _gone = tokio::time::timeout(Duration::from_millis(1), asked).await;
            } else {
                asked.await.unwrap();
            }
        })
    });
    for ask in asks.collect::<Vec<_>>() {
        ask.await.unwrap();
    }
    // The writer is done with all of them when it has done what came last.
    world.database.ping().await.unwrap();
    let told = told.lock().unwrap().clone();
    let entries = world.database.ticket_entries(ticket.id).await.unwrap();
    let all: Vec<u64> = (1..=entries.len()).map(|n| n.try_into().unwrap()).collect();
    assert_eq!(told, all);
    assert!(told.len() > 30);
}
