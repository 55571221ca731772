//! The sections of `trunkline.toml`, each with its defaults.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ivr::Told;
use serde::{Deserialize, Deserializer, de};
use store::{Address, Secret};

use super::limits::Bounds;
use crate::config::cause::Cause as _;
use crate::config::secret;

/// `[sip]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sip {
    /// UDP listeners, one or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub udp: Vec<SocketAddr>,
    /// TCP listeners, one or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub tcp: Vec<SocketAddr>,
    /// TLS listeners, one or a list; they need `[tls]`.
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) tls: Vec<SocketAddr>,
    /// WebSocket listeners, one or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) ws: Vec<SocketAddr>,
    /// Listeners for WebSocket within TLS, one or a list; they need `[tls]`.
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) wss: Vec<SocketAddr>,
    /// Origins whose pages may use WebSocket besides those of the same host.
    pub(crate) web_socket_origins: Vec<String>,
    /// Addresses at which phones reach us, where a listener is on all of them (`0.0.0.0`) or behind a NAT.
    pub(crate) public: Vec<IpAddr>,
    /// Name servers for the names of carriers; none = the system's.
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) dns_servers: Vec<SocketAddr>,
    /// Domain of the agents' addresses: `sip:1001@DOMAIN`.
    pub domain: String,
    /// Realm of passwords; a change makes every phone password invalid.
    pub realm: String,
    /// Least expiry of a registration.
    pub(crate) registration_min_s: u32,
    /// Granted to a phone that names none.
    pub(crate) registration_default_s: u32,
    /// Granted to a phone that asks for more.
    pub(crate) registration_max_s: u32,
    /// One contact too many takes the place of the oldest, else it is refused.
    pub(crate) displace_oldest: bool,
    /// How often a phone is asked whether it is there; 0 = never.
    pub(crate) probe_s: u64,
    /// How often a phone with outbound shows itself on its connection.
    pub(crate) flow_timer_s: u32,
    /// Session timer that we ask for.
    pub(crate) session_expires_s: u32,
    /// Least session timer that we accept.
    pub(crate) min_se_s: u32,
}

impl Default for Sip {
    fn default() -> Self {
        let listener = SocketAddr::from(([127, 0, 0, 1], 5060));
        let registration = sip::RegistrationLimits::default();
        let session = sip::SessionTimer::default();
        Self {
            udp: vec![listener],
            tcp: vec![listener],
            tls: Vec::new(),
            ws: Vec::new(),
            wss: Vec::new(),
            web_socket_origins: Vec::new(),
            public: Vec::new(),
            dns_servers: Vec::new(),
            domain: "localhost".into(),
            realm: "trunkline".into(),
            registration_min_s: registration.expires_s_min,
            registration_default_s: registration.expires_s_default,
            registration_max_s: registration.expires_s_max,
            displace_oldest: registration.displaces_oldest,
            // G18: a dead phone is known within 30 s.
            probe_s: 20,
            flow_timer_s: registration.flow_timer_s,
            session_expires_s: session.expires_s,
            min_se_s: session.expires_s_min,
        }
    }
}

impl Sip {
    /// Every listener with its key, its carrier and whether it needs a certificate.
    pub(crate) fn listeners(&self) -> [(&'static str, &[SocketAddr], bool); 5] {
        [
            ("sip.udp", &self.udp, false),
            ("sip.tcp", &self.tcp, false),
            ("sip.tls", &self.tls, true),
            ("sip.ws", &self.ws, false),
            ("sip.wss", &self.wss, true),
        ]
    }

    /// How phones register, with the bounds of `[limits]`.
    pub(crate) fn registration(&self, bounds: &Bounds) -> sip::RegistrationLimits {
        sip::RegistrationLimits {
            expires_s_min: self.registration_min_s,
            expires_s_default: self.registration_default_s,
            expires_s_max: self.registration_max_s,
            displaces_oldest: self.displace_oldest,
            flow_timer_s: self.flow_timer_s,
            probe_every: (self.probe_s > 0).then(|| Duration::from_secs(self.probe_s)),
            ..bounds.registration
        }
    }

    /// How sessions are kept alive.
    pub(crate) fn session_timer(&self) -> sip::SessionTimer {
        sip::SessionTimer {
            expires_s: self.session_expires_s,
            expires_s_min: self.min_se_s,
        }
    }
}

/// `[rtp]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rtp {
    /// `20000-29999`: below the ports that the system gives to anybody (Linux: from 32768).
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
                min: 20_000,
                max: 29_999,
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
pub(crate) struct PortRange {
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
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Store {
    /// `sqlite://data/trunkline.db`, `postgres://trunkline@localhost/trunkline`.
    url: String,
    /// The password of the server, where the address has none.
    password: Option<secret::Source>,
}

impl Store {
    /// Where the database is, with its password. `dir`: the folder of the configuration. What is wrong is told without it (S22).
    pub(crate) fn address(&self, dir: &Path) -> Result<Address, Told> {
        let address = Address::parse(&self.url).map_err(|error| error.told())?;
        let Some(password) = &self.password else {
            return Ok(address);
        };
        let password = Secret::new(password.reveal(dir)?);
        let address = address.with_password(&password);
        address.map_err(|error| error.told())
    }

