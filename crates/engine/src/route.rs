//! Where a dialled number leads: a number of the house, an agent by his login, for our own people an outside number, else
//! nowhere.
//!
//! What comes by a trunk enters by a number of the house and by nothing else: no caller from outside is led out again, and
//! a login is no number that a carrier could know. A number that goes `by_region` leads a caller whom regions fit to their
//! queues, whatever queue or agent it names (A12).

use model::{AgentId, Caller};

use crate::config::{Config, Entry, Number};
use crate::directory::Directory;
use crate::trunk::Trunk;

/// Who dials.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialler<'a> {
    /// The carrier, for a caller of his.
    Trunk(&'a Trunk),
    /// An agent, by his phone.
    Agent(AgentId),
    /// Anybody else.
    Stranger,
}

/// Where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// Into the house.
    Enters(Entry),
    /// Out by a trunk, if the dial rules allow it.
    Outside(AgentId),
    /// 404.
    Nowhere,
}

/// Where a number leads a caller, and what the house calls it.
pub(crate) fn lead(
    config: &Config,
    directory: &Directory,
    dialler: Dialler<'_>,
    caller: &Caller,
    dialled: &str,
) -> (String, Lead) {
    match dialler {
        Dialler::Trunk(trunk) => {
            let key = trunk.read(dialled).key;
            match config.numbers.find(&key) {
                Some((spelling, number)) => {
                    let entry = entry_of(config, number, caller);
                    (spelling.to_owned(), Lead::Enters(entry))
                }
                None => (key, Lead::Nowhere),
            }
        }
        Dialler::Agent(agent) => match entry(config, directory, caller, dialled) {
            Some((called, entry)) => (called, Lead::Enters(entry)),
            None => match config.dial.number(&config.plan, dialled) {
                Some(number) => (number.key, Lead::Outside(agent)),
                None => (dialled.to_owned(), Lead::Nowhere),
            },
        },
        Dialler::Stranger => match entry(config, directory, caller, dialled) {
            Some((called, entry)) => (called, Lead::Enters(entry)),
            None => (dialled.to_owned(), Lead::Nowhere),
        },
    }
}

/// The entry of a number of the house for a caller, and what the house calls it. One that is none of ours as it is dialled may be with
/// the area code that was left out: it is never led out, to come back by a trunk.
pub(crate) fn entry(
    config: &Config,
    directory: &Directory,
    caller: &Caller,
    called: &str,
) -> Option<(String, Entry)> {
    if let Some(agent) = directory.by_login(called)
        && config.numbers.find(called).is_none()
    {
        return Some((agent.login.clone(), Entry::Agent(agent.login.clone())));
    }
    let numbers = &config.numbers;
    let found = numbers
        .find(called)
        .or_else(|| numbers.find(&config.plan.key(called).key));
    let (spelling, number) = match found {
        Some(found) => found,
        None => numbers.find(&config.dial.number(&config.plan, called)?.key)?,
    };
    Some((spelling.to_owned(), entry_of(config, number, caller)))
}

/// Whether an agent who dials this stands by from then on (C15).
pub(crate) fn is_standby(config: &Config, dialled: &str) -> bool {
    let numbers = &config.numbers;
    let found = numbers
        .find(dialled)
        .or_else(|| numbers.find(&config.plan.key(dialled).key));
    found.is_some_and(|(_, number)| number.entry == Entry::Standby)
}

