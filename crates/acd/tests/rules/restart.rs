//! R16, R35, C20: after a restart agents have the state, the counters, the clocks and the places that they had.

use core::time::Duration;

use acd::{Credit, Input, Past, PastCall, PastFiling, Requested, WrapUpMode};
use model::{AgentId, AgentState, NotReadyReason};

use crate::support::{Centre, SUPPORT, call, id, s};

/// When it begins anew: the clock of a centre stands still while it hires.
const START: Duration = Duration::from_secs(1_800_000_000);

/// A centre that begins anew with these agents, their phones there and nobody signed in.
fn begun_anew(strategy: &str, agents: &str) -> Centre {
    let mut centre = Centre::new(strategy, "");
    for agent in agents.chars() {
        centre.hires(agent, &[SUPPORT]);
    }
    centre
}

/// Ready `minutes` ago; then what happened, each in so many minutes before the restart, in order.
fn gives_back(centre: &mut Centre, agent: char, minutes: u64, then: Vec<(u64, Past)>) {
    let now = centre.now;
    assert_eq!(now, START);
    let before = |minutes: u64| now - s(60 * minutes);
    let mut past = vec![(before(minutes), Past::Became(AgentState::Ready))];
    past.extend(
        then.into_iter()
            .map(|(minutes, past)| (before(minutes), past)),
    );
    past.push((now, Past::ProcessEnded));
    restores(centre, id(agent), past, Some(Requested::Ready));
}

fn restores(
    centre: &mut Centre,
    agent: AgentId,
    past: Vec<(Duration, Past)>,
    wish: Option<Requested>,
) {
    centre.input(Input::Restored { agent, past, wish });
}

fn support() -> Option<model::QueueName> {
    Some(SUPPORT.into())
}

/// A call that ended so many minutes before the restart.
fn took(ended: u64, talked_s: u64) -> [(u64, Past); 3] {
    took_and_filed(ended, talked_s, 0)
}

fn took_and_filed(ended: u64, talked_s: u64, filed_s: u64) -> [(u64, Past); 3] {
    let queue = support();
    let calls = vec![PastCall::new(START - s(60 * ended), s(talked_s)).filed_in(s(filed_s))];
    let talks = AgentState::Talking {
        call: Some(call(99)),
    };
    [
        (ended, Past::Became(talks)),
        (ended, Past::Handled { queue, calls }),
        (ended, Past::Became(AgentState::Ready)),
    ]
}

#[test]
fn r35_round_robin_goes_on_behind_the_last_who_was_offered() {
    let mut centre = begun_anew("round-robin", "ABC");
    let queue = SUPPORT.into();
    gives_back(&mut centre, 'A', 60, vec![(1, Past::OfferedLast { queue })]);
    gives_back(&mut centre, 'B', 60, Vec::new());
    gives_back(&mut centre, 'C', 60, Vec::new());
    centre.joins(1).expect("offer 1 B");
}

#[test]
fn r16_calls_and_their_time_count_as_before() {
    for (strategy, chosen) in [("least-calls", "offer 1 B"), ("least-time", "offer 1 A")] {
        let mut centre = begun_anew(strategy, "AB");
        let calls = [took(50, 60), took(30, 60)].concat();
        gives_back(&mut centre, 'A', 120, calls);
        gives_back(&mut centre, 'B', 120, took(40, 600).to_vec());
        centre.joins(1).expect(chosen);
    }
    // Too short to count, and out of the window.
    let mut centre = begun_anew("least-calls", "AB");
    let calls = [took(9 * 60, 60), took(8 * 60, 60), took(10, 4)].concat();
    gives_back(&mut centre, 'A', 10 * 60, calls);
    gives_back(&mut centre, 'B', 10 * 60, took(40, 60).to_vec());
    centre.joins(1).expect("offer 1 A");
}

#[test]
fn r51_the_time_to_file_counts_as_before() {
    let mut centre = begun_anew("least-time", "AB");
    gives_back(&mut centre, 'A', 120, took_and_filed(30, 60, 120).to_vec());
    gives_back(&mut centre, 'B', 120, took(40, 100).to_vec());
    centre.joins(1).expect("offer 1 B");
}

#[test]
fn r16_idle_clocks_are_as_before_breaks_taken_out() {
    let mut centre = begun_anew("longest-idle", "ABC");
    gives_back(&mut centre, 'A', 120, took(10, 60).to_vec());
    let reason = NotReadyReason::Said("break".into());
    let mut rested = took(30, 60).to_vec();
    rested.push((25, Past::Became(AgentState::NotReady { reason })));
    rested.push((1, Past::Became(AgentState::Ready)));
    gives_back(&mut centre, 'B', 120, rested);
    gives_back(&mut centre, 'C', 120, vec![(2, Past::OwnCall)]);
    centre
        .joins(1)
        .expect("offer 1 A")
        .joins(2)
        .expect("offer 2 B");
    centre.joins(3).expect("offer 3 C");
}

#[test]
fn c20_who_was_ready_for_long_is_not_ready_since_the_restart() {
    let mut centre = begun_anew("longest-ready", "ABC");
    gives_back(&mut centre, 'A', 10, Vec::new());
    gives_back(&mut centre, 'B', 50, Vec::new());
    centre.ready('C');
    centre
        .joins(1)
        .expect("offer 1 B")
        .joins(2)
        .expect("offer 2 A");
}

