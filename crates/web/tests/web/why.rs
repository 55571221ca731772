//! Why a call went where it went: sentences in both languages, and who may read them (R1, R19).

use model::decision::{ReasonCode, TieBreak};
use model::{AgentId, Decision, Fact};

use crate::support::House;
use crate::support::facts::{CALL, arrived, joined, offered};

const PATH: &str = "/v1/calls/500/why";

/// The offer to an agent, with the others of the queue out on a break.
fn offer(agent: AgentId, on_break: AgentId) -> Fact {
    let mut fact = offered(CALL, agent);
    if let Fact::OfferMade { decision, .. } = &mut fact {
        decision.tie = Some(TieBreak::Only);
        decision.ranked = 1;
        let out = decision.out.entry(ReasonCode::NotReady).or_default();
        out.insert(on_break);
    }
    fact
}

/// Two phones ring by one decision: one sentence.
async fn house() -> House {
    let house = House::open().await;
    let (li, wang) = (house.id("1001"), house.id("1002"));
    for fact in [
        arrived(CALL),
        joined(CALL),
        offer(li, wang),
        offer(li, wang),
    ] {
        house.tell(fact).await;
    }
    house
}

#[tokio::test]
async fn r01_each_decision_is_told_once_in_either_language() {
    let house = house().await;
    let boss = house.program("boss").await;
    let why = boss.get(&format!("{PATH}?lang=en")).await.json();
    assert_eq!(why["decisions"].as_array().unwrap().len(), 1, "{why}");
    let sentence = why["decisions"][0]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("Offered to 1001 "), "{sentence}");
    assert!(sentence.ends_with("On a break: 1002."), "{sentence}");
    assert!(why["decisions"][0]["record"]["seed"].is_u64(), "{why}");
    let why = boss.get(&format!("{PATH}?lang=zh&agent=1002")).await.json();
    let sentence = why["decisions"][0]["sentence"].as_str().unwrap();
    assert!(sentence.ends_with("不是候选：示忙。"), "{sentence}");
    for (query, status) in [("lang=fr", 400), ("agent=9999", 404), ("agnet=1002", 400)] {
        let answer = boss.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
    }
    assert_eq!(boss.get("/v1/calls/501/why").await.status, 404);
}

#[tokio::test]
async fn s19_an_agent_reads_what_was_found_of_himself_alone() {
    let house = house().await;
    let wang = house.program("1002").await;
    let why = wang.get(&format!("{PATH}?lang=en")).await.json();
    let told = &why["decisions"][0];
    let sentence = told["sentence"].as_str().unwrap();
    assert!(
        sentence.ends_with("was no candidate: on a break."),
        "{sentence}"
    );
    assert!(
        told["record"].is_null() && !sentence.contains("1001"),
        "{told}"
    );
    assert_eq!(wang.get(&format!("{PATH}?agent=me")).await.status, 200);
    assert_eq!(wang.get(&format!("{PATH}?agent=1001")).await.status, 403);
}

#[tokio::test]
async fn r19_a_waiting_caller_is_told_of_as_things_stand() {
    let house = house().await;
    let mut now = Decision::new("support".into(), "linear");
    now.place = 2;
    house.reports.lock().unwrap().why = vec![now];
    let boss = house.program("boss").await;
    let why = boss.get(&format!("{PATH}?lang=en")).await.json();
    let sentence = why["now"][0]["sentence"].as_str().unwrap();
    assert_eq!(sentence, "Waits in support at place 2; candidates: 0.");
    let wang = house.program("1002").await;
    let why = wang.get(PATH).await.json();
    assert_eq!(
        why["now"].as_array().unwrap().len(),
        0,
        "he was not weighed"
    );
}
