//! Who does not come in: wrong passwords, strangers, and the demo's passwords beyond loopback.

use crate::baresip::{Answers, Baresip, Link, Way};
use crate::house::{House, PASSWORD};
use crate::http::sign_in;
use crate::patience::{soon, until};
use crate::wire::{OFFER, Wire};

#[test]
fn a_wrong_password_opens_neither_phone_nor_page() {
    let house = House::open();
    let phone = Baresip::agent(
        &house.dir,
        Link::Udp(house.sip),
        "1001",
        "trunkline-dem0",
        Answers::ByHand,
    );
    let tried = soon("a try with a password", || {
        let tries = phone.messages(Way::Out, "REGISTER");
        tries
            .into_iter()
            .find(|message| message.header("Authorization").is_some())
    });
    let refused = soon("its answer", || {
        let answers = ["401 REGISTER", "403 REGISTER"].map(|kind| phone.messages(Way::In, kind));
        answers
            .into_iter()
            .flatten()
            .find(|answer| answer.header("CSeq") == tried.header("CSeq"))
    });
    assert_eq!(refused.header("Contact"), None);
    assert_eq!(phone.count(Way::In, "200 REGISTER"), 0);

    for (login, password) in [("1001", "trunkline-dem0"), ("1009", PASSWORD), ("", "")] {
        let answer = sign_in(house.http, login, password).expect(401);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(
            answer.json()["code"],
            "wrong_credentials",
            "whether the login exists is told nowhere"
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    let agent = house.sign_in("1001");
    let state = agent.read("/v1/agents/me/state");
    assert_eq!(state["registered"], false, "no binding");
    assert_eq!(state["state"], "offline");
}

#[test]
fn a_stranger_reaches_hotlines_only() {
    let house = House::open();
    let agent = house.agent("1001", Answers::AtOnce);
    for number in ["1001", "00862012345678", "4999"] {
        let stranger = Wire::to(house.sip);
        let headers = "Content-Type: application/sdp\r\n";
        stranger.send(
            stranger
                .request("INVITE", number, headers, OFFER)
                .as_bytes(),
        );
        let answer = stranger.final_answer();
        let code = &answer[8..11];
        assert!(
            ["401", "403", "404", "407"].contains(&code),
            "{number}: {answer}"
        );
    }
    assert_eq!(agent.count(Way::In, "INVITE"), 0);
    house.until_empty();
}

#[test]
fn demo_passwords_are_refused_beyond_loopback() {
    let house = House::empty();
    crate::hotline::write(&house.dir);
    // A realm that was changed meanwhile hides nothing: the page's password has none.
    for (listener, realm) in [
        ("http.listen", "trunkline"),
        ("sip.udp", "trunkline"),
        ("sip.tcp", "trunkline"),
        ("http.listen", "elsewhere"),
    ] {
        let said = house.dir.join("refused.err");
        let mut server = house
            .trunkline()
            .args(["--set", &format!("{listener}=0.0.0.0:0")])
            .args(["--set", &format!("sip.realm={realm}")])
            .args(["--set", "sip.public=[\"192.0.2.1\"]", "serve"])
            .stdout(std::process::Stdio::null())
            .stderr(std::fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let mut code = None;
        until("the refusal", || {
            code = server.try_wait().unwrap().map(|status| status.code());
            code.is_some()
        });
        let said = std::fs::read_to_string(&said).unwrap();
        assert_eq!(code, Some(Some(1)), "{listener}: {said}");
        let error = said
            .lines()
            .find(|line| line.starts_with("error: "))
            .unwrap();
        for word in [
            "0.0.0.0:0",
            "1001",
            "demo's password",
            "trunkline agent passwd",
            "127.0.0.1",
        ] {
            assert!(error.contains(word), "{listener}: {error} lacks {word}");
        }
    }
}
