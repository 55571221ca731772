//! `[retention]`: how many days things are kept (E6). What there is to say of each, its bounds included, is a row of
//! [`store::RetentionKind`].

use ivr::{Told, told};
use serde::Deserialize;
use store::RetentionKind;

/// `[retention]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retention {
    /// Recordings.
    recordings_days: u32,
    /// Calls and their facts.
    calls_days: u32,
    /// Drafts that became no ticket.
    drafts_days: u32,
    /// What became of messages of webhooks.
    webhook_messages_days: u32,
    /// Rows of the audit log.
    audit_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            recordings_days: RetentionKind::Recordings.row().days,
            calls_days: RetentionKind::Calls.row().days,
            drafts_days: RetentionKind::Drafts.row().days,
            webhook_messages_days: RetentionKind::Deliveries.row().days,
            audit_days: RetentionKind::Audit.row().days,
        }
    }
}

impl Retention {
    /// For the store.
    pub(crate) fn kept(&self) -> store::Retention {
        store::Retention::new(|kind| self.days(kind))
    }

    fn days(&self, kind: RetentionKind) -> u32 {
        match kind {
            RetentionKind::Recordings => self.recordings_days,
            RetentionKind::Calls => self.calls_days,
            RetentionKind::Drafts => self.drafts_days,
            RetentionKind::Deliveries => self.webhook_messages_days,
            // J3: a day is promised to programs.
            RetentionKind::Keys => kind.row().days,
            RetentionKind::Audit => self.audit_days,
        }
    }

    /// Keys whose number is out of its bounds, or less than another that it has to outlast.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = (&'static str, Told)> {
        let (calls, recordings) = (self.calls_days, self.recordings_days);
        // Each sweep would go through all calls that wait for their recordings.
        let is_short = calls < recordings;
        let short = is_short.then(|| {
            let message = told!(
                "`calls_days` is {calls}; a call stays as long as its recordings: expected at least {recordings}, as `recordings_days`",
                "`calls_days` 为 {calls}；通话与其录音同存：应不少于 `recordings_days` 的 {recordings} 天"
            );
            ("calls_days", message)
        });
        let bounds = self.beyond_bounds();
        bounds.chain(short)
    }

    fn beyond_bounds(&self) -> impl Iterator<Item = (&'static str, Told)> {
        RetentionKind::ALL.into_iter().filter_map(|kind| {
            let row = kind.row();
            let (days, least, most) = (self.days(kind), row.least, row.most);
            let key = row.key.filter(|_| !(least..=most).contains(&days))?;
            let message = told!(
                "`{key}` is {days}; expected {least} to {most} days",
                "`{key}` 为 {days}；应为 {least} 到 {most} 天"
            );
            Some((key, message))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e6_every_kind_that_is_set_has_its_key_its_place_and_its_row_in_the_reference() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(path.join("../../docs/configuration.md")).unwrap();
        for kind in RetentionKind::ALL {
            let row = kind.row();
            let Some(key) = row.key else {
                continue;
            };
            let line = format!(
                "| `retention.{key}` | `{}` | {} to {} |",
                row.days, row.least, row.most
            );
            assert!(page.contains(&line), "docs/configuration.md lacks: {line}");
            let set: Retention = toml::from_str(&format!("{key} = {}", row.least)).unwrap();
            assert_eq!(set.kept().days(kind), row.least, "{key} arrives");
            let others = RetentionKind::ALL.into_iter().filter(|it| *it != kind);
            for other in others {
                assert_eq!(set.kept().days(other), other.row().days, "{key}: {other}");
            }
        }
    }
}
