//! M6: a share of all callers meets a new version of a script, and nobody any more once it is plainly worse: at once, for good,
//! and across a restart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Config, Entry, Input, OnTrial};
use ivr::{Answer, RESULT, Value};
use model::canary::{Canary, CanaryPair, Measure, TrialState, Trials};
use model::{Fact, ScriptName};

use crate::hotline::Hotline;
use crate::plan::{HEAD, leads, numbers, script};

const SECOND: Duration = Duration::from_secs(1);
/// Half of all callers.
const HALF: u32 = 500_000;

/// The menu of a version; `part` does a piece of its work.
fn menu(wait: &str) -> String {
    format!(
        "{HEAD}[prompt.ask]\nen = \"Press 1.\"\n[script.go]\nscript = \"part\"\nnext = \"ask\"\n\
         [menu.ask]\nprompt = \"ask\"\nkeys = {{ 1 = \"end\" }}\ntimeout_s = {wait}\non_failure = \"end\"\n"
    )
}

fn part(text: &str) -> String {
    let head = HEAD.replace("[hangup.end]\n", "");
    format!(
        "{head}[prompt.told]\nen = \"{text}\"\n[play.go]\nprompt = \"told\"\nnext = \"back\"\n[return.back]\n"
    )
}

/// Versions 6 (former) and 7 of both scripts.
fn versions(config: &mut Config, on_ppm: u32) {
    numbers(config, [("4000", leads(Entry::Script("main".into())))]);
    let lay = |config: &mut Config, version: u32, wait: &str| {
        script(config, "main", &menu(wait));
        script(config, "part", &part(&format!("Version {version}.")));
        for script in config.scripts.values_mut() {
            Arc::get_mut(script).unwrap().set_version(version);
        }
    };
    lay(config, 6, "50");
    let former = std::mem::take(&mut config.scripts);
    lay(config, 7, "60");
    let pair = CanaryPair {
        former: 6,
        version: 7,
    };
    let scripts = ["main", "part"].map(|name| (ScriptName::from(name), pair));
    config.canary = Some(OnTrial {
        canary: Canary {
            scripts: BTreeMap::from(scripts),
            on_ppm,
            worse_ppm: 100_000,
            salt: 0,
        },
        former,
    });
}

fn hotline(on_ppm: u32) -> Hotline {
    Hotline::with(|config| versions(config, on_ppm))
}

fn number(index: u32) -> String {
    format!("138{index:08}")
}

/// He calls, hears what there is, and hangs up in the menu, or presses its key.
fn calls(hotline: &mut Hotline, number: &str, presses: bool) {
    hotline.caller(number, "4000");
    hotline.run_for(4 * SECOND);
    if presses {
        hotline.presses(number, '1');
    } else {
        hotline.hangs_up(number);
    }
    hotline.run_for(3 * SECOND);
}

/// The versions of the scripts that the last caller came to.
fn versions_met(hotline: &Hotline, call: usize) -> Vec<u32> {
    let arrived = hotline.facts_named("call.arrived")[call].call();
    let entered = hotline.facts_named("ivr.entered").into_iter();
    let of_call = entered.filter(|fact| fact.call() == arrived);
    let mut versions: Vec<u32> = of_call
        .map(|fact| {
            let Fact::IvrEntered { version, .. } = fact else {
                panic!("{fact:?}");
            };
            *version
        })
        .collect();
    versions.dedup();
    versions
}

fn trials(hotline: &Hotline) -> Trials {
    let mut trials = Trials::default();
    for (_, fact) in &hotline.facts {
        trials.apply(fact);
    }
    trials
}

#[test]
fn m6_a_caller_meets_one_side_in_all_scripts_and_the_same_one_again() {
    let mut hotline = hotline(HALF);
    let mut met = Vec::new();
    for index in 0..12 {
        let number = number(index % 6);
        calls(&mut hotline, &number, true);
        let versions = versions_met(&hotline, index as usize);
        assert_eq!(versions.len(), 1, "one side in both scripts: {versions:?}");
        met.push(versions[0]);
    }
    assert_eq!(met[..6], met[6..], "who calls again meets the same");
    assert!(met.contains(&6) && met.contains(&7), "{met:?}");
    let trials = trials(&hotline);
    assert_eq!(trials.state(), Some(TrialState::Running));
    let standings = &trials.last().unwrap().standings;
    assert!(standings.is_empty(), "nothing went badly: {standings:?}");
    hotline.assert_clean();
}

