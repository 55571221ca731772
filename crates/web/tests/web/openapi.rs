//! The committed OpenAPI document is the one of the routes.

use std::path::Path;

#[test]
fn the_committed_document_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let made = web::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/openapi.json is stale; write it anew with: UPDATE_OPENAPI=1 cargo test -p web --test web openapi"
    );
}

#[test]
fn every_operation_says_what_it_does_and_who_may_ask() {
    let document = serde_json::to_value(web::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
            assert!(
                operation["summary"].is_string(),
                "{method} {path} has no summary"
            );
        }
    }
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/v1/events",
        "/v1/calls/{id}/recording",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
}

/// Of two types of one name the document would show one for both.
#[test]
fn j2_each_type_of_the_document_has_a_name_of_its_own() {
    let mut names = std::collections::BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for name in text.split("ToSchema").skip(1).filter_map(described) {
                assert!(names.insert(name.to_owned()), "{name} in {path:?} too");
            }
        }
    }
    assert!(names.len() > 100, "{names:?}");
}

/// The type whose derives end here.
fn described(after: &str) -> Option<&str> {
    let (derives, item) = after.split_once(")]\n")?;
    let is_derived = derives
        .chars()
        .all(|one| one.is_alphanumeric() || ", ".contains(one));
    let mut words = item
        .lines()
        .find(|line| line.starts_with("pub"))?
        .split([' ', '<', '(']);
    words.find(|word| matches!(*word, "struct" | "enum"))?;
    words.next().filter(|_| is_derived)
}
