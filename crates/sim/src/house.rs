//! The house that is tried out: a configuration of its own for those who have none, and what an engine needs besides.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    Config, DialPlan, Entry, MediaPlan, Number, Numbers, Queue, RecordingPolicy, Regions, Settings,
    SignIn,
};
use model::NumberPlan;
use sip::{EndpointConfig, Transport};

use crate::desk_phone::DOMAIN;
use crate::place::SERVER;
use crate::scenario::{Scenario, ScenarioError};

/// The script of 4000: VIPs are taken to have waited a minute and a half.
const SCRIPT: &str = r#"
title = { en = "Simulated hotline" }
languages = ["en"]
start = "welcome"

[prompt.welcome]
en = "Welcome. For support press 1."
[prompt.goodbye]
en = "Nobody is free. Goodbye."

[menu.welcome]
prompt = "welcome"
keys = { 1 = "vip" }
on_failure = "vip"

[branch.vip]
when = [{ if = "caller.vip > 0", go = "first" }]
otherwise = "support"

[queue.first]
queue = "support"
head_start_s = 90
on_timeout = "goodbye"
on_no_agents = "goodbye"

[queue.support]
queue = "support"
on_timeout = "goodbye"
on_no_agents = "goodbye"

[hangup.goodbye]
prompt = "goodbye"
"#;

/// The configuration of those who have none: 4000 greets and leads to the queue `support`, 4001 leads there at once.
///
/// `strategy` is that of the queue, `longest-idle` by default.
///
/// # Errors
/// There is no such strategy.
pub fn built_in(strategy: Option<&str>) -> Result<Config, ScenarioError> {
    let wrong = |key: &str, wrong: String| ScenarioError::Figure {
        key: key.to_owned(),
        wrong,
    };
    let plan = NumberPlan::new("CN").map_err(|error| wrong("plan", error.to_string()))?;
    let (script, found) = ivr::parse("simulated".into(), "simulated.toml", SCRIPT);
    let told = || found.iter().map(ToString::to_string).collect::<String>();
    let script = script.ok_or_else(|| wrong("script", told()))?;
    let mut rules = acd::QueueConfig::new("support".into());
    if let Some(name) = strategy {
        let unknown = || ScenarioError::Unknown(format!("the strategy {name}"));
        rules.strategy = acd::strategy::find(name).ok_or_else(unknown)?;
    }
    rules.wrap_up = Duration::from_secs(30);
    let queue = Queue {
        rules,
        title: BTreeMap::new(),
        vip_first: false,
        keeping: engine::Keeping::default(),
        survey: None,
        music: media::SoundName::new("music/default"),
        opening: engine::OpeningSounds::default(),
        announce: engine::Announce::default(),
    };
    let entry = |entry| Number {
        entry,
        open: true,
        priority: 0,
        by_region: false,
    };
    let numbers = [
        ("4000".to_owned(), entry(Entry::Script("simulated".into()))),
        ("4001".to_owned(), entry(Entry::Queue("support".into()))),
    ];
    Ok(Config {
        version: 1,
        plan,
        numbers: Numbers::new(&plan, numbers.into())
            .map_err(|error| wrong("numbers", error.to_string()))?,
        regions: Regions::default(),
        trunks: BTreeMap::new(),
        dial: DialPlan::default(),
        queues: [("support".into(), queue)].into(),
        scripts: [("simulated".into(), Arc::new(script))].into(),
        calendars: BTreeMap::new(),
        canary: None,
        closing_max: Duration::from_secs(7 * 24 * 3_600),
        language: "en".to_owned(),
        recording: RecordingPolicy::All,
        sign_in: SignIn::Page,
        reasons: engine::Reasons::default(),
        hold: engine::HoldTimes::default(),
        standby: engine::StandingBy::default(),
        house_sounds: BTreeSet::new(),
        mailboxes: Default::default(),
        clips: Default::default(),
        shared_numbers: BTreeSet::new(),
    })
}

/// The configuration as the virtual hotline needs it: callers come without a carrier, so that numbers are open and trunks
/// are none.
pub(crate) fn prepared(config: &Config, scenario: &Scenario) -> Result<Config, ScenarioError> {
    scenario.check(config)?;
    let mut config = config.clone();
    config.trunks = BTreeMap::new();
    config.sign_in = SignIn::Page;
    let open = config.numbers.iter().map(|(digits, number)| {
        let number = Number {
            open: true,
            ..number.clone()
        };
        (digits.to_owned(), number)
    });
    let unknown = |error: engine::SameNumber| ScenarioError::Unknown(error.to_string());
    config.numbers = Numbers::new(&config.plan, open.collect()).map_err(unknown)?;
    Ok(config)
}

/// What an engine needs besides: one listener, as many RTP ports as there are, and limits of a house in which nobody
/// attacks.
pub(crate) fn settings(config: Arc<Config>, seed: u64, journal: bool) -> Settings {
    let ip: IpAddr = SERVER.ip();
    let mut nonce_secret = [0; 32];
    for (byte, of_seed) in nonce_secret.iter_mut().zip(seed.to_be_bytes()) {
        *byte = of_seed;
    }
    Settings {
        config,
        sip: EndpointConfig {
            domain: DOMAIN.to_owned(),
            realm: DOMAIN.to_owned(),
            product: "Trunkline".to_owned(),
            listeners: vec![(Transport::Udp, SERVER)],
            public: Vec::new(),
            nonce_secret,
            seed,
            hotlines: BTreeSet::new(),
            limits: sip::Limits::default(),
            registration: sip::RegistrationLimits::default(),
            timers: sip::Timers::default(),
            session_timer: sip::SessionTimer::default(),
        },
        media: MediaPlan {
            bind: ip,
            advertise: ip,
            port_min: 1_024,
            port_max: 65_535,
            threads: 1,
        },
        seed,
        node: 0,
        journal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_script_has_no_mistakes() {
        let config = built_in(None).unwrap();
        let world = ivr::World {
            queues: config.queues.keys().cloned().collect(),
            scripts: config.scripts.keys().cloned().collect(),
            sounds: ["en/welcome", "en/goodbye"].map(str::to_owned).into(),
            ..ivr::World::default()
        };
        let found = ivr::check(&config.scripts["simulated"], &world);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_strategy_is_known_by_its_name() {
        let named = built_in(Some("ring-all")).unwrap();
        assert_eq!(named.queues["support"].rules.strategy.name, "ring-all");
        let error = built_in(Some("ring-nobody")).unwrap_err().to_string();
        assert!(error.contains("ring-nobody"), "{error}");
    }
}
