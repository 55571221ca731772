//! I8: sums of tickets by the quarter of an hour are those of a slow count of their timelines, whatever people and timers did.

use std::collections::BTreeMap;

use model::fact::Direction;
use model::{AgentId, CallId, CustomerId, Fact, Interval, TicketId, Timestamp, Zone};
use report::{Report, Subject, TicketSums, TicketTimes, quarter};
use store::rollup::rebuild_tickets;
use store::{
    Address, Circle, Command, NewTicket, ReportWish, SumsOf, TicketFilter, TicketsBy, Whose, Window,
};
use ticket::handling::{PauseReason, Policy, Receiver, Role, VisitPolicy};
use ticket::rules::GroupRule;
use ticket::{
    Actor, By, ClockKind, Contact, Entry, Matter, Order, Priority, Rules, State, Target, Ticket,
    TicketKind,
};

use crate::rollups::Lots;
use crate::world::{DAY, MINUTE, NOW, World, after, answered};

const SEED: u64 = 20_261_123;
const TICKETS: usize = 24;
const STEPS: usize = 700;

/// Two types and two tiers; customers of a complaint are called back, and a group owes acceptance within an hour.
pub(crate) fn rules() -> Rules {
    let standard = Rules::default();
    let mut policy = Policy {
        visit: VisitPolicy::Always,
        visit_by_another: false,
        escalates_for: std::collections::BTreeSet::new(),
        ..standard.standard.promises().clone()
    };
    for priority in Priority::all() {
        let target = Target {
            time: std::time::Duration::from_secs(3_600),
            warn_percent: 80,
        };
        policy.targets.insert((ClockKind::Stage, priority), target);
    }
    let group = |tier, escalates_to: Option<&str>| GroupRule {
        tier,
        escalates_to: escalates_to.map(str::to_owned),
        ..GroupRule::default()
    };
    Rules {
        kinds: [
            ("complaint".to_owned(), TicketKind::new(policy)),
            (
                "consult".to_owned(),
                TicketKind::standard(&standard.calendar),
            ),
        ]
        .into(),
        groups: [
            ("expert".to_owned(), group(2, None)),
            ("front".to_owned(), group(1, Some("expert"))),
        ]
        .into(),
        ..standard
    }
}

pub(crate) fn boss(agent: AgentId) -> By {
    let rights = [
        Role::Agent,
        Role::Dispatcher,
        Role::Visitor,
        Role::Supervisor,
        Role::Trusted,
    ];
    By {
        actor: Actor::Agent(agent),
        rights: rights.into(),
    }
}

/// Somebody who leads both groups.
pub(crate) async fn lead(world: &World, login: &str) -> AgentId {
    let agent = world.agent(login).await.id;
    let groups = ["front:lead", "expert:lead"].map(|text| text.parse().unwrap());
    let set = world
        .database
        .set_groups(agent, groups.into(), Actor::System, NOW);
    set.await.unwrap();
    agent
}

