//! A server in a folder of its own, on ports of its own; killed when the story ends. If the story failed, what the server
//! said is printed and the folder stays.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::baresip::{Answers, Baresip, Link};
use crate::binary::{repository, trunkline};
use crate::hotline;
use crate::http::{self, Session};
use crate::patience::{soon, until, within};
use crate::ports;
use crate::turn::Turn;
use crate::wire::Wire;

/// The password of the demo's people.
pub(crate) const PASSWORD: &str = "trunkline-demo";
/// That of people who are not the demo's.
pub(crate) const STAFF_PASSWORD: &str = "of-the-staff";
const RTP_PORTS: u16 = 240;
/// The server's last words that a failed story prints.
const WORDS_MAX: usize = 20_000;
/// A start reads its scripts and sounds, which a machine that compiles beside does slowly.
const START: Duration = Duration::from_secs(40);

/// The server and its folder.
pub(crate) struct House {
    pub(crate) dir: PathBuf,
    config: PathBuf,
    /// Its sounds, and its scripts unless a setting says otherwise.
    pub(crate) ivr: PathBuf,
    server: Option<Child>,
    pub(crate) sip: SocketAddr,
    pub(crate) tcp: SocketAddr,
    pub(crate) http: SocketAddr,
    rtp: u16,
    /// Further `--set`s.
    pub(crate) extra: Vec<String>,
    /// Everybody's.
    pub(crate) password: &'static str,
    _turn: Turn,
}

impl House {
    /// The hotline of the stories, open and ready; nobody at work yet.
    pub(crate) fn open() -> Self {
        let mut house = Self::empty();
        hotline::write(&house.dir);
        house.start();
        house
    }

    /// The same with further settings, `KEY=VALUE`.
    pub(crate) fn open_with(settings: &[&str]) -> Self {
        let mut house = Self::empty();
        hotline::write(&house.dir);
        house.extra = settings.iter().map(|set| (*set).to_owned()).collect();
        house.start();
        house
    }

    /// The same with some of its files replaced or added.
    pub(crate) fn open_files(files: &[(&str, impl AsRef<[u8]>)]) -> Self {
        let mut house = Self::written(files);
        house.start();
        house
    }

    /// The same, with people of its own (rows of `agent import`, their password is `STAFF_PASSWORD`) in place of the demo's.
    #[track_caller]
    pub(crate) fn open_staffed(files: &[(&str, &str)], people: &str) -> Self {
        let mut house = Self::written(files);
        house.password = STAFF_PASSWORD;
        let file = house.dir.join("people.csv");
        std::fs::write(&file, people).unwrap();
        let import = house
            .trunkline()
            .args(["agent", "import"])
            .arg(&file)
            .output();
        let import = import.expect("the import runs");
        assert!(import.status.success(), "{import:?}");
        house.start();
        house
    }

    /// The hotline of the stories with some of its files replaced or added; nothing runs yet.
    pub(crate) fn written(files: &[(&str, impl AsRef<[u8]>)]) -> Self {
        let house = Self::empty();
        hotline::write(&house.dir);
        for (path, content) in files {
            std::fs::write(house.dir.join(path), content).unwrap();
        }
        house
    }

    /// The same with a certificate for `[tls]`, which stays in the folder as `certificate.pem`.
    pub(crate) fn open_secure(certificate: &str, key: &str, settings: &[&str]) -> Self {
        let mut house = Self::empty();
        hotline::write(&house.dir);
        let files = [("certificate", certificate), ("key", key)];
        for (name, text) in files {
            let path = house.dir.join(format!("{name}.pem"));
            std::fs::write(&path, text).unwrap();
            house.extra.push(format!("tls.{name}={}", path.display()));
        }
        house
            .extra
            .extend(settings.iter().map(|set| (*set).to_owned()));
        house.start();
        house
    }

