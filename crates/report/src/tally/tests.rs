//! What facts count: once, where a call entered its queue, whatever comes late and wherever the counting is taken up again.

use std::collections::BTreeMap;

use model::agent_state::{AgentState, NotReadyReason};
use model::fact::{CallResult, CallbackRequested, Direction, EndedBy, QueueExit, SurveyAsked};
use model::fact::{SurveyDone, SurveyPush};
use model::transfer::{Transfer, TransferKind, TransferTo, TransferWay};
use model::{Caller, Offer, OfferId};
use proptest::prelude::*;

use super::*;
use crate::sums::{AgentSums, QueueSums};
use crate::{QUARTER_MS, quarter};

const SEVEN: AgentId = AgentId::new(7);
const EIGHT: AgentId = AgentId::new(8);
const CALL: CallId = CallId::new(1);

/// A quarter of an hour begins here.
const START: i64 = 2_000 * QUARTER_MS;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(START + ms)
}

fn arrived() -> Fact {
    Fact::CallArrived {
        call: CALL,
        caller: Caller::new("100", None),
        called: "4000".into(),
        sip_call_id: "x".into(),
        agent: None,
        direction: Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

fn joined(queue: &str) -> Fact {
    Fact::QueueJoined {
        call: CALL,
        queue: queue.into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn left(queue: &str, cause: QueueExit, waited_ms: u64) -> Fact {
    Fact::QueueLeft {
        call: CALL,
        queue: queue.into(),
        cause,
        waited_ms,
        unserved: None,
    }
}

fn offer(id: u64, agent: AgentId) -> Offer {
    Offer {
        id: OfferId::new(id),
        call: CALL,
        agent,
        queue: Some("support".into()),
    }
}

fn connected(agent: AgentId) -> Fact {
    Fact::CallConnected {
        offer: offer(9, agent),
        waited_ms: 0,
        rang_ms: 3_000,
    }
}

fn ended() -> Fact {
    Fact::CallEnded {
        call: CALL,
        result: CallResult::Answered,
        by: EndedBy::Caller,
        agent: None,
        answered_late: false,
    }
}

fn state(agent: AgentId, from: AgentState, to: AgentState, cause: &str) -> Fact {
    Fact::AgentStateChanged {
        agent,
        from,
        to,
        cause: cause.into(),
    }
}

fn callback() -> Fact {
    Fact::CallbackRequested(CallbackRequested {
        callback: CALL,
        number: "100".into(),
        called: "4000".into(),
        language: "en".into(),
        queue: "support".into(),
        since: at(0),
        priority: 0,
        needs: None,
        until: at(1),
    })
}

/// Takes facts, and what is remembered is written down and read again after each.
fn told(facts: &[(i64, Fact)]) -> Counts {
    let mut tally = Tally::default();
    for (ms, fact) in facts {
        for call in tally.calls.values_mut() {
            let json = serde_json::to_string(call).unwrap();
            *call = serde_json::from_str(&json).unwrap();
        }
        for agent in tally.agents.values_mut() {
            let json = serde_json::to_string(agent).unwrap();
            *agent = serde_json::from_str(&json).unwrap();
        }
        tally.apply(at(*ms), fact, &BTreeMap::new());
    }
    tally.counts
}

fn queue(counts: &Counts, queue: &str) -> QueueSums {
    let mut sums = QueueSums::default();
    let rows = counts.queues.iter();
    rows.filter(|((_, name), _)| name.as_str() == queue)
        .for_each(|(_, more)| sums.add(more));
    sums
}

fn agent(counts: &Counts, agent: AgentId) -> AgentSums {
    let mut sums = AgentSums::default();
    let rows = counts.agents.iter();
    rows.filter(|((_, one, _), _)| *one == agent)
        .for_each(|(_, more)| sums.add(more));
    sums
}

#[test]
fn a_call_counts_where_it_entered_the_queue_however_late_its_filing_ends() {
    let last_minute = QUARTER_MS - 60_000;
    let filing = AgentState::WrapUp { call: CALL };
    let talking = AgentState::Talking { call: Some(CALL) };
    let counts = told(&[
        (last_minute - 5_000, arrived()),
        (last_minute, joined("support")),
        (last_minute + 70_000, connected(SEVEN)),
        (
            last_minute + 70_000,
            state(SEVEN, AgentState::Ready, talking.clone(), "answer"),
        ),
        (last_minute + 130_000, ended()),
        (
            last_minute + 130_000,
            state(SEVEN, talking, filing.clone(), "call_ended"),
        ),
        (
            last_minute + 190_000,
            state(SEVEN, filing, AgentState::Ready, "wrap_up_done"),
        ),
    ]);
    let [((bucket, _), sums)] = counts.queues.iter().collect::<Vec<_>>()[..] else {
        panic!("{:?}", counts.queues);
    };
    let expected = QueueSums {
        offered: 1,
        answered: 1,
        wait_answered_ms: 70_000,
        talks: 1,
        talk_ms: 60_000,
        wrap_up_ms: 60_000,
        ..QueueSums::default()
    };
    assert_eq!((*bucket, *sums), (START, expected));
    // His time is cut where it was: all of it in the next quarter.
    let buckets: Vec<i64> = counts.states.keys().map(|(bucket, ..)| *bucket).collect();
    assert_eq!(buckets, [START + QUARTER_MS; 2]);
}

#[test]
fn what_becomes_of_callers_is_told_apart() {
    let abandoned = |ms: i64| {
        let left = left("support", QueueExit::Abandoned, ms as u64);
        queue(
            &told(&[
                (0, arrived()),
                (0, joined("support")),
                (ms, left),
                (ms, ended()),
            ]),
            "support",
        )
    };
    let short = abandoned(4_999);
    assert_eq!(
        (short.short_abandons, short.abandoned, short.abandoned_in_t),
        (1, 0, 1)
    );
    let soon = abandoned(5_000);
    assert_eq!(
        (soon.short_abandons, soon.abandoned, soon.abandoned_in_t),
        (0, 1, 1)
    );
    let late = abandoned(20_001);
    assert_eq!(
        (late.abandoned, late.abandoned_in_t, late.wait_abandoned_ms),
        (1, 0, 20_001)
    );

    let called_back = told(&[
        (0, arrived()),
        (0, joined("support")),
        (9_000, left("support", QueueExit::Key, 9_000)),
        (9_100, callback()),
        (9_200, ended()),
    ]);
    let sums = queue(&called_back, "support");
    let told_apart = (
        sums.offered,
        sums.callbacks,
        sums.abandoned,
        sums.led_elsewhere,
    );
    assert_eq!(told_apart, (1, 1, 0, 0), "a callback is no abandon");

    let door = told(&[
        (0, arrived()),
        (0, left("support", QueueExit::Full, 0)),
        (1, ended()),
    ]);
    let sums = queue(&door, "support");
    assert_eq!(
        (sums.turned_away, sums.offered, sums.led_elsewhere),
        (1, 0, 0)
    );
}

#[test]
fn who_comes_back_to_a_queue_counts_there_once_and_in_the_other_too() {
    let counts = told(&[
        (0, arrived()),
        (0, joined("support")),
        (10_000, left("support", QueueExit::Key, 10_000)),
        (12_000, joined("sales")),
        (15_000, left("sales", QueueExit::Timeout, 3_000)),
        (16_000, joined("support")),
        (20_000, connected(SEVEN)),
        (30_000, ended()),
    ]);
    let support = queue(&counts, "support");
    let expected = (1, 1, 1, 14_000, 0);
    let told = (
        support.offered,
        support.answered,
        support.answered_in_t,
        support.wait_answered_ms,
        support.led_elsewhere,
    );
    assert_eq!(told, expected);
    let sales = queue(&counts, "sales");
    assert_eq!((sales.offered, sales.led_elsewhere), (1, 1));
}

#[test]
fn r80_who_has_his_place_again_is_taken_back_even_after_his_call_ended() {
    let resumed = Fact::QueueResumed(PlaceResumed {
        call: CallId::new(2),
        former: CALL,
        queue: "support".into(),
    });
    let abandon = [
        (0, arrived()),
        (0, joined("support")),
        (8_000, left("support", QueueExit::Abandoned, 8_000)),
        (8_000, ended()),
    ];
    let mut tally = Tally::default();
    for (ms, fact) in &abandon {
        tally.apply(at(*ms), fact, &BTreeMap::new());
    }
    assert!(tally.calls[&CALL].has_ended() && tally.calls[&CALL].may_be_resumed());
    tally.apply(at(60_000), &resumed, &BTreeMap::new());
    assert_eq!(queue(&tally.counts, "support"), QueueSums::default());
    assert!(!tally.calls[&CALL].may_be_resumed());
}

#[test]
fn offers_holds_and_transfers_count_for_queue_and_agent() {
    let hand_on = Fact::Transferred {
        call: CALL,
        transfer: Transfer {
            kind: TransferKind::Blind,
            by: TransferWay::Desk,
            from: SEVEN,
            to: TransferTo::Agent(EIGHT),
        },
    };
    let held = Fact::CallHeld {
        call: CALL,
        by: Some(Party::Agent(SEVEN)),
    };
    let back = Fact::CallResumed {
        call: CALL,
        by: Some(Party::Agent(SEVEN)),
    };
    let talking = AgentState::Talking { call: Some(CALL) };
    let counts = told(&[
        (0, arrived()),
        (0, joined("support")),
        (
            1_000,
            Fact::OfferMissed {
                offer: offer(1, EIGHT),
            },
        ),
        (
            2_000,
            Fact::OfferDeclined {
                offer: offer(2, EIGHT),
                reason: None,
            },
        ),
        (
            3_000,
            Fact::OfferUnreachable {
                offer: offer(3, EIGHT),
                status: 480,
            },
        ),
        (4_000, connected(SEVEN)),
        (4_000, state(SEVEN, AgentState::Ready, talking, "answer")),
        (10_000, held),
        (25_000, back),
        (34_000, hand_on),
        (40_000, connected(EIGHT)),
        (50_000, ended()),
    ]);
    let support = queue(&counts, "support");
    assert_eq!(
        (support.missed, support.rejected, support.unreachable),
        (1, 1, 1)
    );
    assert_eq!(
        (support.answered, support.talks, support.handed_on),
        (1, 2, 1)
    );
    assert_eq!(
        (support.talk_ms, support.hold_ms, support.holds),
        (25_000, 15_000, 1)
    );
    let seven = agent(&counts, SEVEN);
    assert_eq!(
        (seven.answered, seven.handed_on, seven.hold_ms),
        (1, 1, 15_000)
    );
    let eight = agent(&counts, EIGHT);
    assert_eq!(
        (eight.offered, eight.answered, eight.missed, eight.rejected),
        (4, 1, 1, 1)
    );
    let held = counts
        .states
        .iter()
        .find(|((.., doing), _)| *doing == Doing::Holding);
    assert_eq!(held.map(|(_, ms)| *ms), Some(15_000));
}

#[test]
fn an_agents_time_is_cut_at_the_borders_of_quarters() {
    let pause = AgentState::NotReady {
        reason: NotReadyReason::Said("break".into()),
    };
    let counts = told(&[
        (
            60_000,
            state(SEVEN, AgentState::Offline, AgentState::Ready, "agent"),
        ),
        (
            2 * QUARTER_MS + 60_000,
            state(SEVEN, AgentState::Ready, pause.clone(), "agent"),
        ),
        (
            2 * QUARTER_MS + 90_000,
            state(SEVEN, pause.clone(), AgentState::Offline, "agent"),
        ),
        (
            9 * QUARTER_MS,
            state(SEVEN, AgentState::Offline, AgentState::Ready, "agent"),
        ),
    ]);
    let not_ready = Doing::NotReady(NotReadyReason::Said("break".into()));
    let expected = [
        ((START, SEVEN, Doing::Ready), QUARTER_MS - 60_000),
        ((START + QUARTER_MS, SEVEN, Doing::Ready), QUARTER_MS),
        ((START + 2 * QUARTER_MS, SEVEN, Doing::Ready), 60_000),
        ((START + 2 * QUARTER_MS, SEVEN, not_ready), 30_000),
    ];
    assert_eq!(counts.states, expected.into());
}

#[test]
fn r16_a_long_stop_counts_until_somebody_was_last_seen() {
    let long_stop = state(SEVEN, AgentState::Ready, AgentState::Offline, "long_stop");
    let counts = told(&[
        (
            0,
            state(SEVEN, AgentState::Offline, AgentState::Ready, "agent"),
        ),
        (
            30_000,
            state(EIGHT, AgentState::Offline, AgentState::Ready, "agent"),
        ),
        (500 * QUARTER_MS, long_stop),
    ]);
    let expected = [((START, SEVEN, Doing::Ready), 30_000)];
    assert_eq!(counts.states, expected.into());
}

#[test]
fn who_talks_before_his_state_is_known_is_remembered_and_who_signs_off_is_not() {
    let mut tally = Tally::default();
    let talking = AgentState::Talking { call: Some(CALL) };
    for (ms, fact) in [
        (0, arrived()),
        (0, joined("support")),
        (1_000, connected(SEVEN)),
    ] {
        tally.apply(at(ms), &fact, &BTreeMap::new());
    }
    assert!(!tally.agents[&SEVEN].is_over());
    let off = state(SEVEN, talking, AgentState::Offline, "agent");
    tally.apply(at(2_000), &off, &BTreeMap::new());
    assert!(tally.agents[&SEVEN].is_over());
}

#[test]
fn j2_a_survey_counts_once_as_it_is_answered_on_and_not_where_an_agent_pushed_it() {
    let asked = |push, part| SurveyAsked {
        call: CALL,
        part,
        form: "service".into(),
        push,
        agent: Some(SEVEN),
        queue: Some("support".into()),
        language: "en".into(),
    };
    let done = |push, part, answers: &[(&str, u8)]| SurveyDone {
        asked: asked(push, part),
        answers: answers
            .iter()
            .map(|(name, score)| ((*name).into(), *score))
            .collect(),
        scales: [("a".into(), (1, 5)), ("b".into(), (0, 10))].into(),
        comment: None,
        complete: false,
    };
    let policy = SurveyPush::Policy;
    let counts = told(&[
        (0, arrived()),
        (0, joined("support")),
        (1_000, connected(SEVEN)),
        (5_000, Fact::SurveyAsked(asked(policy, 1))),
        (
            6_000,
            Fact::SurveyAnswered(Box::new(done(policy, 1, &[("a", 5)]))),
        ),
        (
            7_000,
            Fact::SurveyDone(Box::new(done(policy, 1, &[("a", 5), ("b", 5)]))),
        ),
        (8_000, Fact::SurveyAsked(asked(SurveyPush::Agent, 2))),
        (
            9_000,
            Fact::SurveyDone(Box::new(done(SurveyPush::Agent, 2, &[("a", 1)]))),
        ),
    ]);
    let sums = queue(&counts, "support");
    assert_eq!((sums.surveys_asked, sums.surveys_answered), (1, 1));
    assert_eq!((sums.scores, sums.score_permille), (2, 1_500));
    assert_eq!(agent(&counts, SEVEN).score_permille, 1_500);
}

/// One thing that happens to a caller, after so many ms.
type Step = (u8, i64);

/// The facts of a random call; only such as can follow on another.
fn facts_of(steps: &[Step]) -> Vec<(i64, Fact)> {
    let mut now = 0;
    let mut facts = vec![(now, arrived())];
    let (mut waits, mut talks): (Option<&str>, bool) = (None, false);
    for (kind, ms) in steps {
        now += ms;
        match (kind % 7, waits) {
            (0 | 1, None) if !talks => {
                let queue = if kind % 2 == 0 { "support" } else { "sales" };
                facts.push((now, joined(queue)));
                waits = Some(queue);
            }
            (2, Some(queue)) => {
                facts.push((now, left(queue, QueueExit::Key, 5)));
                waits = None;
            }
            (3, Some(queue)) => {
                facts.push((now, left(queue, QueueExit::Abandoned, 5)));
                break;
            }
            (4, Some(_)) => {
                facts.push((now, connected(SEVEN)));
                (waits, talks) = (None, true);
            }
            (5, Some(_)) => facts.push((
                now,
                Fact::OfferMissed {
                    offer: offer(3, EIGHT),
                },
            )),
            (6, None) if talks => {
                let transfer = Transfer {
                    kind: TransferKind::Blind,
                    by: TransferWay::Desk,
                    from: SEVEN,
                    to: TransferTo::Queue("sales".into()),
                };
                facts.push((
                    now,
                    Fact::Transferred {
                        call: CALL,
                        transfer,
                    },
                ));
                talks = false;
            }
            _ => {}
        }
    }
    facts.push((now + 1, ended()));
    facts
}

/// The same by looking at all facts again for each question.
fn slowly(facts: &[(i64, Fact)], queue: &str) -> QueueSums {
    let joins =
        |fact: &Fact| matches!(fact, Fact::QueueJoined { queue: it, .. } if it.as_str() == queue);
    let spans: Vec<(i64, i64, &Fact)> = facts
        .iter()
        .enumerate()
        .filter(|(_, (_, fact))| joins(fact))
        .filter_map(|(index, (from, _))| {
            let mut rest = facts[index + 1..].iter();
            let end = rest.find(|(_, fact)| {
                matches!(
                    fact,
                    Fact::QueueLeft { .. } | Fact::CallConnected { .. } | Fact::CallEnded { .. }
                )
            });
            end.map(|(to, fact)| (*from, *to, fact))
        })
        .collect();
    let Some((_, _, last)) = spans.last() else {
        return QueueSums::default();
    };
    let first_answer = spans
        .iter()
        .position(|(.., end)| matches!(end, Fact::CallConnected { .. }));
    let until = first_answer.map_or(spans.len(), |index| index + 1);
    let waited: i64 = spans[..until].iter().map(|(from, to, _)| to - from).sum();
    let mut sums = QueueSums {
        offered: 1,
        ..QueueSums::default()
    };
    let is_abandon = matches!(
        last,
        Fact::QueueLeft {
            cause: QueueExit::Abandoned,
            ..
        }
    );
    if first_answer.is_some() {
        sums.answered = 1;
        sums.answered_in_t = i64::from(waited <= 20_000);
        sums.wait_answered_ms = waited;
    } else if is_abandon {
        sums.abandoned_in_t = i64::from(waited <= 20_000);
        (sums.short_abandons, sums.abandoned) =
            (i64::from(waited < 5_000), i64::from(waited >= 5_000));
        sums.wait_abandoned_ms = if waited < 5_000 { 0 } else { waited };
    } else {
        sums.led_elsewhere = 1;
    }
    for (from, to, end) in &spans {
        let missed = facts.iter().filter(|(ms, fact)| {
            matches!(fact, Fact::OfferMissed { .. }) && from <= ms && ms <= to
        });
        sums.missed += missed.count() as i64;
        if !matches!(end, Fact::CallConnected { .. }) {
            continue;
        }
        sums.talks += 1;
        let over = facts.iter().find(|(ms, fact)| {
            ms >= to && matches!(fact, Fact::Transferred { .. } | Fact::CallEnded { .. })
        });
        let (ms, fact) = over.unwrap();
        sums.talk_ms += ms - to;
        sums.handed_on += i64::from(matches!(fact, Fact::Transferred { .. }));
    }
    sums
}

proptest! {
    /// I5: what is added fact by fact, taken up again after each, is what a slow count of all facts gives.
    #[test]
    fn i5_sums_are_those_of_a_slow_count(steps in prop::collection::vec((0_u8..=255, 1_i64..15_000), 0..24)) {
        let facts = facts_of(&steps);
        let counts = told(&facts);
        for name in ["support", "sales"] {
            let first = facts.iter().find(|(_, fact)| {
                matches!(fact, Fact::QueueJoined { queue, .. } if queue.as_str() == name)
            });
            prop_assert_eq!(queue(&counts, name), slowly(&facts, name));
            if let Some((ms, _)) = first {
                let buckets = counts.queues.keys().filter(|(_, queue)| queue.as_str() == name);
                let buckets: Vec<i64> = buckets.map(|(bucket, _)| *bucket).collect();
                prop_assert_eq!(buckets, vec![quarter(at(*ms))]);
            }
        }
    }
}