pub(crate) fn new(kind: &str) -> NewTicket {
    NewTicket {
        matter: Matter {
            subject: "no network".to_owned(),
            ticket_type: Some(kind.to_owned()),
            contact: Contact {
                number: Some("13800001111".to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    }
}

fn order(lots: &mut Lots, all: &[TicketId], now: Timestamp) -> Order {
    let text = || "because".to_owned();
    let to = Receiver {
        group: ["front", "expert"][lots.draw(2) as usize].to_owned(),
        person: None,
    };
    let later = |ms: u64| Timestamp::from_ms(now.as_ms() + 60_000 + ms as i64);
    match lots.draw(26) {
        0..=3 => Order::Claim,
        4 | 5 => Order::Dispatch { to, rule: None },
        6 => Order::Return { reason: text() },
        7 => Order::Transfer { to, note: text() },
        8 => Order::Escalate,
        9 | 10 => Order::Urge { text: text() },
        11 => Order::Pend {
            reason: [PauseReason::Customer, PauseReason::Parts][lots.draw(2) as usize],
            resume_at: later(lots.draw(9_000_000)),
        },
        12 => Order::Resume,
        13 => Order::RequestExtension {
            ms: 3_600_000,
            reason: text(),
        },
        14 => Order::GrantExtension,
        15..=17 => Order::Resolve { solution: text() },
        18 => Order::VisitOk {
            reporter: None,
            satisfaction: Some(1 + lots.draw(5) as u8),
        },
        19 => Order::VisitRetry {
            reporter: None,
            result: text(),
            next_at: later(0),
        },
        20 => Order::VisitBad {
            reporter: None,
            comment: text(),
        },
        21 => Order::Confirm,
        22 => Order::Reopen { reason: text() },
        23 => match lots.draw(4) {
            0 => Order::Void {
                reason: text(),
                mistake: lots.draw(2) == 0,
            },
            1 => Order::Merge {
                into: all[lots.draw(all.len() as u64) as usize],
            },
            2 => Order::Unmerge,
            _ => Order::DirectAnswer { answer: text() },
        },
        24 => Order::Reclassify {
            ticket_type: Some(["consult", "complaint"][lots.draw(2) as usize].to_owned()),
            category: None,
        },
        _ => Order::SetPriority {
            priority: Priority::new(1 + lots.draw(5) as u8).unwrap(),
            reason: text(),
        },
    }
}

/// Some days of many tickets; orders that the rules refuse change nothing.
pub(crate) async fn story(mut world: World, seed: u64) -> World {
    let mut lots = Lots(seed);
    let people = [lead(&world, "1001").await, lead(&world, "1002").await];
    let callers = [
        world.customer("Li", "13800001111", 0, None).await,
        world.customer("Wu", "13800002222", 0, None).await,
    ];
    let mut all = Vec::new();
    let (mut now, mut done) = (NOW, 0);
    for step in 0..STEPS {
        let desk = world.desk_of(rules());
        now = Timestamp::from_ms(now.as_ms() + lots.draw(20 * MINUTE as u64) as i64);
        let by = boss(people[lots.draw(2) as usize]);
        if all.len() < TICKETS && lots.draw(4) == 0 {
            let kind = ["complaint", "consult"][lots.draw(2) as usize];
            let mut new = new(kind);
            new.call = (lots.draw(3) > 0).then(|| CallId::new(step as u64 + 1));
            new.answer = (lots.draw(3) == 0).then(|| "like that".to_owned());
            new.matter.customer = Some(callers[lots.draw(2) as usize]);
            new.matter.category = Some(["bill", "line"][lots.draw(2) as usize].to_owned());
            let entered = desk.enter(new, by.actor, now).await.unwrap();
            all.push(entered.ticket.id);
        }
        if lots.draw(5) == 0 {
            desk.wake(now).await.unwrap();
        }
        if !all.is_empty() {
            let order = order(&mut lots, &all, now);
            let ticket = all[lots.draw(all.len() as u64) as usize];
            let command = Command {
                ticket,
                version: None,
                order,
                by,
                at: now,
            };
            done += u32::from(desk.order(command).await.is_ok());
        }
        if step % 200 == 100 {
            drop(desk);
            world = world.reopen().await;
        }
    }
    assert!(done > 150, "the story is rich enough: {done}");
    world
}

type Standing = BTreeMap<(i64, String), (TicketSums, TicketTimes)>;

/// What stands in the tables.
pub(crate) async fn standing(world: &World, by: TicketsBy) -> Standing {
    let time = Timestamp::from_ms(quarter(NOW))..after(30 * DAY);
    let windows = Window::of(&time, Interval::QuarterHour, &Zone::ahead(0), 10_000).unwrap();
    let sums = world
        .database
        .ticket_sums(&windows, &SumsOf::default(), by)
        .await;
    let sums = sums.unwrap().unwrap().into_iter();
    sums.map(|(key, sums)| (key, (sums.ticket, sums.times)))
        .collect()
}

/// A ticket that is followed, entry by entry.
struct Slow<'a> {
    entry: &'a Entry,
    before: Option<&'a Ticket>,
    after: &'a Ticket,
    by: TicketsBy,
    standing: &'a mut Standing,
}

impl Slow<'_> {
    /// Where something counts that the ticket did as it was before, or as it is after.
    fn at(&mut self, at: Timestamp, of: Option<&Ticket>) -> &mut (TicketSums, TicketTimes) {
        let group = of.and_then(|it| it.handling.place.group.clone());
        // An entry counts for the type that the ticket had.
        let typed = self.before.unwrap_or(self.after);
        let id = match self.by {
            TicketsBy::Group => group,
            TicketsBy::Type => typed.matter.ticket_type.clone(),
        };
        let key = (quarter(at), id.unwrap_or_default());
        self.standing.entry(key).or_default()
    }

    fn count(&mut self) {
        let (at, after) = (self.entry.at, self.after);
        let before = self.before;
        let name = self.entry.event.name();
        if matches!(name, "dispatch" | "transfer" | "escalate") {
            self.at(at, Some(after)).0.dispatched += 1;
        }
        match name {
            "submit" => {
                let (sums, _) = self.at(at, Some(after));
                sums.created += 1;
                sums.opened += 1;
            }
            "claim" => self.at(at, Some(after)).0.accepted += 1,
            "return" => self.at(at, before).0.returned += 1,
            "transfer" => self.at(at, before).0.transferred += 1,
            "escalate" => self.at(at, before).0.escalated += 1,
            "direct_answer" => self.at(at, before).0.direct_answers += 1,
            "reopen" => self.at(at, before).0.reopened += 1,
            "void" => {
                let is_mistake = serde_json::to_string(self.entry)
                    .unwrap()
                    .contains("\"mistake\":true");
                let (sums, _) = self.at(at, before);
                sums.voided += 1;
                sums.mistakes += i64::from(is_mistake);
            }
            "merge" => self.at(at, before).0.merged += 1,
            "urge" => {
                let is_first = after.handling.counts.urges == 1;
                let (sums, _) = self.at(at, before);
                sums.urges += 1;
                sums.urged += i64::from(is_first);
            }
            "request_extension" => self.at(at, before).0.extensions_asked += 1,
            "grant_extension" => self.at(at, before).0.extensions_given += 1,
            "visit_retry" | "visit_bad" => self.at(at, before).0.visits += 1,
            "visit_ok" => {
                let points = after.handling.visits.own.satisfaction.unwrap();
                let (sums, _) = self.at(at, before);
                sums.visits += 1;
                sums.visit_successes += 1;
                let of = match points {
                    1 => &mut sums.score_1,
                    2 => &mut sums.score_2,
                    3 => &mut sums.score_3,
                    4 => &mut sums.score_4,
                    _ => &mut sums.score_5,
                };
                *of += 1;
            }
            _ => {}
        }
        let Some(before) = before else { return };
        if name == "direct_answer"
            || (after.state() == State::Resolved
                && before.state() != State::Resolved
                && name != "unmerge")
        {
            self.at(at, Some(before)).0.resolved += 1;
        }
        if after.state() == State::Closed && before.state() != State::Closed {
            self.at(at, Some(before)).0.closed += 1;
        }
        self.promises(before);
    }

    fn promises(&mut self, before: &Ticket) {
        let of = if before.handling.place.group.is_some() {
            before
        } else {
            self.after
        };
        for (kind, clock) in &self.after.handling.clocks {
            let was = before.handling.clocks.get(kind);
            let breaks = clock.breach().is_some() && was.is_none_or(|was| was.breach().is_none());
            let stops = clock.stopped_at() == Some(self.entry.at)
                && was.is_none_or(|was| was.stopped_at().is_none())
                && self.after.state() != State::Merged;
            let breach = clock.breach().filter(|it| breaks && !it.retargeted);
            if let Some(breach) = breach {
                let (sums, _) = self.at(breach.at, Some(of));
                match kind {
                    ClockKind::Response => sums.responses_breached += 1,
                    ClockKind::Resolve => sums.resolves_breached += 1,
                    ClockKind::Stage => sums.stages_breached += 1,
                    ClockKind::Update | ClockKind::Visit => {}
                }
            }
            if !stops {
                continue;
            }
            let kept = i64::from(clock.breach().is_none());
            let ms = clock.consumed().as_millis() as u64;
            let at = self.entry.at;
            let (sums, times) = self.at(at, Some(of));
            match kind {
                ClockKind::Response => {
                    sums.responses_kept += kept;
                    times.response.add(ms);
                }
                ClockKind::Resolve => {
                    sums.resolves_kept += kept;
                    times.resolve.add(ms);
                }
                ClockKind::Stage => sums.stages_kept += kept,
                ClockKind::Update | ClockKind::Visit => {}
            }
        }
    }
}

/// The time in states of a timeline, by a walk of its own.
fn stays(standing: &mut Standing, by: TicketsBy, states: &[(Timestamp, Ticket)]) {
    let place = |it: &Ticket| (it.state(), it.handling.place.group.clone());
    let mut since = states[0].0;
    for pair in states.windows(2) {
        let ((_, before), (at, after)) = (&pair[0], &pair[1]);
        if place(before) == place(after) {
            continue;
        }
        let id = match by {
            TicketsBy::Group => before.handling.place.group.clone(),
            TicketsBy::Type => before.matter.ticket_type.clone(),
        };
        let ms = at.as_ms() - since.as_ms();
        since = *at;
        let (sums, _) = standing
            .entry((quarter(*at), id.unwrap_or_default()))
            .or_default();
        let (time, many) = match before.state() {
            State::Quarantined => (&mut sums.quarantined_ms, &mut sums.quarantined_stays),
            State::New => (&mut sums.new_ms, &mut sums.new_stays),
            State::Dispatched => (&mut sums.dispatched_ms, &mut sums.dispatched_stays),
            State::InProgress => (&mut sums.in_progress_ms, &mut sums.in_progress_stays),
            State::Pending => (&mut sums.pending_ms, &mut sums.pending_stays),
            State::InReview => (&mut sums.in_review_ms, &mut sums.in_review_stays),
            State::Resolved => (&mut sums.resolved_ms, &mut sums.resolved_stays),
            State::Closed | State::Merged | State::Void => continue,
        };
        *time += ms;
        *many += 1;
    }
}

/// The same by a slow count of all timelines.
async fn counted(world: &World, by: TicketsBy) -> Standing {
    let mut standing = Standing::new();
    let all = world
        .database
        .tickets(&TicketFilter::default(), None, 200)
        .await;
    let all = all.unwrap().items;
    assert!(all.len() > TICKETS / 2);
    for ticket in all {
        let entries = world.database.ticket_entries(ticket.id).await.unwrap();
        let mut states: Vec<(Timestamp, Ticket)> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let after =
                Ticket::replay(ticket.id, ticket.number.clone(), &entries[..=index]).unwrap();
            let before = states.last().map(|(_, it)| it);
            let mut slow = Slow {
                entry,
                before,
                after: &after,
                by,
                standing: &mut standing,
            };
            slow.count();
            states.push((entry.at, after));
        }
        stays(&mut standing, by, &states);
    }
    standing.retain(|_, (sums, times)| !sums.is_zero() || *times != TicketTimes::default());
    standing
}

