//! Two tickets about one matter (T26, T27; M1 to M8 as far as they are no store's).

use super::*;

const ENDS: TicketId = TicketId::new(2);
const GOES_ON: TicketId = TicketId::new(1);

/// Both as they are at the moment of the first.
fn sides<'a>(ends: &'a mut Lab, goes_on: &'a mut Lab) -> (Side<'a>, Side<'a>) {
    let side = |id, lab| {
        let (handling, house) = split(lab);
        Side {
            id,
            handling,
            house,
        }
    };
    (side(ENDS, ends), side(GOES_ON, goes_on))
}

fn merge(ends: &mut Lab, goes_on: &mut Lab, actor: Actor) -> Result<(Entry, Entry), Refused> {
    let now = ends.now;
    let (side, other) = sides(ends, goes_on);
    side.merge_into(other, &by(actor), now)
}

fn part(ends: &mut Lab, goes_on: &mut Lab, actor: Actor) -> Result<(Entry, Entry), Refused> {
    let now = ends.now;
    let (side, other) = sides(ends, goes_on);
    side.part_from(other, &by(actor), now)
}

fn split(lab: &mut Lab) -> (&mut Handling, House<'_>) {
    let house = House {
        groups: &lab.groups,
        policy: &lab.policy,
        hours: always(&lab.calendar),
        weight: &lab.weight,
        missing: &lab.missing,
        open_tasks: lab.open_tasks,
        reporters: &lab.reporters,
        lot: 40,
    };
    (&mut lab.handling, house)
}

#[test]
fn t26_m4_r13_the_one_that_goes_on_takes_over_what_counts() {
    let mut early = Lab::in_progress();
    early.does(
        Actor::Customer,
        Order::Urge {
            text: String::new(),
        },
    );
    early.does(
        agent(FIRST),
        Order::Weigh {
            impact: Level::High,
            urgency: Level::Middle,
        },
    );
    let mut late = Lab::new();
    late.after(DAY_MS / 2);
    early.now = late.now;
    late.handling = Handling::submitted(person(AGENT), Weight::default(), &late.house(), late.now);
    late.does(
        agent(AGENT),
        Order::Urge {
            text: String::new(),
        },
    );
    let due = early.clock(ClockKind::Resolve).due_at();
    let (ended, went_on) = merge(&mut early, &mut late, agent(SUPERVISOR)).unwrap();
    assert_eq!((ended.to, went_on.to), (State::Merged, State::New));
    assert_eq!(early.handling.times.closed, Some(early.now));
    let handling = &late.handling;
    assert_eq!(
        (
            handling.urges(),
            handling.reporters(),
            handling.priority().level()
        ),
        (2, 2, 2)
    );
    assert_eq!(
        late.clock(ClockKind::Resolve).due_at(),
        due,
        "the earlier of both (R13)"
    );
    // A third one brings what it had taken over itself.
    let mut root = Lab::new();
    root.now = late.now;
    merge(&mut late, &mut root, agent(SUPERVISOR)).unwrap();
    assert_eq!((root.handling.urges(), root.handling.reporters()), (2, 3));
}

#[test]
fn m1_m8_nothing_goes_into_what_is_over_into_itself_or_past_who_may_not_read_it() {
    let mut over = Lab::resolved();
    over.does(agent(VISITOR), visited(None, None));
    let mut lab = Lab::in_progress();
    lab.now = over.now;
    assert_eq!(
        merge(&mut lab, &mut over, agent(SUPERVISOR)),
        Err(Refused::NotASurvivor)
    );
    let mut other = Lab::in_progress();
    let (before, beside) = (lab.handling.clone(), other.handling.clone());
    let stranger = merge(&mut lab, &mut other, agent(EXPERT));
    assert_eq!(stranger, Err(Refused::NotYours { order: "merge" }));
    other.handling.weight.sensitive = true;
    assert_eq!(
        merge(&mut lab, &mut other, agent(LEAD)),
        Err(Refused::Sensitive)
    );
    other.handling.weight.sensitive = false;
    // He leads the one and not the other: neither changes (M8).
    other.handling.place.group = Some("elsewhere".to_owned());
    let half = merge(&mut lab, &mut other, agent(LEAD));
    assert_eq!(half, Err(Refused::NotYours { order: "absorb" }));
    other.handling.place.group = Some("first".to_owned());
    assert_eq!((&lab.handling, &other.handling), (&before, &beside));
    let alone = lab.tries(agent(SUPERVISOR), Order::Merge { into: GOES_ON });
    assert_eq!(alone, Err(Refused::AsAPair));
}

