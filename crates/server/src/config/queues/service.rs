//! By what callers of a queue are counted: `service_level_s`, `service_level_formula` and `short_abandon_s` (D23, D24, I7). Nobody is
//! served otherwise by them.

use ivr::{Diagnostic, told};
use model::service_level::{Bounds, ServiceLevel};
use toml::Spanned;

use crate::config::document::Document;

/// The longest bound.
const BOUND_MAX_S: u32 = 86_400;

/// The keys, as the file has them.
pub(super) struct Keys<'f> {
    pub(super) service_level_s: Option<&'f Spanned<u32>>,
    pub(super) service_level_formula: Option<&'f Spanned<String>>,
    pub(super) short_abandon_s: Option<&'f Spanned<u32>>,
}

/// The queue's bounds.
pub(super) fn read(document: &Document, keys: &Keys<'_>, wrong: &mut Vec<Diagnostic>) -> Bounds {
    let mut bounds = Bounds::default();
    if let Some(named) = keys.service_level_formula {
        match ServiceLevel::named(named.get_ref()) {
            Some(level) => bounds.level = level,
            None => wrong.push(no_formula(document, named)),
        }
    }
    let mut ms = |key: &str, least: u32, given: Option<&Spanned<u32>>, bound: &mut u64| {
        let Some(given) = given else { return };
        let seconds = *given.get_ref();
        if !(least..=BOUND_MAX_S).contains(&seconds) {
            let told = told!(
                "`{key}` is {seconds}; expected {least} to {BOUND_MAX_S}",
                "`{key}` 为 {seconds}；应为 {least} 到 {BOUND_MAX_S}"
            );
            wrong.push(document.error(given.span().start, told, None));
        }
        *bound = u64::from(seconds) * 1_000;
    };
    let (t, short) = (keys.service_level_s, keys.short_abandon_s);
    ms("service_level_s", 1, t, &mut bounds.t_ms);
    ms("short_abandon_s", 0, short, &mut bounds.short_ms);
    bounds
}

fn no_formula(document: &Document, named: &Spanned<String>) -> Diagnostic {
    let names = ServiceLevel::ALL.map(|level| format!("\"{}\"", level.name()));
    let (name, known) = (named.get_ref(), names.join(", "));
    let told = told!(
        "no formula of service levels is called `{name}`; expected {known}",
        "没有名为 `{name}` 的服务水平公式；应为 {known}"
    );
    document.error(named.span().start, told, None)
}

#[cfg(test)]
mod tests {
    use super::super::tests::read_all;
    use super::*;

    #[test]
    fn d23_d24_each_queue_has_its_thresholds_and_mistakes_are_told_with_their_place() {
        let text = "[queue.a]\nstrategy = \"ring-all\"\nservice_level_s = 30\nservice_level_formula = \"of_offered\"\nshort_abandon_s = 0\n[queue.b]\nstrategy = \"ring-all\"\n";
        let read = read_all(text).unwrap();
        let a = Bounds {
            t_ms: 30_000,
            short_ms: 0,
            level: ServiceLevel::OfOffered,
        };
        let expected = [("a".into(), a), ("b".into(), Bounds::default())];
        assert_eq!(read.bounds, expected.into());
        let told = read_all(
            "[queue.a]\nstrategy = \"ring-all\"\nservice_level_s = 0\nshort_abandon_s = 86401\nservice_level_formula = \"x\"\n",
        );
        let told = told.unwrap_err();
        for part in [
            "queues.toml:3:19",
            "`service_level_s` is 0; expected 1 to 86400",
            "queues.toml:4:19",
            "`short_abandon_s` is 86401; expected 0 to 86400",
            "queues.toml:5:25",
            "no formula of service levels is called `x`; expected \"of_answered\", \"of_offered\"",
        ] {
            assert!(told.contains(part), "{told} lacks {part}");
        }
    }
}
