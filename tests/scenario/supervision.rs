//! D2, D25: a supervisor deals with callers who wait, through the whole engine.

use std::time::Duration;

use engine::Entry;
use engine::command::{Command, CommandError, LineOrder, LineRefusal};
use model::fact::{QueueExit, Supervised};
use model::{AgentId, CallId, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};

const SECOND: Duration = Duration::from_secs(1);
const BOSS: AgentId = AgentId::new(99);

/// 4001 leads to `support` (1001), 4002 to `sales` (1009).
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let support = config.queues["support"].clone();
        config.queues.entry("sales".into()).or_insert_with(|| {
            let mut sales = support;
            sales.rules.name = "sales".into();
            sales
        });
        for queue in config.queues.values_mut() {
            queue.rules.wrap_up = Duration::ZERO;
        }
        let lines = [("4001", "support"), ("4002", "sales")]
            .map(|(digits, queue)| (digits, leads(Entry::Queue(queue.into()))));
        numbers(config, lines);
    });
    hotline.agent_of(&["support"], "1001", Manner::Answers(SECOND / 10));
    hotline
}

fn waits(hotline: &mut Hotline, number: &str, dials: &str) -> CallId {
    hotline.caller(number, dials);
    hotline.run_for(SECOND);
    hotline.call_of(number)
}

fn supervise(hotline: &mut Hotline, call: CallId, order: LineOrder) -> Result<(), CommandError> {
    let reason = "老客户".to_owned();
    hotline.command(Command::Supervise {
        call,
        by: BOSS,
        order,
        reason,
    });
    hotline.answers.last().unwrap().clone()
}

/// What was done, in order.
fn deeds(hotline: &Hotline) -> Vec<(CallId, Supervised)> {
    let facts = hotline.facts_named("queue.supervised").into_iter();
    let deeds = facts.map(|fact| match fact {
        Fact::QueueSupervised {
            call,
            deed,
            by,
            reason,
            ..
        } => {
            assert_eq!((*by, reason.as_str()), (BOSS, "老客户"));
            (*call, deed.clone())
        }
        other => panic!("{other:?}"),
    });
    deeds.collect()
}

#[test]
fn d2_another_place_is_told_with_who_gave_it_and_is_served_so() {
    let mut hotline = hotline();
    waits(&mut hotline, "100", "4001");
    waits(&mut hotline, "110", "4001");
    let last = waits(&mut hotline, "120", "4001");
    let ahead = |seconds| LineOrder::Place {
        priority: None,
        head_start: Some(seconds * SECOND),
    };
    supervise(&mut hotline, last, ahead(60)).unwrap();
    assert_eq!(
        deeds(&hotline),
        [(last, Supervised::Placed { from: 2, to: 1 })]
    );
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "120");
    let talks = supervise(&mut hotline, last, ahead(60)).unwrap_err();
    assert_eq!(talks, LineRefusal::NotWaiting.into());
}

#[test]
fn d25_r74_who_is_moved_keeps_his_wait_and_is_abandoned_by_nobody() {
    let mut hotline = hotline();
    waits(&mut hotline, "100", "4001");
    let moved = waits(&mut hotline, "110", "4001");
    let to = |queue: &str| LineOrder::Move { to: queue.into() };
    let closed = supervise(&mut hotline, moved, to("sales")).unwrap_err();
    assert_eq!(closed, LineRefusal::TakesNobody.into());
    let there = supervise(&mut hotline, moved, to("support")).unwrap_err();
    assert_eq!(there, LineRefusal::WaitsThere.into());
    let unknown = supervise(&mut hotline, moved, to("nowhere")).unwrap_err();
    assert_eq!(unknown, CommandError::Invalid("no queue `nowhere`".into()));
    hotline.agent_of(&["sales"], "1009", Manner::Answers(SECOND / 10));
    hotline.run_for(10 * SECOND);
    supervise(&mut hotline, moved, to("sales")).unwrap();
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1009"), "110");
    let left = hotline.facts_named("queue.left");
    let [
        Fact::QueueLeft {
            cause, waited_ms, ..
        },
    ] = left[..]
    else {
        panic!("{left:?}");
    };
    assert_eq!(*cause, QueueExit::Moved);
    assert!(
        *waited_ms >= 10_000,
        "{waited_ms}: his wait is counted once"
    );
    hotline.hangs_up("100");
    hotline.hangs_up("110");
    hotline.assert_clean();
}

#[test]
fn d25_a_forced_agent_rings_out_of_turn_and_a_withdrawn_caller_is_told_off_the_line() {
    let mut hotline = hotline();
    waits(&mut hotline, "100", "4001");
    waits(&mut hotline, "110", "4001");
    let second = waits(&mut hotline, "120", "4001");
    let assign = |login: &str| LineOrder::Assign { to: login.into() };
    let busy = supervise(&mut hotline, second, assign("1001")).unwrap_err();
    assert_eq!(busy, LineRefusal::AgentNotReady.into());
    let unknown = supervise(&mut hotline, second, assign("77")).unwrap_err();
    assert_eq!(unknown, CommandError::Invalid("no agent `77`".into()));
    hotline.agent_of(&["sales"], "1009", Manner::Answers(SECOND / 10));
    supervise(&mut hotline, second, assign("1009")).unwrap();
    hotline.run_for(SECOND);
    assert_eq!(
        hotline.hears("1009"),
        "120",
        "out of turn, by an agent of another queue"
    );
    let first = hotline.call_of("110");
    supervise(&mut hotline, first, LineOrder::Withdraw).unwrap();
    hotline.run_for(2 * SECOND);
    assert_eq!(
        deeds(&hotline).last(),
        Some(&(first, Supervised::Withdrawn))
    );
    for number in ["100", "120"] {
        hotline.hangs_up(number);
    }
    hotline.assert_clean();
}
