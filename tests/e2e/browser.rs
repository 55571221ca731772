//! A real Chromium without a window, led by chromedriver (W3C WebDriver: JSON over HTTP): what an agent sees and does.
//!
//! It is believed by what is rendered: the text of an element is what is visible of it, a click goes where a pointer would.
//! Its profile is empty and in the folder of the story, so it remembers nobody and leaves nothing behind.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::house::House;
use crate::http;
use crate::patience::{soon, within};
use crate::ports;
use crate::tool;

/// The key Enter, in what is typed.
pub(crate) const ENTER: char = '\u{e007}';
/// A browser draws at once, and is slow to do so beside a compiler.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// What is asked of an element that a new page has just taken away.
const GONE: [&str; 2] = ["no such element", "stale element reference"];
/// How each request that reaches no server is told in the console.
const GONE_SERVER: &str = "Failed to load resource: net::ERR_";
/// Tests run as root, where Chromium has no sandbox; nothing here needs a network beyond this machine.
const SWITCHES: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--accept-lang=en-US",
    "--window-size=1280,820",
];

/// A browser with one window; dropped, it is closed.
pub(crate) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    process: Option<u64>,
}

impl Browser {
    /// Opens it, with nobody signed in anywhere.
    #[track_caller]
    pub(crate) fn open(dir: &Path) -> Self {
        let _asked_for_it = tool::command("chromium");
        let home = dir.join("browser");
        std::fs::create_dir_all(&home).unwrap();
        let said = File::create(dir.join("browser.out")).unwrap();
        let port = ports::free(1);
        let mut browser = Self {
            driver: tool::command("chromedriver")
                .arg(format!("--port={port}"))
                .env("HOME", &home)
                .env("TMPDIR", &home)
                .stdin(Stdio::null())
                .stdout(said.try_clone().unwrap())
                .stderr(said)
                .spawn()
                .expect("chromedriver starts"),
            address: (Ipv4Addr::LOCALHOST, port).into(),
            session: String::new(),
            process: None,
        };
        soon("chromedriver's port", || {
            TcpStream::connect(browser.address).ok()
        });
        let profile = format!("--user-data-dir={}", home.join("profile").display());
        let switches = SWITCHES.into_iter().chain([profile.as_str()]);
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": switches.collect::<Vec<_>>() },
            "goog:loggingPrefs": { "browser": "WARNING" },
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let session = browser.ask("POST", "/session", Some(wanted));
        let session = session.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        browser.process = session["capabilities"]["goog:processID"].as_u64();
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        browser
    }

    /// Opens it at the desk of somebody of a house, who signs in by keys, in a language of the page (`en`, `zh-CN`).
    #[track_caller]
    pub(crate) fn at_desk(house: &House, login: &str, language: &str) -> Self {
        let page = Self::open(&house.dir);
        page.visits(&format!("http://{}/?lang={language}", house.http));
        page.types("input[name=login]", login);
        page.types(
            "input[name=password]",
            &format!("{}{ENTER}", house.password),
        );
        page.until_shows(".who", login);
        page
    }

    /// Opens a page.
    #[track_caller]
    pub(crate) fn visits(&self, url: &str) {
        self.does("url", json!({ "url": url }));
    }

    /// Loads its page again.
    #[track_caller]
    pub(crate) fn reloads(&self) {
        self.does("refresh", json!({}));
    }

    /// Types into what a selector names.
    #[track_caller]
    pub(crate) fn types(&self, selector: &str, text: &str) {
        self.handles(selector, "value", &json!({ "text": text }));
    }

    /// Clicks on what a selector names.
    #[track_caller]
    pub(crate) fn clicks(&self, selector: &str) {
        self.handles(selector, "click", &json!({}));
    }

    /// The visible text of what a selector names; none if it is not there.
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> Option<String> {
        let element = self.element(selector)?;
        let text = self.ask("GET", &format!("{element}/text"), None);
        Some(unless_gone(text)?.as_str().unwrap().to_owned())
    }

