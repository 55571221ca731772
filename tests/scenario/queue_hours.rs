//! D28: a queue's hours through the whole engine: who comes too late leaves by `on_closed`, who stands in line is served.

use std::time::Duration;

use model::calendar::{Calendar, CalendarConfig};
use model::fact::QueueExit;
use model::{CallId, Fact};

use crate::hotline::{Hotline, MORNING};
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// `support` is open until 09:02 on the Saturday that begins at 09:00; one agent.
fn hotline() -> Hotline {
    let calendar = CalendarConfig {
        zone: "Asia/Shanghai".into(),
        days: [("sat".to_owned(), vec!["08:00-09:02".to_owned()])].into(),
        ..CalendarConfig::default()
    };
    let calendar = Calendar::new(&calendar).unwrap();
    let mut hotline = Hotline::with(|config| {
        let rules = &mut config.queues.get_mut("support").unwrap().rules;
        rules.hours = Some(calendar);
        rules.wrap_up = Duration::ZERO;
    });
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline
}

fn exit(hotline: &Hotline, call: CallId) -> Option<QueueExit> {
    hotline.facts.iter().find_map(|(_, fact)| match fact {
        Fact::QueueLeft {
            call: of, cause, ..
        } if *of == call => Some(*cause),
        _ => None,
    })
}

#[test]
fn d28_the_edge_of_the_hours_turns_newcomers_away_and_nobody_who_waits() {
    let mut hotline = hotline();
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    hotline.caller_presses("110", '1');
    hotline.run_for(MORNING + 119 * SECOND - hotline.now);
    assert_eq!(hotline.hears("110"), "music");
    // A second before and a second after the edge, by the key.
    hotline.caller("120", "4000");
    hotline.caller("130", "4000");
    hotline.run_for(100 * SECOND / 1_000);
    hotline.presses("120", '1');
    assert_eq!(hotline.hears("120"), "music");
    hotline.run_for(MORNING + 120 * SECOND - hotline.now);
    hotline.presses("130", '1');
    assert_eq!(hotline.hears("130"), "a prompt", "goodbye");
    assert_eq!(
        exit(&hotline, hotline.call_of("130")),
        Some(QueueExit::Closed)
    );
    for (talks, next) in [("100", "110"), ("110", "120")] {
        hotline.hangs_up(talks);
        hotline.run_for(2 * SECOND);
        assert_eq!(hotline.hears("1001"), next);
    }
    hotline.hangs_up("120");
    hotline.run_for(5 * SECOND);
    hotline.assert_clean();
}
