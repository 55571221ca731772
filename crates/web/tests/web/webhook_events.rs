//! The `webhooks` of the OpenAPI document are what webhooks are told (J5): an entry for each fact that may be chosen, and each fact as it is written fits its entry.

use std::collections::{BTreeMap, BTreeSet};

use model::{FactRecord, Timestamp, WebhookId};
use serde_json::{Value, json};
use webhook::{Format, People, TEST_TYPE, Topic};

use crate::support::facts::{offered_with, pop, record};
use model::fact::PopCustomer;
use model::{AgentId, CallId, Caller};

fn document() -> Value {
    serde_json::to_value(web::openapi()).unwrap()
}

/// What is wrong with a message by the entry of its name; a key that the entry does not have is wrong too.
fn faults(document: &Value, message: &Value) -> Vec<String> {
    let name = message["type"].as_str().unwrap();
    let body = format!(
        "/webhooks/{name}/post/requestBody/content/application~1json/schema/properties/data"
    );
    let mut schema = document.clone();
    let data = schema.pointer_mut(&body).unwrap();
    data["unevaluatedProperties"] = json!(false);
    let body = body.trim_end_matches("/properties/data");
    schema["$ref"] = json!(format!("#{body}"));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults = validator.iter_errors(message);
    faults
        .map(|fault| format!("{name} {}: {fault}", fault.instance_path()))
        .collect()
}

/// A message as it is sent, of a fact as a log has it.
fn sent(record: &FactRecord) -> Value {
    let native: Format = "native".parse().unwrap();
    let told = native.of_fact(record, None, &People::new());
    serde_json::from_str(&told.messages[0].body).unwrap()
}

#[test]
fn j5_the_document_has_an_entry_for_each_event_and_what_a_receiver_has_to_know() {
    let document = document();
    let entries = document["webhooks"].as_object().unwrap();
    let described: BTreeSet<&str> = entries.keys().map(String::as_str).collect();
    let told: BTreeSet<&str> = Topic::names().chain([TEST_TYPE]).collect();
    assert_eq!(described, told);
    assert!(!described.contains("acd.told"), "it is told to nobody");
    let mut operations = BTreeSet::new();
    for (name, entry) in entries {
        let entry = &entry["post"];
        assert!(!entry["summary"].as_str().unwrap().is_empty(), "{name}");
        assert!(operations.insert(entry["operationId"].to_string()));
        let headers = entry["parameters"].as_array().unwrap().iter();
        let headers: Vec<&str> = headers.map(|one| one["name"].as_str().unwrap()).collect();
        let standard = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        assert_eq!(headers, standard, "{name}");
        let answers = entry["responses"].as_object().unwrap();
        let answers: BTreeSet<&str> = answers.keys().map(String::as_str).collect();
        assert_eq!(answers, ["2XX", "410", "default"].into(), "{name}");
        assert_eq!(entry["security"], json!([{}]), "nobody signs in there");
    }
}

