//! How places are kept for those who are not on the line: `callback`, `resume_window_s` and `resume_max` (D21, D22).

use std::collections::BTreeMap;
use std::time::Duration;

use engine::Keeping;
use ivr::{Diagnostic, told};
use model::Calendar;
use serde::Deserialize;
use toml::Spanned;

use crate::config::document::Document;

/// Most places of callers who left that one queue may keep: a row each.
const RESUME_MAX: u32 = 1_000_000;

/// What a queue's table says of it.
pub(super) struct Kept {
    pub callback: Option<CallbackSection>,
    pub resume_window_s: Option<u32>,
    pub resume_max: Option<Spanned<u32>>,
}

/// `callback = { … }` of a queue.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallbackSection {
    max: Option<u32>,
    ring_s: Option<Spanned<u32>>,
    dial_ahead_s: Option<u32>,
    retries: Option<u32>,
    retry_s: Option<Spanned<u32>>,
    expires_s: Option<Spanned<u32>>,
    calendar: Option<Spanned<String>>,
}

/// The queue's settings; two of them are the ACD's.
pub(super) fn read(
    document: &Document,
    kept: Kept,
    rules: &mut acd::QueueConfig,
    calendars: &BTreeMap<String, Calendar>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Keeping> {
    let mut keeping = Keeping::default();
    if let Some(seconds) = kept.resume_window_s {
        keeping.resume_window = Duration::from_secs(seconds.into());
    }
    if let Some(max) = kept.resume_max {
        keeping.resume_max = resume_max(document, &max, wrong)?;
    }
    let Some(section) = kept.callback else {
        return Some(keeping);
    };
    let mut positive = |key: &str, seconds: Option<Spanned<u32>>, of: Duration| match seconds {
        Some(seconds) => super::positive(document, key, &seconds, wrong),
        None => Some(of),
    };
    rules.call_back_ring = positive("callback.ring_s", section.ring_s, rules.call_back_ring)?;
    keeping.retry = positive("callback.retry_s", section.retry_s, keeping.retry)?;
    keeping.expires = positive("callback.expires_s", section.expires_s, keeping.expires)?;
    if let Some(seconds) = section.dial_ahead_s {
        rules.dial_ahead = Duration::from_secs(seconds.into());
    }
    keeping.callbacks_max = section.max.unwrap_or(keeping.callbacks_max);
    keeping.retries = section.retries.unwrap_or(keeping.retries);
    if let Some(name) = section.calendar {
        super::calendar(document, &name, calendars, wrong)?;
        keeping.calendar = Some(name.into_inner());
    }
    Some(keeping)
}

fn resume_max(document: &Document, max: &Spanned<u32>, wrong: &mut Vec<Diagnostic>) -> Option<u32> {
    let (max, at) = (*max.get_ref(), max.span().start);
    if !(1..=RESUME_MAX).contains(&max) {
        let told = told!(
            "`resume_max` is 1 to {RESUME_MAX}, not {max}",
            "`resume_max` 为 1 到 {RESUME_MAX}，不能是 {max}"
        );
        let help = told!(
            "`resume_window_s = 0` keeps no places at all",
            "`resume_window_s = 0` 完全不保留位置"
        );
        wrong.push(document.error(at, told, Some(help)));
        return None;
    }
    Some(max)
}
