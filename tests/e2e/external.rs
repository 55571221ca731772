//! B15: a service of the house is asked over real HTTP, and real phones ring as it said, or as the queue says without it.
//!
//! The budget of a story is the longest that can be set, for a machine that compiles beside, but where its end is what is told.

use std::time::Duration;

use serde_json::{Value, json};

use crate::baresip::{Answers, Baresip, Way};
use crate::events::{Event, Stream};
use crate::house::{House, STAFF_PASSWORD};
use crate::http::Session;
use crate::patience::{SOON, soon, until, within};
use crate::service::{Reply, Service};

const KEY: &str = "of-the-crm";
const LONG_MS: u64 = 10_000;
const TRUNKLINE: &str =
    "[agents]\nsign_in = \"phone\"\n[outgoing]\nprivate_hosts = [\"127.0.0.1\"]\n";
const NUMBERS: &str = "[number.\"4000\"]\nqueue = \"support\"\nopen = true\n\
                       [number.\"4001\"]\nqueue = \"sales\"\nopen = true\n";

/// A house whose queue `support` asks a service; `sales` decides for itself. 1002 serves both, 1001 `support` alone.
struct Asking {
    service: Service,
    wall: Stream,
    admin: Session,
    house: House,
}

impl Asking {
    /// `rules` are more keys of `external`.
    #[track_caller]
    fn open(reply: Reply, rules: &str) -> Self {
        let service = Service::open(Some(KEY), reply);
        let people = format!(
            "login,name,password,queues,roles\nadmin,Admin,{STAFF_PASSWORD},,supervisor admin\n\
             1001,Li,{STAFF_PASSWORD},support,agent\n1002,Wang,{STAFF_PASSWORD},support sales,agent\n"
        );
        let queues = queues(&service, KEY, rules);
        let files = [
            ("config/trunkline.toml", TRUNKLINE),
            ("config/numbers.toml", NUMBERS),
            ("config/queues.toml", &queues),
        ];
        let house = House::open_staffed(&files, &people);
        let admin = house.sign_in("admin");
        Self {
            wall: Stream::follow(&admin, None),
            service,
            admin,
            house,
        }
    }

    /// An agent at work. The first who comes has been idle for longest: the fall-back would choose him.
    #[track_caller]
    fn agent(&self, login: &str, answers: Answers) -> Baresip {
        let phone = self.house.agent(login, answers);
        self.house.sign_in(login).until_state("ready");
        phone
    }

    /// What became of a question, after `before` others.
    #[track_caller]
    fn routed(&self, before: usize, outcome: &str) -> Event {
        let routed = self.wall.nth("route.answered", before);
        assert_eq!(routed.data("outcome"), outcome, "{}", routed.body);
        routed
    }

    /// The record of the one decision of a call, once the timeline in the store has it.
    #[track_caller]
    fn decided(&self, routed: &Event) -> Value {
        let call = routed.data("call").as_str().unwrap();
        let path = format!("/v1/calls/{call}/why");
        soon("the decision of the call", || {
            let why = self.admin.read(&path);
            let decisions = why["decisions"].as_array().unwrap();
            assert!(decisions.len() < 2, "{why}");
            Some(decisions.first()?["record"].clone())
        })
    }
}

fn queues(service: &Service, key: &str, rules: &str) -> String {
    let url = format!("http://{}/route", service.at);
    format!(
        "[queue.support]\nstrategy = \"external\"\nfallback = \"longest-idle\"\n\
         external = {{ url = \"{url}\", secret = {{ text = \"{key}\" }}, {rules} }}\n\
         ring_timeout_s = 60\nwrap_up_s = 0\nreject_delay_s = 300\njoin_when = \"always\"\nleave_unless = \"always\"\n\
         [queue.sales]\nstrategy = \"longest-idle\"\nwrap_up_s = 0\njoin_when = \"always\"\nleave_unless = \"always\"\n"
    )
}

/// The callers for whom a phone was rung, in order.
fn rung_for(phone: &Baresip) -> Vec<String> {
    let calls = phone.messages(Way::In, "INVITE").into_iter();
    let callers = calls.filter_map(|call| {
        let from = call.header("From")?.split("sip:").nth(1)?.split('@').next();
        from.map(str::to_owned)
    });
    callers.collect()
}

