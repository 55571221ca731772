//! E23: where callers go in a script and where they hang up is told by the API, by command and on the graph; a process that is
//! killed in a call loses no count and doubles none.

use serde_json::{Value, json};

use crate::baresip::Baresip;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::http::Session;
use crate::patience::soon;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";
const MAIN: &str = r#"title = { en = "Main" }
languages = ["en"]
start = "welcome"
[prompt.welcome]
en = "Press 1."
[prompt.goodbye]
en = "Goodbye."
[menu.welcome]
prompt = "welcome"
keys = { 1 = "end" }
timeout_s = 60
on_failure = "end"
[hangup.end]
prompt = "goodbye"
"#;

/// The menu's figures, once so many have come there.
fn welcome(admin: &Session, entered: u64) -> Value {
    soon("the heat of the menu", || {
        let heat = admin.read("/v1/scripts/main/heat?version=1");
        let nodes = heat["nodes"].as_array().unwrap().iter();
        let mut nodes = nodes.filter(|node| node["node"] == "welcome");
        nodes.find(|node| node["entered"] == entered).cloned()
    })
}

/// Somebody who hears the menu; he keeps his line.
fn caller(house: &House, number: &str) -> Baresip {
    let mut caller = house.caller(number, 440);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 300);
    caller
}

#[test]
fn e23_the_heat_of_a_script_outlasts_a_process_that_is_killed() {
    let mut house = House::open_files(&[
        ("config/trunkline.toml", TRUNKLINE),
        ("ivr/main.toml", MAIN),
    ]);
    let mut patient = caller(&house, "13700000001");
    patient.hangs_up();
    let mut busy = caller(&house, "13700000002");
    busy.presses('1');
    house.until_empty();
    let admin = house.sign_in("admin");
    let told = welcome(&admin, 2);
    let exits = json!([{ "exit": "1", "count": 1, "share": 0.5 }]);
    assert_eq!((&told["exits"], &told["hung_up"]), (&exits, &json!(1)));

    // He is in the menu when the process is killed: his call is closed by the next one.
    let _cut = caller(&house, "13700000003");
    house.signal("KILL");
    house.ended();
    house.start();
    let admin = house.sign_in("admin");
    let told = welcome(&admin, 3);
    assert_eq!(
        (&told["exits"], &told["hung_up"], &told["lost"]),
        (
            &json!([{ "exit": "1", "count": 1, "share": 1.0 / 3.0 }]),
            &json!(1),
            &json!(1)
        ),
        "{told}"
    );

    let said = |words: &[&str]| {
        let done = house.trunkline().arg("ivr").args(words).output().unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        (done.status.code(), text)
    };
    let (code, table) = said(&["heat", "main", "--lang", "zh"]);
    assert_eq!(code, Some(0));
    assert!(
        table.contains("menu welcome：进入 3 次，挂机 1（33.3%）"),
        "{table}"
    );
    let (_, text) = said(&["heat", "main", "--json"]);
    let nodes: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(nodes["nodes"][1], told);
    let (_, graph) = said(&["graph", "main", "--heat"]);
    assert!(
        graph.contains("menu welcome · 3 came, 33.3 % hung up"),
        "{graph}"
    );
    let (_, svg) = said(&["graph", "main", "--heat", "--format", "svg"]);
    assert!(
        svg.contains("33.3 % hung up") && svg.contains("#f48a7a"),
        "{svg}"
    );
    assert_eq!(said(&["heat", "nothing"]).0, Some(1));
}
