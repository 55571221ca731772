//! The story that the product is for: a caller chooses by key, an agent's screen tells who calls while his phone rings,
//! both hear each other, the call is recorded, and a ticket links it all.

use std::time::Duration;

use serde_json::Value;

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::events::{Event, Stream};
use crate::hotline::WELCOME_HZ;
use crate::house::{House, PASSWORD};
use crate::http::Session;
use crate::patience::{soon, until};
use crate::sound;

const CALLER_HZ: u32 = 440;
/// P1: the pop goes out as the phone rings; this much apart for a machine that compiles beside.
const POP_APART_MAX: Duration = Duration::from_millis(100);
/// What must be heard of a tone, and stand in the recording.
const ENOUGH_MS: u32 = 1_500;
/// The recording begins with the call's first words and ends with its last, each somewhere in a window of measuring.
const RECORDED_MS: u32 = ENOUGH_MS - 300;

#[test]
fn a_caller_reaches_an_agent_and_everything_about_it_is_kept() {
    let house = House::open();
    let (agent, admin) = (house.sign_in("1001"), house.sign_in("admin"));
    assert_eq!(agent.state(), "offline");
    let (desk, wall) = (Stream::follow(&agent, None), Stream::follow(&admin, None));
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");

    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 300);
    caller.presses('1');

    let offer = rings(&phone, &desk, &agent);
    let call = offer.data("call").as_str().unwrap().to_owned();

    phone.answer();
    let connected = desk.event("pop.connected");
    assert_eq!(connected.data("offer"), offer.data("offer"));
    agent.until_state("talking");
    // A page that comes back in mid-call, and one that lost the stream before the offer.
    let resumed = Stream::follow(&agent, Some(offer.id));
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);

    caller.hangs_up();
    desk.event("pop.ended");
    phone.nth(Way::In, "BYE", 0);
    agent.until_state("wrap_up");
    let ticket = desk
        .event("ticket.created")
        .data("ticket")
        .as_str()
        .unwrap()
        .to_owned();
    agent.until_state("ready");

    nothing_is_missed(&house, &desk, &resumed, &offer);
    everything_links(&house, &agent, &call, &ticket);
    both_are_recorded(&house, &agent, &call);
    let keys = wall.all();
    let keys = keys.iter().filter(|event| event.name == "ivr.key").count();
    assert_eq!(keys, 1, "one press, one key");
    names_of(
        &house,
        &wall,
        &[
            "call.arrived",
            "call.answered",
            "queue.joined",
            "offer.made",
            "call.connected",
            "call.ended",
            "recording.ready",
        ],
    );
    house.until_empty();
}

/// The phone rings and the screen tells who calls, both at once, before anybody answers.
fn rings(phone: &crate::baresip::Baresip, desk: &Stream, agent: &Session) -> Event {
    let ring = phone.rings(0);
    let offer = desk.event("pop.offer");
    let apart = offer.at.max(ring.at) - offer.at.min(ring.at);
    eprintln!("pop.offer and INVITE are {apart:?} apart");
    assert!(apart <= POP_APART_MAX, "pop and ring are {apart:?} apart");
    assert_eq!(
        phone.count(Way::Out, "200 INVITE"),
        0,
        "nobody has answered"
    );
    assert_eq!(offer.data("caller")["number"], "13800001111");
    assert_eq!(offer.data("called"), "4000");
    assert_eq!(offer.data("queue"), "support");
    agent.until_state("ringing");
    let pop = soon("the caller's name on the page", || {
        let pop = agent.read("/v1/agents/me/session")["pop"].clone();
        (pop["customer"]["status"] == "known").then_some(pop)
    });
    assert_eq!(pop["stage"], "offered");
    assert!(
        pop.to_string().contains("陈先生"),
        "the demo's customer: {pop}"
    );
    offer
}

