//! The six strategies of a small house, with five agents and eight callers on real phones: whom they ring, in which order, is
//! read off the wire of the agents' phones.
//!
//! A story is a table of steps; an agent or a caller is told by his number, 1 the first. Agents come to work one after the
//! other, so that the first has been idle for longest (R4, R41). At its end nobody may have been rung beside those whom the
//! steps name.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::baresip::{Answers, Baresip, Message, Way};
use crate::house::{House, STAFF_PASSWORD};
use crate::http::Session;
use crate::patience::until;

const AGENTS: usize = 5;
const CALLERS: usize = 8;
/// R20: phones that ring for one caller begin together.
const TOGETHER: Duration = Duration::from_millis(200);

/// What happens, and what must follow.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A caller dials, and these phones ring for him.
    Dials(usize, &'static [usize]),
    /// Somebody who dialled before is served now: these phones ring.
    Rings(usize, &'static [usize]),
    /// An agent takes the call that rings.
    Takes(usize),
    /// He refuses it.
    Refuses(usize),
    /// A caller who talks hangs up; his agent is free at once.
    Leaves(usize),
}

use Step::{Dials, Leaves, Refuses, Rings, Takes};

fn login(agent: usize) -> String {
    format!("100{agent}")
}

fn number(caller: usize) -> String {
    format!("1370000000{caller}")
}

/// A house with one queue, five phones and eight callers.
struct Line {
    phones: Vec<Baresip>,
    callers: Vec<Baresip>,
    admin: Session,
    /// Who was rung for whom, by the steps so far.
    told: Vec<(usize, usize)>,
    house: House,
}

impl Line {
    /// `rules` are lines of the queue.
    #[track_caller]
    fn open(rules: &str) -> Self {
        let queue = format!(
            "[queue.support]\n{rules}\nring_timeout_s = 60\nwrap_up = \"optional\"\nmin_handled_s = 0\nreject_delay_s = 300\n\
             [queue.sales]\nstrategy = \"ring-all\"\n"
        );
        let numbers = "[number.\"4000\"]\nqueue = \"support\"\nopen = true\n";
        let files = [
            ("config/queues.toml", queue.as_str()),
            ("config/numbers.toml", numbers),
        ];
        let agents = (1..=AGENTS)
            .map(|one| format!("{},Agent,{STAFF_PASSWORD},support,agent\n", login(one)));
        let people: String = agents.collect();
        let head = format!(
            "login,name,password,queues,roles\nadmin,Admin,{STAFF_PASSWORD},,supervisor admin\n"
        );
        let house = House::open_staffed(&files, &(head + &people));
        let mut phones = Vec::new();
        for agent in 1..=AGENTS {
            phones.push(house.agent(&login(agent), Answers::ByHand));
            house.sign_in(&login(agent)).until_state("ready");
        }
        let callers = (1..=CALLERS).map(|caller| house.caller(&number(caller), 440));
        Self {
            phones,
            callers: callers.collect(),
            admin: house.sign_in("admin"),
            told: Vec::new(),
            house,
        }
    }

    /// A story from its first step to an empty house.
    #[track_caller]
    fn tells(rules: &str, steps: &[Step]) -> Self {
        let mut line = Self::open(rules);
        for step in steps {
            line.step(*step);
        }
        let mut rung = line.rung();
        let mut told = line.told.clone();
        rung.sort_unstable();
        told.sort_unstable();
        assert_eq!(rung, told, "(caller, agent): nobody else was rung");
        line
    }

    #[track_caller]
    fn step(&mut self, step: Step) {
        match step {
            Dials(caller, agents) => {
                self.callers[caller - 1].calls("4000");
                self.rings(caller, agents);
            }
            Rings(caller, agents) => self.rings(caller, agents),
            Takes(agent) => {
                let phone = &mut self.phones[agent - 1];
                let before = phone.count(Way::In, "ACK");
                phone.answer();
                phone.nth(Way::In, "ACK", before);
            }
            Refuses(agent) => self.phones[agent - 1].hangs_up(),
            Leaves(caller) => self.leaves(caller),
        }
    }

    #[track_caller]
    fn rings(&mut self, caller: usize, agents: &[usize]) {
        for agent in agents {
            let before = self.told.iter().filter(|told| **told == (caller, *agent));
            let (before, phone) = (before.count(), &self.phones[agent - 1]);
            until(
                &format!("agent {agent} is rung for caller {caller}"),
                || calls_of(phone, caller).len() > before,
            );
            self.told.push((caller, *agent));
        }
        if agents.is_empty() {
            self.until_waits(caller);
        }
    }

    /// Until the house knows that he waits; nobody can be rung for him then before somebody is free.
    #[track_caller]
    fn until_waits(&self, caller: usize) {
        until(&format!("caller {caller} waits"), || {
            let live = self.admin.read("/v1/calls?live=true");
            let calls = live["items"].as_array().unwrap();
            calls.iter().any(|call| {
                call["caller"]["number"] == number(caller) && call["live"]["phase"] == "queued"
            })
        });
    }

    /// He hangs up, and the agent with whom he talked is on his own.
    #[track_caller]
    fn leaves(&mut self, caller: usize) {
        let byes = |line: &Self| -> Vec<usize> {
            let phones = line.phones.iter();
            phones.map(|phone| phone.count(Way::In, "BYE")).collect()
        };
        let before = byes(self);
        self.callers[caller - 1].hangs_up();
        until(&format!("the agent of caller {caller} is hung up"), || {
            byes(self) != before
        });
    }

    /// The record of why a call was offered to whom, of the one time that it was.
    #[track_caller]
    fn only_decision(&self, call: &Value) -> Value {
        let path = format!("/v1/calls/{}/why", call["id"].as_str().unwrap());
        let why = self.admin.read(&path);
        let [decision] = why["decisions"].as_array().unwrap().as_slice() else {
            panic!("{why}");
        };
        decision["record"].clone()
    }

    fn id_of(&self, agent: usize) -> Value {
        let agents = self.admin.read("/v1/agents");
        let mut agents = agents["items"].as_array().unwrap().iter();
        let found = agents.find(|found| found["login"] == login(agent));
        found.unwrap()["id"].clone()
    }

    /// (caller, agent) of each INVITE, in the order in which they came.
    fn rung(&self) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for (index, phone) in self.phones.iter().enumerate() {
            for caller in 1..=CALLERS {
                let calls = calls_of(phone, caller).into_iter();
                all.extend(calls.map(|call| (call.at, caller, index + 1)));
            }
        }
        all.sort_unstable();
        all.into_iter()
            .map(|(_, caller, agent)| (caller, agent))
            .collect()
    }
}

