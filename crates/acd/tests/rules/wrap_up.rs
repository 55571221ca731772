//! C5: how the time to file ends, mode by mode, and what more of it costs.

use acd::{Input, WrapUpMode, WrapUpRefusal};

use crate::support::{Centre, call, id, s};

/// Agent A in wrap-up of call 1, if the mode has one; caller 2 waits.
fn filing(mode: WrapUpMode, seconds: u64) -> Centre {
    let mut centre = in_call(mode, seconds);
    centre.wait(60).ends('A');
    centre
}

fn in_call(mode: WrapUpMode, seconds: u64) -> Centre {
    let mut centre = Centre::tuned("linear", "A", |queue| {
        queue.wrap_up_mode = mode;
        queue.wrap_up = s(seconds);
    });
    centre.joins(1).answers('A').silence();
    centre
}

fn says_done(centre: &mut Centre) {
    centre.input(Input::WrapUpEnded(id('A')));
}

#[test]
fn c5_each_mode_ends_as_it_says() {
    use WrapUpMode::{Optional, Timed, TimedFixed, UntilCategory, UntilDone};
    // (mode, the agent's word ends it, a category ends it)
    let table = [
        (Timed, true, false),
        (UntilDone, true, false),
        (TimedFixed, false, false),
        (UntilCategory, false, true),
    ];
    for (mode, by_word, by_category) in table {
        let name = mode.name();
        let after = |ends: bool| if ends { "ready" } else { "wrap_up 1" };
        let mut centre = filing(mode, 40);
        says_done(centre.expect_state('A', "wrap_up 1"));
        assert_eq!(centre.state('A'), after(by_word), "{name}: done");

        let mut centre = filing(mode, 40);
        centre.ready('A');
        assert_eq!(centre.state('A'), after(by_word), "{name}: ready");

        let mut centre = filing(mode, 40);
        categorise(&mut centre, 1);
        assert_eq!(centre.state('A'), after(by_category), "{name}: category");

        let mut centre = filing(mode, 40);
        centre.wait_ms(39_999).expect_state('A', "wrap_up 1");
        centre.wait_ms(1).expect_state('A', "ready");
    }
    filing(Optional, 40).expect_state('A', "ready");
}

fn categorise(centre: &mut Centre, number: u64) {
    centre.input(Input::Categorised {
        agent: id('A'),
        call: call(number),
    });
}

#[test]
fn c5_who_may_not_end_it_is_told_why_and_what_he_wants_comes_next() {
    let mut centre = filing(WrapUpMode::TimedFixed, 40);
    let acd = &centre.acd;
    assert_eq!(acd.may_end_wrap_up(id('A')), Err(WrapUpRefusal::Fixed));
    centre.rests('A').ready('A').expect_state('A', "wrap_up 1");
    centre.rests('A').wait(40);
    centre.expect_state('A', "not_ready break");
    let acd = &filing(WrapUpMode::UntilCategory, 40).acd;
    assert_eq!(acd.may_end_wrap_up(id('A')), Err(WrapUpRefusal::NoCategory));
    let acd = &filing(WrapUpMode::Optional, 40).acd;
    let nothing = Err(WrapUpRefusal::NothingToFile);
    assert_eq!(acd.may_end_wrap_up(id('A')), nothing);
}

#[test]
fn c5_a_category_given_in_the_call_leaves_nothing_to_wait_for() {
    let mut centre = in_call(WrapUpMode::UntilCategory, 40);
    assert_eq!(centre.acd.filed_call(id('A')), Some(call(1)));
    categorise(&mut centre, 1);
    centre
        .expect_state('A', "talking 1")
        .ends('A')
        .expect_state('A', "ready");
    // It was that call's alone.
    centre.joins(2).answers('A').wait(60).ends('A');
    categorise(&mut centre, 1);
    centre.expect_state('A', "wrap_up 2");
    categorise(&mut centre, 2);
    centre.expect_state('A', "ready");
    assert_eq!(centre.acd.filed_call(id('A')), None);
}

#[test]
fn c5_where_filing_is_optional_it_is_asked_for_in_the_call_or_after_it() {
    let mut centre = in_call(WrapUpMode::Optional, 50);
    centre.input(Input::WrapUpAsked(id('A'))).wait(60).ends('A');
    centre.expect_state('A', "wrap_up 1").wait_ms(29_999);
    centre.expect_state('A', "wrap_up 1").wait_ms(1);
    centre.expect_state('A', "ready");

    let mut centre = filing(WrapUpMode::Optional, 50);
    centre.wait(10).input(Input::WrapUpAsked(id('A')));
    centre
        .expect_state('A', "wrap_up 1")
        .joins(2)
        .expect("")
        .wait_ms(29_999);
    centre.expect("").wait_ms(1).expect("offer 2 A");
    // The next call is on his phone: the one before stays as it is.
    let more = centre.acd.more_wrap_up(centre.now, id('A'));
    assert_eq!(more, Err(WrapUpRefusal::NothingToFile));

    // Where filing begins by itself, or never, nothing is asked for ahead.
    for (mode, seconds) in [(WrapUpMode::Timed, 50), (WrapUpMode::Optional, 0)] {
        let talks = in_call(mode, seconds);
        let more = talks.acd.more_wrap_up(talks.now, id('A'));
        assert_eq!(
            more,
            Err(WrapUpRefusal::NothingToFile),
            "{mode:?} {seconds}"
        );
    }

    let mut late = filing(WrapUpMode::Optional, 50);
    late.wait(50).input(Input::WrapUpAsked(id('A')));
    late.expect_state('A', "ready");
}

#[test]
fn c5_more_time_is_half_a_minute_up_to_the_ceiling() {
    let more = |centre: &mut Centre| {
        let until = centre.acd.more_wrap_up(centre.now, id('A'));
        centre.input(Input::WrapUpAsked(id('A')));
        until.map(|until| until.unwrap() - centre.now)
    };
    for mode in [WrapUpMode::Timed, WrapUpMode::TimedFixed] {
        let mut centre = filing(mode, 850);
        assert_eq!(more(&mut centre), Ok(s(880)));
        assert_eq!(more(&mut centre), Ok(s(900)));
        assert_eq!(more(&mut centre), Err(WrapUpRefusal::Ceiling));
        centre.wait_ms(899_999).expect_state('A', "wrap_up 1");
        centre.wait_ms(1).expect_state('A', "ready");
    }
    for mode in [WrapUpMode::UntilDone, WrapUpMode::UntilCategory] {
        let mut centre = filing(mode, 60);
        assert_eq!(more(&mut centre), Err(WrapUpRefusal::Ceiling));
        centre.wait(60).expect_state('A', "ready");
    }
    // Where it was asked for at all: from the end of the call, not from the asking.
    let mut centre = filing(WrapUpMode::Optional, 50);
    assert_eq!(more(&mut centre), Ok(s(30)));
    assert_eq!(more(&mut centre), Ok(s(50)));
    assert_eq!(more(&mut centre), Err(WrapUpRefusal::Ceiling));
}

#[test]
fn c5_what_was_begun_keeps_its_mode_when_the_configuration_changes() {
    let mut centre = filing(WrapUpMode::TimedFixed, 40);
    centre.tune(crate::support::SUPPORT, |queue| {
        queue.wrap_up_mode = WrapUpMode::UntilDone;
    });
    says_done(&mut centre);
    centre.expect_state('A', "wrap_up 1");
    says_done(centre.wait(40).joins(2).answers('A').wait(60).ends('A'));
    centre.expect_state('A', "ready");
}