/// S8: whoever resumes gets every event after the one he names, in order, once.
fn nothing_is_missed(house: &House, desk: &Stream, resumed: &Stream, offer: &Event) {
    let mut all = desk.all();
    // The state that we saw by the API may be told a moment later.
    until("the same last event on both streams", || {
        all = desk.all();
        resumed.all().last().map(|event| event.id) == all.last().map(|event| event.id)
    });
    assert!(all.is_sorted_by_key(|event| event.id), "ids rise");
    assert!(
        all.windows(2).all(|pair| pair[0].id < pair[1].id),
        "no id twice"
    );
    let pops: Vec<&str> = all
        .iter()
        .map(|event| event.name.as_str())
        .filter(|name| name.starts_with("pop."))
        .collect();
    let mut pops = pops.into_iter().filter(|name| *name != "pop.updated");
    assert!(
        pops.by_ref()
            .eq(["pop.offer", "pop.connected", "pop.ended"]),
        "{all:?}"
    );
    let from_offer = |events: &[Event]| -> Vec<(u64, String, Value)> {
        let after = events.iter().filter(|event| event.id > offer.id);
        after
            .map(|event| (event.id, event.name.clone(), event.body.clone()))
            .collect()
    };
    assert_eq!(from_offer(&resumed.all()), from_offer(&all));
    // From the very beginning, by a session that was not there.
    let again = Session::begin(house.http, "1001", PASSWORD);
    let replayed = Stream::follow(&again, Some(0));
    let ids = |events: &[Event]| events.iter().map(|event| event.id).collect::<Vec<u64>>();
    until("the whole day again", || {
        ids(&replayed.all()).ends_with(&ids(&all))
    });
}

/// The ticket names call and customer, the call names ticket, agent and recording.
fn everything_links(house: &House, agent: &Session, call: &str, ticket: &str) {
    let record = house.call(agent, "the call with its recording", |call| {
        call["recordings"][0].is_object()
    });
    assert_eq!(record["id"], call);
    assert_eq!(record["result"], "answered");
    assert_eq!(record["ended_by"], "caller");
    assert!(
        record["ended_at"].is_string() && record["live"].is_null(),
        "{record}"
    );
    assert!(
        record["talk_ms"].as_u64().unwrap() >= ENOUGH_MS.into(),
        "{record}"
    );
    assert_eq!(record["tickets"][0]["id"], ticket);
    let filed = agent.read(&format!("/v1/tickets/{ticket}"));
    assert_eq!(filed["source_call"], call);
    assert_eq!(filed["calls"], serde_json::json!([call]));
    assert_eq!(filed["created_by"], record["agent"]);
    assert_eq!(filed["contact"]["number"], "13800001111");
    let linked = |entry: &Value| entry["event"]["type"] == "recording_linked";
    until("the recording in the ticket's timeline", || {
        let filed = agent.read(&format!("/v1/tickets/{ticket}"));
        filed["entries"].as_array().unwrap().iter().any(linked)
    });
    let mine = agent.read("/v1/tickets?filter[created_by]=me");
    assert_eq!(mine["items"][0]["id"], ticket);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
}

/// Caller left, agent right, in a valid file, to be heard by those who may.
fn both_are_recorded(house: &House, agent: &Session, call: &str) {
    let path = format!("/v1/calls/{call}/recording");
    let answer = agent.get(&path).expect(200);
    assert_eq!(answer.header("content-type"), Some("audio/wav"));
    let files = house.recordings();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(
        std::fs::read(&files[0]).unwrap(),
        answer.body,
        "the file on disk"
    );
    assert!(files[0].to_string_lossy().contains(call), "named by ids");
    let recording = sound::valid(&answer.body);
    assert_eq!(recording.channels.len(), 2);
    for (channel, own, other) in [(0, CALLER_HZ, AGENT_HZ), (1, AGENT_HZ, CALLER_HZ)] {
        let (own, other) = (
            recording.tone_ms(channel, own.into()),
            recording.tone_ms(channel, other.into()),
        );
        assert!(
            own >= RECORDED_MS,
            "{own} ms of its own tone on channel {channel}"
        );
        assert_eq!(other, 0, "the other's tone on channel {channel}");
    }
    let stranger = house.sign_in("1002");
    assert_eq!(stranger.get(&path).status, 403, "not his call");
}

#[track_caller]
fn names_of(house: &House, wall: &Stream, wanted: &[&str]) {
    for name in wanted {
        wall.event(name);
    }
    let all = wall.all();
    let places = wanted
        .iter()
        .map(|name| all.iter().position(|event| event.name == *name));
    assert!(places.is_sorted(), "{wanted:?} in this order");
    let (first, last) = (all[0].id, all[all.len() - 1].id);
    let seen: Vec<u64> = all.iter().map(|event| event.id).collect();
    // The journal of the distribution is for replays alone.
    let facts = house.facts().into_iter();
    let told = facts.filter(|fact| fact["type"] != "acd.told");
    let ids: Vec<u64> = told.map(|fact| fact["seq"].as_u64().unwrap()).collect();
    let between = ids.into_iter().filter(|id| (first..=last).contains(id));
    assert_eq!(
        between.collect::<Vec<u64>>(),
        seen,
        "a supervisor sees every fact"
    );
}