#[test]
fn j5_each_event_as_it_is_sent_fits_its_entry() {
    let document = document();
    let samples = samples();
    let names: BTreeSet<&str> = samples.keys().copied().collect();
    let told: BTreeSet<&str> = Topic::names().collect();
    assert_eq!(names, told, "each event has a sample");
    let mut all = Vec::new();
    for (name, data) in samples {
        let fact = json!({"seq": 7, "at": "2026-11-18T11:06:40.007Z", "type": name, "data": data});
        let record: FactRecord = serde_json::from_value(fact).unwrap();
        all.push(sent(&record));
    }
    let caller = Caller::new("13800001111", Some("Wang"));
    let known = PopCustomer::Known(Box::new(crate::support::facts::profile()));
    for customer in [PopCustomer::Pending, PopCustomer::Withheld, known] {
        let pop = pop(caller.clone(), customer);
        let fact = offered_with(CallId::new(5), AgentId::new(6), pop);
        all.push(sent(&record(8, fact)));
    }
    let native: Format = "native".parse().unwrap();
    let trial = native.trial(WebhookId::new(3), Timestamp::from_ms(0));
    all.push(serde_json::from_str(&trial[0].body).unwrap());
    let faults: Vec<String> = all.iter().flat_map(|one| faults(&document, one)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn j5_a_message_that_is_not_as_described_is_found() {
    let document = document();
    let good = json!({"seq": 1, "at": "2026-11-18T11:06:40.007Z", "type": "call.merged", "data": {"call": "5", "into": "6"}});
    assert_eq!(faults(&document, &good), Vec::<String>::new());
    for (key, wrong) in [
        ("data", json!({"call": "5"})),
        ("data", json!({"call": 5, "into": "6"})),
        ("data", json!({"call": "5", "into": "6", "more": 1})),
        ("seq", json!("1")),
        ("at", Value::Null),
    ] {
        let mut message = good.clone();
        message[key] = wrong;
        assert!(!faults(&document, &message).is_empty(), "{message}");
    }
}

/// The data of one of each, with all that it may hold.
fn samples() -> BTreeMap<&'static str, Value> {
    let offer = json!({"id": "9", "call": "5", "agent": "6", "queue": "support"});
    let caller = json!({"number": "+8613800001111", "display": "Wang", "raw": "13800001111"});
    let canary = json!({"scripts": {"main": {"former": 1, "version": 2}}, "on_ppm": 50_000, "worse_ppm": 20_000, "salt": 7});
    let transfer =
        json!({"call": "5", "kind": "blind", "by": "desk", "from": "6", "to": {"number": "4000"}});
    let asked = json!({"call": "5", "part": 1, "form": "after", "push": "policy", "agent": "6", "queue": "support", "language": "en"});
    let answered = joined(
        &asked,
        json!({"answers": {"all": 5}, "scales": {"all": [1, 5]}, "comment": "5-2", "complete": true}),
    );
    let clip = json!({"call": "5", "agent": "6", "clip": "legal", "number": 1, "language": "en"});
    let voicemail = json!({
        "message": "5-2", "mailbox": "li", "caller": caller, "called": "4000", "language": "en", "queue": "support",
        "length_ms": 4_000, "ticket": {"kind": "consult", "category": "x", "due_ms": 1},
    });
    let decision = json!({
        "queue": "support", "strategy": "linear", "seed": 7, "config_version": 1, "waited_ms": 3, "place": 1, "priority": 1,
        "weight": 2, "head_start_ms": 4, "step": 1, "external": {"outcome": "named", "took_ms": 9},
        "odds": {"answer": 80, "stop_at": 90}, "chosen": ["6"], "chosen_too": "7",
        "candidates": [
            {"agent": "6", "verdict": {"ranked": {"tier": 1, "level": 2, "skills": 1, "key": -5, "idle_ms": 9}}},
            {"agent": "7", "verdict": "behind"}, {"agent": "8", "verdict": {"out": "not_ready"}},
        ],
        "tie": "key", "ranked": 2, "behind": "A", "out": {"talking": "B.1"}, "others": {"offline": 4},
    });
    let pop = json!({
        "direction": "in", "caller": caller, "called": "4000", "waited_s": 3, "queue_name": {"en": "Support"}, "language": "en",
        "path": ["menu welcome"], "answers": {"case": "A17"}, "suggestion": "urge", "wrap_up": "timed", "survey": true,
        "customer": {"status": "known", "profile": profile()},
        "handed_on": {"by": {"agent": "7", "login": "1002", "name": "Li"}, "consult": true, "back": false, "note": "x"},
        "flags": [{"list": "vip", "remark": "x", "vip_level": 3}],
    });
    let left = json!({"ready": 1, "others": {"talking": 2}});
    let rows = [
        (
            "call.arrived",
            json!({"call": "5", "caller": caller, "called": "4000", "sip_call_id": "a@b", "agent": "6", "direction": "in", "trunk": "t", "diverted_from": "+861"}),
        ),
        (
            "caller.listed",
            json!({"call": "5", "entry": "3", "list": "black", "number": "+861", "bar": "script:nuisance", "vip_level": 2}),
        ),
        (
            "call.refused",
            json!({"call": "5", "status": 404, "cause": "unknown_number"}),
        ),
        ("call.answered", json!({"call": "5", "codec": "PCMA"})),
        (
            "call.identified",
            json!({"call": "5", "profile": profile()}),
        ),
        (
            "dial.started",
            json!({"call": "5", "number": "+861", "class": "mobile", "trunk": "t", "shown": "+862"}),
        ),
        (
            "dial.denied",
            json!({"call": "5", "number": "+861", "cause": "dial_premium"}),
        ),
        (
            "dial.failed",
            json!({"call": "5", "number": "+861", "trunk": "t", "status": 408, "reason": "x"}),
        ),
        (
            "dial.answered",
            json!({"call": "5", "number": "+861", "trunk": "t", "agent": "6", "rang_ms": 4}),
        ),
        (
            "ivr.entered",
            json!({"call": "5", "script": "main", "version": 1, "kind": "menu", "node": "x", "depth": 1, "left": [{"node": "y", "exit": "1", "timeouts": 1, "wrong_keys": 2}]}),
        ),
        (
            "bot.ended",
            json!({"call": "5", "bot": "b", "end": "failed", "why": "timeout", "ms": 4}),
        ),
        (
            "ivr.gave_up",
            json!({"call": "5", "node": "x", "timeouts": 1, "wrong_keys": 2}),
        ),
        ("canary.laid", json!({"canary": canary})),
        (
            "canary.bad_call",
            json!({"call": "5", "canary": canary, "lot": 9, "on_canary": true, "measures": ["lost", "hung_up"]}),
        ),
        (
            "canary.ended",
            json!({"canary": canary, "measure": "error", "canary_bad": 3, "former_bad": 1, "calls": ["5"]}),
        ),
        (
            "ivr.key",
            json!({"call": "5", "key": "#", "way": "rfc4733"}),
        ),
        (
            "queue.joined",
            json!({"call": "5", "queue": "support", "position": 1, "also": ["sales"], "regions": ["north"]}),
        ),
        (
            "queue.supervised",
            json!({"call": "5", "queue": "support", "deed": "placed", "from": 3, "to": 1, "by": "7", "reason": "x"}),
        ),
        (
            "queue.starving",
            json!({"call": "5", "queue": "support", "waited_ms": 4, "passed_over": 2}),
        ),
        (
            "queue.dropped",
            json!({"call": "5", "dropped": "sales", "queue": "support", "also": ["x"]}),
        ),
        (
            "queue.left",
            json!({"call": "5", "queue": "support", "cause": "timeout", "waited_ms": 4, "unserved": {"joined": left, "left": left, "awaited": "team"}}),
        ),
        (
            "route.answered",
            json!({"call": "5", "queue": "support", "outcome": "named", "took_ms": 3, "cause": "http_500", "agents": ["6"], "ignored": {"x": "unknown"}, "priority": 2}),
        ),
        (
            "queue.resumed",
            json!({"call": "5", "former": "4", "queue": "support"}),
        ),
        (
            "callback.requested",
            json!({"callback": "5", "number": "+861", "called": "4000", "language": "en", "queue": "support", "since": "2026-11-18T11:06:40.007Z", "priority": 1, "needs": "x", "until": "2026-11-18T12:06:40.007Z"}),
        ),
        (
            "callback.attempted",
            json!({"callback": "5", "call": "6", "attempt": 1}),
        ),
        (
            "callback.done",
            json!({"callback": "5", "call": "6", "how": "redialled"}),
        ),
        (
            "callback.failed",
            json!({"callback": "5", "cause": "cancelled", "by": "7", "reason": "x"}),
        ),
        (
            "offer.made",
            json!({"offer": offer, "decision": decision, "pop": pop}),
        ),
        (
            "offer.dialled",
            json!({"offer": offer, "number": "+861", "class": "mobile", "trunk": "t", "shown": null}),
        ),
        ("offer.asked", json!({"offer": offer})),
        (
            "offer.cancelled",
            json!({"offer": offer, "cause": "caller_left"}),
        ),
        ("offer.missed", json!({"offer": offer})),
        ("offer.declined", json!({"offer": offer, "reason": "x"})),
        ("offer.unreachable", json!({"offer": offer, "status": 503})),
        (
            "call.connected",
            json!({"offer": offer, "waited_ms": 3, "rang_ms": 4}),
        ),
        ("call.held", json!({"call": "5", "by": {"agent": "6"}})),
        (
            "call.held_long",
            json!({"call": "5", "agent": "6", "held_ms": 9, "told": "supervisor"}),
        ),
        ("call.resumed", json!({"call": "5", "by": "caller"})),
        (
            "call.leg",
            json!({"call": "5", "sip_call_id": "a@b", "party": {"number": "+861"}}),
        ),
        ("call.transfer_started", transfer.clone()),
        ("call.transferred", transfer.clone()),
        (
            "call.transfer_failed",
            joined(&transfer, json!({"cause": "no_answer"})),
        ),
        (
            "consult.started",
            json!({"call": "5", "from": "6", "to": {"agent": "7"}}),
        ),
        ("consult.connected", json!({"offer": offer, "from": "6"})),
        (
            "consult.ended",
            json!({"call": "5", "from": "6", "with": "7", "end": {"not_reached": "busy"}}),
        ),
        ("call.joined", json!({"call": "5", "agents": ["6", "7"]})),
        ("call.merged", json!({"call": "5", "into": "6"})),
        (
            "call.ended",
            json!({"call": "5", "result": "answered", "by": "caller", "agent": null, "answered_late": false}),
        ),
        (
            "calendar.closed",
            json!({"calendar": "main", "closure": {"since": "2026-11-18T11:06:40.007Z", "until": "2026-11-18T12:06:40.007Z", "reason": "x", "agent": "6"}}),
        ),
        (
            "calendar.opened",
            json!({"calendar": "main", "by": {"call": "5"}}),
        ),
        (
            "calendar.pin_refused",
            json!({"call": "5", "calendar": "main", "locked_until": null, "for_all": false, "wrong": true}),
        ),
        (
            "recording.ready",
            json!({"call": "5", "path": "2026/11/18/5.wav", "started_at": "2026-11-18T11:06:40.007Z", "duration_ms": 9, "bytes": 99}),
        ),
        ("voicemail.began", voicemail.clone()),
        ("voicemail.left", voicemail),
        (
            "voicemail.heard",
            json!({"message": "5-2", "mailbox": "li", "by": "6", "heard": true}),
        ),
        (
            "agent.state_changed",
            json!({"agent": "6", "from": {"state": "not_ready", "reason": "lunch"}, "to": {"state": "talking", "call": null}, "cause": "agent"}),
        ),
        (
            "agent.queue_changed",
            json!({"agent": "6", "queue": "support", "serves": true, "by": "7"}),
        ),
        (
            "agent.levelled",
            json!({"agent": "6", "queue": "support", "calls": -1, "time_us": 5, "until": "2026-11-18T12:06:40.007Z"}),
        ),
        (
            "agent.last_paused",
            json!({"agent": "6", "reason": "no_answer", "queues": ["support"]}),
        ),
        (
            "agent.wrap_up",
            json!({"agent": "6", "call": "5", "mode": "timed", "until": "2026-11-18T12:06:40.007Z"}),
        ),
        (
            "call.categorised",
            json!({"call": "5", "agent": "6", "category": "x"}),
        ),
        (
            "trunk.state_changed",
            json!({"trunk": "t", "state": "up", "cause": "x"}),
        ),
        ("agent.registered", json!({"agent": "6"})),
        (
            "agent.unregistered",
            json!({"agent": "6", "cause": "expired"}),
        ),
        ("agent.standby_began", json!({"agent": "6"})),
        (
            "agent.standby_ended",
            json!({"agent": "6", "cause": "silent"}),
        ),
        ("survey.asked", asked.clone()),
        ("survey.answered", answered.clone()),
        ("survey.done", answered),
        ("survey.missed", asked),
        ("clip.began", clip.clone()),
        (
            "clip.played",
            joined(&clip, json!({"heard_ms": 8, "end": "finished"})),
        ),
        (
            "ticket.asked",
            json!({
                "call": "5", "part": 1, "script": "main", "node": "x", "caller": caller, "called": "4000", "language": "en", "customer": "31", "queue": "support",
                "ticket_type": "fault", "category": "x", "subject": "y", "fields": {"a": {"text": "b"}, "c": {"number": "1.5"}, "d": {"truth": true}}, "for_leads": true,
            }),
        ),
        (
            "ticket.created",
            json!({"ticket": "41", "number": "261117-0007-4", "call": "5", "agent": null}),
        ),
        (
            "ticket.changed",
            json!({"ticket": "41", "event": "append", "entry": 2, "concerns": ["6"]}),
        ),
        (
            "notification.created",
            json!({"agent": "6", "notification": "8", "kind": "assigned", "title": {"en": "x", "zh-CN": "y"}, "ticket": "41", "entry": 1, "customer": "31", "reminder": "4"}),
        ),
    ];
    BTreeMap::from(rows)
}

fn profile() -> Value {
    json!({
        "e164": "+8613800001111",
        "candidates": [{"customer": "31", "name": "王小明", "vip_level": 2, "confidence": "known", "why": "number", "open_tickets": 1, "last_contact": "2026-11-18T11:06:40.007Z"}],
        "open_tickets": [{"ticket": "41", "number": "261117-0007-4", "subject": "x", "priority": 2, "state": "new", "urges": 1, "due_at": "2026-11-18T11:06:40.007Z", "is_overdue": true}],
        "last_calls": [{"call": "4", "at": "2026-11-18T11:06:40.007Z", "agent": "李雷", "result": "answered"}],
        "ties": {"owner": "6", "talks": [{"agent": "6", "queue": "support", "since": "2026-11-18T11:06:40.007Z", "talk_ms": 5}], "apart": ["7"], "gone": {"8": "sales"}},
    })
}

fn joined(one: &Value, more: Value) -> Value {
    let mut one = one.clone();
    for (key, value) in more.as_object().unwrap() {
        one[key] = value.clone();
    }
    one
}
