//! The server on PostgreSQL: a call's ticket and record stand in it and outlive a kill; a second server is refused; while the
//! database is away calls go on, `/readyz` says so, and what they left behind stands in it once it is back.

mod cable;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use crate::binary::repository;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::patience::until;
use crate::receiver::Receiver;
use crate::ticket::{SORRY_HZ, TOLD_HZ, files, keys_in, ticket};
use crate::tool;
use crate::webhooks::webhook;
use cable::Cable;

/// A role with a schema of its own on the server of the tests, which runs for as long as somebody holds its lock.
struct Role {
    name: String,
    folder: PathBuf,
    _in_use: File,
}

impl Role {
    fn make() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("house_{}_{number}", std::process::id());
        let user = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap());
        let folder = std::env::temp_dir().join(format!("trunkline-test-postgres-{user}"));
        std::fs::create_dir_all(&folder).unwrap();
        let in_use = File::create(folder.join("in-use")).unwrap();
        in_use.lock_shared().unwrap();
        let script = repository().join("tests/tools/postgres.sh");
        let started = Command::new(script).arg(&folder).output().unwrap();
        let told = String::from_utf8_lossy(&started.stderr);
        assert!(started.status.success(), "{told}");
        let role = Self {
            name,
            folder,
            _in_use: in_use,
        };
        let name = &role.name;
        role.say(&format!(
            "DROP SCHEMA IF EXISTS {name} CASCADE; DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN;
             CREATE SCHEMA {name} AUTHORIZATION {name}"
        ));
        role
    }

    fn say(&self, sql: &str) {
        let socket = self.folder.join("socket");
        let said = tool::command("psql")
            .args(["-q", "-U", "trunkline", "-d", "postgres", "-h"])
            .arg(socket)
            .args(["-c", sql])
            .output()
            .unwrap();
        assert!(said.status.success(), "{said:?}");
    }

    /// Ends its connections, and it gets no others.
    fn lock_out(&self) {
        let name = &self.name;
        self.say(&format!("ALTER ROLE {name} CONNECTION LIMIT 0"));
        self.say(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'"
        ));
    }

    fn let_in(&self) {
        self.say(&format!("ALTER ROLE {} CONNECTION LIMIT -1", self.name));
    }

    /// The setting of its house; a password that nobody asks for shows in no word of the server.
    fn setting(&self) -> String {
        self.setting_by(&self.folder.join("socket"))
    }

    /// The same by a socket in another folder.
    fn setting_by(&self, socket: &Path) -> String {
        let name = &self.name;
        format!(
            "store.url=postgres:///postgres?host={}&user={name}&password=hunter2",
            socket.display()
        )
    }
}

/// A house whose way to its database can be cut.
fn cut_house(role: &Role) -> (House, Cable) {
    let mut house = House::written(&[] as &[(&str, &str)]);
    let cable = Cable::lay(&house.dir.join("cable"), &role.folder.join("socket"));
    house.extra.push(role.setting_by(&cable.folder));
    house
        .extra
        .push("outgoing.private_hosts=[\"127.0.0.1\"]".to_owned());
    house.start();
    (house, cable)
}

#[test]
fn s4_on_postgresql_ticket_and_record_outlive_a_kill_and_a_database_that_was_away() {
    let role = Role::make();
    let mut house = House::written(&files("into = \"ticket_no\"\nerror = \"sorry\"\n"));
    house.extra.push(role.setting());
    house.start();
    let checked = house.trunkline().arg("check").output().unwrap();
    assert!(checked.status.success(), "{checked:?}");

    let caller = keys_in(&house, "007");
    caller.until_hears(0, TOLD_HZ, 300);
    house.until_empty();
    let admin = house.sign_in("admin");
    let filed = ticket(&admin);
    let record = house.call(&admin, "the record", |call| !call["ended_at"].is_null());
    assert!(!house.dir.join("data/trunkline.db").exists());

    let second = house
        .trunkline()
        .args([
            "--set",
            "sip.udp=127.0.0.1:0",
            "--set",
            "sip.tcp=127.0.0.1:0",
        ])
        .args(["--set", "http.listen=127.0.0.1:0", "--set"])
        .arg(format!("data.dir={}/second", house.dir.display()))
        .arg("serve")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(told.contains("another process serves calls"), "{told}");

    house.signal("KILL");
    house.ended();
    house.start();
    let admin = house.sign_in("admin");
    assert_eq!(ticket(&admin), filed);
    let again = house.call(&admin, "the record", |call| !call["ended_at"].is_null());
    assert_eq!(again, record);

    role.lock_out();
    until("that it says so", || !house.is_ready());
    let mut caller = house.caller("13700000002", 440);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 100);
    "42#".chars().for_each(|key| caller.presses(key));
    caller.until_hears(0, SORRY_HZ, 300);
    drop(caller);
    role.let_in();
    until("that it is back", || house.is_ready());
    let admin = house.sign_in("admin");
    until("the second ticket", || {
        let list = admin.read("/v1/tickets");
        list["items"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["subject"] == "Order 42"))
    });
    let words = std::fs::read_to_string(house.dir.join("server.err")).unwrap();
    assert!(
        !words.contains("hunter2") && !words.contains("set aside"),
        "{words}"
    );
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn j5_messages_of_a_commit_whose_answer_was_lost_are_told_once_and_in_order() {
    let role = Role::make();
    let (house, cable) = cut_house(&role);
    let admin = house.sign_in("admin");
    let receiver = Receiver::open(|_| 200);
    let made = webhook(&admin, &receiver, &json!({ "topics": ["call.*"] }));
    cable.loses_the_answer_of_the_commit_after("INSERT INTO webhook_delivery");
    let mut caller = house.caller("13700000001", 440);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 100);
    until("the cut", || cable.is_cut());
    caller.hangs_up();
    let told = receiver.until("the end of the call", |told| {
        told.body["type"] == "call.ended"
    });
    let seqs = told.iter().map(|told| told.body["seq"].as_u64().unwrap());
    let facts = house.facts();
    let expected = facts.iter().filter(|fact| {
        let kind = fact["type"].as_str().unwrap();
        kind.starts_with("call.")
    });
    let expected: Vec<u64> = expected.map(|it| it["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs.collect::<Vec<_>>(), expected);
    let path = format!(
        "/v1/webhooks/{}/deliveries?limit=100",
        made["id"].as_str().unwrap()
    );
    until("that none waits, and none was written down twice", || {
        let list = admin.read(&path);
        let all = list["items"].as_array().unwrap();
        let taken = all.iter().filter(|it| it["state"] == "delivered");
        (all.len(), taken.count()) == (expected.len(), expected.len())
    });
}

#[test]
fn j5_a_receiver_that_is_gone_is_disabled_although_the_database_was_away_at_that_moment() {
    let role = Role::make();
    let (house, cable) = cut_house(&role);
    let admin = house.sign_in("admin");
    let receiver = Receiver::open(|_| 410);
    let made = webhook(&admin, &receiver, &json!({ "topics": ["call.*"] }));
    cable.cuts_at("UPDATE webhook SET is_enabled = 0");
    let mut caller = house.caller("13700000001", 440);
    caller.calls("4000");
    until("the cut", || cable.is_cut());
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    until("that it is disabled", || {
        admin.get(&path).status == 200 && admin.read(&path)["enabled"] == false
    });
    assert_eq!(receiver.told().len(), 1);
    caller.hangs_up();
}
