//! `config/trunkline.toml`: listeners, media, store, folders, limits; and `--set`, which overrides one value of it.
//!
//! Everything has a default that is safe: loopback, closed, recorded. A key that is not listed here is an error.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ivr::{Diagnostic, Severity};
use serde::{Deserialize, Deserializer, de};

use super::document::Document;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `[sip]`
    pub sip: Sip,
    /// `[http]`
    pub http: Http,
    /// `[rtp]`
    pub rtp: Rtp,
    /// `[store]`
    pub store: Store,
    /// `[data]`
    pub data: Data,
    /// `[recordings]`
    pub recordings: Recordings,
    /// `[recording]`
    pub recording: Recording,
    /// `[ivr]`
    pub ivr: Ivr,
    /// `[agents]`
    pub agents: Agents,
    /// `[numbering]`
    pub numbering: Numbering,
    /// `[tickets]`
    pub tickets: Tickets,
    /// `[shutdown]`
    pub shutdown: Shutdown,
    /// `[log]`
    pub log: Log,
    /// `[demo]`
    pub demo: Demo,
}

/// `[sip]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sip {
    /// UDP listeners, one or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub udp: Vec<SocketAddr>,
    /// TCP listeners, one or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub tcp: Vec<SocketAddr>,
    /// Domain of the agents' addresses: `sip:1001@DOMAIN`.
    pub domain: String,
    /// Realm of passwords; a change makes every phone password invalid.
    pub realm: String,
}

impl Default for Sip {
    fn default() -> Self {
        let listener = SocketAddr::from(([127, 0, 0, 1], 5060));
        Self {
            udp: vec![listener],
            tcp: vec![listener],
            domain: "localhost".into(),
            realm: "trunkline".into(),
        }
    }
}

/// `[http]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Pages and API.
    pub listen: SocketAddr,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        }
    }
}

/// `[rtp]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rtp {
    /// `30000-39999`.
    pub ports: PortRange,
    /// Address of the RTP sockets.
    pub address: IpAddr,
    /// The address that phones are told, when it is another one (NAT).
    pub public: Option<IpAddr>,
    /// Media threads.
    pub threads: u8,
    /// A call ends after so much silence of a phone that should speak.
    pub timeout_s: u64,
}

impl Default for Rtp {
    fn default() -> Self {
        Self {
            ports: PortRange {
                min: 30_000,
                max: 39_999,
            },
            address: IpAddr::from([127, 0, 0, 1]),
            public: None,
            threads: 1,
            timeout_s: 30,
        }
    }
}

/// A range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// First.
    pub min: u16,
    /// Last.
    pub max: u16,
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            de::Error::custom(format!(
                "`{text}` is no port range: expected for example \"30000-39999\", with room for one call"
            ))
        };
        let (min, max) = text.split_once('-').ok_or_else(wrong)?;
        let (min, max): (u16, u16) = (
            min.trim().parse().map_err(|_| wrong())?,
            max.trim().parse().map_err(|_| wrong())?,
        );
        // A call needs two legs, a leg two ports.
        if min < 1_024 || max.saturating_sub(min) < 3 {
            return Err(wrong());
        }
        Ok(Self { min, max })
    }
}

/// `[store]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// `sqlite://data/trunkline.db`.
    pub url: String,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: "sqlite://data/trunkline.db".into(),
        }
    }
}

/// `[data]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// Folder of the fact log.
    pub dir: PathBuf,
}

impl Default for Data {
    fn default() -> Self {
        Self { dir: "data".into() }
    }
}

/// `[recordings]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recordings {
    /// Folder of the recordings.
    pub dir: PathBuf,
}

impl Default for Recordings {
    fn default() -> Self {
        Self {
            dir: "recordings".into(),
        }
    }
}

/// `[recording]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recording {
    /// Which calls are recorded.
    pub policy: Policy,
}

/// Which calls are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Every answered call.
    #[default]
    All,
    /// None.
    Never,
}

/// `[ivr]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ivr {
    /// Folder of scripts, prompts and music.
    pub dir: PathBuf,
    /// Language of a call before its script sets one.
    pub language: String,
}

impl Default for Ivr {
    fn default() -> Self {
        Self {
            dir: "ivr-scripts".into(),
            language: "zh-CN".into(),
        }
    }
}

/// `[agents]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agents {
    /// How an agent goes to work.
    pub sign_in: SignIn,
}

/// How an agent goes to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// On his page (or by API).
    #[default]
    Page,
    /// Also by switching his phone on: its registration makes him ready, its sign-off sends him home.
    Phone,
}

/// `[numbering]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Numbering {
    /// Country of national numbers, ISO 3166: `CN`.
    pub region: String,
}

impl Default for Numbering {
    fn default() -> Self {
        Self {
            region: "CN".into(),
        }
    }
}

/// `[tickets]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tickets {
    /// Minutes that the day in ticket numbers is ahead of UTC.
    pub utc_offset_min: i32,
}

impl Default for Tickets {
    fn default() -> Self {
        Self {
            utc_offset_min: 480,
        }
    }
}

/// `[shutdown]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shutdown {
    /// How long SIGTERM waits for the calls to end.
    pub drain_s: u64,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { drain_s: 300 }
    }
}

