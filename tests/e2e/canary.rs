//! M6: a version that is tried on a share of callers is heard by them alone, is taken back when they hang up on it, and stays so
//! when the process is killed.

use model::NumberPlan;
use model::canary::lot_of;

use crate::baresip::Baresip;
use crate::house::House;
use crate::patience::{soon, until};
use crate::sound::tone_wav;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";
const FIRST_HZ: f64 = 1_900.0;
const SECOND_HZ: f64 = 2_300.0;

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

/// Numbers that fall to a canary on 5 %, or do not.
fn numbers(on_canary: bool) -> impl Iterator<Item = String> {
    let plan = NumberPlan::new("CN").unwrap();
    let all = (0..).map(|index: u32| format!("137{index:08}"));
    all.filter(move |number| {
        let lot = lot_of(&plan.key(number).key);
        ((u128::from(lot) * 100) >> 64 < 5) == on_canary
    })
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
    ]);
    let text = main("on = \"5%\"", "second");
    std::fs::write(house.dir.join("ivr/main.toml"), text).unwrap();
    house.signal("HUP");
    until("the reload", || house.words().contains("read again"));

    let mut few = numbers(true);
    hears(&house, &numbers(false).next().unwrap(), FIRST_HZ);
    let ended = |house: &House| {
        let facts = house.facts().into_iter();
        facts.filter(|fact| fact["type"] == "canary.ended").count()
    };
    let mut met = 0;
    while ended(&house) == 0 {
        assert!(met < 8, "all of {met} callers hung up");
        hears(&house, &few.next().unwrap(), SECOND_HZ);
        met += 1;
    }
    hears(&house, &few.next().unwrap(), FIRST_HZ);

    let admin = house.sign_in("admin");
    let told = soon("the canary", || {
        let told = admin.read("/v1/canary");
        (told["ended_by"] == "hung_up").then_some(told)
    });
    assert_eq!(told["measures"][0]["canary"], met, "{told}");
    assert_eq!(told["measures"][0]["former"], 1, "{told}");
    house.signal("KILL");
    house.ended();
    house.start();
    hears(&house, &few.next().unwrap(), FIRST_HZ);
    assert_eq!(ended(&house), 1);
    let done = house.trunkline().args(["ivr", "canary"]).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(
        told.contains("main: version 2 on 5 % of callers, version 1"),
        "{told}"
    );
    assert!(told.contains("taken back by `hung_up`"), "{told}");
}