#[test]
fn b15_a_service_names_the_agent_whose_phone_rings() {
    let asking = Asking::open(
        Reply::Says(r#"{"agents":["1009","1002","1001"]}"#),
        &format!("budget_ms = {LONG_MS}"),
    );
    let first = asking.agent("1001", Answers::AtOnce);
    let second = asking.agent("1002", Answers::AtOnce);
    let mut caller = asking.house.caller("13700000001", 440);
    caller.calls("4000");
    second.until_hears(0, 440.0, 300);
    assert_eq!(first.count(Way::In, "INVITE"), 0);

    let question = asking.service.question().body;
    assert_eq!(question["queue"], "support");
    assert_eq!(question["called"], "4000");
    assert_eq!(question["candidates"], json!(["1001", "1002"]));
    assert_eq!(question["budget_ms"], LONG_MS);
    let routed = asking.routed(0, "named");
    assert_eq!(question["call"], *routed.data("call"));
    assert_eq!(routed.data("ignored"), &json!({ "1009": "unknown" }));
    let record = asking.decided(&routed);
    assert_eq!(record["strategy"], "external");
    assert_eq!(record["external"]["outcome"], "named");
    assert_eq!(record["external"]["took_ms"], *routed.data("took_ms"));
    caller.hangs_up();
    asking.house.until_empty();
}

#[test]
fn b15_d1_a_service_says_who_comes_first_of_all_who_wait() {
    let asking = Asking::open(
        Reply::Says(r#"{"agents":["1001"],"priority":5}"#),
        &format!("budget_ms = {LONG_MS}"),
    );
    let mut first = asking.agent("1001", Answers::ByHand);
    let mut earlier = asking.house.caller("13700000001", 440);
    earlier.calls("4001");
    asking.wall.event("queue.joined");
    let mut important = asking.house.caller("13700000002", 440);
    important.calls("4000");
    first.rings(0);
    assert_eq!(asking.routed(0, "named").data("priority"), 5);
    first.hangs_up();
    asking.wall.event("offer.declined");

    // He serves both: who waits for him longer waits on.
    let second = asking.house.agent("1002", Answers::AtOnce);
    second.rings(0);
    assert_eq!(rung_for(&second), ["13700000002"]);
    second.until_hears(0, 440.0, 300);
    important.hangs_up();
    second.rings(1);
    assert_eq!(rung_for(&second), ["13700000002", "13700000001"]);
    earlier.hangs_up();
    asking.house.until_empty();
}

#[test]
fn b15_a_service_that_is_too_slow_costs_its_budget_and_no_more() {
    const BUDGET: Duration = Duration::from_millis(1_500);
    let asking = Asking::open(Reply::Silent, "budget_ms = 1500");
    let first = asking.agent("1001", Answers::AtOnce);
    let second = asking.agent("1002", Answers::AtOnce);
    let mut caller = asking.house.caller("13700000001", 440);
    caller.calls("4000");
    asking.service.question();
    let ring = first.rings(0);
    // Whose time begins as he is answered; read off the wire by two threads of a busy machine.
    let waited = ring
        .at
        .duration_since(caller.nth(Way::In, "200 INVITE", 0).at);
    assert!(
        waited >= BUDGET,
        "the local strategy came early: {waited:?}"
    );
    assert!(
        waited < BUDGET + SOON,
        "the local strategy came late: {waited:?}"
    );
    let routed = asking.routed(0, "timed_out");
    let took = Duration::from_millis(routed.data("took_ms").as_u64().unwrap());
    assert!(
        took >= BUDGET && took < 2 * BUDGET,
        "by the engine's clock {took:?}"
    );
    let record = asking.decided(&routed);
    assert_eq!(record["strategy"], "longest-idle");
    assert_eq!(record["external"]["outcome"], "timed_out");
    // The answer that nobody waits for changes nothing.
    asking
        .service
        .replies(Reply::Says(r#"{"agents":["1002"]}"#));
    first.until_hears(0, 440.0, 300);
    assert_eq!(second.count(Way::In, "INVITE"), 0);
    caller.hangs_up();
    asking.house.until_empty();
}

#[test]
fn b15_a_service_that_fails_is_left_alone_and_tried_again_after_a_rest() {
    const RULES: &str = "budget_ms = 10000, breaker_failures = 3, breaker_rest_s = 12";
    const REST: Duration = Duration::from_secs(12);
    let asking = Asking::open(Reply::Says(r#"{"agents":["1001"]}"#), RULES);
    let write = |key| {
        let text = queues(&asking.service, key, RULES);
        let path = asking.house.dir.join("config/queues.toml");
        std::fs::write(path, text).unwrap();
        let reloads = || asking.house.words().matches("read again").count();
        let before = reloads();
        asking.house.signal("HUP");
        until("the reload", || reloads() > before);
    };
    let phone = asking.agent("1001", Answers::AtOnce);
    let mut caller = asking.house.caller("13700000001", 440);
    let mut calls = 0;
    let mut rings = || {
        caller.calls("4000");
        phone.nth(Way::In, "ACK", calls);
        caller.hangs_up();
        asking.house.until_empty();
        calls += 1;
    };

    // Three failures in a row: a key that the service does not know, an error, words that are no answer.
    write("of-another");
    rings();
    write(KEY);
    for (before, reply, cause) in [
        (0, None, "http_401"),
        (1, Some(Reply::Status(503)), "http_503"),
        (2, Some(Reply::Says("<html>")), "not_json"),
    ] {
        if let Some(reply) = reply {
            asking.service.replies(reply);
            rings();
        }
        asking.service.question();
        let routed = asking.routed(before, "failed");
        assert_eq!(routed.data("cause"), cause);
        let record = asking.decided(&routed);
        assert_eq!(record["strategy"], "longest-idle");
        assert_eq!(record["external"]["outcome"], "failed");
    }
    // The breaker: the caller is served, and the service is not asked.
    asking
        .service
        .replies(Reply::Says(r#"{"agents":["1001"]}"#));
    rings();
    assert_eq!(
        asking.decided(&asking.routed(3, "resting"))["external"]["outcome"],
        "resting"
    );
    assert!(!asking.service.was_asked());

    let asked = within(REST + SOON, || {
        rings();
        asking.service.was_asked().then_some(())
    });
    assert!(asked.is_some(), "it is tried again");
    let all = asking.wall.all();
    let last = all.iter().rfind(|event| event.name == "route.answered");
    let last = last.unwrap();
    assert_eq!(last.data("outcome"), "named", "{}", last.body);
    assert_eq!(asking.decided(last)["strategy"], "external");
}