/// The INVITEs by which a phone was rung for a caller.
fn calls_of(phone: &Baresip, caller: usize) -> Vec<Message> {
    let mut calls = phone.messages(Way::In, "INVITE");
    let number = number(caller);
    calls.retain(|call| {
        call.header("From").is_some_and(|from| from.contains(&number))
            // Not a re-INVITE.
            && call.header("To").is_some_and(|to| !to.contains("tag="))
    });
    calls
}

/// 轮流振铃: each call begins at the first of the list.
#[test]
fn r27_r28_r29_linear_rings_the_first_who_is_free() {
    Line::tells(
        "strategy = \"linear\"",
        &[
            Dials(1, &[1]),
            Takes(1),
            Leaves(1),
            // R27: not the next one's turn, though 1 has just served.
            Dials(2, &[1]),
            Takes(1),
            // R28, and R29: who refuses is passed over.
            Dials(3, &[2]),
            Refuses(2),
            Rings(3, &[3]),
            Takes(3),
            Dials(4, &[4]),
            Takes(4),
            Dials(5, &[5]),
            Takes(5),
            // R6: agent 2 is left in peace, and nobody is free.
            Dials(6, &[]),
            Dials(7, &[]),
            Dials(8, &[]),
            Leaves(4),
            Rings(6, &[4]),
            Takes(4),
            Leaves(2),
            Rings(7, &[1]),
            Takes(1),
            Leaves(5),
            Rings(8, &[5]),
            Takes(5),
        ],
    );
}

/// 最少接通: the fewest calls, whoever has been idle for longest.
#[test]
fn r46_least_calls_rings_him_who_took_the_fewest() {
    Line::tells(
        "strategy = \"least-calls\"",
        &[
            // R4: none has taken any, and 1 has been idle for longest.
            Dials(1, &[1]),
            Takes(1),
            Dials(2, &[2]),
            Takes(2),
            Dials(3, &[3]),
            Takes(3),
            Dials(4, &[4]),
            Takes(4),
            Dials(5, &[5]),
            Takes(5),
            Leaves(1),
            Dials(6, &[1]),
            Takes(1),
            Leaves(6),
            Leaves(2),
            // R46: 1 has been idle for longer than 2, and has taken more.
            Dials(7, &[2]),
            Refuses(2),
            // R50: the second lowest.
            Rings(7, &[1]),
            Takes(1),
            Dials(8, &[]),
            Leaves(3),
            Rings(8, &[3]),
            Takes(3),
        ],
    );
}

