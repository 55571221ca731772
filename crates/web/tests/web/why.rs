//! Why a call went where it went: sentences in both languages, and who may read them (R1, R19).

use model::decision::{Attendance, Awaited, ReasonCode, TieBreak, Unserved};
use model::fact::{QueueExit, Supervised};
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
    assert_eq!(
        sentence,
        "Waits in support at place 2; candidates: 0. Score: 0 s."
    );
    let wang = house.program("1002").await;
    let why = wang.get(PATH).await.json();
    assert_eq!(
        why["now"].as_array().unwrap().len(),
        0,
        "he was not weighed"
    );
}

/// He joins, two agents are in a call and one is on a break, and he leaves before anybody was offered him.
fn left(cause: QueueExit, waited_ms: u64, awaited: Option<Awaited>) -> Fact {
    let attendance = |ready, talking| Attendance {
        ready,
        others: [(ReasonCode::NotReady, 1), (ReasonCode::Talking, talking)].into(),
    };
    let unserved = Unserved {
        joined: attendance(0, 2),
        left: attendance(1, 1),
        awaited,
    };
    Fact::QueueLeft {
        call: CALL,
        queue: "support".into(),
        cause,
        waited_ms,
        unserved: Some(Box::new(unserved)),
    }
}

#[tokio::test]
async fn r19_who_left_before_any_decision_is_told_what_was_true() {
    for (fact, english, chinese) in [
        (
            left(QueueExit::Abandoned, 65_000, Some(Awaited::Route)),
            "Left support after 1 min 5 s: the caller hung up. Nobody had been rung. Agents as the call came: nobody ready, on a break 1, \
             in a call 2; as it left: 1 ready, on a break 1, in a call 1. It waited for the external decision's answer.",
            "等待 1 分 5 秒后离开队列 support：主叫挂机。未派给任何坐席。进入时坐席：无人示闲、示忙 1 名、正在通话 2 名；\
             离开时：示闲 1 名、示忙 1 名、正在通话 1 名。当时在等：外部决策答复。",
        ),
        (
            left(QueueExit::Closed, 0, None),
            "Was not let into support: the queue was closed. Agents: 1 ready, on a break 1, in a call 1.",
            "未能进入队列 support：队列已关闭。坐席：示闲 1 名、示忙 1 名、正在通话 1 名。",
        ),
    ] {
        let house = House::open().await;
        house.tell(arrived(CALL)).await;
        house.tell(fact).await;
        let boss = house.program("boss").await;
        for (lang, told) in [("en", english), ("zh", chinese)] {
            let why = boss.get(&format!("{PATH}?lang={lang}")).await.json();
            assert_eq!(why["events"][0]["sentence"], told);
            assert_eq!(why["decisions"].as_array().unwrap().len(), 0);
            assert_eq!(
                why["events"][0]["unserved"]["joined"]["others"]["talking"],
                2
            );
        }
        let wang = house.program("1002").await;
        let why = wang.get(PATH).await.json();
        assert_eq!(
            why["events"].as_array().unwrap().len(),
            0,
            "not his to know"
        );
    }
}

#[tokio::test]
async fn d25_a_supervisors_deed_stands_with_his_name_and_his_reason() {
    let house = House::open().await;
    let (boss, li) = (house.id("boss"), house.id("1001"));
    house.tell(arrived(CALL)).await;
    house.tell(joined(CALL)).await;
    house
        .tell(Fact::QueueSupervised {
            call: CALL,
            queue: "support".into(),
            deed: Supervised::Assigned { agent: li },
            by: boss,
            reason: "knows the case".to_owned(),
        })
        .await;
    let client = house.program("boss").await;
    let why = client.get(&format!("{PATH}?lang=en")).await.json();
    let sentence = why["events"][0]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("boss "), "{sentence}");
    let end = " rung out of turn in support: knows the case.";
    assert!(
        sentence.contains(" had 1001 ") && sentence.ends_with(end),
        "{sentence}"
    );
}

#[tokio::test]
async fn r19_the_page_tells_in_order_what_was_decided_and_what_happened() {
    let house = house().await;
    house.tell(left(QueueExit::Timeout, 65_000, None)).await;
    let mut boss = house.program("boss").await;
    let english = boss.get("/why/500?lang=en").await;
    assert_eq!(english.status, 200);
    let page = english.text();
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    let decided = at("<li class=\"decided\"><time datetime=");
    assert!(at("Offered to 1001 ") > decided);
    assert!(at("<li class=\"happened\">") > decided);
    assert!(at("Left support after 1 min 5 s") > decided);
    assert!(
        !page.contains("<script") && !page.contains("style=\""),
        "CSP"
    );
    let chinese = boss.get("/why/500?lang=zh").await.text();
    assert!(
        chinese.contains("<html lang=\"zh-CN\"") && chinese.contains("由队列 support 派给 1001")
    );
    assert_eq!(boss.get("/why/501").await.status, 404);
    let wang = house.program("1002").await;
    let page = wang.get("/why/500?lang=en").await.text();
    assert!(page.contains("was no candidate: on a break.") && !page.contains("1001"));
    boss = house.stranger();
    let stranger = boss.get("/why/500").await;
    assert_eq!(
        (stranger.status, stranger.header("location")),
        (303, Some("/"))
    );
}

#[tokio::test]
async fn s19_names_and_reasons_stay_text_on_the_page() {
    let house = House::open().await;
    house.tell(arrived(CALL)).await;
    house
        .tell(Fact::QueueSupervised {
            call: CALL,
            queue: "{{t.why}}".into(),
            deed: Supervised::Withdrawn,
            by: house.id("1002"),
            reason: "<script>alert(1)</script>{{rows}}".to_owned(),
        })
        .await;
    let boss = house.program("boss").await;
    let page = boss.get("/why/500?lang=en").await.text();
    assert!(
        page.contains("out of {{t.why}}: &lt;script&gt;alert(1)&lt;/script&gt;{{rows}}."),
        "{page}"
    );
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
}