#[tokio::test]
async fn i8_sums_of_tickets_are_those_of_their_timelines() {
    for seed in [SEED, SEED + 1] {
        let world = story(World::new().await, seed).await;
        for by in [TicketsBy::Group, TicketsBy::Type] {
            let (stands, expected) = (standing(&world, by).await, counted(&world, by).await);
            for (key, sums) in &expected {
                assert_eq!(stands.get(key), Some(sums), "{by:?} {key:?}");
            }
            assert_eq!(stands.len(), expected.len(), "{by:?}");
        }
    }
}

#[tokio::test]
async fn i8_sums_made_anew_out_of_timelines_are_the_same() {
    let world = story(World::new().await, SEED + 2).await;
    let fcr = async |days| {
        let of = SumsOf {
            fcr_days: Some(days),
            ..SumsOf::default()
        };
        let wish = ReportWish {
            subject: Subject::Tickets,
            time: NOW..after(30 * DAY),
            by: Interval::Hour,
            zone: Zone::ahead(0),
            of,
        };
        world
            .database
            .report(&wish, after(30 * DAY))
            .await
            .unwrap()
            .unwrap()
    };
    let by = [TicketsBy::Group, TicketsBy::Type];
    let before = (
        standing(&world, by[0]).await,
        standing(&world, by[1]).await,
        fcr(1).await,
        fcr(3).await,
    );
    let solved = |report: &Report| report.total.sums.first_contact.solved;
    assert!(
        solved(&before.2) > 0,
        "something was answered at once for good"
    );
    assert!(
        before.2.total.sums.ticket.direct_answers > solved(&before.3),
        "and something was not"
    );
    for _ in 0..2 {
        let address = Address::parse(&world.url).unwrap();
        let many = rebuild_tickets(&address, after(30 * DAY), &|_| {});
        let many = many.await.unwrap();
        assert_eq!(many, world.database.ticket_count().await.unwrap());
        let after = (
            standing(&world, by[0]).await,
            standing(&world, by[1]).await,
            fcr(1).await,
            fcr(3).await,
        );
        assert_eq!(after, before);
    }
    // It goes on from there as if nothing had been: since when tickets stand is known.
    let desk = world.desk_of(rules());
    let woken = desk.wake(after(29 * DAY)).await.unwrap();
    assert!(!woken.is_empty());
    assert_eq!(standing(&world, by[0]).await, counted(&world, by[0]).await);
}

