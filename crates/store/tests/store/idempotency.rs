//! J3: keys are kept with their answers for a day, over restarts too.

use store::{Claim, Kept, KeyedRequest, Retention, RetentionKind, StoreError, deed};

use crate::world::{DAY, NOW, World, after};

fn request(key: &str, body: &str, run: &str) -> KeyedRequest {
    let parts = [b"POST".as_slice(), b"/v1/x", body.as_bytes()];
    KeyedRequest::new("agent 1".to_owned(), key.to_owned(), run.to_owned(), parts)
}

fn answer() -> Kept {
    Kept {
        status: 201,
        headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
        body: "{\"name\":\"李\"}".to_owned(),
    }
}

#[tokio::test]
async fn j3_an_answer_is_kept_for_a_day_and_over_a_restart() {
    let world = World::new().await;
    let first = request("k", "{}", "one");
    let claim = |world: &World, request: KeyedRequest, at| {
        let database = world.database.clone();
        async move { database.claim_key(request, at).await.unwrap() }
    };
    assert_eq!(claim(&world, first.clone(), NOW).await, Claim::Mine);
    assert_eq!(claim(&world, first.clone(), NOW).await, Claim::InFlight);
    world
        .database
        .keep_answer(first.clone(), answer())
        .await
        .unwrap();
    let world = world.reopen().await;
    let again = request("k", "{}", "two");
    assert_eq!(
        claim(&world, again.clone(), after(DAY - 1)).await,
        Claim::Answered(answer())
    );
    let other = request("k", "{ }", "two");
    assert_eq!(claim(&world, other.clone(), NOW).await, Claim::Reused);
    assert_eq!(
        claim(&world, other, after(DAY)).await,
        Claim::Mine,
        "a day later it is another key"
    );
}

#[tokio::test]
async fn j3_what_a_crash_cut_is_told_and_a_key_can_be_freed() {
    let world = World::new().await;
    let cut = request("k", "{}", "one");
    world.database.claim_key(cut.clone(), NOW).await.unwrap();
    let world = world.reopen().await;
    let again = request("k", "{}", "two");
    let told = world.database.claim_key(again.clone(), NOW).await.unwrap();
    assert_eq!(told, Claim::Unknown);
    world.database.free_key(again.clone()).await.unwrap();
    assert_eq!(
        world.database.claim_key(again.clone(), NOW).await.unwrap(),
        Claim::Mine
    );
    world
        .database
        .keep_answer(again.clone(), answer())
        .await
        .unwrap();
    world.database.free_key(again.clone()).await.unwrap();
    let kept = world.database.claim_key(again, NOW).await.unwrap();
    assert_eq!(kept, Claim::Answered(answer()), "an answer is not freed");
    let retention = Retention::default();
    let sweep = world.database.retention_step(
        RetentionKind::Keys,
        &retention,
        world.scratch.path(),
        after(DAY + 1),
    );
    assert_eq!(sweep.await.unwrap().removed, 1);
}

#[test]
fn j3_parts_of_a_request_are_not_mixed_up() {
    let of =
        |parts: [&[u8]; 3]| KeyedRequest::new(String::new(), String::new(), String::new(), parts);
    assert_ne!(of([b"POST", b"/a", b"b"]), of([b"POST", b"/ab", b""]));
    assert_eq!(of([b"POST", b"/a", b"b"]), of([b"POST", b"/a", b"b"]));
}

#[tokio::test]
async fn j3_it_is_known_whether_a_request_has_begun_anything() {
    let world = World::new().await;
    assert!(!deed::is_none(), "nobody watches");
    let database = world.database.clone();
    deed::watched(async {
        assert_eq!(database.api_tokens().await.unwrap(), []);
        assert!(deed::is_none(), "it has only looked");
        let claimed = database.claim_key(request("k1", "a", "r1"), NOW).await;
        assert_eq!(claimed.unwrap(), Claim::Mine);
        assert!(!deed::is_none(), "it has written");
    })
    .await;
    database.clone().close().await;
    deed::watched(async {
        let tried = database.claim_key(request("k2", "a", "r1"), NOW).await;
        assert!(matches!(tried, Err(StoreError::Closed)), "{tried:?}");
        assert!(deed::is_none(), "the write was turned away");
    })
    .await;
}
