//! Each timer of RFC 3261 table 4 by its letter, on the bare machines in virtual time.

use super::{
    client::Client,
    invite_client::{InviteClient, Success},
    invite_server::InviteServer,
    server::Server,
    timer::Timer,
    *,
};
use crate::config::Timers;

const REQUEST: Bytes = Bytes::from_static(b"request");
const ACK: Bytes = Bytes::from_static(b"ack");
const ANSWER: Bytes = Bytes::from_static(b"answer");
const UDP: Setting = Setting {
    timers: Timers {
        t1: Duration::from_millis(500),
        t2: Duration::from_secs(4),
        t4: Duration::from_secs(5),
    },
    is_reliable: false,
};
const TCP: Setting = Setting {
    is_reliable: true,
    ..UDP
};

/// A machine with a clock: fires timers in order and notes when something was sent again.
struct Lab {
    now: u64,
    due: Vec<(u64, Timer)>,
    sent_ms: Vec<u64>,
    timed_out_ms: Option<u64>,
    ended_ms: Option<u64>,
}

impl Lab {
    fn new() -> Self {
        Self {
            now: 0,
            due: Vec::new(),
            sent_ms: Vec::new(),
            timed_out_ms: None,
            ended_ms: None,
        }
    }

    fn take(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send(_) | Action::Repeat(_) => self.sent_ms.push(self.now),
                Action::Start(timer, after) => {
                    self.due.retain(|(_, known)| *known != timer);
                    self.due.push((self.now + after.as_millis() as u64, timer));
                }
                Action::Stop(timer) => self.due.retain(|(_, known)| *known != timer),
                Action::TimedOut => self.timed_out_ms = Some(self.now),
                Action::Terminated => self.ended_ms = Some(self.now),
            }
        }
    }

    fn run(&mut self, until_ms: u64, mut fire: impl FnMut(Timer, &mut Vec<Action>)) {
        while self.ended_ms.is_none() {
            self.due.sort_unstable();
            let Some((at, timer)) = self.due.first().copied().filter(|(at, _)| *at <= until_ms)
            else {
                break;
            };
            self.due.remove(0);
            self.now = at;
            let mut actions = Vec::new();
            fire(timer, &mut actions);
            self.take(actions);
        }
        self.now = self.now.max(until_ms);
    }

    fn is_waiting_for(&self, timer: Timer) -> bool {
        self.due.iter().any(|(_, known)| *known == timer)
    }
}

fn invite_client(setting: Setting) -> (InviteClient, Lab) {
    let (mut lab, mut actions) = (Lab::new(), Vec::new());
    let machine = InviteClient::start(setting, REQUEST, &mut actions);
    lab.take(actions);
    (machine, lab)
}

fn client(setting: Setting) -> (Client, Lab) {
    let (mut lab, mut actions) = (Lab::new(), Vec::new());
    let machine = Client::start(setting, REQUEST, &mut actions);
    lab.take(actions);
    (machine, lab)
}

fn invite_server(setting: Setting) -> (InviteServer, Lab) {
    let (mut lab, mut actions) = (Lab::new(), Vec::new());
    let mut machine = InviteServer::new(setting);
    machine.respond(100, ANSWER, &mut actions);
    lab.take(actions);
    (machine, lab)
}

