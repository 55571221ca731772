//! `config/trunkline.toml`: listeners, media, store, folders, limits; and `--set`, which overrides one value of it.
//!
//! Everything has a default that is safe: loopback, closed, recorded. A key that is not listed here is an error.

mod agents;
mod familiar;
mod gate;
mod http;
mod limits;
mod pop;
mod retention;
mod section;
mod speech;
mod tls;

use std::net::SocketAddr;

pub(crate) use agents::{Agents, SignIn};
pub(crate) use familiar::Familiar;
pub(crate) use http::{Http, HttpTls};
use ivr::{Diagnostic, Severity, Told, told};
use serde::Deserialize;
pub(crate) use tls::Material;
pub(crate) use tls::Tls;

use super::document::Document;
use super::shape;
pub(crate) use limits::Limits;
pub(crate) use pop::Pops;
use retention::Retention;
pub(crate) use section::{
    Closing, Data, Demo, Ivr, Log, Numbering, Outgoing, Policy, Privacy, Recording, Recordings,
    Rtp, Shutdown, Sip, Store, Tickets,
};
pub(crate) use speech::{Header, Speech};

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
    /// `[retention]`
    pub(crate) retention: Retention,
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
    /// `[closing]`
    pub(crate) closing: Closing,
    /// `[tickets]`
    pub tickets: Tickets,
    /// `[privacy]`
    pub(crate) privacy: Privacy,
    /// `[pop]`
    pub(crate) pop: Pops,
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
                shape::told(error.message()),
            )]
        })?;
        settings.checked(document)
    }

    /// What no single value tells: an address that nobody can be told to call, bounds that contradict each other.
    fn checked(self, document: &Document) -> Result<Self, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let mut tell = |key: &str, message: Told, help: Told| {
            let at = document.offset_of(key).unwrap_or(0);
            wrong.push(document.error(at, message, Some(help)));
        };
        self.check_addresses(&mut tell);
        self.check_times(&mut tell);
        let page = "docs/configuration.md";
        if let Some((key, mistake)) = self.speech.mistake() {
            let help = told!("see `[speech]` in {page}", "见 {page} 的 `[speech]`");
            tell(key, mistake, help);
        }
        for (key, mistake) in self.retention.mistakes() {
            let help = told!("see `[retention]` in {page}", "见 {page} 的 `[retention]`");
            tell(&format!("retention.{key}"), mistake, help);
        }
        if let Some(mistake) = self.agents.mistake() {
            let help = told!("see `[agents]` in {page}", "见 {page} 的 `[agents]`");
            tell("agents", mistake, help);
        }
        if let Some((message, may_be_shown)) = self.store.mistake() {
            let help = told!("see `[store]` in {page}", "见 {page} 的 `[store]`");
            let at = document.offset_of("store.url").unwrap_or(0);
            let found = document.error(at, message, Some(help));
            wrong.push(match may_be_shown {
                true => found,
                // Its line holds a password, perhaps: it is named and not pointed at.
                false => Diagnostic {
                    line: 0,
                    column: 0,
                    ..found
                },
            });
        }
        if wrong.is_empty() {
            Ok(self)
        } else {
            Err(wrong)
        }
    }

    fn check_addresses(&self, tell: &mut impl FnMut(&str, Told, Told)) {
        let everywhere = |address: &SocketAddr| address.ip().is_unspecified();
        if self.sip.public.is_empty() {
            for (key, listeners, _) in self.sip.listeners() {
                if listeners.iter().any(everywhere) {
                    tell(key, all_of_them(), reached_by("sip.public"));
                }
            }
        }
        if self.rtp.address.is_unspecified() && self.rtp.public.is_none() {
            tell("rtp.address", all_of_them(), reached_by("rtp.public"));
        }
        for (key, listeners, needs_certificate) in self.sip.listeners() {
            if needs_certificate && !listeners.is_empty() && self.tls.certificate.is_none() {
                let message = told!(
                    "a listener within TLS needs a certificate",
                    "TLS 监听端口需要证书"
                );
                let help = told!(
                    "name its files by `tls.certificate` and `tls.key`",
                    "请用 `tls.certificate` 和 `tls.key` 写明其文件"
                );
                tell(key, message, help);
            }
        }
        if self.http.tls == HttpTls::Shared(true) && self.tls.certificate.is_none() {
            let message = told!("HTTPS needs a certificate", "HTTPS 需要证书");
            let help = told!(
                "name its files by `tls.certificate` and `tls.key`, or here",
                "请用 `tls.certificate` 和 `tls.key` 写明其文件，或写在这里"
            );
            tell("http.tls", message, help);
        }
    }

    fn check_times(&self, tell: &mut impl FnMut(&str, Told, Told)) {
        let sip = &self.sip;
        let ordered = [
            sip.registration_min_s,
            sip.registration_default_s,
            sip.registration_max_s,
        ];
        if sip.registration_min_s == 0 || !ordered.is_sorted() {
            let message = told!(
                "the expiries of registrations contradict each other",
                "注册的各项有效期互相矛盾"
            );
            let order = "0 < registration_min_s <= registration_default_s <= registration_max_s";
            tell("sip.registration_default_s", message, Told::as_it_is(order));
        }
        if sip.min_se_s < LEAST_SE_S || sip.session_expires_s < sip.min_se_s {
            let message = told!(
                "the session timers contradict each other",
                "会话的各项定时互相矛盾"
            );
            let order = "90 <= min_se_s <= session_expires_s (RFC 4028 §5)";
            tell("sip.session_expires_s", message, Told::as_it_is(order));
        }
        if (1..LEAST_PROBE_S).contains(&sip.probe_s) {
            let message = told!("phones are asked too often", "对话机的探测过于频繁");
            let help = told!("at least 10; 0 asks no phone", "至少 10；0 为不探测");
            tell("sip.probe_s", message, help);
        }
        let idle = self.limits.bounds.streams.idle_timeout.as_secs();
        if idle <= u64::from(sip.registration_max_s) {
            let message = told!(
                "connections of registered phones would be cut between two registrations",
                "已注册话机的连接会在两次注册之间被切断"
            );
            let help = told!(
                "it must be longer than `sip.registration_max_s`",
                "须大于 `sip.registration_max_s`"
            );
            tell("limits.idle_timeout_s", message, help);
        }
    }
}