impl Shutdown {
    /// As a duration.
    pub const fn drain(self) -> Duration {
        Duration::from_secs(self.drain_s)
    }
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `info`, or a filter such as `info,engine=debug`.
    pub level: String,
    /// Lines for programs instead of people.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".into(),
            json: false,
        }
    }
}

/// `[demo]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Demo {
    /// Fills an empty store with the demo's agents and customers.
    pub seed: bool,
}

impl Settings {
    /// Every address at which the server listens, to tell whether it is reachable from elsewhere.
    pub fn listeners(&self) -> impl Iterator<Item = SocketAddr> {
        self.sip
            .udp
            .iter()
            .chain(&self.sip.tcp)
            .copied()
            .chain([self.http.listen])
    }

    /// The file with the overrides laid over it; an absent file is a file without keys.
    pub fn read(document: &Document, overrides: &[String]) -> Result<Self, Vec<Diagnostic>> {
        let settings: Self = document.parse().map_err(|error| vec![error])?;
        if overrides.is_empty() {
            return Ok(settings);
        }
        let mut table: toml::Table = document.parse().map_err(|error| vec![error])?;
        let mut wrong = Vec::new();
        for given in overrides {
            if let Err(message) = override_one(&mut table, given) {
                wrong.push(on_command_line(given, message));
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Self::deserialize(toml::Value::Table(table)).map_err(|error| {
            vec![on_command_line(
                &overrides.join(" --set "),
                error.message().to_owned(),
            )]
        })
    }
}

/// `sip.udp=127.0.0.1:0`: the value as TOML if it is TOML, else as text.
fn override_one(table: &mut toml::Table, given: &str) -> Result<(), String> {
    let (key, value) = given
        .split_once('=')
        .ok_or("expected KEY=VALUE, such as sip.udp=127.0.0.1:5070")?;
    let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut parsed| parsed.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let mut keys: Vec<&str> = key.trim().split('.').collect();
    let Some(last) = keys
        .pop()
        .filter(|last| !last.is_empty() && !keys.is_empty())
    else {
        return Err("expected a key with its section, such as sip.udp".into());
    };
    let mut at = table;
    for key in keys {
        let section = at
            .entry(key)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        at = section
            .as_table_mut()
            .ok_or_else(|| format!("`{key}` is no section"))?;
    }
    at.insert(last.to_owned(), value);
    Ok(())
}

fn on_command_line(given: &str, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: format!("--set {given}"),
        line: 1,
        column: 1,
        message,
        help: None,
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "expected an address with port, such as \"127.0.0.1:5060\", or a list of them"
    )]
    enum OneOrMany {
        One(SocketAddr),
        Many(Vec<SocketAddr>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(address) => vec![address],
        OneOrMany::Many(addresses) => addresses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, overrides: &[&str]) -> Result<Settings, String> {
        let document = Document {
            file: "config/trunkline.toml".into(),
            text: text.into(),
        };
        let overrides: Vec<String> = overrides.iter().map(|given| (*given).to_owned()).collect();
        Settings::read(&document, &overrides).map_err(|wrong| {
            wrong
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        })
    }

    #[test]
    fn an_empty_file_is_closed_and_on_loopback() {
        let settings = read("", &[]).unwrap();
        assert_eq!(settings, Settings::default());
        assert!(
            settings
                .listeners()
                .all(|address| address.ip().is_loopback())
        );
        assert!(!settings.demo.seed);
    }

    #[test]
    fn set_overrides_one_value() {
        let settings = read(
            "[sip]\nudp = \"127.0.0.1:5060\"\n",
            &[
                "sip.udp=127.0.0.1:5070",
                "rtp.ports=40000-40100",
                "log.json=true",
                "rtp.threads=2",
            ],
        )
        .unwrap();
        assert_eq!(settings.sip.udp, [SocketAddr::from(([127, 0, 0, 1], 5070))]);
        assert_eq!(
            settings.rtp.ports,
            PortRange {
                min: 40_000,
                max: 40_100
            }
        );
        assert!(settings.log.json);
        assert_eq!(settings.rtp.threads, 2);
        assert_eq!(
            read("", &["sip.udp=[\"127.0.0.1:1\", \"127.0.0.1:2\"]"])
                .unwrap()
                .sip
                .udp
                .len(),
            2
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let table = [
            (
                "[sip]\nudp = \"localhost\"\n",
                "config/trunkline.toml:2:7: error: expected an address with port",
            ),
            (
                "[rtp]\nports = \"1-2-3\"\n",
                "config/trunkline.toml:2:9: error: `1-2-3` is no port range",
            ),
            (
                "[rtp]\nports = \"30000-30001\"\n",
                "config/trunkline.toml:2:9: error: `30000-30001` is no port range",
            ),
            (
                "[htp]\nlisten = \"127.0.0.1:80\"\n",
                "config/trunkline.toml:1:2: error: unknown field `htp`",
            ),
            (
                "[recording]\npolicy = \"some\"\n",
                "config/trunkline.toml:2:10: error: unknown variant `some`, expected `all` or `never`",
            ),
        ];
        for (text, expected) in table {
            let told = read(text, &[]).unwrap_err();
            assert!(told.starts_with(expected), "{told}\nexpected {expected}");
        }
        for given in ["sip", "udp=1", "sip.udp=here", "sip.nothing=1", "=1"] {
            let told = read("", &[given]).unwrap_err();
            assert!(
                told.starts_with(&format!("--set {given}:1:1: error: ")),
                "{told}"
            );
        }
    }
}
