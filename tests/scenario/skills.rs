//! B13, R69, R74: what a script asks of the agents, and a wait that goes along to another queue.

use std::time::Duration;

use engine::Entry;
use model::Fact;
use model::fact::QueueExit;

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{HEAD, leads, numbers, script};

const SECOND: Duration = Duration::from_secs(1);
const ANSWERS: Manner = Manner::Answers(Duration::from_millis(100));

/// 4001 leads to `support` for `en >= 3`; 4002 to `support` for 20 s, then to `everybody`; 4003 to `everybody`.
fn hotline() -> Hotline {
    Hotline::with(|config| {
        for queue in config.queues.values_mut() {
            queue.rules.wrap_up = Duration::ZERO;
        }
        let support = &mut config.queues.get_mut("support").unwrap().rules;
        support.max_wait = Some(20 * SECOND);
        let ends = "on_timeout = \"end\"\non_no_agents = \"end\"\n";
        let scripts = [
            (
                "english",
                "4001",
                format!("[queue.go]\nqueue = \"support\"\nskills = \"en >= 3\"\n{ends}"),
            ),
            (
                "overflow",
                "4002",
                format!(
                    "[queue.go]\nqueue = \"support\"\non_timeout = \"over\"\non_no_agents = \"end\"\n\
                     [queue.over]\nqueue = \"everybody\"\n{ends}"
                ),
            ),
            (
                "plain",
                "4003",
                format!("[queue.go]\nqueue = \"everybody\"\n{ends}"),
            ),
        ];
        let lines = scripts.map(|(name, digits, nodes)| {
            script(config, name, &format!("{HEAD}{nodes}"));
            (digits, leads(Entry::Script(name.into())))
        });
        numbers(config, lines);
    })
}

#[test]
fn b13_a_script_asks_for_skills_and_only_who_has_them_is_rung() {
    let mut hotline = hotline();
    hotline.agent("1001", ANSWERS);
    hotline.agent("1002", ANSWERS);
    hotline.teaches("1001", &["support"], &[("en", 2)]);
    hotline.teaches("1002", &["support"], &[("en", 3)]);
    hotline.caller("100", "4001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1002"), "100");
    // The next one waits, though 1001 is ready, and leaves by the script.
    hotline.caller("110", "4001");
    hotline.run_for(25 * SECOND);
    let left = hotline.facts_named("queue.left");
    let timed_out = left.iter().filter(|fact| {
        matches!(
            fact,
            Fact::QueueLeft {
                cause: QueueExit::Timeout,
                ..
            }
        )
    });
    assert_eq!(timed_out.count(), 1, "{left:?}");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn r74_who_overflows_to_another_queue_keeps_his_wait() {
    let mut hotline = hotline();
    hotline.agent("1001", ANSWERS);
    hotline.agent("1002", Manner::Rings);
    hotline.caller("90", "4003");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "90");
    hotline.teaches("1002", &["support"], &[]);
    hotline.teaches("1001", &["everybody"], &[]);
    // 100 waits in support for 20 s; 110 joins everybody 10 s after 100 has joined support, and 10 s before 100 comes.
    hotline.caller("100", "4002");
    hotline.run_for(10 * SECOND);
    hotline.caller("110", "4003");
    hotline.run_for(15 * SECOND);
    hotline.hangs_up("90");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "100");
    hotline.hangs_up("100");
    hotline.run_for(15 * SECOND);
    assert_eq!(hotline.hears("1001"), "110");
    hotline.hangs_up("110");
    hotline.assert_clean();
}
