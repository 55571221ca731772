//! How many requests somebody may make (2.5): headers on each answer, 429 for what is more.

use web::{Deps, HubSettings, QuotaBounds};

use crate::support::House;
use crate::support::client::Answer;

fn figures(answer: &Answer) -> [Option<u64>; 3] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
        .map(|name| answer.header(name).map(|value| value.parse().unwrap()))
}

async fn house(per_token: usize) -> House {
    let quotas = QuotaBounds {
        per_token,
        per_person: 2,
    };
    House::lent(HubSettings::default(), |deps| Deps { quotas, ..deps }).await
}

#[tokio::test]
async fn each_answer_tells_how_the_bucket_stands_and_an_empty_one_refuses() {
    let house = house(3).await;
    let program = house.program("1001").await;
    for (path, status, remaining) in [
        ("/v1/session", 200, 2),
        ("/v1/nothing", 404, 1),
        ("/v1/scripts", 403, 0),
    ] {
        let answer = program.get(path).await;
        assert_eq!(answer.status, status);
        let [limit, left, reset] = figures(&answer);
        assert_eq!((limit, left), (Some(3), Some(remaining)), "{path}");
        assert!(reset.unwrap() <= 60);
    }
    let chinese = [("accept-language", "zh-CN"), ("idempotency-key", "k1")];
    let refused = program
        .send("POST", "/v1/calls/5/hangup", &chinese, b"")
        .await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too_many_requests")
    );
    assert_eq!(refused.json()["title"], "请求过于频繁，请稍后再试");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(
        (1..=20).contains(&wait),
        "a third of a minute for one: {wait}"
    );
    assert_eq!(figures(&refused)[1], Some(0));
    assert_eq!(house.last_command(), None, "it is not done");
    assert_eq!(program.get("/healthz").await.status, 200, "that is no API");
}

#[tokio::test]
async fn tokens_and_persons_have_buckets_of_their_own() {
    let house = house(1).await;
    let (one, other) = (house.program("1001").await, house.program("1001").await);
    assert_eq!(one.get("/v1/session").await.status, 200);
    assert_eq!(one.get("/v1/session").await.status, 429);
    assert_eq!(other.get("/v1/session").await.status, 200);
    // All windows of a person share one: signing in again gives no other.
    let (page, window) = (house.signed_in("1002").await, house.signed_in("1002").await);
    assert_eq!(page.get("/v1/session").await.status, 200);
    assert_eq!(window.get("/v1/session").await.status, 200);
    assert_eq!(page.get("/v1/session").await.status, 429);
    assert_eq!(
        house
            .signed_in("boss")
            .await
            .get("/v1/session")
            .await
            .status,
        200
    );
    let nobody = house.stranger().get("/v1/session").await;
    assert_eq!((nobody.status, figures(&nobody)), (401, [None; 3]));
}
