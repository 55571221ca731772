//! A house is backed up while it serves, its machine is lost, and it stands again out of the backup (J9).

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::house::House;
use crate::http::Session;
use crate::patience::until;

fn entered(who: &Session, number: usize) -> String {
    let subject = format!("ticket {number}");
    let body = json!({ "subject": subject, "contact": { "number": "13800001111" } });
    let answer = who.send("POST", "/v1/tickets", &body.to_string());
    answer.expect(201);
    subject
}

fn subjects(who: &Session) -> Vec<String> {
    let list = who.read("/v1/tickets?limit=200");
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|ticket| ticket["subject"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn j9_a_house_that_serves_is_backed_up_and_stands_again_after_its_machine_is_lost() {
    let mut house = House::open();
    let admin = house.sign_in("admin");
    let before: Vec<_> = (0..3).map(|number| entered(&admin, number)).collect();
    let folder = house.dir.join("backup");
    let ends = AtomicBool::new(false);
    let writer = house.sign_in("1001");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut numbers = 100..;
            while !ends.load(Ordering::Relaxed) {
                entered(&writer, numbers.next().unwrap());
            }
        });
        std::thread::sleep(Duration::from_millis(300));
        let made = house
            .trunkline()
            .arg("backup")
            .arg(&folder)
            .output()
            .unwrap();
        ends.store(true, Ordering::Relaxed);
        let errors = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(made.status.success(), "{errors}");
        let told = String::from_utf8_lossy(&made.stdout).into_owned();
        assert!(told.contains("--recordings copies them too"), "{told}");
    });
    let proved = std::process::Command::new("sha256sum")
        .args(["-c", "--quiet", "SHA256SUMS"])
        .current_dir(&folder)
        .output();
    assert!(proved.unwrap().status.success(), "sha256sum proves it");

    house.signal("KILL");
    house.ended();
    for lost in ["data", "config", "ivr"] {
        fs::rename(house.dir.join(lost), house.dir.join(format!("lost-{lost}"))).unwrap();
    }
    let restored = house.trunkline().arg("restore").arg(&folder).output();
    let restored = restored.unwrap();
    let errors = String::from_utf8_lossy(&restored.stderr).into_owned();
    assert!(restored.status.success(), "{errors}");
    let again = house.trunkline().arg("restore").arg(&folder).output();
    let again = again.unwrap();
    assert_eq!(again.status.code(), Some(1), "nothing is written over");
    house.start();
    let admin = house.sign_in("admin");
    let there = subjects(&admin);
    for subject in &before {
        assert!(there.contains(subject), "{subject}: {there:?}");
    }
    // It works on: people sign in by their passwords, tickets get numbers of their own, facts are numbered on.
    let facts = house.facts().len();
    entered(&admin, 900);
    until("it is told", || house.facts().len() > facts);
    let audit = house.trunkline().args(["audit", "verify"]).output();
    assert!(audit.unwrap().status.success(), "the audit log holds");
}
