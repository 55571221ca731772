//! The server on PostgreSQL: a call's ticket and record stand in it and outlive a kill; a second server is refused; while the
//! database is away calls go on, `/readyz` says so, and what they left behind stands in it once it is back.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

use crate::binary::repository;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::patience::until;
use crate::ticket::{SORRY_HZ, TOLD_HZ, files, keys_in, ticket};
use crate::tool;

/// A role with a schema of its own on the server of the tests, which runs for as long as somebody holds its lock.
struct Role {
    name: String,
    folder: PathBuf,
    _in_use: File,
}

impl Role {
    fn make() -> Self {
        let name = format!("house_{}", std::process::id());
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
        let Self { name, folder, .. } = self;
        let socket = folder.join("socket");
        format!(
            "store.url=postgres:///postgres?host={}&user={name}&password=hunter2",
            socket.display()
        )
    }
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