    /// What is wrong with the address, whatever its password is, and whether the address may be shown.
    pub(super) fn mistake(&self) -> Option<(Told, bool)> {
        let wrong = Address::parse(&self.url).err()?;
        let may_be_shown = !self.url.contains(['@', '?']);
        Some((wrong.told(), may_be_shown))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[store]")
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: "sqlite://data/trunkline.db".into(),
            password: None,
        }
    }
}

/// `[data]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Data {
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
pub(crate) struct Recordings {
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
pub(crate) struct Recording {
    /// Which calls are recorded.
    pub policy: Policy,
}

/// Which calls are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Policy {
    /// Every answered call.
    #[default]
    All,
    /// None.
    Never,
}

/// `[ivr]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ivr {
    /// Folder of scripts, prompts and music.
    pub dir: PathBuf,
    /// Folder of the scripts, where they stand elsewhere than the sounds.
    pub scripts: Option<PathBuf>,
    /// Language of a call before its script sets one.
    pub language: String,
    /// Prompts that a caller may hear who does nothing, before somebody takes him or the call ends (E22).
    pub silent_prompts_max: u32,
    /// The same in seconds, waiting in queues not counted.
    pub silent_s_max: u64,
}

impl Ivr {
    /// Where the scripts stand.
    pub(crate) fn scripts(&self) -> &Path {
        self.scripts.as_ref().unwrap_or(&self.dir)
    }

    /// What `check` proves of every script.
    pub(crate) fn patience(&self) -> ivr::Patience {
        ivr::Patience {
            prompts: self.silent_prompts_max,
            time: Duration::from_secs(self.silent_s_max),
        }
    }
}

impl Default for Ivr {
    fn default() -> Self {
        let patience = ivr::Patience::default();
        Self {
            dir: "ivr-scripts".into(),
            scripts: None,
            language: "zh-CN".into(),
            silent_prompts_max: patience.prompts,
            silent_s_max: patience.time.as_secs(),
        }
    }
}

/// `[numbering]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Numbering {
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

/// `[closing]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Closing {
    /// For how many hours at most a calendar may be closed out of turn (E9).
    pub(crate) max_h: u16,
}

impl Default for Closing {
    fn default() -> Self {
        Self { max_h: 168 }
    }
}

impl Closing {
    /// The same as a time.
    pub(crate) fn longest(self) -> Duration {
        Duration::from_secs(u64::from(self.max_h) * 3_600)
    }
}

/// `[tickets]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tickets {
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

/// `[privacy]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Privacy {
    /// Whether agents are told whole numbers of callers (F7).
    pub(crate) agents_see_numbers: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            agents_see_numbers: true,
        }
    }
}

/// `[outgoing]`
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Outgoing {
    /// Hosts within the house that may be asked over HTTP, also in the open (S20): names or addresses, without a port.
    pub(crate) private_hosts: BTreeSet<String>,
}

/// `[shutdown]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Shutdown {
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
    pub(crate) const fn drain(self) -> Duration {
        Duration::from_secs(self.drain_s)
    }
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
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
pub(crate) struct Demo {
    /// Fills an empty store with the demo's agents and customers.
    pub seed: bool,
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
