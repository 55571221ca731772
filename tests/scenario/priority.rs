//! D1: strict priority by the number that was dialled, through the whole engine, and the alarm for whom it starves.

use std::time::Duration;

use engine::{Entry, Number};
use model::Fact;

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};

const SECOND: Duration = Duration::from_secs(1);

/// 4001 leads to `support`, 4002 too and strictly first. One agent, who answers at once.
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let rules = &mut config.queues.get_mut("support").unwrap().rules;
        rules.wrap_up = Duration::ZERO;
        rules.starving = 100 * SECOND;
        let lines = [("4001", 0), ("4002", 1)].map(|(digits, priority)| {
            let number = Number {
                priority,
                ..leads(Entry::Queue("support".into()))
            };
            (digits, number)
        });
        numbers(config, lines);
    });
    hotline.agent("1001", Manner::Answers(Duration::from_millis(100)));
    hotline
}

#[test]
fn d1_a_number_comes_strictly_first_and_whom_that_starves_is_told_of_once() {
    let mut hotline = hotline();
    hotline.caller("200", "4002");
    hotline.run_for(SECOND);
    hotline.caller("100", "4001");
    let mut on_line = "200".to_owned();
    for number in 201..=205 {
        hotline.caller(&number.to_string(), "4002");
        hotline.run_for(30 * SECOND);
        hotline.hangs_up(&on_line);
        hotline.run_for(SECOND);
        on_line = hotline.hears("1001");
        assert_eq!(
            on_line,
            number.to_string(),
            "strictly first, however long another waits"
        );
    }
    let waits = hotline.call_of("100");
    let told = hotline.facts_named("queue.starving");
    let [
        Fact::QueueStarving {
            call,
            queue,
            waited_ms,
            passed_over,
        },
    ] = told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!((*call, queue.as_str()), (waits, "support"));
    assert_eq!(
        (*waited_ms, *passed_over),
        (100_000, 3),
        "at 31, 62 and 93 s"
    );
    hotline.hangs_up(&on_line);
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "100");
    hotline.hangs_up("100");
    hotline.assert_clean();
}
