//! Histories out of a checkpoint and the facts behind it are those of the whole log, wherever it was cut.

use std::path::Path;

use model::fact::Offer;
use model::{AgentId, AgentState, CallId, Fact, NotReadyReason, OfferId};
use store::FactLog;

use super::*;

/// A log in a folder of its own, gone with the test.
struct House {
    folder: PathBuf,
    log: FactLog,
    seed: u64,
    at: i64,
    states: [AgentState; 3],
}

impl House {
    fn open(name: &str, seed: u64) -> Self {
        let name = format!("trunkline-checkpoint-{}-{name}-{seed}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let (log, _report) = FactLog::open(&folder.join("facts"), 0).unwrap();
        Self {
            folder,
            log,
            seed,
            at: 1_800_000_000_000,
            states: [const { AgentState::Offline }; 3],
        }
    }

    fn sources(&self) -> Sources {
        Sources {
            path: self.folder.join("histories.checkpoint"),
            reader: self.log.reader(),
            reach: Reach::default(),
        }
    }

    /// SplitMix64: the same day for the same seed.
    fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.seed;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % below
    }

    /// So many random facts of three agents and two queues.
    fn works(&mut self, count: usize) {
        for _ in 0..count {
            let fact = self.fact();
            self.at += i64::try_from(self.random(600_000)).unwrap();
            self.log
                .append(Timestamp::from_ms(self.at), vec![fact])
                .unwrap();
        }
    }

    fn fact(&mut self) -> Fact {
        let who = self.random(3);
        let agent = AgentId::new(who + 1);
        let call = CallId::new(self.random(4) + 1);
        let offer = Offer {
            id: OfferId::new(self.random(6) + 1),
            call,
            agent,
            queue: [None, Some("support".into()), Some("sales".into())]
                [usize::try_from(self.random(3)).unwrap()]
            .clone(),
        };
        match self.random(14) {
            0 => Fact::OfferMissed { offer },
            1 => Fact::OfferDeclined {
                offer,
                reason: None,
            },
            2 => Fact::OfferUnreachable { offer, status: 503 },
            3 => Fact::AgentRegistered { agent },
            4..=6 => Fact::CallConnected {
                offer,
                waited_ms: 1,
                rang_ms: 1,
            },
            7 => Fact::AgentLevelled {
                agent,
                queue: "support".into(),
                calls: 3,
                time_us: 4,
                until: Timestamp::from_ms(self.at),
            },
            8 => Fact::WrapUpBegan {
                agent,
                call,
                mode: "timed".into(),
                until: Timestamp::from_ms(self.at),
            },
            _ => self.moves(agent, call),
        }
    }

    fn moves(&mut self, agent: AgentId, call: CallId) -> Fact {
        let reason = NotReadyReason::Said("break".into());
        let to = [
            AgentState::Offline,
            AgentState::NotReady { reason },
            AgentState::Ready,
            AgentState::Ringing { call },
            AgentState::Talking { call: Some(call) },
            AgentState::Talking { call: Some(call) },
            AgentState::WrapUp { call },
            AgentState::Talking { call: None },
        ][usize::try_from(self.random(8)).unwrap()]
        .clone();
        let state = &mut self.states[usize::try_from(agent.get() - 1).unwrap()];
        let from = std::mem::replace(state, to.clone());
        let cause = "agent".into();
        Fact::AgentStateChanged {
            agent,
            from,
            to,
            cause,
        }
    }

    /// As a start reads it.
    fn known(&self) -> Known {
        Known::read(&self.sources(), self.log.last_seq()).unwrap()
    }

    /// What the whole log says, without a checkpoint.
    fn whole(&self) -> Known {
        let path = Path::new("/nonexistent").into();
        let sources = Sources {
            path,
            ..self.sources()
        };
        Known::read(&sources, self.log.last_seq()).unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _left_to_the_system = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn c20_a_checkpoint_and_the_facts_behind_it_tell_what_the_whole_log_tells() {
    for seed in 0..40 {
        let mut house = House::open("cut", seed);
        for _ in 0..4 {
            let count = usize::try_from(house.random(120)).unwrap() + 1;
            house.works(count);
            let known = house.known();
            assert_eq!(known, house.whole(), "seed {seed}");
            let (given, told) = (known.remains().formerly(true), house.whole());
            assert_eq!(given, told.remains().formerly(true), "seed {seed}");
            known.write(&house.sources()).unwrap();
        }
    }
}

#[test]
fn c20_a_checkpoint_that_is_torn_or_of_another_log_is_passed_over() {
    let mut house = House::open("torn", 1);
    house.works(50);
    house.known().write(&house.sources()).unwrap();
    house.works(50);
    let path = house.sources().path;
    let good = std::fs::read(&path).unwrap();
    let last_seq = house.log.last_seq();
    assert_eq!(checkpointed(&house.sources(), last_seq).unwrap().seq(), 50);
    // Of a log that went on further, which a crash of the machine cut.
    assert_eq!(checkpointed(&house.sources(), 49), None);
    std::fs::write(&path, &good[..good.len() - 1]).unwrap();
    assert_eq!(checkpointed(&house.sources(), last_seq), None, "torn");
    assert_eq!(house.known(), house.whole());

    let mut other = House::open("other", 2);
    other.at += 7;
    other.works(100);
    std::fs::write(other.sources().path, &good).unwrap();
    assert_eq!(checkpointed(&other.sources(), 100), None, "another log");
    assert_eq!(other.known(), other.whole());
}