#[test]
fn m6_a_call_ends_on_the_side_on_which_it_began() {
    let mut hotline = hotline(HALF);
    let callers: Vec<String> = (0..6).map(number).collect();
    for caller in &callers {
        hotline.caller(caller, "4000");
    }
    hotline.run_for(SECOND / 2);
    hotline.reload(|config| config.canary = None);
    hotline.run_for(5 * SECOND);
    for caller in &callers {
        hotline.presses(caller, '1');
    }
    hotline.run_for(3 * SECOND);
    let met: Vec<_> = (0..6).map(|call| versions_met(&hotline, call)).collect();
    assert!(met.contains(&vec![6]) && met.contains(&vec![7]), "{met:?}");
    assert!(met.iter().all(|versions| versions.len() == 1), "{met:?}");
    // Both sides enter a script, its part, and the menu; the key leads to the end.
    assert_eq!(hotline.facts_named("ivr.entered").len(), 6 * 5);
    hotline.assert_clean();
}

const LOOKS_UP: &str =
    "[http.go]\nurl = \"https://cases.example/1\"\nok = \"end\"\nbad = \"end\"\nnone = \"end\"\n";
/// Its results bear the words of what can go wrong elsewhere.
const TALKS: &str = "[bot.go]\nbot = \"helper\"\nkeys = { 0 = \"end\" }\nresults = { none = \"end\", bot_failed = \"end\" }\non_failure = \"end\"\n";

#[test]
fn m6_what_a_service_brings_is_no_error_and_that_it_fails_is() {
    let result =
        |result: &str| Answer::Found([(RESULT.to_owned(), Value::Text(result.to_owned()))].into());
    let rows = [
        (LOOKS_UP, Answer::Missing, None),
        (LOOKS_UP, Answer::Bad("no JSON".to_owned()), Some(8)),
        (TALKS, result("none"), None),
        (TALKS, result("bot_failed"), None),
        (TALKS, Answer::Bad("flood".to_owned()), Some(8)),
        (TALKS, Answer::NoAnswer("unreachable".to_owned()), Some(8)),
    ];
    for (node, answer, errors) in rows {
        let asks = format!("{HEAD}{node}");
        let mut hotline = Hotline::with(|config| {
            versions(config, HALF);
            let former = config.canary.as_mut().unwrap();
            for scripts in [&mut config.scripts, &mut former.former] {
                let mut with = std::mem::take(scripts);
                let (script, found) = ivr::parse("main".into(), "main.toml", &asks);
                assert_eq!(found, []);
                with.insert("main".into(), Arc::new(script.unwrap()));
                *scripts = with;
            }
        });
        hotline.service = (answer, SECOND / 10);
        for index in 0..8 {
            hotline.caller(&number(index), "4000");
            hotline.run_for(3 * SECOND);
        }
        let trials = trials(&hotline);
        let standings = &trials.last().unwrap().standings;
        let counted = standings.get(&Measure::Error);
        let counted = counted.map(|it| it.canary_bad + it.former_bad);
        assert_eq!(counted, errors, "{standings:?}");
    }
}

#[test]
fn m6_what_changes_nothing_is_not_told() {
    let mut hotline = hotline(HALF);
    for _ in 0..3 {
        for index in 0..4 {
            calls(&mut hotline, &number(index), false);
        }
    }
    assert_eq!(hotline.facts_named("canary.bad_call").len(), 4);
    assert_eq!(hotline.facts_named("canary.laid").len(), 1);
    hotline.reload(|_| {});
    assert_eq!(hotline.facts_named("canary.laid").len(), 1, "no news");
    hotline.reload(|config| config.canary = None);
    assert_eq!(hotline.facts_named("canary.laid").len(), 2);
    assert_eq!(trials(&hotline).state(), Some(TrialState::Stopped));
}

