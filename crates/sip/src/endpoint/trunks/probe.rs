//! Is the carrier's server there? OPTIONS (A2, RFC 3261 §11), and what follows from the answer or its absence.
//!
//! Any final answer but 408 and 503 shows life. A probe without an answer is followed at once by one to the next place; so
//! many in vain, and the trunk is down. G18: the questions are timed so that this is known within `probe_every` of the death.
//! A trunk that answers again is half open: the next call decides.

use super::{registration::no_answer, resolution::DNS_WAIT, row::Question};
use crate::{
    dialog::Head,
    endpoint::{Endpoint, drive::Outcome},
    event::HOPS_MAX,
    flow::{Flow, Hop},
    message::{Header, Method, Uri, Value, status::phrase},
    transaction::{
        TransactionId,
        table::Purpose,
        timer::{Owner, Timer},
    },
    trunk::{Reach, TrunkChange, TrunkName},
};
use core::time::Duration;

/// A server that says nothing for so long fails its probe. UDP sends it four times meanwhile.
const ANSWER_WAIT: Duration = Duration::from_secs(4);

/// How far the probing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Probe {
    step: Step,
    /// Failures in a row.
    failures: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Step {
    /// The timer says when it goes on.
    #[default]
    Resting,
    /// The server's name is being asked for.
    Seeking,
    /// An OPTIONS is out.
    Asking(Question),
}

impl Probe {
    pub(super) fn asking(&self) -> Option<TransactionId> {
        match self.step {
            Step::Asking(question) => Some(question.id),
            Step::Resting | Step::Seeking => None,
        }
    }
}

impl Endpoint {
    pub(in crate::endpoint) fn probe_trunk(&mut self, now: Duration, name: &TrunkName) {
        self.hops(now, name);
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        if row.trunk.probe_every.is_none() {
            return;
        }
        let Some(hop) = row.way.probe_target(now) else {
            if !row.way.is_asked() {
                return self.probe_failed(now, name, None, "no address to ask".to_owned());
            }
            row.probe.step = Step::Seeking;
            let owner = Owner::Trunk(name.clone());
            let at = now.saturating_add(DNS_WAIT);
            return self.timers.set(owner, Timer::TrunkProbe, at);
        };
        let server_name = row.way.server_name().to_owned();
        let Some(flow) = self.flow_to(hop, &server_name) else {
            let cause = "no listener of ours for it".to_owned();
            return self.probe_failed(now, name, Some((hop, now)), cause);
        };
        self.send_probe(now, name, hop, flow);
    }

