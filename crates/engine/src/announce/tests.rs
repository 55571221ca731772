//! Golden transcripts: what one caller hears over a wait, second by second.

use super::*;

const SECOND: Duration = Duration::from_secs(1);
/// How long each sound of the transcripts lasts.
const SOUND: Duration = Duration::from_secs(2);

fn rules() -> Announce {
    Announce {
        position: true,
        wait: true,
        connecting: false,
        after: 10 * SECOND,
        every: 30 * SECOND,
        messages: Vec::new(),
    }
}

fn standing(ahead: u32, exact: bool, wait_s: Option<u64>) -> Standing {
    Standing {
        ahead,
        exact,
        wait: wait_s.map(Duration::from_secs),
    }
}

fn announcer(rules: Announce, choices: Option<&str>) -> Announcer {
    let music = SoundName::new("music/default");
    Announcer::new(
        Duration::ZERO,
        rules,
        music,
        "en",
        choices.map(SoundName::new),
    )
}

fn line(now: Duration, cue: &Cue) -> String {
    let at = now.as_secs();
    match cue {
        Cue::Music { piece, from } => format!("{at} {piece} from {}", from.as_secs()),
        Cue::Say(sounds) => {
            let words: Vec<&str> = sounds
                .iter()
                .map(|sound| {
                    let name = sound.as_str().trim_start_matches("en/");
                    let name = name.trim_start_matches("say_");
                    name.trim_start_matches("digit_")
                })
                .collect();
            format!("{at} {}", words.join(" "))
        }
    }
}

/// What is heard until a moment, when the caller stands as `stands` says at each second.
fn transcript(
    mut announcer: Announcer,
    until_s: u64,
    stands: impl Fn(u64) -> Standing,
) -> Vec<String> {
    let mut told = vec![line(Duration::ZERO, &announcer.music())];
    let mut heard_at = None;
    while let Some(now) = announcer.poll_timeout().into_iter().chain(heard_at).min() {
        if now.as_secs() > until_s {
            break;
        }
        let cue = if heard_at == Some(now) {
            heard_at = None;
            announcer.handle_heard(now)
        } else {
            announcer.handle_timeout(now, || Some(stands(now.as_secs())))
        };
        if let Some(Cue::Say(sounds)) = &cue {
            heard_at = Some(now + SOUND * u32::try_from(sounds.len()).unwrap());
        }
        told.extend(cue.map(|cue| line(now, &cue)));
    }
    told
}

#[test]
fn d15_d16_d20_places_and_waits_between_music_that_goes_on_where_it_stopped() {
    let told = transcript(announcer(rules(), None), 120, |at| match at {
        0..30 => standing(3, true, Some(200)),
        30..80 => standing(1, true, Some(70)),
        _ => standing(0, true, None),
    });
    assert_eq!(
        told,
        [
            "0 music/default from 0",
            "10 ahead 3 callers wait 4 minutes",
            "22 music/default from 10",
            "52 one_ahead wait 2 minutes",
            "60 music/default from 40",
            "90 next",
            "92 music/default from 70",
        ],
        "silent about the wait where nothing is known"
    );
}

#[test]
fn d15_about_so_many_where_others_may_come_before_him_and_never_a_worse_number() {
    let place = Announce {
        wait: false,
        ..rules()
    };
    let told = transcript(announcer(place, None), 200, |at| match at {
        0..20 => standing(4, false, None),
        // Two with a higher priority have come.
        20..60 => standing(6, false, None),
        60..100 => standing(4, false, None),
        _ => standing(0, false, None),
    });
    assert_eq!(
        told,
        [
            "0 music/default from 0",
            "10 about_ahead 4 callers",
            "16 music/default from 10",
            "76 about_ahead 4 callers",
            "82 music/default from 70",
            "112 soon",
            "114 music/default from 100",
            "144 soon",
            "146 music/default from 130",
            "176 soon",
            "178 music/default from 160",
        ],
        "at 46 there was nothing to say, and the music was not interrupted"
    );
}

#[test]
fn d17_messages_take_turns_with_gaps_of_music() {
    let messages = Announce {
        position: false,
        wait: false,
        messages: vec!["please_hold".into(), "web".into(), "news".into()],
        ..rules()
    };
    let told = transcript(announcer(messages, None), 140, |_| {
        standing(0, true, Some(5))
    });
    assert_eq!(
        told,
        [
            "0 music/default from 0",
            "10 please_hold",
            "12 music/default from 10",
            "42 web",
            "44 music/default from 40",
            "74 news",
            "76 music/default from 70",
            "106 please_hold",
            "108 music/default from 100",
            "138 web",
            "140 music/default from 130",
        ]
    );
}

