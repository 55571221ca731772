//! A12: callers are led to the queues of their regions, by number or by script, through the whole engine.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Config, Entry, Number, Queue, Region, Regions, StateRequest};
use model::fact::QueueExit;
use model::{AgentId, Fact, Profile, QueueName, QueueSet, RegionName};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{HEAD, leads, numbers, script};
use crate::transfers::to_number;

const SECOND: Duration = Duration::from_secs(1);
/// From Beijing, from Shanghai, from London.
const BEIJING: &str = "01065529900";
const SHANGHAI: &str = "02165529900";
const LONDON: &str = "+442079460000";

/// 4100 enters the queue `house`, 4200 the agent 1009, both by region; 4300 and 4400 are scripts that do the same. The
/// region `capital` has the queue `north`, the region `china` has `night` and `north`.
fn hotline() -> Hotline {
    Hotline::with(|config| {
        for name in ["house", "north", "night"] {
            config.queues.insert(name.into(), queue(name));
        }
        let region = |name: &str, prefix: &str, queues: &[&str]| Region {
            name: name.into(),
            prefixes: vec![config.plan.prefix(prefix).unwrap()],
            queues: QueueSet::of(queues.iter().map(|name| QueueName::from(*name))).unwrap(),
        };
        config.regions = Regions::new(vec![
            region("capital", "010", &["north"]),
            region("china", "+86", &["night", "north"]),
        ]);
        scripts(config);
        let entries = [
            ("4100", Entry::Queue("house".into())),
            ("4200", Entry::Agent("1009".into())),
            ("4300", Entry::Script("by-queue".into())),
            ("4400", Entry::Script("by-agent".into())),
        ];
        let lines = entries.map(|(digits, entry)| {
            let by_region = !matches!(entry, Entry::Script(_));
            let number = Number {
                by_region,
                ..leads(entry)
            };
            (digits, number)
        });
        numbers(config, lines);
    })
}

fn queue(name: &str) -> Queue {
    let mut rules = acd::QueueConfig::new(name.into());
    rules.wrap_up = Duration::ZERO;
    Queue {
        rules,
        title: BTreeMap::new(),
        vip_first: false,
        keeping: engine::Keeping::default(),
        survey: None,
        music: media::SoundName::new(&format!("music/{name}")),
        opening: engine::OpeningSounds::default(),
        announce: engine::Announce::default(),
    }
}

fn scripts(config: &mut Config) {
    let rest = "[queue.rest]\nqueue = \"house\"\non_timeout = \"end\"\non_no_agents = \"end\"\n";
    let by_queue = "[queue.go]\nqueue = \"house\"\nby_region = true\non_timeout = \"end\"\non_no_agents = \"rest\"\n";
    let by_agent = "[transfer.go]\nto = \"agent:1009\"\nby_region = true\non_busy = \"end\"\non_no_answer = \"end\"\n\
                    on_failure = \"rest\"\n";
    for (name, nodes) in [("by-queue", by_queue), ("by-agent", by_agent)] {
        script(config, name, &format!("{HEAD}{rest}{nodes}"));
    }
}

fn tea() -> StateRequest {
    StateRequest::NotReady {
        reason: "tea".into(),
    }
}

fn names<'a>(names: impl IntoIterator<Item = &'a QueueName>) -> String {
    let names: Vec<_> = names.into_iter().map(QueueName::as_str).collect();
    names.join(" ")
}

