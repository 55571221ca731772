//! Messages in their lanes, in virtual time.

use model::CallId;

use super::*;

const NOON: i64 = 1_795_000_000_000;

fn at(s: i64) -> Timestamp {
    Timestamp::from_ms(NOON + s * 1_000)
}

fn id(number: u64) -> DeliveryId {
    DeliveryId::new(number)
}

fn message(number: u64, lane: Lane) -> Waiting {
    Waiting {
        id: id(number),
        lane,
        thread: None,
        opens: false,
        made_at: at(0),
        expires_at: None,
        sent: 0,
        due_at: at(0),
    }
}

fn of_call(number: u64, call: u64) -> Waiting {
    message(number, Lane::Call(CallId::new(call)))
}

fn courier(messages: impl IntoIterator<Item = Waiting>) -> Courier {
    let mut courier = Courier::new(5);
    messages.into_iter().for_each(|it| courier.take(it));
    courier
}

/// All that is to be sent at a moment.
fn sent(courier: &mut Courier, now: Timestamp) -> Vec<u64> {
    let steps = std::iter::from_fn(|| courier.poll(now));
    let sent = steps.map(|step| match step {
        Step::Send(id) => id.get(),
        Step::GiveUp(id, why) => panic!("{id} is given up: {}", why.name()),
    });
    sent.collect()
}

#[test]
fn j5_a_calls_messages_go_in_order_and_other_calls_pass_them() {
    let mut courier = courier([of_call(1, 7), of_call(2, 7), of_call(3, 8)]);
    assert_eq!(sent(&mut courier, at(0)), [1, 3]);
    let verdict = courier.handle_outcome(at(0), id(1), Outcome::Failed);
    let Verdict::Again(again) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(
        courier.handle_outcome(at(0), id(3), Outcome::Taken),
        Verdict::Delivered
    );
    courier.take(of_call(4, 8));
    assert_eq!(sent(&mut courier, at(1)), [4], "call 7 waits for its first");
    courier.handle_outcome(at(1), id(4), Outcome::Taken);
    assert_eq!(courier.poll_timeout(), Some(again));
    assert_eq!(sent(&mut courier, again), [1]);
    courier.handle_outcome(again, id(1), Outcome::Taken);
    assert_eq!(sent(&mut courier, again), [2]);
    courier.handle_outcome(again, id(2), Outcome::Taken);
    assert_eq!((courier.held(), courier.poll_timeout()), (0, None));
}

#[test]
fn j5_one_that_comes_while_its_lane_is_under_way_waits() {
    let mut courier = courier([of_call(1, 7)]);
    assert_eq!(sent(&mut courier, at(0)), [1]);
    courier.take(of_call(2, 7));
    assert!(sent(&mut courier, at(5)).is_empty());
    courier.handle_outcome(at(6), id(1), Outcome::Taken);
    assert_eq!(sent(&mut courier, at(6)), [2]);
}

#[test]
fn j5_four_are_under_way_at_once() {
    let mut courier = courier((1..=9).map(|number| message(number, Lane::Alone)));
    assert_eq!(sent(&mut courier, at(0)), [1, 2, 3, 4]);
    assert_eq!(courier.poll_timeout(), None, "an outcome comes first");
    courier.handle_outcome(at(0), id(2), Outcome::Taken);
    assert_eq!(sent(&mut courier, at(0)), [5]);
}

#[test]
fn j5_a_message_is_sent_eight_times_and_then_given_up_and_the_next_of_its_call_is_told() {
    let mut courier = courier([of_call(1, 7), of_call(2, 7)]);
    let mut now = at(0);
    for tries in 1.. {
        assert_eq!(sent(&mut courier, now), [1]);
        match courier.handle_outcome(now, id(1), Outcome::Failed) {
            Verdict::Again(again) => now = again,
            Verdict::GivenUp(GivenUp::Exhausted) => {
                assert_eq!(tries, crate::SENT_MAX);
                break;
            }
            other @ (Verdict::Delivered | Verdict::GivenUp(_) | Verdict::Disable) => {
                panic!("{other:?}")
            }
        }
    }
    let day = 24 * 3_600;
    assert!(now > at(day) && now < at(2 * day), "{now}");
    assert_eq!(sent(&mut courier, now), [2]);
}

