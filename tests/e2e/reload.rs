//! A reload (SIGHUP): a file with a mistake is refused whole, a good one is for the calls that come; a call that is up hears
//! nothing of either.

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::patience::until;
use crate::wire::{OFFER, Wire};

const ENOUGH_MS: u32 = 1_000;

#[test]
fn a_reload_changes_what_comes_and_never_what_is() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13700000001", 440);
    caller.asks_for('1');
    phone.until_hears(0, 440.0, ENOUGH_MS);

    // A new number, beside a queue that has a mistake: neither is taken.
    append(
        &house,
        "config/numbers.toml",
        "[number.\"4200\"]\nscript = \"main\"\nopen = true\n",
    );
    append(&house, "config/queues.toml", "wrap_upp_s = 3\n");
    house.signal("HUP");
    until("the refusal", || house.words().contains("wrap_up_s"));
    let told = house.words();
    assert!(
        told.contains("queues.toml:10:1: error: unknown field `wrap_upp_s`"),
        "{told}"
    );
    assert!(told.contains("did you mean `wrap_up_s`?"), "{told}");
    let early = Wire::to(house.sip);
    let headers = "Content-Type: application/sdp\r\n";
    early.send(early.request("INVITE", "4200", headers, OFFER).as_bytes());
    let answer = early.final_answer();
    assert!(
        answer.starts_with("SIP/2.0 4"),
        "the version before still rules: {answer}"
    );

    let queues = house.dir.join("config/queues.toml");
    let mended = std::fs::read_to_string(&queues)
        .unwrap()
        .replace("wrap_upp_s = 3\n", "");
    std::fs::write(&queues, mended).unwrap();
    house.signal("HUP");
    until("the reload", || house.words().contains("read again"));
    let mut second = house.caller("13700000002", 510);
    second.calls("4200");
    second.until_hears(0, WELCOME_HZ, 300);
    second.hangs_up();

    let heard = |phone: &crate::baresip::Baresip, hz| {
        phone.heard(0).map_or(0, |heard| heard.tone_ms(0, hz))
    };
    let before = (heard(&phone, 440.0), heard(&caller, AGENT_HZ.into()));
    until("the first call goes on", || {
        heard(&phone, 440.0) >= before.0 + ENOUGH_MS
            && heard(&caller, AGENT_HZ.into()) >= before.1 + ENOUGH_MS
    });
    assert_eq!(
        phone.count(Way::In, "INVITE") + phone.count(Way::In, "BYE"),
        1
    );
    caller.hangs_up();
    house.until_empty();
}

fn append(house: &House, file: &str, text: &str) {
    let path = house.dir.join(file);
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, before + text).unwrap();
}
