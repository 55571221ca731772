//! Barred callers by the binary's own verb, on the store of a server that runs (A7).

use std::process::Output;
use std::time::Duration;

use crate::house::House;
use crate::patience::{soon, until};
use crate::wire::{OFFER, Wire};

fn barred(house: &House, words: &[&str]) -> Output {
    let mut verb = house.trunkline();
    verb.arg("barred").args(words).output().unwrap()
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
    let add = ["add", "138-0000-9999", "--reason", "threats"];
    let told = said(&barred(&house, &add));
    assert!(
        told.contains("+8613800009999") && told.contains("threats"),
        "{told}"
    );
    until("the server knows", || {
        answer(&house) == "SIP/2.0 603 Decline"
    });
    let row = soon("his calls are counted", || {
        let list = said(&barred(&house, &["--json", "list"]));
        let row: serde_json::Value = serde_json::from_str(list.trim()).unwrap();
        row["hits"]
            .as_u64()
            .is_some_and(|hits| hits > 0)
            .then_some(row)
    });
    assert_eq!(row["number"], "+8613800009999");
    assert_eq!(row["action"], "reject");
    assert_eq!(row["owner"], "admin");
    assert_eq!(row["until"], serde_json::Value::Null);
    let busy = [
        &add[..],
        &["--action", "busy", "--days", "30", "--note", "appealed"],
    ]
    .concat();
    let told = said(&barred(&house, &busy));
    assert!(
        told.contains("busy") && told.contains("appealed") && !told.contains("taken back"),
        "{told}"
    );
    until("the change counts", || {
        answer(&house) == "SIP/2.0 486 Busy Here"
    });
    assert_eq!(
        said(&barred(&house, &["list"])).lines().count(),
        1,
        "one number, one entry"
    );
    said(&barred(&house, &["remove", "008613800009999"]));
    assert_eq!(said(&barred(&house, &["list"])), "");
    until("he is let in", || answer(&house) == "SIP/2.0 200 OK");
}

#[test]
fn what_cannot_be_barred_is_refused_with_a_word() {
    let house = House::open();
    for (words, why) in [
        (&["add", "anonymous", "--reason", "x"][..], "withheld"),
        (&["add", "13800009999", "--reason", " "], "reason"),
        (
            &["add", "13800009999", "--reason", "x", "--action", "shoot"],
            "shoot",
        ),
        (
            &["add", "13800009999", "--reason", "x", "--days", "0"],
            "past",
        ),
        (&["remove", "13800009999"], "barred caller"),
    ] {
        let told = barred(&house, words);
        let errors = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(1), "{words:?}: {errors}");
        assert!(errors.contains(why), "{words:?}: {errors}");
    }
    assert_eq!(said(&barred(&house, &["list"])), "");
}