#[test]
fn zammad_who_did_not_hear_how_a_thread_began_is_not_told_how_it_goes_on() {
    let thread = |number, thread: &str| Waiting {
        thread: Some(thread.to_owned()),
        opens: number != 2,
        expires_at: (number == 1).then(|| at(60)),
        ..of_call(number, 7)
    };
    let mut courier = courier([thread(1, "a"), thread(2, "a"), thread(3, "b")]);
    assert_eq!(sent(&mut courier, at(0)), [1]);
    courier.handle_outcome(at(59), id(1), Outcome::Failed);
    let late: Vec<_> = std::iter::from_fn(|| courier.poll(at(70))).collect();
    assert_eq!(
        late,
        [
            Step::GiveUp(id(1), GivenUp::Late),
            Step::GiveUp(id(2), GivenUp::NotOpened),
            Step::Send(id(3)),
        ]
    );
}

#[test]
fn zammad_who_heard_how_a_thread_began_is_told_how_it_ends_whatever_he_refused_in_between() {
    let of_thread = |number, expires_at| Waiting {
        thread: Some("a".to_owned()),
        opens: number == 1,
        expires_at,
        ..of_call(number, 7)
    };
    let mut courier = courier([
        of_thread(1, None),
        of_thread(2, Some(at(60))),
        of_thread(3, None),
    ]);
    assert_eq!(sent(&mut courier, at(0)), [1]);
    courier.handle_outcome(at(1), id(1), Outcome::Taken);
    assert_eq!(sent(&mut courier, at(1)), [2]);
    courier.handle_outcome(at(59), id(2), Outcome::Failed);
    let late: Vec<_> = std::iter::from_fn(|| courier.poll(at(70))).collect();
    assert_eq!(
        late,
        [Step::GiveUp(id(2), GivenUp::Late), Step::Send(id(3))]
    );
}

#[test]
fn j5_one_that_is_asked_for_again_does_not_wait_for_its_pause_to_end() {
    let mut courier = courier([of_call(1, 7), of_call(2, 7)]);
    assert_eq!(sent(&mut courier, at(0)), [1]);
    courier.handle_outcome(at(0), id(1), Outcome::Failed);
    assert!(sent(&mut courier, at(1)).is_empty());
    courier.take(Waiting {
        due_at: at(1),
        ..of_call(1, 7)
    });
    assert_eq!((sent(&mut courier, at(1)), courier.held()), (vec![1], 2));
    courier.handle_outcome(at(2), id(1), Outcome::Taken);
    assert_eq!(sent(&mut courier, at(2)), [2]);
    assert_eq!(
        sent(&mut courier, at(1_000)),
        [0_u64; 0],
        "nothing is left of the pause"
    );
}

#[test]
fn j5_what_comes_after_a_webhook_was_emptied_goes_on_once_what_is_under_way_is_back() {
    for outcome in [Outcome::Taken, Outcome::Failed] {
        let mut courier = courier([of_call(1, 7)]);
        assert_eq!(sent(&mut courier, at(0)), [1]);
        courier.empty();
        courier.take(of_call(2, 7));
        assert!(sent(&mut courier, at(1)).is_empty());
        courier.handle_outcome(at(1), id(1), outcome);
        assert_eq!(sent(&mut courier, at(1)), [2]);
    }
}

#[test]
fn j5_410_disables_and_what_is_under_way_is_nobodys() {
    let mut courier = courier([of_call(1, 7), of_call(2, 8), of_call(3, 7)]);
    assert_eq!(sent(&mut courier, at(0)), [1, 2]);
    assert_eq!(
        courier.handle_outcome(at(1), id(1), Outcome::Gone),
        Verdict::Disable
    );
    assert_eq!(courier.empty(), [id(1), id(2), id(3)]);
    let late = courier.handle_outcome(at(2), id(2), Outcome::Taken);
    assert_eq!((late, courier.held()), (Verdict::Delivered, 0));
    assert_eq!(courier.poll(at(100)), None);
}

#[test]
fn what_is_told_twice_is_held_once() {
    let mut courier = courier([of_call(1, 7), of_call(1, 7)]);
    assert_eq!(courier.held(), 1);
    assert_eq!(sent(&mut courier, at(0)), [1]);
    courier.take(of_call(1, 7));
    assert!(sent(&mut courier, at(0)).is_empty());
}