    fn send_probe(&mut self, now: Duration, name: &TrunkName, hop: Hop, flow: Flow) {
        let Some(head) = self.probe_head(name, flow) else {
            let cause = "the trunk's domain makes no URI".to_owned();
            return self.probe_failed(now, name, Some((hop, now)), cause);
        };
        let contact = self.our_contact(flow, "");
        let request = head
            .start(&Method::Options)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::Accept, |out| {
                out.word("application/sdp");
            })
            .header(Header::UserAgent, |out| {
                out.text(&self.config.product);
            })
            .finish();
        let purpose = Purpose::ProbeTrunk(name.clone());
        let id = self.start_client(now, head, &Method::Options, request, purpose);
        if let Some(row) = self.trunks.rows.get_mut(name) {
            row.probe.step = Step::Asking(Question { id, hop, at: now });
        }
        let owner = Owner::Trunk(name.clone());
        let at = now.saturating_add(ANSWER_WAIT);
        self.timers.set(owner, Timer::TrunkProbe, at);
    }

    fn probe_head(&mut self, name: &TrunkName, flow: Flow) -> Option<Head> {
        let (sent_by, branch) = (self.sent_by(flow), self.branch());
        let (tag, call_id) = (self.random.name(), self.random.name());
        let row = self.trunks.rows.get(name)?;
        let registration = row.trunk.registration.as_ref();
        let user = registration.map_or("", |registration| registration.user.as_str());
        let own = Uri::sip(user, &row.trunk.domain).ok()?;
        let server = Uri::sip("", &row.trunk.domain).ok()?;
        Some(Head {
            sent_by,
            branch,
            routes: Vec::new(),
            from: Value::collect(|out| {
                out.bracketed(&own).param("tag", &tag);
            }),
            to: Value::collect(|out| {
                out.bracketed(&server);
            }),
            uri: server,
            call_id: call_id.into_bytes(),
            cseq: 1,
            hops_left: HOPS_MAX,
            flow,
            trunk: Some(name.clone()),
        })
    }

    /// The time has come: for the next probe, or to give up waiting.
    pub(super) fn probe_timer(&mut self, now: Duration, name: &TrunkName) {
        let Some(row) = self.trunks.rows.get(name) else {
            return;
        };
        match row.probe.step {
            Step::Resting => self.probe_trunk(now, name),
            Step::Seeking => {
                let cause = "no answer from the name servers".to_owned();
                self.probe_failed(now, name, None, cause);
            }
            Step::Asking(question) => {
                self.forget_transaction(question.id);
                let asked = Some((question.hop, question.at));
                self.probe_failed(now, name, asked, no_answer(ANSWER_WAIT));
            }
        }
    }

    pub(super) fn probe_resolved(&mut self, now: Duration, name: &TrunkName) {
        let row = self.trunks.rows.get(name);
        let Some(row) = row.filter(|row| row.probe.step == Step::Seeking) else {
            return;
        };
        if row.way.is_empty() {
            let cause = "the server's name has no address".to_owned();
            self.probe_failed(now, name, None, cause);
        } else {
            self.probe_trunk(now, name);
        }
    }

    /// What became of an OPTIONS.
    pub(in crate::endpoint) fn trunk_probed(
        &mut self,
        now: Duration,
        name: &TrunkName,
        _head: &Head,
        outcome: Outcome<'_>,
    ) {
        let Some(row) = self.trunks.rows.get(name) else {
            return;
        };
        let Step::Asking(question) = row.probe.step else {
            return;
        };
        let asked = Some((question.hop, question.at));
        match outcome {
            Outcome::Answered(_, status @ (408 | 503)) => {
                let cause = format!("{status} {}", phrase(status));
                self.probe_failed(now, name, asked, cause);
            }
            Outcome::Answered(_, status) => self.probe_answered(now, name, question, status),
            Outcome::TimedOut => self.probe_failed(now, name, asked, no_answer(ANSWER_WAIT)),
            Outcome::FlowLost => self.probe_failed(now, name, asked, "no connection".to_owned()),
        }
    }

    fn probe_answered(&mut self, now: Duration, name: &TrunkName, question: Question, status: u16) {
        let words = self.refusal_words(name, status);
        let share = self.random.between(95, 100);
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        row.way.note_answer(question.hop);
        row.log(question.at, "OPTIONS", Some(question.hop.remote), words);
        row.probe = Probe::default();
        let former = row.reach;
        row.reach = match former {
            Reach::Unknown | Reach::Up => Reach::Up,
            Reach::Down | Reach::Trial => Reach::Trial,
        };
        let pause = row.probe_pause(share);
        let owner = Owner::Trunk(name.clone());
        self.timers
            .set(owner, Timer::TrunkProbe, now.saturating_add(pause));
        match former {
            Reach::Unknown | Reach::Down => self.trunk_event(name, TrunkChange::Up),
            Reach::Up | Reach::Trial => {}
        }
    }

    fn probe_failed(
        &mut self,
        now: Duration,
        name: &TrunkName,
        asked: Option<(Hop, Duration)>,
        cause: String,
    ) {
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        row.probe.step = Step::Resting;
        if let Some((hop, _)) = asked {
            row.way.note_silent(now, hop);
        }
        let has_hope = row.way.has_hope(now);
        if !has_hope {
            row.probe.failures = row.probe.failures.saturating_add(1);
        }
        let is_dead = row.probe.failures >= row.trunk.probe_failures_max.max(1);
        // While it may be a lost packet, or another place may answer, the next question follows on the heels of this one.
        let soon = !is_dead && asked.is_some();
        let pause = if soon {
            Duration::ZERO
        } else {
            row.probe_pause(100)
        };
        let next = if soon {
            "asked again at once".to_owned()
        } else {
            format!("asked again in {} s", pause.as_secs())
        };
        let (remote, at) = (asked.map(|(hop, _)| hop.remote), asked.map(|(_, at)| at));
        let words = format!("{cause}; {next}");
        row.log(at.unwrap_or(now), "OPTIONS", remote, words);
        let owner = Owner::Trunk(name.clone());
        self.timers
            .set(owner, Timer::TrunkProbe, now.saturating_add(pause));
        if is_dead {
            self.trunk_down(name, cause);
        }
    }

    fn trunk_down(&mut self, name: &TrunkName, cause: String) {
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        if core::mem::replace(&mut row.reach, Reach::Down) != Reach::Down {
            self.trunk_event(name, TrunkChange::Down { cause });
        }
    }

    /// A call got an answer from the trunk's server: its trial, if it was one, is passed.
    pub(in crate::endpoint) fn trunk_took_call(&mut self, name: &TrunkName, hop: Hop) {
        if let Some(row) = self.trunks.rows.get_mut(name) {
            row.way.note_answer(hop);
            row.reach = match row.reach {
                Reach::Trial | Reach::Up => Reach::Up,
                Reach::Unknown => Reach::Unknown,
                Reach::Down => Reach::Down,
            };
        }
    }

    /// A call found nobody at any server. A trunk that is probed is down until it answers a probe, which is sent at once;
    /// one that is not could never come back and stays.
    pub(in crate::endpoint) fn trunk_failed_call(
        &mut self,
        now: Duration,
        name: &TrunkName,
        cause: &str,
    ) {
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        if row.trunk.probe_every.is_none() {
            return;
        }
        row.log(now, "INVITE", None, cause.to_owned());
        if row.probe.step == Step::Resting {
            let owner = Owner::Trunk(name.clone());
            self.timers.set(owner, Timer::TrunkProbe, now);
        }
        self.trunk_down(name, cause.to_owned());
    }
}

impl super::Row {
    /// G18: what is left of `probe_every` when all the probes in vain are taken off, so that death is known within it; at
    /// least half of it. `percent` spreads many trunks over time.
    fn probe_pause(&self, percent: u64) -> Duration {
        let every = self.trunk.probe_every.unwrap_or(Duration::MAX);
        let others = u32::try_from(self.way.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let questions = self.trunk.probe_failures_max.max(1).saturating_add(others);
        let half = every.checked_div(2).unwrap_or(every);
        let rest = every.saturating_sub(ANSWER_WAIT.saturating_mul(questions));
        let drawn = rest
            .max(half)
            .saturating_mul(u32::try_from(percent).unwrap_or(100));
        drawn.checked_div(100).unwrap_or(half)
    }
}
