//! Reminders: told once at their moment, put off, done, and over a restart (J8).

use model::{AgentId, Fact, TicketId};
use store::reminder::{
    NewReminder, OPEN_MAX, Reminder, ReminderAbout, ReminderChange, ReminderFault, ReminderFilter,
};
use store::{NewTicket, PageRequest, StoreError};
use ticket::notice::NoticeKind;
use ticket::{Actor, Contact, Matter};

use crate::world::{DAY, MOBILE, NOW, World, after};

const ME: AgentId = AgentId::new(7);
const OTHER: AgentId = AgentId::new(8);

async fn ticket(world: &World) -> TicketId {
    let matter = Matter {
        subject: "no network".to_owned(),
        contact: Contact {
            number: Some(MOBILE.to_owned()),
            ..Contact::default()
        },
        ..Matter::default()
    };
    let new = NewTicket {
        matter,
        ..NewTicket::default()
    };
    let entered = world.desk().enter(new, Actor::System, NOW).await;
    entered.unwrap().ticket.id
}

fn wish(about: ReminderAbout, at: i64) -> NewReminder {
    NewReminder {
        agent: ME,
        about,
        words: "回电".to_owned(),
        due_at: after(at),
    }
}

async fn added(world: &World, about: ReminderAbout, at: i64) -> Reminder {
    let added = world.database.add_reminder(wish(about, at), OTHER, NOW);
    added.await.unwrap()
}

async fn changed(
    world: &World,
    reminder: &Reminder,
    change: ReminderChange,
) -> Result<Reminder, StoreError> {
    let database = &world.database;
    database
        .change_reminder(reminder.id, reminder.version, change, ME, after(20))
        .await
}

#[tokio::test]
async fn j8_a_reminder_is_told_once_at_its_moment_and_over_a_restart() {
    let world = World::new().await;
    let of = ticket(&world).await;
    let reminder = added(&world, ReminderAbout::Ticket(of), 10).await;
    assert_eq!(world.desk().remind(after(9)).await.unwrap(), []);
    // A process that is killed behind the commit has told nothing of it.
    let told = world.desk().remind(after(10)).await.unwrap();
    let [Fact::NotificationCreated(notified)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(
        (notified.agent, notified.ticket, notified.reminder),
        (ME, Some(of), Some(reminder.id))
    );
    assert!(!notified.title["zh-CN"].contains("回电"), "others read it");
    let world = world.reopen().await;
    assert_eq!(world.database.untold_reminders().await.unwrap(), told);
    assert_eq!(world.desk().remind(after(11)).await.unwrap(), [], "once");
    let mut world = world;
    world.tell(vec![(after(11), told[0].clone())]).await;
    assert_eq!(world.database.untold_reminders().await.unwrap(), []);
    let page = PageRequest::default();
    let shown = world
        .database
        .notifications(ME, true, page, after(12))
        .await;
    let shown = shown.unwrap().items;
    assert_eq!((shown.len(), shown[0].kind), (1, NoticeKind::Reminder));
    assert_eq!(shown[0].words.as_deref(), Some("回电"));
    assert_eq!(shown[0].reminder, Some(reminder.id));
}

#[tokio::test]
async fn j8_one_that_is_put_off_is_told_again_and_one_that_is_done_is_not() {
    let world = World::new().await;
    let customer = ReminderAbout::Customer(world.customer("王小明", MOBILE, 0, None).await);
    let (first, second) = (
        added(&world, customer, 10).await,
        added(&world, customer, 15).await,
    );
    assert_eq!(world.desk().remind(after(10)).await.unwrap().len(), 1);
    let later = ReminderChange {
        due_at: Some(after(30)),
        ..ReminderChange::default()
    };
    let snoozed = changed(&world, &first, later.clone()).await.unwrap();
    assert_eq!((snoozed.told_at, snoozed.version), (None, 2));
    let late = changed(&world, &first, later).await;
    assert!(
        matches!(late, Err(StoreError::Conflict { current: 2, .. })),
        "{late:?}"
    );
    let done = ReminderChange {
        is_done: Some(true),
        ..ReminderChange::default()
    };
    changed(&world, &second, done).await.unwrap();
    assert_eq!(world.desk().remind(after(25)).await.unwrap(), []);
    let told = world.desk().remind(after(30)).await.unwrap();
    let [Fact::NotificationCreated(told)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((told.notification.get(), told.ticket), (2, None));
    let database = &world.database;
    let mine = async |for_others, is_done, agent| {
        let filter = ReminderFilter {
            agent,
            for_others,
            is_done,
        };
        let page = database.reminders(filter, PageRequest::default()).await;
        let items = page.unwrap().items.into_iter();
        items.map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(mine(false, false, ME).await, [first.id]);
    assert_eq!(mine(false, true, ME).await, [second.id]);
    assert_eq!(mine(true, false, OTHER).await, [first.id]);
    assert_eq!(mine(true, false, ME).await, []);
    let gone = database.remove_reminder(first.id, 2, ME, after(40));
    gone.await.unwrap();
    assert_eq!(database.reminder(first.id).await.unwrap(), None);
    let about = ("reminder", &*first.id.to_string());
    let rows = database.audit_entries(Some(about), PageRequest::default());
    let rows = rows.await.unwrap().items;
    let acts: Vec<_> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(
        acts,
        ["reminder.added", "reminder.changed", "reminder.removed"]
    );
}

#[tokio::test]
async fn j8_what_cannot_stand_is_refused_and_nobody_has_more_than_so_many() {
    let world = World::new().await;
    let of = ReminderAbout::Ticket(ticket(&world).await);
    let fault = async |new: NewReminder| match world.database.add_reminder(new, ME, NOW).await {
        Err(StoreError::Reminder(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let said = |words: &str| NewReminder {
        words: words.to_owned(),
        ..wish(of, 10)
    };
    for words in ["", "  ", "a\nb", &"长".repeat(501)] {
        assert_eq!(fault(said(words)).await, ReminderFault::Words, "{words:?}");
    }
    for at in [0, -1, 3 * 366 * DAY] {
        assert_eq!(fault(wish(of, at)).await, ReminderFault::Moment, "{at}");
    }
    for _ in 0..OPEN_MAX {
        added(&world, of, 10).await;
    }
    assert_eq!(fault(wish(of, 10)).await, ReminderFault::Full);
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(world.desk().remind(after(10)).await.unwrap().len());
    }
    assert_eq!(told, [200, 0, 0], "all of them, each once");
}