#[test]
fn timer_a_doubles_from_t1_and_timer_b_ends_it_after_64_t1() {
    let (mut machine, mut lab) = invite_client(UDP);
    lab.run(100_000, |timer, out| machine.timer(timer, out));
    assert_eq!(lab.sent_ms, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(
        (lab.timed_out_ms, lab.ended_ms),
        (Some(32_000), Some(32_000))
    );
}

#[test]
fn timer_a_is_off_on_a_stream_and_timer_b_is_not() {
    let (mut machine, mut lab) = invite_client(TCP);
    lab.run(100_000, |timer, out| machine.timer(timer, out));
    assert_eq!((lab.sent_ms, lab.timed_out_ms), (vec![0], Some(32_000)));
}

#[test]
fn a_1xx_stops_timers_a_and_b() {
    let (mut machine, mut lab) = invite_client(UDP);
    let mut actions = Vec::new();
    assert!(machine.provisional(&mut actions));
    lab.take(actions);
    lab.run(1_000_000, |timer, out| machine.timer(timer, out));
    assert_eq!((lab.sent_ms, lab.ended_ms), (vec![0], None));
}

#[test]
fn timer_d_acknowledges_repeats_of_a_refusal_for_32_s() {
    for (setting, ends_ms) in [(UDP, 42_000), (TCP, 10_000)] {
        let (mut machine, mut lab) = invite_client(setting);
        let mut actions = Vec::new();
        machine.provisional(&mut actions);
        lab.take(core::mem::take(&mut actions));
        lab.run(10_000, |timer, out| machine.timer(timer, out));
        assert!(
            machine.failure(|| ACK, &mut actions),
            "the first is passed up"
        );
        assert!(
            !machine.failure(|| panic!("one ACK is made"), &mut actions),
            "its repeat is not"
        );
        assert_eq!(actions.last(), Some(&Action::Repeat(ACK)));
        lab.take(actions);
        lab.run(100_000, |timer, out| machine.timer(timer, out));
        assert_eq!((lab.ended_ms, lab.timed_out_ms), (Some(ends_ms), None));
    }
}

#[test]
fn timer_m_keeps_2xx_repeats_and_forks_apart_for_64_t1() {
    let (mut machine, mut lab) = invite_client(UDP);
    let mut actions = Vec::new();
    assert_eq!(machine.success(b"one", &mut actions), Success::First);
    machine.acknowledge(b"one", ACK, &mut actions);
    assert_eq!(machine.success(b"one", &mut actions), Success::Repeat);
    assert_eq!(actions.last(), Some(&Action::Repeat(ACK)));
    assert_eq!(machine.success(b"two", &mut actions), Success::Fork);
    assert!(!machine.failure(|| ACK, &mut actions));
    lab.take(actions);
    lab.run(100_000, |timer, out| machine.timer(timer, out));
    assert_eq!(lab.ended_ms, Some(32_000));
}

#[test]
fn timer_e_doubles_to_t2_and_timer_f_ends_it() {
    let (mut machine, mut lab) = client(UDP);
    lab.run(100_000, |timer, out| machine.timer(timer, out));
    let sent = [
        0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    assert_eq!(lab.sent_ms, sent);
    assert_eq!(lab.timed_out_ms, Some(32_000));
}

#[test]
fn timer_e_goes_on_at_t2_after_a_1xx() {
    let (mut machine, mut lab) = client(UDP);
    let mut actions = Vec::new();
    assert!(machine.response(100, &mut actions));
    lab.take(actions);
    lab.run(10_000, |timer, out| machine.timer(timer, out));
    assert_eq!(lab.sent_ms, [0, 500, 4_500, 8_500]);
}

#[test]
fn timer_k_absorbs_repeated_answers_for_t4() {
    for (setting, ends_ms) in [(UDP, 5_000), (TCP, 0)] {
        let (mut machine, mut lab) = client(setting);
        let mut actions = Vec::new();
        assert!(machine.response(200, &mut actions));
        assert!(!machine.response(200, &mut actions));
        lab.take(actions);
        lab.run(100_000, |timer, out| machine.timer(timer, out));
        assert_eq!((lab.ended_ms, lab.timed_out_ms), (Some(ends_ms), None));
    }
}

#[test]
fn timer_g_doubles_to_t2_and_timer_h_gives_up_without_an_ack() {
    let (mut machine, mut lab) = invite_server(UDP);
    let mut actions = Vec::new();
    machine.respond(486, ANSWER, &mut actions);
    lab.take(actions);
    lab.run(100_000, |timer, out| machine.timer(timer, out));
    let sent = [
        0, 0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    assert_eq!(lab.sent_ms, sent);
    assert_eq!(
        (lab.timed_out_ms, lab.ended_ms),
        (Some(32_000), Some(32_000))
    );
}

#[test]
fn timer_i_absorbs_acks_for_t4() {
    for (setting, ends_ms) in [(UDP, 5_000), (TCP, 0)] {
        let (mut machine, mut lab) = invite_server(setting);
        let mut actions = Vec::new();
        machine.respond(486, ANSWER, &mut actions);
        machine.acknowledged(&mut actions);
        lab.take(actions);
        assert!(!lab.is_waiting_for(Timer::G) && !lab.is_waiting_for(Timer::H));
        lab.run(100_000, |timer, out| machine.timer(timer, out));
        assert_eq!((lab.ended_ms, lab.timed_out_ms), (Some(ends_ms), None));
    }
}

#[test]
fn repeated_invites_get_the_last_answer_and_none_after_a_2xx() {
    let (mut machine, mut lab) = invite_server(UDP);
    let ringing = Bytes::from_static(b"180");
    let mut actions = Vec::new();
    machine.respond(180, ringing.clone(), &mut actions);
    machine.repeated(&mut actions);
    assert_eq!(
        actions,
        [Action::Send(ringing.clone()), Action::Repeat(ringing)]
    );
    machine.respond(200, ANSWER, &mut actions);
    let before = actions.len();
    machine.repeated(&mut actions);
    machine.respond(486, ANSWER, &mut actions);
    assert_eq!(actions.len(), before, "Accepted: nothing more from here");
    lab.take(actions);
    lab.run(100_000, |timer, out| machine.timer(timer, out));
    assert_eq!(lab.ended_ms, Some(32_000), "timer L");
}

#[test]
fn timer_j_answers_repeats_for_64_t1() {
    for (setting, ends_ms) in [(UDP, 32_000), (TCP, 0)] {
        let (mut lab, mut actions) = (Lab::new(), Vec::new());
        let mut machine = Server::start(setting, ANSWER, &mut actions);
        machine.repeated(&mut actions);
        assert_eq!(actions.last(), Some(&Action::Repeat(ANSWER)));
        lab.take(actions);
        lab.run(100_000, |timer, out| machine.timer(timer, out));
        assert_eq!(lab.ended_ms, Some(ends_ms));
    }
}