    /// What a script gives that runs in the page.
    #[track_caller]
    pub(crate) fn script(&self, script: &str) -> Value {
        self.does("execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Looks at the page within a frame, as if it were the whole one.
    #[track_caller]
    pub(crate) fn within_frame(&self, number: u32, look: impl FnOnce()) {
        soon("the frame", || {
            let entered = json!({ "id": number });
            let path = format!("{}/frame", self.session);
            self.ask("POST", &path, Some(entered)).ok()
        });
        look();
        self.does("frame", json!({ "id": null }));
    }

    /// A picture of the window, for people to look at, in the folder that `TRUNKLINE_PICTURES` names; none without it.
    #[track_caller]
    pub(crate) fn pictures(&self, name: &str) {
        let Some(dir) = std::env::var_os("TRUNKLINE_PICTURES") else {
            return;
        };
        let picture = self.ask("GET", &format!("{}/screenshot", self.session), None);
        let picture = STANDARD.decode(picture.unwrap().as_str().unwrap()).unwrap();
        std::fs::write(Path::new(&dir).join(format!("{name}.png")), picture).unwrap();
    }

    /// Whether its console has told that a page may not be held in a frame.
    #[track_caller]
    pub(crate) fn refuses_to_frame(&self) -> bool {
        let told = self.complaints();
        let told = told.iter().filter_map(|line| line["message"].as_str());
        told.into_iter()
            .any(|line| line.contains("frame-ancestors"))
    }

    /// Waits until a text is visible in what a selector names.
    #[track_caller]
    pub(crate) fn until_shows(&self, selector: &str, wanted: &str) {
        let shows = || {
            let text = self.text(selector)?;
            text.contains(wanted).then_some(())
        };
        if within(PATIENCE, shows).is_none() {
            let page = self.text("body");
            panic!(
                "`{selector}` never showed {wanted:?}. The page:\n{}",
                page.unwrap_or_default()
            );
        }
    }

    /// Waits until nothing of what a selector names is visible.
    #[track_caller]
    pub(crate) fn until_hides(&self, selector: &str) {
        let hides = || self.text(selector).is_none_or(|text| text.is_empty());
        let hidden = within(PATIENCE, || hides().then_some(()));
        assert!(hidden.is_some(), "`{selector}` stays visible");
    }

    /// Asserts that its console holds neither error nor warning, but for the one that proves that we would see them.
    #[track_caller]
    pub(crate) fn has_no_complaints(&self) {
        let told = self.complaints();
        assert!(told.is_empty(), "the console: {told:#?}");
    }

    /// Asserts that since its last complaints it holds none but that its server was gone for a while.
    #[track_caller]
    pub(crate) fn missed_its_server(&self) {
        let mut told = self.complaints();
        told.retain(|line| !line["message"].as_str().unwrap().contains(GONE_SERVER));
        assert!(told.is_empty(), "the console: {told:#?}");
    }

    /// What its console has said since it was last asked.
    #[track_caller]
    fn complaints(&self) -> Vec<Value> {
        const PROOF: &str = "the last line of the console";
        self.script(&format!("console.warn({PROOF:?})"));
        let mut told = Vec::new();
        soon("the console", || {
            let lines = self.does("se/log", json!({ "type": "browser" }));
            told.extend(lines.as_array().unwrap().iter().cloned());
            let last = told.last()?["message"].as_str()?;
            last.contains(PROOF).then_some(())
        });
        told.pop();
        told
    }

    /// Finds an element, waiting for it, and does something with it.
    #[track_caller]
    fn handles(&self, selector: &str, command: &str, how: &Value) {
        let done = within(PATIENCE, || {
            let element = self.element(selector)?;
            let done = self.ask("POST", &format!("{element}/{command}"), Some(how.clone()));
            unless_gone(done)
        });
        assert!(done.is_some(), "{command} at `{selector}`: it never came");
    }

    /// The path of an element, if it is there.
    #[track_caller]
    fn element(&self, selector: &str) -> Option<String> {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.ask("POST", &format!("{}/element", self.session), Some(wanted));
        let id = unless_gone(found)?[ELEMENT].as_str()?.to_owned();
        Some(format!("{}/element/{id}", self.session))
    }

    /// A command of the session that must succeed.
    #[track_caller]
    fn does(&self, command: &str, how: Value) -> Value {
        let done = self.ask("POST", &format!("{}/{command}", self.session), Some(how));
        done.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// The `value` of an answer, or that of an error: `{"error", "message", "stacktrace"}`.
    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, Value> {
        let body = body.map(|body| body.to_string());
        let headers = [("Content-Type", "application/json; charset=utf-8")];
        let body = body.as_ref().map(String::as_bytes);
        let answer = http::ask(self.address, method, path, &headers, body);
        let value = answer.json()["value"].take();
        if answer.status == 200 {
            Ok(value)
        } else {
            Err(value)
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Without its driver it would live on; the folder stays, so it may leave its profile as it is.
            let kill = |process: u64| {
                let process = process.to_string();
                Command::new("kill").args(["-s", "KILL", &process]).status()
            };
            let _already_gone = self.process.map(kill);
        } else {
            // Closed, it writes nothing more into a folder that is about to go.
            let closed = self.ask("DELETE", &self.session, None);
            closed.unwrap_or_else(|error| panic!("Chromium does not close: {error}"));
        }
        let _already_gone = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

/// What was asked of an element, if it is still there.
#[track_caller]
fn unless_gone(answer: Result<Value, Value>) -> Option<Value> {
    let error = match answer {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let gone = GONE.iter().any(|gone| error["error"] == *gone);
    assert!(gone, "{error}");
    None
}