    /// The demo as it stands in the repository.
    pub(crate) fn demo() -> Self {
        let mut house = Self::empty();
        house.config = repository().join("config");
        house.ivr = repository().join("ivr-scripts");
        house.start();
        house
    }

    /// The folder alone.
    pub(crate) fn empty() -> Self {
        static HOUSES: AtomicU32 = AtomicU32::new(0);
        let turn = Turn::wait();
        let number = HOUSES.fetch_add(1, Ordering::Relaxed);
        let dir = format!("trunkline-e2e-{}-{number}", std::process::id());
        let dir = std::env::temp_dir().join(dir);
        std::fs::create_dir_all(&dir).unwrap();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            config: dir.join("config"),
            ivr: dir.join("ivr"),
            dir,
            server: None,
            sip: nowhere,
            tcp: nowhere,
            http: nowhere,
            rtp: ports::free(RTP_PORTS),
            extra: Vec::new(),
            password: PASSWORD,
            _turn: turn,
        }
    }

    /// A command of the binary on this house's configuration, ports and folders.
    pub(crate) fn trunkline(&self) -> Command {
        let dir = self.dir.display();
        let last = self.rtp + RTP_PORTS - 1;
        let mut command = trunkline();
        command.arg("--config").arg(&self.config);
        for set in [
            format!("sip.udp={}", self.sip),
            format!("sip.tcp={}", self.tcp),
            format!("http.listen={}", self.http),
            format!("rtp.ports={}-{last}", self.rtp),
            format!("data.dir={dir}/data"),
            format!("store.url=sqlite://{dir}/data/trunkline.db"),
            format!("recordings.dir={dir}/recordings"),
            format!("ivr.dir={}", self.ivr.display()),
        ] {
            command.args(["--set", &set]);
        }
        for set in &self.extra {
            command.args(["--set", set]);
        }
        command
    }

    /// Starts the server, on the same ports if it ran before; gives the time until it was ready.
    #[track_caller]
    pub(crate) fn start(&mut self) -> Duration {
        let (said, errors) = (self.dir.join("server.out"), self.dir.join("server.err"));
        let begun = Instant::now();
        let child = self
            .trunkline()
            .arg("serve")
            .stdout(File::create(&said).unwrap())
            .stderr(
                File::options()
                    .create(true)
                    .append(true)
                    .open(errors)
                    .unwrap(),
            )
            .spawn()
            .expect("the server starts");
        self.server = Some(child);
        let banner = within(START, || {
            let ended = self.server.as_mut()?.try_wait().unwrap();
            assert_eq!(ended, None, "the server ended: {}", self.words());
            let banner = std::fs::read_to_string(&said).ok()?;
            banner.contains("Ctrl-C ends it").then_some(banner)
        });
        let banner = banner.unwrap_or_else(|| panic!("no banner: {}", self.words()));
        self.sip = address(&banner, "(UDP)");
        self.tcp = address(&banner, "(TCP)");
        self.http = address(&banner, "Pages");
        until("the server is ready", || self.is_ready());
        begun.elapsed()
    }

    /// Whether signalling, media and store work.
    pub(crate) fn is_ready(&self) -> bool {
        http::ask(self.http, "GET", "/readyz", &[], None).status == 200
    }

    /// A figure of `/metrics` without labels; those of the loops are copied there once a second.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        let figures = http::ask(self.http, "GET", "/metrics", &[], None).text();
        let mut lines = figures.lines();
        let told = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        told.parse().ok()
    }

    /// Waits until no call is left, and no port of one.
    #[track_caller]
    pub(crate) fn until_empty(&self) {
        let turns = || self.figure("trunkline_engine_turns_total");
        let before = turns();
        Wire::to(self.sip).round_trip();
        until("figures that are of now", || turns() > before);
        for name in [
            "trunkline_live_calls",
            "trunkline_engine_calls",
            "trunkline_rtp_ports",
        ] {
            until(&format!("{name} is 0"), || self.figure(name) == Some(0.0));
        }
        let broken = self.figure("trunkline_broken_calls_total");
        assert_eq!(broken, Some(0.0), "calls that a panic ended");
    }

    /// A person of the demo, signed in.
    #[track_caller]
    pub(crate) fn sign_in(&self, login: &str) -> Session {
        Session::begin(self.http, login, self.password)
    }

    /// An agent's phone, registered: that brings its agent to work.
    #[track_caller]
    pub(crate) fn agent(&self, login: &str, answers: Answers) -> Baresip {
        let phone = Baresip::agent(
            &self.dir,
            Link::Udp(self.sip),
            login,
            self.password,
            answers,
        );
        phone.until_registered();
        phone
    }

    /// A caller's phone.
    #[track_caller]
    pub(crate) fn caller(&self, number: &str, voice_hz: u32) -> Baresip {
        Baresip::caller(&self.dir, Link::Udp(self.sip), number, voice_hz)
    }

    /// Sends a signal to the server.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.server.as_ref().expect("a server runs"), name);
    }

    /// Waits until the server has ended by itself.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut server = self.server.take().expect("a server runs");
        soon("the server's end", || server.try_wait().unwrap())
    }

    /// Whether the server runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.server
            .as_mut()
            .is_some_and(|server| server.try_wait().unwrap().is_none())
    }

    /// Memory that the server holds, in KiB, as Linux tells it.
    pub(crate) fn memory_kib(&self) -> u64 {
        let server = self.server.as_ref().expect("a server runs");
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let told = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let digits = told.unwrap().trim().trim_end_matches(" kB");
        digits.parse().unwrap()
    }

    /// What the server logged.
    pub(crate) fn words(&self) -> String {
        let words = std::fs::read_to_string(self.dir.join("server.err")).unwrap_or_default();
        let skipped = words.len().saturating_sub(WORDS_MAX);
        words.get(skipped..).unwrap_or(&words).to_owned()
    }

    /// The facts of the log on disk, in their order: length, checksum and JSON in a line.
    pub(crate) fn facts(&self) -> Vec<Value> {
        let mut files = Vec::new();
        walk(&self.dir.join("data/facts"), &mut files);
        files.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
        files.sort();
        let read = |path| std::fs::read_to_string(path).unwrap();
        let texts: Vec<String> = files.iter().map(read).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        let facts = lines.filter_map(|line| line.splitn(3, ' ').nth(2));
        facts
            .map(|fact| serde_json::from_str(fact).unwrap())
            .collect()
    }

    /// The recordings on disk.
    pub(crate) fn recordings(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(&self.dir.join("recordings"), &mut found);
        found.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
        found.sort();
        found
    }

    /// Waits until the one call of this house has a record that `holds`; gives `/v1/calls/{id}`.
    #[track_caller]
    pub(crate) fn call(&self, who: &Session, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        soon(what, || {
            let list = who.read("/v1/calls");
            let id = list["items"][0]["id"].as_str()?.to_owned();
            Some(who.read(&format!("/v1/calls/{id}"))).filter(&holds)
        })
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _already_gone = server.kill();
            let _reaped = server.wait();
        }
        if std::thread::panicking() {
            eprintln!(
                "---- the server said ({}):\n{}",
                self.dir.display(),
                self.words()
            );
        } else {
            std::fs::remove_dir_all(&self.dir).unwrap();
        }
    }
}

/// Sends a signal to a process of ours.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success(), "kill -s {name}");
}

/// The address in the banner's line with a mark.
fn address(banner: &str, mark: &str) -> SocketAddr {
    let line = banner.lines().find(|line| line.contains(mark)).unwrap();
    let mut words = line.split([' ', '/']).filter_map(|word| word.parse().ok());
    let found = words.next();
    found.unwrap_or_else(|| panic!("no address in: {line}"))
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            walk(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}
