//! Pages of other systems that pops lead to (G7): their addresses in the pop, and what browsers are allowed.

use std::collections::{BTreeMap, BTreeSet};

use model::fact::{Offer, PopCustomer};
use model::{CallId, Caller, Fact, Profile};
use serde_json::{Value, json};
use web::desktop::{Origin, PageMoment, PageWay, PopPage, PopPages, PopUrl};

use crate::masking::{NUMBER, filled, is_told};
use crate::support::House;
use crate::support::facts::{arrived, joined, offer, offered_with, pop, profile};

const CALL: CallId = CallId::new(700);
const CRM: &str = "https://crm.example/?n={number}&c={customer.external_ref}&t={ticket.number}&a={answer.case_no}&id={call.id}";

fn page(name: &str, url: &str, show: PageWay, queues: &[&str]) -> PopPage {
    PopPage {
        name: name.to_owned(),
        label: BTreeMap::from([("en".to_owned(), name.to_uppercase())]),
        url: PopUrl::parse(url).unwrap(),
        at: PageMoment::Ring,
        show,
        queues: queues.iter().map(|queue| (*queue).into()).collect(),
    }
}

fn pages(parents: &[&str]) -> PopPages {
    let parents = parents.iter().map(|parent| Origin::parse(parent).unwrap());
    PopPages {
        pages: vec![
            page("crm", CRM, PageWay::Frame, &[]),
            page("erp", "http://localhost:9000/", PageWay::Link, &["sales"]),
            page(
                "kb",
                "https://kb.example/{queue}",
                PageWay::Link,
                &["support"],
            ),
        ],
        parents: parents.collect::<BTreeSet<_>>(),
    }
}

fn known() -> Profile {
    let mut profile = profile();
    profile.candidates[0].external_ref = Some("K/17".to_owned());
    profile
}

async fn rings(house: &House, login: &str, customer: PopCustomer) {
    let caller = Caller::new("+8613800001111", None);
    let made = offered_with(CALL, house.id(login), pop(caller, customer));
    for fact in [arrived(CALL), joined(CALL), made] {
        house.tell(fact).await;
    }
}

#[tokio::test]
async fn g7_a_pop_has_the_addresses_of_its_queues_pages_with_what_is_known_of_the_caller() {
    let house = House::open().await;
    house.hub.view().set_pop_pages(pages(&[]));
    let agent = house.signed_in("1001").await;
    let mut stream = agent.listen("/v1/events", &[]).await.unwrap();
    rings(&house, "1001", PopCustomer::Pending).await;
    let rung = stream.next().await.unwrap();
    assert_eq!(rung.name, "pop.offer");
    let crm = json!({
        "name": "crm", "label": {"en": "CRM"}, "at": "ring", "show": "frame",
        "url": "https://crm.example/?n=%2B8613800001111&c=&t=&a=A17&id=700",
    });
    let kb = json!({
        "name": "kb", "label": {"en": "KB"}, "at": "ring", "show": "link",
        "url": "https://kb.example/support",
    });
    assert_eq!(rung.data["data"]["pages"], json!([crm, kb]));

    // P3: the directory answers after the ring began.
    let identified = Fact::CallIdentified {
        call: CALL,
        profile: known(),
    };
    house.tell(identified).await;
    let updated = stream.next().await.unwrap();
    assert_eq!(updated.name, "pop.updated");
    let url = "https://crm.example/?n=%2B8613800001111&c=K%2F17&t=261117-0007-4&a=A17&id=700";
    assert_eq!(updated.data["data"]["pages"][0]["url"], url);
    let desk = agent.get("/v1/agents/me/session").await.json();
    assert_eq!(desk["pop"]["pages"], updated.data["data"]["pages"]);
    assert_eq!(desk["pop"]["customer"]["status"], "known");
}

#[tokio::test]
async fn g7_f7_where_numbers_are_masked_no_address_has_one() {
    let filled = filled().await;
    let house = &filled.house;
    house.hub.view().set_pop_pages(pages(&[]));
    let agent = house.program("1002").await;
    let mut stream = agent.listen("/v1/events", &[]).await.unwrap();
    let mut profile = known();
    profile.candidates[0].external_ref = Some(format!("W-{NUMBER}"));
    rings(house, "1002", PopCustomer::Known(Box::new(profile))).await;
    let rung = stream.next().await.unwrap();
    assert!(!is_told(&rung.data.to_string()), "{}", rung.data);
    let url = "https://crm.example/?n=&c=&t=261117-0007-4&a=A17&id=700";
    assert_eq!(rung.data["data"]["pages"][0]["url"], url);
}

#[tokio::test]
async fn g7_what_webhooks_are_told_at_the_ring_has_whom_and_the_whole_number() {
    let house = House::open().await;
    let me = house.id("1001");
    let Offer { call, agent, .. } = offer(CALL, me);
    let fact = offered_with(
        CALL,
        me,
        pop(Caller::new(NUMBER, None), PopCustomer::Pending),
    );
    let record = crate::support::facts::record(9, fact);
    let native: webhook::Format = "native".parse().unwrap();
    let told = native.of_fact(&record, None, &webhook::People::new());
    let told: Value = serde_json::from_str(&told.messages[0].body).unwrap();
    assert_eq!(told["type"], "offer.made");
    assert_eq!(told["data"]["offer"]["agent"], json!(agent));
    assert_eq!(told["data"]["offer"]["call"], json!(call));
    assert_eq!(told["data"]["pop"]["caller"]["number"], NUMBER);
}

#[tokio::test]
async fn s19_browsers_frame_nothing_and_are_framed_by_nobody_but_who_is_named() {
    let house = House::open().await;
    let agent = house.signed_in("1001").await;
    let nobody = agent.get("/").await;
    assert_eq!(nobody.header("x-frame-options"), Some("DENY"));
    let policy = nobody.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(nobody.text().contains("data-parents=\"\""));

    let parents = ["https://crm.example", "https://CRM.example:8443/"];
    house.hub.view().set_pop_pages(pages(&parents));
    for path in ["/", "/v1/agents/me/session", "/nowhere"] {
        let named = agent.get(path).await;
        assert_eq!(named.header("x-frame-options"), None, "{path}");
        let policy = named.header("content-security-policy").unwrap();
        // A link needs no frame.
        assert!(
            policy.contains("; frame-src https://crm.example; "),
            "{policy}"
        );
        let holders = "; frame-ancestors https://crm.example https://crm.example:8443";
        assert!(policy.ends_with(holders), "{policy}");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    }
    let page = agent.get("/").await.text();
    let told = "data-parents=\"https://crm.example https://crm.example:8443\"";
    assert!(page.contains(told), "{page}");
}