async fn told(world: &World, subject: Subject, of: SumsOf) -> Report {
    let wish = ReportWish {
        subject,
        time: NOW..after(DAY),
        by: Interval::Whole,
        zone: Zone::ahead(480),
        of,
    };
    world
        .database
        .report(&wish, after(DAY))
        .await
        .unwrap()
        .unwrap()
}

fn figure(report: &Report, row: Option<&str>, name: &str) -> Option<f64> {
    let sums = match row {
        None => &report.total.sums,
        Some(id) => &report.rows.iter().find(|row| row.id == id).unwrap().sums,
    };
    let mut figures = report.subject.figures();
    figures.find(|it| it.name == name).unwrap().of(sums)
}

/// One complaint that is sent to the wrong group, urged, late in acceptance, solved and visited; and one consult that is answered at once.
async fn two_tickets(world: &World) {
    let (desk, agent) = (world.desk_of(rules()), lead(world, "1001").await);
    let one = desk
        .enter(new("complaint"), Actor::Agent(agent), NOW)
        .await
        .unwrap()
        .ticket;
    let to = |group: &str| Order::Dispatch {
        to: Receiver {
            group: group.to_owned(),
            person: None,
        },
        rule: None,
    };
    let text = || "because".to_owned();
    let steps = [
        (10, to("expert")),
        (20, Order::Return { reason: text() }),
        (30, to("front")),
        (40, Order::Urge { text: text() }),
        (100, Order::Claim),
        (160, Order::Resolve { solution: text() }),
        (
            170,
            Order::VisitRetry {
                reporter: None,
                result: text(),
                next_at: after(DAY),
            },
        ),
        (
            180,
            Order::VisitOk {
                reporter: None,
                satisfaction: Some(4),
            },
        ),
    ];
    for (minute, order) in steps {
        let at = after(minute * MINUTE);
        desk.wake(at).await.unwrap();
        let command = Command {
            ticket: one.id,
            version: None,
            order,
            by: boss(agent),
            at,
        };
        desk.order(command).await.unwrap();
    }
    let two = NewTicket {
        answer: Some(text()),
        ..new("consult")
    };
    desk.enter(two, Actor::Agent(agent), after(5 * MINUTE))
        .await
        .unwrap();
}

