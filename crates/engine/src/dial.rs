//! Dial rules (S15): which outside numbers may be called, by whom, how often, and by which trunks.
//!
//! A number has a class by what it costs; whoever wants to call (an agent's phone, a transfer, a script) may call some
//! classes. Everything that dear fraud lives on is closed unless an admin opens it: premium numbers, satellites, abroad. The
//! same check stands before every call out. Numbers of the house never come here, and a caller from outside is never led
//! out again by what he dials.

mod class;
mod denied;
pub(crate) mod spending;

use std::collections::BTreeSet;
use std::time::Duration;

use model::{AgentId, E164, NumberKey, NumberKind, NumberPlan, OfferId};
use sip::TrunkName;

use crate::context::Side;

pub use self::class::Class;
pub use self::denied::Denied;

/// Longest digits that are a short code where they are no number of our area: 10108888.
const SHORT_CODE_DIGITS_MAX: usize = 9;
/// Fewest digits of a number within an area; what is shorter is always a short code: 10086.
const LOCAL_DIGITS_MIN: usize = 7;
/// ITU-T country codes of satellites, networks without a country, and services that cost what their owner likes.
const DEAR_CODES: [&str; 7] = ["+870", "+878", "+881", "+882", "+883", "+888", "+979"];

/// Who wants to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// An agent, by his phone.
    Agent(AgentId),
    /// An agent, for a caller whom he transfers or about whom he asks.
    Transfer(AgentId),
    /// A script.
    Script,
    /// The house, to ring an agent at his outside number for a caller (C14).
    OffNet(AgentId, OfferId),
}

impl Who {
    /// The agent, if it is one.
    pub(crate) const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent(agent) | Self::Transfer(agent) | Self::OffNet(agent, _) => Some(agent),
            Self::Script => None,
        }
    }

    /// The offer for which an agent is rung.
    pub(crate) const fn offer(self) -> Option<OfferId> {
        match self {
            Self::OffNet(_, offer) => Some(offer),
            Self::Agent(_) | Self::Transfer(_) | Self::Script => None,
        }
    }

    /// Whose phone answers.
    pub(crate) const fn side(self) -> Side {
        match self {
            Self::OffNet(_, offer) => Side::Agent(offer),
            Self::Agent(_) | Self::Transfer(_) | Self::Script => Side::Outside,
        }
    }
}

/// The rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialPlan {
    /// Which numbers go where: the first that fits counts. None: nobody calls out.
    pub routes: Vec<Route>,
    /// Emergency numbers, as dialled.
    pub emergency: BTreeSet<String>,
    /// Our area as an E.164 prefix, `+8610`: numbers below it are local and may be dialled without area code.
    pub area: Option<String>,
    /// E.164 prefixes that nobody may call.
    pub denied: Vec<String>,
    /// What each kind of caller may call.
    pub allowed: Allowed,
    /// Bounds.
    pub caps: Caps,
    /// How long an outside number rings.
    pub ring: Duration,
}

/// Classes that may be called, by who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Agents, by their phones.
    pub agents: BTreeSet<Class>,
    /// Transfers and consultations.
    pub transfers: BTreeSet<Class>,
    /// Scripts.
    pub scripts: BTreeSet<Class>,
}

/// Bounds of rate and spend (S15). A day is the last 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Calls out of one agent in a minute.
    pub agent_calls_per_minute_max: u32,
    /// Calls out of one agent in a day.
    pub agent_calls_per_day_max: u32,
    /// Calls out of the house in a day.
    pub calls_per_day_max: u32,
    /// Minutes of the house to `international` and `premium` in a day; calls that are up count as they run.
    pub dear_minutes_per_day_max: u32,
    /// A call out ends after so long.
    pub call_max: Duration,
}

/// Where a kind of numbers goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Prefixes of the key (`+86`, `10086`); none = all.
    pub prefixes: Vec<String>,
    /// Classes; none = all.
    pub classes: BTreeSet<Class>,
    /// Trunks in the order in which they are tried.
    pub trunks: Vec<TrunkName>,
    /// Shown instead of the trunk's own (A10).
    pub caller_id: Option<String>,
}

/// An outside number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideNumber {
    /// E.164 where it has such a form, else its digits.
    pub key: String,
    /// What it costs.
    pub class: Class,
}

impl Default for DialPlan {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            // China: police, European and GSM emergency call, fire, ambulance, traffic accidents.
            emergency: ["110", "112", "119", "120", "122"]
                .map(str::to_owned)
                .into(),
            area: None,
            denied: Vec::new(),
            allowed: Allowed::default(),
            caps: Caps::default(),
            ring: Duration::from_secs(60),
        }
    }
}

