//! A8: a head start is seconds of waiting, from a script's queue node through the whole engine, so that nobody starves.

use std::time::Duration;

use engine::Entry;
use model::fact::Offer;
use model::{CallId, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{HEAD, leads, numbers, script};

const SECOND: Duration = Duration::from_secs(1);

/// 4001 leads to `support` as it is, 4002 with a head start of 90 s. One agent, who answers at once.
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let rules = &mut config.queues.get_mut("support").unwrap().rules;
        rules.wrap_up = Duration::ZERO;
        rules.ring_timeout = 60 * SECOND;
        let lines = [("plain", "4001", 0), ("vip", "4002", 90)].map(|(name, digits, head_start_s)| {
            let nodes = format!(
                "[queue.go]\nqueue = \"support\"\nhead_start_s = {head_start_s}\non_timeout = \"end\"\n\
                 on_no_agents = \"end\"\n"
            );
            script(config, name, &format!("{HEAD}{nodes}"));
            (digits, leads(Entry::Script(name.into())))
        });
        numbers(config, lines);
    });
    hotline.agent("1001", Manner::Answers(Duration::from_millis(100)));
    hotline
}

/// Those who were connected, in order.
fn served(hotline: &Hotline) -> Vec<CallId> {
    let connected = hotline.facts_named("call.connected").into_iter();
    let calls = connected.map(|fact| match fact {
        Fact::CallConnected {
            offer: Offer { call, .. },
            ..
        } => *call,
        other => panic!("{other:?}"),
    });
    calls.collect()
}

#[test]
fn a8_r72_a_vip_with_90_s_ahead_comes_before_one_who_waited_60_and_after_one_who_waited_100() {
    let mut hotline = hotline();
    hotline.caller("100", "4001");
    hotline.run_for(SECOND);
    hotline.caller("110", "4001");
    hotline.run_for(60 * SECOND);
    hotline.caller("120", "4002");
    hotline.run_for(SECOND);
    // One agent is free: Y (90) is served before X (60).
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "120");
    // 40 s later X (100) is served before Z, who joins at that moment (90).
    hotline.run_for(37 * SECOND);
    hotline.caller("130", "4002");
    hotline.run_for(SECOND);
    hotline.hangs_up("120");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "110");
    hotline.hangs_up("110");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "130");
    hotline.hangs_up("130");
    hotline.assert_clean();
    assert_eq!(served(&hotline).len(), 4);
}

#[test]
fn a8_r75_nobody_starves_under_a_stream_of_vips_that_fills_the_agent() {
    let mut hotline = hotline();
    hotline.caller("200", "4002");
    hotline.run_for(SECOND);
    hotline.caller("100", "4001");
    let joined = hotline.now;
    // A VIP every 20 s, calls of 20 s: the agent is never without one.
    let mut on_line = "200".to_owned();
    for number in 201..220 {
        hotline.caller(&number.to_string(), "4002");
        hotline.run_for(20 * SECOND);
        hotline.hangs_up(&on_line);
        hotline.run_for(SECOND);
        on_line = hotline.hears("1001");
        if on_line == "100" {
            break;
        }
    }
    assert_eq!(on_line, "100", "he is served at all");
    let waited = hotline.now - joined;
    // Only who came within 90 s of him may be served before him: five of them, and the call that was on.
    assert!(waited <= 90 * SECOND + 2 * 21 * SECOND, "{waited:?}");
    assert!(waited > 60 * SECOND, "{waited:?}: and they did come first");
}
