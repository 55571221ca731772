//! `[trunk.NAME]`: one carrier.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Capacity, Trunk, Writing};
use ivr::told;
use model::NumberPlan;
use sip::{Network, TrunkName};
use toml::Spanned;

use super::Given;
use super::address::{is_host, server, uri_host};
use super::proof::{matching, proof};
use super::rules::Ours;
use super::shape::{Section, Writing as WritingSection};
use crate::config::cause::Cause;
use crate::config::report::Report;

/// Probes without answer until a trunk is down (A2).
const PROBE_FAILURES: u32 = 3;
const NAME_MAX: usize = 64;

/// A name stands in facts, figures and logs.
pub(super) fn check_name(name: &Spanned<String>, report: &mut Report<'_>) -> bool {
    let text = name.get_ref();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_good = !text.is_empty() && text.len() <= NAME_MAX && text.chars().all(is_word);
    if !is_good {
        let message = told!(
            "`{text}` is no name for a trunk: expected letters, digits, `-`, `_`",
            "`{text}` 不能作中继名：应为字母、数字、`-`、`_`"
        );
        report.error(name, message, None);
    }
    is_good
}

/// One carrier; what is wrong is told, and what can be read is read all the same.
pub(super) fn read(
    name: &Spanned<String>,
    section: &Section,
    given: &Given<'_>,
    ours: &Ours<'_>,
    report: &mut Report<'_>,
) -> Option<Trunk> {
    let server = server(&section.server, report);
    let plan = match &section.country {
        Some(country) => NumberPlan::new(country.get_ref())
            .map_err(|error| report.error(country, error.told(), None))
            .ok(),
        None => Some(given.plan),
    };
    let (credentials, registration) = proof(section, given, report);
    let matching = matching(name, section, given, report);
    let capacity = capacity(section, report);
    let caller_id = match &section.caller_id {
        Some(number) => ours.key(number, report),
        None => None,
    };
    for did in &section.dids {
        ours.enters(did, report);
    }
    let incoming = writing(&section.incoming, report);
    let outgoing = writing(&section.outgoing, report);
    let probe_failures_max = match &section.probe_failures {
        Some(failures) if *failures.get_ref() == 0 => {
            let message = told!(
                "`probe_failures` is 0; expected at least one",
                "`probe_failures` 为 0；至少为 1"
            );
            report.error(failures, message, None);
            PROBE_FAILURES
        }
        Some(failures) => *failures.get_ref(),
        None => PROBE_FAILURES,
    };
    let server = server?;
    let domain = match &section.domain {
        Some(domain) if !is_host(domain.get_ref()) => {
            let message = told!("`{}` is no host", "`{}` 不是主机", domain.get_ref());
            report.error(domain, message, None);
            return None;
        }
        Some(domain) => domain.get_ref().clone(),
        None => uri_host(&server.host),
    };
    Some(Trunk {
        line: sip::Trunk {
            name: TrunkName::new(name.get_ref()),
            server,
            domain,
            credentials,
            registration,
            probe_every: (section.probe_s > 0).then(|| Duration::from_secs(section.probe_s.into())),
            probe_failures_max,
            matching,
            is_trusted: section.trusted,
        },
        capacity,
        plan: plan?,
        incoming,
        outgoing,
        caller_id,
        dtmf: section.dtmf,
        passes_callers: section.pass_caller,
    })
}

fn capacity(section: &Section, report: &mut Report<'_>) -> Capacity {
    let above_zero = |report: &mut Report<'_>, key: &str, given: &Option<Spanned<u32>>| {
        let figure = given.as_ref()?;
        if *figure.get_ref() == 0 {
            let message = told!(
                "`{key}` is 0: nobody could call",
                "`{key}` 为 0：谁也无法呼叫"
            );
            let help = told!("leave it out for no bound", "不设上限就不写它");
            report.error(figure, message, Some(help));
        }
        Some(*figure.get_ref())
    };
    let calls_max = above_zero(report, "max_calls", &section.max_calls);
    let calls_per_s_max = above_zero(report, "max_calls_per_s", &section.max_calls_per_s);
    let reserved_in = match (&section.reserve_in, calls_max) {
        (None, _) => 0,
        (Some(reserved), Some(max)) if *reserved.get_ref() < max => *reserved.get_ref(),
        (Some(reserved), Some(_)) => {
            let message = told!(
                "`reserve_in` leaves no channel of `max_calls` for calls out",
                "`reserve_in` 占尽 `max_calls` 的线路，没有留给呼出"
            );
            report.error(reserved, message, None);
            0
        }
        (Some(reserved), None) => {
            let message = told!(
                "`reserve_in` needs `max_calls`",
                "`reserve_in` 需要 `max_calls`"
            );
            report.error(reserved, message, None);
            0
        }
    };
    Capacity {
        calls_max,
        calls_in_max: section.max_calls_in,
        calls_out_max: section.max_calls_out,
        calls_per_s_max,
        reserved_in,
    }
}

fn writing(section: &WritingSection, report: &mut Report<'_>) -> Writing {
    let prefix = section.prefix.as_ref().map(|prefix| {
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | '+');
        if !prefix.get_ref().chars().all(is_digit) {
            let message = told!("`{}` cannot be dialled", "`{}` 无法拨出", prefix.get_ref());
            report.error(prefix, message, None);
        }
        prefix.get_ref().clone()
    });
    Writing {
        form: section.form,
        prefix: prefix.unwrap_or_default(),
    }
}

/// What no trunk tells alone: two that cannot be told apart.
pub(super) fn check_together(trunks: &BTreeMap<Spanned<String>, Section>, report: &mut Report<'_>) {
    let mut networks: BTreeMap<Network, &str> = BTreeMap::new();
    let mut users: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, section) in trunks {
        let Some(matching) = &section.matching else {
            continue;
        };
        for source in &matching.source {
            let Ok(network) = source.get_ref().parse() else {
                continue;
            };
            if let Some(other) = networks.insert(network, name.get_ref()) {
                let message = told!(
                    "{network} is trunk `{other}`'s too: whose call is it?",
                    "{network} 也属中继 `{other}`：来电算谁的？"
                );
                report.error(source, message, None);
            }
        }
        if let Some(user) = &matching.user
            && let Some(other) = users.insert(user.get_ref(), name.get_ref())
        {
            let message = told!(
                "`{}` is trunk `{other}`'s too",
                "`{}` 也属中继 `{other}`",
                user.get_ref()
            );
            report.error(user, message, None);
        }
    }
}
