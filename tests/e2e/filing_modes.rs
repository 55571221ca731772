//! How the time to file a call ends, mode by mode (C5), and how long one who declines is left alone (C9): by the API, with a real phone.
//! The optional mode stands in `desk_filing`, where an agent asks for it on his page.

use std::time::Duration;

use model::Timestamp;
use serde_json::{Value, json};

use crate::baresip::{Answers, Baresip};
use crate::events::{Event, Stream};
use crate::house::House;
use crate::http::Session;
use crate::patience::{SECOND, soon};

const WRAP_UP: &str = "/v1/agents/me/wrap-up";

/// `queues.toml` with what a story wants of `support`.
fn queues(support: &str) -> String {
    format!(
        "[queue.support]\nstrategy = \"longest-idle\"\n{support}\n[queue.sales]\nstrategy = \"ring-all\"\n"
    )
}

/// A call of the customer has just ended at 1001, who answers at once.
struct Filing {
    house: House,
    wall: Stream,
    agent: Session,
    _phone: Baresip,
    _caller: Baresip,
}

impl Filing {
    #[track_caller]
    fn after_a_call(support: &str) -> Self {
        let house = House::open_files(&[("config/queues.toml", queues(support))]);
        let wall = Stream::follow(&house.sign_in("admin"), None);
        let phone = house.agent("1001", Answers::AtOnce);
        let agent = house.sign_in("1001");
        agent.until_state("ready");
        let mut caller = house.caller("13800001111", 440);
        caller.asks_for('1');
        agent.until_state("talking");
        caller.hangs_up();
        wall.event("call.ended");
        Self {
            house,
            wall,
            agent,
            _phone: phone,
            _caller: caller,
        }
    }

    /// Asks by POST below `wrap-up`; gives the status and the code of a refusal.
    #[track_caller]
    fn posts(&self, what: &str, body: &Value) -> (u16, Value) {
        let answer = self
            .agent
            .send("POST", &format!("{WRAP_UP}/{what}"), &body.to_string());
        let code = match answer.status {
            204 => Value::Null,
            _ => answer.json()["code"].clone(),
        };
        (answer.status, code)
    }

    /// His words do not end it.
    #[track_caller]
    fn word_is_refused(&self) {
        assert_eq!(self.posts("end", &json!({})), (409, json!("state_forbids")));
        let ready = r#"{"state":"ready"}"#;
        self.agent
            .send("PUT", "/v1/agents/me/state", ready)
            .expect(409);
        assert_eq!(self.agent.state(), "wrap_up");
    }

    /// Waits for its end; gives how long it was.
    #[track_caller]
    fn ends(self) -> Duration {
        let began = changed(&self.wall, "to", "wrap_up");
        let ended = changed(&self.wall, "from", "wrap_up");
        self.agent.until_state("ready");
        self.house.until_empty();
        between(&began, &ended)
    }
}

/// The first change of a state, from or to.
#[track_caller]
fn changed(wall: &Stream, way: &str, state: &str) -> Event {
    soon(&format!("a change {way} {state}"), || {
        wall.all()
            .into_iter()
            .find(|event| event.name == "agent.state_changed" && event.data(way)["state"] == state)
    })
}

/// How long after the first the second happened, by the server's clock: what a busy machine is late with changes nothing of it.
#[track_caller]
fn between(first: &Event, second: &Event) -> Duration {
    let at =
        |event: &Event| -> Timestamp { serde_json::from_value(event.body["at"].clone()).unwrap() };
    Duration::from_millis(at(second).ms_since(at(first)))
}

#[test]
fn c5_a_fixed_time_ends_by_itself_and_by_no_word() {
    let filing = Filing::after_a_call("wrap_up = \"timed_fixed\"\nwrap_up_s = 4");
    filing.agent.until_state("wrap_up");
    filing.word_is_refused();
    let took = filing.ends();
    assert!(took >= 4 * SECOND, "{took:?}");
}

#[test]
fn c5_until_done_ends_by_his_word_and_not_before() {
    let filing = Filing::after_a_call("wrap_up = \"until_done\"");
    filing.agent.until_state("wrap_up");
    assert_eq!(filing.posts("end", &json!({})), (204, Value::Null));
    filing.ends();
}

#[test]
fn c5_until_the_category_ends_with_it_and_by_no_other_word() {
    let filing = Filing::after_a_call("wrap_up = \"until_category\"");
    filing.agent.until_state("wrap_up");
    filing.word_is_refused();
    let named = json!({ "category": "billing" });
    assert_eq!(filing.posts("category", &named), (204, Value::Null));
    let told = filing.wall.event("call.categorised");
    assert_eq!(told.data("category"), "billing");
    filing.ends();
}

#[test]
fn c5_a_ceiling_ends_what_nobody_files() {
    let filing = Filing::after_a_call("wrap_up = \"until_category\"\nwrap_up_s = 3");
    let took = filing.ends();
    assert!(took >= 3 * SECOND, "{took:?}");
}

#[test]
fn c5_without_time_to_file_he_is_ready_at_once() {
    let filing = Filing::after_a_call("wrap_up_s = 0");
    let after = changed(&filing.wall, "from", "talking");
    assert_eq!(after.data("to")["state"], "ready");
    assert_eq!(
        filing.posts("end", &json!({})),
        (409, json!("state_forbids"))
    );
    filing.house.until_empty();
}

#[test]
fn c9_each_decline_leaves_him_alone_for_twice_as_long_until_he_answers() {
    let rules = "ring_timeout_s = 60\nreject_delay_s = 2\npass_pause_s = 0\nwrap_up_s = 0";
    let house = House::open_files(&[("config/queues.toml", queues(rules))]);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut phone = house.agent("1001", Answers::ByHand);
    let agent = house.sign_in("1001");
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    for ring in 0..2 {
        phone.rings(ring);
        declines(&agent);
    }
    let (first, second) = (left_alone(&wall, 0), left_alone(&wall, 1));
    assert!((2 * SECOND..4 * SECOND).contains(&first), "{first:?}");
    assert!(second >= 4 * SECOND, "{second:?}");

    phone.rings(2);
    phone.answer();
    agent.until_state("talking");
    caller.hangs_up();
    agent.until_state("ready");
    caller.asks_for('1');
    phone.rings(3);
    declines(&agent);
    let anew = left_alone(&wall, 2);
    assert!((2 * SECOND..4 * SECOND).contains(&anew), "{anew:?}");
    caller.hangs_up();
    house.until_empty();
}

#[track_caller]
fn declines(agent: &Session) {
    agent
        .send("POST", "/v1/agents/me/decline", r#"{"reason":"busy"}"#)
        .expect(204);
}

/// How long after a decline, 0 the first, his phone was rung again.
#[track_caller]
fn left_alone(wall: &Stream, decline: usize) -> Duration {
    let declined = wall.nth("offer.declined", decline);
    let again = soon("his phone rung again", || {
        wall.all()
            .into_iter()
            .find(|event| event.name == "offer.made" && event.id > declined.id)
    });
    between(&declined, &again)
}
