//! Clips that an agent plays to his caller (E25): who hears whom meanwhile, everything that ends one, and what is told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use engine::{ClipChoice, ClipRefusal, CommandError, Config, TalkOrder, TransferTarget};
use model::fact::{ClipEnd, ClipPlayed};
use model::{AgentId, Clip, Fact, QueueName};

use crate::consult::ask;
use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

fn clip(number: u32, languages: &[&str], queues: &[&str]) -> Clip {
    Clip {
        number,
        title: BTreeMap::new(),
        languages: languages.iter().map(|it| (*it).to_owned()).collect(),
        queues: queues.iter().map(|it| QueueName::from(*it)).collect(),
    }
}

fn house(config: &mut Config) {
    let clips = [
        ("hours", clip(12, &["en", "zh-CN"], &[])),
        ("fees", clip(7, &["zh-CN"], &["support"])),
        ("sales", clip(20, &["en"], &["everybody"])),
    ];
    let clips = clips.map(|(name, clip)| (name.into(), clip));
    config.clips = Arc::new(clips.into());
}

/// Caller 100 talks with 1001; 1002 is there too.
fn talking() -> (Hotline, AgentId) {
    let mut hotline = Hotline::with(house);
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(5 * SECOND);
    assert_eq!(hears(&hotline), ["1001", "100"]);
    hotline.agent("1002", Manner::Answers(SECOND));
    (hotline, li)
}

fn number(number: u32) -> TalkOrder {
    TalkOrder::Clip {
        clip: ClipChoice::Number(number),
        language: None,
        silent: BTreeSet::new(),
    }
}

/// He hears clip 12 for a second.
fn playing() -> (Hotline, AgentId) {
    let (mut hotline, li) = talking();
    assert!(hotline.orders(li, "100", number(12)));
    assert_eq!(hears(&hotline), ["a clip", "100 and a clip"]);
    hotline.run_for(SECOND);
    (hotline, li)
}

/// What caller and agent hear.
fn hears(hotline: &Hotline) -> [String; 2] {
    ["100", "1001"].map(|who| hotline.hears(who))
}

