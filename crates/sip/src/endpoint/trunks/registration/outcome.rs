//! What a registrar answered, and when it is asked again (A1).

use super::{ANSWER_WAIT, Step, no_answer};
use crate::{
    dialog::Head,
    endpoint::{Endpoint, drive::Outcome, trunks::row::Question},
    flow::{Flow, Hop},
    message::{Header, Message, Uri, lexer::decimal, status::phrase},
    transaction::timer::{Owner, Timer},
    trunk::{TrunkChange, TrunkName},
};
use core::time::Duration;
use std::net::SocketAddr;

/// The pause after the first failure; it doubles.
const PAUSE_FIRST: Duration = Duration::from_secs(30);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(600);
/// A pause that the carrier asks for is kept up to this.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(1_800);
/// A shorter grant is refreshed no faster than this.
const REFRESH_MIN: Duration = Duration::from_secs(5);
/// What a carrier may ask for by Min-Expires.
const EXPIRES_MAX_S: u32 = 86_400;
/// Service-Route values that are kept.
const ROUTES_MAX: usize = 8;

impl Endpoint {
    /// What became of a REGISTER.
    pub(in crate::endpoint) fn trunk_registered(
        &mut self,
        now: Duration,
        name: &TrunkName,
        head: &Head,
        outcome: Outcome<'_>,
    ) {
        let Some(enrolment) = self.enrolment(name) else {
            return;
        };
        let Step::Asking(question) = enrolment.step else {
            return;
        };
        enrolment.cseq = enrolment.cseq.max(head.cseq);
        match outcome {
            Outcome::Answered(response, 200..=299) => {
                self.registration_granted(now, name, head, question, response);
            }
            Outcome::Answered(response, 423) => self.register_longer(now, name, question, response),
            Outcome::Answered(response, status) => {
                let cause = self.refusal_words(name, status);
                let after = response.number(Header::RetryAfter);
                // RFC 3263 §4.3: 503 and a time-out behind the server are no word of the carrier's.
                if matches!(status, 408 | 500..=599) {
                    self.register_elsewhere(now, name, question, cause, after);
                } else {
                    self.registration_failed(now, name, Some(question.hop), cause, after);
                }
            }
            Outcome::TimedOut => {
                self.register_elsewhere(now, name, question, no_answer(ANSWER_WAIT), None);
            }
            Outcome::FlowLost => {
                let cause = "no connection".to_owned();
                self.register_elsewhere(now, name, question, cause, None);
            }
        }
    }

    /// A status in words, and why a challenge was not met.
    pub(in crate::endpoint) fn refusal_words(&mut self, name: &TrunkName, status: u16) -> String {
        let plain = format!("{status} {}", phrase(status));
        let row = self.trunks.rows.get_mut(name);
        let denial = row.and_then(|row| row.proofs.denial.take());
        match (status, denial) {
            (401 | 407, Some(denial)) => format!("{plain}: {denial}"),
            _ => plain,
        }
    }

    fn registration_granted(
        &mut self,
        now: Duration,
        name: &TrunkName,
        head: &Head,
        question: Question,
        response: &Message,
    ) {
        let share = self.random.between(80, 90);
        let contact = self.contact_of(name, head.flow);
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        let asked_s = row
            .trunk
            .registration
            .as_ref()
            .map_or(0, |registration| registration.expires_s);
        let granted_s = granted_s(response, contact.as_ref(), asked_s);
        if granted_s == 0 {
            let cause = "200 OK, but registered for 0 s".to_owned();
            return self.registration_failed(now, name, Some(question.hop), cause, None);
        }
        row.way.note_answer(question.hop);
        row.proofs.denial = None;
        row.service_route = service_route(response);
        let words = format!("200 OK, registered for {granted_s} s");
        row.log(question.at, "REGISTER", Some(question.hop.remote), words);
        let mut is_news = false;
        if let Some(enrolment) = &mut row.enrolment {
            is_news = enrolment.is_registered.replace(true) != Some(true);
            enrolment.step = Step::Resting;
            enrolment.failures = 0;
            enrolment.tried.clear();
            enrolment.told.clear();
            enrolment.flow = Some(head.flow);
        }
        let percent = Duration::from_secs(u64::from(granted_s))
            .saturating_mul(u32::try_from(share).unwrap_or(80));
        let refresh = percent.checked_div(100).unwrap_or(percent).max(REFRESH_MIN);
        let owner = Owner::Trunk(name.clone());
        self.timers
            .set(owner, Timer::TrunkRegister, now.saturating_add(refresh));
        if is_news {
            self.trunk_event(name, TrunkChange::Registered);
        }
    }

    fn contact_of(&self, name: &TrunkName, flow: Flow) -> Option<Uri> {
        let row = self.trunks.rows.get(name)?;
        self.our_contact(flow, &row.trunk.registration.as_ref()?.user)
    }

