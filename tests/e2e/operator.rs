//! What an operator sees of the signalling: the ladder of a call, what was refused, who is registered; through the binary's
//! own verbs, while the server runs and when it does not.

use std::process::Output;

use crate::baresip::{Answers, Way};
use crate::house::House;
use crate::patience::{soon, until};
use crate::wire::Wire;

#[track_caller]
pub(crate) fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_ladder_of_a_call_tells_messages_and_decisions_and_no_secret() {
    let mut house = House::open();
    let admin = house.sign_in("admin");
    let agent = house.sign_in("1001");
    let phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    phone.nth(Way::Out, "200 INVITE", 0);
    caller.hangs_up();
    let call = house.call(&admin, "the call's end", |call| {
        call["ended_at"].is_string()
    });
    let id = call["id"].as_str().unwrap().to_owned();
    let trace = |more: &[&str]| {
        let mut verb = house.trunkline();
        verb.args(["sip", "trace", "--call", &id]).args(more);
        verb.output().unwrap()
    };
    let ladder = said(&trace(&[]));
    for words in [
        "caller: Call-ID",
        " INVITE ",
        " 200 OK (INVITE) ",
        "* call.arrived",
        "* queue.joined",
        "* offer.made",
        " BYE ",
        "* call.ended",
    ] {
        assert!(ladder.contains(words), "{words} in\n{ladder}");
    }
    assert!(ladder.contains("agent 1001: Call-ID"), "{ladder}");
    let full = said(&trace(&["--full"]));
    assert!(full.contains("Content-Type: application/sdp"), "{full}");
    assert!(!full.contains("response="), "S22: {full}");
    let json: serde_json::Value = serde_json::from_str(&said(&trace(&["--json"]))).unwrap();
    assert_eq!(json["messages"], "whole");
    let kinds = json["rows"].as_array().unwrap().iter();
    let ways: Vec<_> = kinds.filter_map(|row| row["way"].as_str()).collect();
    assert!(ways.contains(&"in") && ways.contains(&"out"));
    drop((caller, phone));

    let unknown = house
        .trunkline()
        .args(["sip", "trace", "--call", "7"])
        .output();
    let unknown = unknown.unwrap();
    assert_eq!(unknown.status.code(), Some(1));
    let words = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(words.contains("There is no such call"), "{words}");

    let tokens = said(&house.trunkline().args(["token", "list"]).output().unwrap());
    assert_eq!(tokens, "", "the verb takes its token back");

    house.signal("TERM");
    house.ended();
    let silent = house.trunkline().args(["sip", "blocked"]).output().unwrap();
    assert_eq!(silent.status.code(), Some(3));
    let words = String::from_utf8_lossy(&silent.stderr).into_owned();
    assert!(words.contains("does `trunkline serve` run"), "{words}");
    house.start();
    let again = house
        .trunkline()
        .args(["sip", "trace", "--call", &id])
        .output();
    let again = said(&again.unwrap());
    assert!(again.contains("messages are not kept any more"), "{again}");
    assert!(again.contains("* offer.made"), "facts stay: {again}");
}

#[test]
fn what_was_refused_is_listed_by_source_and_cause() {
    let house = House::open();
    let stranger = Wire::to(house.sip);
    let odd = "Content-Length: 7\r\n";
    stranger.send(stranger.request("INVITE", "4000", odd, "").as_bytes());
    let answer = stranger.final_answer();
    assert!(answer.starts_with("SIP/2.0 400 "), "{answer}");
    let listed = || said(&house.trunkline().args(["sip", "blocked"]).output().unwrap());
    let table = soon("a row", || {
        let table = listed();
        (table.lines().count() > 1 && table.contains("127.0.0.1")).then_some(table)
    });
    assert!(table.contains("INVITE"), "{table}");
    until("the figure", || {
        let figures = crate::http::ask(house.http, "GET", "/metrics", &[], None).text();
        figures.contains("trunkline_sip_refused_total{cause=")
    });
}

#[test]
fn completions_are_printed_for_the_usual_shells() {
    let house = House::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = said(
            &house
                .trunkline()
                .args(["completions", shell])
                .output()
                .unwrap(),
        );
        assert!(
            script.contains("trace") && script.contains("blocked"),
            "{shell}"
        );
    }
}
