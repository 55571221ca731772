//! M6: a version that is tried on a share of callers is heard by them alone, is taken back when they hang up on it, and stays so
//! when the process is killed.

use model::NumberPlan;
use model::canary::Canary;

use crate::baresip::Baresip;
use crate::house::House;
use crate::patience::{soon, until};
use crate::sound::tone_wav;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";
const FIRST_HZ: f64 = 1_500.0;
const SECOND_HZ: f64 = 1_900.0;
const TRIED_HZ: f64 = 2_300.0;
/// What leads into a queue that the house may lose.
const SALES: &str =
    "[queue.sales]\nqueue = \"sales\"\non_timeout = \"end\"\non_no_agents = \"end\"\n";
/// The queues without it.
const QUEUES: &str = "[queue.support]\nstrategy = \"longest-idle\"\n";

/// A menu that is heard by its own tone.
fn main(head: &str, prompt: &str) -> String {
    format!(
        r#"title = {{ en = "Main" }}
languages = ["en"]
start = "welcome"
{head}
[prompt.{prompt}]
en = "Press 1."
[menu.welcome]
prompt = "{prompt}"
keys = {{ 1 = "end" }}
timeout_s = 60
on_failure = "end"
[hangup.end]
prompt = "{prompt}"
"#
    )
}

/// The same with a key into the queue that the house may lose.
fn with_sales(prompt: &str) -> String {
    let keys = "keys = { 1 = \"end\"";
    main("", prompt).replace(keys, &format!("{keys}, 2 = \"sales\"")) + SALES
}

/// Numbers that fall to a canary, or do not.
fn numbers(canary: &Canary, on_canary: bool) -> impl Iterator<Item = String> {
    let (plan, canary) = (NumberPlan::new("CN").unwrap(), canary.clone());
    let all = (0..).map(|index: u32| format!("137{index:08}"));
    all.filter(move |number| canary.takes(canary.lot(&plan.key(number).key)) == on_canary)
}

/// Another text leads callers, once the files are read again.
fn reads(house: &House, text: &str, times: usize) {
    std::fs::write(house.dir.join("ivr/main.toml"), text).unwrap();
    house.signal("HUP");
    until("the reload", || {
        house.words().matches("read again").count() == times
    });
}

/// What `ivr canary` says.
fn told(house: &House) -> String {
    let done = house.trunkline().args(["ivr", "canary"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// A caller who hears this menu, and hangs up.
fn hears(house: &House, number: &str, hz: f64) -> Baresip {
    let mut caller = house.caller(number, 440);
    caller.calls("4000");
    caller.until_hears(0, hz, 300);
    caller.hangs_up();
    house.until_empty();
    caller
}

#[test]
fn m6_a_canary_on_which_callers_hang_up_is_taken_back_and_stays_so() {
    let mut house = House::open_files(&[
        ("config/trunkline.toml", TRUNKLINE.as_bytes().to_vec()),
        ("ivr/main.toml", main("", "first").into_bytes()),
        ("ivr/prompts/en/first.wav", tone_wav(FIRST_HZ, 1_000)),
        ("ivr/prompts/en/second.wav", tone_wav(SECOND_HZ, 1_000)),
        ("ivr/prompts/en/tried.wav", tone_wav(TRIED_HZ, 1_000)),
    ]);
    assert!(told(&house).contains("no canary runs"));
    reads(&house, &with_sales("second"), 1);
    reads(&house, &main("on = \"5%\"", "tried"), 2);
    let laid = soon("the fact of its beginning", || {
        let mut facts = house.facts().into_iter();
        facts.find(|fact| fact["type"] == "canary.laid")
    });
    let canary: Canary = serde_json::from_value(laid["data"]["canary"].clone()).unwrap();
    soon("what the command says before a call went badly", || {
        let told = told(&house);
        let begun = "main: version 3 on 5 % of callers, version 2";
        (told.contains(begun) && told.contains("it goes on")).then_some(())
    });

    let mut few = numbers(&canary, true);
    hears(&house, &numbers(&canary, false).next().unwrap(), SECOND_HZ);
    let ended = |house: &House| {
        let facts = house.facts().into_iter();
        facts.filter(|fact| fact["type"] == "canary.ended").count()
    };
    let mut met = 0;
    while ended(&house) == 0 {
        assert!(met < 8, "all of {met} callers hung up");
        hears(&house, &few.next().unwrap(), TRIED_HZ);
        met += 1;
    }
    hears(&house, &few.next().unwrap(), SECOND_HZ);

    let admin = house.sign_in("admin");
    let told_then = soon("the canary", || {
        let told = admin.read("/v1/canary");
        (told["state"] == "taken_back").then_some(told)
    });
    assert_eq!(told_then["measures"][0]["canary"], met, "{told_then}");
    assert_eq!(told_then["measures"][0]["former"], 1, "{told_then}");
    house.signal("KILL");
    house.ended();
    house.start();
    hears(&house, &few.next().unwrap(), SECOND_HZ);
    assert_eq!(ended(&house), 1);
    assert!(told(&house).contains("taken back by `hung_up`"));

    // The former version holds no more: the one before it leads, and never the text that was taken back.
    house.signal("KILL");
    house.ended();
    std::fs::write(house.dir.join("config/queues.toml"), QUEUES).unwrap();
    house.start();
    hears(&house, &few.next().unwrap(), FIRST_HZ);
    assert!(house.words().contains("a former version does not hold"));
    assert_eq!(ended(&house), 1);
}