#[tokio::test]
async fn i8_what_groups_and_types_did_is_told_with_one_row_of_all() {
    let world = World::new().await;
    two_tickets(&world).await;
    let groups = told(&world, Subject::Groups, SumsOf::default()).await;
    let ids: Vec<&str> = groups.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["", "expert", "front"]);
    let minutes = |many: f64| Some(many * 60_000.0);
    for (row, name, expected) in [
        (Some("expert"), "dispatched", Some(1.0)),
        (Some("expert"), "return_rate", Some(1.0)),
        (Some("expert"), "stage_kept", Some(1.0)),
        (Some("expert"), "time_dispatched", minutes(10.0)),
        (Some("front"), "group_urge_rate", Some(1.0)),
        (Some("front"), "stage_kept", Some(0.0)),
        (Some("front"), "time_dispatched", minutes(70.0)),
        (Some("front"), "response_kept", Some(1.0)),
        (Some("front"), "resolve_kept", Some(1.0)),
        (Some("front"), "visit_success", Some(0.5)),
        (Some("front"), "satisfaction_of_visits", Some(0.75)),
        (Some("front"), "visits_score_4", Some(1.0)),
        (Some("front"), "return_rate", Some(0.0)),
        (Some(""), "time_new", minutes(20.0 / 3.0)),
        (None, "return_rate", Some(0.5)),
        (None, "stage_kept", Some(0.5)),
        (None, "closed", Some(2.0)),
        (None, "reopen_rate", Some(0.0)),
    ] {
        assert_eq!(figure(&groups, row, name), expected, "{row:?} {name}");
    }
    let types = told(&world, Subject::Tickets, SumsOf::default()).await;
    let ids: Vec<&str> = types.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["complaint", "consult"]);
    assert_eq!(figure(&types, Some("complaint"), "urge_rate"), Some(1.0));
    assert_eq!(figure(&types, Some("consult"), "direct_answers"), Some(1.0));
    let late = figure(&types, Some("complaint"), "first_response_p90").unwrap();
    assert!((late - 6_000_000.0).abs() < 50_000.0, "100 minutes: {late}");
}

