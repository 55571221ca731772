//! A trunk as call control has it: how its carrier writes numbers, what it may carry, and which number we show by it.
//!
//! What SIP does with the carrier (registration, probes, digest, matching) stands in `sip::Trunk` and is only handed on.

use serde::Deserialize;

use model::{NumberForm, NumberKey, NumberPlan};

/// A trunk.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    /// What SIP needs.
    pub line: sip::Trunk,
    /// How much it may carry (A3).
    pub capacity: Capacity,
    /// Country in whose way the carrier writes national numbers.
    pub plan: NumberPlan,
    /// How the carrier writes numbers to us.
    pub incoming: Writing,
    /// How it wants them from us.
    pub outgoing: Writing,
    /// The number of ours that is shown in calls out (A10).
    pub caller_id: Option<String>,
    /// How keys travel on it (A11).
    pub dtmf: Dtmf,
    /// Callers who are sent on by this trunk are shown with their own number, ours as the one that sent them on.
    pub passes_callers: bool,
}

/// How much a trunk may carry; `None` = no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Calls at one time, both ways together.
    pub calls_max: Option<u32>,
    /// Calls at one time from the carrier.
    pub calls_in_max: Option<u32>,
    /// Calls at one time to the carrier.
    pub calls_out_max: Option<u32>,
    /// New calls a second, both ways together; as many may come at once.
    pub calls_per_s_max: Option<u32>,
    /// Channels of `calls_max` that calls out leave free for callers.
    pub reserved_in: u32,
}

/// How keys travel on a trunk (A11). SIP INFO is taken in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtmf {
    /// By telephone-event where the peer agrees to it; tones are listened for until the first key comes another way.
    #[default]
    Auto,
    /// By telephone-event alone: tones are never listened for.
    Rfc4733,
    /// As tones: telephone-event is neither offered nor taken.
    Inband,
}

/// How numbers are written on a trunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writing {
    /// The form.
    pub form: NumberForm,
    /// What stands before each number.
    pub prefix: String,
}

impl Trunk {
    /// The key of a number that the carrier wrote.
    pub fn read(&self, received: &str) -> NumberKey {
        let prefix = self.incoming.prefix.as_str();
        let bare = match received.strip_prefix(prefix) {
            Some(rest) if !prefix.is_empty() && !rest.is_empty() => rest,
            Some(_) | None => received,
        };
        self.plan.key_in(self.incoming.form, bare)
    }

    /// A number as the carrier wants it; what has no E.164 form (10086) stays as it is.
    pub fn write(&self, key: &str) -> String {
        let number = self.plan.key(key).e164;
        let text = number.map_or_else(
            || key.to_owned(),
            |number| self.plan.written(&number, self.outgoing.form),
        );
        format!("{}{text}", self.outgoing.prefix)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;

    /// A trunk of a Chinese carrier that writes full numbers.
    pub(crate) fn trunk(name: &str) -> Trunk {
        Trunk {
            line: sip::Trunk {
                name: sip::TrunkName::new(name),
                server: sip::Target {
                    host: "10.0.9.1".into(),
                    port: None,
                    transport: None,
                    is_secure: false,
                },
                domain: "carrier.test".into(),
                credentials: None,
                registration: None,
                probe_every: Some(Duration::from_secs(30)),
                probe_failures_max: 3,
                matching: sip::Matching::default(),
                is_trusted: true,
            },
            capacity: Capacity::default(),
            plan: NumberPlan::new("CN").unwrap(),
            incoming: Writing::default(),
            outgoing: Writing::default(),
            caller_id: Some("+861065529988".into()),
            dtmf: Dtmf::Auto,
            passes_callers: false,
        }
    }

    #[test]
    fn a9_numbers_of_all_carriers_meet_in_one_key() {
        for (form, prefix, received, key) in [
            (NumberForm::E164, "", "+8613800001111", "+8613800001111"),
            (NumberForm::National, "", "13800001111", "+8613800001111"),
            (NumberForm::National, "", "01065529988", "+861065529988"),
            (NumberForm::Plain, "", "8613800001111", "+8613800001111"),
            (NumberForm::Plain, "", "442079460000", "+442079460000"),
            (NumberForm::National, "9", "913800001111", "+8613800001111"),
            (NumberForm::National, "9", "13800001111", "+8613800001111"),
            (NumberForm::National, "9", "9", "9"),
            (NumberForm::E164, "", "10086", "10086"),
            (NumberForm::E164, "", "sales", "sales"),
        ] {
            let mut trunk = trunk("a");
            trunk.incoming = Writing {
                form,
                prefix: prefix.into(),
            };
            assert_eq!(trunk.read(received).key, key, "{form:?} {received}");
        }
    }

    #[test]
    fn a_carrier_gets_numbers_as_it_wants_them() {
        for (form, prefix, key, written) in [
            (NumberForm::E164, "", "+8613800001111", "+8613800001111"),
            (NumberForm::Plain, "", "+8613800001111", "8613800001111"),
            (NumberForm::National, "9", "+8613800001111", "913800001111"),
            (NumberForm::National, "", "+442079460000", "00442079460000"),
            (NumberForm::National, "", "10086", "10086"),
        ] {
            let mut trunk = trunk("a");
            trunk.outgoing = Writing {
                form,
                prefix: prefix.into(),
            };
            assert_eq!(trunk.write(key), written, "{form:?} {key}");
        }
    }
}
