//! JsSIP in Chromium: the phone of an agent who has only a browser. Its signalling goes over WebSocket (RFC 7118).
//!
//! The library is the package as npm has it: CommonJS modules, made one script here as a bundler would do it. The page and the
//! script come from a small server of the story, on another port than Trunkline's, as they would in real life.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use serde_json::Value;

use crate::binary;
use crate::browser::Browser;
use crate::patience::soon;
use crate::tool;

/// What `require` names, and the folder of the package.
const PACKAGES: [(&str, &str); 5] = [
    ("jssip", "npm/jssip-3.13.8"),
    ("debug", "npm/debug-4.4.3"),
    ("events", "npm/events-3.3.0"),
    ("ms", "npm/ms-2.1.3"),
    ("sdp-transform", "npm/sdp-transform-2.15.0"),
];

/// `require` over the modules of the bundle.
const LOADER: &str = r#"
(() => {
  const loaded = {};
  const find = (path) => [path, path + ".js", path + "/index.js"].find((it) => it in modules);
  const resolve = (from, name) => {
    if (!name.startsWith(".")) return entries[name];
    const parts = from.split("/").slice(0, -1);
    for (const part of name.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    }
    return find(parts.join("/").replace(/\/$/, ""));
  };
  const load = (path) => {
    if (!(path in loaded)) {
      const module = (loaded[path] = { exports: {} });
      modules[path](module, module.exports, (name) => load(resolve(path, name)));
    }
    return loaded[path].exports;
  };
  window.JsSIP = load(entries["jssip"]);
})();
"#;

/// A page with a phone.
pub(crate) struct JsSip {
    browser: Browser,
}

impl JsSip {
    /// Opens the page; `server` is a WebSocket URL. `refuses` is the status by which it declines calls.
    #[track_caller]
    pub(crate) fn open(dir: &Path, server: &str, user: &str, password: &str, refuses: u16) -> Self {
        let pages = serve();
        let browser = Browser::open(dir);
        browser.visits(&format!(
            "http://{pages}/page.html?server={server}&user={user}&domain=localhost&password={password}&refuses={refuses}"
        ));
        Self { browser }
    }

    /// Waits until its state is this: `registered`.
    #[track_caller]
    pub(crate) fn until_state(&self, state: &str) {
        soon(&format!("JsSIP is {state}"), || {
            (self.browser.text("#state")? == state).then_some(())
        });
    }

    /// Waits for a line of its news.
    #[track_caller]
    pub(crate) fn until_tells(&self, line: &str) {
        soon(&format!("JsSIP tells: {line}"), || {
            self.browser
                .text("#news")?
                .lines()
                .any(|told| told.ends_with(line))
                .then_some(())
        });
    }
}

/// Serves the page and the bundle until the process ends.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let page = std::fs::read(binary::repository().join("tests/e2e/jssip/page.html")).unwrap();
    let bundle = bundle().into_bytes();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _browser_may_leave = answer(stream, &page, &bundle);
        }
    });
    address
}

fn answer(mut stream: TcpStream, page: &[u8], bundle: &[u8]) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let asked = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let (status, kind, body): (_, _, &[u8]) = if asked.starts_with("GET /page.html") {
        ("200 OK", "text/html", page)
    } else if asked.starts_with("GET /bundle.js") {
        ("200 OK", "text/javascript", bundle)
    } else {
        ("404 Not Found", "text/plain", b"")
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// All modules of the packages as one script.
fn bundle() -> String {
    let mut modules = BTreeMap::new();
    let mut entries = serde_json::Map::new();
    for (name, folder) in PACKAGES {
        let folder = tool::package(folder);
        let about = std::fs::read_to_string(folder.join("package.json")).unwrap();
        let about: Value = serde_json::from_str(&about).unwrap();
        // A browser's entry goes before the one for servers.
        let entry = about["browser"].as_str().or(about["main"].as_str());
        let entry = entry.unwrap_or("index.js").trim_start_matches("./");
        gather(&folder, name, &mut modules);
        let found = [
            format!("{name}/{entry}"),
            format!("{name}/{entry}.js"),
            format!("{name}/{}/index.js", entry.trim_end_matches('/')),
        ];
        let found = found.into_iter().find(|path| modules.contains_key(path));
        entries.insert(
            name.to_owned(),
            found.expect("a package has its entry").into(),
        );
    }
    let modules: Vec<String> = modules
        .iter()
        .map(|(path, text)| format!("{path:?}: (module, exports, require) => {{\n{text}\n}}"))
        .collect();
    format!(
        "const modules = {{\n{}\n}};\nconst entries = {};\n{LOADER}",
        modules.join(",\n"),
        Value::Object(entries)
    )
}

fn gather(folder: &Path, name: &str, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let name = format!("{name}/{file}");
        if path.is_dir() {
            gather(&path, &name, into);
        } else if file.ends_with(".js") {
            let text = std::fs::read_to_string(&path).unwrap();
            // A program for a shell is no module.
            if !text.starts_with("#!") {
                into.insert(name, text);
            }
        } else if file == "package.json" {
            let text = std::fs::read_to_string(&path).unwrap();
            into.insert(name, format!("module.exports = {text};"));
        }
    }
}
