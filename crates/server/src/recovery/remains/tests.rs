//! What stays open is closed once, in its order, and nothing else is.

use model::fact::{CallResult, ClipBegan, ClipEnd, ClipPlayed, EndedBy, Pop, PopCustomer};
use model::{Caller, Decision};

use acd::{Past, PastCall, RingEnd, RingLog};

use super::*;

const CUT: CallId = CallId::new(1);
const OTHER: CallId = CallId::new(2);
const ANNA: AgentId = AgentId::new(7);
const BEN: AgentId = AgentId::new(8);

fn offer(id: u64, call: CallId, agent: AgentId) -> Offer {
    Offer {
        id: OfferId::new(id),
        call,
        agent,
        queue: Some("support".into()),
    }
}

fn made(offer: Offer) -> Fact {
    let decision = Decision::new("support".into(), "longest_idle").choosing(&[offer.agent]);
    let pop = Box::new(Pop {
        direction: "in".into(),
        caller: Caller::new("100", None),
        called: "4000".into(),
        waited_s: 0,
        queue_name: BTreeMap::new(),
        language: "en".into(),
        path: Vec::new(),
        answers: BTreeMap::new(),
        customer: PopCustomer::Pending,
        suggestion: "new".into(),
        handed_on: None,
        wrap_up: None,
        survey: false,
        flags: Vec::new(),
    });
    Fact::OfferMade {
        offer,
        decision: Box::new(decision),
        pop,
    }
}

