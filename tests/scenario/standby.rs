//! Agents whose phones stay on the line (C15): a beep and the caller is there, and what happens when the line is lost.

use std::time::Duration;

use engine::{Command, Config, Entry, StateRequest, TalkOrder, TransferTarget};
use media::{SoundName, Source};
use model::fact::CallResult;
use model::{AgentId, AgentState, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};

const SECOND: Duration = Duration::from_secs(1);
const MOMENT: Duration = Duration::from_millis(100);
/// The beep, and the way of a message.
const BEEP: Duration = Duration::from_millis(200);

fn house(config: &mut Config) {
    let standby = engine::Number {
        open: false,
        ..leads(Entry::Standby)
    };
    for queue in config.queues.values_mut() {
        queue.rules.wrap_up = Duration::ZERO;
    }
    let main = leads(Entry::Script("main".into()));
    numbers(config, [("4000", main), ("4999", standby)]);
}

/// 1001 is ready and on the line.
fn on_line(change: impl FnOnce(&mut Config)) -> (Hotline, AgentId) {
    let mut hotline = Hotline::with(|config| {
        house(config);
        change(config);
    });
    let li = hotline.agent("1001", Manner::Rings);
    hotline.dials("1001", "4999");
    hotline.run_for(SECOND);
    (hotline, li)
}

/// He stands by as he did before the first call, and nobody else has anything of it.
#[track_caller]
fn rests(hotline: &mut Hotline, agent: AgentId) {
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "silence");
    assert_eq!(hotline.state(agent), AgentState::Ready);
    let engine = &hotline.engine;
    assert_eq!((engine.calls(), engine.ports_in_use()), (0, 1));
    assert!(hotline.facts_named("agent.standby_ended").is_empty());
}

fn why_ended(hotline: &Hotline) -> Vec<String> {
    let ended = hotline.facts_named("agent.standby_ended").into_iter();
    let cause = |fact: &Fact| match fact {
        Fact::StandbyEnded { cause, .. } => cause.clone(),
        other => panic!("{other:?}"),
    };
    ended.map(cause).collect()
}

#[test]
fn c15_who_dials_in_stays_on_the_line_and_is_no_call_and_not_busy() {
    let (mut hotline, li) = on_line(|_| {});
    assert!(hotline.phones["1001"].is_talking());
    assert_eq!(hotline.facts_named("agent.standby_began").len(), 1);
    assert!(hotline.story().is_empty(), "no fact of a call, and no CDR");
    hotline.run_for(Duration::from_secs(4 * 3_600));
    rests(&mut hotline, li);
}

#[test]
fn c15_each_caller_is_one_beep_away_and_his_hang_up_leaves_the_line() {
    let (mut hotline, li) = on_line(|_| {});
    for caller in ["100", "200"] {
        hotline.caller_presses(caller, '1');
        let port = hotline.port_of("1001").unwrap();
        let (_, beep) = hotline.ports[&port].playing().unwrap();
        assert!(
            matches!(beep.first(), Some(Source::Tone { ms: 200, .. })),
            "{beep:?}"
        );
        assert!(matches!(hotline.state(li), AgentState::Ringing { .. }));
        assert_eq!(hotline.hears(caller), "music");
        hotline.run_for(BEEP);
        assert_eq!(hotline.hears(caller), "1001");
        assert_eq!(hotline.hears("1001"), caller);
        assert!(matches!(hotline.state(li), AgentState::Talking { .. }));
        hotline.run_for(30 * SECOND);
        hotline.hangs_up(caller);
        rests(&mut hotline, li);
        let cdr = hotline.record_of(hotline.call_of(caller));
        assert_eq!(
            (cdr.result, cdr.agent),
            (Some(CallResult::Answered), Some(li))
        );
        assert!((29_000..31_000).contains(&cdr.talk_ms), "{}", cdr.talk_ms);
    }
    assert!(
        hotline.when("1001", "rings").is_none(),
        "his phone never rang"
    );
}

#[test]
fn c15_what_the_queue_has_to_say_is_said_after_the_beep() {
    let (mut hotline, li) = on_line(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.opening.whisper = Some(SoundName::new("en/for_support"));
    });
    hotline.caller_presses("100", '1');
    hotline.run_for(BEEP);
    assert_eq!(hotline.hears("1001"), "a prompt", "C18");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("1001"), "100");
    hotline.hangs_up("100");
    rests(&mut hotline, li);
}