#[test]
fn t27_m7_within_a_day_both_go_on_as_they_were() {
    let mut ends = Lab::in_progress();
    ends.does(
        agent(FIRST),
        Order::Weigh {
            impact: Level::High,
            urgency: Level::High,
        },
    );
    let mut goes_on = Lab::in_progress();
    let before = ends.handling.clone();
    merge(&mut ends, &mut goes_on, agent(LEAD)).unwrap();
    assert_eq!(goes_on.handling.priority().level(), 1);
    ends.after(DAY_MS);
    let (left, stayed) = part(&mut ends, &mut goes_on, agent(LEAD)).unwrap();
    assert_eq!((left.to, stayed.to), (State::InProgress, State::InProgress));
    assert_eq!(
        (goes_on.handling.priority(), goes_on.handling.reporters()),
        (Priority::NORMAL, 1)
    );
    assert_eq!(ends.handling.place, before.place);
    let (used, had) = (
        ends.clock(ClockKind::Resolve),
        before.clocks.get(&ClockKind::Resolve),
    );
    let had = had.map(|clock| clock.used(&ends.calendar, goes_on.now));
    assert_eq!(
        Some(used.used(&ends.calendar, ends.now)),
        had,
        "the day does not count"
    );
    assert!(ends.clock(ClockKind::Resolve).is_running());
    assert!(
        !ends.clock(ClockKind::Response).is_running(),
        "it had been answered"
    );
}

#[test]
fn x12_after_25_hours_it_is_too_late() {
    let (mut ends, mut goes_on) = (Lab::in_progress(), Lab::in_progress());
    merge(&mut ends, &mut goes_on, agent(LEAD)).unwrap();
    ends.after(DAY_MS + DAY_MS / 24);
    assert_eq!(
        part(&mut ends, &mut goes_on, agent(LEAD)),
        Err(Refused::TooLate)
    );
    assert_eq!(ends.handling.state, State::Merged);
}

#[test]
fn t27_what_waited_waits_on_and_then_its_promise_runs() {
    let (mut ends, mut goes_on) = (Lab::in_progress(), Lab::in_progress());
    let resume_at = Timestamp::from_ms(ends.now.as_ms() + DAY_MS);
    ends.does(
        agent(FIRST),
        Order::Pend {
            reason: PauseReason::Customer,
            resume_at,
        },
    );
    merge(&mut ends, &mut goes_on, agent(LEAD)).unwrap();
    part(&mut ends, &mut goes_on, agent(LEAD)).unwrap();
    assert_eq!(ends.handling.state, State::Pending);
    ends.does(agent(FIRST), Order::Resume);
    assert!(ends.clock(ClockKind::Resolve).is_running());
}

#[test]
fn m4_what_is_sensitive_stays_so_in_the_one_that_goes_on() {
    let (mut ends, mut goes_on) = (Lab::in_progress(), Lab::in_progress());
    ends.handling.weight.sensitive = true;
    merge(&mut ends, &mut goes_on, agent(SUPERVISOR)).unwrap();
    let away = Order::Transfer {
        to: to("elsewhere", None),
        note: because(),
    };
    assert_eq!(goes_on.tries(agent(FIRST), away), Err(Refused::Sensitive));
}