/// `0.0.0.0` where phones need an address to call.
fn all_of_them() -> Told {
    told!(
        "phones cannot be told this address: it stands for all of them",
        "不能把这个地址告诉话机：它代表所有地址"
    )
}

fn reached_by(key: &str) -> Told {
    told!(
        "name one address, or say with `{key}` at which phones reach us",
        "请写一个地址，或用 `{key}` 写明话机访问我们的地址"
    )
}

/// RFC 4028 §5: a session timer is never shorter.
const LEAST_SE_S: u32 = 90;
/// A phone answers within 8 s or is silent: it is not asked again before that.
const LEAST_PROBE_S: u64 = 10;

/// `sip.udp=127.0.0.1:0`: the value as TOML if it is TOML, else as text.
fn override_one(table: &mut toml::Table, given: &str) -> Result<(), Told> {
    let (key, value) = given.split_once('=').ok_or_else(|| {
        told!(
            "expected KEY=VALUE, such as sip.udp=127.0.0.1:5070",
            "应为 KEY=VALUE，如 sip.udp=127.0.0.1:5070"
        )
    })?;
    let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut parsed| parsed.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let mut keys: Vec<&str> = key.trim().split('.').collect();
    let Some(last) = keys
        .pop()
        .filter(|last| !last.is_empty() && !keys.is_empty())
    else {
        return Err(told!(
            "expected a key with its section, such as sip.udp",
            "应为带节名的键，如 sip.udp"
        ));
    };
    let mut at = table;
    for key in keys {
        let section = at
            .entry(key)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        at = section
            .as_table_mut()
            .ok_or_else(|| told!("`{key}` is no section", "`{key}` 不是节"))?;
    }
    at.insert(last.to_owned(), value);
    Ok(())
}

fn on_command_line(given: &str, message: Told) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: format!("--set {given}"),
        line: 1,
        column: 1,
        message,
        help: None,
        story: None,
    }
}

#[cfg(test)]
mod tests;
