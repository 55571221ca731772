//! J2: the API answers as its OpenAPI document says, whatever it is asked. Schemathesis reads the document from the running server and asks
//! each operation what fits and what does not: no answer is a fault of ours, and each has the form and the headers that are promised.

use std::process::Stdio;

use serde_json::json;

use crate::house::House;
use crate::tool;

/// What is not asked: streams, which do not end, and what sends to addresses outside or ends the asker's own right.
const NOT_ASKED: &[&str] = &[
    "follow_events",
    "follow_events_by_web_socket",
    "open_sip_socket",
    "make_webhook",
    "change_webhook",
    "test_webhook",
    "revoke_token",
];
const CHECKS: &str = "not_a_server_error,response_schema_conformance,content_type_conformance,response_headers_conformance";

#[test]
fn j2_no_request_makes_a_fault_of_ours_and_answers_fit_the_document() {
    let house = House::open_with(&["limits.api_requests_per_minute_of_token=1000000"]);
    let admin = house.sign_in("admin");
    let wanted = json!({ "name": "fuzz", "scopes": ["*"] }).to_string();
    let made = admin.send("POST", "/v1/tokens", &wanted).expect(201).json();
    let ticket = json!({ "subject": "no network", "contact": { "number": "13800001111" } });
    admin
        .send("POST", "/v1/tickets", &ticket.to_string())
        .expect(201);
    let mut command = tool::command("python3");
    command
        .args([
            "-m",
            "schemathesis.cli",
            "run",
            "--seed",
            "20261118",
            "--workers",
            "1",
        ])
        .args([
            "--phases",
            "coverage,fuzzing",
            "--max-examples",
            "12",
            "--max-time",
            "90",
            "--no-shrink",
        ])
        .args([
            "--checks",
            CHECKS,
            "--continue-on-failure",
            "--warnings",
            "off",
            "--request-timeout",
            "10",
        ])
        .arg("--header")
        .arg(format!(
            "Authorization: Bearer {}",
            made["secret"].as_str().unwrap()
        ));
    for operation in NOT_ASKED {
        command.args(["--exclude-operation-id", operation]);
    }
    let ran = command
        .arg(format!("http://{}/openapi.json", house.http))
        .current_dir(&house.dir)
        .env("PYTHONPATH", tool::package("schemathesis-4.32.5"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(said.contains("passed"), "{said}");
}