/// `north+night by capital china`, of each `queue.joined`.
fn joined(hotline: &Hotline) -> Vec<String> {
    let facts = hotline.facts_named("queue.joined").into_iter();
    let told = facts.map(|fact| match fact {
        Fact::QueueJoined {
            queue,
            also,
            regions,
            ..
        } => {
            let queues = names([queue].into_iter().chain(also)).replace(' ', "+");
            let regions: Vec<_> = regions.iter().map(RegionName::as_str).collect();
            format!("{queues} by {}", regions.join(" "))
        }
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[test]
fn a12_a_number_leads_callers_to_the_union_of_the_queues_of_their_regions() {
    for (caller, stands_in) in [
        (BEIJING, "north+night by capital china"),
        (SHANGHAI, "night+north by china"),
        (LONDON, "house by "),
        ("10086", "house by "),
        ("anonymous", "house by "),
    ] {
        for number in ["4100", "4300"] {
            let mut hotline = hotline();
            for (queue, login) in [("house", "1001"), ("north", "1002"), ("night", "1003")] {
                hotline.agent_of(&[queue], login, Manner::Answers(SECOND));
            }
            hotline.caller(caller, number);
            hotline.run_for(3 * SECOND);
            assert_eq!(joined(&hotline), [stands_in], "{caller} {number}");
            let by = match &stands_in[..5] {
                "north" => "1002",
                "night" => "1003",
                _ => "1001",
            };
            assert_eq!(hotline.hears(caller), by, "{caller} {number}");
            hotline.hangs_up(caller);
            hotline.assert_clean();
        }
    }
}

#[test]
fn a12_who_is_free_in_any_group_takes_him_and_he_is_counted_once() {
    let mut hotline = hotline();
    let north = hotline.agent_of(&["north"], "1002", Manner::Answers(SECOND));
    let night = hotline.agent_of(&["night"], "1003", Manner::Answers(SECOND));
    for agent in [north, night] {
        hotline.says(agent, tea());
    }
    hotline.caller(BEIJING, "4100");
    hotline.run_for(9 * SECOND);
    assert_eq!(hotline.hears(BEIJING), "music");
    for queue in ["north", "night"] {
        assert_eq!(hotline.engine.acd().waiting(&queue.into()), 1, "{queue}");
    }
    hotline.says(night, StateRequest::Ready);
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears(BEIJING), "1003");
    for queue in ["north", "night"] {
        assert_eq!(hotline.engine.acd().waiting(&queue.into()), 0, "{queue}");
    }
    // The why-record names the queue by which he was offered.
    let [
        Fact::OfferMade {
            decision, offer, ..
        },
    ] = hotline.facts_named("offer.made")[..]
    else {
        panic!("one offer");
    };
    assert_eq!(decision.queue.as_str(), "night");
    assert_eq!(offer.queue, Some("night".into()));
    hotline.hangs_up(BEIJING);
    hotline.run_for(SECOND);
    let record = hotline.record();
    assert_eq!(record.queue, Some("north".into()), "his home queue");
    assert_eq!(record.segments[0].queue, Some("night".into()));
    assert_eq!(hotline.facts_named("queue.joined").len(), 1);
    assert!(
        (9_900..12_000).contains(&record.wait_ms),
        "{}",
        record.wait_ms
    );
    hotline.assert_clean();
}

#[test]
fn a12_region_beats_the_named_agent() {
    for number in ["4200", "4400"] {
        for (caller, by) in [(BEIJING, "1002"), (LONDON, "1009")] {
            let mut hotline = hotline();
            hotline.agent_of(&["house"], "1009", Manner::Answers(SECOND));
            hotline.agent_of(&["north"], "1002", Manner::Answers(SECOND));
            hotline.caller(caller, number);
            hotline.run_for(3 * SECOND);
            assert_eq!(hotline.hears(caller), by, "{caller} {number}");
            hotline.hangs_up(caller);
            hotline.assert_clean();
        }
    }
}

#[test]
fn a12_a_script_goes_on_by_its_exits_when_nobody_of_the_region_is_there() {
    for number in ["4300", "4400"] {
        let mut hotline = hotline();
        hotline.agent_of(&["house"], "1001", Manner::Answers(SECOND));
        hotline.caller(BEIJING, number);
        hotline.run_for(3 * SECOND);
        assert_eq!(joined(&hotline), ["house by "], "{number}");
        let [Fact::QueueLeft { queue, cause, .. }] = hotline.facts_named("queue.left")[..] else {
            panic!("turned away once");
        };
        assert_eq!((queue.as_str(), *cause), ("north", QueueExit::NoAgents));
        assert_eq!(hotline.hears(BEIJING), "1001", "{number}");
        hotline.hangs_up(BEIJING);
        hotline.assert_clean();
    }
}

#[test]
fn a12_r57_a_familiar_agent_comes_first_within_the_union() {
    let mut hotline = hotline();
    hotline.reload(|config| {
        let north = config.queues.get_mut("north").unwrap();
        north.rules.strategy = acd::strategy::find("sticky").unwrap();
    });
    hotline.agent_of(&["north"], "1002", Manner::Answers(SECOND));
    let night = hotline.agent_of(&["night"], "1003", Manner::Answers(SECOND));
    let profile = Profile {
        ties: model::Ties::owned_by(night),
        ..Profile::default()
    };
    hotline.directory = (profile, Duration::from_millis(1));
    hotline.caller(BEIJING, "4100");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears(BEIJING), "1003");
    hotline.hangs_up(BEIJING);
    hotline.assert_clean();
}

#[test]
fn a12_who_is_handed_on_to_such_a_number_goes_by_his_region_with_his_wait() {
    let mut hotline = hotline();
    let house = hotline.agent_of(&["house"], "1001", Manner::Answers(SECOND));
    hotline.agent_of(&["night"], "1003", Manner::Answers(SECOND));
    hotline.reload(|config| config.regions = Regions::default());
    hotline.caller(SHANGHAI, "4100");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears(SHANGHAI), "1001");
    hotline.reload(|config| {
        config.regions = Regions::new(vec![Region {
            name: "china".into(),
            prefixes: vec!["+86".into()],
            queues: QueueName::from("night").into(),
        }]);
    });
    assert!(hotline.orders(house, SHANGHAI, to_number("4200")));
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears(SHANGHAI), "1003");
    assert_eq!(joined(&hotline), ["house by ", "night by china"]);
    hotline.hangs_up(SHANGHAI);
    hotline.assert_clean();
}

#[test]
fn a12_d30_a_queue_that_is_taken_away_leaves_him_in_the_others() {
    let mut hotline = hotline();
    let night = hotline.agent_of(&["night"], "1003", Manner::Answers(SECOND));
    hotline.agent_of(&["north"], "1002", Manner::Rings);
    hotline.says(night, tea());
    hotline.caller(BEIJING, "4100");
    hotline.run_for(3 * SECOND);
    hotline.reload(|config| {
        config.queues.remove("north");
    });
    hotline.run_for(SECOND);
    let [
        Fact::QueueDropped {
            dropped,
            queue,
            also,
            ..
        },
    ] = hotline.facts_named("queue.dropped")[..]
    else {
        panic!("told once");
    };
    assert_eq!((dropped.as_str(), queue.as_str()), ("north", "night"));
    assert_eq!(*also, Vec::<QueueName>::new());
    assert_eq!(hotline.hears(BEIJING), "music");
    assert_eq!(hotline.facts_named("offer.cancelled").len(), 1);
    hotline.says(night, StateRequest::Ready);
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears(BEIJING), "1003");
    assert_eq!(hotline.state(AgentId::new(1_002)).name(), "ready");
    hotline.hangs_up(BEIJING);
    hotline.assert_clean();
}
