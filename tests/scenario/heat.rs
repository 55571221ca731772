//! E23: facts tell how a caller left each node, and what he tried there in vain; none of them holds what was keyed in secretly.

use std::time::Duration;

use engine::Entry;
use model::{Fact, Visit, Visits};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{HEAD, leads, numbers, script};

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);
const PIN: &str = "[prompt.ask]\nen = \"Key in your PIN.\"\n[collect.go]\nprompt = \"ask\"\ninto = \"pin\"\nsecret = true\nmin = 4\n\
    max = 4\ntimeout_s = 3\nnext = \"which\"\non_failure = \"end\"\n\
    [menu.which]\nprompt = \"ask\"\nkeys = { 7 = \"part\", 0 = \"support\" }\ntimeout_s = 3\non_failure = \"end\"\n\
    [script.part]\nscript = \"part\"\nnext = \"which\"\n\
    [queue.support]\nqueue = \"support\"\non_timeout = \"end\"\non_no_agents = \"end\"\n";
const PART: &str = "[play.go]\nprompt = \"told\"\nnext = \"back\"\n[prompt.told]\nen = \"Thank you.\"\n[return.back]\n";

fn hotline() -> Hotline {
    Hotline::with(|config| {
        script(config, "main", &format!("{HEAD}{PIN}"));
        let head = HEAD.replace("[hangup.end]\n", "");
        script(config, "part", &format!("{head}{PART}"));
        numbers(config, [("4000", leads(Entry::Script("main".into())))]);
    })
}

fn visits(hotline: &Hotline) -> Vec<Visit> {
    let mut visits = Visits::default();
    for (at, fact) in hotline.facts.iter().filter(|(_, it)| it.call().is_some()) {
        visits.apply(*at, fact);
    }
    visits.into_done()
}

fn told(hotline: &Hotline) -> Vec<String> {
    let visits = visits(hotline).into_iter();
    let told = visits.map(|it| {
        let (timeouts, wrong) = (it.failed.timeouts, it.failed.wrong_keys);
        let person = if it.to_person { " to people" } else { "" };
        format!("{} {}{person} {timeouts}+{wrong}", it.node, it.way.word())
    });
    told.collect()
}

fn keys(hotline: &mut Hotline, keys: &str) {
    for key in keys.chars() {
        hotline.run_for(SECOND / 2);
        hotline.presses(CALLER, key);
    }
}

#[test]
fn e23_each_node_is_left_by_its_exit_and_nothing_secret_is_told() {
    let mut hotline = hotline();
    hotline.agent("1001", Manner::Answers(2 * SECOND));
    hotline.caller(CALLER, "4000");
    hotline.run_for(6 * SECOND);
    keys(&mut hotline, "8642");
    hotline.run_for(SECOND);
    keys(&mut hotline, "97");
    hotline.run_for(10 * SECOND);
    keys(&mut hotline, "0");
    hotline.run_for(10 * SECOND);
    hotline.hangs_up(CALLER);
    hotline.run_for(5 * SECOND);
    let told = told(&hotline);
    assert_eq!(
        told,
        [
            "go exit:input 1+0",
            "which exit:7 0+1",
            "go exit:next 0+0",
            "back exit:return 0+0",
            "part exit:next 0+0",
            "which exit:0 to people 1+0",
            "support answered 0+0"
        ]
    );
    let all = serde_json::to_string(&facts(&hotline)).unwrap();
    assert!(!all.contains("8642"), "{all}");
}

#[test]
fn e23_who_hangs_up_after_vain_tries_is_told_with_them() {
    let mut hotline = hotline();
    hotline.caller(CALLER, "4000");
    hotline.run_for(7 * SECOND);
    hotline.hangs_up(CALLER);
    hotline.run_for(5 * SECOND);
    let visits = visits(&hotline);
    assert_eq!(visits.len(), 1, "{visits:?} {:?}", hotline.story());
    assert_eq!(visits[0].way.word(), "hung_up");
    assert_eq!(hotline.facts_named("ivr.gave_up").len(), 1);
    assert!(visits[0].failed.timeouts >= 1, "{visits:?}");
}

fn facts(hotline: &Hotline) -> Vec<&Fact> {
    hotline.facts.iter().map(|(_, fact)| fact).collect()
}