impl Default for Allowed {
    fn default() -> Self {
        use Class::{Emergency, Local, Mobile, National, Service};
        Self {
            agents: [Emergency, Service, Local, National, Mobile].into(),
            transfers: [Service, Local, National, Mobile].into(),
            scripts: [Service, Local, National, Mobile].into(),
        }
    }
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            agent_calls_per_minute_max: 10,
            agent_calls_per_day_max: 500,
            calls_per_day_max: 10_000,
            dear_minutes_per_day_max: 120,
            call_max: Duration::from_secs(4 * 3_600),
        }
    }
}

impl DialPlan {
    /// The number that was meant, and its class. Numbers of our area may come without area code.
    pub fn number(&self, plan: &NumberPlan, dialled: &str) -> Option<OutsideNumber> {
        let found = self.key(plan, dialled);
        if self.emergency.contains(&found.key) {
            let class = Class::Emergency;
            return Some(OutsideNumber {
                key: found.key,
                class,
            });
        }
        if let Some(number) = found.e164 {
            // S15: what its country's plan does not know costs nobody knows what.
            let class = self.class_of(plan, &number, plan.kind(&number)?);
            let key = found.key;
            return Some(OutsideNumber { key, class });
        }
        let short = (3..=SHORT_CODE_DIGITS_MAX).contains(&found.key.len())
            && found.key.bytes().all(|byte| byte.is_ascii_digit());
        short.then_some(OutsideNumber {
            key: found.key,
            class: Class::Service,
        })
    }

    /// The key of a number as somebody of our area writes it: with its area code or without, unless it is an emergency
    /// number.
    pub(crate) fn key(&self, plan: &NumberPlan, written: &str) -> NumberKey {
        let found = plan.key(written);
        if found.e164.is_some() || self.emergency.contains(&found.key) {
            return found;
        }
        self.in_our_area(plan, &found.key).unwrap_or(found)
    }

    /// Whether one may call there at all, and by which route: everything but the caps, which depend on what was called
    /// before.
    pub(crate) fn permit(
        &self,
        plan: &NumberPlan,
        who: Who,
        dialled: &str,
    ) -> Result<(OutsideNumber, &Route), Denied> {
        let allowed = match who {
            Who::Agent(_) => &self.allowed.agents,
            // An agent's outside number takes callers out of the house, as a transfer does.
            Who::Transfer(_) | Who::OffNet(..) => &self.allowed.transfers,
            Who::Script => &self.allowed.scripts,
        };
        self.checked(plan, allowed, dialled)
    }

    /// The same for a number that stands in a script (`check`).
    pub fn check_script(&self, plan: &NumberPlan, dialled: &str) -> Result<OutsideNumber, Denied> {
        self.checked(plan, &self.allowed.scripts, dialled)
            .map(|(number, _)| number)
    }

    /// The same for the outside number of an agent (C14).
    pub fn check_off_net(&self, plan: &NumberPlan, dialled: &str) -> Result<OutsideNumber, Denied> {
        self.checked(plan, &self.allowed.transfers, dialled)
            .map(|(number, _)| number)
    }

    fn checked(
        &self,
        plan: &NumberPlan,
        allowed: &BTreeSet<Class>,
        dialled: &str,
    ) -> Result<(OutsideNumber, &Route), Denied> {
        let number = self.number(plan, dialled).ok_or(Denied::NoNumber)?;
        if !allowed.contains(&number.class) {
            return Err(Denied::Class(number.class));
        }
        let has = |prefix: &String| number.key.starts_with(prefix.as_str());
        if number.class != Class::Emergency && self.denied.iter().any(has) {
            return Err(Denied::Prefix);
        }
        let fits = |route: &&Route| {
            (route.prefixes.is_empty() || route.prefixes.iter().any(has))
                && (route.classes.is_empty() || route.classes.contains(&number.class))
        };
        let route = self.routes.iter().find(fits).ok_or(Denied::NoRoute)?;
        Ok((number, route))
    }

    fn in_our_area(&self, plan: &NumberPlan, digits: &str) -> Option<NumberKey> {
        let area = self.area.as_deref()?;
        let is_local = digits.len() >= LOCAL_DIGITS_MIN
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_local {
            return None;
        }
        let found = plan.key(&format!("{area}{digits}"));
        found.e164.is_some().then_some(found)
    }

    fn class_of(&self, plan: &NumberPlan, number: &E164, kind: NumberKind) -> Class {
        let is_below = |prefix: &str| number.as_str().starts_with(prefix);
        if kind == NumberKind::Premium || DEAR_CODES.into_iter().any(is_below) {
            return Class::Premium;
        }
        if !plan.is_national(number) {
            return Class::International;
        }
        match kind {
            NumberKind::Mobile => Class::Mobile,
            NumberKind::Service => Class::Service,
            NumberKind::Fixed | NumberKind::Other | NumberKind::Premium => {
                if self.area.as_deref().is_some_and(is_below) {
                    Class::Local
                } else {
                    Class::National
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