fn played(hotline: &Hotline) -> Vec<ClipPlayed> {
    let facts = hotline.facts_named("clip.played").into_iter();
    facts
        .map(|fact| match fact {
            Fact::ClipPlayed(played) => played.clone(),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn ends(hotline: &Hotline) -> Vec<ClipEnd> {
    played(hotline).iter().map(|it| it.end).collect()
}

#[test]
fn e25_the_caller_hears_it_alone_the_agent_beside_him_and_both_talk_at_its_end() {
    let (mut hotline, li) = playing();
    hotline.run_for(PROMPT);
    assert_eq!(hears(&hotline), ["1001", "100"]);
    let told = played(&hotline);
    let [told] = &told[..] else {
        panic!("once: {told:?}")
    };
    assert_eq!(told.end, ClipEnd::Finished);
    assert_eq!(u128::from(told.heard_ms), PROMPT.as_millis());
    let began = &told.began;
    assert_eq!((began.clip.as_str(), began.number), ("hours", 12));
    assert_eq!((began.agent, began.language.as_str()), (li, "en"));
    assert_eq!(began.call, hotline.call_of("100"));
    // The bridge stands again, and not the room.
    let caller = hotline.port_of("100").unwrap();
    let agent = hotline.port_of("1001").unwrap();
    let last = hotline.wishes.iter().rev().find(|it| it.contains("Media("));
    let last = last.expect("something was ordered");
    let bridges =
        last.contains(&format!("a: {caller:?}")) || last.contains(&format!("a: {agent:?}"));
    assert!(last.contains("Bridge") && bridges, "{last}");
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(
        hotline.record().result.map(|it| it.name()),
        Some("answered")
    );
    hotline.assert_clean();
}

#[test]
fn e25_whatever_parts_caller_and_agent_ends_it_once_and_leaves_the_right_sound() {
    type Act = fn(&mut Hotline, AgentId);
    let rows: [(&str, Act, ClipEnd, [&str; 2]); 13] = [
        (
            "the agent stops it",
            |it, li| assert!(it.orders(li, "100", TalkOrder::StopClip)),
            ClipEnd::Stopped,
            ["1001", "100"],
        ),
        (
            "another clip",
            |it, li| assert!(it.orders(li, "100", number(7))),
            ClipEnd::Replaced,
            ["a clip", "100 and a clip"],
        ),
        (
            "the same once more",
            |it, li| assert!(it.orders(li, "100", number(12))),
            ClipEnd::Replaced,
            ["a clip", "100 and a clip"],
        ),
        (
            "the desk holds",
            |it, li| assert!(it.orders(li, "100", TalkOrder::Hold)),
            ClipEnd::Held,
            ["music", "silence"],
        ),
        (
            "the agent's phone holds",
            |it, _| it.re_invites("1001", "sendonly"),
            ClipEnd::Held,
            ["music", "nothing"],
        ),
        (
            "the caller's phone holds",
            |it, _| it.re_invites("100", "sendonly"),
            ClipEnd::Held,
            ["nothing", "music"],
        ),
        (
            "a colleague is asked",
            |it, li| assert!(it.orders(li, "100", ask("1002"))),
            ClipEnd::Consulted,
            ["music", "a tone"],
        ),
        (
            "the call is handed on",
            |it, li| {
                let to = TransferTarget::Agent("1002".to_owned());
                assert!(it.orders(li, "100", TalkOrder::Transfer { to, note: None }));
            },
            ClipEnd::Transferred,
            ["a tone", "nothing"],
        ),
        (
            "the agent's phone hands it on",
            |it, _| it.refers("1001", "<sip:1002@hotline.test>"),
            ClipEnd::Transferred,
            ["a tone", "nothing"],
        ),
        (
            "the agent hangs up",
            |it, _| it.hangs_up("1001"),
            ClipEnd::HungUp,
            ["nothing", "nothing"],
        ),
        (
            "the caller hangs up",
            |it, _| it.hangs_up("100"),
            ClipEnd::HungUp,
            ["nothing", "nothing"],
        ),
        (
            "the caller's line is lost",
            |it, _| {
                let port = it.port_of("100").unwrap();
                it.media_news(media::News::PortPanicked { port });
            },
            ClipEnd::HungUp,
            ["nothing", "nothing"],
        ),
        (
            "an operator ends the call",
            |it, _| {
                let call = it.call_of("100");
                it.command(engine::Command::HangUp { call });
            },
            ClipEnd::HungUp,
            ["nothing", "nothing"],
        ),
    ];
    for (what, act, end, sound) in rows {
        let (mut hotline, li) = playing();
        act(&mut hotline, li);
        hotline.run_for(Duration::from_millis(100));
        assert_eq!(ends(&hotline), [end], "{what}");
        assert_eq!(hears(&hotline), sound, "{what}");
        let heard = played(&hotline)[0].heard_ms;
        assert!((1_000..1_200).contains(&heard), "{what}: {heard} ms");
        let story = hotline.story();
        let at = |name: &str| story.iter().position(|fact| *fact == name);
        let over = at("call.ended").or(at("call.transferred"));
        let first = over.is_none_or(|over| at("clip.played") < Some(over));
        assert!(first, "{what}: {story:?}");
        hotline.run_for(10 * SECOND);
        if at("call.ended").is_none() {
            hotline.hangs_up("100");
        }
        hotline.assert_clean();
        let (began, told) = (hotline.facts_named("clip.began"), ends(&hotline));
        assert_eq!(began.len(), told.len(), "{what}: each is told once");
    }
}

#[test]
fn e25_what_cannot_be_heard_is_refused_with_its_reason() {
    let (mut hotline, li) = talking();
    let refused = |hotline: &mut Hotline, order: TalkOrder, why: ClipRefusal| {
        assert!(!hotline.orders(li, "100", order.clone()));
        let told = hotline.answers.last().cloned();
        assert_eq!(told, Some(Err(CommandError::Clip(why))), "{order:?}");
    };
    refused(&mut hotline, number(99), ClipRefusal::Unknown);
    refused(&mut hotline, number(20), ClipRefusal::NotOffered);
    let german = TalkOrder::Clip {
        clip: ClipChoice::Name("hours".into()),
        language: Some("de".to_owned()),
        silent: BTreeSet::new(),
    };
    refused(&mut hotline, german, ClipRefusal::NoLanguage);
    assert!(hotline.orders(li, "100", TalkOrder::Hold));
    refused(&mut hotline, number(12), ClipRefusal::Held);
    assert!(hotline.orders(li, "100", TalkOrder::Resume));
    hotline.re_invites("100", "sendonly");
    refused(&mut hotline, number(12), ClipRefusal::Held);
    hotline.re_invites("100", "sendrecv");
    assert!(hotline.orders(li, "100", ask("1002")));
    refused(&mut hotline, number(12), ClipRefusal::Consulting);
    hotline.run_for(3 * SECOND);
    refused(&mut hotline, number(12), ClipRefusal::Consulting);
    // Only he who talks with the caller may.
    assert!(!hotline.orders(AgentId::new(1_002), "100", number(12)));
    assert!(hotline.facts_named("clip.began").is_empty());
    // Nothing plays: to stop it is no mistake.
    assert!(hotline.orders(li, "100", TalkOrder::Drop));
    assert!(hotline.orders(li, "100", TalkOrder::StopClip));
    // While nobody is reached, there is no talk.
    let nobody = TransferTarget::Agent("1002".to_owned());
    let to_nobody = TalkOrder::Transfer {
        to: nobody,
        note: None,
    };
    hotline.run_for(30 * SECOND);
    assert!(hotline.orders(li, "100", to_nobody));
    assert!(!hotline.orders(li, "100", number(12)));
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_in_a_talk_of_three_colleagues_come_and_go_and_it_plays_on() {
    let (mut hotline, li) = talking();
    let all = |hotline: &Hotline| ["100", "1001", "1002"].map(|who| hotline.hears(who));
    assert!(hotline.orders(li, "100", ask("1002")));
    hotline.run_for(3 * SECOND);
    // With the caller, while the colleague waits with music.
    assert!(hotline.orders(li, "100", TalkOrder::Alternate));
    assert!(hotline.orders(li, "100", number(12)));
    assert_eq!(all(&hotline), ["a clip", "100 and a clip", "music"]);
    assert!(hotline.orders(li, "100", TalkOrder::Join));
    let three = [
        "a clip",
        "100 and 1002 and a clip",
        "100 and 1001 and a clip",
    ];
    assert_eq!(all(&hotline), three);
    assert!(hotline.orders(li, "100", TalkOrder::Drop));
    assert_eq!(all(&hotline), ["a clip", "100 and a clip", "nothing"]);
    assert!(ends(&hotline).is_empty(), "it plays on");
    hotline.run_for(PROMPT);
    assert_eq!(hears(&hotline), ["1001", "100"]);
    assert_eq!(ends(&hotline), [ClipEnd::Finished]);
    // In a talk of three from the start, to its end: they go on hearing each other.
    hotline.run_for(30 * SECOND);
    assert!(hotline.orders(li, "100", ask("1002")));
    hotline.run_for(3 * SECOND);
    assert!(hotline.orders(li, "100", TalkOrder::Join));
    assert!(hotline.orders(li, "100", number(12)));
    assert_eq!(all(&hotline), three);
    hotline.run_for(PROMPT + SECOND);
    assert_eq!(
        all(&hotline),
        ["1001 and 1002", "100 and 1002", "100 and 1001"]
    );
    // He who plays leaves: his clip ends.
    assert!(hotline.orders(li, "100", number(12)));
    assert!(hotline.orders(li, "100", TalkOrder::Complete));
    assert_eq!(all(&hotline), ["1002", "nothing", "100"]);
    let expected = [ClipEnd::Finished, ClipEnd::Finished, ClipEnd::Transferred];
    assert_eq!(ends(&hotline), expected);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_a_turn_to_the_colleague_ends_it() {
    let (mut hotline, li) = talking();
    assert!(hotline.orders(li, "100", ask("1002")));
    hotline.run_for(3 * SECOND);
    assert!(hotline.orders(li, "100", TalkOrder::Join));
    assert!(hotline.orders(li, "100", number(12)));
    assert!(hotline.orders(li, "100", TalkOrder::Alternate));
    assert_eq!(hears(&hotline), ["music", "1002"]);
    assert_eq!(ends(&hotline), [ClipEnd::Consulted]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_another_phone_of_the_agent_takes_the_talk_without_the_clip() {
    let (mut hotline, _) = playing();
    let replaces = hotline.phones["1001"].replaces();
    hotline.line_dials("1001/2", "1001", Some(&replaces));
    hotline.run_for(Duration::from_millis(500));
    assert_eq!(hotline.hears("100"), "1001/2");
    assert_eq!(hotline.hears("1001/2"), "100");
    assert_eq!(ends(&hotline), [ClipEnd::Transferred]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_a_reload_takes_new_clips_and_what_plays_goes_on() {
    let (mut hotline, li) = playing();
    hotline.reload(|config| {
        config.version += 1;
        let new = clip(13, &["en"], &[]);
        config.clips = Arc::new([("closed".into(), new)].into());
    });
    assert_eq!(hears(&hotline), ["a clip", "100 and a clip"]);
    hotline.run_for(PROMPT);
    assert_eq!(ends(&hotline), [ClipEnd::Finished]);
    assert!(!hotline.orders(li, "100", number(12)), "it is no more");
    assert!(hotline.orders(li, "100", number(13)));
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_the_callers_language_and_another_that_is_asked_for() {
    let (mut hotline, li) = talking();
    let rows = [
        (ClipChoice::Number(12), None, None, "en"),
        (
            ClipChoice::Name("hours".into()),
            Some("zh-CN"),
            None,
            "zh-CN",
        ),
        // It has no other.
        (ClipChoice::Number(7), None, None, "zh-CN"),
        // Nor one that sounds.
        (ClipChoice::Number(12), None, Some("en"), "zh-CN"),
    ];
    for (clip, language, silent, expected) in rows {
        let order = TalkOrder::Clip {
            clip,
            language: language.map(str::to_owned),
            silent: silent.map(str::to_owned).into_iter().collect(),
        };
        assert!(hotline.orders(li, "100", order));
        hotline.run_for(PROMPT);
        let told = played(&hotline);
        assert_eq!(told.last().unwrap().began.language, expected);
    }
    let sounds = hotline.wishes.iter().filter(|it| it.contains("PlayClip"));
    let sounds: Vec<&String> = sounds.collect();
    let expected = [
        "clips/en/hours",
        "clips/zh-CN/hours",
        "clips/zh-CN/fees",
        "clips/zh-CN/hours",
    ];
    assert_eq!(sounds.len(), expected.len());
    for (wish, sound) in sounds.iter().zip(expected) {
        assert!(wish.contains(sound), "{wish}");
    }
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_a_clip_whose_sound_is_missing_ends_so_and_both_talk() {
    let (mut hotline, li) = talking();
    assert!(hotline.orders(li, "100", number(12)));
    let port = hotline.port_of("100").unwrap();
    let sound = media::SoundName::new("clips/en/hours");
    hotline.media_news(media::News::SoundMissing { port, sound });
    assert_eq!(ends(&hotline), [ClipEnd::NoSound]);
    assert_eq!(hears(&hotline), ["1001", "100"]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_keys_of_the_caller_reach_the_agent_meanwhile_and_no_others() {
    let (mut hotline, li) = playing();
    let sent = |hotline: &Hotline| {
        let wishes = hotline.wishes.iter();
        wishes.filter(|it| it.contains("SendDigits")).count()
    };
    let press = |hotline: &mut Hotline, who: &str| {
        let port = hotline.port_of(who).unwrap();
        hotline.media_news(media::News::Digit {
            port,
            digit: '5',
            duration_ms: 100,
            way: media::DigitWay::Event,
        });
    };
    press(&mut hotline, "1001");
    assert_eq!(sent(&hotline), 0, "the agent is not heard");
    press(&mut hotline, "100");
    assert_eq!(sent(&hotline), 1);
    assert!(hotline.orders(li, "100", TalkOrder::StopClip));
    press(&mut hotline, "100");
    assert_eq!(sent(&hotline), 1, "the bridge passes it by itself");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_a_talk_without_clips_is_a_bridge_from_end_to_end_and_two_runs_are_equal() {
    let (mut hotline, _) = talking();
    hotline.hangs_up("100");
    hotline.assert_clean();
    let rooms = |it: &Hotline| it.wishes.iter().filter(|it| it.contains("Mix")).count();
    assert_eq!(rooms(&hotline), 0, "no room, and so no mixing");
    // R3
    let story = || {
        let (mut hotline, li) = playing();
        assert!(hotline.orders(li, "100", number(7)));
        hotline.run_for(PROMPT + SECOND);
        hotline.hangs_up("100");
        hotline.assert_clean();
        hotline.wishes
    };
    assert_eq!(story(), story());
}

#[test]
fn e25_c17_like_every_order_of_the_agent_it_cuts_what_both_are_told_first() {
    let mut hotline = Hotline::with(|config| {
        house(config);
        let support = config.queues.get_mut("support").unwrap();
        support.opening.announce_agent = true;
        config.house_sounds = [media::SoundName::new("en/agent_1001")].into();
    });
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(1_500 * SECOND / 1_000);
    assert_eq!(hears(&hotline), ["a prompt", "a prompt"]);
    assert!(hotline.orders(li, "100", number(12)));
    assert_eq!(hears(&hotline), ["a clip", "100 and a clip"]);
    hotline.run_for(PROMPT);
    assert_eq!(hears(&hotline), ["1001", "100"]);
    assert_eq!(ends(&hotline), [ClipEnd::Finished]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn e25_s3_a_call_that_breaks_tells_its_clip_once_before_its_end() {
    let (mut hotline, _) = playing();
    let call = hotline.call_of("100");
    hotline.engine.plant_panic(call, 0);
    hotline.presses("100", '7');
    hotline.run_for(SECOND);
    assert_eq!(hotline.broken.len(), 1);
    let told = played(&hotline);
    let [told] = &told[..] else {
        panic!("once: {told:?}")
    };
    assert_eq!((told.began.call, told.end), (call, ClipEnd::Lost));
    assert!((1_000..1_200).contains(&told.heard_ms), "{told:?}");
    let story = hotline.story();
    let at = |name: &str| story.iter().position(|fact| *fact == name).unwrap();
    assert!(at("clip.played") < at("call.ended"), "{story:?}");
}

#[test]
fn e25_keys_of_the_caller_reach_the_agent_beside_a_colleague_too() {
    let (mut hotline, li) = talking();
    assert!(hotline.orders(li, "100", ask("1002")));
    hotline.run_for(3 * SECOND);
    for with in [TalkOrder::Alternate, TalkOrder::Join] {
        assert!(hotline.orders(li, "100", with.clone()));
        assert!(hotline.orders(li, "100", number(12)));
        for (who, reaches) in [("1002", None), ("1001", None), ("100", Some("1001"))] {
            hotline.wishes.clear();
            let port = hotline.port_of(who).unwrap();
            hotline.media_news(media::News::Digit {
                port,
                digit: '5',
                duration_ms: 100,
                way: media::DigitWay::Event,
            });
            let sent = hotline.wishes.iter();
            let sent: Vec<&String> = sent.filter(|it| it.contains("SendDigits")).collect();
            let Some(agent) = reaches else {
                assert!(sent.is_empty(), "{with:?}: of {who} {sent:?}");
                continue;
            };
            let port = format!("{:?}", hotline.port_of(agent).unwrap());
            let [one] = &sent[..] else {
                panic!("{with:?}: {sent:?}")
            };
            assert!(one.contains(&port), "{with:?}: {one}");
        }
    }
    hotline.hangs_up("100");
    hotline.assert_clean();
}