#[tokio::test]
async fn j1_who_reaches_some_groups_sees_what_they_did() {
    let world = World::new().await;
    two_tickets(&world).await;
    let whose = Whose::Circle(Circle {
        me: AgentId::new(1),
        groups: ["expert".to_owned()].into(),
        people: [AgentId::new(1)].into(),
    });
    let own = SumsOf {
        whose,
        ..SumsOf::default()
    };
    for subject in [Subject::Groups, Subject::Tickets] {
        let report = told(&world, subject, own.clone()).await;
        assert_eq!(report.rows.len(), 1, "{subject:?}");
        assert_eq!(figure(&report, None, "dispatched"), Some(1.0));
        assert_eq!(figure(&report, None, "closed"), Some(0.0));
    }
    let of = SumsOf {
        group: Some("front".to_owned()),
        ticket_type: Some("complaint".to_owned()),
        ..own
    };
    assert!(told(&world, Subject::Tickets, of).await.rows.is_empty());
}

/// A ticket of a customer's call, answered at once or not.
async fn called(
    world: &World,
    call: u64,
    (customer, category): (CustomerId, &str),
    answer: bool,
    at: Timestamp,
) -> Ticket {
    let mut new = NewTicket {
        call: Some(CallId::new(call)),
        answer: answer.then(|| "like that".to_owned()),
        ..new("consult")
    };
    new.matter.customer = Some(customer);
    new.matter.category = Some(category.to_owned());
    let entered = world.desk_of(rules()).enter(new, Actor::System, at).await;
    entered.unwrap().ticket
}

#[tokio::test]
async fn b2_what_is_answered_at_once_is_solved_unless_its_customer_comes_back_within_the_window() {
    let mut world = World::new().await;
    let one = world.customer("Li", "13800001111", 0, None).await;
    let other = world.customer("Wu", "13800002222", 0, None).await;
    let day = |days: i64| after(days * DAY);
    // Four answers at once: he comes back after 3 days, after 20, about something else, and one is reopened.
    called(&world, 1, (one, "bill"), true, NOW).await;
    called(&world, 2, (one, "line"), true, after(1)).await;
    called(&world, 3, (other, "bill"), true, after(2)).await;
    let reopened = called(&world, 4, (other, "line"), true, after(3)).await;
    called(&world, 5, (one, "bill"), false, day(3)).await;
    called(&world, 6, (one, "line"), false, day(20)).await;
    let order = Order::Reopen {
        reason: "again".to_owned(),
    };
    let command = Command {
        ticket: reopened.id,
        version: None,
        order,
        by: boss(AgentId::new(1)),
        at: day(5),
    };
    world.desk_of(rules()).order(command).await.unwrap();
    // A ticket without a call is no call about it.
    let mut written = new("consult");
    written.matter.customer = Some(other);
    written.matter.category = Some("bill".to_owned());
    let desk = world.desk_of(rules());
    desk.enter(written, Actor::System, day(2)).await.unwrap();
    // A second ticket of the same call is no second call, and what the house calls about is no call of his.
    called(&world, 3, (other, "bill"), false, after(4)).await;
    let mut called_back = answered(7, "13800002222", AgentId::new(1), day(1), 1_000);
    for (_, fact) in &mut called_back {
        if let Fact::CallArrived { direction, .. } = fact {
            *direction = Direction::Out;
        }
    }
    world.tell(called_back).await;
    called(&world, 7, (other, "bill"), false, day(1)).await;
    for (days, solved) in [(None, 2.0), (Some(2), 4.0), (Some(4), 3.0), (Some(30), 1.0)] {
        let of = SumsOf {
            fcr_days: days,
            ..SumsOf::default()
        };
        let report = told(&world, Subject::Tickets, of).await;
        assert_eq!(figure(&report, None, "closed"), Some(4.0));
        assert_eq!(
            figure(&report, Some("consult"), "fcr"),
            Some(solved / 4.0),
            "{days:?}"
        );
    }
    // F9: whoever turned out to be the same comes back for both.
    let same = world.customer("Wu Li", "13800003333", 0, None).await;
    let into = world
        .database
        .merge_customers(same, other, Actor::System, day(6));
    into.await.unwrap();
    called(&world, 8, (same, "bill"), false, day(6)).await;
    let report = told(&world, Subject::Tickets, SumsOf::default()).await;
    assert_eq!(figure(&report, Some("consult"), "fcr"), Some(1.0 / 4.0));
}