#[test]
fn c15_music_between_two_calls_where_the_house_wants_it() {
    let (mut hotline, _) = on_line(|config| {
        config.standby.music = Some(SoundName::new("music/soft"));
    });
    assert_eq!(hotline.hears("1001"), "music");
    hotline.reload(|config| config.standby.music = None);
    assert!(
        hotline.phones["1001"].is_talking(),
        "D30: a reload leaves him"
    );
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "silence", "from the next rest on");
}

#[test]
fn c15_r6_his_page_declines_within_the_moment_that_the_house_leaves_him() {
    let (mut hotline, li) = on_line(|config| config.standby.refuse = 2 * SECOND);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    let reason = Some("no Russian".to_owned());
    hotline.command(Command::Decline { agent: li, reason });
    assert_eq!(hotline.answers.last(), Some(&Ok(())));
    assert_eq!(hotline.facts_named("offer.declined").len(), 1);
    assert_eq!(hotline.hears("1001"), "silence");
    assert_eq!(hotline.hears("100"), "music");
    hotline.hangs_up("100");
    rests(&mut hotline, li);
    let (mut hotline, _) = on_line(|config| config.standby.refuse = 2 * SECOND);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "music");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001", "the moment is over");
}

#[test]
fn c15_r10_a_caller_who_leaves_in_the_beep_leaves_the_line_as_it_was() {
    let (mut hotline, li) = on_line(|config| config.standby.refuse = SECOND);
    hotline.caller_presses("100", '1');
    hotline.run_for(MOMENT);
    hotline.hangs_up("100");
    rests(&mut hotline, li);
    assert_eq!(hotline.facts_named("offer.cancelled").len(), 1);
}

#[test]
fn c15_a_line_lost_at_rest_falls_back_to_his_registered_phone() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.hangs_up("1001");
    hotline.run_for(MOMENT);
    assert_eq!(why_ended(&hotline), ["agent"]);
    assert_eq!(hotline.state(li), AgentState::Ready, "his phone is there");
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "rings").is_some());
    hotline.answers("1001");
    hotline.run_for(MOMENT);
    assert_eq!(hotline.hears("1001"), "100");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn c15_r7_a_line_lost_in_the_beep_is_a_fault_of_the_phone_and_the_next_agent_is_rung() {
    let (mut hotline, _) = on_line(|config| config.standby.refuse = SECOND);
    hotline.caller_presses("100", '1');
    hotline.agent("1002", Manner::Answers(MOMENT));
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert_eq!(why_ended(&hotline), ["agent"]);
    assert_eq!(hotline.facts_named("offer.unreachable").len(), 1);
    assert_eq!(hotline.hears("100"), "1002");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn c15_who_hangs_up_in_a_talk_ends_it_and_his_line() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.record().result, Some(CallResult::Answered));
    assert_eq!(why_ended(&hotline), ["agent"]);
    assert_eq!(hotline.state(li), AgentState::Ready);
    hotline.assert_clean();
}

#[test]
fn c15_s17_a_phone_from_which_no_sound_comes_is_lost_whether_it_rests_or_talks() {
    for talks in [false, true] {
        let (mut hotline, _) = on_line(|_| {});
        if talks {
            hotline.caller_presses("100", '1');
            hotline.run_for(SECOND);
        }
        let port = hotline.port_of("1001").unwrap();
        hotline.media_news(media::News::Silent { port });
        hotline.run_for(MOMENT);
        assert_eq!(why_ended(&hotline), ["silent"]);
        assert!(!hotline.phones["1001"].is_talking(), "it is hung up");
        hotline.assert_clean();
    }
}

#[test]
fn c15_hold_and_a_consult_on_the_page_go_as_with_any_phone() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    hotline.agent("1002", Manner::Answers(MOMENT));
    assert!(hotline.orders(li, "100", TalkOrder::Hold));
    assert_eq!(
        [hotline.hears("100"), hotline.hears("1001")],
        ["music", "silence"]
    );
    assert!(hotline.orders(li, "100", TalkOrder::Resume));
    assert_eq!(hotline.hears("1001"), "100");
    let consult = TalkOrder::Consult {
        to: TransferTarget::Agent("1002".into()),
        note: None,
    };
    assert!(hotline.orders(li, "100", consult));
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "1002");
    assert!(hotline.orders(li, "100", TalkOrder::Complete));
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(hotline.hears("1001"), "silence", "he stands by again");
    hotline.hangs_up("100");
    rests(&mut hotline, li);
}