#[test]
fn d14_d32_the_keys_are_told_once_and_again_after_90_s_with_the_numbers_of_that_moment() {
    let often = Announce {
        every: EVERY_MIN,
        ..rules()
    };
    let choices = announcer(often, Some("en/choices"));
    let told = transcript(choices, 125, |at| {
        standing(2 - u32::try_from(at / 50).unwrap(), true, None)
    });
    assert_eq!(
        told,
        [
            "0 music/default from 0",
            "10 ahead 2 callers choices",
            "18 music/default from 10",
            "33 ahead 2 callers",
            "39 music/default from 25",
            "54 one_ahead",
            "56 music/default from 40",
            "71 one_ahead",
            "73 music/default from 55",
            "88 one_ahead",
            "90 music/default from 70",
            "105 next choices",
            "109 music/default from 85",
            "124 next",
        ]
    );
    // A queue that announces nothing tells the keys all the same, and interrupts for nothing else.
    let told = transcript(
        announcer(Announce::default(), Some("en/choices")),
        140,
        |_| standing(1, true, Some(60)),
    );
    assert_eq!(
        told,
        [
            "0 music/default from 0",
            "15 choices",
            "17 music/default from 15",
            "137 choices",
            "139 music/default from 135",
        ]
    );
}

#[test]
fn nothing_to_say_needs_no_timer() {
    assert_eq!(announcer(Announce::default(), None).poll_timeout(), None);
}

#[test]
fn s8_an_announcement_whose_end_nobody_tells_ends_by_itself() {
    let mut announcer = announcer(rules(), None);
    let stands = || Some(standing(1, true, None));
    assert!(announcer.handle_timeout(10 * SECOND, stands).is_some());
    assert_eq!(announcer.poll_timeout(), Some(610 * SECOND));
    let cue = announcer.handle_timeout(610 * SECOND, stands);
    assert_eq!(cue, Some(announcer.music()));
    assert_eq!(announcer.handle_heard(611 * SECOND), None, "once");
}

#[test]
fn d30_another_queue_has_its_own_music_from_the_start_and_what_was_told_holds() {
    let mut announcer = announcer(rules(), None);
    let stands = |ahead| move || Some(standing(ahead, true, None));
    assert!(announcer.handle_timeout(10 * SECOND, stands(2)).is_some());
    announcer.moved(20 * SECOND, rules(), SoundName::new("music/jazz"));
    assert_eq!(
        line(20 * SECOND, &announcer.music()),
        "20 music/jazz from 0"
    );
    assert_eq!(announcer.handle_timeout(30 * SECOND, stands(5)), None);
    let cue = announcer.handle_timeout(60 * SECOND, stands(1)).unwrap();
    assert_eq!(line(60 * SECOND, &cue), "60 one_ahead");
}

#[test]
fn a_language_without_numbers_hears_the_messages_alone() {
    let music = SoundName::new("music/default");
    let rules = Announce {
        messages: vec!["please_hold".into()],
        ..rules()
    };
    assert_eq!(rules.sounds("fr"), ["fr/please_hold"]);
    let mut french = Announcer::new(Duration::ZERO, rules, music, "fr", None);
    let cue = french.handle_timeout(10 * SECOND, || Some(standing(1, true, Some(60))));
    assert_eq!(cue, Some(Cue::Say(vec![SoundName::new("fr/please_hold")])));
}

#[test]
fn d18_while_a_phone_rings_he_is_told_so_and_music_goes_on_where_it_stopped() {
    let connecting = Announce {
        connecting: true,
        ..Announce::default()
    };
    let mut announcer = announcer(connecting, None);
    let told = |cue: Option<Cue>, at: u64| cue.map(|cue| line(Duration::from_secs(at), &cue));
    let mut rings = |at: u64| told(announcer.connecting(Duration::from_secs(at)), at);
    assert_eq!(rings(7).as_deref(), Some("7 connecting"));
    // The next phone of the same try, and of the next.
    assert_eq!((rings(8), rings(96)), (None, None));
    assert_eq!(rings(97).as_deref(), Some("97 connecting"));
    let heard = announcer.handle_heard(Duration::from_secs(99));
    assert_eq!(
        told(heard, 99).as_deref(),
        Some("99 music/default from 7"),
        "what was heard of the music before, and no more"
    );
}

#[test]
fn d18_it_is_not_said_by_itself_nor_into_a_question_nor_where_there_are_no_words() {
    let mut silent = announcer(rules(), None);
    assert_eq!(silent.connecting(SECOND), None);
    let connecting = || Announce {
        connecting: true,
        ..rules()
    };
    let mut asked = announcer(connecting(), None);
    asked.ask(SECOND, 20 * SECOND);
    assert_eq!(asked.connecting(2 * SECOND), None, "R62 is being asked");
    let music = SoundName::new("music/default");
    let mut french = Announcer::new(SECOND, connecting(), music, "fr", None);
    assert_eq!(french.connecting(SECOND), None);
    assert!(
        connecting()
            .sounds("en")
            .contains(&"en/say_connecting".to_owned())
    );
    assert!(
        !rules()
            .sounds("en")
            .contains(&"en/say_connecting".to_owned())
    );
}
