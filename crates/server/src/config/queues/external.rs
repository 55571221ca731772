//! `external = { … }`: whom a queue with the strategy `external` asks, and for how long (B15).

use std::time::Duration;

use acd::{ExternalConfig, QueueConfig};
use connectors::{Secret, Target};
use ivr::told;
use serde::Deserialize;
use toml::Spanned;

use super::Given;
use crate::config::cause::Cause;
use crate::config::document::Document;
use crate::config::report::Report;
use crate::config::secret::{self, Source};

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    url: Spanned<String>,
    budget_ms: Option<u64>,
    secret: Option<Spanned<Source>>,
    breaker_failures: Option<u32>,
    breaker_rest_s: Option<u32>,
}

/// Whom to ask; the budget and the breaker go into the rules.
pub(super) fn read(
    document: &Document,
    section: &Spanned<Section>,
    given: &Given<'_>,
    rules: &mut QueueConfig,
    wrong: &mut Vec<ivr::Diagnostic>,
) -> Option<Target> {
    let mut report = Report::new(document);
    let target = target(section.get_ref(), given, &mut report);
    if !rules.strategy.asks() {
        let told = told!(
            "nobody asks: the strategy of this queue is another than `external`",
            "无人询问：此队列的振铃策略不是 `external`"
        );
        let help = told!(
            "set `strategy = \"external\"`",
            "请设 `strategy = \"external\"`"
        );
        report.error(section, told, Some(help));
    }
    wrong.extend(report.finish());
    let Section {
        budget_ms,
        breaker_failures,
        breaker_rest_s,
        ..
    } = section.get_ref();
    let default = ExternalConfig::default();
    rules.external = ExternalConfig {
        budget: budget_ms.map_or(default.budget, Duration::from_millis),
        failures_max: breaker_failures.unwrap_or(default.failures_max),
        rest: breaker_rest_s.map_or(default.rest, |seconds| Duration::from_secs(seconds.into())),
    };
    target
}

fn target(section: &Section, given: &Given<'_>, report: &mut Report<'_>) -> Option<Target> {
    let secret = match &section.secret {
        Some(source) => Some(Secret::new(&secret::read(source, given.dir, report)?)),
        None => None,
    };
    let url = section.url.get_ref();
    match Target::new(url, given.private_hosts, secret) {
        Ok(target) => Some(target),
        Err(error) => {
            report.error(&section.url, error.told(), None);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Queues;
    use super::super::tests::read_all;
    use super::*;

    fn read_text(keys: &str) -> Result<Queues, String> {
        read_all(&format!("[queue.a]\nstrategy = \"external\"\n{keys}"))
    }

    #[test]
    fn b15_a_queue_says_whom_it_asks_and_for_how_long() {
        let read = read_text(
            "fallback = \"random\"\n[queue.a.external]\nurl = \"http://crm.lan:8080/route\"\nbudget_ms = 300\n\
             secret = { text = \"whsec_c2VjcmV0\" }\nbreaker_failures = 2\nbreaker_rest_s = 9\n",
        )
        .unwrap();
        let rules = &read.queues["a"].rules;
        assert_eq!(
            rules.external,
            ExternalConfig {
                budget: Duration::from_millis(300),
                failures_max: 2,
                rest: Duration::from_secs(9),
            }
        );
        assert_eq!(rules.fallback.name, "random");
        let asked = read.externals;
        assert!(asked.contains_key("a"));
        assert!(!format!("{asked:?}").contains("c2VjcmV0"), "S22");
        let rules = &read_text("external = { url = \"https://crm.example/\" }").unwrap();
        let external = rules.queues["a"].rules.external;
        assert_eq!(external, ExternalConfig::default());
    }

    #[test]
    fn b15_what_cannot_be_asked_is_told_at_its_place() {
        for (keys, expected) in [
            (
                "",
                "2:12: error: the strategy `external` asks a service: `external` is missing",
            ),
            (
                "external = { url = \"crm\" }",
                "3:20: error: no URL that begins with https://",
            ),
            (
                "external = { url = \"http://10.0.0.5/\" }",
                "3:20: error: `10.0.0.5` is asked in the open",
            ),
            (
                "external = { url = \"https://10.0.0.5/\" }",
                "3:20: error: `10.0.0.5` is no public address",
            ),
            (
                "external = { url = \"https://crm.lan/\", budget_ms = 0 }",
                "`external.budget_ms` must be 1 to 10000",
            ),
            (
                "external = { url = \"https://crm.lan/\", secret = { env = \"NOT_SET_ANYWHERE\" } }",
                "the environment has no variable `NOT_SET_ANYWHERE`",
            ),
            (
                "fallback = \"external\"\nexternal = { url = \"https://crm.lan/\" }",
                "`fallback` must be another strategy than external",
            ),
            (
                "[queue.b]\nstrategy = \"random\"\nexternal = { url = \"https://crm.lan/\" }\n[queue.c]\nstrategy = \"random\"",
                "5:12: error: nobody asks: the strategy of this queue is another than `external`",
            ),
        ] {
            let told = read_text(keys).err().unwrap_or_default();
            assert!(told.contains(expected), "{keys}: {told}");
        }
    }
}
