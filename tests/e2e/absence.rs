//! Who is away, said at the terminal of a house that serves, and read from its pages (C6).

use std::process::Output;

use serde_json::Value;

use crate::house::House;

fn absent(house: &House, words: &[&str]) -> Output {
    let mut verb = house.trunkline();
    verb.args(["agent", "absent", "1001"])
        .args(words)
        .output()
        .unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn c6_who_is_away_is_said_at_the_terminal_and_read_by_the_pages() {
    let house = House::open();
    let admin = house.sign_in("admin");
    let id = |login: &str| {
        let agents = admin.read("/v1/agents");
        let mut agents = agents["items"].as_array().unwrap().iter();
        let found = agents.find(|it| it["login"] == login).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let path = format!("/v1/agents/{}", id("1001"));
    let away = ["--until", "2999-01-01 09:00", "--stand-in", "1002"];
    let told = said(&absent(&house, &away));
    assert!(told.contains("1002 stands in"), "{told}");
    let absence = admin.read(&path)["absence"].clone();
    assert_eq!(absence["stand_in"], id("1002"));
    let list = house.trunkline().args(["agent", "list"]).output().unwrap();
    assert!(said(&list).contains("(away)"));
    for (wrong, why) in [
        (&["--until", "2020-01-01 09:00"][..], "ends in the future"),
        (&["--until", "soon"], "`soon` is no moment"),
        (
            &["--until", "2999-01-01 09:00", "--stand-in", "9999"],
            "no agent 9999",
        ),
        (&[], "--until"),
    ] {
        let refused = absent(&house, wrong);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains(why), "{told}");
    }
    assert_eq!(admin.read(&path)["absence"], absence, "nothing of it");
    assert_eq!(said(&absent(&house, &["--back"])), "1001 is here\n");
    assert_eq!(admin.read(&path)["absence"], Value::Null);
}
