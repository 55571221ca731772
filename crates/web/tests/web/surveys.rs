//! What callers answered, over HTTP (J4): rates with their intervals, what agents pushed apart, and whose figures one sees (J2).

use model::fact::{SurveyAsked, SurveyDone, SurveyPush, TicketAsked, TicketContent};
use model::{AgentId, CallId, Caller, Fact, FactRecord, Timestamp};
use serde_json::json;

use crate::support::{House, NOON_MS};

/// The day of these stories.
const PERIOD: &str = "/v1/surveys?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z";

async fn tell(house: &House, seq: u64, fact: Fact) {
    let at = Timestamp::from_ms(NOON_MS);
    let record = FactRecord { seq, at, fact };
    house.database.apply(&[record]).await.unwrap();
}

fn asked(call: u64, agent: AgentId, push: SurveyPush) -> SurveyAsked {
    SurveyAsked {
        call: CallId::new(call),
        part: 1,
        form: "service".to_owned(),
        push,
        agent: Some(agent),
        queue: Some("support".into()),
        language: "en".to_owned(),
    }
}

/// Begins a call, and lets it be asked or missed.
async fn survey(house: &House, seq: &mut u64, fact: Fact) {
    let call = fact.call().unwrap();
    let arrived = Fact::CallArrived {
        call,
        caller: Caller::new("13800001111", None),
        called: "4000".to_owned(),
        sip_call_id: "x".to_owned(),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    };
    for fact in [arrived, fact] {
        *seq += 1;
        tell(house, *seq, fact).await;
    }
}

fn answered(asked: SurveyAsked, score: Option<u8>) -> Fact {
    let answers = score.map(|score| ("solved".to_owned(), score));
    Fact::SurveyDone(Box::new(SurveyDone {
        asked,
        answers: answers.into_iter().collect(),
        scales: [("solved".to_owned(), (1, 5))].into(),
        comment: None,
        complete: score.is_some(),
    }))
}

#[tokio::test]
async fn j4_rates_and_means_have_intervals_and_what_agents_pushed_is_apart() {
    let house = House::open().await;
    let (one, two) = (house.id("1001"), house.id("1002"));
    let mut seq = house.database.applied_seq().await.unwrap();
    let scores = [Some(5), Some(5), Some(4), Some(1), None];
    for (call, score) in (600..).zip(scores) {
        let fact = answered(asked(call, one, SurveyPush::Policy), score);
        survey(&house, &mut seq, fact).await;
    }
    let missed = Fact::SurveyMissed(asked(700, one, SurveyPush::Policy));
    survey(&house, &mut seq, missed).await;
    let pushed = answered(asked(701, two, SurveyPush::Agent), Some(5));
    survey(&house, &mut seq, pushed).await;
    let boss = house.program("boss").await;
    let list = boss.get(PERIOD).await.json();
    let form = &list["items"][0];
    let figures = &form["figures"];
    assert_eq!(figures["asked"], 5);
    assert_eq!(figures["answered"], 4);
    assert_eq!(figures["caller_left_first"], 1, "not in the rate");
    let rate = &figures["response_rate"];
    assert_eq!(rate["value"], 0.8);
    let near = |found: &serde_json::Value, expected: f64| {
        (found.as_f64().unwrap() - expected).abs() < 0.001
    };
    assert!(
        near(&rate["low"], 0.3755) && near(&rate["high"], 0.9638),
        "{rate}"
    );
    let question = &figures["questions"][0];
    assert_eq!(question["distribution"], json!({ "1": 1, "4": 1, "5": 2 }));
    assert_eq!(question["mean"]["value"], 3.75);
    assert!(
        near(&question["mean"]["low"], 1.0),
        "no mean of 1 to 5 is less"
    );
    assert!(near(&question["mean"]["high"], 5.0), "{question}");
    assert!(list["mean_formula"].as_str().unwrap().contains("t(0.975"));
    let pushed = &form["pushed_by_agent"];
    assert_eq!(
        (&pushed["asked"], &pushed["answered"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(form["agents"].as_array().unwrap().len(), 2);
    // J2: an agent sees his own.
    let own = house.program("1002").await.get(PERIOD).await.json();
    assert_eq!(own["items"][0]["figures"]["asked"], 0);
    assert_eq!(own["items"][0]["pushed_by_agent"]["asked"], 1);
    let path = format!("{PERIOD}&filter[agent]={one}");
    assert_eq!(house.program("1002").await.get(&path).await.status, 403);
    // A range of days.
    let later = "/v1/surveys?from=2030-01-01T00:00:00Z&to=2030-12-31T00:00:00Z";
    assert_eq!(boss.get(later).await.json()["items"], json!([]));
    let odd = "/v1/surveys?from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z";
    assert_eq!(boss.get(odd).await.status, 422);
    let long = "/v1/surveys?from=2028-01-01T00:00:00Z&to=2029-03-01T00:00:00Z";
    assert_eq!(boss.get(long).await.status, 422);
    // Without a word, the last 90 days.
    let usual = boss.get("/v1/surveys").await.json();
    let moment = |key: &str| serde_json::from_value::<Timestamp>(usual[key].clone()).unwrap();
    let days = (moment("to").as_ms() - moment("from").as_ms()) / 86_400_000;
    assert_eq!(days, 90);
}

#[tokio::test]
async fn j3_a_ticket_about_how_an_agent_served_is_for_supervisors() {
    let house = House::open().await;
    let at = Timestamp::from_ms(NOON_MS);
    let filed = |part, for_leads| TicketAsked {
        call: CallId::new(800),
        part,
        script: "survey.service".into(),
        node: "ask".to_owned(),
        caller: Caller::new("13800001111", None),
        called: "4000".to_owned(),
        language: "en".to_owned(),
        customer: None,
        queue: None,
        content: TicketContent {
            ticket_type: "complaint".to_owned(),
            for_leads,
            ..TicketContent::default()
        },
    };
    let desk = store::TicketDesk::standard(house.database.clone());
    let low = desk.submit_filed(&filed(1, true), at).await;
    let low = low.unwrap().ticket;
    let plain = desk.submit_filed(&filed(2, false), at).await;
    plain.unwrap();
    let (boss, agent) = (house.program("boss").await, house.program("1001").await);
    let path = format!("/v1/tickets/{}", low.id);
    let by_number = format!("/v1/tickets?filter[number]={}", low.number);
    for (who, tickets, status, found) in [(&boss, 2, 200, 1), (&agent, 1, 404, 0)] {
        let list = who.get("/v1/tickets").await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), tickets, "{list}");
        assert_eq!(who.get(&path).await.status, status);
        let list = who.get(&by_number).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), found);
    }
}
