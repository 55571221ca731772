//! `config/trunkline.toml`: listeners, media, store, folders, limits; and `--set`, which overrides one value of it.
//!
//! Everything has a default that is safe: loopback, closed, recorded. A key that is not listed here is an error.

mod agents;
mod familiar;
mod gate;
mod http;
mod limits;
mod section;
mod speech;
mod tls;

use std::net::SocketAddr;

pub(crate) use agents::{Agents, SignIn};
pub(crate) use familiar::Familiar;
pub(crate) use http::{Http, HttpTls};
use ivr::{Diagnostic, Severity, Told};
use serde::Deserialize;
pub(crate) use tls::Material;
pub(crate) use tls::Tls;

use super::document::Document;
pub(crate) use limits::Limits;
pub(crate) use section::{
    Data, Demo, Ivr, Log, Numbering, Outgoing, Policy, Recording, Recordings, Rtp, Shutdown, Sip,
    Store, Tickets,
};
pub(crate) use speech::Speech;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// `[sip]`
    pub sip: Sip,
    /// `[tls]`
    pub(crate) tls: Tls,
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
    /// `[speech]`
    pub(crate) speech: Speech,
    /// `[agents]`
    pub agents: Agents,
    /// `[familiar]`
    pub familiar: Familiar,
    /// `[numbering]`
    pub numbering: Numbering,
    /// `[tickets]`
    pub tickets: Tickets,
    /// `[outgoing]`
    pub(crate) outgoing: Outgoing,
    /// `[limits]`
    pub(crate) limits: Limits,
    /// `[shutdown]`
    pub shutdown: Shutdown,
    /// `[log]`
    pub log: Log,
    /// `[demo]`
    pub demo: Demo,
}

impl Settings {
    /// Every address at which the server listens, to tell whether it is reachable from elsewhere.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = SocketAddr> {
        let sip = self.sip.listeners().into_iter();
        sip.flat_map(|(_, addresses, _)| addresses.iter().copied())
            .chain([self.http.listen])
    }

    /// The file with the overrides laid over it; an absent file is a file without keys.
    pub(crate) fn read(document: &Document, overrides: &[String]) -> Result<Self, Vec<Diagnostic>> {
        let settings: Self = document.parse().map_err(|error| vec![error])?;
        if overrides.is_empty() {
            return settings.checked(document);
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
        let settings = Self::deserialize(toml::Value::Table(table)).map_err(|error| {
            vec![on_command_line(
                &overrides.join(" --set "),
                error.message().to_owned(),
            )]
        })?;
        settings.checked(document)
    }

    /// What no single value tells: an address that nobody can be told to call, bounds that contradict each other.
    fn checked(self, document: &Document) -> Result<Self, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let mut told = |key: &str, message: &str, help: &str| {
            let at = document.offset_of(key).unwrap_or(0);
            wrong.push(document.error(at, message.into(), Some(help.into())));
        };
        self.check_addresses(&mut told);
        self.check_times(&mut told);
        if let Some((key, mistake)) = self.speech.mistake() {
            told(key, &mistake, "see `[speech]` in docs/configuration.md");
        }
        if let Some(mistake) = self.agents.mistake() {
            told(
                "agents",
                &mistake,
                "see `[agents]` in docs/configuration.md",
            );
        }
        if wrong.is_empty() {
            Ok(self)
        } else {
            Err(wrong)
        }
    }

    fn check_addresses(&self, told: &mut impl FnMut(&str, &str, &str)) {
        let everywhere = |address: &SocketAddr| address.ip().is_unspecified();
        if self.sip.public.is_empty() {
            for (key, listeners, _) in self.sip.listeners() {
                if listeners.iter().any(everywhere) {
                    told(
                        key,
                        "phones cannot be told this address: it stands for all of them",
                        "name one address, or say with `sip.public` at which phones reach us",
                    );
                }
            }
        }
        if self.rtp.address.is_unspecified() && self.rtp.public.is_none() {
            told(
                "rtp.address",
                "phones cannot be told this address: it stands for all of them",
                "name one address, or say with `rtp.public` at which phones reach us",
            );
        }
        for (key, listeners, needs_certificate) in self.sip.listeners() {
            if needs_certificate && !listeners.is_empty() && self.tls.certificate.is_none() {
                let help = "name its files by `tls.certificate` and `tls.key`";
                told(key, "a listener within TLS needs a certificate", help);
            }
        }
        if self.http.tls == HttpTls::Shared(true) && self.tls.certificate.is_none() {
            let help = "name its files by `tls.certificate` and `tls.key`, or here";
            told("http.tls", "HTTPS needs a certificate", help);
        }
    }

    fn check_times(&self, told: &mut impl FnMut(&str, &str, &str)) {
        let sip = &self.sip;
        let ordered = [
            sip.registration_min_s,
            sip.registration_default_s,
            sip.registration_max_s,
        ];
        if sip.registration_min_s == 0 || !ordered.is_sorted() {
            told(
                "sip.registration_default_s",
                "the expiries of registrations contradict each other",
                "0 < registration_min_s <= registration_default_s <= registration_max_s",
            );
        }
        if sip.min_se_s < LEAST_SE_S || sip.session_expires_s < sip.min_se_s {
            told(
                "sip.session_expires_s",
                "the session timers contradict each other",
                "90 <= min_se_s <= session_expires_s (RFC 4028 §5)",
            );
        }
        if (1..LEAST_PROBE_S).contains(&sip.probe_s) {
            let help = "at least 10; 0 asks no phone";
            told("sip.probe_s", "phones are asked too often", help);
        }
        let idle = self.limits.bounds.streams.idle_timeout.as_secs();
        if idle <= u64::from(sip.registration_max_s) {
            told(
                "limits.idle_timeout_s",
                "connections of registered phones would be cut between two registrations",
                "it must be longer than `sip.registration_max_s`",
            );
        }
    }
}