/// 最近接通: the one who was connected last.
#[test]
fn r36_r37_r39_most_recent_rings_him_who_was_connected_last() {
    Line::tells(
        "strategy = \"most-recent\"",
        &[
            // R37: nobody has been connected, and 1 was the first to come.
            Dials(1, &[1]),
            Takes(1),
            Leaves(1),
            // R36.
            Dials(2, &[1]),
            Takes(1),
            Dials(3, &[2]),
            Takes(2),
            Dials(4, &[3]),
            Takes(3),
            Leaves(4),
            Leaves(3),
            Leaves(2),
            // 3 was connected after 2, who was connected after 1, whatever the order of their ends.
            Dials(5, &[3]),
            Takes(3),
            Dials(6, &[2]),
            // R39: a refusal connects nobody.
            Refuses(2),
            Rings(6, &[1]),
            Takes(1),
            Dials(7, &[4]),
            Takes(4),
            Dials(8, &[5]),
            Takes(5),
        ],
    );
}

/// 全部振铃: all ring together, the first to answer has the call, and the others are told so.
#[test]
fn r20_r22_r25_ring_all_rings_every_phone_that_is_free() {
    let line = Line::tells(
        "strategy = \"ring-all\"",
        &[
            Dials(1, &[1, 2, 3, 4, 5]),
            Takes(3),
            Dials(2, &[1, 2, 4, 5]),
            Takes(1),
            Dials(3, &[2, 4, 5]),
            Takes(2),
            Dials(4, &[4, 5]),
            Takes(5),
            Dials(5, &[4]),
            Takes(4),
            Dials(6, &[]),
            Dials(7, &[]),
            Dials(8, &[]),
            Leaves(2),
            Rings(6, &[1]),
            Takes(1),
            Leaves(4),
            Rings(7, &[5]),
            Takes(5),
            Leaves(6),
            Rings(8, &[1]),
            Takes(1),
        ],
    );
    let first: Vec<_> = line
        .phones
        .iter()
        .map(|phone| calls_of(phone, 1)[0].at)
        .collect();
    let spread = *first.iter().max().unwrap() - *first.iter().min().unwrap();
    assert!(spread <= TOGETHER, "R20: {spread:?}");
    for (agent, cancelled) in [(1, 1), (2, 2), (3, 0), (4, 4), (5, 3)] {
        let cancels = line.phones[agent - 1].messages(Way::In, "CANCEL");
        assert_eq!(cancels.len(), cancelled, "agent {agent}");
        for cancel in cancels {
            let reason = cancel.header("Reason").unwrap_or_default().to_owned();
            assert!(reason.contains("elsewhere"), "D29: {reason}");
        }
    }
}

/// 随机振铃: one of those who are free, whom the record names, too.
#[test]
fn r52_r54_random_rings_whom_the_lot_names() {
    let mut line = Line::open("strategy = \"random\"");
    for caller in 1..=CALLERS {
        line.callers[caller - 1].calls("4000");
        until(&format!("somebody is rung for caller {caller}"), || {
            line.rung().iter().any(|(whose, _)| *whose == caller)
        });
        let (_, agent) = *line.rung().last().unwrap();
        line.step(Takes(agent));
        line.step(Leaves(caller));
    }
    let rung = line.rung();
    assert_eq!(rung.len(), CALLERS, "one phone a caller: {rung:?}");
    // The newest first; the record of each decision names him whose phone rang, drawn from all five by a seed of its own.
    let calls = line.admin.read("/v1/calls");
    let calls = calls["items"].as_array().unwrap().iter().rev();
    let records: Vec<Value> = calls.map(|call| line.only_decision(call)).collect();
    for ((_, agent), record) in rung.iter().zip(&records) {
        assert_eq!(record["chosen"], json!([line.id_of(*agent)]), "{record}");
        assert_eq!(record["ranked"], AGENTS, "{record}");
    }
    let seeds: BTreeSet<u64> = records
        .iter()
        .map(|record| record["seed"].as_u64().unwrap())
        .collect();
    assert_eq!(seeds.len(), CALLERS, "{seeds:?}");
}