#[test]
fn r47_who_worked_before_the_restart_is_no_newcomer() {
    let mut centre = begun_anew("least-calls", "AB");
    let calls = [took(50, 60), took(40, 60), took(30, 60)].concat();
    gives_back(&mut centre, 'A', 120, calls);
    // B was there all the time and took one: he is not lifted to the three of A.
    gives_back(&mut centre, 'B', 120, took(20, 60).to_vec());
    centre
        .joins(1)
        .talks('B', 60)
        .joins(2)
        .talks('B', 60)
        .silence();
    centre.joins(3).expect("offer 3 A");
}

#[test]
fn r47_r16_a_newcomer_is_still_level_after_a_restart() {
    for (until, chosen) in [(START + s(60), "offer 1 A"), (START, "offer 1 B")] {
        let mut centre = begun_anew("least-calls", "AB");
        gives_back(&mut centre, 'A', 120, took(30, 60).to_vec());
        let credit = Credit {
            calls: 1,
            time: 0,
            until,
        };
        let queue = SUPPORT.into();
        let levelled = vec![(20, Past::Levelled { queue, credit })];
        gives_back(&mut centre, 'B', 20, levelled);
        // Level, and A has been idle for longer; B, whose credit is over, has had nothing.
        centre.joins(1).expect(chosen);
    }
}

/// A files the call that he had two minutes ago, in a mode and until then.
fn filing_again(mode: WrapUpMode, until: Duration) -> Centre {
    let mut centre = begun_anew("least-time", "A");
    let filing = Past::Filed(PastFiling {
        call: call(99),
        queue: support(),
        mode,
        began: START - s(120),
        talked: s(60),
        until,
    });
    let then = [took(2, 60).to_vec(), vec![(0, filing)]].concat();
    gives_back(&mut centre, 'A', 120, then);
    centre
}

#[test]
fn c20_c5_a_restart_is_no_way_around_the_time_to_file() {
    let mut centre = filing_again(WrapUpMode::TimedFixed, START + s(60));
    centre.expect_state('A', "wrap_up 99").joins(1).expect("");
    centre.input(Input::WrapUpEnded(id('A')));
    centre.expect_state('A', "wrap_up 99");
    centre.wait(59).expect("").wait(1).expect("offer 1 A");

    let mut centre = filing_again(WrapUpMode::UntilCategory, START + s(600));
    let (agent, call) = (id('A'), call(99));
    centre.input(Input::Categorised { agent, call });
    centre.expect_state('A', "ready");

    // What was over meanwhile stays over.
    let mut centre = filing_again(WrapUpMode::UntilDone, START);
    centre
        .expect_state('A', "ready")
        .joins(1)
        .expect("offer 1 A");
}

#[test]
fn r36_most_recent_knows_who_was_connected_last() {
    let mut centre = begun_anew("most-recent", "AB");
    let connected = |minutes| vec![(minutes, Past::Connected { queue: support() })];
    gives_back(&mut centre, 'A', 120, connected(5));
    gives_back(&mut centre, 'B', 120, connected(9));
    centre.joins(1).expect("offer 1 A");
}

#[test]
fn c20_a_past_without_a_wish_signs_nobody_in_and_a_present_is_not_overwritten() {
    let mut centre = begun_anew("least-calls", "AB");
    let now = centre.now;
    let past = vec![(now - s(600), Past::Became(AgentState::Ready))];
    restores(&mut centre, id('A'), past.clone(), None);
    centre.expect_state('A', "offline").rests('B');
    restores(&mut centre, id('B'), past, Some(Requested::Ready));
    centre
        .expect_state('B', "not_ready break")
        .joins(1)
        .expect("");
    restores(&mut centre, id('Z'), Vec::new(), Some(Requested::Ready));
    centre.expect_state('Z', "unknown");
}

#[test]
fn c9_c20_a_restart_forgives_no_streak_and_an_answered_call_ends_them_as_before() {
    let times = |past: &Past, count| vec![(1, past.clone()); count];
    let missed = Past::Missed {
        queue: SUPPORT.into(),
    };
    // R8: the third in a row.
    let mut centre = begun_anew("linear", "A");
    gives_back(&mut centre, 'A', 60, times(&missed, 2));
    centre.joins(1).expect("offer 1 A").wait(15);
    centre.expect_state('A', "not_ready no_answer");
    let answered = vec![(1, Past::Connected { queue: support() })];
    let mut centre = begun_anew("linear", "A");
    gives_back(&mut centre, 'A', 60, [times(&missed, 2), answered].concat());
    centre.joins(1).expect("offer 1 A").wait(15);
    centre.expect_state('A', "ready");
    // C9: declined twice, so he is left alone for four times as long.
    let mut centre = begun_anew("linear", "A");
    gives_back(&mut centre, 'A', 60, times(&Past::Declined, 2));
    centre.joins(1).expect("offer 1 A").declines('A').silence();
    centre.wait(39).expect("").wait(1).expect("offer 1 A");
    // R7: the second fault in a row.
    let mut centre = begun_anew("linear", "A");
    gives_back(&mut centre, 'A', 60, times(&Past::Unreachable, 1));
    centre.phones_ring = false;
    centre.joins(1).silence();
    centre.fails('A', 503).expect_state('A', "not_ready device");
}
