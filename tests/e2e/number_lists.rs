//! Number lists by the binary's own verb, on the store of a server that runs (A7, F6).

use std::process::Output;
use std::time::Duration;

use crate::house::House;
use crate::patience::{soon, until};
use crate::wire::{OFFER, Wire};

fn lists(house: &House, words: &[&str]) -> Output {
    let mut verb = house.trunkline();
    verb.arg("number-list").args(words).output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What the server answers to a call of 13800009999. He does not call so often that the gate would drop his calls.
fn answer(house: &House) -> String {
    std::thread::sleep(Duration::from_millis(200));
    let caller = Wire::to(house.sip);
    let sdp = "Content-Type: application/sdp\r\n";
    let invite = caller.request("INVITE", "4000", sdp, OFFER);
    caller.send(invite.as_bytes());
    let status = caller.final_answer();
    status.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a7_a_caller_is_barred_and_let_in_again_by_the_command_line() {
    let house = House::open();
    assert_eq!(answer(&house), "SIP/2.0 200 OK");
    let add = [
        "add",
        "black",
        "138-0000-9999",
        "--action",
        "reject",
        "--reason",
        "threats",
    ];
    let told = said(&lists(&house, &add));
    assert!(
        told.contains("+8613800009999") && told.contains("threats"),
        "{told}"
    );
    until("the server knows", || {
        answer(&house) == "SIP/2.0 603 Decline"
    });
    let row = soon("his calls are counted", || {
        let list = said(&lists(&house, &["--json", "list"]));
        let row: serde_json::Value = serde_json::from_str(list.trim()).unwrap();
        row["hits"]
            .as_u64()
            .is_some_and(|hits| hits > 0)
            .then_some(row)
    });
    assert_eq!(row["numbers"], "+8613800009999");
    assert_eq!(row["action"], "reject");
    assert_eq!(row["owner"], "admin");
    assert_eq!(row["until"], serde_json::Value::Null);
    let first = row["id"].as_str().unwrap();
    let pass = [
        "add",
        "white",
        "13800009999",
        "--reason",
        "appealed",
        "--days",
        "30",
        "--scope",
        "number:4000",
    ];
    let told = said(&lists(&house, &pass));
    assert!(
        told.contains("passes") && told.contains("[number:4000]") && !told.contains("taken back"),
        "{told}"
    );
    until("white passes past black", || {
        answer(&house) == "SIP/2.0 200 OK"
    });
    let of_number = lists(&house, &["list", "--number", "008613800009999"]);
    assert_eq!(said(&of_number).lines().count(), 2);
    let white = said(&lists(&house, &["--json", "list", "--list", "white"]));
    let white: serde_json::Value = serde_json::from_str(white.trim()).unwrap();
    said(&lists(&house, &["remove", white["id"].as_str().unwrap()]));
    until("he is barred again", || {
        answer(&house) == "SIP/2.0 603 Decline"
    });
    said(&lists(&house, &["remove", first]));
    assert_eq!(said(&lists(&house, &["list"])), "");
    until("he is let in", || answer(&house) == "SIP/2.0 200 OK");
}

#[test]
fn what_cannot_be_listed_is_refused_with_a_word() {
    let house = House::open();
    let black = |numbers, action| ["add", "black", numbers, "--reason", "x", "--action", action];
    let days = [&black("13800009999", "busy")[..], &["--days", "0"]].concat();
    let scope = [
        &black("13800009999", "busy")[..],
        &["--scope", "queue:nowhere"],
    ]
    .concat();
    for (words, why) in [
        (&black("anonymous", "busy")[..], "withheld"),
        (&black("13800009999", "shoot"), "shoot"),
        (
            &black("13800009999", "script:nowhere"),
            "no script `nowhere`",
        ),
        (&days, "past"),
        (&scope, "no queue `nowhere`"),
        (&["add", "black", "13800009999", "--reason", "x"], "action"),
        (
            &["add", "vip", "13800009999", "--reason", " ", "--level", "1"],
            "reason",
        ),
        (&["remove", "9"], "number list entry"),
    ] {
        let told = lists(&house, words);
        let errors = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(1), "{words:?}: {errors}");
        assert!(errors.contains(why), "{words:?}: {errors}");
    }
    assert_eq!(said(&lists(&house, &["list"])), "");
}