/// A12: region beats what the number names.
fn entry_of(config: &Config, number: &Number, caller: &Caller) -> Entry {
    let asked = number.by_region.then_some(&config.regions);
    let fit = asked.and_then(|regions| regions.fit(&config.plan, caller));
    fit.map_or_else(|| number.entry.clone(), Entry::Regions)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::NumberPlan;

    use super::*;
    use crate::command::AgentEntry;
    use crate::config::{Number, RecordingPolicy, SignIn};
    use crate::dial::DialPlan;
    use crate::numbers::Numbers;
    use crate::regions::{Region, RegionFit, Regions};
    use crate::trunk::tests::trunk;

    fn config() -> Config {
        let plan = NumberPlan::new("CN").unwrap();
        let number = |script: &str| Number {
            entry: Entry::Script(script.into()),
            open: false,
            priority: 0,
            by_region: false,
        };
        let written = [
            ("4000".to_owned(), number("main")),
            ("010-65529988".to_owned(), number("beijing")),
        ];
        Config {
            version: 1,
            plan,
            numbers: Numbers::new(&plan, written.into()).unwrap(),
            regions: Regions::default(),
            trunks: BTreeMap::new(),
            dial: DialPlan::default(),
            queues: BTreeMap::new(),
            scripts: BTreeMap::new(),
            calendars: BTreeMap::new(),
            canary: None,
            closing_max: std::time::Duration::from_secs(7 * 24 * 3_600),
            language: "en".into(),
            recording: RecordingPolicy::All,
            sign_in: SignIn::Page,
            reasons: crate::breaks::Reasons::default(),
            hold: crate::config::HoldTimes::default(),
            standby: crate::config::StandingBy::default(),
            house_sounds: BTreeSet::new(),
            mailboxes: Default::default(),
            clips: Default::default(),
            shared_numbers: BTreeSet::new(),
        }
    }

    #[test]
    fn a4_a_number_enters_where_it_is_written_and_nobody_is_led_where_he_has_no_business() {
        let mut directory = Directory::default();
        directory.put(AgentEntry {
            id: AgentId::new(7),
            login: "1001".into(),
            name: "Li".into(),
            queues: Vec::new(),
            skills: BTreeMap::new(),
            opted_out: Default::default(),
            off_net: None,
            ha1_md5: [0; 16],
            ha1_sha256: [0; 32],
        });
        let carrier = trunk("a");
        let script = |name: &str| Lead::Enters(Entry::Script(name.into()));
        let agent = Lead::Enters(Entry::Agent("1001".into()));
        let out = Lead::Outside(AgentId::new(7));
        let (by_trunk, by_agent, stranger) = (
            Dialler::Trunk(&carrier),
            Dialler::Agent(AgentId::new(7)),
            Dialler::Stranger,
        );
        for (dialler, dialled, called, lead_to) in [
            (by_trunk, "+861065529988", "010-65529988", script("beijing")),
            (by_trunk, "01065529988", "010-65529988", script("beijing")),
            (by_trunk, "4000", "4000", script("main")),
            (by_trunk, "1001", "1001", Lead::Nowhere),
            (by_trunk, "13800001111", "+8613800001111", Lead::Nowhere),
            (by_agent, "1001", "1001", agent.clone()),
            (by_agent, "4000", "4000", script("main")),
            (by_agent, "01065529988", "010-65529988", script("beijing")),
            (by_agent, "13800001111", "+8613800001111", out),
            (by_agent, "nobody", "nobody", Lead::Nowhere),
            (stranger, "1001", "1001", agent),
            (stranger, "13800001111", "13800001111", Lead::Nowhere),
        ] {
            let caller = Caller::new("01065529900", None);
            let found = lead(&config(), &directory, dialler, &caller, dialled);
            assert_eq!(found, (called.to_owned(), lead_to), "{dialler:?} {dialled}");
        }
    }

    #[test]
    fn a12_region_comes_before_what_a_number_names_on_every_way_in() {
        let mut config = config();
        config.regions = Regions::new(vec![Region {
            name: "north".into(),
            prefixes: vec!["+8610".into()],
            queues: model::QueueName::from("north").into(),
        }]);
        let agent = Number {
            entry: Entry::Agent("1001".into()),
            open: true,
            priority: 0,
            by_region: true,
        };
        let written = [("010-65529988".to_owned(), agent)];
        config.numbers = Numbers::new(&config.plan, written.into()).unwrap();
        let directory = Directory::default();
        let carrier = trunk("a");
        let fit = RegionFit {
            regions: vec!["north".into()],
            queues: model::QueueName::from("north").into(),
        };
        for dialler in [
            Dialler::Trunk(&carrier),
            Dialler::Agent(AgentId::new(7)),
            Dialler::Stranger,
        ] {
            for (caller, entry) in [
                (
                    Caller::new("+861065529900", None),
                    Entry::Regions(fit.clone()),
                ),
                (
                    Caller::new("+8613800001111", None),
                    Entry::Agent("1001".into()),
                ),
                (Caller::withheld(), Entry::Agent("1001".into())),
            ] {
                let (_, found) = lead(&config, &directory, dialler, &caller, "01065529988");
                assert_eq!(found, Lead::Enters(entry), "{dialler:?} {caller:?}");
            }
        }
    }
}