#[test]
fn c15_a_transfer_to_who_stands_by_beeps_and_a_transfer_from_him_gives_the_line_back() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    let wang = hotline.agent("1002", Manner::Answers(MOMENT));
    let to = |login: &str| TalkOrder::Transfer {
        to: TransferTarget::Agent(login.into()),
        note: None,
    };
    assert!(hotline.orders(li, "100", to("1002")));
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(hotline.hears("1001"), "silence");
    assert!(hotline.orders(wang, "100", to("1001")));
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    let lines = TalkOrder::Transfer {
        to: TransferTarget::Number("4999".into()),
        note: None,
    };
    assert!(
        !hotline.orders(li, "100", lines),
        "no caller is sent to the number itself"
    );
    hotline.hangs_up("100");
    rests(&mut hotline, li);
}

#[test]
fn c15_s11_nobody_but_an_agent_stands_by() {
    let mut hotline = Hotline::with(|config| {
        numbers(config, [("4999", leads(Entry::Standby))]);
    });
    hotline.caller("100", "4999");
    hotline.run_for(SECOND);
    assert!(matches!(
        hotline.facts_named("call.refused")[..],
        [Fact::CallRefused { status: 403, .. }]
    ));
    hotline.assert_clean();
}

#[test]
fn c15_who_goes_home_is_let_go_and_so_is_everybody_when_the_server_stops() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.says(li, StateRequest::Offline);
    hotline.run_for(SECOND);
    assert!(!hotline.phones["1001"].is_talking());
    assert_eq!(why_ended(&hotline), ["offline"]);
    hotline.assert_clean();

    let (mut hotline, _) = on_line(|_| {});
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    hotline.command(Command::Drain);
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "100", "S6: his call goes on");
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert!(hotline.drained && !hotline.phones["1001"].is_talking());
    assert_eq!(why_ended(&hotline), ["stopped"]);
    hotline.assert_clean();
}

#[test]
fn c15_s3_a_call_that_breaks_takes_the_line_with_it_and_nothing_else() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    let call = hotline.call_of("100");
    hotline.engine.plant_panic(call, 0);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(hotline.broken.len(), 1);
    assert_eq!(why_ended(&hotline), ["failed"]);
    assert_eq!(hotline.state(li), AgentState::Ready);
    hotline.assert_clean();
}

#[test]
fn c15_c12_a_line_that_his_phone_holds_takes_no_caller() {
    let (mut hotline, _) = on_line(|_| {});
    hotline.re_invites("1001", "sendonly");
    assert!(hotline.when("1001", "by hand 200").is_some());
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    assert!(hotline.facts_named("offer.made").is_empty(), "he is busy");
    assert_eq!(hotline.hears("100"), "music");
    hotline.re_invites("1001", "sendrecv");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001");
}

#[test]
fn c15_a_line_that_cannot_be_had_takes_no_others_place() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.line("1001/2").knows_only("G729", 18);
    hotline.line_dials("1001/2", "4999", None);
    let history = &hotline.line("1001/2").history;
    assert!(
        history.iter().any(|(_, word)| word.contains("488")),
        "{history:?}"
    );
    rests(&mut hotline, li);
}

#[test]
fn c15_an_agent_has_one_line_and_the_last_counts() {
    let (mut hotline, li) = on_line(|_| {});
    hotline.line_dials("1001/2", "4999", None);
    assert_eq!(why_ended(&hotline), ["replaced"]);
    assert!(!hotline.phones["1001"].is_talking());
    assert_eq!(hotline.hears("1001/2"), "silence");
    assert_eq!(hotline.engine.ports_in_use(), 1);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001/2");
    hotline.line_dials("1001/3", "4999", None);
    assert_eq!(
        why_ended(&hotline),
        ["replaced"],
        "not while a caller is in it"
    );
    assert_eq!(hotline.hears("100"), "1001/2");
    hotline.hangs_up("100");
    hotline.says(li, StateRequest::Offline);
    hotline.assert_clean();
}
