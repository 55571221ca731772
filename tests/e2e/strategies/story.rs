//! Five agents, eight callers and one queue, led through a table of steps.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::baresip::{AGENT_HZ, Answers, Baresip, Message, Way};
use crate::house::{House, STAFF_PASSWORD};
use crate::http::Session;
use crate::patience::until;

pub(super) const AGENTS: usize = 5;
pub(super) const CALLERS: usize = 8;

/// A little more than the shortest `min_talk_s`.
const KNOWN_MS: u32 = 5_500;

/// What happens, and what must follow.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A caller dials, and these phones ring for him.
    Dials(usize, &'static [usize]),
    /// Somebody who dialled before is served now: these phones ring.
    Rings(usize, &'static [usize]),
    /// An agent takes the call that rings.
    Takes(usize),
    /// He refuses it.
    Refuses(usize),
    /// A caller talks for long enough to be known.
    Talks(usize),
    /// A caller who talks hangs up; his agent is free at once.
    Leaves(usize),
}

use Step::{Dials, Leaves, Refuses, Rings, Takes, Talks};

fn login(agent: usize) -> String {
    format!("100{agent}")
}

fn number(caller: usize) -> String {
    format!("1370000000{caller}")
}

/// A house with one queue, five phones and eight callers.
pub(super) struct Line {
    pub(super) phones: Vec<Baresip>,
    callers: Vec<Baresip>,
    pub(super) admin: Session,
    /// Who was rung for whom, by the steps so far.
    told: Vec<(usize, usize)>,
    /// Calls that have ended.
    left: usize,
    /// Callers who have not left.
    here: BTreeSet<usize>,
    house: House,
}

impl Line {
    /// `rules` are lines of the queue.
    #[track_caller]
    pub(super) fn open(rules: &str) -> Self {
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
        let callers = std::thread::scope(|threads| {
            let start = |caller| {
                let house = &house;
                threads.spawn(move || house.caller(&number(caller), 440))
            };
            let starting: Vec<_> = (1..=CALLERS).map(start).collect();
            let started = starting.into_iter().map(|thread| thread.join().unwrap());
            started.collect()
        });
        Self {
            phones,
            callers,
            admin: house.sign_in("admin"),
            told: Vec::new(),
            left: 0,
            here: BTreeSet::new(),
            house,
        }
    }

    /// A story from its first step to an empty house.
    #[track_caller]
    pub(super) fn tells(rules: &str, steps: &[Step]) -> Self {
        let mut line = Self::open(rules);
        for step in steps {
            line.step(*step);
        }
        let mut rung = line.rung();
        let mut told = line.told.clone();
        rung.sort_unstable();
        told.sort_unstable();
        assert_eq!(rung, told, "(caller, agent): nobody else was rung");
        line.ends();
        line
    }

    /// Everybody leaves, and nothing of them stays.
    #[track_caller]
    pub(super) fn ends(&mut self) {
        for caller in std::mem::take(&mut self.here) {
            self.callers[caller - 1].hangs_up();
        }
        self.house.until_empty();
    }

    #[track_caller]
    pub(super) fn step(&mut self, step: Step) {
        match step {
            Dials(caller, agents) => {
                self.dials(caller);
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
            Talks(caller) => {
                let phone = &self.callers[caller - 1];
                let call = phone.count(Way::Out, "ACK") - 1;
                phone.until_hears(call, AGENT_HZ.into(), KNOWN_MS);
            }
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

    #[track_caller]
    pub(super) fn dials(&mut self, caller: usize) {
        self.callers[caller - 1].calls("4000");
        self.here.insert(caller);
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
        self.here.remove(&caller);
        until(&format!("the agent of caller {caller} is hung up"), || {
            byes(self) != before
        });
        self.left += 1;
        // Whoever comes again is known by what stands in the store.
        until(&format!("the call of caller {caller} is on record"), || {
            let all = self.admin.read("/v1/calls?live=false");
            let calls = all["items"].as_array().unwrap();
            calls
                .iter()
                .filter(|call| call["ended_at"].is_string())
                .count()
                == self.left
        });
    }

    /// The record of why a call was offered to whom, of the one time that it was.
    #[track_caller]
    pub(super) fn only_decision(&self, call: &Value) -> Value {
        let path = format!("/v1/calls/{}/why", call["id"].as_str().unwrap());
        let why = self.admin.read(&path);
        let [decision] = why["decisions"].as_array().unwrap().as_slice() else {
            panic!("{why}");
        };
        decision["record"].clone()
    }

    pub(super) fn id_of(&self, agent: usize) -> Value {
        let agents = self.admin.read("/v1/agents");
        let mut agents = agents["items"].as_array().unwrap().iter();
        let found = agents.find(|found| found["login"] == login(agent));
        found.unwrap()["id"].clone()
    }

    /// (caller, agent) of each INVITE, in the order in which they came.
    pub(super) fn rung(&self) -> Vec<(usize, usize)> {
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
pub(super) fn calls_of(phone: &Baresip, caller: usize) -> Vec<Message> {
    let mut calls = phone.messages(Way::In, "INVITE");
    let number = number(caller);
    calls.retain(|call| {
        call.header("From").is_some_and(|from| from.contains(&number))
            // Not a re-INVITE.
            && call.header("To").is_some_and(|to| !to.contains("tag="))
    });
    calls
}