    /// RFC 3261 §10.2.8: once more, for as long as the registrar wants at least.
    fn register_longer(
        &mut self,
        now: Duration,
        name: &TrunkName,
        question: Question,
        response: &Message,
    ) {
        let least_s = response.number(Header::MinExpires).unwrap_or_default();
        let Some(enrolment) = self.enrolment(name) else {
            return;
        };
        if least_s <= enrolment.least_s || least_s > EXPIRES_MAX_S {
            let cause = format!("423 Interval Too Brief, at least {least_s} s wanted");
            return self.registration_failed(now, name, Some(question.hop), cause, None);
        }
        enrolment.least_s = least_s;
        enrolment.tried.remove(&question.hop);
        enrolment.step = Step::Resting;
        if let Some(row) = self.trunks.rows.get_mut(name) {
            let words = format!("423 Interval Too Brief; asked again for {least_s} s");
            row.log(question.at, "REGISTER", Some(question.hop.remote), words);
        }
        self.register_trunk(now, name);
    }

    /// The next place at once; when none is left, a pause.
    pub(super) fn register_elsewhere(
        &mut self,
        now: Duration,
        name: &TrunkName,
        question: Question,
        cause: String,
        retry_after_s: Option<u32>,
    ) {
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        row.way.note_silent(now, question.hop);
        let order = row.way.order(now);
        let Some(enrolment) = &mut row.enrolment else {
            return;
        };
        enrolment.step = Step::Resting;
        let next = order.iter().find(|hop| !enrolment.tried.contains(hop));
        match next.map(|hop| hop.remote) {
            Some(remote) => {
                let words = format!("{cause}; {remote} is tried next");
                row.log(question.at, "REGISTER", Some(question.hop.remote), words);
                self.register_trunk(now, name);
            }
            None => self.registration_failed(now, name, Some(question.hop), cause, retry_after_s),
        }
    }

    /// A1: after a pause it is tried again, however it failed.
    pub(super) fn registration_failed(
        &mut self,
        now: Duration,
        name: &TrunkName,
        hop: Option<Hop>,
        cause: String,
        retry_after_s: Option<u32>,
    ) {
        let permille = u32::try_from(self.random.between(800, 1_200)).unwrap_or(1_000);
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        let Some(enrolment) = &mut row.enrolment else {
            return;
        };
        let pause = pause(enrolment.failures, permille, retry_after_s);
        enrolment.failures = enrolment.failures.saturating_add(1);
        enrolment.step = Step::Resting;
        enrolment.tried.clear();
        let was = enrolment.is_registered.replace(false);
        let is_news = was != Some(false) || enrolment.told != cause;
        enrolment.told.clone_from(&cause);
        let words = format!("{cause}; tried again in {} s", pause.as_secs());
        let remote: Option<SocketAddr> = hop.map(|hop| hop.remote);
        row.log(now, "REGISTER", remote, words);
        let owner = Owner::Trunk(name.clone());
        self.timers
            .set(owner, Timer::TrunkRegister, now.saturating_add(pause));
        if is_news {
            self.trunk_event(name, TrunkChange::Unregistered { cause });
        }
    }
}

/// 30 s, doubled with each failure up to 10 minutes, give or take a fifth so that many trunks do not knock at once; what
/// the carrier asks for by Retry-After is kept.
fn pause(failures: u32, permille: u32, retry_after_s: Option<u32>) -> Duration {
    let factor = 1_u32.checked_shl(failures.min(8)).unwrap_or(u32::MAX);
    let plain = PAUSE_FIRST.saturating_mul(factor).min(PAUSE_MAX);
    let drawn = plain.saturating_mul(permille);
    let pause = drawn.checked_div(1_000).unwrap_or(plain);
    let asked = Duration::from_secs(u64::from(retry_after_s.unwrap_or_default()));
    pause.max(asked.min(RETRY_AFTER_MAX))
}

/// RFC 3261 §10.2.4: the `expires` of our own contact, else Expires, else what we asked for.
fn granted_s(response: &Message, contact: Option<&Uri>, asked_s: u32) -> u32 {
    let ours = response.addresses(Header::Contact).find(|address| {
        let uri = address.to_uri();
        matches!((uri, contact), (Some(uri), Some(contact)) if uri.is_equivalent(contact))
    });
    ours.and_then(|address| address.params.get("expires").and_then(decimal))
        .or_else(|| response.number(Header::Expires))
        .unwrap_or(asked_s)
}

fn service_route(response: &Message) -> Vec<Uri> {
    let routes = response.addresses(Header::ServiceRoute);
    routes
        .filter_map(|route| route.to_uri())
        .take(ROUTES_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a1_pauses_double_up_to_ten_minutes_and_keep_retry_after() {
        for (failures, permille, retry_after_s, seconds) in [
            (0, 1_000, None, 30),
            (1, 1_000, None, 60),
            (4, 1_000, None, 480),
            (5, 1_000, None, 600),
            (4_000_000_000, 1_200, None, 720),
            (0, 800, None, 24),
            (0, 1_000, Some(120), 120),
            (0, 1_000, Some(4_000_000_000), 1_800),
        ] {
            let pause = pause(failures, permille, retry_after_s);
            assert_eq!(
                pause.as_secs(),
                seconds,
                "{failures} {permille} {retry_after_s:?}"
            );
        }
    }
}
