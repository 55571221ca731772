//! pjsua2, headless: a second softphone that nobody here wrote, for what baresip cannot do: PRACK, session timers, UPDATE,
//! attended transfer, MWI.
//!
//! `pjsua2/phone.py` is led by JSON lines and tells its news in JSON lines; what was on the wire stands in PJSIP's own log, and
//! stories believe that log.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::binary;
use crate::patience::soon;
use crate::sound::Recorded;
use crate::tool;

/// A running phone; dropped, it is killed.
pub(crate) struct Pjsua2 {
    process: Child,
    orders: ChildStdin,
    dir: PathBuf,
    news: Arc<Mutex<Vec<Value>>>,
}

/// How a phone is set up, beside who it is.
pub(crate) struct Setup<'a> {
    /// Folder of the story.
    pub(crate) dir: &'a Path,
    /// Where the server listens.
    pub(crate) server: SocketAddr,
    /// User part of its address.
    pub(crate) user: &'a str,
    /// Registers by it; none = a caller.
    pub(crate) password: Option<&'a str>,
    /// Further switches of `phone.py`.
    pub(crate) switches: &'a [&'a str],
}

impl Pjsua2 {
    #[track_caller]
    pub(crate) fn start(setup: &Setup<'_>) -> Self {
        let dir = setup.dir.join(format!("pjsua2-{}", setup.user));
        std::fs::create_dir_all(&dir).unwrap();
        let mut command = tool::command("python3");
        command
            .arg(binary::repository().join("tests/e2e/pjsua2/phone.py"))
            .env("PYTHONPATH", tool::package("pjsua2"))
            .arg("--dir")
            .arg(&dir)
            .args(["--server", &setup.server.to_string(), "--user", setup.user])
            .args(setup.switches);
        match setup.password {
            Some(password) => command.args(["--password", password]),
            // Whoever says that he is the server's own is asked for a password.
            None => command.args(["--domain", "carrier.test"]),
        };
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("python3 starts");
        let news = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&news);
        let said = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                // What the library prints before its log is set is no JSON.
                if let Ok(told) = serde_json::from_str(&line) {
                    into.lock().unwrap().push(told);
                }
            }
        });
        let phone = Self {
            orders: process.stdin.take().unwrap(),
            process,
            dir,
            news,
        };
        phone.until("ready", |told| told["event"] == "ready");
        phone
    }

    /// Waits until its registration stands.
    #[track_caller]
    pub(crate) fn until_registered(&self) {
        self.until("registered", |told| {
            told["event"] == "registered" && told["code"] == 200 && told["active"] == true
        });
    }

    /// Calls a number; gives PJSIP's number of the call.
    #[track_caller]
    pub(crate) fn dials(&mut self, number: &str) -> u64 {
        let before = self.count("dialled");
        self.does(&json!({ "do": "dial", "to": format!("sip:{number}@localhost") }));
        self.nth("dialled", before)["call"].as_u64().unwrap()
    }

    /// Gives it an order; the fields are those of `phone.py`.
    #[track_caller]
    pub(crate) fn does(&mut self, order: &Value) {
        writeln!(self.orders, "{order}").expect("the phone takes an order");
    }

    /// Presses keys, each told by a SIP INFO of its own (`application/dtmf-relay`).
    #[track_caller]
    pub(crate) fn presses_by_info(&mut self, call: u64, keys: &str) {
        self.does(&json!({ "do": "info", "call": call, "digits": keys }));
    }

    /// Waits until a call has come to a state: `EARLY`, `CONFIRMED`, `DISCONNECTED`.
    #[track_caller]
    pub(crate) fn until_state(&self, call: u64, state: &str) -> Value {
        self.until(&format!("call {call} {state}"), |told| {
            told["event"] == "state" && told["call"] == call && told["state"] == state
        })
    }

    /// News of a kind so far.
    pub(crate) fn count(&self, event: &str) -> usize {
        let news = self.news.lock().unwrap();
        news.iter().filter(|told| told["event"] == event).count()
    }

    /// Waits for the news of a kind after `before` others of it.
    #[track_caller]
    pub(crate) fn nth(&self, event: &str, before: usize) -> Value {
        soon(&format!("{event} number {}", before + 1), || {
            let news = self.news.lock().unwrap();
            let mut fit = news.iter().filter(|told| told["event"] == event);
            fit.nth(before).cloned()
        })
    }

    /// Waits for news that fit.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        soon(&format!("pjsua2: {what}"), || {
            let news = self.news.lock().unwrap();
            news.iter().find(|told| fits(told)).cloned()
        })
    }

    /// How many messages of the wire begin with this: `PRACK `, `SIP/2.0 422`.
    pub(crate) fn wire_count(&self, start: &str) -> usize {
        let log = std::fs::read(self.dir.join("pjsip.log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log).into_owned();
        // A message stands on lines of its own, after a line that tells its way.
        log.lines().filter(|line| line.starts_with(start)).count()
    }

    /// Waits until so many messages that begin with this were on the wire.
    #[track_caller]
    pub(crate) fn until_wire(&self, start: &str, count: usize) {
        soon(&format!("{count} times `{start}` on the wire"), || {
            (self.wire_count(start) >= count).then_some(())
        });
    }

    /// What it heard in a call.
    pub(crate) fn heard(&self, call: u64) -> Option<Recorded> {
        Recorded::read(&self.dir.join(format!("heard-{call}.wav")))
    }

    /// Waits until it has heard a tone for so long in a call.
    #[track_caller]
    pub(crate) fn until_hears(&self, call: u64, hz: f64, ms: u32) {
        soon(&format!("{ms} ms of {hz} Hz at pjsua2"), || {
            let heard = self.heard(call)?;
            (heard.tone_ms(0, hz) >= ms).then_some(())
        });
    }
}

impl Drop for Pjsua2 {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _reaped = self.process.wait();
        if std::thread::panicking() {
            let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("---- pjsua2 at {}:", self.dir.display());
            for told in news.iter() {
                eprintln!("{told}");
            }
        }
    }
}
