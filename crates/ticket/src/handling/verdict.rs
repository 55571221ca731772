//! Who was responsible for what went wrong (责任判定), and objecting to it (申诉, 改判; T29).

use model::AgentId;

use super::part::{Handling, Verdict};
use super::{Around, House, Refused, text};

impl Handling {
    /// T29: a verdict, which also answers an objection. The former ones stay, for the reports.
    pub(super) fn rule(&mut self, verdict: &Verdict, around: &Around<'_>) -> Result<(), Refused> {
        text(&verdict.finding)?;
        if !around.house.groups.contains_key(&verdict.group) {
            return Err(Refused::NoSuchGroup);
        }
        self.verdicts.given.push(verdict.clone());
        self.verdicts.appeal = None;
        Ok(())
    }

    /// T29: the group that was held responsible objects, once for each verdict and not too late.
    pub(super) fn appeal(&mut self, reason: &str, around: &Around<'_>) -> Result<(), Refused> {
        text(reason)?;
        if self.verdicts.appeal.is_some() {
            return Err(Refused::NoAppeal);
        }
        let over = self.times.closed.or(self.times.resolved);
        let since = around.now.ms_since(over.unwrap_or(around.now));
        if u128::from(since) > around.house.policy.appeal_within.as_millis() {
            return Err(Refused::TooLate);
        }
        self.verdicts.appeal = Some(reason.to_owned());
        Ok(())
    }

    /// Whether somebody is of the group that was held responsible.
    pub(super) fn is_responsible(&self, house: &House<'_>, agent: AgentId) -> bool {
        let last = self.verdicts.given.last();
        last.is_some_and(|verdict| house.member(&verdict.group, agent).is_some())
    }
}
