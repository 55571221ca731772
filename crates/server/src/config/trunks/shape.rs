//! The shape of `trunks.toml`: its keys, as an admin writes them.

use std::collections::BTreeMap;

use engine::{Class, Dtmf};
use model::NumberForm;
use serde::Deserialize;
use toml::Spanned;

use crate::config::secret::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) trunk: BTreeMap<Spanned<String>, Section>,
    #[serde(default)]
    pub(super) route: Vec<Spanned<RouteSection>>,
    #[serde(default)]
    pub(super) dial: DialSection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub(super) server: Spanned<String>,
    pub(super) domain: Option<Spanned<String>>,
    pub(super) register: Option<Spanned<Register>>,
    pub(super) auth: Option<Auth>,
    #[serde(rename = "match")]
    pub(super) matching: Option<Match>,
    #[serde(default)]
    pub(super) trusted: bool,
    #[serde(default = "probe_s")]
    pub(super) probe_s: u32,
    pub(super) probe_failures: Option<Spanned<u32>>,
    pub(super) max_calls: Option<Spanned<u32>>,
    pub(super) max_calls_in: Option<u32>,
    pub(super) max_calls_out: Option<u32>,
    pub(super) max_calls_per_s: Option<Spanned<u32>>,
    pub(super) reserve_in: Option<Spanned<u32>>,
    pub(super) country: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) incoming: Writing,
    #[serde(default)]
    pub(super) outgoing: Writing,
    pub(super) caller_id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) dtmf: Dtmf,
    #[serde(default)]
    pub(super) pass_caller: bool,
    #[serde(default)]
    pub(super) dids: Vec<Spanned<String>>,
}

/// A2: probes are on by default.
const fn probe_s() -> u32 {
    30
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    pub(super) user: Spanned<String>,
    pub(super) password: Option<Spanned<Source>>,
    pub(super) expires_s: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Auth {
    pub(super) user: String,
    pub(super) password: Spanned<Source>,
    pub(super) realm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Match {
    #[serde(default)]
    pub(super) source: Vec<Spanned<String>>,
    pub(super) certificate: Option<Spanned<String>>,
    pub(super) user: Option<Spanned<String>>,
    pub(super) password: Option<Spanned<Source>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Writing {
    #[serde(default)]
    pub(super) form: NumberForm,
    pub(super) prefix: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteSection {
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) prefix: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) class: Vec<Class>,
    pub(super) trunks: Spanned<Vec<Spanned<String>>>,
    pub(super) caller_id: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DialSection {
    pub(super) emergency: Option<Vec<Spanned<String>>>,
    pub(super) area: Option<Spanned<String>>,
    pub(super) deny: Vec<Spanned<String>>,
    pub(super) own_numbers: Vec<Spanned<String>>,
    pub(super) ring_s: Option<Spanned<u32>>,
    pub(super) allow: Allow,
    pub(super) caps: Caps,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Allow {
    pub(super) agents: Option<Vec<Class>>,
    pub(super) transfers: Option<Vec<Class>>,
    pub(super) scripts: Option<Vec<Class>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Caps {
    pub(super) agent_calls_per_minute: Option<u32>,
    pub(super) agent_calls_per_day: Option<u32>,
    pub(super) calls_per_day: Option<u32>,
    pub(super) dear_minutes_per_day: Option<u32>,
    pub(super) call_minutes: Option<Spanned<u32>>,
}