/// On the canary everybody hangs up, on the former version nobody; until it is taken back.
fn until_taken_back(hotline: &mut Hotline) -> u32 {
    for index in 0..200 {
        let number = number(index);
        hotline.caller(&number, "4000");
        hotline.run_for(4 * SECOND);
        let versions = versions_met(hotline, index as usize);
        if versions == [7] {
            hotline.hangs_up(&number);
        } else {
            hotline.presses(&number, '1');
        }
        hotline.run_for(3 * SECOND);
        if !hotline.facts_named("canary.ended").is_empty() {
            return index + 1;
        }
    }
    panic!("a canary from which everybody hangs up is not taken back");
}

#[test]
fn m6_a_canary_that_is_worse_is_taken_back_at_once_and_stays_so_after_a_restart() {
    let mut hotline = hotline(HALF);
    let so_far = until_taken_back(&mut hotline);
    assert!(so_far <= 60, "{so_far}");
    let known = trials(&hotline);
    let ended = known.last().unwrap().ended.clone().unwrap();
    assert_eq!(ended.former_bad, 0);
    assert_eq!(ended.calls.len(), ended.canary_bad as usize);
    let all_meet_the_former = |hotline: &mut Hotline, first: u32, so_far: usize| {
        for index in 0..8 {
            calls(hotline, &number(first + index), true);
            assert_eq!(versions_met(hotline, so_far + index as usize), [6]);
        }
    };
    all_meet_the_former(&mut hotline, 1_000, so_far as usize);
    // Read again, the same text stays refused; a new process learns it from the facts.
    hotline.reload(|_| {});
    all_meet_the_former(&mut hotline, 2_000, so_far as usize + 8);
    // So it does when another is tried beside it, and when nothing was tried for a while.
    let beside = |config: &mut engine::Config| {
        let trial = config.canary.as_mut().expect("it is tried");
        let other = ScriptName::from("billing");
        let pair = model::canary::CanaryPair {
            former: 1,
            version: 2,
        };
        trial.canary.scripts.insert(other, pair);
    };
    hotline.reload(beside);
    all_meet_the_former(&mut hotline, 3_000, so_far as usize + 16);
    let mut tried = None;
    hotline.reload(|config| tried = config.canary.take());
    hotline.reload(|config| config.canary = tried);
    all_meet_the_former(&mut hotline, 4_000, so_far as usize + 24);
    hotline.assert_clean();

    let mut next = self::hotline(HALF);
    next.engine
        .handle_input(next.now, Input::RestoredCanaries(Some(Box::new(known))));
    all_meet_the_former(&mut next, 0, 0);
    // Another text is another canary.
    next.reload(|config| {
        if let Some(trial) = &mut config.canary {
            trial
                .canary
                .scripts
                .values_mut()
                .for_each(|pair| pair.version = 8);
        }
    });
    let mut met = Vec::new();
    for index in 0..8 {
        calls(&mut next, &number(index), true);
        met.extend(versions_met(&next, 8 + index as usize));
    }
    assert!(met.contains(&7), "{met:?}");
}

#[test]
fn m6_where_nobody_knows_what_was_taken_back_the_former_versions_lead_everybody() {
    let mut hotline = hotline(HALF);
    let now = hotline.now;
    hotline
        .engine
        .handle_input(now, Input::RestoredCanaries(None));
    // What the house that tries it told before it learned that nobody knows comes with the first call.
    let mut told = 0;
    for index in 0..16 {
        if index == 8 {
            // A reload does not know more.
            told = hotline.facts_named("canary.laid").len();
            hotline.reload(|config| {
                let trial = config.canary.as_mut().expect("it is tried");
                trial.canary.on_ppm = 1_000_000;
            });
        }
        calls(&mut hotline, &number(index), true);
        assert_eq!(versions_met(&hotline, index as usize), [6], "{index}");
    }
    assert_eq!(hotline.facts_named("canary.laid").len(), told);
    assert!(hotline.facts_named("canary.bad_call").is_empty());
    hotline.assert_clean();
}