fn joined(call: CallId) -> Fact {
    Fact::QueueJoined {
        call,
        queue: "support".into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn state(agent: AgentId, from: AgentState, to: AgentState) -> Fact {
    Fact::AgentStateChanged {
        agent,
        from,
        to,
        cause: "agent".into(),
    }
}

/// Facts of one second each, read.
fn remains(facts: &[Fact]) -> Remains {
    let records: Vec<_> = facts
        .iter()
        .zip(1..)
        .map(|(fact, seq)| FactRecord {
            seq,
            at: Timestamp::from_ms(i64::try_from(seq).unwrap() * 1_000),
            fact: fact.clone(),
        })
        .collect();
    let mut remains = Remains::default();
    remains.read(&records);
    remains
}

const NOW: Timestamp = Timestamp::from_ms(10_000);

#[test]
fn rings_and_waiting_of_a_cut_call_end_before_it() {
    let facts = [
        joined(CUT),
        made(offer(1, CUT, ANNA)),
        Fact::OfferMissed {
            offer: offer(1, CUT, ANNA),
        },
        made(offer(2, CUT, BEN)),
        made(offer(3, OTHER, ANNA)),
    ];
    let closing = remains(&facts).of_call(CUT, NOW);
    assert_eq!(
        closing,
        [
            Fact::OfferCancelled {
                offer: offer(2, CUT, BEN),
                cause: CancelCause::Failed
            },
            Fact::QueueLeft {
                call: CUT,
                queue: "support".into(),
                cause: QueueExit::Failed,
                waited_ms: 9_000,
                unserved: None,
            },
        ]
    );
    let told = [&facts[..], &closing].concat();
    assert_eq!(remains(&told).of_call(CUT, NOW), [], "closed once");
}

#[test]
fn e25_a_clip_that_a_crash_has_cut_is_told_as_lost_up_to_what_facts_tell() {
    let began = ClipBegan {
        call: CUT,
        agent: ANNA,
        clip: "hours".into(),
        number: 12,
        language: "en".to_owned(),
    };
    let lost = |heard_ms| {
        Fact::ClipPlayed(ClipPlayed {
            began: began.clone(),
            heard_ms,
            end: ClipEnd::Lost,
        })
    };
    let facts = [Fact::ClipBegan(began.clone())];
    assert_eq!(remains(&facts).of_call(CUT, NOW), [lost(0)]);
    let later = [&facts[..], &[joined(OTHER)]].concat();
    assert_eq!(remains(&later).of_call(CUT, NOW), [lost(1_000)]);
    let told = [&facts[..], &[lost(0)]].concat();
    assert_eq!(remains(&told).of_call(CUT, NOW), [], "closed once");
    let ended = Fact::CallEnded {
        call: CUT,
        result: CallResult::Failed,
        by: EndedBy::System,
        agent: Some(ANNA),
        answered_late: false,
    };
    let over = [&facts[..], &[ended]].concat();
    let nothing = remains(&over).of_call(CUT, NOW);
    assert_eq!(nothing, [], "call.ended is the last word");
}

#[test]
fn what_has_ended_is_not_ended_again() {
    let connected = Fact::CallConnected {
        offer: offer(1, CUT, ANNA),
        waited_ms: 1,
        rang_ms: 1,
    };
    let left = Fact::QueueLeft {
        call: CUT,
        queue: "support".into(),
        cause: QueueExit::Abandoned,
        waited_ms: 1,
        unserved: None,
    };
    let ended = Fact::CallEnded {
        call: CUT,
        result: CallResult::Failed,
        by: EndedBy::System,
        agent: None,
        answered_late: false,
    };
    for facts in [
        vec![joined(CUT), made(offer(1, CUT, ANNA)), connected],
        vec![joined(CUT), left],
        vec![joined(CUT), made(offer(1, CUT, ANNA)), ended],
    ] {
        assert_eq!(remains(&facts).of_call(CUT, NOW), [], "{facts:?}");
    }
}

#[test]
fn after_a_start_nobody_is_signed_in_and_no_phone_registered() {
    let signed_in = AgentState::NotReady {
        reason: NotReadyReason::SignedIn,
    };
    let facts = [
        Fact::AgentRegistered { agent: ANNA },
        Fact::AgentRegistered { agent: BEN },
        state(ANNA, AgentState::Offline, signed_in.clone()),
        state(ANNA, signed_in, AgentState::Ready),
        state(BEN, AgentState::Ready, AgentState::Offline),
        Fact::AgentUnregistered {
            agent: BEN,
            cause: "expired".into(),
        },
    ];
    let closing = remains(&facts).of_agents(true);
    assert_eq!(
        closing,
        [
            Fact::AgentStateChanged {
                agent: ANNA,
                from: AgentState::Ready,
                to: AgentState::Offline,
                cause: "restart".into()
            },
            Fact::AgentUnregistered {
                agent: ANNA,
                cause: "restart".into()
            },
        ]
    );
    let told = [&facts[..], &closing].concat();
    assert_eq!(remains(&told).of_agents(true), [], "closed once");
}

#[test]
fn c15_after_a_start_nobody_stands_by() {
    let ended = |agent, cause: &str| Fact::StandbyEnded {
        agent,
        cause: cause.into(),
    };
    let facts = [
        Fact::StandbyBegan { agent: ANNA },
        Fact::StandbyBegan { agent: BEN },
        ended(BEN, "agent"),
    ];
    let closing = remains(&facts).of_agents(true);
    assert_eq!(closing, [ended(ANNA, "restart")]);
    let told = [&facts[..], &closing].concat();
    assert_eq!(remains(&told).of_agents(true), [], "closed once");
}

fn wishes(facts: &[Fact]) -> Vec<(AgentId, Requested)> {
    let formerly = remains(facts).formerly(true).into_iter();
    formerly
        .filter_map(|(agent, was)| Some((agent, was.wish?)))
        .collect()
}

#[test]
fn c20_an_agent_had_asked_for_the_last_state_in_which_no_call_held_him() {
    let call = CUT;
    let break_ = || AgentState::NotReady {
        reason: NotReadyReason::Said("break".into()),
    };
    let lost = || AgentState::NotReady {
        reason: NotReadyReason::DeviceLost,
    };
    let ready = Some(Requested::Ready);
    let on_break = Some(Requested::NotReady(NotReadyReason::Said("break".into())));
    let talking = AgentState::Talking { call: Some(call) };
    let table = [
        (vec![AgentState::Ready], ready.clone()),
        (vec![break_()], on_break.clone()),
        (vec![AgentState::Ready, lost()], ready.clone()),
        (
            vec![AgentState::Ready, AgentState::Reserved { call }],
            ready.clone(),
        ),
        (
            vec![AgentState::Ready, AgentState::Ringing { call }],
            ready.clone(),
        ),
        (vec![AgentState::Ready, talking.clone()], ready.clone()),
        (vec![AgentState::Ready, AgentState::WrapUp { call }], ready),
        (vec![break_(), talking.clone()], on_break),
        (vec![AgentState::Ready, AgentState::Offline], None),
        (vec![talking], None),
        (vec![], None),
    ];
    for (states, expected) in table {
        let facts: Vec<_> = states
            .iter()
            .map(|to| state(ANNA, AgentState::Offline, to.clone()))
            .collect();
        let found = wishes(&facts).into_iter().map(|(_, wish)| wish).next();
        assert_eq!(found, expected, "{states:?}");
    }
}

#[test]
fn c20_a_start_that_was_cut_takes_no_wish_and_one_that_came_late_takes_all() {
    let facts = [state(ANNA, AgentState::Offline, AgentState::Ready)];
    let told = [&facts[..], &remains(&facts).of_agents(true)].concat();
    assert_eq!(wishes(&told), [(ANNA, Requested::Ready)]);
    let told = [&facts[..], &remains(&facts).of_agents(false)].concat();
    assert_eq!(wishes(&told), []);
    assert_eq!(remains(&told).of_agents(true), [], "closed once");
}

/// What is given back of one agent, with the seconds in which it happened.
fn past(facts: &[Fact], agent: AgentId) -> Vec<(u64, Past)> {
    let was = remains(facts).formerly(true).remove(&agent);
    let past = was.unwrap_or_default().past.into_iter();
    past.map(|(at, past)| (at.as_secs(), past)).collect()
}

fn connected(offer: Offer) -> Fact {
    Fact::CallConnected {
        offer,
        waited_ms: 0,
        rang_ms: 0,
    }
}

#[test]
fn r16_calls_given_by_the_house_are_told_apart_from_own_calls_and_consults() {
    let queue = || Some("support".into());
    let talks = |call| AgentState::Talking { call: Some(call) };
    let (files, ready) = (AgentState::WrapUp { call: CUT }, AgentState::Ready);
    let given = connected(offer(1, CUT, ANNA));
    let facts = [
        state(ANNA, AgentState::Offline, ready.clone()),
        made(offer(1, CUT, ANNA)),
        given.clone(),
        state(ANNA, ready.clone(), talks(CUT)),
        state(ANNA, talks(CUT), files.clone()),
        state(ANNA, files.clone(), ready.clone()),
    ];
    let second = std::time::Duration::from_secs(1);
    assert_eq!(
        past(&facts, ANNA),
        [
            (1, Past::Became(ready.clone())),
            (3, Past::Connected { queue: queue() }),
            (4, Past::Became(talks(CUT))),
            (
                5,
                Past::Handled {
                    queue: queue(),
                    calls: vec![PastCall::new(5 * second, 2 * second).filed_in(second)]
                }
            ),
            (5, Past::Became(files.clone())),
            (6, Past::Became(ready.clone())),
            (
                6,
                Past::OfferedLast {
                    queue: "support".into()
                }
            ),
            (6, Past::ProcessEnded),
        ]
    );
    let consulted = Fact::ConsultConnected {
        offer: offer(2, CUT, BEN),
        from: ANNA,
    };
    let idle: Vec<Fact> = (0..5).map(|_| joined(OTHER)).collect();
    for (before, counts) in [(vec![consulted], false), (vec![], true)] {
        let began = state(BEN, ready.clone(), talks(CUT));
        let ended = state(BEN, talks(CUT), ready.clone());
        let facts = [&before[..], &[began], &idle, &[ended]].concat();
        let told = past(&facts, BEN);
        let own = told.iter().any(|(_, past)| *past == Past::OwnCall);
        assert_eq!(own, counts, "{told:?}");
        let handled = told
            .iter()
            .any(|(_, past)| matches!(past, Past::Handled { .. }));
        assert!(!handled, "nobody gave it to him");
    }
}

#[test]
fn r16_the_time_in_which_no_process_ran_is_nobodys() {
    let ready = state(ANNA, AgentState::Offline, AgentState::Ready);
    let mut remains = Remains::default();
    let record = |seq, s: i64, fact: &Fact| FactRecord {
        seq,
        at: Timestamp::from_ms(s * 1_000),
        fact: fact.clone(),
    };
    remains.read(&[record(1, 10, &ready), record(2, 20, &joined(CUT))]);
    let closing = remains.of_agents(false);
    remains.read(&[record(3, 90_000, &closing[0])]);
    let was = remains.formerly(false).remove(&ANNA).unwrap();
    assert_eq!(was.wish, None, "a long stop");
    let ends: Vec<_> = was.past.iter().map(|(at, _)| at.as_secs()).collect();
    assert_eq!(ends, [10, 20, 90_000]);
}

#[test]
fn c9_c20_what_failed_in_a_row_is_given_back_and_a_call_that_others_could_take_is_charged_to_nobody()
 {
    let failed = |facts: &[Fact], agent| {
        let told = past(facts, agent).into_iter().map(|(_, past)| past);
        let is_result =
            |past: &Past| !matches!(past, Past::OfferedLast { .. } | Past::ProcessEnded);
        told.filter(is_result).collect::<Vec<_>>()
    };
    let (alone, anna, ben) = (offer(1, CUT, ANNA), offer(2, CUT, ANNA), offer(3, CUT, BEN));
    let facts = [
        made(alone.clone()),
        Fact::OfferMissed {
            offer: alone.clone(),
        },
        made(anna.clone()),
        made(ben.clone()),
        Fact::OfferMissed { offer: anna },
        Fact::OfferMissed { offer: ben.clone() },
        made(ben.clone()),
        Fact::OfferDeclined {
            offer: ben.clone(),
            reason: None,
        },
        made(ben.clone()),
        Fact::OfferUnreachable {
            offer: ben,
            status: 503,
        },
    ];
    let queue = "support".into();
    assert_eq!(failed(&facts, ANNA), [Past::Missed { queue }]);
    assert_eq!(failed(&facts, BEN), [Past::Declined, Past::Unreachable]);
}

#[test]
fn b10_rings_are_told_in_full_also_those_before_an_answer() {
    let ringing = AgentState::Ringing { call: CUT };
    let talks = AgentState::Talking { call: Some(CUT) };
    let ring = |before: Fact, after: AgentState| {
        [
            state(ANNA, AgentState::Ready, ringing.clone()),
            before,
            state(ANNA, ringing.clone(), after),
        ]
    };
    let (one, other) = (offer(1, CUT, ANNA), offer(2, CUT, BEN));
    // Two rang: nobody is charged with a miss, and yet he did not answer (R24).
    let missed = Fact::OfferMissed { offer: one.clone() };
    let declined = Fact::OfferDeclined {
        offer: one.clone(),
        reason: None,
    };
    let facts = [
        vec![made(one.clone()), made(other)],
        ring(missed, AgentState::Ready).into(),
        ring(declined, AgentState::Ready).into(),
        ring(joined(OTHER), AgentState::Ready).into(),
        ring(connected(one), talks).into(),
    ]
    .concat();
    let mut told = past(&facts, ANNA).into_iter();
    let mut expected = RingLog::default();
    for (began, end) in [
        (3, RingEnd::Unanswered),
        (6, RingEnd::Unanswered),
        (9, RingEnd::Cut),
        (12, RingEnd::Answered),
    ] {
        let s = std::time::Duration::from_secs;
        expected.changed(s(began), &AgentState::Ready, &ringing);
        // The fact that says how a ring ended comes before the change of state; who only saw it cut learns it by that change.
        expected.end(s(began + if end == RingEnd::Cut { 2 } else { 1 }), end);
    }
    let rings = told.find(|(_, past)| matches!(past, Past::Rings(_)));
    assert_eq!(rings, Some((14, Past::Rings(expected))));
}

#[test]
fn d21_a_promise_to_call_back_outlives_the_process_with_its_tries() {
    use model::fact::{CallbackAttempted, CallbackDone, CallbackEnd, CallbackFailed};
    use model::fact::{CallbackFailure, CallbackRequested};

    let asked = |callback| CallbackRequested {
        callback,
        number: "+8613800001111".into(),
        called: "4000".into(),
        language: "en".into(),
        queue: "support".into(),
        since: Timestamp::from_ms(500),
        priority: 0,
        needs: None,
        until: Timestamp::from_ms(3_600_000),
    };
    let (open, done, failed) = (CUT, OTHER, CallId::new(3));
    let facts = [
        Fact::CallbackRequested(asked(open)),
        Fact::CallbackRequested(asked(done)),
        Fact::CallbackRequested(asked(failed)),
        Fact::CallbackAttempted(CallbackAttempted {
            callback: open,
            call: CallId::new(4),
            attempt: 2,
        }),
        Fact::CallbackDone(CallbackDone {
            callback: done,
            call: CallId::new(5),
            how: CallbackEnd::Connected,
        }),
        Fact::CallbackFailed(CallbackFailed {
            callback: failed,
            cause: CallbackFailure::Cancelled,
            by: None,
            reason: None,
        }),
    ];
    let kept = RestoredCallback {
        asked: asked(open),
        attempts: 2,
        tried_at: Some(std::time::Duration::from_secs(4)),
    };
    assert_eq!(remains(&facts).callbacks(), [kept]);
}