#[test]
fn m1_r13_nothing_goes_on_in_quarantine_and_what_was_solved_brings_no_due() {
    let (mut ends, mut stranger) = (Lab::in_progress(), Lab::new());
    stranger.handling = stranger.stranger();
    let refused = merge(&mut ends, &mut stranger, agent(SUPERVISOR));
    assert_eq!(refused, Err(Refused::NotASurvivor));
    let mut done = Lab::resolved();
    let mut goes_on = Lab::new();
    goes_on.after(MINUTE_MS);
    done.now = goes_on.now;
    goes_on.handling = Handling::submitted(None, Weight::default(), &goes_on.house(), goes_on.now);
    let due = goes_on.clock(ClockKind::Resolve).due_at();
    merge(&mut done, &mut goes_on, agent(SUPERVISOR)).unwrap();
    assert_eq!(goes_on.clock(ClockKind::Resolve).due_at(), due);
}

#[test]
fn m6_every_reporter_is_asked_before_it_is_closed() {
    let mut lab = Lab::in_progress();
    let (second, third) = (TicketId::new(2), TicketId::new(3));
    lab.reporters = vec![second, third];
    lab.does(agent(FIRST), resolve());
    assert_eq!(lab.handling.visits.others.len(), 2);
    let nobody = visited(Some(TicketId::new(9)), None);
    assert_eq!(
        lab.tries(agent(VISITOR), nobody),
        Err(Refused::NeedsNoVisit)
    );
    assert_eq!(
        lab.does(agent(VISITOR), visited(None, Some(5))),
        State::Resolved
    );
    let again = Order::VisitRetry {
        reporter: Some(second),
        result: because(),
        next_at: Timestamp::from_ms(lab.now.as_ms() + MINUTE_MS),
    };
    lab.does(agent(VISITOR), again);
    assert_eq!(
        lab.handling.visits.next(),
        Some(lab.now),
        "the third is due"
    );
    assert_eq!(
        lab.tries(agent(VISITOR), visited(None, None)),
        Err(Refused::NeedsNoVisit),
        "nobody is asked twice"
    );
    lab.does(agent(VISITOR), visited(Some(third), Some(4)));
    assert_eq!(
        lab.does(agent(VISITOR), visited(Some(second), Some(1))),
        State::Closed
    );
    let scores = lab.handling.visits.all().map(|visit| visit.satisfaction);
    assert_eq!(scores.collect::<Vec<_>>(), [Some(5), Some(1), Some(4)]);
}

#[test]
fn m6_one_who_is_not_content_has_it_done_again_and_all_are_asked_anew() {
    let mut lab = Lab::in_progress();
    lab.reporters = vec![TicketId::new(2)];
    lab.does(agent(FIRST), resolve());
    lab.does(agent(VISITOR), visited(None, Some(5)));
    let bad = Order::VisitBad {
        reporter: Some(TicketId::new(2)),
        comment: because(),
    };
    assert_eq!(lab.does(agent(VISITOR), bad), State::InProgress);
    assert_eq!(lab.handling.visits.next(), None);
    lab.does(agent(FIRST), resolve());
    let due = lab
        .handling
        .visits
        .all()
        .filter(|visit| visit.next.is_some());
    assert_eq!(due.count(), 2);
}

#[test]
fn m6_what_joins_or_leaves_a_solution_joins_or_leaves_the_visits() {
    let (mut ends, mut goes_on) = (Lab::in_progress(), Lab::resolved());
    goes_on.reporters = vec![ENDS];
    merge(&mut ends, &mut goes_on, agent(SUPERVISOR)).unwrap();
    assert!(goes_on.handling.visits.others.contains_key(&ENDS));
    goes_on.does(agent(VISITOR), visited(None, Some(5)));
    goes_on.reporters.clear();
    part(&mut ends, &mut goes_on, agent(SUPERVISOR)).unwrap();
    assert_eq!(goes_on.handling.visits.next(), None);
    let now = goes_on.now;
    let woken = goes_on.handling.clone().wake(&goes_on.house(), now);
    assert_eq!(woken.last().map(|entry| entry.to), Some(State::Closed));
}