/// RFC 4028 §5: a session timer is never shorter.
const LEAST_SE_S: u32 = 90;
/// A phone answers within 8 s or is silent: it is not asked again before that.
const LEAST_PROBE_S: u64 = 10;

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
        message: Told::as_it_is(message),
        help: None,
        story: None,
    }
}

#[cfg(test)]
mod tests {
    use super::section::PortRange;
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
            (
                "[sip]\nudp = \"0.0.0.0:5060\"\n",
                "config/trunkline.toml:2:7: error: phones cannot be told this address",
            ),
            (
                "[sip]\nws = \"0.0.0.0:80\"\n",
                "config/trunkline.toml:2:6: error: phones cannot be told this address",
            ),
            (
                "[sip]\nwss = [\"127.0.0.1:443\"]\n",
                "config/trunkline.toml:2:7: error: a listener within TLS needs a certificate",
            ),
            (
                "[sip]\nregistration_default_s = 30\n",
                "config/trunkline.toml:2:26: error: the expiries of registrations contradict",
            ),
            (
                "[sip]\nsession_expires_s = 89\n",
                "config/trunkline.toml:2:21: error: the session timers contradict",
            ),
            (
                "[sip]\nprobe_s = 1\n",
                "config/trunkline.toml:2:11: error: phones are asked too often",
            ),
            (
                "[limits]\nidle_timeout_s = 3600\n",
                "config/trunkline.toml:2:18: error: connections of registered phones would be cut",
            ),
            (
                "[limits]\nsessions_max = 0\n",
                "config/trunkline.toml:2:16: error: invalid value: integer `0`, expected a number from 1",
            ),
            (
                "[limits]\nsession_max = 1\n",
                "config/trunkline.toml:2:1: error: unknown field `session_max`",
            ),
            (
                "[rtp]\naddress = \"::\"\n",
                "config/trunkline.toml:2:11: error: phones cannot be told this address",
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
