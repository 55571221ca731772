//! The command line's reader of the API, in the open and within TLS.

use store::Secret;
use web::client::{Client, ClientError};

use crate::https::{Paper, house};
use crate::support::House;

fn reader(house: &House, certificate: Option<&Paper>, token: &str) -> Client {
    Client {
        address: house.address,
        certificate: certificate.map(|paper| paper.chain.clone().into_bytes()),
        token: Secret::new(token.to_owned()),
    }
}

#[tokio::test]
async fn it_reads_with_the_rights_of_its_token() {
    let house = House::open().await;
    let token = house.program("boss").await.token.unwrap();
    let (status, body) = reader(&house, None, &token)
        .get("/v1/trunks")
        .await
        .unwrap();
    assert_eq!(status, 200);
    assert_eq!(body, br#"{"items":[],"next":null}"#);
    let (status, _) = reader(&house, None, "wrong")
        .get("/v1/trunks")
        .await
        .unwrap();
    assert_eq!(status, 401);
    let mut nobody = reader(&house, None, &token);
    nobody.address = "127.0.0.1:1".parse().unwrap();
    let failed = nobody.get("/").await;
    assert!(
        matches!(failed, Err(ClientError::NotThere(..))),
        "{failed:?}"
    );
}

#[tokio::test]
async fn within_tls_it_believes_one_certificate_alone() {
    let (paper, other) = (Paper::new(), Paper::new());
    let house = house(paper.https()).await;
    let token = house.program("boss").await.token.unwrap();
    let (status, _) = reader(&house, Some(&paper), &token)
        .get("/v1/trunks")
        .await
        .unwrap();
    assert_eq!(status, 200);
    let failed = reader(&house, Some(&other), &token).get("/v1/trunks").await;
    let told = failed.unwrap_err().to_string();
    assert!(told.contains("another certificate"), "{told}");
    let plain = reader(&house, None, &token).get("/v1/trunks").await;
    assert!(plain.is_err(), "{plain:?}");
}
