//! Any order of calls, holds, transfers, consults and hang-ups ends with nothing left, and twice in the same way (S25, R3).
//!
//! The hotline checks the ACD after every step, that no port is closed twice and that only open ports are bridged; here the
//! rest: no defect, each call ends once, ports in use are those that are open.

use std::time::Duration;

use engine::{StateRequest, TalkOrder, TransferTarget};
use model::AgentId;

use crate::hotline::Hotline;
use crate::line::refer_to;
use crate::phone::Manner;

const LOGINS: [&str; 4] = ["1001", "1002", "1003", "1004"];
const CALLERS: [&str; 4] = ["100", "200", "300", "400"];

struct Storm {
    hotline: Hotline,
    agents: Vec<AgentId>,
    dice: u64,
    /// Orders that were done.
    done: usize,
}

impl Storm {
    fn new(seed: u64) -> Self {
        let mut hotline = Hotline::open();
        let agents = LOGINS
            .into_iter()
            .map(|login| hotline.agent(login, Manner::Answers(Duration::from_secs(1))))
            .collect();
        Self {
            hotline,
            agents,
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            done: 0,
        }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    fn is_up(&self, who: &str) -> bool {
        self.hotline
            .phones
            .get(who)
            .is_some_and(|phone| phone.is_talking())
    }

    fn target(&mut self) -> TransferTarget {
        match self.roll(6) {
            0 => TransferTarget::Queue("support".into()),
            1 => TransferTarget::Queue("everybody".into()),
            2 => TransferTarget::Number("4000".into()),
            3 => TransferTarget::Number("13800001111".into()),
            _ => TransferTarget::Agent(self.pick(&LOGINS).into()),
        }
    }

    fn order(&mut self) -> TalkOrder {
        match self.roll(10) {
            0 => TalkOrder::Hold,
            1 => TalkOrder::Resume,
            2 | 3 => TalkOrder::Transfer {
                to: self.target(),
                note: None,
            },
            4 | 5 => TalkOrder::Consult {
                to: TransferTarget::Agent(self.pick(&LOGINS).into()),
                note: None,
            },
            6 => TalkOrder::Alternate,
            7 => TalkOrder::Join,
            8 => TalkOrder::Drop,
            _ => TalkOrder::Complete,
        }
    }

    fn step(&mut self) {
        let (login, caller) = (self.pick(&LOGINS), self.pick(&CALLERS));
        match self.roll(16) {
            0..=2 => {
                let free = self.hotline.phones.get(caller);
                if free.is_none_or(|phone| phone.session.is_none()) {
                    let key = self.pick(&['1', '2', '3']);
                    self.hotline.caller_presses(caller, key);
                }
            }
            3 if self.hotline.phones.contains_key(caller) => self.hotline.hangs_up(caller),
            4 => self.hotline.hangs_up(login),
            5 => {
                let who = self.pick(&[login, caller]);
                let direction = self.pick(&["sendonly", "inactive", "sendrecv", "sendrecv"]);
                if self.is_up(who) {
                    self.hotline.re_invites(who, direction);
                }
            }
            6 => {
                let to = self.pick(&["1002", "1003", "4000", "nowhere", "13800001111"]);
                if self.is_up(login) {
                    self.hotline
                        .refers(login, &format!("<sip:{to}@hotline.test>"));
                }
            }
            7 => self.second_line(login),
            8 => {
                let manner = match self.roll(5) {
                    0 => Manner::Rings,
                    1 => Manner::Refuses(486),
                    2 => Manner::Refuses(503),
                    _ => Manner::Answers(Duration::from_secs(2)),
                };
                self.hotline.phone(login).manner = manner;
            }
            9 => {
                let agent = self.pick(&self.agents.clone());
                self.hotline.says(agent, StateRequest::Ready);
            }
            10 if self.roll(3) == 0 => {
                let agent = self.pick(&self.agents.clone());
                let reason = "tea".into();
                self.hotline.says(agent, StateRequest::NotReady { reason });
            }
            _ => self.at_the_desk(),
        }
        let pause = self.roll(9_000);
        self.hotline.run_for(Duration::from_millis(pause));
        let (used, open) = (self.hotline.engine.ports_in_use(), self.hotline.ports.len());
        assert!(used >= open, "{open} ports open, {used} known");
    }

    /// The page of an agent who talks orders something, and often something more after it.
    fn at_the_desk(&mut self) {
        let agents = self.agents.clone();
        let talks: Vec<_> = agents
            .into_iter()
            .filter_map(|agent| Some((agent, self.hotline.state(agent).call()?)))
            .collect();
        if talks.is_empty() {
            return;
        }
        let (agent, call) = self.pick(&talks);
        let mut order = self.order();
        for _ in 0..3 {
            let asks = matches!(order, TalkOrder::Consult { .. });
            self.hotline
                .command(engine::Command::Talk { call, agent, order });
            let done = self.hotline.answers.last().unwrap().is_ok();
            self.done += usize::from(done);
            if !done || self.roll(4) == 0 {
                return;
            }
            let pause = if asks { 3_000 } else { 0 } + self.roll(2_000);
            self.hotline.run_for(Duration::from_millis(pause));
            order = if self.roll(2) == 0 {
                TalkOrder::Join
            } else {
                self.order()
            };
        }
    }

    /// A second line dials, and what it reached is joined to the talk of the first, or it hangs up.
    fn second_line(&mut self, login: &str) {
        let talking = LOGINS.into_iter().find(|login| self.is_up(login));
        let login = talking.filter(|_| self.roll(4) > 0).unwrap_or(login);
        let name = format!("{login}/2");
        let is_up = |storm: &Self| {
            let line = storm.hotline.lines.get(&name);
            line.is_some_and(|line| line.is_up())
        };
        if !is_up(self) {
            let to = self.pick(&LOGINS);
            self.hotline.line_dials(&name, to, None);
            self.hotline.run_for(Duration::from_secs(3));
        }
        if !is_up(self) || self.roll(4) == 0 {
            return;
        }
        if self.is_up(login) && self.roll(4) > 0 {
            let replaces = self.hotline.lines[&name].replaces();
            self.hotline.refers(login, &refer_to("1002", &replaces));
        } else {
            self.hotline.lines.get_mut(&name).unwrap().hangs_up();
        }
    }

    fn end(mut self) -> Hotline {
        for who in LOGINS.into_iter().chain(CALLERS) {
            if self.hotline.phones.contains_key(who) {
                self.hotline.hangs_up(who);
            }
        }
        for line in self.hotline.lines.values_mut() {
            if line.is_up() {
                line.hangs_up();
            }
        }
        self.hotline.run_for(Duration::from_secs(90));
        self.hotline.assert_clean();
        assert!(self.hotline.broken.is_empty(), "{:?}", self.hotline.broken);
        self.hotline
    }
}

fn run(seed: u64, steps: usize) -> (Hotline, usize) {
    let mut storm = Storm::new(seed);
    for _ in 0..steps {
        storm.step();
    }
    let done = storm.done;
    (storm.end(), done)
}

#[test]
fn s25_whatever_happens_in_whatever_order_nothing_is_left() {
    let mut seen = std::collections::BTreeSet::new();
    let mut done = 0;
    for seed in 1..=40 {
        let (hotline, orders) = run(seed, 80);
        done += orders;
        seen.extend(hotline.facts.iter().map(|(_, fact)| fact.name()));
    }
    for name in [
        "call.held",
        "call.resumed",
        "call.transferred",
        "call.transfer_failed",
        "consult.connected",
        "consult.ended",
        "call.joined",
        "call.merged",
    ] {
        assert!(seen.contains(name), "{name} has never happened");
    }
    assert!(done > 200, "{done} orders were done");
}

#[test]
fn r03_a_storm_blows_twice_in_the_same_way() {
    let (one, _) = run(77, 120);
    let (other, _) = run(77, 120);
    assert!(one.wishes.iter().any(|wish| wish.contains("Transferred")));
    for (number, (one, other)) in one.wishes.iter().zip(&other.wishes).enumerate() {
        assert_eq!(one, other, "wish {number}");
    }
    assert_eq!(one.wishes.len(), other.wishes.len());
}
